package compare

import (
	"slices"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/entra"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

func applicationKeys(e *entra.EnterpriseApplication) []string {
	return slices.Concat(keyed("appId", e.AppID()), keyed("identifier", e.Identifiers().Strings()...), keyed("name", e.Name()))
}

// alike leaves of two applications what both exports have: an export of the
// enterprise application alone says nothing of the registration.
func alike(a, b *entra.EnterpriseApplication) (*entra.EnterpriseApplication, *entra.EnterpriseApplication) {
	left, right := *a, *b
	if left.Application == nil || right.Application == nil {
		left.Application, right.Application = nil, nil
	}
	if left.Principal == nil || right.Principal == nil {
		left.Principal, right.Principal = nil, nil
	}
	if !left.Assignments.Known || !right.Assignments.Known {
		left.Assignments.V, right.Assignments.V = nil, nil
	}
	if left.Claims == nil || right.Claims == nil {
		left.Claims, right.Claims = nil, nil
	}
	if len(left.Policies) == 0 || len(right.Policies) == 0 {
		left.Policies, right.Policies = nil, nil
	}
	return &left, &right
}

// applicationFacets are what is compared of an enterprise application.
var applicationFacets = []facet[*entra.EnterpriseApplication]{
	{"identifier", func(e *entra.EnterpriseApplication) []string { return e.Identifiers().Strings() }, lostIs(finding.Error, "requests with the old identifier are refused (AADSTS700016), and the audience is another")},
	{"Reply URL", func(e *entra.EnterpriseApplication) []string { return e.ReplyURLs().Strings() }, lostIs(finding.Error, "responses to the old address are refused (AADSTS50011)")},
	{"logout URL", func(e *entra.EnterpriseApplication) []string { return given(e.LogoutURL().V) }, fixed(finding.Warning, "logout goes to another address")},
	{"sign-on URL", ofPrincipal(func(p *entra.ServicePrincipal) []string { return given(p.LoginURL.V) }), fixed(finding.Warning, "My Apps starts the sign-in elsewhere")},
	{"relay state", ofPrincipal(func(p *entra.ServicePrincipal) []string { return given(p.RelayState.V) }), fixed(finding.Warning, "users land on another page")},
	{"single sign-on mode", ofPrincipal(func(p *entra.ServicePrincipal) []string { return given(p.Mode.V) }), fixed(finding.Error, "Entra uses the SAML settings in the mode saml only")},
	{"enabled for users", ofPrincipal(func(p *entra.ServicePrincipal) []string { return flag(p.Enabled) }), toFalse(finding.Error, "nobody can sign in", finding.Info, "users can sign in again")},
	{"assignment required", ofPrincipal(func(p *entra.ServicePrincipal) []string { return flag(p.AssignmentRequired) }), toFalse(finding.Warning, "every user of the tenant can sign in", finding.Warning, "who is not assigned is refused (AADSTS50105)")},
	{"assigned", assigned, lostIs(finding.Warning, "who is no longer assigned is refused (AADSTS50105)")},
	{"active signing certificate", ofPrincipal(func(p *entra.ServicePrincipal) []string { return given(strings.ToLower(p.SigningThumbprint.V)) }), fixed(finding.Error, "the app must be given the new certificate, else it refuses what is signed with it")},
	{"notification address", ofPrincipal(func(p *entra.ServicePrincipal) []string { return p.NotificationAddresses.Strings() }), fixed(finding.Info, "others are told before the certificate expires")},
	{"token encryption key", ofRegistration(func(a *entra.Application) []string { return given(a.EncryptionKeyID.V) }), fixed(finding.Error, "the app must have the private key for what it gets, and accept what is not encrypted")},
	{"signed requests required", ofRegistration(func(a *entra.Application) []string { return flag(a.SignedRequests) }), toFalse(finding.Info, "requests need no signature any more", finding.Error, "requests without a signature are refused")},
	{"groups emitted", ofRegistration(func(a *entra.Application) []string { return given(a.GroupClaims.V) }), fixed(finding.Warning, "the app gets other groups, or none")},
	{"optional claims", ofRegistration(optionalClaims), lostIs(finding.Warning, "the app gets the claim in another form, or no more")},
	{"app roles", ofRegistration(appRoles), lostIs(finding.Warning, "users with the role get no value for it")},
	{"emitted claims", emittedClaims, lostIs(finding.Error, "the app gets another value for the claim, or none")},
	{"token policies", tokenPolicies, fixed(finding.Warning, "tokens are signed otherwise, or live longer or shorter")},
}

func ofPrincipal(part func(*entra.ServicePrincipal) []string) func(*entra.EnterpriseApplication) []string {
	return func(e *entra.EnterpriseApplication) []string {
		if e.Principal == nil {
			return nil
		}
		return part(e.Principal)
	}
}

func ofRegistration(part func(*entra.Application) []string) func(*entra.EnterpriseApplication) []string {
	return func(e *entra.EnterpriseApplication) []string {
		if e.Application == nil {
			return nil
		}
		return part(e.Application)
	}
}

func flag(f entra.Flag) []string {
	switch {
	case !f.Known:
		return nil
	case f.V:
		return []string{"true"}
	}
	return []string{"false"}
}

// toFalse judges a flag by what B has.
func toFalse(off finding.Severity, whenOff string, on finding.Severity, whenOn string) judge {
	return func(_ *pair, _, b []string) (finding.Severity, string) {
		if slices.Contains(b, "true") {
			return on, whenOn
		}
		return off, whenOff
	}
}

func assigned(e *entra.EnterpriseApplication) []string {
	var out []string
	for _, a := range e.Assignments.V {
		name := a.PrincipalName.V
		if name == "" {
			name = a.PrincipalID.V
		}
		out = append(out, strings.ToLower(a.PrincipalType.V)+" "+name)
	}
	return set(out)
}

func optionalClaims(a *entra.Application) []string {
	var out []string
	for _, c := range a.OptionalClaims.V {
		out = append(out, strings.TrimSpace(c.Name.V+" "+strings.Join(c.Properties.Strings(), " ")))
	}
	return set(out)
}

func appRoles(a *entra.Application) []string {
	var out []string
	for _, r := range a.AppRoles.V {
		if !entra.No(r.Enabled) {
			out = append(out, r.DisplayName.V+" = "+r.Value.V)
		}
	}
	return set(out)
}

// emittedClaims are the claims of the policies, each with its sources.
func emittedClaims(e *entra.EnterpriseApplication) []string {
	var out []string
	for _, p := range e.Policies {
		if m := p.Content.Mapping; m != nil {
			for _, c := range m.Claims {
				if c.SAMLType.V != "" {
					out = append(out, c.SAMLType.V+" = "+mappedSource(c))
				}
			}
		}
	}
	if e.Claims != nil && e.Claims.Content.Custom != nil {
		for _, c := range e.Claims.Content.Custom.Claims {
			out = append(out, customClaim(c)+" = "+customSources(c))
		}
	}
	return set(out)
}

func mappedSource(c entra.MappedClaim) string {
	switch {
	case c.Value.Known:
		return `"` + c.Value.V + `"`
	case c.ExtensionID.V != "":
		return c.Source.V + "." + c.ExtensionID.V
	case c.TransformationID.V != "":
		return "transformation " + c.TransformationID.V
	}
	return c.Source.V + "." + c.ID.V
}

// customClaim is the name of a claim of the portal's policy.
func customClaim(c entra.CustomClaim) string {
	switch {
	case c.Type.V == "samlNameIdClaim":
		return strings.TrimSpace("NameID " + c.NameIDFormat.V)
	case c.Namespace.V == "":
		return c.Name.V
	}
	return strings.TrimSuffix(c.Namespace.V, "/") + "/" + c.Name.V
}

func customSources(c entra.CustomClaim) string {
	var parts []string
	for _, configuration := range c.Configurations {
		var steps []string
		if a := configuration.Attribute; a != nil {
			steps = append(steps, customAttribute(a))
		}
		for _, t := range configuration.Transformations {
			var inputs []string
			for _, a := range t.Inputs {
				inputs = append(inputs, customAttribute(a))
			}
			steps = append(steps, strings.TrimSuffix(t.Type.V, "Transformation")+"("+strings.Join(inputs, ", ")+")")
		}
		part := strings.Join(steps, " then ")
		if when := strings.TrimSpace(configuration.UserType.V + " " + strings.Join(configuration.Groups.Strings(), " ")); when != "" && when != "any" {
			part += " for " + when
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, "; ")
}

func customAttribute(a *entra.CustomAttribute) string {
	if a.Value.Known {
		return `"` + a.Value.V + `"`
	}
	return a.Source.V + "." + a.ID.V
}

func tokenPolicies(e *entra.EnterpriseApplication) []string {
	var out []string
	for _, p := range e.Policies {
		if p.Kind != entra.ClaimsMapping {
			out = append(out, p.Definition.V)
		}
	}
	return set(out)
}
