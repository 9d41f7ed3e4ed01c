package validate

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/beevik/etree"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/saml"
	"github.com/ssodoctor/ssodoctor/pkg/xmldoc"
)

var messageChecks = []*Check{
	{
		Name: "message-version", Severity: finding.Error, Family: FamilyMessage, Scope: OfSigned,
		Title:     "The SAML version is not the one of the message's namespace",
		Why:       "Apps read Version first and refuse every other value.",
		Cause:     "A home-grown identity provider, or a mixture of SAML 1.1 and 2.0.",
		Fixes:     senderFix("write {expected} as the version"),
		Reference: "SAML Core 4.1",
		Since:     "0.1.0",
		run:       runVersion,
	},
	{
		Name: "message-type-unexpected", Severity: finding.Error, Family: FamilyMessage, Scope: OfSigned,
		Title:     "The parameter holds another kind of message than its name says",
		Why:       "An app that expects a Response in SAMLResponse reads nothing else.",
		Cause:     "A test tool or script that sent the wrong document: a request, metadata, or an assertion without the Response around it.",
		Fixes:     senderFix("send a Response as SAMLResponse and a request as SAMLRequest"),
		Reference: "SAML Bindings 3.4.4, 3.5.4",
		Since:     "0.1.0",
		Explains:  []string{"status-missing", "assertion-count", "signature-missing", "issuer-missing"},
		run:       runType,
	},
	{
		Name: "issue-instant-invalid", Severity: finding.Warning, Family: FamilyMessage, Scope: OfSigned,
		Title:     "IssueInstant is missing or not a time in UTC",
		Why:       "SAML times are in UTC and end in \"Z\". Apps read other forms differently, or refuse them.",
		Cause:     "A home-grown identity provider that writes local time.",
		Fixes:     senderFix("write IssueInstant in UTC, such as 2026-11-21T10:00:00Z"),
		Reference: "SAML Core 1.3.3",
		Since:     "0.1.0",
		run:       runIssueInstant,
	},
	{
		Name: "assertion-count", Severity: finding.Error, Family: FamilyMessage, Scope: OfResponse,
		Title:     "The Response does not hold exactly one assertion",
		Why:       "Without an assertion nobody is signed in; of several, most apps refuse all and some take the first.",
		Cause:     "An identity provider that answers success without a user, or a message put together from several.",
		Fixes:     senderFix("send one assertion with a successful status, and none with any other"),
		Reference: "SAML Profiles 4.1.4.2",
		Since:     "0.1.0",
		Explains:  []string{"flow-app-rejected", "flow-login-loop"},
		run:       runAssertionCount,
	},
	{
		Name: "issuer-missing", Severity: finding.Error, Family: FamilyMessage, Scope: OfSigned,
		Title: "The message does not say who issued it",
		Why:   "The receiver picks keys and settings by the Issuer; without one it refuses the message.",
		Cause: "A home-grown sender, or an app whose Entity ID was left empty.",
		Fixes: []finding.Fix{
			{System: finding.App, Place: appEntityID, Action: "fill it in: requests carry it as Issuer"},
			senderFix("write the entity ID of the sender into Issuer")[0],
		},
		Reference: "SAML Profiles 4.1.4.1, 4.1.4.2, SAML Core 2.3.3",
		Since:     "0.1.0",
		run:       runIssuerMissing,
	},
	{
		Name: "whitespace-in-value", Severity: finding.Error, Family: FamilyMessage, Scope: OfSigned,
		Title: "A value that apps compare has white space around it",
		Why:   "Apps compare these values character by character; a blank that nobody sees makes them differ.",
		Cause: "A blank or line break that was pasted into a field at the identity provider, or XML that was pretty-printed.",
		Fixes: []finding.Fix{
			{System: finding.Entra, Place: entraBasic, Action: "type the value again without blanks: {expected}"},
			{System: finding.ADFS, Place: adfsTrust + " > Properties > Identifiers, Endpoints", Action: "remove the value and add {expected} without blanks"},
			{System: finding.Okta, Place: oktaSAML, Action: "type the value again without blanks: {expected}"},
			{System: finding.App, Place: appEntityID + ", " + appReplyURL, Action: "remove the white space where the value is from the app's request"},
		},
		Reference: "SAML Core 1.3.2",
		Since:     "0.1.0",
		run:       runWhitespace,
	},
}

