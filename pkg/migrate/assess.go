package migrate

import (
	"cmp"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/ssodoctor/ssodoctor/pkg/adfs"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// Assess judges what an export holds, at a time that certificates are judged
// by. Objects are read one by one and not kept, so that memory follows what is
// said of them. Nothing that cannot be read hides anything else.
func Assess(objects iter.Seq2[*adfs.Object, error], at time.Time) *Assessment {
	c := &collector{farm: newFarmCounter(), verdicts: map[comparableVerdict]*Verdict{}, trusts: []*Trust{}}
	s, shared := newSurvey(), newShared(nil)
	s.read(objects, func(rp *adfs.RelyingParty) { c.trust(assessTrust(rp, at, shared)) })
	for i, t := range c.trusts {
		s.settle(t, s.members[i])
	}
	return c.conclude(s)
}

// collector keeps what is said of trusts.
type collector struct {
	trusts []*Trust
	farm   *farmCounter
	// verdicts holds each verdict once.
	verdicts map[comparableVerdict]*Verdict
}

func (c *collector) trust(t *Trust, j *trustJudge) {
	t.uses = c.farm.uses(t, j)
	t.Items = slices.Clone(t.Items)
	for i := range t.Items {
		t.Items[i].Verdict = c.share(t.Items[i].Verdict)
	}
	c.trusts = append(c.trusts, t)
}

// comparableVerdict is what tells verdicts apart.
type comparableVerdict struct {
	setting, target, claim, message, check, reference, aliases string
	outcome                                                    Outcome
	severity                                                   finding.Severity
	rule                                                       RuleRef
}

// share keeps one of verdicts that say the same: those of most trusts do.
func (c *collector) share(v *Verdict) *Verdict {
	key := comparableVerdict{v.Setting, v.Target, v.Claim, v.Message, v.Check, v.Reference, strings.Join(v.Aliases, " "), v.Outcome, v.Severity, RuleRef{Index: -1}}
	if v.Rule != nil {
		key.rule = *v.Rule
	}
	if known, ok := c.verdicts[key]; ok {
		return known
	}
	c.verdicts[key] = v
	return v
}

// conclude counts and sorts the trusts.
func (c *collector) conclude(s *survey) *Assessment {
	for _, t := range c.trusts {
		if t.Skipped == "" {
			c.farm.count(t.uses)
		}
		t.uses = nil
	}
	slices.SortStableFunc(c.trusts, func(a, b *Trust) int {
		return cmp.Or(cmp.Compare(len(a.Skipped), 0)-cmp.Compare(len(b.Skipped), 0), cmp.Compare(a.Readiness, b.Readiness),
			cmp.Compare(a.Effort, b.Effort), cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)))
	})
	out := &Assessment{Schema: Schema, Trusts: c.trusts, Others: s.others, Farm: c.farm.farm(), Problems: s.problems}
	for _, t := range c.trusts {
		out.Summary.count(t.Skipped, t.Readiness)
	}
	return out
}

func (s *Summary) count(skipped string, readiness Readiness) {
	s.Trusts++
	switch {
	case skipped != "":
		s.Skipped++
	case readiness == Ready:
		s.Ready++
	case readiness == NeedsWork:
		s.NeedsWork++
	default:
		s.Blocked++
	}
}

// The points of an item in Effort.
const (
	effortError  = 10
	effortManual = 3
	effortOther  = 1
)

// settle draws the verdict from the items.
func (t *Trust) settle() {
	t.Readiness, t.Effort = Ready, 0
	for _, i := range t.Items {
		switch {
		case i.Severity == finding.Error:
			t.Readiness = Blocked
			t.Effort += effortError
		case i.Severity == finding.Warning && i.Outcome == Manual:
			t.Readiness = max(t.Readiness, NeedsWork)
			t.Effort += effortManual
		case i.Severity == finding.Warning:
			t.Readiness = max(t.Readiness, NeedsWork)
			t.Effort += effortOther
		}
	}
}

// Reasons are the items that keep a trust from moving as it is, the gravest
// first.
func (t *Trust) Reasons() []Item {
	var list []Item
	for _, i := range t.Items {
		if i.Severity > finding.Info {
			list = append(list, i)
		}
	}
	slices.SortStableFunc(list, func(a, b Item) int { return cmp.Compare(b.Severity, a.Severity) })
	return list
}
