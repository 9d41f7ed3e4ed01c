package entra

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dlclark/regexp2/v2"
)

// Output is a claim in a token.
type Output struct {
	Type   string
	Values []string
	// Unknown says why the values cannot be told: because Entra's documents do
	// not say what it does, or because the user does not; empty where Values are
	// what Entra emits.
	Unknown string
}

// Token is what Entra emits about a user.
type Token struct {
	// NameID always has one value; Pairwise tells that it is an identifier that
	// Entra computes, as there is no value to send. Its Values are then empty.
	NameID   Output
	Pairwise bool
	// Format is the word for the format of the NameID: [NameID.Format].
	Format string
	// Claims have one output for each type, in the order of the policy, without
	// those that every token has ([CoreClaims]). Claims without a value are left
	// out.
	Claims []Output
}

// Evaluator evaluates the claims of an application for one user after the
// other. It is not safe for concurrent use.
type Evaluator struct {
	claims   *Claims
	assigned []Group
	regexes  map[string]compiled
}

type compiled struct {
	re  *regexp2.Regexp
	err error
}

// NewEvaluator returns an evaluator of the claims. The groups assigned are those
// that an AssignedGroups claim emits. Neither may change while it is in use.
func NewEvaluator(c *Claims, assigned []Group) *Evaluator {
	return &Evaluator{claims: c, assigned: assigned, regexes: map[string]compiled{}}
}

// BasicClaims are the types of the basic claim set, with the attribute that
// each is made of. Those that have no value are left out.
var basicClaims = []struct{ claimType, id string }{
	{soapClaims + "givenname", "givenname"}, {soapClaims + "surname", "surname"}, {soapClaims + "emailaddress", "mail"}, {TypeName, defaultNameID},
}

// BasicClaims are the types of the basic claim set.
func BasicClaims() []string {
	out := make([]string, len(basicClaims))
	for i, c := range basicClaims {
		out[i] = c.claimType
	}
	return out
}

// CoreClaims are the types that every token has whatever the policy says, with
// values about the sign-in and the user object that a policy cannot change.
func CoreClaims() []string {
	return []string{identity + "tenantid", identity + "objectidentifier", identity + "displayname", identity + "identityprovider", microsoftRef + "authnmethodsreferences"}
}

// Evaluate says what Entra emits about a user. Of the configurations of a claim
// whose condition the user meets, those made of an attribute come before those
// made by transformations, each from the first to the last; the last one that
// has a value wins ("Customize SAML token claims").
func (e *Evaluator) Evaluate(u *User) *Token {
	t := &Token{Format: orDefault(e.claims.NameID.Format, "default")}
	e.nameID(t, u)
	for i := range e.claims.Claims {
		c := &e.claims.Claims[i]
		if RestrictionOf(c.Type()) != Restricted {
			t.add(e.configured(u, c.Type(), c.Configurations))
		}
	}
	if e.claims.Basic {
		for _, b := range basicClaims {
			if !slices.ContainsFunc(e.claims.Claims, func(c Claim) bool { return strings.EqualFold(c.Type(), b.claimType) }) {
				t.add(e.configured(u, b.claimType, []Configuration{{Source: AttributeSource(b.id)}}))
			}
		}
	}
	if slices.ContainsFunc(e.claims.Optional, func(name string) bool { return strings.EqualFold(name, "upn") }) {
		t.add(e.configured(u, TypeUPN, []Configuration{{Source: AttributeSource(defaultNameID)}}))
	}
	t.add(e.groups(u))
	if !e.groupsAsRoles() {
		t.add(Output{Type: TypeRole, Values: e.roles(u)})
	}
	return t
}

func (t *Token) add(o Output) {
	if len(o.Values) == 0 && o.Unknown == "" {
		return
	}
	for i := range t.Claims {
		if strings.EqualFold(t.Claims[i].Type, o.Type) {
			t.Claims[i].Values = append(t.Claims[i].Values, o.Values...)
			t.Claims[i].Unknown = orDefault(t.Claims[i].Unknown, o.Unknown)
			return
		}
	}
	t.Claims = append(t.Claims, o)
}

func (e *Evaluator) nameID(t *Token, u *User) {
	list := e.claims.NameID.Configurations
	if len(list) == 0 {
		list = []Configuration{{Source: AttributeSource(defaultNameID)}}
	}
	t.NameID = e.configured(u, TypeNameID, list)
	if len(t.NameID.Values) == 0 && t.NameID.Unknown == "" {
		t.Pairwise = true
	}
	t.NameID.Values = t.NameID.Values[:min(len(t.NameID.Values), 1)]
}

// evaluationOrder lists the indexes of configurations in the order in which
// Entra looks at them.
func evaluationOrder(list []Configuration) []int {
	var order []int
	for _, transformed := range []bool{false, true} {
		for i := range list {
			if (len(list[i].Transformations) > 0) == transformed {
				order = append(order, i)
			}
		}
	}
	return order
}