// part is a message or an assertion: what has an ID, a version and an issuer.
type part struct {
	name      string // "Response", "assertion"
	element   *etree.Element
	id        saml.Field
	version   saml.Field
	instant   saml.Instant
	issuer    saml.NameID
	assertion bool
}

// parts yields the SAML message, where it is one, and its readable assertions.
func (m *message) parts(yield func(part) bool) {
	s := m.saml
	if m.protocol() {
		if !yield(part{s.Kind, s.Element, s.ID, s.Version, s.IssueInstant, s.Issuer, false}) {
			return
		}
	}
	for _, a := range s.Assertions {
		if !a.Unread() && !yield(part{"assertion", a.Element, a.ID, a.Version, a.IssueInstant, a.Issuer, true}) {
			return
		}
	}
}

// protocol reports whether the message is a SAML request or response.
func (m *message) protocol() bool {
	s := m.saml
	return (s.Protocol == "saml2" || s.Protocol == "saml11") &&
		(strings.HasSuffix(s.Kind, "Response") || strings.HasSuffix(s.Kind, "Request"))
}

// eachPart runs judge on every part; the check is not applicable to documents
// that have none.
func (x *exam) eachPart(judge func(part)) {
	found := false
	for p := range x.msg.parts {
		found = true
		judge(p)
	}
	if !found {
		x.inapplicable()
	}
}

func runVersion(x *exam) {
	x.eachPart(func(p part) {
		expected := []string{"2.0"}
		if ns := xmldoc.Namespace(p.element); ns == saml.NSProtocol11 || ns == saml.NSAssertion11 {
			expected = []string{"1.1", "1.0"}
		}
		for _, v := range expected {
			if p.version.Value == v {
				return
			}
		}
		detail := fmt.Sprintf("the %s has no version, expected %s", p.name, expected[0])
		if p.version.Present() {
			detail = fmt.Sprintf("the %s says it is of version %s, expected %s", p.name, quote(p.version.Value), expected[0])
		}
		x.fail(fact{field: p.version, element: p.element, detail: detail, expected: expected, actual: p.version.Value})
	})
}

// carried says what each parameter may hold.
var carried = map[string]struct{ suffix, words string }{
	"SAMLResponse": {"Response", "a Response or LogoutResponse"},
	"SAMLRequest":  {"Request", "an AuthnRequest or LogoutRequest"},
}

func runType(x *exam) {
	kind := x.msg.saml.Kind
	want, known := carried[x.msg.carrier.Parameter]
	switch {
	case !known && x.msg.carrier.Parameter != "wresult":
		x.inapplicable() // any XML is welcome on its own
	case known && (!x.msg.protocol() || !strings.HasSuffix(kind, want.suffix)):
		x.fail(fact{
			element: x.msg.saml.Element, actual: kind,
			detail: fmt.Sprintf("%s holds %s, expected %s", x.msg.carrier.Parameter, tag(x.msg.saml.Element), want.words),
		})
	case !known && x.msg.saml.Protocol != "wsfed" && len(x.msg.saml.Assertions) == 0 && kind != "Fault":
		x.fail(fact{
			element: x.msg.saml.Element, actual: kind,
			detail: fmt.Sprintf("wresult holds %s, expected a RequestSecurityTokenResponse", tag(x.msg.saml.Element)),
		})
	}
}

func runIssueInstant(x *exam) {
	x.eachPart(func(p part) {
		switch {
		case p.instant.Value == "":
			x.fail(fact{element: p.element, detail: fmt.Sprintf("the %s has no IssueInstant", p.name)})
		case p.instant.Problem != "":
			x.fail(fact{
				field: p.instant.Field, actual: p.instant.Value,
				detail: fmt.Sprintf("IssueInstant %s of the %s is not a time in UTC: %s", quote(p.instant.Value), p.name, p.instant.Problem),
			})
		}
	})
}

func runAssertionCount(x *exam) {
	s := x.msg.saml
	count := len(s.Assertions)
	success := s.Status == nil || len(s.Status.Codes) == 0 || s.Status.Success()
	switch {
	case success && count == 0:
		x.fail(fact{element: s.Element, expected: []string{"1"}, actual: "0", detail: "the response reports success but holds no assertion, so it signs nobody in"})
	case !success && count > 0:
		x.fail(fact{
			element: s.Assertions[0].Element, expected: []string{"0"}, actual: fmt.Sprint(count),
			detail: "the response reports failure but holds an assertion, which apps must not use",
		})
	case count > 1:
		x.fail(fact{
			element: s.Assertions[1].Element, severity: finding.Warning, expected: []string{"1"}, actual: fmt.Sprint(count),
			detail: fmt.Sprintf("the response holds %d assertions, most apps accept only one", count),
		})
	}
}

