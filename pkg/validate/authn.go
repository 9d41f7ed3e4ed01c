package validate

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/saml"
)

var authnChecks = []*Check{
	{
		Name: "authn-statement-missing", Severity: finding.Error, Family: FamilyAuthn, Scope: OfResponse,
		Title:     "The assertion does not say that the user signed in",
		Why:       "Browser sign-in needs an AuthnStatement; an assertion with attributes alone signs nobody in.",
		Cause:     "A home-grown identity provider, or an assertion that was made to answer an attribute query.",
		Fixes:     []finding.Fix{{System: finding.App, Place: "the identity provider's response template", Action: "add an AuthnStatement with AuthnInstant, SessionIndex and AuthnContextClassRef"}},
		Reference: "SAML Profiles 4.1.4.2",
		Since:     "0.1.0",
		run: func(x *exam) {
			if x.msg.saml.Protocol != "saml2" {
				x.inapplicable()
				return
			}
			assertions := x.assertions()
			if len(assertions) == 0 || slices.ContainsFunc(assertions, func(a *saml.Assertion) bool { return len(a.Authn) > 0 }) {
				return
			}
			x.fail(fact{element: assertions[0].Element, detail: "the assertion has no AuthnStatement, so it does not say that and how the user signed in"})
		},
	},
	{
		Name: "authn-context-mismatch", Severity: finding.Error, Family: FamilyAuthn, Scope: OfResponse,
		Title: "The user signed in by another method than the app asked for",
		Why:   "An app that compares the AuthnContextClassRef with its request refuses the sign-in.",
		Cause: "The app asks for PasswordProtectedTransport exactly, and the user signed in with MFA, Windows, a certificate or without a password.",
		Fixes: []finding.Fix{
			{System: finding.App, Place: appAuthnContext, Action: "switch the requested authentication context off, or add {actual} to it"},
			{System: finding.Entra, Place: "Conditional Access > Policies", Action: "demand the method there, if the app needs it for security"},
			{System: finding.ADFS, Place: adfsTrust + " > Edit Access Control Policy", Action: "demand the method there, if the app needs it for security"},
			{System: finding.Okta, Place: oktaSAML + " > Authentication context class", Action: "set it to {expected}"},
		},
		Reference: "SAML Core 3.3.2.2.1",
		Since:     "0.1.0",
		run:       runAuthnContext,
	},
	{
		Name: "authn-not-fresh", Severity: finding.Warning, Family: FamilyAuthn, Scope: OfResponse,
		Title: "The user did not sign in anew, as the app demanded",
		Why:   "An app that sends ForceAuthn looks at AuthnInstant, and refuses a sign-in from before its request.",
		Cause: "The identity provider went by the session that the user had, or passed the demand to another one that did.",
		Fixes: []finding.Fix{
			{System: finding.Entra, Place: "Protection > Conditional Access > (policy for the app) > Session > Sign-in frequency", Action: "choose \"Every time\""},
			{System: finding.App, Place: appRequest + " > ForceAuthn", Action: "leave it out, if the app can do without a new sign-in"},
		},
		Reference: "SAML Core 3.4.1 (ForceAuthn)",
		Since:     "0.1.0",
		Explains:  []string{"flow-app-rejected", "flow-login-loop"},
		run:       runNotFresh,
	},
}

func runNotFresh(x *exam) {
	if x.msg.request == nil {
		x.skip("the AuthnRequest that this answers was not captured")
		return
	}
	asked := x.msg.request.saml
	if !isTrue(asked.Request.ForceAuthn) || asked.IssueInstant.Time.IsZero() {
		return
	}
	for _, a := range x.assertions() {
		for _, s := range a.Authn {
			signed := s.AuthnInstant.Time
			if signed.IsZero() || !signed.Before(asked.IssueInstant.Time.Add(-x.expect.skew())) {
				continue
			}
			x.fail(fact{
				field: s.AuthnInstant.Field, severity: x.unlessWelcomed(), actual: s.AuthnInstant.Value,
				detail: fmt.Sprintf("the app demanded a new sign-in (ForceAuthn), and the user signed in at %s, %s before the request", stamp(signed), finding.Duration(asked.IssueInstant.Time.Sub(signed))),
			})
			return
		}
	}
}

// comparisons say each Comparison in words.
var comparisons = map[string]string{
	"exact": "exactly", "minimum": "at least", "maximum": "at most", "better": "something stronger than",
}

