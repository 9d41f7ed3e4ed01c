package report

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"github.com/mattn/go-runewidth"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/ssodoctor/ssodoctor/internal/samltest"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/profile"
	"github.com/ssodoctor/ssodoctor/pkg/trace"
	"github.com/ssodoctor/ssodoctor/pkg/validate"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// examine judges a capture with the app's Reply URL known to end in a slash.
func examine(t testing.TB, capture string) *validate.Report {
	t.Helper()
	c, err := trace.ReadBytes([]byte(capture), "login.har", trace.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	expect := &validate.Expectations{
		ReplyURLs: []validate.Value{{Value: samltest.ACS + "/", Source: "--acs"}},
		EntityIDs: []validate.Value{{Value: samltest.EntityID, Source: "--entity-id"}},
	}
	return validate.Examine([]*trace.Capture{c}, expect, validate.Clock{Now: samltest.Time.Add(24 * time.Hour)})
}

func signIn() string {
	r := samltest.NewResponse().Sign(samltest.SignAssertion, samltest.RSA())
	return samltest.HAR(samltest.SignIn(samltest.NewAuthnRequest().XML(), r.XML())...)
}

// hostile is a response whose every value tries to steer what shows it.
func hostile() string {
	const evil = "a\u202eb\u009bc\u0085::error::<script>alert(1)</script>|`=cmd()"
	r := samltest.NewResponse()
	r.Destination, r.Issuer = "https://"+evil, evil
	a := r.Assertions[0]
	a.NameID.Value, a.Audiences = evil, []string{evil}
	a.Attributes = append(a.Attributes, samltest.NewAttribute(evil, evil))
	r.StatusMessage = evil
	return samltest.Base64(r.XML())
}

func TestTextGolden(t *testing.T) {
	for _, c := range []struct {
		name    string
		options Options
	}{
		{"plain", Options{}},
		{"narrow", Options{Width: 72}},
		{"verbose", Options{Verbose: true}},
		{"quiet", Options{Quiet: true}},
		{"colour", Options{Color: true, Width: 100}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var b bytes.Buffer
			if err := Text(&b, examine(t, signIn()), c.options); err != nil {
				t.Fatal(err)
			}
			golden(t, c.name+".txt", b.Bytes())
		})
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s differs (-want +got), run with -update if that is right:\n%s", path, diff)
	}
}

// TestNothingBreaksInsideAValue holds that wrapping only breaks at blanks: every
// word of the unwrapped report is whole in the wrapped one.
func TestNothingBreaksInsideAValue(t *testing.T) {
	r := examine(t, signIn())
	var plain, narrow bytes.Buffer
	if err := Text(&plain, r, Options{}); err != nil {
		t.Fatal(err)
	}
	if err := Text(&narrow, r, Options{Width: 60}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Fields(plain.String()), strings.Fields(narrow.String())); diff != "" {
		t.Errorf("words differ:\n%s", diff)
	}
	for line := range strings.Lines(narrow.String()) {
		line = strings.TrimRight(line, "\n")
		if runewidth.StringWidth(line) > 60 && len(strings.Fields(line)) > 3 && !strings.HasPrefix(line, "MESSAGE") {
			t.Errorf("line could have been wrapped: %q", line)
		}
	}
}

// TestTextIsPrintable holds that no value of a capture can steer a terminal.
func TestTextIsPrintable(t *testing.T) {
	r := examine(t, hostile())
	if len(r.Findings) == 0 {
		t.Fatal("no finding on a response full of nonsense")
	}
	var b bytes.Buffer
	if err := Text(&b, r, Options{Verbose: true}); err != nil {
		t.Fatal(err)
	}
	for i, c := range b.String() {
		if c != '\n' && !unicode.IsPrint(c) {
			t.Fatalf("offset %d: %q reaches the terminal", i, c)
		}
	}
}

