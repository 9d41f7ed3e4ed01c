package claimrule

import (
	"math/bits"
	"slices"
)

// fact is a claim inside the engine.
type fact[V, T any] struct {
	properties [Properties]V // Type, Value, ValueType, Issuer, OriginalIssuer
	bag        map[string]V
	when       T
	rule       int
	// carrier stands, where nothing is known of them, for the properties that
	// are not in the bag.
	carrier V
	// feeds are the rules behind the claims that the fact was made of, where
	// the engine traces them.
	feeds ruleBits
}

// factSet holds facts in order, indexed by claim types that are fixed.
type factSet[V, T any] struct {
	list    []*fact[V, T]
	byType  map[string][]int
	unfixed []int
}

// forget takes back the facts behind the first ones.
func (e *engine[V, T]) forget(inputs, outputs int) {
	for t, list := range e.input.byType {
		n, _ := slices.BinarySearch(list, inputs)
		e.input.byType[t] = list[:n]
	}
	n, _ := slices.BinarySearch(e.input.unfixed, inputs)
	e.input.unfixed = e.input.unfixed[:n]
	e.input.list, e.output = e.input.list[:inputs], e.output[:outputs]
}

func (e *engine[V, T]) addInput(f *fact[V, T]) {
	i := len(e.input.list)
	e.input.list = append(e.input.list, f)
	if t, ok := e.algebra.literal(f.properties[Type]); ok {
		e.input.byType[t] = append(e.input.byType[t], i)
	} else {
		e.input.unfixed = append(e.input.unfixed, i)
	}
}

// candidates are the visible facts that can fulfil a selector: where it compares
// the type with a fixed text, those of that type.
type candidates[V, T any] struct {
	facts     []*fact[V, T]
	claimType string
	fixed     bool
}

func (e *engine[V, T]) candidates(s *Selector) (found candidates[V, T], err error) {
	for _, m := range s.Matches {
		if m.Property.Kind != Type || m.Operator != Equal {
			continue
		}
		v, err := e.expr(m.Value)
		if err != nil {
			return found, err
		}
		if t, ok := e.algebra.literal(v); ok {
			return candidates[V, T]{e.ofType(t), t, true}, nil
		}
	}
	found.facts = e.input.list[:e.visible:e.visible]
	return found, nil
}

func (e *engine[V, T]) ofType(t string) []*fact[V, T] {
	list := e.input.byType[t]
	if len(e.input.unfixed) > 0 {
		list = append(slices.Clone(list), e.input.unfixed...)
		slices.Sort(list)
	}
	facts := make([]*fact[V, T], 0, len(list))
	for _, i := range list {
		if i < e.visible {
			facts = append(facts, e.input.list[i])
		}
	}
	return facts
}

// ruleBits is a set of rules by their indices.
type ruleBits []uint64

func (b ruleBits) with(rule int) ruleBits {
	for len(b) <= rule/64 {
		b = append(b, 0)
	}
	b[rule/64] |= 1 << (rule % 64)
	return b
}

func (b ruleBits) union(more ruleBits) ruleBits {
	for len(b) < len(more) {
		b = append(b, 0)
	}
	for i, w := range more {
		b[i] |= w
	}
	return b
}

// list is the set in ascending order.
func (b ruleBits) list() []int {
	var out []int
	for i, w := range b {
		for ; w != 0; w &= w - 1 {
			out = append(out, i*64+bits.TrailingZeros64(w))
		}
	}
	return out
}

// fed are the rules behind the facts that the conditions looked at.
func (e *engine[V, T]) fed() ruleBits {
	var rules ruleBits
	for _, f := range e.trail {
		if f.rule >= 0 {
			rules = rules.union(f.feeds).with(f.rule)
		}
	}
	return rules
}
