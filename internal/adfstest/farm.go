package adfstest

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/ssodoctor/ssodoctor/internal/samltest"
)

func itoa(n int) string { return strconv.Itoa(n) }

// The type names of AD FS 2019.
const (
	resources      = "Microsoft.IdentityServer.Management.Resources."
	TypeTrust      = resources + "RelyingPartyTrust"
	TypeProvider   = resources + "ClaimsProviderTrust"
	TypeEndpoint   = resources + "SamlEndpoint"
	typeClaim      = resources + "ClaimDescription"
	typeCollection = "System.Collections.ObjectModel.ReadOnlyCollection`1[System.String]"
	typeStrings    = "System.String[]"
	typeRevocation = "Microsoft.IdentityServer.PolicyModel.Configuration.RevocationSetting"
	typeStore      = "Microsoft.IdentityServer.Protocols.PolicyStore."
	typePolicy     = "Microsoft.IdentityServer.PolicyModel.Configuration.PolicyTemplate.PolicyMetadata"
)

// Strings is a list of strings.
func Strings(items ...string) List {
	l := List{Type: typeStrings}
	for _, item := range items {
		l.Items = append(l.Items, String(item))
	}
	return l
}

// Endpoint is a SAML endpoint.
func Endpoint(binding, uri, protocol, location string, index int, isDefault bool) *Object {
	return &Object{Type: TypeEndpoint, Properties: []Entry{
		{"Binding", String(binding)}, {"BindingUri", URI("urn:oasis:names:tc:SAML:2.0:bindings:" + uri)}, {"Index", Int(index)},
		{"IsDefault", Bool(isDefault)}, {"Location", URI(location)}, {"Protocol", String(protocol)}, {"ResponseLocation", Null{}},
	}}
}

// Rules are claim rules with line ends as AD FS keeps them.
func Rules(host string) string {
	return strings.ReplaceAll(`@RuleTemplate = "LdapClaims"
@RuleName = "Attributes of `+host+`"
c:[Type == "http://schemas.microsoft.com/ws/2008/06/identity/claims/windowsaccountname", Issuer == "AD AUTHORITY"]
 => issue(store = "Active Directory", types = ("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress", "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname", "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname"), query = ";mail,givenName,sn;{0}", param = c.Value);

@RuleName = "NameID"
c:[Type == "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress"]
 => issue(Type = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier", Issuer = c.Issuer, Value = RegExReplace(c.Value, "(?<user>[^@]+)@.+", "${user}"), Properties["http://schemas.xmlsoap.org/ws/2005/05/identity/claimproperties/format"] = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified");

`, "\n", "\r\n")
}

const policyXML = `<PolicyMetadata xmlns:i="http://www.w3.org/2001/XMLSchema-instance" xmlns="http://schemas.datacontract.org/2012/04/ADFS">
  <RequireFreshAuthentication>false</RequireFreshAuthentication>
  <IssuanceAuthorizationRules><Rule><Conditions><Condition i:type="AlwaysCondition"><Operator>IsPresent</Operator></Condition></Conditions></Rule></IssuanceAuthorizationRules>
</PolicyMetadata>`

