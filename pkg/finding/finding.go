// Package finding is the vocabulary that every room of ssodoctor shares: what
// was found, how bad it is, where it stands, how two values differ and who
// must change what. It is a leaf: it imports nothing of the project.
package finding

import (
	"cmp"
	"encoding/json"
	"fmt"
)

// Severity says how bad a finding is. The zero value is invalid, so that a
// finding without a severity is noticed.
type Severity uint8

// The severities, in rising order.
const (
	Info    Severity = iota + 1 // worth knowing, breaks nothing
	Warning                     // works today, will or may break
	Error                       // breaks the sign-in, or makes it unsafe
)

var severityNames = [...]string{Info: "info", Warning: "warning", Error: "error"}

// String returns "info", "warning" or "error".
func (s Severity) String() string {
	if s < Info || s > Error {
		return fmt.Sprintf("Severity(%d)", uint8(s))
	}
	return severityNames[s]
}

// ParseSeverity is the inverse of [Severity.String].
func ParseSeverity(name string) (Severity, error) {
	for s := Info; s <= Error; s++ {
		if severityNames[s] == name {
			return s, nil
		}
	}
	return 0, fmt.Errorf("unknown severity %q, expected one of \"error\", \"info\", \"warning\"", name)
}

// MarshalText writes the name of the severity.
func (s Severity) MarshalText() ([]byte, error) {
	if s < Info || s > Error {
		return nil, fmt.Errorf("finding: invalid severity %d", uint8(s))
	}
	return []byte(severityNames[s]), nil
}

// UnmarshalText reads the name of a severity.
func (s *Severity) UnmarshalText(text []byte) error {
	parsed, err := ParseSeverity(string(text))
	if err != nil {
		return err
	}
	*s = parsed
	return nil
}

// Span is a place in a source text. Offset and End are byte offsets into that
// text, half open. Line and Column count from 1, Column in characters; both
// are 0 where the place is unknown.
type Span struct {
	Offset, End  int
	Line, Column int
}

// Known reports whether the span names a place.
func (s Span) Known() bool { return s.Line > 0 }

// Location is where a finding stands in an input.
type Location struct {
	// Path is the element path without prefixes, "/Response/Assertion/Issuer"
	// or "/Response/@Destination"; empty where the finding is not about XML.
	Path string
	// Span is the place in the text of the message, or of the input where
	// the finding is not about a message.
	Span Span
	// Exchange is the number of the HTTP exchange in the capture, from 0; nil
	// where the finding belongs to none.
	Exchange *int
}

// MarshalJSON writes the location as the JSON report has it: unknown parts are
// left out.
func (l Location) MarshalJSON() ([]byte, error) {
	out := struct {
		Path     string `json:"path,omitempty"`
		Line     int    `json:"line,omitempty"`
		Column   int    `json:"column,omitempty"`
		Offset   *int   `json:"offset,omitempty"`
		Exchange *int   `json:"exchange,omitempty"`
	}{Path: l.Path, Line: l.Span.Line, Column: l.Span.Column, Exchange: l.Exchange}
	if l.Span.Known() {
		out.Offset = &l.Span.Offset
	}
	return json.Marshal(out)
}

// UnmarshalJSON reads what MarshalJSON writes; the end of the span is not in it.
func (l *Location) UnmarshalJSON(data []byte) error {
	var in struct {
		Path                 string
		Line, Column, Offset int
		Exchange             *int
	}
	if err := json.Unmarshal(data, &in); err != nil {
		return err
	}
	*l = Location{Path: in.Path, Span: Span{Offset: in.Offset, End: in.Offset, Line: in.Line, Column: in.Column}, Exchange: in.Exchange}
	return nil
}

// System is a party whose administrator can act.
type System string

// The systems that a fix can name.
const (
	Entra   System = "entra"
	ADFS    System = "adfs"
	Okta    System = "okta"
	App     System = "app"
	Network System = "network"
	User    System = "user"
)

// Fix is a person's next move: in which system, at which place (the click path
// or the field), what to do. A fix never says to switch a check off.
type Fix struct {
	System System `json:"system"`
	Place  string `json:"place"`
	Action string `json:"action"`
}

// Finding is one thing that a check found. Its JSON form is that of the
// report, version 1.
type Finding struct {
	Check    string   `json:"check"`
	Severity Severity `json:"severity"`
	// Message is the index of the message in the report; nil where the
	// finding is about an input as a whole.
	Message *int   `json:"message,omitempty"`
	Input   string `json:"input"`
	// App is the app of ssodoctor.yaml that the finding is about; empty where
	// it is about none, or about several.
	App      string   `json:"app,omitempty"`
	Location Location `json:"location"`
	Title    string   `json:"title"`
	Detail   string   `json:"detail"`
	// Expected lists the values that would have been right, Actual is the one
	// found, Difference how Actual differs from the nearest of Expected.
	Expected   []string   `json:"expected"`
	Actual     string     `json:"actual"`
	Difference Difference `json:"difference"`
	Fixes      []Fix      `json:"fixes"`
	Reference  string     `json:"reference"`
	// CausedBy names the check whose finding explains this one; empty for a
	// finding that stands on its own.
	CausedBy string `json:"causedBy"`
	// Reach is how much of a log the finding is about; zero for all others. No
	// part of the JSON form, where the detail says it.
	Reach Reach `json:"-"`
}

// Reach counts whom a finding on a log concerns.
type Reach struct{ Users, SignIns int }

// Compare orders by users, then by sign-ins: the result is positive where r
// reaches further than o.
func (r Reach) Compare(o Reach) int {
	return cmp.Or(cmp.Compare(r.Users, o.Users), cmp.Compare(r.SignIns, o.SignIns))
}

// Problem is what a reader has to say of its input: the name of the check that
// it feeds, in words for an administrator, and where. A reader reports all
// that it sees and goes on where it can.
type Problem struct {
	Check    string
	Severity Severity // at most that of the check; 0 means that of the check
	Detail   string
	Expected []string
	Actual   string
	Location Location
}

// Result is the outcome of one check on one message.
type Result uint8

// The results. NotChecked always comes with a reason.
const (
	Pass Result = iota + 1
	Fail
	NotChecked
)

var resultNames = [...]string{Pass: "pass", Fail: "fail", NotChecked: "not-checked"}

// String returns "pass", "fail" or "not-checked".
func (r Result) String() string {
	if r < Pass || r > NotChecked {
		return fmt.Sprintf("Result(%d)", uint8(r))
	}
	return resultNames[r]
}

// MarshalText writes the name of the result.
func (r Result) MarshalText() ([]byte, error) { return []byte(r.String()), nil }
