package redact

import (
	"strings"
	"testing"
)

func TestGenericPart(t *testing.T) {
	for text, want := range map[string]string{
		"Sign-in failed": "Sign-in failed",
		"The user Zephyrine (HX-7731) was not found.":             "The user … was not found.",
		"SAML Response rejected: Zy7hQ opaque-word-51 is invalid": "SAML Response rejected: … is invalid",
		"Couldn't find an account":                                "Couldn't find an account",
		"Fehler: Anmeldung fehlgeschlagen":                        "…",
		"500 Internal Server Error":                               "500 Internal Server Error",
		"<b>error</b>":                                            "… error…",
		"":                                                        "",
		"ERROR \u202e\x1b[31m ünïcode":                            "ERROR …",
		"ticket 4711 of /people/ada: access denied, ask x@y.example now": "… of … access denied, …",
	} {
		if got := genericPart(text); got != want {
			t.Errorf("%q became %q, expected %q", text, got, want)
		}
	}
	if n := len(genericPart(strings.Repeat("x ", 1000))); n > 8 {
		t.Errorf("%d bytes of nothing", n)
	}
}
