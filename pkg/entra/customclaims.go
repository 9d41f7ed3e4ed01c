package entra

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// Loss is something about a claim that a form of policy cannot carry.
type Loss struct {
	Claim string // the claim type
	Text  string // one sentence
}

// losses collects what is lost.
type losses []Loss

func (l *losses) add(claim, format string, args ...any) {
	*l = append(*l, Loss{claim, fmt.Sprintf(format, args...)})
}

// EncodeCustomClaims writes the body of PUT
// /beta/servicePrincipals/{id}/claimsPolicy: a customClaimsPolicy of Microsoft
// Graph. It has no place for the group claim and app roles, which are settings
// of the application; see [EncodeGroups]. What it cannot carry is left out and
// returned.
func EncodeCustomClaims(c *Claims) ([]byte, []Loss) {
	var lost losses
	policy := customPolicy{Basic: c.Basic, Claims: []customBody{}}
	w := &customWriter{lost: &lost, groups: map[string]bool{}}
	if configurations := w.configurations(TypeNameID, c.NameID.Configurations); len(configurations) > 0 || c.NameID.Format != "" {
		if len(configurations) == 0 {
			configurations = w.configurations(TypeNameID, []Configuration{{Source: AttributeSource(defaultNameID)}})
		}
		policy.Claims = append(policy.Claims, customNameID{graphODataType("samlNameIdClaim"), orDefault(c.NameID.Format, "default"), nil, configurations})
	}
	for _, claim := range c.Claims {
		if RestrictionOf(claim.Type()) == Restricted {
			lost.add(claim.Type(), "the claim type is restricted: %s", WayAround(claim.Type()))
			continue
		}
		configurations := w.configurations(claim.Type(), claim.Configurations)
		if len(configurations) > 0 {
			policy.Claims = append(policy.Claims, customClaim{graphODataType("customClaim"), claim.Name, optional(claim.Namespace), []string{"saml"}, optional(claim.NameFormat), configurations})
		}
	}
	out, err := json.Marshal(policy)
	if err != nil { // no value of it can fail
		lost.add("", "%s", err)
	}
	return out, lost
}

const defaultNameID = "userprincipalname"

func graphODataType(name string) string { return "#" + graphType + name }

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func orDefault(s, fallback string) string {
	if s == "" {
		return fallback
	}
	return s
}

// customPolicy and what it holds are the resources of Microsoft Graph.
type customPolicy struct {
	Basic    bool         `json:"includeBasicClaimSet"`
	AppID    bool         `json:"includeApplicationIdInIssuer"`
	Audience *string      `json:"audienceOverride"`
	Claims   []customBody `json:"claims"`
}

// customBody is a customClaimBase.
type customBody interface{ customBody() }

type customNameID struct {
	Type           string                `json:"@odata.type"`
	Format         string                `json:"nameIdFormat"`
	Qualifier      *string               `json:"serviceProviderNameQualifier"`
	Configurations []customConfiguration `json:"configurations"`
}

type customClaim struct {
	Type           string                `json:"@odata.type"`
	Name           string                `json:"name"`
	Namespace      *string               `json:"namespace"`
	TokenFormat    []string              `json:"tokenFormat"`
	NameFormat     *string               `json:"samlAttributeNameFormat"`
	Configurations []customConfiguration `json:"configurations"`
}

func (customNameID) customBody() {}
func (customClaim) customBody()  {}

type customConfiguration struct {
	Condition       *customCondition       `json:"condition"`
	Attribute       *customAttribute       `json:"attribute"`
	Transformations []customTransformation `json:"transformations"`
}

type customCondition struct {
	Type     string   `json:"@odata.type"`
	UserType UserType `json:"userType"`
	MemberOf []string `json:"memberOf"`
}

// customAttribute is a sourcedAttribute or valueBasedAttribute.
type customAttribute struct {
	Type      string  `json:"@odata.type"`
	ID        string  `json:"id,omitempty"`
	Source    string  `json:"source,omitempty"`
	Extension *bool   `json:"isExtensionAttribute,omitempty"`
	Value     *string `json:"value,omitempty"`
}

type customInput struct {
	Attribute  customAttribute `json:"attribute"`
	MultiValue bool            `json:"treatAsMultiValue"`
}

// customTransformation has the properties of all; its type has some of them.
type customTransformation struct {
	Type        string            `json:"@odata.type"`
	Input       *customInput      `json:"input,omitempty"`
	Input2      *customInput      `json:"input2,omitempty"`
	Separator   *string           `json:"separator,omitempty"`
	Value       *string           `json:"value,omitempty"`
	Value2      *string           `json:"value2,omitempty"`
	Output      *customInput      `json:"output,omitempty"`
	Variant     *string           `json:"type,omitempty"`
	Index       *int              `json:"index,omitempty"`
	Length      *int              `json:"length,omitempty"`
	Regex       *string           `json:"regex,omitempty"`
	Replacement *string           `json:"replacement,omitempty"`
	Attributes  []customAttribute `json:"additionalAttributes,omitempty"`
}

