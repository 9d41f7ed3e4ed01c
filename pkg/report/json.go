package report

import (
	"encoding/json"
	"io"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/validate"
)

// JSON writes the report, version 1, as docs/schema/report.schema.json says.
// Characters that could end a script element or steer a terminal are escaped.
func JSON(w io.Writer, r *validate.Report, _ Options) error { return Encode(w, r) }

// Encode writes v as indented JSON that can be shown: encoding/json escapes <,
// >, & and the C0 controls, and [finding.SafeJSON] the rest.
func Encode(w io.Writer, v any) error {
	e := json.NewEncoder(disarmed{w})
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// disarmed writes a document, which comes in one piece, disarmed.
type disarmed struct{ w io.Writer }

func (d disarmed) Write(p []byte) (int, error) {
	if _, err := d.w.Write(finding.SafeJSON(p)); err != nil {
		return 0, err
	}
	return len(p), nil
}
