package adfs

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/keys"
)

// Source is where an object comes from.
type Source struct {
	File  string // the name given to the reader, with "/" and the name inside a folder or zip
	Index int    // of the object in the file, from 0
	Line  int    // of the object's start in the file, from 1
}

// State says how much of a property the export holds.
type State uint8

// The states of a property. One that the export does not have is not listed.
const (
	Held       State = iota + 1 // all of it
	Partial                     // some of it: the export left items out, or joined them
	Lost                        // the export holds something else in its place
	Unreadable                  // the value is none that the property can have
)

// Property is one property of an object, as the export has it.
type Property struct {
	// Name is spelled as AD FS does; an unknown one as the export does.
	Name string
	// Info is the property's row of the table; nil for an unknown one.
	Info *PropertyInfo
	// Value is the same for every format where State is [Held]; never nil.
	Value *Value
	State State
	// Span is where the value stands.
	Span finding.Span
}

// Object is one object of an export: a relying party trust or one of its
// neighbours in AD FS. It is immutable.
type Object struct {
	Kind Kind
	// Type is the full type name that the export gives, "" for none.
	Type   string
	Format string // the Name of the [Format] that it was read from
	Source Source
	Span   finding.Span
	// Properties are in the order of the export. A name that comes twice is
	// listed twice, and the first counts.
	Properties []Property
	// Problems are what was lost, unreadable, damaged or unknown in it, each
	// with its place.
	Problems []finding.Problem

	trust *RelyingParty
}

// Property is the first property of a name, without regard to letter case; nil
// where the export has none.
func (o *Object) Property(name string) *Property {
	for i := range o.Properties {
		if strings.EqualFold(o.Properties[i].Name, name) {
			return &o.Properties[i]
		}
	}
	return nil
}

// Text is the text of a property, as of claim rules; the zero Text where the
// export has none.
func (o *Object) Text(name string) Text {
	if p := o.Property(name); p != nil && p.Value.Shape == ShapeText {
		return p.Value.Text
	}
	return Text{}
}

// Name is the value of the property Name.
func (o *Object) Name() string { return o.Text("Name").Value }

// RelyingParty is the object as a relying party trust; nil where it is of
// another kind.
func (o *Object) RelyingParty() *RelyingParty { return o.trust }

// SamlEndpoint is an endpoint of a trust.
type SamlEndpoint struct {
	Binding          string // "POST", "Redirect", "Artifact", "SOAP"
	BindingURI       string
	Index            int
	IsDefault        bool
	Location         string
	Protocol         string // "SAMLAssertionConsumer", "SAMLLogout", "SAMLArtifactResolution", "SAMLSingleSignOn"
	ResponseLocation string
	Span             finding.Span
}

// The values of SamlEndpoint.Protocol.
const (
	ProtocolAssertionConsumer  = "SAMLAssertionConsumer"
	ProtocolLogout             = "SAMLLogout"
	ProtocolArtifactResolution = "SAMLArtifactResolution"
	ProtocolSingleSignOn       = "SAMLSingleSignOn"
)

// ClaimDescription is a claim that the relying party says it wants.
type ClaimDescription struct {
	ClaimType, Name, ShortName, Notes string
	IsAccepted, IsOffered, IsRequired bool
}

// RelyingParty is a relying party trust (Get-AdfsRelyingPartyTrust) of any
// version of AD FS. A field whose property the export does not hold has the
// default of AD FS; [Object.Property] tells what was there.
type RelyingParty struct {
	*Object

	Name             string
	Identifier       []string
	Enabled          bool
	Notes            string
	OrganizationInfo string
	ObjectIdentifier string

	ProtocolProfile            string
	WSFedEndpoint              string
	AdditionalWSFedEndpoint    []string
	SamlEndpoints              []SamlEndpoint
	SamlResponseSignature      string
	SignatureAlgorithm         string
	SignedSamlRequestsRequired bool
	RequestSigningCertificate  []*keys.Certificate
	EncryptClaims              bool
	EncryptionCertificate      *keys.Certificate
	EncryptedNameIDRequired    bool

	SigningCertificateRevocationCheck    string
	EncryptionCertificateRevocationCheck string

	TokenLifetime int // minutes; 0 stands for 60
	NotBeforeSkew int // minutes

	AlwaysRequireAuthentication          bool
	AllowedAuthenticationClassReferences []string
	ClaimsProviderName                   []string
	RequestMFAFromClaimsProviders        bool
	DeviceAuthenticationMethod           string

	MetadataURL                        string
	MonitoringEnabled                  bool
	AutoUpdateEnabled                  bool
	LastMonitoredTime                  time.Time // zero: never, or not told
	LastUpdateTime                     time.Time // zero: never, or not told
	LastPublishedPolicyCheckSuccessful string    // "True", "False" or "" where it never ran
	ConflictWithPublishedPolicy        bool

	IssuanceTransformRules          Text
	IssuanceAuthorizationRules      Text
	DelegationAuthorizationRules    Text
	ImpersonationAuthorizationRules Text
	AdditionalAuthenticationRules   Text

	AccessControlPolicyName       string
	AccessControlPolicyParameters *Value // nil without
	ResultantPolicy               *AccessPolicy
	ClaimsAccepted                []ClaimDescription

	ProxyEndpointMappings *Value // nil without
	ProxyTrustedEndpoints []string
	PublishedThroughProxy bool

	EnableJWT                     bool
	AllowedClientTypes            string
	IssueOAuthRefreshTokensTo     string
	RefreshTokenProtectionEnabled bool
	ScopeGroupID                  string
	ScopeGroupIdentifier          string
}

// AssertionConsumers are the endpoints that take responses, the default one
// first, then by index.
func (rp *RelyingParty) AssertionConsumers() []SamlEndpoint {
	var list []SamlEndpoint
	for _, e := range rp.SamlEndpoints {
		if e.Protocol == ProtocolAssertionConsumer {
			list = append(list, e)
		}
	}
	slices.SortStableFunc(list, func(a, b SamlEndpoint) int {
		if a.IsDefault != b.IsDefault {
			if a.IsDefault {
				return -1
			}
			return 1
		}
		return cmp.Compare(a.Index, b.Index)
	})
	return list
}

// LifetimeMinutes is the validity of tokens: 60 minutes where TokenLifetime is
// 0.
func (rp *RelyingParty) LifetimeMinutes() int { return cmp.Or(rp.TokenLifetime, 60) }
