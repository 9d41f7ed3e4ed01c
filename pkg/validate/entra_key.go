package validate

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"github.com/ssodoctor/ssodoctor/pkg/entra"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

const (
	entraSigningCertificate = entraCertificate + " > Token signing certificate > Edit"
	keyDates                = "Microsoft Learn: Tutorial: Manage federation certificates"
)

var entraKeyChecks = []*Check{
	{
		Name: "entra-notification-missing", Severity: finding.Warning, Family: FamilyEntra, Scope: OfFile,
		Title:     "Nobody is told before the signing certificate expires",
		Why:       "Entra sends mail 60, 30 and 7 days before the end to these addresses only. An expired certificate stops every sign-in where the app checks dates.",
		Cause:     "The address of the person who set the app up is the default in the portal; scripts leave it empty.",
		Fixes:     []finding.Fix{{System: finding.Entra, Place: entraSigningCertificate + " > Notification Email Addresses", Action: "enter a mailbox that more than one person reads"}},
		Reference: keyDates,
		Since:     "0.1.0",
		lint:      lints{enterprise: lintNotification},
	},
	{
		Name: "entra-certificate-missing", Severity: finding.Warning, Family: FamilyEntra, Scope: OfFile,
		Title:     "The application has no signing certificate of its own, or none is active",
		Why:       "Tokens are signed with a key that the app was not given, and that can change without notice.",
		Cause:     "The application was created by a script that stops before addTokenSigningCertificate or before the certificate is made active.",
		Fixes:     []finding.Fix{{System: finding.Entra, Place: entraSigningCertificate, Action: "make a new certificate, make it active, and give it to the app"}},
		Reference: "Microsoft Graph: servicePrincipal.preferredTokenSigningKeyThumbprint",
		Since:     "0.1.0",
		lint:      lints{enterprise: lintSigningMissing},
	},
	{
		Name: "entra-certificate-dangling", Severity: finding.Error, Family: FamilyEntra, Scope: OfFile,
		Title:     "The active signing certificate is none that the application has",
		Why:       "Entra cannot sign with the key that is chosen, and takes another one or none.",
		Cause:     "The certificate was removed, or its thumbprint was copied from another application.",
		Fixes:     []finding.Fix{{System: finding.Entra, Place: entraSigningCertificate, Action: "make one of the certificates that are there active, and give it to the app"}},
		Reference: "Microsoft Graph: servicePrincipal.preferredTokenSigningKeyThumbprint",
		Since:     "0.1.0",
		lint:      lints{enterprise: lintSigningDangling},
	},
	{
		Name: "entra-certificate-expired", Severity: finding.Error, Family: FamilyEntra, Scope: OfFile,
		Title:     "The active signing certificate has expired",
		Why:       "Apps that check dates refuse every response. Where another certificate is still valid, Entra signs with that one, without a word, and apps that only know the active one refuse it.",
		Cause:     "The rollover was forgotten: the certificate lives three years by default.",
		Fixes:     []finding.Fix{{System: finding.Entra, Place: entraSigningCertificate, Action: "make a new certificate, give it to the app, then make it active"}},
		Reference: keyDates,
		Since:     "0.1.0",
		Explains:  []string{"entra-certificate-inactive"},
		lint:      lints{enterprise: lintSigningExpired},
	},
	{
		Name: "entra-certificate-expiring", Severity: finding.Warning, Family: FamilyEntra, Scope: OfFile,
		Title:     "The active signing certificate expires soon",
		Why:       "Apps that check dates refuse every response from that day on.",
		Cause:     "The certificate lives three years by default.",
		Fixes:     []finding.Fix{{System: finding.Entra, Place: entraSigningCertificate, Action: "make a new certificate, give it to the app, then make it active"}},
		Reference: keyDates,
		Since:     "0.1.0",
		lint:      lints{enterprise: lintSigningExpiring},
	},
	{
		Name: "entra-certificate-inactive", Severity: finding.Warning, Family: FamilyEntra, Scope: OfFile,
		Title:     "A newer signing certificate waits to be made active",
		Why:       "Entra switches to it by itself on the day the active one expires: apps that were not given the new one fail on that day.",
		Cause:     "The rollover was begun, and the last step was not taken.",
		Fixes:     []finding.Fix{{System: finding.Entra, Place: entraSigningCertificate, Action: "give the new certificate to the app, then make it active; or delete it"}},
		Reference: keyDates,
		Since:     "0.1.0",
		lint:      lints{enterprise: lintSigningInactive},
	},
	{
		Name: "entra-encryption-key", Severity: finding.Error, Family: FamilyEntra, Scope: OfFile,
		Title:     "The key for token encryption is not usable, or not used",
		Why:       "Entra encrypts only with the key that tokenEncryptionKeyId names: with none, tokens go out in clear; with a missing one, none go out.",
		Cause:     "The certificate was uploaded and not activated, or was removed while it was active.",
		Fixes:     []finding.Fix{{System: finding.Entra, Place: entraEncryption, Action: "activate the certificate of the app, or remove those that are not in use"}},
		Reference: "Microsoft Learn: Configure Microsoft Entra SAML token encryption",
		Since:     "0.1.0",
		lint:      lints{enterprise: lintEncryption},
	},
	{
		Name: "entra-request-signature", Severity: finding.Warning, Family: FamilyEntra, Scope: OfFile,
		Title:     "The verification of signed requests is set up so that sign-ins fail, or weakly",
		Why:       "Where Entra demands signed requests, it needs a valid certificate of the app, and refuses sign-in that starts at My Apps.",
		Cause:     "\"Require verification certificates\" was switched on alone, or SHA-1 was allowed for an old app.",
		Fixes:     []finding.Fix{{System: finding.Entra, Place: entraVerification, Action: "upload the app's current signing certificate, and enter the app's Sign on URL"}},
		Reference: "Microsoft Learn: Enforce signed SAML authentication requests",
		Since:     "0.1.0",
		lint:      lints{enterprise: lintRequestSignature},
	},
}

