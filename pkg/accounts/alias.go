package accounts

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// maxAliases is how many values with the same initial are looked at for an alias,
// minAlias how short one may be.
const (
	maxAliases = 4096
	minAlias   = 3
)

// alias finds the one account of the domain whose name is a form of the same
// person's name: "ada", "a.lovelace" and "alovelace" are such of
// "ada.lovelace". Where several are, none is.
func (l *List) alias(folded string) string {
	local, domain := split(folded)
	if local == "" {
		return ""
	}
	_, size := utf8.DecodeRuneInString(local)
	group := l.within(local[:size], local[:size]+"\xff")
	found := ""
	for _, e := range group[:min(len(group), maxAliases)] {
		name := l.names[e.account]
		other, d := split(e.folded)
		if e.column != l.key || d != domain || name == found || !sameName(local, other) {
			continue
		}
		if found != "" {
			return ""
		}
		found = name
	}
	return found
}

// sameName reports whether one name is a form of the other.
func sameName(a, b string) bool {
	return slices.Contains(forms(a), joined(b)) || slices.Contains(forms(b), joined(a))
}

// forms are the ways in which a first and a last name become one word; none of a
// name that has not both.
func forms(local string) []string {
	parts := strings.FieldsFunc(local, isNameSeparator)
	if len(parts) < 2 {
		return nil
	}
	first, last := parts[0], parts[len(parts)-1]
	_, size := utf8.DecodeRuneInString(first)
	list := []string{first, first + last, first[:size] + last}
	return slices.DeleteFunc(list, func(form string) bool { return len(form) < minAlias })
}

func joined(local string) string {
	return strings.Join(strings.FieldsFunc(local, isNameSeparator), "")
}

func isNameSeparator(r rune) bool { return r == '.' || r == '-' || r == '_' }
