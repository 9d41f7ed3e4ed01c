package claimrule

import (
	"errors"
	"slices"
)

type (
	symbol  = fact[Term, Formula]
	replies = []answer[Term, Formula]
)

// stranger is the algebra of a user of whom nothing is known.
type stranger struct {
	*terms
	// counted is set where a rule counts claims: then it matters how many of
	// the same there are.
	counted bool
	seen    map[string]bool
	own     map[string]bool // claim types that do not come in
	account *Item           // the value of the claim with the user's account
}

var _ algebra[Term, Formula] = (*stranger)(nil)

// What one rule may cost, what all of them may, and what each may when they have
// spent that. A rule that costs more makes what it issues unclear, and nothing
// else.
var (
	strangerBudget = budget{claims: 2000, combinations: 5000, tests: 50_000, bytes: 1 << 20}
	strangersTotal = budget{claims: 10_000, combinations: 20_000, tests: 300_000, bytes: 1 << 20}
	strangersLeast = budget{claims: 50, combinations: 100, tests: 500, bytes: 1 << 16}
)

// allowance is what the next rule may cost.
func allowance(total budget) budget {
	next := func(all, one, least int) int { return max(min(all, one), least) }
	return budget{
		claims:       next(total.claims, strangerBudget.claims, strangersLeast.claims),
		combinations: next(total.combinations, strangerBudget.combinations, strangersLeast.combinations),
		tests:        next(total.tests, strangerBudget.tests, strangersLeast.tests),
		bytes:        next(total.bytes, strangerBudget.bytes, strangersLeast.bytes),
	}
}

// minus is what is left of a budget when a rule has left that much of its own.
func (b budget) minus(limits, left budget) budget {
	return budget{b.claims - (limits.claims - left.claims), b.combinations - (limits.combinations - left.combinations),
		b.tests - (limits.tests - left.tests), b.bytes - (limits.bytes - left.bytes)}
}

func newStranger(rs *RuleSet, opts TableOptions) *stranger {
	s := &stranger{terms: newTerms(rs.regex), seen: map[string]bool{}}
	if !opts.AnyIncoming {
		s.own = rs.ownTypes()
	}
	for _, r := range rs.Rules {
		for _, c := range r.Conditions {
			if _, ok := c.(*Count); ok {
				s.counted = true
			}
		}
	}
	return s
}

// ownTypes are the claim types that the rules make before any reads them, and
// that AD FS does not bring: those that rules keep for themselves.
func (rs *RuleSet) ownTypes() map[string]bool {
	own, read := map[string]bool{}, map[string]bool{}
	for _, r := range rs.Rules {
		for _, c := range r.Conditions {
			if t, ok := selectorOf(c).FixedType(); ok {
				read[t] = true
			}
		}
		if _, copied := r.Body.(*Copy); copied || r.Bad {
			continue
		}
		made, _ := madeTypes(r)
		for _, t := range made {
			if known, _ := KnownType(t.Value); !read[t.Value] && !known.Incoming {
				own[t.Value] = true
			}
		}
	}
	return own
}

// incoming are the claims that come in, a fact for each source.
func (s *stranger) incoming() []*symbol {
	var list []*symbol
	for _, source := range append(slices.Clone(derivedSources), Source{Kind: OtherClaims}) {
		e := s.element(s.source(source), 0)
		f := &symbol{when: s.present(e), rule: -1}
		for k := range f.properties {
			f.properties[k] = s.item(e, PropertyKind(k), "")
		}
		if _, given := s.givenProperty(e.Source, Properties); !given {
			f.carrier = f.properties[Value]
		}
		if source.Name == TypeWindowsAccount {
			s.account = f.properties[Value].(*Item)
		}
		list = append(list, f)
	}
	return list
}

func (s *stranger) text(literal string) Term { return s.constant(literal) }

func (s *stranger) literal(v Term) (string, bool) {
	c, ok := v.(*Constant)
	if !ok {
		return "", false
	}
	return c.Text, true
}

func (s *stranger) concat(parts []Term) (Term, error) {
	for _, p := range parts {
		if u := p.term().unclear; u != nil {
			return u, nil
		}
	}
	return s.join(parts), nil
}

func (s *stranger) replace(input, pattern, replacement Term) (Term, error) {
	for _, p := range []Term{input, pattern, replacement} {
		if u := p.term().unclear; u != nil {
			return u, nil
		}
	}
	return s.replaced(input, pattern, replacement), nil
}

func (s *stranger) compare(op Operator, a, b Term) (Formula, error) { return s.test(op, a, b), nil }

func (s *stranger) and(a, b Formula) Formula { return s.terms.and(a, b) }

func (s *stranger) any(place int, list []Formula) Formula {
	out := Formula(s.no)
	for _, f := range list { // one by one: rules that ask again find the steps done
		if _, lost := out.(*Unclear); lost && f != s.yes {
			continue
		}
		out = s.or(out, s.some(placed(f.term().elements, place), f))
	}
	return out
}

func (s *stranger) count(place int, list []Formula, op Operator, n int) Formula {
	families := make([]Family, len(list))
	for i, f := range list {
		families[i] = Family{placed(f.term().elements, place), f}
	}
	return s.tally(families, op, n)
}

func (s *stranger) decided(f Formula) (value, settled bool) {
	t, ok := f.(*Truth)
	return ok && t.Holds, ok
}

