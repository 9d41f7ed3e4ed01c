package export

import (
	"path"
	"slices"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/entra"
)

// keyOf is an id for comparison; "" for none. The paths that Terraform writes
// before ids do not count. The address of a resource is one in the folder of
// its file.
func keyOf(t entra.Text) string {
	if strings.HasPrefix(t.V, "${") {
		return path.Dir(t.At.File) + "\x00" + t.V
	}
	return strings.ToLower(t.V[strings.LastIndexByte(t.V, '/')+1:])
}

// Join puts together what belongs together: registrations and enterprise
// applications by their client id, policies and assignments by object id,
// Terraform's references, the lists and folders that they were found in. What
// has no such link belongs to the only application there is, where there is one
// only. Policies that belong to none come as applications that hold nothing
// else.
//
// The result is in the order of the files. Conditional Access policies and
// named locations are those of all files, for every application.
func Join(files []*File) []*entra.EnterpriseApplication {
	j := &joiner{byApp: map[string]*entra.EnterpriseApplication{}, byObject: map[string]*entra.EnterpriseApplication{}, listed: map[listName]entra.Place{}, owned: map[*entra.EnterpriseApplication]bool{}, owners: map[ownership]bool{}}
	for _, f := range files {
		j.locations = append(j.locations, f.Locations...)
		j.access.V = append(j.access.V, f.Access...)
		for name, at := range f.listed {
			j.listed[name] = at
		}
	}
	if at, empty := j.listed[listName{"", "conditionalaccess"}]; empty || len(j.access.V) > 0 {
		j.access.Known, j.access.At = true, at
	}
	for _, f := range files {
		for _, a := range f.Applications {
			j.application(a)
		}
	}
	for _, f := range files {
		for _, p := range f.Principals {
			j.principal(p)
		}
	}
	j.pair()
	for _, f := range files {
		j.parts(f)
	}
	j.policies(files)
	for _, e := range j.all {
		j.assignments(e)
		e.Access, e.Locations = j.access, j.locations
	}
	return j.all
}

type joiner struct {
	all       []*entra.EnterpriseApplication
	byApp     map[string]*entra.EnterpriseApplication // by client id
	byObject  map[string]*entra.EnterpriseApplication // by object id of either
	listed    map[listName]entra.Place
	owned     map[*entra.EnterpriseApplication]bool
	owners    map[ownership]bool
	access    entra.Value[[]*entra.AccessPolicy]
	locations []*entra.NamedLocation
}

func (j *joiner) application(a *entra.Application) {
	e := &entra.EnterpriseApplication{Application: a}
	j.all = append(j.all, e)
	note(j.byApp, keyOf(a.AppID), e)
	note(j.byObject, keyOf(a.ID), e)
}

// note enters an application under a key, unless the key is none or taken.
func note(m map[string]*entra.EnterpriseApplication, key string, e *entra.EnterpriseApplication) {
	if _, taken := m[key]; key != "" && !taken {
		m[key] = e
	}
}

func (j *joiner) principal(p *entra.ServicePrincipal) {
	e := j.byApp[keyOf(p.AppID)]
	if e == nil || e.Principal != nil {
		e = &entra.EnterpriseApplication{}
		j.all = append(j.all, e)
		note(j.byApp, keyOf(p.AppID), e)
	}
	e.Principal = p
	note(j.byObject, keyOf(p.ID), e)
}

// pair joins the only registration and the only enterprise application, where
// one of them does not give its client id.
func (j *joiner) pair() {
	if len(j.all) != 2 {
		return
	}
	a, p := j.all[0], j.all[1]
	if a.Application == nil || a.Principal != nil || p.Principal == nil || p.Application != nil ||
		a.Application.AppID.V != "" && p.Principal.AppID.V != "" {
		return
	}
	a.Principal = p.Principal
	note(j.byObject, keyOf(p.Principal.ID), a)
	j.all = j.all[:1]
}

// only is the one application there is; nil where there are more, or none.
func (j *joiner) only() *entra.EnterpriseApplication {
	if len(j.all) == 1 {
		return j.all[0]
	}
	return nil
}

