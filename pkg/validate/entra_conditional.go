package validate

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/entra"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

const (
	entraConditional = "Protection > Conditional Access > Policies"
	conditionalPage  = "Microsoft Learn: Conditional Access: Target resources"
)

var entraConditionalChecks = []*Check{
	{
		Name: "entra-mfa-missing", Severity: finding.Warning, Family: FamilyEntra, Scope: OfFile,
		Title:     "No Conditional Access policy demands multifactor authentication of all users of the application",
		Why:       "A stolen password is enough to get into the app. Only security defaults, which exports do not show, would help.",
		Cause:     "The policies name other applications, exclude this one, or are about some users only.",
		Fixes:     []finding.Fix{{System: finding.Entra, Place: entraConditional, Action: "include the application in an enabled policy that demands multifactor authentication of all its users"}},
		Reference: conditionalPage,
		Since:     "0.1.0",
		lint:      lints{enterprise: lintMFA},
	},
	{
		Name: "entra-mfa-exclusions", Severity: finding.Info, Family: FamilyEntra, Scope: OfFile,
		Title:     "Multifactor authentication has exceptions",
		Why:       "Those who are excluded get in with a password alone. One account or group for emergencies is right, more are mostly forgotten.",
		Cause:     "Exceptions for a roll-out or a service account were left.",
		Fixes:     []finding.Fix{{System: finding.Entra, Place: entraConditional + " > (policy) > Users > Exclude", Action: "keep the emergency accounts only"}},
		Reference: "Microsoft Learn: Manage emergency access accounts",
		Since:     "0.1.0",
		lint:      lints{enterprise: lintExclusions},
	},
	{
		Name: "entra-access-report-only", Severity: finding.Warning, Family: FamilyEntra, Scope: OfFile,
		Title:     "A Conditional Access policy for the application is report-only",
		Why:       "It demands nothing: it writes into the sign-in log what it would have done.",
		Cause:     "The policy was created for a trial, or by a migration, and not switched on.",
		Fixes:     []finding.Fix{{System: finding.Entra, Place: entraConditional + " > (policy) > Enable policy", Action: "look at the sign-in log, then set it to On"}},
		Reference: "Microsoft Learn: Conditional Access report-only mode",
		Since:     "0.1.0",
		lint:      lints{enterprise: lintReportOnly},
	},
	{
		Name: "entra-location-policy-missing", Severity: finding.Info, Family: FamilyEntra, Scope: OfFile,
		Title:     "No Conditional Access policy looks at where users of the application are, or at risk",
		Why:       "Sign-ins from countries where nobody works, and risky ones, are treated as any other.",
		Cause:     "No policy with locations or risk levels includes the application.",
		Fixes:     []finding.Fix{{System: finding.Entra, Place: entraConditional, Action: "block, or demand more of, sign-ins from unexpected locations or with high risk"}},
		Reference: "Microsoft Learn: Conditional Access: Network assignment",
		Since:     "0.1.0",
		lint:      lints{enterprise: lintAccessLocation},
	},
	{
		Name: "entra-location-dangling", Severity: finding.Warning, Family: FamilyEntra, Scope: OfFile,
		Title:     "A Conditional Access policy names a location that is not there",
		Why:       "The policy does not hold where it is meant to, or blocks those whom it is meant to let through.",
		Cause:     "The policy was copied from another tenant, whose locations have other ids, or the location was made anew.",
		Fixes:     []finding.Fix{{System: finding.Entra, Place: entraConditional + " > (policy) > Network", Action: "choose the location again in place of {actual}, or export the named locations anew"}},
		Reference: "Microsoft Graph: conditionalAccessLocations",
		Since:     "0.1.0",
		lint:      lints{enterprise: lintLocationDangling},
	},
	{
		Name: "entra-device-policy-missing", Severity: finding.Info, Family: FamilyEntra, Scope: OfFile,
		Title:     "No Conditional Access policy demands a managed device for the application",
		Why:       "Administrators of the app can work from any device, one with malware among them.",
		Cause:     "No policy that demands a compliant or hybrid joined device includes the application.",
		Fixes:     []finding.Fix{{System: finding.Entra, Place: entraConditional + " > (policy) > Grant", Action: "demand a compliant or hybrid joined device of the app's administrators"}},
		Reference: "Microsoft Learn: Require compliant, hybrid joined devices",
		Since:     "0.1.0",
		lint:      lints{enterprise: lintAccessDevice},
	},
	{
		Name: "entra-privileged-policy-missing", Severity: finding.Info, Family: FamilyEntra, Scope: OfFile,
		Title:     "No Conditional Access policy is stricter with privileged users of the application",
		Why:       "The accounts that can do most harm are protected no better than the others.",
		Cause:     "All policies for the application are about all users alike.",
		Fixes:     []finding.Fix{{System: finding.Entra, Place: entraConditional, Action: "add a policy for the administrators of the app: phishing-resistant authentication, managed devices, short sessions"}},
		Reference: "Microsoft Learn: Conditional Access for administrators",
		Since:     "0.1.0",
		lint:      lints{enterprise: lintAccessPrivileged},
	},
}

