package saml

import (
	"github.com/beevik/etree"

	"github.com/ssodoctor/ssodoctor/pkg/xmldoc"
)

// Read says what a document holds. It never fails: what it does not know keeps
// Type only, what is absent or in another namespace stays the zero value. Of
// an element that may stand once, the first is read. The message shares the
// document's tree, which must not change while the message is in use.
func Read(doc *xmldoc.Document) *Message {
	m := &Message{Doc: doc, Root: doc.Root()}
	if m.Root == nil {
		return m
	}
	m.Type = m.Root.Tag
	m.Element = unwrap(m.Root)
	m.Kind = m.Element.Tag
	switch xmldoc.Namespace(m.Element) {
	case NSProtocol:
		m.Protocol = "saml2"
		m.readProtocol()
	case NSAssertion:
		m.Protocol = "saml2"
		m.readBare()
	case NSProtocol11:
		m.Protocol = "saml11"
		m.readProtocol11()
	case NSAssertion11:
		m.Protocol = "saml11"
		m.readBare()
	case NSTrust2005, NSTrust13:
		m.Protocol = "wsfed"
		m.readTrust()
	case NSMetadata:
		m.Protocol = "saml2"
		m.ID = attribute(m.Element, "ID")
	case NSSOAP11, NSSOAP12:
		if m.Kind == "Fault" {
			m.Fault = readFault(m.Element)
		}
	}
	return m
}

// unwrap returns the message that a SOAP envelope or an ArtifactResponse
// carries, or the element itself.
func unwrap(el *etree.Element) *etree.Element {
	if isSOAP(el, "Envelope") {
		for body := range el.ChildElementsSeq() {
			if !isSOAP(body, "Body") {
				continue
			}
			if inner := firstElement(body); inner != nil {
				el = inner
			}
			break
		}
	}
	if xmldoc.Is(el, NSProtocol, "ArtifactResponse") {
		for child := range el.ChildElementsSeq() {
			switch child.Tag {
			case "Issuer", "Signature", "Extensions", "Status":
			default:
				if xmldoc.Namespace(child) == NSProtocol {
					return child
				}
			}
		}
	}
	return el
}

func isSOAP(el *etree.Element, local string) bool {
	return xmldoc.Is(el, NSSOAP11, local) || xmldoc.Is(el, NSSOAP12, local)
}

func firstElement(el *etree.Element) *etree.Element {
	for child := range el.ChildElementsSeq() {
		return child
	}
	return nil
}

// readProtocol reads what requests and responses have in common (Core 3.2.1,
// 3.2.2), and then what the kind of message adds.
func (m *Message) readProtocol() {
	el := m.Element
	m.ID = attribute(el, "ID")
	m.Version = attribute(el, "Version")
	m.IssueInstant = instantAttribute(el, "IssueInstant")
	m.Destination = attribute(el, "Destination")
	m.InResponseTo = attribute(el, "InResponseTo")
	m.Consent = attribute(el, "Consent")
	for child := range el.ChildElementsSeq() {
		switch {
		case xmldoc.Is(child, NSAssertion, "Issuer"):
			if !m.Issuer.Present() {
				m.Issuer = readNameID(child)
			}
		case xmldoc.Is(child, NSProtocol, "Status"):
			if m.Status == nil {
				m.Status = readStatus(child, NSProtocol)
			}
		case isAssertion(child):
			m.Assertions = append(m.Assertions, ReadAssertion(child))
		}
	}
	switch m.Kind {
	case "AuthnRequest":
		m.Request = readAuthnRequest(el)
	case "LogoutRequest":
		m.Logout = readLogoutRequest(el)
	}
}

// readBare reads an assertion that stands alone; the message has its identity.
func (m *Message) readBare() {
	if !isAssertion(m.Element) {
		return
	}
	a := ReadAssertion(m.Element)
	m.Assertions = []*Assertion{a}
	m.ID, m.Version, m.IssueInstant, m.Issuer = a.ID, a.Version, a.IssueInstant, a.Issuer
}

// readStatus reads samlp:Status of either version; the namespace tells which.
func readStatus(el *etree.Element, namespace string) *Status {
	s := &Status{Element: el}
	for child := range el.ChildElementsSeq() {
		switch {
		case xmldoc.Is(child, namespace, "StatusCode"):
			if s.Codes == nil {
				s.Codes = readStatusCodes(child, namespace)
			}
		case xmldoc.Is(child, namespace, "StatusMessage"):
			if !s.Message.Present() {
				s.Message = content(child)
			}
		case xmldoc.Is(child, namespace, "StatusDetail"):
			if !s.Detail.Present() {
				s.Detail = Field{Value: descendantText(child), Element: child}
			}
		}
	}
	return s
}

// readStatusCodes follows the codes inwards. One without a Value keeps its
// place as an absent value with its element.
func readStatusCodes(code *etree.Element, namespace string) []Field {
	var codes []Field
	for code != nil {
		value, _ := xmldoc.Attr(code, "Value")
		codes = append(codes, Field{Value: value, Element: code, Attr: "Value"})
		code = xmldoc.Child(code, namespace, "StatusCode")
	}
	return codes
}

// Success reports whether the outermost code is that of success, in the words
// of SAML 2.0 or 1.1.
func (s *Status) Success() bool {
	if s == nil || len(s.Codes) == 0 {
		return false
	}
	code, known := LookupStatus(s.Codes[0].Value)
	return known && code.Short == "Success"
}

func readAuthnRequest(el *etree.Element) *AuthnRequest {
	r := &AuthnRequest{
		AssertionConsumerServiceURL:   attribute(el, "AssertionConsumerServiceURL"),
		AssertionConsumerServiceIndex: attribute(el, "AssertionConsumerServiceIndex"),
		ProtocolBinding:               attribute(el, "ProtocolBinding"),
		ProviderName:                  attribute(el, "ProviderName"),
		ForceAuthn:                    attribute(el, "ForceAuthn"),
		IsPassive:                     attribute(el, "IsPassive"),
		Scoping:                       xmldoc.Child(el, NSProtocol, "Scoping"),
	}
	if subject := xmldoc.Child(el, NSAssertion, "Subject"); subject != nil {
		r.Subject = readSubject(subject)
	}
	if policy := xmldoc.Child(el, NSProtocol, "NameIDPolicy"); policy != nil {
		r.NameIDPolicy = policy
		r.NameIDFormat = attribute(policy, "Format")
		r.AllowCreate = attribute(policy, "AllowCreate")
		r.SPNameQualifier = attribute(policy, "SPNameQualifier")
	}
	if context := xmldoc.Child(el, NSProtocol, "RequestedAuthnContext"); context != nil {
		r.Context = context
		r.ContextComparison = attribute(context, "Comparison")
		for ref := range xmldoc.Children(context, NSAssertion, "AuthnContextClassRef") {
			r.ContextClassRefs = append(r.ContextClassRefs, content(ref))
		}
	}
	return r
}

func readLogoutRequest(el *etree.Element) *LogoutRequest {
	r := &LogoutRequest{
		NotOnOrAfter: instantAttribute(el, "NotOnOrAfter"),
		Reason:       attribute(el, "Reason"),
		EncryptedID:  xmldoc.Child(el, NSAssertion, "EncryptedID"),
	}
	if id := xmldoc.Child(el, NSAssertion, "NameID"); id != nil {
		nameID := readNameID(id)
		r.NameID = &nameID
	}
	for index := range xmldoc.Children(el, NSProtocol, "SessionIndex") {
		r.SessionIndexes = append(r.SessionIndexes, content(index))
	}
	return r
}
