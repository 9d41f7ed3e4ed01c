package claimrule

import (
	"fmt"
	"strings"
)

// algebra is what the engine asks of the values that it computes with: V is a
// text, T the truth of a statement. For a known user they are string and bool;
// for an unknown one they can be expressions over the user's attributes.
type algebra[V, T any] interface {
	text(literal string) V
	// literal is the text of a value that is fixed.
	literal(v V) (string, bool)
	concat(parts []V) (V, error)
	replace(input, pattern, replacement V) (V, error)
	compare(op Operator, a, b V) (T, error)

	truth(b bool) T
	and(a, b T) T
	not(t T) T
	// any is whether one of the statements holds, count how their number
	// that hold compares with n. They are about claims at one place.
	any(place int, list []T) T
	count(place int, list []T, op Operator, n int) T
	// decided tells whether a statement is settled, and how.
	decided(t T) (value, settled bool)

	// query asks an attribute store.
	query(rule int, q *Query, params []V) ([]answer[V, T], error)

	// at is a fact as the condition at a place of a rule looks at it, nil
	// where it cannot be of the claim type that the condition asks for; fixed
	// is set where it asks for one. A fact can stand for several claims:
	// those at two places are independent of each other.
	at(place int, f *fact[V, T], claimType string, fixed bool) *fact[V, T]
	// settle puts a new fact into its last form; false where one like it is
	// in the input set already.
	settle(f *fact[V, T]) bool
	// carried is a property of the bag of the claim that a fact carries.
	carried(f *fact[V, T], name string) V
}

// answer is one value of a column of a store's answer, where that holds.
type answer[V, T any] struct {
	column int
	value  V
	when   T
	issuer string
}

// budget bounds the work of one evaluation.
type budget struct{ claims, combinations, tests, bytes int }

// engine runs rules over an input set.
type engine[V, T any] struct {
	algebra algebra[V, T]
	input   factSet[V, T]
	output  []*fact[V, T]
	left    budget
	limits  budget

	rule    *Rule
	visible int // facts that the current rule can see
	bound   map[string]*fact[V, T]
	traced  bool
	trail   []*fact[V, T] // that the conditions so far looked at
}

func newEngine[V, T any](a algebra[V, T], limits budget) *engine[V, T] {
	return &engine[V, T]{algebra: a, left: limits, limits: limits,
		input: factSet[V, T]{byType: map[string][]int{}}, bound: map[string]*fact[V, T]{}}
}

// run evaluates one rule: its conditions are matched against the facts that
// were there before it.
func (e *engine[V, T]) run(r *Rule) error {
	e.rule, e.visible = r, len(e.input.list)
	return e.conditions(0, e.algebra.truth(true))
}

// conditions goes through the combinations of claims that fulfil the i-th and
// later conditions, and makes the body for each.
func (e *engine[V, T]) conditions(i int, when T) error {
	defer func(n int) { e.trail = e.trail[:n] }(len(e.trail))
	if i == len(e.rule.Conditions) {
		return e.fire(when)
	}
	switch c := e.rule.Conditions[i].(type) {
	case *Exists:
		held, err := e.held(i, c.Claims, true)
		if err != nil {
			return err
		}
		t := e.algebra.any(i, held)
		if c.Not {
			t = e.algebra.not(t)
		}
		return e.test(i, when, t)
	case *Count:
		held, err := e.held(i, c.Claims, false)
		if err != nil {
			return err
		}
		return e.test(i, when, e.algebra.count(i, held, c.Operator, c.Number.Value))
	case *Selector:
		return e.each(i, when, c)
	}
	return nil
}

func (e *engine[V, T]) test(i int, when, t T) error {
	if e.never(t) {
		return nil
	}
	return e.conditions(i+1, e.algebra.and(when, t))
}

func (e *engine[V, T]) never(t T) bool {
	value, settled := e.algebra.decided(t)
	return settled && !value
}

func (e *engine[V, T]) each(i int, when T, s *Selector) error {
	found, err := e.candidates(s)
	if err != nil {
		return err
	}
	start := len(e.trail)
	for _, f := range found.facts {
		if f = e.algebra.at(i, f, found.claimType, found.fixed); f == nil {
			continue
		}
		t, err := e.satisfies(f, s)
		if err != nil {
			return err
		}
		if e.never(t) {
			continue
		}
		e.trail = e.trail[:start]
		e.follow(f)
		if s.Tag != nil {
			e.bound[strings.ToLower(s.Tag.Name)] = f
		}
		if err := e.conditions(i+1, e.algebra.and(when, t)); err != nil {
			return err
		}
	}
	return nil
}

// held lists the truth of "this claim fulfils the selector" for each claim
// that may; enough stops at the first that surely does.
func (e *engine[V, T]) held(i int, s *Selector, enough bool) ([]T, error) {
	found, err := e.candidates(s)
	if err != nil {
		return nil, err
	}
	var held []T
	for _, f := range found.facts {
		if f = e.algebra.at(i, f, found.claimType, found.fixed); f == nil {
			continue
		}
		t, err := e.satisfies(f, s)
		if err != nil {
			return nil, err
		}
		value, settled := e.algebra.decided(t)
		if settled && !value {
			continue
		}
		held = append(held, t)
		e.follow(f)
		if settled && enough {
			break
		}
	}
	return held, nil
}

// follow remembers a fact that a condition looked at.
func (e *engine[V, T]) follow(f *fact[V, T]) {
	if e.traced {
		e.trail = append(e.trail, f)
	}
}

