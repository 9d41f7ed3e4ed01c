package validate

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// BaselineSchema names the version of baselines.
const BaselineSchema = "ssodoctor/baseline/v1"

// Baseline is a list of findings that are accepted as they stand. What it holds
// beside the fingerprints is for people to read.
type Baseline struct {
	Schema   string     `json:"schema"`
	Findings []Accepted `json:"findings"`
}

// Accepted is one finding of a baseline.
type Accepted struct {
	Fingerprint string `json:"fingerprint"`
	Check       string `json:"check"`
	Input       string `json:"input"`
	App         string `json:"app,omitempty"`
	Actual      string `json:"actual,omitempty"`
}

// maxBaseline is the largest baseline that is read, in bytes.
const maxBaseline = 64 << 20

// ReadBaseline reads a baseline. A file of another kind is an error.
func ReadBaseline(r io.Reader) (*Baseline, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxBaseline+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxBaseline {
		return nil, fmt.Errorf("larger than %d MiB, expected a baseline", maxBaseline>>20)
	}
	var b Baseline
	if err := json.Unmarshal(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")), &b); err != nil {
		return nil, fmt.Errorf("not JSON: %w; write it anew with --update-baseline", err)
	}
	if b.Schema != BaselineSchema {
		return nil, fmt.Errorf("the schema is %q, expected %q; write it anew with --update-baseline", b.Schema, BaselineSchema)
	}
	return &b, nil
}

// Baseline accepts every finding of the report as it stands.
func (r *Report) Baseline() *Baseline {
	b := &Baseline{Schema: BaselineSchema, Findings: []Accepted{}}
	for i, print := range finding.Fingerprints(r.Findings) {
		f := &r.Findings[i]
		b.Findings = append(b.Findings, Accepted{print, f.Check, f.Input, f.App, f.Actual})
	}
	slices.SortStableFunc(b.Findings, func(x, y Accepted) int { return bytes.Compare([]byte(x.Fingerprint), []byte(y.Fingerprint)) })
	return b
}

// Accept takes the findings of a baseline out of the report. It returns how
// many there were, and how many of the baseline are found no more.
func (r *Report) Accept(b *Baseline) (accepted, gone int) {
	known := make(map[string]bool, len(b.Findings))
	for _, f := range b.Findings {
		known[f.Fingerprint] = true
	}
	var kept []finding.Finding
	for i, print := range finding.Fingerprints(r.Findings) {
		if known[print] {
			r.Suppressed = append(r.Suppressed, Suppressed{Finding: r.Findings[i], Reason: "accepted by the baseline", Baseline: true})
			accepted++
		} else {
			kept = append(kept, r.Findings[i])
		}
	}
	r.Findings = append([]finding.Finding{}, kept...)
	r.Summary = Summary{}
	r.count()
	return accepted, len(known) - accepted
}
