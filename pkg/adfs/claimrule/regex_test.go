package claimrule

import (
	"strings"
	"sync"
	"testing"
	"time"
)

func TestRegexReplace(t *testing.T) {
	cases := []struct{ text, pattern, replacement, want string }{
		{"abc", "b", "[$&]", "a[b]c"},
		{"abc", "b", "$`", "aac"},
		{"abc", "b", "$'", "acc"},
		{"abc", "(a)(b)?(x)?", "$+", "c"},
		{"abc", "b", "$_", "aabcc"},
		{"abc", "b", "$$", "a$c"},
		{"abc", "(?<n>b)", "${n}${n}", "abbc"},
		{"abc", "(?'n'b)", "<${n}>", "a<b>c"},
		{"abc", "", "-", "-a-b-c-"},
		{"äöü", ".", "x", "xxx"},
		{"a.b", `\.`, "", "ab"},
		{"", "^$", "x", "x"},
		{"ABC", "(?i)b", "x", "AxC"},
		{"aXbX", "X$", "", "aXb"},
		{"abab", "(?<=a)b", "", "aa"},
		{"aa bb", `(\w)\1`, "$1", "a b"},
		{"ｘ１２", `\d`, "n", "ｘnn"}, // .NET digits are those of Unicode
	}
	for _, c := range cases {
		re, err := CompileRegex(c.pattern, 0)
		if err != nil {
			t.Errorf("%q: %v", c.pattern, err)
			continue
		}
		if got, err := re.Replace(c.text, c.replacement); got != c.want || err != nil {
			t.Errorf("%q.Replace(%q, %q) = %q, %v, want %q", c.pattern, c.text, c.replacement, got, err, c.want)
		}
	}
}

func TestRegexErrors(t *testing.T) {
	for pattern, want := range map[string]string{
		"(":                               "invalid regular expression \"(\": ",
		"*a":                              "invalid regular expression",
		"[a":                              "invalid regular expression",
		"(?[a]+)":                         "took \"<name>\" for a tag",
		strings.Repeat("a", maxPattern+1): "expected at most 32768",
	} {
		if _, err := CompileRegex(pattern, 0); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.20q: %v, want %q", pattern, err, want)
		}
	}
	re, _ := CompileRegex(".", 0)
	if _, err := re.Match(strings.Repeat("a", maxSubject+1)); err == nil {
		t.Error("a text without limit is searched")
	}
	if _, err := re.Replace(strings.Repeat("a", 100_000), "$_"); err == nil || !strings.Contains(err.Error(), "replacement of 100000 matches") {
		t.Errorf("a replacement grows without limit: %v", err)
	}
}

// TestRegexIsBounded runs expressions that try the same text in exponentially
// many ways: each must end in an error.
func TestRegexIsBounded(t *testing.T) {
	text := strings.Repeat("a", 5000) + "!"
	for _, pattern := range []string{"^(a+)+$", "^(a|aa)+$", "^(a|a)*$", "^(.*a){25}$", `^(\w+\s?)*$`, "(a*)*b"} {
		re, err := CompileRegex(pattern, 20*time.Millisecond)
		if err != nil {
			t.Fatal(err)
		}
		if ok, err := re.Match(text); ok || err == nil {
			t.Logf("%s decides: %t, %v", pattern, ok, err)
		} else if !strings.Contains(err.Error(), "takes too long") {
			t.Errorf("%s: %v", pattern, err)
		}
		if _, err := re.Replace(text, "x"); err != nil && !strings.Contains(err.Error(), "takes too long") {
			t.Errorf("%s: %v", pattern, err)
		}
	}
}

func TestRegexHostilePatterns(t *testing.T) {
	for _, pattern := range []string{
		strings.Repeat("(", 15000) + strings.Repeat(")", 15000), strings.Repeat("(?:a|", 5000) + strings.Repeat(")", 5000),
		"a{1000000000}", "((a{1000}){1000}){1000}", strings.Repeat("a?", 5000), strings.Repeat("[", 30000), `\` + strings.Repeat("x", 100), "(?i)" + strings.Repeat("ſ", 1000),
	} {
		re, err := CompileRegex(pattern, 20*time.Millisecond)
		if err != nil {
			continue
		}
		if _, err := re.Match("aaaaaaaaaaaaaaaa"); err != nil && !strings.Contains(err.Error(), "takes too long") {
			t.Errorf("%.20s: %v", pattern, err)
		}
	}
}

func TestRegexCacheIsSharedAndBounded(t *testing.T) {
	c := newRegexCache()
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for i := range maxCompiled + 10 {
				if _, err := c.get(strings.Repeat("a", i%50)+"("+strings.Repeat(")", i%2), 0); (err == nil) != (i%2 == 1) {
					t.Errorf("%d: %v", i, err)
				}
			}
		})
	}
	wg.Wait()
	if len(c.entries) > maxCompiled {
		t.Errorf("%d patterns are kept", len(c.entries))
	}
}
