package profile

import (
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestJudge(t *testing.T) {
	sure := Pattern{Regexp: regexp.MustCompile(`^https://[a-z]+\.example$`), Form: "https://(name).example"}
	unsure := Pattern{Regexp: regexp.MustCompile(`^urn:[a-z]+$`), Form: "urn:(name)", Unverified: true}
	fixed := []Fact{{Value: "Dropbox"}}
	cases := []struct {
		what  string
		value Value
		s     string
		want  Verdict
	}{
		{"nothing known", Value{}, "anything", NoOpinion},
		{"only a note", Value{Note: "copy it"}, "anything", NoOpinion},
		{"fixed", Value{Exact: fixed}, "Dropbox", Accepted},
		{"fixed, other case", Value{Exact: fixed}, "dropbox", Wrong},
		{"fixed but unverified", Value{Exact: []Fact{{Value: "x", Unverified: true}}}, "y", Doubtful},
		{"pattern", Value{Patterns: []Pattern{sure}}, "https://a.example", Accepted},
		{"pattern refuses", Value{Patterns: []Pattern{sure}}, "https://a.example/", Unusual},
		{"one of two", Value{Patterns: []Pattern{sure, unsure}}, "urn:a", Accepted},
		{"two refuse, one is unsure", Value{Patterns: []Pattern{unsure, sure}}, "a", Doubtful},
		{"fixed or pattern", Value{Exact: fixed, Patterns: []Pattern{sure}}, "a", Unusual},
		{"empty value", Value{Exact: fixed}, "", Wrong},
	}
	for _, c := range cases {
		if got := c.value.Judge(c.s); got != c.want {
			t.Errorf("%s: Judge(%q) = %d, want %d", c.what, c.s, got, c.want)
		}
	}
	if (*Pattern)(nil).Match("") || (&Pattern{}).Match("") {
		t.Error("a pattern without a regexp matches")
	}
}

func TestJudgeOfProfiles(t *testing.T) {
	cases := []struct {
		profile string
		field   func(*App) Value
		s       string
		want    Verdict
	}{
		{"workday", identifier, "http://www.workday.com", Accepted},
		{"servicenow", identifier, "https://contoso.service-now.com", Accepted},
		{"servicenow", identifier, "https://contoso.service-now.com/", Unusual},
		{"servicenow", replyURL, "https://contoso.service-now.com/consumer.do", Accepted},
		{"aws-iam", replyURL, "https://signin.aws.amazon.com/saml#2", Doubtful},
		{"aws-iam", identifier, "https://signin.aws.amazon.com/saml#2", Accepted},
		{"slack", replyURL, "https://contoso.slack.com/sso/saml", Accepted},
		{"haloitsm", identifier, "halo", NoOpinion},
		{"haloitsm/adfs-module", replyURL, "https://contoso.haloitsm.com/auth/saml", Unusual},
	}
	for _, c := range cases {
		if got := c.field(mustLoad(t, c.profile).App).Judge(c.s); got != c.want {
			t.Errorf("%s: Judge(%q) = %d, want %d", c.profile, c.s, got, c.want)
		}
	}
}

func identifier(a *App) Value { return a.Identifier }
func replyURL(a *App) Value   { return a.ReplyURL }

// TestJudgeLaw: a value is accepted exactly when it is one of the known ones,
// and only fixed, verified values make it wrong.
func TestJudgeLaw(t *testing.T) {
	word := rapid.StringMatching(`[ab]{0,2}`)
	rapid.Check(t, func(t *rapid.T) {
		var v Value
		accepted, certain, any := false, true, false
		s := word.Draw(t, "value")
		for range rapid.IntRange(0, 3).Draw(t, "exact") {
			f := Fact{Value: word.Draw(t, "fact"), Unverified: rapid.Bool().Draw(t, "unverified")}
			v.Exact = append(v.Exact, f)
			accepted, certain, any = accepted || f.Value == s, certain && !f.Unverified, true
		}
		for range rapid.IntRange(0, 2).Draw(t, "patterns") {
			p := Pattern{Regexp: regexp.MustCompile(`^` + word.Draw(t, "pattern") + `$`), Unverified: rapid.Bool().Draw(t, "unverified")}
			v.Patterns = append(v.Patterns, p)
			accepted, certain, any = accepted || p.Match(s), false, true
		}
		got := v.Judge(s)
		if (got == NoOpinion) != !any || (got == Accepted) != accepted {
			t.Fatalf("Judge(%q) = %d of %+v", s, got, v)
		}
		if got == Wrong && !certain {
			t.Fatalf("Judge(%q) is certain without certainty: %+v", s, v)
		}
	})
}

func TestExpected(t *testing.T) {
	got := mustLoad(t, "workday").App.Identifier.Expected()
	if diff := cmp.Diff([]string{"http://www.workday.com", "http://www.workday.com/(tenant)"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestPasteTable(t *testing.T) {
	app := &App{Paste: []Paste{
		{Value: Identifier, App: "Entity ID"},
		{Value: Issuer, App: "Issuer Entity ID", Note: "with the slash"},
		{Value: Certificate, App: "Fingerprint", IdP: "Thumbprint", Unverified: true},
		{Value: Claims, Claim: "memberOf", App: "Group Name Attribute"},
	}}
	idp := &IdP{Fields: []Place{{Field: Identifier, Label: "Identifier (Entity ID)"}, {Field: Certificate, Label: "Certificate (Base64)"}}}
	want := []Row{
		{Value: Identifier, FromApp: true, IdP: "Identifier (Entity ID)", App: "Entity ID"},
		{Value: Issuer, App: "Issuer Entity ID", Note: "with the slash"},
		{Value: Certificate, IdP: "Thumbprint", App: "Fingerprint", Unverified: true},
		{Value: Claims, Claim: "memberOf", App: "Group Name Attribute"},
	}
	if diff := cmp.Diff(want, app.PasteTable(idp)); diff != "" {
		t.Error(diff)
	}
	if got := app.PasteTable(nil); got[0].IdP != "" || len(got) != 4 {
		t.Errorf("without an identity provider: %+v", got)
	}
}

func TestAppLookups(t *testing.T) {
	app := &App{
		AdminPath:  Fact{Value: "Admin > SSO"},
		Paste:      []Paste{{Value: Issuer, App: "Issuer"}},
		Claims:     []Claim{{Name: "User.Email", Aliases: []string{"mail"}}, {Name: "groups"}},
		Initiation: []StartsAt{{At: FromSP}},
		Notes:      []IdPNote{{IdP: "entra", Text: "one"}, {IdP: "okta", Text: "two"}, {IdP: "entra", Text: "three", Unverified: true}},
	}
	if got := app.Place(Issuer); got != "Admin > SSO > Issuer" {
		t.Errorf("Place = %q", got)
	}
	if got := app.Place(SSOURL); got != "" {
		t.Errorf("Place of an unknown field = %q", got)
	}
	for name, want := range map[string]string{"User.Email": "User.Email", "mail": "User.Email", "groups": "groups", "user.email": "", "": ""} {
		if c, ok := app.ClaimNamed(name); c.Name != want || ok != (want != "") {
			t.Errorf("ClaimNamed(%q) = %q, %t", name, c.Name, ok)
		}
	}
	if diff := cmp.Diff([]Note{{Text: "one"}, {Text: "three", Unverified: true}}, app.NotesFor("entra")); diff != "" {
		t.Error(diff)
	}
	if !app.StartsAt(FromSP) || app.StartsAt(FromIdP) {
		t.Error("StartsAt does not follow the list")
	}
}

func TestSatisfiedBy(t *testing.T) {
	cases := []struct {
		option                      SigningOption
		none, assertion, resp, both bool
	}{
		{SignAssertion, false, true, false, true},
		{SignResponse, false, false, true, true},
		{SignBoth, false, false, false, true},
		{SignEither, false, true, true, true},
		{"", true, true, true, true},
	}
	for _, c := range cases {
		got := [4]bool{c.option.SatisfiedBy(false, false), c.option.SatisfiedBy(true, false), c.option.SatisfiedBy(false, true), c.option.SatisfiedBy(true, true)}
		if want := [4]bool{c.none, c.assertion, c.resp, c.both}; got != want {
			t.Errorf("%q: %v, want %v", c.option, got, want)
		}
	}
}
