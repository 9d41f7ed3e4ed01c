package migrate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/adfs/claimrule"
	"github.com/ssodoctor/ssodoctor/pkg/entra"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

const referenceClaims = "Microsoft Learn: Customize claims issued in the SAML token"

// rule adds an item about a rule and one of its claims.
func (t *translator) rule(index int, claimType string, outcome Outcome, severity finding.Severity, target, message string) {
	r := t.set.rules.Rules[index]
	t.told[index] = true
	v := ruleVerdict(t.set, r, outcome, severity, message)
	v.Claim, v.Target, v.Reference = t.own(claimType), target, referenceClaims
	if severity == finding.Error && entra.RestrictionOf(claimType) == entra.Restricted {
		v.Aliases = append(v.Aliases, "RESTRICTED_CLAIM_ISSUED")
	}
	t.items = append(t.items, ruleItem(t.set, r, r, v))
}

// of adds an item about a claim type that no single rule is behind.
func (t *translator) of(claimType string, outcome Outcome, severity finding.Severity, message string) {
	v := &Verdict{Setting: t.set.setting, Outcome: outcome, Severity: severity, Claim: t.own(claimType), Message: message,
		Reference: referenceClaims, Aliases: []string{t.set.setting}}
	switch severity {
	case finding.Error:
		v.Check = "adfs-unsupported"
	case finding.Warning:
		v.Check = "adfs-needs-work"
	}
	t.items = append(t.items, Item{Verdict: v, Line: int32(t.set.text.Span.Line), Column: int32(t.set.text.Span.Column)})
}

// together tells what the rules do together.
func (t *translator) together(tables *claimrule.Tables) {
	groups := map[string]bool{}
	for _, c := range t.out.claims {
		for _, one := range c.Configurations {
			for _, g := range one.Condition.Groups {
				groups[g.Ref()] = true
			}
		}
	}
	if len(groups) > entra.MaxConditionGroups {
		t.of("", Unsupported, finding.Error, fmt.Sprintf("the rules name %d groups, and the claim conditions of an application can name %d", len(groups), entra.MaxConditionGroups))
	}
	if n := len(t.out.claims); n > entra.MaxClaims {
		t.of("", Changed, finding.Warning, fmt.Sprintf("the rules issue %d types of claims; a claims mapping policy drops those behind the first %d", n, entra.MaxClaims))
	}
	if tables != nil && tables.Table(entra.TypeNameID) == nil {
		t.of(entra.TypeNameID, Changed, finding.Info, "no rule issues a NameID: AD FS sends none, Entra always sends one (user.userprincipalname unless it is set otherwise)")
	}
}

// ruleLines names rules with their lines in the export.
func (s *ruleSet) ruleLines(indices []int) []RuleLine {
	list := make([]RuleLine, 0, len(indices))
	for _, i := range indices {
		r := s.rules.Rules[i]
		list = append(list, RuleLine{Index: i, Name: strings.Clone(r.Name()), Line: s.rules.Span(r).Line})
	}
	return list
}

// tables are the decision tables of the rules that can be read.
func (s *ruleSet) tables() (*claimrule.Tables, error) {
	readable := *s.rules
	readable.Rules = slices.DeleteFunc(slices.Clone(s.rules.Rules), func(r *claimrule.Rule) bool { return r.Bad })
	return readable.Tables(claimrule.TableOptions{})
}

// ruleVerdict is what is said of a rule of a set.
func ruleVerdict(set *ruleSet, r *claimrule.Rule, outcome Outcome, severity finding.Severity, message string) *Verdict {
	v := &Verdict{Setting: set.setting, Outcome: outcome, Severity: severity, Message: message,
		Aliases: append([]string{set.setting}, codes(r)...), Rule: &RuleRef{Index: r.Index, Name: strings.Clone(r.Name()), Shape: shapeOf(r)}}
	switch severity {
	case finding.Error:
		v.Check = "adfs-rule-untranslatable"
	case finding.Warning:
		v.Check = "adfs-needs-work"
	}
	return v
}

func ruleItem(set *ruleSet, r *claimrule.Rule, at claimrule.Node, v *Verdict) Item {
	span := set.rules.Span(at)
	return Item{Verdict: v, Value: set.shown(r), Line: int32(span.Line), Column: int32(span.Column)}
}

// shown is a rule as items show it.
func (s *ruleSet) shown(r *claimrule.Rule) string {
	if s.lines == nil {
		s.lines = make([]string, s.count())
	}
	if s.lines[r.Index] == "" {
		s.lines[r.Index] = oneLine(s.rules.Source(r))
	}
	return s.lines[r.Index]
}

// oneLine is a text of the export on one line, cut off where it is long.
func oneLine(s string) string {
	const most = 160
	if len(s) > 8*most {
		s = strings.ToValidUTF8(s[:8*most], "") + "…"
	}
	return strings.Clone(finding.Shorten(strings.Join(strings.Fields(s), " "), most))
}

// groupNames lists groups by SID, with the names of those that every domain
// has.
func groupNames(sids []string) string {
	return finding.Few(sids, 3, func(sid string) string {
		if name := claimrule.SIDName(sid); name != "" {
			return name + " (" + sid + ")"
		}
		return sid
	})
}
