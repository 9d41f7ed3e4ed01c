package validate

import (
	"regexp"
	"slices"
	"sync"

	"github.com/beevik/etree"

	"github.com/ssodoctor/ssodoctor/pkg/keys"
	"github.com/ssodoctor/ssodoctor/pkg/saml"
	"github.com/ssodoctor/ssodoctor/pkg/xmldoc"
)

// breaking finds the places that break a rule.
type breaking = func(m *member, fail func(*etree.Element))

// perRole holds every SPSSODescriptor to a rule.
func perRole(rule func(*saml.Role, func(*etree.Element))) breaking {
	return func(m *member, fail func(*etree.Element)) {
		for _, r := range spRoles(m) {
			rule(&r, fail)
		}
	}
}

// perSet holds every AttributeConsumingService to a rule.
func perSet(rule func(*saml.ConsumingService, func(*etree.Element))) breaking {
	return func(m *member, fail func(*etree.Element)) {
		for _, c := range consumingOf(m) {
			rule(&c, fail)
		}
	}
}

// perKey holds every KeyDescriptor to a rule.
func perKey(rule func(*saml.KeyDescriptor, func(*etree.Element))) breaking {
	return func(m *member, fail func(*etree.Element)) {
		for _, r := range m.roles {
			for _, k := range r.Keys {
				rule(&k, fail)
			}
		}
	}
}

// flagged demands that an attribute of every SPSSODescriptor is true.
func flagged(attribute string) breaking {
	return perRole(func(r *saml.Role, fail func(*etree.Element)) {
		if value, _ := xmldoc.Attr(r.Element, attribute); value != "true" && value != "1" {
			fail(r.Element)
		}
	})
}

// bindings demands a binding of browsers of every endpoint of a service.
func bindings(service string) breaking {
	return perRole(func(r *saml.Role, fail func(*etree.Element)) {
		for _, s := range r.ServicesNamed(service) {
			if s.Binding.Value != bindingPOST && s.Binding.Value != bindingRedirect {
				fail(s.Element)
			}
		}
	})
}

// personOIDs are the attributes of a subject that name a natural person.
var personOIDs = []string{"2.5.4.41", "2.5.4.42", "2.5.4.43", "2.5.4.44", "2.5.4.64", "2.5.4.65"}

func namesPerson(c *keys.Certificate) bool {
	if c.X509 == nil {
		return false
	}
	for _, n := range c.X509.Subject.Names {
		if slices.Contains(personOIDs, n.Type.String()) {
			return true
		}
	}
	return false
}

// contact is a ContactPerson with its extensions of CIE by name.
type contact struct {
	saml.Contact
	parts map[string][]*etree.Element
}

func perContact(rule func(contact, func(*etree.Element))) breaking {
	return func(m *member, fail func(*etree.Element)) {
		for _, c := range m.Contacts() {
			parts := map[string][]*etree.Element{}
			for extensions := range xmldoc.Children(c.Element, saml.NSMetadata, "Extensions") {
				for el := range extensions.ChildElementsSeq() {
					if xmldoc.Namespace(el) == nsCIE {
						parts[el.Tag] = append(parts[el.Tag], el)
					}
				}
			}
			rule(contact{c, parts}, fail)
		}
	}
}

func (c contact) count(name string) int { return len(c.parts[name]) }

// one demands exactly one child of the ContactPerson.
func (c contact) one(name string, fail func(*etree.Element)) {
	if n := len(slices.Collect(xmldoc.Children(c.Element, saml.NSMetadata, name))); n != 1 {
		fail(c.Element)
	}
}

// only demands exactly one extension of a name and form of contacts of a kind,
// "Public" or "Private", or of all.
func only(kind, name, form string) func(contact, func(*etree.Element)) {
	matches := whole(form)
	return func(c contact, fail func(*etree.Element)) {
		if kind != "" && c.count(kind) == 0 {
			return
		}
		if c.count(name) != 1 || !matches().MatchString(xmldoc.Text(c.parts[name][0])) {
			fail(c.Element)
		}
	}
}

// optional demands a form of the extensions of a name, where there are any.
func optional(name, form string) func(contact, func(*etree.Element)) {
	matches := whole(form)
	return func(c contact, fail func(*etree.Element)) {
		for _, el := range c.parts[name] {
			if !matches().MatchString(xmldoc.Text(el)) {
				fail(el)
			}
		}
	}
}

// whole compiles an expression that has to match a whole value.
func whole(form string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(?:` + form + `)$`) })
}
