package report

import (
	"fmt"
	"slices"

	"github.com/fatih/color"

	"github.com/ssodoctor/ssodoctor/pkg/validate"
)

// stacks writes what service providers would do: a matrix of one line each
// where several were asked, all reasons where it was one.
func (p *page) stacks(r *validate.Report) {
	full := sameStack(r.Stacks)
	var unknown []string
	for i, v := range r.Stacks {
		if i == 0 || r.Stacks[i-1].Message != v.Message {
			p.blank()
			p.heading("AS", asked(r, v.Message))
		}
		p.stack(v, full)
		if v.Outcome == validate.Open && !full {
			unknown = append(unknown, v.Reasons...)
		}
		if i == len(r.Stacks)-1 || r.Stacks[i+1].Message != v.Message {
			p.unknown(unknown)
			unknown = nil
		}
	}
}

// unknown lists what would settle the open verdicts of a matrix, each thing once.
func (p *page) unknown(reasons []string) {
	if len(reasons) == 0 {
		return
	}
	p.row(2, 0, "", "not known, for all that is open:", nil)
	slices.Sort(reasons)
	for _, reason := range slices.Compact(reasons) {
		p.row(4, 0, "", reason, nil)
	}
}

// asked says about which message the stacks were asked.
func asked(r *validate.Report, message int) string {
	const what = "would these accept the response, as they are by default?"
	if len(r.Messages) < 2 {
		return what
	}
	return fmt.Sprintf("message %d: %s", message, what)
}

func sameStack(list []validate.StackVerdict) bool {
	for _, v := range list {
		if v.Stack != list[0].Stack {
			return false
		}
	}
	return true
}

// stack writes one verdict; in full with every reason and the note.
func (p *page) stack(v validate.StackVerdict, full bool) {
	const names, outcomes = 40, 9
	reasons := v.Reasons
	switch {
	case v.Outcome == validate.Open && full:
		reasons = slices.Concat([]string{openVerdict + ", but:"}, reasons)
	case v.Outcome == validate.Open:
		reasons = []string{fmt.Sprintf("%s, but %s not known", openVerdict, things(len(reasons)))}
	case !full && len(reasons) > 1:
		reasons = []string{fmt.Sprintf("%s, and %d more", reasons[0], len(reasons)-1)}
	}
	if len(reasons) == 0 {
		reasons = []string{""}
	}
	if full && v.Stack.Note != "" {
		reasons = append(reasons, "note: "+v.Stack.Note)
	}
	for i, reason := range reasons {
		title, outcome := v.Stack.Title, string(v.Outcome)
		if i > 0 {
			title, outcome = "", ""
		}
		p.w.WriteString(fmt.Sprintf("  %-*s", names, title))
		if reason == "" {
			p.hang(2+names, outcome, p.outcome(v.Outcome))
			continue
		}
		p.w.WriteString(p.outcome(v.Outcome).Sprintf("%-*s", outcomes, outcome))
		p.hang(2+names+outcomes, reason, nil)
	}
}

const openVerdict = "nothing in the response speaks against it"

func things(n int) string {
	if n == 1 {
		return "1 thing is"
	}
	return fmt.Sprintf("%d things are", n)
}

func (p *page) outcome(o validate.StackOutcome) *color.Color {
	switch o {
	case validate.Accepts:
		return p.paint.green
	case validate.Refuses:
		return p.paint.red
	}
	return p.paint.yellow
}
