package claimrule

import (
	"cmp"
	"slices"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// Purpose is what a rule set decides.
type Purpose uint8

// The purposes. Unknown lets [Lint] judge by what the rules issue.
const (
	UnknownPurpose           Purpose = iota
	Acceptance                       // which claims of a provider come in
	Transform                        // what goes into the token
	Authorization                    // who gets in
	AdditionalAuthentication         // who must use a second factor
)

// Setting is what [Lint] knows about where the rules run. The zero value knows
// nothing.
type Setting struct {
	Purpose Purpose
	// Stores are the names of the attribute stores of the farm beside those
	// that every AD FS has; nil where they are not known.
	Stores []string
}

// LintRule is one thing that can be wrong with rules that AD FS accepts.
type LintRule struct {
	// Name is the name of the check, for ever; Severity that of its gravest
	// finding.
	Name     string
	Severity finding.Severity
	// Title says what is wrong, Why what comes of it, Cause how it usually
	// comes about.
	Title, Why, Cause string
	// Action is the administrator's next move.
	Action string
	// Reference is where the rule of the language stands.
	Reference string

	check func(*linter)
}

// Fix is the administrator's next move as a fix.
func (r LintRule) Fix() finding.Fix {
	return finding.Fix{System: finding.ADFS, Place: "Relying Party Trusts > (trust) > Edit Claim Issuance Policy > (rule) > Edit Rule", Action: r.Action}
}

// LintRules lists all lints in the order of their names.
func LintRules() []LintRule {
	all := slices.Concat(literalLints, regexLints, flowLints, bodyLints)
	slices.SortFunc(all, func(a, b LintRule) int { return cmp.Compare(a.Name, b.Name) })
	return all
}

// maxPerLint is how often one lint speaks about one rule set.
const maxPerLint = 200

// Lint reports what is probably wrong with rules that AD FS accepts, in the
// order of the text. Rules that could not be read are passed over: their errors
// come from [Parse].
func Lint(rs *RuleSet, setting Setting) []finding.Problem {
	l := &linter{rules: rs, setting: setting, flow: flowOf(rs)}
	for _, rule := range LintRules() {
		l.current, l.count = rule, 0
		rule.check(l)
	}
	slices.SortStableFunc(l.problems, func(a, b finding.Problem) int {
		return cmp.Or(cmp.Compare(a.Location.Span.Offset, b.Location.Span.Offset), cmp.Compare(a.Check, b.Check))
	})
	return l.problems
}

type linter struct {
	rules    *RuleSet
	setting  Setting
	flow     *flow
	current  LintRule
	count    int
	problems []finding.Problem
}

// report adds a problem of the current lint at a node. Severity 0 is that of
// the lint.
func (l *linter) report(n Node, severity finding.Severity, detail, actual string, expected ...string) {
	if l.count++; l.count > maxPerLint {
		return
	}
	if severity == 0 {
		severity = l.current.Severity
	}
	l.problems = append(l.problems, finding.Problem{
		Check: l.current.Name, Severity: severity, Detail: detail, Expected: expected, Actual: actual,
		Location: finding.Location{Span: l.rules.Span(n)},
	})
}

// eachRule visits the rules that could be read.
func (l *linter) eachRule(visit func(*Rule)) {
	for _, r := range l.rules.Rules {
		if !r.Bad {
			visit(r)
		}
	}
}

// each visits the nodes of one kind in the rules that could be read.
func each[N Node](l *linter, visit func(N)) {
	Walk(l.rules, func(n Node) bool {
		if n, ok := n.(N); ok {
			visit(n)
		}
		return true
	})
}

// eachMatch visits the matches that compare a property with a literal.
func (l *linter) eachMatch(visit func(*Match, *String)) {
	each(l, func(m *Match) {
		if s, ok := m.Value.(*String); ok {
			visit(m, s)
		}
	})
}

// eachType visits the literals that name claim types.
func (l *linter) eachType(visit func(*String)) {
	l.eachMatch(func(m *Match, s *String) {
		if m.Property.Kind == Type && (m.Operator == Equal || m.Operator == NotEqual) {
			visit(s)
		}
	})
	each(l, func(a *Assignment) {
		if s, ok := a.Value.(*String); ok && a.Property.Kind == Type {
			visit(s)
		}
	})
	each(l, func(q *Query) {
		for _, s := range q.Types {
			visit(s)
		}
	})
}

// selectorOf is the selector inside a condition.
func selectorOf(c Condition) *Selector {
	switch c := c.(type) {
	case *Selector:
		return c
	case *Exists:
		return c.Claims
	case *Count:
		return c.Claims
	}
	return nil
}