// accessPolicies are the Conditional Access policies that are about users of a
// SAML application, in a state. Without an export the outcome is settled.
func (e *enterprise) accessPolicies(x *inspection, state string) []*entra.AccessPolicy {
	switch {
	case !e.saml(x):
		return nil
	case !e.Access.Known:
		x.skip("no export of Conditional Access policies is among the files")
		return nil
	case e.AppID() == "" || strings.HasPrefix(e.AppID(), "${") && slices.ContainsFunc(e.Access.V, func(p *entra.AccessPolicy) bool { return p.Format != e.format() }):
		x.skip("the files do not have the client id of the application (appId), by which policies name it")
		return nil
	}
	var out []*entra.AccessPolicy
	for _, p := range e.Access.V {
		if p.In(state) && e.targets(p) {
			out = append(out, p)
		}
	}
	return out
}

// format is the format of the export that the application is from.
func (e *enterprise) format() string {
	if e.Principal != nil {
		return e.Principal.Format
	}
	return e.Application.Format
}

// targets reports whether a policy is about sign-ins of users to the
// application. Filters on attributes of applications are taken for no.
func (e *enterprise) targets(p *entra.AccessPolicy) bool {
	apps := p.IncludeApplications
	return !p.Workloads && (apps.Has(entra.AccessAll) || apps.Has(e.AppID())) && !p.ExcludeApplications.Has(e.AppID())
}

// demandsMFA reports whether a policy lets nobody through without multifactor
// authentication.
func demandsMFA(p *entra.AccessPolicy) bool {
	if p.Controls.Has(entra.ControlBlock) {
		return false
	}
	strong := p.Controls.Has(entra.ControlMFA) || p.Strength.V != ""
	others := len(p.Controls.Items) + len(p.TermsOfUse.Items) + len(p.Custom.Items)
	if p.Strength.V != "" {
		others++
	}
	return strong && (others == 1 || strings.EqualFold(p.Operator.V, "AND"))
}

// limits says what a policy depends on beside the user, for a sentence; empty
// where it always holds in a browser.
func limits(p *entra.AccessPolicy) []string {
	var out []string
	add := func(when bool, what string) {
		if when {
			out = append(out, what)
		}
	}
	include := p.IncludeLocations
	add(len(p.ClientAppTypes.Items) > 0 && !p.ClientAppTypes.Has("all") && !p.ClientAppTypes.Has("browser"), "the kind of client")
	add(len(include.Items) > 0 && !include.Has(entra.AccessAll) || len(p.ExcludeLocations.Items) > 0, "the location")
	add(len(p.IncludePlatforms.Items) > 0 && !p.IncludePlatforms.Has("all") || len(p.ExcludePlatforms.Items) > 0, "the platform")
	add(len(p.SignInRisk.Items)+len(p.UserRisk.Items) > 0, "the risk")
	add(p.DeviceFilter.V != "", "the device")
	add(p.Flows.V != "" && !strings.EqualFold(p.Flows.V, "none"), "the authentication flow")
	return out
}

// allUsers reports whether a policy is about all users, exceptions aside.
func allUsers(p *entra.AccessPolicy) bool { return p.IncludeUsers.Has(entra.AccessAll) }

// nobody reports whether a policy is about no users.
func nobody(p *entra.AccessPolicy) bool {
	named := len(p.IncludeUsers.Items) + len(p.IncludeGroups.Items) + len(p.IncludeRoles.Items)
	return !p.GuestsIncluded && (named == 0 || named == 1 && p.IncludeUsers.Has("None"))
}

func accessName(p *entra.AccessPolicy) string { return finding.Quote(cmp.Or(p.DisplayName.V, p.ID.V)) }

func lintMFA(x *inspection, e *enterprise) {
	enabled := e.accessPolicies(x, entra.StateEnabled)
	if x.silent || x.reason != "" {
		return
	}
	f := fact{detail: fmt.Sprintf("no enabled Conditional Access policy demands multifactor authentication for %s", e.title())}
	for _, p := range enabled {
		if !demandsMFA(p) || nobody(p) {
			continue
		}
		depends := limits(p)
		switch {
		case allUsers(p) && len(depends) == 0:
			return
		case allUsers(p):
			f.detail = fmt.Sprintf("the policy %s demands multifactor authentication for %s only depending on %s", accessName(p), e.title(), strings.Join(depends, ", "))
		case f.severity == 0:
			f.detail = fmt.Sprintf("the policy %s demands multifactor authentication for %s of some users, groups or roles only", accessName(p), e.title())
		}
		f.severity = finding.Info
	}
	x.failAt(e.Place(), f)
}

