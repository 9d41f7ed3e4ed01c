package validate

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ssodoctor/ssodoctor/internal/samltest"
)

// refusers are the stacks that refuse the scene, and the first reason of each.
func refusers(t *testing.T, s *scene) (names []string, reasons map[string]string) {
	t.Helper()
	s.expect.Stacks = Stacks()
	reasons = make(map[string]string)
	for _, v := range s.report(t).Stacks {
		if v.Outcome == Refuses {
			names = append(names, v.Stack.Name)
			reasons[v.Stack.Name] = v.Reasons[0]
		}
	}
	return names, reasons
}

// allBut lists the stacks without those named.
func allBut(names ...string) (rest []string) {
	for _, s := range Stacks() {
		if !slices.Contains(names, s.Name) {
			rest = append(rest, s.Name)
		}
	}
	return rest
}

// stackScenes each change one fact of a sign-in that every stack accepts; want
// are the stacks that then refuse it.
var stackScenes = []struct {
	name   string
	change func(*scene)
	want   []string
}{
	{"nothing", func(*scene) {}, nil},
	{"only the assertion is signed", func(s *scene) { s.part = samltest.SignAssertion }, []string{"node-saml", "pysaml2"}},
	{"only the response is signed", func(s *scene) {
		s.part, s.expect.SignedAssertion = samltest.SignResponse, ""
	}, []string{"node-saml"}},
	{"another certificate", func(s *scene) { s.pair = samltest.Other() }, allBut()},
	{"changed after signing", func(s *scene) {
		s.tamper = func(xml string) string { return strings.ReplaceAll(xml, ">Lovelace<", ">Byron<") }
	}, allBut()},
	{"clock 100 s behind", func(s *scene) { s.assertion().NotBefore = samltest.At(104 * time.Second) },
		[]string{"node-saml", "pysaml2", "ruby-saml", "samlify", "sustainsys"}},
	{"clock 4 min behind", func(s *scene) { s.assertion().NotBefore = samltest.At(4 * time.Minute) },
		[]string{"crewjam", "node-saml", "pysaml2", "ruby-saml", "samlify", "shibboleth", "sustainsys"}},
	{"expired long ago", func(s *scene) {
		s.assertion().NotBefore, s.assertion().NotOnOrAfter = samltest.At(-2*time.Hour), samltest.At(-time.Hour)
	}, allBut("gosaml2", "goxmldsig")},
	{"issued two minutes before", func(s *scene) {
		s.response.IssueInstant = samltest.At(-2 * time.Minute)
	}, []string{"crewjam"}},
	{"issued ten minutes before", func(s *scene) {
		s.response.IssueInstant = samltest.At(-10 * time.Minute)
	}, []string{"crewjam", "shibboleth"}},
	{"Destination with a slash more", func(s *scene) { s.response.Destination += "/" },
		allBut("goxmldsig", "itfoxtec", "node-saml", "samlify")},
	{"Destination is a prefix", func(s *scene) { s.response.Destination = strings.TrimSuffix(samltest.ACS, "/saml") },
		allBut("goxmldsig", "itfoxtec", "node-saml", "python3-saml", "samlify")},
	{"Destination is missing", func(s *scene) { s.response.Destination = "" }, []string{"crewjam", "shibboleth"}},
	{"Destination is empty", func(s *scene) {
		s.edit = func(xml string) string {
			return strings.Replace(xml, ` Destination="`+samltest.ACS+`"`, ` Destination=""`, 1)
		}
	}, []string{"crewjam", "python3-saml", "ruby-saml", "shibboleth"}},
	{"Recipient with a slash more", func(s *scene) { s.assertion().Confirmations[0].Recipient += "/" },
		allBut("goxmldsig", "itfoxtec", "node-saml", "python3-saml", "samlify")},
	{"wrong audience", func(s *scene) { s.assertion().Audiences = []string{"https://other.contoso.com"} },
		allBut("gosaml2", "goxmldsig", "samlify")},
	{"no audience", func(s *scene) { s.assertion().Audiences = nil }, []string{"itfoxtec", "node-saml", "sustainsys"}},
	{"wrong issuer", func(s *scene) { s.expect.Issuers = []Value{{"https://idp.contoso.com/", "--issuer"}} },
		allBut("goxmldsig", "node-saml")},
	{"started at the identity provider", func(s *scene) {
		s.response.InResponseTo, s.assertion().Confirmations[0].InResponseTo = "", ""
	}, []string{"crewjam", "pysaml2", "sustainsys"}},
	{"no AuthnStatement", func(s *scene) { s.assertion().Authn = nil }, []string{"pysaml2", "python3-saml", "ruby-saml", "shibboleth", "sustainsys"}},
	{"no claims", func(s *scene) { s.assertion().Attributes, s.expect.Claims = nil, nil }, []string{"python3-saml"}},
	{"NotBefore in the confirmation", func(s *scene) {
		s.assertion().Confirmations[0].NotBefore = samltest.At(-time.Minute)
	}, []string{"sustainsys"}},
	{"SHA-1", func(s *scene) {
		s.sign = func(o *samltest.SignOptions) { o.Algorithm, o.Digest = samltest.RSASHA1, samltest.SHA1 }
	}, []string{"itfoxtec"}},
	{"the response has no Issuer", func(s *scene) { s.response.Issuer = "" }, []string{"spring", "sustainsys"}},
	{"refused at the identity provider", func(s *scene) {
		s.response.StatusCodes = []string{"urn:oasis:names:tc:SAML:2.0:status:Responder"}
	}, allBut("goxmldsig")},
}

