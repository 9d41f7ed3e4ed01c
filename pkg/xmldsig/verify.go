package xmldsig

import (
	"fmt"

	"github.com/beevik/etree"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/keys"
	"github.com/ssodoctor/ssodoctor/pkg/xmldoc"
)

// Options say what to verify against. The zero value verifies with the keys
// that the signatures bring along.
type Options struct {
	// Trusted are the certificates that were given. Every one of them is
	// tried; those without a usable key are passed over.
	Trusted []*keys.Certificate
	// SecondOpinion asks goxmldsig about every signature; otherwise it is
	// asked where [InteropRisks] expects it to differ.
	SecondOpinion bool
	// Within limits the verification to the signatures inside of an element;
	// nil is the whole document. IDs are looked up in the whole document in
	// any case.
	Within *etree.Element
}

// Verify judges every ds:Signature of a document, in stages, and how the
// signed parts relate to those that a receiver would act on. It never fails:
// what it cannot judge it calls [Unsupported]. It reads the document only and
// fetches nothing.
//
// The work is bounded: signatures that cover the same text over and over, or
// more keys than any real message needs, are left unsupported.
func Verify(doc *xmldoc.Document, opts Options) *Result {
	v := newVerifier(doc, opts)
	for _, el := range v.survey.signatures {
		if opts.Within == nil || contains(opts.Within, el) {
			v.result.Signatures = append(v.result.Signatures, v.judge(el))
		}
	}
	v.checkIDs()
	if len(v.result.Signatures) == 0 {
		return v.result
	}
	v.checkNamespaces()
	v.checkCoverage()
	for _, s := range v.result.Signatures {
		v.explain(s)
	}
	return v.result
}

// verifier is the work on one document.
type verifier struct {
	doc    *xmldoc.Document
	opts   Options
	survey *survey
	result *Result

	scratch    []byte // of the canonicaliser
	octetsLeft int    // what may still be canonicalised
	effortLeft int    // what may still be spent on keys
	repairs    int    // damages that were tried
	opinions   int    // signatures that were compared with goxmldsig
}

// Allowances beyond what real documents need: each octet is usually covered
// once or twice, and a signature is tried with a handful of keys.
const (
	octetsPerByte = 8
	octetsSpare   = 1 << 20
	effortPerByte = 64 // one RSA-2048 verification per so many bytes
	effortSpare   = 4096
)

func newVerifier(doc *xmldoc.Document, opts Options) *verifier {
	return &verifier{
		doc:        doc,
		opts:       opts,
		survey:     newSurvey(doc.Root()),
		result:     &Result{},
		scratch:    make([]byte, 0, len(doc.Text)+256),
		octetsLeft: octetsPerByte*len(doc.Text) + octetsSpare,
		effortLeft: min(len(doc.Text)/effortPerByte, effortSpare) + effortSpare,
	}
}

// judge is the work on one signature.
type judge struct {
	*verifier
	*Signature
	self   [1]*etree.Element // the ds:Signature, as enveloped-signature leaves it out
	layout layout

	weakDigest weakDigest
}

func (v *verifier) judge(el *etree.Element) *Signature {
	j := &judge{verifier: v, Signature: &Signature{
		Element: el, Digest: Malformed, Value: Malformed, Key: KeyNone,
	}, self: [1]*etree.Element{el}}
	if p := el.Parent(); p != nil && p.Tag != "" {
		j.Parent = p
	}
	if !j.readLayout() {
		return j.Signature
	}
	j.Digest = Match
	for _, reference := range j.layout.references {
		r := j.reference(reference)
		j.References = append(j.References, r)
		j.Digest = worse(j.Digest, r.Digest)
	}
	j.readKeyInfo()
	j.verifyValue()
	j.checkPosition()
	return j.Signature
}

// worse returns the verdict that an administrator should hear of first.
func worse(a, b Verdict) Verdict {
	for _, v := range [...]Verdict{Mismatch, Malformed, Unsupported, NotChecked} {
		if a == v || b == v {
			return v
		}
	}
	return Match
}

// problem records a defect of the signature at an element.
func (j *judge) problem(check string, at *etree.Element, detail string) {
	j.actual(check, at, detail, "")
}

// actual is problem with the value that was found.
func (j *judge) actual(check string, at *etree.Element, detail, actual string) {
	j.add(finding.Problem{Check: check, Detail: detail, Actual: actual}, at)
}

func (j *judge) add(p finding.Problem, at *etree.Element) {
	p.Location = j.location(at)
	j.Problems = append(j.Problems, p)
}

func (v *verifier) location(el *etree.Element) finding.Location {
	return finding.Location{Path: v.doc.Path(el), Span: v.doc.Span(el)}
}

// base64 decodes the content of an element and reports what is wrong with it.
func (j *judge) base64(el *etree.Element) ([]byte, bool) {
	data, padded, err := decodeElement(el)
	if err != nil {
		j.problem("signature-malformed", el, fmt.Sprintf("%s cannot be read: %v", el.Tag, err))
		return nil, false
	}
	if !padded {
		j.add(finding.Problem{Check: "signature-malformed", Severity: finding.Info, Detail: fmt.Sprintf("the Base64 of %s has not the padding that it needs; strict readers refuse it", el.Tag)}, el)
	}
	return data, true
}

// contains reports whether el is outer or inside of it.
func contains(outer, el *etree.Element) bool {
	for ; el != nil; el = el.Parent() {
		if el == outer {
			return true
		}
	}
	return false
}
