package report

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/compare"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// ComparisonFormats are the formats of Comparison.
var ComparisonFormats = []string{"text", "json"}

// Comparison writes what two inputs have in common and what not, in one of
// ComparisonFormats.
func Comparison(w io.Writer, c *compare.Comparison, format string, o Options) error {
	if format == "json" {
		return Encode(w, c)
	}
	p := newPage(w, o)
	p.heading("COMPARISON", verdict(c.Summary))
	p.row(2, 3, "A", describeSide(c.A), nil)
	p.row(2, 3, "B", describeSide(c.B), nil)
	if n := claimCounts(c); n != "" {
		p.row(2, 3, "", "claims: "+n, p.paint.bold)
	}
	for i := range c.Facts {
		f := &c.Facts[i]
		if f.Outcome != compare.Same && !addedClaim(f) && (!o.Quiet || f.Severity > compare.Severity(finding.Info)) {
			p.difference(f)
		}
	}
	if !o.Quiet {
		p.added(c)
		p.common(c)
	}
	return p.w.Flush()
}

// verdict is the result in one line.
func verdict(s compare.Summary) string {
	if s.Error+s.Warning+s.Info == 0 {
		return fmt.Sprintf("no difference in %s compared", finding.Count(s.Same, "thing"))
	}
	breaks := "break"
	if s.Error == 1 {
		breaks = "breaks"
	}
	return fmt.Sprintf("%s: %d %s the app, %d may, %d do not; %d the same",
		plural(s.Error+s.Warning+s.Info, "difference"), s.Error, breaks, s.Warning, s.Info, s.Same)
}

func describeSide(s compare.Side) string {
	out := s.Name + ": " + s.Type
	if s.Issuer != "" {
		out += " of " + s.Issuer
	}
	if s.Product != "" {
		out += " (" + s.Product + ")"
	}
	return out
}

// claimCounts sums up the claims: how many are the same, renamed and so on.
func claimCounts(c *compare.Comparison) string {
	counts := make(map[compare.Outcome]int)
	for _, f := range c.Facts {
		if strings.HasPrefix(f.Aspect, "claim") {
			counts[f.Outcome]++
		}
	}
	var parts []string
	for _, row := range []struct {
		outcome compare.Outcome
		words   string
	}{{compare.Same, "the same"}, {compare.Renamed, "renamed"}, {compare.Differs, "with another value"}, {compare.Missing, "missing in B"}, {compare.Added, "only in B"}} {
		if n := counts[row.outcome]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, row.words))
		}
	}
	return strings.Join(parts, ", ")
}

var outcomeWords = map[compare.Outcome]string{
	compare.Missing: "is missing in B", compare.Added: "is only in B", compare.Renamed: "is renamed in B", compare.Differs: "differs",
}

// shownValues is how many values of one side are listed.
const shownValues = 12

func (p *page) difference(f *compare.Fact) {
	const indent, column = 9, 10
	p.blank()
	severity := finding.Severity(f.Severity)
	p.w.WriteString(p.severity(severity).Sprint(severity.String()) + strings.Repeat(" ", indent-len(severity.String())))
	what := f.Aspect
	if f.Of != "token" && f.Aspect != f.Of {
		what = f.Of + ": " + what
	}
	if f.Name != "" {
		what += " " + finding.Shorten(f.Name, shownValue)
	}
	p.hang(indent, what+" "+outcomeWords[f.Outcome], p.paint.bold)
	p.side("A", f.A)
	if f.RenamedTo != "" {
		p.row(indent, column, "renamed", f.RenamedTo, nil)
	}
	p.side("B", f.B)
	if f.Difference != "" && f.Difference != "other" {
		p.row(indent, column, "differs", string(f.Difference), p.paint.yellow)
	}
	label := "breaks"
	if severity == finding.Info {
		label = "note"
	}
	p.row(indent, column, label, f.Breaks, nil)
}

func (p *page) side(label string, values []string) {
	for i, v := range values {
		if i == shownValues {
			p.row(9, 10, "", fmt.Sprintf("and %d more", len(values)-i), p.paint.faint)
			return
		}
		p.row(9, 10, label, finding.Shorten(v, 4*shownValue), nil)
		label = ""
	}
}

// addedClaim reports whether a claim came with B: no app minds.
func addedClaim(f *compare.Fact) bool {
	return f.Aspect == "claim" && f.Outcome == compare.Added
}

// added lists the claims that came with B, one line each.
func (p *page) added(c *compare.Comparison) {
	first := true
	for i := range c.Facts {
		f := &c.Facts[i]
		if !addedClaim(f) {
			continue
		}
		if first {
			p.blank()
			p.heading("ONLY IN B", "claims that apps pass over unless they know them")
			first = false
		}
		p.row(2, 0, "", finding.Shorten(f.Name+" = "+strings.Join(f.B, ", "), 2*shownValue), nil)
	}
}

// common lists what is the same on both sides.
func (p *page) common(c *compare.Comparison) {
	if c.Summary.Same == 0 {
		return
	}
	p.blank()
	p.heading("SAME", "")
	aspects := make(map[string][]string)
	for _, f := range c.Facts {
		if f.Outcome == compare.Same && f.Aspect != "claim" {
			of := strings.TrimSpace(f.Of + " " + finding.Shorten(f.Name, shownValue))
			aspects[of] = append(aspects[of], f.Aspect)
		}
	}
	for _, of := range slices.Sorted(maps.Keys(aspects)) {
		p.row(2, 10, of, strings.Join(aspects[of], ", "), nil)
	}
	label := "claims"
	for _, f := range c.Facts {
		if f.Outcome == compare.Same && f.Aspect == "claim" {
			p.row(2, 10, label, finding.Shorten(f.Name, shownValue), nil)
			label = ""
		}
	}
}
