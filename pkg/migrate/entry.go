package migrate

import (
	"slices"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/adfs/claimrule"
	"github.com/ssodoctor/ssodoctor/pkg/entra"
)

// entryRule is one way to be let in or kept out, or one case in which a second
// factor is demanded: all that it says must hold.
type entryRule struct {
	// groups and users are those of whom a user must be one; none is everybody.
	groups []entra.Group
	users  []string
	// also are groups that the user must be in besides, except those that the
	// user must not be in.
	also, except []entra.Group

	inside  demand // the request comes from the network of the company
	trusted demand // the device is known
	factor  demand // the user proved a second factor
	// byClaim is set where groups are named by a claim that comes in.
	byClaim bool
	// why says what Entra cannot decide by; empty where it can.
	why string
	// rules are those of the set that it comes from.
	rules []int
}

// demand is what a rule demands of something that holds or does not.
type demand uint8

const (
	whatever demand = iota
	demanded
	refusedIf
)

func demandOf(holds bool) demand {
	if holds {
		return demanded
	}
	return refusedIf
}

// everybody tells whether a rule names no groups or users.
func (r *entryRule) everybody() bool { return len(r.groups) == 0 && len(r.users) == 0 }

// plain tells whether a rule says no more than who.
func (r *entryRule) plain() bool {
	return r.why == "" && len(r.also) == 0 && len(r.except) == 0 && r.inside == whatever && r.trusted == whatever && r.factor == whatever
}

// alike tells whether two rules say the same but for who.
func (r *entryRule) alike(other *entryRule) bool {
	return r.why == other.why && slices.Equal(r.also, other.also) && slices.Equal(r.except, other.except) &&
		r.inside == other.inside && r.trusted == other.trusted && r.factor == other.factor && r.everybody() == other.everybody()
}

// entryRules reads the condition of a row as rules.
func (a *atoms) entryRules(row *claimrule.Row) []*entryRule {
	a.foreign = false
	when := a.statement(row.When)
	clauses, ok := when.clauses(false)
	if !ok {
		return []*entryRule{{why: "it has more cases than can be told apart", rules: row.Rules}}
	}
	var list []*entryRule
	for _, c := range clauses {
		r := a.entryRule(c)
		r.rules = row.Rules
		if a.foreign && r.why == "" {
			r.why = "users of another claims provider"
		}
		i := slices.IndexFunc(list, func(other *entryRule) bool { return other.alike(r) })
		if i < 0 {
			list = append(list, r)
			continue
		}
		list[i].groups = append(list[i].groups, r.groups...)
		list[i].users = append(list[i].users, r.users...)
	}
	return list
}

// entryRule reads one clause.
func (a *atoms) entryRule(c clause) *entryRule {
	r := &entryRule{}
	for _, l := range c {
		one := a.list[l.atom]
		switch {
		case one.kind == isMember && l.not:
			r.except = append(r.except, one.group)
		case one.kind == isMember && len(r.groups) == 0:
			r.groups = []entra.Group{one.group}
		case one.kind == isMember:
			r.also = append(r.also, one.group)
		default:
			r.ground(one, !l.not, a.groups)
		}
	}
	if len(r.users) > 0 && len(r.groups) > 0 {
		r.also, r.groups = append(r.also, r.groups...), nil
	}
	if len(r.users) > 0 && len(r.also)+len(r.except) > 0 {
		r.because("a user who must be in a group besides")
	}
	return r
}

func (r *entryRule) because(why string) {
	if r.why == "" {
		r.why = why
	}
}

// entryGround says what claims about the sign-in mean: Type holds the demand
// where its value is Value, and its opposite where it is Other.
type entryGround struct {
	claimType, value, other string
	set                     func(*entryRule, demand)
}

func setInside(r *entryRule, d demand)  { r.inside = d }
func setOutside(r *entryRule, d demand) { r.inside = demanded + refusedIf - d }
func setTrusted(r *entryRule, d demand) { r.trusted = d }
func setFactor(r *entryRule, d demand)  { r.factor = d }

