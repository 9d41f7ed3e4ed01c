package migrate

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/ssodoctor/ssodoctor/pkg/adfs"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// Assess judges what an export holds, at a time that certificates are judged
// by. Objects are read one by one and not kept, so that memory follows what is
// said of them. Nothing that cannot be read hides anything else.
func Assess(objects iter.Seq2[*adfs.Object, error], at time.Time) *Assessment {
	c := newCollector(at)
	c.read(objects)
	c.together()
	c.conclude()
	return c.out
}

func newCollector(at time.Time) *collector {
	return &collector{at: at, farm: newFarmCounter(), shared: newShared(nil), verdicts: map[comparableVerdict]*Verdict{}, out: &Assessment{Schema: Schema, Trusts: []*Trust{}, Others: []Other{}, Problems: []Problem{}}}
}

func (c *collector) read(objects iter.Seq2[*adfs.Object, error]) {
	for o, err := range objects {
		switch {
		case err != nil:
			c.problem(err)
		case o.RelyingParty() != nil:
			c.trust(o.RelyingParty())
		default:
			c.other(o)
		}
	}
}

type collector struct {
	at     time.Time
	out    *Assessment
	farm   *farmCounter
	shared *shared
	// verdicts holds each verdict once.
	verdicts map[comparableVerdict]*Verdict
	// alternate is the attribute that users sign in with instead of the UPN,
	// stores are the names of the attribute stores of the farm.
	alternate string
	stores    []string
	service   service
	// planner makes the plans of the trusts too; nil where none is wanted.
	planner *planner
}

func (c *collector) problem(err error) {
	e, ok := err.(*adfs.ReadError)
	if !ok {
		e = &adfs.ReadError{Check: adfs.CheckUnreadable, Severity: finding.Error, Msg: err.Error()}
	}
	c.out.Problems = append(c.out.Problems, Problem{Check: e.Check, Severity: e.Severity, Source: sourceOf(e.Source), Column: e.Span.Column, Message: e.Msg})
}

func (c *collector) trust(rp *adfs.RelyingParty) {
	t, j := assessTrust(rp, c.at, c.shared)
	if c.planner == nil {
		t.uses = c.farm.uses(t, j)
	} else {
		t.plan = c.planner.plan(j)
	}
	t.Items = slices.Clone(t.Items)
	for i := range t.Items {
		t.Items[i].Verdict = c.share(t.Items[i].Verdict)
	}
	c.out.Trusts = append(c.out.Trusts, t)
}

// comparableVerdict is what tells verdicts apart.
type comparableVerdict struct {
	setting, target, claim, message, check, reference, aliases string
	outcome                                                    Outcome
	severity                                                   finding.Severity
	rule                                                       RuleRef
}

// share keeps one of verdicts that say the same: those of most trusts do.
func (c *collector) share(v *Verdict) *Verdict {
	key := comparableVerdict{v.Setting, v.Target, v.Claim, v.Message, v.Check, v.Reference, strings.Join(v.Aliases, " "), v.Outcome, v.Severity, RuleRef{Index: -1}}
	if v.Rule != nil {
		key.rule = *v.Rule
	}
	if known, ok := c.verdicts[key]; ok {
		return known
	}
	c.verdicts[key] = v
	return v
}

// together judges what can be told only when everything was read.
func (c *collector) together() {
	c.copies()
	c.duplicates()
	for _, t := range c.out.Trusts {
		c.ofFarm(t)
		t.settle()
	}
}

// conclude counts and sorts the trusts.
func (c *collector) conclude() {
	for _, t := range c.out.Trusts {
		if t.Skipped == "" {
			c.farm.count(t.uses)
		}
		t.uses = nil
	}
	slices.SortStableFunc(c.out.Trusts, func(a, b *Trust) int {
		return cmp.Or(cmp.Compare(len(a.Skipped), 0)-cmp.Compare(len(b.Skipped), 0), cmp.Compare(a.Readiness, b.Readiness),
			cmp.Compare(a.Effort, b.Effort), cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)))
	})
	c.out.Farm = c.farm.farm()
	for _, t := range c.out.Trusts {
		c.out.Summary.count(t)
	}
}

func (s *Summary) count(t *Trust) {
	s.Trusts++
	switch {
	case t.Skipped != "":
		s.Skipped++
	case t.Readiness == Ready:
		s.Ready++
	case t.Readiness == NeedsWork:
		s.NeedsWork++
	default:
		s.Blocked++
	}
}

// ofFarm adds what the rest of the export says about a trust.
func (c *collector) ofFarm(t *Trust) {
	if c.alternate != "" && t.upn {
		t.item("IssuanceTransformRules", "", Changed, finding.Warning, "users sign in with the alternate login ID "+finding.Quote(c.alternate)+": the UPN of AD FS may be user.onpremisesuserprincipalname in Entra, not user.userprincipalname")
	}
	if c.stores == nil {
		return
	}
	for _, name := range t.queries {
		known := strings.HasPrefix(name, "_") || slices.ContainsFunc(c.stores, func(s string) bool { return strings.EqualFold(s, name) })
		if !known && !strings.EqualFold(name, activeDirectory) {
			t.item("IssuanceTransformRules", name, Manual, finding.Warning, "the attribute store "+finding.Quote(name)+" is not one of the farm: the rules that ask it fail today")
		}
	}
}

