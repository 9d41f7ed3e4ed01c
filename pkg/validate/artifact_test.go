package validate

import (
	digest "crypto/sha1"
	"encoding/base64"
	"net/url"
	"strings"
	"testing"

	"github.com/ssodoctor/ssodoctor/internal/samltest"
	"github.com/ssodoctor/ssodoctor/pkg/trace"
)

func TestArtifacts(t *testing.T) {
	source := digest.Sum([]byte(samltest.Issuer))
	artifact := func(handle string) string {
		return url.QueryEscape(base64.StdEncoding.EncodeToString([]byte("\x00\x04\x00\x01" + string(source[:]) + handle)))
	}
	s := newScene()
	s.exchanges = func(es []samltest.Exchange) []samltest.Exchange {
		return append(es,
			samltest.Get(samltest.Time, samltest.ACS+"?SAMLart="+artifact("verysecrethandle1234")+"&RelayState=x", "<html></html>"),
			samltest.Get(samltest.Time, samltest.ACS+"?SAMLart="+artifact("short"), "<html></html>"))
	}
	r := Describe(s.captures(t), nil, s.clock)
	if len(r.Artifacts) != 2 {
		t.Fatalf("artifacts %+v", r.Artifacts)
	}
	if a := r.Artifacts[0]; a.Exchange == nil || *a.Exchange != 4 || !strings.HasSuffix(a.Text, `from "`+samltest.Issuer+`"`) || !strings.Contains(a.Text, "endpoint index 1") {
		t.Errorf("artifact %+v", a)
	}
	for _, a := range r.Artifacts {
		if strings.Contains(a.Text, "secret") {
			t.Errorf("the handle is shown: %s", a.Text)
		}
	}
	if a := r.Artifacts[1]; !strings.Contains(a.Text, "29 bytes, expected 44") {
		t.Errorf("artifact %+v", a)
	}
}

// TestArtifactsInText: an artifact that was pasted is matched with the issuers
// that are expected.
func TestArtifactsInText(t *testing.T) {
	source := digest.Sum([]byte(samltest.Issuer))
	c, err := trace.ReadBytes([]byte(base64.StdEncoding.EncodeToString([]byte("\x00\x04\x00\x07"+string(source[:])+"verysecrethandle1234"))), "in", trace.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	for issuer, want := range map[string]string{samltest.Issuer: `from "` + samltest.Issuer + `"`, "https://other.example": "from none of the entity IDs that are known"} {
		r := Examine([]*trace.Capture{c}, &Expectations{Issuers: []Value{{Value: issuer}}}, Clock{Now: samltest.Time})
		if len(r.Artifacts) != 1 || r.Artifacts[0].Exchange != nil || !strings.Contains(r.Artifacts[0].Text, want) || !strings.Contains(r.Artifacts[0].Text, "endpoint index 7") {
			t.Errorf("artifacts %+v, expected %s", r.Artifacts, want)
		}
		if r.Diagnosis != nil {
			t.Errorf("diagnosis %+v", r.Diagnosis)
		}
	}
}
