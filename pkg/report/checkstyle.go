package report

import (
	"encoding/xml"
	"io"

	"github.com/ssodoctor/ssodoctor/pkg/validate"
)

type (
	checkstyle struct {
		XMLName xml.Name         `xml:"checkstyle"`
		Version string           `xml:"version,attr"`
		Files   []checkstyleFile `xml:"file"`
	}
	checkstyleFile struct {
		Name   string            `xml:"name,attr"`
		Errors []checkstyleError `xml:"error"`
	}
	checkstyleError struct {
		Line     int    `xml:"line,attr,omitempty"`
		Column   int    `xml:"column,attr,omitempty"`
		Severity string `xml:"severity,attr"`
		Message  string `xml:"message,attr"`
		Source   string `xml:"source,attr"`
	}
)

// Checkstyle writes the findings by file as Checkstyle does, for the many
// tools that read that.
func Checkstyle(w io.Writer, r *validate.Report, _ Options) error {
	out := checkstyle{Version: "4.3"}
	index := make(map[string]int)
	for s, f := range located(r) {
		at, known := index[s.file]
		if !known {
			at = len(out.Files)
			index[s.file] = at
			out.Files = append(out.Files, checkstyleFile{Name: s.file})
		}
		out.Files[at].Errors = append(out.Files[at].Errors, checkstyleError{s.line, s.column, f.Severity.String(), sentence(f), "ssodoctor." + f.Check})
	}
	return encodeXML(w, out)
}

// encodeXML writes v as an indented document.
func encodeXML(w io.Writer, v any) error {
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	if err := e.Encode(v); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}
