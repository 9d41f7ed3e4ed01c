package migrate

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/ssodoctor/ssodoctor/pkg/adfs"
	"github.com/ssodoctor/ssodoctor/pkg/adfs/claimrule"
	"github.com/ssodoctor/ssodoctor/pkg/entra"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// translated are the claims that a rule set becomes.
func translated(t *testing.T, text string, access *accessPlan) *translator {
	t.Helper()
	rs, errs := claimrule.Parse(text, claimrule.Position{})
	if len(errs) > 0 {
		t.Fatal(errs[0])
	}
	tr := newTranslator(&ruleSet{setting: "IssuanceTransformRules", purpose: claimrule.Transform, rules: rs, text: adfs.Text{Value: text}}, newShared(nil), access)
	tr.run()
	return tr
}

const (
	role       = "http://schemas.microsoft.com/ws/2008/06/identity/claims/role"
	nameIDType = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier"
	sidA       = "S-1-5-21-1-2-3-1101"
	sidB       = "S-1-5-21-1-2-3-1102"
)

// fetch are rules that keep attributes as claims "a" and "b".
func fetch(attributes string) string {
	types := `"a", "b"`
	if !strings.Contains(attributes, ",") {
		types = `"a"`
	}
	return ldap + `add(store = "Active Directory", types = (` + types + `), query = ";` + attributes + `;{0}", param = c.Value);`
}

func in(sid string) string { return `[` + groupSID + `, Value == "` + sid + `"]` }

