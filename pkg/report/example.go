package report

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/validate"
)

// example shows a check at work on a page for people: the command, the part of
// its input that is wrong, and what came of it.
func (p *page) example(c *validate.Check) {
	e, ok := c.Example()
	if !ok {
		return
	}
	p.blank()
	p.heading("EXAMPLE", "")
	for line := range strings.Lines(e.Input) {
		p.row(2, 0, "", strings.TrimRight(line, "\n"), p.paint.faint)
	}
	p.blank()
	p.row(2, 0, "", "$ "+e.Command, p.paint.faint)
	p.finding(&validate.Report{}, &e.Finding)
}

// exampleMarkdown is the same as a section of a page.
func exampleMarkdown(b *strings.Builder, c *validate.Check) {
	e, ok := c.Example()
	if !ok {
		return
	}
	var out bytes.Buffer
	p := newPage(&out, Options{})
	p.finding(&validate.Report{}, &e.Finding)
	p.w.Flush()
	fmt.Fprintf(b, "\n## Example\n\nIn the input:\n\n```text\n%s\n```\n\n```console\n$ %s\n%s```\n", e.Input, e.Command, strings.TrimLeft(out.String(), "\n"))
}
