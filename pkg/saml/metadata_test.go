package saml_test

import (
	"encoding/base64"
	"slices"
	"strings"
	"testing"

	"github.com/ssodoctor/ssodoctor/internal/samltest"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/saml"
	"github.com/ssodoctor/ssodoctor/pkg/xmldoc"
)

func TestReadMetadata(t *testing.T) {
	first, second := samltest.RSA().Cert, samltest.Other().Cert
	m := saml.ReadMetadata(parse(t, samltest.NewIdPMetadata(first, second).XML()))[0]
	switch {
	case m.EntityID.Value != samltest.Issuer || m.SP != nil || len(m.Roles) != 1 || m.Federation != nil:
		t.Errorf("entity is %+v", m)
	case len(m.IdP.SingleSignOn) != 2 || m.IdP.SingleSignOn[1].Binding.Value != samltest.BindingPOST || m.IdP.SingleSignOn[0].Location.Value != samltest.SSOURL:
		t.Errorf("single sign-on is %+v", m.IdP.SingleSignOn)
	case len(m.IdP.SingleLogout) != 1 || m.IdP.Protocols.Value != saml.NSProtocol:
		t.Errorf("role is %+v", m.IdP)
	}
	certificates := m.IdP.SigningCertificates()
	if len(certificates) != 2 || !slices.Equal(certificates[0].Raw, first) || !slices.Equal(certificates[1].Raw, second) {
		t.Errorf("certificates are %v", certificates)
	}

	sp := saml.ReadMetadata(parse(t, samltest.NewSPMetadata(first).XML()))[0].SP
	switch {
	case sp == nil || sp.WantAssertionsSigned.Value != "true" || sp.AuthnRequestsSigned.Value != "false":
		t.Errorf("role is %+v", sp)
	case len(sp.AssertionConsumers) != 1 || sp.AssertionConsumers[0].Location.Value != samltest.ACS || sp.AssertionConsumers[0].Index.Value != "0" || sp.AssertionConsumers[0].IsDefault.Value != "true":
		t.Errorf("consumers are %+v", sp.AssertionConsumers)
	case len(sp.NameIDFormats) != 1 || sp.NameIDFormats[0].Value != samltest.FormatEmail:
		t.Errorf("formats are %+v", sp.NameIDFormats)
	case len(sp.RequestedAttributes) != 3 || !sp.RequestedAttributes[0].Required || sp.RequestedAttributes[1].Required:
		t.Errorf("attributes are %+v", sp.RequestedAttributes)
	case len(sp.SigningCertificates()) != 1 || sp.Keys[0].Use.Present():
		t.Errorf("keys are %+v", sp.Keys)
	}
}

// TestNestedEntities: any depth, in order, and the validity of what is around.
func TestNestedEntities(t *testing.T) {
	list := saml.ReadMetadata(parse(t, `<EntitiesDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" validUntil="2027-01-01T00:00:00Z" cacheDuration="PT1H">
		<EntityDescriptor entityID="1"/>
		<EntitiesDescriptor validUntil="2028-01-01T00:00:00Z">
			<EntityDescriptor entityID="2" cacheDuration="PT2H"/>
			<EntitiesDescriptor><EntityDescriptor entityID="3" validUntil="nonsense"/></EntitiesDescriptor>
		</EntitiesDescriptor>
		<EntityDescriptor xmlns="" entityID="no"/>
		<EntityDescriptor entityID="4"/>
	</EntitiesDescriptor>`))
	var got []string
	for _, m := range list {
		got = append(got, m.EntityID.Value+" "+m.ValidUntil.Value+" "+m.CacheDuration.Value)
	}
	want := []string{"1 2027-01-01T00:00:00Z PT1H", "2 2028-01-01T00:00:00Z PT2H", "3 nonsense PT1H", "4 2027-01-01T00:00:00Z PT1H"}
	if !slices.Equal(got, want) {
		t.Errorf("entities are %q, want %q", got, want)
	}
	if got := saml.ReadMetadata(parse(t, samltest.NewResponse().XML())); got != nil {
		t.Errorf("a Response holds metadata: %v", got)
	}
}

// TestFederationRoles reads the RoleDescriptors that Entra ID publishes beside
// the SAML role.
func TestFederationRoles(t *testing.T) {
	certificate := base64.StdEncoding.EncodeToString(samltest.RSA().Cert)
	m := saml.ReadMetadata(parse(t, `<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="`+samltest.Issuer+`" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
		<RoleDescriptor xsi:type="fed:SecurityTokenServiceType" xmlns:fed="http://docs.oasis-open.org/wsfed/federation/200706" protocolSupportEnumeration="http://docs.oasis-open.org/wsfed/federation/200706">
			<KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data><X509Certificate>`+certificate+`</X509Certificate></X509Data></KeyInfo></KeyDescriptor>
			<fed:PassiveRequestorEndpoint><EndpointReference xmlns="http://www.w3.org/2005/08/addressing"><Address>https://login.microsoftonline.com/t/wsfed</Address></EndpointReference></fed:PassiveRequestorEndpoint>
		</RoleDescriptor>
		<RoleDescriptor xsi:type="other:SecurityTokenServiceType" xmlns:other="urn:other"/>
		<RoleDescriptor/>
		<AttributeAuthorityDescriptor/>
		<Organization/>
	</EntityDescriptor>`))[0]
	if len(m.Roles) != 4 || len(m.Federation) != 1 {
		t.Fatalf("%d roles, %d of WS-Federation", len(m.Roles), len(m.Federation))
	}
	f := m.Federation[0]
	if f.Type != "SecurityTokenServiceType" || len(f.SigningCertificates()) != 1 || len(f.Passive) != 1 || !strings.HasSuffix(f.Passive[0].Value, "/wsfed") {
		t.Errorf("role is %+v", f)
	}
}

