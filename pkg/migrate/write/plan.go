package write

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/migrate"
)

// planStream writes the plan as docs/schema/plan.schema.json says, trust by
// trust.
func planStream(w io.Writer, p *migrate.Plan, _ []entry, _ Options) error {
	b := bufio.NewWriter(w)
	fmt.Fprintf(b, "{\n  \"schema\": %q,\n  \"trusts\": [", p.Schema)
	for i, t := range p.Trusts {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString("\n    ")
		if err := indented(b, "    ", t); err != nil {
			return err
		}
	}
	b.WriteString("\n  ],\n  \"problems\": ")
	if err := indented(b, "  ", p.Problems); err != nil {
		return err
	}
	b.WriteString(",\n  \"summary\": ")
	if err := indented(b, "  ", p.Summary); err != nil {
		return err
	}
	b.WriteString("\n}\n")
	return b.Flush()
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
	_, err := w.Write(bytes.TrimSuffix(b.Bytes(), []byte("\n")))
	return err
}

// PlanText writes what a plan comes to, for people: each trust with its
// application, and what a person must settle.
func PlanText(w io.Writer, p *migrate.Plan) error {
	b := bufio.NewWriter(w)
	s := p.Summary
	fmt.Fprintf(b, "%s: %d ready, %d need work, %d blocked, %d not to be moved\n", finding.Count(s.Trusts, "relying party trust"), s.Ready, s.NeedsWork, s.Blocked, s.Skipped)
	for _, t := range p.Trusts {
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
	return b.Flush()
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
