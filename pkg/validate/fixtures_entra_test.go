package validate

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/ssodoctor/ssodoctor/internal/samltest"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/keys"
)

// The files of a correct application of Entra, as Graph Explorer gives them.
const (
	haloApplication = "entra/halo-app.json"
	haloPrincipal   = "entra/halo-sp.json"
	haloAssignments = "entra/halo-assignments.json"
	haloClaims      = "entra/halo-claims.json"
	haloIssuance    = "entra/halo-issuance.json"
	haloLifetime    = "entra/halo-lifetime.json"
	haloMapping     = "entra/halo-mapping.json"
	haloAccess      = "entra/ca/policies.json"
)

const (
	haloAppID       = "6b1f4d3a-1c7e-4a52-9d8b-2f60c1e7a945"
	haloPrincipalID = "c4a97e12-5d38-4f6b-b0a1-93e2d7f48c56"
	haloEncryption  = "0f9d1c84-7b6a-4d21-8e35-a4c2b7d96e10"
)

// entraFiles are the files of a correct application.
func entraFiles() map[string]string {
	bundle, err := keys.Read(samltest.RSA().Cert)
	if err != nil {
		panic(err)
	}
	thumbprint := bundle.Certificates[0].SHA1()
	raw, err := hex.DecodeString(thumbprint)
	if err != nil {
		panic(err)
	}
	fill := strings.NewReplacer(
		"{appId}", haloAppID, "{spId}", haloPrincipalID, "{encryption}", haloEncryption,
		"{entityId}", samltest.EntityID, "{acs}", samltest.ACS, "{logout}", samltest.LogoutURL,
		"{thumbprint}", strings.ToUpper(thumbprint), "{identifier}", base64.StdEncoding.EncodeToString(raw),
	)
	return map[string]string{
		haloApplication: fill.Replace(applicationJSON),
		haloPrincipal:   fill.Replace(principalJSON),
		haloAssignments: fill.Replace(assignmentsJSON),
		haloClaims:      fill.Replace(claimsJSON),
		haloIssuance:    fill.Replace(policyJSON("tokenIssuancePolicies", `{"TokenIssuancePolicy":{"Version":1,"SigningAlgorithm":"`+rsaSHA256+`","TokenResponseSigningPolicy":"TokenOnly","SamlTokenVersion":"2.0"}}`)),
		haloLifetime:    fill.Replace(policyJSON("tokenLifetimePolicies", `{"TokenLifetimePolicy":{"Version":1,"AccessTokenLifetime":"8:00:00"}}`)),
		haloAccess:      fill.Replace(accessJSON),
	}
}

const applicationJSON = `{
  "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#applications/$entity",
  "id": "7e1d2c3b-4a5f-4e6d-8c9b-0a1b2c3d4e5f",
  "appId": "{appId}",
  "displayName": "HaloITSM",
  "applicationTemplateId": "8adf8e6e-67b2-4cf2-a259-e3dc5476c621",
  "identifierUris": ["{entityId}"],
  "signInAudience": "AzureADMyOrg",
  "groupMembershipClaims": "ApplicationGroup",
  "optionalClaims": {"idToken": [], "accessToken": [], "saml2Token": [
    {"name": "groups", "source": null, "essential": false, "additionalProperties": ["sam_account_name"]}
  ]},
  "api": {"acceptMappedClaims": null},
  "web": {
    "redirectUris": ["{acs}"],
    "redirectUriSettings": [{"uri": "{acs}", "index": 0}],
    "logoutUrl": "{logout}",
    "implicitGrantSettings": {"enableIdTokenIssuance": false, "enableAccessTokenIssuance": false}
  },
  "requestSignatureVerification": {"isSignedRequestRequired": true, "allowedWeakAlgorithms": null},
  "tokenEncryptionKeyId": "{encryption}",
  "keyCredentials": [
    {"keyId": "{encryption}", "type": "AsymmetricX509Cert", "usage": "Encrypt", "startDateTime": "2026-01-01T00:00:00Z", "endDateTime": "2029-01-01T00:00:00Z", "key": null},
    {"keyId": "1a2b3c4d-0000-4000-8000-5e6f7a8b9c0d", "type": "AsymmetricX509Cert", "usage": "Verify", "startDateTime": "2026-01-01T00:00:00Z", "endDateTime": "2029-01-01T00:00:00Z", "key": null}
  ],
  "passwordCredentials": [],
  "appRoles": [
    {"id": "18d14569-c3bd-439b-9a66-3a2aee01d14f", "allowedMemberTypes": ["User"], "displayName": "User", "isEnabled": true, "value": null}
  ]
}
`

