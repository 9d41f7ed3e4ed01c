package xmldsig

import (
	"fmt"
	"strings"

	"github.com/beevik/etree"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/xmldoc"
)

// layout is a Signature taken apart.
type layout struct {
	signedInfo, value, keyInfo *etree.Element
	canonicalization, method   *etree.Element
	references                 []*etree.Element
}

// slot is what a schema wants of one kind of child: how many, in the order of
// the table.
type slot struct {
	local    string
	min, max int
}

const many = 1 << 30

// The content models of XMLDSig 1.1 sections 4.2, 4.4 and 4.4.3.
var (
	signatureModel  = []slot{{"SignedInfo", 1, 1}, {"SignatureValue", 1, 1}, {"KeyInfo", 0, 1}, {"Object", 0, many}}
	signedInfoModel = []slot{{"CanonicalizationMethod", 1, 1}, {"SignatureMethod", 1, 1}, {"Reference", 1, many}}
	referenceModel  = []slot{{"Transforms", 0, 1}, {"DigestMethod", 1, 1}, {"DigestValue", 1, 1}}
)

// readLayout takes the signature apart and reports whether it can be judged.
// One that can be read in two ways cannot: that is how signed content was
// swapped (CVE-2019-3465, CVE-2025-29774).
func (j *judge) readLayout() bool {
	if !j.fits(j.Element, signatureModel) {
		return false
	}
	l := &j.layout
	l.signedInfo = xmldoc.Child(j.Element, dsNamespace, "SignedInfo")
	l.value = xmldoc.Child(j.Element, dsNamespace, "SignatureValue")
	l.keyInfo = xmldoc.Child(j.Element, dsNamespace, "KeyInfo")
	if !j.fits(l.signedInfo, signedInfoModel) {
		return false
	}
	l.canonicalization = xmldoc.Child(l.signedInfo, dsNamespace, "CanonicalizationMethod")
	l.method = xmldoc.Child(l.signedInfo, dsNamespace, "SignatureMethod")
	j.CanonicalMethod, _ = xmldoc.Attr(l.canonicalization, "Algorithm")
	j.SignatureAlgorithm, _ = xmldoc.Attr(l.method, "Algorithm")
	for r := range xmldoc.Children(l.signedInfo, dsNamespace, "Reference") {
		if !j.fits(r, referenceModel) {
			return false
		}
		l.references = append(l.references, r)
	}
	j.checkObjects()
	return true
}

// fits holds the children of an element against its content model and reports
// whether the signature can be judged: a foreign element beside SignedInfo is
// a defect that changes nothing of what is signed.
func (j *judge) fits(el *etree.Element, model []slot) bool {
	var counts [4]int
	last, ok := 0, true
	for _, token := range el.Child {
		switch t := token.(type) {
		case *etree.Element:
			n := position(t, model)
			if n < 0 {
				j.foreign(t, el, model)
				ok = ok && el == j.Element
				continue
			}
			if n < last {
				j.problem("signature-malformed", t, fmt.Sprintf("%s stands after %s; expected the order %s", t.Tag, model[last].local, modelNames(model)))
				ok = false
			}
			counts[n]++
			last = max(last, n)
		case *etree.CharData:
			if strings.Trim(t.Data, " \t\r\n") != "" {
				j.problem("signature-malformed", el, fmt.Sprintf("text stands between the elements of %s", el.Tag))
				ok = false
			}
		}
	}
	for n, s := range model {
		if counts[n] < s.min || counts[n] > s.max {
			j.miscounted(el, s, counts[n])
			ok = false
		}
	}
	return ok
}

func (j *judge) miscounted(el *etree.Element, s slot, count int) {
	check, detail := "signature-malformed", fmt.Sprintf("%s holds %d %s elements, expected one", el.Tag, count, s.local)
	switch {
	case count == 0:
		detail = fmt.Sprintf("%s holds no %s, so there is nothing to verify", el.Tag, s.local)
	case s.local == "SignedInfo":
		check = "signature-wrapping"
		detail += ": one reader verifies the first and another believes the second, which is how forged messages pass"
	}
	j.problem(check, el, detail)
}

// foreign reports an element that the schema does not allow. Forged messages
// keep the signed original there.
func (j *judge) foreign(el, parent *etree.Element, model []slot) {
	if hidden := findConsumed(el); hidden != nil {
		j.problem("signature-wrapping", el, fmt.Sprintf("the %s %s is hidden inside of the %s, where only a verifier looks: the message around it is what nobody signed", hidden.Tag, j.doc.Path(hidden), parent.Tag))
		return
	}
	j.problem("signature-malformed", el, fmt.Sprintf("element %s does not belong into %s; expected %s", finding.Quote(finding.Shorten(el.Tag, 60)), parent.Tag, modelNames(model)))
}

// findConsumed finds an assertion or message at el or inside of it.
func findConsumed(el *etree.Element) *etree.Element {
	if consumable(el) {
		return el
	}
	for _, token := range el.Child {
		if child, ok := token.(*etree.Element); ok {
			if found := findConsumed(child); found != nil {
				return found
			}
		}
	}
	return nil
}

// position returns the number of an element in a content model, or -1.
func position(el *etree.Element, model []slot) int {
	for n, s := range model {
		if s.local == el.Tag && xmldoc.Namespace(el) == dsNamespace {
			return n
		}
	}
	return -1
}

func modelNames(model []slot) string {
	names := make([]string, len(model))
	for n, s := range model {
		names[n] = s.local
	}
	return strings.Join(names, ", ")
}

// checkObjects reports ds:Object in the signature of a SAML element, where
// erratum E91 of SAML 2.0 forbids it.
func (j *judge) checkObjects() {
	if j.Parent == nil || !isSAML(j.Parent) {
		return
	}
	for o := range xmldoc.Children(j.Element, dsNamespace, "Object") {
		if findConsumed(o) != nil {
			j.foreign(o, j.Element, signatureModel)
			continue
		}
		j.add(finding.Problem{Check: "signature-malformed", Severity: finding.Warning, Detail: "the Signature holds an Object, which SAML does not allow: forged messages hide the signed original there"}, o)
	}
}
