package entra

import (
	"strings"
	"unicode"

	"github.com/dlclark/regexp2/v2"
)

// noMatch marks a transformation that had nothing to work on in the value.
const noMatch = "no match"

// transform runs a transformation on values; none is an empty input.
func (e *Evaluator) transform(u *User, claimType string, t Transformation, values []string) computed {
	run, known := transformations[t.Method]
	if !known {
		m, _ := LookupMethod(string(t.Method))
		return unknownf("what %s gives cannot be told: %s", t.Method, orDefault(m.Unverified, "there is no such transformation"))
	}
	step := &step{e: e, user: u, claim: claimType, Parameters: &t.Parameters}
	if len(values) == 0 {
		if t.Method == IfEmpty {
			return step.output()
		}
		if t.Method == Join {
			return run(step, "")
		}
		return computed{}
	}
	var out computed
	for _, v := range values {
		one := run(step, v)
		if one.unknown != "" {
			return one
		}
		out.values = append(out.values, one.values...)
	}
	return out
}

// step is a transformation at work on a value.
type step struct {
	e     *Evaluator
	user  *User
	claim string
	*Parameters
}

// transformations run on one value that is not empty, except that Join gets an
// empty one where there is no value.
var transformations = map[Method]func(*step, string) computed{
	Join: (*step).join, ExtractMailPrefix: (*step).mailPrefix,
	ToLowercase:   func(_ *step, v string) computed { return one(strings.Map(unicode.ToLower, v)) },
	ToUppercase:   func(_ *step, v string) computed { return one(strings.Map(unicode.ToUpper, v)) },
	Contains:      func(s *step, v string) computed { return s.test(strings.Contains, v) },
	StartsWith:    func(s *step, v string) computed { return s.test(strings.HasPrefix, v) },
	EndsWith:      func(s *step, v string) computed { return s.test(strings.HasSuffix, v) },
	IfEmpty:       func(*step, string) computed { return computed{} },
	IfNotEmpty:    func(s *step, _ string) computed { return s.output() },
	Substring:     (*step).substring,
	ExtractAlpha:  func(s *step, v string) computed { return s.run(v, unicode.IsLetter) },
	ExtractNumber: func(s *step, v string) computed { return s.run(v, unicode.IsDigit) },
	RegexReplace:  (*step).regexReplace,
	Trim:          (*step).trim,
}

func one(v string) computed { return computed{values: nonEmpty([]string{v})} }

// output is the output of a test that holds.
func (s *step) output() computed {
	if s.Output == nil {
		return computed{}
	}
	return s.e.source(s.user, *s.Output).emitted(*s.Output)
}

// test gives the output where it holds. Whether letter case counts is not
// documented.
func (s *step) test(holds func(v, what string) bool, v string) computed {
	strict := holds(v, s.Value)
	if strict != holds(strings.ToLower(v), strings.ToLower(s.Value)) {
		return unknownf("whether letter case counts in the comparison with %q is not documented", s.Value)
	}
	if strict {
		return s.output()
	}
	return computed{}
}

func (s *step) mailPrefix(v string) computed {
	if strings.Count(v, "@") > 1 {
		return unknownf("which of several @ ExtractMailPrefix() cuts at is not documented")
	}
	prefix, _, _ := strings.Cut(v, "@")
	return one(prefix)
}

// join puts two values together. In a NameID the domain of the first is dropped
// before.
func (s *step) join(v string) computed {
	if s.Input2 == nil {
		return unknownf("Join() has no second input")
	}
	second := s.e.source(s.user, *s.Input2)
	switch {
	case second.unknown != "":
		return second
	case v == "" && len(second.values) == 0:
		return unknownf("what Join() gives of two empty values is not documented")
	case v == "" || len(second.values) == 0:
		return unknownf("what Join() gives of a value and an empty one is not documented")
	}
	if s.claim == TypeNameID {
		v, _, _ = strings.Cut(v, "@")
	}
	return one(v + s.Separator + second.values[0])
}

