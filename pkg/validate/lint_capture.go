package validate

import (
	"fmt"
	"io"

	"github.com/ssodoctor/ssodoctor/pkg/config"
	"github.com/ssodoctor/ssodoctor/pkg/trace"
)

// judgeCaptures judges the captured sign-ins that apps name, each with what its
// app expects.
func (l *linter) judgeCaptures() {
	for _, a := range l.apps {
		var captures []*trace.Capture
		for _, g := range a.Captures {
			for _, name := range g.Paths {
				if c := l.capture(name); c != nil {
					captures = append(captures, c)
				}
			}
		}
		if len(captures) == 0 {
			continue
		}
		expect := &Expectations{Skew: l.options.Skew, CertificateWarning: l.options.CertificateWarning}
		if err := expect.AddApp(a.App, l.content); err != nil {
			l.unread(fmt.Errorf("the captures of %q are judged without what cannot be read: %w", a.Name.Value, err))
		}
		l.report.merge(Examine(captures, expect, l.options.Clock), a.Name.Value)
	}
}

// capture reads a captured sign-in; nil where that cannot be.
func (l *linter) capture(name string) *trace.Capture {
	body, err := l.tree.Open(name)
	if err != nil {
		return nil // told by the check of the configuration
	}
	defer body.Close()
	c, err := trace.Read(body, name, trace.Limits{})
	if err != nil {
		l.unread(err)
	}
	if c == nil || !c.Tells() && len(c.Problems) == 0 {
		return nil
	}
	return c
}

// content reads a file that a configuration names.
func (l *linter) content(f config.File) ([]byte, error) {
	if f.Remote() {
		return nil, fmt.Errorf("%q is an address, and lint fetches nothing; save it as a file", f.Value)
	}
	body, err := l.tree.Open(f.Path)
	if err != nil {
		return nil, err
	}
	defer body.Close()
	return io.ReadAll(io.LimitReader(body, maxLintFile))
}

// merge adds the report on the captures of an app.
func (r *Report) merge(o *Report, app string) {
	shift := len(r.Messages)
	moved := func(m *int) *int {
		if m == nil {
			return nil
		}
		n := *m + shift
		return &n
	}
	r.Inputs = append(r.Inputs, o.Inputs...)
	for _, m := range o.Messages {
		m.Index += shift
		r.Messages = append(r.Messages, m)
	}
	for _, f := range o.Findings {
		f.Message, f.App = moved(f.Message), app
		r.Findings = append(r.Findings, f)
	}
	for _, c := range o.Checks {
		c.Message, c.App = moved(c.Message), app
		r.Checks = append(r.Checks, c)
	}
}