// TestLabelsArePrintable holds the same for names that stand before a text, as
// those of apps in sign-in logs.
func TestLabelsArePrintable(t *testing.T) {
	r := examine(t, hostile())
	r.SignIns = []validate.SignInGroup{{App: "Halo\x1b[2J\u009b\n::error::", SignIns: 1, Failed: 1, Codes: []validate.SignInCode{{Code: "AADSTS1\x1b", Count: 1}}}}
	var b bytes.Buffer
	if err := Text(&b, r, Options{}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), `Halo\x1b[2J\u009b\n::error::`) {
		t.Errorf("the app is not listed:\n%s", b.String())
	}
	for i, c := range b.String() {
		if c != '\n' && !unicode.IsPrint(c) {
			t.Fatalf("offset %d: %q reaches the terminal", i, c)
		}
	}
}

func TestJSONFollowsItsSchema(t *testing.T) {
	schema := compile(t, "report.schema.json")
	for name, capture := range map[string]string{
		"sign-in":   signIn(),
		"hostile":   hostile(),
		"status":    samltest.Base64(samltest.NewErrorResponse("no", "urn:oasis:names:tc:SAML:2.0:status:Responder").XML()),
		"metadata":  samltest.NewIdPMetadata(samltest.RSA().Cert).XML(),
		"malformed": `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol"><a></b></samlp:Response>`,
		"wsfed":     samltest.WSFedForm(samltest.NewTokenResponse().XML(), "ctx"),
		"logout":    samltest.PostForm(samltest.NewLogoutRequest().XML(), ""),
	} {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			if err := JSON(&b, examine(t, capture), Options{}); err != nil {
				t.Fatal(err)
			}
			validateJSON(t, schema, b.Bytes())
		})
	}
	t.Run("optional", func(t *testing.T) {
		captures := []*trace.Capture{}
		for _, text := range []string{samltest.HAR(samltest.SignIn(samltest.NewAuthnRequest().XML(), samltest.NewResponse().XML())...),
			`[{"createdDateTime":"2026-11-21T10:00:03Z","userPrincipalName":"ada@contoso.com","appDisplayName":"HaloITSM","status":{"errorCode":50105}}]`,
			"https://halo.contoso.com/acs?SAMLart=AAQAAFn7" + strings.Repeat("A", 51) + "%3D"} {
			c, err := trace.ReadBytes([]byte(text), "input", trace.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			captures = append(captures, c)
		}
		r := validate.Examine(captures, &validate.Expectations{Stacks: validate.Stacks()}, validate.Clock{Now: samltest.Time})
		var b bytes.Buffer
		if err := JSON(&b, r, Options{}); err != nil {
			t.Fatal(err)
		}
		validateJSON(t, schema, b.Bytes())
		for _, part := range []string{`"flow": {`, `"stopped": `, `"stack": "python3-saml"`, `"app": "HaloITSM"`, `"code": "AADSTS50105"`, `"artifacts": [`} {
			if !strings.Contains(b.String(), part) {
				t.Errorf("%s is not in the report", part)
			}
		}
	})
	t.Run("nothing", func(t *testing.T) {
		var b bytes.Buffer
		if err := JSON(&b, validate.Examine(nil, nil, validate.Clock{}), Options{}); err != nil {
			t.Fatal(err)
		}
		validateJSON(t, schema, b.Bytes())
		if !strings.Contains(b.String(), `"diagnosis": null`) {
			t.Error("the diagnosis of nothing is not null")
		}
	})
}

