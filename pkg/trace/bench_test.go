package trace

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"
)

// bigHAR writes a HAR of about size bytes: the sign-in amid pages, scripts and
// images as a browser records them.
func bigHAR(w io.Writer, size int) {
	script := strings.Repeat("function a(b){if(b.saved!==\"\\n\"){return '<div class=\"x\">'+b.name}}\n", 2000)
	image := strings.Repeat("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJx5S+/9k3", 3000)
	page := strings.Repeat("<div class=\"row\"><a href=\"/tickets/4711\">Ticket \u00e9 4711</a></div>\n", 500)
	fmt.Fprint(w, `{"log":{"version":"1.2","creator":{"name":"WebInspector","version":"537.36"},"pages":[],"entries":[`)
	written, comma := 0, ""
	put := func(s step, i int) {
		raw := safariEntry(s, zulu(i%60))
		n, _ := io.WriteString(w, comma)
		m, _ := w.Write(raw)
		written, comma = written+n+m, ",\n"
	}
	chunk := 0
	for written < size {
		for i, s := range signIn() {
			s.body = strings.ReplaceAll(s.body, "%2B", "%2b")
			put(s, i)
		}
		for i := range 60 {
			body := [...]string{script, image, page}[i%3]
			put(step{method: "GET", url: "https://cdn.example/" + strconv.Itoa(chunk*100+i), status: 200, page: body}, i)
		}
		chunk++
	}
	fmt.Fprint(w, `]}}`)
}

