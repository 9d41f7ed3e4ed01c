package report

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/mattn/go-runewidth"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/migrate"
)

// AssessmentWriter writes an assessment in one format.
type AssessmentWriter func(io.Writer, *migrate.Assessment, Options) error

var assessmentWriters = map[string]AssessmentWriter{
	"text":     assessmentText,
	"json":     assessmentJSON,
	"csv":      assessmentCSV,
	"markdown": assessmentMarkdown,
}

// AssessmentFormats lists the names of the formats of assessments, sorted.
func AssessmentFormats() []string { return slices.Sorted(maps.Keys(assessmentWriters)) }

// LookupAssessment finds the writer of a format.
func LookupAssessment(format string) (AssessmentWriter, bool) {
	w, ok := assessmentWriters[format]
	return w, ok
}

// assessmentJSON writes the assessment as docs/schema/assessment.schema.json
// says, trust by trust.
func assessmentJSON(w io.Writer, a *migrate.Assessment, _ Options) error {
	b := bufio.NewWriter(w)
	fmt.Fprintf(b, "{\n  \"schema\": %q", a.Schema)
	for _, part := range []struct {
		name  string
		value any
	}{{"summary", a.Summary}, {"farm", a.Farm}, {"others", a.Others}, {"problems", a.Problems}} {
		text, err := json.MarshalIndent(part.value, "  ", "  ")
		if err != nil {
			return err
		}
		fmt.Fprintf(b, ",\n  %q: %s", part.name, finding.SafeJSON(text))
	}
	b.WriteString(",\n  \"trusts\": [")
	for i, t := range a.Trusts {
		text, err := json.MarshalIndent(t, "    ", "  ")
		if err != nil {
			return err
		}
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString("\n    ")
		b.Write(finding.SafeJSON(text))
	}
	b.WriteString("\n  ]\n}\n")
	return b.Flush()
}

