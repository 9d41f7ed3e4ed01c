package trace

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"html"
	"strings"
	"testing"

	"github.com/ssodoctor/ssodoctor/internal/samltest"
)

// formPage is the page of an identity provider that posts the test message.
func formPage() string {
	return `<html><form method="post" action="http://app.example:8080/acs"><input type="hidden" name="SAMLResponse" value="` + html.EscapeString(samltest.Base64(testXML)) + `"/></form></html>`
}

const curlHeads = "* Connected to idp.example (192.0.2.1) port %s (#0)\n%s> GET /sso HTTP/1.1\n> Host: %s\n> \n< HTTP/1.1 200 OK\n< Content-Type: text/html\n< \n"

// TestCurlMixed reads what curl -v writes with its output into the same file:
// notes stand in the middle of the body, where a buffer was full.
func TestCurlMixed(t *testing.T) {
	page := formPage()
	for name, body := range map[string]string{
		"one buffer":  "{ [1000 bytes data]\n" + page + "* Connection #0 to host idp.example left intact\n",
		"two buffers": page[:len(page)/2] + "* Connection #0 to host idp.example left intact\n" + page[len(page)/2:],
		"data":        page[:300] + "{ [700 bytes data]\n" + page[300:400] + "{ [31 bytes data]\n" + page[400:] + "* Closing connection 0\n",
	} {
		text := fmt.Sprintf(curlHeads, "443", "* TLS handshake\n", "idp.example") + body
		capture, err := ReadBytes([]byte(text), "", Limits{})
		if err != nil || len(capture.Messages) != 1 || string(capture.Messages[0].XML) != testXML || len(capture.Problems) > 0 {
			t.Errorf("%s: %v, %+v", name, err, capture)
		}
	}
}

// TestCurlScheme tells by the notes of curl whether a request was encrypted.
func TestCurlScheme(t *testing.T) {
	for _, tc := range []struct{ port, notes, host, want string }{
		{"443", "* SSL connection using TLSv1.3\n", "idp.example", "https://idp.example/sso"},
		{"443", "", "idp.example", "https://idp.example/sso"},
		{"80", "", "idp.example", "http://idp.example/sso"},
		{"80", "* Connected to other.example (192.0.2.2) port 443 (#1)\n* SSL connection using TLSv1.3\n", "idp.example", "http://idp.example/sso"},
		{"8080", "", "idp.example:8080", "http://idp.example:8080/sso"},
		{"8443", "* SSL connection using TLSv1.3\n", "idp.example:8443", "https://idp.example:8443/sso"},
		{"80", "* Connected to idp.example (192.0.2.1) port 443 (#1)\n* SSL connection using TLSv1.3\n", "idp.example", "https://idp.example/sso"},
		{"3128", "", "idp.example", "https://idp.example/sso"}, // a proxy
	} {
		text := fmt.Sprintf(curlHeads, tc.port, tc.notes, tc.host) + formPage()
		capture, err := ReadBytes([]byte(text), "", Limits{})
		if err != nil || capture.Exchanges[0].URL != tc.want {
			t.Errorf("port %s, %q: %v, %+v, want %s", tc.port, tc.notes, err, capture.Exchanges, tc.want)
		}
	}
}

// TestCurlCompressed: a plain trace has lost the bytes of a compressed page, and
// says so; one in hexadecimal has them.
func TestCurlCompressed(t *testing.T) {
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	w.Write([]byte(formPage()))
	w.Close()
	for _, binary := range []bool{true, false} {
		var b strings.Builder
		curlDump(&b, "=> Send header", "GET /sso HTTP/1.1\r\nHost: idp.example\r\n\r\n", binary)
		curlDump(&b, "<= Recv header", "HTTP/1.1 200 OK\r\n", binary)
		curlDump(&b, "<= Recv header", "Content-Type: text/html\r\n", binary)
		curlDump(&b, "<= Recv header", "Content-Encoding: gzip\r\n", binary)
		curlDump(&b, "<= Recv header", "\r\n", binary)
		curlDump(&b, "<= Recv data", packed.String(), binary)
		capture, err := ReadBytes([]byte(b.String()), "", Limits{})
		if binary {
			if err != nil || len(capture.Messages) != 1 || string(capture.Messages[0].XML) != testXML {
				t.Errorf("--trace: %v, %+v", err, capture)
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), "write the trace with --trace") {
			t.Errorf("--trace-ascii: %v", err)
		}
	}
}

// TestRawStream reads both directions of a stream with their bytes as they were,
// as Wireshark saves one that is followed "as Raw".
func TestRawStream(t *testing.T) {
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	w.Write([]byte(formPage()))
	w.Close()
	body := fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", packed.Len(), packed.String())
	text := "GET /sso HTTP/1.1\r\nHost: idp.example\r\n\r\nHTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n" + body +
		"GET /home HTTP/1.1\r\nHost: app.example\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
	capture, err := ReadBytes([]byte(text), "", Limits{})
	if err != nil || capture.Format != "http" || len(capture.Messages) != 1 || string(capture.Messages[0].XML) != testXML || len(capture.Exchanges) != 2 {
		t.Fatalf("%v, %+v", err, capture)
	}
}
