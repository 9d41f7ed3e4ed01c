package migrate

import (
	"slices"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/adfs"
	"github.com/ssodoctor/ssodoctor/pkg/adfs/claimrule"
	"github.com/ssodoctor/ssodoctor/pkg/entra"
)

// entryRuleSet is who is let in, who is kept out all the same, and when a
// second factor is demanded.
type entryRuleSet struct {
	permit, deny, mfa []*entryRule
}

// builtInPolicy is an access control policy that AD FS brings. Groups is set
// where the rules are for the groups of its parameters.
type builtInPolicy struct {
	groups      bool
	permit, mfa *entryRule
}

var anybody = &entryRule{}

// policies are the access control policies that AD FS brings, by their name in
// lower case.
var policies = map[string]builtInPolicy{
	"permit everyone":                                                                                   {permit: anybody},
	"permit specific group":                                                                             {permit: anybody, groups: true},
	"permit everyone and require mfa":                                                                   {permit: anybody, mfa: anybody},
	"permit everyone and require mfa for specific group":                                                {permit: anybody, mfa: anybody, groups: true},
	"permit everyone and require mfa from extranet access":                                              {permit: anybody, mfa: &entryRule{inside: refusedIf}},
	"permit everyone and require mfa from unauthenticated devices":                                      {permit: anybody, mfa: &entryRule{trusted: refusedIf}},
	"permit everyone and require mfa, allow automatic device registration":                              {permit: anybody, mfa: anybody},
	"permit everyone and require mfa from unauthenticated devices, allow automatic device registration": {permit: anybody, mfa: &entryRule{trusted: refusedIf}},
	"permit everyone for intranet access":                                                               {permit: &entryRule{inside: demanded}},
}

// policyRules are the rules of the access control policy of a trust.
func (j *trustJudge) policyRules() entryRuleSet {
	if p, ok := policies[strings.ToLower(strings.TrimSpace(j.rp.AccessControlPolicyName))]; ok {
		return j.builtIn(p)
	}
	policy := j.rp.ResultantPolicy
	unknown := func(why string) entryRuleSet { return entryRuleSet{permit: []*entryRule{{why: why}}} }
	switch {
	case policy == nil || policy.Serialized.Value == "" || policy.Err != nil:
		return unknown("a policy that is none that AD FS brings, and of which the export does not hold what it says: read it in AD FS, and build it as assignments and Conditional Access")
	case len(policy.Unknown) > 0:
		return unknown("conditions that are not known here (" + strings.Join(slices.Compact(slices.Clone(policy.Unknown)), ", ") + "): build the policy by hand as assignments and Conditional Access")
	}
	var set entryRuleSet
	for _, rule := range policy.Rules {
		set.permit = append(set.permit, j.accessRule(rule))
	}
	return set
}

// builtIn are the rules of a policy that AD FS brings.
func (j *trustJudge) builtIn(p builtInPolicy) entryRuleSet {
	permit := *p.permit
	set := entryRuleSet{permit: []*entryRule{&permit}}
	if p.mfa != nil {
		mfa := *p.mfa
		set.mfa = []*entryRule{&mfa}
	}
	if !p.groups {
		return set
	}
	named := set.permit[0]
	if len(set.mfa) > 0 {
		named = set.mfa[0]
	}
	for _, name := range parameterGroups(j.rp.AccessControlPolicyParameters) {
		named.groups = append(named.groups, j.shared.group(name))
	}
	if len(named.groups) == 0 {
		named.why = "groups that the export does not name"
	}
	return set
}

// group is a group by its SID or its name.
func (s *shared) group(name string) entra.Group {
	if sidForm.MatchString(name) {
		return s.groups.withSID(name)
	}
	return s.groups.named(name)
}

// maxParameters bounds the groups of a policy.
const maxParameters = 1000

// parameterGroups are the texts in the parameters of a policy.
func parameterGroups(v *adfs.Value) []string {
	if v == nil {
		return nil
	}
	var list []string
	switch v.Shape {
	case adfs.ShapeText:
		if v.Text.Value != "" {
			list = append(list, strings.Clone(v.Text.Value))
		}
	case adfs.ShapeList:
		for _, item := range v.Items {
			list = append(list, parameterGroups(item)...)
		}
	case adfs.ShapeMap:
		for _, e := range v.Entries {
			list = append(list, parameterGroups(e.Value)...)
		}
	}
	return list[:min(len(list), maxParameters)]
}

// accessRule is a rule of a policy that the export spells out.
func (j *trustJudge) accessRule(rule adfs.AccessRule) *entryRule {
	r := &entryRule{}
	if len(rule.Conditions) == 0 {
		r.because("a rule without conditions")
	}
	for _, c := range rule.Conditions {
		j.accessCondition(r, c, true)
	}
	for _, c := range rule.Exceptions {
		j.accessCondition(r, c, false)
	}
	if len(rule.Exceptions) > 1 && len(r.except) < len(rule.Exceptions) {
		r.because("exceptions that are joined")
	}
	return r
}

// accessCondition takes over one condition, or an exception.
func (j *trustJudge) accessCondition(r *entryRule, c adfs.AccessCondition, holds bool) {
	switch {
	case c.Type == "AlwaysCondition" && holds:
		return
	case c.Type == "MultiFactorAuthenticationCondition":
		r.factor = demandOf(holds)
		return
	case c.Operator != "Equals" || len(c.Values) == 0:
		r.because("the claim " + typeName(c.ClaimType) + " by " + c.Operator)
		return
	case c.ClaimType == claimrule.TypeGroupSID:
		j.accessGroups(r, c.Values, holds)
		return
	case c.ClaimType == claimrule.TypePrimarySID && holds && len(r.users) == 0:
		r.users = c.Values
		return
	}
	for _, g := range entryGrounds {
		if g.claimType == c.ClaimType && len(c.Values) == 1 {
			switch value := c.Values[0]; {
			case strings.EqualFold(value, g.value):
				g.set(r, demandOf(holds))
				return
			case g.other != "" && strings.EqualFold(value, g.other):
				g.set(r, demandOf(!holds))
				return
			}
		}
	}
	r.because("the claim " + typeName(c.ClaimType))
}

func (j *trustJudge) accessGroups(r *entryRule, sids []string, holds bool) {
	var groups []entra.Group
	for _, sid := range sids {
		groups = append(groups, j.shared.group(sid))
	}
	switch {
	case !holds:
		r.except = append(r.except, groups...)
	case r.everybody():
		r.groups = groups
	case len(groups) == 1:
		r.also = append(r.also, groups...)
	default:
		r.because("members of one of some groups and one of others")
	}
}
