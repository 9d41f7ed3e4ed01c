package validate

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/idperror"
	"github.com/ssodoctor/ssodoctor/pkg/saml"
	"github.com/ssodoctor/ssodoctor/pkg/trace"
)

// Flow is one sign-in of a capture as a timeline of five steps: the one that
// the diagnosis is about, else the last.
type Flow struct {
	Input string      `json:"input"`
	Steps [5]FlowStep `json:"steps"`
	// Stopped is the number of the step at which the sign-in stopped, 0 where
	// it did not as far as the capture shows; Check is that of the diagnosis.
	Stopped int    `json:"stopped"`
	Check   string `json:"check"`
}

// FlowStep is one step of a sign-in.
type FlowStep struct {
	Name    string      `json:"name"`
	Outcome FlowOutcome `json:"outcome"`
	Text    string      `json:"text"`
	// Exchange is where the step ended, nil where the capture does not show it,
	// and Time when; zero where unknown.
	Exchange *int      `json:"exchange,omitempty"`
	Time     time.Time `json:"time,omitzero"`
}

// FlowOutcome says what became of a step.
type FlowOutcome string

// The outcomes.
const (
	StepDone       FlowOutcome = "done"
	StepStopped    FlowOutcome = "stopped"
	StepNotReached FlowOutcome = "not reached"
	StepUnseen     FlowOutcome = "not captured"
	StepSkipped    FlowOutcome = "skipped"
)

var stepNames = [5]string{"app opened", "app asks", "user signs in", "token returns", "app lets in"}

// flow draws the timeline of the sign-in that the diagnosis is about; nil where
// no input is a capture of exchanges with a sign-in.
func (r *Report) flow(captures []*trace.Capture, all []*message, expect *Expectations) *Flow {
	told := r.diagnosed()
	var token *message
	var capture *trace.Capture
	for _, c := range captures {
		if len(c.Exchanges) > 0 && (capture == nil || told != nil && told.Input == c.Name) {
			capture = c
		}
	}
	if capture == nil {
		return nil
	}
	if told != nil && told.Message != nil {
		if m := all[*told.Message]; m.capture == capture && m.token() {
			token = m
		}
	}
	j := journey{x: &exam{capture: capture, all: all, expect: expect}, token: token}
	j.flow = &Flow{Input: capture.Name}
	for _, f := range r.Findings {
		j.loops = j.loops || f.Check == idperror.LoginLoop && f.Input == capture.Name && f.Message == nil
	}
	if told != nil && told.Severity > finding.Info {
		j.flow.Check = told.Check
	}
	if !j.find() {
		return nil
	}
	j.draw()
	return j.flow
}

// diagnosed is the finding that became the diagnosis, nil without one.
func (r *Report) diagnosed() *finding.Finding {
	for i := range r.Findings {
		if f := &r.Findings[i]; r.Diagnosis != nil && f.Check == r.Diagnosis.Check && f.Detail == r.Diagnosis.Summary {
			return f
		}
	}
	return nil
}

// journey is one sign-in of a capture.
type journey struct {
	x       *exam
	flow    *Flow
	token   *message        // nil where none came back
	request *message        // of SAML
	asked   *trace.Exchange // in which the request reached the identity provider
	refusal *trace.Exchange // a page of the identity provider with an error code
	loops   bool            // the app starts over each time
}

// find takes the last token of the capture where none is chosen yet, and what
// came before it.
func (j *journey) find() bool {
	for _, m := range j.x.all {
		if m.capture != j.x.capture || m.saml == nil {
			continue
		}
		if m.saml.Request != nil && m.delivered() {
			j.request = m
		}
	}
	chosen := j.token != nil
	for _, m := range j.x.all {
		if !chosen && m.capture == j.x.capture && m.saml != nil && m.token() && (j.request == nil || m.carrier.Exchange >= j.request.carrier.Exchange) {
			j.token = m
		}
	}
	before := len(j.x.capture.Exchanges) + j.x.capture.ExchangeCount
	if j.token != nil {
		before = j.token.carrier.Exchange
		if r := j.token.request; r != nil && r.capture == j.x.capture {
			j.request = r
		} else if j.token.saml.InResponseTo.Value == "" && j.token.saml.Protocol == "saml2" {
			j.request = nil
		}
	}
	if j.request != nil {
		j.asked = j.request.exchange(j.request.carrier.Exchange)
	}
	if e := passiveBefore(j.x.capture, before); e != nil && (j.asked == nil || e.Index > j.asked.Index) && (j.token == nil || j.token.saml.Protocol == "wsfed") {
		j.asked, j.request = e, nil
	}
	for i := range j.x.capture.Exchanges {
		e := &j.x.capture.Exchanges[i]
		if len(e.Errors) > 0 && e.Index < before && (j.asked == nil || e.Index >= j.asked.Index) {
			j.refusal = e
		}
	}
	return j.token != nil || j.asked != nil || j.refusal != nil
}

func (j *journey) draw() {
	f := j.flow
	for i := range f.Steps {
		f.Steps[i] = FlowStep{Name: stepNames[i], Outcome: StepNotReached}
	}
	j.start()
	if j.signIn() && j.comesBack() {
		j.letIn()
	}
	for i := range f.Steps {
		if f.Steps[i].Outcome == StepStopped && f.Stopped == 0 {
			f.Stopped = i + 1
		}
	}
}

// set fills in a step.
func (j *journey) set(step int, outcome FlowOutcome, e *trace.Exchange, format string, args ...any) {
	s := &j.flow.Steps[step-1]
	s.Outcome, s.Text = outcome, fmt.Sprintf(format, args...)
	if e != nil {
		s.Exchange, s.Time = &e.Index, e.Time
	}
}

