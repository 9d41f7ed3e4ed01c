package profile

import (
	"reflect"
	"slices"
	"strings"
	"testing"
)

func mustLoad(t testing.TB, name string) *Profile {
	t.Helper()
	p, err := Load(name)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// patternsIn finds every pattern below v, wherever the types put one.
func patternsIn(v reflect.Value) []*Pattern {
	if v.Kind() == reflect.Pointer && v.IsNil() {
		return nil
	}
	if p, ok := v.Interface().(*Pattern); ok {
		return []*Pattern{p}
	}
	var found []*Pattern
	switch v.Kind() {
	case reflect.Pointer:
		found = patternsIn(v.Elem())
	case reflect.Slice:
		for i := range v.Len() {
			found = append(found, patternsIn(v.Index(i).Addr())...)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			found = append(found, patternsIn(v.Field(i).Addr())...)
		}
	}
	return found
}

func TestEveryProfile(t *testing.T) {
	if len(Names()) == 0 {
		t.Fatal("no profiles")
	}
	for _, name := range Names() {
		t.Run(name, func(t *testing.T) {
			p := mustLoad(t, name)
			if p.Name != name {
				t.Errorf("name %q in the file of %q", p.Name, name)
			}
			if (p.App == nil) == (p.IdP == nil) {
				t.Error("neither or both of app and idp")
			}
			for _, v := range p.VariantNames() {
				if got := mustLoad(t, v); got.App == nil {
					t.Errorf("variant %q has no app", v)
				}
			}
		})
	}
}

// TestKnownNames: configurations name these, so they stay.
func TestKnownNames(t *testing.T) {
	names := Names()
	if !slices.IsSorted(names) {
		t.Error("names are not in order")
	}
	for _, name := range []string{
		"adfs", "entra", "google", "keycloak", "okta", "onelogin", "ping", "shibboleth", "simplesamlphp",
		"aws-iam", "confluence-dc-ms", "freshservice", "github-enterprise", "haloitsm", "salesforce", "servicenow", "slack", "workday", "zscaler-zia",
	} {
		if !slices.Contains(names, name) {
			t.Errorf("no profile %q", name)
		}
	}
}

func TestPatternExamples(t *testing.T) {
	for _, name := range Names() {
		p := mustLoad(t, name)
		for _, pattern := range patternsIn(reflect.ValueOf(p)) {
			for _, s := range pattern.Examples.Accepts {
				if !pattern.Match(s) {
					t.Errorf("%s: %s refuses %q, which is its example", name, pattern.Regexp, s)
				}
			}
			for _, s := range pattern.Examples.Rejects {
				if pattern.Match(s) {
					t.Errorf("%s: %s takes %q, which is its counterexample", name, pattern.Regexp, s)
				}
			}
		}
	}
}

// TestReferences holds what profiles say about each other and about
// themselves to what is there.
func TestReferences(t *testing.T) {
	for _, name := range Names() {
		p := mustLoad(t, name)
		for _, app := range p.apps() {
			for _, n := range app.Notes {
				if other, err := Load(n.IdP); err != nil || other.Kind != KindIdP {
					t.Errorf("%s: note for %q, which is no identity provider", name, n.IdP)
				}
			}
			claimed := map[string]bool{}
			for _, c := range app.Claims {
				for _, n := range append([]string{c.Name}, c.Aliases...) {
					if claimed[n] {
						t.Errorf("%s: claim %q is read twice", name, n)
					}
					claimed[n] = true
				}
				for _, n := range c.ConfusedWith {
					if c.Reads(n) {
						t.Errorf("%s: claim %q is both read and confused with", name, n)
					}
				}
			}
			for _, row := range app.Paste {
				if (row.Claim != "") != (row.Value == Claims) {
					t.Errorf("%s: paste %q names the claim %q", name, row.Value, row.Claim)
				}
			}
		}
		if p.IdP == nil {
			continue
		}
		seen := map[Field]bool{}
		for _, f := range p.IdP.Fields {
			if seen[f.Field] {
				t.Errorf("%s: field %q is in two places", name, f.Field)
			}
			seen[f.Field] = true
		}
	}
}

// TestPlacesForFixes: the three identity providers that fixes name must know
// where everything is.
func TestPlacesForFixes(t *testing.T) {
	for _, name := range []string{"entra", "adfs", "okta"} {
		p := mustLoad(t, name)
		for _, f := range fields {
			place, ok := p.IdP.Place(f)
			if name == "okta" && f == TokenLifetime {
				continue // Okta has no such setting
			}
			if !ok || place.Path == "" {
				t.Errorf("%s: no place for %q", name, f)
			}
		}
	}
	p := mustLoad(t, "entra")
	place, _ := p.IdP.Place(ReplyURL)
	if want := "Enterprise applications > (app) > Single sign-on > Basic SAML Configuration > Reply URL"; place.Path != want {
		t.Errorf("Reply URL at %q, want %q", place.Path, want)
	}
}

func TestLoadErrors(t *testing.T) {
	cases := []struct{ name, want string }{
		{"servicenov", `unknown profile "servicenov", did you mean "servicenow"?`},
		{"haloitsm/adfs-modul", `unknown variant of profile haloitsm "haloitsm/adfs-modul", did you mean "haloitsm/adfs-module"?`},
		{"../../etc/passwd", `unknown profile "../../etc/passwd", expected one of adfs, `},
		{"", `unknown profile "", expected one of adfs, `},
	}
	for _, c := range cases {
		_, err := Load(c.name)
		if err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("Load(%q): %v, want %s", c.name, err, c.want)
		}
	}
}

