// The builders make wholly correct messages, metadata and captures, in which a
// test then breaks one thing.

package samltest

import (
	"strings"
	"time"
)

// The cast: one identity provider (Entra ID, tenant Contoso), one app
// (HaloITSM), one user.
const (
	TenantID  = "3f2c8a14-5b6d-4e7f-8a90-1b2c3d4e5f60"
	Issuer    = "https://sts.windows.net/" + TenantID + "/"
	SSOURL    = "https://login.microsoftonline.com/" + TenantID + "/saml2"
	EntityID  = "https://halo.contoso.com"
	ACS       = "https://halo.contoso.com/auth/saml"
	LogoutURL = "https://halo.contoso.com/auth/saml/logout"
	User      = "ada@contoso.com"
	RequestID = "id123456789abcdef"

	SessionID = "_5d0c7a3e91f24b6c8d7e0f1a2b3c4d5e"
)

// Time is the clock of the sign-in: when the Response was issued.
var Time = time.Date(2026, time.November, 21, 10, 0, 0, 0, time.UTC)

// At writes the instant that lies d after Time as messages do.
func At(d time.Duration) string { return Time.Add(d).Format("2006-01-02T15:04:05.000Z") }

// Empty as a value of any field writes the attribute or element with nothing in
// it. The empty string leaves it out.
const Empty = "\x00"

// Namespaces and identifiers that builders write.
const (
	nsProtocol  = "urn:oasis:names:tc:SAML:2.0:protocol"
	nsAssertion = "urn:oasis:names:tc:SAML:2.0:assertion"
	nsMetadata  = "urn:oasis:names:tc:SAML:2.0:metadata"

	StatusSuccess = "urn:oasis:names:tc:SAML:2.0:status:Success"
	FormatEmail   = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
	Bearer        = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
	Password      = "urn:oasis:names:tc:SAML:2.0:ac:classes:Password"
	BindingPOST   = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
	BindingGET    = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"

	// ClaimEmail and its like are the claim types that Entra ID emits.
	ClaimEmail       = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress"
	ClaimGivenName   = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname"
	ClaimSurname     = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname"
	ClaimName        = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name"
	ClaimGroups      = "http://schemas.microsoft.com/ws/2008/06/identity/claims/groups"
	ClaimDisplayName = "http://schemas.microsoft.com/identity/claims/displayname"
	ClaimTenantID    = "http://schemas.microsoft.com/identity/claims/tenantid"
	ClaimObjectID    = "http://schemas.microsoft.com/identity/claims/objectidentifier"
	ClaimIdP         = "http://schemas.microsoft.com/identity/claims/identityprovider"
	ClaimMethods     = "http://schemas.microsoft.com/claims/authnmethodsreferences"
)

// Response is a SAML 2.0 Response. Every field is written as it stands.
type Response struct {
	ID, Version, IssueInstant string
	Destination, InResponseTo string
	Issuer, IssuerFormat      string
	StatusCodes               []string // from the outermost inwards; none leaves Status out
	StatusMessage             string
	Assertions                []*Assertion
	Before, After             []string // raw XML before Status and after the assertions

	signing
}

// Assertion is a SAML 2.0 Assertion. The Subject is left out where it has
// neither NameID nor Confirmations, Conditions where it has nothing to say.
type Assertion struct {
	ID, Version, IssueInstant string
	Issuer, IssuerFormat      string
	NameID                    *NameID
	Confirmations             []*Confirmation
	NotBefore, NotOnOrAfter   string
	Audiences                 []string   // of one AudienceRestriction
	MoreAudiences             [][]string // of further AudienceRestrictions
	Conditions                []string   // raw XML at the end of Conditions
	Authn                     []*AuthnStatement
	Attributes                []Attribute
	Before, After             []string // raw XML after Issuer and at the end
}

// NameID is the subject's identifier.
type NameID struct {
	Value, Format, NameQualifier, SPNameQualifier string
}

// Confirmation is a SubjectConfirmation. The data is left out where all of it
// is absent.
type Confirmation struct {
	Method                  string
	Recipient, InResponseTo string
	NotBefore, NotOnOrAfter string
	Address                 string
}

// AuthnStatement says when and how the user signed in.
type AuthnStatement struct {
	Instant, SessionIndex, SessionNotOnOrAfter, Context string
}

// Attribute is a claim.
type Attribute struct {
	Name, FriendlyName, NameFormat string
	Values                         []string
	Raw                            []string // raw XML after the values
}