const principalJSON = `{
  "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#servicePrincipals/$entity",
  "id": "{spId}",
  "appId": "{appId}",
  "displayName": "HaloITSM",
  "accountEnabled": true,
  "appRoleAssignmentRequired": true,
  "preferredSingleSignOnMode": "saml",
  "loginUrl": "https://halo.contoso.com/login",
  "replyUrls": ["{acs}"],
  "servicePrincipalNames": ["{appId}", "{entityId}"],
  "notificationEmailAddresses": ["iam@contoso.com"],
  "preferredTokenSigningKeyThumbprint": "{thumbprint}",
  "keyCredentials": [
    {"customKeyIdentifier": "{identifier}", "keyId": "2b3c4d5e-0000-4000-8000-6f7a8b9c0d1e", "type": "AsymmetricX509Cert", "usage": "Verify", "startDateTime": "2026-01-01T00:00:00Z", "endDateTime": "2028-11-21T00:00:00Z", "key": null}
  ],
  "tags": ["WindowsAzureActiveDirectoryIntegratedApp"]
}
`

const assignmentsJSON = `{
  "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#servicePrincipals('{spId}')/appRoleAssignedTo",
  "value": [
    {
      "id": "41W1zT6z1U", "appRoleId": "18d14569-c3bd-439b-9a66-3a2aee01d14f",
      "principalDisplayName": "IT-ServiceDesk-Agents", "principalId": "cdb555e3-b33e-4fd5-a427-17fadacbdfa7", "principalType": "Group",
      "resourceDisplayName": "HaloITSM", "resourceId": "{spId}"
    }
  ]
}
`

const claimsJSON = `{
  "@odata.context": "https://graph.microsoft.com/beta/$metadata#servicePrincipals('{spId}')/claimsPolicy/$entity",
  "includeBasicClaimSet": true,
  "audienceOverride": null,
  "claims": [
    {"@odata.type": "#microsoft.graph.samlNameIdClaim", "nameIdFormat": "emailAddress", "configurations": [
      {"condition": null, "attribute": {"@odata.type": "#microsoft.graph.sourcedAttribute", "id": "mail", "source": "user", "isExtensionAttribute": false}, "transformations": []}
    ]},
    {"@odata.type": "#microsoft.graph.customClaim", "name": "first_name", "namespace": null, "tokenFormat": ["saml"], "samlAttributeNameFormat": "unspecified", "configurations": [
      {"condition": {"@odata.type": "#microsoft.graph.customClaimCondition", "userType": "members", "memberOf": []},
       "attribute": {"@odata.type": "#microsoft.graph.sourcedAttribute", "id": "givenname", "source": "user", "isExtensionAttribute": false}, "transformations": []}
    ]}
  ]
}
`

// policyJSON is a policy in the list of the application's.
func policyJSON(list, definition string) string {
	return fmt.Sprintf(`{
  "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#servicePrincipals('{spId}')/%s",
  "value": [
    {
      "id": "a4b35718-fd5e-4ca8-8248-a3c9934b1b78",
      "displayName": "Halo policy",
      "isOrganizationDefault": false,
      "definition": [
        "%s"
      ]
    }
  ]
}
`, list, strings.ReplaceAll(definition, `"`, `\"`))
}

const accessJSON = `{
  "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#identity/conditionalAccess/policies",
  "value": [
    {
      "displayName": "MFA for all", "state": "enabled",
      "conditions": {"clientAppTypes": ["all"], "applications": {"includeApplications": ["All"]}, "users": {"includeUsers": ["All"], "excludeUsers": ["d0d0caca-1111-4222-8333-444455556666"]}},
      "grantControls": {"operator": "OR", "builtInControls": ["mfa"]}
    },
    {
      "displayName": "Block unexpected countries", "state": "enabled",
      "conditions": {"clientAppTypes": ["all"], "applications": {"includeApplications": ["{appId}"]}, "users": {"includeUsers": ["All"], "excludeUsers": ["d0d0caca-1111-4222-8333-444455556666"]},
        "locations": {"includeLocations": ["All"], "excludeLocations": ["1b7f0916-7677-40d8-97a1-d606f4ed8fcf"]}},
      "grantControls": {"operator": "OR", "builtInControls": ["block"]}
    },
    {
      "displayName": "Administrators on managed devices", "state": "enabled",
      "conditions": {"clientAppTypes": ["all"], "applications": {"includeApplications": ["{appId}"]}, "users": {"includeGroups": ["e7f1a7f3-9eda-48e0-9963-bd67bf531afd"]}},
      "grantControls": {"operator": "OR", "builtInControls": ["compliantDevice"]}
    }
  ]
}
`

