package validate

import (
	"time"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// Schema names the version of the JSON report.
const Schema = "ssodoctor/report/v1"

// Report is everything that an examination has to say. Its JSON form is the
// report, version 1: lists are never null, unknown times are left out.
type Report struct {
	Schema    string            `json:"schema"`
	Inputs    []InputView       `json:"inputs"`
	Messages  []MessageView     `json:"messages"`
	Findings  []finding.Finding `json:"findings"`
	Checks    []CheckResult     `json:"checks"`
	Diagnosis *Diagnosis        `json:"diagnosis"`
	Summary   Summary           `json:"summary"`
	// Unread are the files that lint could not read; no part of the JSON report.
	Unread []error `json:"-"`
	// Certificates are those that lint found, the one that ends first in front;
	// no part of the JSON report.
	Certificates []CertificateSighted `json:"-"`
	// Stacks are the verdicts of Expectations.Stacks, by message.
	Stacks []StackVerdict `json:"stacks,omitempty"`
	// Artifacts are those of the captures.
	Artifacts []ArtifactView `json:"artifacts,omitempty"`
	// SignIns count the rows of sign-in logs by app.
	SignIns []SignInGroup `json:"signIns,omitempty"`
	// Flow is the timeline of a captured sign-in, nil without one.
	Flow *Flow `json:"flow,omitempty"`
	// Suppressed are findings that somebody has accepted: they stand neither in
	// Findings nor in Summary, and are no part of the JSON report.
	Suppressed []Suppressed `json:"-"`
}

// Suppressed is a finding that was accepted.
type Suppressed struct {
	finding.Finding
	// Reason is why, in the words of whoever accepted it.
	Reason string
	// Baseline tells acceptance by a baseline from that by a suppression.
	Baseline bool
}

// InputView is one input as it was recognised.
type InputView struct {
	Name      string `json:"name"`
	Format    string `json:"format"`
	Exchanges int    `json:"exchanges"`
	Messages  int    `json:"messages"`
}

// MessageView is one message in plain values.
type MessageView struct {
	Index        int             `json:"index"`
	Input        string          `json:"input"`
	Exchange     *int            `json:"exchange,omitempty"`
	Type         string          `json:"type"`
	Protocol     string          `json:"protocol"`
	Binding      string          `json:"binding"`
	Time         *time.Time      `json:"time,omitempty"`
	Evaluated    Evaluated       `json:"evaluated"`
	PostedTo     string          `json:"postedTo"`
	ID           string          `json:"id"`
	InResponseTo string          `json:"inResponseTo"`
	Issuer       string          `json:"issuer"`
	Destination  string          `json:"destination"`
	Status       *StatusView     `json:"status,omitempty"`
	RelayState   string          `json:"relayState"`
	Assertions   []AssertionView `json:"assertions"`
	Signatures   []SignatureView `json:"signatures"`
	// Sightings are for people; the JSON report names the delivery alone.
	Sightings []SightingView `json:"-"`
}

// Evaluated is the time that a message is judged at, and where it is from:
// "flag", "capture" or "now".
type Evaluated struct {
	At   time.Time `json:"at"`
	From string    `json:"from"`
}

// StatusView is the status of a response: the first and the second status code
// as URIs.
type StatusView struct {
	Code    string `json:"code"`
	Subcode string `json:"subcode"`
	Message string `json:"message"`
}

// SightingView is one place where a message was seen in its capture.
type SightingView struct {
	Exchange   int
	Where, URL string
}

// AssertionView is one assertion. Of an encrypted one that was not decrypted
// nothing else is known.
type AssertionView struct {
	ID         string          `json:"id"`
	Issuer     string          `json:"issuer"`
	Encrypted  bool            `json:"encrypted"`
	Unread     string          `json:"-"` // why it stays encrypted, "" where it is read
	Subject    *SubjectView    `json:"subject,omitempty"`
	Conditions *ConditionsView `json:"conditions,omitempty"`
	Authn      *AuthnView      `json:"authn,omitempty"`
	Attributes []AttributeView `json:"attributes"`
}

// SubjectView is the subject of an assertion.
type SubjectView struct {
	NameID        string             `json:"nameId"`
	Format        string             `json:"format"`
	Confirmations []ConfirmationView `json:"confirmations"`
}

// ConfirmationView is one subject confirmation.
type ConfirmationView struct {
	Method       string     `json:"method"`
	Recipient    string     `json:"recipient"`
	NotBefore    *time.Time `json:"notBefore,omitempty"`
	NotOnOrAfter *time.Time `json:"notOnOrAfter,omitempty"`
	InResponseTo string     `json:"inResponseTo"`
}

// ConditionsView is the validity of an assertion.
type ConditionsView struct {
	NotBefore    *time.Time `json:"notBefore,omitempty"`
	NotOnOrAfter *time.Time `json:"notOnOrAfter,omitempty"`
	Audiences    []string   `json:"audiences"`
}

// AuthnView is the first authentication statement of an assertion.
type AuthnView struct {
	Instant             *time.Time `json:"instant,omitempty"`
	Context             string     `json:"context"`
	SessionIndex        string     `json:"sessionIndex"`
	SessionNotOnOrAfter *time.Time `json:"sessionNotOnOrAfter,omitempty"`
}

// AttributeView is one attribute with its values.
type AttributeView struct {
	Name         string   `json:"name"`
	FriendlyName string   `json:"friendlyName"`
	NameFormat   string   `json:"nameFormat"`
	Values       []string `json:"values"`
}

// SignatureView is one signature: what it covers (the local name of the
// element, and its ID) and the verdicts of package xmldsig.
type SignatureView struct {
	Covers             string           `json:"covers"`
	ID                 string           `json:"id"`
	Position           string           `json:"position"` // "ok" or "misplaced"
	SignatureAlgorithm string           `json:"signatureAlgorithm"`
	DigestAlgorithm    string           `json:"digestAlgorithm"`
	Digest             string           `json:"digest"`
	Value              string           `json:"value"`
	Key                string           `json:"key"`
	Certificate        *CertificateView `json:"certificate,omitempty"`
}

// CertificateView is the certificate of a signer; thumbprints are lower-case
// hexadecimal.
type CertificateView struct {
	Subject   string    `json:"subject"`
	SHA256    string    `json:"sha256"`
	SHA1      string    `json:"sha1"`
	NotBefore time.Time `json:"notBefore"`
	NotAfter  time.Time `json:"notAfter"`
}

// CheckResult is the outcome of one check on one message, or on an input where
// Message is nil. Of a linted file it names the Input, and the App of
// ssodoctor.yaml where it was judged for one.
type CheckResult struct {
	Check   string         `json:"check"`
	Result  finding.Result `json:"result"`
	Reason  string         `json:"reason,omitempty"`
	Message *int           `json:"message,omitempty"`
	Input   string         `json:"input,omitempty"`
	App     string         `json:"app,omitempty"`
}

// Diagnosis is the root cause: one sentence, and who changes what.
type Diagnosis struct {
	Check   string        `json:"check"`
	Summary string        `json:"summary"`
	Fixes   []finding.Fix `json:"fixes"`
}

// Summary counts findings by severity, and check results.
type Summary struct {
	Error      int `json:"error"`
	Warning    int `json:"warning"`
	Info       int `json:"info"`
	Passed     int `json:"passed"`
	NotChecked int `json:"notChecked"`
}
