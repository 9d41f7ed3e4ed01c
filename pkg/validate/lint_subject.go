package validate

import (
	"time"

	"github.com/beevik/etree"
	"github.com/ssodoctor/ssodoctor/pkg/entra"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/keys"
	"github.com/ssodoctor/ssodoctor/pkg/saml"
	"github.com/ssodoctor/ssodoctor/pkg/xmldoc"
	"github.com/ssodoctor/ssodoctor/pkg/xmldsig"
)

// lints are the functions by which a check judges what is no capture, one for
// each kind of subject. A check sets those of the subjects that it is about.
type lints struct {
	file        func(*inspection, *file)          // every file that was recognised
	metadata    func(*inspection, *saml.Metadata) // every EntityDescriptor
	bundle      func(*inspection, *keys.Bundle)   // what a file of certificates and keys holds, as a whole
	certificate func(*inspection, *placed)        // every certificate, wherever it stands
	enterprise  func(*inspection, *enterprise)    // every application of exports of Entra, with what belongs to it
	policy      func(*inspection, *entra.Policy)  // every policy of Entra on claims and tokens
	entity      func(*inspection, *entity)        // every EntityDescriptor, by what others hold copies of
	pair        func(*inspection, *pair)          // metadata of both sides of a sign-in
	config      func(*inspection, *configPart)    // every file of a configuration
	app         func(*inspection, *configured)    // every app of a configuration, with the copies of its facts
	// suppressions are those of a configuration, when all is judged.
	suppressions func(*inspection, *suppressions)
}

// inspection is one check at work on one subject that is no capture. A check
// that returns without a word has passed.
type inspection struct {
	trial
	subject
	*linter
}

// subject is what every kind of subject has: where it is from.
type subject struct {
	input string           // the file that findings stand in, unless their fact names another
	app   string           // the app of ssodoctor.yaml that it belongs to; "" without
	doc   *xmldoc.Document // of XML, in which elements and fields are located; nil otherwise
	// roles are those of the entity at hand, where it is one.
	roles []saml.Role
	// signatures are those of doc by their elements, verified with the keys that
	// they bring along.
	signatures map[*etree.Element]*xmldsig.Signature
}

// placed is a certificate with the place where it stands and what it is for.
type placed struct {
	*keys.Certificate
	// location is where it stands in the file; the zero value is the file.
	location finding.Location
	// holder says whose it is: an entity ID, the name of an app, "" where the
	// file does not say.
	holder string
	use    certificateUse
	ofApp  bool // it is the app's own, as its metadata says
	// replaced: another certificate of the holder, with another key, is valid
	// and serves the same use.
	replaced bool
}

// certificateUse is what a certificate is for.
type certificateUse string

// The uses of certificates. Metadata that names no use means both.
const (
	anyUse        certificateUse = ""
	signingUse    certificateUse = "signing"
	encryptionUse certificateUse = "encryption"
	metadataUse   certificateUse = "metadata signing" // it signs the metadata itself
)

// fail reports a finding in the file of the subject, or in that of the fact.
func (x *inspection) fail(f fact) {
	out, ok := x.finding(f)
	if !ok {
		return
	}
	out.Input, out.App, out.Location = x.input, x.app, x.locate(f)
	if f.input != "" {
		out.Input = f.input
	}
	told := outcome{out.Check, out.Input, out.App}
	if x.told[told]++; x.told[told] > maxPerFile {
		return
	}
	out.Fixes = fill(out.Fixes, f)
	*x.findings = append(*x.findings, out)
}

// locate turns the place of a fact into a location of the report.
func (x *inspection) locate(f fact) finding.Location {
	at, element := f.location, f.element
	if f.field.Present() {
		element = f.field.Element
	}
	if element == nil || x.doc == nil {
		return at
	}
	at.Path, at.Span = x.doc.Path(element), x.doc.Span(element)
	if f.field.Attr != "" {
		at.Path += "/@" + f.field.Attr
		at.Span = x.doc.AttrSpan(element, f.field.Attr)
	}
	return at
}

// at is the time that is judged at.
func (x *inspection) at() time.Time { return x.options.Clock.Judged() }

// relay reports what a reader said under the name of the check, with fixes
// where those of the check do not fit.
func (x *inspection) relay(problems []finding.Problem, fixes ...finding.Fix) {
	for _, p := range problems {
		if p.Check == x.check.Name {
			x.fail(fact{location: p.Location, severity: p.Severity, detail: p.Detail, expected: p.Expected, actual: p.Actual, fixes: fixes})
		}
	}
}

// inspect runs every check that has a function for this kind of subject.
func inspect[S any](l *linter, at subject, s S, of func(*lints) func(*inspection, S)) {
	x := &inspection{subject: at, linter: l} // one for all checks: there can be very many subjects
	for _, c := range l.catalogue {
		judge := of(&c.lint)
		if judge == nil {
			continue
		}
		x.trial = trial{check: c, findings: &l.report.Findings}
		judge(x, s)
		if result, ok := x.result(); ok {
			result.Input, result.App = at.input, at.app
			l.note(result)
		}
	}
}

// outcome is what a result is about.
type outcome struct{ check, input, app string }

// maxPerFile bounds what one check says of one file, such as an aggregate of a
// whole federation.
const maxPerFile = 100

// note keeps one result for each check and file: the worst of its subjects.
func (l *linter) note(result CheckResult) {
	key := outcome{result.Check, result.Input, result.App}
	at, known := l.results[key]
	switch {
	case !known:
		l.results[key] = len(l.report.Checks)
		l.report.Checks = append(l.report.Checks, result)
	case result.Result == finding.Fail, result.Result == finding.NotChecked && l.report.Checks[at].Result == finding.Pass:
		l.report.Checks[at] = result
	}
}
