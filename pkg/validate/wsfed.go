package validate

import (
	"fmt"
	"strings"
	"time"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/saml"
	"github.com/ssodoctor/ssodoctor/pkg/trace"
)

var wsfedChecks = []*Check{
	{
		Name: "wsfed-fault", Severity: finding.Error, Family: FamilyWSFed, Scope: OfSigned,
		Title: "The identity provider answered with a fault",
		Why:   "In the place of a token there is an error: the app signs nobody in.",
		Cause: "The request was not accepted, or the user may not use the app; code and reason of the fault say which.",
		Fixes: []finding.Fix{
			{System: finding.ADFS, Place: "Event Viewer on the AD FS server > Applications and Services Logs > AD FS > Admin", Action: "look for event 364 at this time and act on the exception in it"},
			{System: finding.Entra, Place: "Enterprise applications > (app) > Sign-in logs", Action: "look for the sign-in at this time"},
			{System: finding.App, Place: "the app's sign-in request", Action: "correct what the reason names"},
		},
		Reference: "WS-Federation 1.2, 13.2.4; SOAP 1.2, 5.4",
		Since:     "0.1.0",
		Explains:  []string{"wsfed/", "assertion-count", "message-type-unexpected", "status-missing"},
		run:       runFault,
	},
	{
		Name: "wsfed-realm-mismatch", Severity: finding.Error, Family: FamilyWSFed, Scope: OfToken,
		Title: "The token is for another realm than the app asked for",
		Why:   "A WS-Federation app compares AppliesTo and Audience with its own realm (wtrealm) and refuses the token.",
		Cause: "The realm of the app and the identifier at the identity provider differ: a trailing slash, letter case, another environment.",
		Fixes: []finding.Fix{
			{System: finding.Entra, Place: entraIdentifier, Action: "set it to {expected}"},
			{System: finding.ADFS, Place: adfsIdentifiers, Action: "add {expected}"},
			{System: finding.App, Place: "the app's WS-Federation settings: realm (wtrealm) and audience", Action: "or set both to {actual}"},
		},
		Reference: "WS-Federation 1.2, 13.2.1; WS-Trust 1.3, 4.2.1",
		Since:     "0.1.0",
		Explains:  []string{"audience-mismatch"},
		run:       runRealmMismatch,
	},
	{
		Name: "wsfed-reply-mismatch", Severity: finding.Error, Family: FamilyWSFed, Scope: OfToken,
		Title: "The token went to another address than the app asked for",
		Why:   "The app waits at the address that it gave as wreply; the identity provider posts to a registered one alone.",
		Cause: "The wreply of the app is not registered, so that the identity provider took its default.",
		Fixes: []finding.Fix{
			{System: finding.Entra, Place: entraReplyURL, Action: "add {expected}"},
			{System: finding.ADFS, Place: adfsEndpoints + " > WS-Federation Passive Endpoints", Action: "add {expected}"},
			{System: finding.App, Place: "the app's WS-Federation settings: reply URL (wreply)", Action: "or set it to {actual}"},
		},
		Reference: "WS-Federation 1.2, 13.2.1",
		Since:     "0.1.0",
		Explains:  []string{"reply-url-mismatch"},
		run:       runReplyMismatch,
	},
	{
		Name: "wsfed-lifetime", Severity: finding.Error, Family: FamilyWSFed, Scope: OfToken,
		Title: "The lifetime of the token response does not hold",
		Why:   "Apps check the Lifetime of the response as well as the conditions of the token in it.",
		Cause: "A clock that is wrong, a page that was left open, or an identity provider that writes the two apart.",
		Fixes: []finding.Fix{
			{System: finding.App, Place: appClock, Action: "synchronise it"},
			{System: finding.ADFS, Place: adfsClock, Action: "synchronise it"},
			{System: finding.User, Place: "the browser", Action: "start a new sign-in at the app"},
		},
		Reference: "WS-Trust 1.3, 4.4.1",
		Since:     "0.1.0",
		run:       runLifetime,
	},
	{
		Name: "wsfed-token-type", Severity: finding.Warning, Family: FamilyWSFed, Scope: OfToken,
		Title: "The token is of another type than the response says",
		Why:   "An app that picks its reader by TokenType does not find a token that it can read.",
		Cause: "A trust that issues SAML 2.0 tokens for an app that expects SAML 1.1, or the other way round.",
		Fixes: []finding.Fix{
			{System: finding.ADFS, Place: adfsTrust, Action: "issue the token type that the app expects"},
			{System: finding.App, Place: "the app's WS-Federation settings: token handlers", Action: "accept {actual}"},
		},
		Reference: "WS-Trust 1.3, 4.2; WSS SAML Token Profile 1.1.1, 3.6",
		Since:     "0.1.0",
		Explains:  []string{"flow-app-rejected", "flow-login-loop"},
		run:       runTokenType,
	},
}

