package validate

import (
	"encoding/base64"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/ssodoctor/ssodoctor/internal/samltest"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

const (
	testTrace       = "1c4f6b2a-0000-4000-8000-5d6e7f801234"
	testCorrelation = "7d3e8f90-1111-4111-9111-aabbccddeeff"
	fsURL           = "https://fs.contoso.com/adfs/ls/"
	oktaURL         = "https://contoso.okta.com/app/halo/exk1fxp8xqB9dT3Fz0h8/sso/saml"
)

// exchanges changes the capture.
func exchanges(change func([]samltest.Exchange) []samltest.Exchange) func(*scene) {
	return func(s *scene) { s.exchanges = change }
}

// stopsAt makes the identity provider answer the request with an error page.
func stopsAt(page string) func(*scene) {
	return exchanges(func(es []samltest.Exchange) []samltest.Exchange {
		es[1].Page = page
		return es[:2]
	})
}

// entraPage is the page with which Entra refuses.
func entraPage(message string) string {
	return `<html><head><title>Sign in to your account</title></head><body><script>$Config={"strServiceExceptionMessage":"` +
		message + `\r\nTrace ID: ` + testTrace + `\r\nCorrelation ID: ` + testCorrelation + `\r\nTimestamp: 2026-11-21 09:59:58Z"}</script></body></html>`
}

// atProvider makes another identity provider answer with a page.
func atProvider(address string, status int, page string) func(*scene) {
	return exchanges(func(es []samltest.Exchange) []samltest.Exchange {
		e := samltest.Get(es[1].Time, address, page)
		e.Status, es[1].Page = status, ""
		return []samltest.Exchange{es[0], es[1], e}
	})
}

// appAnswers makes the app answer the token with a status and a page.
func appAnswers(status int, page string) func(*scene) {
	return exchanges(func(es []samltest.Exchange) []samltest.Exchange { return answering(es, status, page) })
}

func answering(es []samltest.Exchange, status int, page string) []samltest.Exchange {
	es[2].Status, es[2].Page = status, page
	es[2].ResponseHeaders = slices.DeleteFunc(slices.Clone(es[2].ResponseHeaders), func(h samltest.Header) bool { return h.Name == "Location" })
	return es[:3]
}

// leadsTo makes the app redirect the token to an address.
func leadsTo(address, page string) func(*scene) {
	return exchanges(func(es []samltest.Exchange) []samltest.Exchange {
		es[2].ResponseHeaders = []samltest.Header{{Name: "Location", Value: address}}
		es[3].URL, es[3].Page = address, page
		return es
	})
}

// loops repeats the sign-in.
func loops(n int) func([]samltest.Exchange) []samltest.Exchange {
	return func(es []samltest.Exchange) []samltest.Exchange {
		var out []samltest.Exchange
		for i := range n {
			for _, e := range es[:3] {
				e.Time = e.Time.Add(time.Duration(i) * 9 * time.Second)
				out = append(out, e)
			}
		}
		return out
	}
}

// cookie adds the cookie that the app sets when it sends the request, and what
// the browser sends with the token.
func cookie(set, sent string) func([]samltest.Exchange) []samltest.Exchange {
	return func(es []samltest.Exchange) []samltest.Exchange {
		es[0].ResponseHeaders = append(slices.Clone(es[0].ResponseHeaders), samltest.Header{Name: "Set-Cookie", Value: set})
		es[2].RequestHeaders = []samltest.Header{{Name: "Cookie", Value: sent}}
		return es
	}
}

const sessionCookie = "ASP.NET_SessionId=3f7b0c; Path=/; Secure; HttpOnly"

var fixturesProvider = []fixture{
	{check: "reply-url-not-registered", name: "AADSTS50011 on the page",
		fire: stopsAt(entraPage("AADSTS50011: The redirect URI 'https://halo.contoso.com/auth/saml' specified in the request does not match the redirect URIs configured for the application.")),
		want: want{actual: samltest.ACS, detail: "trace ID " + testTrace + ", correlation ID " + testCorrelation + ", at 2026-11-21T09:59:58Z"}},
	{check: "reply-url-not-registered", name: "the app asks with a slash", base: func(s *scene) { s.request.AssertionConsumerServiceURL += "/" },
		fire: stopsAt(entraPage("AADSTS50011: no")),
		want: want{expected: []string{samltest.ACS}, actual: samltest.ACS + "/", difference: "trailing slash"}},
	{check: "reply-url-not-registered", name: "AD FS",
		fire: atProvider(fsURL, 200, "<p>Activity ID: "+testCorrelation+"</p><li>Error details: MSIS3200: No AssertionConsumerService is configured on the relying party trust &#39;https://halo.contoso.com/auth/saml&#39;</li>"),
		want: want{detail: "AD FS stopped the sign-in with MSIS3200"}},
	{check: "identifier-not-registered", name: "AADSTS700016", base: func(s *scene) { s.request.Issuer += "/" },
		fire: stopsAt(entraPage("AADSTS700016: Application with identifier 'https://halo.contoso.com/' was not found in the directory 'Contoso'.")),
		want: want{expected: []string{samltest.EntityID}, actual: samltest.EntityID + "/", difference: "trailing slash"}},
	{check: "user-not-assigned", name: "AADSTS50105 on the page",
		fire: stopsAt(entraPage("AADSTS50105: Your administrator has configured the application HaloITSM to block users unless they are specifically granted access.")),
		want: want{detail: "AADSTS50105 (EntitlementGrantsNotFound)"}},
	{check: "user-not-assigned", name: "AADSTS50105 in the status",
		fire: refusing("AADSTS50105: no. Trace ID: "+testTrace, "Responder", "RequestDenied"),
		want: want{detail: testTrace}},
	{check: "user-not-assigned", name: "AADSTS50105 passed on to the app",
		fire: leadsTo("https://halo.contoso.com/login?error=access_denied&error_description=AADSTS50105%3a+no", "")},
	{check: "user-not-assigned", name: "Okta", fire: atProvider(oktaURL, 403, "<title>Contoso</title><h1>403 App Not Assigned</h1><p>Sorry, you cannot access HaloITSM because you are not assigned this app in Okta."),
		want: want{detail: "Okta stopped the sign-in with App Not Assigned"}},
	{check: "entra-error", name: "a policy", fire: stopsAt(entraPage("AADSTS53003: Access has been blocked by Conditional Access policies.")), want: want{detail: "Conditional Access"}},
	{check: "entra-error", name: "a code that nobody knows", fire: stopsAt(entraPage("AADSTS5999999: new.")), want: want{detail: "no more is known here of that code"}},
	{check: "entra-error", name: "a step of the sign-in", fire: exchanges(func(es []samltest.Exchange) []samltest.Exchange {
		e := samltest.Get(es[0].Time.Add(time.Second), samltest.SSOURL+"/kmsi", entraPage("AADSTS50140: This error occurred due to Keep me signed in interrupt."))
		return slices.Insert(es, 1, e)
	}), want: want{severity: finding.Info}},
	{check: "entra-error", name: "a second factor that nobody gave", fire: stopsAt(entraPage("AADSTS50076: you must use multi-factor authentication.")), want: want{severity: finding.Warning}},
	{check: "entra-error", name: "pasted", base: func(s *scene) { s.input("<AuthnRequest xmlns='urn:oasis:names:tc:SAML:2.0:protocol'/>") },
		fire: func(s *scene) { s.input("AADSTS75005: The request is not a valid Saml2 protocol message.") }},
	{check: "adfs-error", name: "details hidden", fire: atProvider(fsURL, 200, "<h1>An error occurred</h1><p>Activity ID: "+testCorrelation+"</p>"),
		want: want{detail: "activity ID " + testCorrelation}},
	{check: "adfs-error", name: "MSIS7065", fire: atProvider(fsURL, 200, "<li>Error details: MSIS7065: There are no registered protocol handlers on path /adfs/ls/ to process the incoming request.</li>"),
		want: want{detail: "MSIS7065"}},
	{check: "okta-error", name: "a request that Okta refuses", fire: atProvider("https://contoso.okta.com/error/400_SAML?stateToken=x", 400, "<h1>400</h1>"), want: want{detail: "400_SAML"}},
}

// refusing makes the response an error.
func refusing(message, code, subcode string) func(*scene) {
	const status = "urn:oasis:names:tc:SAML:2.0:status:"
	return func(s *scene) {
		s.response, s.part = samltest.NewErrorResponse(message, status+code, status+subcode), 0
	}
}

var fixturesJourney = []fixture{
	{check: "flow-app-rejected", name: "500", fire: appAnswers(500, "<title>Server Error</title><p>SAML response is not valid"),
		want: want{detail: `answered with 500 titled "Server Error" that says "SAML response is not valid"`}},
	{check: "flow-app-rejected", name: "a page that says so", fire: appAnswers(200, "<title>HaloITSM</title><p>Your account could not be found"), want: want{actual: "Your account could not be found"}},
	{check: "flow-app-rejected", name: "started at the identity provider", base: answers(""), fire: appAnswers(400, "<p>Unsolicited responses are not accepted"),
		want: want{detail: "started at the identity provider, which many apps do not accept"}},
	{check: "flow-app-rejected", name: "nothing there", base: unknownReplyURL(func(*scene) {}), fire: appAnswers(404, "<title>404 Not Found</title>"), want: want{detail: "so there is nothing at that address"}},
	{check: "flow-app-rejected", name: "no POST there", base: unknownReplyURL(func(*scene) {}), fire: appAnswers(405, ""), want: want{detail: "nothing takes a POST at that address"}},
	{check: "flow-app-rejected", name: "nothing at an address that is given", fire: appAnswers(404, "<title>404 Not Found</title>"), want: want{detail: "\"404 Not Found\""}},
	{check: "flow-app-rejected", name: "too large", fire: appAnswers(413, "<title>413 Request Entity Too Large</title>"), want: want{detail: "larger than the app, or a proxy before it, takes"}},
	{check: "flow-app-rejected", name: "proxy", fire: appAnswers(502, "<title>502 Bad Gateway</title>"), want: want{detail: "got no good answer"}},
	{check: "flow-app-rejected", name: "firewall", fire: appAnswers(403, "<title>Request Rejected</title><p>The requested URL was rejected. Your support ID is: 123"), want: want{detail: "a firewall before the app blocked the request"}},
	{check: "flow-app-rejected", name: "no role", fire: appAnswers(403, "<title>Forbidden</title><p>You have no role in this app"), want: want{detail: "grants no access"}},
	{check: "flow-app-rejected", name: "an address that says so", fire: leadsTo("https://halo.contoso.com/sso/error?reason=7", ""), want: want{detail: "/sso/error"}},
	{check: "flow-app-rejected", name: "back to the sign-in page", fire: leadsTo("https://halo.contoso.com/login", "<title>Sign in</title>"), want: want{detail: "sign-in page"}},
	{check: "flow-app-rejected", name: "back to the identity provider", fire: exchanges(func(es []samltest.Exchange) []samltest.Exchange {
		es[2].ResponseHeaders = es[0].ResponseHeaders
		return es[:3]
	}), want: want{severity: finding.Warning}},
	{check: "flow-login-loop", name: "one sign-in after the other", fire: exchanges(loops(4)), want: want{detail: "4 tokens went to"}},
	{check: "flow-login-loop", name: "AADSTS50196", fire: stopsAt(entraPage("AADSTS50196: The server terminated an operation because it encountered a client request loop."))},
	{check: "flow-login-loop", name: "MSIS7042", fire: atProvider(fsURL, 200, "<li>Error details: MSIS7042: The same client browser session has made '6' requests in the last '2' seconds.</li>")},
	{check: "flow-response-missing", name: "the user stopped", fire: stopsAt("<title>Sign in to your account</title>"), want: want{detail: "no response came"}},
	{check: "flow-response-missing", name: "handed out, never posted", fire: exchanges(func(es []samltest.Exchange) []samltest.Exchange { return es[:2] }),
		want: want{detail: "does not show it being posted to"}},
	{check: "flow-relay-state-changed", name: "another one", fire: post(func(e *samltest.Exchange) { e.Body = strings.ReplaceAll(e.Body, "tickets", "home") }),
		want: want{expected: []string{"/portal/tickets"}, actual: "/portal/home"}},
	{check: "flow-relay-state-changed", name: "lost", fire: post(func(e *samltest.Exchange) { e.Body, _, _ = strings.Cut(e.Body, "&RelayState") }), want: want{detail: "without it"}},
	{check: "flow-cookie-not-sent", name: "Lax by default", base: exchanges(func(es []samltest.Exchange) []samltest.Exchange {
		return answering(cookie(sessionCookie, "ASP.NET_SessionId=3f7b0c")(es), 403, "")
	}), fire: exchanges(func(es []samltest.Exchange) []samltest.Exchange {
		return answering(cookie(sessionCookie, "lang=nl")(es), 403, "")
	}), want: want{detail: "no SameSite", actual: "no SameSite; Secure"}},
	{check: "flow-cookie-not-sent", name: "of the other host", base: exchanges(func(es []samltest.Exchange) []samltest.Exchange {
		return answering(cookie(sessionCookie, "ASP.NET_SessionId=3f7b0c")(es), 403, "")
	}), fire: exchanges(func(es []samltest.Exchange) []samltest.Exchange {
		es[0].URL = "https://www.halo.contoso.com/portal"
		return answering(cookie(sessionCookie+"; SameSite=None", "lang=nl")(es), 403, "")
	}), want: want{detail: "belongs to www.halo.contoso.com alone"}},
	{check: "flow-cookie-not-sent", name: "None without Secure in a loop", base: exchanges(func(es []samltest.Exchange) []samltest.Exchange {
		return loops(3)(cookie("sid=1; SameSite=None; Secure", "sid=1")(es))
	}), fire: exchanges(func(es []samltest.Exchange) []samltest.Exchange {
		return loops(3)(cookie("sid=1; SameSite=None", "lang=nl")(es))
	}), want: want{detail: "None without Secure"}},
	{check: "flow-host-changed", name: "www", base: appAnswers(403, ""), fire: exchanges(func(es []samltest.Exchange) []samltest.Exchange {
		es[0].URL = "https://www.halo.contoso.com/portal"
		return answering(es, 403, "")
	}), want: want{expected: []string{"www.halo.contoso.com"}, actual: "halo.contoso.com"}},
	{check: "flow-message-modified", name: "between page and post", base: handedOut("_another-response", "_another-assertion"),
		fire: handedOut("_b1a2c3d4-e5f6-4718-89aa-bbccddeeff00", samltest.SessionID), want: want{detail: "the first difference is at byte"}},
	{check: "flow-insecure-hop", name: "a redirect through http", fire: exchanges(func(es []samltest.Exchange) []samltest.Exchange {
		hop := samltest.Redirect(es[0].Time, "http://halo.contoso.com/sso", es[1].URL)
		es[0].ResponseHeaders = append(slices.Clone(es[0].ResponseHeaders), samltest.Header{Name: "X-Hop", Value: "1"})
		start := samltest.Redirect(es[0].Time, "https://halo.contoso.com/start", hop.URL)
		es[1].URL += "&sso_reload=true"
		back := samltest.Redirect(es[1].Time, "http://login.contoso.com/forward", es[1].URL)
		first := samltest.Redirect(es[1].Time, strings.TrimSuffix(es[1].URL, "&sso_reload=true"), back.URL)
		return append([]samltest.Exchange{start, es[0], first, back}, es[1:]...)
	}), want: want{actual: "http://login.contoso.com/forward"}},
	{check: "flow-insecure-hop", name: "the request is sent from http", fire: exchanges(func(es []samltest.Exchange) []samltest.Exchange {
		es[0].URL = strings.Replace(es[0].URL, "https://", "http://", 1)
		return es
	}), want: want{actual: "http://halo.contoso.com/portal"}},
	{check: "flow-post-to-get", name: "canonical redirect", fire: func(s *scene) {
		leadsTo("https://www.halo.contoso.com/auth/saml/", "")(s)
	}, want: want{expected: []string{"https://www.halo.contoso.com/auth/saml/"}, actual: samltest.ACS}},
	{check: "flow-tenant-mixed", name: "asked one, answered by another", base: func(s *scene) { s.expect.Issuers = nil },
		fire: func(s *scene) {
			other := "https://sts.windows.net/00000000-1111-4222-8333-444444444444/"
			s.response.Issuer, s.assertion().Issuer = other, other
		}, want: want{expected: []string{samltest.TenantID}}},
}

// handedOut makes the page of the identity provider hold another token than the
// one that was posted.
func handedOut(response, assertion string) func(*scene) {
	return exchanges(func(es []samltest.Exchange) []samltest.Exchange {
		xml := capturedResponse(es[2].Body)
		xml = strings.NewReplacer("_b1a2c3d4-e5f6-4718-89aa-bbccddeeff00", response, samltest.SessionID, assertion, ">Ada<", ">Eve<").Replace(xml)
		es[1].Page = samltest.HTMLForm(xml, "/portal/tickets")
		return es
	})
}

// capturedResponse is the message in the form of a POST.
func capturedResponse(form string) string {
	value, _, _ := strings.Cut(strings.TrimPrefix(form, "SAMLResponse="), "&")
	plain, err := url.QueryUnescape(value)
	if err != nil {
		panic(err)
	}
	xml, err := base64.StdEncoding.DecodeString(plain)
	if err != nil {
		panic(err)
	}
	return string(xml)
}

// passive makes the scene a sign-in by WS-Federation.
func passive(change func(*samltest.TokenResponse)) func(*scene) {
	return func(s *scene) { passiveScene(s, "", change) }
}

func passiveScene(s *scene, more string, change func(*samltest.TokenResponse)) {
	r := samltest.NewTokenResponse()
	if change != nil {
		change(r)
	}
	xml, err := samltest.Sign([]byte(r.XML()), samltest.SignOptions{Key: s.pair.Key, Cert: s.pair.Cert, ID: samltest.NewAssertion11().ID})
	if err != nil {
		panic(err)
	}
	s.exchanges = func(es []samltest.Exchange) []samltest.Exchange {
		const query = "?wa=wsignin1.0&wtrealm=https%3A%2F%2Fhalo.contoso.com&wctx=ctx-1"
		es[0].ResponseHeaders[0].Value = samltest.SSOURL + query + more
		es[1].URL, es[1].Page = samltest.SSOURL+query+more, "<html>Working</html>"
		es[2].Body = samltest.WSFedForm(string(xml), "ctx-1")
		return es
	}
}

var fixturesWSFed = []fixture{
	{check: "wsfed-fault", name: "SOAP fault", base: passive(nil), fire: func(s *scene) {
		passiveScene(s, "", nil)
		inner := s.exchanges
		s.exchanges = func(es []samltest.Exchange) []samltest.Exchange {
			es = inner(es)
			es[2].Body = samltest.WSFedForm(`<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body><s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>a:FailedAuthentication</s:Value></s:Subcode></s:Code><s:Reason><s:Text xml:lang="en">ID3242: the token could not be authenticated</s:Text></s:Reason></s:Fault></s:Body></s:Envelope>`, "ctx-1")
			return es
		}
	}, want: want{detail: "ID3242"}},
	{check: "wsfed-realm-mismatch", name: "AppliesTo", base: passive(nil), fire: passive(func(r *samltest.TokenResponse) { r.AppliesTo += "/" }),
		want: want{expected: []string{samltest.EntityID}, difference: "trailing slash"}},
	{check: "wsfed-realm-mismatch", name: "Audience", base: func(s *scene) { s.expect.EntityIDs = nil; passive(nil)(s) },
		fire: passive(func(r *samltest.TokenResponse) {
			a := samltest.NewAssertion11()
			a.Audience = "https://halo-test.contoso.com"
			r.Token = a.XML()
		}), want: want{difference: "host"}},
	{check: "wsfed-reply-mismatch", name: "another address", base: func(s *scene) { passiveScene(s, "&wreply=https%3A%2F%2Fhalo.contoso.com%2Fauth%2Fsaml", nil) },
		fire: func(s *scene) { passiveScene(s, "&wreply=https%3A%2F%2Fhalo.contoso.com%2Fauth%2Fwsfed", nil) },
		want: want{expected: []string{"https://halo.contoso.com/auth/wsfed"}, actual: samltest.ACS, difference: "path"}},
	{check: "wsfed-lifetime", name: "ended", base: passive(nil), fire: passive(func(r *samltest.TokenResponse) {
		r.Created, r.Expires = samltest.At(-2*time.Hour), samltest.At(-time.Hour)
	}), want: want{detail: "ended at"}},
	{check: "wsfed-lifetime", name: "not begun", base: passive(nil), fire: passive(func(r *samltest.TokenResponse) {
		r.Created, r.Expires = samltest.At(time.Hour), samltest.At(2*time.Hour)
	}), want: want{detail: "begins at"}},
	{check: "wsfed-lifetime", name: "the wrong way round", base: passive(nil), fire: passive(func(r *samltest.TokenResponse) { r.Created, r.Expires = r.Expires, r.Created }), want: want{detail: "before it begins"}},
	{check: "wsfed-token-type", name: "says 2.0", base: passive(nil), fire: passive(func(r *samltest.TokenResponse) { r.TokenType = "urn:oasis:names:tc:SAML:2.0:assertion" }),
		want: want{expected: []string{"SAML 1.1"}}},
	{check: "flow-relay-state-changed", name: "wctx", base: passive(nil), fire: func(s *scene) {
		passiveScene(s, "", nil)
		inner := s.exchanges
		s.exchanges = func(es []samltest.Exchange) []samltest.Exchange {
			es = inner(es)
			es[2].Body = strings.ReplaceAll(es[2].Body, "ctx-1", "ctx-2")
			return es
		}
	}, want: want{detail: "wctx"}},
}
