package saml_test

import (
	"testing"

	"github.com/ssodoctor/ssodoctor/internal/samltest"
	"github.com/ssodoctor/ssodoctor/pkg/saml"
)

// TestReveal reads documents as they are after decryption: the content stands
// in the place of the EncryptedData.
func TestReveal(t *testing.T) {
	const plain = `<a:Assertion ID="_1" Version="2.0"><a:Issuer>idp</a:Issuer><a:Subject><a:EncryptedID><a:NameID>ada</a:NameID></a:EncryptedID></a:Subject>` +
		`<a:AttributeStatement><a:EncryptedAttribute><a:Attribute Name="n"><a:AttributeValue>v</a:AttributeValue></a:Attribute></a:EncryptedAttribute></a:AttributeStatement></a:Assertion>`
	xml := response + `<a:EncryptedAssertion>` + plain + `</a:EncryptedAssertion></p:Response>`
	m := read(t, xml)
	sealed := m.Assertions[0]
	if !sealed.Unread() || sealed.Issuer.Present() || sealed.Subject != nil || !m.Encryption() {
		t.Fatalf("what merely looks decrypted was read: %+v", sealed)
	}
	if len(saml.SchemaOrder(m)) == 0 {
		t.Error("the schema allows an Assertion in an EncryptedAssertion")
	}
	for _, local := range []string{"Assertion", "NameID", "Attribute"} {
		el := m.Root.FindElement("//" + local)
		m.Reveal(el, el.Parent())
	}
	a := m.Assertions[0]
	if !a.Encrypted || a.Unread() || a.ID.Value != "_1" || a.Issuer.Value != "idp" {
		t.Errorf("the assertion is %+v", a)
	}
	if a.Subject.NameID == nil || a.Subject.NameID.Value != "ada" || a.Subject.EncryptedID == nil {
		t.Errorf("the subject is %+v", a.Subject)
	}
	if at := a.Attributes[0]; at.Encrypted || at.Name.Value != "n" || len(at.Values) != 1 || at.Values[0].Value != "v" {
		t.Errorf("the attribute is %+v", at)
	}
	if problems := saml.SchemaOrder(m); len(problems) != 0 {
		t.Errorf("schema problems %+v", problems)
	}
}

func TestRevealElsewhere(t *testing.T) {
	request := samltest.NewLogoutRequest()
	request.NameID = nil
	request.SessionIndexes = nil
	request.After = []string{`<saml:EncryptedID><saml:NameID>ada</saml:NameID></saml:EncryptedID>`}
	m := read(t, request.XML())
	if !m.Encryption() || m.Logout.NameID != nil {
		t.Fatalf("the logout is %+v", m.Logout)
	}
	id := m.Root.FindElement("//NameID")
	m.Reveal(id, id.Parent())
	if m.Logout.NameID == nil || m.Logout.NameID.Value != "ada" {
		t.Errorf("the logout is %+v", m.Logout)
	}

	bare := read(t, `<a:EncryptedAssertion xmlns:a="urn:oasis:names:tc:SAML:2.0:assertion"><a:Assertion ID="_1"><a:Issuer>idp</a:Issuer></a:Assertion></a:EncryptedAssertion>`)
	bare.Reveal(bare.Root.ChildElements()[0], bare.Root)
	if bare.ID.Value != "_1" || bare.Issuer.Value != "idp" || bare.Assertions[0].Unread() {
		t.Errorf("the bare assertion is %+v", bare.Assertions[0])
	}

	token := read(t, samltest.NewTokenResponse().XML())
	assertion := token.Assertions[0].Element
	token.Reveal(assertion, assertion.Parent())
	if a := token.Assertions[0]; !a.Encrypted || a.Unread() || a.ID.Value == "" {
		t.Errorf("the token is %+v", a)
	}
	if read(t, samltest.NewResponse().XML()).Encryption() {
		t.Error("a plain response holds something encrypted")
	}
}
