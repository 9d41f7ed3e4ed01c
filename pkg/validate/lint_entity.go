package validate

import (
	"slices"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/keys"
	"github.com/ssodoctor/ssodoctor/pkg/saml"
	"github.com/ssodoctor/ssodoctor/pkg/xmldoc"
)

// held is one copy of a fact: its value, and where it stands.
type held struct {
	value string
	// also is another spelling of the same: the SHA-256 thumbprint of a
	// certificate whose value is the SHA-1 thumbprint.
	also     string
	name     string // for the eye: the subject of a certificate
	binding  string // of an endpoint: the last part of its URI
	input    string
	location finding.Location
}

// same reports whether two copies are the same, character by character.
func (h held) same(o held) bool {
	return h.value == o.value || h.also != "" && (h.also == o.also || h.also == o.value) || o.also != "" && o.also == h.value
}

// entity is what the metadata of one entity says, as far as it is compared with
// what others say. It keeps nothing of the document.
type entity struct {
	input string
	id    held
	idp   *entityRole // nil without the role
	sp    *entityRole
}

// entityRole is one of the two roles of a sign-in.
type entityRole struct {
	signOn       []held // where the other side sends users: SSO URLs, Reply URLs
	logout       []held
	nameIDs      []held
	certificates []held // for signing
	required     []held // claims that the app requires
	// signedRequests is WantAuthnRequestsSigned or AuthnRequestsSigned.
	signedRequests yesNo
}

// yesNo is a flag with its copy.
type yesNo struct {
	held
	yes bool
}

// summarise takes out of metadata what is compared.
func summarise(input string, doc *xmldoc.Document, m *saml.Metadata) *entity {
	s := summary{input: input, doc: doc}
	e := &entity{input: input, id: s.field(m.EntityID)}
	if m.IdP != nil {
		e.idp = &entityRole{
			signOn: s.endpoints(m.IdP.SingleSignOn), logout: s.endpoints(m.IdP.SingleLogout), nameIDs: s.fields(m.IdP.NameIDFormats),
			certificates: s.certificates(m.IdP.Keys), signedRequests: yesNo{s.field(m.IdP.WantAuthnRequestsSigned), isTrue(m.IdP.WantAuthnRequestsSigned)},
		}
	}
	if m.SP != nil {
		e.sp = &entityRole{
			signOn: s.endpoints(m.SP.AssertionConsumers), logout: s.endpoints(m.SP.SingleLogout), nameIDs: s.fields(m.SP.NameIDFormats),
			certificates: s.certificates(m.SP.Keys), signedRequests: yesNo{s.field(m.SP.AuthnRequestsSigned), isTrue(m.SP.AuthnRequestsSigned)},
		}
		for _, a := range m.SP.RequestedAttributes {
			if a.Required {
				e.sp.required = append(e.sp.required, s.field(a.Name))
			}
		}
	}
	return e
}

// summary locates values in one document.
type summary struct {
	input string
	doc   *xmldoc.Document
}

func (s summary) field(f saml.Field) held {
	if !f.Present() {
		return held{}
	}
	h := held{value: strings.TrimSpace(f.Value), input: s.input}
	h.location.Path, h.location.Span = s.doc.Path(f.Element), s.doc.Span(f.Element)
	if f.Attr != "" {
		h.location.Path += "/@" + f.Attr
		h.location.Span = s.doc.AttrSpan(f.Element, f.Attr)
	}
	return h
}

func (s summary) fields(list []saml.Field) []held {
	var out []held
	for _, f := range list {
		if f.Present() {
			out = append(out, s.field(f))
		}
	}
	return out
}

func (s summary) endpoints(list []saml.Endpoint) []held {
	var out []held
	for _, e := range list {
		if e.Location.Present() {
			h := s.field(e.Location)
			h.binding = e.Binding.Value[strings.LastIndexByte(e.Binding.Value, ':')+1:]
			out = append(out, h)
		}
	}
	return out
}

func (s summary) certificates(list []saml.KeyDescriptor) []held {
	var out []held
	for _, k := range list {
		if k.Use.Value == "encryption" {
			continue
		}
		for _, c := range k.Certificates {
			h := heldCertificate(s.input, c)
			h.location.Path, h.location.Span = s.doc.Path(k.Element), s.doc.Span(k.Element)
			out = append(out, h)
		}
	}
	return out
}

// heldCertificate is a certificate by its thumbprints.
func heldCertificate(input string, c *keys.Certificate) held {
	return held{value: c.SHA1(), also: c.SHA256(), name: certName(c), input: input}
}

// urls are the different values among endpoints.
func urls(list []held) []held {
	var out []held
	for _, h := range list {
		if !slices.ContainsFunc(out, h.same) {
			out = append(out, h)
		}
	}
	return out
}

// texts are the values of copies, each once.
func texts(list []held) []string {
	var out []string
	for _, h := range list {
		if !slices.Contains(out, h.value) {
			out = append(out, h.value)
		}
	}
	return out
}
