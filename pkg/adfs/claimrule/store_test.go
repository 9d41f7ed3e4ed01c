package claimrule

import (
	"strings"
	"testing"
)

var filterCases = []struct {
	filter string
	want   bool
	fails  bool
}{
	{"sAMAccountName=ada", true, false},
	{"(samaccountname=ADA)", true, false},
	{"sAMAccountName=bob", false, false},
	{"mail=*", true, false},
	{"fax=*", false, false},
	{"mail=ada*", true, false},
	{"mail=*contoso.com", true, false},
	{"mail=a*@*o.com", true, false},
	{"mail=ada@contoso.com*ada@contoso.com", false, false},
	{"mail=*x*", false, false},
	{"(&(mail=*)(sAMAccountName=ada))", true, false},
	{"(&(mail=*)(sAMAccountName=bob))", false, false},
	{"(|(mail=x)(sAMAccountName=ada))", true, false},
	{"(|(mail=x)(mail=y))", false, false},
	{"(!(mail=x))", true, false},
	{"( & (objectClass=user) ( ! (mail=x) ) )", true, false},
	{"&(mail=*)(sAMAccountName=ada)", true, false},
	{"level>=5", true, false},
	{"level<=4", false, false},
	{"mail~=ada@contoso.com", true, false},
	{`cn=Ada \28admin\29`, true, false},
	{`cn=Ada \zz`, false, false},
	{"", false, true},
	{"(", false, true},
	{"mail", false, true},
	{"=x", false, true},
	{"(mail=x", false, true},
	{"(mail=x))", false, true},
	{"(!(mail=x)(mail=y))", false, true},
	{"(&(mail=x)", false, true},
	{"userAccountControl:1.2.840.113556.1.4.803:=2", false, true},
	{strings.Repeat("(!", 30) + "(a=b)" + strings.Repeat(")", 30), false, true},
}

func TestFilter(t *testing.T) {
	u := &User{Attributes: map[string][]string{"sAMAccountName": {"ada"}, "mail": {"ada@contoso.com"}, "level": {"5"}, "cn": {"Ada (admin)"}}}
	for _, c := range filterCases {
		f, err := parseFilter(c.filter)
		if (err != nil) != c.fails {
			t.Errorf("%q: %v", c.filter, err)
			continue
		}
		if err == nil && f.matches((&person{user: u}).searched) != c.want {
			t.Errorf("%q finds the user: %t", c.filter, !c.want)
		}
	}
}

func TestFillIn(t *testing.T) {
	params := []string{"a", "b{1}"}
	cases := []struct{ format, want, fails string }{
		{"", "", ""},
		{"{0};{1};{0}", "a;b{1};a", ""},
		{"{{0}}", "{0}", ""},
		{"{ 0 }", "a", ""},
		{"a}b", "a}b", ""},
		{"{2}", "", "placeholder {2}"},
		{"{x}", "", `expected a placeholder such as "{0}"`},
		{"{", "", "open brace"},
		{"{-1}", "", "expected a placeholder"},
		{"{000000000000}", "", "open brace"},
	}
	for _, c := range cases {
		got, err := fillIn(c.format, params)
		if got != c.want || (err == nil) != (c.fails == "") || err != nil && !strings.Contains(err.Error(), c.fails) {
			t.Errorf("%q: %q, %v, want %q, %q", c.format, got, err, c.want, c.fails)
		}
	}
	if _, err := fillIn(strings.Repeat("{0}", 100), []string{strings.Repeat("x", maxValue/50)}); err == nil {
		t.Error("a query grows without limit")
	}
}

func TestDirectoryQuery(t *testing.T) {
	for query, ok := range map[string]bool{
		";mail;{0}": true, "a={0};mail,sn;X\\y": true, " ; mail , sn ;{0}": true,
		"mail": false, ";mail": false, ";mail;{0};x": false, ";mail,;{0}": false, ";;{0}": false, ";mail;": false,
	} {
		d, err := ParseDirectoryQuery(query)
		if (err == nil) != ok {
			t.Errorf("%q: %v", query, err)
		}
		if err == nil && d.Attributes[0] != "mail" {
			t.Errorf("%q: %q", query, d.Attributes)
		}
	}
}

func TestSIDName(t *testing.T) {
	for sid, want := range map[string]string{
		"S-1-5-32-544": `BUILTIN\Administrators`, "s-1-1-0": "Everyone", "S-1-5-21-1-2-3-513": "Domain Users", "S-1-5-21-1-2-3-1513": "", "513": "", "S-1-9-513": "",
	} {
		if got := SIDName(sid); got != want {
			t.Errorf("%s is %q, want %q", sid, got, want)
		}
	}
}

func TestClaimTypesAreOneOfAKind(t *testing.T) {
	seen := map[string]bool{}
	for _, k := range claimTypes {
		if seen[k.URI] || k.Name == "" || !strings.HasPrefix(k.URI, "http://schemas.") {
			t.Errorf("%+v", k)
		}
		seen[k.URI] = true
		if near := nearType(k.URI); near != "" {
			t.Errorf("%s is taken for a slip of %s", k.URI, near)
		}
	}
}