func runIssuerMissing(x *exam) {
	x.eachPart(func(p part) {
		if strings.TrimSpace(p.issuer.Value) != "" {
			return
		}
		answer := strings.HasSuffix(p.name, "Response")
		switch {
		case p.name == "Response" && x.msg.saml.Protocol == "saml11":
			return // SAML 1.1 names the issuer in the assertion alone
		case answer && !p.issuer.Present() && !x.msg.hasEncrypted() && x.msg.signature(p.element) == nil:
			return // only a signed response, or one with an encrypted assertion, needs one
		}
		detail := fmt.Sprintf("the %s has no Issuer", p.name)
		if p.issuer.Present() {
			detail = fmt.Sprintf("the Issuer of the %s is empty", p.name)
		}
		x.fail(fact{field: p.issuer.Field, element: p.element, detail: detail})
	})
}

// blankNameIDFixes are those for a NameID, which no setting holds.
var blankNameIDFixes = []finding.Fix{
	{System: finding.Entra, Place: entraNameID, Action: "remove the blanks from the user's attribute that it is made of, or add the transformation Trim"},
	{System: finding.ADFS, Place: adfsRules, Action: "remove the blanks from the user's attribute that the rule for Name ID reads"},
	{System: finding.Okta, Place: oktaNameID, Action: "remove the blanks from the user's attribute that it is made of"},
}

func runWhitespace(x *exam) {
	s := x.msg.saml
	if s.Request != nil {
		own := []finding.Fix{{System: finding.App, Place: appEntityID + ", " + appReplyURL, Action: "type the value again without blanks: {expected}; where it has none there, the app writes the request so"}}
		x.compareTrimmed("Destination", s.Destination, own...)
		x.compareTrimmed("Issuer", s.Issuer.Field, own...)
		x.compareTrimmed("AssertionConsumerServiceURL", s.Request.AssertionConsumerServiceURL, own...)
		return
	}
	x.compareTrimmed("Destination", s.Destination)
	x.compareTrimmed("Recipient", s.Recipient)
	x.compareTrimmed("Issuer", s.Issuer.Field)
	if s.Logout != nil && s.Logout.NameID != nil {
		x.compareTrimmed("NameID", s.Logout.NameID.Field, blankNameIDFixes...)
	}
	for _, a := range s.Assertions {
		if a.Issuer.Element != s.Issuer.Element {
			x.compareTrimmed("the assertion's Issuer", a.Issuer.Field)
		}
		if a.Subject != nil {
			if a.Subject.NameID != nil {
				x.compareTrimmed("NameID", a.Subject.NameID.Field, blankNameIDFixes...)
			}
			for _, c := range a.Subject.Confirmations {
				x.compareTrimmed("Recipient", c.Recipient)
			}
		}
		for _, c := range a.Conditions {
			for _, r := range c.Restrictions {
				for _, audience := range r.Audiences {
					x.compareTrimmed("Audience", audience)
				}
			}
		}
	}
}

// compareTrimmed fails on a value with white space, or with characters that
// show nothing, around it. The fixes stand in for those of the check.
func (x *exam) compareTrimmed(what string, f saml.Field, fixes ...finding.Fix) {
	if f.Value == "" || !blankEnds(f.Value) {
		return
	}
	trimmed := strings.TrimFunc(f.Value, invisible)
	if trimmed == f.Value || trimmed == "" {
		return
	}
	x.fail(fact{
		field: f, expected: []string{trimmed}, actual: f.Value, fixes: fixes,
		detail: fmt.Sprintf("%s is %s, with white space around the value", what, quote(f.Value)),
	})
}

// blankEnds tells cheaply that a value may have white space around it.
func blankEnds(s string) bool {
	first, last := s[0], s[len(s)-1]
	return first <= ' ' || last <= ' ' || first >= 0x80 || last >= 0x80
}

func invisible(r rune) bool {
	return unicode.IsSpace(r) || unicode.Is(unicode.Cf, r)
}
