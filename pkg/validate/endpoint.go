package validate

import (
	"fmt"
	"net/url"
	"slices"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/saml"
)

const noReplyURL = "no Reply URL is known: give --acs, --sp-metadata or --profile, or a capture that shows where the response was posted"

// replyURLFixes are the same wherever a URL of the app is wrong: one of the
// two sides has to change it.
var replyURLFixes = []finding.Fix{
	{System: finding.Entra, Place: entraReplyURL, Action: "set it to {expected}"},
	{System: finding.ADFS, Place: adfsEndpoints, Action: "set the SAML Assertion Consumer endpoint to {expected}"},
	{System: finding.Okta, Place: oktaSignOnURL, Action: "set it to {expected}, and the recipient and destination URL with it"},
	{System: finding.App, Place: appReplyURL, Action: "if {actual} is the right address, make the app (or its proxy) expect that instead"},
}

var endpointChecks = []*Check{
	{
		Name: "destination-mismatch", Severity: finding.Error, Family: FamilyEndpoint, Scope: OfResponse,
		Title:     "Destination is not the Reply URL of the app",
		Why:       "The app compares Destination with its own address, character by character, and refuses the response.",
		Cause:     "The Reply URL at the identity provider differs from the app's: a trailing slash, letter case, http behind a TLS proxy, another host name or environment.",
		Fixes:     replyURLFixes,
		Reference: "SAML Bindings 3.5.5.2",
		Since:     "0.1.0",
		Explains:  []string{"recipient-mismatch"},
		run: func(x *exam) {
			if !x.msg.saml.Destination.Present() {
				x.skip("the response has no Destination")
				return
			}
			x.compareReplyURL(x.msg.saml.Destination, "Destination")
		},
	},
	{
		Name: "destination-missing", Severity: finding.Error, Family: FamilyEndpoint, Scope: OfResponse,
		Title:     "A signed response has no Destination",
		Why:       "A signed response must say where it is meant to go; strict apps refuse one that does not.",
		Cause:     "A home-grown identity provider, or a template that leaves Destination empty.",
		Fixes:     []finding.Fix{{System: finding.App, Place: "the identity provider's response template", Action: "write the Reply URL into Response/@Destination"}},
		Reference: "SAML Bindings 3.5.5.2",
		Since:     "0.1.0",
		run: func(x *exam) {
			d := x.msg.saml.Destination
			if d.Value != "" || !x.msg.responseSigned() {
				return
			}
			detail := "the response is signed but has no Destination"
			if d.Present() {
				detail = "the response is signed but its Destination is empty"
			}
			x.fail(fact{field: d, element: x.msg.saml.Root, detail: detail, expected: x.replyURLs()})
		},
	},
	{
		Name: "recipient-mismatch", Severity: finding.Error, Family: FamilyEndpoint, Scope: OfToken,
		Title:     "Recipient of the assertion is not the Reply URL of the app",
		Why:       "A bearer assertion is only good at its Recipient; the app refuses it anywhere else.",
		Cause:     "The Reply URL at the identity provider differs from the app's.",
		Fixes:     replyURLFixes,
		Reference: "SAML Profiles 4.1.4.3",
		Since:     "0.1.0",
		run: func(x *exam) {
			for c := range x.bearers() {
				if c.Recipient.Value != "" {
					x.compareReplyURL(c.Recipient, "Recipient")
				}
			}
		},
	},
	{
		Name: "recipient-missing", Severity: finding.Error, Family: FamilyEndpoint, Scope: OfToken,
		Title:     "The assertion names no Recipient",
		Why:       "A bearer assertion without Recipient could be used at any app, so apps refuse it.",
		Cause:     "A home-grown identity provider, or an app type at the identity provider that leaves the Recipient empty.",
		Fixes:     replyURLFixes,
		Reference: "SAML Profiles 4.1.4.2",
		Since:     "0.1.0",
		run: func(x *exam) {
			if x.msg.saml.Protocol != "saml2" {
				x.inapplicable() // WS-Federation and SAML 1.1 have no Recipient here
				return
			}
			for c := range x.bearers() {
				if c.Recipient.Value == "" {
					x.fail(fact{element: c.Element, detail: "the bearer subject confirmation has no Recipient", expected: x.replyURLs()})
				}
			}
		},
	},
	{
		Name: "reply-url-mismatch", Severity: finding.Error, Family: FamilyEndpoint, Scope: OfToken,
		Title:     "The response was posted to an address that is no Reply URL of the app",
		Why:       "The app does not listen for sign-ins there, or refuses them because the address is not its own.",
		Cause:     "The Reply URL at the identity provider, or the AssertionConsumerServiceURL in the app's request, names another host or path.",
		Fixes:     replyURLFixes,
		Reference: "SAML Profiles 4.1.4.1",
		Since:     "0.1.0",
		Explains:  []string{"destination-mismatch", "recipient-mismatch"},
		run:       runReplyURLMismatch,
	},
	{
		Name: "reply-url-insecure", Severity: finding.Warning, Family: FamilyEndpoint, Scope: OfToken,
		Title:     "The response was sent over plain http",
		Why:       "Whoever reads the network can take the assertion and sign in as the user.",
		Cause:     "The Reply URL starts with http:, often because the app stands behind a proxy that ends TLS.",
		Fixes:     []finding.Fix{{System: finding.App, Place: appReplyURL, Action: "serve the Reply URL over https and register that address"}},
		Reference: "SAML Bindings 3.5.5.1",
		Since:     "0.1.0",
		run: func(x *exam) {
			if x.msg.carrier.PostedTo == "" {
				x.skip("the capture does not show where the response was posted")
				return
			}
			u, err := url.Parse(x.msg.carrier.PostedTo)
			if err == nil && u.Scheme == "http" && u.Hostname() != "localhost" {
				x.fail(fact{detail: fmt.Sprintf("the response was posted to %s", finding.Quote(x.msg.carrier.PostedTo)), actual: x.msg.carrier.PostedTo})
			}
		},
	},
}

