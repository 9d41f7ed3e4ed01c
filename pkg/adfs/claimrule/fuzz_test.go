package claimrule

import (
	"encoding/json"
	"testing"
	"time"
)

// seed adds every text of the tables to a fuzz target.
func seed(f *testing.F, add func(text string)) {
	for _, c := range goodCases {
		add(c.text)
	}
	for _, c := range badCases {
		add(c.text)
	}
	for _, c := range lintCases {
		add(c.rules)
	}
	for _, c := range explainCases {
		add(c.rule)
	}
	for _, a := range archives(f) {
		for _, e := range examplesOf(f, a) {
			add(e.rules)
		}
	}
}

func FuzzParse(f *testing.F) {
	seed(f, func(text string) { f.Add(text) })
	f.Fuzz(func(t *testing.T, text string) {
		rs, errs := Parse(text, Position{})
		checkErrors(t, text, errs)
		checkExtents(t, rs)
		for i, r := range rs.Rules {
			if r.Index != i {
				t.Fatalf("rule %d has the index %d", i, r.Index)
			}
			if r.Bad && len(errs) == 0 {
				t.Fatal("a rule is bad without an error")
			}
			if s := Explain(r); len(s) > 2000+20*len(text) {
				t.Fatalf("a sentence of %d bytes", len(s))
			}
		}
		for _, p := range Lint(rs, Setting{}) {
			if s := p.Location.Span; !s.Known() || s.End > len(text) || s.Offset > s.End {
				t.Fatalf("%s at %v", p.Check, s)
			}
		}
	})
}

func FuzzPrint(f *testing.F) {
	seed(f, func(text string) { f.Add(text) })
	f.Fuzz(func(t *testing.T, text string) {
		rs, errs := Parse(text, Position{})
		if len(errs) > 0 {
			rs.Rules = readable(rs.Rules)
		}
		checkPrint(t, rs)
		again, _ := Parse(Print(rs), Position{})
		if len(again.Rules) != len(rs.Rules) {
			t.Fatalf("%d rules became %d", len(rs.Rules), len(again.Rules))
		}
	})
}

func readable(rules []*Rule) []*Rule {
	var good []*Rule
	for _, r := range rules {
		if !r.Bad {
			good = append(good, r)
		}
	}
	return good
}

func FuzzEval(f *testing.F) {
	user := `{"claims": [{"type": "a", "value": "1"}, {"type": "a", "value": "2"}], "attributes": {"sAMAccountName": ["ada"], "mail": ["ada@contoso.com"]},
		"groups": [{"sid": "S-1-5-21-1-2-3-4", "name": "C\\G"}], "stores": {"HR": {"q": [["x"]]}}}`
	seed(f, func(text string) { f.Add(text, user) })
	f.Fuzz(func(t *testing.T, text, userJSON string) {
		var u User
		if json.Unmarshal([]byte(userJSON), &u) != nil {
			return
		}
		rs, _ := Parse(text, Position{})
		r, err := rs.Eval(&u, Options{Timeout: 5 * time.Millisecond, MaxClaims: 200, MaxCombinations: 1000})
		if err != nil {
			return
		}
		if len(r.Claims) > 200 || len(r.Input) < len(r.Claims) {
			t.Fatalf("%d claims out of %d", len(r.Claims), len(r.Input))
		}
		for _, c := range r.Claims {
			if c.Rule < 0 || c.Rule >= len(rs.Rules) || rs.Rules[c.Rule].Verb != Issue {
				t.Fatalf("claim %v of rule %d", c.Claim, c.Rule)
			}
		}
	})
}
