package migrate

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ssodoctor/ssodoctor/internal/adfstest"
	"github.com/ssodoctor/ssodoctor/pkg/adfs"
	"github.com/ssodoctor/ssodoctor/pkg/adfs/claimrule"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/validate"
)

const ldap = `c:[Type == "http://schemas.microsoft.com/ws/2008/06/identity/claims/windowsaccountname", Issuer == "AD AUTHORITY"] => `

// ruleCases are transform rules and what the last of them becomes.
var ruleCases = []struct {
	name, rules string
	claim       string
	outcome     Outcome
	severity    finding.Severity
	message     string // a part of it
	alias       string // one of them
}{
	{"attribute", ldap + `issue(store = "Active Directory", types = ("m"), query = ";mail;{0}", param = c.Value);`, "m", Mapped, finding.Info, "user.mail", ""},
	{"attribute that is not synchronized", ldap + `issue(store = "Active Directory", types = ("m"), query = ";employeeNumber;{0}", param = c.Value);`, "m", Manual, finding.Warning, "directory extension", ""},
	{"attribute that Entra does not have", ldap + `issue(store = "Active Directory", types = ("m"), query = ";manager;{0}", param = c.Value);`, "m", Unsupported, finding.Error, "custom claims provider", ""},
	{"extension attribute", ldap + `issue(store = "Active Directory", types = ("m"), query = ";extensionAttribute7;{0}", param = c.Value);`, "m", Mapped, finding.Info, "user.extensionattribute7", ""},
	{"another object", ldap + `issue(store = "Active Directory", types = ("m"), query = "manager={0};mail;CONTOSO\x", param = c.Value);`, "m", Unsupported, finding.Error, "searches the directory", ""},
	{"group names", ldap + `issue(store = "Active Directory", types = ("g"), query = ";tokenGroups(domainQualifiedName);{0}", param = c.Value);`, "g", Changed, finding.Info, "netbios_domain_and_sam_account_name", ""},
	{"another store", ldap + `issue(store = "HR", types = ("m"), query = "{0}", param = c.Value);`, "m", Unsupported, finding.Error, `"HR"`, "EXTERNAL_ATTRIBUTE_STORE"},
	{"pass-through", `c:[Type == "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn"] => issue(claim = c);`, claimrule.TypeUPN, Mapped, finding.Info, "optional claim upn", ""},
	{"map", `c:[Type == "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn"] => issue(Type = "user", Value = c.Value);`, "user", Mapped, finding.Info, "user.userprincipalname", ""},
	{"constant", `=> issue(Type = "tenant", Value = "contoso");`, "tenant", Mapped, finding.Info, `"contoso"`, ""},
	{"group constant", `c:[Type == "http://schemas.microsoft.com/ws/2008/06/identity/claims/groupsid", Value == "S-1-5-21-1-2-3-1104"] => issue(Type = "level", Value = "9");`, "level", Mapped, finding.Info, `"9" for the members of S-1-5-21-1-2-3-1104`, ""},
	{"role of a group", `c:[Type == "http://schemas.microsoft.com/ws/2008/06/identity/claims/groupsid", Value =~ "^(?i)S-1-5-21-1-2-3-1512$"] => issue(Type = "http://schemas.microsoft.com/ws/2008/06/identity/claims/role", Value = "Admin");`, claimrule.TypeRole, Mapped, finding.Info, `the app role "Admin" for the members of S-1-5-21-1-2-3-1512`, "UNSUPPORTED_CONDITION_PARAMETER"},
	{"role of an attribute", ldap + `issue(store = "Active Directory", types = ("http://schemas.microsoft.com/ws/2008/06/identity/claims/role"), query = ";title;{0}", param = c.Value);`, claimrule.TypeRole, Unsupported, finding.Error, "app roles", "RESTRICTED_CLAIM_ISSUED"},
	{"chain of add", ldap + `add(store = "Active Directory", types = ("tmp"), query = ";mail;{0}", param = c.Value); c:[Type == "tmp"] => issue(Type = "m", Value = c.Value);`, "m", Mapped, finding.Info, "user.mail", ""},
	{"chain to a store", ldap + `add(store = "HR", types = ("tmp"), query = "{0}", param = c.Value); c:[Type == "tmp"] => issue(Type = "m", Value = c.Value + "x");`, "m", Unsupported, finding.Error, `"HR"`, ""},
	{"flag of a group", `EXISTS([Type == "http://schemas.microsoft.com/ws/2008/06/identity/claims/groupsid", Value == "S-1-5-21-1-2-3-1109"]) => add(Type = "flag", Value = "1"); [Type == "flag"] => issue(Type = "m", Value = "x");`, "m", Mapped, finding.Info, "for the members of S-1-5-21-1-2-3-1109", ""},
	{"join", ldap + `add(store = "Active Directory", types = ("a", "b"), query = ";givenName,sn;{0}", param = c.Value); a:[Type == "a"] && b:[Type == "b"] => issue(Type = "n", Value = a.Value + " " + b.Value);`, "n", Mapped, finding.Info, `Join(user.givenname, " ", user.surname)`, "UNSUPPORTED_CONDITION_CLASS"},
	{"mail prefix", `c:[Type == "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn"] => issue(Type = "n", Value = RegExReplace(c.Value, "@.*$", ""));`, "n", Mapped, finding.Info, "ExtractMailPrefix(user.userprincipalname)", "UNSUPPORTED_ISSUANCE_TRANSFORMATION"},
	{"account without domain", `c:[Type == "http://schemas.microsoft.com/ws/2008/06/identity/claims/windowsaccountname"] => issue(Type = "n", Value = RegExReplace(c.Value, "(?<domain>[^\\]+)\\(?<user>.+)", "${user}"));`, "n", Mapped, finding.Info, "becomes user.onpremisessamaccountname", ""},
	{"other expression", `c:[Type == "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn"] => issue(Type = "n", Value = RegExReplace(c.Value, "o", "0"));`, "n", Changed, finding.Warning, "RegexReplace", ""},
	{"invalid expression", `c:[Type == "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn"] => issue(Type = "n", Value = RegExReplace(c.Value, "(", "0"));`, "n", Unsupported, finding.Error, "invalid regular expression", ""},
	{"value filter", `c:[Type == "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn", Value =~ "@contoso\.com$"] => issue(Type = "n", Value = c.Value);`, "n", Changed, finding.Warning, "condition on the value", ""},
	{"network", `c:[Type == "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn"] && [Type == "http://schemas.microsoft.com/ws/2012/01/insidecorporatenetwork", Value == "true"] => issue(Type = "n", Value = c.Value);`, "n", Unsupported, finding.Error, "depends on the request", ""},
	{"count", `COUNT([Type == "http://schemas.microsoft.com/ws/2008/06/identity/claims/groupsid"]) > 5 => issue(Type = "n", Value = "many");`, "n", Unsupported, finding.Error, "cannot count", "UNSUPPORTED_CONDITION_FUNCTION"},
	{"another provider", `c:[Type == "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn", Issuer == "partner"] => issue(Type = "n", Value = c.Value);`, "n", Manual, finding.Warning, "another claims provider", "CONDITION_MATCHES_UNSUPPORTED_ISSUER"},
	{"pairwise", `c:[Type == "http://schemas.microsoft.com/ws/2008/06/identity/claims/windowsaccountname"] => issue(store = "_OpaqueIdStore", types = ("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier"), query = "{0};{1};{2}", param = "ppid", param = c.Value, param = c.OriginalIssuer);`, claimrule.TypeNameID, Changed, finding.Error, "linked anew", ""},
	{"NameID of the mail", ldap + `add(store = "Active Directory", types = ("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress"), query = ";mail;{0}", param = c.Value); c:[Type == "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress"] => issue(Type = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier", Value = c.Value, Properties["http://schemas.xmlsoap.org/ws/2005/05/identity/claimproperties/format"] = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress");`, claimrule.TypeNameID, Mapped, finding.Info, "user.mail", ""},
	{"NameID of the department", ldap + `issue(store = "Active Directory", types = ("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier"), query = ";department;{0}", param = c.Value);`, claimrule.TypeNameID, Unsupported, finding.Warning, "a few attributes only", ""},
	{"NameID of an unknown format", `c:[Type == "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn"] => issue(Type = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier", Value = c.Value, Properties["http://schemas.xmlsoap.org/ws/2005/05/identity/claimproperties/format"] = "urn:x:kerberos");`, claimrule.TypeNameID, Changed, finding.Warning, "no NameID format", ""},
	{"constant NameID", `=> issue(Type = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier", Value = "x");`, claimrule.TypeNameID, Unsupported, finding.Error, "fixed value", ""},
	{"unreadable", `=> issue(claim = d);`, "", Unsupported, finding.Error, "cannot be read", "UNSUPPORTED_RULE_TYPE"},
}

