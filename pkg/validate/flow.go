package validate

import "github.com/ssodoctor/ssodoctor/pkg/finding"

var flowChecks = []*Check{
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
