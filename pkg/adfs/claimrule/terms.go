package claimrule

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
)

// maxValueParts and maxParts are the size of the largest value and formula, in
// parts. What would grow beyond it is [Unclear].
const (
	maxValueParts = 500
	maxParts      = 10_000
)

// terms makes values and formulas in their simplest form, each once: equal ones
// are the same pointer.
type terms struct {
	regex    *regexCache
	rule     int // the rule at work
	ids      int
	steps    int // what was done so far, and up to where more may be
	most     int
	values   map[string]Term
	formulas map[string]Formula
	sources  map[string]*Source
	elements map[elementKey]*Element
	ands     map[[2]int]Formula
	implied  map[[2]int]bool
	yes, no  *Truth
}

// What it may take to simplify, in parts of terms that are looked at: for all
// rules, for each rule when that is spent, and for each question about tables.
// What would take more is [Unclear].
const (
	maxSteps      = 1_500_000
	leastSteps    = 500
	questionSteps = 200_000
)

// allow lets that many steps be done from now on.
func (t *terms) allow(steps int) { t.most = t.steps + steps }

// spent tells whether no step is left, and counts some more.
func (t *terms) spent(steps int) bool {
	t.steps += steps
	return t.steps > t.most
}

// exhausted is what is said where no step is left.
func (t *terms) exhausted() *Unclear {
	return t.unclear("the conditions and values take too long to simplify")
}

type elementKey struct {
	source *Source
	index  int
}

func newTerms(regex *regexCache) *terms {
	t := &terms{regex: regex, values: map[string]Term{}, formulas: map[string]Formula{}, sources: map[string]*Source{},
		elements: map[elementKey]*Element{}, ands: map[[2]int]Formula{}, implied: map[[2]int]bool{}, most: maxSteps}
	t.yes, t.no = &Truth{node: node{id: t.next(), size: 1}, Holds: true}, &Truth{node: node{id: t.next(), size: 1}}
	t.yes.negation, t.no.negation = t.no, t.yes
	return t
}

func (t *terms) next() int {
	t.ids++
	return t.ids
}

// key is the text under which a term is kept: the terms that it consists of are
// in it by their ids.
type key []byte

func (k key) num(n int) key     { return binary.AppendVarint(k, int64(n)) }
func (k key) text(s string) key { return append(k.num(len(s)), s...) }

func termsKey[T interface{ term() *node }](k key, list []T) key {
	k = k.num(len(list))
	for _, v := range list {
		k = k.num(v.term().id)
	}
	return k
}

func elementsKey(k key, list []*Element) key {
	k = k.num(len(list))
	for _, e := range list {
		k = k.num(e.id)
	}
	return k
}

// node is that of a new term over others.
func (t *terms) node(elements []*Element, parts ...*node) node {
	n := node{id: t.next(), size: 1, elements: elements}
	for _, p := range parts {
		n.size += p.size
		n.depth = max(n.depth, p.depth)
		n.elements = union(n.elements, p.elements)
		if n.unclear == nil {
			n.unclear = p.unclear
		}
	}
	return n
}

func nodes[T interface{ term() *node }](list []T) []*node {
	out := make([]*node, len(list))
	for i, v := range list {
		out[i] = v.term()
	}
	return out
}

// union joins two lists of elements by id.
func union(a, b []*Element) []*Element {
	switch {
	case len(b) == 0:
		return a
	case len(a) == 0:
		return b
	}
	out := make([]*Element, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		switch {
		case a[0].id < b[0].id:
			out, a = append(out, a[0]), a[1:]
		case a[0].id > b[0].id:
			out, b = append(out, b[0]), b[1:]
		default:
			out, a, b = append(out, a[0]), a[1:], b[1:]
		}
	}
	return append(append(out, a...), b...)
}

// unclear is what the rule at work leaves unknown.
func (t *terms) unclear(format string, args ...any) *Unclear {
	reason := fmt.Sprintf(format, args...)
	k := string(key("?").num(t.rule).text(reason))
	if f, ok := t.formulas[k]; ok {
		return f.(*Unclear)
	}
	u := &Unclear{node: t.node(nil), Rule: t.rule, Reason: reason}
	u.node.unclear, u.negation = u, u
	t.formulas[k] = u
	return u
}

func (t *terms) constant(s string) Term {
	k := string(append(key("c"), s...))
	if v, ok := t.values[k]; ok {
		return v
	}
	c := &Constant{node: t.node(nil), Text: s}
	c.size += len(s) / 64
	t.values[k] = c
	return c
}

