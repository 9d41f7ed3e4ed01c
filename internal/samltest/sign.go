// Package samltest makes signed SAML messages for tests.
package samltest

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	_ "crypto/sha1" // registers SHA-1
	_ "crypto/sha3" // registers SHA-3
	"encoding/asn1"
	"encoding/base64"
	"fmt"
	"math/big"
	"slices"
	"strings"

	"github.com/beevik/etree"

	"github.com/ssodoctor/ssodoctor/pkg/xmldoc"
	"github.com/ssodoctor/ssodoctor/pkg/xmldsig"
)

// The algorithms that tests name most. Any other that package xmldsig knows
// may be given by its URI.
const (
	RSASHA1     = "http://www.w3.org/2000/09/xmldsig#rsa-sha1"
	RSASHA256   = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
	ECDSASHA256 = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"
	EdDSA       = "http://www.w3.org/2021/04/xmldsig-more#eddsa-ed25519"

	SHA1   = "http://www.w3.org/2000/09/xmldsig#sha1"
	SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"

	ExcC14N = "http://www.w3.org/2001/10/xml-exc-c14n#"
	C14N10  = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
	C14N11  = "http://www.w3.org/2006/12/xml-c14n11"

	Enveloped = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
)

// KeyInfo is what a signature says about its key.
type KeyInfo uint8

// The forms of KeyInfo. Certificate is left out where there is none.
const (
	Certificate KeyInfo = iota
	KeyValue            // RSA and ECDSA
	NoKeyInfo
)

// SignOptions say how to sign. Only Key must be set.
type SignOptions struct {
	Key  crypto.Signer
	Cert []byte // DER
	// Chain are certificates that KeyInfo lists before Cert, in DER.
	Chain [][]byte
	// ID names the element to sign; "" is the root, by an empty URI.
	ID        string
	Algorithm string // URI; by default that of the key with SHA-256
	Digest    string // URI; by default SHA-256
	// Canonicalization is the URI of the transform and, unless SignedInfo
	// names another, of CanonicalizationMethod; by default exclusive.
	Canonicalization string
	SignedInfo       string
	Prefixes         []string // InclusiveNamespaces of the transform
	SignedInfoList   []string // InclusiveNamespaces of CanonicalizationMethod
	// Transforms replace enveloped-signature and Canonicalization in the
	// text; what is digested stays what they would give.
	Transforms []string
	KeyInfo    KeyInfo
	// Parameters is markup inside of SignatureMethod, More behind Reference.
	Parameters, More string
	// Separator is white space between the tags of the signature. LineWidth
	// breaks Base64 into lines; 0 is one line. LineEnd ends them, by default
	// with a line feed.
	Separator, LineEnd string
	LineWidth          int
	// Unprefixed makes the namespace of the signature the default one, instead
	// of binding it to ds.
	Unprefixed bool
	DER        bool // writes ECDSA values in the form that XMLDSig does not want
}

func (o SignOptions) withDefaults() SignOptions {
	set := func(field *string, value string) {
		if *field == "" {
			*field = value
		}
	}
	set(&o.Digest, SHA256)
	set(&o.Canonicalization, ExcC14N)
	set(&o.SignedInfo, o.Canonicalization)
	set(&o.LineEnd, "\n")
	switch o.Key.(type) {
	case *ecdsa.PrivateKey:
		set(&o.Algorithm, ECDSASHA256)
	case ed25519.PrivateKey:
		set(&o.Algorithm, EdDSA)
	default:
		set(&o.Algorithm, RSASHA256)
	}
	if o.Transforms == nil {
		o.Transforms = []string{Enveloped, o.Canonicalization}
	}
	return o
}

// What stands in a [Template] for the values until they are known.
const (
	DigestMark = "SAMLTEST-DIGEST"
	ValueMark  = "SAMLTEST-VALUE"
)

// Sign inserts an enveloped signature into the element of the given ID, where
// the SAML schemas want it: behind the Issuer, else in front of the other
// children; last in an assertion of SAML 1.1. All other bytes stay as they are.
func Sign(xml []byte, o SignOptions) ([]byte, error) {
	if o.Key == nil {
		return nil, fmt.Errorf("no key to sign with")
	}
	o = o.withDefaults()
	xml, err := Template(xml, o)
	if err != nil {
		return nil, err
	}
	if xml, err = o.fill(xml, DigestMark, o.digest); err != nil {
		return nil, err
	}
	return o.fill(xml, ValueMark, o.value)
}

// Template inserts the signature that [Sign] does, with marks instead of the
// digest and the signature value, for others to fill in.
func Template(xml []byte, o SignOptions) ([]byte, error) {
	o = o.withDefaults()
	doc, err := xmldoc.Parse(xml, xmldoc.Limits{})
	if err != nil {
		return nil, err
	}
	target := byID(doc.Root(), o.ID)
	if target == nil {
		return nil, fmt.Errorf("no element has the ID %q", o.ID)
	}
	at := place(doc, target)
	if at == 0 {
		return nil, fmt.Errorf("element %s is empty, expected content to sign", target.Tag)
	}
	return slices.Concat(doc.Text[:at], []byte(o.template()), doc.Text[at:]), nil
}

// byID finds the element that carries an ID; "" is the one given.
func byID(el *etree.Element, id string) *etree.Element {
	if id == "" || xmldsig.ID(el) == id {
		return el
	}
	for _, child := range el.ChildElements() {
		if found := byID(child, id); found != nil {
			return found
		}
	}
	return nil
}

