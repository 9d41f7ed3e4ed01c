package compare_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/ssodoctor/ssodoctor/internal/samltest"
	"github.com/ssodoctor/ssodoctor/pkg/compare"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/trace"
)

func provider(change func(*samltest.IdPMetadata)) string {
	m := samltest.NewIdPMetadata(samltest.RSA().Cert)
	m.NameIDFormats = []string{samltest.FormatEmail}
	if change != nil {
		change(m)
	}
	return m.XML()
}

func app(change func(*samltest.SPMetadata)) string {
	m := samltest.NewSPMetadata()
	if change != nil {
		change(m)
	}
	return m.XML()
}

// federation puts metadata of several entities into one file.
func federation(entities ...string) string {
	return `<EntitiesDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata">` + strings.Join(entities, "") + `</EntitiesDescriptor>`
}

const elsewhere = "https://other.contoso.com"

// TestMessageAgainstMetadata: the sign-in agrees with the metadata of both of
// its sides; each row changes one fact of the metadata, or of the token.
func TestMessageAgainstMetadata(t *testing.T) {
	for _, c := range []struct {
		name     string
		metadata string
		change   func(*samltest.Response)
		want     []string
	}{
		{"of the identity provider", provider(nil), nil, nil},
		{"entity ID", provider(func(m *samltest.IdPMetadata) { m.EntityID += "/" }), nil, []string{"error token differs issuer"}},
		{"certificate", provider(func(m *samltest.IdPMetadata) { m.Certificates = [][]byte{samltest.Other().Cert} }), nil, []string{"error token differs certificate"}},
		{"several certificates", provider(func(m *samltest.IdPMetadata) { m.Certificates = append(m.Certificates, samltest.Other().Cert) }), nil, nil},
		{"format that is not offered", provider(func(m *samltest.IdPMetadata) {
			m.NameIDFormats = []string{"urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"}
		}), nil, []string{"warning token differs NameID format", "warning request differs NameID format"}},
		{"any format is offered", provider(func(m *samltest.IdPMetadata) {
			m.NameIDFormats = []string{"urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified", "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"}
		}), nil, nil},
		{"sign-on URL", provider(func(m *samltest.IdPMetadata) {
			for i := range m.SSO {
				m.SSO[i].Location = elsewhere
			}
		}), nil, []string{"error request differs Destination"}},
		{"requests must be signed", provider(func(m *samltest.IdPMetadata) { m.WantAuthnRequestsSigned = "true" }), nil, []string{"error request added signed"}},

		{"of the app", app(nil), nil, nil},
		{"Identifier", app(func(m *samltest.SPMetadata) { m.EntityID += "/" }), nil, []string{"error token differs audience", "error request differs issuer"}},
		{"Reply URL", app(func(m *samltest.SPMetadata) { m.ACS[0].Location += "/" }), nil, []string{"error token differs Destination", "error token differs Recipient", "error request differs Reply URL"}},
		{"one of several Reply URLs", app(func(m *samltest.SPMetadata) {
			m.ACS = append(m.ACS, samltest.Endpoint{Binding: samltest.BindingPOST, Location: elsewhere, Index: "1"})
		}), nil, nil},
		{"format that the app does not want", app(func(m *samltest.SPMetadata) {
			m.NameIDFormats = []string{"urn:oasis:names:tc:SAML:2.0:nameid-format:transient"}
		}), nil, []string{"warning token differs NameID format"}},
		{"assertion not signed", app(nil), func(r *samltest.Response) { r.Sign(samltest.SignResponse, samltest.RSA()) }, []string{"error token differs signed parts"}},
		{"claim missing", app(nil), assertionOf(func(a *samltest.Assertion) { a.Remove(samltest.ClaimEmail) }), []string{"error token differs required claims"}},
		{"no audience", app(nil), assertionOf(func(a *samltest.Assertion) { a.Audiences = nil }), []string{"error token added audience"}},
		{"audience among others", app(nil), assertionOf(func(a *samltest.Assertion) { a.Audiences = append(a.Audiences, elsewhere) }), nil},
		{"requests promised signed", app(func(m *samltest.SPMetadata) { m.AuthnRequestsSigned = "true" }), nil, []string{"warning request added signed"}},

		{"both in one file, and another", federation(provider(nil), app(nil), provider(func(m *samltest.IdPMetadata) {
			m.ID, m.EntityID, m.Certificates = "_other", elsewhere, [][]byte{samltest.Other().Cert}
		})), nil, nil},
		{"neither in the file", federation(provider(func(m *samltest.IdPMetadata) { m.EntityID = elsewhere }), app(func(m *samltest.SPMetadata) {
			m.EntityID = elsewhere + "/app"
		})), nil, []string{"error token missing entity", "error request missing entity"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			token, metadata := signIn(t, c.change), capture(t, c.metadata)
			there, back := compare.Captures(token, metadata, compare.Options{}), compare.Captures(metadata, token, compare.Options{})
			if got := disagreeing(there); !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
			if there.Summary != back.Summary || there.Summary.Same == 0 && !strings.Contains(c.name, "neither") {
				t.Errorf("summary %+v, and %+v the other way", there.Summary, back.Summary)
			}
			for i, f := range back.Facts {
				if other := there.Facts[i]; !slices.Equal(f.A, other.B) || !slices.Equal(f.B, other.A) {
					t.Errorf("%s is %q and %q, and %q and %q the other way", f.Aspect, other.A, other.B, f.A, f.B)
				}
			}
		})
	}
}

func disagreeing(c *compare.Comparison) (out []string) {
	for _, f := range c.Facts {
		if f.Outcome != compare.Same {
			out = append(out, strings.Join([]string{finding.Severity(f.Severity).String(), f.Of, string(f.Outcome), f.Aspect}, " "))
		}
	}
	return out
}

// TestEncryptedAgainstMetadata: what stays encrypted is not said to be missing.
func TestEncryptedAgainstMetadata(t *testing.T) {
	r := samltest.NewResponse()
	r.Sign(samltest.SignAssertion, samltest.RSA())
	sealed := samltest.EncryptElement(r.XML(), "Assertion", "EncryptedAssertion", samltest.For(samltest.Other()))
	token, err := trace.ReadBytes([]byte(sealed), "sealed.xml", trace.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	for _, metadata := range []string{provider(nil), app(nil)} {
		if got := disagreeing(compare.Captures(token, capture(t, metadata), compare.Options{})); len(got) > 0 {
			t.Errorf("got %q", got)
		}
	}
}
