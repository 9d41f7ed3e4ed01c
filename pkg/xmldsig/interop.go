package xmldsig

import (
	"bytes"
	"cmp"
	"slices"
	"strings"

	"github.com/beevik/etree"

	"github.com/ssodoctor/ssodoctor/pkg/xmldoc"
)

// Risk is a shape in which goxmldsig v1.6.1 is known to come to another
// verdict than the standard wants.
type Risk struct {
	// Name identifies the shape, such as "ecdsa-value".
	Name string
	// Reason says what goxmldsig does, to follow "for".
	Reason string
}

// risks are the shapes in the order in which goxmldsig trips over them.
var risks = []struct {
	Risk
	applies func(*shape) bool
}{
	{Risk{"encoding", "it reads UTF-8 only"}, func(s *shape) bool { return s.doc.Encoding != "utf-8" }},
	{Risk{"many-elements", "it gives up beyond about 1000 elements"}, func(s *shape) bool { return s.elements > 900 }},
	{Risk{"signature-algorithm", "it does not know this signature algorithm"}, func(s *shape) bool {
		a, _ := findAlgorithm(signatureAlgorithms, s.SignatureAlgorithm)
		return a.scheme != rsaPKCS1 && a.scheme != ecdsaRS || strings.HasSuffix(a.name, "224")
	}},
	{Risk{"digest-algorithm", "it does not know this digest algorithm"}, func(s *shape) bool {
		return slices.ContainsFunc(s.References, func(r Reference) bool {
			return strings.HasSuffix(r.DigestAlgorithm, "224") || strings.HasPrefix(r.DigestAlgorithm, more2007)
		})
	}},
	{Risk{"ecdsa-value", "it expects an ECDSA value in DER, not r and s side by side as XMLDSig has it"}, func(s *shape) bool {
		a, _ := findAlgorithm(signatureAlgorithms, s.SignatureAlgorithm)
		return a.scheme == ecdsaRS
	}},
	{Risk{"default-prefix", "it does not understand #default in a prefix list"}, func(s *shape) bool { return slices.Contains(s.transformPrefixes, "#default") }},
	{Risk{"signed-info-prefixes", "it ignores the prefix list of CanonicalizationMethod"}, func(s *shape) bool { return len(s.signedInfoPrefixes) > 0 }},
	{Risk{"blanks-in-base64", "it does not accept blanks in SignatureValue and DigestValue"}, func(s *shape) bool { return s.blanks }},
	{Risk{"signer-not-first", "it looks only at the first certificate in KeyInfo"}, func(s *shape) bool {
		return len(s.Embedded) > 1 && s.Certificate != nil && !bytes.Equal(s.Embedded[0].Raw, s.Certificate.Raw)
	}},
	{Risk{"no-certificate", "it wants a certificate in KeyInfo"}, func(s *shape) bool { return len(s.Embedded) == 0 }},
	{Risk{"key-value", "it takes the certificate in KeyInfo, not the KeyValue that verifies"}, func(s *shape) bool { return len(s.Embedded) > 0 && s.Certificate == nil }},
	{Risk{"other-certificate", "the certificate in KeyInfo is not byte for byte one that was given"}, func(s *shape) bool {
		return s.Key == KeyConfigured && len(s.Embedded) > 0 && s.Certificate != nil && !bytes.Equal(s.Embedded[0].Raw, s.Certificate.Raw)
	}},
	{Risk{"inherited-xml-attributes", "it does not let inclusive canonicalisation inherit xml:lang, xml:space and the like"}, func(s *shape) bool { return s.inclusive && s.inherited }},
	{Risk{"with-comments", "it digests comments that a Reference by ID leaves out"}, func(s *shape) bool { return s.comments && (s.withComments || s.noMethod) }},
	{Risk{"attribute-order", "it sorts prefixed attributes by local name before namespace"}, func(s *shape) bool { return s.oddOrder }},
	{Risk{"attribute-line-break", "it keeps line breaks and tabs in attribute values, which XML turns into blanks"}, func(s *shape) bool { return s.attributeBreaks() }},
	{Risk{"superfluous-undeclaration", "it keeps xmlns=\"\" where there is nothing to undo"}, func(s *shape) bool { return s.undeclared }},
	{Risk{"several-references", "it checks the first Reference only"}, func(s *shape) bool { return len(s.References) > 1 }},
	{Risk{"duplicate-id", "it does not mind that an ID is not unique"}, func(s *shape) bool {
		return slices.ContainsFunc(s.References, func(r Reference) bool { return len(r.candidates) > 1 })
	}},
}

// InteropRisks names the shapes of a signature, one that [Verify] judged, in
// which goxmldsig may differ. Whether it does, [SecondOpinion] tells.
func InteropRisks(doc *xmldoc.Document, s *Signature) []Risk {
	if s.Parent == nil || len(s.References) == 0 {
		return nil
	}
	view := newShape(doc, s)
	var list []Risk
	for _, r := range risks {
		if r.applies(view) {
			list = append(list, r.Risk)
		}
	}
	return list
}

