package trace

// markers are what a text holds wherever it holds something of interest, in
// any letter case: "SAML" is in the names and namespaces of SAML, the next
// two stand for WS-Federation and WS-Trust, then come the error codes of
// identity providers and the mark of OpenID Connect. In Base64, "SAML" looks different at each of its three alignments.
// JSON may write a letter as \u0041 to \u007a; what holds that is looked at.
var markers = [...]string{
	"saml", "wresult", "securitytoken", "aadsts", "msis", "id_token",
	"u0fnt", "nbtu", "tqu1m",
	`\u004`, `\u005`, `\u006`, `\u007`,
}

const (
	markerMin = 4 // length of the shortest marker
	markerMax = 13
)

// markerTable is Wu and Manber's search for several patterns, by two bytes in
// any letter case.
type markerTable struct {
	// shift says how far the end of a window of markerMin bytes that ends in
	// the two can move on without passing a marker; 0 where one may end there.
	shift [1 << 16]uint8
	// starts says that a marker starts with the two.
	starts [1 << 16]bool
}

var markerIndex = func() *markerTable {
	var t markerTable
	for i := range t.shift {
		t.shift[i] = markerMin - 1
	}
	for _, m := range markers {
		for i := range markerMin - 1 {
			pair := twoBytes(m[i], m[i+1])
			t.shift[pair] = min(t.shift[pair], uint8(markerMin-2-i))
		}
		t.starts[twoBytes(m[0], m[1])] = true
	}
	for i := range t.shift {
		pair := twoBytes(lower(byte(i>>8)), lower(byte(i)))
		t.shift[i], t.starts[i] = t.shift[pair], t.starts[pair]
	}
	return &t
}()

func twoBytes(a, b byte) uint16 { return uint16(a)<<8 | uint16(b) }

func lower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

// hasMarker reports whether a text holds a marker. It does not allocate, and
// passes over most text at two or three bytes a step.
func hasMarker(text []byte) bool {
	index := markerIndex
	for i := markerMin - 1; i < len(text); {
		shift := index.shift[twoBytes(text[i-1], text[i])]
		if shift > 0 {
			i += int(shift)
			continue
		}
		if start := i - markerMin + 1; index.starts[twoBytes(text[start], text[start+1])] && isMarker(text[start:]) {
			return true
		}
		i++
	}
	return false
}

func isMarker(text []byte) bool {
	for _, m := range markers {
		if len(text) >= len(m) && equalFold(text[:len(m)], m) {
			return true
		}
	}
	return false
}

// equalFold compares with a text in lower case, for ASCII alone.
func equalFold(b []byte, lowered string) bool {
	for i := range b {
		if lower(b[i]) != lowered[i] {
			return false
		}
	}
	return true
}

// containsFold reports whether a text holds one in lower case, in any letter
// case.
func containsFold(text []byte, lowered string) bool {
	for i := 0; i+len(lowered) <= len(text); i++ {
		if lower(text[i]) == lowered[0] && equalFold(text[i:i+len(lowered)], lowered) {
			return true
		}
	}
	return false
}
