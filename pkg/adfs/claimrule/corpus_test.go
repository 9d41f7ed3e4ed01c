package claimrule

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const corpus = "../../../../shared/corpus/claimrules"

// corpusTexts reads the rule sets of real trusts that match the pattern.
func corpusTexts(t testing.TB, pattern string) map[string]string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(corpus, pattern))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Skip("no corpus of real samples here")
	}
	texts := map[string]string{}
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		texts[filepath.Base(f)] = string(data)
	}
	return texts
}

func TestCorpusParses(t *testing.T) {
	rules := 0
	for name, text := range corpusTexts(t, "*.txt") {
		rs, errs := Parse(text, Position{})
		for _, err := range errs {
			t.Errorf("%s: %v\n%s", name, err, err.Caret(text))
		}
		checkPrint(t, rs)
		checkExtents(t, rs)
		rules += len(rs.Rules)
	}
	if rules < 100 {
		t.Errorf("only %d rules in the corpus", rules)
	}
}

// badCorpus says what each text that AD FS refuses, or that cannot work, must
// be told.
var badCorpus = map[string][]string{
	"curly_quotes_and_missing_type.txt":   {"typographic quote", `the property before "=" is missing`},
	"dangling_comma_and_curly_concat.txt": {"delete the comma", "typographic quote"},
	"html_stripped_named_groups.txt":      {"took \"<name>\" for a tag"},
	"lowercase_issue_missing_paren.txt":   {`"=>" is missing before add`},
	"mscta_double_equals_in_issue.txt":    {`an assignment is written "="`},
	"mscta_semicolon_for_colon.txt":       {`unexpected ";", expected ":"`},
	"mscta_undefined_tag.txt":             {`tag "c2" is not bound`},
	"mscta_unquoted_number.txt":           {"put the value into double quotes"},
	"reversed_regex_operator.txt":         {`unexpected "~=", expected "=~"`},
	"trailing_andand.txt":                 {`delete the "&&"`},
	"unquoted_uri.txt":                    {"without quotes", "without quotes"},
}

func TestBadCorpus(t *testing.T) {
	for name, text := range corpusTexts(t, "bad/*.txt") {
		rs, errs := Parse(text, Position{})
		var said []string
		for _, e := range errs {
			said = append(said, e.Message())
		}
		if len(errs) == 0 {
			for _, p := range Lint(rs, Setting{}) {
				said = append(said, p.Detail)
			}
		}
		want := badCorpus[name]
		if len(said) != len(want) {
			t.Errorf("%s: %q, want %q", name, said, want)
			continue
		}
		for i := range want {
			if !strings.Contains(said[i], want[i]) {
				t.Errorf("%s: %q, want %q", name, said[i], want[i])
			}
		}
		checkErrors(t, text, errs)
	}
}

// TestCorpusRuns evaluates the rule sets of real trusts on a user: the only
// things that stop them are stores that the user says nothing about.
func TestCorpusRuns(t *testing.T) {
	u := &User{
		Claims:     []Claim{{Type: msClaims + "authenticationinstant", Value: "2026-11-22T01:20:00.123Z"}},
		Attributes: map[string][]string{"sAMAccountName": {"ada"}, "userPrincipalName": {"ada@contoso.com"}, "mail": {"ada@contoso.com"}, "objectSid": {"S-1-5-21-1-2-3-4"}},
		Groups:     []Group{{SID: "S-1-5-21-1-2-3-513", Name: `CONTOSO\Domain Users`}, {SID: "S-1-5-21-1-2-3-9", Name: `CONTOSO\AWS-Admins`}},
	}
	for name, text := range corpusTexts(t, "*.txt") {
		rs, _ := Parse(text, Position{})
		_, err := rs.Eval(u, Options{})
		if unknown := (*UnknownStoreError)(nil); err != nil && !errors.As(err, &unknown) {
			t.Errorf("%s: %v", name, err)
		}
		for _, r := range rs.Rules {
			if s := Explain(r); len(s) < 10 || strings.Contains(s, "  ") || !strings.HasSuffix(s, ".") {
				t.Errorf("%s: %q", name, s)
			}
		}
	}
}
