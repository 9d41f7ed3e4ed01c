package validate

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ssodoctor/ssodoctor/internal/samltest"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/trace"
)

// quietScene is a sight that must not alarm anybody: the findings are exactly
// those that are listed, as "severity check".
type quietScene struct {
	name string
	set  func(*scene)
	want []string
	// information may be there or not.
	information bool
	// reasons are checks that must be not-checked.
	reasons []string
}

// sign signs a document by the ID of an element.
func sign(t testing.TB, xml, id string, edit func(*samltest.SignOptions)) string {
	t.Helper()
	s := newScene()
	s.sign = edit
	return s.signElement(t, xml, id)
}

func TestNoFalseAlarm(t *testing.T) {
	plain := sign(t, samltest.NewResponse().XML(), samltest.SessionID, nil)
	scenes := []quietScene{
		{name: "signed response and assertion", set: func(s *scene) { s.part = samltest.SignAssertion | samltest.SignResponse }},
		{name: "no cookies and headers", set: func(s *scene) {
			s.exchanges = func(es []samltest.Exchange) []samltest.Exchange {
				for i := range es {
					es[i].RequestHeaders = nil
				}
				return es
			}
		}},
		{name: "attributes of cookies masked", set: exchanges(func(es []samltest.Exchange) []samltest.Exchange {
			return answering(cookie("sid={hash:01}; SameSite={hash:02}; Secure", "lang={hash:03}")(es), 403, "")
		}), want: []string{"error flow-app-rejected"}, reasons: []string{"flow-cookie-not-sent"}},
		{name: "a page that could not be read", set: func(s *scene) {
			stopsAt("")(s)
			s.captured = func(c *trace.Capture) {
				c.Problems = append(c.Problems, finding.Problem{Check: "input-unread", Severity: finding.Info, Detail: "a body was not read"})
			}
		}, information: true, reasons: []string{"flow-response-missing"}},
		{name: "password masked, message not", set: func(s *scene) {
			s.exchanges = func(es []samltest.Exchange) []samltest.Exchange {
				login := samltest.Post(es[0].Time, "https://login.microsoftonline.com/common/login", "login=ada&passwd=%7Bhash:00%7D", es[0].URL)
				return slices.Insert(es, 1, login)
			}
		}},
		{name: "inclusive canonicalisation", set: func(s *scene) {
			s.sign = func(o *samltest.SignOptions) { o.Canonicalization = samltest.C14N10 }
		}, information: true},
		{name: "signer is not first in KeyInfo", set: func(s *scene) {
			s.sign = func(o *samltest.SignOptions) { o.Chain = [][]byte{samltest.Other().Cert} }
		}, information: true},
		{name: "no KeyInfo", set: noKeyInfo},
		{name: "another trusted certificate has expired", set: func(s *scene) {
			s.expect.Certificates = given(samltest.Expired(), samltest.RSA())
		}, want: []string{"info certificate-rollover"}},
		{name: "white space in a claim", set: func(s *scene) { s.assertion().Attribute("last_name").Values[0] = " Lovelace " }},
		{name: "encrypted and signed inside", set: func(s *scene) {
			encrypted(gcm, oaep)(s)
			s.part = 0
		}, want: []string{"info encryption-key-missing"}, reasons: []string{"signature-missing", "signature-wrapping", "signature-digest-mismatch", "certificate-expired"}},
		{name: "assertion in Advice", set: func(s *scene) {
			advice := samltest.NewAssertion()
			advice.ID = "_advice"
			s.response.Edit(replace("</Conditions>", "</Conditions><Advice>"+advice.XML()+"</Advice>"))
		}},
		{name: "request signed by the app", set: func(s *scene) {
			s.carry = func(request, response string) string {
				key := func(o *samltest.SignOptions) { o.Key, o.Cert = samltest.Other().Key, samltest.Other().Cert }
				es := samltest.SignIn(request, response)
				es[0] = samltest.Post(es[0].Time, samltest.SSOURL, samltest.PostForm(sign(t, request, samltest.RequestID, key), ""), "")
				return samltest.HAR(es[0], es[2])
			}
		}, reasons: []string{"signature-untrusted-certificate"}},
		{name: "bare assertion", set: func(s *scene) {
			start, end := strings.Index(plain, "<Assertion"), strings.Index(plain, "</samlp:Response>")
			s.input(plain[start:end])
			s.clock.At = samltest.Time
			s.expect.RequestIDs = []Value{{samltest.RequestID, "--request-id"}}
		}, reasons: []string{"status-not-success", "assertion-count"}},
		{name: "metadata signed with a key of its own", set: func(s *scene) {
			m := samltest.NewIdPMetadata(samltest.RSA().Cert)
			s.pair = samltest.Other()
			s.input(s.signElement(t, m.XML(), m.ID))
		}, want: []string{"warning signature-untrusted-certificate"}},
		{name: "logout request of the app", set: func(s *scene) {
			r := samltest.NewLogoutRequest()
			s.pair = samltest.Other()
			s.input(s.signElement(t, r.XML(), r.ID))
		}, reasons: []string{"signature-untrusted-certificate"}},
		{name: "a refusal need not be signed", set: func(s *scene) {
			s.part = 0
			s.response = samltest.NewErrorResponse("", "urn:oasis:names:tc:SAML:2.0:status:Responder")
		}, want: []string{"error status-not-success"}, reasons: []string{"signature-missing"}},
	}
	for _, q := range scenes {
		t.Run(q.name, func(t *testing.T) { q.run(t) })
	}
}

