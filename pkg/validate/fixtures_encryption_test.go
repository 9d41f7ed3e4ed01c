package validate

import (
	"crypto/rsa"
	"strings"
	"testing"

	"github.com/ssodoctor/ssodoctor/internal/samltest"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/profile"
	"github.com/ssodoctor/ssodoctor/pkg/saml"
	"github.com/ssodoctor/ssodoctor/pkg/xmldoc"
	"github.com/ssodoctor/ssodoctor/pkg/xmldsig"
	"github.com/ssodoctor/ssodoctor/pkg/xmlenc"
)

// appKey is the private key of a pair as one that was given.
func appKey(pair samltest.Pair) []xmlenc.Key {
	key, err := xmlenc.NewKey(pair.Key, "--key app.pem")
	if err != nil {
		panic(err)
	}
	return []xmlenc.Key{key}
}

// sealed encrypts the signed assertion for the app's key, which is given: the
// sign-in stays correct in every respect.
func sealed(change func(*samltest.EncryptOptions)) func(*scene) {
	return func(s *scene) {
		o := samltest.For(samltest.Other())
		if change != nil {
			change(&o)
		}
		s.expect.Keys = appKey(samltest.Other())
		s.tamper = func(xml string) string {
			return samltest.EncryptElement(xml, "Assertion", "EncryptedAssertion", o)
		}
	}
}

// damage changes one character of the last CipherValue.
func damage(xml string) string {
	end := strings.LastIndex(xml, "</xenc:CipherValue>")
	at := end - 60
	return xml[:at] + string("AB"[strings.IndexByte("BA", max(xml[at], 'A')&1+'A')]) + xml[at+1:]
}

// publish makes the metadata of the app a part of what is expected: with the
// certificates of the pairs, and methods that it offers.
func publish(s *scene, methods string, pairs ...samltest.Pair) {
	var certificates [][]byte
	for _, p := range pairs {
		certificates = append(certificates, p.Cert)
	}
	text := samltest.NewSPMetadata(certificates...).XML()
	doc, err := xmldoc.Parse([]byte(strings.ReplaceAll(text, "</KeyInfo></KeyDescriptor>", "</KeyInfo>"+methods+"</KeyDescriptor>")), xmldoc.Limits{})
	if err != nil {
		panic(err)
	}
	s.expect.SPMetadata = append(s.expect.SPMetadata, saml.ReadMetadata(doc)...)
}

func offer(uris ...string) string {
	var b strings.Builder
	for _, uri := range uris {
		b.WriteString(`<EncryptionMethod xmlns="urn:oasis:names:tc:SAML:2.0:metadata" Algorithm="` + uri + `"/>`)
	}
	return b.String()
}

func namesReceiver(o *samltest.EncryptOptions) { o.Receivers[0].Cert = samltest.Other().Cert }

