package validate

import (
	"regexp"
	"time"

	"github.com/ssodoctor/ssodoctor/pkg/accounts"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/keys"
	"github.com/ssodoctor/ssodoctor/pkg/profile"
	"github.com/ssodoctor/ssodoctor/pkg/saml"
	"github.com/ssodoctor/ssodoctor/pkg/xmlenc"
)

// DefaultSkew is how far two clocks may differ before a window counts as
// missed: three minutes, as most service providers allow.
const DefaultSkew = 3 * time.Minute

// DefaultCertificateWarning is how long before its end a certificate is
// reported.
const DefaultCertificateWarning = 30 * 24 * time.Hour

// Value is a value that is expected, and where it is from: "--acs",
// "SP metadata sp.xml", "profile haloitsm".
type Value struct {
	Value, Source string
}

// Pattern is an expectation by regular expression. A value that it refuses is
// worth a warning, and an error only where the pattern is Strict.
type Pattern struct {
	Regexp *regexp.Regexp
	Shown  string // how the pattern reads to people, "https://<instance>.service-now.com"
	Source string
	Strict bool
	// Unverified: no document confirms the pattern, so it informs at most.
	Unverified bool
}

// TrustedCertificate is a certificate that a message may be signed with.
type TrustedCertificate struct {
	*keys.Certificate
	Source string
}

// CertificateProblem is what was wrong with what was given as a certificate,
// and where that came from.
type CertificateProblem struct {
	finding.Problem
	Source string
}

// ClaimExpectation is a claim that the app needs.
type ClaimExpectation struct {
	Name    string
	Aliases []string // names that do as well
	// ConfusedWith are names that carry the same fact and do not do.
	ConfusedWith []string
	// Pattern is what at least one value must match; nil where every value
	// will do.
	Pattern  *Pattern
	Required bool
	// Elsewhere are Reply URLs of variants of the app that do without it.
	Elsewhere  []Pattern
	Single     bool            // the app reads one value only
	From       profile.Sources // what it is usually made from
	Source     string
	Unverified bool // only ever informs
}

// Expectations are what both sides have agreed on, as far as it is known. The
// zero value expects nothing: what depends on it is not checked.
type Expectations struct {
	Issuers    []Value // entity IDs of the identity provider
	EntityIDs  []Value // Identifiers of the app
	ReplyURLs  []Value // Reply URLs (ACS) of the app
	RequestIDs []Value // values that InResponseTo may have

	// Patterns of the profile, used where no exact value is known.
	EntityIDPatterns []Pattern
	ReplyURLPatterns []Pattern

	Claims        []ClaimExpectation
	NameIDFormats []Value // URIs, or short names such as "emailAddress"
	NameIDPattern *Pattern
	// ProfileNameIDFormats are used where NameIDFormats is empty, and warn;
	// UnverifiedFormats says that they inform at most.
	ProfileNameIDFormats []Value
	UnverifiedFormats    bool

	// Certificates decide trust. MetadataCertificates are those of the IdP
	// metadata; they decide where Certificates is empty, else they are compared.
	Certificates         []TrustedCertificate
	MetadataCertificates []TrustedCertificate
	// CertificateProblems are what was wrong with what was given as
	// certificate: a private key, unreadable text.
	CertificateProblems []CertificateProblem

	// Accounts are those of the app; nil where they are not known.
	Accounts *accounts.List

	// Keys decrypt what messages hold encrypted.
	Keys []xmlenc.Key
	// Encryption says whether the app reads, or insists on, encrypted
	// assertions; EncryptionSource where that is known from.
	Encryption       profile.Support
	EncryptionSource string

	IdPMetadata, SPMetadata []*saml.Metadata
	// SignedAssertion and SignedResponse say that the app demands the
	// signature there, and where that is known from ("" where it does not).
	SignedAssertion, SignedResponse string
	Profile                         *profile.Profile

	// loaded marks the lists above that hold what metadata says.
	loaded struct{ issuers, entityIDs, replyURLs, nameIDFormats bool }

	// Skew is the tolerance on every time limit, CertificateWarning how long
	// before the end a certificate is reported. Zero means the default.
	Skew, CertificateWarning time.Duration
	// SecondOpinion asks for goxmldsig's verdict on every signature.
	SecondOpinion bool
	// Stacks are asked whether they would accept each token.
	Stacks []*Stack
}

// Trusted returns the certificates that decide trust.
func (e *Expectations) Trusted() []TrustedCertificate {
	if len(e.Certificates) > 0 {
		return e.Certificates
	}
	return e.MetadataCertificates
}

// NoSkew as Expectations.Skew means no tolerance at all.
const NoSkew time.Duration = -1

// skew is the tolerance on every time limit.
func (e *Expectations) skew() time.Duration {
	switch e.Skew {
	case 0:
		return DefaultSkew
	case NoSkew:
		return 0
	}
	return e.Skew
}