type customWriter struct {
	lost   *losses
	groups map[string]bool
}

func (w *customWriter) configurations(claim string, list []Configuration) []customConfiguration {
	out := []customConfiguration{}
	for _, c := range list {
		configuration, err := w.configuration(c)
		if err != nil {
			w.lost.add(claim, "%s", err)
			continue
		}
		out = append(out, configuration)
	}
	return out
}

func (w *customWriter) configuration(c Configuration) (customConfiguration, error) {
	out := customConfiguration{Transformations: []customTransformation{}}
	if len(c.Transformations) > MaxTransformations {
		return out, fmt.Errorf("it takes %d transformations, a claim can have %d", len(c.Transformations), MaxTransformations)
	}
	if err := w.condition(&out, c.Condition); err != nil {
		return out, err
	}
	if len(c.Transformations) == 0 {
		out.Attribute = new(attributeBody(c.Source))
		return out, nil
	}
	if c.Fallback != nil {
		out.Attribute = new(attributeBody(*c.Fallback))
	}
	for i, t := range c.Transformations {
		body, err := transformationBody(t)
		if err != nil {
			return out, err
		}
		if i == 0 {
			body.Input = &customInput{attributeBody(c.Source), t.Parameters.TreatAsMultiValue}
		}
		out.Transformations = append(out.Transformations, body)
	}
	return out, nil
}

func (w *customWriter) condition(out *customConfiguration, c Condition) error {
	if c.Everybody() {
		return nil
	}
	refs := []string{}
	for _, g := range c.Groups {
		refs = append(refs, g.Ref())
	}
	grown := len(w.groups)
	for _, ref := range refs {
		if !w.groups[ref] {
			grown++
		}
	}
	if grown > MaxConditionGroups {
		return fmt.Errorf("its condition is beyond the %d groups that all claims of an application can name", MaxConditionGroups)
	}
	for _, ref := range refs {
		w.groups[ref] = true
	}
	out.Condition = &customCondition{graphODataType("customClaimCondition"), UserType(orDefault(string(c.UserType), string(AnyUser))), refs}
	return nil
}

func attributeBody(s ClaimSource) customAttribute {
	if s.Kind == FromConstant {
		return customAttribute{Type: graphODataType("valueBasedAttribute"), Value: &s.Value}
	}
	source, id, ok := strings.Cut(s.ID, ".")
	if s.Kind == FromExtension || !ok {
		source, id = "user", ExtensionName(s.ID)
	}
	return customAttribute{Type: graphODataType("sourcedAttribute"), ID: id, Source: source, Extension: new(s.Kind == FromExtension)}
}

// transformationBody writes the parameters that the method has, and demands
// those that it needs.
func transformationBody(t Transformation) (customTransformation, error) {
	m, ok := LookupMethod(string(t.Method))
	if !ok {
		return customTransformation{}, fmt.Errorf("there is no transformation %s", finding.Quote(string(t.Method)))
	}
	out := customTransformation{Type: graphODataType(m.Custom)}
	for _, name := range slices.Concat(m.Required, m.Optional) {
		if given := t.Parameters.write(name, &out); !given && slices.Contains(m.Required, name) {
			return out, fmt.Errorf("%s has no %s", m.Portal(), name)
		}
	}
	if len(m.Types) > 0 && !slices.Contains(m.Types, t.Parameters.Type) {
		return out, fmt.Errorf("%s has the type %s, expected one of %s", m.Portal(), finding.Quote(t.Parameters.Type), strings.Join(m.Types, ", "))
	}
	if n := len(t.Parameters.AdditionalAttributes); n > MaxRegexAttributes {
		return out, fmt.Errorf("%s has %d further attributes, it can have %d", m.Portal(), n, MaxRegexAttributes)
	}
	return out, nil
}

// write puts one parameter where it belongs; false where it is not given.
func (p *Parameters) write(name Parameter, out *customTransformation) bool {
	input := func(s *ClaimSource) *customInput {
		if s == nil {
			return nil
		}
		return &customInput{Attribute: attributeBody(*s)}
	}
	switch name {
	case ParamInput2:
		out.Input2 = input(p.Input2)
		return p.Input2 != nil
	case ParamOutput:
		out.Output = input(p.Output)
		return p.Output != nil
	case ParamSeparator:
		out.Separator = &p.Separator
	case ParamValue:
		out.Value = optional(p.Value)
		return p.Value != ""
	case ParamValue2:
		out.Value2 = optional(p.Value2)
	case ParamType:
		out.Variant = optional(p.Type)
		return p.Type != ""
	case ParamIndex:
		out.Index = p.Index
		return p.Index != nil
	case ParamLength:
		out.Length = p.Length
	case ParamRegex:
		out.Regex = optional(p.Regex)
		return p.Regex != ""
	case ParamReplacement:
		out.Replacement = &p.Replacement
	case ParamAttributes:
		out.Attributes = []customAttribute{}
		for _, s := range p.AdditionalAttributes {
			out.Attributes = append(out.Attributes, attributeBody(s))
		}
	}
	return true
}
