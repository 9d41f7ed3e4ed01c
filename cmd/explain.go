package cmd

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/report"
	"github.com/ssodoctor/ssodoctor/pkg/saml"
	"github.com/ssodoctor/ssodoctor/pkg/validate"
)

func newExplain(env *Env) *cobra.Command {
	o := &common{}
	c := &cobra.Command{
		Use:   "explain NAME|CODE",
		Short: "Explain a check, a status code, a claim type or another identifier of SAML",
		Example: `  ssodoctor explain destination-mismatch
  ssodoctor explain urn:oasis:names:tc:SAML:2.0:status:NoAuthnContext
  ssodoctor explain emailaddress`,
		Args: cobra.ExactArgs(1),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return checkNames(), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(_ *cobra.Command, args []string) error {
			return o.write(env, func(w io.Writer) error { return explain(w, args[0], o.look(env)) })
		},
	}
	o.bind(c, "text")
	return c
}

// explain finds what the word stands for: a check, a status code, a claim
// type, or another name of SAML.
func explain(w io.Writer, word string, look report.Options) error {
	if c, ok := validate.Lookup(word); ok {
		return report.Explain(w, c, look)
	}
	if s, ok := saml.LookupStatus(word); ok {
		return report.Sheet(w, []report.Section{statusSheet(s)}, look)
	}
	if claim, ok := saml.LookupClaim(word); ok {
		return report.Sheet(w, []report.Section{claimSheet(word, claim)}, look)
	}
	if sheets := nameSheets(word); len(sheets) > 0 {
		return report.Sheet(w, sheets, look)
	}
	return unknownWord(word)
}

func statusSheet(s saml.StatusCode) report.Section {
	return section(s.Short, "status code", []report.Row{
		{Label: "URI", Text: s.URI}, {Label: "means", Text: s.Meaning},
		{Label: "cause", Text: s.Cause}, {Label: "do", Text: s.Next},
	})
}

func claimSheet(word string, c saml.Claim) report.Section {
	rows := []report.Row{{Label: "means", Text: c.Meaning}}
	for i, name := range c.Names() {
		label := ""
		if i == 0 {
			label = "names"
		}
		rows = append(rows, report.Row{Label: label, Text: name})
	}
	return section(word, "claim", rows)
}

// nameSheets explains a name by its URI or short name; a URI that is nearly
// right is told from the right one.
func nameSheets(word string) []report.Section {
	if n, ok := saml.NearName(word); ok {
		s := nameSheet(n)
		s.Rows = append(s.Rows, report.Row{Label: "note", Text: fmt.Sprintf("%s is not that URI, character by character", finding.Quote(word))})
		return []report.Section{s}
	}
	var out []report.Section
	for n := range saml.AllNames() {
		if n.URI == word || strings.EqualFold(n.Short, word) {
			out = append(out, nameSheet(n))
		}
	}
	return out
}

func nameSheet(n saml.Name) report.Section {
	return section(n.Short, string(n.Kind), []report.Row{{Label: "URI", Text: n.URI}, {Label: "means", Text: n.Meaning}})
}

// section drops the rows that have nothing to say.
func section(title, note string, rows []report.Row) report.Section {
	rows = slices.DeleteFunc(rows, func(r report.Row) bool { return r.Text == "" })
	return report.Section{Title: title, Note: note, Rows: rows}
}

func unknownWord(word string) error {
	hint := "; \"ssodoctor checks\" lists the checks"
	if near := finding.DidYouMean(word, checkNames()); near != "" {
		hint = fmt.Sprintf("; did you mean %q?", near)
	}
	return usageError{fmt.Errorf("%s is no check, status code, claim type or identifier that is known here%s", finding.Quote(word), hint)}
}

func checkNames() []string {
	var names []string
	for _, c := range validate.Catalogue() {
		names = append(names, c.Name)
	}
	return names
}