// item adds an item about a setting as a whole.
func (t *Trust) item(setting, value string, outcome Outcome, severity finding.Severity, message string) {
	v := &Verdict{Setting: setting, Outcome: outcome, Severity: severity, Message: message, Reference: referenceMove}
	switch severity {
	case finding.Error:
		v.Check = "adfs-unsupported"
	case finding.Warning:
		v.Check = "adfs-needs-work"
	}
	t.Items = append(t.Items, Item{Verdict: v, Value: value})
}

// The points of an item in Effort.
const (
	effortError  = 10
	effortManual = 3
	effortOther  = 1
)

// settle draws the verdict from the items.
func (t *Trust) settle() {
	t.Readiness, t.Effort = Ready, 0
	for _, i := range t.Items {
		switch {
		case i.Severity == finding.Error:
			t.Readiness = Blocked
			t.Effort += effortError
		case i.Severity == finding.Warning && i.Outcome == Manual:
			t.Readiness = max(t.Readiness, NeedsWork)
			t.Effort += effortManual
		case i.Severity == finding.Warning:
			t.Readiness = max(t.Readiness, NeedsWork)
			t.Effort += effortOther
		}
	}
}

// Reasons are the items that keep a trust from moving as it is, the gravest
// first.
func (t *Trust) Reasons() []Item {
	var list []Item
	for _, i := range t.Items {
		if i.Severity > finding.Info {
			list = append(list, i)
		}
	}
	slices.SortStableFunc(list, func(a, b Item) int { return cmp.Compare(b.Severity, a.Severity) })
	return list
}

// copies finds trusts that are given twice, by the key that AD FS gives them,
// and keeps the one of which the export holds most.
func (c *collector) copies() {
	type identity struct{ key, name string }
	best := map[identity]*Trust{}
	for _, t := range c.out.Trusts {
		id := identity{t.key, t.Name}
		if first := best[id]; first != nil && t.key != "" {
			if t.gaps() < first.gaps() {
				first, t = t, first
			}
			t.copyOf(first)
			best[id] = first
			continue
		}
		best[id] = t
	}
}

const givenTwice = "the trust is given twice"

// gaps counts what the export does not hold of a trust.
func (t *Trust) gaps() (n int) {
	for _, i := range t.Items {
		if i.Check == adfs.CheckIncomplete || i.Check == adfs.CheckUnreadable {
			n++
		}
	}
	return n
}

func (t *Trust) copyOf(other *Trust) {
	if t.Skipped == "" {
		t.Skipped = givenTwice
		t.item("Identifier", "", NotApplicable, finding.Info, fmt.Sprintf("the same trust is told from %s (object %d)", other.Source.File, other.Source.Index))
	}
}

// duplicates finds trusts whose identifiers Entra would refuse as there are
// others of the same, and trusts that are given twice.
func (c *collector) duplicates() {
	byIdentifier := map[string][]*Trust{}
	for _, t := range c.out.Trusts {
		for _, id := range t.Identifiers {
			key := strings.ToLower(id)
			if list := byIdentifier[key]; len(list) == 0 || list[len(list)-1] != t {
				byIdentifier[key] = append(list, t)
			}
		}
	}
	told := map[[2]*Trust]bool{}
	for _, t := range c.out.Trusts {
		for _, id := range t.Identifiers {
			list := byIdentifier[strings.ToLower(id)]
			first := list[0]
			if first == t || t.Skipped == givenTwice || first.Skipped == givenTwice {
				continue
			}
			if pair := [2]*Trust{first, t}; !told[pair] {
				told[pair] = true
				t.duplicate(first, id)
			}
		}
	}
}

// duplicate tells a trust that another before it has one of its identifiers.
func (t *Trust) duplicate(first *Trust, id string) {
	if t.sameAs(first) {
		t.copyOf(first)
		return
	}
	place := finding.Quote(finding.Shorten(first.Name, 60))
	t.item("Identifier", id, Unsupported, finding.Error, "the trust "+place+" has the same identifier, apart from letter case: identifiers are unique in a tenant")
	if first.Skipped == "" {
		first.item("Identifier", id, Changed, finding.Warning, "the trust "+finding.Quote(finding.Shorten(t.Name, 60))+" has the same identifier, apart from letter case: identifiers are unique in a tenant")
	}
}

// sameAs tells a trust that was exported twice from another one.
func (t *Trust) sameAs(other *Trust) bool {
	if t.key != "" || other.key != "" {
		return t.key == other.key && t.Name == other.Name
	}
	return t.Name == other.Name && slices.Equal(t.Identifiers, other.Identifiers) && t.Source != other.Source && t.Source.File != other.Source.File
}
