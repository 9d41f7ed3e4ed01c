package write

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/migrate"
)

// planStream writes the plan as docs/schema/plan.schema.json says.
func planStream(w io.Writer, p *migrate.Plans, trusts iter.Seq2[entry, error], _ Options) error {
	b := bufio.NewWriter(w)
	fmt.Fprintf(b, "{\n  \"schema\": %q,\n  \"trusts\": ", migrate.PlanSchema)
	if err := jsonTrusts(b, trusts, planTrust); err != nil {
		return err
	}
	b.WriteString(",\n  \"problems\": ")
	if err := indented(b, "  ", p.Problems); err != nil {
		return err
	}
	b.WriteString(",\n  \"summary\": ")
	if err := indented(b, "  ", p.Summary()); err != nil {
		return err
	}
	b.WriteString("\n}\n")
	return b.Flush()
}

// trustPrefix is where the trusts of a plan begin.
const trustPrefix = "    "

// jsonTrusts writes a list of what is made of each trust.
func jsonTrusts(b *bufio.Writer, trusts iter.Seq2[entry, error], trust func(w io.Writer, e entry) error) error {
	b.WriteByte('[')
	separator := "\n" + trustPrefix
	for e, err := range trusts {
		b.WriteString(separator)
		if err == nil {
			err = trust(b, e)
		}
		if err != nil {
			return err
		}
		separator = ",\n" + trustPrefix
	}
	_, err := b.WriteString("\n  ]")
	return err
}

// planTrust writes the plan of one trust. Its items come last, and are more than
// all the rest.
func planTrust(w io.Writer, e entry) error {
	if len(e.Items) == 0 {
		return indented(w, trustPrefix, e.TrustPlan)
	}
	rest := *e.TrustPlan
	rest.Items = []migrate.Item{}
	var b bytes.Buffer
	if err := indented(&b, trustPrefix, rest); err != nil {
		return err
	}
	const list, item = trustPrefix + "  ", trustPrefix + "    "
	text := bytes.TrimSuffix(b.Bytes(), []byte("]\n"+trustPrefix+"}"))
	for i, it := range e.Items {
		if i > 0 {
			text = append(text, ',')
		}
		text = it.AppendJSON(append(text, "\n"+item...), item)
	}
	_, err := w.Write(finding.SafeJSON(append(text, "\n"+list+"]\n"+trustPrefix+"}"...)))
	return err
}

// indented writes JSON whose lines after the first begin with a prefix.
func indented(w io.Writer, prefix string, v any) error {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent(prefix, "  ")
	if err := e.Encode(v); err != nil {
		return err
	}
	_, err := w.Write(finding.SafeJSON(bytes.TrimSuffix(b.Bytes(), []byte("\n"))))
	return err
}

// PlanText writes what plans come to, for people: each trust with its
// application, and what a person must settle.
func PlanText(w io.Writer, p *migrate.Plans) error {
	var trusts bytes.Buffer
	for t, err := range p.All() {
		if err != nil {
			return err
		}
		planText(&trusts, t)
	}
	s := p.Summary() // stands first, and is known last
	if _, err := fmt.Fprintf(w, "%s: %d ready, %d need work, %d blocked, %d not to be moved\n", finding.Count(s.Trusts, "relying party trust"), s.Ready, s.NeedsWork, s.Blocked, s.Skipped); err != nil {
		return err
	}
	_, err := trusts.WriteTo(w)
	return err
}

func planText(b *bytes.Buffer, t *migrate.TrustPlan) {
	verdict := t.Readiness.String()
	if t.Skipped != "" {
		verdict = "skipped: " + t.Skipped
	}
	fmt.Fprintf(b, "\n%s  %s  (%s, %s:%d)\n", finding.Printable(t.Name), verdict, t.Protocol, finding.Printable(t.Source.File), t.Source.Line)
	for _, l := range planLines(t) {
		if len(l.values) > 0 {
			fmt.Fprintf(b, "  %-18s %s\n", l.label, strings.Join(printable(l.values), "\n"+strings.Repeat(" ", 21)))
		}
	}
	for _, line := range open(t) {
		fmt.Fprintf(b, "  ! %s\n", finding.Printable(line))
	}
}

type planLine struct {
	label  string
	values []string
}

// planLines are the facts of a plan that people look for first.
func planLines(t *migrate.TrustPlan) []planLine {
	claims := []string{"NameID = " + valuesOf(inOrder(t.NameID.Configurations))}
	if len(t.NameID.Configurations) == 0 {
		claims = nil
	}
	var policies []string
	for _, p := range t.ConditionalAccess {
		policies = append(policies, p.DisplayName)
	}
	return []planLine{
		{"template", given(t.Application.Template)}, {"identifiers", t.Application.Identifiers}, {"Reply URLs", replyURLs(t)},
		{"logout URL", given(t.Application.LogoutURL)}, {"claims", append(claims, claimCells(t, Options{})...)},
		{"assignment", []string{assignmentText(t)}}, {"Conditional Access", policies},
	}
}

// assignmentText says who can sign in.
func assignmentText(t *migrate.TrustPlan) string {
	who := assignedCells(t, Options{})
	switch {
	case !t.Access.AssignmentRequired:
		return "not required"
	case len(who) == 0:
		return "required; nobody is assigned"
	}
	return "required; assigned: " + strings.Join(who, ", ")
}

func printable(values []string) []string {
	list := make([]string, len(values))
	for i, v := range values {
		list[i] = finding.Printable(v)
	}
	return list
}
