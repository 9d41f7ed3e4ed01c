package export

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ssodoctor/ssodoctor/pkg/entra"
)

const (
	appID     = "6b1f4d3a-1c7e-4a52-9d8b-2f60c1e7a945"
	spID      = "c4a97e12-5d38-4f6b-b0a1-93e2d7f48c56"
	appObject = "7e1d2c3b-4a5f-4e6d-8c9b-0a1b2c3d4e5f"
)

const graphApplication = `{"id": "` + appObject + `", "appId": "` + appID + `", "displayName": "Halo", "identifierUris": ["https://halo.contoso.com"],
  "groupMembershipClaims": "ApplicationGroup", "tags": [], "signInAudience": "AzureADMyOrg",
  "optionalClaims": {"saml2Token": [{"name": "groups", "additionalProperties": ["sam_account_name"]}]},
  "web": {"redirectUris": ["https://halo.contoso.com/acs"], "logoutUrl": "https://halo.contoso.com/slo", "implicitGrantSettings": {"enableIdTokenIssuance": false}}}`

const graphPrincipal = `{"id": "` + spID + `", "appId": "` + appID + `", "displayName": "Halo", "preferredSingleSignOnMode": "saml",
  "appRoleAssignmentRequired": true, "loginUrl": "https://halo.contoso.com/login", "notificationEmailAddresses": ["iam@contoso.com"]}`

// facts are what every format can say of the application.
func facts(e *entra.EnterpriseApplication) map[string]string {
	out := map[string]string{"name": e.Name(), "identifiers": fmt.Sprint(e.Identifiers().Strings()), "replies": fmt.Sprint(e.ReplyURLs().Strings()), "logout": e.LogoutURL().V}
	if a := e.Application; a != nil {
		out["groups"] = a.GroupClaims.V
		for _, c := range a.OptionalClaims.V {
			out["optional"] += c.Name.V + fmt.Sprint(c.Properties.Strings())
		}
	}
	if p := e.Principal; p != nil {
		out["mode"], out["required"], out["login"], out["mail"] = p.Mode.V, fmt.Sprint(p.AssignmentRequired.V), p.LoginURL.V, fmt.Sprint(p.NotificationAddresses.Strings())
	}
	return out
}

