package adfs_test

import (
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/ssodoctor/ssodoctor/internal/adfstest"
	"github.com/ssodoctor/ssodoctor/pkg/adfs"
)

func BenchmarkCLIXML(b *testing.B) {
	for _, n := range []int{100, 1000, 10_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			benchmark(b, clixml(b, adfstest.Farm(n), adfstest.CLIXMLOptions{UTF16: true}), n)
		})
	}
}

func BenchmarkFormats(b *testing.B) {
	for _, f := range formats(b, adfstest.Farm(100)) {
		b.Run(strings.ReplaceAll(f.name, " ", "-"), func(b *testing.B) { benchmark(b, f.export, 100) })
	}
}

func benchmark(b *testing.B, export string, want int) {
	b.ReportAllocs()
	b.SetBytes(int64(len(export)))
	for b.Loop() {
		n := 0
		for _, err := range adfs.Read(strings.NewReader(export), "x", adfs.Limits{}) {
			if err != nil {
				b.Fatal(err)
			}
			n++
		}
		if n != want {
			b.Fatalf("read %d trusts, expected %d", n, want)
		}
	}
	b.ReportMetric(float64(want)*float64(b.N)/b.Elapsed().Seconds(), "trusts/s")
}

// repeated is an endless farm: the objects of one export over and over.
type repeated struct {
	head, body, tail string
	times            int
	now              *strings.Reader
}

func (r *repeated) Read(p []byte) (int, error) {
	for {
		if r.now == nil {
			r.now = strings.NewReader(r.head)
		}
		if n, _ := r.now.Read(p); n > 0 {
			return n, nil
		}
		switch {
		case r.times > 0:
			r.now = strings.NewReader(r.body)
		case r.times == 0:
			r.now = strings.NewReader(r.tail)
		default:
			return 0, io.EOF
		}
		r.times--
	}
}

// TestMemory reads an export that is never held as a whole, and checks that no more than a few
// objects of it are held at a time.
func TestMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("reads much")
	}
	export := clixml(t, adfstest.Farm(10), adfstest.CLIXMLOptions{})
	start, end := strings.Index(export, "  <Obj RefId"), strings.LastIndex(export, "</Objs>")
	r := &repeated{head: export[:start], body: export[start:end], tail: export[end:], times: 200}
	var most uint64
	n := 0
	for _, err := range adfs.Read(r, "x", adfs.Limits{}) {
		if err != nil {
			t.Fatal(err)
		}
		if n++; n%500 == 0 {
			var m runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&m)
			most = max(most, m.HeapAlloc)
		}
	}
	if n != 2000 || most > 32<<20 {
		t.Errorf("%d objects, %d bytes held, expected at most 32 MiB", n, most)
	}
}
