// Package report writes a report for people and for machines: one file a
// format. Writers know nothing of the clock or the terminal; width and colour
// come in as values. Everything that stems from a capture is escaped for where
// it goes.
package report

import (
	"io"
	"maps"
	"slices"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/validate"
)

// Options say how a report is to look.
type Options struct {
	Color   bool
	Width   int  // columns of the terminal; 0 means no terminal: lines are not wrapped
	Verbose bool // also lists what passed and what was not checked
	Quiet   bool // only the diagnosis and the findings
	// FailOn is the severity from which on findings fail a run; 0 for none.
	FailOn finding.Severity
	// Version is that of the tool, for formats that name it.
	Version string
}

// Writer writes a report in one format.
type Writer func(io.Writer, *validate.Report, Options) error

// writers is the table that --format, its help and its errors read from.
var writers = map[string]Writer{
	"text":       Text,
	"json":       JSON,
	"sarif":      SARIF,
	"junit":      JUnit,
	"github":     GitHub,
	"gitlab":     GitLab,
	"azure":      Azure,
	"checkstyle": Checkstyle,
	"markdown":   Markdown,
	"html":       HTML,
}

// Formats lists the names of the formats: text, the default, then the others,
// sorted.
func Formats() []string {
	names := slices.Sorted(maps.Keys(writers))
	return append([]string{"text"}, slices.DeleteFunc(names, func(n string) bool { return n == "text" })...)
}

// Lookup finds the writer of a format.
func Lookup(format string) (Writer, bool) {
	w, ok := writers[format]
	return w, ok
}
