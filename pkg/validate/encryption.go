package validate

import (
	"fmt"
	"strings"

	"github.com/beevik/etree"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/saml"
	"github.com/ssodoctor/ssodoctor/pkg/xmldoc"
)

var encryptionChecks = []*Check{
	{
		Name: "encryption-key-missing", Severity: finding.Info, Family: FamilyEncryption, Scope: OfToken,
		Title: "The assertion is encrypted and was not read",
		Why:   "User, audience, times, claims and, often, the signature are inside, so none of them were checked. This says nothing against the sign-in.",
		Cause: "Token encryption is on for this app, and only the app has the key.",
		Fixes: []finding.Fix{
			{System: finding.App, Place: "the app's own log", Action: "look there for what the app made of the decrypted assertion"},
		},
		Reference: "SAML Core 2.3.4, 6",
		Since:     "0.1.0",
		run:       runEncrypted,
	},
	{
		Name: "encryption-algorithm-weak", Severity: finding.Warning, Family: FamilyEncryption, Scope: OfToken,
		Title: "The assertion is encrypted with an algorithm that is no longer safe",
		Why:   "RSA PKCS #1 v1.5, Triple DES and CBC can be attacked through the error messages of an app that decrypts before it verifies.",
		Cause: "Old defaults; several identity providers offer nothing newer than CBC.",
		Fixes: []finding.Fix{
			{System: finding.Okta, Place: oktaSAML + " > Show Advanced Settings > Encryption Algorithm, Key Transport Algorithm", Action: "choose AES256-GCM and RSA-OAEP"},
			{System: finding.App, Place: "the app's SAML settings and metadata: encryption methods", Action: "offer AES-GCM and RSA-OAEP where the identity provider can use them; else make sure that the app verifies the signature of the response before it decrypts"},
		},
		Reference: "XML Encryption 1.1 sections 5.2, 5.5 and 6.1",
		Since:     "0.1.0",
		run:       runEncryptionWeak,
	},
}

// unread lists what is judged on the content of an assertion.
const unread = "subject, audience, validity, claims and a signature inside it"

func runEncrypted(x *exam) {
	seen := false
	for _, a := range x.msg.saml.Assertions {
		if !a.Encrypted {
			continue
		}
		seen = true
		x.fail(fact{element: a.Element, detail: "the assertion is encrypted and was not decrypted, so these were not checked: " + unread})
	}
	if !seen {
		x.inapplicable()
	}
}

// weakEncryption are the algorithms of XML Encryption that should not be used.
var weakEncryption = map[string]string{
	saml.NSEncryption + "rsa-1_5":       "RSA PKCS #1 v1.5, which lets an attacker find the key by trial (Bleichenbacher)",
	saml.NSEncryption + "tripledes-cbc": "Triple DES, which is obsolete",
	saml.NSEncryption + "aes128-cbc":    "AES-128 in CBC mode, which does not notice changes",
	saml.NSEncryption + "aes192-cbc":    "AES-192 in CBC mode, which does not notice changes",
	saml.NSEncryption + "aes256-cbc":    "AES-256 in CBC mode, which does not notice changes",
}

func runEncryptionWeak(x *exam) {
	seen := false
	for _, a := range x.msg.saml.Assertions {
		if !a.Encrypted {
			continue
		}
		seen = true
		weak := weakMethods(nil, a.Element, 0)
		if len(weak) == 0 {
			continue
		}
		var names []string
		for _, m := range weak {
			uri, _ := xmldoc.Attr(m, "Algorithm")
			names = append(names, weakEncryption[uri])
		}
		uri, _ := xmldoc.Attr(weak[0], "Algorithm")
		x.fail(fact{
			field: saml.Field{Value: uri, Element: weak[0], Attr: "Algorithm"}, actual: uri,
			detail: fmt.Sprintf("the assertion is encrypted with %s", strings.Join(names, ", and ")),
		})
	}
	if !seen {
		x.inapplicable()
	}
}

// maxMethods bounds the methods that are told of one assertion.
const maxMethods = 4

// weakMethods finds the EncryptionMethod elements of weak algorithms.
func weakMethods(found []*etree.Element, el *etree.Element, depth int) []*etree.Element {
	for child := range el.ChildElementsSeq() {
		if len(found) == maxMethods || depth > 16 {
			return found
		}
		if xmldoc.Is(child, saml.NSEncryption, "EncryptionMethod") {
			if uri, _ := xmldoc.Attr(child, "Algorithm"); weakEncryption[uri] != "" {
				found = append(found, child)
			}
			continue
		}
		found = weakMethods(found, child, depth+1)
	}
	return found
}
