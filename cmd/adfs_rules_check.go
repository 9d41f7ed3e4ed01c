package cmd

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/report"
	"github.com/ssodoctor/ssodoctor/pkg/validate"
)

func newRulesCheck(env *Env, run func(*cobra.Command, *Env, *ruleOptions) error) *cobra.Command {
	o := &ruleOptions{}
	c := &cobra.Command{
		Use:   "check [FILE|-]...",
		Short: "List every syntax error, and what is probably wrong, with line and column",
		Example: `  ssodoctor adfs rules check rules.txt
  ssodoctor adfs rules check trusts.xml --format json`,
		RunE: func(c *cobra.Command, args []string) error {
			o.inputs = args
			return run(c, env, o)
		},
	}
	o.common.bind(c, textFirst(report.Formats())...)
	c.Flags().StringVar(&o.failOn, "fail-on", "error", "exit with 1 at findings of this `severity` or above: error, warning, info, never")
	complete(c, "fail-on", failOns)
	o.bindPurpose(c)
	return c
}

func runRulesCheck(c *cobra.Command, env *Env, o *ruleOptions) error {
	if err := settle(c, env, o.config); err != nil {
		return err
	}
	if err := o.valid(report.Formats()); err != nil {
		return err
	}
	if err := oneOf("fail-on", o.failOn, failOns); err != nil {
		return err
	}
	in, err := o.read(env)
	if err != nil {
		return err
	}
	readings := in.readings
	for _, t := range in.texts {
		readings = append(readings, validate.Reading{Name: t.input, Format: "claim rules", Problems: t.problems()})
	}
	r := validate.Relay(readings)
	err = o.write(env, func(w io.Writer) error {
		if o.format != "text" {
			write, _ := report.Lookup(o.format)
			return write(w, r, o.look(env))
		}
		return in.lines(w, r)
	})
	if err != nil {
		return err
	}
	return in.told(o.failing(r.Summary))
}

// lines writes one line a problem, with the place marked under syntax errors.
func (in *ruleIntake) lines(w io.Writer, r *validate.Report) error {
	for _, reading := range in.readings {
		for _, p := range reading.Problems {
			problemLine(w, reading.Name, p)
		}
	}
	rules := 0
	for _, t := range in.texts {
		rules += len(t.rules.Rules)
		carets := map[finding.Span]string{}
		for _, e := range t.errors {
			carets[e.Span] = e.Caret(t.text)
		}
		for _, p := range t.problems() {
			problemLine(w, t.input, p)
			if caret, ok := carets[p.Location.Span]; ok && p.Check == "adfs-rule-syntax" {
				fmt.Fprintf(w, "    %s\n", strings.ReplaceAll(caret, "\n", "\n    "))
			}
		}
	}
	s := r.Summary
	_, err := fmt.Fprintf(w, "%s, %s, %s\n", quantity(rules, "rule"), quantity(s.Error, "error"), quantity(s.Warning, "warning"))
	return err
}

func problemLine(w io.Writer, input string, p finding.Problem) {
	at := p.Location.Span
	fmt.Fprintf(w, "%s:%d:%d: %s: %s [%s]\n", finding.Printable(input), at.Line, at.Column, p.Severity, finding.Printable(p.Detail), p.Check)
}

func quantity(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// textFirst puts the format that is the default before the others.
func textFirst(formats []string) []string {
	return append([]string{"text"}, slices.DeleteFunc(formats, func(f string) bool { return f == "text" })...)
}
