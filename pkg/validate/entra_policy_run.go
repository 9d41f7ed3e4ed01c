package validate

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/entra"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// claimTypesOf are the types of claims of a customClaimsPolicy.
var claimKinds = []string{"customClaim", "samlNameIdClaim", "samlClaim"}

// customEnums are properties of a customClaimsPolicy with the words that they
// can have.
var (
	nameIDWords     = []string{"default", "unspecified", "emailAddress", "windowsDomainQualifiedName", "persistent"}
	nameFormatWords = []string{"unspecified", "uri", "basic"}
	tokenWords      = []string{"saml", "jwt"}
	userTypeWords   = []string{"any", "members", "allGuests", "aadGuests", "externalGuests"}
)

// lintCustom judges the claims of a customClaimsPolicy.
func lintCustom(x *inspection, p *entra.Policy, d *entra.CustomDefinition) {
	for _, c := range d.Claims {
		if c.Type.Known && !slices.Contains(claimKinds, c.Type.V) {
			oneOf(x, c.Type, "@odata.type", claimKinds[:2])
		}
		if c.Type.V == "customClaim" && c.Name.Known && c.Name.V == "" {
			x.failAt(c.Name.At, fact{detail: "a claim has no name"})
		}
		oneOf(x, c.NameIDFormat, "nameIdFormat", nameIDWords)
		oneOf(x, c.NameFormat, "samlAttributeNameFormat", nameFormatWords)
		for _, f := range c.TokenFormats.Items {
			oneOf(x, f, "tokenFormat", tokenWords)
		}
		if len(c.Configurations) == 0 {
			x.failAt(c.At, fact{severity: finding.Warning, detail: fmt.Sprintf("the claim %s has no configurations: it has no value", finding.Quote(c.Name.V))})
		}
		for _, configuration := range c.Configurations {
			lintConfiguration(x, c, configuration)
		}
	}
}

// oneOf reports a text that is none of the words; an empty one is none, too,
// but means that nothing was chosen.
func oneOf(x *inspection, t entra.Text, name string, words []string) {
	if t.Known && t.V != "" && !slices.Contains(words, t.V) {
		x.failAt(t.At, fact{actual: t.V, expected: words, forms: true, detail: fmt.Sprintf("%s is %s, expected one of %s%s", name, finding.Quote(t.V), listed(words), didYouMean(t.V, words))})
	}
}

func lintConfiguration(x *inspection, c entra.CustomClaim, configuration entra.CustomConfiguration) {
	if configuration.Attribute == nil && len(configuration.Transformations) == 0 {
		x.failAt(configuration.At, fact{detail: fmt.Sprintf("a configuration of the claim %s has neither an attribute nor transformations", finding.Quote(c.Name.V))})
	}
	oneOf(x, configuration.UserType, "userType", userTypeWords)
	for i, t := range configuration.Transformations {
		switch _, ok := entra.LookupMethod(t.Type.V); {
		case !ok && t.Type.Known:
			x.failAt(t.Type.At, fact{actual: t.Type.V, detail: fmt.Sprintf("the transformation %s is none that Entra has", finding.Quote(t.Type.V))})
		case i == 0 && len(t.Inputs) == 0:
			x.failAt(t.At, fact{detail: fmt.Sprintf("the first transformation of the claim %s has no input", finding.Quote(c.Name.V))})
		}
	}
}

// claimSources are the sources of claims beside the user, with the attributes
// that they have; nil where anything goes.
var claimSources = map[string][]string{
	"application": {"displayname", "objectid", "tags"}, "resource": {"displayname", "objectid", "tags"}, "audience": {"displayname", "objectid", "tags"},
	"company": {"tenantcountry"}, "transformation": nil, "customclaimsprovider": nil,
}

// otherUserAttributes are attributes that are seen in policies, beside those of
// the documented table.
var otherUserAttributes = []string{"localuserprincipalname", "pairwiseid", "onpremisessecurityidentifier", "groups"}

// userAttributes are the names of all attributes of users.
func userAttributes() []string {
	out := slices.Clone(otherUserAttributes)
	for _, s := range entra.Sources() {
		out = append(out, s.ID)
	}
	return out
}

