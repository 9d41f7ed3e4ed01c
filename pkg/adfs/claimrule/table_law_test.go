package claimrule

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// What generated rules and users are made of: few enough that they meet.
var (
	symbolicTypes  = []string{"a", "b", "tmp", TypeUPN, TypeGroupSID, TypeInsideNetwork, TypeWindowsAccount, TypeRole}
	symbolicValues = []string{"1", "2", "12", "", "A", "a", "true", "ada@contoso.com", "S-1-5-21-1-2-3-4", "S-1-5-21-1-2-3-515"}
	symbolicRegex  = []string{"1", "^1$", "(?i)^a$", "^(?i)ADA", "-515$", ".*", "^[^@]+@contoso\\.com$", "^(?!1)", "^S-1-5-21-1-2-3-4$"}
	symbolicLDAP   = []string{"mail", "proxyAddresses", "tokenGroups", "tokenGroups(SID)", "sAMAccountName", "custom", "userPrincipalName", "department"}
)

type ruleMaker struct{ t *rapid.T }

func (m ruleMaker) of(list []string, label string) string {
	return rapid.SampledFrom(list).Draw(m.t, label)
}

func (m ruleMaker) chance(n int) bool { return rapid.IntRange(0, n).Draw(m.t, "chance") == 0 }

// selector draws a selector; earlier are the tags that it may refer to.
func (m ruleMaker) selector(tag string, earlier []string) string {
	var list []string
	switch {
	case m.chance(9):
		list = append(list, fmt.Sprintf("Type %s %q", m.of([]string{"!=", "=~"}, "op"), m.of([]string{"a", "^a$", "b|tmp"}, "types")))
	case !m.chance(12):
		list = append(list, fmt.Sprintf("Type == %q", m.of(symbolicTypes, "type")))
	}
	if m.chance(1) {
		list = append(list, m.match(earlier))
	}
	if m.chance(9) {
		list = append(list, fmt.Sprintf("Issuer %s \"AD AUTHORITY\"", m.of([]string{"==", "!=", "=~"}, "op")))
	}
	if m.chance(15) {
		list = append(list, `Properties["p"] == ""`)
	}
	return tag + "[" + strings.Join(list, ", ") + "]"
}

func (m ruleMaker) match(earlier []string) string {
	op := m.of([]string{"==", "==", "!=", "=~", "!~"}, "op")
	if len(earlier) > 0 && m.chance(3) {
		return fmt.Sprintf("Value %s %s.Value", m.of([]string{"==", "!="}, "op"), m.of(earlier, "tag"))
	}
	if strings.HasSuffix(op, "~") {
		return fmt.Sprintf("Value %s %s", op, `"`+m.of(symbolicRegex, "regex")+`"`)
	}
	return fmt.Sprintf("Value %s %q", op, m.of(symbolicValues, "value"))
}

// conditions draws conditions; it returns the tags that they bind.
func (m ruleMaker) conditions() (text string, tags []string) {
	var list []string
	for i := range rapid.IntRange(0, 3).Draw(m.t, "conditions") {
		tag := fmt.Sprintf("c%d", i)
		switch {
		case m.chance(4):
			list = append(list, m.of([]string{"", "NOT "}, "not")+"EXISTS("+m.selector("", tags)+")")
		case m.chance(9):
			list = append(list, fmt.Sprintf("COUNT(%s) %s %d", m.selector("", tags), m.of([]string{"==", "!=", "<", "<=", ">", ">="}, "op"), rapid.IntRange(0, 3).Draw(m.t, "n")))
		default:
			list = append(list, m.selector(tag+":", tags))
			tags = append(tags, tag)
		}
	}
	return strings.Join(list, " && "), tags
}

func (m ruleMaker) value(tags []string) string {
	value := fmt.Sprintf("%q", m.of(symbolicValues, "value"))
	if len(tags) > 0 {
		ref := m.of(tags, "tag") + "." + m.of([]string{"Value", "Value", "Value", "Issuer"}, "property")
		value = m.of([]string{
			ref, ref, value, ref + ` + "1"`, `"x-" + ` + ref, ref + " + " + m.of(tags, "tag") + ".Value",
			`RegExReplace(` + ref + `, "@.*$", "")`, `RegExReplace(` + ref + `, "1", "2") + "!"`, `RegExReplace(` + ref + `, "^(?<x>.).*$", "${x}")`,
		}, "expr")
	}
	return value
}

func (m ruleMaker) body(verb string, tags []string) string {
	made := m.of(symbolicTypes, "made")
	switch {
	case len(tags) > 0 && m.chance(4):
		return verb + "(claim = " + m.of(tags, "tag") + ")"
	case len(tags) > 0 && m.chance(19):
		return fmt.Sprintf("%s(Type = %s.Type, Value = %s)", verb, m.of(tags, "tag"), m.value(tags))
	case m.chance(5):
		return fmt.Sprintf(`%s(Type = %q, Value = %s, Issuer = "X", Properties["p"] = %s)`, verb, made, m.value(tags), m.value(tags))
	}
	return fmt.Sprintf("%s(Type = %q, Value = %s)", verb, made, m.value(tags))
}

