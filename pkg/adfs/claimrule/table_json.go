package claimrule

import "encoding/json"

// TableReport is what several rule sets issue.
type TableReport struct{ Sets []TableSet }

// TableSet is one rule set of a file, or of a trust in an export.
type TableSet struct {
	Input   string  `json:"input"`
	Trust   string  `json:"trust"`
	Setting string  `json:"setting"`
	Tables  *Tables `json:"tables"`
}

// MarshalJSON writes the report as ssodoctor/claim-tables/v1.
func (r *TableReport) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Schema string     `json:"schema"`
		Sets   []TableSet `json:"sets"`
	}{"ssodoctor/claim-tables/v1", append([]TableSet{}, r.Sets...)})
}

// MarshalJSON writes the tables as docs/schema/claim-tables.schema.json says of
// "tables". Numbers tell the variables of one source apart, by row.
func (t *Tables) MarshalJSON() ([]byte, error) {
	list := make([]tableView, 0, len(t.Types)+1)
	for _, table := range t.all() {
		v := tableView{Type: table.Type, Rows: make([]rowView, 0, len(table.Rows))}
		if table.Unclear != nil {
			v.Unclear = &unclearView{table.Unclear.Rule, table.Unclear.Reason}
		}
		for _, r := range table.Rows {
			v.Rows = append(v.Rows, t.rowView(r))
		}
		list = append(list, v)
	}
	return json.Marshal(list)
}

type (
	tableView struct {
		Type    string       `json:"type"`
		Unclear *unclearView `json:"unclear,omitempty"`
		Rows    []rowView    `json:"rows"`
	}
	unclearView struct {
		Rule   int    `json:"rule"`
		Reason string `json:"reason"`
	}
	rowView struct {
		Text       string              `json:"text"`
		Type       *termView           `json:"type,omitempty"`
		Value      termView            `json:"value"`
		Each       []elementView       `json:"each"`
		When       formulaView         `json:"when"`
		Carries    *elementView        `json:"carries,omitempty"`
		Properties map[string]termView `json:"properties,omitempty"`
		Rules      []ruleView          `json:"rules"`
		Feeds      []ruleView          `json:"feeds"`
	}
	ruleView struct {
		Index int    `json:"index"`
		Name  string `json:"name"`
		Line  int    `json:"line"`
	}
	elementView struct {
		Attribute  string     `json:"attribute,omitempty"`
		Claim      string     `json:"claim,omitempty"`
		OtherClaim bool       `json:"otherClaim,omitempty"`
		Store      *storeView `json:"store,omitempty"`
		Number     int        `json:"number,omitempty"`
	}
	storeView struct {
		Name   string     `json:"name"`
		Query  string     `json:"query"`
		Params []termView `json:"params"`
		Column int        `json:"column"`
	}
	termView struct {
		Constant *string `json:"constant,omitempty"`
		*elementView
		Property string       `json:"property,omitempty"`
		Key      string       `json:"key,omitempty"`
		Join     []termView   `json:"join,omitempty"`
		Replace  *replaceView `json:"replace,omitempty"`
	}
	replaceView struct {
		Input       termView `json:"input"`
		Pattern     termView `json:"pattern"`
		Replacement termView `json:"replacement"`
	}
	formulaView struct {
		Always  *bool         `json:"always,omitempty"`
		All     []formulaView `json:"all,omitempty"`
		Any     []formulaView `json:"any,omitempty"`
		Not     *formulaView  `json:"not,omitempty"`
		Present *elementView  `json:"present,omitempty"`
		Equal   []termView    `json:"equal,omitempty"`
		Matches []termView    `json:"matches,omitempty"`
		Some    *familyView   `json:"some,omitempty"`
		Count   *tallyView    `json:"count,omitempty"`
		Found   *foundView    `json:"found,omitempty"`
		Unclear *unclearView  `json:"unclear,omitempty"`
	}
	familyView struct {
		Each []elementView `json:"each"`
		When formulaView   `json:"when"`
	}
	tallyView struct {
		Of       []familyView `json:"of"`
		Operator string       `json:"operator"`
		Number   int          `json:"number"`
	}
	foundView struct {
		Query  string     `json:"query"`
		Params []termView `json:"params"`
	}
)

