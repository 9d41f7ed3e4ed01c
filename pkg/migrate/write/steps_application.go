package write

import (
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/migrate"
)

// createSteps make the application and its service principal from a template,
// which gives them the roles and tags that the portal expects.
func createSteps(t *migrate.TrustPlan) []step {
	var list []step
	template := node(text(customTemplate))
	if t.Application.Template != "" {
		template = templateID
		list = append(list, step{kind: stepTemplate, why: "find the template of the app in the gallery", calls: []call{{
			method: "GET", path: joined{v1 + "applicationTemplates?$filter=displayName eq '" + text(filterText(t.Application.Template)) + "'"},
			keeps: []keep{{templateID.name, "value[0].id"}},
		}}})
	}
	return append(list, step{kind: stepCreate, why: "create the application and its service principal; both are there after some seconds", calls: []call{{
		method: "POST", path: joined{v1 + "applicationTemplates/", template, text("/instantiate")},
		body: object{{"displayName", text(t.Application.DisplayName)}},
		keeps: []keep{{applicationID.name, "application.id"}, {appID.name, "application.appId"}, {principalID.name, "servicePrincipal.id"},
			{userRoleID.name, "application.appRoles[displayName=User].id"}, {msiamRoleID.name, "application.appRoles[displayName=msiam_access].id"}},
	}}})
}

// filterText is text inside the quotes of an OData filter in a URL.
func filterText(s string) string {
	return queryMarks.Replace(strings.ReplaceAll(s, "'", "''"))
}

// queryMarks are the characters that end or change a query.
var queryMarks = strings.NewReplacer("%", "%25", "&", "%26", "#", "%23", "+", "%2B", "?", "%3F", "/", "%2F")

// ssoStep sets what the service principal holds. The mode comes before the
// identifiers: with it, tenants let in identifiers that they refuse otherwise.
func ssoStep(t *migrate.TrustPlan, o Options) step {
	relay := node(null{})
	if t.Application.RelayState != "" {
		relay = object{{"relayState", text(t.Application.RelayState)}}
	}
	body := object{
		{"preferredSingleSignOnMode", text("saml")}, {"accountEnabled", boolean(t.Enabled)},
		{"appRoleAssignmentRequired", boolean(t.Access.AssignmentRequired)},
		{"loginUrl", orNull(t.Application.SignOnURL)}, {"samlSingleSignOnSettings", relay},
	}
	if t.Application.Notes != "" {
		body = body.with("notes", text(t.Application.Notes))
	}
	if len(o.Notify) > 0 {
		body = body.with("notificationEmailAddresses", texts(o.Notify))
	}
	return step{kind: stepUpdate, why: "single sign-on with SAML, who is let in, and where users start", calls: []call{{method: "PATCH", path: principal(""), body: body}}}
}

// applicationStep sets what the application holds of the sign-in.
func applicationStep(t *migrate.TrustPlan) (step, error) {
	a := t.Application
	urls, indexes := list{}, list{}
	for _, r := range a.ReplyURLs {
		urls = append(urls, text(r.URL))
		if r.Index != nil {
			indexes = append(indexes, object{{"uri", text(r.URL)}, {"index", number(*r.Index)}})
		}
	}
	web := object{{"redirectUris", urls}, {"redirectUriSettings", indexes}, {"logoutUrl", orNull(a.LogoutURL)}}
	body := object{{"identifierUris", texts(a.Identifiers)}, {"web", web}}
	tokens, err := tokenSettings(t)
	if err != nil {
		return step{}, err
	}
	body = append(body, tokens...)
	if a.MetadataURL != "" {
		body = body.with("samlMetadataUrl", text(a.MetadataURL))
	}
	return step{kind: stepUpdate, why: "identifiers, Reply URLs with the default one first, logout URL, group and optional claims", calls: []call{{method: "PATCH", path: application(""), body: body}}}, nil
}
