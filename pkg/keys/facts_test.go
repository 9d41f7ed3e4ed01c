package keys_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/ssodoctor/ssodoctor/internal/samltest"
	"github.com/ssodoctor/ssodoctor/pkg/keys"
)

// TestFacts: what a certificate is judged by goes through JSON and back, and
// the names alone are changed.
func TestFacts(t *testing.T) {
	for name, pair := range map[string]samltest.Pair{"RSA": samltest.RSA(), "weak": samltest.Weak(), "expired": samltest.Expired()} {
		c, err := keys.ParseCertificate(pair.Cert)
		if err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal(c.Facts(strings.ToUpper))
		if err != nil {
			t.Fatal(err)
		}
		var facts keys.Facts
		if err := json.Unmarshal(text, &facts); err != nil {
			t.Fatal(err)
		}
		again := facts.Certificate()
		if again.Subject != strings.ToUpper(c.Subject) || again.Issuer != strings.ToUpper(c.Issuer) {
			t.Errorf("%s: names %q, %q", name, again.Subject, again.Issuer)
		}
		if !again.Equal(c) || !c.Equal(again) || !again.SameKey(c) || !again.Matches(c.SHA1()) || !again.Matches(c.SHA256()) {
			t.Errorf("%s: is no longer the same certificate: %s, %s", name, again.SHA1(), again.SHA256())
		}
		if again.WeakKey() != c.WeakKey() || again.WeakSignature() != c.WeakSignature() || again.KeyBits != c.KeyBits || again.KeyAlgorithm != c.KeyAlgorithm ||
			!again.NotBefore.Equal(c.NotBefore) || !again.NotAfter.Equal(c.NotAfter) || again.Serial != c.Serial || again.SelfSigned != c.SelfSigned || again.IsCA != c.IsCA || again.KeyUsageSignature != c.KeyUsageSignature {
			t.Errorf("%s: %+v became %+v", name, c, again)
		}
	}
}

// TestFactsOfAnyone: facts that somebody made up are shown safely, and a key
// that is none is none.
func TestFactsOfAnyone(t *testing.T) {
	c := keys.Facts{Subject: "CN=a\x1b[2J", SHA1: "\n::error::", SPKI: []byte{0x30, 0x03, 1}, KeyUsageSignature: 200}.Certificate()
	if strings.ContainsAny(c.Subject+c.SHA1(), "\x1b\n") || c.PublicKey != nil || c.KeyUsageSignature != keys.Denied {
		t.Errorf("%+v, thumbprint %q", c, c.SHA1())
	}
}
