package compare

import (
	"fmt"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/keys"
	"github.com/ssodoctor/ssodoctor/pkg/saml"
)

// metadataFacets are what is compared of two descriptions of an entity.
var metadataFacets = []facet[*saml.Metadata]{
	{"entity ID", func(m *saml.Metadata) []string { return given(m.EntityID.Value) }, judgeEntityID},
	{"roles", roles, fixed(finding.Error, "the other side needs that role")},
	{"sign-on URL", func(m *saml.Metadata) []string {
		return ofIdP(m, func(r *saml.IdPRole) []string { return endpoints(r.SingleSignOn) })
	}, lostIs(finding.Error, "apps send their users to the old address")},
	{"logout URL", logoutURLs, lostIs(finding.Warning, "logout goes to the old address")},
	{"Reply URL", func(m *saml.Metadata) []string {
		return ofSP(m, func(r *saml.SPRole) []string { return endpoints(r.AssertionConsumers) })
	}, lostIs(finding.Error, "responses to the old address are refused")},
	{"signing certificate", signingCertificates, judgeKeys},
	{"encryption certificate", encryptionCertificates, judgeEncryptionKeys},
	{"NameID format", nameIDFormats, lostIs(finding.Warning, "the format is no longer offered")},
	{"WantAuthnRequestsSigned", func(m *saml.Metadata) []string {
		return ofIdP(m, func(r *saml.IdPRole) []string { return given(r.WantAuthnRequestsSigned.Value) })
	}, fixed(finding.Warning, "apps that do not sign their requests are refused, or may stop signing")},
	{"AuthnRequestsSigned", func(m *saml.Metadata) []string {
		return ofSP(m, func(r *saml.SPRole) []string { return given(r.AuthnRequestsSigned.Value) })
	}, fixed(finding.Warning, "the identity provider expects signed requests, or no longer does")},
	{"WantAssertionsSigned", func(m *saml.Metadata) []string {
		return ofSP(m, func(r *saml.SPRole) []string { return given(r.WantAssertionsSigned.Value) })
	}, fixed(finding.Warning, "the app refuses an assertion that is not signed itself")},
	{"requested claims", requested, fixed(finding.Warning, "the app asks for other claims")},
	{"valid until", func(m *saml.Metadata) []string { return given(m.ValidUntil.Value) }, fixed(finding.Info, "the metadata ends at another time")},
}

// lostIs judges lists: what B no longer has is that bad, what it has besides
// is no harm.
func lostIs(s finding.Severity, breaks string) judge {
	return func(_ *pair, a, b []string) (finding.Severity, string) {
		if len(lacking(a, b)) == 0 {
			return finding.Info, "B offers more than A"
		}
		return s, breaks
	}
}

func judgeEntityID(*pair, []string, []string) (finding.Severity, string) {
	return finding.Error, "the other side knows this one by its entity ID, character by character"
}

func judgeKeys(_ *pair, a, b []string) (finding.Severity, string) {
	switch gone := lacking(a, b); {
	case len(gone) == len(a):
		return finding.Error, "whoever holds the old certificate refuses what the new key signs"
	case len(gone) > 0:
		return finding.Warning, "whoever holds only a certificate that is gone refuses what the others sign"
	}
	return finding.Info, "a certificate was added, as before a rollover: let the other side import it"
}

func judgeEncryptionKeys(_ *pair, a, b []string) (finding.Severity, string) {
	if len(lacking(a, b)) == 0 {
		return finding.Info, "a key was added"
	}
	return finding.Warning, "what is encrypted with the old key may not be readable any more"
}

func ofIdP(m *saml.Metadata, part func(*saml.IdPRole) []string) []string {
	if m.IdP == nil {
		return nil
	}
	return part(m.IdP)
}

func ofSP(m *saml.Metadata, part func(*saml.SPRole) []string) []string {
	if m.SP == nil {
		return nil
	}
	return part(m.SP)
}

func roles(m *saml.Metadata) []string {
	var out []string
	for _, el := range m.Roles {
		out = append(out, el.Tag)
	}
	return set(out)
}

func endpoints(list []saml.Endpoint) []string {
	var out []string
	for _, e := range list {
		binding := e.Binding.Value[strings.LastIndexByte(e.Binding.Value, ':')+1:]
		out = append(out, strings.TrimSpace(binding+" "+e.Location.Value))
	}
	return set(out)
}

func logoutURLs(m *saml.Metadata) []string {
	return append(ofIdP(m, func(r *saml.IdPRole) []string { return endpoints(r.SingleLogout) }),
		ofSP(m, func(r *saml.SPRole) []string { return endpoints(r.SingleLogout) })...)
}

func nameIDFormats(m *saml.Metadata) []string {
	var fields []saml.Field
	if m.IdP != nil {
		fields = append(fields, m.IdP.NameIDFormats...)
	}
	if m.SP != nil {
		fields = append(fields, m.SP.NameIDFormats...)
	}
	var out []string
	for _, f := range fields {
		out = append(out, strings.TrimSpace(f.Value))
	}
	return set(given(out...))
}

func signingCertificates(m *saml.Metadata) []string { return keysFor(m, "signing") }

func encryptionCertificates(m *saml.Metadata) []string { return keysFor(m, "encryption") }

// keysFor lists the certificates for a use, those for any use included.
func keysFor(m *saml.Metadata, use string) []string {
	var all []saml.KeyDescriptor
	if m.IdP != nil {
		all = append(all, m.IdP.Keys...)
	}
	if m.SP != nil {
		all = append(all, m.SP.Keys...)
	}
	var out []string
	for _, k := range all {
		if k.Use.Value == use || k.Use.Value == "" {
			out = append(out, described(k.Certificates)...)
		}
	}
	return set(out)
}

func described(list []*keys.Certificate) []string {
	var out []string
	for _, c := range list {
		out = append(out, describe(c))
	}
	return out
}

func requested(m *saml.Metadata) []string {
	return ofSP(m, func(r *saml.SPRole) []string {
		var out []string
		for _, a := range r.RequestedAttributes {
			name := a.Name.Value
			if a.Required {
				name += " (required)"
			}
			out = append(out, name)
		}
		return set(out)
	})
}

// compareMetadata compares entity by entity: two alone with each other, more
// by their entity IDs.
func compareMetadata(a, b []*saml.Metadata) []Fact {
	if len(a) == 0 || len(b) == 0 {
		return nil
	}
	p := &pair{of: "metadata"}
	if len(a) == 1 && len(b) == 1 {
		return compareAll(p, "", metadataFacets, a[0], b[0])
	}
	right := make(map[string]*saml.Metadata, len(b))
	for _, m := range b {
		right[m.EntityID.Value] = m
	}
	var facts []Fact
	for _, m := range a {
		id := m.EntityID.Value
		other := right[id]
		if other == nil {
			facts = append(facts, Fact{Of: "metadata", Aspect: "entity", Name: id, Outcome: Missing, A: []string{id}, Severity: Severity(finding.Error), Breaks: "B does not describe this entity"})
			continue
		}
		delete(right, id)
		facts = append(facts, compareAll(p, id, metadataFacets, m, other)...)
	}
	for _, m := range b {
		if id := m.EntityID.Value; right[id] == m {
			facts = append(facts, Fact{Of: "metadata", Aspect: "entity", Name: id, Outcome: Added, B: []string{id}, Severity: Severity(finding.Info), Breaks: fmt.Sprintf("only B describes %s", finding.Quote(id))})
		}
	}
	return facts
}
