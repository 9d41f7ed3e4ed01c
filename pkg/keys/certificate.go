package keys

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"time"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// ParseCertificate reads one certificate from DER. It keeps der, which must not
// change afterwards. What crypto/x509 refuses is read as far as it goes, with
// the oddities as problems of the check "certificate-unreadable": Info where
// only strict readers mind, Warning where the certificate is off the standard,
// Error where its key cannot be used. The error says what der is instead, or
// where it is damaged.
func ParseCertificate(der []byte) (*Certificate, error) {
	strict, err := x509.ParseCertificate(der)
	if err == nil {
		return fromX509(strict), nil
	}
	outer, rest, readErr := readElement(der)
	if readErr != nil {
		return nil, fmt.Errorf("certificate cannot be read: %w", readErr)
	}
	if kind := kindOf(outer); kind != kindCertificate {
		return nil, fmt.Errorf("expected a certificate, found %s", kind)
	}
	if len(rest) > 0 {
		c, err := ParseCertificate(outer.full)
		if err == nil {
			c.note(finding.Warning, fmt.Sprintf("%d bytes follow the certificate and were ignored", len(rest)))
		}
		return c, err
	}
	c, walkErr := walk(outer)
	if walkErr != nil {
		return nil, fmt.Errorf("certificate is damaged: %w", walkErr)
	}
	c.note(finding.Warning, fmt.Sprintf("strict readers refuse this certificate (%s); it was read leniently", reason(err)))
	return c, nil
}

// reason shortens an error of crypto/x509 and makes it safe to show.
func reason(err error) string {
	return finding.Printable(finding.Shorten(strings.TrimPrefix(err.Error(), "x509: "), 200))
}

func (c *Certificate) note(severity finding.Severity, detail string) {
	c.Problems = append(c.Problems, finding.Problem{Check: checkUnreadable, Severity: severity, Detail: detail})
}

func fromX509(strict *x509.Certificate) *Certificate {
	c := &Certificate{
		Raw:                strict.Raw,
		Serial:             strict.SerialNumber.String(),
		NotBefore:          strict.NotBefore.UTC(),
		NotAfter:           strict.NotAfter.UTC(),
		SPKI:               strict.RawSubjectPublicKeyInfo,
		SignatureAlgorithm: signatureName(strict),
		IsCA:               strict.BasicConstraintsValid && strict.IsCA,
		KeyUsageSignature:  strictUsage(strict.KeyUsage),
		X509:               strict,
	}
	c.setNames(strict.RawSubject, strict.RawIssuer)
	c.setKey(strict.PublicKey)
	if strict.SerialNumber.Sign() < 0 {
		c.note(finding.Info, "the serial number is negative, which RFC 5280 forbids; some readers refuse this certificate")
	}
	return c
}

func signatureName(strict *x509.Certificate) string {
	if strict.SignatureAlgorithm != x509.UnknownSignatureAlgorithm {
		return strict.SignatureAlgorithm.String()
	}
	r := reader{rest: strict.Raw}
	inside := reader{rest: r.want(tagSequence, "certificate").body}
	inside.next()
	return algorithmName(inside.next())
}

func strictUsage(usage x509.KeyUsage) Permission {
	switch {
	case usage == 0:
		return Unstated
	case usage&(x509.KeyUsageDigitalSignature|x509.KeyUsageContentCommitment) != 0:
		return Granted
	}
	return Denied
}

func (c *Certificate) setNames(subject, issuer []byte) {
	c.SelfSigned = bytes.Equal(subject, issuer)
	name, _, _ := readElement(subject)
	c.Subject = formatName(name)
	c.Issuer = c.Subject
	if !c.SelfSigned {
		name, _, _ = readElement(issuer)
		c.Issuer = formatName(name)
	}
}

// walk reads a certificate field by field (RFC 5280 section 4.1) and goes on
// where a field has an odd value. The error tells which field is missing.
func walk(outer element) (*Certificate, error) {
	c := &Certificate{Raw: outer.full}
	top := reader{rest: outer.body}
	fields := reader{rest: top.want(tagSequence, "tbsCertificate").body}
	if top.err != nil {
		return nil, top.err
	}
	if fields.peek() == tagContext0 {
		fields.next()
	}
	c.setSerial(fields.want(tagInteger, "serialNumber"))
	algorithm := fields.want(tagSequence, "signature")
	issuer := fields.want(tagSequence, "issuer")
	validity := fields.want(tagSequence, "validity")
	subject := fields.want(tagSequence, "subject")
	spki := fields.want(tagSequence, "subjectPublicKeyInfo")
	if fields.err != nil {
		return nil, fields.err
	}
	c.SignatureAlgorithm = algorithmName(algorithm)
	c.setNames(subject.full, issuer.full)
	c.setValidity(validity)
	c.SPKI = spki.full
	c.setKey(nil)
	c.readExtensions(&fields)
	c.checkSignature(&top)
	return c, nil
}

