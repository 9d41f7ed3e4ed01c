package entra

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// DecodeCustomClaims reads a customClaimsPolicy of Microsoft Graph, as GET
// /beta/servicePrincipals/{id}/claimsPolicy gives it, and says what is wrong
// with it. Claims that are not for SAML tokens are judged and left out. The
// Claims are nil where the text is no policy.
func DecodeCustomClaims(data []byte) (*Claims, []PolicyProblem) {
	r := &policyReader{}
	policy, ok := r.open(data)
	if !ok {
		return nil, r.problems
	}
	r.known(policy, "id", "includeBasicClaimSet", "includeApplicationIdInIssuer", "audienceOverride", "groupFilter", "claims")
	out := &Claims{Basic: r.flag(policy.field("includeBasicClaimSet"))}
	r.flag(policy.field("includeApplicationIdInIssuer"))
	r.text(policy.field("audienceOverride"))
	seen := map[string]bool{}
	for _, a := range r.list(policy.field("claims")) {
		if r.is(a, object) {
			r.customClaim(out, a, seen)
		}
	}
	return out, r.problems
}

func (r *policyReader) customClaim(out *Claims, a cursor, seen map[string]bool) {
	defer func() { r.claim = "" }()
	kind := strings.TrimPrefix(strings.TrimPrefix(r.text(a.field("@odata.type")), "#"), graphType)
	switch {
	case strings.EqualFold(kind, "samlNameIdClaim"):
		r.claim = TypeNameID
		r.known(a, "nameIdFormat", "serviceProviderNameQualifier", "configurations")
		if seen[TypeNameID] {
			r.note(a, finding.Error, "there is more than one NameID")
		}
		seen[TypeNameID] = true
		out.NameID = NameID{Format: word(r, a.field("nameIdFormat"), policyFormats), Configurations: r.configurations(a.field("configurations"))}
		r.nameIDSources(a, out.NameID.Configurations)
	case strings.EqualFold(kind, "customClaim"), kind == "":
		r.known(a, "name", "namespace", "tokenFormat", "samlAttributeNameFormat", "configurations")
		c := Claim{Name: r.text(a.field("name")), Namespace: r.text(a.field("namespace"))}
		r.claim = c.Type()
		if c.Name == "" {
			r.note(a, finding.Error, "the claim has no name")
		}
		r.named(a.field("name"), seen)
		c.NameFormat = word(r, a.field("samlAttributeNameFormat"), nameFormats)
		c.Configurations = r.configurations(a.field("configurations"))
		if r.forSAML(a.field("tokenFormat")) {
			out.Claims = append(out.Claims, c)
		}
	default:
		r.note(a, finding.Error, "there is no claim of the type %s, expected customClaim or samlNameIdClaim", finding.Quote(finding.Shorten(kind, 60)))
	}
}

var (
	policyFormats = []string{"default", "unspecified", "emailAddress", "windowsDomainQualifiedName", "persistent"}
	nameFormats   = []string{"unspecified", "uri", "basic"}
)

// forSAML tells whether a claim is for SAML tokens; where nothing is said it
// is.
func (r *policyReader) forSAML(a cursor) bool {
	saml, said := false, false
	for _, format := range r.list(a) {
		said = true
		saml = word(r, format, []string{"saml", "jwt"}) == "saml" || saml
	}
	return saml || !said
}

// nameIDSources judges what a NameID is made of.
func (r *policyReader) nameIDSources(a cursor, list []Configuration) {
	for i, c := range list {
		place := a.field(fmt.Sprintf("configurations[%d]", i))
		place.node = a.node
		if id, ok := strings.CutPrefix(c.Source.ID, userSource); ok && c.Source.Kind == FromAttribute && !nameIDAttribute(id) {
			r.note(place, finding.Warning, "a NameID cannot be made of %s: a pairwise identifier takes its place", finding.Quote(finding.Shorten(c.Source.ID, 60)))
		}
	}
}

// nameIDAttribute tells attributes that the portal takes for a NameID.
func nameIDAttribute(id string) bool {
	s, known := LookupSource(id)
	return known && (s.NameID || s.ID == "objectid" || s.ID == pairwiseID)
}

func (r *policyReader) configurations(a cursor) []Configuration {
	var out []Configuration
	for _, c := range r.list(a) {
		if r.is(c, object) {
			r.known(c, "condition", "attribute", "transformations")
			out = append(out, r.configuration(c))
		}
	}
	if len(out) == 0 {
		r.note(a, finding.Warning, "the claim has no configuration, and so no value")
	}
	return out
}

func (r *policyReader) configuration(a cursor) Configuration {
	c := Configuration{Condition: r.condition(a.field("condition"))}
	attribute := r.attribute(a.field("attribute"))
	steps := r.list(a.field("transformations"))
	if len(steps) == 0 {
		if attribute == nil {
			r.note(a, finding.Error, "there is neither an attribute nor a transformation")
			return c
		}
		c.Source = *attribute
		return c
	}
	if len(steps) > MaxTransformations {
		r.note(a.field("transformations"), finding.Error, "there are %d transformations, a claim can have %d", len(steps), MaxTransformations)
	}
	c.Fallback = attribute
	for i, step := range steps {
		t, input := r.transformation(step)
		switch {
		case i == 0 && input == nil:
			r.note(step, finding.Error, "the first transformation has no input")
		case i == 0:
			c.Source = *input
		case input != nil:
			r.note(step.field("input"), finding.Info, "the input is not used: a later transformation works on what the one before it gives")
		}
		c.Transformations = append(c.Transformations, t)
	}
	return c
}

