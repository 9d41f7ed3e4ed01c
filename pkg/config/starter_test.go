package config

import (
	"slices"
	"strings"
	"testing"
)

// TestStarter: what is written reads back, whatever the values hold.
func TestStarter(t *testing.T) {
	for _, hostile := range []string{"HaloITSM", "# no: {name}", "- a\n- b", "'\"", "yes", "1", "<<", "&a *b", "  blank  ", "\u2028", "日本", "a: b # c"} {
		in := StarterApp{
			Name: hostile, Profile: "haloitsm", IdPMetadata: "idp.xml", SPMetadata: "sp.xml", EntityID: hostile, ReplyURLs: []string{hostile, "b"},
			Application: "app.json", ConditionalAccess: []string{"ca.json"}, Places: map[string]string{"issuer": "Settings > SSO"},
		}
		text, err := Starter{[]StarterApp{in}}.YAML()
		if err != nil {
			t.Fatal(err)
		}
		c := load(t, files{"ssodoctor.yaml": string(text), "idp.xml": "", "sp.xml": "", "app.json": "", "ca.json": ""})
		if len(c.Problems) > 0 || len(c.Apps) != 1 {
			t.Fatalf("%q: %+v\n%s", hostile, c.Problems, text)
		}
		a := c.Apps[0]
		if a.Name.Value != hostile || a.SP.EntityID.Value != hostile || len(a.SP.ReplyURLs) != 2 || a.SP.ReplyURLs[0].Value != hostile || a.IdP.Metadata.Path != "idp.xml" ||
			a.Entra.Application.Path != "app.json" || !slices.Equal(a.Entra.ConditionalAccess[0].Paths, []string{"ca.json"}) {
			t.Errorf("%q: read back as %+v\n%s", hostile, a, text)
		}
		if !strings.Contains(string(text), "(Settings > SSO)") || strings.Contains(string(text), "Identifier (Entity ID)") {
			t.Errorf("the comments are not those of what is missing:\n%s", text)
		}
	}
}

// TestEmptyStarter: nothing known is a configuration all the same.
func TestEmptyStarter(t *testing.T) {
	text, err := Starter{[]StarterApp{{Name: "MyApp"}}}.YAML()
	if err != nil {
		t.Fatal(err)
	}
	if c := load(t, files{"ssodoctor.yaml": string(text)}); len(c.Problems) > 0 {
		t.Errorf("%+v\n%s", c.Problems, text)
	}
}
