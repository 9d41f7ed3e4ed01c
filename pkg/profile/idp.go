package profile

// Field is a setting that an identity provider and an app must agree on.
type Field string

// The fields. Identifier to RelayState come from the app, Issuer to Metadata
// from the identity provider.
const (
	Identifier     Field = "identifier"
	ReplyURL       Field = "reply-url"
	SignOnURL      Field = "sign-on-url"
	LogoutURL      Field = "logout-url"
	RelayState     Field = "relay-state"
	Issuer         Field = "issuer"
	SSOURL         Field = "sso-url"
	IdPLogoutURL   Field = "idp-logout-url"
	Certificate    Field = "certificate"
	Metadata       Field = "metadata"
	NameIDField    Field = "name-id"
	Claims         Field = "claims"
	Groups         Field = "groups"
	SigningPlace   Field = "signing-option"
	RequestSigning Field = "request-signing"
	Encryption     Field = "encryption"
	Assignment     Field = "assignment"
	SignInLog      Field = "sign-in-log"
	TokenLifetime  Field = "token-lifetime"
)

// FromApp reports whether the app is where the value is made, so that the
// identity provider is where it is pasted.
func (f Field) FromApp() bool {
	switch f {
	case Identifier, ReplyURL, SignOnURL, LogoutURL, RelayState:
		return true
	}
	return false
}

// IdP is what an identity provider does and where its settings are.
type IdP struct {
	// Clouds lists the separate instances of a service; a product that people
	// run themselves has one. The first is the usual one.
	Clouds []Cloud `yaml:"clouds"`
	// Recognise are wider than the issuers of the clouds: they also take a
	// lost trailing slash, and what people paste by mistake. The first group
	// of each is the detail that [IdentifyIdP] returns.
	Recognise []Pattern `yaml:"recognise"`
	// Signing is what the product signs until someone changes it.
	Signing IdPSigning `yaml:"signing,omitempty"`
	// NameIDFormat is the format that is sent until someone changes it.
	NameIDFormat Fact `yaml:"name-id-format,omitempty"`
	// NameIDSource is the attribute that is sent until someone changes it.
	NameIDSource Fact `yaml:"name-id-source,omitempty"`
	// Fields says where each setting is.
	Fields []Place `yaml:"fields,omitempty"`
	Quirks []Note  `yaml:"quirks,omitempty"`
}

// Cloud is one instance of an identity provider, with its own host names.
type Cloud struct {
	// Name is "global", "us-gov", "china", "self-hosted".
	Name string `yaml:"name"`
	// Portal is the host of the administration pages.
	Portal Fact `yaml:"portal,omitempty"`
	// Issuer is what its responses carry as Issuer, exactly.
	Issuer Pattern `yaml:"issuer"`
	// SignIn, WSFed, SignOut and Metadata are the URLs it is reached at. The
	// first group of each is the detail that [IdentifyEndpoint] returns.
	SignIn   *Pattern `yaml:"sign-in,omitempty"`
	WSFed    *Pattern `yaml:"wsfed,omitempty"`
	SignOut  *Pattern `yaml:"sign-out,omitempty"`
	Metadata *Pattern `yaml:"metadata,omitempty"`
}

// IdPSigning is what an identity provider signs by default and can sign.
type IdPSigning struct {
	Default    SigningOption   `yaml:"default,omitempty"`
	Options    []SigningOption `yaml:"options,omitempty"`
	Algorithm  string          `yaml:"algorithm,omitempty"`
	Note       string          `yaml:"note,omitempty"`
	Unverified bool            `yaml:"unverified,omitempty"`
}

// Place is where a setting is found in the pages of an identity provider.
type Place struct {
	Field Field `yaml:"field"`
	// Label is what the page calls it.
	Label string `yaml:"label"`
	// Path is the click path to it, ready to be the place of a fix.
	Path       string `yaml:"path"`
	Note       string `yaml:"note,omitempty"`
	Unverified bool   `yaml:"unverified,omitempty"`
}

// Place finds where the field is set or shown.
func (i *IdP) Place(f Field) (Place, bool) {
	for _, p := range i.Fields {
		if p.Field == f {
			return p, true
		}
	}
	return Place{}, false
}

// Row is one line of the table of values that are copied between an identity
// provider and an app.
type Row struct {
	Value   Field
	Claim   string // the name of the claim, where Value is [Claims]
	FromApp bool   // else from the identity provider
	// IdP and App are the labels on either side.
	IdP, App   string
	Note       string
	Unverified bool
}

// PasteTable joins what the app says about its fields with the labels of the
// identity provider, in the order of the app's profile. idp may be nil.
func (a *App) PasteTable(idp *IdP) []Row {
	rows := make([]Row, 0, len(a.Paste))
	for _, p := range a.Paste {
		row := Row{
			Value: p.Value, Claim: p.Claim, FromApp: p.Value.FromApp(),
			IdP: p.IdP, App: p.App, Note: p.Note, Unverified: p.Unverified,
		}
		if row.IdP == "" && idp != nil {
			if place, ok := idp.Place(p.Value); ok {
				row.IdP = place.Label
			}
		}
		rows = append(rows, row)
	}
	return rows
}