// SharePoint takes a token that ends within its window for expired; the window
// is ten minutes unless a farm has another. Source: Microsoft Learn,
// SPSecurityTokenServiceManager.LogonTokenCacheExpirationWindow.
const (
	sharePointTrust  = "/_trust/"
	sharePointWindow = 10 * time.Minute
)

var sharePointFixes = []finding.Fix{
	{System: finding.ADFS, Place: adfsTokenLifetime, Action: "set it to 60"},
	{System: finding.Entra, Place: entraTokenLifetime, Action: "remove the policy, or raise its lifetime to an hour"},
	{System: finding.App, Place: "SharePoint Management Shell > Get-SPSecurityTokenServiceConfig", Action: "or make LogonTokenCacheExpirationWindow shorter than the lifetime of the token"},
}

var sharePointTypeFixes = []finding.Fix{
	{System: finding.App, Place: "SharePoint Management Shell > Set-SPTrustedIdentityTokenIssuer -SignInUrl", Action: "end the address of Entra in /wsfed, not in /saml2"},
	{System: finding.ADFS, Place: adfsEndpoints + " > WS-Federation Passive Endpoints", Action: "add the address of /_trust/ there, not as SAML endpoint"},
}

// toSharePoint reports whether the token went to a SharePoint server.
func (x *exam) toSharePoint() bool {
	path := strings.ToLower(pathOf(x.msg.carrier.PostedTo))
	return strings.HasSuffix(strings.TrimSuffix(path, "default.aspx"), sharePointTrust)
}

func runFault(x *exam) {
	f := x.msg.saml.Fault
	switch {
	case f == nil && x.msg.saml.Protocol != "wsfed":
		x.inapplicable()
		return
	case f == nil:
		return
	}
	detail := "the identity provider answered with a fault that names no code"
	if code := strings.TrimSpace(f.Code.Value); code != "" {
		detail = "the identity provider answered with the fault " + quote(code)
	}
	if f.Subcode.Value != "" {
		detail += " / " + quote(strings.TrimSpace(f.Subcode.Value))
	}
	if f.Reason.Value != "" {
		detail += ", which says " + finding.Quote(finding.Shorten(strings.TrimSpace(f.Reason.Value), 300))
	}
	x.fail(fact{element: f.Element, detail: detail})
}

// response is the token response of WS-Federation; without one the check does
// not apply.
func (x *exam) response() *saml.TokenResponse {
	if x.msg.saml.Token == nil {
		x.inapplicable()
	}
	return x.msg.saml.Token
}

// passiveRequest is the request that was captured before the token was
// delivered, nil without one.
func (x *exam) passiveRequest() *trace.Exchange {
	if !x.msg.delivered() {
		return nil
	}
	return passiveBefore(x.capture, x.msg.carrier.Exchange)
}

func runRealmMismatch(x *exam) {
	r := x.response()
	if r == nil {
		return
	}
	realm, known := parameter(x.passiveRequest(), "wtrealm")
	source := "the app asked for the realm"
	if !known && r.AppliesTo.Value != "" {
		realm, known, source = r.AppliesTo.Value, true, "the response around it applies to"
	}
	if !known {
		x.skip("no realm is known: give a capture that holds the request with wtrealm")
		return
	}
	if to := r.AppliesTo; to.Value != "" && to.Value != realm {
		x.fail(fact{field: to, expected: []string{realm}, actual: to.Value,
			detail: fmt.Sprintf("AppliesTo is %s, but %s %s", quote(to.Value), source, quote(realm))})
		return
	}
	for _, a := range x.assertions() {
		for _, c := range a.Conditions {
			for _, restriction := range c.Restrictions {
				x.compareRealm(restriction, realm, source)
			}
		}
	}
}

func (x *exam) compareRealm(r saml.Restriction, realm, source string) {
	audiences := audienceValues(r)
	for _, a := range audiences {
		if a == realm || a == "spn:"+realm || among(x.expect.EntityIDs, a) {
			return
		}
	}
	if len(audiences) > 0 {
		x.fail(fact{field: r.Audiences[0], expected: []string{realm}, actual: audiences[0],
			detail: fmt.Sprintf("Audience is %s, but %s %s", quoteAll(audiences), source, quote(realm))})
	}
}

func runReplyMismatch(x *exam) {
	if x.response() == nil {
		return
	}
	request := x.passiveRequest()
	reply, known := parameter(request, "wreply")
	switch {
	case request == nil:
		x.skip("the capture does not hold the request of the sign-in")
		return
	case !known || reply == "":
		return // the app leaves it to the identity provider
	}
	if posted := x.msg.carrier.PostedTo; posted != reply {
		x.fail(fact{location: finding.Location{Exchange: &x.msg.carrier.Exchange}, expected: []string{reply}, actual: posted,
			detail: fmt.Sprintf("the app asked for the token at %s and it was posted to %s", quote(reply), quote(posted))})
	}
}

func runLifetime(x *exam) {
	r := x.response()
	switch {
	case r == nil:
		return
	case !r.Created.Present() && !r.Expires.Present():
		x.skip("the response has no Lifetime")
		return
	}
	at, skew := x.msg.at, x.expect.skew()
	switch created, expires := r.Created.Time, r.Expires.Time; {
	case !created.IsZero() && !expires.IsZero() && !created.Before(expires):
		x.fail(fact{field: r.Expires.Field, actual: r.Expires.Value, detail: fmt.Sprintf("the Lifetime ends at %s, before it begins at %s", stamp(expires), stamp(created))})
	case at.From == "now" && !expires.IsZero() && !at.At.Add(-skew).Before(expires):
		x.skip("the capture has no time, and by now the Lifetime may well have ended: give --at")
	case !expires.IsZero() && !at.At.Add(-skew).Before(expires):
		x.fail(fact{field: r.Expires.Field, actual: r.Expires.Value,
			detail: fmt.Sprintf("the Lifetime of the token response ended at %s, %s before %s", stamp(expires), finding.Duration(at.At.Sub(expires)), at.moment())})
	case x.toSharePoint() && !created.IsZero() && !expires.IsZero() && expires.Sub(created) <= sharePointWindow:
		x.tooShort(r.Expires, expires.Sub(created))
	case !created.IsZero() && created.After(at.At.Add(skew)):
		x.fail(fact{field: r.Created.Field, actual: r.Created.Value,
			detail: fmt.Sprintf("the Lifetime of the token response begins at %s, %s after %s", stamp(created), finding.Duration(created.Sub(at.At)), at.moment())})
	}
}

// tooShort reports a token for SharePoint that ends within its window.
func (x *exam) tooShort(expires saml.Instant, lifetime time.Duration) {
	f := fact{title: "The token ends too soon for SharePoint", field: expires.Field, actual: expires.Value, fixes: sharePointFixes}
	f.detail = fmt.Sprintf("the token holds for %s, and SharePoint takes one that ends within %s (LogonTokenCacheExpirationWindow) for expired: it asks for the next at once",
		finding.Duration(lifetime), finding.Duration(sharePointWindow))
	if !x.repeated() {
		f.severity = x.unlessWelcomed() // a farm may have a shorter window
	}
	x.fail(f)
}

// tokenTypes are the versions of assertions that TokenType stands for (WSS SAML
// Token Profile 1.1.1, 3.6; and the namespaces that Microsoft writes).
var tokenTypes = map[string]string{
	"urn:oasis:names:tc:SAML:1.0:assertion":                                             "1.1",
	"urn:oasis:names:tc:SAML:2.0:assertion":                                             "2.0",
	"http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.1#SAMLV1.1":          "1.1",
	"http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.1#SAMLV2.0":          "2.0",
	"http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.0#SAMLAssertion-1.1": "1.1",
}

func runTokenType(x *exam) {
	if x.toSharePoint() {
		for _, a := range x.assertions() {
			if a.Version.Value == "2.0" {
				x.fail(fact{element: a.Element, title: "The token is of another type than the app reads", expected: []string{"SAML 1.1"}, actual: "SAML 2.0", fixes: sharePointTypeFixes,
					detail: "the token is a SAML 2.0 assertion, and SharePoint reads SAML 1.1 alone"})
				return
			}
		}
	}
	r := x.response()
	switch {
	case r == nil:
		return
	case r.TokenType.Value == "":
		x.skip("the response has no TokenType")
		return
	}
	said, known := tokenTypes[strings.TrimSpace(r.TokenType.Value)]
	if !known {
		x.fail(fact{field: r.TokenType, actual: r.TokenType.Value, detail: fmt.Sprintf("TokenType is %s, which is no type of SAML token that apps know", quote(r.TokenType.Value))})
		return
	}
	for _, a := range x.assertions() {
		if is := a.Version.Value; a.Version.Present() && is != said {
			x.fail(fact{field: r.TokenType, expected: []string{"SAML " + is}, actual: "SAML " + said,
				detail: fmt.Sprintf("TokenType says SAML %s, and the token is a SAML %s assertion", said, is)})
			return
		}
	}
}