// mapping adds a claims mapping policy in place of the claims of the portal.
func mapping(r repository) {
	delete(r, haloClaims)
	r[haloMapping] = strings.ReplaceAll(policyJSON("claimsMappingPolicies", `{"ClaimsMappingPolicy":{"Version":1,"IncludeBasicClaimSet":"true","ClaimsSchema":[`+
		`{"Source":"user","ID":"mail","SamlClaimType":"http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier"},`+
		`{"Source":"user","ID":"department","SamlClaimType":"department"},`+
		`{"Source":"user","ID":"userprincipalname"},`+
		`{"Source":"transformation","ID":"uid","TransformationId":"prefix","SamlClaimType":"uid"}],`+
		`"ClaimsTransformations":[{"ID":"prefix","TransformationMethod":"ExtractMailPrefix","InputClaims":[{"ClaimTypeReferenceId":"userprincipalname","TransformationClaimType":"mail"}],`+
		`"OutputClaims":[{"ClaimTypeReferenceId":"uid","TransformationClaimType":"outputClaim"}]}]}}`), "{spId}", haloPrincipalID)
}

// entraEdit is a fixture that replaces a text in one of the files.
func entraEdit(check, name, file, old, new string) lintFixture {
	return lintFixture{check: check, name: name, input: file, fire: func(r repository) { r.edit(file, old, new) }}
}

// mappingEdit is one that replaces a text in the claims mapping policy, in
// which quotation marks are escaped.
func mappingEdit(check, name, old, new string) lintFixture {
	escape := func(s string) string { return strings.ReplaceAll(s, `"`, `\"`) }
	f := entraEdit(check, name, haloMapping, escape(old), escape(new))
	f.base, f.line = mapping, 9
	return f
}

// quietly says what the outcome is without the fact.
func (f lintFixture) quietly(outcome string) lintFixture {
	f.quiet = outcome
	return f
}

// with says what the finding is to be.
func (f lintFixture) with(w want) lintFixture {
	f.want = w
	return f
}

// starting changes what the fixture starts from.
func (f lintFixture) starting(base func(repository)) lintFixture {
	f.base = base
	return f
}

