package migrate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/adfs/claimrule"
	"github.com/ssodoctor/ssodoctor/pkg/entra"
)

// entryPlanner makes assignments and Conditional Access of rules.
type entryPlanner struct {
	app string // the name of the trust
	out *accessPlan
}

// planEntry plans who may sign in. It fails closed: assignment is required
// unless everybody is permitted without more ado, and only groups and users are
// assigned whom a rule permits, as far as no policy must keep them out.
func planEntry(app string, set entryRuleSet) *accessPlan {
	b := &entryPlanner{app: app, out: &accessPlan{
		Access:      Access{AssignmentRequired: true, Groups: []entra.Group{}, Users: []string{}},
		conditional: []ConditionalAccess{},
	}}
	for _, r := range slices.Concat(set.permit, set.deny, set.mfa) {
		r.refuseLeftOut()
	}
	b.permits(set.permit)
	for _, r := range set.deny {
		b.deny(r)
	}
	if slices.ContainsFunc(set.deny, func(r *entryRule) bool { return r.why != "" }) {
		b.out.Groups, b.out.Users = []entra.Group{}, []string{}
	}
	for _, r := range set.mfa {
		b.demand(r)
	}
	b.out.AssignmentRequired = !openToAll(set)
	return b.out
}

// refuseLeftOut says that a rule is about a group that is not in Entra.
func (r *entryRule) refuseLeftOut() {
	for _, g := range slices.Concat(r.groups, r.also, r.except) {
		if leftOut(g) {
			r.because("the group " + shownGroup(g) + ", which Entra Connect does not synchronize, and for which the list of groups can name another")
		}
	}
}

// leftOut tells whether a group is one of those that every domain has, which
// Entra Connect does not bring, unless the list of groups pairs it with one.
func leftOut(g entra.Group) bool {
	return !g.Synchronized() || g.SID == "" && g.ObjectID == "" && claimrule.IsDomainGroup(g.Name)
}

// openToAll tells whether a user needs nothing to be let in.
func openToAll(set entryRuleSet) bool {
	return len(set.deny) == 0 && slices.ContainsFunc(set.permit, func(r *entryRule) bool { return r.plain() && r.everybody() })
}

// permits plans the rules that let users in: those who are named are assigned,
// and what is demanded of them besides becomes policies.
func (b *entryPlanner) permits(rules []*entryRule) {
	var plain []*entryRule
	for _, r := range rules {
		if r.plain() {
			plain = append(plain, r)
			b.assign(r)
		}
	}
	if slices.ContainsFunc(plain, (*entryRule).everybody) {
		return
	}
	var rest []*entryRule
	for _, r := range rules {
		if !r.plain() && r.why == "" {
			rest = append(rest, r)
		}
	}
	if len(rest) == 0 {
		return
	}
	if !b.enforce(rest, plain) {
		for _, r := range rest {
			r.because("conditions that are joined in a way that Conditional Access is not")
		}
		return
	}
	for _, r := range rest {
		b.assign(r)
	}
}

func (b *entryPlanner) assign(r *entryRule) {
	for _, g := range r.groups {
		if !slices.Contains(b.out.Groups, g) {
			b.out.Groups = append(b.out.Groups, g)
		}
	}
	for _, u := range r.users {
		if !slices.Contains(b.out.Users, u) {
			b.out.Users = append(b.out.Users, u)
		}
	}
}

// enforce makes policies that hold users to what the rules demand; false where
// none can. Rules for the same users are alternatives.
func (b *entryPlanner) enforce(rules, plain []*entryRule) bool {
	first := rules[0]
	for _, r := range rules[1:] {
		if !slices.Equal(r.groups, first.groups) || !slices.Equal(r.users, first.users) {
			return false
		}
	}
	for _, r := range rules {
		if len(rules) > 1 && (len(r.also) > 0 || len(r.except) > 0 || r.facets() != 1) || r.inside == refusedIf || r.trusted == refusedIf || r.factor == refusedIf {
			return false
		}
	}
	users := b.users(first)
	for _, r := range plain {
		users.ExcludeGroups = append(users.ExcludeGroups, refs(r.groups)...)
		users.ExcludeUsers = append(users.ExcludeUsers, userRefs(r.users)...)
	}
	if len(rules) > 1 {
		b.alternatives(rules, users)
		return true
	}
	b.all(first, users)
	return true
}

