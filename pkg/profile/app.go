package profile

// Protocol is the federation protocol that an app speaks.
type Protocol string

// The protocols.
const (
	SAML2 Protocol = "saml2"
	WSFed Protocol = "wsfed" // WS-Federation with a SAML 1.1 token
)

// SigningOption says which part of a response is signed.
type SigningOption string

// The signing options, in the words of Entra ID.
const (
	SignAssertion SigningOption = "assertion"
	SignResponse  SigningOption = "response"
	SignBoth      SigningOption = "both"
	SignEither    SigningOption = "either" // any of the three will do
)

// SatisfiedBy reports whether an app that wants o takes a message of which the
// assertion, the response or both are signed. No option is satisfied by
// anything.
func (o SigningOption) SatisfiedBy(assertion, response bool) bool {
	switch o {
	case SignAssertion:
		return assertion
	case SignResponse:
		return response
	case SignBoth:
		return assertion && response
	case SignEither:
		return assertion || response
	}
	return true
}

// Support says how far an app supports, or insists on, a feature.
type Support string

// The degrees of support; empty means not known.
const (
	Never    Support = "never"
	Optional Support = "optional"
	Required Support = "required"
)

// Initiation is where a sign-in can start.
type Initiation string

// The places where a sign-in starts.
const (
	FromSP  Initiation = "sp"
	FromIdP Initiation = "idp"
)

// App is what a service provider expects.
type App struct {
	Protocol Protocol `yaml:"protocol"`
	// Gallery lists the names of the app in the Entra gallery; empty for an
	// app that is added as a non-gallery application.
	Gallery []string `yaml:"gallery,omitempty"`
	// AdminPath is the way through the app's own menus to its SSO settings.
	AdminPath Fact `yaml:"admin-path,omitempty"`

	// Identifier is the Entity ID of the app: Audience of the token, Issuer of
	// the request.
	Identifier Value `yaml:"identifier,omitempty"`
	// ReplyURL is the Assertion Consumer Service URL.
	ReplyURL  Value `yaml:"reply-url,omitempty"`
	SignOnURL Value `yaml:"sign-on-url,omitempty"`
	LogoutURL Value `yaml:"logout-url,omitempty"`

	NameID NameID  `yaml:"name-id,omitempty"`
	Claims []Claim `yaml:"claims,omitempty"`

	// Signing is what the app needs to see signed.
	Signing AppSigning `yaml:"signing,omitempty"`
	// RequestSigning says whether the app signs its AuthnRequests.
	RequestSigning Degree `yaml:"request-signing,omitempty"`
	// Encryption says whether the app reads encrypted assertions.
	Encryption Degree `yaml:"encryption,omitempty"`
	// Logout says whether the app takes part in single logout.
	Logout Degree `yaml:"logout,omitempty"`
	// RelayState says whether an IdP-initiated sign-in needs a RelayState.
	RelayState Degree `yaml:"relay-state,omitempty"`
	// AuthnContext is the RequestedAuthnContext that the app may send.
	AuthnContext []Fact `yaml:"authn-context,omitempty"`

	// Initiation lists where a sign-in is documented to start.
	Initiation []StartsAt `yaml:"initiation,omitempty"`
	// Instances says when a second instance in one tenant is a problem.
	Instances Fact `yaml:"instances,omitempty"`
	// UserCreation says where accounts come from: at sign-in, provisioning.
	UserCreation Fact `yaml:"user-creation,omitempty"`
	// WayBack is how to get in when single sign-on is broken.
	WayBack []Note `yaml:"way-back,omitempty"`

	// Paste tells where each value is typed in on the side of the app.
	Paste  []Paste   `yaml:"paste,omitempty"`
	Quirks []Note    `yaml:"quirks,omitempty"`
	Notes  []IdPNote `yaml:"notes,omitempty"`
}

// AppSigning is what an app needs to see signed. Empty means not known.
type AppSigning struct {
	Option     SigningOption `yaml:"option,omitempty"`
	Note       string        `yaml:"note,omitempty"`
	Unverified bool          `yaml:"unverified,omitempty"`
}

// Degree is a [Support] with its confidence.
type Degree struct {
	Support    Support `yaml:"support,omitempty"`
	Note       string  `yaml:"note,omitempty"`
	Unverified bool    `yaml:"unverified,omitempty"`
}

// StartsAt is an [Initiation] with its confidence.
type StartsAt struct {
	At         Initiation `yaml:"at"`
	Note       string     `yaml:"note,omitempty"`
	Unverified bool       `yaml:"unverified,omitempty"`
}