// TestFormats: one application in every form that people have says the same,
// as far as the form goes.
func TestFormats(t *testing.T) {
	want := map[string]string{
		"name": "Halo", "identifiers": "[https://halo.contoso.com]", "replies": "[https://halo.contoso.com/acs]", "logout": "https://halo.contoso.com/slo",
		"groups": "ApplicationGroup", "optional": "groups[sam_account_name]",
		"mode": "saml", "required": "true", "login": "https://halo.contoso.com/login", "mail": "[iam@contoso.com]",
	}
	for _, c := range []struct {
		name   string
		format string
		files  map[string]string
		lacks  string
	}{
		{"Graph", "graph", map[string]string{"app.json": graphApplication, "sp.json": graphPrincipal}, ""},
		{"lists", "graph", map[string]string{"app.json": `{"@odata.context": "x", "value": [` + graphApplication + `]}`, "sp.json": `[` + graphPrincipal + `]`}, ""},
		{"one after the other", "graph", map[string]string{"all.json": graphApplication + "\n" + graphPrincipal}, ""},
		{"a list of lists", "graph", map[string]string{"all.json": `[{"value": [` + graphApplication + `]}, {"value": [` + graphPrincipal + `]}]`}, ""},
		{"a batch", "graph", map[string]string{"batch.json": `{"responses": [{"id": "1", "status": 200, "body": {"value": [` + graphApplication + `]}}, {"id": "2", "body": ` + graphPrincipal + `}]}`}, ""},
		{"an instantiated template", "graph", map[string]string{"new.json": `{"application": ` + graphApplication + `, "servicePrincipal": ` + graphPrincipal + `}`}, ""},
		{"EntraExporter", "graph", map[string]string{"out/Applications/" + appObject + "/" + appObject + ".json": graphApplication, "out/ServicePrincipals/" + spID + "/" + spID + ".json": "\uFEFF" + graphPrincipal}, ""},
		{"the old manifest", "manifest", map[string]string{"manifest.json": `{"id": "` + appObject + `", "appId": "` + appID + `", "name": "Halo", "identifierUris": ["https://halo.contoso.com"],
			"groupMembershipClaims": "ApplicationGroup", "optionalClaims": {"saml2Token": [{"name": "groups", "additionalProperties": ["sam_account_name"]}]}, "logoutUrl": "https://halo.contoso.com/slo",
			"replyUrlsWithType": [{"url": "https://halo.contoso.com/acs", "type": "Web"}, {"url": "https://halo.contoso.com/spa", "type": "Spa"}], "oauth2AllowImplicitFlow": false}`}, "mode required login mail"},
		{"Terraform", "terraform", map[string]string{"main.tf": terraformText}, ""},
		{"Terraform in two files", "terraform", map[string]string{"app.tf": terraformText[:strings.Index(terraformText, "resource \"azuread_service")], "sp.tf": terraformText[strings.Index(terraformText, "resource \"azuread_service"):]}, ""},
		{"Terraform in JSON", "terraform-json", map[string]string{"main.tf.json": `{"resource": {"azuread_application": {"halo": {"display_name": "Halo", "identifier_uris": ["https://halo.contoso.com"],
			"group_membership_claims": ["ApplicationGroup"], "optional_claims": [{"saml2_token": [{"name": "groups", "additional_properties": ["sam_account_name"]}]}],
			"web": [{"redirect_uris": ["https://halo.contoso.com/acs"], "logout_url": "https://halo.contoso.com/slo"}]}},
			"azuread_service_principal": {"halo": [{"client_id": "${azuread_application.halo.client_id}", "app_role_assignment_required": true, "preferred_single_sign_on_mode": "saml",
			"login_url": "https://halo.contoso.com/login", "notification_email_addresses": ["iam@contoso.com"]}]}}}`}, ""},
		{"a state of Terraform", "terraform-json", map[string]string{"terraform.tfstate": terraformState}, ""},
		{"a plan of Terraform", "terraform-json", map[string]string{"plan.json": `{"planned_values": {"root_module": {"child_modules": [{"resources": [
			{"address": "module.halo.azuread_application.halo", "mode": "managed", "type": "azuread_application", "name": "halo", "values": {"display_name": "Halo", "identifier_uris": ["https://halo.contoso.com"],
			"group_membership_claims": ["ApplicationGroup"], "optional_claims": [{"saml2_token": [{"name": "groups", "additional_properties": ["sam_account_name"]}]}],
			"web": [{"redirect_uris": ["https://halo.contoso.com/acs"], "logout_url": "https://halo.contoso.com/slo"}]}}]}]}}}`}, "mode required login mail"},
		{"Microsoft365DSC", "microsoft365dsc", map[string]string{"tenant.ps1": dscText}, "mode login mail"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var files []*File
			for name, text := range c.files {
				f := Read(name, []byte(text))
				if f.Format != c.format || len(f.Problems) > 0 {
					t.Fatalf("%s is read as %q: %+v", name, f.Format, f.Problems)
				}
				files = append(files, f)
			}
			all := Join(files)
			if len(all) != 1 {
				t.Fatalf("%d applications", len(all))
			}
			expected := map[string]string{}
			for name, value := range want {
				expected[name] = value
			}
			got := facts(all[0])
			for name := range strings.FieldsSeq(c.lacks) {
				delete(expected, name)
				delete(got, name)
			}
			if diff := cmp.Diff(expected, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

const terraformText = `
locals {
  base = "https://halo.contoso.com"
  ids  = [local.base]
}

resource "azuread_application" "halo" {
  display_name            = "Halo" # the name
  identifier_uris         = toset(local.ids)
  group_membership_claims = ["ApplicationGroup"]

  optional_claims {
    saml2_token {
      name                  = "groups"
      additional_properties = ["sam_account_name"]
    }
  }
  web {
    logout_url = "https://halo.contoso.com/slo"
  }
}

resource "azuread_application_redirect_uris" "halo" {
  application_id = azuread_application.halo.id
  type           = "Web"
  redirect_uris  = ["https://halo.contoso.com/acs"]
}

resource "azuread_service_principal" "halo" {
  client_id                     = azuread_application.halo.client_id
  app_role_assignment_required  = true
  preferred_single_sign_on_mode = "saml"
  login_url                     = "https://halo.contoso.com/login"
  notification_email_addresses  = ["iam@contoso.com"]
}
`

const terraformState = `{"version": 4, "resources": [
  {"mode": "data", "type": "azuread_application", "name": "other", "instances": [{"attributes": {"display_name": "Other"}}]},
  {"mode": "managed", "type": "azuread_application", "name": "halo", "instances": [{"attributes": {"id": "/applications/` + appObject + `", "object_id": "` + appObject + `", "client_id": "` + appID + `",
    "display_name": "Halo", "identifier_uris": ["https://halo.contoso.com"], "group_membership_claims": ["ApplicationGroup"],
    "optional_claims": [{"saml2_token": [{"name": "groups", "additional_properties": ["sam_account_name"]}]}], "web": [{"redirect_uris": ["https://halo.contoso.com/acs"], "logout_url": "https://halo.contoso.com/slo"}]}}]},
  {"mode": "managed", "type": "azuread_service_principal", "name": "halo", "instances": [{"attributes": {"object_id": "` + spID + `", "client_id": "` + appID + `", "app_role_assignment_required": true,
    "preferred_single_sign_on_mode": "saml", "login_url": "https://halo.contoso.com/login", "notification_email_addresses": ["iam@contoso.com"]}}]}]}`

const dscText = "Configuration Tenant\n{\n  param ([string] $Secret)\n  Import-DscResource -ModuleName Microsoft365DSC\n  Node localhost\n  {\n" + `
    AADApplication 'Halo' <# the app #>
    {
      DisplayName           = "Halo";
      IdentifierUris        = @("https://halo.contoso.com"); # one
      GroupMembershipClaims = 'ApplicationGroup'
      LogoutURL             = 'https://halo.contoso.com/slo'
      ReplyURLs             = @(
        'https://halo.contoso.com/acs'
      )
      OptionalClaims        = MSFT_MicrosoftGraphoptionalClaims{
        Saml2Token = @(
          MSFT_MicrosoftGraphOptionalClaim{
            Name = 'groups'
            AdditionalProperties = @('sam_account_name')
          }
        )
      }
      AppId                 = '` + appID + `'
      ApplicationSecret     = New-Object PSCredential ('x', (ConvertTo-SecureString "a}b" -AsPlainText))
      Ensure                = "Present";
    }
    AADApplication 'Gone' { DisplayName = 'Gone'; Ensure = 'Absent' }
    AADServicePrincipal 'Halo'
    {
      AppId                     = '` + appID + `'
      DisplayName               = "Halo"
      AppRoleAssignmentRequired = $true
      Tags                      = "a","b"
      ApplicationId             = $ConfigurationData.NonNodeData.ApplicationId
    }
  }
}
`

// TestLinks: what belongs to an application is found by its ids, by the list
// that it is in, by the folder and by references.
func TestLinks(t *testing.T) {
	policy := `{"id": "p1", "displayName": "Claims", "definition": ["{\"ClaimsMappingPolicy\":{\"Version\":1}}"]}`
	other := `{"id": "x", "appId": "y", "displayName": "Other", "preferredSingleSignOnMode": "saml"}`
	assignment := `{"principalId": "u", "principalType": "User", "resourceId": "` + spID + `", "appRoleId": "` + entra.NoRole + `"}`
	for _, c := range []struct {
		name                  string
		files                 map[string]string
		policies, assignments int
		known, claims         bool
	}{
		{"by the address of the list", map[string]string{"sp.json": graphPrincipal, "other.json": other, "p.json": `{"@odata.context": "https://graph.microsoft.com/v1.0/$metadata#servicePrincipals('` + spID + `')/claimsMappingPolicies", "value": [` + policy + `]}`}, 1, 0, false, false},
		{"by folder", map[string]string{"ServicePrincipals/" + spID + "/" + spID + ".json": graphPrincipal, "ServicePrincipals/y/y.json": other, "ServicePrincipals/" + spID + "/ClaimsMappingPolicies/p1/p1.json": policy}, 1, 0, false, false},
		{"by $expand", map[string]string{"sp.json": graphPrincipal[:len(graphPrincipal)-1] + `, "claimsMappingPolicies": [` + policy + `], "appRoleAssignedTo": [` + assignment + `]}`, "other.json": other}, 1, 1, true, false},
		{"the only application", map[string]string{"sp.json": graphPrincipal, "p.json": policy}, 1, 0, false, false},
		{"not one of two", map[string]string{"sp.json": graphPrincipal, "other.json": other, "p.json": policy}, 0, 0, false, false},
		{"an assignment by id", map[string]string{"sp.json": graphPrincipal, "other.json": other, "a.json": `{"value": [` + assignment + `]}`}, 0, 1, true, false},
		{"no assignments", map[string]string{"sp.json": graphPrincipal, "a.json": `{"@odata.context": "https://graph.microsoft.com/v1.0/$metadata#servicePrincipals('` + spID + `')/appRoleAssignedTo", "value": []}`}, 0, 0, true, false},
		{"the claims of the portal", map[string]string{"sp.json": graphPrincipal, "c.json": `{"includeBasicClaimSet": true, "claims": []}`}, 0, 0, false, true},
		{"a batch of requests", map[string]string{"sp.json": graphPrincipal, "other.json": other, "b.json": `{"requests": [{"method": "PUT", "url": "/servicePrincipals/` + spID + `/claimsPolicy", "body": {"includeBasicClaimSet": true, "claims": []}}]}`}, 0, 0, false, true},
		{"Terraform", map[string]string{"main.tf": terraformText + `
resource "azuread_claims_mapping_policy" "halo" {
  display_name = "Claims"
  definition   = [jsonencode({ ClaimsMappingPolicy = { Version = 1, ClaimsSchema = [{ Source = "user", ID = "900" }] } })]
}
resource "azuread_service_principal_claims_mapping_policy_assignment" "halo" {
  claims_mapping_policy_id = azuread_claims_mapping_policy.halo.id
  service_principal_id     = azuread_service_principal.halo.id
}
resource "azuread_app_role_assignment" "agents" {
  app_role_id         = "` + entra.NoRole + `"
  principal_object_id = azuread_group.agents.object_id
  resource_object_id  = azuread_service_principal.halo.object_id
}
resource "azuread_application" "other" {
  display_name = "other"
}
`}, 1, 1, true, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			var files []*File
			for name, text := range c.files {
				files = append(files, Read(name, []byte(text)))
			}
			for _, e := range Join(files) {
				if e.Principal == nil || e.Principal.DisplayName.V == "Other" {
					continue
				}
				if len(e.Policies) != c.policies || len(e.Assignments.V) != c.assignments || e.Assignments.Known != c.known || (e.Claims != nil) != c.claims {
					t.Errorf("%d policies, %d assignments (known %t), claims %t", len(e.Policies), len(e.Assignments.V), e.Assignments.Known, e.Claims != nil)
				}
			}
		})
	}
}

// TestDefinitionPlaces: a value in a policy leads back to the file, however the
// policy is wrapped.
func TestDefinitionPlaces(t *testing.T) {
	for name, text := range map[string]string{
		"graph":           `{"displayName": "ü", "definition": ["{\"ClaimsMappingPolicy\":{\"ClaimsSchema\":[{\"Source\":\"user\",\"ID\":\"900\"}]}}"]}`,
		"terraform":       "resource \"azuread_claims_mapping_policy\" \"x\" {\n  definition = [jsonencode({\n    ClaimsMappingPolicy = {\n      ClaimsSchema = [{\n        Source = \"user\", ID = \"900\"\n      }]\n    }\n  })]\n}\n",
		"microsoft365dsc": "AADClaimsMappingPolicy 'x'\n{\n  Definition = @(\"{`\"ClaimsMappingPolicy`\":{`\"ClaimsSchema`\":[{`\"Source`\":`\"user`\",`\"ID`\":`\"900`\"}]}}\")\n}\n",
	} {
		f := Read(name, []byte(text))
		if f.Format != name || len(f.Policies) != 1 || f.Policies[0].Content.Mapping == nil || len(f.Policies[0].Content.Mapping.Claims) != 1 {
			t.Errorf("%s: read as %q, %+v", name, f.Format, f.Policies)
			continue
		}
		at := f.Policies[0].Content.Mapping.Claims[0].ID.At.Span
		if got := text[at.Offset:]; !strings.HasPrefix(got, "900") {
			t.Errorf("%s: the place is %d:%d, at %.12q", name, at.Line, at.Column, got)
		}
	}
}

// TestUnknownValues: an expression is not taken for a value, nor for none.
func TestUnknownValues(t *testing.T) {
	f := Read("main.tf", []byte(`resource "azuread_application" "x" {
  display_name    = var.name
  identifier_uris = ["https://a.contoso.com", "https://${var.host}"]
  web {
    redirect_uris = var.reply_urls
    logout_url    = "https://${var.host}/slo"
  }
  dynamic "app_role" {
    for_each = var.roles
    content {
      value = app_role.value
    }
  }
}
`))
	a := f.Applications[0]
	if a.DisplayName.Known || a.ReplyURLs.Known || a.LogoutURL.Known || !a.Identifiers.Partial || len(a.Identifiers.Items) != 1 || a.AppRoles.Known && len(a.AppRoles.V) > 0 {
		t.Errorf("%+v", a)
	}
}

// TestFlags: null is the default of a flag, and what is neither true nor false
// is not taken for either.
func TestFlags(t *testing.T) {
	for text, want := range map[string]entra.Flag{
		"true": {V: true, Known: true}, `"False"`: {Known: true}, "null": {Known: true}, `"often"`: {}, "1": {}, "[true]": {}, "{}": {},
	} {
		f := Read("sp.json", []byte(`{"id":"a","servicePrincipalType":"Application","appRoleAssignmentRequired":`+text+`}`))
		if len(f.Principals) != 1 {
			t.Fatalf("%s: %+v", text, f)
		}
		got := f.Principals[0].AssignmentRequired
		if got.V != want.V || got.Known != want.Known {
			t.Errorf("%s: %+v, want %+v", text, got, want)
		}
	}
}

// TestTerraformDepth: nesting that would take the reader of HCL too deep is
// refused, and circular locals end.
func TestTerraformDepth(t *testing.T) {
	const head = "resource \"azuread_application\" \"x\" {\n  display_name = "
	for name, value := range map[string]string{
		"lists": strings.Repeat("[", 100000), "negations": strings.Repeat("!", 100000), "conditions": strings.Repeat("a?", 100000), "templates": strings.Repeat("\"${", 50000),
	} {
		if f := Read("main.tf", []byte(head+value+"\n}\n")); len(f.Problems) == 0 {
			t.Errorf("%s: nothing is said", name)
		}
	}
	f := Read("main.tf", []byte("locals {\n  a = [local.b, local.b]\n  b = [local.a, local.a]\n}\n"+head+"\"x\"\n  identifier_uris = local.a\n}\n"))
	if len(f.Applications) != 1 {
		t.Errorf("%+v", f.Problems)
	}
}

func TestRecognise(t *testing.T) {
	for name, text := range map[string]string{
		"package.json": `{"name": "x", "version": "1", "dependencies": {}}`,
		"users.json":   `{"@odata.context": "https://graph.microsoft.com/v1.0/$metadata#users", "value": [{"userPrincipalName": "ada@contoso.com", "id": "1"}]}`,
		"signins.json": `[{"appId": "x", "appliedConditionalAccessPolicies": [], "conditionalAccessStatus": "success", "appRoleAssignmentRequired": true}]`,
		"main.tf":      `resource "aws_iam_role" "x" {}`,
		"deploy.ps1":   `Connect-MgGraph; Get-MgApplication`,
		"README.md":    "identifierUris", "empty": "", "yaml": "appId: x", "settings.json": `{"conditions": [], "state": "x"}`,
	} {
		if f, ok := Recognise(name, []byte(text)); ok {
			t.Errorf("%s is taken for %s", name, f.Name)
		}
		if f := Read(name, []byte(text)); len(f.Problems) != 1 || !f.Empty() {
			t.Errorf("%s: %+v", name, f)
		}
	}
}

func seeds() []string {
	return []string{graphApplication, graphPrincipal, terraformText, terraformState, dscText, `[{"value": [` + graphApplication + `]}]`,
		`{"definition": ["{\"ClaimsMappingPolicy\":{\"ClaimsSchema\":[{\"Source\":\"user\",\"ID\":\"900\"}]}}"]}`, `{"conditions": {}, "grantControls": {"builtInControls": ["mfa"]}}`,
		"AADClaimsMappingPolicy 'x' { Definition = @(\"{`\"TokenLifetimePolicy`\":{}}\") }", `{"includeBasicClaimSet": true, "claims": [{"@odata.type": "#microsoft.graph.customClaim"}]}`}
}

// FuzzRead: no text makes the readers fail, and every place is inside it.
func FuzzRead(f *testing.F) {
	for _, s := range seeds() {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		file := Read("dir/x.json", data)
		size := len(decode(data))
		check := func(at entra.Place) {
			if s := at.Span; s.Offset < 0 || s.Offset > s.End || s.End > size || s.Line > size+1 {
				t.Fatalf("%+v is outside of %d bytes", s, size)
			}
		}
		for _, p := range file.Problems {
			check(entra.Place{Span: p.Location.Span})
			if p.Detail == "" {
				t.Fatal("a problem says nothing")
			}
		}
		for _, e := range Join([]*File{file}) {
			check(e.Place())
			for _, l := range []entra.List{e.Identifiers(), e.ReplyURLs()} {
				for _, i := range l.Items {
					check(i.At)
				}
			}
			for _, p := range e.Policies {
				check(p.At)
				for _, u := range p.Content.Unknown {
					check(u.At)
				}
			}
		}
	})
}

// BenchmarkRead reads the enterprise applications of a large tenant.
func BenchmarkRead(b *testing.B) {
	var list bytes.Buffer
	list.WriteString(`{"@odata.context": "https://graph.microsoft.com/v1.0/$metadata#servicePrincipals", "value": [`)
	for i := range 5000 {
		if i > 0 {
			list.WriteString(",")
		}
		list.WriteString(strings.ReplaceAll(graphPrincipal, appID, fmt.Sprintf("%08d-1c7e-4a52-9d8b-2f60c1e7a945", i)))
	}
	list.WriteString("]}")
	b.SetBytes(int64(list.Len()))
	b.ReportAllocs()
	for b.Loop() {
		if f := Read("sp.json", list.Bytes()); len(f.Principals) != 5000 {
			b.Fatal(len(f.Principals))
		}
	}
}