func TestTransformRules(t *testing.T) {
	for _, c := range ruleCases {
		t.Run(c.name, func(t *testing.T) {
			rs, _ := claimrule.Parse(c.rules, claimrule.Position{})
			list := Explain(rs, claimrule.Transform)
			items := list[len(list)-1].Items
			if len(items) != 1 {
				t.Fatalf("%d items: %+v", len(items), items)
			}
			i := items[0]
			if i.Claim != c.claim || i.Outcome != c.outcome || i.Severity != c.severity || !strings.Contains(i.Message, c.message) {
				t.Errorf("%s %s %q: %s", i.Outcome, i.Severity, i.Claim, i.Message)
			}
			if c.alias != "" && !slices.Contains(i.Aliases, c.alias) {
				t.Errorf("aliases %q", i.Aliases)
			}
		})
	}
}

const permit = `issue(Type = "http://schemas.microsoft.com/authorization/claims/permit", Value = "true");`
const deny = `issue(Type = "http://schemas.microsoft.com/authorization/claims/deny", Value = "true");`
const mfa = `issue(Type = "http://schemas.microsoft.com/ws/2008/06/identity/claims/authenticationmethod", Value = "http://schemas.microsoft.com/claims/multipleauthn");`

func TestAccessRules(t *testing.T) {
	for _, c := range []struct {
		name, rules string
		outcome     Outcome
		severity    finding.Severity
		message     string
	}{
		{"permit all", "=> " + permit, Changed, finding.Info, "guests"},
		{"permit a group", `[Type == "http://schemas.microsoft.com/ws/2008/06/identity/claims/groupsid", Value == "S-1-5-21-1-2-3-1104"] => ` + permit, Mapped, finding.Info, "assignment of the groups"},
		{"permit by mail", `[Type == "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress", Value =~ "x"] => ` + permit, Manual, finding.Error, "dynamic group"},
		{"permit inside", `[Type == "http://schemas.microsoft.com/ws/2012/01/insidecorporatenetwork", Value == "true"] => ` + permit, Manual, finding.Warning, "named locations"},
		{"permit by a store", `[Type == "http://hr/level", Value == "1"] => ` + permit, Manual, finding.Error, "nobody is assigned"},
		{"deny a group", `EXISTS([Type == "http://schemas.microsoft.com/ws/2008/06/identity/claims/groupsid", Value == "S-1-5-21-1-2-3-1104"]) => ` + deny, Manual, finding.Warning, "blocks"},
		{"mfa outside", `[Type == "http://schemas.microsoft.com/ws/2012/01/insidecorporatenetwork", Value == "false"] => ` + mfa, Manual, finding.Warning, "requires multifactor"},
		{"mfa always", "=> " + mfa, Manual, finding.Warning, "requires multifactor"},
		{"mfa by count", `COUNT([Type == "x"]) > 3 => ` + mfa, Manual, finding.Error, "cannot decide"},
		{"flag", `[Type == "http://schemas.microsoft.com/ws/2012/01/insidecorporatenetwork", Value == "true"] => add(Type = "in", Value = "1"); [Type == "in"] => ` + permit, Manual, finding.Warning, "named locations"},
	} {
		t.Run(c.name, func(t *testing.T) {
			rs, errs := claimrule.Parse(c.rules, claimrule.Position{})
			if len(errs) > 0 {
				t.Fatal(errs[0])
			}
			list := Explain(rs, claimrule.UnknownPurpose)
			i := list[len(list)-1].Items[0]
			if i.Outcome != c.outcome || i.Severity != c.severity || !strings.Contains(i.Message, c.message) {
				t.Errorf("%s %s: %s", i.Outcome, i.Severity, i.Message)
			}
		})
	}
}

