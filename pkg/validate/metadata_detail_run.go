package validate

import (
	"fmt"
	"net/mail"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/beevik/etree"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/saml"
	"github.com/ssodoctor/ssodoctor/pkg/xmldoc"
)

func lintNameIDFormat(x *inspection, _ *saml.Metadata) {
	for _, r := range x.samlRoles() {
		seen := map[string]bool{}
		for _, f := range r.NameIDFormats {
			value := strings.TrimSpace(f.Value)
			if detail, expected := judgeFormat(value); detail != "" {
				x.fail(fact{field: f, actual: f.Value, expected: expected, detail: detail})
			}
			if seen[value] {
				x.fail(fact{field: f, severity: finding.Info, actual: f.Value, detail: "the NameID format " + finding.Quote(finding.Shorten(value, 100)) + " is listed twice"})
			}
			seen[value] = true
		}
	}
}

// judgeFormat says what is wrong with the URI of a NameID format. Formats of
// other namespaces than SAML's are what their owners say.
func judgeFormat(value string) (detail string, expected []string) {
	shown := finding.Quote(finding.Shorten(value, 100))
	name, known := saml.LookupName(value)
	switch near, slip := saml.NearName(value); {
	case value == "":
		return "a NameIDFormat is empty", nil
	case known && name.Kind != saml.KindNameIDFormat:
		return "the NameID format " + shown + " is no format but the name of a " + string(name.Kind), nil
	case known:
		return "", nil
	case slip && near.Kind == saml.KindNameIDFormat:
		return "the NameID format " + shown + " does not exist; the one that is meant is " + near.URI, []string{near.URI}
	case strings.HasPrefix(value, "urn:oasis:names:tc:SAML:"):
		return "the NameID format " + shown + " is none that SAML defines", nil
	case !strings.Contains(value, ":"):
		return "the NameID format " + shown + " is no URI", formatURIs(value)
	}
	return "", nil
}

// formatURIs is the URI of the format of that short name.
func formatURIs(short string) []string {
	for name := range saml.Names(saml.KindNameIDFormat) {
		if strings.EqualFold(name.Short, short) {
			return []string{name.URI}
		}
	}
	return nil
}

func lintRequested(x *inspection, m *saml.Metadata) {
	if m.SP == nil {
		x.inapplicable()
		return
	}
	for _, r := range x.roles {
		for _, c := range r.Consuming {
			x.lintRequestedIn(&c)
		}
	}
}

func (x *inspection) lintRequestedIn(c *saml.ConsumingService) {
	seen := map[string]bool{}
	for _, a := range c.Requested {
		name, format := a.Name.Value, a.NameFormat.Value
		shown := finding.Quote(finding.Shorten(name, 80))
		near, slip := saml.NearName(format)
		switch {
		case strings.TrimSpace(name) == "":
			x.fail(fact{element: a.Element, detail: "a RequestedAttribute has no Name"})
		case strings.TrimSpace(name) != name:
			x.fail(fact{field: a.Name, actual: name, expected: []string{strings.TrimSpace(name)}, detail: "the name of the claim " + shown + " begins or ends with white space"})
		case seen[name+"\x00"+format]:
			x.fail(fact{field: a.Name, actual: name, detail: "the claim " + shown + " is asked for twice in one set"})
		case slip && near.Kind == saml.KindAttributeFormat:
			x.fail(fact{field: a.NameFormat, actual: format, expected: []string{near.URI}, detail: "the NameFormat of the claim " + shown + " is a slip for " + near.URI})
		case strings.HasSuffix(format, ":basic") && strings.HasPrefix(name, "urn:oid:"):
			x.fail(fact{field: a.NameFormat, actual: format, expected: []string{"urn:oasis:names:tc:SAML:2.0:attrname-format:uri"}, detail: "the claim " + shown + " is a URI, but its NameFormat says basic"})
		}
		seen[name+"\x00"+format] = true
	}
}

