package export

import (
	"cmp"
	"strconv"
	"strings"
	"time"

	"github.com/ssodoctor/ssodoctor/pkg/entra"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// binder turns the values of one file into those of the model.
type binder struct {
	file   string
	format string
}

func (b *binder) place(span finding.Span) entra.Place { return entra.Place{File: b.file, Span: span} }

// property binds one property of a resource of Microsoft Graph to its field.
type property[T any] struct {
	path string
	bind func(b *binder, to *T, n *node)
}

// bind fills the fields whose properties the object has.
func bind[T any](b *binder, to *T, n *node, properties []property[T]) {
	for _, p := range properties {
		if v := n.at(p.path); v != nil {
			p.bind(b, to, v)
		}
	}
}

func text[T any](path string, field func(*T) *entra.Text) property[T] {
	return property[T]{path, func(b *binder, to *T, n *node) { *field(to) = b.text(n) }}
}

// id is a text that can be a reference to another resource.
func id[T any](path string, field func(*T) *entra.Text) property[T] {
	return property[T]{path, func(b *binder, to *T, n *node) { *field(to) = b.id(n) }}
}

func flag[T any](path string, field func(*T) *entra.Flag) property[T] {
	return property[T]{path, func(b *binder, to *T, n *node) { *field(to) = b.flag(n) }}
}

func texts[T any](path string, field func(*T) *entra.List) property[T] {
	return property[T]{path, func(b *binder, to *T, n *node) { *field(to) = b.list(n, b.text) }}
}

// ids are texts that can be references to other resources.
func ids[T any](path string, field func(*T) *entra.List) property[T] {
	return property[T]{path, func(b *binder, to *T, n *node) { *field(to) = b.list(n, b.id) }}
}

// each binds a list of objects.
func each[T, E any](path string, field func(*T) *entra.Value[[]E], one func(b *binder, n *node) E) property[T] {
	return property[T]{path, func(b *binder, to *T, n *node) {
		v := entra.Value[[]E]{Known: n.kind != kindUnknown, At: b.place(n.span)}
		for _, item := range n.list() {
			if item.kind == kindObject {
				v.V = append(v.V, one(b, item))
			}
		}
		*field(to) = v
	}}
}

func (b *binder) text(n *node) entra.Text {
	t := entra.Text{At: b.place(n.span)}
	switch n.kind {
	case kindNull:
		t.Known = true
	case kindText, kindNumber, kindBool:
		t.V, t.Known = n.text, true
	case kindList:
		// what is one text elsewhere, as Terraform writes groupMembershipClaims
		l := b.list(n, b.text)
		t.V, t.Known = strings.Join(l.Strings(), ","), !l.Partial
	}
	return t
}

func (b *binder) id(n *node) entra.Text {
	t := b.text(n)
	if n.kind == kindUnknown && n.text != "" {
		t.V, t.Known = "${"+n.text+"}", true
	}
	return t
}

func (b *binder) flag(n *node) entra.Flag {
	f := entra.Flag{At: b.place(n.span), Known: n.kind == kindNull}
	if n.kind == kindBool || n.kind == kindText {
		v, err := strconv.ParseBool(strings.ToLower(n.text))
		f.V, f.Known = v, err == nil
	}
	return f
}

func (b *binder) list(n *node, one func(*node) entra.Text) entra.List {
	l := entra.List{At: b.place(n.span), Known: n.kind != kindUnknown || n.text != ""}
	items := n.list()
	if len(items) > 0 {
		l.Items = make([]entra.Text, 0, len(items))
	}
	for _, item := range items {
		if t := one(item); t.Known && item.kind != kindNull {
			l.Items = append(l.Items, t)
		} else {
			l.Partial = true
		}
	}
	l.Known = l.Known && (len(l.Items) > 0 || !l.Partial)
	return l
}

func (b *binder) time(n *node) entra.Value[time.Time] {
	v := entra.Value[time.Time]{At: b.place(n.span)}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02"} {
		if t, err := time.Parse(layout, n.string()); err == nil {
			v.V, v.Known = t.UTC(), true
			break
		}
	}
	return v
}

func (b *binder) number(n *node) entra.Value[int] {
	v, err := strconv.Atoi(n.text)
	return entra.Value[int]{V: v, Known: err == nil, At: b.place(n.span)}
}

