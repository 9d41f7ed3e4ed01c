package entra

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// drawClaims makes claims that a custom claims policy can carry.
func drawClaims(t *rapid.T) *Claims {
	c := &Claims{Basic: rapid.Bool().Draw(t, "basic")}
	c.NameID = NameID{Format: rapid.SampledFrom(policyFormats).Draw(t, "format"), Configurations: []Configuration{drawConfiguration(t)}}
	for range rapid.IntRange(0, 3).Draw(t, "claims") {
		claim := Claim{NameFormat: rapid.SampledFrom(append(nameFormats, "")).Draw(t, "nameFormat")}
		claim.Namespace, claim.Name = SplitType(rapid.SampledFrom([]string{soapClaims + "emailaddress", "urn:oid:2.5.4.3", "Role", "https://a.contoso.com/b/c"}).Draw(t, "type"))
		for range rapid.IntRange(1, 3).Draw(t, "configurations") {
			claim.Configurations = append(claim.Configurations, drawConfiguration(t))
		}
		c.Claims = append(c.Claims, claim)
	}
	return c
}

func drawConfiguration(t *rapid.T) Configuration {
	c := Configuration{Condition: Condition{UserType: rapid.SampledFrom(userTypes).Draw(t, "userType")}, Source: drawSource(t)}
	if rapid.Bool().Draw(t, "conditional") {
		c.Condition.Groups = []Group{rapid.SampledFrom([]Group{{SID: "S-1-5-21-1-2-3-1104"}, {ObjectID: "0f8e4c1a-0000-4000-8000-000000000001"}, {Name: `CONTOSO\Agents`}}).Draw(t, "group")}
	}
	for range rapid.IntRange(0, MaxTransformations).Draw(t, "steps") {
		c.Transformations = append(c.Transformations, drawTransformation(t))
	}
	if len(c.Transformations) > 0 {
		for i := range c.Transformations[1:] {
			c.Transformations[i+1].Parameters.TreatAsMultiValue = false
		}
		if c.Source.Kind == FromConstant {
			c.Transformations[0].Parameters.TreatAsMultiValue = false // one value
		}
		if rapid.Bool().Draw(t, "fallback") {
			c.Fallback = new(drawSource(t))
		}
	}
	return c
}

func drawSource(t *rapid.T) ClaimSource {
	return rapid.SampledFrom([]ClaimSource{AttributeSource("mail"), AttributeSource("userprincipalname"), AttributeSource("company.tenantcountry"), ConstantSource("a b"), ConstantSource(""), ExtensionSource("badge"), ExtensionSource("extension_0f8e_badge"), AttributeSource("assignedroles")}).Draw(t, "source")
}

func drawTransformation(t *rapid.T) Transformation {
	m := rapid.SampledFrom(methods).Draw(t, "method")
	p := Parameters{TreatAsMultiValue: rapid.Bool().Draw(t, "several")}
	text := rapid.SampledFrom([]string{"@", "CONTOSO", " ", `^(?<a>.*)@`})
	for _, name := range slices.Concat(m.Required, m.Optional) {
		switch name {
		case ParamInput2:
			p.Input2 = new(drawSource(t))
		case ParamOutput:
			p.Output = new(drawSource(t))
		case ParamSeparator:
			p.Separator = text.Draw(t, "separator")
		case ParamValue:
			p.Value = text.Draw(t, "value")
		case ParamValue2:
			p.Value2 = text.Draw(t, "value2")
		case ParamType:
			p.Type = rapid.SampledFrom(append(m.Types, "x")[:max(len(m.Types), 1)]).Draw(t, "type")
		case ParamIndex:
			p.Index = new(rapid.IntRange(0, 9).Draw(t, "index"))
		case ParamLength:
			p.Length = new(rapid.IntRange(0, 9).Draw(t, "length"))
		case ParamRegex:
			p.Regex = text.Draw(t, "regex")
		case ParamReplacement:
			p.Replacement = text.Draw(t, "replacement")
		case ParamAttributes:
			p.AdditionalAttributes = []ClaimSource{AttributeSource("givenname")}
		}
	}
	return Transformation{Method: m.Method, Parameters: p}
}

