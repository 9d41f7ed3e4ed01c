package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/validate"
)

// checkView is a check in the JSON of "ssodoctor checks".
type checkView struct {
	Check     string           `json:"check"`
	Family    string           `json:"family"`
	Severity  finding.Severity `json:"severity"`
	Title     string           `json:"title"`
	Why       string           `json:"why"`
	Cause     string           `json:"cause"`
	Fixes     []finding.Fix    `json:"fixes"`
	Reference string           `json:"reference"`
	Since     string           `json:"since"`
}

// Catalogue lists checks as "text", "json" or "markdown".
func Catalogue(w io.Writer, checks []*validate.Check, format string, o Options) error {
	switch format {
	case "json":
		return catalogueJSON(w, checks)
	case "markdown":
		return catalogueMarkdown(w, checks)
	}
	p := newPage(w, o)
	var family validate.Family
	for _, c := range checks {
		if c.Family != family {
			if family != "" {
				p.blank()
			}
			family = c.Family
			p.heading(strings.ToUpper(string(family)), "")
		}
		name := c.Name + strings.Repeat(" ", max(1, 34-len(c.Name)))
		severity := c.Severity.String()
		p.w.WriteString("  " + name + p.severity(c.Severity).Sprint(severity) + strings.Repeat(" ", 9-len(severity)))
		p.hang(45, c.Title, nil)
	}
	return p.w.Flush()
}

func catalogueJSON(w io.Writer, checks []*validate.Check) error {
	views := make([]checkView, len(checks))
	for i, c := range checks {
		views[i] = checkView{c.Name, string(c.Family), c.Severity, c.Title, c.Why, c.Cause, c.Fixes, c.Reference, c.Since}
		if c.Fixes == nil {
			views[i].Fixes = []finding.Fix{}
		}
	}
	return Encode(w, struct {
		Schema string      `json:"schema"`
		Checks []checkView `json:"checks"`
	}{"ssodoctor/checks/v1", views})
}

func catalogueMarkdown(w io.Writer, checks []*validate.Check) error {
	var b strings.Builder
	b.WriteString("# Checks\n\nA finding can be lower than the severity of its check, never higher.\n")
	var family validate.Family
	for _, c := range checks {
		if c.Family != family {
			family = c.Family
			fmt.Fprintf(&b, "\n## %s\n\n| check | severity | what it says |\n|---|---|---|\n", family)
		}
		fmt.Fprintf(&b, "| [%s](%s.md) | %s | %s |\n", c.Name, c.Name, c.Severity, c.Title)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// Explain writes all that the catalogue says of one check, for people.
func Explain(w io.Writer, c *validate.Check, o Options) error {
	p := newPage(w, o)
	p.heading(c.Name, fmt.Sprintf("%s, family %s, since %s", c.Severity, c.Family, c.Since))
	const column = 11
	p.row(2, column, "says", c.Title, nil)
	p.row(2, column, "why", c.Why, nil)
	p.row(2, column, "cause", c.Cause, nil)
	for _, f := range c.Fixes {
		p.row(2, column, "fix", systemNames[f.System]+": "+f.Place+": "+placeholders.Replace(f.Action), nil)
	}
	p.row(2, column, "reference", c.Reference, nil)
	if explains := explained(c); explains != "" {
		p.row(2, column, "explains", explains, nil)
	}
	p.example(c)
	return p.w.Flush()
}

// placeholders puts words for the values that only a finding has.
var placeholders = strings.NewReplacer("{expected}", "the expected value", "{actual}", "the value in the message")

func explained(c *validate.Check) string {
	names := make([]string, len(c.Explains))
	for i, e := range c.Explains {
		switch {
		case e == "*":
			names[i] = "every other finding on the message"
		case strings.HasSuffix(e, "/"):
			names[i] = "all of family " + strings.TrimSuffix(e, "/")
		default:
			names[i] = e
		}
	}
	return strings.Join(names, ", ")
}

// CheckPage writes the documentation page of a check, in Markdown.
func CheckPage(w io.Writer, c *validate.Check) error {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n%s · family %s · since %s\n\n**%s.**\n\n", c.Name, c.Severity, c.Family, c.Since, c.Title)
	checkBody(&b, c)
	exampleMarkdown(&b, c)
	_, err := io.WriteString(w, b.String())
	return err
}

// checkBody writes what the page of a check says under its title.
func checkBody(b *strings.Builder, c *validate.Check) {
	fmt.Fprintf(b, "## Why it matters\n\n%s\n\n## What usually causes it\n\n%s\n\n## What to change\n\n", c.Why, c.Cause)
	for _, f := range c.Fixes {
		fmt.Fprintf(b, "- **%s**, %s: %s.\n", systemNames[f.System], f.Place, placeholders.Replace(f.Action))
	}
	if explains := explained(c); explains != "" {
		fmt.Fprintf(b, "\n## What follows from it\n\nFindings of these checks on the same message are grouped under it: %s.\n", explains)
	}
	fmt.Fprintf(b, "\n## Reference\n\n%s\n", c.Reference)
}
