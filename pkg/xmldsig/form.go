package xmldsig

import (
	"encoding/base64"

	"github.com/ssodoctor/ssodoctor/pkg/keys"
)

// Form is a form that is signed as a whole (SAML binding HTTP-POST-SimpleSign):
// its fields, decoded, and the message as it comes out of Base64.
type Form struct {
	Parameter     string // "SAMLResponse" or "SAMLRequest"
	XML           []byte
	RelayState    string
	HasRelayState bool
	SigAlg        string
	Signature     string // Base64
}

// VerifyForm judges the signature of a form. What is signed is not the form as
// it was sent but its values in their natural form: the XML itself, RelayState
// where there is one, and SigAlg.
func VerifyForm(f Form, trusted []*keys.Certificate) *QuerySignature {
	s := &QuerySignature{Of: "form", SignatureAlgorithm: f.SigAlg, Value: Malformed, Key: KeyNone}
	message := string(f.XML)
	s.verify(f.Signature, f.octets(message, f.HasRelayState && f.RelayState != ""), func() []variant { return f.variants(message) }, trusted)
	return s
}

// octets are what is to be signed.
func (f Form) octets(message string, relayState bool) string {
	out := f.Parameter + "=" + message
	if relayState {
		out += "&RelayState=" + f.RelayState
	}
	return out + "&SigAlg=" + f.SigAlg
}

// variants are what a sender may sign in place of that.
func (f Form) variants(message string) []variant {
	encoded := base64.StdEncoding.EncodeToString(f.XML)
	list := []variant{
		{"the message in Base64 in place of its XML", f.octets(encoded, f.HasRelayState && f.RelayState != "")},
		{"the message in Base64 in place of its XML, and no RelayState", f.octets(encoded, false)},
	}
	switch {
	case f.HasRelayState && f.RelayState != "":
		list = append(list, variant{"no RelayState, though one was sent", f.octets(message, false)})
	default:
		list = append(list, variant{"an empty RelayState", f.octets(message, true)})
	}
	return list
}
