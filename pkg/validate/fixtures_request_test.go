package validate

import (
	"encoding/base64"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/ssodoctor/ssodoctor/internal/samltest"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/saml"
	"github.com/ssodoctor/ssodoctor/pkg/xmldoc"
)

// provider makes the metadata of the identity provider a part of what is
// expected.
func provider(set func(*samltest.IdPMetadata)) func(*scene) {
	return func(s *scene) {
		m := samltest.NewIdPMetadata(samltest.RSA().Cert)
		if set != nil {
			set(m)
		}
		doc, err := xmldoc.Parse([]byte(m.XML()), xmldoc.Limits{})
		if err != nil {
			panic(err)
		}
		s.expect.IdPMetadata = saml.ReadMetadata(doc)
	}
}

func wantsSigned(m *samltest.IdPMetadata) { m.WantAuthnRequestsSigned = "true" }

// unanswered leaves the response out of the capture, so that nobody knows what
// became of the request.
func unanswered(s *scene) {
	s.exchanges = func(es []samltest.Exchange) []samltest.Exchange {
		es[1].Page = "<html></html>"
		return es[:2]
	}
}

// bySigned sends the request with a signature of the app in its URL, which the
// app's metadata has the certificate for; change may spoil the URL.
func bySigned(pair samltest.Pair, change func(url string) string) func(*scene) {
	return func(s *scene) {
		s.expect.SPMetadata = nil
		publish(s, "", samltest.Expired())
		s.exchanges = func(es []samltest.Exchange) []samltest.Exchange {
			address := samltest.SignedRedirectURL(s.request.XML(), "/portal/tickets", pair, samltest.RSASHA256)
			if change != nil {
				address = change(address)
			}
			es[0].ResponseHeaders, es[1].URL = []samltest.Header{{Name: "Location", Value: address}}, address
			es[1].Page = "<html></html>"
			return es[:2]
		}
	}
}

// smallLetters is the URL with a signature over its escapes in small letters.
func smallLetters(address string) string {
	base, query, _ := strings.Cut(address, "?")
	signed, _, _ := strings.Cut(query, "&Signature=")
	octets := strings.NewReplacer("%2F", "%2f", "%2B", "%2b", "%3D", "%3d", "%3A", "%3a").Replace(signed)
	return base + "?" + signed + "&Signature=" + samltest.SignQuery(octets, samltest.Expired(), samltest.RSASHA256)
}

// ask changes the request and leaves its answer out of the capture.
func ask(change func(*samltest.AuthnRequest)) func(*scene) {
	return func(s *scene) { unanswered(s); change(s.request) }
}

// simplySigned signs the form of the response, and nothing in it.
func simplySigned(pair samltest.Pair) func(*scene) {
	return func(s *scene) {
		s.part, s.expect.SignedAssertion, s.expect.SignedResponse = 0, "", "SP metadata sp.xml"
		s.exchanges = func(es []samltest.Exchange) []samltest.Exchange {
			form, err := url.ParseQuery(es[2].Body)
			if err != nil {
				panic(err)
			}
			xml, err := base64.StdEncoding.DecodeString(form.Get("SAMLResponse"))
			if err != nil {
				panic(err)
			}
			es[2].Body = samltest.SimpleSignForm(string(xml), form.Get("RelayState"), pair, samltest.RSASHA256)
			return es
		}
	}
}

// answered is ask with the answer in the capture.
func answeredTo(change func(*samltest.AuthnRequest)) func(*scene) {
	return func(s *scene) { change(s.request) }
}

func strictly(r *samltest.AuthnRequest) {
	r.Comparison, r.Contexts = "exact", []string{contextProtected}
}

