package entra

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// TestAttributesHaveSources holds that each attribute leads to a source that
// there is, and that what needs work says what.
func TestAttributesHaveSources(t *testing.T) {
	seen := map[string]bool{}
	for _, a := range attributes {
		key := strings.ToLower(a.Name)
		if seen[key] {
			t.Errorf("%s stands twice", a.Name)
		}
		seen[key] = true
		_, known := LookupSource(a.Source)
		if (a.Fidelity == Exact || a.Fidelity == Differs) != known {
			t.Errorf("%s: the source %q", a.Name, a.Source)
		}
		if a.Fidelity != Exact && a.Fidelity != GroupName && a.Note == "" {
			t.Errorf("%s: nothing is said of what differs", a.Name)
		}
	}
}

func TestLookupAttribute(t *testing.T) {
	for _, c := range []struct {
		name, source string
		fidelity     Fidelity
	}{
		{"MAIL", "mail", Exact}, {"samaccountname", "onpremisessamaccountname", Exact}, {"extensionAttribute15", "extensionattribute15", Exact},
		{"extensionAttribute16", "", Extension}, {"tokenGroups(SID)", "", GroupName}, {"costCenter", "", Extension}, {"objectGUID", "onpremisesimmutableid", Differs}, {"manager", "", None},
	} {
		if a := LookupAttribute(c.name); a.Source != c.source || a.Fidelity != c.fidelity {
			t.Errorf("%s: %+v", c.name, a)
		}
	}
}

func TestRestrictionOf(t *testing.T) {
	for claimType, want := range map[string]Restriction{
		TypeRole: Restricted, TypeUPN: Restricted, strings.ToUpper(TypeGroups): Restricted, TypeNameID: Free, TypeName: Free, "": Free,
		msClaims + "windowsaccountname": SigningKey, msClaims + "windowsaccountname2": Free, identity + "displayname": Free,
		"http://schemas.xmlsoap.org/claims/Group": Free, msClaims: Free,
	} {
		if got := RestrictionOf(claimType); got != want {
			t.Errorf("%s: %d, want %d", claimType, got, want)
		}
	}
	for claimType := range ways {
		if RestrictionOf(claimType) != Restricted {
			t.Errorf("%s has a way around but is not restricted", claimType)
		}
	}
}

func TestObjections(t *testing.T) {
	long := "https://a.contoso.com/" + strings.Repeat("x", 300)
	for _, c := range []struct {
		what  func(string) []Objection
		value string
		want  finding.Severity // 0: none
	}{
		{Identifier, "https://a.contoso.com", 0}, {Identifier, "urn:a", 0}, {Identifier, "spn:0-1", 0}, {Identifier, "wiki", finding.Warning},
		{Identifier, "", finding.Error}, {Identifier, "a b", finding.Error}, {Identifier, "https://*.contoso.com", finding.Error}, {Identifier, long, finding.Error},
		{ReplyURL, "https://a.contoso.com/acs?x=1", 0}, {ReplyURL, "http://localhost:8080/acs", 0}, {ReplyURL, "http://a.contoso.com/", finding.Warning},
		{ReplyURL, "urn:a", finding.Error}, {ReplyURL, "", finding.Error}, {ReplyURL, "https://a.contoso.com/#x", finding.Error},
		{ReplyURL, "https://a.contoso.com/(x)", finding.Error}, {ReplyURL, long, finding.Error}, {ReplyURL, "https://a.contoso.com/*", finding.Warning},
		{LogoutURL, "https://a.contoso.com/slo", 0}, {LogoutURL, "http://a.contoso.com/slo", finding.Warning}, {LogoutURL, "x", finding.Warning}, {LogoutURL, long, finding.Warning},
	} {
		var worst finding.Severity
		for _, o := range c.what(c.value) {
			worst = max(worst, o.Severity)
		}
		if worst != c.want {
			t.Errorf("%q: %v", c.value, c.what(c.value))
		}
	}
}

func TestLookupNameIDFormat(t *testing.T) {
	for urn, want := range map[string]string{
		"urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress": "emailAddress", "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent": "persistent",
		"urn:oasis:names:tc:SAML1.1:nameid format:unspecified": "unspecified", "urn:oasis:names:tc:SAML:2.0:nameid-format:transient": "",
	} {
		if f, ok := LookupNameIDFormat(urn); !ok || f.Policy != want || f.Policy == "" && f.Note == "" {
			t.Errorf("%s: %+v", urn, f)
		}
	}
	if _, ok := LookupNameIDFormat("urn:oasis:names:tc:SAML:2.0:nameid-format:kerberos"); ok {
		t.Error("Entra has no Kerberos names")
	}
}

func TestGroupClaim(t *testing.T) {
	if f, ok := GroupClaimFormat("TOKENGROUPS(sid)"); !ok || f.Property != "on_premise_security_identifier" {
		t.Errorf("%+v", f)
	}
	if _, ok := GroupClaimFormat("tokenGroups(other)"); ok {
		t.Error("an unknown form is known")
	}
}

func FuzzObjections(f *testing.F) {
	f.Add("https://a.contoso.com/%zz*")
	f.Fuzz(func(t *testing.T, value string) {
		for _, list := range [][]Objection{Identifier(value), ReplyURL(value), LogoutURL(value)} {
			for _, o := range list {
				if o.Text == "" || o.Severity < finding.Warning || !utf8.ValidString(o.Text) {
					t.Fatalf("%q: %+v", value, o)
				}
			}
		}
	})
}

// TestLogoutURLHasTwoCopies: the copy of the enterprise application counts
// where the registration says nothing.
func TestLogoutURLHasTwoCopies(t *testing.T) {
	said := func(v string) Text { return Text{V: v, Known: true} }
	for name, c := range map[string]struct {
		e    EnterpriseApplication
		want Text
	}{
		"both":                {EnterpriseApplication{Application: &Application{LogoutURL: said("a")}, Principal: &ServicePrincipal{LogoutURL: said("b")}}, said("a")},
		"registration silent": {EnterpriseApplication{Application: &Application{}, Principal: &ServicePrincipal{LogoutURL: said("b")}}, said("b")},
		"principal alone":     {EnterpriseApplication{Principal: &ServicePrincipal{LogoutURL: said("b")}}, said("b")},
		"registration alone":  {EnterpriseApplication{Application: &Application{LogoutURL: said("a")}}, said("a")},
		"neither":             {EnterpriseApplication{}, Text{}},
	} {
		if got := c.e.LogoutURL(); got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}
