package migrate

import (
	"errors"
	"iter"

	"github.com/ssodoctor/ssodoctor/pkg/adfs"
)

// Plans are the plans of an export, made one by one.
type Plans struct {
	// Trusts are those that have a plan, in the order of the export.
	Trusts []Outline
	// Problems are what could not be read.
	Problems []Problem

	keep    func(Outline) bool
	each    func(keep func(Outline) bool) iter.Seq2[*plannedTrust, error]
	summary *Summary
}

// Outline is what is known of a trust before it is planned.
type Outline struct {
	Name string
	// Skipped is that of [TrustPlan].
	Skipped string
}

// Open prepares the plans of the relying party trusts of an export. The verdicts
// are those of [Assess], as plans and items come from one judgement. An error is
// one of the options; what cannot be read is among the problems.
//
// Objects are ranged over now, for what trusts say of each other, and again
// whenever plans are made: they must be the same each time. Memory follows the
// largest trust, and the names and identifiers of all.
func Open(objects iter.Seq2[*adfs.Object, error], o PlanOptions) (*Plans, error) {
	b, err := newPlanner(o)
	if err != nil {
		return nil, err
	}
	s := newSurvey()
	s.read(objects, func(*adfs.RelyingParty) {})
	p := newPlans(s.problems, func(keep func(Outline) bool) iter.Seq2[*plannedTrust, error] {
		return b.each(adfs.RelyingParties(objects), s, keep)
	})
	for _, m := range s.members {
		p.Trusts = append(p.Trusts, m.outline())
	}
	return p, nil
}

// Plans are those of a plan that is held.
func (p *Plan) Plans() *Plans {
	out := newPlans(p.Problems, func(keep func(Outline) bool) iter.Seq2[*plannedTrust, error] {
		return func(yield func(*plannedTrust, error) bool) {
			for _, t := range p.Trusts {
				if keep(t.outline()) && !yield(&plannedTrust{plan: t}, nil) {
					return
				}
			}
		}
	})
	for _, t := range p.Trusts {
		out.Trusts = append(out.Trusts, t.outline())
	}
	return out
}

func (p *TrustPlan) outline() Outline { return Outline{p.Name, p.Skipped} }
func (m *member) outline() Outline    { return Outline{m.name, m.skipped} }

func newPlans(problems []Problem, each func(func(Outline) bool) iter.Seq2[*plannedTrust, error]) *Plans {
	return &Plans{Problems: problems, keep: func(Outline) bool { return true }, each: each, summary: &Summary{}}
}

// Included are the plans of the trusts that a filter keeps.
func (p *Plans) Included(keep func(Outline) bool) *Plans {
	out := *p
	out.keep = func(o Outline) bool { return p.keep(o) && keep(o) }
	out.Trusts = nil
	for _, t := range p.Trusts {
		if keep(t) {
			out.Trusts = append(out.Trusts, t)
		}
	}
	return &out
}

// All makes the plans. An error ends them.
func (p *Plans) All() iter.Seq2[*TrustPlan, error] {
	return func(yield func(*TrustPlan, error) bool) {
		for t, err := range p.planned() {
			if err != nil {
				yield(nil, err)
				return
			}
			if !yield(t.plan, nil) {
				return
			}
		}
	}
}

// Summary counts the plans that were made last, of these or of those
// [Plans.Included] in them.
func (p *Plans) Summary() Summary { return *p.summary }

func (p *Plans) planned() iter.Seq2[*plannedTrust, error] {
	return func(yield func(*plannedTrust, error) bool) {
		*p.summary = Summary{}
		for t, err := range p.each(p.keep) {
			if err == nil {
				p.summary.count(t.plan.Skipped, t.plan.Readiness)
			}
			if !yield(t, err) {
				return
			}
		}
	}
}

// ErrChanged ends plans whose export is not the one that was surveyed.
var ErrChanged = errors.New("the export changed while it was read: run the command again")

// each plans the trusts of an export that were surveyed.
func (b *planner) each(trusts iter.Seq2[*adfs.RelyingParty, error], s *survey, keep func(Outline) bool) iter.Seq2[*plannedTrust, error] {
	return func(yield func(*plannedTrust, error) bool) {
		next := 0
		for rp, err := range trusts {
			if err != nil {
				continue // the survey told it
			}
			if next == len(s.members) || !s.members[next].is(rp) {
				yield(nil, ErrChanged)
				return
			}
			m := s.members[next]
			next++
			if !keep(m.outline()) {
				continue
			}
			t := b.plan(rp)
			b.finish(t, s, m)
			if !yield(t, nil) {
				return
			}
		}
		if next < len(s.members) {
			yield(nil, ErrChanged)
		}
	}
}

func (m *member) is(rp *adfs.RelyingParty) bool {
	return m.source == sourceOf(rp.Source) && m.name == rp.Name
}
