package trace

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestMarkers(t *testing.T) {
	for _, m := range markers {
		for shift := range 20 {
			text := []byte(strings.Repeat("-", shift) + strings.ToUpper(m.text) + strings.Repeat("+", 20-shift))
			if !hasMarker(text) || !hasMarker(bytes.ToLower(text)) {
				t.Errorf("%q is not found after %d bytes", m.text, shift)
			}
			if hasMarker(text[:shift+len(m.text)-1]) {
				t.Errorf("%q is found without its last byte", m.text)
			}
		}
	}
	for shift := range 3 {
		if text := b64(strings.Repeat("~", shift) + `name="SAMLResponse"`); !hasMarker([]byte(text)) {
			t.Errorf("not found in Base64: %s", text)
		}
	}
}

// containsMarker is what hasMarker says, found the slow way.
func containsMarker(text []byte) bool {
	lowered := make([]byte, len(text))
	for i, c := range text {
		lowered[i] = lower(c)
	}
	return slices.ContainsFunc(markers[:], func(m marker) bool { return bytes.Contains(lowered, []byte(m.text)) })
}

func TestMarkerWindows(t *testing.T) {
	for _, m := range markers {
		if m.window+windowLength > len(m.text) || len(m.text) > markerMax || m.text != strings.ToLower(m.text) {
			t.Errorf("%+v has no window of %d bytes, or more than %d bytes, or capital letters", m, windowLength, markerMax)
		}
	}
}

// TestMarkersInPieces puts texts together from pieces of markers.
func TestMarkersInPieces(t *testing.T) {
	pieces := []string{" ", "-", "\xe9", "\xff", "\u212a"}
	for _, m := range markers {
		for i := range len(m.text) {
			pieces = append(pieces, m.text[i:], m.text[:i], strings.ToUpper(m.text[i:i+1]))
		}
	}
	piece := rapid.SampledFrom(pieces)
	rapid.Check(t, func(t *rapid.T) {
		text := []byte(strings.Join(rapid.SliceOfN(piece, 0, 12).Draw(t, "pieces"), ""))
		for i := range text {
			if got, want := hasMarker(text[i:]), containsMarker(text[i:]); got != want {
				t.Fatalf("%q: %v, want %v", text[i:], got, want)
			}
		}
	})
}

func FuzzMarkers(f *testing.F) {
	for _, m := range markers {
		f.Add([]byte("<script>" + m.text))
		f.Add([]byte(strings.ToUpper(m.text[1:]) + m.text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if got, want := hasMarker(text), containsMarker(text); got != want {
			t.Fatalf("%v, want %v", got, want)
		}
	})
}
