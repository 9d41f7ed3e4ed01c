package saml

const (
	once = true
	many = false
)

// contentModels is the schema of SAML 2.0 (saml-schema-protocol-2.0,
// -assertion-2.0, -metadata-2.0 and its extensions) and 1.1 (oasis-sstc-saml-schema-1.1), as far
// as order and number go.
var contentModels = []contentModel{
	{NSProtocol, "Response", false, []part{
		{1, NSAssertion, "Issuer", once},
		{2, NSSignature, "Signature", once},
		{3, NSProtocol, "Extensions", once},
		{4, NSProtocol, "Status", once},
		{5, NSAssertion, "Assertion", many},
		{5, NSAssertion, "EncryptedAssertion", many},
	}},
	{NSProtocol, "LogoutResponse", false, []part{
		{1, NSAssertion, "Issuer", once},
		{2, NSSignature, "Signature", once},
		{3, NSProtocol, "Extensions", once},
		{4, NSProtocol, "Status", once},
	}},
	{NSProtocol, "Status", false, []part{
		{1, NSProtocol, "StatusCode", once},
		{2, NSProtocol, "StatusMessage", once},
		{3, NSProtocol, "StatusDetail", once},
	}},
	{NSProtocol, "StatusCode", false, []part{
		{1, NSProtocol, "StatusCode", once},
	}},
	{NSProtocol, "AuthnRequest", false, []part{
		{1, NSAssertion, "Issuer", once},
		{2, NSSignature, "Signature", once},
		{3, NSProtocol, "Extensions", once},
		{4, NSAssertion, "Subject", once},
		{5, NSProtocol, "NameIDPolicy", once},
		{6, NSAssertion, "Conditions", once},
		{7, NSProtocol, "RequestedAuthnContext", once},
		{8, NSProtocol, "Scoping", once},
	}},
	{NSProtocol, "RequestedAuthnContext", false, []part{
		{1, NSAssertion, "AuthnContextClassRef", many},
		{1, NSAssertion, "AuthnContextDeclRef", many},
	}},
	{NSProtocol, "LogoutRequest", false, []part{
		{1, NSAssertion, "Issuer", once},
		{2, NSSignature, "Signature", once},
		{3, NSProtocol, "Extensions", once},
		{4, NSAssertion, "BaseID", once},
		{4, NSAssertion, "NameID", once},
		{4, NSAssertion, "EncryptedID", once},
		{5, NSProtocol, "SessionIndex", many},
	}},

	{NSAssertion, "Assertion", true, []part{
		{1, NSAssertion, "Issuer", once},
		{2, NSSignature, "Signature", once},
		{3, NSAssertion, "Subject", once},
		{4, NSAssertion, "Conditions", once},
		{5, NSAssertion, "Advice", once},
		{6, NSAssertion, "Statement", many},
		{6, NSAssertion, "AuthnStatement", many},
		{6, NSAssertion, "AuthzDecisionStatement", many},
		{6, NSAssertion, "AttributeStatement", many},
	}},
	{NSAssertion, "EncryptedAssertion", false, []part{
		{1, NSEncryption, "EncryptedData", once},
		{2, NSEncryption, "EncryptedKey", many},
	}},
	{NSAssertion, "Subject", true, []part{
		{1, NSAssertion, "BaseID", once},
		{1, NSAssertion, "NameID", once},
		{1, NSAssertion, "EncryptedID", once},
		{2, NSAssertion, "SubjectConfirmation", many},
	}},
	{NSAssertion, "SubjectConfirmation", true, []part{
		{1, NSAssertion, "BaseID", once},
		{1, NSAssertion, "NameID", once},
		{1, NSAssertion, "EncryptedID", once},
		{2, NSAssertion, "SubjectConfirmationData", once},
	}},
	{NSAssertion, "Conditions", true, []part{
		{1, NSAssertion, "Condition", many},
		{1, NSAssertion, "AudienceRestriction", many},
		{1, NSAssertion, "OneTimeUse", many},
		{1, NSAssertion, "ProxyRestriction", many},
	}},
	{NSAssertion, "AudienceRestriction", false, []part{
		{1, NSAssertion, "Audience", many},
	}},
	{NSAssertion, "AuthnStatement", false, []part{
		{1, NSAssertion, "SubjectLocality", once},
		{2, NSAssertion, "AuthnContext", once},
	}},
	{NSAssertion, "AuthnContext", false, []part{
		{1, NSAssertion, "AuthnContextClassRef", once},
		{2, NSAssertion, "AuthnContextDecl", once},
		{2, NSAssertion, "AuthnContextDeclRef", once},
		{3, NSAssertion, "AuthenticatingAuthority", many},
	}},
	{NSAssertion, "AttributeStatement", false, []part{
		{1, NSAssertion, "Attribute", many},
		{1, NSAssertion, "EncryptedAttribute", many},
	}},
	{NSAssertion, "Attribute", false, []part{
		{1, NSAssertion, "AttributeValue", many},
	}},

	{NSProtocol11, "Response", false, []part{
		{1, NSProtocol11, "RespondWith", many},
		{2, NSSignature, "Signature", once},
		{3, NSProtocol11, "Status", once},
		{4, NSAssertion11, "Assertion", many},
	}},
	{NSAssertion11, "Assertion", true, []part{
		{1, NSAssertion11, "Conditions", once},
		{2, NSAssertion11, "Advice", once},
		{3, NSAssertion11, "Statement", many},
		{3, NSAssertion11, "SubjectStatement", many},
		{3, NSAssertion11, "AuthenticationStatement", many},
		{3, NSAssertion11, "AuthorizationDecisionStatement", many},
		{3, NSAssertion11, "AttributeStatement", many},
		{4, NSSignature, "Signature", once},
	}},
	{NSAssertion11, "Conditions", true, []part{
		{1, NSAssertion11, "Condition", many},
		{1, NSAssertion11, "AudienceRestrictionCondition", many},
		{1, NSAssertion11, "DoNotCacheCondition", many},
	}},
	{NSAssertion11, "AudienceRestrictionCondition", false, []part{
		{1, NSAssertion11, "Audience", many},
	}},
	{NSAssertion11, "AuthenticationStatement", false, []part{
		{1, NSAssertion11, "Subject", once},
		{2, NSAssertion11, "SubjectLocality", once},
		{3, NSAssertion11, "AuthorityBinding", many},
	}},
	{NSAssertion11, "AttributeStatement", false, []part{
		{1, NSAssertion11, "Subject", once},
		{2, NSAssertion11, "Attribute", many},
	}},
	{NSAssertion11, "Subject", false, []part{
		{1, NSAssertion11, "NameIdentifier", once},
		{2, NSAssertion11, "SubjectConfirmation", once},
	}},
	{NSAssertion11, "SubjectConfirmation", false, []part{
		{1, NSAssertion11, "ConfirmationMethod", many},
		{2, NSAssertion11, "SubjectConfirmationData", once},
		{3, NSSignature, "KeyInfo", once},
	}},
	{NSAssertion11, "Attribute", false, []part{
		{1, NSAssertion11, "AttributeValue", many},
	}},

	{NSMetadata, "EntitiesDescriptor", false, []part{
		{1, NSSignature, "Signature", once},
		{2, NSMetadata, "Extensions", once},
		{3, NSMetadata, "EntityDescriptor", many},
		{3, NSMetadata, "EntitiesDescriptor", many},
	}},
	{NSMetadata, "EntityDescriptor", false, []part{
		{1, NSSignature, "Signature", once},
		{2, NSMetadata, "Extensions", once},
		{3, NSMetadata, "RoleDescriptor", many},
		{3, NSMetadata, "IDPSSODescriptor", many},
		{3, NSMetadata, "SPSSODescriptor", many},
		{3, NSMetadata, "AuthnAuthorityDescriptor", many},
		{3, NSMetadata, "AttributeAuthorityDescriptor", many},
		{3, NSMetadata, "PDPDescriptor", many},
		{3, NSMetadata, "AffiliationDescriptor", once},
		{4, NSMetadata, "Organization", once},
		{5, NSMetadata, "ContactPerson", many},
		{6, NSMetadata, "AdditionalMetadataLocation", many},
	}},
	{NSMetadata, "IDPSSODescriptor", false, []part{
		{1, NSSignature, "Signature", once},
		{2, NSMetadata, "Extensions", once},
		{3, NSMetadata, "KeyDescriptor", many},
		{4, NSMetadata, "Organization", once},
		{5, NSMetadata, "ContactPerson", many},
		{6, NSMetadata, "ArtifactResolutionService", many},
		{7, NSMetadata, "SingleLogoutService", many},
		{8, NSMetadata, "ManageNameIDService", many},
		{9, NSMetadata, "NameIDFormat", many},
		{10, NSMetadata, "SingleSignOnService", many},
		{11, NSMetadata, "NameIDMappingService", many},
		{12, NSMetadata, "AssertionIDRequestService", many},
		{13, NSMetadata, "AttributeProfile", many},
		{14, NSAssertion, "Attribute", many},
	}},
	{NSMetadata, "SPSSODescriptor", false, []part{
		{1, NSSignature, "Signature", once},
		{2, NSMetadata, "Extensions", once},
		{3, NSMetadata, "KeyDescriptor", many},
		{4, NSMetadata, "Organization", once},
		{5, NSMetadata, "ContactPerson", many},
		{6, NSMetadata, "ArtifactResolutionService", many},
		{7, NSMetadata, "SingleLogoutService", many},
		{8, NSMetadata, "ManageNameIDService", many},
		{9, NSMetadata, "NameIDFormat", many},
		{10, NSMetadata, "AssertionConsumerService", many},
		{11, NSMetadata, "AttributeConsumingService", many},
	}},
	// Extensions may hold anything; these are what readers look for in it.
	{NSMetadata, "Extensions", true, []part{
		{1, "urn:oasis:names:tc:SAML:metadata:ui", "UIInfo", many},
		{1, "urn:oasis:names:tc:SAML:metadata:ui", "DiscoHints", many},
		{1, "urn:oasis:names:tc:SAML:metadata:attribute", "EntityAttributes", many},
		{1, "urn:oasis:names:tc:SAML:metadata:rpi", "RegistrationInfo", many},
		{1, "urn:oasis:names:tc:SAML:metadata:rpi", "PublicationInfo", many},
		{1, "urn:oasis:names:tc:SAML:metadata:rpi", "PublicationPath", many},
		{1, "urn:oasis:names:tc:SAML:metadata:algsupport", "DigestMethod", many},
		{1, "urn:oasis:names:tc:SAML:metadata:algsupport", "SigningMethod", many},
		{1, "urn:oasis:names:tc:SAML:profiles:SSO:idp-discovery-protocol", "DiscoveryResponse", many},
		{1, "urn:oasis:names:tc:SAML:profiles:SSO:request-init", "RequestInitiator", many},
		{1, "urn:mace:shibboleth:metadata:1.0", "Scope", many},
		{1, "urn:mace:shibboleth:metadata:1.0", "KeyAuthority", many},
	}},
	{NSMetadata, "KeyDescriptor", false, []part{
		{1, NSSignature, "KeyInfo", once},
		{2, NSMetadata, "EncryptionMethod", many},
	}},
	{NSMetadata, "AttributeConsumingService", false, []part{
		{1, NSMetadata, "ServiceName", many},
		{2, NSMetadata, "ServiceDescription", many},
		{3, NSMetadata, "RequestedAttribute", many},
	}},
}
