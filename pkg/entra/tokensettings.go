package entra

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// tokenSettings is the part of an application (Microsoft Graph) that says which
// groups and optional claims its tokens hold.
type tokenSettings struct {
	Groups   string           `json:"groupMembershipClaims"`
	Optional optionalSettings `json:"optionalClaims"`
}

type optionalSettings struct {
	ID     []optionalSetting `json:"idToken"`
	Access []optionalSetting `json:"accessToken"`
	SAML   []optionalSetting `json:"saml2Token"`
}

type optionalSetting struct {
	Name       string   `json:"name"`
	Source     *string  `json:"source"`
	Essential  bool     `json:"essential"`
	Properties []string `json:"additionalProperties"`
}

type groupScope struct {
	emit GroupEmission
	word string
}

// groupScopes pairs what a group claim holds with groupMembershipClaims, the
// widest last.
var groupScopes = []groupScope{{NoGroups, "None"}, {SecurityGroups, "SecurityGroup"}, {AssignedGroups, "ApplicationGroup"}, {AllGroups, "All"}}

const (
	groupsClaim = "groups"
	asRoles     = "emit_as_roles"
)

// EncodeTokenSettings writes the body of PATCH /applications/{id} for the group
// claim and the optional claims. The name, filter and expression of a group
// claim are set in the portal alone: they are left out and returned.
func EncodeTokenSettings(c *Claims) ([]byte, []Loss) {
	var lost losses
	settings := tokenSettings{Groups: "None", Optional: optionalSettings{ID: []optionalSetting{}, Access: []optionalSetting{}, SAML: []optionalSetting{}}}
	for _, s := range groupScopes {
		if s.emit == c.Groups.Emit {
			settings.Groups = s.word
		}
	}
	if g := &c.Groups; g.emits() {
		claim := optionalSetting{Name: groupsClaim, Properties: []string{}}
		if g.Format != "" {
			claim.Properties = append(claim.Properties, g.Format)
		}
		if strings.EqualFold(g.Type(), TypeRole) {
			claim.Properties = append(claim.Properties, asRoles)
		}
		settings.Optional.SAML = append(settings.Optional.SAML, claim)
		lost.portal(g)
	}
	for _, name := range c.Optional {
		settings.Optional.SAML = append(settings.Optional.SAML, optionalSetting{Name: name, Properties: []string{}})
	}
	out, err := json.Marshal(settings)
	if err != nil { // no value of it can fail
		lost.add("", "%s", err)
	}
	return out, lost
}

// portal tells what of a group claim has no place in Microsoft Graph.
func (l *losses) portal(g *GroupClaim) {
	if t := g.Type(); t != TypeGroups && t != TypeRole {
		l.add(t, "the name of the group claim is set in the portal")
	}
	if g.Filter != (GroupFilter{}) {
		l.add(g.Type(), "the filter of the group claim is set in the portal")
	}
	if g.Regex != "" {
		l.add(g.Type(), "the regular expression of the group claim is set in the portal")
	}
}

// DecodeTokenSettings reads what an application (Microsoft Graph) says of its
// group claim and optional claims, and what is wrong with it. The result has no
// other claims; it is nil where the text is no application.
func DecodeTokenSettings(data []byte) (*Claims, []PolicyProblem) {
	r := &policyReader{}
	application, ok := r.open(data)
	if !ok {
		return nil, r.problems
	}
	out := &Claims{Groups: GroupClaim{Emit: r.groupScope(application.field("groupMembershipClaims"))}}
	for _, a := range r.list(application.field("optionalClaims").field("saml2Token")) {
		if !r.is(a, object) {
			continue
		}
		name := r.text(a.field("name"))
		if !strings.EqualFold(name, groupsClaim) {
			out.Optional = append(out.Optional, name)
			continue
		}
		for _, p := range r.list(a.field("additionalProperties")) {
			r.groupProperty(&out.Groups, p)
		}
		if out.Groups.Emit == NoGroups {
			r.note(a, finding.Warning, "groups are an optional claim, but groupMembershipClaims lets none into the token")
		}
	}
	return out, r.problems
}

// groupScope reads words parted by commas; the widest counts.
func (r *policyReader) groupScope(a cursor) GroupEmission {
	widest := 0
	for w := range strings.SplitSeq(r.text(a), ",") {
		w = strings.TrimSpace(w)
		i := slices.IndexFunc(groupScopes, func(s groupScope) bool { return strings.EqualFold(s.word, w) })
		if i < 0 && w != "" && !strings.EqualFold(w, "DirectoryRole") {
			r.note(a, finding.Error, "%s is none of None, SecurityGroup, DirectoryRole, ApplicationGroup, All", finding.Quote(finding.Shorten(w, 40)))
		}
		widest = max(widest, i)
	}
	return groupScopes[widest].emit
}

func (r *policyReader) groupProperty(g *GroupClaim, a cursor) {
	property := r.text(a)
	known := slices.ContainsFunc(groupFormats, func(f GroupFormat) bool { return f.Property == property }) || property == displayNames
	switch {
	case property == asRoles:
		g.EmitAsRoles = true
	case known && g.Format == "":
		g.Format = property
	case known:
		r.note(a, finding.Warning, "there is more than one format of groups: %s, the first, is used", g.Format)
	case property != "max_size_limit":
		r.note(a, finding.Warning, "the property %s of the group claim is not known", finding.Quote(finding.Shorten(property, 60)))
	}
}

const displayNames = "cloud_displayname"
