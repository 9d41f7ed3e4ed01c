package entra

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// ClaimsMappingPolicy is the body of POST /policies/claimsMappingPolicies.
type ClaimsMappingPolicy struct {
	DisplayName string `json:"displayName"`
	// Definition is one text of JSON.
	Definition          []string `json:"definition"`
	OrganizationDefault bool     `json:"isOrganizationDefault"`
}

// EncodeClaimsMapping writes a claimsMappingPolicy of Microsoft Graph ("Claims
// mapping policy type"). It knows no conditions, one way to make each claim,
// and few transformations. What it cannot carry is left out and returned.
func EncodeClaimsMapping(displayName string, c *Claims) (*ClaimsMappingPolicy, []Loss) {
	w := &mappingWriter{}
	body := &w.policy.Body
	body.Version, body.Basic = 1, fmt.Sprint(c.Basic)
	body.Schema = []mappingEntry{}
	w.claim(TypeNameID, "", c.NameID.Configurations)
	if f := c.NameID.Format; f != "" && f != "default" {
		w.lost.add(TypeNameID, "a claims mapping policy has no format of the NameID: %s is set in the portal, or asked for by the request", f)
	}
	for _, claim := range c.Claims {
		if RestrictionOf(claim.Type()) == Restricted {
			w.lost.add(claim.Type(), "the claim type is restricted: %s", WayAround(claim.Type()))
			continue
		}
		w.claim(claim.Type(), claim.NameFormat, claim.Configurations)
	}
	if f := c.Groups.Filter; f != (GroupFilter{}) {
		body.Groups = &mappingFilter{strings.ToLower(f.MatchOn), f.Type, f.Value}
	}
	w.limit()
	out, err := json.Marshal(w.policy)
	if err != nil { // no value of it can fail
		w.lost.add("", "%s", err)
	}
	return &ClaimsMappingPolicy{DisplayName: displayName, Definition: []string{string(out)}}, w.lost
}

// mappingPolicy and what it holds are the definition of a policy.
type mappingPolicy struct {
	Body mappingBody `json:"ClaimsMappingPolicy"`
}

type mappingBody struct {
	Version         int             `json:"Version"`
	Basic           string          `json:"IncludeBasicClaimSet"`
	Schema          []mappingEntry  `json:"ClaimsSchema"`
	Transformations []mappingMethod `json:"ClaimsTransformation,omitempty"`
	Groups          *mappingFilter  `json:"GroupFilter,omitempty"`
}

type mappingEntry struct {
	Source           string  `json:"Source,omitempty"`
	ID               string  `json:"ID,omitempty"`
	ExtensionID      string  `json:"ExtensionID,omitempty"`
	Value            *string `json:"Value,omitempty"`
	TransformationID string  `json:"TransformationID,omitempty"`
	Type             string  `json:"SamlClaimType,omitempty"`
	NameForm         string  `json:"SAMLNameForm,omitempty"`
}

type mappingMethod struct {
	ID         string             `json:"ID"`
	Method     string             `json:"TransformationMethod"`
	Inputs     []mappingInput     `json:"InputClaims,omitempty"`
	Parameters []mappingParameter `json:"InputParameters,omitempty"`
	Outputs    []mappingOutput    `json:"OutputClaims"`
}

type mappingInput struct {
	Reference  string `json:"ClaimTypeReferenceId"`
	Name       string `json:"TransformationClaimType"`
	MultiValue string `json:"TreatAsMultiValue,omitempty"`
}

type mappingParameter struct {
	ID    string `json:"ID"`
	Value string `json:"Value"`
}

type mappingOutput struct {
	Reference string `json:"ClaimTypeReferenceId"`
	Name      string `json:"TransformationClaimType"`
}

type mappingFilter struct {
	MatchOn string `json:"MatchOn"`
	Type    string `json:"Type"`
	Value   string `json:"Value"`
}

const (
	nameFormURN  = "urn:oasis:names:tc:SAML:2.0:attrname-format:"
	mappedOutput = "outputClaim"
)

type mappingWriter struct {
	policy mappingPolicy
	lost   losses
}

// claim writes the way in which a claim is made for everybody.
func (w *mappingWriter) claim(claimType, nameFormat string, list []Configuration) {
	chosen := w.chosen(claimType, list)
	if chosen == nil {
		return
	}
	entry, err := w.entry(*chosen, claimType)
	if err != nil {
		w.lost.add(claimType, "%s", err)
		return
	}
	entry.Type = claimType
	if nameFormat != "" {
		entry.NameForm = nameFormURN + nameFormat
	}
	w.policy.Body.Schema = append(w.policy.Body.Schema, entry)
}

// chosen is the configuration that a policy of one way can have: the one for
// everybody that comes first when there is a value.
func (w *mappingWriter) chosen(claimType string, list []Configuration) *Configuration {
	var chosen *Configuration
	conditional, others := 0, 0
	for _, i := range evaluationOrder(list) {
		if !list[i].Condition.Everybody() {
			conditional++
			continue
		}
		if chosen != nil {
			others++
		}
		chosen = &list[i]
	}
	switch {
	case conditional > 0:
		w.lost.add(claimType, "a claims mapping policy has no conditions: %d of the ways to make the claim are for some users alone, and left out", conditional)
	case others > 0:
		w.lost.add(claimType, "a claims mapping policy has one way to make a claim: %d others, for users without a value, are left out", others)
	}
	if chosen != nil && chosen.Fallback != nil && len(chosen.Transformations) > 0 {
		w.lost.add(claimType, "a claims mapping policy has no output for values that do not match: %s is left out", chosen.Fallback)
	}
	return chosen
}

