package idperror

// Places on an AD FS server.
const (
	adfsTrust       = "AD FS Management > Relying Party Trusts > (trust)"
	adfsEndpoints   = adfsTrust + " > Properties > Endpoints"
	adfsIdentifiers = adfsTrust + " > Properties > Identifiers"
	adfsSignature   = adfsTrust + " > Properties > Signature"
	adfsAlgorithm   = adfsTrust + " > Properties > Advanced > Secure hash algorithm"
	adfsRules       = adfsTrust + " > Edit Claim Issuance Policy"
	adfsAccess      = adfsTrust + " > Edit Access Control Policy"
	adfsLog         = "Event Viewer on the AD FS server > Applications and Services Logs > AD FS > Admin"
	adfsMethods     = "AD FS Management > Service > Authentication Methods"
	adfsHosts       = "AD FS Management > Service > Edit Federation Service Properties"
)

var adfsUnknown = row{
	meaning: "AD FS refused the request, and no more is known here of that code",
	cause:   "it stands in the exception of event 364 with this activity ID",
	fixes:   adfs(adfsLog, "look for event 364 with this activity ID and act on the exception in it"),
}

// adfsErrorPage stands for an error page of AD FS that shows no code.
const adfsErrorPage = "AD FS error page"

var adfsPages = []row{{codes: adfsErrorPage,
	meaning: "AD FS shows an error page without details",
	cause:   "details are hidden from users: event 364 of this activity ID has them",
	fixes:   adfsUnknown.fixes}}