var fixturesEntra = []lintFixture{
	entraEdit("entra-export-unreadable", "a comma too many", haloPrincipal, `"tags": ["WindowsAzureActiveDirectoryIntegratedApp"]`, `"tags": [],`).quietly("absent"),
	entraEdit("entra-secret-exposed", "the answer of addPassword", haloApplication, `"passwordCredentials": []`, `"passwordCredentials": [{"keyId": "x", "secretText": "Kx~8Q~abcdefgh"}]`),
	entraEdit("entra-sso-mode", "OpenID Connect", haloPrincipal, `"preferredSingleSignOnMode": "saml"`, `"preferredSingleSignOnMode": "notSupported"`).starting(samlTag).with(want{actual: "notSupported"}),
	entraEdit("entra-sso-mode", "none", haloPrincipal, `"preferredSingleSignOnMode": "saml"`, `"preferredSingleSignOnMode": null`).with(want{severity: finding.Warning}),
	entraEdit("entra-app-disabled", "disabled", haloPrincipal, `"accountEnabled": true`, `"accountEnabled": false`),
	entraEdit("entra-identifier-missing", "empty", haloApplication, `"identifierUris": ["https://halo.contoso.com"]`, `"identifierUris": []`),
	entraEdit("entra-identifier-invalid", "a blank", haloApplication, `"identifierUris": ["https://halo.contoso.com"]`, `"identifierUris": ["https://halo.contoso.com "]`),
	entraEdit("entra-logout-url", "http", haloApplication, `"logoutUrl": "https:`, `"logoutUrl": "http:`),
	entraEdit("entra-sign-on-url", "Entra's own", haloPrincipal, `"loginUrl": "https://halo.contoso.com/login"`, `"loginUrl": "https://login.microsoftonline.com/x/saml2"`),
	entraEdit("entra-sign-on-url", "no address", haloPrincipal, `"loginUrl": "https://halo.contoso.com/login"`, `"loginUrl": "halo"`),
	entraEdit("entra-audience-multi-tenant", "all tenants", haloApplication, "AzureADMyOrg", "AzureADMultipleOrgs"),
	entraEdit("entra-implicit-grant", "access tokens", haloApplication, `"enableAccessTokenIssuance": false`, `"enableAccessTokenIssuance": true`),
	entraEdit("entra-implicit-grant", "ID tokens", haloApplication, `"enableIdTokenIssuance": false`, `"enableIdTokenIssuance": true`).with(want{severity: finding.Info}),

	entraEdit("entra-reply-url-missing", "empty", haloApplication, `"redirectUris": ["https://halo.contoso.com/auth/saml"]`, `"redirectUris": []`),
	entraEdit("entra-reply-url-wildcard", "a wildcard", haloApplication, `"redirectUris": [`, `"redirectUris": ["https://*.contoso.com/auth/saml", `),
	entraEdit("entra-reply-url-insecure", "http", haloApplication, `"redirectUris": [`, `"redirectUris": ["http://halo.contoso.com/auth/saml2", `),
	entraEdit("entra-reply-url-localhost", "development", haloApplication, `"redirectUris": [`, `"redirectUris": ["http://localhost:8080/auth/saml", `),
	entraEdit("entra-reply-url-invalid", "a fragment", haloApplication, `"redirectUris": [`, `"redirectUris": ["https://halo.contoso.com/auth/saml#acs", `),
	entraEdit("entra-reply-url-duplicate", "a slash more", haloApplication, `"redirectUris": ["https://halo.contoso.com/auth/saml"`, `"redirectUris": ["https://halo.contoso.com/auth/saml", "https://halo.contoso.com/auth/saml/"`).with(want{difference: "trailing slash"}),
	entraEdit("entra-reply-url-duplicate", "the same", haloApplication, `"redirectUris": ["https://halo.contoso.com/auth/saml"`, `"redirectUris": ["https://halo.contoso.com/auth/saml", "https://halo.contoso.com/auth/saml"`),
	entraEdit("entra-reply-url-limit", "one too many", haloApplication, `"redirectUris": [`, `"redirectUris": [`+manyURLs(256)),
	entraEdit("entra-reply-url-drift", "only at the enterprise application", haloPrincipal, `"replyUrls": [`, `"replyUrls": ["https://halo-old.contoso.com/auth/saml", `),
	entraEdit("entra-reply-url-index", "of a URL that is gone", haloApplication, `"redirectUriSettings": [`, `"redirectUriSettings": [{"uri": "https://halo-old.contoso.com/", "index": 1}, `),
	entraEdit("entra-reply-url-index", "twice the same", haloApplication, `"redirectUris": ["https://halo.contoso.com/auth/saml"],
    "redirectUriSettings": [`, `"redirectUris": ["https://halo.contoso.com/auth/saml", "https://halo2.contoso.com/auth/saml"],
    "redirectUriSettings": [{"uri": "https://halo2.contoso.com/auth/saml", "index": 0}, `),

	entraEdit("entra-assignment-not-required", "the default", haloPrincipal, `"appRoleAssignmentRequired": true`, `"appRoleAssignmentRequired": false`),
	{check: "entra-assignment-missing", name: "an empty list", input: haloAssignments,
		fire: func(r repository) {
			r[haloAssignments] = strings.Split(r[haloAssignments], "[")[0] + "[]}"
		}},
	entraEdit("entra-all-users-assigned", "All Users", haloAssignments, "IT-ServiceDesk-Agents", "All Users"),
	entraEdit("entra-user-assigned-directly", "a person", haloAssignments, `"principalType": "Group"`, `"principalType": "User"`),
	entraEdit("entra-assignment-role-unknown", "a role that is gone", haloAssignments, "18d14569-c3bd-439b-9a66-3a2aee01d14f", "18d14569-c3bd-439b-9a66-000000000000"),
	entraEdit("entra-assignment-role-unknown", "a role that is disabled", haloApplication, `"isEnabled": true`, `"isEnabled": false`).in(haloAssignments),

	entraEdit("entra-notification-missing", "nobody", haloPrincipal, `["iam@contoso.com"]`, `[]`),
	entraEdit("entra-certificate-missing", "no certificate", haloPrincipal, `"usage": "Verify"`, `"usage": "Other"`),
	entraEdit("entra-certificate-missing", "none is active", haloPrincipal, `"preferredTokenSigningKeyThumbprint": "`, `"preferredTokenSigningKeyThumbprint": null, "was": "`),
	entraEdit("entra-certificate-dangling", "another thumbprint", haloPrincipal, `"preferredTokenSigningKeyThumbprint": "`, `"preferredTokenSigningKeyThumbprint": "DA20FCA696C4F83E8C9A6BB5DE9333CED421F3C1", "was": "`),
	entraEdit("entra-certificate-expired", "three years are over", haloPrincipal, `"endDateTime": "2028-11-21T00:00:00Z"`, `"endDateTime": "2026-11-20T00:00:00Z"`),
	entraEdit("entra-certificate-expiring", "in ten days", haloPrincipal, `"endDateTime": "2028-11-21T00:00:00Z"`, `"endDateTime": "2026-12-01T12:00:00Z"`),
	entraEdit("entra-certificate-inactive", "a newer one", haloPrincipal, `"keyCredentials": [`, `"keyCredentials": [
    {"customKeyIdentifier": "2iD8ppbE+D6Kmu1ZvjM2jtQh88E=", "keyId": "x", "type": "AsymmetricX509Cert", "usage": "Verify", "endDateTime": "2029-11-20T00:00:00Z"},`),
	entraEdit("entra-encryption-key", "a key that is gone", haloApplication, `"tokenEncryptionKeyId": "0f9d1c84`, `"tokenEncryptionKeyId": "ffffffff`),
	entraEdit("entra-encryption-key", "uploaded and not active", haloApplication, `"tokenEncryptionKeyId": "`+haloEncryption+`"`, `"tokenEncryptionKeyId": null`).with(want{severity: finding.Warning}),
	entraEdit("entra-encryption-key", "of another usage", haloApplication, `"usage": "Encrypt"`, `"usage": "Verify"`),
	entraEdit("entra-encryption-key", "expired", haloApplication, `"endDateTime": "2029-01-01T00:00:00Z"`, `"endDateTime": "2026-02-01T00:00:00Z"`).with(want{severity: finding.Warning}),
	entraEdit("entra-request-signature", "no certificate", haloApplication, `"usage": "Verify"`, `"usage": "Other"`),
	entraEdit("entra-request-signature", "expired", haloApplication, `"endDateTime": "2029-01-01T00:00:00Z"`, `"endDateTime": "2026-02-01T00:00:00Z"`),
	entraEdit("entra-request-signature", "SHA-1", haloApplication, `"allowedWeakAlgorithms": null`, `"allowedWeakAlgorithms": "rsaSha1"`),
	entraEdit("entra-request-signature", "started at My Apps", haloPrincipal, `"loginUrl": "https://halo.contoso.com/login"`, `"loginUrl": null`).in(haloApplication),

	entraEdit("entra-group-overage", "security groups", haloApplication, `"groupMembershipClaims": "ApplicationGroup"`, `"groupMembershipClaims": "SecurityGroup"`),
	entraEdit("entra-group-claim-format", "no groups", haloApplication, `"groupMembershipClaims": "ApplicationGroup"`, `"groupMembershipClaims": null`),
	entraEdit("entra-group-claim-format", "an unknown word", haloApplication, `"groupMembershipClaims": "ApplicationGroup"`, `"groupMembershipClaims": "ApplicationGroups"`),
	entraEdit("entra-group-claim-format", "two formats", haloApplication, `["sam_account_name"]`, `["sam_account_name", "netbios_domain_and_sam_account_name"]`),
	entraEdit("entra-group-claim-format", "a property that is none", haloApplication, `["sam_account_name"]`, `["samaccountname"]`),
	entraEdit("entra-group-claim-format", "names of cloud groups", haloApplication, `"groupMembershipClaims": "ApplicationGroup"`, `"groupMembershipClaims": "DirectoryRole"`).starting(func(r repository) {
		r.edit(haloApplication, `["sam_account_name"]`, `["sam_account_name", "cloud_displayname"]`)
	}),
	entraEdit("entra-group-claim-format", "roles that are not emitted", haloApplication, `"displayName": "User", "isEnabled": true, "value": null`, `"displayName": "User", "isEnabled": true, "value": "agent"`).starting(func(r repository) {
		r.edit(haloApplication, `["sam_account_name"]`, `["sam_account_name", "emit_as_roles"]`)
	}),
	entraEdit("entra-optional-claim-unknown", "of JSON tokens", haloApplication, `"saml2Token": [`, `"saml2Token": [{"name": "ipaddr"},`),
	entraEdit("entra-mapped-claims", "switched on", haloApplication, `"acceptMappedClaims": null`, `"acceptMappedClaims": true`),

	entraEdit("entra-policy-invalid", "a word that is none", haloClaims, `"nameIdFormat": "emailAddress"`, `"nameIdFormat": "email"`).with(want{actual: "email"}),
	entraEdit("entra-policy-invalid", "a claim without value", haloClaims, `"attribute": {"@odata.type": "#microsoft.graph.sourcedAttribute", "id": "givenname", "source": "user", "isExtensionAttribute": false}`, `"attribute": null`),
	entraEdit("entra-policy-invalid", "a claim without a name", haloClaims, `"name": "first_name"`, `"name": ""`).with(want{detail: "a claim has no name"}),
	entraEdit("entra-policy-invalid", "a transformation of nothing", haloClaims, `"id": "givenname", "source": "user", "isExtensionAttribute": false}, "transformations": []`, `"id": "givenname", "source": "user", "isExtensionAttribute": false}, "transformations": [{"@odata.type": "#microsoft.graph.toUppercaseTransformation"}]`).with(want{detail: "has no input"}),
	entraEdit("entra-policy-invalid", "two definitions", haloLifetime, `"definition": [`, `"definition": ["{\"TokenLifetimePolicy\":{\"Version\":1}}",`).with(want{detail: "has 2 definitions"}),
	entraEdit("entra-policy-invalid", "a transformation that is none", haloClaims, `"id": "givenname", "source": "user", "isExtensionAttribute": false}, "transformations": []`, `"id": "givenname", "source": "user", "isExtensionAttribute": false}, "transformations": [{"@odata.type": "#microsoft.graph.reverseTransformation"}]`),
	mappingEdit("entra-policy-invalid", "no JSON", `"ID":"department",`, `"ID":"department";`),
	mappingEdit("entra-policy-invalid", "no version", `"Version":1,`, ``).at(4),
	mappingEdit("entra-policy-invalid", "the version in lower case", `"Version":1,`, `"version":1,`).with(want{severity: finding.Warning}),
	mappingEdit("entra-policy-invalid", "no origin", `"Source":"user","ID":"department",`, ``),
	mappingEdit("entra-policy-invalid", "two origins", `"ID":"department",`, `"ID":"department","Value":"IT",`),
	mappingEdit("entra-policy-invalid", "a property that is none", `"ID":"department",`, `"ID":"department","SamlType":"x",`).with(want{severity: finding.Warning}),
	mappingEdit("entra-claim-restricted", "upn", `"SamlClaimType":"department"`, `"SamlClaimType":"http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn"`).with(want{severity: finding.Warning}),
	mappingEdit("entra-claim-restricted", "groups", `"SamlClaimType":"department"`, `"SamlClaimType":"http://schemas.microsoft.com/ws/2008/06/identity/claims/groups"`),
	entraEdit("entra-claim-restricted", "role", haloClaims, `"name": "first_name", "namespace": null`, `"name": "role", "namespace": "http://schemas.microsoft.com/ws/2008/06/identity/claims"`).with(want{severity: finding.Warning}),
	mappingEdit("entra-claim-source-unknown", "a constant as attribute", `"ID":"department"`, `"ID":"900"`),
	mappingEdit("entra-claim-source-unknown", "a source that is none", `{"Source":"user","ID":"department"`, `{"Source":"users","ID":"department"`),
	entraEdit("entra-claim-source-unknown", "a blank before it", haloClaims, `"id": "givenname"`, `"id": " givenname"`).with(want{difference: "white space"}),
	entraEdit("entra-claim-source-unknown", "the name of the portal", haloClaims, `"id": "givenname"`, `"id": "user.givenname"`),
	mappingEdit("entra-nameid-source", "display name", `"ID":"mail"`, `"ID":"displayname"`),
	mappingEdit("entra-nameid-source", "a constant", `"Source":"user","ID":"mail"`, `"Value":"everyone"`),
	entraEdit("entra-nameid-source", "display name in the portal", haloClaims, `"id": "mail"`, `"id": "displayname"`),
	mappingEdit("entra-nameid-lookalike", "the slip of a tutorial", `"SamlClaimType":"department"`, `"SamlClaimType":"https://aws.amazon.com/SAML/Attributes/nameidentifier"`),
	mappingEdit("entra-transformation-dangling", "a transformation that is not there", `"TransformationId":"prefix"`, `"TransformationId":"mailPrefix"`),
	mappingEdit("entra-transformation-dangling", "an input that is not there", `"ClaimTypeReferenceId":"userprincipalname"`, `"ClaimTypeReferenceId":"upn"`),
	mappingEdit("entra-transformation-dangling", "a method that is none", `"TransformationMethod":"ExtractMailPrefix"`, `"TransformationMethod":"MailPrefix"`),
	mappingEdit("entra-policy-limit", "fifty-one claims", `"ClaimsSchema":[`, `"ClaimsSchema":[`+strings.Repeat(`{"Source":"user","ID":"city","SamlClaimType":"city"},`, 50)).at(0),
	{check: "entra-policy-shadowed", name: "both", input: haloClaims,
		fire: func(r repository) {
			claims := r[haloClaims]
			mapping(r)
			r[haloClaims] = claims
		}},
	{check: "entra-policy-conflict", name: "two", input: "entra/more-mapping.json", line: 4,
		base: func(r repository) {
			mapping(r)
			r["entra/more-mapping.json"] = r[haloMapping]
		},
		fire: func(r repository) {
			r.edit("entra/more-mapping.json", "a4b35718-fd5e-4ca8-8248-a3c9934b1b78", "7d1c92e0-3f54-4b6a-9e08-51c3a2d7f6b4")
			r.edit("entra/more-mapping.json", "Halo policy", "Halo policy, new")
		}},
	{check: "entra-audience-override", name: "no certificate", input: haloMapping, line: 9,
		base: func(r repository) {
			mapping(r)
			r.edit(haloMapping, `\"Version\":1,`, `\"Version\":1,\"audienceOverride\":\"https://other.contoso.com\",`)
		},
		fire: func(r repository) {
			r.edit(haloPrincipal, `"preferredTokenSigningKeyThumbprint": "`, `"preferredTokenSigningKeyThumbprint": "", "was": "`)
		}},
	entraEdit("entra-token-issuance", "SHA-1", haloIssuance, "2001/04/xmldsig-more#rsa-sha256", "2000/09/xmldsig#rsa-sha1").with(want{severity: finding.Warning}),
	entraEdit("entra-token-issuance", "a word that is none", haloIssuance, "TokenOnly", "AssertionOnly"),
	entraEdit("entra-token-lifetime", "five minutes", haloLifetime, "8:00:00", "0:05:00"),
	entraEdit("entra-token-lifetime", "no time", haloLifetime, "8:00:00", "8 hours"),
	entraEdit("entra-token-lifetime", "what is no longer honoured", haloLifetime, `\"AccessTokenLifetime\"`, `\"MaxAgeSingleFactor\"`).with(want{severity: finding.Warning}),

	entraEdit("entra-mfa-missing", "switched off", haloAccess, `"displayName": "MFA for all", "state": "enabled"`, `"displayName": "MFA for all", "state": "disabled"`).in(haloPrincipal),
	entraEdit("entra-mfa-missing", "the application is excluded", haloAccess, `"includeApplications": ["All"]`, `"includeApplications": ["All"], "excludeApplications": ["`+haloAppID+`"]`).in(haloPrincipal),
	entraEdit("entra-mfa-missing", "outside of trusted networks only", haloAccess, `"grantControls": {"operator": "OR", "builtInControls": ["mfa"]}`, `"grantControls": {"operator": "OR", "builtInControls": ["mfa", "compliantDevice"]}`).in(haloPrincipal),
	entraEdit("entra-mfa-missing", "roles only", haloAccess, `"applications": {"includeApplications": ["All"]}, "users": {"includeUsers": ["All"]`, `"applications": {"includeApplications": ["All"]}, "users": {"includeRoles": ["62e90394-69f5-4237-9190-012177145e10"]`).in(haloPrincipal).with(want{severity: finding.Info}),
	entraEdit("entra-mfa-exclusions", "guests", haloAccess, `"applications": {"includeApplications": ["All"]}, "users": {"includeUsers": ["All"], "excludeUsers": [`, `"applications": {"includeApplications": ["All"]}, "users": {"includeUsers": ["All"], "excludeUsers": ["GuestsOrExternalUsers", `),
	entraEdit("entra-access-report-only", "a trial", haloAccess, `"displayName": "MFA for all", "state": "enabled"`, `"displayName": "MFA for all", "state": "enabledForReportingButNotEnforced"`),
	entraEdit("entra-location-policy-missing", "switched off", haloAccess, `"displayName": "Block unexpected countries", "state": "enabled"`, `"displayName": "Block unexpected countries", "state": "disabled"`).in(haloPrincipal),
	entraEdit("entra-location-dangling", "of another tenant", "entra/ca/locations.json", "1b7f0916-7677-40d8-97a1-d606f4ed8fcf", "4c2b7e19-0d55-4e0b-8c0f-6a1d92c3b7e4").starting(locations).in(haloAccess).at(12).
		with(want{actual: "1b7f0916-7677-40d8-97a1-d606f4ed8fcf"}),
	entraEdit("entra-location-dangling", "of no location", haloAccess, `"excludeLocations": ["`, `"excludeLocations": ["5f0e3a77-9f1c-4b43-a1de-93f1b0c6d2a8", "`).starting(locations),
	entraEdit("entra-break-glass-missing", "none is named", "ssodoctor.yaml", "      break-glass-account: admin.local\n", "").starting(inConfig("admin.local")),
	entraEdit("entra-break-glass-blocked", "an account of Entra that is not excluded", haloAccess, `"users": {"includeUsers": ["All"], "excludeUsers": ["d0d0caca-1111-4222-8333-444455556666"]}},`, `"users": {"includeUsers": ["All"]}},`).starting(inConfig("d0d0caca-1111-4222-8333-444455556666")),
	entraEdit("entra-sso-mode", "an app that is meant to be SAML", haloPrincipal, `"preferredSingleSignOnMode": "saml"`, `"preferredSingleSignOnMode": "oidc"`).starting(inConfig("admin.local")),
	entraEdit("entra-device-policy-missing", "switched off", haloAccess, `"builtInControls": ["compliantDevice"]`, `"builtInControls": ["mfa"]`).in(haloPrincipal),
	entraEdit("entra-privileged-policy-missing", "switched off", haloAccess, `"includeGroups": ["e7f1a7f3-9eda-48e0-9963-bd67bf531afd"]`, `"includeUsers": ["All"]`).in(haloPrincipal),
}

