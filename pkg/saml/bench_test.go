package saml_test

import (
	"testing"

	"github.com/ssodoctor/ssodoctor/internal/samltest"
	"github.com/ssodoctor/ssodoctor/pkg/saml"
)

// BenchmarkRead reads a signed Response of Entra ID.
func BenchmarkRead(b *testing.B) {
	doc := parse(b, samltest.NewResponse().Sign(samltest.SignAssertion, samltest.RSA()).XML())
	b.SetBytes(int64(len(doc.Text)))
	b.ReportAllocs()
	for b.Loop() {
		saml.Read(doc)
	}
}

// BenchmarkStructure asks a Response for all that the structure checks need.
func BenchmarkStructure(b *testing.B) {
	m := read(b, samltest.NewResponse().Sign(samltest.SignAssertion, samltest.RSA()).XML())
	b.SetBytes(int64(len(m.Doc.Text)))
	b.ReportAllocs()
	for b.Loop() {
		saml.SchemaOrder(m)
		saml.WrongNamespaces(m)
		saml.InterruptedValues(m)
	}
}

func BenchmarkSameClaim(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		saml.SameClaim("first_name", givenName)
	}
}