// export writes trusts as an export and assesses it.
func export(t *testing.T, objects ...*adfstest.Object) *Assessment {
	t.Helper()
	var b strings.Builder
	if err := adfstest.WriteCLIXML(&b, objects, adfstest.CLIXMLOptions{}); err != nil {
		t.Fatal(err)
	}
	a := Assess(adfs.Read(strings.NewReader(b.String()), "trusts.xml", adfs.Limits{}), benchTime)
	for _, p := range a.Problems {
		t.Fatalf("the export cannot be read: %+v", p)
	}
	return a
}

// ready is a trust that moves as it is.
func ready() *adfstest.Object {
	return adfstest.Trust("Wiki", "wiki.contoso.com").
		Set("WSFedEndpoint", adfstest.Null{}).Set("MetadataUrl", adfstest.Null{}).
		Set("IssuanceTransformRules", adfstest.String(`c:[Type == "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn"] => issue(Type = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier", Value = c.Value);`)).
		Set("SamlEndpoints", adfstest.List{Type: adfstest.TypeEndpoint + "[]", Items: []adfstest.Value{
			adfstest.Endpoint("POST", "HTTP-POST", "SAMLAssertionConsumer", "https://wiki.contoso.com/acs", 0, true)}})
}

func endpoints(list ...adfstest.Value) adfstest.List {
	return adfstest.List{Type: adfstest.TypeEndpoint + "[]", Items: list}
}