// in says in which other file the finding stands.
func (f lintFixture) in(file string) lintFixture {
	f.input = file
	return f
}

// at says in which line the finding stands, 0 for any.
func (f lintFixture) at(line int) lintFixture {
	f.line = line
	return f
}

// inConfig names the exports, and a break-glass account, in ssodoctor.yaml.
func inConfig(account string) func(repository) {
	return func(r repository) {
		r.edit("ssodoctor.yaml", "    expect:\n", `    entra:
      application: entra/halo-app.json
      service-principal: entra/halo-sp.json
      assignments: entra/halo-assignments.json
      claims-policy: entra/halo-claims.json
      conditional-access: [entra/ca/*.json]
    expect:
      break-glass-account: `+account+"\n")
	}
}

// locations are the named locations of the tenant.
func locations(r repository) {
	r.edit(haloAccess, `"includeLocations": ["All"]`, `"includeLocations": ["All", "AllTrusted", "00000000-0000-0000-0000-000000000000"]`)
	r["entra/ca/locations.json"] = `{
  "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#conditionalAccess/namedLocations",
  "value": [
    {"@odata.type": "#microsoft.graph.countryNamedLocation", "id": "1b7f0916-7677-40d8-97a1-d606f4ed8fcf", "displayName": "Where we work", "countriesAndRegions": ["NL"]}
  ]
}
`
}

// samlTag gives the enterprise application the tag of those set up for SAML.
func samlTag(r repository) {
	r.edit(haloPrincipal, `"tags": [`, `"tags": ["WindowsAzureActiveDirectoryCustomSingleSignOnApplication", `)
}

// manyURLs are n different Reply URLs, each with a comma behind it.
func manyURLs(n int) string {
	var out strings.Builder
	for i := range n {
		fmt.Fprintf(&out, `"https://halo%d.contoso.com/auth/saml", `, i)
	}
	return out.String()
}
