package migrate

import (
	"strings"
	"testing"

	"github.com/ssodoctor/ssodoctor/internal/adfstest"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

const groupSID = `Type == "http://schemas.microsoft.com/ws/2008/06/identity/claims/groupsid"`

// TestAccessFailsClosed holds that assignment takes the place of authorization
// rules only where it lets in the same users.
func TestAccessFailsClosed(t *testing.T) {
	for _, c := range []struct {
		name, rules string
		want        Readiness
	}{
		{"a group", `[` + groupSID + `, Value == "S-1-5-21-1-2-3-1105"] => ` + permit, Ready},
		{"one of two groups", `[` + groupSID + `, Value =~ "^(?i)(S-1-5-21-1-2-3-1105|S-1-5-21-1-2-3-1106)$"] => ` + permit, Ready},
		{"everyone", `=> ` + permit, Ready},
		{"not a group", `NOT EXISTS([` + groupSID + `, Value == "S-1-5-21-1-2-3-1105"]) => ` + permit, NeedsWork},
		{"another group", `[` + groupSID + `, Value != "S-1-5-21-1-2-3-1105"] => ` + permit, Blocked},
		{"groups that match", `[` + groupSID + `, Value =~ "^S-1-5-21-.*-11.*$"] => ` + permit, Blocked},
		{"both groups", `a:[` + groupSID + `, Value == "S-1-5-21-1-2-3-1105"] && b:[` + groupSID + `, Value == "S-1-5-21-1-2-3-1106"] => ` + permit, NeedsWork},
		{"a claim made of not a group", `NOT EXISTS([` + groupSID + `, Value == "S-1-5-21-1-2-3-1105"]) => add(Type = "t", Value = "v"); [Type == "t"] => ` + permit, NeedsWork},
		{"a group by name", `[Type == "http://schemas.xmlsoap.org/claims/Group", Value == "Agents"] => ` + permit, NeedsWork},
		{"Domain Users", `[` + groupSID + `, Value == "S-1-5-21-1-2-3-513"] => ` + permit, Blocked},
		{"Everyone", `[` + groupSID + `, Value == "S-1-1-0"] => ` + permit, Blocked},
		{"a group of a partner", `[` + groupSID + `, Value == "S-1-5-21-1-2-3-1105", Issuer == "http://partner"] => ` + permit, Blocked},
	} {
		t.Run(c.name, func(t *testing.T) {
			rp := ready().Set("AccessControlPolicyName", adfstest.Null{}).Set("AccessControlPolicyParameters", adfstest.Null{}).
				Set("ResultantPolicy", adfstest.Null{}).Set("IssuanceAuthorizationRules", adfstest.String(c.rules))
			if got := export(t, rp).Trusts[0]; got.Readiness != c.want {
				t.Errorf("the trust is %s: %+v", got.Readiness, got.Reasons())
			}
		})
	}
}

// TestMangledRulesFailClosed holds that rules that can only be guessed let nobody
// in: what a page or an export lost of them may be a condition.
func TestMangledRulesFailClosed(t *testing.T) {
	for name, rules := range map[string]string{
		"everyone": strings.Replace(`=> `+permit, `"true"`, `true`, 1),
		"a group":  `[` + groupSID + ` Value == "S-1-5-21-1-2-3-1105"] => ` + permit,
		"one rule": `=> ` + permit + ` [` + groupSID + ` Value == "S-1-5-21-1-2-3-1105"] => issue(Type = "x", Value = "y");`,
	} {
		rp := ready().Set("AccessControlPolicyName", adfstest.Null{}).Set("AccessControlPolicyParameters", adfstest.Null{}).
			Set("ResultantPolicy", adfstest.Null{}).Set("IssuanceAuthorizationRules", adfstest.String(rules))
		got := plan(t, PlanOptions{}, rp).Trusts[0]
		if a := got.Access; !a.AssignmentRequired || len(a.Groups)+len(a.Users) > 0 || got.Readiness != Blocked {
			t.Errorf("%s: the trust is %s, and lets in %+v", name, got.Readiness, a)
		}
	}
}

// TestGroupsThatAreLeftOut holds that a group that Entra Connect does not bring
// is named nowhere, unless the list of groups pairs it with one of Entra.
func TestGroupsThatAreLeftOut(t *testing.T) {
	const domainUsers = "S-1-5-21-1-2-3-513"
	trust := func() *adfstest.Object {
		return ready().Set("AccessControlPolicyName", adfstest.String("Permit specific group")).
			Set("AccessControlPolicyParameters", adfstest.Dict{Type: "System.Collections.Hashtable", Entries: []adfstest.Entry{{Key: "GroupParameter", Value: adfstest.Strings(`CONTOSO\Domain Users`)}}}).
			Set("IssuanceTransformRules", adfstest.String(in(domainUsers)+` => issue(Type = "x", Value = "1"); `+in(domainUsers)+` => issue(Type = "`+role+`", Value = "User");`))
	}
	got := plan(t, PlanOptions{}, trust()).Trusts[0]
	if len(got.Access.Groups) > 0 || len(got.Roles) > 0 || len(got.Claims) > 0 || !got.Access.AssignmentRequired || got.Readiness != Blocked {
		t.Errorf("the trust is %s, lets in %+v and emits %+v %+v", got.Readiness, got.Access, got.Roles, got.Claims)
	}
	list, err := ReadGroups(strings.NewReader("sid,objectId,displayName,samAccountName\n"+domainUsers+",0b1c2d3e-4f50-6172-8394-a5b6c7d8e9f0,All staff,Domain Users\n"), "groups.csv")
	if err != nil {
		t.Fatal(err)
	}
	got = plan(t, PlanOptions{Groups: list}, trust()).Trusts[0]
	if len(got.Access.Groups) != 1 || len(got.Roles) != 1 || len(got.Claims) != 1 {
		t.Errorf("with a group in its place the trust lets in %+v and emits %+v %+v", got.Access, got.Roles, got.Claims)
	}
}

// TestPolicyFailsClosed holds the same of access control policies.
func TestPolicyFailsClosed(t *testing.T) {
	condition := func(operator, value string) string {
		return `<Condition i:type="SpecificClaimCondition"><ClaimType>http://schemas.microsoft.com/ws/2008/06/identity/claims/groupsid</ClaimType><Operator>` +
			operator + `</Operator><Values><Value>` + value + `</Value></Values></Condition>`
	}
	const always = `<Condition i:type="AlwaysCondition"><Operator>IsPresent</Operator></Condition>`
	for _, c := range []struct {
		name, rule string
		want       Readiness
	}{
		{"a group", `<Conditions>` + condition("Equals", "S-1-5-21-1-2-3-1105") + `</Conditions>`, Ready},
		{"everyone", `<Conditions>` + always + `</Conditions>`, Ready},
		{"everyone but a group", `<Conditions>` + always + `</Conditions><Exceptions>` + condition("Equals", "S-1-5-21-1-2-3-1105") + `</Exceptions>`, NeedsWork},
		{"another group", `<Conditions>` + condition("NotEquals", "S-1-5-21-1-2-3-1105") + `</Conditions>`, Blocked},
		{"both groups", `<Conditions>` + condition("Equals", "S-1-5-21-1-2-3-1105") + condition("Equals", "S-1-5-21-1-2-3-1106") + `</Conditions>`, NeedsWork},
		{"no conditions", ``, Blocked},
	} {
		t.Run(c.name, func(t *testing.T) {
			xml := `<PolicyMetadata xmlns:i="http://www.w3.org/2001/XMLSchema-instance" xmlns="http://schemas.datacontract.org/2012/04/ADFS"><IssuanceAuthorizationRules><Rule>` +
				c.rule + `</Rule></IssuanceAuthorizationRules></PolicyMetadata>`
			policy := &adfstest.Object{Type: "Microsoft.IdentityServer.PolicyModel.Configuration.PolicyTemplate.PolicyMetadata",
				Properties: []adfstest.Entry{{Key: "Serialized", Value: adfstest.String(xml)}}}
			rp := ready().Set("AccessControlPolicyName", adfstest.String("Ours")).Set("ResultantPolicy", policy)
			if got := export(t, rp).Trusts[0]; got.Readiness != c.want {
				t.Errorf("the trust is %s: %+v", got.Readiness, got.Reasons())
			}
		})
	}
}

// TestConstantUnderValue holds that a fixed value for some users is not taken
// for one for everybody.
func TestConstantUnderValue(t *testing.T) {
	for name, condition := range map[string]string{
		"attribute":   `[Type == "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn", Value =~ "@contoso\.com$"]`,
		"exists":      `EXISTS([Type == "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn", Value =~ "@contoso\.com$"])`,
		"group names": `[Type == "http://schemas.xmlsoap.org/claims/Group", Value == "Agents"]`,
	} {
		t.Run(name, func(t *testing.T) {
			got := export(t, ready().Set("IssuanceTransformRules", adfstest.String(condition+` => issue(Type = "role", Value = "agent");`))).Trusts[0]
			if got.Readiness != NeedsWork {
				t.Errorf("the trust is %s: %+v", got.Readiness, got.Items)
			}
		})
	}
}

// TestSeveralReplyURLs tells the default of several Reply URLs, and that it is
// work where Entra would take another.
func TestSeveralReplyURLs(t *testing.T) {
	post := func(host string, index int, isDefault bool) *adfstest.Object {
		return adfstest.Endpoint("POST", "HTTP-POST", "SAMLAssertionConsumer", "https://"+host+".contoso.com/acs", index, isDefault)
	}
	for _, c := range []struct {
		name     string
		list     adfstest.List
		severity finding.Severity
		message  string
	}{
		{"the first", endpoints(post("a", 0, true), post("b", 1, false)), finding.Info, `"https://a.contoso.com/acs": make it`},
		{"none", endpoints(post("b", 1, false), post("a", 0, false)), finding.Info, `"https://a.contoso.com/acs": make it`},
		{"the last", endpoints(post("a", 0, false), post("b", 1, true)), finding.Warning, `"https://b.contoso.com/acs", which has not the lowest`},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, i := range export(t, ready().Set("SamlEndpoints", c.list)).Trusts[0].Items {
				if i.Severity == c.severity && strings.Contains(i.Message, "there are 2 Reply URLs") && strings.Contains(i.Message, c.message) {
					return
				}
			}
			t.Error("no item says so")
		})
	}
}

// TestLostEndpointsKeepProtocol holds that a trust whose endpoints the export
// lost is not taken for one without.
func TestLostEndpointsKeepProtocol(t *testing.T) {
	lost := ready().Set("SamlEndpoints", adfstest.List{Type: "System.Object[]", Items: []adfstest.Value{adfstest.String(adfstest.TypeEndpoint)}})
	if got := export(t, lost).Trusts[0]; got.Protocol != "saml2" || got.Readiness != NeedsWork {
		t.Errorf("the protocol is %q, the trust %s", got.Protocol, got.Readiness)
	}
}
