package claimrule

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var lawTypes = []string{"a", "b", "c", "tmp"}

// drawRule makes one rule over few types, so that rules meet each other.
func drawRule(t *rapid.T) string {
	types := rapid.SampledFrom(lawTypes)
	values := rapid.SampledFrom([]string{"1", "2", "12"})
	condition := func(tag string) string {
		s := fmt.Sprintf("[Type == %q", types.Draw(t, "type"))
		if rapid.Bool().Draw(t, "filtered") {
			s += fmt.Sprintf(", Value %s %q", rapid.SampledFrom([]string{"==", "!=", "=~", "!~"}).Draw(t, "operator"), values.Draw(t, "value"))
		}
		return tag + s + "]"
	}
	verb := rapid.SampledFrom([]string{"issue", "add"}).Draw(t, "verb")
	made := fmt.Sprintf("Type = %q, Value = ", types.Draw(t, "made"))
	switch rapid.IntRange(0, 5).Draw(t, "shape") {
	case 0:
		return fmt.Sprintf("=> %s(%s%q);", verb, made, values.Draw(t, "value"))
	case 1:
		return fmt.Sprintf("%s => %s(claim = c);", condition("c:"), verb)
	case 2:
		return fmt.Sprintf("%s => %s(%sc.Value + %q);", condition("c:"), verb, made, values.Draw(t, "suffix"))
	case 3:
		return fmt.Sprintf("%s && %s => %s(%sc.Value + d.Value);", condition("c:"), condition("d:"), verb, made)
	case 4:
		return fmt.Sprintf("EXISTS(%s) && NOT EXISTS(%s) => %s(%s%q);", condition(""), condition(""), verb, made, values.Draw(t, "value"))
	}
	return fmt.Sprintf("COUNT(%s) %s %d => %s(%sRegExReplace(%q, \"1\", \"2\"));", condition(""),
		rapid.SampledFrom([]string{"==", "!=", "<", "<=", ">", ">="}).Draw(t, "operator"), rapid.IntRange(0, 3).Draw(t, "n"), verb, made, values.Draw(t, "value"))
}

func drawUser(t *rapid.T) *User {
	u := &User{}
	for range rapid.IntRange(0, 4).Draw(t, "claims") {
		u.Claims = append(u.Claims, Claim{Type: rapid.SampledFrom(lawTypes).Draw(t, "type"), Value: rapid.SampledFrom([]string{"1", "2", "12"}).Draw(t, "value")})
	}
	return u
}

func drawRules(t *rapid.T) []string {
	return rapid.SliceOfN(rapid.Custom(drawRule), 0, 6).Draw(t, "rules")
}

func mustEval(t *rapid.T, rules []string, u *User) *Result {
	rs, errs := Parse(strings.Join(rules, "\n"), Position{})
	if len(errs) > 0 {
		t.Fatalf("%v\n%s", errs, rs.Text)
	}
	r, err := rs.Eval(u, Options{})
	if err != nil {
		t.Skip(err)
	}
	return r
}

func lines(claims []Issued) []string {
	list := make([]string, 0, len(claims))
	for _, c := range claims {
		list = append(list, claimLine(c))
	}
	return list
}

// TestEvalLaws holds what follows from the rules of the two sets.
func TestEvalLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rules, u := drawRules(t), drawUser(t)
		r := mustEval(t, rules, u)
		incoming := len(u.Incoming())

		// What came in stays in front, and issued claims are in the input set.
		made := func(c Issued) bool { return c.Rule != -1 }
		if len(r.Input) < incoming+len(r.Claims) || slices.ContainsFunc(r.Input[:incoming], made) || !slices.ContainsFunc(r.Input[incoming:], made) && len(r.Input) > incoming {
			t.Fatalf("input %v, issued %v", r.Input, r.Claims)
		}
		input := lines(r.Input)
		for _, c := range lines(r.Claims) {
			if !slices.Contains(input, c) {
				t.Fatalf("%s was issued but is not in the input set", c)
			}
		}
		// Claims stand in the order of the rules that made them.
		if !slices.IsSortedFunc(r.Claims, func(a, b Issued) int { return a.Rule - b.Rule }) {
			t.Fatalf("order %v", r.Claims)
		}
		// A rule behind the others changes nothing of what they issued.
		longer := mustEval(t, append(slices.Clone(rules), drawRule(t)), u)
		if diff := cmp.Diff(lines(r.Claims), lines(longer.Claims)[:len(r.Claims)]); diff != "" {
			t.Fatal(diff)
		}
	})
}

// TestAddNeverIssues holds that rules that only add leave the token empty.
func TestAddNeverIssues(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rules := drawRules(t)
		for i := range rules {
			rules[i] = strings.Replace(rules[i], "issue(", "add(", 1)
		}
		if r := mustEval(t, rules, drawUser(t)); len(r.Claims) > 0 {
			t.Fatalf("issued %v", r.Claims)
		}
	})
}

// TestPrintKeepsMeaning holds that printed rules do what the rules did.
func TestPrintKeepsMeaning(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rules, u := drawRules(t), drawUser(t)
		rs, _ := Parse(strings.Join(rules, " "), Position{})
		if diff := cmp.Diff(lines(mustEval(t, rules, u).Claims), lines(mustEval(t, []string{Print(rs)}, u).Claims)); diff != "" {
			t.Fatal(diff)
		}
	})
}