func lintNotification(x *inspection, e *enterprise) {
	if p := e.principal(x); p != nil && exportedList(x, p.NotificationAddresses, "notificationEmailAddresses") && len(p.NotificationAddresses.Items) == 0 && !p.NotificationAddresses.Partial {
		x.failAt(p.NotificationAddresses.At, fact{detail: fmt.Sprintf("%s has no notification address: nobody is told before its signing certificate expires", e.title())})
	}
}

// signingKeys are the certificates that tokens are signed with: the public
// halves of the keys of the enterprise application.
func (e *enterprise) signingKeys(x *inspection) []entra.Key {
	p := e.principal(x)
	if p == nil || !exported(x, p.Keys, "keyCredentials") {
		return nil
	}
	var out []entra.Key
	for _, k := range p.Keys.V {
		if k.Of(entra.UsageVerify) {
			out = append(out, k)
		}
	}
	return out
}

// thumbprintSize is the length of a SHA-1 thumbprint in bytes.
const thumbprintSize = 20

// keyThumbprint is the SHA-1 thumbprint of a key's certificate in lower case, by
// its customKeyIdentifier: that in Base64 or hexadecimal digits; "" where it is
// something else.
func keyThumbprint(k entra.Key) string {
	id := strings.TrimSpace(k.Identifier.V)
	if _, err := hex.DecodeString(id); err == nil && len(id) == 2*thumbprintSize {
		return strings.ToLower(id)
	}
	if raw, err := base64.StdEncoding.DecodeString(id); err == nil && len(raw) == thumbprintSize {
		return hex.EncodeToString(raw)
	}
	return ""
}

