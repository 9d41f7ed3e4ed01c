package export

import (
	"errors"
	"slices"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/entra"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// CheckPolicy is the name of the check that the problems of a definition feed.
const CheckPolicy = "entra-policy-invalid"

// content reads what a policy says. Places in it lead back to the file.
func content(p *entra.Policy, locate func(offset int) finding.Span) {
	text := p.Definition.V
	if !p.Definition.Known || text == "" {
		return
	}
	d := &definition{binder: binder{file: p.At.File}, policy: p, locate: locate}
	j := &jsonReader{source: newSource([]byte(text)), limit: maxDefinition}
	n, err := j.value(0)
	if err == nil && j.token() != 0 {
		err = j.unexpected("nothing behind the definition")
	}
	if err != nil {
		d.fail(err)
		return
	}
	if n = d.place(n); n.kind != kindObject {
		p.Content.Problems = append(p.Content.Problems, finding.Problem{Check: CheckPolicy, Severity: finding.Error,
			Detail: "the definition of the policy is no JSON object", Location: finding.Location{Span: p.At.Span}})
		return
	}
	definitionReaders[p.Kind](d, n)
}

// definition is a policy whose definition is read.
type definition struct {
	binder
	policy *entra.Policy
	locate func(offset int) finding.Span
}

func (d *definition) fail(err error) {
	at := 0
	if e := (*syntaxError)(nil); errors.As(err, &e) {
		at = e.at.Offset
	}
	d.policy.Content.Problems = append(d.policy.Content.Problems, finding.Problem{Check: CheckPolicy, Severity: finding.Error,
		Detail: "the definition of the policy cannot be read as JSON: " + err.Error(), Location: finding.Location{Span: d.locate(at)}})
}

// place moves the places of a value from the definition to the file.
func (d *definition) place(n *node) *node {
	length := n.span.End - n.span.Offset
	n.span = d.locate(n.span.Offset)
	n.span.End = n.span.Offset + length
	for _, item := range n.items {
		d.place(item)
	}
	for _, m := range n.members {
		d.place(m.value)
	}
	return n
}

// unknown notes the members that are not among the known names. Of those only
// Version is known to depend on letter case.
func (d *definition) unknown(n *node, known ...string) {
	for _, m := range n.members {
		if !slices.ContainsFunc(known, func(name string) bool { return name == m.name || name != "Version" && strings.EqualFold(name, m.name) }) && !strings.HasPrefix(m.name, "@") && len(d.policy.Content.Unknown) < maxUnknown {
			d.policy.Content.Unknown = append(d.policy.Content.Unknown, entra.Text{V: m.name, Known: true, At: d.binder.place(m.value.span)})
		}
	}
}

// maxUnknown bounds how many unknown properties are kept.
const maxUnknown = 100

var definitionReaders = map[entra.PolicyKind]func(*definition, *node){
	entra.ClaimsMapping:      (*definition).mapping,
	entra.CustomClaims:       (*definition).custom,
	entra.TokenIssuance:      (*definition).issuance,
	entra.TokenLifetime:      (*definition).lifetime,
	entra.HomeRealmDiscovery: func(*definition, *node) {},
}

var mappingProperties = []property[entra.MappingDefinition]{
	text("Version", func(m *entra.MappingDefinition) *entra.Text { return &m.Version }),
	text("IncludeBasicClaimSet", func(m *entra.MappingDefinition) *entra.Text { return &m.IncludeBasicClaimSet }),
	text("audienceOverride", func(m *entra.MappingDefinition) *entra.Text { return &m.AudienceOverride }),
	text("issuerWithApplicationId", func(m *entra.MappingDefinition) *entra.Text { return &m.IssuerWithAppID }),
	text("GroupFilter.MatchOn", func(m *entra.MappingDefinition) *entra.Text { return &m.GroupMatch }),
	text("GroupFilter.Type", func(m *entra.MappingDefinition) *entra.Text { return &m.GroupMatchType }),
	text("GroupFilter.Value", func(m *entra.MappingDefinition) *entra.Text { return &m.GroupValue }),
}

var mappedClaimProperties = []property[entra.MappedClaim]{
	text("Source", func(c *entra.MappedClaim) *entra.Text { return &c.Source }),
	text("ID", func(c *entra.MappedClaim) *entra.Text { return &c.ID }),
	text("ExtensionID", func(c *entra.MappedClaim) *entra.Text { return &c.ExtensionID }),
	text("Value", func(c *entra.MappedClaim) *entra.Text { return &c.Value }),
	text("TransformationId", func(c *entra.MappedClaim) *entra.Text { return &c.TransformationID }),
	text("SamlClaimType", func(c *entra.MappedClaim) *entra.Text { return &c.SAMLType }),
	text("JwtClaimType", func(c *entra.MappedClaim) *entra.Text { return &c.JWTType }),
	text("SAMLNameForm", func(c *entra.MappedClaim) *entra.Text { return &c.NameForm }),
}

// mapping reads a claimsMappingPolicy. The key of its transformations is
// written with and without a plural s in Microsoft's pages.
func (d *definition) mapping(outer *node) {
	n := outer.get("ClaimsMappingPolicy")
	if n == nil || n.kind != kindObject {
		return
	}
	d.unknown(outer, "ClaimsMappingPolicy")
	d.unknown(n, "Version", "IncludeBasicClaimSet", "ClaimsSchema", "ClaimsTransformation", "ClaimsTransformations", "GroupFilter", "issuerWithApplicationId", "audienceOverride")
	m := &entra.MappingDefinition{}
	bind(&d.binder, m, n, mappingProperties)
	for _, item := range n.get("ClaimsSchema").list() {
		c := entra.MappedClaim{At: d.binder.place(item.span)}
		bind(&d.binder, &c, item, mappedClaimProperties)
		d.unknown(item, "Source", "ID", "ExtensionID", "Value", "TransformationId", "SamlClaimType", "JwtClaimType", "SAMLNameForm", "SamlNameIdFormat")
		m.Claims = append(m.Claims, c)
	}
	for _, key := range []string{"ClaimsTransformations", "ClaimsTransformation"} {
		for _, item := range n.get(key).list() {
			m.Transformations = append(m.Transformations, d.mappedTransformation(item))
		}
	}
	d.policy.Content.Mapping = m
}

func (d *definition) mappedTransformation(n *node) entra.MappedTransformation {
	t := entra.MappedTransformation{At: d.binder.place(n.span)}
	bind(&d.binder, &t, n, []property[entra.MappedTransformation]{
		text("ID", func(t *entra.MappedTransformation) *entra.Text { return &t.ID }),
		text("TransformationMethod", func(t *entra.MappedTransformation) *entra.Text { return &t.Method }),
	})
	d.unknown(n, "ID", "TransformationMethod", "InputClaims", "InputParameters", "OutputClaims")
	t.Inputs, t.Outputs = d.references(n.get("InputClaims")), d.references(n.get("OutputClaims"))
	for _, item := range n.get("InputParameters").list() {
		t.Parameters = append(t.Parameters, entra.MappedParameter{ID: d.member(item, "ID"), Value: d.member(item, "Value")})
	}
	return t
}

func (d *definition) references(n *node) []entra.MappedReference {
	var out []entra.MappedReference
	for _, item := range n.list() {
		out = append(out, entra.MappedReference{Claim: d.member(item, "ClaimTypeReferenceId"), Type: d.member(item, "TransformationClaimType")})
	}
	return out
}

// member is a member as a text; the zero Text where there is none.
func (d *definition) member(n *node, name string) entra.Text {
	if v := n.get(name); v != nil {
		return d.text(v)
	}
	return entra.Text{}
}

// graphType is the @odata.type of an object without its namespace.
func (d *definition) graphType(n *node) entra.Text {
	t := d.member(n, "@odata.type")
	t.V = strings.TrimPrefix(t.V, "#microsoft.graph.")
	return t
}

func (d *definition) custom(n *node) {
	d.unknown(n, "id", "includeBasicClaimSet", "includeApplicationIdInIssuer", "audienceOverride", "groupFilter", "claims", "deletedDateTime", "displayName")
	c := &entra.CustomDefinition{}
	bind(&d.binder, c, n, []property[entra.CustomDefinition]{
		flag("includeBasicClaimSet", func(c *entra.CustomDefinition) *entra.Flag { return &c.IncludeBasicClaimSet }),
		flag("includeApplicationIdInIssuer", func(c *entra.CustomDefinition) *entra.Flag { return &c.IncludeAppIDInIssuer }),
		text("audienceOverride", func(c *entra.CustomDefinition) *entra.Text { return &c.AudienceOverride }),
	})
	for _, item := range n.get("claims").list() {
		c.Claims = append(c.Claims, d.customClaim(item))
	}
	d.policy.Content.Custom = c
}

func (d *definition) customClaim(n *node) entra.CustomClaim {
	c := entra.CustomClaim{At: d.binder.place(n.span), Type: d.graphType(n)}
	bind(&d.binder, &c, n, []property[entra.CustomClaim]{
		text("name", func(c *entra.CustomClaim) *entra.Text { return &c.Name }),
		text("namespace", func(c *entra.CustomClaim) *entra.Text { return &c.Namespace }),
		text("samlAttributeNameFormat", func(c *entra.CustomClaim) *entra.Text { return &c.NameFormat }),
		text("nameIdFormat", func(c *entra.CustomClaim) *entra.Text { return &c.NameIDFormat }),
		texts("tokenFormat", func(c *entra.CustomClaim) *entra.List { return &c.TokenFormats }),
	})
	d.unknown(n, "id", "name", "namespace", "tokenFormat", "samlAttributeNameFormat", "nameIdFormat", "serviceProviderNameQualifier", "configurations")
	for _, item := range n.get("configurations").list() {
		c.Configurations = append(c.Configurations, d.configuration(item))
	}
	return c
}

func (d *definition) configuration(n *node) entra.CustomConfiguration {
	c := entra.CustomConfiguration{At: d.binder.place(n.span), Attribute: d.attribute(n.get("attribute"))}
	bind(&d.binder, &c, n, []property[entra.CustomConfiguration]{
		text("condition.userType", func(c *entra.CustomConfiguration) *entra.Text { return &c.UserType }),
		texts("condition.memberOf", func(c *entra.CustomConfiguration) *entra.List { return &c.Groups }),
	})
	d.unknown(n, "condition", "attribute", "transformations")
	for _, item := range n.get("transformations").list() {
		t := entra.CustomTransformation{At: d.binder.place(item.span), Type: d.graphType(item), Regex: d.member(item, "regex")}
		for _, name := range []string{"input", "input2", "output"} {
			if a := d.attribute(item.at(name + ".attribute")); a != nil {
				t.Inputs = append(t.Inputs, a)
			}
		}
		c.Transformations = append(c.Transformations, t)
	}
	return c
}

func (d *definition) attribute(n *node) *entra.CustomAttribute {
	if n == nil || n.kind != kindObject {
		return nil
	}
	a := &entra.CustomAttribute{At: d.binder.place(n.span), Type: d.graphType(n)}
	bind(&d.binder, a, n, []property[entra.CustomAttribute]{
		text("id", func(a *entra.CustomAttribute) *entra.Text { return &a.ID }),
		text("source", func(a *entra.CustomAttribute) *entra.Text { return &a.Source }),
		text("value", func(a *entra.CustomAttribute) *entra.Text { return &a.Value }),
		flag("isExtensionAttribute", func(a *entra.CustomAttribute) *entra.Flag { return &a.Extension }),
	})
	return a
}

func (d *definition) issuance(outer *node) {
	n := outer.get("TokenIssuancePolicy")
	d.unknown(n, "Version", "SigningAlgorithm", "TokenResponseSigningPolicy", "SamlTokenVersion", "EmitSAMLNameFormat")
	i := &entra.IssuanceDefinition{}
	bind(&d.binder, i, n, []property[entra.IssuanceDefinition]{
		text("Version", func(i *entra.IssuanceDefinition) *entra.Text { return &i.Version }),
		text("SigningAlgorithm", func(i *entra.IssuanceDefinition) *entra.Text { return &i.SigningAlgorithm }),
		text("TokenResponseSigningPolicy", func(i *entra.IssuanceDefinition) *entra.Text { return &i.ResponseSigning }),
		text("SamlTokenVersion", func(i *entra.IssuanceDefinition) *entra.Text { return &i.TokenVersion }),
		text("EmitSAMLNameFormat", func(i *entra.IssuanceDefinition) *entra.Text { return &i.EmitNameFormat }),
	})
	d.policy.Content.Issuance = i
}

// deadLifetimes are lifetimes that Entra has not honoured since 30 January 2021.
var deadLifetimes = []string{"MaxInactiveTime", "MaxAgeSingleFactor", "MaxAgeMultiFactor", "MaxAgeSessionSingleFactor", "MaxAgeSessionMultiFactor"}

func (d *definition) lifetime(outer *node) {
	n := outer.get("TokenLifetimePolicy")
	d.unknown(n, slices.Concat(deadLifetimes, []string{"Version", "AccessTokenLifetime", "IdTokenLifetime"})...)
	l := &entra.LifetimeDefinition{Version: d.member(n, "Version"), AccessToken: d.member(n, "AccessTokenLifetime")}
	for _, name := range deadLifetimes {
		if v := n.get(name); v != nil {
			l.Dead = append(l.Dead, entra.Text{V: name, Known: true, At: d.binder.place(v.span)})
		}
	}
	d.policy.Content.Lifetime = l
}
