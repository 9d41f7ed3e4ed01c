package migrate

import "github.com/ssodoctor/ssodoctor/pkg/entra"

// claims fills the claims of a plan from the rules.
func (b *planner) claims(p *TrustPlan, _ *trustJudge) {
	p.NameID = PlannedNameID{NameID: entra.NameID{Configurations: []entra.Configuration{}}, Rules: []RuleLine{}}
	p.Claims, p.OptionalClaims, p.Roles = []PlannedClaim{}, []string{}, []entra.Role{}
	p.Groups = entra.GroupClaim{Emit: entra.NoGroups}
}

// access fills who may sign in: nobody but those whom the rules name.
func (b *planner) access(p *TrustPlan, _ *trustJudge) {
	p.Access = Access{AssignmentRequired: true, Groups: []entra.Group{}, Users: []string{}}
	p.ConditionalAccess = []ConditionalAccess{}
}
