package trace

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// tracerFile writes the sign-in as SAML-tracer does, masking values with mask
// where it is not nil.
func tracerFile(mask func(string) string) string {
	var requests []json.RawMessage
	for i, s := range signIn() {
		members := []any{"method", s.method, "url", s.url, "requestId", fmt.Sprint(100 + i), "requestHeaders", requestHeaders()}
		saml := any(nil)
		switch {
		case strings.HasPrefix(s.url, idpURL):
			members = append(members, "get", [][]string{{"SAMLRequest", "x"}})
			saml = bytesAsCharacters(requestXML)
		case s.body != "":
			var post [][]string
			pairs := decodedPairs(s.body)
			for i := 0; i < len(pairs); i += 2 {
				value := pairs[i+1]
				if mask != nil {
					value = mask(value)
				}
				post = append(post, []string{pairs[i], value})
			}
			members = append(members, "post", post)
			saml = testXML
		}
		members = append(members, "saml", saml, "responseStatus", s.status, "responseHeaders", responseHeaders(s))
		requests = append(requests, object(members...))
	}
	return indent(object("requests", list(requests...), "timestamp", "2026-11-21T10:05:00.000Z"))
}

func bytesAsCharacters(s string) string {
	var out []rune
	for i := range len(s) {
		out = append(out, rune(s[i]))
	}
	return string(out)
}

func TestSAMLTracer(t *testing.T) {
	for _, tc := range []struct {
		name   string
		mask   func(string) string
		checks string
		relay  bool
	}{
		{"none", nil, "", true},
		{"mask values", func(s string) string { return fmt.Sprintf("{hash:%064x}", len(s)) }, "input-repaired", false},
		{"remove values", func(string) string { return "{obf:alternative_3}" }, "input-repaired", false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			capture, err := ReadBytes([]byte(tracerFile(tc.mask)), "", Limits{})
			if err != nil || capture.Format != "saml-tracer" || len(capture.Messages) != 2 || !onlyMasks(capture, tc.mask != nil) {
				t.Fatalf("%v, %q, %d messages, %+v", err, capture.Format, len(capture.Messages), capture.Problems)
			}
			request, response := capture.Messages[0], capture.Messages[1]
			if string(request.XML) != requestXML || request.RawQuery != requestQuery() || request.Binding != BindingRedirect || request.Exchange != 1 {
				t.Errorf("request %+v", request)
			}
			if string(response.XML) != testXML || response.Binding != BindingPOST || response.Exchange != 2 || response.PostedTo != acsURL || response.Parameter != "SAMLResponse" {
				t.Errorf("response %+v", response)
			}
			if response.HasRelayState != tc.relay || checksOf(response) != tc.checks {
				t.Errorf("relay state %q, problems %+v", response.RelayState, response.Problems)
			}
			if want := time.Date(2026, 11, 21, 10, 5, 0, 0, time.UTC); capture.Exported != want || !response.Time.IsZero() {
				t.Errorf("exported %v, message time %v", capture.Exported, response.Time)
			}
		})
	}
}

// onlyMasks reports whether the one thing that is said of a capture is what
// its masking leaves, where it is masked.
func onlyMasks(capture *Capture, masked bool) bool {
	if !masked {
		return len(capture.Problems) == 0
	}
	p := capture.Problems
	return len(p) == 1 && p[0].Check == "input-masked" && p[0].Severity == finding.Info && strings.Contains(p[0].Detail, "still shows the messages")
}

// TestSAMLTracerLegacy reads the shape of the versions before 1.0.
func TestSAMLTracerLegacy(t *testing.T) {
	file := `{"timestamp":1416565206000,"requests":[null,{"id":1,"method":"GET","url":"https://idp.example/sso","requestHeaders":[["Cookie","a=1"]],"saml":` +
		quoted(bytesAsCharacters(requestXML)) + `}]}`
	capture, err := ReadBytes([]byte(file), "", Limits{})
	if err != nil || len(capture.Messages) != 1 || string(capture.Messages[0].XML) != requestXML {
		t.Fatalf("%v, %+v", err, capture)
	}
	if got := capture.Exported.Year(); got != 2014 {
		t.Errorf("exported in %d", got)
	}
	if m := capture.Messages[0]; m.Binding != BindingRedirect || checksOf(m) != "input-repaired" {
		t.Errorf("%+v", short(m))
	}
}

// TestCorpusSAMLTracer: the three profiles of one session hold the same messages.
func TestCorpusSAMLTracer(t *testing.T) {
	dir := corpus(t, filepath.Join("captures", "saml-tracer"))
	var want []string
	for _, profile := range []string{"none", "mask", "remove"} {
		data, err := os.ReadFile(filepath.Join(dir, "generated-by-1.9.5-code-profile-"+profile+".json"))
		if err != nil {
			t.Fatal(err)
		}
		capture, err := ReadBytes(data, profile, Limits{})
		if err != nil || !onlyMasks(capture, profile != "none") {
			t.Errorf("%s: %v, %+v", profile, err, capture.Problems)
		}
		var got []string
		for _, m := range capture.Messages {
			got = append(got, string(m.XML))
		}
		if want == nil {
			want = got
		}
		if len(got) != 3 || strings.Join(got, "\x00") != strings.Join(want, "\x00") {
			t.Errorf("%s: %d messages, unlike the %d of the profile none", profile, len(got), len(want))
		}
	}
}
