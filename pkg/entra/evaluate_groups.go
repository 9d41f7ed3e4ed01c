package entra

import (
	"fmt"
	"strings"
)

// groupsAsRoles tells whether groups take the place of app roles.
func (e *Evaluator) groupsAsRoles() bool {
	g := &e.claims.Groups
	return g.emits() && (g.EmitAsRoles || strings.EqualFold(g.Claim, TypeRole))
}

func (g *GroupClaim) emits() bool { return g.Emit != "" && g.Emit != NoGroups }

// Type is the claim type of the group claim.
func (g *GroupClaim) Type() string {
	if g.EmitAsRoles {
		return TypeRole
	}
	return orDefault(g.Claim, TypeGroups)
}

// groups is the group claim.
func (e *Evaluator) groups(u *User) Output {
	g := &e.claims.Groups
	out := Output{Type: g.Type()}
	if !g.emits() {
		return out
	}
	for _, own := range u.Groups {
		if !e.emitted(own) {
			continue
		}
		v := g.value(own)
		if v.unknown != "" {
			return Output{Type: out.Type, Unknown: v.unknown}
		}
		out.Values = append(out.Values, v.values...)
	}
	if len(out.Values) > MaxGroupsInToken {
		return Output{Type: out.Type, Unknown: fmt.Sprintf("the user is in more than %d groups: a link takes the place of the group claim", MaxGroupsInToken)}
	}
	if g.Regex != "" {
		return e.rewritten(out)
	}
	return out
}

// rewritten applies the regular expression of the group claim: groups that it
// does not match are dropped, and where it matches none, all are sent as they
// are ("Configure group claims").
func (e *Evaluator) rewritten(out Output) Output {
	g := &e.claims.Groups
	s := &step{e: e, user: &User{}, claim: out.Type, Parameters: &Parameters{Regex: g.Regex, Replacement: g.Replacement}}
	var values []string
	for _, v := range out.Values {
		written := s.regexReplace(v)
		switch written.unknown {
		case "":
			values = append(values, written.values...)
		case noMatch:
		default:
			return Output{Type: out.Type, Unknown: written.unknown}
		}
	}
	if len(values) > 0 {
		out.Values = values
	}
	return out
}

// emitted tells whether a group is in the group claim.
func (e *Evaluator) emitted(own UserGroup) bool {
	g := &e.claims.Groups
	if g.Emit == AssignedGroups {
		found := false
		for _, a := range e.assigned {
			found = found || own.is(a)
		}
		if !found {
			return false
		}
	}
	return g.Filter.keeps(own)
}

// keeps tells whether a filter lets a group pass. Letter case is taken not to
// count, as in all names of the directory.
func (f GroupFilter) keeps(own UserGroup) bool {
	if f.Value == "" {
		return true
	}
	name := own.Names["sam_account_name"]
	if strings.EqualFold(f.MatchOn, "displayName") {
		name = own.Names[displayNames]
	}
	name, value := strings.ToLower(name), strings.ToLower(f.Value)
	switch strings.ToLower(f.Type) {
	case "prefix":
		return strings.HasPrefix(name, value)
	case "suffix":
		return strings.HasSuffix(name, value)
	}
	return strings.Contains(name, value)
}

// value is a group as the claim writes it.
func (g *GroupClaim) value(own UserGroup) computed {
	switch {
	case g.Format == "" && own.ObjectID == "":
		return unknownf("the object id of the group %s is not known", orDefault(own.Name, own.SID))
	case g.Format == "":
		return computed{values: []string{own.ObjectID}}
	}
	if name := own.Names[g.Format]; name != "" {
		return computed{values: []string{name}}
	}
	return unknownf("the group %s has nothing known to write as %s", orDefault(own.Name, own.SID), g.Format)
}
