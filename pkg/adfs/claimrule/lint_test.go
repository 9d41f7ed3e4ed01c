package claimrule

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

const account = `c:[Type == "http://schemas.microsoft.com/ws/2008/06/identity/claims/windowsaccountname", Issuer == "AD AUTHORITY"]`

// lintCases are rules with what the lints say: "line:column check severity".
var lintCases = []struct {
	what, rules string
	want        []string
	setting     Setting
}{
	{what: "clean", rules: account + ` => issue(store = "Active Directory", types = ("mail"), query = ";mail;{0}", param = c.Value);`},
	{what: "https type", rules: `c:[Type == "https://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn"] => issue(claim = c);`, want: []string{"1:12 adfs-rule-claim-type-https error"}},
	{what: "https type that nobody knows", rules: `=> issue(Type = "https://schemas.xmlsoap.org/x");`, want: []string{"1:17 adfs-rule-claim-type-https warning"}},
	{what: "https of others", rules: `=> issue(Type = "https://aws.amazon.com/SAML/Attributes/Role", Value = "x");`},
	{what: "https in a note", rules: `@RuleName = "https://schemas.microsoft.com/x" => issue(Type = "a");`},
	{what: "type with other letter case", rules: `=> issue(Type = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/EmailAddress", Value = "x");`, want: []string{"1:17 adfs-rule-claim-type-near warning"}},
	{what: "type with a slip", rules: `=> issue(Type = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emialaddress", Value = "x");`, want: []string{"1:17 adfs-rule-claim-type-near warning"}},
	{what: "type in the wrong namespace", rules: `c:[Type == "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/windowsaccountname"] => issue(claim = c);`, want: []string{"1:12 adfs-rule-claim-type-near warning"}},
	{what: "type of one's own", rules: `=> issue(Type = "http://schemas.xmlsoap.org/claims/Department", Value = "x");`},
	{what: "blank in a type", rules: `c:[Type == " a"] => issue(claim = c);`, want: []string{"1:12 adfs-rule-blank-padded warning"}},
	{what: "blank in a store", rules: `=> issue(store = "AD LDS ", types = ("a"), query = "q");`, want: []string{"1:18 adfs-rule-blank-padded warning"}},
	{what: "blank between names", rules: `c:[Type == "a"] => issue(Type = "b", Value = c.Value + " " + c.Value);`},
	{what: "a blank alone", rules: `=> issue(Type = "b", Value = " ");`},
	{what: "placeholder", rules: `c:[Type == "a", Value =~ "^(?i)<group_SID>$"] => issue(claim = c);`, want: []string{"1:26 adfs-rule-placeholder error"}},
	{what: "named group", rules: `c:[Type == "a", Value =~ "^(?<user>x)\k<user>$"] => issue(claim = c);`},
	{what: "group by name", rules: `c:[Type == "http://schemas.microsoft.com/ws/2008/06/identity/claims/groupsid", Value == "CONTOSO\Agents"] => issue(Type = "b");`, want: []string{"1:89 adfs-rule-group-not-sid warning"}},
	{what: "nameid format", rules: `=> issue(Type = "n", Properties["http://schemas.xmlsoap.org/ws/2005/05/identity/claimproperties/format"] = "urn:oasis:names:tc:SAML1.1:nameid format:unspecified");`, want: []string{"1:108 adfs-rule-nameid-format warning"}},
	{what: "good nameid format", rules: `=> issue(Type = "n", Properties["http://schemas.xmlsoap.org/ws/2005/05/identity/claimproperties/format"] = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent");`},
	{what: "invalid regex", rules: `c:[Type == "a", Value =~ "(a"] => issue(claim = c);`, want: []string{"1:26 adfs-rule-regex-invalid error"}},
	{what: "invalid regex of a call", rules: `c:[Type == "a"] => issue(Type = "b", Value = RegExReplace(c.Value, "(?[^\\]+)\\(?.+)", "x"));`, want: []string{"1:68 adfs-rule-regex-invalid error"}},
	{what: "!= with a regex", rules: `c:[Type == "a", Value != "^x$"] => issue(claim = c);`, want: []string{"1:17 adfs-rule-regex-as-text warning"}},
	{what: "== with a regex", rules: `c:[Type == "a", Value == ".*@contoso.com"] => issue(claim = c);`, want: []string{"1:17 adfs-rule-regex-as-text warning"}},
	{what: "== with a price", rules: `c:[Type == "a", Value == "US$"] => issue(claim = c);`, want: []string{"1:17 adfs-rule-regex-as-text warning"}},
	{what: "== with a path", rules: `c:[Type == "a", Value == "/adfs/ls/"] => issue(claim = c);`},
	{what: "== with an account", rules: `c:[Type == "a", Value == "CONTOSO\svc.web"] => issue(claim = c);`},
	{what: "glob", rules: `c:[Type == "a", Value =~ "ABC*"] => issue(claim = c);`, want: []string{"1:26 adfs-rule-glob warning"}},
	{what: "glob in front", rules: `c:[Type == "a", Value =~ "*@contoso"] => issue(claim = c);`, want: []string{"1:26 adfs-rule-glob warning", "1:26 adfs-rule-regex-invalid error"}},
	{what: "no glob", rules: `c:[Type == "a", Value =~ "^AB.*"] => issue(claim = c);`},
	{what: "open SID", rules: `c:[Type == "g", Value =~ "^S-1-5-21-1-2-3-110"] => issue(claim = c);`, want: []string{"1:26 adfs-rule-unanchored-sid warning"}},
	{what: "closed SID", rules: `c:[Type == "g", Value =~ "^(?i)S-1-5-21-1-2-3-110$"] => issue(claim = c);`},
	{what: "dot", rules: `c:[Type == "a", Value =~ "@contoso.com$"] => issue(claim = c);`, want: []string{"1:26 adfs-rule-unescaped-dot info"}},
	{what: "escaped dot", rules: `c:[Type == "a", Value =~ "@contoso\.com$"] => issue(claim = c);`},
	{what: "missing group", rules: `c:[Type == "a"] => issue(Type = "b", Value = RegExReplace(c.Value, "(?<name>.+)@.*", "${user}"));`, want: []string{"1:86 adfs-rule-replacement-group error"}},
	{what: "numbered group", rules: `c:[Type == "a"] => issue(Type = "b", Value = RegExReplace(c.Value, "(.+)@.*", "${1}"));`},
	{what: "truncation", rules: `c:[Type == "a"] => issue(Type = "b", Value = RegExReplace(c.Value, "(?<s>^.{1,50}).+$", "${s}"));`, want: []string{"1:68 adfs-rule-truncation warning"}},
	{what: "sound truncation", rules: `c:[Type == "a"] => issue(Type = "b", Value = RegExReplace(c.Value, "^(?<s>.{50}).+$", "${s}"));`},
	{what: "two values at once", rules: `c:[Type == "a", Value == "x", Value == "y"] => issue(claim = c);`, want: []string{"1:31 adfs-rule-never-fires warning"}},
	{what: "value and regex exclude", rules: `c:[Type == "a", Value == "x", Value =~ "^y"] => issue(claim = c);`, want: []string{"1:31 adfs-rule-never-fires warning"}},
	{what: "value and regex agree", rules: `c:[Type == "a", Value == "yes", Value =~ "^y"] => issue(claim = c);`},
	{what: "less than none", rules: `COUNT([Type == "a"]) < 0 => issue(Type = "b");`, want: []string{"1:1 adfs-rule-never-fires warning"}},
	{what: "made too late", rules: `c:[Type == "x"] => issue(Type = "b"); => add(Type = "x");`, want: []string{"1:1 adfs-rule-never-fires warning", "1:53 adfs-rule-add-unread warning"}},
	{what: "never made", rules: `c:[Type == "urn:tmp:x"] => issue(Type = "b");`, want: []string{"1:1 adfs-rule-never-fires warning"}},
	{what: "absence of what is made later", rules: `NOT EXISTS([Type == "x"]) => issue(Type = "x");`},
	{what: "comes in and is made too", rules: `c:[Type == "x"] => issue(claim = c); => issue(Type = "x", Value = "1");`},
	{what: "add unread", rules: `=> add(Type = "x");`, want: []string{"1:15 adfs-rule-add-unread warning"}},
	{what: "add read by any type", rules: `=> add(Type = "x"); c:[Value == "1"] => issue(claim = c);`},
	{what: "add read by count", rules: `=> add(Type = "x"); COUNT([Type == "x"]) > 0 => issue(Type = "y");`},
	{what: "temporary issued", rules: `=> issue(Type = "http://temp/variable"); c:[Type == "http://temp/variable"] => issue(Type = "y", Value = c.Value);`, want: []string{"1:17 adfs-rule-temporary-issued warning"}},
	{what: "temperature issued", rules: `=> issue(Type = "urn:temperature");`},
	{what: "add copy", rules: `c:[Type == "x"] => add(claim = c);`, want: []string{"1:24 adfs-rule-add-copy warning"}},
	{what: "permit all and deny", rules: permitAll + ` c:[Type == "x"] => issue(Type = "http://schemas.microsoft.com/authorization/claims/deny");`, want: []string{"1:1 adfs-rule-permit-all info"}},
	{what: "permit all and permit", rules: permitAll + ` c:[Type == "x"] => issue(Type = "http://schemas.microsoft.com/authorization/claims/permit");`, want: []string{"1:1 adfs-rule-permit-all warning"}},
	{what: "permit all alone", rules: permitAll},
	{what: "deny only", rules: `c:[Type == "x"] => issue(Type = "http://schemas.microsoft.com/authorization/claims/deny");`, want: []string{"1:1 adfs-rule-no-permit error"}},
	{what: "no rules", rules: ``, setting: Setting{Purpose: Authorization}, want: []string{"1:1 adfs-rule-no-permit error"}},
	{what: "no rules of transform", rules: ``, setting: Setting{Purpose: Transform}},
	{what: "duplicate", rules: `=> issue(Type = "a"); @RuleName = "n" =>  issue( type = "a" );`, want: []string{"1:23 adfs-rule-duplicate warning"}},
	{what: "nameid of groups", rules: `c:[Type == "http://schemas.microsoft.com/ws/2008/06/identity/claims/groupsid"] => issue(Type = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier", Value = c.Value);`, want: []string{"1:96 adfs-rule-nameid-multiple warning"}},
	{what: "nameid of proxyAddresses", rules: account + ` => issue(store = "Active Directory", types = ("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier"), query = ";proxyAddresses;{0}", param = c.Value);`, want: []string{"1:162 adfs-rule-nameid-multiple warning"}},
	{what: "nameid of one group", rules: `c:[Type == "http://schemas.microsoft.com/ws/2008/06/identity/claims/groupsid", Value == "S-1-5-21-1-2-3-4"] => issue(Type = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier", Value = "x");`},
	{what: "two nameids", rules: nameID + nameID2, want: []string{"2:90 adfs-rule-nameid-multiple info"}},
	{what: "cross product", rules: `c1:[Type == "http://schemas.microsoft.com/ws/2008/06/identity/claims/groupsid"] && c2:[Type == "http://schemas.microsoft.com/ws/2008/06/identity/claims/role"] => issue(Type = "x", Value = c1.Value + c2.Value);`, want: []string{"1:1 adfs-rule-cross-product info"}},
	{what: "mixed", rules: `c:[Type == "a"] && EXISTS([Type == "b"]) => issue(claim = c);`, want: []string{"1:1 adfs-rule-mixed-conditions info"}},
	{what: "store slip", rules: `=> issue(store = "ActiveDirectory", types = ("a"), query = ";a;x");`, want: []string{"1:18 adfs-rule-unknown-store warning"}},
	{what: "store nobody told of", rules: `=> issue(store = "HR", types = ("a"), query = "q");`},
	{what: "store not of the farm", rules: `=> issue(store = "HR", types = ("a"), query = "q");`, setting: Setting{Stores: []string{"SQL1"}}, want: []string{"1:18 adfs-rule-unknown-store warning"}},
	{what: "store of the farm", rules: `=> issue(store = "sql1", types = ("a"), query = "q");`, setting: Setting{Stores: []string{"SQL1"}}},
	{what: "columns", rules: account + ` => issue(store = "Active Directory", types = ("a", "b"), query = ";mail;{0}", param = c.Value);`, want: []string{"1:181 adfs-rule-query error"}},
	{what: "missing param", rules: `=> issue(store = "HR", types = ("a"), query = "{0}{1}", param = "x");`, want: []string{"1:47 adfs-rule-query error"}},
	{what: "unused param", rules: account + ` => issue(store = "Active Directory", types = ("a"), query = ";mail;{0}", param = c.Value, param = c.Value);`, want: []string{"1:214 adfs-rule-query info"}},
	{what: "account by UPN", rules: `c:[Type == "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn"] => issue(store = "Active Directory", types = ("a"), query = ";mail;{0}", param = c.Value);`, want: []string{"1:154 adfs-rule-query error"}},
	{what: "account of a constant", rules: `=> issue(store = "Active Directory", types = ("a"), query = "mail=x;mail;svc");`, want: []string{"1:61 adfs-rule-query error"}},
	{what: "account of a domain", rules: `=> issue(store = "Active Directory", types = ("a"), query = "mail=x;mail;CONTOSO\svc");`},
	{what: "two parts", rules: `=> issue(store = "Active Directory", types = ("a"), query = "mail;x");`, want: []string{"1:61 adfs-rule-query error"}},
	{what: "unterminated", rules: `=> issue(Type = "a")`, want: []string{"1:1 adfs-rule-unterminated info"}},
	{what: "annotation", rules: `@Note = "x" => issue(Type = "a");`, want: []string{"1:1 adfs-rule-annotation info"}},
	{what: "annotation with other letter case", rules: `@rulename = "x" => issue(Type = "a");`},
}

