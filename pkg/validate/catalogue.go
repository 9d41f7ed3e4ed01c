// Package validate judges captured sign-ins and SSO configuration: the catalogue
// of checks, what a run expects, and the report.
//
// A check is one literal: its name and severity, why it matters, what usually
// causes it, who must change what, and a pure function over the parsed message.
// The catalogue is the explicit list of all literals, in the order in which a
// message is worked through.
package validate

import (
	"slices"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// Check is one entry of the catalogue. Everything but run is shown to people:
// by explain, in the generated pages, in reports.
type Check struct {
	// Name is the identity of the check, in kebab case, for ever.
	Name string
	// Severity is the highest that a finding of the check can have.
	Severity finding.Severity
	Family   Family
	Scope    Scope
	// Title is what a finding says in a few words.
	Title string
	// Why says what breaks, Cause what usually is the reason.
	Why, Cause string
	// Fixes are the moves that can be needed, by system. "{expected}" and
	// "{actual}" in an Action stand for the values of the finding.
	Fixes []finding.Fix
	// Reference is the section of the specification, or the vendor's page.
	Reference string
	// Since is the version that brought the check.
	Since string
	// Explains names the checks whose findings follow from one of this check
	// on the same message: names, families with a trailing "/", or "*". A check
	// that names another is not explained by it through a family or "*".
	Explains []string
	// Follows marks a check whose findings follow from an error of any other
	// check on the same message or input, unless it explains that one itself.
	Follows bool

	run  func(*exam) // on captures, as Scope says
	lint lints       // on files, beside that or alone
	// ofApp are the Fixes where the message is one that the app made: it signs
	// with a key of its own.
	ofApp []finding.Fix
}

// Family groups checks by what they look at.
type Family string

// The families, in the order in which a message is worked through.
const (
	FamilyInput       Family = "input"
	FamilyXML         Family = "xml"
	FamilyMessage     Family = "message"
	FamilyStatus      Family = "status"
	FamilySignature   Family = "signature"
	FamilyCertificate Family = "certificate"
	FamilyEncryption  Family = "encryption"
	FamilyEndpoint    Family = "endpoint"
	FamilyIdentity    Family = "identity"
	FamilyTime        Family = "time"
	FamilySubject     Family = "subject"
	FamilyAuthn       Family = "authn"
	FamilyClaim       Family = "claim"
	FamilyRequest     Family = "request"
	FamilyLogout      Family = "logout"
	FamilyFlow        Family = "flow"
	FamilyWSFed       Family = "wsfed"
	FamilySignIn      Family = "sign-in"
	FamilyADFS        Family = "adfs"
	FamilyMetadata    Family = "metadata"
	FamilyEntra       Family = "entra"
	FamilyConfig      Family = "config"
)

// Scope says what of a capture a check is applied to.
type Scope uint8

// The scopes.
const (
	OfInput    Scope = iota + 1 // an input as a whole
	OfBoth                      // an input as a whole, and every message
	OfMessage                   // every message
	OfSigned                    // every message that can carry a signature: all but unreadable ones
	OfToken                     // messages that bring an assertion: Response, bare Assertion, security token response
	OfResponse                  // SAML 2.0 Responses; not checked on other tokens
	OfRequest                   // AuthnRequests
	OfLogout                    // LogoutRequests and LogoutResponses
	OfQuery                     // messages with a signature in their URL or form
	OfExport                    // exports, and claim rules of AD FS; their readers make the findings, there is no run
	OfFile                      // no captures: files alone, as its lint functions say
)

// Catalogue returns all checks in the order in which they run. The caller may
// change the slice, not what it points to.
func Catalogue() []*Check {
	return slices.Concat(
		inputChecks,
		redactedChecks,
		xmlChecks,
		messageChecks,
		requestChecks,
		statusChecks,
		signatureChecks,
		requestSignatureChecks,
		certificateChecks,
		certificateFileChecks,
		encryptionChecks,
		endpointChecks,
		endpointErrorChecks,
		identityChecks,
		identityErrorChecks,
		userChecks,
		timeChecks,
		subjectChecks,
		authnChecks,
		claimChecks,
		logoutChecks,
		flowChecks,
		wsfedChecks,
		signInChecks,
		adfsChecks,
		entraChecks,
		configChecks,
		metadataChecks,
	)
}

// Lookup finds a check by name.
func Lookup(name string) (*Check, bool) {
	for _, c := range Catalogue() {
		if c.Name == name {
			return c, true
		}
	}
	return nil, false
}
