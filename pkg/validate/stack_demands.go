package validate

import (
	"fmt"
	"strings"
	"time"

	"github.com/beevik/etree"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/saml"
	"github.com/ssodoctor/ssodoctor/pkg/xmldsig"
)

// The demands that a check of the catalogue decides.
var (
	wellFormed     = &demand{check: "xml-malformed"}
	noDoctype      = &demand{check: "xml-doctype", least: finding.Info}
	uniqueIDs      = &demand{check: "xml-duplicate-id"}
	schemaOrder    = &demand{check: "xml-schema-order", least: finding.Warning}
	aResponse      = &demand{check: "message-type-unexpected"}
	version20      = &demand{check: "message-version"}
	oneAssertion   = &demand{check: "assertion-count", least: finding.Warning}
	someAssertion  = &demand{check: "assertion-count"}
	success        = &demand{check: "status-not-success"}
	hasStatus      = &demand{check: "status-missing"}
	somethingSaid  = &demand{check: "signature-missing", open: true}
	digestFits     = &demand{check: "signature-digest-mismatch"}
	valueFits      = &demand{check: "signature-value-mismatch"}
	trustedSigner  = &demand{check: "signature-untrusted-certificate", open: true}
	wantedParts    = &demand{check: "signature-policy-unmet"}
	ownReference   = &demand{check: "signature-reference-invalid"}
	notWrapped     = &demand{check: "signature-wrapping"}
	safeTransforms = &demand{check: "signature-transform-unsafe"}

	knownIssuer       = &demand{check: "issuer-mismatch", open: true}
	forThisApp        = &demand{check: "audience-mismatch", open: true}
	hasAudience       = &demand{check: "audience-missing", open: true}
	destination       = &demand{check: "destination-mismatch", open: true, of: hasDestination}
	destinationPrefix = &demand{check: "destination-mismatch", open: true, of: hasDestination, forgives: prefixOfExpected}
	destinationSet    = &demand{check: "destination-missing"}
	recipient         = &demand{check: "recipient-mismatch", open: true}
	recipientWithin   = &demand{check: "recipient-mismatch", open: true, forgives: holdsExpected}
	recipientSet      = &demand{check: "recipient-missing", open: true}

	begun            = &demand{check: "assertion-not-yet-valid", open: true}
	notEnded         = &demand{check: "assertion-expired", open: true}
	confirmedInTime  = &demand{check: "confirmation-expired", open: true}
	sessionLasts     = &demand{check: "session-expired", least: finding.Warning}
	issuedByNow      = &demand{check: "issue-instant-future", least: finding.Warning}
	bearer           = &demand{check: "subject-confirmation-invalid", open: true}
	hasSubject       = &demand{check: "subject-missing", open: true}
	answersRequest   = &demand{check: "in-response-to-mismatch"}
	solicited        = &demand{check: "response-unsolicited", least: finding.Info}
	notReplayed      = &demand{check: "message-replayed"}
	hasNameID        = &demand{check: "nameid-missing"}
	filledNameID     = &demand{check: "nameid-empty"}
	saysSignedIn     = &demand{check: "authn-statement-missing", open: true}
	contextAsked     = &demand{check: "authn-context-mismatch"}
	claimsOnce       = &demand{check: "claim-duplicate", least: finding.Warning}
	validCertificate = &demand{check: "certificate-expired", least: finding.Info}
)

func hasDestination(m *saml.Message) bool { return m.Destination.Value != "" }

// prefixOfExpected forgives a URL with which the right one begins.
func prefixOfExpected(f finding.Finding) bool {
	for _, e := range f.Expected {
		if f.Actual != "" && strings.HasPrefix(e, f.Actual) {
			return true
		}
	}
	return false
}

// holdsExpected forgives a URL that contains the right one.
func holdsExpected(f finding.Finding) bool {
	for _, e := range f.Expected {
		if e != "" && strings.Contains(f.Actual, e) {
			return true
		}
	}
	return false
}