// TestOrderOfIndependentRules holds that rules whose conditions no rule of the
// set feeds issue the same claims in any order.
func TestOrderOfIndependentRules(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rules, u := drawRules(t), drawUser(t)
		for i := range rules {
			head, body, _ := strings.Cut(rules[i], "=>")
			for _, made := range lawTypes {
				body = strings.Replace(body, fmt.Sprintf("Type = %q", made), fmt.Sprintf("Type = %q", "out-"+made), 1)
			}
			rules[i] = head + "=>" + body
			if strings.Contains(body, "claim = c") {
				rules[i] = `=> issue(Type = "out");`
			}
		}
		shuffled := rapid.Permutation(rules).Draw(t, "order")
		a, b := valuesOf(mustEval(t, rules, u)), valuesOf(mustEval(t, shuffled, u))
		if diff := cmp.Diff(a, b); diff != "" {
			t.Fatal(diff)
		}
	})
}

func valuesOf(r *Result) []string {
	var list []string
	for _, c := range r.Claims {
		list = append(list, c.Type+" = "+c.Value)
	}
	slices.Sort(list)
	return list
}

func TestEvalBounds(t *testing.T) {
	u := &User{}
	for i := range 100 {
		u.Claims = append(u.Claims, Claim{Type: "a", Value: fmt.Sprint(i)})
	}
	product := `c1:[Type == "a"] && c2:[Type == "a"] && c3:[Type == "a"] => issue(Type = "b", Value = "x");`
	silent := `c1:[Type == "a"] && c2:[Type == "a"] && c3:[Type == "a"] && c4:[Type == "a"] && c5:[Type == "none"] => issue(Type = "b");`
	double := `=> add(Type = "v", Value = "0123456789");` + strings.Repeat(`c:[Type == "v"] => add(Type = "v", Value = c.Value + c.Value);`, 12)
	long := `=> add(Type = "v1", Value = "0123456789");`
	for i := range 30 {
		long += fmt.Sprintf(`c:[Type == "v%d"] => add(Type = "v%d", Value = c.Value + c.Value);`, i+1, i+2)
	}
	cases := []struct {
		rules, want string
		opts        Options
	}{
		{product, "more than 10000 claims", Options{}},
		{product, "more than 500 combinations", Options{MaxCombinations: 500}},
		{product, "more than 70 claims", Options{MaxClaims: 70}},
		{silent, "comparisons of claims", Options{}},
		{double, "rule", Options{MaxClaims: 1000}},
		{long, "more than 1048576 bytes", Options{}},
		{`c:[ ] => issue(`, "could not be read", Options{}},
	}
	for _, c := range cases {
		rs, _ := Parse(c.rules, Position{})
		_, err := rs.Eval(u, c.opts)
		if bound := (*EvalError)(nil); !errors.As(err, &bound) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%.60s: %v, want %q", c.rules, err, c.want)
		}
	}
}

func TestResultJSON(t *testing.T) {
	rs, _ := Parse(`c:[Type == "a"] => issue(claim = c); => issue(Type = "b", Value = "2", Properties["p"] = "q");`, Position{})
	var u User
	if err := json.Unmarshal([]byte(`{"claims": [{"type": "a", "value": "1", "issuer": "AD AUTHORITY"}]}`), &u); err != nil {
		t.Fatal(err)
	}
	r, err := rs.Eval(&u, Options{})
	if err != nil {
		t.Fatal(err)
	}
	got, err := json.Marshal(r)
	want := `{"schema":"ssodoctor/claims/v1","claims":[` +
		`{"type":"a","value":"1","valueType":"http://www.w3.org/2001/XMLSchema#string","issuer":"AD AUTHORITY","originalIssuer":"AD AUTHORITY","properties":{},"rule":0},` +
		`{"type":"b","value":"2","valueType":"http://www.w3.org/2001/XMLSchema#string","issuer":"LOCAL AUTHORITY","originalIssuer":"LOCAL AUTHORITY","properties":{"p":"q"},"rule":1}]}`
	if string(got) != want || err != nil {
		t.Errorf("%v\n%s", err, cmp.Diff(want, string(got)))
	}
	if got, _ := json.Marshal(&Result{}); string(got) != `{"schema":"ssodoctor/claims/v1","claims":[]}` {
		t.Errorf("%s", got)
	}
}

// TestEvalLeavesTheUserAlone holds that a user can be used again, from several
// goroutines.
func TestEvalLeavesTheUserAlone(t *testing.T) {
	u := &User{Claims: []Claim{{Type: "a", Value: "1", Properties: map[string]string{"p": "q"}}}}
	rs, _ := Parse(`c:[] => issue(claim = c); c:[] => issue(Type = "b", Value = RegExReplace(c.Value, "1", "2"), Properties["p"] = "r");`, Position{})
	before, _ := json.Marshal(u)
	done := make(chan error)
	for range 4 {
		go func() {
			_, err := rs.Eval(u, Options{})
			done <- err
		}()
	}
	for range 4 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if after, _ := json.Marshal(u); string(after) != string(before) {
		t.Errorf("%s became %s", before, after)
	}
}