// lintSource judges the source of one value.
func lintSource(x *inspection, source, id entra.Text) {
	if !source.Known || !id.Known || source.V == "" || x.count > maxFindings {
		return
	}
	attributes, ok := claimSources[strings.ToLower(source.V)]
	switch {
	case strings.EqualFold(source.V, "user"):
		attributes = userAttributes()
	case !ok:
		words := []string{"user", "application", "resource", "audience", "company", "transformation", "CustomClaimsProvider"}
		x.failAt(source.At, fact{actual: source.V, expected: words, forms: true, detail: fmt.Sprintf("the source %s is none that claims have, expected one of %s", finding.Quote(source.V), strings.Join(words, ", "))})
		return
	case attributes == nil:
		return
	}
	if hasFold(attributes, id.V) || strings.HasPrefix(strings.ToLower(id.V), "extension_") {
		return
	}
	f := fact{actual: id.V, detail: fmt.Sprintf("%s is no attribute of the source %s%s", finding.Quote(id.V), finding.Quote(source.V), didYouMean(id.V, attributes))}
	_, err := strconv.Atoi(id.V)
	bare := strings.TrimPrefix(strings.ToLower(strings.TrimSpace(id.V)), strings.ToLower(source.V)+".")
	switch {
	case err == nil:
		f.detail = fmt.Sprintf("%s is no attribute of the source %s; a constant is given as Value, without Source and ID", finding.Quote(id.V), finding.Quote(source.V))
	case hasFold(attributes, bare):
		f.expected = []string{bare}
		f.detail = fmt.Sprintf("%s is no attribute of the source %s, expected %s", finding.Quote(id.V), finding.Quote(source.V), finding.Quote(bare))
	case slices.Contains(claimSources["company"], bare):
		f.detail = fmt.Sprintf("%s is an attribute of the source \"company\", not of %s", finding.Quote(bare), finding.Quote(source.V))
	}
	x.failAt(id.At, f)
}

func lintSources(x *inspection, p *entra.Policy) {
	switch c := p.Content; {
	case c.Mapping != nil:
		for _, claim := range c.Mapping.Claims {
			lintSource(x, claim.Source, claim.ID)
		}
	case c.Custom != nil:
		for _, a := range customAttributes(c.Custom) {
			lintSource(x, a.Source, a.ID)
		}
	default:
		x.inapplicable()
	}
}

// customAttributes are all sources of values in a customClaimsPolicy.
func customAttributes(d *entra.CustomDefinition) (list []*entra.CustomAttribute) {
	for _, c := range d.Claims {
		for _, configuration := range c.Configurations {
			if configuration.Attribute != nil {
				list = append(list, configuration.Attribute)
			}
			for _, t := range configuration.Transformations {
				list = append(list, t.Inputs...)
			}
		}
	}
	return list
}

func lintNameIDSource(x *inspection, p *entra.Policy) {
	switch c := p.Content; {
	case c.Mapping != nil:
		methods := map[string]entra.Text{}
		for _, t := range c.Mapping.Transformations {
			methods[strings.ToLower(t.ID.V)] = t.Method
		}
		for _, claim := range c.Mapping.Claims {
			if strings.EqualFold(claim.SAMLType.V, entra.TypeNameID) {
				mappedNameID(x, methods, claim)
			}
		}
	case c.Custom != nil:
		for _, claim := range c.Custom.Claims {
			if claim.Type.V == "samlNameIdClaim" {
				customNameID(x, claim)
			}
		}
	default:
		x.inapplicable()
	}
}

// mappedNameID judges the claim of a claims mapping policy that makes the
// NameID. Methods are those of the transformations, by ID in lower case.
func mappedNameID(x *inspection, methods map[string]entra.Text, c entra.MappedClaim) {
	fail := func(t entra.Text, detail string) { x.failAt(orPlace(t.At, c.At), fact{actual: t.V, detail: detail}) }
	switch {
	case c.Value.Known:
		fail(c.Value, "the NameID is a constant, the same for every user")
	case strings.EqualFold(c.Source.V, "CustomClaimsProvider"):
		fail(c.Source, "the NameID is of a custom claims provider, which Entra does not allow")
	case strings.EqualFold(c.Source.V, "transformation"):
		name := methods[strings.ToLower(c.TransformationID.V)]
		if method, ok := entra.LookupMethod(name.V); ok && !method.NameID {
			fail(name, fmt.Sprintf("the NameID is made by %s, expected ExtractMailPrefix or Join", finding.Quote(name.V)))
		}
	case strings.EqualFold(c.Source.V, "user") && c.ID.Known:
		if a, ok := entra.LookupSource(c.ID.V); ok && !nameIDSource(a) {
			fail(c.ID, fmt.Sprintf("the NameID is made of %s, which Entra does not allow", finding.Quote(c.ID.V)))
		}
	}
}

