package migrate

import (
	"time"

	"github.com/ssodoctor/ssodoctor/pkg/entra"
	"github.com/ssodoctor/ssodoctor/pkg/profile"
)

// PlanSchema names the version of the JSON of a plan.
const PlanSchema = "ssodoctor/plan/v1"

// Plan says what becomes of each relying party trust in Entra.
type Plan struct {
	Schema string `json:"schema"`
	// Trusts are in the order of the export.
	Trusts []*TrustPlan `json:"trusts"`
	// Problems are what could not be read.
	Problems []Problem `json:"problems"`
	Summary  Summary   `json:"summary"`
}

// TrustPlan is the application that takes the place of one trust.
type TrustPlan struct {
	Name      string    `json:"name"`
	Source    Source    `json:"source"`
	Enabled   bool      `json:"enabled"`
	Protocol  string    `json:"protocol"` // as that of [Trust]
	Readiness Readiness `json:"readiness"`
	// Skipped says why the trust is not counted as one to move; empty where it
	// is.
	Skipped string `json:"skipped"`

	Application      Application      `json:"application"`
	Signing          Signing          `json:"signing"`
	Encryption       Encryption       `json:"encryption"`
	RequestSignature RequestSignature `json:"requestSignature"`
	// TokenLifetimeMinutes is within what Entra allows; 60 is its default.
	TokenLifetimeMinutes int `json:"tokenLifetimeMinutes"`

	NameID PlannedNameID `json:"nameId"`
	// Claims are those of the claims policy, sorted by their type. The policy
	// emits them alone: the basic claim set is left out.
	Claims []PlannedClaim `json:"claims"`
	// OptionalClaims are names of optional claims of the application, "upn".
	OptionalClaims []string         `json:"optionalClaims"`
	Groups         entra.GroupClaim `json:"groups"`
	Roles          []entra.Role     `json:"roles"`

	Access            Access              `json:"access"`
	ConditionalAccess []ConditionalAccess `json:"conditionalAccess"`

	// Items say what becomes of each property and each rule.
	Items []Item `json:"items"`

	// Provider is what the owner of the app must change: the values of AD FS
	// beside those of Entra.
	Provider []ProviderValue `json:"-"`
	// Paste is the same for the screen of the app, where its profile knows it.
	Paste []PasteValue `json:"-"`

	recognised *Item // the app that a profile knows; nil for none
}

// EntraClaims are the claims of the plan as Entra evaluates them. What they hold
// is shared with the plan.
func (p *TrustPlan) EntraClaims() *entra.Claims {
	c := &entra.Claims{NameID: p.NameID.NameID, Optional: p.OptionalClaims, Groups: p.Groups, Roles: p.Roles}
	for _, claim := range p.Claims {
		c.Claims = append(c.Claims, claim.Claim)
	}
	return c
}

// Application is the basic configuration of the enterprise application.
type Application struct {
	DisplayName string `json:"displayName"`
	Notes       string `json:"notes"`
	// Template is the name of the app in the Entra gallery; empty for an
	// application of one's own. Profile is the profile that knows the app.
	Template string `json:"template"`
	Profile  string `json:"profile"`

	Identifiers []string   `json:"identifiers"`
	ReplyURLs   []ReplyURL `json:"replyUrls"`
	// SignOnURL is where users start at the app; AD FS does not know it. Empty
	// lets My Apps start at Entra.
	SignOnURL  string `json:"signOnUrl"`
	LogoutURL  string `json:"logoutUrl"`
	RelayState string `json:"relayState"`
	// MetadataURL is noted by Entra and not followed.
	MetadataURL string `json:"metadataUrl"`
	// TokenVersion is "2.0", or "1.1" for WS-Federation.
	TokenVersion string `json:"tokenVersion"`
	// EmitNameFormats sends the NameFormat of attributes.
	EmitNameFormats bool `json:"emitNameFormats"`
}

// ReplyURL is where Entra sends tokens. The default one comes first; Index is
// the one that requests name, or nil.
type ReplyURL struct {
	URL     string `json:"url"`
	Index   *int   `json:"index"`
	Default bool   `json:"default"`
}

// Signing says what Entra signs, and how.
type Signing struct {
	Option    string `json:"option"`    // "assertion", "response" or "both"
	Algorithm string `json:"algorithm"` // "rsa-sha256" or "rsa-sha1"
}

// Encryption says whether tokens are encrypted, and for whom.
type Encryption struct {
	Enabled     bool         `json:"enabled"`
	Certificate *Certificate `json:"certificate"` // nil without
}

// RequestSignature says whether requests must be signed, and by whom.
type RequestSignature struct {
	Required     bool          `json:"required"`
	AllowSHA1    bool          `json:"allowSha1"`
	Certificates []Certificate `json:"certificates"`
}