// The demands that no check makes, because the specification does not.
var (
	signedResponse  = &demand{fact: unsignedResponse}
	signedAssertion = &demand{fact: unsignedAssertion}
	oneConditions   = &demand{fact: eachAssertion("%d Conditions, expected 1", func(a *saml.Assertion) (int, bool) { return len(a.Conditions), len(a.Conditions) == 1 })}
	atMostOneWindow = &demand{fact: eachAssertion("%d Conditions, expected at most 1", func(a *saml.Assertion) (int, bool) { return len(a.Conditions), len(a.Conditions) <= 1 })}
	hasConditions   = &demand{fact: eachAssertion("%d Conditions, expected them", func(a *saml.Assertion) (int, bool) { return len(a.Conditions), len(a.Conditions) > 0 })}
	oneSignIn       = &demand{fact: eachAssertion("%d AuthnStatements, expected 1", func(a *saml.Assertion) (int, bool) { return len(a.Authn), len(a.Authn) == 1 })}
	hasClaims       = &demand{fact: eachAssertion("%d AttributeStatements, expected at least 1", func(a *saml.Assertion) (int, bool) { return len(a.Statements), len(a.Statements) > 0 })}
	plainClaims     = &demand{fact: eachAssertion("%d encrypted attributes, which it cannot read", encryptedClaims)}
	knownConditions = &demand{fact: eachAssertion("%d conditions of an unknown kind", unknownConditions)}
	bothTimes       = &demand{fact: eachAssertion("%d of NotBefore and NotOnOrAfter, expected both", windowTimes)}
	contextNamed    = &demand{fact: eachAssertion("%d AuthnContextClassRefs, expected 1", contextClasses)}
	noStart         = &demand{fact: eachAssertion("%d NotBefore in a bearer confirmation, which it forbids", bearerStarts)}
	endGiven        = &demand{fact: eachAssertion("%d bearer confirmations without NotOnOrAfter", bearerEnds)}
	issuerNamed     = &demand{fact: namelessResponse}
	nonEmptyDest    = &demand{fact: emptyDestination}
	entityIssuer    = &demand{fact: issuerFormat}
	plainTimes      = &demand{fact: oddTimes}
	signedAround    = &demand{fact: encryptedInUnsigned}
	onlyExclusive   = &demand{fact: canonicalization}
	noSHA1          = &demand{fact: sha1Used}
	oneSignature    = &demand{fact: siblingSignatures}
	fewTransforms   = &demand{fact: references}
	goxmldsig       = &demand{fact: (*stackExam).goxmldsig}
	below250KB      = &demand{fact: size(250_000)}
	within90s       = &demand{fact: age(90 * time.Second)}
	within6m        = &demand{fact: age(6 * time.Minute)}
	within1d        = &demand{fact: age(24 * time.Hour)}
)

func unsignedResponse(x *stackExam) string {
	if x.saml.Kind != "Response" || x.responseSigned() || len(x.saml.Assertions) == 0 {
		return ""
	}
	return "the Response itself is not signed, which it demands unless told otherwise"
}

func unsignedAssertion(x *stackExam) string {
	for _, a := range x.readable {
		if x.signature(a.Element) == nil {
			return "the Assertion itself is not signed, which it demands unless told otherwise"
		}
	}
	return ""
}

// eachAssertion makes a fact of a count that every assertion must have right.
func eachAssertion(format string, count func(*saml.Assertion) (n int, ok bool)) func(*stackExam) string {
	return func(x *stackExam) string {
		for _, a := range x.readable {
			if n, ok := count(a); !ok && x.saml.Protocol == "saml2" {
				return fmt.Sprintf("the assertion has "+format, n)
			}
		}
		return ""
	}
}

func encryptedClaims(a *saml.Assertion) (n int, ok bool) {
	for _, at := range a.Attributes {
		if at.Encrypted {
			n++
		}
	}
	return n, n == 0
}

func unknownConditions(a *saml.Assertion) (n int, ok bool) {
	for _, c := range a.Conditions {
		n += len(c.Unknown)
	}
	return n, n == 0
}

func windowTimes(a *saml.Assertion) (n int, ok bool) {
	if len(a.Conditions) == 0 {
		return 0, false
	}
	for _, i := range []saml.Instant{a.Conditions[0].NotBefore, a.Conditions[0].NotOnOrAfter} {
		if i.Present() {
			n++
		}
	}
	return n, n == 2
}

func contextClasses(a *saml.Assertion) (n int, ok bool) {
	for _, s := range a.Authn {
		if s.ContextClassRef.Value != "" {
			n++
		}
	}
	return n, n > 0 || len(a.Authn) == 0
}

func bearerStarts(a *saml.Assertion) (n int, ok bool) {
	for _, c := range confirmations(a) {
		if c.NotBefore.Present() {
			n++
		}
	}
	return n, n == 0
}

