package validate

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/beevik/etree"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/keys"
	"github.com/ssodoctor/ssodoctor/pkg/saml"
	"github.com/ssodoctor/ssodoctor/pkg/xmldoc"
	"github.com/ssodoctor/ssodoctor/pkg/xmldsig"
)

// signatures returns the signatures of the message. Where there are none it
// says why the check could not be made: nothing signed is not "signature fine".
func (x *exam) signatures() []*xmldsig.Signature {
	if len(x.msg.sigs.Signatures) == 0 {
		if x.msg.encrypted {
			x.skip(signatureUnread)
		}
		x.skip(noSignature)
	}
	return x.msg.sigs.Signatures
}

// madeByApp is why a signature was not held against the certificates given.
const madeByApp = "the app made this message, and the certificates given are the identity provider's"

// fromApp reports whether the app made the message: a request for a sign-in,
// or a logout message whose Issuer is not the identity provider.
func (x *exam) fromApp() bool {
	m, issuer := x.msg, x.msg.saml.Issuer.Value
	switch {
	case m.saml.Request != nil:
		return true
	case m.token() || m.product != "" || issuer == "" || among(x.expect.Issuers, issuer):
		return false
	case len(x.expect.Issuers) > 0 || among(x.expect.EntityIDs, issuer):
		return true
	}
	for _, other := range x.all {
		if other.token() && other.issuer().Value != "" {
			return other.issuer().Value != issuer
		}
	}
	return false
}

// relaySigned reports what the verification said under the name of the check.
func relaySigned(x *exam) {
	x.relay(x.msg.problems)
	if !x.failed {
		x.signatures()
	}
}

func runSignatureMissing(x *exam) {
	if strings.Contains(x.msg.carrier.RawQuery, "Signature=") {
		x.skip("the message is signed in its URL")
		return
	}
	if x.msg.query != nil {
		return // the form around it is, see request-signature-invalid
	}
	s := x.msg.saml
	if len(s.Assertions) == 0 && s.Status != nil && !s.Status.Success() {
		x.skip("the response reports a failure and holds no assertion, so it need not be signed")
		return
	}
	if x.msg.carriesSignature(s.Element) {
		return
	}
	for _, a := range s.Assertions {
		if a.Unread() {
			x.skip(signatureUnread)
			return
		}
		if x.msg.carriesSignature(a.Element) {
			return
		}
	}
	x.fail(fact{element: s.Element, detail: fmt.Sprintf("the %s is not signed, and no part of it is", s.Kind)})
}

// carriesSignature reports whether a signature stands in the element or covers
// it, whatever it is worth.
func (m *message) carriesSignature(el *etree.Element) bool {
	if m.signed(el) {
		return true
	}
	for _, s := range m.sigs.Signatures {
		if s.Parent == el {
			return true
		}
	}
	return false
}

func runSignaturePolicy(x *exam) {
	e := x.expect
	if e.SignedAssertion == "" && e.SignedResponse == "" {
		x.skip("it is not known what the app wants signed: give --sp-metadata or --profile")
		return
	}
	if e.SignedResponse != "" && x.msg.saml.Kind == "Response" && !x.msg.responseSigned() && x.msg.carrier.Signed == nil {
		x.fail(fact{
			element: x.msg.saml.Element, expected: []string{"Response"}, actual: x.msg.signedParts(),
			detail: "the Response is not signed, but the app demands it (" + e.SignedResponse + ")",
		})
	}
	if e.SignedAssertion == "" {
		return
	}
	for _, a := range x.assertions() {
		if x.msg.signature(a.Element) == nil {
			x.fail(fact{
				element: a.Element, expected: []string{"Assertion"}, actual: x.msg.signedParts(),
				detail: "the Assertion is not signed itself, but the app demands it (" + e.SignedAssertion + ")",
			})
		}
	}
}

// signedParts names what is signed, "" where nothing is.
func (m *message) signedParts() string {
	var parts []string
	for _, s := range m.sigs.Signatures {
		if s.Covers != nil {
			parts = append(parts, s.Covers.Tag)
		}
	}
	return strings.Join(parts, ", ")
}

func runNotVerified(x *exam) {
	for _, s := range x.signatures() {
		switch {
		case s.Key == xmldsig.KeyEmbedded:
			x.fail(fact{element: s.Element, detail: fmt.Sprintf("the signature of the %s fits the certificate in the message (%s), but no certificate was given to compare it with", covered(s), describe(s.Certificate))})
		case s.Value == xmldsig.NotChecked:
			x.fail(fact{element: s.Element, detail: fmt.Sprintf("the signature of the %s was not verified: the message brings no certificate, and none was given", covered(s))})
		}
	}
}

