package report

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"flag"
	"os"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/ssodoctor/ssodoctor/internal/samltest"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/validate"
)

var sarifSchema = flag.String("sarif-schema", "", "also hold the SARIF golden files to this file, the schema of OASIS")

// linted is a report of the files of a repository: places with lines, an
// accepted finding, a check that was not made.
func linted() *validate.Report {
	return &validate.Report{
		Schema: validate.Schema, Inputs: []validate.InputView{{Name: "ssodoctor.yaml", Format: "config"}, {Name: `idp\meta data.xml`, Format: "metadata"}},
		Findings: []finding.Finding{
			{Check: "audience-mismatch", Severity: finding.Error, Input: "ssodoctor.yaml", Title: "The copies differ", Detail: `the Entity ID is "https://halo.contoso.com/", expected {app-id} [here](https://example.com)`,
				Location: finding.Location{Path: "apps[HaloITSM].app.entity-id", Span: finding.Span{Line: 7, Column: 21, Offset: 90, End: 120}}, Expected: []string{"https://halo.contoso.com"}, Actual: "https://halo.contoso.com/", Difference: "trailing slash",
				Fixes: []finding.Fix{{System: finding.App, Place: "SAML settings", Action: "remove the slash"}}},
			{Check: "certificate-expiring", Severity: finding.Warning, Input: `idp\meta data.xml`, Title: "A certificate ends soon", Detail: "the certificate ends in 12 days",
				Location: finding.Location{Span: finding.Span{Line: 2, Column: 1}}, Fixes: []finding.Fix{{System: finding.Entra, Place: "SAML Certificates", Action: "make a new one"}}},
			{Check: "evaluation-time-assumed", Severity: finding.Info, Input: `idp\meta data.xml`, Title: "Not signed", Detail: "the metadata is not signed"},
		},
		Suppressed: []validate.Suppressed{{Finding: finding.Finding{Check: "certificate-expiring", Severity: finding.Warning, Input: "app/pasted.cer", Title: "A certificate ends soon", Detail: "the certificate ends in 3 days"}, Reason: "rollover booked"}},
		Checks:     []validate.CheckResult{{Check: "destination-mismatch", Result: finding.NotChecked, Reason: "no --acs"}, {Check: "issuer-mismatch", Result: finding.Pass}},
		Summary:    validate.Summary{Error: 1, Warning: 1, Info: 1, Passed: 1, NotChecked: 1},
	}
}

var machineFormats = map[string]string{"sarif": "json", "junit": "xml", "github": "txt", "gitlab": "json", "azure": "txt", "checkstyle": "xml", "markdown": "md", "html": "html"}

func TestMachineFormatsGolden(t *testing.T) {
	for format, extension := range machineFormats {
		for name, r := range map[string]*validate.Report{"lint": linted(), "check": examine(t, signIn())} {
			t.Run(format+"/"+name, func(t *testing.T) {
				golden(t, name+"."+format+"."+extension, written(t, format, r))
			})
		}
	}
}

