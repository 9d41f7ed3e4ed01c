package migrate

import (
	"strings"
	"testing"

	"github.com/ssodoctor/ssodoctor/pkg/adfs"
	"github.com/ssodoctor/ssodoctor/pkg/adfs/claimrule"
	"github.com/ssodoctor/ssodoctor/pkg/entra"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

const (
	testAgents = "S-1-5-21-1-2-3-1104"
	testAdmins = "S-1-5-21-1-2-3-1105"
	fromAD     = `c:[Type == "http://schemas.microsoft.com/ws/2008/06/identity/claims/windowsaccountname"] => `
)

// two are two users: ada has everything, bob little.
func two() []Person {
	return []Person{
		{"ada", &claimrule.User{
			Attributes: map[string][]string{"userPrincipalName": {"ada@contoso.com"}, "sAMAccountName": {"ada"}, "mail": {"ada@contoso.com"}, "department": {"Sales"}, "proxyAddresses": {"a", "b"}, "distinguishedName": {"CN=ada,DC=contoso,DC=com"}},
			Groups:     []claimrule.Group{{SID: testAgents, Name: `CONTOSO\Agents`}, {SID: testAdmins, Name: `CONTOSO\Admins`}, {SID: "S-1-5-21-1-2-3-513", Name: `CONTOSO\Domain Users`}},
		}},
		{"bob", &claimrule.User{Attributes: map[string][]string{"userPrincipalName": {"bob@contoso.com"}, "sAMAccountName": {"bob"}, "distinguishedName": {"CN=bob,DC=contoso,DC=com"}}}},
	}
}

func query(claimType, attribute string) string {
	return fromAD + `issue(store = "Active Directory", types = ("` + claimType + `"), query = ";` + attribute + `;{0}", param = c.Value);`
}

func planned(claimType string, list ...entra.Configuration) PlannedClaim {
	c := PlannedClaim{Claim: entra.Claim{Configurations: list}}
	c.Namespace, c.Name = entra.SplitType(claimType)
	return c
}

func takes(s entra.ClaimSource) entra.Configuration { return entra.Configuration{Source: s} }

func says(outcome Outcome, severity finding.Severity, claim string) Item {
	return Item{Verdict: &Verdict{Setting: transformRules, Outcome: outcome, Severity: severity, Claim: claim, Message: "it can differ"}}
}

// upn is a NameID that both sides have.
var (
	upnRule = query(entra.TypeNameID, "userPrincipalName")
	upnPlan = PlannedNameID{NameID: entra.NameID{Format: "unspecified", Configurations: []entra.Configuration{takes(entra.AttributeSource("userprincipalname"))}}}
)

// comparisons lists rules and plans with what is said of each claim but the
// NameID.
var comparisons = []struct {
	name, rules string
	plan        TrustPlan
	want        string // claim verdict [kind×users …], parted by semicolons
}{
	{"the same", query("a", "mail"), TrustPlan{Claims: []PlannedClaim{planned("a", takes(entra.AttributeSource("mail")))}}, "a exact"},
	{"another attribute", query("a", "mail"), TrustPlan{Claims: []PlannedClaim{planned("a", takes(entra.AttributeSource("onpremisessamaccountname")))}}, "a silent other×1 added×1"},
	{"none", query("a", "mail"), TrustPlan{}, "a silent missing×1"},
	{"none, and the plan says so", query("a", "mail"), TrustPlan{Items: []Item{says(Unsupported, finding.Error, "a")}}, "a refused missing×1"},
	{"none, and the plan says so of another", query("a", "mail"), TrustPlan{Items: []Item{says(Unsupported, finding.Error, "b")}}, "a silent missing×1; b unseen"},
	{"said of all types without a claim", query("a", "mail"), TrustPlan{Items: []Item{says(Unsupported, finding.Error, "")}}, "a refused missing×1"},
	{"a step to take is no announcement", query("a", "mail"), TrustPlan{Items: []Item{says(Manual, finding.Warning, "a")}}, "a silent missing×1"},
	{"another, and the plan says so", query("a", "proxyAddresses"), TrustPlan{Claims: []PlannedClaim{planned("a", takes(entra.AttributeSource("proxyaddresses")))}, Items: []Item{says(Changed, finding.Warning, "a")}}, "a announced fewer×1"},
	{"added", "", TrustPlan{Claims: []PlannedClaim{planned("a", takes(entra.AttributeSource("mail")))}, Items: []Item{says(Changed, finding.Warning, "a")}}, "a added added×1"},
	{"announced, but the same", query("a", "mail"), TrustPlan{Claims: []PlannedClaim{planned("a", takes(entra.AttributeSource("mail")))}, Items: []Item{says(Changed, finding.Warning, "a")}}, "a unseen"},
	{"a limit that nobody reaches", query("a", "mail"), TrustPlan{Claims: []PlannedClaim{planned("a", takes(entra.AttributeSource("mail")))}, Items: []Item{says(Changed, finding.Info, "a")}}, "a exact"},
	{"fewer", query("a", "proxyAddresses"), TrustPlan{Claims: []PlannedClaim{planned("a", takes(entra.AttributeSource("proxyaddresses")))}}, "a silent fewer×1"},
	{"all of an extension", query("a", "badge"), TrustPlan{Claims: []PlannedClaim{planned("a", takes(entra.ExtensionSource("badge")))}}, ""},
	{"for all who are in no group", `=> issue(Type = "a", Value = "x");`, TrustPlan{Claims: []PlannedClaim{planned("a", entra.Configuration{Condition: entra.Condition{Groups: []entra.Group{{SID: testAgents}}}, Source: entra.ConstantSource("x")})}}, "a silent missing×1"},
	{"roles", `c:[Type == "` + claimrule.TypeGroupSID + `", Value == "` + testAgents + `"] => issue(Type = "` + entra.TypeRole + `", Value = "Agent");`,
		TrustPlan{Roles: []entra.Role{{Value: "Agent", Group: entra.Group{SID: testAgents}}}}, entra.TypeRole + " exact"},
	{"groups", query("g", "tokenGroups"), TrustPlan{Groups: entra.GroupClaim{Emit: entra.SecurityGroups, Format: "sam_account_name", Claim: "g"}}, "g exact"},
	{"groups that are not synchronized", query("g", "tokenGroups(SID)"), TrustPlan{Groups: entra.GroupClaim{Emit: entra.SecurityGroups, Format: "on_premise_security_identifier", Claim: "g"}}, "g exact"},
	{"groups in another form", query("g", "tokenGroups(domainQualifiedName)"), TrustPlan{Groups: entra.GroupClaim{Emit: entra.SecurityGroups, Format: "sam_account_name", Claim: "g"}}, "g silent other×1"},
	{"unknown", query("a", "objectGUID") + `=> issue(Type = "b", Value = "x");`, TrustPlan{Claims: []PlannedClaim{planned("b", takes(entra.AttributeSource("objectid")))}}, "b silent unknown×2"},
	{"optional", query(entra.TypeUPN, "userPrincipalName"), TrustPlan{OptionalClaims: []string{"upn"}}, entra.TypeUPN + " exact"},
}

func TestVerifyTrust(t *testing.T) {
	for _, c := range comparisons {
		t.Run(c.name, func(t *testing.T) {
			c.plan.NameID = upnPlan
			set := newRuleSet(transformRules, claimrule.Transform, adfs.Text{Value: c.rules + upnRule})
			got := verifyTrust(&c.plan, set.rules, two(), CustomClaims, nil)
			if s := summed(got); s != c.want || got.Users != 2 {
				t.Errorf("%s, want %s", s, c.want)
			}
		})
	}
}

// TestVerifyOneUser: one user is enough for a verdict, and none for no verdict.
func TestVerifyOneUser(t *testing.T) {
	plan := TrustPlan{NameID: upnPlan, Claims: []PlannedClaim{planned("a", takes(entra.AttributeSource("department")))}}
	rules, _ := claimrule.Parse(upnRule+query("a", "mail"), claimrule.Position{})
	for n, want := range []string{"", "a silent other×1"} {
		if got := summed(verifyTrust(&plan, rules, two()[:n], CustomClaims, nil)); got != want {
			t.Errorf("%d users: %s, want %s", n, got, want)
		}
	}
}

// summed is a comparison in short, without the NameID that is the same.
func summed(p *TrustParity) string {
	var parts []string
	for _, c := range p.Claims {
		if c.Claim == entra.TypeNameID && c.Verdict == ParityExact {
			continue
		}
		text := c.Claim + " " + string(c.Verdict)
		for _, d := range c.Differences {
			text += " " + string(d.Kind) + "×" + string(rune('0'+d.Users))
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, "; ")
}

func TestVerifyNameID(t *testing.T) {
	const persistent = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
	formatted := fromAD + `issue(Type = "` + entra.TypeNameID + `", Value = "x", Properties["` + claimrule.PropertyNameIDFormat + `"] = "` + persistent + `");`
	constant := []entra.Configuration{takes(entra.ConstantSource("x"))}
	for _, c := range []struct {
		name, rules string
		nameID      entra.NameID
		want        string
	}{
		{"none in AD FS", "", entra.NameID{}, entra.TypeNameID + " silent added×2"},
		{"a pairwise one", query(entra.TypeNameID, "mail"), entra.NameID{Format: "unspecified", Configurations: []entra.Configuration{takes(entra.AttributeSource("mail"))}}, entra.TypeNameID + " silent pairwise×1"},
		{"the format", formatted, entra.NameID{Format: "persistent", Configurations: constant}, ""},
		{"another format", formatted, entra.NameID{Format: "emailAddress", Configurations: constant}, entra.TypeNameID + " silent format×2"},
		{"none in AD FS", fromAD + `issue(Type = "` + entra.TypeNameID + `", Value = "x");`, entra.NameID{Format: "unspecified", Configurations: constant}, ""},
		{"the default of Entra", fromAD + `issue(Type = "` + entra.TypeNameID + `", Value = "x");`, entra.NameID{Configurations: constant}, entra.TypeNameID + " silent format×2"},
		{"no format", formatted, entra.NameID{Configurations: constant}, entra.TypeNameID + " silent format×2"},
	} {
		set := newRuleSet(transformRules, claimrule.Transform, adfs.Text{Value: c.rules})
		if got := summed(verifyTrust(&TrustPlan{NameID: PlannedNameID{NameID: c.nameID}}, set.rules, two(), CustomClaims, nil)); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

func TestVerifyMappingPolicy(t *testing.T) {
	conditional := TrustPlan{NameID: upnPlan, Claims: []PlannedClaim{planned("a", entra.Configuration{Condition: entra.Condition{Groups: []entra.Group{{SID: testAgents}}}, Source: entra.ConstantSource("x")})}}
	set := newRuleSet(transformRules, claimrule.Transform, adfs.Text{Value: upnRule + `c:[Type == "` + claimrule.TypeGroupSID + `", Value == "` + testAgents + `"] => issue(Type = "a", Value = "x");`})
	for form, want := range map[ClaimsForm]string{CustomClaims: "a exact", MappingPolicy: "a refused missing×1; " + entra.TypeNameID + " announced format×2"} {
		if got := summed(verifyTrust(&conditional, set.rules, two(), form, nil)); got != want {
			t.Errorf("%s: %s, want %s", form, got, want)
		}
	}
}

func TestVerifyUncompared(t *testing.T) {
	text := fromAD + `issue(store = "HR", types = ("badge"), query = "{0}", param = c.Value);`
	set := newRuleSet(transformRules, claimrule.Transform, adfs.Text{Value: text})
	got := verifyTrust(&TrustPlan{}, set.rules, two(), CustomClaims, nil)
	if got.Users != 0 || len(got.Uncompared) != 1 || got.Uncompared[0].Users != 2 || got.Uncompared[0].Rule != 0 || !strings.Contains(got.Uncompared[0].Reason, "HR") || len(got.Claims) > 0 {
		t.Errorf("%+v", got)
	}
}

func TestVerifyNeedsTheNameOfTheUser(t *testing.T) {
	set := newRuleSet(transformRules, claimrule.Transform, adfs.Text{Value: upnRule})
	for name, want := range map[string]string{"": "has no userPrincipalName", "ada": "is not of the form name@domain", "@x": "is not of the form", "a@b@c": "is not of the form", "a@b": ""} {
		people := []Person{{"ada", &claimrule.User{Attributes: map[string][]string{"sAMAccountName": {"ada"}, "userPrincipalName": {name}}}}}
		got := verifyTrust(&TrustPlan{NameID: upnPlan}, set.rules, people, CustomClaims, nil)
		if (want == "") != (got.Users == 1) || want != "" && !strings.Contains(got.Uncompared[0].Reason, want) {
			t.Errorf("%q: %+v", name, got)
		}
	}
}

// TestVerifyNamesTheRule holds that a difference says which rule it comes from
// and shows both values.
func TestVerifyNamesTheRule(t *testing.T) {
	rules, _ := claimrule.Parse(upnRule+"\n\n@RuleName = \"Mail\"\n"+query("a", "mail"), claimrule.Position{Line: 100})
	got := verifyTrust(&TrustPlan{NameID: upnPlan, Claims: []PlannedClaim{planned("a", takes(entra.AttributeSource("department")))}}, rules, two(), CustomClaims, nil)
	d := got.Claims[0].Differences[0]
	if d.Rules[0] != (RuleLine{1, "Mail", 102}) || d.Example.User != "ada" || d.Example.ADFS[0] != "ada@contoso.com" || d.Example.Entra[0] != "Sales" {
		t.Errorf("%+v", d)
	}
}
