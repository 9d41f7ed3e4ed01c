package migrate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/adfs/claimrule"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// flow follows claims through a rule set: what each type that rules make is
// made of.
type flow struct {
	made map[string][]origin
}

// premise is what the conditions of a rule come to.
type premise struct {
	sources map[string]origin // by tag, in lower case
	groups  []string          // SIDs of groups whose members alone it is for
	remarks []remark
	// values are what is demanded of the values of claims that Entra cannot
	// name a group for. It is told of fixed values: those of a source carry it.
	values []remark
}

func (p *premise) remark(outcome Outcome, severity finding.Severity, text string) {
	r := remark{outcome, severity, text}
	if !slices.Contains(p.remarks, r) {
		p.remarks = append(p.remarks, r)
	}
}

// premise reads the conditions of a rule.
func (f *flow) premise(r *claimrule.Rule) *premise {
	p := &premise{sources: map[string]origin{}}
	selectors := 0
	for _, c := range r.Conditions {
		switch c := c.(type) {
		case *claimrule.Selector:
			o := f.selected(p, c)
			if c.Tag != nil {
				p.sources[strings.ToLower(c.Tag.Name)] = o
			}
			if o.kind == ofGroups {
				selectors++
			}
		case *claimrule.Exists:
			f.exists(p, c)
		case *claimrule.Count:
			p.remark(Manual, finding.Error, "Entra cannot count claims")
		}
	}
	if selectors > 1 {
		p.remark(Manual, finding.Error, "Entra cannot combine each group with each other")
	}
	return p
}

// selected is the origin of the claims that a selector picks. What it demands
// of them goes into the premise.
func (f *flow) selected(p *premise, s *claimrule.Selector) origin {
	o, claimType := f.typed(s)
	o = o.withAll(nil)
	for _, m := range s.Matches {
		text, isText := literal(m.Value)
		switch {
		case m.Property.Kind == claimrule.Type:
		case !isText:
			p.remark(Manual, finding.Error, "the condition compares one claim with another, which Entra cannot")
		case m.Property.Kind == claimrule.Issuer, m.Property.Kind == claimrule.OriginalIssuer:
			if !localIssuer(m.Operator, text) {
				p.remark(Manual, finding.Warning, "it is for users of another claims provider: those must become guests, or members of other groups")
			}
		case m.Property.Kind == claimrule.Value:
			o = f.filtered(p, o, claimType, m, text)
		default:
			p.remark(Changed, finding.Warning, "Entra has no condition on "+m.Property.Kind.String())
		}
	}
	if o.kind == ofRequest {
		p.remark(Unsupported, finding.Error, "it depends on the request ("+typeName(claimType)+"): tokens of Entra do not, Conditional Access alone can tell")
	}
	p.groups = append(p.groups, o.groups...)
	return o.bounded()
}

// typed is the origin of the claims of the type that a selector asks for.
func (f *flow) typed(s *claimrule.Selector) (origin, string) {
	for _, m := range s.Matches {
		text, isText := literal(m.Value)
		if m.Property.Kind != claimrule.Type || !isText {
			continue
		}
		switch m.Operator {
		case claimrule.Equal:
			return f.ofType(text), text
		case claimrule.Matches:
			return f.ofPattern(text), text
		}
	}
	return origin{kind: ofAttribute, says: "every claim"}.with(Manual, finding.Warning, "Entra cannot pass all claims on: list those that the app reads"), ""
}

func (f *flow) ofType(claimType string) origin {
	list := f.made[claimType]
	o, comesIn := incomingOrigin(claimType)
	if comesIn && (len(list) == 0 || o.kind == ofAttribute) {
		list = append(slices.Clone(list), o)
	}
	if len(list) == 0 {
		return origin{kind: ofNothing, says: "nothing"}.with(Manual, finding.Warning,
			"no rule makes the claim "+typeName(claimType)+", so that users of Active Directory do not have it")
	}
	return merge(list)
}

