package write

import (
	"fmt"

	"github.com/ssodoctor/ssodoctor/pkg/migrate"
)

// The defaults of Entra, for which no policy is needed.
const (
	defaultLifetime = 60 // minutes
	wsFedToken      = "1.1"
)

// signingPolicies are the words of a token issuance policy for what is signed.
var signingPolicies = map[string]string{"": "TokenOnly", "assertion": "TokenOnly", "response": "ResponseOnly", "both": "ResponseAndToken"}

// algorithms are the URIs of signature algorithms.
var algorithms = map[string]string{
	"": "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", "rsa-sha256": "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
	"rsa-sha1": "http://www.w3.org/2000/09/xmldsig#rsa-sha1",
}

// issuancePolicy is the definition of the token issuance policy; nil where the
// defaults do.
func issuancePolicy(t *migrate.TrustPlan) node {
	signs, algorithm, version := signingPolicies[t.Signing.Option], algorithms[t.Signing.Algorithm], t.Application.TokenVersion
	if signs == signingPolicies[""] && algorithm == algorithms[""] && version != wsFedToken && !t.Application.EmitNameFormats {
		return nil
	}
	policy := object{{"Version", number(1)}, {"SigningAlgorithm", text(algorithm)}, {"TokenResponseSigningPolicy", text(signs)}}
	if version != "" {
		policy = policy.with("SamlTokenVersion", text(version))
	}
	if t.Application.EmitNameFormats {
		policy = policy.with("EmitSAMLNameFormat", text("true"))
	}
	return object{{"TokenIssuancePolicy", policy}}
}

// lifetimePolicy is the definition of the token lifetime policy; nil where the
// default does.
func lifetimePolicy(t *migrate.TrustPlan) node {
	if t.TokenLifetimeMinutes == 0 || t.TokenLifetimeMinutes == defaultLifetime {
		return nil
	}
	return object{{"TokenLifetimePolicy", object{{"Version", number(1)}, {"AccessTokenLifetime", text(lifetime(t.TokenLifetimeMinutes))}}}}
}

// lifetime is a span of minutes as the policy writes it; a day is a second
// less.
func lifetime(minutes int) string {
	if minutes >= 24*60 {
		return "23:59:59"
	}
	return fmt.Sprintf("%d:%02d:00", minutes/60, minutes%60)
}

// tokenSteps create the policies about tokens and assign them.
func tokenSteps(t *migrate.TrustPlan, o Options) []step {
	var list []step
	for _, p := range []struct {
		definition             node
		kind, name, why, needs string
	}{
		{issuancePolicy(t), "tokenIssuancePolicies", "Token issuance", "what is signed, with which algorithm, and the version of the token", ""},
		{lifetimePolicy(t), "tokenLifetimePolicies", "Token lifetime", "how long tokens are valid", licenceP1},
	} {
		if p.definition != nil {
			s := policyStep(p.kind, p.name+" of "+t.Application.DisplayName, p.definition, application("/"+text(p.kind)+"/$ref"), o)
			s.why, s.needs = p.why, p.needs
			list = append(list, s)
		}
	}
	return list
}

// policyStep creates a policy with a definition, and assigns it.
func policyStep(kind, name string, definition node, assign joined, o Options) step {
	id := ref{fromStep, kind + "Id"}
	return step{kind: stepPolicy, calls: []call{
		{method: "POST", path: joined{v1 + "policies/" + text(kind)}, keeps: []keep{{id.name, "id"}},
			body: object{{"displayName", text(name)}, {"definition", list{jsonText(definition)}}, {"isOrganizationDefault", boolean(false)}}},
		{method: "POST", path: assign, body: object{{"@odata.id", joined{text(o.host() + "/v1.0/policies/" + kind + "/"), id}}}},
	}}
}
