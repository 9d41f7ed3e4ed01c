package saml

import (
	"iter"
	"slices"
	"strings"
	"sync"
)

// NameKind says what an identifier of SAML names.
type NameKind string

// The kinds of names.
const (
	KindNameIDFormat    NameKind = "NameID format"
	KindAuthnContext    NameKind = "authentication context"
	KindConfirmation    NameKind = "subject confirmation method"
	KindBinding         NameKind = "binding"
	KindAttributeFormat NameKind = "attribute name format"
	KindNamespace       NameKind = "namespace"
	KindTokenType       NameKind = "token type"
	KindConsent         NameKind = "consent"
	KindLogoutReason    NameKind = "logout reason"
)

// Name is an identifier of SAML, WS-Federation or a vendor, with its
// explanation.
type Name struct {
	Kind    NameKind
	URI     string
	Short   string // what people call it
	Meaning string // one line
}

// LookupName finds a name by its URI, exactly as it is written in messages.
func LookupName(uri string) (Name, bool) {
	for i := range names {
		if names[i].URI == uri {
			return names[i], true
		}
	}
	return Name{}, false
}

// NearName finds the name that a URI was meant to be: the same but for white
// space, letter case, http for https or the other way round, or the SAML
// version in it ("urn:oasis:names:tc:SAML:2.0:nameid-format:emailAddress" for
// 1.1). It finds nothing for a URI that LookupName knows.
func NearName(uri string) (Name, bool) {
	if _, known := LookupName(uri); known {
		return Name{}, false
	}
	i, known := foldedNames()[foldURI(uri)]
	if !known {
		return Name{}, false
	}
	return names[i], true
}

// foldedNames are the places of names by their folded URIs; of several the
// first counts.
var foldedNames = sync.OnceValue(func() map[string]int {
	out := make(map[string]int, len(names))
	for i := range names {
		if _, taken := out[foldURI(names[i].URI)]; !taken {
			out[foldURI(names[i].URI)] = i
		}
	}
	return out
})

// foldURI drops what people get wrong in a URI without meaning another one.
func foldURI(uri string) string {
	uri = strings.ToLower(strings.Join(strings.Fields(uri), ""))
	uri = strings.TrimSuffix(uri, "/")
	if rest, ok := strings.CutPrefix(uri, "https:"); ok {
		return "http:" + rest
	}
	for _, version := range []string{"urn:oasis:names:tc:saml:1.0:", "urn:oasis:names:tc:saml:1.1:"} {
		if rest, ok := strings.CutPrefix(uri, version); ok {
			return "urn:oasis:names:tc:saml:2.0:" + rest
		}
	}
	return uri
}

// Names yields the names of one kind, in the order of the specifications.
func Names(kind NameKind) iter.Seq[Name] {
	return func(yield func(Name) bool) {
		for i := range names {
			if names[i].Kind == kind && !yield(names[i]) {
				return
			}
		}
	}
}

// AllNames yields every name, in the order of the specifications.
func AllNames() iter.Seq[Name] { return slices.Values(names) }

