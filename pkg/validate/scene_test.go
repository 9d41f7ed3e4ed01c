package validate

import (
	"testing"
	"time"

	"github.com/ssodoctor/ssodoctor/internal/samltest"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/keys"
	"github.com/ssodoctor/ssodoctor/pkg/trace"
)

// scene is Ada's sign-in to HaloITSM, wholly correct: a captured request, the
// signed response to it, what both sides have agreed on, and the clock. A
// fixture changes one fact of it.
type scene struct {
	request  *samltest.AuthnRequest
	response *samltest.Response
	// part is what is signed, with pair; sign changes how.
	part samltest.Part
	pair samltest.Pair
	sign func(*samltest.SignOptions)
	// edit changes the response before it is signed, tamper after.
	edit, tamper func(xml string) string
	// carry writes the capture; the default is a HAR of the whole sign-in.
	carry func(request, response string) string
	// exchanges changes the HAR before it is written, captured what was read.
	exchanges func([]samltest.Exchange) []samltest.Exchange
	captured  func(*trace.Capture)
	expect    *Expectations
	clock     Clock
}

// newScene returns the correct sign-in.
func newScene() *scene {
	return &scene{
		request: samltest.NewAuthnRequest(), response: samltest.NewResponse(),
		part: samltest.SignAssertion, pair: samltest.RSA(),
		expect: &Expectations{
			Issuers:       []Value{{samltest.Issuer, "--issuer"}},
			EntityIDs:     []Value{{samltest.EntityID, "--entity-id"}},
			ReplyURLs:     []Value{{samltest.ACS, "--acs"}},
			NameIDFormats: []Value{{samltest.FormatEmail, "--name-id-format"}},
			Claims: []ClaimExpectation{
				{Name: samltest.ClaimEmail, Required: true, Source: "--require-claim"},
				{Name: "first_name", Required: true, Source: "--require-claim"},
			},
			Certificates:    []TrustedCertificate{trusted(samltest.RSA(), "--cert")},
			SignedAssertion: "SP metadata sp.xml",
		},
		clock: Clock{Now: samltest.Time.Add(time.Hour)},
	}
}

// trusted is the certificate of a test key as one that was given.
func trusted(pair samltest.Pair, source string) TrustedCertificate {
	c, err := keys.ParseCertificate(pair.Cert)
	if err != nil {
		panic(err)
	}
	return TrustedCertificate{Certificate: c, Source: source}
}

// assertion is the assertion of the response.
func (s *scene) assertion() *samltest.Assertion { return s.response.Assertions[0] }

// only makes the input the response alone, as XML.
func (s *scene) only() {
	s.carry = func(_, response string) string { return response }
}

// input makes the input a text that has nothing to do with the sign-in.
func (s *scene) input(text string) {
	s.carry = func(string, string) string { return text }
}

// text writes the input.
func (s *scene) text(t testing.TB) string {
	t.Helper()
	request, response := s.request.XML(), s.signed(t)
	if s.carry != nil {
		return s.carry(request, response)
	}
	exchanges := samltest.SignIn(request, response)
	if s.exchanges != nil {
		exchanges = s.exchanges(exchanges)
	}
	return samltest.HAR(exchanges...)
}

// captures writes the input and reads it back.
func (s *scene) captures(t testing.TB) []*trace.Capture {
	t.Helper()
	c, err := trace.ReadBytes([]byte(s.text(t)), "login.har", trace.Limits{})
	if err != nil {
		t.Fatalf("the capture cannot be read: %v", err)
	}
	if s.captured != nil {
		s.captured(c)
	}
	return []*trace.Capture{c}
}

// signed writes the response and signs it, the assertions first.
func (s *scene) signed(t testing.TB) string {
	t.Helper()
	xml := s.response.XML()
	if s.edit != nil {
		xml = s.edit(xml)
	}
	if s.part&samltest.SignAssertion != 0 {
		for _, a := range s.response.Assertions {
			xml = s.signElement(t, xml, a.ID)
		}
	}
	if s.part&samltest.SignResponse != 0 {
		xml = s.signElement(t, xml, s.response.ID)
	}
	if s.tamper != nil {
		xml = s.tamper(xml)
	}
	return xml
}

func (s *scene) signElement(t testing.TB, xml, id string) string {
	t.Helper()
	o := samltest.SignOptions{Key: s.pair.Key, Cert: s.pair.Cert, ID: id}
	if s.sign != nil {
		s.sign(&o)
	}
	out, err := samltest.Sign([]byte(xml), o)
	if err != nil {
		t.Fatalf("the response cannot be signed: %v", err)
	}
	return string(out)
}

// report examines the scene.
func (s *scene) report(t testing.TB) *Report {
	t.Helper()
	return Examine(s.captures(t), s.expect, s.clock)
}

// of returns the findings of a check.
func of(r *Report, check string) []finding.Finding {
	var out []finding.Finding
	for _, f := range r.Findings {
		if f.Check == check {
			out = append(out, f)
		}
	}
	return out
}

// result returns the outcome of a check on a message (nil: on the input), nil
// where it was not applicable.
func result(r *Report, check string, message *int) *CheckResult {
	for i, c := range r.Checks {
		same := (c.Message == nil) == (message == nil) && (message == nil || *c.Message == *message)
		if c.Check == check && same {
			return &r.Checks[i]
		}
	}
	return nil
}

// explain lists the findings of a report for the log of a failed test.
func explain(t *testing.T, r *Report) {
	t.Helper()
	for _, f := range r.Findings {
		t.Logf("%s %s: %s (caused by %q)", f.Severity, f.Check, f.Detail, f.CausedBy)
	}
}
