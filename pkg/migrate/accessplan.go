package migrate

import (
	"slices"

	"github.com/ssodoctor/ssodoctor/pkg/entra"
)

// accessPlan says who may sign in.
type accessPlan struct {
	Access
	conditional []ConditionalAccess
}

// admits tells whether a group may be assigned to the application without
// letting in more users.
func (a *accessPlan) admits(g entra.Group) bool {
	return a == nil || !a.AssignmentRequired || slices.Contains(a.Groups, g)
}
