package validate

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ssodoctor/ssodoctor/internal/samltest"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/trace"
)

// corpusFiles lists the samples of other projects, where they are at hand.
func corpusFiles(t *testing.T) []string {
	t.Helper()
	var files []string
	for _, folder := range []string{"messages", "captures"} {
		root := filepath.Join("../../../shared/corpus", folder)
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() {
				files = append(files, path)
			}
			return err
		})
		if errors.Is(err, fs.ErrNotExist) {
			t.Skip("the corpus is not at hand")
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return files
}

// TestCorpus examines every real sample without expectations: it must not
// panic, and what it says must hold together. With -v it lists the findings.
func TestCorpus(t *testing.T) {
	examined := 0
	counts := map[string]int{}
	for _, path := range corpusFiles(t) {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		c, err := trace.ReadBytes(data, path, trace.Limits{})
		if err != nil {
			continue
		}
		examined++
		r := Examine([]*trace.Capture{c}, nil, Clock{Now: samltest.Time})
		coherent(t, path, r)
		relayed(t, path, c, r)
		for _, f := range r.Findings {
			counts[f.Check]++
			t.Logf("%s: %s %s [%s] %s", strings.TrimPrefix(path, "../../../shared/corpus/"), f.Severity, f.Check, f.CausedBy, finding.Shorten(f.Detail, 220))
		}
	}
	if examined < 300 {
		t.Errorf("%d samples examined, expected more", examined)
	}
	t.Logf("%d samples: %v", examined, counts)
}

// relayed holds that nothing that a reader has said is lost.
func relayed(t *testing.T, name string, c *trace.Capture, r *Report) {
	t.Helper()
	problems := c.Problems
	for _, m := range c.Messages {
		problems = append(problems, m.Problems...)
	}
	for _, m := range read([]*trace.Capture{c}, &Expectations{}, Clock{Now: samltest.Time}) {
		problems = append(problems, m.problems...)
	}
	for _, p := range problems {
		if len(of(r, p.Check)) == 0 {
			t.Errorf("%s: the reader's %s was lost: %s", name, p.Check, p.Detail)
		}
	}
}

// coherent holds what is true of every report.
func coherent(t testing.TB, name string, r *Report) {
	t.Helper()
	for _, f := range r.Findings {
		c, ok := Lookup(f.Check)
		if !ok || f.Severity > c.Severity || f.Severity < finding.Info {
			t.Errorf("%s: finding %s with severity %s", name, f.Check, f.Severity)
		}
		if f.Detail == "" || finding.Printable(f.Detail) != f.Detail {
			t.Errorf("%s: %s: detail %q is empty or not printable", name, f.Check, f.Detail)
		}
		if f.CausedBy != "" && len(of(r, f.CausedBy)) == 0 {
			t.Errorf("%s: %s is caused by %s, which was not found", name, f.Check, f.CausedBy)
		}
		if c := result(r, f.Check, f.Message); c == nil || c.Result != finding.Fail {
			t.Errorf("%s: %s was found but is not listed as failed", name, f.Check)
		}
	}
	for _, c := range r.Checks {
		if (c.Result == finding.NotChecked) != (c.Reason != "") {
			t.Errorf("%s: %s is %s with reason %q", name, c.Check, c.Result, c.Reason)
		}
	}
	wrong := slices.ContainsFunc(r.Findings, func(f finding.Finding) bool { return f.Severity > finding.Info })
	if wrong && r.Diagnosis == nil {
		t.Errorf("%s: there are findings and no diagnosis", name)
	}
}

// FuzzExamine feeds whatever can be read to all checks.
func FuzzExamine(f *testing.F) {
	s := newScene()
	f.Add([]byte(samltest.HAR(samltest.SignIn(s.request.XML(), s.signed(f))...)))
	for _, fixture := range fixtures() {
		if fixture.fire != nil {
			s := fixture.scene(true)
			if xml := s.signed(f); len(xml) < 1<<16 {
				f.Add([]byte(xml))
			}
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := trace.ReadBytes(data, "input", trace.Limits{})
		if err != nil {
			return
		}
		for _, clock := range []Clock{{Now: samltest.Time}, {At: samltest.Time}} {
			coherent(t, "input", Examine([]*trace.Capture{c}, newScene().expect, clock))
		}
	})
}
