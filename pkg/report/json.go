package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"sync"
	"unicode/utf8"

	"github.com/ssodoctor/ssodoctor/pkg/validate"
)

// JSON writes the report, version 1, as docs/schema/report.schema.json says.
// Characters that could end a script element or steer a terminal are escaped.
func JSON(w io.Writer, r *validate.Report, _ Options) error { return encode(w, r) }

// encode writes v indented, in a way that can be shown: encoding/json escapes
// <, >, & and the C0 controls, and what else steers a terminal, or begins a
// command in the log of a pipeline, is escaped too. JSON has such characters
// but in texts, where an escape means the same.
func encode(w io.Writer, v any) error {
	e := json.NewEncoder(disarmed{w})
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// disarmed writes a document, which comes in one piece, disarmed.
type disarmed struct{ w io.Writer }

func (d disarmed) Write(p []byte) (int, error) {
	if _, err := d.w.Write(disarm(p)); err != nil {
		return 0, err
	}
	return len(p), nil
}

// disarm escapes "##[" and "##vso[" in JSON, by which Azure Pipelines and
// GitHub Actions know commands anywhere in a line, and what steers a terminal.
func disarm(json []byte) []byte {
	for _, mark := range []string{"##[", "##vso["} {
		json = bytes.ReplaceAll(json, []byte(mark), []byte(`\u0023`+mark[1:]))
	}
	return steering().ReplaceAllFunc(json, func(c []byte) []byte {
		r, _ := utf8.DecodeRune(c)
		return fmt.Appendf(nil, `\u%04x`, r)
	})
}

// steering matches DEL, the C1 controls and the marks of text direction.
var steering = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile("[\x7f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
})
