package xmldsig

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/beevik/etree"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/xmldoc"
)

// reference judges one ds:Reference: resolves it, applies its transforms and
// compares the digest.
func (j *judge) reference(el *etree.Element) Reference {
	r := Reference{Element: el, Digest: Malformed}
	r.URI, r.HasURI = xmldoc.Attr(el, "URI")
	keepComments := j.resolve(&r)
	steps, stepsOK := j.transforms(&r)
	method, methodOK := j.digestMethod(&r)
	expected := j.digestValue(&r, method)
	switch {
	case r.Target == nil && len(r.candidates) == 0:
	case !stepsOK || !methodOK:
		r.Digest = Unsupported
	case expected:
		steps.method.Comments = steps.method.Comments && keepComments
		j.compare(&r, steps, method)
	}
	return r
}

// resolve finds what a URI names (XMLDSig 4.4.3.3) and reports whether the
// comments in it count, which they do for an XPointer only.
func (j *judge) resolve(r *Reference) (keepComments bool) {
	uri := r.URI
	switch inner, isPointer := strings.CutPrefix(uri, "#xpointer("); {
	case !r.HasURI:
		j.problem("signature-reference-invalid", r.Element, "the Reference has no URI, so it does not say what is signed; expected the ID of the signed element")
	case uri == "":
		r.Target = j.doc.Root()
	case isPointer && inner == "/)":
		r.Target, keepComments = j.doc.Root(), true
	case isPointer:
		keepComments = true
		rest, isID := strings.CutPrefix(inner, "id(")
		if id, closed := strings.CutSuffix(rest, "))"); isID && closed && len(id) > 2 {
			j.resolveID(r, id[1:len(id)-1])
			break
		}
		r.Digest = Unsupported
		j.actual("signature-reference-invalid", r.Element, "the Reference uses an XPointer that SAML does not allow; expected \"#\" and the ID of the signed element", uri)
	case uri[0] == '#':
		j.resolveID(r, uri[1:])
	default:
		r.Digest = Unsupported
		j.actual("signature-reference-invalid", r.Element, "the Reference points outside of the document, and nothing is ever fetched; expected \"#\" and the ID of the signed element", uri)
	}
	return keepComments
}

func (j *judge) resolveID(r *Reference, id string) {
	r.id, r.candidates = id, j.survey.named(id)
	switch len(r.candidates) {
	case 0:
		j.actual("signature-reference-invalid", r.Element, fmt.Sprintf("no element carries the ID %s that the signature is about", finding.Quote(finding.Shorten(id, 80))), r.URI)
	case 1:
		r.Target = r.candidates[0]
	}
}

// pipeline is what the transforms of a Reference amount to.
type pipeline struct {
	method    Method
	enveloped bool
	base64    bool
	canonical bool // the result is octets already
}

// transforms reads the transforms against the list of those that are safe to
// apply, and reports whether all of them are.
func (j *judge) transforms(r *Reference) (p pipeline, ok bool) {
	ok = true
	list := xmldoc.Child(r.Element, dsNamespace, "Transforms")
	if list == nil {
		return p, true
	}
	for el := range xmldoc.Children(list, dsNamespace, "Transform") {
		uri, _ := xmldoc.Attr(el, "Algorithm")
		r.Transforms = append(r.Transforms, uri)
		t, _ := findTransform(uri)
		switch {
		case t.kind == unsafeTransform:
			j.actual("signature-transform-unsafe", el, fmt.Sprintf("the transform %s is a program that the message brings along, and is never run; SAML allows only enveloped-signature and exclusive canonicalisation", t.name), uri)
			ok = false
		case t.kind == base64Transform && j.Parent != nil && isSAML(j.Parent):
			j.actual("signature-transform-unsafe", el, "the transform base64 leaves all markup unsigned; SAML allows only enveloped-signature and exclusive canonicalisation", uri)
			ok = false
		case t.kind == unknownTransform:
			j.actual("signature-unsupported", el, fmt.Sprintf("the transform %s is not supported, so this digest is not judged", finding.Quote(AlgorithmName(uri))), uri)
			ok = false
		case p.canonical:
			j.actual("signature-unsupported", el, fmt.Sprintf("the transform %s comes after a canonicalisation, so this digest is not judged; expected the canonicalisation last", t.name), uri)
			ok = false
		case t.kind == canonicalization:
			p.method, p.canonical = t.method, true
			p.method.Prefixes = prefixList(el)
		case t.kind == base64Transform:
			p.base64, p.canonical = true, true
		default:
			p.enveloped, r.enveloped = true, true
		}
	}
	return p, ok
}

