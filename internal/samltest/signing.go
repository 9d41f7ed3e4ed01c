package samltest

import (
	"encoding/base64"
	"net/url"
)

// Part says which elements of a Response are signed.
type Part uint8

// The parts, to be joined with |.
const (
	SignAssertion Part = 1 << iota // every assertion
	SignResponse
)

// signing is what happens to a message after it is written: edits, signatures,
// edits again.
type signing struct {
	edits, signedEdits []func(string) string
	parts              Part // SignResponse is the message itself, whatever it is
	options            SignOptions
}

// Edit changes the XML before it is signed: the last resort for what the
// fields cannot say.
func (s *signing) Edit(f func(xml string) string) { s.edits = append(s.edits, f) }

// EditSigned changes the XML after it is signed, as an attacker or a careless
// proxy would.
func (s *signing) EditSigned(f func(xml string) string) { s.signedEdits = append(s.signedEdits, f) }

// Sign signs the parts with a pair: RSA(), Other() ... A Response is signed
// outermost last.
func (r *Response) Sign(parts Part, pair Pair) *Response {
	return r.SignWith(parts, SignOptions{Key: pair.Key, Cert: pair.Cert})
}

// SignWith signs the parts as the options say; their ID is not used.
func (r *Response) SignWith(parts Part, o SignOptions) *Response {
	r.parts, r.options = parts, o
	return r
}

// Sign signs the message with a pair.
func (r *AuthnRequest) Sign(pair Pair) *AuthnRequest { r.sign(pair); return r }

// Sign signs the message with a pair.
func (r *LogoutRequest) Sign(pair Pair) *LogoutRequest { r.sign(pair); return r }

// Sign signs the message with a pair.
func (r *LogoutResponse) Sign(pair Pair) *LogoutResponse { r.sign(pair); return r }

// Sign signs the EntityDescriptor with a pair.
func (m *IdPMetadata) Sign(pair Pair) *IdPMetadata { m.sign(pair); return m }

// Sign signs the EntityDescriptor with a pair.
func (m *SPMetadata) Sign(pair Pair) *SPMetadata { m.sign(pair); return m }

func (s *signing) sign(pair Pair) {
	s.parts, s.options = SignResponse, SignOptions{Key: pair.Key, Cert: pair.Cert}
}

// finish edits and signs what was written. Assertions are signed by their ID,
// the message by its own or, without one, by an empty URI.
func (s *signing) finish(xml, id string, assertions []string) string {
	for _, edit := range s.edits {
		xml = edit(xml)
	}
	o := s.options
	if s.parts&SignAssertion != 0 {
		for _, o.ID = range assertions {
			if o.ID == "" || o.ID == Empty {
				panic("samltest: an assertion without an ID cannot be signed")
			}
			xml = signed(xml, o)
		}
	}
	if s.parts&SignResponse != 0 {
		o.ID = id
		xml = signed(xml, o)
	}
	for _, edit := range s.signedEdits {
		xml = edit(xml)
	}
	return xml
}

// Signed signs the element of an ID in any XML: a bare assertion, a token
// response.
func Signed(xml, id string, pair Pair) string {
	return signed(xml, SignOptions{Key: pair.Key, Cert: pair.Cert, ID: id})
}

func signed(xml string, o SignOptions) string {
	out, err := Sign([]byte(xml), o)
	must(err)
	return string(out)
}

// SignedRedirectURL is RedirectURLWith and a signature over the query (Bindings
// 3.4.4.1), with the RSA key of a pair and the algorithm RSASHA256 or RSASHA1.
func SignedRedirectURL(xml, relayState string, pair Pair, algorithm string) string {
	query := redirectQuery(xml, relayState) + "&SigAlg=" + url.QueryEscape(algorithm)
	return redirectBase(xml) + "?" + query + "&Signature=" + SignQuery(query, pair, algorithm)
}

// SignQuery is the value of the parameter Signature over octets of a query,
// escaped for the query.
func SignQuery(octets string, pair Pair, algorithm string) string {
	value, err := SignOptions{Key: pair.Key, Algorithm: algorithm}.signature([]byte(octets))
	must(err)
	return url.QueryEscape(base64.StdEncoding.EncodeToString(value))
}

// SimpleSignForm is PostForm and a signature over its values (SAML binding
// HTTP-POST-SimpleSign), with the RSA key of a pair.
func SimpleSignForm(xml, relayState string, pair Pair, algorithm string) string {
	octets := parameter(xml) + "=" + xml
	if relayState != "" {
		octets += "&RelayState=" + relayState
	}
	octets += "&SigAlg=" + algorithm
	return PostForm(xml, relayState) + "&SigAlg=" + url.QueryEscape(algorithm) + "&Signature=" + SignQuery(octets, pair, algorithm)
}
