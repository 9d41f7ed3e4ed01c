package migrate

import (
	"cmp"
	"slices"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/adfs"
	"github.com/ssodoctor/ssodoctor/pkg/adfs/claimrule"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

const (
	targetAssignment  = "servicePrincipal.appRoleAssignmentRequired"
	targetConditional = "identity/conditionalAccess/policies"
	referenceAccess   = "Microsoft Learn: Represent AD FS security policies in Microsoft Entra ID"
)

// entryJudge reads rules that decide who is let in, or when a second factor is
// demanded, and says what becomes of each.
type entryJudge struct {
	set   *ruleSet
	atoms *atoms
	rules entryRuleSet
	feeds map[int]bool
	items []Item
}

func newEntryJudge(set *ruleSet, s *shared) *entryJudge {
	j := &entryJudge{set: set, atoms: newAtoms(s.groups), feeds: map[int]bool{}}
	if set.count() == 0 {
		return j
	}
	for _, r := range set.rules.Rules {
		if r.Bad {
			j.rules.deny = append(j.rules.deny, &entryRule{why: "a rule that cannot be read", rules: []int{r.Index}})
		}
	}
	tables, err := set.tables()
	if err != nil {
		j.rules.deny = append(j.rules.deny, &entryRule{why: "rules that cannot be read"})
		return j
	}
	j.rules.permit = j.read(tables.Table(claimrule.TypePermit))
	if len(set.errors) > 0 {
		for _, r := range j.rules.permit {
			r.because("rules with syntax errors, which may have lost conditions")
		}
	}
	j.rules.deny = append(j.rules.deny, j.read(tables.Table(claimrule.TypeDeny))...)
	j.rules.mfa = j.read(secondFactor(tables.Table(claimrule.TypeAuthnMethod)))
	for _, r := range j.read(tables.Open) {
		r.why = cmp.Or(r.why, "claims that come in")
		j.rules.deny = append(j.rules.deny, r)
	}
	for _, table := range tables.Types {
		for _, row := range table.Rows {
			for _, r := range row.Feeds {
				j.feeds[r] = true
			}
		}
	}
	return j
}

// read reads the rows of a table.
func (j *entryJudge) read(table *claimrule.Table) []*entryRule {
	var list []*entryRule
	for _, row := range rowsOf(table) {
		list = append(list, j.atoms.entryRules(row)...)
	}
	if table != nil && table.Unclear != nil {
		list = append(list, &entryRule{why: "something that cannot be told: " + finding.Shorten(table.Unclear.Reason, 200), rules: []int{table.Unclear.Rule}})
	}
	return list
}

// secondFactor are the rows that demand a second factor.
func secondFactor(table *claimrule.Table) *claimrule.Table {
	if table == nil {
		return nil
	}
	out := *table
	out.Rows = slices.DeleteFunc(slices.Clone(table.Rows), func(r *claimrule.Row) bool {
		c, ok := r.Value.(*claimrule.Constant)
		return ok && c.Text != multipleAuthn
	})
	return &out
}

// tell says what becomes of each rule, once it is planned.
func (j *entryJudge) tell(plan *accessPlan) {
	verdicts := map[int]remark{}
	targets := map[int]string{}
	say := func(list []*entryRule, judge func(*entryRule) (remark, string)) {
		for _, r := range list {
			verdict, target := judge(r)
			for _, i := range r.rules {
				if known, ok := verdicts[i]; !ok || verdict.severity > known.severity {
					verdicts[i], targets[i] = verdict, target
				}
			}
		}
	}
	say(j.rules.permit, plan.permitted)
	say(j.rules.deny, denied)
	say(j.rules.mfa, factored)
	for _, r := range j.set.rules.Rules {
		verdict, ok := verdicts[r.Index]
		switch {
		case r.Bad:
			verdict = remark{Unsupported, finding.Error, "the rule cannot be read, so that nothing is known of what it decides"}
		case ok:
		case slices.Contains(codes(r), "CONDITION_MATCHES_UNSUPPORTED_ISSUER"):
			verdict = remark{Manual, finding.Error, forGuests + "; until a group stands for them, nobody must be assigned"}
		case j.feeds[r.Index] || r.Verb == claimrule.Add:
			verdict = remark{Mapped, finding.Info, "kept for the rules behind it"}
		case issues(r, claimrule.TypePermit, "") || issues(r, claimrule.TypeDeny, "") || issues(r, claimrule.TypeAuthnMethod, multipleAuthn):
			verdict = remark{NotApplicable, finding.Info, "no user of Active Directory fulfils its conditions"}
		case j.set.purpose == claimrule.AdditionalAuthentication:
			verdict = remark{Manual, finding.Warning, "it issues another claim than the demand for a second factor, which decides nothing in Entra"}
		default:
			verdict = remark{NotApplicable, finding.Warning, "it issues a claim that decides nothing: neither that of permission nor that of refusal"}
		}
		v := ruleVerdict(j.set, r, verdict.outcome, verdict.severity, verdict.text)
		v.Target, v.Reference = targets[r.Index], referenceAccess
		j.items = append(j.items, ruleItem(j.set, r, r, v))
	}
}

const (
	permitEveryone = "assignment is not required; all users of the tenant get in, guests and cloud accounts among them, whom AD FS does not know"
	untilSwitched  = "assignment is required, and nobody is assigned for it until the policies are switched on that keep out whom AD FS keeps out"
	nestedGroups   = "members of groups inside an assigned group do not get in"
)

// permitted says what becomes of a rule that lets users in.
func (a *accessPlan) permitted(r *entryRule) (remark, string) {
	switch {
	case r.why != "":
		return remark{Manual, finding.Error, "it permits by " + r.why + "; assignment cannot decide by that, so that nobody is assigned for it: settle that by hand, then assign who may sign in"}, targetAssignment
	case r.plain() && r.everybody() && a.AssignmentRequired:
		return remark{Manual, finding.Warning, "it permits everybody, and other rules keep some out: " + untilSwitched}, targetAssignment
	case r.plain() && r.everybody():
		return remark{Changed, finding.Info, permitEveryone}, targetAssignment
	case len(r.groups)+len(r.users) > 0 && !a.assigns(r):
		return remark{Manual, finding.Error, "it permits " + r.who() + ", of whom nobody is assigned, as a rule that keeps users out cannot be expressed"}, targetAssignment
	case r.plain() && r.byClaim:
		return remark{Manual, finding.Warning, "becomes assignment of the groups, to be found in Entra by their names; " + nestedGroups}, targetAssignment
	case r.plain():
		return remark{Mapped, finding.Info, "becomes assignment of " + r.who() + "; " + nestedGroups}, targetAssignment
	case r.everybody():
		return remark{Manual, finding.Warning, "becomes Conditional Access: " + r.demands() + "; " + untilSwitched}, targetConditional
	}
	return remark{Manual, finding.Warning, "becomes assignment of " + r.who() + " and Conditional Access: " + r.demands() + "; the policies only report until they are switched on"}, targetConditional
}

// assigns tells whether those of a rule are assigned.
func (a *accessPlan) assigns(r *entryRule) bool {
	return !slices.ContainsFunc(r.users, func(u string) bool { return !slices.Contains(a.Users, u) }) &&
		(len(r.groups) == 0 || slices.Contains(a.Groups, r.groups[0]))
}

// who says whom a rule is for.
func (r *entryRule) who() string {
	var parts []string
	if len(r.groups) > 0 {
		names := make([]string, len(r.groups))
		for i, g := range r.groups {
			names[i] = orText(g.SID, g.Name)
		}
		parts = append(parts, "the groups "+groupNames(names))
	}
	if len(r.users) > 0 {
		parts = append(parts, "the users "+groupNames(r.users))
	}
	if len(parts) == 0 {
		return "everybody"
	}
	return strings.Join(parts, " and ")
}

// demands says what a rule demands beside who, in the words of Conditional
// Access.
func (r *entryRule) demands() string {
	var parts []string
	for _, g := range r.also {
		parts = append(parts, "who is not in "+shownGroup(g)+" is blocked")
	}
	for _, g := range r.except {
		parts = append(parts, "the members of "+shownGroup(g)+" are blocked")
	}
	for _, d := range []struct {
		is      demand
		yes, no string
	}{
		{r.inside, "named locations that are trusted", "all locations but the named ones that are trusted"},
		{r.trusted, "a known device (compliant or hybrid joined)", "devices that are not known"},
		{r.factor, "the grant \"require multifactor authentication\"", "sign-ins without a second factor"},
	} {
		switch d.is {
		case demanded:
			parts = append(parts, d.yes)
		case refusedIf:
			parts = append(parts, d.no)
		}
	}
	return strings.Join(parts, ", ")
}

// denied says what becomes of a rule that keeps users out.
func denied(r *entryRule) (remark, string) {
	switch {
	case r.why != "":
		return remark{Manual, finding.Error, "it denies by " + r.why + "; Entra cannot decide by that, so that nobody is assigned"}, targetConditional
	case r.plain() && r.everybody():
		return remark{Manual, finding.Warning, "it denies everybody: nobody signs in today"}, targetAssignment
	}
	text := "becomes a Conditional Access policy that blocks " + r.who()
	if d := r.demands(); d != "" {
		text += ", by " + d
	}
	return remark{Manual, finding.Warning, text + "; it only reports until it is switched on"}, targetConditional
}

// factored says what becomes of a rule that demands a second factor.
func factored(r *entryRule) (remark, string) {
	if r.why != "" {
		return remark{Manual, finding.Error, "it demands a second factor by " + r.why + "; Entra cannot decide by that: make a Conditional Access policy by hand"}, targetConditional
	}
	text := "becomes a Conditional Access policy that requires multifactor authentication of " + r.who()
	if d := r.demands(); d != "" {
		text += ", for: " + d
	}
	return remark{Manual, finding.Warning, text}, targetConditional
}

// decide plans who may sign in, before the properties are judged one by one.
func (j *trustJudge) decide() {
	j.authorization, j.additional = newEntryJudge(j.sets.authorization, j.shared), newEntryJudge(j.sets.additional, j.shared)
	set := j.authorization.rules
	switch {
	case j.sets.authorization.count() > 0:
	case j.says("AccessControlPolicyName") && j.rp.AccessControlPolicyName != "":
		j.policySet = j.policyRules()
		set = j.policySet
	}
	set.mfa = append(slices.Clip(set.mfa), j.additional.rules.mfa...)
	j.entry = planEntry(j.rp.Name, set)
	if p := j.rp.ResultantPolicy; j.rp.AlwaysRequireAuthentication || p != nil && p.RequireFreshAuthentication {
		always := newPolicy(j.rp.Name, "sign in every time")
		always.SessionControls = &SessionControls{SignInFrequency: &SignInFrequency{IsEnabled: true, AuthenticationType: "primaryAndSecondaryAuthentication", FrequencyInterval: "everyTime"}}
		j.entry.add(always)
	}
	j.authorization.tell(j.entry)
	j.additional.tell(j.entry)
}

// says tells whether the export holds a property.
func (j *trustJudge) says(name string) bool {
	p := j.rp.Property(name)
	return p != nil && p.State == adfs.Held
}

// judgePolicy says what becomes of the access control policy.
func (j *trustJudge) judgePolicy() {
	worst, target := remark{severity: 0}, ""
	take := func(list []*entryRule, judge func(*entryRule) (remark, string)) {
		for _, r := range list {
			if verdict, where := judge(r); verdict.severity > worst.severity || worst.text == "" {
				worst, target = verdict, where
			}
		}
	}
	take(j.policySet.permit, j.entry.permitted)
	take(j.policySet.mfa, factored)
	if worst.text == "" {
		worst, target = remark{Manual, finding.Warning, "the policy permits nobody"}, targetAssignment
	}
	j.say(worst.outcome, worst.severity, target, worst.text)
}
