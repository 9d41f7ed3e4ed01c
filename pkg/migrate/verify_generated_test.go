package migrate

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/ssodoctor/ssodoctor/pkg/adfs"
)

// pieces are rules as administrators write them, with #T for a claim type, #U
// for one that all of the piece share, #A for an attribute and #G for the SID
// of a group.
var pieces = []string{
	fromAD + `issue(store = "Active Directory", types = ("#T"), query = ";#A;{0}", param = c.Value);`,
	fromAD + `issue(store = "Active Directory", types = ("#T", "#T"), query = ";#A,#A;{0}", param = c.Value);`,
	`c:[Type == "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn"] => issue(Type = "#T", Value = c.Value);`,
	`c:[Type == "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn"] => issue(Type = "#T", Value = RegExReplace(c.Value, "@.*$", ""));`,
	`c:[Type == "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn"] => issue(Type = "#T", Value = RegExReplace(c.Value, "@contoso\.com$", ""));`,
	`c:[Type == "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn"] => issue(Type = "#T", Value = RegExReplace(c.Value, "@.+$", ""));`,
	`c:[Type == "http://schemas.microsoft.com/ws/2008/06/identity/claims/windowsaccountname"] => issue(Type = "#T", Value = c.Value);`,
	`c:[Type == "http://schemas.microsoft.com/ws/2008/06/identity/claims/windowsaccountname"] => issue(Type = "#T", Value = RegExReplace(c.Value, "^.*\\", ""));`,
	`c:[Type == "http://schemas.microsoft.com/ws/2008/06/identity/claims/primarysid"] => issue(Type = "#T", Value = c.Value);`,
	`c:[Type == "http://schemas.microsoft.com/ws/2008/06/identity/claims/groupsid", Value == "#G"] => issue(Type = "#T", Value = "member");`,
	`c:[Type == "http://schemas.microsoft.com/ws/2008/06/identity/claims/groupsid", Value == "#G"] => issue(Type = "http://schemas.microsoft.com/ws/2008/06/identity/claims/role", Value = "Reader");`,
	`c:[Type == "http://schemas.microsoft.com/ws/2008/06/identity/claims/groupsid", Value =~ "^(?i)#G$"] => issue(Type = "http://schemas.microsoft.com/ws/2008/06/identity/claims/role", Value = "Owner");`,
	`EXISTS([Type == "http://schemas.microsoft.com/ws/2008/06/identity/claims/groupsid", Value == "#G"]) => issue(Type = "#U", Value = "yes");
NOT EXISTS([Type == "http://schemas.microsoft.com/ws/2008/06/identity/claims/groupsid", Value == "#G"]) => issue(Type = "#U", Value = "no");`,
	`=> issue(Type = "#T", Value = "fixed");`,
	fromAD + `add(store = "Active Directory", types = ("urn:temp"), query = ";#A;{0}", param = c.Value);
c:[Type == "urn:temp"] => issue(Type = "#U", Value = c.Value);
NOT EXISTS([Type == "urn:temp"]) && x:[Type == "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn"] => issue(Type = "#U", Value = x.Value);`,
	fromAD + `add(store = "Active Directory", types = ("urn:first", "urn:last"), query = ";givenName,sn;{0}", param = c.Value);
a:[Type == "urn:first"] && b:[Type == "urn:last"] => issue(Type = "#T", Value = a.Value + " " + b.Value);`,
	fromAD + `add(store = "Active Directory", types = ("urn:mail"), query = ";mail;{0}", param = c.Value);
c:[Type == "urn:mail"] => issue(Type = "#T", Value = RegExReplace(c.Value, "@contoso\.com$", "@fabrikam.com"));`,
	fromAD + `issue(store = "Active Directory", types = ("#T"), query = ";tokenGroups;{0}", param = c.Value);`,
}

// oddPieces are rules that Entra has no like of, or that collide with others.
var oddPieces = []string{
	`NOT EXISTS([Type == "http://schemas.microsoft.com/ws/2008/06/identity/claims/groupsid", Value == "#G"]) => issue(Type = "#T", Value = "no");`,
	`c:[Type == "http://schemas.microsoft.com/ws/2012/01/insidecorporatenetwork", Value == "true"] => issue(Type = "#T", Value = "inside");`,
	`c:[Type == "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn", Value =~ "@contoso\.com$"] => issue(Type = "#T", Value = "internal");`,
	fromAD + `add(store = "Active Directory", types = ("urn:dept"), query = ";department;{0}", param = c.Value);
c:[Type == "urn:dept", Value =~ "^(?i)sales$"] => issue(Type = "#T", Value = "S");`,
	`c:[] => issue(claim = c);`,
	`c:[Type == "urn:a"] => issue(Type = "urn:b", Value = c.Value + "x");`,
	`COUNT([Type == "http://schemas.microsoft.com/ws/2008/06/identity/claims/groupsid"]) >= 2 => issue(Type = "#T", Value = "many");`,
	fromAD + `issue(store = "HR", types = ("#T"), query = "SELECT badge", param = c.Value);`,
}

