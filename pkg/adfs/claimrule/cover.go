package claimrule

import (
	"encoding/json"
	"slices"
	"strings"
)

// CoveringUsers makes up users that show what the tables of some rule sets do:
// an ordinary one, one for each row and each way to fulfil its condition, one for
// each part of a condition that fails alone, near misses on every value that a
// condition or a regular expression looks at (it is missing, there are two, its
// letter case or a character differs, it matches or just does not), members and
// others, inside and outside the network, and users who lack what most have. All
// are users whom the tables suppose; the same tables give the same users, at most
// n, the most telling first.
func CoveringUsers(list []*Tables, n int) []*User {
	c := &casting{list: list, limit: n, seen: map[string]bool{}, samples: map[string]samples{}}
	c.base = c.furnished(ordinaryUser(0))
	c.cast(c.base)
	c.branches()
	c.failing()
	c.together()
	c.misses()
	c.lacking()
	for i, u := range c.users {
		c.users[i] = u.personalised(i)
	}
	return c.users
}

// casting finds users.
type casting struct {
	list  []*Tables
	limit int
	base  *User
	users []*User
	seen  map[string]bool
	roles []role
	// samples are those of regular expressions. failures counts formulas that
	// could not be evaluated, tries how many were.
	samples         map[string]samples
	failures, tries int
}

// What finding users may cost: formulas evaluated, and those among them that
// fail, for which a regular expression has taken too long.
const (
	maxTries    = 50_000
	maxFailures = 20
)

// is tells whether a formula is known to be as wanted for a user.
func (c *casting) is(t *Tables, f Formula, want bool, u *User) bool {
	if c.tries++; c.tries > maxTries || c.failures > maxFailures {
		return false
	}
	holds, err := t.Holds(f, u)
	if err != nil {
		c.failures++
	}
	return err == nil && holds == want
}

// role is a row with a user for whom it issues its claim.
type role struct {
	tables *Tables
	row    *Row
	user   *User
}

func (c *casting) full() bool { return len(c.users) >= c.limit }

// cast takes a user on, unless there is one like it.
func (c *casting) cast(u *User) {
	text, err := json.Marshal(u)
	if err != nil || c.full() || c.seen[string(text)] {
		return
	}
	c.seen[string(text)] = true
	c.users = append(c.users, u)
}

// eachRow calls do for all rows of all tables.
func (c *casting) eachRow(do func(t *Tables, r *Row)) {
	for _, t := range c.list {
		for _, table := range t.all() {
			for _, r := range table.Rows {
				if c.full() {
					return
				}
				do(t, r)
			}
		}
	}
}

// furnished gives a user values of the attributes that the tables speak of, and
// answers of the stores that the rules ask.
func (c *casting) furnished(u *User) *User {
	u = u.clone()
	c.eachRow(func(_ *Tables, r *Row) {
		for _, s := range r.sources() {
			switch {
			case s.GroupForm != "" || s.Kind != DirectoryValues || u.Attribute(s.Name) != nil:
			case s.Single:
				u.give(s, []string{attributeValue(s.Name, 1)})
			default:
				u.give(s, []string{attributeValue(s.Name, 1), attributeValue(s.Name, 2)})
			}
		}
	})
	for _, t := range c.list {
		for _, r := range t.Rules.Rules {
			if q, ok := r.Body.(*Query); ok && !strings.EqualFold(q.Store.Value, StoreAD) {
				for i, claimType := range q.Types {
					u.give(&Source{Kind: StoreAnswers, Name: q.Store.Value, Query: q, Column: i}, []string{attributeValue(claimType.Value, 1)})
				}
			}
		}
	}
	return u
}

// branches casts a user for each row, and for each alternative of its condition.
func (c *casting) branches() {
	c.eachRow(func(t *Tables, r *Row) {
		for i, goal := range alternatives(t, r.When) {
			u, ok := c.fulfil(t, t.issues(r, goal), true, c.base)
			if !ok {
				continue
			}
			c.cast(u)
			if i == 0 {
				c.roles = append(c.roles, role{t, r, u})
			}
		}
	})
}

// issues is the condition under which a row issues a claim in the case given.
func (t *Tables) issues(r *Row, when Formula) Formula {
	list := []Formula{when}
	for _, e := range r.Elements {
		list = append(list, t.terms.present(e))
	}
	t.terms.allow(questionSteps)
	return t.terms.some(r.Elements, t.terms.and(list...))
}

// alternatives are a condition and the ways to fulfil it.
func alternatives(t *Tables, when Formula) []Formula {
	list := []Formula{when}
	for _, part := range parts(when) {
		if any, ok := part.(*Any); ok {
			for _, f := range any.Of {
				if g := t.And(when, f); g != t.terms.no && !slices.Contains(list, g) {
					list = append(list, g)
				}
			}
		}
	}
	return list
}

// failing casts, for each part of the condition of a row, a user for whom that
// part alone fails.
func (c *casting) failing() {
	for _, role := range c.roles {
		ps := parts(role.row.When)
		for i, f := range ps {
			if c.full() {
				return
			}
			others := append(slices.Clone(ps[:i]), ps[i+1:]...)
			goal := role.tables.issues(role.row, role.tables.And(append(others, role.tables.Not(f))...))
			if u, ok := c.fulfil(role.tables, goal, true, role.user); ok {
				c.cast(u)
			}
		}
	}
}

// maxTogether is the number of pairs of rows for which a user is looked for.
const maxTogether = 60

