// Package report writes a report for people and for machines: one file a
// format. Writers know nothing of the clock or the terminal; width and colour
// come in as values. Everything that stems from a capture is escaped for where
// it goes.
package report

import (
	"io"
	"maps"
	"slices"

	"github.com/ssodoctor/ssodoctor/pkg/validate"
)

// Options say how a report is to look.
type Options struct {
	Color   bool
	Width   int  // columns of the terminal; 0 means no terminal: lines are not wrapped
	Verbose bool // also lists what passed and what was not checked
	Quiet   bool // only the diagnosis and the findings
}

// Writer writes a report in one format.
type Writer func(io.Writer, *validate.Report, Options) error

// writers is the table that --format, its help and its errors read from.
var writers = map[string]Writer{
	"text": Text,
	"json": JSON,
}

// Formats lists the names of the formats, sorted.
func Formats() []string { return slices.Sorted(maps.Keys(writers)) }

// Lookup finds the writer of a format.
func Lookup(format string) (Writer, bool) {
	w, ok := writers[format]
	return w, ok
}
