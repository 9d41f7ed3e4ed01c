package adfs

import (
	"bytes"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// text reads a string.
func (j *jsonReader) text() (Text, error) {
	start := j.w.at
	j.w.take(1)
	j.build.reset(j.w.at)
	for {
		rest := j.w.rest()
		i := bytes.IndexAny(rest, `"\`)
		if i < 0 {
			j.build.verbatim(j.w.take(len(rest)))
			if err := j.checkSize(); err != nil {
				return Text{}, err
			}
			if !j.w.more() {
				return Text{}, j.truncated()
			}
			continue
		}
		j.build.verbatim(j.w.take(i))
		if rest[i] == '"' {
			t := j.build.text()
			j.w.take(1)
			if t.Value == "" {
				t.Span = start.span()
			}
			return t, nil
		}
		if err := j.escape(); err != nil {
			return Text{}, err
		}
	}
}

// simpleEscapes are the escapes of one letter.
var simpleEscapes = map[byte]rune{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

func (j *jsonReader) escape() error {
	for len(j.w.rest()) < 12 && j.w.more() {
	}
	rest := j.w.rest()
	if len(rest) < 2 {
		return j.truncated()
	}
	meaning, width := simpleEscapes[rest[1]], 2
	if rest[1] == 'u' {
		meaning, width = unicodeEscape(rest)
	}
	if meaning == 0 && (rest[1] != 'u' || width == 0) {
		return j.errorf("found the escape %s, which JSON does not have", quoted(string(rest[:2])))
	}
	j.build.escape(j.w.take(width), meaning)
	return nil
}

// unicodeEscape reads \uHHHH, or two of them for a surrogate pair.
func unicodeEscape(raw []byte) (rune, int) {
	unit := func(raw []byte) (rune, bool) {
		if len(raw) < 6 || raw[0] != '\\' || raw[1] != 'u' {
			return 0, false
		}
		n, err := strconv.ParseUint(string(raw[2:6]), 16, 16)
		return rune(n), err == nil
	}
	r, ok := unit(raw)
	if !ok {
		return 0, 0
	}
	if !utf16.IsSurrogate(r) {
		return r, 6
	}
	if low, ok := unit(raw[6:]); ok {
		if pair := utf16.DecodeRune(r, low); pair != utf8.RuneError {
			return pair, 12
		}
	}
	return utf8.RuneError, 6
}
