package claimrule

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestCorpusTables holds the law over the rule sets of real trusts: all their
// tables are clear, and issue for generated users what the rules issue.
func TestCorpusTables(t *testing.T) {
	sets, rows, largest, compared := 0, 0, 0, 0
	for name, text := range corpusTexts(t, "*.txt") {
		rs, _ := Parse(text, Position{})
		for _, opts := range []TableOptions{{}, {AnyIncoming: true}} {
			tables, err := rs.Tables(opts)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			sets++
			for _, table := range tables.all() {
				rows, largest = rows+len(table.Rows), max(largest, len(table.Rows))
				if table.Unclear != nil {
					t.Errorf("%s: %v", name, table)
				}
			}
			rapid.Check(t, func(t *rapid.T) {
				u := drawOrdinary(t)
				for _, s := range []string{"HRDB", "IDPData", "AddlevelStore", "ADFSTkStore", "Custom SQL store", "_PasswordExpiryStore", "_ProxyCredentialStore"} {
					u.Stores[s] = answersOf(rs)
				}
				for _, r := range rs.Rules {
					for _, c := range r.Conditions {
						if claimType, ok := selectorOf(c).FixedType(); ok && !isDerived(claimType) && rapid.Bool().Draw(t, "claim") {
							u.Claims = append(u.Claims, Claim{Type: claimType, Value: rapid.SampledFrom(symbolicValues).Draw(t, "value")})
						}
					}
				}
				if compareTables(t, rs, tables, u) == same {
					compared++
				}
			})
		}
	}
	t.Logf("%d tables with %d rows, the largest %d; %d users compared", sets, rows, largest, compared)
	if compared < 3000 {
		t.Errorf("only %d users were compared", compared)
	}
}

// answersOf are answers to all queries of the rules.
func answersOf(rs *RuleSet) map[string][][]string {
	answers := map[string][][]string{}
	for _, r := range rs.Rules {
		if q, ok := r.Body.(*Query); ok {
			row := make([]string, len(q.Types))
			for i := range row {
				row[i] = fmt.Sprint("answer ", i)
			}
			answers[q.Query.Value] = [][]string{row, row}
		}
	}
	return answers
}

