package validate

import (
	"crypto/sha256"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/beevik/etree"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/saml"
	"github.com/ssodoctor/ssodoctor/pkg/xmldoc"
	"github.com/ssodoctor/ssodoctor/pkg/xmldsig"
)

// entityName names an entity in running text.
func entityName(m *saml.Metadata) string {
	if m.EntityID.Value == "" {
		return "the entity"
	}
	return finding.Quote(finding.Shorten(m.EntityID.Value, 80))
}

func lintExpired(x *inspection, m *saml.Metadata) {
	until := m.ValidUntil
	if until.Present() && until.Problem != "" {
		x.fail(fact{field: until.Field, severity: finding.Warning, actual: until.Value,
			detail: fmt.Sprintf("validUntil %s of %s cannot be relied on: it %s", finding.Quote(finding.Shorten(until.Value, 60)), entityName(m), until.Problem)})
	}
	if !until.Time.IsZero() && !x.at().Before(until.Time) {
		x.fail(fact{field: until.Field, actual: until.Value,
			detail: fmt.Sprintf("the metadata of %s was valid until %s, %s before", entityName(m), minute(until.Time), finding.Duration(x.at().Sub(until.Time)))})
	}
	if c := m.CacheDuration; c.Present() && !isDuration(c.Value) {
		x.fail(fact{field: c, severity: finding.Warning, actual: c.Value, expected: []string{"P1D"}, forms: true,
			detail: fmt.Sprintf("cacheDuration %s of %s is no xs:duration such as P1D", finding.Quote(finding.Shorten(c.Value, 60)), entityName(m))})
	}
}

