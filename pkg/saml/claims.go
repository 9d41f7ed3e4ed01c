package saml

import (
	"slices"
	"strings"
	"sync"
)

// Claim is one thing that can be said of a user, with the names under which
// identity providers and apps know it.
type Claim struct {
	Meaning string // one line
	// URIs are claim types and attribute names that are URIs, the most used
	// first; OIDs are the names of LDAP and eduPerson, "urn:oid:...".
	URIs, OIDs []string
	// Friendly are the names that go with the OIDs as FriendlyName.
	Friendly []string
	// Words are other plain names that apps ask for.
	Words []string
}

// Names lists all names of a claim, the URIs first.
func (c Claim) Names() []string { return slices.Concat(c.URIs, c.OIDs, c.Friendly, c.Words) }

// Claims lists every claim that this package knows.
func Claims() []Claim { return slices.Clone(claims) }

// LookupClaim finds the claim that a name stands for, without regard to letter
// case, white space, punctuation in words, "http" for "https" and a slash at
// the end.
func LookupClaim(name string) (Claim, bool) {
	if i, known := claimNumber(name); known {
		return claims[i], true
	}
	return Claim{}, false
}

// claimNumber is the number in the table of claims of the one with that name.
func claimNumber(name string) (number int, known bool) {
	number, known = claimIndex()[foldAll(name, none)]
	return number, known
}

// claimIndex finds a claim by any of its names, folded.
var claimIndex = sync.OnceValue(func() map[string]int {
	index := make(map[string]int, 8*len(claims))
	for i := range claims {
		for _, name := range claims[i].Names() {
			index[foldAll(name, none)] = i
		}
	}
	return index
})

// SameClaim reports whether two attribute names were probably meant to be the
// same, and how b differs from a, or what b is to a:
//
//   - "" where they are equal;
//   - "white space", "http/https", "trailing slash", "letter case",
//     "punctuation", or several of these joined with ", ";
//   - "OID of", "FriendlyName of", "short name of", "full name of", "other name
//     of", where b is that of a;
//   - "namespace" where only the last part of two URIs is the same.
func SameClaim(a, b string) (same bool, how string) {
	if a == b {
		return true, ""
	}
	if how := misspelling(a, b); how != "" {
		return true, how
	}
	numberA, knownA := claimNumber(a)
	numberB, knownB := claimNumber(b)
	alias := knownA && knownB && numberA == numberB
	lastA, lastB := lastPart(a), lastPart(b)
	folded := foldAll(lastA, none)
	alike := folded != "" && folded == foldAll(lastB, none)
	switch {
	case alias && isOID(b):
		return true, "OID of"
	case alias && isOID(a) && slices.Contains(claims[numberA].Friendly, b):
		return true, "FriendlyName of"
	case alike && lastB == b:
		return true, "short name of"
	case alike && lastA == a:
		return true, "full name of"
	case alike:
		return true, "namespace"
	case alias:
		return true, "other name of"
	}
	return false, ""
}

// A fold drops one way of writing a name differently without meaning another.
type fold struct {
	name string
	drop func(string) string
}

const none = -1

var folds = []fold{
	{"white space", foldSpace},
	{"http/https", foldScheme},
	{"trailing slash", foldSlash},
	{"letter case", strings.ToLower},
	{"punctuation", foldPunctuation},
}

// foldAll applies all folds but one.
func foldAll(name string, except int) string {
	for i, f := range folds {
		if i != except {
			name = f.drop(name)
		}
	}
	return name
}

// misspelling names the folds without any one of which the two names differ;
// "" where they differ in spite of all.
func misspelling(a, b string) string {
	if foldAll(a, none) != foldAll(b, none) {
		return ""
	}
	var how []string
	for i, f := range folds {
		if foldAll(a, i) != foldAll(b, i) {
			how = append(how, f.name)
		}
	}
	return strings.Join(how, ", ")
}

// foldSpace drops white space, and the characters that show as none.
func foldSpace(s string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case ' ', '\t', '\r', '\n', '\u00a0', '\u200b', '\u200c', '\u200d', '\u2060', '\ufeff':
			return -1
		}
		return r
	}, s)
}

func foldScheme(s string) string {
	const secure, plain = "https://", "http://"
	if len(s) > len(secure) && strings.EqualFold(s[:len(secure)], secure) {
		return s[:len(plain)-len("://")] + s[len(secure)-len("://"):]
	}
	return s
}

func foldSlash(s string) string {
	if strings.Contains(s, ":") {
		return strings.TrimRight(s, "/")
	}
	return s
}

// foldPunctuation makes "first_name", "first-name" and "first.name" one word;
// in a URI punctuation has a meaning.
func foldPunctuation(s string) string {
	if strings.ContainsAny(s, "/:") {
		return s
	}
	return strings.Map(func(r rune) rune {
		switch r {
		case '_', '-', '.':
			return -1
		}
		return r
	}, s)
}

func isOID(name string) bool { return strings.HasPrefix(name, "urn:oid:") }

// lastPart is what follows the last "/", "#" or ":" of a URI, or the word
// itself. An OID has none.
func lastPart(name string) string {
	if isOID(name) {
		return ""
	}
	name = foldSlash(name)
	return name[strings.LastIndexAny(name, "/#:")+1:]
}
