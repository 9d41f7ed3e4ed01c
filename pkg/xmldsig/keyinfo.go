package xmldsig

import (
	"bytes"
	"crypto"
	"crypto/dsa" //lint:ignore SA1019 old certificates and signatures are read and judged, none is made
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"fmt"
	"math/big"
	"slices"

	"github.com/beevik/etree"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/keys"
	"github.com/ssodoctor/ssodoctor/pkg/xmldoc"
)

// readKeyInfo collects the certificates of KeyInfo, from every X509Data. One
// that is among the trusted is not parsed again.
func (j *judge) readKeyInfo() {
	if j.layout.keyInfo == nil {
		return
	}
	for data := range xmldoc.Children(j.layout.keyInfo, dsNamespace, "X509Data") {
		for el := range xmldoc.Children(data, dsNamespace, "X509Certificate") {
			j.readCertificate(el)
		}
	}
}

func (j *judge) readCertificate(el *etree.Element) {
	der, ok := j.base64(el)
	if !ok {
		return
	}
	for _, c := range j.opts.Trusted {
		if bytes.Equal(c.Raw, der) {
			j.Embedded = append(j.Embedded, c)
			return
		}
	}
	c, err := keys.ParseCertificate(der)
	if err != nil {
		j.problem("certificate-unreadable", el, fmt.Sprintf("the certificate in KeyInfo cannot be read: %v", err))
		return
	}
	for _, p := range c.Problems {
		j.add(p, el)
	}
	j.Embedded = append(j.Embedded, c)
}

// candidate is a key that may have signed.
type candidate struct {
	key     crypto.PublicKey
	cert    *keys.Certificate // nil for a KeyValue
	trusted bool
}

// candidates lists the keys to try, the likely one first: a trusted one that
// KeyInfo names, the other trusted ones, those that only KeyInfo knows.
func (j *judge) candidates() []candidate {
	list := make([]candidate, 0, len(j.opts.Trusted)+len(j.Embedded)+1)
	for _, c := range j.opts.Trusted {
		if c.PublicKey != nil {
			list = append(list, candidate{c.PublicKey, c, true})
		}
	}
	if len(list) > 1 && len(j.Embedded) > 0 {
		slices.SortStableFunc(list, func(a, b candidate) int {
			return btoi(j.embeds(b.cert)) - btoi(j.embeds(a.cert))
		})
	}
	for _, c := range j.Embedded {
		if c.PublicKey != nil && !j.trusts(c) {
			list = append(list, candidate{c.PublicKey, c, false})
		}
	}
	if j.layout.keyInfo != nil {
		for el := range xmldoc.Children(j.layout.keyInfo, dsNamespace, "KeyValue") {
			if key := j.keyValue(el); key != nil && !slices.ContainsFunc(list, func(c candidate) bool { return sameKey(c.key, key) }) {
				list = append(list, candidate{key: key})
			}
		}
	}
	return list
}

// embeds reports whether KeyInfo holds a certificate for the same key.
func (j *judge) embeds(c *keys.Certificate) bool {
	return slices.ContainsFunc(j.Embedded, func(e *keys.Certificate) bool { return e == c || bytes.Equal(e.SPKI, c.SPKI) })
}

// trusts reports whether a certificate for the same key was given.
func (j *judge) trusts(c *keys.Certificate) bool {
	return slices.ContainsFunc(j.opts.Trusted, func(t *keys.Certificate) bool { return t == c || bytes.Equal(t.SPKI, c.SPKI) })
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

func sameKey(a, b crypto.PublicKey) bool {
	if d, ok := a.(*dsa.PublicKey); ok {
		e, ok := b.(*dsa.PublicKey)
		return ok && d.Y.Cmp(e.Y) == 0 && d.P.Cmp(e.P) == 0
	}
	k, ok := a.(interface{ Equal(crypto.PublicKey) bool })
	return ok && k.Equal(b)
}

// keyValue reads a KeyValue (XMLDSig 1.1 section 4.5.2); nil where its key is
// of no use, which matters only where no certificate is at hand.
func (j *judge) keyValue(el *etree.Element) crypto.PublicKey {
	for _, token := range el.Child {
		child, ok := token.(*etree.Element)
		if !ok {
			continue
		}
		var key crypto.PublicKey
		switch {
		case xmldoc.Is(child, dsNamespace, "RSAKeyValue"):
			key = rsaKeyValue(child)
		case xmldoc.Is(child, dsNamespace, "DSAKeyValue"):
			key = dsaKeyValue(child)
		case xmldoc.Is(child, ds11Namespace, "ECKeyValue"):
			key = ecKeyValue(child)
		default:
			continue
		}
		if key == nil {
			j.add(finding.Problem{Check: "signature-malformed", Severity: finding.Info, Detail: fmt.Sprintf("the key in %s cannot be used", child.Tag)}, child)
		}
		return key
	}
	return nil
}

// number reads a CryptoBinary; nil where there is none, or one beyond the size
// of any real key.
func number(el *etree.Element, local string) *big.Int {
	child := xmldoc.Child(el, dsNamespace, local)
	if child == nil {
		return nil
	}
	data, _, err := decodeElement(child)
	if err != nil || len(data) > maxKeyBits/8+8 {
		return nil
	}
	return new(big.Int).SetBytes(data)
}

func rsaKeyValue(el *etree.Element) crypto.PublicKey {
	n, e := number(el, "Modulus"), number(el, "Exponent")
	if n == nil || e == nil || n.BitLen() < 2 || n.BitLen() > maxKeyBits || e.BitLen() > 31 || e.Sign() == 0 {
		return nil
	}
	return &rsa.PublicKey{N: n, E: int(e.Int64())}
}

func dsaKeyValue(el *etree.Element) crypto.PublicKey {
	p, q, g, y := number(el, "P"), number(el, "Q"), number(el, "G"), number(el, "Y")
	if p == nil || q == nil || g == nil || y == nil || p.Sign() == 0 || q.Sign() == 0 {
		return nil
	}
	return &dsa.PublicKey{Parameters: dsa.Parameters{P: p, Q: q, G: g}, Y: y}
}

// namedCurves are those of RFC 5480 that Go implements.
var namedCurves = map[string]elliptic.Curve{
	"urn:oid:1.3.132.0.33":        elliptic.P224(),
	"urn:oid:1.2.840.10045.3.1.7": elliptic.P256(),
	"urn:oid:1.3.132.0.34":        elliptic.P384(),
	"urn:oid:1.3.132.0.35":        elliptic.P521(),
}

func ecKeyValue(el *etree.Element) crypto.PublicKey {
	named, point := xmldoc.Child(el, ds11Namespace, "NamedCurve"), xmldoc.Child(el, ds11Namespace, "PublicKey")
	if named == nil || point == nil {
		return nil
	}
	oid, _ := xmldoc.Attr(named, "URI")
	curve := namedCurves[oid]
	data, _, err := decodeElement(point)
	if curve == nil || err != nil {
		return nil
	}
	key, err := ecdsa.ParseUncompressedPublicKey(curve, data)
	if err != nil {
		return nil
	}
	return key
}

// likelySigner picks the certificate of KeyInfo that looks like the signer's:
// the first that belongs to no authority, else the first.
func likelySigner(embedded []*keys.Certificate) *keys.Certificate {
	for _, c := range embedded {
		if !c.IsCA || c.SelfSigned && len(embedded) == 1 {
			return c
		}
	}
	if len(embedded) > 0 {
		return embedded[0]
	}
	return nil
}
