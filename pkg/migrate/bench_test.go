package migrate

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"github.com/ssodoctor/ssodoctor/internal/adfstest"
	"github.com/ssodoctor/ssodoctor/pkg/adfs"
)

var benchTime = time.Date(2026, time.November, 22, 10, 0, 0, 0, time.UTC)

// BenchmarkAssess reads and assesses generated farms as Windows PowerShell
// exports them.
func BenchmarkAssess(b *testing.B) {
	for _, n := range []int{100, 1000} {
		var export bytes.Buffer
		if err := adfstest.WriteCLIXML(&export, adfstest.Farm(n), adfstest.CLIXMLOptions{UTF16: true}); err != nil {
			b.Fatal(err)
		}
		b.Run(fmt.Sprintf("trusts=%d", n), func(b *testing.B) {
			b.SetBytes(int64(export.Len()))
			b.ReportAllocs()
			for b.Loop() {
				a := Assess(adfs.Read(bytes.NewReader(export.Bytes()), "trusts.xml", adfs.Limits{}), benchTime)
				if len(a.Trusts) != n {
					b.Fatalf("%d trusts", len(a.Trusts))
				}
			}
		})
	}
}

// BenchmarkBuild reads and plans generated farms.
func BenchmarkBuild(b *testing.B) {
	const n = 1000
	var export bytes.Buffer
	if err := adfstest.WriteCLIXML(&export, adfstest.Farm(n), adfstest.CLIXMLOptions{UTF16: true}); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(export.Len()))
	b.ReportAllocs()
	for b.Loop() {
		p, err := Build(adfs.Read(bytes.NewReader(export.Bytes()), "trusts.xml", adfs.Limits{}), PlanOptions{At: benchTime})
		if err != nil || len(p.Trusts) != n {
			b.Fatalf("%v", err)
		}
	}
}
