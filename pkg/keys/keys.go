// Package keys reads certificates and private keys as people have them: PEM,
// DER, Base64 pasted from a portal, PKCS #7 and PKCS #12 files, with the damage
// that copying does to them. It states facts and what it repaired, judges no
// trust, and never repeats a private key or a password.
package keys

import (
	"crypto"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"time"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// The checks that the problems of this package feed.
const (
	checkUnreadable = "certificate-unreadable"
	checkPrivateKey = "certificate-private-key-exposed"
	checkRepaired   = "input-repaired"
)

// Permission is what a certificate says of one use of its key.
type Permission uint8

// The permissions. Unstated is that of a certificate without the extension,
// whose key may be used for anything.
const (
	Unstated Permission = iota
	Granted
	Denied
)

// Certificate is what an X.509 certificate (RFC 5280) says. It is immutable
// and may be shared. Raw and SPKI alias the bytes that it was read from.
type Certificate struct {
	// Raw is the DER of the certificate alone, without what follows it.
	Raw []byte
	// Subject and Issuer are distinguished names as RFC 4514 prints them, in
	// characters that are safe to show.
	Subject, Issuer string
	// Serial is the serial number in decimal, with a minus sign where an old
	// appliance wrote a negative one.
	Serial string
	// NotBefore and NotAfter are in UTC; zero where they cannot be read.
	NotBefore, NotAfter time.Time
	// PublicKey is an *rsa.PublicKey, *ecdsa.PublicKey, ed25519.PublicKey or
	// *dsa.PublicKey; nil where the key cannot be used.
	PublicKey crypto.PublicKey
	// SPKI is the DER of the SubjectPublicKeyInfo.
	SPKI []byte
	// KeyAlgorithm is "RSA", "ECDSA P-256", "Ed25519", "DSA" and the like, or
	// the dotted OID of an unknown one. KeyBits is its size; 0 if unknown.
	KeyAlgorithm string
	KeyBits      int
	// SignatureAlgorithm is the algorithm by which the certificate itself is
	// signed, "SHA256-RSA" or "ECDSA-SHA256", or the dotted OID.
	SignatureAlgorithm string
	// SelfSigned reports that the certificate names itself as its issuer; the
	// signature is not verified.
	SelfSigned bool
	IsCA       bool
	// KeyUsageSignature says whether the key may sign (digitalSignature or
	// nonRepudiation, RFC 5280 section 4.2.1.3).
	KeyUsageSignature Permission
	// Problems are the oddities of a certificate that is still usable in part.
	Problems []finding.Problem
	// X509 is the reading of crypto/x509; nil where that refuses.
	X509 *x509.Certificate

	facts *Facts // what it was made of, where that was no DER
}

// SHA1 returns the SHA-1 thumbprint in lower-case hex without separators.
func (c *Certificate) SHA1() string {
	if c.facts != nil {
		return c.facts.SHA1
	}
	sum := sha1.Sum(c.Raw)
	return hex.EncodeToString(sum[:])
}

// SHA256 returns the SHA-256 thumbprint in lower-case hex without separators.
func (c *Certificate) SHA256() string {
	if c.facts != nil {
		return c.facts.SHA256
	}
	sum := sha256.Sum256(c.Raw)
	return hex.EncodeToString(sum[:])
}
