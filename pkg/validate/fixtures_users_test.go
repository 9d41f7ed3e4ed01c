package validate

import (
	"regexp"
	"strings"
	"testing"

	"github.com/ssodoctor/ssodoctor/internal/samltest"
	"github.com/ssodoctor/ssodoctor/pkg/accounts"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/profile"
)

// users makes the accounts of the app known, as CSV.
func users(rows ...string) func(*scene) {
	return func(s *scene) {
		list, err := accounts.Read(strings.NewReader(strings.Join(rows, "\n")), accounts.Options{})
		if err != nil {
			panic(err)
		}
		s.expect.Accounts = list
	}
}

// ofProfile makes the app one with a profile, and its users known.
func ofProfile(name string, rows ...string) func(*scene) {
	return func(s *scene) {
		p, err := profile.Load(name)
		if err != nil {
			panic(err)
		}
		users(rows...)(s)
		s.only()
		s.expect.Claims = nil
		if err := s.expect.AddProfile(p); err != nil {
			panic(err)
		}
	}
}

// tokenOf makes NameID and e-mail claim of the token two values.
func tokenOf(id, email string) func(*scene) {
	return func(s *scene) {
		s.assertion().NameID.Value = id
		s.assertion().Attribute(samltest.ClaimEmail).Values = []string{email}
	}
}

const (
	ada    = samltest.User
	adaUPN = "ada@contoso.onmicrosoft.com"
	known  = "name,mail,userPrincipalName,proxyAddresses\nAda," + ada + "," + adaUPN + ",smtp:countess@contoso.com\nGrace,grace@contoso.com,grace@contoso.onmicrosoft.com,"
)

var fixturesUsers = []fixture{
	{check: "user-unknown", name: "no account", base: users(known), fire: users("mail", "linus@example.org"),
		want: want{actual: ada, detail: `the NameID is "ada@contoso.com", and no account of the app is known by that (1 account, known by the column "mail")`}},
	{check: "user-unknown", name: "no list, nothing said", base: func(s *scene) {}, quiet: "not-checked", fire: users("mail", "linus@example.org")},
	{check: "user-unknown", name: "letter case", base: users(known), fire: users("mail", "Ada@contoso.com"),
		want: want{severity: finding.Warning, expected: []string{"Ada@contoso.com"}, actual: ada, difference: "letter case", detail: "differ by letter case"}},
	{check: "user-unknown", name: "letter case where it counts", base: ofProfile("successfactors", known), fire: ofProfile("successfactors", "mail", "Ada@contoso.com"),
		want: want{difference: "letter case"}},
	{check: "user-unknown", name: "white space", base: users(known), fire: users("mail", `"ada@contoso.com "`), want: want{difference: "white space"}},
	{check: "user-unknown", name: "several accounts", base: users(known), fire: users("mail", ada, "grace@contoso.com", ada),
		want: want{detail: "2 accounts of the app have that"}},
	{check: "user-unknown", name: "several but for letter case", base: users(known), fire: users("mail", ada, "ADA@contoso.com"),
		want: want{severity: finding.Warning, detail: "but for letter case 2 accounts"}},
	{check: "user-unknown", name: "other domain", base: users(known), fire: users("mail", "ada@fabrikam.com"),
		want: want{expected: []string{"ada@fabrikam.com"}, detail: "the same name in another domain"}},
	{check: "user-unknown", name: "longer form of the name", base: users(known), fire: users("mail", "ada.lovelace@contoso.com"),
		want: want{expected: []string{"ada.lovelace@contoso.com"}, actual: ada, detail: "looks like another form of the same name"}},
	{check: "user-unknown", name: "slip", base: users(known), fire: users("mail", "adah@contoso.com"),
		want: want{expected: []string{"adah@contoso.com"}, detail: "the nearest is"}},
	{check: "user-unknown", name: "alias", base: users(known), fire: tokenOf("countess@contoso.com", ada),
		want: want{expected: []string{ada}, detail: `has that value in the column "proxyAddresses" only`}},
	{check: "user-unknown", name: "UPN for mail", base: users(known), fire: tokenOf(adaUPN, ada),
		want: want{expected: []string{ada}, actual: adaUPN, detail: `in the column "userPrincipalName" only`}},
	{check: "user-unknown", name: "UPN, and the list has none", base: users("mail", ada), fire: tokenOf(adaUPN, ada),
		want: want{expected: []string{ada}, detail: "and an account is known by that"}},
	{check: "user-unknown", name: "guest", base: users("mail", ada), fire: tokenOf("ada_contoso.com#EXT#@fabrikam.onmicrosoft.com", "x@example.org"),
		want: want{expected: []string{ada}, detail: "the address of that guest"}},
	{check: "user-unknown", name: "claim beside a NameID that fits", base: users(known), fire: tokenOf(ada, "x@example.org"),
		want: want{severity: finding.Warning, actual: "x@example.org", detail: "the claim"}},
	{check: "user-unknown", name: "claim that the profile requires", base: ofProfile("haloitsm", known), fire: tokenOf(ada, "x@example.org"),
		want: want{actual: "x@example.org", detail: "the claim"}},
	{check: "user-unknown", name: "NameID where the claim decides", base: ofProfile("haloitsm", known), fire: tokenOf("x@example.org", ada),
		want: want{severity: finding.Info, actual: "x@example.org"}},
	{check: "user-unknown", name: "app that makes accounts", base: ofProfile("slack", known), fire: ofProfile("slack", "mail", "linus@example.org"),
		want: want{severity: finding.Warning, detail: "known to create accounts at sign-in"}},
	{check: "user-unknown", name: "claim beside a transient NameID", base: both(ofProfile("haloitsm", known), nameID(func(id *samltest.NameID) {
		id.Value, id.Format = "_7f3a", "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
	})), fire: tokenOf("_7f3a", "x@example.org"), want: want{actual: "x@example.org"}},
	{check: "user-unknown", name: "claim of WS-Federation without NameID", base: both(passive(func(r *samltest.TokenResponse) {
		r.Token = regexp.MustCompile(`<[^<>]*NameIdentifier.*?</[^<>]*NameIdentifier>`).ReplaceAllString(r.Token, "")
	}), users(known)), fire: users("mail", "linus@example.org"), want: want{detail: "the claim"}},
	{check: "user-unknown", name: "WS-Federation", base: both(passive(nil), users(known)), fire: users("mail", "linus@example.org")},
	{check: "user-unknown", name: "encrypted", base: func(s *scene) { sealed(nil)(s); s.expect.Keys = nil; users("mail", "linus@example.org")(s) }, quiet: "not-checked",
		fire: func(s *scene) { s.tamper = nil }},
	{check: "user-unknown", name: "redacted copy", base: both(fixturesRedacted[0].fire, users("mail", "linus@example.org")), quiet: "not-checked",
		fire: func(s *scene) { s.carry = nil }},
	{check: "user-unknown", name: "transient", base: func(s *scene) {
		users("mail", "linus@example.org")(s)
		s.assertion().NameID.Format = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
		s.expect.Claims = nil
	}, quiet: "not-checked", fire: nameID(func(id *samltest.NameID) { id.Format = samltest.FormatEmail })},
}

