package saml_test

import (
	"testing"

	"github.com/ssodoctor/ssodoctor/internal/samltest"
	"github.com/ssodoctor/ssodoctor/pkg/saml"
	"github.com/ssodoctor/ssodoctor/pkg/xmldoc"
)

// FuzzRead: any document is read, and what is said of it holds together.
func FuzzRead(f *testing.F) {
	for _, test := range messages {
		f.Add([]byte(test.xml))
	}
	for _, test := range broken {
		f.Add([]byte(test.xml))
	}
	f.Add([]byte(samltest.NewIdPMetadata(samltest.RSA().Cert).XML()))
	f.Fuzz(func(t *testing.T, data []byte) {
		doc, err := xmldoc.Parse(data, xmldoc.Limits{})
		if err != nil {
			return
		}
		m := saml.Read(doc)
		exercise(t, "input", m)
		inside := func(field saml.Field) {
			if !field.Present() {
				return
			}
			span := doc.Span(field.Element)
			if field.Attr != "" {
				span = doc.AttrSpan(field.Element, field.Attr)
			}
			if span.Offset < 0 || span.End < span.Offset || span.End > len(doc.Text) {
				t.Fatalf("%q stands at %+v of %d bytes", field.Value, span, len(doc.Text))
			}
		}
		for _, i := range saml.InterruptedValues(m) {
			inside(i.Field)
		}
		for _, a := range m.Assertions {
			inside(a.Issuer.Field)
			for _, attribute := range a.Attributes {
				inside(attribute.Name)
			}
		}
		for _, field := range []saml.Field{m.ID, m.Version, m.Destination, m.InResponseTo, m.Recipient, m.IssueInstant.Field} {
			inside(field)
		}
	})
}
