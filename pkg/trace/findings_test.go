package trace_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ssodoctor/ssodoctor/pkg/trace"
	"github.com/ssodoctor/ssodoctor/pkg/validate"
)

// unanswered are the checks, or with "/" at the end the families, that a
// capture without something cannot answer; all others must not notice.
var unanswered = []struct {
	why    string
	lacks  func(trace.Written) bool
	checks []string
}{
	{"responses are not in it, so what pages and redirects did is not known", func(w trace.Written) bool { return !w.Flow }, []string{"flow-", "clock-skew", "logout-", "in-response-to", "response-unsolicited", "message-replayed"}},
	{"exchanges have no times, so nothing is known of clocks and delays", func(w trace.Written) bool { return !w.Timed }, []string{"clock-skew", "issue-instant-old", "flow-login-loop"}},
}

func excused(w trace.Written, check string) bool {
	for _, u := range unanswered {
		if u.lacks(w) && slices.ContainsFunc(u.checks, func(prefix string) bool { return strings.HasPrefix(check, prefix) }) {
			return true
		}
	}
	return false
}

// judged are the findings of a file, without where they stand in it.
func judged(t *testing.T, w trace.Written) []string {
	t.Helper()
	c, err := trace.ReadBytes([]byte(w.File), "login", trace.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	r := validate.Examine([]*trace.Capture{c}, nil, validate.Clock{At: time.Date(2026, 11, 21, 10, 0, 5, 0, time.UTC)})
	var out []string
	for _, f := range r.Findings {
		message := -1
		if f.Message != nil {
			message = *f.Message
		}
		out = append(out, fmt.Sprintf("%s %s on message %d: %s (%s)", f.Check, f.Severity, message, f.Detail, f.Location.Path))
	}
	slices.Sort(out)
	return out
}

// TestFindingsOfEveryFormat: what a sign-in is found to be does not depend on
// who wrote it down.
func TestFindingsOfEveryFormat(t *testing.T) {
	all := trace.WrittenSignIns()
	want := judged(t, all[0])
	if len(want) < 3 {
		t.Fatalf("the sign-in gives %d findings, too few to tell formats apart", len(want))
	}
	for _, w := range all[1:] {
		t.Run(w.Name, func(t *testing.T) {
			got := judged(t, w)
			for _, f := range got {
				if !slices.Contains(want, f) && !excused(w, f) {
					t.Errorf("only here: %s", f)
				}
			}
			for _, f := range want {
				if !slices.Contains(got, f) && !excused(w, f) {
					t.Errorf("only in the HAR: %s", f)
				}
			}
		})
	}
}
