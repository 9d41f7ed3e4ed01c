package validate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/saml"
	"github.com/ssodoctor/ssodoctor/pkg/trace"
)

// unsolicitedFixes are for a sign-in that starts where the app does not want it.
var unsolicitedFixes = []finding.Fix{
	{System: finding.User, Place: "the browser", Action: "open the app's own address, so that the app starts the sign-in"},
	{System: finding.Entra, Place: entraBasic + " > Sign on URL", Action: "enter the app's sign-in page, then the tile in My Apps starts there"},
	{System: finding.App, Place: "the app's SAML settings", Action: "allow IdP-initiated sign-in (unsolicited responses), if you want the tile to work as it is"},
}

// unsolicited reports whether a response of SAML 2.0 answers no request.
func (m *message) unsolicited() bool {
	return m.saml.Protocol == "saml2" && !m.saml.InResponseTo.Present() && len(m.saml.Assertions) > 0
}

var idpTemplateFix = finding.Fix{System: finding.App, Place: "the identity provider's response template", Action: "write what Profiles 4.1.4.2 asks for: a Subject with NameID and a bearer confirmation that has Recipient, NotOnOrAfter and InResponseTo"}

// freshSignInFixes start a sign-in that nothing old is mixed into.
var freshSignInFixes = []finding.Fix{
	{System: finding.User, Place: "the browser", Action: "start a new sign-in at the app in one tab, not from the back button, a bookmark or a restored tab"},
	{System: finding.App, Place: "the app's session store", Action: "keep the ID of the request until the response comes: on every node behind a load balancer, and in a cookie with SameSite=None; Secure"},
}

