package saml

import (
	"github.com/beevik/etree"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/keys"
	"github.com/ssodoctor/ssodoctor/pkg/xmldoc"
)

// Metadata is one md:EntityDescriptor (SAML Metadata 2.3.2).
type Metadata struct {
	Doc      *xmldoc.Document
	Element  *etree.Element
	EntityID Field
	ID       Field
	// ValidUntil and CacheDuration are those of the entity itself, else those
	// of the innermost EntitiesDescriptor around it that has one.
	ValidUntil    Instant
	CacheDuration Field
	IdP           *IdPRole          // the first IDPSSODescriptor; nil without one
	SP            *SPRole           // the first SPSSODescriptor; nil without one
	Federation    []*FederationRole // RoleDescriptors of WS-Federation, in order
	Roles         []*etree.Element  // every role descriptor, in order
	// Oversized reports that the entity has more elements than [Entities] was
	// to read, and that its roles are not read.
	Oversized bool
}

// IdPRole is md:IDPSSODescriptor (Metadata 2.4.3).
type IdPRole struct {
	Element                 *etree.Element
	Protocols               Field // protocolSupportEnumeration
	WantAuthnRequestsSigned Field
	SingleSignOn            []Endpoint
	SingleLogout            []Endpoint
	NameIDFormats           []Field
	Keys                    []KeyDescriptor
}

// SPRole is md:SPSSODescriptor (Metadata 2.4.4).
type SPRole struct {
	Element                                   *etree.Element
	Protocols                                 Field // protocolSupportEnumeration
	AuthnRequestsSigned, WantAssertionsSigned Field
	AssertionConsumers                        []Endpoint
	SingleLogout                              []Endpoint
	NameIDFormats                             []Field
	Keys                                      []KeyDescriptor
	RequestedAttributes                       []RequestedAttribute
}

// Endpoint is an md:EndpointType or IndexedEndpointType (Metadata 2.2.2, 2.2.3).
type Endpoint struct {
	Element                             *etree.Element
	Binding, Location, ResponseLocation Field
	Index, IsDefault                    Field
}

// KeyDescriptor is md:KeyDescriptor (Metadata 2.4.1.1).
type KeyDescriptor struct {
	Element      *etree.Element
	Use          Field // "signing", "encryption" or absent: both
	Certificates []*keys.Certificate
	// Sources are the X509Certificate elements, in order, readable or not.
	Sources []CertificateSource
	// Info are the children of ds:KeyInfo, in order, whatever they are.
	Info []*etree.Element
	// Methods are the Algorithms of md:EncryptionMethod, in order.
	Methods []Field
	// Unreadable are the X509Certificate elements that are no certificate.
	Unreadable []UnreadableCertificate
	// Problems are what the reader of pasted certificates had to say of the
	// text: how it was repaired, or that a private key stands in it.
	Problems []finding.Problem
}

// CertificateSource is one X509Certificate element with what was read from it:
// none where it is unreadable, several where a chain was pasted into it.
type CertificateSource struct {
	Element      *etree.Element
	Certificates []*keys.Certificate
}

// UnreadableCertificate is an X509Certificate element that could not be read.
type UnreadableCertificate struct {
	Element *etree.Element
	Err     error
}

// FederationRole is an md:RoleDescriptor of WS-Federation 1.2 (section 3.1),
// as Entra and AD FS publish beside the IDPSSODescriptor.
type FederationRole struct {
	Element   *etree.Element
	Type      string // local part of xsi:type: "SecurityTokenServiceType", "ApplicationServiceType"
	Protocols Field  // protocolSupportEnumeration
	Keys      []KeyDescriptor
	Passive   []Field // addresses of fed:PassiveRequestorEndpoint
}

// RequestedAttribute is md:RequestedAttribute (Metadata 2.4.4.2).
type RequestedAttribute struct {
	Element                        *etree.Element
	Name, FriendlyName, NameFormat Field
	Required                       bool
}
