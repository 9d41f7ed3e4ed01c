package report

import (
	"iter"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/validate"
)

// site is where a finding stands in a file, for tools that open it there. Line
// and column are 0 where the finding is not about a line of the file, as with
// a message inside a capture.
type site struct {
	file         string
	line, column int
}

// sites works out where findings stand: the places of findings about a message
// are those of the file only where the file is that message.
func sites(r *validate.Report) func(*finding.Finding) site {
	messages := make(map[string]bool, len(r.Inputs))
	for _, in := range r.Inputs {
		messages[in.Name] = in.Format == "xml"
	}
	return func(f *finding.Finding) site {
		s := site{file: slashed(f.Input)}
		if span := f.Location.Span; span.Known() && (f.Message == nil || messages[f.Input]) {
			s.line, s.column = span.Line, span.Column
		}
		return s
	}
}

// located goes through the findings of a report with their sites.
func located(r *validate.Report) iter.Seq2[site, *finding.Finding] {
	return func(yield func(site, *finding.Finding) bool) {
		where := sites(r)
		for i := range r.Findings {
			if f := &r.Findings[i]; !yield(where(f), f) {
				return
			}
		}
	}
}

// slashed is the name of a file as tools for repositories write it.
func slashed(name string) string {
	return strings.TrimPrefix(strings.ReplaceAll(finding.Printable(name), `\`, "/"), "./")
}

// uri is the name of a file as a URI: relative where the name is.
func (s site) uri() string {
	u := url.URL{Path: s.file}
	if strings.HasPrefix(s.file, "/") || filepath.VolumeName(s.file) != "" {
		u = url.URL{Scheme: "file", Path: "/" + strings.TrimPrefix(s.file, "/")}
	}
	return u.String()
}

// sentence is what a finding says in one line, with the move of the first
// party that can make it.
func sentence(f *finding.Finding) string {
	text := finding.Printable(f.Detail)
	if f.CausedBy != "" {
		return text + "; this follows from " + f.CausedBy
	}
	if len(f.Fixes) > 0 {
		text += "; fix: " + finding.Printable(fix(f.Fixes[0]))
	}
	return text
}

// fix is a move in one line.
func fix(f finding.Fix) string { return systemNames[f.System] + ": " + f.Place + ": " + f.Action }
