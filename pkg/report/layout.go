package report

import (
	"bufio"
	"io"
	"strings"

	"github.com/fatih/color"
	"github.com/mattn/go-runewidth"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// page lays out text for people: indented, wrapped at blanks where there is a
// width, coloured where there is colour.
type page struct {
	w     *bufio.Writer
	width int
	paint palette
}

type palette struct {
	bold, faint *color.Color
	red, yellow *color.Color
	cyan, green *color.Color
}

func newPage(w io.Writer, o Options) *page {
	p := &page{w: bufio.NewWriter(w), width: o.Width}
	for c, attr := range map[**color.Color]color.Attribute{
		&p.paint.bold: color.Bold, &p.paint.faint: color.Faint,
		&p.paint.red: color.FgRed, &p.paint.yellow: color.FgYellow,
		&p.paint.cyan: color.FgCyan, &p.paint.green: color.FgGreen,
	} {
		*c = color.New(attr)
		if o.Color {
			(*c).EnableColor()
		} else {
			(*c).DisableColor()
		}
	}
	return p
}

// severity returns the colour of a severity.
func (p *page) severity(s finding.Severity) *color.Color {
	switch s {
	case finding.Error:
		return p.paint.red
	case finding.Warning:
		return p.paint.yellow
	}
	return p.paint.cyan
}

func (p *page) blank() { p.w.WriteByte('\n') }

// heading writes a section heading: a bold word and plain text behind it.
func (p *page) heading(word, rest string) {
	p.w.WriteString(p.paint.bold.Sprint(word))
	if rest != "" {
		p.w.WriteString("  " + finding.Printable(rest))
	}
	p.blank()
}

// row writes a label, padded to column, and text that hangs behind it. Where
// label is "" the text stands alone in its column.
func (p *page) row(indent, column int, label, text string, paint *color.Color) {
	lead := strings.Repeat(" ", indent)
	label = finding.Printable(label)
	gap := column - runewidth.StringWidth(label)
	if gap < 1 && column > 0 {
		gap = 1
	}
	p.w.WriteString(lead)
	if label != "" {
		p.w.WriteString(p.paint.faint.Sprint(label))
	}
	p.w.WriteString(strings.Repeat(" ", max(gap, 0)))
	p.hang(indent+column, text, paint)
}

// hang writes text that continues on following lines under its first
// character. Words, URLs among them, are never broken.
func (p *page) hang(column int, text string, paint *color.Color) {
	for i, line := range wrap(finding.Printable(text), p.width-column) {
		if i > 0 {
			p.w.WriteString(strings.Repeat(" ", column))
		}
		if paint != nil {
			line = paint.Sprint(line)
		}
		p.w.WriteString(line)
		p.blank()
	}
}

// wrap breaks text at blanks into lines of at most width columns; a word that
// is longer stands on a line of its own. A width below 20 means no wrapping.
func wrap(text string, width int) []string {
	if width < 20 || runewidth.StringWidth(text) <= width {
		return []string{text}
	}
	var lines []string
	var line strings.Builder
	used := 0
	for word := range strings.SplitSeq(text, " ") {
		n := runewidth.StringWidth(word)
		if used > 0 && used+1+n > width {
			lines = append(lines, strings.TrimRight(line.String(), " "))
			line.Reset()
			used = 0
		}
		if used > 0 {
			line.WriteByte(' ')
			used++
		}
		line.WriteString(word)
		used += n
	}
	return append(lines, line.String())
}
