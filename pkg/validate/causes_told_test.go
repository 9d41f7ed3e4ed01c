package validate

import (
	"strings"
	"testing"

	"github.com/ssodoctor/ssodoctor/internal/samltest"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// told is a broken sign-in whose diagnosis must send the right person to the
// right place: that check, with these words in it, and first in the fixes that
// party at that place.
type told struct {
	name        string
	set         func(*scene)
	check, says string
	who         finding.System
	place       string
}

const (
	googleIssuer   = "https://accounts.google.com/o/saml2?idpid=C03abcdef"
	keycloakIssuer = "https://sso.contoso.com/realms/contoso"
	plainACS       = "http://halo.contoso.com/auth/saml"
)

// from makes another identity provider the one that signs in.
func from(issuer string) func(*scene) {
	return func(s *scene) {
		s.response.Issuer, s.assertion().Issuer = issuer, issuer
		s.expect.Issuers = []Value{{issuer, "--issuer"}}
	}
}

// all makes several changes.
func all(changes ...func(*scene)) func(*scene) {
	return func(s *scene) {
		for _, change := range changes {
			change(s)
		}
	}
}

func asks(acs string) func(*scene) {
	return func(s *scene) { s.request.AssertionConsumerServiceURL = acs }
}

func calls(issuer string) func(*scene) { return func(s *scene) { s.request.Issuer = issuer } }

var tolds = []told{
	// the words of the identity provider that is at work
	{"Google signs the response alone", all(from(googleIssuer), func(s *scene) { s.part = samltest.SignResponse }),
		"signature-policy-unmet", "the Assertion is not signed itself", finding.App, "Google Workspace: Apps > Web and mobile apps > (app) > Service provider details > Signed response"},
	{"Keycloak sends another name", all(from(keycloakIssuer), change(func(_ *samltest.Response, a *samltest.Assertion) { a.Remove("first_name") })),
		"claim-misnamed", "givenname", finding.App, "Keycloak: the settings of the app there"},
	{"AD FS does not know the endpoint", all(asks(samltest.ACS+"2"), adfsStops("3200")),
		"reply-url-not-registered", "MSIS3200", finding.ADFS, adfsEndpoints},

	// what the app itself came up with
	{"the app asks for another address", all(asks("https://halo.contoso.com/Auth/SAML"), change(func(r *samltest.Response, _ *samltest.Assertion) {
		r.Destination = "https://halo.contoso.com/Auth/SAML"
	})),
		"destination-mismatch", "the app's own request asked for that", finding.App, appReplyURL},
	{"the app calls itself by a slash", all(calls(samltest.EntityID+"/"), change(func(_ *samltest.Response, a *samltest.Assertion) { a.Audiences[0] += "/" })),
		"audience-mismatch", "the app called itself that in its own request", finding.App, appEntityID},
	{"the app behind a proxy asks for http", all(asks(plainACS), entraStops("50011")),
		"reply-url-not-registered", plainACS, finding.App, appBaseURL},
	{"the metadata of the app behind a proxy says http", func(s *scene) { s.expect.ReplyURLs = []Value{{plainACS, "--sp-metadata"}} },
		"reply-url-mismatch", "the app takes itself to be on http", finding.App, appBaseURL},
}

func TestTold(t *testing.T) {
	for _, c := range tolds {
		t.Run(strings.ReplaceAll(c.name, "/", "-"), func(t *testing.T) {
			s := newScene()
			c.set(s)
			r := s.report(t)
			if r.Diagnosis == nil || r.Diagnosis.Check != c.check || !strings.Contains(r.Diagnosis.Summary, c.says) {
				explain(t, r)
				t.Fatalf("diagnosis %+v, want %s that says %q", r.Diagnosis, c.check, c.says)
			}
			if len(r.Diagnosis.Fixes) == 0 || r.Diagnosis.Fixes[0].System != c.who || r.Diagnosis.Fixes[0].Place != c.place {
				t.Errorf("fixes %+v, want first %s at %s", r.Diagnosis.Fixes, c.who, c.place)
			}
			for _, f := range r.Diagnosis.Fixes {
				if strings.Contains(f.Action, "the expected value") {
					t.Errorf("fix %+v has a hole", f)
				}
			}
		})
	}
}