func (s *step) substring(v string) computed {
	runes := []rune(v)
	from := 0
	if s.Index != nil {
		from = *s.Index
	}
	if from > len(runes) {
		return unknownf("what Substring() gives beyond the end of a value is not documented")
	}
	to := len(runes)
	if s.Length != nil && *s.Length < to-from {
		to = from + *s.Length
	}
	return one(string(runes[from:to]))
}

// run is the longest beginning or end of a value of one kind of characters.
func (s *step) run(v string, belongs func(rune) bool) computed {
	if strings.ContainsFunc(v, func(r rune) bool { return r > unicode.MaxASCII && belongs(r) }) {
		return unknownf("whether characters beyond ASCII count is not documented")
	}
	other := func(r rune) bool { return !belongs(r) }
	if strings.EqualFold(s.Type, "suffix") {
		return one(v[strings.LastIndexFunc(v, other)+1:])
	}
	if end := strings.IndexFunc(v, other); end >= 0 {
		v = v[:end]
	}
	return one(v)
}

// trim leaves values alone that there is nothing to trim of.
func (s *step) trim(v string) computed {
	cut := orDefault(s.Value, " \t\r\n")
	leading, trailing := !strings.EqualFold(s.Type, "trailing"), !strings.EqualFold(s.Type, "leading")
	if leading && strings.IndexAny(v, cut) == 0 || trailing && strings.TrimRight(v, cut) != v {
		return unknownf("what Trim() takes away is not documented")
	}
	return one(v)
}

// regexReplace writes the replacement where the expression matches the whole
// value. What becomes of text around a match is not documented.
func (s *step) regexReplace(v string) computed {
	re, err := s.e.regex(s.Regex)
	switch {
	case err != nil:
		return unknownf("%s", err)
	case len(v) > maxSubject:
		return unknownf("the value is too long for a regular expression")
	}
	runes := []rune(v)
	match, err := re.FindRunesMatch(runes)
	switch {
	case err != nil:
		return unknownf("the regular expression takes too long")
	case match == nil:
		return computed{unknown: noMatch}
	case match.RuneIndex != 0 || match.RuneLength != len(runes):
		return unknownf("what RegexReplace() makes of text around the match is not documented")
	}
	return s.fill(match)
}

// maxFilled is how long the result of a replacement can be, in bytes.
const maxFilled = 1 << 20

// fill writes the replacement: names of groups and attributes in braces.
func (s *step) fill(match *regexp2.Match) computed {
	var b strings.Builder
	for rest := s.Replacement; rest != ""; {
		before, after, open := strings.Cut(rest, "{")
		name, tail, closed := strings.Cut(after, "}")
		if open != closed || strings.Contains(before, "}") {
			return unknownf("how a brace in a replacement is read that encloses no name is not documented")
		}
		b.WriteString(before)
		if !open {
			break
		}
		v := s.named(match, name)
		if v.unknown != "" {
			return v
		}
		for _, text := range v.values {
			b.WriteString(text)
		}
		if rest = tail; b.Len() > maxFilled {
			return unknownf("the result is longer than %d bytes", maxFilled)
		}
	}
	return one(b.String())
}

// named is what a name in braces stands for.
func (s *step) named(match *regexp2.Match, name string) computed {
	for _, a := range s.AdditionalAttributes {
		if strings.EqualFold(a.ID[strings.LastIndexByte(a.ID, '.')+1:], name) {
			v := s.e.source(s.user, a).emitted(a)
			if len(v.values) == 0 && v.unknown == "" {
				return unknownf("what RegexReplace() writes for the attribute %s without a value is not documented", a)
			}
			return v
		}
	}
	if strings.Trim(name, "0123456789") == "" {
		return unknownf("groups without a name are not documented in replacements: {%s}", name)
	}
	group := match.GroupByName(name)
	if group == nil {
		return unknownf("the expression has no group {%s}", name)
	}
	return computed{values: []string{group.String()}}
}

// regex compiles an expression once.
func (e *Evaluator) regex(pattern string) (*regexp2.Regexp, error) {
	c, ok := e.regexes[pattern]
	if !ok {
		c.re, c.err = compileRegex(pattern)
		e.regexes[pattern] = c
	}
	return c.re, c.err
}