// NameID is what an app expects as the Subject of the assertion.
type NameID struct {
	// Formats are the URIs of the formats that the app takes; empty means any.
	Formats []Fact `yaml:"formats,omitempty"`
	// Pattern is what the value looks like; nil means no opinion.
	Pattern *Pattern `yaml:"pattern,omitempty"`
	// Source names the directory attribute to send.
	Source Sources `yaml:"source,omitempty"`
	// CaseSensitive says that the app tells "Ada" from "ada".
	CaseSensitive bool `yaml:"case-sensitive,omitempty"`
	// Why says what the app does with the value.
	Why        string `yaml:"why,omitempty"`
	Unverified bool   `yaml:"unverified,omitempty"`
}

// Sources names one directory attribute as each identity provider calls it.
type Sources struct {
	Entra string `yaml:"entra,omitempty"`
	ADFS  string `yaml:"adfs,omitempty"`
	Okta  string `yaml:"okta,omitempty"`
}

// Claim is a claim (SAML: attribute) that an app reads.
type Claim struct {
	// Name is the Attribute Name, character by character.
	Name string `yaml:"name"`
	// Aliases are names that the app reads just as well.
	Aliases []string `yaml:"aliases,omitempty"`
	// ConfusedWith are names that carry the same fact and that the app does
	// not read: the usual result of leaving a default in place.
	ConfusedWith []string `yaml:"confused-with,omitempty"`
	// Required says that the sign-in fails without it. Never together with
	// Unverified.
	Required bool `yaml:"required,omitempty"`
	// Multi says that the app reads more than one value.
	Multi bool `yaml:"multi,omitempty"`
	// Pattern is what each value looks like; nil means no opinion.
	Pattern    *Pattern `yaml:"pattern,omitempty"`
	Source     Sources  `yaml:"source,omitempty"`
	Why        string   `yaml:"why"`
	Unverified bool     `yaml:"unverified,omitempty"`
}

// Paste is one value that is copied between identity provider and app.
type Paste struct {
	// Value is what is copied.
	Value Field `yaml:"value"`
	// Claim is the name of the claim where Value is [Claims].
	Claim string `yaml:"claim,omitempty"`
	// App is the label of the field on the side of the app.
	App string `yaml:"app"`
	// IdP is the label on the other side, where it is not the one that the
	// profile of the identity provider gives.
	IdP        string `yaml:"idp,omitempty"`
	Note       string `yaml:"note,omitempty"`
	Unverified bool   `yaml:"unverified,omitempty"`
}

// IdPNote is a note that matters with one identity provider only.
type IdPNote struct {
	// IdP is the name of the profile of the identity provider.
	IdP        string `yaml:"idp"`
	Text       string `yaml:"text"`
	Unverified bool   `yaml:"unverified,omitempty"`
}

// NotesFor lists the notes for the identity provider of that name, in the
// order of the profile.
func (a *App) NotesFor(idp string) []Note {
	var notes []Note
	for _, n := range a.Notes {
		if n.IdP == idp {
			notes = append(notes, Note{Text: n.Text, Unverified: n.Unverified})
		}
	}
	return notes
}

// StartsAt reports whether a document says that a sign-in can start at that
// place. That none does is no proof that the app refuses it.
func (a *App) StartsAt(at Initiation) bool {
	for _, s := range a.Initiation {
		if s.At == at {
			return true
		}
	}
	return false
}

// Place is the field of the app that takes v, with the way to it: for the
// place of a fix. Empty where the profile does not know.
func (a *App) Place(v Field) string {
	for _, p := range a.Paste {
		if p.Value != v {
			continue
		}
		if a.AdminPath.Known() {
			return a.AdminPath.Value + " > " + p.App
		}
		return p.App
	}
	return ""
}

// ClaimNamed finds the claim that the app reads under that very name, or under
// an alias.
func (a *App) ClaimNamed(name string) (Claim, bool) {
	for _, c := range a.Claims {
		if c.Reads(name) {
			return c, true
		}
	}
	return Claim{}, false
}

// Reads reports whether the app takes an attribute of that name for this
// claim. Names are compared character by character, as SAML says (Core
// 2.7.3.1).
func (c Claim) Reads(name string) bool {
	if c.Name == name {
		return true
	}
	for _, alias := range c.Aliases {
		if alias == name {
			return true
		}
	}
	return false
}
