package report

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/ssodoctor/ssodoctor/pkg/adfs"
	"github.com/ssodoctor/ssodoctor/pkg/adfs/claimrule"
	"github.com/ssodoctor/ssodoctor/pkg/migrate"
)

// hostileFarm is an export whose values try to steer whoever shows them.
const hostileFarm = `[{"Name": "=cmd|'/c calc'!A1 \u001b[31m<script>|` + "`x`" + `", "Identifier": ["urn:a\u202eb", "-1+1"], "Enabled": true, "WSFedEndpoint": "http://a.contoso.com/*",
 "SamlEndpoints": [{"Binding": "Artifact", "Index": 0, "Location": "javascript:alert(1)", "Protocol": "SAMLAssertionConsumer"}],
 "IssuanceTransformRules": "@RuleName = \"\u001b]0;x\u0007\"\r\nc:[] => issue(store = \"HR\u001b\", types = (\"@SUM(1)\"), query = \"q\");\r\n x",
 "AccessControlPolicyName": "Own policy", "FutureSwitch": "on"},
 {"Name": "App", "Identifier": ["urn:A\u202Eb"], "Enabled": true, "SamlEndpoints": [], "IssuanceTransformRules": ""},
 {"Name": "Store", "StoreTypeQualifiedName": "x", "Configuration": {"password": "hunter2"}}, 7]`

func assess(export string) *migrate.Assessment {
	return migrate.Assess(adfs.Read(strings.NewReader(export), "farm.json", adfs.Limits{}), time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC))
}

func TestAssessmentFollowsItsSchema(t *testing.T) {
	schema := compile(t, "assessment.schema.json")
	for name, export := range map[string]string{"hostile": hostileFarm, "nothing": "[]", "broken": `[{"Name": "x", "Identifier"`, "other": `{"Name": "S", "StoreTypeQualifiedName": "x"}`} {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			if err := assessmentJSON(&b, assess(export), Options{}); err != nil {
				t.Fatal(err)
			}
			validateJSON(t, schema, b.Bytes())
		})
	}
}

// TestAssessmentsAreSafe holds that no value of an export steers a terminal,
// a spreadsheet or a page, and that no secret gets out.
func TestAssessmentsAreSafe(t *testing.T) {
	a := assess(hostileFarm)
	if len(a.Trusts) != 2 {
		t.Fatalf("%d trusts", len(a.Trusts))
	}
	for _, format := range AssessmentFormats() {
		var b bytes.Buffer
		write, _ := LookupAssessment(format)
		if err := write(&b, a, Options{Verbose: true}); err != nil {
			t.Fatal(err)
		}
		text := b.String()
		if strings.Contains(text, "hunter2") {
			t.Errorf("%s: the secret of a store is shown", format)
		}
		for i, c := range text {
			if format != "json" && c != '\n' && !unicode.IsPrint(c) {
				t.Fatalf("%s: offset %d: %q gets out", format, i, c)
			}
		}
		if format == "markdown" && strings.Contains(text, "<script") {
			t.Error("markdown: an element of HTML gets out")
		}
	}
}

func TestAssessmentCSV(t *testing.T) {
	var b bytes.Buffer
	if err := assessmentCSV(&b, assess(hostileFarm), Options{}); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&b).ReadAll()
	if err != nil || len(rows) != 3 {
		t.Fatalf("%d rows, error %v", len(rows), err)
	}
	for _, row := range rows {
		for _, value := range row {
			if value != "" && strings.ContainsRune("=+-@", rune(value[0])) {
				t.Errorf("a spreadsheet takes %q for a formula", value)
			}
		}
	}
}

func TestClaimsFollowTheirSchema(t *testing.T) {
	schema := compile(t, "claims.schema.json")
	for _, text := range []string{"", `c:[] => issue(claim = c); => issue(Type = "a", Properties["p"] = "v");`} {
		rules, errs := claimrule.Parse(text, claimrule.Position{})
		if len(errs) > 0 {
			t.Fatal(errs[0])
		}
		result, err := rules.Eval(&claimrule.User{Attributes: map[string][]string{"userPrincipalName": {"ada@contoso.com"}}}, claimrule.Options{})
		if err != nil {
			t.Fatal(err)
		}
		out, err := json.Marshal(result)
		if err != nil {
			t.Fatal(err)
		}
		validateJSON(t, schema, out)
	}
}

func TestClaimTablesFollowTheirSchema(t *testing.T) {
	schema := compile(t, "claim-tables.schema.json")
	all := &claimrule.TableReport{}
	for _, text := range []string{
		"", `c:[] => issue(claim = c); => issue(Type = "a", Value = "v", Properties["p"] = "v");`,
		`c:[Type == "x", Value =~ "1", Properties["p"] != "2"] && d:[Type == "x", Value != c.Value] && NOT EXISTS([Type == "y", Value == "z"]) => issue(Type = "a", Value = RegExReplace(c.Value, "a", "b") + d.Value);`,
		`c:[Type == "x"] => issue(store = "HR", types = ("a", "b"), query = "{0}", param = c.Value); COUNT([Type == "x"]) > 2 => issue(Type = "b"); EXISTS([Type == "m"]) => issue(Type = "n");`,
		`c:[Type == "x"] => issue(store = "Active Directory", types = ("a"), query = "mail={0};memberOf;C\x", param = c.Value); c:[Value =~ "("] => issue(Type = "broken");`,
	} {
		rules, errs := claimrule.Parse(text, claimrule.Position{})
		if len(errs) > 0 {
			t.Fatal(errs[0])
		}
		tables, err := rules.Tables(claimrule.TableOptions{})
		if err != nil {
			t.Fatal(err)
		}
		all.Sets = append(all.Sets, claimrule.TableSet{Input: "rules.txt", Tables: tables})
	}
	for _, r := range []*claimrule.TableReport{{}, all} {
		out, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		validateJSON(t, schema, out)
	}
}
