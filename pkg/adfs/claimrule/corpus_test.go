package claimrule

import (
	"os"
	"path/filepath"
	"testing"
)

const corpus = "../../../../shared/corpus/claimrules"

// corpusTexts reads the rule sets of real trusts that match the pattern.
func corpusTexts(t *testing.T, pattern string) map[string]string {
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
