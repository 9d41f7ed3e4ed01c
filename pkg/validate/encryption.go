package validate

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/keys"
	"github.com/ssodoctor/ssodoctor/pkg/profile"
	"github.com/ssodoctor/ssodoctor/pkg/saml"
	"github.com/ssodoctor/ssodoctor/pkg/xmldoc"
	"github.com/ssodoctor/ssodoctor/pkg/xmlenc"
)

// The places where encryption is set up.
const (
	entraEncryption = "Enterprise applications > (app) > Token encryption"
	adfsEncryption  = adfsTrust + " > Properties > Encryption"
	oktaEncryption  = oktaAdvanced + " > Assertion Encryption"
	appDecryption   = "the app's SAML settings: certificate and private key for decryption"
)

// keyFixes make identity provider and app use one pair of keys.
var keyFixes = []finding.Fix{
	{System: finding.Entra, Place: entraEncryption, Action: "import the app's current certificate and activate it, then remove the old one"},
	{System: finding.ADFS, Place: adfsEncryption, Action: "select the app's current encryption certificate, or update the trust from the app's metadata"},
	{System: finding.Okta, Place: oktaEncryption + " > Encryption Certificate", Action: "upload the app's current certificate"},
	{System: finding.App, Place: appDecryption, Action: "put back the private key that belongs to the certificate at the identity provider; most apps can hold the old and the new key during a change"},
}

var encryptionChecks = []*Check{
	{
		Name: "encryption-key-missing", Severity: finding.Info, Family: FamilyEncryption, Scope: OfSigned,
		Title: "A part of the message is encrypted and was not read",
		Why:   "What is inside was not checked: of an assertion the user, audience, times, claims and, often, the signature. This says nothing against the sign-in.",
		Cause: "Token encryption is on for this app, and only the app has the key.",
		Fixes: []finding.Fix{
			{System: finding.App, Place: appDecryption, Action: "give the private key to ssodoctor with --key (it stays on this computer), or look in the app's own log for what it made of the decrypted assertion"},
		},
		Reference: "SAML Core 2.3.4, 6",
		Since:     "0.1.0",
		run:       runKeyMissing,
	},
	{
		Name: "encryption-key-mismatch", Severity: finding.Error, Family: FamilyEncryption, Scope: OfSigned,
		Title:     "The message is encrypted for another key",
		Why:       "Only the holder of the matching private key can read the assertion. An app that does not have it refuses the sign-in, often with a message about decryption or about a missing assertion.",
		Cause:     "The app renewed its certificate and the identity provider still encrypts for the old one, or the certificate of another app or environment was uploaded. Where only --key is at odds, the wrong key was given to ssodoctor.",
		Fixes:     keyFixes,
		Reference: "SAML Core 6.2, XML Encryption 1.1 section 3.5",
		Since:     "0.1.0",
		Explains:  []string{"flow-app-rejected"},
		run:       runKeyMismatch,
	},
	{
		Name: "encryption-failed", Severity: finding.Error, Family: FamilyEncryption, Scope: OfSigned,
		Title: "What is encrypted cannot be decrypted",
		Why:   "The app cannot read the assertion either.",
		Cause: "The message was changed or cut off on its way, or the identity provider uses an algorithm or parameters that are off the standard.",
		Fixes: []finding.Fix{
			{System: finding.Entra, Place: entraEncryption, Action: "check that the certificate there is the app's, with an RSA key; capture the message raw once more"},
			{System: finding.ADFS, Place: adfsEncryption, Action: "check that the certificate there is the app's, with an RSA key; capture the message raw once more"},
			{System: finding.Okta, Place: oktaEncryption, Action: "choose AES256-GCM or AES256-CBC, and RSA-OAEP"},
			{System: finding.App, Place: appDecryption, Action: "compare the algorithms in the message with those that the app's library supports"},
		},
		Reference: "XML Encryption 1.1 sections 4.4, 5.2 and 5.5",
		Since:     "0.1.0",
		Explains:  []string{"flow-app-rejected"},
		run:       runDecryptionFailed,
	},
	{
		Name: "encryption-policy-unmet", Severity: finding.Error, Family: FamilyEncryption, Scope: OfToken,
		Title: "The message is not encrypted as the app wants it",
		Why:   "An app that cannot decrypt finds no assertion; one that insists on encryption refuses a plain one.",
		Cause: "Token encryption was switched on, or off, on one side only.",
		Fixes: []finding.Fix{
			{System: finding.Entra, Place: entraEncryption, Action: "deactivate token encryption where the app cannot decrypt; else import the app's certificate and activate it"},
			{System: finding.ADFS, Place: adfsEncryption, Action: "remove the certificate where the app cannot decrypt; else select the app's"},
			{System: finding.Okta, Place: oktaEncryption, Action: "choose Unencrypted where the app cannot decrypt; else Encrypted, with algorithms that the app offers"},
			{System: finding.App, Place: appDecryption, Action: "set up a key pair for decryption, or no longer demand encryption"},
		},
		Reference: "SAML Metadata 2.4.1.1, SAML Core 6",
		Since:     "0.1.0",
		Explains:  []string{"flow-app-rejected"},
		run:       runEncryptionPolicy,
	},
	{
		Name: "encryption-algorithm-weak", Severity: finding.Warning, Family: FamilyEncryption, Scope: OfSigned,
		Title: "The message is encrypted with an algorithm that is no longer safe",
		Why:   "RSA PKCS #1 v1.5, Triple DES and CBC can be attacked through the error messages of an app that decrypts before it verifies.",
		Cause: "Old defaults; several identity providers offer nothing newer than CBC.",
		Fixes: []finding.Fix{
			{System: finding.Okta, Place: oktaAdvanced + " > Encryption Algorithm, Key Transport Algorithm", Action: "choose AES256-GCM and RSA-OAEP"},
			{System: finding.App, Place: "the app's SAML settings and metadata: encryption methods", Action: "offer AES-GCM and RSA-OAEP where the identity provider can use them; else make sure that the app verifies the signature of the response before it decrypts"},
		},
		Reference: "XML Encryption 1.1 sections 5.2, 5.5 and 6.1",
		Since:     "0.1.0",
		run:       runEncryptionWeak,
	},
}

