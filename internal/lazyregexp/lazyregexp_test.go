package lazyregexp

import (
	"fmt"
	"regexp"
	"testing"
)

// TestSame holds that every method does what its namesake does.
func TestSame(t *testing.T) {
	const expression, text = `(\w)=(\d+)`, "a=1, b=22"
	lazy, plain := New(expression), regexp.MustCompile(expression)
	for name, pair := range map[string][2]any{
		"Match":                 {lazy.Match([]byte(text)), plain.Match([]byte(text))},
		"MatchString":           {lazy.MatchString("none"), plain.MatchString("none")},
		"FindIndex":             {lazy.FindIndex([]byte(text)), plain.FindIndex([]byte(text))},
		"FindString":            {lazy.FindString(text), plain.FindString(text)},
		"FindSubmatch":          {lazy.FindSubmatch([]byte(text)), plain.FindSubmatch([]byte(text))},
		"FindSubmatchIndex":     {lazy.FindSubmatchIndex([]byte(text)), plain.FindSubmatchIndex([]byte(text))},
		"FindStringSubmatch":    {lazy.FindStringSubmatch(text), plain.FindStringSubmatch(text)},
		"FindAllIndex":          {lazy.FindAllIndex([]byte(text), -1), plain.FindAllIndex([]byte(text), -1)},
		"FindAllSubmatch":       {lazy.FindAllSubmatch([]byte(text), -1), plain.FindAllSubmatch([]byte(text), -1)},
		"FindAllStringSubmatch": {lazy.FindAllStringSubmatch(text, -1), plain.FindAllStringSubmatch(text, -1)},
	} {
		if got, want := fmt.Sprint(pair[0]), fmt.Sprint(pair[1]); got != want {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
	}
	if New("(").compiled == nil {
		t.Error("an expression was compiled before its use")
	}
}
