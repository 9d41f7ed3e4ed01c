package claimrule

import "slices"

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
	feeds []int
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
