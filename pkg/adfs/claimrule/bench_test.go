package claimrule

import (
	"fmt"
	"strings"
	"testing"
)

// manyRules is a text of n rules of the usual shapes.
func manyRules(n int) string {
	var b strings.Builder
	for i := range n {
		switch i % 4 {
		case 0:
			fmt.Fprintf(&b, "@RuleTemplate = \"LdapClaims\"\n@RuleName = \"r%d\"\n%s\n => issue(store = \"Active Directory\", types = (\"mail%d\", \"name%d\"), query = \";mail,givenName;{0}\", param = c.Value);\n\n", i, account, i, i)
		case 1:
			fmt.Fprintf(&b, "c:[Type == \"%s\", Value == \"S-1-5-21-1-2-3-%d\", Issuer == \"AD AUTHORITY\"]\n => issue(Type = \"%s\", Value = \"r%d\", Issuer = c.Issuer, OriginalIssuer = c.OriginalIssuer, ValueType = c.ValueType);\n\n", TypeGroupSID, i, TypeRole, i)
		case 2:
			fmt.Fprintf(&b, "c:[Type == \"%s\", Value =~ \"^(?i).+@contoso\\.com$\"]\n => issue(Type = \"out%d\", Value = RegExReplace(c.Value, \"@.*$\", \"\"));\n\n", TypeUPN, i)
		case 3:
			fmt.Fprintf(&b, "NOT EXISTS([Type == \"x%d\"])\n => add(Type = \"flag%d\", Value = \"1\");\n\n", i, i)
		}
	}
	return b.String()
}

func benchUser() *User {
	u := &User{Attributes: map[string][]string{"sAMAccountName": {"ada"}, "userPrincipalName": {"ada@contoso.com"}, "mail": {"ada@contoso.com"}, "givenName": {"Ada"}}}
	for i := range 50 {
		u.Groups = append(u.Groups, Group{SID: fmt.Sprintf("S-1-5-21-1-2-3-%d", 1000+i), Name: fmt.Sprintf(`CONTOSO\G%d`, i)})
	}
	return u
}

func TestLargeTexts(t *testing.T) {
	text := manyRules(4000)
	rs, errs := Parse(text, Position{})
	if len(errs) > 0 || len(rs.Rules) != 4000 || len(text) < 800_000 {
		t.Fatalf("%d bytes, %d rules, %v", len(text), len(rs.Rules), errs)
	}
	checkPrint(t, rs)
	Lint(rs, Setting{})
	if _, err := rs.Eval(benchUser(), Options{}); err != nil {
		t.Error(err)
	}
	if rs, errs := Parse(strings.Repeat("x", MaxText+1), Position{}); len(errs) != 1 || len(rs.Rules) != 0 {
		t.Errorf("%v", errs)
	}
}

// hostile are texts that an unwary reader takes long or much memory for.
var hostile = map[string]string{
	"selectors":   strings.Repeat("[]&&", 100_000),
	"arrows":      strings.Repeat("=>", 200_000),
	"quotes":      strings.Repeat("“", 100_000),
	"pairs":       strings.Repeat("“”", 50_000),
	"half pairs":  strings.Repeat(`"”`, 100_000),
	"open lines":  strings.Repeat("\"a\n", 100_000),
	"comments":    strings.Repeat("/*", 100_000),
	"slashes":     strings.Repeat("// \n", 100_000),
	"parens":      "=> issue(Type = " + strings.Repeat("a(", 100_000),
	"plus":        `=> issue(Type = "a"` + strings.Repeat(` + "a"`, 100_000) + ");",
	"types":       `=> issue(store = "s", types = (` + strings.Repeat(`"a",`, 100_000) + `"b"), query = "q");`,
	"errors":      strings.Repeat("c:[Type = 'x'] = > isue(claim == d)\n", 10_000),
	"at":          strings.Repeat("@", 200_000),
	"annotations": strings.Repeat(`@a="b"`, 50_000),
	"semicolons":  strings.Repeat(";", 200_000),
	"short rules": strings.Repeat(`=>add(Type="t");`, 20_000),
	"entities":    strings.Repeat("&quot;", 50_000),
	"escapes":     strings.Repeat(`\"`, 100_000),
	"blanks":      "=" + strings.Repeat(" ", 300_000) + "=" + strings.Repeat(" ", 300_000),
	"invisible":   strings.Repeat("\u200b", 100_000),
	"tags":        "c1:[]" + strings.Repeat(" && c1:[]", 50_000) + " => issue(claim = c1);",
}

func TestHostileTexts(t *testing.T) {
	for name, text := range hostile {
		rs, errs := Parse(text, Position{})
		checkErrors(t, text, errs)
		Lint(rs, Setting{})
		Print(rs)
		for _, r := range rs.Rules[:min(len(rs.Rules), 10)] {
			Explain(r)
		}
		if _, err := rs.Eval(&User{}, Options{}); err == nil && len(errs) > 0 && len(rs.Rules) > 0 {
			t.Logf("%s runs in spite of %v", name, errs[0])
		}
	}
}

func BenchmarkParse(b *testing.B) {
	text := manyRules(100)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		Parse(text, Position{})
	}
	b.ReportMetric(100*float64(b.N)/b.Elapsed().Seconds(), "rules/s")
}

func BenchmarkParseMegabyte(b *testing.B) {
	text := manyRules(5000)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		Parse(text, Position{})
	}
}

func BenchmarkPrint(b *testing.B) {
	rs, _ := Parse(manyRules(100), Position{})
	b.SetBytes(int64(len(rs.Text)))
	b.ReportAllocs()
	for b.Loop() {
		Print(rs)
	}
}

func BenchmarkEval(b *testing.B) {
	rs, _ := Parse(manyRules(100), Position{})
	u := benchUser()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := rs.Eval(u, Options{}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(100*float64(b.N)/b.Elapsed().Seconds(), "rules/s")
}

func BenchmarkLint(b *testing.B) {
	rs, _ := Parse(manyRules(100), Position{})
	b.ReportAllocs()
	for b.Loop() {
		Lint(rs, Setting{})
	}
}

func BenchmarkHostile(b *testing.B) {
	for _, name := range sortedKeys(hostile) {
		b.Run(strings.ReplaceAll(name, " ", "-"), func(b *testing.B) {
			b.SetBytes(int64(len(hostile[name])))
			b.ReportAllocs()
			for b.Loop() {
				rs, _ := Parse(hostile[name], Position{})
				Lint(rs, Setting{})
			}
		})
	}
}
