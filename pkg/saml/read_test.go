package saml_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ssodoctor/ssodoctor/internal/samltest"
	"github.com/ssodoctor/ssodoctor/pkg/saml"
	"github.com/ssodoctor/ssodoctor/pkg/xmldoc"
)

func parse(t testing.TB, xml string) *xmldoc.Document {
	t.Helper()
	doc, err := xmldoc.Parse([]byte(xml), xmldoc.Limits{})
	if err != nil {
		t.Fatalf("%v\n%.2000s", err, xml)
	}
	return doc
}

func read(t testing.TB, xml string) *saml.Message {
	t.Helper()
	return saml.Read(parse(t, xml))
}

// facts writes a message as lines "name: value", absent values left out: what
// the tables below compare.
type facts struct{ lines []string }

func (f *facts) add(name string, fields ...saml.Field) {
	for _, field := range fields {
		if field.Present() {
			f.lines = append(f.lines, name+": "+field.Value)
		}
	}
}

func (f *facts) nameID(name string, id *saml.NameID) {
	if id != nil {
		f.add(name, id.Field)
		f.add(name+" format", id.Format)
		f.add(name+" qualifiers", id.NameQualifier, id.SPNameQualifier)
	}
}

func factsOf(m *saml.Message) []string {
	f := &facts{lines: []string{m.Type + " " + m.Kind + " " + m.Protocol}}
	f.add("id", m.ID)
	f.add("version", m.Version)
	f.add("issued", m.IssueInstant.Field)
	f.add("destination", m.Destination, m.Recipient)
	f.add("in response to", m.InResponseTo)
	f.nameID("issuer", &m.Issuer)
	if m.Status != nil {
		f.add("status", m.Status.Codes...)
		f.add("status message", m.Status.Message)
		f.add("status detail", m.Status.Detail)
	}
	if m.Logout != nil {
		f.nameID("logout", m.Logout.NameID)
		f.add("session", m.Logout.SessionIndexes...)
		f.add("logout until", m.Logout.NotOnOrAfter.Field)
	}
	if r := m.Request; r != nil {
		f.add("acs", r.AssertionConsumerServiceURL, r.AssertionConsumerServiceIndex, r.ProtocolBinding)
		f.add("policy", r.NameIDFormat, r.AllowCreate)
		f.add("contexts", r.ContextComparison)
		f.add("context", r.ContextClassRefs...)
	}
	if w := m.Token; w != nil {
		f.add("token", w.TokenType, w.AppliesTo, w.Created.Field, w.Expires.Field)
	}
	if w := m.Fault; w != nil {
		f.add("fault", w.Code, w.Subcode, w.Reason, w.Detail)
	}
	for _, a := range m.Assertions {
		f.assertion(a)
	}
	return f.lines
}

func (f *facts) assertion(a *saml.Assertion) {
	if a.Encrypted {
		f.lines = append(f.lines, "encrypted")
		return
	}
	f.add("assertion", a.ID, a.Version, a.IssueInstant.Field, a.Issuer.Field)
	if a.Subject != nil {
		f.nameID("subject", a.Subject.NameID)
		for _, c := range a.Subject.Confirmations {
			f.add("confirmation", c.Method, c.Recipient, c.InResponseTo, c.NotBefore.Field, c.NotOnOrAfter.Field)
		}
	}
	for _, c := range a.Conditions {
		f.add("conditions", c.NotBefore.Field, c.NotOnOrAfter.Field)
		for _, r := range c.Restrictions {
			f.add("audience", r.Audiences...)
		}
	}
	for _, s := range a.Authn {
		f.add("authn", s.AuthnInstant.Field, s.SessionIndex, s.SessionNotOnOrAfter.Field, s.ContextClassRef)
	}
	for _, attribute := range a.Attributes {
		if attribute.Encrypted {
			f.lines = append(f.lines, "encrypted attribute")
		}
		for _, v := range attribute.Values {
			f.lines = append(f.lines, attribute.Name.Value+" = "+v.Value)
		}
	}
}

const (
	success  = samltest.StatusSuccess
	response = `<p:Response xmlns:p="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:a="urn:oasis:names:tc:SAML:2.0:assertion" ID="_r">`
)

