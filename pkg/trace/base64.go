package trace

import (
	"bytes"
	"encoding/base64"
	"fmt"
)

// base64Text is what a Base64 text decodes to, and how it departs from plain
// padded Base64 (RFC 4648 section 4) on one line.
type base64Text struct {
	data     []byte
	blanks   int  // blanks that were read as '+'
	wrapped  bool // line breaks or tabs inside
	urlSafe  bool // '-' and '_' (RFC 4648 section 5)
	unpadded bool
	dropped  int // symbols at the end that make no byte: the text is cut
	extra    int // bytes after the padding
}

// badBase64 says where a text stops being Base64.
type badBase64 struct {
	offset int
	char   rune
}

func (e *badBase64) Error() string {
	return fmt.Sprintf("character %q at offset %d is not Base64", e.char, e.offset)
}

const (
	symInvalid = 0xff - iota
	symSpace
	symBlank
	symPad
)

var base64Symbols = func() (t [256]byte) {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	for i := range t {
		t[i] = symInvalid
	}
	for i := range len(alphabet) {
		t[alphabet[i]] = alphabet[i]
	}
	t['-'], t['_'], t['='] = '+', '/', symPad
	t['\r'], t['\n'], t['\t'], t[' '] = symSpace, symSpace, symSpace, symBlank
	return t
}()

// decodeBase64 decodes leniently and exactly: it says what it had to repair,
// and refuses every character that cannot be explained.
func decodeBase64(text []byte) (base64Text, error) {
	text = bytes.Trim(text, " \t\r\n")
	out := base64Text{}
	symbols, pads, err := out.symbols(text)
	if err != nil {
		return out, err
	}
	if len(symbols)%4 == 1 {
		out.dropped = 1
		symbols = symbols[:len(symbols)-1]
	} else {
		out.unpadded = pads < (4-len(symbols)%4)%4
	}
	n, err := base64.RawStdEncoding.Decode(symbols, symbols)
	out.data = symbols[:n:n]
	return out, err
}

// symbols gives the text in the standard alphabet, without padding and white
// space, and the length of the padding.
func (t *base64Text) symbols(text []byte) (symbols []byte, pads int, err error) {
	blankIs := byte('+')
	if blanksSeparate(text) {
		blankIs = symSpace
	}
	white := edgesAreWhite(text)
	symbols = make([]byte, 0, len(text))
	edge := false // in the blanks at the start of a line
	for i, c := range text {
		s := base64Symbols[c]
		edge = c == '\n' || edge && c == ' '
		if s == symBlank {
			if s = blankIs; pads > 0 || white && (edge || endsLine(text[i:])) {
				s = symSpace
			}
		}
		switch {
		case s == symInvalid:
			return nil, 0, &badBase64{i, firstRune(text[i:])}
		case s == symSpace:
			t.wrapped = true
		case s == symPad:
			pads++
		case pads > 0:
			t.extra = len(text) - i
			return symbols, pads, nil
		default:
			if c == ' ' {
				t.blanks++
			}
			t.urlSafe = t.urlSafe || c == '-' || c == '_'
			symbols = append(symbols, s)
		}
	}
	return symbols, pads, nil
}

// endsLine reports whether only a few blanks stand before the end of the line.
func endsLine(text []byte) bool {
	rest := bytes.TrimLeft(text[:min(len(text), 64)], " \r")
	return len(rest) > 0 && rest[0] == '\n'
}

// edgesAreWhite decides what blanks at the start and end of lines are: white
// space, unless they stand alone and the text has the length of Base64 only
// when they were '+'.
func edgesAreWhite(text []byte) bool {
	symbols, edges := 0, 0
	for line := range bytes.Lines(text) {
		inner := bytes.Trim(line, " \t\r\n")
		symbols += len(inner)
		blanks := bytes.Count(line, []byte{' '}) - bytes.Count(inner, []byte{' '})
		if blanks > 2 || bytes.HasPrefix(line, []byte("  ")) {
			return true
		}
		edges += blanks
	}
	return symbols%4 == 0 || (symbols+edges)%4 != 0
}

// blanksSeparate reports whether blanks stand at regular distances, where an
// editor or a log joined wrapped lines, rather than where '+' was lost.
func blanksSeparate(text []byte) bool {
	width := bytes.IndexByte(text, ' ')
	if width < 32 || width%4 != 0 {
		return false
	}
	for len(text) > width {
		if text[width] != ' ' || bytes.IndexByte(text[:width], ' ') >= 0 {
			return false
		}
		text = text[width+1:]
	}
	return bytes.IndexByte(text, ' ') < 0
}

func firstRune(b []byte) rune {
	for _, r := range string(b[:min(len(b), 4)]) {
		return r
	}
	return 0
}
