package saml

import (
	"slices"

	"github.com/beevik/etree"

	"github.com/ssodoctor/ssodoctor/pkg/xmldoc"
)

// isAssertion reports whether ReadAssertion reads the element.
func isAssertion(el *etree.Element) bool {
	switch el.Tag {
	case "Assertion":
		ns := xmldoc.Namespace(el)
		return ns == NSAssertion || ns == NSAssertion11
	case "EncryptedAssertion":
		return xmldoc.Namespace(el) == NSAssertion
	}
	return false
}

// ReadAssertion reads a saml:Assertion of SAML 2.0 or 1.1, or notes an
// EncryptedAssertion as such. It never fails, as [Read] does not.
func ReadAssertion(el *etree.Element) *Assertion {
	a := &Assertion{Element: el}
	switch {
	case el.Tag == "EncryptedAssertion":
		a.Encrypted = true
	case xmldoc.Namespace(el) == NSAssertion11:
		a.read11()
	default:
		a.read()
	}
	return a
}

// read reads a SAML 2.0 assertion (Core 2.3.3).
func (a *Assertion) read() {
	a.ID = attribute(a.Element, "ID")
	a.Version = attribute(a.Element, "Version")
	a.IssueInstant = instantAttribute(a.Element, "IssueInstant")
	for child := range a.Element.ChildElementsSeq() {
		if xmldoc.Namespace(child) != NSAssertion {
			continue
		}
		switch child.Tag {
		case "Issuer":
			if !a.Issuer.Present() {
				a.Issuer = readNameID(child)
			}
		case "Subject":
			if a.Subject == nil {
				a.Subject = readSubject(child)
			}
		case "Conditions":
			a.Conditions = append(a.Conditions, readConditions(child, conditions20))
		case "AuthnStatement":
			a.Authn = append(a.Authn, readAuthnStatement(child))
		case "AttributeStatement":
			a.Statements = append(a.Statements, child)
			a.Attributes = appendAttributes(a.Attributes, child)
		}
	}
}

func readSubject(el *etree.Element) *Subject {
	s := &Subject{Element: el}
	for child := range el.ChildElementsSeq() {
		if xmldoc.Namespace(child) != NSAssertion {
			continue
		}
		switch child.Tag {
		case "NameID":
			if s.NameID == nil {
				id := readNameID(child)
				s.NameID = &id
			}
		case "EncryptedID":
			if s.EncryptedID == nil {
				s.EncryptedID = child
			}
		case "SubjectConfirmation":
			s.Confirmations = append(s.Confirmations, readConfirmation(child))
		}
	}
	return s
}

func readConfirmation(el *etree.Element) *Confirmation {
	c := &Confirmation{Element: el, Method: attribute(el, "Method")}
	if data := xmldoc.Child(el, NSAssertion, "SubjectConfirmationData"); data != nil {
		c.Data = data
		c.Recipient = attribute(data, "Recipient")
		c.InResponseTo = attribute(data, "InResponseTo")
		c.Address = attribute(data, "Address")
		c.NotBefore = instantAttribute(data, "NotBefore")
		c.NotOnOrAfter = instantAttribute(data, "NotOnOrAfter")
	}
	return c
}

// conditionNames are the conditions that a version of SAML defines.
type conditionNames struct{ namespace, audiences, once, proxy string }

var (
	conditions20 = conditionNames{NSAssertion, "AudienceRestriction", "OneTimeUse", "ProxyRestriction"}
	conditions11 = conditionNames{NSAssertion11, "AudienceRestrictionCondition", "DoNotCacheCondition", ""}
)

func readConditions(el *etree.Element, names conditionNames) *Conditions {
	c := &Conditions{
		Element:      el,
		NotBefore:    instantAttribute(el, "NotBefore"),
		NotOnOrAfter: instantAttribute(el, "NotOnOrAfter"),
	}
	for child := range el.ChildElementsSeq() {
		switch {
		case xmldoc.Is(child, names.namespace, names.audiences):
			c.Restrictions = append(c.Restrictions, readRestriction(child, names.namespace))
		case xmldoc.Is(child, names.namespace, names.once):
			c.OneTimeUse = true
		case xmldoc.Is(child, names.namespace, names.proxy):
		default:
			c.Unknown = append(c.Unknown, child)
		}
	}
	return c
}

func readRestriction(el *etree.Element, namespace string) Restriction {
	r := Restriction{Element: el}
	for audience := range xmldoc.Children(el, namespace, "Audience") {
		r.Audiences = append(r.Audiences, content(audience))
	}
	return r
}

func readAuthnStatement(el *etree.Element) *AuthnStatement {
	s := &AuthnStatement{
		Element:             el,
		AuthnInstant:        instantAttribute(el, "AuthnInstant"),
		SessionIndex:        attribute(el, "SessionIndex"),
		SessionNotOnOrAfter: instantAttribute(el, "SessionNotOnOrAfter"),
	}
	if context := xmldoc.Child(el, NSAssertion, "AuthnContext"); context != nil {
		if ref := xmldoc.Child(context, NSAssertion, "AuthnContextClassRef"); ref != nil {
			s.ContextClassRef = content(ref)
		}
	}
	return s
}

// appendAttributes reads an AttributeStatement. All attributes of it, and all
// their values, share one allocation each.
func appendAttributes(list []*Attribute, statement *etree.Element) []*Attribute {
	count := 0
	for range statement.ChildElementsSeq() {
		count++
	}
	attributes := make([]Attribute, 0, count)
	values := make([]AttributeValue, 0, count)
	for child := range statement.ChildElementsSeq() {
		if xmldoc.Namespace(child) != NSAssertion {
			continue
		}
		switch child.Tag {
		case "Attribute":
			from := len(values)
			values = appendValues(values, child, NSAssertion)
			attributes = append(attributes, Attribute{
				Element:      child,
				Name:         attribute(child, "Name"),
				FriendlyName: attribute(child, "FriendlyName"),
				NameFormat:   attribute(child, "NameFormat"),
				Values:       values[from:len(values):len(values)],
			})
		case "EncryptedAttribute":
			attributes = append(attributes, Attribute{Element: child, Encrypted: true})
		}
	}
	list = slices.Grow(list, len(attributes))
	for i := range attributes {
		list = append(list, &attributes[i])
	}
	return list
}

func appendValues(values []AttributeValue, el *etree.Element, namespace string) []AttributeValue {
	for value := range xmldoc.Children(el, namespace, "AttributeValue") {
		values = append(values, readValue(value))
	}
	return values
}

func readValue(el *etree.Element) AttributeValue {
	v := AttributeValue{Field: content(el)}
	if len(el.Attr) > 0 {
		v.Type, _ = schemaAttribute(el, "type")
		null, _ := schemaAttribute(el, "nil")
		v.Nil = null == "true" || null == "1"
	}
	inner := firstElement(el)
	if inner == nil {
		return v
	}
	v.Structured = true
	if xmldoc.Is(inner, NSAssertion, "NameID") && inner.NextSibling() == nil {
		v.Field = content(inner)
	}
	return v
}
