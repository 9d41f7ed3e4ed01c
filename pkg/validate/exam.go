package validate

import (
	"cmp"
	"slices"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/saml"
	"github.com/ssodoctor/ssodoctor/pkg/seal"
	"github.com/ssodoctor/ssodoctor/pkg/trace"
	"github.com/ssodoctor/ssodoctor/pkg/xmldoc"
	"github.com/ssodoctor/ssodoctor/pkg/xmldsig"
	"github.com/ssodoctor/ssodoctor/pkg/xmlenc"
)

// message is one message of a capture with all that was read out of it.
type message struct {
	index   int
	capture *trace.Capture
	hosts   func() map[string]hostClock // the clocks of the capture's hosts
	carrier *trace.Message
	doc     *xmldoc.Document    // nil where syntax is set
	syntax  *xmldoc.SyntaxError // why the document could not be read
	saml    *saml.Message       // nil where doc is
	sigs    *xmldsig.Result     // nil where doc is
	// readable are the assertions that are not encrypted, or were decrypted;
	// bearers the bearer confirmations of each. encrypted: there are others.
	readable  []*saml.Assertion
	bearers   [][]*saml.Confirmation
	encrypted bool
	// opened is what came of decryption, nil where nothing is encrypted. With
	// it doc is the document in which all is decrypted that could be, and
	// signedIn holds how and in which document each signature was verified.
	opened   *xmlenc.Opened
	signedIn map[*xmldsig.Signature]signedForm
	query    *xmldsig.QuerySignature // of the redirect binding, nil where there is none

	sealed  *seal.Seal // what was found before the message was redacted, nil where it was not
	at      Evaluated
	product finding.System // the identity provider's product, as its profile is called; "" where unknown
	request *message       // the captured AuthnRequest that this answers, nil where none was captured
	earlier *message       // the first message of the capture with the same token, nil for that one
	// problems are what all readers had to say of this message.
	problems []finding.Problem
}

// exam is one check at work on one message (or, with scope OfInput, one
// capture). A check that returns without a word has passed.
type exam struct {
	trial
	capture *trace.Capture
	first   bool       // the first input of the run: what is about the run itself is said there
	msg     *message   // nil in scope OfInput
	all     []*message // every message of the run, in order
	expect  *Expectations
}

// fail reports a finding, as [trial.finding] makes it.
func (x *exam) fail(f fact) {
	if f.fixes == nil && x.check.ofApp != nil && x.msg != nil && x.msg.saml != nil && x.fromApp() {
		f.fixes = x.check.ofApp
	}
	out, ok := x.finding(f)
	if !ok {
		return
	}
	out.Input, out.Location = x.capture.Name, x.locate(f)
	out.Fixes = fill(x.relevant(out.Fixes, cmp.Or(f.product, x.provider())), f)
	if x.msg != nil {
		out.Message = &x.msg.index
	}
	x.discreet(&out)
	*x.findings = append(*x.findings, out)
}

// discreet takes the secrets of the address that a message was posted to out of
// what is said: they were compared, and are nobody's business.
func (x *exam) discreet(f *finding.Finding) {
	if x.msg == nil || !strings.Contains(x.msg.carrier.PostedTo, "?") {
		return
	}
	posted := x.msg.carrier.PostedTo
	shown := trace.Discreet(posted)
	if shown == posted {
		return
	}
	hide := func(s string) string { return strings.ReplaceAll(s, posted, shown) }
	f.Detail, f.Actual, f.Expected = hide(f.Detail), hide(f.Actual), slices.Clone(f.Expected)
	for i, e := range f.Expected {
		f.Expected[i] = hide(e)
	}
	for i := range f.Fixes {
		f.Fixes[i].Action = hide(f.Fixes[i].Action)
	}
}

// locate turns the place of a fact into a location of the report.
func (x *exam) locate(f fact) finding.Location {
	at := f.location
	if x.msg == nil {
		return at
	}
	if at.Exchange == nil && x.msg.carrier.Exchange >= 0 {
		at.Exchange = &x.msg.carrier.Exchange
	}
	element, attr := f.element, ""
	if f.field.Present() {
		element, attr = f.field.Element, f.field.Attr
	}
	if element == nil || x.msg.doc == nil {
		return at
	}
	at.Path = x.msg.doc.Path(element)
	at.Span = x.msg.doc.Span(element)
	if attr != "" {
		at.Path += "/@" + attr
		at.Span = x.msg.doc.AttrSpan(element, attr)
	}
	at.Span = x.msg.origin(at.Span)
	return at
}

// relevant keeps the fixes that can apply: those of identity provider products
// other than the one at work are dropped, once that is known.
func (x *exam) relevant(fixes []finding.Fix, at finding.System) []finding.Fix {
	kept := make([]finding.Fix, 0, len(fixes))
	for _, f := range fixes {
		if written(f.System) && at != "" && f.System != at {
			if f.System != finding.Okta || written(at) {
				continue
			}
			f = inOtherWords(f, at)
		}
		f.Place = x.expect.place(f)
		kept = append(kept, f)
	}
	return kept
}

// provider is the product of the identity provider that made the message, or
// was sent it; "" where that is not known.
func (x *exam) provider() finding.System {
	if x.msg == nil {
		return ""
	}
	return cmp.Or(x.msg.product, productAt(x.msg.carrier.PostedTo))
}

// assertions returns the assertions that can be read. Where there are none it
// says why the check could not be made.
func (x *exam) assertions() []*saml.Assertion {
	switch {
	case x.msg.encrypted:
		x.skip("an assertion is encrypted and was not decrypted")
	case len(x.msg.readable) == 0:
		x.skip("the message carries no assertion")
	}
	return x.msg.readable
}

// relay reports what the readers said under the name of the check.
func relay(x *exam) {
	if x.msg != nil {
		x.relay(x.msg.problems)
		return
	}
	x.relay(x.capture.Problems)
	if !x.first {
		return
	}
	for _, p := range x.expect.CertificateProblems {
		p.Problem.Detail = p.Source + ": " + p.Problem.Detail
		var fixes []finding.Fix
		if x.check.Family == FamilyInput { // whose own fixes are about captures
			fixes = []finding.Fix{{System: finding.User, Place: p.Source, Action: "nothing, it was read; other tools may want the certificate as plain Base64 (PEM)"}}
		}
		x.relay([]finding.Problem{p.Problem}, fixes...)
	}
}

// relay reports those of the problems that are about the check, with fixes
// where those of the check do not fit.
func (x *exam) relay(problems []finding.Problem, fixes ...finding.Fix) {
	for _, p := range problems {
		if p.Check == x.check.Name {
			x.fail(fact{location: p.Location, severity: p.Severity, detail: p.Detail, expected: p.Expected, actual: p.Actual, fixes: fixes})
		}
	}
}

// values returns the plain values of expectations.
func values(vs []Value) []string {
	out := make([]string, len(vs))
	for i, v := range vs {
		out[i] = v.Value
	}
	return out
}

// among reports whether one of the expected values is actual, exactly.
func among(vs []Value, actual string) bool {
	for _, v := range vs {
		if v.Value == actual {
			return true
		}
	}
	return false
}

// quoteAll lists alternatives for a sentence, the first few of many.
func quoteAll(vs []string) string { return finding.Either(vs, 4, finding.Quote) }
