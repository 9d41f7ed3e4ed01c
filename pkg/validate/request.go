package validate

import (
	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// The places where requests are set up.
const (
	entraVerification = "Enterprise applications > (app) > Single sign-on > SAML Certificates > Verification certificates"
	adfsSignature     = adfsTrust + " > Properties > Signature"
	oktaSigned        = oktaAdvanced + " > Signed Requests, Signature Certificate"
	appRequest        = "the app's SAML settings: sign-in request"
	appRequestSigning = "the app's SAML settings: signing of requests, and its key"
)

// requestSignatureChecks are about the signatures of what is sent in a URL,
// and of requests.
var requestSignatureChecks = []*Check{
	{
		Name: "request-signature-missing", Severity: finding.Error, Family: FamilySignature, Scope: OfRequest,
		Title: "The sign-in request is not signed, but has to be",
		Why:   "An identity provider that demands signed requests refuses this one before anybody can sign in.",
		Cause: "One side was told to demand signatures, the other was not told to make them; or the app lost its key.",
		Fixes: []finding.Fix{
			{System: finding.App, Place: appRequestSigning, Action: "switch the signing of requests on, with the key whose certificate the identity provider has"},
			{System: finding.Entra, Place: entraVerification, Action: "clear \"Require verification certificates\" if the app cannot sign its requests"},
			{System: finding.ADFS, Place: adfsSignature, Action: "if the app cannot sign its requests: Set-AdfsRelyingPartyTrust -SignedSamlRequestsRequired $false"},
			{System: finding.Okta, Place: oktaSigned, Action: "clear Signed Requests if the app cannot sign its requests"},
		},
		Reference: "SAML Metadata 2.4.3, 2.4.4",
		Since:     "0.1.0",
		Explains:  []string{"flow-app-rejected", "flow-response-missing"},
		run:       runRequestUnsigned,
	},
	{
		Name: "request-signature-invalid", Severity: finding.Error, Family: FamilySignature, Scope: OfQuery,
		Title: "The signature in the URL or form does not verify",
		Why:   "The receiver checks the signature over the query exactly as it was sent, or over the values of the form, and refuses the message.",
		Cause: "Another key signed than the one whose certificate the other side has, or the library signs the query in another encoding, order or selection than it sends.",
		Fixes: []finding.Fix{
			{System: finding.App, Place: appRequestSigning, Action: "sign with the key whose certificate the identity provider has; where the encoding is named above, update the library or set the option for it (such as lowercase URL encoding for AD FS)"},
			{System: finding.Entra, Place: entraVerification, Action: "upload the certificate of the key that the app signs with"},
			{System: finding.ADFS, Place: adfsSignature, Action: "add the certificate of the key that the app signs with"},
			{System: finding.Okta, Place: oktaSigned, Action: "upload the certificate of the key that the app signs with"},
		},
		Reference: "SAML Bindings 3.4.4.1; SAML HTTP POST-SimpleSign Binding 1.0",
		Since:     "0.1.0",
		Explains:  []string{"flow-app-rejected", "flow-response-missing"},
		run:       runQuerySignature,
	},
}

var requestChecks = []*Check{
	{
		Name: "request-invalid", Severity: finding.Error, Family: FamilyRequest, Scope: OfRequest,
		Title:     "The sign-in request breaks the rules of SAML",
		Why:       "An identity provider that reads strictly refuses the request, often with a message that names nothing.",
		Cause:     "A setting of the app's library that contradicts another one, or a request that was made by hand.",
		Fixes:     []finding.Fix{{System: finding.App, Place: appRequest, Action: "correct the setting behind it, or update the library"}},
		Reference: "SAML Core 3.4.1, SAML Profiles 4.1.4.1",
		Since:     "0.1.0",
		Explains:  []string{"flow-app-rejected", "flow-response-missing", "entra-error", "adfs-error", "okta-error"},
		run:       runRequestInvalid,
	},
	{
		Name: "request-issuer-mismatch", Severity: finding.Error, Family: FamilyRequest, Scope: OfRequest,
		Title: "The request is from an Identifier that is not the app's",
		Why:   "The identity provider looks the app up by this value and does not find it (Entra: AADSTS700016, AD FS: MSIS3008 or MSIS7042).",
		Cause: "The Identifier differs between the two sides: a trailing slash, letter case, http instead of https, or the value of another environment.",
		Fixes: []finding.Fix{
			{System: finding.Entra, Place: entraIdentifier, Action: "add {actual}, if that is what the app calls itself"},
			{System: finding.ADFS, Place: adfsIdentifiers, Action: "add {actual}, if that is what the app calls itself"},
			{System: finding.Okta, Place: oktaAudience, Action: "set it to {actual}, if that is what the app calls itself"},
			{System: finding.App, Place: appEntityID, Action: "or make the app call itself {expected}"},
		},
		Reference: "SAML Profiles 4.1.4.1",
		Since:     "0.1.0",
		Explains:  []string{"flow-app-rejected", "flow-response-missing", "entra-error", "adfs-error", "okta-error"},
		run:       runRequestIssuer,
	},
	{
		Name: "request-acs-mismatch", Severity: finding.Error, Family: FamilyRequest, Scope: OfRequest,
		Title: "The request asks for an answer at an address that is no Reply URL",
		Why:   "Identity providers send assertions to registered addresses only and refuse the request (Entra: AADSTS50011, AD FS: MSIS3200).",
		Cause: "The app builds the address from the host name that it sees: behind a proxy it says http, another host or port; or a new address was never registered.",
		Fixes: []finding.Fix{
			{System: finding.Entra, Place: entraReplyURL, Action: "add {actual}, if the app really receives sign-ins there"},
			{System: finding.ADFS, Place: adfsEndpoints, Action: "add {actual} as SAML Assertion Consumer endpoint, if the app really receives sign-ins there"},
			{System: finding.Okta, Place: oktaSAML + " > Requestable SSO URLs", Action: "add {actual}, if the app really receives sign-ins there"},
			{System: finding.App, Place: appReplyURL, Action: "or make the app ask for {expected} (behind a proxy: tell it its public address)"},
		},
		Reference: "SAML Core 3.4.1, SAML Profiles 4.1.4.1",
		Since:     "0.1.0",
		Explains:  []string{"flow-app-rejected", "flow-response-missing", "entra-error", "adfs-error", "okta-error"},
		run:       runRequestACS,
	},
	{
		Name: "request-destination-mismatch", Severity: finding.Warning, Family: FamilyRequest, Scope: OfRequest,
		Title: "The request was not sent where it says, or not where it belongs",
		Why:   "A strict identity provider refuses a request whose Destination is not its own address; one that goes to another tenant or endpoint signs users in at the wrong place.",
		Cause: "The SSO URL in the app is outdated, of another tenant, or was typed by hand.",
		Fixes: []finding.Fix{
			{System: finding.App, Place: appSSOURL, Action: "set it to {expected}"},
			{System: finding.Entra, Place: entraSetUp + " > Login URL", Action: "copy the address from there"},
		},
		Reference: "SAML Bindings 3.4.5.2",
		Since:     "0.1.0",
		run:       runRequestDestination,
	},
	{
		Name: "request-context-too-strict", Severity: finding.Error, Family: FamilyRequest, Scope: OfBoth,
		Title: "The app demands a way of signing in that users do not always use",
		Why:   "Users who sign in with MFA, Windows, a passkey, a certificate or without a password do not match, and the identity provider or the app refuses them (Entra: AADSTS75011; AD FS: MSIS7102; status NoAuthnContext).",
		Cause: "The library's default asks for PasswordProtectedTransport exactly.",
		Fixes: []finding.Fix{
			{System: finding.App, Place: appAuthnContext, Action: "leave RequestedAuthnContext out of the request (in python3-saml: requestedAuthnContext false), or set its Comparison to minimum"},
		},
		Reference: "SAML Core 3.3.2.2.1",
		Since:     "0.1.0",
		Explains:  []string{"status-not-success", "authn-context-mismatch", "flow-app-rejected", "flow-response-missing", "entra-error"},
		run:       runContextErrors,
	},
}
