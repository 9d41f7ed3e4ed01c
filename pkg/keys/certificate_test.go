package keys

import (
	"bytes"
	"crypto/dsa" //lint:ignore SA1019 old certificates and signatures are read and judged, none is made
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"math/big"
	"reflect"
	"strings"
	"testing"
	"testing/cryptotest"
	"time"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

var (
	notBefore = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	notAfter  = time.Date(2029, 1, 1, 0, 0, 0, 0, time.UTC)
)

// issue makes a self-signed P-256 certificate, the same in every run.
func issue(t testing.TB, change func(*x509.Certificate)) []byte {
	t.Helper()
	if test, ok := t.(*testing.T); ok {
		cryptotest.SetGlobalRandom(test, 1)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), nil)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(0x1234567890),
		Subject:      pkix.Name{CommonName: "TEST ONLY", Organization: []string{"Contoso, Ltd"}, Country: []string{"DE"}},
		NotBefore:    notBefore,
		NotAfter:     notAfter,
		KeyUsage:     x509.KeyUsageDigitalSignature,
	}
	if change != nil {
		change(template)
	}
	der, err := x509.CreateCertificate(nil, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func TestParseCertificate(t *testing.T) {
	c, err := ParseCertificate(issue(t, nil))
	if err != nil {
		t.Fatal(err)
	}
	got := []any{c.Subject, c.Issuer, c.Serial, c.NotBefore, c.NotAfter, c.KeyAlgorithm, c.KeyBits, c.SignatureAlgorithm, c.SelfSigned, c.IsCA, c.KeyUsageSignature, len(c.Problems)}
	name := `CN=TEST ONLY,O=Contoso\, Ltd,C=DE`
	want := []any{name, name, "78187493520", notBefore, notAfter, "ECDSA P-256", 256, "ECDSA-SHA256", true, false, Granted, 0}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("read  %v\nwant  %v", got, want)
	}
	if len(c.SHA1()) != 40 || len(c.SHA256()) != 64 || c.X509 == nil {
		t.Errorf("thumbprints %q and %q, X509 %v", c.SHA1(), c.SHA256(), c.X509)
	}
}

func TestParseCertificateKeys(t *testing.T) {
	cases := []struct {
		file, algorithm string
		bits            int
		key             any
		weak            string
	}{
		{"certificate.pem", "ECDSA P-256", 256, &ecdsa.PublicKey{}, ""},
		{"rsa512.pem", "RSA", 512, &rsa.PublicKey{}, "512 bits"},
		{"rsapss.pem", "RSA", 2048, &rsa.PublicKey{}, ""},
		{"dsa.pem", "DSA", 1024, &dsa.PublicKey{}, "DSA"},
		{"ed25519.pem", "Ed25519", 256, ed25519.PublicKey{}, ""},
		{"secp256k1.pem", "ECDSA secp256k1", 256, nil, ""},
	}
	for _, c := range cases {
		got, err := ParseCertificate(fixtureDER(t, c.file))
		if err != nil {
			t.Errorf("%s: %v", c.file, err)
			continue
		}
		if got.KeyAlgorithm != c.algorithm || got.KeyBits != c.bits || reflect.TypeOf(got.PublicKey) != reflect.TypeOf(c.key) {
			t.Errorf("%s: %s of %d bits, %T", c.file, got.KeyAlgorithm, got.KeyBits, got.PublicKey)
		}
		if weak := got.WeakKey(); !strings.Contains(weak, c.weak) || (weak == "") != (c.weak == "") {
			t.Errorf("%s: weak for %q, want %q", c.file, weak, c.weak)
		}
		if (c.key == nil) != hasProblem(got, finding.Error, "cannot be used") {
			t.Errorf("%s: problems %+v", c.file, got.Problems)
		}
	}
}

func hasProblem(c *Certificate, severity finding.Severity, part string) bool {
	for _, p := range c.Problems {
		if p.Check == checkUnreadable && p.Severity == severity && strings.Contains(p.Detail, part) {
			return true
		}
	}
	return false
}

// replace changes a certificate without changing its length.
func replace(t *testing.T, der []byte, old, new string) []byte {
	t.Helper()
	if len(old) != len(new) || !bytes.Contains(der, []byte(old)) {
		t.Fatalf("cannot replace %x by %x", old, new)
	}
	return bytes.Replace(der, []byte(old), []byte(new), 1)
}

