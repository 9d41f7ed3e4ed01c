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
	c.Facts = append(c.Facts, settings("application", a.Applications, b.Applications, applicationKeys, (*entra.EnterpriseApplication).Name, alike, applicationFacets)...)
	c.Facts = append(c.Facts, settings("trust", a.Trusts, b.Trusts, trustKeys, func(t *adfs.RelyingParty) string { return t.Name }, nil, trustFacets)...)
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

// settings compares the settings of two lists of applications. Alike, which may
// be nil, leaves of both what can be compared.
func settings[T comparable](of string, a, b []T, keys func(T) []string, name func(T) string, alike func(a, b T) (T, T), facets []facet[T]) []Fact {
	if len(a) == 0 || len(b) == 0 {
		return nil
	}
	var out []Fact
	for _, p := range pairs(a, b, keys) {
		switch {
		case p.b == nil:
			out = append(out, Fact{Of: of, Aspect: of, Name: name(*p.a), Outcome: Missing, A: []string{name(*p.a)}, Severity: Severity(finding.Error), Breaks: "B does not have it: nobody can sign in to it"})
		case p.a == nil:
			out = append(out, Fact{Of: of, Aspect: of, Name: name(*p.b), Outcome: Added, B: []string{name(*p.b)}, Severity: Severity(finding.Info), Breaks: "A does not have it"})
		default:
			left, right := *p.a, *p.b
			if alike != nil {
				left, right = alike(left, right)
			}
			out = append(out, compareAll(&pair{of: of}, name(*p.a), facets, left, right)...)
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
