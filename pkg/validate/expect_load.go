package validate

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/keys"
	"github.com/ssodoctor/ssodoctor/pkg/saml"
	"github.com/ssodoctor/ssodoctor/pkg/trace"
)

// ParseClaim reads NAME or NAME=REGEX, as --require-claim takes it: the name
// ends at the first "=", and the expression may match any part of a value.
func ParseClaim(s string) (ClaimExpectation, error) {
	name, expr, hasPattern := strings.Cut(s, "=")
	if name = strings.TrimSpace(name); name == "" {
		return ClaimExpectation{}, fmt.Errorf("claim %q has no name, expected NAME or NAME=REGEX", s)
	}
	claim := ClaimExpectation{Name: name, Required: true, Source: "--require-claim"}
	if !hasPattern {
		return claim, nil
	}
	re, err := regexp.Compile(expr)
	if err != nil {
		return ClaimExpectation{}, fmt.Errorf("claim %q: %q is no regular expression: %w", name, expr, err)
	}
	claim.Pattern = &Pattern{Regexp: re, Shown: expr, Source: claim.Source, Strict: true}
	return claim, nil
}

// AddIdPMetadata expects what the metadata of the identity provider says: its
// entity ID as issuer and its signing certificates. The source, such as
// "IdP metadata idp.xml", names it in findings. Issuers that were set before
// decide alone, and choose among several entities. Metadata of another role,
// of several identity providers, or with a placeholder for an entity ID is an
// error.
func (e *Expectations) AddIdPMetadata(ms []*saml.Metadata, source string) error {
	m, err := identityProvider.choose(ms, e.given(e.Issuers, e.loaded.issuers), source)
	if err != nil {
		return err
	}
	e.IdPMetadata = append(e.IdPMetadata, m)
	load(&e.Issuers, &e.loaded.issuers, Value{m.EntityID.Value, source})
	if m.IdP != nil {
		e.addCertificates(m.IdP.SigningCertificates(), m.IdP.Keys, source)
	}
	for _, r := range m.Federation {
		if r.Type == "SecurityTokenServiceType" {
			e.addCertificates(r.SigningCertificates(), r.Keys, source)
		}
	}
	return nil
}

func (e *Expectations) addCertificates(certificates []*keys.Certificate, descriptors []saml.KeyDescriptor, source string) {
	for _, c := range certificates {
		known := slices.ContainsFunc(e.MetadataCertificates, func(t TrustedCertificate) bool { return t.SHA256() == c.SHA256() })
		if !known {
			e.MetadataCertificates = append(e.MetadataCertificates, TrustedCertificate{c, source})
		}
	}
	for _, d := range descriptors {
		for _, u := range d.Unreadable {
			p := finding.Problem{Check: "certificate-unreadable", Detail: u.Err.Error()}
			if len(certificates) > 0 {
				p.Severity = finding.Warning // there is another one to verify with
			}
			e.CertificateProblems = append(e.CertificateProblems, CertificateProblem{Problem: p, Source: source})
		}
	}
}

// AddSPMetadata expects what the metadata of the app says: its entity ID, the
// Reply URLs that take HTTP-POST, its NameID formats, the attributes that it
// requires, and whether it wants assertions signed. What was set before
// decides alone, and chooses among several entities. Errors are those of
// [Expectations.AddIdPMetadata].
func (e *Expectations) AddSPMetadata(ms []*saml.Metadata, source string) error {
	m, err := serviceProvider.choose(ms, e.given(e.EntityIDs, e.loaded.entityIDs), source)
	if err != nil {
		return err
	}
	e.SPMetadata = append(e.SPMetadata, m)
	load(&e.EntityIDs, &e.loaded.entityIDs, Value{m.EntityID.Value, source})
	for _, r := range m.Federation {
		if r.Type == "ApplicationServiceType" {
			load(&e.ReplyURLs, &e.loaded.replyURLs, fields(r.Passive, source)...)
		}
	}
	if m.SP == nil {
		return nil
	}
	for _, acs := range m.SP.AssertionConsumers {
		if strings.HasSuffix(acs.Binding.Value, ":"+trace.BindingPOST) {
			load(&e.ReplyURLs, &e.loaded.replyURLs, Value{acs.Location.Value, source})
		}
	}
	load(&e.NameIDFormats, &e.loaded.nameIDFormats, fields(m.SP.NameIDFormats, source)...)
	for _, a := range m.SP.RequestedAttributes {
		if a.Required {
			e.Claims = append(e.Claims, ClaimExpectation{Name: a.Name.Value, Required: true, Source: source})
		}
	}
	if yes := m.SP.WantAssertionsSigned.Value; e.SignedAssertion == "" && (yes == "true" || yes == "1") {
		e.SignedAssertion = source
	}
	return nil
}

