package validate

import (
	"fmt"
	"strings"

	"github.com/ssodoctor/ssodoctor/internal/lazyregexp"
	"github.com/ssodoctor/ssodoctor/pkg/entra"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

var entraBreakGlassChecks = []*Check{
	{
		Name: "entra-break-glass-missing", Severity: finding.Warning, Family: FamilyEntra, Scope: OfFile,
		Title:     "No break-glass account is named for the app",
		Why:       "When single sign-on fails, nobody can get into the app to correct its SAML settings.",
		Cause:     "The account exists and is written down nowhere, or was never made.",
		Fixes:     []finding.Fix{{System: finding.App, Place: "the app's user management", Action: "keep a local administrator that signs in with a password, and name it in expect.break-glass-account of ssodoctor.yaml"}},
		Reference: "Microsoft Learn: Manage emergency access accounts",
		Since:     "0.1.0",
		lint:      lints{enterprise: lintBreakGlass},
	},
	{
		Name: "entra-break-glass-blocked", Severity: finding.Error, Family: FamilyEntra, Scope: OfFile,
		Title:     "The break-glass account is subject to Conditional Access",
		Why:       "It fails together with what it is to help out of: the second factor, the device, the network.",
		Cause:     "The account was not excluded when the policy was made.",
		Fixes:     []finding.Fix{{System: finding.Entra, Place: entraConditional + " > (policy) > Users > Exclude", Action: "exclude the account, or a group that holds it alone"}},
		Reference: "Microsoft Learn: Manage emergency access accounts",
		Since:     "0.1.0",
		lint:      lints{enterprise: lintBreakGlassBlocked},
	},
}

func lintBreakGlass(x *inspection, e *enterprise) {
	switch {
	case !e.named:
		x.inapplicable()
	case e.breakGlass.V == "":
		x.failAt(e.breakGlass.At, fact{detail: fmt.Sprintf("the app %s names no break-glass account", finding.Quote(x.app))})
	}
}

var objectID = lazyregexp.New(`^[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$`)

// lintBreakGlassBlocked is about accounts of Entra: one of the app itself does
// not pass Conditional Access.
func lintBreakGlassBlocked(x *inspection, e *enterprise) {
	account := e.breakGlass.V
	isID := objectID.MatchString(account)
	if !e.named || !isID && !strings.Contains(account, "@") {
		x.inapplicable()
		return
	}
	for _, p := range e.accessPolicies(x, entra.StateEnabled) {
		switch {
		case !allUsers(p) && !p.IncludeUsers.Has(account) || p.ExcludeUsers.Has(account):
		case len(p.ExcludeGroups.Items)+len(p.ExcludeRoles.Items) > 0:
			x.skip(fmt.Sprintf("whether %s is in a group that %s excludes is not in the exports", finding.Quote(account), accessName(p)))
		case !isID && len(p.ExcludeUsers.Items) > 0:
			x.skip(fmt.Sprintf("%s excludes users by object id: name the break-glass account by its object id to have it compared", accessName(p)))
		default:
			x.failAt(p.At, fact{actual: account, detail: fmt.Sprintf("the policy %s does not exclude the break-glass account %s", accessName(p), finding.Quote(account))})
		}
	}
}
