package compare

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/keys"
	"github.com/ssodoctor/ssodoctor/pkg/saml"
	"github.com/ssodoctor/ssodoctor/pkg/xmldsig"
)

// tokenFacets are what is compared of two tokens, in the order in which an app
// looks at them.
var tokenFacets = []facet[*message]{
	{"message", func(m *message) []string { return given(m.Kind) }, fixed(finding.Error, "it is another kind of message")},
	{"protocol", func(m *message) []string { return given(m.Protocol) }, fixed(finding.Error, "an app speaks one protocol: this is another")},
	{"status", status, judgeStatus},
	{"issuer", func(m *message) []string { return given(m.issuer()) }, judgeIssuer},
	{"encryption", encryption, judgeEncryption},
	{"signed parts", signedParts, judgeSignedParts},
	{"signature", verdicts, judgeVerdicts},
	{"signature algorithm", algorithms, judgeAlgorithms},
	{"certificate", certificates, judgeCertificates},
	{"Destination", func(m *message) []string { return given(m.Destination.Value, m.Recipient.Value) }, endpointDiffers},
	{"Recipient", recipients, endpointDiffers},
	{"audience", audiences, fixed(finding.Error, "the app refuses a token that names another Identifier (Entity ID)")},
	{"InResponseTo", func(m *message) []string { return presence(m.InResponseTo.Present(), "answers a request") }, fixed(finding.Warning, "apps that do not allow sign-ins started at the identity provider refuse one that answers no request")},
	{"validity", lifetimes, judgeLifetime},
	{"confirmation", confirmations, fixed(finding.Error, "apps accept bearer confirmations only")},
	{"authentication context", contexts, fixed(finding.Warning, "an app that asks for a certain authentication context refuses another")},
	{"session", func(m *message) []string { return sessions(m) }, fixed(finding.Warning, "the app ends its session by SessionNotOnOrAfter, and needs SessionIndex for single logout")},
	{"NameID format", nameIDs(func(n *saml.NameID) string { return n.Format.Value }), fixed(finding.Error, "the app finds its account by a NameID of that format")},
	{"NameID", nameIDs(func(n *saml.NameID) string { return n.Value }), judgeNameID},
	{"NameQualifier", nameIDs(func(n *saml.NameID) string { return n.NameQualifier.Value }), fixed(finding.Warning, "apps that store persistent identifiers store the qualifier with them")},
}

var requestFacets = []facet[*message]{
	{"issuer", func(m *message) []string { return given(m.issuer()) }, fixed(finding.Error, "the identity provider knows the app by that Identifier")},
	{"Destination", func(m *message) []string { return given(m.Destination.Value) }, fixed(finding.Info, "the request goes to another identity provider or endpoint")},
	{"binding", func(m *message) []string { return given(m.carrier.Binding) }, fixed(finding.Info, "the request is sent another way")},
	{"Reply URL", func(m *message) []string { return given(m.Request.AssertionConsumerServiceURL.Value) }, fixed(finding.Error, "the identity provider answers only to a Reply URL that is registered")},
	{"ProtocolBinding", func(m *message) []string { return given(m.Request.ProtocolBinding.Value) }, fixed(finding.Warning, "the answer comes by another binding")},
	{"NameID format", func(m *message) []string { return given(m.Request.NameIDFormat.Value) }, fixed(finding.Warning, "the identity provider sends another NameID, or refuses")},
	{"authentication context", requestedContexts, fixed(finding.Warning, "the identity provider refuses, or asks the user for something else")},
	{"ForceAuthn", func(m *message) []string { return given(m.Request.ForceAuthn.Value) }, fixed(finding.Warning, "the user has to sign in anew, or no longer has to")},
	{"IsPassive", func(m *message) []string { return given(m.Request.IsPassive.Value) }, fixed(finding.Warning, "the identity provider may not ask the user anything")},
	{"signed parts", signedParts, fixed(finding.Warning, "an identity provider that demands signed requests refuses one that is not")},
}

var logoutFacets = []facet[*message]{
	{"issuer", func(m *message) []string { return given(m.issuer()) }, fixed(finding.Error, "the receiver knows the sender by that entity ID")},
	{"Destination", func(m *message) []string { return given(m.Destination.Value) }, fixed(finding.Info, "the message goes to another endpoint")},
	{"NameID format", logoutNameID, fixed(finding.Error, "the receiver ends the session of the NameID that it knows, in that format")},
	{"SessionIndex", func(m *message) []string {
		return presence(len(m.Logout.SessionIndexes) > 0, "names the session")
	}, fixed(finding.Warning, "without SessionIndex all sessions of the user end, or none")},
}