// TestCustomClaimsRoundTrip holds that a custom claims policy is read as what
// was written.
func TestCustomClaimsRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawClaims(t)
		body, lost := EncodeCustomClaims(c)
		if len(lost) > 0 {
			t.Fatalf("lost: %v", lost)
		}
		back, problems := DecodeCustomClaims(body)
		for _, p := range problems {
			if p.Severity == finding.Error {
				t.Fatalf("%s\n%+v", body, p)
			}
		}
		if diff := cmp.Diff(c, back); diff != "" {
			t.Fatalf("%s\n%s", body, diff)
		}
	})
}

// TestClaimsMappingRoundTrip holds that a claims mapping policy is read as what
// was written, where it can carry it.
func TestClaimsMappingRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawClaims(t)
		c.NameID.Format = ""
		for i := range c.Claims {
			c.Claims[i].Name += string(rune('a' + i))
		}
		policy, lost := EncodeClaimsMapping("x", c)
		if len(lost) > 0 {
			return
		}
		back, _ := DecodeClaimsMapping([]byte(policy.Definition[0]))
		for _, list := range append(c.each(), back.each()...) {
			for i := range *list {
				(*list)[i].Condition.UserType = AnyUser
			}
		}
		if diff := cmp.Diff(c, back); diff != "" {
			t.Fatalf("%s\n%s", policy.Definition[0], diff)
		}
	})
}

func (c *Claims) each() []*[]Configuration {
	list := []*[]Configuration{&c.NameID.Configurations}
	for i := range c.Claims {
		list = append(list, &c.Claims[i].Configurations)
	}
	return list
}

// graphTypes are the types of Microsoft Graph that the reference knows.
func graphTypes(t *testing.T) map[string]json.RawMessage {
	t.Helper()
	data, err := os.ReadFile("../../../shared/reference/graph-beta-types.json")
	if err != nil {
		t.Skip("the metadata of Microsoft Graph is not at hand")
	}
	var types map[string]json.RawMessage
	if err := json.Unmarshal(data, &types); err != nil {
		t.Fatal(err)
	}
	return types
}

// properties of a type and those that it inherits.
func properties(t *testing.T, types map[string]json.RawMessage, name string) []string {
	t.Helper()
	var own struct {
		Properties []string `json:"properties"`
	}
	if err := json.Unmarshal(types[name], &own); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	list := own.Properties
	switch {
	case strings.HasSuffix(name, "Transformation") && name != "customClaimTransformation":
		list = append(list, properties(t, types, "customClaimTransformation")...)
	case name == "customClaim" || name == "samlNameIdClaim":
		list = append(list, properties(t, types, "customClaimBase")...)
	}
	return list
}

// TestCustomClaimsHoldToGraph holds every type, property and word of a custom
// claims policy to the metadata of Microsoft Graph.
func TestCustomClaimsHoldToGraph(t *testing.T) {
	types := graphTypes(t)
	for _, m := range methods {
		known := properties(t, types, m.Custom)
		if m.Custom == "trimTransformation" {
			continue // its page stands in the documentation, not in the metadata at hand
		}
		for _, p := range slices.Concat(m.Required, m.Optional) {
			if !slices.Contains(known, string(p)) {
				t.Errorf("%s has no property %s", m.Custom, p)
			}
		}
		if len(known) != len(m.Required)+len(m.Optional)+1 {
			t.Errorf("%s has %v", m.Custom, known)
		}
	}
	for name, words := range map[string][]string{"samlNameIDFormat": policyFormats, "samlAttributeNameFormat": nameFormats, "claimConditionUserType": stringsOf(userTypes)} {
		var known []string
		if err := json.Unmarshal(types[name], &known); err != nil {
			t.Fatal(err)
		}
		known = slices.DeleteFunc(known, func(s string) bool { return s == "unknownFutureValue" })
		if words = slices.Sorted(slices.Values(words)); !reflect.DeepEqual(words, slices.Sorted(slices.Values(known))) {
			t.Errorf("%s: %v, want %v", name, words, known)
		}
	}
	rapid.Check(t, func(rt *rapid.T) {
		body, _ := EncodeCustomClaims(drawClaims(rt))
		var value map[string]any
		if err := json.Unmarshal(body, &value); err != nil {
			rt.Fatal(err)
		}
		holds(t, types, "customClaimsPolicy", value)
	})
}

func stringsOf[S ~string](list []S) []string {
	var out []string
	for _, s := range list {
		out = append(out, string(s))
	}
	return out
}