func (r *policyReader) condition(a cursor) Condition {
	c := Condition{UserType: AnyUser}
	if !r.is(a, object) {
		return c
	}
	r.known(a, "userType", "memberOf")
	if w := word(r, a.field("userType"), userTypes); w != "" {
		c.UserType = w
	}
	for _, g := range r.list(a.field("memberOf")) {
		if id := r.text(g); id != "" {
			r.group(g, id)
			c.Groups = append(c.Groups, GroupOf(id))
		}
	}
	return c
}

// attribute reads a sourcedAttribute or valueBasedAttribute; nil where there is
// none.
func (r *policyReader) attribute(a cursor) *ClaimSource {
	if !r.is(a, object) {
		return nil
	}
	kind := strings.TrimPrefix(strings.TrimPrefix(r.text(a.field("@odata.type")), "#"), graphType)
	value := a.field("value")
	switch {
	case strings.EqualFold(kind, "valueBasedAttribute"), kind == "" && value.given():
		r.known(a, "value")
		return new(ConstantSource(r.raw(value)))
	case strings.EqualFold(kind, "sourcedAttribute"), kind == "":
		r.known(a, "id", "source", "isExtensionAttribute")
		return r.sourcedAttribute(a)
	}
	r.note(a, finding.Error, "there is no attribute of the type %s, expected sourcedAttribute or valueBasedAttribute", finding.Quote(finding.Shorten(kind, 60)))
	return nil
}

func (r *policyReader) sourcedAttribute(a cursor) *ClaimSource {
	id, source := r.text(a.field("id")), orDefault(r.text(a.field("source")), "user")
	extension := r.flag(a.field("isExtensionAttribute"))
	attribute, named := ExtensionAttribute(id)
	switch {
	case id == "":
		r.note(a, finding.Error, "the attribute has no id")
	case extension && !named:
		r.note(a.field("id"), finding.Warning, "%s is marked as a directory extension, whose names are extension_appid_name", finding.Quote(finding.Shorten(id, 60)))
	case named && !extension:
		r.note(a.field("id"), finding.Warning, "%s is a directory extension, but isExtensionAttribute is not true", finding.Quote(finding.Shorten(id, 80)))
	}
	if named || extension {
		if strings.HasPrefix(id, extensionPrefix+ExtensionAppToken) {
			id = attribute
		}
		return &ClaimSource{Kind: FromExtension, ID: id}
	}
	return new(r.sourced(a.field("id"), source, id))
}

// transformation reads a step, and its input where it has one.
func (r *policyReader) transformation(a cursor) (Transformation, *ClaimSource) {
	if !r.is(a, object) {
		return Transformation{}, nil
	}
	kind := r.text(a.field("@odata.type"))
	m, known := LookupMethod(kind)
	if !known {
		r.note(a, finding.Error, "there is no transformation %s", finding.Quote(finding.Shorten(kind, 80)))
		return Transformation{Method: Method(kind)}, nil
	}
	names := []string{"input"}
	t := Transformation{Method: m.Method}
	for _, name := range slices.Concat(m.Required, m.Optional) {
		names = append(names, string(name))
		value := a.field(string(name))
		if !value.given() && slices.Contains(m.Required, name) && name != ParamReplacement {
			r.note(a, finding.Error, "%s has no %s", m.Portal(), name)
		}
		r.parameter(&t.Parameters, name, value)
	}
	r.known(a, names...)
	if len(m.Types) > 0 && t.Parameters.Type != "" && !slices.ContainsFunc(m.Types, func(w string) bool { return strings.EqualFold(w, t.Parameters.Type) }) {
		r.note(a.field("type"), finding.Error, "%s is none of %s", finding.Quote(finding.Shorten(t.Parameters.Type, 30)), strings.Join(m.Types, ", "))
	}
	input := a.field("input")
	if !r.is(input, object) {
		return t, nil
	}
	r.known(input, "attribute", "treatAsMultiValue")
	t.Parameters.TreatAsMultiValue = r.flag(input.field("treatAsMultiValue"))
	return t, r.attribute(input.field("attribute"))
}

func (r *policyReader) parameter(p *Parameters, name Parameter, a cursor) {
	switch name {
	case ParamInput2:
		p.Input2 = r.attribute(a.field("attribute"))
	case ParamOutput:
		p.Output = r.attribute(a.field("attribute"))
	case ParamSeparator:
		p.Separator = r.raw(a)
	case ParamValue:
		p.Value = r.raw(a)
	case ParamValue2:
		p.Value2 = r.raw(a)
	case ParamType:
		p.Type = r.text(a)
	case ParamIndex:
		p.Index = r.integer(a)
	case ParamLength:
		p.Length = r.integer(a)
	case ParamRegex:
		p.Regex = r.raw(a)
		r.regex(a, p.Regex)
	case ParamReplacement:
		p.Replacement = r.raw(a)
	case ParamAttributes:
		r.additional(p, a)
	}
}

func (r *policyReader) additional(p *Parameters, a cursor) {
	for _, item := range r.list(a) {
		if s := r.attribute(item); s != nil {
			p.AdditionalAttributes = append(p.AdditionalAttributes, *s)
		}
	}
	if n := len(p.AdditionalAttributes); n > MaxRegexAttributes {
		r.note(a, finding.Error, "there are %d further attributes, RegexReplace() can have %d", n, MaxRegexAttributes)
	}
}

// regex judges a regular expression.
func (r *policyReader) regex(a cursor, pattern string) {
	if pattern == "" {
		return
	}
	if _, err := compileRegex(pattern); err != nil {
		r.note(a, finding.Error, "%s", err)
	}
}