var fixturesRequest = []fixture{
	{check: "request-signature-missing", name: "identity provider demands it", base: func(s *scene) {
		unanswered(s)
		provider(func(m *samltest.IdPMetadata) { m.WantAuthnRequestsSigned = "false" })(s)
	},
		quiet: "not-checked", fire: provider(wantsSigned), want: want{detail: "WantAuthnRequestsSigned"}},
	{check: "request-signature-missing", name: "not signed", base: func(s *scene) { provider(wantsSigned)(s); bySigned(samltest.Expired(), nil)(s) }, fire: unanswered},
	{check: "request-signature-missing", name: "and accepted", base: func(s *scene) { provider(wantsSigned)(s); s.request.Sign(samltest.Expired()) },
		fire: func(s *scene) { s.request = samltest.NewAuthnRequest() }, want: want{severity: finding.Warning}},
	{check: "request-signature-invalid", name: "another key", base: bySigned(samltest.Expired(), nil), fire: bySigned(samltest.Other(), nil),
		want: want{detail: "fits none of the certificates"}},
	{check: "request-signature-invalid", name: "letter case of the encoding", base: bySigned(samltest.Expired(), nil), fire: bySigned(samltest.Expired(), smallLetters),
		want: want{detail: "small letters"}},
	{check: "request-signature-invalid", name: "damaged", base: bySigned(samltest.Expired(), nil), fire: bySigned(samltest.Expired(), func(address string) string {
		return strings.Replace(address, "&Signature=", "&Signature=%25", 1)
	}), want: want{detail: "not Base64"}},
	{check: "request-signature-invalid", name: "changed", base: bySigned(samltest.Expired(), nil), fire: bySigned(samltest.Expired(), replace("%2Ftickets", "%2Fadmin"))},
	{check: "request-signature-invalid", name: "no certificate", quiet: "not-checked", base: func(s *scene) { bySigned(samltest.Other(), nil)(s); s.expect.SPMetadata = nil },
		fire: func(s *scene) { publish(s, "", samltest.Expired()) }},
	{check: "request-signature-invalid", name: "a form, by another key", base: simplySigned(samltest.RSA()), fire: simplySigned(samltest.Other()),
		want: want{detail: "the signature of the Response in the form fits none of the certificates"}},
	{check: "request-signature-invalid", name: "a form, no certificate", quiet: "not-checked", base: func(s *scene) { simplySigned(samltest.RSA())(s); s.expect.Certificates = nil },
		fire: func(s *scene) {
			simplySigned(samltest.Other())(s)
			s.expect.Certificates = []TrustedCertificate{trusted(samltest.RSA(), "--cert")}
		}},
	{check: "signature-missing", name: "not even the form", base: simplySigned(samltest.RSA()), fire: func(s *scene) { s.exchanges = nil }},
	{check: "request-invalid", name: "URL and index", base: unanswered, fire: ask(func(r *samltest.AuthnRequest) { r.AssertionConsumerServiceIndex = "0" }), want: want{detail: "twice"}},
	{check: "request-invalid", name: "and accepted", fire: answeredTo(func(r *samltest.AuthnRequest) { r.AssertionConsumerServiceIndex = "0" }), want: want{severity: finding.Warning}},
	{check: "request-invalid", name: "index is no number", base: unanswered, fire: ask(func(r *samltest.AuthnRequest) {
		r.AssertionConsumerServiceURL, r.ProtocolBinding, r.AssertionConsumerServiceIndex = "", "", "first"
	}), want: want{actual: "first"}},
	{check: "request-invalid", name: "answer by redirect", base: unanswered, fire: ask(func(r *samltest.AuthnRequest) { r.ProtocolBinding = samltest.BindingGET }), want: want{actual: samltest.BindingGET}},
	{check: "request-invalid", name: "confirmation", base: unanswered, fire: ask(func(r *samltest.AuthnRequest) {
		r.Before = []string{`<saml:Subject xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"><saml:NameID>ada</saml:NameID><saml:SubjectConfirmation Method="x"/></saml:Subject>`}
	}), want: want{detail: "SubjectConfirmation"}},
	{check: "request-invalid", name: "forced and passive", base: unanswered, fire: ask(func(r *samltest.AuthnRequest) { r.ForceAuthn, r.IsPassive = "true", "1" }), want: want{severity: finding.Warning}},
	{check: "request-invalid", name: "boolean", base: unanswered, fire: ask(func(r *samltest.AuthnRequest) { r.ForceAuthn = "True" }), want: want{actual: "True", expected: []string{"true", "false"}}},
	{check: "request-invalid", name: "comparison", base: unanswered, fire: ask(func(r *samltest.AuthnRequest) { r.Comparison, r.Contexts = "Exact", []string{samltest.Password} }), want: want{actual: "Exact"}},
	{check: "request-invalid", name: "no context", base: unanswered, fire: ask(func(r *samltest.AuthnRequest) { r.After = []string{`<samlp:RequestedAuthnContext/>`} }), want: want{detail: "names no way"}},
	{check: "request-invalid", name: "XML signature in the URL", base: unanswered, fire: ask(func(r *samltest.AuthnRequest) { r.Sign(samltest.Expired()) }), want: want{severity: finding.Warning, detail: "belongs into the query"}},
	{check: "request-issuer-mismatch", name: "trailing slash", base: unanswered, fire: ask(func(r *samltest.AuthnRequest) { r.Issuer += "/" }),
		want: want{expected: []string{samltest.EntityID}, actual: samltest.EntityID + "/", difference: "trailing slash"}},
	{check: "request-issuer-mismatch", name: "pattern", base: func(s *scene) {
		unanswered(s)
		s.expect.EntityIDs, s.expect.EntityIDPatterns = nil, []Pattern{profilePattern(`^https://halo\.`, "https://halo.…")}
	}, fire: ask(func(r *samltest.AuthnRequest) { r.Issuer = "urn:x" }), want: want{severity: finding.Warning}},
	{check: "request-issuer-mismatch", name: "nothing known", quiet: "not-checked", base: func(s *scene) { unanswered(s); s.expect.EntityIDs = nil },
		fire: func(s *scene) { s.expect.EntityIDs = []Value{{"urn:x", "--entity-id"}} }},
	{check: "request-acs-mismatch", name: "http", base: unanswered, fire: ask(func(r *samltest.AuthnRequest) { r.AssertionConsumerServiceURL = "http://halo.contoso.com/auth/saml" }),
		want: want{expected: []string{samltest.ACS}, difference: "scheme"}},
	{check: "request-acs-mismatch", name: "and accepted", fire: answeredTo(func(r *samltest.AuthnRequest) { r.AssertionConsumerServiceURL = "http://halo.contoso.com/auth/saml" }),
		want: want{severity: finding.Warning}},
	{check: "request-acs-mismatch", name: "index", base: func(s *scene) {
		unanswered(s)
		publish(s, "", samltest.Expired())
		s.request.AssertionConsumerServiceURL, s.request.ProtocolBinding, s.request.AssertionConsumerServiceIndex = "", "", "0"
	}, fire: func(s *scene) { s.request.AssertionConsumerServiceIndex = "7" }, want: want{expected: []string{"0"}, actual: "7"}},
	{check: "request-acs-mismatch", name: "pattern", base: func(s *scene) { unanswered(s); onlyPattern(s) }, fire: ask(func(r *samltest.AuthnRequest) { r.AssertionConsumerServiceURL = "https://x/acs" }),
		want: want{severity: finding.Warning}},
	{check: "request-destination-mismatch", name: "another address", fire: answeredTo(func(r *samltest.AuthnRequest) { r.Destination = "https://login.microsoftonline.com/common/saml2" }),
		want: want{expected: []string{samltest.SSOURL}, actual: "https://login.microsoftonline.com/common/saml2", difference: "path"}},
	{check: "request-destination-mismatch", name: "not that of the metadata", base: provider(nil), fire: provider(func(m *samltest.IdPMetadata) {
		m.SSO = []samltest.Endpoint{{Binding: samltest.BindingGET, Location: "https://login.microsoftonline.com/other/saml2"}}
	}), want: want{actual: samltest.SSOURL, detail: "metadata of the identity provider"}},
	{check: "request-destination-mismatch", name: "signed without", base: bySigned(samltest.Expired(), nil), fire: func(s *scene) { s.request.Destination = "" }, want: want{detail: "no Destination"}},
	{check: "request-context-too-strict", name: "refused", base: func(s *scene) {
		s.only()
		strictly(s.request)
		s.response = samltest.NewErrorResponse("no", "urn:oasis:names:tc:SAML:2.0:status:Responder", "urn:oasis:names:tc:SAML:2.0:status:AuthnFailed")
		s.part, s.carry = 0, nil
	}, fire: func(s *scene) { s.response.StatusCodes[1] = "urn:oasis:names:tc:SAML:2.0:status:NoAuthnContext" },
		quiet: "absent", want: want{detail: "NoAuthnContext"}},
	{check: "request-context-too-strict", name: "accepted", base: answeredTo(func(r *samltest.AuthnRequest) { r.Comparison, r.Contexts = "minimum", []string{samltest.Password} }),
		fire: answeredTo(func(r *samltest.AuthnRequest) { r.Comparison, r.Contexts = "exact", []string{samltest.Password} }), want: want{severity: finding.Warning, actual: samltest.Password}},
	{check: "request-context-too-strict", name: "error page", base: ask(func(r *samltest.AuthnRequest) { r.Comparison, r.Contexts = "minimum", []string{samltest.Password} }),
		fire: func(s *scene) {
			strictly(s.request)
			s.exchanges = func(es []samltest.Exchange) []samltest.Exchange {
				es[1].Page = "<html><body>AADSTS75011: Authentication method by which the user authenticated with the service doesn't match requested authentication method.</body></html>"
				return es[:2]
			}
		}, want: want{detail: "answered AADSTS75011"}},
	{check: "request-context-too-strict", name: "Entra", base: unanswered, fire: ask(strictly), want: want{severity: finding.Warning, detail: "AADSTS75011"}},
}

