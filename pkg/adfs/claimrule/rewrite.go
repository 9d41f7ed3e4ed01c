package claimrule

// change is what a term is rewritten by: elements become others, items become
// values.
type change struct {
	elements map[*Element]*Element
	items    map[*Item]Term
}

// touches tells whether a change can alter a term.
func (c change) touches(n *node) bool {
	for _, e := range n.elements {
		if _, ok := c.elements[e]; ok {
			return true
		}
	}
	for i := range c.items {
		if speaksOf(n, i.Element) {
			return true
		}
	}
	return false
}

func (t *terms) changedElement(e *Element, c change) *Element {
	if to, ok := c.elements[e]; ok {
		return to
	}
	if len(c.elements) == 0 || !c.touches(&e.Source.node) {
		return e
	}
	return t.element(t.changedSource(e.Source, c), e.index)
}

func (t *terms) changedSource(s *Source, c change) *Source {
	if len(c.elements) == 0 || !c.touches(&s.node) {
		return s
	}
	to := *s
	to.Params = t.changedValues(s.Params, change{elements: c.elements})
	return t.source(to)
}

func (t *terms) changedValues(list []Term, c change) []Term {
	out := make([]Term, len(list))
	for i, v := range list {
		out[i] = t.changedValue(v, c)
	}
	return out
}

// changedValue rewrites a value.
func (t *terms) changedValue(v Term, c change) Term {
	if !c.touches(v.term()) {
		return v
	}
	switch v := v.(type) {
	case *Item:
		if to, ok := c.items[v]; ok {
			return to
		}
		return t.item(t.changedElement(v.Element, c), v.Property, v.Key)
	case *Joined:
		return t.join(t.changedValues(v.Parts, c))
	case *Replaced:
		return t.replaced(t.changedValue(v.Input, c), t.changedValue(v.Pattern, c), t.changedValue(v.Replacement, c))
	}
	return v
}

func (t *terms) changedFormulas(list []Formula, c change) []Formula {
	out := make([]Formula, len(list))
	for i, f := range list {
		out[i] = t.changed(f, c)
	}
	return out
}

// changed rewrites a formula.
func (t *terms) changed(f Formula, c change) Formula {
	if !c.touches(f.term()) {
		return f
	}
	switch f := f.(type) {
	case *All:
		return t.changedAll(f, c)
	case *Any:
		return t.or(t.changedFormulas(f.Of, c)...)
	case *Not:
		return t.not(t.changed(f.Of, c))
	case *Present:
		return t.present(t.changedElement(f.Element, c))
	case *Test:
		return t.test(f.Operator, t.changedValue(f.Left, c), t.changedValue(f.Right, c))
	case *Some:
		elements, of := t.changedQuantifier(f.Elements, f.Of, c)
		return t.some(elements, of)
	case *Tally:
		families := make([]Family, len(f.Families))
		for i, family := range f.Families {
			families[i].Elements, families[i].When = t.changedQuantifier(family.Elements, family.When, c)
		}
		return t.tally(families, f.Operator, f.Number)
	case *Found:
		return t.found(f.Query, t.changedValues(f.Params, c))
	}
	return f
}

// changedAll keeps the parts together that stay as they are: they need not be
// compared with each other again.
func (t *terms) changedAll(f *All, c change) Formula {
	var same, changed []Formula
	for _, g := range f.Of {
		if c.touches(g.term()) {
			changed = append(changed, t.changed(g, c))
		} else {
			same = append(same, g)
		}
	}
	return t.and(append([]Formula{t.junction(true, same)}, changed...)...)
}

// changedQuantifier rewrites what a quantifier binds and what it says, with the
// presence of the elements said again.
func (t *terms) changedQuantifier(bound []*Element, of Formula, c change) ([]*Element, Formula) {
	inner := change{elements: map[*Element]*Element{}, items: c.items}
	for from, to := range c.elements {
		inner.elements[from] = to
	}
	elements := make([]*Element, len(bound))
	for i, e := range bound {
		elements[i] = t.changedElement(e, inner)
		inner.elements[e] = elements[i]
	}
	parts := []Formula{t.changed(of, inner)}
	for _, e := range elements {
		parts = append(parts, t.present(e))
	}
	return elements, t.and(parts...)
}