func TestDecodedFollowsItsSchema(t *testing.T) {
	c, err := trace.ReadBytes([]byte(signIn()), "login.har", trace.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	for _, captures := range [][]*trace.Capture{nil, {c}} {
		var b bytes.Buffer
		if err := Decoded(&b, validate.Describe(captures, nil, validate.Clock{Now: samltest.Time})); err != nil {
			t.Fatal(err)
		}
		validateJSON(t, compile(t, "messages.schema.json"), b.Bytes())
	}
}

func TestCatalogueFollowsItsSchema(t *testing.T) {
	var b bytes.Buffer
	if err := Catalogue(&b, validate.Catalogue(), "json", Options{}); err != nil {
		t.Fatal(err)
	}
	validateJSON(t, compile(t, "checks.schema.json"), b.Bytes())
}

func compile(t *testing.T, name string) *jsonschema.Schema {
	t.Helper()
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	s, err := c.Compile(filepath.Join("..", "..", "docs", "schema", name))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func validateJSON(t *testing.T, schema *jsonschema.Schema, data []byte) {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(v); err != nil {
		t.Errorf("%v\n%s", err, data)
	}
}

// TestReportHoldsNoSecret plants a canary in every place of a capture that must
// not be printed.
func TestReportHoldsNoSecret(t *testing.T) {
	const canary = "canary-7f3a"
	exchanges := samltest.SignIn(samltest.NewAuthnRequest().XML(), samltest.NewResponse().XML())
	for i := range exchanges {
		exchanges[i].RequestHeaders = append(exchanges[i].RequestHeaders,
			samltest.Header{Name: "Cookie", Value: "session=" + canary}, samltest.Header{Name: "Authorization", Value: "Bearer " + canary})
		exchanges[i].ResponseHeaders = append(exchanges[i].ResponseHeaders, samltest.Header{Name: "Set-Cookie", Value: "session=" + canary})
	}
	exchanges = append(exchanges, samltest.Post(samltest.Time, "https://login.microsoftonline.com/common/login", "login=ada&passwd="+canary, "https://example.com/?code="+canary))
	har := strings.ReplaceAll(samltest.HAR(exchanges...), `"`+samltest.ACS+`"`, `"`+samltest.ACS+"?token="+canary+`"`)
	r := examine(t, har)
	if len(r.Findings) == 0 || !strings.Contains(r.Messages[len(r.Messages)-1].PostedTo, "token=…") {
		t.Fatal("the address with the token is not what was judged")
	}
	for _, format := range Formats() {
		write, _ := Lookup(format)
		var b bytes.Buffer
		if err := write(&b, r, Options{Verbose: true}); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(b.String(), canary) {
			t.Errorf("%s prints a secret of the capture", format)
		}
	}
}

func TestPretty(t *testing.T) {
	var b bytes.Buffer
	if err := Pretty(&b, []byte(`<a><b x="1">t</b></a>`)); err != nil {
		t.Fatal(err)
	}
	if want := "<a>\n  <b x=\"1\">t</b>\n</a>\n"; b.String() != want {
		t.Errorf("got %q, expected %q", b.String(), want)
	}
	if err := Pretty(&b, []byte(`<a>`)); err == nil {
		t.Error("a document that is cut off was printed")
	}
}

func TestCheckPage(t *testing.T) {
	c, ok := validate.Lookup("destination-mismatch")
	if !ok {
		t.Fatal("destination-mismatch is gone")
	}
	var b bytes.Buffer
	if err := CheckPage(&b, c); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{c.Title, c.Why, c.Cause, c.Reference, "**Entra**"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if strings.ContainsAny(b.String(), "{}") {
		t.Error("a placeholder is left over")
	}
}

// TestProfiles holds that every profile can be shown, in lines without a line
// end inside.
func TestProfiles(t *testing.T) {
	for _, name := range profile.Names() {
		p, err := profile.Load(name)
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := Sheet(&b, Profile(p), Options{}); err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(b.String(), p.Title+"\n") || !strings.Contains(b.String(), "SOURCES") {
			t.Errorf("%s: the sheet lacks title or sources:\n%s", name, b.String())
		}
	}
}

func TestEverySystemHasAName(t *testing.T) {
	for _, c := range validate.Catalogue() {
		for _, f := range c.Fixes {
			if systemNames[f.System] == "" {
				t.Errorf("%s: system %q has no name for people", c.Name, f.System)
			}
		}
	}
}

func TestSeveritiesAreCounted(t *testing.T) {
	got := counts(validate.Summary{Error: 2, Info: 3, Warning: 1})
	if want := "2 errors, 1 warning, 3 info"; got != want {
		t.Errorf("got %q, expected %q", got, want)
	}
	if s := finding.Error.String(); s != "error" {
		t.Errorf("got %q", s)
	}
}

func BenchmarkText(b *testing.B) { benchmark(b, Text) }
func BenchmarkJSON(b *testing.B) { benchmark(b, JSON) }

func benchmark(b *testing.B, write Writer) {
	r := examine(b, signIn())
	encoded, err := json.Marshal(r)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(encoded)))
	b.ReportAllocs()
	for b.Loop() {
		var out bytes.Buffer
		if err := write(&out, r, Options{}); err != nil {
			b.Fatal(err)
		}
	}
}
