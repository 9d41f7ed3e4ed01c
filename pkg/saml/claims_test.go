package saml_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/ssodoctor/ssodoctor/pkg/saml"
)

const (
	email     = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress"
	givenName = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname"
	role      = "http://schemas.microsoft.com/ws/2008/06/identity/claims/role"
	mailOID   = "urn:oid:0.9.2342.19200300.100.1.3"
)

func TestSameClaim(t *testing.T) {
	for _, test := range []struct{ a, b, how string }{
		{email, email, ""},
		{email, email + " ", "white space"},
		{email, "\u200b" + email, "white space"},
		{email, strings.Replace(email, "http:", "https:", 1), "http/https"},
		{email, email + "/", "trailing slash"},
		{email, strings.Replace(email, "emailaddress", "EmailAddress", 1), "letter case"},
		{email, strings.ToUpper(email) + " ", "white space, letter case"},
		{"first_name", "first-name", "punctuation"},
		{"first_name", "FirstName", "letter case, punctuation"},
		{"first_name", "First Name", "white space, letter case, punctuation"},
		{"first_name", "firstname", "punctuation"},
		{"groups", "Groups", "letter case"},

		{email, "emailaddress", "short name of"},
		{email, "EmailAddress", "short name of"},
		{"emailaddress", email, "full name of"},
		{email, "mail", "other name of"},
		{email, mailOID, "OID of"},
		{mailOID, "mail", "FriendlyName of"},
		{mailOID, email, "other name of"},
		{"mail", mailOID, "OID of"},
		{"first_name", givenName, "other name of"},
		{"first_name", "givenName", "other name of"},
		{role, "https://aws.amazon.com/SAML/Attributes/Role", "namespace"},
		{"https://contoso.com/claims/badge", "http://contoso.com/attributes/Badge", "namespace"},
		{"https://contoso.com/claims#badge", "badge", "short name of"},
	} {
		same, how := saml.SameClaim(test.a, test.b)
		if !same || how != test.how {
			t.Errorf("SameClaim(%q, %q) = %v, %q; want %q", test.a, test.b, same, how, test.how)
		}
	}
}

func TestDifferentClaims(t *testing.T) {
	for _, pair := range [][2]string{
		{email, givenName},
		{"first_name", "last_name"},
		{email, ""},
		{"", "/"},
		{"urn:oid:2.5.4.42", "urn:oid:2.5.4.4"},
		{"urn:oid:2.5.4.42", "2.5.4.42"},
		{"name", "displayname"},
		{"https://contoso.com/a", "https://contoso.com/b"},
	} {
		if same, how := saml.SameClaim(pair[0], pair[1]); same {
			t.Errorf("SameClaim(%q, %q) is true, %q", pair[0], pair[1], how)
		}
	}
}

// TestSameClaimLaws: a name is the same as itself, the verdict does not depend
// on the order, and there is a reason exactly where two names differ.
func TestSameClaimLaws(t *testing.T) {
	var known []string
	for _, c := range saml.Claims() {
		known = append(known, c.Names()...)
	}
	name := rapid.OneOf(
		rapid.SampledFrom(known),
		rapid.Map(rapid.SampledFrom(known), strings.ToUpper),
		rapid.Map(rapid.SampledFrom(known), func(s string) string { return s + "/" }),
		rapid.StringMatching(`(https?://[aA]/)?[aAbB_ ./:-]{0,6}`),
		rapid.String(),
	)
	rapid.Check(t, func(t *rapid.T) {
		a, b := name.Draw(t, "a"), name.Draw(t, "b")
		forth, how := saml.SameClaim(a, b)
		back, _ := saml.SameClaim(b, a)
		if forth != back {
			t.Fatalf("%q and %q: %v, the other way %v", a, b, forth, back)
		}
		if (how != "") != (forth && a != b) {
			t.Fatalf("%q and %q: same %v, how %q", a, b, forth, how)
		}
		if same, how := saml.SameClaim(a, a); !same || how != "" {
			t.Fatalf("%q is not the same as itself: %q", a, how)
		}
	})
}

