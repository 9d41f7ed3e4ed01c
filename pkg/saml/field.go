package saml

import (
	"strings"

	"github.com/beevik/etree"

	"github.com/ssodoctor/ssodoctor/pkg/xmldoc"
)

// attribute reads an unprefixed attribute.
func attribute(el *etree.Element, name string) Field {
	value, ok := xmldoc.Attr(el, name)
	if !ok {
		return Field{}
	}
	return Field{Value: value, Element: el, Attr: name}
}

// content reads the text of an element.
func content(el *etree.Element) Field {
	return Field{Value: xmldoc.Text(el), Element: el}
}

// firstAttribute reads the first of the named attributes that is there.
func firstAttribute(el *etree.Element, names ...string) Field {
	for _, name := range names {
		if f := attribute(el, name); f.Present() {
			return f
		}
	}
	return Field{}
}

func instant(f Field) Instant {
	if !f.Present() {
		return Instant{}
	}
	t, problem := ParseInstant(f.Value)
	return Instant{Field: f, Time: t, Problem: problem}
}

func instantAttribute(el *etree.Element, name string) Instant {
	return instant(attribute(el, name))
}

func readNameID(el *etree.Element) NameID {
	return NameID{
		Field:           content(el),
		Format:          attribute(el, "Format"),
		NameQualifier:   attribute(el, "NameQualifier"),
		SPNameQualifier: attribute(el, "SPNameQualifier"),
	}
}

// schemaAttribute reads an attribute of the XML Schema instance namespace,
// whatever its prefix.
func schemaAttribute(el *etree.Element, name string) (string, bool) {
	for i := range el.Attr {
		a := &el.Attr[i]
		if a.Key == name && a.Space != "" && a.NamespaceURI() == NSSchema {
			return a.Value, true
		}
	}
	return "", false
}

// descendantText joins the text of an element and of everything in it.
func descendantText(el *etree.Element) string {
	var b strings.Builder
	appendText(&b, el)
	return b.String()
}

func appendText(b *strings.Builder, el *etree.Element) {
	for _, token := range el.Child {
		switch t := token.(type) {
		case *etree.CharData:
			b.WriteString(t.Data)
		case *etree.Element:
			appendText(b, t)
		}
	}
}