// configured is the value of a claim.
func (e *Evaluator) configured(u *User, claimType string, list []Configuration) Output {
	out := Output{Type: claimType}
	for _, i := range evaluationOrder(list) {
		meets := u.meets(list[i].Condition)
		if meets == no {
			continue
		}
		v := e.value(u, claimType, &list[i])
		switch {
		case v.unknown == "" && len(v.values) == 0:
		case v.unknown != "":
			out.Values, out.Unknown = nil, v.unknown
		case meets == perhaps:
			out.Values, out.Unknown = nil, "its condition names several groups, and the user is in some of them alone"
		default:
			out.Values, out.Unknown = v.values, ""
		}
	}
	return out
}

// answer is a yes, a no, or neither.
type answer uint8

const (
	no answer = iota
	yes
	perhaps
)

// meets tells whether a condition holds for the user. Whether one or all of
// several groups count is not documented.
func (u *User) meets(c Condition) answer {
	switch c.UserType {
	case Members, AADGuests, ExternalGuests:
		if u.Type != c.UserType {
			return no
		}
	case AllGuests:
		if u.Type == Members || u.Type == AnyUser || u.Type == "" {
			return no
		}
	}
	in := 0
	for _, g := range c.Groups {
		if u.in(g) {
			in++
		}
	}
	switch in {
	case len(c.Groups):
		return yes
	case 0:
		return no
	}
	return perhaps
}

// in tells whether the user is in a group, by the object id, else the SID, else
// the name.
func (u *User) in(g Group) bool {
	return slices.ContainsFunc(u.Groups, func(own UserGroup) bool { return own.is(g) })
}

func (own *UserGroup) is(g Group) bool {
	switch {
	case g.ObjectID != "" && own.ObjectID != "":
		return strings.EqualFold(g.ObjectID, own.ObjectID)
	case g.SID != "" && own.SID != "":
		return strings.EqualFold(g.SID, own.SID)
	}
	return g.Name != "" && strings.EqualFold(g.Name, own.Name)
}

// computed are values, or why they are not known.
type computed struct {
	values  []string
	unknown string
}

func unknownf(format string, args ...any) computed {
	return computed{unknown: fmt.Sprintf(format, args...)}
}

// value is what a configuration gives.
func (e *Evaluator) value(u *User, claimType string, c *Configuration) computed {
	v := e.source(u, c.Source)
	if len(c.Transformations) == 0 {
		return v.emitted(c.Source)
	}
	for i, t := range c.Transformations {
		if v.unknown != "" {
			return v
		}
		if i > 0 && len(v.values) > 1 {
			return unknownf("what a second transformation makes of several values is not documented")
		}
		if !t.Parameters.TreatAsMultiValue {
			v.values = v.values[:min(len(v.values), 1)]
		}
		if v = e.transform(u, claimType, t, v.values); v.unknown == noMatch && c.Fallback == nil {
			return unknownf("what %s emits where its expression does not match, and no output is given for it, is not documented", t.Method)
		} else if v.unknown == noMatch {
			v = computed{}
		}
	}
	if len(v.values) == 0 && v.unknown == "" && c.Fallback != nil {
		return e.source(u, *c.Fallback).emitted(*c.Fallback)
	}
	return v
}

// emitted are the values that a source emits without transformation.
func (v computed) emitted(s ClaimSource) computed {
	if s.Kind == FromAttribute && s.ID != userSource+"assignedroles" {
		v.values = v.values[:min(len(v.values), 1)]
	}
	return v
}

// source are the values of a source, without empty ones.
func (e *Evaluator) source(u *User, s ClaimSource) computed {
	switch s.Kind {
	case FromConstant:
		return computed{values: nonEmpty([]string{s.Value})}
	case FromExtension:
		name := s.ID
		if attribute, ok := ExtensionAttribute(s.ID); ok {
			name = attribute
		}
		return computed{values: u.Extensions[strings.ToLower(name)]}
	}
	object, id, _ := strings.Cut(strings.ToLower(s.ID), ".")
	switch {
	case object != "user":
		return unknownf("the value of %s is one of the tenant, which the user does not tell", s.ID)
	case id == "assignedroles":
		return computed{values: e.roles(u)}
	case id == pairwiseID:
		return computed{}
	case id == "objectid":
		return unknownf("the object id of a user is made up by Entra")
	case u.Unknown[id] != "":
		return unknownf("%s: %s", s.ID, u.Unknown[id])
	}
	if _, known := LookupSource(id); !known {
		return unknownf("there is no attribute %s", s.ID)
	}
	return computed{values: u.Attributes[id]}
}

// roles are the values of the app roles of the user, each once.
func (e *Evaluator) roles(u *User) []string {
	var values []string
	for _, r := range e.claims.Roles {
		if u.in(r.Group) && !slices.Contains(values, r.Value) {
			values = append(values, r.Value)
		}
	}
	return values
}
