package saml

import (
	"encoding/base64"
	"iter"
	"slices"
	"strings"

	"github.com/beevik/etree"

	"github.com/ssodoctor/ssodoctor/pkg/keys"
	"github.com/ssodoctor/ssodoctor/pkg/xmldoc"
)

// ReadMetadata reads every EntityDescriptor of a document, in document order,
// through EntitiesDescriptors of any depth. It returns nil where the root is
// neither.
func ReadMetadata(doc *xmldoc.Document) []*Metadata { return slices.Collect(Entities(doc, 0)) }

// Entities reads as [ReadMetadata] does, one entity at a time, so that only
// those that the caller keeps take memory. Of an entity with more than the given
// number of elements no role is read, and Oversized is set; 0 sets no bound.
func Entities(doc *xmldoc.Document, elements int) iter.Seq[*Metadata] {
	return func(yield func(*Metadata) bool) {
		r := metadataReader{doc: doc, elements: elements, yield: yield}
		if root := doc.Root(); root != nil {
			r.entities(root, Instant{}, Field{})
		}
	}
}

type metadataReader struct {
	doc      *xmldoc.Document
	elements int // that an entity may have; 0 for any number
	yield    func(*Metadata) bool
}

// entities reads an EntityDescriptor, or what an EntitiesDescriptor holds; the
// validity is that of the parent. It returns false when no more is wanted.
func (r *metadataReader) entities(el *etree.Element, until Instant, cache Field) bool {
	if xmldoc.Namespace(el) != NSMetadata {
		return true
	}
	if own := instantAttribute(el, "validUntil"); own.Present() {
		until = own
	}
	if own := attribute(el, "cacheDuration"); own.Present() {
		cache = own
	}
	switch el.Tag {
	case "EntityDescriptor":
		m := &Metadata{Doc: r.doc, Element: el, EntityID: attribute(el, "entityID"), ID: attribute(el, "ID"), ValidUntil: until, CacheDuration: cache}
		if m.Oversized = r.elements > 0 && within(el, r.elements) < 0; !m.Oversized {
			m.read()
		}
		return r.yield(m)
	case "EntitiesDescriptor":
		for child := range el.ChildElementsSeq() {
			if !r.entities(child, until, cache) {
				return false
			}
		}
	}
	return true
}

// within takes the elements in el from a number that may be there; what is left
// is negative where there are more.
func within(el *etree.Element, left int) int {
	for child := range el.ChildElementsSeq() {
		if left = within(child, left-1); left < 0 {
			break
		}
	}
	return left
}

func (m *Metadata) read() {
	for child := range m.Element.ChildElementsSeq() {
		if xmldoc.Namespace(child) != NSMetadata {
			continue
		}
		switch child.Tag {
		case "IDPSSODescriptor":
			if m.IdP == nil {
				m.IdP = readIdPRole(child)
			}
		case "SPSSODescriptor":
			if m.SP == nil {
				m.SP = readSPRole(child)
			}
		case "RoleDescriptor":
			if f := readFederationRole(child); f != nil {
				m.Federation = append(m.Federation, f)
			}
		case "AuthnAuthorityDescriptor", "AttributeAuthorityDescriptor", "PDPDescriptor":
		default:
			continue
		}
		m.Roles = append(m.Roles, child)
	}
}

func readIdPRole(el *etree.Element) *IdPRole {
	r := &IdPRole{
		Element:                 el,
		Protocols:               attribute(el, "protocolSupportEnumeration"),
		WantAuthnRequestsSigned: attribute(el, "WantAuthnRequestsSigned"),
		Keys:                    readKeys(el),
	}
	for child := range el.ChildElementsSeq() {
		switch {
		case xmldoc.Is(child, NSMetadata, "SingleSignOnService"):
			r.SingleSignOn = append(r.SingleSignOn, readEndpoint(child))
		case xmldoc.Is(child, NSMetadata, "SingleLogoutService"):
			r.SingleLogout = append(r.SingleLogout, readEndpoint(child))
		case xmldoc.Is(child, NSMetadata, "NameIDFormat"):
			r.NameIDFormats = append(r.NameIDFormats, content(child))
		}
	}
	return r
}

func readSPRole(el *etree.Element) *SPRole {
	r := &SPRole{
		Element:              el,
		Protocols:            attribute(el, "protocolSupportEnumeration"),
		AuthnRequestsSigned:  attribute(el, "AuthnRequestsSigned"),
		WantAssertionsSigned: attribute(el, "WantAssertionsSigned"),
		Keys:                 readKeys(el),
	}
	for child := range el.ChildElementsSeq() {
		switch {
		case xmldoc.Is(child, NSMetadata, "AssertionConsumerService"):
			r.AssertionConsumers = append(r.AssertionConsumers, readEndpoint(child))
		case xmldoc.Is(child, NSMetadata, "SingleLogoutService"):
			r.SingleLogout = append(r.SingleLogout, readEndpoint(child))
		case xmldoc.Is(child, NSMetadata, "NameIDFormat"):
			r.NameIDFormats = append(r.NameIDFormats, content(child))
		case xmldoc.Is(child, NSMetadata, "AttributeConsumingService"):
			for wanted := range xmldoc.Children(child, NSMetadata, "RequestedAttribute") {
				r.RequestedAttributes = append(r.RequestedAttributes, readRequestedAttribute(wanted))
			}
		}
	}
	return r
}

