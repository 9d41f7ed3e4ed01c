package trace

import "encoding/binary"

// marker is what a text holds wherever it holds something of interest, in lower
// case. The search looks for windowLength bytes of it, from the offset window
// on: those of its pairs that are rarest in pages and scripts.
type marker struct {
	text   string
	window int
}

// markers are found in any letter case: "SAML" is in the names and namespaces
// of SAML, the next two stand for WS-Federation and WS-Trust, then come the
// error codes of identity providers and the mark of OpenID Connect. In Base64,
// "SAML" looks different at each of its three alignments. JSON may write a
// letter as \u0041 to \u007a; what holds that is looked at.
var markers = [...]marker{
	{"saml", 0}, {"wresult", 3}, {"securitytoken", 1}, {"aadsts", 0}, {"msis", 0}, {"id_token", 0},
	{"u0fnt", 0}, {"nbtu", 0}, {"tqu1m", 1},
	{`\u004`, 1}, {`\u005`, 1}, {`\u006`, 1}, {`\u007`, 1},
}

const (
	windowLength = 4  // the length of the shortest marker
	markerMax    = 13 // of the longest
)

// markerPairs says of two bytes which of the three pairs of a window they are:
// bit 0 for the first.
type markerPairs [1 << 16]uint8

var pairIndex = func() *markerPairs {
	var t markerPairs
	for _, m := range markers {
		for i := range windowLength - 1 {
			a, b := m.text[m.window+i], m.text[m.window+i+1]
			for _, pair := range [][]byte{{a, b}, {upper(a), b}, {a, upper(b)}, {upper(a), upper(b)}} {
				t[binary.LittleEndian.Uint16(pair)] |= 1 << i
			}
		}
	}
	return &t
}()

// hasMarker reports whether a text holds a marker. Of any window of four bytes,
// one of the three pairs starts at a multiple of three: so a third of the pairs
// is looked at, three at a time as no step depends on the one before, and in
// most text none of them is of a marker. It does not allocate.
func hasMarker(text []byte) bool {
	t, i := pairIndex, 0
	for ; i+8 <= len(text); i += 9 {
		word := binary.LittleEndian.Uint64(text[i:])
		if t[uint16(word)]|t[uint16(word>>24)]|t[uint16(word>>48)] == 0 {
			continue
		}
		if t.around(text, i) || t.around(text, i+3) || t.around(text, i+6) {
			return true
		}
	}
	for ; i+2 <= len(text); i += 3 {
		if t.around(text, i) {
			return true
		}
	}
	return false
}

// around reports whether the pair at an offset is in the window of a marker.
func (t *markerPairs) around(text []byte, i int) bool {
	kinds := t[binary.LittleEndian.Uint16(text[i:])]
	for start := i; kinds != 0 && start >= 0; start, kinds = start-1, kinds>>1 {
		if kinds&1 == 0 || start+windowLength > len(text) {
			continue
		}
		word := binary.LittleEndian.Uint32(text[start:])
		if t[uint16(word)]&(t[uint16(word>>8)]>>1)&(t[uint16(word>>16)]>>2) != 0 && isMarker(text, start) {
			return true
		}
	}
	return false
}

// isMarker reports whether a marker has its window at an offset.
func isMarker(text []byte, window int) bool {
	for _, m := range markers {
		start := window - m.window
		if start >= 0 && start+len(m.text) <= len(text) && equalFold(text[start:start+len(m.text)], m.text) {
			return true
		}
	}
	return false
}

func upper(c byte) byte {
	if c >= 'a' && c <= 'z' {
		return c - ('a' - 'A')
	}
	return c
}

func lower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
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
