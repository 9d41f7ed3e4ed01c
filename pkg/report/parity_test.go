package report

import (
	"bytes"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/ssodoctor/ssodoctor/pkg/adfs"
	"github.com/ssodoctor/ssodoctor/pkg/adfs/claimrule"
	"github.com/ssodoctor/ssodoctor/pkg/migrate"
)

// leakyFarm has one trust whose rules issue hostile values, and one whose
// store nobody knows.
const leakyFarm = `[{"Name": "A\u001b[31m", "Identifier": ["urn:a"], "Enabled": true, "SamlEndpoints": [],
 "IssuanceTransformRules": "@RuleName = \"\u001b]0;x\u0007\"\r\nc:[Type == \"http://schemas.microsoft.com/ws/2008/06/identity/claims/windowsaccountname\"] => issue(store = \"Active Directory\", types = (\"https://a.contoso.com/claims/\u202eb\"), query = \";proxyAddresses;{0}\", param = c.Value);"},
 {"Name": "B", "Identifier": ["urn:b"], "Enabled": true, "SamlEndpoints": [], "IssuanceTransformRules": "=> issue(store = \"HR\u001b\", types = (\"b\"), query = \"q\");"},
 {"Name": "C", "Identifier": ["urn:c"], "Enabled": false, "SamlEndpoints": [], "IssuanceTransformRules": ""}, 7]`

func verified(t *testing.T, export string) *migrate.Parity {
	t.Helper()
	people := []migrate.Person{{Name: "ada\u001b@x", User: &claimrule.User{Attributes: map[string][]string{"userPrincipalName": {"ada@x"}, "sAMAccountName": {"ada"}, "proxyAddresses": {"a\u0007", "b\u202e"}}}}}
	p, err := migrate.Verify(adfs.Read(strings.NewReader(export), "farm.json", adfs.Limits{}), migrate.VerifyOptions{
		People: people, Plan: migrate.PlanOptions{At: time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)},
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestParityFollowsItsSchema(t *testing.T) {
	schema := compile(t, "parity.schema.json")
	for name, export := range map[string]string{"leaky": leakyFarm, "hostile": hostileFarm, "nothing": "[]", "broken": `[{"Name": "x", "Identifier"`} {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			if err := parityJSON(&b, verified(t, export), Options{}); err != nil {
				t.Fatal(err)
			}
			validateJSON(t, schema, b.Bytes())
		})
	}
}

// TestParityTextIsSafe holds that no value steers a terminal.
func TestParityTextIsSafe(t *testing.T) {
	for _, export := range []string{leakyFarm, hostileFarm} {
		var b bytes.Buffer
		if err := parityText(&b, verified(t, export), Options{Verbose: true}); err != nil {
			t.Fatal(err)
		}
		for i, c := range b.String() {
			if c != '\n' && !unicode.IsPrint(c) {
				t.Fatalf("offset %d: %q gets out\n%s", i, c, b.String())
			}
		}
	}
}

func TestParityTextSaysWhatMatters(t *testing.T) {
	p := &migrate.Parity{Trusts: []*migrate.TrustParity{
		{Name: "App", Source: migrate.Source{File: "farm.xml", Line: 7}, Users: 3, Claims: []migrate.ClaimParity{
			{Claim: "same", Verdict: migrate.ParityExact, Users: 3},
			{Claim: "maybe", Verdict: migrate.ParityUnseen, Users: 3, Announcements: []migrate.Announcement{{Outcome: migrate.Changed, Message: "letter case"}}},
			{Claim: "told", Verdict: migrate.ParityAnnounced, Users: 3, Differing: 1, Announcements: []migrate.Announcement{{Outcome: migrate.Changed, Message: "one value"}}, Differences: []migrate.ClaimDifference{
				{Kind: migrate.DifferenceFewer, Users: 1, Rules: []migrate.RuleLine{{Index: 1, Name: "Mail", Line: 9}}, Example: migrate.DifferenceExample{User: "ada", ADFS: []string{"a", "b"}, Entra: []string{"a"}}}}},
			{Claim: "lost", Verdict: migrate.ParitySilent, Users: 3, Differing: 2, Differences: []migrate.ClaimDifference{
				{Kind: migrate.DifferenceMissing, Users: 1, Example: migrate.DifferenceExample{User: "bob", ADFS: []string{"x"}}},
				{Kind: migrate.DifferenceUnknown, Reason: "who knows", Users: 1, Example: migrate.DifferenceExample{User: "eve", ADFS: []string{"x"}}}}},
		}},
		{Name: "Old", Skipped: "the trust is disabled"},
	}, Summary: migrate.ParitySummary{Trusts: 2, Skipped: 1, Claims: 4, Exact: 1, Unseen: 1, Announced: 1, Silent: 1}}
	var b bytes.Buffer
	if err := parityText(&b, p, Options{Width: 200}); err != nil {
		t.Fatal(err)
	}
	text := b.String()
	last := -1
	for _, want := range []string{
		"App", "farm.xml, line 7", "silent", "lost: differs for 2 of 3 users", `Entra emits none for 1 user; for example bob: AD FS "x", Entra nothing`,
		`not known for 1 user, as who knows; for example eve: AD FS "x", Entra not known`, "announced", "told: differs for 1 of 3 users",
		`Entra emits fewer values for 1 user; rule 2 "Mail" (line 9); for example ada: AD FS "a" "b", Entra "a"`, "the plan says: one value",
		"unseen", "maybe: announced, but the same for 3 users", "exact", "1 claim, for 3 users: same", "the trust is disabled",
		"4: 1 exact, 1 announced, 0 refused, 0 added, 1 announced but not seen, 1 silent", "1 claim would change without notice",
	} {
		at := strings.Index(text, want)
		if at <= last {
			t.Fatalf("%q is missing or out of order in\n%s", want, text)
		}
		last = at
	}
	b.Reset()
	if err := parityText(&b, p, Options{Width: 200, Quiet: true}); err != nil {
		t.Fatal(err)
	}
	for _, unwanted := range []string{"1 claim, for 3 users: same", "the trust is disabled"} {
		if strings.Contains(b.String(), unwanted) {
			t.Errorf("%q is told to who wants quiet", unwanted)
		}
	}
}