// adfsRows are the codes that AD FS puts before its exceptions, on error pages
// and in events.
var adfsRows = []row{
	{codes: "3200 3201", check: ReplyURLNotRegistered,
		meaning: "the ACS URL (or index) in the app's request is no endpoint of the relying party trust",
		cause:   "the endpoint differs by scheme, host, port or path, or the trust was made from old metadata",
		fixes:   both(adfs(adfsEndpoints, "add the URL of the request as SAML Assertion Consumer endpoint"), app(appReplyURL, "or make the app send the one that is registered"))},
	{codes: "3020 3055", check: IdentifierNotRegistered,
		meaning: "there is no relying party trust with the identifier of the request",
		cause:   "the Entity ID (or wtrealm) of the app is not among the identifiers of any trust, character by character",
		fixes:   both(adfs(adfsIdentifiers, "add the Issuer or wtrealm of the request"), app(appEntityID, "or make the app call itself by the identifier that is registered"))},
	{codes: "7007", check: IdentifierNotRegistered,
		meaning: "the relying party of the request is unknown or not usable, or the user may not use it",
		cause:   "no trust has the identifier, the trust is disabled, or its access control policy refuses the user",
		fixes:   both(adfs(adfsIdentifiers, "compare with the Issuer or wtrealm of the request"), adfs(adfsTrust+" > Enable", "check that the trust is enabled"), adfs(adfsAccess, "check that the user is permitted"))},
	{codes: "5007", check: UserNotAssigned,
		meaning: "the access control policy of the trust refuses this user",
		cause:   "the user is in none of the permitted groups, or no rule permits anybody",
		fixes:   adfs(adfsAccess, "permit a group that the user is in")},
	{codes: "3126 7068", check: UserNotAssigned,
		meaning: "access is denied to this user",
		cause:   "an access control policy or authorization rule refuses the user, or the account is not allowed to sign in",
		fixes:   both(adfs(adfsAccess, "permit a group that the user is in"), adfs(adfsLog, "see events 325 and 364 for the rule"))},
	{codes: "7070 1000",
		meaning: "the NameID that the request asks for was not issued",
		cause:   "no claim rule issues a Name ID in the format of NameIDPolicy",
		fixes:   both(adfs(adfsRules, "issue a Name ID in the format that the app asks for"), app(appRequest+" > NameIDPolicy", "or ask for the format that is issued"))},
	{codes: "7102", check: ContextTooStrict,
		meaning: "the authentication method that the request demands is not available",
		cause:   "RequestedAuthnContext names a method that AD FS does not offer to this user or from this network",
		fixes:   both(app(appContext, "ask for none, or for one that AD FS offers"), adfs(adfsMethods, "or enable the method"))},
	{codes: "7042", check: LoginLoop,
		meaning: "the same browser asked for a token several times within seconds, and AD FS stopped the loop",
		cause:   "the app does not accept the token or loses its session cookie, and starts over",
		fixes:   app("the app's session cookies and log", "find out why it does not accept the token that it has just received")},
	{codes: "7065",
		meaning: "AD FS has no handler for the address that was opened",
		cause:   "the address is not complete: parameters were lost in a redirect or proxy, or the identity-provider-initiated page is switched off",
		fixes:   both(app(appSSOURL, "set it to https://(AD FS)/adfs/ls/"), network(networkProxy, "pass the query on unchanged"), adfs("PowerShell: Set-AdfsProperties -EnableIdPInitiatedSignonPage $true", "where that page is meant"))},
	{codes: "7000 7015 7046",
		meaning: "the request lacks a protocol parameter or has one that is not valid",
		cause:   "SAMLRequest or wa is missing, damaged or sent by the wrong binding; an old bookmark of the sign-in page",
		fixes:   both(app(appRequest, "check binding and encoding"), user(userBrowser, "start at the app, not from a bookmark"))},
	{codes: "7001",
		meaning: "AD FS has lost the context of the sign-in",
		cause:   "its cookie was not sent: the user came back much later, by another tab, or through two host names",
		fixes:   user(userBrowser, "start the sign-in again at the app")},
	{codes: "7012 3127",
		meaning: "processing of the request failed; the inner exception says why",
		cause:   "a wrapper: the cause stands in event 364 of this activity ID",
		fixes:   adfs(adfsLog, "look for event 364 with this activity ID and act on the innermost exception")},
	{codes: "7066",
		meaning: "authentication failed for this request",
		cause:   "the user could not sign in by any method that the trust and the request allow",
		fixes:   both(adfs(adfsMethods, "check which methods are enabled for intranet and extranet"), app(appContext, "do not demand a method that is not offered"))},
	{codes: "3173",
		meaning: "Active Directory did not validate the account",
		cause:   "wrong password, or a locked, disabled or expired account",
		fixes:   both(user(userBrowser, "try again"), adfs("Active Directory Users and Computers > (user)", "check that the account is enabled and not locked"))},
	{codes: "0037",
		meaning: "no certificate is known to verify the signature of the app's request",
		cause:   "the trust has no signature certificate",
		fixes:   adfs(adfsSignature, "add the certificate that the app signs with")},
	{codes: "0038",
		meaning: "the signature of the app's request does not verify",
		cause:   "the app signs with another key than the one whose certificate the trust has, or the request was changed on the way",
		fixes:   both(adfs(adfsSignature, "add the certificate that the app signs with"), app(appSigning, "check which key it uses"))},
	{codes: "7093",
		meaning: "the request is signed with another algorithm than the trust expects",
		cause:   "SHA-1 on one side, SHA-256 on the other",
		fixes:   both(adfs(adfsAlgorithm, "choose what the app uses, SHA-256 if it can"), app(appSigning, "or choose what the trust expects"))},
	{codes: "1006",
		meaning: "the Destination of the request is not an address of this AD FS",
		cause:   "the app still names another server or another path",
		fixes:   both(app(appSSOURL, "set it to https://(AD FS)/adfs/ls/"), adfs(adfsHosts, "check the federation service name"))},
	{codes: "7074 7075",
		meaning: "the request holds something that the web sign-in profile does not allow",
		cause:   "an Issuer with qualifiers, or a Subject with SubjectConfirmation",
		fixes:   app(appRequest, "leave out what the message names")},
	{codes: "0018",
		meaning: "the SAML message cannot be read",
		cause:   "data that is not valid: a wrong encoding, or an element that AD FS does not allow",
		fixes:   app(appRequest, "check encoding and content")},
	{codes: "7084",
		meaning: "a logout message is not signed",
		cause:   "AD FS takes no logout by redirect or POST without a signature, and the app does not sign its logout messages",
		fixes:   both(app(appLogout, "switch the signing of logout messages on"), adfs(adfsSignature, "add the certificate that the app signs with"))},
	{codes: "7054",
		meaning: "the logout did not complete properly",
		cause:   "the request is not signed, names another NameID or session than the sign-in, or the trust has no logout endpoint",
		fixes:   both(adfs(adfsEndpoints+" > Add SAML > SAML Logout", "enter the app's logout URL"), app(appLogout, "sign the request, and send NameID and SessionIndex of the sign-in back unchanged"))},
	{codes: "9605",
		meaning: "an OAuth or OpenID Connect client may not use the resource that it asks for",
		cause:   "the client has no permission for the Web API of its application group: this is no SAML sign-in",
		fixes:   adfs("AD FS Management > Application Groups > (group) > (Web API) > Client Permissions", "add the client, with the scopes that it asks for")},
	{codes: "7055",
		meaning: "not every participant of the session was logged out",
		cause:   "one app did not answer the logout request",
		fixes:   adfs(adfsEndpoints, "check the logout endpoints of the trusts")},
}

// adfsEvents are the events of the Admin log that stand for a failed sign-in.
var adfsEvents = []row{
	{codes: "364",
		meaning: "AD FS met an error during a browser sign-in",
		cause:   "the exception in the event names it, mostly with an MSIS code",
		fixes:   adfs(adfsLog, "read the exception and explain its MSIS code")},
	{codes: "325", check: UserNotAssigned,
		meaning: "AD FS did not authorize the token for this user and relying party",
		cause:   "the access control policy of the trust refuses the user",
		fixes:   adfs(adfsAccess, "permit a group that the user is in")},
	{codes: "321",
		meaning: "the NameIDPolicy of the request could not be met",
		cause:   "no claim rule issues a Name ID in that format",
		fixes:   adfs(adfsRules, "issue a Name ID in the format that the app asks for")},
	{codes: "303",
		meaning: "AD FS met an error while it processed a SAML request",
		cause:   "the exception in the event names it",
		fixes:   adfs(adfsLog, "read the exception and explain its MSIS code")},
}
