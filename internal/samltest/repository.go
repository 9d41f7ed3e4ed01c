package samltest

import (
	"encoding/pem"
	"fmt"
	"strings"
)

// Repository is the files of a repository by name: a ssodoctor.yaml that
// includes one file an app, with metadata of both sides, the pasted certificate
// and the exports of Entra, and beside them files of other kinds until there
// are as many as asked for. Nothing is wrong with any of them.
func Repository(apps, files int) map[string]string {
	out := map[string]string{"ssodoctor.yaml": "version: 1\ninclude: [apps/*/app.yaml]\n"}
	cert := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: RSA().Cert}))
	for i := range apps {
		name := fmt.Sprintf("app%03d", i)
		tenant := fmt.Sprintf("3f2c8a14-5b6d-4e7f-8a90-%012d", i+1)
		r := strings.NewReplacer("{name}", name, "{tenant}", tenant, "{app}", fmt.Sprintf("5d0c4a9e-1b2c-4d3e-8f40-%012d", i+1), "{sp}", fmt.Sprintf("7e1d5baf-2c3d-4e4f-9051-%012d", i+1))
		idp, sp := NewIdPMetadata(RSA().Cert), NewSPMetadata()
		idp.EntityID = r.Replace("https://sts.windows.net/{tenant}/")
		url := r.Replace("https://login.microsoftonline.com/{tenant}/saml2")
		idp.SSO = []Endpoint{{Binding: BindingGET, Location: url}, {Binding: BindingPOST, Location: url}}
		idp.SLO = []Endpoint{{Binding: BindingGET, Location: url}}
		sp.EntityID = r.Replace("https://{name}.contoso.com")
		sp.ACS[0].Location, sp.SLO[0].Location = sp.EntityID+"/auth/saml", sp.EntityID+"/auth/logout"
		dir := "apps/" + name + "/"
		out[dir+"app.yaml"] = r.Replace(repositoryApp)
		out[dir+"idp.xml"], out[dir+"sp.xml"], out[dir+"pasted.cer"] = idp.XML(), sp.XML(), cert
		out[dir+"application.json"], out[dir+"service-principal.json"] = r.Replace(repositoryApplication), r.Replace(repositoryPrincipal)
	}
	for i := 0; len(out) < files; i++ {
		kind := repositoryOthers[i%len(repositoryOthers)]
		out[fmt.Sprintf("other/%02d/file%04d%s", i%50, i, kind.ending)] = strings.Repeat(kind.line, 40)
	}
	return out
}

const repositoryApp = `apps:
  - name: {name}
    idp: {metadata: idp.xml}
    app:
      metadata: sp.xml
      entity-id: https://{name}.contoso.com
      reply-urls: [https://{name}.contoso.com/auth/saml]
      issuer: https://sts.windows.net/{tenant}/
      sso-url: https://login.microsoftonline.com/{tenant}/saml2
      certificates: [pasted.cer]
    entra: {application: application.json, service-principal: service-principal.json}
    expect:
      name-id: {format: emailAddress}
      claims: [{name: first_name, required: true}]
      break-glass-account: admin.local
`

const repositoryApplication = `{
  "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#applications/$entity",
  "id": "0{app}", "appId": "{app}", "displayName": "{name}", "signInAudience": "AzureADMyOrg",
  "identifierUris": ["https://{name}.contoso.com"],
  "web": {"redirectUris": ["https://{name}.contoso.com/auth/saml"], "logoutUrl": "https://{name}.contoso.com/auth/logout"}
}
`

const repositoryPrincipal = `{
  "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#servicePrincipals/$entity",
  "id": "{sp}", "appId": "{app}", "displayName": "{name}", "preferredSingleSignOnMode": "saml", "accountEnabled": true,
  "appRoleAssignmentRequired": true, "notificationEmailAddresses": ["identity@contoso.com"],
  "replyUrls": ["https://{name}.contoso.com/auth/saml"], "servicePrincipalNames": ["{app}", "https://{name}.contoso.com"], "tags": ["WindowsAzureActiveDirectoryCustomSingleSignOnApplication"]
}
`

var repositoryOthers = []struct{ ending, line string }{
	{".md", "Some words on how the service is run.\n"},
	{".go", "func main() { fmt.Println(\"hello\") }\n"},
	{".json", "{\"name\": \"something\", \"version\": \"1.0.0\", \"dependencies\": {\"left-pad\": \"^1.3.0\"}}\n"},
	{".txt", "2026-11-21T10:00:00Z INFO all is well\n"},
	{".yaml", "key: value\n"},
	{".tf", "# resource \"null_resource\" \"none\" {}\n"},
	{".xml", "<project><name>something</name></project>\n"},
}
