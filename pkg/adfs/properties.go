package adfs

import "time"

// Type is what a property holds.
type Type uint8

// The types of properties.
const (
	TypeString       Type = iota + 1
	TypeRules             // a set of claim rules
	TypeBoolean           // "True" or "False"
	TypeInteger           //
	TypeTime              // null stands for never
	TypeStrings           // a list of strings
	TypeEnumeration       // one name, or several joined by ", "
	TypeCertificate       // an X.509 certificate
	TypeCertificates      // a list of them
	TypeEndpoints         // a list of SAML endpoints
	TypeDescriptions      // a list of claim descriptions
	TypePolicy            // an access control policy with its parameters applied
	TypeAny               // anything
	TypeSecret            // never kept
)

// Version is the version of AD FS that brought a property.
type Version uint8

// The versions of AD FS.
const (
	ADFS20 Version = iota + 1
	ADFS2012R2
	ADFS2016
	ADFS2019
)

// PropertyInfo is what is known of a property, for every reader, default and
// judgement. Tables are shared and must not be changed.
type PropertyInfo struct {
	Name    string
	Type    Type
	Default string // as Value.String prints it; "" for none
	Since   Version
	Meaning string
	// Entra says in a few words what becomes of it in Microsoft Entra ID.
	Entra string

	names *enumeration
	set   setter // of the field of a relying party trust
	value *Value // Default, read; nil without
}

// enumeration names the numbers of a .NET enumeration.
type enumeration struct {
	names map[int]string
	flags bool
}

var (
	revocationSetting = &enumeration{names: map[int]string{0: "None", 1: "CheckEndCert", 2: "CheckEndCertCacheOnly", 3: "CheckChain", 4: "CheckChainCacheOnly", 5: "CheckChainExcludeRoot", 6: "CheckChainExcludeRootCacheOnly"}}
	clientTypes       = &enumeration{names: map[int]string{0: "None", 2: "Public", 4: "Confidential"}, flags: true}
	clientType        = &enumeration{names: map[int]string{0: "Unknown", 2: "Public", 4: "Confidential"}}
	tokenDevices      = &enumeration{names: map[int]string{0: "NoDevice", 1: "WorkplaceJoinedDevices", 2: "AllDevices"}}
	deviceMethod      = &enumeration{names: map[int]string{0: "All", 1: "ClientTLS", 2: "SignedToken", 3: "PKeyAuth"}}
	consentType       = &enumeration{names: map[int]string{0: "Unknown", 1: "Administrator", 2: "User"}}
	promptLogin       = &enumeration{names: map[int]string{0: "None", 1: "FallbackToProtocolSpecificParameters", 2: "ForwardPromptAndHintsOverWsFederation", 3: "Disabled"}}
)

func info(name string, t Type, def string, since Version, meaning, entra string) PropertyInfo {
	return PropertyInfo{Name: name, Type: t, Default: def, Since: since, Meaning: meaning, Entra: entra}
}

func enum(names *enumeration, p PropertyInfo) PropertyInfo {
	p.names = names
	return p
}

const rsaSHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"

// field names the field of [RelyingParty] that holds a property.
func field(p PropertyInfo, set setter) PropertyInfo {
	p.set = set
	if p.Default != "" {
		p.value = normalise(&p, &Value{Shape: ShapeText, Text: Text{Value: p.Default}}).value
	}
	return p
}

