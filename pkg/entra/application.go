package entra

import (
	"slices"
	"strings"
	"time"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// Place is where something stands in an export.
type Place struct {
	File string
	Span finding.Span
}

// Value is a value of an export with its place. The zero Value is one that the
// export does not have.
type Value[T any] struct {
	V T
	// Known is false where the export has no such property, and where it has
	// an expression in its place that only the tool behind the export can
	// resolve, as a Terraform variable. A null is known, and the zero value.
	Known bool
	At    Place
}

// The values that most properties have.
type (
	Text = Value[string]
	Flag = Value[bool]
)

// Yes reports whether a flag is known to be set.
func Yes(f Flag) bool { return f.Known && f.V }

// No reports whether a flag is known not to be set.
func No(f Flag) bool { return f.Known && !f.V }

// List is a list of texts in the order of the export.
type List struct {
	Items []Text
	// Known is as in [Value]; an empty list is known.
	Known bool
	// Partial tells that there are more, which the export does not spell out.
	Partial bool
	At      Place
}

// Strings returns the texts of the list without their places.
func (l List) Strings() []string {
	out := make([]string, len(l.Items))
	for i, t := range l.Items {
		out[i] = t.V
	}
	return out
}

// Has reports whether the list holds a text, without regard to letter case.
func (l List) Has(text string) bool {
	return slices.ContainsFunc(l.Items, func(t Text) bool { return strings.EqualFold(t.V, text) })
}

// Application is an app registration: Microsoft Graph's application. It is
// immutable once read.
type Application struct {
	At     Place  // of the object
	Format string // the name of the export's format

	// ID is the object id, AppID the client id. In Terraform both are the
	// address of the resource in "${}" where the file does not give them.
	ID, AppID, DisplayName, TemplateID Text
	// Identifiers are the Identifiers (Entity ID), ReplyURLs the Reply URLs of
	// the platform Web.
	Identifiers, ReplyURLs, Tags List
	// OtherReplyURLs are those of the platforms that SAML does not use.
	OtherReplyURLs        List
	ReplyURLIndexes       []ReplyURLIndex
	LogoutURL, HomePage   Text
	MetadataURL, Audience Text // samlMetadataUrl, signInAudience
	// ImplicitID and ImplicitAccess tell whether tokens are issued from the
	// authorization endpoint.
	ImplicitID, ImplicitAccess Flag
	// GroupClaims is groupMembershipClaims: which groups are emitted, words
	// parted by commas.
	GroupClaims Text
	// OptionalClaims are those of SAML tokens.
	OptionalClaims Value[[]OptionalClaim]
	AppRoles       Value[[]AppRole]
	// Keys are for token encryption (usage Encrypt) and the signatures of
	// requests (usage Verify).
	Keys            Value[[]Key]
	EncryptionKeyID Text
	// SignedRequests is requestSignatureVerification, WeakAlgorithms the weak
	// ones that it lets pass.
	SignedRequests Flag
	WeakAlgorithms Text
	MappedClaims   Flag // api.acceptMappedClaims
	// Secrets are the places of secrets in clear; their values are not kept.
	Secrets []Place
}

// ReplyURLIndex gives a Reply URL the index by which a request can ask for it.
type ReplyURLIndex struct {
	URL   Text
	Index Value[int]
}

// OptionalClaim is an optional claim of SAML tokens.
type OptionalClaim struct {
	At           Place
	Name, Source Text
	Properties   List // additionalProperties
}

// AppRole is a role that an application declares.
type AppRole struct {
	At                     Place
	ID, DisplayName, Value Text
	Enabled                Flag
	Members                List // allowedMemberTypes
}

// Key is a key of an application or service principal: keyCredential.
type Key struct {
	At                    Place
	ID, Usage, Type, Name Text
	// Identifier is customKeyIdentifier as the export writes it: for signing
	// certificates mostly the thumbprint, in Base64 or hexadecimal digits.
	Identifier Text
	Start, End Value[time.Time]
	// Certificate is what the export has for the key, undecoded: Base64 or PEM
	// of a certificate. Of keys for signing it is the private key, and not kept.
	Certificate Text
}

// Usages of a key.
const (
	UsageSign    = "Sign"
	UsageVerify  = "Verify"
	UsageEncrypt = "Encrypt"
)

// Of reports whether the key has a usage, without regard to letter case as old
// manifests write it.
func (k Key) Of(usage string) bool { return strings.EqualFold(k.Usage.V, usage) }

// ServicePrincipal is an enterprise application: Microsoft Graph's
// servicePrincipal. It is immutable once read.
type ServicePrincipal struct {
	At     Place
	Format string

	ID, AppID, DisplayName Text
	// Mode is preferredSingleSignOnMode: "saml", "oidc", "password",
	// "notSupported" or empty.
	Mode Text
	// Type is servicePrincipalType, Owner the tenant of the app registration.
	Type, Owner                   Text
	LoginURL, LogoutURL, HomePage Text
	RelayState                    Text
	ReplyURLs, Names, Tags        List
	NotificationAddresses         List
	AssignmentRequired, Enabled   Flag
	SigningThumbprint             Text // preferredTokenSigningKeyThumbprint
	Keys                          Value[[]Key]
	EncryptionKeyID               Text
	AppRoles                      Value[[]AppRole]
	Secrets                       []Place
	InlineAssignments             bool // assignments came with the object
}

// Assignment is a row of appRoleAssignedTo: somebody who may use the
// application, and with which role.
type Assignment struct {
	At Place
	// PrincipalType is "User", "Group" or "ServicePrincipal".
	RoleID, PrincipalID, PrincipalType, PrincipalName Text
	ResourceID, ResourceName                          Text
}

// NoRole is the role id of an assignment without a role.
const NoRole = "00000000-0000-0000-0000-000000000000"

// NonGallery is the template of applications that are in no gallery.
const NonGallery = "8adf8e6e-67b2-4cf2-a259-e3dc5476c621"

// ModeSAML is the single sign-on mode of SAML applications.
const ModeSAML = "saml"

// samlTag marks applications that the portal set up for SAML.
const samlTag = "WindowsAzureActiveDirectoryCustomSingleSignOnApplication"

// EnterpriseApplication is all that exports hold of one application: the app
// registration, the enterprise application and what belongs to them. Either of
// the first two can be nil.
type EnterpriseApplication struct {
	Application *Application
	Principal   *ServicePrincipal

	// Policies are the policies that are known to be assigned to it.
	Policies []*Policy
	// Claims is the claims policy of the portal's Attributes & Claims blade;
	// nil where no export has it.
	Claims *Policy
	// Assignments is known where an export lists who is assigned.
	Assignments Value[[]Assignment]
	// Access are the Conditional Access policies of the tenant, whether they
	// are about this application or not; known where an export has any.
	Access Value[[]*AccessPolicy]
	// Locations are the named locations of the tenant.
	Locations []*NamedLocation
}

// Name is the display name, else the best identifier there is; "" without any.
func (e *EnterpriseApplication) Name() string {
	if p := e.Principal; p != nil && p.DisplayName.V != "" {
		return p.DisplayName.V
	}
	if a := e.Application; a != nil && a.DisplayName.V != "" {
		return a.DisplayName.V
	}
	return e.AppID()
}

// AppID is the client id; "" where no export gives it.
func (e *EnterpriseApplication) AppID() string {
	if p := e.Principal; p != nil && p.AppID.V != "" {
		return p.AppID.V
	}
	if a := e.Application; a != nil {
		return a.AppID.V
	}
	return ""
}

// Place is where the application stands: its enterprise application, else its
// registration.
func (e *EnterpriseApplication) Place() Place {
	if e.Principal != nil {
		return e.Principal.At
	}
	if e.Application != nil {
		return e.Application.At
	}
	return Place{}
}

// SAML reports whether the application signs users in with SAML, as far as its
// exports tell: by its single sign-on mode, else by settings that only SAML
// applications have.
func (e *EnterpriseApplication) SAML() bool {
	if p := e.Principal; p != nil {
		switch {
		case strings.EqualFold(p.Mode.V, ModeSAML):
			return true
		case p.Mode.V != "":
			return p.Tags.Has(samlTag)
		case p.Tags.Has(samlTag) || p.SigningThumbprint.V != "" || p.RelayState.V != "":
			return true
		}
	}
	a := e.Application
	return a != nil && (a.Tags.Has(samlTag) || strings.EqualFold(a.TemplateID.V, NonGallery) || a.EncryptionKeyID.V != "" || Yes(a.SignedRequests) ||
		strings.Contains(a.HomePage.V, "metadata=customappsso"))
}

// ReplyURLs are the Reply URLs of the registration, where Entra keeps them, else
// their copy at the enterprise application.
func (e *EnterpriseApplication) ReplyURLs() List {
	if a := e.Application; a != nil && a.ReplyURLs.Known {
		return a.ReplyURLs
	}
	if e.Principal != nil {
		return e.Principal.ReplyURLs
	}
	return List{}
}

// Identifiers are the Identifiers (Entity ID): those of the registration, else
// the names of the enterprise application other than its client id.
func (e *EnterpriseApplication) Identifiers() List {
	if a := e.Application; a != nil && a.Identifiers.Known {
		return a.Identifiers
	}
	if e.Principal == nil {
		return List{}
	}
	names := e.Principal.Names
	names.Items = slices.DeleteFunc(slices.Clone(names.Items), func(t Text) bool { return strings.EqualFold(t.V, e.Principal.AppID.V) })
	return names
}

// LogoutURL is the Logout URL of the registration, else its copy at the
// enterprise application.
func (e *EnterpriseApplication) LogoutURL() Text {
	if a := e.Application; a != nil && a.LogoutURL.Known {
		return a.LogoutURL
	}
	if e.Principal != nil {
		return e.Principal.LogoutURL
	}
	return Text{}
}
