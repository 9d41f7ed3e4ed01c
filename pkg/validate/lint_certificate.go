package validate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/keys"
	"github.com/ssodoctor/ssodoctor/pkg/saml"
)

// ofHolder names a certificate and whose it is.
func (p *placed) ofHolder() string {
	text := "(" + certName(p.Certificate) + ")"
	if p.holder != "" {
		text += " of " + finding.Quote(finding.Shorten(p.holder, 80))
	}
	return text
}

// appRenewal is the move around a certificate of the app's own.
var appRenewal = []finding.Fix{{System: finding.App, Place: "the app's own certificate, for decryption and for signed requests",
	Action: "make a new key pair, publish its certificate in the metadata beside the old one, and give it to the identity provider before the app uses it"}}

// renewal are the moves around the certificate, of the products that can be
// its holder.
func (p *placed) renewal() []finding.Fix {
	if p.ofApp {
		return slices.Clone(appRenewal)
	}
	holder := product(p.holder)
	return slices.DeleteFunc(slices.Clone(renewFixes), func(f finding.Fix) bool {
		return written(holder) && f.System != holder && f.System != finding.App
	})
}

// label says what the certificate is for.
func (p *placed) label() string {
	if p.use == anyUse {
		return "the certificate"
	}
	return "the " + string(p.use) + " certificate"
}

// lintEnded is about certificates whose time has passed. One that a valid one
// has replaced is merely left over; for encryption, many do not look.
func lintEnded(x *inspection, p *placed) {
	end := p.NotAfter
	if end.IsZero() || !x.at().After(end) {
		return
	}
	f := fact{location: p.location, title: "A certificate has expired", fixes: p.renewal(), actual: day(end), detail: fmt.Sprintf("%s %s expired on %s, %s ago", p.label(), p.ofHolder(), day(end), finding.Duration(x.at().Sub(end)))}
	switch {
	case p.replaced:
		f.severity = finding.Info
		f.detail += "; another one is valid, so this one can be removed"
	case p.use == encryptionUse:
		f.severity = finding.Warning
	case p.use == metadataUse:
		f.severity = finding.Info // the key is what counts there
	}
	x.fail(f)
}

func lintNotYetValid(x *inspection, p *placed) {
	if start := p.NotBefore; x.at().Before(start) {
		f := fact{location: p.location, title: "A certificate is not valid yet", fixes: p.renewal(), actual: day(start), detail: fmt.Sprintf("%s %s becomes valid on %s only", p.label(), p.ofHolder(), minute(start))}
		if p.replaced {
			f.severity = finding.Info
			f.detail += "; another one is valid until then"
		}
		x.fail(f)
	}
}

func lintEnding(x *inspection, p *placed) {
	left := p.NotAfter.Sub(x.at())
	if p.NotAfter.IsZero() || left < 0 || left > x.warning() {
		return
	}
	f := fact{location: p.location, title: "A certificate expires soon", fixes: p.renewal(), actual: day(p.NotAfter), detail: fmt.Sprintf("%s %s expires on %s, in %s", p.label(), p.ofHolder(), day(p.NotAfter), finding.Duration(left))}
	if p.replaced {
		f.severity = finding.Info
		f.detail += "; another one is valid beside it"
	}
	x.fail(f)
}

func lintWeakKey(x *inspection, p *placed) {
	if why := p.WeakKey(); why != "" {
		x.fail(fact{location: p.location, title: "The key of a certificate is weak", fixes: p.renewal(), detail: fmt.Sprintf("%s %s has a weak key: %s", p.label(), p.ofHolder(), why)})
	}
}

func lintWeakSignature(x *inspection, p *placed) {
	if weak := p.WeakSignature(); weak != "" && !p.SelfSigned {
		x.fail(fact{location: p.location, title: "A certificate is itself signed with an old algorithm", fixes: p.renewal(), detail: fmt.Sprintf("%s %s is itself signed with %s", p.label(), p.ofHolder(), weak)})
	}
}

