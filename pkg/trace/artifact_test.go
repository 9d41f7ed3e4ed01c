package trace

import (
	"encoding/base64"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/ssodoctor/ssodoctor/internal/samltest"
)

// TestArtifactTells: a sign-in by artifact holds no message, and still
// something to show.
func TestArtifactTells(t *testing.T) {
	for url, want := range map[string]bool{
		samltest.ACS + "?SAMLart=AAQAAA":   true,
		samltest.ACS + "?elsewhere=AAQAAA": false,
	} {
		c, err := ReadBytes([]byte(samltest.HAR(samltest.Get(samltest.Time, url, "welcome"))), "login.har", Limits{})
		if got := c.Tells(); got != want || (err == nil) != want {
			t.Errorf("%s: tells %v, error %v, expected %v", url, got, err, want)
		}
	}
}

// TestArtifactsInText: an artifact is known wherever people paste it from, with
// its value as it was before it was sent.
func TestArtifactsInText(t *testing.T) {
	type4 := base64.StdEncoding.EncodeToString([]byte("\x00\x04\x00\x01" + strings.Repeat("\xfb\xff", 10) + strings.Repeat("h", 20)))
	type1 := base64.StdEncoding.EncodeToString([]byte("\x00\x01" + strings.Repeat("s", 20) + strings.Repeat("h", 20)))
	sent := url.QueryEscape(type4)
	for _, tc := range []struct {
		name, text string
		want       []string
	}{
		{"value", type4, []string{type4}},
		{"value of type 1", type1 + "\n", []string{type1}},
		{"percent-encoded value", sent, []string{type4}},
		{"quoted value", `"` + type4 + `"`, []string{type4}},
		{"value over two lines", type4[:40] + "\r\n" + type4[40:], []string{type4}},
		{"URL", "https://app.example/acs?SAMLart=" + sent + "&RelayState=x", []string{type4}},
		{"two URLs, one twice", strings.Repeat("https://app.example/acs?SAMLart="+sent+"\n", 2) + "https://app.example/acs?SAMLart=" + type1, []string{type4, type1}},
		{"form", "SAMLart=" + sent + "&RelayState=x", []string{type4}},
		{"query", "?RelayState=x&SAMLart=" + sent, []string{type4}},
		{"line of a log", "2026-11-21 10:00:00 INFO acs - samlart: " + type4 + " received", []string{type4}},
		{"page", `<html><form action="/acs" method="post"><input type="hidden" name="SAMLart" value="` + type4 + `"></form></html>`, []string{type4}},
		{"damaged", "SAMLart=abc", []string{"abc"}},
		{"an exchange has its own", "GET /acs?SAMLart=" + sent + " HTTP/1.1\r\nHost: app.example\r\n\r\n", nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c, err := ReadBytes([]byte(tc.text), "in", Limits{})
			if err != nil || !c.Tells() || !slices.Equal(c.Artifacts, tc.want) {
				t.Errorf("artifacts %q, tells %v, error %v; expected %q", c.Artifacts, c.Tells(), err, tc.want)
			}
			if len(c.Problems) > 0 {
				t.Errorf("problems %+v", c.Problems)
			}
		})
	}
	for _, text := range []string{type4[:56], "see the documentation of SAMLart", type4 + " and more"} {
		if c, _ := ReadBytes([]byte(text), "in", Limits{}); len(c.Artifacts) > 0 {
			t.Errorf("%q: artifacts %q", text, c.Artifacts)
		}
	}
	many := ""
	for i := range 100 {
		many += "SAMLart=" + strings.Repeat("a", i+1) + "\n"
	}
	if c, _ := ReadBytes([]byte(many), "in", Limits{}); len(c.Artifacts) != maxArtifacts {
		t.Errorf("%d artifacts, expected %d", len(c.Artifacts), maxArtifacts)
	}
}
