// Package lazyregexp compiles regular expressions when they are first used, so
// that a run pays only for those of the formats that it meets.
package lazyregexp

import (
	"regexp"
	"sync"
)

// Regexp is a regular expression that may not be compiled yet. It is safe for
// use by several goroutines.
type Regexp struct{ compiled func() *regexp.Regexp }

// New returns the regular expression. One that is not valid panics when it is
// first used.
func New(expression string) *Regexp {
	return &Regexp{sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })}
}

// Get returns the compiled expression.
func (r *Regexp) Get() *regexp.Regexp { return r.compiled() }

// Match is that of package regexp.
func (r *Regexp) Match(b []byte) bool { return r.Get().Match(b) }

// MatchString is that of package regexp.
func (r *Regexp) MatchString(s string) bool { return r.Get().MatchString(s) }

// Find is that of package regexp.
func (r *Regexp) Find(b []byte) []byte { return r.Get().Find(b) }

// FindIndex is that of package regexp.
func (r *Regexp) FindIndex(b []byte) []int { return r.Get().FindIndex(b) }

// FindString is that of package regexp.
func (r *Regexp) FindString(s string) string { return r.Get().FindString(s) }

// FindSubmatch is that of package regexp.
func (r *Regexp) FindSubmatch(b []byte) [][]byte { return r.Get().FindSubmatch(b) }

// FindSubmatchIndex is that of package regexp.
func (r *Regexp) FindSubmatchIndex(b []byte) []int { return r.Get().FindSubmatchIndex(b) }

// FindStringSubmatch is that of package regexp.
func (r *Regexp) FindStringSubmatch(s string) []string { return r.Get().FindStringSubmatch(s) }

// FindAllIndex is that of package regexp.
func (r *Regexp) FindAllIndex(b []byte, n int) [][]int { return r.Get().FindAllIndex(b, n) }

// FindAllSubmatch is that of package regexp.
func (r *Regexp) FindAllSubmatch(b []byte, n int) [][][]byte { return r.Get().FindAllSubmatch(b, n) }

// FindAllStringSubmatch is that of package regexp.
func (r *Regexp) FindAllStringSubmatch(s string, n int) [][]string {
	return r.Get().FindAllStringSubmatch(s, n)
}
