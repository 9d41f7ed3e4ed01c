package compare_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ssodoctor/ssodoctor/internal/samltest"
	"github.com/ssodoctor/ssodoctor/pkg/compare"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/trace"
	"github.com/ssodoctor/ssodoctor/pkg/xmlenc"
)

func capture(t testing.TB, text string) *trace.Capture {
	t.Helper()
	c, err := trace.ReadBytes([]byte(text), "side", trace.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// signIn is the correct sign-in with one change, signed after that.
func signIn(t testing.TB, change func(*samltest.Response)) *trace.Capture {
	t.Helper()
	r := samltest.NewResponse()
	r.Sign(samltest.SignAssertion, samltest.RSA())
	if change != nil {
		change(r)
	}
	return capture(t, samltest.HAR(samltest.SignIn(samltest.NewAuthnRequest().XML(), r.XML())...))
}

// shown writes a fact that differs as "severity outcome aspect name>renamed".
func shown(f compare.Fact) string {
	parts := []string{finding.Severity(f.Severity).String(), string(f.Outcome), f.Aspect}
	if f.Name != "" {
		parts = append(parts, f.Name)
	}
	out := strings.Join(parts, " ")
	if f.RenamedTo != "" {
		out += ">" + f.RenamedTo
	}
	return out
}

func differing(c *compare.Comparison) (out []string) {
	for _, f := range c.Facts {
		if f.Outcome != compare.Same {
			out = append(out, shown(f))
		}
	}
	return out
}

func assertionOf(change func(*samltest.Assertion)) func(*samltest.Response) {
	return func(r *samltest.Response) { change(r.Assertions[0]) }
}

// changes each change one fact of B; want are all differences.
var changes = []struct {
	name   string
	change func(*samltest.Response)
	want   []string
}{
	{"nothing", nil, nil},
	{"issuer with another slash", func(r *samltest.Response) { r.Issuer = strings.TrimSuffix(r.Issuer, "/") }, []string{"error differs issuer"}},
	{"another product", func(r *samltest.Response) { r.Issuer = "http://fs.contoso.com/adfs/services/trust" }, []string{"warning differs issuer"}},
	{"certificate renewed", func(r *samltest.Response) { r.Sign(samltest.SignAssertion, samltest.Other()) }, []string{"error differs certificate"}},
	{"response signed in its place", func(r *samltest.Response) { r.Sign(samltest.SignResponse, samltest.RSA()) }, []string{"error differs signed parts"}},
	{"both signed", func(r *samltest.Response) { r.Sign(samltest.SignAssertion|samltest.SignResponse, samltest.RSA()) }, []string{"info differs signed parts"}},
	{"changed after signing", func(r *samltest.Response) {
		r.EditSigned(func(xml string) string { return strings.ReplaceAll(xml, ">Lovelace<", ">Byron<") })
	}, []string{
		"error differs signature", "error differs claim " + samltest.ClaimSurname, "error differs claim last_name",
	}},
	{"Destination", func(r *samltest.Response) { r.Destination += "/" }, []string{"error differs Destination"}},
	{"Recipient", assertionOf(func(a *samltest.Assertion) { a.Confirmations[0].Recipient = "https://other.contoso.com/" }), []string{"error differs Recipient"}},
	{"audience", assertionOf(func(a *samltest.Assertion) { a.Audiences = []string{"https://other.contoso.com"} }), []string{"error differs audience"}},
	{"NameID in capitals", assertionOf(func(a *samltest.Assertion) { a.NameID.Value = "ADA@contoso.com" }), []string{"warning differs NameID"}},
	{"another NameID", assertionOf(func(a *samltest.Assertion) { a.NameID.Value = "a.lovelace@contoso.com" }), []string{"error differs NameID"}},
	{"NameID format", assertionOf(func(a *samltest.Assertion) {
		a.NameID.Format = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"
	}), []string{"error differs NameID format"}},
	{"no NameID", assertionOf(func(a *samltest.Assertion) { a.NameID = nil }), []string{"error missing NameID format", "error missing NameID"}},
	{"refused", func(r *samltest.Response) {
		*r = *samltest.NewErrorResponse("no", "urn:oasis:names:tc:SAML:2.0:status:Responder")
	}, nil},
	{"claim renamed", assertionOf(func(a *samltest.Assertion) { a.Attribute(samltest.ClaimEmail).Name = "mail" }), []string{"error renamed claim " + samltest.ClaimEmail + ">mail"}},
	{"claim renamed to what no table knows", assertionOf(func(a *samltest.Assertion) { a.Attribute(samltest.ClaimDisplayName).Name = "whole" }), []string{"error renamed claim " + samltest.ClaimDisplayName + ">whole"}},
	{"claim gone", assertionOf(func(a *samltest.Assertion) { a.Remove("first_name") }), []string{"error missing claim first_name"}},
	{"claim added", assertionOf(func(a *samltest.Assertion) {
		a.Attributes = append(a.Attributes, samltest.NewAttribute("shoesize", "38"))
	}), []string{"info added claim shoesize"}},
	{"claim value", assertionOf(func(a *samltest.Assertion) { a.Attribute("first_name").Values = []string{"Augusta"} }), []string{"error differs claim first_name"}},
	{"claim value in capitals", assertionOf(func(a *samltest.Assertion) { a.Attribute("first_name").Values = []string{"ADA"} }), []string{"warning differs claim first_name"}},
	{"more values", assertionOf(func(a *samltest.Assertion) { a.Attribute("first_name").Values = []string{"Ada", "Augusta"} }), []string{"warning differs claim first_name"}},
	{"empty value", assertionOf(func(a *samltest.Assertion) { a.Attribute("first_name").Values = []string{""} }), []string{"error differs claim first_name"}},
	{"method of sign-in", assertionOf(func(a *samltest.Assertion) { a.Attribute(samltest.ClaimMethods).Values = []string{"x509"} }), []string{"info differs claim " + samltest.ClaimMethods}},
	{"NameFormat", assertionOf(func(a *samltest.Assertion) {
		a.Attribute("first_name").NameFormat = "urn:oasis:names:tc:SAML:2.0:attrname-format:uri"
	}), []string{"warning differs claim NameFormat first_name"}},
	{"started at the identity provider", func(r *samltest.Response) { r.InResponseTo = "" }, []string{"warning missing InResponseTo"}},
	{"shorter validity", assertionOf(func(a *samltest.Assertion) { a.NotOnOrAfter = samltest.At(1e9 * 60) }), []string{"warning differs validity"}},
	{"over when issued", assertionOf(func(a *samltest.Assertion) { a.NotOnOrAfter = samltest.At(-1e9 * 60) }), []string{"error differs validity"}},
}

func TestCaptures(t *testing.T) {
	for _, c := range changes {
		t.Run(c.name, func(t *testing.T) {
			got := differing(compare.Captures(signIn(t, nil), signIn(t, c.change), compare.Options{}))
			if c.name == "refused" {
				if !slices.Contains(got, "error differs status") {
					t.Errorf("got %q, want the status among them", got)
				}
				return
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// TestOtherUser: values of another user are no difference, missing claims are.
func TestOtherUser(t *testing.T) {
	b := signIn(t, assertionOf(func(a *samltest.Assertion) {
		a.NameID.Value = "charles@contoso.com"
		a.Attribute(samltest.ClaimEmail).Values = []string{"charles@contoso.com"}
		a.Remove("first_name")
	}))
	c := compare.Captures(signIn(t, nil), b, compare.Options{OtherUser: true})
	want := []string{"error missing claim first_name", "info differs NameID", "info differs claim " + samltest.ClaimEmail}
	if got := differing(c); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestEncrypted: what is encrypted is compared where a key reads it; where none
// does, nothing is said to be missing.
func TestEncrypted(t *testing.T) {
	r := samltest.NewResponse()
	r.Sign(samltest.SignAssertion, samltest.RSA())
	xml, key := r.XML(), samltest.Other()
	encrypted := func(change func(string) string) *trace.Capture {
		sealed := samltest.EncryptElement(change(xml), "Assertion", "EncryptedAssertion", samltest.For(key))
		return capture(t, samltest.HAR(samltest.SignIn(samltest.NewAuthnRequest().XML(), sealed)...))
	}
	same := encrypted(func(s string) string { return s })
	other := encrypted(func(s string) string { return strings.ReplaceAll(s, "Lovelace", "Byron") })
	private, err := xmlenc.NewKey(key.Key, "app.key")
	if err != nil {
		t.Fatal(err)
	}
	keys := []xmlenc.Key{private}
	for _, c := range []struct {
		name string
		a, b *trace.Capture
		keys []xmlenc.Key
		want []string
	}{
		{"with the key", signIn(t, nil), same, keys, []string{"error added encryption"}},
		{"no longer encrypted, with the key", same, signIn(t, nil), keys, []string{"warning missing encryption"}},
		{"another value inside", same, other, keys, []string{"error differs signature", "info differs claim " + samltest.ClaimDisplayName, "info differs claim " + samltest.ClaimSurname, "info differs claim last_name"}},
		{"without the key", signIn(t, nil), same, nil, []string{"error added encryption"}},
		{"no longer encrypted, without the key", same, signIn(t, nil), nil, []string{"warning missing encryption"}},
	} {
		got := compare.Captures(c.a, c.b, compare.Options{Keys: c.keys, OtherUser: true})
		if !slices.Equal(differing(got), c.want) {
			t.Errorf("%s: got %q, want %q", c.name, differing(got), c.want)
		}
		if unread := got.A.Unread || got.B.Unread; unread == (len(c.keys) > 0) {
			t.Errorf("%s: unread %v", c.name, unread)
		}
	}
}

func TestRequests(t *testing.T) {
	r := samltest.NewAuthnRequest()
	a := capture(t, r.XML())
	r.AssertionConsumerServiceURL += "/"
	b := capture(t, r.XML())
	if got := differing(compare.Captures(a, b, compare.Options{})); !slices.Equal(got, []string{"error differs Reply URL"}) {
		t.Errorf("got %q", got)
	}
}

func TestMetadata(t *testing.T) {
	idp := func(certs ...[]byte) *trace.Capture { return capture(t, samltest.NewIdPMetadata(certs...).XML()) }
	one, other := samltest.RSA().Cert, samltest.Other().Cert
	for _, c := range []struct {
		name string
		a, b *trace.Capture
		want []string
	}{
		{"the same", idp(one), idp(one), nil},
		{"rollover begins", idp(one), idp(one, other), []string{"info differs signing certificate"}},
		{"rollover ends", idp(one, other), idp(other), []string{"warning differs signing certificate"}},
		{"another key", idp(one), idp(other), []string{"error differs signing certificate"}},
	} {
		if got := differing(compare.Captures(c.a, c.b, compare.Options{})); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

// TestNothingInCommon: a logout message and metadata have nothing to compare.
func TestNothingInCommon(t *testing.T) {
	logout, metadata := capture(t, samltest.NewLogoutRequest().XML()), capture(t, samltest.NewSPMetadata().XML())
	if c := compare.Captures(metadata, logout, compare.Options{}); len(c.Facts) > 0 {
		t.Errorf("facts %+v", c.Facts)
	}
}

// TestSymmetry: what is missing one way is added the other way, and what is the
// same stays the same.
func TestSymmetry(t *testing.T) {
	for _, c := range changes {
		a, b := signIn(t, nil), signIn(t, c.change)
		there, back := compare.Captures(a, b, compare.Options{}), compare.Captures(b, a, compare.Options{})
		if there.Summary.Same != back.Summary.Same || len(there.Facts) != len(back.Facts) {
			t.Errorf("%s: %d of %d the same, but %d of %d the other way", c.name, there.Summary.Same, len(there.Facts), back.Summary.Same, len(back.Facts))
		}
	}
}

// TestCorpus compares every real message with its neighbour.
func TestCorpus(t *testing.T) {
	files, _ := filepath.Glob("../../../shared/corpus/messages/*/*")
	if len(files) == 0 {
		t.Skip("no corpus")
	}
	var before *trace.Capture
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			continue
		}
		c, err := trace.ReadBytes(data, filepath.Base(name), trace.Limits{})
		if err != nil || c == nil {
			continue
		}
		if before != nil {
			if _, err := json.Marshal(compare.Captures(before, c, compare.Options{})); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		if own := differing(compare.Captures(c, c, compare.Options{})); len(own) > 0 {
			t.Errorf("%s differs from itself: %q", name, own)
		}
		before = c
	}
}

// FuzzCaptures holds that nothing differs from itself, and that what is the same
// is so both ways.
func FuzzCaptures(f *testing.F) {
	f.Add([]byte(samltest.NewResponse().XML()), []byte(samltest.NewAuthnRequest().XML()))
	f.Add([]byte(samltest.NewSPMetadata().XML()), []byte(samltest.NewAssertion11().XML()))
	f.Fuzz(func(t *testing.T, a, b []byte) {
		left, _ := trace.ReadBytes(a, "a", trace.Limits{})
		right, _ := trace.ReadBytes(b, "b", trace.Limits{})
		if left == nil || right == nil {
			return
		}
		there, back := compare.Captures(left, right, compare.Options{}), compare.Captures(right, left, compare.Options{})
		if _, err := json.Marshal(there); err != nil {
			t.Error(err)
		}
		if there.Summary.Same != back.Summary.Same {
			t.Errorf("%d the same, but %d the other way", there.Summary.Same, back.Summary.Same)
		}
		if own := differing(compare.Captures(left, left, compare.Options{})); len(own) > 0 {
			t.Errorf("a capture differs from itself: %q", own)
		}
	})
}

func BenchmarkCaptures(b *testing.B) {
	x, y := signIn(b, nil), signIn(b, changes[3].change)
	b.ReportAllocs()
	for b.Loop() {
		compare.Captures(x, y, compare.Options{})
	}
}