var fixturesEncryption = []fixture{
	{check: "encryption-key-missing", name: "assertion", base: sealed(nil), fire: func(s *scene) { s.expect.Keys = nil },
		want: want{detail: "audience"}},
	{check: "encryption-key-missing", name: "nothing encrypted", quiet: "absent", fire: func(s *scene) { sealed(nil)(s); s.expect.Keys = nil }},
	{check: "encryption-key-missing", name: "NameID", base: func(s *scene) {
		s.expect.Keys = appKey(samltest.Other())
		s.part, s.expect.SignedAssertion = samltest.SignResponse, ""
		s.sealNameID(samltest.Other())
	}, fire: func(s *scene) { s.expect.Keys = nil }, want: want{detail: "the NameID is encrypted"}},
	{check: "encryption-key-mismatch", name: "another key", base: sealed(nil), fire: func(s *scene) { s.expect.Keys = appKey(samltest.Weak()) },
		want: want{detail: "does not open with --key app.pem (RSA, 1024 bits)"}},
	{check: "encryption-key-mismatch", name: "key of the app, outdated certificate", base: func(s *scene) {
		publish(s, "", samltest.Other())
		sealed(nil)(s)
	}, fire: func(s *scene) {
		sealed(func(o *samltest.EncryptOptions) {
			o.Receivers[0].To, o.Receivers[0].Cert = samltest.Expired().Key.Public().(*rsa.PublicKey), samltest.Expired().Cert
		})(s)
	}, want: want{expected: []string{sha1(samltest.Other())}, actual: sha1(samltest.Expired()), detail: "the identity provider encrypts for an outdated one"}},
	{check: "encryption-key-mismatch", name: "key of somebody else", base: sealed(nil), fire: func(s *scene) {
		publish(s, "", samltest.Other())
		s.expect.Keys = appKey(samltest.Weak())
	}, want: want{detail: "it may not be the app's"}},
	{check: "encryption-key-mismatch", name: "outdated certificate, no key", quiet: "not-checked", base: func(s *scene) {
		publish(s, "", samltest.Other())
		sealed(namesReceiver)(s)
		s.expect.Keys = nil
	}, fire: func(s *scene) {
		s.expect.SPMetadata = nil
		publish(s, "", samltest.RSA())
	}, want: want{detail: "but the metadata of the app publishes"}},
	{check: "encryption-failed", name: "changed", base: sealed(nil), fire: func(s *scene) {
		seal := s.tamper
		s.tamper = func(xml string) string { return damage(seal(xml)) }
	}, want: want{detail: "authentication tag"}},
	{check: "encryption-failed", name: "unknown algorithm", base: sealed(nil), fire: func(s *scene) {
		seal := s.tamper
		s.tamper = func(xml string) string { return strings.Replace(seal(xml), "aes256-gcm", "rc4", 1) }
	}, want: want{severity: finding.Warning, detail: "rc4"}},
	{check: "encryption-failed", name: "digest is not the one declared", base: sealed(nil), fire: sealed(func(o *samltest.EncryptOptions) {
		o.Receivers[0].Digest = encryption + "sha256"
	}), want: want{severity: finding.Warning, detail: "most apps cannot decrypt it"}},
	{check: "encryption-policy-unmet", name: "app cannot decrypt", base: func(s *scene) {
		s.expect.Encryption, s.expect.EncryptionSource = profile.Never, "profile aws-identity-center"
	}, fire: sealed(nil), want: want{detail: "cannot decrypt (profile aws-identity-center)"}},
	{check: "encryption-policy-unmet", name: "app demands it", base: func(s *scene) {
		sealed(nil)(s)
		s.expect.Encryption, s.expect.EncryptionSource = profile.Required, "profile x"
	}, fire: func(s *scene) { s.tamper = nil }, want: want{detail: "demands it (profile x)"}},
	{check: "encryption-policy-unmet", name: "algorithm that is not offered", base: func(s *scene) {
		publish(s, offer(samltest.AES256GCM, samltest.RSAOAEP), samltest.Other())
		sealed(nil)(s)
	}, fire: sealed(func(o *samltest.EncryptOptions) { o.Content = samltest.AES128GCM }),
		want: want{severity: finding.Warning, expected: []string{samltest.AES256GCM, samltest.RSAOAEP}, actual: samltest.AES128GCM, detail: "does not offer"}},
	{check: "encryption-policy-unmet", name: "nothing is known", quiet: "not-checked", base: sealed(nil),
		fire: func(s *scene) { s.expect.Encryption = profile.Never }},
	{check: "encryption-algorithm-weak", name: "RSA PKCS #1 v1.5", base: encrypted(gcm, oaep), fire: encrypted(gcm, encryption+"rsa-1_5"),
		want: want{actual: encryption + "rsa-1_5"}},
	{check: "encryption-algorithm-weak", name: "Triple DES", base: encrypted(gcm, oaep), fire: encrypted(encryption+"tripledes-cbc", oaep),
		want: want{detail: "Triple DES"}},
	{check: "encryption-algorithm-weak", name: "CBC", base: sealed(nil), fire: sealed(func(o *samltest.EncryptOptions) { o.Content = samltest.AES256CBC }),
		want: want{severity: finding.Info, detail: "CBC"}},
	{check: "encryption-algorithm-weak", name: "CBC and RSA PKCS #1 v1.5", base: sealed(nil), fire: sealed(func(o *samltest.EncryptOptions) {
		o.Content, o.Receivers[0].Transport = samltest.AES256CBC, samltest.RSA15
	}), want: want{actual: samltest.AES256CBC, detail: "Bleichenbacher"}},
}

