package validate

import (
	"cmp"
	"slices"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// conclude groups the findings under their causes, names the root cause, sorts
// and counts.
func (r *Report) conclude(catalogue []*Check) {
	r.Diagnosis, r.Summary = nil, Summary{}
	if len(r.Findings) > 0 {
		c := conclusion{findings: r.Findings, catalogue: catalogue, rank: make(map[string]int, len(catalogue))}
		for i, check := range catalogue {
			c.rank[check.Name] = i
		}
		c.group()
		r.Diagnosis = c.diagnose(len(r.Messages) > 0)
		slices.SortStableFunc(r.Findings, func(a, b finding.Finding) int {
			return cmp.Or(int(b.Severity)-int(a.Severity), b.Reach.Compare(a.Reach))
		})
	}
	r.count()
}

// conclusion works out how findings hang together.
type conclusion struct {
	findings  []finding.Finding
	catalogue []*Check
	rank      map[string]int // of a check in the order of work
	// near are the findings on one message, by input and message; those on an
	// input as a whole stand under noMessage.
	near map[place][]int
	// causes is the finding that explains each, -1 for one on its own.
	causes []int
}

type place struct {
	input   string
	message int
}

const noMessage = -1

func placeOf(f *finding.Finding) place {
	if f.Message == nil {
		return place{f.Input, noMessage}
	}
	return place{f.Input, *f.Message}
}

// group finds the cause of each finding: one on the same message, or one about
// the input as a whole, which also may follow from one on any message of it.
func (c *conclusion) group() {
	c.near = make(map[place][]int)
	inputs := make(map[string][]int)
	for i := range c.findings {
		f := &c.findings[i]
		c.near[placeOf(f)] = append(c.near[placeOf(f)], i)
		inputs[f.Input] = append(inputs[f.Input], i)
	}
	c.causes = make([]int, len(c.findings))
	for i := range c.findings {
		f := &c.findings[i]
		cause := c.best(f, noMessage, c.near[place{f.Input, noMessage}])
		if f.Message != nil {
			cause = c.best(f, cause, c.near[placeOf(f)])
		} else {
			cause = c.best(f, cause, inputs[f.Input])
		}
		c.causes[i], f.CausedBy = cause, ""
		if cause >= 0 {
			f.CausedBy = c.findings[cause].Check
		}
	}
}

func (c *conclusion) check(f *finding.Finding) *Check { return c.catalogue[c.rank[f.Check]] }

// best returns the candidate that explains f, of several the one that explains
// most; sofar is the best of those before.
func (c *conclusion) best(f *finding.Finding, sofar int, candidates []int) int {
	effect := c.check(f)
	for _, i := range candidates {
		g := &c.findings[i]
		cause := c.check(g)
		if cause.explains(effect) && (g.Severity == finding.Error || cause.names(effect) || confirms(f, cause.Name)) && canExplain(cause, g, f) && sameClaim(effect, cause, f, g) && (sofar < 0 || cause.explains(c.check(&c.findings[sofar]))) {
			sofar = i
		}
	}
	return sofar
}

// canExplain rules out what no edge of the catalogue can mean: information
// breaks nothing, so it explains nothing that does; what a reader could not
// read in one exchange has nothing to do with messages of others; and the
// sign-ins that a log counts by their codes fail each for its own reason.
func canExplain(check *Check, cause, effect *finding.Finding) bool {
	logged := cause.Reach.SignIns > 0 && effect.Reach.SignIns > 0
	if logged || cause.Severity == finding.Info && effect.Severity > finding.Info {
		return false
	}
	a, b := cause.Location.Exchange, effect.Location.Exchange
	return check.Family != FamilyInput || cause.Message != nil || effect.Message == nil || a == nil || b == nil || *a == *b
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
	if slices.Contains(effect.Explains, c.Name) && !slices.Contains(c.Explains, effect.Name) {
		return false
	}
	return c.names(effect) || effect.Follows && !c.Follows
}

// names reports whether an edge leads from c to effect.
func (c *Check) names(effect *Check) bool {
	return slices.ContainsFunc(c.Explains, func(e string) bool {
		return e == "*" || e == effect.Name || strings.HasSuffix(e, "/") && strings.TrimSuffix(e, "/") == string(effect.Family)
	})
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
// what it explains, reaches most users of a log, and comes first in the order of
// work.
func (c *conclusion) diagnose(messages bool) *Diagnosis {
	weights := c.weights()
	root := -1
	for i, f := range c.findings {
		if c.causes[i] >= 0 || weights[i] == finding.Info && messages {
			continue // information is no diagnosis, unless there is nothing else to say
		}
		if root < 0 {
			root = i
			continue
		}
		best := &c.findings[root]
		if cmp.Or(cmp.Compare(weights[i], weights[root]), f.Reach.Compare(best.Reach), c.rank[best.Check]-c.rank[f.Check]) > 0 {
			root = i
		}
	}
	if root < 0 {
		return nil
	}
	f := &c.findings[root]
	return &Diagnosis{Check: f.Check, Summary: f.Detail, Fixes: f.Fixes}
}

// weights are the highest severities among each finding and those that it
// explains, also through others.
func (c *conclusion) weights() []finding.Severity {
	weights := make([]finding.Severity, len(c.findings))
	for i := range c.findings {
		severity := c.findings[i].Severity
		for at, steps := i, 0; at >= 0 && steps <= len(c.catalogue); at, steps = c.causes[at], steps+1 {
			weights[at] = max(weights[at], severity)
		}
	}
	return weights
}

// Only keeps the message with the given index, with what was found on it and
// on the inputs, and draws the conclusions anew.
func (r *Report) Only(message int) {
	other := func(m *int) bool { return m != nil && *m != message }
	r.Messages = slices.DeleteFunc(r.Messages, func(m MessageView) bool { return m.Index != message })
	r.Findings = slices.DeleteFunc(r.Findings, func(f finding.Finding) bool { return other(f.Message) })
	r.Checks = slices.DeleteFunc(r.Checks, func(c CheckResult) bool { return other(c.Message) })
	r.Stacks = slices.DeleteFunc(r.Stacks, func(v StackVerdict) bool { return v.Message != message })
	r.Flow = nil // that is of the whole capture
	r.conclude(Catalogue())
}