func (c *Certificate) setSerial(e element) {
	if len(e.body) > 64 {
		c.note(finding.Warning, fmt.Sprintf("the serial number has %d bytes, expected at most 20", len(e.body)))
		return
	}
	c.Serial = signedInteger(e.body).String()
	if strings.HasPrefix(c.Serial, "-") {
		c.note(finding.Info, "the serial number is negative, which RFC 5280 forbids; some readers refuse this certificate")
	}
}

// signedInteger reads the contents of an INTEGER in two's complement.
func signedInteger(body []byte) *big.Int {
	n := new(big.Int).SetBytes(body)
	if len(body) > 0 && body[0]&0x80 != 0 {
		n.Sub(n, new(big.Int).Lsh(big.NewInt(1), uint(len(body))*8))
	}
	return n
}

func (c *Certificate) setValidity(validity element) {
	times := validity.children(2)
	for i, field := range []*time.Time{&c.NotBefore, &c.NotAfter} {
		name := [...]string{"notBefore", "notAfter"}[i]
		if i >= len(times) {
			c.note(finding.Error, name+" is missing")
			continue
		}
		t, err := parseTime(times[i])
		if err != nil {
			c.note(finding.Error, fmt.Sprintf("%s cannot be read: %v", name, err))
			continue
		}
		*field = t
	}
}

// timeLayouts are the forms of UTCTime and GeneralizedTime that DER allows, and
// those that only BER does (X.680 sections 46 and 47).
var timeLayouts = map[byte][]string{
	tagUTCTime:         {"060102150405Z0700", "0601021504Z0700", "060102150405"},
	tagGeneralizedTime: {"20060102150405Z0700", "200601021504Z0700", "20060102150405.999999Z0700", "20060102150405"},
}

func parseTime(e element) (time.Time, error) {
	text := string(e.body)
	for _, layout := range timeLayouts[e.tag] {
		t, err := time.Parse(layout, text)
		if err != nil {
			continue
		}
		if e.tag == tagUTCTime && t.Year() >= 2050 {
			t = t.AddDate(-100, 0, 0)
		}
		return t.UTC(), nil
	}
	return time.Time{}, fmt.Errorf("%s is no time, expected the form 261121100000Z", finding.Quote(finding.Shorten(text, 40)))
}

// readExtensions takes the two extensions that matter here from what is left
// of the fields; of a duplicate the first counts.
func (c *Certificate) readExtensions(fields *reader) {
	seen := map[string]bool{}
	for len(fields.rest) > 0 && fields.err == nil {
		field := fields.next()
		if field.tag != tagContext3 {
			continue
		}
		list, _, _ := readElement(field.body)
		for _, extension := range list.children(256) {
			parts := extension.children(3)
			if len(parts) < 2 || seen[string(parts[0].body)] {
				continue
			}
			seen[string(parts[0].body)] = true
			c.readExtension(string(parts[0].body), parts[len(parts)-1])
		}
	}
	if fields.err != nil {
		c.note(finding.Warning, fmt.Sprintf("the extensions cannot be read: %v", fields.err))
	}
}

func (c *Certificate) readExtension(id string, value element) {
	const basicConstraints, keyUsage = "\x55\x1d\x13", "\x55\x1d\x0f"
	inner, _, err := readElement(value.body)
	if err != nil {
		return
	}
	switch id {
	case basicConstraints:
		parts := inner.children(1)
		c.IsCA = len(parts) > 0 && parts[0].tag == tagBoolean && bytes.Equal(parts[0].body, []byte{0xff})
	case keyUsage:
		c.KeyUsageSignature = Denied
		if bits := inner.bits(); len(bits) > 0 && bits[0]&0xc0 != 0 {
			c.KeyUsageSignature = Granted
		}
	}
}

// checkSignature looks for what must follow the signed part.
func (c *Certificate) checkSignature(top *reader) {
	algorithm := top.want(tagSequence, "signatureAlgorithm")
	top.want(tagBitString, "signatureValue")
	if top.err != nil {
		c.note(finding.Warning, fmt.Sprintf("the signature of the certificate cannot be read: %v", top.err))
		return
	}
	if name := algorithmName(algorithm); name != c.SignatureAlgorithm {
		c.note(finding.Warning, fmt.Sprintf("the certificate names two signature algorithms, %s and %s", c.SignatureAlgorithm, name))
	}
}

// setKey describes the public key; where crypto/x509 gave none, it is read
// from the SubjectPublicKeyInfo.
func (c *Certificate) setKey(strict crypto.PublicKey) {
	if strict != nil {
		c.KeyAlgorithm, c.KeyBits = describe(strict)
	}
	if strict != nil && c.KeyBits <= maxKeyBits {
		c.PublicKey = strict
		return
	}
	spki, _, err := readElement(c.SPKI)
	if err != nil {
		return
	}
	key, err := parsePublicKey(spki)
	c.KeyAlgorithm, c.KeyBits = key.algorithm, key.bits
	if key.public != nil {
		c.PublicKey = key.public
	}
	if err != nil {
		c.note(finding.Error, fmt.Sprintf("the public key cannot be used: %v", err))
	}
}

var errNoKey = errors.New("the key material is damaged")
