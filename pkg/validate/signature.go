package validate

import (
	"slices"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

const (
	noCertificate   = "no certificate was given: give --cert or --idp-metadata"
	noSignature     = "the message carries no signature"
	signatureUnread = "a signature may be inside the encrypted assertion, which was not decrypted"
)

// tamperFixes are the moves where a signature does not fit the message.
var tamperFixes = []finding.Fix{
	{System: finding.User, Place: "the capture", Action: "take the raw SAMLResponse from the browser's network log; if it fails there too, the message really was changed on its way"},
	{System: finding.Network, Place: "proxies, gateways and browser extensions between identity provider and app", Action: "find the one that rewrites the page or the form, and exempt the Reply URL from it"},
}

// signerFixes are the moves where the app holds another certificate than the
// one that signs.
var signerFixes = []finding.Fix{
	{System: finding.App, Place: appCertificate, Action: "import the certificate that signs today from the identity provider, and keep the old one beside it until the change is done"},
	{System: finding.Entra, Place: entraCertificate, Action: "compare the thumbprint of the active certificate, and hand its \"Certificate (Base64)\" or the \"App Federation Metadata Url\" to the app"},
	{System: finding.ADFS, Place: adfsCertificate, Action: "compare the thumbprint of the primary certificate, and hand that certificate to the app"},
	{System: finding.Okta, Place: oktaCertificate, Action: "compare the active certificate, and hand it to the app"},
}

// activateFixes are the moves where the app was given a certificate that does
// not sign yet.
var activateFixes = []finding.Fix{
	{System: finding.Entra, Place: entraCertificate + " > Token signing certificate > Edit", Action: "make the certificate with the thumbprint {expected} active"},
	{System: finding.ADFS, Place: adfsCertificate, Action: "set the certificate with the thumbprint {expected} as primary"},
	{System: finding.Okta, Place: oktaCertificate, Action: "activate the certificate that the app holds"},
	{System: finding.App, Place: appCertificate, Action: "or put the certificate {actual} back beside it until the change is done"},
}

// pairFixes are the moves where a signature does not fit the certificate that
// comes along with it.
var pairFixes = append([]finding.Fix{
	{System: finding.App, Place: "the identity provider's signing key and certificate", Action: "check that the private key belongs to the certificate (both have the same public key)"},
}, tamperFixes...)

var signatureChecks = slices.Concat(signaturePresence, signatureJudgement, signatureForm)

var signaturePresence = []*Check{
	{
		Name: "signature-missing", Severity: finding.Error, Family: FamilySignature, Scope: OfToken,
		Title: "Neither the response nor the assertion is signed",
		Why:   "Anybody could have written this message, so every app refuses it.",
		Cause: "Signing is off at the identity provider, or something on the way took the signature out.",
		Fixes: []finding.Fix{
			{System: finding.Entra, Place: entraSigning, Action: "choose \"Sign SAML assertion\" or \"Sign SAML response and assertion\""},
			{System: finding.ADFS, Place: "PowerShell on the AD FS server: Set-AdfsRelyingPartyTrust -SamlResponseSignature", Action: "set AssertionOnly or MessageAndAssertion"},
			{System: finding.Okta, Place: oktaAdvanced + " > Assertion Signature", Action: "set it to Signed"},
		},
		Reference: "SAML Profiles 4.1.4.5",
		Since:     "0.1.0",
		Explains:  []string{"signature-policy-unmet"},
		run:       runSignatureMissing,
	},
	{
		Name: "signature-policy-unmet", Severity: finding.Error, Family: FamilySignature, Scope: OfToken,
		Title: "The app wants another part signed than the one that is",
		Why:   "An app that demands a signed assertion (or a signed response) refuses a message where the other one is signed.",
		Cause: "The signing option at the identity provider does not fit the app.",
		Fixes: []finding.Fix{
			{System: finding.Entra, Place: entraSigning, Action: "choose \"Sign SAML response and assertion\", which suits every app, or the part that the app demands"},
			{System: finding.ADFS, Place: "PowerShell on the AD FS server: Set-AdfsRelyingPartyTrust -SamlResponseSignature", Action: "set MessageAndAssertion, or the part that the app demands"},
			{System: finding.Okta, Place: oktaSigning, Action: "set to Signed what the app demands"},
		},
		Reference: "SAML Metadata 2.4.4 (WantAssertionsSigned)",
		Since:     "0.1.0",
		run:       runSignaturePolicy,
	},
	{
		Name: "signature-not-verified", Severity: finding.Info, Family: FamilySignature, Scope: OfSigned,
		Title: "It is not known whether the app trusts the signer",
		Why:   "The signature was only held against the key that the message itself brings along. Whoever forges a message brings a key that fits.",
		Cause: "No certificate of the identity provider was given.",
		Fixes: []finding.Fix{
			{System: finding.User, Place: "the command line", Action: "run again with --cert (the certificate that the app trusts) or --idp-metadata"},
		},
		Reference: "SAML Core 5.4.5",
		Since:     "0.1.0",
		run:       runNotVerified,
	},
}

var signatureJudgement = []*Check{
	{
		Name: "signature-digest-mismatch", Severity: finding.Error, Family: FamilySignature, Scope: OfSigned,
		Title:     "The content was changed after it was signed",
		Why:       "The digest in the signature is not that of the content, so the app refuses the message.",
		Cause:     "A capture that was reformatted, a proxy or browser extension that rewrites pages, a wrong character set, or an attack.",
		Fixes:     tamperFixes,
		Reference: "XMLDSig 3.2.1",
		Since:     "0.1.0",
		run:       runDigestMismatch,
	},
	{
		Name: "signature-value-mismatch", Severity: finding.Error, Family: FamilySignature, Scope: OfSigned,
		Title:     "The signature does not fit any key at hand",
		Why:       "The app verifies with its copy of the certificate, gets no match and refuses the message.",
		Cause:     "Another key signed than the one whose certificate is at hand, or the signature itself was changed on the way.",
		Fixes:     append(slices.Clone(signerFixes), tamperFixes...),
		Reference: "XMLDSig 3.2.2",
		Since:     "0.1.0",
		run:       runValueMismatch,
	},
	{
		Name: "signature-untrusted-certificate", Severity: finding.Error, Family: FamilySignature, Scope: OfSigned,
		Title:     "The message is signed with another certificate than the one that is trusted",
		Why:       "The app verifies with the certificate that it holds; a message signed with any other is refused.",
		Cause:     "The signing certificate was renewed and the app still holds the old one, or the certificate of another app, tenant or environment was pasted.",
		Fixes:     signerFixes,
		Reference: "SAML Profiles 4.1.4.3, XMLDSig 3.2.2",
		Since:     "0.1.0",
		Explains: []string{
			"signature-not-verified", "signature-sp-interop",
			"certificate-expired", "certificate-not-yet-valid", "certificate-expiring", "certificate-rollover", "certificate-key-weak", "certificate-signature-weak",
		},
		run: runUntrusted,
	},
	{
		Name: "signature-wrapping", Severity: finding.Error, Family: FamilySignature, Scope: OfSigned,
		Title:     "The signature does not protect what an app would read",
		Why:       "An app that checks the signature on one element and reads the user from another signs in whoever the attacker wrote there.",
		Cause:     "An attack by signature wrapping, or software that copies a signature into another message.",
		Fixes:     senderFix("treat the message as an attack: find out who sent it, and bring the app's SAML library up to date"),
		Reference: "SAML Core 5.4.1, 5.4.2, SAML Security and Privacy 6.1.2",
		Since:     "0.1.0",
		Explains:  []string{"*"},
		run:       relaySigned,
	},
}

// signatureForm are the checks of how the signature is written.
var signatureForm = []*Check{
	{
		Name: "signature-reference-invalid", Severity: finding.Error, Family: FamilySignature, Scope: OfSigned,
		Title:     "The signature does not name the element that it stands in",
		Why:       "A SAML signature has one Reference, to the ID of the element around it. Apps refuse anything else, because attacks begin there.",
		Cause:     "A home-grown signer, an ID that was changed after signing, or an attack.",
		Fixes:     senderFix("write one Reference with URI=\"#\" and the ID of the signed element"),
		Reference: "SAML Core 5.4.2",
		Since:     "0.1.0",
		Explains:  []string{"signature-missing"},
		run:       relaySigned,
	},
	{
		Name: "signature-transform-unsafe", Severity: finding.Error, Family: FamilySignature, Scope: OfSigned,
		Title:     "The signature asks for a transform that is not safe to run",
		Why:       "XSLT and XPath transforms run what the message brings along before anybody has checked who wrote it.",
		Cause:     "An attack, or a signer that is not made for SAML.",
		Fixes:     senderFix("use enveloped-signature and exclusive canonicalisation only"),
		Reference: "SAML Core 5.4.4",
		Since:     "0.1.0",
		Explains:  []string{"signature-unsupported"},
		run:       relaySigned,
	},
	{
		Name: "signature-algorithm-weak", Severity: finding.Warning, Family: FamilySignature, Scope: OfSigned,
		Title: "The signature uses an algorithm that is no longer safe",
		Why:   "SHA-1 and older can be forged with effort; more and more apps refuse them.",
		Cause: "An old setting at the identity provider.",
		Fixes: []finding.Fix{
			{System: finding.Entra, Place: entraCertificate + " > Token signing certificate > Edit > Signing Algorithm", Action: "choose SHA-256"},
			{System: finding.ADFS, Place: adfsTrust + " > Properties > Advanced > Secure hash algorithm", Action: "choose SHA-256"},
			{System: finding.Okta, Place: oktaAdvanced + " > Signature Algorithm, Digest Algorithm", Action: "choose RSA-SHA256 and SHA256"},
		},
		ofApp:     []finding.Fix{{System: finding.App, Place: appSigning, Action: "choose RSA-SHA256 with SHA-256"}},
		Reference: "RFC 9231 sections 2.1, 2.3, NIST SP 800-131A",
		Since:     "0.1.0",
		Explains:  []string{"signature-unsupported"},
		run:       relaySigned,
	},
	{
		Name: "signature-malformed", Severity: finding.Error, Family: FamilySignature, Scope: OfSigned,
		Title:     "The signature is not built as XML Signature has it",
		Why:       "Apps refuse it, and readers that do not can be made to check one thing and use another.",
		Cause:     "A home-grown signer, a damaged copy, or an attack.",
		Fixes:     senderFix("sign with an XML signature library; treat a message from outside as an attack"),
		Reference: "XMLDSig 4, CVE-2025-29774, CVE-2025-29775",
		Since:     "0.1.0",
		Explains:  []string{"signature-unsupported", "signature-missing"},
		run:       relaySigned,
	},
	{
		Name: "signature-unsupported", Severity: finding.Warning, Family: FamilySignature, Scope: OfSigned,
		Title:     "Part of the signature cannot be judged",
		Why:       "Whether the signature is valid stays open: it uses something that this tool, and many apps, do not support.",
		Cause:     "An unusual algorithm or transform at the sender.",
		Fixes:     senderFix("use RSA or ECDSA with SHA-256 and exclusive canonicalisation, which every app supports"),
		Reference: "RFC 9231, SAML Core 5.4",
		Since:     "0.1.0",
		Explains:  []string{"signature-not-verified"},
		run:       relaySigned,
	},
	{
		Name: "signature-sp-interop", Severity: finding.Info, Family: FamilySignature, Scope: OfSigned,
		Title:     "Some apps judge this signature differently",
		Why:       "The signature is written in a way that a common library reads in another way than the specification.",
		Cause:     "A form of signature that is allowed but rare.",
		Fixes:     senderFix("use exclusive canonicalisation, RSA-SHA256 and one certificate in KeyInfo"),
		Reference: "XMLDSig, github.com/russellhaering/goxmldsig",
		Since:     "0.1.0",
		run:       relaySigned,
	},
}
