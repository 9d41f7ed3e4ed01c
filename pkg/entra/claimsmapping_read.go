package entra

import (
	"slices"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// DecodeClaimsMapping reads the definition of a claimsMappingPolicy, and says
// what is wrong with it, the mistakes of Microsoft's own samples included.
// Claims for JWT alone are judged and left out. The Claims are nil where the
// text is no definition.
func DecodeClaimsMapping(definition []byte) (*Claims, []PolicyProblem) {
	r := &policyReader{}
	policy, ok := r.open(definition)
	if !ok {
		return nil, r.problems
	}
	r.known(policy, "ClaimsMappingPolicy")
	body := policy.field("ClaimsMappingPolicy")
	if !r.is(body, object) {
		r.note(policy, finding.Error, "there is no ClaimsMappingPolicy in the definition")
		return nil, r.problems
	}
	m := &mappingReader{policyReader: r, entries: map[string]*mappedEntry{}, steps: map[string]*mappedStep{}}
	return m.body(body), r.problems
}

type mappingReader struct {
	*policyReader
	schema  []*mappedEntry
	entries map[string]*mappedEntry // by ID in lower case
	steps   map[string]*mappedStep
	ordered []*mappedStep
}

// mappedEntry is an entry of the schema.
type mappedEntry struct {
	place     cursor
	id, step  string // in lower case
	source    *ClaimSource
	saml, jwt string
	nameForm  string
	used      bool
}

// mappedStep is a transformation, with the inputs by their names.
type mappedStep struct {
	place      cursor
	id         string
	method     string
	inputs     map[string]string // ID of an entry in lower case, by name in lower case
	order      []string          // names of inputs
	several    map[string]bool
	parameters map[string]string
	outputs    []string
	used       bool
}

func (m *mappingReader) body(body cursor) *Claims {
	m.known(body, "Version", "IncludeBasicClaimSet", "ClaimsSchema", "ClaimsTransformation", "ClaimsTransformations", "GroupFilter", "issuerWithApplicationId", "audienceOverride")
	if v := body.field("Version"); !v.given() || v.value != "1" {
		m.note(body, finding.Warning, "the Version is not 1")
	}
	out := &Claims{Basic: m.flag(body.field("IncludeBasicClaimSet"))}
	m.flag(body.field("issuerWithApplicationId"))
	m.text(body.field("audienceOverride"))
	for i, e := range m.list(body.field("ClaimsSchema")) {
		if i == MaxClaims {
			m.note(e, finding.Error, "a policy has at most %d claims: Entra drops this one and all that follow", MaxClaims)
		}
		if m.is(e, object) {
			m.entry(e)
		}
	}
	for _, name := range []string{"ClaimsTransformation", "ClaimsTransformations"} {
		for i, s := range m.list(body.field(name)) {
			if i == MaxClaims {
				m.note(s, finding.Error, "a policy has at most %d transformations: Entra drops this one and all that follow", MaxClaims)
			}
			if m.is(s, object) {
				m.step(s)
			}
		}
	}
	m.groupFilter(out, body.field("GroupFilter"))
	m.claims(out)
	m.unused()
	return out
}

func (m *mappingReader) entry(a cursor) {
	m.known(a, "Source", "ID", "ExtensionID", "Value", "TransformationId", "TransformationID", "SamlClaimType", "JwtClaimType", "SAMLNameForm", "SamlNameIdFormat")
	id, step := m.text(a.field("ID")), a.field("TransformationID")
	e := &mappedEntry{place: a, id: strings.ToLower(id), step: strings.ToLower(m.text(step)), saml: m.text(a.field("SamlClaimType")), jwt: m.text(a.field("JwtClaimType"))}
	if f := a.field("SamlNameIdFormat"); f.given() {
		m.note(f, finding.Warning, "SamlNameIdFormat is not documented: the format of the NameID is set in the portal")
	}
	if form := m.text(a.field("SAMLNameForm")); form != "" {
		e.nameForm = strings.TrimPrefix(form, nameFormURN)
		if !slices.Contains(nameFormats, e.nameForm) {
			m.note(a.field("SAMLNameForm"), finding.Error, "%s is none of %s with unspecified, uri or basic", finding.Quote(finding.Shorten(form, 80)), nameFormURN)
			e.nameForm = ""
		}
	}
	m.origin(a, e, id)
	m.schema = append(m.schema, e)
	if e.id != "" {
		m.entries[e.id] = e
	}
}

// origin reads where the value of an entry comes from; one place is right.
func (m *mappingReader) origin(a cursor, e *mappedEntry, id string) {
	value, extension, source := a.field("Value"), m.text(a.field("ExtensionID")), m.text(a.field("Source"))
	given := 0
	for _, is := range []bool{value.given(), id != "", extension != ""} {
		if is {
			given++
		}
	}
	m.claim = orDefault(e.saml, e.jwt)
	defer func() { m.claim = "" }()
	switch {
	case given == 0:
		m.note(a, finding.Error, "there is no Value, no Source with ID and no Source with ExtensionID")
	case given > 1:
		m.note(a, finding.Error, "there is more than one of Value, ID and ExtensionID")
	case value.given():
		e.source = new(ConstantSource(m.raw(value)))
	case extension != "":
		if attribute, ok := ExtensionAttribute(extension); ok && strings.HasPrefix(extension, extensionPrefix+ExtensionAppToken) {
			extension = attribute
		}
		e.source = new(ExtensionSource(extension))
	case strings.EqualFold(source, "transformation"):
		if e.step == "" {
			m.note(a, finding.Error, "the entry is made by a transformation, but there is no TransformationID")
		}
	case strings.EqualFold(source, "CustomClaimsProvider"):
		e.source = &ClaimSource{Kind: FromAttribute, ID: "customclaimsprovider." + id}
	case source == "":
		m.note(a, finding.Error, "there is an ID, but no Source")
	default:
		e.source = new(m.sourced(a.field("ID"), source, id))
	}
}

func (m *mappingReader) step(a cursor) {
	m.known(a, "ID", "TransformationMethod", "InputClaims", "InputParameters", "OutputClaims")
	s := &mappedStep{place: a, id: strings.ToLower(m.text(a.field("ID"))), method: m.text(a.field("TransformationMethod")), inputs: map[string]string{}, several: map[string]bool{}, parameters: map[string]string{}}
	switch {
	case s.id == "":
		m.note(a, finding.Error, "the transformation has no ID")
	case m.steps[s.id] != nil:
		m.note(a.field("ID"), finding.Error, "there are two transformations of this ID")
	}
	for _, in := range m.list(a.field("InputClaims")) {
		m.known(in, "ClaimTypeReferenceId", "TransformationClaimType", "TreatAsMultiValue")
		name := strings.ToLower(m.text(in.field("TransformationClaimType")))
		s.inputs[name], s.several[name] = strings.ToLower(m.text(in.field("ClaimTypeReferenceId"))), m.flag(in.field("TreatAsMultiValue"))
		s.order = append(s.order, name)
		if m.entries[s.inputs[name]] == nil {
			m.note(in.field("ClaimTypeReferenceId"), finding.Error, "no entry of ClaimsSchema has the ID %s", finding.Quote(finding.Shorten(s.inputs[name], 60)))
		}
	}
	for _, p := range m.list(a.field("InputParameters")) {
		m.known(p, "ID", "Value", "DataType")
		s.parameters[strings.ToLower(m.text(p.field("ID")))] = m.raw(p.field("Value"))
	}
	for _, o := range m.list(a.field("OutputClaims")) {
		m.known(o, "ClaimTypeReferenceId", "TransformationClaimType")
		reference := m.text(o.field("ClaimTypeReferenceId"))
		s.outputs = append(s.outputs, strings.ToLower(reference))
		if e := m.entries[strings.ToLower(reference)]; e == nil || e.source != nil {
			m.note(o.field("ClaimTypeReferenceId"), finding.Error, "no entry of ClaimsSchema with the source transformation has the ID %s", finding.Quote(finding.Shorten(reference, 60)))
		}
	}
	if len(s.outputs) == 0 {
		m.note(a, finding.Error, "the transformation has no OutputClaims")
	}
	m.steps[s.id] = s
	m.ordered = append(m.ordered, s)
}

func (m *mappingReader) groupFilter(out *Claims, a cursor) {
	if !m.is(a, object) {
		return
	}
	m.known(a, "MatchOn", "Type", "Value")
	out.Groups.Filter = GroupFilter{MatchOn: word(m.policyReader, a.field("MatchOn"), groupNames), Type: word(m.policyReader, a.field("Type"), groupFilters), Value: m.raw(a.field("Value"))}
}

var (
	groupNames   = []string{"displayName", "sAMAccountName"}
	groupFilters = []string{"prefix", "suffix", "contains"}
)

// claims puts the entries that reach SAML tokens together.
func (m *mappingReader) claims(out *Claims) {
	seen := map[string]bool{}
	for _, e := range m.schema {
		if m.claim = e.saml; e.saml == "" {
			if e.step != "" && e.jwt != "" {
				m.made(e)
			}
			continue
		}
		m.named(e.place.field("SamlClaimType"), seen)
		c, ok := m.made(e)
		switch {
		case !ok:
		case strings.EqualFold(e.saml, TypeNameID):
			out.NameID.Configurations = []Configuration{c}
			m.nameID(e, c)
		default:
			claim := Claim{NameFormat: e.nameForm, Configurations: []Configuration{c}}
			claim.Namespace, claim.Name = SplitType(e.saml)
			out.Claims = append(out.Claims, claim)
		}
	}
	m.claim = ""
}

// nameID judges what a NameID is made of, by "Exceptions and restrictions" of
// the reference.
func (m *mappingReader) nameID(e *mappedEntry, c Configuration) {
	for _, t := range c.Transformations {
		if info, ok := LookupMethod(string(t.Method)); ok && !info.NameID {
			m.note(e.place, finding.Error, "a NameID cannot be made with %s: ExtractMailPrefix and Join are allowed", info.Portal())
		}
	}
	id, _ := strings.CutPrefix(c.Source.ID, userSource)
	if s, known := LookupSource(id); c.Source.Kind == FromAttribute && (!known || !s.NameID) {
		m.note(e.place, finding.Error, "a NameID cannot be made of %s", finding.Quote(finding.Shorten(c.Source.ID, 60)))
	}
}

// made is the configuration that an entry stands for; false where it has no
// value.
func (m *mappingReader) made(e *mappedEntry) (Configuration, bool) {
	c := Configuration{Condition: Condition{UserType: AnyUser}}
	var steps []Transformation
	for range min(len(m.steps), MaxClaims) + 1 {
		e.used = true
		if e.source != nil {
			c.Source = *e.source
			slices.Reverse(steps)
			c.Transformations = steps
			if n := len(steps); n > MaxTransformations {
				m.note(e.place, finding.Error, "the claim takes %d transformations, it can have %d", n, MaxTransformations)
			}
			return c, true
		}
		s := m.steps[e.step]
		if s == nil {
			if e.step != "" {
				m.note(e.place, finding.Error, "no transformation has the ID %s", finding.Quote(finding.Shorten(e.step, 60)))
			}
			return c, false
		}
		s.used = true
		if !slices.Contains(s.outputs, e.id) {
			m.note(e.place, finding.Error, "the transformation %s has no OutputClaims for the ID %s", finding.Quote(finding.Shorten(s.id, 60)), finding.Quote(finding.Shorten(e.id, 60)))
		}
		next, t, ok := m.method(s)
		if !ok {
			return c, false
		}
		steps = append(steps, t)
		if next == nil { // made of parameters alone
			e = &mappedEntry{place: e.place, source: new(ConstantSource(t.Parameters.Value))}
			if steps[len(steps)-1].Method == createString {
				steps = steps[:len(steps)-1]
			}
			continue
		}
		e = next
	}
	m.note(e.place, finding.Error, "the transformations go round in a circle")
	return c, false
}

// createString is a transformation that makes a constant; it stands in one
// sample of Microsoft's and in no reference.
const createString Method = "CreateStringClaim"

// method reads a step, with the entry that it works on; nil where it works on
// its parameters alone.
func (m *mappingReader) method(s *mappedStep) (*mappedEntry, Transformation, bool) {
	info, known := LookupMethod(s.method)
	switch {
	case strings.EqualFold(s.method, string(createString)):
		return nil, Transformation{Method: createString, Parameters: Parameters{Value: s.parameters["value"]}}, true
	case !known || info.Mapping == "":
		m.note(s.place.field("TransformationMethod"), finding.Error, "there is no transformation %s, expected one of %s", finding.Quote(finding.Shorten(s.method, 60)), strings.Join(mappingMethods(), ", "))
		return nil, Transformation{}, false
	}
	t := Transformation{Method: info.Method, Parameters: Parameters{Separator: s.parameters["separator"], Regex: s.parameters["regex"], Replacement: s.parameters["replacement"]}}
	first := m.input(s, info, 0)
	if info.Method == Join {
		second := m.input(s, info, 1)
		switch {
		case second == nil:
			m.note(s.place, finding.Error, "Join has no string2")
			return nil, t, false
		case second.source == nil:
			m.note(s.place, finding.Warning, "the second input of Join is made by a transformation, which is not judged")
			return nil, t, false
		}
		second.used = true
		t.Parameters.Input2 = second.source
	}
	if first == nil {
		m.note(s.place, finding.Error, "the transformation has no input")
		return nil, t, false
	}
	t.Parameters.TreatAsMultiValue = s.several[s.inputName(info, 0)]
	return first, t, true
}

// inputName is what the first or second input of a step is called; where that
// is not documented, it goes by its place.
func (s *mappedStep) inputName(info MethodInfo, i int) string {
	switch {
	case i < len(info.MappingInputs):
		return info.MappingInputs[i]
	case i < len(s.order):
		return s.order[i]
	}
	return ""
}

// input is the first or second input of a step: a claim or a parameter.
func (m *mappingReader) input(s *mappedStep, info MethodInfo, i int) *mappedEntry {
	name := s.inputName(info, i)
	if id, ok := s.inputs[name]; ok {
		return m.entries[id]
	}
	if value, ok := s.parameters[name]; ok {
		return &mappedEntry{place: s.place, source: new(ConstantSource(value))}
	}
	return nil
}

func mappingMethods() []string {
	var names []string
	for _, m := range methods {
		if m.Mapping != "" {
			names = append(names, m.Mapping)
		}
	}
	return names
}

// unused tells entries and transformations that nothing takes.
func (m *mappingReader) unused() {
	taken := map[string]bool{}
	for _, s := range m.ordered {
		for _, id := range s.inputs {
			taken[id] = true
		}
	}
	for _, e := range m.schema {
		if !e.used && e.saml == "" && e.jwt == "" && !taken[e.id] {
			m.note(e.place, finding.Warning, "the entry has no SamlClaimType and no JwtClaimType, and no transformation takes it")
		}
	}
	for _, s := range m.ordered {
		if !s.used {
			m.note(s.place, finding.Warning, "no entry of ClaimsSchema has the TransformationID %s", finding.Quote(finding.Shorten(s.id, 60)))
		}
	}
	slices.SortStableFunc(m.problems, func(a, b PolicyProblem) int { return a.Offset - b.Offset })
}
