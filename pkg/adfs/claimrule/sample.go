package claimrule

import (
	"regexp/syntax"
	"slices"
	"strings"
	"unicode"
)

// maxSamples is the number of samples that one part of a pattern gives.
const maxSamples = 24

// SampleRegex makes texts for a .NET regular expression: matching are some that
// it matches, near some that it does not, by little. The same pattern gives the
// same texts; there are at most n of each, the plainest first. The error is that
// of [CompileRegex].
func SampleRegex(pattern string, n int) (matching, near []string, err error) {
	re, err := CompileRegex(pattern, 0)
	if err != nil {
		return nil, nil, err
	}
	failures := 0
	for _, s := range sampleTexts(pattern) {
		ok, err := re.Match(s)
		switch {
		case failures > 2: // it takes too long, whatever the text
		case err != nil:
			failures++
		case ok:
			matching = append(matching, s)
		default:
			near = append(near, s)
		}
	}
	return matching[:min(n, len(matching))], near[:min(n, len(near))], nil
}

// sampleTexts are texts of the pattern and texts that are nearly so, each once.
func sampleTexts(pattern string) []string {
	texts := []string{"ada", "Ada.Lovelace-1@contoso.com", `CONTOSO\ada`, "S-1-5-21-1-2-3-1104"}
	if tree, err := syntax.Parse(portable(pattern), syntax.Perl); err == nil {
		texts = append(samplesOf(tree), texts...)
	} else if text, ok := plainText(strings.Trim(pattern, "^$")); ok {
		texts = append([]string{text}, texts...)
	}
	texts = slices.DeleteFunc(texts, func(s string) bool { return len(s) > 2000 })
	all := slices.Clone(texts)
	for _, s := range texts[:min(4, len(texts))] {
		all = append(all, neighbours(s)...)
	}
	all = append(all, "")
	seen := map[string]bool{}
	return slices.DeleteFunc(all, func(s string) bool {
		known := seen[s]
		seen[s] = true
		return known
	})
}

// neighbours are texts that differ from s by little.
func neighbours(s string) []string {
	if s == "" {
		return []string{"x"}
	}
	runes := []rune(s)
	return []string{swapCase(s), s + "x", "x" + s, string(runes[:len(runes)-1]), string(runes[1:]), " " + s, s + s,
		strings.ReplaceAll(s, "-", "_"), strings.Replace(s, "@", "", 1), s + "0"}
}

func swapCase(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsUpper(r) {
			return unicode.ToLower(r)
		}
		return unicode.ToUpper(r)
	}, s)
}

// portable is a .NET pattern without what the parser of package regexp/syntax
// does not know: what looks around, refers back or is atomic. It can match other
// texts.
func portable(pattern string) string {
	var b strings.Builder
	for i := 0; i < len(pattern); {
		rest := pattern[i:]
		switch {
		case strings.HasPrefix(rest, "(?=") || strings.HasPrefix(rest, "(?!") || strings.HasPrefix(rest, "(?<=") || strings.HasPrefix(rest, "(?<!") || strings.HasPrefix(rest, "(?#"):
			i += groupLength(rest)
		case strings.HasPrefix(rest, "(?>"):
			b.WriteString("(?:")
			i += 3
		case strings.HasPrefix(rest, "(?'"):
			b.WriteString("(?:")
			i += 3 + strings.IndexByte(rest[3:]+"'", '\'') + 1
		case strings.HasPrefix(rest, "(?<"):
			b.WriteString("(?:")
			i += 3 + strings.IndexByte(rest[3:]+">", '>') + 1
		case rest[0] == '\\' && len(rest) > 1:
			b.WriteString(portableEscape(rest[1]))
			i += 2
		default:
			b.WriteByte(rest[0])
			i++
		}
	}
	return b.String()
}

// portableEscape is "\" with the letter behind it.
func portableEscape(c byte) string {
	switch {
	case c == 'Z':
		return `\z`
	case c >= '1' && c <= '9', c == 'k', c == 'G':
		return ""
	}
	return `\` + string(rune(c))
}

// groupLength is the length of the group at the start of a pattern.
func groupLength(s string) int {
	depth, class := 0, false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\':
			i++
		case class:
			class = c != ']'
		case c == '[':
			class = true
		case c == '(':
			depth++
		case c == ')':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return len(s)
}

// samplesOf are texts of a pattern; the first is the plainest.
func samplesOf(re *syntax.Regexp) []string {
	switch re.Op {
	case syntax.OpLiteral:
		s := string(re.Rune)
		if re.Flags&syntax.FoldCase != 0 {
			return []string{strings.ToLower(s), strings.ToUpper(s)}
		}
		return []string{s}
	case syntax.OpCharClass:
		return classSamples(re.Rune)
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return []string{"a", "7", "-"}
	case syntax.OpCapture:
		return samplesOf(re.Sub[0])
	case syntax.OpStar:
		return repeated(re.Sub[0], 1, 3, 0)
	case syntax.OpPlus:
		return repeated(re.Sub[0], 1, 3)
	case syntax.OpQuest:
		return append(samplesOf(re.Sub[0]), "")
	case syntax.OpRepeat:
		most := re.Max
		if most < 0 {
			most = re.Min + 2
		}
		return repeated(re.Sub[0], re.Min, most, min(re.Min+1, most))
	case syntax.OpConcat:
		return concatSamples(re.Sub)
	case syntax.OpAlternate:
		var list []string
		for _, sub := range re.Sub {
			list = append(list, samplesOf(sub)[0])
		}
		for _, sub := range re.Sub {
			list = append(list, samplesOf(sub)[1:]...)
		}
		return list[:min(len(list), maxSamples)]
	}
	return []string{""}
}

// classPreferred are the characters of which a class is sampled first.
const classPreferred = "aB7-._@x \\"

// classSamples are characters of a class, given as pairs of its ranges.
func classSamples(ranges []rune) []string {
	var list []string
	for _, c := range classPreferred {
		for i := 0; i+1 < len(ranges); i += 2 {
			if c >= ranges[i] && c <= ranges[i+1] {
				list = append(list, string(c))
				break
			}
		}
	}
	if len(ranges) > 0 {
		list = append(list, string(ranges[0]), string(ranges[len(ranges)-1]))
	}
	if len(list) == 0 {
		return []string{""}
	}
	return list[:min(len(list), 4)]
}

// repeated are samples side by side, as many as each of the counts.
func repeated(re *syntax.Regexp, counts ...int) []string {
	some := samplesOf(re)
	var list []string
	for _, n := range counts {
		var b strings.Builder
		for i := 0; i < min(n, 200) && b.Len() < 2000; i++ {
			b.WriteString(some[i%len(some)])
		}
		list = append(list, b.String())
	}
	for _, s := range some[1:] {
		if counts[0] <= 1 {
			list = append(list, s)
		}
	}
	return list[:min(len(list), maxSamples)]
}

// concatSamples is the plainest text, then those where one part is another.
func concatSamples(subs []*syntax.Regexp) []string {
	choices := make([][]string, len(subs))
	plain := ""
	for i, sub := range subs {
		choices[i] = samplesOf(sub)
		plain += choices[i][0]
	}
	list := []string{plain}
	if len(plain) > 2000 {
		return list
	}
	before := ""
	for i := range subs {
		behind := plain[len(before)+len(choices[i][0]):]
		for _, s := range choices[i][1:] {
			if len(list) < maxSamples {
				list = append(list, before+s+behind)
			}
		}
		before += choices[i][0]
	}
	return list
}
