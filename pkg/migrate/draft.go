package migrate

import (
	"cmp"
	"slices"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/adfs/claimrule"
	"github.com/ssodoctor/ssodoctor/pkg/entra"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// draft is one row of a decision table on its way to Entra.
type draft struct {
	row     *claimrule.Row
	when    *statement
	value   value
	remarks []remark
	ways    []way
	key     string // tells the value from those of other rows
	becomes string // in the place of what the ways say
}

func (d *draft) remark(outcome Outcome, severity finding.Severity, text string) {
	d.remarks = addRemark(d.remarks, remark{outcome, severity, text})
}

// gravest is the remark that decides; that nothing is to be said where there is
// none.
func gravest(list []remark) remark {
	if len(list) == 0 {
		return remark{outcome: Mapped, severity: finding.Info}
	}
	return slices.MaxFunc(list, func(a, b remark) int {
		return cmp.Or(cmp.Compare(a.severity, b.severity), cmp.Compare(announces(a.outcome), announces(b.outcome)))
	})
}

// announces orders outcomes by how much they say that the claim will differ.
func announces(o Outcome) int {
	switch o {
	case Unsupported:
		return 3
	case Changed:
		return 2
	case Lost, Manual:
		return 1
	}
	return 0
}

// way is one configuration of a claim: what it emits for whom.
type way struct {
	groups []entra.Group
	value  value
	key    string // that of the row's value
	// atoms are those that must hold, tests among them those that the value
	// itself makes sure of.
	atoms []int
	// negatives counts the conditions that Entra has no word for, and that
	// only a later configuration can take the place of.
	negatives int
}

// draft reads a row whose claim has one value for a user at most, or values
// that Entra emits as one.
func (t *translator) draft(row *claimrule.Row) *draft {
	d := &draft{row: row, value: t.valueOf(row.Value)}
	d.key = d.value.key(row.Value)
	t.atoms.foreign, t.atoms.open = false, false
	d.when = t.atoms.statement(row.When)
	d.remarks = append(d.remarks, d.value.remarks...)
	if t.atoms.foreign {
		d.remark(Manual, finding.Warning, forGuests)
	}
	if t.atoms.open {
		d.remark(Changed, finding.Info, "the expression for a SID has no anchors: AD FS takes other groups whose SIDs it is a part of, too")
	}
	if t.request(d) {
		return d
	}
	clauses, ok := d.when.clauses(false)
	if !ok {
		d.remark(Unsupported, finding.Error, "its condition has more cases than claim conditions can name")
		return d
	}
	if !d.value.made() {
		return d
	}
	for _, c := range clauses {
		if w, ok := t.way(d, c); ok {
			d.ways = append(d.ways, w)
		}
	}
	return d
}

// request tells whether a row depends on the request or the device, and remarks
// it.
func (t *translator) request(d *draft) bool {
	var names []string
	d.when.reads(func(i int) {
		a := t.atoms.list[i]
		if a.kind != isOther && (a.kind != isPresent || !aboutRequest(a.source.Name)) {
			return
		}
		if name := a.requestType(); name != "" && !slices.Contains(names, typeName(name)) {
			names = append(names, typeName(name))
		}
	})
	if len(names) > 0 {
		d.remark(Unsupported, finding.Error, "it depends on the request ("+finding.Few(names, 5, func(name string) string { return name })+"), and tokens of Entra do not: let Conditional Access decide in the place of the app")
	}
	return len(names) > 0
}

// way is the configuration for one clause of a condition.
func (t *translator) way(d *draft, c clause) (way, bool) {
	w := way{value: d.value, key: d.key}
	var guards []*claimrule.Source
	for _, l := range c {
		a := t.atoms.list[l.atom]
		switch {
		case l.not && a.kind != isOther:
			w.negatives++
			continue
		case a.kind == isMember && leftOut(a.group):
			d.remark(Unsupported, finding.Warning, "it is for the group "+shownGroup(a.group)+", which Entra Connect does not synchronize: make a group of the same users, and pair the SID with it in the list of groups")
			return way{}, false
		case a.kind == isMember:
			w.groups = append(w.groups, a.group)
		case a.kind == isPresent && slices.Contains(d.value.needs, a.source):
			continue // there is no value without it
		case a.kind == isPresent:
			guards = append(guards, a.source)
		default:
			restricted, ok := t.restrict(d, w.value, a.formula, l.not)
			if !ok {
				return way{}, false
			}
			w.value = restricted
		}
		w.atoms = append(w.atoms, l.atom)
	}
	if len(w.groups) > 1 {
		d.remark(Unsupported, finding.Warning, "it is for members of several groups at once, which a claim condition does not know: make a group of those who are in all of them")
		return way{}, false
	}
	for _, g := range guards {
		guarded, ok := t.guard(w.value, g)
		if !ok {
			d.remark(Unsupported, finding.Warning, "it is only for users who have "+finding.Quote(g.Name)+", which claim conditions do not know: make a dynamic group of those users")
			return way{}, false
		}
		w.value = guarded
	}
	return w, true
}

// guard lets a value out only for users who have another attribute.
func (t *translator) guard(v value, s *claimrule.Source) (value, bool) {
	g := t.ofSource(s)
	if !g.plain() || !v.plain() {
		return value{}, false
	}
	output := v.source
	g.needs = append([]*claimrule.Source{s}, v.needs...)
	g.remarks = append(slices.Clip(v.remarks), g.remarks...)
	return g.step(entra.Transformation{Method: entra.IfNotEmpty, Parameters: entra.Parameters{Output: &output}}), true
}

// restrict lets a value out only where a comparison holds: that of an attribute
// with the beginning, the end or a part of it.
func (t *translator) restrict(d *draft, v value, f claimrule.Formula, not bool) (value, bool) {
	if u, ok := f.(*claimrule.Unclear); ok {
		d.remark(Unsupported, finding.Error, "it cannot be told when: "+u.String())
		return value{}, false
	}
	if _, ok := f.(*claimrule.Tally); ok {
		d.remark(Unsupported, finding.Error, "Entra cannot count claims")
		return value{}, false
	}
	if found, ok := f.(*claimrule.Found); ok {
		d.remark(Unsupported, finding.Error, "the query searches the directory by "+finding.Quote(finding.Shorten(found.Query.Query.Value, 60))+": Entra has the attributes of the user alone")
		return value{}, false
	}
	test, ok := f.(*claimrule.Test)
	if !ok || not || !v.plain() {
		d.remark(Unsupported, finding.Warning, onValue(f))
		return value{}, false
	}
	text, fixed := test.Right.(*claimrule.Constant)
	in := t.valueOf(test.Left)
	method, part := comparison(test.Operator, orConstant(text))
	if !fixed || method == "" || !in.plain() || in.source.Kind == entra.FromConstant {
		d.remark(Unsupported, finding.Warning, onValue(f))
		return value{}, false
	}
	output := v.source
	in.needs = append(slices.Clip(in.needs), v.needs...)
	in.remarks = v.remarks
	d.remark(Changed, finding.Warning, "the condition on the value becomes "+string(method)+"(), of which it is not documented whether letter case counts")
	return in.step(entra.Transformation{Method: method, Parameters: entra.Parameters{Value: part, Output: &output}}), true
}

// onValue says what can be done about a condition on a value.
func onValue(f claimrule.Formula) string {
	unknown, attribute := "", false
	eachElement(f, func(e *claimrule.Element) {
		switch s := e.Source; {
		case s.Attribute != "" || s.Kind == claimrule.DirectoryValues:
			attribute = true
		case s.Kind == claimrule.IncomingClaims && s.GroupForm == "" && incomingAttributes[s.Name] == "":
			unknown = s.Name
		}
	})
	text := finding.Shorten(f.String(), 160)
	switch {
	case unknown != "":
		return "the condition is on the claim " + typeName(unknown) + ", which users of Active Directory have only where the acceptance rules of the claims provider make it: find out what it is made of, and make a group of those users: " + text
	case attribute:
		return "the condition on a value has no claim condition in Entra: make a dynamic group of those users: " + text
	}
	return "the condition on a value has no claim condition in Entra: make a group of those users: " + text
}

func orConstant(c *claimrule.Constant) string {
	if c == nil {
		return ""
	}
	return c.Text
}

// comparison is the transformation that tests what a simple expression does.
func comparison(op claimrule.Operator, pattern string) (entra.Method, string) {
	if op != claimrule.Matches {
		return "", ""
	}
	p := strings.TrimPrefix(pattern, "(?i)")
	p, begins := strings.CutPrefix(p, "^")
	p = strings.TrimPrefix(p, "(?i)")
	p, ends := strings.CutSuffix(p, "$")
	if rest, ok := strings.CutPrefix(p, ".*"); ok && begins {
		p, begins = rest, false
	}
	if rest, ok := strings.CutSuffix(p, ".*"); ok && ends {
		p, ends = rest, false
	}
	plain, ok := unescape(p)
	switch {
	case !ok || begins && ends:
		return "", ""
	case begins:
		return entra.StartsWith, plain
	case ends:
		return entra.EndsWith, plain
	}
	return entra.Contains, plain
}

// requestType is the claim type about the request or the device that an atom
// speaks of; empty for none.
func (a atom) requestType() string {
	if a.kind == isPresent {
		return a.source.Name
	}
	name := ""
	eachElement(a.formula, func(e *claimrule.Element) {
		if e.Source.Kind == claimrule.IncomingClaims && aboutRequest(e.Source.Name) && name == "" {
			name = e.Source.Name
		}
	})
	return name
}

// eachElement visits the elements that a formula speaks of.
func eachElement(f claimrule.Formula, visit func(*claimrule.Element)) {
	switch f := f.(type) {
	case *claimrule.All:
		for _, p := range f.Of {
			eachElement(p, visit)
		}
	case *claimrule.Any:
		for _, p := range f.Of {
			eachElement(p, visit)
		}
	case *claimrule.Not:
		eachElement(f.Of, visit)
	case *claimrule.Present:
		visit(f.Element)
	case *claimrule.Test:
		sourcesOf(f.Left, visit)
		sourcesOf(f.Right, visit)
	case *claimrule.Some:
		for _, e := range f.Elements {
			visit(e)
		}
		eachElement(f.Of, visit)
	case *claimrule.Tally:
		for _, family := range f.Families {
			for _, e := range family.Elements {
				visit(e)
			}
			eachElement(family.When, visit)
		}
	case *claimrule.Found:
		for _, p := range f.Params {
			sourcesOf(p, visit)
		}
	}
}
