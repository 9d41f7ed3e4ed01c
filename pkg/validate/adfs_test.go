package validate

import (
	"testing"

	"github.com/ssodoctor/ssodoctor/pkg/adfs/claimrule"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

func TestRelay(t *testing.T) {
	const text = "c:[Type == \"https://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn\"]\n => issue(claim = d);\n => issue(Type = \"a \", Value = \"b\");"
	rules, errs := claimrule.Parse(text, claimrule.Position{})
	var problems []finding.Problem
	for _, e := range errs {
		problems = append(problems, e.Problem())
	}
	problems = append(problems, claimrule.Lint(rules, claimrule.Setting{})...)
	r := Relay([]Reading{{Name: "rules.txt", Format: "claim rules", Problems: problems}})
	if len(r.Findings) != len(problems) || len(problems) < 2 {
		t.Fatalf("%d findings of %d problems", len(r.Findings), len(problems))
	}
	f := r.Findings[0]
	if f.Check != "adfs-rule-syntax" || f.Location.Span.Line != 2 || f.Input != "rules.txt" || f.Title == "" || len(f.Fixes) == 0 || f.Reference == "" {
		t.Errorf("the finding is not complete: %+v", f)
	}
	if r.Summary.Error != 1 || r.Diagnosis != nil {
		t.Errorf("summary %+v, diagnosis %+v", r.Summary, r.Diagnosis)
	}
}

// TestLintsAreChecks holds that what a lint reports can be looked up.
func TestLintsAreChecks(t *testing.T) {
	for _, rule := range claimrule.LintRules() {
		c, ok := Lookup(rule.Name)
		if !ok || c.Scope != OfExport || c.Severity != rule.Severity || c.Title != rule.Title {
			t.Errorf("%s: the catalogue has %+v", rule.Name, c)
		}
	}
}
