package finding

import "strings"

// maxSuggested is the longest word, in characters, for which a suggestion is
// sought.
const maxSuggested = 128

// DidYouMean returns the candidate that word is most likely a slip of, the
// first of several; empty where none is near or word is itself a candidate.
// Nearness is the Damerau-Levenshtein distance without regard to letter case,
// of at most a third of the length of the word.
func DidYouMean(word string, candidates []string) string {
	typed := []rune(strings.ToLower(word))
	if len(typed) == 0 || len(typed) > maxSuggested {
		return ""
	}
	nearest, limit := "", (len(typed)+1)/3
	for _, candidate := range candidates {
		if candidate == word {
			return ""
		}
		meant := []rune(strings.ToLower(candidate))
		if len(meant) == 0 || len(meant) > len(typed)+limit || len(typed) > len(meant)+limit {
			continue
		}
		if d := editDistance(typed, meant); d <= limit && (nearest == "" || d < limit) {
			nearest, limit = candidate, d
		}
	}
	return nearest
}

// editDistance counts insertions, deletions, substitutions and swaps of
// neighbours (optimal string alignment).
func editDistance(a, b []rune) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