// shape is what the predicates look at.
type shape struct {
	doc *xmldoc.Document
	*Signature
	elements                              int
	transformPrefixes, signedInfoPrefixes []string
	blanks                                bool // in Base64
	inclusive, noMethod, withComments     bool
	inherited                             bool // xml:* attributes that SignedInfo or the element inherits
	comments, oddOrder, undeclared        bool // in the signed element
}

func newShape(doc *xmldoc.Document, s *Signature) *shape {
	v := &shape{doc: doc, Signature: s}
	info := xmldoc.Child(s.Element, dsNamespace, "SignedInfo")
	v.signedInfoPrefixes = prefixList(xmldoc.Child(info, dsNamespace, "CanonicalizationMethod"))
	m, _ := MethodOf(s.CanonicalMethod)
	v.inclusive = m.Family != Exclusive
	v.blanks = hasBlanks(xmldoc.Child(s.Element, dsNamespace, "SignatureValue"))
	for i := range s.References {
		v.reference(&s.References[i])
	}
	for el := s.Parent; el != nil; el = el.Parent() {
		v.inherited = v.inherited || slices.ContainsFunc(el.Attr, func(a etree.Attr) bool { return a.Space == "xml" })
	}
	v.walk(s.Parent, xmldoc.Resolve(s.Parent, "") != "")
	return v
}

func (v *shape) reference(r *Reference) {
	v.blanks = v.blanks || hasBlanks(xmldoc.Child(r.Element, dsNamespace, "DigestValue"))
	v.noMethod = true
	if list := xmldoc.Child(r.Element, dsNamespace, "Transforms"); list != nil {
		for el := range xmldoc.Children(list, dsNamespace, "Transform") {
			v.transformPrefixes = append(v.transformPrefixes, prefixList(el)...)
			uri, _ := xmldoc.Attr(el, "Algorithm")
			if m, ok := MethodOf(uri); ok {
				v.noMethod = false
				v.inclusive = v.inclusive || m.Family != Exclusive
				v.withComments = v.withComments || m.Comments
			}
		}
	}
	v.inclusive = v.inclusive || v.noMethod
}

func hasBlanks(el *etree.Element) bool {
	return el != nil && strings.ContainsAny(xmldoc.Text(el), " \t")
}

// walk looks at the signed element; inDefault tells that a default namespace
// is in scope.
func (v *shape) walk(el *etree.Element, inDefault bool) {
	v.elements++
	space := ""
	for i := range el.Attr {
		a := &el.Attr[i]
		if prefix, ok := declares(a); ok {
			if prefix == "" {
				v.undeclared = v.undeclared || a.Value == "" && !inDefault
				inDefault = a.Value != ""
			}
			continue
		}
		if a.Space != "" && space != "" && a.Space != space && !v.oddOrder {
			v.oddOrder = misordered(el)
		}
		if a.Space != "" {
			space = a.Space
		}
	}
	for _, token := range el.Child {
		switch t := token.(type) {
		case *etree.Element:
			v.walk(t, inDefault)
		case *etree.Comment:
			v.comments = true
		}
	}
}

// misordered reports whether sorting the prefixed attributes by local name and
// by namespace gives two orders.
func misordered(el *etree.Element) bool {
	type named struct{ uri, local string }
	var list []named
	for i := range el.Attr {
		if a := &el.Attr[i]; a.Space != "" && a.Space != "xmlns" {
			list = append(list, named{xmldoc.Resolve(el, a.Space), a.Key})
		}
	}
	byLocal := slices.Clone(list)
	slices.SortFunc(list, func(a, b named) int { return cmp.Or(strings.Compare(a.uri, b.uri), strings.Compare(a.local, b.local)) })
	slices.SortFunc(byLocal, func(a, b named) int {
		return cmp.Or(strings.Compare(a.local, b.local), strings.Compare(a.uri, b.uri))
	})
	return !slices.Equal(list, byLocal)
}

// attributeBreaks reports whether a start tag of the document holds a line
// break or tab in a value, which the tree no longer shows.
func (v *shape) attributeBreaks() bool {
	text := v.doc.Text
	if bytes.IndexByte(text, '\n') < 0 && bytes.IndexByte(text, '\t') < 0 && bytes.IndexByte(text, '\r') < 0 {
		return false
	}
	for len(text) > 0 {
		i := bytes.IndexByte(text, '<')
		if i < 0 {
			return false
		}
		text = text[i:]
		for _, markup := range [...][2]string{{"<!--", "-->"}, {"<![CDATA[", "]]>"}, {"<?", "?>"}} {
			if bytes.HasPrefix(text, []byte(markup[0])) {
				end := bytes.Index(text, []byte(markup[1]))
				if end < 0 {
					return false
				}
				text = text[end:]
			}
		}
		if text[0] != '<' {
			continue
		}
		var broken bool
		if broken, text = tagBreaks(text); broken {
			return true
		}
	}
	return false
}

// tagBreaks looks at one tag and returns what follows it.
func tagBreaks(text []byte) (broken bool, rest []byte) {
	quote := byte(0)
	for i, c := range text {
		switch {
		case quote == 0 && c == '>':
			return false, text[i:]
		case quote == 0 && (c == '"' || c == '\''):
			quote = c
		case c == quote:
			quote = 0
		case quote != 0 && (c == '\n' || c == '\r' || c == '\t'):
			return true, nil
		}
	}
	return false, nil
}