// start draws the steps of the app before the identity provider.
func (j *journey) start() {
	if j.asked == nil {
		if j.token != nil && j.token.saml.Protocol == "saml2" && j.token.saml.InResponseTo.Value == "" {
			j.set(1, StepSkipped, nil, "the sign-in was started at the identity provider")
			j.set(2, StepSkipped, nil, "no request was needed")
			return
		}
		j.set(1, StepUnseen, nil, "")
		j.set(2, StepUnseen, nil, "")
		return
	}
	origin := j.x.startOf(j.startToken())
	if origin == nil || origin == j.asked {
		j.set(1, StepUnseen, nil, "")
	} else {
		j.set(1, StepDone, origin, "%s", shownAddress(origin.URL))
	}
	what := "WS-Federation request"
	if j.request != nil {
		what = j.request.saml.Kind
		if b := j.request.carrier.Binding; b != "" {
			what += " by " + b
		}
	}
	j.set(2, StepDone, j.asked, "%s to %s", what, shownAddress(j.asked.URL))
}

// startToken is what startOf looks at: the token, or a stand-in for one that
// never came.
func (j *journey) startToken() *message {
	if j.token != nil {
		return j.token
	}
	stand := &message{capture: j.x.capture, request: j.request, carrier: &trace.Message{Exchange: j.asked.Index + 1}}
	if j.request != nil {
		stand.saml = j.request.saml
		return stand
	}
	stand.saml = &saml.Message{Protocol: "wsfed"}
	return stand
}

// signIn draws what the identity provider did.
func (j *journey) signIn() bool {
	t := j.token
	switch {
	case t == nil && j.refusal != nil:
		j.set(3, StepStopped, j.refusal, "%s refused with %s", cmp.Or(hostOf(j.refusal.URL), "the identity provider"), finding.Printable(j.refusal.Errors[0].Code))
	case t == nil && j.artifact() != nil:
		j.byArtifact(j.artifact())
	case t == nil && j.x.endsWith(j.asked), t == nil && j.answeredUnseen():
		for step := 3; step <= len(stepNames); step++ {
			j.set(step, StepUnseen, nil, "")
		}
	case t == nil:
		last := j.lastPage()
		j.set(3, StepStopped, last, "the last page of %s%s is exchange %d", hostOf(j.asked.URL), page(last), last.Index)
	case t.saml.Fault != nil, t.saml.Status != nil && !t.saml.Status.Success():
		j.set(3, StepStopped, t.page(), "the identity provider answered with an error in place of a token")
	default:
		e := t.page()
		text := "a token was issued"
		if issued := t.issued().Time; !issued.IsZero() {
			text += " at " + issued.UTC().Format(time.TimeOnly)
		}
		j.set(3, StepDone, e, "%s", text)
		return true
	}
	return false
}

// artifact is the exchange in which the app got an artifact in place of a
// token, nil where it got none.
func (j *journey) artifact() *trace.Exchange {
	_, _, artifact := j.x.afterwards(j.asked, "")
	return artifact
}

// byArtifact draws a sign-in whose token the app fetches itself.
func (j *journey) byArtifact(e *trace.Exchange) {
	var from *trace.Exchange
	for i := range j.x.capture.Exchanges {
		if sender := &j.x.capture.Exchanges[i]; sender.Index < e.Index && sender.RedirectURL != "" && withoutFragment(sender.RedirectURL) == withoutFragment(e.URL) {
			from = sender
		}
	}
	j.set(3, StepDone, from, "an artifact was issued in place of a token")
	j.set(4, StepDone, e, "the artifact to %s", shownAddress(e.URL))
	chain := redirects(j.x.capture, e)
	j.end(chain, j.x.refusal(chain))
}

// answeredUnseen reports whether the token went to the app in a POST whose body
// the capture does not have.
func (j *journey) answeredUnseen() bool {
	_, name := j.x.lastRequest()
	_, posted, _ := j.x.afterwards(j.asked, name)
	return posted != nil
}

func (j *journey) lastPage() *trace.Exchange {
	last := j.asked
	for i := range j.x.capture.Exchanges {
		if e := &j.x.capture.Exchanges[i]; e.Index > last.Index && hostOf(e.URL) == hostOf(j.asked.URL) {
			last = e
		}
	}
	return last
}

// comesBack draws how the token reached the app.
func (j *journey) comesBack() bool {
	t := j.token
	if !t.delivered() {
		j.set(4, StepStopped, nil, "the capture does not show it being posted to %s", shownAddress(t.carrier.PostedTo))
		return false
	}
	e := t.exchange(t.carrier.Exchange)
	if e != nil && losesPost(t.capture, e) {
		j.set(4, StepStopped, e, "%s redirects it to %s, and it is lost", shownAddress(e.URL), shownAddress(e.RedirectURL))
		return false
	}
	j.set(4, StepDone, e, "to %s", shownAddress(t.carrier.PostedTo))
	return true
}

// letIn draws what the app made of the token.
func (j *journey) letIn() {
	chain := j.token.answers()
	j.end(chain, j.x.refusal(chain))
}

// end draws the last step by the answer to what was delivered.
func (j *journey) end(chain []*trace.Exchange, r *rejection) {
	switch {
	case r != nil:
		j.set(5, StepStopped, r.exchange, "the app %s", r.how)
	case len(chain) == 0 || chain[0].Status == 0:
		j.set(5, StepUnseen, nil, "")
	case j.loops:
		j.set(5, StepStopped, chain[0], "the app starts over each time")
	default:
		last := chain[len(chain)-1]
		j.set(5, StepDone, last, "%d from %s", last.Status, shownAddress(last.URL))
	}
}

// shownAddress is a URL without its query.
func shownAddress(address string) string {
	base, _, _ := strings.Cut(address, "?")
	return finding.Shorten(finding.Printable(base), 160)
}