func drawSymbolicRule(t *rapid.T) string {
	m := ruleMaker{t}
	verb := m.of([]string{"issue", "add"}, "verb")
	if m.chance(3) {
		one, two := m.of(symbolicLDAP, "ldap"), m.of(symbolicLDAP, "ldap")
		query := m.of([]string{";%s,%s;{0}", ";%s,%s;{0}", "sAMAccountName=ada;%s,%s;{0}", "mail={0};%s,%s;C\\x"}, "query")
		return fmt.Sprintf("c:[Type == %q] => %s(store = \"Active Directory\", types = (%q, %q), query = %q, param = c.Value);",
			TypeWindowsAccount, verb, m.of(symbolicTypes, "type"), m.of(symbolicTypes, "type"), fmt.Sprintf(query, one, two))
	}
	if m.chance(11) {
		return fmt.Sprintf("%s => %s(store = %q, types = (%q), query = \"q\", param = c.Value);", m.selector("c:", nil), verb, m.of([]string{"HR", "_OpaqueIdStore"}, "store"), m.of(symbolicTypes, "type"))
	}
	conditions, tags := m.conditions()
	return conditions + " => " + m.body(verb, tags) + ";"
}

// drawOrdinary makes a user that tables suppose, near what rules ask for.
func drawOrdinary(t *rapid.T) *User {
	values := func(n int) []string {
		return rapid.SliceOfN(rapid.SampledFrom(symbolicValues), 0, n).Draw(t, "values")
	}
	u := &User{Attributes: map[string][]string{"sAMAccountName": {"ada"}, "objectSid": {"S-1-5-21-1-2-3-1000"}, "distinguishedName": {"CN=Ada,DC=contoso,DC=com"},
		"mail": values(1), "department": values(1), "proxyAddresses": values(3), "custom": values(2), "userPrincipalName": values(1)},
		Stores: map[string]map[string][][]string{"HR": {"q": {{"1"}, {"2"}}}}}
	for _, rid := range rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"4", "5", "515"}), 0, 3, rapid.ID[string]).Draw(t, "groups") {
		u.Groups = append(u.Groups, Group{SID: "S-1-5-21-1-2-3-" + rid, Name: `CONTOSO\` + rapid.SampledFrom([]string{"1", "A", "a"}).Draw(t, "name")})
	}
	if rapid.Bool().Draw(t, "network known") {
		inside := rapid.Bool().Draw(t, "inside")
		u.InsideCorporateNetwork = &inside
	}
	for range rapid.IntRange(0, 3).Draw(t, "claims") {
		c := Claim{Type: rapid.SampledFrom([]string{"a", "b", "tmp", TypeRole}).Draw(t, "type"), Value: rapid.SampledFrom(symbolicValues).Draw(t, "value")}
		c.Issuer = rapid.SampledFrom([]string{"", "X"}).Draw(t, "issuer")
		if rapid.Bool().Draw(t, "property") {
			c.Properties = map[string]string{"p": "1"}
		}
		u.Claims = append(u.Claims, c)
	}
	return u
}

// comparison is what became of one comparison of tables with rules.
type comparison uint8

const (
	same comparison = iota
	refused
	unclear
)

// compareTables holds that tables issue for a user what the rules issue, for all
// claim types whose table is clear.
func compareTables(t interface {
	Helper()
	Fatalf(string, ...any)
}, rs *RuleSet, tables *Tables, u *User) comparison {
	t.Helper()
	want, err := rs.Eval(u, Options{})
	if err != nil {
		return refused
	}
	got, err := tables.Evaluate(u)
	if errors.Is(err, ErrUnusual) {
		return refused
	}
	if err != nil {
		t.Fatalf("%v\n%s", err, Print(rs))
	}
	outcome := same
	if tables.Open != nil && tables.Open.Unclear != nil {
		return unclear
	}
	clear := func(list []Issued) []string {
		var lines []string
		for _, c := range list {
			if table := tables.Table(c.Type); table != nil && table.Unclear != nil {
				outcome = unclear
				continue
			}
			c.Rule = 0
			lines = append(lines, claimLine(c))
		}
		slices.Sort(lines)
		return slices.Compact(lines)
	}
	if diff := cmp.Diff(clear(want.Claims), clear(got)); diff != "" {
		t.Fatalf("rules (-) and tables (+) differ:\n%s\n%s\n%s\n%v", diff, Print(rs), dump(tables), u)
	}
	return outcome
}

func dump(t *Tables) string {
	var b strings.Builder
	for _, table := range t.all() {
		fmt.Fprintln(&b, table)
		for _, r := range table.Rows {
			fmt.Fprintln(&b, "  ", r, r.Rules, r.Feeds)
		}
	}
	return b.String()
}

// TestTablesAreTheRules is the law of symbolic evaluation: for every rule set and
// user, evaluating the tables gives the claims that running the rules gives.
func TestTablesAreTheRules(t *testing.T) {
	outcomes := map[comparison]int{}
	rapid.Check(t, func(t *rapid.T) {
		rules := rapid.SliceOfN(rapid.Custom(drawSymbolicRule), 1, 7).Draw(t, "rules")
		rs, errs := Parse(strings.Join(rules, "\n"), Position{})
		if len(errs) > 0 {
			t.Fatalf("%v\n%s", errs, rs.Text)
		}
		tables, err := rs.Tables(TableOptions{AnyIncoming: rapid.Bool().Draw(t, "any incoming")})
		if err != nil {
			t.Fatal(err)
		}
		for range 4 {
			outcomes[compareTables(t, rs, tables, drawOrdinary(t))]++
		}
	})
	if n := outcomes[same]; n < 3*outcomes[unclear] || n < outcomes[refused] {
		t.Errorf("too few comparisons mean something: %v", outcomes)
	}
	t.Log(outcomes)
}
