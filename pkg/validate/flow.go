package validate

import "github.com/ssodoctor/ssodoctor/pkg/finding"

const (
	appSession = "the app's session cookie"
	appBaseURL = "the app's public base URL"
	appLog     = "the app's log at this time"
	proxyRules = "redirect rules of the web server or proxy before the app"
)

// cookieFix lets the session survive the way back from the identity provider.
var cookieFix = finding.Fix{System: finding.App, Place: appSession, Action: "set it with SameSite=None; Secure, for the host of the Reply URL"}

// encodedFixes are for a RelayState that something on the way encoded again.
var encodedFixes = []finding.Fix{
	{System: finding.Network, Place: "proxies between app and identity provider", Action: "pass the parameter on unchanged"},
	{System: finding.App, Place: "the app's sign-in request: RelayState", Action: "encode it once; or send a short value of letters and digits, at most 80 bytes"},
}

// bodyFixes bring a capture that holds what was posted.
var bodyFixes = []finding.Fix{{System: finding.User, Place: "the browser's network log", Action: "export it with content (\"Save all as HAR with content\", and with sensitive data where the browser asks), or copy the SAMLResponse of that request"}}

var flowChecks = []*Check{
	{
		Name: "flow-message-modified", Severity: finding.Error, Family: FamilyFlow, Scope: OfToken,
		Title: "The token was changed between the identity provider and the app",
		Why:   "What the browser posted is not what the identity provider handed out: a signature over it cannot verify, and whoever did it could change anything.",
		Cause: "A browser extension, a security gateway or proxy that rewrites pages, or a script that converts characters or line ends.",
		Fixes: []finding.Fix{
			{System: finding.Network, Place: "gateways, proxies and content filters between browser and identity provider", Action: "exempt the sign-in pages from rewriting"},
			{System: finding.User, Place: "the browser", Action: "try without extensions, in a private window"},
		},
		Reference: "SAML Bindings 3.5.4",
		Since:     "0.1.0",
		Explains:  []string{"signature-digest-mismatch", "signature-value-mismatch", "xml-malformed", "input-reformatted"},
		run:       runMessageModified,
	},
	{
		Name: "flow-post-to-get", Severity: finding.Error, Family: FamilyFlow, Scope: OfToken,
		Title: "A redirect throws the token away",
		Why:   "Browsers follow 301, 302 and 303 with a GET: the form with the token is not sent again, and the app sees an empty request.",
		Cause: "The Reply URL is not the address that the web server wants: http for https, a missing \"www.\" or slash; its canonical redirect catches the POST.",
		Fixes: []finding.Fix{
			{System: finding.Entra, Place: entraReplyURL, Action: "set it to {expected}"},
			{System: finding.ADFS, Place: adfsEndpoints, Action: "set the SAML Assertion Consumer endpoint to {expected}"},
			{System: finding.Okta, Place: oktaSignOnURL, Action: "set it to {expected}"},
			{System: finding.App, Place: appReplyURL, Action: "set it to {expected}"},
			{System: finding.Network, Place: proxyRules, Action: "or redirect the Reply URL with 307 or 308, or not at all"},
		},
		Reference: "RFC 9110 15.4",
		Since:     "0.1.0",
		Explains:  []string{"flow-app-rejected", "flow-login-loop", "flow-host-changed"},
		run:       runPostToGet,
	},
	{
		Name: "flow-cookie-not-sent", Severity: finding.Error, Family: FamilyFlow, Scope: OfToken,
		Title: "The app's session cookie did not come with the token",
		Why:   "The token comes by a POST from another site. Without its cookie the app does not find the request that it made, refuses the token or starts over.",
		Cause: "The cookie is SameSite=Lax (which is also the default), lacks Secure, or belongs to another host than the Reply URL.",
		Fixes: []finding.Fix{
			cookieFix,
			{System: finding.App, Place: appReplyURL, Action: "use one host name for the app's start page and its Reply URL"},
		},
		Reference: "RFC 6265bis 5.6.7",
		Since:     "0.1.0",
		Explains:  []string{"flow-app-rejected", "flow-login-loop", "flow-relay-state-changed", "flow-host-changed", "message-replayed"},
		run:       runCookieNotSent,
	},
	{
		Name: "flow-host-changed", Severity: finding.Warning, Family: FamilyFlow, Scope: OfToken,
		Title: "The sign-in starts on one host name of the app and ends on another",
		Why:   "Cookies of www.example.com are not sent to example.com: the app does not find the session that it started.",
		Cause: "Users open the app with or without \"www.\", and the Reply URL is registered for the other.",
		Fixes: []finding.Fix{
			{System: finding.App, Place: appBaseURL, Action: "use one host name everywhere, and redirect the other to it before the sign-in starts"},
			{System: finding.Network, Place: proxyRules, Action: "redirect the start page to the host of the Reply URL"},
		},
		Reference: "RFC 6265 5.1.3",
		Since:     "0.1.0",
		Explains:  []string{"flow-app-rejected", "flow-login-loop", "message-replayed"},
		run:       runHostChanged,
	},
	{
		Name: "flow-relay-state-changed", Severity: finding.Warning, Family: FamilyFlow, Scope: OfToken,
		Title: "RelayState did not come back as it was sent",
		Why:   "RelayState (wctx in WS-Federation) must come back unchanged: the app finds its session and the page that the user wanted by it.",
		Cause: "An identity provider or proxy that cuts or re-encodes it, or a RelayState that is set at the identity provider and overrides the app's.",
		Fixes: []finding.Fix{
			{System: finding.Entra, Place: entraBasic + " > Relay State", Action: "leave it empty"},
			{System: finding.Okta, Place: oktaRelayState, Action: "leave it empty"},
			{System: finding.App, Place: "the app's sign-in request: RelayState", Action: "send a short value of letters and digits, at most 80 bytes"},
			{System: finding.Network, Place: "proxies between app and identity provider", Action: "pass the parameter on unchanged"},
		},
		Reference: "SAML Bindings 3.4.3, 3.5.3",
		Since:     "0.1.0",
		Explains:  []string{"flow-app-rejected"},
		run:       runRelayStateChanged,
	},
	{
		Name: "flow-tenant-mixed", Severity: finding.Warning, Family: FamilyFlow, Scope: OfToken,
		Title: "The token is from another tenant than the one that was asked",
		Why:   "The app sent the user to one tenant and got a token from another, whose Issuer and certificate it does not know.",
		Cause: "Metadata of one tenant and sign-on URL of another, for example after a move or with a test tenant.",
		Fixes: []finding.Fix{
			{System: finding.App, Place: "the app's SAML settings: sign-on URL of the identity provider", Action: "take sign-on URL, Issuer and certificate from the metadata of one tenant"},
			{System: finding.Entra, Place: entraSetUp, Action: "compare Login URL and Microsoft Entra Identifier with the app's"},
		},
		Reference: "Microsoft Learn, Single sign-on SAML protocol",
		Since:     "0.1.0",
		Explains:  []string{"flow-app-rejected", "flow-login-loop"},
		run:       runTenantMixed,
	},
	{
		Name: "flow-insecure-hop", Severity: finding.Warning, Family: FamilyFlow, Scope: OfToken,
		Title: "The sign-in goes through an address without encryption",
		Why:   "Whoever is on the way can read or change the request or the token there, and Secure cookies are not sent.",
		Cause: "A redirect to http:// in the app, or a proxy that does not tell the app that the browser uses https.",
		Fixes: []finding.Fix{
			{System: finding.App, Place: appBaseURL, Action: "use https in every address"},
			{System: finding.Network, Place: "the TLS proxy before the app", Action: "send X-Forwarded-Proto, and let the app trust it"},
		},
		Reference: "SAML Bindings 3.4.5.1, 3.5.5.2",
		Since:     "0.1.0",
		run:       runInsecureHop,
	},
	{
		Name: "flow-response-missing", Severity: finding.Warning, Family: FamilyFlow, Scope: OfInput,
		Title: "The sign-in stopped before a token came back",
		Why:   "The app asked and got no answer: the cause is on the identity provider's last page, or between it and the app.",
		Cause: "The user did not finish (password, second factor, a policy), the page that posts the token was blocked, or the capture was stopped too early.",
		Fixes: []finding.Fix{
			{System: finding.User, Place: "the browser's network log", Action: "look at the last page of the identity provider; capture until the app's first page"},
			{System: finding.Entra, Place: "Enterprise applications > (app) > Sign-in logs", Action: "look for the sign-in at this time: its status says where it stopped"},
			{System: finding.ADFS, Place: "Event Viewer on the AD FS server > Applications and Services Logs > AD FS > Admin", Action: "look for event 364 at this time"},
			{System: finding.Okta, Place: oktaLog, Action: "look for the sign-in at this time"},
		},
		Reference: "SAML Profiles 4.1.3",
		Since:     "0.1.0",
		run:       runResponseMissing,
	},
	{
		Name: "flow-login-loop", Severity: finding.Error, Family: FamilyFlow, Scope: OfBoth,
		Title: "The app asks for a sign-in again and again",
		Why:   "The identity provider signs the user in each time, and the app starts over: the user sees a flickering browser, or the error that ends the loop.",
		Cause: "The app accepts the token and loses the session (cookie, host name, load balancer), or refuses it and redirects instead of saying why.",
		Fixes: []finding.Fix{
			cookieFix,
			{System: finding.App, Place: appLog, Action: "look for why the token is not accepted, or the session not found"},
			{System: finding.Network, Place: "the load balancer before the app", Action: "keep a user on one node, or share sessions among nodes"},
		},
		Reference: "SAML Profiles 4.1.3",
		Since:     "0.1.0",
		Explains:  []string{"message-replayed", "flow-app-rejected", "flow-response-missing"},
		Follows:   true,
		run:       runLoginLoop,
	},
	{
		Name: "flow-app-rejected", Severity: finding.Error, Family: FamilyFlow, Scope: OfToken,
		Title: "The app did not accept the token",
		Why:   "The token arrived and the app answered with an error, or led back to its sign-in page.",
		Cause: "The app found something wrong with the token, knows no account for the user, or grants the user no role; its own page and log say more.",
		Fixes: []finding.Fix{
			{System: finding.App, Place: appLog, Action: "look for the reason of the refusal"},
			{System: finding.App, Place: appUsers, Action: "check that an account for the NameID or e-mail address of the token exists, or that accounts are created at the first sign-in"},
		},
		Reference: "SAML Profiles 4.1.4.3",
		Since:     "0.1.0",
		Follows:   true,
		run:       runAppRejected,
	},
	{
		Name: "flow-not-saml", Severity: finding.Info, Family: FamilyFlow, Scope: OfInput,
		Title:     "The capture holds a sign-in that is not SAML",
		Why:       "OpenID Connect has no SAML message, so there is nothing here that these checks could judge.",
		Cause:     "The app is registered for OpenID Connect, or the capture was made of another sign-in (the portal, e-mail, another tab).",
		Fixes:     []finding.Fix{{System: finding.User, Place: "the browser's network log", Action: "capture the sign-in to the app that uses SAML, from the app's own address until the app's first page"}},
		Reference: "OpenID Connect Core 3.1",
		Since:     "0.1.0",
		run:       relay,
	},
}
