package finding

import (
	"encoding/json"
	"regexp"
	"testing"

	"pgregory.net/rapid"
)

var unsafeJSON = regexp.MustCompile(`##\[|##vso\[|[\x7f-\x{9f}\x{61c}\x{200e}\x{200f}\x{202a}-\x{202e}\x{2066}-\x{2069}]`)

// TestSafeJSON: what is made safe says the same, and holds nothing that steers.
func TestSafeJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		parts := rapid.SliceOf(rapid.SampledFrom([]string{"##[group]", "###vso[task]", "a", "é", "\x7f", "\u009b2J", "\u202e", "\u2066", "\x1b", "\n", "\\"})).Draw(t, "parts")
		text := ""
		for _, p := range parts {
			text += p
		}
		data, err := json.Marshal(map[string]string{text: text})
		if err != nil {
			t.Fatal(err)
		}
		safe := SafeJSON(data)
		var got map[string]string
		if err := json.Unmarshal(safe, &got); err != nil || got[text] != text {
			t.Errorf("%q became %q: %v", data, safe, err)
		}
		if found := unsafeJSON.Find(safe); found != nil {
			t.Errorf("%q holds %q", safe, found)
		}
	})
}