func lintConsuming(x *inspection, m *saml.Metadata) {
	if m.SP == nil {
		x.inapplicable()
		return
	}
	for _, r := range x.roles {
		seen := map[string]bool{}
		for _, c := range r.Consuming {
			x.lintSet(&c, seen)
		}
	}
}

func (x *inspection) lintSet(c *saml.ConsumingService, seen map[string]bool) {
	index := strings.TrimSpace(c.Index.Value)
	_, err := strconv.ParseUint(index, 10, 16)
	switch {
	case !c.Index.Present():
		x.fail(fact{element: c.Element, detail: "an AttributeConsumingService has no index"})
	case err != nil:
		x.fail(fact{field: c.Index, actual: c.Index.Value, detail: "index " + finding.Quote(finding.Shorten(index, 40)) + " of an AttributeConsumingService is no number from 0 to 65535"})
	case seen[index]:
		x.fail(fact{field: c.Index, actual: index, detail: "index " + index + " belongs to more than one AttributeConsumingService"})
	}
	seen[index] = true
	if len(c.Requested) == 0 {
		x.fail(fact{element: c.Element, severity: finding.Warning, detail: "an AttributeConsumingService asks for no claim"})
	}
	if len(c.Names) == 0 {
		x.fail(fact{element: c.Element, severity: finding.Warning, detail: "an AttributeConsumingService has no ServiceName"})
	}
	for _, n := range c.Names {
		if strings.TrimSpace(n.Language.Value) == "" {
			x.fail(fact{element: n.Text.Element, severity: finding.Warning, detail: "a ServiceName does not say in which language it is (xml:lang)"})
		}
	}
}

func lintWantSigned(x *inspection, m *saml.Metadata) {
	if m.SP == nil {
		x.inapplicable()
		return
	}
	if f := m.SP.WantAssertionsSigned; f.Present() && !isTrue(f) {
		x.fail(fact{field: f, actual: f.Value, expected: []string{"true"}, detail: "the app " + entityName(m) + " says that it does not want assertions to be signed"})
	}
}

// contactTypes are those of the schema.
var contactTypes = []string{"technical", "support", "administrative", "billing", "other"}

func lintContact(x *inspection, m *saml.Metadata) {
	organization, contacts := m.Organization(), m.Contacts()
	if organization == nil && len(contacts) == 0 {
		x.inapplicable()
		return
	}
	if organization != nil {
		x.lintOrganization(organization)
	}
	for _, c := range contacts {
		if kind := c.Type.Value; !slices.Contains(contactTypes, kind) {
			x.fail(fact{element: c.Element, field: c.Type, actual: kind, expected: contactTypes, detail: "the contactType " + finding.Quote(finding.Shorten(kind, 40)) + " does not exist"})
		}
		for _, f := range c.Emails {
			if value := strings.TrimPrefix(strings.TrimSpace(f.Value), "mailto:"); !isMail(value) {
				x.fail(fact{field: f, actual: f.Value, detail: "the EmailAddress " + finding.Quote(finding.Shorten(value, 80)) + " is no e-mail address"})
			}
		}
	}
}

func isMail(s string) bool {
	a, err := mail.ParseAddress(s)
	return err == nil && a.Address == s
}

func (x *inspection) lintOrganization(o *saml.Organization) {
	for _, part := range []struct {
		name string
		list []saml.Localized
	}{{"OrganizationName", o.Names}, {"OrganizationDisplayName", o.DisplayNames}, {"OrganizationURL", o.URLs}} {
		if len(part.list) == 0 {
			x.fail(fact{element: o.Element, detail: "the Organization has no " + part.name})
		}
		for _, l := range part.list {
			if strings.TrimSpace(l.Language.Value) == "" {
				x.fail(fact{element: l.Text.Element, severity: finding.Info, detail: "an " + part.name + " does not say in which language it is (xml:lang)"})
			}
		}
	}
	for _, l := range o.URLs {
		if value := strings.TrimSpace(l.Text.Value); !strings.HasPrefix(value, "https://") && !strings.HasPrefix(value, "http://") {
			x.fail(fact{field: l.Text, actual: value, detail: "the OrganizationURL " + finding.Quote(finding.Shorten(value, 80)) + " is no URL of a web page"})
		}
	}
}

