package migrate

import (
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/adfs"
	"github.com/ssodoctor/ssodoctor/pkg/adfs/claimrule"
)

// Becoming is what one claim rule becomes in Entra.
type Becoming struct {
	Rule  *claimrule.Rule
	Items []Item
}

// Explain tells for each rule of a set what it becomes in Entra. Rules that
// decide about access are told from those that make claims by what they issue;
// purpose, where it is known, decides for all.
func Explain(rs *claimrule.RuleSet, purpose claimrule.Purpose) []Becoming {
	set := &ruleSet{setting: "rules", purpose: purpose, rules: rs, text: adfs.Text{Value: rs.Text}}
	if purpose == claimrule.UnknownPurpose {
		set.purpose = purposeOf(rs)
	}
	var items []Item
	switch set.purpose {
	case claimrule.Authorization, claimrule.AdditionalAuthentication:
		j := newEntryJudge(set, newShared(nil))
		j.tell(planEntry("", j.rules))
		items = j.items
	default:
		t := newTranslator(set, newShared(nil), nil)
		t.run()
		items = t.items
	}
	list := make([]Becoming, len(rs.Rules))
	for i, r := range rs.Rules {
		list[i].Rule = r
	}
	for _, item := range items {
		if item.Rule != nil {
			list[item.Rule.Index].Items = append(list[item.Rule.Index].Items, item)
		}
	}
	return list
}

// purposeOf tells what rules are for by what they issue.
func purposeOf(rs *claimrule.RuleSet) claimrule.Purpose {
	for _, r := range rs.Rules {
		switch {
		case issues(r, claimrule.TypePermit, "") || issues(r, claimrule.TypeDeny, ""):
			return claimrule.Authorization
		case issues(r, claimrule.TypeAuthnMethod, multipleAuthn):
			return claimrule.AdditionalAuthentication
		}
		if q, ok := r.Body.(*claimrule.Query); ok && len(q.Types) == 1 && strings.HasSuffix(q.Types[0].Value, "/authorization/claims/permit") {
			return claimrule.Authorization
		}
	}
	return claimrule.Transform
}
