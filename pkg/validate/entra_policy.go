package validate

import (
	"fmt"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/entra"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

const (
	entraPolicy    = "Microsoft Graph > policies/claimsMappingPolicies"
	mappingPage    = "Microsoft Learn: Claims mapping policy type"
	customizePage  = "Microsoft Learn: Customize claims issued in the SAML token"
	claimTypesPage = "Microsoft Learn: Restricted claims"
)

var entraPolicyChecks = []*Check{
	{
		Name: "entra-policy-invalid", Severity: finding.Error, Family: FamilyEntra, Scope: OfFile,
		Title:     "A policy is not written as Entra demands",
		Why:       "Entra refuses the policy, or passes over the part that it does not understand.",
		Cause:     "The policy was written by hand: a property is misspelled, missing, or stands in the wrong place.",
		Fixes:     []finding.Fix{{System: finding.Entra, Place: entraPolicy, Action: "correct the policy at the place shown"}},
		Reference: mappingPage,
		Since:     "0.1.0",
		Explains:  []string{"entra-transformation-dangling"},
		lint:      lints{policy: lintPolicy},
	},
	{
		Name: "entra-claim-restricted", Severity: finding.Error, Family: FamilyEntra, Scope: OfFile,
		Title:     "A policy emits a claim type that Entra keeps for itself",
		Why:       "Entra refuses the policy, or the sign-in with AADSTS50146 or AADSTS7500529; the claim is never sent.",
		Cause:     "The claim type was taken over from AD FS.",
		Fixes:     []finding.Fix{{System: finding.Entra, Place: entraClaims, Action: "emit the claim in the way that the finding names"}},
		Reference: claimTypesPage,
		Since:     "0.1.0",
		lint:      lints{policy: lintRestricted},
	},
	{
		Name: "entra-claim-source-unknown", Severity: finding.Warning, Family: FamilyEntra, Scope: OfFile,
		Title:     "The source of a claim is no attribute that Entra has",
		Why:       "The claim is missing from the token, for every user.",
		Cause:     "The attribute has the name of Active Directory or of the portal, a blank was copied with it, or a constant was written where an attribute is expected.",
		Fixes:     []finding.Fix{{System: finding.Entra, Place: entraClaims, Action: "name the attribute as the claims policy does, or give a constant as Value"}},
		Reference: mappingPage,
		Since:     "0.1.0",
		lint:      lints{policy: lintSources},
	},
	{
		Name: "entra-nameid-source", Severity: finding.Error, Family: FamilyEntra, Scope: OfFile,
		Title:     "The NameID is made of something that Entra does not allow",
		Why:       "Entra sends a pairwise identifier in its place, which is another one for each application, and no app knows it.",
		Cause:     "Only a few attributes and transformations are allowed for the NameID.",
		Fixes:     []finding.Fix{{System: finding.Entra, Place: entraNameID, Action: "choose user.mail, user.userprincipalname, user.onpremisessamaccountname, user.employeeid or an extension attribute"}},
		Reference: mappingPage,
		Since:     "0.1.0",
		lint:      lints{policy: lintNameIDSource},
	},
	{
		Name: "entra-nameid-lookalike", Severity: finding.Warning, Family: FamilyEntra, Scope: OfFile,
		Title:     "A claim only looks like the NameID",
		Why:       "The NameID is made by one claim type alone; any other that ends in nameidentifier is an attribute, and the NameID stays as it was.",
		Cause:     "The type was copied from a page that has it wrong.",
		Fixes:     []finding.Fix{{System: finding.Entra, Place: entraClaims, Action: "write the claim type as {expected}"}},
		Reference: mappingPage,
		Since:     "0.1.0",
		lint:      lints{policy: lintLookalike},
	},
	{
		Name: "entra-transformation-dangling", Severity: finding.Error, Family: FamilyEntra, Scope: OfFile,
		Title:     "A transformation and its claim do not find each other",
		Why:       "A claim without its transformation is not emitted; a transformation without its claim does nothing.",
		Cause:     "One of the two was renamed, or copied without the other.",
		Fixes:     []finding.Fix{{System: finding.Entra, Place: entraPolicy, Action: "let TransformationId, ClaimTypeReferenceId and ID name the same"}},
		Reference: mappingPage,
		Since:     "0.1.0",
		lint:      lints{policy: lintTransformations},
	},
	{
		Name: "entra-policy-limit", Severity: finding.Warning, Family: FamilyEntra, Scope: OfFile,
		Title:     "A policy is over a limit of Entra",
		Why:       "What is over the limit is dropped without a word, or the policy is refused.",
		Cause:     "Claims of several apps were put into one policy.",
		Fixes:     []finding.Fix{{System: finding.Entra, Place: entraPolicy, Action: "remove what this app does not need"}},
		Reference: mappingPage,
		Since:     "0.1.0",
		lint:      lints{policy: lintLimits},
	},
	{
		Name: "entra-policy-shadowed", Severity: finding.Warning, Family: FamilyEntra, Scope: OfFile,
		Title:     "The claims of the portal are without effect",
		Why:       "A claims mapping policy that is assigned to the application wins over what Attributes & Claims shows.",
		Cause:     "A script assigned the policy, and the portal was used later.",
		Fixes:     []finding.Fix{{System: finding.Entra, Place: entraPolicy, Action: "carry the claims over into one of the two, and take the other away"}},
		Reference: customizePage,
		Since:     "0.1.0",
		lint:      lints{enterprise: lintShadowed},
	},
	{
		Name: "entra-policy-conflict", Severity: finding.Warning, Family: FamilyEntra, Scope: OfFile,
		Title:     "More than one claims mapping policy is assigned to the application",
		Why:       "One of them decides what is in the token, and Microsoft does not say which.",
		Cause:     "A new policy was assigned, and the old one was not taken away.",
		Fixes:     []finding.Fix{{System: finding.Entra, Place: entraPolicy, Action: "carry the claims over into one policy, and take the others away"}},
		Reference: mappingPage,
		Since:     "0.1.0",
		lint:      lints{enterprise: lintPolicyConflict},
	},
	{
		Name: "entra-audience-override", Severity: finding.Warning, Family: FamilyEntra, Scope: OfFile,
		Title:     "The policy changes the audience or issuer, which needs a signing certificate of the application's own",
		Why:       "Without one Entra passes over the setting, and the app gets an audience that it does not expect.",
		Cause:     "The policy was copied from an application that has its own certificate.",
		Fixes:     []finding.Fix{{System: finding.Entra, Place: entraSigningCertificate, Action: "make a signing certificate for the application, and make it active"}},
		Reference: mappingPage,
		Since:     "0.1.0",
		lint:      lints{enterprise: lintAudienceOverride},
	},
}

// policyName is how a policy is called in a sentence.
func policyName(p *entra.Policy) string {
	if p.DisplayName.V != "" {
		return "the policy " + finding.Quote(p.DisplayName.V)
	}
	return "the policy"
}

func lintPolicy(x *inspection, p *entra.Policy) {
	x.relay(p.Content.Problems)
	if p.Definitions > 1 {
		x.failAt(p.Definition.At, fact{detail: fmt.Sprintf("%s has %d definitions, expected one", policyName(p), p.Definitions)})
	}
	if entra.Yes(p.OrganizationDefault) && (p.Kind == entra.ClaimsMapping || p.Kind == entra.TokenIssuance) {
		x.failAt(p.OrganizationDefault.At, fact{severity: finding.Warning, detail: fmt.Sprintf("%s is to be the default of the organization, which such a policy cannot be: assign it to the application", policyName(p))})
	}
	for _, u := range p.Content.Unknown {
		x.failAt(u.At, fact{severity: finding.Warning, actual: u.V, detail: fmt.Sprintf("%s has a property %s, which such a policy does not have", policyName(p), finding.Quote(u.V))})
	}
	switch {
	case p.Content.Mapping != nil:
		lintMapping(x, p, p.Content.Mapping)
	case p.Content.Custom != nil:
		lintCustom(x, p, p.Content.Custom)
	case !p.Definition.Known:
		x.skip("the definition of the policy is not spelled out in the file")
	}
}

// lintMapping judges the entries of a claims mapping policy.
func lintMapping(x *inspection, p *entra.Policy, m *entra.MappingDefinition) {
	fail := func(at entra.Place, s finding.Severity, actual, detail string) {
		x.failAt(at, fact{severity: s, actual: actual, detail: detail})
	}
	if m.Version.V != "1" {
		fail(orPlace(m.Version.At, p.At), finding.Error, m.Version.V, fmt.Sprintf("%s has the Version %s, expected 1", policyName(p), finding.Quote(m.Version.V)))
	}
	if b := m.IncludeBasicClaimSet; b.Known && !hasFold([]string{"true", "false"}, b.V) {
		fail(b.At, finding.Error, b.V, fmt.Sprintf("IncludeBasicClaimSet is %s, expected true or false", finding.Quote(b.V)))
	}
	taken := mappedInputs(m)
	for _, c := range m.Claims {
		switch origins := claimOrigins(c); {
		case len(origins) == 0:
			fail(c.At, finding.Error, "", "a claim has no origin, expected one of Value, Source with ID, Source with ExtensionID")
		case len(origins) > 1:
			fail(c.At, finding.Error, "", fmt.Sprintf("a claim has more than one origin (%s), expected one", strings.Join(origins, ", ")))
		}
		if c.SAMLType.V == "" && c.JWTType.V == "" && !taken[strings.ToLower(c.ID.V)] {
			fail(c.At, finding.Warning, "", fmt.Sprintf("the claim %s has no SamlClaimType, and no transformation takes it: it is never emitted", finding.Quote(c.ID.V)))
		}
	}
}

// orPlace is a place, or another where that is unknown.
func orPlace(at, other entra.Place) entra.Place {
	if at.Span.Known() {
		return at
	}
	return other
}

// claimOrigins names where the value of a claim comes from.
func claimOrigins(c entra.MappedClaim) (list []string) {
	if c.Value.Known {
		list = append(list, "Value")
	}
	if c.ExtensionID.Known {
		list = append(list, "ExtensionID")
	}
	if c.ID.Known && c.Source.Known {
		list = append(list, "ID")
	}
	return list
}

// mappedInputs are the entries that transformations take, by their ID in lower
// case.
func mappedInputs(m *entra.MappingDefinition) map[string]bool {
	taken := map[string]bool{}
	for _, t := range m.Transformations {
		for _, in := range t.Inputs {
			taken[strings.ToLower(in.Claim.V)] = true
		}
	}
	return taken
}

func lintRestricted(x *inspection, p *entra.Policy) {
	judge := func(t entra.Text, claimType string) {
		if claimType != "" && entra.RestrictionOf(claimType) == entra.Restricted {
			f := fact{actual: claimType, detail: fmt.Sprintf("Entra keeps the claim type %s for itself; %s", finding.Quote(claimType), entra.WayAround(claimType))}
			if strings.EqualFold(claimType, entra.TypeUPN) || strings.EqualFold(claimType, entra.TypeRole) {
				f.severity = finding.Warning // Microsoft also lists them among those that a signing certificate of one's own allows
			}
			x.failAt(t.At, f)
		}
	}
	switch c := p.Content; {
	case c.Mapping != nil:
		for _, claim := range c.Mapping.Claims {
			judge(claim.SAMLType, claim.SAMLType.V)
		}
	case c.Custom != nil:
		for _, claim := range c.Custom.Claims {
			if saml := len(claim.TokenFormats.Items) == 0 || claim.TokenFormats.Has("saml"); saml {
				judge(claim.Name, customType(claim))
			}
		}
	default:
		x.inapplicable()
	}
}

// customType is the claim type of a claim of a customClaimsPolicy.
func customType(c entra.CustomClaim) string {
	if c.Namespace.V == "" {
		return c.Name.V
	}
	return strings.TrimSuffix(c.Namespace.V, "/") + "/" + c.Name.V
}

func lintLookalike(x *inspection, p *entra.Policy) {
	judge := func(t entra.Text, claimType string) {
		if strings.HasSuffix(strings.ToLower(claimType), "/nameidentifier") && !strings.EqualFold(claimType, entra.TypeNameID) {
			x.failAt(t.At, fact{actual: claimType, expected: []string{entra.TypeNameID}, detail: fmt.Sprintf("%s is not the claim type of the NameID: the NameID stays as it was", finding.Quote(claimType))})
		}
	}
	switch c := p.Content; {
	case c.Mapping != nil:
		for _, claim := range c.Mapping.Claims {
			judge(claim.SAMLType, claim.SAMLType.V)
		}
	case c.Custom != nil:
		for _, claim := range c.Custom.Claims {
			judge(claim.Name, customType(claim))
		}
	default:
		x.inapplicable()
	}
}

func lintShadowed(x *inspection, e *enterprise) {
	if !e.saml(x) {
		return
	}
	for _, p := range e.Policies {
		if p.Kind == entra.ClaimsMapping && e.Claims != nil && e.Claims.Content.Custom != nil && len(e.Claims.Content.Custom.Claims) > 0 {
			x.failAt(e.Claims.At, fact{detail: fmt.Sprintf("the %s of the portal's policy without effect, because %s is assigned to %s", count(len(e.Claims.Content.Custom.Claims), "claim is", "claims are"), policyName(p), e.title())})
			return
		}
	}
}

func lintPolicyConflict(x *inspection, e *enterprise) {
	if !e.saml(x) {
		return
	}
	var mapping []*entra.Policy
	ids := map[string]bool{}
	for _, p := range e.Policies {
		if id := strings.ToLower(p.ID.V); p.Kind == entra.ClaimsMapping && (id == "" || !ids[id]) {
			ids[id] = true
			mapping = append(mapping, p)
		}
	}
	if len(mapping) > 1 {
		x.failAt(mapping[1].At, fact{detail: fmt.Sprintf("%s are assigned to %s", finding.Few(mapping, 5, policyName), e.title())})
	}
}

func lintAudienceOverride(x *inspection, e *enterprise) {
	if !e.saml(x) {
		return
	}
	p := e.Principal
	judge := func(t entra.Text, name string) {
		switch {
		case t.V == "" || strings.EqualFold(t.V, "false"):
		case p == nil:
			x.skip(noPrincipal)
		case exported(x, p.SigningThumbprint, "preferredTokenSigningKeyThumbprint") && p.SigningThumbprint.V == "":
			x.failAt(t.At, fact{actual: t.V, detail: fmt.Sprintf("%s is set to %s, and %s has no signing certificate of its own", name, finding.Quote(t.V), e.title())})
		}
	}
	for _, policy := range e.Policies {
		if m := policy.Content.Mapping; m != nil {
			judge(m.AudienceOverride, "audienceOverride")
			judge(m.IssuerWithAppID, "issuerWithApplicationId")
		}
	}
	if e.Claims != nil && e.Claims.Content.Custom != nil {
		judge(e.Claims.Content.Custom.AudienceOverride, "audienceOverride")
	}
}