func lintMetadataOrder(x *inspection, m *saml.Metadata) {
	x.lintExtensions(m)
	for _, w := range saml.MetadataNamespaces(m) {
		x.fail(fact{element: w.Element, actual: w.Actual, expected: []string{w.Expected},
			detail: fmt.Sprintf("%s is in the namespace %s, expected %s: readers do not see it", w.Element.Tag, finding.Quote(finding.Shorten(w.Actual, 80)), w.Expected)})
	}
	for _, p := range saml.MetadataOrder(m) {
		f := fact{element: p.Element, actual: p.Element.Tag}
		switch p.Kind {
		case saml.TooLate:
			f.detail = fmt.Sprintf("%s stands behind %s, expected before it", p.Element.Tag, p.Other.Tag)
		case saml.Repeated:
			f.detail = p.Element.Tag + " stands twice where it may stand once"
		default:
			f.detail = fmt.Sprintf("%s does not belong into %s", finding.Printable(p.Element.Tag), p.Element.Parent().Tag)
		}
		x.fail(f)
	}
}

// lintExtensions holds that every element in Extensions is of a namespace that
// is not the metadata's own, as the schema demands (##other).
func (x *inspection) lintExtensions(m *saml.Metadata) {
	for _, holder := range append([]*etree.Element{m.Element}, m.Roles...) {
		extensions := xmldoc.Child(holder, saml.NSMetadata, "Extensions")
		if extensions == nil {
			continue
		}
		children := extensions.ChildElements()
		if len(children) == 0 {
			x.fail(fact{element: extensions, severity: finding.Info, detail: "Extensions is empty, which the schema does not allow"})
		}
		for _, el := range children {
			if namespace := xmldoc.Namespace(el); (namespace == "" || namespace == saml.NSMetadata) && !saml.IsExtension(el.Tag) {
				x.fail(fact{element: el, actual: namespace, detail: "the element " + finding.Quote(finding.Shorten(el.Tag, 80)) + " in Extensions is not of a namespace of its own, as the schema demands; no reader knows what it is"})
			}
		}
	}
}

// nsShibboleth is the namespace of shibmd:Scope.
const nsShibboleth = "urn:mace:shibboleth:metadata:1.0"

var anchoredScope = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^\^.*\$$`) })

func lintScope(x *inspection, m *saml.Metadata) {
	var scopes []*etree.Element
	for _, holder := range append([]*etree.Element{m.Element}, m.Roles...) {
		if extensions := xmldoc.Child(holder, saml.NSMetadata, "Extensions"); extensions != nil {
			scopes = slices.AppendSeq(scopes, xmldoc.Children(extensions, nsShibboleth, "Scope"))
		}
	}
	if len(scopes) == 0 {
		x.inapplicable()
	}
	for _, el := range scopes {
		value := xmldoc.Text(el)
		shown := finding.Quote(finding.Shorten(value, 80))
		expression, _ := xmldoc.Attr(el, "regexp")
		switch {
		case strings.TrimSpace(value) == "":
			x.fail(fact{element: el, detail: "a Scope is empty"})
		case strings.TrimSpace(value) != value:
			x.fail(fact{element: el, actual: value, expected: []string{strings.TrimSpace(value)}, detail: "the Scope " + shown + " begins or ends with white space"})
		case (expression == "true" || expression == "1") && !anchoredScope().MatchString(value):
			x.fail(fact{element: el, actual: value, detail: "the Scope " + shown + " is a regular expression without ^ and $, so that it also matches other domains"})
		}
	}
}
