package saml

import (
	"iter"
	"strings"

	"github.com/beevik/etree"
)

// Interrupted is a text that comments or processing instructions interrupt.
// Readers disagree on such a value, and canonicalisation drops comments, so a
// signature does not settle which reading is meant.
type Interrupted struct {
	Field         // the whole text, as XML means it
	Before string // what a reader sees that takes the first text node
	After  string // what a reader sees that takes the last text node
}

// InterruptedValues lists the values of a message that hold comments or
// processing instructions, in the order of the model: Issuer, NameID,
// Audience, AttributeValue and the other texts that this package reads.
func InterruptedValues(m *Message) []Interrupted {
	var list []Interrupted
	for f := range m.texts() {
		if i, ok := interruption(f); ok {
			list = append(list, i)
		}
	}
	return list
}

// InterruptedMetadata lists the NameID formats and certificates of roles whose
// text holds comments or processing instructions, in order.
func InterruptedMetadata(roles []Role) []Interrupted {
	var list []Interrupted
	add := func(f Field) {
		if i, ok := interruption(f); ok {
			list = append(list, i)
		}
	}
	for _, r := range roles {
		for _, k := range r.Keys {
			for _, source := range k.Sources {
				add(Field{Element: source.Element})
			}
		}
		for _, f := range r.NameIDFormats {
			add(f)
		}
	}
	return list
}

// interruption splits the text at the first and at the last mark in it.
func interruption(f Field) (Interrupted, bool) {
	first, last := -1, -1
	for i, token := range f.Element.Child {
		switch token.(type) {
		case *etree.Comment, *etree.ProcInst:
			if first < 0 {
				first = i
			}
			last = i
		}
	}
	if first < 0 {
		return Interrupted{}, false
	}
	before, after := f.Element.Child[:first], f.Element.Child[last+1:]
	return Interrupted{Field: f, Before: textOf(before), After: textOf(after)}, true
}

func textOf(tokens []etree.Token) string {
	var b strings.Builder
	for _, token := range tokens {
		if t, ok := token.(*etree.CharData); ok {
			b.WriteString(t.Data)
		}
	}
	return b.String()
}

// texts yields every present Field that is the text of an element.
func (m *Message) texts() iter.Seq[Field] {
	return func(yield func(Field) bool) {
		text := func(fields ...Field) bool {
			for _, f := range fields {
				if f.Present() && f.Attr == "" && !yield(f) {
					return false
				}
			}
			return true
		}
		if !text(m.Issuer.Field) {
			return
		}
		if m.Status != nil && !text(m.Status.Message) {
			return
		}
		if m.Logout != nil && !(nameIDText(m.Logout.NameID, text) && text(m.Logout.SessionIndexes...)) {
			return
		}
		if m.Request != nil && !text(m.Request.ContextClassRefs...) {
			return
		}
		for _, a := range m.Assertions {
			// A bare assertion has lent its issuer to the message.
			if a.Issuer.Element != m.Issuer.Element && !text(a.Issuer.Field) {
				return
			}
			if !a.texts(text) {
				return
			}
		}
	}
}

func (a *Assertion) texts(text func(...Field) bool) bool {
	if a.Subject != nil && !nameIDText(a.Subject.NameID, text) {
		return false
	}
	for _, s := range a.MoreSubjects {
		if !nameIDText(s.NameID, text) {
			return false
		}
	}
	for _, c := range a.Conditions {
		for _, r := range c.Restrictions {
			if !text(r.Audiences...) {
				return false
			}
		}
	}
	for _, s := range a.Authn {
		if !text(s.ContextClassRef) {
			return false
		}
	}
	for _, attribute := range a.Attributes {
		for _, v := range attribute.Values {
			if !text(v.Field) {
				return false
			}
		}
	}
	return true
}

func nameIDText(id *NameID, text func(...Field) bool) bool {
	return id == nil || text(id.Field)
}
