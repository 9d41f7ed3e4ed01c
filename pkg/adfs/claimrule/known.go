package claimrule

import (
	"strings"
)

// Claim types that the code itself speaks of.
const (
	TypeNameID           = soapClaims + "nameidentifier"
	TypeName             = soapClaims + "name"
	TypeUPN              = soapClaims + "upn"
	TypeEmail            = soapClaims + "emailaddress"
	TypeWindowsAccount   = msClaims + "windowsaccountname"
	TypePrimarySID       = msClaims + "primarysid"
	TypePrimaryGroupSID  = msClaims + "primarygroupsid"
	TypeGroupSID         = msClaims + "groupsid"
	TypeRole             = msClaims + "role"
	TypeAuthnMethod      = msClaims + "authenticationmethod"
	TypeInsideNetwork    = "http://schemas.microsoft.com/ws/2012/01/insidecorporatenetwork"
	TypePermit           = "http://schemas.microsoft.com/authorization/claims/permit"
	TypeDeny             = "http://schemas.microsoft.com/authorization/claims/deny"
	PropertyNameIDFormat = "http://schemas.xmlsoap.org/ws/2005/05/identity/claimproperties/format"

	soapClaims = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/"
	msClaims   = "http://schemas.microsoft.com/ws/2008/06/identity/claims/"
	device     = "http://schemas.microsoft.com/2012/01/devicecontext/claims/"
	request    = "http://schemas.microsoft.com/2012/01/requestcontext/claims/"
	claimProps = "http://schemas.xmlsoap.org/ws/2005/05/identity/claimproperties/"
	multiAuthn = "http://schemas.microsoft.com/claims/multipleauthn"
	stringType = "http://www.w3.org/2001/XMLSchema#string"
)

// ClaimType is a claim type that AD FS describes out of the box.
type ClaimType struct {
	URI string
	// Name is its display name in the AD FS console.
	Name string
	// Multiple marks types of which a user usually has several claims.
	Multiple bool
	// Scratch marks types that say something about the request, not the
	// user: apps rarely want them.
	Scratch bool
	// Incoming marks types that AD FS itself brings, by the acceptance rules
	// of Active Directory and from the request.
	Incoming bool
}