// source makes a source known; the same one is the same pointer.
func (t *terms) source(s Source) *Source {
	k := key("s").num(int(s.Kind)).text(strings.ToLower(s.Name))
	if s.Kind == IncomingClaims {
		k = key("s").num(int(s.Kind)).text(s.Name)
	}
	if s.Query != nil {
		k = termsKey(k.text(s.Query.Query.Value).num(s.Column), s.Params)
	}
	if known, ok := t.sources[string(k)]; ok {
		return known
	}
	s.node = t.node(nil, nodes(s.Params)...)
	t.sources[string(k)] = &s
	return &s
}

func (t *terms) element(s *Source, index int) *Element {
	if s.Single {
		index = 0
	}
	k := elementKey{s, index}
	e, ok := t.elements[k]
	if !ok {
		e = &Element{Source: s, id: t.next(), index: index}
		t.elements[k] = e
	}
	return e
}

// spoken lists what speaks of an element: itself, and what its source is asked
// with.
func spoken(e *Element) []*Element { return union(e.Source.elements, []*Element{e}) }

// item is a property of an element.
func (t *terms) item(e *Element, kind PropertyKind, name string) Term {
	if v, ok := t.givenProperty(e.Source, kind); ok {
		return v
	}
	k := string(key("i").num(e.id).num(int(kind)).text(name))
	if v, ok := t.values[k]; ok {
		return v
	}
	v := &Item{node: t.node(spoken(e)), Element: e, Property: kind, Key: name}
	v.node.unclear = e.Source.unclear
	t.values[k] = v
	return v
}

// givenProperty are the properties that are the same for all claims of a source.
func (t *terms) givenProperty(s *Source, kind PropertyKind) (Term, bool) {
	switch {
	case kind == Type && s.Kind == IncomingClaims:
		return t.constant(s.Name), true
	case !s.fromDirectory():
		return nil, false
	case kind == Issuer || kind == OriginalIssuer:
		return t.constant(ADAuthority), true
	case kind == ValueType:
		return t.constant(stringType), true
	case kind == Properties:
		return t.constant(""), true
	}
	return nil, false
}

func (t *terms) join(list []Term) Term {
	var parts []Term
	for _, v := range list {
		if t.spent(v.term().size) {
			return t.exhausted()
		}
		if j, ok := v.(*Joined); ok {
			for _, p := range j.Parts {
				parts = t.joinOnto(parts, p)
			}
			continue
		}
		parts = t.joinOnto(parts, v)
	}
	switch len(parts) {
	case 0:
		return t.constant("")
	case 1:
		return parts[0]
	}
	k := string(termsKey(key("j"), parts))
	if v, ok := t.values[k]; ok {
		return v
	}
	v := &Joined{node: t.node(nil, nodes(parts)...), Parts: parts}
	return t.kept(k, v)
}

// joinOnto appends a part; constants side by side become one.
func (t *terms) joinOnto(parts []Term, v Term) []Term {
	c, ok := v.(*Constant)
	if !ok {
		return append(parts, v)
	}
	if c.Text == "" {
		return parts
	}
	if n := len(parts); n > 0 {
		if before, ok := parts[n-1].(*Constant); ok {
			return append(parts[:n-1:n-1], t.constant(before.Text+c.Text))
		}
	}
	return append(parts, v)
}

// kept keeps a new value, if it is not too large.
func (t *terms) kept(k string, v Term) Term {
	if n := v.term().size; n > maxValueParts {
		v = t.unclear("a value has more than %d parts", maxValueParts)
	}
	t.values[k] = v
	return v
}

func (t *terms) replaced(input, pattern, replacement Term) Term {
	p, fixed := pattern.(*Constant)
	if fixed {
		re, err := t.regex.get(p.Text, 0)
		if err != nil {
			return t.unclear("%v", err)
		}
		in, ok := input.(*Constant)
		with, plain := replacement.(*Constant)
		if ok && plain {
			out, err := re.Replace(in.Text, with.Text)
			if err != nil {
				return t.unclear("%v", err)
			}
			return t.constant(out)
		}
	}
	k := string(key("r").num(input.term().id).num(pattern.term().id).num(replacement.term().id))
	if v, ok := t.values[k]; ok {
		return v
	}
	return t.kept(k, &Replaced{node: t.node(nil, input.term(), pattern.term(), replacement.term()), Input: input, Pattern: pattern, Replacement: replacement})
}

func byID[T interface{ term() *node }](a, b T) int { return cmp.Compare(a.term().id, b.term().id) }

// variables are those of the elements of a term that can be several.
func variables(list []*Element) []*Element {
	var out []*Element
	for _, e := range list {
		if e.Variable() {
			out = append(out, e)
		}
	}
	return out
}

func speaksOf(n *node, e *Element) bool {
	_, ok := slices.BinarySearchFunc(n.elements, e, func(a, b *Element) int { return cmp.Compare(a.id, b.id) })
	return ok
}