// Trust is a relying party trust of AD FS 2019, with every property.
func Trust(name, host string) *Object {
	revocation := Enum{typeRevocation, "CheckChainExcludeRoot", 5}
	return &Object{Type: TypeTrust, Properties: []Entry{
		{"AllowedAuthenticationClassReferences", Strings()},
		{"EncryptionCertificateRevocationCheck", revocation},
		{"PublishedThroughProxy", Bool(false)},
		{"SigningCertificateRevocationCheck", revocation},
		{"WSFedEndpoint", URI("https://" + host + "/wsfed")},
		{"AdditionalWSFedEndpoint", Strings()},
		{"ClaimsProviderName", Strings("Active Directory")},
		{"ClaimsAccepted", List{Type: typeClaim + "[]"}},
		{"EncryptClaims", Bool(true)},
		{"Enabled", Bool(true)},
		{"EncryptionCertificate", Certificate(samltest.RSA().Cert)},
		{"Identifier", List{Type: typeCollection, Items: []Value{String("https://" + host + "/saml"), String("urn:" + host)}}},
		{"NotBeforeSkew", Int(2)},
		{"EnableJWT", Bool(false)},
		{"AlwaysRequireAuthentication", Bool(false)},
		{"Notes", String("Owner: team of " + host)},
		{"OrganizationInfo", Null{}},
		{"ObjectIdentifier", String("a41d5e02-8e9f-e611-a944-000d3a263ec8")},
		{"ProxyEndpointMappings", Dict{Type: "System.Collections.Generic.Dictionary`2[System.String,System.String]"}},
		{"ProxyTrustedEndpoints", Strings()},
		{"ProtocolProfile", String("WsFed-SAML")},
		{"RequestSigningCertificate", List{Type: "System.Collections.ObjectModel.ReadOnlyCollection`1[System.Security.Cryptography.X509Certificates.X509Certificate2]", Items: []Value{Certificate(samltest.Other().Cert)}}},
		{"EncryptedNameIdRequired", Bool(false)},
		{"SignedSamlRequestsRequired", Bool(true)},
		{"SamlEndpoints", List{Type: TypeEndpoint + "[]", Items: []Value{
			Endpoint("Artifact", "HTTP-Artifact", "SAMLAssertionConsumer", "https://"+host+"/acs/artifact", 1, false),
			Endpoint("POST", "HTTP-POST", "SAMLAssertionConsumer", "https://"+host+"/acs", 0, true),
			Endpoint("Redirect", "HTTP-Redirect", "SAMLLogout", "https://"+host+"/slo", 0, false),
		}}},
		{"SamlResponseSignature", String("AssertionOnly")},
		{"SignatureAlgorithm", String("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256")},
		{"TokenLifetime", Int(480)},
		{"AllowedClientTypes", Enum{typeStore + "AllowedClientTypes", "Public, Confidential", 6}},
		{"IssueOAuthRefreshTokensTo", Enum{typeStore + "RefreshTokenIssuanceDeviceTypes", "AllDevices", 2}},
		{"RefreshTokenProtectionEnabled", Bool(true)},
		{"RequestMFAFromClaimsProviders", Bool(false)},
		{"ScopeGroupId", Null{}}, {"ScopeGroupIdentifier", Null{}}, {"DeviceAuthenticationMethod", Null{}},
		{"Name", String(name)},
		{"AutoUpdateEnabled", Bool(false)}, {"MonitoringEnabled", Bool(false)},
		{"MetadataUrl", URI("https://" + host + "/metadata")},
		{"ConflictWithPublishedPolicy", Bool(false)},
		{"IssuanceAuthorizationRules", Null{}},
		{"IssuanceTransformRules", String(Rules(host))},
		{"DelegationAuthorizationRules", String("")},
		{"LastPublishedPolicyCheckSuccessful", Null{}},
		{"LastUpdateTime", Time("1900-01-01T00:00:00Z")},
		{"LastMonitoredTime", Time("2026-11-21T10:00:04Z")},
		{"ImpersonationAuthorizationRules", String("")}, {"AdditionalAuthenticationRules", String("")},
		{"AccessControlPolicyName", String("Permit specific group")},
		{"AccessControlPolicyParameters", Dict{Type: "System.Collections.Hashtable", Entries: []Entry{{"GroupParameter", Strings(`CONTOSO\App Users`, `CONTOSO\App Admins`)}}}},
		{"ResultantPolicy", &Object{Type: typePolicy, Text: "RequireFreshAuthentication:False\r\nIssuanceAuthorizationRules:\r\n{\r\n  Permit everyone\r\n}\r\n", Properties: []Entry{
			{"IsParameterized", Bool(true)}, {"Serialized", String(strings.ReplaceAll(policyXML, "\n", "\r\n"))},
			{"Summary", String("RequireFreshAuthentication:False\r\nIssuanceAuthorizationRules:\r\n{\r\n  Permit everyone\r\n}\r\n")}, {"ExtensionData", Null{}},
		}}},
	}}
}

// Provider is the claims provider trust of Active Directory.
func Provider() *Object {
	return &Object{Type: TypeProvider, Properties: []Entry{
		{"AllowCreate", Bool(true)}, {"SamlEndpoints", List{Type: TypeEndpoint + "[]"}}, {"TokenSigningCertificates", List{Type: typeCollection}},
		{"AlternateLoginID", Null{}}, {"LookupForests", Strings()}, {"Enabled", Bool(true)}, {"Identifier", String("AD AUTHORITY")}, {"Name", String("Active Directory")},
		{"AcceptanceTransformRules", String("c:[Type == \"http://schemas.microsoft.com/ws/2008/06/identity/claims/primarysid\"]\r\n => issue(claim = c);\r\n")},
	}}
}

// Farm is n relying party trusts that differ.
func Farm(n int) []*Object {
	farm := make([]*Object, n)
	for i := range farm {
		host := fmt.Sprintf("app%d.contoso.com", i)
		farm[i] = Trust(fmt.Sprintf("App %d (%s)", i, host), host)
		if i%3 == 1 {
			farm[i].Set("EncryptionCertificate", Null{}).Set("RequestSigningCertificate", List{Type: typeCollection}).
				Set("SignedSamlRequestsRequired", Bool(false)).Set("TokenLifetime", Int(0)).
				Set("AccessControlPolicyName", Null{}).Set("AccessControlPolicyParameters", Null{}).Set("ResultantPolicy", Null{}).
				Set("IssuanceAuthorizationRules", String(" => issue(Type = \"http://schemas.microsoft.com/authorization/claims/permit\", Value = \"true\");\r\n"))
		}
	}
	return farm
}
