package xmldoc

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

const supportedEncodings = "UTF-8, UTF-16, ISO-8859-1, Windows-1252 or US-ASCII"

const (
	utf8Name    = "utf-8"
	utf16Name   = "utf-16"
	utf16leName = "utf-16le"
	utf16beName = "utf-16be"
	asciiName   = "us-ascii"
	latin1Name  = "iso-8859-1"
	cp1252Name  = "windows-1252"
)

// encodingNames lists the names that declarations use, in lower case, for the
// encodings that can be read (the IANA names, and what .NET and Java write).
var encodingNames = map[string]string{
	"utf-8": utf8Name, "utf8": utf8Name,
	"utf-16": utf16Name, "utf16": utf16Name, "unicode": utf16Name, "ucs-2": utf16Name, "iso-10646-ucs-2": utf16Name,
	"utf-16le": utf16leName, "utf-16be": utf16beName,
	"us-ascii": asciiName, "ascii": asciiName, "iso646-us": asciiName, "ansi_x3.4-1968": asciiName,
	"iso-8859-1": latin1Name, "iso8859-1": latin1Name, "iso_8859-1": latin1Name, "iso8859_1": latin1Name, "latin1": latin1Name, "l1": latin1Name,
	"windows-1252": cp1252Name, "cp1252": cp1252Name, "x-cp1252": cp1252Name, "ansi": cp1252Name,
}

// input is the text of a document as UTF-8. Where a fault is set, text is
// good up to the fault's offset only.
type input struct {
	text     []byte
	good     int // bytes of text that hold nothing but characters of XML
	encoding string
	fault    *SyntaxError
}

var (
	bomUTF8  = []byte("\xEF\xBB\xBF")
	bomLE    = []byte("\xFF\xFE")
	bomBE    = []byte("\xFE\xFF")
	utf32BOM = [][]byte{[]byte("\xFF\xFE\x00\x00"), []byte("\x00\x00\xFE\xFF"), []byte("<\x00\x00\x00"), []byte("\x00\x00\x00<")}
)

// decode finds out the encoding (XML 1.0 appendix F) and converts to UTF-8.
// What the bytes are goes before what the declaration says.
func decode(src []byte) *input {
	in := &input{encoding: utf8Name}
	wide := len(src) >= 2
	switch {
	case slices.ContainsFunc(utf32BOM, func(bom []byte) bool { return bytes.HasPrefix(src, bom) }):
		in.fault = unsupported("utf-32", 0, 0)
	case bytes.HasPrefix(src, bomUTF8):
		in.text = src
	case bytes.HasPrefix(src, bomLE):
		in.fromUTF16(src[2:], utf16leName)
	case bytes.HasPrefix(src, bomBE):
		in.fromUTF16(src[2:], utf16beName)
	case wide && src[0] != 0 && src[1] == 0:
		in.fromUTF16(src, utf16leName)
	case wide && src[0] == 0 && src[1] != 0:
		in.fromUTF16(src, utf16beName)
	default:
		in.fromBytes(src)
	}
	in.checkCharacters()
	return in
}

// fromBytes reads an encoding of single bytes, as declared.
func (in *input) fromBytes(src []byte) {
	declared, at := declaredEncoding(src)
	name, known := encodingNames[strings.ToLower(declared)]
	switch {
	case declared != "" && !known:
		in.text = src
		in.fault = unsupported(declared, at, at+len(declared))
	case name == latin1Name:
		in.fromTable(src, name, nil)
	case name == cp1252Name:
		in.fromTable(src, name, &cp1252)
	default:
		in.text = src
	}
}

// declaredEncoding finds the encoding that an XML declaration of single bytes
// names, without judging the declaration otherwise.
func declaredEncoding(src []byte) (name string, offset int) {
	if !bytes.HasPrefix(src, []byte("<?xml")) {
		return "", 0
	}
	end := bytes.Index(src[:min(len(src), 1024)], []byte("?>"))
	if end < 0 {
		return "", 0
	}
	decl := string(src[:end])
	i := strings.Index(decl, "encoding")
	if i < 0 {
		return "", 0
	}
	i = skipSpace(decl, i+len("encoding"))
	if i < len(decl) && decl[i] == '=' {
		i = skipSpace(decl, i+1)
	}
	if i == len(decl) || decl[i] != '"' && decl[i] != '\'' {
		return "", 0
	}
	name, _, closed := strings.Cut(decl[i+1:], decl[i:i+1])
	if !closed {
		return "", 0
	}
	return name, i + 1
}