// facets counts what a rule demands of the sign-in.
func (r *entryRule) facets() (n int) {
	for _, d := range []demand{r.inside, r.trusted, r.factor} {
		if d != whatever {
			n++
		}
	}
	return n
}

// all makes one policy for each thing that a rule demands.
func (b *entryPlanner) all(r *entryRule, users PolicyUsers) {
	for _, g := range r.also {
		u := users
		u.ExcludeGroups = append(slices.Clip(u.ExcludeGroups), g.Ref())
		b.policy("block who is not in "+shownGroup(g), u, nil, grant("block"))
	}
	if len(r.except) > 0 {
		u := PolicyUsers{IncludeUsers: []string{}, ExcludeUsers: users.ExcludeUsers, IncludeGroups: refs(r.except), ExcludeGroups: users.ExcludeGroups}
		b.policy("block the members of "+shownGroup(r.except[0])+others(len(r.except)), u, nil, grant("block"))
	}
	if r.inside == demanded {
		b.policy("block outside of trusted locations", users, outsideLocations(), grant("block"))
	}
	if r.trusted == demanded {
		b.policy("require a known device", users, nil, grant("compliantDevice", "domainJoinedDevice"))
	}
	if r.factor == demanded {
		b.policy("require multifactor authentication", users, nil, grant("mfa"))
	}
}

// alternatives makes the policy that demands one of several things.
func (b *entryPlanner) alternatives(rules []*entryRule, users PolicyUsers) {
	var locations *PolicyLocations
	var controls []string
	for _, r := range rules {
		switch {
		case r.inside == demanded:
			locations = outsideLocations()
		case r.trusted == demanded:
			controls = append(controls, "compliantDevice", "domainJoinedDevice")
		case r.factor == demanded:
			controls = append(controls, "mfa")
		}
	}
	if len(controls) == 0 {
		b.policy("block outside of trusted locations", users, locations, grant("block"))
		return
	}
	slices.Sort(controls)
	b.policy("require "+strings.Join(slices.Compact(controls), " or "), users, locations, grant(slices.Compact(controls)...))
}

// deny makes the policy that keeps users out.
func (b *entryPlanner) deny(r *entryRule) {
	if r.why != "" {
		return
	}
	if len(r.also) > 0 {
		r.because("members of several groups at once")
		return
	}
	users := b.users(r)
	users.ExcludeGroups = append(users.ExcludeGroups, refs(r.except)...)
	locations := r.locations()
	switch {
	case r.trusted == whatever && r.factor == whatever:
		b.policy("block", users, locations, grant("block"))
	case r.trusted == refusedIf && r.factor == whatever:
		b.policy("require a known device", users, locations, grant("compliantDevice", "domainJoinedDevice"))
	case r.trusted == whatever && r.factor == refusedIf:
		b.policy("require multifactor authentication", users, locations, grant("mfa"))
	case r.trusted == refusedIf && r.factor == refusedIf:
		b.policy("require a known device or multifactor authentication", users, locations, grant("compliantDevice", "domainJoinedDevice", "mfa"))
	default:
		r.because("devices that are known, or a second factor that was proved")
	}
}

// demand makes the policy that demands a second factor.
func (b *entryPlanner) demand(r *entryRule) {
	if r.factor != whatever {
		r.factor = whatever // it is demanded of those who have not proved it yet
	}
	if len(r.also) > 0 {
		r.because("members of several groups at once")
	}
	if r.trusted == demanded {
		r.because("devices that are known")
	}
	if r.why != "" {
		return
	}
	users := b.users(r)
	users.ExcludeGroups = append(users.ExcludeGroups, refs(r.except)...)
	controls := []string{"mfa"}
	if r.trusted == refusedIf {
		controls = append(controls, "compliantDevice", "domainJoinedDevice")
	}
	b.policy("require multifactor authentication", users, r.locations(), grant(controls...))
}

