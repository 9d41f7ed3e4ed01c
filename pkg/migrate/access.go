package migrate

import (
	"slices"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/adfs"
	"github.com/ssodoctor/ssodoctor/pkg/adfs/claimrule"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// grounds are what a decision about access rests on.
type grounds uint16

const (
	onGroup grounds = 1 << iota
	onUser
	onNetwork
	onClient
	onDevice
	onMFA
	onValue   // an attribute of the user
	onNamed   // groups by their names
	onSome    // groups or users that no list of them stands for
	onUnknown // nothing that Entra can decide by

	listed = onGroup | onUser // what assignment alone expresses
)

// inWords are the grounds with what takes their place.
var inWords = []struct {
	grounds grounds
	text    string
}{
	{onGroup, "assignment of the groups"},
	{onUser, "assignment of the users"},
	{onNetwork, "named locations in Conditional Access"},
	{onClient, "client apps and platforms in Conditional Access"},
	{onDevice, "device conditions or grants in Conditional Access"},
	{onMFA, "the grant \"require multifactor authentication\" in Conditional Access"},
	{onValue, "a dynamic group of the users with the value"},
	{onNamed, "assignment of the groups, to be found in Entra by their names"},
	{onSome, "assignment of a group of exactly those users, as the conditions are joined, negated or no list of groups"},
}

func (g grounds) String() string {
	var list []string
	for _, w := range inWords {
		if g&w.grounds != 0 {
			list = append(list, w.text)
		}
	}
	return strings.Join(list, " and ")
}

// typeGrounds are the grounds that a claim type stands for.
func typeGrounds(claimType string) grounds {
	switch {
	case claimType == claimrule.TypeGroupSID, claimType == claimrule.TypePrimaryGroupSID:
		return onGroup
	case claimType == "http://schemas.xmlsoap.org/claims/Group":
		return onNamed
	case claimType == claimrule.TypePrimarySID:
		return onUser
	case claimType == claimrule.TypeInsideNetwork, claimType == typeProxyHeader,
		claimType == requestTypes+"x-ms-forwarded-client-ip", claimType == requestTypes+"x-ms-client-ip":
		return onNetwork
	case claimType == typeAuthnReference, claimType == claimrule.TypeAuthnMethod:
		return onMFA
	case strings.Contains(claimType, "/devicecontext/claims/"):
		return onDevice
	case strings.HasPrefix(claimType, requestTypes):
		return onClient
	case claimType == claimrule.TypeUPN, claimType == claimrule.TypeEmail, claimType == claimrule.TypeWindowsAccount, claimType == claimrule.TypeName:
		return onValue
	}
	return onUnknown
}

// accessJudge judges rules that decide: who gets in, who must use a second
// factor.
type accessJudge struct {
	set   *ruleSet
	made  map[string]grounds // claims that the rules keep for themselves
	items []Item
}

func newAccessJudge(set *ruleSet) *accessJudge {
	return &accessJudge{set: set, made: map[string]grounds{}}
}

func (j *accessJudge) judge() {
	for _, r := range j.set.rules.Rules {
		if r.Bad {
			j.add(r, Unsupported, finding.Error, "", "the rule cannot be read, so that nothing is known of what it decides")
			continue
		}
		j.rule(r)
	}
}

func (j *accessJudge) rule(r *claimrule.Rule) {
	g := j.grounds(r)
	switch {
	case r.Verb == claimrule.Add:
		j.keep(r, g)
	case issues(r, claimrule.TypePermit, ""):
		j.permit(r, g)
	case issues(r, claimrule.TypeDeny, ""):
		j.deny(r, g)
	case issues(r, claimrule.TypeAuthnMethod, multipleAuthn):
		j.mfa(r, g)
	case j.set.purpose == claimrule.AdditionalAuthentication:
		j.add(r, Manual, finding.Warning, "", "it issues another claim than the demand for a second factor, which decides nothing in Entra")
	default:
		j.keep(r, g|onUnknown)
		j.add(r, Manual, finding.Error, "", "it decides by a claim that Entra does not know")
	}
}

// keep notes the grounds of a claim that later rules can test.
func (j *accessJudge) keep(r *claimrule.Rule, g grounds) {
	note := func(e claimrule.Expr) {
		t, _ := literal(e)
		j.made[t] |= g
	}
	switch b := r.Body.(type) {
	case *claimrule.New:
		note(b.Assigned(claimrule.Type).Value)
	case *claimrule.Query:
		for _, t := range b.Types {
			j.made[t.Value] |= queryGrounds(b)
		}
	}
	if r.Verb == claimrule.Add {
		j.add(r, Mapped, finding.Info, "", "kept for the rules behind it")
	}
}

func queryGrounds(q *claimrule.Query) grounds {
	if strings.EqualFold(q.Store.Value, claimrule.StoreAD) {
		return onValue
	}
	return onUnknown
}

// grounds are what the conditions of a rule rest on.
func (j *accessJudge) grounds(r *claimrule.Rule) grounds {
	var list []grounds
	for _, c := range r.Conditions {
		switch c := c.(type) {
		case *claimrule.Selector:
			list = append(list, j.selector(c))
		case *claimrule.Exists:
			g := j.selector(c.Claims)
			if c.Not {
				g = unlisted(g)
			}
			list = append(list, g)
		case *claimrule.Count:
			list = append(list, j.selector(c.Claims)|onUnknown)
		}
	}
	if q, ok := r.Body.(*claimrule.Query); ok && r.Verb == claimrule.Issue {
		list = append(list, queryGrounds(q)|onUnknown)
	}
	return joined(list)
}

// joined are the grounds of conditions that must all hold. Two groups are no
// list of both: assignment would let in who is in one of them.
func joined(list []grounds) (g grounds) {
	set := 0
	for _, one := range list {
		g |= one
		if one != 0 {
			set++
		}
	}
	if set > 1 {
		return unlisted(g)
	}
	return g
}

// unlisted are the grounds without the assignment of a list of groups or users.
func unlisted(g grounds) grounds {
	if g&(listed|onNamed) != 0 {
		return g&^(listed|onNamed) | onSome
	}
	return g
}

func (j *accessJudge) selector(s *claimrule.Selector) grounds {
	if len(s.Matches) == 0 {
		return 0 // everybody has a claim
	}
	g := onUnknown
	for _, m := range s.Matches {
		t, ok := literal(m.Value)
		if !ok || m.Property.Kind != claimrule.Type || m.Operator != claimrule.Equal {
			continue
		}
		made, known := j.made[t]
		if known {
			return made
		}
		g = typeGrounds(t)
		break
	}
	if !plainlyValued(s) {
		g = unlisted(g)
	}
	if foreign(s) {
		g |= onUnknown
	}
	return g
}

// plainlyValued tells whether a selector asks for one value or a list of them.
func plainlyValued(s *claimrule.Selector) bool {
	valued := false
	for _, m := range s.Matches {
		if m.Property.Kind != claimrule.Value {
			continue
		}
		text, ok := literal(m.Value)
		if !ok || m.Operator != claimrule.Equal && (m.Operator != claimrule.Matches || alternatives(text) == nil) {
			return false
		}
		valued = true
	}
	return valued
}

// foreign tells whether a selector asks for claims of another claims provider.
func foreign(s *claimrule.Selector) bool {
	return slices.ContainsFunc(s.Matches, func(m *claimrule.Match) bool {
		text, _ := literal(m.Value)
		return (m.Property.Kind == claimrule.Issuer || m.Property.Kind == claimrule.OriginalIssuer) && !localIssuer(m.Operator, text)
	})
}

const (
	targetAssignment  = "servicePrincipal.appRoleAssignmentRequired"
	targetConditional = "identity/conditionalAccess/policies"
	referenceAccess   = "Microsoft Learn: Represent AD FS security policies in Microsoft Entra ID"
)

const permitEveryone = "assignment is not required; all users of the tenant get in, guests and cloud accounts among them, whom AD FS does not know"

func (j *accessJudge) permit(r *claimrule.Rule, g grounds) {
	switch {
	case g&onUnknown != 0:
		j.add(r, Manual, finding.Error, targetAssignment, "it permits by something that Entra cannot decide by: until a group stands for it, nobody must be assigned")
	case g == 0:
		j.add(r, Changed, finding.Info, targetAssignment, permitEveryone)
	case g&^listed == 0:
		j.add(r, Mapped, finding.Info, targetAssignment, "becomes "+g.String()+"; members of groups inside an assigned group do not get in")
	case g&^(listed|onNamed|onSome|onValue) == 0:
		j.add(r, Manual, finding.Warning, targetAssignment, "becomes "+g.String())
	default:
		j.add(r, Manual, finding.Warning, targetConditional, "becomes "+g.String())
	}
}

func (j *accessJudge) deny(r *claimrule.Rule, g grounds) {
	switch {
	case g&onUnknown != 0:
		j.add(r, Manual, finding.Error, targetConditional, "it denies by something that Entra cannot decide by")
	case g == 0:
		j.add(r, Manual, finding.Warning, targetAssignment, "it denies everybody: nobody signs in today")
	default:
		j.add(r, Manual, finding.Warning, targetConditional, "becomes a Conditional Access policy that blocks, by "+strings.ReplaceAll(g.String(), "assignment of", "the members of"))
	}
}

func (j *accessJudge) mfa(r *claimrule.Rule, g grounds) {
	if g&onUnknown != 0 {
		j.add(r, Manual, finding.Error, targetConditional, "it demands a second factor by something that Entra cannot decide by")
		return
	}
	text := "becomes a Conditional Access policy that requires multifactor authentication"
	if g &^= onMFA; g != 0 {
		text += ", for: " + strings.ReplaceAll(g.String(), "assignment of ", "")
	}
	j.add(r, Manual, finding.Warning, targetConditional, text)
}

func (j *accessJudge) add(r *claimrule.Rule, outcome Outcome, severity finding.Severity, target, message string) {
	v := ruleVerdict(j.set, r, outcome, severity, message)
	v.Target, v.Reference = target, referenceAccess
	j.items = append(j.items, ruleItem(j.set, r, r, v))
}

// policies are the access control policies that AD FS brings, by their name in
// lower case.
var policies = map[string]struct {
	outcome  Outcome
	severity finding.Severity
	text     string
}{
	"permit everyone":                                                                                   {Changed, finding.Info, permitEveryone},
	"permit specific group":                                                                             {Mapped, finding.Info, "assignment is required, and the groups of the policy are assigned; members of groups inside them do not get in"},
	"permit everyone and require mfa":                                                                   {Manual, finding.Warning, "becomes a Conditional Access policy that requires multifactor authentication of all users"},
	"permit everyone and require mfa for specific group":                                                {Manual, finding.Warning, "becomes a Conditional Access policy that requires multifactor authentication of the groups"},
	"permit everyone and require mfa from extranet access":                                              {Manual, finding.Warning, "becomes a Conditional Access policy that requires multifactor authentication outside of trusted named locations"},
	"permit everyone and require mfa from unauthenticated devices":                                      {Manual, finding.Warning, "becomes a Conditional Access policy that requires multifactor authentication or a compliant or hybrid joined device"},
	"permit everyone and require mfa, allow automatic device registration":                              {Manual, finding.Warning, "becomes a Conditional Access policy that requires multifactor authentication, and one for the user action of registering devices"},
	"permit everyone and require mfa from unauthenticated devices, allow automatic device registration": {Manual, finding.Warning, "becomes a Conditional Access policy that requires multifactor authentication or a compliant or hybrid joined device"},
	"permit everyone for intranet access":                                                               {Manual, finding.Warning, "becomes a Conditional Access policy that blocks all locations but trusted named locations"},
}

// judgePolicy judges the access control policy of a trust.
func judgePolicy(rp *adfs.RelyingParty) (Outcome, finding.Severity, string) {
	if p, ok := policies[strings.ToLower(strings.TrimSpace(rp.AccessControlPolicyName))]; ok {
		return p.outcome, p.severity, p.text
	}
	resultant := rp.ResultantPolicy
	switch {
	case resultant == nil || resultant.Serialized.Value == "" || resultant.Err != nil:
		return Manual, finding.Error, "the policy is none that AD FS brings, and the export does not hold what it says: read it in AD FS, and build it as assignments and Conditional Access"
	case len(resultant.Unknown) > 0:
		return Manual, finding.Error, "the policy holds conditions that are not known here (" + strings.Join(slices.Compact(slices.Clone(resultant.Unknown)), ", ") + "): build it by hand as assignments and Conditional Access"
	}
	return judgePolicyRules(resultant)
}

func judgePolicyRules(policy *adfs.AccessPolicy) (Outcome, finding.Severity, string) {
	var g grounds
	everyone := false
	for _, rule := range policy.Rules {
		own := policyGrounds(rule)
		everyone = everyone || own == 0
		g |= own
	}
	switch {
	case len(policy.Rules) == 0:
		return Manual, finding.Warning, "the policy permits nobody"
	case everyone:
		return Changed, finding.Info, permitEveryone
	case g&onUnknown != 0:
		return Manual, finding.Error, "the policy decides by a claim that Entra cannot decide by: until a group stands for it, nobody must be assigned"
	case g&^listed == 0:
		return Mapped, finding.Info, "becomes " + g.String() + "; members of groups inside an assigned group do not get in"
	}
	return Manual, finding.Warning, "becomes " + g.String()
}

// policyGrounds are what a rule of a policy rests on.
func policyGrounds(rule adfs.AccessRule) grounds {
	if len(rule.Conditions) == 0 {
		return onUnknown
	}
	var list []grounds
	for _, c := range rule.Conditions {
		list = append(list, conditionGrounds(c))
	}
	for _, c := range rule.Exceptions {
		list = append(list, unlisted(conditionGrounds(c)))
	}
	return joined(list)
}

func conditionGrounds(c adfs.AccessCondition) grounds {
	switch c.Type {
	case "AlwaysCondition":
		return 0
	case "MultiFactorAuthenticationCondition":
		return onMFA
	}
	g := typeGrounds(c.ClaimType)
	if c.Operator != "Equals" {
		return unlisted(g)
	}
	return g
}
