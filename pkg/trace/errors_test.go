package trace

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"strings"
	"testing"
)

// badInput is an input without a message, and what is said of it.
type badInput struct {
	name, input string
	unreadable  bool
	want        string // part of the error
}

func badInputs() []badInput {
	return []badInput{
		{"nothing", "", true, "the input is empty; paste the SAMLResponse value"},
		{"blanks", " \r\n\t\n", true, "the input is empty"},
		{"byte order mark alone", "\ufeff", true, "the input is empty"},
		{"png", "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", true, "the input is a PNG image"},
		{"zip", "PK\x03\x04\x14\x00", true, "the input is a ZIP archive that is cut off or damaged"},
		{"pdf", "%PDF-1.7\n%\xe2\xe3", true, "the input is a PDF document"},
		{"evtx", "ElfFile\x00\x00\x00", true, "a Windows event log (.evtx); open it in Event Viewer"},
		{"chls", "\xac\xed\x00\x05sr\x00", true, "a Charles session (.chls); export it from Charles as JSON session file (.chlsj) or as HAR"},
		{"chlsj", `[{"status":"COMPLETE","method":"GET","protocolVersion":"HTTP/1.1","scheme":"https","host":"h","actualPort":443}]`, false, "found in a Charles JSON session of 112 bytes with 1 exchange to h"},
		{"burp", "<?xml version=\"1.0\"?>\n<!DOCTYPE items [\n<!ELEMENT items (item*)>]>\n<items burpVersion=\"2025.1\"><item/></items>", false, "found in an XML file of saved Burp items of 110 bytes"},
		{"mitmproxy", "1453:9:websocket;0:~8:response;1:x,", false, "the mitmproxy file is cut off or damaged after 34 bytes; the flows before that were read. Save it again"},
		{"certificate", "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n", true, "a certificate or key in PEM"},
		{"pcapng", "\n\r\r\n\xb4\x00\x00\x00\x4d\x3c\x2b\x1a\x01\x00\x00\x00", true, "a pcapng network capture; give Wireshark the TLS keys"},
		{"pcapng of another byte order", "\n\r\r\n\x00\x00\x00\xb4\x1a\x2b\x3c\x4d\x00\x01\x00\x00", true, "a pcapng network capture"},
		{"binary", "\x01\x02\x03\x04\x05\x00\x00\x00\x07", true, "binary data of an unknown kind (it starts with 01 02 03 04 05 00 00 00)"},
		{"damaged gzip", "\x1f\x8b\x08\xff", true, "damaged gzip"},
		{"words", "hello, it does not work", false, "no SAML or WS-Federation message found in a text of 23 bytes; paste the SAMLResponse"},
		{"json", `{"a":["b"]}`, false, "found in a JSON text"},
		{"page without form", "<html><body>Sorry</body></html>", false, "found in an HTML page"},
		{"base64 of an image", b64("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x00\x00\x00"), false, "decodes to a PNG image, not to a message"},
		{"base64 of words", b64(strings.Repeat("hello world ", 8)), false, "decodes from Base64 to 96 bytes that are neither XML nor DEFLATE"},
		{"har without entries", `{"log":{"entries":[]}}`, false, "found in a HAR file of 22 bytes; open the browser's developer tools"},
		{"har of another kind", `{"log":[2,1,3]"x"`, false, "the HAR file is no JSON any more"},
		{"a response alone", "HTTP/1.1 302 Found\r\nLocation: /home\r\n\r\n", false, "with 1 exchange; open the browser"},
		{"har without sign-in", `{"log":{"entries":[{"request":{"method":"GET","url":"https://a.example/x"}},{"request":{"method":"POST","url":"https://b.example:8443/"}}]}}`, false,
			"with 2 exchanges to a.example, b.example:8443: the capture has no body of 1 POST request; open the browser"},
	}
}

func TestBadInputs(t *testing.T) {
	for _, tc := range badInputs() {
		t.Run(tc.name, func(t *testing.T) {
			capture, err := ReadBytes([]byte(tc.input), "login", Limits{})
			if capture == nil || len(capture.Messages) != 0 {
				t.Fatalf("capture %+v", capture)
			}
			var unreadable *UnreadableError
			var none *NoMessageError
			if tc.unreadable && !errors.As(err, &unreadable) || !tc.unreadable && !errors.As(err, &none) {
				t.Fatalf("error of type %T: %v", err, err)
			}
			if !strings.HasPrefix(err.Error(), "login: ") || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got  %s\nwant %s", err, tc.want)
			}
		})
	}
}

