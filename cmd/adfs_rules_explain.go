package cmd

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/ssodoctor/ssodoctor/pkg/adfs/claimrule"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/migrate"
	"github.com/ssodoctor/ssodoctor/pkg/report"
)

// explainOptions are the flags of adfs rules explain.
type explainOptions struct {
	ruleOptions
	table bool
}

const explainLong = `Say each rule in a sentence, and what it becomes in Entra.

With --table, say for each claim type what is issued and when, whoever the user
is: the rules are run on a user of whom nothing is known, so that claims that
rules only keep for later rules are gone.`

func newRulesExplain(env *Env, run func(*cobra.Command, *Env, *explainOptions) error) *cobra.Command {
	o := &explainOptions{}
	c := &cobra.Command{
		Use:   "explain [FILE|-]...",
		Short: "Say each rule in a sentence, and what it becomes in Entra",
		Long:  explainLong,
		Example: `  ssodoctor adfs rules explain rules.txt
  ssodoctor adfs rules explain trusts.xml --table`,
		RunE: func(c *cobra.Command, args []string) error {
			o.inputs = args
			return run(c, env, o)
		},
	}
	o.common.bind(c, "text", "json")
	o.bindPurpose(c)
	c.Flags().BoolVar(&o.table, "table", false, "say what is issued and when, claim type by claim type")
	return c
}

func runRulesExplain(c *cobra.Command, env *Env, o *explainOptions) error {
	if err := settle(c, env, o.config); err != nil {
		return err
	}
	if err := o.valid([]string{"text", "json"}); err != nil {
		return err
	}
	if o.format == "json" && !o.table {
		return usageError{errors.New("the sentences are text only: add --table for the claims as json")}
	}
	in, err := o.read(env)
	if err != nil {
		return err
	}
	if o.table {
		return o.tables(env, in)
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
