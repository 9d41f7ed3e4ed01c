package claimrule

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// ErrUnusual is the reason where a user is not one that [Tables] suppose.
var ErrUnusual = errors.New("the user is no ordinary user of Active Directory")

// Evaluate are the claims that the tables issue for a user: the same set as
// [RuleSet.Eval] issues, each once for each row and element. Types whose table
// is unclear are left out. The Rule of a claim is the first of its row.
func (t *Tables) Evaluate(u *User) ([]Issued, error) {
	r, err := t.reader(u)
	if err != nil {
		return nil, err
	}
	var list []Issued
	for _, table := range t.all() {
		if table.Unclear != nil {
			continue
		}
		for _, row := range table.Rows {
			claims, err := r.row(row)
			if err != nil {
				return nil, err
			}
			list = append(list, claims...)
		}
	}
	return list, nil
}

// Holds tells whether a formula of the tables without variables holds for a
// user.
func (t *Tables) Holds(f Formula, u *User) (bool, error) {
	r, err := t.reader(u)
	if err != nil {
		return false, err
	}
	return r.holds(f)
}

// reader evaluates terms for one user.
type reader struct {
	*person
	incoming []*fact[string, bool]
	known    map[*Source][]*fact[string, bool]
	assigned map[*Element]*fact[string, bool]
	left     int
}

func (t *Tables) reader(u *User) (*reader, error) {
	p := &person{user: u, regex: t.Rules.regex}
	r := &reader{person: p, known: map[*Source][]*fact[string, bool]{}, assigned: map[*Element]*fact[string, bool]{}, left: maxTests}
	for _, c := range u.Incoming() {
		r.incoming = append(r.incoming, factOf(c))
	}
	p.accounts = accountsOf(r.incoming)
	for _, f := range r.incoming {
		if claimType := f.properties[Type]; t.own[claimType] {
			return nil, fmt.Errorf("%w: it brings a claim of the type %s, which the rules make", ErrUnusual, quoteShort(claimType))
		}
	}
	return r, r.ordinary()
}

// ordinary refuses users that the tables do not speak of.
func (r *reader) ordinary() error {
	if r.user.guesses() {
		return fmt.Errorf("%w: it has no %s", ErrUnusual, r.user.missingOfAccount())
	}
	for _, source := range append(slices.Clone(derivedSources), *directorySource("sAMAccountName"), *directorySource("objectSid")) {
		if _, err := r.elements(&source); err != nil {
			return err
		}
	}
	names, _ := r.values("sAMAccountName")
	if !slices.ContainsFunc(r.accountNames(), func(n string) bool { return strings.EqualFold(n, names[0]) }) {
		return fmt.Errorf("%w: its account is %s, expected the name %s", ErrUnusual, quoteList(r.accounts), quoteShort(names[0]))
	}
	return nil
}

// elements are those of a source that the user has.
func (r *reader) elements(s *Source) ([]*fact[string, bool], error) {
	if list, ok := r.known[s]; ok {
		return list, nil
	}
	list, err := r.lookUp(s)
	switch {
	case err != nil:
		return nil, err
	case s.Single && len(list) > 1 || s.Always && len(list) == 0:
		return nil, fmt.Errorf("%w: %d values of %s, expected one", ErrUnusual, len(list), s.noun())
	}
	if len(s.node.elements) == 0 {
		r.known[s] = list
	}
	return list, nil
}

func (r *reader) lookUp(s *Source) ([]*fact[string, bool], error) {
	switch s.Kind {
	case DirectoryValues:
		if _, declared := r.declared(StoreAD); declared {
			return nil, fmt.Errorf("%w: answers of Active Directory are declared", ErrUnusual)
		}
		values, err := r.values(s.Name)
		return valueFacts(values), err
	case StoreAnswers:
		return r.answers(s)
	}
	var list []*fact[string, bool]
	for _, f := range r.incoming {
		claimType := f.properties[Type]
		if s.Kind == IncomingClaims && claimType != s.Name || s.Kind == OtherClaims && isDerived(claimType) {
			continue
		}
		if s.fromDirectory() && !ordinaryClaim(f) {
			return nil, fmt.Errorf("%w: a claim of the type %s is not that of Active Directory", ErrUnusual, quoteShort(claimType))
		}
		list = append(list, f)
	}
	return list, nil
}

func ordinaryClaim(f *fact[string, bool]) bool {
	p := f.properties
	return p[Issuer] == ADAuthority && p[OriginalIssuer] == ADAuthority && p[ValueType] == stringType && len(f.bag) == 0
}

func valueFacts(values []string) []*fact[string, bool] {
	list := make([]*fact[string, bool], len(values))
	for i, v := range values {
		list[i] = &fact[string, bool]{properties: [Properties]string{Value: v}}
	}
	return list
}

func (r *reader) answers(s *Source) ([]*fact[string, bool], error) {
	params, there, err := r.texts(s.Params)
	if err != nil || !there {
		return nil, err
	}
	replies, err := r.query(0, s.Query, params)
	if err != nil {
		return nil, err
	}
	var values []string
	for _, a := range replies {
		if a.column == s.Column {
			values = append(values, a.value)
		}
	}
	return valueFacts(values), nil
}

