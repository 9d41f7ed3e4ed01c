package keys

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// Limits of what is read.
const (
	maxInput        = 16 << 20
	maxCertificates = 1024
)

// ErrXML is the error of [Read] and [ReadPrivateKey] for XML, which may be
// metadata that holds certificates; other readers know it.
var ErrXML = errors.New("found XML, expected a certificate or key; XML is read as metadata")

// ErrPrivateKey is wrapped by the error of [Read] where there is a private key
// and no certificate.
var ErrPrivateKey = errors.New("export the certificate without its private key, as .cer")

// Bundle is what a file of certificates holds.
type Bundle struct {
	// Certificates are in the order of the file; each has its own Problems.
	Certificates []*Certificate
	// Places are where the certificates stand in the text, one for each; not
	// known in files that are no text.
	Places []finding.Span
	// PrivateKeys describes the private keys beside them, without any of
	// their content.
	PrivateKeys []string
	// Problems are those of the file: what was repaired, what could not be
	// read, a private key that does not belong there.
	Problems []finding.Problem
	// Form is "PEM", "DER", "Base64", "PKCS#7" or "PKCS#12".
	Form string
}

// Read reads the certificates of a file or a pasted text: PEM, DER, Base64 and
// PKCS #7, as UTF-8 or UTF-16. Damage that copying does is repaired and
// reported as "input-repaired". The bundle is never nil; the error says why it
// holds no certificate, [ErrXML] that XML was given. A private key is reported
// as "certificate-private-key-exposed" and the certificates beside it are
// still read. Certificates may alias data.
func Read(data []byte) (*Bundle, error) {
	b := &Bundle{}
	if err := refused(data); err != nil {
		return b, err
	}
	if isDER(data) {
		b.Form = "DER"
		return b, b.conclude(b.addDER(data, finding.Location{}))
	}
	text, repairs := toText(data)
	b.repaired(repairs, finding.Location{})
	return b, b.conclude(b.addText(text, true))
}

// refused names what no reader of this package takes. XML comes before the
// limit, since metadata may be larger.
func refused(data []byte) error {
	head, _ := toText(data[:min(len(data), 4096)])
	switch {
	case isPage(head):
		return errors.New("found a web page, expected a certificate: the download was answered with a page, perhaps to sign in; download it in the browser")
	case isXML(head):
		return ErrXML
	case len(data) > maxInput:
		return fmt.Errorf("the input has %d bytes, expected a certificate or key of at most %d", len(data), maxInput)
	case strings.HasPrefix(head, "\xfe\xed\xfe\xed"):
		return errors.New("found a Java keystore (JKS), expected PEM, DER, Base64 or .pfx; export it with: keytool -exportcert -rfc")
	}
	return nil
}

// isDER tells DER from text that happens to start with the digit zero: by a
// length that is no character or fits, or the low tag of the first field.
func isDER(data []byte) bool {
	if len(data) < 2 || data[0] != tagSequence {
		return false
	}
	return data[1] >= 0x80 || int(data[1]) == len(data)-2 || len(data) > 2 && data[1] != 0 && data[2] <= tagOID
}

// conclude turns the first error into the error of the file, or into a problem
// where there is a certificate all the same.
func (b *Bundle) conclude(err error) error {
	if len(b.Certificates) == 0 {
		if len(b.PrivateKeys) > 0 {
			return fmt.Errorf("expected a certificate, found %s; %w", b.PrivateKeys[0], ErrPrivateKey)
		}
		if err == nil {
			err = errors.New("expected a certificate, found none")
		}
		return err
	}
	if err != nil {
		b.problem(checkUnreadable, finding.Error, err.Error(), finding.Location{})
	}
	return nil
}

func (b *Bundle) problem(check string, severity finding.Severity, detail string, at finding.Location) {
	b.Problems = append(b.Problems, finding.Problem{Check: check, Severity: severity, Detail: detail, Location: at})
}

func (b *Bundle) repaired(repairs []string, at finding.Location) {
	if len(repairs) > 0 {
		b.problem(checkRepaired, finding.Info, strings.Join(repairs, "; "), at)
	}
}

func (b *Bundle) exposed(what kind, form string, at finding.Location) {
	b.PrivateKeys = append(b.PrivateKeys, string(what))
	b.problem(checkPrivateKey, finding.Error,
		fmt.Sprintf("the %s holds %s where a certificate was expected; treat the key as disclosed: issue a new one and share only the certificate", form, what), at)
}

// addText reads text that holds PEM or Base64. Decoded text that is text again
// is read once more if again is set.
func (b *Bundle) addText(text string, again bool) error {
	if err := foreign(text); err != nil {
		return err
	}
	blocks := findBlocks(text)
	if len(blocks) == 0 {
		return b.addBase64(text, again)
	}
	b.Form = "PEM"
	var first error
	for _, block := range blocks {
		if err := b.addBlock(block); err != nil && first == nil {
			first = err
		}
	}
	return first
}