var durationForm = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^-?P(\d+Y)?(\d+M)?(\d+D)?(T(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?$`)
})

// isDuration reports whether a text is an xs:duration (XML Schema 3.2.6).
func isDuration(s string) bool {
	s = strings.TrimSpace(s)
	return durationForm().MatchString(s) && !strings.HasSuffix(s, "P") && !strings.HasSuffix(s, "T")
}

// maxEntityID is the longest entity ID in characters (SAML Core 8.3.6).
const maxEntityID = 1024

func lintEntityID(x *inspection, m *saml.Metadata) {
	id := m.EntityID
	shown := finding.Quote(finding.Shorten(id.Value, 80))
	switch {
	case !id.Present():
		x.fail(fact{element: m.Element, detail: "the EntityDescriptor has no entityID"})
	case strings.TrimSpace(id.Value) == "":
		x.fail(fact{field: id, detail: "the entityID is empty"})
	case strings.TrimSpace(id.Value) != id.Value:
		x.fail(fact{field: id, actual: id.Value, expected: []string{strings.TrimSpace(id.Value)}, detail: "the entityID " + shown + " begins or ends with white space"})
	case strings.ContainsAny(id.Value, "{}<>"):
		x.fail(fact{field: id, actual: id.Value, detail: "the entityID " + shown + " holds a placeholder that was not filled in"})
	case strings.ContainsAny(id.Value, " \t\r\n"):
		x.fail(fact{field: id, actual: id.Value, detail: "the entityID " + shown + " holds white space, which no URI may"})
	case len([]rune(id.Value)) > maxEntityID:
		x.fail(fact{field: id, detail: fmt.Sprintf("the entityID has %d characters, expected at most %d", len([]rune(id.Value)), maxEntityID)})
	case !isAbsoluteURI(id.Value):
		// Box, Dropbox and Google are known by such names.
		x.fail(fact{field: id, severity: finding.Info, actual: id.Value, detail: "the entityID " + shown + " is no absolute URI; it works where both sides are given the same text"})
	}
}

func isAbsoluteURI(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.Scheme != "" && (u.Host != "" || u.Opaque != "")
}

// lintDuplicateEntity compares descriptions of one entity that were read in
// this run, in whatever files.
func lintDuplicateEntity(x *inspection, m *saml.Metadata) {
	id := m.EntityID.Value
	if id == "" {
		x.inapplicable()
		return
	}
	first, known := x.entities[id]
	if !known {
		x.entities[id] = describedEntity{input: x.input, line: x.doc.Span(m.Element).Line, key: entityKey(x.roles)}
		return
	}
	if first.key == entityKey(x.roles) {
		return
	}
	x.fail(fact{field: m.EntityID, actual: id,
		detail: fmt.Sprintf("%s is also described in %s (line %d), and the two differ in addresses or certificates", entityName(m), first.input, first.line)})
}

// describedEntity is where an entity was first described, and what makes
// another description of it the same.
type describedEntity struct {
	input string
	line  int
	key   [sha256.Size]byte
}

// entityKey is a digest of what two descriptions of one entity must agree on.
func entityKey(roles []saml.Role) [sha256.Size]byte {
	var parts []string
	for _, r := range roles {
		parts = append(parts, r.Kind)
		for _, s := range r.Services {
			parts = append(parts, s.Name, s.Binding.Value, s.Location.Value)
		}
		for _, k := range r.Keys {
			for _, c := range k.Certificates {
				parts = append(parts, c.SHA256())
			}
		}
	}
	slices.Sort(parts)
	return sha256.Sum256([]byte(strings.Join(parts, "\n")))
}

// browserServices are the services of SAML 2.0 that only such a role needs.
var browserServices = []string{"SingleSignOnService", "AssertionConsumerService"}

func lintRole(x *inspection, m *saml.Metadata) {
	roles := x.roles
	if len(roles) == 0 && xmldoc.Child(m.Element, saml.NSMetadata, "AffiliationDescriptor") == nil {
		x.fail(fact{element: m.Element, detail: entityName(m) + " has no role: neither IDPSSODescriptor nor SPSSODescriptor"})
	}
	for _, r := range roles {
		switch {
		case r.Kind == "RoleDescriptor" || r.Speaks(saml.NSProtocol):
		case strings.TrimSpace(r.Protocols.Value) == "":
			x.fail(fact{element: r.Element, expected: []string{saml.NSProtocol},
				detail: "the " + r.Kind + " of " + entityName(m) + " has no protocolSupportEnumeration"})
		case speaksOther(&r):
		default:
			x.fail(fact{field: r.Protocols, expected: []string{saml.NSProtocol}, actual: r.Protocols.Value,
				detail: fmt.Sprintf("the %s of %s does not speak SAML 2.0: protocolSupportEnumeration is %s", r.Kind, entityName(m), finding.Quote(finding.Shorten(r.Protocols.Value, 80)))})
		}
	}
}

// otherProtocols are those that a role may speak without SAML 2.0.
var otherProtocols = []string{
	"urn:oasis:names:tc:SAML:1.0:protocol", "urn:oasis:names:tc:SAML:1.1:protocol", "urn:mace:shibboleth:1.0",
	saml.NSFederation, "http://schemas.xmlsoap.org/ws/2003/07/secext",
}

// speaksOther reports whether the role is of another known protocol, and has
// none of the endpoints of SAML 2.0.
func speaksOther(r *saml.Role) bool {
	if !slices.ContainsFunc(otherProtocols, r.Speaks) {
		return false
	}
	return !slices.ContainsFunc(r.Services, func(s saml.Service) bool {
		return slices.Contains(browserServices, s.Name) && strings.HasPrefix(s.Binding.Value, "urn:oasis:names:tc:SAML:2.0:")
	})
}

// signatureOf is the signature over the entity, or over a group around it, nil
// without one. The schema puts it first, and a group may have many children.
func signatureOf(m *saml.Metadata) *etree.Element {
	if s := xmldoc.Child(m.Element, saml.NSSignature, "Signature"); s != nil {
		return s
	}
	for el := m.Element.Parent(); el != nil; el = el.Parent() {
		for first := range el.ChildElementsSeq() {
			if xmldoc.Is(first, saml.NSSignature, "Signature") {
				return first
			}
			break
		}
	}
	return nil
}

// lintUnsigned is about metadata that is made to be fetched again and again: a
// copy that somebody put into the repository is as safe as the repository.
func lintUnsigned(x *inspection, m *saml.Metadata) {
	switch published := m.ValidUntil.Present() || m.CacheDuration.Present() || m.Element.Parent().Tag == "EntitiesDescriptor"; {
	case !published:
		x.inapplicable()
	case signatureOf(m) == nil:
		x.fail(fact{element: m.Element, detail: "the metadata of " + entityName(m) + " is made to be fetched anew, and is not signed"})
	}
}

// lintMetadataSignature says what came of the verification, with the key that
// the signature brings along: whose key it is, nobody has said.
func lintMetadataSignature(x *inspection, m *saml.Metadata) {
	el := signatureOf(m)
	if el == nil {
		x.inapplicable()
		return
	}
	switch s := x.signatures[el]; {
	case s == nil:
		x.skip("the signature was not looked at")
	case s.Misplaced:
		x.fail(fact{element: el, detail: "the signature in the metadata of " + entityName(m) + " does not cover the element that it stands in"})
	case s.Digest == xmldsig.Mismatch:
		detail := "the metadata of " + entityName(m) + " was changed after it was signed: its digest does not match"
		if s.Repair != "" {
			detail += " (" + s.Repair + ")"
		}
		x.fail(fact{element: el, detail: detail})
	case s.Value == xmldsig.Mismatch:
		x.fail(fact{element: el, detail: "the signature over the metadata of " + entityName(m) + " does not verify with the certificate beside it"})
	case s.Digest == xmldsig.Malformed || s.Value == xmldsig.Malformed:
		x.fail(fact{element: el, detail: "the signature over the metadata of " + entityName(m) + " is malformed"})
	case s.Value != xmldsig.Match:
		x.skip("there is no key at hand to verify the signature with, or its algorithm is not supported")
	}
}