func (w *mappingWriter) entry(c Configuration, claimType string) (mappingEntry, error) {
	if len(c.Transformations) == 0 {
		return sourceEntry(c.Source), nil
	}
	if len(c.Transformations) > MaxTransformations {
		return mappingEntry{}, fmt.Errorf("it takes %d transformations, a claim can have %d", len(c.Transformations), MaxTransformations)
	}
	var schema []mappingEntry
	var steps []mappingMethod
	input := sourceEntry(c.Source)
	for i, t := range c.Transformations {
		step, err := w.step(t, claimType)
		if err != nil {
			return mappingEntry{}, err
		}
		if err := step.take(input, 0, t.Parameters.TreatAsMultiValue); err != nil {
			return mappingEntry{}, err
		}
		schema = append(schema, input)
		if t.Parameters.Input2 != nil {
			second := sourceEntry(*t.Parameters.Input2)
			if err := step.take(second, 1, false); err != nil {
				return mappingEntry{}, err
			}
			schema = append(schema, second)
		}
		number := len(w.policy.Body.Transformations) + i + 1
		step.ID = fmt.Sprintf("Transformation%d", number)
		input = mappingEntry{Source: "transformation", ID: fmt.Sprintf("Output%d", number), TransformationID: step.ID}
		step.Outputs = []mappingOutput{{input.ID, mappedOutput}}
		steps = append(steps, step)
	}
	for _, e := range schema {
		w.source(e)
	}
	w.policy.Body.Transformations = append(w.policy.Body.Transformations, steps...)
	return input, nil
}

// step is a transformation without its inputs and outputs.
func (w *mappingWriter) step(t Transformation, claimType string) (mappingMethod, error) {
	m, known := LookupMethod(string(t.Method))
	switch {
	case !known || m.Mapping == "":
		return mappingMethod{}, fmt.Errorf("a claims mapping policy has no transformation %s", t.Method)
	case len(m.MappingInputs) == 0:
		return mappingMethod{}, fmt.Errorf("how %s is written in a claims mapping policy is not documented", m.Portal())
	case claimType == TypeNameID && !m.NameID:
		return mappingMethod{}, fmt.Errorf("a claims mapping policy cannot make a NameID with %s", m.Portal())
	}
	step := mappingMethod{Method: m.Mapping}
	if slices.Contains(m.Optional, ParamSeparator) {
		step.Parameters = append(step.Parameters, mappingParameter{"separator", t.Parameters.Separator})
	}
	return step, nil
}

// take gives a step its first or second input.
func (m *mappingMethod) take(e mappingEntry, i int, several bool) error {
	info, _ := LookupMethod(m.Method)
	if i >= len(info.MappingInputs) {
		return fmt.Errorf("%s has no input %d", info.Portal(), i+1)
	}
	name := info.MappingInputs[i]
	switch {
	case e.Value != nil:
		m.Parameters = append(m.Parameters, mappingParameter{name, *e.Value})
	case e.ExtensionID != "":
		return fmt.Errorf("how a transformation of a claims mapping policy takes the directory extension %s is not documented", finding.Quote(e.ExtensionID))
	case several:
		m.Inputs = append(m.Inputs, mappingInput{e.ID, name, "true"})
	default:
		m.Inputs = append(m.Inputs, mappingInput{e.ID, name, ""})
	}
	return nil
}

// source puts an entry that a transformation takes into the schema, where there
// is none of the same ID.
func (w *mappingWriter) source(e mappingEntry) {
	same := func(other mappingEntry) bool { return other.ID == e.ID && other.Source == e.Source }
	if e.Value == nil && !slices.ContainsFunc(w.policy.Body.Schema, same) {
		w.policy.Body.Schema = append(w.policy.Body.Schema, e)
	}
}

func sourceEntry(s ClaimSource) mappingEntry {
	switch s.Kind {
	case FromConstant:
		return mappingEntry{Value: &s.Value}
	case FromExtension:
		return mappingEntry{Source: "user", ExtensionID: ExtensionName(s.ID)}
	}
	source, id, ok := strings.Cut(s.ID, ".")
	if !ok {
		source, id = "user", s.ID
	}
	return mappingEntry{Source: source, ID: id}
}

// limit tells what Entra would drop in silence.
func (w *mappingWriter) limit() {
	for i, e := range w.policy.Body.Schema {
		if i >= MaxClaims {
			w.lost.add(orDefault(e.Type, e.ID), "a claims mapping policy has at most %d entries: Entra drops this one", MaxClaims)
		}
	}
	if n := len(w.policy.Body.Transformations); n > MaxClaims {
		w.lost.add("", "a claims mapping policy has at most %d transformations: Entra drops %d", MaxClaims, n-MaxClaims)
	}
}
