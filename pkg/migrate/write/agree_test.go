package write

import (
	"encoding/json"
	"reflect"
	"slices"
	"sort"
	"strconv"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
	"golang.org/x/text/unicode/norm"

	"github.com/ssodoctor/ssodoctor/pkg/migrate"
)

// resources are the blocks of a file of one trust by the kind of their
// resource, with values; what is known later is its token.
func resources(t testing.TB, p *migrate.TrustPlan, o Options) map[string][]map[string]any {
	t.Helper()
	body := parseHCL(t, stream(t, "terraform", &migrate.Plan{Trusts: []*migrate.TrustPlan{p}}, o))
	ctx := &hcl.EvalContext{Functions: map[string]function.Function{"jsonencode": stdlib.JSONEncodeFunc}, Variables: map[string]cty.Value{
		"data":                cty.DynamicVal,
		"azuread_application": cty.MapVal(map[string]cty.Value{label(folderName(p.Name)): cty.ObjectVal(map[string]cty.Value{"client_id": cty.StringVal(appID.token())})}),
		"azuread_service_principal": cty.MapVal(map[string]cty.Value{label(folderName(p.Name)): cty.ObjectVal(map[string]cty.Value{
			"object_id": cty.StringVal(principalID.token()), "id": cty.StringVal(principalID.token())})}),
		"azuread_claims_mapping_policy": cty.DynamicVal,
		"var":                           variables(t, p),
	}}
	out := map[string][]map[string]any{}
	for _, b := range body.Blocks {
		if b.Type == "resource" {
			out[b.Labels[0]] = append(out[b.Labels[0]], values(t, ctx, b.Body))
		}
	}
	return out
}

// variables are the tokens of all groups and users that a plan names.
func variables(t testing.TB, p *migrate.TrustPlan) cty.Value {
	t.Helper()
	all, err := steps(p, Options{Claims: MappingPolicy})
	if err != nil {
		t.Fatal(err)
	}
	groups, users, _ := lookups(all)
	table := func(kind string, names []string) cty.Value {
		values := map[string]cty.Value{"": cty.StringVal("")}
		for _, name := range names {
			values[norm.NFC.String(name)] = cty.StringVal(ref{kind, name}.token())
		}
		return cty.MapVal(values)
	}
	return cty.ObjectVal(map[string]cty.Value{"group_ids": table(fromGroup, groups), "user_ids": table(fromUser, users), "extension_app_id": cty.StringVal(extensionApp.token())})
}

func values(t testing.TB, ctx *hcl.EvalContext, body *hclsyntax.Body) map[string]any {
	out := map[string]any{}
	for name, a := range body.Attributes {
		v, problems := a.Expr.Value(ctx)
		if problems.HasErrors() {
			t.Fatal(problems)
		}
		out[name] = goValue(v)
	}
	for _, b := range body.Blocks {
		list, _ := out[b.Type].([]any)
		out[b.Type] = append(list, values(t, ctx, b.Body))
	}
	return out
}

func goValue(v cty.Value) any {
	switch {
	case !v.IsKnown():
		return "unknown"
	case v.Type() == cty.String:
		return v.AsString()
	case v.Type() == cty.Bool:
		return v.True()
	case v.Type().IsTupleType():
		list := []any{}
		for _, item := range v.AsValueSlice() {
			list = append(list, goValue(item))
		}
		return list
	}
	return v.GoString()
}

// TestTerraformAgreesWithTheRequests takes the facts out of both outputs.
func TestTerraformAgreesWithTheRequests(t *testing.T) {
	o := Options{Claims: MappingPolicy, Notify: []string{"ada@contoso.com"}}
	for _, p := range hostilePlan().Trusts {
		if p.Skipped != "" || !norm.NFC.IsNormalString(p.Name) {
			continue // Terraform itself normalizes text
		}
		t.Run(p.Name[:min(20, len(p.Name))], func(t *testing.T) {
			tf, graph := resources(t, p, o), graphOf(t, &migrate.Plan{Trusts: []*migrate.TrustPlan{p}}, o).Trusts[0]
			application, principal := tf["azuread_application"][0], tf["azuread_service_principal"][0]
			body, sp := bodyOf(t, graph, "PATCH", "/applications/{applicationObjectId}"), bodyOf(t, graph, "PATCH", "/servicePrincipals/{servicePrincipalId}")
			web, _ := body["web"].(map[string]any)
			relay, _ := sp["samlSingleSignOnSettings"].(map[string]any)
			same := func(what string, a, b any) {
				t.Helper()
				if a == nil {
					a = ""
				}
				if b == nil {
					b = ""
				}
				if !reflect.DeepEqual(a, b) {
					t.Errorf("%s: Terraform says %v, the requests %v", what, a, b)
				}
			}
			same("name", application["display_name"], bodyOf(t, graph, "POST", "/instantiate")["displayName"])
			same("identifiers", application["identifier_uris"], body["identifierUris"])
			tfWeb := application["web"].([]any)[0].(map[string]any)
			same("Reply URLs", tfWeb["redirect_uris"], web["redirectUris"])
			same("logout URL", tfWeb["logout_url"], web["logoutUrl"])
			same("groups", application["group_membership_claims"].([]any)[0], body["groupMembershipClaims"])
			same("enabled", principal["account_enabled"], sp["accountEnabled"])
			same("assignment", principal["app_role_assignment_required"], sp["appRoleAssignmentRequired"])
			same("sign-on URL", principal["login_url"], sp["loginUrl"])
			same("notes", principal["notes"], sp["notes"])
			same("mail", principal["notification_email_addresses"], sp["notificationEmailAddresses"])
			if relay != nil {
				same("relay state", principal["saml_single_sign_on"].([]any)[0].(map[string]any)["relay_state"], relay["relayState"])
			}
			policy := tf["azuread_claims_mapping_policy"][0]
			same("claims", readJSON(t, policy["definition"].([]any)[0]), readJSON(t, bodyOf(t, graph, "POST", "/claimsMappingPolicies")["definition"].([]any)[0]))
			same("assignments", assignedIn(tf), assignedBy(t, graph))
			same("Conditional Access", len(tf["azuread_conditional_access_policy"]), len(p.ConditionalAccess))
			for _, access := range tf["azuread_conditional_access_policy"] {
				agreeOnAccess(t, access, bodyOf(t, graph, "POST", "/conditionalAccess/policies"))
			}
		})
	}
}

