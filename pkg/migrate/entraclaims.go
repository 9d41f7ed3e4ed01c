package migrate

import "github.com/ssodoctor/ssodoctor/pkg/entra"

// EntraClaims is what the application of the plan emits about a user, as the
// encoders and the evaluation of package entra take it.
func (p *TrustPlan) EntraClaims() *entra.Claims {
	c := &entra.Claims{NameID: p.NameID.NameID, Optional: p.OptionalClaims, Groups: p.Groups, Roles: p.Roles}
	for i := range p.Claims {
		c.Claims = append(c.Claims, p.Claims[i].Claim)
	}
	return c
}
