package claimrule

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// people are who the users are that are made up, with their departments.
var people = []struct{ given, surname, department, title string }{
	{"Ada", "Lovelace", "Engineering", "Analyst"}, {"Grace", "Hopper", "Research", "Admiral"},
	{"Alan", "Turing", "Mathematics", "Fellow"}, {"Katherine", "Johnson", "Flight Dynamics", "Lead"},
	{"Edsger", "Dijkstra", "Computing", "Professor"}, {"Barbara", "Liskov", "Languages", "Director"},
	{"Donald", "Knuth", "Typesetting", "Author"}, {"Radia", "Perlman", "Networks", "Engineer"},
	{"Tony", "Hoare", "Verification", "Scientist"}, {"Frances", "Allen", "Compilers", "Manager"},
	{"Dennis", "Ritchie", "Systems", "Architect"}, {"Shafi", "Goldwasser", "Cryptography", "Chair"},
}

const domainSID = "S-1-5-21-1004336348-1177238915-682003330"

// ordinaryUser makes up a user of Active Directory with the attributes that
// users mostly have; each number is another one.
func ordinaryUser(number int) *User {
	p := people[number%len(people)]
	login := strings.ToLower(p.given[:1] + p.surname)
	if number >= len(people) {
		login += fmt.Sprint(number)
	}
	guid := sha256.Sum256([]byte(login))
	full := p.given + " " + p.surname
	one := func(s string) []string { return []string{s} }
	u := &User{Attributes: map[string][]string{
		"sAMAccountName": one(login), "userPrincipalName": one(login + "@contoso.com"),
		"mail": one(p.given + "." + strings.TrimPrefix(login, strings.ToLower(p.given[:1])) + "@contoso.com"), "displayName": one(full), "cn": one(full), "name": one(full),
		"givenName": one(p.given), "sn": one(p.surname), "department": one(p.department), "title": one(p.title), "company": one("Contoso " + p.surname[:1]),
		"distinguishedName": one("CN=" + full + ",OU=" + p.department + ",DC=contoso,DC=com"),
		"objectSid":         one(fmt.Sprintf("%s-%d", domainSID, 2000+number)), "objectGUID": one(base64.StdEncoding.EncodeToString(guid[:16])),
		"employeeID": one(fmt.Sprint("E", 1000+number)), "telephoneNumber": one(fmt.Sprint("+49 30 ", 550000+number)),
		"physicalDeliveryOfficeName": one(fmt.Sprint("B", 100+number)), "l": one("Berlin"), "co": one("Germany"),
	}}
	u.Groups = []Group{{SID: domainSID + "-513", Name: `CONTOSO\Domain Users`}}
	return u
}

// attributeValue makes up a value of an attribute.
func attributeValue(name string, number int) string {
	switch strings.ToLower(name) {
	case "proxyaddresses":
		return fmt.Sprintf("smtp:alias%d@contoso.com", number)
	case "memberof":
		return fmt.Sprintf("CN=Team %d,OU=Groups,DC=contoso,DC=com", number)
	case "ms-ds-consistencyguid":
		sum := sha256.Sum256(fmt.Appendf(nil, "%s%d", name, number))
		return base64.StdEncoding.EncodeToString(sum[:16])
	}
	return fmt.Sprintf("%s %d", name, number)
}

// personalised gives a user the attributes of another person, where they are
// still those of the first.
func (u *User) personalised(number int) *User {
	first, other := ordinaryUser(0), ordinaryUser(number)
	for name, values := range first.Attributes {
		if slices.Equal(u.Attributes[name], values) {
			u.Attributes[name] = other.Attributes[name]
		}
	}
	return u
}

// clone is a copy that can be changed.
func (u *User) clone() *User {
	c := *u
	c.Claims = slices.Clone(u.Claims)
	c.Groups = slices.Clone(u.Groups)
	c.Attributes = maps.Clone(u.Attributes)
	c.Stores = map[string]map[string][][]string{}
	for name, queries := range u.Stores {
		c.Stores[name] = maps.Clone(queries)
	}
	return &c
}

