package validate

import (
	"cmp"
	"strings"

	"github.com/beevik/etree"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/saml"
)

// trial is one check at work on one thing, whatever that is: what it found, or
// why it could not judge. A check that says nothing has passed.
type trial struct {
	check    *Check
	findings *[]finding.Finding
	failed   bool
	count    int    // of findings
	reason   string // why it was not checked
	silent   bool   // not applicable
}

// fact is what a check has found; what is empty is taken from the check.
type fact struct {
	field    saml.Field       // where it stands: the text of an element or an attribute
	element  *etree.Element   // or a whole element
	location finding.Location // or a place that a reader gave
	input    string           // of a file: another than that of the subject
	severity finding.Severity // lower than that of the check
	title    string
	// detail is one sentence, understandable on its own, with the values in
	// it: it becomes the diagnosis where the finding is the root cause.
	detail   string
	expected []string
	forms    bool // expected shows what values look like, and is none itself
	actual   string
	fixes    []finding.Fix
	product  finding.System // the identity provider's, where the message does not tell
	reach    finding.Reach  // of a finding on a log
}

// maxFindings bounds what one check says of one message or file: who reads more
// than that would be no wiser.
const maxFindings = 25

// finding makes a finding of a fact, with the place left to the caller. Where
// expected values are given and no value is equal, the difference to the
// nearest is worked out. Of many findings of one check on one thing the first
// maxFindings are wanted; false says that this one is not.
func (t *trial) finding(f fact) (finding.Finding, bool) {
	t.failed = true
	if t.count++; t.count > maxFindings {
		if t.count == maxFindings+1 {
			(*t.findings)[len(*t.findings)-1].Detail += "; there are more like this"
		}
		return finding.Finding{}, false
	}
	out := finding.Finding{
		Check:     t.check.Name,
		Severity:  t.check.Severity,
		Title:     cmp.Or(f.title, t.check.Title),
		Detail:    cmp.Or(f.detail, f.title, t.check.Title),
		Expected:  f.expected,
		Actual:    f.actual,
		Fixes:     f.fixes,
		Reference: t.check.Reference,
		Reach:     f.reach,
	}
	if f.severity != 0 && f.severity < out.Severity {
		out.Severity = f.severity
	}
	if out.Expected == nil {
		out.Expected = []string{}
	}
	if len(f.expected) > 0 && f.actual != "" && !f.forms {
		_, out.Difference = finding.Nearest(f.expected, f.actual)
	}
	if out.Fixes == nil {
		out.Fixes = t.check.Fixes
	}
	return out, true
}

// skip says that the check could not be made, and why. The first reason wins;
// a finding wins over every reason.
func (t *trial) skip(reason string) {
	if t.reason == "" {
		t.reason = reason
	}
}

// inapplicable says that the check has nothing to do with this thing.
func (t *trial) inapplicable() { t.silent = true }

// result is the outcome of the check; none where it is not applicable.
func (t *trial) result() (CheckResult, bool) {
	out := CheckResult{Check: t.check.Name, Result: finding.Pass}
	switch {
	case t.failed:
		out.Result = finding.Fail
	case t.silent:
		return out, false
	case t.reason != "":
		out.Result, out.Reason = finding.NotChecked, t.reason
	}
	return out, true
}

// fill puts the values of the finding into the actions.
func fill(fixes []finding.Fix, f fact) []finding.Fix {
	expected := "the expected value"
	if len(f.expected) > 0 {
		expected = strings.Join(f.expected, " or ")
	}
	actual := f.actual
	if actual == "" {
		actual = "the value in the message"
	}
	r := strings.NewReplacer("{expected}", expected, "{actual}", actual)
	if len(f.expected) == 0 { // an aside that has nothing to say
		r = strings.NewReplacer(": {expected}", "", "{expected}", expected, "{actual}", actual)
	}
	for i := range fixes {
		fixes[i].Action = r.Replace(fixes[i].Action)
	}
	return fixes
}