// each calls do for each combination of the elements.
func (r *reader) each(list []*Element, do func() error) error {
	if len(list) == 0 {
		return do()
	}
	found, err := r.elements(list[0].Source)
	if err != nil {
		return err
	}
	defer delete(r.assigned, list[0])
	for _, f := range found {
		if err := spend(&r.left, 1, "comparisons of claims", maxTests); err != nil {
			return err
		}
		r.assigned[list[0]] = f
		if err := r.each(list[1:], do); err != nil {
			return err
		}
	}
	return nil
}

func (r *reader) row(row *Row) ([]Issued, error) {
	var list []Issued
	err := r.each(row.Elements, func() error {
		ok, err := r.holds(row.When)
		if err != nil || !ok {
			return err
		}
		c, err := r.claim(row)
		list = append(list, Issued{Claim: c, Rule: row.Rules[0]})
		return err
	})
	return list, err
}

func (r *reader) claim(row *Row) (Claim, error) {
	p, _, err := r.texts([]Term{row.Type, row.Value, row.ValueType, row.Issuer, row.OriginalIssuer})
	if err != nil {
		return Claim{}, err
	}
	c := Claim{Type: p[0], Value: p[1], ValueType: p[2], Issuer: p[3], OriginalIssuer: p[4]}
	if row.Carries != nil {
		f, err := r.one(row.Carries)
		if err != nil || f == nil {
			return c, err
		}
		c.Properties = maps.Clone(f.bag)
	}
	for _, k := range sortedKeys(row.Properties) {
		text, _, err := r.read(row.Properties[k])
		if err != nil {
			return c, err
		}
		if c.Properties == nil {
			c.Properties = map[string]string{}
		}
		c.Properties[k] = text
	}
	return c, nil
}

// one is an element, nil where the user has none.
func (r *reader) one(e *Element) (*fact[string, bool], error) {
	if f, ok := r.assigned[e]; ok || e.Variable() {
		return f, nil
	}
	list, err := r.elements(e.Source)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return list[0], nil
}

// texts evaluates values; there is false where one of them is of an absent
// element.
func (r *reader) texts(list []Term) (out []string, there bool, err error) {
	out, there = make([]string, len(list)), true
	for i, v := range list {
		text, ok, err := r.read(v)
		if err != nil {
			return nil, false, err
		}
		out[i], there = text, there && ok
	}
	return out, there, nil
}

func (r *reader) read(v Term) (text string, there bool, err error) {
	switch v := v.(type) {
	case *Constant:
		return v.Text, true, nil
	case *Item:
		f, err := r.one(v.Element)
		if err != nil || f == nil {
			return "", false, err
		}
		if v.Property == Properties {
			return f.bag[v.Key], true, nil
		}
		return f.properties[v.Property], true, nil
	case *Joined:
		parts, there, err := r.texts(v.Parts)
		if err != nil {
			return "", false, err
		}
		text, err := r.concat(parts)
		return text, there, err
	case *Replaced:
		p, there, err := r.texts([]Term{v.Input, v.Pattern, v.Replacement})
		if err != nil || !there {
			return "", false, err
		}
		text, err := r.replace(p[0], p[1], p[2])
		return text, true, err
	}
	return "", false, fmt.Errorf("%v", v)
}

func (r *reader) holds(f Formula) (bool, error) {
	switch f := f.(type) {
	case *Truth:
		return f.Holds, nil
	case *All:
		return r.while(f.Of, true)
	case *Any:
		return r.while(f.Of, false)
	case *Not:
		ok, err := r.holds(f.Of)
		return !ok, err
	case *Present:
		e, err := r.one(f.Element)
		return e != nil, err
	case *Test:
		p, there, err := r.texts([]Term{f.Left, f.Right})
		if err != nil || !there {
			return false, err
		}
		return r.compare(f.Operator, p[0], p[1])
	case *Some:
		n, err := r.number(Family{f.Elements, f.Of})
		return n > 0, err
	case *Tally:
		n := 0
		for _, family := range f.Families {
			m, err := r.number(family)
			if err != nil {
				return false, err
			}
			n += m
		}
		return compareCount(n, f.Operator, f.Number), nil
	case *Found:
		return r.search(f)
	}
	return false, fmt.Errorf("%v", f)
}

// while tells whether all formulas are as said; it ends at the first that is
// not.
func (r *reader) while(list []Formula, want bool) (bool, error) {
	for _, f := range list {
		if ok, err := r.holds(f); err != nil || ok != want {
			return !want, err
		}
	}
	return want, nil
}

func (r *reader) number(f Family) (int, error) {
	n := 0
	err := r.each(f.Elements, func() error {
		ok, err := r.holds(f.When)
		if ok {
			n++
		}
		return err
	})
	return n, err
}

func (r *reader) search(f *Found) (bool, error) {
	params, there, err := r.texts(f.Params)
	if err != nil || !there {
		return false, err
	}
	d, err := parseQuery(f.Query)
	if err != nil {
		return false, err
	}
	account, err := fillIn(d.Account, params)
	if err != nil {
		return false, err
	}
	return r.finds(0, d, account, params)
}
