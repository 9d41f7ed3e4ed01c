package adfs

// The properties of the objects around relying party trusts. Rules and access
// control are those of the table of relying party trusts.

// remotingTable holds what PowerShell remoting and jobs add to every object.
var remotingTable = []PropertyInfo{
	info("PSComputerName", TypeString, "", ADFS20, "the server that was asked, added by PowerShell", "none"),
	info("PSShowComputerName", TypeBoolean, "", ADFS20, "added by PowerShell", "none"),
	info("PSSourceJobInstanceId", TypeString, "", ADFS20, "added by PowerShell", "none"),
	info("RunspaceId", TypeString, "", ADFS20, "added by PowerShell", "none"),
}

// shared takes rows of the table of relying party trusts.
func shared(names ...string) []PropertyInfo {
	var rows []PropertyInfo
	for _, name := range names {
		for i := range relyingPartyTable {
			if relyingPartyTable[i].Name == name {
				rows = append(rows, relyingPartyTable[i])
			}
		}
	}
	return rows
}

func plain(t Type, since Version, entra string, names ...string) []PropertyInfo {
	rows := make([]PropertyInfo, 0, len(names))
	for _, name := range names {
		rows = append(rows, info(name, t, "", since, "", entra))
	}
	return rows
}

func join(parts ...[]PropertyInfo) []PropertyInfo {
	var rows []PropertyInfo
	for _, part := range parts {
		rows = append(rows, part...)
	}
	return rows
}

var accessRows = shared("AccessControlPolicyName", "AccessControlPolicyParameters", "ResultantPolicy", "AdditionalAuthenticationRules",
	"AlwaysRequireAuthentication", "ClaimsProviderName", "DeviceAuthenticationMethod", "IssuanceAuthorizationRules", "PublishedThroughProxy")

var nonClaimsAwareTable = join(accessRows, shared("Name", "Identifier", "Enabled", "Notes", "ObjectIdentifier"),
	[]PropertyInfo{info("ProxiedTrustedEndpoints", TypeStrings, "", ADFS2012R2, "the addresses published through the Web Application Proxy", "application proxy")})

var proxyTable = join(accessRows, shared("Name", "Identifier", "Enabled", "Notes", "ObjectIdentifier", "IssuanceTransformRules", "NotBeforeSkew", "TokenLifetime"),
	[]PropertyInfo{info("RelyingPartyType", TypeString, "", ADFS2012R2, "the kind of trust", "none, AD FS's own")})

var webAPITable = join(accessRows, shared("Name", "Identifier", "Enabled", "IssuanceTransformRules", "DelegationAuthorizationRules",
	"ImpersonationAuthorizationRules", "AllowedAuthenticationClassReferences", "AllowedClientTypes", "IssueOAuthRefreshTokensTo", "NotBeforeSkew",
	"RefreshTokenProtectionEnabled", "RequestMFAFromClaimsProviders", "TokenLifetime"),
	[]PropertyInfo{
		info("Description", TypeString, "", ADFS2016, "notes of the administrator", "notes"),
		info("ApplicationGroupIdentifier", TypeString, "", ADFS2016, "the application group", "app registration"),
		info("ApplicationGroupId", TypeString, "", ADFS2016, "the key of the application group", "none"),
	})

var clientRows = []PropertyInfo{
	info("Name", TypeString, "", ADFS2016, "the display name", "displayName"),
	info("Identifier", TypeString, "", ADFS2016, "the client id", "the client id changes"),
	info("ApplicationGroupIdentifier", TypeString, "", ADFS2016, "the application group", "app registration"),
	info("Description", TypeString, "", ADFS2016, "notes of the administrator", "notes"),
	info("Enabled", TypeBoolean, "True", ADFS2016, "a disabled client gets no tokens", "accountEnabled"),
	info("RedirectUri", TypeStrings, "", ADFS2016, "where codes and tokens may be sent", "redirectUris"),
	info("LogoutUri", TypeString, "", ADFS2016, "the front-channel logout address", "logoutUrl"),
}

