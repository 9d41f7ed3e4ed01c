package finding

import (
	"fmt"
	"strings"
)

// Count says how many there are of a thing whose plural takes an s: "1 user",
// "3 users".
func Count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// Few lists the first few of many things for a sentence: "a, b and 3 more".
// show says one of them.
func Few[T any](list []T, few int, show func(T) string) string {
	text, more := first(list, few, show, ", ")
	if more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// Either lists the first few of many alternatives: "a or b or 3 others".
func Either[T any](list []T, few int, show func(T) string) string {
	text, more := first(list, few, show, " or ")
	if more > 0 {
		text += " or " + Count(more, "other")
	}
	return text
}

// first joins the first few, and counts the others.
func first[T any](list []T, few int, show func(T) string, between string) (text string, more int) {
	shown := make([]string, min(few, len(list)))
	for i := range shown {
		shown[i] = show(list[i])
	}
	return strings.Join(shown, between), len(list) - len(shown)
}

// List joins words as a sentence does: "a", "a and b", "a, b and c".
func List(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}
