package validate

import (
	"slices"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// conclude groups the findings under their causes, sorts them, counts, and
// names the root cause.
func (r *Report) conclude(catalogue []*Check) {
	rank := make(map[string]int, len(catalogue))
	for i, c := range catalogue {
		rank[c.Name] = i
	}
	for i := range r.Findings {
		if cause := r.cause(&r.Findings[i], catalogue, rank); cause != nil {
			r.Findings[i].CausedBy = cause.Check
		}
	}
	slices.SortStableFunc(r.Findings, func(a, b finding.Finding) int { return int(b.Severity) - int(a.Severity) })
	r.count()
	r.diagnose(rank)
}

// cause returns the finding that explains f: one on the same message, or one
// about the input as a whole. Of several the one that explains most.
func (r *Report) cause(f *finding.Finding, catalogue []*Check, rank map[string]int) *finding.Finding {
	effect := catalogue[rank[f.Check]]
	var best *finding.Finding
	for i := range r.Findings {
		g := &r.Findings[i]
		if g.Check == f.Check || g.Input != f.Input || !sameMessage(g, f) || g.Severity == finding.Info && f.Severity > finding.Info {
			continue // information breaks nothing, so it explains nothing that does
		}
		if !catalogue[rank[g.Check]].explains(effect) || !sameClaim(effect, catalogue[rank[g.Check]], f, g) {
			continue
		}
		if best == nil || catalogue[rank[g.Check]].explains(catalogue[rank[best.Check]]) {
			best = g
		}
	}
	return best
}

// sameMessage reports whether two findings are about one message. A finding
// about the input is about all of its messages, or those of its exchange where
// it names one.
func sameMessage(cause, effect *finding.Finding) bool {
	a, b := cause.Location.Exchange, effect.Location.Exchange
	if cause.Message == nil && effect.Message != nil && a != nil && b != nil && *a != *b {
		return false
	}
	return cause.Message == nil || effect.Message == nil || *cause.Message == *effect.Message
}

// sameClaim reports whether two findings on claims are about the same one:
// that which both expect. Other findings are about the message.
func sameClaim(effect, cause *Check, f, g *finding.Finding) bool {
	return effect.Family != FamilyClaim || cause.Family != FamilyClaim || slices.Equal(f.Expected, g.Expected)
}

// explains reports whether findings of c explain those of effect. A check that
// explains everything is itself explained by none.
func (c *Check) explains(effect *Check) bool {
	if c == effect || slices.Contains(effect.Explains, "*") {
		return false
	}
	for _, e := range c.Explains {
		if e == "*" || e == effect.Name || strings.TrimSuffix(e, "/") == string(effect.Family) && strings.HasSuffix(e, "/") {
			return true
		}
	}
	return false
}

func (r *Report) count() {
	for _, f := range r.Findings {
		switch f.Severity {
		case finding.Error:
			r.Summary.Error++
		case finding.Warning:
			r.Summary.Warning++
		case finding.Info:
			r.Summary.Info++
		}
	}
	for _, c := range r.Checks {
		switch c.Result {
		case finding.Pass:
			r.Summary.Passed++
		case finding.NotChecked:
			r.Summary.NotChecked++
		}
	}
}

// diagnose picks the finding that stands on its own, weighs most together with
// what it explains, and comes first in the order of work.
func (r *Report) diagnose(rank map[string]int) {
	var root *finding.Finding
	var weight finding.Severity
	for i := range r.Findings {
		f := &r.Findings[i]
		if f.CausedBy != "" {
			continue
		}
		w := r.weight(f)
		if w == finding.Info && len(r.Messages) > 0 {
			continue // information is no diagnosis, unless there is nothing else to say
		}
		if root == nil || w > weight || w == weight && rank[f.Check] < rank[root.Check] {
			root, weight = f, w
		}
	}
	if root != nil {
		r.Diagnosis = &Diagnosis{Check: root.Check, Summary: root.Detail, Fixes: root.Fixes}
	}
}

// weight is the highest severity among a finding and those that it explains,
// also through others.
func (r *Report) weight(f *finding.Finding) finding.Severity {
	w := f.Severity
	for i := range r.Findings {
		g := &r.Findings[i]
		if g.CausedBy == f.Check && g.Input == f.Input && sameMessage(f, g) && g.Check != f.Check {
			w = max(w, r.weight(g))
		}
	}
	return w
}

// Only keeps the message with the given index, with what was found on it and
// on the inputs, and draws the conclusions anew.
func (r *Report) Only(message int) {
	other := func(m *int) bool { return m != nil && *m != message }
	r.Messages = slices.DeleteFunc(r.Messages, func(m MessageView) bool { return m.Index != message })
	r.Findings = slices.DeleteFunc(r.Findings, func(f finding.Finding) bool { return other(f.Message) })
	r.Checks = slices.DeleteFunc(r.Checks, func(c CheckResult) bool { return other(c.Message) })
	r.Diagnosis, r.Summary = nil, Summary{}
	r.conclude(Catalogue())
}