// relyingPartyTable holds every property of relying party trusts, in every
// version.
var relyingPartyTable = []PropertyInfo{
	field(info("Name", TypeString, "", ADFS20, "the display name", "displayName"),
		text(func(r *RelyingParty) *string { return &r.Name })),
	field(info("Identifier", TypeStrings, "", ADFS20, "the identifiers (entity IDs or realms) of the app", "identifierUris"),
		list(func(r *RelyingParty) *[]string { return &r.Identifier })),
	field(info("Enabled", TypeBoolean, "True", ADFS20, "a disabled trust gets no tokens", "accountEnabled"),
		boolean(func(r *RelyingParty) *bool { return &r.Enabled })),
	field(info("ProtocolProfile", TypeString, "WsFed-SAML", ADFS20, "the protocols allowed; the endpoints decide what is used", "preferredSingleSignOnMode"),
		text(func(r *RelyingParty) *string { return &r.ProtocolProfile })),
	field(info("WSFedEndpoint", TypeString, "", ADFS20, "the WS-Federation passive endpoint", "Reply URL of a WS-Federation app"),
		text(func(r *RelyingParty) *string { return &r.WSFedEndpoint })),
	field(info("AdditionalWSFedEndpoint", TypeStrings, "", ADFS2012R2, "further addresses that wreply may name", "further Reply URLs"),
		list(func(r *RelyingParty) *[]string { return &r.AdditionalWSFedEndpoint })),
	field(info("SamlEndpoints", TypeEndpoints, "", ADFS20, "the SAML endpoints", "Reply URLs with their index, Logout URL"), setEndpoints),
	field(info("SamlResponseSignature", TypeString, "AssertionOnly", ADFS20, "what of a response is signed", "signing option"),
		text(func(r *RelyingParty) *string { return &r.SamlResponseSignature })),
	field(info("SignatureAlgorithm", TypeString, rsaSHA256, ADFS20, "the algorithm that tokens are signed by", "signing algorithm"),
		text(func(r *RelyingParty) *string { return &r.SignatureAlgorithm })),
	field(info("SignedSamlRequestsRequired", TypeBoolean, "False", ADFS20, "unsigned AuthnRequests are refused", "verification certificates required"),
		boolean(func(r *RelyingParty) *bool { return &r.SignedSamlRequestsRequired })),
	field(info("RequestSigningCertificate", TypeCertificates, "", ADFS20, "the certificates that the app signs requests by", "verification certificates"),
		func(r *RelyingParty, v *Value) { r.RequestSigningCertificate = v.certificates() }),
	field(enum(revocationSetting, info("SigningCertificateRevocationCheck", TypeEnumeration, "CheckChainExcludeRoot", ADFS20, "how revocation of the request signing certificates is checked", "none, Entra does not check")),
		text(func(r *RelyingParty) *string { return &r.SigningCertificateRevocationCheck })),
	field(info("EncryptClaims", TypeBoolean, "True", ADFS20, "tokens are encrypted where there is an encryption certificate", "token encryption"),
		boolean(func(r *RelyingParty) *bool { return &r.EncryptClaims })),
	field(info("EncryptionCertificate", TypeCertificate, "", ADFS20, "the certificate that tokens are encrypted for", "tokenEncryptionKeyId"),
		func(r *RelyingParty, v *Value) { r.EncryptionCertificate = v.Certificate }),
	field(enum(revocationSetting, info("EncryptionCertificateRevocationCheck", TypeEnumeration, "CheckChainExcludeRoot", ADFS20, "how revocation of the encryption certificate is checked", "none, Entra does not check")),
		text(func(r *RelyingParty) *string { return &r.EncryptionCertificateRevocationCheck })),
	field(info("EncryptedNameIdRequired", TypeBoolean, "False", ADFS20, "the NameID must be encrypted", "not supported"),
		boolean(func(r *RelyingParty) *bool { return &r.EncryptedNameIDRequired })),
	field(info("TokenLifetime", TypeInteger, "0", ADFS20, "the validity of tokens in minutes; 0 stands for 60", "token lifetime policy"),
		integer(func(r *RelyingParty) *int { return &r.TokenLifetime })),
	field(info("NotBeforeSkew", TypeInteger, "0", ADFS20, "the minutes that NotBefore lies in the past", "none, Entra backdates by itself"),
		integer(func(r *RelyingParty) *int { return &r.NotBeforeSkew })),
	field(info("AlwaysRequireAuthentication", TypeBoolean, "False", ADFS2012R2, "a session is not enough, users sign in each time", "Conditional Access sign-in frequency"),
		boolean(func(r *RelyingParty) *bool { return &r.AlwaysRequireAuthentication })),
	field(info("AllowedAuthenticationClassReferences", TypeStrings, "", ADFS2012R2, "the authentication contexts that are allowed", "Conditional Access authentication strength"),
		list(func(r *RelyingParty) *[]string { return &r.AllowedAuthenticationClassReferences })),
	field(info("ClaimsProviderName", TypeStrings, "", ADFS2012R2, "the claims providers that users may come from", "external identity providers by hand"),
		list(func(r *RelyingParty) *[]string { return &r.ClaimsProviderName })),
	field(info("RequestMFAFromClaimsProviders", TypeBoolean, "False", ADFS2016, "the claims provider is asked for multi-factor authentication", "cross-tenant MFA trust"),
		boolean(func(r *RelyingParty) *bool { return &r.RequestMFAFromClaimsProviders })),
	field(info("MetadataUrl", TypeString, "", ADFS20, "where the app publishes its metadata", "not supported, kept for the record"),
		text(func(r *RelyingParty) *string { return &r.MetadataURL })),
	field(info("MonitoringEnabled", TypeBoolean, "False", ADFS20, "the metadata is fetched and compared", "not supported"),
		boolean(func(r *RelyingParty) *bool { return &r.MonitoringEnabled })),
	field(info("AutoUpdateEnabled", TypeBoolean, "False", ADFS20, "the trust follows the metadata", "not supported"),
		boolean(func(r *RelyingParty) *bool { return &r.AutoUpdateEnabled })),
	field(info("LastMonitoredTime", TypeTime, "", ADFS20, "when the metadata was last fetched", "none"),
		instant(func(r *RelyingParty) *time.Time { return &r.LastMonitoredTime })),
	field(info("LastUpdateTime", TypeTime, "", ADFS20, "when the trust was last updated from the metadata", "none"),
		instant(func(r *RelyingParty) *time.Time { return &r.LastUpdateTime })),
	field(info("LastPublishedPolicyCheckSuccessful", TypeBoolean, "", ADFS20, "whether the metadata was fetched", "none"),
		text(func(r *RelyingParty) *string { return &r.LastPublishedPolicyCheckSuccessful })),
	field(info("ConflictWithPublishedPolicy", TypeBoolean, "False", ADFS20, "the trust differs from the metadata", "none, settle it before the move"),
		boolean(func(r *RelyingParty) *bool { return &r.ConflictWithPublishedPolicy })),
	field(info("IssuanceTransformRules", TypeRules, "", ADFS20, "the rules that make the claims of the token", "claims"),
		rules(func(r *RelyingParty) *Text { return &r.IssuanceTransformRules })),
	field(info("IssuanceAuthorizationRules", TypeRules, "", ADFS20, "the rules that permit or deny users", "assignment, Conditional Access"),
		rules(func(r *RelyingParty) *Text { return &r.IssuanceAuthorizationRules })),
	field(info("DelegationAuthorizationRules", TypeRules, "", ADFS20, "who may act as a user (WS-Trust ActAs)", "not supported"),
		rules(func(r *RelyingParty) *Text { return &r.DelegationAuthorizationRules })),
	field(info("ImpersonationAuthorizationRules", TypeRules, "", ADFS20, "who may impersonate a user (WS-Trust OnBehalfOf)", "not supported"),
		rules(func(r *RelyingParty) *Text { return &r.ImpersonationAuthorizationRules })),
	field(info("AdditionalAuthenticationRules", TypeRules, "", ADFS2012R2, "when multi-factor authentication is demanded", "Conditional Access"),
		rules(func(r *RelyingParty) *Text { return &r.AdditionalAuthenticationRules })),
	field(info("AccessControlPolicyName", TypeString, "", ADFS2016, "the access control policy that takes the place of authorization rules", "assignment, Conditional Access"),
		text(func(r *RelyingParty) *string { return &r.AccessControlPolicyName })),
	field(info("AccessControlPolicyParameters", TypeAny, "", ADFS2016, "the groups, networks or claims of the access control policy", "assignment, Conditional Access"),
		value(func(r *RelyingParty) **Value { return &r.AccessControlPolicyParameters })),
	field(info("ResultantPolicy", TypePolicy, "", ADFS2016, "the access control policy with its parameters applied", "assignment, Conditional Access"), setPolicy),
	field(info("ClaimsAccepted", TypeDescriptions, "", ADFS20, "the claims that the app says it wants", "none, compared with the claims"), setDescriptions),
	field(info("ProxyEndpointMappings", TypeAny, "", ADFS2012R2, "addresses published through the Web Application Proxy", "application proxy"),
		value(func(r *RelyingParty) **Value { return &r.ProxyEndpointMappings })),
	field(info("ProxyTrustedEndpoints", TypeStrings, "", ADFS2012R2, "addresses trusted through the Web Application Proxy", "application proxy"),
		list(func(r *RelyingParty) *[]string { return &r.ProxyTrustedEndpoints })),
	field(info("PublishedThroughProxy", TypeBoolean, "False", ADFS2012R2, "the app is published through the Web Application Proxy", "application proxy"),
		boolean(func(r *RelyingParty) *bool { return &r.PublishedThroughProxy })),
	field(info("EnableJWT", TypeBoolean, "False", ADFS2012R2, "tokens are JWTs", "OpenID Connect by hand"),
		boolean(func(r *RelyingParty) *bool { return &r.EnableJWT })),
	field(enum(clientTypes, info("AllowedClientTypes", TypeEnumeration, "Public, Confidential", ADFS2012R2, "the OAuth clients that are allowed", "none for SAML")),
		text(func(r *RelyingParty) *string { return &r.AllowedClientTypes })),
	field(enum(tokenDevices, info("IssueOAuthRefreshTokensTo", TypeEnumeration, "AllDevices", ADFS2012R2, "the devices that get refresh tokens", "none for SAML")),
		text(func(r *RelyingParty) *string { return &r.IssueOAuthRefreshTokensTo })),
	field(info("RefreshTokenProtectionEnabled", TypeBoolean, "True", ADFS2016, "refresh tokens are protected", "none for SAML"),
		boolean(func(r *RelyingParty) *bool { return &r.RefreshTokenProtectionEnabled })),
	field(info("Notes", TypeString, "", ADFS20, "notes of the administrator", "notes"),
		text(func(r *RelyingParty) *string { return &r.Notes })),
	field(info("OrganizationInfo", TypeString, "", ADFS20, "the organization named in the metadata", "none"),
		text(func(r *RelyingParty) *string { return &r.OrganizationInfo })),
	field(info("ObjectIdentifier", TypeString, "", ADFS2016, "the key of the trust in AD FS", "none, tells runs apart"),
		text(func(r *RelyingParty) *string { return &r.ObjectIdentifier })),
	field(info("ScopeGroupId", TypeString, "", ADFS2016, "the group of trusts that it belongs to", "none"),
		text(func(r *RelyingParty) *string { return &r.ScopeGroupID })),
	field(info("ScopeGroupIdentifier", TypeString, "", ADFS2019, "the identifier of that group", "none"),
		text(func(r *RelyingParty) *string { return &r.ScopeGroupIdentifier })),
	field(enum(deviceMethod, info("DeviceAuthenticationMethod", TypeEnumeration, "", ADFS2019, "how devices prove who they are", "Conditional Access device conditions")),
		text(func(r *RelyingParty) *string { return &r.DeviceAuthenticationMethod })),
}

// Properties lists what is known of the properties of a kind of object, in the
// order of the table; nil for an unknown kind.
func Properties(k Kind) []*PropertyInfo {
	row := kindRow(k)
	if row == nil {
		return nil
	}
	return row.properties
}

// LookUp finds a property of a kind by its name, without regard to letter case;
// nil where it is unknown.
func LookUp(k Kind, name string) *PropertyInfo {
	return kindRow(k).lookUp(name)
}