var subjectChecks = []*Check{
	{
		Name: "subject-missing", Severity: finding.Error, Family: FamilySubject, Scope: OfToken,
		Title:     "The assertion has no Subject",
		Why:       "Without a Subject the assertion does not say who signed in.",
		Cause:     "A home-grown identity provider, or an assertion that was made for something other than browser sign-in.",
		Fixes:     []finding.Fix{idpTemplateFix},
		Reference: "SAML Profiles 4.1.4.2",
		Since:     "0.1.0",
		run: func(x *exam) {
			for _, a := range x.assertions() {
				if a.Subject == nil {
					x.fail(fact{element: a.Element, detail: "the assertion has no Subject, so it does not say who signed in"})
				}
			}
		},
	},
	{
		Name: "subject-confirmation-invalid", Severity: finding.Error, Family: FamilySubject, Scope: OfToken,
		Title:     "No subject confirmation can be used",
		Why:       "Browser sign-in needs one bearer confirmation with Recipient and NotOnOrAfter that holds for this delivery; without it the app refuses the user.",
		Cause:     "A home-grown identity provider, or a trust that is set up for another profile (holder-of-key, sender-vouches).",
		Fixes:     []finding.Fix{idpTemplateFix},
		Reference: "SAML Profiles 4.1.4.2, 4.1.4.3",
		Since:     "0.1.0",
		run:       runConfirmationInvalid,
	},
	{
		Name: "in-response-to-mismatch", Severity: finding.Error, Family: FamilySubject, Scope: OfResponse,
		Title:     "The response answers another request",
		Why:       "The app remembers the ID of its request and refuses a response to any other.",
		Cause:     "Two sign-ins at once in several tabs, an old page that was sent again, or an app that lost its session (load balancer, SameSite cookie).",
		Fixes:     freshSignInFixes,
		Reference: "SAML Profiles 4.1.4.3",
		Since:     "0.1.0",
		run:       runInResponseTo,
	},
	{
		Name: "response-unsolicited", Severity: finding.Info, Family: FamilySubject, Scope: OfResponse,
		Title:     "The sign-in was started at the identity provider",
		Why:       "A response without InResponseTo answers no request. Apps that do not allow that (IdP-initiated sign-in) refuse it.",
		Cause:     "The user clicked the app's tile in My Apps, on the AD FS page or on the Okta dashboard.",
		Fixes:     unsolicitedFixes,
		Reference: "SAML Profiles 4.1.5",
		Since:     "0.1.0",
		run: func(x *exam) {
			x.assertions()
			if x.msg.unsolicited() && !x.expect.takesTiles() {
				x.fail(fact{element: x.msg.saml.Element, detail: "the response has no InResponseTo: the sign-in was started at the identity provider, not at the app"})
			}
		},
	},
	{
		Name: "message-replayed", Severity: finding.Error, Family: FamilySubject, Scope: OfToken,
		Title:     "The same token was delivered twice",
		Why:       "An app must use an assertion only once and refuses it the second time.",
		Cause:     "The page was reloaded or sent again with the back button, or a proxy repeats the request.",
		Fixes:     freshSignInFixes,
		Reference: "SAML Profiles 4.1.4.5",
		Since:     "0.1.0",
		run:       runReplayed,
	},
	{
		Name: "nameid-missing", Severity: finding.Error, Family: FamilySubject, Scope: OfToken,
		Title:     "The Subject has no NameID",
		Why:       "Most apps find the user by NameID and refuse an assertion without one.",
		Cause:     "No rule issues a NameID, or the attribute that it is made from is empty for this user.",
		Fixes:     nameIDFixes("issue a NameID from an attribute that every user has"),
		Reference: "SAML Core 2.4.1",
		Since:     "0.1.0",
		run: func(x *exam) {
			if x.msg.saml.Protocol != "saml2" {
				x.inapplicable() // apps of WS-Federation go by claims
				return
			}
			for _, a := range x.assertions() {
				if s := a.Subject; s != nil && s.NameID == nil && s.EncryptedID == nil {
					x.fail(fact{element: s.Element, detail: "the Subject of the assertion has no NameID, so the app cannot tell the user by it"})
				}
			}
		},
	},
	{
		Name: "nameid-empty", Severity: finding.Error, Family: FamilySubject, Scope: OfToken,
		Title:     "The NameID is empty",
		Why:       "The app finds no user, or worse: the one whose key is empty.",
		Cause:     "The attribute that the NameID is made from is empty for this user.",
		Fixes:     nameIDFixes("fill the attribute that the NameID is made from, or choose one that every user has"),
		Reference: "SAML Core 2.2.3",
		Since:     "0.1.0",
		run: func(x *exam) {
			for id := range x.nameIDs() {
				if strings.TrimSpace(id.Value) == "" {
					x.fail(fact{field: id.Field, detail: "the NameID of the user is empty"})
				}
			}
		},
	},
	{
		Name: "nameid-format-mismatch", Severity: finding.Error, Family: FamilySubject, Scope: OfToken,
		Title:     "The NameID has another format than the app wants",
		Why:       "An app that asks for one format may refuse a NameID in another, or look up the user by the wrong key.",
		Cause:     "The format at the identity provider was left at its default.",
		Fixes:     nameIDFixes("set the format to {expected}"),
		Reference: "SAML Core 3.4.1.1, 8.3",
		Since:     "0.1.0",
		Explains:  []string{"nameid-format-content", "user-unknown"},
		run:       runNameIDFormat,
	},
	{
		Name: "nameid-format-content", Severity: finding.Warning, Family: FamilySubject, Scope: OfToken,
		Title:     "The NameID does not look like its format",
		Why:       "The app reads the value as its format says: it looks for an e-mail address where there is none.",
		Cause:     "The format was changed and the attribute behind it was not, or the other way round.",
		Fixes:     nameIDFixes("choose an attribute that fits the format, or the format that fits the attribute"),
		Reference: "SAML Core 8.3",
		Since:     "0.1.0",
		run:       runNameIDContent,
	},
	{
		Name: "nameid-qualifier-mismatch", Severity: finding.Error, Family: FamilySubject, Scope: OfToken,
		Title:     "The NameID is qualified for another app",
		Why:       "Apps with python3-saml, ruby-saml and others refuse a NameID whose SPNameQualifier is not their own Entity ID.",
		Cause:     "The qualifier was typed in by hand, or was copied from another app or environment.",
		Fixes:     nameIDFixes("remove the qualifier, or set SPNameQualifier to {expected}"),
		Reference: "SAML Core 2.2.2",
		Since:     "0.1.0",
		run:       runNameIDQualifier,
	},
}

