package idperror

// Places in the Okta admin console.
const (
	oktaApp         = "Applications > (app)"
	oktaAssignments = oktaApp + " > Assignments"
	oktaSAML        = oktaApp + " > General > SAML Settings"
	oktaLog         = "Reports > System Log"
	oktaProviders   = "Security > Identity Providers"
)

// The pages of Okta that show words and no code.
const (
	oktaNotAssigned = "App Not Assigned"
	oktaBadRequest  = "400_SAML"
	oktaErrorPage   = "Okta error page"
)

var oktaUnknown = row{
	meaning: "Okta refused the request",
	cause:   "the system log says why",
	fixes:   okta(oktaLog, "look for the failed sign-on to the app at this time, or search for the request ID on the page"),
}

// oktaRows are errors of Okta's sign-in pages and, from E0000001, of its API,
// which the pages show too. Source: Okta developer documentation, "Error codes",
// and the Okta support articles on the pages.
var oktaRows = []row{
	{codes: oktaNotAssigned, check: UserNotAssigned,
		meaning: "the user is not assigned to the app in Okta",
		cause:   "neither the user nor a group of the user is assigned, or the assignment has an error",
		fixes:   okta(oktaAssignments, "assign the user, or a group that the user is in")},
	{codes: oktaBadRequest,
		meaning: "Okta does not accept the SAML request",
		cause:   "the request is not signed as the app demands, or lacks AssertionConsumerServiceURL or NameIDPolicy",
		fixes:   both(okta(oktaSAML+" > Show Advanced Settings > Signed Requests", "compare it and its certificate with what the app sends"), app(appRequest, "sign it, and send ACS URL and NameIDPolicy"))},
	{codes: "GENERAL_NONSUCCESS",
		meaning: "Okta could not use the token of an external identity provider",
		cause:   "no Okta user matches, a claim is empty, or the token is not valid",
		fixes:   both(okta(oktaProviders+" > (provider) > Account matching with IdP Username", "match by an attribute that the token has"), okta(oktaLog, "see the reason of the failed authentication"))},
	{codes: oktaErrorPage, meaning: oktaUnknown.meaning, cause: oktaUnknown.cause, fixes: oktaUnknown.fixes},
	{codes: "E0000001", name: "api.validation", meaning: "a value of the request is not valid", cause: "the page names it", fixes: app(appRequest, "correct it")},
	{codes: "E0000003", name: "malformed request body", meaning: "the body of the request could not be read", cause: "a form or message that was cut off or encoded wrongly", fixes: app(appRequest, "check how it is encoded")},
	{codes: "E0000004", name: "authentication failed", meaning: "user name or password is wrong", cause: "a typing error, or a user who is not active", fixes: both(user(userBrowser, "try again"), okta("Directory > People > (user)", "check that the user is active"))},
	{codes: "E0000005", name: "invalid session", meaning: "the session is over", cause: "the page was open too long, or cookies are blocked", fixes: user(userBrowser, "start the sign-in again at the app")},
	{codes: "E0000006", name: "access denied", check: UserNotAssigned, meaning: "the user may not do this", cause: "the app is not assigned to the user, or a sign-on policy refuses", fixes: both(okta(oktaAssignments, "assign the user, or a group that the user is in"), okta(oktaApp+" > Sign On > User authentication", "check the policy"))},
	{codes: "E0000007", name: "not found", check: IdentifierNotRegistered, meaning: "the app or user of the address does not exist", cause: "a sign-on URL of another organisation, or of an app that was deleted", fixes: app(appSSOURL, "copy it from the sign-on page of the app in Okta")},
	{codes: "E0000008", name: "path not found", check: IdentifierNotRegistered, meaning: "the address does not exist", cause: "a sign-on URL that was typed in by hand", fixes: app(appSSOURL, "copy it from the sign-on page of the app in Okta")},
	{codes: "E0000009", name: "internal server error", meaning: "Okta met an error of its own", cause: "see the status page of Okta", fixes: okta(oktaLog, "look for the request ID, and ask Okta support with it")},
	{codes: "E0000010", name: "read-only mode", meaning: "Okta is read-only at the moment", cause: "maintenance", fixes: user(userBrowser, "try again later")},
	{codes: "E0000011", name: "invalid token", meaning: "the state of the sign-in is not valid any more", cause: "the page was open too long", fixes: user(userBrowser, "start the sign-in again at the app")},
	{codes: "E0000015", name: "insufficient permission", meaning: "a feature that the request needs is not available", cause: "it is not enabled for the organisation", fixes: okta(oktaLog, "look for the request ID")},
	{codes: "E0000022", name: "method not allowed", meaning: "the address was called by the wrong method", cause: "a POST that became a GET, or the other way round", fixes: app(appRequest, "use the binding of the sign-on URL")},
	{codes: "E0000047", name: "rate limit", meaning: "too many requests", cause: "a login loop, or many users at once", fixes: okta("Reports > Rate Limits", "see which limit was hit")},
	{codes: "E0000069", name: "user locked", meaning: "the user is locked", cause: "too many wrong passwords", fixes: okta("Directory > People > (user)", "unlock the user")},
	{codes: "E0000079", name: "operation not allowed", meaning: "the sign-in is not in a state that allows this", cause: "two tabs, or a page that was open too long", fixes: user(userBrowser, "start the sign-in again at the app")},
}
