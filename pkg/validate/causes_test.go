package validate

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ssodoctor/ssodoctor/internal/samltest"
)

// cause is a sign-in with one thing wrong, and with what follows from that: the
// app that refuses, the browser that goes in circles. The diagnosis must name
// the one thing, and the timeline the step at which the sign-in stopped.
type cause struct {
	name  string
	set   func(*scene)
	check string
	step  int
}

// then breaks a sign-in and lets the app refuse it.
func then(broken func(*scene), reaction func([]samltest.Exchange) []samltest.Exchange) func(*scene) {
	return func(s *scene) {
		broken(s)
		inner := s.exchanges
		s.exchanges = func(es []samltest.Exchange) []samltest.Exchange {
			if inner != nil {
				es = inner(es)
			}
			return reaction(es)
		}
	}
}

func refuses(status int, page string) func([]samltest.Exchange) []samltest.Exchange {
	return func(es []samltest.Exchange) []samltest.Exchange { return answering(es, status, page) }
}

// saysNo is how most apps refuse.
var saysNo = refuses(403, "<title>Sign-in failed</title><p>The SAML response is not valid.</p>")

func crashes(es []samltest.Exchange) []samltest.Exchange {
	return answering(es, 500, "<title>Server Error</title>")
}

func toLogin(es []samltest.Exchange) []samltest.Exchange {
	es[2].ResponseHeaders = []samltest.Header{{Name: "Location", Value: "https://halo.contoso.com/login?error=sso"}}
	es[3].URL, es[3].Page = "https://halo.contoso.com/login?error=sso", "<title>Sign in</title>"
	return es
}

func change(f func(r *samltest.Response, a *samltest.Assertion)) func(*scene) {
	return func(s *scene) { f(s.response, s.assertion()) }
}

// clockOf shifts the clock of the app, as its Date headers show it.
func clockOf(d time.Duration) func(*scene) {
	return exchanges(func(es []samltest.Exchange) []samltest.Exchange {
		for i := range es {
			if strings.HasPrefix(es[i].URL, "https://halo.") {
				es[i].ResponseHeaders = append(slices.Clone(es[i].ResponseHeaders), samltest.Header{Name: "Date", Value: es[i].Time.Add(d).UTC().Format("Mon, 02 Jan 2006 15:04:05 GMT")})
			}
		}
		return es
	})
}

// page stops the sign-in at an error of Entra.
func entraStops(code string) func(*scene) { return stopsAt(entraPage("AADSTS" + code + ": text.")) }

func adfsStops(code string) func(*scene) {
	return atProvider(fsURL, 200, "<p>Activity ID: "+testCorrelation+"</p><li>Error details: MSIS"+code+": text.</li>")
}

func oktaStops(page string) func(*scene) { return atProvider(oktaURL, 403, page) }