// mfaPolicies are the enabled policies that demand multifactor authentication
// of all users of the application.
func (e *enterprise) mfaPolicies(x *inspection) []*entra.AccessPolicy {
	return slices.DeleteFunc(e.accessPolicies(x, entra.StateEnabled), func(p *entra.AccessPolicy) bool { return !demandsMFA(p) || !allUsers(p) })
}

func lintExclusions(x *inspection, e *enterprise) {
	for _, p := range e.mfaPolicies(x) {
		var out []string
		for _, l := range []struct {
			list      entra.List
			one, many string
		}{{p.ExcludeUsers, "user", "users"}, {p.ExcludeGroups, "group", "groups"}, {p.ExcludeRoles, "role", "roles"}} {
			if n := len(l.list.Items); n > 0 {
				out = append(out, count(n, l.one, l.many))
			}
		}
		people := len(p.ExcludeUsers.Items) + len(p.ExcludeGroups.Items)
		if p.GuestsExcluded || p.ExcludeUsers.Has("GuestsOrExternalUsers") {
			out, people = append(out, "guests"), people+2
		}
		if people > 2 || len(p.ExcludeRoles.Items) > 0 || p.GuestsExcluded {
			x.failAt(p.At, fact{detail: fmt.Sprintf("the policy %s, which demands multifactor authentication for %s, excludes %s", accessName(p), e.title(), strings.Join(out, ", "))})
		}
	}
}

func lintReportOnly(x *inspection, e *enterprise) {
	for _, p := range e.accessPolicies(x, entra.StateReportOnly) {
		if !nobody(p) {
			x.failAt(orPlace(p.State.At, p.At), fact{actual: p.State.V, expected: []string{entra.StateEnabled}, forms: true,
				detail: fmt.Sprintf("the policy %s is about %s and is report-only: it demands nothing", accessName(p), e.title())})
		}
	}
}

// needs reports at the application where none of the enabled policies about it
// does a thing.
func (e *enterprise) needs(x *inspection, does func(*entra.AccessPolicy) bool, detail string) {
	enabled := e.accessPolicies(x, entra.StateEnabled)
	if x.silent || x.reason != "" || slices.ContainsFunc(enabled, func(p *entra.AccessPolicy) bool { return !nobody(p) && does(p) }) {
		return
	}
	x.failAt(e.Place(), fact{detail: fmt.Sprintf(detail, e.title())})
}

func lintAccessLocation(x *inspection, e *enterprise) {
	e.needs(x, func(p *entra.AccessPolicy) bool {
		return len(p.IncludeLocations.Items)+len(p.ExcludeLocations.Items)+len(p.SignInRisk.Items)+len(p.UserRisk.Items) > 0
	}, "no enabled Conditional Access policy for %s depends on location or risk")
}

// builtInLocations have the same id in every tenant: the trusted addresses of
// the old multifactor settings, and compliant networks.
var builtInLocations = []string{emptyGUID, "3d46dbda-8382-466a-856d-eb00cbc6b910"}

func lintLocationDangling(x *inspection, e *enterprise) {
	there := map[string]bool{}
	for _, l := range e.Locations {
		there[strings.ToLower(l.ID.V)] = isGUID(l.ID.V)
	}
	named := false
	for _, p := range slices.Concat(e.accessPolicies(x, entra.StateEnabled), e.accessPolicies(x, entra.StateReportOnly)) {
		for _, location := range slices.Concat(p.IncludeLocations.Items, p.ExcludeLocations.Items) {
			id := strings.ToLower(location.V)
			if !isGUID(id) || slices.Contains(builtInLocations, id) {
				continue // a word for several, or the reference of an export that gives no ids
			}
			if named = true; len(there) > 0 && !there[id] {
				x.failAt(location.At, fact{actual: location.V, detail: fmt.Sprintf("the policy %s, which is about %s, names the location %s, and the export has no named location with this id", accessName(p), e.title(), finding.Quote(location.V))})
			}
		}
	}
	if named && len(there) == 0 {
		x.skip("no export of named locations is among the files")
	}
}

func lintAccessDevice(x *inspection, e *enterprise) {
	e.needs(x, func(p *entra.AccessPolicy) bool {
		return p.Controls.Has("compliantDevice") || p.Controls.Has("domainJoinedDevice") || p.DeviceFilter.V != ""
	}, "no enabled Conditional Access policy for %s demands a managed device of anybody")
}

func lintAccessPrivileged(x *inspection, e *enterprise) {
	e.needs(x, func(p *entra.AccessPolicy) bool { return len(p.IncludeRoles.Items)+len(p.IncludeGroups.Items) > 0 },
		"no enabled Conditional Access policy for %s is about roles or groups of its own")
}
