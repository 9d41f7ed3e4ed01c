package claimrule

import (
	"cmp"
	"slices"
)

// somePart is a part that says that a quantifier holds, or does not.
type somePart struct {
	part     Formula
	some     *Some
	positive bool
	from     int
}

// compareSomes drops quantifiers that follow from others; false where two
// contradict each other. Those of one formula have been compared before.
func (c *conjunction) compareSomes() bool {
	var list []somePart
	for i, f := range c.list {
		if s, positive := quantifier(f); s != nil {
			list = append(list, somePart{f, s, positive, c.from[i]})
		}
	}
	slices.SortStableFunc(list, func(a, b somePart) int { return cmp.Compare(a.from, b.from) })
	drop := map[Formula]bool{}
	for start, end := 0, 0; start < len(list); start = end {
		for end = start; end < len(list) && list[end].from == list[start].from; end++ {
		}
		for _, p := range list[start:end] {
			if !c.compareSome(p, list[:start], drop) || !c.compareSome(p, list[end:], drop) {
				return false
			}
		}
	}
	if len(drop) > 0 {
		c.list = slices.DeleteFunc(c.list, func(f Formula) bool { return drop[f] })
	}
	return true
}

// compareSome notes what is to be dropped because others follow from p.
func (c *conjunction) compareSome(p somePart, others []somePart, drop map[Formula]bool) bool {
	c.steps += len(others) / 8
	for _, q := range others {
		switch {
		case !c.follows(p.some, q.some):
		case p.positive && q.positive:
			drop[q.part] = true
		case p.positive:
			return false
		case !q.positive:
			drop[p.part] = true
		}
	}
	return true
}

// quantifier is the quantifier of a part over one element, and whether the part
// says that it holds.
func quantifier(f Formula) (s *Some, positive bool) {
	if n, ok := f.(*Not); ok {
		s, _ = n.Of.(*Some)
	} else {
		s, positive = f.(*Some)
	}
	if s == nil || len(s.Elements) != 1 {
		return nil, false
	}
	return s, positive
}

// follows tells whether q surely holds where p does: it asks for less, or the
// value that p asks for is one that q accepts.
func (t *terms) follows(p, q *Some) bool {
	if p == q || p.Elements[0].Source != q.Elements[0].Source || isEquality(p.Of) && isEquality(q.Of) {
		return false
	}
	k := [2]int{p.id, q.id}
	if known, ok := t.implied[k]; ok {
		return known
	}
	asks := parts(t.changed(p.Of, change{elements: map[*Element]*Element{p.Elements[0]: q.Elements[0]}}))
	rest := change{items: map[*Item]Term{}}
	for _, f := range asks {
		if test, ok := f.(*Test); ok && test.Operator == Equal {
			if item, ok := test.Left.(*Item); ok {
				if value, ok := test.Right.(*Constant); ok {
					rest.items[item] = value
				}
			}
		}
	}
	holds := true
	for _, g := range parts(q.Of) {
		holds = holds && (slices.Contains(asks, g) || t.changed(g, rest) == t.yes)
	}
	t.implied[k] = holds
	return holds
}

// isEquality tells whether a formula asks for one constant value.
func isEquality(f Formula) bool {
	test, ok := f.(*Test)
	if !ok || test.Operator != Equal {
		return false
	}
	_, item := test.Left.(*Item)
	_, fixed := test.Right.(*Constant)
	return item && fixed
}
