package validate

import (
	"slices"
	"strings"
	"testing"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// fixture is one fact that makes a check fire. The scene without fire must
// leave the check silent, and the check must have passed there: quiet names
// another outcome where that is right, "not-checked" or "absent".
type fixture struct {
	check, name string
	base, fire  func(*scene)
	quiet       string
	want        want
}

// want is what the finding must say, as far as it is set.
type want struct {
	severity   finding.Severity // 0: that of the check
	expected   []string
	actual     string
	difference finding.Difference
	detail     string // a part of it
}

// fixtures are those of every family.
func fixtures() []fixture {
	return slices.Concat(fixturesRedacted, fixturesA, fixturesB, fixturesProvider, fixturesJourney, fixturesWSFed, fixturesUsers, fixturesSignIn)
}

func TestFixtures(t *testing.T) {
	for _, f := range fixtures() {
		t.Run(f.check+"/"+f.name, f.run)
	}
}

func (f fixture) run(t *testing.T) {
	check, ok := Lookup(f.check)
	if !ok {
		t.Fatalf("there is no check %q", f.check)
	}
	fired := f.scene(true).report(t)
	found := of(fired, f.check)
	if len(found) == 0 {
		explain(t, fired)
		t.Fatalf("the check did not fire: %+v", outcomes(fired, f.check))
	}
	f.want.compare(t, check, found[0])
	silent := f.scene(false).report(t)
	if quiet := of(silent, f.check); len(quiet) > 0 {
		t.Errorf("the check fires without the fact too: %s", quiet[0].Detail)
	}
	f.silent(t, silent, found[0].Message)
}

func (f fixture) scene(fire bool) *scene {
	s := newScene()
	if f.base != nil {
		f.base(s)
	}
	if fire {
		f.fire(s)
	}
	return s
}

// silent holds the outcome on the message that the check fires on against the
// one that is wanted.
func (f fixture) silent(t *testing.T, r *Report, message *int) {
	t.Helper()
	got := "absent"
	c := result(r, f.check, message)
	if c != nil {
		got = c.Result.String()
	}
	wanted := f.quiet
	if wanted == "" {
		wanted = "pass"
	}
	if got != wanted {
		t.Errorf("without the fact the check is %q, want %q: %+v", got, wanted, outcomes(r, f.check))
	}
	if c != nil && c.Result == finding.NotChecked && c.Reason == "" {
		t.Error("not checked, and no reason is given")
	}
}

func (w want) compare(t *testing.T, check *Check, got finding.Finding) {
	t.Helper()
	severity := check.Severity
	if w.severity != 0 {
		severity = w.severity
	}
	if got.Severity != severity {
		t.Errorf("severity %s, want %s", got.Severity, severity)
	}
	if w.expected != nil && !slices.Equal(got.Expected, w.expected) {
		t.Errorf("expected %q, want %q", got.Expected, w.expected)
	}
	if w.actual != "" && got.Actual != w.actual {
		t.Errorf("actual %q, want %q", got.Actual, w.actual)
	}
	if w.difference != "" && got.Difference != w.difference {
		t.Errorf("difference %q, want %q", got.Difference, w.difference)
	}
	if !strings.Contains(got.Detail, w.detail) {
		t.Errorf("detail %q, want it to hold %q", got.Detail, w.detail)
	}
	for _, text := range []string{got.Title, got.Detail} {
		if text == "" || finding.Printable(text) != text || strings.HasSuffix(text, ".") {
			t.Errorf("text %q is empty, not printable or ends with a full stop", text)
		}
	}
	for _, fix := range got.Fixes {
		if strings.ContainsAny(fix.Action, "{}") || fix.Place == "" || fix.Action == "" {
			t.Errorf("fix %+v is not filled in", fix)
		}
	}
}

func outcomes(r *Report, check string) []CheckResult {
	var out []CheckResult
	for _, c := range r.Checks {
		if c.Check == check {
			out = append(out, c)
		}
	}
	return out
}

// TestCorrectSignIn is the promise that matters most: nothing wrong, nothing
// said.
func TestCorrectSignIn(t *testing.T) {
	r := newScene().report(t)
	if len(r.Findings) > 0 {
		explain(t, r)
		t.Errorf("%d findings on a correct sign-in", len(r.Findings))
	}
	if r.Diagnosis != nil {
		t.Errorf("diagnosis %+v of a correct sign-in", *r.Diagnosis)
	}
	if r.Summary.Passed < 50 {
		t.Errorf("%d checks passed, too few were made", r.Summary.Passed)
	}
}