func runReplyURLMismatch(x *exam) {
	posted := x.msg.carrier.PostedTo
	switch {
	case posted == "":
		x.skip("the capture does not show where the response was posted")
	case len(x.expect.ReplyURLs) > 0:
		if !among(x.expect.ReplyURLs, posted) {
			x.fail(fact{
				detail:   fmt.Sprintf("the response was posted to %s, which is not among the Reply URLs of the app", finding.Quote(posted)),
				expected: values(x.expect.ReplyURLs), actual: posted,
			})
		}
	default:
		x.matchPatterns(x.expect.ReplyURLPatterns, saml.Field{}, posted, "the response was posted to %s, which does not look like a Reply URL of this app")
	}
}

// compareReplyURL holds a URL of the message against the Reply URLs that are
// known, or against where the message was really posted.
func (x *exam) compareReplyURL(f saml.Field, what string) {
	expected := x.replyURLs()
	switch {
	case len(expected) > 0 && !slices.Contains(expected, f.Value):
		x.fail(fact{
			field:    f,
			detail:   fmt.Sprintf("%s is %s, but the app receives sign-ins at %s", what, finding.Quote(f.Value), quoteAll(expected)),
			expected: expected, actual: f.Value,
		})
	case len(expected) == 0:
		x.matchPatterns(x.expect.ReplyURLPatterns, f, f.Value, what+" is %s, which does not look like a Reply URL of this app")
	}
}

// replyURLs are the Reply URLs that the message may name: of those given the
// one that it was posted to, where that is among them.
func (x *exam) replyURLs() []string {
	posted := x.msg.carrier.PostedTo
	if len(x.expect.ReplyURLs) > 0 && !among(x.expect.ReplyURLs, posted) {
		return values(x.expect.ReplyURLs)
	}
	if posted != "" {
		return []string{posted}
	}
	return nil
}

// matchPatterns warns of a value that fits none of a profile's patterns. The
// detail has one %s for the quoted value.
func (x *exam) matchPatterns(patterns []Pattern, f saml.Field, value, detail string) {
	if len(patterns) == 0 {
		x.skip(noReplyURL)
		return
	}
	var shown []string
	for _, p := range patterns {
		if p.Regexp.MatchString(value) {
			return
		}
		shown = append(shown, p.Shown)
	}
	x.fail(fact{field: f, severity: finding.Warning, detail: fmt.Sprintf(detail, finding.Quote(value)), expected: shown, actual: value})
}
