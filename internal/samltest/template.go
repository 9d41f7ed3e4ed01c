package samltest

import (
	"crypto/ecdsa"
	"crypto/rsa"
	"math/big"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/xmldsig"
)

// markup writes the elements of a signature with its prefix and separators.
type markup struct {
	strings.Builder
	prefix, separator string
}

func (m *markup) open(name string, attrs ...string) {
	m.WriteString("<" + m.prefix + name)
	m.attrs(attrs)
	m.WriteString(">" + m.separator)
}

func (m *markup) empty(name string, attrs ...string) {
	m.WriteString("<" + m.prefix + name)
	m.attrs(attrs)
	m.WriteString("/>" + m.separator)
}

func (m *markup) close(name string) { m.WriteString("</" + m.prefix + name + ">" + m.separator) }

func (m *markup) text(name, text string) {
	m.WriteString("<" + m.prefix + name + ">" + text)
	m.close(name)
}

func (m *markup) attrs(attrs []string) {
	for i := 0; i+1 < len(attrs); i += 2 {
		m.WriteString(" " + attrs[i] + `="` + attrs[i+1] + `"`)
	}
}

// algorithm writes an element that names an algorithm, with a prefix list
// where there is one.
func (m *markup) algorithm(name, uri string, prefixes []string) {
	if len(prefixes) == 0 {
		m.empty(name, "Algorithm", uri)
		return
	}
	m.open(name, "Algorithm", uri)
	m.WriteString(`<ec:InclusiveNamespaces xmlns:ec="` + ExcC14N + `" PrefixList="` + strings.Join(prefixes, " ") + `"/>`)
	m.close(name)
}

// template is the signature with marks in the place of its values.
func (o SignOptions) template() string {
	m := &markup{prefix: "ds:", separator: o.Separator}
	declaration := "xmlns:ds"
	if o.Unprefixed {
		m.prefix, declaration = "", "xmlns"
	}
	m.open("Signature", declaration, "http://www.w3.org/2000/09/xmldsig#")
	m.open("SignedInfo")
	m.algorithm("CanonicalizationMethod", o.SignedInfo, o.SignedInfoList)
	if o.Parameters == "" {
		m.empty("SignatureMethod", "Algorithm", o.Algorithm)
	} else {
		m.open("SignatureMethod", "Algorithm", o.Algorithm)
		m.WriteString(o.Parameters)
		m.close("SignatureMethod")
	}
	uri := ""
	if o.ID != "" {
		uri = "#" + o.ID
	}
	m.open("Reference", "URI", uri)
	if len(o.Transforms) > 0 {
		m.open("Transforms")
		for _, t := range o.Transforms {
			var prefixes []string
			if method, ok := xmldsig.MethodOf(t); ok && method.Family == xmldsig.Exclusive {
				prefixes = o.Prefixes
			}
			m.algorithm("Transform", t, prefixes)
		}
		m.close("Transforms")
	}
	m.algorithm("DigestMethod", o.Digest, nil)
	m.text("DigestValue", DigestMark)
	m.close("Reference")
	m.WriteString(o.More)
	m.close("SignedInfo")
	m.text("SignatureValue", ValueMark)
	o.keyInfo(m)
	m.separator = ""
	m.close("Signature")
	return m.String()
}

func (o SignOptions) keyInfo(m *markup) {
	switch {
	case o.KeyInfo == KeyValue:
		m.open("KeyInfo")
		m.open("KeyValue")
		o.keyValue(m)
		m.close("KeyValue")
		m.close("KeyInfo")
	case o.KeyInfo == Certificate && o.Cert != nil:
		m.open("KeyInfo")
		m.open("X509Data")
		for _, der := range append(o.Chain[:len(o.Chain):len(o.Chain)], o.Cert) {
			m.text("X509Certificate", o.base64(der))
		}
		m.close("X509Data")
		m.close("KeyInfo")
	}
}

// keyValue writes the public key; of an ECDSA key only P-256 is written.
func (o SignOptions) keyValue(m *markup) {
	switch key := o.Key.Public().(type) {
	case *rsa.PublicKey:
		m.open("RSAKeyValue")
		m.text("Modulus", o.base64(key.N.Bytes()))
		m.text("Exponent", o.base64(big.NewInt(int64(key.E)).Bytes()))
		m.close("RSAKeyValue")
	case *ecdsa.PublicKey:
		point, _ := key.Bytes()
		m.WriteString(`<dsig11:ECKeyValue xmlns:dsig11="http://www.w3.org/2009/xmldsig11#"><dsig11:NamedCurve URI="urn:oid:1.2.840.10045.3.1.7"/><dsig11:PublicKey>` +
			o.base64(point) + `</dsig11:PublicKey></dsig11:ECKeyValue>` + m.separator)
	}
}