// sealNameID encrypts the NameID before anything is signed.
func (s *scene) sealNameID(pair samltest.Pair) {
	o := samltest.For(pair)
	s.response.Assertions[0].NameID.Value = samltest.User
	s.edit = func(xml string) string { return samltest.EncryptElement(xml, "NameID", "EncryptedID", o) }
}

// TestDecryptedSignIn holds a correct sign-in with everything encrypted that
// can be to the promise of the plain one: nothing wrong, nothing said, and the
// same facts in the report.
func TestDecryptedSignIn(t *testing.T) {
	plain := newScene().report(t)
	for name, set := range map[string]func(*scene){
		"assertion": sealed(nil),
		"assertion in a signed response": func(s *scene) {
			sealed(nil)(s)
			seal := s.tamper
			s.tamper = func(xml string) string { return s.signElement(t, seal(xml), s.response.ID) }
		},
		"NameID": func(s *scene) {
			s.expect.Keys = appKey(samltest.Other())
			s.sealNameID(samltest.Other())
		},
		"NameID in the assertion": func(s *scene) {
			sealed(nil)(s)
			s.sealNameID(samltest.Other())
		},
		"attribute": func(s *scene) {
			s.expect.Keys = appKey(samltest.Other())
			s.edit = func(xml string) string {
				return samltest.EncryptElement(xml, "Attribute", "EncryptedAttribute", samltest.For(samltest.Other()))
			}
		},
		"keys beside": sealed(func(o *samltest.EncryptOptions) { o.Place = samltest.KeyRetrieved }),
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene()
			set(s)
			r := s.report(t)
			if len(r.Findings) > 0 {
				explain(t, r)
			}
			got, want := r.Messages[1], plain.Messages[1]
			a := got.Assertions[0]
			if a.Encrypted != strings.Contains(name, "assertion") && name != "keys beside" || a.Unread != "" || a.Subject == nil || a.Subject.NameID != samltest.User {
				t.Errorf("the assertion is %+v", a)
			}
			if len(a.Attributes) != len(want.Assertions[0].Attributes) || len(a.Conditions.Audiences) != 1 {
				t.Errorf("%d attributes, %d audiences", len(a.Attributes), len(a.Conditions.Audiences))
			}
			for _, sig := range got.Signatures {
				if sig.Digest != "match" || sig.Value != "match" || sig.Key != "configured" || sig.Position != "ok" {
					t.Errorf("signature %+v", sig)
				}
			}
			if passed := r.Summary.Passed; passed < plain.Summary.Passed-1 {
				t.Errorf("%d checks passed, %d of the plain sign-in", passed, plain.Summary.Passed)
			}
		})
	}
}

