package migrate

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/ssodoctor/ssodoctor/internal/adfstest"
	"github.com/ssodoctor/ssodoctor/pkg/adfs/claimrule"
	"github.com/ssodoctor/ssodoctor/pkg/entra"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

var lawSIDs = []string{"S-1-5-21-1-2-3-1101", "S-1-5-21-1-2-3-1102", "S-1-5-21-1-2-3-1103"}

// entryRuleText draws an authorization rule.
func entryRuleText(t *rapid.T) string {
	condition := func() string {
		sid := rapid.SampledFrom(lawSIDs).Draw(t, "sid")
		network := `Type == "` + claimrule.TypeInsideNetwork + `", Value == `
		return rapid.SampledFrom([]string{
			`[` + groupSID + `, Value == "` + sid + `"]`,
			`[` + groupSID + `, Value =~ "^(?i)` + sid + `$"]`,
			`[` + groupSID + `, Value =~ "^(` + lawSIDs[0] + `|` + lawSIDs[2] + `)$"]`,
			`EXISTS([` + groupSID + `, Value == "` + sid + `"])`,
			`NOT EXISTS([` + groupSID + `, Value == "` + sid + `"])`,
			`[` + groupSID + `, Value != "` + sid + `"]`,
			`[` + network + `"true"]`, `[` + network + `"false"]`,
			`[Type == "` + claimrule.TypePrimarySID + `", Value == "S-1-5-21-1-2-3-501"]`,
			`[Type == "` + claimrule.TypeUPN + `", Value =~ "@contoso\.com$"]`,
			`[Type == "flag"]`, `NOT EXISTS([Type == "flag"])`,
		}).Draw(t, "condition")
	}
	var list []string
	for range rapid.IntRange(0, 2).Draw(t, "conditions") {
		list = append(list, condition())
	}
	body := rapid.SampledFrom([]string{permit, permit, permit, deny, `add(Type = "flag", Value = "1");`}).Draw(t, "body")
	return strings.Join(list, " && ") + " => " + body + "\n"
}

func entryUser(t *rapid.T) *claimrule.User {
	inside := rapid.Bool().Draw(t, "inside")
	u := &claimrule.User{InsideCorporateNetwork: &inside, Attributes: map[string][]string{
		"sAMAccountName":    {"ada"},
		"userPrincipalName": {rapid.SampledFrom([]string{"ada@contoso.com", "ada@fabrikam.com"}).Draw(t, "upn")},
		"objectSid":         {rapid.SampledFrom([]string{"S-1-5-21-1-2-3-501", "S-1-5-21-1-2-3-502"}).Draw(t, "user")},
	}}
	for _, sid := range lawSIDs {
		if rapid.Bool().Draw(t, sid) {
			u.Groups = append(u.Groups, claimrule.Group{SID: sid})
		}
	}
	return u
}

// in tells whether Entra lets a user in: assigned, where that is required, and
// not kept out by a policy that blocks.
func (a *accessPlan) in(u *claimrule.User, enforced bool) bool {
	member := func(g entra.Group) bool {
		return slices.ContainsFunc(u.Groups, func(own claimrule.Group) bool { return own.SID == g.SID })
	}
	sid := u.Attribute("objectSid")[0]
	assigned := !a.AssignmentRequired || slices.ContainsFunc(a.Groups, member) || slices.Contains(a.Users, sid)
	if !assigned || !enforced {
		return assigned
	}
	named := func(users, groups []string) bool {
		return slices.Contains(users, "All") || slices.Contains(users, "{user:"+sid+"}") ||
			slices.ContainsFunc(u.Groups, func(own claimrule.Group) bool { return slices.Contains(groups, "{group:"+own.SID+"}") })
	}
	for _, p := range a.conditional {
		c := p.Conditions
		if !slices.Contains(p.GrantControls.BuiltInControls, "block") || !named(c.Users.IncludeUsers, c.Users.IncludeGroups) || named(c.Users.ExcludeUsers, c.Users.ExcludeGroups) {
			continue
		}
		trusted := *u.InsideCorporateNetwork
		switch {
		case c.Locations == nil:
			return false
		case slices.Contains(c.Locations.ExcludeLocations, "AllTrusted") && trusted:
		case slices.Contains(c.Locations.IncludeLocations, "AllTrusted") && !trusted:
		default:
			return false
		}
	}
	return true
}

