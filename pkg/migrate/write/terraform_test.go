package write

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
	"golang.org/x/text/unicode/norm"

	"github.com/ssodoctor/ssodoctor/pkg/migrate"
)

// parseHCL reads Terraform, and holds the text to be as terraform fmt writes it.
func parseHCL(t testing.TB, source string) *hclsyntax.Body {
	t.Helper()
	file, problems := hclsyntax.ParseConfig([]byte(source), "main.tf", hcl.InitialPos)
	if problems.HasErrors() {
		t.Fatalf("%v\n%s", problems, source)
	}
	if formatted := hclwrite.Format([]byte(source)); !bytes.Equal(formatted, []byte(source)) {
		t.Error("the file is not as terraform fmt would write it")
	}
	return file.Body.(*hclsyntax.Body)
}

// terraformCheck holds resources to the schema of the provider.
type terraformCheck struct {
	facts    terraformFacts
	declared map[string]bool
	found    []string
}

func (c *terraformCheck) report(format string, arguments ...any) {
	c.found = append(c.found, fmt.Sprintf(format, arguments...))
}

func (c *terraformCheck) file(body *hclsyntax.Body) {
	for _, b := range body.Blocks {
		c.declared[strings.Join(append([]string{b.Type}, b.Labels...), " ")] = true
	}
	for _, b := range body.Blocks {
		switch b.Type {
		case "terraform", "variable":
		case "resource", "data":
			if facts, known := c.facts[b.Type+" "+b.Labels[0]]; known {
				c.block(strings.Join(b.Labels, "."), facts, b.Body)
			} else {
				c.report("%s is unknown", b.Labels[0])
			}
		default:
			c.report("a block %s", b.Type)
		}
	}
}

func (c *terraformCheck) block(path string, facts terraformBlock, body *hclsyntax.Body) {
	for _, name := range slices.Sorted(maps.Keys(body.Attributes)) {
		kind, known := facts.Arguments[name]
		switch {
		case !known:
			c.report("%s has no argument %s", path, name)
		case !strings.HasSuffix(kind, "!") && !strings.HasSuffix(kind, "?"):
			c.report("%s.%s cannot be set", path, name)
		default:
			c.expression(path+"."+name, kind[:len(kind)-1], body.Attributes[name].Expr)
		}
	}
	for name, kind := range facts.Arguments {
		if strings.HasSuffix(kind, "!") && body.Attributes[name] == nil {
			c.report("%s lacks %s", path, name)
		}
	}
	count := map[string]int{}
	for _, b := range body.Blocks {
		count[b.Type]++
		if n, known := facts.Blocks[b.Type]; known {
			c.block(path+"."+b.Type, n.Block, b.Body)
		} else {
			c.report("%s has no block %s", path, b.Type)
		}
	}
	for name, n := range facts.Blocks {
		if count[name] < n.Min || n.Max > 0 && count[name] > n.Max {
			c.report("%s has %d blocks %s, expected %d to %d", path, count[name], name, n.Min, n.Max)
		}
	}
}

// expression checks the type of what is known, and that what it names is there.
func (c *terraformCheck) expression(path, kind string, e hclsyntax.Expression) {
	for _, v := range e.Variables() {
		c.reference(path, v)
	}
	v, problems := e.Value(evaluation)
	if problems.HasErrors() {
		c.report("%s: %v", path, problems)
		return
	}
	switch ty := v.Type(); {
	case ty == cty.DynamicPseudoType:
	case kind == "string" && ty == cty.String, kind == "bool" && ty == cty.Bool, kind == "number" && ty == cty.Number:
	case kind == "list" && ty.IsTupleType(), kind == "set" && ty.IsTupleType():
	default:
		c.report("%s is a %s, expected %s", path, ty.FriendlyName(), kind)
	}
}

func (c *terraformCheck) reference(path string, v hcl.Traversal) {
	name := func(i int) string { return v[i].(hcl.TraverseAttr).Name }
	switch root := v.RootName(); root {
	case "var":
		if !c.declared["variable "+name(1)] {
			c.report("%s names the variable %s, which is not declared", path, name(1))
		}
	case "data":
		if !c.declared["data "+name(1)+" "+name(2)] {
			c.report("%s names data.%s.%s, which is not there", path, name(1), name(2))
		}
	default:
		facts, known := c.facts["resource "+root]
		if !known || !c.declared["resource "+root+" "+name(1)] {
			c.report("%s names %s.%s, which is not there", path, root, name(1))
		} else if _, ok := facts.Arguments[name(2)]; !ok {
			c.report("%s names %s.%s, which no %s has", path, root, name(2), root)
		}
	}
}

// evaluation knows what references of the output can be, without their values.
var evaluation = &hcl.EvalContext{
	Variables: func() map[string]cty.Value {
		unknown := map[string]cty.Value{"var": cty.DynamicVal, "data": cty.DynamicVal}
		for _, name := range usedResources {
			unknown[name] = cty.DynamicVal
		}
		return unknown
	}(),
	Functions: map[string]function.Function{"jsonencode": stdlib.JSONEncodeFunc},
}

func TestTerraformIsWhatTheProviderTakes(t *testing.T) {
	c := &terraformCheck{facts: loadFacts[terraformFacts](t, terraformFactsFile), declared: map[string]bool{}}
	c.file(parseHCL(t, stream(t, "terraform", hostilePlan(), Options{Claims: CustomClaims, Notify: []string{"o'hara@contoso.com"}})))
	for _, problem := range c.found {
		t.Error(problem)
	}
	if !c.declared["resource azuread_conditional_access_policy plain_1"] || !c.declared["data azuread_application_template gallery_app"] {
		t.Errorf("declared %v", slices.Sorted(maps.Keys(c.declared)))
	}
}