func written(t *testing.T, format string, r *validate.Report) []byte {
	t.Helper()
	write, ok := Lookup(format)
	if !ok {
		t.Fatalf("there is no format %q", format)
	}
	var b bytes.Buffer
	if err := write(&b, r, Options{Version: "0.1.0", FailOn: finding.Error}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestSARIFFollowsTheSchemaOfOASIS needs the schema, which is not part of this
// project: go test ./pkg/report -sarif-schema FILE.
func TestSARIFFollowsTheSchemaOfOASIS(t *testing.T) {
	if *sarifSchema == "" {
		t.Skip("the schema of OASIS is not given (-sarif-schema FILE)")
	}
	text, err := os.ReadFile(*sarifSchema)
	if err != nil {
		t.Fatal(err)
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("sarif.json", v); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("sarif.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range []*validate.Report{linted(), examine(t, signIn()), examine(t, hostile()), validate.Examine(nil, nil, validate.Clock{})} {
		validateJSON(t, schema, written(t, "sarif", r))
	}
}

// TestSARIFHangsTogether holds what the schema cannot say: each result names a
// rule that is there, and a fingerprint of its own.
func TestSARIFHangsTogether(t *testing.T) {
	for _, r := range []*validate.Report{linted(), examine(t, signIn()), examine(t, hostile())} {
		var log sarifLog
		if err := json.Unmarshal(written(t, "sarif", r), &log); err != nil {
			t.Fatal(err)
		}
		run, seen := log.Runs[0], map[string]bool{}
		if len(run.Results) != len(r.Findings)+len(r.Suppressed) {
			t.Errorf("%d results of %d findings", len(run.Results), len(r.Findings)+len(r.Suppressed))
		}
		for _, result := range run.Results {
			if got := run.Tool.Driver.Rules[result.RuleIndex].ID; got != result.RuleID {
				t.Errorf("the rule of %s is %s", result.RuleID, got)
			}
			if print := result.Fingerprints["ssodoctor/v1"]; print == "" || seen[print] {
				t.Errorf("%s: fingerprint %q is empty or that of another result", result.RuleID, print)
			} else {
				seen[print] = true
			}
			if uri := result.Locations[0].Physical.Artifact.URI; strings.ContainsAny(uri, " \\\n<>") {
				t.Errorf("%q is no URI", uri)
			}
		}
	}
}

// TestHostileValuesStayValues holds that no value of a file ends up as markup,
// as a command of a pipeline or as a control character.
func TestHostileValuesStayValues(t *testing.T) {
	r := examine(t, hostile())
	evil := "a\r\n::error::x\n##vso[task.setvariable variable=a]b\n##[add-path]c %0A ]]> <script>alert(1)</script> | @admin $(id) `id` \x1b[2J\u202e\u009b2J\x7f"
	r.Findings = append(r.Findings, finding.Finding{Check: "audience-mismatch", Severity: finding.Error, Input: evil, Title: evil, Detail: evil, Actual: evil, Expected: []string{evil},
		Location: finding.Location{Path: evil, Span: finding.Span{Line: 1, Column: 1}}, Fixes: []finding.Fix{{System: finding.App, Place: evil, Action: evil}}})
	r.Suppressed = append(r.Suppressed, validate.Suppressed{Finding: r.Findings[len(r.Findings)-1], Reason: evil})
	r.Diagnosis = &validate.Diagnosis{Check: "audience-mismatch", Summary: evil, Fixes: r.Findings[len(r.Findings)-1].Fixes}
	own := map[string]*regexp.Regexp{
		"github": regexp.MustCompile(`^::(error|warning|notice) file=`),
		"azure":  regexp.MustCompile(`^##vso\[task\.logissue type=(error|warning);`),
	}
	for _, format := range Formats() {
		out := string(written(t, format, r))
		for line := range strings.Lines(out) {
			rest := line
			if own := own[format]; own != nil {
				rest = own.ReplaceAllString(line, "")
			}
			if strings.HasPrefix(strings.TrimSpace(rest), "::") || strings.Contains(rest, "##vso[") || strings.Contains(rest, "##[") {
				t.Errorf("%s: a value becomes a command: %q", format, line)
			}
		}
		for _, c := range out {
			if c != '\n' && !unicode.IsPrint(c) {
				t.Errorf("%s: %q reaches the log", format, c)
				break
			}
		}
		if format != "text" && strings.Contains(out, "<script") && machineFormats[format] != "txt" {
			t.Errorf("%s: markup of a value is markup of the report", format)
		}
		wellFormed(t, format, out)
	}
}

// wellFormed reads the output back.
func wellFormed(t *testing.T, format, out string) {
	t.Helper()
	switch {
	case machineFormats[format] == "json" || format == "json":
		if !json.Valid([]byte(out)) {
			t.Errorf("%s: this is no JSON", format)
		}
	case machineFormats[format] == "xml":
		if err := xml.Unmarshal([]byte(out), new(struct{ XMLName xml.Name })); err != nil {
			t.Errorf("%s: %v", format, err)
		}
	}
}

// TestJUnitCounts holds that the sums are those of the cases.
func TestJUnitCounts(t *testing.T) {
	var suites junitSuites
	if err := xml.Unmarshal(written(t, "junit", linted()), &suites); err != nil {
		t.Fatal(err)
	}
	if suites.Failures != 1 || suites.Skipped != 2 || suites.Tests != 6 {
		t.Errorf("%d tests, %d failures, %d skipped; want 6, 1, 2", suites.Tests, suites.Failures, suites.Skipped)
	}
	var b bytes.Buffer
	if err := JUnit(&b, linted(), Options{FailOn: finding.Info}); err != nil {
		t.Fatal(err)
	}
	if got := strings.Count(b.String(), "<failure"); got != 3 {
		t.Errorf("%d failures where information fails, want 3", got)
	}
}

func TestPlacesOfMessages(t *testing.T) {
	place := sites(examine(t, signIn()))
	message := 0
	f := finding.Finding{Input: "login.har", Message: &message, Location: finding.Location{Span: finding.Span{Line: 1, Column: 84}}}
	if s := place(&f); s.line != 0 {
		t.Errorf("line %d of a message is told as one of the capture", s.line)
	}
	alone := samltest.NewResponse().XML()
	if s := sites(examine(t, alone))(&f); s.line != 1 || s.column != 84 {
		t.Errorf("got %d:%d in a file that is the message, want 1:84", s.line, s.column)
	}
}
