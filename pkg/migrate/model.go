package migrate

import (
	"fmt"

	"github.com/ssodoctor/ssodoctor/pkg/adfs"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// Schema names the version of the JSON of an assessment.
const Schema = "ssodoctor/assessment/v1"

// Outcome says what becomes of a setting.
type Outcome string

// The outcomes.
const (
	Mapped        Outcome = "mapped"         // Entra has the same
	Default       Outcome = "default"        // nothing was set, and Entra does alike
	Changed       Outcome = "changed"        // Entra does nearly the same; the message says what differs
	Manual        Outcome = "manual"         // a person must do it, outside of the application
	Lost          Outcome = "lost"           // Entra has nothing like it, and the app works without
	Unsupported   Outcome = "unsupported"    // Entra has nothing like it, and the app may need it
	NotApplicable Outcome = "not-applicable" // it says nothing about the app in Entra
)

// Readiness is the verdict on a trust.
type Readiness uint8

// The verdicts, from best to worst. Any item of severity error makes a trust
// blocked, any warning needs-work.
const (
	Ready Readiness = iota
	NeedsWork
	Blocked
)

var readinessNames = [...]string{Ready: "ready", NeedsWork: "needs-work", Blocked: "blocked"}

// String returns "ready", "needs-work" or "blocked".
func (r Readiness) String() string { return readinessNames[r] }

// MarshalText writes the name of the verdict.
func (r Readiness) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText reads the name of a verdict.
func (r *Readiness) UnmarshalText(text []byte) error {
	for i, name := range readinessNames {
		if name == string(text) {
			*r = Readiness(i)
			return nil
		}
	}
	return fmt.Errorf("unknown readiness %q, expected ready, needs-work or blocked", text)
}

// Verdict is what is said of a setting. It may be shared by many items and must
// not be changed.
type Verdict struct {
	// Setting is the property of AD FS.
	Setting string
	Outcome Outcome
	// Target is where it goes in Entra; may be empty.
	Target   string
	Severity finding.Severity
	// Claim is the type of the claim that it is about; empty for none.
	Claim string
	// Message says in one sentence what becomes of it; empty where the
	// outcome says all.
	Message string
	// Check names the check that it is a finding of; empty for none.
	Check     string
	Reference string
	// Aliases are the names that Microsoft's tools give to the same thing.
	Aliases []string
	// Rule is the claim rule that it is about; nil for none.
	Rule *RuleRef
}

// RuleRef names a claim rule in the set of the setting.
type RuleRef struct {
	Index int    `json:"index"`
	Name  string `json:"name"`
	Shape Shape  `json:"shape"`
}

// Item is one setting of a trust, with its value and place in the export.
type Item struct {
	*Verdict
	Value        string
	Line, Column int32 // 0 where unknown
}

// Source is where an object comes from.
type Source struct {
	File  string `json:"file"`
	Index int    `json:"index"`
	Line  int    `json:"line"`
}

func sourceOf(s adfs.Source) Source { return Source(s) }

// Trust is the assessment of one relying party trust.
type Trust struct {
	Name        string    `json:"name"`
	Source      Source    `json:"source"`
	Enabled     bool      `json:"enabled"`
	Protocol    string    `json:"protocol"` // "saml2", "wsfed", "both" or "none"
	Identifiers []string  `json:"identifiers"`
	Readiness   Readiness `json:"readiness"`
	// Skipped says why the trust is not counted as one to move; empty where it
	// is.
	Skipped string `json:"skipped"`
	// Effort orders trusts: the points of all items.
	Effort int `json:"effort"`
	// Tests are the results that Microsoft's tools would give.
	Tests Tests  `json:"tests"`
	Items []Item `json:"items"`

	upn     bool     // a claim is made of the UPN
	queries []string // attribute stores that it asks
	uses    []use    // what it adds to the farm
}

// Assessment is what was found out about exports.
type Assessment struct {
	Schema string `json:"schema"`
	// Trusts are in the order of effort, the easiest first; those that are
	// skipped come last.
	Trusts []*Trust `json:"trusts"`
	// Others are the objects beside the trusts.
	Others []Other `json:"others"`
	Farm   Farm    `json:"farm"`
	// Problems are what could not be read.
	Problems []Problem `json:"problems"`
	Summary  Summary   `json:"summary"`
}

// Problem is what a reader said of an input as a whole.
type Problem struct {
	Check    string           `json:"check"`
	Severity finding.Severity `json:"severity"`
	Source   Source           `json:"source"`
	Column   int              `json:"column,omitempty"`
	Message  string           `json:"message"`
}

// Other is an object of AD FS beside relying party trusts.
type Other struct {
	Kind    string           `json:"kind"`
	Name    string           `json:"name"`
	Source  Source           `json:"source"`
	Weight  finding.Severity `json:"severity"`
	Message string           `json:"message"`
}

// Summary counts trusts. Those that are skipped are counted nowhere else.
type Summary struct {
	Trusts    int `json:"trusts"`
	Ready     int `json:"ready"`
	NeedsWork int `json:"needsWork"`
	Blocked   int `json:"blocked"`
	Skipped   int `json:"skipped"`
}

// Farm says what the trusts use, most used first.
type Farm struct {
	Protocols  []Use `json:"protocols"`
	Attributes []Use `json:"attributes"`
	Stores     []Use `json:"stores"`
	ClaimTypes []Use `json:"claimTypes"`
	RuleShapes []Use `json:"ruleShapes"`
}

// Use is a thing that trusts use.
type Use struct {
	Name string `json:"name"`
	// Trusts and Rules count how many use it.
	Trusts int `json:"trusts"`
	Rules  int `json:"rules"`
	// Becomes says what stands for it in Entra, or that nothing does.
	Becomes string `json:"becomes"`
}
