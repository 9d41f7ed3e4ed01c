package profile

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"
)

const schemaFile = "../../docs/schema/profile.schema.json"

func compileSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	schema, err := jsonschema.NewCompiler().Compile(schemaFile)
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// generic reads YAML as a JSON value, for the schema.
func generic(t *testing.T, data []byte) any {
	t.Helper()
	var v any
	if err := yaml.Unmarshal(data, &v); err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	if v, err = jsonschema.UnmarshalJSON(strings.NewReader(string(text))); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestProfilesMatchSchema(t *testing.T) {
	schema := compileSchema(t)
	for _, name := range Names() {
		data, err := files.ReadFile("data/" + name + ".yaml")
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(generic(t, data)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestSchemaAgreesWithDecode: schema and decoder refuse the same mistakes.
func TestSchemaAgreesWithDecode(t *testing.T) {
	schema := compileSchema(t)
	cases := []struct {
		what, yaml string
		good       bool
	}{
		{"minimal", minimal, true},
		{"pattern", pattern("'^a$'", "[a]", "[b]"), true},
		{"pattern without regard to case", pattern("'(?i)^a$'", "[a]", "[b]"), true},
		{"unknown key", minimal + "colour: red\n", false},
		{"unknown nested key", minimal + "  identifer: {}\n", false},
		{"kind", strings.Replace(minimal, "kind: app", "kind: idp", 1), false},
		{"variant and app", minimal + "variants: [{name: v, title: V, when: w, app: {protocol: saml2}}]\n", false},
		{"name", strings.Replace(minimal, "name: x", "name: X Y", 1), false},
		{"no sources", strings.Replace(minimal, "sources: [none]", "sources: []", 1), false},
		{"signing", minimal + "  signing: {option: all}\n", false},
		{"paste", minimal + "  paste: [{value: url, app: URL}]\n", false},
		{"required and unverified", minimal + "  claims: [{name: a, why: b, required: true, unverified: true}]\n", false},
		{"required degree", minimal + "  encryption: {support: required, unverified: true}\n", false},
		{"no anchor", pattern("'a'", "[a]", "[b]"), false},
		{"no counterexample", pattern("'^a$'", "[a]", "[]"), false},
	}
	for _, c := range cases {
		if _, err := decode([]byte(c.yaml)); (err == nil) != c.good {
			t.Errorf("%s: decoder says %v", c.what, err)
		}
		if err := schema.Validate(generic(t, []byte(c.yaml))); (err == nil) != c.good {
			t.Errorf("%s: schema says %v", c.what, err)
		}
	}
}

// TestSchemaWords holds the word lists of the schema to those of the types.
func TestSchemaWords(t *testing.T) {
	data, err := os.ReadFile(schemaFile)
	if err != nil {
		t.Fatal(err)
	}
	var schema struct {
		Defs struct {
			Field   struct{ Enum []Field }
			Signing struct{ Enum []SigningOption }
			Degree  struct {
				Properties struct{ Support struct{ Enum []Support } }
			}
		} `json:"$defs"`
	}
	if err := json.Unmarshal(data, &schema); err != nil {
		t.Fatal(err)
	}
	if got := schema.Defs.Field.Enum; !slices.Equal(got, fields) {
		t.Errorf("fields in the schema %q, in the types %q", got, fields)
	}
	if got := schema.Defs.Signing.Enum; !slices.Equal(got, signingOptions) {
		t.Errorf("signing options in the schema %q, in the types %q", got, signingOptions)
	}
	if got := schema.Defs.Degree.Properties.Support.Enum; !slices.Equal(got, supports) {
		t.Errorf("degrees of support in the schema %q, in the types %q", got, supports)
	}
}
