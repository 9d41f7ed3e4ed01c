package claimrule

import (
	"slices"
)

func (t *terms) truth(holds bool) Formula {
	if holds {
		return t.yes
	}
	return t.no
}

// not is the negation, with Not only before what has no negation of its own.
func (t *terms) not(f Formula) Formula {
	n := f.term()
	if n.negation != nil {
		return n.negation
	}
	switch g := f.(type) {
	case *All:
		n.negation = t.junction(false, t.nots(g.Of))
	case *Any:
		n.negation = t.junction(true, t.nots(g.Of))
	case *Not:
		n.negation = g.Of
	default:
		n.negation = &Not{node: t.node(nil, n), Of: f}
	}
	n.negation.term().negation = f
	return n.negation
}

func (t *terms) nots(list []Formula) []Formula {
	out := make([]Formula, len(list))
	for i, f := range list {
		out[i] = t.not(f)
	}
	return out
}

// junction is All or Any of parts that are simple already.
func (t *terms) junction(all bool, parts []Formula) Formula {
	kind := "|"
	if all {
		kind = "&"
	}
	switch len(parts) {
	case 0:
		return t.truth(all)
	case 1:
		return parts[0]
	}
	slices.SortFunc(parts, byID[Formula])
	k := string(termsKey(key(kind), parts))
	if f, ok := t.formulas[k]; ok {
		return f
	}
	var f Formula
	if n := t.node(nil, nodes(parts)...); all {
		f = &All{node: n, Of: parts}
	} else {
		f = &Any{node: n, Of: parts}
	}
	if f.term().size > maxTerm {
		f = t.unclear("a condition has more than %d parts", maxTerm)
	}
	t.formulas[k] = f
	return f
}

// or is the disjunction, simplified; what all alternatives say stands before
// them.
func (t *terms) or(list ...Formula) Formula {
	f := t.not(t.and(t.nots(list)...))
	any, ok := f.(*Any)
	if !ok {
		return f
	}
	common := slices.Clone(parts(any.Of[0]))
	for _, g := range any.Of[1:] {
		common = slices.DeleteFunc(common, func(h Formula) bool { return !slices.Contains(parts(g), h) })
	}
	if len(common) == 0 {
		return f
	}
	rests := make([]Formula, len(any.Of))
	for i, g := range any.Of {
		rests[i] = t.junction(true, slices.DeleteFunc(slices.Clone(parts(g)), func(h Formula) bool { return slices.Contains(common, h) }))
	}
	return t.and(append(common, t.or(rests...))...)
}

// and is the conjunction, simplified.
func (t *terms) and(list ...Formula) Formula {
	if len(list) != 2 {
		return t.conjoin(list)
	}
	a, b := list[0], list[1]
	switch {
	case a == b || b == t.yes || a == t.no:
		return a
	case a == t.yes || b == t.no:
		return b
	}
	k := [2]int{a.term().id, b.term().id}
	if f, ok := t.ands[k]; ok {
		return f
	}
	f := t.conjoin(list)
	t.ands[k] = f
	return f
}

// maxRounds bounds how often the parts of a conjunction are looked at again
// because another has become simpler.
const maxRounds = 20

func (t *terms) conjoin(list []Formula) Formula {
	c := &conjunction{terms: t}
	for _, f := range list {
		if !c.add(f) {
			return t.no
		}
	}
	changed := true
	for round := 0; changed && round < maxRounds; round++ {
		next := &conjunction{terms: t}
		c.learn()
		changed = false
		for _, f := range c.list {
			g := c.under(f)
			changed = changed || g != f
			if !next.add(g) {
				return t.no
			}
		}
		c = next
	}
	if !c.compareSomes() {
		return t.no
	}
	c.absorb()
	return t.junction(true, c.list)
}

// conjunction is an All in the making.
type conjunction struct {
	*terms
	list []Formula
	// fixed are the items that a part says the value of, by the part; present
	// and absent the elements of which that is said.
	fixed           change
	fixing          []Formula
	present_, away_ []*Element
}

// add takes a part; false where it contradicts another.
func (c *conjunction) add(f Formula) bool {
	if f == c.yes || slices.Contains(c.list, f) {
		return true
	}
	if all, ok := f.(*All); ok {
		for _, g := range all.Of {
			if !c.add(g) {
				return false
			}
		}
		return true
	}
	c.list = append(c.list, f)
	n := c.not(f)
	return f != c.no && (n == f || !slices.Contains(c.list, n))
}

