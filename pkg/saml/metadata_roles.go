package saml

import (
	"slices"
	"strings"

	"github.com/beevik/etree"

	"github.com/ssodoctor/ssodoctor/pkg/xmldoc"
)

// Role is one role descriptor of an entity, of any kind, as a linter sees it:
// everything that is in it, in order (Metadata 2.4). What exists once only is
// in [IdPRole] and [SPRole].
type Role struct {
	Element   *etree.Element
	Kind      string // local name: "IDPSSODescriptor", "RoleDescriptor"
	Protocols Field  // protocolSupportEnumeration
	ErrorURL  Field
	Keys      []KeyDescriptor
	Services  []Service
	// NameIDFormats are those that the role declares.
	NameIDFormats []Field
	Consuming     []ConsumingService
}

// Service is an endpoint with the name of the service that it belongs to.
type Service struct {
	Endpoint
	Name string // local name of the element: "SingleSignOnService"
	// Extension reports that the element stands in md:Extensions.
	Extension bool
	// Protocol is hoksso:ProtocolBinding, the binding that carries the message
	// of a sign-in that is bound to a client certificate.
	Protocol Field
}

// ConsumingService is md:AttributeConsumingService (Metadata 2.4.4.1).
type ConsumingService struct {
	Element          *etree.Element
	Index, IsDefault Field
	Names            []Localized // ServiceName
	Requested        []RequestedAttribute
}

// Localized is a text in a language (Metadata 2.2.4 and 2.2.5).
type Localized struct {
	Text, Language Field // Language is xml:lang
}

// Contact is md:ContactPerson (Metadata 2.3.2.2).
type Contact struct {
	Element *etree.Element
	Type    Field // contactType
	Emails  []Field
}

// Organization is md:Organization (Metadata 2.3.2.1).
type Organization struct {
	Element                   *etree.Element
	Names, DisplayNames, URLs []Localized
}

// Speaks reports whether the role lists the protocol.
func (r *Role) Speaks(protocol string) bool {
	return slices.Contains(strings.Fields(r.Protocols.Value), protocol)
}

// ServicesNamed are the endpoints of one service, in order.
func (r *Role) ServicesNamed(name string) []Service {
	var list []Service
	for _, s := range r.Services {
		if s.Name == name {
			list = append(list, s)
		}
	}
	return list
}

// AllRoles reads every role descriptor of the entity, in order.
func (m *Metadata) AllRoles() []Role {
	known := make(map[*etree.Element][]KeyDescriptor, len(m.Federation)+2)
	if m.IdP != nil {
		known[m.IdP.Element] = m.IdP.Keys
	}
	if m.SP != nil {
		known[m.SP.Element] = m.SP.Keys
	}
	for _, f := range m.Federation {
		known[f.Element] = f.Keys
	}
	list := make([]Role, 0, len(m.Roles))
	for _, el := range m.Roles {
		keys, ok := known[el]
		if !ok {
			keys = readKeys(el)
		}
		list = append(list, readRole(el, keys))
	}
	return list
}

func readRole(el *etree.Element, keys []KeyDescriptor) Role {
	r := Role{
		Element: el, Kind: el.Tag, Keys: keys,
		Protocols: attribute(el, "protocolSupportEnumeration"), ErrorURL: attribute(el, "errorURL"),
	}
	for child := range el.ChildElementsSeq() {
		if xmldoc.Namespace(child) != NSMetadata {
			continue
		}
		switch {
		case child.Tag == "AttributeConsumingService":
			r.Consuming = append(r.Consuming, readConsuming(child))
		case child.Tag == "NameIDFormat":
			r.NameIDFormats = append(r.NameIDFormats, content(child))
		case child.Tag == "Extensions":
			for extension := range child.ChildElementsSeq() {
				if isService(extension) {
					r.Services = append(r.Services, Service{Endpoint: readEndpoint(extension), Name: extension.Tag, Extension: true, Protocol: protocolBinding(extension)})
				}
			}
		case isService(child):
			r.Services = append(r.Services, Service{Endpoint: readEndpoint(child), Name: child.Tag, Protocol: protocolBinding(child)})
		}
	}
	return r
}

// protocolBinding reads hoksso:ProtocolBinding (SAML V2.0 Holder-of-Key Web
// Browser SSO Profile, 3), whatever its prefix.
func protocolBinding(el *etree.Element) Field {
	for i := range el.Attr {
		if a := &el.Attr[i]; a.Key == "ProtocolBinding" && a.Space != "" && a.NamespaceURI() == NSHolderOfKey {
			return Field{Value: a.Value, Element: el, Attr: a.Space + ":" + a.Key}
		}
	}
	return Field{}
}

// isService tells an endpoint, whatever its service is: by its name or by what
// only endpoints have.
func isService(el *etree.Element) bool {
	if strings.HasSuffix(el.Tag, "Service") {
		return true
	}
	_, binding := xmldoc.Attr(el, "Binding")
	_, location := xmldoc.Attr(el, "Location")
	return binding && location
}

func readConsuming(el *etree.Element) ConsumingService {
	c := ConsumingService{Element: el, Index: attribute(el, "index"), IsDefault: attribute(el, "isDefault")}
	c.Names = localized(el, "ServiceName")
	for wanted := range xmldoc.Children(el, NSMetadata, "RequestedAttribute") {
		c.Requested = append(c.Requested, readRequestedAttribute(wanted))
	}
	return c
}

func localized(el *etree.Element, name string) []Localized {
	var list []Localized
	for child := range xmldoc.Children(el, NSMetadata, name) {
		list = append(list, Localized{Text: content(child), Language: languageOf(child)})
	}
	return list
}

// languageOf reads xml:lang.
func languageOf(el *etree.Element) Field {
	for i := range el.Attr {
		if a := &el.Attr[i]; a.Space == "xml" && a.Key == "lang" {
			return Field{Value: a.Value, Element: el, Attr: "xml:lang"}
		}
	}
	return Field{}
}

// Organization reads who is responsible for the entity, nil where it does not
// say.
func (m *Metadata) Organization() *Organization {
	el := xmldoc.Child(m.Element, NSMetadata, "Organization")
	if el == nil {
		return nil
	}
	return &Organization{
		Element: el, Names: localized(el, "OrganizationName"),
		DisplayNames: localized(el, "OrganizationDisplayName"), URLs: localized(el, "OrganizationURL"),
	}
}

// Contacts reads the contact persons of the entity, in order.
func (m *Metadata) Contacts() []Contact {
	var list []Contact
	for el := range xmldoc.Children(m.Element, NSMetadata, "ContactPerson") {
		c := Contact{Element: el, Type: attribute(el, "contactType")}
		for mail := range xmldoc.Children(el, NSMetadata, "EmailAddress") {
			c.Emails = append(c.Emails, content(mail))
		}
		list = append(list, c)
	}
	return list
}
