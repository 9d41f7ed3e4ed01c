package compare

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/adfs"
	"github.com/ssodoctor/ssodoctor/pkg/adfs/claimrule"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/keys"
)

func trustKeys(t *adfs.RelyingParty) []string {
	return slices.Concat(keyed("identifier", t.Identifier...), keyed("name", t.Name))
}

// trustFacets are what is compared of a relying party trust, each with the
// properties that it covers.
var trustFacets = []facet[*adfs.RelyingParty]{
	{"identifier", func(t *adfs.RelyingParty) []string { return t.Identifier }, lostIs(finding.Error, "requests with the old identifier are refused (MSIS7007)")},
	{"enabled", func(t *adfs.RelyingParty) []string { return []string{strconv.FormatBool(t.Enabled)} }, toFalse(finding.Error, "nobody can sign in", finding.Info, "users can sign in again")},
	{"Reply URL", func(t *adfs.RelyingParty) []string { return samlEndpoints(t, adfs.ProtocolAssertionConsumer) }, lostIs(finding.Error, "responses to the old address are refused")},
	{"logout URL", func(t *adfs.RelyingParty) []string { return samlEndpoints(t, adfs.ProtocolLogout) }, lostIs(finding.Warning, "logout goes to another address")},
	{"WS-Federation endpoint", func(t *adfs.RelyingParty) []string {
		return given(append([]string{t.WSFedEndpoint}, t.AdditionalWSFedEndpoint...)...)
	}, lostIs(finding.Error, "tokens to the old address are refused")},
	{"signed parts", func(t *adfs.RelyingParty) []string { return given(t.SamlResponseSignature) }, fixed(finding.Error, "the app may demand the signature that is no longer there")},
	{"signature algorithm", func(t *adfs.RelyingParty) []string { return given(t.SignatureAlgorithm) }, fixed(finding.Warning, "the app may not take the other algorithm")},
	{"signed requests required", func(t *adfs.RelyingParty) []string {
		return []string{strconv.FormatBool(t.SignedSamlRequestsRequired)}
	}, toFalse(finding.Info, "requests need no signature any more", finding.Error, "requests without a signature are refused")},
	{"request signing certificate", func(t *adfs.RelyingParty) []string { return thumbprints(t.RequestSigningCertificate...) }, lostIs(finding.Error, "requests that are signed with the old key are refused")},
	{"encryption", func(t *adfs.RelyingParty) []string {
		return []string{strconv.FormatBool(t.EncryptClaims && t.EncryptionCertificate != nil)}
	}, fixed(finding.Error, "the app must be able to decrypt, or accept what is not encrypted")},
	{"encryption certificate", func(t *adfs.RelyingParty) []string { return thumbprints(t.EncryptionCertificate) }, fixed(finding.Error, "the app must have the private key of the new certificate")},
	{"token lifetime", func(t *adfs.RelyingParty) []string { return []string{fmt.Sprintf("%d minutes", t.LifetimeMinutes())} }, fixed(finding.Info, "tokens are valid for another time")},
	{"transform rules", func(t *adfs.RelyingParty) []string { return ruleTexts(t.IssuanceTransformRules.Value) }, lostIs(finding.Error, "the claims that these rules make are others, or missing")},
	{"authorization rules", func(t *adfs.RelyingParty) []string { return ruleTexts(t.IssuanceAuthorizationRules.Value) }, fixed(finding.Warning, "others are let in, or refused")},
	{"access control policy", func(t *adfs.RelyingParty) []string { return given(t.AccessControlPolicyName) }, fixed(finding.Warning, "others are let in, or refused")},
	{"multifactor rules", func(t *adfs.RelyingParty) []string { return ruleTexts(t.AdditionalAuthenticationRules.Value) }, fixed(finding.Warning, "a second factor is asked for at other times")},
}

// comparedProperties are those that the facets cover, in lower case, and those
// that change by themselves.
var comparedProperties = strings.Fields(strings.ToLower(`Name Identifier Enabled SamlEndpoints WSFedEndpoint AdditionalWSFedEndpoint SamlResponseSignature SignatureAlgorithm
	SignedSamlRequestsRequired RequestSigningCertificate EncryptClaims EncryptionCertificate TokenLifetime IssuanceTransformRules IssuanceAuthorizationRules
	AccessControlPolicyName AdditionalAuthenticationRules ObjectIdentifier LastUpdateTime LastMonitoredTime LastPublishedPolicyCheckSuccessful ConflictWithPublishedPolicy
	PSComputerName RunspaceId PSShowComputerName`))

// otherProperties compares the properties that no facet covers.
func otherProperties(a, b *adfs.RelyingParty) []Fact {
	var facets []facet[*adfs.RelyingParty]
	seen := map[string]bool{}
	for _, t := range []*adfs.RelyingParty{a, b} {
		for _, p := range t.Properties {
			if key := strings.ToLower(p.Name); !seen[key] && !slices.Contains(comparedProperties, key) {
				seen[key] = true
				facets = append(facets, facet[*adfs.RelyingParty]{p.Name, func(t *adfs.RelyingParty) []string { return propertyText(t, p.Name) }, fixed(finding.Info, "a setting of AD FS that apps mostly do not notice")})
			}
		}
	}
	return compareAll(&pair{of: "trust"}, a.Name, facets, a, b)
}

func propertyText(t *adfs.RelyingParty, name string) []string {
	p := t.Property(name)
	if p == nil {
		return nil
	}
	return given(p.Value.String())
}

func samlEndpoints(t *adfs.RelyingParty, protocol string) []string {
	var out []string
	for _, e := range t.SamlEndpoints {
		if e.Protocol == protocol {
			out = append(out, strings.TrimSpace(e.Binding+" "+e.Location))
		}
	}
	return set(out)
}

func thumbprints(list ...*keys.Certificate) []string {
	var out []string
	for _, c := range list {
		if c != nil {
			out = append(out, describe(c))
		}
	}
	return set(out)
}

// ruleTexts are the rules of a set, each in its canonical form; the text as it
// is where it cannot be read.
func ruleTexts(text string) []string {
	if strings.TrimSpace(text) == "" {
		return nil
	}
	rules, errs := claimrule.Parse(text, claimrule.Position{})
	if len(errs) > 0 {
		return []string{text}
	}
	var out []string
	for _, r := range rules.Rules {
		out = append(out, strings.TrimSpace(r.String()))
	}
	return out
}
