package validate

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/ssodoctor/ssodoctor/internal/samltest"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

const (
	keyInfo     = `<KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data><X509Certificate>CERT</X509Certificate></X509Data></KeyInfo>`
	signingKey  = `<KeyDescriptor use="signing">` + keyInfo + `</KeyDescriptor>`
	encryptKey  = `<KeyDescriptor use="encryption">` + keyInfo + `</KeyDescriptor>`
	bindings20  = "urn:oasis:names:tc:SAML:2.0:bindings:"
	speaks20    = `protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"`
	fedRole     = `<RoleDescriptor xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:fed="http://docs.oasis-open.org/wsfed/federation/200706" xsi:type="fed:SecurityTokenServiceType" protocolSupportEnumeration="http://docs.oasis-open.org/wsfed/federation/200706">` + signingKey + `<fed:PassiveRequestorEndpoint><EndpointReference xmlns="http://www.w3.org/2005/08/addressing"><Address>https://fs.contoso.com/adfs/ls/</Address></EndpointReference></fed:PassiveRequestorEndpoint></RoleDescriptor>`
	emailFormat = `<NameIDFormat>urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress</NameIDFormat>`
	persistent  = `<NameIDFormat>urn:oasis:names:tc:SAML:2.0:nameid-format:persistent</NameIDFormat>`
	transient   = `<NameIDFormat>urn:oasis:names:tc:SAML:2.0:nameid-format:transient</NameIDFormat>`
)

// endpoint writes an endpoint; the binding is the last part of its URI.
func endpointXML(service, binding, location string, more ...string) string {
	return "<" + service + ` Binding="` + bindings20 + binding + `" Location="` + location + `" ` + strings.Join(more, " ") + "/>"
}

func idpXML(id, attributes, inner string) string {
	return `<EntityDescriptor ID="_m" xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="` + id + `">` + inner[:strings.Index(inner, "|")] +
		`<IDPSSODescriptor ` + attributes + ` ` + speaks20 + `>` + inner[strings.Index(inner, "|")+1:]
}

