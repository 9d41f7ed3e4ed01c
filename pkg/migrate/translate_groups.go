package migrate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/adfs/claimrule"
	"github.com/ssodoctor/ssodoctor/pkg/entra"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// groupElement is the group of the user that a row makes its claims of; nil
// where it makes them of something else.
func groupElement(row *claimrule.Row) *claimrule.Element {
	for _, e := range row.Elements {
		if e.Source.GroupForm == "" {
			continue
		}
		named := false
		sourcesOf(row.Value, func(of *claimrule.Element) { named = named || of == e })
		if named {
			return e
		}
	}
	return nil
}

// groupRow makes the group claim of a row that sends the groups of the user.
func (t *translator) groupRow(claimType string, row *claimrule.Row, group *claimrule.Element) {
	g := &groupDraft{claim: entra.GroupClaim{Emit: entra.SecurityGroups}, form: group.Source.GroupForm}
	g.named(claimType)
	g.format()
	t.groupValue(g, row, group)
	t.groupFilter(g, row, group)
	if t.out.groups.Emit != entra.NoGroups && t.out.groups != g.claim {
		g.remark(Unsupported, finding.Warning, "an application has one group claim, and other rules make one already: let the app read all groups from one claim")
	}
	if entra.MaxGroupsInToken > 0 && announces(gravest(g.remarks).outcome) < 3 {
		t.out.groups = g.claim
		g.remark(Changed, finding.Info, fmt.Sprintf("users in more than %d groups get a link in place of the claim, and groups that are not synchronized are left out", entra.MaxGroupsInToken))
	}
	says := "the group claim in the format " + g.claim.Format
	if g.claim.EmitAsRoles {
		says += ", emitted as roles"
	}
	if f := g.claim.Filter; f.Value != "" {
		says += ", filtered by the " + f.Type + " " + finding.Quote(finding.Shorten(f.Value, 60))
	}
	verdict := t.capped(gravest(g.remarks), row)
	if verdict.outcome == Unsupported {
		says = "nothing"
	}
	for _, r := range row.Rules {
		t.rule(r, claimType, verdict.outcome, verdict.severity, strings.TrimPrefix(says, "nothing"), sentence(says, g.remarks))
	}
}

// groupDraft is a group claim on its way to Entra.
type groupDraft struct {
	claim   entra.GroupClaim
	form    string
	remarks []remark
}

func (g *groupDraft) remark(outcome Outcome, severity finding.Severity, text string) {
	g.remarks = addRemark(g.remarks, remark{outcome, severity, text})
}

// named gives the group claim its type.
func (g *groupDraft) named(claimType string) {
	switch {
	case claimType == entra.TypeRole:
		g.claim.EmitAsRoles = true
	case claimType == entra.TypeGroups:
	case entra.RestrictionOf(claimType) == entra.Restricted:
		g.remark(Unsupported, finding.Error, "Entra keeps the claim type "+typeName(claimType)+" for itself: "+entra.WayAround(claimType))
	case claimType == entra.TypeNameID:
		g.remark(Unsupported, finding.Error, "a NameID cannot be a group")
	default:
		g.claim.Claim = strings.Clone(claimType)
	}
}

// format chooses how groups are written.
func (g *groupDraft) format() {
	form := "tokenGroups"
	if g.form != "unqualified" {
		form += "(" + g.form + ")"
	}
	f, ok := entra.GroupClaimFormat(form)
	if !ok {
		g.remark(Unsupported, finding.Warning, "Entra does not write groups in the form "+finding.Quote(form))
		return
	}
	g.claim.Format = f.Property
}

// groupValue takes over what is made of the name of a group.
func (t *translator) groupValue(g *groupDraft, row *claimrule.Row, group *claimrule.Element) {
	switch v := row.Value.(type) {
	case *claimrule.Item:
		return
	case *claimrule.Replaced:
		item, plain := v.Input.(*claimrule.Item)
		pattern, fixed := v.Pattern.(*claimrule.Constant)
		replacement, also := v.Replacement.(*claimrule.Constant)
		if !plain || !fixed || !also || item.Element != group {
			break
		}
		regex, template, ok := wholeRegex(pattern.Text, replacement.Text)
		if !ok || g.claim.Claim == "" {
			break
		}
		g.claim.Regex, g.claim.Replacement = regex, template
		g.remark(Changed, finding.Warning, "replacing in names of groups drops the groups that do not match, and sends all where none does")
		return
	}
	g.remark(Unsupported, finding.Warning, "Entra makes no other values of the groups of a user than a regular expression on a group claim of a custom name does: give the groups names that need no change, or make app roles of them")
}

// groupFilter takes over which groups are sent.
func (t *translator) groupFilter(g *groupDraft, row *claimrule.Row, group *claimrule.Element) {
	switch f := row.When.(type) {
	case *claimrule.Truth:
		return
	case *claimrule.Test:
		item, ok := f.Left.(*claimrule.Item)
		text, fixed := f.Right.(*claimrule.Constant)
		if !ok || !fixed || item.Element != group || item.Property != claimrule.Value {
			break
		}
		if method, part := comparison(f.Operator, text.Text); method != "" && g.form == "unqualified" {
			kinds := map[entra.Method]string{entra.StartsWith: "prefix", entra.EndsWith: "suffix", entra.Contains: "contains"}
			g.claim.Filter = entra.GroupFilter{MatchOn: "sAMAccountName", Type: kinds[method], Value: part}
			if !strings.Contains(text.Text, "(?i)") {
				g.remark(Changed, finding.Warning, "the filter of the group claim does not heed letter case")
			}
			return
		}
		if t.assignedAlone(f, group) {
			g.claim.Emit = entra.AssignedGroups
			return
		}
	}
	g.remark(Unsupported, finding.Warning, "the filter of the group claim compares the beginning, the end or a part of the name for all users; send the groups that are assigned to the application instead, or all: "+finding.Shorten(row.When.String(), 160))
}