func bearerEnds(a *saml.Assertion) (n int, ok bool) {
	for _, c := range confirmations(a) {
		if !c.NotOnOrAfter.Present() {
			n++
		}
	}
	return n, n == 0
}

func confirmations(a *saml.Assertion) []*saml.Confirmation {
	if a.Subject == nil {
		return nil
	}
	return a.Subject.Confirmations
}

func namelessResponse(x *stackExam) string {
	if x.saml.Kind == "Response" && !x.saml.Issuer.Present() {
		return "the Response has no Issuer of its own"
	}
	return ""
}

func emptyDestination(x *stackExam) string {
	if d := x.saml.Destination; d.Present() && d.Value == "" {
		return "Destination is there but empty"
	}
	return ""
}

func issuerFormat(x *stackExam) string {
	if f := x.issuer().Format.Value; f != "" && !strings.HasSuffix(f, ":nameid-format:entity") {
		return fmt.Sprintf("Format of the Issuer is %s, expected the one of entities", finding.Quote(f))
	}
	return ""
}

// oddTimes holds the limits against RFC 3339, which has no 24:00:00, no leap
// second and always a zone.
func oddTimes(x *stackExam) string {
	for _, a := range x.readable {
		for _, c := range a.Conditions {
			for _, i := range []saml.Instant{c.NotBefore, c.NotOnOrAfter} {
				if _, err := time.Parse(time.RFC3339Nano, i.Value); i.Present() && err != nil {
					return fmt.Sprintf("the time %s is not written as RFC 3339 has it", finding.Quote(i.Value))
				}
			}
		}
	}
	return ""
}

func encryptedInUnsigned(x *stackExam) string {
	if x.hasEncrypted() && !x.responseSigned() {
		return "an assertion is encrypted and the Response around it is not signed"
	}
	return ""
}

func canonicalization(x *stackExam) string {
	for _, s := range x.sigs.Signatures {
		uris := []string{s.CanonicalMethod}
		for i := range s.References {
			uris = append(uris, s.References[i].Transforms...)
		}
		for _, uri := range uris {
			if m, ok := xmldsig.MethodOf(uri); ok && m.Family != xmldsig.Exclusive {
				return fmt.Sprintf("the signature of the %s uses %s, only exclusive canonicalisation is allowed", covered(s), xmldsig.AlgorithmName(uri))
			}
		}
	}
	return ""
}

func sha1Used(x *stackExam) string {
	for _, s := range x.sigs.Signatures {
		algorithms := []string{s.SignatureAlgorithm}
		for i := range s.References {
			algorithms = append(algorithms, s.References[i].DigestAlgorithm)
		}
		for _, uri := range algorithms {
			if name := xmldsig.AlgorithmName(uri); strings.HasSuffix(name, "sha1") {
				return fmt.Sprintf("the signature of the %s uses %s, which is not among the algorithms that it allows by default", covered(s), name)
			}
		}
	}
	return ""
}

func siblingSignatures(x *stackExam) string {
	seen := make(map[*etree.Element]bool)
	for _, s := range x.sigs.Signatures {
		if s.Parent != nil && seen[s.Parent] {
			return fmt.Sprintf("the %s holds more than one Signature", covered(s))
		}
		seen[s.Parent] = true
	}
	return ""
}

func references(x *stackExam) string {
	for _, s := range x.sigs.Signatures {
		if len(s.References) != 1 {
			return fmt.Sprintf("the signature of the %s has %d References, expected 1", covered(s), len(s.References))
		}
		if n := len(s.References[0].Transforms); n > 2 {
			return fmt.Sprintf("the signature of the %s has %d transforms, expected at most 2", covered(s), n)
		}
	}
	return ""
}

func size(limit int) func(*stackExam) string {
	return func(x *stackExam) string {
		if n := len(x.carrier.XML); n > limit {
			return fmt.Sprintf("the message has %d bytes, expected at most %d", n, limit)
		}
		return ""
	}
}

// age is how long after its IssueInstant a message is taken, by a known clock.
func age(limit time.Duration) func(*stackExam) string {
	return func(x *stackExam) string {
		issued := x.issued().Time
		if old := x.at.At.Sub(issued); !issued.IsZero() && x.at.From != "now" && old > limit {
			return fmt.Sprintf("the message was issued %s before it was used, expected at most %s", finding.Duration(old), finding.Duration(limit))
		}
		return ""
	}
}