// claimTypes are the claim descriptions of a new AD FS farm, with the types
// that Microsoft's own rule sets for Office 365 add.
var claimTypes = []ClaimType{
	{URI: TypeEmail, Name: "E-Mail Address"},
	{URI: soapClaims + "givenname", Name: "Given Name"},
	{URI: TypeName, Name: "Name", Incoming: true},
	{URI: TypeUPN, Name: "UPN", Incoming: true},
	{URI: soapClaims + "surname", Name: "Surname"},
	{URI: soapClaims + "privatepersonalidentifier", Name: "PPID"},
	{URI: TypeNameID, Name: "Name ID"},
	{URI: soapClaims + "denyonlysid", Name: "Deny only group SID", Multiple: true, Incoming: true},
	{URI: soapClaims + "thumbprint", Name: "Thumbprint", Incoming: true},
	{URI: soapClaims + "x500distinguishedname", Name: "Distinguished Name"},
	{URI: soapClaims + "implicitupn", Name: "Implicit UPN"},
	{URI: soapClaims + "streetaddress", Name: "Street Address"},
	{URI: soapClaims + "locality", Name: "Locality"},
	{URI: soapClaims + "stateorprovince", Name: "State or Province"},
	{URI: soapClaims + "postalcode", Name: "Postal Code"},
	{URI: soapClaims + "country", Name: "Country"},
	{URI: soapClaims + "homephone", Name: "Home Phone"},
	{URI: soapClaims + "mobilephone", Name: "Mobile Phone"},
	{URI: soapClaims + "otherphone", Name: "Other Phone"},
	{URI: soapClaims + "dateofbirth", Name: "Date of Birth"},
	{URI: soapClaims + "gender", Name: "Gender"},
	{URI: soapClaims + "webpage", Name: "Web Page"},
	{URI: "http://schemas.xmlsoap.org/claims/CommonName", Name: "Common Name"},
	{URI: "http://schemas.xmlsoap.org/claims/EmailAddress", Name: "AD FS 1.x E-Mail Address"},
	{URI: "http://schemas.xmlsoap.org/claims/UPN", Name: "AD FS 1.x UPN"},
	{URI: "http://schemas.xmlsoap.org/claims/Group", Name: "Group", Multiple: true},
	{URI: TypeRole, Name: "Role", Multiple: true},
	{URI: TypeAuthnMethod, Name: "Authentication Method", Incoming: true},
	{URI: msClaims + "authenticationinstant", Name: "Authentication Time Stamp", Incoming: true},
	{URI: msClaims + "denyonlyprimarysid", Name: "Deny only primary SID", Incoming: true},
	{URI: msClaims + "denyonlyprimarygroupsid", Name: "Deny only primary group SID", Incoming: true},
	{URI: TypeGroupSID, Name: "Group SID", Multiple: true, Incoming: true},
	{URI: TypePrimaryGroupSID, Name: "Primary Group SID", Incoming: true},
	{URI: TypePrimarySID, Name: "Primary SID", Incoming: true},
	{URI: TypeWindowsAccount, Name: "Windows account name", Incoming: true},
	{URI: msClaims + "issuerid", Name: "Issuer ID"},
	{URI: msClaims + "proxytrustid", Name: "Proxy Trust ID", Scratch: true, Incoming: true},
	{URI: msClaims + "serialnumber", Name: "Serial Number", Incoming: true},
	{URI: TypeInsideNetwork, Name: "Inside Corporate Network", Scratch: true, Incoming: true},
	{URI: "http://schemas.microsoft.com/ws/2012/01/passwordexpirationtime", Name: "Password Expiration Time", Incoming: true},
	{URI: "http://schemas.microsoft.com/ws/2012/01/passwordexpirationdays", Name: "Password Expiration Days", Incoming: true},
	{URI: "http://schemas.microsoft.com/ws/2012/01/passwordchangeurl", Name: "Update Password URL", Incoming: true},
	{URI: "http://schemas.microsoft.com/ws/2012/01/accounttype", Name: "Account Type"},
	{URI: "http://schemas.microsoft.com/claims/authnmethodsreferences", Name: "Authentication Methods References", Multiple: true, Incoming: true},
	{URI: "http://schemas.microsoft.com/ws/2017/04/identity/claims/multifactorauthenticationinstant", Name: "Multi-factor Authentication Time Stamp", Incoming: true},
	{URI: "http://schemas.microsoft.com/2014/03/psso", Name: "Persistent SSO", Incoming: true},
	{URI: TypePermit, Name: "Permit"},
	{URI: TypeDeny, Name: "Deny"},
	{URI: "http://schemas.microsoft.com/LiveID/Federation/2008/05/ImmutableID", Name: "Immutable ID"},
	{URI: "http://schemas.microsoft.com/identity/claims/onpremobjectguid", Name: "On-premises Object GUID"},
	{URI: "http://schemas.microsoft.com/identity/claims/scope", Name: "Scope", Multiple: true},
	{URI: "http://schemas.microsoft.com/ws/2016/02/identity/claims/objectguid", Name: "Object GUID"},
	{URI: "http://schemas.microsoft.com/ws/2016/02/identity/claims/msdsconsistencyguid", Name: "mS-DS-ConsistencyGuid"},
	{URI: device + "isregistereduser", Name: "Is Registered User", Scratch: true, Incoming: true},
	{URI: device + "identifier", Name: "Device Identifier", Scratch: true, Incoming: true},
	{URI: device + "registrationid", Name: "Device Registration Identifier", Scratch: true, Incoming: true},
	{URI: device + "displayname", Name: "Device Registration Display Name", Scratch: true, Incoming: true},
	{URI: device + "ostype", Name: "Device OS Type", Scratch: true, Incoming: true},
	{URI: device + "osversion", Name: "Device OS Version", Scratch: true, Incoming: true},
	{URI: device + "ismanaged", Name: "Is Managed Device", Scratch: true, Incoming: true},
	{URI: device + "iscompliant", Name: "Is Compliant Device", Scratch: true, Incoming: true},
	{URI: device + "isknown", Name: "Is Known Device", Scratch: true, Incoming: true},
	{URI: request + "x-ms-forwarded-client-ip", Name: "Forwarded Client IP", Scratch: true, Incoming: true},
	{URI: request + "x-ms-client-application", Name: "Client Application", Scratch: true, Incoming: true},
	{URI: request + "x-ms-client-user-agent", Name: "Client User Agent", Scratch: true, Incoming: true},
	{URI: request + "x-ms-client-ip", Name: "Client IP", Scratch: true, Incoming: true},
	{URI: request + "x-ms-endpoint-absolute-path", Name: "Endpoint Path", Scratch: true, Incoming: true},
	{URI: request + "x-ms-proxy", Name: "Proxy", Scratch: true, Incoming: true},
	{URI: request + "relyingpartytrustid", Name: "Application Identifier", Scratch: true, Incoming: true},
	{URI: request + "client-request-id", Name: "Client Request ID", Scratch: true, Incoming: true},
	{URI: "http://schemas.microsoft.com/2012/12/certificatecontext/field/issuer", Name: "Certificate Issuer", Scratch: true, Incoming: true},
	{URI: "http://schemas.microsoft.com/2012/12/certificatecontext/field/subject", Name: "Certificate Subject", Scratch: true, Incoming: true},
	{URI: "http://schemas.microsoft.com/2012/12/certificatecontext/extension/eku", Name: "Enhanced Key Usage", Multiple: true, Scratch: true, Incoming: true},
}

