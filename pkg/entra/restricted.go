package entra

import "strings"

// Restriction says whether an application may emit a claim type of its own
// making.
type Restriction uint8

// The restrictions.
const (
	Free       Restriction = iota // any application may
	SigningKey                    // only with a signing key of the application's own, as SAML applications have
	Restricted                    // never: a policy that names it is refused
)

const (
	soapClaims   = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/"
	msClaims     = "http://schemas.microsoft.com/ws/2008/06/identity/claims/"
	identity     = "http://schemas.microsoft.com/identity/claims/"
	microsoftRef = "http://schemas.microsoft.com/claims/"
)

// Claim types that have a way of their own into the token.
const (
	TypeNameID = soapClaims + "nameidentifier"
	TypeUPN    = soapClaims + "upn"
	TypeName   = soapClaims + "name"
	TypeRole   = msClaims + "role"
	TypeGroups = msClaims + "groups"
)

// restrictions is the SAML restricted claim set of "Claims mapping policy
// type". Entries of a namespace are separated by blanks.
var restrictions = []struct {
	space, names string
	is           Restriction
}{
	{"http://schemas.microsoft.com/2012/01/devicecontext/claims/", "ismanaged", Restricted},
	{"http://schemas.microsoft.com/2014/02/devicecontext/claims/", "isknown", Restricted},
	{"http://schemas.microsoft.com/2014/03/", "psso", Restricted},
	{"http://schemas.microsoft.com/2014/09/devicecontext/claims/", "iscompliant", Restricted},
	{microsoftRef, "authnmethodsreferences groups.link", Restricted},
	{identity, "accesstoken acct agegroup aio identityprovider objectidentifier openid2_id puid scope tenantid xms_et", Restricted},
	{msClaims, "authenticationinstant authenticationmethod confirmationkey denyonlyprimarygroupsid denyonlyprimarysid denyonlywindowsdevicegroup " +
		"expiration expired groups groupsid ispersistent role samlissuername wids windowsdeviceclaim windowsdevicegroup windowsfqbnversion " +
		"windowssubauthority windowsuserclaim", Restricted},
	{soapClaims, "authentication authorizationdecision denyonlysid privatepersonalidentifier spn upn", Restricted},
	{"http://schemas.xmlsoap.org/ws/2009/09/identity/claims/", "actor", Restricted},
	{msClaims, "windowsaccountname primarysid primarygroupsid", SigningKey},
	{soapClaims, "sid x500distinguishedname", SigningKey},
}

// RestrictionOf tells whether a SAML application may emit the claim type. The
// type is compared without regard to letter case, as a claim of the same
// letters is refused too.
func RestrictionOf(claimType string) Restriction {
	for _, r := range restrictions {
		if len(claimType) <= len(r.space) || !strings.EqualFold(claimType[:len(r.space)], r.space) {
			continue
		}
		for name := range strings.FieldsSeq(r.names) {
			if strings.EqualFold(claimType[len(r.space):], name) {
				return r.is
			}
		}
	}
	return Free
}

// ways tells how a restricted type reaches the token all the same.
var ways = map[string]string{
	TypeUPN:                                             "add upn as an optional claim of the app registration, or let the app read the NameID or another claim name",
	TypeRole:                                            "use app roles, or emit the groups as role claims",
	msClaims + "groupsid":                               "emit the group claim with the on-premises security identifiers, under its own name or one that the app is told",
	msClaims + "authenticationmethod":                   "Entra sends its own " + microsoftRef + "authnmethodsreferences, which the app must read",
	msClaims + "authenticationinstant":                  "Entra sends its own AuthnInstant, which the app must read",
	microsoftRef + "authnmethodsreferences":             "Entra sends its own, and the app must know its values",
	identity + "objectidentifier":                       "Entra sends its own, with the object id of the user in Entra",
	identity + "tenantid":                               "Entra sends its own",
	soapClaims + "privatepersonalidentifier":            "use a persistent NameID, whose values are others",
	"http://schemas.microsoft.com/2014/03/psso":         "none, it speaks of the session at AD FS",
	"http://schemas.microsoft.com/claims/groups.link":   "none",
	"http://schemas.microsoft.com/identity/claims/acct": "add acct as an optional claim of the app registration",
}

// WayAround says how a restricted claim type can reach the token all the same;
// where nothing better is known, that the app must read another name.
func WayAround(claimType string) string {
	for known, way := range ways {
		if strings.EqualFold(known, claimType) {
			return way
		}
	}
	return "give the claim another name, and tell the app"
}
