package config

import "go.yaml.in/yaml/v3"

// rootKeys are the keys of ssodoctor.yaml: the one table that the decoder and
// the JSON Schema are made from.
func rootKeys() []key[reading] {
	return []key[reading]{
		text("version", "The version of this format.", func(r *reading) *Text { return &r.version }, isVersion),
		include(),
		object("settings", "Settings of the tool. Flags and SSODOCTOR_* variables win over them.", settingKeys, func(r *reading) *Settings { return &r.settings }),
		objects("apps", "The apps, each with the copies of its facts.", appKeys, []string{"name"}, (*decoder).app),
		objects("suppress", "Findings that are accepted, for a reason and until a day.", suppressionKeys, []string{"reason"}, (*decoder).suppression),
	}
}

var settingKeys = []key[Settings]{
	text("fail-on", "Exit with 1 at findings of this severity or above.", func(s *Settings) *Text { return &s.FailOn }, oneOf("error", "warning", "info", "never")),
	text("skew", "Tolerance on time limits, such as 3m.", func(s *Settings) *Text { return &s.Skew }, isDuration),
	text("format", "Output format.", func(s *Settings) *Text { return &s.Format }),
	text("color", "Colour of the output.", func(s *Settings) *Text { return &s.Color }, oneOf("auto", "always", "never")),
	text("certificate-warning-days", "Warn of certificates that end within this many days.", func(s *Settings) *Text { return &s.CertificateWarningDays }, isDays),
}

var appKeys = []key[App]{
	text("name", "What the app is called; suppressions and check --app name it so.", func(a *App) *Text { return &a.Name }),
	text("profile", "The profile of the app, see ssodoctor profiles.", func(a *App) *Text { return &a.Profile }),
	object("idp", "What the identity provider holds.", idpKeys, func(a *App) *IdentityProvider { return &a.IdP }),
	object("app", "What the app holds: of itself, and pasted from the identity provider.", spKeys, func(a *App) *ServiceProvider { return &a.SP }),
	object("entra", "Exports of the enterprise application.", entraKeys, func(a *App) *Entra { return &a.Entra }),
	object("expect", "What the app demands of a sign-in.", expectKeys, func(a *App) *Expect { return &a.Expect }),
	globs("captures", "Captured sign-ins that must pass", func(a *App) *[]Glob { return &a.Captures }),
}

var idpKeys = []key[IdentityProvider]{
	file("metadata", "SAML metadata of the identity provider", func(p *IdentityProvider) *File { return &p.Metadata }),
	value("issuer", "Entity ID of the identity provider", func(p *IdentityProvider) *Text { return &p.Issuer }),
	value("sso-url", "Login URL", func(p *IdentityProvider) *Text { return &p.SSOURL }),
	value("logout-url", "Logout URL of the identity provider", func(p *IdentityProvider) *Text { return &p.LogoutURL }),
	certificates("certificates", "Certificates that the identity provider signs with", func(p *IdentityProvider) *[]Certificate { return &p.Certificates }),
}

var spKeys = []key[ServiceProvider]{
	file("metadata", "SAML metadata of the app", func(p *ServiceProvider) *File { return &p.Metadata }),
	value("entity-id", "Identifier (Entity ID) of the app", func(p *ServiceProvider) *Text { return &p.EntityID }),
	values("reply-urls", "Reply URLs (ACS) of the app", func(p *ServiceProvider) *[]Text { return &p.ReplyURLs }),
	value("sign-on-url", "Sign-on URL of the app", func(p *ServiceProvider) *Text { return &p.SignOnURL }),
	value("logout-url", "Logout URL of the app", func(p *ServiceProvider) *Text { return &p.LogoutURL }),
	value("issuer", "Entity ID of the identity provider, as it is pasted in the app", func(p *ServiceProvider) *Text { return &p.Issuer }),
	value("sso-url", "Login URL of the identity provider, as it is pasted in the app", func(p *ServiceProvider) *Text { return &p.SSOURL }),
	certificates("certificates", "Certificates of the identity provider, as they are pasted in the app", func(p *ServiceProvider) *[]Certificate { return &p.Certificates }),
}

