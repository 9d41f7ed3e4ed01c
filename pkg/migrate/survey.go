package migrate

import (
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/adfs"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// survey is what can be told only when everything was read: what the trusts of
// an export say of each other, and what its other objects say of them. It keeps
// little of each trust, and none of its rules.
type survey struct {
	members  []*member // in the order of the export
	others   []Other
	problems []Problem
	// alternate is the attribute that users sign in with instead of the UPN,
	// stores are the names of the attribute stores of the farm.
	alternate string
	stores    []string
	service   service
}

// member is a trust as the others of its farm see it.
type member struct {
	name        string
	source      Source
	key         string // tells the trust from others of the same farm
	identifiers []string
	skipped     string
	gaps        int    // what the export does not hold of it
	items       []Item // what the others say of it
}

func newSurvey() *survey { return &survey{others: []Other{}, problems: []Problem{}} }

// read takes in an export, and gives each trust on.
func (s *survey) read(objects iter.Seq2[*adfs.Object, error], trust func(*adfs.RelyingParty)) {
	for o, err := range objects {
		switch {
		case err != nil:
			s.problem(err)
		case o.RelyingParty() != nil:
			rp := o.RelyingParty()
			s.members = append(s.members, &member{
				name: rp.Name, source: sourceOf(rp.Source), key: rp.ObjectIdentifier, identifiers: slices.Clone(rp.Identifier),
				skipped: skipped(rp), gaps: gaps(rp),
			})
			trust(rp)
		default:
			s.other(o)
		}
	}
	s.copies()
	s.duplicates()
}

func (s *survey) problem(err error) {
	e, ok := err.(*adfs.ReadError)
	if !ok {
		e = &adfs.ReadError{Check: adfs.CheckUnreadable, Severity: finding.Error, Msg: err.Error()}
	}
	s.problems = append(s.problems, Problem{Check: e.Check, Severity: e.Severity, Source: sourceOf(e.Source), Column: e.Span.Column, Message: e.Msg})
}

// settle adds to a judged trust what the rest of the export says of it, and
// draws the verdict.
func (s *survey) settle(t *Trust, m *member) {
	t.Skipped = m.skipped
	t.Items = append(t.Items, m.items...)
	if s.alternate != "" && t.upn {
		t.Items = append(t.Items, itemOf("IssuanceTransformRules", "", Changed, finding.Warning, "users sign in with the alternate login ID "+finding.Quote(s.alternate)+": the UPN of AD FS may be user.onpremisesuserprincipalname in Entra, not user.userprincipalname"))
	}
	for _, name := range t.queries {
		known := s.stores == nil || strings.HasPrefix(name, "_") || slices.ContainsFunc(s.stores, func(s string) bool { return strings.EqualFold(s, name) })
		if !known && !strings.EqualFold(name, activeDirectory) {
			t.Items = append(t.Items, itemOf("IssuanceTransformRules", name, Manual, finding.Warning, "the attribute store "+finding.Quote(name)+" is not one of the farm: the rules that ask it fail today"))
		}
	}
	t.settle()
}

// itemOf is an item about a setting as a whole.
func itemOf(setting, value string, outcome Outcome, severity finding.Severity, message string) Item {
	v := &Verdict{Setting: setting, Outcome: outcome, Severity: severity, Message: message, Reference: referenceMove}
	switch severity {
	case finding.Error:
		v.Check = "adfs-unsupported"
	case finding.Warning:
		v.Check = "adfs-needs-work"
	}
	return Item{Verdict: v, Value: value}
}

// copies finds trusts that are given twice, by the key that AD FS gives them,
// and keeps the one of which the export holds most.
func (s *survey) copies() {
	type identity struct{ key, name string }
	best := map[identity]*member{}
	for _, m := range s.members {
		id := identity{m.key, m.name}
		if first := best[id]; first != nil && m.key != "" {
			if m.gaps < first.gaps {
				first, m = m, first
			}
			m.copyOf(first)
			best[id] = first
			continue
		}
		best[id] = m
	}
}

const givenTwice = "the trust is given twice"

// gaps counts what the export does not hold of a trust.
func gaps(rp *adfs.RelyingParty) (n int) {
	j := &trustJudge{rp: rp}
	for i := range rp.Properties {
		if p := &rp.Properties[i]; p.Info != nil && p.State != adfs.Held {
			j.current = p
			j.lost(p)
		}
	}
	j.missing()
	j.reader()
	for _, i := range j.items {
		if i.Check == adfs.CheckIncomplete || i.Check == adfs.CheckUnreadable {
			n++
		}
	}
	return n
}

func (m *member) copyOf(other *member) {
	if m.skipped == "" {
		m.skipped = givenTwice
		m.items = append(m.items, itemOf("Identifier", "", NotApplicable, finding.Info, fmt.Sprintf("the same trust is told from %s (object %d)", other.source.File, other.source.Index)))
	}
}

// duplicates finds trusts whose identifiers Entra would refuse as there are
// others of the same, and trusts that are given twice.
func (s *survey) duplicates() {
	byIdentifier := map[string]*member{} // the first that has it
	type pair struct{ first, second *member }
	told := map[pair]bool{}
	for _, m := range s.members {
		for _, id := range m.identifiers {
			if key := strings.ToLower(id); byIdentifier[key] == nil {
				byIdentifier[key] = m
			}
		}
	}
	for _, m := range s.members {
		for _, id := range m.identifiers {
			first := byIdentifier[strings.ToLower(id)]
			if first == m || m.skipped == givenTwice || first.skipped == givenTwice {
				continue
			}
			if p := (pair{first, m}); !told[p] {
				told[p] = true
				m.duplicate(first, id)
			}
		}
	}
}

// duplicate tells a trust that another before it has one of its identifiers.
func (m *member) duplicate(first *member, id string) {
	if m.sameAs(first) {
		m.copyOf(first)
		return
	}
	tell := func(m, other *member, outcome Outcome, severity finding.Severity) {
		m.items = append(m.items, itemOf("Identifier", id, outcome, severity, "the trust "+finding.Quote(finding.Shorten(other.name, 60))+" has the same identifier, apart from letter case: identifiers are unique in a tenant"))
	}
	tell(m, first, Unsupported, finding.Error)
	if first.skipped == "" {
		tell(first, m, Changed, finding.Warning)
	}
}

// sameAs tells a trust that was exported twice from another one.
func (m *member) sameAs(other *member) bool {
	if m.key != "" || other.key != "" {
		return m.key == other.key && m.name == other.name
	}
	return m.name == other.name && slices.Equal(m.identifiers, other.identifiers) && m.source != other.source && m.source.File != other.source.File
}
