package migrate

// claims fills the claims of a plan from the rules.
func (b *planner) claims(p *TrustPlan, j *trustJudge) {
	c := j.claims
	p.NameID, p.Claims, p.OptionalClaims, p.Groups, p.Roles = c.nameID, c.claims, c.optional, c.groups, c.roles
	for _, claim := range c.claims {
		p.Application.EmitNameFormats = p.Application.EmitNameFormats || claim.NameFormat != ""
	}
}

// access fills who may sign in.
func (b *planner) access(p *TrustPlan, j *trustJudge) {
	p.Access, p.ConditionalAccess = j.entry.Access, j.entry.conditional
	if b.options.AppID != "" {
		for i := range p.ConditionalAccess {
			p.ConditionalAccess[i].Conditions.Applications.IncludeApplications = []string{b.options.AppID}
		}
	}
}
