package migrate

import "github.com/ssodoctor/ssodoctor/pkg/entra"

// claims fills the claims of a plan from the rules.
func (b *planner) claims(p *TrustPlan, j *trustJudge) {
	c := j.claims
	p.NameID, p.Claims, p.OptionalClaims, p.Groups, p.Roles = c.nameID, c.claims, c.optional, c.groups, c.roles
	for _, claim := range c.claims {
		p.Application.EmitNameFormats = p.Application.EmitNameFormats || claim.NameFormat != ""
	}
}

// access fills who may sign in: nobody but those whom the rules name.
func (b *planner) access(p *TrustPlan, _ *trustJudge) {
	p.Access = Access{AssignmentRequired: true, Groups: []entra.Group{}, Users: []string{}}
	p.ConditionalAccess = []ConditionalAccess{}
}
