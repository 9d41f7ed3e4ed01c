package validate

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/entra"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

const (
	entraMode       = "Enterprise applications > (app) > Single sign-on > Select a single sign-on method"
	entraProperties = "Enterprise applications > (app) > Properties"
	entraSignOnURL  = entraBasic + " > Sign on URL"
	entraPlatforms  = "App registrations > (app) > Authentication"
)

var entraBasicChecks = []*Check{
	{
		Name: "entra-sso-mode", Severity: finding.Error, Family: FamilyEntra, Scope: OfFile,
		Title:     "The single sign-on mode of the application is not SAML",
		Why:       "Entra shows and uses the SAML settings of an application only in the mode saml; the portal offers another set-up.",
		Cause:     "The application was created by a script or template that leaves preferredSingleSignOnMode empty, or was set up for another method first.",
		Fixes:     []finding.Fix{{System: finding.Entra, Place: entraMode, Action: "choose SAML"}},
		Reference: "Microsoft Graph: servicePrincipal.preferredSingleSignOnMode",
		Since:     "0.1.0",
		lint:      lints{enterprise: lintMode},
	},
	{
		Name: "entra-app-disabled", Severity: finding.Warning, Family: FamilyEntra, Scope: OfFile,
		Title:     "Users cannot sign in to the application: it is disabled",
		Why:       "Entra answers every sign-in with AADSTS7000112 until the application is enabled.",
		Cause:     "\"Enabled for users to sign-in\" was set to No during set-up or maintenance.",
		Fixes:     []finding.Fix{{System: finding.Entra, Place: entraProperties + " > Enabled for users to sign-in", Action: "set it to Yes"}},
		Reference: "Microsoft Graph: servicePrincipal.accountEnabled",
		Since:     "0.1.0",
		lint:      lints{enterprise: lintDisabled},
	},
	{
		Name: "entra-identifier-missing", Severity: finding.Error, Family: FamilyEntra, Scope: OfFile,
		Title:     "The application has no Identifier (Entity ID)",
		Why:       "Entra finds the application of a request by its Identifier, and answers AADSTS700016 without one.",
		Cause:     "The Basic SAML Configuration was not filled in.",
		Fixes:     []finding.Fix{{System: finding.Entra, Place: entraIdentifier, Action: "enter the Entity ID that the app shows"}},
		Reference: "Microsoft Graph: application.identifierUris",
		Since:     "0.1.0",
		lint:      lints{enterprise: lintIdentifierMissing},
	},
	{
		Name: "entra-identifier-invalid", Severity: finding.Error, Family: FamilyEntra, Scope: OfFile,
		Title:     "An Identifier (Entity ID) is none that Entra accepts",
		Why:       "The value is refused when it is saved, or never equals the issuer of a request.",
		Cause:     "A blank was pasted with the value, or a name was entered in place of the Entity ID.",
		Fixes:     []finding.Fix{{System: finding.Entra, Place: entraIdentifier, Action: "enter the Entity ID exactly as the app shows it"}},
		Reference: "Microsoft Learn: Restrictions on identifier URIs",
		Since:     "0.1.0",
		lint:      lints{enterprise: lintIdentifiers},
	},
	{
		Name: "entra-logout-url", Severity: finding.Warning, Family: FamilyEntra, Scope: OfFile,
		Title:     "The Logout URL is none that Entra can use",
		Why:       "Signing out at Entra leaves the session of the app open.",
		Cause:     "The address was pasted incompletely, or with http.",
		Fixes:     []finding.Fix{{System: finding.Entra, Place: entraLogout, Action: "enter the app's logout address, or leave the field empty where the app has none"}},
		Reference: "Microsoft Learn: Single sign-out SAML protocol",
		Since:     "0.1.0",
		lint:      lints{enterprise: lintLogoutURL},
	},
	{
		Name: "entra-sign-on-url", Severity: finding.Warning, Family: FamilyEntra, Scope: OfFile,
		Title:     "The Sign on URL does not lead to the app",
		Why:       "My Apps sends users to this address to start the sign-in. It must be a page of the app; an address of Entra ends in AADSTS750054, because no request comes with it.",
		Cause:     "The Login URL of Entra, which belongs into the app, was entered here.",
		Fixes:     []finding.Fix{{System: finding.Entra, Place: entraSignOnURL, Action: "enter the app's own sign-in page, or leave it empty for sign-in that Entra starts"}},
		Reference: "Microsoft Learn: Error AADSTS750054",
		Since:     "0.1.0",
		lint:      lints{enterprise: lintSignOnURL},
	},
	{
		Name: "entra-audience-multi-tenant", Severity: finding.Warning, Family: FamilyEntra, Scope: OfFile,
		Title:     "The application is open to accounts of other tenants",
		Why:       "SAML applications belong to one tenant; with another audience, settings such as the metadata address do not work, and the identifier must be of a verified domain.",
		Cause:     "The registration was created for OpenID Connect, or from a multi-tenant template.",
		Fixes:     []finding.Fix{{System: finding.Entra, Place: entraPlatforms + " > Supported account types", Action: "choose accounts in this organizational directory only"}},
		Reference: "Microsoft Graph: application.signInAudience",
		Since:     "0.1.0",
		lint:      lints{enterprise: lintAudience},
	},
	{
		Name: "entra-implicit-grant", Severity: finding.Warning, Family: FamilyEntra, Scope: OfFile,
		Title:     "The application can get tokens by the implicit grant",
		Why:       "A SAML application needs none: the Reply URLs become addresses that tokens can be sent to in the URL.",
		Cause:     "Applications that are made from templates have it on, or it is left from an earlier set-up.",
		Fixes:     []finding.Fix{{System: finding.Entra, Place: entraPlatforms + " > Implicit grant and hybrid flows", Action: "clear both boxes"}},
		Reference: "Microsoft Learn: Security best practices for application properties",
		Since:     "0.1.0",
		lint:      lints{enterprise: lintImplicit},
	},
}

