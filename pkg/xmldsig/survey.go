package xmldsig

import (
	"strings"

	"github.com/beevik/etree"

	"github.com/ssodoctor/ssodoctor/pkg/xmldoc"
)

const (
	samlPrefix = "urn:oasis:names:tc:SAML:"
	saml2      = samlPrefix + "2.0:assertion"
	saml1      = samlPrefix + "1.0:assertion"
	samlp2     = samlPrefix + "2.0:protocol"
	samlp1     = samlPrefix + "1.0:protocol"

	wssePrefix = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-"
	wsuName    = wssePrefix + "utility-1.0.xsd"
	wsseName   = wssePrefix + "secext-1.0.xsd"
)

// identifier is one attribute that names its element.
type identifier struct {
	value   string
	element *etree.Element
	attr    *etree.Attr
	// usable: a Reference may name the element by it. Attributes of foreign
	// namespaces that are merely called ID are not, but readers that look at
	// local names are fooled by them.
	usable bool
}

// consumed is an assertion or protocol message, which a receiver could take for
// the one to act on unless it is mere advice (saml:Advice).
type consumed struct {
	*etree.Element
	advice bool
}

// survey is what one walk over a document finds.
type survey struct {
	ids        []identifier
	index      map[string][]int // value to ids, once there are many
	signatures []*etree.Element
	consumed   []consumed
	namespaces int              // declarations in all
	depth      int              // of nested elements
	oddNames   []*etree.Element // elements that declare a namespace that is no absolute URI
}

// manyConsumed is how many assertions and messages are compared: the first so
// many and the last, since receivers take the first or the last.
const manyConsumed = 1024

// manyIDs is where a map beats a scan.
const manyIDs = 16

func newSurvey(root *etree.Element) *survey {
	s := &survey{}
	s.walk(root, 1, false)
	if len(s.ids) > manyIDs {
		s.index = make(map[string][]int, len(s.ids))
		for i, id := range s.ids {
			s.index[id.value] = append(s.index[id.value], i)
		}
	}
	return s
}

func (s *survey) walk(el *etree.Element, depth int, inAdvice bool) {
	s.depth = max(s.depth, depth)
	for i := range el.Attr {
		s.attribute(el, &el.Attr[i])
	}
	switch el.Tag {
	case "Signature":
		if xmldoc.Is(el, dsNamespace, "Signature") {
			s.signatures = append(s.signatures, el)
		}
	case "Advice":
		inAdvice = inAdvice || isSAML(el)
	}
	if consumable(el) {
		if len(s.consumed) == manyConsumed {
			s.consumed = s.consumed[:manyConsumed-1]
		}
		s.consumed = append(s.consumed, consumed{el, inAdvice})
	}
	for _, token := range el.Child {
		if child, ok := token.(*etree.Element); ok {
			s.walk(child, depth+1, inAdvice)
		}
	}
}

func (s *survey) attribute(el *etree.Element, a *etree.Attr) {
	if prefix, ok := declares(a); ok {
		s.namespaces++
		if !absoluteURI(a.Value) && (a.Value != "" || prefix != "") && len(s.oddNames) < 8 {
			s.oddNames = append(s.oddNames, el)
		}
		return
	}
	switch a.Key {
	case "ID", "Id", "id":
	case "AssertionID", "ResponseID", "RequestID":
		if a.Space != "" {
			return
		}
	default:
		return
	}
	usable := a.Space == "" || a.Space == "xml" && a.Key == "id" || a.Key == "Id" && xmldoc.Resolve(el, a.Space) == wsuName
	s.ids = append(s.ids, identifier{a.Value, el, a, usable})
}

// named returns the elements that carry an ID, at most a handful.
func (s *survey) named(id string) (elements []*etree.Element) {
	add := func(i identifier) {
		if i.usable && len(elements) < 4 && (len(elements) == 0 || elements[len(elements)-1] != i.element) {
			elements = append(elements, i.element)
		}
	}
	if s.index != nil {
		for _, i := range s.index[id] {
			add(s.ids[i])
		}
		return elements
	}
	for _, i := range s.ids {
		if i.value == id {
			add(i)
		}
	}
	return elements
}

// consumable reports whether a receiver could take an element for the message
// or assertion to act on.
func consumable(el *etree.Element) bool {
	switch el.Tag {
	case "Assertion", "Response", "AuthnRequest", "LogoutRequest", "LogoutResponse":
		return isSAML(el)
	}
	return false
}

// isSAML reports whether an element is in one of the namespaces of SAML.
func isSAML(el *etree.Element) bool {
	return strings.HasPrefix(xmldoc.Namespace(el), samlPrefix)
}

// absoluteURI reports whether a namespace name has a scheme and only the
// characters of RFC 3986, which Namespaces in XML 1.0 section 2.2 demands and
// canonicalisers rely on.
func absoluteURI(s string) bool {
	colon := strings.IndexByte(s, ':')
	if colon < 1 {
		return false
	}
	for i := 0; i < len(s); i++ {
		c := s[i]
		letter := c|0x20 >= 'a' && c|0x20 <= 'z'
		switch {
		case c <= ' ' || c >= 0x7f:
			return false
		case i >= colon || letter:
		case i > 0 && (c >= '0' && c <= '9' || c == '+' || c == '-' || c == '.'):
		default:
			return false
		}
	}
	return true
}

// ID returns the value of the attribute by which a Reference names an element:
// ID in SAML 2.0 and metadata, AssertionID, ResponseID or RequestID in SAML
// 1.1, Id in XMLDSig; "" where there is none.
func ID(el *etree.Element) string {
	for _, name := range [...]string{"ID", "AssertionID", "ResponseID", "RequestID", "Id", "id"} {
		if value, ok := xmldoc.Attr(el, name); ok {
			return value
		}
	}
	return ""
}