func TestParseCertificateLeniently(t *testing.T) {
	plain := issue(t, nil)
	doubled := issue(t, func(c *x509.Certificate) {
		for _, usage := range []byte{0x80, 0x20} {
			c.ExtraExtensions = append(c.ExtraExtensions, pkix.Extension{Id: asn1.ObjectIdentifier{2, 5, 29, 15}, Value: []byte{3, 2, 0, usage}})
		}
	})
	at := bytes.Index(plain, []byte("\x02\x05\x12"))
	serial := plain[at : at+7]
	cases := []struct {
		name     string
		der      []byte
		severity finding.Severity
		part     string
		check    func(*Certificate) bool
	}{
		{"negative serial", replace(t, plain, "\x02\x05\x12", "\x02\x05\x92"), finding.Info, "negative",
			func(c *Certificate) bool { return strings.HasPrefix(c.Serial, "-") && c.PublicKey != nil }},
		{"serial of minus one", replace(t, plain, string(serial), "\x02\x05\xff\xff\xff\xff\xff"), finding.Info, "negative",
			func(c *Certificate) bool { return c.Serial == "-1" }},
		{"trailing data", append(bytes.Clone(plain), 0, 0, 0), finding.Warning, "3 bytes follow",
			func(c *Certificate) bool { return bytes.Equal(c.Raw, plain) && c.X509 != nil }},
		{"duplicate extension", doubled, finding.Warning, "duplicate extension",
			func(c *Certificate) bool { return c.KeyUsageSignature == Granted && c.PublicKey != nil }},
		{"bad time", replace(t, plain, "290101000000Z", "2901010000+01"), finding.Error, "notAfter cannot be read",
			func(c *Certificate) bool { return c.NotAfter.IsZero() && c.NotBefore.Equal(notBefore) }},
		{"time with zone", replace(t, plain, "\x17\x0d260101000000Z\x17\x0d290101000000Z", "\x17\x0b2601010000Z\x17\x0f2901010000+0100"), 0, "",
			func(c *Certificate) bool {
				return c.NotBefore.Equal(notBefore) && c.NotAfter.Equal(notAfter.Add(-time.Hour))
			}},
		{"year 1950", replace(t, plain, "260101000000Z", "500101000000Z"), 0, "",
			func(c *Certificate) bool { return c.NotBefore.Year() == 1950 }},
		{"bad characters", replace(t, plain, "\x13\x09TEST ONLY", "\x13\x09TEST\xfcONLY"), finding.Warning, "strict readers",
			func(c *Certificate) bool { return strings.HasPrefix(c.Issuer, "CN=TESTüONLY,") && !c.SelfSigned }},
		{"point off the curve", offCurve(t, plain), finding.Error, "does not lie on curve P-256",
			func(c *Certificate) bool {
				return c.PublicKey == nil && c.KeyAlgorithm == "ECDSA P-256" && c.KeyBits == 256
			}},
		{"two signature algorithms", replace(t, plain, "\x04\x03\x02\x30", "\x04\x03\x03\x30"), finding.Warning, "two signature algorithms",
			func(c *Certificate) bool { return c.SignatureAlgorithm == "ECDSA-SHA384" }},
		{"terminal escape in name", replace(t, plain, "\x13\x09TEST ONLY", "\x0c\x09TEST \x1b[2J"), 0, "",
			func(c *Certificate) bool { return strings.HasPrefix(c.Issuer, `CN=TEST \x1b[2J`) }},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, err := ParseCertificate(c.der)
			if err != nil {
				t.Fatal(err)
			}
			if c.part != "" && !hasProblem(got, c.severity, c.part) || c.part == "" && len(got.Problems) > 0 {
				t.Errorf("problems %+v, want %v with %q", got.Problems, c.severity, c.part)
			}
			if !c.check(got) {
				t.Errorf("read %q, %v to %v, problems %+v", got.Subject, got.NotBefore, got.NotAfter, got.Problems)
			}
		})
	}
}

// offCurve breaks the point of the public key.
func offCurve(t *testing.T, der []byte) []byte {
	t.Helper()
	c, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	out := bytes.Clone(der)
	at := bytes.Index(out, c.RawSubjectPublicKeyInfo)
	out[at+len(c.RawSubjectPublicKeyInfo)-1] ^= 1
	return out
}