// strengths orders the authentication methods as far as people agree on them:
// what Comparison minimum, maximum and better go by. Methods of one strength
// are alternatives.
var strengths = map[string]int{
	"urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified":                             0,
	"urn:oasis:names:tc:SAML:2.0:ac:classes:InternetProtocol":                        1,
	"urn:oasis:names:tc:SAML:2.0:ac:classes:PreviousSession":                         1,
	"urn:oasis:names:tc:SAML:2.0:ac:classes:Password":                                2,
	"http://schemas.microsoft.com/ws/2008/06/identity/authenticationmethod/password": 2,
	"urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport":              3,
	"urn:oasis:names:tc:SAML:2.0:ac:classes:SecureRemotePassword":                    3,
	"urn:oasis:names:tc:SAML:2.0:ac:classes:Kerberos":                                3,
	"urn:federation:authentication:windows":                                          3,
	"http://schemas.microsoft.com/ws/2008/06/identity/authenticationmethod/windows":  3,
	"https://refeds.org/profile/sfa":                                                 3,
	"urn:oasis:names:tc:SAML:2.0:ac:classes:TimeSyncToken":                           4,
	"urn:oasis:names:tc:SAML:2.0:ac:classes:TLSClient":                               4,
	"urn:oasis:names:tc:SAML:2.0:ac:classes:X509":                                    4,
	"urn:oasis:names:tc:SAML:2.0:ac:classes:MobileTwoFactorUnregistered":             4,
	"urn:oasis:names:tc:SAML:2.0:ac:classes:MobileTwoFactorContract":                 5,
	"urn:oasis:names:tc:SAML:2.0:ac:classes:Smartcard":                               5,
	"urn:oasis:names:tc:SAML:2.0:ac:classes:SmartcardPKI":                            5,
	"http://schemas.microsoft.com/claims/multipleauthn":                              5,
	"https://refeds.org/profile/mfa":                                                 5,
}

func runAuthnContext(x *exam) {
	if x.msg.request == nil {
		x.skip("the AuthnRequest that this answers was not captured")
		return
	}
	request := x.msg.request.saml.Request
	asked := make([]string, len(request.ContextClassRefs))
	for i, f := range request.ContextClassRefs {
		asked[i] = strings.TrimSpace(f.Value)
	}
	if len(asked) == 0 {
		return // any method will do
	}
	comparison := request.ContextComparison.Value
	if comparison == "" {
		comparison = "exact"
	}
	for _, a := range x.assertions() {
		for _, s := range a.Authn {
			x.judgeContext(s.ContextClassRef, comparison, asked)
		}
	}
}

func (x *exam) judgeContext(used saml.Field, comparison string, asked []string) {
	method := strings.TrimSpace(used.Value)
	if method == "" {
		x.skip("the assertion does not name the method of the sign-in")
		return
	}
	ok, known := satisfies(method, comparison, asked)
	switch {
	case !known:
		x.skip(fmt.Sprintf("the methods %s and %s have no agreed order (Comparison %s)", finding.Quote(method), quoteAll(asked), finding.Quote(comparison)))
	case !ok:
		f := fact{
			field: used, expected: asked, actual: method,
			detail: fmt.Sprintf("the user signed in by %s, but the app asked for %s %s", finding.Quote(method), comparisons[comparison], quoteAll(asked)),
		}
		if comparison != "better" && passwords(method, asked) {
			// Identity providers use the two names for the same thing.
			f.severity = cmp.Or(x.unlessWelcomed(), finding.Warning)
		}
		x.fail(f)
	}
}

// satisfies applies the Comparison; known is false where it depends on
// methods that nobody has put in an order.
func satisfies(used, comparison string, asked []string) (ok, known bool) {
	if comparison != "better" && slices.Contains(asked, used) {
		return true, true
	}
	if comparison == "exact" {
		return false, true
	}
	strength, known := strengths[used]
	weakest, strongest := 0, 0
	for i, a := range asked {
		s, found := strengths[a]
		known = known && found
		if i == 0 {
			weakest, strongest = s, s
		}
		weakest, strongest = min(weakest, s), max(strongest, s)
	}
	switch comparison {
	case "minimum":
		return strength >= weakest, known
	case "maximum":
		return strength <= strongest, known
	case "better":
		return strength > strongest, known
	}
	return false, false
}

// passwords reports whether all methods are passwords by one name or another.
func passwords(used string, asked []string) bool {
	isPassword := func(m string) bool {
		return strings.HasSuffix(m, "assword") || strings.HasSuffix(m, ":PasswordProtectedTransport")
	}
	return isPassword(used) && !slices.ContainsFunc(asked, func(m string) bool { return !isPassword(m) })
}