// manyConsumers are more endpoints than an application has Reply URLs.
func manyConsumers() []adfstest.Value {
	var list []adfstest.Value
	for i := range 257 {
		list = append(list, adfstest.Endpoint("POST", "HTTP-POST", "SAMLAssertionConsumer", fmt.Sprintf("https://wiki.contoso.com/acs/%d", i), i, i == 0))
	}
	return list
}

// TestProperties holds each property that matters to one fact that changes the
// verdict on a trust that is ready.
func TestProperties(t *testing.T) {
	base := export(t, ready()).Trusts[0]
	if base.Readiness != Ready {
		t.Fatalf("the trust is %s: %s", base.Readiness, base.Reasons()[0].Message)
	}
	yes := adfstest.Bool(true)
	for _, c := range []struct {
		property string
		value    adfstest.Value
		want     Readiness
		message  string
	}{
		{"AlwaysRequireAuthentication", yes, NeedsWork, "every time"},
		{"AllowedAuthenticationClassReferences", adfstest.Strings("wiaormultiauthn"), NeedsWork, "authentication strength"},
		{"ClaimsProviderName", adfstest.Strings("Partner"), Blocked, "Partner"},
		{"RequestMFAFromClaimsProviders", yes, NeedsWork, "multifactor"},
		{"EncryptedNameIdRequired", yes, Blocked, "NameID alone"},
		{"TokenLifetime", adfstest.Int(5), NeedsWork, "at least 10"},
		{"TokenLifetime", adfstest.Int(5000), NeedsWork, "at most 1440"},
		{"NotBeforeSkew", adfstest.Int(30), NeedsWork, "always 5"},
		{"MonitoringEnabled", yes, NeedsWork, "watch the metadata"},
		{"AutoUpdateEnabled", yes, NeedsWork, "follow the metadata"},
		{"ConflictWithPublishedPolicy", yes, NeedsWork, "differs from the metadata"},
		{"PublishedThroughProxy", yes, NeedsWork, "application proxy"},
		{"EnableJWT", yes, Blocked, "OpenID Connect"},
		{"WSFedEndpoint", adfstest.URI("https://wiki.contoso.com/wsfed"), NeedsWork, "WS-Federation"},
		{"AdditionalWSFedEndpoint", adfstest.Strings("https://wiki.contoso.com/b"), NeedsWork, "wreply"},
		{"DelegationAuthorizationRules", adfstest.String("=> " + permit), Blocked, "ActAs"},
		{"ImpersonationAuthorizationRules", adfstest.String("=> " + permit), Blocked, "OnBehalfOf"},
		{"AdditionalAuthenticationRules", adfstest.String("=> " + mfa), NeedsWork, "multifactor"},
		{"IssuanceAuthorizationRules", adfstest.String("=> " + permit), NeedsWork, "find out which"},
		{"AccessControlPolicyName", adfstest.String("Permit everyone and require MFA"), NeedsWork, "multifactor"},
		{"Identifier", adfstest.Strings("wiki with blanks"), Blocked, "blanks"},
		{"Identifier", adfstest.Strings("wiki"), NeedsWork, "ought to be a URI"},
		{"RequestSigningCertificate", adfstest.List{Type: "System.String[]"}, NeedsWork, "no certificate to verify"},
		{"SignatureAlgorithm", adfstest.String("urn:ecdsa"), NeedsWork, "rsa-sha256 or rsa-sha1"},
		{"SamlEndpoints", endpoints(), Blocked, "no endpoint"},
		{"SamlEndpoints", endpoints(adfstest.Endpoint("POST", "HTTP-POST", "SAMLAssertionConsumer", "http://wiki.contoso.com/acs", 0, true)), NeedsWork, "https"},
		{"SamlEndpoints", endpoints(adfstest.Endpoint("Artifact", "HTTP-Artifact", "SAMLAssertionConsumer", "https://wiki.contoso.com/acs", 0, true)), Blocked, "no other endpoint"},
		{"SamlEndpoints", endpoints(adfstest.Endpoint("SOAP", "SOAP", "SAMLArtifactResolution", "https://wiki.contoso.com/art", 0, true)), Blocked, "artifacts"},
		{"IssuanceTransformRules", adfstest.String("=> issue(claim = d);"), Blocked, "cannot be read"},
		{"SamlEndpoints", endpoints(manyConsumers()...), Blocked, "at most 256 Reply URLs"},
		{"ProxyEndpointMappings", adfstest.Dict{Type: "x", Entries: []adfstest.Entry{{Key: "https://wiki.contoso.com/", Value: adfstest.String("https://wiki.internal/")}}}, NeedsWork, "application proxy"},
		{"ProxyTrustedEndpoints", adfstest.Strings("https://wiki.contoso.com/"), NeedsWork, "are trusted through the Web Application Proxy"},
		{"Name", adfstest.String(""), NeedsWork, "the trust has no name"},
		{"Identifier", adfstest.List{Type: "System.String[]"}, Blocked, "no identifier"},
		{"Enabled", adfstest.Bool(false), Ready, ""},
	} {
		t.Run(c.property, func(t *testing.T) {
			got := export(t, ready().Set(c.property, c.value)).Trusts[0]
			if got.Readiness != c.want {
				t.Errorf("the trust is %s", got.Readiness)
			}
			found := slices.ContainsFunc(got.Items, func(i Item) bool { return i.Severity > finding.Info && strings.Contains(i.Message, c.message) })
			if c.want != Ready && !found {
				t.Errorf("no item says %q: %+v", c.message, got.Reasons())
			}
		})
	}
}