// tableCases are rule sets and the rows that come of them.
var tableCases = []struct{ name, rules, want string }{
	{"attribute", account + ` => issue(store = "Active Directory", types = ("m"), query = ";MAIL;{0}", param = c.Value);`, `"m" = mail`},
	{"always there", account + ` => issue(store = "Active Directory", types = ("m"), query = ";sAMAccountName;{0}", param = c.Value);`, `"m" = sAMAccountName`},
	{"several values", account + ` => issue(store = "Active Directory", types = ("m"), query = ";proxyAddresses;{0}", param = c.Value);`, `"m" = each proxyAddresses`},
	{"chain", getAs + `c:[Type == "tmp"] => add(Type = "t2", Value = "x" + c.Value); c:[Type == "t2"] => issue(Type = "m", Value = c.Value + "y");`, `"m" = "x" + mail + "y"`},
	{"type that nobody makes", getAs + `c:[Type == "tmp", Value == "1"] && d:[Type == "tmp", Value == "2"] => issue(Type = "m");`, ``},
	{"constant decides a regex", `=> add(Type = "t", Value = "abc"); c:[Type == "t", Value =~ "^a"] => issue(Type = "m", Value = RegExReplace(c.Value, "b", "-")); c:[Type == "t", Value =~ "^b"] => issue(Type = "n");`, `"m" = "a-c"`},
	{"value that is known", `c:[Type == "` + TypeUPN + `", Value == "ada@contoso.com"] => issue(Type = "m", Value = RegExReplace(c.Value, "@.*", ""));`, `"m" = "ada", if UPN claim == "ada@contoso.com"`},
	{"group", group + ` => issue(Type = "m", Value = c.Value);`, `"m" = "S-1-5-21-1-2-3-1104", if member of S-1-5-21-1-2-3-1104`},
	{"group as the console writes it", `c:[Type == "` + TypeGroupSID + `", Value =~ "^(?i)S-1-5-21-1-2-3-512$", Issuer == "AD AUTHORITY"] => issue(Type = "m", Value = "x");`, `"m" = "x", if member of S-1-5-21-1-2-3-512 (Domain Admins)`},
	{"one of two groups", group + ` => issue(Type = "m", Value = "x"); ` + strings.Replace(group, "1104", "1105", 1) + ` => issue(Type = "m", Value = "x");`, `"m" = "x", if member of S-1-5-21-1-2-3-1104 or member of S-1-5-21-1-2-3-1105`},
	{"both groups", strings.Replace(group, "c:", "", 1) + ` && ` + strings.Replace(strings.Replace(group, "1104", "1105", 1), "c:", "", 1) + ` => issue(Type = "m", Value = "x");`, `"m" = "x", if member of S-1-5-21-1-2-3-1104 and member of S-1-5-21-1-2-3-1105`},
	{"subsumed", group + ` => issue(Type = "m", Value = "x"); => issue(Type = "m", Value = "x");`, `"m" = "x"`},
	{"group name", getAs + `c:[Type == "names", Value == "Sales"] => issue(Type = "m", Value = "s");`, `"m" = "s", if member of "Sales"`},
	{"first match wins", group + ` => issue(Type = "m", Value = "1"); NOT EXISTS([Type == "m"]) => issue(Type = "m", Value = "2"); NOT EXISTS([Type == "m"]) => issue(Type = "m", Value = "3");`,
		`"m" = "1", if member of S-1-5-21-1-2-3-1104|"m" = "2", if not a member of S-1-5-21-1-2-3-1104`},
	{"product", account + ` => add(store = "Active Directory", types = ("f", "l"), query = ";memberOf,proxyAddresses;{0}", param = c.Value); f:[Type == "f"] && l:[Type == "l"] => issue(Type = "m", Value = f.Value + " " + l.Value);`,
		`"m" = memberOf + " " + proxyAddresses, for each memberOf and proxyAddresses`},
	{"product with itself", account + ` => add(store = "Active Directory", types = ("f"), query = ";memberOf;{0}", param = c.Value); f:[Type == "f"] && g:[Type == "f", Value != f.Value] => issue(Type = "m", Value = f.Value + g.Value);`,
		`"m" = memberOf + memberOf #2, for each memberOf and memberOf #2, if memberOf != memberOf #2`},
	{"network", `EXISTS([Type == "` + TypeInsideNetwork + `", Value == "true"]) => issue(Type = "m", Value = "in"); NOT EXISTS([Type == "` + TypeInsideNetwork + `", Value == "true"]) => issue(Type = "m", Value = "out");`,
		`"m" = "in", if Inside Corporate Network claim == "true"|"m" = "out", if Inside Corporate Network claim != "true"`},
	{"count", `COUNT([Type == "` + TypeGroupSID + `"]) >= 3 => issue(Type = "m", Value = "x");`, `"m" = "x", if the number of (each group SID) >= 3`},
	{"count that is exists", `COUNT([Type == "` + TypeUPN + `"]) > 0 => issue(Type = "m", Value = "x"); COUNT([Type == "` + TypeUPN + `"]) == 0 => issue(Type = "m", Value = "y");`, `"m" = "x", if UPN claim is present|"m" = "y", if UPN claim is absent`},
	{"count that is known", `=> add(Type = "t", Value = "1"); => add(Type = "t", Value = "1"); COUNT([Type == "t"]) == 2 => issue(Type = "m", Value = "x"); COUNT([Type == "t"]) == 3 => issue(Type = "n");`, `"m" = "x"`},
	{"pass all", `c:[] => issue(claim = c); => issue(Type = "m", Value = "x");`, `Windows account name = Windows account name claim|Name = Name claim|UPN = UPN claim|Primary SID = Primary SID claim|Group SID = each group SID|` +
		`Inside Corporate Network = Inside Corporate Network claim|"m" = "x"|type of other incoming claim = each other incoming claim`},
	{"search for oneself", `c:[Type == "` + TypeWindowsAccount + `"] => issue(store = "Active Directory", types = ("m"), query = "samAccountName={0};mail;{1}", param = regexreplace(c.Value, "(?<domain>[^\\]+)\\(?<user>.+)", "${user}"), param = c.Value);`, `"m" = mail`},
	{"search for others", `c:[Type == "x"] => issue(store = "Active Directory", types = ("m"), query = "mail={0};sn;CONTOSO\x", param = c.Value);`, `"m" = sn, if some "x" claim with (Active Directory finds the user by "mail={0};sn;CONTOSO\x", {0} = "x" claim)`},
	{"concatenation that is known", `c:[Type == "` + TypeUPN + `"] => add(Type = "t", Value = "u:" + c.Value); c:[Type == "t", Value == "u:ada"] => issue(Type = "m", Value = c.Value); c:[Type == "t", Value == "v:ada"] => issue(Type = "n");`, `"m" = "u:ada", if UPN claim == "ada"`},
	{"not this and not that", `c:[Type == "` + TypeUPN + `", Value != "a", Value !~ "^b"] => issue(Type = "m", Value = "x");`, `"m" = "x", if UPN claim is present and UPN claim != "a" and UPN claim !~ "^b"`},
	{"property", `c:[Type == "x", Properties["p"] == "1"] => issue(Type = "m", Value = c.Value);`, `"m" = each "x" claim, if property "p" of "x" claim == "1"`},
}