var names = []Name{
	{KindNameIDFormat, "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified", "unspecified", "the sender decides what the value is"},
	{KindNameIDFormat, "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress", "emailAddress", "the value is an e-mail address"},
	{KindNameIDFormat, "urn:oasis:names:tc:SAML:1.1:nameid-format:X509SubjectName", "X509SubjectName", "the value is the subject of a certificate, a distinguished name"},
	{KindNameIDFormat, "urn:oasis:names:tc:SAML:1.1:nameid-format:WindowsDomainQualifiedName", "WindowsDomainQualifiedName", "the value is a Windows account, DOMAIN\\user"},
	{KindNameIDFormat, "urn:oasis:names:tc:SAML:2.0:nameid-format:kerberos", "kerberos", "the value is a Kerberos principal, name@REALM"},
	{KindNameIDFormat, "urn:oasis:names:tc:SAML:2.0:nameid-format:entity", "entity", "the value is the entity ID of a provider, not a user"},
	{KindNameIDFormat, "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent", "persistent", "an opaque value, the same at every sign-in of the user to this app, at most 256 characters"},
	{KindNameIDFormat, "urn:oasis:names:tc:SAML:2.0:nameid-format:transient", "transient", "an opaque value, a new one at every sign-in: it cannot identify an account"},
	{KindNameIDFormat, "urn:oasis:names:tc:SAML:2.0:nameid-format:encrypted", "encrypted", "in a request: the answer shall hold an encrypted NameID"},

	{KindAuthnContext, "urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified", "unspecified", "signed in by a method that is not told"},
	{KindAuthnContext, "urn:oasis:names:tc:SAML:2.0:ac:classes:Password", "Password", "password, perhaps over an unprotected connection"},
	{KindAuthnContext, "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport", "PasswordProtectedTransport", "password over TLS; the default that many apps demand, which then fails for MFA and passwordless users"},
	{KindAuthnContext, "urn:oasis:names:tc:SAML:2.0:ac:classes:X509", "X509", "certificate of the user"},
	{KindAuthnContext, "urn:oasis:names:tc:SAML:2.0:ac:classes:Kerberos", "Kerberos", "Kerberos ticket"},
	{KindAuthnContext, "urn:oasis:names:tc:SAML:2.0:ac:classes:TLSClient", "TLSClient", "client certificate in the TLS connection"},
	{KindAuthnContext, "urn:oasis:names:tc:SAML:2.0:ac:classes:Smartcard", "Smartcard", "smart card"},
	{KindAuthnContext, "urn:oasis:names:tc:SAML:2.0:ac:classes:SmartcardPKI", "SmartcardPKI", "smart card with a key and a PIN"},
	{KindAuthnContext, "urn:oasis:names:tc:SAML:2.0:ac:classes:SoftwarePKI", "SoftwarePKI", "certificate with a key held in software"},
	{KindAuthnContext, "urn:oasis:names:tc:SAML:2.0:ac:classes:TimeSyncToken", "TimeSyncToken", "one-time code that changes with time"},
	{KindAuthnContext, "urn:oasis:names:tc:SAML:2.0:ac:classes:MobileOneFactorContract", "MobileOneFactorContract", "a registered mobile device alone"},
	{KindAuthnContext, "urn:oasis:names:tc:SAML:2.0:ac:classes:MobileTwoFactorContract", "MobileTwoFactorContract", "a registered mobile device and a second factor"},
	{KindAuthnContext, "urn:oasis:names:tc:SAML:2.0:ac:classes:MobileTwoFactorUnregistered", "MobileTwoFactorUnregistered", "an unregistered mobile device and a second factor"},
	{KindAuthnContext, "urn:oasis:names:tc:SAML:2.0:ac:classes:PreviousSession", "PreviousSession", "an earlier sign-in of the user"},
	{KindAuthnContext, "urn:oasis:names:tc:SAML:2.0:ac:classes:InternetProtocol", "InternetProtocol", "the network address of the user"},
	{KindAuthnContext, "urn:oasis:names:tc:SAML:2.0:ac:classes:InternetProtocolPassword", "InternetProtocolPassword", "the network address of the user, and a password"},
	{KindAuthnContext, "urn:oasis:names:tc:SAML:2.0:ac:classes:SecureRemotePassword", "SecureRemotePassword", "password by the SRP protocol"},
	{KindAuthnContext, "urn:oasis:names:tc:SAML:2.0:ac:classes:PGP", "PGP", "signature with a PGP key"},
	{KindAuthnContext, "urn:oasis:names:tc:SAML:2.0:ac:classes:SPKI", "SPKI", "signature with an SPKI key"},
	{KindAuthnContext, "urn:oasis:names:tc:SAML:2.0:ac:classes:XMLDSig", "XMLDSig", "XML signature of the user"},
	{KindAuthnContext, "urn:federation:authentication:windows", "integrated Windows", "Windows integrated sign-in, as AD FS and Entra name it"},
	{KindAuthnContext, "http://schemas.microsoft.com/claims/multipleauthn", "multi-factor (Microsoft)", "more than one factor, as AD FS and Entra name it"},
	{KindAuthnContext, "http://schemas.microsoft.com/ws/2008/06/identity/authenticationmethod/password", "password (Microsoft)", "password, as Entra and AD FS name it"},
	{KindAuthnContext, "http://schemas.microsoft.com/ws/2008/06/identity/authenticationmethod/windows", "Windows (Microsoft)", "Windows integrated sign-in, as AD FS names it"},
	{KindAuthnContext, "https://refeds.org/profile/mfa", "REFEDS MFA", "multi-factor by the REFEDS profile"},
	{KindAuthnContext, "https://refeds.org/profile/sfa", "REFEDS SFA", "single factor by the REFEDS profile"},
	{KindAuthnContext, "urn:oasis:names:tc:SAML:1.0:am:password", "password (SAML 1.1)", "password"},
	{KindAuthnContext, "urn:oasis:names:tc:SAML:1.0:am:unspecified", "unspecified (SAML 1.1)", "signed in by a method that is not told"},

	{KindConfirmation, "urn:oasis:names:tc:SAML:2.0:cm:bearer", "bearer", "whoever brings the assertion is its subject: what browser sign-in uses"},
	{KindConfirmation, "urn:oasis:names:tc:SAML:2.0:cm:holder-of-key", "holder-of-key", "the subject must prove that it holds a key"},
	{KindConfirmation, "urn:oasis:names:tc:SAML:2.0:cm:sender-vouches", "sender-vouches", "the sender speaks for the subject"},
	{KindConfirmation, "urn:oasis:names:tc:SAML:1.0:cm:bearer", "bearer (SAML 1.1)", "whoever brings the assertion is its subject"},
	{KindConfirmation, "urn:oasis:names:tc:SAML:1.0:cm:artifact", "artifact (SAML 1.1)", "the assertion was fetched with an artifact"},

	{KindBinding, "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST", "HTTP-POST", "in a form that the browser posts"},
	{KindBinding, "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect", "HTTP-Redirect", "in the query of a redirect, deflated; never for responses with assertions"},
	{KindBinding, "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Artifact", "HTTP-Artifact", "as a reference that the app exchanges for the message"},
	{KindBinding, "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST-SimpleSign", "HTTP-POST-SimpleSign", "in a form that the browser posts, signed as a whole"},
	{KindBinding, "urn:oasis:names:tc:SAML:2.0:bindings:SOAP", "SOAP", "in a SOAP call from server to server"},
	{KindBinding, "urn:oasis:names:tc:SAML:2.0:bindings:PAOS", "PAOS", "in a SOAP answer, for clients that are no browsers (ECP)"},
	{KindBinding, "urn:oasis:names:tc:SAML:2.0:bindings:URI", "URI", "as a web address that returns the assertion"},
	{KindBinding, "urn:oasis:names:tc:SAML:2.0:profiles:holder-of-key:SSO:browser", "holder-of-key browser SSO", "browser sign-in bound to a client certificate"},
	{KindBinding, "urn:oasis:names:tc:SAML:1.0:profiles:browser-post", "browser-post (SAML 1.1)", "in a form that the browser posts"},
	{KindBinding, "urn:oasis:names:tc:SAML:1.0:profiles:artifact-01", "artifact-01 (SAML 1.1)", "as a reference that the app exchanges for the message"},
	{KindBinding, "urn:oasis:names:tc:SAML:1.0:bindings:SOAP-binding", "SOAP (SAML 1.1)", "in a SOAP call from server to server"},
	{KindBinding, "urn:mace:shibboleth:1.0:profiles:AuthnRequest", "Shibboleth AuthnRequest", "the request format of Shibboleth for SAML 1.1"},
	{KindBinding, "http://schemas.xmlsoap.org/ws/2003/07/secext", "WS-Federation", "the passive profile of WS-Federation"},

	{KindAttributeFormat, "urn:oasis:names:tc:SAML:2.0:attrname-format:unspecified", "unspecified", "the name means what both sides agreed on"},
	{KindAttributeFormat, "urn:oasis:names:tc:SAML:2.0:attrname-format:uri", "uri", "the name is a URI, such as urn:oid:2.5.4.42"},
	{KindAttributeFormat, "urn:oasis:names:tc:SAML:2.0:attrname-format:basic", "basic", "the name is a plain word, such as mail"},

	{KindTokenType, "http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.1#SAMLV1.1", "SAML 1.1", "a SAML 1.1 assertion"},
	{KindTokenType, "http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.1#SAMLV2.0", "SAML 2.0", "a SAML 2.0 assertion"},

	{KindNamespace, NSProtocol, "samlp", "messages of SAML 2.0"},
	{KindNamespace, NSAssertion, "saml", "assertions of SAML 2.0"},
	{KindNamespace, NSMetadata, "md", "metadata of SAML 2.0"},
	{KindNamespace, NSProtocol11, "samlp (1.1)", "messages of SAML 1.1"},
	{KindNamespace, NSAssertion11, "saml (1.1)", "assertions of SAML 1.1"},
	{KindNamespace, NSSignature, "ds", "XML signatures"},
	{KindNamespace, NSEncryption, "xenc", "XML encryption"},
	{KindNamespace, NSTrust2005, "wst (2005)", "WS-Trust of February 2005, what AD FS and Entra answer WS-Federation with"},
	{KindNamespace, NSTrust13, "wst (1.3)", "WS-Trust 1.3"},
	{KindNamespace, NSFederation, "fed", "WS-Federation 1.2"},
	{KindNamespace, NSSOAP11, "soap11", "envelope of SOAP 1.1"},
	{KindNamespace, NSSOAP12, "soap12", "envelope of SOAP 1.2"},

	{KindConsent, "urn:oasis:names:tc:SAML:2.0:consent:unspecified", "unspecified", "nothing is said about the user's consent"},
	{KindConsent, "urn:oasis:names:tc:SAML:2.0:consent:obtained", "obtained", "the user agreed"},
	{KindConsent, "urn:oasis:names:tc:SAML:2.0:consent:prior", "prior", "the user agreed earlier"},
	{KindConsent, "urn:oasis:names:tc:SAML:2.0:consent:current-implicit", "current-implicit", "the user agreed by what they did"},
	{KindConsent, "urn:oasis:names:tc:SAML:2.0:consent:current-explicit", "current-explicit", "the user agreed to this message"},
	{KindConsent, "urn:oasis:names:tc:SAML:2.0:consent:unavailable", "unavailable", "the user did not agree"},
	{KindConsent, "urn:oasis:names:tc:SAML:2.0:consent:inapplicable", "inapplicable", "no consent is needed"},

	{KindLogoutReason, "urn:oasis:names:tc:SAML:2.0:logout:user", "user", "the user signed out"},
	{KindLogoutReason, "urn:oasis:names:tc:SAML:2.0:logout:admin", "admin", "an administrator ended the session"},
	{KindLogoutReason, "urn:oasis:names:tc:SAML:2.0:logout:global-timeout", "global-timeout", "the session ran out"},
	{KindLogoutReason, "urn:oasis:names:tc:SAML:2.0:logout:sp-timeout", "sp-timeout", "the session at the app ran out"},
}