// at gives the claims that a fact stands for variables of their own, and narrows
// a fact of any type down to the type that is asked for.
func (s *stranger) at(place int, f *symbol, claimType string, fixed bool) *symbol {
	c := change{elements: map[*Element]*Element{}}
	for _, e := range s.variablesOf(f) {
		source := s.changedSource(e.Source, c)
		if item, ok := f.properties[Type].(*Item); ok && fixed && item.Element == e && item.Property == Type && source.Kind == OtherClaims {
			if isDerived(claimType) || s.own[claimType] {
				return nil
			}
			source = s.source(Source{Kind: IncomingClaims, Name: claimType})
		}
		c.elements[e] = s.element(source, (place+1)*placeVariables+e.index)
	}
	if len(c.elements) == 0 {
		return f
	}
	return s.changedFact(f, c)
}

func (s *stranger) changedFact(f *symbol, c change) *symbol {
	out := *f
	for k, v := range f.properties {
		out.properties[k] = s.changedValue(v, c)
	}
	if f.bag != nil {
		out.bag = make(map[string]Term, len(f.bag))
		for k, v := range f.bag {
			out.bag[k] = s.changedValue(v, c)
		}
	}
	if f.carrier != nil {
		out.carrier = s.changedValue(f.carrier, change{elements: c.elements})
	}
	out.when = s.changed(f.when, c)
	return &out
}

// ofClaim are the elements that the properties of a fact speak of.
func (s *stranger) ofClaim(f *symbol) []*Element {
	var list []*Element
	for _, v := range f.properties {
		list = union(list, v.term().elements)
	}
	for _, v := range f.bag {
		list = union(list, v.term().elements)
	}
	if f.carrier != nil {
		list = union(list, f.carrier.term().elements)
	}
	return list
}

// variablesOf are the variables of a fact, those that a source depends on
// before the elements of that source.
func (s *stranger) variablesOf(f *symbol) []*Element {
	return variables(union(s.ofClaim(f), f.when.term().elements))
}

// carried is a property of the incoming claim that a fact is, or was copied
// from; of claims that rules make it is empty.
func (s *stranger) carried(f *symbol, name string) Term {
	switch carrier := f.carrier.(type) {
	case *Item:
		return s.item(carrier.Element, Properties, name)
	case *Unclear:
		return carrier
	}
	return s.constant("")
}

// settle numbers the variables of a new fact from 0 in the order in which they
// occur, and puts in what its condition says of them.
func (s *stranger) settle(f *symbol) bool {
	known := change{items: map[*Item]Term{}}
	for _, g := range parts(f.when) {
		if test, ok := g.(*Test); ok && test.Operator == Equal {
			item, isItem := test.Left.(*Item)
			value, fixed := test.Right.(*Constant)
			if isItem && fixed {
				known.items[item] = value
			}
		}
	}
	when := f.when
	if len(known.items) > 0 {
		*f = *s.changedFact(f, known)
	}
	f.when = when
	own := s.ofClaim(f)
	if !s.counted {
		f.when = s.some(without(variables(f.when.term().elements), own), f.when)
	}
	*f = *s.numbered(f, variables(own))
	return s.counted || s.fresh(f)
}

func (s *stranger) numbered(f *symbol, first []*Element) *symbol {
	c := change{elements: map[*Element]*Element{}}
	for _, e := range append(slices.Clone(first), s.variablesOf(f)...) {
		if _, ok := c.elements[e]; !ok {
			c.elements[e] = s.element(s.changedSource(e.Source, c), len(c.elements))
		}
	}
	if len(c.elements) > placeVariables {
		f.when = s.unclear("it combines more than %d claims", placeVariables)
	}
	return s.changedFact(f, c)
}

// fresh tells whether no fact like this one is there yet.
func (s *stranger) fresh(f *symbol) bool {
	k := claimKey(f).num(f.when.term().id)
	if s.seen[string(k)] {
		return false
	}
	s.seen[string(k)] = true
	return true
}

func claimKey(f *symbol) key {
	k := termsKey(nil, f.properties[:])
	if f.carrier != nil {
		k = k.num(f.carrier.term().id)
	}
	k = k.num(-1)
	for _, name := range sortedKeys(f.bag) {
		k = k.text(name).num(f.bag[name].term().id)
	}
	return k
}

// explore runs the rules on an unknown user.
func (rs *RuleSet) explore(opts TableOptions) (*stranger, *engine[Term, Formula], error) {
	s := newStranger(rs, opts)
	e := newEngine[Term, Formula](s, strangerBudget)
	e.traced = true
	for _, f := range s.incoming() {
		e.addInput(f)
	}
	total := strangersTotal
	for _, r := range rs.Rules {
		if r.Bad {
			return nil, nil, &EvalError{Rule: r.Index, Name: r.Name(), Span: rs.Span(r), Err: errors.New("it could not be read")}
		}
		s.rule, e.limits = r.Index, allowance(total)
		e.left = e.limits
		s.allow(max(maxSteps-s.steps, leastSteps))
		inputs, outputs := len(e.input.list), len(e.output)
		err := e.run(r)
		total = total.minus(e.limits, e.left)
		if err != nil {
			e.forget(inputs, outputs)
			s.giveUp(e, r, s.unclear("%v", err))
		}
	}
	return s, e, nil
}

// giveUp puts claims of which nothing is known in the place of those of a rule.
func (s *stranger) giveUp(e *engine[Term, Formula], r *Rule, why *Unclear) {
	made, all := madeTypes(r)
	types := make([]Term, 0, len(made)+1)
	for _, t := range made {
		types = append(types, s.constant(t.Value))
	}
	if !all {
		types = append(types, why)
	}
	e.rule, e.left = r, strangerBudget
	for _, t := range types {
		f := &symbol{properties: [Properties]Term{t, why, why, why, why}, carrier: why, when: why}
		if err := e.emit(f); err != nil {
			return // a rule cannot name so many types
		}
	}
}