// place is where in the text the signature goes; 0 where there is no room.
func place(doc *xmldoc.Document, target *etree.Element) int {
	content := doc.TextSpan(target)
	if content.Offset == content.End {
		return 0
	}
	if target.Tag == "Assertion" && strings.Contains(xmldoc.Namespace(target), "SAML:1.0") {
		return content.End
	}
	if children := target.ChildElements(); len(children) > 0 && children[0].Tag == "Issuer" {
		return doc.Span(children[0]).End
	}
	return content.Offset
}

// fill computes a value over the document as it is and puts it in the place of
// its mark.
func (o SignOptions) fill(xml []byte, mark string, compute func(*xmldoc.Document, *etree.Element) ([]byte, error)) ([]byte, error) {
	doc, err := xmldoc.Parse(xml, xmldoc.Limits{})
	if err != nil {
		return nil, err
	}
	signature := marked(doc.Root(), mark)
	value, err := compute(doc, signature)
	if err != nil {
		return nil, err
	}
	return bytes.Replace(xml, []byte(mark), []byte(o.base64(value)), 1), nil
}

// marked finds the ds:Signature that a mark stands in.
func marked(el *etree.Element, mark string) *etree.Element {
	if el.Text() == mark {
		for el.Tag != "Signature" {
			el = el.Parent()
		}
		return el
	}
	for _, child := range el.ChildElements() {
		if found := marked(child, mark); found != nil {
			return found
		}
	}
	return nil
}

func (o SignOptions) digest(doc *xmldoc.Document, signature *etree.Element) ([]byte, error) {
	target := signature.Parent()
	if o.ID == "" {
		target = &doc.Tree.Element
	}
	m, ok := xmldsig.MethodOf(o.Canonicalization)
	if !ok {
		return nil, fmt.Errorf("unknown canonicalisation %q", o.Canonicalization)
	}
	m.Comments = false // a Reference by ID never covers comments
	m.Prefixes = o.Prefixes
	hash, err := hashOf(o.Digest)
	if err != nil {
		return nil, err
	}
	h := hash.New()
	h.Write(xmldsig.Canonicalize(nil, target, m, signature))
	return h.Sum(nil), nil
}

func (o SignOptions) value(_ *xmldoc.Document, signature *etree.Element) ([]byte, error) {
	m, ok := xmldsig.MethodOf(o.SignedInfo)
	if !ok {
		return nil, fmt.Errorf("unknown canonicalisation %q", o.SignedInfo)
	}
	m.Prefixes = o.SignedInfoList
	return o.signature(xmldsig.Canonicalize(nil, signature.ChildElements()[0], m))
}

// signature signs octets.
func (o SignOptions) signature(content []byte) ([]byte, error) {
	if key, ok := o.Key.(ed25519.PrivateKey); ok {
		return ed25519.Sign(key, content), nil
	}
	hash, err := hashOf(o.Algorithm)
	if err != nil {
		return nil, err
	}
	h := hash.New()
	h.Write(content)
	var how crypto.SignerOpts = hash
	if strings.HasSuffix(o.Algorithm, "MGF1") || strings.HasSuffix(o.Algorithm, "#rsa-pss") {
		how = &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash, Hash: hash}
	}
	value, err := o.Key.Sign(rand.Reader, h.Sum(nil), how)
	if key, ok := o.Key.(*ecdsa.PrivateKey); ok && err == nil && !o.DER {
		return sideBySide(value, (key.Params().BitSize+7)/8)
	}
	return value, err
}

// sideBySide turns an ECDSA signature from DER to r and s of a fixed size.
func sideBySide(der []byte, size int) ([]byte, error) {
	var v struct{ R, S *big.Int }
	if _, err := asn1.Unmarshal(der, &v); err != nil {
		return nil, err
	}
	out := make([]byte, 2*size)
	v.R.FillBytes(out[:size])
	v.S.FillBytes(out[size:])
	return out, nil
}

// hashOf finds the hash in the name of an algorithm.
func hashOf(uri string) (crypto.Hash, error) {
	name := xmldsig.AlgorithmName(uri)
	if name == "rsa-pss" {
		return crypto.SHA256, nil
	}
	for _, h := range []struct {
		part string
		hash crypto.Hash
	}{
		{"sha3-224", crypto.SHA3_224}, {"sha3-256", crypto.SHA3_256}, {"sha3-384", crypto.SHA3_384}, {"sha3-512", crypto.SHA3_512},
		{"sha1", crypto.SHA1}, {"sha224", crypto.SHA224}, {"sha256", crypto.SHA256}, {"sha384", crypto.SHA384}, {"sha512", crypto.SHA512},
	} {
		if name != uri && strings.Contains(name, h.part) {
			return h.hash, nil
		}
	}
	return 0, fmt.Errorf("no hash is known for the algorithm %q", uri)
}

func (o SignOptions) base64(data []byte) string {
	s := base64.StdEncoding.EncodeToString(data)
	if o.LineWidth <= 0 {
		return s
	}
	var b strings.Builder
	for len(s) > o.LineWidth {
		b.WriteString(s[:o.LineWidth] + o.LineEnd)
		s = s[o.LineWidth:]
	}
	return b.String() + s
}
