package cmd

import (
	"fmt"
	"io"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/adfs/claimrule"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/report"
)

// tables writes what the rule sets issue, claim type by claim type. Of a rule set
// with syntax errors nothing can be said.
func (o *explainOptions) tables(env *Env, in *ruleIntake) error {
	failed := in.tellErrors()
	all := &claimrule.TableReport{}
	var sections []report.Section
	for _, t := range in.texts {
		if len(t.errors) > 0 {
			continue
		}
		tables, err := t.rules.Tables(claimrule.TableOptions{})
		if err != nil {
			return fmt.Errorf("%s: %w", t.title(), err)
		}
		all.Sets = append(all.Sets, claimrule.TableSet{Input: t.input, Trust: t.trust, Setting: t.setting, Tables: tables})
		sections = append(sections, tabulated(t, tables, len(in.texts) > 1)...)
	}
	err := o.write(env, func(w io.Writer) error {
		if o.format != "json" {
			return report.Sheet(w, sections, o.look(env))
		}
		return report.Encode(w, all)
	})
	if err != nil {
		return err
	}
	return in.told(failed)
}

// tabulated is a section for each claim type that a text issues.
func tabulated(t *ruleText, tables *claimrule.Tables, several bool) []report.Section {
	var sections []report.Section
	add := func(table *claimrule.Table, title string) {
		if several {
			title = t.title() + ": " + title
		}
		s := report.Section{Title: finding.Printable(title)}
		for _, r := range table.Rows {
			s.Rows = append(s.Rows, report.Row{Label: byRules(r), Text: r.Says()})
		}
		if u := table.Unclear; u != nil {
			s.Rows = append(s.Rows, report.Row{Label: fmt.Sprintf("rule %d", u.Rule+1), Text: "what else is issued cannot be told: " + u.Reason})
		}
		sections = append(sections, s)
	}
	for _, table := range tables.Types {
		add(table, table.Type)
	}
	if tables.Open != nil {
		add(tables.Open, "other claim types")
	}
	if sections == nil {
		sections = []report.Section{{Title: finding.Printable(t.title()), Note: "issues no claim, whoever the user is"}}
	}
	return sections
}

// byRules names the rules that issue a claim, and those behind them.
func byRules(r *claimrule.Row) string {
	label := ruleNumbers(r.Rules)
	if len(r.Feeds) > 0 {
		label += " (from " + strings.TrimPrefix(strings.TrimPrefix(ruleNumbers(r.Feeds), "rules "), "rule ") + ")"
	}
	return label
}

// maxRuleNumbers is how many rules a label names.
const maxRuleNumbers = 4

func ruleNumbers(list []int) string {
	numbers := make([]string, 0, maxRuleNumbers+1)
	for _, i := range list[:min(len(list), maxRuleNumbers)] {
		numbers = append(numbers, fmt.Sprint(i+1))
	}
	if len(list) > maxRuleNumbers {
		numbers = append(numbers, "…")
	}
	if len(list) == 1 {
		return "rule " + numbers[0]
	}
	return "rules " + strings.Join(numbers, ", ")
}
