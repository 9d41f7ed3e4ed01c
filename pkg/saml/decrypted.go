package saml

import (
	"github.com/beevik/etree"
)

// Unread reports whether the assertion is encrypted and what it says is not
// known.
func (a *Assertion) Unread() bool { return a.Encrypted && !a.Decrypted }

// Encryption reports whether the message holds anything that is encrypted in
// the way of SAML (Core 2.3.4, 2.4.4, 2.7.3.2, 3.7.1).
func (m *Message) Encryption() bool {
	for _, a := range m.Assertions {
		if a.Encrypted || a.Subject != nil && a.Subject.EncryptedID != nil {
			return true
		}
		for _, at := range a.Attributes {
			if at.Encrypted {
				return true
			}
		}
	}
	return m.Logout != nil && m.Logout.EncryptedID != nil ||
		m.Request != nil && m.Request.Subject != nil && m.Request.Subject.EncryptedID != nil
}

// Reveal reads what was decrypted in the place of an EncryptedData: the
// content, and the element around it, both of the message's document. What is
// not a part of the message that [Read] has read changes nothing. Contents must
// come in the order in which they were brought to light, an assertion before
// what was encrypted inside of it.
func (m *Message) Reveal(content, around *etree.Element) {
	if m.revealed == nil {
		m.revealed = map[*etree.Element]bool{}
	}
	m.revealed[content] = true
	for _, a := range m.Assertions {
		if a.Element == around || a.Element == content {
			*a = *ReadAssertion(content)
			a.Encrypted, a.Decrypted = true, true
			if m.Element == around {
				m.ID, m.Version, m.IssueInstant, m.Issuer = a.ID, a.Version, a.IssueInstant, a.Issuer
			}
			return
		}
		if a.Subject.reveal(content, around) {
			return
		}
		for _, at := range a.Attributes {
			if at.Element == around && content.Tag == "Attribute" {
				at.readRevealed(content)
				return
			}
		}
	}
	if l := m.Logout; l != nil && l.EncryptedID == around && content.Tag == "NameID" {
		id := readNameID(content)
		l.NameID = &id
	}
	if m.Request != nil {
		m.Request.Subject.reveal(content, around)
	}
}

func (s *Subject) reveal(content, around *etree.Element) bool {
	if s == nil || s.EncryptedID != around {
		return false
	}
	if content.Tag == "NameID" {
		id := readNameID(content)
		s.NameID = &id
	}
	return true
}

func (at *Attribute) readRevealed(el *etree.Element) {
	*at = Attribute{
		Element: el, Name: attribute(el, "Name"),
		FriendlyName: attribute(el, "FriendlyName"), NameFormat: attribute(el, "NameFormat"),
		Values: appendValues(nil, el, NSAssertion),
	}
}