// ofPattern is what the types that an expression matches are made of.
func (f *flow) ofPattern(pattern string) origin {
	re, err := claimrule.CompileRegex(pattern, 0)
	if err != nil {
		return origin{kind: ofNothing, says: "nothing"}.with(Unsupported, finding.Error, err.Error())
	}
	var list []origin
	if len(f.made) > maxPattern {
		return origin{kind: ofAttribute, says: "every claim whose type matches"}.with(Manual, finding.Warning, "it chooses among too many types of claims: list those that the app reads")
	}
	for _, t := range sortedKeys(f.made) {
		if ok, err := re.Match(t); ok && err == nil {
			list = append(list, f.made[t]...)
		}
	}
	if len(list) == 0 {
		return origin{kind: ofAttribute, says: "every claim whose type matches"}.with(Manual, finding.Warning, "Entra cannot choose claims by an expression on their type: list those that the app reads")
	}
	return merge(list)
}

// filtered is the origin of claims of which only those of some values count.
func (f *flow) filtered(p *premise, o origin, claimType string, m *claimrule.Match, text string) origin {
	positive := m.Operator == claimrule.Equal || m.Operator == claimrule.Matches
	values := []string{text}
	if m.Operator == claimrule.Matches || m.Operator == claimrule.NotMatches {
		values = alternatives(text)
	}
	switch {
	case o.kind == ofRequest:
	case claimType == claimrule.TypeGroupSID && positive && values != nil:
		o.groups = append(slices.Clone(o.groups), values...)
		o.kind, o.says, o.remarks = ofConstant, finding.Quote(values[0]), nil
	case claimType == claimrule.TypePrimarySID:
		p.remark(Manual, finding.Warning, "it is for one user: claim conditions know groups only, so put the user into one")
	case o.kind == ofGroups && positive:
		p.values = append(p.values, remark{Changed, finding.Warning, "it is for the groups that are named " + finding.Quote(finding.Shorten(text, 60)) + ": find them in Entra, and name them in the claim condition"})
		o.says += ", filtered by " + finding.Quote(finding.Shorten(text, 60))
		o = o.with(Changed, finding.Warning, "the filter of the group claim compares the beginning, the end or a part of the name; other expressions need a regular expression on a group claim of a custom name")
	case o.kind == ofGroups:
		p.remark(Changed, finding.Warning, "Entra cannot exclude groups from a condition: put those who are to have the claim into a group")
	case o.kind == ofConstant:
	default:
		p.values = append(p.values, remark{Changed, finding.Warning, conditionOnValue})
		o = o.step(fmt.Sprintf("%s where %s %s", o.says, m.Operator, finding.Quote(finding.Shorten(text, 60))))
		o = o.with(Changed, finding.Warning, conditionOnValue)
	}
	return o
}

const conditionOnValue = "the condition on the value becomes a transformation (Contains, StartWith, EndWith, RegexReplace) or a group of those users"

// exists reads a test.
func (f *flow) exists(p *premise, e *claimrule.Exists) {
	inner := &premise{sources: map[string]origin{}}
	o := f.selected(inner, e.Claims)
	claimType := ""
	for _, m := range e.Claims.Matches {
		if t, ok := literal(m.Value); ok && m.Property.Kind == claimrule.Type && m.Operator == claimrule.Equal {
			claimType = t
		}
	}
	_, made := f.made[claimType]
	switch {
	case o.kind == ofRequest, o.kind == ofEntra:
		p.remark(Unsupported, finding.Error, "it depends on the request or the sign-in ("+typeName(claimType)+"): tokens of Entra do not, Conditional Access alone can tell")
		return
	case len(inner.groups) > 0 && !e.Not:
		p.groups = append(p.groups, inner.groups...)
	case len(inner.groups) > 0:
		p.remark(Changed, finding.Warning, "NOT EXISTS on a group: write the value of the others first and that of the group behind it, as the last condition that matches wins")
	case made && e.Not:
		p.remark(Mapped, finding.Info, "NOT EXISTS becomes IfEmpty, or an earlier condition of the claim")
	case made:
		p.remark(Changed, finding.Info, "EXISTS becomes IfNotEmpty")
	case o.kind == ofNothing && e.Not:
	case e.Not:
		p.remark(Changed, finding.Warning, "NOT EXISTS has no claim condition of its own in Entra")
	case o.kind == ofGroups:
		p.remark(Changed, finding.Warning, "EXISTS on an expression for groups: name the groups in the claim condition")
	}
	p.values = append(p.values, inner.values...)
	for _, r := range inner.remarks {
		p.remark(r.outcome, r.severity, r.text)
	}
}
