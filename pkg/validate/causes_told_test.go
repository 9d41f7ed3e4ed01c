package validate

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ssodoctor/ssodoctor/internal/samltest"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/profile"
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

func asks(acs string) func(*scene) {
	return func(s *scene) { s.request.AssertionConsumerServiceURL = acs }
}

func calls(issuer string) func(*scene) { return func(s *scene) { s.request.Issuer = issuer } }

var tolds = []told{
	// the words of the identity provider that is at work
	{"Google signs the response alone", both(from(googleIssuer), func(s *scene) { s.part = samltest.SignResponse }),
		"signature-policy-unmet", "the Assertion is not signed itself", finding.App, "Google Workspace: Apps > Web and mobile apps > (app) > Service provider details > Signed response"},
	{"Keycloak sends another name", both(from(keycloakIssuer), change(func(_ *samltest.Response, a *samltest.Assertion) { a.Remove("first_name") })),
		"claim-misnamed", "givenname", finding.App, "Keycloak: the settings of the app there"},
	{"AD FS does not know the endpoint", both(asks(samltest.ACS+"2"), adfsStops("3200")),
		"reply-url-not-registered", "MSIS3200", finding.ADFS, adfsEndpoints},

	// what the app itself came up with
	{"the app asks for another address", both(asks("https://halo.contoso.com/Auth/SAML"), change(func(r *samltest.Response, _ *samltest.Assertion) {
		r.Destination = "https://halo.contoso.com/Auth/SAML"
	})),
		"destination-mismatch", "the app's own request asked for that", finding.App, appReplyURL},
	{"the app calls itself by a slash", both(calls(samltest.EntityID+"/"), change(func(_ *samltest.Response, a *samltest.Assertion) { a.Audiences[0] += "/" })),
		"audience-mismatch", "the app called itself that in its own request", finding.App, appEntityID},
	{"the app behind a proxy asks for http", both(asks(plainACS), entraStops("50011")),
		"reply-url-not-registered", plainACS, finding.App, appBaseURL},
	{"the metadata of the app behind a proxy says http", func(s *scene) { s.expect.ReplyURLs = []Value{{plainACS, "--sp-metadata"}} },
		"reply-url-mismatch", "the app takes itself to be on http", finding.App, appBaseURL},

	// what the app says on its page
	{"the app hears of http", appAnswers(400, "<p>invalid_response: The response was received at "+plainACS+" instead of "+samltest.ACS),
		"flow-app-rejected", "takes itself to be on http", finding.App, appBaseURL},
	{"the app takes no tile", both(change(func(r *samltest.Response, a *samltest.Assertion) {
		r.InResponseTo, a.Confirmations[0].InResponseTo = "", ""
	}),
		exchanges(func(es []samltest.Exchange) []samltest.Exchange {
			return answering(es, 403, "<h1>Sign-in failed</h1><p>Unsolicited response")[2:]
		})),
		"flow-app-rejected", "started at the identity provider, which many apps do not accept", finding.User, "the browser"},
	{"the app has another request in mind", appAnswers(403, "<p>Invalid InResponseTo"), "flow-app-rejected", "another tab has asked since", finding.User, "the browser"},
	{"the app refuses SHA-1", both(func(s *scene) { s.sign = func(o *samltest.SignOptions) { o.Algorithm = samltest.RSASHA1 } }, appAnswers(403, "<p>Signature algorithm rsa-sha1 is not allowed")),
		"signature-algorithm-weak", "rsa-sha1", finding.Entra, entraCertificate + " > Token signing certificate > Edit > Signing Algorithm"},
	{"SHA-1, but the app says something else", both(func(s *scene) { s.sign = func(o *samltest.SignOptions) { o.Algorithm = samltest.RSASHA1 } }, appAnswers(403, "<p>User not found")),
		"flow-app-rejected", "no account for the user", finding.App, appUsers},
	{"the sign-in is too old for the app", appAnswers(500, "<p>Authentication statement is too old to be used with value 2026-11-21T04:00:00Z"),
		"flow-app-rejected", "longer ago than the app allows", finding.App, appRequest},
	{"the app finds the token too early", appAnswers(403, "<p>The assertion is not yet valid"), "flow-app-rejected", "its clock may be behind", finding.App, appClock},
	{"the app knows no such account", appAnswers(403, "<p>No account was found for ada@contoso.com"), "flow-app-rejected", "no account for the user", finding.App, appUsers},

	// certificates
	{"renewed", both(signedBy(issued(samltest.RSA(), "Contoso", 2025)), func(s *scene) { s.pair = issued(samltest.Other(), "Contoso", 2026) }),
		"signature-untrusted-certificate", "the certificate was renewed, and the app still holds the old one: the Assertion is signed with", finding.App, appCertificate},
	{"renewed, and not active", both(signedBy(issued(samltest.RSA(), "Contoso", 2026)), func(s *scene) { s.pair = issued(samltest.Other(), "Contoso", 2025) }),
		"signature-untrusted-certificate", "still signs with the old one", finding.Entra, entraCertificate + " > Token signing certificate > Edit"},
	{"another key than that of the certificate", func(s *scene) { s.sign = func(o *samltest.SignOptions) { o.Key = samltest.Other().Key } },
		"signature-value-mismatch", "another private key signed", finding.App, "the identity provider's signing key and certificate"},

	// users
	{"NameID format that is not issued", refusing("", "Requester", "InvalidNameIDPolicy"), "status-not-success", "the request asks for", finding.Entra, entraNameID},
	{"another tenant", both(from(otherTenantIssuer), func(s *scene) { s.expect.Issuers = []Value{{samltest.Issuer, "--issuer"}} }),
		"issuer-mismatch", "the user signed in to another tenant", finding.App, appSSOURL},
	{"letter case of an account", then(users("mail", "Ada@contoso.com"), saysNo), "user-unknown", "differ by letter case", finding.App, appUsers},
	{"a guest whose made-up name the app does not know", both(tokenOf("ada_fabrikam.com#EXT#@contoso.onmicrosoft.com", ada), appAnswers(403, "<p>User not found")),
		"nameid-format-content", "made up for a guest", finding.Entra, entraNameID},
	{"ForceAuthn went unheard", both(demandsNew(-6*time.Hour), appAnswers(403, "<p>Sign-in failed")), "authn-not-fresh", "5 h 59 m before the request", finding.Entra, "Protection > Conditional Access > (policy for the app) > Session > Sign-in frequency"},

	// the way back
	{"artifact that the app cannot resolve", exchanges(func(es []samltest.Exchange) []samltest.Exchange {
		es[1].Page = ""
		e := samltest.Get(es[2].Time, samltest.ACS+"?SAMLart=AAQAAMh48%2F1oXIM%2BsDo7Dh2qMp1HM4IF5DaRNmDj6RdUmllwn9jJHyEgIi8%3D", "<p>Unable to resolve the artifact")
		e.Status = 500
		return append(es[:2], e)
	}), "flow-response-missing", "got an artifact", finding.Network, "the firewall and proxy between the app's server and the identity provider"},
	{"Google: switched off for the user", sentTo("https://accounts.google.com/o/saml2/idp?idpid=C03abcdef", "<title>Error 403 (Forbidden)!!1</title><ins>That’s an error.</ins><p>Error: app_not_enabled_for_user"),
		"flow-response-missing", "the app is switched off for this user", finding.App, googleAccess},
	{"Keycloak: signature demanded", sentTo(keycloakIssuer+"/protocol/saml", "<h1>We are sorry...</h1><p>Invalid requester</p>"),
		"flow-response-missing", "the signature of the request is missing", finding.App, keycloakKeys + " > Client signature required"},
	{"the host has moved", then(leadsTo("https://contoso.haloitsm.com/auth/saml", ""), func(es []samltest.Exchange) []samltest.Exchange {
		es[3].Status = 405
		return es
	}), "flow-post-to-get", "contoso.haloitsm.com", finding.Entra, entraReplyURL},
	{"the app's clock is behind a token that begins at once", both(clockOf(-4*time.Minute), change(func(_ *samltest.Response, a *samltest.Assertion) {
		a.NotBefore = samltest.At(4600 * time.Millisecond) // the Date headers know whole seconds alone
	})), "clock-skew", "so NotBefore fails there until", finding.App, appClock},
	{"SharePoint: the token ends too soon", sharePoint(passive(func(r *samltest.TokenResponse) { r.Created, r.Expires = samltest.At(0), samltest.At(10*time.Minute) }), loops(4)),
		"wsfed-lifetime", "LogonTokenCacheExpirationWindow", finding.Entra, entraTokenLifetime},
	{"SharePoint: a token of SAML 2.0", sharePoint(func(*scene) {}, crashes), "wsfed-token-type", "SharePoint reads SAML 1.1 alone", finding.App, "SharePoint Management Shell > Set-SPTrustedIdentityTokenIssuer -SignInUrl"},
	{"a partial logout that nobody signed", logoutBy(func(_ *samltest.LogoutRequest, r *samltest.LogoutResponse) {
		r.StatusCodes = append(r.StatusCodes, "urn:oasis:names:tc:SAML:2.0:status:PartialLogout")
	}, unsigned), "logout-status", "the logout was partial", finding.App, appLogout},

	// what the capture or the profile alone tells
	{"the capture has no bodies", exchanges(func(es []samltest.Exchange) []samltest.Exchange {
		es[1].Page, es[2].Body = "", ""
		return es
	}), "flow-response-missing", "the capture has no body of that POST", finding.User, "the browser's network log"},
	{"not an Identifier of the profile, and refused", then(both(onlyIdentifierPattern, change(func(_ *samltest.Response, a *samltest.Assertion) { a.Audiences[0] += "/" })), saysNo),
		"audience-mismatch", "does not look like an Identifier of this app", finding.Entra, entraIdentifier},
	{"the app says Audience", both(func(s *scene) { s.expect.EntityIDs = nil }, appAnswers(403, "<p>Invalid audience")),
		"flow-app-rejected", "another one than the Audience of the token", finding.App, appEntityID},
	{"the app cannot decrypt", both(sealed(nil), func(s *scene) { s.expect.Keys = nil }, appAnswers(500, "<p>Unable to decrypt the assertion")),
		"flow-app-rejected", "may not be that of the certificate", finding.Entra, entraEncryption},
	{"RelayState is encoded once more", post(func(e *samltest.Exchange) {
		at := strings.Index(e.Body, "RelayState=")
		e.Body = e.Body[:at] + strings.ReplaceAll(e.Body[at:], "%2F", "%252F")
	}), "flow-relay-state-changed", "percent-encoded once more", finding.Network, "proxies between app and identity provider"},

	// claims
	{"AWS: no provider in the role", awsRole("arn:aws:iam::123456789012:role/Admins", "3600"), "claim-value-mismatch", "saml-provider", finding.Entra, entraClaims},
	{"AWS: session too long", awsRole(awsGoodRole, "86400"), "claim-value-mismatch", "900 to 43200", finding.Entra, entraClaims},
	{"AWS: roles joined", awsRole(awsGoodRole+";"+awsGoodRole, "900"), "claim-value-mismatch", `joined by ";" into one`, finding.Entra, entraClaims},
}