// isKey reports whether a key has a thumbprint; ok is false where the export
// does not tell. Old recipes write the SHA-256 of the thumbprint's digits.
func isKey(k entra.Key, thumbprint string) (is, ok bool) {
	if own := keyThumbprint(k); own != "" {
		return strings.EqualFold(own, thumbprint), true
	}
	raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(k.Identifier.V))
	if err != nil || len(raw) != sha256.Size {
		return false, false
	}
	upper, lower := sha256.Sum256([]byte(strings.ToUpper(thumbprint))), sha256.Sum256([]byte(strings.ToLower(thumbprint)))
	return string(raw) == string(upper[:]) || string(raw) == string(lower[:]), true
}

// active is the active signing certificate; nil, with the outcome settled,
// where the export does not tell.
func (e *enterprise) active(x *inspection) *entra.Key {
	all := e.signingKeys(x)
	if len(all) == 0 || !exported(x, e.Principal.SigningThumbprint, "preferredTokenSigningKeyThumbprint") {
		return nil
	}
	for i := range all {
		if is, _ := isKey(all[i], e.Principal.SigningThumbprint.V); is && exported(x, all[i].End, "the end date of the active certificate") {
			return &all[i]
		}
	}
	x.skip("which certificate is active cannot be told from the export")
	return nil
}

func lintSigningMissing(x *inspection, e *enterprise) {
	all := e.signingKeys(x)
	p := e.Principal
	switch {
	case x.silent || p == nil || !p.Keys.Known:
	case len(all) == 0:
		x.failAt(p.Keys.At, fact{detail: e.title() + " has no signing certificate of its own"})
	case exported(x, p.SigningThumbprint, "preferredTokenSigningKeyThumbprint") && p.SigningThumbprint.V == "":
		x.failAt(p.SigningThumbprint.At, fact{detail: fmt.Sprintf("%s has %s, and none is made active", e.title(), count(len(all), "signing certificate", "signing certificates"))})
	}
}

func lintSigningDangling(x *inspection, e *enterprise) {
	all := e.signingKeys(x)
	if len(all) == 0 || !exported(x, e.Principal.SigningThumbprint, "preferredTokenSigningKeyThumbprint") || e.Principal.SigningThumbprint.V == "" {
		return
	}
	want := e.Principal.SigningThumbprint
	for _, k := range all {
		switch is, ok := isKey(k, want.V); {
		case is:
			return
		case !ok:
			x.skip("the thumbprint of a certificate cannot be told from the export")
			return
		}
	}
	x.failAt(want.At, fact{actual: want.V, detail: fmt.Sprintf("the thumbprint %s of the active signing certificate is that of none of the %d that %s has", finding.Quote(want.V), len(all), e.title())})
}

func lintSigningExpired(x *inspection, e *enterprise) {
	k := e.active(x)
	if k == nil || x.at().Before(k.End.V) {
		return
	}
	detail := fmt.Sprintf("the active signing certificate of %s expired on %s", e.title(), day(k.End.V))
	for _, other := range e.signingKeys(x) {
		if other.End.Known && x.at().Before(other.End.V) && other.Identifier.V != k.Identifier.V {
			detail += fmt.Sprintf("; Entra signs with another one by itself, which is valid until %s: the app must have that one", day(other.End.V))
			break
		}
	}
	x.failAt(k.End.At, fact{actual: k.End.V.Format(time.RFC3339), detail: detail})
}

func lintSigningExpiring(x *inspection, e *enterprise) {
	k := e.active(x)
	if k == nil || !x.at().Before(k.End.V) || x.at().Add(x.warning()).Before(k.End.V) {
		return
	}
	x.failAt(k.End.At, fact{actual: k.End.V.Format(time.RFC3339),
		detail: fmt.Sprintf("the active signing certificate of %s expires on %s, in %s", e.title(), day(k.End.V), count(int(k.End.V.Sub(x.at()).Hours()/24), "day", "days"))})
}