// NewResponse returns what Entra ID posts to HaloITSM after Ada has signed in:
// correct in every respect, and not signed yet.
func NewResponse() *Response {
	return &Response{
		ID: "_b1a2c3d4-e5f6-4718-89aa-bbccddeeff00", Version: "2.0", IssueInstant: At(0),
		Destination: ACS, InResponseTo: RequestID, Issuer: Issuer,
		StatusCodes: []string{StatusSuccess},
		Assertions:  []*Assertion{NewAssertion()},
	}
}

// NewAssertion returns the assertion of NewResponse.
func NewAssertion() *Assertion {
	return &Assertion{
		ID: SessionID, Version: "2.0", IssueInstant: At(0), Issuer: Issuer,
		NameID:        &NameID{Value: User, Format: FormatEmail},
		Confirmations: []*Confirmation{NewConfirmation()},
		NotBefore:     At(-5 * time.Minute), NotOnOrAfter: At(60 * time.Minute),
		Audiences: []string{EntityID},
		Attributes: []Attribute{
			NewAttribute(ClaimTenantID, TenantID),
			NewAttribute(ClaimObjectID, "9a8b7c6d-5e4f-4a3b-2c1d-0e9f8a7b6c5d"),
			NewAttribute(ClaimDisplayName, "Ada Lovelace"),
			NewAttribute(ClaimIdP, Issuer),
			NewAttribute(ClaimMethods, "http://schemas.microsoft.com/ws/2008/06/identity/authenticationmethod/password"),
			NewAttribute(ClaimGivenName, "Ada"),
			NewAttribute(ClaimSurname, "Lovelace"),
			NewAttribute(ClaimEmail, User),
			NewAttribute(ClaimName, User),
			NewAttribute("first_name", "Ada"),
			NewAttribute("last_name", "Lovelace"),
		},
		Authn: []*AuthnStatement{{Instant: At(-2 * time.Second), SessionIndex: SessionID, Context: Password}},
	}
}

// NewConfirmation returns the bearer confirmation of NewAssertion.
func NewConfirmation() *Confirmation {
	return &Confirmation{Method: Bearer, Recipient: ACS, InResponseTo: RequestID, NotOnOrAfter: At(60 * time.Minute)}
}

// NewAttribute returns an attribute as Entra ID writes it: name and values.
func NewAttribute(name string, values ...string) Attribute {
	return Attribute{Name: name, Values: values}
}

// NewErrorResponse returns the Response with which Entra ID refuses: no
// assertion, a status and its message.
func NewErrorResponse(message string, codes ...string) *Response {
	r := NewResponse()
	r.Assertions, r.StatusCodes, r.StatusMessage = nil, codes, message
	return r
}

// Attribute returns the attribute of a name, to change it; nil where there is
// none.
func (a *Assertion) Attribute(name string) *Attribute {
	for i := range a.Attributes {
		if a.Attributes[i].Name == name {
			return &a.Attributes[i]
		}
	}
	return nil
}

// Remove drops the attributes of the names.
func (a *Assertion) Remove(names ...string) {
	kept := a.Attributes[:0]
	for _, attribute := range a.Attributes {
		drop := false
		for _, name := range names {
			drop = drop || attribute.Name == name
		}
		if !drop {
			kept = append(kept, attribute)
		}
	}
	a.Attributes = kept
}

// XML writes the message, edited and signed as asked.
func (r *Response) XML() string {
	ids := make([]string, len(r.Assertions))
	for i, a := range r.Assertions {
		ids[i] = a.ID
	}
	return r.finish(r.write(), r.ID, ids)
}

func (r *Response) write() string {
	var w writer
	w.open("samlp:Response", "ID", r.ID, "Version", r.Version, "IssueInstant", r.IssueInstant,
		"Destination", r.Destination, "InResponseTo", r.InResponseTo, "xmlns:samlp", nsProtocol)
	w.issuer(r.Issuer, r.IssuerFormat, true)
	w.raw(r.Before...)
	w.status(r.StatusCodes, r.StatusMessage)
	for _, a := range r.Assertions {
		a.write(&w)
	}
	w.raw(r.After...)
	w.close("samlp:Response")
	return w.String()
}

// XML writes the assertion alone, not signed.
func (a *Assertion) XML() string {
	var w writer
	a.write(&w)
	return w.String()
}

func (a *Assertion) write(w *writer) {
	w.open("Assertion", "ID", a.ID, "IssueInstant", a.IssueInstant, "Version", a.Version, "xmlns", nsAssertion)
	w.issuer(a.Issuer, a.IssuerFormat, false)
	w.raw(a.Before...)
	if a.NameID != nil || len(a.Confirmations) > 0 {
		w.open("Subject")
		w.nameID("NameID", a.NameID)
		for _, c := range a.Confirmations {
			c.write(w)
		}
		w.close("Subject")
	}
	a.writeConditions(w)
	if len(a.Attributes) > 0 {
		w.open("AttributeStatement")
		for i := range a.Attributes {
			a.Attributes[i].write(w)
		}
		w.close("AttributeStatement")
	}
	for _, s := range a.Authn {
		s.write(w)
	}
	w.raw(a.After...)
	w.close("Assertion")
}

