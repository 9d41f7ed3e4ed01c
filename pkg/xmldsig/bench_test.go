package xmldsig_test

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"strings"
	"testing"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"
	"github.com/russellhaering/goxmldsig/etreeutils"

	"crypto/x509"
	"time"

	"github.com/ssodoctor/ssodoctor/internal/samltest"
	"github.com/ssodoctor/ssodoctor/pkg/keys"
	"github.com/ssodoctor/ssodoctor/pkg/xmldoc"
	"github.com/ssodoctor/ssodoctor/pkg/xmldsig"
)

// typical is a signed response of about 4 KB with a dozen attributes.
func typical(b *testing.B) string {
	var attributes strings.Builder
	for _, name := range []string{"emailaddress", "givenname", "surname", "name", "upn", "role"} {
		attributes.WriteString(`<saml:Attribute Name="http://schemas.xmlsoap.org/ws/2005/05/identity/claims/` + name + `"><saml:AttributeValue>ada.lovelace@contoso.com</saml:AttributeValue></saml:Attribute>`)
	}
	xml := strings.Replace(message(), "</saml:AttributeStatement>", attributes.String()+"</saml:AttributeStatement>", 1)
	return signID(b, xml, "_a")
}

func BenchmarkCanonicalize(b *testing.B) {
	xml := typical(b)
	doc := parse(b, xml)
	var out []byte
	b.SetBytes(int64(len(xml)))
	b.ReportAllocs()
	for b.Loop() {
		out = xmldsig.Canonicalize(out[:0], doc.Root(), xmldsig.Method{Family: xmldsig.Exclusive})
	}
}

func BenchmarkVerify(b *testing.B) {
	xml := typical(b)
	doc := parse(b, xml)
	cert, err := keys.ParseCertificate(samltest.RSA().Cert)
	if err != nil {
		b.Fatal(err)
	}
	run := func(name string, doc func() *xmldoc.Document, trusted ...*keys.Certificate) {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(xml)))
			b.ReportAllocs()
			for b.Loop() {
				if r := xmldsig.Verify(doc(), xmldsig.Options{Trusted: trusted}); r.Signatures[0].Value != xmldsig.Match {
					b.Fatal(verdicts(r))
				}
			}
		})
	}
	run("configured", func() *xmldoc.Document { return doc }, cert)
	run("embedded", func() *xmldoc.Document { return doc })
	run("parsed", func() *xmldoc.Document { return parse(b, xml) }, cert)
}

// The yardsticks: the bare RSA verification, and etree with goxmldsig.
func BenchmarkYardstick(b *testing.B) {
	key := samltest.RSA().Key.(*rsa.PrivateKey)
	digest := sha256.Sum256([]byte("x"))
	value, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, digest[:])
	if err != nil {
		b.Fatal(err)
	}
	b.Run("rsa", func(b *testing.B) {
		for b.Loop() {
			if err := rsa.VerifyPKCS1v15(&key.PublicKey, crypto.SHA256, digest[:], value); err != nil {
				b.Fatal(err)
			}
		}
	})
	xml := typical(b)
	cert, err := x509.ParseCertificate(samltest.RSA().Cert)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("goxmldsig", func(b *testing.B) {
		b.SetBytes(int64(len(xml)))
		b.ReportAllocs()
		for b.Loop() {
			tree := etree.NewDocument()
			if err := tree.ReadFromString(xml); err != nil {
				b.Fatal(err)
			}
			el := tree.FindElement("//Assertion")
			scope, err := etreeutils.NSBuildParentContext(el)
			if err != nil {
				b.Fatal(err)
			}
			if el, err = etreeutils.NSDetatch(scope, el); err != nil {
				b.Fatal(err)
			}
			ctx := dsig.NewDefaultValidationContext(&dsig.MemoryX509CertificateStore{Roots: []*x509.Certificate{cert}})
			ctx.Clock = dsig.NewFakeClockAt(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
			if _, err := ctx.Validate(el); err != nil {
				b.Fatal(err)
			}
		}
	})
}
