package report

import (
	"encoding/json"
	"io"

	"github.com/ssodoctor/ssodoctor/pkg/validate"
)

// JSON writes the report, version 1, as docs/schema/report.schema.json says.
// Characters that could end a script element or steer a terminal are escaped.
func JSON(w io.Writer, r *validate.Report, _ Options) error { return encode(w, r) }

// encode writes v indented. encoding/json escapes <, >, & and the C0 controls;
// the C1 controls and bidirectional marks are data here, not display.
func encode(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(v)
}
