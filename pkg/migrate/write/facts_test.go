package write

import (
	"encoding/json"
	"encoding/xml"
	"flag"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the facts and golden files anew")

// reference is where the metadata that the facts come from may be.
const reference = "../../../../shared/reference"

// graphFacts are names and types of Microsoft Graph that requests are held to:
// of the metadata of v1.0 (microsoftgraph/msgraph-metadata, MIT licence), those
// types that requests are made of, and of the beta the claims policy.
type graphFacts struct {
	Types map[string]graphType `json:"types"`
	Enums map[string][]string  `json:"enums"`
	// Beta holds the properties of types of the beta.
	Beta      map[string][]string `json:"beta"`
	BetaEnums map[string][]string `json:"betaEnums"`
}

type graphType struct {
	Base       string            `json:"base,omitempty"`
	Properties map[string]string `json:"properties"` // type, with "!" where null is not allowed
}

// graphRoots are the types of request bodies.
var graphRoots = []string{"application", "servicePrincipal", "appRoleAssignment", "claimsMappingPolicy", "tokenIssuancePolicy", "tokenLifetimePolicy", "conditionalAccessPolicy"}

const graphFactsFile = "testdata/graph.json"

func loadFacts[T any](t testing.TB, file string) (facts T) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(data, &facts)
	}
	if err != nil {
		t.Fatal(err)
	}
	return facts
}

// TestFactsAreThoseOfTheReference makes the facts anew where the metadata is at
// hand.
func TestFactsAreThoseOfTheReference(t *testing.T) {
	for file, make := range map[string]func(*testing.T) any{graphFactsFile: makeGraphFacts, terraformFactsFile: makeTerraformFacts} {
		if _, err := os.Stat(reference); err != nil {
			t.Skip("the metadata is not at hand")
		}
		got, err := json.MarshalIndent(make(t), "", " ")
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, '\n')
		if *update {
			if err := os.WriteFile(file, got, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if have, _ := os.ReadFile(file); string(have) != string(got) {
			t.Errorf("%s is not what the reference gives; run with -update", file)
		}
	}
}

type csdl struct {
	Entities  []csdlType `xml:"EntityType"`
	Complexes []csdlType `xml:"ComplexType"`
	Enums     []struct {
		Name    string `xml:"Name,attr"`
		Members []struct {
			Name string `xml:"Name,attr"`
		} `xml:"Member"`
	} `xml:"EnumType"`
}

type csdlType struct {
	Name       string `xml:"Name,attr"`
	Base       string `xml:"BaseType,attr"`
	Properties []struct {
		Name     string `xml:"Name,attr"`
		Type     string `xml:"Type,attr"`
		Nullable string `xml:"Nullable,attr"`
	} `xml:"Property"`
}

func makeGraphFacts(t *testing.T) any {
	data, err := os.ReadFile(filepath.Join(reference, "graph-v1.0-excerpt.csdl"))
	if err != nil {
		t.Fatal(err)
	}
	var schema csdl
	if err := xml.Unmarshal(data, &schema); err != nil {
		t.Fatal(err)
	}
	all := map[string]csdlType{}
	for _, c := range append(schema.Entities, schema.Complexes...) {
		all[c.Name] = c
	}
	facts := graphFacts{Types: map[string]graphType{}, Enums: map[string][]string{}}
	var add func(name string)
	add = func(name string) {
		name = plainType(name)
		for _, e := range schema.Enums {
			if e.Name == name {
				facts.Enums[name] = []string{}
				for _, m := range e.Members {
					facts.Enums[name] = append(facts.Enums[name], m.Name)
				}
			}
		}
		c, known := all[name]
		if _, done := facts.Types[name]; done || !known {
			return
		}
		g := graphType{Base: plainType(c.Base), Properties: map[string]string{}}
		facts.Types[name] = g
		for _, p := range c.Properties {
			g.Properties[p.Name] = p.Type
			if p.Nullable == "false" {
				g.Properties[p.Name] += "!"
			}
			add(p.Type)
		}
		add(c.Base)
	}
	for _, name := range graphRoots {
		add(name)
	}
	facts.Beta, facts.BetaEnums = makeBetaFacts(t)
	return facts
}

// plainType is the name of a type without its schema and collection.
func plainType(s string) string {
	s = strings.TrimSuffix(s, "!")
	s = strings.TrimSuffix(strings.TrimPrefix(s, "Collection("), ")")
	return strings.TrimPrefix(s, "graph.")
}

// betaClaims tells the types that a claims policy of the beta is made of.
func betaClaims(name string) bool {
	return strings.HasPrefix(name, "customClaim") || strings.HasSuffix(name, "Transformation") || slices.Contains([]string{"samlNameIdClaim", "sourcedAttribute", "valueBasedAttribute", "transformationAttribute", "samlNameIDFormat", "samlAttributeNameFormat", "tokenFormat", "claimConditionUserType"}, name)
}

func makeBetaFacts(t *testing.T) (types, enums map[string][]string) {
	all := loadFacts[map[string]json.RawMessage](t, filepath.Join(reference, "graph-beta-types.json"))
	types, enums = map[string][]string{}, map[string][]string{}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if !betaClaims(name) {
			continue
		}
		var members []string
		var object struct {
			Properties []string `json:"properties"`
		}
		if json.Unmarshal(all[name], &members) == nil {
			enums[name] = members
		} else if err := json.Unmarshal(all[name], &object); err != nil {
			t.Fatal(err)
		} else {
			types[name] = object.Properties
		}
	}
	return types, enums
}
