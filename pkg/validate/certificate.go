package validate

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/keys"
	"github.com/ssodoctor/ssodoctor/pkg/xmldsig"
)

// renewFixes are the moves around a certificate that ends.
var renewFixes = []finding.Fix{
	{System: finding.Entra, Place: entraCertificate + " > Token signing certificate > Edit > New Certificate", Action: "create a certificate, give it to the app, then make it active"},
	{System: finding.ADFS, Place: adfsCertificate, Action: "add a certificate as secondary, give it to the app, then set it as primary (Update-AdfsCertificate does so where AutoCertificateRollover is on)"},
	{System: finding.Okta, Place: oktaCertificate, Action: "generate a certificate, give it to the app, then activate it"},
	{System: finding.App, Place: appCertificate, Action: "import the new certificate before it is made active, and keep both during the change"},
}

// appRenewFixes are those where the certificate is the app's own.
var appRenewFixes = []finding.Fix{
	{System: finding.App, Place: appSigning, Action: "make a new key and certificate, give the certificate to the identity provider, then sign with the key"},
	{System: finding.Entra, Place: entraVerification, Action: "upload the new certificate before the app signs with it, and remove the old one after the change"},
	{System: finding.ADFS, Place: adfsSignature, Action: "add the new certificate before the app signs with it, and remove the old one after the change"},
	{System: finding.Okta, Place: oktaAdvanced + " > Signature Certificate", Action: "upload the new certificate when the app begins to sign with it"},
}

