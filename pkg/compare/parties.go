package compare

import (
	"slices"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/saml"
)

// term is one thing that a message says and that the metadata of its sender or
// receiver says too.
type term struct {
	aspect string
	said   func(*message) []string
	known  func(*saml.Metadata) []string
	// demand turns the question around: the message must have all that the
	// metadata names, where it must otherwise say nothing that is not there.
	demand   bool
	severity finding.Severity
	breaks   string
}

// party are the terms of a kind of message with one of the two that it goes
// between.
type party struct {
	kind  string
	is    func(*saml.Metadata) bool
	terms []term
}

var parties = []party{
	{"token", isProvider, []term{
		{"issuer", issuers, entityIDs, false, finding.Error, "an app that was set up with this metadata refuses the token: it knows the Issuer by the entity ID, character by character"},
		{"certificate", certificates, signingCertificates, false, finding.Error, "an app that holds the certificates of this metadata refuses what another key signs"},
		{"NameID format", formatOfNameID, offeredFormats, false, finding.Warning, "the metadata does not offer that format"},
	}},
	{"token", isApp, []term{
		{"Destination", func(m *message) []string { return given(m.Destination.Value, m.Recipient.Value) }, replyURLs, false, finding.Error, "the app receives responses at the addresses of its metadata, and refuses one that is meant for another"},
		{"Recipient", recipients, replyURLs, false, finding.Error, "the app receives responses at the addresses of its metadata, and refuses one that is meant for another"},
		{"audience", audiences, entityIDs, true, finding.Error, "the app refuses a token that does not name its Identifier (Entity ID), character by character"},
		{"NameID format", formatOfNameID, offeredFormats, false, finding.Warning, "the app asks for a NameID of another format"},
		{"signed parts", signedParts, wantedSigned, true, finding.Error, "the app refuses an assertion that is not signed itself"},
		{"required claims", claimNames, requiredClaims, true, finding.Error, "the app asks for a claim that the token does not have"},
	}},
	{"request", isProvider, []term{
		{"Destination", func(m *message) []string { return given(m.Destination.Value) }, signOnURLs, false, finding.Error, "the identity provider takes requests at the addresses of its metadata"},
		{"NameID format", func(m *message) []string { return specific(m.Request.NameIDFormat.Value) }, offeredFormats, false, finding.Warning, "the identity provider does not offer that format"},
		{"signed", isSigned, func(m *saml.Metadata) []string {
			return presence(m.IdP != nil && isTrue(m.IdP.WantAuthnRequestsSigned), "signed")
		}, true, finding.Error, "the identity provider demands signed requests"},
	}},
	{"request", isApp, []term{
		{"issuer", issuers, entityIDs, false, finding.Error, "an identity provider that was set up with this metadata does not know the app by that Issuer"},
		{"Reply URL", func(m *message) []string { return given(m.Request.AssertionConsumerServiceURL.Value) }, replyURLs, false, finding.Error, "the identity provider answers only to a Reply URL that is registered"},
		{"certificate", certificates, signingCertificates, false, finding.Error, "an identity provider that holds the certificates of this metadata refuses what another key signs"},
		{"signed", isSigned, func(m *saml.Metadata) []string {
			return presence(m.SP != nil && isTrue(m.SP.AuthnRequestsSigned), "signed")
		}, true, finding.Warning, "the metadata promises signed requests"},
	}},
}

// between holds the messages of one side against the metadata of the other.
// swapped says that the metadata is A.
func between(messages map[string]*message, metadata []*saml.Metadata, swapped bool) []Fact {
	var facts []Fact
	for _, k := range kinds[:2] {
		m := messages[k.name]
		if m == nil {
			continue
		}
		of := involved(m, metadata)
		if len(of) == 0 {
			facts = append(facts, sided(Fact{Of: k.name, Aspect: "entity", Severity: Severity(finding.Error),
				Breaks: "the metadata describes neither the sender of the message nor its receiver"}, partners(m), nil, swapped))
		}
		for _, p := range parties {
			for _, entity := range of {
				if p.kind == k.name && p.is(entity) {
					facts = append(facts, p.compare(m, entity, swapped)...)
				}
			}
		}
	}
	return facts
}