var nativeClientTable = clientRows

var secretRows = []PropertyInfo{
	info("ADUserPrincipalName", TypeString, "", ADFS2016, "the account that the server signs in as", "none"),
	info("ClientSecret", TypeSecret, "", ADFS2016, "the client secret", "a new secret"),
	enum(revocationSetting, info("JWTSigningCertificateRevocationCheck", TypeEnumeration, "", ADFS2016, "how revocation of the signing certificates is checked", "none")),
	info("JWTSigningKeys", TypeAny, "", ADFS2016, "the keys that the client signs by", "keyCredentials"),
	info("JWKSUri", TypeString, "", ADFS2016, "where the client publishes its keys", "keyCredentials"),
}

var serverApplicationTable = join(clientRows, secretRows)

var oauthClientTable = join(
	plain(TypeStrings, ADFS2012R2, "redirectUris", "RedirectUri"),
	plain(TypeString, ADFS2012R2, "app registration", "Name", "Description", "ClientId", "LogoutUri"),
	plain(TypeBoolean, ADFS2012R2, "none", "BuiltIn", "Enabled"),
	[]PropertyInfo{enum(clientType, info("ClientType", TypeEnumeration, "", ADFS2012R2, "whether the client can keep a secret", "public client flows"))},
	secretRows)

var applicationGroupTable = join(
	plain(TypeString, ADFS2016, "app registration", "ApplicationGroupIdentifier", "Description", "Name"),
	plain(TypeBoolean, ADFS2016, "accountEnabled", "Enabled"),
	plain(TypeAny, ADFS2016, "app registration", "Applications"))

var permissionTable = join(
	plain(TypeString, ADFS2016, "API permissions", "ClientRoleIdentifier", "ServerRoleIdentifier", "GrantedBy", "Description", "ObjectIdentifier"),
	plain(TypeStrings, ADFS2016, "API permissions", "ScopeNames"),
	plain(TypeTime, ADFS2016, "none", "GrantedAt"),
	[]PropertyInfo{enum(consentType, info("ConsentType", TypeEnumeration, "", ADFS2016, "who consented", "API permissions"))})

var scopeTable = join(plain(TypeString, ADFS2016, "scopes", "Name", "Description"), plain(TypeBoolean, ADFS2016, "none", "IsBuiltIn"))

var claimsProviderTable = join(
	shared("Name", "Enabled", "Notes", "OrganizationInfo", "ProtocolProfile", "WSFedEndpoint", "SamlEndpoints", "SignatureAlgorithm",
		"SignedSamlRequestsRequired", "EncryptionCertificate", "EncryptionCertificateRevocationCheck", "SigningCertificateRevocationCheck",
		"EncryptedNameIdRequired", "MetadataUrl", "MonitoringEnabled", "AutoUpdateEnabled", "LastMonitoredTime", "LastUpdateTime",
		"LastPublishedPolicyCheckSuccessful", "ConflictWithPublishedPolicy", "ObjectIdentifier"),
	plain(TypeString, ADFS20, "external identity provider", "Identifier", "IdentifierType", "AnchorClaimType", "CustomMFAUri", "RequiredNameIdFormat",
		"SamlAuthenticationRequestIndex", "SamlAuthenticationRequestParameters", "SamlAuthenticationRequestProtocolBinding",
		"PromptLoginFallbackAuthenticationType", "AuthorityGroupId", "AuthorityGroupIdentifier"),
	plain(TypeBoolean, ADFS20, "external identity provider", "AllowCreate", "SupportsMFA", "IsLocal"),
	plain(TypeStrings, ADFS20, "external identity provider", "OrganizationalAccountSuffix", "LookupForests", "Identities"),
	plain(TypeDescriptions, ADFS20, "external identity provider", "ClaimsOffered"),
	plain(TypeCertificates, ADFS20, "external identity provider", "TokenSigningCertificates"),
	[]PropertyInfo{
		info("AlternateLoginID", TypeString, "", ADFS2012R2, "the attribute that users sign in with instead of the UPN", "userPrincipalName differs from the sign-in name"),
		info("AcceptanceTransformRules", TypeRules, "", ADFS20, "the rules that take claims of the provider over", "claims"),
		enum(promptLogin, info("PromptLoginFederation", TypeEnumeration, "", ADFS2016, "how prompt=login is passed on", "external identity provider")),
	})

