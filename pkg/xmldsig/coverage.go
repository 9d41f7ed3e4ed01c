package xmldsig

import (
	"fmt"
	"strings"

	"github.com/beevik/etree"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/xmldoc"
)

// checkPosition holds the signature against SAML Core 5.4.1 and 5.4.2: a child
// of the one element that its only Reference names.
func (j *judge) checkPosition() {
	var target *etree.Element
	for i := range j.References {
		if t := j.References[i].Target; t != nil {
			if target != nil {
				target = nil
				break
			}
			target = t
		}
	}
	j.Covers = target
	switch {
	case j.Parent != nil && isSAML(j.Parent):
		j.checkSAMLPosition()
	case target != nil && j.Parent == nil && isSAML(target), target != nil && isSAML(target) && !detachedByRight(j.Parent):
		j.misplaced(target)
	}
}

// detachedByRight reports whether an element may hold signatures over others:
// WS-Security headers do.
func detachedByRight(parent *etree.Element) bool {
	return xmldoc.Namespace(parent) == wsseName
}

func (j *judge) checkSAMLPosition() {
	if n := len(j.References); n != 1 {
		j.problem("signature-reference-invalid", j.layout.signedInfo, fmt.Sprintf("the signature has %d References, SAML allows one: that to the element that holds the signature", n))
		return
	}
	r := &j.References[0]
	covered := r.covered(j.Parent)
	switch {
	case covered == nil:
	case covered != j.Parent:
		j.misplaced(covered)
	case r.HasURI && r.URI == "":
		j.add(finding.Problem{Check: "signature-reference-invalid", Severity: finding.Warning, Detail: "the Reference has an empty URI and covers the whole document; SAML wants \"#\" and the ID of the element that holds the signature"}, r.Element)
	}
}

func (j *judge) misplaced(covered *etree.Element) {
	j.Misplaced = true
	holder := "nothing"
	if j.Parent != nil {
		holder = j.Parent.Tag
	}
	detail := fmt.Sprintf("the signature stands in %s but signs %s elsewhere (%s); a receiver that believes the element around the signature believes what nobody signed", holder, covered.Tag, j.doc.Path(covered))
	if j.Parent == nil || contains(j.Element, covered) {
		detail = fmt.Sprintf("the signed %s stands inside of its own signature; SAML wants the signature inside of the element that it signs", covered.Tag)
	}
	j.problem("signature-wrapping", j.Element, detail)
}

// covered returns the element that a Reference protects. Where an ID occurs
// twice that is the one whose digest matches, else the one around the signature.
func (r *Reference) covered(parent *etree.Element) *etree.Element {
	switch {
	case r.Target != nil || len(r.candidates) == 0:
		return r.Target
	case r.genuine != nil:
		return r.genuine
	}
	for _, c := range r.candidates {
		if c == parent {
			return c
		}
	}
	return r.candidates[0]
}

// coverage knows which signatures protect which elements.
type coverage map[*etree.Element][]*Signature

func (v *verifier) coverage() coverage {
	c := coverage{}
	for _, s := range v.result.Signatures {
		for i := range s.References {
			if el := s.References[i].covered(s.Parent); el != nil && len(c[el]) < 4 {
				c[el] = append(c[el], s)
			}
		}
	}
	return c
}

// covers reports whether a signature protects an element: it, or an element
// around it, is signed, and it is not inside of that very signature.
func (c coverage) covers(el *etree.Element) bool {
	for outer := el; outer != nil; outer = outer.Parent() {
		for _, s := range c[outer] {
			if outer == el || !contains(s.Element, el) {
				return true
			}
		}
	}
	return false
}

// checkCoverage compares what is signed with what a receiver would act on: as
// soon as one assertion or message is signed, another of its kind that is not
// is a forgery that waits for a careless reader. Advice needs no signature, but
// a signature in advice vouches for nothing around it.
func (v *verifier) checkCoverage() {
	c := v.coverage()
	var first struct{ signed, unsigned map[string]*etree.Element }
	first.signed, first.unsigned = map[string]*etree.Element{}, map[string]*etree.Element{}
	for _, el := range v.survey.consumed {
		side := first.unsigned
		switch {
		case c.covers(el.Element):
			side = first.signed
		case el.advice:
			continue
		}
		if side[el.Tag] == nil {
			side[el.Tag] = el.Element
		}
	}
	for _, kind := range [...]string{"Assertion", "Response", "AuthnRequest", "LogoutRequest", "LogoutResponse"} {
		signed, unsigned := first.signed[kind], first.unsigned[kind]
		if signed != nil && unsigned != nil {
			v.wrapped(kind, signed, unsigned)
			return
		}
	}
}