func runDigestMismatch(x *exam) {
	for _, s := range x.signatures() {
		switch s.Digest {
		case xmldsig.Mismatch:
			for _, r := range s.References {
				if r.Digest == xmldsig.Mismatch {
					x.fail(fact{element: r.Target, detail: digestDetail(s, r)})
				}
			}
		case xmldsig.Unsupported, xmldsig.Malformed, xmldsig.NotChecked:
			x.skip("the digest of the " + covered(s) + " could not be computed")
		}
	}
}

func digestDetail(s *xmldsig.Signature, r xmldsig.Reference) string {
	what := "document"
	if r.Target != nil {
		what = r.Target.Tag
	}
	out := fmt.Sprintf("the %s was changed after it was signed: its digest is not the one in the signature", finding.Printable(what))
	if s.Value == xmldsig.Match {
		out += ", while the signature itself is genuine"
	}
	if s.Repair != "" {
		out += "; undoing \"" + s.Repair + "\" makes it fit again"
	}
	return out
}

func runValueMismatch(x *exam) {
	for _, s := range x.signatures() {
		switch {
		case s.Value == xmldsig.Mismatch && len(s.Embedded) == 0 && x.fromApp():
			x.skip(madeByApp)
		case s.Value == xmldsig.Mismatch:
			f := fact{element: s.Element, detail: x.valueDetail(s)}
			if len(s.Embedded) > 0 {
				f.fixes = pairFixes
			}
			x.fail(f)
		case s.Value == xmldsig.NotChecked:
			x.skip("no key is at hand: " + noCertificate)
		case s.Value != xmldsig.Match:
			x.skip("the signature of the " + covered(s) + " cannot be judged")
		}
	}
}

// valueDetail tells a wrong key from a changed signature, as far as one can.
func (x *exam) valueDetail(s *xmldsig.Signature) string {
	trusted := x.expect.Trusted()
	out := fmt.Sprintf("the signature of the %s fits ", covered(s))
	switch {
	case s.Repair != "":
		return fmt.Sprintf("the signature of the %s does not fit this copy of the message; undoing %q makes it fit again", covered(s), s.Repair)
	case len(trusted) == 0 && len(s.Embedded) == 0:
		out += "no key in the message, so it was damaged or forged"
	case len(trusted) == 0:
		out = fmt.Sprintf("the signature of the %s does not fit the certificate in the message (%s), so it was damaged or forged", covered(s), describe(s.Embedded[0]))
	case len(s.Embedded) == 0:
		out += fmt.Sprintf("none of the certificates given (%s): another key signed, or the signature was changed", describeAll(trusted))
	case slices.ContainsFunc(trusted, func(t TrustedCertificate) bool { return t.SameKey(s.Embedded[0]) }):
		out = fmt.Sprintf("the signature of the %s does not fit its certificate, which is the trusted one (%s): another private key signed than the one that belongs to it, or the signature was damaged or forged", covered(s), describe(s.Embedded[0]))
	default:
		out += fmt.Sprintf("neither the certificate in the message (%s) nor those given (%s), so it was damaged or forged", describe(s.Embedded[0]), describeAll(trusted))
	}
	if s.Digest == xmldsig.Match {
		out += "; the signed content itself is unchanged"
	}
	return out
}

// The names by which Entra's certificates are known: the ones of an app, and
// those of the tenant, which metadata without ?appid= lists.
const (
	entraAppSigner    = "CN=Microsoft Azure Federated SSO Certificate"
	entraTenantSigner = "CN=accounts.accesscontrol.windows.net"
)

func runUntrusted(x *exam) {
	signatures, trusted := x.signatures(), x.expect.Trusted()
	if len(trusted) == 0 {
		x.skip(noCertificate)
		return
	}
	for _, s := range signatures {
		switch {
		case s.Key == xmldsig.KeyUntrusted && x.fromApp():
			x.skip(madeByApp)
		case s.Key == xmldsig.KeyUntrusted && s.Certificate == nil:
			x.fail(fact{element: s.Element, expected: thumbprints(trusted), detail: fmt.Sprintf(
				"the %s is signed with a bare key in the message that is not the key of any trusted certificate (%s)", covered(s), describeAll(trusted))})
		case s.Key == xmldsig.KeyUntrusted:
			f := x.untrusted(s, trusted)
			f.detail += x.listed(s.Certificate)
			if x.metadata() {
				f.severity = finding.Warning
				f.detail += "; metadata is often signed with a key of its own"
			}
			x.fail(f)
		case s.Value != xmldsig.Match:
			x.skip("no key at hand fits the signature, so the signer is not known")
		}
	}
}

// listed says that the metadata, which does not decide here, has the signer's
// certificate.
func (x *exam) listed(signer *keys.Certificate) string {
	if len(x.expect.Certificates) == 0 {
		return ""
	}
	for _, t := range x.expect.MetadataCertificates {
		if t.SameKey(signer) {
			return "; " + t.Source + " lists the one that signs, so it is genuine and the copy that is trusted is out of date"
		}
	}
	return ""
}

