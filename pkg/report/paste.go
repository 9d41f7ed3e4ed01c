package report

import (
	"bufio"
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/paste"
)

// PasteFormats are the formats of a paste sheet, "text" first.
func PasteFormats() []string { return []string{"text", "markdown", "csv", "json"} }

// Paste writes a paste sheet in one of [PasteFormats].
func Paste(w io.Writer, s *paste.Sheet, format string, o Options) error {
	switch format {
	case "text":
		return pasteText(w, s, o)
	case "markdown":
		return pasteMarkdown(w, s)
	case "csv":
		return pasteCSV(w, s)
	case "json":
		return pasteJSON(w, s)
	}
	return fmt.Errorf("format %q, expected one of %s", format, strings.Join(PasteFormats(), ", "))
}

// sheetTitle names the app and the identity provider of a sheet.
func sheetTitle(s *paste.Sheet) string {
	text := s.Title
	if s.App != "" && s.App != s.Title {
		text += " (" + s.App + ")"
	}
	if s.IdP != "" {
		text += " with " + s.IdP
	}
	return text
}

// fieldName names a field of one side, and says so where its label is not known.
func fieldName(label, side string) string {
	if label == "" {
		return "(its field in " + side + ")"
	}
	return label
}

// rowText is the value of a row for people.
func rowText(r *paste.Row) string {
	var parts []string
	for _, v := range r.Values {
		parts = append(parts, v.Text)
	}
	text := strings.Join(parts, "  or  ")
	if r.State == paste.Missing {
		text = "MISSING"
		if len(r.Form) > 0 {
			text += ", looks like " + strings.Join(r.Form, " or ")
		}
	}
	return text
}

// directions are the two groups of rows.
var directions = []struct {
	fromApp bool
	title   string
}{{true, "FROM THE APP TO THE IDENTITY PROVIDER"}, {false, "FROM THE IDENTITY PROVIDER TO THE APP"}}

func pasteText(w io.Writer, s *paste.Sheet, o Options) error {
	head := Section{Title: "PASTE SHEET", Note: sheetTitle(s)}
	if s.AdminPath != "" {
		head.Rows = append(head.Rows, Row{"in the app", s.AdminPath})
	}
	sections := []Section{head}
	for _, d := range directions {
		section := Section{Title: d.title}
		for i := range s.Rows {
			if r := &s.Rows[i]; r.FromApp == d.fromApp {
				from, to := fieldName(r.IdP, "the identity provider"), fieldName(r.App, "the app")
				if d.fromApp {
					from, to = to, from
				}
				section.Rows = append(section.Rows, Row{string(r.Field), mark(from+" -> "+to, r.Unverified)}, Row{"", rowText(r)})
				if r.Note != "" {
					section.Rows = append(section.Rows, Row{"", r.Note})
				}
			}
		}
		sections = append(sections, section)
	}
	if err := Sheet(w, append(sections, claimRows(s)), o); err != nil {
		return err
	}
	for _, c := range s.Certificates {
		if _, err := io.WriteString(w, "\n"+paste.PEM(c)); err != nil {
			return err
		}
	}
	return nil
}

func claimRows(s *paste.Sheet) Section {
	section := Section{Title: "CLAIMS TO SEND"}
	for _, c := range s.Claims {
		text := "optional: "
		if c.Required {
			text = "required: "
		}
		if c.Source != "" {
			text += c.Source + ", "
		}
		section.Rows = append(section.Rows, Row{c.Name, mark(text+c.Why, c.Unverified)})
	}
	if len(section.Rows) == 0 {
		section.Rows = []Row{{"", "the profile names none"}}
	}
	return section
}

func pasteMarkdown(w io.Writer, s *paste.Sheet) error {
	out := bufio.NewWriter(w)
	fmt.Fprintf(out, "# Paste sheet: %s\n", finding.Markdown(sheetTitle(s)))
	if s.AdminPath != "" {
		fmt.Fprintf(out, "\nIn the app: %s\n", finding.Markdown(s.AdminPath))
	}
	for _, d := range directions {
		fmt.Fprintf(out, "\n## %s\n\n| At the identity provider | In the app | Value |\n|---|---|---|\n", strings.ToUpper(d.title[:1])+strings.ToLower(d.title[1:]))
		for i := range s.Rows {
			r := &s.Rows[i]
			if r.FromApp != d.fromApp {
				continue
			}
			value := rowText(r)
			if r.Note != "" {
				value += " – " + r.Note
			}
			fmt.Fprintf(out, "| %s | %s | %s |\n", finding.Markdown(mark(fieldName(r.IdP, "the identity provider"), r.Unverified)), finding.Markdown(mark(fieldName(r.App, "the app"), r.Unverified)), finding.Markdown(value))
		}
	}
	if len(s.Claims) > 0 {
		out.WriteString("\n## Claims to send\n\n| Claim | | Source | Why |\n|---|---|---|---|\n")
		for _, c := range s.Claims {
			need := "optional"
			if c.Required {
				need = "required"
			}
			fmt.Fprintf(out, "| %s | %s | %s | %s |\n", finding.Markdown(c.Name), need, finding.Markdown(c.Source), finding.Markdown(mark(c.Why, c.Unverified)))
		}
	}
	for _, c := range s.Certificates {
		fmt.Fprintf(out, "\n```text\n%s```\n", paste.PEM(c))
	}
	return out.Flush()
}