var localProviderTable = join(claimsProviderTable, plain(TypeString, ADFS2016, "external identity provider", "LocalClaimsProviderType", "Type"))

var accessControlPolicyTable = join(
	plain(TypeString, ADFS2016, "Conditional Access", "Name", "Identifier", "Description"),
	plain(TypeBoolean, ADFS2016, "none", "IsBuiltIn"),
	plain(TypeInteger, ADFS2016, "none", "RpUsageCount"),
	plain(TypeTime, ADFS2016, "none", "LastUpdateTime"),
	plain(TypePolicy, ADFS2016, "Conditional Access", "PolicyMetadata"),
	plain(TypeAny, ADFS2016, "none", "AssignedTo"))

var attributeStoreTable = join(
	plain(TypeString, ADFS20, "custom claims provider", "Name", "StoreClassification", "StoreTypeQualifiedName"),
	plain(TypeSecret, ADFS20, "none", "Configuration"))

var claimDescriptionTable = join(
	plain(TypeString, ADFS20, "none", "ClaimType", "Name", "ShortName", "Notes"),
	plain(TypeBoolean, ADFS20, "none", "IsAccepted", "IsOffered", "IsRequired"))

// servicePropertyTable holds what the sign-in depends on of Get-AdfsProperties;
// there are many more, which are kept as anything.
var servicePropertyTable = join(
	plain(TypeString, ADFS20, "issuer and addresses change", "HostName", "Identifier", "DisplayName", "FederationPassiveAddress", "OrganizationInfo"),
	plain(TypeInteger, ADFS20, "Conditional Access sign-in frequency", "SsoLifetime", "PersistentSsoLifetimeMins", "KmsiLifetimeMins"),
	plain(TypeBoolean, ADFS20, "none", "SignedSamlRequestsRequired", "SignSamlAuthnRequests", "PersistentSsoEnabled", "KmsiEnabled",
		"EnableIdPInitiatedSignonPage", "EnableRelayStateForIdpInitiatedSignOn", "LoopDetectionEnabled", "ExtranetLockoutEnabled", "AutoCertificateRollover",
		"IntranetUseLocalClaimsProvider", "NtlmOnlySupportedClientAtProxy", "PreventTokenReplays", "SendClientRequestIdAsQueryStringParameter"),
	plain(TypeInteger, ADFS20, "none", "SamlMessageDeliveryWindow", "MonitoringInterval", "ReplayCacheExpirationInterval", "ProxyTrustTokenLifetime",
		"CertificateCriticalThreshold", "CertificateDuration", "CertificateGenerationThreshold", "CertificatePromotionThreshold", "CertificateRolloverInterval",
		"CertificateThresholdMultiplier", "HttpPort", "HttpsPort", "NetTcpPort", "TlsClientPort", "ExtranetLockoutThreshold",
		"LoopDetectionTimeIntervalInSeconds", "LoopDetectionMaximumTokensIssuedInInterval"),
	plain(TypeStrings, ADFS20, "none", "AcceptableIdentifiers", "AuthenticationContextOrder", "LogLevel", "WIASupportedUserAgents"),
	plain(TypeAny, ADFS20, "none", "CertificateSharingContainer", "ClientCertRevocationCheck", "ContactPerson", "ExtendedProtectionTokenCheck",
		"ExtranetObservationWindow", "InstalledLanguage", "PersistentSsoCutoffTime", "PromptLoginFederation", "PromptLoginFallbackAuthenticationType"),
	plain(TypeRules, ADFS20, "Conditional Access", "AddProxyAuthorizationRules", "GlobalRelyingPartyClaimsIssuancePolicy"),
	plain(TypeSecret, ADFS20, "none", "ArtifactDbConnection"))