// TestClaimTable: every row explains itself in a line, has a name, and shares
// none with another row.
func TestClaimTable(t *testing.T) {
	row := map[string]string{}
	for _, c := range saml.Claims() {
		line(t, "meaning of "+c.Names()[0], c.Meaning)
		for _, name := range c.Names() {
			found, known := saml.LookupClaim(name)
			if !known || found.Meaning != c.Meaning {
				t.Errorf("LookupClaim(%q) finds %q, want %q", name, found.Meaning, c.Meaning)
			}
			if other, taken := row[name]; taken {
				t.Errorf("%q stands under %q and %q", name, other, c.Meaning)
			}
			row[name] = c.Meaning
		}
		for _, oid := range c.OIDs {
			if !strings.HasPrefix(oid, "urn:oid:") {
				t.Errorf("%q is not an OID", oid)
			}
		}
	}
}

func TestStatusTable(t *testing.T) {
	for i, s := range saml.StatusCodes() {
		for _, name := range []string{s.URI, s.Short, "samlp:" + s.Short, " " + s.URI + "\n"} {
			if got, known := saml.LookupStatus(name); !known || got != s {
				t.Errorf("LookupStatus(%q) = %+v, %v", name, got, known)
			}
		}
		line(t, "meaning of "+s.Short, s.Meaning)
		if i > 0 {
			line(t, "cause of "+s.Short, s.Cause)
			line(t, "next move after "+s.Short, s.Next)
		}
	}
	for _, name := range []string{"", ":", ":Success", "urn:oasis:names:tc:SAML:1.0:status:Success", "http://contoso.com/Success", "success"} {
		if got, known := saml.LookupStatus(name); known {
			t.Errorf("LookupStatus(%q) finds %q", name, got.URI)
		}
	}
}

func TestNameTable(t *testing.T) {
	kinds := map[saml.NameKind]int{}
	for _, kind := range []saml.NameKind{saml.KindNameIDFormat, saml.KindAuthnContext, saml.KindConfirmation, saml.KindBinding,
		saml.KindAttributeFormat, saml.KindNamespace, saml.KindTokenType, saml.KindConsent, saml.KindLogoutReason} {
		for n := range saml.Names(kind) {
			kinds[kind]++
			line(t, "meaning of "+n.URI, n.Meaning)
			if got, known := saml.LookupName(n.URI); !known || got != n {
				t.Errorf("LookupName(%q) = %+v, %v: the URI stands twice", n.URI, got, known)
			}
			if near, found := saml.NearName(n.URI); found {
				t.Errorf("NearName(%q) corrects a right name to %q", n.URI, near.URI)
			}
		}
		if kinds[kind] == 0 {
			t.Errorf("no names of the kind %q", kind)
		}
	}
}

func TestNearName(t *testing.T) {
	const emailAddress = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
	for wrong, want := range map[string]string{
		"urn:oasis:names:tc:SAML:2.0:nameid-format:emailAddress":  emailAddress,
		"urn:oasis:names:tc:SAML:1.1:nameid-format:emailaddress":  emailAddress,
		"urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress ": emailAddress,
		// As it stands in AD FS rules that were copied from the web.
		"urn:oasis:names:tc:SAML1.1:nameid format:unspecified": "",
		"urn:oasis:names:tc:SAML:1.1:nameid-format:persistent": "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent",
		"https://schemas.microsoft.com/claims/multipleauthn":   "http://schemas.microsoft.com/claims/multipleauthn",
		"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Post":       "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST",
		"urn:oasis:names:tc:SAML:2.0:ac:classes:MultiFactor":   "",
		"": "",
	} {
		got, found := saml.NearName(wrong)
		if got.URI != want || found != (want != "") {
			t.Errorf("NearName(%q) = %q, want %q", wrong, got.URI, want)
		}
	}
}

// line holds an explanation to one line that reads on after a colon.
func line(t *testing.T, what, text string) {
	t.Helper()
	if text == "" || strings.ContainsAny(text, "\n\r") || strings.HasSuffix(text, ".") || utf8.RuneCountInString(text) > 160 {
		t.Errorf("%s is not one line: %q", what, text)
	}
}