// logout appends a logout to the sign-in: the app redirects with the request,
// the identity provider redirects back with the answer, both signed.
func logout(change func(*samltest.LogoutRequest, *samltest.LogoutResponse)) func(*scene) {
	return logoutBy(change, func(xml string, pair samltest.Pair) string {
		return samltest.SignedRedirectURL(xml, "", pair, samltest.RSASHA256)
	})
}

func logoutBy(change func(*samltest.LogoutRequest, *samltest.LogoutResponse), send func(string, samltest.Pair) string) func(*scene) {
	return func(s *scene) {
		s.expect.SPMetadata = nil
		publish(s, "", samltest.Expired())
		s.exchanges = func(es []samltest.Exchange) []samltest.Exchange {
			request, response := samltest.NewLogoutRequest(), samltest.NewLogoutResponse()
			if change != nil {
				change(request, response)
			}
			out := send(request.XML(), samltest.Expired())
			back := strings.Replace(send(response.XML(), samltest.RSA()), samltest.ACS, samltest.LogoutURL, 1)
			at := samltest.Time.Add(20 * time.Minute)
			return append(es, samltest.Redirect(at, "https://halo.contoso.com/logout", out), samltest.Redirect(at.Add(time.Second), out, back),
				samltest.Get(at.Add(2*time.Second), back, "<html></html>"))
		}
	}
}

