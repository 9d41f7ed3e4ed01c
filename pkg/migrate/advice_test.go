package migrate

import (
	"strings"
	"testing"

	"github.com/ssodoctor/ssodoctor/pkg/adfs/claimrule"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// TestRefusalsSayWhatToDo holds that what is said of a claim that Entra cannot
// emit names the next move.
func TestRefusalsSayWhatToDo(t *testing.T) {
	pass := func(claimType string) string {
		return `c:[Type == "` + claimType + `"] => issue(Type = "x", Value = c.Value);`
	}
	nameID := func(term string) string { return `issue(Type = "` + nameIDType + `", Value = ` + term + `);` }
	const extension = "a synchronization rule of Entra Connect write it into one of extensionAttribute1 to 15"
	for _, c := range []struct{ name, rules, claim, want string }{
		{"NameID of an attribute", fetch("department") + `c:[Type == "a"] => ` + nameID("c.Value"), nameIDType, extension},
		{"NameID of an account", `c:[Type == "` + claimrule.TypeWindowsAccount + `"] => ` + nameID("c.Value"), nameIDType, extension},
		{"fixed NameID", `=> ` + nameID(`"one"`), nameIDType, "choose another source with the app"},
		{"role with a blank", in(sidA) + ` => issue(Type = "` + role + `", Value = "Key User");`, role, "another claim type, with claim conditions on the groups"},
		{"own store of AD FS", ldap + `issue(store = "_PasswordExpiryStore", types = ("x"), query = "{0}", param = c.Value);`, "x", "what AD FS itself computes"},
		{"age of the password", pass("http://schemas.microsoft.com/ws/2012/01/passwordexpirationtime"), "x", "let the app do without, or write a custom claims provider"},
		{"primary group", pass(msClaims + "primarygroupsid"), "x", "send its SID as a fixed value"},
		{"refused groups", pass(msClaims + "denyonlyprimarysid"), "x", "let the app do without"},
		{"second factor", pass(typeFactorInstant), "x", "let the app read those"},
		{"certificate", pass(msClaims + "serialnumber"), "x", "let Conditional Access decide"},
		{"several facts of the request", `EXISTS([Type == "` + claimrule.TypeInsideNetwork + `", Value == "true"]) && EXISTS([Type == "` + requestTypes + `x-ms-proxy"]) => issue(Type = "x", Value = "1");`, "x", "(Inside Corporate Network, Proxy)"},
		{"value of an attribute", fetch("department") + `c:[Type == "a", Value == "HR"] => issue(Type = "x", Value = "1");`, "x", "make a dynamic group of those users"},
		{"value of a claim", `[Type == "urn:level", Value == "1"] => issue(Type = "x", Value = "1");`, "x", `the condition is on the claim "urn:level", which users of Active Directory have only where`},
		{"two group claims", ldap + `issue(store = "Active Directory", types = ("x", "y"), query = ";tokenGroups,tokenGroups(longDomainQualifiedName);{0}", param = c.Value);`, "y", "let the app read all groups from one claim"},
	} {
		var said []string
		for _, i := range translated(t, c.rules, nil).items {
			if i.Claim == c.claim && i.Severity > finding.Info {
				said = append(said, i.Message)
			}
		}
		if !strings.Contains(strings.Join(said, "\n"), c.want) {
			t.Errorf("%s: %q, want one that says %q", c.name, said, c.want)
		}
	}
}