// wrapped reports an unsigned element beside a signed one of its kind.
func (v *verifier) wrapped(kind string, signed, unsigned *etree.Element) {
	detail := fmt.Sprintf("this %s is not signed while another one is (%s): %s", kind, v.doc.Path(signed), v.views(kind, signed, unsigned))
	v.result.Problems = append(v.result.Problems, finding.Problem{
		Check: "signature-wrapping", Detail: detail, Location: v.location(unsigned),
	})
}

// views says who would be signed in by a reader that picks the unsigned one,
// and who by the signature.
func (v *verifier) views(kind string, signed, unsigned *etree.Element) string {
	reader := v.reader(kind, unsigned)
	forged, genuine := subject(unsigned), subject(signed)
	if forged == "" || genuine == "" || forged == genuine {
		return fmt.Sprintf("a service provider that reads the %s %s believes what nobody signed", reader, strings.ToLower(kind))
	}
	return fmt.Sprintf("a service provider that reads the %s %s would sign in %s; the signed one says %s", reader, strings.ToLower(kind), finding.Quote(finding.Shorten(forged, 120)), finding.Quote(finding.Shorten(genuine, 120)))
}

// reader names the habit that makes a receiver pick an element: most take the
// first of the document, some the last.
func (v *verifier) reader(kind string, el *etree.Element) string {
	var first, last *etree.Element
	for _, c := range v.survey.consumed {
		if c.Tag != kind || c.advice {
			continue
		}
		if first == nil {
			first = c.Element
		}
		last = c.Element
	}
	switch el {
	case first:
		return "first"
	case last:
		return "last"
	}
	return "unsigned"
}

// subject finds the name of the subject of an assertion or message: the first
// NameID or NameIdentifier in it that is not part of another one's signature.
func subject(el *etree.Element) string {
	if (el.Tag == "NameID" || el.Tag == "NameIdentifier") && isSAML(el) {
		return strings.TrimSpace(xmldoc.Text(el))
	}
	for _, token := range el.Child {
		if child, ok := token.(*etree.Element); ok && child.Tag != "Signature" {
			if name := subject(child); name != "" {
				return name
			}
		}
	}
	return ""
}

// checkNamespaces reports namespace names that make canonicalisers fail.
func (v *verifier) checkNamespaces() {
	for _, el := range v.survey.oddNames {
		v.result.Problems = append(v.result.Problems, finding.Problem{
			Check:    "signature-malformed",
			Detail:   fmt.Sprintf("element %s declares a namespace that is no absolute URI; canonicalisers refuse it, and some then digest nothing at all", finding.Quote(el.Tag)),
			Location: v.location(el),
		})
	}
}

// manyDuplicates is where the list of duplicate IDs ends.
const manyDuplicates = 16

// checkIDs reports IDs that are not unique.
func (v *verifier) checkIDs() {
	var referenced map[string]bool
	seen := make(map[string]*etree.Element, len(v.survey.ids))
	reported := map[string]bool{}
	for _, id := range v.survey.ids {
		first, known := seen[id.value]
		if !known {
			seen[id.value] = id.element
			continue
		}
		if first == id.element || reported[id.value] || len(reported) == manyDuplicates {
			continue
		}
		if referenced == nil {
			referenced = v.referenced()
		}
		reported[id.value] = true
		v.duplicate(id, first, referenced[id.value])
	}
}

// duplicate reports an ID that two elements share. Only where a signature or
// SAML relies on it can a forger profit.
func (v *verifier) duplicate(id identifier, first *etree.Element, referenced bool) {
	detail := fmt.Sprintf("two elements carry the ID %s, %s and %s; expected every ID once", finding.Quote(finding.Shorten(id.value, 80)), v.doc.Path(first), v.doc.Path(id.element))
	if referenced {
		detail += ": which of them is signed depends on the reader"
	}
	p := finding.Problem{
		Check:    "xml-duplicate-id",
		Detail:   detail,
		Actual:   id.value,
		Location: finding.Location{Path: v.doc.Path(id.element) + "/@" + id.attr.FullKey(), Span: v.doc.AttrSpan(id.element, id.attr.FullKey())},
	}
	if !referenced && !(isSAML(first) && isSAML(id.element)) {
		p.Severity = finding.Warning
	}
	v.result.Problems = append(v.result.Problems, p)
}

// referenced collects the IDs that signatures name.
func (v *verifier) referenced() map[string]bool {
	ids := map[string]bool{}
	for _, s := range v.result.Signatures {
		for i := range s.References {
			if s.References[i].id != "" {
				ids[s.References[i].id] = true
			}
		}
	}
	return ids
}
