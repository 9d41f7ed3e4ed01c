package redact

import (
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// scrubber takes what must not be passed on out of texts that are kept: the
// values that messages hold about users, and whatever looks like a secret.
type scrubber struct {
	*pseudonyms
	// secrets are the values about users by their first word in lower case;
	// each begins with that word and is in lower case.
	secrets map[string][]string
	count   int
	// settings are the URLs and identifiers that messages name, as they are
	// written there: where such a URL was visited it is kept the same way.
	settings map[string]bool
}

// What the collection of secrets may cost.
const (
	maxSecrets      = 20_000
	maxSecret       = 1 << 10
	secretsPerWord  = 64
	minSecretLength = 3
)

// ordinary are words that say nothing about a user, though claims hold them.
var ordinary = map[string]bool{
	"true": true, "false": true, "yes": true, "user": true, "users": true, "member": true, "guest": true,
	"password": true, "saml": true, "login": true, "http": true, "https": true, "the": true, "and": true, "for": true,
	"signed": true, "application": true, "error": true, "identity": true, "claims": true, "unspecified": true,
}

// secret notes a value that no text may hold. What the settings of the two
// sides hold as well, as in a claim that repeats the Issuer, is no secret.
func (s *scrubber) secret(value string, settings string) {
	value = strings.ToLower(trimEdges(value))
	if len(value) < minSecretLength || len(value) > maxSecret || ordinary[value] || s.count >= maxSecrets {
		return
	}
	if !strings.Contains(value, "@") && strings.Contains(settings, value) {
		return
	}
	first := firstWord(value)
	for _, known := range s.secrets[first] {
		if known == value {
			return
		}
	}
	if len(s.secrets[first]) < secretsPerWord {
		s.secrets[first] = append(s.secrets[first], value)
		s.count++
	}
}

func trimEdges(s string) string { return strings.TrimFunc(s, func(r rune) bool { return !inWord(r) }) }

func inWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

func firstWord(s string) string {
	if end := strings.IndexFunc(s, func(r rune) bool { return !inWord(r) }); end >= 0 {
		return s[:end]
	}
	return s
}

// look is something that is replaced wherever it stands in a text, where what
// was found really is that.
type look struct {
	shape *regexp.Regexp
	is    func(found string) bool
}

func always(string) bool { return true }

// looks are compiled when they are first used, for only redaction needs them.
var looks = sync.OnceValue(func() []look {
	return []look{
		{regexp.MustCompile(`eyJ[A-Za-z0-9_-]{8,}(\.[A-Za-z0-9_-]*){0,4}`), always},                                     // JSON web tokens
		{regexp.MustCompile(`[^\s@<>"'(){}\[\],;:=&?/%|\\]{1,256}(@|%40)[^\s@<>"'(){}\[\],;:=&?/%|\\]{1,256}`), always}, // e-mail addresses
		{regexp.MustCompile(`[0-9]+(\.[0-9]+)+`), isAddress},                                                            // in whole, for the dots of an OID look the same
		{regexp.MustCompile(`(?i)[0-9a-f]{0,4}(:[0-9a-f.]{0,15}){2,8}`), isAddress},
		{regexp.MustCompile(`\b[A-Za-z0-9][A-Za-z0-9.-]{0,62}\\[A-Za-z0-9][\w.$-]{0,62}`), always}, // DOMAIN\user
		{regexp.MustCompile(`[A-Za-z0-9+_-]{40,}={0,2}`), isToken},
	}
})

func isAddress(found string) bool {
	_, err := netip.ParseAddr(found)
	return err == nil
}

// isToken tells a token from words that hyphens join.
func isToken(found string) bool {
	digits, capitals := 0, 0
	for _, c := range found {
		switch {
		case c >= '0' && c <= '9':
			digits++
		case c >= 'A' && c <= 'Z':
			capitals++
		}
	}
	return digits >= 10 || digits > 0 && capitals > 2
}

// text scrubs a text for people: an error message, a detail of a finding.
func (s *scrubber) text(text string) string {
	return s.words(s.marked(text))
}

// marked replaces what looks like a secret, and keeps the rest.
func (s *scrubber) marked(text string) string {
	for _, l := range looks() {
		text = l.shape.ReplaceAllStringFunc(text, func(found string) string {
			if !l.is(found) {
				return found
			}
			return s.of(strings.ReplaceAll(found, "%40", "@"))
		})
	}
	return text
}

// aboutPerson finds whom a message of an identity provider is about: what stands in
// quotes behind a word for a user.
var aboutPerson = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)\b(?:user|users|account|username|guest)s?:? {0,2}(?:account |name |with |id )?["'“‘]([^"'”’]{1,256})["'”’]`)
})

// person replaces the name of a user in the text of an error.
func (s *scrubber) person(text string) string {
	at := aboutPerson().FindAllStringSubmatchIndex(text, -1)
	for _, m := range slices.Backward(at) {
		text = text[:m[2]] + s.of(text[m[2]:m[3]]) + text[m[3]:]
	}
	return text
}

// words replaces the known secrets where they stand as words of their own.
func (s *scrubber) words(text string) string {
	if len(s.secrets) == 0 || text == "" {
		return text
	}
	lower := strings.ToLower(text)
	if len(lower) != len(text) {
		text = lower // letters whose lower case is longer: rather the wrong case than a leak
	}
	var out strings.Builder
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(lower[i:])
		if !inWord(r) {
			out.WriteString(text[i : i+size])
			i += size
			continue
		}
		word := firstWord(lower[i:])
		if n := s.longest(lower[i:], word); n > 0 {
			out.WriteString(s.of(text[i : i+n]))
			i += n
			continue
		}
		out.WriteString(text[i : i+len(word)])
		i += len(word)
	}
	return out.String()
}

// longest is the length of the longest secret that a text begins with.
func (s *scrubber) longest(text, word string) (n int) {
	for _, secret := range s.secrets[word] {
		if len(secret) > n && strings.HasPrefix(text, secret) {
			if next, _ := utf8.DecodeRuneInString(text[len(secret):]); len(text) == len(secret) || !inWord(next) {
				n = len(secret)
			}
		}
	}
	return n
}

// identifier scrubs what the two sides are known by: an Issuer, an audience, a
// URL of a setting. It stays what it is, but for addresses and tokens in it.
func (s *scrubber) identifier(value string) string {
	if strings.Contains(value, "://") {
		return s.url(value, false)
	}
	return s.marked(value)
}

// url scrubs a URL. Scheme, host, port and path stay, for they are settings;
// addresses become pseudonyms, user names, passwords and fragments too, and
// so do the values of parameters unless they are part of a protocol.
func (s *scrubber) url(raw string, visited bool) string {
	visited = visited && !s.settings[raw]
	base, query, hasQuery := strings.Cut(raw, "?")
	base, fragment, hasFragment := strings.Cut(base, "#")
	if hasQuery {
		if q, f, ok := strings.Cut(query, "#"); ok {
			query, fragment, hasFragment = q, f, true
		}
	}
	scheme, rest, absolute := strings.Cut(base, "://")
	if !absolute {
		scheme, rest = "", base
	}
	authority, path := rest, ""
	if slash := strings.IndexByte(rest, '/'); slash >= 0 {
		authority, path = rest[:slash], rest[slash:]
	}
	out := authority
	if absolute {
		out = scheme + "://" + s.authority(authority)
	} else {
		out = s.path(authority, visited)
	}
	out += s.path(path, visited)
	if hasQuery {
		out += "?" + s.query(query, visited)
	}
	if hasFragment && fragment != "" {
		if kept := s.marked(fragment); !visited && kept == fragment {
			return out + "#" + fragment
		}
		out += "#" + s.word(fragment)
	}
	return out
}

func (s *scrubber) authority(authority string) string {
	if at := strings.LastIndexByte(authority, '@'); at >= 0 {
		authority = s.word(authority[:at]) + "@" + authority[at+1:]
	}
	host, port, hasPort := authority, "", false
	if colon := strings.LastIndexByte(authority, ':'); colon >= 0 && !strings.HasSuffix(authority, "]") {
		host, port, hasPort = authority[:colon], authority[colon:], true
	}
	bare := strings.Trim(host, "[]")
	if ip, ok := s.ip(bare); ok {
		host = strings.Replace(host, bare, ip, 1)
	}
	if hasPort {
		return host + port
	}
	return host
}

// path scrubs a path segment by segment: what looks like a secret and, in a
// page that was visited, what messages say about users; a session in the path
// goes.
func (s *scrubber) path(path string, visited bool) string {
	segments := strings.Split(path, "/")
	for i, segment := range segments {
		segment, session, has := strings.Cut(segment, ";")
		plain, err := url.PathUnescape(segment)
		if err != nil {
			plain = segment
		}
		scrubbed := s.marked(plain)
		if visited {
			scrubbed = s.words(scrubbed)
		}
		if scrubbed != plain {
			segment = url.PathEscape(scrubbed)
		}
		if has {
			segment += ";" + s.word(session)
		}
		segments[i] = segment
	}
	return strings.Join(segments, "/")
}

// protocolValues are the parameters whose value is part of a protocol or a
// setting: they are kept as identifiers.
var protocolValues = map[string]bool{
	"wa": true, "wtrealm": true, "wreply": true, "wct": true, "wfresh": true, "wauth": true, "whr": true, "wp": true,
	"sigalg": true, "samlencoding": true, "target": true, "response_type": true, "scope": true, "client_id": true,
	"redirect_uri": true, "response_mode": true, "error": true, "error_subcode": true, "appid": true, "idpid": true, "spid": true,
	"providerid": true, "entityid": true, "binding": true,
}

// secretNames are the parameters whose value is a secret in every URL.
var secretNames = map[string]bool{
	"code": true, "state": true, "nonce": true, "id_token": true, "access_token": true, "refresh_token": true, "token": true,
	"password": true, "passwd": true, "pwd": true, "client_secret": true, "client_assertion": true, "code_verifier": true,
	"assertion": true, "sid": true, "session": true, "sessionid": true, "key": true, "apikey": true, "api_key": true, "secret": true,
	"sig": true, "signature": true, "login_hint": true, "username": true, "user": true, "email": true, "login": true,
}

func (s *scrubber) query(query string, visited bool) string {
	parts := strings.Split(query, "&")
	for i, part := range parts {
		name, value, has := strings.Cut(part, "=")
		if !has {
			if plain := unescaped(name); visited || s.marked(plain) != plain {
				parts[i] = s.parameter("", name)
			}
			continue
		}
		if !visited && !secretNames[strings.ToLower(name)] {
			if plain := unescaped(value); s.marked(plain) == plain {
				continue
			}
		}
		parts[i] = url.QueryEscape(s.text(unescaped(name))) + "=" + s.parameter(unescaped(name), value)
	}
	return strings.Join(parts, "&")
}

func unescaped(text string) string {
	if plain, err := url.QueryUnescape(text); err == nil {
		return plain
	}
	return text
}

func (s *scrubber) parameter(name, value string) string {
	if value == "" || value == "…" {
		return strings.ReplaceAll(value, "…", "redacted")
	}
	return url.QueryEscape(s.parameterValue(name, unescaped(value)))
}

// parameterValue scrubs the decoded value of a parameter.
func (s *scrubber) parameterValue(name, value string) string {
	switch name = strings.ToLower(name); {
	case protocolValues[name]:
		return s.identifier(value)
	case name == "error_description":
		return s.person(s.text(value))
	case name == "signature":
		return s.octets(value)
	case name == "samlart":
		return s.artifact(value)
	}
	return s.relay(value)
}

// relay scrubs an opaque value. A URL in it stays one: where a user goes after
// the sign-in is a setting more often than not.
func (s *scrubber) relay(value string) string {
	lower := strings.ToLower(strings.TrimSpace(value))
	if strings.HasPrefix(lower, "https://") || strings.HasPrefix(lower, "http://") {
		return s.url(value, true)
	}
	return s.of(value)
}