func TestLoadForgivesCase(t *testing.T) {
	if p := mustLoad(t, " HaloITSM/ADFS-Module "); p.Name != "haloitsm" || p.App != p.Variants[1].App {
		t.Errorf("got %q with another variant", p.Name)
	}
	if p := mustLoad(t, "haloitsm"); p.App != p.Variants[0].App {
		t.Error("the first variant is not the default")
	}
}

func TestHaloITSM(t *testing.T) {
	app := mustLoad(t, "haloitsm").App
	var required []string
	for _, c := range app.Claims {
		if c.Required {
			required = append(required, c.Name)
		}
	}
	want := []string{"http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress", "first_name", "last_name"}
	if !slices.Equal(required, want) {
		t.Errorf("requires %q, want %q", required, want)
	}
	if got, want := app.Place(Issuer), "Configuration > Single Sign-On > SAML > Issuer Entity ID"; got != want {
		t.Errorf("issuer is pasted at %q, want %q", got, want)
	}
}

const minimal = `
name: x
title: X
kind: app
summary: An app.
sources: [none]
app:
  protocol: saml2
`

func TestDecode(t *testing.T) {
	cases := []struct{ what, yaml, err string }{
		{"minimal", minimal, ""},
		{"nothing", "", "profile is empty"},
		{"comment", "# nothing", "profile is empty"},
		{"scalar", "hello", "cannot unmarshal"},
		{"unknown key", minimal + "colour: red\n", "field colour not found"},
		{"unknown nested key", minimal + "  identifer: {}\n", "field identifer not found"},
		{"unknown key in a list", minimal + "  quirks: [{txt: x}]\n", "field txt not found"},
		{"second document", minimal + "---\nname: y\n", "after its first YAML document"},
		{"name", strings.Replace(minimal, "name: x", "name: X Y", 1), `name "X Y", expected lower-case words`},
		{"kind", strings.Replace(minimal, "kind: app", "kind: idp", 1), `kind "idp" does not fit`},
		{"no kind", strings.Replace(minimal, "kind: app", "kind: ''", 1), `kind "" does not fit`},
		{"no sources", strings.Replace(minimal, "sources: [none]", "sources: []", 1), `"sources" is empty`},
		{"protocol", strings.Replace(minimal, "saml2", "saml", 1), `protocol "saml", expected one of`},
		{"signing", minimal + "  signing: {option: all}\n", `signing option "all", expected one of`},
		{"degree", minimal + "  logout: {support: maybe}\n", `logout "maybe", expected one of`},
		{"initiation", minimal + "  initiation: [{at: app}]\n", `initiation "app", expected one of`},
		{"paste", minimal + "  paste: [{value: url, app: URL}]\n", `value to paste "url", expected one of`},
		{"required and unverified", minimal + "  claims: [{name: a, why: b, required: true, unverified: true}]\n", `claim "a" is required and unverified`},
		{"required degree", minimal + "  encryption: {support: required, unverified: true}\n", "encryption is required and unverified"},
		{"bad regexp", pattern("'^($'", "[a]", "[b]"), "error parsing regexp"},
		{"lookahead", pattern("'^(?=a)b$'", "[a]", "[b]"), "error parsing regexp"},
		{"no anchor", pattern("'a'", "[a]", "[b]"), "matches part of a value"},
		{"half anchored", pattern("'^a|b$'", "[a]", "[b]"), "matches part of a value"},
		{"multi-line", pattern("'(?m)^a$'", "[a]", "[b]"), "matches part of a value"},
		{"no counterexample", pattern("'^a$'", "[a]", "[]"), "lacks a form, an accepted or a refused example"},
		{"good pattern", pattern("'^a$'", "[a]", "[b]"), ""},
		{"variant and app", minimal + "variants: [{name: v, title: V, when: w, app: {protocol: saml2}}]\n", `kind "app" does not fit`},
	}
	for _, c := range cases {
		p, err := decode([]byte(c.yaml))
		switch {
		case c.err == "" && err != nil:
			t.Errorf("%s: %v", c.what, err)
		case c.err == "" && p.App == nil:
			t.Errorf("%s: no app", c.what)
		case c.err != "" && (err == nil || !strings.Contains(err.Error(), c.err)):
			t.Errorf("%s: error %v, want %q", c.what, err, c.err)
		}
	}
}

// pattern is a profile whose identifier has one pattern.
func pattern(regexp, accepts, rejects string) string {
	return minimal + "  identifier: {patterns: [{regexp: " + regexp + ", form: f, examples: {accepts: " + accepts + ", rejects: " + rejects + "}}]}\n"
}