// parcels are what holds an EncryptedData, as people call what is inside, and
// what is not judged as long as it is not read.
var parcels = map[string]struct{ name, unread string }{
	"EncryptedAssertion":     {"assertion", "subject, audience, validity, claims and a signature inside it"},
	"RequestedSecurityToken": {"assertion", "subject, audience, validity, claims and a signature inside it"},
	"EncryptedID":            {"NameID", "its format and value"},
	"NewEncryptedID":         {"new NameID", "its value"},
	"EncryptedAttribute":     {"claim", "its name and values"},
}

func runKeyMissing(x *exam) {
	for _, item := range x.items() {
		if item.Outcome == xmlenc.NoKey {
			p := parcels[item.Holder]
			x.fail(fact{location: item.Location, detail: fmt.Sprintf("the %s is encrypted and was not decrypted, so these were not checked: %s", p.name, p.unread)})
		}
	}
}

func runKeyMismatch(x *exam) {
	for _, item := range x.items() {
		f := fact{location: item.Location, expected: sha1s(x.expect.decrypters()), actual: strings.Join(sha1s(item.Certificates), ", ")}
		stale := x.outdated(item)
		switch {
		case item.Outcome == xmlenc.KeyMismatch:
			f.detail = fmt.Sprintf("the %s cannot be decrypted: %s%s", parcels[item.Holder].name, item.Detail, x.keyInMetadata())
		case stale != "":
			f.detail = fmt.Sprintf("the %s is encrypted for %s", parcels[item.Holder].name, stale)
		case item.Outcome == xmlenc.NoKey:
			x.skip("no private key was given: give --key")
			continue
		default:
			continue
		}
		x.fail(f)
	}
}

// outdated says that the certificates for which the message is encrypted are
// not among those that the app publishes; "" where they are, or that is not
// known.
func (x *exam) outdated(item *xmlenc.Item) string {
	published := x.expect.decrypters()
	if len(published) == 0 || len(item.Certificates) == 0 || item.Outcome == xmlenc.Decrypted {
		return ""
	}
	for _, c := range item.Certificates {
		if slices.ContainsFunc(published, c.SameKey) {
			return ""
		}
	}
	return fmt.Sprintf("%s, but the metadata of the app publishes %s for encryption", describe(item.Certificates[0]), describe(published[0]))
}

// keyInMetadata says whether a key that was given belongs to a certificate
// that the app publishes.
func (x *exam) keyInMetadata() string {
	published := x.expect.decrypters()
	if len(published) == 0 {
		return ""
	}
	for _, k := range x.expect.Keys {
		for _, c := range published {
			if k.Private.PublicKey.Equal(c.PublicKey) {
				return "; " + k.Name + " belongs to the certificate that the app publishes, so the identity provider encrypts for an outdated one"
			}
		}
	}
	return "; no key that was given belongs to a certificate that the app publishes, so it may not be the app's"
}

// decrypters are the certificates for encryption in the metadata of the app.
func (e *Expectations) decrypters() []*keys.Certificate {
	var out []*keys.Certificate
	for _, k := range e.encryptionKeys() {
		out = append(out, k.Certificates...)
	}
	return out
}

func (e *Expectations) encryptionKeys() []saml.KeyDescriptor {
	var out []saml.KeyDescriptor
	for _, m := range e.SPMetadata {
		if m.SP == nil {
			continue
		}
		for _, k := range m.SP.Keys {
			if k.Use.Value != "signing" {
				out = append(out, k)
			}
		}
	}
	return out
}

func sha1s(certificates []*keys.Certificate) []string {
	var out []string
	for _, c := range certificates {
		out = append(out, c.SHA1())
	}
	return out
}