// locations are where a rule holds.
func (r *entryRule) locations() *PolicyLocations {
	switch r.inside {
	case demanded:
		return &PolicyLocations{IncludeLocations: []string{"AllTrusted"}, ExcludeLocations: []string{}}
	case refusedIf:
		return outsideLocations()
	}
	return nil
}

func outsideLocations() *PolicyLocations {
	return &PolicyLocations{IncludeLocations: []string{"All"}, ExcludeLocations: []string{"AllTrusted"}}
}

func grant(controls ...string) *GrantControls {
	return &GrantControls{Operator: "OR", BuiltInControls: controls}
}

// users are those of a rule.
func (b *entryPlanner) users(r *entryRule) PolicyUsers {
	u := PolicyUsers{IncludeUsers: []string{}, ExcludeUsers: []string{}, IncludeGroups: refs(r.groups), ExcludeGroups: []string{}}
	u.IncludeUsers = append(u.IncludeUsers, userRefs(r.users)...)
	if r.everybody() {
		u.IncludeUsers = []string{"All"}
	}
	return u
}

func refs(groups []entra.Group) []string {
	list := make([]string, len(groups))
	for i, g := range groups {
		list[i] = g.Ref()
	}
	return list
}

// userRefs are tokens for users, which scripts resolve by their SIDs.
func userRefs(sids []string) []string {
	list := make([]string, len(sids))
	for i, sid := range sids {
		list[i] = "{user:" + sid + "}"
	}
	return list
}

func shownGroup(g entra.Group) string { return groupNames([]string{orText(g.SID, g.Name)}) }

func others(n int) string {
	if n > 1 {
		return " and others"
	}
	return ""
}

// policy adds a policy for the application.
func (b *entryPlanner) policy(does string, users PolicyUsers, locations *PolicyLocations, controls *GrantControls) {
	p := newPolicy(b.app, does)
	p.Conditions.Users, p.Conditions.Locations, p.GrantControls = users, locations, controls
	b.out.add(p)
}

func newPolicy(app, does string) ConditionalAccess {
	return ConditionalAccess{
		DisplayName: cut(cut(app, entra.MaxName/2)+": "+does, entra.MaxName), State: ReportOnly,
		Conditions: PolicyConditions{
			ClientAppTypes: []string{"all"}, Applications: PolicyApplications{IncludeApplications: []string{AppIDToken}},
			Users: PolicyUsers{IncludeUsers: []string{"All"}, ExcludeUsers: []string{}, IncludeGroups: []string{}, ExcludeGroups: []string{}},
		},
	}
}

// add adds a policy once.
func (a *accessPlan) add(p ConditionalAccess) {
	name := p.DisplayName
	for n := 2; ; n++ {
		i := slices.IndexFunc(a.conditional, func(other ConditionalAccess) bool { return other.DisplayName == p.DisplayName })
		if i < 0 {
			a.conditional = append(a.conditional, p)
			return
		}
		if sameConditions(a.conditional[i].Conditions, p.Conditions) {
			return
		}
		p.DisplayName = fmt.Sprintf("%s (%d)", cut(name, entra.MaxName-10), n)
	}
}

func sameConditions(a, b PolicyConditions) bool {
	same := func(x, y []string) bool { return slices.Equal(x, y) }
	locations := func(l *PolicyLocations) []string {
		if l == nil {
			return nil
		}
		return append(slices.Clone(l.IncludeLocations), l.ExcludeLocations...)
	}
	return same(a.Users.IncludeUsers, b.Users.IncludeUsers) && same(a.Users.ExcludeUsers, b.Users.ExcludeUsers) &&
		same(a.Users.IncludeGroups, b.Users.IncludeGroups) && same(a.Users.ExcludeGroups, b.Users.ExcludeGroups) && same(locations(a.Locations), locations(b.Locations))
}