// TestCertificatesInMetadata: what people paste between the tags.
func TestCertificatesInMetadata(t *testing.T) {
	der := samltest.RSA().Cert
	b64 := base64.StdEncoding.EncodeToString(der)
	key := "MC4CAQAwBQYDK2VwBCIEIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f" // Ed25519, TEST ONLY
	for _, test := range []struct {
		name, text           string
		readable, unreadable int
		problem              string
	}{
		{"wrapped and indented", "\n    " + b64[:64] + "\n    " + b64[64:] + "\n  ", 1, 0, ""},
		{"PEM", "-----BEGIN CERTIFICATE-----\n" + b64 + "\n-----END CERTIFICATE-----", 1, 0, ""},
		{"without padding", strings.TrimRight(b64, "="), 1, 0, ""},
		{"private key beside it", "-----BEGIN CERTIFICATE-----\n" + b64 + "\n-----END CERTIFICATE-----\n-----BEGIN PRIVATE KEY-----\n" + key + "\n-----END PRIVATE KEY-----", 1, 0, "certificate-private-key-exposed"},
		{"cut off", b64[:400], 0, 1, ""},
		{"a word", "certificate", 0, 1, ""},
		{"nothing", "", 0, 1, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			xml := strings.Replace(samltest.NewIdPMetadata([]byte{1}).XML(), ">AQ==<", ">"+test.text+"<", 1)
			k := saml.ReadMetadata(parse(t, xml))[0].IdP.Keys[0]
			if len(k.Certificates) != test.readable || len(k.Unreadable) != test.unreadable {
				t.Fatalf("%d certificates, %d unreadable: %+v", len(k.Certificates), len(k.Unreadable), k.Unreadable)
			}
			if test.readable > 0 && !slices.Equal(k.Certificates[0].Raw, der) {
				t.Error("it is another certificate")
			}
			named := func(p finding.Problem) bool { return p.Check == test.problem }
			if test.problem != "" && !slices.ContainsFunc(k.Problems, named) {
				t.Errorf("problems are %+v, want %s", k.Problems, test.problem)
			}
		})
	}
}

func TestSigningCertificates(t *testing.T) {
	m := samltest.NewIdPMetadata(samltest.RSA().Cert, samltest.Other().Cert, samltest.ECDSA().Cert)
	m.Edit(func(xml string) string {
		xml = strings.Replace(xml, `use="signing"`, `use="encryption"`, 1)
		return strings.Replace(xml, `<KeyDescriptor use="signing"`, `<KeyDescriptor`, 1)
	})
	got := saml.ReadMetadata(parse(t, m.XML()))[0].IdP.SigningCertificates()
	if len(got) != 2 || !slices.Equal(got[0].Raw, samltest.Other().Cert) {
		t.Errorf("%d certificates, want the second and the third", len(got))
	}
}

// TestEntities: what is too large is named and not read, and who stops gets no
// more.
func TestEntities(t *testing.T) {
	doc, err := xmldoc.Parse([]byte(`<EntitiesDescriptor xmlns="`+saml.NSMetadata+`"><EntityDescriptor entityID="a"><SPSSODescriptor/></EntityDescriptor>`+
		`<EntitiesDescriptor><EntityDescriptor entityID="b"><SPSSODescriptor><Extensions/></SPSSODescriptor></EntityDescriptor></EntitiesDescriptor><EntityDescriptor entityID="c"/></EntitiesDescriptor>`), xmldoc.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	for limit, want := range []string{"a b c ", "a b! c ", "a b c "} {
		got := ""
		for m := range saml.Entities(doc, limit) {
			got += m.EntityID.Value
			if m.Oversized {
				got += "!"
			}
			if m.Oversized == (m.SP != nil) && m.EntityID.Value != "c" {
				t.Errorf("limit %d: %s: oversized %v, role %v", limit, m.EntityID.Value, m.Oversized, m.SP)
			}
			got += " "
		}
		if got != want {
			t.Errorf("limit %d: %q, want %q", limit, got, want)
		}
	}
	for m := range saml.Entities(doc, 0) {
		if m.EntityID.Value == "b" {
			break
		}
	}
}
