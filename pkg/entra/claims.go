package entra

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
	Condition       Condition        `json:"condition"`
	Source          ClaimSource      `json:"source"`
	Transformations []Transformation `json:"transformations"`
}

// Condition says for whom a configuration holds.
type Condition struct {
	// Groups are those of which a user must be in one; none is no demand.
	Groups   []Group  `json:"groups"`
	UserType UserType `json:"userType"`
}

// UserType is the kind of users that a condition is for.
type UserType string

// The user types of claim conditions.
const (
	AnyUser        UserType = "any"
	Members        UserType = "members"
	AllGuests      UserType = "allGuests"
	AADGuests      UserType = "aadGuests"
	ExternalGuests UserType = "externalGuests"
)

// SourceKind is the kind of a claim's source.
type SourceKind string

// The kinds of sources.
const (
	FromAttribute SourceKind = "attribute" // an attribute of the user: ID
	FromConstant  SourceKind = "constant"  // a fixed value: Value
	FromExtension SourceKind = "extension" // a directory extension: ID names the attribute of Active Directory
)

// ClaimSource is what a claim, or an input of a transformation, is made of.
type ClaimSource struct {
	Kind SourceKind `json:"kind"`
	// ID is the attribute as the portal has it, "user.mail"; for an extension
	// the name of the attribute of Active Directory that is synchronized.
	ID string `json:"id"`
	// Value is the fixed value of a constant.
	Value string `json:"value"`
}

// Transformation is a step that a claim's value goes through. The first takes
// the source, the second what the first yields.
type Transformation struct {
	// Method is the name of the portal without parentheses: "Join".
	Method     string     `json:"method"`
	Parameters Parameters `json:"parameters"`
}

// Parameters are those of a [Transformation]; which of them count depends on
// its method. Names are those of Microsoft Graph.
type Parameters struct {
	Input2               *ClaimSource  `json:"input2,omitempty"`
	Separator            string        `json:"separator,omitempty"`
	Value                string        `json:"value,omitempty"`
	Value2               string        `json:"value2,omitempty"`
	Output               *ClaimSource  `json:"output,omitempty"`
	Type                 string        `json:"type,omitempty"`
	Index                *int          `json:"index,omitempty"`
	Length               *int          `json:"length,omitempty"`
	Regex                string        `json:"regex,omitempty"`
	Replacement          string        `json:"replacement,omitempty"`
	AdditionalAttributes []ClaimSource `json:"additionalAttributes,omitempty"`
	TreatAsMultiValue    bool          `json:"treatAsMultiValue,omitempty"`
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
		return "{group:" + g.Name + "}"
	}
	return "{group:" + g.SID + "}"
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
