package write

import (
	"slices"
	"strconv"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/entra"
)

// describe is the source of a claim with its transformations, as functions of
// the portal around it: ExtractMailPrefix(user.mail).
func describe(c entra.Configuration) string {
	s := c.Source.String()
	for _, t := range c.Transformations {
		s = string(t.Method) + "(" + strings.Join(append([]string{s}, parameters(t.Parameters)...), ", ") + ")"
	}
	if c.Fallback != nil {
		s += ", and " + c.Fallback.String() + " if there is no match"
	}
	return s
}

// parameters are those of a transformation beside its input, in the order of
// the portal.
func parameters(p entra.Parameters) []string {
	var list []string
	text := func(name, value string) {
		if value != "" {
			list = append(list, name+`"`+value+`"`)
		}
	}
	source := func(name string, s *entra.ClaimSource) {
		if s != nil {
			list = append(list, name+s.String())
		}
	}
	count := func(name string, n *int) {
		if n != nil {
			list = append(list, name+strconv.Itoa(*n))
		}
	}
	text("", p.Separator)
	source("", p.Input2)
	text("", p.Type)
	text("", p.Value)
	text("", p.Value2)
	text("pattern ", p.Regex)
	text("replacement ", p.Replacement)
	for i := range p.AdditionalAttributes {
		source("", &p.AdditionalAttributes[i])
	}
	count("from ", p.Index)
	count("length ", p.Length)
	source("output ", p.Output)
	if p.TreatAsMultiValue {
		list = append(list, "treat source as multivalued")
	}
	return list
}

// userTypes are the words of the portal for whom a claim condition is for.
var userTypes = map[entra.UserType]string{
	"": "Any", entra.AnyUser: "Any", entra.Members: "Members", entra.AllGuests: "All guests", entra.AADGuests: "AAD guests", entra.ExternalGuests: "External guests",
}

// scope says for whom a configuration holds; empty is everybody.
func scope(c entra.Condition) string {
	if c.Everybody() {
		return ""
	}
	s := "user type " + userTypes[c.UserType]
	var groups []string
	for _, g := range c.Groups {
		groups = append(groups, groupName(g))
	}
	if len(groups) > 0 {
		s += ", in the group " + strings.Join(groups, " or ")
	}
	return s
}

// valuesOf are the configurations as one text.
func valuesOf(all []entra.Configuration) string {
	var list []string
	for _, c := range all {
		s := describe(c)
		if for_ := scope(c.Condition); for_ != "" {
			s += " [" + for_ + "]"
		}
		list = append(list, s)
	}
	return strings.Join(list, "; ")
}

// inOrder are configurations in the order in which Entra looks at them: those
// made of an attribute alone come before those made by transformations.
func inOrder(all []entra.Configuration) []entra.Configuration {
	list := slices.Clone(all)
	slices.SortStableFunc(list, func(a, b entra.Configuration) int {
		return min(len(a.Transformations), 1) - min(len(b.Transformations), 1)
	})
	return list
}