var entraKeys = []key[Entra]{
	file("application", "Export of the application", func(e *Entra) *File { return &e.Application }),
	file("service-principal", "Export of the service principal", func(e *Entra) *File { return &e.ServicePrincipal }),
	file("claims-policy", "Export of the claims policy", func(e *Entra) *File { return &e.ClaimsPolicy }),
	file("assignments", "Export of appRoleAssignedTo", func(e *Entra) *File { return &e.Assignments }),
	globs("conditional-access", "Exports of Conditional Access policies", func(e *Entra) *[]Glob { return &e.ConditionalAccess }),
}

var expectKeys = []key[Expect]{
	object("name-id", "The NameID.", nameIDKeys, func(e *Expect) *NameID { return &e.NameID }),
	objects("claims", "Claims that the app reads.", claimKeys, []string{"name"}, func(d *decoder, e *Expect, n *yaml.Node, c *Claim) {
		if !c.Name.Given() {
			d.invalid(n, "a claim has no name, expected the name that the app reads, as in name: first_name")
			return
		}
		e.Claims = append(e.Claims, *c)
	}),
	text("signing", "What must be signed.", func(e *Expect) *Text { return &e.Signing }, oneOf("assertion", "response", "both")),
	text("break-glass-account", "The account that signs in without single sign-on.", func(e *Expect) *Text { return &e.BreakGlassAccount }),
}

var nameIDKeys = []key[NameID]{
	text("format", "NameID format, as URI or short name such as emailAddress.", func(n *NameID) *Text { return &n.Format }),
	pattern("pattern", "What the NameID looks like", func(n *NameID) *Pattern { return &n.Pattern }),
}

var claimKeys = []key[Claim]{
	text("name", "The name of the claim.", func(c *Claim) *Text { return &c.Name }),
	flag("required", "Whether the app refuses users without it.", func(c *Claim) *bool { return &c.Required }),
	pattern("pattern", "What a value looks like", func(c *Claim) *Pattern { return &c.Pattern }),
}

var suppressionKeys = []key[Suppression]{
	text("check", "The check, see ssodoctor checks.", func(s *Suppression) *Text { return &s.Check }),
	text("app", "The app, by name.", func(s *Suppression) *Text { return &s.App }),
	text("file", "The file, or a pattern in which ** stands for any number of directories, relative to this one.", func(s *Suppression) *Text { return &s.File }),
	text("reason", "Why the finding is accepted.", func(s *Suppression) *Text { return &s.Reason }),
	text("until", "The first day on which it is accepted no more.", func(s *Suppression) *Text { return &s.Until }, isDate),
}

// app takes an app that has a name of its own.
func (d *decoder) app(r *reading, n *yaml.Node, a *App) {
	if n = d.resolve(n); n == nil {
		return
	}
	if !a.Name.Given() {
		d.invalid(n, "an app has no name, expected one, as in name: HaloITSM")
		return
	}
	if first, again := r.byName[a.Name.Value]; again {
		d.invalid(n, "the app %q is described again, it was in %s, line %d; give one of them another name, or join them", a.Name.Value, first.File, first.Span.Line)
		return
	}
	a.Place = Place{d.file, d.span(n)}
	r.byName[a.Name.Value] = a
	r.config.Apps = append(r.config.Apps, a)
}

// suppression takes one that says what it is for, and why.
func (d *decoder) suppression(r *reading, n *yaml.Node, s *Suppression) {
	if n = d.resolve(n); n == nil {
		return
	}
	switch {
	case !s.Check.Given() && !s.App.Given() && !s.File.Given():
		d.invalid(n, "a suppression is for everything, expected at least one of check, app, file")
		return
	case !s.Reason.Given():
		d.invalid(n, "a suppression has no reason, expected why the finding is accepted, as in reason: \"rollover booked for 5 December\"")
		return
	}
	s.Place = Place{d.file, d.span(n)}
	if s.File.Given() {
		s.Glob = d.resolved(s.File.Value)
	}
	r.config.Suppressions = append(r.config.Suppressions, s)
}