// entryGrounds are the claims about a sign-in that Conditional Access has a
// condition for.
var entryGrounds = []entryGround{
	{claimrule.TypeInsideNetwork, "true", "false", setInside},
	{typeProxyHeader, "", "", setOutside},
	{typeRegisteredUser, "true", "false", setTrusted},
	{deviceTypes + "ismanaged", "true", "false", setTrusted},
	{typeAuthnReference, multipleAuthn, "", setFactor},
	{claimrule.TypeAuthnMethod, multipleAuthn, "", setFactor},
}

// ground takes over an atom that is no membership.
func (r *entryRule) ground(a atom, holds bool, groups *GroupList) {
	claimType, value, valued := a.compares()
	for _, g := range entryGrounds {
		switch {
		case g.claimType != claimType:
		case valued && strings.EqualFold(value, g.value), !valued && g.value == "":
			g.set(r, demandOf(holds))
			return
		case valued && g.other != "" && strings.EqualFold(value, g.other):
			g.set(r, demandOf(!holds))
			return
		}
	}
	if claimType == claimrule.TypePrimarySID && valued && holds && sidForm.MatchString(value) {
		r.users = append(r.users, strings.ToUpper(value))
		if len(r.users) > 1 {
			r.because("two users at once")
		}
		return
	}
	if claimType == typeGroupName && valued && holds && r.everybody() {
		r.groups, r.byClaim = []entra.Group{groups.named(value)}, true
		return
	}
	r.because(a.grounds())
}

// typeGroupName is the claim that holds the name of a group, where acceptance
// rules make it.
const typeGroupName = "http://schemas.xmlsoap.org/claims/Group"

// compares is the claim type that an atom is about, and the value that it asks
// for; valued is false where it asks for none, and the type is empty where the
// atom is about something else.
func (a atom) compares() (claimType, value string, valued bool) {
	f := a.formula
	if a.kind == isPresent {
		return a.source.Name, "", false
	}
	if some, ok := f.(*claimrule.Some); ok && len(some.Elements) == 1 {
		if all, ok := some.Of.(*claimrule.Truth); ok && all.Holds {
			return some.Elements[0].Source.Name, "", false
		}
		f = some.Of
	}
	test, ok := f.(*claimrule.Test)
	if !ok {
		return "", "", false
	}
	item, isItem := test.Left.(*claimrule.Item)
	text, fixed := test.Right.(*claimrule.Constant)
	if !isItem || !fixed || item.Property != claimrule.Value || item.Element.Source.Kind != claimrule.IncomingClaims {
		return "", "", false
	}
	value = text.Text
	if test.Operator == claimrule.Matches {
		values := alternatives(text.Text)
		if len(values) != 1 {
			return "", "", false
		}
		value = values[0]
	}
	return item.Element.Source.Name, value, true
}

// grounds says what an atom decides by, where Entra cannot.
func (a atom) grounds() string {
	name, groups, attribute := "", false, ""
	visit := func(e *claimrule.Element) {
		s := e.Source
		switch {
		case s.GroupForm != "":
			groups = true
		case s.Attribute != "" || s.Kind == claimrule.DirectoryValues:
			attribute = orText(s.Attribute, s.Name)
		case incomingAttributes[s.Name] != "":
			attribute = incomingAttributes[s.Name]
		default:
			name = s.Name
		}
	}
	if a.kind == isPresent {
		visit(&claimrule.Element{Source: a.source})
	} else {
		eachElement(a.formula, visit)
	}
	switch {
	case name != "" && strings.HasPrefix(name, requestTypes):
		return "the request (" + typeName(name) + "), for which Conditional Access has named locations, client apps and platforms"
	case name != "":
		return "the claim " + typeName(name)
	case groups:
		return "groups that no list of them stands for"
	case attribute != "":
		return "the attribute " + attribute + ", for which a dynamic group of the users with the value can stand"
	}
	return "something that Entra does not know"
}
