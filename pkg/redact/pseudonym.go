package redact

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/netip"
	"strings"
	"sync"
	"unicode"

	"github.com/ssodoctor/ssodoctor/internal/lazyregexp"
)

// pseudonyms gives every value its pseudonym: the same value the same one, by
// a key that nobody keeps. A pseudonym has the shape of the value, so that what
// a check says of the shape (an e-mail address, an object ID, blanks at the
// end) stays true.
type pseudonyms struct {
	key         []byte
	keepDomains bool
}

// shape is how a kind of value looks, and how a pseudonym of it is made.
type shape struct {
	is   *lazyregexp.Regexp
	make func(p *pseudonyms, value string) string
}

// shapes are the kinds of values that a pseudonym imitates, in the order in
// which they are tried.
var shapes = sync.OnceValue(func() []shape {
	return []shape{
		{lazyregexp.New(`^[^@\s]+@[^@\s]+$`), (*pseudonyms).email},
		{lazyregexp.New(`^@[^@\s]+$`), func(p *pseudonyms, v string) string { return "@" + p.domain(v[1:]) }}, // of an address that a comment divides
		{lazyregexp.New(`^(?i)[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`), (*pseudonyms).guid},
		{lazyregexp.New(`^S-1-[0-9-]{1,100}$`), func(p *pseudonyms, v string) string {
			return "S-1-5-21-" + p.digits(v, "a", 9) + "-" + p.digits(v, "b", 9) + "-" + p.digits(v, "c", 4)
		}},
		{lazyregexp.New(`^[0-9]{1,40}$`), func(p *pseudonyms, v string) string { return p.digits(v, "digits", len(v)) }},
		{lazyregexp.New(`^(?i)(cn|uid|ou|o|dc|e|emailaddress)=[^=]`), func(p *pseudonyms, v string) string { return "CN=" + p.word(v) }},
		{lazyregexp.New(`^[^\\\s]{1,64}\\[^\\]{1,256}$`), (*pseudonyms).account},
		{lazyregexp.New(`^(?i)https?://`), func(p *pseudonyms, v string) string {
			return v[:strings.Index(v, "://")] + "://" + p.word(v) + ".example/"
		}},
	}
})

// of returns the pseudonym of a value. White space around it is kept; a blank
// value is its own.
func (p *pseudonyms) of(value string) string {
	core := strings.TrimSpace(value)
	if core == "" {
		return value
	}
	at := strings.Index(value, core)
	return value[:at] + p.shaped(core) + value[at+len(core):]
}

func (p *pseudonyms) shaped(core string) string {
	if ip, ok := p.ip(core); ok {
		return ip
	}
	for _, s := range shapes() {
		if s.is.MatchString(core) {
			return s.make(p, core)
		}
	}
	return p.word(core)
}

// stream gives n hexadecimal digits for a value. Values that differ only in
// letter case get digits that are equal, see letters.
func (p *pseudonyms) stream(kind, value string, n int) string {
	var out strings.Builder
	for block := byte(0); out.Len() < n; block++ {
		mac := hmac.New(sha256.New, p.key)
		mac.Write([]byte{block})
		mac.Write([]byte(kind + "\x00" + strings.ToLower(value)))
		out.WriteString(hex.EncodeToString(mac.Sum(nil)))
		if block == 255 {
			return strings.Repeat(out.String(), n/out.Len()+1)[:n]
		}
	}
	return out.String()[:n]
}

// wordDigits is how much of a pseudonym tells values apart.
const wordDigits = 10

// maxLength bounds how long a pseudonym is made to be as long as its value.
const maxLength = 1 << 20

// word is the pseudonym of what has no shape of its own; a long value stays
// long, for some limits count.
func (p *pseudonyms) word(value string) string {
	n := wordDigits
	if len(value) > 64 {
		n = min(len(value), maxLength) - 1
	}
	return letters(value, "v"+p.stream("word", value, n))
}