// TestClaims holds each shape of rules to the configurations of Entra, and says
// which of them are the same for everybody.
func TestClaims(t *testing.T) {
	for _, c := range []struct {
		name, rules string
		want        []string // of each configuration: source, group, steps
		announced   Outcome  // of the claim x; empty where it is the same for all
	}{
		{"attribute", fetch("mail") + `c:[Type == "a"] => issue(Type = "x", Value = c.Value);`, []string{"user.mail"}, ""},
		{"extension", fetch("employeeNumber") + `c:[Type == "a"] => issue(Type = "x", Value = c.Value);`, []string{"extension employeeNumber"}, ""},
		{"constant", `=> issue(Type = "x", Value = "1");`, []string{`"1"`}, ""},
		{"constant of a group", in(sidA) + `=> issue(Type = "x", Value = "1");`, []string{`"1" if ` + sidA}, ""},
		{"or of groups", `[` + groupSID + `, Value =~ "^(?i)(` + sidA + `|` + sidB + `)$"] => issue(Type = "x", Value = "1");`, []string{`"1" if ` + sidA, `"1" if ` + sidB}, ""},
		{"the others first", in(sidA) + `=> issue(Type = "x", Value = "1"); NOT EXISTS(` + in(sidA) + `) => issue(Type = "x", Value = "0");`, []string{`"0"`, `"1" if ` + sidA}, ""},
		{"one of two groups", in(sidA) + `=> issue(Type = "x", Value = "1"); NOT EXISTS(` + in(sidA) + `) && ` + in(sidB) + ` => issue(Type = "x", Value = "2");`, []string{`"2" if ` + sidB, `"1" if ` + sidA}, ""},
		{"not a group alone", `NOT EXISTS(` + in(sidA) + `) => issue(Type = "x", Value = "0");`, []string{`"0"`}, Changed},
		{"both groups", in(sidA) + `&&` + in(sidB) + ` => issue(Type = "x", Value = "1");`, nil, Unsupported},
		{"fallback", fetch("mail,userPrincipalName") + `c:[Type == "a"] => issue(Type = "x", Value = c.Value); NOT EXISTS([Type == "a"]) && c:[Type == "b"] => issue(Type = "x", Value = c.Value);`, []string{"user.userprincipalname", "user.mail"}, ""},
		{"fallback with a transformation", fetch("mail,userPrincipalName") + `c:[Type == "a"] => issue(Type = "x", Value = c.Value); NOT EXISTS([Type == "a"]) && c:[Type == "b"] => issue(Type = "x", Value = RegExReplace(c.Value, "@.*$", ""));`,
			[]string{"user.userprincipalname ExtractMailPrefix", "user.mail IfNotEmpty(user.mail)"}, ""},
		{"where another attribute is", fetch("mail,department") + `c:[Type == "a"] && [Type == "b"] => issue(Type = "x", Value = c.Value);`, []string{"user.department IfNotEmpty(user.mail)"}, ""},
		{"constant where an attribute is", fetch("mail") + `EXISTS([Type == "a"]) => issue(Type = "x", Value = "1");`, []string{`user.mail IfNotEmpty("1")`}, ""},
		{"join", fetch("givenName,sn") + `a:[Type == "a"] && b:[Type == "b"] => issue(Type = "x", Value = a.Value + ", " + b.Value);`, []string{`user.givenname Join(", " user.surname)`}, Changed},
		{"account", `c:[Type == "` + claimrule.TypeWindowsAccount + `"] => issue(Type = "x", Value = c.Value);`, []string{`user.netbiosname Join("\" user.onpremisessamaccountname)`}, ""},
		{"template", fetch("sAMAccountName") + `c:[Type == "a"] => issue(Type = "x", Value = "u-" + c.Value + "@corp");`, []string{`user.onpremisessamaccountname RegexReplace("(?s)^(?'value'.+)$" "u-{value}@corp")`}, ""},
		{"template with braces", fetch("sAMAccountName") + `c:[Type == "a"] => issue(Type = "x", Value = "{" + c.Value + "}");`, nil, Unsupported},
		{"prefix and domain", fetch("mail") + `c:[Type == "a"] => issue(Type = "x", Value = RegExReplace(c.Value, "@.*$", "") + "@corp");`, []string{`user.mail ExtractMailPrefix RegexReplace("(?s)^(?'value'.+)$" "{value}@corp")`}, ""},
		{"account without domain", `c:[Type == "` + claimrule.TypeWindowsAccount + `"] => issue(Type = "x", Value = RegExReplace(c.Value, "^.*\\", ""));`, []string{"user.onpremisessamaccountname"}, ""},
		{"domain of the account", `c:[Type == "` + claimrule.TypeWindowsAccount + `"] => issue(Type = "x", Value = RegExReplace(c.Value, "\\.*$", ""));`, []string{"user.netbiosname"}, ""},
		{"prefix of a name", fetch("userPrincipalName") + `c:[Type == "a"] => issue(Type = "x", Value = RegExReplace(c.Value, "@.+$", ""));`, []string{"user.userprincipalname ExtractMailPrefix"}, ""},
		{"one domain of a name", fetch("userPrincipalName") + `c:[Type == "a"] => issue(Type = "x", Value = RegExReplace(c.Value, "@contoso\.com$", ""));`, []string{`user.userprincipalname RegexReplace("^(?'before'(?s:.*?))@contoso\.com$" "{before}") else user.userprincipalname`}, ""},
		{"first characters", fetch("displayName") + `c:[Type == "a"] => issue(Type = "x", Value = RegExReplace(c.Value, "(?s)^(.{1,5}).*$", "$1"));`, []string{"user.displayname Substring 0 5"}, ""},
		{"named groups", fetch("mail") + `c:[Type == "a"] => issue(Type = "x", Value = RegExReplace(c.Value, "^(?<u>[^@]+)@(?<d>.+)$", "${d}/${u}"));`, []string{`user.mail RegexReplace("^(?'u'[^@]+)@(?'d'.+)$" "{d}/{u}") else user.mail`}, ""},
		{"every occurrence", fetch("displayName") + `c:[Type == "a"] => issue(Type = "x", Value = RegExReplace(c.Value, "o", "0"));`, []string{`user.displayname RegexReplace("^(?'before'(?s:.*?))o(?'after'(?s:.*))$" "{before}0{after}") else user.displayname`}, Changed},
		{"look-behind of .NET", fetch("displayName") + `c:[Type == "a"] => issue(Type = "x", Value = RegExReplace(c.Value, "$1", "$5"));`, nil, Unsupported},
		{"end of a value", fetch("mail") + `c:[Type == "a", Value =~ "(?i)@contoso\.com$"] => issue(Type = "x", Value = c.Value);`, []string{`user.mail EndWith("@contoso.com" user.mail)`}, Changed},
		{"a value", fetch("department") + `c:[Type == "a", Value == "HR"] => issue(Type = "x", Value = "1");`, nil, Unsupported},
		{"several groups", in(sidA) + `=> issue(Type = "x", Value = "1");` + in(sidB) + `=> issue(Type = "x", Value = "2");`, []string{"user.assignedroles"}, ""},
		{"several groups and blanks", in(sidA) + `=> issue(Type = "x", Value = "a b");` + in(sidB) + `=> issue(Type = "x", Value = "2");`, []string{`"a b" if ` + sidA, `"2" if ` + sidB}, Changed},
		{"several values", fetch("proxyAddresses") + `c:[Type == "a"] => issue(Type = "x", Value = c.Value);`, []string{"user.proxyaddresses"}, Changed},
		{"request", `[Type == "` + claimrule.TypeInsideNetwork + `", Value == "true"] => issue(Type = "x", Value = "1");`, nil, Unsupported},
		{"not the request", `NOT EXISTS([Type == "` + claimrule.TypeInsideNetwork + `", Value == "true"]) => issue(Type = "x", Value = "1");`, nil, Unsupported},
		{"count", `COUNT([` + groupSID + `]) > 5 => issue(Type = "x", Value = "1");`, nil, Unsupported},
		{"search", ldap + `issue(store = "Active Directory", types = ("x"), query = "manager={0};mail;CONTOSO\x", param = c.Value);`, nil, Unsupported},
		{"store", ldap + `issue(store = "HR", types = ("x"), query = "{0}", param = c.Value);`, nil, Unsupported},
		{"pairwise", `c:[Type == "` + claimrule.TypeWindowsAccount + `"] => issue(store = "_OpaqueIdStore", types = ("x"), query = "{0};{1};{2}", param = "ppid", param = c.Value, param = c.OriginalIssuer);`, nil, Unsupported},
	} {
		t.Run(c.name, func(t *testing.T) {
			tr := translated(t, c.rules, nil)
			var got []string
			for _, claim := range tr.out.claims {
				if claim.Type() == "x" {
					for _, one := range claim.Configurations {
						got = append(got, shownConfiguration(one))
					}
				}
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("the configurations are\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(c.want, "\n"))
			}
			if announced := announcedOutcome(tr.items, "x"); announced != c.announced {
				t.Errorf("it is announced as %q: %+v", announced, tr.items)
			}
		})
	}
}

// announcedOutcome is the gravest outcome by which items say that a claim will
// differ.
func announcedOutcome(items []Item, claimType string) Outcome {
	worst := Outcome("")
	for _, i := range items {
		if i.Claim == claimType && announces(i.Outcome) > announces(worst) && announces(i.Outcome) > 1 {
			worst = i.Outcome
		}
	}
	return worst
}

// shownConfiguration is a configuration on one line.
func shownConfiguration(c entra.Configuration) string {
	source := func(s entra.ClaimSource) string {
		switch s.Kind {
		case entra.FromConstant:
			return `"` + s.Value + `"`
		case entra.FromExtension:
			return "extension " + s.ID
		}
		return s.ID
	}
	text := source(c.Source)
	for _, s := range c.Transformations {
		text += " " + string(s.Method)
		p := s.Parameters
		var args []string
		for _, v := range []string{p.Separator, p.Value, p.Regex, p.Replacement} {
			if v != "" {
				args = append(args, `"`+v+`"`)
			}
		}
		for _, v := range []*entra.ClaimSource{p.Input2, p.Output} {
			if v != nil {
				args = append(args, source(*v))
			}
		}
		if len(args) > 0 {
			text += "(" + strings.Join(args, " ") + ")"
		}
		if p.Index != nil {
			n, _ := json.Marshal([]*int{p.Index, p.Length})
			text += " " + strings.NewReplacer("[", "", "]", "", ",", " ").Replace(string(n))
		}
	}
	if c.Fallback != nil {
		text += " else " + source(*c.Fallback)
	}
	for _, g := range c.Condition.Groups {
		text += " if " + g.SID
	}
	return text
}

// TestRolesAndGroups holds what becomes of groups.
func TestRolesAndGroups(t *testing.T) {
	tokenGroups := func(form, claimType, filter, value string) string {
		return ldap + `add(store = "Active Directory", types = ("g"), query = ";` + form + `;{0}", param = c.Value); c:[Type == "g"` + filter + `] => issue(Type = "` + claimType + `", Value = ` + value + `);`
	}
	closed := &accessPlan{Access: Access{AssignmentRequired: true, Groups: []entra.Group{{SID: sidA}}}}
	for _, c := range []struct {
		name, rules string
		access      *accessPlan
		groups      entra.GroupClaim
		roles       []entra.Role
		severity    finding.Severity // of the gravest item of the rules
	}{
		{"role", in(sidA) + `=> issue(Type = "` + role + `", Value = "Admin");`, nil, entra.GroupClaim{Emit: entra.NoGroups}, []entra.Role{{Value: "Admin", Group: entra.Group{SID: sidA}}}, finding.Info},
		{"role of an assigned group", in(sidA) + `=> issue(Type = "` + role + `", Value = "Admin");`, closed, entra.GroupClaim{Emit: entra.NoGroups}, []entra.Role{{Value: "Admin", Group: entra.Group{SID: sidA}}}, finding.Info},
		{"role that would let in others", in(sidB) + `=> issue(Type = "` + role + `", Value = "Admin");`, closed, entra.GroupClaim{Emit: entra.NoGroups}, nil, finding.Warning},
		{"role with a blank", in(sidA) + `=> issue(Type = "` + role + `", Value = "Order Manager");`, nil, entra.GroupClaim{Emit: entra.NoGroups}, nil, finding.Error},
		{"role of everybody", `=> issue(Type = "` + role + `", Value = "User");`, nil, entra.GroupClaim{Emit: entra.NoGroups}, nil, finding.Error},
		{"names", tokenGroups("tokenGroups", "g2", "", "c.Value"), nil, entra.GroupClaim{Emit: entra.SecurityGroups, Format: "sam_account_name", Claim: "g2"}, nil, finding.Info},
		{"qualified names", tokenGroups("tokenGroups(domainQualifiedName)", "g2", "", "c.Value"), nil, entra.GroupClaim{Emit: entra.SecurityGroups, Format: "netbios_domain_and_sam_account_name", Claim: "g2"}, nil, finding.Info},
		{"names as roles", tokenGroups("tokenGroups", role, "", "c.Value"), nil, entra.GroupClaim{Emit: entra.SecurityGroups, Format: "sam_account_name", EmitAsRoles: true}, nil, finding.Info},
		{"under their own name", tokenGroups("tokenGroups(SID)", entra.TypeGroups, "", "c.Value"), nil, entra.GroupClaim{Emit: entra.SecurityGroups, Format: "on_premise_security_identifier"}, nil, finding.Info},
		{"SIDs under the restricted name", `c:[` + groupSID + `] => issue(claim = c);`, nil, entra.GroupClaim{Emit: entra.NoGroups}, nil, finding.Error},
		{"prefix", tokenGroups("tokenGroups", "g2", `, Value =~ "(?i)^AWS-"`, "c.Value"), nil, entra.GroupClaim{Emit: entra.SecurityGroups, Format: "sam_account_name", Claim: "g2", Filter: entra.GroupFilter{MatchOn: "sAMAccountName", Type: "prefix", Value: "AWS-"}}, nil, finding.Info},
		{"prefix with letter case", tokenGroups("tokenGroups", "g2", `, Value =~ "^AWS-"`, "c.Value"), nil, entra.GroupClaim{Emit: entra.SecurityGroups, Format: "sam_account_name", Claim: "g2", Filter: entra.GroupFilter{MatchOn: "sAMAccountName", Type: "prefix", Value: "AWS-"}}, nil, finding.Warning},
		{"rewritten", tokenGroups("tokenGroups", "g2", "", `RegExReplace(c.Value, "^AWS-(.+)$", "arn:$1")`), nil, entra.GroupClaim{Emit: entra.SecurityGroups, Format: "sam_account_name", Claim: "g2", Regex: "^AWS-(?'g1'.+)$", Replacement: "arn:{g1}"}, nil, finding.Warning},
		{"other filters", tokenGroups("tokenGroups", "g2", `, Value =~ "^A.*Z$"`, "c.Value"), nil, entra.GroupClaim{Emit: entra.NoGroups}, nil, finding.Warning},
		{"assigned groups", `c:[` + groupSID + `, Value == "` + sidA + `"] => issue(Type = "g2", Value = c.Value);`, closed, entra.GroupClaim{Emit: entra.NoGroups}, nil, finding.Info},
	} {
		t.Run(c.name, func(t *testing.T) {
			tr := translated(t, c.rules, c.access)
			if tr.out.groups != c.groups {
				t.Errorf("the group claim is %+v", tr.out.groups)
			}
			if !slices.Equal(tr.out.roles, c.roles) && len(tr.out.roles)+len(c.roles) > 0 {
				t.Errorf("the roles are %+v", tr.out.roles)
			}
			worst := finding.Info
			for _, i := range tr.items {
				worst = max(worst, i.Severity)
			}
			if worst != c.severity {
				t.Errorf("the gravest item is %s: %+v", worst, tr.items)
			}
		})
	}
}

func TestNameIDs(t *testing.T) {
	issue := `issue(Type = "` + nameIDType + `", Value = `
	format := func(f string) string {
		return `, Properties["http://schemas.xmlsoap.org/ws/2005/05/identity/claimproperties/format"] = "` + f + `");`
	}
	for _, c := range []struct {
		name, rules string
		format      string
		want        []string
		announced   Outcome
	}{
		{"mail", fetch("mail") + `c:[Type == "a"] => ` + issue + `c.Value` + format("urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"), "emailAddress", []string{"user.mail"}, Changed},
		{"account name", fetch("sAMAccountName") + `c:[Type == "a"] => ` + issue + `c.Value);`, "unspecified", []string{"user.onpremisessamaccountname"}, ""},
		{"prefix", fetch("userPrincipalName") + `c:[Type == "a"] => ` + issue + `RegExReplace(c.Value, "@.*$", "")` + format("urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"), "persistent", []string{"user.userprincipalname ExtractMailPrefix"}, Changed},
		{"another domain", fetch("userPrincipalName") + `c:[Type == "a"] => ` + issue + `RegExReplace(c.Value, "@.*$", "@fabrikam.com"));`, "unspecified", []string{`user.userprincipalname ExtractMailPrefix Join("@" "fabrikam.com")`}, Changed},
		{"another domain by groups", fetch("userPrincipalName") + `c:[Type == "a"] => ` + issue + `RegExReplace(c.Value, "(?<u>[^@]+)@.+", "${u}@fabrikam.com"));`, "unspecified", []string{`user.userprincipalname ExtractMailPrefix Join("@" "fabrikam.com")`}, Changed},
		{"another domain of an address that may be none", fetch("mail") + `c:[Type == "a"] => ` + issue + `RegExReplace(c.Value, "@.*$", "@fabrikam.com"));`, "unspecified", nil, Unsupported},
		{"one of several domains", fetch("mail") + `c:[Type == "a"] => ` + issue + `RegExReplace(c.Value, "@contoso\.com$", "@fabrikam.com"));`, "unspecified", nil, Unsupported},
		{"account and a domain", `c:[Type == "` + claimrule.TypeWindowsAccount + `"] => ` + issue + `RegExReplace(c.Value, "(?<d>[^\\]+)\\(?<u>.+)", "${u}@fabrikam.com"));`, "unspecified", []string{`user.onpremisessamaccountname Join("@" "fabrikam.com")`}, Changed},
		{"account name and a domain", fetch("sAMAccountName") + `c:[Type == "a"] => ` + issue + `c.Value + "@fabrikam.com");`, "unspecified", []string{`user.onpremisessamaccountname Join("@" "fabrikam.com")`}, Changed},
		{"text that is no domain", fetch("sAMAccountName") + `c:[Type == "a"] => ` + issue + `c.Value + "@x y");`, "unspecified", nil, Unsupported},
		{"account with domain", `c:[Type == "` + claimrule.TypeWindowsAccount + `"] => ` + issue + `c.Value);`, "unspecified", nil, Unsupported},
		{"attribute that is none", fetch("department") + `c:[Type == "a"] => ` + issue + `c.Value);`, "unspecified", nil, Unsupported},
		{"unknown format", fetch("sAMAccountName") + `c:[Type == "a"] => ` + issue + `c.Value` + format("urn:x:kerberos"), "unspecified", []string{"user.onpremisessamaccountname"}, Changed},
		{"none", `=> issue(Type = "x", Value = "1");`, "", nil, Changed},
		{"pairwise", `c:[Type == "` + claimrule.TypeWindowsAccount + `"] => issue(store = "_OpaqueIdStore", types = ("` + nameIDType + `"), query = "{0};{1};{2}", param = "ppid", param = c.Value, param = c.OriginalIssuer);`, "unspecified", []string{"user.pairwiseid"}, Changed},
	} {
		t.Run(c.name, func(t *testing.T) {
			tr := translated(t, c.rules, nil)
			var got []string
			for _, one := range tr.out.nameID.Configurations {
				got = append(got, shownConfiguration(one))
			}
			if !slices.Equal(got, c.want) || tr.out.nameID.Format != c.format {
				t.Errorf("the NameID is %q of %q", tr.out.nameID.Format, got)
			}
			if announced := announcedOutcome(tr.items, nameIDType); announced != c.announced {
				t.Errorf("it is announced as %q: %+v", announced, tr.items)
			}
		})
	}
}

// TestWholeRegex holds how expressions of .NET are rewritten.
func TestWholeRegex(t *testing.T) {
	for _, c := range []struct{ pattern, replacement, regex, template string }{
		{`^(.+)@(.+)$`, `$2\$1`, `^(?'g1'.+)@(?'g2'.+)$`, `{g2}\{g1}`},
		{`(?<d>[^\\]+)\\(?<u>.+)`, `${u}`, `^(?'before'(?s:.*?))(?'d'[^\\]+)\\(?'u'.+)(?'after'(?s:.*))$`, `{before}{u}{after}`},
		{`^(?i)corp\\`, ``, `^(?:(?i)corp\\)(?'after'(?s:.*))$`, `{after}`},
		{`a|b`, `x`, `^(?'before'(?s:.*?))(?:a|b)(?'after'(?s:.*))$`, `{before}x{after}`},
		{`^a`, `<$0>$$`, `^(?'match'a)(?'after'(?s:.*))$`, `<{match}>${after}`},
		{`[(]x[]]\(`, `y`, `^(?'before'(?s:.*?))[(]x[]]\((?'after'(?s:.*))$`, `{before}y{after}`},
		{`a`, `{`, "", ""}, {`a`, `$3`, "", ""}, {`a`, `${n}`, "", ""}, {`(a)(?<b>c)`, `$1`, "", ""}, {`(?<before>a)`, `x`, "", ""}, {`a`, "$`", "", ""},
		{`(?=x)(?:y)(z)`, `$1`, `^(?'before'(?s:.*?))(?=x)(?:y)(?'g1'z)(?'after'(?s:.*))$`, `{before}{g1}{after}`},
	} {
		regex, template, ok := wholeRegex(c.pattern, c.replacement)
		if regex != c.regex || template != c.template || ok != (c.regex != "") {
			t.Errorf("%s -> %s: %s -> %s, %v", c.pattern, c.replacement, regex, template, ok)
		}
	}
}

// TestAlternatives holds which expressions stand for a list of texts.
func TestAlternatives(t *testing.T) {
	for pattern, want := range map[string][]string{
		`^(?i)a\.b$`: {"a.b"}, `^(a|b)$`: {"a", "b"}, `(?i)^a$`: {"a"}, sidA: {sidA}, sidA + "|" + sidB: {sidA, sidB}, "^" + sidA + "$": {sidA},
		`a`: nil, `^a`: nil, `-515$`: nil, `^a|b$`: nil, `^a.*$`: nil, `^$`: nil,
	} {
		if got := alternatives(pattern); !slices.Equal(got, want) {
			t.Errorf("%s: %q", pattern, got)
		}
	}
}

// TestManyRules holds that hundreds of groups, and of expressions that take too
// long, are told one by one at a bounded cost.
func TestManyRules(t *testing.T) {
	var groups, slow strings.Builder
	slow.WriteString(fetch("mail"))
	for i := range 300 {
		fmt.Fprintf(&groups, `[%s, Value == "S-1-5-21-1-2-3-%d"] => issue(Type = "level", Value = "v %d");`, groupSID, 2000+i, i)
		fmt.Fprintf(&slow, `c:[Type == "a"] => issue(Type = "x%d", Value = RegExReplace(c.Value, "^(([a-z.@])+.)+%d$", "$1"));`, i, i)
	}
	if tr := translated(t, groups.String(), nil); len(tr.out.claims) != 1 || announcedOutcome(tr.items, "level") != Changed || announcedOutcome(tr.items, "") != Unsupported {
		t.Errorf("%d claims, %d items", len(tr.out.claims), len(tr.items))
	}
	if tr := translated(t, slow.String(), nil); len(tr.items) < 300 || tr.slow > maxSlow {
		t.Errorf("%d items, %d expressions took too long", len(tr.items), tr.slow)
	}
}

func FuzzTranslate(f *testing.F) {
	for _, c := range ruleCases {
		f.Add(c.rules)
	}
	f.Add(fetch("mail,userPrincipalName") + `c:[Type == "a"] => issue(Type = "x", Value = RegExReplace(c.Value, "(?<u>[^@]+)@(.+)", "${u}$1"));`)
	f.Fuzz(func(t *testing.T, text string) {
		rs, _ := claimrule.Parse(text, claimrule.Position{})
		tr := newTranslator(&ruleSet{setting: "rules", rules: rs, text: adfs.Text{Value: text}}, newShared(nil), nil)
		tr.run()
		for _, r := range rs.Rules {
			if !slices.ContainsFunc(tr.items, func(i Item) bool { return i.Rule != nil && i.Rule.Index == r.Index }) {
				t.Fatalf("nothing is said of rule %d of %q", r.Index, text)
			}
		}
		for _, c := range tr.out.claims {
			for _, one := range c.Configurations {
				if len(one.Transformations) > entra.MaxTransformations || len(one.Condition.Groups) > 1 {
					t.Fatalf("a configuration that Entra does not take: %+v", one)
				}
			}
		}
	})
}

func FuzzWholeRegex(f *testing.F) {
	f.Add(`^(.+)@(?<d>.+)$`, `${d}$1`, "ada@contoso.com")
	f.Add(`[^]]\(`, `$0`, "x(")
	f.Fuzz(func(t *testing.T, pattern, replacement, value string) {
		re, err := claimrule.CompileRegex(pattern, 0)
		if err != nil {
			return
		}
		regex, _, ok := wholeRegex(pattern, replacement)
		if !ok {
			return
		}
		whole, err := claimrule.CompileRegex(regex, 0)
		if err != nil {
			t.Skip() // what was not taken apart is not taken over: samples decide
		}
		one, err := re.Match(value)
		if err != nil {
			return
		}
		if other, err := whole.Match(value); err == nil && other && !one {
			t.Fatalf("%q matches %q, and %q does not", regex, value, pattern)
		}
	})
}