// messages is the table of Read: the XML and the facts in it, also the seeds of
// the fuzz target.
var messages = []struct {
	name, xml string
	want      string // one fact a line
}{
	{"Entra", small().XML(), `
		Response Response saml2
		id: _b1a2c3d4-e5f6-4718-89aa-bbccddeeff00
		version: 2.0
		issued: 2026-11-21T10:00:00.000Z
		destination: https://halo.contoso.com/auth/saml
		in response to: id123456789abcdef
		issuer: https://sts.windows.net/3f2c8a14-5b6d-4e7f-8a90-1b2c3d4e5f60/
		status: urn:oasis:names:tc:SAML:2.0:status:Success
		assertion: _5d0c7a3e91f24b6c8d7e0f1a2b3c4d5e
		assertion: 2.0
		assertion: 2026-11-21T10:00:00.000Z
		assertion: https://sts.windows.net/3f2c8a14-5b6d-4e7f-8a90-1b2c3d4e5f60/
		subject: ada@contoso.com
		subject format: urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress
		confirmation: urn:oasis:names:tc:SAML:2.0:cm:bearer
		confirmation: https://halo.contoso.com/auth/saml
		confirmation: id123456789abcdef
		confirmation: 2026-11-21T11:00:00.000Z
		conditions: 2026-11-21T09:55:00.000Z
		conditions: 2026-11-21T11:00:00.000Z
		audience: https://halo.contoso.com
		audience: spn:1
		audience: https://second.contoso.com
		authn: 2026-11-21T09:59:58.000Z
		authn: _5d0c7a3e91f24b6c8d7e0f1a2b3c4d5e
		authn: urn:oasis:names:tc:SAML:2.0:ac:classes:Password
		first_name = Ada
		groups = a
		groups = b`},
	{"refused", samltest.NewErrorResponse("AADSTS75011: no", "urn:oasis:names:tc:SAML:2.0:status:Requester",
		"urn:oasis:names:tc:SAML:2.0:status:NoAuthnContext").XML(), `
		Response Response saml2
		id: _b1a2c3d4-e5f6-4718-89aa-bbccddeeff00
		version: 2.0
		issued: 2026-11-21T10:00:00.000Z
		destination: https://halo.contoso.com/auth/saml
		in response to: id123456789abcdef
		issuer: https://sts.windows.net/3f2c8a14-5b6d-4e7f-8a90-1b2c3d4e5f60/
		status: urn:oasis:names:tc:SAML:2.0:status:Requester
		status: urn:oasis:names:tc:SAML:2.0:status:NoAuthnContext
		status message: AADSTS75011: no`},
	{"AuthnRequest", samltest.NewAuthnRequest().XML(), `
		AuthnRequest AuthnRequest saml2
		id: id123456789abcdef
		version: 2.0
		issued: 2026-11-21T09:59:56.000Z
		destination: https://login.microsoftonline.com/3f2c8a14-5b6d-4e7f-8a90-1b2c3d4e5f60/saml2
		issuer: https://halo.contoso.com
		acs: https://halo.contoso.com/auth/saml
		acs: urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST
		policy: urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress
		policy: true`},
	{"LogoutRequest", samltest.NewLogoutRequest().XML(), `
		LogoutRequest LogoutRequest saml2
		id: id-logout-1
		version: 2.0
		issued: 2026-11-21T10:20:00.000Z
		destination: https://login.microsoftonline.com/3f2c8a14-5b6d-4e7f-8a90-1b2c3d4e5f60/saml2
		issuer: https://halo.contoso.com
		logout: ada@contoso.com
		logout format: urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress
		session: _5d0c7a3e91f24b6c8d7e0f1a2b3c4d5e`},
	{"LogoutResponse", samltest.NewLogoutResponse().XML(), `
		LogoutResponse LogoutResponse saml2
		id: _c2b3a4d5-f6e7-4819-90bb-ccddeeff0011
		version: 2.0
		issued: 2026-11-21T10:20:01.000Z
		destination: https://halo.contoso.com/auth/saml/logout
		in response to: id-logout-1
		issuer: https://sts.windows.net/3f2c8a14-5b6d-4e7f-8a90-1b2c3d4e5f60/
		status: urn:oasis:names:tc:SAML:2.0:status:Success`},
	{"WS-Federation", samltest.NewTokenResponse().XML(), `
		RequestSecurityTokenResponse RequestSecurityTokenResponse wsfed
		token: urn:oasis:names:tc:SAML:1.0:assertion
		token: https://halo.contoso.com
		token: 2026-11-21T10:00:00.000Z
		token: 2026-11-21T11:00:00.000Z
		assertion: _7f6e5d4c-3b2a-4190-8f7e-6d5c4b3a2910
		assertion: 1.1
		assertion: 2026-11-21T10:00:00.000Z
		assertion: https://sts.windows.net/3f2c8a14-5b6d-4e7f-8a90-1b2c3d4e5f60/
		subject: ada@contoso.com
		subject format: urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress
		confirmation: urn:oasis:names:tc:SAML:1.0:cm:bearer
		conditions: 2026-11-21T09:55:00.000Z
		conditions: 2026-11-21T11:00:00.000Z
		audience: https://halo.contoso.com
		authn: 2026-11-21T09:59:58.000Z
		authn: urn:oasis:names:tc:SAML:1.0:am:password
		http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress = ada@contoso.com
		http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname = Ada
		http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname = Lovelace
		http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name = ada@contoso.com`},
	{"collection with an encrypted token", `<w:RequestSecurityTokenResponseCollection xmlns:w="http://docs.oasis-open.org/ws-sx/ws-trust/200512">` +
		`<w:RequestSecurityTokenResponse><w:TokenType>t</w:TokenType><w:RequestedSecurityToken>` +
		`<EncryptedData xmlns="http://www.w3.org/2001/04/xmlenc#"/></w:RequestedSecurityToken></w:RequestSecurityTokenResponse></w:RequestSecurityTokenResponseCollection>`, `
		RequestSecurityTokenResponseCollection RequestSecurityTokenResponseCollection wsfed
		token: t
		encrypted`},
	{"SAML 1.1", `<Response xmlns="urn:oasis:names:tc:SAML:1.0:protocol" xmlns:p="urn:oasis:names:tc:SAML:1.0:protocol" MajorVersion="1" MinorVersion="1" ResponseID="_r" InResponseTo="q" Recipient="https://app">` +
		`<Status><StatusCode Value="p:Success"/></Status><Assertion xmlns="urn:oasis:names:tc:SAML:1.0:assertion" AssertionID="_a" Issuer="idp"/></Response>`, `
		Response Response saml11
		id: _r
		version: 1.1
		destination: https://app
		in response to: q
		status: p:Success
		assertion: _a
		assertion: idp`},
	{"bare assertion", `<Assertion xmlns="urn:oasis:names:tc:SAML:2.0:assertion" ID="_a" Version="2.0"><Issuer>idp</Issuer></Assertion>`, `
		Assertion Assertion saml2
		id: _a
		version: 2.0
		issuer: idp
		assertion: _a
		assertion: 2.0
		assertion: idp`},
	{"encrypted assertion between others", response + `<a:Assertion ID="_1"/><a:EncryptedAssertion/><a:Assertion ID="_2"/></p:Response>`, `
		Response Response saml2
		id: _r
		assertion: _1
		encrypted
		assertion: _2`},
	{"SOAP, artifact", `<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Header/><e:Body><p:ArtifactResponse xmlns:p="urn:oasis:names:tc:SAML:2.0:protocol" ID="_x">` +
		`<Issuer xmlns="urn:oasis:names:tc:SAML:2.0:assertion">idp</Issuer><p:Status/><p:Response ID="_r"><p:Status><p:StatusCode Value="` + success + `"/></p:Status></p:Response></p:ArtifactResponse></e:Body></e:Envelope>`, `
		Envelope Response saml2
		id: _r
		status: urn:oasis:names:tc:SAML:2.0:status:Success`},
	{"artifact that was refused", `<p:ArtifactResponse xmlns:p="urn:oasis:names:tc:SAML:2.0:protocol" ID="_x"><p:Status><p:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Requester"/></p:Status></p:ArtifactResponse>`, `
		ArtifactResponse ArtifactResponse saml2
		id: _x
		status: urn:oasis:names:tc:SAML:2.0:status:Requester`},
	{"SOAP fault", `<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><e:Fault><faultcode>e:Client</faultcode><faultstring>no</faultstring><detail><x>MSIS<y>7007</y></x></detail></e:Fault></e:Body></e:Envelope>`, `
		Envelope Fault 
		fault: e:Client
		fault: no
		fault: MSIS7007`},
	{"SOAP 1.2 fault", `<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"><e:Body><e:Fault><e:Code><e:Value>e:Sender</e:Value><e:Subcode><e:Value>a:FailedAuthentication</e:Value></e:Subcode></e:Code><e:Reason><e:Text>no</e:Text></e:Reason></e:Fault></e:Body></e:Envelope>`, `
		Envelope Fault 
		fault: e:Sender
		fault: a:FailedAuthentication
		fault: no`},
	{"empty SOAP body", `<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"><e:Body/></e:Envelope>`, `
		Envelope Envelope `},
	{"metadata", samltest.NewSPMetadata().XML(), `
		EntityDescriptor EntityDescriptor saml2
		id: _e4d5c6b7-1829-4b3c-8d4e-5f6071829304`},
	{"plain XML", `<html><body/></html>`, `
		html html `},
	{"namespaces that are not SAML's", `<Response xmlns="urn:oasis:names:tc:SAML:2.0:protocol" ID="_r" xmlns:x="x" x:Destination="d"><Issuer>idp</Issuer><Status xmlns="x"/><x:Assertion/></Response>`, `
		Response Response saml2
		id: _r`},
	{"nested assertions", response + `<p:Extensions><a:Assertion ID="_no"/></p:Extensions><a:Assertion ID="_1"><a:Advice><a:Assertion ID="_no"/></a:Advice></a:Assertion></p:Response>`, `
		Response Response saml2
		id: _r
		assertion: _1`},
	{"texts across comments, sections and instructions", response + `<a:Issuer>https://<!-- c -->idp<?p i?>.contoso<![CDATA[.com]]></a:Issuer></p:Response>`, `
		Response Response saml2
		id: _r
		issuer: https://idp.contoso.com`},
	{"first of what may stand once", response + `<a:Issuer>1</a:Issuer><a:Issuer>2</a:Issuer><p:Status><p:StatusMessage>1</p:StatusMessage><p:StatusMessage>2</p:StatusMessage></p:Status><p:Status/></p:Response>`, `
		Response Response saml2
		id: _r
		issuer: 1
		status message: 1`},
	{"requested contexts", `<p:AuthnRequest xmlns:p="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:a="urn:oasis:names:tc:SAML:2.0:assertion" AssertionConsumerServiceIndex="1"><p:RequestedAuthnContext Comparison="exact"><a:AuthnContextClassRef>x</a:AuthnContextClassRef><a:AuthnContextClassRef>y</a:AuthnContextClassRef></p:RequestedAuthnContext></p:AuthnRequest>`, `
		AuthnRequest AuthnRequest saml2
		acs: 1
		contexts: exact
		context: x
		context: y`},
}

