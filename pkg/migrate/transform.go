package migrate

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/adfs/claimrule"
	"github.com/ssodoctor/ssodoctor/pkg/entra"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// made is a claim type that a rule makes, and of what.
type made struct {
	claimType string
	of        origin
	format    string // of a NameID; empty where the rule names none
	node      claimrule.Node
}

// body is what a rule makes under its premise.
func (f *flow) body(r *claimrule.Rule, p *premise) []made {
	switch b := r.Body.(type) {
	case *claimrule.Copy:
		return f.copied(r, p, b)
	case *claimrule.New:
		return f.assigned(p, b)
	case *claimrule.Query:
		return f.queried(p, b)
	}
	return nil
}

func (f *flow) copied(r *claimrule.Rule, p *premise, b *claimrule.Copy) []made {
	o := p.sources[strings.ToLower(b.Tag.Name)]
	for _, c := range r.Conditions {
		s, ok := c.(*claimrule.Selector)
		if !ok || s.Tag == nil || !strings.EqualFold(s.Tag.Name, b.Tag.Name) {
			continue
		}
		for _, m := range s.Matches {
			if t, ok := literal(m.Value); ok && m.Property.Kind == claimrule.Type && m.Operator == claimrule.Equal {
				return []made{{claimType: t, of: o, node: m}}
			}
		}
	}
	return []made{{of: o, node: b}}
}

func (f *flow) assigned(p *premise, b *claimrule.New) []made {
	out := made{of: constantOrigin(""), node: b}
	t := b.Assigned(claimrule.Type)
	if a := b.Assigned(claimrule.Value); a != nil {
		out.of = p.value(a.Value)
	}
	if text, ok := literal(t.Value); ok {
		out.claimType, out.node = text, t
	} else {
		out.of = out.of.with(Manual, finding.Error, "the type of the claim is made of other claims: Entra's claims have fixed names")
	}
	for _, a := range b.Assignments {
		if a.Property.Key == nil {
			continue
		}
		text, _ := literal(a.Value)
		switch name := a.Property.Key.Value[strings.LastIndexByte(a.Property.Key.Value, '/')+1:]; name {
		case "format":
			out.format = text
		case "namequalifier", "spnamequalifier":
			out.of = out.of.with(Lost, finding.Warning, "Entra has no setting for the "+name+" of a NameID")
		}
	}
	return []made{out}
}

// value is the origin of an expression.
func (p *premise) value(e claimrule.Expr) origin {
	switch e := e.(type) {
	case *claimrule.String:
		return constantOrigin(e.Value)
	case *claimrule.Ref:
		o := p.sources[strings.ToLower(e.Tag.Name)]
		if e.Property.Kind != claimrule.Value {
			return o.with(Manual, finding.Warning, "Entra has no source for the "+e.Property.Kind.String()+" of a claim")
		}
		return o
	case *claimrule.Concat:
		return p.joined(e)
	case *claimrule.Call:
		return p.replaced(e)
	}
	return origin{}
}

// joined is the origin of values one after the other.
func (p *premise) joined(e *claimrule.Concat) origin {
	var parts []string
	var out origin
	variables := 0
	for _, t := range e.Terms {
		o := p.value(t)
		parts = append(parts, o.says)
		if o.kind != ofConstant {
			variables++
		}
		if out.kind == 0 || out.kind == ofConstant && o.kind != ofConstant {
			o.remarks, out.remarks = append(slices.Clone(o.remarks), out.remarks...), nil
			out = o
			continue
		}
		out = out.withAll(o.remarks)
		out.kind, out.steps = max(out.kind, o.kind), max(out.steps, o.steps)
	}
	says := "Join(" + strings.Join(parts, ", ") + ")"
	switch {
	case variables == 0:
		out.says = says
		return out
	case out.kind == ofGroups:
		out.says = "a regular expression on " + out.says + " that writes " + says
		return out.with(Changed, finding.Warning, "the text around the names of groups needs a regular expression on a group claim of a custom name")
	case len(parts) > 3 || variables > 2:
		return out.step("RegexReplace over "+says).with(Changed, finding.Warning, "Join takes two values and a separator: more parts need RegexReplace with further attributes")
	}
	return out.step(says)
}

// idioms are replacements that have a transformation of their own.
var idioms = []struct {
	of, pattern, replacement string // of is the origin it needs, "" for any
	says                     func(says string) string
	plain                    bool // takes no transformation
}{
	{accountName, `^.*\\`, "", fixed("user.onpremisessamaccountname"), true},
	{accountName, `(?i)^.*\\`, "", fixed("user.onpremisessamaccountname"), true},
	{accountName, `^.+\\`, "", fixed("user.onpremisessamaccountname"), true},
	{accountName, `(?<domain>[^\\]+)\\(?<user>.+)`, "${user}", fixed("user.onpremisessamaccountname"), true},
	{accountName, `(?<domain>[^\\]+)\\(?<user>.+)`, "${domain}", fixed("user.netbiosname"), true},
	{"", `@.*$`, "", around("ExtractMailPrefix"), false},
	{"", `@.+$`, "", around("ExtractMailPrefix"), false},
	{"", `@.*`, "", around("ExtractMailPrefix"), false},
	{"", `@.+`, "", around("ExtractMailPrefix"), false},
}