// together casts users for whom two rows of one table issue their claims.
func (c *casting) together() {
	tried := 0
	for i, one := range c.roles {
		for _, other := range c.roles[i+1:] {
			if one.tables != other.tables || one.row.Type != other.row.Type || c.full() {
				continue
			}
			if tried++; tried > maxTogether {
				return
			}
			goal := one.tables.And(one.tables.issues(one.row, one.row.When), one.tables.issues(other.row, other.row.When))
			if u, ok := c.fulfil(one.tables, goal, true, one.user); ok {
				c.cast(u)
			}
		}
	}
}

// misses changes the user of each row a little in what the row looks at, one
// change of each row after the other.
func (c *casting) misses() {
	changes := make([][]*User, len(c.roles))
	most := 0
	for i, role := range c.roles {
		for _, s := range role.row.sources() {
			if i > c.limit {
				break
			}
			changes[i] = append(changes[i], c.variants(role.tables, role.user, s, c.valuesOf(role, s))...)
		}
		most = max(most, len(changes[i]))
	}
	for round := range most {
		for _, list := range changes {
			if round < len(list) {
				c.cast(list[round])
			}
		}
	}
}

// variants are users who differ from u in the values of one source.
func (c *casting) variants(t *Tables, u *User, s *Source, values []string) []*User {
	list := []*User{c.with(u, s)}
	has := t.valuesOf(s, u)
	if s.Name == TypeInsideNetwork {
		values = []string{"true", "false"}
	}
	for _, v := range values {
		list = append(list, c.with(u, s, v))
		if strings.HasPrefix(v, "@") { // the end of an address alone is no address
			list = append(list, c.with(u, s, "ada"+v))
		}
		if !s.Single {
			list = append(list, c.with(u, s, append(slices.Clone(has), v)...))
		}
	}
	return list
}

// additions are users who have one value more of a source, where it can have
// several.
func (c *casting) additions(t *Tables, u *User, s *Source, values []string) []*User {
	if s.Single {
		return nil
	}
	var list []*User
	has := t.valuesOf(s, u)
	for _, v := range values {
		list = append(list, c.with(u, s, append(slices.Clone(has), v)...))
	}
	return list
}

// with is u with other values of a source.
func (c *casting) with(u *User, s *Source, values ...string) *User {
	v := u.clone()
	v.give(s, values)
	return v
}

// commonAttributes are those that users mostly have, but some have not.
var commonAttributes = []string{"mail", "displayName", "userPrincipalName", "givenName", "sn", "department", "title", "company",
	"employeeID", "telephoneNumber", "physicalDeliveryOfficeName", "l", "co"}

// lacking casts users who lack what most have.
func (c *casting) lacking() {
	for _, name := range commonAttributes {
		u := c.base.clone()
		delete(u.Attributes, name)
		c.cast(u)
	}
	bare := c.base.clone()
	for _, name := range commonAttributes {
		delete(bare.Attributes, name)
	}
	bare.Groups = nil
	c.cast(bare)
}

// fulfil changes a user until a formula holds, or does not; false where that was
// not found.
func (c *casting) fulfil(t *Tables, f Formula, want bool, u *User) (*User, bool) {
	if c.is(t, f, want, u) {
		return u, true
	}
	switch g := f.(type) {
	case *Not:
		return c.fulfil(t, g.Of, !want, u)
	case *All:
		return c.fulfilParts(t, f, g.Of, want, want, u)
	case *Any:
		return c.fulfilParts(t, f, g.Of, want, !want, u)
	}
	return c.fulfilAtom(t, f, want, u)
}

// fulfilParts makes all parts what is wanted, or one of them.
func (c *casting) fulfilParts(t *Tables, whole Formula, list []Formula, want, all bool, u *User) (*User, bool) {
	for range 3 {
		for _, f := range list {
			v, ok := c.fulfil(t, f, want, u)
			if !all && ok {
				return v, true
			}
			if all && ok {
				u = v
			}
		}
		if c.is(t, whole, want, u) {
			return u, true
		}
		if !all {
			break
		}
	}
	return u, false
}

// fulfilAtom tries the values that a statement speaks of, of one source after
// the other, then of all of them at once.
func (c *casting) fulfilAtom(t *Tables, f Formula, want bool, u *User) (*User, bool) {
	right := func(v *User) bool { return c.is(t, f, want, v) }
	together := u
	for _, s := range sourcesIn(f) {
		values := c.valuesIn(f, s)
		if len(values) == 0 || !s.Single {
			values = append(values, attributeValue(s.Name, 1), attributeValue(s.Name, 2), attributeValue(s.Name, 3))
		}
		for _, v := range append(c.additions(t, u, s, values), c.variants(t, u, s, values)...) {
			if right(v) {
				return v, true
			}
		}
		for i := range values {
			if v := c.with(u, s, values[:i+1]...); !s.Single && right(v) {
				return v, true
			}
		}
		if v := together.issuedBy(s, values, c.issuersIn(f, s)); right(v) {
			return v, true
		}
		for _, v := range c.variants(t, together, s, values[:1]) {
			together = v
			if right(v) {
				return v, true
			}
		}
	}
	return u, false
}

// valuesOf are the values of a source that a user has.
func (t *Tables) valuesOf(s *Source, u *User) []string {
	r, err := t.reader(u)
	if err != nil {
		return nil
	}
	list, err := r.elements(s)
	if err != nil {
		return nil
	}
	values := make([]string, len(list))
	for i, f := range list {
		values[i] = f.properties[Value]
	}
	return values
}
