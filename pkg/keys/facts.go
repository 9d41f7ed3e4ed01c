package keys

import (
	"bytes"
	"crypto/dsa" //lint:ignore SA1019 old certificates and signatures are read and judged, none is made
	"crypto/ecdsa"
	"crypto/rsa"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// ValidAt reports whether t lies in the validity of the certificate, both ends
// included (RFC 5280 section 4.1.2.5). An end that cannot be read is no bound.
func (c *Certificate) ValidAt(t time.Time) bool {
	return !t.Before(c.NotBefore) && (c.NotAfter.IsZero() || !t.After(c.NotAfter))
}

// WeakKey says why the key is weak by NIST SP 800-131A; empty where it is not,
// or where the key is of no known kind.
func (c *Certificate) WeakKey() string {
	switch key := c.PublicKey.(type) {
	case *rsa.PublicKey:
		if bits := key.N.BitLen(); bits < 2048 {
			return fmt.Sprintf("RSA key of %d bits, expected at least 2048", bits)
		}
		if key.E < 3 || key.E%2 == 0 {
			return fmt.Sprintf("RSA exponent %d, expected an odd number of at least 3, mostly 65537", key.E)
		}
	case *ecdsa.PublicKey:
		if bits := key.Curve.Params().BitSize; bits < 256 {
			return fmt.Sprintf("curve %s of %d bits, expected at least P-256", key.Curve.Params().Name, bits)
		}
	case *dsa.PublicKey:
		return fmt.Sprintf("DSA key of %d bits, expected RSA or ECDSA", c.KeyBits)
	}
	return ""
}

// WeakSignature names the broken digest by which the certificate is signed,
// "MD2", "MD4", "MD5" or "SHA-1"; empty where there is none. It matters little
// in a self-signed certificate that is trusted by its key.
func (c *Certificate) WeakSignature() string {
	for _, weak := range [...]struct{ part, name string }{{"MD2", "MD2"}, {"MD4", "MD4"}, {"MD5", "MD5"}, {"SHA1", "SHA-1"}} {
		if strings.Contains(c.SignatureAlgorithm, weak.part) {
			return weak.name
		}
	}
	return ""
}

// SameKey reports whether both certificates have the same public key, as a
// renewed one may.
func (c *Certificate) SameKey(o *Certificate) bool {
	return len(c.SPKI) > 0 && bytes.Equal(c.SPKI, o.SPKI)
}

// Equal reports whether both are the same certificate.
func (c *Certificate) Equal(o *Certificate) bool {
	if c.facts != nil || o.facts != nil {
		return c.SHA256() == o.SHA256()
	}
	return bytes.Equal(c.Raw, o.Raw)
}

// Facts are what a [Certificate] says, for where the certificate itself may not
// be passed on because of the names in it. The fields are those of it; the
// thumbprints are those of the whole.
type Facts struct {
	Subject            string     `json:"subject"`
	Issuer             string     `json:"issuer"`
	Serial             string     `json:"serial,omitempty"`
	NotBefore          time.Time  `json:"notBefore,omitzero"`
	NotAfter           time.Time  `json:"notAfter,omitzero"`
	SPKI               []byte     `json:"publicKey,omitempty"`
	SignatureAlgorithm string     `json:"signatureAlgorithm,omitempty"`
	SelfSigned         bool       `json:"selfSigned,omitempty"`
	IsCA               bool       `json:"ca,omitempty"`
	KeyUsageSignature  Permission `json:"maySign,omitempty"`
	SHA1               string     `json:"sha1"`
	SHA256             string     `json:"sha256"`
}

// Facts are the facts of the certificate, with its names changed by a function.
func (c *Certificate) Facts(name func(string) string) *Facts {
	return &Facts{
		Subject: name(c.Subject), Issuer: name(c.Issuer), Serial: c.Serial, NotBefore: c.NotBefore, NotAfter: c.NotAfter, SPKI: c.SPKI,
		SignatureAlgorithm: c.SignatureAlgorithm, SelfSigned: c.SelfSigned, IsCA: c.IsCA, KeyUsageSignature: c.KeyUsageSignature,
		SHA1: c.SHA1(), SHA256: c.SHA256(),
	}
}

// Certificate is a certificate of which no more is known than the facts: it
// has no Raw, and its thumbprints are what the facts say they are.
func (f Facts) Certificate() *Certificate {
	c := &Certificate{
		Subject: finding.Printable(f.Subject), Issuer: finding.Printable(f.Issuer), Serial: finding.Printable(f.Serial), NotBefore: f.NotBefore.UTC(), NotAfter: f.NotAfter.UTC(), SPKI: f.SPKI,
		SignatureAlgorithm: finding.Printable(f.SignatureAlgorithm), SelfSigned: f.SelfSigned, IsCA: f.IsCA, KeyUsageSignature: min(f.KeyUsageSignature, Denied),
	}
	f.SHA1, f.SHA256 = finding.Printable(f.SHA1), finding.Printable(f.SHA256)
	c.facts = &f
	c.setKey(nil)
	return c
}

// Matches reports whether a thumbprint, in any form that [ParseThumbprint]
// reads, is that of the certificate.
func (c *Certificate) Matches(thumbprint string) bool {
	want, err := ParseThumbprint(thumbprint)
	if err != nil {
		return false
	}
	if len(want) == 40 {
		return want == c.SHA1()
	}
	return want == c.SHA256()
}

// ParseThumbprint reads a SHA-1 or SHA-256 thumbprint as people have it: hex
// in either case, with colons, hyphens, blanks or the invisible mark that the
// Windows certificate dialog puts first, after "sha256:" or "SHA1 Fingerprint=",
// or Base64. The result is 40 or 64 lower-case hex digits.
func ParseThumbprint(text string) (string, error) {
	value := text
	if at := strings.LastIndexByte(value, '='); at >= 0 && at < len(value)-2 {
		value = value[at+1:]
	}
	for _, prefix := range []string{"sha256:", "sha-256:", "sha1:", "sha-1:"} {
		if len(value) > len(prefix) && strings.EqualFold(value[:len(prefix)], prefix) {
			value = value[len(prefix):]
		}
	}
	digits := strings.Map(func(r rune) rune {
		if r == ':' || r == '-' || isSpace(r) {
			return -1
		}
		return r
	}, value)
	if raw, err := hex.DecodeString(digits); err == nil && (len(raw) == 20 || len(raw) == 32) {
		return hex.EncodeToString(raw), nil
	}
	compact := strings.TrimRight(strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimSpace(value)), "=")
	if raw, err := base64.RawStdEncoding.DecodeString(compact); err == nil && (len(raw) == 20 || len(raw) == 32) {
		return hex.EncodeToString(raw), nil
	}
	return "", fmt.Errorf("%s is no thumbprint, expected 40 hex digits of SHA-1 or 64 of SHA-256", finding.Quote(finding.Shorten(text, 100)))
}
