package validate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/entra"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

const entraTokenConfiguration = "App registrations > (app) > Token configuration"

var entraGroupChecks = []*Check{
	{
		Name: "entra-group-overage", Severity: finding.Warning, Family: FamilyEntra, Scope: OfFile,
		Title:     "The group claim holds all groups of a user, and is left out above 150",
		Why:       "A user in more than 150 groups, nested ones counted, gets a link in place of the claim, and loses the roles that the app gives by group.",
		Cause:     "\"All groups\" or \"Security groups\" was chosen for the group claim.",
		Fixes:     []finding.Fix{{System: finding.Entra, Place: entraGroups, Action: "choose \"Groups assigned to the application\", or filter the groups by name"}},
		Reference: "Microsoft Learn: Configure group claims for applications",
		Since:     "0.1.0",
		lint:      lints{enterprise: lintGroupOverage},
	},
	{
		Name: "entra-group-claim-format", Severity: finding.Warning, Family: FamilyEntra, Scope: OfFile,
		Title:     "The group claim is set up in a way that has no effect, or another than it looks",
		Why:       "Settings that contradict each other are dropped without a word: the app gets object ids, no groups, or groups in place of roles.",
		Cause:     "The manifest was edited by hand, and one half of the setting was forgotten.",
		Fixes:     []finding.Fix{{System: finding.Entra, Place: entraGroups, Action: "choose the groups and one format for them"}},
		Reference: "Microsoft Learn: Configure groups optional claims",
		Since:     "0.1.0",
		lint:      lints{enterprise: lintGroupClaim},
	},
	{
		Name: "entra-optional-claim-unknown", Severity: finding.Warning, Family: FamilyEntra, Scope: OfFile,
		Title:     "An optional claim is none that SAML tokens can have",
		Why:       "Entra leaves it out of the token without a word.",
		Cause:     "The claim exists for JSON tokens only, or its name is misspelled.",
		Fixes:     []finding.Fix{{System: finding.Entra, Place: entraTokenConfiguration, Action: "remove {actual}; add what the app needs under Attributes & Claims"}},
		Reference: "Microsoft Learn: Optional claims reference",
		Since:     "0.1.0",
		lint:      lints{enterprise: lintOptionalClaims},
	},
	{
		Name: "entra-mapped-claims", Severity: finding.Warning, Family: FamilyEntra, Scope: OfFile,
		Title:     "The application accepts mapped claims without a key of its own",
		Why:       "acceptMappedClaims lets claims be customized without an application's own signing key; in an application of several tenants, others could forge claims.",
		Cause:     "It was switched on because a claims mapping policy failed with AADSTS50146.",
		Fixes:     []finding.Fix{{System: finding.Entra, Place: "App registrations > (app) > Manifest > api.acceptMappedClaims", Action: "set it to null, and give the application a signing certificate of its own"}},
		Reference: "Microsoft Learn: Customize claims with a policy, security considerations",
		Since:     "0.1.0",
		lint:      lints{enterprise: lintMappedClaims},
	},
}

// groupWords are what groupMembershipClaims can say.
var groupWords = []string{"None", "SecurityGroup", "DirectoryRole", "ApplicationGroup", "All"}

// groupsEmitted are the words of groupMembershipClaims.
func groupsEmitted(a *entra.Application) []string {
	return strings.FieldsFunc(a.GroupClaims.V, func(r rune) bool { return r == ',' || r == ' ' })
}

func hasFold(list []string, word string) bool {
	return slices.ContainsFunc(list, func(s string) bool { return strings.EqualFold(s, word) })
}

func lintGroupOverage(x *inspection, e *enterprise) {
	a := e.registration(x)
	if a == nil || !exported(x, a.GroupClaims, "groupMembershipClaims") {
		return
	}
	for _, word := range groupsEmitted(a) {
		if strings.EqualFold(word, "All") || strings.EqualFold(word, "SecurityGroup") {
			x.failAt(a.GroupClaims.At, fact{actual: word, expected: []string{"ApplicationGroup"},
				detail: fmt.Sprintf("groupMembershipClaims of %s is %s: users in more than %d groups get no group claim", e.title(), finding.Quote(word), entra.MaxGroupsInToken)})
			return
		}
	}
}