var certificateChecks = []*Check{
	{
		Name: "certificate-expired", Severity: finding.Error, Family: FamilyCertificate, Scope: OfSigned,
		Title:     "The certificate of the signer has expired",
		Why:       "Apps that look at the dates refuse the message from that day on; others go on until they are updated.",
		Cause:     "Nobody renewed the signing certificate; Entra's lasts three years, that of AD FS one.",
		Fixes:     renewFixes,
		ofApp:     appRenewFixes,
		Reference: "RFC 5280 section 4.1.2.5",
		Since:     "0.1.0",
		Explains:  []string{"certificate-expiring"},
		run:       runExpired,
		lint:      lints{certificate: lintEnded},
	},
	{
		Name: "certificate-not-yet-valid", Severity: finding.Error, Family: FamilyCertificate, Scope: OfSigned,
		Title:     "The certificate of the signer is not valid yet",
		Why:       "Apps that look at the dates refuse the message until that day.",
		Cause:     "A new certificate was made active too early, or a clock is wrong.",
		Fixes:     renewFixes,
		ofApp:     appRenewFixes,
		Reference: "RFC 5280 section 4.1.2.5",
		Since:     "0.1.0",
		lint:      lints{certificate: lintNotYetValid},
		run: func(x *exam) {
			for _, s := range x.signers() {
				if start := s.Certificate.NotBefore; x.msg.at.At.Before(start) {
					x.fail(fact{element: s.Element, actual: day(start), detail: fmt.Sprintf(
						"the certificate that signs (%s) becomes valid on %s, %s after this sign-in", certName(s.Certificate), minute(start), finding.Duration(start.Sub(x.msg.at.At)))})
				}
			}
		},
	},
	{
		Name: "certificate-expiring", Severity: finding.Warning, Family: FamilyCertificate, Scope: OfSigned,
		Title:     "The certificate of the signer expires soon",
		Why:       "When it ends, or is replaced by surprise, all sign-ins to the app fail at once.",
		Cause:     "The renewal is due and both sides have to take part in it.",
		Fixes:     renewFixes,
		ofApp:     appRenewFixes,
		Reference: "RFC 5280 section 4.1.2.5",
		Since:     "0.1.0",
		run:       runExpiring,
		lint:      lints{certificate: lintEnding},
	},
	{
		Name: "certificate-key-weak", Severity: finding.Warning, Family: FamilyCertificate, Scope: OfSigned,
		Title:     "The signing key is weak",
		Why:       "A key of this size can be broken with effort, and many libraries refuse it.",
		Cause:     "A certificate that was made long ago, or by hand with old defaults.",
		Fixes:     renewFixes,
		ofApp:     appRenewFixes,
		Reference: "NIST SP 800-131A",
		Since:     "0.1.0",
		lint:      lints{certificate: lintWeakKey},
		run: func(x *exam) {
			for _, s := range x.signers() {
				if why := s.Certificate.WeakKey(); why != "" {
					x.fail(fact{element: s.Element, detail: fmt.Sprintf("the certificate that signs (%s) has a weak key: %s", certName(s.Certificate), why)})
				}
			}
		},
	},
	{
		Name: "certificate-signature-weak", Severity: finding.Info, Family: FamilyCertificate, Scope: OfSigned,
		Title:     "The certificate itself is signed with an old algorithm",
		Why:       "It matters little: apps trust this certificate because it was handed to them. Some scanners and libraries complain.",
		Cause:     "A certificate that was made long ago.",
		Fixes:     renewFixes,
		ofApp:     appRenewFixes,
		Reference: "NIST SP 800-131A",
		Since:     "0.1.0",
		lint:      lints{certificate: lintWeakSignature},
		run: func(x *exam) {
			for _, s := range x.signers() {
				if weak := s.Certificate.WeakSignature(); weak != "" {
					x.fail(fact{element: s.Element, detail: fmt.Sprintf("the certificate that signs (%s) is itself signed with %s", certName(s.Certificate), weak)})
				}
			}
		},
	},
	{
		Name: "certificate-unreadable", Severity: finding.Error, Family: FamilyCertificate, Scope: OfBoth,
		Title:     "A certificate cannot be read as it should",
		Why:       "What cannot be read cannot be trusted: the app falls back to no certificate, or refuses the settings.",
		Cause:     "A copy that lost lines, the wrong file (a request, a chain, a key), or a certificate that is off the standard.",
		Fixes:     []finding.Fix{{System: finding.App, Place: appCertificate, Action: "paste the certificate again: download it as Base64 and copy it from BEGIN to END"}},
		Reference: "RFC 5280 section 4.1, RFC 7468",
		Since:     "0.1.0",
		run:       relay,
	},
	{
		Name: "certificate-private-key-exposed", Severity: finding.Error, Family: FamilyCertificate, Scope: OfBoth,
		Title: "A private key stands where only a certificate belongs",
		Why:   "Whoever holds this key can sign in as anybody. It has left its place, so it has to be replaced.",
		Cause: "A file with certificate and key together (.pfx, .pem) was passed on instead of the certificate alone.",
		Fixes: []finding.Fix{
			{System: finding.Entra, Place: entraCertificate, Action: "create and activate a new signing certificate, then delete the exposed one"},
			{System: finding.ADFS, Place: adfsCertificate, Action: "replace the certificate with a new key pair and remove the exposed one"},
			{System: finding.Okta, Place: oktaCertificate, Action: "generate and activate a new certificate, then remove the exposed one"},
			{System: finding.App, Place: appCertificate, Action: "delete the private key there and import the certificate alone"},
		},
		Reference: "SAML Security and Privacy 4.2, RFC 7468",
		Since:     "0.1.0",
		run:       relay,
	},
	{
		Name: "certificate-rollover", Severity: finding.Info, Family: FamilyCertificate, Scope: OfSigned,
		Title: "More than one signing certificate is trusted",
		Why:   "That is how a renewal goes without an outage, as long as the app holds every one of them.",
		Cause: "A renewal is prepared or under way at the identity provider.",
		Fixes: []finding.Fix{
			{System: finding.App, Place: appCertificate, Action: "make sure that the app holds all of them, and remove the old one when the change is done"},
		},
		Reference: "SAML Metadata 2.4.1.1",
		Since:     "0.1.0",
		run:       runRollover,
		lint:      lints{metadata: lintRollover},
	},
}

// signers returns the signatures whose certificate is known to have signed,
// one for each certificate. Where there are none it says why.
func (x *exam) signers() []*xmldsig.Signature {
	var out []*xmldsig.Signature
	for _, s := range x.signatures() {
		if s.Value != xmldsig.Match || s.Certificate == nil {
			continue
		}
		if !slices.ContainsFunc(out, func(o *xmldsig.Signature) bool { return o.Certificate.Equal(s.Certificate) }) {
			out = append(out, s)
		}
	}
	if len(out) == 0 {
		x.skip("no certificate at hand is known to have signed the message")
	}
	return out
}