func nameIDFixes(action string) []finding.Fix {
	return []finding.Fix{
		{System: finding.Entra, Place: entraNameID, Action: action},
		{System: finding.ADFS, Place: adfsRules + " > rule with the outgoing claim type Name ID", Action: action},
		{System: finding.Okta, Place: oktaNameID, Action: action},
	}
}

func runConfirmationInvalid(x *exam) {
	if x.msg.saml.Protocol != "saml2" {
		x.inapplicable() // WS-Federation and SAML 1.1 do not ask for it
		return
	}
	for i, a := range x.assertions() {
		bearers := x.msg.bearers[i]
		switch {
		case a.Subject == nil: // subject-missing tells
		case len(bearers) == 0 && x.msg.saml.Kind != "Response":
			x.skip("a bare assertion without bearer confirmation may be meant for something other than browser sign-in")
		case len(bearers) == 0:
			x.fail(fact{element: a.Subject.Element, detail: "the Subject has no bearer confirmation" + x.otherMethods(a)})
		default:
			x.judgeBearers(bearers)
		}
	}
}

func (x *exam) otherMethods(a *saml.Assertion) string {
	var methods []string
	for _, c := range a.Subject.Confirmations {
		methods = append(methods, c.Method.Value)
	}
	if len(methods) == 0 {
		return ": it has no SubjectConfirmation at all"
	}
	return ", only " + quoteAll(methods)
}

// judgeBearers fails where the confirmations lack what each must have, and
// where each of several fails for a reason of its own.
func (x *exam) judgeBearers(bearers []*saml.Confirmation) {
	hasEnd := func(c *saml.Confirmation) bool { return c.NotOnOrAfter.Present() }
	if c, ok := lacking(bearers, hasEnd); ok {
		x.fail(fact{element: c.Element, detail: "the bearer confirmation has no NotOnOrAfter, so the app cannot tell until when it holds"})
		return
	}
	if c, ok := lacking(bearers, func(c *saml.Confirmation) bool { return !c.NotBefore.Present() }); ok {
		x.fail(fact{field: c.NotBefore.Field, severity: finding.Warning, detail: "the bearer confirmation has a NotBefore, which browser sign-in forbids; some apps refuse that", actual: c.NotBefore.Value})
	}
	if len(bearers) < 2 {
		return // whatever is wrong with one alone has a check of its own
	}
	const shown = 4
	var reasons []string
	for i, c := range bearers {
		reason := x.unusable(c)
		if reason == "" {
			return
		}
		if i < shown {
			reasons = append(reasons, fmt.Sprintf("number %d %s", i+1, reason))
		}
	}
	x.fail(fact{
		element: bearers[0].Element,
		detail:  fmt.Sprintf("none of the %d bearer confirmations can be used: %s", len(bearers), strings.Join(reasons, ", ")),
	})
}

// unusable says why a bearer confirmation does not hold for this delivery, ""
// where it does as far as that is known.
func (x *exam) unusable(c *saml.Confirmation) string {
	known := len(x.replyURLs()) > 0
	switch {
	case c.Recipient.Value == "":
		return "has no Recipient"
	case known && !x.received(c.Recipient.Value):
		return "is for " + finding.Quote(c.Recipient.Value)
	case x.msg.at.From != "now" && x.ended(c.NotOnOrAfter):
		return "ended at " + stamp(c.NotOnOrAfter.Time)
	case c.InResponseTo.Present() && c.InResponseTo.Value != x.msg.saml.InResponseTo.Value:
		return "answers another request"
	}
	return ""
}

