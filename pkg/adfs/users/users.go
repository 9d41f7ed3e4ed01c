// Package users reads the users that AD FS and Entra are compared on: JSON as
// claimrule.User describes them, CSV as Get-ADUser, csvde and spreadsheets
// write it, and LDIF as ldifde and ldapsearch write it.
//
// Files are not trusted: the number of users and the size of each are bounded.
package users

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/accounts"
	"github.com/ssodoctor/ssodoctor/pkg/adfs/claimrule"
)

// MaxUsers is how many users are read, MaxBytes how large a file can be.
const (
	MaxUsers = 100_000
	MaxBytes = 256 << 20
)

// Entry is a user with the place where they stand.
type Entry struct {
	// Name tells the user from others: the user principal name or what comes
	// nearest.
	Name string
	// Row counts users from 1, Line is where the user begins; 0 where the
	// format has no lines.
	Row, Line int
	User      *claimrule.User
}

// Error is what is wrong with a file of users, and where.
type Error struct {
	Row, Line int    // as in [Entry]; 0 where it is about the file
	Column    string // the column or attribute; empty for none
	Msg       string
}

// Error names the place and what is wrong there.
func (e *Error) Error() string {
	place := ""
	switch {
	case e.Line > 0:
		place = fmt.Sprintf("user %d (line %d)", e.Row, e.Line)
	case e.Row > 0:
		place = fmt.Sprintf("user %d", e.Row)
	}
	if e.Column != "" {
		place += fmt.Sprintf(", %q", e.Column)
	}
	if place == "" {
		return e.Msg
	}
	return place + ": " + e.Msg
}

// Read reads all users of a file, in any of the formats, recognised by what it
// holds. Errors are those of r and [*Error]; there is no partial result.
func Read(r io.Reader) ([]Entry, error) {
	limited := &io.LimitedReader{R: r, N: MaxBytes}
	text := bufio.NewReaderSize(accounts.Decode(limited), 64<<10)
	var list []Entry
	var err error
	switch head := start(text); {
	case head == "":
		return nil, &Error{Msg: "the file is empty, expected users as JSON, CSV or LDIF"}
	case head[0] == '[' || head[0] == '{':
		list, err = readJSON(text)
	case isLDIF(head):
		list, err = readLDIF(text)
	default:
		list, err = readCSV(text)
	}
	switch {
	case limited.N <= 0:
		return nil, &Error{Msg: fmt.Sprintf("the file is larger than %d MiB, expected fewer users", MaxBytes>>20)}
	case err != nil:
		return nil, err
	case len(list) == 0:
		return nil, &Error{Msg: "there is no user in the file, expected users as JSON, CSV or LDIF"}
	}
	return list, nil
}

// start is the beginning of the text without white space before it; the text
// stays as it is.
func start(text *bufio.Reader) string {
	head, _ := text.Peek(text.Size())
	return strings.TrimLeft(string(head), " \t\r\n")
}

// admit adds a user, and names it.
func admit(list []Entry, e Entry) ([]Entry, error) {
	if len(list) == MaxUsers {
		return nil, &Error{Row: e.Row, Line: e.Line, Msg: fmt.Sprintf("more than %d users, expected fewer", MaxUsers)}
	}
	e.Name = nameOf(e.User)
	if e.Name == "" {
		e.Name = fmt.Sprintf("user %d", e.Row)
	}
	return append(list, e), nil
}

// nameOf is what tells a user from others; empty where nothing does.
func nameOf(u *claimrule.User) string {
	for _, attribute := range []string{"userPrincipalName", "mail", "sAMAccountName", "distinguishedName", "displayName", "cn"} {
		if values := u.Attribute(attribute); len(values) > 0 && values[0] != "" {
			return values[0]
		}
	}
	for _, c := range u.Claims {
		if c.Type == claimrule.TypeUPN || c.Type == claimrule.TypeWindowsAccount || c.Type == claimrule.TypeName {
			return c.Value
		}
	}
	return ""
}
