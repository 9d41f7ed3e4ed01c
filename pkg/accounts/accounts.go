// Package accounts reads the list of the accounts of an app and finds people in
// it.
//
// An app knows a user by one value, the key: most by an e-mail address, others
// by a login name or UPN. A sign-in fails where the value in the token is not
// the key of exactly one account, so [List.Find] says how the two differ.
package accounts

import (
	"cmp"
	"slices"
	"sort"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// List is the accounts of an app. It does not change once it was read.
type List struct {
	// Key is the column that the app knows its users by, as the list calls it;
	// Guessed that it was chosen by its name.
	Key     string
	Guessed bool
	// Accounts is how many accounts the list has, Unread how many of its
	// records could not be understood.
	Accounts, Unread int

	columns []string
	key     int16
	names   []string // the key of each account, "" for one without
	entries []entry  // sorted by folded value, then account
}

// entry is one value that may tell an account.
type entry struct {
	folded, value string
	account       int32
	column        int16
}

// Relation is how a value relates to the accounts of a list.
type Relation string

// The relations, from a fit to nothing in common.
const (
	// Found: the value is the key of exactly one account.
	Found Relation = "found"
	// FoundTwice: the value is the key of one account, and but for letter case
	// and white space that of others.
	FoundTwice Relation = "found twice"
	// Several: the value is the key of several accounts.
	Several Relation = "several"
	// Spelling: one account has the value in other letter case or white space.
	Spelling Relation = "spelling"
	// OtherColumn: an account has the value in another column than the key.
	OtherColumn Relation = "other column"
	// OtherDomain: an account has the same name in another domain, or without.
	OtherDomain Relation = "other domain"
	// Alias: one account of the domain has another form of the same name.
	Alias Relation = "alias"
	// Similar: an account looks like a slip of the value.
	Similar Relation = "similar"
	// Unknown: no account comes near.
	Unknown Relation = "unknown"
)

// Match is what the list says of a value.
type Match struct {
	Relation Relation
	// Account is the key of the account, or of the nearest; "" where there is
	// none, or the account has no key.
	Account string
	// Column is where the value stands; "" unless it stands somewhere.
	Column string
	// Count is how many accounts have the value.
	Count int
}

// The bounds of a search for what is near: entries that are looked at.
const (
	maxNamesakes  = 256
	maxNeighbours = 32
)

// Find looks a value up, in time that grows with the logarithm of the list.
func (l *List) Find(value string) Match {
	folded := fold(value)
	if folded == "" {
		return Match{Relation: Unknown}
	}
	group := l.within(folded, folded+"\x00")
	if m, ok := l.byKey(group, value); ok {
		return m
	}
	if len(group) > 0 {
		return Match{OtherColumn, l.names[group[0].account], l.columns[group[0].column], count(group)}
	}
	if near := l.namesake(folded); near != "" {
		return Match{Relation: OtherDomain, Account: near}
	}
	if near := l.alias(folded); near != "" {
		return Match{Relation: Alias, Account: near}
	}
	if near := l.similar(folded); near != "" {
		return Match{Relation: Similar, Account: near}
	}
	return Match{Relation: Unknown}
}

// byKey judges the entries with the value that are keys.
func (l *List) byKey(group []entry, value string) (Match, bool) {
	var alike, exact []entry
	for _, e := range group {
		if e.column != l.key {
			continue
		}
		alike = append(alike, e)
		if e.value == value {
			exact = append(exact, e)
		}
	}
	if len(alike) == 0 {
		return Match{}, false
	}
	m := Match{Account: l.names[alike[0].account], Column: l.Key, Count: count(alike)}
	switch n := count(exact); {
	case n > 1, n == 0 && m.Count > 1:
		m.Relation = Several
	case n == 0:
		m.Relation = Spelling
	case m.Count > 1:
		m.Relation, m.Account = FoundTwice, l.names[exact[0].account]
	default:
		m.Relation = Found
	}
	return m, true
}

// count tells how many accounts the entries of one value belong to.
func count(group []entry) int {
	n, last := 0, int32(-1)
	for _, e := range group {
		if e.account != last {
			n, last = n+1, e.account
		}
	}
	return n
}

// namesake finds the account with the same name in another domain: "ada" and
// "CONTOSO\ada" have that of "ada@contoso.com".
func (l *List) namesake(folded string) string {
	local, _ := split(folded)
	if local == "" {
		return ""
	}
	var names []string
	for _, group := range [][]entry{l.within(local, local+"\x00"), l.within(local+"@", local+"A")} {
		for _, e := range group[:min(len(group), maxNamesakes)] {
			if name := l.names[e.account]; name != "" {
				names = append(names, name)
			}
		}
	}
	near, _ := finding.Nearest(names, folded)
	return near
}

// similar finds a slip of the pen among the values that sort beside it, in the
// same domain.
func (l *List) similar(folded string) string {
	at := l.search(folded)
	local, domain := split(folded)
	var locals, names []string
	for _, e := range l.entries[max(0, at-maxNeighbours):min(len(l.entries), at+maxNeighbours)] {
		if other, d := split(e.folded); e.column == l.key && d == domain && l.names[e.account] != "" {
			locals, names = append(locals, other), append(names, l.names[e.account])
		}
	}
	if near := finding.DidYouMean(local, locals); near != "" {
		return names[slices.Index(locals, near)]
	}
	return ""
}

// within returns the entries from one folded value on, up to another.
func (l *List) within(from, to string) []entry {
	start := l.search(from)
	return l.entries[start : start+sort.Search(len(l.entries)-start, func(i int) bool { return l.entries[start+i].folded >= to })]
}

// search returns where the first entry stands that is not before the value.
func (l *List) search(folded string) int {
	return sort.Search(len(l.entries), func(i int) bool { return l.entries[i].folded >= folded })
}

// index sorts the entries for searching.
func (l *List) index() {
	slices.SortFunc(l.entries, func(a, b entry) int {
		return cmp.Or(strings.Compare(a.folded, b.folded), cmp.Compare(a.account, b.account), cmp.Compare(a.column, b.column))
	})
}

// fold makes values equal that differ in letter case and surrounding white
// space only.
func fold(value string) string { return strings.ToLower(strings.TrimSpace(value)) }

// split parts an address or account name from its domain.
func split(folded string) (local, domain string) {
	if domain, local, ok := strings.Cut(folded, `\`); ok {
		return local, domain
	}
	if at := strings.LastIndexByte(folded, '@'); at >= 0 {
		return folded[:at], folded[at+1:]
	}
	return folded, ""
}
