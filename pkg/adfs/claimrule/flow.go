package claimrule

import (
	"slices"
	"sort"
)

// flow is which rules make and read which claim types.
type flow struct {
	makers map[string][]making
	// readers are the indices of the rules that select a fixed type.
	readers map[string][]int
	// open are the rules with a selector that any type can fulfil; wild those
	// that make claims of types that are not fixed.
	open, wild []int
}

// making is a place where a rule makes claims of a fixed type.
type making struct {
	rule *Rule
	at   Node
}

func flowOf(rs *RuleSet) *flow {
	f := &flow{makers: map[string][]making{}, readers: map[string][]int{}}
	for _, r := range rs.Rules {
		if r.Bad {
			continue
		}
		for _, c := range r.Conditions {
			f.read(r, selectorOf(c))
		}
		f.made(r)
	}
	return f
}

func (f *flow) read(r *Rule, s *Selector) {
	if t, ok := s.FixedType(); ok {
		f.readers[t] = append(f.readers[t], r.Index)
		return
	}
	f.open = append(f.open, r.Index)
}

func (f *flow) made(r *Rule) {
	types, fixed := madeTypes(r)
	for _, t := range types {
		f.makers[t.Value] = append(f.makers[t.Value], making{r, t})
	}
	if !fixed {
		f.wild = append(f.wild, r.Index)
	}
}

// madeTypes lists the literals that name what a rule makes, and tells whether
// they are all. A copy makes what its selector asks for.
func madeTypes(r *Rule) (types []*String, all bool) {
	switch b := r.Body.(type) {
	case *New:
		if s, ok := b.Assigned(Type).Value.(*String); ok {
			return []*String{s}, true
		}
	case *Query:
		return b.Types, true
	case *Copy:
		if s := r.Selector(b.Tag.Name); s != nil {
			if m := s.Fixed(Type); m != nil {
				return []*String{m.Value.(*String)}, true
			}
		}
	}
	return nil, false
}

// readAfter tells whether a rule behind the one of that index can read claims
// of the type.
func (f *flow) readAfter(claimType string, index int) bool {
	return after(f.readers[claimType], index) || after(f.open, index)
}

// after tells whether a sorted list holds an index greater than the given one.
func after(sorted []int, index int) bool {
	return len(sorted) > 0 && sorted[len(sorted)-1] > index
}

// madeBefore tells whether a rule before the one of that index can make claims
// of the type.
func (f *flow) madeBefore(claimType string, index int) bool {
	list := f.makers[claimType]
	return len(list) > 0 && list[0].rule.Index < index || len(f.wild) > 0 && f.wild[0] < index
}

// firstAfter is the first rule from the index on that makes the type.
func (f *flow) firstAfter(claimType string, index int) *Rule {
	list := f.makers[claimType]
	i := sort.Search(len(list), func(i int) bool { return list[i].rule.Index >= index })
	if i == len(list) {
		return nil
	}
	return list[i].rule
}

// scratchWords are the parts of types that rules keep for themselves.
var scratchWords = []string{"temp", "tmp", "temporary", "variable", "scratch", "dummy", "internal", "intermediate"}

// scratchType tells types that look as if they were not meant for a token.
func scratchType(uri string) bool {
	word := 0
	for i := 0; i <= len(uri); i++ {
		if i < len(uri) && (isLetter(uri[i]) && uri[i] != '_') {
			continue
		}
		if slices.ContainsFunc(scratchWords, func(w string) bool { return sameWord(uri[word:i], w) }) {
			return true
		}
		word = i + 1
	}
	return false
}
