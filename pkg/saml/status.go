package saml

import "strings"

// StatusCode explains a status code of SAML 2.0 (Core 3.2.2.2) or of SAML 1.1
// (Core 1.1, 3.4.3.1) to an administrator.
type StatusCode struct {
	URI     string
	Short   string // "Success", "NoAuthnContext"
	Meaning string
	Cause   string // what usually brings it about, "" for Success
	Next    string // the next move, "" for Success
}

const statusPrefix = "urn:oasis:names:tc:SAML:2.0:status:"

// LookupStatus finds a status code by its URI, its short name, or the prefixed
// name ("samlp:Success") that SAML 1.1 writes.
func LookupStatus(code string) (StatusCode, bool) {
	code = strings.TrimSpace(code)
	short, isURI := strings.CutPrefix(code, statusPrefix)
	if !isURI {
		if prefix, local, ok := strings.Cut(code, ":"); ok && prefix != "" && !strings.Contains(local, ":") {
			short = local
		}
	}
	for _, s := range statusCodes {
		if s.Short == short {
			s.URI = statusPrefix + s.Short
			return s, true
		}
	}
	return StatusCode{}, false
}

// StatusCodes lists every status code that SAML 2.0 defines, the four of the
// top level first.
func StatusCodes() []StatusCode {
	list := make([]StatusCode, len(statusCodes))
	for i, s := range statusCodes {
		s.URI = statusPrefix + s.Short
		list[i] = s
	}
	return list
}

var statusCodes = []StatusCode{
	{Short: "Success", Meaning: "the request was answered as asked"},
	{Short: "Requester",
		Meaning: "the identity provider blames the request, or the side that sent it",
		Cause:   "a setting of the app that the identity provider does not accept; the inner code and the status message say which",
		Next:    "read the inner code and the status message, then correct the app's request or its registration at the identity provider"},
	{Short: "Responder",
		Meaning: "the identity provider failed while it worked on a request that it understood",
		Cause:   "a claim rule, an attribute store, a policy or a certificate of the identity provider",
		Next:    "look up the time of the message in the identity provider's own log (AD FS: event 364 in AD FS/Admin)"},
	{Short: "VersionMismatch",
		Meaning: "the identity provider does not speak the SAML version of the request",
		Cause:   "a request whose Version is not 2.0, or a SAML 1.1 endpoint",
		Next:    "set the app to SAML 2.0 and to the identity provider's SAML 2.0 endpoint"},

	{Short: "AuthnFailed",
		Meaning: "the user could not be authenticated",
		Cause:   "wrong credentials, a locked account, a cancelled prompt, or a policy that refused the sign-in",
		Next:    "find this sign-in in the identity provider's sign-in log and act on the reason given there"},
	{Short: "InvalidAttrNameOrValue",
		Meaning: "an attribute that the request names is unknown, or has a value that is not allowed",
		Cause:   "an attribute query or an AttributeConsumingService with a name that the identity provider does not have",
		Next:    "compare the attribute names in the request with those that the identity provider releases"},
	{Short: "InvalidNameIDPolicy",
		Meaning: "the NameID format that the request asks for cannot be issued",
		Cause:   "NameIDPolicy asks for one format while the identity provider issues another, or issues no NameID at all",
		Next:    "make both sides use the same NameID format: change it in the app, or add the NameID claim in that format at the identity provider"},
	{Short: "NoAuthnContext",
		Meaning: "the user did not sign in by the method that the request demands",
		Cause:   "RequestedAuthnContext demands PasswordProtectedTransport exactly while the user signed in with MFA, a certificate, Windows or passwordless",
		Next:    "switch the requested authentication context off in the app, or set its comparison to minimum"},
	{Short: "NoAvailableIDP",
		Meaning: "none of the identity providers that the request allows can be reached",
		Cause:   "a proxying identity provider whose upstream is down or not registered",
		Next:    "check the upstream identity provider, and the list of identity providers in the request's Scoping"},
	{Short: "NoPassive",
		Meaning: "the user would have to be asked, and the request forbids asking",
		Cause:   "IsPassive is true and the user has no session at the identity provider",
		Next:    "let the app send the request again without IsPassive"},
	{Short: "NoSupportedIDP",
		Meaning: "the identity provider knows none of the identity providers that the request allows",
		Cause:   "an IDPList in the request's Scoping with other entity IDs",
		Next:    "remove the IDPList, or correct the entity IDs in it"},
	{Short: "PartialLogout",
		Meaning: "the user was signed out of some apps and not of all",
		Cause:   "an app of the session has no logout URL, did not answer, or refused",
		Next:    "register a logout URL for every app of the session, or tell users to close the browser"},
	{Short: "ProxyCountExceeded",
		Meaning: "the request may not be passed on to a further identity provider",
		Cause:   "ProxyCount in the request's Scoping is smaller than the number of identity providers in the chain",
		Next:    "remove ProxyCount in the app, or raise it"},
	{Short: "RequestDenied",
		Meaning: "the identity provider understood the request and refuses it",
		Cause:   "the user may not use the app, a policy blocks the sign-in, or requests of this app are not accepted",
		Next:    "check the assignment of the user to the app and the access policies at the identity provider"},
	{Short: "RequestUnsupported",
		Meaning: "the identity provider does not support this request, or an option in it",
		Cause:   "an option that the identity provider refuses; Entra ID writes the reason (AADSTS...) into the status message",
		Next:    "read the code in the status message and correct the option that it names"},
	{Short: "RequestVersionDeprecated",
		Meaning: "the SAML version of the request is no longer accepted",
		Cause:   "an app that speaks SAML 1.1 or an early draft",
		Next:    "set the app to SAML 2.0"},
	{Short: "RequestVersionTooHigh",
		Meaning: "the SAML version of the request is newer than the identity provider",
		Cause:   "a SAML 2.0 request at a SAML 1.1 endpoint",
		Next:    "use the identity provider's SAML 2.0 endpoint"},
	{Short: "RequestVersionTooLow",
		Meaning: "the SAML version of the request is older than the identity provider accepts",
		Cause:   "a SAML 1.1 request at a SAML 2.0 endpoint",
		Next:    "set the app to SAML 2.0"},
	{Short: "ResourceNotRecognized",
		Meaning: "the resource that the request names is unknown",
		Cause:   "an authorization query about another resource, or an artifact that has expired",
		Next:    "compare the resource in the request with the identity provider's registration"},
	{Short: "TooManyResponses",
		Meaning: "the answer would hold more elements than can be returned",
		Cause:   "a query that matches too many assertions",
		Next:    "make the query narrower"},
	{Short: "UnknownAttrProfile",
		Meaning: "the attribute profile of the request is unknown",
		Cause:   "an attribute query in a profile that the identity provider lacks",
		Next:    "use the basic attribute profile"},
	{Short: "UnknownPrincipal",
		Meaning: "the identity provider does not know the user that the request names",
		Cause:   "the request names its user (Subject), or a logout names a NameID that the identity provider did not issue",
		Next:    "compare the NameID in the request with that in the assertion of the sign-in"},
	{Short: "UnsupportedBinding",
		Meaning: "the answer cannot be sent by the binding that the request asks for",
		Cause:   "ProtocolBinding names Redirect, Artifact or another binding that the identity provider lacks",
		Next:    "set the response binding of the app to HTTP-POST"},
}
