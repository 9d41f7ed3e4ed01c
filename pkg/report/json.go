package report

import (
	"bytes"
	"encoding/json"
	"io"

	"github.com/ssodoctor/ssodoctor/pkg/validate"
)

// JSON writes the report, version 1, as docs/schema/report.schema.json says.
// Characters that could end a script element or steer a terminal are escaped.
func JSON(w io.Writer, r *validate.Report, _ Options) error { return encode(w, r) }

// encode writes v indented. encoding/json escapes <, >, & and the C0 controls;
// the C1 controls and bidirectional marks are data here, not display. What
// begins a command in the log of a pipeline is escaped too: JSON has no "#" but
// in texts.
func encode(w io.Writer, v any) error {
	e := json.NewEncoder(disarmed{w})
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// disarmed escapes "##[" and "##vso[", by which Azure Pipelines and GitHub
// Actions know commands anywhere in a line. A document comes in one piece.
type disarmed struct{ w io.Writer }

func (d disarmed) Write(p []byte) (int, error) {
	out := p
	for _, mark := range []string{"##[", "##vso["} {
		out = bytes.ReplaceAll(out, []byte(mark), []byte(`\u0023`+mark[1:]))
	}
	if _, err := d.w.Write(out); err != nil {
		return 0, err
	}
	return len(p), nil
}
