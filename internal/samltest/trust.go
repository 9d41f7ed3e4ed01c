package samltest

import "time"

// TokenResponse is a WS-Federation wresult: a security token response with a
// token in it.
type TokenResponse struct {
	Namespace        string // of WS-Trust
	TokenType        string
	AppliesTo        string
	Created, Expires string
	Token            string // raw XML; RequestedSecurityToken is left out where it is ""
}

// NewTokenResponse returns what Entra ID posts to a WS-Federation app, with the
// assertion of NewAssertion11.
func NewTokenResponse() *TokenResponse {
	return &TokenResponse{
		Namespace: "http://schemas.xmlsoap.org/ws/2005/02/trust",
		TokenType: "urn:oasis:names:tc:SAML:1.0:assertion",
		AppliesTo: EntityID,
		Created:   At(0), Expires: At(60 * time.Minute),
		Token: NewAssertion11().XML(),
	}
}

// XML writes the message.
func (r *TokenResponse) XML() string {
	var w writer
	w.open("t:RequestSecurityTokenResponse", "xmlns:t", r.Namespace)
	if r.Created+r.Expires != "" {
		const utility = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
		w.open("t:Lifetime")
		w.optional("wsu:Created", r.Created, "xmlns:wsu", utility)
		w.optional("wsu:Expires", r.Expires, "xmlns:wsu", utility)
		w.close("t:Lifetime")
	}
	if r.AppliesTo != "" {
		w.open("wsp:AppliesTo", "xmlns:wsp", "http://schemas.xmlsoap.org/ws/2004/09/policy")
		w.open("wsa:EndpointReference", "xmlns:wsa", "http://www.w3.org/2005/08/addressing")
		w.leaf("wsa:Address", r.AppliesTo)
		w.close("wsa:EndpointReference")
		w.close("wsp:AppliesTo")
	}
	if r.Token != "" {
		w.open("t:RequestedSecurityToken")
		w.raw(r.Token)
		w.close("t:RequestedSecurityToken")
	}
	w.optional("t:TokenType", r.TokenType)
	w.leaf("t:KeyType", "http://schemas.xmlsoap.org/ws/2005/05/identity/NoProofKey")
	w.close("t:RequestSecurityTokenResponse")
	return w.String()
}

// Assertion11 is a SAML 1.1 assertion. Attribute names are claim types; they
// are split at the last slash.
type Assertion11 struct {
	ID, IssueInstant, Issuer string
	NotBefore, NotOnOrAfter  string
	Audience                 string
	NameID                   *NameID
	Attributes               []Attribute
	Method, Instant          string // how and when the user signed in
}

// NewAssertion11 returns what Entra ID issues to a WS-Federation app.
func NewAssertion11() *Assertion11 {
	return &Assertion11{
		ID: "_7f6e5d4c-3b2a-4190-8f7e-6d5c4b3a2910", IssueInstant: At(0), Issuer: Issuer,
		NotBefore: At(-5 * time.Minute), NotOnOrAfter: At(60 * time.Minute), Audience: EntityID,
		NameID: &NameID{Value: User, Format: FormatEmail},
		Attributes: []Attribute{
			NewAttribute(ClaimEmail, User),
			NewAttribute(ClaimGivenName, "Ada"),
			NewAttribute(ClaimSurname, "Lovelace"),
			NewAttribute(ClaimName, User),
		},
		Method: "urn:oasis:names:tc:SAML:1.0:am:password", Instant: At(-2 * time.Second),
	}
}

// XML writes the assertion.
func (a *Assertion11) XML() string {
	var w writer
	w.open("saml:Assertion", "MajorVersion", "1", "MinorVersion", "1", "AssertionID", a.ID, "Issuer", a.Issuer,
		"IssueInstant", a.IssueInstant, "xmlns:saml", "urn:oasis:names:tc:SAML:1.0:assertion")
	w.open("saml:Conditions", "NotBefore", a.NotBefore, "NotOnOrAfter", a.NotOnOrAfter)
	if a.Audience != "" {
		w.open("saml:AudienceRestrictionCondition")
		w.leaf("saml:Audience", a.Audience)
		w.close("saml:AudienceRestrictionCondition")
	}
	w.close("saml:Conditions")
	if len(a.Attributes) > 0 {
		w.open("saml:AttributeStatement")
		a.subject(&w)
		for _, attribute := range a.Attributes {
			namespace, name := splitClaim(attribute.Name)
			w.open("saml:Attribute", "AttributeName", name, "AttributeNamespace", namespace)
			for _, v := range attribute.Values {
				w.leaf("saml:AttributeValue", v)
			}
			w.close("saml:Attribute")
		}
		w.close("saml:AttributeStatement")
	}
	if a.Method != "" {
		w.open("saml:AuthenticationStatement", "AuthenticationMethod", a.Method, "AuthenticationInstant", a.Instant)
		a.subject(&w)
		w.close("saml:AuthenticationStatement")
	}
	w.close("saml:Assertion")
	return w.String()
}

func (a *Assertion11) subject(w *writer) {
	w.open("saml:Subject")
	w.nameID("saml:NameIdentifier", a.NameID)
	w.open("saml:SubjectConfirmation")
	w.leaf("saml:ConfirmationMethod", "urn:oasis:names:tc:SAML:1.0:cm:bearer")
	w.close("saml:SubjectConfirmation")
	w.close("saml:Subject")
}

func splitClaim(claim string) (namespace, name string) {
	for i := len(claim) - 1; i > 0; i-- {
		if claim[i] == '/' {
			return claim[:i], claim[i+1:]
		}
	}
	return "", claim
}
