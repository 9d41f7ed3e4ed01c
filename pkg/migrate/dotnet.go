package migrate

import (
	"slices"
	"strconv"
	"strings"
)

// wholeRegex rewrites an expression and its replacement so that the expression
// takes the whole value, as RegexReplace of Entra writes the replacement alone:
// groups get names, what stands before and behind the match is kept. False
// where the replacement has something that Entra has no word for.
func wholeRegex(pattern, replacement string) (regex, template string, ok bool) {
	named, groups, numbered := nameGroups(pattern)
	template, whole, ok := nameReferences(replacement, groups, numbered)
	if !ok || slices.ContainsFunc(groups, func(g string) bool { return slices.Contains(ownGroups, g) }) {
		return "", "", false
	}
	body, before, after := anchors(named)
	if strings.Contains(body, "|") || strings.Contains(body, "(?i)") {
		body = "(?:" + body + ")"
	}
	if whole {
		body = "(?'match'" + body + ")"
	}
	prefix, suffix := "^", "$"
	if !before {
		prefix, template = `^(?'before'(?s:.*?))`, "{before}"+template
	}
	if !after {
		suffix, template = `(?'after'(?s:.*))$`, template+"{after}"
	}
	return prefix + body + suffix, template, true
}

// ownGroups are the names of the groups that are added.
var ownGroups = []string{"before", "match", "after"}

// anchors takes the anchors off an expression that has them around all of it.
func anchors(pattern string) (body string, before, after bool) {
	if hasTopAlternative(pattern) {
		return pattern, false, false
	}
	flag := ""
	if rest, ok := strings.CutPrefix(pattern, "(?i)"); ok {
		flag, pattern = "(?i)", rest
	}
	body, before = strings.CutPrefix(pattern, "^")
	if rest, ok := strings.CutPrefix(body, "(?i)"); ok && before && flag == "" {
		flag, body = "(?i)", rest
	}
	if rest, ok := strings.CutSuffix(body, "$"); ok && !strings.HasSuffix(rest, `\`) {
		body, after = rest, true
	}
	return flag + body, before, after
}

// hasTopAlternative tells whether an expression has a "|" outside of groups and
// classes.
func hasTopAlternative(pattern string) bool {
	found := false
	scan(pattern, func(_ int, c byte, depth int) {
		found = found || c == '|' && depth == 0
	})
	return found
}

// scan visits the characters of an expression that are neither escaped nor in a
// class, with the depth of the groups around them.
func scan(pattern string, visit func(i int, c byte, depth int)) {
	depth, class := 0, false
	for i := 0; i < len(pattern); i++ {
		c := pattern[i]
		switch {
		case c == '\\':
			i++
			continue
		case class:
			class = c != ']'
			continue
		case c == '[':
			class = true
			if i+1 < len(pattern) && pattern[i+1] == '^' {
				i++
			}
			if i+1 < len(pattern) && pattern[i+1] == ']' {
				i++
			}
			continue
		case c == ')':
			depth--
		}
		visit(i, c, depth)
		if c == '(' {
			depth++
		}
	}
}

// nameGroups gives names to the groups of an expression that have none, and
// lists the names, by number from 1. That is not so where groups with and
// without names are mixed: numbered is false then.
func nameGroups(pattern string) (out string, groups []string, numbered bool) {
	var b strings.Builder
	last, unnamed, named := 0, 0, 0
	scan(pattern, func(i int, c byte, _ int) {
		if c != '(' {
			return
		}
		rest := pattern[i+1:]
		if !strings.HasPrefix(rest, "?") {
			unnamed++
			name := "g" + strconv.Itoa(unnamed)
			groups = append(groups, name)
			b.WriteString(pattern[last:i+1] + "?'" + name + "'")
			last = i + 1
			return
		}
		if name, ok := groupName(rest); ok {
			named++
			groups = append(groups, name)
			b.WriteString(pattern[last:i+1] + "?'" + name + "'")
			last = i + 1 + len("?<"+name+">")
		}
	})
	b.WriteString(pattern[last:])
	return b.String(), groups, unnamed == 0 || named == 0
}

// groupName is the name of the group whose text behind "(" is given.
func groupName(rest string) (string, bool) {
	for _, form := range [][2]string{{"?<", ">"}, {"?'", "'"}} {
		inner, ok := strings.CutPrefix(rest, form[0])
		if !ok || strings.HasPrefix(inner, "=") || strings.HasPrefix(inner, "!") {
			continue
		}
		name, _, closed := strings.Cut(inner, form[1])
		if closed && name != "" && strings.Trim(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789") == "" {
			return name, true
		}
	}
	return "", false
}

// nameReferences writes a replacement as Entra reads it: "{name}". whole is set
// where it holds the whole match.
func nameReferences(replacement string, groups []string, numbered bool) (template string, whole, ok bool) {
	var b strings.Builder
	for i := 0; i < len(replacement); i++ {
		if replacement[i] == '{' || replacement[i] == '}' {
			return "", false, false
		}
		if replacement[i] != '$' || i+1 == len(replacement) {
			b.WriteByte(replacement[i])
			continue
		}
		name, size := reference(replacement[i+1:])
		i += size
		switch {
		case name == "$":
			b.WriteByte('$')
		case name == "0" || name == "&":
			whole = true
			b.WriteString("{match}")
		case name == "":
			return "", false, false
		default:
			if n, err := strconv.Atoi(name); err == nil {
				if n < 1 || n > len(groups) || !numbered {
					return "", false, false
				}
				name = groups[n-1]
			}
			if !slices.Contains(groups, name) {
				return "", false, false
			}
			b.WriteString("{" + name + "}")
		}
	}
	return b.String(), whole, true
}

// reference reads what follows a "$": the name, and how long it is; an empty
// name for what is not known here.
func reference(rest string) (name string, size int) {
	switch {
	case rest[0] == '$' || rest[0] == '&':
		return rest[:1], 1
	case rest[0] == '{':
		inner, _, closed := strings.Cut(rest[1:], "}")
		if !closed {
			return "", 0
		}
		return inner, len(inner) + 2
	}
	digits := len(rest) - len(strings.TrimLeft(rest, "0123456789"))
	return rest[:digits], digits
}
