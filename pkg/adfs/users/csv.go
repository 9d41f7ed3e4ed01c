package users

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/accounts"
	"github.com/ssodoctor/ssodoctor/pkg/adfs/claimrule"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// maxColumns is how many columns a table can have.
const maxColumns = 2000

// readCSV reads a header and a record for each user.
func readCSV(text *bufio.Reader) ([]Entry, error) {
	table, err := accounts.NewCSV(text)
	if err != nil {
		return nil, &Error{Msg: err.Error()}
	}
	record, err := table.Read()
	if err != nil {
		return nil, tableError(err, 0)
	}
	header, err := columns(record)
	if err != nil {
		return nil, err
	}
	var list []Entry
	for {
		record, err := table.Read()
		if errors.Is(err, io.EOF) {
			return list, nil
		}
		row := len(list) + 1
		if err != nil {
			return nil, tableError(err, row)
		}
		line, _ := table.FieldPos(0)
		if len(record) != len(header) {
			return nil, &Error{Row: row, Line: line, Msg: fmt.Sprintf("%d columns, expected %d as in the first line: is a quotation mark not closed, or a separator within a value?", len(record), len(header))}
		}
		u := &claimrule.User{Attributes: map[string][]string{}}
		for i, value := range record {
			if err := set(u, header[i], strings.TrimSpace(accounts.UTF8(value))); err != nil {
				return nil, &Error{Row: row, Line: line, Column: header[i], Msg: err.Error()}
			}
		}
		if list, err = admit(list, Entry{Row: row, Line: line, User: u}); err != nil {
			return nil, err
		}
	}
}

// columns are the names in the first line, one of which at least is known.
func columns(record []string) ([]string, error) {
	if len(record) > maxColumns {
		return nil, &Error{Msg: fmt.Sprintf("%d columns, expected at most %d", len(record), maxColumns)}
	}
	header := make([]string, len(record))
	known := false
	for i, name := range record {
		header[i] = strings.TrimSpace(accounts.UTF8(name))
		known = known || slices.ContainsFunc(telling, func(t string) bool { return strings.EqualFold(t, attributeOf(header[i])) })
	}
	if !known {
		return nil, &Error{Msg: fmt.Sprintf("the first line has none of the columns %s: expected names of attributes of Active Directory, found %s", strings.Join(telling, ", "), shownHeader(header))}
	}
	return header, nil
}

// telling are attributes one of which a table of users has.
var telling = []string{"userPrincipalName", "mail", "sAMAccountName", "objectSid", "distinguishedName", "displayName", "cn"}

func shownHeader(header []string) string {
	var list []string
	for _, name := range header[:min(len(header), 8)] {
		list = append(list, finding.Quote(finding.Shorten(name, 40)))
	}
	return strings.Join(list, ", ")
}

func tableError(err error, row int) error {
	if errors.Is(err, io.EOF) {
		return &Error{Msg: "the file is empty, expected users as JSON, CSV or LDIF"}
	}
	return &Error{Row: row, Msg: err.Error()}
}

// properties are the names that Get-ADUser has for attributes, in lower case.
var properties = map[string]string{
	"surname": "sn", "emailaddress": "mail", "sid": "objectSid", "office": "physicalDeliveryOfficeName", "officephone": "telephoneNumber",
	"mobilephone": "mobile", "city": "l", "state": "st", "country": "c", "fax": "facsimileTelephoneNumber", "organization": "o", "pobox": "postOfficeBox", "dn": "distinguishedName",
}

func attributeOf(column string) string {
	if name := properties[strings.ToLower(column)]; name != "" {
		return name
	}
	return column
}

// several are attributes whose values stand in one cell, parted by semicolons.
var several = []string{"proxyAddresses", "memberOf", "otherMailbox", "otherTelephone", "otherMobile", "objectClass", "servicePrincipalName"}

// set puts the value of a column into a user.
func set(u *claimrule.User, column, value string) error {
	if value == "" || column == "" {
		return nil
	}
	switch name := attributeOf(column); {
	case strings.HasPrefix(value, "Microsoft.ActiveDirectory.Management."), value == "System.Object[]", value == "System.String[]":
		return fmt.Errorf("%s is what PowerShell writes in the place of several values: export them joined, Select-Object @{n='%s';e={$_.%s -join ';'}}", finding.Quote(value), column, column)
	case strings.EqualFold(name, "groups"):
		return setGroups(u, value)
	case strings.EqualFold(name, "insideCorporateNetwork"):
		return setInside(u, value)
	case strings.Contains(name, "://"):
		u.Claims = append(u.Claims, claimrule.Claim{Type: name, Value: value})
	case slices.ContainsFunc(several, func(s string) bool { return strings.EqualFold(s, name) }):
		u.Attributes[name] = split(value)
	default:
		plain, err := plainValue(name, value)
		if err != nil {
			return err
		}
		u.Attributes[name] = append(u.Attributes[name], plain)
	}
	return nil
}

func setInside(u *claimrule.User, value string) error {
	switch strings.ToLower(value) {
	case "true", "yes", "1":
		u.InsideCorporateNetwork = new(true)
	case "false", "no", "0":
		u.InsideCorporateNetwork = new(false)
	default:
		return fmt.Errorf("%s is neither true nor false", finding.Quote(finding.Shorten(value, 40)))
	}
	return nil
}

// setGroups reads groups parted by semicolons: a SID, DOMAIN\name, or both with
// "=" in between.
func setGroups(u *claimrule.User, value string) error {
	for _, item := range split(value) {
		g := claimrule.Group{Name: item}
		if sid, name, ok := strings.Cut(item, "="); ok || strings.HasPrefix(strings.ToUpper(item), "S-1-") {
			g = claimrule.Group{SID: strings.TrimSpace(sid), Name: strings.TrimSpace(name)}
		}
		if g.SID != "" && !isSID(g.SID) {
			return fmt.Errorf("%s is no SID, expected S-1-5-21-…, DOMAIN\\name or both as S-1-5-21-…=DOMAIN\\name", finding.Quote(finding.Shorten(g.SID, 60)))
		}
		u.Groups = append(u.Groups, g)
	}
	return nil
}

// split parts values at semicolons; a backslash before one keeps it, as csvde
// writes it.
func split(value string) []string {
	const kept = "\x00"
	var list []string
	for item := range strings.SplitSeq(strings.ReplaceAll(value, `\;`, kept), ";") {
		if item = strings.TrimSpace(strings.ReplaceAll(item, kept, ";")); item != "" {
			list = append(list, item)
		}
	}
	return list
}
