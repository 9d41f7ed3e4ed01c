package report

import (
	"fmt"
	"io"

	"github.com/ssodoctor/ssodoctor/pkg/validate"
)

// Lint writes the report of linted files for people: the findings by place, and
// how many there are.
func Lint(w io.Writer, r *validate.Report, o Options) error {
	p := newPage(w, o)
	verdict := "nothing wrong was found"
	if len(r.Findings) > 0 {
		verdict = counts(r.Summary)
	}
	if n := len(r.Suppressed); n > 0 {
		verdict += fmt.Sprintf(" (%d accepted)", n)
	}
	p.heading("LINT", fmt.Sprintf("%s, %s", plural(len(r.Inputs), "file"), verdict))
	for i := range r.Findings {
		p.finding(r, &r.Findings[i])
	}
	if o.Verbose {
		p.checks(r)
	} else if r.Summary.NotChecked > 0 && !o.Quiet {
		p.blank()
		p.hang(0, fmt.Sprintf("%s passed, %d not checked (--verbose says why)", plural(r.Summary.Passed, "check"), r.Summary.NotChecked), p.paint.faint)
	}
	return p.w.Flush()
}
