package validate

import (
	"os"
	"slices"
	"strings"
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

// TestRedactedCauses: the copy of every sign-in that fails has the diagnosis of
// the original, at the same step.
func TestRedactedCauses(t *testing.T) {
	for _, c := range causes {
		if unseen[c.check] {
			continue
		}
		t.Run(strings.ReplaceAll(c.name, "/", "-"), func(t *testing.T) {
			s := newScene()
			c.set(s)
			if strings.HasPrefix(c.name, "WS-Fed") {
				s.expect = &Expectations{}
			}
			captures := s.captures(t)
			out, err := redact.Capture(captures[0], redact.Options{Key: make([]byte, redact.KeySize), KeepDomains: true})
			if err != nil {
				t.Skip("nothing that could be copied")
			}
			copied, err := trace.ReadBytes(out.Content, captures[0].Name, trace.Limits{})
			if err != nil {
				t.Fatalf("the copy cannot be read: %v", err)
			}
			r := Examine([]*trace.Capture{copied}, s.expect, s.clock)
			if r.Diagnosis == nil || r.Diagnosis.Check != c.check || r.Flow == nil || r.Flow.Stopped != c.step {
				t.Errorf("diagnosis %+v, flow %+v; expected %s at step %d", r.Diagnosis, r.Flow, c.check, c.step)
			}
		})
	}
}

// TestAppsOwnSignature: what is wrong with the signature of the app's request is
// mended in the app, also where the request is a redacted copy.
func TestAppsOwnSignature(t *testing.T) {
	weak := func(s *scene) {
		s.exchanges = func(es []samltest.Exchange) []samltest.Exchange {
			es[1].URL = samltest.SignedRedirectURL(s.request.XML(), "/portal/tickets", samltest.Other(), "http://www.w3.org/2000/09/xmldsig#rsa-sha1")
			return es[1:2]
		}
	}
	for _, c := range []struct {
		check string
		set   func(*scene)
	}{
		{"signature-algorithm-weak", weak},
		{"certificate-expired", func(s *scene) { s.request.Sign(samltest.Expired()); unanswered(s) }},
	} {
		s := newScene()
		s.request = samltest.NewAuthnRequest()
		c.set(s)
		captures := s.captures(t)
		copied, err := redact.Capture(captures[0], redact.Options{Key: make([]byte, redact.KeySize)})
		if err != nil {
			t.Fatal(err)
		}
		again, err := trace.ReadBytes(copied.Content, "copy", trace.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		for name, capture := range map[string]*trace.Capture{"original": captures[0], "copy": again} {
			found := of(Examine([]*trace.Capture{capture}, s.expect, s.clock), c.check)
			if len(found) != 1 || len(found[0].Fixes) == 0 || found[0].Fixes[0].System != finding.App || found[0].Fixes[0].Place != appSigning {
				t.Errorf("%s in the %s: %+v", c.check, name, found)
			}
		}
	}
}

// verdictOf are the diagnosis of a report and the checks that found something
// worth doing, without their order.
func verdictOf(r *Report) string {
	var checks []string
	for _, f := range r.Findings {
		if f.Severity > finding.Info && !slices.Contains(checks, f.Check) {
			checks = append(checks, f.Check)
		}
	}
	slices.Sort(checks)
	diagnosis := ""
	if r.Diagnosis != nil {
		diagnosis = r.Diagnosis.Check
	}
	return diagnosis + " of " + strings.Join(checks, " ")
}

// TestRedactedCorpus: the copy of every real sample has the verdict of the
// original.
func TestRedactedCorpus(t *testing.T) {
	compared := 0
	clock := Clock{Now: samltest.Time}
	for _, path := range corpusFiles(t) {
		data, err := os.ReadFile(path)
		if err != nil || len(data) > 1<<20 {
			continue
		}
		c, err := trace.ReadBytes(data, path, trace.Limits{})
		if err != nil || !redact.Holds(c) {
			continue
		}
		out, err := redact.Capture(c, redact.Options{Key: make([]byte, redact.KeySize)})
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		copied, err := trace.ReadBytes(out.Content, path, trace.Limits{})
		if err != nil {
			t.Errorf("%s: the copy cannot be read: %v", path, err)
			continue
		}
		before := verdictOf(Examine([]*trace.Capture{c}, nil, clock))
		after := verdictOf(Examine([]*trace.Capture{copied}, nil, clock))
		if out.Format != c.Format || before != after {
			t.Errorf("%s as %s, written as %s: %s\nexpected %s", path, c.Format, out.Format, after, before)
		}
		compared++
	}
	if compared < 300 {
		t.Errorf("%d samples compared, expected more", compared)
	}
}
