package validate

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"strings"
	"time"

	"github.com/ssodoctor/ssodoctor/internal/samltest"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/keys"
	"github.com/ssodoctor/ssodoctor/pkg/saml"
)

const (
	aWeek      = 7 * 24 * time.Hour
	exclusive  = "http://www.w3.org/2001/10/xml-exc-c14n#"
	xslt       = "http://www.w3.org/TR/1999/REC-xslt-19991116"
	encryption = "http://www.w3.org/2001/04/xmlenc#"
)

// given trusts the certificates of the pairs.
func given(pairs ...samltest.Pair) []TrustedCertificate {
	var out []TrustedCertificate
	for _, p := range pairs {
		out = append(out, trusted(p, "--cert"))
	}
	return out
}

// issued makes a certificate for the key of a pair under another name, from
// one year on.
func issued(pair samltest.Pair, name string, year int) samltest.Pair {
	template := &x509.Certificate{
		SerialNumber: big.NewInt(7), Subject: pkix.Name{CommonName: name},
		NotBefore: time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC), NotAfter: time.Date(year+3, 1, 1, 0, 0, 0, 0, time.UTC),
	}
	der, err := x509.CreateCertificate(nil, template, template, pair.Key.Public(), pair.Key)
	if err != nil {
		panic(err)
	}
	return samltest.Pair{Key: pair.Key, Cert: der}
}

// sha1 is the thumbprint of a pair's certificate.
func sha1(pair samltest.Pair) string {
	c, err := keys.ParseCertificate(pair.Cert)
	if err != nil {
		panic(err)
	}
	return c.SHA1()
}

// signedBy signs with another pair, which is trusted.
func signedBy(pair samltest.Pair) func(*scene) {
	return func(s *scene) { s.pair, s.expect.Certificates = pair, given(pair) }
}

