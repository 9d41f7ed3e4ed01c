package validate

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/keys"
	"github.com/ssodoctor/ssodoctor/pkg/saml"
	"github.com/ssodoctor/ssodoctor/pkg/xmldsig"
)

// Stack is a library or product that receives SAML responses, as it behaves
// without settings of its own: what it demands of a message, and how far clocks
// may differ.
type Stack struct {
	// Name is what --as takes, Title the product with the version that the
	// rules were read from.
	Name, Title string
	// Skew is the tolerance on time limits; NoSkew means none.
	Skew time.Duration
	// Note says what the stack leaves to the app, "" where it leaves nothing.
	Note  string
	rules []rule
}

// rule is one demand that a stack makes, with the words or the error code that
// it refuses with.
type rule struct {
	*demand
	says string
}

// demand is one thing that a message can be refused for: the findings of a
// check, or a fact that breaks no rule of the specification and so has no check.
type demand struct {
	// check is the name of the check that decides, with the tolerance of the
	// stack; findings below least do not count (0: only errors do).
	check string
	least finding.Severity
	// forgives reports whether the stack overlooks this finding.
	forgives func(finding.Finding) bool
	// open: while the check is not made, nobody can say what the stack does.
	open bool
	// of reports whether the message has what the check judges; where it has
	// not, the demand is met. nil: it always has.
	of func(*saml.Message) bool
	// fact says what is wrong with the message, "" where nothing is.
	fact func(*stackExam) string
}

// StackVerdict is what a stack makes of one message.
type StackVerdict struct {
	Stack   *Stack       `json:"stack"`   // its name in JSON
	Message int          `json:"message"` // index of the message
	Outcome StackOutcome `json:"outcome"`
	// Reasons are why it refuses, in the order in which it looks; or what must
	// be known before anybody can say. Empty where it accepts.
	Reasons []string `json:"reasons,omitempty"`
}

// MarshalText is the name of the stack.
func (s *Stack) MarshalText() ([]byte, error) { return []byte(s.Name), nil }

// StackOutcome is the answer of a stack.
type StackOutcome string

// The outcomes. Open means that it depends on what was not given.
const (
	Accepts StackOutcome = "accepts"
	Refuses StackOutcome = "refuses"
	Open    StackOutcome = "open"
)

// Stacks lists the stacks by name.
func Stacks() []*Stack {
	list := slices.Clone(stacks)
	slices.SortFunc(list, func(a, b *Stack) int { return strings.Compare(a.Name, b.Name) })
	return list
}

// LookupStack finds a stack by name.
func LookupStack(name string) (*Stack, bool) {
	i := slices.IndexFunc(stacks, func(s *Stack) bool { return s.Name == name })
	if i < 0 {
		return nil, false
	}
	return stacks[i], true
}

// judgeStacks asks every stack that is wanted about every token.
func judgeStacks(messages []*message, expect *Expectations) []StackVerdict {
	if len(expect.Stacks) == 0 {
		return nil
	}
	checks := make(map[string]*Check)
	for _, c := range Catalogue() {
		checks[c.Name] = c
	}
	var out []StackVerdict
	for _, m := range messages {
		if m.doc != nil && !m.token() {
			continue
		}
		x := &stackExam{message: m, all: messages, checks: checks}
		for _, s := range expect.Stacks {
			own := *expect
			own.Skew = s.Skew
			x.stack, x.expect = s, &own
			out = append(out, x.verdict())
		}
	}
	return out
}

// stackExam is one message before one stack.
type stackExam struct {
	*message
	stack  *Stack
	all    []*message
	expect *Expectations
	checks map[string]*Check

	asked   bool   // goxmldsig was asked
	opinion string // its error, "" where it accepts every signature
}

func (x *stackExam) verdict() StackVerdict {
	v := StackVerdict{Stack: x.stack, Message: x.index, Outcome: Accepts}
	if x.doc == nil {
		v.Outcome, v.Reasons = Refuses, []string{"the message cannot be read as XML: " + x.syntax.Error()}
		return v
	}
	var refused, unknown []string
	for _, r := range x.stack.rules {
		refusal, doubt := r.ask(x)
		if refusal != "" {
			refused = append(refused, refusal+r.quoted())
		}
		if doubt != "" && !slices.Contains(unknown, doubt) {
			unknown = append(unknown, doubt)
		}
	}
	switch {
	case len(refused) > 0:
		v.Outcome, v.Reasons = Refuses, refused
	case len(unknown) > 0:
		v.Outcome, v.Reasons = Open, unknown
	}
	return v
}

func (r rule) quoted() string {
	if r.says == "" {
		return ""
	}
	return " (" + r.says + ")"
}

// ask returns why the demand is not met, or why that is not known.
func (d *demand) ask(x *stackExam) (refusal, doubt string) {
	switch {
	case d.fact != nil:
		return d.fact(x), ""
	case d.of != nil && !d.of(x.saml):
		return "", ""
	}
	var r Report
	r.apply([]*Check{x.checks[d.check]}, exam{capture: x.capture, msg: x.message, all: x.all, expect: x.expect})
	for _, f := range r.Findings {
		if f.Severity >= max(d.least, finding.Info) && (d.least != 0 || f.Severity == finding.Error) && (d.forgives == nil || !d.forgives(f)) {
			return f.Detail, ""
		}
	}
	if len(r.Checks) > 0 && r.Checks[0].Result == finding.NotChecked && d.open {
		return "", r.Checks[0].Reason
	}
	return "", ""
}

// goxmldsig returns why the library refuses a signature of the message.
func (x *stackExam) goxmldsig() string {
	if x.asked {
		return x.opinion
	}
	x.asked = true
	var trusted []*keys.Certificate
	for _, t := range x.expect.Trusted() {
		trusted = append(trusted, t.Certificate)
	}
	for _, s := range x.sigs.Signatures[:min(len(x.sigs.Signatures), opinions)] {
		doc, signed := x.asSigned(s)
		if _, verdict := xmldsig.SecondOpinion(doc, signed, trusted); verdict != "valid" {
			x.opinion = fmt.Sprintf("goxmldsig refuses the signature of the %s: %s", covered(s), verdict)
			return x.opinion
		}
	}
	return ""
}

// opinions is how many signatures of one message goxmldsig is asked about.
const opinions = 4