func runExpired(x *exam) {
	at, when := x.msg.at.At, "before "+x.msg.at.moment()
	issued := x.msg.issued().Time
	if x.msg.at.From == "now" && !issued.IsZero() {
		// An old capture is no broken login: what counts is when it was sent.
		at, when = issued, "before the message was issued on "+day(issued)
	}
	for _, s := range x.signers() {
		end := s.Certificate.NotAfter
		switch {
		case end.IsZero():
		case at.After(end):
			x.fail(fact{element: s.Element, actual: day(end), detail: fmt.Sprintf(
				"the certificate that signs (%s) expired on %s, %s", certName(s.Certificate), minute(end), when)})
		case x.msg.at.At.After(end):
			x.fail(fact{element: s.Element, severity: finding.Info, actual: day(end), detail: fmt.Sprintf(
				"the certificate that signs (%s) has expired on %s, after the message was issued on %s", certName(s.Certificate), minute(end), day(issued))})
		}
	}
}

func runExpiring(x *exam) {
	warn := x.expect.CertificateWarning
	if warn == 0 {
		warn = DefaultCertificateWarning
	}
	for _, s := range x.signers() {
		left := s.Certificate.NotAfter.Sub(x.msg.at.At)
		if !s.Certificate.NotAfter.IsZero() && left >= 0 && left <= warn {
			x.fail(fact{element: s.Element, actual: day(s.Certificate.NotAfter), detail: fmt.Sprintf(
				"the certificate that signs (%s) expires on %s, in %s", certName(s.Certificate), minute(s.Certificate.NotAfter), finding.Duration(left))})
		}
	}
}

func runRollover(x *exam) {
	if len(x.expect.Trusted()) == 0 {
		x.skip(noCertificate)
		return
	}
	for _, s := range x.signers() {
		if s.Key != xmldsig.KeyConfigured {
			continue
		}
		var others []string
		for _, t := range x.expect.successors(s.Certificate) {
			others = append(others, t.role(x.msg.at.At, s.Certificate))
		}
		if len(others) > 0 {
			x.fail(fact{element: s.Element, actual: s.Certificate.SHA1(), detail: fmt.Sprintf(
				"this message is signed with %s; known beside it: %s", describe(s.Certificate), strings.Join(others, "; "))})
		}
		return
	}
}

// successors are the certificates that may sign next, or signed before: all
// that are trusted, and those of the same name that only the metadata lists.
func (e *Expectations) successors(signer *keys.Certificate) []TrustedCertificate {
	var out []TrustedCertificate
	add := func(t TrustedCertificate) {
		same := func(o TrustedCertificate) bool { return o.SameKey(t.Certificate) }
		if !t.SameKey(signer) && !slices.ContainsFunc(out, same) && len(out) < maxSuccessors {
			out = append(out, t)
		}
	}
	for _, t := range e.Trusted() {
		add(t)
	}
	for _, t := range e.MetadataCertificates {
		if t.Subject == signer.Subject {
			add(t)
		}
	}
	return out
}

// maxSuccessors bounds the certificates that are told of.
const maxSuccessors = 5

// role says what a trusted certificate is beside the one that signs.
func (t TrustedCertificate) role(at time.Time, signer *keys.Certificate) string {
	word := "another"
	switch {
	case !t.NotAfter.IsZero() && at.After(t.NotAfter):
		word = "expired"
	case t.NotBefore.After(signer.NotBefore):
		word = "next"
	case t.NotBefore.Before(signer.NotBefore):
		word = "previous"
	}
	return word + " " + describe(t.Certificate) + ", from " + t.Source
}

// certName names a certificate in running text.
func certName(c *keys.Certificate) string {
	if c.Subject == "" {
		return "without a subject"
	}
	return finding.Shorten(c.Subject, 80)
}

func minute(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }
