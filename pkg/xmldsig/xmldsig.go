// Package xmldsig canonicalises XML and verifies XML signatures in stages. It
// yields facts, never one error: where a Signature sits, what each Reference
// covers, whether each digest matches, which key verifies SignedInfo, and what
// it cannot judge.
//
// Sources: XML Signature Syntax and Processing 1.1 (XMLDSig), Canonical XML
// 1.0 and 1.1, Exclusive XML Canonicalization 1.0, RFC 9231 (algorithms), SAML
// Core 5.4 (the signature profile of SAML).
package xmldsig

import (
	"github.com/beevik/etree"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/keys"
)

// Verdict is the outcome of comparing a digest or a signature value.
type Verdict string

// The verdicts. NotChecked means that no key was at hand; Unsupported that
// this package cannot judge, which never means invalid.
const (
	Match       Verdict = "match"
	Mismatch    Verdict = "mismatch"
	Unsupported Verdict = "unsupported"
	Malformed   Verdict = "malformed"
	NotChecked  Verdict = "not-checked"
)

// KeyVerdict says whose key verified SignedInfo.
type KeyVerdict string

// The key verdicts.
const (
	KeyConfigured  KeyVerdict = "configured"  // one of the keys that were given
	KeyEmbedded    KeyVerdict = "embedded"    // only that of KeyInfo; none was given
	KeyUntrusted   KeyVerdict = "untrusted"   // only that of KeyInfo, which is not among those given
	KeyNone        KeyVerdict = "none"        // no key at hand verifies
	KeyUnsupported KeyVerdict = "unsupported" // the algorithm or key type cannot be judged
)

// Reference is one ds:Reference with what came of it.
type Reference struct {
	Element         *etree.Element
	URI             string
	HasURI          bool
	Target          *etree.Element // what URI names; nil where it names nothing, or more than one element
	Transforms      []string       // algorithm URIs in order
	DigestAlgorithm string         // URI
	Digest          Verdict
	// Expected is the decoded DigestValue, Computed the digest of what the
	// Reference names; nil where it could not be read or computed.
	Expected, Computed []byte

	id         string           // that URI names; "" where it names none
	candidates []*etree.Element // the elements that carry it
	genuine    *etree.Element   // that of several candidates whose digest matches
	enveloped  bool
}

// Signature is one ds:Signature with the facts of every stage.
type Signature struct {
	Element *etree.Element
	Parent  *etree.Element // the element that holds the signature
	// Covers is the element whose content the digests protect: the target of
	// the only Reference that names an element; nil where there is none.
	Covers     *etree.Element
	References []Reference

	SignatureAlgorithm string // URI
	CanonicalMethod    string // URI

	Digest Verdict // the worst of all References
	Value  Verdict
	Key    KeyVerdict
	// Certificate belongs to the key that verified, and is nil where that is a
	// bare KeyValue. Where none verified it is the certificate in KeyInfo that
	// looks like the signer's, if any.
	Certificate *keys.Certificate
	Embedded    []*keys.Certificate // all of KeyInfo, in document order

	// Misplaced: the signature does not sit where SAML Core 5.4.1 wants it, as
	// a child of the element that its only Reference names.
	Misplaced bool
	// Repair names the innocent damage that explains a mismatch ("pretty-printed",
	// "line ends changed to CR LF", ...): after undoing it the digests and
	// SignedInfo both verify. Empty where none does.
	Repair string
	// Problems are the defects of this signature, under the names of the checks
	// "signature-malformed", "-reference-invalid", "-transform-unsafe",
	// "-unsupported", "-algorithm-weak", "-wrapping", "-sp-interop",
	// "certificate-unreadable" and "input-reformatted". What the verdicts
	// above say, such as a mismatch or an untrusted key, is not said again.
	Problems []finding.Problem
}

// Result is what Verify found in a document.
type Result struct {
	Signatures []*Signature // in document order
	// Problems are about the document as a whole: duplicate IDs, and elements
	// that a service provider would consume though no signature covers them
	// while another element of the kind is covered ("signature-wrapping").
	Problems []finding.Problem
}
