package claimrule

import (
	"slices"
	"strings"
)

// sources are those that a row looks at, each once.
func (r *Row) sources() []*Source {
	list := sourcesIn(r.When)
	for _, v := range append([]Term{r.Type, r.Value}, mapValues(r.Properties)...) {
		for _, e := range v.term().elements {
			list = addSource(list, e.Source)
		}
	}
	return list
}

func addSource(list []*Source, s *Source) []*Source {
	if slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}

// samples are texts that a regular expression matches, and near misses.
type samples struct{ matching, near []string }

func (c *casting) samplesOf(pattern string) samples {
	s, ok := c.samples[pattern]
	if !ok {
		s.matching, s.near, _ = SampleRegex(pattern, 5)
		c.samples[pattern] = s
	}
	return s
}

// valuesOf are the texts that a row compares values of a source with, matching
// ones and near misses; first come those that are nearly what its user has.
func (c *casting) valuesOf(of role, s *Source) []string {
	v := &vocabulary{casting: c, source: s}
	v.formula(of.row.When)
	for _, term := range append([]Term{of.row.Type, of.row.Value}, mapValues(of.row.Properties)...) {
		v.term(term)
	}
	if len(v.list) > 0 && s.GroupForm == "" {
		v.list = append(nearly(of.tables.valuesOf(s, of.user)), v.list...)
	}
	return v.unique()
}

// nearly are values of which letter case, the domain or the end is another.
func nearly(values []string) []string {
	var list []string
	for _, s := range values {
		list = append(list, swapCase(s))
		if local, domain, ok := strings.Cut(s, "@"); ok {
			list = append(list, local+"@"+strings.ToUpper(domain), local+"@fabrikam.com", local+"@sub."+domain)
		}
	}
	return list
}

func (c *casting) valuesIn(f Formula, s *Source) []string {
	v := &vocabulary{casting: c, source: s}
	v.formula(f)
	return v.unique()
}

// issuersIn are the issuers that a formula asks for in claims of a source.
func (c *casting) issuersIn(f Formula, s *Source) []string {
	var list []string
	walk(f, func(f Formula) {
		test, ok := f.(*Test)
		if !ok {
			return
		}
		item, isItem := test.Left.(*Item)
		text, fixed := test.Right.(*Constant)
		if !isItem || !fixed || item.Element.Source != s || item.Property != Issuer {
			return
		}
		if test.Operator == Matches {
			matching := c.samplesOf(text.Text).matching
			list = append(list, matching[:min(1, len(matching))]...)
		} else {
			list = append(list, text.Text)
		}
	})
	return list
}

// vocabulary collects the texts that formulas compare values of a source with.
type vocabulary struct {
	*casting
	source *Source
	list   []string
}

func (v *vocabulary) unique() []string {
	var out []string
	for _, s := range v.list {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

func (v *vocabulary) formula(f Formula) {
	walk(f, func(f Formula) {
		test, ok := f.(*Test)
		if !ok {
			return
		}
		v.term(test.Left)
		v.term(test.Right)
		text, fixed := test.Right.(*Constant)
		if !fixed || !v.about(test.Left) {
			return
		}
		if test.Operator == Matches {
			v.regex(text.Text)
			return
		}
		if v.isSID() {
			v.list = append(v.list, text.Text, text.Text+"0")
			return
		}
		v.list = append(v.list, text.Text, swapCase(text.Text), text.Text+"x", "x"+text.Text)
	})
}

// isSID tells whether the values are SIDs, which Windows writes in one way only.
func (v *vocabulary) isSID() bool {
	return v.source.GroupForm == "sid" || strings.EqualFold(v.source.Attribute, "objectSid") || strings.EqualFold(v.source.Name, "objectSid")
}

func (v *vocabulary) regex(pattern string) {
	s := v.samplesOf(pattern)
	texts := slices.Concat(s.matching, s.near)
	switch {
	case v.isSID():
		texts = asSIDs(texts)
	case v.isAddress():
		texts = asAddresses(texts)
	}
	v.list = append(v.list, texts...)
}

// isAddress tells whether the values have the form name@domain.
func (v *vocabulary) isAddress() bool {
	return slices.ContainsFunc([]string{v.source.Name, v.source.Attribute}, func(name string) bool {
		return strings.EqualFold(name, "userPrincipalName") || strings.EqualFold(name, "mail")
	})
}

// asAddresses completes texts that are the end of an address; addresses come
// first.
func asAddresses(texts []string) []string {
	var addresses, others []string
	for _, s := range texts {
		if strings.HasPrefix(s, "@") {
			s = "x" + s
		}
		if local, domain, ok := strings.Cut(s, "@"); ok && local != "" && domain != "" && !strings.Contains(domain, "@") {
			addresses = append(addresses, s)
		} else {
			others = append(others, s)
		}
	}
	return append(addresses, others...)
}

// asSIDs are those texts that are SIDs, or the end of one; all of them where none
// is.
func asSIDs(texts []string) []string {
	var list []string
	for _, s := range texts {
		for _, sid := range []string{strings.ToUpper(s), domainSID + s, domainSID + "-" + s} {
			if isSID(sid) && !strings.Contains(sid, "--") {
				list = append(list, sid)
				break
			}
		}
	}
	if len(list) == 0 {
		return texts
	}
	return list
}

// term adds what the regular expressions of a value look for.
func (v *vocabulary) term(t Term) {
	switch t := t.(type) {
	case *Joined:
		for _, p := range t.Parts {
			v.term(p)
		}
	case *Replaced:
		v.term(t.Input)
		if pattern, ok := t.Pattern.(*Constant); ok && v.about(t.Input) {
			v.regex(pattern.Text)
		}
	}
}

// about tells whether a value speaks of an element of the source.
func (v *vocabulary) about(t Term) bool {
	return slices.ContainsFunc(t.term().elements, func(e *Element) bool { return e.Source == v.source })
}

// walk calls visit for a formula and all of its parts.
func walk(f Formula, visit func(Formula)) {
	visit(f)
	switch f := f.(type) {
	case *All:
		for _, g := range f.Of {
			walk(g, visit)
		}
	case *Any:
		for _, g := range f.Of {
			walk(g, visit)
		}
	case *Not:
		walk(f.Of, visit)
	case *Some:
		walk(f.Of, visit)
	case *Tally:
		for _, family := range f.Families {
			walk(family.When, visit)
		}
	}
}

// sourcesIn are the sources of the elements that a formula speaks of, those
// inside quantifiers too.
func sourcesIn(f Formula) []*Source {
	var list []*Source
	walk(f, func(f Formula) {
		for _, e := range f.term().elements {
			list = addSource(list, e.Source)
		}
		if s, ok := f.(*Some); ok {
			for _, e := range s.Elements {
				list = addSource(list, e.Source)
			}
		}
		if t, ok := f.(*Tally); ok {
			for _, family := range t.Families {
				for _, e := range family.Elements {
					list = addSource(list, e.Source)
				}
			}
		}
	})
	return list
}
