package entra

import (
	"strconv"
	"strings"
)

// User is a user of Entra who signs in.
type User struct {
	// Attributes are the values by the ID of a [UserAttribute], Extensions those
	// of directory extensions by the attribute that they were made of; keys are
	// in lower case.
	Attributes, Extensions map[string][]string
	// Unknown says why the value of an attribute is not known, by its ID.
	Unknown map[string]string
	// Type is the kind of user: Members, AADGuests or ExternalGuests.
	Type UserType
	// Groups are those that the user is in, directly or through others.
	Groups []UserGroup
	// Unsynchronized are those of Active Directory that Entra does not know.
	Unsynchronized []UserGroup
}

// UserGroup is a group of Active Directory as the group claim can write it.
type UserGroup struct {
	Group
	// Names are how the group claim writes it, by the additional property of
	// [GroupFormat]. The display name is that under "cloud_displayname".
	Names map[string]string
}

// Account is a user of Active Directory, for [Synchronize].
type Account struct {
	// Attributes are the values by LDAP name.
	Attributes map[string][]string
	// NetBIOS and DNS name the domain.
	NetBIOS, DNS string
	Groups       []Group
}

// Synchronize is the user that Entra Connect makes of an account by default:
// "Attributes synchronized by Microsoft Entra Connect". Attributes that have no
// place of their own are taken to be synchronized as directory extensions, as
// claims that need them demand.
func Synchronize(a Account) *User {
	u := &User{Attributes: map[string][]string{}, Extensions: map[string][]string{}, Unknown: map[string]string{}, Type: Members}
	for name, values := range a.Attributes {
		if values = nonEmpty(values); len(values) > 0 {
			u.synchronize(LookupAttribute(name), strings.ToLower(name), values)
		}
	}
	for id, value := range map[string]string{"netbiosname": a.NetBIOS, "dnsdomainname": a.DNS, "onpremisesdomainname": a.DNS, "usertype": "Member", "onpremisessyncenabled": "true"} {
		if value != "" {
			u.Attributes[id] = []string{value}
		}
	}
	for _, g := range a.Groups {
		if g.Synchronized() {
			u.Groups = append(u.Groups, a.group(g))
		} else {
			u.Unsynchronized = append(u.Unsynchronized, a.group(g))
		}
	}
	return u
}

func (u *User) synchronize(a Attribute, name string, values []string) {
	source, _ := LookupSource(a.Source)
	switch {
	case a.Fidelity == Extension:
		u.Extensions[name] = values
	case a.Fidelity == Exact && source.Several, a.Fidelity == Differs && source.Several:
		u.Attributes[a.Source] = values
	case a.Fidelity == Exact:
		u.Attributes[a.Source] = values[:1]
	case a.Fidelity == Differs && !exactSource(a.Source):
		u.Unknown[a.Source] = a.Note
	}
}

// exactSource tells sources that another attribute fills exactly.
func exactSource(id string) bool {
	for _, a := range attributes {
		if a.Source == id && a.Fidelity == Exact {
			return true
		}
	}
	return false
}

func nonEmpty(values []string) []string {
	var out []string
	for _, v := range values {
		if v != "" {
			out = append(out, v)
		}
	}
	return out
}

// firstOwnRID is the first number of a SID that a domain gives to groups of its
// own. Those below, as Domain Users, are critical system objects, which Entra
// Connect leaves out, as it does those that every Windows has.
const firstOwnRID = 1000

// Synchronized tells whether Entra Connect brings a group of Active Directory. One
// without a SID is taken to be brought, and one whose object id is known is there.
func (g Group) Synchronized() bool {
	if g.SID == "" || g.ObjectID != "" {
		return true
	}
	rid, err := strconv.ParseUint(g.SID[strings.LastIndexByte(g.SID, '-')+1:], 10, 32)
	return strings.HasPrefix(g.SID, "S-1-5-21-") && err == nil && rid >= firstOwnRID
}

// group is a group as the group claim writes it.
func (a *Account) group(g Group) UserGroup {
	names := map[string]string{}
	if g.SID != "" {
		names["on_premise_security_identifier"] = g.SID
	}
	domain, name, qualified := strings.Cut(g.Name, `\`)
	if !qualified {
		domain, name = a.NetBIOS, g.Name
	}
	if name != "" {
		names["sam_account_name"], names[displayNames] = name, name
		names["netbios_domain_and_sam_account_name"] = domain + `\` + name
		if a.DNS != "" {
			names["dns_domain_and_sam_account_name"] = a.DNS + `\` + name
		}
	}
	return UserGroup{Group: g, Names: names}
}
