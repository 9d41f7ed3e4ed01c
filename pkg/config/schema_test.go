package config

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"
)

const schemaFile = "../../docs/schema/ssodoctor.schema.json"

// TestSchemaIsWritten holds the file that editors use to the table.
func TestSchemaIsWritten(t *testing.T) {
	want, err := JSONSchema()
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(schemaFile)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%s is stale (%v), run go generate .", schemaFile, err)
	}
}

// TestSchemaAgrees: schema and decoder refuse the same mistakes, as far as a
// schema can tell them.
func TestSchemaAgrees(t *testing.T) {
	text, err := JSONSchema()
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	if err := compiler.AddResource("s.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("s.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		what, text string
		good       bool
	}{
		{"full", full, true},
		{"empty values", "apps: [{name: A, idp: {issuer: \"\", metadata: }}]\nsuppress:\n", true},
		{"number for text", "apps: [{name: 1}]", true},
		{"unknown key", "aps: []", false},
		{"unknown key within", "apps: [{name: A, idp: {metdata: x}}]", false},
		{"list for a mapping", "apps: [{name: A, idp: []}]", false},
		{"text for a list", "apps: [{name: A, app: {reply-urls: a}}]", false},
		{"mapping for text", "apps: [{name: A, app: {entity-id: {a: b}}}]", false},
		{"no name", "apps: [{profile: slack}]", false},
		{"no reason", "suppress: [{check: a}]", false},
		{"day", "suppress: [{check: a, reason: b, until: soon}]", false},
		{"regular expression", "apps: [{name: A, expect: {name-id: {pattern: '('}}}]", false},
		{"truth", "apps: [{name: A, expect: {claims: [{name: a, required: maybe}]}}]", false},
		{"choice", "settings: {fail-on: warn}", false},
		{"days", "settings: {certificate-warning-days: soon}", false},
		{"version", "version: 2", false},
	} {
		f := fullFiles()
		f["ssodoctor.yaml"] = c.text
		if got := load(t, f).Problems; (len(got) == 0) != c.good {
			t.Errorf("%s: the decoder says %+v", c.what, got)
		}
		if err := schema.Validate(generic(t, c.text)); (err == nil) != c.good {
			t.Errorf("%s: the schema says %v", c.what, err)
		}
	}
}

// generic reads YAML as a JSON value, days as text.
func generic(t *testing.T, text string) any {
	t.Helper()
	var n yaml.Node
	if err := yaml.Unmarshal([]byte(text), &n); err != nil {
		t.Fatal(err)
	}
	plain(&n)
	var v any
	if err := n.Decode(&v); err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	if v, err = jsonschema.UnmarshalJSON(strings.NewReader(string(data))); err != nil {
		t.Fatal(err)
	}
	return v
}

func plain(n *yaml.Node) {
	if n.Tag == "!!timestamp" {
		n.Tag = "!!str"
	}
	for _, c := range n.Content {
		plain(c)
	}
}