func (c *Confirmation) write(w *writer) {
	w.open("SubjectConfirmation", "Method", c.Method)
	if c.Recipient+c.InResponseTo+c.NotBefore+c.NotOnOrAfter+c.Address != "" {
		w.leaf("SubjectConfirmationData", "", "InResponseTo", c.InResponseTo, "NotBefore", c.NotBefore,
			"NotOnOrAfter", c.NotOnOrAfter, "Recipient", c.Recipient, "Address", c.Address)
	}
	w.close("SubjectConfirmation")
}

func (a *Assertion) writeConditions(w *writer) {
	restrictions := a.MoreAudiences
	if len(a.Audiences) > 0 {
		restrictions = append([][]string{a.Audiences}, restrictions...)
	}
	if a.NotBefore+a.NotOnOrAfter == "" && len(restrictions)+len(a.Conditions) == 0 {
		return
	}
	w.open("Conditions", "NotBefore", a.NotBefore, "NotOnOrAfter", a.NotOnOrAfter)
	for _, audiences := range restrictions {
		w.open("AudienceRestriction")
		for _, audience := range audiences {
			w.leaf("Audience", audience)
		}
		w.close("AudienceRestriction")
	}
	w.raw(a.Conditions...)
	w.close("Conditions")
}

func (s *AuthnStatement) write(w *writer) {
	w.open("AuthnStatement", "AuthnInstant", s.Instant, "SessionIndex", s.SessionIndex,
		"SessionNotOnOrAfter", s.SessionNotOnOrAfter)
	w.open("AuthnContext")
	w.optional("AuthnContextClassRef", s.Context)
	w.close("AuthnContext")
	w.close("AuthnStatement")
}

func (a *Attribute) write(w *writer) {
	w.open("Attribute", "Name", a.Name, "NameFormat", a.NameFormat, "FriendlyName", a.FriendlyName)
	for _, v := range a.Values {
		w.leaf("AttributeValue", v)
	}
	w.raw(a.Raw...)
	w.close("Attribute")
}

// writer writes compact XML. Attributes come as names and values in turn.
type writer struct{ strings.Builder }

var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;",
	"\t", "&#x9;", "\n", "&#xA;", "\r", "&#xD;", Empty, "")

func (w *writer) tag(name string, attributes []string, end string) {
	w.WriteString("<" + name)
	for i := 0; i < len(attributes); i += 2 {
		if attributes[i+1] != "" {
			w.WriteString(" " + attributes[i] + `="` + escaper.Replace(attributes[i+1]) + `"`)
		}
	}
	w.WriteString(end)
}

func (w *writer) open(name string, attributes ...string) { w.tag(name, attributes, ">") }

func (w *writer) close(name string) { w.WriteString("</" + name + ">") }

// leaf writes an element with a text, be it empty.
func (w *writer) leaf(name, text string, attributes ...string) {
	if text == "" || text == Empty {
		w.tag(name, attributes, "/>")
		return
	}
	w.open(name, attributes...)
	w.WriteString(escaper.Replace(text))
	w.close(name)
}

// optional writes an element that is left out where its text is "".
func (w *writer) optional(name, text string, attributes ...string) {
	if text != "" {
		w.leaf(name, text, attributes...)
	}
}

func (w *writer) raw(parts ...string) {
	for _, part := range parts {
		w.WriteString(part)
	}
}

// issuer writes the Issuer; outside an assertion it declares its namespace, as
// Entra ID does.
func (w *writer) issuer(value, format string, declare bool) {
	if value == "" {
		return
	}
	namespace := ""
	if declare {
		namespace = nsAssertion
	}
	w.leaf("Issuer", value, "xmlns", namespace, "Format", format)
}

func (w *writer) nameID(tag string, id *NameID) {
	if id != nil {
		w.leaf(tag, id.Value, "Format", id.Format, "NameQualifier", id.NameQualifier, "SPNameQualifier", id.SPNameQualifier)
	}
}

func (w *writer) status(codes []string, message string) {
	if len(codes) == 0 {
		return
	}
	w.open("samlp:Status")
	for _, code := range codes[:len(codes)-1] {
		w.open("samlp:StatusCode", "Value", code)
	}
	w.leaf("samlp:StatusCode", "", "Value", codes[len(codes)-1])
	for range codes[1:] {
		w.close("samlp:StatusCode")
	}
	w.optional("samlp:StatusMessage", message)
	w.close("samlp:Status")
}