func TestTables(t *testing.T) {
	for _, c := range tableCases {
		tables := tablesOf(t, c.rules)
		var rows []string
		for _, table := range tables.all() {
			for _, r := range table.Rows {
				rows = append(rows, r.String())
			}
		}
		if got := strings.Join(rows, "|"); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, c.want)
		}
	}
}

// TestTablesKeepIssuers: a claim that is passed on keeps who issued it, and who
// did so first.
func TestTablesKeepIssuers(t *testing.T) {
	rs, errs := Parse(`c:[Type == "x"] => issue(claim = c);`, Position{})
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	tables, err := rs.Tables(TableOptions{AnyIncoming: true})
	if err != nil {
		t.Fatal(err)
	}
	u := &User{Attributes: map[string][]string{"sAMAccountName": {"ada"}, "objectSid": {"S-1-5-21-1-2-3-1000"}, "distinguishedName": {"CN=Ada,DC=contoso,DC=com"}}, Claims: []Claim{{Type: "x", Value: "1", ValueType: stringType, Issuer: "partner", OriginalIssuer: "its own provider"}}}
	if got := compareTables(t, rs, tables, u); got != same {
		t.Errorf("the tables are %v", got)
	}
}

// TestTablesAsJSON holds the shape of each kind of condition.
func TestTablesAsJSON(t *testing.T) {
	for rules, want := range map[string]string{
		`COUNT([Type == "` + TypeGroupSID + `"]) >= 3 => issue(Type = "m", Value = "x");`:                                        `"when":{"count":{"of":[{"each":[`,
		`EXISTS([Type == "x", Value == "1"]) => issue(Type = "m", Value = "x");`:                                                 `"when":{"some":{"each":[`,
		`c:[Type == "` + TypeUPN + `", Value =~ "^a"] => issue(Type = "m", Value = "x");`:                                        `{"matches":[`,
		group + ` && [Type == "` + TypeUPN + `"] => issue(Type = "m", Value = "x");`:                                             `"when":{"all":[`,
		`NOT EXISTS([Type == "x"]) => issue(Type = "m", Value = "x");`:                                                           `{"not":{`,
		`=> issue(Type = "m", Value = "x");`:                                                                                     `"when":{"always":true}`,
		`c:[Type == "x"] => issue(store = "Active Directory", types = ("m"), query = "mail={0};sn;CONTOSO\x", param = c.Value);`: `"found":{`,
	} {
		text, err := json.Marshal(tablesOf(t, rules))
		if err != nil || !strings.Contains(string(text), want) {
			t.Errorf("%s: %v\n%s\nwant %s", rules, err, text, want)
		}
	}
}

// unclearCases are rule sets with a claim type that cannot be told, and the
// reason; the type "fine" can.
var unclearCases = []struct{ name, rules, reason string }{
	{"product of many", strings.Repeat(`=> add(Type = "t", Value = "a"); `, 1) + many(120, `=> add(Type = "t", Value = "%d");`) + `a:[Type == "t"] && b:[Type == "t"] => issue(Type = "m", Value = a.Value + b.Value);`, "rule 122: the rules need more than"},
	{"doubling", `c:[Type == "` + TypeUPN + `"] => add(Type = "t", Value = c.Value);` + many(20, `c:[Type == "t"] => add(Type = "t%d", Value = c.Value + c.Value);`), ""},
	{"growing", `c:[Type == "` + TypeUPN + `"] => add(Type = "v0", Value = c.Value);` + doubling(20) + `c:[Type == "v20"] => issue(Type = "m", Value = c.Value);`, "a value has more than"},
	{"bad regex", `c:[Type == "` + TypeUPN + `", Value =~ "("] => issue(Type = "m", Value = "x");`, "invalid regular expression"},
	{"bad replacement", `c:[Type == "` + TypeUPN + `"] => add(Type = "t", Value = RegExReplace(c.Value, "(", "")); EXISTS([Type == "t", Value == "1"]) => issue(Type = "m", Value = "x");`, "rule 1: invalid regular expression"},
	{"another account", `c:[Type == "` + TypeUPN + `"] => issue(store = "Active Directory", types = ("m"), query = ";mail;{0}", param = c.Value);`, "is about the account \"UPN claim\", expected that of the user"},
	{"bad query", account + ` => issue(store = "Active Directory", types = ("m"), query = "mail", param = c.Value);`, "has 1 parts, expected 3"},
	{"missing param", account + ` => issue(store = "HR", types = ("m"), query = "{1}", param = c.Value);`, "placeholder {1}"},
	{"unknown form", account + ` => issue(store = "Active Directory", types = ("m"), query = ";tokenGroups(x);{0}", param = c.Value);`, "unknown form"},
}