var claimTypesByURI = func() map[string]ClaimType {
	m := make(map[string]ClaimType, len(claimTypes))
	for _, t := range claimTypes {
		m[t.URI] = t
	}
	return m
}()

// KnownType looks a claim type up by its URI, which is compared exactly, as
// AD FS does.
func KnownType(uri string) (ClaimType, bool) {
	t, ok := claimTypesByURI[uri]
	return t, ok
}

// wellKnownSIDs are the groups and accounts that every Windows has.
var wellKnownSIDs = map[string]string{
	"S-1-1-0":      "Everyone",
	"S-1-5-2":      "Network",
	"S-1-5-4":      "Interactive",
	"S-1-5-7":      "Anonymous",
	"S-1-5-9":      "Enterprise Domain Controllers",
	"S-1-5-11":     "Authenticated Users",
	"S-1-5-15":     "This Organization",
	"S-1-5-18":     "Local System",
	"S-1-5-32-544": "BUILTIN\\Administrators",
	"S-1-5-32-545": "BUILTIN\\Users",
	"S-1-5-32-546": "BUILTIN\\Guests",
	"S-1-5-32-547": "BUILTIN\\Power Users",
	"S-1-5-32-548": "BUILTIN\\Account Operators",
	"S-1-5-32-555": "BUILTIN\\Remote Desktop Users",
	"S-1-18-1":     "Authentication authority asserted identity",
}

// wellKnownRIDs are the last parts of the SIDs that every domain has.
var wellKnownRIDs = map[string]string{
	"498": "Enterprise Read-only Domain Controllers",
	"500": "Administrator",
	"501": "Guest",
	"502": "krbtgt",
	"512": "Domain Admins",
	"513": "Domain Users",
	"514": "Domain Guests",
	"515": "Domain Computers",
	"516": "Domain Controllers",
	"517": "Cert Publishers",
	"518": "Schema Admins",
	"519": "Enterprise Admins",
	"520": "Group Policy Creator Owners",
	"521": "Read-only Domain Controllers",
	"525": "Protected Users",
	"526": "Key Admins",
	"527": "Enterprise Key Admins",
}

// SIDName is the name of a well-known SID, or of a domain's well-known group
// by its last part; empty for others.
func SIDName(sid string) string {
	if name, ok := wellKnownSIDs[strings.ToUpper(sid)]; ok {
		return name
	}
	if i := strings.LastIndexByte(sid, '-'); i > 0 && strings.HasPrefix(strings.ToUpper(sid), "S-1-5-21-") {
		return wellKnownRIDs[sid[i+1:]]
	}
	return ""
}

// IsDomainGroup tells whether a name, with a domain before it or not, is that of
// a group that every domain has, in English.
func IsDomainGroup(name string) bool {
	name = name[strings.LastIndexByte(name, '\\')+1:]
	for _, known := range wellKnownRIDs {
		if strings.EqualFold(known, name) {
			return true
		}
	}
	return false
}

// isSID tells whether s has the form of a security identifier.
func isSID(s string) bool {
	rest, ok := strings.CutPrefix(strings.ToUpper(s), "S-1-")
	return ok && rest != "" && strings.Trim(rest, "0123456789-") == ""
}