var keyProperties = []property[entra.Key]{
	text("keyId", func(k *entra.Key) *entra.Text { return &k.ID }),
	text("usage", func(k *entra.Key) *entra.Text { return &k.Usage }),
	text("type", func(k *entra.Key) *entra.Text { return &k.Type }),
	text("displayName", func(k *entra.Key) *entra.Text { return &k.Name }),
	text("customKeyIdentifier", func(k *entra.Key) *entra.Text { return &k.Identifier }),
	{"startDateTime", func(b *binder, k *entra.Key, n *node) { k.Start = b.time(n) }},
	{"endDateTime", func(b *binder, k *entra.Key, n *node) { k.End = b.time(n) }},
	{"key", func(b *binder, k *entra.Key, n *node) {
		if k.Certificate = b.text(n); k.Of(entra.UsageSign) {
			k.Certificate.V = ""
		}
	}},
}

func (b *binder) key(n *node) entra.Key {
	k := entra.Key{At: b.place(n.span)}
	bind(b, &k, n, keyProperties)
	return k
}

func (b *binder) role(n *node) entra.AppRole {
	r := entra.AppRole{At: b.place(n.span)}
	bind(b, &r, n, []property[entra.AppRole]{
		id("id", func(r *entra.AppRole) *entra.Text { return &r.ID }),
		text("displayName", func(r *entra.AppRole) *entra.Text { return &r.DisplayName }),
		text("value", func(r *entra.AppRole) *entra.Text { return &r.Value }),
		flag("isEnabled", func(r *entra.AppRole) *entra.Flag { return &r.Enabled }),
		texts("allowedMemberTypes", func(r *entra.AppRole) *entra.List { return &r.Members }),
	})
	return r
}

func (b *binder) optionalClaim(n *node) entra.OptionalClaim {
	c := entra.OptionalClaim{At: b.place(n.span)}
	bind(b, &c, n, []property[entra.OptionalClaim]{
		text("name", func(c *entra.OptionalClaim) *entra.Text { return &c.Name }),
		text("source", func(c *entra.OptionalClaim) *entra.Text { return &c.Source }),
		texts("additionalProperties", func(c *entra.OptionalClaim) *entra.List { return &c.Properties }),
	})
	return c
}

var applicationProperties = []property[entra.Application]{
	id("id", func(a *entra.Application) *entra.Text { return &a.ID }),
	id("appId", func(a *entra.Application) *entra.Text { return &a.AppID }),
	text("displayName", func(a *entra.Application) *entra.Text { return &a.DisplayName }),
	text("applicationTemplateId", func(a *entra.Application) *entra.Text { return &a.TemplateID }),
	texts("identifierUris", func(a *entra.Application) *entra.List { return &a.Identifiers }),
	texts("web.redirectUris", func(a *entra.Application) *entra.List { return &a.ReplyURLs }),
	texts("spa.redirectUris", func(a *entra.Application) *entra.List { return &a.OtherReplyURLs }),
	texts("tags", func(a *entra.Application) *entra.List { return &a.Tags }),
	{"web.redirectUriSettings", func(b *binder, a *entra.Application, n *node) {
		for _, item := range n.list() {
			if url, index := item.get("uri"), item.get("index"); url != nil && index != nil {
				a.ReplyURLIndexes = append(a.ReplyURLIndexes, entra.ReplyURLIndex{URL: b.text(url), Index: b.number(index)})
			}
		}
	}},
	text("web.logoutUrl", func(a *entra.Application) *entra.Text { return &a.LogoutURL }),
	text("web.homePageUrl", func(a *entra.Application) *entra.Text { return &a.HomePage }),
	flag("web.implicitGrantSettings.enableIdTokenIssuance", func(a *entra.Application) *entra.Flag { return &a.ImplicitID }),
	flag("web.implicitGrantSettings.enableAccessTokenIssuance", func(a *entra.Application) *entra.Flag { return &a.ImplicitAccess }),
	text("groupMembershipClaims", func(a *entra.Application) *entra.Text { return &a.GroupClaims }),
	each("optionalClaims.saml2Token", func(a *entra.Application) *entra.Value[[]entra.OptionalClaim] { return &a.OptionalClaims }, (*binder).optionalClaim),
	each("appRoles", func(a *entra.Application) *entra.Value[[]entra.AppRole] { return &a.AppRoles }, (*binder).role),
	each("keyCredentials", func(a *entra.Application) *entra.Value[[]entra.Key] { return &a.Keys }, (*binder).key),
	text("tokenEncryptionKeyId", func(a *entra.Application) *entra.Text { return &a.EncryptionKeyID }),
	flag("requestSignatureVerification.isSignedRequestRequired", func(a *entra.Application) *entra.Flag { return &a.SignedRequests }),
	text("requestSignatureVerification.allowedWeakAlgorithms", func(a *entra.Application) *entra.Text { return &a.WeakAlgorithms }),
	flag("api.acceptMappedClaims", func(a *entra.Application) *entra.Flag { return &a.MappedClaims }),
	text("samlMetadataUrl", func(a *entra.Application) *entra.Text { return &a.MetadataURL }),
	text("signInAudience", func(a *entra.Application) *entra.Text { return &a.Audience }),
}

