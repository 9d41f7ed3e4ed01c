package validate

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/entra"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

var entraAccessChecks = []*Check{
	{
		Name: "entra-assignment-not-required", Severity: finding.Warning, Family: FamilyEntra, Scope: OfFile,
		Title:     "Every user of the tenant can sign in to the application",
		Why:       "Without \"Assignment required\" Entra gives a token to everybody in the tenant, guests among them; only the app can still say no.",
		Cause:     "It is the default of applications that are made by scripts and by Terraform.",
		Fixes:     []finding.Fix{{System: finding.Entra, Place: entraProperties + " > Assignment required?", Action: "set it to Yes, after the groups that need the app are assigned"}},
		Reference: "Microsoft Graph: servicePrincipal.appRoleAssignmentRequired",
		Since:     "0.1.0",
		lint:      lints{enterprise: lintAssignmentRequired},
	},
	{
		Name: "entra-assignment-missing", Severity: finding.Error, Family: FamilyEntra, Scope: OfFile,
		Title:     "Nobody is assigned to the application",
		Why:       "Assignment is required, so that Entra answers AADSTS50105 to every user.",
		Cause:     "The application was made ready before its groups were.",
		Fixes:     []finding.Fix{{System: finding.Entra, Place: entraAssignment, Action: "assign the groups that need the app"}},
		Reference: "Microsoft Graph: servicePrincipal.appRoleAssignedTo",
		Since:     "0.1.0",
		lint:      lints{enterprise: lintAssignmentMissing},
	},
	{
		Name: "entra-all-users-assigned", Severity: finding.Warning, Family: FamilyEntra, Scope: OfFile,
		Title:     "A group of all users is assigned to the application",
		Why:       "Requiring assignment is of no effect then: everybody can sign in.",
		Cause:     "The pilot group was replaced by all users instead of by the groups that need the app.",
		Fixes:     []finding.Fix{{System: finding.Entra, Place: entraAssignment, Action: "replace {actual} by the security groups that need the app"}},
		Reference: "Microsoft Learn: Manage users and groups assignment to an application",
		Since:     "0.1.0",
		lint:      lints{enterprise: lintAllUsers},
	},
	{
		Name: "entra-user-assigned-directly", Severity: finding.Warning, Family: FamilyEntra, Scope: OfFile,
		Title:     "Users are assigned to the application one by one",
		Why:       "Access that is not given by a group is forgotten when a person changes roles, and is in no review of groups.",
		Cause:     "Test users were assigned for the pilot and stayed.",
		Fixes:     []finding.Fix{{System: finding.Entra, Place: entraAssignment, Action: "put the users into a security group, assign that, and remove the direct assignments"}},
		Reference: "Microsoft Learn: Manage users and groups assignment to an application",
		Since:     "0.1.0",
		lint:      lints{enterprise: lintDirectUsers},
	},
	{
		Name: "entra-assignment-role-unknown", Severity: finding.Warning, Family: FamilyEntra, Scope: OfFile,
		Title:     "An assignment is for a role that the application does not have, or that is disabled",
		Why:       "The role claim of these users lacks the value that the app expects.",
		Cause:     "The role was removed or made anew, with another id, after it was assigned.",
		Fixes:     []finding.Fix{{System: finding.Entra, Place: entraAssignment, Action: "assign the role again"}},
		Reference: "Microsoft Graph: appRoleAssignment.appRoleId",
		Since:     "0.1.0",
		lint:      lints{enterprise: lintAssignmentRole},
	},
}

func lintAssignmentRequired(x *inspection, e *enterprise) {
	if p := e.principal(x); p != nil && exported(x, p.AssignmentRequired, "appRoleAssignmentRequired") && !p.AssignmentRequired.V {
		x.failAt(p.AssignmentRequired.At, fact{expected: []string{"true"}, actual: "false", forms: true,
			detail: fmt.Sprintf("%s does not require assignment: every user of the tenant, guests included, can sign in", e.title())})
	}
}

// assignments are those of a SAML application, where they are known.
func (e *enterprise) assignments(x *inspection) []entra.Assignment {
	switch {
	case !e.saml(x):
	case !e.Assignments.Known:
		x.skip("no export of the assignments (appRoleAssignedTo) is among the files")
	default:
		return e.Assignments.V
	}
	return nil
}

func lintAssignmentMissing(x *inspection, e *enterprise) {
	p := e.principal(x)
	if p == nil || !exported(x, p.AssignmentRequired, "appRoleAssignmentRequired") {
		return
	}
	if all := e.assignments(x); e.Assignments.Known && len(all) == 0 && p.AssignmentRequired.V {
		x.failAt(e.Assignments.At, fact{detail: fmt.Sprintf("%s requires assignment, and nobody is assigned", e.title())})
	}
}

// everybody are names that groups of all users have.
var everybody = []string{"All Users", "All Company", "Everyone", "All Employees", "Alle Benutzer", "Jeder", "Tous les utilisateurs", "Todos los usuarios", "Tutti gli utenti", "Alle gebruikers"}

func lintAllUsers(x *inspection, e *enterprise) {
	for _, a := range e.assignments(x) {
		name := strings.TrimSpace(a.PrincipalName.V)
		if slices.ContainsFunc(everybody, func(known string) bool { return strings.EqualFold(known, name) }) {
			x.failAt(a.At, fact{actual: name, detail: fmt.Sprintf("the group %s is assigned to %s", finding.Quote(name), e.title())})
		}
	}
}

func lintDirectUsers(x *inspection, e *enterprise) {
	var names []string
	var first entra.Place
	seen := map[string]bool{}
	for _, a := range e.assignments(x) {
		if !strings.EqualFold(a.PrincipalType.V, "User") {
			continue
		}
		if len(names) == 0 {
			first = a.At
		}
		if name := cmp.Or(a.PrincipalName.V, a.PrincipalID.V); !seen[name] {
			seen[name] = true
			names = append(names, name)
		}
	}
	if len(names) > 0 {
		x.failAt(first, fact{detail: fmt.Sprintf("%s assigned to %s directly, expected security groups: %s", count(len(names), "user is", "users are"), e.title(), listed(names))})
	}
}

func lintAssignmentRole(x *inspection, e *enterprise) {
	all := e.assignments(x)
	roles := entra.Value[[]entra.AppRole]{}
	if e.Application != nil {
		roles = e.Application.AppRoles
	}
	if e.Principal != nil && !roles.Known {
		roles = e.Principal.AppRoles
	}
	if len(all) == 0 || !exported(x, roles, "appRoles") {
		return
	}
	enabled := map[string]bool{}
	for _, r := range roles.V {
		enabled[strings.ToLower(r.ID.V)] = !entra.No(r.Enabled)
	}
	for _, a := range all {
		id := strings.ToLower(a.RoleID.V)
		if on, has := enabled[id]; id == "" || id == entra.NoRole || strings.HasPrefix(id, "${") || on {
			continue
		} else if has {
			x.failAt(a.RoleID.At, fact{actual: id, detail: fmt.Sprintf("%s is assigned with the role %s, which is disabled", finding.Quote(cmp.Or(a.PrincipalName.V, a.PrincipalID.V)), id)})
		} else {
			x.failAt(a.RoleID.At, fact{actual: id, detail: fmt.Sprintf("%s is assigned with the role %s, which the application does not have", finding.Quote(cmp.Or(a.PrincipalName.V, a.PrincipalID.V)), id)})
		}
	}
}
