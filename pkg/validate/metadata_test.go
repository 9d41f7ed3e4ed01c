package validate

import (
	"strings"
	"time"

	"github.com/ssodoctor/ssodoctor/internal/samltest"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/saml"
)

const (
	idpFile = "idp/federationmetadata.xml"
	spFile  = "app/metadata.xml"
)

// idpMetadata writes the metadata of the identity provider anew, changed.
func idpMetadata(change func(*samltest.IdPMetadata)) func(repository) {
	return func(r repository) {
		m := samltest.NewIdPMetadata(samltest.RSA().Cert)
		change(m)
		r[idpFile] = m.XML()
	}
}

// spMetadata writes the metadata of the app anew, changed.
func spMetadata(change func(*samltest.SPMetadata)) func(repository) {
	return func(r repository) {
		m := samltest.NewSPMetadata()
		change(m)
		r[spFile] = m.XML()
	}
}

// inFile replaces a text of a file.
func inFile(file, old, new string) func(repository) {
	return func(r repository) { r.edit(file, old, new) }
}

// cie is metadata of an app that is made for CIE and keeps its rules.
func cie(r repository) {
	m := samltest.NewSPMetadata(samltest.RSA().Cert)
	m.AuthnRequestsSigned, m.NameIDFormats, m.Requested = "true", []string{"urn:oasis:names:tc:SAML:2.0:nameid-format:transient"}, nil
	m.After = []string{`<AttributeConsumingService index="0"><ServiceName xml:lang="it">urn:uuid:86eabbc2-6023-4f8d-a7dc-22401f5ac4fe</ServiceName><RequestedAttribute Name="fiscalNumber"/></AttributeConsumingService>`}
	m.Edit(func(xml string) string {
		xml = strings.Replace(xml, "<KeyDescriptor>", `<KeyDescriptor use="signing">`, 1)
		xml = strings.Replace(xml, "<EntityDescriptor ", `<EntityDescriptor xmlns:cie="`+nsCIE+`" `, 1)
		return strings.Replace(xml, "</EntityDescriptor>", cieParties+"</EntityDescriptor>", 1)
	})
	r["cie.xml"] = strings.ReplaceAll(m.Sign(samltest.RSA()).XML(), samltest.EntityID, "https://servizi.comune.example")
}

const cieParties = `<Organization><OrganizationName xml:lang="it">Comune</OrganizationName><OrganizationDisplayName xml:lang="it">Comune</OrganizationDisplayName><OrganizationURL xml:lang="it">https://comune.example</OrganizationURL></Organization>` +
	`<ContactPerson contactType="administrative"><Extensions><cie:Public/><cie:IPACode>c_h501</cie:IPACode><cie:Municipality>H501</cie:Municipality><cie:Country>IT</cie:Country></Extensions>` +
	`<Company>Comune</Company><EmailAddress>info@comune.example</EmailAddress></ContactPerson>`

// holderOfKey gives the identity provider an endpoint for sign-ins with a client
// certificate.
func holderOfKey(binding, protocol string) func(repository) {
	const plain = `Location="https://login.contoso.com/hok"`
	add := idpMetadata(func(m *samltest.IdPMetadata) {
		m.SSO = append(m.SSO, samltest.Endpoint{Binding: binding, Location: "https://login.contoso.com/hok"})
	})
	return func(r repository) {
		add(r)
		r.edit(idpFile, plain, plain+` xmlns:hoksso="`+saml.NSHolderOfKey+`" hoksso:ProtocolBinding="`+protocol+`"`)
	}
}

// extensions puts elements into Extensions of the app.
func extensions(inner string) func(repository) {
	return spMetadata(func(m *samltest.SPMetadata) { m.Before = []string{"<Extensions>" + inner + "</Extensions>"} })
}

