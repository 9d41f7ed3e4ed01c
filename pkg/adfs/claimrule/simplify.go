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
	if f.term().size > maxParts {
		f = t.unclear("a condition has more than %d parts", maxParts)
	}
	t.formulas[k] = f
	return f
}

// or is the disjunction, simplified; what all alternatives say stands before
// them.
func (t *terms) or(list ...Formula) Formula {
	f := t.not(t.and(t.nots(list)...))
	any, ok := f.(*Any)
	if !ok || len(any.Of) > maxAbsorbed {
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
	if t.steps <= t.most {
		t.ands[k] = f
	}
	return f
}

// maxRounds bounds how often the parts of a conjunction are looked at again
// because another has become simpler.
const maxRounds = 20

func (t *terms) conjoin(list []Formula) Formula {
	if t.spent(1) {
		return t.exhausted()
	}
	c := &conjunction{terms: t}
	for i, f := range list {
		if !c.add(f, i) {
			return t.no
		}
	}
	changed := true
	for round := 0; changed && round < maxRounds; round++ {
		next := &conjunction{terms: t}
		c.learn()
		changed = false
		for i, f := range c.list {
			g, from := c.under(f), c.from[i]
			if g != f {
				changed, from = true, len(list)+i
			}
			if !next.add(g, from) {
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
	// from tells which of the formulas that are joined a part is of: those of
	// one formula have been compared with each other before.
	from []int
	// index finds the parts of a long list.
	index map[Formula]bool
	// fixed are the items that a part says the value of, by the part; there
	// and away the elements of which it is said that they are.
	fixed       change
	fixing      []Formula
	there, away []*Element
}

// maxUnindexed is the length of a list that is looked through without an index.
const maxUnindexed = 16

func (c *conjunction) has(f Formula) bool {
	if c.index != nil {
		return c.index[f]
	}
	return slices.Contains(c.list, f)
}

// add takes a part; false where it contradicts another.
func (c *conjunction) add(f Formula, from int) bool {
	c.steps++
	if f == c.yes || c.has(f) {
		return true
	}
	if all, ok := f.(*All); ok {
		for _, g := range all.Of {
			if !c.add(g, from) {
				return false
			}
		}
		return true
	}
	c.list, c.from = append(c.list, f), append(c.from, from)
	switch {
	case c.index != nil:
		c.index[f] = true
	case len(c.list) > maxUnindexed:
		c.index = make(map[Formula]bool, 2*len(c.list))
		for _, g := range c.list {
			c.index[g] = true
		}
	}
	n := c.not(f)
	return f != c.no && (n == f || !c.has(n))
}

// learn collects what single parts tell about items and elements.
func (c *conjunction) learn() {
	for _, f := range c.list {
		switch f := f.(type) {
		case *Test:
			c.there = append(c.there, f.elements...)
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
				c.away = append(c.away, p.Element)
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
	if c.has(f) {
		return c.yes
	}
	if n := c.not(f); n != f && c.has(n) {
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
		if !g.Element.Variable() && slices.Contains(c.there, g.Element) {
			return c.yes
		}
		if slices.Contains(c.away, g.Element) {
			return c.no
		}
	case *Test:
		if slices.ContainsFunc(g.elements, func(e *Element) bool { return slices.Contains(c.away, e) }) {
			return c.no
		}
	case *Not:
		if p, ok := g.Of.(*Present); ok && slices.Contains(c.away, p.Element) && !slices.Contains(c.there, p.Element) {
			return f
		}
		if h := c.told(g.Of); h != g.Of {
			return c.not(h)
		}
	}
	return f
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
