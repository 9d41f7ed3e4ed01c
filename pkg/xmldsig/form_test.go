package xmldsig_test

import (
	"encoding/base64"
	"net/url"
	"testing"

	"github.com/ssodoctor/ssodoctor/internal/samltest"
	"github.com/ssodoctor/ssodoctor/pkg/xmldsig"
)

func TestVerifyForm(t *testing.T) {
	const xml, algorithm = "<Response a='b&amp;c'>\r\n\u00e4 +/=</Response>", samltest.RSASHA256
	const tail = "&SigAlg=" + algorithm
	signed := func(octets string, pair samltest.Pair) string {
		value, err := url.QueryUnescape(samltest.SignQuery(octets, pair, algorithm))
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
	encoded := base64.StdEncoding.EncodeToString([]byte(xml))
	for _, test := range []struct {
		name, octets, relay string
		hasRelay            bool
		pair                samltest.Pair
		want                xmldsig.Verdict
		variant             string
	}{
		{"no RelayState", "SAMLResponse=" + xml + tail, "", false, samltest.RSA(), xmldsig.Match, ""},
		{"empty RelayState", "SAMLResponse=" + xml + tail, "", true, samltest.RSA(), xmldsig.Match, ""},
		{"RelayState", "SAMLResponse=" + xml + "&RelayState=/a b&c" + tail, "/a b&c", true, samltest.RSA(), xmldsig.Match, ""},
		{"another key", "SAMLResponse=" + xml + tail, "", false, samltest.Other(), xmldsig.Mismatch, ""},
		{"another message", "SAMLResponse=" + xml + " " + tail, "", false, samltest.RSA(), xmldsig.Mismatch, ""},
		{"another RelayState", "SAMLResponse=" + xml + "&RelayState=/b" + tail, "/a", true, samltest.RSA(), xmldsig.Mismatch, ""},
		{"Base64", "SAMLResponse=" + encoded + "&RelayState=/a" + tail, "/a", true, samltest.RSA(), xmldsig.Mismatch, "the message in Base64 in place of its XML"},
		{"without RelayState", "SAMLResponse=" + xml + tail, "/a", true, samltest.RSA(), xmldsig.Mismatch, "no RelayState, though one was sent"},
		{"empty RelayState signed", "SAMLResponse=" + xml + "&RelayState=" + tail, "", true, samltest.RSA(), xmldsig.Mismatch, "an empty RelayState"},
	} {
		f := xmldsig.Form{Parameter: "SAMLResponse", XML: []byte(xml), RelayState: test.relay, HasRelayState: test.hasRelay, SigAlg: algorithm, Signature: signed(test.octets, test.pair)}
		s := xmldsig.VerifyForm(f, certificates(t, samltest.RSA()))
		if s.Value != test.want || s.Variant != test.variant || s.Of != "form" || (s.Key == xmldsig.KeyConfigured) != (test.want == xmldsig.Match) {
			t.Errorf("%s: %+v", test.name, s)
		}
		if s := xmldsig.VerifyForm(f, nil); s.Value != xmldsig.NotChecked {
			t.Errorf("%s without certificate: %s", test.name, s.Value)
		}
		f.Signature = "%%"
		if s := xmldsig.VerifyForm(f, certificates(t, samltest.RSA())); s.Value != xmldsig.Malformed || len(s.Problems) != 1 {
			t.Errorf("%s, damaged: %+v", test.name, s)
		}
		f.SigAlg = "urn:none"
		if s := xmldsig.VerifyForm(f, certificates(t, samltest.RSA())); s.Value == xmldsig.Match {
			t.Errorf("%s, unknown algorithm: %+v", test.name, s)
		}
	}
}
