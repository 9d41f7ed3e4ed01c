package write

import (
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/entra"
	"github.com/ssodoctor/ssodoctor/pkg/migrate"
)

// claimsSteps set the claims policy: the one of the service principal, or a
// claims mapping policy that is made and assigned.
func claimsSteps(t *migrate.TrustPlan, o Options) ([]step, error) {
	if o.Claims == MappingPolicy {
		definition, err := mappingDefinition(t)
		if err != nil {
			return nil, err
		}
		s := policyStep("claimsMappingPolicies", claimsName(t), definition, principal("/claimsMappingPolicies/$ref"), o)
		s.why = "the claims, as a claims mapping policy; the portal then shows the claims of its own as read-only, and Entra ignores those"
		return []step{s}, nil
	}
	data, _ := entra.EncodeCustomClaims(t.EntraClaims())
	body, err := parseNode(data, readClaims)
	if err != nil {
		return nil, err
	}
	return []step{{kind: stepReplace, why: "the claims, as the portal keeps them; this is in the beta of Microsoft Graph",
		calls: []call{{method: "PUT", path: joined{beta + "servicePrincipals/", principalID, text("/claimsPolicy")}, body: body}}}}, nil
}

// claimsName is the name of the claims mapping policy.
func claimsName(t *migrate.TrustPlan) string { return "Claims of " + t.Application.DisplayName }

// mappingDefinition is the definition of the claims mapping policy.
func mappingDefinition(t *migrate.TrustPlan) (node, error) {
	policy, _ := entra.EncodeClaimsMapping(claimsName(t), t.EntraClaims())
	return parseNode([]byte(policy.Definition[0]), readClaims)
}

// readClaims finds what stands for ids in a claims policy: groups in
// conditions, and the application that holds directory extensions in the names
// of those.
func readClaims(member, s string) node {
	switch member {
	case "memberOf":
		return readGroup(s)
	case "id", "ID", "ExtensionID":
		if before, after, ok := strings.Cut(s, entra.ExtensionAppToken); ok {
			return joined{text(before), extensionApp, text(after)}
		}
	}
	return text(s)
}

// tokenSettings are the properties of the application for groups and optional
// claims.
func tokenSettings(t *migrate.TrustPlan) (object, error) {
	data, _ := entra.EncodeTokenSettings(t.EntraClaims())
	n, err := parseNode(data, func(_, s string) node { return text(s) })
	o, _ := n.(object) // it is one where there is no error
	return o, err
}

// lostClaims says what of the claims a target cannot carry. Entra gives the
// reasons.
func lostClaims(t *migrate.TrustPlan, o Options, by carriers) []string {
	if by == byPortal {
		return nil
	}
	_, lost := entra.EncodeCustomClaims(t.EntraClaims())
	if o.Claims == MappingPolicy {
		_, lost = entra.EncodeClaimsMapping(claimsName(t), t.EntraClaims())
	}
	var list []string
	for _, l := range lost {
		list = append(list, placeClaims+" > "+l.Claim+": "+l.Text)
	}
	return list
}
