package accounts

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// kind is what a column holds, in the order in which it is likely to be the
// key of the app.
type kind uint8

const (
	federation kind = iota // what an app keeps for single sign-on alone
	mail
	login
	principal
	alias // never the key, unless the user says so
	external
	unknown // of no use
)

// kinds are the names of columns as apps and directories export them, in the
// form of [plain]. Sources: the attribute names of SCIM (RFC 7643), Active
// Directory, Microsoft Graph and Okta, and the user exports of the apps that
// have a profile.
var kinds = map[string]kind{
	"nameid": federation, "samlnameid": federation, "federationid": federation, "federationidentifier": federation, "ssoid": federation,
	"mail": mail, "email": mail, "emails": mail, "emailaddress": mail, "primaryemail": mail, "primaryemailaddress": mail,
	"workemail": mail, "useremail": mail, "useremailaddress": mail, "emailadresse": mail, "mailaddress": mail,
	"username": login, "userlogin": login, "login": login, "loginname": login, "loginid": login, "logon": login, "logonname": login,
	"userid": login, "user": login, "uid": login, "account": login, "accountname": login, "samaccountname": login, "networklogin": login,
	"upn": principal, "userprincipalname": principal, "principalname": principal, "azureupn": principal,
	"alias": alias, "aliases": alias, "emailaliases": alias, "proxyaddresses": alias, "othermails": alias, "otheremails": alias,
	"secondaryemail": alias, "secondemail": alias, "alternateemail": alias, "alternateemailaddress": alias, "email2": alias,
	"externalid": external, "objectid": external, "azureobjectid": external, "entraobjectid": external, "immutableid": external, "onpremisesimmutableid": external,
}

// plain drops letter case and punctuation from the name of a column. Of a path
// such as "profile.login" the last part counts.
func plain(name string) string {
	name = strings.ToLower(name[strings.LastIndexByte(name, '.')+1:])
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(" _-:/\t", r) {
			return -1
		}
		return r
	}, name)
}

// column is a column of the list as it is read.
type column struct {
	name   string
	kind   kind
	wanted bool // the user named it as the key
	filled int  // accounts with a value in it
}

// maxColumns bounds how many names of columns are remembered.
const maxColumns = 1000

// builder takes in accounts one by one.
type builder struct {
	limit   int
	key     string // as the user wrote it; "" for a guess
	list    List
	columns []column
	numbers map[string]int16 // -1 for a column without a number
}

func newBuilder(o Options) *builder {
	return &builder{limit: o.Limit, key: o.Key, numbers: map[string]int16{}}
}

// number returns the number of a column; -1 for one beyond the bound.
func (b *builder) number(name string) int16 {
	name = strings.TrimSpace(name)
	if n, known := b.numbers[name]; known {
		return n
	}
	if len(b.columns) >= maxColumns {
		return -1
	}
	k, known := kinds[plain(name)]
	if !known {
		k = unknown
	}
	n := int16(len(b.columns))
	wanted := b.key != "" && (name == b.key || plain(name) == plain(b.key) && !strings.Contains(b.key, "."))
	b.columns = append(b.columns, column{name: strings.Clone(name), kind: k, wanted: wanted})
	b.numbers[b.columns[n].name] = n
	return n
}

// useful reports whether values of the column can tell an account.
func (b *builder) useful(n int16) bool {
	return n >= 0 && (b.columns[n].kind != unknown || b.columns[n].wanted)
}

// start begins the next account.
func (b *builder) start() error {
	if b.list.Accounts >= b.limit {
		return fmt.Errorf("more than %d accounts, expected the users of one app; give a list of those that sign in through it", b.limit)
	}
	b.list.Accounts++
	return nil
}

// maxValue is the longest value in bytes that can be a key: longer than any
// address (RFC 5321) or NameID (Core 8.3.7).
const maxValue = 1024

// add notes a value of the account that was started last. The text is copied.
func (b *builder) add(n int16, value string) {
	if !b.useful(n) {
		return
	}
	values := []string{value}
	if b.columns[n].kind == alias {
		values = strings.FieldsFunc(value, func(r rune) bool { return strings.ContainsRune("; ,+|\n", r) })
	}
	for _, v := range values {
		if len(v) >= 5 && strings.EqualFold(v[:5], "smtp:") {
			v = v[5:] // proxyAddresses of Active Directory
		}
		b.put(n, v)
	}
}

// maxValues bounds the values of one account, lists of aliases included.
const maxValues = 64

func (b *builder) put(n int16, value string) {
	folded := fold(value)
	if folded == "" || len(value) > maxValue {
		return
	}
	account := int32(b.list.Accounts - 1)
	if over := len(b.list.entries) - maxValues; over >= 0 && b.list.entries[over].account == account {
		return
	}
	value = strings.Clone(value)
	if folded == value {
		folded = value
	} else {
		folded = strings.Clone(folded)
	}
	b.columns[n].filled++
	b.list.entries = append(b.list.entries, entry{folded, value, account, n})
}

// finish chooses the key and makes the list searchable.
func (b *builder) finish() (*List, error) {
	l := &b.list
	if l.Accounts == 0 {
		return nil, fmt.Errorf("no account in it, expected one a line (CSV) or an object for each (JSON)")
	}
	key, err := b.choose()
	if err != nil {
		return nil, err
	}
	l.key, l.Key, l.Guessed = key, b.columns[key].name, b.key == ""
	l.columns, l.names = b.names(), make([]string, l.Accounts)
	for _, e := range l.entries {
		if e.column == key && l.names[e.account] == "" {
			l.names[e.account] = e.value
		}
	}
	l.index()
	return l, nil
}

func (b *builder) names() []string {
	names := make([]string, len(b.columns))
	for i, c := range b.columns {
		names[i] = c.name
	}
	return names
}

// choose returns the number of the key: the column that the user named, else
// the likeliest that half of the accounts have, else the likeliest that any has.
func (b *builder) choose() (int16, error) {
	best, bestRank := int16(-1), 0
	for i, c := range b.columns {
		rank := 2 * int(c.kind)
		if c.filled*2 < b.list.Accounts {
			rank += 2 * int(unknown)
		}
		switch {
		case c.wanted:
			if c.filled == 0 {
				return 0, fmt.Errorf("column %s has no value, so no account can be found by it", finding.Quote(c.name))
			}
			return int16(i), nil
		case b.key != "" || c.kind >= alias || c.filled == 0:
		case best < 0 || rank < bestRank:
			best, bestRank = int16(i), rank
		}
	}
	if best < 0 {
		return 0, b.noKey()
	}
	return best, nil
}

func (b *builder) noKey() error {
	names := slices.DeleteFunc(b.names(), func(n string) bool { return n == "" })
	text := finding.Few(names, 12, func(n string) string { return finding.Quote(finding.Shorten(n, 60)) })
	if b.key == "" {
		return &NoKeyError{"no column with a known name has values, expected one such as mail, email, userName, login or upn among " + text}
	}
	hint := ""
	if near := finding.DidYouMean(b.key, names); near != "" {
		hint = fmt.Sprintf("; did you mean %s?", finding.Quote(near))
	}
	return &NoKeyError{fmt.Sprintf("there is no column %s, expected one of %s%s", finding.Quote(b.key), text, hint)}
}

// NoKeyError says that no column was found that the app knows its users by:
// the remedy is to name one.
type NoKeyError struct{ msg string }

func (e *NoKeyError) Error() string { return e.msg }
