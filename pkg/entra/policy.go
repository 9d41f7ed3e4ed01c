package entra

import "strings"

// PolicyKind is a kind of policy that an application can be assigned.
type PolicyKind string

// The kinds, named as Microsoft Graph names the resource.
const (
	ClaimsMapping      PolicyKind = "claimsMappingPolicy"
	CustomClaims       PolicyKind = "customClaimsPolicy"
	TokenIssuance      PolicyKind = "tokenIssuancePolicy"
	TokenLifetime      PolicyKind = "tokenLifetimePolicy"
	HomeRealmDiscovery PolicyKind = "homeRealmDiscoveryPolicy"
)

// Policy is a policy with what it says undecoded. It is immutable.
type Policy struct {
	At              Place
	Format          string
	Kind            PolicyKind
	ID, DisplayName Text
	// Definition is the JSON of the policy: the text of its definition, or of a
	// customClaimsPolicy all of it. Definitions counts how many there are; one
	// is right.
	Definition  Text
	Definitions int
	// Content is what the definition says.
	Content Definition
	// OrganizationDefault tells whether it holds for all applications.
	OrganizationDefault Flag
	// Owners are the object ids of the applications and service principals
	// that it is known to be assigned to.
	Owners []string
}

// AssignedTo reports whether the policy is known to be assigned to an object.
func (p *Policy) AssignedTo(id string) bool {
	for _, owner := range p.Owners {
		if id != "" && strings.EqualFold(owner, id) {
			return true
		}
	}
	return false
}

// AccessPolicy is a Conditional Access policy. Users, groups, roles,
// applications and locations are ids or key words of Microsoft Graph: "All",
// "None", "GuestsOrExternalUsers", "AllTrusted", "Office365"; names where the
// export has only those. It is immutable.
type AccessPolicy struct {
	At              Place
	Format          string
	ID, DisplayName Text
	// State is "enabled", "disabled" or "enabledForReportingButNotEnforced".
	State Text

	IncludeApplications, ExcludeApplications List
	UserActions, AuthenticationContexts      List
	IncludeUsers, ExcludeUsers               List
	IncludeGroups, ExcludeGroups             List
	IncludeRoles, ExcludeRoles               List
	// GuestsIncluded and GuestsExcluded tell that guests are named apart.
	GuestsIncluded, GuestsExcluded     bool
	ClientAppTypes                     List
	IncludeLocations, ExcludeLocations List
	IncludePlatforms, ExcludePlatforms List
	SignInRisk, UserRisk               List
	DeviceFilterMode, DeviceFilter     Text
	// ApplicationFilter is a filter on attributes of applications.
	ApplicationFilter Text
	// Workloads tells that it is about service principals, not users.
	Workloads bool
	// Flows are the authentication flows that it is about.
	Flows Text

	// Controls are builtInControls: "block", "mfa", "compliantDevice" …;
	// Operator "AND" or "OR"; Strength the authentication strength.
	Controls           List
	Operator, Strength Text
	TermsOfUse, Custom List
}

// The states of a Conditional Access policy.
const (
	StateEnabled    = "enabled"
	StateDisabled   = "disabled"
	StateReportOnly = "enabledForReportingButNotEnforced"
)

// Key words of Conditional Access.
const (
	AccessAll        = "All"
	AccessAllTrusted = "AllTrusted"
	ControlBlock     = "block"
	ControlMFA       = "mfa"
)

// In reports whether the policy is in a state.
func (p *AccessPolicy) In(state string) bool { return strings.EqualFold(p.State.V, state) }

// NamedLocation is a named location of Conditional Access: networks, or
// countries.
type NamedLocation struct {
	At                  Place
	Format              string
	ID, DisplayName     Text
	Trusted             Flag
	Networks, Countries List
	UnknownCountries    Flag
}
