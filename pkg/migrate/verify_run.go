package migrate

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/adfs/claimrule"
	"github.com/ssodoctor/ssodoctor/pkg/entra"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// trustVerifier compares the claims of one trust, user by user.
type trustVerifier struct {
	rules     *claimrule.RuleSet
	emitted   *entra.Claims
	evaluator *entra.Evaluator
	groups    *GroupList
	claims    map[string]*claimTally
	out       *TrustParity
}

// claimTally is what is found out about one claim type.
type claimTally struct {
	ClaimParity
	groups  map[string]int // where a difference stands in Differences
	planned bool           // the plan has a way to make it
}

// verifyTrust runs the rules of a trust on each user and compares what they
// issue with what the emitted claims make of the user.
func verifyTrust(plan *TrustPlan, rules *claimrule.RuleSet, people []Person, form ClaimsForm, groups *GroupList) *TrustParity {
	emitted, lost := emit(plan, form)
	v := &trustVerifier{rules: rules, emitted: emitted, evaluator: entra.NewEvaluator(emitted, plan.assigned()), groups: groups, claims: map[string]*claimTally{},
		out: &TrustParity{Name: plan.Name, Source: plan.Source, Uncompared: []Uncompared{}, Claims: []ClaimParity{}, Notes: []string{}}}
	for _, p := range people {
		v.person(p)
	}
	v.conclude(plan, lost)
	return v.out
}

// emit writes the claims of a plan as they are given to Entra and reads them
// again, so that what is judged is what Entra will see. What the form cannot
// carry is returned. The name, filter and expression of the group claim, which
// are set in the portal, are taken as the plan has them.
func emit(plan *TrustPlan, form ClaimsForm) (*entra.Claims, []entra.Loss) {
	planned := plan.EntraClaims()
	var out *entra.Claims
	var lost []entra.Loss
	if form == MappingPolicy {
		policy, missing := entra.EncodeClaimsMapping(plan.Name, planned)
		out, _ = entra.DecodeClaimsMapping([]byte(policy.Definition[0]))
		lost = missing
	} else {
		body, missing := entra.EncodeCustomClaims(planned)
		out, _ = entra.DecodeCustomClaims(body)
		lost = missing
	}
	body, _ := entra.EncodeTokenSettings(planned)
	settings, _ := entra.DecodeTokenSettings(body)
	groups := planned.Groups
	groups.Emit, groups.Format, groups.EmitAsRoles = settings.Groups.Emit, settings.Groups.Format, settings.Groups.EmitAsRoles
	out.Groups, out.Optional, out.Roles = groups, settings.Optional, planned.Roles
	return out, lost
}

// assigned are the groups that are assigned to the application.
func (p *TrustPlan) assigned() []entra.Group {
	list := slices.Clone(p.Access.Groups)
	for _, r := range p.Roles {
		list = append(list, r.Group)
	}
	return list
}

func (v *trustVerifier) person(p Person) {
	account := accountOf(p.User, v.groups)
	if err := nameless(p.User); err != nil {
		v.uncompared(p, err)
		return
	}
	result, err := v.rules.Eval(p.User, claimrule.Options{})
	if err != nil {
		v.uncompared(p, err)
		return
	}
	v.out.Users++
	for _, n := range result.Notes {
		if !slices.Contains(v.out.Notes, n.Text) && len(v.out.Notes) < maxNotes {
			v.out.Notes = append(v.out.Notes, n.Text)
		}
	}
	issued := map[string][]claimrule.Issued{}
	for _, c := range result.Claims {
		issued[c.Type] = append(issued[c.Type], c)
	}
	user := entra.Synchronize(account)
	token := v.evaluator.Evaluate(user)
	outputs := map[string]entra.Output{entra.TypeNameID: token.NameID}
	for _, o := range token.Claims {
		outputs[o.Type] = o
	}
	types := map[string]bool{}
	for t := range issued {
		types[t] = true
	}
	for t := range outputs {
		types[t] = true
	}
	for _, t := range slices.Sorted(maps.Keys(types)) {
		v.compare(p, user, t, issued[t], outputs[t], token)
	}
}

