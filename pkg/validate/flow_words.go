package validate

import (
	"slices"

	"github.com/ssodoctor/ssodoctor/internal/lazyregexp"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// saying is what apps write on the page with which they refuse a token, and
// what that tells whoever has to put it right.
type saying struct {
	words *lazyregexp.Regexp
	// of says whether the words can be about that message; nil for any.
	of func(*message) bool
	// means continues the sentence that the app refused the token.
	means string
	fixes func(*exam) []finding.Fix
	// checks are those whose findings the words confirm, be they warnings only.
	checks []string
}

var sayings = []saying{
	{words: lazyregexp.New(`(?i)received at http://.{1,200} instead of https://`),
		means: "the app takes itself to be on http, because the TLS of its users ends at a proxy",
		fixes: func(x *exam) []finding.Fix { return behindProxy(x.msg.carrier.PostedTo) }},
	{words: lazyregexp.New(aboutRequest), of: (*message).unsolicited,
		means: "the sign-in was started at the identity provider, which many apps do not accept, and this one says so",
		fixes: func(*exam) []finding.Fix { return unsolicitedFixes }},
	{words: lazyregexp.New(aboutRequest), of: func(m *message) bool { return !m.unsolicited() },
		means:  "the app does not find the request that the token answers: another tab has asked since, or the session was lost",
		fixes:  func(*exam) []finding.Fix { return append(slices.Clone(freshSignInFixes), cookieFix) },
		checks: []string{"in-response-to-mismatch"}},
	{words: lazyregexp.New(`(?i)sha-?1\b|weak (?:signature |digest )?algorithm|algorithm.{0,60}(?:not (?:allowed|accepted|permitted|supported)|deprecated)`),
		checks: []string{"signature-algorithm-weak", "encryption-algorithm-weak"}},
	{words: lazyregexp.New(`(?i)authentication.{0,30}too old|re-?authenticat|maximum authentication|authn_?instant`),
		means: "the user signed in at the identity provider longer ago than the app allows",
		fixes: func(*exam) []finding.Fix {
			return []finding.Fix{
				{System: finding.App, Place: appRequest, Action: "send ForceAuthn=\"true\", or raise the age of sign-ins that the app allows (Spring SAML: maxAuthenticationAge)"},
				{System: finding.User, Place: "the browser", Action: "until then: sign out at the identity provider, or use a private window"},
			}
		},
		checks: []string{"authn-not-fresh"}},
	{words: lazyregexp.New(`(?i)not yet valid|\bclocks?\b|issued in the future`),
		means: "its clock may be behind",
		fixes: func(*exam) []finding.Fix {
			return []finding.Fix{{System: finding.App, Place: appClock, Action: "compare it with the true time, and let NTP keep it; or let the app allow for some minutes"}}
		},
		checks: []string{"clock-skew"}},
	{words: lazyregexp.New(`(?i)decrypt`), of: func(m *message) bool { return m.encrypted },
		means: "its private key may not be that of the certificate that the identity provider encrypts for",
		fixes: func(*exam) []finding.Fix { return keyFixes }},
	{words: lazyregexp.New(`(?i)\baudience`), of: func(m *message) bool { return len(m.audiences()) > 0 },
		means:  "its own Entity ID is another one than the Audience of the token",
		fixes:  audienceOf,
		checks: []string{"audience-mismatch", "wsfed-realm-mismatch", "request-issuer-mismatch"}},
	{words: lazyregexp.New(`(?i)\b(?:attributes?|claims?|name_?id)\b.{0,60}(?:missing|not found|required|empty|invalid)|missing.{0,30}\b(?:attribute|claim|name_?id)`),
		checks: []string{"nameid-format-content", "claim-value-mismatch", "claim-multi-valued"}},
	{words: lazyregexp.New(`(?i)(?:user|account|login|e-?mail)\b.{0,60}(?:not (?:be )?found|not exist|unknown|not recogni[sz]ed|no match)|(?:no|unknown) (?:such )?(?:user|account)`),
		means:  "the app has no account for the user of the token",
		fixes:  accountOf,
		checks: []string{"user-unknown", "nameid-format-content", "claim-value-mismatch"}},
	{words: lazyregexp.New(`(?i)\b(?:no|not have|lacks?|missing|without)\b(?: \w+){0,4} (?:roles?|permissions?|access|licen[cs]e)\b`),
		means: "the app knows the user and grants no access",
		fixes: func(*exam) []finding.Fix {
			return []finding.Fix{
				{System: finding.App, Place: appUsers, Action: "give the user a role or licence there, or a group that the app maps to one"},
				{System: finding.Entra, Place: entraAssignment, Action: "where the app takes roles from the token: assign the user the app role"},
			}
		}},
}

// aboutRequest are the words of an app that looks for its request.
const aboutRequest = `(?i)unsolicited|in_?response_?to|idp[- ]?initiated|(?:unknown|no (?:saved|stored|pending|matching)|not? .{0,20}known) request|request id`

// said is what the words of an app say of a message; nil where they are none of
// those that are known.
func said(words string, m *message) *saying {
	if words == "" {
		return nil
	}
	for i := range sayings {
		if s := &sayings[i]; s.words.MatchString(words) && (m == nil || s.of == nil || s.of(m)) {
			return s
		}
	}
	return nil
}

// accountOf sends to the account that the token is about.
func accountOf(x *exam) []finding.Fix {
	who := "the NameID of the token"
	for _, a := range x.msg.readable {
		if s := a.Subject; s != nil && s.NameID != nil && s.NameID.Value != "" && formatName(s.NameID.Format.Value) != "transient" {
			who = finding.Shorten(s.NameID.Value, 200)
		}
	}
	return append([]finding.Fix{
		{System: finding.App, Place: appUsers, Action: "look for " + who + ", letter by letter: an account must have that as the name that sign-ins are matched by"},
		{System: finding.App, Place: appJIT, Action: "or let the app create accounts at sign-in, if it can"},
	}, nameIDFixes("or send the value that the app knows the user by")...)
}

// audiences are those of the token.
func (m *message) audiences() (list []string) {
	for _, a := range m.readable {
		for _, c := range a.Conditions {
			for _, r := range c.Restrictions {
				list = append(list, audienceValues(r)...)
			}
		}
	}
	return list
}

// audienceOf holds the Audience of the token against the app.
func audienceOf(x *exam) []finding.Fix {
	audiences := quoteAll(x.msg.audiences())
	compare := finding.Fix{System: finding.App, Place: appEntityID, Action: "compare it with " + audiences + ", letter by letter"}
	return append([]finding.Fix{compare}, claimedBy(identifierFixes[:3], "set it to the Entity ID that the app shows")...)
}

// claimedBy gives fixes another action.
func claimedBy(fixes []finding.Fix, action string) []finding.Fix {
	out := slices.Clone(fixes)
	for i := range out {
		out[i].Action = action
	}
	return out
}

// confirms reports whether the words with which an app refused point at the
// finding of that check.
func confirms(effect *finding.Finding, cause string) bool {
	if effect.Check != "flow-app-rejected" {
		return false
	}
	for i := range sayings {
		if s := &sayings[i]; slices.Contains(s.checks, cause) && s.words.MatchString(effect.Actual) {
			return true
		}
	}
	return false
}
