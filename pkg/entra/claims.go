package entra

import (
	"encoding/json"
	"strings"
)

// Claims is what an enterprise application emits about a user: its claims
// policy, its group claim and its app roles.
type Claims struct {
	NameID NameID
	// Claims stand in the order of the policy.
	Claims []Claim
	// Basic tells whether the basic claim set is emitted beside them.
	Basic bool
	// Optional are names of optional claims of the application, as "upn".
	Optional []string
	Groups   GroupClaim
	Roles    []Role
}

// Claim is a claim that an application emits into tokens, beside the NameID.
type Claim struct {
	// Name and Namespace together are the attribute name in the token,
	// "namespace/name"; Name alone is where Namespace is empty.
	Name      string `json:"name"`
	Namespace string `json:"namespace"`
	// NameFormat is the word of the format of the attribute name,
	// "unspecified", "uri" or "basic"; empty leaves it out.
	NameFormat string `json:"nameFormat"`
	// Configurations say what the value is, for whom. Of those whose condition
	// a user fulfils and that have a value, the last one counts; those made of
	// an attribute come before those made by transformations.
	Configurations []Configuration `json:"configurations"`
}

// Type is the attribute name of the claim in the token.
func (c *Claim) Type() string {
	if c.Namespace == "" {
		return c.Name
	}
	return c.Namespace + "/" + c.Name
}

// SplitType parts a claim type into the namespace and name of a [Claim], so
// that [Claim.Type] gives it again. What is no web address with a path, or ends
// with a slash, is a name alone.
func SplitType(claimType string) (namespace, name string) {
	at := strings.LastIndexByte(claimType, '/')
	host := strings.Index(claimType, "://") + len("://")
	if host < len("://") || at < host+1 || at == len(claimType)-1 {
		return "", claimType
	}
	return claimType[:at], claimType[at+1:]
}

// NameID is the NameID that an application emits.
type NameID struct {
	// Format is the word of a claims policy: "emailAddress", "persistent",
	// "unspecified", "windowsDomainQualifiedName"; empty for what Entra chooses.
	Format string `json:"format"`
	// Configurations are as those of a [Claim]; none leaves the default,
	// user.userprincipalname.
	Configurations []Configuration `json:"configurations"`
}

// Configuration is one way in which a claim gets its value.
type Configuration struct {
	Condition Condition `json:"condition"`
	// Source is the value, or what the first transformation works on.
	Source ClaimSource `json:"source"`
	// Transformations are applied one after the other, at most
	// [MaxTransformations].
	Transformations []Transformation `json:"transformations"`
	// Fallback is the value where the transformations give none, in the portal
	// the output if there is no match; nil where there is none.
	Fallback *ClaimSource `json:"fallback,omitempty"`
}

// MarshalJSON writes an empty list where there are no transformations.
func (c Configuration) MarshalJSON() ([]byte, error) {
	type plain Configuration
	if c.Transformations == nil {
		c.Transformations = []Transformation{}
	}
	return json.Marshal(plain(c))
}

// Condition says for whom a configuration holds.
type Condition struct {
	// Groups are those of which a user must be in one; none is no demand.
	Groups   []Group  `json:"groups"`
	UserType UserType `json:"userType"`
}

// MarshalJSON writes an empty list where there are no groups, and "any" where
// there is no user type.
func (c Condition) MarshalJSON() ([]byte, error) {
	type plain Condition
	if c.Groups == nil {
		c.Groups = []Group{}
	}
	if c.UserType == "" {
		c.UserType = AnyUser
	}
	return json.Marshal(plain(c))
}

// Everybody tells whether the condition holds for every user.
func (c Condition) Everybody() bool {
	return len(c.Groups) == 0 && (c.UserType == "" || c.UserType == AnyUser)
}

// UserType is the kind of users that a condition is for; empty is AnyUser.
type UserType string

// The user types of claim conditions.
const (
	AnyUser        UserType = "any"
	Members        UserType = "members"
	AllGuests      UserType = "allGuests"
	AADGuests      UserType = "aadGuests"
	ExternalGuests UserType = "externalGuests"
)

var userTypes = []UserType{AnyUser, Members, AllGuests, AADGuests, ExternalGuests}

// SourceKind is the kind of a claim's source.
type SourceKind string

// The kinds of sources.
const (
	FromAttribute SourceKind = "attribute" // an attribute of the user: ID
	FromConstant  SourceKind = "constant"  // a fixed value: Value
	FromExtension SourceKind = "extension" // a directory extension: ID names the attribute of Active Directory, or the extension
)

// ClaimSource is what a claim, or an input of a transformation, is made of.
type ClaimSource struct {
	Kind SourceKind `json:"kind"`
	// ID is the attribute as the portal has it, "user.mail"; for an extension
	// the name of the attribute of Active Directory that is synchronized, or
	// where the application that owns it is known, the name in Entra:
	// "extension_0f8e…_badge".
	ID string `json:"id"`
	// Value is the fixed value of a constant.
	Value string `json:"value"`
}

// AttributeSource is an attribute of the user by its ID, as "mail" or
// "user.mail".
func AttributeSource(id string) ClaimSource {
	if !strings.Contains(id, ".") {
		id = userSource + id
	}
	return ClaimSource{Kind: FromAttribute, ID: id}
}

// ConstantSource is a fixed value.
func ConstantSource(value string) ClaimSource { return ClaimSource{Kind: FromConstant, Value: value} }

// ExtensionSource is the directory extension that Entra Connect makes of an
// attribute of Active Directory.
func ExtensionSource(attribute string) ClaimSource {
	return ClaimSource{Kind: FromExtension, ID: attribute}
}

