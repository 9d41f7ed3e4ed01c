package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/validate"
)

type (
	junitSuites struct {
		XMLName  xml.Name     `xml:"testsuites"`
		Name     string       `xml:"name,attr"`
		Tests    int          `xml:"tests,attr"`
		Failures int          `xml:"failures,attr"`
		Skipped  int          `xml:"skipped,attr"`
		Suites   []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Skipped  int         `xml:"skipped,attr"`
		Cases    []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Name    string        `xml:"name,attr"`
		Class   string        `xml:"classname,attr"`
		File    string        `xml:"file,attr,omitempty"`
		Line    int           `xml:"line,attr,omitempty"`
		Failure *junitFailure `xml:"failure"`
		Skipped *junitSkipped `xml:"skipped"`
		Output  string        `xml:"system-out,omitempty"`
	}
	junitFailure struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr"`
		Text    string `xml:",chardata"`
	}
	junitSkipped struct {
		Message string `xml:"message,attr"`
	}
)

// JUnit writes a test suite an input: each finding is a case, each check
// without one too. A finding at or above Options.FailOn is a failure, one below
// a case that passed and has something to say; a check that was not made and an
// accepted finding are skipped.
func JUnit(w io.Writer, r *validate.Report, o Options) error {
	out := junitSuites{Name: "ssodoctor"}
	index := make(map[string]int)
	suite := func(input string) *junitSuite {
		at, known := index[input]
		if !known {
			at = len(out.Suites)
			index[input] = at
			out.Suites = append(out.Suites, junitSuite{Name: slashed(input)})
		}
		return &out.Suites[at]
	}
	for _, in := range r.Inputs {
		suite(in.Name)
	}
	for s, f := range located(r) {
		suite(f.Input).add(junitFinding(f, s, o.FailOn))
	}
	for _, s := range r.Suppressed {
		c := junitCase{Name: s.Check + ": " + finding.Printable(s.Title), Class: slashed(s.Input)}
		c.Skipped = &junitSkipped{finding.Printable("accepted: " + s.Reason)}
		suite(s.Input).add(c)
	}
	input := inputs(r)
	for _, c := range r.Checks {
		if c.Result != finding.Fail {
			suite(input(c)).add(junitCheck(input(c), c))
		}
	}
	for i := range out.Suites {
		s := &out.Suites[i]
		out.Tests, out.Failures, out.Skipped = out.Tests+s.Tests, out.Failures+s.Failures, out.Skipped+s.Skipped
	}
	return encodeXML(w, out)
}

func (s *junitSuite) add(c junitCase) {
	s.Tests++
	if c.Failure != nil {
		s.Failures++
	}
	if c.Skipped != nil {
		s.Skipped++
	}
	s.Cases = append(s.Cases, c)
}

func junitFinding(f *finding.Finding, s site, failOn finding.Severity) junitCase {
	c := junitCase{Name: f.Check + ": " + finding.Printable(f.Title), Class: s.file, File: s.file, Line: s.line}
	if failOn == 0 || f.Severity < failOn {
		c.Output = f.Severity.String() + ": " + sentence(f)
		return c
	}
	lines := []string{place(s) + ": " + finding.Printable(f.Detail)}
	for _, e := range f.Expected {
		lines = append(lines, "expected: "+finding.Printable(e))
	}
	if f.Actual != "" {
		lines = append(lines, "actual: "+finding.Printable(f.Actual))
	}
	for _, x := range f.Fixes {
		lines = append(lines, "fix: "+finding.Printable(fix(x)))
	}
	c.Failure = &junitFailure{Message: sentence(f), Type: f.Severity.String(), Text: strings.Join(lines, "\n")}
	return c
}

func junitCheck(input string, c validate.CheckResult) junitCase {
	out := junitCase{Name: c.Check, Class: slashed(input)}
	if c.Message != nil {
		out.Class += fmt.Sprintf(" message %d", *c.Message)
	}
	if c.Result == finding.NotChecked {
		out.Skipped = &junitSkipped{"not checked: " + finding.Printable(c.Reason)}
	}
	return out
}

// inputs tells the input that a check was made on: that of its message, else
// the only one, else all.
func inputs(r *validate.Report) func(validate.CheckResult) string {
	byMessage := make(map[int]string, len(r.Messages))
	for _, m := range r.Messages {
		byMessage[m.Index] = m.Input
	}
	rest := "all inputs"
	if len(r.Inputs) == 1 {
		rest = r.Inputs[0].Name
	}
	return func(c validate.CheckResult) string {
		if c.Message != nil {
			return byMessage[*c.Message]
		}
		return rest
	}
}