// metadata reports whether the message is metadata, which Entra and others sign
// with another key than tokens.
func (x *exam) metadata() bool { return xmldoc.Namespace(x.msg.saml.Element) == saml.NSMetadata }

// untrusted puts the certificate that signed beside those that are trusted,
// and says what the two tell of each other.
func (x *exam) untrusted(s *xmldsig.Signature, trusted []TrustedCertificate) fact {
	signer := s.Certificate
	f := fact{element: s.Element, expected: thumbprints(trusted), actual: signer.SHA1()}
	cause := relation(signer, trusted)
	switch {
	case x.tenantWide(signer, trusted):
		cause = "the trusted keys are those of the Entra tenant, not of the app, as metadata that was fetched without \"?appid=\" lists them"
		f.fixes = []finding.Fix{
			{System: finding.App, Place: appCertificate, Action: "use the metadata address that ends in \"?appid=\" and the Application ID of the app; the one without it lists keys that never sign this app's tokens"},
			{System: finding.Entra, Place: entraCertificate + " > App Federation Metadata Url", Action: "copy the address from there: it holds \"?appid=\""},
		}
	case cause == signsWithOld:
		f.fixes = activateFixes
	}
	f.detail = fmt.Sprintf("%s: the %s is signed with %s, but trusted is %s", cause, covered(s), describe(signer), describeAll(trusted))
	return f
}

// tenantWide reports whether the trusted keys are those of an Entra tenant, as
// its metadata without ?appid= lists them, while an app's own certificate
// signed: the one that Entra made, or one that was uploaded for the app.
func (x *exam) tenantWide(signer *keys.Certificate, trusted []TrustedCertificate) bool {
	if x.msg.product != finding.Entra || strings.Contains(signer.Subject, entraTenantSigner) {
		return false
	}
	if allOf(trusted, entraTenantSigner) {
		return true
	}
	given := len(x.expect.Certificates) > 0 || !slices.ContainsFunc(x.expect.IdPMetadata, func(m *saml.Metadata) bool { return product(m.EntityID.Value) == finding.Entra })
	return !given && strings.Contains(signer.Subject, entraAppSigner) &&
		!slices.ContainsFunc(trusted, func(t TrustedCertificate) bool { return strings.Contains(t.Subject, entraAppSigner) })
}

// signsWithOld is where the app has the next certificate before it is active.
const signsWithOld = "the app holds the new certificate, but the identity provider still signs with the old one"

// relation says how the signer's certificate relates to the nearest trusted
// one: its name, its age.
func relation(signer *keys.Certificate, trusted []TrustedCertificate) string {
	nearest := trusted[0]
	for _, t := range trusted {
		if t.Subject == signer.Subject && (nearest.Subject != signer.Subject || t.NotBefore.After(nearest.NotBefore)) {
			nearest = t
		}
	}
	if nearest.Subject != signer.Subject {
		return "the certificate is of another app, tenant or product, as its name says"
	}
	switch {
	case signer.NotBefore.After(nearest.NotBefore):
		return "the certificate was renewed, and the app still holds the old one"
	case signer.NotBefore.Before(nearest.NotBefore):
		return signsWithOld
	}
	return "the certificate is of another app or environment, with the same name and start"
}

func allOf(trusted []TrustedCertificate, name string) bool {
	for _, t := range trusted {
		if !strings.Contains(t.Subject, name) {
			return false
		}
	}
	return len(trusted) > 0
}

// covered names what a signature covers: "Response", "Assertion".
func covered(s *xmldsig.Signature) string {
	switch {
	case s.Covers != nil:
		return finding.Printable(s.Covers.Tag)
	case s.Parent != nil:
		return finding.Printable(s.Parent.Tag)
	}
	return "message"
}

// describe names a certificate as portals show it: subject, SHA-1 thumbprint
// and validity.
func describe(c *keys.Certificate) string {
	if c == nil {
		return "a key without certificate"
	}
	return fmt.Sprintf("%s, thumbprint %s, valid %s to %s", finding.Shorten(c.Subject, 80), c.SHA1(), day(c.NotBefore), day(c.NotAfter))
}

// describeAll describes the first three of the certificates.
func describeAll(trusted []TrustedCertificate) string {
	var parts []string
	for _, t := range trusted[:min(len(trusted), 3)] {
		part := describe(t.Certificate)
		if t.Source != "" {
			part += ", from " + t.Source
		}
		parts = append(parts, part)
	}
	if more := len(trusted) - len(parts); more > 0 {
		parts = append(parts, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(parts, "; ")
}

func day(t time.Time) string {
	if t.IsZero() {
		return "an unknown day"
	}
	return t.Format(time.DateOnly)
}

func thumbprints(trusted []TrustedCertificate) []string {
	out := make([]string, len(trusted))
	for i, t := range trusted {
		out[i] = t.SHA1()
	}
	return out
}
