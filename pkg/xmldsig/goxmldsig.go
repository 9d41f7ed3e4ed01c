package xmldsig

import (
	"crypto/x509"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"
	"github.com/russellhaering/goxmldsig/etreeutils"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/keys"
	"github.com/ssodoctor/ssodoctor/pkg/xmldoc"
)

// Bounds of what goxmldsig is asked: it copies the tree, and its namespaces,
// over and over.
const (
	opinionBytes      = 1 << 20
	opinionNamespaces = 256
	opinionDepth      = 64
	opinionSignatures = 8 // the first so many
)

// SecondOpinion asks goxmldsig, the library of most Go service providers, to
// validate the element around a signature as they do, and reports whether it
// comes to the same conclusion. The verdict is "valid" or its error. It is
// asked with the trusted certificates, or those of KeyInfo where none are
// given, at a time at which they are valid.
func SecondOpinion(doc *xmldoc.Document, s *Signature, trusted []*keys.Certificate) (agrees bool, verdict string) {
	err := askGoxmldsig(doc, s, trusted)
	if err == nil {
		return s.sound(), "valid"
	}
	return !s.sound(), err.Error()
}

// sound reports whether the signature is what a careful receiver accepts.
func (s *Signature) sound() bool {
	return s.Digest == Match && s.Value == Match && !s.Misplaced && (s.Key == KeyConfigured || s.Key == KeyEmbedded)
}

func askGoxmldsig(doc *xmldoc.Document, s *Signature, trusted []*keys.Certificate) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("goxmldsig panics: %v", p)
		}
	}()
	if s.Parent == nil {
		return dsig.ErrMissingSignature
	}
	tree := etree.NewDocument()
	if err := tree.ReadFromBytes(doc.Source); err != nil {
		return err
	}
	el := sameElement(tree, doc.Root(), s.Parent)
	if el == nil {
		return errors.New("etree reads another document")
	}
	scope, err := etreeutils.NSBuildParentContext(el)
	if err != nil {
		return err
	}
	if el, err = etreeutils.NSDetatch(scope, el); err != nil {
		return err
	}
	_, err = validationContext(s, trusted).Validate(el)
	return err
}

func validationContext(s *Signature, trusted []*keys.Certificate) *dsig.ValidationContext {
	if len(trusted) == 0 {
		trusted = s.Embedded
	}
	store := &dsig.MemoryX509CertificateStore{}
	for _, c := range trusted {
		if c.X509 != nil {
			store.Roots = append(store.Roots, c.X509)
		}
	}
	ctx := dsig.NewDefaultValidationContext(store)
	for _, name := range [...]string{"ID", "AssertionID", "ResponseID", "RequestID", "Id"} {
		if _, ok := xmldoc.Attr(s.Parent, name); ok {
			ctx.IdAttribute = name
			break
		}
	}
	ctx.Clock = dsig.NewFakeClockAt(validTime(s, store.Roots))
	return ctx
}

// validTime is the middle of the validity of the certificate that goxmldsig
// will look at, so that expiry, which is a finding of its own, never decides.
func validTime(s *Signature, roots []*x509.Certificate) time.Time {
	var from, to time.Time
	switch {
	case s.Certificate != nil:
		from, to = s.Certificate.NotBefore, s.Certificate.NotAfter
	case len(roots) > 0:
		from, to = roots[0].NotBefore, roots[0].NotAfter
	}
	return from.Add(to.Sub(from) / 2)
}

// sameElement finds the element of another tree of the same document that
// stands where el does.
func sameElement(tree *etree.Document, root, el *etree.Element) *etree.Element {
	var path []int
	for ; el != root; el = el.Parent() {
		n := 0
		for _, sibling := range el.Parent().Child[:el.Index()] {
			if _, ok := sibling.(*etree.Element); ok {
				n++
			}
		}
		path = append(path, n)
	}
	found := tree.Root()
	for _, n := range slices.Backward(path) {
		children := found.ChildElements()
		if n >= len(children) {
			return nil
		}
		found = children[n]
	}
	return found
}

// explain looks for what lies behind a verdict, and for who sees another one.
func (v *verifier) explain(s *Signature) {
	v.repair(s)
	if v.opinions == opinionSignatures || len(v.doc.Text) > opinionBytes || v.survey.namespaces > opinionNamespaces || v.survey.depth > opinionDepth {
		return
	}
	v.opinions++
	risks := InteropRisks(v.doc, s)
	if len(risks) == 0 && !v.opts.SecondOpinion {
		return
	}
	if agrees, verdict := SecondOpinion(v.doc, s, v.opts.Trusted); !agrees {
		s.Problems = append(s.Problems, finding.Problem{
			Check:    "signature-sp-interop",
			Severity: finding.Info,
			Detail:   interopDetail(s, verdict, risks),
			Location: v.location(s.Element),
		})
	}
}

func interopDetail(s *Signature, verdict string, risks []Risk) string {
	detail := fmt.Sprintf("Go service providers (crewjam/saml, gosaml2) refuse this signature although it is valid: goxmldsig says %s", finding.Quote(finding.Shorten(verdict, 200)))
	if !s.sound() {
		detail = "Go service providers (crewjam/saml, gosaml2) can take this signature for valid although it is not: goxmldsig accepts it"
	}
	for i, r := range risks {
		if i == 0 {
			detail += ", for "
		} else {
			detail += "; and "
		}
		detail += r.Reason
	}
	return detail
}
