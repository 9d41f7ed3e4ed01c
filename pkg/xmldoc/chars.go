package xmldoc

import (
	"encoding/binary"
	"unicode/utf8"
)

// class is what an ASCII character may be, as bits.
type class uint8

const (
	nameStart class = 1 << iota // begins a name without colon (NCName)
	nameChar                    // continues one
	space                       // white space, section 2.3
	valueStop                   // cannot stand for itself in an attribute value
)

var classes = func() (t [256]class) {
	for c := 'a'; c <= 'z'; c++ {
		t[c] = nameStart | nameChar
		t[c-'a'+'A'] = nameStart | nameChar
	}
	for c := '0'; c <= '9'; c++ {
		t[c] = nameChar
	}
	t['_'] = nameStart | nameChar
	t['-'], t['.'] = nameChar, nameChar
	t[' '] = space
	t['\t'], t['\n'], t['\r'] = space|valueStop, space|valueStop, space|valueStop
	t['<'], t['&'], t['"'], t['\''] = valueStop, valueStop, valueStop, valueStop
	return t
}()

func isSpace(c byte) bool { return classes[c]&space != 0 }

// skipSpace returns the offset of the first byte from i that is not white
// space.
func skipSpace(s string, i int) int {
	for i < len(s) && isSpace(s[i]) {
		i++
	}
	return i
}

// runeRange is a range of characters, both ends included.
type runeRange struct{ lo, hi rune }

// The characters beyond ASCII of productions 4 and 4a.
var (
	nameStartRunes = []runeRange{
		{0xC0, 0xD6}, {0xD8, 0xF6}, {0xF8, 0x2FF}, {0x370, 0x37D}, {0x37F, 0x1FFF},
		{0x200C, 0x200D}, {0x2070, 0x218F}, {0x2C00, 0x2FEF}, {0x3001, 0xD7FF},
		{0xF900, 0xFDCF}, {0xFDF0, 0xFFFD}, {0x10000, 0xEFFFF},
	}
	nameOnlyRunes = []runeRange{{0xB7, 0xB7}, {0x300, 0x36F}, {0x203F, 0x2040}}
)

func within(r rune, ranges []runeRange) bool {
	for _, in := range ranges {
		if r >= in.lo && r <= in.hi {
			return true
		}
	}
	return false
}

// scanNCName returns the end of the name without colon that begins at i, or i
// where none does (Namespaces in XML, production 4).
func scanNCName(s string, i int) int {
	if i == len(s) {
		return i
	}
	if c := s[i]; c < utf8.RuneSelf {
		if classes[c]&nameStart == 0 {
			return i
		}
		i++
	} else {
		r, n := utf8.DecodeRuneInString(s[i:])
		if !within(r, nameStartRunes) {
			return i
		}
		i += n
	}
	for i < len(s) {
		for i < len(s) && classes[s[i]]&nameChar != 0 {
			i++
		}
		if i == len(s) || s[i] < utf8.RuneSelf {
			break
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		if !within(r, nameStartRunes) && !within(r, nameOnlyRunes) {
			break
		}
		i += n
	}
	return i
}

// isChar reports whether a document may hold the character, production 2.
func isChar(r rune) bool {
	switch {
	case r < 0x20:
		return r == '\t' || r == '\n' || r == '\r'
	case r < 0xD800:
		return true
	}
	return r > 0xDFFF && r <= utf8.MaxRune && r != 0xFFFE && r != 0xFFFF
}

// firstIllegal returns the offset of the first byte of text that is not part
// of a well-encoded character of production 2, or -1.
func firstIllegal(text []byte) int {
	const blanks, high = 0x2020202020202020, 0x8080808080808080
	for i := 0; i < len(text); {
		if i+8 <= len(text) {
			// All eight bytes from 0x20 to 0x7F: no borrow, no high bit.
			if w := binary.LittleEndian.Uint64(text[i:]); (w|(w-blanks))&high == 0 {
				i += 8
				continue
			}
		}
		for end := min(i+8, len(text)); i < end; {
			r, n := rune(text[i]), 1
			if r >= utf8.RuneSelf {
				if r, n = utf8.DecodeRune(text[i:]); n == 1 {
					return i
				}
			}
			if !isChar(r) {
				return i
			}
			i += n
		}
	}
	return -1
}