// Certificate is one of the app's, without its private key.
type Certificate struct {
	Subject   string    `json:"subject"`
	SHA1      string    `json:"sha1"` // thumbprint in upper case
	NotBefore time.Time `json:"notBefore,omitzero"`
	NotAfter  time.Time `json:"notAfter,omitzero"`
	DER       []byte    `json:"der"` // Base64 in JSON
}

// PlannedNameID is a NameID and the rules that it comes from.
type PlannedNameID struct {
	entra.NameID
	Rules []RuleLine `json:"rules"`
}

// PlannedClaim is a claim and the rules that it comes from.
type PlannedClaim struct {
	entra.Claim
	Rules []RuleLine `json:"rules"`
}

// RuleLine names a claim rule and its line in the export.
type RuleLine struct {
	Index int    `json:"index"`
	Name  string `json:"name"`
	Line  int    `json:"line"`
}

// Access says who can sign in. Where authorization cannot be expressed,
// assignment is required and nobody is assigned.
type Access struct {
	AssignmentRequired bool          `json:"assignmentRequired"`
	Groups             []entra.Group `json:"groups"`
	// Users are the SIDs of single users who are assigned.
	Users []string `json:"users"`
}

// ReportOnly is the state of every Conditional Access policy of a plan: it
// reports, and enforces nothing until a person switches it on.
const ReportOnly = "enabledForReportingButNotEnforced"

// AppIDToken stands for the application (client) id, TenantIDToken for the
// tenant, until they are known.
const (
	AppIDToken    = "{app-id}"
	TenantIDToken = "{tenant-id}"
)

// ConditionalAccess is a Conditional Access policy, as Microsoft Graph has it
// (conditionalAccessPolicy). Groups are [entra.Group.Ref], the application is
// [AppIDToken] unless it is known.
type ConditionalAccess struct {
	DisplayName     string           `json:"displayName"`
	State           string           `json:"state"` // always [ReportOnly]
	Conditions      PolicyConditions `json:"conditions"`
	GrantControls   *GrantControls   `json:"grantControls"`
	SessionControls *SessionControls `json:"sessionControls"`
	// Setting is the property of AD FS that it comes from, Rules the rules.
	Setting string     `json:"-"`
	Rules   []RuleLine `json:"-"`
}

// PolicyConditions say which sign-ins a policy is for.
type PolicyConditions struct {
	ClientAppTypes []string           `json:"clientAppTypes"`
	Applications   PolicyApplications `json:"applications"`
	Users          PolicyUsers        `json:"users"`
	Locations      *PolicyLocations   `json:"locations"`
	Platforms      *PolicyPlatforms   `json:"platforms"`
	Devices        *PolicyDevices     `json:"devices"`
}

// PolicyApplications are the applications of a policy, by their app ids.
type PolicyApplications struct {
	IncludeApplications []string `json:"includeApplications"`
}

// PolicyUsers are the users of a policy: "All", ids of users, refs of groups.
type PolicyUsers struct {
	IncludeUsers  []string `json:"includeUsers"`
	ExcludeUsers  []string `json:"excludeUsers"`
	IncludeGroups []string `json:"includeGroups"`
	ExcludeGroups []string `json:"excludeGroups"`
}

// PolicyLocations are named locations: "All", "AllTrusted" or ids.
type PolicyLocations struct {
	IncludeLocations []string `json:"includeLocations"`
	ExcludeLocations []string `json:"excludeLocations"`
}

// PolicyPlatforms are platforms of devices: "all", "windows".
type PolicyPlatforms struct {
	IncludePlatforms []string `json:"includePlatforms"`
	ExcludePlatforms []string `json:"excludePlatforms"`
}

// PolicyDevices choose devices by a rule.
type PolicyDevices struct {
	DeviceFilter DeviceFilter `json:"deviceFilter"`
}

// DeviceFilter is a rule on devices; Mode is "include" or "exclude".
type DeviceFilter struct {
	Mode string `json:"mode"`
	Rule string `json:"rule"`
}

// GrantControls are what a sign-in must fulfil: "mfa", "block",
// "compliantDevice", "domainJoinedDevice"; Operator is "OR" or "AND".
type GrantControls struct {
	Operator        string   `json:"operator"`
	BuiltInControls []string `json:"builtInControls"`
}

// SessionControls bound a session.
type SessionControls struct {
	SignInFrequency *SignInFrequency `json:"signInFrequency"`
}

// SignInFrequency says when users must sign in again; FrequencyInterval is
// "everyTime".
type SignInFrequency struct {
	IsEnabled          bool   `json:"isEnabled"`
	AuthenticationType string `json:"authenticationType"`
	FrequencyInterval  string `json:"frequencyInterval"`
}

// ProviderValue is one fact about the identity provider that the app holds.
type ProviderValue struct {
	Label string // "Issuer"
	ADFS  string
	Entra string
	Note  string // may be empty

	field profile.Field
}

// PasteValue is one field on the screen of the app.
type PasteValue struct {
	Provider string // the label at the identity provider
	App      string // the label in the app
	Value    string
	Note     string // may be empty
}
