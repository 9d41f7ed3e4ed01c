package claimrule

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
)

// The attribute stores that every AD FS has.
const (
	StoreAD       = "Active Directory"
	StoreOpaqueID = "_OpaqueIdStore"
	storePassword = "_PasswordExpiryStore"
	storeProxy    = "_ProxyCredentialStore"
)

// builtinStores lists the stores that need not be configured.
var builtinStores = []string{StoreAD, StoreOpaqueID, storePassword, storeProxy}

// UnknownStoreError is the reason of an [*EvalError] where the user says
// nothing about a store, or about one of its queries.
type UnknownStoreError struct {
	Store string
	// Query is the text of the query with its parameters filled in; empty
	// where the whole store is unknown.
	Query string
}

// Error says what to put into the users file.
func (e *UnknownStoreError) Error() string {
	if e.Query == "" {
		return fmt.Sprintf("unknown attribute store %s: declare its answers under \"stores\" of the user", quoteShort(e.Store))
	}
	return fmt.Sprintf("attribute store %s has no answer declared to %s: add it under \"stores\" of the user", quoteShort(e.Store), quoteShort(e.Query))
}

// query answers from what the user declares; else Active Directory from the
// attributes, and the opaque identifiers by a stand-in.
func (p *person) query(rule int, q *Query, params []string) ([]answer[string, bool], error) {
	text, err := fillIn(q.Query.Value, params)
	if err != nil {
		return nil, err
	}
	store := q.Store.Value
	issuer := LocalAuthority
	if strings.EqualFold(store, StoreAD) {
		issuer = ADAuthority
	}
	declared, known := p.declared(store)
	for _, key := range []string{text, q.Query.Value} {
		if rows, ok := declared[key]; ok {
			return rowAnswers(rows, issuer), nil
		}
	}
	switch {
	case strings.EqualFold(store, StoreAD):
		return p.directory(rule, q, params)
	case strings.EqualFold(store, StoreOpaqueID):
		p.note(rule, "the identifier of _OpaqueIdStore is a stand-in: AD FS computes it with a secret of the farm")
		return []answer[string, bool]{{value: opaque(params), when: true, issuer: issuer}}, nil
	case known:
		return nil, &UnknownStoreError{Store: store, Query: text}
	}
	return nil, &UnknownStoreError{Store: store}
}

func (p *person) declared(store string) (map[string][][]string, bool) {
	if queries, ok := p.user.Stores[store]; ok {
		return queries, true
	}
	for _, name := range sortedKeys(p.user.Stores) {
		if strings.EqualFold(name, store) {
			return p.user.Stores[name], true
		}
	}
	return nil, false
}

func rowAnswers(rows [][]string, issuer string) []answer[string, bool] {
	var list []answer[string, bool]
	for _, row := range rows {
		for i, v := range row {
			if v != "" {
				list = append(list, answer[string, bool]{i, v, true, issuer})
			}
		}
	}
	return list
}

// opaque stands in for the identifiers of _OpaqueIdStore: the same parameters
// give the same one.
func opaque(params []string) string {
	h := sha256.New()
	for _, s := range params {
		fmt.Fprintf(h, "%d:%s", len(s), s)
	}
	return base64.StdEncoding.EncodeToString(h.Sum(nil))
}

// fillIn replaces {0}, {1} … by the parameters, and {{ and }} by one brace, as
// String.Format does.
func fillIn(format string, params []string) (string, error) {
	var b strings.Builder
	for i := 0; i < len(format); {
		rest := format[i:]
		switch {
		case strings.HasPrefix(rest, "{{"), strings.HasPrefix(rest, "}}"):
			b.WriteByte(rest[0])
			i += 2
		case rest[0] == '{':
			n, size, err := placeholder(rest)
			if err != nil {
				return "", err
			}
			if n >= len(params) {
				return "", fmt.Errorf("placeholder {%d} of query %s has no param, expected one more", n, quoteShort(format))
			}
			b.WriteString(params[n])
			i += size
		default:
			b.WriteByte(rest[0])
			i++
		}
		if b.Len() > maxValue {
			return "", fmt.Errorf("query of more than %d bytes, expected a shorter one", maxValue)
		}
	}
	return b.String(), nil
}

// placeholder reads "{0}" at the start of s.
func placeholder(s string) (n, size int, err error) {
	end := strings.IndexByte(s, '}')
	if end < 0 || end > 8 {
		return 0, 0, fmt.Errorf(`query with an open brace %s, expected a placeholder such as "{0}"`, quoteShort(s))
	}
	n, err = strconv.Atoi(strings.TrimSpace(s[1:end]))
	if err != nil || n < 0 {
		return 0, 0, fmt.Errorf(`query with %s, expected a placeholder such as "{0}"`, quoteShort(s[:end+1]))
	}
	return n, end + 1, nil
}

// placeholders lists the numbers of the placeholders of a query.
func placeholders(format string) ([]int, error) {
	var list []int
	for i := 0; i < len(format); i++ {
		switch {
		case strings.HasPrefix(format[i:], "{{"), strings.HasPrefix(format[i:], "}}"):
			i++
		case format[i] == '{':
			n, size, err := placeholder(format[i:])
			if err != nil {
				return list, err
			}
			list = append(list, n)
			i += size - 1
		}
	}
	return list, nil
}
