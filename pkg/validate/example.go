package validate

import (
	_ "embed"
	"encoding/json"
	"sync"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// Example shows a check at work: a command, the part of its input that is
// wrong, and what the check said of it.
type Example struct {
	Command string          `json:"command"`
	Input   string          `json:"input"` // several lines
	Finding finding.Finding `json:"finding"`
}

// examplesJSON is written by the tests of this package (-update), which also
// hold it to what the checks say.
//
//go:embed examples.json
var examplesJSON []byte

var examples = sync.OnceValue(func() map[string]Example {
	out := map[string]Example{}
	if err := json.Unmarshal(examplesJSON, &out); err != nil {
		panic("validate: examples.json: " + err.Error())
	}
	return out
})

// Example returns the example of a check; false where there is none.
func (c *Check) Example() (Example, bool) {
	e, ok := examples()[c.Name]
	return e, ok
}