func (q quietScene) run(t *testing.T) {
	s := newScene()
	q.set(s)
	r := s.report(t)
	var got []string
	for _, f := range r.Findings {
		if q.information && f.Severity == finding.Info {
			continue
		}
		got = append(got, f.Severity.String()+" "+f.Check)
	}
	slices.Sort(got)
	if got = slices.Compact(got); !slices.Equal(got, q.want) {
		explain(t, r)
		t.Errorf("findings %q, want %q", got, q.want)
	}
	for _, name := range q.reasons {
		last := len(r.Messages) - 1
		skipped := slices.ContainsFunc(outcomes(r, name), func(c CheckResult) bool { return c.Result == finding.NotChecked && c.Reason != "" })
		if !skipped || last < 0 {
			t.Errorf("%s: %+v, want it not-checked with a reason", name, outcomes(r, name))
		}
	}
}

// TestOtherMessages holds that every kind of signed XML is judged, and a sound
// one passes.
func TestOtherMessages(t *testing.T) {
	idp := samltest.NewIdPMetadata(samltest.RSA().Cert)
	logout := samltest.NewLogoutResponse()
	for name, document := range map[string][2]string{
		"metadata":        {idp.XML(), idp.ID},
		"logout response": {logout.XML(), logout.ID},
		"request":         {samltest.NewAuthnRequest().XML(), samltest.RequestID},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene()
			signed := sign(t, document[0], document[1], nil)
			s.input(signed)
			r := s.report(t)
			if len(r.Findings) > 0 {
				explain(t, r)
				t.Errorf("%d findings", len(r.Findings))
			}
			at := 0
			for _, check := range []string{"signature-digest-mismatch", "signature-value-mismatch", "certificate-expired"} {
				if c := result(r, check, &at); c == nil || c.Result != finding.Pass {
					t.Errorf("%s: %+v, want pass", check, c)
				}
			}
			s.input(strings.Replace(signed, samltest.TenantID, "00000000-0000-0000-0000-000000000000", 1))
			if len(of(s.report(t), "signature-digest-mismatch")) == 0 {
				t.Error("a change of the content was not noticed")
			}
		})
	}
}