// given drops what is empty.
func given(values ...string) []string {
	return slices.DeleteFunc(values, func(v string) bool { return v == "" })
}

func presence(there bool, words string) []string {
	if there {
		return []string{words}
	}
	return nil
}

// each collects what is not empty from all assertions.
func each(m *message, add func(*saml.Assertion) []string) []string {
	var out []string
	for _, a := range m.Assertions {
		out = append(out, add(a)...)
	}
	return given(out...)
}

func status(m *message) []string {
	if m.Status == nil {
		return nil
	}
	var codes []string
	for _, c := range m.Status.Codes {
		codes = append(codes, c.Value)
	}
	return codes
}

func judgeStatus(p *pair, _, _ []string) (finding.Severity, string) {
	if p.a.Status != nil && !p.a.Status.Success() && p.b.Status != nil && p.b.Status.Success() {
		return finding.Info, "A was refused, B was not"
	}
	return finding.Error, "the identity provider refused, nobody is signed in"
}

func judgeIssuer(p *pair, _, _ []string) (finding.Severity, string) {
	if p.moved() {
		return finding.Warning, "another identity provider: the app refuses its tokens until its Issuer setting is changed"
	}
	return finding.Error, "the app refuses tokens of an Issuer that it does not expect, character by character"
}

func encryption(m *message) []string {
	return each(m, func(a *saml.Assertion) []string { return presence(a.Encrypted, "encrypted assertion") })
}

func judgeEncryption(p *pair, a, _ []string) (finding.Severity, string) {
	switch {
	case len(a) > 0:
		return finding.Warning, "an app that demands encrypted assertions refuses one that is not"
	case p.b.unread():
		return finding.Error, "the app needs the private key to read it; what is inside was not compared"
	}
	return finding.Error, "the app needs the private key to read it"
}

func signedParts(m *message) []string {
	var parts []string
	for _, s := range m.signatures {
		if s.Covers != nil {
			parts = append(parts, s.Covers.Tag)
		}
	}
	if strings.Contains(m.carrier.RawQuery, "Signature=") {
		parts = append(parts, "query")
	}
	return set(parts)
}

func judgeSignedParts(_ *pair, a, b []string) (finding.Severity, string) {
	if gone := lacking(a, b); len(gone) > 0 {
		return finding.Error, fmt.Sprintf("an app that demands a signed %s refuses this", strings.Join(gone, " and "))
	}
	return finding.Info, "more is signed than before"
}

// verdicts are what is wrong with signatures, "valid" where nothing is.
func verdicts(m *message) []string {
	var out []string
	for _, s := range m.signatures {
		switch {
		case s.Misplaced:
			out = append(out, "misplaced")
		case s.Digest == xmldsig.Match && s.Value == xmldsig.Match:
			out = append(out, "valid")
		default:
			out = append(out, fmt.Sprintf("digest %s, value %s", s.Digest, s.Value))
		}
	}
	return set(out)
}

func judgeVerdicts(_ *pair, _, b []string) (finding.Severity, string) {
	if slices.Equal(b, []string{"valid"}) {
		return finding.Info, "B is valid by the key that it brings along"
	}
	return finding.Error, "a message whose signature is not valid is refused"
}

func algorithms(m *message) []string {
	var out []string
	for _, s := range m.signatures {
		out = append(out, xmldsig.AlgorithmName(s.SignatureAlgorithm))
	}
	return set(out)
}

func judgeAlgorithms(_ *pair, _, b []string) (finding.Severity, string) {
	for _, name := range b {
		if strings.HasSuffix(name, "sha1") {
			return finding.Warning, "apps refuse SHA-1 more and more"
		}
	}
	return finding.Info, "every app of the last ten years knows it"
}

func certificates(m *message) []string {
	var out []string
	for _, s := range m.signatures {
		if s.Certificate != nil {
			out = append(out, describe(s.Certificate))
		}
	}
	return set(out)
}

func describe(c *keys.Certificate) string {
	return fmt.Sprintf("%s, thumbprint %s, valid until %s", c.Subject, c.SHA1(), c.NotAfter.Format(time.DateOnly))
}

func judgeCertificates(p *pair, _, _ []string) (finding.Severity, string) {
	if p.moved() {
		return finding.Warning, "another identity provider: the app needs its certificate"
	}
	return finding.Error, "an app that holds the certificate of A refuses what this one signs"
}