var principalProperties = []property[entra.ServicePrincipal]{
	id("id", func(p *entra.ServicePrincipal) *entra.Text { return &p.ID }),
	id("appId", func(p *entra.ServicePrincipal) *entra.Text { return &p.AppID }),
	text("displayName", func(p *entra.ServicePrincipal) *entra.Text { return &p.DisplayName }),
	text("preferredSingleSignOnMode", func(p *entra.ServicePrincipal) *entra.Text { return &p.Mode }),
	text("servicePrincipalType", func(p *entra.ServicePrincipal) *entra.Text { return &p.Type }),
	text("appOwnerOrganizationId", func(p *entra.ServicePrincipal) *entra.Text { return &p.Owner }),
	text("loginUrl", func(p *entra.ServicePrincipal) *entra.Text { return &p.LoginURL }),
	text("logoutUrl", func(p *entra.ServicePrincipal) *entra.Text { return &p.LogoutURL }),
	text("homepage", func(p *entra.ServicePrincipal) *entra.Text { return &p.HomePage }),
	text("samlSingleSignOnSettings.relayState", func(p *entra.ServicePrincipal) *entra.Text { return &p.RelayState }),
	texts("replyUrls", func(p *entra.ServicePrincipal) *entra.List { return &p.ReplyURLs }),
	texts("servicePrincipalNames", func(p *entra.ServicePrincipal) *entra.List { return &p.Names }),
	texts("tags", func(p *entra.ServicePrincipal) *entra.List { return &p.Tags }),
	texts("notificationEmailAddresses", func(p *entra.ServicePrincipal) *entra.List { return &p.NotificationAddresses }),
	flag("appRoleAssignmentRequired", func(p *entra.ServicePrincipal) *entra.Flag { return &p.AssignmentRequired }),
	flag("accountEnabled", func(p *entra.ServicePrincipal) *entra.Flag { return &p.Enabled }),
	text("preferredTokenSigningKeyThumbprint", func(p *entra.ServicePrincipal) *entra.Text { return &p.SigningThumbprint }),
	each("keyCredentials", func(p *entra.ServicePrincipal) *entra.Value[[]entra.Key] { return &p.Keys }, (*binder).key),
	each("appRoles", func(p *entra.ServicePrincipal) *entra.Value[[]entra.AppRole] { return &p.AppRoles }, (*binder).role),
	text("tokenEncryptionKeyId", func(p *entra.ServicePrincipal) *entra.Text { return &p.EncryptionKeyID }),
}

var assignmentProperties = []property[entra.Assignment]{
	id("appRoleId", func(a *entra.Assignment) *entra.Text { return &a.RoleID }),
	id("principalId", func(a *entra.Assignment) *entra.Text { return &a.PrincipalID }),
	text("principalType", func(a *entra.Assignment) *entra.Text { return &a.PrincipalType }),
	text("principalDisplayName", func(a *entra.Assignment) *entra.Text { return &a.PrincipalName }),
	id("resourceId", func(a *entra.Assignment) *entra.Text { return &a.ResourceID }),
	text("resourceDisplayName", func(a *entra.Assignment) *entra.Text { return &a.ResourceName }),
}

var locationProperties = []property[entra.NamedLocation]{
	id("id", func(l *entra.NamedLocation) *entra.Text { return &l.ID }),
	text("displayName", func(l *entra.NamedLocation) *entra.Text { return &l.DisplayName }),
	flag("isTrusted", func(l *entra.NamedLocation) *entra.Flag { return &l.Trusted }),
	texts("countriesAndRegions", func(l *entra.NamedLocation) *entra.List { return &l.Countries }),
	flag("includeUnknownCountriesAndRegions", func(l *entra.NamedLocation) *entra.Flag { return &l.UnknownCountries }),
	{"ipRanges", func(b *binder, l *entra.NamedLocation, n *node) {
		networks := &node{kind: kindList, span: n.span}
		for _, item := range n.list() {
			if address := item.get("cidrAddress"); address != nil {
				item = address
			}
			networks.items = append(networks.items, item)
		}
		l.Networks = b.list(networks, b.text)
	}},
}

