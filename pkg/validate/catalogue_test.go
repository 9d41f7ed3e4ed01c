package validate

import (
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

var kebab = regexp.MustCompile(`^[a-z]+(-[a-z]+)+$`)

func TestCatalogue(t *testing.T) {
	tested := map[string]bool{}
	for _, f := range fixtures() {
		tested[f.check] = true
	}
	for _, f := range lintFixtures() {
		tested[f.check] = true
	}
	seen := map[string]bool{}
	for _, c := range Catalogue() {
		if seen[c.Name] {
			t.Errorf("%s: there are two checks of this name", c.Name)
		}
		seen[c.Name] = true
		if !kebab.MatchString(c.Name) {
			t.Errorf("%s: the name is not in kebab case", c.Name)
		}
		if !tested[c.Name] && c.Scope != OfExport { // those are tested where they are made
			t.Errorf("%s: no fixture makes it fire", c.Name)
		}
		complete(t, c)
	}
	for name := range tested {
		if !seen[name] {
			t.Errorf("%s: has a fixture but is no check", name)
		}
	}
}

// complete holds that nothing of a literal was left out.
func complete(t *testing.T, c *Check) {
	t.Helper()
	texts := map[string]string{
		"Title": c.Title, "Why": c.Why, "Cause": c.Cause, "Reference": c.Reference, "Since": c.Since, "Family": string(c.Family),
	}
	for field, text := range texts {
		if strings.TrimSpace(text) == "" {
			t.Errorf("%s: %s is empty", c.Name, field)
		}
	}
	if strings.HasSuffix(c.Title, ".") || !strings.HasSuffix(c.Why, ".") || !strings.HasSuffix(c.Cause, ".") {
		t.Errorf("%s: Title has no full stop, Why and Cause are sentences", c.Name)
	}
	if c.Severity < finding.Info || c.Severity > finding.Error || c.Scope == 0 || (c.run == nil) != (c.Scope == OfExport || c.Scope == OfFile) {
		t.Errorf("%s: severity, scope or run is missing", c.Name)
	}
	if lint := reflect.ValueOf(c.lint); c.Scope == OfFile && lint.IsZero() || c.Scope == OfExport && !lint.IsZero() {
		t.Errorf("%s: the lint functions do not fit the scope", c.Name)
	}
	if len(c.Fixes) == 0 {
		t.Errorf("%s: nobody is told what to do", c.Name)
	}
	systems := []finding.System{finding.Entra, finding.ADFS, finding.Okta, finding.App, finding.Network, finding.User}
	for _, f := range c.Fixes {
		if f.Place == "" || f.Action == "" || !slices.Contains(systems, f.System) {
			t.Errorf("%s: fix %+v is not complete", c.Name, f)
		}
		if strings.Contains(strings.ToLower(f.Action), "disable") {
			t.Errorf("%s: the fix %q switches something off", c.Name, f.Action)
		}
	}
}

// TestExplains holds that the edges lead to checks that exist, and not in a
// circle.
func TestExplains(t *testing.T) {
	families := map[string]bool{}
	for _, c := range Catalogue() {
		families[string(c.Family)+"/"] = true
	}
	for _, c := range Catalogue() {
		for _, e := range c.Explains {
			_, known := Lookup(e)
			if e != "*" && !known && !families[e] {
				t.Errorf("%s explains %q, which is no check and no family", c.Name, e)
			}
		}
		if path := circle(c, nil); path != nil {
			t.Errorf("these explain each other: %s", strings.Join(path, " > "))
		}
	}
}

// circle follows the edges from c; checks that explain everything are ends.
func circle(c *Check, path []string) []string {
	if slices.Contains(path, c.Name) {
		return append(path, c.Name)
	}
	path = append(path[:len(path):len(path)], c.Name)
	for _, e := range Catalogue() {
		if !slices.Contains(c.Explains, "*") && c.explains(e) {
			if found := circle(e, path); found != nil {
				return found
			}
		}
	}
	return nil
}
