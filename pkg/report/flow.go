package report

import (
	"fmt"
	"time"

	"github.com/fatih/color"

	"github.com/ssodoctor/ssodoctor/pkg/validate"
)

// flow writes the timeline of a sign-in.
func (p *page) flow(f *validate.Flow) {
	if f == nil {
		return
	}
	verdict := "the sign-in went through"
	switch last := f.Steps[len(f.Steps)-1].Outcome; {
	case f.Stopped > 0:
		verdict = fmt.Sprintf("stopped at step %d of %d", f.Stopped, len(f.Steps))
		if f.Check != "" {
			verdict += ", because of " + f.Check
		}
	case last != validate.StepDone:
		verdict = "the capture does not show how the sign-in ended"
	case f.Check != "":
		verdict = "the app let the user in all the same"
	}
	p.blank()
	p.heading("FLOW", verdict)
	for i, s := range f.Steps {
		p.row(2, 18, fmt.Sprintf("%d %s", i+1, s.Name), stepText(s), p.stepPaint(s.Outcome))
	}
}

func stepText(s validate.FlowStep) string {
	out := string(s.Outcome)
	if s.Outcome == validate.StepDone && s.Text != "" {
		out = ""
	}
	if s.Text != "" {
		if out != "" {
			out += ": "
		}
		out += s.Text
	}
	if s.Exchange != nil {
		out += fmt.Sprintf(" (exchange %d", *s.Exchange)
		if !s.Time.IsZero() {
			out += " at " + s.Time.UTC().Format(time.TimeOnly)
		}
		out += ")"
	}
	return out
}

func (p *page) stepPaint(o validate.FlowOutcome) *color.Color {
	switch o {
	case validate.StepStopped:
		return p.paint.red
	case validate.StepDone:
		return nil
	}
	return p.paint.faint
}
