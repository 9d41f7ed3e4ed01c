package xmlenc

import (
	"slices"
	"strings"

	"github.com/beevik/etree"

	"github.com/ssodoctor/ssodoctor/pkg/xmldoc"
)

const assertionNamespace = "urn:oasis:names:tc:SAML:2.0:assertion"

// holders are the elements of SAML that hold an EncryptedData, and the local
// names of what it may decrypt to (Core 2.2.4, 2.3.4, 2.7.3.2, 3.6.1).
var holders = map[string][]string{
	"EncryptedAssertion":     {"Assertion"},
	"EncryptedID":            {"NameID", "BaseID", "Assertion"},
	"NewEncryptedID":         {"NewID"},
	"EncryptedAttribute":     {"Attribute"},
	"RequestedSecurityToken": {"Assertion"}, // WS-Trust 1.3 section 4.4.2
}

// holds reports whether an element is one of the holders.
func holds(el *etree.Element) bool {
	if el == nil || holders[el.Tag] == nil {
		return false
	}
	switch el.Tag {
	case "RequestedSecurityToken":
		return strings.Contains(xmldoc.Namespace(el), "trust")
	case "NewEncryptedID":
		return strings.HasPrefix(xmldoc.Namespace(el), "urn:oasis:names:tc:SAML:2.0:")
	}
	return xmldoc.Namespace(el) == assertionNamespace
}

// index is what one walk over a document finds.
type index struct {
	data []*etree.Element            // EncryptedData in a holder, in document order
	keys map[string][]*etree.Element // EncryptedKey by Id
}

// newIndex looks for EncryptedData inside of the given elements only.
func newIndex(root *etree.Element, inside []*etree.Element) *index {
	x := &index{keys: map[string][]*etree.Element{}}
	roots := make(map[*etree.Element]bool, len(inside))
	for _, el := range inside {
		roots[el] = true
	}
	x.walk(root, roots, false)
	return x
}

// walk visits an element. An EncryptedData inside of another one belongs to
// that, and is none to decrypt.
func (x *index) walk(el *etree.Element, roots map[*etree.Element]bool, wanted bool) {
	wanted = wanted || roots[el]
	switch el.Tag {
	case "EncryptedData":
		if xmldoc.Namespace(el) == encNamespace {
			if wanted && holds(el.Parent()) {
				x.data = append(x.data, el)
			}
			wanted, roots = false, nil
		}
	case "EncryptedKey":
		if id, ok := xmldoc.Attr(el, "Id"); ok && len(x.keys[id]) < 2 && xmldoc.Namespace(el) == encNamespace {
			x.keys[id] = append(x.keys[id], el)
		}
	}
	for _, token := range el.Child {
		if child, ok := token.(*etree.Element); ok {
			x.walk(child, roots, wanted)
		}
	}
}

// encryptedKeys lists the EncryptedKeys of an EncryptedData: those in its
// KeyInfo, those that KeyInfo points to, those beside it (SAML Core 6.2 with
// XMLEnc 1.1 section 3.5).
func (x *index) encryptedKeys(data *etree.Element) []*etree.Element {
	var list []*etree.Element
	add := func(el *etree.Element) {
		if len(list) < maxKeys && !slices.Contains(list, el) {
			list = append(list, el)
		}
	}
	info := xmldoc.Child(data, dsNamespace, "KeyInfo")
	for el := range xmldoc.Children(info, encNamespace, "EncryptedKey") {
		add(el)
	}
	for method := range xmldoc.Children(info, dsNamespace, "RetrievalMethod") {
		uri, _ := xmldoc.Attr(method, "URI")
		if id, ok := strings.CutPrefix(uri, "#"); ok {
			for _, el := range x.keys[id] {
				add(el)
			}
		}
	}
	for el := range xmldoc.Children(data.Parent(), encNamespace, "EncryptedKey") {
		if len(list) == maxKeys {
			break
		}
		add(el)
	}
	return list
}