func many(n int, format string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format+"\n", i)
	}
	return b.String()
}

func doubling(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `c:[Type == "v%d"] => add(Type = "v%d", Value = c.Value + c.Value);`+"\n", i, i+1)
	}
	return b.String()
}

func TestUnclearTables(t *testing.T) {
	for _, c := range unclearCases {
		tables := tablesOf(t, c.rules+` => issue(Type = "fine", Value = "x"); EXISTS([Type == "m"]) => issue(Type = "follows", Value = "x");`)
		if fine := tables.Table("fine"); fine == nil || fine.Unclear != nil {
			t.Errorf("%s: a type that has nothing to do with it is %v", c.name, fine)
		}
		if c.reason == "" {
			continue
		}
		for _, claimType := range []string{"m", "follows"} {
			if c.name == "growing" && claimType == "follows" {
				continue // it does not ask for the value
			}
			table := tables.Table(claimType)
			if table == nil || table.Unclear == nil || !strings.Contains(table.String(), c.reason) {
				t.Errorf("%s: %s: %v, expected %q", c.name, claimType, table, c.reason)
			}
		}
	}
	rs, _ := Parse("c:[ => issue(", Position{})
	if _, err := rs.Tables(TableOptions{}); !errors.As(err, new(*EvalError)) {
		t.Errorf("a rule that cannot be read: %v", err)
	}
}

// large are rule sets of n rules that an unwary evaluation takes long or much
// memory for.
func large(n int) map[string]string {
	return map[string]string{
		"groups to roles":       many(n, `c:[Type == "`+TypeGroupSID+`", Value == "S-1-5-21-1-2-3-%d"] => issue(Type = "`+TypeRole+`", Value = c.Value);`),
		"first matches":         many(n, `c:[Type == "`+TypeGroupSID+`", Value == "S-1-5-21-1-2-3-%d"] && NOT EXISTS([Type == "m"]) => issue(Type = "m", Value = c.Value);`),
		"usual rules":           manyRules(n),
		"exceptions":            many(n, `NOT EXISTS([Type == "m"]) && EXISTS([Type == "t%d"]) => issue(Type = "m", Value = "x");`),
		"pass all":              strings.Repeat(`c:[] => issue(claim = c);`, n),
		"copied":                many(n, `c:[Type == "t"] => issue(Type = "t", Value = c.Value + "%d");`),
		"doublings":             strings.Repeat(`c:[Type == "a"] => issue(Type = "a", Value = c.Value + c.Value);`, n),
		"negations":             many(n, `NOT EXISTS([Type == "f", Value == "%d"]) => add(Type = "f", Value = "x");`) + `EXISTS([Type == "f"]) => issue(Type = "m");`,
		"pairs":                 strings.Repeat(`a:[Type == "t"] && b:[Type == "t"] => add(Type = "t", Value = a.Value + b.Value);`, n/10) + `c:[Type == "t"] => issue(claim = c);`,
		"types of values":       strings.Repeat(`c:[] => issue(Type = c.Value, Value = c.Type);`, n),
		"many conditions":       strings.Repeat(`[] && `, n/8) + `c:[] => issue(claim = c);`,
		"many exists":           many(n/2, `EXISTS([Value == "%d"]) => add(Type = "f", Value = "1");`) + `NOT EXISTS([Type == "f"]) => issue(Type = "m");`,
		"counts":                many(n/5, `COUNT([Type =~ "x"]) > %d => issue(Type = "x", Value = "1");`),
		"counted twice":         strings.Repeat(`c:[Type == "t"] => issue(claim = c); COUNT([Type == "t"]) > 3 => issue(Type = "m");`, n/5),
		"alternatives":          many(n/8, `EXISTS([Type == "a%[1]d"]) => add(Type = "t%[1]d", Value = "1"); EXISTS([Type == "b%[1]d"]) => add(Type = "t%[1]d", Value = "1");`) + conjunctionOf(n/8),
		"regexes against regex": many(n/2, `c:[Type == "`+TypeUPN+`", Value =~ "^a%d"] && NOT EXISTS([Type == "m"]) => issue(Type = "m", Value = c.Value);`),
		"groups against groups": many(n/2, `EXISTS([Type == "`+TypeGroupSID+`", Value =~ "%d$"]) && NOT EXISTS([Type == "m"]) => issue(Type = "m", Value = "x");`),
		"stores":                many(n/20, `c:[] => issue(store = "HR", types = ("t%d"), query = "q", param = c.Value);`),
	}
}