func unsigned(xml string, _ samltest.Pair) string { return samltest.RedirectURL(xml) }

func logoutRequest(change func(*samltest.LogoutRequest)) func(*scene) {
	return logout(func(r *samltest.LogoutRequest, _ *samltest.LogoutResponse) { change(r) })
}

func logoutResponse(change func(*samltest.LogoutResponse)) func(*scene) {
	return logout(func(_ *samltest.LogoutRequest, r *samltest.LogoutResponse) { change(r) })
}

var fixturesLogout = []fixture{
	{check: "logout-unsigned", name: "by redirect", base: logout(nil), fire: logoutBy(nil, unsigned), want: want{detail: "LogoutRequest is not signed"}},
	{check: "logout-nameid-mismatch", name: "another user", base: logout(nil), fire: logoutRequest(func(r *samltest.LogoutRequest) { r.NameID.Value = "ada.lovelace" }),
		want: want{expected: []string{samltest.User}, actual: "ada.lovelace"}},
	{check: "logout-nameid-mismatch", name: "another format", base: logout(nil), fire: logoutRequest(func(r *samltest.LogoutRequest) { r.NameID.Format = "" }),
		want: want{detail: "another Format"}},
	{check: "logout-nameid-mismatch", name: "another qualifier", base: logout(nil), fire: logoutRequest(func(r *samltest.LogoutRequest) { r.NameID.SPNameQualifier = "x" }),
		want: want{detail: "SPNameQualifier: none there"}},
	{check: "logout-nameid-mismatch", name: "none", base: logout(nil), fire: logoutRequest(func(r *samltest.LogoutRequest) { r.NameID = nil }), want: want{detail: "no NameID"}},
	{check: "logout-session-mismatch", name: "another session", base: logout(nil), fire: logoutRequest(func(r *samltest.LogoutRequest) { r.SessionIndexes = []string{"42"} }),
		want: want{expected: []string{samltest.SessionID}, actual: "42"}},
	{check: "logout-session-mismatch", name: "sign-in has none", base: logout(nil), fire: func(s *scene) { s.assertion().Authn[0].SessionIndex = "" }, want: want{detail: "no SessionIndex"}},
	{check: "logout-status", name: "failed", base: logout(nil), fire: logoutResponse(func(r *samltest.LogoutResponse) {
		r.StatusCodes = []string{"urn:oasis:names:tc:SAML:2.0:status:Requester"}
	}), want: want{detail: "the logout failed"}},
	{check: "logout-status", name: "partial", base: logout(nil), fire: logoutResponse(func(r *samltest.LogoutResponse) {
		r.StatusCodes = append(r.StatusCodes, "urn:oasis:names:tc:SAML:2.0:status:PartialLogout")
	}), want: want{severity: finding.Warning}},
	{check: "logout-status", name: "none", base: logout(nil), fire: logoutResponse(func(r *samltest.LogoutResponse) { r.StatusCodes = nil }), want: want{detail: "no status"}},
	{check: "logout-expired", name: "by the capture", base: logoutRequest(func(r *samltest.LogoutRequest) { r.NotOnOrAfter = samltest.At(25 * time.Minute) }),
		fire: logoutRequest(func(r *samltest.LogoutRequest) { r.NotOnOrAfter = samltest.At(10 * time.Minute) }), want: want{detail: "the LogoutRequest ended at 2026-11-21T10:10:00Z"}},
	{check: "logout-in-response-to-mismatch", name: "another request", base: logout(nil), fire: logoutResponse(func(r *samltest.LogoutResponse) { r.InResponseTo = "id-logout-2" }),
		want: want{expected: []string{"id-logout-1"}, actual: "id-logout-2"}},
	{check: "logout-in-response-to-mismatch", name: "none", base: logout(nil), fire: logoutResponse(func(r *samltest.LogoutResponse) { r.InResponseTo = "" }),
		want: want{severity: finding.Warning}},
	{check: "logout-destination-mismatch", name: "another address", base: logout(nil), fire: logoutResponse(func(r *samltest.LogoutResponse) { r.Destination = samltest.ACS }),
		want: want{expected: []string{samltest.LogoutURL}, actual: samltest.ACS}},
	{check: "logout-destination-mismatch", name: "not that of the metadata", base: func(s *scene) { logout(nil)(s); provider(nil)(s) }, fire: provider(func(m *samltest.IdPMetadata) {
		m.SLO = []samltest.Endpoint{{Binding: samltest.BindingGET, Location: "https://login.microsoftonline.com/other/logout"}}
	}), want: want{actual: samltest.SSOURL}},
	{check: "logout-destination-mismatch", name: "answer to Location instead of ResponseLocation", base: logout(nil), fire: func(s *scene) {
		m := samltest.NewSPMetadata(samltest.Expired().Cert)
		m.SLO[0].ResponseLocation = samltest.LogoutURL + "/done"
		doc, err := xmldoc.Parse([]byte(m.XML()), xmldoc.Limits{})
		if err != nil {
			panic(err)
		}
		s.expect.SPMetadata = saml.ReadMetadata(doc)
	}, want: want{expected: []string{samltest.LogoutURL + "/done"}}},
}

