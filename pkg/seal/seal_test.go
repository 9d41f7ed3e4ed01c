package seal_test

import (
	"strings"
	"testing"

	"github.com/beevik/etree"

	"github.com/ssodoctor/ssodoctor/internal/samltest"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/keys"
	"github.com/ssodoctor/ssodoctor/pkg/seal"
	"github.com/ssodoctor/ssodoctor/pkg/xmldoc"
	"github.com/ssodoctor/ssodoctor/pkg/xmldsig"
)

// sealed is the signed response with a seal that says what is given.
func sealed(t testing.TB, s *seal.Seal) *xmldoc.Document {
	t.Helper()
	r := samltest.NewResponse()
	r.Sign(samltest.SignAssertion, samltest.RSA())
	doc, err := xmldoc.Parse([]byte(r.XML()), xmldoc.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	root := doc.Root()
	root.InsertChildAt(0, s.Instruction())
	text, err := etree.NewDocumentWithRoot(root).WriteToBytes()
	if err != nil {
		t.Fatal(err)
	}
	doc, err = xmldoc.Parse(text, xmldoc.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func certificate(t testing.TB, der []byte) *keys.Certificate {
	t.Helper()
	c, err := keys.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestRestore(t *testing.T) {
	signer, other := certificate(t, samltest.RSA().Cert), certificate(t, samltest.Other().Cert)
	named := &seal.Signature{Digest: xmldsig.Match, Value: xmldsig.Match, Facts: signer.Facts(strings.ToUpper)}
	fits := seal.Signature{Digest: xmldsig.Match, Value: xmldsig.Match, Certificate: signer.Raw}
	for _, c := range []struct {
		name    string
		before  []seal.Signature
		trusted []*keys.Certificate
		digest  xmldsig.Verdict
		key     xmldsig.KeyVerdict
	}{
		{"nothing given", []seal.Signature{fits}, nil, xmldsig.Match, xmldsig.KeyEmbedded},
		{"the signer is trusted", []seal.Signature{fits}, []*keys.Certificate{other, signer}, xmldsig.Match, xmldsig.KeyConfigured},
		{"another is trusted", []seal.Signature{fits}, []*keys.Certificate{other}, xmldsig.Match, xmldsig.KeyUntrusted},
		{"the signer is trusted, and known by its facts", []seal.Signature{*named}, []*keys.Certificate{other, signer}, xmldsig.Match, xmldsig.KeyConfigured},
		{"another is trusted, and the signer known by its facts", []seal.Signature{*named}, []*keys.Certificate{other}, xmldsig.Match, xmldsig.KeyUntrusted},
		{"changed after signing", []seal.Signature{{Digest: xmldsig.Mismatch, Value: xmldsig.Match, Certificate: signer.Raw}}, nil, xmldsig.Mismatch, xmldsig.KeyEmbedded},
		{"the seal knows no signature", nil, nil, xmldsig.NotChecked, xmldsig.KeyNone},
		{"a verdict that there is not", []seal.Signature{{Digest: "perfect", Value: "perfect"}}, nil, xmldsig.NotChecked, xmldsig.KeyNone},
	} {
		doc := sealed(t, &seal.Seal{Signatures: c.before})
		s, ok := seal.Find(doc)
		if !ok {
			t.Fatalf("%s: no seal is found", c.name)
		}
		result := xmldsig.Verify(doc, xmldsig.Options{})
		s.Restore(result, c.trusted)
		if got := result.Signatures[0]; got.Digest != c.digest || got.Key != c.key {
			t.Errorf("%s: digest %s, key %s; want %s, %s", c.name, got.Digest, got.Key, c.digest, c.key)
		}
	}
}

func TestProblems(t *testing.T) {
	list := seal.Problems([]finding.Problem{{Check: "xml-doctype", Severity: finding.Warning, Detail: "for Ada", Expected: []string{"Ada"}, Actual: "Ada"}},
		func(s string) string { return strings.ReplaceAll(s, "Ada", "somebody") })
	s, ok := seal.Find(sealed(t, &seal.Seal{Problems: list}))
	if !ok {
		t.Fatal("no seal is found")
	}
	p := s.Problems[0].Problem()
	if p.Check != "xml-doctype" || p.Severity != finding.Warning || p.Detail != "for somebody" || p.Expected[0] != "somebody" || p.Actual != "somebody" {
		t.Errorf("problem %+v", p)
	}
}

// TestForeign: what is no seal is none.
func TestForeign(t *testing.T) {
	for _, xml := range []string{
		"<r/>", "<r><?ssodoctor-redacted ?></r>", "<r><?ssodoctor-redacted !!!?></r>", "<r><?ssodoctor-redacted e30=?></r>",
		"<r><x><?ssodoctor-redacted eyJ2ZXJzaW9uIjoxfQ==?></x></r>",
	} {
		doc, err := xmldoc.Parse([]byte(xml), xmldoc.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		if s, ok := seal.Find(doc); ok {
			t.Errorf("%s has the seal %+v", xml, s)
		}
	}
}
