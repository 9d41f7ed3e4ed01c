package xmldsig

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/keys"
)

// QuerySignature is the signature beside a message: that of the redirect binding
// (SAML Bindings 3.4.4.1), over the octets of the query as they were sent, or
// that of a form (SAML binding HTTP-POST-SimpleSign).
type QuerySignature struct {
	// Of is what is signed: "query" or "form".
	Of                 string
	SignatureAlgorithm string // SigAlg, "" where it is absent
	Value              Verdict
	// Key is KeyConfigured, KeyNone or KeyUnsupported: no key comes along.
	Key         KeyVerdict
	Certificate *keys.Certificate // of the key that verified, nil where none did
	// Variant says what was signed where that is not what was sent: the
	// signature verifies over those octets alone, so Value is a Mismatch.
	Variant string
	// Problems are the defects of the signature, under the names of the checks
	// of the signature family.
	Problems []finding.Problem
}

// VerifyQuery judges the signature of a query of the redirect binding, with
// its percent-encoding as it was sent. It returns nil where the query has
// neither Signature nor SigAlg, or no message.
func VerifyQuery(query string, trusted []*keys.Certificate) *QuerySignature {
	q := splitQuery(query)
	if q.message.name == "" || q.signature.name == "" && q.algorithm.name == "" {
		return nil
	}
	s := &QuerySignature{Of: "query", SignatureAlgorithm: unescape(q.algorithm.raw), Value: Malformed, Key: KeyNone}
	switch {
	case q.signature.name == "":
		s.problem("signature-malformed", "the query has SigAlg but no Signature", "")
		return s
	case q.algorithm.name == "":
		s.problem("signature-malformed", "the query has Signature but no SigAlg, so it does not say how it is signed", "")
		return s
	}
	s.verify(unescape(q.signature.raw), q.octets(q.message.raw, q.relayState.raw, q.algorithm.raw), q.variants, trusted)
	return s
}

// verify holds a signature against the octets that are to be signed, and where
// no key fits against what senders sign instead.
func (s *QuerySignature) verify(signature, octets string, variants func() []variant, trusted []*keys.Certificate) {
	value, ok := s.value(signature)
	alg, known := s.algorithm()
	switch {
	case !ok:
	case !known:
		s.Value, s.Key = Unsupported, KeyUnsupported
	case len(trusted) == 0:
		s.Value = NotChecked
	default:
		s.tryKeys(octets, variants, &signed{algorithm: alg, value: value, salt: -1}, trusted)
	}
}

func (s *QuerySignature) problem(check, detail, actual string) {
	s.Problems = append(s.Problems, finding.Problem{Check: check, Detail: detail, Actual: actual})
}

// value decodes Signature. Blanks are plus signs that were not escaped.
func (s *QuerySignature) value(signature string) ([]byte, bool) {
	text := strings.TrimRight(strings.Map(func(r rune) rune {
		switch r {
		case ' ':
			return '+'
		case '\r', '\n', '\t':
			return -1
		}
		return r
	}, signature), "=")
	value, err := base64.RawStdEncoding.DecodeString(text)
	if err != nil || len(value) == 0 {
		s.problem("signature-malformed", fmt.Sprintf("the Signature of the %s is not Base64: %s", s.Of, finding.Quote(finding.Shorten(text, 60))), "")
		return nil, false
	}
	return value, true
}

func (s *QuerySignature) algorithm() (algorithm, bool) {
	a, known := findAlgorithm(signatureAlgorithms, s.SignatureAlgorithm)
	if a.weak != "" {
		s.problem("signature-algorithm-weak", fmt.Sprintf("the signature algorithm %s of the %s %s; expected rsa-sha256 or better", a.name, s.Of, a.weak), s.SignatureAlgorithm)
	}
	if known && a.hash != 0 {
		return a, true
	}
	detail := fmt.Sprintf("the signature algorithm %s of the %s is not supported, so the signature is not judged", finding.Quote(finding.Shorten(AlgorithmName(s.SignatureAlgorithm), 120)), s.Of)
	if !known {
		uris := make([]string, len(signatureAlgorithms))
		for i, a := range signatureAlgorithms {
			uris[i] = a.uri
		}
		if near := finding.DidYouMean(finding.Shorten(s.SignatureAlgorithm, 200), uris); near != "" {
			detail += fmt.Sprintf("; no such algorithm is known, perhaps %q is meant", near)
		}
	}
	s.problem("signature-unsupported", detail, s.SignatureAlgorithm)
	return a, false
}

// maxQueryKeys bounds the keys that the variants are tried with.
const maxQueryKeys = 8

