package validate

import (
	"slices"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/saml"
	"github.com/ssodoctor/ssodoctor/pkg/xmldoc"
	"github.com/ssodoctor/ssodoctor/pkg/xmldsig"
	"github.com/ssodoctor/ssodoctor/pkg/xmlenc"
)

// open decrypts what the message holds, as far as the keys allow, and reads it
// anew. Each signature is judged in the document that shows it first: what is
// signed around an encrypted assertion covers the encrypted form, what is
// signed inside of it the plain one.
func (m *message) open(keys []xmlenc.Key, options xmldsig.Options) {
	m.opened = xmlenc.Open(m.doc, keys)
	if len(m.opened.Layers) == 1 {
		return
	}
	sealed := m.sigs
	m.sigs, m.signedIn = &xmldsig.Result{}, map[*xmldsig.Signature]signedForm{}
	m.adopt(m.opened.Layers[0], sealed.Signatures)
	for _, layer := range m.opened.Layers[1:] {
		found := xmldsig.Verify(layer.Doc, options)
		m.adopt(layer, slices.DeleteFunc(found.Signatures, func(s *xmldsig.Signature) bool { return !layer.Brought(s.Element) }))
		m.sigs.Problems = origins(layer, found.Problems)
	}
	m.doc = m.opened.Doc()
	m.saml = saml.Read(m.doc)
	for _, item := range m.opened.Items {
		if item.Content != nil {
			m.saml.Reveal(item.Content, item.Around)
		}
	}
}

// signedForm is a signature as it was verified, and in which document.
type signedForm struct {
	doc       *xmldoc.Document
	signature *xmldsig.Signature
}

// adopt takes over the signatures of a layer, with their elements in the last
// one.
func (m *message) adopt(layer *xmlenc.Layer, signatures []*xmldsig.Signature) {
	for _, s := range signatures {
		out := *s
		out.Element, out.Parent, out.Covers = layer.Final(s.Element), layer.Final(s.Parent), layer.Final(s.Covers)
		out.References = slices.Clone(s.References)
		for i := range out.References {
			r := &out.References[i]
			r.Element, r.Target = layer.Final(r.Element), layer.Final(r.Target)
		}
		out.Problems = origins(layer, s.Problems)
		m.sigs.Signatures = append(m.sigs.Signatures, &out)
		m.signedIn[&out] = signedForm{layer.Doc, s}
	}
}

// asSigned returns a signature of the message as it was verified, and the
// document that it was verified in.
func (m *message) asSigned(s *xmldsig.Signature) (*xmldoc.Document, *xmldsig.Signature) {
	if form, ok := m.signedIn[s]; ok {
		return form.doc, form.signature
	}
	return m.doc, s
}

// origins moves problems of a layer to their places in the captured text.
func origins(layer *xmlenc.Layer, problems []finding.Problem) []finding.Problem {
	problems = slices.Clone(problems)
	for i := range problems {
		problems[i].Location.Span = layer.Origin(problems[i].Location.Span)
	}
	return problems
}

// origin is the place in the captured text that a place of the document is
// from: what was decrypted stands where the EncryptedData did.
func (m *message) origin(span finding.Span) finding.Span {
	if m.opened == nil {
		return span
	}
	return m.opened.Layers[len(m.opened.Layers)-1].Origin(span)
}

// hasEncrypted reports whether an assertion of the message came encrypted,
// read or not.
func (m *message) hasEncrypted() bool {
	return slices.ContainsFunc(m.saml.Assertions, func(a *saml.Assertion) bool { return a.Encrypted })
}

// unread says why each assertion that stays encrypted does, in their order.
func (m *message) unread() []string {
	var out []string
	if m.opened == nil {
		return nil
	}
	for _, item := range m.opened.Items {
		if item.Holder != "EncryptedAssertion" && item.Holder != "RequestedSecurityToken" {
			continue
		}
		switch {
		case item.Outcome == xmlenc.Decrypted:
		case item.Outcome == xmlenc.NoKey:
			out = append(out, keyReadsIt)
		case item.Outcome == xmlenc.Damaged && item.Key != "":
			out = append(out, item.Key+" fits, but "+item.Detail)
		default:
			out = append(out, item.Detail)
		}
	}
	return out
}

const keyReadsIt = "--key reads it"

// items are what the message holds encrypted. Where there is nothing the check
// is not applicable.
func (x *exam) items() []*xmlenc.Item {
	if x.msg.opened == nil {
		x.inapplicable()
		return nil
	}
	return x.msg.opened.Items
}