// TestClaimsAccepted: a claim that the app says it must have, and that no rule
// issues, is told; the others are not.
func TestClaimsAccepted(t *testing.T) {
	wanted := adfstest.List{Type: "ClaimDescription[]"}
	for claimType, required := range map[string]bool{"badge": true, "team": false, claimrule.TypeNameID: true} {
		wanted.Items = append(wanted.Items, (&adfstest.Object{Type: "ClaimDescription"}).Set("ClaimType", adfstest.String(claimType)).Set("IsRequired", adfstest.Bool(required)))
	}
	told := func(rp *adfstest.Object) []string {
		var claims []string
		for _, i := range export(t, rp.Set("ClaimsAccepted", wanted)).Trusts[0].Items {
			if i.Setting == "ClaimsAccepted" && strings.Contains(i.Message, "no rule issues it") {
				claims = append(claims, i.Value)
			}
		}
		return claims
	}
	if got := told(ready()); !slices.Equal(got, []string{"badge"}) {
		t.Errorf("%q are told to be missing, want badge", got)
	}
	if got := told(ready().Set("IssuanceTransformRules", adfstest.Null{})); len(got) > 0 {
		t.Errorf("%q are told to be missing from an export without rules", got)
	}
}

// TestLaws holds that each property and each rule of an export is in the items,
// and that every check named is in the catalogue.
func TestLaws(t *testing.T) {
	assessments := []*Assessment{export(t, append(adfstest.Farm(4), ready().Set("FutureSwitch", adfstest.String("on")))...)}
	corpus := filepath.Join("..", "..", "..", "shared", "corpus", "adfs")
	for _, dir := range []string{"constructed", "formatlist", "metadata", "xml"} {
		if _, err := os.Stat(filepath.Join(corpus, dir)); err != nil {
			t.Log("there is no corpus")
			break
		}
		fsys := os.DirFS(filepath.Join(corpus, dir))
		a := Assess(adfs.ReadFS(fsys, dir, adfs.Limits{}), benchTime)
		assessments = append(assessments, a)
		for rp, err := range adfs.RelyingParties(adfs.ReadFS(fsys, dir, adfs.Limits{})) {
			if err == nil {
				lawful(t, rp, a)
			}
		}
	}
	for _, a := range assessments {
		for _, trust := range a.Trusts {
			for _, i := range trust.Items {
				if _, ok := validate.Lookup(i.Check); i.Check != "" && !ok {
					t.Errorf("%s: the check %q is not in the catalogue", i.Setting, i.Check)
				}
				if (i.Severity > finding.Info) != (i.Check != "") && i.Severity > finding.Info {
					t.Errorf("%s: %s without a check: %s", i.Setting, i.Severity, i.Message)
				}
			}
		}
		s := a.Summary
		if s.Ready+s.NeedsWork+s.Blocked+s.Skipped != s.Trusts || s.Trusts != len(a.Trusts) {
			t.Errorf("the summary does not add up: %+v", s)
		}
	}
}

