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

// markerShift says, for two bytes in lower case, how far the end of a window of
// markerMin bytes that ends in them can move on without passing a marker; 0
// where one may end there (Wu and Manber's search for several patterns).
var markerShift = func() (t [1 << 16]uint8) {
	for i := range t {
		t[i] = markerMin - 1
	}
	for _, m := range markers {
		for i := range markerMin - 1 {
			pair := uint16(m[i])<<8 | uint16(m[i+1])
			t[pair] = min(t[pair], uint8(markerMin-2-i))
		}
	}
	for i := range t {
		t[i] = t[uint16(lower(byte(i>>8)))<<8|uint16(lower(byte(i)))]
	}
	return t
}()

func lower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

// hasMarker reports whether a text holds a marker. It does not allocate, and
// passes over most text at two or three bytes a step.
func hasMarker(text []byte) bool {
	for i := markerMin - 1; i < len(text); {
		shift := markerShift[uint16(text[i-1])<<8|uint16(text[i])]
		if shift > 0 {
			i += int(shift)
			continue
		}
		if isMarker(text[i-markerMin+1:]) {
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
