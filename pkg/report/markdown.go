package report

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/validate"
)

// Markdown writes a summary for the page of a job, a merge request or a
// ticket: the diagnosis, then the findings in a table. It holds no claim values
// but those that findings are about.
func Markdown(w io.Writer, r *validate.Report, _ Options) error {
	b := bufio.NewWriter(w)
	fmt.Fprintf(b, "## ssodoctor: %s\n", cmp.Or(counts(r.Summary), "nothing wrong was found"))
	if d := r.Diagnosis; d != nil {
		fmt.Fprintf(b, "\n**%s**\n", finding.Markdown(d.Summary))
		for _, f := range d.Fixes {
			fmt.Fprintf(b, "- %s\n", finding.Markdown(fix(f)))
		}
	}
	if len(r.Findings) > 0 {
		b.WriteString("\n| severity | finding | where | expected | actual | fix |\n|---|---|---|---|---|---|\n")
	}
	for s, f := range located(r) {
		fmt.Fprintf(b, "| %s | [%s](%s%s.md): %s | %s | %s | %s | %s |\n", f.Severity, f.Check, pages, f.Check,
			finding.Markdown(f.Detail), finding.Markdown(place(s)), finding.Markdown(strings.Join(f.Expected, " or ")), finding.Markdown(f.Actual), finding.Markdown(moves(f)))
	}
	if len(r.Suppressed) > 0 {
		fmt.Fprintf(b, "\n%s accepted.\n", plural(len(r.Suppressed), "finding"))
	}
	fmt.Fprintf(b, "\n%s passed, %d not checked.\n", plural(r.Summary.Passed, "check"), r.Summary.NotChecked)
	return b.Flush()
}

// moves are what to change, of a finding that stands on its own.
func moves(f *finding.Finding) string {
	if f.CausedBy != "" {
		return "follows from " + f.CausedBy
	}
	list := make([]string, len(f.Fixes))
	for i, x := range f.Fixes {
		list[i] = fix(x)
	}
	return strings.Join(list, "; or ")
}
