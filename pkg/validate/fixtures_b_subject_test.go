package validate

import (
	"encoding/base64"
	"net/url"
	"time"

	"github.com/ssodoctor/ssodoctor/internal/samltest"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// answers makes response and confirmation answer a request.
func answers(id string) func(*scene) {
	return func(s *scene) {
		s.response.InResponseTo, s.assertion().Confirmations[0].InResponseTo = id, id
	}
}

// deliverAgain sends the response a second time.
func deliverAgain(change func(*samltest.Exchange)) func(*scene) {
	return func(s *scene) {
		s.exchanges = func(es []samltest.Exchange) []samltest.Exchange {
			again := es[2]
			again.Time = again.Time.Add(10 * time.Second)
			change(&again)
			return append(es, again)
		}
	}
}

var fixturesSubject = []fixture{
	{check: "subject-missing", name: "absent", fire: func(s *scene) { s.assertion().NameID, s.assertion().Confirmations = nil, nil }},
	{check: "subject-confirmation-invalid", name: "another method", fire: func(s *scene) {
		s.assertion().Confirmations[0].Method = "urn:oasis:names:tc:SAML:2.0:cm:holder-of-key"
	},
		want: want{detail: "holder-of-key"}},
	{check: "subject-confirmation-invalid", name: "none", fire: func(s *scene) { s.assertion().Confirmations = nil }, want: want{detail: "no SubjectConfirmation at all"}},
	{check: "subject-confirmation-invalid", name: "no end", fire: func(s *scene) { s.assertion().Confirmations[0].NotOnOrAfter = "" }},
	{check: "subject-confirmation-invalid", name: "NotBefore", fire: func(s *scene) { s.assertion().Confirmations[0].NotBefore = samltest.At(-time.Minute) },
		want: want{severity: finding.Warning}},
	{check: "subject-confirmation-invalid", name: "each for its own reason", base: twoConfirmations,
		fire: func(s *scene) { s.assertion().Confirmations[1].NotOnOrAfter = samltest.At(-10 * time.Minute) },
		want: want{detail: "number 1 is for \"https://halo-old.contoso.com/auth/saml\", number 2 ended at"}},
	{check: "in-response-to-mismatch", name: "captured request", fire: answers("id_of_another_tab"),
		want: want{expected: []string{samltest.RequestID}, actual: "id_of_another_tab"}},
	{check: "in-response-to-mismatch", name: "--request-id", base: func(s *scene) {
		s.only()
		s.expect.RequestIDs = []Value{{samltest.RequestID, "--request-id"}}
	}, fire: answers("id_of_another_tab"), want: want{expected: []string{samltest.RequestID}}},
	{check: "in-response-to-mismatch", name: "absent for --request-id", base: func(s *scene) {
		s.expect.RequestIDs = []Value{{samltest.RequestID, "--request-id"}}
	}, fire: answers("")},
	{check: "in-response-to-mismatch", name: "absent for a captured request", fire: answers(""), want: want{severity: finding.Warning}},
	{check: "in-response-to-mismatch", name: "confirmation only", base: (*scene).only, quiet: "not-checked",
		fire: func(s *scene) { s.assertion().Confirmations[0].InResponseTo = "id_of_another_tab" },
		want: want{expected: []string{samltest.RequestID}, actual: "id_of_another_tab"}},
	{check: "response-unsolicited", name: "absent", fire: answers("")},
	{check: "message-replayed", name: "sent again", fire: deliverAgain(func(*samltest.Exchange) {}), want: want{detail: "exchanges 2 and 4"}},
	{check: "message-replayed", name: "same assertion in another response", quiet: "absent", fire: deliverAgain(func(e *samltest.Exchange) {
		form, _ := url.ParseQuery(e.Body)
		xml, _ := base64.StdEncoding.DecodeString(form.Get("SAMLResponse"))
		e.Body = samltest.PostForm(replace("_b1a2c3d4", "_c1a2c3d4")(string(xml)), "")
	})},
}

// identified makes NameID and what is expected of it agree on a format.
func identified(format, value string) func(*scene) {
	return func(s *scene) {
		s.assertion().NameID = &samltest.NameID{Value: value, Format: format}
		s.expect.NameIDFormats = []Value{{format, "--name-id-format"}}
	}
}

const (
	formatPersistent = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
	formatWindows    = "urn:oasis:names:tc:SAML:1.1:nameid-format:WindowsDomainQualifiedName"
	formatX509       = "urn:oasis:names:tc:SAML:1.1:nameid-format:X509SubjectName"
)

// nameID changes the NameID of the sign-in.
func nameID(change func(*samltest.NameID)) func(*scene) {
	return func(s *scene) { change(s.assertion().NameID) }
}

var fixturesNameID = []fixture{
	{check: "nameid-missing", name: "absent", fire: func(s *scene) { s.assertion().NameID = nil }},
	{check: "nameid-empty", name: "empty", fire: nameID(func(id *samltest.NameID) { id.Value = samltest.Empty })},
	{check: "nameid-empty", name: "blank", fire: nameID(func(id *samltest.NameID) { id.Value = " " })},
	{check: "nameid-format-mismatch", name: "given", fire: nameID(func(id *samltest.NameID) { id.Format = formatPersistent }),
		want: want{expected: []string{samltest.FormatEmail}, actual: formatPersistent}},
	{check: "nameid-format-mismatch", name: "short name given", base: func(s *scene) { s.expect.NameIDFormats[0].Value = "emailaddress" },
		fire: nameID(func(id *samltest.NameID) { id.Format = formatPersistent })},
	{check: "nameid-format-mismatch", name: "absent", fire: nameID(func(id *samltest.NameID) { id.Format = "" }), want: want{detail: "no format"}},
	{check: "nameid-format-mismatch", name: "asked for", base: func(s *scene) { s.expect.NameIDFormats = nil },
		fire: nameID(func(id *samltest.NameID) { id.Format = formatPersistent }), want: want{detail: "the app asked for"}},
	{check: "nameid-format-mismatch", name: "profile", base: func(s *scene) {
		s.only()
		s.expect.NameIDFormats, s.expect.ProfileNameIDFormats = nil, []Value{{samltest.FormatEmail, "profile test"}}
	},
		fire: nameID(func(id *samltest.NameID) { id.Format = formatPersistent }), want: want{severity: finding.Warning}},
	{check: "nameid-format-content", name: "no address", fire: nameID(func(id *samltest.NameID) { id.Value = "ada" }), want: want{actual: "ada"}},
	{check: "nameid-format-content", name: "no distinguished name", base: identified(formatX509, "CN=Ada,O=Contoso"),
		fire: nameID(func(id *samltest.NameID) { id.Value = "Ada" })},
	{check: "nameid-format-content", name: "no Windows name", base: identified(formatWindows, `CONTOSO\ada`),
		fire: nameID(func(id *samltest.NameID) { id.Value = "ada@contoso.com" })},
	{check: "nameid-format-content", name: "pattern", base: func(s *scene) {
		p := profilePattern(`@contoso\.com$`, "name@contoso.com")
		s.expect.NameIDPattern = &p
	},
		fire: nameID(func(id *samltest.NameID) { id.Value = "ada@fabrikam.com" }), want: want{expected: []string{"name@contoso.com"}}},
	{check: "nameid-qualifier-mismatch", name: "another app", fire: nameID(func(id *samltest.NameID) { id.SPNameQualifier = samltest.EntityID + "/" }),
		want: want{expected: []string{samltest.EntityID}, difference: "trailing slash"}},
	{check: "nameid-qualifier-mismatch", name: "another identity provider", base: identified(formatPersistent, "a1b2"),
		fire: nameID(func(id *samltest.NameID) { id.NameQualifier = "https://idp.example/" }), want: want{severity: finding.Warning}},
}

// asked makes the request ask for authentication contexts.
func asked(comparison string, contexts ...string) func(*scene) {
	return func(s *scene) { s.request.Comparison, s.request.Contexts = comparison, contexts }
}

const (
	contextClass     = "urn:oasis:names:tc:SAML:2.0:ac:classes:"
	contextProtected = contextClass + "PasswordProtectedTransport"
	contextX509      = contextClass + "X509"
)

var fixturesAuthn = []fixture{
	{check: "authn-statement-missing", name: "absent", fire: func(s *scene) { s.assertion().Authn = nil }},
	{check: "authn-not-fresh", name: "signed in before", base: both(demandsNew(0), appAnswers(403, "<p>Sign-in failed")), fire: demandsNew(-6 * time.Hour), want: want{detail: "5 h 59 m before the request"}},
	{check: "authn-not-fresh", name: "the app takes it", base: demandsNew(0), fire: demandsNew(-6 * time.Hour), want: want{severity: finding.Info}},
	{check: "authn-context-mismatch", name: "exact", base: asked("exact", contextX509, samltest.Password), fire: asked("exact", contextX509),
		want: want{expected: []string{contextX509}, actual: samltest.Password}},
	{check: "authn-context-mismatch", name: "no comparison means exact", fire: asked("", contextX509)},
	{check: "authn-context-mismatch", name: "two names for a password", fire: asked("exact", contextProtected), want: want{severity: finding.Info}},
	{check: "authn-context-mismatch", name: "two names for a password, and the app refuses", base: appAnswers(403, "<p>Sign-in failed"), fire: asked("minimum", contextProtected), want: want{severity: finding.Warning}},
	{check: "authn-context-mismatch", name: "minimum", base: asked("minimum", contextClass+"unspecified"), fire: asked("minimum", contextX509)},
	{check: "authn-context-mismatch", name: "maximum", base: asked("maximum", contextX509), fire: asked("maximum", contextClass+"unspecified")},
	{check: "authn-context-mismatch", name: "better", base: asked("better", contextClass+"unspecified"), fire: asked("better", samltest.Password)},
	{check: "authn-context-mismatch", name: "unknown strength", base: asked("minimum", "urn:contoso:method"), quiet: "not-checked", fire: asked("minimum", contextX509)},
}

var fixturesFlow = []fixture{
	{check: "flow-not-saml", name: "OpenID Connect", fire: func(s *scene) {
		s.exchanges = func([]samltest.Exchange) []samltest.Exchange {
			return []samltest.Exchange{samltest.Redirect(samltest.Time,
				"https://login.microsoftonline.com/common/oauth2/v2.0/authorize?client_id=1&response_type=code&scope=openid+profile&redirect_uri=https%3A%2F%2Fhalo.contoso.com%2F",
				"https://halo.contoso.com/?code=1")}
		}
	}},
}
