package claimrule

import (
	"fmt"
	"slices"
	"strings"
)

// query answers with elements of which nothing is known.
func (s *stranger) query(_ int, q *Query, params []Term) (replies, error) {
	for _, p := range params {
		if u := p.term().unclear; u != nil {
			return s.unknownAnswers(q, u), nil
		}
	}
	if strings.EqualFold(q.Store.Value, StoreAD) {
		return s.directory(q, params)
	}
	if list, err := placeholders(q.Query.Value); err != nil {
		return nil, err
	} else if len(list) > 0 && slices.Max(list) >= len(params) {
		return nil, fmt.Errorf("placeholder {%d} of query %s has no param, expected one more", slices.Max(list), quoteShort(q.Query.Value))
	}
	opaque := strings.EqualFold(q.Store.Value, StoreOpaqueID)
	var list replies
	for i := range q.Types {
		source := s.source(Source{Kind: StoreAnswers, Name: q.Store.Value, Query: q, Params: params, Column: i, Single: opaque, Always: opaque})
		list = append(list, s.answer(i, source, s.yes, LocalAuthority))
		if opaque {
			break
		}
	}
	return list, nil
}

// answer is a column of an answer.
func (s *stranger) answer(column int, source *Source, when Formula, issuer string) answer[Term, Formula] {
	e := s.element(source, answerIndex+column)
	return answer[Term, Formula]{column, s.item(e, Value, ""), s.and(when, s.present(e)), issuer}
}

func (s *stranger) unknownAnswers(q *Query, u *Unclear) replies {
	list := make(replies, len(q.Types))
	for i := range list {
		list[i] = answer[Term, Formula]{i, u, u, LocalAuthority}
	}
	return list
}

func (s *stranger) directory(q *Query, params []Term) (replies, error) {
	d, err := parseQuery(q)
	if err != nil {
		return nil, err
	}
	when, err := s.finds(q, d, params)
	if err != nil {
		return nil, err
	}
	var list replies
	for i, name := range d.Attributes {
		source := directorySource(name)
		if source.GroupForm != "" && !slices.Contains(tokenGroupForms, source.GroupForm) {
			return nil, unknownForm(name)
		}
		list = append(list, s.answer(i, s.source(*source), when, ADAuthority))
	}
	return list, nil
}

// finds is the condition under which a query is about the user.
func (s *stranger) finds(q *Query, d DirectoryQuery, params []Term) (Formula, error) {
	account, err := s.filledIn(d.Account, params)
	if err != nil {
		return nil, err
	}
	own := s.isAccount(account)
	if text, fixed := s.literal(account); !own && (d.Filter == "" || !fixed || !strings.Contains(text, `\`)) {
		return nil, fmt.Errorf("query %s is about the account %s, expected that of the user", quoteShort(q.Query.Value), quoteShort(account.String()))
	}
	if d.Filter == "" {
		return s.yes, nil
	}
	return s.filtered(q, d, params)
}

// filledIn is a query with the parameters put in.
func (s *stranger) filledIn(format string, params []Term) (Term, error) {
	var parts []Term
	for format != "" {
		at := strings.IndexByte(format, '{')
		if at < 0 || strings.HasPrefix(format[at:], "{{") || strings.Contains(format[:at], "}}") {
			break
		}
		n, size, err := placeholder(format[at:])
		if err != nil {
			return nil, err
		}
		if n >= len(params) {
			return nil, fmt.Errorf("placeholder {%d} of query %s has no param, expected one more", n, quoteShort(format))
		}
		parts = append(parts, s.constant(format[:at]), params[n])
		format = format[at+size:]
	}
	rest, err := fillIn(format, nil)
	if err != nil {
		return nil, err
	}
	return s.join(append(parts, s.constant(rest))), nil
}

// sampleAccounts stand for the accounts of all users where it is asked what an
// expression makes of them: their names have what names of accounts can have.
var sampleAccounts = []string{`CONTOSO\ada`, `C\Ada.Lovelace-1`, `NT-DOM1\svc_web$`, `a.b\o'neil x`, `X\MIA@home#2`, `WWW\w%&!~^{}`}

// sampled evaluates an expression of nothing but the user's account on samples.
func (s *stranger) sampled(v Term) ([]string, bool) {
	if len(v.term().elements) != 1 || v.term().elements[0] != s.account.Element {
		return nil, false
	}
	list := make([]string, len(sampleAccounts))
	for i, account := range sampleAccounts {
		c, ok := s.changedValue(v, change{items: map[*Item]Term{s.account: s.constant(account)}}).(*Constant)
		if !ok {
			return nil, false
		}
		list[i] = c.Text
	}
	return list, true
}

// isAccount tells whether an expression always is the user's account.
func (s *stranger) isAccount(v Term) bool {
	if v == Term(s.account) {
		return true
	}
	list, ok := s.sampled(v)
	return ok && slices.EqualFunc(list, sampleAccounts, strings.EqualFold)
}

// filtered is the condition under which an LDAP filter finds the user. A filter
// for the user's own account name always does.
func (s *stranger) filtered(q *Query, d DirectoryQuery, params []Term) (Formula, error) {
	text, err := s.filledIn(d.Filter, params)
	if err != nil {
		return nil, err
	}
	list, ok := s.sampled(text)
	if !ok {
		return s.found(q, params), nil
	}
	for i, account := range sampleAccounts {
		f, err := parseFilter(list[i])
		if err != nil {
			return nil, err
		}
		_, name, _ := strings.Cut(account, `\`)
		if !f.matches(func(attribute string) []string { return accountValues(attribute, name) }) {
			return s.found(q, params), nil
		}
	}
	return s.yes, nil
}

// accountValues are the values of the attributes that tell nothing about a user
// but the account name.
func accountValues(attribute, name string) []string {
	switch strings.ToLower(attribute) {
	case "samaccountname":
		return []string{name}
	case "objectclass", "objectcategory":
		return []string{"user", "person"}
	}
	return nil
}
