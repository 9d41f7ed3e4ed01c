package samltest_test

import (
	"strings"
	"testing"

	"github.com/ssodoctor/ssodoctor/internal/samltest"
	"github.com/ssodoctor/ssodoctor/pkg/saml"
	"github.com/ssodoctor/ssodoctor/pkg/xmldoc"
)

func read(t *testing.T, xml string) *saml.Message {
	t.Helper()
	doc, err := xmldoc.Parse([]byte(xml), xmldoc.Limits{})
	if err != nil {
		t.Fatalf("%v\n%s", err, xml)
	}
	return saml.Read(doc)
}

// TestSound holds every builder to the schema: what tests start from must have
// nothing wrong with it.
func TestSound(t *testing.T) {
	for name, xml := range map[string]string{
		"Response":                     samltest.NewResponse().XML(),
		"Response refusing":            samltest.NewErrorResponse("AADSTS75011", "urn:oasis:names:tc:SAML:2.0:status:Requester", "urn:oasis:names:tc:SAML:2.0:status:NoAuthnContext").XML(),
		"Assertion":                    samltest.NewAssertion().XML(),
		"Assertion 1.1":                samltest.NewAssertion11().XML(),
		"AuthnRequest":                 samltest.NewAuthnRequest().XML(),
		"LogoutRequest":                samltest.NewLogoutRequest().XML(),
		"LogoutResponse":               samltest.NewLogoutResponse().XML(),
		"RequestSecurityTokenResponse": samltest.NewTokenResponse().XML(),
		"EntityDescriptor":             samltest.NewIdPMetadata([]byte{1}).XML(),
		"EntityDescriptor SP":          samltest.NewSPMetadata([]byte{1}).XML(),
	} {
		t.Run(name, func(t *testing.T) {
			m := read(t, xml)
			if m.Type != strings.Fields(name)[0] || m.Protocol == "" {
				t.Errorf("type %q, protocol %q", m.Type, m.Protocol)
			}
			if p := saml.SchemaOrder(m); p != nil {
				t.Errorf("schema: %s %+v\n%s", p[0].Element.Tag, p, xml)
			}
			if w := saml.WrongNamespaces(m); w != nil {
				t.Errorf("namespaces: %s %+v", w[0].Element.Tag, w)
			}
		})
	}
}

// TestAbsentAndEmpty holds the two meanings of an empty field apart.
func TestAbsentAndEmpty(t *testing.T) {
	r := samltest.NewResponse()
	r.Destination, r.InResponseTo, r.Issuer = "", samltest.Empty, samltest.Empty
	a := r.Assertions[0]
	a.NameID, a.Confirmations = &samltest.NameID{Value: samltest.Empty}, nil
	a.Audiences, a.NotBefore, a.NotOnOrAfter = nil, "", ""
	m := read(t, r.XML())
	got := m.Assertions[0]
	switch {
	case m.Destination.Present():
		t.Error("Destination is there")
	case !m.InResponseTo.Present() || m.InResponseTo.Value != "":
		t.Errorf("InResponseTo is %+v", m.InResponseTo)
	case !m.Issuer.Present() || m.Issuer.Value != "":
		t.Errorf("Issuer is %+v", m.Issuer)
	case got.Subject == nil || got.Subject.NameID == nil || got.Subject.NameID.Value != "":
		t.Errorf("Subject is %+v", got.Subject)
	case got.Conditions != nil:
		t.Errorf("Conditions are %+v", got.Conditions)
	}
	a.NameID = nil
	if got := read(t, r.XML()).Assertions[0]; got.Subject != nil {
		t.Errorf("Subject is %+v", got.Subject)
	}
}

// TestHostileValues holds that no value escapes its place.
func TestHostileValues(t *testing.T) {
	const value = "a\"b<c>&d'\t\r\n]]>é𝄞"
	r := samltest.NewResponse()
	r.Destination = value
	r.Assertions[0].NameID.Value = value
	r.Assertions[0].Attribute(samltest.ClaimEmail).Values = []string{value, samltest.Empty}
	m := read(t, r.XML())
	for what, got := range map[string]string{
		"Destination": m.Destination.Value,
		"NameID":      m.Assertions[0].Subject.NameID.Value,
		"email":       m.Assertions[0].Attributes[7].Values[0].Value,
	} {
		if got != value {
			t.Errorf("%s is %q, want %q", what, got, value)
		}
	}
}
