package migrate

import (
	"slices"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/adfs/claimrule"
	"github.com/ssodoctor/ssodoctor/pkg/entra"
)

// statement is a formula about a user over atoms: those that Entra can decide
// by, and others.
type statement struct {
	kind  statementKind
	atom  int
	parts []*statement
}

type statementKind uint8

const (
	always statementKind = iota
	never
	atomic
	allOf
	anyOf
	notOf // of the only part
)

// atomKind says what an atom is about.
type atomKind uint8

const (
	isPresent atomKind = iota + 1 // the user has a value of the source
	isMember                      // the user is in the group
	isOther                       // the formula holds
)

// atom is a statement that is not taken apart.
type atom struct {
	kind    atomKind
	source  *claimrule.Source
	group   entra.Group
	formula claimrule.Formula
}

// atoms are those of a rule set, each once.
type atoms struct {
	list   []atom
	index  map[atom]int
	groups *GroupList
	// open is set where an expression for a SID was read that has no anchors.
	open bool
	// foreign is set where a condition was read that asks for claims of
	// another claims provider.
	foreign bool
}

func newAtoms(groups *GroupList) *atoms { return &atoms{index: map[atom]int{}, groups: groups} }

func (a *atoms) of(one atom) *statement {
	i, ok := a.index[one]
	if !ok {
		i = len(a.list)
		a.index[one], a.list = i, append(a.list, one)
	}
	return &statement{kind: atomic, atom: i}
}

// statement is a formula over atoms.
func (a *atoms) statement(f claimrule.Formula) *statement {
	switch f := f.(type) {
	case *claimrule.Truth:
		return truth(f.Holds)
	case *claimrule.All:
		return joinStatements(allOf, a.statements(f.Of))
	case *claimrule.Any:
		return joinStatements(anyOf, a.statements(f.Of))
	case *claimrule.Not:
		return negated(a.statement(f.Of))
	case *claimrule.Present:
		return a.present(f.Element)
	case *claimrule.Some:
		return a.some(f)
	case *claimrule.Test:
		if local, ok := a.issuer(f); ok {
			return truth(local)
		}
	}
	return a.of(atom{kind: isOther, formula: f})
}

func (a *atoms) statements(list []claimrule.Formula) []*statement {
	out := make([]*statement, len(list))
	for i, f := range list {
		out[i] = a.statement(f)
	}
	return out
}

// issuer reads a comparison of the issuer of a claim, which says nothing about
// users of Active Directory but that they are.
func (a *atoms) issuer(f claimrule.Formula) (local, ok bool) {
	test, isTest := f.(*claimrule.Test)
	if !isTest {
		return false, false
	}
	item, isItem := test.Left.(*claimrule.Item)
	text, fixed := test.Right.(*claimrule.Constant)
	if !isItem || !fixed || item.Property != claimrule.Issuer && item.Property != claimrule.OriginalIssuer {
		return false, false
	}
	local = localIssuer(test.Operator, text.Text)
	a.foreign = a.foreign || !local
	return local, true
}

// withoutIssuer is what a formula says beside comparisons of issuers; false
// where it is for users of another claims provider.
func (a *atoms) withoutIssuer(f claimrule.Formula) (rest claimrule.Formula, local bool) {
	parts := []claimrule.Formula{f}
	if all, ok := f.(*claimrule.All); ok {
		parts = all.Of
	}
	var others []claimrule.Formula
	for _, p := range parts {
		if local, ok := a.issuer(p); !ok {
			others = append(others, p)
		} else if !local {
			return nil, false
		}
	}
	switch len(others) {
	case len(parts):
		return f, true
	case 0:
		return &claimrule.Truth{Holds: true}, true
	case 1:
		return others[0], true
	}
	return &claimrule.All{Of: others}, true
}

// present says that an element is there; those that a row or a quantifier
// binds always are.
func (a *atoms) present(e *claimrule.Element) *statement {
	if e.Variable() || e.Source.Always {
		return truth(true)
	}
	return a.of(atom{kind: isPresent, source: e.Source})
}

// some is a quantifier: membership in a group or one of several, that there is
// any value, or another statement.
func (a *atoms) some(f *claimrule.Some) *statement {
	if len(f.Elements) == 1 {
		of, local := a.withoutIssuer(f.Of)
		if !local {
			return truth(false)
		}
		if all, ok := of.(*claimrule.Truth); ok && all.Holds && f.Elements[0].Source.GroupForm == "" {
			return a.of(atom{kind: isPresent, source: f.Elements[0].Source})
		}
		if groups := a.memberships(f.Elements[0], of); groups != nil {
			list := make([]*statement, len(groups))
			for i, g := range groups {
				list[i] = a.of(atom{kind: isMember, group: g})
			}
			return joinStatements(anyOf, list)
		}
	}
	return a.of(atom{kind: isOther, formula: f})
}

