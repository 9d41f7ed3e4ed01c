package migrate

import (
	"slices"

	"github.com/ssodoctor/ssodoctor/pkg/adfs/claimrule"
)

// mismatch says how a claim of Entra differs from that of AD FS.
type mismatch uint8

// The mismatches, from the mildest to the gravest.
const (
	same    mismatch = iota
	partial          // a joined value of which a part is missing
	several          // AD FS sends several values, Entra one
	absent           // AD FS sends a value, Entra none or another one
	surplus          // Entra sends a value, AD FS none
)

// maxAtoms is the number of atoms up to which all users are compared; beyond it
// only those are for whom two of them differ from the rest.
const maxAtoms = 10

// compared tells how the configurations of a claim differ from the rows that
// they stand for, over all users that the atoms tell apart: for each of them
// the rows say which values AD FS sends, and the configurations which one Entra
// does.
func (t *translator) compared(drafts []*draft, order []way) mismatch {
	c := &comparer{atoms: t.atoms, drafts: drafts, order: order, place: map[int]int{}}
	for _, d := range drafts {
		d.when.reads(c.take)
		for _, s := range d.value.needs {
			c.take(t.atoms.of(atom{kind: isPresent, source: s}).atom)
		}
	}
	for _, w := range order {
		for _, s := range w.value.needs {
			c.take(t.atoms.of(atom{kind: isPresent, source: s}).atom)
		}
	}
	worst := same
	c.each(func(given []bool) { worst = max(worst, c.user(given)) })
	return worst
}

// comparer compares for one user after the other.
type comparer struct {
	atoms  *atoms
	drafts []*draft
	order  []way
	used   []int
	tests  []int // those of used that are comparisons
	place  map[int]int
}

func (c *comparer) take(atom int) {
	if _, ok := c.place[atom]; !ok {
		c.place[atom] = len(c.used)
		c.used = append(c.used, atom)
		if _, ok := c.atoms.list[atom].formula.(*claimrule.Test); ok {
			c.tests = append(c.tests, atom)
		}
	}
}

// each visits the users: which of the atoms hold.
func (c *comparer) each(visit func(given []bool)) {
	given := make([]bool, len(c.atoms.list))
	n := len(c.used)
	try := func() {
		if c.possible(given) {
			visit(given)
		}
	}
	if n <= maxAtoms {
		for bits := range 1 << n {
			for i, a := range c.used {
				given[a] = bits>>i&1 == 1
			}
			try()
		}
		return
	}
	for _, base := range []bool{false, true} {
		for _, a := range c.used {
			given[a] = base
		}
		for i, a := range c.used {
			given[a] = !base
			for _, b := range c.used[i:min(n, i+c.pairs())] {
				given[b] = !base
				try()
				given[b] = base
			}
			given[a] = base
		}
	}
}

// maxCompared bounds the work of one comparison, in rows and atoms looked at.
const maxCompared = 2_000_000

// pairs is with how many others each atom is tried.
func (c *comparer) pairs() int {
	each := len(c.used) * (len(c.drafts) + len(c.order) + len(c.tests))
	return min(max(maxCompared/max(each, 1), 2), 200)
}

// possible tells whether a user can be like that: a comparison holds only where
// what it compares is there, and a value is not equal to two texts.
func (c *comparer) possible(given []bool) bool {
	type fixed struct{ left, right claimrule.Term }
	var equal []fixed
	for _, i := range c.tests {
		if !given[i] {
			continue
		}
		test := c.atoms.list[i].formula.(*claimrule.Test)
		there := true
		sourcesOf(test.Left, func(e *claimrule.Element) {
			at, known := c.atoms.index[atom{kind: isPresent, source: e.Source}]
			_, tried := c.place[at]
			there = there && (!known || given[at] || !tried)
		})
		if !there {
			return false
		}
		if _, constant := test.Right.(*claimrule.Constant); constant && test.Operator == claimrule.Equal {
			if slices.ContainsFunc(equal, func(f fixed) bool { return f.left == test.Left && f.right != test.Right }) {
				return false
			}
			equal = append(equal, fixed{test.Left, test.Right})
		}
	}
	return true
}

// user compares for one user.
func (c *comparer) user(given []bool) mismatch {
	var sent []string
	for _, d := range c.drafts {
		if d.when.holds(given) && c.has(d.value.needs, given) && !slices.Contains(sent, d.key) {
			sent = append(sent, d.key)
		}
	}
	emitted, unknown := c.entra(given)
	switch {
	case len(sent) > 1:
		return several
	case unknown:
		return partial
	case len(sent) == 0 && emitted != "":
		return surplus
	case len(sent) == 1 && emitted != sent[0]:
		return absent
	}
	return same
}

// entra is what Entra emits: of those that are met and have a value, the last;
// empty for nothing.
func (c *comparer) entra(given []bool) (emitted string, unknown bool) {
	for _, w := range c.order {
		if slices.ContainsFunc(w.atoms, func(a int) bool { return !given[a] }) {
			continue
		}
		switch {
		case c.has(w.value.needs, given):
			emitted, unknown = w.key, false
		case w.value.partial:
			emitted, unknown = "", true
		}
	}
	return emitted, unknown
}

func (c *comparer) has(needs []*claimrule.Source, given []bool) bool {
	return !slices.ContainsFunc(needs, func(s *claimrule.Source) bool {
		return !given[c.atoms.of(atom{kind: isPresent, source: s}).atom]
	})
}
