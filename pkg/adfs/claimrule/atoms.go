package claimrule

import (
	"slices"
	"strings"
)

func (t *terms) present(e *Element) Formula {
	if e.Source.Always {
		return t.yes
	}
	k := string(key("p").num(e.id))
	if f, ok := t.formulas[k]; ok {
		return f
	}
	f := &Present{node: t.node(spoken(e)), Element: e}
	f.node.unclear = e.Source.unclear
	t.formulas[k] = f
	return f
}

// presence says that all elements of a value are there.
func (t *terms) presence(v Term) Formula {
	var list []Formula
	for _, e := range v.term().elements {
		list = append(list, t.present(e))
	}
	return t.and(list...)
}

// anything are the regular expressions that match every text.
var anything = []string{"", ".*", "^.*", "(?i).*", "^"}

// test compares two values; op is one of Equal, NotEqual, Matches and
// NotMatches.
func (t *terms) test(op Operator, a, b Term) Formula {
	switch op {
	case NotEqual:
		return t.not(t.test(Equal, a, b))
	case NotMatches:
		return t.not(t.test(Matches, a, b))
	}
	for _, v := range []Term{a, b} {
		if u := v.term().unclear; u != nil {
			return u
		}
	}
	if op == Matches {
		return t.matches(a, b)
	}
	left, right := t.unframed(a, b)
	x, fixed := left.(*Constant)
	y, known := right.(*Constant)
	switch {
	case left == nil || fixed && known && x.Text != y.Text:
		return t.no
	case left == right:
		return t.presence(left)
	}
	return t.atom(Equal, left, right)
}

// unframed puts the constant of two values that are to be equal to the right,
// and takes from both sides what the other begins and ends with; nil where they
// never are equal.
func (t *terms) unframed(a, b Term) (left, right Term) {
	if _, ok := a.(*Constant); ok || a.term().id > b.term().id {
		a, b = b, a
	}
	if _, ok := a.(*Constant); ok {
		a, b = b, a
	}
	j, ok := a.(*Joined)
	c, fixed := b.(*Constant)
	if !ok || !fixed {
		return a, b
	}
	rest, ps := c.Text, j.Parts
	if first, ok := ps[0].(*Constant); ok {
		if rest, ok = strings.CutPrefix(rest, first.Text); !ok {
			return nil, nil
		}
		ps = ps[1:]
	}
	if last, ok := ps[len(ps)-1].(*Constant); ok {
		if rest, ok = strings.CutSuffix(rest, last.Text); !ok {
			return nil, nil
		}
		ps = ps[:len(ps)-1]
	}
	return t.join(ps), t.constant(rest)
}

func (t *terms) matches(a, b Term) Formula {
	pattern, fixed := b.(*Constant)
	if !fixed {
		return t.atom(Matches, a, b)
	}
	re, err := t.regex.get(pattern.Text, 0)
	if err != nil {
		return t.unclear("%v", err)
	}
	if slices.Contains(anything, pattern.Text) {
		return t.presence(a)
	}
	text, known := a.(*Constant)
	if !known {
		return t.atom(Matches, a, b)
	}
	ok, err := re.Match(text.Text)
	if err != nil {
		return t.unclear("%v", err)
	}
	return t.truth(ok)
}

func (t *terms) atom(op Operator, a, b Term) Formula {
	k := string(key("t").num(int(op)).num(a.term().id).num(b.term().id))
	if f, ok := t.formulas[k]; ok {
		return f
	}
	f := &Test{node: t.node(nil, a.term(), b.term()), Operator: op, Left: a, Right: b}
	t.formulas[k] = f
	return f
}

func (t *terms) found(q *Query, params []Term) Formula {
	k := string(termsKey(key("f").text(q.Query.Value), params))
	if f, ok := t.formulas[k]; ok {
		return f
	}
	f := &Found{node: t.node(nil, nodes(params)...), Query: q, Params: params}
	t.formulas[k] = f
	return f
}