// involved are the entities that sent or receive the message: of several those
// that it names.
func involved(m *message, metadata []*saml.Metadata) []*saml.Metadata {
	if len(metadata) == 1 {
		return metadata
	}
	named := partners(m)
	return slices.DeleteFunc(slices.Clone(metadata), func(e *saml.Metadata) bool { return !slices.Contains(named, e.EntityID.Value) })
}

func partners(m *message) []string { return set(append(issuers(m), audiences(m)...)) }

func (p *party) compare(m *message, entity *saml.Metadata, swapped bool) []Fact {
	var facts []Fact
	for _, t := range p.terms {
		said, known := t.said(m), t.known(entity)
		most, least := known, said
		if t.demand {
			most, least = said, known
		}
		if len(least) == 0 || !t.demand && len(known) == 0 || t.demand && m.unread() {
			continue
		}
		f := Fact{Of: p.kind, Aspect: t.aspect}
		if len(lacking(least, most)) == 0 {
			said, known = least, least
		} else {
			f.Severity, f.Breaks = Severity(t.severity), t.breaks
		}
		facts = append(facts, sided(f, said, known, swapped))
	}
	return facts
}

// sided fills in the two sides of a fact.
func sided(f Fact, said, known []string, swapped bool) Fact {
	f.A, f.B = said, known
	if swapped {
		f.A, f.B = known, said
	}
	f.Outcome = outcome(f.A, f.B)
	return f
}

func isProvider(m *saml.Metadata) bool { return m.IdP != nil || m.SP == nil }

func isApp(m *saml.Metadata) bool { return m.SP != nil }

func issuers(m *message) []string { return given(m.issuer()) }

func entityIDs(m *saml.Metadata) []string { return given(m.EntityID.Value) }

func replyURLs(m *saml.Metadata) []string {
	return ofSP(m, func(r *saml.SPRole) []string { return locations(r.AssertionConsumers) })
}

func signOnURLs(m *saml.Metadata) []string {
	return ofIdP(m, func(r *saml.IdPRole) []string { return locations(r.SingleSignOn) })
}

func locations(list []saml.Endpoint) []string {
	var out []string
	for _, e := range list {
		out = append(out, e.Location.Value)
	}
	return set(given(out...))
}

// specific drops a format that leaves the choice to the identity provider.
func specific(format string) []string {
	if strings.HasSuffix(format, ":unspecified") {
		return nil
	}
	return given(format)
}

func formatOfNameID(m *message) []string {
	var out []string
	for _, format := range nameIDs(func(n *saml.NameID) string { return n.Format.Value })(m) {
		out = append(out, specific(format)...)
	}
	return out
}

// offeredFormats are the NameID formats of metadata; none where any will do.
func offeredFormats(m *saml.Metadata) []string {
	formats := nameIDFormats(m)
	if slices.ContainsFunc(formats, func(f string) bool { return len(specific(f)) == 0 }) {
		return nil
	}
	return formats
}

func wantedSigned(m *saml.Metadata) []string {
	return presence(m.SP != nil && isTrue(m.SP.WantAssertionsSigned), "Assertion")
}

// isTrue reads xs:boolean.
func isTrue(f saml.Field) bool {
	v := strings.TrimSpace(f.Value)
	return v == "true" || v == "1"
}

func isSigned(m *message) []string { return presence(len(signedParts(m)) > 0, "signed") }

func claimNames(m *message) []string {
	var out []string
	for _, c := range claimsOf(m) {
		out = append(out, c.name)
	}
	return set(out)
}

func requiredClaims(m *saml.Metadata) []string {
	return ofSP(m, func(r *saml.SPRole) []string {
		var out []string
		for _, a := range r.RequestedAttributes {
			if a.Required {
				out = append(out, a.Name.Value)
			}
		}
		return set(out)
	})
}
