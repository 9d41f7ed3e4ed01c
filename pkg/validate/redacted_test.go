package validate

import (
	"testing"

	"github.com/ssodoctor/ssodoctor/internal/samltest"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/redact"
	"github.com/ssodoctor/ssodoctor/pkg/trace"
)

var fixturesRedacted = []fixture{
	{check: "input-redacted", name: "copy", fire: func(s *scene) {
		s.carry = func(request, response string) string {
			c, err := trace.ReadBytes([]byte(samltest.HAR(samltest.SignIn(request, response)...)), "original", trace.Limits{})
			if err != nil {
				panic(err)
			}
			out, err := redact.Capture(c, redact.Options{Key: make([]byte, redact.KeySize), KeepDomains: true})
			if err != nil {
				panic(err)
			}
			return string(out.Content)
		}
	}, quiet: "absent", want: want{severity: finding.Info, detail: "as taken before redaction"}},
}

// unseen are the checks and fixtures whose findings a redacted copy cannot
// repeat: they come of trying keys on octets that the copy does not have.
var unseen = map[string]bool{
	"encryption-key-mismatch": true, "encryption-failed": true, "request-signature-invalid": true,
	"user-unknown":                                        true, // pseudonyms have no accounts
	"certificate-signature-weak/SHA-1":                    true,
	"signature-value-mismatch/another key and no KeyInfo": true,
	"signature-untrusted-certificate/bare key":            true,
	"certificate-unreadable/KeyInfo damaged":              true,
}

// TestRedactedFixtures: the copy of every broken sign-in is diagnosed as the
// original, though nothing of its values is left.
func TestRedactedFixtures(t *testing.T) {
	for _, f := range fixtures() {
		if f.check == "input-redacted" || unseen[f.check] || unseen[f.check+"/"+f.name] {
			continue
		}
		t.Run(f.check+"/"+f.name, func(t *testing.T) {
			s := f.scene(true)
			captures := s.captures(t)
			before := Examine(captures, s.expect, s.clock)
			if s.captured != nil || len(captures[0].Exchanges)+len(captures[0].Messages) == 0 {
				t.Skip("the scene is no file, or holds nothing that could be copied")
			}
			r, err := redact.Capture(captures[0], redact.Options{Key: make([]byte, redact.KeySize), KeepDomains: true})
			if err != nil {
				t.Fatal(err)
			}
			c, err := trace.ReadBytes(r.Content, captures[0].Name, trace.Limits{})
			if err != nil {
				t.Fatalf("the copy cannot be read: %v", err)
			}
			after := Examine([]*trace.Capture{c}, s.expect, s.clock)
			for _, found := range before.Findings {
				if len(of(after, found.Check)) == 0 && !unseen[found.Check] {
					t.Errorf("%s is lost: %s", found.Check, found.Detail)
				}
			}
			for _, found := range after.Findings {
				if len(of(before, found.Check)) == 0 && found.Check != "input-redacted" && found.Check != "encryption-key-missing" {
					t.Errorf("%s is new: %s", found.Check, found.Detail)
				}
			}
		})
	}
}