// String is the source as the portal shows it: user.mail, or a constant in
// quotation marks.
func (s ClaimSource) String() string {
	switch s.Kind {
	case FromConstant:
		return `"` + s.Value + `"`
	case FromExtension:
		return userSource + ExtensionName(s.ID)
	}
	return s.ID
}

const (
	userSource      = "user."
	extensionPrefix = "extension_"
)

// ExtensionAppToken stands for the client id, without dashes, of the "Tenant
// Schema Extension App" that owns the directory extensions of a tenant, until a
// script fills it in.
const ExtensionAppToken = "{extensionAppId}"

// ExtensionName is the name in Entra of a directory extension: what it is made
// of, with the application that owns it before it. A name stays as it is.
func ExtensionName(id string) string {
	if _, ok := ExtensionAttribute(id); ok {
		return id
	}
	return extensionPrefix + ExtensionAppToken + "_" + id
}

// ExtensionAttribute is the attribute that a directory extension was made of,
// by its name in Entra; false where the name is none of an extension.
func ExtensionAttribute(name string) (string, bool) {
	rest, ok := strings.CutPrefix(name, extensionPrefix)
	_, attribute, cut := strings.Cut(rest, "_")
	return attribute, ok && cut && attribute != ""
}

// Transformation is a step that a claim's value goes through. The first takes
// the source, the second what the first yields.
type Transformation struct {
	Method     Method     `json:"method"`
	Parameters Parameters `json:"parameters"`
}

// Parameters are those of a [Transformation]; which of them count says
// [LookupMethod]. Names are those of Microsoft Graph.
type Parameters struct {
	// Input2 and Separator are those of Join.
	Input2    *ClaimSource `json:"input2,omitempty"`
	Separator string       `json:"separator,omitempty"`
	// Value is what is looked for or trimmed, Value2 the end of what Extract
	// takes between two texts.
	Value  string `json:"value,omitempty"`
	Value2 string `json:"value2,omitempty"`
	// Output is the result where the method is a test that holds.
	Output *ClaimSource `json:"output,omitempty"`
	// Type is the variant of a method: [MethodInfo.Types].
	Type string `json:"type,omitempty"`
	// Index is the first character of Substring, from 0; Length how many there
	// are, nil is up to the end.
	Index  *int `json:"index,omitempty"`
	Length *int `json:"length,omitempty"`
	// Regex is a .NET expression, Replacement a text that names its groups and
	// AdditionalAttributes, at most [MaxRegexAttributes], in braces.
	Regex                string        `json:"regex,omitempty"`
	Replacement          string        `json:"replacement,omitempty"`
	AdditionalAttributes []ClaimSource `json:"additionalAttributes,omitempty"`
	// TreatAsMultiValue transforms all values of the input, not the first
	// alone.
	TreatAsMultiValue bool `json:"treatAsMultiValue,omitempty"`
}

// Group is a group of Active Directory and what is known of it in Entra.
type Group struct {
	SID string `json:"sid"`
	// Name is that in Active Directory, or empty.
	Name string `json:"name"`
	// ObjectID is the group in Entra; empty where it is not known.
	ObjectID string `json:"objectId,omitempty"`
}

// Ref is the object id of the group, or, where it is not known, a token that
// scripts resolve: "{group:S-1-5-21-…}".
func (g Group) Ref() string {
	if g.ObjectID != "" {
		return g.ObjectID
	}
	if g.SID == "" {
		return groupToken + g.Name + "}"
	}
	return groupToken + g.SID + "}"
}

const groupToken = "{group:"

// GroupOf is the group of a reference as [Group.Ref] writes it.
func GroupOf(ref string) Group {
	rest, token := strings.CutPrefix(ref, groupToken)
	what, closed := strings.CutSuffix(rest, "}")
	switch {
	case !token || !closed || what == "":
		return Group{ObjectID: ref}
	case strings.HasPrefix(what, "S-1-"):
		return Group{SID: what}
	}
	return Group{Name: what}
}

// GroupEmission says which groups of a user the group claim holds.
type GroupEmission string

// The groups that a group claim can hold.
const (
	NoGroups       GroupEmission = "none"
	SecurityGroups GroupEmission = "security"
	AssignedGroups GroupEmission = "assigned"
	AllGroups      GroupEmission = "all"
)

// GroupClaim is the group claim of an application.
type GroupClaim struct {
	Emit GroupEmission `json:"emit"`
	// Format is the additional property of the optional claim that chooses
	// how groups are written, as [GroupFormat] has it; empty for object ids.
	Format string `json:"format"`
	// Filter keeps the groups whose name fits; the zero value keeps all.
	Filter GroupFilter `json:"filter"`
	// Claim is the attribute name in the token; empty for Entra's own.
	Claim string `json:"claim"`
	// EmitAsRoles sends the groups as role claims, in the place of app roles.
	EmitAsRoles bool `json:"emitAsRoles,omitempty"`
	// Regex and Replacement rewrite the names, where Claim is not Entra's own.
	Regex       string `json:"regex,omitempty"`
	Replacement string `json:"replacement,omitempty"`
}

// GroupFilter keeps groups by a name. MatchOn is "displayName" or
// "sAMAccountName", Type "prefix", "suffix" or "contains".
type GroupFilter struct {
	MatchOn string `json:"matchOn,omitempty"`
	Type    string `json:"type,omitempty"`
	Value   string `json:"value,omitempty"`
}

// Role is an app role that the members of a group get.
type Role struct {
	Value string `json:"value"`
	Group Group  `json:"group"`
}