// assessmentCSV writes a line a trust, with a column for each test of
// Microsoft's tools.
func assessmentCSV(w io.Writer, a *migrate.Assessment, _ Options) error {
	out := csv.NewWriter(w)
	header := []string{"Name", "Readiness", "Skipped", "Effort", "Enabled", "Protocol", "Identifiers", "Errors", "Warnings", "Reasons", "File", "Line", "Microsoft Result"}
	if err := out.Write(append(header, migrate.TestNames()...)); err != nil {
		return err
	}
	for _, t := range a.Trusts {
		errors, warnings := severities(t)
		row := []string{t.Name, t.Readiness.String(), t.Skipped, strconv.Itoa(t.Effort), strconv.FormatBool(t.Enabled), t.Protocol, strings.Join(t.Identifiers, " | "),
			strconv.Itoa(errors), strconv.Itoa(warnings), strings.Join(reasons(t), " | "), t.Source.File, strconv.Itoa(t.Source.Line), t.Tests.Result().String()}
		for _, r := range t.Tests {
			row = append(row, r.String())
		}
		for i := range row {
			row[i] = finding.Cell(row[i])
		}
		if err := out.Write(row); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

func severities(t *migrate.Trust) (errors, warnings int) {
	for _, i := range t.Items {
		switch i.Severity {
		case finding.Error:
			errors++
		case finding.Warning:
			warnings++
		}
	}
	return errors, warnings
}

// reasons are the reasons of a trust as sentences, each once.
func reasons(t *migrate.Trust) []string {
	var list []string
	for _, i := range t.Reasons() {
		if text := i.Sentence(); !slices.Contains(list, text) {
			list = append(list, text)
		}
	}
	return list
}

// settings names what a trust must be worked on for, each once.
func settings(t *migrate.Trust) string {
	var list []string
	for _, i := range t.Reasons() {
		if !slices.Contains(list, i.Setting) {
			list = append(list, i.Setting)
		}
	}
	return strings.Join(list, ", ")
}

// tallied is the summary of an assessment as one line.
func tallied(s migrate.Summary) string {
	text := fmt.Sprintf("%s: %d ready, %d need work, %d blocked", plural(s.Trusts, "relying party trust"), s.Ready, s.NeedsWork, s.Blocked)
	if s.Skipped > 0 {
		text += fmt.Sprintf(", %d not to be moved", s.Skipped)
	}
	return text
}

func assessmentText(w io.Writer, a *migrate.Assessment, o Options) error {
	p := newPage(w, o)
	p.heading("FARM", tallied(a.Summary))
	p.trustTable(a)
	for _, t := range a.Trusts {
		if t.Skipped == "" && (o.Verbose || t.Readiness != migrate.Ready) || o.Verbose {
			p.trust(t, o.Verbose)
		}
	}
	if !o.Quiet {
		p.others(a)
		p.uses(a.Farm)
	}
	return p.w.Flush()
}

const nameColumn = 40

// trustTable writes a line a trust.
func (p *page) trustTable(a *migrate.Assessment) {
	for _, t := range a.Trusts {
		name := finding.Printable(t.Name)
		p.w.WriteString("  " + name + strings.Repeat(" ", max(1, nameColumn-runewidth.StringWidth(name))))
		verdict, about := t.Readiness.String(), settings(t)
		if t.Skipped != "" {
			verdict, about = "skipped", t.Skipped
		}
		p.w.WriteString(p.readiness(t).Sprint(verdict) + strings.Repeat(" ", 12-len(verdict)))
		p.w.WriteString(fmt.Sprintf("%6d  ", t.Effort))
		p.hang(2+nameColumn+12+8, about, nil)
	}
}

func (p *page) readiness(t *migrate.Trust) interface{ Sprint(...any) string } {
	switch {
	case t.Skipped != "":
		return p.paint.faint
	case t.Readiness == migrate.Blocked:
		return p.paint.red
	case t.Readiness == migrate.NeedsWork:
		return p.paint.yellow
	}
	return p.paint.green
}

// trust writes the reasons of one trust, or all that is said of it.
func (p *page) trust(t *migrate.Trust, all bool) {
	p.blank()
	verdict := t.Readiness.String()
	if t.Skipped != "" {
		verdict += ", skipped as " + t.Skipped
	}
	p.heading(finding.Printable(t.Name), fmt.Sprintf("%s  (%s, %s, line %d)", verdict, t.Protocol, t.Source.File, t.Source.Line))
	items, quiet := t.Reasons(), 0
	if all {
		items = t.Items
	} else {
		quiet = len(t.Items) - len(items)
	}
	const column = 11
	for _, i := range items {
		name := i.Severity.String()
		p.w.WriteString("  " + p.severity(i.Severity).Sprint(name) + strings.Repeat(" ", column-2-len(name)))
		text := i.Sentence()
		if all {
			text = string(i.Outcome) + "  " + text
		}
		p.hang(column, text, nil)
		if i.Value != "" && (all || i.Rule == nil) {
			p.row(column, 0, "", i.Value, p.paint.faint)
		}
	}
	if quiet > 0 {
		p.row(column, 0, "", fmt.Sprintf("%s move by themselves or are not needed (--verbose lists them)", plural(quiet, "other item")), p.paint.faint)
	}
}

func (p *page) others(a *migrate.Assessment) {
	if len(a.Others) == 0 {
		return
	}
	p.blank()
	p.heading("BESIDE THE TRUSTS", "")
	for _, o := range a.Others {
		p.row(2, nameColumn, finding.Printable(o.Kind+" "+o.Name), o.Message, nil)
	}
}

// uses writes what the trusts of the farm use.
func (p *page) uses(f migrate.Farm) {
	for _, part := range farmParts(f) {
		if len(part.uses) == 0 {
			continue
		}
		p.blank()
		p.heading(strings.ToUpper(part.title), "")
		for _, u := range part.uses {
			p.row(2, nameColumn, finding.Printable(u.Name), fmt.Sprintf("%s, %s: %s", plural(u.Trusts, "trust"), plural(u.Rules, part.counts), u.Becomes), nil)
		}
	}
}

type farmPart struct {
	title, counts string
	uses          []migrate.Use
}

func farmParts(f migrate.Farm) []farmPart {
	return []farmPart{
		{"protocols", "use", f.Protocols}, {"attributes of Active Directory", "rule", f.Attributes}, {"attribute stores", "rule", f.Stores},
		{"claim types", "rule", f.ClaimTypes}, {"shapes of rules", "rule", f.RuleShapes},
	}
}

func assessmentMarkdown(w io.Writer, a *migrate.Assessment, _ Options) error {
	b := bufio.NewWriter(w)
	fmt.Fprintf(b, "# AD FS assessment\n\n%s\n\n| trust | verdict | effort | reasons |\n|---|---|---|---|\n", tallied(a.Summary))
	for _, t := range a.Trusts {
		verdict, about := t.Readiness.String(), settings(t)
		if t.Skipped != "" {
			verdict, about = "skipped", t.Skipped
		}
		fmt.Fprintf(b, "| %s | %s | %d | %s |\n", finding.Markdown(t.Name), verdict, t.Effort, finding.Markdown(about))
	}
	for _, t := range a.Trusts {
		if t.Skipped != "" || t.Readiness == migrate.Ready {
			continue
		}
		fmt.Fprintf(b, "\n## %s\n\n%s, %s, %s line %d\n\n", finding.Markdown(t.Name), t.Readiness, t.Protocol, finding.Markdown(t.Source.File), t.Source.Line)
		for _, i := range t.Reasons() {
			fmt.Fprintf(b, "- **%s** %s\n", i.Severity, finding.Markdown(i.Sentence()))
		}
	}
	for _, part := range farmParts(a.Farm) {
		if len(part.uses) == 0 {
			continue
		}
		fmt.Fprintf(b, "\n## %s\n\n| name | trusts | %ss | becomes |\n|---|---|---|---|\n", strings.ToUpper(part.title[:1])+part.title[1:], part.counts)
		for _, u := range part.uses {
			fmt.Fprintf(b, "| %s | %d | %d | %s |\n", finding.Markdown(u.Name), u.Trusts, u.Rules, finding.Markdown(u.Becomes))
		}
	}
	return b.Flush()
}