// nameless says why a user cannot be compared whom Entra would know by a name that
// nobody gave: it takes user principal names of the form name@domain.
func nameless(u *claimrule.User) error {
	name := ""
	for _, c := range u.Incoming() {
		if c.Type == claimrule.TypeUPN {
			name = c.Value
		}
	}
	switch {
	case name == "":
		return errors.New("the user has no userPrincipalName, and Entra Connect makes one up: give the account one before it moves")
	case !principalName(name):
		return fmt.Errorf("the userPrincipalName %s is not of the form name@domain, and Entra Connect makes one up: correct it before the account moves", finding.Quote(finding.Shorten(name, 60)))
	}
	return nil
}

// principalName tells whether a name is of the form name@domain.
func principalName(name string) bool {
	local, domain, ok := strings.Cut(name, "@")
	return ok && local != "" && domain != "" && !strings.ContainsAny(domain, "@ ")
}

// What is kept of one trust.
const (
	maxNotes       = 20
	maxDifferences = 50 // of one claim
	maxShown       = 10 // values of an example
)

func (v *trustVerifier) uncompared(p Person, err error) {
	u := Uncompared{Reason: err.Error(), Rule: -1, Users: 1, Example: p.Name}
	if e, ok := err.(*claimrule.EvalError); ok {
		u.Reason, u.Rule, u.Line = e.Err.Error(), e.Rule, e.Span.Line
	}
	for i := range v.out.Uncompared {
		if known := &v.out.Uncompared[i]; known.Reason == u.Reason && known.Rule == u.Rule {
			known.Users++
			return
		}
	}
	if len(v.out.Uncompared) < maxDifferences {
		v.out.Uncompared = append(v.out.Uncompared, u)
		return
	}
	last := &v.out.Uncompared[maxDifferences-1]
	last.Reason, last.Rule, last.Line = "several other reasons", -1, 0
	last.Users++
}