// letters gives a pseudonym capitals where the value has any: values that
// differ in letter case alone still do.
func letters(value, pseudonym string) string {
	switch {
	case value == strings.ToLower(value):
		return pseudonym
	case value == strings.ToUpper(value):
		return strings.ToUpper(pseudonym)
	}
	first := strings.IndexFunc(pseudonym, unicode.IsLetter)
	return pseudonym[:first] + strings.ToUpper(pseudonym[first:first+1]) + pseudonym[first+1:]
}

func (p *pseudonyms) email(value string) string {
	at := strings.LastIndexByte(value, '@')
	local := letters(value[:at], "user"+p.stream("local", value[:at], wordDigits))
	return local + "@" + p.domain(value[at+1:])
}

func (p *pseudonyms) domain(name string) string {
	if p.keepDomains {
		return name
	}
	return letters(name, "d"+p.stream("domain", name, wordDigits)+".example")
}

func (p *pseudonyms) account(value string) string {
	domain, name, _ := strings.Cut(value, `\`)
	if !p.keepDomains {
		domain = letters(domain, "d"+p.stream("domain", domain, 6))
	}
	return domain + `\` + letters(name, "user"+p.stream("local", name, wordDigits))
}

func (p *pseudonyms) guid(value string) string {
	h := p.stream("guid", value, 32)
	return letters(value, h[:8]+"-"+h[8:12]+"-4"+h[13:16]+"-a"+h[17:20]+"-"+h[20:])
}

// digits gives n decimal digits, the first of which is not 0.
func (p *pseudonyms) digits(value, kind string, n int) string {
	out := []byte(p.stream("digits "+kind, value, n))
	for i, c := range out {
		if c > '9' {
			out[i] = '0' + (c-'a')%10
		}
	}
	if out[0] == '0' {
		out[0] = '1'
	}
	return string(out)
}

// ip replaces an address by one of the networks that are there for examples:
// 198.18.0.0/15 (RFC 2544) and 2001:db8::/32 (RFC 3849). The machine's own
// address tells nothing, and http to it is safe: it stays.
func (p *pseudonyms) ip(value string) (string, bool) {
	a, err := netip.ParseAddr(value)
	if err != nil {
		return "", false
	}
	if a.IsLoopback() {
		return value, true
	}
	raw, _ := hex.DecodeString(p.stream("ip", a.String(), 24))
	if a.Unmap().Is4() {
		return netip.AddrFrom4([4]byte{198, 18 + raw[0]&1, raw[1], raw[2]}).String(), true
	}
	out := [16]byte{0x20, 0x01, 0x0d, 0xb8}
	copy(out[4:], raw)
	return netip.AddrFrom16(out).String(), true
}

// artifact replaces the handle of a SAML artifact, which fetches the message
// once. Type, endpoint and source stay, for they say who it is from (SAML
// Bindings 3.6.4: 24 of 44 bytes; SAML 1.1 Bindings 4.1.1.8: 22 of 42 bytes).
func (p *pseudonyms) artifact(value string) string {
	const handle = 20
	raw, err := base64.StdEncoding.DecodeString(value)
	if err != nil || len(raw) != 44 && len(raw) != 42 || raw[0] != 0 {
		return p.of(value)
	}
	fresh, _ := hex.DecodeString(p.stream("artifact", value, 2*handle))
	copy(raw[len(raw)-handle:], fresh)
	return base64.StdEncoding.EncodeToString(raw)
}

// octets gives Base64 of as many bytes as a value in Base64 has.
func (p *pseudonyms) octets(text string) string {
	n := base64.StdEncoding.DecodedLen(len(strings.Join(strings.Fields(text), "")))
	n -= strings.Count(text, "=")
	if n <= 0 {
		return ""
	}
	raw, _ := hex.DecodeString(p.stream("octets", text, 2*min(n, maxLength)))
	return base64.StdEncoding.EncodeToString(raw)
}