var causes = []cause{
	// what the identity provider refuses
	{"user not assigned", entraStops("50105"), "user-not-assigned", 3},
	{"user not assigned, told to the app", refusing("AADSTS50105: no", "Responder", "RequestDenied"), "user-not-assigned", 3},
	{"user not permitted by AD FS", adfsStops("5007"), "user-not-assigned", 3},
	{"user not assigned in Okta", oktaStops("<h1>403 App Not Assigned</h1>"), "user-not-assigned", 3},
	{"Reply URL not registered", entraStops("50011"), "reply-url-not-registered", 3},
	{"Reply URL with a slash", func(s *scene) { s.request.AssertionConsumerServiceURL += "/"; entraStops("50011")(s) }, "reply-url-not-registered", 3},
	{"no Reply URL at all", entraStops("500113"), "reply-url-not-registered", 3},
	{"endpoint not in AD FS", adfsStops("3200"), "reply-url-not-registered", 3},
	{"Identifier not registered", func(s *scene) { s.request.Issuer += "/"; entraStops("700016")(s) }, "identifier-not-registered", 3},
	{"trust not in AD FS", adfsStops("3020"), "identifier-not-registered", 3},
	{"password demanded, told by the page", entraStops("75011"), "request-context-too-strict", 3},
	{"password demanded, told to the app", refusing("AADSTS75011: no", "Responder", "NoAuthnContext"), "request-context-too-strict", 3},
	{"password demanded of Entra", func(s *scene) {
		s.request.Comparison, s.request.Contexts = "exact", []string{samltest.Password}
		entraStops("75011")(s)
	}, "request-context-too-strict", 3},
	{"method that AD FS does not have", adfsStops("7102"), "request-context-too-strict", 3},
	{"app switched off", entraStops("7000112"), "entra-error", 3},
	{"Conditional Access", entraStops("53003"), "entra-error", 3},
	{"password wrong", entraStops("50126"), "entra-error", 3},
	{"guest not invited", entraStops("50020"), "entra-error", 3},
	{"request not signed", entraStops("76021"), "entra-error", 3},
	{"second factor never given", entraStops("50076"), "entra-error", 3},
	{"AD FS has no handler", adfsStops("7065"), "adfs-error", 3},
	{"AD FS hides details", atProvider(fsURL, 200, "<p>Activity ID: "+testCorrelation+"</p>"), "adfs-error", 3},
	{"NameID that AD FS does not issue", adfsStops("7070"), "adfs-error", 3},
	{"request that Okta refuses", atProvider("https://contoso.okta.com/error/400_SAML?stateToken=x", 400, "<h1>400</h1>"), "okta-error", 3},
	{"Okta session over", oktaStops(`{"errorCode":"E0000005"}`), "okta-error", 3},
	{"refused without a code", refusing("", "Responder", "AuthnFailed"), "status-not-success", 3},
	{"the user walked away", stopsAt("<title>Sign in to your account</title>"), "flow-response-missing", 3},

	// between identity provider and app
	{"form never posted", exchanges(func(es []samltest.Exchange) []samltest.Exchange { return es[:2] }), "flow-response-missing", 4},
	{"canonical redirect", leadsTo("https://www.halo.contoso.com/auth/saml", "<title>Sign in</title>"), "flow-post-to-get", 4},
	{"redirect for a slash, then an error", then(leadsTo("https://halo.contoso.com/auth/saml/", ""), func(es []samltest.Exchange) []samltest.Exchange {
		es[3].Status = 405
		return es
	}), "flow-post-to-get", 4},
	{"changed on the way", then(post(func(e *samltest.Exchange) {
		e.Body = samltest.PostForm(strings.ReplaceAll(capturedResponse(e.Body), samltest.User, "eve@contoso.com"), "/portal/tickets")
	}), saysNo), "flow-message-modified", 5},

	// what the app refuses: signature
	{"content changed", then(func(s *scene) {
		s.tamper = func(xml string) string { return strings.ReplaceAll(xml, samltest.User, "eve@contoso.com") }
	}, saysNo), "signature-digest-mismatch", 5},
	{"another certificate", then(func(s *scene) { s.pair = samltest.Other() }, saysNo), "signature-untrusted-certificate", 5},
	{"not signed", then(func(s *scene) { s.part = 0 }, saysNo), "signature-missing", 5},
	{"the response is signed, the app wants the assertion", then(func(s *scene) { s.part = samltest.SignResponse }, saysNo), "signature-policy-unmet", 5},
	{"reformatted", then(func(s *scene) { s.tamper = func(xml string) string { return strings.ReplaceAll(xml, "><", ">\n<") } }, saysNo), "input-reformatted", 5},

	// endpoints and identity
	{"Destination with a slash", then(change(func(r *samltest.Response, _ *samltest.Assertion) { r.Destination += "/" }), saysNo), "destination-mismatch", 5},
	{"Destination behind a proxy", then(change(func(r *samltest.Response, _ *samltest.Assertion) {
		r.Destination = "http://halo.contoso.com/auth/saml"
	}), crashes), "destination-mismatch", 5},
	{"Recipient of another environment", then(change(func(_ *samltest.Response, a *samltest.Assertion) {
		a.Confirmations[0].Recipient = "https://halo-test.contoso.com/auth/saml"
	}), saysNo), "recipient-mismatch", 5},
	{"Audience of another environment", then(change(func(_ *samltest.Response, a *samltest.Assertion) { a.Audiences[0] = "https://halo-test.contoso.com" }), saysNo), "audience-mismatch", 5},
	{"Audience with a slash, and a loop", then(change(func(_ *samltest.Response, a *samltest.Assertion) { a.Audiences[0] += "/" }), loops(4)), "audience-mismatch", 5},
	{"no Audience", then(change(func(_ *samltest.Response, a *samltest.Assertion) { a.Audiences = nil }), saysNo), "audience-missing", 5},
	{"Entity ID and ACS mixed up", then(change(func(_ *samltest.Response, a *samltest.Assertion) { a.Audiences[0] = samltest.ACS }), saysNo), "entity-id-acs-swapped", 5},
	{"another tenant", then(change(func(r *samltest.Response, a *samltest.Assertion) {
		r.Issuer = "https://sts.windows.net/00000000-1111-4222-8333-444444444444/"
		a.Issuer = r.Issuer
	}), saysNo), "issuer-mismatch", 5},
	{"still AD FS", then(change(func(r *samltest.Response, a *samltest.Assertion) {
		r.Issuer = "http://fs.contoso.com/adfs/services/trust"
		a.Issuer = r.Issuer
	}), saysNo), "issuer-mismatch", 5},

	// time
	{"token too old", then(change(func(_ *samltest.Response, a *samltest.Assertion) {
		a.NotBefore, a.NotOnOrAfter = samltest.At(-71*time.Minute), samltest.At(-6*time.Minute)
	}), saysNo), "assertion-expired", 5},
	{"token not valid yet", then(change(func(_ *samltest.Response, a *samltest.Assertion) { a.NotBefore = samltest.At(8 * time.Minute) }), saysNo), "assertion-not-yet-valid", 5},
	{"confirmation too old", then(change(func(_ *samltest.Response, a *samltest.Assertion) {
		a.Confirmations[0].NotOnOrAfter = samltest.At(-6 * time.Minute)
	}), saysNo), "confirmation-expired", 5},
	{"the app's clock is behind", then(clockOf(-12*time.Minute), saysNo), "clock-skew", 5},
	{"the app's clock is behind, and it loops", then(clockOf(-12*time.Minute), loops(3)), "clock-skew", 5},
	{"the app's clock is ahead", then(clockOf(90*time.Minute), saysNo), "clock-skew", 5},
	{"a window the wrong way round", then(change(func(_ *samltest.Response, a *samltest.Assertion) {
		a.NotBefore, a.NotOnOrAfter = a.NotOnOrAfter, a.NotBefore
	}), saysNo), "validity-window-invalid", 5},

	// subject, authentication, claims
	{"answers another request", then(change(func(r *samltest.Response, a *samltest.Assertion) {
		r.InResponseTo, a.Confirmations[0].InResponseTo = "id-of-another", "id-of-another"
	}), saysNo), "in-response-to-mismatch", 5},
	{"NameID missing", then(change(func(_ *samltest.Response, a *samltest.Assertion) { a.NameID = nil }), saysNo), "nameid-missing", 5},
	{"NameID empty", then(change(func(_ *samltest.Response, a *samltest.Assertion) { a.NameID.Value = samltest.Empty }), saysNo), "nameid-empty", 5},
	{"NameID in another format", then(change(func(_ *samltest.Response, a *samltest.Assertion) {
		a.NameID.Format = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
	}), saysNo), "nameid-format-mismatch", 5},
	{"e-mail claim missing", then(change(func(_ *samltest.Response, a *samltest.Assertion) { a.Remove(samltest.ClaimEmail) }), toLogin), "claim-missing", 5},
	{"e-mail claim empty", then(change(func(_ *samltest.Response, a *samltest.Assertion) {
		a.Attribute(samltest.ClaimEmail).Values = []string{samltest.Empty}
	}), toLogin), "claim-empty", 5},
	{"claim under its default name", then(change(func(_ *samltest.Response, a *samltest.Assertion) { a.Remove("first_name") }), toLogin), "claim-misnamed", 5},
	{"too many groups", then(change(func(_ *samltest.Response, a *samltest.Assertion) {
		a.Attributes = append(a.Attributes, samltest.NewAttribute("http://schemas.microsoft.com/claims/groups.link", "https://graph.windows.net/x"))
	}), toLogin), "claim-groups-overage", 5},
	{"two assertions", then(change(func(r *samltest.Response, _ *samltest.Assertion) {
		other := samltest.NewAssertion()
		other.ID = "_second"
		r.Assertions = append(r.Assertions, other)
	}), saysNo), "assertion-count", 5},
	{"password demanded, certificate used", then(func(s *scene) {
		s.request.Comparison, s.request.Contexts = "exact", []string{contextX509}
	}, saysNo), "authn-context-mismatch", 5},

	// sessions of the app
	{"cookie is Lax by default", func(s *scene) {
		s.exchanges = func(es []samltest.Exchange) []samltest.Exchange {
			return answering(cookie(sessionCookie, "lang=nl")(es), 403, "<title>Session lost</title>")
		}
	}, "flow-cookie-not-sent", 5},
	{"cookie is Lax, and it loops", exchanges(func(es []samltest.Exchange) []samltest.Exchange {
		return loops(4)(cookie("sid=1; SameSite=Lax; Secure", "lang=nl")(es))
	}), "flow-cookie-not-sent", 5},
	{"cookie None without Secure", exchanges(func(es []samltest.Exchange) []samltest.Exchange {
		return toLogin(cookie("sid=1; SameSite=None", "lang=nl")(es))
	}), "flow-cookie-not-sent", 5},
	{"www", exchanges(func(es []samltest.Exchange) []samltest.Exchange {
		es[0].URL = "https://www.halo.contoso.com/portal"
		es[2].RequestHeaders = nil
		return toLogin(es)
	}), "flow-host-changed", 5},
	{"a loop that nobody explains", exchanges(loops(5)), "flow-login-loop", 5},
	{"Entra ends the loop", entraStops("50196"), "flow-login-loop", 3},
	{"AD FS ends the loop", adfsStops("7042"), "flow-login-loop", 3},
	{"sent twice by the user", exchanges(func(es []samltest.Exchange) []samltest.Exchange {
		again := es[2]
		again.Time = again.Time.Add(10 * time.Minute)
		again.Status, again.ResponseHeaders = 403, nil
		return append(es, again)
	}), "message-replayed", 5},
	{"no account", exchanges(refuses(403, "<p>No account was found for ada@contoso.com")), "flow-app-rejected", 5},
	{"the app crashes", exchanges(crashes), "flow-app-rejected", 5},
	{"back to the sign-in page", leadsTo("https://halo.contoso.com/login", "<title>Sign in</title>"), "flow-app-rejected", 5},

	// WS-Federation
	{"WS-Fed: another realm", then(passive(func(r *samltest.TokenResponse) { r.AppliesTo += "/" }), crashes), "wsfed-realm-mismatch", 5},
	{"WS-Fed: another address", then(func(s *scene) { passiveScene(s, "&wreply=https%3A%2F%2Fhalo.contoso.com%2Fother", nil) }, saysNo), "wsfed-reply-mismatch", 5},
	{"WS-Fed: lifetime over", then(passive(func(r *samltest.TokenResponse) {
		r.Created, r.Expires = samltest.At(-2*time.Hour), samltest.At(-time.Hour)
	}), saysNo), "wsfed-lifetime", 5},
	{"WS-Fed: another token type", then(passive(func(r *samltest.TokenResponse) { r.TokenType = "urn:oasis:names:tc:SAML:2.0:assertion" }), saysNo), "wsfed-token-type", 5},
}

