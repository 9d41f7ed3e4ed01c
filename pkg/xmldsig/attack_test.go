package xmldsig_test

import (
	"strings"
	"testing"

	"github.com/ssodoctor/ssodoctor/internal/samltest"
	"github.com/ssodoctor/ssodoctor/pkg/xmldsig"
)

// cut takes the text between two marks, inclusive, out of a message.
func cut(t *testing.T, xml, from, to string) (rest, part string) {
	t.Helper()
	i := strings.Index(xml, from)
	if i < 0 {
		t.Fatalf("%q is not in %s", from, xml)
	}
	j := strings.Index(xml[i:], to) + i + len(to)
	return xml[:i] + xml[j:], xml[i:j]
}

func cutSignature(t *testing.T, xml string) (rest, signature string) {
	return cut(t, xml, "<ds:Signature ", "</ds:Signature>")
}

func cutAssertion(t *testing.T, xml string) (rest, assertion string) {
	return cut(t, xml, "<saml:Assertion ", "</saml:Assertion>")
}

// replace is strings.Replace that must find what it replaces.
func replace(t *testing.T, s, old, new string) string {
	t.Helper()
	if !strings.Contains(s, old) {
		t.Fatalf("%q is not in %s", old, s)
	}
	return strings.Replace(s, old, new, 1)
}

// evil is a copy of a signed element with another ID and another subject.
func evil(s string) string {
	s = strings.ReplaceAll(s, `ID="_`, `ID="_evil`)
	return strings.ReplaceAll(s, "ada@contoso.com", "eve@evil.example")
}