var fixturesSignature = []fixture{
	{check: "signature-missing", name: "nothing signed", fire: func(s *scene) { s.part = 0 },
		want: want{detail: "Response is not signed"}},
	{check: "signature-missing", name: "bare assertion", base: func(s *scene) {
		s.carry = func(_, response string) string {
			start, end := strings.Index(response, "<Assertion"), strings.Index(response, "</samlp:Response>")
			return response[start:end]
		}
	}, fire: func(s *scene) { s.part = 0 }, want: want{detail: "Assertion is not signed"}},
	{check: "signature-policy-unmet", name: "response instead of assertion", fire: func(s *scene) { s.part = samltest.SignResponse },
		want: want{expected: []string{"Assertion"}, actual: "Response", detail: "SP metadata sp.xml"}},
	{check: "signature-policy-unmet", name: "assertion instead of response", base: func(s *scene) {
		s.part = samltest.SignResponse | samltest.SignAssertion
		s.expect.SignedAssertion, s.expect.SignedResponse = "", "profile zscaler-zia"
	}, fire: func(s *scene) { s.part = samltest.SignAssertion }, want: want{expected: []string{"Response"}, actual: "Assertion"}},
	{check: "signature-policy-unmet", name: "nothing is demanded", quiet: "not-checked",
		base: func(s *scene) { s.part, s.expect.SignedAssertion = samltest.SignResponse, "" },
		fire: func(s *scene) { s.expect.SignedAssertion = "profile haloitsm" }},
	{check: "signature-not-verified", name: "no certificate", fire: func(s *scene) { s.expect.Certificates = nil },
		want: want{detail: "no certificate was given"}},
	{check: "signature-not-verified", name: "no certificate and no KeyInfo", base: noKeyInfo,
		fire: func(s *scene) { s.expect.Certificates = nil }, want: want{detail: "brings no certificate"}},
	{check: "signature-digest-mismatch", name: "another user", fire: func(s *scene) {
		s.tamper = replace(">ada@contoso.com</NameID>", ">eve@contoso.com</NameID>")
	}, want: want{detail: "signature itself is genuine"}},
	{check: "signature-value-mismatch", name: "signature changed", fire: func(s *scene) {
		s.tamper = func(xml string) string {
			at := strings.Index(xml, "SignatureValue>") + len("SignatureValue>") + 20
			return xml[:at] + string("AB"[strings.IndexByte("BA", max(xml[at], 'A')&1+'A')]) + xml[at+1:]
		}
	}, want: want{detail: "damaged or forged"}},
	{check: "signature-value-mismatch", name: "another key and no KeyInfo", base: noKeyInfo,
		fire: func(s *scene) { s.pair = samltest.Other() }, want: want{detail: "another key signed"}},
	{check: "signature-untrusted-certificate", name: "another certificate", fire: func(s *scene) { s.pair = samltest.Other() },
		want: want{expected: []string{sha1(samltest.RSA())}, actual: sha1(samltest.Other()), detail: "from --cert"}},
	{check: "signature-untrusted-certificate", name: "renewed", base: signedBy(issued(samltest.RSA(), "Contoso", 2025)),
		fire: func(s *scene) { s.pair = issued(samltest.Other(), "Contoso", 2026) },
		want: want{detail: "the app still holds the old one"}},
	{check: "signature-untrusted-certificate", name: "renewal not active yet", base: signedBy(issued(samltest.RSA(), "Contoso", 2026)),
		fire: func(s *scene) { s.pair = issued(samltest.Other(), "Contoso", 2025) },
		want: want{detail: "still signs with the old one"}},
	{check: "signature-untrusted-certificate", name: "tenant keys of Entra", base: signedBy(issued(samltest.RSA(), "Microsoft Azure Federated SSO Certificate", 2025)),
		fire: func(s *scene) {
			s.expect.Certificates = given(issued(samltest.Other(), "accounts.accesscontrol.windows.net", 2025))
		}, want: want{detail: "?appid="}},
	{check: "signature-untrusted-certificate", name: "tenant keys of Entra, a certificate uploaded for the app", base: signedBy(issued(samltest.RSA(), "Contoso Halo", 2025)),
		fire: func(s *scene) {
			s.expect.Certificates = given(issued(samltest.Other(), "accounts.accesscontrol.windows.net", 2025))
		}, want: want{detail: "?appid="}},
	{check: "signature-untrusted-certificate", name: "metadata of another product", base: signedBy(issued(samltest.RSA(), "Microsoft Azure Federated SSO Certificate", 2025)),
		fire: func(s *scene) {
			s.expect.Certificates = nil
			s.expect.IdPMetadata = []*saml.Metadata{{EntityID: saml.Field{Value: "http://fs.contoso.com/adfs/services/trust"}}}
			s.expect.MetadataCertificates = given(issued(samltest.Other(), "ADFS Signing - fs.contoso.com", 2025))
		}, want: want{detail: "the certificate is of another app, tenant or product"}},
	{check: "signature-untrusted-certificate", name: "metadata knows better", base: func(s *scene) {
		s.expect.MetadataCertificates = []TrustedCertificate{trusted(samltest.Other(), "IdP metadata idp.xml")}
	}, fire: func(s *scene) { s.pair = samltest.Other() }, want: want{detail: "IdP metadata idp.xml lists the one that signs"}},
	{check: "signature-untrusted-certificate", name: "bare key", base: func(s *scene) {
		s.sign = func(o *samltest.SignOptions) { o.KeyInfo = samltest.KeyValue }
	}, fire: func(s *scene) { s.pair = samltest.Other() }, want: want{detail: "bare key"}},
	{check: "signature-wrapping", name: "forged assertion first", fire: func(s *scene) {
		s.tamper = func(xml string) string {
			evil := samltest.NewAssertion()
			evil.ID, evil.NameID.Value = "_evil", "eve@contoso.com"
			return strings.Replace(xml, "<Assertion ", evil.XML()+"<Assertion ", 1)
		}
	}, want: want{detail: "eve@contoso.com"}},
	{check: "signature-reference-invalid", name: "ID changed", fire: func(s *scene) {
		s.tamper = replace(`<Assertion ID="`+samltest.SessionID, `<Assertion ID="_other`)
	}},
	{check: "signature-transform-unsafe", name: "XSLT", fire: func(s *scene) {
		s.sign = func(o *samltest.SignOptions) { o.Transforms = []string{samltest.Enveloped, xslt, exclusive} }
	}},
	{check: "signature-algorithm-weak", name: "RSA with SHA-1", fire: func(s *scene) {
		s.sign = func(o *samltest.SignOptions) { o.Algorithm = samltest.RSASHA1 }
	}, want: want{actual: samltest.RSASHA1}},
	{check: "signature-malformed", name: "comment in the digest", fire: func(s *scene) {
		s.tamper = replace("</ds:DigestValue>", "<!-- --></ds:DigestValue>")
	}},
	{check: "signature-unsupported", name: "unknown algorithm", fire: func(s *scene) {
		s.tamper = replace(samltest.RSASHA256, "http://www.w3.org/2001/04/xmldsig-more#rsa-sha265")
	}, want: want{detail: "rsa-sha256"}},
	{check: "signature-sp-interop", name: "ECDSA", base: nil, fire: signedBy(samltest.ECDSA())},
}

func noKeyInfo(s *scene) {
	s.sign = func(o *samltest.SignOptions) { o.KeyInfo = samltest.NoKeyInfo }
}