func pasteCSV(w io.Writer, s *paste.Sheet) error {
	rows := [][]string{{"field", "from", "identity_provider", "app", "state", "value", "source", "form", "note", "unverified"}}
	for i := range s.Rows {
		r := &s.Rows[i]
		values := r.Values
		if len(values) == 0 {
			values = []paste.Value{{}}
		}
		for _, v := range values {
			rows = append(rows, []string{
				string(r.Field), origin(r.FromApp), finding.Cell(r.IdP), finding.Cell(r.App), string(r.State), finding.Cell(v.Text), finding.Cell(v.Source),
				finding.Cell(strings.Join(r.Form, " or ")), finding.Cell(r.Note), strconv.FormatBool(r.Unverified),
			})
		}
	}
	for _, c := range s.Claims {
		state := "optional"
		if c.Required {
			state = "required"
		}
		rows = append(rows, []string{"claims", origin(false), finding.Cell(c.Source), finding.Cell(c.Name), state, "", "", "", finding.Cell(c.Why), strconv.FormatBool(c.Unverified)})
	}
	return csv.NewWriter(w).WriteAll(rows)
}

func origin(fromApp bool) string {
	if fromApp {
		return "app"
	}
	return "identity provider"
}

// pasteView is the JSON form of a sheet.
type pasteView struct {
	Schema       string             `json:"schema"`
	Profile      string             `json:"profile"`
	Title        string             `json:"title"`
	App          string             `json:"app"`
	IdP          string             `json:"identityProvider"`
	AdminPath    string             `json:"adminPath"`
	Rows         []pasteRow         `json:"rows"`
	Claims       []pasteClaim       `json:"claims"`
	Certificates []pasteCertificate `json:"certificates"`
}

type pasteRow struct {
	Field      string       `json:"field"`
	From       string       `json:"from"`
	IdPLabel   string       `json:"identityProviderLabel"`
	AppLabel   string       `json:"appLabel"`
	State      string       `json:"state"`
	Values     []pasteValue `json:"values"`
	Form       []string     `json:"form"`
	Note       string       `json:"note"`
	Unverified bool         `json:"unverified"`
}

type pasteValue struct {
	Value  string `json:"value"`
	Source string `json:"source"`
}

type pasteClaim struct {
	Name       string `json:"name"`
	Required   bool   `json:"required"`
	Source     string `json:"source"`
	Why        string `json:"why"`
	Unverified bool   `json:"unverified"`
}

type pasteCertificate struct {
	Subject  string `json:"subject"`
	SHA1     string `json:"sha1"`
	SHA256   string `json:"sha256"`
	NotAfter string `json:"notAfter"`
	PEM      string `json:"pem"`
}

func pasteJSON(w io.Writer, s *paste.Sheet) error {
	view := pasteView{
		Schema: "ssodoctor/paste/v1", Profile: s.Profile, Title: s.Title, App: s.App, IdP: s.IdP, AdminPath: s.AdminPath,
		Rows: []pasteRow{}, Claims: []pasteClaim{}, Certificates: []pasteCertificate{},
	}
	for _, r := range s.Rows {
		row := pasteRow{string(r.Field), origin(r.FromApp), r.IdP, r.App, string(r.State), []pasteValue{}, append([]string{}, r.Form...), r.Note, r.Unverified}
		for _, v := range r.Values {
			row.Values = append(row.Values, pasteValue{v.Text, v.Source})
		}
		view.Rows = append(view.Rows, row)
	}
	for _, c := range s.Claims {
		view.Claims = append(view.Claims, pasteClaim(c))
	}
	for _, c := range s.Certificates {
		view.Certificates = append(view.Certificates, pasteCertificate{finding.Printable(c.Subject), c.SHA1(), c.SHA256(), stamp(c.NotAfter), paste.PEM(c)})
	}
	return Encode(w, view)
}