// TestAccessLaw holds that nobody gets in through Entra whom AD FS keeps out,
// once the policies are switched on; and before, unless an item says that a
// policy must be.
func TestAccessLaw(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var text string
		for range rapid.IntRange(0, 4).Draw(t, "rules") {
			text += entryRuleText(t)
		}
		rs, errs := claimrule.Parse(text, claimrule.Position{})
		if len(errs) > 0 {
			t.Fatal(errs[0])
		}
		j := newEntryJudge(&ruleSet{setting: "rules", purpose: claimrule.Authorization, rules: rs}, newShared(nil))
		plan := planEntry("App", j.rules)
		j.tell(plan)
		blocked := slices.ContainsFunc(j.items, func(i Item) bool { return i.Severity == finding.Error })
		work := slices.ContainsFunc(j.items, func(i Item) bool { return i.Severity == finding.Warning })
		for range 4 {
			u := entryUser(t)
			permitted := permits(t, rs, u)
			switch {
			case plan.in(u, true) && !permitted:
				t.Fatalf("Entra lets in whom AD FS keeps out: %+v\n%s\n%+v", u, text, plan)
			case plan.in(u, false) && !permitted && !work && !blocked:
				t.Fatalf("before the policies are switched on, Entra lets in whom AD FS keeps out, and nothing says so: %+v\n%s", u, text)
			case !plan.in(u, true) && permitted && !work && !blocked:
				t.Fatalf("Entra keeps out whom AD FS lets in, and nothing says so: %+v\n%s\n%+v", u, text, plan)
			}
		}
		for _, p := range plan.conditional {
			if p.State != ReportOnly {
				t.Fatalf("a policy is enforced: %+v", p)
			}
		}
	})
}

func permits(t *rapid.T, rs *claimrule.RuleSet, u *claimrule.User) bool {
	result, err := rs.Eval(u, claimrule.Options{})
	if err != nil {
		t.Fatal(err)
	}
	has := func(claimType string) bool {
		return slices.ContainsFunc(result.Claims, func(c claimrule.Issued) bool { return c.Type == claimType })
	}
	return has(claimrule.TypePermit) && !has(claimrule.TypeDeny)
}

