package saml_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ssodoctor/ssodoctor/internal/samltest"
	"github.com/ssodoctor/ssodoctor/pkg/saml"
)

// broken is the table of SchemaOrder and WrongNamespaces, also seeds of the
// fuzz target. Problems are written as "kind path" or "kind path (other)".
var broken = []struct {
	name, xml string
	want      []string
}{
	{"right order", samltest.NewResponse().XML(), nil},
	{"Issuer after Status", response + `<p:Status/><a:Issuer/></p:Response>`,
		[]string{"late /Response/Issuer (Status)"}},
	{"Signature at the end", response + `<a:Issuer/><p:Status/><a:Assertion><a:Issuer/><a:Subject/><d:Signature xmlns:d="http://www.w3.org/2000/09/xmldsig#"/></a:Assertion></p:Response>`,
		[]string{"late /Response/Assertion/Signature (Subject)"}},
	{"statement before Conditions", response + `<a:Assertion><a:AttributeStatement/><a:Conditions/><a:AuthnStatement/></a:Assertion></p:Response>`,
		[]string{"late /Response/Assertion/Conditions (AttributeStatement)"}},
	{"confirmation before NameID", `<a:Assertion xmlns:a="urn:oasis:names:tc:SAML:2.0:assertion"><a:Subject><a:SubjectConfirmation/><a:NameID/></a:Subject></a:Assertion>`,
		[]string{"late /Assertion/Subject/NameID (SubjectConfirmation)"}},
	{"two of one", response + `<p:Status/><p:Status/><a:Assertion><a:Issuer/><a:Issuer/><a:Subject><a:NameID/><a:EncryptedID/></a:Subject></a:Assertion></p:Response>`,
		[]string{"repeated /Response/Status[2] (Status)", "repeated /Response/Assertion/Issuer[2] (Issuer)", "repeated /Response/Assertion/Subject/EncryptedID (NameID)"}},
	{"many of many", response + `<a:Assertion/><a:EncryptedAssertion/><a:Assertion><a:AttributeStatement/><a:AuthnStatement/><a:AttributeStatement/></a:Assertion></p:Response>`, nil},
	{"child of nobody", response + `<p:NameIDPolicy/><x/><a:Assertion><x/></a:Assertion></p:Response>`,
		[]string{"unexpected /Response/NameIDPolicy", "unexpected /Response/x"}},
	{"own conditions", response + `<a:Assertion><a:Conditions><x:Delegate xmlns:x="x"/></a:Conditions></a:Assertion></p:Response>`, nil},
	{"anything in extensions, advice and values", response + `<p:Extensions><a:Issuer/><a:Assertion><a:Conditions/><a:Issuer/></a:Assertion></p:Extensions><a:Assertion><a:Advice><a:Subject/></a:Advice>` +
		`<a:AttributeStatement><a:Attribute><a:AttributeValue><a:Issuer/></a:AttributeValue></a:Attribute></a:AttributeStatement></a:Assertion></p:Response>`, nil},
	{"SAML 1.1 signature first", `<Assertion xmlns="urn:oasis:names:tc:SAML:1.0:assertion"><d:Signature xmlns:d="http://www.w3.org/2000/09/xmldsig#"/><Conditions/></Assertion>`,
		[]string{"late /Assertion/Conditions (Signature)"}},
	{"assertion in a token response", `<t:RequestSecurityTokenResponse xmlns:t="http://schemas.xmlsoap.org/ws/2005/02/trust"><t:RequestedSecurityToken><a:Assertion xmlns:a="urn:oasis:names:tc:SAML:2.0:assertion"><a:Subject/><a:Issuer/></a:Assertion></t:RequestedSecurityToken></t:RequestSecurityTokenResponse>`,
		[]string{"late /RequestSecurityTokenResponse/RequestedSecurityToken/Assertion/Issuer (Subject)"}},
	{"metadata", `<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata"><SPSSODescriptor><AssertionConsumerService/><KeyDescriptor/></SPSSODescriptor><Organization/><IDPSSODescriptor/></EntityDescriptor>`,
		[]string{"late /EntityDescriptor/SPSSODescriptor/KeyDescriptor (AssertionConsumerService)", "late /EntityDescriptor/IDPSSODescriptor (Organization)"}},

	{"assertion in the namespace of the protocol", `<Response xmlns="urn:oasis:names:tc:SAML:2.0:protocol"><Issuer/><Status/><Assertion><Issuer/></Assertion></Response>`,
		[]string{"protocol for assertion: /Response/Issuer", "protocol for assertion: /Response/Assertion"}},
	{"namespace lost", response + `<a:Assertion><Subject><NameID/></Subject></a:Assertion></p:Response>`,
		[]string{"no namespace for assertion: /Response/Assertion/Subject"}},
	{"unknown namespace of the root", `<Response xmlns="urn:oasis:names:tc:SAML:2.0:protocol/"><Status/></Response>`,
		[]string{"urn:oasis:names:tc:SAML:2.0:protocol/ for protocol: /Response"}},
	{"a root of another world", `<feed xmlns="http://www.w3.org/2005/Atom"><Issuer/></feed>`, nil},
	{"SOAP fault", `<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><e:Fault/></e:Body></e:Envelope>`, nil},
}

