package write

import (
	"encoding/csv"
	"io"
	"iter"
	"strconv"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/migrate"
)

// column is a column of the spreadsheet; several values of a cell are joined.
type column struct {
	head  string
	value func(t *migrate.TrustPlan, o Options) []string
}

// one makes a column of what has one value.
func one(head string, value func(t *migrate.TrustPlan) string) column {
	return column{head, func(t *migrate.TrustPlan, _ Options) []string { return []string{value(t)} }}
}

var columns = []column{
	one("Name", func(t *migrate.TrustPlan) string { return t.Name }),
	one("Readiness", func(t *migrate.TrustPlan) string { return t.Readiness.String() }),
	one("Skipped", func(t *migrate.TrustPlan) string { return t.Skipped }),
	one("Enabled", func(t *migrate.TrustPlan) string { return strconv.FormatBool(t.Enabled) }),
	one("Protocol", func(t *migrate.TrustPlan) string { return t.Protocol }),
	one("Display Name", func(t *migrate.TrustPlan) string { return t.Application.DisplayName }),
	one("Template", func(t *migrate.TrustPlan) string { return t.Application.Template }),
	{"Identifiers", func(t *migrate.TrustPlan, _ Options) []string { return t.Application.Identifiers }},
	{"Reply URLs", func(t *migrate.TrustPlan, _ Options) []string { return replyURLs(t) }},
	{"Default And Indexes", func(t *migrate.TrustPlan, _ Options) []string { return replyOrder(t) }},
	one("Sign-on URL", func(t *migrate.TrustPlan) string { return t.Application.SignOnURL }),
	one("Logout URL", func(t *migrate.TrustPlan) string { return t.Application.LogoutURL }),
	one("Relay State", func(t *migrate.TrustPlan) string { return t.Application.RelayState }),
	one("Signing Option", func(t *migrate.TrustPlan) string { return t.Signing.Option }),
	one("Signing Algorithm", func(t *migrate.TrustPlan) string { return t.Signing.Algorithm }),
	one("Encryption Certificate", func(t *migrate.TrustPlan) string {
		if !encrypts(t) {
			return ""
		}
		return t.Encryption.Certificate.SHA1
	}),
	one("Signed Requests", func(t *migrate.TrustPlan) string { return strconv.FormatBool(t.RequestSignature.Required) }),
	one("Token Lifetime Minutes", func(t *migrate.TrustPlan) string { return strconv.Itoa(t.TokenLifetimeMinutes) }),
	one("NameID Format", func(t *migrate.TrustPlan) string { return t.NameID.Format }),
	one("NameID", func(t *migrate.TrustPlan) string { return valuesOf(inOrder(t.NameID.Configurations)) }),
	{"Claims", claimCells},
	one("Group Claim", func(t *migrate.TrustPlan) string {
		return strings.TrimSpace(string(t.Groups.Emit) + " " + t.Groups.Format)
	}),
	{"Roles", func(t *migrate.TrustPlan, _ Options) (list []string) {
		for _, r := range t.Roles {
			list = append(list, r.Value+" = "+groupName(r.Group))
		}
		return list
	}},
	one("Assignment Required", func(t *migrate.TrustPlan) string { return strconv.FormatBool(t.Access.AssignmentRequired) }),
	{"Assigned", assignedCells},
	{"Conditional Access", func(t *migrate.TrustPlan, _ Options) (list []string) {
		for _, p := range t.ConditionalAccess {
			list = append(list, p.DisplayName)
		}
		return list
	}},
	{"To Settle", func(t *migrate.TrustPlan, _ Options) []string { return open(t) }},
	one("File", func(t *migrate.TrustPlan) string { return t.Source.File }),
	one("Line", func(t *migrate.TrustPlan) string { return strconv.Itoa(t.Source.Line) }),
}

func claimCells(t *migrate.TrustPlan, _ Options) (list []string) {
	for _, c := range t.Claims {
		list = append(list, c.Type()+" = "+valuesOf(inOrder(c.Configurations)))
	}
	return append(list, t.OptionalClaims...)
}

func assignedCells(t *migrate.TrustPlan, _ Options) (list []string) {
	all, _ := assignments(t)
	for _, a := range all {
		who := groupName(a.group)
		if a.user != "" {
			who = a.user
		}
		list = append(list, who)
	}
	return list
}

// cellBreak is between the values of one cell.
const cellBreak = " | "

// csvStart is the line of headings.
func csvStart(w io.Writer, _ iter.Seq2[entry, error], _ Options) error {
	var row []string
	for _, c := range columns {
		row = append(row, c.head)
	}
	return writeRow(w, row)
}

// csvTrust is the line of one trust.
func csvTrust(w io.Writer, t entry, o Options) error {
	var row []string
	for _, c := range columns {
		row = append(row, finding.Cell(strings.Join(c.value(t.TrustPlan, o), cellBreak)))
	}
	return writeRow(w, row)
}

func writeRow(w io.Writer, row []string) error {
	out := csv.NewWriter(w)
	if err := out.Write(row); err != nil {
		return err
	}
	out.Flush()
	return out.Error()
}