// namePieces are rules for the NameID.
var namePieces = []string{
	`c:[Type == "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn"] => issue(Type = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier", Value = c.Value);`,
	`c:[Type == "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn"] => issue(Type = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier", Value = RegExReplace(c.Value, "@.*$", "@fabrikam.com"));`,
	`c:[Type == "http://schemas.microsoft.com/ws/2008/06/identity/claims/windowsaccountname"] => issue(Type = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier", Value = RegExReplace(c.Value, "(?<domain>[^\\]+)\\(?<user>.+)", "${user}@fabrikam.com"));`,
}

var (
	pieceTypes      = []string{"urn:a", "urn:b", "urn:c", "urn:d", "urn:e", "urn:f", "https://contoso.com/claims/g", "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress"}
	pieceAttributes = []string{"mail", "givenName", "sn", "displayName", "department", "title", "employeeID", "proxyAddresses", "costCenter", "extensionAttribute1", "objectSid", "telephoneNumber", "sAMAccountName"}
	pieceGroups     = []string{"S-1-5-21-1004336348-1177238915-682003330-1104", "S-1-5-21-1004336348-1177238915-682003330-1105", "S-1-5-21-1004336348-1177238915-682003330-1106"}
)

// ruleText puts a rule set together. Ordinary sets issue each claim in one
// piece; in tangled ones pieces collide.
func ruleText(r *rand.Rand, tangled bool) string {
	list, types, groups := pieces, slices.Clone(pieceTypes), pieceGroups
	if tangled {
		list = slices.Concat(pieces, oddPieces)
		groups = append(slices.Clone(groups), "S-1-5-21-1004336348-1177238915-682003330-513") // Domain Users
	}
	claimType := func() string {
		i := r.IntN(len(types))
		t := types[i]
		if !tangled {
			types = slices.Delete(types, i, i+1)
		}
		return t
	}
	text := namePieces[r.IntN(len(namePieces))] + "\n"
	for range 1 + r.IntN(4) {
		piece := list[r.IntN(len(list))]
		for strings.Contains(piece, "#T") {
			piece = strings.Replace(piece, "#T", claimType(), 1)
		}
		for strings.Contains(piece, "#U") {
			piece = strings.ReplaceAll(piece, "#U", claimType())
		}
		for strings.Contains(piece, "#A") {
			piece = strings.Replace(piece, "#A", pieceAttributes[r.IntN(len(pieceAttributes))], 1)
		}
		text += strings.ReplaceAll(piece, "#G", groups[r.IntN(len(groups))]) + "\n"
	}
	return text
}

// TestGeneratedParity holds rule sets that are put together at random to what
// [TestCorpusParity] holds those of the corpus to. A claims mapping policy can
// carry less, but hides nothing either.
func TestGeneratedParity(t *testing.T) {
	for _, c := range []struct {
		name    string
		tangled bool
		policy  ClaimsForm
		target  bool
	}{{"ordinary", false, CustomClaims, true}, {"tangled", true, CustomClaims, false}, {"mapping policy", false, MappingPolicy, false}} {
		t.Run(c.name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(1, 2))
			var names, rules []string
			for i := range 200 {
				names, rules = append(names, fmt.Sprintf("set %d", i)), append(rules, ruleText(r, c.tangled))
			}
			p := verifiedRules(t, names, rules, VerifyOptions{Generate: 60, Policy: c.policy})
			if c.target {
				holdsTarget(t, p.Summary)
			}
		})
	}
}

// verifiedRules verifies rule sets on users that are made up. No claim may
// differ in silence, and none may be announced to differ that does not.
func verifiedRules(t *testing.T, names, rules []string, o VerifyOptions) *Parity {
	t.Helper()
	p, err := Verify(adfs.Read(strings.NewReader(trustsOf(t, names, rules)), "rules.json", adfs.Limits{}), o)
	if err != nil {
		t.Fatal(err)
	}
	for i, trust := range p.Trusts {
		for _, c := range trust.Claims {
			switch {
			case c.Verdict == ParitySilent || c.Verdict == ParityUnseen:
				t.Errorf("%s: %s is %s: %s %v\n%s", trust.Name, c.Claim, c.Verdict, told(c.Differences), c.Announcements, rules[i])
			case testing.Verbose() && (c.Verdict == ParityAnnounced || c.Verdict == ParityRefused):
				t.Logf("%s: %s is %s: %s", trust.Name, c.Claim, c.Verdict, told(c.Differences))
			}
		}
		for _, u := range trust.Uncompared {
			t.Logf("%s: %d users are not compared: %s", trust.Name, u.Users, u.Reason)
		}
	}
	t.Logf("%+v", p.Summary)
	return p
}

// holdsTarget holds that 85 of 100 claims that Entra can emit are the same for
// all users.
func holdsTarget(t *testing.T, s ParitySummary) {
	t.Helper()
	if emitted := s.Claims - s.Refused - s.Added; s.Exact*100 < emitted*85 {
		t.Errorf("%d of %d claims that Entra can emit are exact, want 85 of 100", s.Exact, emitted)
	}
}
