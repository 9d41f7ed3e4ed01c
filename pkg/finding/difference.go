package finding

import (
	"math/bits"
	"strings"
	"unicode/utf8"
)

// Difference says how two values differ: a comma-joined subset, in this order,
// of "trailing slash", "letter case", "scheme", "port", "host", "path",
// "query", "white space", "percent-encoding", "look-alike", "other"; empty
// where they are equal or there is nothing to compare.
type Difference string

// label is one word of a Difference; the values are bits in the order of the
// words.
type label uint16

const (
	trailingSlash label = 1 << iota
	letterCase
	scheme
	port
	host
	path
	query
	whiteSpace
	percentEncoding
	lookAlike
	other
)

// labels holds the words in their order, and how far a difference of that
// kind takes a value from the one that was expected.
var labels = [...]struct {
	word   string
	weight int
}{
	{"trailing slash", 1}, {"letter case", 1}, {"scheme", 4}, {"port", 4}, {"host", 16}, {"path", 8},
	{"query", 4}, {"white space", 1}, {"percent-encoding", 1}, {"look-alike", 2}, {"other", 32},
}

func (l label) difference() Difference {
	var words []string
	for i, entry := range labels {
		if l&(1<<i) != 0 {
			words = append(words, entry.word)
		}
	}
	return Difference(strings.Join(words, ", "))
}

func (l label) weight() (sum int) {
	for i, entry := range labels {
		if l&(1<<i) != 0 {
			sum += entry.weight
		}
	}
	return sum
}

// maxCompared is the longest value, in bytes, whose differences are explained;
// a longer one just differs.
const maxCompared = 1 << 16

// Compare says how actual differs from expected, by the fewest words that
// explain all of it: "http://a/x" and "https://a/x" differ by "scheme",
// "https://a/x" and "https://a/x/" by "trailing slash". A part of a URL is
// named when its difference is more than a matter of spelling. The order of
// the arguments is of no account; only equal values compare as "".
func Compare(expected, actual string) Difference {
	return compare(expected, actual).difference()
}

// Nearest returns the candidate that differs least from actual, the first of
// several, and how it differs. Without candidates both results are empty.
func Nearest(candidates []string, actual string) (value string, diff Difference) {
	best, bestPrefix := label(0), 0
	for i, candidate := range candidates {
		found, prefix := compare(candidate, actual), commonPrefix(candidate, actual)
		nearer := found.weight() < best.weight() ||
			found.weight() == best.weight() && prefix > bestPrefix
		if i == 0 || nearer {
			value, best, bestPrefix = candidate, found, prefix
		}
	}
	return value, best.difference()
}

// FirstDifference returns the index, in characters from 0, at which the two
// values part; -1 where they are equal. A byte that is not UTF-8 counts as one
// character.
func FirstDifference(expected, actual string) int {
	if expected == actual {
		return -1
	}
	return utf8.RuneCountInString(expected[:commonPrefix(expected, actual)])
}

// commonPrefix returns the length in bytes of the characters that both share
// at the start.
func commonPrefix(a, b string) int {
	at := 0
	for at < len(a) && at < len(b) {
		_, sizeA := utf8.DecodeRuneInString(a[at:])
		_, sizeB := utf8.DecodeRuneInString(b[at:])
		if sizeA != sizeB || a[at:at+sizeA] != b[at:at+sizeB] {
			break
		}
		at += sizeA
	}
	return at
}

func compare(a, b string) label {
	if a == b {
		return 0
	}
	if len(a) > maxCompared || len(b) > maxCompared {
		return other
	}
	if found, ok := spelling(a, b); ok {
		return found
	}
	var found label
	coreA, coreB := strings.TrimFunc(a, isBlank), strings.TrimFunc(b, isBlank)
	if len(coreA) != len(a) || len(coreB) != len(b) {
		found = edges(a, coreA, b, coreB)
	}
	return found | compareParts(splitURLs(coreA, coreB))
}

// edges compares the white space around two values.
func edges(a, coreA, b, coreB string) label {
	beforeA, afterA, _ := strings.Cut(a, coreA)
	beforeB, afterB, _ := strings.Cut(b, coreB)
	if beforeA != beforeB || afterA != afterB {
		return whiteSpace
	}
	return 0
}

func compareParts(a, b urlParts, ok bool) label {
	if !ok {
		return other
	}
	pairs := [...]struct {
		a, b string
		name label
	}{
		{a.scheme, b.scheme, scheme}, {a.host, b.host, host}, {a.port, b.port, port},
		{a.path, b.path, path}, {a.query, b.query, query}, {a.fragment, b.fragment, other},
	}
	var found label
	for _, pair := range pairs {
		if pair.a == pair.b {
			continue
		}
		how, same := spelling(pair.a, pair.b)
		if !same || pair.name == port {
			how = pair.name
		}
		found |= how
	}
	return found
}

// spellings lists the ways in which one value is spelled differently, those
// first that win where either of two would explain a difference.
var spellings = [...]label{whiteSpace, percentEncoding, trailingSlash, letterCase, lookAlike}

// spelling returns the smallest set of spellings under which a and b are the
// same; ok is false where no set makes them so.
func spelling(a, b string) (found label, ok bool) {
	all := choose(1<<len(spellings) - 1)
	if respell(a, all) != respell(b, all) {
		return 0, false
	}
	for size := 1; size <= len(spellings); size++ {
		for mask := uint(1); mask < 1<<len(spellings); mask++ {
			if bits.OnesCount(mask) != size {
				continue
			}
			set := choose(mask)
			if respell(a, set) == respell(b, set) {
				return set, true
			}
		}
	}
	return all, true
}

func choose(mask uint) (set label) {
	for i, one := range spellings {
		if mask&(1<<i) != 0 {
			set |= one
		}
	}
	return set
}
