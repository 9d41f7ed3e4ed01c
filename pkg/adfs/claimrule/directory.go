package claimrule

import (
	"fmt"
	"slices"
	"strings"
)

// DirectoryQuery is a query of the store "Active Directory",
// "filter;attribute,attribute;DOMAIN\user", in its parts, with the
// placeholders still in them. Without a filter, the account names the user;
// with one, it only names the domain that is searched.
type DirectoryQuery struct {
	Filter     string
	Attributes []string
	Account    string
}

// ParseDirectoryQuery takes a query of the store "Active Directory" apart.
func ParseDirectoryQuery(query string) (DirectoryQuery, error) {
	parts := strings.Split(query, ";")
	if len(parts) != 3 {
		return DirectoryQuery{}, fmt.Errorf(`query %s has %d parts, expected 3: "filter;attribute,attribute;{0}", the filter may be empty`, quoteShort(query), len(parts))
	}
	q := DirectoryQuery{Filter: strings.TrimSpace(parts[0]), Account: strings.TrimSpace(parts[2])}
	for name := range strings.SplitSeq(parts[1], ",") {
		q.Attributes = append(q.Attributes, strings.TrimSpace(name))
	}
	if slices.Contains(q.Attributes, "") {
		return q, fmt.Errorf("query %s names no attribute in one place, expected names separated by commas", quoteShort(query))
	}
	if q.Account == "" {
		return q, fmt.Errorf(`query %s names no account, expected "{0}" behind the last semicolon`, quoteShort(query))
	}
	return q, nil
}

// parseQuery takes the query of a rule apart, whose attributes must fit its
// types.
func parseQuery(q *Query) (DirectoryQuery, error) {
	d, err := ParseDirectoryQuery(q.Query.Value)
	if err == nil && len(d.Attributes) != len(q.Types) {
		err = fmt.Errorf("query %s asks for %d attributes, expected %d, one for each type", quoteShort(q.Query.Value), len(d.Attributes), len(q.Types))
	}
	return d, err
}

// directory answers a query of Active Directory from the user's attributes.
func (p *person) directory(rule int, q *Query, params []string) ([]answer[string, bool], error) {
	d, err := parseQuery(q)
	if err != nil {
		return nil, err
	}
	account, err := fillIn(d.Account, params)
	if err != nil {
		return nil, err
	}
	found, err := p.finds(rule, d, account, params)
	if err != nil || !found {
		return nil, err
	}
	var list []answer[string, bool]
	for i, name := range d.Attributes {
		values, err := p.values(name)
		if err != nil {
			return nil, err
		}
		for _, v := range values {
			list = append(list, answer[string, bool]{i, v, true, ADAuthority})
		}
	}
	return list, nil
}

// finds tells whether the query is about this user. What the directory holds
// about others is not known.
func (p *person) finds(rule int, d DirectoryQuery, account string, params []string) (bool, error) {
	own := slices.ContainsFunc(p.accounts, func(own string) bool { return strings.EqualFold(own, account) })
	switch {
	case !own && !strings.Contains(account, `\`):
		return false, fmt.Errorf(`account %s of a query of Active Directory, expected the form DOMAIN\user`, quoteShort(account))
	case d.Filter == "" && !own:
		return false, fmt.Errorf("query %s is about the account %s, expected that of the user, %s", quoteShort(d.Account), quoteShort(account), quoteList(p.accounts))
	case d.Filter == "":
		return true, nil
	}
	text, err := fillIn(d.Filter, params)
	if err != nil {
		return false, err
	}
	filter, err := parseFilter(text)
	if err != nil {
		return false, err
	}
	if !filter.matches(p.searched) {
		p.note(rule, "the directory was searched for "+quoteShort(text)+", which is not this user: the answer is taken to be empty")
		return false, nil
	}
	return true, nil
}

// searched are the values of an attribute that a filter compares: the user is
// a person and has an account, whatever the attributes tell.
func (p *person) searched(name string) []string {
	values := p.user.Attribute(name)
	switch strings.ToLower(name) {
	case "objectclass", "objectcategory":
		return append([]string{"user", "person"}, values...)
	case "samaccountname":
		if len(values) == 0 {
			return p.accountNames()
		}
	}
	return values
}

// accountNames are the accounts of the user without their domain.
func (p *person) accountNames() []string {
	var names []string
	for _, account := range p.accounts {
		names = append(names, account[strings.IndexByte(account, '\\')+1:])
	}
	return names
}

// values are the values of an attribute as the store answers with them.
func (p *person) values(name string) ([]string, error) {
	if strings.EqualFold(name, "sAMAccountName") && !p.user.guesses() && p.user.Attribute(name) == nil {
		return p.accountNames(), nil
	}
	return p.user.directoryValues(name)
}

func quoteList(values []string) string {
	if len(values) == 0 {
		return "which has none"
	}
	out := make([]string, 0, len(values))
	for _, v := range values[:min(len(values), 5)] {
		out = append(out, quoteShort(v))
	}
	return orList(out)
}

// accountsOf lists the accounts of the user, DOMAIN\name.
func accountsOf(incoming []*fact[string, bool]) []string {
	var list []string
	for _, f := range incoming {
		if f.properties[Type] == TypeWindowsAccount {
			list = append(list, f.properties[Value])
		}
	}
	return list
}

// directoryValues are the values of an attribute as the store gives them: the
// token groups are computed from the groups of the user.
func (u *User) directoryValues(name string) ([]string, error) {
	if values := u.Attribute(name); values != nil {
		return values, nil
	}
	base, form, formed := strings.Cut(strings.TrimSuffix(name, ")"), "(")
	if !strings.EqualFold(base, "tokenGroups") {
		return nil, nil
	}
	if !formed {
		form = "unqualified"
	}
	form = strings.ToLower(form)
	if !slices.Contains(tokenGroupForms, form) {
		return nil, unknownForm(name)
	}
	var values []string
	for _, g := range u.Groups {
		v, err := u.groupValue(g, form)
		if err != nil {
			return nil, err
		}
		values = append(values, v)
	}
	return values, nil
}

func unknownForm(name string) error {
	return fmt.Errorf("unknown form of %s, expected tokenGroups or tokenGroups(form) with one of %s", quoteShort(name), strings.Join(tokenGroupForms[1:], ", "))
}

// tokenGroupForms are the ways in which the store writes token groups; the
// first is that without a form.
var tokenGroupForms = []string{"unqualified", "sid", "domainqualifiedname", "longdomainqualifiedname", "fulldomainqualifiedname"}

func (u *User) groupValue(g Group, form string) (string, error) {
	if form == "sid" {
		if g.SID == "" {
			return "", fmt.Errorf("group %s has no SID, expected one for tokenGroups(SID)", quoteShort(g.Name))
		}
		return g.SID, nil
	}
	if g.Name == "" {
		g.Name = SIDName(g.SID)
	}
	if g.Name == "" {
		return "", fmt.Errorf("group %s has no name, expected DOMAIN\\name for tokenGroups", quoteShort(g.SID))
	}
	domain, name, qualified := strings.Cut(g.Name, `\`)
	if !qualified {
		domain, name = u.domain(), g.Name
	}
	switch form {
	case "unqualified":
		return name, nil
	case "domainqualifiedname":
		return domain + `\` + name, nil
	}
	if dns := u.dnsDomain(); dns != "" && isDomainGroup(g) {
		domain = dns
	}
	return domain + `\` + name, nil
}
