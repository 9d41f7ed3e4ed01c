package validate

import (
	"slices"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// publisher is the place of what only the system that writes the metadata can
// put right.
const publisher = "the system that publishes the metadata"

// metadataFix is the move of whoever publishes the metadata.
func metadataFix(action string) []finding.Fix {
	return []finding.Fix{{System: finding.App, Place: publisher, Action: action}}
}

// metadataChecks judge metadata, entity by entity.
var metadataChecks = slices.Concat(metadataEntityChecks, metadataEndpointChecks, metadataKeyChecks, metadataDetailChecks)

var metadataEntityChecks = []*Check{
	{
		Name: "metadata-expired", Severity: finding.Error, Family: FamilyMetadata, Scope: OfFile,
		Title: "The metadata is no longer valid",
		Why:   "Software that reads metadata by the book refuses it from that moment on, and with it every sign-in.",
		Cause: "A copy of metadata that is published anew every few days was saved and left alone.",
		Fixes: []finding.Fix{
			{System: finding.User, Place: "the file", Action: "download the metadata again, or have it fetched from its URL"},
			{System: finding.App, Place: publisher, Action: "publish the metadata with a validity that outlasts the copies that are made of it"},
		},
		Reference: "SAML Metadata 2.3.1, 2.3.2",
		Since:     "0.1.0",
		lint:      lints{metadata: lintExpired},
	},
	{
		Name: "metadata-entity-id-invalid", Severity: finding.Error, Family: FamilyMetadata, Scope: OfFile,
		Title:     "The entity ID cannot be used as it stands",
		Why:       "The entity ID is the name that both sides compare character by character: as Issuer, and as Audience.",
		Cause:     "A template that was not filled in, or a value that was pasted with a blank or a line break.",
		Fixes:     metadataFix("set the entity ID to the URI by which the other side is to know the system"),
		Reference: "SAML Metadata 2.2.1, 2.3.2",
		Since:     "0.1.0",
		lint:      lints{metadata: lintEntityID},
	},
	{
		Name: "metadata-entity-duplicate", Severity: finding.Warning, Family: FamilyMetadata, Scope: OfFile,
		Title:     "Two descriptions of one entity differ",
		Why:       "Which of the two counts depends on the order in which they are read: one side may use a certificate or an address that the other has given up.",
		Cause:     "An old copy of the metadata was left beside the new one, or two systems were given one entity ID.",
		Fixes:     []finding.Fix{{System: finding.User, Place: "the file", Action: "keep the description that is current, or give each system an entity ID of its own"}},
		Reference: "SAML Metadata 2.3",
		Since:     "0.1.0",
		lint:      lints{metadata: lintDuplicateEntity},
	},
	{
		Name: "metadata-role-missing", Severity: finding.Error, Family: FamilyMetadata, Scope: OfFile,
		Title:     "The metadata does not say what the entity does",
		Why:       "Without a role that speaks SAML 2.0 the other side finds no address, no certificate and no way to sign in.",
		Cause:     "The role was left out, or its protocolSupportEnumeration names another protocol.",
		Fixes:     metadataFix("publish an IDPSSODescriptor or SPSSODescriptor whose protocolSupportEnumeration is \"urn:oasis:names:tc:SAML:2.0:protocol\""),
		Reference: "SAML Metadata 2.4.1",
		Since:     "0.1.0",
		lint:      lints{metadata: lintRole},
	},
	{
		Name: "metadata-unsigned", Severity: finding.Info, Family: FamilyMetadata, Scope: OfFile,
		Title:     "The metadata is not signed",
		Why:       "Nothing but the way it came says that it is genuine; a copy in your own repository is as safe as the repository.",
		Cause:     "Most products publish metadata without a signature unless asked.",
		Fixes:     metadataFix("sign the metadata where others fetch it from a URL"),
		Reference: "SAML Metadata 3",
		Since:     "0.1.0",
		lint:      lints{metadata: lintUnsigned},
	},
	{
		Name: "metadata-signature-invalid", Severity: finding.Error, Family: FamilyMetadata, Scope: OfFile,
		Title:     "The signature of the metadata does not hold",
		Why:       "Software that checks the signature refuses the metadata; other software uses what somebody has changed.",
		Cause:     "The file was edited or formatted after it was signed, or the wrong key was used.",
		Fixes:     []finding.Fix{{System: finding.User, Place: "the file", Action: "download the metadata again and do not edit it; where you publish it, sign it last"}},
		Reference: "SAML Metadata 3, SAML Core 5.4",
		Since:     "0.1.0",
		Explains:  []string{"signature-malformed", "signature-reference-invalid"},
		lint:      lints{metadata: lintMetadataSignature},
	},
}

var metadataEndpointChecks = []*Check{
	{
		Name: "metadata-endpoint-missing", Severity: finding.Error, Family: FamilyMetadata, Scope: OfFile,
		Title:     "An endpoint that a sign-in needs is missing",
		Why:       "The other side does not know where to send requests or responses.",
		Cause:     "The metadata was written by hand, or a binding was switched off in the product.",
		Fixes:     metadataFix("publish the endpoint that is missing"),
		Reference: "SAML Metadata 2.4.3, 2.4.4; SAML2int",
		Since:     "0.1.0",
		lint:      lints{metadata: lintEndpointMissing},
	},
	{
		Name: "metadata-acs-index", Severity: finding.Error, Family: FamilyMetadata, Scope: OfFile,
		Title:     "The indexes of endpoints are missing, wrong or used twice",
		Why:       "A request that names an endpoint by index gets its answer at another one, or none.",
		Cause:     "Endpoints were copied in the file, or the metadata was written by hand.",
		Fixes:     metadataFix("give every AssertionConsumerService an index of its own, and isDefault=\"true\" to one at most"),
		Reference: "SAML Metadata 2.2.3",
		Since:     "0.1.0",
		lint:      lints{metadata: lintIndex},
	},
	{
		Name: "metadata-binding-invalid", Severity: finding.Error, Family: FamilyMetadata, Scope: OfFile,
		Title:     "An endpoint names a binding that its service does not have",
		Why:       "The endpoint is passed over, or messages are sent in a form that it does not read.",
		Cause:     "A slip in the URI of the binding, or a binding of another service.",
		Fixes:     metadataFix("use a binding that the service has: {expected}"),
		Reference: "SAML Bindings 3, SAML Profiles 4.1.2",
		Since:     "0.1.0",
		lint:      lints{metadata: lintBinding},
	},
	{
		Name: "metadata-endpoint-invalid", Severity: finding.Error, Family: FamilyMetadata, Scope: OfFile,
		Title:     "The address of an endpoint cannot be used",
		Why:       "Browsers are sent to it as it stands. Addresses such as javascript: are a way to run code in the user's session.",
		Cause:     "A placeholder that was not filled in, a path without a host, or a value that was damaged when it was copied.",
		Fixes:     metadataFix("publish the whole https URL of the endpoint"),
		Reference: "SAML Metadata 2.2.2; CVE-2023-45683",
		Since:     "0.1.0",
		lint:      lints{metadata: lintLocation},
	},
	{
		Name: "metadata-endpoint-insecure", Severity: finding.Warning, Family: FamilyMetadata, Scope: OfFile,
		Title:     "An endpoint is not protected by TLS, or is only reached from its own network",
		Why:       "Tokens that are sent to it in the clear can be read and used by anybody on the way. Browsers warn, and drop cookies.",
		Cause:     "The system does not know that a proxy in front of it speaks https, or the metadata is that of a developer's machine.",
		Fixes:     metadataFix("publish the https URL under which browsers reach the endpoint"),
		Reference: "SAML Bindings 3.1.2.1, SAML Security and Privacy 6",
		Since:     "0.1.0",
		lint:      lints{metadata: lintInsecure},
	},
}

var metadataKeyChecks = []*Check{
	{
		Name: "metadata-key-missing", Severity: finding.Error, Family: FamilyMetadata, Scope: OfFile,
		Title:     "The metadata lacks a key that the other side needs",
		Why:       "What the entity signs cannot be verified by anyone who only has this metadata.",
		Cause:     "The KeyDescriptor was left out, or is marked for encryption only.",
		Fixes:     metadataFix("publish the signing certificate in a KeyDescriptor with use=\"signing\""),
		Reference: "SAML Metadata 2.4.1.1",
		Since:     "0.1.0",
		lint:      lints{metadata: lintKeyMissing},
	},
	{
		Name: "metadata-key-invalid", Severity: finding.Error, Family: FamilyMetadata, Scope: OfFile,
		Title:     "A KeyDescriptor cannot be used as it stands",
		Why:       "Readers pass the key over, or use it for the wrong purpose.",
		Cause:     "The metadata was written by hand: a use that does not exist, a KeyInfo without a key, a chain in the place of one certificate.",
		Fixes:     metadataFix("put each key into a KeyDescriptor of its own, with use=\"signing\" or use=\"encryption\" and the certificate in X509Data"),
		Reference: "SAML Metadata 2.4.1.1; SAML Metadata Interoperability 2.5.1",
		Since:     "0.1.0",
		lint:      lints{metadata: lintKeyInvalid},
	},
}