func runInResponseTo(x *exam) {
	m := x.msg.saml
	if m.Protocol != "saml2" {
		x.inapplicable()
		return
	}
	x.compareConfirmations(m.InResponseTo)
	expected, severity := values(x.expect.RequestIDs), finding.Error
	if len(expected) == 0 {
		if x.msg.request != nil {
			return
		}
		expected = x.requestIDs()
		if !m.InResponseTo.Present() {
			severity = finding.Warning // a sign-in of its own may have been started at the identity provider
		}
	}
	switch {
	case len(expected) == 0:
		x.skip("no request is known: give --request-id, or a capture that holds the AuthnRequest")
	case slices.Contains(expected, m.InResponseTo.Value):
	case !m.InResponseTo.Present():
		x.fail(fact{element: m.Element, severity: severity, detail: "the response has no InResponseTo, but the app sent the request " + quoteAll(expected), expected: expected})
	default:
		x.fail(fact{
			field:    m.InResponseTo,
			detail:   fmt.Sprintf("the response answers the request %s, but the app sent %s", finding.Quote(m.InResponseTo.Value), quoteAll(expected)),
			expected: expected, actual: m.InResponseTo.Value,
		})
	}
}

// compareConfirmations holds the bearer confirmations against the response
// around them.
func (x *exam) compareConfirmations(response saml.Field) {
	same := func(c *saml.Confirmation) bool {
		return !c.InResponseTo.Present() || c.InResponseTo.Value == response.Value
	}
	for _, bearers := range x.msg.bearers {
		c, ok := lacking(bearers, same)
		if !ok {
			continue
		}
		f := fact{field: c.InResponseTo, actual: c.InResponseTo.Value}
		if response.Present() {
			f.detail = fmt.Sprintf("the subject confirmation answers the request %s, the response around it %s", finding.Quote(c.InResponseTo.Value), finding.Quote(response.Value))
			f.expected = []string{response.Value}
		} else {
			f.severity = finding.Warning
			f.detail = fmt.Sprintf("the subject confirmation answers the request %s, but the response around it answers none", finding.Quote(c.InResponseTo.Value))
		}
		x.fail(f)
	}
}

// requestIDs are the IDs of the last requests that were captured before the
// message and come from the app that it is for.
func (x *exam) requestIDs() []string {
	const enough = 5
	var ids []string
	for _, r := range slices.Backward(x.all) {
		if r.saml == nil || r.saml.Request == nil || r.capture == x.msg.capture && r.index > x.msg.index {
			continue
		}
		if x.sameApp(r.saml) {
			if ids = append(ids, r.saml.ID.Value); len(ids) == enough {
				break
			}
		}
	}
	return ids
}

// sameApp reports whether the request is from the app that the message is for:
// a capture may hold those of other apps, and of an identity provider that
// asks another.
func (x *exam) sameApp(request *saml.Message) bool {
	if acs := request.Request.AssertionConsumerServiceURL.Value; acs != "" && x.received(acs) {
		return true
	}
	for _, a := range x.msg.readable {
		for _, c := range a.Conditions {
			for _, r := range c.Restrictions {
				if slices.ContainsFunc(r.Audiences, func(f saml.Field) bool { return f.Value == request.Issuer.Value }) {
					return true
				}
			}
		}
	}
	return false
}

func runReplayed(x *exam) {
	if len(x.capture.Exchanges) == 0 {
		x.skip("the input is no capture of exchanges")
		return
	}
	deliveries := x.msg.deliveries()
	if x.msg.earlier != nil {
		deliveries = append(deliveries, x.msg.earlier.deliveries()...)
	}
	seen := map[string]int{}
	for _, d := range deliveries {
		if first, again := seen[d.URL]; again && first != d.Exchange {
			x.fail(fact{
				field: x.msg.saml.ID,
				detail: fmt.Sprintf("the token %s was sent to %s twice, in exchanges %d and %d",
					finding.Quote(x.msg.saml.ID.Value), finding.Quote(d.URL), min(first, d.Exchange), max(first, d.Exchange)),
				actual: x.msg.saml.ID.Value,
			})
			return
		}
		seen[d.URL] = d.Exchange
	}
}

// deliveries are the exchanges in which the message reached a server that did
// not pass it on.
func (m *message) deliveries() []trace.Sighting {
	var out []trace.Sighting
	for _, s := range m.carrier.Sightings {
		if !s.Place.Delivered() {
			continue
		}
		if e := m.exchange(s.Exchange); e != nil && e.Status != 0 && e.Status != 307 && e.Status != 308 {
			out = append(out, s)
		}
	}
	return out
}
