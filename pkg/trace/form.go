package trace

import (
	"bytes"
	"strings"
)

// maxPairs is how many fields of one form are read.
const maxPairs = 10_000

// pair is a name and a decoded value of a form or query.
type pair struct {
	name  string
	value []byte
}

// parseForm splits application/x-www-form-urlencoded text (HTML, section
// 4.10.21.8) and decodes its values. Names are taken as they stand. A '%' that
// starts no escape is kept.
//
// At most maxPairs are read.
func parseForm(text []byte) []pair {
	var out []pair
	for len(text) > 0 && len(out) < maxPairs {
		part, rest, _ := bytes.Cut(text, []byte{'&'})
		text = rest
		name, value, found := bytes.Cut(part, []byte{'='})
		if !found || len(name) == 0 || len(name) > 128 {
			continue
		}
		out = append(out, pair{string(name), unescapePercent(value, true)})
	}
	return out
}

// unescapePercent decodes %XX, and '+' to a blank where it is a form. The
// result is a copy.
func unescapePercent(text []byte, form bool) []byte {
	out := make([]byte, 0, len(text))
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '%' && i+2 < len(text) && isHex(text[i+1]) && isHex(text[i+2]):
			out = append(out, unhex(text[i+1])<<4|unhex(text[i+2]))
			i += 2
		case c == '+' && form:
			out = append(out, ' ')
		default:
			out = append(out, c)
		}
	}
	return out
}

// hasPercent reports whether a text holds an escape %XX.
func hasPercent(text []byte) bool {
	for i := bytes.IndexByte(text, '%'); i >= 0 && i+2 < len(text); {
		if isHex(text[i+1]) && isHex(text[i+2]) {
			return true
		}
		n := bytes.IndexByte(text[i+1:], '%')
		if n < 0 {
			return false
		}
		i += n + 1
	}
	return false
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

func unhex(c byte) byte {
	switch {
	case c >= 'a':
		return c - 'a' + 10
	case c >= 'A':
		return c - 'A' + 10
	}
	return c - '0'
}

// parameterKind says what a parameter of a sign-in is for.
type parameterKind uint8

const (
	otherParameter   parameterKind = iota
	messageParameter               // carries a message
	relayParameter                 // travels beside it
	factParameter                  // kept as a fact of the exchange
	secretParameter                // never shown
)

// parameters are the names that matter, as the specifications write them
// (SAML Bindings 3.4, 3.5; WS-Federation 13.2; OAuth 2.0).
var parameters = func() map[string]struct {
	name string
	kind parameterKind
} {
	t := map[string]struct {
		name string
		kind parameterKind
	}{}
	for kind, names := range map[parameterKind]string{
		messageParameter: "SAMLResponse SAMLRequest wresult",
		relayParameter:   "RelayState",
		factParameter: "SAMLart SigAlg Signature SAMLEncoding TARGET wa wtrealm wreply wctx wct wfresh wauth whr wp " +
			"response_type scope client_id redirect_uri response_mode error error_description error_subcode",
		secretParameter: "code state nonce id_token access_token refresh_token token password passwd client_secret client_assertion code_verifier assertion sid otp",
	} {
		for name := range strings.FieldsSeq(names) {
			t[strings.ToLower(name)] = struct {
				name string
				kind parameterKind
			}{name, kind}
		}
	}
	return t
}()

// lookup finds a parameter by its name in any letter case.
func lookup(name string) (canonical string, kind parameterKind) {
	if len(name) > 32 {
		return name, otherParameter
	}
	lower := strings.ToLower(name)
	p, known := parameters[lower]
	switch {
	case known:
		return p.name, p.kind
	case isSecretName(lower):
		return name, secretParameter
	}
	return name, otherParameter
}

// hasName reports whether a parameter of that name is among pairs.
func hasName(pairs []pair, name string) bool {
	for _, p := range pairs {
		if canonical, _ := lookup(p.name); canonical == name {
			return true
		}
	}
	return false
}

// splitURL cuts a URL into what stands before the query, and the raw query.
func splitURL(raw string) (base, query string) {
	raw, _, _ = strings.Cut(raw, "#")
	base, query, _ = strings.Cut(raw, "?")
	return base, query
}

// withoutMessage is the URL that a message was sent to: without the parameters
// that the redirect binding added.
func withoutMessage(raw string) string {
	base, query := splitURL(raw)
	var kept []string
	for part := range strings.SplitSeq(query, "&") {
		name, _, _ := strings.Cut(part, "=")
		switch canonical, kind := lookup(name); {
		case part == "", kind == messageParameter, kind == relayParameter:
		case canonical == "SigAlg", canonical == "Signature", canonical == "SAMLEncoding":
		default:
			kept = append(kept, part)
		}
	}
	if len(kept) == 0 {
		return base
	}
	return base + "?" + strings.Join(kept, "&")
}

// The longest query value, and URL, that are kept of an exchange.
const (
	maxShownValue = 512
	maxShownURL   = 4096
)

// Discreet is a URL as it may be shown: the values of parameters that are
// secrets (codes, tokens, passwords) or messages are replaced by "…".
func Discreet(url string) string { return shownURL(url) }

// shownURL is the URL with messages, secrets and very long values elided, and
// cut at maxShownURL.
func shownURL(raw string) string {
	base, query := splitURL(raw)
	if query == "" {
		return cutText(base, maxShownURL)
	}
	parts := strings.Split(cutText(query, maxURL), "&")
	for i, part := range parts {
		name, value, _ := strings.Cut(part, "=")
		_, kind := lookup(name)
		if value != "" && (kind == messageParameter || kind == secretParameter || len(value) > maxShownValue) {
			parts[i] = name + "=…"
		}
	}
	return cutText(base+"?"+strings.Join(parts, "&"), maxShownURL)
}

// cutText gives a copy of at most about n bytes.
func cutText(s string, n int) string { return shorten([]byte(s), n) }