func TestCauses(t *testing.T) {
	if len(causes) < 60 {
		t.Errorf("%d causes", len(causes))
	}
	for _, c := range causes {
		t.Run(strings.ReplaceAll(c.name, "/", "-"), func(t *testing.T) {
			s := newScene()
			c.set(s)
			if strings.HasPrefix(c.name, "WS-Fed") {
				s.expect = &Expectations{}
			}
			r := s.report(t)
			got := "none"
			if r.Diagnosis != nil {
				got = r.Diagnosis.Check
			}
			step := 0
			if r.Flow != nil {
				step = r.Flow.Stopped
			}
			if got != c.check || step != c.step {
				explain(t, r)
				t.Errorf("diagnosis %s at step %d, want %s at step %d", got, step, c.check, c.step)
			}
		})
	}
}

// vendor is an identity provider as it signs in: its names and its habits.
type vendor struct {
	name, issuer, sso string
	format            string // of NameID
	id                string // the NameID
	part              samltest.Part
	names             string // how claims are named: "entra", "oid", "short"
	set               func(*scene)
}

const (
	formatTransient   = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
	formatUnspecified = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"
	signBoth          = samltest.SignAssertion | samltest.SignResponse
)

var vendors = []vendor{
	{name: "Entra", issuer: samltest.Issuer, sso: samltest.SSOURL},
	{name: "Entra, response and assertion signed", issuer: samltest.Issuer, sso: samltest.SSOURL, part: signBoth},
	{name: "Entra, persistent NameID", issuer: samltest.Issuer, sso: samltest.SSOURL, format: formatPersistent, id: "kX2v9Zr0aQ"},
	{name: "Entra, with MFA and a page on the way", issuer: samltest.Issuer, sso: samltest.SSOURL, set: func(s *scene) {
		s.exchanges = func(es []samltest.Exchange) []samltest.Exchange {
			mfa := samltest.Get(es[1].Time, samltest.SSOURL+"/SAS/BeginAuth", entraPage("AADSTS50076: multi-factor authentication."))
			kmsi := samltest.Post(es[1].Time, "https://login.microsoftonline.com/kmsi", "LoginOptions=1&type=28", "")
			kmsi.Status, kmsi.Page, kmsi.ResponseHeaders = 200, es[1].Page, nil
			first := es[1]
			first.Page = "<title>Sign in to your account</title>"
			return []samltest.Exchange{es[0], first, mfa, kmsi, es[2], es[3]}
		}
	}},
	{name: "Entra, request sent again by its page", issuer: samltest.Issuer, sso: samltest.SSOURL, set: exchanges(func(es []samltest.Exchange) []samltest.Exchange {
		reload := es[1]
		reload.URL += "&sso_reload=true"
		es[1].Page = "<title>Redirecting</title>"
		return []samltest.Exchange{es[0], es[1], reload, es[2], es[3]}
	})},
	{name: "Entra, Lax cookies that the app can do without", issuer: samltest.Issuer, sso: samltest.SSOURL, set: exchanges(cookie(sessionCookie+"; SameSite=Lax", "lang=nl"))},
	{name: "Entra, My Apps", issuer: samltest.Issuer, sso: samltest.SSOURL, set: func(s *scene) {
		s.response.InResponseTo, s.assertion().Confirmations[0].InResponseTo = "", ""
		s.exchanges = func(es []samltest.Exchange) []samltest.Exchange {
			es[1].URL = "https://launcher.myapps.microsoft.com/api/signin/9c1d4f6a?tenantId=" + samltest.TenantID
			return es[1:]
		}
	}},
	{name: "Entra, a password where at least protected transport was asked for", issuer: samltest.Issuer, sso: samltest.SSOURL, set: func(s *scene) {
		s.request.Comparison, s.request.Contexts = "minimum", []string{contextProtected}
	}},
	{name: "Entra, a guest whom the app takes", issuer: samltest.Issuer, sso: samltest.SSOURL, id: "ada_fabrikam.com#EXT#@contoso.onmicrosoft.com"},
	{name: "Entra, a new sign-in demanded", issuer: samltest.Issuer, sso: samltest.SSOURL, set: demandsNew(0)},
	{name: "Keycloak, an attribute for each role", issuer: keycloakIssuer, sso: keycloakIssuer + "/protocol/saml", part: signBoth, names: "short", set: func(s *scene) {
		s.assertion().Attributes = append(s.assertion().Attributes, samltest.NewAttribute("Role", "agent"), samltest.NewAttribute("Role", "offline_access"))
	}},
	{name: "AD FS", issuer: "http://fs.contoso.com/adfs/services/trust", sso: "https://fs.contoso.com/adfs/ls/", format: formatUnspecified, id: `CONTOSO\ada`},
	{name: "AD FS, transient", issuer: "http://fs.contoso.com/adfs/services/trust", sso: "https://fs.contoso.com/adfs/ls/", format: formatTransient, id: "_t1"},
	{name: "AD FS, the user posts the password to the same address", issuer: "http://fs.contoso.com/adfs/services/trust", sso: "https://fs.contoso.com/adfs/ls/", set: func(s *scene) {
		inner := s.exchanges
		s.exchanges = func(es []samltest.Exchange) []samltest.Exchange {
			es = inner(es)
			form := es[1]
			form.Page = "<title>Sign In</title><p>Enter your user name and password.</p>"
			password := samltest.Post(es[1].Time, es[1].URL, "UserName=ada&Password=x&AuthMethod=FormsAuthentication", "")
			password.Status, password.ResponseHeaders, password.Page = 200, nil, es[1].Page
			return []samltest.Exchange{es[0], form, password, es[2], es[3]}
		}
	}},
	{name: "Okta", issuer: "http://www.okta.com/exk1fxp8xqB9dT3Fz0h8", sso: oktaURL, format: formatUnspecified, part: signBoth, names: "short"},
	{name: "Okta, e-mail", issuer: "http://www.okta.com/exk1fxp8xqB9dT3Fz0h8", sso: oktaURL, part: signBoth},
	{name: "Google", issuer: "https://accounts.google.com/o/saml2?idpid=C03abcdef", sso: "https://accounts.google.com/o/saml2/idp?idpid=C03abcdef", part: samltest.SignResponse, names: "short"},
	{name: "Keycloak", issuer: "https://sso.contoso.com/realms/contoso", sso: "https://sso.contoso.com/realms/contoso/protocol/saml", part: signBoth, format: formatPersistent, id: "G-7a0e", names: "short"},
	{name: "Shibboleth", issuer: "https://idp.contoso.edu/idp/shibboleth", sso: "https://idp.contoso.edu/idp/profile/SAML2/Redirect/SSO", format: formatTransient, id: "AAdzZWNyZXQx", part: signBoth, names: "oid"},
	{name: "SimpleSAMLphp", issuer: "https://idp.contoso.org/simplesaml/saml2/idp/metadata.php", sso: "https://idp.contoso.org/simplesaml/saml2/idp/SSOService.php", format: formatTransient, id: "_9c1", part: signBoth, names: "oid"},
	{name: "PingFederate", issuer: "https://ping.contoso.com", sso: "https://ping.contoso.com/idp/SSO.saml2", part: samltest.SignAssertion, names: "short"},
	{name: "OneLogin", issuer: "https://app.onelogin.com/saml/metadata/1234567", sso: "https://contoso.onelogin.com/trust/saml2/http-redirect/sso/1234567", part: samltest.SignResponse, names: "short"},
	{name: "Auth0", issuer: "urn:contoso.eu.auth0.com", sso: "https://contoso.eu.auth0.com/samlp/abc", format: formatUnspecified, id: "auth0|65a1"},
	{name: "JumpCloud", issuer: "https://contoso.jumpcloud.example", sso: "https://sso.jumpcloud.com/saml2/halo", part: samltest.SignAssertion},
	{name: "Duo", issuer: "https://sso-1234.sso.duosecurity.com/saml2/sp/DI1/metadata", sso: "https://sso-1234.sso.duosecurity.com/saml2/sp/DI1/sso", part: signBoth, names: "short"},
	{name: "IBM Verify", issuer: "https://contoso.verify.ibm.com/saml/sps/saml20ip/saml20", sso: "https://contoso.verify.ibm.com/saml/sps/saml20ip/saml20/login", part: signBoth},
	{name: "WS-Federation, Entra", issuer: samltest.Issuer, sso: samltest.SSOURL, set: func(s *scene) { s.expect = &Expectations{Certificates: s.expect.Certificates}; passive(nil)(s) }},
	{name: "Entra, encrypted in CBC", issuer: samltest.Issuer, sso: samltest.SSOURL, set: sealed(func(o *samltest.EncryptOptions) { o.Content = samltest.AES256CBC })},
	{name: "WS-Federation, with wreply", issuer: samltest.Issuer, sso: samltest.SSOURL, set: func(s *scene) {
		s.expect = &Expectations{Certificates: s.expect.Certificates}
		passiveScene(s, "&wreply=https%3A%2F%2Fhalo.contoso.com%2Fauth%2Fsaml", nil)
	}},
}

