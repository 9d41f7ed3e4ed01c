package claimrule

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/dlclark/regexp2/v2"
)

// What a regular expression may cost. A match that takes longer than the
// timeout is an error, never a "no".
const (
	defaultTimeout = 100 * time.Millisecond
	maxPattern     = 32 << 10  // bytes of a pattern
	maxSubject     = 256 << 10 // bytes of a text that is searched
	maxReplaced    = 16 << 20  // bytes that a replacement can grow to
	maxCompiled    = 2000      // patterns kept
)

// Regex is a compiled regular expression with the meaning that .NET gives it:
// letter case counts, nothing is anchored.
type Regex struct{ re *regexp2.Regexp }

// CompileRegex reads a .NET regular expression. Matching stops with an error
// after the timeout; 0 is the default of 100 ms. The error says what is wrong
// with the pattern.
func CompileRegex(pattern string, timeout time.Duration) (*Regex, error) {
	if len(pattern) > maxPattern {
		return nil, fmt.Errorf("regular expression of %d bytes, expected at most %d", len(pattern), maxPattern)
	}
	re, err := regexp2.Compile(pattern)
	if err != nil {
		return nil, fmt.Errorf("invalid regular expression %s: %s", quoteShort(pattern), regexProblem(pattern, err))
	}
	re.MatchTimeout = timeout
	if timeout <= 0 {
		re.MatchTimeout = defaultTimeout
	}
	return &Regex{re}, nil
}

// regexProblem says what is wrong with a pattern in one phrase.
func regexProblem(pattern string, err error) string {
	if strings.Contains(pattern, "(?[") || strings.Contains(pattern, "(?.") {
		return `"(?" is not followed by a group name: a web page took "<name>" for a tag and dropped it, write (?<name>…)`
	}
	text := strings.TrimPrefix(err.Error(), "error parsing regexp: ")
	if i := strings.LastIndex(text, " in `"); i >= 0 {
		text = text[:i]
	}
	return text
}

// Match tells whether the expression matches anywhere in s.
func (r *Regex) Match(s string) (bool, error) {
	if len(s) > maxSubject {
		return false, tooLong(s)
	}
	ok, err := r.re.MatchString(s)
	return ok, r.explain(err)
}

// Replace replaces every match in s; the replacement knows $1, ${name}, $$,
// $&, $`, $', $+ and $_. A text without a match stays as it is.
func (r *Regex) Replace(s, replacement string) (string, error) {
	if len(s) > maxSubject {
		return "", tooLong(s)
	}
	matches, runes := 0, []rune(s)
	err := r.re.FindRunesMatches(runes, -1, func(regexp2.MatchView) bool { matches++; return true })
	if err != nil {
		return "", r.explain(err)
	}
	if matches == 0 {
		return s, nil
	}
	if grown := matches * (len(replacement) + strings.Count(replacement, "$")*len(s)); grown > maxReplaced {
		return "", fmt.Errorf("replacement of %d matches in %d bytes, expected a result of at most %d bytes", matches, len(s), maxReplaced)
	}
	out, err := r.re.Replace(s, replacement, -1, -1)
	return out, r.explain(err)
}

// HasGroup tells whether the expression has a group of that name or number.
func (r *Regex) HasGroup(name string) bool { return r.re.GroupNumberFromName(name) >= 0 }

func tooLong(s string) error {
	return fmt.Errorf("value of %d bytes, expected at most %d for a regular expression", len(s), maxSubject)
}

func (r *Regex) explain(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, regexp2.ErrBacktrackingStackLimit), strings.Contains(err.Error(), "timeout"):
		return fmt.Errorf("regular expression %s takes too long: it tries the same text in too many ways, make its repetitions exclude each other", quoteShort(r.re.String()))
	}
	return fmt.Errorf("regular expression %s: %w", quoteShort(r.re.String()), err)
}

// regexCache keeps compiled patterns. It is safe for several goroutines.
type regexCache struct {
	mu      sync.Mutex
	entries map[regexKey]regexEntry
}

type regexKey struct {
	pattern string
	timeout time.Duration
}

type regexEntry struct {
	re  *Regex
	err error
}

func newRegexCache() *regexCache { return &regexCache{entries: map[regexKey]regexEntry{}} }

func (c *regexCache) get(pattern string, timeout time.Duration) (*Regex, error) {
	key := regexKey{pattern, timeout}
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.entries[key]
	if !ok {
		e.re, e.err = CompileRegex(pattern, timeout)
		if len(c.entries) < maxCompiled {
			c.entries[key] = e
		}
	}
	return e.re, e.err
}
