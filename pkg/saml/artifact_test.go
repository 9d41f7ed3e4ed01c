package saml_test

import (
	"crypto/sha1"
	"encoding/base64"
	"strings"
	"testing"

	"github.com/ssodoctor/ssodoctor/internal/samltest"
	"github.com/ssodoctor/ssodoctor/pkg/saml"
)

// artifactOf writes an artifact of the given head and an entity ID.
func artifactOf(head string, entityID string) string {
	source := sha1.Sum([]byte(entityID))
	return base64.StdEncoding.EncodeToString([]byte(head + string(source[:]) + strings.Repeat("h", 20)))
}

func TestReadArtifact(t *testing.T) {
	for name, test := range map[string]struct {
		text  string
		kind  uint16
		index uint16
		err   string
	}{
		"SAML 2.0":     {artifactOf("\x00\x04\x00\x03", samltest.Issuer), 4, 3, ""},
		"broken lines": {" " + artifactOf("\x00\x04\x00\x00", samltest.Issuer)[:20] + "\n" + artifactOf("\x00\x04\x00\x00", samltest.Issuer)[20:], 4, 0, ""},
		"SAML 1.1":     {artifactOf("\x00\x01", samltest.Issuer), 1, 0, ""},
		"other type":   {artifactOf("\x00\x02\x00\x00", samltest.Issuer), 0, 0, "type 0x0002"},
		"cut":          {artifactOf("\x00\x04\x00\x00", samltest.Issuer)[:40], 0, 0, "30 bytes, expected 44"},
		"very short":   {"AAQ", 0, 0, "2 bytes"},
		"empty":        {"", 0, 0, "0 bytes"},
		"no Base64":    {"%%", 0, 0, "not Base64"},
	} {
		a, err := saml.ReadArtifact(test.text)
		if test.err != "" {
			if err == nil || !strings.Contains(err.Error(), test.err) {
				t.Errorf("%s: error %v, want %q", name, err, test.err)
			}
			continue
		}
		if err != nil || a.Type != test.kind || a.EndpointIndex != test.index {
			t.Errorf("%s: %v, %v", name, a, err)
			continue
		}
		if from := a.From([]string{"https://other", samltest.Issuer}); from != samltest.Issuer {
			t.Errorf("%s: is from %q", name, from)
		}
		if from := a.From(nil); from != "" {
			t.Errorf("%s: is from %q", name, from)
		}
		if strings.Contains(a.String(), "hhh") || !strings.Contains(a.String(), "SourceID") {
			t.Errorf("%s: is shown as %s", name, a)
		}
	}
}
