package cmd

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/idperror"
	"github.com/ssodoctor/ssodoctor/pkg/report"
	"github.com/ssodoctor/ssodoctor/pkg/saml"
	"github.com/ssodoctor/ssodoctor/pkg/validate"
)

func newExplain(env *Env) *cobra.Command {
	o := &common{}
	kql := false
	c := &cobra.Command{
		Use:   "explain NAME|CODE",
		Short: "Explain a check, an error code of Entra, AD FS or Okta, a status code, a claim type",
		Example: `  ssodoctor explain destination-mismatch
  ssodoctor explain AADSTS50105
  ssodoctor explain AADSTS50105 --kql
  ssodoctor explain MSIS7102
  ssodoctor explain urn:oasis:names:tc:SAML:2.0:status:NoAuthnContext
  ssodoctor explain emailaddress`,
		Args: cobra.ExactArgs(1),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return append(checkNames(), idperror.IDs()...), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(_ *cobra.Command, args []string) error {
			return o.write(env, func(w io.Writer) error {
				if kql {
					return writeKQL(w, args[0])
				}
				return explain(w, args[0], o.look(env))
			})
		},
	}
	o.bind(c, "text")
	c.Flags().BoolVar(&kql, "kql", false, "print Log Analytics queries for sign-ins that ended with this code of Entra")
	return c
}

// explain finds what the word stands for: a check, an error code of an identity
// provider, a status code, a claim type, or another name of SAML.
func explain(w io.Writer, word string, look report.Options) error {
	if c, ok := validate.Lookup(word); ok {
		return report.Explain(w, c, look)
	}
	if code, known := idperror.Lookup(word); code.ID != "" {
		return report.Sheet(w, []report.Section{codeSheet(code, known)}, look)
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

// codeSheet explains an error code; of one that is not in the tables it says
// where to look.
func codeSheet(c idperror.Code, known bool) report.Section {
	note := "error of " + report.SystemName(c.System)
	if c.Name != "" {
		note += ", " + c.Name
	}
	rows := []report.Row{{Label: "means", Text: c.Meaning}, {Label: "cause", Text: c.Cause}}
	for _, f := range c.Fixes {
		rows = append(rows, report.Row{Label: "fix", Text: report.SystemName(f.System) + ": " + f.Place + ": " + f.Action})
	}
	if c.Interrupt {
		rows = append(rows, report.Row{Label: "note", Text: "a step of many sign-ins: a failure only where no success follows"})
	}
	rows = append(rows, report.Row{Label: "check", Text: c.Check})
	if number, ok := strings.CutPrefix(c.ID, "AADSTS"); ok && known {
		rows = append(rows, report.Row{Label: "see also", Text: "https://login.microsoftonline.com/error?code=" + number})
	}
	return section(c.ID, note, rows)
}

// kqlQueries ask Log Analytics what "check" says of an exported sign-in log: the
// failures by app, the users that fail again and again, and places and devices
// that are seldom seen.
const kqlQueries = `// %[1]s: %[2]s
// by app
SigninLogs
| where TimeGenerated > ago(7d) and ResultType == "%[3]s"
| summarize Failures = count(), Users = dcount(UserPrincipalName), First = min(TimeGenerated), Last = max(TimeGenerated), Sample = take_any(CorrelationId) by AppDisplayName, AppId
| order by Failures desc

// users with five or more failures that no success at the same app followed
SigninLogs
| where TimeGenerated > ago(7d)
| summarize Failures = countif(ResultType == "%[3]s"), LastFailure = maxif(TimeGenerated, ResultType == "%[3]s"), LastSuccess = maxif(TimeGenerated, ResultType == "0") by UserPrincipalName, AppDisplayName
| where Failures >= 5 and (isnull(LastSuccess) or LastSuccess < LastFailure)
| order by Failures desc

// failures from a country or a system that the user has not signed in from before
let known = SigninLogs
| where TimeGenerated between (ago(30d) .. ago(7d)) and ResultType == "0"
| summarize Places = make_set(tostring(LocationDetails.countryOrRegion)), Systems = make_set(tostring(DeviceDetail.operatingSystem)) by UserPrincipalName;
SigninLogs
| where TimeGenerated > ago(7d) and ResultType == "%[3]s"
| extend Place = tostring(LocationDetails.countryOrRegion), System = tostring(DeviceDetail.operatingSystem)
| join kind=inner known on UserPrincipalName
| where not(set_has_element(Places, Place)) or not(set_has_element(Systems, System))
| project TimeGenerated, UserPrincipalName, AppDisplayName, Place, System, IPAddress, CorrelationId
`

func writeKQL(w io.Writer, word string) error {
	code, known := idperror.Lookup(word)
	number, ok := strings.CutPrefix(code.ID, "AADSTS")
	if !ok {
		return usageError{fmt.Errorf("--kql is for codes of Entra such as AADSTS50105, %s is none: Log Analytics holds only the sign-ins of Entra", finding.Quote(word))}
	}
	meaning := code.Meaning
	if !known {
		meaning = "not in the table of codes"
	}
	_, err := fmt.Fprintf(w, kqlQueries, code.ID, meaning, number)
	return err
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
	return usageError{fmt.Errorf("%s is no check, error code, status code, claim type or identifier that is known here%s", finding.Quote(word), hint)}
}

func checkNames() []string {
	var names []string
	for _, c := range validate.Catalogue() {
		names = append(names, c.Name)
	}
	return names
}