// oids are attribute names as universities write them.
var oids = map[string]string{
	samltest.ClaimEmail: "urn:oid:0.9.2342.19200300.100.1.3", samltest.ClaimGivenName: "urn:oid:2.5.4.42", samltest.ClaimSurname: "urn:oid:2.5.4.4",
}

// scene is a correct sign-in with the vendor.
func (v vendor) scene() *scene {
	s := newScene()
	a := s.assertion()
	s.response.Issuer, a.Issuer, s.request.Destination = v.issuer, v.issuer, v.sso
	s.expect.Issuers, s.expect.SignedAssertion = []Value{{v.issuer, "--issuer"}}, ""
	if v.part != 0 {
		s.part = v.part
	}
	if v.format != "" {
		a.NameID.Format, s.request.NameIDFormat = v.format, v.format
		s.expect.NameIDFormats = []Value{{v.format, "--name-id-format"}}
	}
	if v.id != "" {
		a.NameID.Value = v.id
	}
	switch v.names {
	case "short":
		a.Attributes = []samltest.Attribute{samltest.NewAttribute("email", samltest.User), samltest.NewAttribute("firstName", "Ada"), samltest.NewAttribute("lastName", "Lovelace")}
		s.expect.Claims = []ClaimExpectation{{Name: "email", Required: true, Source: "--require-claim"}}
	case "oid":
		a.Attributes = nil
		for _, name := range []string{samltest.ClaimEmail, samltest.ClaimGivenName, samltest.ClaimSurname} {
			a.Attributes = append(a.Attributes, samltest.Attribute{Name: oids[name], NameFormat: "urn:oasis:names:tc:SAML:2.0:attrname-format:uri", Values: []string{"x@contoso.com"}})
		}
		s.expect.Claims = []ClaimExpectation{{Name: oids[samltest.ClaimEmail], Required: true, Source: "--require-claim"}}
	}
	s.exchanges = func(es []samltest.Exchange) []samltest.Exchange {
		for i := range es[:2] {
			es[i].URL = strings.Replace(es[i].URL, samltest.SSOURL+"?", v.sso+separator(v.sso), 1)
			for k := range es[i].ResponseHeaders {
				es[i].ResponseHeaders[k].Value = strings.Replace(es[i].ResponseHeaders[k].Value, samltest.SSOURL+"?", v.sso+separator(v.sso), 1)
			}
		}
		return es
	}
	if v.set != nil {
		v.set(s)
	}
	return s
}

func separator(url string) string {
	if strings.Contains(url, "?") {
		return "&"
	}
	return "?"
}

// TestHealthy is the other half of a diagnosis: sign-ins that work, as
// different products do them, give no error and no warning.
func TestHealthy(t *testing.T) {
	if len(vendors) < 20 {
		t.Errorf("%d sign-ins", len(vendors))
	}
	for _, v := range vendors {
		t.Run(v.name, func(t *testing.T) {
			r := v.scene().report(t)
			if r.Summary.Error+r.Summary.Warning > 0 {
				explain(t, r)
				t.Errorf("%d errors, %d warnings", r.Summary.Error, r.Summary.Warning)
			}
			if r.Flow == nil || r.Flow.Stopped != 0 || r.Flow.Steps[4].Outcome != StepDone {
				t.Errorf("the flow is %+v", r.Flow)
			}
		})
	}
}