var accessProperties = []property[entra.AccessPolicy]{
	id("id", func(p *entra.AccessPolicy) *entra.Text { return &p.ID }),
	text("displayName", func(p *entra.AccessPolicy) *entra.Text { return &p.DisplayName }),
	text("state", func(p *entra.AccessPolicy) *entra.Text { return &p.State }),
	ids("conditions.applications.includeApplications", func(p *entra.AccessPolicy) *entra.List { return &p.IncludeApplications }),
	ids("conditions.applications.excludeApplications", func(p *entra.AccessPolicy) *entra.List { return &p.ExcludeApplications }),
	texts("conditions.applications.includeUserActions", func(p *entra.AccessPolicy) *entra.List { return &p.UserActions }),
	texts("conditions.applications.includeAuthenticationContextClassReferences", func(p *entra.AccessPolicy) *entra.List { return &p.AuthenticationContexts }),
	text("conditions.applications.applicationFilter.rule", func(p *entra.AccessPolicy) *entra.Text { return &p.ApplicationFilter }),
	ids("conditions.users.includeUsers", func(p *entra.AccessPolicy) *entra.List { return &p.IncludeUsers }),
	ids("conditions.users.excludeUsers", func(p *entra.AccessPolicy) *entra.List { return &p.ExcludeUsers }),
	ids("conditions.users.includeGroups", func(p *entra.AccessPolicy) *entra.List { return &p.IncludeGroups }),
	ids("conditions.users.excludeGroups", func(p *entra.AccessPolicy) *entra.List { return &p.ExcludeGroups }),
	ids("conditions.users.includeRoles", func(p *entra.AccessPolicy) *entra.List { return &p.IncludeRoles }),
	ids("conditions.users.excludeRoles", func(p *entra.AccessPolicy) *entra.List { return &p.ExcludeRoles }),
	{"conditions.users.includeGuestsOrExternalUsers", func(_ *binder, p *entra.AccessPolicy, n *node) { p.GuestsIncluded = n.kind == kindObject }},
	{"conditions.users.excludeGuestsOrExternalUsers", func(_ *binder, p *entra.AccessPolicy, n *node) { p.GuestsExcluded = n.kind == kindObject }},
	texts("conditions.clientAppTypes", func(p *entra.AccessPolicy) *entra.List { return &p.ClientAppTypes }),
	ids("conditions.locations.includeLocations", func(p *entra.AccessPolicy) *entra.List { return &p.IncludeLocations }),
	ids("conditions.locations.excludeLocations", func(p *entra.AccessPolicy) *entra.List { return &p.ExcludeLocations }),
	texts("conditions.platforms.includePlatforms", func(p *entra.AccessPolicy) *entra.List { return &p.IncludePlatforms }),
	texts("conditions.platforms.excludePlatforms", func(p *entra.AccessPolicy) *entra.List { return &p.ExcludePlatforms }),
	texts("conditions.signInRiskLevels", func(p *entra.AccessPolicy) *entra.List { return &p.SignInRisk }),
	texts("conditions.userRiskLevels", func(p *entra.AccessPolicy) *entra.List { return &p.UserRisk }),
	text("conditions.devices.deviceFilter.mode", func(p *entra.AccessPolicy) *entra.Text { return &p.DeviceFilterMode }),
	text("conditions.devices.deviceFilter.rule", func(p *entra.AccessPolicy) *entra.Text { return &p.DeviceFilter }),
	{"conditions.clientApplications", func(_ *binder, p *entra.AccessPolicy, n *node) { p.Workloads = n.kind == kindObject }},
	text("conditions.authenticationFlows.transferMethods", func(p *entra.AccessPolicy) *entra.Text { return &p.Flows }),
	texts("grantControls.builtInControls", func(p *entra.AccessPolicy) *entra.List { return &p.Controls }),
	text("grantControls.operator", func(p *entra.AccessPolicy) *entra.Text { return &p.Operator }),
	{"grantControls.authenticationStrength", func(b *binder, p *entra.AccessPolicy, n *node) {
		if name := cmp.Or(n.get("displayName"), n.get("id"), n); name.kind != kindObject {
			p.Strength = b.id(name)
		}
	}},
	ids("grantControls.termsOfUse", func(p *entra.AccessPolicy) *entra.List { return &p.TermsOfUse }),
	texts("grantControls.customAuthenticationFactors", func(p *entra.AccessPolicy) *entra.List { return &p.Custom }),
}