// small is a Response with few attributes and several audiences.
func small() *samltest.Response {
	r := samltest.NewResponse()
	a := r.Assertions[0]
	a.Audiences = append(a.Audiences, "spn:1")
	a.MoreAudiences = [][]string{{"https://second.contoso.com"}}
	a.Attributes = []samltest.Attribute{samltest.NewAttribute("first_name", "Ada"), samltest.NewAttribute("groups", "a", "b")}
	return r
}

func TestRead(t *testing.T) {
	for _, test := range messages {
		t.Run(test.name, func(t *testing.T) {
			want := strings.Split(strings.ReplaceAll(strings.TrimPrefix(test.want, "\n"), "\t", ""), "\n")
			if diff := cmp.Diff(want, factsOf(read(t, test.xml))); diff != "" {
				t.Errorf("facts (-want +got):\n%s\n%s", diff, test.xml)
			}
		})
	}
}

// TestPlaces holds fields to the elements and attributes that they came from.
func TestPlaces(t *testing.T) {
	m := read(t, samltest.NewResponse().XML())
	a := m.Assertions[0]
	for path, f := range map[string]saml.Field{
		"/Response@Destination":                     m.Destination,
		"/Response/Issuer":                          m.Issuer.Field,
		"/Response/Status/StatusCode@Value":         m.Status.Codes[0],
		"/Response/Assertion/Subject/NameID@Format": a.Subject.NameID.Format,
		"/Response/Assertion/Subject/SubjectConfirmation/SubjectConfirmationData@Recipient": a.Subject.Confirmations[0].Recipient,
		"/Response/Assertion/Conditions@NotBefore":                                          a.Conditions[0].NotBefore.Field,
		"/Response/Assertion/Conditions/AudienceRestriction/Audience":                       a.Conditions[0].Restrictions[0].Audiences[0],
		"/Response/Assertion/AttributeStatement/Attribute[3]/AttributeValue":                a.Attributes[2].Values[0].Field,
		"/Response/Assertion/AuthnStatement/AuthnContext/AuthnContextClassRef":              a.Authn[0].ContextClassRef,
	} {
		got := m.Doc.Path(f.Element)
		if f.Attr != "" {
			got += "@" + f.Attr
			if span := m.Doc.AttrSpan(f.Element, f.Attr); string(m.Doc.Text[span.Offset:span.End]) != f.Value {
				t.Errorf("%s: the span holds %q", path, m.Doc.Text[span.Offset:span.End])
			}
		}
		if got != path {
			t.Errorf("%q stands at %s, want %s", f.Value, got, path)
		}
	}
}