var fixturesCertificate = []fixture{
	{check: "certificate-expired", name: "years ago", fire: signedBy(samltest.Expired()),
		want: want{actual: "2021-01-01", detail: "before the sign-in was captured"}},
	{check: "certificate-expired", name: "old capture without time", base: (*scene).only,
		fire: func(s *scene) { s.clock.Now = samltest.Time.AddDate(5, 0, 0) },
		want: want{severity: finding.Info, detail: "after the message was issued"}},
	{check: "certificate-not-yet-valid", name: "judged in 2024", fire: func(s *scene) { s.clock.At = samltest.Time.AddDate(-2, 0, 0) },
		want: want{actual: "2025-01-01"}},
	{check: "certificate-expiring", name: "within the warning", fire: func(s *scene) { s.expect.CertificateWarning = 100 * aWeek },
		want: want{actual: "2028-01-01"}},
	{check: "certificate-expiring", name: "default warning", fire: func(s *scene) { s.clock.At = time.Date(2027, 12, 20, 0, 0, 0, 0, time.UTC) },
		want: want{detail: "in 12 d"}},
	{check: "certificate-key-weak", name: "RSA-1024", fire: signedBy(samltest.Weak()), want: want{detail: "1024"}},
	{check: "certificate-signature-weak", name: "SHA-1", base: signedBy(issued(samltest.RSA(), "Contoso", 2025)), fire: func(s *scene) {
		s.expect.Certificates[0].Certificate.SignatureAlgorithm = "SHA1-RSA"
	}, want: want{detail: "SHA-1"}},
	{check: "certificate-unreadable", name: "KeyInfo damaged", fire: func(s *scene) {
		s.tamper = replace("<ds:X509Certificate>MII", "<ds:X509Certificate>AII")
	}},
	{check: "certificate-unreadable", name: "given with --cert", fire: func(s *scene) {
		s.expect.CertificateProblems = []CertificateProblem{{Problem: finding.Problem{Check: "certificate-unreadable", Detail: "the Base64 is cut short"}, Source: "--cert halo.cer"}}
	}, want: want{detail: "--cert halo.cer: the Base64"}},
	{check: "certificate-private-key-exposed", name: "given with --cert", fire: func(s *scene) {
		s.expect.CertificateProblems = []CertificateProblem{{Problem: finding.Problem{Check: "certificate-private-key-exposed", Detail: "the file holds a private key"}, Source: "--cert halo.pfx"}}
	}, want: want{detail: "halo.pfx"}},
	{check: "certificate-rollover", name: "two trusted", fire: func(s *scene) {
		s.expect.Certificates = append(s.expect.Certificates, given(issued(samltest.Other(), "Contoso", 2026))...)
	}, want: want{detail: "next CN=Contoso"}},
	{check: "certificate-rollover", name: "metadata lists the next", base: func(s *scene) {
		s.expect.MetadataCertificates = []TrustedCertificate{
			trusted(samltest.RSA(), "IdP metadata idp.xml"), trusted(issued(samltest.Other(), "another app", 2026), "IdP metadata idp.xml")}
	}, fire: func(s *scene) {
		next := trusted(issued(samltest.Weak(), "next", 2026), "IdP metadata idp.xml")
		next.Subject = s.expect.Certificates[0].Subject
		s.expect.MetadataCertificates = append(s.expect.MetadataCertificates, next)
	}, want: want{detail: "from IdP metadata idp.xml"}},
}

// encryptedAssertion is what an encrypting identity provider sends in place of
// the assertion.
func encryptedAssertion(content, transport string) string {
	return `<EncryptedAssertion xmlns="urn:oasis:names:tc:SAML:2.0:assertion"><xenc:EncryptedData xmlns:xenc="` + encryption + `">` +
		`<xenc:EncryptionMethod Algorithm="` + content + `"/><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><xenc:EncryptedKey>` +
		`<xenc:EncryptionMethod Algorithm="` + transport + `"/><xenc:CipherData><xenc:CipherValue>AAAA</xenc:CipherValue></xenc:CipherData>` +
		`</xenc:EncryptedKey></KeyInfo><xenc:CipherData><xenc:CipherValue>AAAA</xenc:CipherValue></xenc:CipherData></xenc:EncryptedData></EncryptedAssertion>`
}

func encrypted(content, transport string) func(*scene) {
	return func(s *scene) {
		s.response.Assertions, s.response.After = nil, []string{encryptedAssertion(content, transport)}
	}
}

const (
	gcm  = "http://www.w3.org/2009/xmlenc11#aes256-gcm"
	oaep = encryption + "rsa-oaep-mgf1p"
)
