package claimrule

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// unknown is an algebra over a user of whom nothing is known: texts that begin
// with "$" are unknown, statements are formulas. It shows that the engine
// leaves all values to its algebra.
type unknown struct{}

var _ algebra[string, string] = unknown{}

func (unknown) text(literal string) string      { return literal }
func (unknown) literal(v string) (string, bool) { return v, !strings.Contains(v, "$") }
func (unknown) concat(parts []string) (string, error) {
	return strings.Join(parts, "+"), nil
}

func (unknown) replace(input, pattern, replacement string) (string, error) {
	return fmt.Sprintf("replace(%s,%s,%s)", input, pattern, replacement), nil
}

func (u unknown) compare(op Operator, a, b string) (string, error) {
	_, known := u.literal(a + b)
	if known && op == Equal {
		return u.truth(a == b), nil
	}
	return fmt.Sprintf("%s%s%s", a, op, b), nil
}

func (unknown) truth(b bool) string { return fmt.Sprint(b) }

func (unknown) and(a, b string) string {
	switch {
	case a == "true":
		return b
	case b == "true":
		return a
	case a == "false" || b == "false":
		return "false"
	}
	return a + "&" + b
}

func (unknown) not(t string) string {
	switch t {
	case "true":
		return "false"
	case "false":
		return "true"
	}
	return "!(" + t + ")"
}

func (unknown) any(_ int, list []string) string {
	switch {
	case slices.Contains(list, "true"):
		return "true"
	case len(list) == 0:
		return "false"
	}
	return strings.Join(list, "|")
}

func (unknown) count(_ int, list []string, op Operator, n int) string {
	return fmt.Sprintf("count(%s)%s%d", strings.Join(list, ","), op, n)
}

func (unknown) carried(*fact[string, string], string) string { return "" }

func (unknown) settle(*fact[string, string]) bool { return true }

func (unknown) at(_ int, f *fact[string, string], _ string, _ bool) *fact[string, string] { return f }

func (unknown) decided(t string) (value, settled bool) {
	return t == "true", t == "true" || t == "false"
}

func (unknown) query(_ int, q *Query, params []string) ([]answer[string, string], error) {
	d, err := ParseDirectoryQuery(q.Query.Value)
	if err != nil {
		return nil, err
	}
	var list []answer[string, string]
	for i, name := range d.Attributes {
		list = append(list, answer[string, string]{i, "$" + name, "has(" + name + ")", ADAuthority})
	}
	return list, nil
}

func TestEngineOverUnknownUser(t *testing.T) {
	cases := []struct {
		rules string
		want  []string
	}{
		{account + ` => issue(store = "Active Directory", types = ("mail"), query = ";mail;{0}", param = c.Value);`, []string{"mail = $mail if has(mail)"}},
		{
			account + ` => add(store = "Active Directory", types = ("m", "u"), query = ";mail,upn;{0}", param = c.Value);
NOT EXISTS([Type == "m"]) => add(Type = "flag", Value = "no");
c:[Type == "m"] => issue(Type = "id", Value = c.Value);
f:[Type == "flag", Value == "no"] && c:[Type == "u"] => issue(Type = "id", Value = RegExReplace(c.Value, "@", "-") + "x");`,
			[]string{"id = $mail if has(mail)", "id = replace($upn,@,-)+x if !(has(mail))&has(upn)"},
		},
		{`c:[Type == "group", Value == "S-1"] => issue(Type = "role", Value = "admin");`, []string{"role = admin if in&$group==S-1"}},
		{`c:[Type == "group", Value =~ "^S"] => issue(claim = c);`, []string{"group = $group if in&$group=~^S"}},
		{`COUNT([Type == "group"]) > 1 => issue(Type = "many");`, []string{"many =  if count(in)>1"}},
		{`c:[Type == "nobody"] => issue(claim = c);`, nil},
		{`=> add(Type = "a", Value = "1"); c:[Type == "a", Value == "2"] => issue(claim = c);`, nil},
		{account + ` => issue(Type = c.Value, Value = "x"); c:[Type == "free"] => issue(Type = "y");`, []string{"$account = x if true", "y =  if $account==free"}},
	}
	for _, c := range cases {
		rs, errs := Parse(c.rules, Position{})
		if len(errs) > 0 {
			t.Fatal(errs)
		}
		e := newEngine(unknown{}, Options{}.budget())
		e.addInput(&fact[string, string]{properties: [Properties]string{TypeWindowsAccount, "$account", stringType, ADAuthority, ADAuthority}, when: "true", rule: -1})
		e.addInput(&fact[string, string]{properties: [Properties]string{"group", "$group", stringType, ADAuthority, ADAuthority}, when: "in", rule: -1})
		for _, r := range rs.Rules {
			if err := e.run(r); err != nil {
				t.Fatal(err)
			}
		}
		var got []string
		for _, f := range e.output {
			got = append(got, fmt.Sprintf("%s = %s if %s", f.properties[Type], f.properties[Value], f.when))
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s\n%s", c.rules, diff)
		}
	}
}
