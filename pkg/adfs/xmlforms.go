package adfs

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/beevik/etree"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/keys"
	"github.com/ssodoctor/ssodoctor/pkg/saml"
	"github.com/ssodoctor/ssodoctor/pkg/xmldoc"
)

// document reads the whole input as one XML document.
func (in *input) document() *xmldoc.Document {
	for in.text.more() {
	}
	if err := in.text.ended(); err != nil {
		in.fail(err)
		return nil
	}
	text := slices.Clone(in.text.rest())
	if end := bytes.Index(text, []byte("?>")); end > 0 && bytes.HasPrefix(text, []byte("<?xml")) {
		// It is UTF-8 by now, whatever the declaration says.
		copy(text, bytes.Repeat([]byte{' '}, end+2))
	}
	doc, err := xmldoc.Parse(text, xmldoc.Limits{Bytes: in.limits.ObjectBytes})
	if err != nil {
		e := &ReadError{Check: CheckUnreadable, Severity: finding.Error, Msg: err.Error(), Err: err}
		if syntax, ok := errors.AsType[*xmldoc.SyntaxError](err); ok {
			e.Span, e.Msg = syntax.Span, syntax.Msg
			if strings.HasPrefix(syntax.Check, "input-") {
				e.Check = syntax.Check
			}
		}
		in.fail(e)
		return nil
	}
	return doc
}

// xmlValues makes values of the parts of a document.
type xmlValues struct{ doc *xmldoc.Document }

func (x xmlValues) text(s string, span finding.Span) *Value {
	return &Value{Shape: ShapeText, Text: Text{Value: s, Span: span}, size: 1}
}

func (x xmlValues) field(f saml.Field) *Value {
	if !f.Present() {
		return &Value{}
	}
	if f.Attr != "" {
		return x.text(f.Value, x.doc.AttrSpan(f.Element, f.Attr))
	}
	return x.text(strings.TrimSpace(f.Value), x.doc.TextSpan(f.Element))
}

// content is the text of an element with its places.
func (x xmlValues) content(el *etree.Element) *Value {
	span := x.doc.TextSpan(el)
	raw := x.doc.Text[span.Offset:span.End]
	if bytes.IndexByte(raw, '<') >= 0 {
		return x.text(strings.TrimSpace(xmldoc.Text(el)), span)
	}
	b := newTextBuilder(cursor{span.Offset, span.Line, span.Column})
	b.addXML(raw, false)
	t := b.text()
	trimmed := strings.TrimSpace(t.Value)
	from := strings.Index(t.Value, trimmed)
	return &Value{Shape: ShapeText, Text: t.Slice(from, from+len(trimmed)), size: 1}
}

func (x xmlValues) certificates(list []saml.KeyDescriptor, use string) *Value {
	v := &Value{Shape: ShapeList}
	for _, key := range list {
		if key.Use.Present() && key.Use.Value != use {
			continue
		}
		for _, c := range key.Certificates {
			v.Items = append(v.Items, x.certificate(c, x.doc.Span(key.Element)))
		}
	}
	return v
}

func (x xmlValues) certificate(c *keys.Certificate, span finding.Span) *Value {
	return &Value{Shape: ShapeCertificate, Certificate: c, Text: Text{Value: c.SHA1(), Span: span}, size: 1}
}

// readMetadata makes trusts of the metadata of apps, as AD FS does when it is
// given their metadata.
func (in *input) readMetadata() {
	doc := in.document()
	if doc == nil {
		return
	}
	x := xmlValues{doc}
	for _, m := range saml.ReadMetadata(doc) {
		if obj := x.trust(m); obj != nil {
			in.emit(obj, KindRelyingParty)
			continue
		}
		in.fail(&ReadError{Severity: finding.Error, Span: doc.Span(m.Element),
			Msg: fmt.Sprintf("the metadata of %s describes no app, expected an SPSSODescriptor; it is that of an identity provider", quoted(m.EntityID.Value))})
	}
	if in.objects == 0 && in.errors == 0 {
		in.fail(&ReadError{Msg: "the metadata holds no EntityDescriptor"})
	}
}