func TestStacks(t *testing.T) {
	for _, c := range stackScenes {
		t.Run(c.name, func(t *testing.T) {
			s := newScene()
			s.part = samltest.SignAssertion | samltest.SignResponse
			c.change(s)
			if got, reasons := refusers(t, s); !slices.Equal(got, c.want) {
				t.Errorf("refused by %q, want %q", got, c.want)
				for name, reason := range reasons {
					t.Logf("%s: %s", name, reason)
				}
			}
		})
	}
}

// TestStackOpen: without a certificate nobody accepts, and the reason is said.
func TestStackOpen(t *testing.T) {
	s := newScene()
	s.part = samltest.SignAssertion | samltest.SignResponse
	s.expect = &Expectations{Stacks: Stacks()}
	verdicts := s.report(t).Stacks
	if len(verdicts) != len(Stacks()) {
		t.Fatalf("%d verdicts, want one of each of the %d stacks", len(verdicts), len(Stacks()))
	}
	for _, v := range verdicts {
		if v.Outcome != Open || !slices.Contains(v.Reasons, noCertificate) {
			t.Errorf("%s %s for %q, want it to ask for the certificate", v.Stack.Name, v.Outcome, v.Reasons)
		}
	}
}

// TestStackWithoutDestination: nobody can refuse for what is not there, so it
// leaves no question open.
func TestStackWithoutDestination(t *testing.T) {
	s := newScene()
	s.response.Destination, s.expect.Stacks = "", Stacks()
	for _, v := range s.report(t).Stacks {
		if v.Outcome == Open {
			t.Errorf("%s is %s for %q", v.Stack.Name, v.Outcome, v.Reasons)
		}
	}
}

func TestStackTable(t *testing.T) {
	for _, s := range Stacks() {
		if s.Title == "" || s.Skew == 0 || len(s.rules) < 3 {
			t.Errorf("stack %q is not complete: title %q, tolerance %v, %d rules", s.Name, s.Title, s.Skew, len(s.rules))
		}
		if found, ok := LookupStack(s.Name); !ok || found != s {
			t.Errorf("stack %q is not found by its name", s.Name)
		}
		for i, r := range s.rules {
			if _, ok := Lookup(r.check); r.fact == nil && !ok {
				t.Errorf("rule %d of %s asks the check %q, which does not exist", i, s.Name, r.check)
			}
		}
	}
}

// TestStackUnreadable: what is no XML is refused by all, and nothing panics.
func TestStackUnreadable(t *testing.T) {
	s := newScene()
	s.input("<samlp:Response xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\"><oops></samlp:Response>")
	if got, _ := refusers(t, s); !slices.Equal(got, allBut()) {
		t.Errorf("refused by %q, want all", got)
	}
}
