// Package idperror knows the errors that identity providers show: the codes of
// Microsoft Entra ID (AADSTS…), of AD FS (MSIS…, event numbers) and of Okta,
// with their meaning, the usual cause and who must change what; and it finds
// them in texts. It is a leaf: data and its look-up.
package idperror

import (
	"slices"
	"strconv"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// Code is one error code.
type Code struct {
	// ID is the code as the product writes it: "AADSTS50105", "MSIS3200",
	// "Event 364", "E0000006", or the words of its page where there is no code.
	ID     string
	System finding.System // entra, adfs or okta
	// Name is the symbolic name, empty where the vendor gives none.
	Name           string
	Meaning, Cause string
	Fixes          []finding.Fix
	// Check is the check that reports the code.
	Check string
	// Interrupt marks a step of a sign-in that may well succeed afterwards: it
	// counts as a failure only where nothing follows.
	Interrupt bool
	// Personal marks a code that is about one user or device, not about the app.
	Personal bool
}

// The checks that report codes. The first three of these are there for codes
// without one of their own.
const (
	EntraError = "entra-error"
	ADFSError  = "adfs-error"
	OktaError  = "okta-error"

	UserNotAssigned         = "user-not-assigned"
	ReplyURLNotRegistered   = "reply-url-not-registered"
	IdentifierNotRegistered = "identifier-not-registered"
	ContextTooStrict        = "request-context-too-strict"
	LoginLoop               = "flow-login-loop"
)

// row is a line of the tables: codes that share meaning and cause. Codes of a
// table with a prefix are numbers and ranges of them, separated by blanks, those
// of others are words, separated by "|".
type row struct {
	codes, name    string
	meaning, cause string
	fixes          []finding.Fix
	check          string // "" for that of the product
	interrupt      bool
	personal       bool
}

// table is all that is known of one product.
type table struct {
	system finding.System
	prefix string // that every code of it has, in upper case; "" where there is none
	check  string
	rows   []row
	unsure row // of a code that is not in rows
}

// The prefixes of codes, in upper case.
const (
	entraPrefix = "AADSTS"
	eventPrefix = "EVENT "
)

func tables() []table {
	return []table{
		{finding.Entra, entraPrefix, EntraError, entraRows, entraUnknown},
		{finding.ADFS, "MSIS", ADFSError, adfsRows, adfsUnknown},
		{finding.ADFS, eventPrefix, ADFSError, adfsEvents, adfsUnknown},
		{finding.ADFS, "", ADFSError, adfsPages, adfsUnknown},
		{finding.Okta, "", OktaError, oktaRows, oktaUnknown},
	}
}

func (t table) code(id string, r row) Code {
	c := Code{ID: id, System: t.system, Name: r.name, Meaning: r.meaning, Cause: r.cause, Fixes: r.fixes, Check: r.check, Interrupt: r.interrupt, Personal: r.personal}
	if c.Check == "" {
		c.Check = t.check
	}
	return c
}

// ids are the codes of a row as the product writes them.
func (t table) ids(r row) []string {
	if t.prefix == "" {
		return strings.Split(r.codes, "|")
	}
	prefix := t.prefix
	if prefix == eventPrefix {
		prefix = "Event "
	}
	var out []string
	for code := range strings.FieldsSeq(r.codes) {
		from, to, isRange := strings.Cut(code, "-")
		if !isRange {
			out = append(out, prefix+code)
			continue
		}
		first, _ := strconv.Atoi(from)
		last, _ := strconv.Atoi(to)
		for n := first; n <= last; n++ {
			out = append(out, prefix+strconv.Itoa(n))
		}
	}
	return out
}

// Lookup finds a code in any letter case. The number alone stands for a code of
// Entra, or an event of AD FS. Where a product's code is not in its table the
// answer says what to do with any code of that product, and known is false; a
// Code without ID is of none of the products.
func Lookup(id string) (code Code, known bool) {
	wanted := strings.ToUpper(strings.TrimSpace(id))
	if wanted == "" {
		return Code{}, false
	}
	if isNumber(wanted) {
		return lookupNumber(wanted)
	}
	all := tables()
	for _, t := range all {
		if !strings.HasPrefix(wanted, t.prefix) {
			continue
		}
		for _, r := range t.rows {
			for _, have := range t.ids(r) {
				if strings.EqualFold(have, wanted) {
					return t.code(have, r), true
				}
			}
		}
	}
	for _, t := range all {
		rest, ok := strings.CutPrefix(wanted, t.prefix)
		if t.prefix == "" {
			rest, ok = strings.CutPrefix(wanted, "E0000")
			ok = ok && t.system == finding.Okta
		}
		if ok && isNumber(rest) {
			return t.code(wanted, t.unsure), false
		}
	}
	return Code{}, false
}

func lookupNumber(number string) (Code, bool) {
	for _, prefix := range []string{entraPrefix, eventPrefix} {
		if c, known := Lookup(prefix + number); known {
			return c, true
		}
	}
	return Code{}, false
}

func isNumber(s string) bool {
	return s != "" && len(s) <= 9 && strings.Trim(s, "0123456789") == ""
}

// All lists the codes of every table, each product in the order of its table.
func All() []Code {
	var out []Code
	for _, t := range tables() {
		for _, r := range t.rows {
			for _, id := range t.ids(r) {
				out = append(out, t.code(id, r))
			}
		}
	}
	return out
}

// IDs lists the names of all codes.
func IDs() []string {
	var out []string
	for _, c := range All() {
		out = append(out, c.ID)
	}
	return slices.Compact(out)
}

func one(system finding.System) func(place, action string) []finding.Fix {
	return func(place, action string) []finding.Fix {
		return []finding.Fix{{System: system, Place: place, Action: action}}
	}
}

var (
	entra   = one(finding.Entra)
	adfs    = one(finding.ADFS)
	okta    = one(finding.Okta)
	app     = one(finding.App)
	user    = one(finding.User)
	network = one(finding.Network)
)

func both(fixes ...[]finding.Fix) []finding.Fix { return slices.Concat(fixes...) }
