package compare

import (
	"fmt"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/adfs"
	"github.com/ssodoctor/ssodoctor/pkg/entra"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// Export is what an export holds: enterprise applications of Entra, or relying
// party trusts of AD FS.
type Export struct {
	Name, Format string
	Applications []*entra.EnterpriseApplication
	Trusts       []*adfs.RelyingParty
}

// Exports compares what two exports of the same product hold of the same
// applications: those that share a client id or identifier, else a name, else
// the only one of each. It never fails: what only one of them holds is a fact.
// Where the products differ there are no facts.
func Exports(a, b Export) *Comparison {
	c := &Comparison{Schema: Schema, A: a.side(), B: b.side(), Facts: []Fact{}}
	c.Facts = append(c.Facts, objects[*entra.EnterpriseApplication]{"application", applicationKeys, (*entra.EnterpriseApplication).Name, alike, applicationFacets}.compare(a.Applications, b.Applications)...)
	c.Facts = append(c.Facts, objects[*adfs.RelyingParty]{"trust", trustKeys, func(t *adfs.RelyingParty) string { return t.Name }, nil, trustFacets}.compare(a.Trusts, b.Trusts)...)
	for _, p := range pairs(a.Trusts, b.Trusts, trustKeys) {
		if p.a != nil && p.b != nil {
			c.Facts = append(c.Facts, otherProperties(*p.a, *p.b)...)
		}
	}
	c.count()
	return c
}

func (e Export) side() Side {
	s := Side{Name: e.Name, Format: e.Format}
	switch {
	case len(e.Applications) == 1:
		s.Type, s.Issuer = "enterprise application", e.Applications[0].Name()
	case len(e.Applications) > 0:
		s.Type = fmt.Sprintf("%d enterprise applications", len(e.Applications))
	case len(e.Trusts) == 1:
		s.Type, s.Issuer = "relying party trust", e.Trusts[0].Name
	case len(e.Trusts) > 0:
		s.Type = fmt.Sprintf("%d relying party trusts", len(e.Trusts))
	}
	return s
}

// objects are a kind of object whose settings are compared.
type objects[T comparable] struct {
	of   string
	keys func(T) []string
	name func(T) string
	// alike leaves of both what can be compared; nil leaves all.
	alike  func(a, b T) (T, T)
	facets []facet[T]
}

// compare compares the settings of two lists of objects.
func (k objects[T]) compare(a, b []T) []Fact {
	if len(a) == 0 || len(b) == 0 {
		return nil
	}
	var out []Fact
	for _, p := range pairs(a, b, k.keys) {
		switch {
		case p.b == nil:
			out = append(out, Fact{Of: k.of, Aspect: k.of, Name: k.name(*p.a), Outcome: Missing, A: []string{k.name(*p.a)}, Severity: Severity(finding.Error), Breaks: "B does not have it: nobody can sign in to it"})
		case p.a == nil:
			out = append(out, Fact{Of: k.of, Aspect: k.of, Name: k.name(*p.b), Outcome: Added, B: []string{k.name(*p.b)}, Severity: Severity(finding.Info), Breaks: "A does not have it"})
		default:
			left, right := *p.a, *p.b
			if k.alike != nil {
				left, right = k.alike(left, right)
			}
			out = append(out, compareAll(&pair{of: k.of}, k.name(*p.a), k.facets, left, right)...)
		}
	}
	return out
}

// couple is one application of each side, or of one only.
type couple[T any] struct{ a, b *T }

// pairs finds for each of a the one of b that shares the earliest of its keys,
// in the order of a; those of b that are left come last. One of each side
// belong together whatever their keys.
func pairs[T any](a, b []T, keys func(T) []string) []couple[T] {
	byKey := map[string]int{}
	for i := range b {
		for _, key := range keys(b[i]) {
			if _, taken := byKey[key]; !taken && key != "" {
				byKey[key] = i
			}
		}
	}
	used := make([]bool, len(b))
	out := make([]couple[T], 0, len(a)+len(b))
	for i := range a {
		p := couple[T]{a: &a[i]}
		for _, key := range keys(a[i]) {
			if j, ok := byKey[key]; ok && !used[j] {
				p.b, used[j] = &b[j], true
				break
			}
		}
		if p.b == nil && len(a) == 1 && len(b) == 1 {
			p.b, used[0] = &b[0], true
		}
		out = append(out, p)
	}
	for j := range b {
		if !used[j] {
			out = append(out, couple[T]{b: &b[j]})
		}
	}
	return out
}

// keyed are keys of one kind, which others do not equal.
func keyed(kind string, values ...string) []string {
	var out []string
	for _, v := range values {
		if v != "" {
			out = append(out, kind+"\x00"+strings.ToLower(v))
		}
	}
	return out
}
