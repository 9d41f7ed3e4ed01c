package write

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/entra"
	"github.com/ssodoctor/ssodoctor/pkg/migrate"
)

// roleValues are the values of the app roles, each once.
func roleValues(t *migrate.TrustPlan) []string {
	var values []string
	for _, r := range t.Roles {
		if !slices.Contains(values, r.Value) {
			values = append(values, r.Value)
		}
	}
	return values
}

// roleID is the same for the same role of the same app.
func roleID(t *migrate.TrustPlan, value string) string {
	return uuid("role", strings.Join(t.Application.Identifiers, "\x00")+"\x00"+value)
}

// roleSteps add the app roles to the two that the template made.
func roleSteps(t *migrate.TrustPlan) []step {
	values := roleValues(t)
	if len(values) == 0 {
		return nil
	}
	roles := list{
		appRole(userRoleID, "User", null{}),
		appRole(msiamRoleID, "msiam_access", null{}),
	}
	for _, v := range values {
		roles = append(roles, appRole(text(roleID(t, v)), v, text(v)))
	}
	return []step{{kind: stepRoles, why: "the app roles, whose values are sent as role claims, beside the two of the template", calls: []call{{method: "PATCH", path: application(""), body: object{{"appRoles", roles}}}}}}
}

func appRole(id node, name string, value node) node {
	return object{{"id", id}, {"allowedMemberTypes", list{text("User")}}, {"displayName", text(name)}, {"description", text(name)}, {"isEnabled", boolean(true)}, {"value", value}}
}

// assignment lets a principal in, with a role of the app; an empty role is the
// one that says nothing.
type assignment struct {
	group entra.Group
	user  string // the SID of a user, in the place of a group
	role  string
}

// principal is who is assigned.
func (a assignment) principal() node {
	if a.user != "" {
		return ref{fromUser, a.user}
	}
	return groupNode(a.group)
}

// groupNode is the object id of a group, or what stands for it.
func groupNode(g entra.Group) node { return readGroup(g.Ref()) }

// readGroup makes a reference of a token for a group or a user.
func readGroup(s string) node {
	for _, kind := range []string{fromGroup, fromUser} {
		if name, ok := strings.CutPrefix(s, "{"+kind+":"); ok && strings.HasSuffix(name, "}") {
			return ref{kind, strings.TrimSuffix(name, "}")}
		}
	}
	return text(s)
}

// assignments are those of a plan. An app role is not assigned to a group that
// is not let in otherwise, as the assignment would let its members in: those
// roles are left for a person.
func assignments(t *migrate.TrustPlan) (list []assignment, left []entra.Role) {
	var with []string
	for _, r := range t.Roles {
		if t.Access.AssignmentRequired && !slices.ContainsFunc(t.Access.Groups, func(g entra.Group) bool { return g.Ref() == r.Group.Ref() }) {
			left = append(left, r)
			continue
		}
		list = append(list, assignment{group: r.Group, role: r.Value})
		with = append(with, r.Group.Ref())
	}
	if !t.Access.AssignmentRequired {
		return list, left
	}
	var access []assignment
	for _, g := range t.Access.Groups {
		if !slices.Contains(with, g.Ref()) {
			access = append(access, assignment{group: g})
		}
	}
	for _, sid := range t.Access.Users {
		access = append(access, assignment{user: sid})
	}
	return append(access, list...), left
}

// assignSteps assign users and groups.
func assignSteps(t *migrate.TrustPlan) []step {
	var steps []step
	all, _ := assignments(t)
	for _, a := range all {
		role, why, needs := node(userRoleID), "let the user in", ""
		if a.user == "" {
			why, needs = "let the group "+groupName(a.group)+" in; members of groups in it are not let in by that", licenceP1
		}
		if a.role != "" {
			role, why = text(roleID(t, a.role)), "give the group "+groupName(a.group)+" the app role "+a.role
		}
		steps = append(steps, step{kind: stepAssign, why: why, needs: needs, calls: []call{{
			method: "POST", path: principal("/appRoleAssignedTo"),
			body: object{{"principalId", a.principal()}, {"resourceId", principalID}, {"appRoleId", role}},
		}}})
	}
	return steps
}

// groupName is a group for people.
func groupName(g entra.Group) string {
	switch {
	case g.Name == "":
		return g.SID
	case g.SID == "":
		return g.Name
	}
	return g.Name + " (" + g.SID + ")"
}

// accessSteps create the Conditional Access policies, which report only.
func accessSteps(t *migrate.TrustPlan) ([]step, error) {
	var steps []step
	for _, p := range t.ConditionalAccess {
		body, err := accessBody(p)
		if err != nil {
			return nil, err
		}
		steps = append(steps, step{kind: stepAccess, needs: licenceP1, why: "Conditional Access, in report-only mode: nothing is enforced until a person switches it on",
			calls: []call{{method: "POST", path: joined{v1 + "identity/conditionalAccess/policies"}, body: body}}})
	}
	return steps, nil
}

// accessBody is the body of a Conditional Access policy.
func accessBody(p migrate.ConditionalAccess) (node, error) {
	data, err := json.Marshal(p)
	if err != nil {
		return nil, err
	}
	body, err := parseNode(data, readAccess)
	return withoutNulls(body), err
}

// readAccess finds what stands for ids in a Conditional Access policy.
func readAccess(member, s string) node {
	switch member {
	case "includeUsers", "excludeUsers", "includeGroups", "excludeGroups":
		return readGroup(s)
	case "includeApplications":
		if s == migrate.AppIDToken {
			return appID
		}
	}
	return text(s)
}

// withoutNulls leaves members out that hold nothing.
func withoutNulls(n node) node {
	o, ok := n.(object)
	if !ok {
		return n
	}
	kept := object{}
	for _, m := range o {
		if _, nothing := m.value.(null); !nothing {
			kept = append(kept, member{m.name, withoutNulls(m.value)})
		}
	}
	return kept
}