func runDecryptionFailed(x *exam) {
	for _, item := range x.items() {
		name := parcels[item.Holder].name
		switch item.Outcome {
		case xmlenc.Damaged:
			x.fail(fact{location: item.Location, detail: fmt.Sprintf("the %s cannot be decrypted%s: %s", name, fitting(item), item.Detail)})
		case xmlenc.Unsupported:
			x.fail(fact{location: item.Location, severity: finding.Warning, detail: fmt.Sprintf("the %s was not decrypted: %s", name, item.Detail)})
		case xmlenc.NoKey:
			x.skip("no private key was given: give --key")
		case xmlenc.KeyMismatch:
			x.skip("no private key that was given fits")
		}
		if item.Deviation != "" {
			x.fail(fact{location: item.Location, severity: finding.Warning, detail: fmt.Sprintf("the %s opens, but most apps cannot decrypt it: %s", name, item.Deviation)})
		}
	}
}

// fitting names the key that fits and still did not help, "" where none was
// found to.
func fitting(item *xmlenc.Item) string {
	if item.Key == "" {
		return ""
	}
	return ", though " + item.Key + " fits"
}

// runEncryptionPolicy compares what is encrypted, and how, with what the app
// can read and demands.
func runEncryptionPolicy(x *exam) {
	e := x.expect
	offered := e.offeredMethods()
	if e.Encryption != profile.Never && e.Encryption != profile.Required && len(offered) == 0 {
		x.skip("it is not known what the app wants encrypted: give --sp-metadata or --profile")
		return
	}
	for _, a := range x.msg.saml.Assertions {
		switch {
		case a.Encrypted && e.Encryption == profile.Never:
			x.fail(fact{element: a.Element, detail: "the assertion is encrypted, but the app cannot decrypt (" + e.EncryptionSource + ")"})
		case !a.Encrypted && e.Encryption == profile.Required:
			x.fail(fact{element: a.Element, detail: "the assertion is not encrypted, but the app demands it (" + e.EncryptionSource + ")"})
		}
	}
	if x.msg.opened == nil || len(offered) == 0 {
		return
	}
	for _, item := range x.msg.opened.Items {
		for _, uri := range append([]string{item.Algorithm}, item.Transports...) {
			if uri != "" && sameKind(offered, uri) && !slices.Contains(offered, uri) {
				x.fail(fact{
					location: item.Location, severity: finding.Warning, expected: offered, actual: uri,
					detail: fmt.Sprintf("the %s is encrypted with %s, which the metadata of the app does not offer (it offers %s)", parcels[item.Holder].name, xmlenc.AlgorithmName(uri), algorithmNames(offered)),
				})
			}
		}
	}
}

// offeredMethods are the algorithms that the metadata of the app lists for
// encryption.
func (e *Expectations) offeredMethods() []string {
	var out []string
	for _, k := range e.encryptionKeys() {
		for m := range xmldoc.Children(k.Element, saml.NSMetadata, "EncryptionMethod") {
			if uri, _ := xmldoc.Attr(m, "Algorithm"); uri != "" && !slices.Contains(out, uri) {
				out = append(out, uri)
			}
		}
	}
	return out
}

// sameKind reports whether algorithms of the kind of uri, for the content or
// for the key, are offered at all: lists that name one kind alone leave the
// other open.
func sameKind(offered []string, uri string) bool {
	transport := func(uri string) bool { return strings.Contains(uri, "#rsa") || strings.Contains(uri, "#kw-") }
	return slices.ContainsFunc(offered, func(o string) bool { return transport(o) == transport(uri) })
}

func algorithmNames(uris []string) string {
	names := make([]string, len(uris))
	for i, uri := range uris {
		names[i] = finding.Printable(finding.Shorten(xmlenc.AlgorithmName(uri), 80))
	}
	return strings.Join(names, ", ")
}

// weakEncryption are the algorithms of XML Encryption that should not be used.
// CBC is no more than a word: Entra and AD FS encrypt with nothing newer.
var weakEncryption = map[string]struct {
	severity finding.Severity
	why      string
}{
	saml.NSEncryption + "rsa-1_5":       {finding.Warning, "RSA PKCS #1 v1.5, which lets an attacker find the key by trial (Bleichenbacher)"},
	saml.NSEncryption + "tripledes-cbc": {finding.Warning, "Triple DES, which is obsolete"},
	saml.NSEncryption + "aes128-cbc":    {finding.Info, "AES-128 in CBC mode, which does not notice changes"},
	saml.NSEncryption + "aes192-cbc":    {finding.Info, "AES-192 in CBC mode, which does not notice changes"},
	saml.NSEncryption + "aes256-cbc":    {finding.Info, "AES-256 in CBC mode, which does not notice changes"},
}

func runEncryptionWeak(x *exam) {
	for _, item := range x.items() {
		var names []string
		var first string
		severity := finding.Info
		for _, uri := range append([]string{item.Algorithm}, item.Transports...) {
			if weak, ok := weakEncryption[uri]; ok && !slices.Contains(names, weak.why) {
				names = append(names, weak.why)
				first, severity = cmp.Or(first, uri), max(severity, weak.severity)
			}
		}
		if len(names) > 0 {
			x.fail(fact{location: item.Location, actual: first, severity: severity,
				detail: fmt.Sprintf("the %s is encrypted with %s", parcels[item.Holder].name, strings.Join(names, ", and "))})
		}
	}
}