func lawful(t *testing.T, rp *adfs.RelyingParty, a *Assessment) {
	t.Helper()
	at := slices.IndexFunc(a.Trusts, func(trust *Trust) bool { return trust.Source == sourceOf(rp.Source) })
	if at < 0 {
		t.Fatalf("%s is not in the assessment", rp.Name)
	}
	has := func(setting string, rule int) bool {
		return slices.ContainsFunc(a.Trusts[at].Items, func(i Item) bool {
			return i.Setting == setting && (rule < 0 || i.Rule != nil && i.Rule.Index == rule)
		})
	}
	for _, p := range rp.Properties {
		if !has(p.Name, -1) {
			t.Errorf("%s: no item about %s", rp.Name, p.Name)
		}
	}
	sets := readRules(rp)
	for _, set := range []*ruleSet{sets.transform, sets.authorization, sets.additional} {
		for _, r := range set.rules.Rules {
			if !has(set.setting, r.Index) {
				t.Errorf("%s: no item about rule %d of %s", rp.Name, r.Index, set.setting)
			}
		}
	}
}

func TestDuplicatesAndCopies(t *testing.T) {
	key := func(o *adfstest.Object, id string) *adfstest.Object {
		return o.Set("ObjectIdentifier", adfstest.String(id))
	}
	a := export(t, key(ready(), "1"), key(ready(), "1"), key(adfstest.Trust("Other", "wiki.contoso.com"), "2"))
	if a.Summary.Skipped != 1 || a.Summary.Trusts != 3 {
		t.Fatalf("%+v", a.Summary)
	}
	for _, trust := range a.Trusts {
		if trust.Name == "Other" && !slices.ContainsFunc(trust.Items, func(i Item) bool { return i.Severity == finding.Error && strings.Contains(i.Message, `"Wiki"`) }) {
			t.Error("the second trust with an identifier is not blocked")
		}
	}
	if twice := export(t, key(ready(), "1"), key(ready().Set("Name", adfstest.String("wiki")), "2")); len(twice.Trusts) != 2 || twice.Summary.Blocked != 1 {
		t.Errorf("two trusts with the same identifiers: %+v", twice.Summary)
	}
}

