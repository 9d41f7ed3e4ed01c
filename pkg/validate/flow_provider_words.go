package validate

import (
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/trace"
)

// refusal is what an identity provider without error codes writes on the page
// with which it refuses, and what that means. Sources: Google Workspace Admin
// Help, "SAML app error messages"; the messages of Keycloak's login theme.
type refusal struct {
	product finding.System
	words   string // in lower case
	means   string
	fixes   []finding.Fix
}

// googleEntityID and the others are places of products that profiles know less
// well than these pages need.
const (
	googleEntityID  = "Google Workspace: Apps > Web and mobile apps > (app) > Service provider details > Entity ID"
	googleAccess    = "Google Workspace: Apps > Web and mobile apps > (app) > User access"
	keycloakClient  = "Keycloak: Clients > (client) > Settings"
	keycloakKeys    = "Keycloak: Clients > (client) > Keys"
	sameAsRequest   = "make it the Issuer of the app's request, letter by letter"
	otherGoogleUser = "sign out of other Google accounts, or use a private window"
)

var refusals = []refusal{
	{"google", "app_not_enabled_for_user", "the app is switched off for this user", []finding.Fix{
		{System: finding.App, Place: googleAccess, Action: "switch it on for the organizational unit or a group of the user"}}},
	{"google", "app_not_configured", "no app has the Issuer of the request as its Entity ID, or the browser is signed in with an account of another organization", []finding.Fix{
		{System: finding.App, Place: googleEntityID, Action: sameAsRequest},
		{System: finding.User, Place: "the browser", Action: otherGoogleUser}}},
	{"keycloak", "invalid requester", "the signature of the request is missing or does not verify", []finding.Fix{
		{System: finding.App, Place: keycloakKeys + " > Client signature required", Action: "switch it off if the app does not sign its requests, else import the certificate that it signs with"},
		{System: finding.App, Place: appRequestSigning, Action: "or let the app sign its requests"}}},
	{"keycloak", "invalid redirect uri", "the ACS URL of the request is none of the client's", []finding.Fix{
		{System: finding.App, Place: keycloakClient + " > Valid redirect URIs", Action: "add the ACS URL of the request"}}},
	{"keycloak", "unknown login requester", "no client has the Issuer of the request as its Client ID", []finding.Fix{
		{System: finding.App, Place: keycloakClient + " > Client ID", Action: sameAsRequest}}},
	{"keycloak", "login requester not enabled", "the client is switched off", []finding.Fix{
		{System: finding.App, Place: keycloakClient + " > Enabled", Action: "switch it on"}}},
}

// refusedBy adds what the last page of an identity provider means.
func (f *fact) refusedBy(last *trace.Exchange) {
	words := strings.ToLower(last.ErrorText)
	for _, r := range refusals {
		if r.product == f.product && strings.Contains(words, r.words) {
			f.detail += ": " + r.means
			f.fixes = r.fixes
			return
		}
	}
}
