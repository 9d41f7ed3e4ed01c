package trace_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ssodoctor/ssodoctor/pkg/redact"
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

func read(t *testing.T, file []byte) *trace.Capture {
	t.Helper()
	c, err := trace.ReadBytes(file, "login", trace.Limits{})
	if err != nil {
		t.Fatalf("%v in %.300q", err, file)
	}
	return c
}

// judged are the findings of a capture, without where they stand in it.
func judged(c *trace.Capture) []string {
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
	want := judged(read(t, []byte(all[0].File)))
	if len(want) < 3 {
		t.Fatalf("the sign-in gives %d findings, too few to tell formats apart", len(want))
	}
	for _, w := range all[1:] {
		t.Run(w.Name, func(t *testing.T) {
			got := judged(read(t, []byte(w.File)))
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

// shape is how a capture is written: the format, and of what is in it those of
// the parts.
func shape(c *trace.Capture) string {
	out := c.Format + " " + c.Variant
	for _, p := range c.Parts {
		if p.Format != "text" || p.Within > 0 {
			out += fmt.Sprintf(", %s %s", p.Format, p.Variant)
		}
	}
	return out
}

// checksOf are the checks and severities of findings.
func checksOf(findings []string) (out []string) {
	for _, f := range findings {
		if check, _, _ := strings.Cut(f, ":"); !strings.HasPrefix(check, "input-redacted ") {
			out = append(out, check)
		}
	}
	return out
}

// TestRedactedOfEveryFormat: the copy of a capture is in its format and
// variant, and is found to be what the original is.
func TestRedactedOfEveryFormat(t *testing.T) {
	for _, w := range trace.WrittenSignIns() {
		t.Run(w.Name, func(t *testing.T) {
			original := read(t, []byte(w.File))
			written, err := redact.Capture(original, redact.Options{Key: make([]byte, redact.KeySize), KeepDomains: true})
			if err != nil {
				t.Fatal(err)
			}
			c := read(t, written.Content)
			if shape(c) != shape(original) || written.Format != original.Format {
				t.Errorf("written as %q, read as %q, expected %q", written.Format, shape(c), shape(original))
			}
			if len(c.Exchanges) != len(original.Exchanges) || len(c.Messages) != len(original.Messages) {
				t.Errorf("%d exchanges and %d messages, expected %d and %d", len(c.Exchanges), len(c.Messages), len(original.Exchanges), len(original.Messages))
			}
			before, after := checksOf(judged(original)), checksOf(judged(c))
			if !slices.Equal(before, after) {
				t.Errorf("findings\n%s\nexpected\n%s", strings.Join(after, "\n"), strings.Join(before, "\n"))
			}
		})
	}
}

// TestRedactedSignInLogs: the copy of a log has its shape and all of it but who
// signed in from where.
func TestRedactedSignInLogs(t *testing.T) {
	for name, file := range trace.SignInExports() {
		t.Run(name, func(t *testing.T) {
			original := read(t, []byte(file))
			written, err := redact.Capture(original, redact.Options{Key: make([]byte, redact.KeySize)})
			if err != nil {
				t.Fatal(err)
			}
			c := read(t, written.Content)
			if shape(c) != shape(original) || original.Variant == "" || len(c.SignIns) != len(original.SignIns) {
				t.Fatalf("%d rows, read as %q; expected %d, %q", len(c.SignIns), shape(c), len(original.SignIns), shape(original))
			}
			for i, row := range c.SignIns {
				was := original.SignIns[i]
				if row.User == was.User || row.IP == was.IP || row.User == "" || row.IP == "" {
					t.Errorf("%q from %q became %q from %q", was.User, was.IP, row.User, row.IP)
				}
				row.User, row.IP = was.User, was.IP
				if row != was {
					t.Errorf("%+v became %+v", was, row)
				}
			}
		})
	}
}
