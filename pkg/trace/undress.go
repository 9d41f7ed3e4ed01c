package trace

import (
	"bytes"
	"html"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// wrapping is something that people and tools put around a message, and how to
// take it off. Undo returns nil where it does not apply.
type wrapping struct {
	name string // completes "the value was ...", for the administrator
	undo func([]byte) []byte
}

// wrappings are tried in this order until none applies.
var wrappings = []wrapping{
	{"quoted", stripQuotes},
	{"in PEM armour", stripPEM},
	{"HTML-encoded", stripEntities},
	{"percent-encoded", stripPercent},
	{"escaped as a JSON string", stripJSONEscapes},
	{"escaped by a log (\\x22, #012)", stripLogEscapes},
	{"quoted-printable (from an e-mail)", stripQuotedPrintable},
}

const maxWrappings = 8

// undress takes the wrappings off a value and names each of them.
func undress(value []byte) ([]byte, []string) {
	var names []string
	for range maxWrappings {
		if isXMLStart(value) {
			break
		}
		value = bytes.Trim(value, " \t\r\n\x00\ufeff")
		changed := false
		for _, w := range wrappings {
			if out := w.undo(value); out != nil {
				value, changed = out, true
				names = append(names, w.name)
				break
			}
		}
		if !changed {
			break
		}
	}
	return value, names
}

var quotePairs = [][2]string{
	{`"`, `"`}, {`'`, `'`}, {"`", "`"}, {"“", "”"}, {"‘", "’"}, {"«", "»"}, {"„", "“"}, {"”", "”"}, {"’", "’"},
}

func stripQuotes(v []byte) []byte {
	v = bytes.TrimRight(v, " \t\r\n,;")
	for _, q := range quotePairs {
		if bytes.HasPrefix(v, []byte(q[0])) {
			inner := bytes.TrimSuffix(v[len(q[0]):], []byte(q[1]))
			return bytes.TrimSuffix(inner, []byte(`\`)) // \"…\"
		}
		if inner, found := bytes.CutSuffix(v, []byte(q[1])); found && len(inner) > 0 {
			return inner
		}
	}
	return nil
}

func stripPEM(v []byte) []byte {
	if !bytes.HasPrefix(v, []byte("-----BEGIN")) {
		return nil
	}
	_, body, found := bytes.Cut(v, []byte("\n"))
	if !found {
		return nil
	}
	if end := bytes.Index(body, []byte("-----END")); end >= 0 {
		body = body[:end]
	}
	return body
}

func stripEntities(v []byte) []byte {
	i := bytes.IndexByte(v, '&')
	if i < 0 || bytes.IndexByte(v[i:], ';') < 0 {
		return nil
	}
	out := html.UnescapeString(string(v))
	if out == string(v) {
		return nil
	}
	return []byte(out)
}

func stripPercent(v []byte) []byte {
	if !hasPercent(v) {
		return nil
	}
	return unescapePercent(v, false)
}

// stripJSONEscapes undoes the escapes of RFC 8259 section 7 in a text without
// its quotes.
func stripJSONEscapes(v []byte) []byte {
	if bytes.IndexByte(v, '\\') < 0 {
		return nil
	}
	out := unescapeJSON(v)
	if bytes.Equal(out, v) {
		return nil
	}
	return out
}

// unescapeJSON decodes the inside of a JSON string. A lone surrogate becomes
// U+FFFD, an escape that is none is kept. The result is a copy.
func unescapeJSON(v []byte) []byte { return appendUnescaped(make([]byte, 0, len(v)), v) }

// appendUnescaped is unescapeJSON into out, which may be v[:0]: no escape is
// shorter than what it stands for.
func appendUnescaped(out, v []byte) []byte {
	for len(v) > 0 {
		i := bytes.IndexByte(v, '\\')
		if i < 0 {
			return append(out, v...)
		}
		out = append(out, v[:i]...)
		v = v[i:]
		if len(v) >= 2 {
			if at := strings.IndexByte(`"\/bfnrt`, v[1]); at >= 0 {
				out, v = append(out, "\"\\/\b\f\n\r\t"[at]), v[2:]
				continue
			}
		}
		r, size := escapedRune(v)
		if size == 0 {
			out, v = append(out, v[0]), v[1:]
			continue
		}
		if utf16.IsSurrogate(r) {
			low, n := escapedRune(v[size:])
			if pair := utf16.DecodeRune(r, low); n > 0 && pair != utf8.RuneError {
				r, size = pair, size+n
			} else {
				r = utf8.RuneError
			}
		}
		out, v = utf8.AppendRune(out, r), v[size:]
	}
	return out
}

// escapedRune reads \uXXXX; size 0 where there is none.
func escapedRune(v []byte) (r rune, size int) {
	if len(v) < 6 || v[0] != '\\' || v[1] != 'u' {
		return 0, 0
	}
	for _, c := range v[2:6] {
		if !isHex(c) {
			return 0, 0
		}
		r = r<<4 | rune(unhex(c))
	}
	return r, 6
}

func stripQuotedPrintable(v []byte) []byte {
	soft := bytes.Contains(v, []byte("=\n")) || bytes.Contains(v, []byte("=\r\n"))
	if !soft && !bytes.Contains(v, []byte("=3D")) && !bytes.Contains(v, []byte("=2B")) {
		return nil
	}
	out := make([]byte, 0, len(v))
	for i := 0; i < len(v); i++ {
		rest := v[i:]
		switch {
		case bytes.HasPrefix(rest, []byte("=\r\n")):
			i += 2
		case bytes.HasPrefix(rest, []byte("=\n")):
			i++
		case len(rest) >= 3 && rest[0] == '=' && isHex(rest[1]) && isHex(rest[2]):
			out = append(out, unhex(rest[1])<<4|unhex(rest[2]))
			i += 2
		default:
			out = append(out, rest[0])
		}
	}
	return out
}