func conjunctionOf(n int) string {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprintf(`EXISTS([Type == "t%d"])`, i)
	}
	return strings.Join(list, " && ") + ` => issue(Type = "m", Value = "x");`
}

func TestLargeTables(t *testing.T) {
	sets := large(120)
	for _, name := range []string{"groups to roles", "first matches", "usual rules", "pass all"} {
		sets["500 "+name] = large(500)[name]
	}
	for _, name := range sortedKeys(sets) {
		tables := tablesOf(t, sets[name])
		rows, unclear, size := 0, 0, 0
		for _, table := range tables.all() {
			rows += len(table.Rows)
			if table.Unclear != nil {
				unclear++
			}
			for _, r := range table.Rows {
				size += r.When.term().size + r.Value.term().size
			}
		}
		steps := tables.terms.steps
		t.Logf("%s: %d tables, %d rows, %d parts, %d unclear, %d steps", name, len(tables.all()), rows, size, unclear, steps)
		if rows > maxRows*len(tables.all()) || rows+unclear == 0 || size > 1_000_000 || steps > 3*maxSteps {
			t.Errorf("%s: %d rows, %d unclear tables, %d parts, %d steps", name, rows, unclear, size, steps)
		}
	}
}

// FuzzSymbolicAgainstConcrete holds the law for any rules and users.
func FuzzSymbolicAgainstConcrete(f *testing.F) {
	ada := &User{Attributes: map[string][]string{"sAMAccountName": {"ada"}, "objectSid": {"S-1-5-21-1-2-3-1000"}, "distinguishedName": {"CN=Ada,DC=contoso,DC=com"},
		"mail": {"ada@contoso.com"}, "proxyAddresses": {"a", "b"}}, Groups: []Group{{SID: "S-1-5-21-1-2-3-4", Name: `CONTOSO\G`}}}
	user, _ := json.Marshal(ada)
	seed(f, func(text string) { f.Add(text, string(user)) })
	for _, c := range tableCases {
		f.Add(c.rules, string(user))
	}
	for _, c := range unclearCases {
		f.Add(c.rules, string(user))
	}
	f.Fuzz(func(t *testing.T, text, userJSON string) {
		var u User
		if json.Unmarshal([]byte(userJSON), &u) != nil || len(text) > 5000 {
			return
		}
		rs, errs := Parse(text, Position{})
		if len(errs) > 0 {
			return
		}
		for _, opts := range []TableOptions{{}, {AnyIncoming: true}} {
			tables, err := rs.Tables(opts)
			if err != nil {
				t.Fatal(err)
			}
			compareTables(t, rs, tables, &u)
			for _, made := range CoveringUsers([]*Tables{tables}, 10) {
				compareTables(t, rs, tables, made)
			}
		}
	})
}

func BenchmarkTables(b *testing.B) {
	text := manyRules(8)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		rs, _ := Parse(text, Position{})
		if _, err := rs.Tables(TableOptions{}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "sets/s")
}

// BenchmarkTablesOfTheCorpus reads the rule sets of real trusts, and makes their
// tables.
func BenchmarkTablesOfTheCorpus(b *testing.B) {
	texts := corpusTexts(b, "*.txt")
	b.ReportAllocs()
	for b.Loop() {
		for _, text := range texts {
			rs, _ := Parse(text, Position{})
			if _, err := rs.Tables(TableOptions{}); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(b.N*len(texts))/b.Elapsed().Seconds(), "sets/s")
}

func BenchmarkLargeTables(b *testing.B) {
	sets := large(500)
	for _, name := range sortedKeys(sets) {
		rs, _ := Parse(sets[name], Position{})
		b.Run(strings.ReplaceAll(name, " ", "-"), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := rs.Tables(TableOptions{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkCoveringUsers(b *testing.B) {
	tables := []*Tables{tablesOf(b, manyRules(8))}
	b.ReportAllocs()
	for b.Loop() {
		CoveringUsers(tables, 100)
	}
}