// nested are the types of properties that hold an object of one type.
var nested = map[string]string{"configurations": "customClaimConfiguration", "input": "transformationAttribute", "input2": "transformationAttribute", "output": "transformationAttribute"}

func holds(t *testing.T, types map[string]json.RawMessage, name string, value map[string]any) {
	t.Helper()
	if declared, ok := value["@odata.type"].(string); ok {
		name = strings.TrimPrefix(declared, "#microsoft.graph.")
	}
	if name == "trimTransformation" {
		return
	}
	known := properties(t, types, name)
	for key, v := range value {
		if key != "@odata.type" && !slices.Contains(known, key) {
			t.Fatalf("%s has no property %s, only %v", name, key, known)
		}
		items, _ := v.([]any)
		for _, item := range append(items, v) {
			if object, ok := item.(map[string]any); ok {
				holds(t, types, nested[key], object)
			}
		}
	}
}

// TestDecodeSamples reads the policies of Microsoft's documentation.
func TestDecodeSamples(t *testing.T) {
	const folder = "../../../shared/corpus/entra/handcopied"
	files, _ := filepath.Glob(folder + "/claims*.json")
	if len(files) == 0 {
		t.Skip("there are no samples at hand")
	}
	mistakes := map[string]string{
		"claimspolicy-put-employeeid-country.json":   "tenantcountry is an attribute of the source company",
		"claimsmappingpolicy-createstringclaim.json": "has the ID",
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var policy ClaimsMappingPolicy
		decode := DecodeCustomClaims
		if err := json.Unmarshal(data, &policy); err == nil && len(policy.Definition) == 1 {
			decode, data = DecodeClaimsMapping, []byte(policy.Definition[0])
		}
		c, problems := decode(data)
		if c == nil {
			t.Errorf("%s: %v", file, problems)
		}
		found := false
		for _, p := range problems {
			if want := mistakes[filepath.Base(file)]; want != "" && strings.Contains(p.Text, want) {
				found = true
			} else if p.Severity == finding.Error {
				t.Errorf("%s: %+v", file, p)
			}
		}
		if want := mistakes[filepath.Base(file)]; want != "" && !found {
			t.Errorf("%s: nothing is said of its mistake: %v", file, problems)
		}
	}
}

// TestClaimsMappingPolicyHoldsToGraph holds the body of a claims mapping policy
// to the metadata of Microsoft Graph v1.0.
func TestClaimsMappingPolicyHoldsToGraph(t *testing.T) {
	data, err := os.ReadFile("../../../shared/reference/graph-v1.0-excerpt.csdl")
	if err != nil {
		t.Skip("the metadata of Microsoft Graph is not at hand")
	}
	type entity struct {
		Name       string `xml:"Name,attr"`
		Base       string `xml:"BaseType,attr"`
		Properties []struct {
			Name string `xml:"Name,attr"`
			Type string `xml:"Type,attr"`
		} `xml:"Property"`
	}
	entities := map[string]entity{}
	for d := xml.NewDecoder(bytes.NewReader(data)); ; {
		token, err := d.Token()
		if err != nil {
			break
		}
		if start, ok := token.(xml.StartElement); ok && start.Name.Local == "EntityType" {
			var e entity
			if err := d.DecodeElement(&e, &start); err != nil {
				t.Fatal(err)
			}
			entities[e.Name] = e
		}
	}
	known := map[string]string{}
	for name := "claimsMappingPolicy"; name != ""; name = strings.TrimPrefix(entities[name].Base, "graph.") {
		for _, p := range entities[name].Properties {
			known[p.Name] = p.Type
		}
	}
	policy, _ := EncodeClaimsMapping("x", &Claims{})
	body, err := json.Marshal(policy)
	if err != nil {
		t.Fatal(err)
	}
	var sent map[string]any
	if err := json.Unmarshal(body, &sent); err != nil {
		t.Fatal(err)
	}
	types := map[string]func(any) bool{
		"Edm.String":             func(v any) bool { _, ok := v.(string); return ok },
		"Edm.Boolean":            func(v any) bool { _, ok := v.(bool); return ok },
		"Collection(Edm.String)": func(v any) bool { list, ok := v.([]any); return ok && len(list) == 1 },
	}
	for name, value := range sent {
		if fits := types[known[name]]; fits == nil || !fits(value) {
			t.Errorf("%s is %v, want a %s", name, value, known[name])
		}
	}
}