// prefixList reads the InclusiveNamespaces of a transform or of
// CanonicalizationMethod (Exclusive XML Canonicalization 1.0 section 4).
func prefixList(el *etree.Element) []string {
	list := xmldoc.Child(el, excNamespace, "InclusiveNamespaces")
	if list == nil {
		return nil
	}
	prefixes, _ := xmldoc.Attr(list, "PrefixList")
	return strings.Fields(prefixes)
}

func (j *judge) digestMethod(r *Reference) (algorithm, bool) {
	method := xmldoc.Child(r.Element, dsNamespace, "DigestMethod")
	if method == nil {
		return algorithm{}, false // the layout is reported elsewhere
	}
	r.DigestAlgorithm, _ = xmldoc.Attr(method, "Algorithm")
	a, known := findAlgorithm(digestAlgorithms, r.DigestAlgorithm)
	if a.weak != "" && j.weakDigest.method == nil {
		j.weakDigest = weakDigest{method, a, r.DigestAlgorithm}
	}
	if !known || a.hash == 0 {
		j.unsupported("digest", method, r.DigestAlgorithm, digestAlgorithms)
		return a, false
	}
	return a, true
}

// digestValue decodes the DigestValue and reports whether it can be compared.
func (j *judge) digestValue(r *Reference, method algorithm) bool {
	el := xmldoc.Child(r.Element, dsNamespace, "DigestValue")
	if el == nil {
		return false
	}
	value, ok := j.base64(el)
	if !ok {
		return false
	}
	r.Expected = value
	if method.hash == 0 {
		return false
	}
	if len(value) != method.hash.Size() {
		j.problem("signature-malformed", el, fmt.Sprintf("the DigestValue has %d bytes, %s makes %d", len(value), method.name, method.hash.Size()))
		return false
	}
	if bytes.Equal(value, method.hash.New().Sum(nil)) {
		j.problem("signature-malformed", el, "the DigestValue is the digest of nothing at all: the signature protects no content, which is how forged messages exploit canonicalisers that fail silently")
	}
	return true
}

// compare digests the target and sets the verdict. Where the ID is not unique
// there is none, but the element that was meant comes to light.
func (j *judge) compare(r *Reference, p pipeline, method algorithm) {
	if r.Target == nil {
		for _, c := range r.candidates {
			if sum, ok := j.digest(c, false, p, method); ok && bytes.Equal(sum, r.Expected) {
				r.genuine = c
				return
			}
		}
		return
	}
	sum, ok := j.digest(r.Target, r.id == "", p, method)
	switch {
	case !ok:
		r.Digest = Unsupported
	case bytes.Equal(sum, r.Expected):
		r.Computed, r.Digest = sum, Match
	default:
		r.Computed, r.Digest = sum, Mismatch
	}
}

func (j *judge) digest(target *etree.Element, whole bool, p pipeline, method algorithm) ([]byte, bool) {
	data, ok := j.octets(target, whole, p)
	if !ok {
		return nil, false
	}
	h := method.hash.New()
	h.Write(data)
	return h.Sum(nil), true
}

// octets applies a pipeline to an element, or to the whole document.
func (j *judge) octets(target *etree.Element, whole bool, p pipeline) ([]byte, bool) {
	if p.base64 {
		if len(target.ChildElements()) > 0 {
			return nil, false
		}
		data, _, err := decodeBase64(nil, xmldoc.Text(target))
		return data, err == nil
	}
	if whole {
		target = &j.doc.Tree.Element
	}
	var without []*etree.Element
	if p.enveloped {
		without = j.self[:]
	}
	return j.canonicalize(target, p.method, without)
}

// canonicalize canonicalises within what is left of the budget. The result is
// valid until the next call.
func (j *judge) canonicalize(el *etree.Element, m Method, without []*etree.Element) ([]byte, bool) {
	out, ok := canonicalize(j.scratch[:0], el, m, j.octetsLeft, without)
	j.scratch = out
	if j.octetsLeft = max(0, j.octetsLeft-len(out)); !ok {
		j.problem("signature-unsupported", j.Element, "the signatures of this document cover far more text than it has, so the rest is not judged")
	}
	return out, ok
}
