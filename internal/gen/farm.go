package main

// farm is what ConvertTo-Json makes of the relying party trusts of a small
// farm: one that can be moved with some work, one that cannot, and one of
// Microsoft's own.
const farm = `[{"Name": "HaloITSM", "Identifier": ["https://halo.contoso.com"], "Enabled": true, "WSFedEndpoint": null, "AdditionalWSFedEndpoint": [],
  "SamlEndpoints": [{"Binding": "POST", "BindingUri": "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST", "Index": 0, "IsDefault": true, "Location": "https://halo.contoso.com/auth/saml", "Protocol": "SAMLAssertionConsumer", "ResponseLocation": null}],
  "IssuanceTransformRules": "c:[Type == \"http://schemas.microsoft.com/ws/2008/06/identity/claims/windowsaccountname\", Issuer == \"AD AUTHORITY\"]\r\n => issue(store = \"Active Directory\", types = (\"http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier\", \"first_name\", \"cost\"), query = \";mail,givenName,departmentNumber;{0}\", param = c.Value);\r\n",
  "IssuanceAuthorizationRules": null, "AccessControlPolicyName": "Permit everyone and require MFA", "AdditionalAuthenticationRules": "", "TokenLifetime": 0, "FutureSwitch": "on"},
 {"Name": "Printer portal", "Identifier": ["urn:printers"], "Enabled": true, "WSFedEndpoint": "https://printers.contoso.com/", "SamlEndpoints": [],
  "IssuanceTransformRules": "c:[Type == \"http://schemas.microsoft.com/ws/2008/06/identity/claims/windowsaccountname\"] => issue(store = \"HR\", types = (\"badge\"), query = \"{0}\", param = c.Value);",
  "IssuanceAuthorizationRules": "=> issue(Type = \"http://schemas.microsoft.com/authorization/claims/permit\", Value = \"true\");", "AccessControlPolicyName": null,
  "AdditionalAuthenticationRules": "c:[Type == \"http://schemas.microsoft.com/ws/2012/01/insidecorporatenetwork\", Value == \"false\"] => issue(Type = \"http://schemas.microsoft.com/ws/2008/06/identity/claims/authenticationmethod\", Value = \"http://schemas.microsoft.com/claims/multipleauthn\");"},
 {"Name": "Microsoft Office 365 Identity Platform", "Identifier": ["urn:federation:MicrosoftOnline"], "Enabled": true, "IssuanceTransformRules": "", "SamlEndpoints": []}]
`

// haloTrusts are a trust whose claims Entra can emit but for one of several
// values, and one that nobody uses any more.
const haloTrusts = `[{"Name": "HaloITSM", "Identifier": ["https://halo.contoso.com"], "Enabled": true, "WSFedEndpoint": null,
  "SamlEndpoints": [{"Binding": "POST", "Index": 0, "IsDefault": true, "Location": "https://halo.contoso.com/auth/saml", "Protocol": "SAMLAssertionConsumer"}],
  "IssuanceTransformRules": "@RuleName = \"Directory\"\r\nc:[Type == \"http://schemas.microsoft.com/ws/2008/06/identity/claims/windowsaccountname\", Issuer == \"AD AUTHORITY\"]\r\n => issue(store = \"Active Directory\", types = (\"http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier\", \"first_name\", \"cost\", \"aliases\"), query = \";userPrincipalName,givenName,departmentNumber,proxyAddresses;{0}\", param = c.Value);\r\n@RuleName = \"Agents\"\r\nc:[Type == \"http://schemas.microsoft.com/ws/2008/06/identity/claims/groupsid\", Value == \"S-1-5-21-1-2-3-1104\"] => issue(Type = \"level\", Value = \"agent\");",
  "AccessControlPolicyName": "Permit everyone"},
 {"Name": "Old wiki", "Identifier": ["urn:wiki"], "Enabled": false, "SamlEndpoints": [], "IssuanceTransformRules": ""}]
`

// people are users of that farm as a spreadsheet has them.
const people = `userPrincipalName,sAMAccountName,givenName,departmentNumber,proxyAddresses,groups
ada@contoso.com,ada,Ada,7,SMTP:ada@contoso.com;smtp:a@contoso.com,S-1-5-21-1-2-3-1104=CONTOSO\Agents
bob@contoso.com,bob,Bob,8,SMTP:bob@contoso.com,
`
