package trace

import (
	"slices"
	"strings"
	"testing"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// TestWiresharkCut: text of packets has no message in full, and says how to get
// one that has.
func TestWiresharkCut(t *testing.T) {
	query := requestQuery()[:200]
	text := "Frame 1: 617 bytes on wire\n    Epoch Time: 1763719200.000000000 seconds\nTransmission Control Protocol\n    [Stream index: 1]\nHypertext Transfer Protocol\n" +
		"     [truncated]GET /idp?" + query + "\n        Request Method: GET\n        Request URI [truncated]: /idp?" + query + "\n    Host: idp.example\\r\\n\n" +
		"Frame 2: 617 bytes on wire\nTransmission Control Protocol\n    [Stream index: 1]\nHypertext Transfer Protocol\n    HTTP/1.1 302 Found\\r\\n\n     [truncated]Location: http://other.example/idp?" + query + "\n"
	capture, err := ReadBytes([]byte(text), "", Limits{})
	if err != nil || capture.Format != "wireshark" || len(capture.Exchanges) != 1 || len(capture.Messages) == 0 {
		t.Fatalf("%v, %+v", err, capture)
	}
	if e := capture.Exchanges[0]; !strings.HasPrefix(e.URL, "http://idp.example/idp?SAMLRequest=") || !strings.HasPrefix(e.RedirectURL, "http://other.example/idp") {
		t.Errorf("exchange %+v", e)
	}
	if p := capture.Problems; !slices.ContainsFunc(p, func(p finding.Problem) bool { return strings.Contains(p.Detail, "As JSON") }) {
		t.Errorf("problems %+v", p)
	}
	other, _ := ReadBytes([]byte(strings.ReplaceAll(text, "SAMLRequest", "q")), "", Limits{})
	for _, p := range other.Problems {
		t.Errorf("a long address that holds no message: %+v", p)
	}
}