// TestMasked says which tool masked a value that is pasted alone.
func TestMasked(t *testing.T) {
	for input, tool := range map[string]string{
		"SAMLResponse={hash:0a1b}&RelayState=x":       "SAML-tracer, profile",
		"SAMLResponse=%7Bobf%3Aalternative_3%7D":      "Remove values",
		"SAMLResponse=[SAMLResponse redacted]":        "Cloudflare",
		`{"SAMLResponse":"{overwritten}"}`:            "SAML-tracer",
		`{"name":"SAMLResponse","value":"REDACTED"}`:  "sanitizer",
		"SAMLRequest=***":                             "sanitizer",
		"{hash:0a1b}":                                 "SAML-tracer",
		"SAMLResponse=REDACTED_SAMLRESPONSE_VALUE_12": "sanitizer",
	} {
		capture, err := ReadBytes([]byte(input), "", Limits{})
		if err != nil || len(capture.Problems) != 1 {
			t.Errorf("%s: %v %+v", input, err, capture.Problems)
			continue
		}
		if p := capture.Problems[0]; p.Check != "input-masked" || !strings.Contains(p.Detail, tool) || !strings.Contains(p.Detail, "again") {
			t.Errorf("%s: %+v", input, p)
		}
	}
}

// TestTruncated reads what is left of a message, and says that it is cut.
func TestTruncated(t *testing.T) {
	plain := b64(testXML)
	for name, input := range map[string]string{
		"base64":          plain[:200],
		"base64, odd":     plain[:201],
		"base64, ellipse": plain[:202] + "...",
		"xml":             testXML[:200],
		"form":            "SAMLResponse=" + plain[:200],
		"deflated":        deflated(testXML)[:160],
		"log":             "GET /acs?SAMLRequest=" + deflated(testXML)[:160] + "\n",
		"page":            page(plain)[:400],
	} {
		capture, err := ReadBytes([]byte(input), "", Limits{})
		if err != nil || len(capture.Messages) != 1 {
			t.Errorf("%s: %v, %d messages, %+v", name, err, len(capture.Messages), capture.Problems)
			continue
		}
		m := capture.Messages[0]
		if !strings.HasPrefix(testXML, string(m.XML)) || len(m.XML) < 40 {
			t.Errorf("%s: %q", name, m.XML)
		}
		if !strings.Contains(checksOf(m), "input-truncated") {
			t.Errorf("%s: problems %+v", name, m.Problems)
		}
	}
}

func TestSeveralMessages(t *testing.T) {
	other := requestXML
	plain, second := b64(testXML), b64(other)
	for name, input := range map[string]string{
		"xml":          testXML + other,
		"base64 lines": plain + "\n" + second + "\n",
		"wrapped":      wrapAt(plain, "\n", 76) + "\n\n" + wrapAt(second, "\n", 76),
		"forms":        "SAMLResponse=" + plain + "\nSAMLRequest=" + second,
		"urls":         "https://a.example/?SAMLResponse=" + strings.ReplaceAll(deflated(testXML), "+", "%2B") + "\nhttps://b.example/?SAMLRequest=" + strings.ReplaceAll(deflated(other), "+", "%2B"),
		"log":          "10:00 got SAMLResponse=" + plain + "\n10:01 got SAMLRequest=" + second + "\n",
		"json":         `[{"SAMLResponse":"` + plain + `"},{"SAMLRequest":"` + second + `"}]`,
		"page":         page(plain) + strings.ReplaceAll(page(second), "SAMLResponse", "SAMLRequest"),
	} {
		capture, err := ReadBytes([]byte(input), "", Limits{})
		if err != nil || len(capture.Messages) != 2 {
			t.Errorf("%s: %d messages, %v %+v", name, len(capture.Messages), err, capture.Problems)
			continue
		}
		for i, want := range []string{testXML, other} {
			if got := string(capture.Messages[i].XML); strings.TrimSpace(got) != strings.TrimSpace(want) {
				t.Errorf("%s: message %d is %q", name, i, got)
			}
		}
	}
}