// nameIDSource reports whether the NameID can be made of an attribute; the
// portal offers the object id, too.
func nameIDSource(a entra.UserAttribute) bool { return a.NameID || a.ID == "objectid" }

// customNameID judges the NameID of a customClaimsPolicy. Which of the portal's
// transformations it takes is not documented, so that they are not judged.
func customNameID(x *inspection, c entra.CustomClaim) {
	for _, configuration := range c.Configurations {
		a := configuration.Attribute
		if a == nil || a.Type.V == "valueBasedAttribute" {
			continue
		}
		if attribute, ok := entra.LookupSource(a.ID.V); ok && strings.EqualFold(a.Source.V, "user") && !nameIDSource(attribute) {
			x.failAt(a.ID.At, fact{actual: a.ID.V, detail: fmt.Sprintf("the NameID is made of %s, which Entra does not allow", finding.Quote(a.ID.V))})
		}
	}
}

func lintTransformations(x *inspection, p *entra.Policy) {
	m := p.Content.Mapping
	if m == nil {
		x.inapplicable()
		return
	}
	transformations, claims, used := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, t := range m.Transformations {
		transformations[strings.ToLower(t.ID.V)] = true
	}
	for _, c := range m.Claims {
		claims[strings.ToLower(c.ID.V)] = true
		used[strings.ToLower(c.TransformationID.V)] = true
		if !strings.EqualFold(c.Source.V, "transformation") {
			continue
		}
		if id := c.TransformationID; !transformations[strings.ToLower(id.V)] {
			x.failAt(orPlace(id.At, c.At), fact{actual: id.V, detail: fmt.Sprintf("the claim %s is made by the transformation %s, which the policy does not have", finding.Quote(c.ID.V), finding.Quote(id.V))})
		}
	}
	for _, t := range m.Transformations {
		if _, ok := entra.LookupMethod(t.Method.V); !ok && !strings.EqualFold(t.Method.V, "CreateStringClaim") {
			x.failAt(orPlace(t.Method.At, t.At), fact{actual: t.Method.V, detail: fmt.Sprintf("the transformation method %s is none that Entra has", finding.Quote(t.Method.V))})
		}
		mappedReferences(x, t, t.Inputs, claims, "takes")
		if !used[strings.ToLower(t.ID.V)] {
			x.failAt(t.At, fact{severity: finding.Warning, actual: t.ID.V, detail: fmt.Sprintf("no claim is made by the transformation %s", finding.Quote(t.ID.V))})
		} else {
			mappedReferences(x, t, t.Outputs, claims, "gives")
		}
	}
}

// mappedReferences judges what a transformation takes or gives.
func mappedReferences(x *inspection, t entra.MappedTransformation, list []entra.MappedReference, claims map[string]bool, verb string) {
	for _, r := range list {
		if !claims[strings.ToLower(r.Claim.V)] {
			x.failAt(orPlace(r.Claim.At, t.At), fact{actual: r.Claim.V, detail: fmt.Sprintf("the transformation %s %s the claim %s, which is not in ClaimsSchema", finding.Quote(t.ID.V), verb, finding.Quote(r.Claim.V))})
		}
	}
}

func lintLimits(x *inspection, p *entra.Policy) {
	over := func(at entra.Place, n, most int, what string) {
		if n > most {
			x.failAt(at, fact{detail: fmt.Sprintf("%s has %d %s, expected at most %d: the rest is dropped without a word", policyName(p), n, what, most)})
		}
	}
	switch c := p.Content; {
	case c.Mapping != nil:
		over(p.At, len(c.Mapping.Claims), entra.MaxClaims, "claims")
		over(p.At, len(c.Mapping.Transformations), entra.MaxClaims, "transformations")
	case c.Custom != nil:
		groups := map[string]bool{}
		for _, claim := range c.Custom.Claims {
			for _, configuration := range claim.Configurations {
				over(configuration.At, len(configuration.Transformations), entra.MaxTransformations, "transformations of one claim")
				for _, g := range configuration.Groups.Items {
					groups[strings.ToLower(g.V)] = true
				}
			}
		}
		over(p.At, len(groups), entra.MaxConditionGroups, "groups in its conditions")
	default:
		x.inapplicable()
	}
}
