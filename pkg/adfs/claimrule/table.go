package claimrule

import (
	"fmt"
	"slices"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// Tables say what a rule set issues for any user: the rules run on a user of
// whom nothing is known, claim types that only later rules read are gone.
//
// They suppose an ordinary user of Active Directory: one whose account and SID
// are known, with one value of the attributes that the schema allows one value
// of, and with the claims that AD FS derives from them as [User.Incoming] makes
// them, and [TableOptions]. [Tables.Evaluate] refuses others.
type Tables struct {
	Rules *RuleSet
	// Types has a table for each claim type that is issued under its own
	// name, in the order in which rules first issue it.
	Types []*Table
	// Open has the rows whose type is not fixed, as where all claims are
	// passed on: they can issue claims of any type, those of Types too; its
	// own Type is empty. Nil where there are none.
	Open *Table

	terms *terms
	own   map[string]bool
}

// TableOptions say what the tables suppose. The zero value is what is usual.
type TableOptions struct {
	// AnyIncoming lets claims of every type come in. Otherwise types that
	// the rules themselves make, before any of them reads the type, do not
	// come in as well, except for those that AD FS brings.
	AnyIncoming bool
}

// Table says when which claims of one type are issued.
type Table struct {
	Type string
	// Rows each issue a claim where their condition holds; several can. They
	// are in the order of the rules.
	Rows []*Row
	// Unclear is set where some of the rows could not be made: the rules are
	// too complex, or stop with an error. Rows are then not all there is.
	Unclear *Unclear
}

// Row is a claim that is issued where a condition holds, for each of some
// elements.
type Row struct {
	// When speaks of Elements and of what is single. It is never "never".
	When Formula
	// Elements are the variables that the claim speaks of: there is one claim
	// for each combination of them for which When holds. Empty where there is
	// one claim at most.
	Elements []*Element
	// Type is constant, except in [Tables.Open].
	Type, Value, ValueType, Issuer, OriginalIssuer Term
	// Properties are those that the rule sets; may be nil.
	Properties map[string]Term
	// Carries is the incoming claim that is passed on with all its other
	// properties; nil where the claim has no others.
	Carries *Element
	// Rules are the indices of the rules that issue it, Feeds those of the
	// rules that make what these rules read; both ascend.
	Rules, Feeds []int
}

// maxRows is the number of different claims up to which there is a table.
const maxRows = 2000

// maxAlternatives bounds the search for contradictions in a condition.
const maxAlternatives = 64

// Tables runs the rules on an unknown user. An error is an [*EvalError] for a
// rule that could not be read; whatever else goes wrong makes the tables of the
// claim types concerned, and of those that depend on them, unclear.
func (rs *RuleSet) Tables(opts TableOptions) (*Tables, error) {
	s, e, err := rs.explore(opts)
	if err != nil {
		return nil, err
	}
	t := &Tables{Rules: rs, terms: s.terms, own: s.own}
	s.allow(maxSteps)
	rows := map[string]*Row{}
	tables := map[string]*Table{}
	for _, f := range e.output {
		table := t.tableOf(f, tables)
		s.issued(f)
		if k := string(claimKey(f)); rows[k] != nil {
			rows[k].merge(s.terms, f)
		} else if row := s.row(f); row != nil {
			rows[k] = row
			table.Rows = append(table.Rows, row)
		}
	}
	for _, table := range t.all() {
		s.finish(table)
	}
	t.spread()
	t.Types = slices.DeleteFunc(t.Types, func(table *Table) bool { return len(table.Rows) == 0 && table.Unclear == nil })
	return t, nil
}

// tableOf is the table in which a claim stands.
func (t *Tables) tableOf(f *symbol, tables map[string]*Table) *Table {
	c, fixed := f.properties[Type].(*Constant)
	if !fixed {
		if t.Open == nil {
			t.Open = &Table{}
		}
		return t.Open
	}
	table := tables[c.Text]
	if table == nil {
		table = &Table{Type: c.Text}
		tables[c.Text] = table
		t.Types = append(t.Types, table)
	}
	return table
}

func (t *Tables) all() []*Table {
	if t.Open == nil {
		return t.Types
	}
	return append(slices.Clone(t.Types), t.Open)
}

// Table is that of a claim type, nil where none is issued under that name.
func (t *Tables) Table(claimType string) *Table {
	for _, table := range t.Types {
		if table.Type == claimType {
			return table
		}
	}
	return nil
}

// issued brings a claim of the output into the form of a row: its condition
// speaks of the variables of the claim alone, and does not say that they are
// there.
func (s *stranger) issued(f *symbol) {
	own := s.ofClaim(f)
	f.when = s.some(without(variables(f.when.term().elements), own), f.when)
	f.when = s.withoutPresence(f.when, variables(f.when.term().elements))
}

func (s *stranger) row(f *symbol) *Row {
	if f.when == s.no {
		return nil
	}
	p := f.properties
	r := &Row{When: f.when, Elements: variables(s.ofClaim(f)), Properties: f.bag, Rules: []int{f.rule}, Feeds: f.feeds.list(),
		Type: p[Type], Value: p[Value], ValueType: p[ValueType], Issuer: p[Issuer], OriginalIssuer: p[OriginalIssuer]}
	if item, ok := f.carrier.(*Item); ok {
		r.Carries = item.Element
	}
	return r
}

// merge adds another way to the same claim.
func (r *Row) merge(t *terms, f *symbol) {
	r.When = t.or(r.When, f.when)
	r.Rules = merged(r.Rules, f.rule)
	r.Feeds = merged(r.Feeds, f.feeds.list()...)
}

func merged(list []int, more ...int) []int {
	out := append(slices.Clone(list), more...)
	slices.Sort(out)
	return slices.Compact(out)
}

// finish drops rows that no user reaches, and tells what of a table is not
// known.
func (s *stranger) finish(t *Table) {
	t.Rows = slices.DeleteFunc(t.Rows, func(r *Row) bool {
		budget := maxAlternatives
		return !s.possible(r.When, &budget)
	})
	for _, r := range t.Rows {
		if u := r.unclear(); u != nil && t.Unclear == nil {
			t.Unclear = u
		}
	}
	t.Rows = slices.DeleteFunc(t.Rows, func(r *Row) bool { return r.unclear() != nil })
	if len(t.Rows) > maxRows {
		s.rule = t.Rows[maxRows].Rules[0]
		t.Unclear = s.unclear("there are more than %d different claims", maxRows)
		t.Rows = t.Rows[:maxRows]
	}
}

func (r *Row) unclear() *Unclear {
	terms := append([]Term{r.Type, r.Value, r.ValueType, r.Issuer, r.OriginalIssuer}, mapValues(r.Properties)...)
	for _, v := range terms {
		if u := v.term().unclear; u != nil {
			return u
		}
	}
	return r.When.term().unclear
}

func mapValues(m map[string]Term) []Term {
	list := make([]Term, 0, len(m))
	for _, k := range sortedKeys(m) {
		list = append(list, m[k])
	}
	return list
}

// spread makes all tables unclear where there can be claims of any type that
// nothing is known of.
func (t *Tables) spread() {
	if t.Open == nil || t.Open.Unclear == nil {
		return
	}
	for _, table := range t.Types {
		if table.Unclear == nil {
			table.Unclear = t.Open.Unclear
		}
	}
}

// Condition is the condition under which a claim of the type is issued under
// its own name; [*Unclear] where the table is.
func (t *Tables) Condition(claimType string) Formula {
	t.terms.allow(questionSteps)
	table := t.Table(claimType)
	switch {
	case table == nil && t.Open != nil && t.Open.Unclear != nil:
		return t.Open.Unclear
	case table == nil:
		return t.terms.no
	case table.Unclear != nil:
		return table.Unclear
	}
	list := make([]Formula, len(table.Rows))
	for i, r := range table.Rows {
		of := []Formula{r.When}
		for _, e := range r.Elements {
			of = append(of, t.terms.present(e))
		}
		list[i] = t.terms.some(r.Elements, t.terms.and(of...))
	}
	return t.terms.or(list...)
}

// Permitted is the condition under which authorization rules let a user in: a
// permit claim is issued and no deny claim.
func (t *Tables) Permitted() Formula {
	return t.And(t.Condition(TypePermit), t.Not(t.Condition(TypeDeny)))
}

// DemandsMFA is the condition under which additional authentication rules ask
// for a second factor.
func (t *Tables) DemandsMFA() Formula {
	table := t.Table(TypeAuthnMethod)
	if table == nil {
		return t.Condition(TypeAuthnMethod)
	}
	var rows []*Row
	for _, r := range table.Rows {
		if c, ok := r.Value.(*Constant); !ok || c.Text == multiAuthn {
			rows = append(rows, r)
		}
	}
	only := &Tables{Types: []*Table{{Type: TypeAuthnMethod, Rows: rows, Unclear: table.Unclear}}, Open: t.Open, terms: t.terms}
	return only.Condition(TypeAuthnMethod)
}

// And holds where all of the formulas do.
func (t *Tables) And(list ...Formula) Formula {
	t.terms.allow(questionSteps)
	return t.terms.and(list...)
}

// Or holds where one of the formulas does.
func (t *Tables) Or(list ...Formula) Formula {
	t.terms.allow(questionSteps)
	return t.terms.or(list...)
}

// Not holds where the formula does not.
func (t *Tables) Not(f Formula) Formula { return t.terms.not(f) }

// Implies tells whether b surely holds wherever a does.
func (t *Tables) Implies(a, b Formula) bool {
	budget := maxAlternatives
	t.terms.allow(questionSteps)
	return !t.terms.possible(t.terms.and(a, t.terms.not(b)), &budget)
}

// String is the row as a line: what is issued, for which elements, when.
func (r *Row) String() string {
	if c, ok := r.Type.(*Constant); ok {
		return typeName(c.Text) + " = " + r.Says()
	}
	return r.Says()
}

// Says is the row as a line without a type that is constant. Like all texts of
// tables it is safe for one line of a terminal.
func (r *Row) Says() string {
	w := newWording()
	text, rest := w.value(r.Value), r.Elements
	if item, ok := r.Value.(*Item); ok && item.Element.Variable() {
		text, rest = "each "+text, without(rest, item.elements)
	}
	if _, fixed := r.Type.(*Constant); !fixed {
		text = w.value(r.Type) + " = " + text
	}
	if len(rest) > 0 {
		names := make([]string, len(rest))
		for i, e := range rest {
			names[i] = w.element(e)
		}
		text += ", for each " + finding.List(names)
	}
	if conditions := r.conditions(); len(conditions) > 0 {
		text += ", if " + w.list(conditions, "and", "")
	}
	return text
}

// conditions are the parts of the condition beside the presence of what the value
// itself speaks of, which goes without saying.
func (r *Row) conditions() []Formula {
	return slices.DeleteFunc(slices.Clone(parts(r.When)), func(f Formula) bool {
		p, ok := f.(*Present)
		return ok && speaksOf(r.Value.term(), p.Element)
	})
}

// String says of which rule which reason makes the table unclear.
func (t *Table) String() string {
	if t.Unclear != nil {
		return fmt.Sprintf("%s: %s", typeName(t.Type), t.Unclear)
	}
	return fmt.Sprintf("%s: %d rows", typeName(t.Type), len(t.Rows))
}
