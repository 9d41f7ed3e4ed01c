// Package saml says what a message says: it reads SAML 2.0 responses,
// assertions, requests and metadata, and as much of SAML 1.1 and WS-Federation
// as a report shows, from a positioned document. It judges nothing: what is
// missing is absent here, what is malformed is kept as it was written.
package saml

import (
	"time"

	"github.com/beevik/etree"

	"github.com/ssodoctor/ssodoctor/pkg/xmldoc"
)

// Field is one value with its place: the text of an element, or an attribute.
// The zero Field is an absent value.
type Field struct {
	Value   string         // as written after XML normalisation; white space kept
	Element *etree.Element // the element, or the one that holds the attribute; nil when absent
	Attr    string         // the attribute's name, "" for the text of the element
}

// Present reports whether the value is there, be it empty.
func (f Field) Present() bool { return f.Element != nil }

// Instant is a point in time with its place.
type Instant struct {
	Field
	Time    time.Time // UTC; zero when absent or unreadable
	Problem string    // why Value is not an xs:dateTime in UTC (Core 1.3.3), "" when it is
}

// NameID is an Issuer, NameID or NameIdentifier (Core 2.2).
type NameID struct {
	Field
	Format          Field
	NameQualifier   Field
	SPNameQualifier Field
}

// Message is one SAML or WS-Federation message, or any other XML document
// that was in its place.
type Message struct {
	Doc  *xmldoc.Document
	Root *etree.Element // nil for a document without elements
	// Type is the local name of the root: "Response", "AuthnRequest",
	// "EntityDescriptor", "RequestSecurityTokenResponse", "Envelope" ...
	Type string
	// Element is the message itself: Root, or what a SOAP envelope or an
	// ArtifactResponse around it holds. Kind is its local name.
	Element *etree.Element
	Kind    string
	// Protocol is "saml2", "saml11", "wsfed" or "" where it is none of them.
	Protocol string

	ID, Version, Destination, InResponseTo, Consent Field
	Recipient                                       Field // of a SAML 1.1 Response
	IssueInstant                                    Instant
	Issuer                                          NameID
	Status                                          *Status
	Assertions                                      []*Assertion   // in document order, the encrypted ones included
	Request                                         *AuthnRequest  // nil unless Kind is "AuthnRequest"
	Logout                                          *LogoutRequest // nil unless Kind is "LogoutRequest"
	Token                                           *TokenResponse // nil unless Protocol is "wsfed"
	Fault                                           *Fault         // nil unless Kind is "Fault"

	revealed map[*etree.Element]bool // what stands in the place of an EncryptedData
}

// Status is samlp:Status (Core 3.2.2.1).
type Status struct {
	Element *etree.Element
	Codes   []Field // StatusCode values from the outermost inwards
	Message Field
	Detail  Field // text of StatusDetail
}

// LogoutRequest is what a samlp:LogoutRequest asks for (Core 3.7.1).
type LogoutRequest struct {
	NameID         *NameID        // nil when absent or not decrypted
	EncryptedID    *etree.Element // nil when absent
	SessionIndexes []Field
	NotOnOrAfter   Instant
	Reason         Field
}

// TokenResponse is a wst:RequestSecurityTokenResponse, the first one of a
// collection (WS-Trust 1.3, 3.2; the 2005/02 draft has the same shape).
type TokenResponse struct {
	Element          *etree.Element
	TokenType        Field
	AppliesTo        Field // wsp:AppliesTo//wsa:Address
	Created, Expires Instant
	Token            *etree.Element // RequestedSecurityToken, nil when absent
}

// Fault is a SOAP fault, 1.1 or 1.2.
type Fault struct {
	Element               *etree.Element
	Code, Subcode, Reason Field
	Detail                Field // text of the whole detail
}

// Assertion is one assertion. Of an encrypted one only Element and Encrypted
// are known, until [Message.Reveal] reads what it was decrypted to.
type Assertion struct {
	Element      *etree.Element
	Encrypted    bool // it came encrypted
	Decrypted    bool // and its content was read
	ID, Version  Field
	IssueInstant Instant
	Issuer       NameID
	Subject      *Subject
	MoreSubjects []*Subject    // SAML 1.1: those of the statements after the first
	Conditions   []*Conditions // one where the assertion is valid
	Authn        []*AuthnStatement
	Statements   []*etree.Element // AttributeStatement elements
	Attributes   []*Attribute     // of all statements, in order
}

// Subject is saml:Subject (Core 2.4).
type Subject struct {
	Element       *etree.Element
	NameID        *NameID // nil when absent or not decrypted
	EncryptedID   *etree.Element
	Confirmations []*Confirmation
}

// Confirmation is saml:SubjectConfirmation with its data (Core 2.4.1.1).
type Confirmation struct {
	Element                 *etree.Element
	Method                  Field
	Data                    *etree.Element // SubjectConfirmationData, nil when absent
	Recipient               Field
	InResponseTo            Field
	Address                 Field
	NotBefore, NotOnOrAfter Instant
}

// Conditions is saml:Conditions (Core 2.5).
type Conditions struct {
	Element                 *etree.Element
	NotBefore, NotOnOrAfter Instant
	// Restrictions holds the Audience values of each AudienceRestriction: all
	// restrictions must hold, any audience of one suffices (Core 2.5.1.4).
	Restrictions []Restriction
	OneTimeUse   bool
	Unknown      []*etree.Element // conditions that Core does not define
}

// Restriction is one saml:AudienceRestriction.
type Restriction struct {
	Element   *etree.Element
	Audiences []Field
}

// AuthnStatement is saml:AuthnStatement (Core 2.7.2).
type AuthnStatement struct {
	Element             *etree.Element
	AuthnInstant        Instant
	SessionIndex        Field
	SessionNotOnOrAfter Instant
	ContextClassRef     Field
}

// Attribute is saml:Attribute (Core 2.7.3.1), called a claim in Entra and AD FS.
type Attribute struct {
	Element                  *etree.Element
	Name                     Field // for SAML 1.1 AttributeNamespace + "/" + AttributeName
	FriendlyName, NameFormat Field
	Encrypted                bool // and not decrypted: nothing else is known
	Values                   []AttributeValue
}

// AttributeValue is one value of an attribute.
type AttributeValue struct {
	Field
	Nil  bool   // xsi:nil is true
	Type string // xsi:type as written, "" when absent
	// Structured: the value holds elements. Where the only one is a NameID,
	// as in eduPersonTargetedID, the Field is that of the NameID.
	Structured bool
}

// AuthnRequest is what a samlp:AuthnRequest asks for (Core 3.4.1).
type AuthnRequest struct {
	AssertionConsumerServiceURL   Field
	AssertionConsumerServiceIndex Field
	ProtocolBinding               Field
	ProviderName                  Field
	ForceAuthn, IsPassive         Field
	Subject                       *Subject // nil when absent, as it should be
	NameIDPolicy                  *etree.Element
	NameIDFormat                  Field          // NameIDPolicy/@Format
	AllowCreate                   Field          // NameIDPolicy/@AllowCreate
	SPNameQualifier               Field          // NameIDPolicy/@SPNameQualifier
	Context                       *etree.Element // RequestedAuthnContext, nil when absent
	ContextComparison             Field          // RequestedAuthnContext/@Comparison
	ContextClassRefs              []Field
	Scoping                       *etree.Element // nil when absent
}
