package cmd

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/ssodoctor/ssodoctor/pkg/adfs/claimrule"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/migrate"
	"github.com/ssodoctor/ssodoctor/pkg/report"
)

func newRulesExplain(env *Env, run func(*cobra.Command, *Env, *ruleOptions) error) *cobra.Command {
	o := &ruleOptions{}
	c := &cobra.Command{
		Use:   "explain [FILE|-]...",
		Short: "Say each rule in a sentence, and what it becomes in Entra",
		RunE: func(c *cobra.Command, args []string) error {
			o.inputs = args
			return run(c, env, o)
		},
	}
	o.common.bind(c, "text")
	o.bindPurpose(c)
	return c
}

func runRulesExplain(c *cobra.Command, env *Env, o *ruleOptions) error {
	if err := settle(c, env, o.config); err != nil {
		return err
	}
	if err := o.valid([]string{"text"}); err != nil {
		return err
	}
	in, err := o.read(env)
	if err != nil {
		return err
	}
	err = o.write(env, func(w io.Writer) error {
		var sections []report.Section
		for _, t := range in.texts {
			sections = append(sections, explained(t, len(in.texts) > 1)...)
		}
		return report.Sheet(w, sections, o.look(env))
	})
	if err != nil {
		return err
	}
	return in.told(in.tellErrors())
}

// explained is a section for each rule of a text.
func explained(t *ruleText, several bool) []report.Section {
	var sections []report.Section
	for _, b := range migrate.Explain(t.rules, t.purpose) {
		title := fmt.Sprintf("RULE %d", b.Rule.Index+1)
		if several {
			title = finding.Printable(fmt.Sprintf("%s, rule %d", t.title(), b.Rule.Index+1))
		}
		s := report.Section{Title: title, Note: b.Rule.Name(), Rows: []report.Row{{Label: "does", Text: claimrule.Explain(b.Rule)}}}
		label := "in Entra"
		for _, i := range b.Items {
			text := string(i.Outcome) + ": " + i.Message
			if i.Claim != "" {
				text = i.Claim + " " + text
			}
			s.Rows = append(s.Rows, report.Row{Label: label, Text: text})
			label = ""
		}
		sections = append(sections, s)
	}
	return sections
}