// numbering gives the variables of a row their numbers.
type numbering struct {
	of   map[*Element]int
	last map[*Source]int
}

func (t *Tables) rowView(r *Row) rowView {
	n := &numbering{map[*Element]int{}, map[*Source]int{}}
	v := rowView{Text: r.Says(), Each: n.elements(r.Elements), Value: n.term(r.Value), When: n.formula(r.When), Rules: t.ruleViews(r.Rules), Feeds: t.ruleViews(r.Feeds)}
	if _, fixed := r.Type.(*Constant); !fixed {
		claimType := n.term(r.Type)
		v.Type = &claimType
	}
	if r.Carries != nil {
		e := n.element(r.Carries)
		v.Carries = &e
	}
	for _, k := range sortedKeys(r.Properties) {
		if v.Properties == nil {
			v.Properties = map[string]termView{}
		}
		v.Properties[k] = n.term(r.Properties[k])
	}
	return v
}

func (t *Tables) ruleViews(list []int) []ruleView {
	out := make([]ruleView, len(list))
	for i, index := range list {
		r := t.Rules.Rules[index]
		out[i] = ruleView{index, r.Name(), t.Rules.Span(r).Line}
	}
	return out
}

func (n *numbering) elements(list []*Element) []elementView {
	out := make([]elementView, len(list))
	for i, e := range list {
		out[i] = n.element(e)
	}
	return out
}

func (n *numbering) element(e *Element) elementView {
	var v elementView
	switch s := e.Source; s.Kind {
	case DirectoryValues:
		v.Attribute = s.Name
	case IncomingClaims:
		v.Claim = s.Name
	case OtherClaims:
		v.OtherClaim = true
	case StoreAnswers:
		v.Store = &storeView{s.Name, s.Query.Query.Value, n.terms(s.Params), s.Column}
	}
	if !e.Variable() {
		return v
	}
	if n.of[e] == 0 {
		n.last[e.Source]++
		n.of[e] = n.last[e.Source]
	}
	v.Number = n.of[e]
	return v
}

func (n *numbering) terms(list []Term) []termView {
	out := make([]termView, len(list))
	for i, t := range list {
		out[i] = n.term(t)
	}
	return out
}

func (n *numbering) term(t Term) termView {
	switch t := t.(type) {
	case *Constant:
		return termView{Constant: &t.Text}
	case *Item:
		e := n.element(t.Element)
		v := termView{elementView: &e, Key: t.Key}
		if t.Property != Value {
			v.Property = t.Property.String()
		}
		return v
	case *Joined:
		return termView{Join: n.terms(t.Parts)}
	case *Replaced:
		return termView{Replace: &replaceView{n.term(t.Input), n.term(t.Pattern), n.term(t.Replacement)}}
	}
	return termView{}
}

func (n *numbering) formulas(list []Formula) []formulaView {
	out := make([]formulaView, len(list))
	for i, f := range list {
		out[i] = n.formula(f)
	}
	return out
}

func (n *numbering) formula(f Formula) formulaView {
	switch f := f.(type) {
	case *Truth:
		return formulaView{Always: &f.Holds}
	case *All:
		return formulaView{All: n.formulas(f.Of)}
	case *Any:
		return formulaView{Any: n.formulas(f.Of)}
	case *Not:
		of := n.formula(f.Of)
		return formulaView{Not: &of}
	case *Present:
		e := n.element(f.Element)
		return formulaView{Present: &e}
	case *Test:
		if both := []termView{n.term(f.Left), n.term(f.Right)}; f.Operator == Matches {
			return formulaView{Matches: both}
		} else {
			return formulaView{Equal: both}
		}
	case *Some:
		return formulaView{Some: &familyView{n.elements(f.Elements), n.formula(f.Of)}}
	case *Tally:
		v := &tallyView{Operator: f.Operator.String(), Number: f.Number}
		for _, family := range f.Families {
			v.Of = append(v.Of, familyView{n.elements(family.Elements), n.formula(family.When)})
		}
		return formulaView{Count: v}
	case *Found:
		return formulaView{Found: &foundView{f.Query.Query.Value, n.terms(f.Params)}}
	case *Unclear:
		return formulaView{Unclear: &unclearView{f.Rule, f.Reason}}
	}
	return formulaView{}
}