func lintGroupClaim(x *inspection, e *enterprise) {
	a := e.registration(x)
	if a == nil || !exported(x, a.GroupClaims, "groupMembershipClaims") {
		return
	}
	words := groupsEmitted(a)
	for _, word := range words {
		if !hasFold(groupWords, word) {
			x.failAt(a.GroupClaims.At, fact{actual: word, expected: groupWords, forms: true,
				detail: fmt.Sprintf("groupMembershipClaims is %s, expected one of %s", finding.Quote(word), listed(groupWords))})
		}
	}
	for _, c := range a.OptionalClaims.V {
		if strings.EqualFold(c.Name.V, "groups") {
			groupClaim(x, a, c, words)
		}
	}
}

// groupFormats are the additional properties of the group claim that say how a
// group is written; groupOptions are the others.
var (
	groupFormats = []string{"sam_account_name", "dns_domain_and_sam_account_name", "netbios_domain_and_sam_account_name", "on_premise_security_identifier"}
	groupOptions = []string{"emit_as_roles", "cloud_displayname", "max_size_limit"}
)

// groupClaim judges the optional claim that gives the group claim its form.
func groupClaim(x *inspection, a *entra.Application, c entra.OptionalClaim, words []string) {
	fail := func(at entra.Place, actual, detail string) { x.failAt(at, fact{actual: actual, detail: detail}) }
	if len(words) == 0 || hasFold(words, "None") && len(words) == 1 {
		fail(c.At, "", "the form of the group claim is set, but groupMembershipClaims emits no groups")
	}
	format := ""
	for _, p := range c.Properties.Items {
		switch {
		case hasFold(groupFormats, p.V) && format != "":
			fail(p.At, p.V, fmt.Sprintf("the group claim has the format %s after %s: the first one is used", finding.Quote(p.V), finding.Quote(format)))
		case hasFold(groupFormats, p.V):
			format = p.V
		case strings.EqualFold(p.V, "cloud_displayname") && !hasFold(words, "ApplicationGroup"):
			fail(p.At, p.V, "cloud_displayname works only with the groups that are assigned to the application (ApplicationGroup)")
		case strings.EqualFold(p.V, "emit_as_roles") && rolesWithValue(a) > 0:
			fail(p.At, p.V, fmt.Sprintf("groups are emitted as roles, so that the %s of the application not emitted", count(rolesWithValue(a), "role is", "roles are")))
		case !hasFold(groupOptions, p.V):
			x.failAt(p.At, fact{actual: p.V, expected: slices.Concat(groupFormats, groupOptions), forms: true,
				detail: fmt.Sprintf("the group claim has no property %s%s", finding.Quote(p.V), didYouMean(p.V, slices.Concat(groupFormats, groupOptions)))})
		}
	}
}

// didYouMean is a suggestion behind a sentence; "" without one.
func didYouMean(word string, candidates []string) string {
	if near := finding.DidYouMean(word, candidates); near != "" {
		return "; did you mean " + finding.Quote(near) + "?"
	}
	return ""
}

func rolesWithValue(a *entra.Application) (n int) {
	for _, r := range a.AppRoles.V {
		if r.Value.V != "" {
			n++
		}
	}
	return n
}

// optionalClaims are the optional claims that SAML tokens can have.
var optionalClaims = []string{"acct", "email", "groups", "upn", "aio"}

func lintOptionalClaims(x *inspection, e *enterprise) {
	a := e.registration(x)
	if a == nil || !exported(x, a.OptionalClaims, "optionalClaims") {
		return
	}
	for _, c := range a.OptionalClaims.V {
		name := c.Name.V
		if c.Name.Known && !hasFold(optionalClaims, name) && !strings.HasPrefix(strings.ToLower(name), "extension_") {
			x.failAt(c.Name.At, fact{actual: name, expected: optionalClaims, forms: true,
				detail: fmt.Sprintf("the optional claim %s is none of SAML tokens%s", finding.Quote(name), didYouMean(name, optionalClaims))})
		}
	}
}

func lintMappedClaims(x *inspection, e *enterprise) {
	a := e.registration(x)
	if a == nil || !exported(x, a.MappedClaims, "api.acceptMappedClaims") || !a.MappedClaims.V {
		return
	}
	f := fact{detail: e.title() + " accepts mapped claims (api.acceptMappedClaims)"}
	if a.Audience.V != "" && !strings.EqualFold(a.Audience.V, "AzureADMyOrg") {
		f.detail += ", and is open to other tenants, which could forge claims"
	}
	x.failAt(a.MappedClaims.At, f)
}
