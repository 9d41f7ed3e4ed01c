package saml

import (
	"sync"

	"github.com/beevik/etree"

	"github.com/ssodoctor/ssodoctor/pkg/xmldoc"
)

// OrderKind says how an element breaks the content model of its parent.
type OrderKind uint8

// The kinds of order problems.
const (
	TooLate    OrderKind = iota + 1 // it should stand before Other
	Repeated                        // it may stand once; Other is the first
	Unexpected                      // its parent does not hold such an element
)

// OrderProblem is an element that does not fit the XML schema of its parent.
// Service providers that validate against the schema refuse the message.
type OrderProblem struct {
	Kind    OrderKind
	Element *etree.Element
	Other   *etree.Element // nil where Unexpected
}

// SchemaOrder lists the elements of a message, in document order, whose place
// or number the SAML schemas do not allow. What is missing is not listed, nor
// is what [WrongNamespaces] lists.
func SchemaOrder(m *Message) []OrderProblem {
	var s schemaWalk
	s.message(m)
	return s.order
}

// MetadataOrder lists for an entity what [SchemaOrder] lists for a message.
func MetadataOrder(m *Metadata) []OrderProblem { return metadataWalk(m).order }

// MetadataNamespaces lists for an entity what [WrongNamespaces] lists for a
// message.
func MetadataNamespaces(m *Metadata) []WrongNamespace { return metadataWalk(m).wrong }

// IsExtension reports whether an element of that local name is known to stand
// in md:Extensions, so that [MetadataNamespaces] tells a wrong namespace of it.
func IsExtension(name string) bool {
	_, named := modelOf(NSMetadata, "Extensions").find("", name)
	return named != nil
}

func metadataWalk(m *Metadata) schemaWalk {
	var s schemaWalk
	s.element(m.Element, modelOf(NSMetadata, m.Element.Tag))
	return s
}

// WrongNamespace is an element with a name that SAML defines for its place, in
// another namespace than SAML's: no reader sees it as what it looks like.
type WrongNamespace struct {
	Element  *etree.Element
	Actual   string // "" for none
	Expected string
}

// WrongNamespaces lists the elements of a message, in document order, that
// have the right name in the wrong namespace. What stands inside one of them
// is not listed again.
func WrongNamespaces(m *Message) []WrongNamespace {
	var s schemaWalk
	s.message(m)
	return s.wrong
}

type schemaWalk struct {
	order    []OrderProblem
	wrong    []WrongNamespace
	revealed map[*etree.Element]bool // stand in the place of an EncryptedData
}

// message walks the message, or the assertions in it where it is no SAML
// message itself.
func (s *schemaWalk) message(m *Message) {
	if m.Element == nil {
		return
	}
	s.revealed = m.revealed
	namespace := xmldoc.Namespace(m.Element)
	if model := modelOf(namespace, m.Kind); model != nil {
		s.element(m.Element, model)
		return
	}
	if model := modelNamed(m.Kind); model != nil && m.Protocol != "wsfed" {
		s.wrong = append(s.wrong, WrongNamespace{m.Element, namespace, model.namespace})
		return
	}
	for _, a := range m.Assertions {
		if model := modelOf(xmldoc.Namespace(a.Element), a.Element.Tag); model != nil {
			s.element(a.Element, model)
		}
	}
}

// element compares the children of an element with its model, and goes into
// those that fit and have a model themselves.
func (s *schemaWalk) element(el *etree.Element, model *contentModel) {
	var seen [16]*etree.Element // by step: the first element that took it
	var last *etree.Element     // the first element of the furthest step so far
	reached := uint8(0)
	for child := range el.ChildElementsSeq() {
		namespace := xmldoc.Namespace(child)
		part, named := model.find(namespace, child.Tag)
		switch {
		case s.revealed[child]:
			if inner := modelOf(namespace, child.Tag); inner != nil {
				s.element(child, inner)
			}
			continue
		case part == nil && named != nil:
			s.wrong = append(s.wrong, WrongNamespace{child, namespace, named.namespace})
			continue
		case part == nil:
			if !model.open {
				s.order = append(s.order, OrderProblem{Unexpected, child, nil})
			}
			continue
		case part.step < reached:
			s.order = append(s.order, OrderProblem{TooLate, child, last})
		case part.once && seen[part.step] != nil:
			s.order = append(s.order, OrderProblem{Repeated, child, seen[part.step]})
		}
		if seen[part.step] == nil {
			seen[part.step] = child
		}
		if part.step > reached {
			reached, last = part.step, child
		}
		if inner := modelOf(namespace, child.Tag); inner != nil {
			s.element(child, inner)
		}
	}
}

// contentModel lists what an element may hold.
type contentModel struct {
	namespace, name string
	open            bool // elements of other names are allowed, or substitute for abstract ones
	parts           []part
}

// part is an element of a content model. Parts of the same step are a choice.
type part struct {
	step      uint8
	namespace string
	name      string
	once      bool
}

// find returns the part for an element; where there is none, the part of the
// same name in another namespace.
func (m *contentModel) find(namespace, name string) (exact, named *part) {
	for i := range m.parts {
		p := &m.parts[i]
		if p.name != name {
			continue
		}
		if p.namespace == namespace {
			return p, p
		}
		if named == nil {
			named = p
		}
	}
	return nil, named
}

func modelOf(namespace, name string) *contentModel {
	for _, m := range modelsByName()[name] {
		if m.namespace == namespace {
			return m
		}
	}
	return nil
}

var modelsByName = sync.OnceValue(func() map[string][]*contentModel {
	index := make(map[string][]*contentModel, len(contentModels))
	for i := range contentModels {
		m := &contentModels[i]
		index[m.name] = append(index[m.name], m)
	}
	return index
})

// modelNamed returns the first model of a name that a document may have as its
// root.
func modelNamed(name string) *contentModel {
	switch name {
	case "Response", "Assertion", "EncryptedAssertion", "AuthnRequest", "LogoutRequest", "LogoutResponse",
		"EntityDescriptor", "EntitiesDescriptor":
	default:
		return nil
	}
	return modelsByName()[name][0]
}