// accountOf is a user as Entra Connect sees the account in Active Directory.
func accountOf(u *claimrule.User, groups *GroupList) entra.Account {
	a := entra.Account{Attributes: maps.Clone(u.Attributes)}
	if a.Attributes == nil {
		a.Attributes = map[string][]string{}
	}
	a.NetBIOS, a.DNS = u.Domain()
	known := map[string]string{claimrule.TypeUPN: "userPrincipalName", claimrule.TypePrimarySID: "objectSid", claimrule.TypeWindowsAccount: "sAMAccountName"}
	seen := map[string]bool{}
	for _, g := range u.Groups {
		seen[g.SID] = true
		a.Groups = append(a.Groups, groupOf(g.SID, g.Name, groups))
	}
	for _, c := range u.Incoming() {
		value := c.Value
		if c.Type == claimrule.TypeWindowsAccount {
			a.NetBIOS, value, _ = strings.Cut(value, `\`)
		}
		if name := known[c.Type]; name != "" && len(u.Attribute(name)) == 0 {
			a.Attributes[name] = []string{value}
		}
		if c.Type == claimrule.TypeGroupSID && !seen[c.Value] {
			seen[c.Value] = true
			a.Groups = append(a.Groups, groupOf(c.Value, "", groups))
		}
	}
	return a
}

func groupOf(sid, name string, groups *GroupList) entra.Group {
	return entra.Group{SID: sid, Name: name, ObjectID: groups.withSID(sid).ObjectID}
}

// compare judges one claim type of one user.
func (v *trustVerifier) compare(p Person, user *entra.User, claimType string, issued []claimrule.Issued, output entra.Output, token *entra.Token) {
	tally := v.tally(claimType)
	tally.Users++
	tally.planned = tally.planned || claimType != entra.TypeNameID && (len(output.Values) > 0 || output.Unknown != "")
	d := ClaimDifference{Reason: output.Unknown, Rules: v.rulesOf(issued)}
	for _, r := range d.Rules {
		if !slices.Contains(tally.Rules, r) {
			tally.Rules = append(tally.Rules, r)
		}
	}
	adfs, emitted := valueSet(issued), unique(output.Values)
	if claimType == v.emitted.Groups.Type() {
		all := len(adfs)
		if adfs = synchronized(adfs, user); len(adfs) < all {
			tally.Unsynchronized++
		}
	}
	if claimType == entra.TypeNameID && token.Pairwise {
		d.Kind = DifferencePairwise
	} else {
		d.Kind = kindOf(adfs, emitted, output.Unknown)
	}
	if claimType == entra.TypeNameID && d.Kind == "" && formatDiffers(issued, token.Format) {
		d.Kind = DifferenceFormat
		adfs, emitted = []string{formatOf(issued)}, []string{token.Format}
	}
	if d.Kind == "" {
		return
	}
	tally.Differing++
	d.Users, d.Example = 1, DifferenceExample{p.Name, shown(adfs), shown(emitted)}
	tally.add(d)
}

// tally is what is found out about a claim type.
func (v *trustVerifier) tally(claimType string) *claimTally {
	t := v.claims[claimType]
	if t == nil {
		t = &claimTally{ClaimParity: ClaimParity{Claim: claimType, Rules: []RuleLine{}, Announcements: []Announcement{}, Differences: []ClaimDifference{}}, groups: map[string]int{}}
		v.claims[claimType] = t
	}
	return t
}

// synchronized are the values without the names and SIDs of groups that Entra
// Connect leaves out, as Domain Users: every user would differ by them.
func synchronized(values []string, user *entra.User) []string {
	return slices.DeleteFunc(values, func(v string) bool {
		return slices.ContainsFunc(user.Unsynchronized, func(g entra.UserGroup) bool {
			for _, name := range g.Names {
				if v == name {
					return true
				}
			}
			return false
		})
	})
}

// add counts a difference with those of the same cause.
func (t *claimTally) add(d ClaimDifference) {
	key := string(d.Kind) + "\x00" + d.Reason
	for _, r := range d.Rules {
		key += fmt.Sprint("\x00", r.Index)
	}
	if i, known := t.groups[key]; known {
		t.Differences[i].Users++
		return
	}
	if len(t.Differences) < maxDifferences {
		t.groups[key] = len(t.Differences)
		t.Differences = append(t.Differences, d)
	}
}

// rulesOf are the rules that issue claims, each once, in their order.
func (v *trustVerifier) rulesOf(issued []claimrule.Issued) []RuleLine {
	list := []RuleLine{}
	for _, c := range issued {
		if slices.ContainsFunc(list, func(r RuleLine) bool { return r.Index == c.Rule }) || c.Rule < 0 {
			continue
		}
		rule := v.rules.Rules[c.Rule]
		list = append(list, RuleLine{Index: c.Rule, Name: rule.Name(), Line: v.rules.Span(rule).Line})
	}
	slices.SortFunc(list, func(a, b RuleLine) int { return cmp.Compare(a.Index, b.Index) })
	return list
}

// kindOf is how two sets of values differ; empty where they are the same.
func kindOf(adfs, emitted []string, unknown string) DifferenceKind {
	within := func(a, b []string) bool {
		return !slices.ContainsFunc(a, func(v string) bool { return !slices.Contains(b, v) })
	}
	switch {
	case unknown != "":
		return DifferenceUnknown
	case slices.Equal(adfs, emitted):
		return ""
	case len(emitted) == 0:
		return DifferenceMissing
	case len(adfs) == 0:
		return DifferenceAdded
	case within(emitted, adfs):
		return DifferenceFewer
	case within(adfs, emitted):
		return DifferenceMore
	}
	return DifferenceOther
}

func valueSet(issued []claimrule.Issued) []string {
	var values []string
	for _, c := range issued {
		values = append(values, c.Value)
	}
	return unique(values)
}

// unique is the values sorted, each once.
func unique(values []string) []string {
	values = slices.Sorted(slices.Values(values))
	return slices.Compact(values)
}

// shown bounds what an example shows.
func shown(values []string) []string {
	out := []string{}
	for _, v := range values[:min(len(values), maxShown)] {
		out = append(out, finding.Shorten(v, 200))
	}
	if more := len(values) - maxShown; more > 0 {
		out = append(out, fmt.Sprintf("… and %d more", more))
	}
	return out
}

// formatOf is the format that AD FS gives the NameID: where the rules name none,
// it says none, which is unspecified.
func formatOf(issued []claimrule.Issued) string {
	for _, c := range issued {
		if f := c.Properties[claimrule.PropertyNameIDFormat]; f != "" {
			return f
		}
	}
	return unspecified
}

const unspecified = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"

// formatDiffers tells whether the NameID of AD FS has a format that Entra does
// not send.
func formatDiffers(issued []claimrule.Issued, format string) bool {
	known, ok := entra.LookupNameIDFormat(formatOf(issued))
	return len(issued) > 0 && (!ok || known.Policy != format)
}

// conclude draws the verdicts. What the plan announces of claims that no user
// has is unseen.
func (v *trustVerifier) conclude(plan *TrustPlan, lost []entra.Loss) {
	if v.out.Users == 0 {
		return
	}
	for _, i := range plan.Items {
		if i.Claim != "" && i.Setting == transformRules && v.claims[i.Claim] == nil {
			v.tally(i.Claim)
		}
	}
	if t := v.claims[entra.TypeNameID]; t != nil {
		t.planned = len(plan.NameID.Configurations) > 0
	}
	for _, claimType := range slices.Sorted(maps.Keys(v.claims)) {
		t := v.claims[claimType]
		saying, limits := announcements(plan, claimType, lost)
		t.Announcements = append(append(t.Announcements, saying...), limits...)
		if t.Users == 0 && len(saying) == 0 {
			continue // nobody has it, and nothing is said of it
		}
		slices.SortStableFunc(t.Differences, func(a, b ClaimDifference) int { return cmp.Compare(b.Users, a.Users) })
		t.Verdict = t.verdict(len(saying) > 0)
		v.out.Claims = append(v.out.Claims, t.ClaimParity)
	}
}

// verdict is what is said of a claim. Announcements that lie in limits alone
// need not be seen.
func (t *claimTally) verdict(seen bool) ParityVerdict {
	unsupported := func(a Announcement) bool { return a.Outcome == Unsupported }
	switch {
	case t.Differing == 0 && seen:
		return ParityUnseen
	case t.Differing == 0:
		return ParityExact
	case len(t.Announcements) == 0:
		return ParitySilent
	case len(t.Rules) == 0:
		return ParityAdded
	case !t.planned && slices.ContainsFunc(t.Announcements, unsupported):
		return ParityRefused
	}
	return ParityAnnounced
}

const transformRules = "IssuanceTransformRules"

// announcements are what a plan, and the form of its claims, say of a claim:
// what some user is sure to show, and what lies in limits, as that of groups in
// a token, or in the size of values, that few users reach.
func announcements(plan *TrustPlan, claimType string, lost []entra.Loss) (saying, limits []Announcement) {
	planned := claimType == entra.TypeNameID || slices.ContainsFunc(plan.Claims, func(c PlannedClaim) bool { return c.Type() == claimType })
	for _, i := range plan.Items {
		if i.Outcome != Changed && i.Outcome != Lost && i.Outcome != Unsupported {
			continue
		}
		if i.Claim != claimType && (i.Claim != "" || planned || i.Setting != transformRules) {
			continue
		}
		if i.Severity > finding.Info {
			saying = append(saying, Announcement{i.Outcome, i.Message})
		} else {
			limits = append(limits, Announcement{i.Outcome, i.Message})
		}
	}
	for _, l := range lost {
		if l.Claim == claimType {
			saying = append(saying, Announcement{Unsupported, l.Text})
		}
	}
	return saying, limits
}
