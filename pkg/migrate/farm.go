package migrate

import (
	"cmp"
	"slices"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/adfs/claimrule"
	"github.com/ssodoctor/ssodoctor/pkg/entra"
)

// tally counts how many trusts and rules use a thing.
type tally map[string]*Use

func (t tally) add(name string, seen map[*Use]bool) {
	u := t[name]
	if u == nil {
		u = &Use{Name: name}
		t[name] = u
	}
	u.Rules++
	if !seen[u] {
		seen[u] = true
		u.Trusts++
	}
}

func (t tally) list(becomes func(string) string) []Use {
	list := make([]Use, 0, len(t))
	for _, name := range sortedKeys(t) {
		u := *t[name]
		u.Becomes = becomes(name)
		list = append(list, u)
	}
	slices.SortStableFunc(list, func(a, b Use) int {
		return cmp.Or(cmp.Compare(b.Trusts, a.Trusts), cmp.Compare(b.Rules, a.Rules))
	})
	return list
}

type farmCounter struct {
	protocols, attributes, stores, types, shapes tally
	// names holds each name once, attributes also by their name in lower case.
	names map[string]string
}

func newFarmCounter() *farmCounter {
	return &farmCounter{protocols: tally{}, attributes: tally{}, stores: tally{}, types: tally{}, shapes: tally{}, names: map[string]string{}}
}

// use is one use of a thing by a rule of a trust.
type use struct {
	of   tally
	name string
}

// uses lists what one trust uses.
func (f *farmCounter) uses(t *Trust, j *trustJudge) []use {
	list := []use{{f.protocols, t.Protocol}}
	j.sets.each(func(s *ruleSet) {
		for _, r := range s.rules.Rules {
			list = append(list, use{f.shapes, string(shapeOf(r))})
			if q, ok := r.Body.(*claimrule.Query); ok && !r.Bad {
				list = f.query(list, q)
			}
		}
	})
	for _, t := range sortedKeys(j.claims.issued) {
		for range j.claims.issued[t] {
			if t != "" {
				list = append(list, use{f.types, f.name(t, t)})
			}
		}
	}
	return slices.Clip(list)
}

// name keeps one copy of a name; the first spelling under a key is that of all.
func (f *farmCounter) name(key, spelled string) string {
	if known, ok := f.names[key]; ok {
		return known
	}
	f.names[strings.Clone(key)] = strings.Clone(spelled)
	return f.names[key]
}

func (f *farmCounter) query(list []use, q *claimrule.Query) []use {
	list = append(list, use{f.stores, f.name(q.Store.Value, q.Store.Value)})
	d, err := claimrule.ParseDirectoryQuery(q.Query.Value)
	if err != nil || !strings.EqualFold(q.Store.Value, activeDirectory) {
		return list
	}
	for _, name := range d.Attributes {
		list = append(list, use{f.attributes, f.name("attribute "+strings.ToLower(name), name)})
	}
	return list
}

// count adds the uses of one trust.
func (f *farmCounter) count(list []use) {
	seen := map[*Use]bool{}
	for _, u := range list {
		u.of.add(u.name, seen)
	}
}

func (f *farmCounter) farm() Farm {
	return Farm{
		Protocols:  f.protocols.list(func(name string) string { return protocolMeanings[name] }),
		Attributes: f.attributes.list(attributeMeaning),
		Stores:     f.stores.list(storeMeaning),
		ClaimTypes: f.types.list(typeMeaning),
		RuleShapes: f.shapes.list(func(name string) string { return shapeMeanings[Shape(name)] }),
	}
}

var protocolMeanings = map[string]string{
	"saml2": "a SAML application", "wsfed": "a WS-Federation application, set up by hand",
	"both": "a SAML or WS-Federation application", "none": "no application for browsers",
}

func attributeMeaning(name string) string {
	if f, ok := entra.GroupClaimFormat(name); ok {
		return "becomes the group claim in the format " + f.Property
	}
	v := attributeValue(name, "")
	return sentence(v.says(), v.remarks)
}

func storeMeaning(name string) string {
	switch {
	case strings.EqualFold(name, claimrule.StoreAD):
		return "attributes of the user in Entra"
	case strings.EqualFold(name, claimrule.StoreOpaqueID):
		return "a persistent or transient NameID with other values"
	case strings.HasPrefix(name, "_"):
		return "nothing"
	}
	return "directory extensions, or a custom claims provider"
}

func typeMeaning(claimType string) string {
	switch entra.RestrictionOf(claimType) {
	case entra.Restricted:
		return "restricted: " + entra.WayAround(claimType)
	case entra.SigningKey:
		return "allowed with a signing key of the application"
	}
	return "allowed"
}

// shapeMeanings say what rules of a shape become.
var shapeMeanings = map[Shape]string{
	ShapeAttributes:    "attribute claims",
	ShapePassThrough:   "an attribute claim",
	ShapePassAll:       "the claims that the app reads, one by one",
	ShapeMap:           "an attribute claim under the new type",
	ShapeConstant:      "a constant",
	ShapeGroupConstant: "an app role, or a claim condition on the group",
	ShapeGroups:        "the group claim",
	ShapeJoin:          "Join",
	ShapeRegex:         "RegexReplace, Extract or ExtractMailPrefix",
	ShapeConditional:   "claim conditions, IfEmpty or IfNotEmpty",
	ShapeStore:         "directory extensions, or a custom claims provider",
	ShapeOpaque:        "a persistent or transient NameID with other values",
	ShapePermitAll:     "no assignment required",
	ShapePermit:        "assignment, Conditional Access",
	ShapeDeny:          "Conditional Access",
	ShapeMFA:           "Conditional Access",
	ShapeUnreadable:    "nothing, until it can be read",
}
