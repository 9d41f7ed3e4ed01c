package adfs

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// encoding is how the bytes of an export stand for text.
type encoding uint8

const (
	encodingUTF8 encoding = iota
	encodingUTF16LE
	encodingUTF16BE
	encodingLatin1
	encodingCP1252
)

// chunk is how many bytes are read at a time.
const chunk = 64 << 10

// decoder reads an export as UTF-8 without its byte order mark.
type decoder struct {
	in       io.Reader
	encoding encoding
	raw      []byte // read, not yet decoded
	err      error  // what ended in
	repaired bool   // bytes that are not UTF-8 were read as Windows-1252
}

// newDecoder finds out the encoding from the head of the input: a byte order
// mark, the zero bytes of UTF-16, an XML declaration; else UTF-8.
func newDecoder(in io.Reader) *decoder {
	d := &decoder{in: in, raw: make([]byte, 0, chunk)}
	for len(d.raw) < 1024 && d.err == nil {
		d.fill()
	}
	head := d.raw
	switch {
	case bytes.HasPrefix(head, []byte("\xEF\xBB\xBF")):
		d.raw = head[3:]
	case bytes.HasPrefix(head, []byte("\xFF\xFE")):
		d.raw, d.encoding = head[2:], encodingUTF16LE
	case bytes.HasPrefix(head, []byte("\xFE\xFF")):
		d.raw, d.encoding = head[2:], encodingUTF16BE
	case len(head) >= 4 && head[0] != 0 && head[1] == 0 && head[3] == 0:
		d.encoding = encodingUTF16LE
	case len(head) >= 4 && head[0] == 0 && head[1] != 0 && head[2] == 0:
		d.encoding = encodingUTF16BE
	case bytes.HasPrefix(head, []byte("<?xml")):
		d.encoding = declared(head)
	}
	return d
}

// declared is the encoding of single bytes that an XML declaration names.
func declared(head []byte) encoding {
	end := bytes.Index(head, []byte("?>"))
	if end < 0 {
		return encodingUTF8
	}
	switch declaration := strings.ToLower(string(head[:end])); {
	case strings.Contains(declaration, "8859-1") || strings.Contains(declaration, "latin1"):
		return encodingLatin1
	case strings.Contains(declaration, "1252"):
		return encodingCP1252
	}
	return encodingUTF8
}

func (d *decoder) fill() {
	if len(d.raw) == cap(d.raw) || cap(d.raw)-len(d.raw) < chunk/2 {
		grown := make([]byte, len(d.raw), len(d.raw)+chunk)
		copy(grown, d.raw)
		d.raw = grown
	}
	n, err := d.in.Read(d.raw[len(d.raw):cap(d.raw)])
	d.raw = d.raw[:len(d.raw)+n]
	d.err = err
}

// appendText appends the next text to dst: at least a byte, or an error that
// is io.EOF at the end of the input.
func (d *decoder) appendText(dst []byte) ([]byte, error) {
	for before := len(dst); ; {
		var err error
		if dst, err = d.decode(dst, d.err != nil); err != nil || len(dst) > before {
			return dst, err
		}
		if d.err != nil {
			return dst, d.err
		}
		d.fill()
	}
}

// decode decodes what was read, but for a character that is not complete,
// unless the input has ended.
func (d *decoder) decode(dst []byte, last bool) ([]byte, error) {
	var n int
	var err error
	switch d.encoding {
	case encodingUTF16LE, encodingUTF16BE:
		dst, n, err = d.utf16(dst, last)
	case encodingLatin1, encodingCP1252:
		for _, c := range d.raw {
			dst = utf8.AppendRune(dst, single(c, d.encoding == encodingCP1252))
		}
		n = len(d.raw)
	default:
		dst, n, err = d.utf8(dst, last)
	}
	rest := copy(d.raw, d.raw[n:])
	d.raw = d.raw[:rest]
	return dst, err
}

