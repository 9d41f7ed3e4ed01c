package saml

import (
	"github.com/beevik/etree"

	"github.com/ssodoctor/ssodoctor/pkg/xmldoc"
)

// readTrust reads a security token response, or the responses of a collection
// (WS-Trust 1.3, 3.2 and 4.3). Requests keep their type only.
func (m *Message) readTrust() {
	namespace := xmldoc.Namespace(m.Element)
	switch m.Kind {
	case "RequestSecurityTokenResponse":
		m.readTokenResponse(m.Element, namespace)
	case "RequestSecurityTokenResponseCollection":
		for response := range xmldoc.Children(m.Element, namespace, "RequestSecurityTokenResponse") {
			m.readTokenResponse(response, namespace)
		}
	}
}

func (m *Message) readTokenResponse(el *etree.Element, namespace string) {
	r := &TokenResponse{Element: el}
	for child := range el.ChildElementsSeq() {
		switch child.Tag {
		case "TokenType":
			r.TokenType = content(child)
		case "AppliesTo":
			r.AppliesTo = endpointAddress(child)
		case "Lifetime":
			r.Created, r.Expires = readLifetime(child)
		case "RequestedSecurityToken":
			if r.Token == nil && xmldoc.Namespace(child) == namespace {
				r.Token = child
				m.readTokens(child)
			}
		}
	}
	if m.Token == nil {
		m.Token = r
	}
}

// readTokens reads the assertions in a RequestedSecurityToken. Entra and AD FS
// put an encrypted one there as bare EncryptedData.
func (m *Message) readTokens(el *etree.Element) {
	for child := range el.ChildElementsSeq() {
		switch {
		case isAssertion(child):
			m.Assertions = append(m.Assertions, ReadAssertion(child))
		case xmldoc.Is(child, NSEncryption, "EncryptedData"):
			m.Assertions = append(m.Assertions, &Assertion{Element: child, Encrypted: true})
		}
	}
}

// endpointAddress finds wsp:AppliesTo/wsa:EndpointReference/wsa:Address. Both
// specifications exist in several versions that differ in the namespace alone.
func endpointAddress(el *etree.Element) Field {
	for reference := range el.ChildElementsSeq() {
		if reference.Tag != "EndpointReference" {
			continue
		}
		for address := range reference.ChildElementsSeq() {
			if address.Tag == "Address" {
				return content(address)
			}
		}
	}
	return Field{}
}

func readLifetime(el *etree.Element) (created, expires Instant) {
	for child := range el.ChildElementsSeq() {
		switch child.Tag {
		case "Created":
			created = instant(content(child))
		case "Expires":
			expires = instant(content(child))
		}
	}
	return created, expires
}

// readFault reads a SOAP fault: faultcode, faultstring and detail of SOAP 1.1,
// Code, Reason and Detail of SOAP 1.2.
func readFault(el *etree.Element) *Fault {
	f := &Fault{Element: el}
	for child := range el.ChildElementsSeq() {
		switch child.Tag {
		case "faultcode":
			f.Code = content(child)
		case "faultstring":
			f.Reason = content(child)
		case "Reason":
			if text := firstElement(child); text != nil {
				f.Reason = content(text)
			}
		case "Code":
			f.Code, f.Subcode = faultCodes(child)
		case "detail", "Detail":
			f.Detail = Field{Value: descendantText(child), Element: child}
		}
	}
	return f
}

func faultCodes(el *etree.Element) (code, subcode Field) {
	for child := range el.ChildElementsSeq() {
		switch child.Tag {
		case "Value":
			code = content(child)
		case "Subcode":
			subcode, _ = faultCodes(child)
		}
	}
	return code, subcode
}