func TestAlternateLogin(t *testing.T) {
	a := export(t, ready(), adfstest.Provider().Set("AlternateLoginID", adfstest.String("mail")))
	if a.Trusts[0].Readiness != NeedsWork || len(a.Others) != 1 || a.Others[0].Weight != finding.Warning {
		t.Errorf("%s, %+v", a.Trusts[0].Readiness, a.Others)
	}
}

func TestMicrosoftTests(t *testing.T) {
	trust := export(t, ready().Set("AlwaysRequireAuthentication", adfstest.Bool(true)).Set("TokenLifetime", adfstest.Int(5)).
		Set("AdditionalAuthenticationRules", adfstest.String(`c:[Type == "http://schemas.microsoft.com/ws/2012/01/insidecorporatenetwork", Value == "false"] => `+mfa))).Trusts[0]
	want := map[string]TestResult{"AlwaysRequireAuthentication": TestFail, "TokenLifetime": TestFail, "SignedSamlRequestsRequired": TestWarning, "NotBeforeSkew": TestWarning, "IssuanceTransformRules": TestWarning}
	for i, name := range TestNames() {
		if trust.Tests[i] != want[name] {
			t.Errorf("%s: %s, want %s", name, trust.Tests[i], want[name])
		}
	}
	if trust.Tests.Result() != TestFail {
		t.Error("the worst result is not that of the trust")
	}
}

// TestGrowthIsBounded holds that rules that feed on each other cost no more than
// what they are.
func TestGrowthIsBounded(t *testing.T) {
	for name, rule := range map[string]string{
		"doubling": `c:[Type == "a"] => issue(Type = "a", Value = c.Value + c.Value);`,
		"patterns": `c:[Type =~ "^a(b+)+$"] => issue(Type = "ab", Value = c.Value);`,
		"groups":   `c:[Type == "http://schemas.microsoft.com/ws/2008/06/identity/claims/groupsid", Value =~ "^(S-1-5-1|S-1-5-2|S-1-5-3)$"] && EXISTS([Type == "a"]) => issue(Type = "a", Value = "x");`,
	} {
		rs, errs := claimrule.Parse(strings.Repeat(rule, 500), claimrule.Position{})
		if len(errs) > 0 {
			t.Fatal(errs[0])
		}
		for _, b := range Explain(rs, claimrule.Transform) {
			for _, i := range b.Items {
				if len(i.Message) > 8000 {
					t.Fatalf("%s: a message of %d bytes", name, len(i.Message))
				}
			}
		}
	}
}

func FuzzExplain(f *testing.F) {
	for _, c := range ruleCases {
		f.Add(c.rules)
	}
	f.Fuzz(func(t *testing.T, text string) {
		rs, _ := claimrule.Parse(text, claimrule.Position{})
		for _, purpose := range []claimrule.Purpose{claimrule.UnknownPurpose, claimrule.Transform, claimrule.Authorization} {
			for i, b := range Explain(rs, purpose) {
				if len(b.Items) == 0 {
					t.Fatalf("nothing is said of rule %d of %q", i, text)
				}
			}
		}
	})
}

// TestCorpusRules holds that something is said of every real rule.
func TestCorpusRules(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join("..", "..", "..", "shared", "corpus", "claimrules", "*.txt"))
	if len(files) == 0 {
		t.Skip("there is no corpus")
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		rs, _ := claimrule.Parse(string(text), claimrule.Position{})
		for i, b := range Explain(rs, claimrule.UnknownPurpose) {
			if len(b.Items) == 0 || b.Items[0].Message == "" {
				t.Errorf("%s: nothing is said of rule %d", filepath.Base(name), i)
			}
		}
	}
}