func lintMode(x *inspection, e *enterprise) {
	p := e.principal(x)
	if p == nil || !exported(x, p.Mode, "preferredSingleSignOnMode") || strings.EqualFold(p.Mode.V, entra.ModeSAML) {
		return
	}
	f := fact{expected: []string{entra.ModeSAML}, actual: p.Mode.V,
		detail: fmt.Sprintf("the single sign-on mode of %s is %s, expected \"saml\"", e.title(), finding.Quote(p.Mode.V))}
	if p.Mode.V == "" {
		f.severity = finding.Warning
		f.detail = fmt.Sprintf("%s has no single sign-on mode, expected \"saml\"; some old applications work without it, new ones do not", e.title())
	}
	x.failAt(p.Mode.At, f)
}

func lintDisabled(x *inspection, e *enterprise) {
	if p := e.principal(x); p != nil && exported(x, p.Enabled, "accountEnabled") && !p.Enabled.V {
		x.failAt(p.Enabled.At, fact{detail: fmt.Sprintf("%s is disabled: accountEnabled is false", e.title()), expected: []string{"true"}, actual: "false", forms: true})
	}
}

func lintIdentifierMissing(x *inspection, e *enterprise) {
	if !e.saml(x) {
		return
	}
	if l := e.Identifiers(); exportedList(x, l, "identifierUris") && len(l.Items) == 0 {
		if l.Partial {
			x.skip("the identifiers are not spelled out in the file")
			return
		}
		x.failAt(l.At, fact{detail: e.title() + " has no Identifier (Entity ID), so that Entra cannot find it for a request"})
	}
}

func lintIdentifiers(x *inspection, e *enterprise) {
	if !e.saml(x) || !exportedList(x, e.Identifiers(), "identifierUris") {
		return
	}
	for _, id := range e.Identifiers().Items {
		for _, o := range entra.Identifier(id.V) {
			x.failAt(id.At, fact{severity: o.Severity, actual: id.V, detail: finding.Quote(id.V) + ": " + o.Text})
		}
	}
}

func lintLogoutURL(x *inspection, e *enterprise) {
	if !e.saml(x) || !exported(x, e.LogoutURL(), "logoutUrl") {
		return
	}
	u := e.LogoutURL()
	if u.V == "" {
		return
	}
	for _, o := range entra.LogoutURL(u.V) {
		x.failAt(u.At, fact{severity: o.Severity, actual: u.V, detail: finding.Quote(u.V) + ": " + o.Text})
	}
}

// entraHosts are the hosts at which Entra takes requests, of all its clouds.
var entraHosts = []string{"login.microsoftonline.com", "login.windows.net", "login.microsoftonline.us", "login.chinacloudapi.cn", "login.partner.microsoftonline.cn", "sts.windows.net", "myapps.microsoft.com", "launcher.myapps.microsoft.com"}

func lintSignOnURL(x *inspection, e *enterprise) {
	p := e.principal(x)
	if p == nil || !exported(x, p.LoginURL, "loginUrl") || p.LoginURL.V == "" {
		return
	}
	value := p.LoginURL.V
	u, err := url.Parse(value)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		x.failAt(p.LoginURL.At, fact{actual: value, detail: fmt.Sprintf("the Sign on URL %s is no full http or https address", finding.Quote(value))})
	case slices.Contains(entraHosts, strings.ToLower(u.Hostname())):
		x.failAt(p.LoginURL.At, fact{actual: value, detail: fmt.Sprintf("the Sign on URL %s is an address of Entra, expected the app's own sign-in page", finding.Quote(value))})
	}
}

func lintAudience(x *inspection, e *enterprise) {
	const own = "AzureADMyOrg"
	if a := e.registration(x); a != nil && exported(x, a.Audience, "signInAudience") && a.Audience.V != "" && !strings.EqualFold(a.Audience.V, own) {
		x.failAt(a.Audience.At, fact{expected: []string{own}, actual: a.Audience.V,
			detail: fmt.Sprintf("signInAudience of %s is %s, expected %q", e.title(), finding.Quote(a.Audience.V), own)})
	}
}

func lintImplicit(x *inspection, e *enterprise) {
	a := e.registration(x)
	if a == nil {
		return
	}
	for _, grant := range []struct {
		flag entra.Flag
		name string
	}{{a.ImplicitID, "ID tokens"}, {a.ImplicitAccess, "access tokens"}} {
		if exported(x, grant.flag, "implicitGrantSettings") && grant.flag.V {
			f := fact{detail: fmt.Sprintf("%s can get %s by the implicit grant, which a SAML application does not need", e.title(), grant.name)}
			if grant.name == "ID tokens" {
				f.severity = finding.Info // templates have it on
			}
			x.failAt(grant.flag.At, f)
		}
	}
}
