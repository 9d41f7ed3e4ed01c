package entra

import "strings"

// Fidelity says how well an attribute of Active Directory comes out of Entra.
type Fidelity uint8

// The fidelities, from best to worst.
const (
	Exact     Fidelity = iota + 1 // the same value, by the default synchronization
	Differs                       // there is a source, but values can differ: see Note
	Extension                     // only through a directory extension that Entra Connect must be told to synchronize
	GroupName                     // through the group claim
	None                          // not at all
)

// Attribute is an attribute of Active Directory and what becomes of it.
type Attribute struct {
	// Name is the LDAP name.
	Name string
	// Source is the ID of the [UserAttribute] that holds it; empty for those that
	// have none.
	Source   string
	Fidelity Fidelity
	// Note says what differs or what to do; may be empty.
	Note string
}

const (
	noteExtension = "no claim source of its own: synchronize it as a directory extension in Entra Connect"
	noteCustom    = "Entra does not have it: a custom claims provider or the app must supply it"
	noteAnchor    = "the same Base64 only where this attribute is the source anchor of Entra Connect"
)

// attributes holds what is known of the attributes of Active Directory, by
// "Attributes synchronized by Microsoft Entra Connect" and the claim sources.
// Those of a schema extension are not in it.
var attributes = []Attribute{
	{Name: "userPrincipalName", Source: "userprincipalname", Fidelity: Exact},
	{Name: "mail", Source: "mail", Fidelity: Exact},
	{Name: "displayName", Source: "displayname", Fidelity: Exact},
	{Name: "givenName", Source: "givenname", Fidelity: Exact},
	{Name: "sn", Source: "surname", Fidelity: Exact},
	{Name: "sAMAccountName", Source: "onpremisessamaccountname", Fidelity: Exact, Note: "guests and cloud users have none"},
	{Name: "department", Source: "department", Fidelity: Exact},
	{Name: "company", Source: "companyname", Fidelity: Exact},
	{Name: "title", Source: "jobtitle", Fidelity: Exact},
	{Name: "physicalDeliveryOfficeName", Source: "officelocation", Fidelity: Exact},
	{Name: "telephoneNumber", Source: "telephonenumber", Fidelity: Exact},
	{Name: "mobile", Source: "mobilephone", Fidelity: Exact},
	{Name: "facsimileTelephoneNumber", Source: "facsimiletelephonenumber", Fidelity: Exact},
	{Name: "streetAddress", Source: "streetaddress", Fidelity: Exact},
	{Name: "l", Source: "city", Fidelity: Exact},
	{Name: "st", Source: "state", Fidelity: Exact},
	{Name: "postalCode", Source: "postalcode", Fidelity: Exact},
	{Name: "co", Source: "country", Fidelity: Exact},
	{Name: "preferredLanguage", Source: "preferredlanguage", Fidelity: Exact},
	{Name: "employeeID", Source: "employeeid", Fidelity: Exact},
	{Name: "mailNickname", Source: "mailnickname", Fidelity: Exact},
	{Name: "proxyAddresses", Source: "proxyaddresses", Fidelity: Differs, Note: "only one value reaches the token outside a transformation"},
	{Name: "otherMailbox", Source: "othermail", Fidelity: Differs, Note: "only one value reaches the token"},
	{Name: "objectSid", Source: "onpremisesecurityidentifier", Fidelity: Exact},
	{Name: "objectGUID", Source: "onpremisesimmutableid", Fidelity: Differs, Note: noteAnchor},
	{Name: "mS-DS-ConsistencyGuid", Source: "onpremisesimmutableid", Fidelity: Differs, Note: noteAnchor},
	{Name: "pwdLastSet", Source: "lastpasswordchangedatetime", Fidelity: Differs, Note: "the time is written in another format"},
	{Name: "userAccountControl", Source: "accountenabled", Fidelity: Differs, Note: "a true or false instead of the flags"},
	{Name: "c", Source: "country", Fidelity: Differs, Note: "Entra has the name of the country (co), not its ISO code"},
	{Name: "tokenGroups", Fidelity: GroupName},
	{Name: "memberOf", Fidelity: None, Note: "distinguished names of groups: emit the group claim, whose values are names or identifiers"},
	{Name: "manager", Fidelity: None, Note: "synchronized as a link, but no claim source: a custom claims provider must supply it"},
	{Name: "thumbnailPhoto", Fidelity: None, Note: noteCustom}, {Name: "userCertificate", Fidelity: None, Note: noteCustom},
	{Name: "primaryGroupID", Fidelity: None, Note: noteCustom}, {Name: "whenCreated", Fidelity: None, Note: noteCustom},
	{Name: "lastLogon", Fidelity: None, Note: noteCustom}, {Name: "lastLogonTimestamp", Fidelity: None, Note: noteCustom},
	{Name: "logonCount", Fidelity: None, Note: noteCustom},
	{Name: "distinguishedName", Fidelity: Extension, Note: noteExtension + "; users who move in the directory change it"},
	{Name: "cn", Fidelity: Extension, Note: noteExtension + "; displayName is often, but not always, the same"},
}

// LookupAttribute tells what becomes of an attribute of Active Directory,
// without regard to letter case. Attributes that are not known can be
// synchronized as directory extensions. A form in parentheses, as
// "tokenGroups(SID)" has it, is passed over.
func LookupAttribute(name string) Attribute {
	base, _, _ := strings.Cut(name, "(")
	if n, ok := strings.CutPrefix(strings.ToLower(base), extensionAttribute); ok && isExtension(n) {
		return Attribute{Name: name, Source: extensionAttribute + n, Fidelity: Exact}
	}
	for _, a := range attributes {
		if strings.EqualFold(a.Name, base) {
			return a
		}
	}
	return Attribute{Name: name, Fidelity: Extension, Note: noteExtension}
}

func isExtension(number string) bool {
	for _, n := range extensionNumbers {
		if n == number {
			return true
		}
	}
	return false
}

// GroupFormat is the way in which the group claim writes groups.
type GroupFormat struct {
	// Form is how AD FS names it: the attribute of Active Directory.
	Form string
	// Property is the additional property of the optional claim; empty for
	// object identifiers.
	Property string
	// Example shows a value.
	Example string
}

// groupFormats pairs the forms of token groups with those of "Configure group
// claims".
var groupFormats = []GroupFormat{
	{"tokenGroups", "sam_account_name", "Agents"},
	{"tokenGroups(domainQualifiedName)", "netbios_domain_and_sam_account_name", `CONTOSO\Agents`},
	{"tokenGroups(longDomainQualifiedName)", "dns_domain_and_sam_account_name", `contoso.com\Agents`},
	{"tokenGroups(fullDomainQualifiedName)", "dns_domain_and_sam_account_name", `contoso.com\Agents`},
	{"tokenGroups(SID)", "on_premise_security_identifier", "S-1-5-21-…-1104"},
}

// GroupClaimFormat is the format of the group claim that writes groups as a form of
// tokenGroups does.
func GroupClaimFormat(form string) (GroupFormat, bool) {
	for _, f := range groupFormats {
		if strings.EqualFold(f.Form, form) {
			return f, true
		}
	}
	return GroupFormat{}, false
}
