package validate

import (
	"cmp"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"

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

// askedFixes are those where the identity provider did as the app's own request
// says: it is the app that has to change.
var askedFixes = []finding.Fix{
	{System: finding.App, Place: appReplyURL, Action: "its own request asks for {actual}: make it ask for {expected}, or receive sign-ins there"},
	{System: finding.Entra, Place: entraReplyURL, Action: "add {expected}, if it is not there"},
	{System: finding.ADFS, Place: adfsEndpoints, Action: "add {expected} as SAML Assertion Consumer endpoint, if it is not there"},
	{System: finding.Okta, Place: oktaSAML + " > Requestable SSO URLs", Action: "add {expected}, if it is not there"},
}

// behindProxy are the moves for an app that takes its address to be plain http,
// because the TLS of its users ends at a proxy.
func behindProxy(address string) []finding.Fix {
	_, rest, _ := strings.Cut(address, "://")
	secure := "https://" + rest
	return []finding.Fix{
		{System: finding.App, Place: appBaseURL, Action: "set it to https, so that the app calls itself " + secure + "; or let the app trust X-Forwarded-Proto"},
		{System: finding.Network, Place: "the TLS proxy before the app", Action: "send X-Forwarded-Proto: https"},
	}
}

// plain reports whether an address is one of http that is not on the user's own
// computer.
func plain(address string) bool {
	return strings.HasPrefix(address, "http://") && !local(address)
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
		Explains:  []string{"recipient-mismatch", "flow-app-rejected"},
		run: func(x *exam) {
			if x.msg.saml.Destination.Value == "" {
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
			switch {
			case x.msg.saml.Protocol != "saml2":
				x.inapplicable() // SAML 1.1 has a Recipient in its place
				return
			case d.Value != "" || !x.msg.responseSigned():
				return
			}
			detail := "the response is signed but has no Destination"
			if d.Present() {
				detail = "the response is signed but its Destination is empty"
			}
			x.fail(fact{field: d, element: x.msg.saml.Element, detail: detail, expected: x.replyURLs()})
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
		Explains:  []string{"flow-app-rejected"},
		run:       runRecipientMismatch,
	},
	{
		Name: "recipient-missing", Severity: finding.Error, Family: FamilyEndpoint, Scope: OfToken,
		Title:     "The assertion names no Recipient",
		Why:       "A bearer assertion without Recipient could be used at any app, so apps refuse it.",
		Cause:     "A home-grown identity provider, or an app type at the identity provider that leaves the Recipient empty.",
		Fixes:     replyURLFixes[:3],
		Reference: "SAML Profiles 4.1.4.2",
		Since:     "0.1.0",
		run: func(x *exam) {
			if x.msg.saml.Protocol != "saml2" {
				x.inapplicable() // WS-Federation and SAML 1.1 do not ask for it
				return
			}
			for _, bearers := range x.bearers() {
				c, ok := lacking(bearers, func(c *saml.Confirmation) bool { return c.Recipient.Value != "" })
				if ok {
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
		Explains:  []string{"destination-mismatch", "recipient-mismatch", "flow-app-rejected"},
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
			if err == nil && u.Scheme == "http" && !loopback(u.Hostname()) {
				x.fail(fact{detail: fmt.Sprintf("the response was posted to %s", finding.Quote(x.msg.carrier.PostedTo)), actual: x.msg.carrier.PostedTo})
			}
		},
	},
}

func loopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

func runRecipientMismatch(x *exam) {
	if r := x.msg.saml.Recipient; r.Value != "" {
		x.compareReplyURL(r, "Recipient of the response") // SAML 1.1
	}
	for _, bearers := range x.bearers() {
		c, ok := lacking(bearers, func(c *saml.Confirmation) bool { return c.Recipient.Value == "" || x.received(c.Recipient.Value) })
		if ok {
			x.compareReplyURL(c.Recipient, "Recipient")
		}
	}
	if len(x.replyURLs()) == 0 && len(x.expect.ReplyURLPatterns) == 0 {
		x.skip(noReplyURL)
	}
}

func runReplyURLMismatch(x *exam) {
	posted := x.msg.receivedAt()
	switch {
	case posted == "":
		x.skip("the capture does not show where the response was posted")
	case len(x.expect.ReplyURLs) > 0:
		if _, ok := x.registered(posted); !ok {
			x.failReplyURL(saml.Field{}, "the response was posted to %s", posted, values(x.expect.ReplyURLs))
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
	case x.received(f.Value):
	case len(expected) == 0:
		x.matchPatterns(x.expect.ReplyURLPatterns, f, f.Value, what+" is %s, which does not look like a Reply URL of this app")
	default:
		x.failReplyURL(f, what+" is %s", f.Value, expected)
	}
}

// failReplyURL reports a URL that is none of the app's. Who has to change it
// depends on who came up with it.
func (x *exam) failReplyURL(field saml.Field, what, actual string, expected []string) {
	f := fact{field: field, expected: expected, actual: actual}
	f.detail = fmt.Sprintf(what+", but the app receives sign-ins at %s", finding.Quote(actual), quoteAll(expected))
	secure := slices.IndexFunc(expected, func(e string) bool { return plain(e) && "https"+strings.TrimPrefix(e, "http") == actual })
	switch {
	case secure >= 0:
		f.detail += ": the app takes itself to be on http"
		f.fixes = behindProxy(expected[secure])
	case x.asked() == actual:
		f.detail += ": the app's own request asked for that"
		f.fixes = askedFixes
	}
	x.fail(f)
}

// asked is where the request that the message answers wants the answer, ""
// where that was not captured.
func (x *exam) asked() string {
	if x.msg.request == nil {
		return ""
	}
	return x.msg.request.saml.Request.AssertionConsumerServiceURL.Value
}

// received reports whether the app is known to receive sign-ins at that URL.
func (x *exam) received(written string) bool {
	expected := x.replyURLs()
	switch {
	case len(expected) == 0:
		return matchesAny(x.expect.ReplyURLPatterns, written)
	case slices.Contains(expected, written):
		return true
	}
	return len(x.expect.ReplyURLs) == 0 && sameAddress(expected[0], written) // the browser alone wrote it differently
}

// replyURLs are the Reply URLs that the message may name: of those given the
// one that it was posted to, where that is among them.
func (x *exam) replyURLs() []string {
	posted := x.msg.receivedAt()
	if len(x.expect.ReplyURLs) > 0 {
		if v, ok := x.registered(posted); ok {
			return []string{v}
		}
		return values(x.expect.ReplyURLs)
	}
	if posted != "" {
		return []string{posted}
	}
	return nil
}

// receivedAt is where the app received the message: the address that it was
// posted to, or the page of the same site that posted it there, where the message
// names that page. Apps hand a response on to a page of their own, to choose a
// tenant or to get their cookies sent.
func (m *message) receivedAt() string {
	posted, page := m.carrier.PostedTo, m.carrier.SentFrom
	if page == "" || !sameOrigin(page, posted) {
		return posted
	}
	named := []string{m.saml.Destination.Value, m.saml.Recipient.Value}
	for _, bearers := range m.bearers {
		for _, c := range bearers {
			named = append(named, c.Recipient.Value)
		}
	}
	if slices.ContainsFunc(named, func(n string) bool { return sameAddress(page, n) }) {
		return page
	}
	return posted
}

// sameOrigin reports whether two URLs are of one scheme, host and port.
func sameOrigin(a, b string) bool {
	u, err := url.Parse(a)
	v, other := url.Parse(b)
	return err == nil && other == nil && u.Scheme == v.Scheme && address(u) == address(v)
}

// registered returns the given Reply URL that a browser would post to that
// address.
func (x *exam) registered(posted string) (string, bool) {
	for _, v := range x.expect.ReplyURLs {
		if v.Value == posted {
			return v.Value, true
		}
	}
	for _, v := range x.expect.ReplyURLs {
		if sameAddress(posted, v.Value) {
			return v.Value, true
		}
	}
	return "", false
}

// sameAddress reports whether a browser that is told to post to a URL shows it
// as captured: with the host in lower case, without the default port and the
// fragment, and with a path (WHATWG URL).
func sameAddress(captured, written string) bool {
	if captured == "" || written == "" {
		return captured == written
	}
	a, errA := url.Parse(captured)
	b, errB := url.Parse(strings.TrimSpace(written))
	if errA != nil || errB != nil || a.Host == "" {
		return false
	}
	return a.Scheme == b.Scheme && address(a) == address(b) && a.RawQuery == b.RawQuery &&
		cmp.Or(a.EscapedPath(), "/") == cmp.Or(b.EscapedPath(), "/")
}

func address(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return strings.ToLower(u.Hostname()) + ":" + port
}

func matchesAny(patterns []Pattern, value string) bool {
	return slices.ContainsFunc(patterns, func(p Pattern) bool { return p.Regexp.MatchString(value) })
}

// severity is how bad it is that a value does not fit the pattern.
func (p *Pattern) severity() finding.Severity {
	switch {
	case p.Unverified:
		return finding.Info
	case !p.Strict:
		return finding.Warning
	}
	return finding.Error
}

// matchPatterns reports a value that fits none of a profile's patterns: an
// error where all are strict, and no more than a word where no document
// confirms any of them. The detail has one %s for the quoted value.
func (x *exam) matchPatterns(patterns []Pattern, f saml.Field, value, detail string) {
	if len(patterns) == 0 {
		x.skip(noReplyURL)
		return
	}
	if matchesAny(patterns, value) {
		return
	}
	best, worst := finding.Info, finding.Error
	shown := make([]string, len(patterns))
	for i, p := range patterns {
		shown[i] = p.Shown
		best, worst = max(best, p.severity()), min(worst, p.severity())
	}
	severity := worst
	if best > finding.Info {
		severity = max(worst, finding.Warning)
	}
	x.fail(fact{
		field: f, severity: severity, detail: fmt.Sprintf(detail, finding.Quote(value)),
		expected: shown, forms: severity < finding.Error, actual: value,
	})
}