// The shapes of signature wrapping, as SAML Raider numbers them, and other
// forgeries: each is named, and none is called valid.
func TestAttacks(t *testing.T) {
	signedAssertion := func(t *testing.T) string { return signID(t, message(), "_a") }
	signedResponse := func(t *testing.T) string { return signID(t, message(), "_r") }
	const who = `would sign in "eve@evil.example"; the signed one says "ada@contoso.com"`
	tests := []struct {
		what   string
		xml    func(t *testing.T) string
		want   string // the checks
		detail string // part of a detail
	}{
		{"XSW1", func(t *testing.T) string {
			original, signature := cutSignature(t, signedResponse(t))
			return replace(t, evil(original), "</saml:Issuer>", "</saml:Issuer>"+replace(t, signature, "</ds:Signature>", original+"</ds:Signature>"))
		}, "signature-wrapping", who},
		{"XSW2", func(t *testing.T) string {
			original, signature := cutSignature(t, signedResponse(t))
			return replace(t, evil(original), "</saml:Issuer>", "</saml:Issuer>"+original+signature)
		}, "signature-wrapping", who},
		{"XSW3", func(t *testing.T) string {
			rest, signed := cutAssertion(t, signedAssertion(t))
			plain, _ := cutSignature(t, signed)
			return replace(t, rest, "</samlp:Status>", "</samlp:Status>"+evil(plain)+signed)
		}, "signature-wrapping", who},
		{"XSW4", func(t *testing.T) string {
			rest, signed := cutAssertion(t, signedAssertion(t))
			plain, _ := cutSignature(t, signed)
			return replace(t, rest, "</samlp:Status>", "</samlp:Status>"+replace(t, evil(plain), "</saml:Assertion>", signed+"</saml:Assertion>"))
		}, "signature-wrapping", who},
		{"XSW5", func(t *testing.T) string {
			rest, signed := cutAssertion(t, signedAssertion(t))
			plain, signature := cutSignature(t, signed)
			return replace(t, rest, "</samlp:Status>", "</samlp:Status>"+replace(t, evil(plain), "</saml:Issuer>", "</saml:Issuer>"+signature)+plain)
		}, "signature-wrapping", who},
		{"XSW6", func(t *testing.T) string {
			rest, signed := cutAssertion(t, signedAssertion(t))
			plain, signature := cutSignature(t, signed)
			return replace(t, rest, "</samlp:Status>", "</samlp:Status>"+replace(t, evil(plain), "</saml:Issuer>", "</saml:Issuer>"+replace(t, signature, "</ds:Signature>", plain+"</ds:Signature>")))
		}, "signature-wrapping", who},
		{"XSW7", func(t *testing.T) string {
			xml := signedAssertion(t)
			plain, _ := cutSignature(t, xml)
			_, plain = cutAssertion(t, plain)
			forged := strings.ReplaceAll(plain, "ada@contoso.com", "eve@evil.example")
			return replace(t, xml, "<samlp:Status>", "<samlp:Extensions>"+forged+"</samlp:Extensions><samlp:Status>")
		}, "signature-wrapping xml-duplicate-id", who},
		{"XSW8", func(t *testing.T) string {
			rest, signed := cutAssertion(t, signedAssertion(t))
			plain, signature := cutSignature(t, signed)
			return replace(t, rest, "</samlp:Status>", "</samlp:Status>"+replace(t, evil(plain), "</saml:Issuer>", "</saml:Issuer>"+replace(t, signature, "</ds:Signature>", "<ds:Object>"+plain+"</ds:Object></ds:Signature>")))
		}, "signature-wrapping", who},
		{"XSW9: two SignedInfo", func(t *testing.T) string {
			xml := signedAssertion(t)
			_, info := cut(t, xml, "<ds:SignedInfo>", "</ds:SignedInfo>")
			return replace(t, xml, "<ds:SignedInfo>", strings.ReplaceAll(info, "#_a", "#_r")+"<ds:SignedInfo>")
		}, "signature-wrapping", "2 SignedInfo"},
		{"unsigned assertion last", func(t *testing.T) string {
			return replace(t, signedAssertion(t), "</samlp:Response>", evil(assertion("_x", "ada@contoso.com"))+"</samlp:Response>")
		}, "signature-wrapping", "reads the last assertion " + who},
		{"the signed assertion is advice of a forged one", func(t *testing.T) string {
			rest, signed := cutAssertion(t, signedAssertion(t))
			forged := evil(assertion("_x", "ada@contoso.com"))
			return replace(t, rest, "</samlp:Status>", "</samlp:Status>"+replace(t, forged, "</saml:Subject>", "</saml:Subject><saml:Advice>"+signed+"</saml:Advice>"))
		}, "signature-wrapping", "reads the first assertion " + who},
		{"signature of another element", func(t *testing.T) string {
			rest, signature := cutSignature(t, signedResponse(t))
			return replace(t, rest, "<samlp:Status>", "<samlp:Status>"+signature)
		}, "signature-wrapping", "stands in Status but signs Response"},
		{"wrapped LogoutRequest", func(t *testing.T) string {
			inner := signID(t, `<samlp:LogoutRequest `+samlNames+` ID="_q"><saml:Issuer>https://sp</saml:Issuer><saml:NameID>ada@contoso.com</saml:NameID></samlp:LogoutRequest>`, "_q")
			return `<samlp:LogoutRequest ` + samlNames + ` ID="_z"><saml:NameID>eve@evil.example</saml:NameID><samlp:Extensions>` + inner + `</samlp:Extensions></samlp:LogoutRequest>`
		}, "signature-wrapping", who},

		{"signature without SignedInfo", func(t *testing.T) string {
			rest, _ := cut(t, signedAssertion(t), "<ds:SignedInfo>", "</ds:SignedInfo>")
			return rest
		}, "signature-malformed", "no SignedInfo"},
		{"empty signature", func(t *testing.T) string {
			rest, _ := cutSignature(t, signedAssertion(t))
			return replace(t, rest, "</saml:Issuer>", `</saml:Issuer><ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"/>`)
		}, "signature-malformed", ""},
		{"two DigestValue", func(t *testing.T) string {
			_, value := cut(t, signedAssertion(t), "<ds:DigestValue>", "</ds:DigestValue>")
			return replace(t, signedAssertion(t), "</ds:Reference>", value+"</ds:Reference>")
		}, "signature-malformed", "2 DigestValue"},
		{"comment in DigestValue", func(t *testing.T) string {
			return replace(t, signedAssertion(t), "<ds:DigestValue>", "<ds:DigestValue><!--Zm9yZ2VkIGRpZ2VzdCBvZiBhIGZvcmdlZCB0ZXh0IQ==-->")
		}, "signature-malformed", "a comment stands in DigestValue"},
		{"element in DigestValue", func(t *testing.T) string {
			return replace(t, signedAssertion(t), "<ds:DigestValue>", "<ds:DigestValue><x/>")
		}, "signature-malformed", `element "x" stands in DigestValue`},
		{"illegal character in SignatureValue", func(t *testing.T) string {
			return replace(t, signedAssertion(t), "<ds:SignatureValue>", "<ds:SignatureValue>*")
		}, "signature-malformed", `"*" is not Base64`},
		{"foreign object", func(t *testing.T) string {
			return replace(t, signedAssertion(t), "</ds:Signature>", "<ds:Object>x</ds:Object></ds:Signature>")
		}, "signature-malformed", "Object"},
		{"children out of order", func(t *testing.T) string {
			rest, value := cut(t, signedAssertion(t), "<ds:SignatureValue>", "</ds:SignatureValue>")
			return replace(t, rest, "<ds:SignedInfo>", value+"<ds:SignedInfo>")
		}, "signature-malformed", "SignedInfo stands after SignatureValue"},
		{"digest of nothing", func(t *testing.T) string {
			rest, _ := cut(t, signedAssertion(t), "<ds:DigestValue>", "</ds:DigestValue>")
			return replace(t, rest, "</ds:Reference>", "<ds:DigestValue>47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=</ds:DigestValue></ds:Reference>")
		}, "signature-malformed", "digest of nothing"},
		{"relative namespace", func(t *testing.T) string {
			return signID(t, replace(t, message(), "<samlp:Response ", `<samlp:Response xmlns:x="1" `), "_r")
		}, "signature-malformed", "no absolute URI"},
		{"duplicate ID", func(t *testing.T) string {
			return replace(t, signedAssertion(t), "<samlp:Status>", `<samlp:Status ID="_a">`)
		}, "xml-duplicate-id", `the ID "_a"`},
		{"the same ID in another namespace", func(t *testing.T) string {
			return replace(t, signedAssertion(t), "<samlp:Status>", `<samlp:Status xmlns:x="urn:x" x:ID="_a">`)
		}, "xml-duplicate-id", `the ID "_a"`},

		{"dangling reference", func(t *testing.T) string {
			return replace(t, signedAssertion(t), `ID="_a"`, `ID="_b"`)
		}, "signature-reference-invalid", `no element carries the ID "_a"`},
		{"no URI", func(t *testing.T) string {
			return replace(t, signedAssertion(t), ` URI="#_a"`, ``)
		}, "signature-reference-invalid", "no URI"},
		{"external reference", func(t *testing.T) string {
			return replace(t, signedAssertion(t), `URI="#_a"`, `URI="http://evil.example/x"`)
		}, "signature-reference-invalid", "nothing is ever fetched"},
		{"XPointer that selects", func(t *testing.T) string {
			return replace(t, signedAssertion(t), `URI="#_a"`, `URI="#xpointer(//a)"`)
		}, "signature-reference-invalid", "XPointer"},
		{"two references", func(t *testing.T) string {
			xml := signedAssertion(t)
			_, reference := cut(t, xml, "<ds:Reference ", "</ds:Reference>")
			return replace(t, xml, "</ds:SignedInfo>", strings.ReplaceAll(reference, "#_a", "#_r")+"</ds:SignedInfo>")
		}, "signature-reference-invalid", "2 References"},
		{"XSLT", func(t *testing.T) string {
			return replace(t, signedAssertion(t), "http://www.w3.org/2000/09/xmldsig#enveloped-signature", "http://www.w3.org/TR/1999/REC-xslt-19991116")
		}, "signature-transform-unsafe", "xslt"},
		{"XPath", func(t *testing.T) string {
			return replace(t, signedAssertion(t), "http://www.w3.org/2000/09/xmldsig#enveloped-signature", "http://www.w3.org/TR/1999/REC-xpath-19991116")
		}, "signature-transform-unsafe", "xpath"},
		{"base64", func(t *testing.T) string {
			return replace(t, signedAssertion(t), "http://www.w3.org/2000/09/xmldsig#enveloped-signature", "http://www.w3.org/2000/09/xmldsig#base64")
		}, "signature-transform-unsafe", "leaves all markup unsigned"},
		{"PEM in X509Certificate", func(t *testing.T) string {
			return replace(t, replace(t, signedAssertion(t), "<ds:X509Certificate>", "<ds:X509Certificate>-----BEGIN CERTIFICATE-----\n"), "</ds:X509Certificate>", "\n-----END CERTIFICATE-----</ds:X509Certificate>")
		}, "signature-malformed", "PEM"},
		{"HMAC", func(t *testing.T) string {
			return replace(t, signedAssertion(t), samltest.RSASHA256, "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256")
		}, "signature-algorithm-weak signature-unsupported", "shared secret"},
		{"misspelt algorithm", func(t *testing.T) string {
			return replace(t, signedAssertion(t), samltest.RSASHA256, "https://www.w3.org/2001/04/xmldsig-more#rsa-sha256")
		}, "signature-unsupported", "perhaps \"" + samltest.RSASHA256},
		{"changed", func(t *testing.T) string {
			return strings.ReplaceAll(signedAssertion(t), "ada@contoso.com", "eve@evil.example")
		}, "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.what, func(t *testing.T) {
			r := verify(t, tt.xml(t), samltest.RSA())
			if got := problems(r); got != tt.want {
				t.Errorf("checks %q, want %q%s", got, tt.want, dump(r))
			}
			if !strings.Contains(dump(r), tt.detail) {
				t.Errorf("no detail says %s:%s", tt.detail, dump(r))
			}
			sound := problems(r) == ""
			for _, s := range r.Signatures {
				sound = sound && s.Digest == xmldsig.Match && s.Value == xmldsig.Match
			}
			if sound {
				t.Errorf("called valid: %s", verdicts(r))
			}
		})
	}
}