var endpointDiffers = fixed(finding.Error, "the app refuses a message that is meant for another Reply URL")

func recipients(m *message) []string {
	return set(each(m, func(a *saml.Assertion) (out []string) {
		for _, c := range confirmationsOf(a) {
			out = append(out, c.Recipient.Value)
		}
		return out
	}))
}

func confirmationsOf(a *saml.Assertion) []*saml.Confirmation {
	if a.Subject == nil {
		return nil
	}
	return a.Subject.Confirmations
}

func confirmations(m *message) []string {
	return set(each(m, func(a *saml.Assertion) (out []string) {
		for _, c := range confirmationsOf(a) {
			out = append(out, c.Method.Value)
		}
		return out
	}))
}

func audiences(m *message) []string {
	return set(each(m, func(a *saml.Assertion) (out []string) {
		for _, c := range a.Conditions {
			for _, r := range c.Restrictions {
				for _, audience := range r.Audiences {
					out = append(out, audience.Value)
				}
			}
		}
		return out
	}))
}

// lifetimes are how long assertions are valid from their IssueInstant.
func lifetimes(m *message) []string {
	var out []string
	for _, d := range lifetimesOf(m) {
		out = append(out, signed(d))
	}
	return set(out)
}

func lifetimesOf(m *message) (out []time.Duration) {
	for _, a := range m.Assertions {
		for _, c := range a.Conditions {
			if !c.NotOnOrAfter.Time.IsZero() && !a.IssueInstant.Time.IsZero() {
				out = append(out, c.NotOnOrAfter.Time.Sub(a.IssueInstant.Time))
			}
		}
	}
	return out
}

// signed writes a duration that may be negative.
func signed(d time.Duration) string {
	if d < 0 {
		return "-" + finding.Duration(d)
	}
	return finding.Duration(d)
}

func judgeLifetime(p *pair, _, _ []string) (finding.Severity, string) {
	before, after := lifetimesOf(p.a), lifetimesOf(p.b)
	switch {
	case len(after) == 0:
		return finding.Warning, "apps that demand a validity period refuse a token without one"
	case slices.Min(after) <= 0:
		return finding.Error, "the token has ended when it is issued, and apps refuse it"
	case len(before) > 0 && slices.Min(after) < slices.Min(before) && slices.Min(after) < 5*time.Minute:
		return finding.Warning, "little is left for clocks that differ"
	}
	return finding.Info, "the token is valid for another time than before, which apps do not mind"
}

func contexts(m *message) []string {
	return set(each(m, func(a *saml.Assertion) (out []string) {
		for _, s := range a.Authn {
			out = append(out, s.ContextClassRef.Value)
		}
		return out
	}))
}

func requestedContexts(m *message) []string {
	var out []string
	for _, c := range m.Request.ContextClassRefs {
		out = append(out, strings.TrimSpace(m.Request.ContextComparison.Value+" "+c.Value))
	}
	return out
}

func sessions(m *message) []string {
	return set(each(m, func(a *saml.Assertion) (out []string) {
		for _, s := range a.Authn {
			out = append(out, presence(s.SessionIndex.Present(), "SessionIndex")...)
			out = append(out, presence(s.SessionNotOnOrAfter.Present(), "SessionNotOnOrAfter")...)
		}
		return out
	}))
}

func nameIDs(part func(*saml.NameID) string) func(*message) []string {
	return func(m *message) []string {
		return set(each(m, func(a *saml.Assertion) []string {
			if a.Subject == nil || a.Subject.NameID == nil {
				return nil
			}
			return []string{part(a.Subject.NameID)}
		}))
	}
}

func logoutNameID(m *message) []string {
	if m.Logout.NameID == nil {
		return nil
	}
	return given(m.Logout.NameID.Format.Value)
}

func judgeNameID(p *pair, a, b []string) (finding.Severity, string) {
	formats := nameIDs(func(n *saml.NameID) string { return n.Format.Value })(p.b)
	transient := len(formats) == 1 && strings.HasSuffix(formats[0], ":transient")
	switch {
	case len(b) == 0:
		return finding.Error, "the app does not learn who signs in"
	case p.otherUser:
		return finding.Info, "the two are different users"
	case transient:
		return finding.Info, "a transient NameID is another one every time"
	case len(a) == 1 && len(b) == 1 && strings.EqualFold(a[0], b[0]):
		return finding.Warning, "apps that compare exactly do not find the account"
	}
	return finding.Error, "the app finds no account, or that of somebody else"
}