// TestCorrectLogout holds a correct sign-in and logout, every message signed,
// to saying nothing, and to verifying all signatures.
func TestCorrectLogout(t *testing.T) {
	s := newScene()
	logout(nil)(s)
	provider(nil)(s)
	r := s.report(t)
	if len(r.Findings) > 0 {
		explain(t, r)
		t.Error("a correct logout is not silent")
	}
	if len(r.Messages) != 4 {
		t.Fatalf("%d messages", len(r.Messages))
	}
	for _, m := range r.Messages[2:] {
		want := SignatureView{Covers: m.Type, ID: m.ID, Position: "ok", SignatureAlgorithm: "rsa-sha256", DigestAlgorithm: "sha256", Digest: "match", Value: "match", Key: "configured"}
		if len(m.Signatures) != 1 || m.Signatures[0].Certificate == nil {
			t.Fatalf("%s: signatures %+v", m.Type, m.Signatures)
		}
		got := m.Signatures[0]
		got.Certificate = nil
		if got != want {
			t.Errorf("%s: signature %+v", m.Type, got)
		}
	}
}

// TestContextExplains holds the strict request to be the cause of the refusal.
func TestContextExplains(t *testing.T) {
	s := newScene()
	strictly(s.request)
	s.response = samltest.NewErrorResponse("AADSTS75011: no", "urn:oasis:names:tc:SAML:2.0:status:Responder", "urn:oasis:names:tc:SAML:2.0:status:NoAuthnContext")
	s.part = 0
	r := s.report(t)
	if r.Diagnosis == nil || r.Diagnosis.Check != "request-context-too-strict" {
		explain(t, r)
		t.Errorf("diagnosis %+v", r.Diagnosis)
	}
	for _, f := range of(r, "status-not-success") {
		if f.CausedBy != "request-context-too-strict" {
			t.Errorf("the status is caused by %q", f.CausedBy)
		}
	}
}

// TestOtherHop holds a request that an identity provider sends on to be none
// of the app's.
func TestOtherHop(t *testing.T) {
	s := newScene()
	provider(wantsSigned)(s)
	bySigned(samltest.Expired(), nil)(s)
	signed := s.exchanges
	s.exchanges = func(es []samltest.Exchange) []samltest.Exchange {
		hop := samltest.NewAuthnRequest()
		hop.ID, hop.Issuer, hop.Destination = "_hop", "urn:federation:MicrosoftOnline", "https://adfs.contoso.com/adfs/ls/"
		hop.AssertionConsumerServiceURL = "https://login.microsoftonline.com/login.srf"
		address := strings.Replace(samltest.RedirectURL(hop.XML()), samltest.SSOURL, hop.Destination, 1)
		return append(signed(es), samltest.Get(samltest.Time, address, "<html></html>"))
	}
	r := s.report(t)
	if len(r.Messages) != 2 {
		t.Errorf("%d messages", len(r.Messages))
	}
	for _, f := range r.Findings {
		if strings.HasPrefix(f.Check, "request-") {
			t.Errorf("%s: %s", f.Check, f.Detail)
		}
	}
}