func unsupported(name string, at, end int) *SyntaxError {
	return &SyntaxError{
		Check: checkMalformed,
		Msg:   fmt.Sprintf("encoding %q cannot be read, expected %s; save the file as UTF-8", name, supportedEncodings),
		Span:  finding.Span{Offset: at, End: end},
	}
}

// fromUTF16 reads UTF-16 without its byte order mark.
func (in *input) fromUTF16(src []byte, name string) {
	lo, hi := 0, 1
	if name == utf16beName {
		lo, hi = 1, 0
	}
	text := make([]byte, 0, len(src)/2+len(src)/16)
	unit := func(i int) rune { return rune(src[i+lo]) | rune(src[i+hi])<<8 }
	in.encoding = name
	for i := 0; i+1 < len(src); i += 2 {
		r := unit(i)
		if utf16.IsSurrogate(r) {
			low := rune(0)
			if i+3 < len(src) {
				low = unit(i + 2)
			}
			pair := utf16.DecodeRune(r, low)
			if pair == utf8.RuneError {
				in.stop(text, checkMalformed, fmt.Sprintf("UTF-16 code unit 0x%04X is half of a surrogate pair", r))
				return
			}
			r, i = pair, i+2
		}
		text = utf8.AppendRune(text, r)
	}
	in.text = text
	if len(src)%2 != 0 {
		in.stop(text, checkTruncated, "the UTF-16 text has an odd number of bytes")
	}
}

// fromTable reads ISO-8859-1, with the characters of c1 in place of the
// control characters from 0x80 to 0x9F where c1 is given.
func (in *input) fromTable(src []byte, name string, c1 *[32]rune) {
	in.text, in.encoding = src, name
	first := slices.IndexFunc(src, func(c byte) bool { return c >= utf8.RuneSelf })
	if first < 0 {
		return
	}
	text := append(make([]byte, 0, len(src)+len(src)/8), src[:first]...)
	for _, c := range src[first:] {
		r := rune(c)
		if c1 != nil && c >= 0x80 && c < 0xA0 {
			if r = c1[c-0x80]; r == 0 {
				in.stop(text, checkMalformed, fmt.Sprintf("byte 0x%02X stands for no character in %s", c, name))
				return
			}
		}
		text = utf8.AppendRune(text, r)
	}
	in.text = text
}

// stop ends the text at what could not be converted.
func (in *input) stop(text []byte, check, msg string) {
	in.text = text
	in.fault = &SyntaxError{Check: check, Msg: msg, Span: finding.Span{Offset: len(text), End: len(text)}}
}

// checkCharacters finds the first thing that no XML document may hold.
func (in *input) checkCharacters() {
	in.good = len(in.text)
	at := firstIllegal(in.text)
	if at < 0 || in.fault != nil && in.fault.Span.Offset < at {
		if in.fault != nil {
			in.good = in.fault.Span.Offset
		}
		return
	}
	r, n := utf8.DecodeRune(in.text[at:])
	msg := fmt.Sprintf("character %U is not allowed in XML", r)
	if r == utf8.RuneError && n == 1 {
		msg = fmt.Sprintf("byte 0x%02X is not valid UTF-8; where the text is ISO-8859-1 or Windows-1252, its XML declaration must say so", in.text[at])
	}
	in.good = at
	in.fault = &SyntaxError{Check: checkMalformed, Msg: msg, Span: finding.Span{Offset: at, End: at + n}}
}

// truthful reports whether a declared encoding is one that the text was, or
// could just as well have been, read in.
func (in *input) truthful(declared string) bool {
	name := encodingNames[strings.ToLower(declared)]
	switch name {
	case utf16Name:
		return in.encoding == utf16leName || in.encoding == utf16beName
	case asciiName:
		return in.encoding == utf8Name && !slices.ContainsFunc(in.text, func(c byte) bool { return c >= utf8.RuneSelf })
	}
	return name == in.encoding
}

// cp1252 holds the characters that Windows-1252 has from 0x80 to 0x9F, 0 for
// none.
var cp1252 = [32]rune{
	0x20AC, 0, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017D, 0,
	0, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0, 0x017E, 0x0178,
}
