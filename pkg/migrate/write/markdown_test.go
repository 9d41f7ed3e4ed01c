package write

import (
	"encoding/csv"
	"strings"
	"testing"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/migrate"
)

// codeSpans are the values between backticks of a line of Markdown, as
// CommonMark reads them (6.1), with the bars of tables freed before.
func codeSpans(line string) []string {
	if strings.HasPrefix(line, "|") {
		line = strings.ReplaceAll(line, `\|`, "|")
	}
	var spans []string
	for i := 0; i < len(line); {
		switch {
		case line[i] == '\\':
			i += 2
		case line[i] == '`':
			n := 0
			for i+n < len(line) && line[i+n] == '`' {
				n++
			}
			span, length := spanAfter(line[i+n:], n)
			if length == 0 {
				i += n
				continue
			}
			spans = append(spans, span)
			i += n + length
		default:
			i++
		}
	}
	return spans
}

// spanAfter is the code that ends at the next run of n backticks, and how much
// of the line it takes.
func spanAfter(s string, n int) (string, int) {
	for i := 0; i < len(s); {
		if s[i] != '`' {
			i++
			continue
		}
		run := 0
		for i+run < len(s) && s[i+run] == '`' {
			run++
		}
		if run == n {
			span := s[:i]
			if len(span) > 1 && span[0] == ' ' && span[len(span)-1] == ' ' && strings.Trim(span, " ") != "" {
				span = span[1 : len(span)-1]
			}
			return span, i + run
		}
		i += run
	}
	return "", 0
}

// cells are those of a row of a table: bars that stand alone part them.
func cells(line string) int {
	n := strings.Count(line, "|")
	return n - strings.Count(line, `\|`) - 1
}

func TestValuesSurviveInTheRunbook(t *testing.T) {
	for _, name := range hostile {
		out := stream(t, "markdown", &migrate.Plan{Trusts: []*migrate.TrustPlan{full(name)}}, optionSets["custom"])
		var spans []string
		head := 0
		for _, line := range strings.Split(out, "\n") {
			spans = append(spans, codeSpans(line)...)
			switch {
			case !strings.HasPrefix(line, "|"):
				head = 0
			case head == 0:
				head = cells(line)
			case cells(line) != head:
				t.Errorf("%q: a row has %d cells, the head %d: %s", name, cells(line), head, line)
			}
		}
		for what, value := range map[string]string{"display name": name, "notes": name + "\nsecond line", "policy": name + ": MFA outside", "relay state": name} {
			if want := finding.Printable(value); !contains(spans, want) {
				t.Errorf("the %s %q is not in the runbook as %q", what, value, want)
			}
		}
	}
}

func contains(list []string, s string) bool {
	for _, item := range list {
		if item == s {
			return true
		}
	}
	return false
}

// TestTheRunbookNamesTheFields holds the steps to the words of the portal.
func TestTheRunbookNamesTheFields(t *testing.T) {
	out := stream(t, "markdown", &migrate.Plan{Trusts: []*migrate.TrustPlan{full("Halo")}}, optionSets["custom"])
	for _, want := range []string{
		"Create your own application", "Basic SAML Configuration", "Identifier (Entity ID)", "Reply URL (Assertion Consumer Service URL)", "Sign on URL", "Relay State", "Logout Url",
		"Attributes & Claims", "Unique User Identifier (Name ID)", "Email address", "Signing Option", "Sign SAML response and assertion", "Signing Algorithm", "Notification Email Addresses",
		"Token encryption", "Verification certificates", "Assignment required?", "Enabled for users to sign-in?", "App roles", "Add user/group", "Report-only",
		"Add a group claim", "Groups assigned to the application", "Filter groups", "user type Members", "AD FS today", "ssodoctor adfs verify", "The way back",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("nothing says %q", want)
		}
	}
	for _, value := range append(full("Halo").Application.Identifiers, "https://halo.contoso.com/auth/saml?a=1&b=2", `Join(user.netbiosname, "\", user.onpremisessamaccountname)`, "ToLowercase(") {
		if !strings.Contains(out, value) {
			t.Errorf("nothing says %q", value)
		}
	}
}

func TestTheRunbookSaysWhoIsLetIn(t *testing.T) {
	for access, want := range map[string]string{"Closed": "nobody is assigned", "Everyone": "everyone in the tenant can sign in"} {
		p := full(access)
		p.Access = migrate.Access{AssignmentRequired: access == "Closed"}
		if access == "Everyone" {
			p.Roles = nil
		}
		if out := stream(t, "markdown", &migrate.Plan{Trusts: []*migrate.TrustPlan{p}}, Options{}); !strings.Contains(out, want) {
			t.Errorf("%s: nothing says %q", access, want)
		}
	}
}

func TestCodeSpansAreReadAsTheyWere(t *testing.T) {
	for _, s := range append(hostile, "`", "``", "`a", "a`", "` `", "a``b`c", " ", "|", `\`, `\|`, "") {
		want := finding.Printable(s)
		for _, line := range []string{code(s), "| " + cellCode(s) + " |"} {
			if strings.Contains(s, `\|`) && line[0] == '|' {
				continue // the reader of the test frees bars before it looks
			}
			if got := codeSpans(line); len(got) != 1 || strings.TrimSpace(got[0]) != strings.TrimSpace(want) {
				t.Errorf("%q is read as %q from %s", want, got, line)
			}
		}
	}
}

func TestTheSpreadsheetHasALineForEachTrust(t *testing.T) {
	p := hostilePlan()
	rows, err := csv.NewReader(strings.NewReader(stream(t, "csv", p, optionSets["custom"]))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != len(p.Trusts)+1 {
		t.Fatalf("%d rows for %d trusts", len(rows), len(p.Trusts))
	}
	column := map[string]int{}
	for i, head := range rows[0] {
		column[head] = i
	}
	for i, trust := range p.Trusts {
		row := rows[i+1]
		for _, cell := range row {
			if cell != "" && strings.ContainsRune("=+-@", rune(cell[0])) {
				t.Errorf("%q begins as a formula does", cell)
			}
		}
		name := row[column["Name"]]
		if want := finding.Printable(trust.Name); name != want && name != "'"+want {
			t.Errorf("the name %q is %q", trust.Name, name)
		}
	}
	last := rows[1]
	for head, want := range map[string]string{
		"Readiness": "needs-work", "Identifiers": "https://halo.contoso.com | urn:halo:it's", "Reply URLs": "https://halo.contoso.com/auth/saml | https://halo.contoso.com/auth/saml?a=1&b=2",
		"Signing Option": "both", "Signing Algorithm": "rsa-sha1", "Token Lifetime Minutes": "480", "Assignment Required": "true", "NameID": "ExtractMailPrefix(user.mail)",
		"Encryption Certificate": "00112233445566778899AABBCCDDEEFF00112233", "Signed Requests": "true", "Group Claim": "assigned netbios_domain_and_sam_account_name",
		"Assigned": `S-1-5-21-1-2-3-9999 | CONTOSO\Agents (S-1-5-21-1-2-3-1234) | CONTOSO\Admins (S-1-5-21-1-2-3-1235)`, "Conditional Access": "plain: MFA outside", "Line": "4120",
	} {
		if got := last[column[head]]; got != want {
			t.Errorf("%s is %q, want %q", head, got, want)
		}
	}
}