// tryKeys holds the octets as they were sent against every key, then the
// variants that senders sign instead.
func (s *QuerySignature) tryKeys(octets string, variants func() []variant, sig *signed, trusted []*keys.Certificate) {
	s.Value = Unsupported
	for _, c := range trusted {
		switch verdict := sig.over(octets, c); {
		case verdict == Match:
			s.Value, s.Key, s.Certificate = Match, KeyConfigured, c
			if sig.der {
				s.Problems = append(s.Problems, finding.Problem{Check: "signature-malformed", Severity: finding.Warning, Detail: "the ECDSA signature of the " + s.Of + " is in DER form; XMLDSig wants r and s side by side, and most receivers refuse this one"})
			}
			return
		case verdict == Mismatch:
			s.Value = Mismatch
		}
	}
	if s.Value == Unsupported {
		s.Key = KeyUnsupported
		s.problem("signature-unsupported", fmt.Sprintf("no certificate at hand is of the kind that %s needs, so the signature of the %s is not judged", sig.algorithm.name, s.Of), s.SignatureAlgorithm)
		return
	}
	few := trusted[:min(len(trusted), maxQueryKeys)]
	for _, v := range variants() {
		for _, c := range few {
			if sig.over(v.octets, c) == Match {
				s.Variant, s.Certificate = v.name, c
				return
			}
		}
	}
	s.tryAlgorithms(octets, sig, few)
}

// tryAlgorithms holds the octets against the other digests, which a sender may
// use whatever SigAlg says.
func (s *QuerySignature) tryAlgorithms(octets string, sig *signed, trusted []*keys.Certificate) {
	for _, a := range signatureAlgorithms {
		if a.scheme != sig.algorithm.scheme || a.hash == 0 || a.hash == sig.algorithm.hash {
			continue
		}
		other := *sig
		other.algorithm = a
		for _, c := range trusted {
			if other.over(octets, c) == Match {
				s.Variant, s.Certificate = fmt.Sprintf("the algorithm %s in place of the %s that SigAlg names", a.name, sig.algorithm.name), c
				return
			}
		}
	}
}

func (s *signed) over(octets string, c *keys.Certificate) Verdict {
	if c.PublicKey == nil {
		return Unsupported
	}
	s.content = []byte(octets)
	if s.algorithm.scheme != eddsa {
		h := s.algorithm.hash.New()
		h.Write(s.content)
		s.digest = h.Sum(nil)
	}
	return s.verify(c.PublicKey)
}

// query is the query string of the redirect binding taken apart; the values
// keep their percent-encoding.
type query struct {
	all                                                 []parameter // but for Signature, in the order of the URL
	message, relayState, encoding, algorithm, signature parameter
}

// parameter is a name with its value; the name is empty where it is absent.
type parameter struct{ name, raw string }

func (p parameter) String() string { return p.name + "=" + p.raw }

// maxParameters bounds what is read of a query.
const maxParameters = 64

func splitQuery(raw string) (q query) {
	for part := range strings.SplitSeq(raw, "&") {
		name, value, _ := strings.Cut(part, "=")
		p := parameter{name, value}
		field := map[string]*parameter{
			"SAMLRequest": &q.message, "SAMLResponse": &q.message, "RelayState": &q.relayState,
			"SAMLEncoding": &q.encoding, "SigAlg": &q.algorithm, "Signature": &q.signature,
		}[name]
		if field != nil && field.name == "" {
			*field = p
		}
		if name != "Signature" && len(q.all) < maxParameters {
			q.all = append(q.all, p)
		}
	}
	return q
}

// octets are what is to be signed: message, RelayState where it is present,
// SigAlg, in this order.
func (q query) octets(message, relayState, algorithm string) string {
	out := q.message.name + "=" + message
	if q.relayState.name != "" {
		out += "&RelayState=" + relayState
	}
	return out + "&SigAlg=" + algorithm
}

// variant is a way to get the octets wrong.
type variant struct{ name, octets string }