// TestRootCauses holds that the diagnosis is the root cause, and that what follows
// from it is grouped under it.
func TestRootCauses(t *testing.T) {
	cases := []struct {
		name      string
		set       func(*scene)
		diagnosis string
		effects   []string
	}{
		{"a refusal explains what is missing", func(s *scene) {
			s.response.StatusCodes = []string{"urn:oasis:names:tc:SAML:2.0:status:Requester"}
			s.part, s.response.Destination = 0, "https://halo.contoso.com/other"
		}, "status-not-success", []string{"signature-missing", "assertion-count", "destination-mismatch"}},
		{"wrapping explains everything", func(s *scene) {
			s.tamper = func(xml string) string {
				evil := samltest.NewAssertion()
				evil.NameID.Value, evil.Audiences = "eve@contoso.com", []string{"https://evil.example"}
				return strings.Replace(xml, "<Assertion ", evil.XML()+"<Assertion ", 1)
			}
		}, "signature-wrapping", []string{"xml-duplicate-id", "assertion-count", "audience-mismatch"}},
		{"an untrusted certificate explains its dates", func(s *scene) {
			s.pair = samltest.Other()
			s.expect.CertificateWarning = 100 * aWeek
		}, "signature-untrusted-certificate", []string{"certificate-expiring"}},
		{"another issuer explains another certificate", func(s *scene) {
			s.pair = samltest.Other()
			s.response.Issuer = "http://adfs.contoso.com/adfs/services/trust"
			s.assertion().Issuer = s.response.Issuer
		}, "issuer-mismatch", []string{"signature-untrusted-certificate"}},
		{"nothing signed explains the policy", func(s *scene) { s.part = 0 }, "signature-missing", []string{"signature-policy-unmet"}},
		{"a reformatted copy explains the digest", func(s *scene) {
			s.tamper = func(xml string) string { return strings.ReplaceAll(xml, "><", ">\n  <") }
		}, "input-reformatted", []string{"signature-digest-mismatch", "signature-value-mismatch"}},
		{"wrong namespace explains what is not found", func(s *scene) {
			s.response.Edit(func(xml string) string {
				return strings.ReplaceAll(strings.ReplaceAll(xml, "<samlp:Status>", `<x:Status xmlns:x="urn:x">`), "</samlp:Status>", "</x:Status>")
			})
		}, "xml-namespace-wrong", []string{"status-missing"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := newScene()
			c.set(s)
			r := s.report(t)
			if r.Diagnosis == nil || r.Diagnosis.Check != c.diagnosis || r.Diagnosis.Summary == "" || len(r.Diagnosis.Fixes) == 0 {
				explain(t, r)
				t.Fatalf("diagnosis %+v, want %s", r.Diagnosis, c.diagnosis)
			}
			for _, effect := range c.effects {
				found := of(r, effect)
				if len(found) == 0 || found[0].CausedBy != c.diagnosis {
					explain(t, r)
					t.Errorf("%s: %d findings, want one that is caused by %s", effect, len(found), c.diagnosis)
				}
			}
		})
	}
}

// TestMaskedElsewhere holds that a masked value explains nothing of a message
// that can be read.
func TestMaskedElsewhere(t *testing.T) {
	s := newScene()
	s.part = 0
	s.exchanges = func(es []samltest.Exchange) []samltest.Exchange {
		masked := samltest.Post(samltest.Time.Add(-time.Hour), samltest.ACS, "SAMLResponse=%7Bhash:00%7D", "")
		return slices.Insert(es, 0, masked)
	}
	r := s.report(t)
	if len(of(r, "input-masked")) == 0 || len(of(r, "signature-missing")) == 0 {
		explain(t, r)
		t.Fatal("input-masked and signature-missing were expected")
	}
	if cause := of(r, "signature-missing")[0].CausedBy; cause != "" {
		t.Errorf("signature-missing is caused by %q, want it to stand alone", cause)
	}
}

// TestFixesFitTheProduct holds that nobody is sent to another product than the
// one that made the message.
func TestFixesFitTheProduct(t *testing.T) {
	s := newScene()
	s.pair = samltest.Other()
	for _, fix := range of(s.report(t), "signature-untrusted-certificate")[0].Fixes {
		if fix.System == finding.ADFS || fix.System == finding.Okta {
			t.Errorf("the message is from Entra, the fix is for %s", fix.System)
		}
	}
}

