package samltest_test

import (
	"strings"
	"testing"

	"github.com/ssodoctor/ssodoctor/internal/samltest"
)

// TestSignPlace holds that signing inserts the signature where the schemas
// want it and leaves every other byte alone.
func TestSignPlace(t *testing.T) {
	rsa := samltest.RSA()
	tests := []struct{ what, before, after string }{
		{"behind the Issuer", `<r xmlns="urn:oasis:names:tc:SAML:2.0:protocol" ID='_1'> <Issuer>i</Issuer>`, ` <x a = "1"/></r>`},
		{"in front of all", `<r ID="_1">`, "\r\n<x/>&#13;</r>"},
		{"last in SAML 1.1", `<Assertion xmlns="urn:oasis:names:tc:SAML:1.0:assertion" AssertionID="_1"><x/>`, `</Assertion>`},
	}
	for _, tt := range tests {
		t.Run(tt.what, func(t *testing.T) {
			signed, err := samltest.Sign([]byte(tt.before+tt.after), samltest.SignOptions{Key: rsa.Key, Cert: rsa.Cert, ID: "_1"})
			if err != nil {
				t.Fatal(err)
			}
			inner, ok := strings.CutPrefix(string(signed), tt.before+"<ds:Signature ")
			if ok {
				inner, ok = strings.CutSuffix(inner, "</ds:Signature>"+tt.after)
			}
			if !ok || strings.Contains(inner, samltest.DigestMark) || strings.Contains(inner, samltest.ValueMark) {
				t.Errorf("%s", signed)
			}
		})
	}
}

func TestSignRefuses(t *testing.T) {
	key := samltest.RSA().Key
	tests := []struct {
		what, xml string
		options   samltest.SignOptions
		want      string
	}{
		{"no key", `<r ID="_1"><x/></r>`, samltest.SignOptions{ID: "_1"}, "no key"},
		{"unknown ID", `<r ID="_1"><x/></r>`, samltest.SignOptions{Key: key, ID: "_2"}, `"_2"`},
		{"nothing inside", `<r ID="_1"/>`, samltest.SignOptions{Key: key, ID: "_1"}, "empty"},
		{"broken", `<r ID="_1">`, samltest.SignOptions{Key: key, ID: "_1"}, "line 1"},
		{"canonicalisation", `<r ID="_1"><x/></r>`, samltest.SignOptions{Key: key, ID: "_1", Canonicalization: "urn:x"}, `"urn:x"`},
		{"digest", `<r ID="_1"><x/></r>`, samltest.SignOptions{Key: key, ID: "_1", Digest: "urn:x"}, `"urn:x"`},
		{"algorithm", `<r ID="_1"><x/></r>`, samltest.SignOptions{Key: key, ID: "_1", Algorithm: "urn:x"}, `"urn:x"`},
	}
	for _, tt := range tests {
		t.Run(tt.what, func(t *testing.T) {
			if _, err := samltest.Sign([]byte(tt.xml), tt.options); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want one that says %s", err, tt.want)
			}
		})
	}
}