// memberships are the groups of which a comparison of an element asks for one;
// nil where it asks for something else.
func (a *atoms) memberships(e *claimrule.Element, f claimrule.Formula) []entra.Group {
	test, ok := f.(*claimrule.Test)
	if !ok || e.Source.GroupForm == "" {
		return nil
	}
	item, isItem := test.Left.(*claimrule.Item)
	text, fixed := test.Right.(*claimrule.Constant)
	if !isItem || !fixed || item.Element != e || item.Property != claimrule.Value {
		return nil
	}
	values := []string{text.Text}
	if test.Operator == claimrule.Matches {
		values = alternatives(text.Text)
		a.open = a.open || values != nil && !wholly(text.Text)
	}
	var list []entra.Group
	for _, v := range values {
		list = append(list, a.group(e.Source.GroupForm, v))
	}
	return list
}

func (a *atoms) group(form, value string) entra.Group {
	if form == "sid" || sidForm.MatchString(value) {
		return a.groups.withSID(value)
	}
	return a.groups.named(value)
}

func truth(holds bool) *statement {
	if holds {
		return &statement{kind: always}
	}
	return &statement{kind: never}
}

func negated(s *statement) *statement {
	switch s.kind {
	case always, never:
		return truth(s.kind == never)
	case notOf:
		return s.parts[0]
	}
	return &statement{kind: notOf, parts: []*statement{s}}
}

// joinStatements is the conjunction or disjunction of statements.
func joinStatements(kind statementKind, list []*statement) *statement {
	neutral, decisive := always, never
	if kind == anyOf {
		neutral, decisive = never, always
	}
	var parts []*statement
	for _, s := range list {
		switch s.kind {
		case neutral:
		case decisive:
			return s
		case kind:
			parts = append(parts, s.parts...)
		default:
			parts = append(parts, s)
		}
	}
	switch len(parts) {
	case 0:
		return &statement{kind: neutral}
	case 1:
		return parts[0]
	}
	return &statement{kind: kind, parts: parts}
}

// holds evaluates a statement where the truth of each atom is given.
func (s *statement) holds(given []bool) bool {
	switch s.kind {
	case atomic:
		return given[s.atom]
	case allOf:
		return !slices.ContainsFunc(s.parts, func(p *statement) bool { return !p.holds(given) })
	case anyOf:
		return slices.ContainsFunc(s.parts, func(p *statement) bool { return p.holds(given) })
	case notOf:
		return !s.parts[0].holds(given)
	}
	return s.kind == always
}

// literalAtom is an atom or its negation.
type literalAtom struct {
	atom int
	not  bool
}

// clause is a conjunction of literals, none twice.
type clause []literalAtom

// maxClauses bounds a disjunctive normal form.
const maxClauses = 200

// clauses are the disjunctive normal form of a statement: it holds where one of
// the clauses does. False where it has more than [maxClauses].
func (s *statement) clauses(not bool) ([]clause, bool) {
	switch s.kind {
	case notOf:
		return s.parts[0].clauses(!not)
	case always, never:
		if (s.kind == always) != not {
			return []clause{{}}, true
		}
		return nil, true
	case atomic:
		return []clause{{{s.atom, not}}}, true
	}
	if (s.kind == anyOf) != not {
		var all []clause
		for _, p := range s.parts {
			list, ok := p.clauses(not)
			if all = append(all, list...); !ok || len(all) > maxClauses {
				return nil, false
			}
		}
		return all, true
	}
	product := []clause{{}}
	for _, p := range s.parts {
		list, ok := p.clauses(not)
		if !ok || len(product)*len(list) > maxClauses {
			return nil, false
		}
		var next []clause
		for _, a := range product {
			for _, b := range list {
				if c, possible := a.with(b); possible {
					next = append(next, c)
				}
			}
		}
		product = next
	}
	return product, true
}

// with is the conjunction of two clauses; false where they contradict each
// other.
func (c clause) with(other clause) (clause, bool) {
	out := slices.Clone(c)
	for _, l := range other {
		if slices.Contains(out, literalAtom{l.atom, !l.not}) {
			return nil, false
		}
		if !slices.Contains(out, l) {
			out = append(out, l)
		}
	}
	return out, true
}

// reads lists the atoms that a statement speaks of.
func (s *statement) reads(visit func(atom int)) {
	if s.kind == atomic {
		visit(s.atom)
	}
	for _, p := range s.parts {
		p.reads(visit)
	}
}

// sourcesOf lists the single sources that a formula or term cannot do without.
func sourcesOf(t claimrule.Term, visit func(*claimrule.Element)) {
	switch t := t.(type) {
	case *claimrule.Item:
		visit(t.Element)
	case *claimrule.Joined:
		for _, p := range t.Parts {
			sourcesOf(p, visit)
		}
	case *claimrule.Replaced:
		sourcesOf(t.Input, visit)
		sourcesOf(t.Pattern, visit)
		sourcesOf(t.Replacement, visit)
	}
}

func orText(s, other string) string {
	if strings.TrimSpace(s) == "" {
		return other
	}
	return s
}