// TestEntryPlans holds what rules and policies become.
func TestEntryPlans(t *testing.T) {
	group := func(sid string) string { return `[` + groupSID + `, Value == "` + sid + `"]` }
	inside := `[Type == "` + claimrule.TypeInsideNetwork + `", Value == "true"]`
	outside := `[Type == "` + claimrule.TypeInsideNetwork + `", Value == "false"]`
	second := `[Type == "` + typeAuthnReference + `", Value == "` + multipleAuthn + `"]`
	a, b := lawSIDs[0], lawSIDs[1]
	const everyone = `"assignmentRequired":false,"groups":[],"users":[]`
	for _, c := range []struct {
		name, rules, additional string
		access                  string   // a part of the JSON
		policies                []string // parts of each
	}{
		{"everyone", "=> " + permit, "", everyone, nil},
		{"nobody", "", "", `"assignmentRequired":true,"groups":[],"users":[]`, nil},
		{"a group", group(a) + "=> " + permit, "", `"assignmentRequired":true,"groups":[{"name":"","sid":"` + a, nil},
		{"two groups", group(a) + "=> " + permit + group(b) + "=> " + permit, "", `{"name":"","sid":"` + a + `"},{"name":"","sid":"` + b, nil},
		{"a user", `[Type == "` + claimrule.TypePrimarySID + `", Value == "S-1-5-21-1-2-3-501"] => ` + permit, "", `"users":["S-1-5-21-1-2-3-501"]`, nil},
		{"a group inside", group(a) + "&&" + inside + "=> " + permit, "", `"groups":[{"name":"","sid":"` + a, []string{`"includeGroups":["{group:` + a + `}"]`, `"excludeLocations":["AllTrusted"]`, `"block"`}},
		{"everyone inside", inside + "=> " + permit, "", `"assignmentRequired":true,"groups":[]`, []string{`"includeUsers":["All"]`, `"block"`}},
		{"inside or with a second factor", inside + "=> " + permit + second + "=> " + permit, "", `"assignmentRequired":true,"groups":[]`, []string{`"excludeLocations":["AllTrusted"]`, `"builtInControls":["mfa"]`}},
		{"both groups", group(a) + "&&" + group(b) + "=> " + permit, "", `"groups":[{"name":"","sid":"` + a, []string{`"excludeGroups":["{group:` + b + `}"]`, `"block"`}},
		{"a group but not another", group(a) + "&& NOT EXISTS(" + group(b) + ") => " + permit, "", `"groups":[{"name":"","sid":"` + a, []string{`"includeGroups":["{group:` + b + `}"]`, `"block"`}},
		{"everyone but a group", "=> " + permit + group(b) + "=> " + deny, "", `"assignmentRequired":true,"groups":[]`, []string{`"includeGroups":["{group:` + b + `}"]`, `"block"`}},
		{"a group but denied outside", group(a) + "=> " + permit + outside + "=> " + deny, "", `"groups":[{"name":"","sid":"` + a, []string{`"includeUsers":["All"]`, `"excludeLocations":["AllTrusted"]`, `"block"`}},
		{"denied by what Entra does not know", group(a) + "=> " + permit + `COUNT([` + groupSID + `]) > 3 => ` + deny, "", `"assignmentRequired":true,"groups":[]`, nil},
		{"a known device", `[Type == "` + typeRegisteredUser + `", Value == "true"] => ` + permit, "", `"assignmentRequired":true,"groups":[]`, []string{`"compliantDevice","domainJoinedDevice"`}},
		{"second factor for all", "=> " + permit, "=> " + mfa, everyone, []string{`"builtInControls":["mfa"]`, ReportOnly}},
		{"second factor outside", "=> " + permit, outside + "=> " + mfa, everyone, []string{`"excludeLocations":["AllTrusted"]`, `"builtInControls":["mfa"]`}},
		{"second factor of a group", "=> " + permit, group(a) + "=> " + mfa, everyone, []string{`"includeGroups":["{group:` + a + `}"]`, `"mfa"`}},
		{"second factor on unknown devices", "=> " + permit, `[Type == "` + typeRegisteredUser + `", Value == "false"] => ` + mfa, everyone, []string{`["mfa","compliantDevice","domainJoinedDevice"]`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			rp := ready().Set("AccessControlPolicyName", adfstest.Null{}).Set("AccessControlPolicyParameters", adfstest.Null{}).Set("ResultantPolicy", adfstest.Null{}).
				Set("IssuanceAuthorizationRules", adfstest.String(c.rules)).Set("AdditionalAuthenticationRules", adfstest.String(c.additional))
			p := plan(t, PlanOptions{}, rp).Trusts[0]
			entryPlanHas(t, p, c.access, c.policies)
		})
	}
	for _, c := range []struct {
		policy   string
		access   string
		policies []string
	}{
		{"Permit everyone", everyone, nil},
		{"permit EVERYONE and require MFA", everyone, []string{`"mfa"`}},
		{"Permit specific group", `"groups":[{"name":"CONTOSO\\App Users","sid":""},{"name":"CONTOSO\\App Admins","sid":""}]`, nil},
		{"Permit everyone and require MFA for specific group", everyone, []string{`"includeGroups":["{group:CONTOSO\\App Users}","{group:CONTOSO\\App Admins}"]`, `"mfa"`}},
		{"Permit everyone and require MFA from extranet access", everyone, []string{`"excludeLocations":["AllTrusted"]`, `"mfa"`}},
		{"Permit everyone and require MFA from unauthenticated devices", everyone, []string{`["mfa","compliantDevice","domainJoinedDevice"]`}},
		{"Permit everyone for intranet access", `"assignmentRequired":true,"groups":[]`, []string{`"block"`}},
	} {
		t.Run(c.policy, func(t *testing.T) {
			entryPlanHas(t, plan(t, PlanOptions{}, ready().Set("AccessControlPolicyName", adfstest.String(c.policy))).Trusts[0], c.access, c.policies)
		})
	}
}

func entryPlanHas(t *testing.T, p *TrustPlan, access string, policies []string) {
	t.Helper()
	if got := at(t, p, "access"); !strings.Contains(got, access) {
		t.Errorf("the access is %s", got)
	}
	got := at(t, p, "conditionalAccess")
	if policies == nil && got != "[]" {
		t.Errorf("the policies are %s", got)
	}
	for _, want := range policies {
		if !strings.Contains(got, want) {
			t.Errorf("no policy has %s: %s", want, got)
		}
	}
}

// TestSilentExportIsClosed holds that an export that does not say who is let in
// lets in nobody.
func TestSilentExportIsClosed(t *testing.T) {
	rp := ready()
	rp.Properties = slices.DeleteFunc(rp.Properties, func(e adfstest.Entry) bool {
		return strings.HasPrefix(e.Key, "AccessControlPolicy") || e.Key == "IssuanceAuthorizationRules" || e.Key == "ResultantPolicy"
	})
	p := plan(t, PlanOptions{}, rp).Trusts[0]
	if !p.Access.AssignmentRequired || len(p.Access.Groups) > 0 || p.Readiness == Ready {
		t.Errorf("%s: %+v", p.Readiness, p.Access)
	}
}
