package finding

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// urlParts are the parts of an absolute URL (RFC 3986 section 3), as written.
// Joined they give the URL again but for "://".
type urlParts struct {
	scheme   string
	host     string // with userinfo
	port     string // with its colon
	path     string
	query    string // with its question mark
	fragment string // with its number sign
}

// splitURLs splits two values into the parts of a URL; ok is false where they
// cannot be compared as URLs. A value without a scheme counts as a URL beside
// one that has the same host, and an opaque one ("spn:…") beside its own rest.
func splitURLs(a, b string) (partsA, partsB urlParts, ok bool) {
	partsA, okA := splitURL(a)
	partsB, okB := splitURL(b)
	switch {
	case okA && okB:
		return partsA, partsB, true
	case okA:
		partsB = splitRest(strings.TrimPrefix(b, "//"))
		return partsA, partsB, sameHost(partsA, partsB)
	case okB:
		partsA = splitRest(strings.TrimPrefix(a, "//"))
		return partsA, partsB, sameHost(partsA, partsB)
	}
	partsA.scheme, partsA.path = splitOpaque(a)
	partsB.scheme, partsB.path = splitOpaque(b)
	_, ok = spelling(partsA.path, partsB.path)
	return partsA, partsB, ok || partsA.path == partsB.path
}

func sameHost(a, b urlParts) bool {
	return a.host != "" && strings.EqualFold(a.host, b.host)
}

func splitURL(s string) (urlParts, bool) {
	name, rest, found := strings.Cut(s, "://")
	if !found || !isScheme(name) {
		return urlParts{}, false
	}
	parts := splitRest(rest)
	parts.scheme = name
	return parts, true
}

// splitRest splits what follows "://".
func splitRest(s string) (parts urlParts) {
	s, parts.fragment = cutBefore(s, "#")
	s, parts.query = cutBefore(s, "?")
	s, parts.path = cutBefore(s, "/")
	parts.host = s
	if colon := strings.LastIndexByte(s, ':'); colon > strings.LastIndexByte(s, ']') {
		parts.host, parts.port = s[:colon], s[colon:]
	}
	return parts
}

func cutBefore(s, sep string) (before, after string) {
	if at := strings.Index(s, sep); at >= 0 {
		return s[:at], s[at:]
	}
	return s, ""
}

// splitOpaque splits "urn:x" into "urn" and "x".
func splitOpaque(s string) (name, rest string) {
	if name, rest, found := strings.Cut(s, ":"); found && isScheme(name) {
		return name, rest
	}
	return "", s
}

// isScheme holds a name to the grammar of RFC 3986 section 3.1.
func isScheme(s string) bool {
	for i := range len(s) {
		c := s[i] | 0x20
		letter := c >= 'a' && c <= 'z'
		if !letter && (i == 0 || !strings.ContainsRune("0123456789+-.", rune(s[i]))) {
			return false
		}
	}
	return s != ""
}

// respell rewrites a value so that spellings of the given kinds fall together.
// Bytes that are not UTF-8 stay.
func respell(s string, how label) string {
	if how&percentEncoding != 0 {
		s = percentDecode(s)
	}
	if how&lookAlike != 0 {
		s = norm.NFKC.String(s)
	}
	if how&(whiteSpace|letterCase|lookAlike) != 0 {
		s = mapRunes(s, how)
	}
	if how&trailingSlash != 0 {
		s = strings.TrimRight(s, "/")
	}
	return s
}

func mapRunes(s string, how label) string {
	var b strings.Builder
	b.Grow(len(s))
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && size == 1 {
			b.WriteByte(s[i])
			i++
			continue
		}
		i += size
		if how&whiteSpace != 0 && isBlank(r) {
			continue
		}
		if how&lookAlike != 0 {
			r = looksLike(r)
		}
		if how&letterCase != 0 {
			r = unicode.ToLower(r)
		}
		if r >= 0 {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// isBlank reports white space and the characters that take no room at all.
func isBlank(r rune) bool {
	switch {
	case unicode.IsSpace(r), r < ' ', r == 0x7f:
		return true
	case r >= 0x200b && r <= 0x200f, r >= 0x202a && r <= 0x202e, r >= 0x2060 && r <= 0x2069:
		return true
	}
	return r == 0xfeff || r == 0x180e || r == 0x061c
}

// percentDecode decodes every %XX once and leaves a lone % as it is.
func percentDecode(s string) string {
	if !strings.Contains(s, "%") {
		return s
	}
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]) {
			out = append(out, unhex(s[i+1])<<4|unhex(s[i+2]))
			i += 2
			continue
		}
		out = append(out, s[i])
	}
	return string(out)
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'f'
}

func unhex(c byte) byte {
	if c <= '9' {
		return c - '0'
	}
	return c | 0x20 - 'a' + 10
}

// looksLike returns the ASCII character that r is easily taken for, r itself
// where there is none, and -1 for the soft hyphen, which hides. What NFKC folds
// (full width, ligatures, mathematical letters) is not repeated here.
func looksLike(r rune) rune {
	if r < 0x80 {
		return r
	}
	if r == 0xad {
		return -1
	}
	for _, row := range lookAlikes {
		if at := strings.IndexRune(row.from, r); at >= 0 {
			return rune(row.to[utf8.RuneCountInString(row.from[:at])%len(row.to)])
		}
	}
	return r
}

// lookAlikes maps the characters of from to those of to, one by one, or all to
// the one character of to (selected from Unicode TR 39 confusables).
var lookAlikes = [...]struct{ from, to string }{
	// Cyrillic
	{"АВЕЅІЈКМНОРСТХУԚԜаеѕіјорсхуһԁԛԝѵ", "ABESIJKMHOPCTXYQWaesijopcxyhdqwv"},
	// Greek
	{"ΑΒΕΖΗΙΚΜΝΟΡΤΥΧαικνορυχ", "ABEZHIKMNOPTYXaiknopux"},
	// Latin
	{"ıɑɡ", "iag"},
	// dashes
	{"‐‑‒–—―−", "-"},
	// quotes
	{"‘’‚‛′ʼ", "'"},
	{"“”„‟«»", `"`},
	// others
	{"⁄∕", "/"},
	{"∶ː", ":"},
	{"⁓∼〜", "~"},
	{"∗", "*"},
}