var fixturesMetadata = []lintFixture{
	{check: "metadata-expired", name: "yesterday", input: idpFile,
		fire: idpMetadata(func(m *samltest.IdPMetadata) { m.ValidUntil = samltest.Time.AddDate(0, 0, -1).Format(time.RFC3339) }),
		want: want{detail: "was valid until"}},
	{check: "metadata-expired", name: "no time", fire: idpMetadata(func(m *samltest.IdPMetadata) { m.ValidUntil = "next week" }),
		want: want{severity: finding.Warning, actual: "next week"}},
	{check: "metadata-expired", name: "no duration", fire: inFile(idpFile, "<EntityDescriptor ", `<EntityDescriptor cacheDuration="1 day" `),
		base: inFile(idpFile, "<EntityDescriptor ", `<EntityDescriptor xml:lang="en" `), want: want{severity: finding.Warning, actual: "1 day"}},
	{check: "metadata-entity-id-invalid", name: "none", fire: idpMetadata(func(m *samltest.IdPMetadata) { m.EntityID = "" }), want: want{detail: "no entityID"}},
	{check: "metadata-entity-id-invalid", name: "a blank at the end", fire: spMetadata(func(m *samltest.SPMetadata) { m.EntityID += " " }),
		input: spFile, line: 1, want: want{expected: []string{samltest.EntityID}, difference: "white space"}},
	{check: "metadata-entity-id-invalid", name: "empty", fire: idpMetadata(func(m *samltest.IdPMetadata) { m.EntityID = samltest.Empty }), want: want{detail: "the entityID is empty"}},
	{check: "metadata-entity-id-invalid", name: "a blank inside", fire: spMetadata(func(m *samltest.SPMetadata) { m.EntityID = "https://halo contoso.com" }), want: want{detail: "holds white space"}},
	{check: "metadata-entity-id-invalid", name: "a template", fire: idpMetadata(func(m *samltest.IdPMetadata) { m.EntityID = "https://sts.windows.net/{tenantid}/" }),
		want: want{detail: "placeholder"}},
	{check: "metadata-entity-id-invalid", name: "too long", fire: spMetadata(func(m *samltest.SPMetadata) { m.EntityID += strings.Repeat("x", 1024) })},
	{check: "metadata-entity-id-invalid", name: "a word", fire: spMetadata(func(m *samltest.SPMetadata) { m.EntityID = "Dropbox" }), want: want{severity: finding.Info}},
	{check: "metadata-entity-id-invalid", name: "none, and cut off", fire: func(r repository) { r["other/metadata.xml"] = `<EntityDescriptor xmlns="urn:x"><a></b>` }, input: "other/metadata.xml"},
	{check: "metadata-entity-duplicate", name: "an old copy", input: "idp/old.xml", fire: func(r repository) {
		r["idp/old.xml"] = samltest.NewIdPMetadata(samltest.Other().Cert).XML()
	}, want: want{detail: "also described in idp/federationmetadata.xml (line 1)"}},
	{check: "metadata-role-missing", name: "none", fire: func(r repository) {
		r[spFile] = `<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="` + samltest.EntityID + `"/>`
	}},
	{check: "metadata-role-missing", name: "another protocol", fire: inFile(spFile, `protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"`, `protocolSupportEnumeration="urn:oasis:names:tc:SAML:1.1:protocol"`),
		want: want{expected: []string{"urn:oasis:names:tc:SAML:2.0:protocol"}}},
	{check: "metadata-role-missing", name: "no protocol", fire: inFile(spFile, ` protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"`, "")},
	{check: "metadata-unsigned", name: "made to be fetched", quiet: "absent", fire: idpMetadata(func(m *samltest.IdPMetadata) { m.ValidUntil = samltest.Time.AddDate(0, 0, 7).Format(time.RFC3339) })},
	{check: "metadata-signature-invalid", name: "edited", base: idpMetadata(func(m *samltest.IdPMetadata) { m.Sign(samltest.RSA()) }),
		fire: func(r repository) { r.edit(idpFile, samltest.SSOURL, samltest.SSOURL+"/") }, want: want{detail: "was changed after it was signed"}},
	{check: "metadata-signature-invalid", name: "another key", base: idpMetadata(func(m *samltest.IdPMetadata) { m.Sign(samltest.RSA()) }),
		fire: idpMetadata(func(m *samltest.IdPMetadata) {
			m.Sign(samltest.Pair{Key: samltest.RSA().Key, Cert: samltest.Other().Cert})
		}), want: want{detail: "does not verify"}},
	{check: "metadata-endpoint-missing", name: "no sign-in", fire: idpMetadata(func(m *samltest.IdPMetadata) { m.SSO = nil })},
	{check: "metadata-endpoint-missing", name: "no consumer", fire: spMetadata(func(m *samltest.SPMetadata) { m.ACS = nil })},
	{check: "metadata-endpoint-missing", name: "no consumer that a browser reaches", fire: spMetadata(func(m *samltest.SPMetadata) { m.ACS[0].Binding = bindingPAOS }),
		want: want{expected: []string{bindingPOST}}},
	{check: "metadata-acs-index", name: "used twice", fire: spMetadata(func(m *samltest.SPMetadata) { m.ACS = append(m.ACS, m.ACS[0]) }), want: want{actual: "0"}},
	{check: "metadata-acs-index", name: "negative", fire: spMetadata(func(m *samltest.SPMetadata) { m.ACS[0].Index = "-1" })},
	{check: "metadata-acs-index", name: "none", fire: spMetadata(func(m *samltest.SPMetadata) { m.ACS[0].Index = "" }), want: want{severity: finding.Warning}},
	{check: "metadata-acs-index", name: "two defaults", fire: spMetadata(func(m *samltest.SPMetadata) {
		second := m.ACS[0]
		second.Index = "1"
		m.ACS = append(m.ACS, second)
	}), want: want{severity: finding.Warning, detail: "default"}},
	{check: "metadata-binding-invalid", name: "a slip", fire: spMetadata(func(m *samltest.SPMetadata) { m.ACS[0].Binding = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-post" }),
		want: want{expected: []string{bindingPOST}, difference: "letter case"}},
	{check: "metadata-binding-invalid", name: "invented", fire: spMetadata(func(m *samltest.SPMetadata) { m.ACS[0].Binding = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-SOAP" })},
	{check: "metadata-binding-invalid", name: "none", fire: spMetadata(func(m *samltest.SPMetadata) { m.ACS[0].Binding = "" })},
	{check: "metadata-binding-invalid", name: "tokens by redirect", fire: spMetadata(func(m *samltest.SPMetadata) { m.ACS[0].Binding = bindingRedirect }), want: want{severity: finding.Warning}},
	{check: "metadata-endpoint-invalid", name: "code", fire: spMetadata(func(m *samltest.SPMetadata) { m.ACS[0].Location = "javascript:alert(1)" }), want: want{detail: `scheme "javascript"`}},
	{check: "metadata-endpoint-invalid", name: "no host", fire: spMetadata(func(m *samltest.SPMetadata) { m.ACS[0].Location = "/auth/saml" })},
	{check: "metadata-endpoint-invalid", name: "none", fire: spMetadata(func(m *samltest.SPMetadata) { m.ACS[0].Location = "" })},
	{check: "metadata-endpoint-invalid", name: "a placeholder", fire: spMetadata(func(m *samltest.SPMetadata) { m.SLO[0].Location = "https://{host}/logout" })},
	{check: "metadata-endpoint-invalid", name: "a blank", fire: spMetadata(func(m *samltest.SPMetadata) { m.ACS[0].Location = " " + samltest.ACS }), want: want{difference: "white space"}},
	{check: "metadata-endpoint-invalid", name: "a fragment", fire: spMetadata(func(m *samltest.SPMetadata) { m.ACS[0].Location += "#top" }), want: want{severity: finding.Warning}},
	{check: "metadata-endpoint-invalid", name: "answers elsewhere", fire: idpMetadata(func(m *samltest.IdPMetadata) { m.SSO[0].ResponseLocation = samltest.SSOURL }), want: want{severity: finding.Warning}},
	{check: "metadata-binding-invalid", name: "holder of key, and no word of the binding", fire: idpMetadata(func(m *samltest.IdPMetadata) {
		m.SSO = append(m.SSO, samltest.Endpoint{Binding: bindingHolder, Location: samltest.SSOURL})
	}), want: want{expected: []string{bindingRedirect}, detail: "hoksso:ProtocolBinding"}},
	{check: "metadata-binding-invalid", name: "holder of key by itself", base: holderOfKey(bindingHolder, bindingPOST), fire: holderOfKey(bindingHolder, bindingHolder),
		want: want{actual: bindingHolder}},
	{check: "metadata-binding-invalid", name: "holder of key over a binding that carries no requests", base: holderOfKey(bindingHolder, bindingPOST), fire: holderOfKey(bindingHolder, bindingPAOS),
		want: want{actual: bindingPAOS}},
	{check: "metadata-binding-invalid", name: "the attribute of holder of key elsewhere", base: holderOfKey(bindingHolder, bindingPOST), fire: holderOfKey(bindingPOST, bindingPOST),
		want: want{severity: finding.Warning}},
	{check: "metadata-endpoint-invalid", name: "answers to logout go to another host", base: spMetadata(func(m *samltest.SPMetadata) { m.SLO[0].ResponseLocation = samltest.LogoutURL + "/done" }),
		fire: spMetadata(func(m *samltest.SPMetadata) { m.SLO[0].ResponseLocation = "https://old.contoso.com/logout" }), want: want{severity: finding.Info, detail: `"old.contoso.com"`}},
	{check: "metadata-endpoint-insecure", name: "http", fire: spMetadata(func(m *samltest.SPMetadata) { m.ACS[0].Location = "http://halo.contoso.com/auth/saml" }),
		want: want{expected: []string{"https://halo.contoso.com/auth/saml"}, difference: "scheme"}},
	{check: "metadata-endpoint-insecure", name: "the developer's machine", fire: spMetadata(func(m *samltest.SPMetadata) { m.ACS[0].Location = "http://localhost:8080/acs" }), want: want{severity: finding.Info}},
	{check: "metadata-endpoint-insecure", name: "a private address", fire: spMetadata(func(m *samltest.SPMetadata) { m.ACS[0].Location = "https://10.0.0.7/acs" }), want: want{severity: finding.Info}},
	{check: "metadata-key-missing", name: "none", fire: idpMetadata(func(m *samltest.IdPMetadata) { m.Certificates = nil })},
	{check: "metadata-key-missing", name: "for encryption only", fire: inFile(idpFile, `use="signing"`, `use="encryption"`)},
	{check: "metadata-key-missing", name: "signed requests", fire: inFile(spFile, `AuthnRequestsSigned="false"`, `AuthnRequestsSigned="true"`), want: want{detail: "signs its requests"}},
	{check: "metadata-key-invalid", name: "use", fire: inFile(idpFile, `use="signing"`, `use="sign"`), want: want{expected: []string{"signing", "encryption"}, actual: "sign"}},
	{check: "metadata-key-invalid", name: "no KeyInfo", fire: spMetadata(func(m *samltest.SPMetadata) { m.Before = []string{"<KeyDescriptor/>"} })},
	{check: "metadata-key-invalid", name: "a name only", fire: spMetadata(func(m *samltest.SPMetadata) {
		m.Before = []string{`<KeyDescriptor><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><KeyName>halo</KeyName></KeyInfo></KeyDescriptor>`}
	}), want: want{severity: finding.Warning}},
	{check: "metadata-key-invalid", name: "no certificate", fire: spMetadata(func(m *samltest.SPMetadata) {
		m.Before = []string{`<KeyDescriptor><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data/></KeyInfo></KeyDescriptor>`}
	})},
	{check: "metadata-key-invalid", name: "two keys in one", base: idpMetadata(func(m *samltest.IdPMetadata) { m.Certificates = append(m.Certificates, samltest.Other().Cert) }),
		fire: func(r repository) {
			r.edit(idpFile, `</X509Data></KeyInfo></KeyDescriptor><KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data>`, "")
		},
		want: want{severity: finding.Warning}},
	{check: "metadata-nameid-format", name: "the wrong version", fire: spMetadata(func(m *samltest.SPMetadata) {
		m.NameIDFormats = []string{"urn:oasis:names:tc:SAML:2.0:nameid-format:emailAddress"}
	}), want: want{expected: []string{samltest.FormatEmail}}},
	{check: "metadata-nameid-format", name: "a word", fire: spMetadata(func(m *samltest.SPMetadata) { m.NameIDFormats = []string{"emailAddress"} }), want: want{expected: []string{samltest.FormatEmail}}},
	{check: "metadata-nameid-format", name: "invented", fire: spMetadata(func(m *samltest.SPMetadata) {
		m.NameIDFormats = []string{"urn:oasis:names:tc:SAML:2.0:nameid-format:upn"}
	})},
	{check: "metadata-nameid-format", name: "twice", fire: spMetadata(func(m *samltest.SPMetadata) { m.NameIDFormats = append(m.NameIDFormats, samltest.FormatEmail) }), want: want{severity: finding.Info}},
	{check: "metadata-attribute-invalid", name: "no name", fire: spMetadata(func(m *samltest.SPMetadata) { m.Requested[0].Name = "" })},
	{check: "metadata-attribute-invalid", name: "twice", fire: spMetadata(func(m *samltest.SPMetadata) { m.Requested = append(m.Requested, m.Requested[0]) })},
	{check: "metadata-attribute-invalid", name: "another kind of name", fire: spMetadata(func(m *samltest.SPMetadata) {
		m.Requested = append(m.Requested, samltest.RequestedAttribute{Name: "urn:oid:2.5.4.42", NameFormat: "urn:oasis:names:tc:SAML:2.0:attrname-format:basic"})
	})},
	{check: "metadata-attribute-invalid", name: "a slip", fire: spMetadata(func(m *samltest.SPMetadata) {
		m.Requested[1].NameFormat = "urn:oasis:names:tc:SAML:1.1:attrname-format:basic"
	}), want: want{expected: []string{"urn:oasis:names:tc:SAML:2.0:attrname-format:basic"}}},
	{check: "metadata-consuming-service", name: "no index", fire: inFile(spFile, `<AttributeConsumingService index="0">`, `<AttributeConsumingService>`)},
	{check: "metadata-consuming-service", name: "index twice", fire: spMetadata(func(m *samltest.SPMetadata) {
		m.After = []string{`<AttributeConsumingService index="0"><ServiceName xml:lang="en">x</ServiceName><RequestedAttribute Name="mail"/></AttributeConsumingService>`}
	})},
	{check: "metadata-consuming-service", name: "index is a word", fire: inFile(spFile, `<AttributeConsumingService index="0">`, `<AttributeConsumingService index="first">`), want: want{actual: "first", detail: "no number from 0 to 65535"}},
	{check: "metadata-consuming-service", name: "no claim and no name", fire: spMetadata(func(m *samltest.SPMetadata) { m.After = []string{`<AttributeConsumingService index="1"/>`} }), want: want{severity: finding.Warning, detail: "asks for no claim"}},
	{check: "metadata-consuming-service", name: "no name", fire: spMetadata(func(m *samltest.SPMetadata) {
		m.After = []string{`<AttributeConsumingService index="1"><RequestedAttribute Name="mail"/></AttributeConsumingService>`}
	}), want: want{severity: finding.Warning, detail: "has no ServiceName"}},
	{check: "metadata-attribute-invalid", name: "blanks around it", fire: spMetadata(func(m *samltest.SPMetadata) { m.Requested[1].Name = " first_name" }), want: want{expected: []string{"first_name"}}},
	{check: "metadata-consuming-service", name: "no language", fire: inFile(spFile, ` xml:lang="en"`, ""), want: want{severity: finding.Warning}},
	{check: "metadata-assertions-unsigned", name: "not wanted", fire: inFile(spFile, `WantAssertionsSigned="true"`, `WantAssertionsSigned="false"`)},
	{check: "metadata-contact-invalid", name: "type", quiet: "absent", fire: inFile(spFile, "</EntityDescriptor>", `<ContactPerson contactType="boss"><EmailAddress>ada@contoso.com</EmailAddress></ContactPerson></EntityDescriptor>`)},
	{check: "metadata-contact-invalid", name: "mail", quiet: "absent", fire: inFile(spFile, "</EntityDescriptor>", `<ContactPerson contactType="technical"><EmailAddress>ada</EmailAddress></ContactPerson></EntityDescriptor>`)},
	{check: "metadata-contact-invalid", name: "half an organization", quiet: "absent", fire: inFile(spFile, "</EntityDescriptor>", `<Organization><OrganizationName xml:lang="en">Contoso</OrganizationName><OrganizationDisplayName xml:lang="en">Contoso</OrganizationDisplayName></Organization></EntityDescriptor>`)},
	{check: "metadata-schema-order", name: "keys last", fire: spMetadata(func(m *samltest.SPMetadata) {
		m.After = []string{`<KeyDescriptor><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><KeyValue/></KeyInfo></KeyDescriptor>`}
	}), want: want{detail: "KeyDescriptor stands behind"}},
	{check: "xml-comment-in-value", name: "a certificate", fire: inFile(idpFile, "</X509Certificate>", "<!-- until 2028 --></X509Certificate>"), input: idpFile, want: want{severity: finding.Warning, detail: "X509Certificate"}},
	{check: "xml-comment-in-value", name: "a NameID format", fire: inFile(spFile, "<NameIDFormat>", "<NameIDFormat><!-- the usual one -->"), want: want{severity: finding.Warning, detail: "before it, of 0 characters"}},
	{check: "metadata-schema-order", name: "an extension of the wrong namespace", base: extensions(`<a:DigestMethod xmlns:a="urn:oasis:names:tc:SAML:metadata:algsupport" Algorithm="x"/><b:Own xmlns:b="urn:contoso"/>`),
		fire: extensions(`<ds:DigestMethod xmlns:ds="http://www.w3.org/2000/09/xmldsig#" Algorithm="x"/>`), want: want{expected: []string{"urn:oasis:names:tc:SAML:metadata:algsupport"}}},
	{check: "metadata-schema-order", name: "an extension without a namespace of its own", fire: extensions("<Owner>IT</Owner>"), want: want{actual: "urn:oasis:names:tc:SAML:2.0:metadata", detail: `"Owner"`}},
	{check: "metadata-schema-order", name: "empty Extensions", fire: extensions(""), want: want{severity: finding.Info}},
	{check: "metadata-schema-order", name: "the wrong namespace", fire: inFile(idpFile, "</IDPSSODescriptor>", `<SingleSignOnService xmlns="urn:x"/></IDPSSODescriptor>`)},
	{check: "metadata-scope-invalid", name: "not anchored", base: idpMetadata(scope(`<shibmd:Scope regexp="false">contoso.com</shibmd:Scope>`)),
		fire: idpMetadata(scope(`<shibmd:Scope regexp="true">contoso\.com</shibmd:Scope>`))},
	{check: "metadata-scope-invalid", name: "blanks around it", base: idpMetadata(scope(`<shibmd:Scope regexp="false">contoso.com</shibmd:Scope>`)),
		fire: idpMetadata(scope(`<shibmd:Scope regexp="false"> contoso.com</shibmd:Scope>`)), want: want{expected: []string{"contoso.com"}}},
	{check: "metadata-scope-invalid", name: "empty", base: idpMetadata(scope(`<shibmd:Scope regexp="false">contoso.com</shibmd:Scope>`)),
		fire: idpMetadata(scope(`<shibmd:Scope regexp="false"/>`))},
	{check: "metadata-federation-rule", name: "no code", base: cie, fire: func(r repository) { r.edit("cie.xml", "<cie:IPACode>c_h501</cie:IPACode>", "") }, want: want{detail: "IPACode"}},
	{check: "metadata-federation-rule", name: "not for CIE at all", quiet: "absent", fire: func(r repository) { cie(r); r.edit("cie.xml", "<cie:Public/>", "") }, want: want{detail: "cie:Public"}},
}

// scope puts a scope into the extensions of the role.
func scope(xml string) func(*samltest.IdPMetadata) {
	return func(m *samltest.IdPMetadata) {
		m.Before = []string{`<Extensions xmlns:shibmd="` + nsShibboleth + `">` + xml + `</Extensions>`}
	}
}

// replaceOnce replaces the first of a text that must be there.
func replaceOnce(text, old, new string) string {
	if !strings.Contains(text, old) {
		panic("no " + old)
	}
	return strings.Replace(text, old, new, 1)
}
