package validate

import (
	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/profile"
)

// Places where administrators find the fields, as click paths of the portals.
// Sources: Microsoft Learn (Entra "Basic SAML Configuration"; AD FS
// Management), Okta Help Center (SAML app settings).
const (
	entraBasic         = "Enterprise applications > (app) > Single sign-on > Basic SAML Configuration"
	entraReplyURL      = entraBasic + " > Reply URL (Assertion Consumer Service URL)"
	entraIdentifier    = entraBasic + " > Identifier (Entity ID)"
	entraClaims        = "Enterprise applications > (app) > Single sign-on > Attributes & Claims"
	entraGroups        = entraClaims + " > Add a group claim"
	entraNameID        = entraClaims + " > Unique User Identifier (Name ID)"
	entraCertificate   = "Enterprise applications > (app) > Single sign-on > SAML Certificates"
	entraSigning       = entraCertificate + " > Token signing certificate > Edit > Signing Option"
	entraAssignment    = "Enterprise applications > (app) > Users and groups"
	entraTokenLifetime = "Microsoft Graph > policies/tokenLifetimePolicies, assigned to the application"
	entraSetUp         = "Enterprise applications > (app) > Single sign-on > Set up (app)"

	adfsTrust         = "AD FS Management > Relying Party Trusts > (trust)"
	adfsEndpoints     = adfsTrust + " > Properties > Endpoints"
	adfsIdentifiers   = adfsTrust + " > Properties > Identifiers"
	adfsRules         = adfsTrust + " > Edit Claim Issuance Policy"
	adfsCertificate   = "AD FS Management > Service > Certificates > Token-signing"
	adfsTokenLifetime = "PowerShell: Set-AdfsRelyingPartyTrust -TargetName (trust) -TokenLifetime (minutes)"
	adfsClock         = "the clock of the AD FS servers (w32tm /query /status)"
	adfsProperties    = "AD FS Management > Service > Edit Federation Service Properties"

	oktaSAML        = "Applications > (app) > General > SAML Settings"
	oktaSignOnURL   = oktaSAML + " > Single sign-on URL"
	oktaAudience    = oktaSAML + " > Audience URI (SP Entity ID)"
	oktaIssuer      = "Applications > (app) > Sign On > View SAML setup instructions > Identity Provider Issuer"
	oktaNameID      = oktaSAML + " > Name ID format"
	oktaAttributes  = oktaSAML + " > Attribute Statements"
	oktaCertificate = "Applications > (app) > Sign On > SAML Signing Certificates"
	oktaAssignment  = "Applications > (app) > Assignments"
	oktaAdvanced    = oktaSAML + " > Show Advanced Settings"
	oktaSigning     = oktaAdvanced + " > Response, Assertion Signature"
	oktaRelayState  = oktaSAML + " > Default RelayState"
	oktaLog         = "Reports > System Log"

	appEntityID     = "the app's SAML settings: Entity ID (Identifier)"
	appReplyURL     = "the app's SAML settings: ACS URL (Reply URL)"
	appIssuer       = "the app's SAML settings: Issuer (Entity ID of the identity provider)"
	appSSOURL       = "the app's SAML settings: SSO URL (Login URL of the identity provider)"
	appCertificate  = "the app's SAML settings: signing certificate of the identity provider"
	appAuthnContext = "the app's SAML settings: requested authentication context"
	appClaims       = "the app's SAML settings: attribute mapping"
	appSigning      = "the app's SAML settings: signing of its own requests"
	appClock        = "the app server's clock (NTP)"
)

// written reports whether fixes are written for that product of an identity
// provider.
func written(s finding.System) bool {
	return s == finding.Entra || s == finding.ADFS || s == finding.Okta
}

// oktaFields are the settings behind the places in Okta, whose words are the
// plainest: what other products call them stands in their profiles.
var oktaFields = map[string]profile.Field{
	oktaSignOnURL:   profile.ReplyURL,
	oktaAudience:    profile.Identifier,
	oktaIssuer:      profile.Issuer,
	oktaNameID:      profile.NameIDField,
	oktaAttributes:  profile.Claims,
	oktaCertificate: profile.Certificate,
	oktaAssignment:  profile.Assignment,
	oktaSigning:     profile.SigningPlace,
	oktaEncryption:  profile.Encryption,
	oktaRelayState:  profile.RelayState,
	oktaLogout:      profile.LogoutURL,
	oktaLog:         profile.SignInLog,
}

// inOtherWords moves a fix from Okta to a product that none are written for:
// to the page that its profile names, else to its settings of the app.
func inOtherWords(f finding.Fix, at finding.System) finding.Fix {
	p, err := profile.Load(string(at))
	if err != nil {
		return f
	}
	place := "the settings of the app there"
	if known, ok := p.IdP.Place(oktaFields[f.Place]); ok {
		place = known.Path
	}
	return finding.Fix{System: finding.App, Place: p.Title + ": " + place, Action: f.Action}
}

// appPlaces are the places in the app that a profile knows better.
var appPlaces = map[string]profile.Field{
	appEntityID:    profile.Identifier,
	appReplyURL:    profile.ReplyURL,
	appIssuer:      profile.Issuer,
	appSSOURL:      profile.SSOURL,
	appCertificate: profile.Certificate,
}

// place names the place of a fix as the menus of the app do, where its profile
// is known.
func (e *Expectations) place(f finding.Fix) string {
	field, ok := appPlaces[f.Place]
	if !ok || e.Profile == nil {
		return f.Place
	}
	if known := e.Profile.App.Place(field); known != "" {
		return e.Profile.Title + ": " + known
	}
	return f.Place
}
