package validate

import (
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"testing"
	"time"

	"github.com/ssodoctor/ssodoctor/internal/samltest"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// pasted is a file of certificates as PEM.
func pasted(certificates ...[]byte) string {
	var text string
	for _, der := range certificates {
		text += string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	}
	return text
}

// validFrom is a certificate of a test key that is valid for three years.
func validFrom(pair samltest.Pair, start time.Time, change func(*x509.Certificate)) samltest.Pair {
	template := &x509.Certificate{
		SerialNumber: big.NewInt(9), Subject: pkix.Name{CommonName: "token signing"}, NotBefore: start, NotAfter: start.AddDate(3, 0, 0),
	}
	if change != nil {
		change(template)
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, pair.Key.Public(), pair.Key)
	if err != nil {
		panic(err)
	}
	return samltest.Pair{Key: pair.Key, Cert: der}
}

// chain is an authority and a certificate that it issued.
func chain() (authority, leaf []byte) {
	ca := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Contoso CA"}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign, NotBefore: samltest.Time.AddDate(-1, 0, 0), NotAfter: samltest.Time.AddDate(9, 0, 0)}
	end := &x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "token signing"},
		KeyUsage: x509.KeyUsageDigitalSignature, NotBefore: samltest.Time.AddDate(-1, 0, 0), NotAfter: samltest.Time.AddDate(2, 0, 0)}
	authority, err := x509.CreateCertificate(rand.Reader, ca, ca, samltest.RSA().Key.Public(), samltest.RSA().Key)
	if err != nil {
		panic(err)
	}
	if leaf, err = x509.CreateCertificate(rand.Reader, end, ca, samltest.Other().Key.Public(), samltest.RSA().Key); err != nil {
		panic(err)
	}
	return authority, leaf
}

// idpKeys gives the identity provider these certificates.
func idpKeys(certificates ...[]byte) func(repository) {
	return idpMetadata(func(m *samltest.IdPMetadata) { m.Certificates = certificates })
}

var (
	longAgo  = samltest.Time.AddDate(-4, 0, 0)
	nextYear = samltest.Time.AddDate(1, 0, 0)
	ending   = samltest.Time.AddDate(-3, 0, 20)
)

var fixturesCertificateFiles = []lintFixture{
	{check: "certificate-expired", name: "the only one", input: idpFile, fire: idpKeys(samltest.Expired().Cert),
		want: want{actual: "2021-01-01", detail: "the signing certificate"}},
	{check: "certificate-expired", name: "left over", fire: idpKeys(samltest.RSA().Cert, samltest.Expired().Cert), want: want{severity: finding.Info, detail: "can be removed"}},
	{check: "certificate-expired", name: "renewed with the same key", fire: idpKeys(validFrom(samltest.RSA(), longAgo, nil).Cert, samltest.RSA().Cert), want: want{}},
	{check: "certificate-expired", name: "for encryption", fire: spMetadata(func(m *samltest.SPMetadata) {
		m.Certificates = [][]byte{samltest.Expired().Cert}
		m.Edit(func(xml string) string {
			return replaceOnce(xml, "<KeyDescriptor>", `<KeyDescriptor use="encryption">`)
		})
	}), want: want{severity: finding.Warning, detail: "the encryption certificate"}},
	{check: "certificate-expired", name: "in a file", input: "app/pasted.cer", fire: func(r repository) { r["app/pasted.cer"] = pasted(samltest.Expired().Cert) }},
	{check: "certificate-expired", name: "of who signed the metadata", fire: idpMetadata(func(m *samltest.IdPMetadata) { m.Sign(samltest.Expired()) }),
		want: want{severity: finding.Info, detail: "the metadata signing certificate"}},
	{check: "certificate-not-yet-valid", name: "the only one", fire: idpKeys(validFrom(samltest.RSA(), nextYear, nil).Cert)},
	{check: "certificate-not-yet-valid", name: "the next one", fire: idpKeys(samltest.RSA().Cert, validFrom(samltest.Other(), nextYear, nil).Cert), want: want{severity: finding.Info}},
	{check: "certificate-expiring", name: "in twenty days", fire: idpKeys(validFrom(samltest.RSA(), ending, nil).Cert), want: want{detail: "in 19 d"}},
	{check: "certificate-expiring", name: "with a successor", fire: idpKeys(validFrom(samltest.RSA(), ending, nil).Cert, samltest.Other().Cert), want: want{severity: finding.Info}},
	{check: "certificate-key-weak", name: "1024 bits", fire: idpKeys(samltest.Weak().Cert), want: want{detail: "1024"}},
	{check: "certificate-wrong-use", name: "forbidden to sign", fire: idpKeys(validFrom(samltest.RSA(), samltest.Time, func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageKeyEncipherment }).Cert)},
	{check: "certificate-rollover", name: "the next one is published", fire: idpKeys(samltest.RSA().Cert, validFrom(samltest.Other(), nextYear, nil).Cert), want: want{detail: "(not valid yet)"}},
	{check: "certificate-unreadable", name: "a request instead", quiet: "absent", input: "app/pasted.cer", fire: func(r repository) {
		r["app/pasted.cer"] = "-----BEGIN CERTIFICATE REQUEST-----\nMIIB\n-----END CERTIFICATE REQUEST-----\n"
	}, want: want{detail: "certificate request (CSR)"}},
	{check: "certificate-chain", name: "the authority first", input: "app/pasted.cer", fire: func(r repository) {
		authority, leaf := chain()
		r["app/pasted.cer"] = pasted(authority, leaf)
	}, want: want{detail: "wrong order"}},
	{check: "certificate-chain", name: "in order", fire: func(r repository) {
		authority, leaf := chain()
		r["app/pasted.cer"] = pasted(leaf, authority)
	}, want: want{severity: finding.Info}},
}

// TestOtherKeyFiles: public keys and requests under names of their own are
// nobody's mistake.
func TestOtherKeyFiles(t *testing.T) {
	r := newRepository()
	for name, kind := range map[string]string{"jwt.pem": "PUBLIC KEY", "new.csr": "CERTIFICATE REQUEST", "keys/id": "PUBLIC KEY"} {
		r[name] = "-----BEGIN " + kind + "-----\nMIIB\n-----END " + kind + "-----\n"
	}
	if got := r.lint(); len(got.Findings) > 0 || len(got.Unread) > 0 {
		explain(t, got)
		t.Errorf("%d findings, %v", len(got.Findings), got.Unread)
	}
	r["cut.pem"] = r["app/pasted.cer"][:300]
	if len(of(r.lint(), "certificate-unreadable")) == 0 {
		t.Error("half a certificate is passed over")
	}
}
