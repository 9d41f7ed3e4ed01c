package migrate

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ssodoctor/ssodoctor/pkg/adfs/claimrule"
)

// trustsOf is an export with a trust for each rule set.
func trustsOf(t testing.TB, names, rules []string) string {
	t.Helper()
	type trust struct {
		Name, IssuanceTransformRules, AccessControlPolicyName string
		Identifier                                            []string
		Enabled                                               bool
	}
	var list []trust
	for i, text := range rules {
		list = append(list, trust{Name: names[i], IssuanceTransformRules: text, AccessControlPolicyName: "Permit everyone", Identifier: []string{"urn:" + names[i]}, Enabled: true})
	}
	out, err := json.Marshal(list)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// corpusRules are the issuance transform rules of the corpus.
func corpusRules(t *testing.T) (names, rules []string) {
	t.Helper()
	files, _ := filepath.Glob("../../../shared/corpus/claimrules/*.txt")
	if len(files) == 0 {
		t.Skip("the corpus is not at hand")
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		set, errs := claimrule.Parse(string(text), claimrule.Position{})
		if len(errs) == 0 && purposeOf(set) == claimrule.Transform {
			names, rules = append(names, filepath.Base(file)), append(rules, string(text))
		}
	}
	return names, rules
}

// TestCorpusParity holds that the rules of the corpus lose nothing in silence:
// that at least 85 of 100 claims are the same for all generated users, and that
// what the plan announces of the others can be seen.
func TestCorpusParity(t *testing.T) {
	names, rules := corpusRules(t)
	holdsTarget(t, verifiedRules(t, names, rules, VerifyOptions{Generate: 200}).Summary)
}

// told are differences in short.
func told(list []ClaimDifference) string {
	var parts []string
	for _, d := range list {
		parts = append(parts, fmt.Sprintf("%s ×%d %s (%s: AD FS %q, Entra %q)", d.Kind, d.Users, d.Reason, d.Example.User, d.Example.ADFS, d.Example.Entra))
	}
	return strings.Join(parts, "; ")
}