// trust is what the metadata of an app says as properties of a trust; nil
// where it is of no app.
func (x xmlValues) trust(m *saml.Metadata) *Value {
	id := x.field(m.EntityID)
	obj := &Value{Shape: ShapeMap, Types: []string{string(KindRelyingParty)}, Text: Text{Span: x.doc.Span(m.Element)}}
	add := func(name string, v *Value) { obj.Entries = append(obj.Entries, Entry{name, v}) }
	add("Name", id)
	add("Identifier", &Value{Shape: ShapeList, Text: Text{Span: id.Text.Span}, Items: []*Value{id}})
	apps := 0
	if sp := m.SP; sp != nil {
		apps++
		add("SamlEndpoints", x.endpoints(sp))
		add("SignedSamlRequestsRequired", x.field(sp.AuthnRequestsSigned))
		add("RequestSigningCertificate", x.certificates(sp.Keys, "signing"))
		if list := x.certificates(sp.Keys, "encryption"); len(list.Items) > 0 {
			add("EncryptionCertificate", list.Items[0])
		}
	}
	for _, role := range m.Federation {
		if role.Type == "ApplicationServiceType" && len(role.Passive) > 0 {
			apps++
			add("WSFedEndpoint", x.field(role.Passive[0]))
		}
	}
	if apps == 0 {
		return nil
	}
	return obj
}

func (x xmlValues) endpoints(sp *saml.SPRole) *Value {
	list := &Value{Shape: ShapeList, Text: Text{Span: x.doc.Span(sp.Element)}}
	add := func(e *saml.Endpoint, protocol string) {
		binding := e.Binding.Value
		v := &Value{Shape: ShapeMap, Text: Text{Span: x.doc.Span(e.Element)}}
		v.Entries = []Entry{
			{"Binding", x.text(bindingName(binding), v.Text.Span)},
			{"BindingUri", x.field(e.Binding)},
			{"Index", x.field(e.Index)},
			{"IsDefault", x.field(e.IsDefault)},
			{"Location", x.field(e.Location)},
			{"Protocol", x.text(protocol, v.Text.Span)},
			{"ResponseLocation", x.field(e.ResponseLocation)},
		}
		list.Items = append(list.Items, v)
	}
	for i := range sp.AssertionConsumers {
		add(&sp.AssertionConsumers[i], ProtocolAssertionConsumer)
	}
	for i := range sp.SingleLogout {
		add(&sp.SingleLogout[i], ProtocolLogout)
	}
	return list
}

// bindingName is what AD FS calls a binding.
func bindingName(uri string) string {
	switch name := afterColon(uri); name {
	case "HTTP-POST":
		return "POST"
	case "HTTP-Redirect":
		return "Redirect"
	case "HTTP-Artifact":
		return "Artifact"
	default:
		return name
	}
}

// renamed are the elements of GetRelyingParty that are not called as the
// properties are.
var renamed = map[string]string{"Identifiers": "Identifier", "RequestSigningCertificates": "RequestSigningCertificate"}

// readRelyingPartyXML reads what the GetRelyingParty tool for AD FS 2.0
// writes: an element for each property.
func (in *input) readRelyingPartyXML() {
	doc := in.document()
	if doc == nil {
		return
	}
	x := xmlValues{doc}
	trusts := []*etree.Element{doc.Root()}
	if doc.Root().Tag == "RelyingPartyTrusts" {
		trusts = doc.Root().ChildElements()
	}
	for _, el := range trusts {
		obj := x.element(el, 0)
		obj.Types = []string{string(KindRelyingParty)}
		if obj.Shape != ShapeMap {
			in.fail(&ReadError{Span: obj.Text.Span, Msg: "the trust has no properties"})
			continue
		}
		for i, e := range obj.Entries {
			if name := renamed[e.Key]; name != "" {
				obj.Entries[i].Key = name
				if e.Value.Shape == ShapeMap {
					obj.Entries[i].Value = listOf(e.Value)
				}
			} else if e.Key == "SamlEndpoints" && e.Value.Shape == ShapeMap {
				obj.Entries[i].Value = listOf(e.Value)
			}
		}
		in.emit(obj, KindRelyingParty)
	}
}

// element is an element's text, or a map of its child elements.
func (x xmlValues) element(el *etree.Element, depth int) *Value {
	children := el.ChildElements()
	if len(children) == 0 || depth > 4 {
		return x.content(el)
	}
	v := &Value{Shape: ShapeMap, Text: Text{Span: x.doc.Span(el)}}
	for _, child := range children {
		v.Entries = append(v.Entries, Entry{child.Tag, x.element(child, depth+1)})
	}
	return v
}

func listOf(v *Value) *Value {
	list := &Value{Shape: ShapeList, Text: v.Text}
	for _, e := range v.Entries {
		list.Items = append(list.Items, e.Value)
	}
	return list
}