// satisfies is the truth of all matches of the selector for a fact, and of its
// being there.
func (e *engine[V, T]) satisfies(f *fact[V, T], s *Selector) (T, error) {
	if err := spend(&e.left.tests, 1, "comparisons of claims", e.limits.tests); err != nil {
		return e.algebra.truth(false), err
	}
	truth := f.when
	for _, m := range s.Matches {
		want, err := e.expr(m.Value)
		if err != nil {
			return truth, err
		}
		t, err := e.algebra.compare(m.Operator, e.property(f, m.Property), want)
		if err != nil {
			return truth, err
		}
		truth = e.algebra.and(truth, t)
		if e.never(truth) {
			break
		}
	}
	return truth, nil
}

// spend takes from what is left of a bound.
func spend(left *int, n int, what string, limit int) error {
	*left -= n
	if *left < 0 {
		return fmt.Errorf("the rules need more than %d %s, expected fewer: narrow the conditions", limit, what)
	}
	return nil
}

func (e *engine[V, T]) property(f *fact[V, T], p *Property) V {
	if p.Kind != Properties {
		return f.properties[p.Kind]
	}
	if v, ok := f.bag[p.Key.Value]; ok {
		return v
	}
	return e.algebra.carried(f, p.Key.Value)
}

func (e *engine[V, T]) expr(x Expr) (V, error) {
	switch x := x.(type) {
	case *String:
		return e.algebra.text(x.Value), nil
	case *Ref:
		f, ok := e.bound[strings.ToLower(x.Tag.Name)]
		if !ok {
			return e.algebra.text(""), fmt.Errorf("tag %s is not bound", quoteShort(x.Tag.Name))
		}
		return e.property(f, x.Property), nil
	case *Concat:
		parts, err := e.exprs(x.Terms)
		if err != nil {
			return e.algebra.text(""), err
		}
		return e.made(e.algebra.concat(parts))
	case *Call:
		args, err := e.exprs(x.Args)
		if err != nil {
			return e.algebra.text(""), err
		}
		return e.made(e.algebra.replace(args[0], args[1], args[2]))
	}
	return e.algebra.text(""), nil
}

// made charges a new text to the budget.
func (e *engine[V, T]) made(v V, err error) (V, error) {
	if err != nil {
		return v, err
	}
	s, _ := e.algebra.literal(v)
	return v, spend(&e.left.bytes, len(s), "bytes of new values", e.limits.bytes)
}

func (e *engine[V, T]) exprs(list []Expr) ([]V, error) {
	values := make([]V, len(list))
	for i, x := range list {
		v, err := e.expr(x)
		if err != nil {
			return nil, err
		}
		values[i] = v
	}
	return values, nil
}

// fire makes the body of the rule for the claims that are bound.
func (e *engine[V, T]) fire(when T) error {
	if err := spend(&e.left.combinations, 1, "combinations of claims", e.limits.combinations); err != nil {
		return err
	}
	switch b := e.rule.Body.(type) {
	case *Copy:
		source := e.bound[strings.ToLower(b.Tag.Name)]
		if e.rule.Verb == Add || source == nil {
			return nil // adding a claim that is in the input set changes nothing
		}
		f := *source
		f.when = when
		return e.emit(&f)
	case *New:
		f, err := e.build(b, when)
		if err != nil {
			return err
		}
		return e.emit(f)
	case *Query:
		return e.ask(b, when)
	}
	return nil
}

func (e *engine[V, T]) build(n *New, when T) (*fact[V, T], error) {
	f := e.blank(LocalAuthority, when)
	for _, a := range n.Assignments {
		v, err := e.expr(a.Value)
		if err != nil {
			return nil, err
		}
		if a.Property.Kind != Properties {
			f.properties[a.Property.Kind] = v
			continue
		}
		if f.bag == nil {
			f.bag = map[string]V{}
		}
		f.bag[a.Property.Key.Value] = v
	}
	if n.Assigned(OriginalIssuer) == nil {
		f.properties[OriginalIssuer] = f.properties[Issuer]
	}
	return f, nil
}

// blank is a claim as it is where a rule says nothing about it.
func (e *engine[V, T]) blank(issuer string, when T) *fact[V, T] {
	f := &fact[V, T]{when: when}
	f.properties[Type], f.properties[Value] = e.algebra.text(""), e.algebra.text("")
	f.properties[ValueType] = e.algebra.text(stringType)
	f.properties[Issuer], f.properties[OriginalIssuer] = e.algebra.text(issuer), e.algebra.text(issuer)
	return f
}

func (e *engine[V, T]) ask(q *Query, when T) error {
	params, err := e.exprs(q.Params)
	if err != nil {
		return err
	}
	answers, err := e.algebra.query(e.rule.Index, q, params)
	if err != nil {
		return err
	}
	for _, a := range answers {
		if a.column >= len(q.Types) {
			continue
		}
		f := e.blank(a.issuer, e.algebra.and(when, a.when))
		f.properties[Type], f.properties[Value] = e.algebra.text(q.Types[a.column].Value), a.value
		if err := e.emit(f); err != nil {
			return err
		}
	}
	return nil
}

// emit puts a claim into the sets that the verb of the rule names.
func (e *engine[V, T]) emit(f *fact[V, T]) error {
	if err := spend(&e.left.claims, 1, "claims", e.limits.claims); err != nil {
		return err
	}
	f.rule = e.rule.Index
	if e.traced {
		f.feeds = e.fed()
	}
	if e.algebra.settle(f) {
		e.addInput(f)
	}
	if e.rule.Verb == Issue {
		e.output = append(e.output, f)
	}
	return nil
}
