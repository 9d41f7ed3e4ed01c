package validate

import (
	"testing"
	"time"

	"github.com/ssodoctor/ssodoctor/internal/samltest"
	"github.com/ssodoctor/ssodoctor/pkg/trace"
)

// TestTimeOfCapture: a capture without times is judged at the Date of the
// answer to the message, and only without that at the present time.
func TestTimeOfCapture(t *testing.T) {
	answered := samltest.Time.Add(2 * time.Hour)
	for _, c := range []struct {
		name  string
		date  time.Time // of the answer
		timed bool      // the tool noted the time
		from  string
		want  time.Time
		check string
	}{
		{"noted by the tool", answered, true, "capture", samltest.Time.Add(4 * time.Second), ""},
		{"Date alone", answered, false, "capture", answered, "assertion-expired"},
		{"neither", time.Time{}, false, "now", samltest.Time.Add(100 * time.Hour), "evaluation-time-assumed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newScene()
			s.clock.Now = samltest.Time.Add(100 * time.Hour)
			s.captured = func(capture *trace.Capture) {
				for i := range capture.Exchanges {
					e := &capture.Exchanges[i]
					e.ServerDate = c.date
					if !c.timed {
						e.Time = time.Time{}
					}
				}
				for _, m := range capture.Messages {
					if !c.timed {
						m.Time = time.Time{}
					}
				}
			}
			r := s.report(t)
			if got := r.Messages[1].Evaluated; got.From != c.from || !got.At.Equal(c.want) {
				t.Errorf("judged at %+v, want %v from %s", got, c.want, c.from)
			}
			if c.check != "" && len(of(r, c.check)) == 0 {
				explain(t, r)
				t.Errorf("no %s", c.check)
			}
		})
	}
}

// TestRequestAlone: a capture of the request and nothing else does not show
// that the sign-in stopped.
func TestRequestAlone(t *testing.T) {
	s := newScene()
	s.exchanges = func(es []samltest.Exchange) []samltest.Exchange { return es[1:2] }
	s.captured = func(c *trace.Capture) {
		c.Messages = c.Messages[:1]
		c.Exchanges[0].Status = 0
	}
	r := s.report(t)
	if r.Flow == nil || r.Flow.Stopped != 0 {
		t.Fatalf("the flow is %+v", r.Flow)
	}
	for i, want := range []FlowOutcome{StepUnseen, StepDone, StepUnseen, StepUnseen, StepUnseen} {
		if got := r.Flow.Steps[i].Outcome; got != want {
			t.Errorf("step %d is %s, want %s", i+1, got, want)
		}
	}
}
