package claimrule

import (
	"cmp"
	"slices"
)

// The variables of a claim are numbered from 0. Those of the claims that the
// conditions of a rule look at, those of what a query answers, and those that
// quantifiers bind, are numbered from elsewhere, so that they never meet.
const (
	placeVariables = 64
	answerIndex    = 1 << 20
	boundIndex     = 1 << 24
)

// placed lists the variables among elements that belong to the claim at a
// condition of a rule.
func placed(list []*Element, place int) []*Element {
	var out []*Element
	for _, e := range variables(list) {
		if e.index >= (place+1)*placeVariables && e.index < (place+2)*placeVariables {
			out = append(out, e)
		}
	}
	return out
}

// some says that there are elements for which f holds. f speaks of all of them.
// What does not speak of them is taken out, and elements that have nothing to do
// with each other get quantifiers of their own.
func (t *terms) some(bound []*Element, f Formula) Formula {
	if len(bound) == 0 || f == t.no || f.term().unclear == f {
		return f
	}
	if any, ok := f.(*Any); ok && speaksOfAll(any.Of, bound) {
		return t.someOf(any.Of, bound, nil)
	}
	var list []Formula
	rest := parts(f)
	for len(bound) > 0 {
		var group []*Element
		var about []Formula
		group, bound = []*Element{bound[0]}, bound[1:]
		for grown := true; grown; {
			grown = false
			rest, about, grown = drawIn(rest, about, group)
			for i := 0; i < len(bound); i++ {
				if connected(bound[i], group, about) {
					group, bound = append(group, bound[i]), slices.Delete(slices.Clone(bound), i, i+1)
					grown = true
					i--
				}
			}
		}
		list = append(list, t.quantified(group, about))
	}
	return t.and(append(list, t.junction(true, rest))...)
}

// drawIn moves the formulas that speak of one of the elements from rest to about.
func drawIn(rest, about []Formula, group []*Element) (left, drawn []Formula, grown bool) {
	for _, f := range rest {
		if slices.ContainsFunc(group, func(e *Element) bool { return speaksOf(f.term(), e) }) {
			about, grown = append(about, f), true
		} else {
			left = append(left, f)
		}
	}
	return left, about, grown
}

func connected(e *Element, group []*Element, about []Formula) bool {
	if slices.ContainsFunc(about, func(f Formula) bool { return speaksOf(f.term(), e) }) {
		return true
	}
	return slices.ContainsFunc(group, func(g *Element) bool { return speaksOf(&g.Source.node, e) || speaksOf(&e.Source.node, g) })
}

func speaksOfAll(list []Formula, elements []*Element) bool {
	for _, f := range list {
		for _, e := range elements {
			if !speaksOf(f.term(), e) {
				return false
			}
		}
	}
	return true
}

// someOf quantifies each alternative by itself.
func (t *terms) someOf(alternatives []Formula, bound []*Element, all []Formula) Formula {
	list := make([]Formula, len(alternatives))
	for i, f := range alternatives {
		list[i] = t.some(bound, t.and(append(slices.Clone(all), f)...))
	}
	return t.or(list...)
}

// quantified is the quantifier over elements that hang together, with what is
// said about them.
func (t *terms) quantified(group []*Element, about []Formula) Formula {
	slices.SortFunc(group, func(a, b *Element) int { return cmp.Compare(a.id, b.id) })
	var presence, says []Formula
	for _, f := range about {
		if p, ok := f.(*Present); ok && slices.Contains(group, p.Element) {
			presence = append(presence, f)
		} else {
			says = append(says, f)
		}
	}
	if len(says) == 1 {
		if any, ok := says[0].(*Any); ok && len(presence) == len(group) {
			return t.someOf(any.Of, group, presence)
		}
	}
	bound, of := t.bind(group, t.junction(true, says))
	if of == t.no || of.term().unclear == of {
		return of
	}
	k := string(elementsKey(key("e").num(of.term().id), bound))
	if f, ok := t.formulas[k]; ok {
		return f
	}
	s := &Some{node: t.node(nil, of.term()), Elements: bound, Of: of}
	s.node.elements = without(union(s.elements, spokenAll(bound)), bound)
	s.depth++
	t.formulas[k] = s
	return s
}

