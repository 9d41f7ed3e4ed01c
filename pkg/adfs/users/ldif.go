package users

import (
	"bufio"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/adfs/claimrule"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// notAttributes are lines of ldapsearch and ldifde that belong to no entry.
var notAttributes = []string{"version", "search", "result", "ref"}

// maxEntry is how large one entry can be, in bytes.
const maxEntry = 4 << 20

// isLDIF tells LDIF (RFC 2849) by its first line that is no comment.
func isLDIF(head string) bool {
	for line := range strings.Lines(head) {
		lower := strings.ToLower(line)
		switch {
		case strings.HasPrefix(line, "#"), strings.TrimSpace(line) == "":
			continue
		}
		return strings.HasPrefix(lower, "dn:") || strings.HasPrefix(lower, "version:")
	}
	return false
}

// readLDIF reads the entries of an export. Entries that are no users, as the
// containers above them, are passed over.
func readLDIF(text *bufio.Reader) ([]Entry, error) {
	l := &ldifReader{lines: bufio.NewScanner(text)}
	l.lines.Buffer(make([]byte, 0, 64<<10), maxEntry)
	var list []Entry
	for {
		e, user, err := l.entry(len(list) + 1)
		if err != nil {
			return nil, err
		}
		if e == nil {
			return list, nil
		}
		if !user {
			continue
		}
		if list, err = admit(list, *e); err != nil {
			return nil, err
		}
	}
}

type ldifReader struct {
	lines   *bufio.Scanner
	number  int // of the line that was read last
	next    string
	pending bool // next was read, and not yet taken
}

// line is the next line without its end; false at the end of the text.
func (l *ldifReader) line() (string, bool) {
	if l.pending {
		l.pending = false
		return l.next, true
	}
	if !l.lines.Scan() {
		return "", false
	}
	l.number++
	return strings.TrimSuffix(l.lines.Text(), "\r"), true
}

// logical is the next line with those folded into it. Comments are passed over.
func (l *ldifReader) logical() (string, int, bool) {
	for {
		first, ok := l.line()
		if !ok {
			return "", l.number, false
		}
		at, size := l.number, len(first)
		parts := []string{first}
		for {
			more, ok := l.line()
			if !ok {
				break
			}
			rest, folded := strings.CutPrefix(more, " ")
			if !folded || first == "" {
				l.next, l.pending = more, true
				break
			}
			if size += len(rest); size > maxEntry {
				break
			}
			parts = append(parts, rest)
		}
		if !strings.HasPrefix(first, "#") {
			return strings.Join(parts, ""), at, true
		}
	}
}

// entry reads up to the next blank line; nil at the end of the text. It tells
// whether the entry is a user.
func (l *ldifReader) entry(row int) (*Entry, bool, error) {
	var e *Entry
	size, person, other := 0, false, false
	for {
		line, at, ok := l.logical()
		if err := l.lines.Err(); err != nil {
			return nil, false, &Error{Row: row, Line: l.number, Msg: fmt.Sprintf("a line of more than %d MiB: %s", maxEntry>>20, err)}
		}
		if !ok || line == "" && e != nil {
			return e, person || !other, nil
		}
		if line == "" {
			continue
		}
		if size += len(line); size > maxEntry {
			return nil, false, &Error{Row: row, Line: at, Msg: fmt.Sprintf("an entry of more than %d MiB", maxEntry>>20)}
		}
		name, value, err := attribute(line)
		if err != nil {
			return nil, false, &Error{Row: row, Line: at, Column: name, Msg: err.Error()}
		}
		switch lower := strings.ToLower(name); {
		case slices.Contains(notAttributes, lower):
			continue
		case lower == "changetype" && !strings.EqualFold(value, "add"):
			return nil, false, &Error{Row: row, Line: at, Column: name, Msg: fmt.Sprintf("%s is a change to an entry, expected an export of entries", finding.Quote(value))}
		case lower == "changetype":
			continue
		case lower == "objectclass":
			person = person || strings.EqualFold(value, "user") || strings.EqualFold(value, "person") || strings.EqualFold(value, "inetOrgPerson")
			other = true
		}
		if e == nil {
			e = &Entry{Row: row, Line: at, User: &claimrule.User{Attributes: map[string][]string{}}}
		}
		e.take(name, value)
	}
}

// take puts a value of an attribute into the user.
func (e *Entry) take(name, value string) {
	switch {
	case isTokenGroups(name):
		e.User.Groups = append(e.User.Groups, claimrule.Group{SID: value})
	case strings.EqualFold(name, "dn"):
		e.User.Attributes["distinguishedName"] = []string{value}
	case strings.EqualFold(name, "distinguishedName"):
		e.User.Attributes["distinguishedName"] = []string{value}
	case value != "":
		e.User.Attributes[name] = append(e.User.Attributes[name], value)
	}
}

// attribute reads "name: value" or "name:: Base64", without the options of the
// name.
func attribute(line string) (name, value string, err error) {
	name, value, ok := strings.Cut(line, ":")
	name, _, _ = strings.Cut(strings.TrimSpace(name), ";")
	switch {
	case !ok || name == "":
		return name, "", fmt.Errorf("the line %s has no attribute, expected name: value", finding.Quote(finding.Shorten(line, 40)))
	case strings.HasPrefix(value, "<"):
		return name, "", fmt.Errorf("the value is at %s, expected it in the file", finding.Quote(finding.Shorten(strings.TrimSpace(value[1:]), 60)))
	case !strings.HasPrefix(value, ":"):
		value, err = plainValue(name, strings.TrimSpace(value))
		return name, value, err
	}
	data, err := base64.StdEncoding.DecodeString(strings.TrimSpace(value[1:]))
	if err != nil {
		return name, "", fmt.Errorf("the value is not valid Base64: %w", err)
	}
	if isBinary(name, data) {
		value, err = binaryValue(name, data)
		return name, value, err
	}
	return name, string(data), nil
}

// isBinary tells values that are no text from those that Base64 only protects.
func isBinary(name string, data []byte) bool {
	return strings.EqualFold(name, "objectSid") || isTokenGroups(name) || isGUIDAttribute(name) || strings.ContainsFunc(string(data), func(r rune) bool { return r == 0xfffd || r < ' ' && r != '\n' && r != '\r' && r != '\t' })
}
