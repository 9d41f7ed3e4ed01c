package samltest

import "time"

// AuthnRequest is the app's request for a sign-in.
type AuthnRequest struct {
	ID, Version, IssueInstant     string
	Destination, Issuer           string
	AssertionConsumerServiceURL   string
	AssertionConsumerServiceIndex string
	ProtocolBinding               string
	ForceAuthn, IsPassive         string
	NameIDFormat, AllowCreate     string   // NameIDPolicy is left out where both are
	Comparison                    string   // of RequestedAuthnContext
	Contexts                      []string // RequestedAuthnContext is left out where there are none
	Before, After                 []string // raw XML after Issuer and at the end

	signing
}

// NewAuthnRequest returns the request that NewResponse answers, sent four
// seconds before it.
func NewAuthnRequest() *AuthnRequest {
	return &AuthnRequest{
		ID: RequestID, Version: "2.0", IssueInstant: At(-4 * time.Second), Destination: SSOURL, Issuer: EntityID,
		AssertionConsumerServiceURL: ACS, ProtocolBinding: BindingPOST,
		NameIDFormat: FormatEmail, AllowCreate: "true",
	}
}

// XML writes the message, edited and signed as asked.
func (r *AuthnRequest) XML() string {
	var w writer
	w.open("samlp:AuthnRequest", "ID", r.ID, "Version", r.Version, "IssueInstant", r.IssueInstant,
		"Destination", r.Destination, "AssertionConsumerServiceURL", r.AssertionConsumerServiceURL,
		"AssertionConsumerServiceIndex", r.AssertionConsumerServiceIndex, "ProtocolBinding", r.ProtocolBinding,
		"ForceAuthn", r.ForceAuthn, "IsPassive", r.IsPassive, "xmlns:samlp", nsProtocol)
	w.issuer(r.Issuer, "", true)
	w.raw(r.Before...)
	if r.NameIDFormat+r.AllowCreate != "" {
		w.leaf("samlp:NameIDPolicy", "", "Format", r.NameIDFormat, "AllowCreate", r.AllowCreate)
	}
	if len(r.Contexts) > 0 {
		w.open("samlp:RequestedAuthnContext", "Comparison", r.Comparison)
		for _, context := range r.Contexts {
			w.leaf("saml:AuthnContextClassRef", context, "xmlns:saml", nsAssertion)
		}
		w.close("samlp:RequestedAuthnContext")
	}
	w.raw(r.After...)
	w.close("samlp:AuthnRequest")
	return r.finish(w.String(), r.ID, nil)
}

// LogoutRequest asks to end a session.
type LogoutRequest struct {
	ID, Version, IssueInstant         string
	Destination, Issuer, NotOnOrAfter string
	Reason                            string
	NameID                            *NameID
	SessionIndexes                    []string
	After                             []string // raw XML at the end

	signing
}

// NewLogoutRequest returns the app's request to end the session of
// NewResponse.
func NewLogoutRequest() *LogoutRequest {
	return &LogoutRequest{
		ID: "id-logout-1", Version: "2.0", IssueInstant: At(20 * time.Minute), Destination: SSOURL, Issuer: EntityID,
		NameID: &NameID{Value: User, Format: FormatEmail}, SessionIndexes: []string{SessionID},
	}
}

// XML writes the message, edited and signed as asked.
func (r *LogoutRequest) XML() string {
	var w writer
	w.open("samlp:LogoutRequest", "ID", r.ID, "Version", r.Version, "IssueInstant", r.IssueInstant,
		"Destination", r.Destination, "NotOnOrAfter", r.NotOnOrAfter, "Reason", r.Reason,
		"xmlns:samlp", nsProtocol, "xmlns:saml", nsAssertion)
	w.issuer(r.Issuer, "", true)
	w.nameID("saml:NameID", r.NameID)
	for _, index := range r.SessionIndexes {
		w.leaf("samlp:SessionIndex", index)
	}
	w.raw(r.After...)
	w.close("samlp:LogoutRequest")
	return r.finish(w.String(), r.ID, nil)
}

// LogoutResponse answers a LogoutRequest.
type LogoutResponse struct {
	ID, Version, IssueInstant string
	Destination, InResponseTo string
	Issuer                    string
	StatusCodes               []string
	StatusMessage             string

	signing
}

// NewLogoutResponse returns the identity provider's answer to
// NewLogoutRequest.
func NewLogoutResponse() *LogoutResponse {
	return &LogoutResponse{
		ID: "_c2b3a4d5-f6e7-4819-90bb-ccddeeff0011", Version: "2.0", IssueInstant: At(20*time.Minute + time.Second),
		Destination: LogoutURL, InResponseTo: "id-logout-1", Issuer: Issuer, StatusCodes: []string{StatusSuccess},
	}
}

// XML writes the message, edited and signed as asked.
func (r *LogoutResponse) XML() string {
	var w writer
	w.open("samlp:LogoutResponse", "ID", r.ID, "Version", r.Version, "IssueInstant", r.IssueInstant,
		"Destination", r.Destination, "InResponseTo", r.InResponseTo, "xmlns:samlp", nsProtocol)
	w.issuer(r.Issuer, "", true)
	w.status(r.StatusCodes, r.StatusMessage)
	w.close("samlp:LogoutResponse")
	return r.finish(w.String(), r.ID, nil)
}