// soundMetadata is what products publish, in their shapes.
var soundMetadata = map[string]string{
	"Entra ID": idpXML("https://sts.windows.net/3f2c8a14-5b6d-4e7f-8a90-1b2c3d4e5f60/", "", fedRole+"|"+signingKey+
		endpointXML("SingleLogoutService", "HTTP-Redirect", "https://login.microsoftonline.com/t/saml2")+endpointXML("SingleSignOnService", "HTTP-Redirect", "https://login.microsoftonline.com/t/saml2")+
		endpointXML("SingleSignOnService", "HTTP-POST", "https://login.microsoftonline.com/t/saml2")+`</IDPSSODescriptor></EntityDescriptor>`),
	"AD FS": idpXML("http://fs.contoso.com/adfs/services/trust", `WantAuthnRequestsSigned="true"`, fedRole+`<SPSSODescriptor WantAssertionsSigned="true" `+speaks20+`>`+encryptKey+signingKey+
		endpointXML("SingleLogoutService", "HTTP-Redirect", "https://fs.contoso.com/adfs/ls/")+emailFormat+persistent+transient+
		endpointXML("AssertionConsumerService", "HTTP-POST", "https://fs.contoso.com/adfs/ls/", `index="0" isDefault="true"`)+endpointXML("AssertionConsumerService", "HTTP-Artifact", "https://fs.contoso.com/adfs/ls/", `index="1"`)+
		`</SPSSODescriptor>|`+encryptKey+signingKey+endpointXML("ArtifactResolutionService", "SOAP", "https://fs.contoso.com/adfs/services/trust/artifactresolution", `index="0"`)+
		endpointXML("SingleLogoutService", "HTTP-Redirect", "https://fs.contoso.com/adfs/ls/")+endpointXML("SingleLogoutService", "HTTP-POST", "https://fs.contoso.com/adfs/ls/")+emailFormat+persistent+transient+
		endpointXML("SingleSignOnService", "HTTP-Redirect", "https://fs.contoso.com/adfs/ls/")+endpointXML("SingleSignOnService", "HTTP-POST", "https://fs.contoso.com/adfs/ls/")+
		`<Attribute xmlns="urn:oasis:names:tc:SAML:2.0:assertion" Name="http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress" NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:uri" FriendlyName="E-Mail Address"/>`+
		`</IDPSSODescriptor><ContactPerson contactType="support"><GivenName>-</GivenName></ContactPerson></EntityDescriptor>`),
	"Okta": idpXML("http://www.okta.com/exk1a2b3c4", `WantAuthnRequestsSigned="false"`, "|"+signingKey+emailFormat+`<NameIDFormat>urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified</NameIDFormat>`+
		endpointXML("SingleSignOnService", "HTTP-POST", "https://contoso.okta.com/app/halo/exk1a2b3c4/sso/saml")+endpointXML("SingleSignOnService", "HTTP-Redirect", "https://contoso.okta.com/app/halo/exk1a2b3c4/sso/saml")+`</IDPSSODescriptor></EntityDescriptor>`),
	"Keycloak": idpXML("https://id.contoso.com/realms/staff", `WantAuthnRequestsSigned="true"`, "|"+strings.Replace(signingKey, "<X509Data>", "<KeyName>k1</KeyName><X509Data>", 1)+
		endpointXML("ArtifactResolutionService", "SOAP", "https://id.contoso.com/realms/staff/protocol/saml/resolve", `index="0"`)+
		endpointXML("SingleLogoutService", "HTTP-POST", "https://id.contoso.com/realms/staff/protocol/saml")+endpointXML("SingleLogoutService", "HTTP-Artifact", "https://id.contoso.com/realms/staff/protocol/saml")+endpointXML("SingleLogoutService", "SOAP", "https://id.contoso.com/realms/staff/protocol/saml")+
		persistent+transient+`<NameIDFormat>urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified</NameIDFormat>`+emailFormat+
		endpointXML("SingleSignOnService", "HTTP-POST", "https://id.contoso.com/realms/staff/protocol/saml")+endpointXML("SingleSignOnService", "SOAP", "https://id.contoso.com/realms/staff/protocol/saml")+endpointXML("SingleSignOnService", "HTTP-Artifact", "https://id.contoso.com/realms/staff/protocol/saml")+`</IDPSSODescriptor></EntityDescriptor>`),
	"Shibboleth": idpXML("https://idp.contoso.org/idp/shibboleth", "", "|"+`<Extensions xmlns:shibmd="urn:mace:shibboleth:metadata:1.0"><shibmd:Scope regexp="false">contoso.org</shibmd:Scope></Extensions>`+signingKey+encryptKey+
		endpointXML("ArtifactResolutionService", "SOAP", "https://idp.contoso.org:8443/idp/profile/SAML2/SOAP/ArtifactResolution", `index="2"`)+
		endpointXML("SingleLogoutService", "HTTP-Redirect", "https://idp.contoso.org/idp/profile/SAML2/Redirect/SLO")+transient+persistent+
		endpointXML("SingleSignOnService", "HTTP-Redirect", "https://idp.contoso.org/idp/profile/SAML2/Redirect/SSO")+endpointXML("SingleSignOnService", "HTTP-POST-SimpleSign", "https://idp.contoso.org/idp/profile/SAML2/POST-SimpleSign/SSO")+
		`<SingleSignOnService Binding="urn:mace:shibboleth:1.0:profiles:AuthnRequest" Location="https://idp.contoso.org/idp/profile/Shibboleth/SSO"/></IDPSSODescriptor>`+
		`<AttributeAuthorityDescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:1.1:protocol">`+signingKey+`<AttributeService Binding="urn:oasis:names:tc:SAML:1.0:bindings:SOAP-binding" Location="https://idp.contoso.org:8443/idp/profile/SAML1/SOAP/AttributeQuery"/></AttributeAuthorityDescriptor></EntityDescriptor>`),
	"PingFederate": idpXML("PF-Contoso", `WantAuthnRequestsSigned="false"`, "|"+signingKey+endpointXML("SingleLogoutService", "HTTP-POST", "https://sso.contoso.com:9031/idp/SLO.saml2")+
		`<NameIDFormat>urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified</NameIDFormat>`+endpointXML("SingleSignOnService", "HTTP-Redirect", "https://sso.contoso.com:9031/idp/SSO.saml2")+
		`</IDPSSODescriptor><ContactPerson contactType="administrative"/></EntityDescriptor>`),
	"Google": strings.Replace(idpXML("https://accounts.google.com/o/saml2?idpid=C01abc", `WantAuthnRequestsSigned="false"`, "|"+signingKey+emailFormat+
		endpointXML("SingleSignOnService", "HTTP-Redirect", "https://accounts.google.com/o/saml2/idp?idpid=C01abc")+endpointXML("SingleSignOnService", "HTTP-POST", "https://accounts.google.com/o/saml2/idp?idpid=C01abc")+`</IDPSSODescriptor></EntityDescriptor>`),
		"entityID", `validUntil="2031-01-01T00:00:00.000Z" entityID`, 1),
	"OneLogin": idpXML("https://app.onelogin.com/saml/metadata/1a2b3c", "", "|"+signingKey+endpointXML("SingleLogoutService", "HTTP-Redirect", "https://contoso.onelogin.com/trust/saml2/http-redirect/slo/1")+emailFormat+
		endpointXML("SingleSignOnService", "HTTP-Redirect", "https://contoso.onelogin.com/trust/saml2/http-post/sso/1")+endpointXML("SingleSignOnService", "SOAP", "https://contoso.onelogin.com/trust/saml2/soap/sso/1")+`</IDPSSODescriptor></EntityDescriptor>`),
	"SimpleSAMLphp": idpXML("https://idp.contoso.org/simplesaml/saml2/idp/metadata.php", `errorURL="https://idp.contoso.org/error"`, "|"+signingKey+encryptKey+endpointXML("SingleLogoutService", "HTTP-Redirect", "https://idp.contoso.org/simplesaml/saml2/idp/SingleLogoutService.php")+transient+
		endpointXML("SingleSignOnService", "HTTP-Redirect", "https://idp.contoso.org/simplesaml/saml2/idp/SSOService.php")+`</IDPSSODescriptor><ContactPerson contactType="technical"><GivenName>Ada</GivenName><EmailAddress>mailto:ada@contoso.org</EmailAddress></ContactPerson></EntityDescriptor>`),
}

// TestSoundProducts: what the products publish gives no error and no warning.
func TestSoundProducts(t *testing.T) {
	for product, xml := range soundMetadata {
		xml = strings.ReplaceAll(xml, "CERT", base64.StdEncoding.EncodeToString(samltest.RSA().Cert))
		if product == "Entra ID" || product == "AD FS" {
			xml = samltest.Signed(xml, "_m", samltest.RSA())
		}
		r := repository{"metadata.xml": xml}.lint()
		for _, f := range r.Findings {
			if f.Severity > finding.Info {
				t.Errorf("%s: %s %s: %s", product, f.Severity, f.Check, f.Detail)
			}
		}
		if len(r.Certificates) != 1 || r.Summary.Passed < 15 {
			t.Errorf("%s: %d certificates, %d checks passed", product, len(r.Certificates), r.Summary.Passed)
		}
	}
}