// parts gives applications what stands apart from them.
func (j *joiner) parts(f *File) {
	for _, extra := range f.extras {
		if e := j.byObject[keyOf(extra.ID)]; e != nil && e.Application != nil {
			j.own(e)
			extend(e.Application, extra)
		}
	}
	for _, c := range f.certificates {
		if e := j.byObject[c.owner]; e != nil && e.Principal != nil {
			j.own(e)
			e.Principal.Keys = joined(e.Principal.Keys, entra.Value[[]entra.Key]{V: []entra.Key{c.key}, Known: true, At: c.key.At})
		}
	}
	for i := range f.Assignments {
		a := f.Assignments[i]
		e := j.byObject[keyOf(a.ResourceID)]
		if only := j.only(); e == nil && only != nil && (only.Principal == nil || only.Principal.ID.V == "") {
			e = only
		}
		if e != nil {
			e.Assignments = joined(e.Assignments, entra.Value[[]entra.Assignment]{V: []entra.Assignment{a}, Known: true, At: a.At})
		}
	}
}

// own replaces what the files hold of an application by copies, once, so that
// they can be added to.
func (j *joiner) own(e *entra.EnterpriseApplication) {
	if j.owned[e] {
		return
	}
	j.owned[e] = true
	if e.Application != nil {
		a := *e.Application
		a.Identifiers.Items, a.ReplyURLs.Items = slices.Clip(a.Identifiers.Items), slices.Clip(a.ReplyURLs.Items)
		a.OptionalClaims.V, a.AppRoles.V = slices.Clip(a.OptionalClaims.V), slices.Clip(a.AppRoles.V)
		e.Application = &a
	}
	if e.Principal != nil {
		p := *e.Principal
		p.Keys.V = slices.Clip(p.Keys.V)
		e.Principal = &p
	}
}

// extend adds the lists of another part of an application.
func extend(a, extra *entra.Application) {
	a.Identifiers = lists(a.Identifiers, extra.Identifiers)
	a.ReplyURLs = lists(a.ReplyURLs, extra.ReplyURLs)
	a.OptionalClaims = joined(a.OptionalClaims, extra.OptionalClaims)
	a.AppRoles = joined(a.AppRoles, extra.AppRoles)
}

func lists(a, b entra.List) entra.List {
	if !a.Known {
		b.Items = slices.Clip(b.Items)
		return b
	}
	a.Items = append(a.Items, b.Items...)
	a.Partial = a.Partial || b.Partial
	return a
}

func joined[T any](a, b entra.Value[[]T]) entra.Value[[]T] {
	if !a.Known {
		b.V = slices.Clip(b.V)
		return b
	}
	a.V = append(a.V, b.V...)
	return a
}

// assignments tells an application without any that its list is known.
func (j *joiner) assignments(e *entra.EnterpriseApplication) {
	if e.Assignments.Known || e.Principal == nil {
		return
	}
	if at, ok := j.listed[listName{keyOf(e.Principal.ID), "approleassignedto"}]; ok {
		e.Assignments = entra.Value[[]entra.Assignment]{Known: true, At: at}
	}
}

func (j *joiner) policies(files []*File) {
	links := map[string][]string{}
	for _, f := range files {
		for _, l := range f.links {
			links[l.policy] = append(links[l.policy], l.owner)
		}
	}
	only := j.only()
	var loose []*entra.Policy
	for _, f := range files {
		for _, p := range f.Policies {
			owners := append(slices.Clip(p.Owners), links[keyOf(p.ID)]...)
			if !j.give(p, owners) && !(len(owners) == 0 && only != nil && j.attach(only, p)) {
				loose = append(loose, p)
			}
		}
	}
	for _, p := range loose {
		e := &entra.EnterpriseApplication{}
		j.attach(e, p)
		j.all = append(j.all, e)
	}
}

// give gives a policy to the applications that own it.
func (j *joiner) give(p *entra.Policy, owners []string) bool {
	given := false
	for _, owner := range owners {
		if e := j.byObject[owner]; e != nil {
			given = j.attach(e, p) || given
		}
	}
	return given
}

// ownership is that of a policy: an application can own one in more than one
// way, and files can hold the same one.
type ownership struct {
	by             *entra.EnterpriseApplication
	policy         *entra.Policy // where it has no id
	kind           entra.PolicyKind
	id, definition string
}

func ownershipOf(e *entra.EnterpriseApplication, p *entra.Policy) ownership {
	if p.ID.V == "" {
		return ownership{by: e, policy: p}
	}
	return ownership{by: e, kind: p.Kind, id: keyOf(p.ID), definition: p.Definition.V}
}

// attach gives an application a policy.
func (j *joiner) attach(e *entra.EnterpriseApplication, p *entra.Policy) bool {
	switch {
	case p.Kind != entra.CustomClaims:
		if key := ownershipOf(e, p); !j.owners[key] {
			j.owners[key] = true
			e.Policies = append(e.Policies, p)
		}
	case e.Claims == nil || e.Claims == p:
		e.Claims = p
	default:
		return false
	}
	return true
}