// learn collects what single parts tell about items and elements.
func (c *conjunction) learn() {
	for _, f := range c.list {
		switch f := f.(type) {
		case *Test:
			c.present_ = append(c.present_, f.elements...)
			item, ok := f.Left.(*Item)
			value, fixed := f.Right.(*Constant)
			if !ok || !fixed || f.Operator != Equal || c.fixed.items[item] != nil {
				continue
			}
			if c.fixed.items == nil {
				c.fixed.items = map[*Item]Term{}
			}
			c.fixed.items[item] = value
			c.fixing = append(c.fixing, f)
		case *Not:
			if p, ok := f.Of.(*Present); ok {
				c.away_ = append(c.away_, p.Element)
			}
		}
	}
}

// under is a part as far as the others leave it open.
func (c *conjunction) under(f Formula) Formula {
	if any, ok := f.(*Any); ok {
		parts := make([]Formula, len(any.Of))
		for i, g := range any.Of {
			parts[i] = c.inside(g)
		}
		if !slices.Equal(parts, any.Of) {
			return c.or(parts...)
		}
		return f
	}
	if slices.Contains(c.fixing, f) {
		return f
	}
	return c.told(c.changed(f, c.fixed))
}

// inside is a part of an Any under what the conjunction says.
func (c *conjunction) inside(f Formula) Formula {
	if slices.Contains(c.list, f) {
		return c.yes
	}
	if n := c.not(f); n != f && slices.Contains(c.list, n) {
		return c.no
	}
	all, ok := f.(*All)
	if !ok {
		return c.told(c.changed(f, c.fixed))
	}
	parts := make([]Formula, len(all.Of))
	for i, g := range all.Of {
		parts[i] = c.inside(g)
	}
	if slices.Equal(parts, all.Of) {
		return f
	}
	return c.and(parts...)
}

// told settles statements about elements that are known to be there or not.
func (c *conjunction) told(f Formula) Formula {
	switch g := f.(type) {
	case *Present:
		if !g.Element.Variable() && slices.Contains(c.present_, g.Element) {
			return c.yes
		}
		if slices.Contains(c.away_, g.Element) {
			return c.no
		}
	case *Test:
		if slices.ContainsFunc(g.elements, func(e *Element) bool { return slices.Contains(c.away_, e) }) {
			return c.no
		}
	case *Not:
		if p, ok := g.Of.(*Present); ok && slices.Contains(c.away_, p.Element) && !slices.Contains(c.present_, p.Element) {
			return f
		}
		if h := c.told(g.Of); h != g.Of {
			return c.not(h)
		}
	}
	return f
}

// compareSomes drops quantifiers that follow from others; false where two
// contradict each other.
func (c *conjunction) compareSomes() bool {
	var drop []Formula
	for i, f := range c.list {
		p, positive := quantifier(f)
		if p == nil {
			continue
		}
		for j, g := range c.list {
			q, also := quantifier(g)
			if q == nil || i == j || !c.follows(p, q) {
				continue
			}
			switch {
			case positive && also:
				drop = append(drop, g)
			case positive:
				return false
			case !also:
				drop = append(drop, f)
			}
		}
	}
	if len(drop) > 0 {
		c.list = slices.DeleteFunc(c.list, func(f Formula) bool { return slices.Contains(drop, f) })
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
	if p == q || p.Elements[0].Source != q.Elements[0].Source {
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

// parts are those of a conjunction; of another formula it is the only one.
func parts(f Formula) []Formula {
	switch f := f.(type) {
	case *All:
		return f.Of
	case *Truth:
		if f.Holds {
			return nil
		}
	}
	return []Formula{f}
}

// maxAbsorbed is the number of alternatives in one conjunction up to which they
// are compared with each other.
const maxAbsorbed = 64

// absorb drops alternatives that follow from others: (a or b or c) from (a or b).
func (c *conjunction) absorb() {
	var anys []*Any
	for _, f := range c.list {
		if a, ok := f.(*Any); ok {
			anys = append(anys, a)
		}
	}
	if len(anys) < 2 || len(anys) > maxAbsorbed {
		return
	}
	c.list = slices.DeleteFunc(c.list, func(f Formula) bool {
		wide, ok := f.(*Any)
		return ok && slices.ContainsFunc(anys, func(a *Any) bool {
			return a != wide && len(a.Of) < len(wide.Of) && !slices.ContainsFunc(a.Of, func(g Formula) bool { return !slices.Contains(wide.Of, g) })
		})
	})
}

// possible tells whether any user can fulfil a formula, as far as that is found
// out by trying the alternatives, at most budget of them.
func (t *terms) possible(f Formula, budget *int) bool {
	for _, g := range parts(f) {
		any, ok := g.(*Any)
		if !ok {
			continue
		}
		for _, h := range any.Of {
			if *budget--; *budget < 0 || t.possible(t.and(f, h), budget) {
				return true
			}
		}
		return false
	}
	return f != t.no
}
