package compare

import (
	"slices"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/profile"
	"github.com/ssodoctor/ssodoctor/pkg/saml"
	"github.com/ssodoctor/ssodoctor/pkg/trace"
	"github.com/ssodoctor/ssodoctor/pkg/xmldoc"
	"github.com/ssodoctor/ssodoctor/pkg/xmldsig"
	"github.com/ssodoctor/ssodoctor/pkg/xmlenc"
)

// message is one message with its signatures.
type message struct {
	*saml.Message
	carrier    *trace.Message
	signatures []*xmldsig.Signature
}

// kind is a kind of message of which each capture gives its last one.
type kind struct {
	name    string
	is      func(*saml.Message) bool
	missing finding.Severity // where only A has it
	facets  []facet[*message]
}

var kinds = []kind{
	{"token", isToken, finding.Error, tokenFacets},
	{"request", func(m *saml.Message) bool { return m.Request != nil }, finding.Info, requestFacets},
	{"logout", func(m *saml.Message) bool { return m.Logout != nil }, finding.Info, logoutFacets},
}

func isToken(m *saml.Message) bool {
	return m.Kind == "Response" || m.Token != nil || len(m.Assertions) > 0
}

// content is what a capture holds of each kind.
type content struct {
	capture  *trace.Capture
	messages map[string]*message
	metadata []*saml.Metadata
}

// gather reads the messages of a capture. Of tokens the last that holds an
// assertion is taken: those before were refused or repeated. What is no XML is
// left out, what is encrypted is read as far as the keys allow.
func gather(c *trace.Capture, keys []xmlenc.Key) content {
	out := content{capture: c, messages: make(map[string]*message)}
	for _, carrier := range c.Messages {
		doc, err := xmldoc.Parse(carrier.XML, xmldoc.Limits{})
		if err != nil {
			continue
		}
		m, layers := open(doc, keys)
		m.carrier = carrier
		out.metadata = append(out.metadata, saml.ReadMetadata(doc)...)
		for _, k := range kinds {
			if before := out.messages[k.name]; k.is(m.Message) && (before == nil || len(m.Assertions) > 0 || len(before.Assertions) == 0) {
				m.signatures = signatures(layers)
				out.messages[k.name] = m
			}
		}
	}
	return out
}

// open reads a message, and decrypts it as far as the keys allow. The layers are
// the documents on the way, the first as it was sent.
func open(doc *xmldoc.Document, keys []xmlenc.Key) (*message, []*xmlenc.Layer) {
	m := &message{Message: saml.Read(doc)}
	if len(keys) == 0 || !m.Encryption() {
		return m, []*xmlenc.Layer{{Doc: doc}}
	}
	opened := xmlenc.Open(doc, keys)
	m.Message = saml.Read(opened.Doc())
	for _, item := range opened.Items {
		if item.Content != nil {
			m.Reveal(item.Content, item.Around)
		}
	}
	return m, opened.Layers
}

// signatures are judged each in the layer that shows it first.
func signatures(layers []*xmlenc.Layer) []*xmldsig.Signature {
	out := xmldsig.Verify(layers[0].Doc, xmldsig.Options{}).Signatures
	for _, layer := range layers[1:] {
		for _, s := range xmldsig.Verify(layer.Doc, xmldsig.Options{}).Signatures {
			if layer.Brought(s.Element) {
				out = append(out, s)
			}
		}
	}
	return out
}

// Comparable reports whether the capture holds anything that can be compared.
func Comparable(c *trace.Capture) bool {
	found := gather(c, nil)
	return len(found.messages)+len(found.metadata) > 0
}

// described reports whether the capture holds metadata and no message.
func (c content) described() bool { return len(c.messages) == 0 && len(c.metadata) > 0 }

func (c content) side() Side {
	s := Side{Name: c.capture.Name, Format: c.capture.Format}
	for _, k := range kinds {
		if m := c.messages[k.name]; m != nil {
			s.Type, s.Issuer, s.Unread = m.Kind, m.issuer(), m.unread()
			break
		}
	}
	if s.Type == "" && len(c.metadata) > 0 {
		s.Type, s.Issuer = c.metadata[0].Element.Tag, c.metadata[0].EntityID.Value
	}
	s.Product = productTitle(s.Issuer)
	return s
}

// unread reports whether an assertion stays encrypted.
func (m *message) unread() bool { return slices.ContainsFunc(m.Assertions, (*saml.Assertion).Unread) }

// issuer is the Issuer of the message, else of its first assertion.
func (m *message) issuer() string {
	if m.Issuer.Present() {
		return m.Issuer.Value
	}
	for _, a := range m.Assertions {
		if a.Issuer.Present() {
			return a.Issuer.Value
		}
	}
	return ""
}

func productTitle(issuer string) string {
	name, _ := profile.IdentifyIdP(issuer)
	if name == "" {
		return ""
	}
	p, err := profile.Load(name)
	if err != nil {
		return name
	}
	return p.Title
}

// pair is two messages of a kind; one may be nil.
type pair struct {
	of        string
	a, b      *message
	otherUser bool
}

// moved reports whether the two are from different identity providers: then
// issuer and key differ because they must.
func (p *pair) moved() bool {
	if p.a == nil || p.b == nil {
		return false
	}
	one, _ := profile.IdentifyIdP(p.a.issuer())
	two, _ := profile.IdentifyIdP(p.b.issuer())
	return one != two
}

func (p *pair) compare(k kind) []Fact {
	switch {
	case p.a == nil && p.b == nil:
		return nil
	case p.b == nil:
		return []Fact{{Of: k.name, Aspect: "message", Outcome: Missing, A: []string{p.a.Kind}, Severity: Severity(k.missing), Breaks: "B holds no " + k.name + " to compare with"}}
	case p.a == nil:
		return []Fact{{Of: k.name, Aspect: "message", Outcome: Added, B: []string{p.b.Kind}, Severity: Severity(k.missing), Breaks: "A holds no " + k.name + " to compare with"}}
	}
	facts := compareAll(p, "", k.facets, p.a, p.b)
	if k.name == "token" {
		facts = append(facts, p.claims()...)
	}
	return slices.DeleteFunc(facts, p.unknown)
}

// unknown reports whether a fact says that a side lacks what may be in an
// assertion that stays encrypted.
func (p *pair) unknown(f Fact) bool {
	return f.Aspect != "encryption" && (f.Outcome == Missing && p.b.unread() || f.Outcome == Added && p.a.unread())
}