func TestParseCertificateRefusals(t *testing.T) {
	der := issue(t, nil)
	cases := []struct {
		name string
		der  []byte
		want string
	}{
		{"nothing", nil, "truncated"},
		{"cut", der[:len(der)-1], "1 more bytes"},
		{"PEM", fixture(t, "certificate.pem"), "unknown structure"},
		{"request", fixtureDER(t, "request.pem"), "found a certificate request"},
		{"PKCS #12", fixture(t, "modern.pfx"), "found a PKCS #12 file"},
		{"private key", fixtureDER(t, "key.ec.pem"), "found an EC private key"},
		{"no key", replace(t, der, "\x30\x59\x30\x13", "\x31\x59\x30\x13"), "damaged: subjectPublicKeyInfo has ASN.1 tag 0x31"},
	}
	for _, c := range cases {
		if got, err := ParseCertificate(c.der); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, %v, want %q", c.name, got, err, c.want)
		}
	}
}

func TestRSALimits(t *testing.T) {
	rsaKey := func(n *big.Int, e int64) element {
		material, err := asn1.Marshal(struct{ N, E *big.Int }{n, big.NewInt(e)})
		if err != nil {
			t.Fatal(err)
		}
		spki, err := asn1.Marshal(struct {
			Algorithm pkix.AlgorithmIdentifier
			Key       asn1.BitString
		}{pkix.AlgorithmIdentifier{Algorithm: asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 1}}, asn1.BitString{Bytes: material, BitLength: 8 * len(material)}})
		if err != nil {
			t.Fatal(err)
		}
		e2, _, err := readElement(spki)
		if err != nil {
			t.Fatal(err)
		}
		return e2
	}
	one := big.NewInt(1)
	for _, c := range []struct {
		bits uint
		e    int64
		want string
	}{{2047, 65537, ""}, {2047, 1, ""}, {20000, 3, "at most 16384"}, {2047, -3, "exponent"}, {2047, 1 << 40, "exponent"}} {
		key, err := parsePublicKey(rsaKey(new(big.Int).Lsh(one, c.bits), c.e))
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) || key.algorithm != "RSA" {
			t.Errorf("%d bits, exponent %d: %+v, %v", c.bits, c.e, key.algorithm, err)
		}
	}
	weak := Certificate{PublicKey: &rsa.PublicKey{N: new(big.Int).Lsh(one, 2047), E: 2}}
	if got := weak.WeakKey(); !strings.Contains(got, "exponent 2") {
		t.Errorf("even exponent: %q", got)
	}
}

func TestFacts(t *testing.T) {
	a, err := ParseCertificate(issue(t, nil))
	if err != nil {
		t.Fatal(err)
	}
	renewed, err := ParseCertificate(issue(t, func(c *x509.Certificate) { c.NotAfter = notAfter.AddDate(3, 0, 0) }))
	if err != nil {
		t.Fatal(err)
	}
	for at, want := range map[time.Time]bool{
		notBefore: true, notBefore.Add(-time.Second): false, notAfter: true, notAfter.Add(time.Second): false,
	} {
		if got := a.ValidAt(at); got != want {
			t.Errorf("ValidAt(%v) = %v", at, got)
		}
	}
	if !(&Certificate{}).ValidAt(notBefore) {
		t.Error("a certificate of unknown validity is taken for an expired one")
	}
	if !a.SameKey(renewed) || a.Equal(renewed) || !a.Equal(a) || (&Certificate{}).SameKey(&Certificate{}) {
		t.Error("a renewed certificate is not told from the same and from another")
	}
	for algorithm, want := range map[string]string{"SHA1-RSA": "SHA-1", "ECDSA-SHA1": "SHA-1", "MD5-RSA": "MD5", "SHA256-RSA": "", "": ""} {
		if got := (&Certificate{SignatureAlgorithm: algorithm}).WeakSignature(); got != want {
			t.Errorf("WeakSignature of %q = %q, want %q", algorithm, got, want)
		}
	}
}

// withColons prints a thumbprint as OpenSSL does: upper-case pairs with
// colons.
func withColons(thumbprint string) string {
	var b strings.Builder
	for i := 0; i < len(thumbprint); i += 2 {
		if i > 0 {
			b.WriteByte(':')
		}
		b.WriteString(strings.ToUpper(thumbprint[i:min(i+2, len(thumbprint))]))
	}
	return b.String()
}