// lintRollover says how far a renewal has come, where an identity provider
// publishes more than one signing key.
func lintRollover(x *inspection, m *saml.Metadata) {
	if m.IdP == nil {
		x.inapplicable()
		return
	}
	var list []*keys.Certificate
	for _, c := range m.IdP.SigningCertificates() {
		if len(list) <= maxSuccessors && !slices.ContainsFunc(list, c.SameKey) {
			list = append(list, c)
		}
	}
	if len(list) < 2 {
		return
	}
	parts := make([]string, len(list))
	for i, c := range list {
		state := "valid"
		switch {
		case x.at().Before(c.NotBefore):
			state = "not valid yet"
		case !c.ValidAt(x.at()):
			state = "expired"
		}
		parts[i] = describe(c) + " (" + state + ")"
	}
	x.fail(fact{element: m.IdP.Element, title: "More than one signing key is published",
		detail: fmt.Sprintf("%s publishes several signing keys, any of which may sign: %s", entityName(m), strings.Join(parts, "; "))})
}

// certificateFileChecks judge certificates as they are kept in files.
var certificateFileChecks = []*Check{
	{
		Name: "certificate-wrong-use", Severity: finding.Warning, Family: FamilyCertificate, Scope: OfFile,
		Title:     "The certificate forbids what it is used for",
		Why:       "Libraries that look at the key usage refuse every signature made with it.",
		Cause:     "The encryption certificate was given for signing, or a certificate of a web server or authority was taken.",
		Fixes:     []finding.Fix{{System: finding.App, Place: appCertificate, Action: "use the certificate that was made for signing tokens"}},
		Reference: "RFC 5280 section 4.2.1.3",
		Since:     "0.1.0",
		lint:      lints{certificate: lintWrongUse},
	},
	{
		Name: "certificate-chain", Severity: finding.Warning, Family: FamilyCertificate, Scope: OfFile,
		Title:     "A chain stands where one certificate belongs",
		Why:       "Apps that read the first certificate of a file alone take the wrong one, and refuse every signature.",
		Cause:     "The export of a certificate with its authorities (.p7b, full chain) was taken, or pasted in the wrong order.",
		Fixes:     []finding.Fix{{System: finding.App, Place: appCertificate, Action: "keep the signing certificate alone, or put it first"}},
		Reference: "RFC 5246 section 7.4.2 (order of certificates), SAML Metadata Interoperability 2.5.1",
		Since:     "0.1.0",
		lint:      lints{bundle: lintChain},
	},
}

func lintWrongUse(x *inspection, p *placed) {
	switch {
	case p.use == encryptionUse:
		x.inapplicable()
	case p.KeyUsageSignature == keys.Denied && p.IsCA && !p.SelfSigned:
		x.fail(fact{location: p.location, detail: fmt.Sprintf("%s %s is that of a certification authority and may not sign tokens", p.label(), p.ofHolder())})
	case p.KeyUsageSignature == keys.Denied && p.use == signingUse:
		x.fail(fact{location: p.location, detail: fmt.Sprintf("%s %s may not sign: its key usage is for something else, such as encryption", p.label(), p.ofHolder())})
	}
}

// lintChain tells a chain from certificates that merely share a file.
func lintChain(x *inspection, b *keys.Bundle) {
	list := b.Certificates
	if len(list) < 2 {
		return
	}
	issuers := map[string]bool{}
	for _, c := range list {
		if !c.SelfSigned {
			issuers[c.Issuer] = true
		}
	}
	leaf, authorities := -1, 0
	for i, c := range list {
		switch {
		case issuers[c.Subject]:
			authorities++
		case leaf < 0:
			leaf = i
		}
	}
	switch {
	case authorities == 0 || leaf < 0:
	case leaf > 0:
		x.fail(fact{detail: fmt.Sprintf("the file is a chain in the wrong order: the certificate that signs (%s) is number %d of %d, and the first is that of an authority (%s)", certName(list[leaf]), leaf+1, len(list), certName(list[0]))})
	default:
		x.fail(fact{severity: finding.Info, detail: fmt.Sprintf("the file holds a chain of %d certificates; the first one (%s) is the one that signs", len(list), certName(list[0]))})
	}
}