const (
	awsACS      = "https://signin.aws.amazon.com/saml"
	awsGoodRole = "arn:aws:iam::123456789012:role/Admins,arn:aws:iam::123456789012:saml-provider/Entra"
)

// demandsNew makes the app demand a new sign-in, and the user's be that long
// after the request.
func demandsNew(after time.Duration) func(*scene) {
	return func(s *scene) {
		s.request.ForceAuthn = "true"
		s.assertion().Authn[0].Instant = samltest.At(after)
	}
}

// sentTo makes the app ask another identity provider, which shows a page.
func sentTo(sso, page string) func(*scene) {
	return both(func(s *scene) { s.request.Destination = sso }, exchanges(func(es []samltest.Exchange) []samltest.Exchange {
		moved := func(url string) string { return strings.Replace(url, samltest.SSOURL+"?", sso+separator(sso), 1) }
		for i := range es[0].ResponseHeaders {
			es[0].ResponseHeaders[i].Value = moved(es[0].ResponseHeaders[i].Value)
		}
		es[1].URL, es[1].Page, es[1].Status = moved(es[1].URL), page, 403
		return es[:2]
	}))
}

// sharePoint makes the app a SharePoint server, which reacts to its token.
func sharePoint(token func(*scene), reaction func([]samltest.Exchange) []samltest.Exchange) func(*scene) {
	return func(s *scene) {
		s.expect = &Expectations{Certificates: s.expect.Certificates}
		token(s)
		inner := s.exchanges
		s.exchanges = func(es []samltest.Exchange) []samltest.Exchange {
			if inner != nil {
				es = inner(es)
			}
			const trust = "https://halo.contoso.com/_trust/"
			es[2].URL = trust
			return reaction(es)
		}
		s.response.Destination, s.assertion().Confirmations[0].Recipient = "https://halo.contoso.com/_trust/", "https://halo.contoso.com/_trust/"
	}
}