// TestWriteBigHAR writes the file that TRACE_BIG_HAR names, of TRACE_BIG_MB
// megabytes, to measure other programs on.
func TestWriteBigHAR(t *testing.T) {
	name := os.Getenv("TRACE_BIG_HAR")
	if name == "" {
		t.Skip("TRACE_BIG_HAR is not set")
	}
	size, err := strconv.Atoi(os.Getenv("TRACE_BIG_MB"))
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	bigHAR(f, size<<20)
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

func BenchmarkHAR(b *testing.B) {
	var file bytes.Buffer
	bigHAR(&file, 32<<20)
	b.SetBytes(int64(file.Len()))
	b.ReportAllocs()
	for b.Loop() {
		if capture, err := ReadBytes(file.Bytes(), "", Limits{}); err != nil || len(capture.Messages) != 2 {
			b.Fatal(len(capture.Messages), err)
		}
	}
}

// BenchmarkHARFile reads the file that TRACE_BIG_HAR names.
func BenchmarkHARFile(b *testing.B) {
	name := os.Getenv("TRACE_BIG_HAR")
	if name == "" {
		b.Skip("TRACE_BIG_HAR is not set")
	}
	for b.Loop() {
		f, err := os.Open(name)
		if err != nil {
			b.Fatal(err)
		}
		info, _ := f.Stat()
		b.SetBytes(info.Size())
		if _, err := Read(f, "", Limits{}); err != nil {
			b.Fatal(err)
		}
		f.Close()
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	b.ReportMetric(float64(m.Sys)/(1<<20), "MiB-sys")
}

// browsing is the sign-in amid pages, scripts and images, of about size bytes.
func browsing(size int) []step {
	script := strings.Repeat("function a(b){if(b.saved!==\"\\n\"){return '<div class=\"x\">'+b.name}}\n", 2000)
	page := strings.Repeat("<div class=\"row\"><a href=\"/tickets/4711\">Ticket \u00e9 4711</a></div>\n", 500)
	steps := signIn()
	for i, written := 0, 0; written < size; i++ {
		body := [...]string{script, page}[i%2]
		steps = append(steps, step{method: "GET", url: "https://cdn.example/" + strconv.Itoa(i), status: 200, page: body})
		written += len(body)
	}
	return steps
}

// BenchmarkSAZ counts the bytes that come out of the archive.
func BenchmarkSAZ(b *testing.B) {
	const size = 16 << 20
	file := []byte(writeSAZ(browsing(size), plain))
	b.SetBytes(size)
	b.ReportAllocs()
	for b.Loop() {
		if capture, err := ReadBytes(file, "", Limits{}); err != nil || len(capture.Messages) != 2 {
			b.Fatal(len(capture.Messages), err)
		}
	}
	b.ReportMetric(float64(len(file))/(1<<20), "MiB-file")
}

// BenchmarkMitmproxy counts the bytes of the bodies, which are compressed in
// the file.
func BenchmarkMitmproxy(b *testing.B) {
	const size = 16 << 20
	file := []byte(writeMitmproxy(browsing(size), 21))
	b.SetBytes(size)
	b.ReportAllocs()
	for b.Loop() {
		if capture, err := ReadBytes(file, "", Limits{}); err != nil || len(capture.Messages) != 2 {
			b.Fatal(len(capture.Messages), err)
		}
	}
	b.ReportMetric(float64(len(file))/(1<<20), "MiB-file")
}

// BenchmarkMitmproxyPlain reads bodies that the servers did not compress.
func BenchmarkMitmproxyPlain(b *testing.B) {
	file := []byte(strings.ReplaceAll(writeMitmproxy(browsing(1<<16), 21), "content-encoding", "content-enc0ding"))
	image := tnetDict("request", tnetDict("method", tnet("GET", ','), "scheme", tnet("https", ','), "host", tnet("cdn.example", ';'), "path", tnet("/a.png", ','), "content", tnet("", '~'), "headers", tnetHeaders()),
		"response", tnetDict("status_code", tnet("200", '#'), "headers", tnetHeaders("Content-Type", "image/png"), "content", tnet(strings.Repeat("\x89PNG\x00\xff", 1<<16), ',')), "type", tnet("http", ';'))
	for len(file) < 32<<20 {
		file = append(file, image...)
	}
	b.SetBytes(int64(len(file)))
	b.ReportAllocs()
	for b.Loop() {
		capture, _ := ReadBytes(file, "", Limits{})
		if len(capture.Messages) != 2 {
			b.Fatal(len(capture.Messages))
		}
	}
}

func BenchmarkHARReference(b *testing.B) {
	var file bytes.Buffer
	bigHAR(&file, 8<<20)
	b.SetBytes(int64(file.Len()))
	for b.Loop() {
		var v any
		if err := json.Unmarshal(file.Bytes(), &v); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkMessage reads a message of 10 KB, as signed responses have.
func BenchmarkMessage(b *testing.B) {
	xml := strings.Replace(testXML, "<samlp:Status/>", strings.Repeat("<saml:Attribute Name=\"http://schemas.example/claims/group\"><saml:AttributeValue>Agents</saml:AttributeValue></saml:Attribute>\n", 90), 1)
	value := url.QueryEscape(b64(xml))
	for _, tc := range []struct{ name, input string }{
		{"xml", xml}, {"base64", b64(xml)}, {"form", "SAMLResponse=" + value + "&RelayState=x"},
		{"url", idpURL + "?SAMLRequest=" + url.QueryEscape(deflated(xml))}, {"page", page(b64(xml))},
		{"log", "10:00 POST body: SAMLResponse=" + value + "\n"},
	} {
		b.Run(tc.name, func(b *testing.B) {
			b.SetBytes(int64(len(tc.input)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := ReadBytes([]byte(tc.input), "", Limits{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// scanned are texts as they stand in a HAR, of about 256 KB, by how much of them
// is quotes and what looks like a marker.
var scanned = []struct{ name, text string }{
	{"page", strings.Repeat(`<div class=\"row\"><a href=\"/tickets/4711\">Ticket 4711 same</a></div>\n`, 3500)},
	{"script", strings.Repeat(`function a(b){if(b.saved!==\"\\n\"){return '<div class=\"x\">'+b.name}}\n`, 3500)},
	{"base64", strings.Repeat("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJx5S+/9k3", 4900)},
}

func BenchmarkMarkers(b *testing.B) {
	for _, tc := range scanned {
		b.Run(tc.name, func(b *testing.B) {
			text := []byte(tc.text)
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				if hasMarker(text) {
					b.Fatal("found")
				}
			}
		})
	}
}

func BenchmarkClosingQuote(b *testing.B) {
	for _, tc := range scanned {
		b.Run(tc.name, func(b *testing.B) {
			text := []byte(tc.text + `"`)
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				if closingQuote(text) != len(text)-1 {
					b.Fatal("not found")
				}
			}
		})
	}
}