func TestTheCheckOfTerraformFindsMistakes(t *testing.T) {
	for source, want := range map[string]string{
		`resource "azuread_app" "a" {}`:                                                                         "azuread_app is unknown",
		`resource "azuread_claims_mapping_policy" "a" { display_name = "a" }`:                                   "lacks definition",
		`resource "azuread_claims_mapping_policy" "a" { display_name = ["a"], definition = ["b"] }`:             "",
		"resource \"azuread_claims_mapping_policy\" \"a\" {\n display_name = [\"a\"]\n definition = [\"b\"]\n}": "expected string",
		"resource \"azuread_application\" \"a\" {\n display_name = \"a\"\n object_id = \"b\"\n}":                "cannot be set",
		"resource \"azuread_application\" \"a\" {\n display_name = \"a\"\n reply_urls = [\"b\"]\n}":             "no argument reply_urls",
		"resource \"azuread_application\" \"a\" {\n display_name = \"a\"\n web {}\n web {}\n}":                  "2 blocks web",
		"resource \"azuread_application\" \"a\" {\n display_name = \"a\"\n saml {}\n}":                          "no block saml",
		"resource \"azuread_application\" \"a\" {\n display_name = azuread_application.b.display_name\n}":       "is not there",
		"resource \"azuread_application\" \"a\" {\n display_name = var.name\n}":                                 "is not declared",
		"resource \"azuread_application\" \"a\" {\n display_name = azuread_application.a.nothing\n}":            "which no azuread_application has",
	} {
		file, problems := hclsyntax.ParseConfig([]byte(source), "a.tf", hcl.InitialPos)
		if problems.HasErrors() {
			if want != "" {
				t.Errorf("%s: %v", source, problems)
			}
			continue
		}
		c := &terraformCheck{facts: loadFacts[terraformFacts](t, terraformFactsFile), declared: map[string]bool{}}
		c.file(file.Body.(*hclsyntax.Body))
		if !strings.Contains(strings.Join(c.found, "\n"), want) {
			t.Errorf("%s: found %q, want %q", source, c.found, want)
		}
	}
}

// literal is the value of a text as Terraform reads it.
func literal(t testing.TB, source string) string {
	t.Helper()
	e, problems := hclsyntax.ParseExpression([]byte(source), "a.tf", hcl.InitialPos)
	if problems.HasErrors() {
		t.Fatalf("%s: %v", source, problems)
	}
	v, problems := e.Value(nil)
	if problems.HasErrors() {
		t.Fatalf("%s: %v", source, problems)
	}
	return v.AsString()
}

func TestTerraformTextIsReadAsItWas(t *testing.T) {
	for _, s := range append(hostile, "", "$", "%", "${", "$${", "$$${", "%%{", "%%%{x}", "\"${\"", "\x00\x1f\x7f") {
		if got, want := literal(t, terraformText(s)), norm.NFC.String(s); got != want {
			t.Errorf("%q is read as %q", want, got)
		}
	}
}

func FuzzTerraformText(f *testing.F) {
	for _, s := range hostile {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		want := norm.NFC.String(strings.ToValidUTF8(s, "\ufffd"))
		if !strings.Contains(s, "\ufffd") && want != norm.NFC.String(s) {
			return // bytes that are no text
		}
		if got := literal(t, terraformText(s)); got != want {
			t.Errorf("%q is read as %q from %s", s, got, terraformText(s))
		}
	})
}

// TestTerraformFormats asks Terraform itself, where it is installed.
func TestTerraformFormats(t *testing.T) {
	terraform, err := exec.LookPath("terraform")
	if err != nil {
		t.Skip("terraform is not installed")
	}
	name := filepath.Join(t.TempDir(), "main.tf")
	if err := os.WriteFile(name, []byte(stream(t, "terraform", hostilePlan(), Options{})), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(terraform, "fmt", "-check", "-diff", name).CombinedOutput(); err != nil {
		t.Errorf("terraform fmt: %v\n%s", err, out)
	}
}

func TestTerraformListsWhatItCannotCarry(t *testing.T) {
	out := stream(t, "terraform", &migrate.Plan{Trusts: []*migrate.TrustPlan{full("plain")}}, Options{Claims: CustomClaims})
	for _, want := range []string{
		"(default, index 0)", "Signing Option: Sign SAML response and assertion", "Signing Algorithm: SHA-1", "Token lifetime: 480 minutes", "Activate token encryption: CN=app.contoso.com",
		"Require verification certificates: Yes", "Upload certificate: CN=app.contoso.com", "preferredTokenSigningKeyThumbprint", "https://halo.contoso.com/metadata",
		"has no conditions", "RegexReplace",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("nothing says %q", want)
		}
	}
	for _, test := range []struct {
		value, why string
		refused    func(string) string
	}{
		{"halo", "URIs alone", identifierRefused}, {"spn:halo", "schemes", identifierRefused}, {"https://halo.contoso.com/", "slash", identifierRefused}, {"https:///x", "host", identifierRefused},
		{"https://halo.contoso.com", "", identifierRefused}, {"urn:a:b", "", identifierRefused}, {"https://halo.contoso.com/x/", "", identifierRefused},
		{"https://halo.contoso.com", "path", replyURLRefused}, {"myapp://x/y", "https and http", replyURLRefused}, {"https://a/" + strings.Repeat("x", 300), "256", replyURLRefused}, {"https://halo.contoso.com/", "", replyURLRefused},
	} {
		if got := test.refused(test.value); (got == "") != (test.why == "") || !strings.Contains(got, test.why) {
			t.Errorf("%s: %q, want %q", test.value, got, test.why)
		}
	}
}
