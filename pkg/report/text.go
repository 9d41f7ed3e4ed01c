package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/validate"
)

// systemNames are the systems as people call them.
var systemNames = map[finding.System]string{
	finding.Entra: "Entra", finding.ADFS: "AD FS", finding.Okta: "Okta",
	finding.App: "app", finding.Network: "network", finding.User: "user",
}

// SystemName is a system as people call it.
func SystemName(s finding.System) string { return systemNames[s] }

// Text writes the report for people: the diagnosis, the findings by severity,
// a summary of each message.
func Text(w io.Writer, r *validate.Report, o Options) error {
	p := newPage(w, o)
	p.diagnosis(r)
	if !o.Quiet {
		p.flow(r.Flow)
		p.signIns(r.SignIns)
	}
	if len(r.Findings) > 0 {
		p.blank()
		p.heading("FINDINGS", counts(r.Summary))
		for i := range r.Findings {
			p.finding(r, &r.Findings[i])
		}
	}
	p.stacks(r)
	if !o.Quiet {
		for i := range r.Messages {
			p.blank()
			p.message(&r.Messages[i])
		}
		p.artifacts(r.Artifacts)
	}
	if o.Verbose {
		p.checks(r)
	} else if r.Summary.NotChecked > 0 && !o.Quiet {
		p.blank()
		p.hang(0, fmt.Sprintf("%s passed, %d not checked (--verbose says why)", plural(r.Summary.Passed, "check"), r.Summary.NotChecked), p.paint.faint)
	}
	return p.w.Flush()
}

func (p *page) diagnosis(r *validate.Report) {
	d := r.Diagnosis
	if d == nil {
		verdict := "nothing wrong was found"
		switch {
		case len(r.Messages) == 0 && len(r.Artifacts) > 0:
			verdict = "there is no SAML message to judge: the app fetches it from the identity provider with the artifact, where no browser sees it"
		case len(r.Messages) == 0 && len(r.SignIns) == 0:
			verdict = "there is no SAML message to judge"
		case r.Summary.Info > 0:
			verdict += "; the findings below say what could not be judged, or is worth knowing"
		}
		p.heading("DIAGNOSIS", verdict)
		return
	}
	p.heading("DIAGNOSIS", "")
	p.row(2, 0, "", d.Summary, p.paint.bold)
	p.fixes(d.Fixes)
}

func (p *page) fixes(fixes []finding.Fix) {
	const column = 10
	for i, f := range fixes {
		if i == 0 {
			p.blank()
		}
		label := "fix in"
		if i > 0 {
			label = "or in"
		}
		p.row(2, column, label, systemNames[f.System]+": "+f.Place, nil)
		p.row(2, column, "", f.Action, p.paint.green)
	}
}

func counts(s validate.Summary) string {
	var parts []string
	for _, c := range []struct {
		n    int
		name string
	}{{s.Error, "error"}, {s.Warning, "warning"}, {s.Info, "info"}} {
		if c.n > 0 {
			parts = append(parts, plural(c.n, c.name))
		}
	}
	return strings.Join(parts, ", ")
}

func plural(n int, noun string) string {
	if noun == "info" {
		return fmt.Sprintf("%d %s", n, noun)
	}
	return finding.Count(n, noun)
}

// finding writes one finding; the labels of its details stand in one column.
func (p *page) finding(r *validate.Report, f *finding.Finding) {
	const indent, column = 9, 10
	p.blank()
	name := f.Severity.String()
	p.w.WriteString(p.severity(f.Severity).Sprint(name) + strings.Repeat(" ", indent-len(name)))
	p.hang(indent, f.Title+"  ["+f.Check+"]", p.paint.bold)
	diagnosed := r.Diagnosis != nil && r.Diagnosis.Check == f.Check && r.Diagnosis.Summary == f.Detail
	if f.Detail != f.Title && !diagnosed {
		p.hangAt(indent, f.Detail)
	}
	p.row(indent, column, "where", where(r, f), nil)
	for i, e := range f.Expected {
		label := "expected"
		if i > 0 {
			label = "or"
		}
		p.row(indent, column, label, e, nil)
	}
	if f.Actual != "" {
		p.row(indent, column, "actual", f.Actual, nil)
	}
	if f.Difference != "" && f.Difference != "other" {
		p.row(indent, column, "differs", string(f.Difference), p.paint.yellow)
	}
	if f.CausedBy != "" {
		p.row(indent, column, "because", f.CausedBy, nil)
	}
	if f.CausedBy != "" || diagnosed {
		return // what to change stands there
	}
	for i, fix := range f.Fixes {
		label := "fix"
		if i > 0 {
			label = "or"
		}
		p.row(indent, column, label, systemNames[fix.System]+": "+fix.Place+": "+fix.Action, nil)
	}
}

func (p *page) hangAt(indent int, text string) {
	p.w.WriteString(strings.Repeat(" ", indent))
	p.hang(indent, text, nil)
}

// where says in which input, message and place a finding stands.
func where(r *validate.Report, f *finding.Finding) string {
	parts := []string{f.Input}
	if f.Location.Exchange != nil {
		parts = append(parts, fmt.Sprintf("exchange %d", *f.Location.Exchange))
	} else if f.Message != nil && len(r.Messages) > 1 {
		parts = append(parts, fmt.Sprintf("message %d", *f.Message))
	}
	if f.Location.Path != "" {
		parts = append(parts, f.Location.Path)
	}
	if f.Location.Span.Known() {
		parts = append(parts, fmt.Sprintf("line %d, column %d", f.Location.Span.Line, f.Location.Span.Column))
	}
	return strings.Join(parts, ", ")
}

// checks lists what passed and what was not checked, by message.
func (p *page) checks(r *validate.Report) {
	for _, result := range []finding.Result{finding.NotChecked, finding.Pass} {
		title := map[finding.Result]string{finding.Pass: "PASSED", finding.NotChecked: "NOT CHECKED"}[result]
		p.blank()
		p.heading(title, "")
		for _, c := range r.Checks {
			if c.Result != result {
				continue
			}
			name := c.Check
			if c.Message != nil && len(r.Messages) > 1 {
				name = fmt.Sprintf("%s (message %d)", name, *c.Message)
			}
			if about := strings.TrimSpace(c.Input + " " + c.App); about != "" {
				name += " (" + about + ")"
			}
			p.row(2, 36, name, c.Reason, nil)
		}
	}
}