func readJSON(t testing.TB, v any) (out any) {
	t.Helper()
	if err := json.Unmarshal([]byte(v.(string)), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// assignedIn are the assignments of resources, "principal role"; the role of
// the template is "user".
func assignedIn(tf map[string][]map[string]any) []string {
	list := []string{}
	for _, a := range tf["azuread_app_role_assignment"] {
		role := a["app_role_id"].(string)
		if role == userRole {
			role = "user"
		}
		list = append(list, a["principal_object_id"].(string)+" "+role)
	}
	sort.Strings(list)
	return list
}

func assignedBy(t testing.TB, r Requests) []string {
	list := []string{}
	for _, request := range r.Requests {
		if strings.HasSuffix(request.URL, "/appRoleAssignedTo") {
			var body struct{ PrincipalID, AppRoleID string }
			if err := json.Unmarshal(request.Body, &body); err != nil {
				t.Fatal(err)
			}
			if body.AppRoleID == userRoleID.token() {
				body.AppRoleID = "user"
			}
			list = append(list, body.PrincipalID+" "+body.AppRoleID)
		}
	}
	sort.Strings(list)
	return list
}

// agreeOnAccess compares a Conditional Access policy: names of the provider
// have underscores and a past tense.
func agreeOnAccess(t testing.TB, tf, graph map[string]any) {
	t.Helper()
	flatten := func(v any) []string {
		var list []string
		var walk func(name string, v any)
		walk = func(name string, v any) {
			switch v := v.(type) {
			case map[string]any:
				for key, inner := range v {
					walk(key, inner)
				}
			case []any:
				for _, item := range v {
					walk(name, item)
				}
			case string:
				list = append(list, strings.NewReplacer("included", "include", "excluded", "exclude", "_", "").Replace(strings.ToLower(name))+"="+v)
			}
		}
		walk("", v)
		slices.Sort(list)
		return list
	}
	have, want := flatten(tf), flatten(graph)
	want = rename(want, map[string]string{"authenticationtype": "signinfrequencyauthenticationtype", "frequencyinterval": "signinfrequencyinterval"})
	if !slices.Equal(have, want) {
		t.Errorf("Conditional Access: Terraform says %s, the requests %s", strings.Join(have, "\n"), strings.Join(want, "\n"))
	}
}

func rename(list []string, names map[string]string) []string {
	for i, s := range list {
		name, value, _ := strings.Cut(s, "=")
		if other := names[name]; other != "" {
			list[i] = other + "=" + value
		}
	}
	slices.Sort(list)
	return list
}

// TestTheRunbookAndTheSpreadsheetHoldThePlan looks for each value that the
// requests set in the outputs for people.
func TestTheRunbookAndTheSpreadsheetHoldThePlan(t *testing.T) {
	p := full("Halo")
	one := &migrate.Plan{Trusts: []*migrate.TrustPlan{p}}
	o := optionSets["custom"]
	markdown, spreadsheet := stream(t, "markdown", one, o), stream(t, "csv", one, o)
	facts := append(slices.Clone(p.Application.Identifiers), replyURLs(p)...)
	facts = append(facts, p.Application.SignOnURL, p.Application.LogoutURL, p.Encryption.Certificate.SHA1, strconv.Itoa(p.TokenLifetimeMinutes), agents.SID, admins.SID, p.Access.Users[0], p.ConditionalAccess[0].DisplayName)
	for _, c := range p.Claims {
		facts = append(facts, c.Name, c.Namespace)
	}
	for _, r := range p.Roles {
		facts = append(facts, r.Value)
	}
	for _, fact := range facts {
		for name, output := range map[string]string{"runbook": markdown, "spreadsheet": spreadsheet} {
			if !strings.Contains(output, fact) {
				t.Errorf("the %s does not hold %q", name, fact)
			}
		}
	}
}