// ExpiredMetadata returns an error for metadata among the expectations that
// was no longer valid at that time, nil without such metadata.
func (e *Expectations) ExpiredMetadata(at time.Time) error {
	for _, m := range slices.Concat(e.IdPMetadata, e.SPMetadata) {
		if until := m.ValidUntil.Time; !until.IsZero() && !at.Before(until) {
			return fmt.Errorf("metadata of %q was valid until %s, %s before: download it again",
				m.EntityID.Value, until.Format(time.RFC3339), finding.Duration(at.Sub(until)))
		}
	}
	return nil
}

// given returns the values that were set by hand, and none where metadata set
// them.
func (e *Expectations) given(list []Value, loaded bool) []Value {
	if loaded {
		return nil
	}
	return list
}

// load appends what metadata says to a list that was not set by hand.
func load(list *[]Value, loaded *bool, add ...Value) {
	if len(*list) > 0 && !*loaded {
		return
	}
	for _, v := range add {
		if !among(*list, v.Value) {
			*list, *loaded = append(*list, v), true
		}
	}
}

func fields(fs []saml.Field, source string) []Value {
	out := make([]Value, 0, len(fs))
	for _, f := range fs {
		out = append(out, Value{strings.TrimSpace(f.Value), source})
	}
	return out
}

// metadataRole is what an entity has to be in order to serve.
type metadataRole struct {
	name, flag string // how to call it, and how to choose among several
	other      string // what to do with metadata that lacks the role
	has        func(*saml.Metadata) bool
}

var identityProvider = metadataRole{
	name: "identity provider", flag: "--issuer",
	other: "metadata of the app goes to --sp-metadata",
	has: func(m *saml.Metadata) bool {
		return m.IdP != nil || hasFederationRole(m, "SecurityTokenServiceType")
	},
}

var serviceProvider = metadataRole{
	name: "service provider", flag: "--entity-id",
	other: "metadata of the identity provider goes to --idp-metadata",
	has: func(m *saml.Metadata) bool {
		return m.SP != nil || hasFederationRole(m, "ApplicationServiceType")
	},
}

func hasFederationRole(m *saml.Metadata, kind string) bool {
	return slices.ContainsFunc(m.Federation, func(r *saml.FederationRole) bool { return r.Type == kind })
}

// choose returns the one entity that has the role, of several the one that was
// named.
func (r *metadataRole) choose(ms []*saml.Metadata, named []Value, source string) (*saml.Metadata, error) {
	if len(ms) == 0 {
		return nil, fmt.Errorf("%s: no EntityDescriptor in it, expected the SAML metadata of a %s", source, r.name)
	}
	var found []*saml.Metadata
	for _, m := range ms {
		if r.has(m) {
			found = append(found, m)
		}
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("%s: entity %q has no %s role; %s", source, ms[0].EntityID.Value, r.name, r.other)
	}
	if len(found) > 1 {
		ids := entityIDs(found)
		found = slices.DeleteFunc(found, func(m *saml.Metadata) bool { return !among(named, m.EntityID.Value) })
		if len(found) != 1 {
			return nil, fmt.Errorf("%s: %d entities with the %s role (%s), expected one: name it with %s", source, len(ids), r.name, enumerate(ids), r.flag)
		}
	}
	id := found[0].EntityID.Value
	switch {
	case id == "":
		return nil, fmt.Errorf("%s: the EntityDescriptor has no entityID, expected that of the %s", source, r.name)
	case strings.ContainsAny(id, "{}"):
		return nil, fmt.Errorf("%s: entityID %q holds a placeholder, expected the metadata of your own tenant and app: in Entra the App Federation Metadata Url", source, id)
	}
	return found[0], nil
}

func entityIDs(ms []*saml.Metadata) []string {
	ids := make([]string, len(ms))
	for i, m := range ms {
		ids[i] = m.EntityID.Value
	}
	return ids
}

// enumerate lists a few of many values.
func enumerate(values []string) string {
	return finding.Few(values, 4, func(v string) string { return finding.Quote(finding.Shorten(v, 80)) })
}
