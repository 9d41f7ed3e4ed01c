package report

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/migrate"
)

// ParityWriter writes a parity report in one format.
type ParityWriter func(io.Writer, *migrate.Parity, Options) error

var parityWriters = map[string]ParityWriter{"text": parityText, "json": parityJSON}

// ParityFormats lists the names of the formats of parity reports, sorted.
func ParityFormats() []string { return slices.Sorted(maps.Keys(parityWriters)) }

// LookupParity finds the writer of a format.
func LookupParity(format string) (ParityWriter, bool) {
	w, ok := parityWriters[format]
	return w, ok
}

// parityJSON writes the report as docs/schema/parity.schema.json says.
func parityJSON(w io.Writer, p *migrate.Parity, _ Options) error {
	return Encode(w, p)
}

// parityText writes a section for each trust, what differs in silence first.
func parityText(w io.Writer, p *migrate.Parity, o Options) error {
	var sections []Section
	for _, t := range p.Trusts {
		if s := parityTrust(t, o); len(s.Rows) > 0 {
			sections = append(sections, s)
		}
	}
	return Sheet(w, append(sections, paritySummary(p)), o)
}

func parityTrust(t *migrate.TrustParity, o Options) Section {
	s := Section{Title: finding.Printable(t.Name), Note: fmt.Sprintf("%s, line %d", finding.Printable(t.Source.File), t.Source.Line)}
	if t.Skipped != "" {
		s.Rows = []Row{{"skipped", t.Skipped}}
		return s.unlessQuiet(o)
	}
	for _, u := range t.Uncompared {
		s.Rows = append(s.Rows, Row{"not compared", uncompared(u)})
	}
	var exact []string
	for _, verdict := range []migrate.ParityVerdict{migrate.ParitySilent, migrate.ParityAnnounced, migrate.ParityRefused, migrate.ParityAdded, migrate.ParityUnseen, migrate.ParityExact} {
		for _, c := range t.Claims {
			switch {
			case c.Verdict != verdict:
			case verdict == migrate.ParityExact:
				exact = append(exact, finding.Printable(c.Claim))
			default:
				s.Rows = append(s.Rows, parityClaim(c, t.Users, o)...)
			}
		}
	}
	if o.Quiet {
		return s
	}
	if len(exact) > 0 {
		s.Rows = append(s.Rows, Row{"exact", fmt.Sprintf("%s, for %s: %s", plural(len(exact), "claim"), plural(t.Users, "user"), strings.Join(exact, ", "))})
	}
	for _, c := range t.Claims {
		if c.Unsynchronized > 0 {
			s.Rows = append(s.Rows, Row{"left out", fmt.Sprintf("%s: groups that Entra Connect does not synchronize, as Domain Users, which AD FS tells of %s", finding.Printable(c.Claim), plural(c.Unsynchronized, "user"))})
		}
	}
	if o.Verbose {
		for _, n := range t.Notes {
			s.Rows = append(s.Rows, Row{"note", n})
		}
	}
	if len(s.Rows) == 0 {
		s.Rows = []Row{{"exact", "neither side emits a claim for " + plural(t.Users, "user")}}
	}
	return s
}

// unlessQuiet drops rows that only complete the picture.
func (s Section) unlessQuiet(o Options) Section {
	if o.Quiet {
		s.Rows = nil
	}
	return s
}

func uncompared(u migrate.Uncompared) string {
	text := plural(u.Users, "user") + ", as "
	if u.Rule >= 0 {
		text += fmt.Sprintf("rule %d (line %d) has no answer: ", u.Rule+1, u.Line)
	}
	return text + finding.Printable(u.Reason) + "; for example " + finding.Printable(u.Example)
}

// maxCauses is how many causes of one claim are told unless all are asked for.
const maxCauses = 5

func parityClaim(c migrate.ClaimParity, users int, o Options) []Row {
	label := string(c.Verdict)
	rows := []Row{{label, fmt.Sprintf("%s: differs for %d of %s", finding.Printable(c.Claim), c.Differing, plural(users, "user"))}}
	if c.Verdict == migrate.ParityUnseen {
		rows[0].Text = finding.Printable(c.Claim) + ": announced, but the same for " + plural(users, "user")
	}
	for i, d := range c.Differences {
		if i == maxCauses && !o.Verbose {
			rows = append(rows, Row{"", fmt.Sprintf("… and %s more (--verbose lists them)", plural(len(c.Differences)-i, "cause"))})
			break
		}
		rows = append(rows, Row{"", parityDifference(d)})
	}
	for _, a := range c.Announcements {
		rows = append(rows, Row{"", "the plan says: " + finding.Printable(a.Message)})
	}
	return rows
}

// differenceTexts say what the kinds of difference mean.
var differenceTexts = map[migrate.DifferenceKind]string{
	migrate.DifferenceMissing:  "Entra emits none",
	migrate.DifferenceAdded:    "Entra emits it, AD FS does not",
	migrate.DifferenceFewer:    "Entra emits fewer values",
	migrate.DifferenceMore:     "Entra emits more values",
	migrate.DifferenceOther:    "Entra emits another value",
	migrate.DifferencePairwise: "Entra has no value to send, and makes up a pairwise identifier",
	migrate.DifferenceFormat:   "the format of the NameID is another",
	migrate.DifferenceUnknown:  "what Entra emits is not known",
}

func parityDifference(d migrate.ClaimDifference) string {
	text := fmt.Sprintf("%s for %s", differenceTexts[d.Kind], plural(d.Users, "user"))
	if d.Reason != "" {
		text += ", as " + finding.Printable(d.Reason)
	}
	for _, r := range d.Rules {
		text += fmt.Sprintf("; rule %d", r.Index+1)
		if r.Name != "" {
			text += " " + finding.Quote(finding.Shorten(r.Name, 60))
		}
		if r.Line > 0 {
			text += fmt.Sprintf(" (line %d)", r.Line)
		}
	}
	return text + fmt.Sprintf("; for example %s: AD FS %s, Entra %s", finding.Printable(d.Example.User), quoted(d.Example.ADFS), emitted(d))
}

func emitted(d migrate.ClaimDifference) string {
	if d.Kind == migrate.DifferenceUnknown {
		return "not known"
	}
	return quoted(d.Example.Entra)
}

func quoted(values []string) string {
	if len(values) == 0 {
		return "nothing"
	}
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = finding.Quote(v)
	}
	return strings.Join(out, " ")
}

func paritySummary(p *migrate.Parity) Section {
	s := p.Summary
	rows := []Row{{"claims", fmt.Sprintf("%d: %d exact, %d announced, %d refused, %d added, %d announced but not seen, %d silent", s.Claims, s.Exact, s.Announced, s.Refused, s.Added, s.Unseen, s.Silent)}}
	if s.Uncompared > 0 {
		rows = append(rows, Row{"not compared", plural(s.Uncompared, "user")})
	}
	verdict := "every difference is one that the plan announces"
	switch {
	case s.Silent > 0:
		verdict = plural(s.Silent, "claim") + " would change without notice: see what is silent"
	case s.Claims == 0:
		verdict = "no claim was compared"
	case s.Exact == s.Claims:
		verdict = "users keep getting the same claims"
	}
	return Section{Title: "PARITY", Note: plural(s.Trusts-s.Skipped, "trust"), Rows: append(rows, Row{"verdict", verdict})}
}