func lintSigningInactive(x *inspection, e *enterprise) {
	k := e.active(x)
	if k == nil {
		return
	}
	for _, other := range e.signingKeys(x) {
		if other.Identifier.V != k.Identifier.V && other.End.Known && other.End.V.After(k.End.V) && x.at().Before(other.End.V) {
			x.failAt(other.At, fact{detail: fmt.Sprintf("a signing certificate of %s that is valid until %s is not active; the active one ends on %s", e.title(), day(other.End.V), day(k.End.V))})
			return
		}
	}
}

func lintEncryption(x *inspection, e *enterprise) {
	a := e.registration(x)
	if a == nil || !exported(x, a.EncryptionKeyID, "tokenEncryptionKeyId") || !exported(x, a.Keys, "keyCredentials") {
		return
	}
	active, spare := a.EncryptionKeyID, 0
	for _, k := range a.Keys.V {
		if active.V != "" && strings.EqualFold(k.ID.V, active.V) {
			encryptionKey(x, k)
			return
		}
		if k.Of(entra.UsageEncrypt) {
			spare++
		}
	}
	switch {
	case active.V != "":
		x.failAt(active.At, fact{actual: active.V, detail: fmt.Sprintf("tokenEncryptionKeyId of %s is %s, which is none of its keys", e.title(), finding.Quote(active.V))})
	case spare > 0:
		x.failAt(a.Keys.At, fact{severity: finding.Warning,
			detail: fmt.Sprintf("%s has %s for token encryption, and none is active: tokens are not encrypted", e.title(), count(spare, "certificate", "certificates"))})
	}
}

// encryptionKey judges the key that tokens are encrypted with.
func encryptionKey(x *inspection, k entra.Key) {
	switch {
	case !k.Of(entra.UsageEncrypt):
		x.failAt(k.At, fact{expected: []string{entra.UsageEncrypt}, actual: k.Usage.V, detail: fmt.Sprintf("the key that tokens are to be encrypted with has the usage %s, expected %q", finding.Quote(k.Usage.V), entra.UsageEncrypt)})
	case k.End.Known && !x.at().Before(k.End.V):
		x.failAt(k.End.At, fact{severity: finding.Warning, detail: fmt.Sprintf("the certificate that tokens are encrypted with expired on %s", day(k.End.V))})
	}
}

func lintRequestSignature(x *inspection, e *enterprise) {
	a := e.registration(x)
	if a == nil || !exported(x, a.SignedRequests, "requestSignatureVerification") {
		return
	}
	if a.WeakAlgorithms.V != "" && !strings.EqualFold(a.WeakAlgorithms.V, "null") {
		x.failAt(a.WeakAlgorithms.At, fact{actual: a.WeakAlgorithms.V, detail: fmt.Sprintf("requests to %s may be signed with the weak algorithm %s", e.title(), finding.Quote(a.WeakAlgorithms.V))})
	}
	if !a.SignedRequests.V {
		return
	}
	if exported(x, a.Keys, "keyCredentials") {
		verificationKeys(x, e, a)
	}
	if p := e.Principal; p != nil && p.LoginURL.Known && p.LoginURL.V == "" {
		x.failAt(a.SignedRequests.At, fact{detail: fmt.Sprintf("%s demands signed requests and has no Sign on URL: sign-in from My Apps fails, as it has no request", e.title())})
	}
}

// verificationKeys judges the certificates that requests are verified with.
func verificationKeys(x *inspection, e *enterprise, a *entra.Application) {
	found := false
	for _, k := range a.Keys.V {
		if !k.Of(entra.UsageVerify) {
			continue
		}
		if !k.End.Known || x.at().Before(k.End.V) {
			return
		}
		found = true
	}
	detail := "has no certificate to verify them with"
	if found {
		detail = "every certificate to verify them with has expired"
	}
	x.failAt(a.SignedRequests.At, fact{detail: fmt.Sprintf("%s demands signed requests, but %s", e.title(), detail)})
}
