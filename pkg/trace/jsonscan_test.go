package trace

import (
	"bytes"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestJSONScan compares what looks at eight bytes at a time with what looks at
// one, on texts of the bytes that matter and those that differ from them by one
// bit, from each offset on.
func TestJSONScan(t *testing.T) {
	piece := rapid.SampledFrom([]string{
		`"`, `\`, `\\`, `\"`, `\\"`, `\\\"`, "#", "!", "]", "[", "}", "\xa2", "\xdc", "\x80", "\xbf", "\x00", "\n", "x", "é", "漢", "😀",
		strings.Repeat("x", 8), strings.Repeat(`\`, 9), strings.Repeat(`\"`, 9), strings.Repeat("y", 70), strings.Repeat("\n", 70), strings.Repeat("ü", 9),
	})
	rapid.Check(t, func(t *rapid.T) {
		text := []byte(strings.Join(rapid.SliceOfN(piece, 0, 40).Draw(t, "pieces"), ""))
		for i := range text {
			checkScan(t, text[i:])
		}
	})
}

func checkScan(t rapid.TB, text []byte) {
	if got, want := closingQuote(text), slowClosingQuote(text); got != want {
		t.Fatalf("%q: the string ends at %d, want %d", text, got, want)
	}
	if got, want := characters(text), slowCharacters(text); got != want {
		t.Fatalf("%q: %d characters, want %d", text, got, want)
	}
	if got, want := lastLineEnd(text), bytes.LastIndexByte(text, '\n'); got != want {
		t.Fatalf("%q: the last line ends at %d, want %d", text, got, want)
	}
}

func slowClosingQuote(text []byte) int {
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '"':
			return i
		case '\\':
			i++
		}
	}
	return -1
}

func slowCharacters(text []byte) int {
	n := 0
	for _, c := range text {
		if c < 0x80 || c >= 0xc0 {
			n++
		}
	}
	return n
}

func FuzzJSONScan(f *testing.F) {
	f.Add([]byte(`<a href=\"x\">C:\\\\` + `\"</a>é","next"`))
	f.Fuzz(func(t *testing.T, text []byte) { checkScan(t, text) })
}