func TestLogWithPrefixes(t *testing.T) {
	xml := strings.TrimSuffix(strings.ReplaceAll(testXML[strings.Index(testXML, "<samlp"):], "\r", ""), "\n")
	var log strings.Builder
	log.WriteString("Nov 21 10:00:00 idp simplesamlphp DEBUG [1a2b3c] Received message:\n")
	for line := range strings.SplitSeq(xml, "\n") {
		log.WriteString("Nov 21 10:00:01 idp simplesamlphp DEBUG [1a2b3c] " + line + "\n")
	}
	log.WriteString("Nov 21 10:00:02 idp simplesamlphp DEBUG [1a2b3c] done\n")
	capture, err := ReadBytes([]byte(log.String()), "", Limits{})
	if err != nil || len(capture.Messages) != 1 {
		t.Fatalf("%v, %d messages", err, len(capture.Messages))
	}
	if m := capture.Messages[0]; string(m.XML) != xml || checksOf(m) != "input-repaired" {
		t.Errorf("got %q with %q", m.XML, checksOf(m))
	}
}

// endless is a stream of one byte.
type endless byte

func (e endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(e)
	}
	return len(p), nil
}

func gzipOf(r io.Reader) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	io.Copy(w, r)
	w.Close()
	return b.String()
}

func TestHostile(t *testing.T) {
	bomb := deflated("<a>" + strings.Repeat(" ", 12<<20))
	deep := strings.Repeat("<a>", 4<<20)
	for _, tc := range []struct {
		name, input string
		limits      Limits
		check       string // of a problem or error
	}{
		{"deflate bomb in a URL", "https://a.example/?SAMLRequest=" + strings.ReplaceAll(bomb, "+", "%2B"), Limits{}, "input-too-large"},
		{"deflate bomb", bomb, Limits{}, "input-too-large"},
		{"deep xml", deep, Limits{}, "input-too-large"},
		{"large input", strings.Repeat("a", 1<<20), Limits{Text: 1 << 19}, "input-too-large"},
		{"gzip bomb", gzipOf(io.LimitReader(endless('a'), 100<<20)), Limits{}, "input-too-large"},
		{"gzip bomb as HAR", gzipOf(io.MultiReader(strings.NewReader(`{"log":{"entries":[`), io.LimitReader(endless(' '), 100<<20))), Limits{}, "input-too-large"},
		{"many messages", strings.Repeat("SAMLResponse="+b64("<a/>")+"\nSAMLResponse="+b64("<b/>")+"\n", 3) + "SAMLResponse=" + b64("<c/>"), Limits{Messages: 2}, "input-too-large"},
		{"much of messages", "SAMLResponse=" + b64("<a>"+strings.Repeat("x", 2000)+"</a>") + "\nSAMLResponse=" + b64("<b>"+strings.Repeat("x", 2000)+"</b>"), Limits{Total: 3000}, "input-too-large"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			capture, err := ReadBytes([]byte(tc.input), "", tc.limits)
			found := false
			for _, p := range capture.Problems {
				found = found || p.Check == tc.check
			}
			var unreadable *UnreadableError
			if errors.As(err, &unreadable) {
				found = found || unreadable.Check == tc.check
			}
			if !found {
				t.Errorf("%v, %+v, %d messages", err, capture.Problems, len(capture.Messages))
			}
		})
	}
	for name, input := range map[string]string{
		"deep json":    `{"log":{"entries":[{"a":` + strings.Repeat(`[{"b":`, 1<<17),
		"deep arrays":  `{"log":` + strings.Repeat(`[`, 2<<20),
		"quotes":       `{"log":{"entries":["` + strings.Repeat(`\"`, 1<<20),
		"slashes":      `{"log":{"entries":["` + strings.Repeat(`\`, 2<<20),
		"tags":         "x SAMLResponse " + strings.Repeat("<Response ", 1<<17),
		"parameters":   strings.Repeat("SAMLResponse=", 1<<17),
		"parameters2":  strings.Repeat("x SAMLResponse: ", 1<<17),
		"forms":        strings.Repeat("<form><input name=SAMLResponse value=", 1<<13),
		"comments":     strings.Repeat("<!--", 1<<17),
		"doctypes":     strings.Repeat("<!DOCTYPE a [", 1<<17),
		"declarations": strings.Repeat("<?xml ?>", 1<<17),
		"percent":      strings.Repeat("%25", 1<<17),
		"entities":     strings.Repeat("&lt;", 1<<17),
		"base64 words": strings.Repeat(b64("<a"+strings.Repeat("x", 100))+" ", 1<<14),
		"lines":        strings.Repeat(b64("<a"+strings.Repeat("x", 100))+"\n", 1<<14),
		"nuls":         `{"log":` + strings.Repeat("\x00", 1<<17),
	} {
		t.Run(name, func(t *testing.T) {
			capture, err := ReadBytes([]byte(input), "", Limits{})
			checkCapture(t, []byte(input), capture, err)
		})
	}
}