func TestAttributeValues(t *testing.T) {
	m := read(t, response+`<a:Assertion xmlns:i="http://www.w3.org/2001/XMLSchema-instance"><a:AttributeStatement>`+
		`<a:Attribute Name="n"><a:AttributeValue i:type="xs:string">s</a:AttributeValue>`+
		`<a:AttributeValue i:nil="true"/><a:AttributeValue nil="true" type="no"/>`+
		`<a:AttributeValue><a:NameID Format="f">opaque</a:NameID></a:AttributeValue>`+
		`<a:AttributeValue>text<x>inner</x></a:AttributeValue></a:Attribute>`+
		`<a:EncryptedAttribute/></a:AttributeStatement><a:AttributeStatement/></a:Assertion></p:Response>`)
	a := m.Assertions[0]
	var got []saml.AttributeValue
	for _, v := range a.Attributes[0].Values {
		got = append(got, saml.AttributeValue{Field: saml.Field{Value: v.Value}, Nil: v.Nil, Type: v.Type, Structured: v.Structured})
	}
	value := func(s string) saml.Field { return saml.Field{Value: s} }
	want := []saml.AttributeValue{
		{Field: value("s"), Type: "xs:string"},
		{Nil: true},
		{},
		{Field: value("opaque"), Structured: true},
		{Field: value("text"), Structured: true},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("values (-want +got):\n%s", diff)
	}
	if !a.Attributes[1].Encrypted || len(a.Statements) != 2 {
		t.Errorf("encrypted %v, %d statements", a.Attributes[1].Encrypted, len(a.Statements))
	}
}