// variants are what senders are known to sign in place of what they send.
func (q query) variants() []variant {
	m, r, a := q.message.raw, q.relayState.raw, q.algorithm.raw
	each := func(old, new string) string {
		return q.octets(strings.ReplaceAll(m, old, new), strings.ReplaceAll(r, old, new), strings.ReplaceAll(a, old, new))
	}
	list := []variant{
		{"%20 for the blanks that were sent as plus signs", each("+", "%20")},
		{"plus signs for the blanks that were sent as %20", each("%20", "+")},
	}
	for _, e := range escapings {
		list = append(list, variant{"the values " + e.name, q.octets(e.again(m), e.again(r), e.again(a))})
	}
	list = append(list,
		variant{"the values without any percent-encoding", q.octets(unescape(m), unescape(r), unescape(a))},
		variant{"the message without line breaks", q.octets(withoutBreaks(m), r, a)},
		variant{"the parameters in the order of the URL", join(q.all)},
	)
	list = append(list, q.orders()...)
	if q.encoding.name != "" {
		list = append(list, variant{"SAMLEncoding beside the other parameters", strings.Replace(q.octets(m, r, a), "&SigAlg=", "&"+q.encoding.String()+"&SigAlg=", 1)})
	}
	without := q
	without.relayState = parameter{}
	switch {
	case q.relayState.name == "":
		with := q
		with.relayState.name = "RelayState"
		list = append(list, variant{"an empty RelayState, which was not sent", with.octets(m, "", a)})
	case r == "":
		list = append(list, variant{"no RelayState, though an empty one was sent", without.octets(m, "", a)})
	default:
		list = append(list,
			variant{"no RelayState, though one was sent", without.octets(m, "", a)},
			variant{"an empty RelayState, though it was sent with a value", q.octets(m, "", a)})
	}
	return list
}

// orders are the octets with the parameters in another order than the
// specification has.
func (q query) orders() []variant {
	m, r, a := q.message, q.relayState, q.algorithm
	orders := [][]parameter{{m, a, r}, {r, m, a}, {r, a, m}, {a, m, r}, {a, r, m}}
	if r.name == "" {
		orders = [][]parameter{{a, m}}
	}
	list := make([]variant, len(orders))
	for i, o := range orders {
		names := make([]string, len(o))
		for k, p := range o {
			names[k] = p.name
		}
		list[i] = variant{"the parameters in the order " + strings.Join(names, ", "), join(o)}
	}
	return list
}

func join(list []parameter) string {
	parts := make([]string, len(list))
	for i, p := range list {
		parts[i] = p.String()
	}
	return strings.Join(parts, "&")
}

func withoutBreaks(raw string) string {
	return strings.NewReplacer("%0D", "", "%0A", "", "%0d", "", "%0a", "").Replace(raw)
}

// unescape decodes percent-encoding and plus signs; a value that is not
// encoded properly stays as it is.
func unescape(raw string) string {
	if text, err := url.QueryUnescape(raw); err == nil {
		return text
	}
	return raw
}

// escaping is how a library percent-encodes: the characters beside letters,
// digits and "-_." that it leaves alone, how it writes blanks, and in which
// letter case the hexadecimal digits.
type escaping struct {
	name, spared string
	plus, lower  bool
}

// escapings are those of the libraries that sign queries. Sources: RFC 3986
// section 2, ECMA-262 encodeURIComponent, java.net.URLEncoder,
// System.Web.HttpUtility.
var escapings = []escaping{
	{"percent-encoded with capital letters, as RFC 3986 has it", "~", false, false},
	{"percent-encoded with small letters, as .NET, AD FS and Entra do", "~", false, true},
	{"percent-encoded with blanks as plus signs, as forms have it", "~", true, false},
	{"percent-encoded as HttpUtility.UrlEncode of .NET does", "!*()", true, true},
	{"percent-encoded as encodeURIComponent of JavaScript does", "~!*'()", false, false},
	{"percent-encoded as URLEncoder of Java does", "*", true, false},
	{"percent-encoded as Uri.EscapeDataString of old .NET does", "~!*'()", false, true},
}

// again decodes a value and encodes it anew.
func (e escaping) again(raw string) string {
	digits := "0123456789ABCDEF"
	if e.lower {
		digits = "0123456789abcdef"
	}
	text := unescape(raw)
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch letter := c | 0x20; {
		case letter >= 'a' && letter <= 'z', c >= '0' && c <= '9', strings.IndexByte("-_.", c) >= 0, strings.IndexByte(e.spared, c) >= 0:
			b.WriteByte(c)
		case c == ' ' && e.plus:
			b.WriteByte('+')
		default:
			b.WriteByte('%')
			b.WriteByte(digits[c>>4])
			b.WriteByte(digits[c&15])
		}
	}
	return b.String()
}

// DigestName is the usual name of the digest in a signature algorithm, such as
// "sha256"; "" where the URI names no algorithm that is known.
func DigestName(uri string) string {
	a, _ := findAlgorithm(signatureAlgorithms, uri)
	if a.hash == 0 {
		return ""
	}
	for _, d := range digestAlgorithms {
		if d.hash == a.hash {
			return d.name
		}
	}
	return ""
}