// TestFixesOfBlanks holds that each value with blanks around it is mended where
// it is from.
func TestFixesOfBlanks(t *testing.T) {
	for _, c := range []struct {
		name, place string
		set         func(*scene)
	}{
		{"request", appEntityID + ", " + appReplyURL, func(s *scene) { s.request.Issuer += "\n" }},
		{"NameID", entraNameID, func(s *scene) { s.assertion().NameID.Value += " " }},
		{"audience", entraBasic, func(s *scene) { s.assertion().Audiences[0] += " " }},
	} {
		s := newScene()
		c.set(s)
		if found := of(s.report(t), "whitespace-in-value"); len(found) != 1 || found[0].Fixes[0].Place != c.place {
			t.Errorf("%s: %+v", c.name, found)
		}
	}
}

// TestFlood holds that a hostile message cannot drown the report.
func TestFlood(t *testing.T) {
	s := newScene()
	for range 500 {
		s.assertion().Attributes = append(s.assertion().Attributes, samltest.Attribute{Name: "x", Raw: []string{"<AttributeValue>a<!-- -->b</AttributeValue>"}})
	}
	found := of(s.report(t), "xml-comment-in-value")
	if len(found) != maxFindings {
		t.Fatalf("%d findings, want %d", len(found), maxFindings)
	}
	if last := found[maxFindings-1].Detail; !strings.Contains(last, "more like this") {
		t.Errorf("the last finding says %q", last)
	}
}

// TestGivenOnce holds that what was wrong with the expectations is said once,
// however many inputs there are.
func TestGivenOnce(t *testing.T) {
	s := newScene()
	s.expect.CertificateProblems = []CertificateProblem{{
		Problem: finding.Problem{Check: "certificate-private-key-exposed", Detail: "the file holds a private key"}, Source: "--cert halo.pfx",
	}}
	first, second := s.captures(t)[0], s.captures(t)[0]
	second.Name = "second.har"
	found := of(Examine([]*trace.Capture{first, second}, s.expect, s.clock), "certificate-private-key-exposed")
	if len(found) != 1 || found[0].Input != first.Name {
		t.Errorf("findings %+v, want one on the first input", found)
	}
}

// A capture that is cut off after the token is worth a diagnosis of its own:
// the cut warns, and explains no more than what is missing.
func TestCutCaptureIsDiagnosed(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name      string
		after     string // the file ends a little behind this text
		diagnosis string
		severity  finding.Severity
	}{
		{"in the app's first page", "/portal", "destination-mismatch", finding.Warning},
		{"in the copy that the browser posts", "SAMLResponse=", "destination-mismatch", finding.Warning},
		{"before the token", "SAMLRequest=", "input-truncated", finding.Error},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newScene()
			s.response.Destination += "/"
			request, response := s.request.XML(), s.signed(t)
			har := samltest.HAR(samltest.SignIn(request, response)...)
			s.input(har[:strings.LastIndex(har, c.after)+len(c.after)+40])
			r := s.report(t)
			if r.Diagnosis == nil || r.Diagnosis.Check != c.diagnosis {
				t.Errorf("the diagnosis is %+v, want %s", r.Diagnosis, c.diagnosis)
			}
			cut := slices.IndexFunc(r.Findings, func(f finding.Finding) bool { return f.Check == "input-truncated" && f.Message == nil })
			if cut < 0 || r.Findings[cut].Severity != c.severity {
				t.Errorf("the cut is not told with severity %s: %+v", c.severity, r.Findings)
			}
		})
	}
}

// A certificate file that was repaired is not a capture to take again.
func TestRepairedCertificateFile(t *testing.T) {
	t.Parallel()
	s := newScene()
	s.expect.CertificateProblems = []CertificateProblem{{
		Problem: finding.Problem{Check: "input-repaired", Severity: finding.Info, Detail: "the file was UTF-16"}, Source: "--cert halo.cer",
	}}
	r := s.report(t)
	if len(r.Findings) != 1 || len(r.Findings[0].Fixes) != 1 || r.Findings[0].Fixes[0].Place != "--cert halo.cer" {
		t.Errorf("want one finding whose fix names the file, got %+v", r.Findings)
	}
}