// give makes the values of a source the given ones; what cannot be other than it
// is stays.
func (u *User) give(s *Source, values []string) {
	switch {
	case s.GroupForm != "":
		u.giveGroups(s.GroupForm, values)
	case s.Kind == DirectoryValues:
		u.giveAttribute(s, s.Name, values)
	case s.Attribute == accountAttribute:
		if len(values) > 0 {
			_, name, found := strings.Cut(values[0], `\`)
			u.giveAttribute(s, "sAMAccountName", []string{map[bool]string{true: name, false: values[0]}[found]})
		}
	case s.Attribute != "":
		u.giveAttribute(s, s.Attribute, values)
	case s.Name == TypeInsideNetwork && s.Kind == IncomingClaims:
		u.InsideCorporateNetwork = nil
		if len(values) > 0 {
			inside := strings.EqualFold(values[0], "true")
			u.InsideCorporateNetwork = &inside
		}
	case s.Kind == StoreAnswers:
		u.giveAnswers(s, values)
	default:
		u.giveClaims(s, values)
	}
}

func (u *User) giveAttribute(s *Source, name string, values []string) {
	values = slices.DeleteFunc(slices.Clone(values), func(v string) bool { return v == "" })
	switch {
	case len(values) > 0:
		u.Attributes[name] = values
	case !s.Always:
		delete(u.Attributes, name)
	}
}

// giveGroups makes the user a member of the groups with these SIDs or names, and
// of no others but Domain Users.
func (u *User) giveGroups(form string, values []string) {
	u.Groups = u.Groups[:min(1, len(u.Groups)):1]
	for i, v := range values {
		if v == "" || slices.ContainsFunc(u.Groups, func(g Group) bool { return g.SID == v || g.Name == v || g.Name == `CONTOSO\`+v }) {
			continue
		}
		g := Group{SID: fmt.Sprintf("%s-%d", domainSID, 5000+i), Name: v}
		switch {
		case form == "sid":
			g = Group{SID: v, Name: orElse(SIDName(v), "Group "+v[strings.LastIndexByte(v, '-')+1:])}
			if !strings.Contains(g.Name, `\`) && isDomainGroup(g) {
				g.Name = `CONTOSO\` + g.Name
			}
		case form == tokenGroupForms[0] || !strings.Contains(v, `\`):
			g.Name = `CONTOSO\` + v
		default:
			_, name, _ := strings.Cut(v, `\`)
			g.Name = `CONTOSO\` + name
		}
		u.Groups = append(u.Groups, g)
	}
}

func (u *User) giveClaims(s *Source, values []string) {
	claimType := s.Name
	if s.Kind == OtherClaims {
		claimType = "http://contoso.com/claims/other"
	}
	u.Claims = slices.DeleteFunc(slices.Clone(u.Claims), func(c Claim) bool { return c.Type == claimType })
	for _, v := range values {
		u.Claims = append(u.Claims, Claim{Type: claimType, Value: v})
	}
}

// issuedBy is the user with a claim for each value and issuer besides.
func (u *User) issuedBy(s *Source, values, issuers []string) *User {
	if s.Kind != IncomingClaims || s.fromDirectory() || s.Single {
		return u
	}
	u = u.clone()
	for _, issuer := range issuers {
		for _, v := range values {
			u.Claims = append(u.Claims, Claim{Type: s.Name, Value: v, Issuer: issuer})
		}
	}
	return u
}

// giveAnswers makes a store answer with the values in one column.
func (u *User) giveAnswers(s *Source, values []string) {
	if strings.EqualFold(s.Name, StoreOpaqueID) {
		return
	}
	queries := maps.Clone(u.Stores[s.Name])
	if queries == nil {
		queries = map[string][][]string{}
	}
	var rows [][]string
	for _, row := range queries[s.Query.Query.Value] {
		row = slices.Clone(row)
		row[s.Column] = ""
		rows = append(rows, row)
	}
	for i, v := range values {
		if i == len(rows) {
			rows = append(rows, make([]string, len(s.Query.Types)))
		}
		rows[i][s.Column] = v
	}
	queries[s.Query.Query.Value] = rows
	u.Stores[s.Name] = queries
}
