package samltest

import "encoding/base64"

// IdPMetadata is the metadata of an identity provider.
type IdPMetadata struct {
	ID, EntityID, ValidUntil string
	WantAuthnRequestsSigned  string
	SSO                      []Endpoint
	SLO                      []Endpoint
	NameIDFormats            []string
	Certificates             [][]byte // DER, each in a KeyDescriptor for signing
	Before, After            []string // raw XML at the start and at the end of IDPSSODescriptor

	signing
}

// SPMetadata is the metadata of an app.
type SPMetadata struct {
	ID, EntityID, ValidUntil                  string
	AuthnRequestsSigned, WantAssertionsSigned string
	ACS                                       []Endpoint
	SLO                                       []Endpoint
	NameIDFormats                             []string
	Certificates                              [][]byte // DER, each in a KeyDescriptor without use
	Requested                                 []RequestedAttribute
	Before, After                             []string // raw XML at the start and at the end of SPSSODescriptor

	signing
}

// Endpoint is a service of either side.
type Endpoint struct {
	Binding, Location, ResponseLocation, Index, IsDefault string
}

// RequestedAttribute is a claim that an app asks for.
type RequestedAttribute struct {
	Name, FriendlyName, NameFormat, IsRequired string
}

// NewIdPMetadata returns the metadata of the tenant for HaloITSM, with the
// given certificates.
func NewIdPMetadata(certificates ...[]byte) *IdPMetadata {
	return &IdPMetadata{
		ID: "_d3c4b5a6-0718-4a2b-9c3d-4e5f60718293", EntityID: Issuer,
		SSO:          []Endpoint{{Binding: BindingGET, Location: SSOURL}, {Binding: BindingPOST, Location: SSOURL}},
		SLO:          []Endpoint{{Binding: BindingGET, Location: SSOURL}},
		Certificates: certificates,
	}
}

// NewSPMetadata returns the metadata of HaloITSM, with the given certificates.
func NewSPMetadata(certificates ...[]byte) *SPMetadata {
	return &SPMetadata{
		ID: "_e4d5c6b7-1829-4b3c-8d4e-5f6071829304", EntityID: EntityID,
		AuthnRequestsSigned: "false", WantAssertionsSigned: "true",
		ACS:           []Endpoint{{Binding: BindingPOST, Location: ACS, Index: "0", IsDefault: "true"}},
		SLO:           []Endpoint{{Binding: BindingGET, Location: LogoutURL}},
		NameIDFormats: []string{FormatEmail},
		Certificates:  certificates,
		Requested: []RequestedAttribute{
			{Name: ClaimEmail, IsRequired: "true"},
			{Name: "first_name"},
			{Name: "last_name"},
		},
	}
}

// XML writes the metadata, edited and signed as asked.
func (m *IdPMetadata) XML() string {
	var w writer
	w.entity(m.ID, m.EntityID, m.ValidUntil)
	w.open("IDPSSODescriptor", "WantAuthnRequestsSigned", m.WantAuthnRequestsSigned, "protocolSupportEnumeration", nsProtocol)
	w.raw(m.Before...)
	w.keys("signing", m.Certificates)
	w.endpoints("SingleLogoutService", m.SLO)
	w.texts("NameIDFormat", m.NameIDFormats)
	w.endpoints("SingleSignOnService", m.SSO)
	w.raw(m.After...)
	w.close("IDPSSODescriptor")
	w.close("EntityDescriptor")
	return m.finish(w.String(), m.ID, nil)
}

// XML writes the metadata, edited and signed as asked.
func (m *SPMetadata) XML() string {
	var w writer
	w.entity(m.ID, m.EntityID, m.ValidUntil)
	w.open("SPSSODescriptor", "AuthnRequestsSigned", m.AuthnRequestsSigned,
		"WantAssertionsSigned", m.WantAssertionsSigned, "protocolSupportEnumeration", nsProtocol)
	w.raw(m.Before...)
	w.keys("", m.Certificates)
	w.endpoints("SingleLogoutService", m.SLO)
	w.texts("NameIDFormat", m.NameIDFormats)
	w.endpoints("AssertionConsumerService", m.ACS)
	if len(m.Requested) > 0 {
		w.open("AttributeConsumingService", "index", "0")
		w.leaf("ServiceName", "HaloITSM", "xml:lang", "en")
		for _, a := range m.Requested {
			w.leaf("RequestedAttribute", "", "Name", a.Name, "NameFormat", a.NameFormat,
				"FriendlyName", a.FriendlyName, "isRequired", a.IsRequired)
		}
		w.close("AttributeConsumingService")
	}
	w.raw(m.After...)
	w.close("SPSSODescriptor")
	w.close("EntityDescriptor")
	return m.finish(w.String(), m.ID, nil)
}

func (w *writer) entity(id, entityID, validUntil string) {
	w.open("EntityDescriptor", "ID", id, "entityID", entityID, "validUntil", validUntil, "xmlns", nsMetadata)
}

func (w *writer) keys(use string, certificates [][]byte) {
	for _, der := range certificates {
		w.open("KeyDescriptor", "use", use)
		w.open("KeyInfo", "xmlns", "http://www.w3.org/2000/09/xmldsig#")
		w.open("X509Data")
		w.leaf("X509Certificate", base64.StdEncoding.EncodeToString(der))
		w.close("X509Data")
		w.close("KeyInfo")
		w.close("KeyDescriptor")
	}
}

func (w *writer) endpoints(name string, list []Endpoint) {
	for _, e := range list {
		w.leaf(name, "", "Binding", e.Binding, "Location", e.Location, "ResponseLocation", e.ResponseLocation,
			"index", e.Index, "isDefault", e.IsDefault)
	}
}

func (w *writer) texts(name string, values []string) {
	for _, v := range values {
		w.leaf(name, v)
	}
}
