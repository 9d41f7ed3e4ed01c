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

// TestArtifactFlow draws a sign-in whose token no browser sees.
func TestArtifactFlow(t *testing.T) {
	back := samltest.ACS + "?SAMLart=AAQAAMh48%2F1oXIM%2BsDo7Dh2qMp1HM4IF5DaRNmDj6RdUmllwn9jJHyEgIi8%3D&RelayState=x"
	for _, c := range []struct {
		name    string
		status  int
		page    string
		stopped int
		last    string
	}{
		{"works", 200, "<title>Home</title>", 0, "200 from https://halo.contoso.com/portal"},
		{"refused behind a redirect", 500, "<title>Artifact resolution failed</title>", 5, "the app answered with 500"},
	} {
		s := newScene()
		s.exchanges = func(es []samltest.Exchange) []samltest.Exchange {
			return []samltest.Exchange{es[0], samltest.Redirect(es[1].Time, es[1].URL, back), samltest.Redirect(es[2].Time, back, es[3].URL),
				{Time: es[3].Time, Method: "GET", URL: es[3].URL, Status: c.status, Page: c.page, PageType: "text/html"}}
		}
		r := s.report(t)
		if r.Flow == nil || r.Flow.Stopped != c.stopped || r.Flow.Steps[2].Outcome != StepDone || r.Flow.Steps[3].Outcome != StepDone || !strings.HasPrefix(r.Flow.Steps[4].Text, c.last) {
			t.Errorf("%s: %+v", c.name, r.Flow)
		}
		if refused := of(r, "flow-response-missing"); (len(refused) > 0) != (c.stopped > 0) {
			t.Errorf("%s: %+v", c.name, refused)
		}
	}
}
