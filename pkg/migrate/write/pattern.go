package write

import (
	"regexp"
	"slices"
	"strings"
)

// Pattern fits names: "*" stands for any text, "?" for any character, and
// letter case does not count.
type Pattern struct{ re *regexp.Regexp }

// PatternList fits what one of its patterns fits.
type PatternList []Pattern

// Patterns reads patterns. Every text is one.
func Patterns(list []string) PatternList {
	var out PatternList
	for _, s := range list {
		quoted := strings.NewReplacer(`\*`, ".*", `\?`, ".").Replace(regexp.QuoteMeta(s))
		out = append(out, Pattern{regexp.MustCompile(`(?is)^` + quoted + `$`)})
	}
	return out
}

// Fit tells whether a pattern fits the name.
func (l PatternList) Fit(name string) bool {
	return slices.ContainsFunc(l, func(p Pattern) bool { return p.re.MatchString(name) })
}

// FitsAny tells whether the pattern fits one of the names.
func (p Pattern) FitsAny(names []string) bool { return slices.ContainsFunc(names, p.re.MatchString) }
