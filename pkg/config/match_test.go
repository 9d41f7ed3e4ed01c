package config

import (
	"path"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestMatch(t *testing.T) {
	for _, c := range []struct {
		pattern, name string
		want          bool
	}{
		{"a/*.har", "a/x.har", true},
		{"a/*.har", "a/b/x.har", false},
		{"a/**/*.har", "a/x.har", true},
		{"a/**/*.har", "a/b/x.har", true},
		{"a/**/*.har", "a/b/c/x.har", true},
		{"a/**/*.har", "b/x.har", false},
		{"a/**/*.har", "x.har", false},
		{"a/**/*.har", "a/b/x.json", false},
		{"**/x.har", "x.har", true},
		{"**/x.har", "a/b/x.har", true},
		{"a/**", "a/b/c", true},
		{"a/**", "b/c", false},
		{"a/**/b/**/c", "a/b/c", true},
		{"a/**/b/**/c", "a/x/b/y/z/c", true},
		{"a/**/b/**/c", "a/x/c", false},
		{"/a/**/c", "/a/b/c", true},
		{"../a/**", "../a/b", true},
		{"a**/c", "ab/c", true},
		{"a**/c", "ab/b/c", false},
	} {
		if got, err := Match(c.pattern, c.name); got != c.want || err != nil {
			t.Errorf("%s, %s: %t, %v", c.pattern, c.name, got, err)
		}
	}
	for _, pattern := range []string{"[", "**/[", "a/**/[/b"} {
		if _, err := Match(pattern, "x"); err == nil {
			t.Errorf("%s is taken for a pattern", pattern)
		}
	}
}

// TestMatchIsThatOfPath holds that nothing else changes.
func TestMatchIsThatOfPath(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pattern, name := rapid.StringMatching(`[ab*?/]{0,8}`).Draw(t, "pattern"), rapid.StringMatching(`[ab/]{0,8}`).Draw(t, "name")
		if strings.Contains(pattern, "**") {
			return
		}
		want, _ := path.Match(pattern, name)
		if got, err := Match(pattern, name); got != want || err != nil {
			t.Fatalf("%q, %q: %t, %v, want %t", pattern, name, got, err, want)
		}
	})
}

func TestAbove(t *testing.T) {
	for pattern, want := range map[string]string{"a/*.har": "", "**/x": ".", "a/b*/**/x": "a/b*", "/**/x": "/", "/a/**": "/a", "../**/**/x": ".."} {
		if got, deep := Above(pattern); got != want || deep != (want != "") {
			t.Errorf("%s: %q, %t, want %q", pattern, got, deep, want)
		}
	}
}

// BenchmarkMatchHostile: a pattern of many "**" costs no more than its parts
// times those of the name.
func BenchmarkMatchHostile(b *testing.B) {
	pattern, name := strings.Repeat("**/a/", 50)+"b", strings.Repeat("a/", 500)+"c"
	b.ReportAllocs()
	for b.Loop() {
		if ok, err := Match(pattern, name); ok || err != nil {
			b.Fatal(ok, err)
		}
	}
}
