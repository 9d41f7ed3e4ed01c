package adfs

import (
	"bytes"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// addXML adds text of an XML file: references are resolved, and with escapes
// set also _xHHHH_ and _xHHHHHHHH_, by which PowerShell writes what XML cannot
// hold.
func (b *textBuilder) addXML(raw []byte, escapes bool) {
	amp, mark := -1, -1 // the next of each kind, sought anew once it is passed
	for at := 0; at < len(raw); {
		if amp < at {
			amp = after(raw, at, "&")
		}
		if mark < at {
			if mark = len(raw); escapes {
				mark = after(raw, at, "_x")
			}
		}
		next := min(amp, mark)
		b.verbatim(raw[at:next])
		if at = next; at == len(raw) {
			return
		}
		meaning, width := reference(raw[at:])
		if raw[at] == '_' {
			meaning, width = nameEscape(raw[at:])
		}
		if width == 0 {
			b.verbatim(raw[at : at+1])
			at++
			continue
		}
		b.escape(raw[at:at+width], meaning)
		at += width
	}
}

// after is where s stands next, from an offset on; the end where it does not.
func after(raw []byte, from int, s string) int {
	if i := bytes.Index(raw[from:], []byte(s)); i >= 0 {
		return from + i
	}
	return len(raw)
}

var predefined = []struct {
	name    string
	meaning rune
}{{"&lt;", '<'}, {"&gt;", '>'}, {"&amp;", '&'}, {"&quot;", '"'}, {"&apos;", '\''}}

// reference reads an entity or character reference; its width is 0 where there
// is none that is known.
func reference(raw []byte) (meaning rune, width int) {
	for _, e := range predefined {
		if bytes.HasPrefix(raw, []byte(e.name)) {
			return e.meaning, len(e.name)
		}
	}
	if !bytes.HasPrefix(raw, []byte("&#")) {
		return 0, 0
	}
	end := bytes.IndexByte(raw[:min(len(raw), 12)], ';')
	if end < 0 {
		return 0, 0
	}
	digits, base := raw[2:end], 10
	if len(digits) > 0 && (digits[0] == 'x' || digits[0] == 'X') {
		digits, base = digits[1:], 16
	}
	n, err := strconv.ParseUint(string(digits), base, 32)
	if err != nil || !utf8.ValidRune(rune(n)) {
		return 0, 0
	}
	return rune(n), end + 1
}

// nameEscape reads _xHHHH_, two of them for a surrogate pair, or _xHHHHHHHH_;
// its width is 0 where there is none.
func nameEscape(raw []byte) (meaning rune, width int) {
	if r, ok := hexEscape(raw, 4); ok {
		if !utf16.IsSurrogate(r) {
			return r, 7
		}
		if low, ok := hexEscape(raw[7:], 4); ok {
			if pair := utf16.DecodeRune(r, low); pair != utf8.RuneError {
				return pair, 14
			}
		}
		return utf8.RuneError, 7
	}
	if r, ok := hexEscape(raw, 8); ok && utf8.ValidRune(r) {
		return r, 11
	}
	return 0, 0
}

func hexEscape(raw []byte, digits int) (rune, bool) {
	if len(raw) < digits+3 || raw[0] != '_' || raw[1] != 'x' || raw[digits+2] != '_' {
		return 0, false
	}
	n := rune(0)
	for _, c := range raw[2 : 2+digits] {
		d := hexDigit(c)
		if d < 0 {
			return 0, false
		}
		n = n<<4 | d
	}
	return n, n >= 0
}

func hexDigit(c byte) rune {
	switch {
	case c >= '0' && c <= '9':
		return rune(c - '0')
	case c >= 'a' && c <= 'f':
		return rune(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return rune(c-'A') + 10
	}
	return -1
}

// unescape reads a name or type name as PowerShell writes it.
func unescape(s string) string {
	if !bytes.ContainsAny([]byte(s), "&_") {
		return s
	}
	b := newTextBuilder(cursor{})
	b.addXML([]byte(s), true)
	return string(b.value)
}
