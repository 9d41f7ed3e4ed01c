package xmldoc

import (
	"iter"
	"strings"

	"github.com/beevik/etree"
)

// Namespace returns the URI of an element's namespace, "" for none.
func Namespace(el *etree.Element) string { return Resolve(el, el.Space) }

// Resolve returns the URI that a prefix is bound to at an element, "" for
// none; the empty prefix stands for the default namespace. It serves prefixes
// in values, such as that of xsi:type.
func Resolve(el *etree.Element, prefix string) string {
	switch prefix {
	case "xml":
		return xmlURI
	case "xmlns":
		return xmlnsURI
	}
	space, key := "xmlns", prefix
	if prefix == "" {
		space, key = "", "xmlns"
	}
	for ; el != nil; el = el.Parent() {
		for i := range el.Attr {
			if a := &el.Attr[i]; a.Key == key && a.Space == space {
				return a.Value
			}
		}
	}
	return ""
}

// Is reports whether an element has the expanded name; nil has none.
func Is(el *etree.Element, uri, local string) bool {
	return el != nil && el.Tag == local && Namespace(el) == uri
}

// Children are the child elements of the expanded name, in order.
func Children(el *etree.Element, uri, local string) iter.Seq[*etree.Element] {
	return func(yield func(*etree.Element) bool) {
		if el == nil {
			return
		}
		for _, t := range el.Child {
			if c, ok := t.(*etree.Element); ok && Is(c, uri, local) && !yield(c) {
				return
			}
		}
	}
}

// Child is the first child element of the expanded name, or nil; nil has no
// children.
func Child(el *etree.Element, uri, local string) *etree.Element {
	for c := range Children(el, uri, local) {
		return c
	}
	return nil
}

// Attr returns the value of the attribute without a prefix, and whether there
// is one. Namespaced attributes of the same local name are others.
func Attr(el *etree.Element, name string) (string, bool) {
	if el == nil {
		return "", false
	}
	for i := range el.Attr {
		if a := &el.Attr[i]; a.Key == name && a.Space == "" {
			return a.Value, true
		}
	}
	return "", false
}

// Text joins the character data of an element's direct children, across
// comments, processing instructions, CDATA sections and child elements. That
// is what a strict reader sees of a value.
func Text(el *etree.Element) string {
	if el == nil {
		return ""
	}
	text, pieces := "", 0
	for _, t := range el.Child {
		if c, ok := t.(*etree.CharData); ok && c.Data != "" {
			text = c.Data
			pieces++
		}
	}
	if pieces < 2 {
		return text
	}
	var b strings.Builder
	for _, t := range el.Child {
		if c, ok := t.(*etree.CharData); ok {
			b.WriteString(c.Data)
		}
	}
	return b.String()
}