func (b *Bundle) addBlock(block pemBlock) error {
	if block.label.private {
		b.exposed(block.label.holds, "file", block.location())
		return nil
	}
	if block.label.skip {
		return nil
	}
	if block.label.holds != kindCertificate && block.label.holds != kindPKCS7 {
		return fmt.Errorf("expected a certificate, found %s (line %d)", block.label.holds, block.span.Line)
	}
	der, repairs, err := decodeBase64(block.body)
	if err == nil && len(der) == 0 {
		return fmt.Errorf("the %s block at line %d is empty", block.label.name, block.span.Line)
	}
	b.repaired(append(block.repairs, repairs...), block.location())
	if err != nil {
		return fmt.Errorf("the %s block at line %d cannot be read: %w", block.label.name, block.span.Line, err)
	}
	if err := b.addDER(der, block.location()); err != nil {
		return fmt.Errorf("the %s block at line %d: %w", block.label.name, block.span.Line, err)
	}
	return nil
}

func (b *Bundle) addBase64(text string, again bool) error {
	b.Form = "Base64"
	der, repairs, err := decodeBase64(text)
	if err != nil {
		return fmt.Errorf("expected a certificate as PEM, DER or Base64: %w", err)
	}
	if len(der) == 0 {
		return errors.New("the input is empty, expected a certificate")
	}
	if again && bytes.Contains(der, []byte("BEGIN ")) {
		b.repaired(append(repairs, "the text was Base64 twice and was decoded twice"), finding.Location{})
		return b.addText(string(der), false)
	}
	if der[0] != tagSequence {
		return errors.New("expected a certificate, found Base64 of something else; the Base64 of a certificate starts with MI")
	}
	b.repaired(repairs, finding.Location{})
	return b.addDER(der, finding.Location{})
}

// addDER reads one structure, or certificates one after the other. What
// follows a certificate and is none is ignored.
func (b *Bundle) addDER(der []byte, at finding.Location) error {
	for rest := der; len(rest) > 0; {
		e, after, err := readElement(rest)
		if err == nil {
			err = b.addElement(e, at)
		}
		switch {
		case err == nil:
			rest = after
		case len(rest) == len(der):
			return explain(err)
		default:
			b.problem(checkUnreadable, finding.Warning, fmt.Sprintf("%d bytes after the certificate were ignored", len(rest)), at)
			return nil
		}
	}
	return nil
}

// explain says what a truncated structure means to the one who pasted it.
func explain(err error) error {
	var short truncatedError
	if errors.As(err, &short) {
		return fmt.Errorf("the certificate is cut off: %d bytes are missing by its DER header; copy it again as a whole", short.missing)
	}
	return err
}

func (b *Bundle) addElement(e element, at finding.Location) error {
	switch what := kindOf(e); {
	case what == kindCertificate:
		return b.addCertificate(e.full, at)
	case what == kindPKCS7:
		b.Form = "PKCS#7"
		return b.addSigned(e, at)
	case what == kindPKCS12:
		b.Form = "PKCS#12"
		b.exposed(what, "file", at)
	case what.private():
		b.exposed(what, "file", at)
	case what == kindUnknown:
		if _, err := ParseCertificate(e.full); err == nil {
			return b.addCertificate(e.full, at)
		}
		return errors.New("expected a certificate, found data of another kind")
	default:
		return fmt.Errorf("expected a certificate, found %s", what)
	}
	return nil
}

func (b *Bundle) addCertificate(der []byte, at finding.Location) error {
	if len(b.Certificates) >= maxCertificates {
		return fmt.Errorf("more than %d certificates, the others were not read", maxCertificates)
	}
	c, err := ParseCertificate(der)
	if err != nil {
		return err
	}
	b.Certificates, b.Places = append(b.Certificates, c), append(b.Places, at.Span)
	return nil
}

// addSigned takes the certificates out of a SignedData (RFC 5652 section 5.1):
// version, digestAlgorithms, encapContentInfo, then [0] with the certificates.
func (b *Bundle) addSigned(content element, at finding.Location) error {
	outer := reader{rest: content.body}
	outer.want(tagOID, "contentType")
	wrapped := reader{rest: outer.want(tagContext0, "content").body}
	fields := reader{rest: wrapped.want(tagSequence, "SignedData").body}
	fields.want(tagInteger, "version")
	fields.want(tagSet, "digestAlgorithms")
	fields.want(tagSequence, "encapContentInfo")
	for _, r := range []reader{outer, wrapped, fields} {
		if r.err != nil {
			return fmt.Errorf("the PKCS #7 file is damaged: %w", r.err)
		}
	}
	if fields.peek() != tagContext0 {
		return errors.New("the PKCS #7 file holds no certificates")
	}
	set := reader{rest: fields.next().body}
	for len(set.rest) > 0 && set.err == nil {
		if e := set.next(); e.tag == tagSequence {
			if err := b.addCertificate(e.full, at); err != nil {
				return err
			}
		}
	}
	return set.err
}