// An app that refuses the token of a user without account is diagnosed with
// the missing account.
func TestUserUnknownIsTheCause(t *testing.T) {
	s := newScene()
	users("mail", "linus@example.org")(s)
	r := s.report(t)
	if r.Diagnosis == nil || r.Diagnosis.Check != "user-unknown" {
		t.Fatalf("diagnosis %+v, want user-unknown", r.Diagnosis)
	}
	for _, f := range r.Findings {
		if f.Check != "user-unknown" {
			t.Errorf("%s: %s", f.Check, f.Detail)
		}
	}
}

// The report names the nearest account and no other.
func TestUserUnknownKeepsOtherAccounts(t *testing.T) {
	s := newScene()
	users(known, "Mallory,mallory@contoso.com,mallory@contoso.onmicrosoft.com,", "Ada,adah@contoso.com,x@contoso.com,")(s)
	tokenOf("adaa@contoso.com", "adaa@contoso.com")(s)
	found := of(s.report(t), "user-unknown")
	if len(found) != 1 {
		t.Fatalf("%d findings, want 1", len(found))
	}
	text := found[0].Detail + strings.Join(found[0].Expected, " ")
	for _, other := range []string{"mallory", "grace", "Mallory", "Grace"} {
		if strings.Contains(text, other) {
			t.Errorf("%q names %q, who has nothing to do with it", text, other)
		}
	}
}

func BenchmarkUserUnknown(b *testing.B) {
	rows := []string{"mail"}
	for i := range 100_000 {
		rows = append(rows, strings.Repeat("x", i%7)+string(rune('a'+i%26))+"@contoso.com")
	}
	s := newScene()
	users(rows...)(s)
	captures := s.captures(b)
	b.ReportAllocs()
	for b.Loop() {
		Examine(captures, s.expect, s.clock)
	}
}