func TestThumbprints(t *testing.T) {
	c, err := ParseCertificate(fixtureDER(t, "certificate.pem"))
	if err != nil {
		t.Fatal(err)
	}
	one, two := c.SHA1(), c.SHA256()
	raw, err := hex.DecodeString(one)
	if err != nil {
		t.Fatal(err)
	}
	forms := []string{
		one, two, strings.ToUpper(one), withColons(one), withColons(two), "\u200e" + one, " " + wrap(one, " ", 2) + "\r\n",
		"sha256:" + two, "SHA1:" + withColons(one), "SHA1 Fingerprint=" + withColons(one), "sha256 Fingerprint=" + withColons(two),
		strings.ReplaceAll(withColons(one), ":", "-"), base64.StdEncoding.EncodeToString(raw), base64.RawURLEncoding.EncodeToString(raw),
	}
	for _, form := range forms {
		if !c.Matches(form) {
			_, err := ParseThumbprint(form)
			t.Errorf("%q does not match: %v", form, err)
		}
	}
	other := sha1.Sum(nil)
	for _, form := range []string{"", "abc", one[1:], one + "0", hex.EncodeToString(other[:]), strings.Repeat("g", 40), one[:32]} {
		if c.Matches(form) {
			t.Errorf("%q matches", form)
		}
	}
	if _, err := ParseThumbprint("\x1b" + one[:32]); err == nil || !strings.Contains(err.Error(), "40 hex digits") || strings.Contains(err.Error(), "\x1b") {
		t.Errorf("error is %q", err)
	}
}

func TestFormatName(t *testing.T) {
	attribute := func(oid string, tag byte, value string) string {
		return string(wrapDER(tagSequence, string(wrapDER(tagOID, oid))+string(wrapDER(tag, value))))
	}
	name := func(parts ...string) element {
		body := ""
		for _, part := range parts {
			body += string(wrapDER(tagSet, part))
		}
		e, _, err := readElement(wrapDER(tagSequence, body))
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	const cn, o, unknown = "\x55\x04\x03", "\x55\x04\x0a", "\x2a\x03\x04"
	cases := []struct {
		name element
		want string
	}{
		{name(), ""},
		{name(attribute(o, tagPrintableString, "Contoso"), attribute(cn, tagUTF8String, "Ünal")), "CN=Ünal,O=Contoso"},
		{name(attribute(cn, tagUTF8String, "a") + attribute(o, tagUTF8String, "b")), "CN=a+O=b"},
		{name(attribute(cn, tagUTF8String, ` #a,b+c"d\e<f>g;h `)), `CN=\ #a\,b\+c\"d\\e\<f\>g\;h\ `},
		{name(attribute(cn, tagUTF8String, "#a")), `CN=\#a`},
		{name(attribute(cn, tagBMPString, "\x00A\x20\xac")), "CN=A€"},
		{name(attribute(cn, tagUniversalString, "\x00\x00\x00A\x00\x01\xf6\x00")), "CN=A😀"},
		{name(attribute(cn, tagTeletexString, "M\xfcller")), "CN=Müller"},
		{name(attribute(unknown, tagUTF8String, "x")), "1.2.3.4=x"},
		{name(attribute(cn, tagInteger, "\x01")), "CN=#020101"},
		{name(attribute(cn, tagUTF8String, "a\nb\u202e")), `CN=a\nb\u202e`},
	}
	for _, c := range cases {
		if got := formatName(c.name); got != c.want {
			t.Errorf("name prints as %s, want %s", got, c.want)
		}
	}
}

func wrapDER(tag byte, body string) []byte {
	return append([]byte{tag, byte(len(body))}, body...)
}

func FuzzParseCertificate(f *testing.F) {
	f.Add(issue(f, nil))
	for _, name := range []string{"certificate", "rsa512", "rsapss", "dsa", "ed25519", "secp256k1", "request"} {
		f.Add(fixtureDER(f, name+".pem"))
	}
	f.Fuzz(func(t *testing.T, der []byte) {
		c, err := ParseCertificate(der)
		if err != nil {
			if c != nil || finding.Printable(err.Error()) != err.Error() {
				t.Fatalf("certificate %v with error %q", c, err)
			}
			return
		}
		if !bytes.HasPrefix(der, c.Raw) || len(c.Subject)+len(c.Issuer) > 16*len(der) {
			t.Fatalf("raw %x of %x", c.Raw, der)
		}
		if text := fmt.Sprint(c.Subject, c.Issuer, c.Serial, c.Problems, c.WeakKey(), c.WeakSignature()); finding.Printable(text) != text {
			t.Fatalf("facts %q do not print", text)
		}
	})
}