func spokenAll(list []*Element) []*Element {
	var out []*Element
	for _, e := range list {
		out = union(out, spoken(e))
	}
	return out
}

func without(list, gone []*Element) []*Element {
	return slices.DeleteFunc(slices.Clone(list), func(e *Element) bool { return slices.Contains(gone, e) })
}

// withoutPresence is what a formula says beside the presence of elements.
func (t *terms) withoutPresence(f Formula, elements []*Element) Formula {
	var rest []Formula
	for _, g := range parts(f) {
		if p, ok := g.(*Present); !ok || !slices.Contains(elements, p.Element) {
			rest = append(rest, g)
		}
	}
	return t.junction(true, rest)
}

// bind numbers the variables of a quantifier anew, by how deep it reaches.
func (t *terms) bind(group []*Element, of Formula) ([]*Element, Formula) {
	c := change{elements: map[*Element]*Element{}}
	out := make([]*Element, len(group))
	for i, e := range group {
		source := t.changedSource(e.Source, c)
		out[i] = t.element(source, (of.term().depth+1)*boundIndex+i)
		c.elements[e] = out[i]
	}
	return out, t.changed(of, c)
}

// tally compares the number of claims in the families with a number. The
// families say the presence of their elements.
func (t *terms) tally(families []Family, op Operator, number int) Formula {
	n, surely := 0, 0
	list := make([]Family, 0, len(families))
	for _, f := range families {
		switch {
		case f.When == t.no:
			continue
		case f.When.term().unclear != nil:
			return f.When.term().unclear
		case f.When == t.yes && len(f.Elements) == 0:
			surely++
		}
		n += len(f.Elements)
		list = append(list, f)
	}
	switch {
	case n == 0 && surely == len(list):
		return t.truth(compareCount(surely, op, number))
	case op == GreaterEqual && number <= 0, op == Greater && number < 0:
		return t.yes
	case op == GreaterEqual && number == 1, op == Greater && number == 0, op == NotEqual && number == 0:
		return t.anyOf(list)
	case op == Equal && number == 0, op == LessEqual && number == 0, op == Less && number == 1:
		return t.not(t.anyOf(list))
	case op == Less && number <= 0, op == LessEqual && number < 0:
		return t.no
	case n == 0 && !compareCountRange(surely, len(list), op, number, true):
		return t.no
	case n == 0 && !compareCountRange(surely, len(list), op, number, false):
		return t.yes
	}
	return t.tallied(list, op, number)
}

// compareCountRange tells whether any number from low to high compares as said,
// or as not said.
func compareCountRange(low, high int, op Operator, number int, holds bool) bool {
	for i := low; i <= high; i++ {
		if compareCount(i, op, number) == holds {
			return true
		}
	}
	return false
}

func (t *terms) anyOf(families []Family) Formula {
	list := make([]Formula, len(families))
	for i, f := range families {
		list[i] = t.some(f.Elements, f.When)
	}
	return t.or(list...)
}

func (t *terms) tallied(families []Family, op Operator, number int) Formula {
	k := key("n").num(int(op)).num(number)
	var elements []*Element
	var all []*node
	for i, f := range families {
		var bound []*Element
		bound, f.When = t.bind(f.Elements, t.withoutPresence(f.When, f.Elements))
		families[i] = Family{Elements: bound, When: f.When}
		k = elementsKey(k.num(f.When.term().id), bound)
		elements = union(elements, without(union(f.When.term().elements, spokenAll(bound)), bound))
		all = append(all, f.When.term())
	}
	if f, ok := t.formulas[string(k)]; ok {
		return f
	}
	s := &Tally{node: t.node(nil, all...), Families: families, Operator: op, Number: number}
	s.node.elements = elements
	s.depth++
	t.formulas[string(k)] = s
	return s
}
