package claimrule

import (
	"fmt"
	"strconv"
	"strings"
)

// filter is an LDAP search filter, RFC 4515, with the leniency of Active
// Directory: the outer parentheses may be left out.
type filter struct {
	op       byte // '&', '|', '!', or one of '=', '>', '<' for a comparison
	parts    []filter
	name     string
	segments []string // of the value, between the asterisks
}

const maxFilterDepth = 20

func parseFilter(text string) (filter, error) {
	s := strings.TrimSpace(text)
	if !strings.HasPrefix(s, "(") {
		s = "(" + s + ")"
	}
	f, rest, err := filterAt(s, 0)
	if err == nil && strings.TrimSpace(rest) != "" {
		err = fmt.Errorf("unexpected %s", quoteShort(rest))
	}
	if err != nil {
		return f, fmt.Errorf("LDAP filter %s: %w", quoteShort(text), err)
	}
	return f, nil
}

func filterAt(s string, depth int) (f filter, rest string, err error) {
	s = strings.TrimSpace(s)
	if depth > maxFilterDepth {
		return f, s, fmt.Errorf("nested more than %d deep", maxFilterDepth)
	}
	if len(s) < 3 || s[0] != '(' {
		return f, s, fmt.Errorf(`unexpected %s, expected "(attribute=value)"`, quoteShort(s))
	}
	s = strings.TrimSpace(s[1:])
	if s == "" || strings.IndexByte("&|!", s[0]) < 0 {
		return comparisonAt(s)
	}
	f.op, s = s[0], s[1:]
	for s = strings.TrimSpace(s); strings.HasPrefix(s, "("); s = strings.TrimSpace(s) {
		var part filter
		if part, s, err = filterAt(s, depth+1); err != nil {
			return f, s, err
		}
		f.parts = append(f.parts, part)
	}
	if !strings.HasPrefix(s, ")") || f.op == '!' && len(f.parts) != 1 {
		return f, s, fmt.Errorf(`unexpected %s, expected ")"`, quoteShort(s))
	}
	return f, s[1:], nil
}

func comparisonAt(s string) (f filter, rest string, err error) {
	end := strings.IndexByte(s, ')')
	if end < 0 {
		return f, s, fmt.Errorf(`no ")" behind %s`, quoteShort(s))
	}
	name, value, ok := strings.Cut(s[:end], "=")
	f.op = '='
	if n := len(name); n > 0 && strings.IndexByte("<>~", name[n-1]) >= 0 {
		if name[n-1] != '~' {
			f.op = name[n-1]
		}
		name = name[:n-1]
	}
	f.name = strings.TrimSpace(name)
	if !ok || f.name == "" || strings.ContainsAny(f.name, "(:") {
		return f, s, fmt.Errorf(`unexpected %s, expected "attribute=value"`, quoteShort(s[:end]))
	}
	for segment := range strings.SplitSeq(strings.TrimSpace(value), "*") {
		f.segments = append(f.segments, strings.ToLower(unescapeFilter(segment)))
	}
	return f, s[end+1:], nil
}

// unescapeFilter decodes \2a and the like.
func unescapeFilter(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+2 < len(s) {
			if n, err := strconv.ParseUint(s[i+1:i+3], 16, 8); err == nil {
				b.WriteByte(byte(n))
				i += 2
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// matches tells whether the filter finds an object with these attributes.
// Letter case of values does not count.
func (f filter) matches(attribute func(name string) []string) bool {
	switch f.op {
	case '&':
		for _, p := range f.parts {
			if !p.matches(attribute) {
				return false
			}
		}
		return true
	case '|':
		for _, p := range f.parts {
			if p.matches(attribute) {
				return true
			}
		}
		return false
	case '!':
		return !f.parts[0].matches(attribute)
	}
	for _, v := range attribute(f.name) {
		if f.fits(strings.ToLower(v)) {
			return true
		}
	}
	return false
}

func (f filter) fits(v string) bool {
	first, last := f.segments[0], f.segments[len(f.segments)-1]
	switch {
	case f.op == '>':
		return v >= first
	case f.op == '<':
		return v <= first
	case len(f.segments) == 1:
		return v == first
	case len(v) < len(first)+len(last) || !strings.HasPrefix(v, first) || !strings.HasSuffix(v, last):
		return false
	}
	v = v[len(first) : len(v)-len(last)]
	for _, s := range f.segments[1 : len(f.segments)-1] {
		i := strings.Index(v, s)
		if i < 0 {
			return false
		}
		v = v[i+len(s):]
	}
	return true
}
