package report

import (
	"fmt"

	"github.com/fatih/color"

	"github.com/ssodoctor/ssodoctor/pkg/validate"
)

// stacks writes what service providers would do: a matrix of one line each
// where several were asked, all reasons where it was one.
func (p *page) stacks(r *validate.Report) {
	for i, v := range r.Stacks {
		if i == 0 || r.Stacks[i-1].Message != v.Message {
			p.blank()
			p.heading("AS", asked(r, v.Message))
		}
		p.stack(v, len(r.Stacks) == 1 || sameStack(r.Stacks))
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
	if !full && len(reasons) > 1 {
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

func (p *page) outcome(o validate.StackOutcome) *color.Color {
	switch o {
	case validate.Accepts:
		return p.paint.green
	case validate.Refuses:
		return p.paint.red
	}
	return p.paint.yellow
}
