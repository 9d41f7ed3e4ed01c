// Package xmlenc decrypts what SAML messages carry encrypted: assertions,
// identifiers and attributes. It yields facts, never one error: what was
// decrypted and with which key, which key would have been needed, what is
// damaged, and what it cannot do. It fetches nothing.
//
// Sources: XML Encryption Syntax and Processing 1.1 (XMLEnc), SAML Core 2.3.4,
// 2.4.4, 2.7.3.2 and 6.
package xmlenc

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"fmt"

	"github.com/beevik/etree"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/keys"
)

// Key is a private key that messages may have been encrypted for.
type Key struct {
	Private *rsa.PrivateKey
	// Name is what the user calls the key: "--key app.pem".
	Name string
}

// NewKey returns the key for decryption. The error says that keys of this kind
// cannot decrypt: only RSA keys do in SAML.
func NewKey(private crypto.Signer, name string) (Key, error) {
	kind := "of another kind"
	switch key := private.(type) {
	case *rsa.PrivateKey:
		return Key{Private: key, Name: name}, nil
	case *ecdsa.PrivateKey:
		kind = "an EC key"
	case ed25519.PrivateKey:
		kind = "an Ed25519 key"
	}
	return Key{}, fmt.Errorf("the key is %s, expected RSA: no other decrypts assertions", kind)
}

// String names the key by its name and size.
func (k Key) String() string {
	return fmt.Sprintf("%s (RSA, %d bits)", k.Name, k.Private.N.BitLen())
}

// Outcome is what came of a decryption.
type Outcome string

// The outcomes. Unsupported means that this package cannot do it, which says
// nothing against the message.
const (
	Decrypted   Outcome = "decrypted"
	NoKey       Outcome = "no-key"       // no key was given
	KeyMismatch Outcome = "key-mismatch" // encrypted for a key that was not given
	Damaged     Outcome = "damaged"      // no key opens it, or the right one and still no content
	Unsupported Outcome = "unsupported"
)

// Item is one xenc:EncryptedData with what came of it.
type Item struct {
	// Holder is the element around it, by its local name: "EncryptedAssertion",
	// "EncryptedID", "NewEncryptedID", "EncryptedAttribute" or
	// "RequestedSecurityToken".
	Holder string
	// Location is the place of the EncryptedData in the captured text.
	Location finding.Location
	// Algorithm is the URI of the content encryption, "" where absent.
	Algorithm string
	// Transports are the URIs by which the content key is encrypted, one for
	// each EncryptedKey.
	Transports []string
	// Recipients are the Recipient attributes and Certificates the
	// certificates by which the message says for whom it is encrypted.
	Recipients   []string
	Certificates []*keys.Certificate

	Outcome Outcome
	// Detail says why it was not decrypted, "" where it was.
	Detail string
	// Key is the one that decrypted, or that fits and still did not.
	Key string
	// Deviation says how the sender strays from what the message declares,
	// where it decrypts only so; "" where it does not.
	Deviation string
	// Content is what came to light, in the document of [Opened]; Around is
	// the element that holds it there. Nil where nothing did.
	Content, Around *etree.Element

	depth int // the layer that it was found in
	data  *etree.Element
	plain []byte
}
