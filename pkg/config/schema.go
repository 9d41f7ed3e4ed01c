package config

import (
	"encoding/json"
	"slices"
)

// Schema is the part of JSON Schema (2020-12) that describes ssodoctor.yaml.
type Schema struct {
	Version     string             `json:"$schema,omitempty"`
	ID          string             `json:"$id,omitempty"`
	Title       string             `json:"title,omitempty"`
	Description string             `json:"description,omitempty"`
	Type        []string           `json:"type,omitempty"`
	Format      string             `json:"format,omitempty"`
	Enum        []any              `json:"enum,omitempty"`
	Items       *Schema            `json:"items,omitempty"`
	Properties  map[string]*Schema `json:"properties,omitempty"`
	Required    []string           `json:"required,omitempty"`
	// Open is additionalProperties: false for every mapping.
	Open *bool `json:"additionalProperties,omitempty"`
}

// JSONSchema describes ssodoctor.yaml for editors, indented.
func JSONSchema() ([]byte, error) {
	s := objectSchema("Identity providers and apps, what both sides hold, and which findings are accepted.", rootKeys())
	s.Version, s.ID, s.Title = "https://json-schema.org/draft/2020-12/schema", "ssodoctor.schema.json", "ssodoctor.yaml, version 1"
	out, err := json.MarshalIndent(s, "", "  ")
	return append(out, '\n'), err
}

func objectSchema[T any](doc string, keys []key[T]) *Schema {
	s := &Schema{Description: doc, Type: []string{"object", "null"}, Properties: map[string]*Schema{}, Open: new(bool)}
	for _, k := range keys {
		s.Properties[k.name] = k.schema
	}
	return s
}

func listSchema(doc string, item *Schema) *Schema {
	return &Schema{Description: doc, Type: []string{"array", "null"}, Items: item}
}

// restrict adds what a rule demands.
func (s *Schema) restrict(r Schema) {
	if r.Type != nil {
		s.Type = append(slices.Clone(r.Type), "null")
	}
	if r.Format != "" {
		s.Format = r.Format
	}
	if r.Enum != nil {
		s.Enum = append(slices.Clone(r.Enum), nil)
	}
}