func schemaProblems(m *saml.Message) []string {
	var list []string
	kinds := map[saml.OrderKind]string{saml.TooLate: "late", saml.Repeated: "repeated", saml.Unexpected: "unexpected"}
	for _, p := range saml.SchemaOrder(m) {
		text := kinds[p.Kind] + " " + m.Doc.Path(p.Element)
		if p.Other != nil {
			text += " (" + p.Other.Tag + ")"
		}
		list = append(list, text)
	}
	short := strings.NewReplacer("urn:oasis:names:tc:SAML:2.0:protocol/", "urn:oasis:names:tc:SAML:2.0:protocol/",
		saml.NSProtocol, "protocol", saml.NSAssertion, "assertion")
	for _, w := range saml.WrongNamespaces(m) {
		actual := short.Replace(w.Actual)
		if actual == "" {
			actual = "no namespace"
		}
		list = append(list, fmt.Sprintf("%s for %s: %s", actual, short.Replace(w.Expected), m.Doc.Path(w.Element)))
	}
	return list
}

func TestSchema(t *testing.T) {
	for _, test := range broken {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, schemaProblems(read(t, test.xml))); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}

func TestInterruptedValues(t *testing.T) {
	const nameID, end = response + `<a:Assertion><a:Subject><a:NameID>`, `</a:NameID></a:Subject></a:Assertion></p:Response>`
	for _, test := range []struct{ xml, whole, before, after string }{
		{nameID + `ada@contoso.com<!---->.evil.com` + end, "ada@contoso.com.evil.com", "ada@contoso.com", ".evil.com"},
		{nameID + `ada<?x?>@contoso<!--y-->.com` + end, "ada@contoso.com", "ada", ".com"},
		{nameID + `<!--x-->ada` + end, "ada", "", "ada"},
		{nameID + `a<![CDATA[d]]>a<!--x-->` + end, "ada", "ada", ""},
		{response + `<a:Issuer>i<!---->dp</a:Issuer></p:Response>`, "idp", "i", "dp"},
		{response + `<a:Assertion><a:Issuer>i<!---->dp</a:Issuer></a:Assertion></p:Response>`, "idp", "i", "dp"},
		{response + `<a:Assertion><a:Conditions><a:AudienceRestriction><a:Audience>s<!---->p</a:Audience></a:AudienceRestriction></a:Conditions></a:Assertion></p:Response>`, "sp", "s", "p"},
		{response + `<a:Assertion><a:AttributeStatement><a:Attribute><a:AttributeValue>u<!---->1</a:AttributeValue></a:Attribute></a:AttributeStatement></a:Assertion></p:Response>`, "u1", "u", "1"},
		{response + `<a:Assertion><a:AttributeStatement><a:Attribute><a:AttributeValue><a:NameID>u<!---->1</a:NameID></a:AttributeValue></a:Attribute></a:AttributeStatement></a:Assertion></p:Response>`, "u1", "u", "1"},
		{`<a:Assertion xmlns:a="urn:oasis:names:tc:SAML:2.0:assertion"><a:Issuer>i<!---->dp</a:Issuer></a:Assertion>`, "idp", "i", "dp"},
		{`<p:LogoutRequest xmlns:p="urn:oasis:names:tc:SAML:2.0:protocol"><p:SessionIndex>1<!---->2</p:SessionIndex></p:LogoutRequest>`, "12", "1", "2"},
		{`<Assertion xmlns="urn:oasis:names:tc:SAML:1.0:assertion"><AttributeStatement/><AttributeStatement><Subject><NameIdentifier>a<!---->da</NameIdentifier></Subject></AttributeStatement></Assertion>`, "ada", "a", "da"},
	} {
		got := saml.InterruptedValues(read(t, test.xml))
		if len(got) != 1 {
			t.Errorf("%d interrupted values in %s", len(got), test.xml)
			continue
		}
		if g := got[0]; g.Value != test.whole || g.Before != test.before || g.After != test.after {
			t.Errorf("%q: before %q, after %q; want %q, %q, %q", g.Value, g.Before, g.After, test.whole, test.before, test.after)
		}
	}
	for _, xml := range []string{
		samltest.NewResponse().XML(),
		nameID + "a<![CDATA[d]]>a" + end,
		response + `<!-- between --><a:Issuer/><a:Assertion><!-- elements --></a:Assertion></p:Response>`,
	} {
		if got := saml.InterruptedValues(read(t, xml)); got != nil {
			t.Errorf("%+v is said to be interrupted in %s", got, xml)
		}
	}
}
