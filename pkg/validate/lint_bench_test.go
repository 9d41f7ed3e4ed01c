package validate

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/ssodoctor/ssodoctor/internal/samltest"
)

func fleet(apps, files int) (repository, []LintFile) {
	r := repository(samltest.Repository(apps, files))
	var list []LintFile
	for _, name := range slices.Sorted(maps.Keys(r)) {
		list = append(list, LintFile{Name: name})
	}
	return r, list
}

// TestFleet: many apps are as sound as one.
func TestFleet(t *testing.T) {
	r, files := fleet(20, 250)
	got := Lint(r, files, LintOptions{Clock: Clock{Now: samltest.Time.Add(time.Hour)}})
	for _, f := range got.Findings {
		if f.Severity > 1 {
			t.Errorf("%s %s %s: %s", f.Severity, f.Input, f.Check, f.Detail)
		}
	}
	if len(got.Inputs) != 121 || len(got.Unread) > 0 {
		t.Errorf("%d inputs, unread %v", len(got.Inputs), got.Unread)
	}
}

func BenchmarkLint(b *testing.B) {
	r, files := fleet(400, 5000)
	size := 0
	for _, text := range r {
		size += len(text)
	}
	b.SetBytes(int64(size))
	b.ReportAllocs()
	for b.Loop() {
		if got := Lint(r, files, LintOptions{Clock: Clock{Now: samltest.Time.Add(time.Hour)}}); len(got.Inputs) < 2400 {
			b.Fatalf("%d inputs", len(got.Inputs))
		}
	}
}