func TestConditions(t *testing.T) {
	m := read(t, response+`<a:Assertion><a:Conditions><a:OneTimeUse/><a:ProxyRestriction Count="1"/><a:Condition/><x:Delegate xmlns:x="x"/></a:Conditions><a:Conditions/></a:Assertion></p:Response>`)
	c := m.Assertions[0].Conditions
	if len(c) != 2 || !c[0].OneTimeUse || c[1].OneTimeUse || len(c[0].Unknown) != 2 || c[0].Unknown[1].Tag != "Delegate" {
		t.Errorf("conditions are %+v", c)
	}
}

func TestMoreSubjects(t *testing.T) {
	m := read(t, samltest.NewAssertion11().XML())
	a := m.Assertions[0]
	if a.Subject == nil || len(a.MoreSubjects) != 1 || a.MoreSubjects[0].NameID.Value != samltest.User {
		t.Errorf("subjects are %+v and %+v", a.Subject, a.MoreSubjects)
	}
}

func TestSuccess(t *testing.T) {
	status := func(namespace, code string) *saml.Status {
		return read(t, `<p:Response xmlns:p="`+namespace+`"><p:Status><p:StatusCode Value="`+code+`"/></p:Status></p:Response>`).Status
	}
	const requester = "urn:oasis:names:tc:SAML:2.0:status:Requester"
	for name, test := range map[string]struct {
		status *saml.Status
		want   bool
	}{
		"2.0":         {status(saml.NSProtocol, success), true},
		"1.1":         {status(saml.NSProtocol11, "p:Success"), true},
		"refused":     {status(saml.NSProtocol, requester), false},
		"refused 1.1": {status(saml.NSProtocol11, "p:Requester"), false},
		"no value":    {status(saml.NSProtocol, ""), false},
		"none":        {nil, false},
		"empty":       {&saml.Status{}, false},
		"inner only":  {read(t, samltest.NewErrorResponse("", requester, success).XML()).Status, false},
	} {
		if got := test.status.Success(); got != test.want {
			t.Errorf("%s: Success is %v", name, got)
		}
	}
}

// TestReadAllocations holds the hot path to the memory it was designed for.
func TestReadAllocations(t *testing.T) {
	doc := parse(t, samltest.NewResponse().XML())
	if n := testing.AllocsPerRun(100, func() { saml.Read(doc) }); n > 24 {
		t.Errorf("Read allocates %v times", n)
	}
}
