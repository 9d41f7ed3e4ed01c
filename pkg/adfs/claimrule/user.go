package claimrule

import (
	"slices"
	"strings"
)

// User is a person who signs in, as a users file describes them.
type User struct {
	// Claims come in beside those that are derived from the other fields.
	// A type that stands here is not derived, except that groups add up.
	Claims []Claim `json:"claims,omitempty"`
	// Attributes are the values of the user's object in Active Directory by
	// LDAP name; letter case of the name does not count. Binary values are
	// Base64, objectSid is in its S-1-… form.
	Attributes map[string][]string `json:"attributes,omitempty"`
	// Groups are those that the user is in, directly or through others.
	Groups []Group `json:"groups,omitempty"`
	// InsideCorporateNetwork is where the request comes from; nil where that
	// is not known.
	InsideCorporateNetwork *bool `json:"insideCorporateNetwork,omitempty"`
	// Stores are the answers of attribute stores, by the name of the store
	// and the text of the query, either as in the rule or with its
	// parameters filled in: rows of columns. An empty column is no value.
	Stores map[string]map[string][][]string `json:"stores,omitempty"`
}

// Group is a group of Active Directory. Name is DOMAIN\name.
type Group struct {
	SID  string `json:"sid"`
	Name string `json:"name"`
}

// Attribute returns the values of an attribute; letter case of the name does
// not count.
func (u *User) Attribute(name string) []string {
	if values, ok := u.Attributes[name]; ok {
		return values
	}
	found := ""
	for key := range u.Attributes {
		if sameWord(key, name) && (found == "" || key < found) {
			found = key
		}
	}
	return u.Attributes[found]
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

func (u *User) first(attribute string) string {
	if values := u.Attribute(attribute); len(values) > 0 {
		return values[0]
	}
	return ""
}

// Domain is the NetBIOS and the DNS name of the user's domain, as far as
// anything tells them; empty where nothing does.
func (u *User) Domain() (netBIOS, dns string) { return u.domain(), u.dnsDomain() }

// domain is the NetBIOS name of the user's domain, as far as anything tells
// it: a claim with the account, msDS-PrincipalName, the names of groups, the
// name of the domain's DNS zone.
func (u *User) domain() string {
	for _, c := range u.Claims {
		if name, _, ok := strings.Cut(c.Value, `\`); ok && c.Type == TypeWindowsAccount {
			return name
		}
	}
	if name, _, ok := strings.Cut(u.first("msDS-PrincipalName"), `\`); ok {
		return name
	}
	for _, g := range u.Groups {
		name, _, ok := strings.Cut(g.Name, `\`)
		if ok && isDomainGroup(g) {
			return name
		}
	}
	label, _, _ := strings.Cut(u.dnsDomain(), ".")
	return strings.ToUpper(label)
}

// isDomainGroup tells groups of a domain from those that every Windows has.
func isDomainGroup(g Group) bool {
	return g.SID == "" || strings.HasPrefix(strings.ToUpper(g.SID), "S-1-5-21-")
}

// dnsDomain is the DNS name of the user's domain: the DC parts of the
// distinguished name, else the suffix of the UPN.
func (u *User) dnsDomain() string {
	var labels []string
	for part := range strings.SplitSeq(u.first("distinguishedName"), ",") {
		if name, value, ok := strings.Cut(strings.TrimSpace(part), "="); ok && strings.EqualFold(name, "DC") {
			labels = append(labels, value)
		}
	}
	if len(labels) > 0 {
		return strings.Join(labels, ".")
	}
	_, suffix, _ := strings.Cut(u.first("userPrincipalName"), "@")
	return suffix
}

// account is DOMAIN\sAMAccountName, empty where the attributes do not tell it.
func (u *User) account() string {
	sam, domain := u.first("sAMAccountName"), u.domain()
	if sam == "" || domain == "" {
		return u.first("msDS-PrincipalName")
	}
	return domain + `\` + sam
}

// guessedAccount stands in for the account of a user whose attributes do not
// tell it. Everybody in Active Directory has one, and rules start their queries
// from it.
func (u *User) guessedAccount() string {
	if len(u.Attributes) == 0 {
		return ""
	}
	name := "user"
	for _, attribute := range []string{"sAMAccountName", "userPrincipalName", "mail", "cn", "displayName"} {
		if local, _, _ := strings.Cut(u.first(attribute), "@"); local != "" {
			name = local
			break
		}
	}
	return orElse(u.domain(), "DOMAIN") + `\` + name
}

// missingOfAccount names what a user would need to have for the account to be
// known.
func (u *User) missingOfAccount() string {
	if u.first("sAMAccountName") == "" {
		return "sAMAccountName"
	}
	return "attribute that tells the domain (distinguishedName, userPrincipalName or msDS-PrincipalName)"
}

// guesses tells whether the account among the incoming claims is a guess.
func (u *User) guesses() bool {
	return u.account() == "" && len(u.Attributes) > 0 &&
		!slices.ContainsFunc(u.Claims, func(c Claim) bool { return c.Type == TypeWindowsAccount })
}

// Incoming is the set of claims that AD FS has about the user before the first
// issuance rule: those that the acceptance rules of Active Directory pass by
// default, derived from attributes and groups, and those given.
func (u *User) Incoming() []Claim {
	given := map[string]bool{}
	for _, c := range u.Claims {
		given[c.Type] = true
	}
	var list []Claim
	derive := func(claimType, value, issuer string) {
		if value != "" && !given[claimType] {
			list = append(list, Claim{Type: claimType, Value: value, Issuer: issuer}.complete())
		}
	}
	derive(TypeWindowsAccount, orElse(u.account(), u.guessedAccount()), ADAuthority)
	derive(TypeName, u.account(), ADAuthority)
	derive(TypeUPN, u.first("userPrincipalName"), ADAuthority)
	derive(TypePrimarySID, u.first("objectSid"), ADAuthority)
	list = append(list, u.groupClaims()...)
	if u.InsideCorporateNetwork != nil {
		derive(TypeInsideNetwork, map[bool]string{true: "true", false: "false"}[*u.InsideCorporateNetwork], LocalAuthority)
	}
	for _, c := range u.Claims {
		list = append(list, c.complete())
	}
	return list
}

// groupClaims are the Group SID claims of the groups that are not among the
// claims given.
func (u *User) groupClaims() []Claim {
	seen := map[string]bool{}
	for _, c := range u.Claims {
		if c.Type == TypeGroupSID {
			seen[c.Value] = true
		}
	}
	var list []Claim
	for _, g := range u.Groups {
		if g.SID != "" && !seen[g.SID] {
			seen[g.SID] = true
			list = append(list, Claim{Type: TypeGroupSID, Value: g.SID}.complete())
		}
	}
	return list
}
