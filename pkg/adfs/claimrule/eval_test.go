package claimrule

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

var update = flag.Bool("update", false, "write the golden parts of testdata")

// example is one worked example: rules, a user, the reason, and what comes out.
type example struct {
	name, reason, rules, want string
	user                      User
}

func archives(t testing.TB) map[string]*txtar.Archive {
	t.Helper()
	files, err := filepath.Glob("testdata/eval/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no examples: %v", err)
	}
	all := map[string]*txtar.Archive{}
	for _, f := range files {
		a, err := txtar.ParseFile(f)
		if err != nil {
			t.Fatal(err)
		}
		all[f] = a
	}
	return all
}

func examplesOf(t testing.TB, a *txtar.Archive) []example {
	t.Helper()
	parts := map[string]string{}
	for _, f := range a.Files {
		parts[f.Name] = string(f.Data)
	}
	var list []example
	for _, f := range a.Files {
		if strings.Contains(f.Name, ".") {
			continue
		}
		head, rules, _ := strings.Cut(string(f.Data), "\n")
		e := example{name: f.Name, reason: head, rules: rules, want: parts[f.Name+".want"]}
		user := orElse(parts[f.Name+".user"], parts["user.json"])
		if err := json.Unmarshal([]byte(user), &e.user); err != nil {
			t.Fatalf("%s: %v", f.Name, err)
		}
		if !strings.HasPrefix(head, "# ") {
			t.Errorf("%s: no reason", f.Name)
		}
		list = append(list, e)
	}
	return list
}

func TestEvalExamples(t *testing.T) {
	count := 0
	for file, a := range archives(t) {
		want := map[string]string{}
		for _, e := range examplesOf(t, a) {
			count++
			got := outcome(t, e)
			want[e.name] = got
			if got != e.want && !*update {
				t.Errorf("%s: %s %s\n%s", file, e.name, e.reason, cmp.Diff(e.want, got))
			}
		}
		if *update {
			writeWants(t, file, a, want)
		}
	}
	if count < 100 {
		t.Errorf("only %d examples", count)
	}
}

func writeWants(t *testing.T, file string, a *txtar.Archive, want map[string]string) {
	t.Helper()
	out := &txtar.Archive{Comment: a.Comment}
	for i, f := range a.Files {
		if strings.HasSuffix(f.Name, ".want") {
			continue
		}
		out.Files = append(out.Files, f)
		base := strings.TrimSuffix(f.Name, ".user")
		last := i+1 == len(a.Files) || a.Files[i+1].Name != base+".user"
		if text, ok := want[base]; ok && last {
			out.Files = append(out.Files, txtar.File{Name: base + ".want", Data: []byte(text)})
		}
	}
	if err := os.WriteFile(file, txtar.Format(out), 0o644); err != nil {
		t.Fatal(err)
	}
}

// outcome renders what the rules of an example give, a claim to a line, without
// what is as it usually is.
func outcome(t testing.TB, e example) string {
	t.Helper()
	rs, errs := Parse(e.rules, Position{})
	for _, err := range errs {
		t.Fatalf("%s: %v", e.name, err)
	}
	checkPrint(t, rs)
	result, err := rs.Eval(&e.user, Options{})
	if err != nil {
		if e := (*EvalError)(nil); !errors.As(err, &e) || !e.Span.Known() {
			t.Errorf("%v does not say where", err)
		}
		return "error: " + err.Error() + "\n"
	}
	var b strings.Builder
	for _, c := range result.Claims {
		b.WriteString(claimLine(c))
	}
	for _, n := range result.Notes {
		fmt.Fprintf(&b, "note: rule %d: %s\n", n.Rule, n.Text)
	}
	if strings.Contains(e.rules, "authorization/claims") || e.name == "no-permit" {
		fmt.Fprintf(&b, "permitted: %t\n", result.Permitted())
	}
	if strings.Contains(e.rules, "multipleauthn") {
		fmt.Fprintf(&b, "mfa: %t\n", result.DemandsMFA())
	}
	return b.String()
}

func claimLine(c Issued) string {
	line := fmt.Sprintf("%d %s = %s | %s", c.Rule, c.Type, c.Value, c.Issuer)
	if c.OriginalIssuer != c.Issuer {
		line += " | original " + c.OriginalIssuer
	}
	if c.ValueType != stringType {
		line += " | " + c.ValueType
	}
	for _, k := range sortedKeys(c.Properties) {
		line += " | " + k + " = " + c.Properties[k]
	}
	return line + "\n"
}

// TestGuessedAccountSaysWhatIsMissing: the account of a user is a guess for want
// of the name or of the domain, and the note says which.
func TestGuessedAccountSaysWhatIsMissing(t *testing.T) {
	for attribute, want := range map[string]string{"mail": "no sAMAccountName", "sAMAccountName": "no attribute that tells the domain"} {
		rs, errs := Parse(`=> issue(Type = "x", Value = "y");`, Position{})
		if len(errs) > 0 {
			t.Fatal(errs)
		}
		r, err := rs.Eval(&User{Attributes: map[string][]string{attribute: {"ada"}}}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if len(r.Notes) != 1 || !strings.Contains(fmt.Sprint(r.Notes[0]), want) {
			t.Errorf("%s: notes %v, expected one with %q", attribute, r.Notes, want)
		}
	}
}