const (
	permitAll = `=> issue(Type = "http://schemas.microsoft.com/authorization/claims/permit", Value = "true");`
	nameID    = `c:[Type == "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn"] => issue(Type = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier", Value = c.Value);` + "\n"
	nameID2   = `c:[Type == "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name"] => issue(Type = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier", Value = c.Value);`
)

func lintLine(p finding.Problem) string {
	return fmt.Sprintf("%d:%d %s %s", p.Location.Span.Line, p.Location.Span.Column, p.Check, p.Severity)
}

func TestLint(t *testing.T) {
	fired := map[string]bool{}
	for _, c := range lintCases {
		rs, errs := Parse(c.rules, Position{})
		for _, err := range errs {
			t.Errorf("%s: %v", c.what, err)
		}
		var got []string
		for _, p := range Lint(rs, c.setting) {
			got = append(got, lintLine(p))
			fired[p.Check] = true
			if p.Detail == "" {
				t.Errorf("%s: %s says nothing", c.what, p.Check)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s:\n got %s\nwant %s", c.what, strings.Join(got, "\n     "), strings.Join(c.want, "\n     "))
		}
	}
	for _, r := range LintRules() {
		if !fired[r.Name] {
			t.Errorf("%s has no example", r.Name)
		}
	}
}

func TestLintRules(t *testing.T) {
	rules := LintRules()
	for i, r := range rules {
		if !strings.HasPrefix(r.Name, "adfs-rule-") || i > 0 && rules[i-1].Name >= r.Name {
			t.Errorf("name %q", r.Name)
		}
		if r.Severity < finding.Info || r.Title == "" || r.Why == "" || r.Cause == "" || r.Fix().Action == "" || r.check == nil {
			t.Errorf("%s is incomplete", r.Name)
		}
	}
}

func TestLintIsBounded(t *testing.T) {
	rs, _ := Parse(strings.Repeat(`=> issue(Type = " a");`, 2000), Position{})
	if n := len(Lint(rs, Setting{})); n > maxPerLint*len(LintRules()) {
		t.Errorf("%d problems", n)
	}
}