func readRequestedAttribute(el *etree.Element) RequestedAttribute {
	required := attribute(el, "isRequired").Value
	return RequestedAttribute{
		Element:      el,
		Name:         attribute(el, "Name"),
		FriendlyName: attribute(el, "FriendlyName"),
		NameFormat:   attribute(el, "NameFormat"),
		Required:     required == "true" || required == "1",
	}
}

func readEndpoint(el *etree.Element) Endpoint {
	return Endpoint{
		Element:          el,
		Binding:          attribute(el, "Binding"),
		Location:         attribute(el, "Location"),
		ResponseLocation: attribute(el, "ResponseLocation"),
		Index:            attribute(el, "index"),
		IsDefault:        attribute(el, "isDefault"),
	}
}

// readFederationRole reads a RoleDescriptor of WS-Federation, and returns nil
// for one of another kind. The kind is a QName in xsi:type.
func readFederationRole(el *etree.Element) *FederationRole {
	written, _ := schemaAttribute(el, "type")
	prefix, local, ok := strings.Cut(strings.TrimSpace(written), ":")
	if !ok || xmldoc.Resolve(el, prefix) != NSFederation {
		return nil
	}
	r := &FederationRole{
		Element:   el,
		Type:      local,
		Protocols: attribute(el, "protocolSupportEnumeration"),
		Keys:      readKeys(el),
	}
	for endpoint := range xmldoc.Children(el, NSFederation, "PassiveRequestorEndpoint") {
		for reference := range xmldoc.Children(endpoint, NSAddressing, "EndpointReference") {
			if address := xmldoc.Child(reference, NSAddressing, "Address"); address != nil {
				r.Passive = append(r.Passive, content(address))
			}
		}
	}
	return r
}

func readKeys(role *etree.Element) []KeyDescriptor {
	var list []KeyDescriptor
	for el := range xmldoc.Children(role, NSMetadata, "KeyDescriptor") {
		k := KeyDescriptor{Element: el, Use: attribute(el, "use")}
		for info := range xmldoc.Children(el, NSSignature, "KeyInfo") {
			k.Info = append(k.Info, info.ChildElements()...)
			for data := range xmldoc.Children(info, NSSignature, "X509Data") {
				for c := range xmldoc.Children(data, NSSignature, "X509Certificate") {
					k.add(c)
				}
			}
		}
		for method := range xmldoc.Children(el, NSMetadata, "EncryptionMethod") {
			k.Methods = append(k.Methods, attribute(method, "Algorithm"))
		}
		list = append(list, k)
	}
	return list
}

// add reads an X509Certificate.
func (k *KeyDescriptor) add(el *etree.Element) {
	found := k.certificates(el)
	k.Certificates = append(k.Certificates, found...)
	k.Sources = append(k.Sources, CertificateSource{Element: el, Certificates: found})
}

// certificates reads what an X509Certificate holds. What is not plain Base64 of
// a certificate (PEM lines pasted in, damaged padding, a chain) goes to the
// reader that is made for what people paste.
func (k *KeyDescriptor) certificates(el *etree.Element) []*keys.Certificate {
	text := xmldoc.Text(el)
	if der, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(text), "")); err == nil {
		if c, err := keys.ParseCertificate(der); err == nil {
			return []*keys.Certificate{c}
		}
	}
	bundle, err := keys.Read([]byte(text))
	k.Problems = append(k.Problems, bundle.Problems...)
	if err != nil {
		k.Unreadable = append(k.Unreadable, UnreadableCertificate{Element: el, Err: err})
	}
	return bundle.Certificates
}

// SigningCertificates returns the certificates of all KeyDescriptors that are
// not for encryption alone, in document order.
func (r *IdPRole) SigningCertificates() []*keys.Certificate { return signing(r.Keys) }

// SigningCertificates returns the certificates of all KeyDescriptors that are
// not for encryption alone, in document order.
func (r *SPRole) SigningCertificates() []*keys.Certificate { return signing(r.Keys) }

// SigningCertificates returns the certificates of all KeyDescriptors that are
// not for encryption alone, in document order.
func (r *FederationRole) SigningCertificates() []*keys.Certificate { return signing(r.Keys) }

func signing(list []KeyDescriptor) []*keys.Certificate {
	var found []*keys.Certificate
	for _, k := range list {
		if k.Use.Value != "encryption" {
			found = append(found, k.Certificates...)
		}
	}
	return found
}
