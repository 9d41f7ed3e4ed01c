package entra

import "strings"

// NameIDFormat is a format of the NameID that an application can be given.
type NameIDFormat struct {
	// URN is the format in a token, Policy the word of a claims policy; empty
	// where it cannot be chosen.
	URN, Policy string
	Note        string
}

const nameIDFormats = "urn:oasis:names:tc:SAML:1.1:nameid-format:"

var formats = []NameIDFormat{
	{nameIDFormats + "emailAddress", "emailAddress", ""},
	{nameIDFormats + "unspecified", "unspecified", ""},
	{nameIDFormats + "WindowsDomainQualifiedName", "windowsDomainQualifiedName", ""},
	{"urn:oasis:names:tc:SAML:2.0:nameid-format:persistent", "persistent", ""},
	{"urn:oasis:names:tc:SAML:2.0:nameid-format:transient", "", "Entra sends a transient NameID only where the request asks for one"},
}

// LookupNameIDFormat finds a format by its URN; the version in the URN, its
// letter case and a blank for the dash do not count, as apps write it in many
// ways. A format that Entra cannot send gives false.
func LookupNameIDFormat(urn string) (NameIDFormat, bool) {
	last := urn[strings.LastIndexByte(urn, ':')+1:]
	for _, f := range formats {
		if strings.EqualFold(f.URN[strings.LastIndexByte(f.URN, ':')+1:], last) {
			return f, true
		}
	}
	return NameIDFormat{}, false
}