// onlyIdentifierPattern makes the Identifier known by a pattern alone.
func onlyIdentifierPattern(s *scene) {
	s.expect.EntityIDs = nil
	s.expect.EntityIDPatterns = []Pattern{profilePattern(`^(https://)?[a-z.]+$`, "https://(host)")}
}

// awsRole is a sign-in to AWS that is refused without a reason.
func awsRole(role, seconds string) func(*scene) {
	return func(s *scene) {
		a := s.assertion()
		for name, value := range map[string]string{"Role": role, "SessionDuration": seconds, "RoleSessionName": samltest.User} {
			a.Attributes = append(a.Attributes, samltest.NewAttribute("https://aws.amazon.com/SAML/Attributes/"+name, value))
		}
		s.expect = &Expectations{Certificates: given(samltest.RSA())}
		p, err := profile.Load("aws-iam")
		if err == nil {
			err = s.expect.AddProfile(p)
		}
		if err != nil {
			panic(err)
		}
		s.response.Destination, a.Confirmations[0].Recipient, a.Audiences[0] = awsACS, awsACS, awsACS
		exchanges(func(es []samltest.Exchange) []samltest.Exchange {
			es = answering(es, 403, "<p>Your request included an invalid SAML response.")[2:]
			es[0].URL = awsACS
			return es
		})(s)
	}
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

// TestToldSource holds that fixes of claims say what a claim is made from at
// the identity provider at work, where the profile of the app knows.
func TestToldSource(t *testing.T) {
	for issuer, want := range map[string]string{samltest.Issuer: "(usually user.mail)", "http://fs.contoso.com/adfs/services/trust": "(usually E-Mail-Addresses)"} {
		s := newScene()
		haloitsm(s)
		from(issuer)(s)
		s.assertion().Remove(samltest.ClaimEmail)
		found := of(s.report(t), "claim-missing")
		if len(found) == 0 || !strings.HasSuffix(found[0].Fixes[0].Action, want) {
			t.Errorf("%s: %+v, want a fix that ends with %q", issuer, found, want)
		}
	}
}

// TestCookieOfAToken holds that the cookie of a session which one token began
// is not missed with the next: the app did not wait for it.
func TestCookieOfAToken(t *testing.T) {
	s := newScene()
	s.part = 0
	s.exchanges = func(es []samltest.Exchange) []samltest.Exchange {
		es[2].ResponseHeaders = append(slices.Clone(es[2].ResponseHeaders), samltest.Header{Name: "Set-Cookie", Value: "FedAuth=77u; Path=/; Secure; HttpOnly"})
		out := loops(4)(es)
		for i := range out {
			if out[i].Method == "POST" {
				own := strings.NewReplacer(s.response.ID, fmt.Sprintf("_r%d", i), s.assertion().ID, fmt.Sprintf("_a%d", i))
				out[i].Body = samltest.PostForm(own.Replace(capturedResponse(out[i].Body)), "/portal/tickets")
			}
		}
		return out
	}
	r := s.report(t)
	if len(of(r, "flow-login-loop")) == 0 || len(of(r, "flow-cookie-not-sent")) > 0 {
		explain(t, r)
		t.Error("want a loop, and no word of a cookie")
	}
}
