package saml

import (
	"github.com/beevik/etree"

	"github.com/ssodoctor/ssodoctor/pkg/xmldoc"
)

// readProtocol11 reads a SAML 1.1 Response or Request (SAML 1.1 Core 3.2, 3.4).
func (m *Message) readProtocol11() {
	el := m.Element
	m.ID = firstAttribute(el, "ResponseID", "RequestID")
	m.Version = version11(el)
	m.IssueInstant = instantAttribute(el, "IssueInstant")
	m.InResponseTo = attribute(el, "InResponseTo")
	m.Recipient = attribute(el, "Recipient")
	for child := range el.ChildElementsSeq() {
		switch {
		case xmldoc.Is(child, NSProtocol11, "Status"):
			if m.Status == nil {
				m.Status = readStatus(child, NSProtocol11)
			}
		case isAssertion(child):
			m.Assertions = append(m.Assertions, ReadAssertion(child))
		}
	}
}

// version11 joins MajorVersion and MinorVersion with a full stop.
func version11(el *etree.Element) Field {
	major := attribute(el, "MajorVersion")
	minor := attribute(el, "MinorVersion")
	if !major.Present() {
		return minor
	}
	major.Value += "." + minor.Value
	return major
}

// read11 reads a SAML 1.1 assertion (SAML 1.1 Core 2.3.2). Its Issuer is an
// attribute, its Subject stands in every statement.
func (a *Assertion) read11() {
	el := a.Element
	a.ID = attribute(el, "AssertionID")
	a.Version = version11(el)
	a.IssueInstant = instantAttribute(el, "IssueInstant")
	a.Issuer.Field = attribute(el, "Issuer")
	for child := range el.ChildElementsSeq() {
		if xmldoc.Namespace(child) != NSAssertion11 {
			continue
		}
		switch child.Tag {
		case "Conditions":
			a.Conditions = append(a.Conditions, readConditions(child, conditions11))
		case "AuthenticationStatement":
			a.addSubject11(child)
			a.Authn = append(a.Authn, &AuthnStatement{
				Element:         child,
				AuthnInstant:    instantAttribute(child, "AuthenticationInstant"),
				ContextClassRef: attribute(child, "AuthenticationMethod"),
			})
		case "AttributeStatement":
			a.addSubject11(child)
			a.Statements = append(a.Statements, child)
			a.Attributes = appendAttributes11(a.Attributes, child)
		case "AuthorizationDecisionStatement", "SubjectStatement":
			a.addSubject11(child)
		}
	}
}

func (a *Assertion) addSubject11(statement *etree.Element) {
	el := xmldoc.Child(statement, NSAssertion11, "Subject")
	if el == nil {
		return
	}
	s := readSubject11(el)
	if a.Subject == nil {
		a.Subject = s
	} else {
		a.MoreSubjects = append(a.MoreSubjects, s)
	}
}

func readSubject11(el *etree.Element) *Subject {
	s := &Subject{Element: el}
	if id := xmldoc.Child(el, NSAssertion11, "NameIdentifier"); id != nil {
		nameID := readNameID(id)
		s.NameID = &nameID
	}
	for confirmation := range xmldoc.Children(el, NSAssertion11, "SubjectConfirmation") {
		for method := range xmldoc.Children(confirmation, NSAssertion11, "ConfirmationMethod") {
			s.Confirmations = append(s.Confirmations, &Confirmation{
				Element: confirmation,
				Method:  content(method),
				Data:    xmldoc.Child(confirmation, NSAssertion11, "SubjectConfirmationData"),
			})
		}
	}
	return s
}

// appendAttributes11 reads attributes whose claim type is written in two
// halves.
func appendAttributes11(list []*Attribute, statement *etree.Element) []*Attribute {
	for child := range xmldoc.Children(statement, NSAssertion11, "Attribute") {
		name := attribute(child, "AttributeName")
		if namespace := attribute(child, "AttributeNamespace"); namespace.Value != "" && name.Present() {
			name.Value = namespace.Value + "/" + name.Value
		}
		list = append(list, &Attribute{
			Element: child,
			Name:    name,
			Values:  appendValues(nil, child, NSAssertion11),
		})
	}
	return list
}