func (d *decoder) utf8(dst []byte, last bool) ([]byte, int, error) {
	text := d.raw
	if !last {
		text = text[:completeUTF8(text)]
	}
	n := len(text)
	var err error
	if seam := bytes.IndexByte(text, 0); seam >= 0 {
		text, err = bytes.TrimRight(text[:seam], "\xFE\xFF"), errZero
		for _, mark := range []string{"\xFF\xFE", "\xFE\xFF"} {
			if at := bytes.Index(text, []byte(mark)); at >= 0 {
				text = text[:at]
			}
		}
	}
	for len(text) > 0 {
		if utf8.Valid(text) {
			return append(dst, text...), n, err
		}
		r, size := utf8.DecodeRune(text)
		if r == utf8.RuneError && size == 1 {
			d.repaired = true
			r = single(text[0], true)
		}
		dst = utf8.AppendRune(dst, r)
		text = text[size:]
		valid := validPrefix(text)
		dst = append(dst, text[:valid]...)
		text = text[valid:]
	}
	return dst, n, err
}

// validPrefix is how much of a text, at least up to the first byte that is not
// UTF-8, can be taken as it is.
func validPrefix(text []byte) int {
	for i := 0; i < len(text); {
		if text[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, size := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return len(text)
}

// completeUTF8 is the length of a text without a character that may go on.
func completeUTF8(text []byte) int {
	for back := 1; back <= min(3, len(text)); back++ {
		c := text[len(text)-back]
		if utf8.RuneStart(c) {
			if c >= utf8.RuneSelf && !utf8.FullRune(text[len(text)-back:]) {
				return len(text) - back
			}
			break
		}
	}
	return len(text)
}

// mixture is what no text in UTF-16 holds: the start of XML in single bytes.
var mixture = [][]byte{[]byte("<Obj"), []byte("</Ob"), []byte("<?xm")}

func (d *decoder) utf16(dst []byte, last bool) ([]byte, int, error) {
	raw := d.raw
	for _, mark := range mixture {
		if at := bytes.Index(raw, mark); at >= 0 {
			raw, last = raw[:at&^1], true
			dst, _ = appendUTF16(dst, raw, d.encoding == encodingUTF16BE, true)
			return dst, len(d.raw), errMixed
		}
	}
	dst, n := appendUTF16(dst, raw, d.encoding == encodingUTF16BE, last)
	if last && n < len(raw) {
		n = len(raw)
	}
	return dst, n, nil
}

// appendUTF16 decodes UTF-16; a half of a pair becomes U+FFFD. It returns how
// many bytes it took.
func appendUTF16(dst, raw []byte, bigEndian, last bool) ([]byte, int) {
	lo, hi := 0, 1
	if bigEndian {
		lo, hi = 1, 0
	}
	i := 0
	for ; i+1 < len(raw); i += 2 {
		low, high := raw[i+lo], raw[i+hi]
		if high == 0 && low < utf8.RuneSelf {
			dst = append(dst, low)
			continue
		}
		r := rune(low) | rune(high)<<8
		if utf16.IsSurrogate(r) {
			if i+3 >= len(raw) && !last {
				break
			}
			second := rune(0)
			if i+3 < len(raw) {
				second = rune(raw[i+2+lo]) | rune(raw[i+2+hi])<<8
			}
			if r = utf16.DecodeRune(r, second); r != utf8.RuneError {
				i += 2
			}
		}
		dst = utf8.AppendRune(dst, r)
	}
	return dst, i
}

// single is the character of a byte in ISO-8859-1, or in Windows-1252.
func single(c byte, windows bool) rune {
	if windows && c >= 0x80 && c < 0xA0 {
		return cp1252[c-0x80]
	}
	return rune(c)
}

// cp1252 holds what Windows-1252 has from 0x80 to 0x9F.
var cp1252 = [32]rune{
	0x20AC, 0xFFFD, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0xFFFD, 0x017D, 0xFFFD,
	0xFFFD, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0xFFFD, 0x017E, 0x0178,
}

var (
	errZero  = fmt.Errorf("found a zero byte in a text of single bytes, as where UTF-16 was appended to it; export again into one new file")
	errMixed = fmt.Errorf("the text is UTF-16 up to here and goes on in single bytes, as where two exports were joined; give the exports one by one")
)