// assignedAlone tells whether the groups that a comparison chooses are those
// that are assigned to the application.
func (t *translator) assignedAlone(f claimrule.Formula, group *claimrule.Element) bool {
	if t.access == nil || !t.access.AssignmentRequired {
		return false
	}
	chosen := t.atoms.memberships(group, f)
	return len(chosen) > 0 && len(chosen) == len(t.access.Groups) && !slices.ContainsFunc(chosen, func(g entra.Group) bool { return !slices.Contains(t.access.Groups, g) })
}

// byRoles makes app roles of a claim that gives fixed values to groups: a user
// in several gets all of them. One claim of an application can be made so.
func (t *translator) byRoles(c *claimDraft) bool {
	role := c.claimType == entra.TypeRole
	if t.out.rolesFor != "" || c.mixed || !role && (len(c.drafts) < 2 || entra.RestrictionOf(c.claimType) == entra.Restricted) {
		if role && t.out.rolesFor != "" {
			c.refuse(remark{Unsupported, finding.Error, "the app roles stand for the claim " + typeName(t.out.rolesFor) + " already"})
		}
		return false
	}
	roles, why := t.rolesOf(c)
	switch {
	case why.text != "" && role:
		c.refuse(why)
		return true
	case why.text != "" || !role && !conflicting(c):
		return false
	}
	t.out.roles, t.out.rolesFor = roles, c.claimType
	emitted := ""
	if !role {
		emitted = ", emitted as user.assignedroles"
		namespace, name := entra.SplitType(t.own(c.claimType))
		t.out.claims = append(t.out.claims, PlannedClaim{Rules: t.rules(c.drafts), Claim: entra.Claim{Name: name, Namespace: namespace,
			NameFormat: nameFormat(c.drafts), Configurations: []entra.Configuration{value{source: entra.AttributeSource("assignedroles")}.configuration()}}})
	}
	for _, d := range c.drafts {
		d.becomes = roleOf(d) + emitted
	}
	return true
}

// roleOf says which role a row is.
func roleOf(d *draft) string {
	var sids []string
	for _, w := range d.ways {
		sids = append(sids, orText(w.groups[0].SID, w.groups[0].Name))
	}
	return "the app role " + finding.Quote(finding.Shorten(d.value.source.Value, 80)) + " for the members of " + groupNames(sids)
}

// conflicting tells whether users can be in groups of several rows.
func conflicting(c *claimDraft) bool {
	groups := map[string]bool{}
	for _, d := range c.drafts {
		for _, w := range d.ways {
			groups[w.groups[0].Ref()] = true
		}
	}
	return len(groups) > 1
}

// rolesOf are the app roles for the rows of a claim, or why there are none.
func (t *translator) rolesOf(c *claimDraft) (roles []entra.Role, why remark) {
	refuse := func(severity finding.Severity, text string) ([]entra.Role, remark) {
		return nil, remark{Unsupported, severity, text}
	}
	for _, d := range c.drafts {
		name := finding.Quote(finding.Shorten(d.value.source.Value, 60))
		switch {
		case d.value.source.Kind != entra.FromConstant || len(d.value.steps) > 0:
			return refuse(finding.Error, "Entra keeps the claim type "+typeName(c.claimType)+" for itself: "+entra.WayAround(c.claimType))
		case announces(gravest(d.remarks).outcome) > 0:
			return refuse(finding.Error, "app roles are given to groups alone: assign them to groups of those users by hand")
		case !roleValue(d.value.source.Value):
			return refuse(finding.Error, fmt.Sprintf("the value %s cannot be that of an app role: it has at most %d characters, no blanks, and does not begin with a dot; give the role another value at the app too, or send it under another claim type, with claim conditions on the groups", name, maxRoleValue))
		}
		for _, w := range d.ways {
			switch {
			case len(w.groups) != 1 || w.negatives > 0 || len(w.atoms) != 1:
				return refuse(finding.Error, "app roles are given to groups alone: assign the role "+name+" to a group of those users")
			case !t.access.admits(w.groups[0]):
				return refuse(finding.Warning, "the app role "+name+" would let in the members of "+shownGroup(w.groups[0])+", who are not assigned to the application, as far as the export tells: give a list of the groups, or make the app role by hand and give it to those who may sign in")
			}
			roles = append(roles, entra.Role{Value: d.value.source.Value, Group: w.groups[0]})
		}
	}
	return roles, remark{}
}

const maxRoleValue = 120

// roleValue tells whether a text can be the value of an app role.
func roleValue(s string) bool {
	if s == "" || len(s) > maxRoleValue || s[0] == '.' {
		return false
	}
	return !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune("\"<>\\|`", r) })
}