// TestDecryptedFindings holds what is wrong inside of an encrypted assertion
// to be found as it is in a plain one, at the place of the encrypted data.
func TestDecryptedFindings(t *testing.T) {
	s := newScene()
	sealed(nil)(s)
	s.assertion().Audiences = []string{"https://other.contoso.com"}
	r := s.report(t)
	found := of(r, "audience-mismatch")
	if len(found) != 1 || r.Diagnosis == nil || r.Diagnosis.Check != "audience-mismatch" {
		explain(t, r)
		t.Fatalf("%d findings", len(found))
	}
	at := found[0].Location
	if at.Path != "/Response/EncryptedAssertion/Assertion/Conditions/AudienceRestriction/Audience" {
		t.Errorf("it stands at %s", at.Path)
	}
	xml := s.captures(t)[0].Messages[1].XML
	if text := string(xml[at.Span.Offset:at.Span.End]); !strings.HasPrefix(text, "<xenc:EncryptedData ") || !strings.HasSuffix(text, "</xenc:EncryptedData>") {
		t.Errorf("the span holds %.60q", text)
	}
}

// TestDecryptedForgery holds that encryption, which anybody can do with the
// app's certificate, vouches for nothing.
func TestDecryptedForgery(t *testing.T) {
	evil := samltest.NewAssertion()
	evil.ID, evil.NameID.Value = "_evil", "eve@contoso.com"
	forged := samltest.EncryptElement("<x>"+evil.XML()+"</x>", "Assertion", "EncryptedAssertion", samltest.For(samltest.Other()))
	forged = strings.TrimSuffix(strings.TrimPrefix(forged, "<x>"), "</x>")
	for name, test := range map[string]struct {
		set   func(*scene)
		check string
	}{
		"unsigned": {func(s *scene) { sealed(nil)(s); s.part, s.expect.SignedAssertion = 0, "" }, "signature-missing"},
		"beside a signed one": {func(s *scene) {
			s.expect.Keys = appKey(samltest.Other())
			s.tamper = func(xml string) string { return strings.Replace(xml, "<Assertion ", forged+"<Assertion ", 1) }
		}, "signature-wrapping"},
		"beside a signed and encrypted one": {func(s *scene) {
			sealed(nil)(s)
			seal := s.tamper
			s.tamper = func(xml string) string {
				return strings.Replace(seal(xml), "<EncryptedAssertion ", forged+"<EncryptedAssertion ", 1)
			}
		}, "signature-wrapping"},
		"changed": {func(s *scene) {
			sealed(nil)(s)
			seal := s.tamper
			s.tamper = func(xml string) string {
				return seal(strings.Replace(xml, ">"+samltest.User+"</NameID>", ">eve@contoso.com</NameID>", 1))
			}
		}, "signature-digest-mismatch"},
		"encrypted after the response was signed": {func(s *scene) {
			s.part, s.expect.SignedAssertion = samltest.SignResponse, ""
			sealed(nil)(s)
		}, "signature-digest-mismatch"},
		"only looks decrypted": {func(s *scene) {
			s.tamper = func(xml string) string {
				return strings.Replace(xml, "<samlp:Status>", `<EncryptedAssertion xmlns="urn:oasis:names:tc:SAML:2.0:assertion">`+evil.XML()+`</EncryptedAssertion><samlp:Status>`, 1)
			}
		}, "signature-wrapping"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene()
			test.set(s)
			r := s.report(t)
			if len(of(r, test.check)) == 0 {
				explain(t, r)
				t.Errorf("%s does not fire", test.check)
			}
		})
	}
}

// TestAsSigned holds a second opinion to be asked about what was signed.
func TestAsSigned(t *testing.T) {
	s := newScene()
	sealed(nil)(s)
	seal := s.tamper
	s.tamper = func(xml string) string { return s.signElement(t, seal(xml), s.response.ID) }
	m := read(s.captures(t), s.expect, s.clock)[1]
	if len(m.sigs.Signatures) != 2 {
		t.Fatalf("%d signatures", len(m.sigs.Signatures))
	}
	for _, sig := range m.sigs.Signatures {
		doc, signed := m.asSigned(sig)
		if _, verdict := xmldsig.SecondOpinion(doc, signed, options(s.expect).Trusted); verdict != "valid" {
			t.Errorf("the signature of the %s is %s", sig.Covers.Tag, verdict)
		}
	}
}