func fixed(text string) func(string) string { return func(string) string { return text } }

func around(function string) func(string) string {
	return func(says string) string { return function + "(" + says + ")" }
}

// replaced is the origin of a regular expression at work.
func (p *premise) replaced(c *claimrule.Call) origin {
	o := p.value(c.Args[0])
	pattern, isText := literal(c.Args[1])
	replacement, isPlain := literal(c.Args[2])
	if !isText || !isPlain {
		return o.with(Manual, finding.Error, "the expression of RegExReplace is made of claims: Entra's are fixed")
	}
	if _, err := claimrule.CompileRegex(pattern, 0); err != nil {
		return o.with(Unsupported, finding.Error, err.Error())
	}
	for _, i := range idioms {
		if i.pattern != pattern || i.replacement != replacement || i.of != "" && i.of != o.says || o.kind == ofGroups {
			continue
		}
		if i.plain {
			o.says, o.steps = i.says(o.says), 0
			return o
		}
		return o.step(i.says(o.says))
	}
	if o.kind == ofGroups {
		o.says = "a regular expression on " + o.says
		return o.with(Changed, finding.Warning, "replacing in names of groups needs a regular expression on a group claim of a custom name; it drops the groups that do not match, and sends all where none does")
	}
	return o.step(fmt.Sprintf("RegexReplace(%s, %s, %s)", o.says, finding.Quote(finding.Shorten(pattern, 60)), finding.Quote(finding.Shorten(replacement, 40)))).
		with(Changed, finding.Warning, "RegexReplace of Entra writes the replacement alone, not the text around the match: the pattern must cover the whole value, and a value that does not match needs an output of its own")
}

// queried is what the answer of an attribute store is made of.
func (f *flow) queried(p *premise, q *claimrule.Query) []made {
	of := func(o origin) []made {
		list := make([]made, 0, len(q.Types))
		for _, t := range q.Types {
			list = append(list, made{claimType: t.Value, of: o, node: t})
		}
		return list
	}
	switch {
	case strings.EqualFold(q.Store.Value, claimrule.StoreOpaqueID):
		return of(opaqueOrigin(q))
	case !strings.EqualFold(q.Store.Value, claimrule.StoreAD):
		return of(origin{kind: ofNothing, says: "nothing"}.with(Unsupported, finding.Error,
			"it is a value of the attribute store "+finding.Quote(q.Store.Value)+", which Entra cannot ask: synchronize it as a directory extension, or write a custom claims provider"))
	}
	d, err := claimrule.ParseDirectoryQuery(q.Query.Value)
	if err != nil || len(d.Attributes) != len(q.Types) {
		return of(origin{kind: ofNothing, says: "nothing"}.with(Unsupported, finding.Error, "the query "+finding.Quote(finding.Shorten(q.Query.Value, 60))+" does not name one attribute for each type"))
	}
	var list []made
	for i, t := range q.Types {
		o := attributeOrigin(d.Attributes[i])
		if d.Filter != "" && !selfFilter(d.Filter) {
			o = o.with(Unsupported, finding.Error, "the query searches the directory by "+finding.Quote(finding.Shorten(d.Filter, 60))+": Entra has the attributes of the user alone")
		}
		list = append(list, made{claimType: t.Value, of: o, node: t})
	}
	return list
}

// selfFilter tells filters that find the user who signs in.
func selfFilter(filter string) bool {
	name, value, ok := strings.Cut(strings.Trim(filter, "()"), "=")
	if !ok || !strings.HasPrefix(strings.TrimSpace(value), "{") {
		return false
	}
	switch strings.ToLower(strings.TrimSpace(name)) {
	case "samaccountname", "userprincipalname", "objectsid", "mail", "distinguishedname":
		return true
	}
	return false
}

func opaqueOrigin(q *claimrule.Query) origin {
	for _, param := range q.Params {
		if text, _ := literal(param); text == "useEntropy" {
			return origin{kind: ofPairwise, says: "a transient NameID"}.with(Changed, finding.Warning, "Entra sends a transient NameID only where the request asks for one")
		}
	}
	return origin{kind: ofPairwise, says: "a persistent NameID (user.pairwiseid)"}.with(Changed, finding.Error,
		"the identifiers that AD FS computes cannot be taken over: every user gets another one, and accounts at the app must be linked anew")
}

// nameIDSteps are the transformations that the source of a NameID can have.
func nameIDSource(o origin) bool {
	inner := strings.TrimSuffix(strings.TrimPrefix(o.says, "ExtractMailPrefix("), ")")
	if s, ok := entra.LookupSource(inner); ok {
		return s.NameID || s.ID == "objectid" || s.ID == "pairwiseid"
	}
	return strings.HasPrefix(o.says, "Join(") || strings.HasPrefix(o.says, "the directory extension")
}
