package validate

import (
	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

const noClaim = "no claim is expected: give --require-claim, --sp-metadata or --profile"

// claimFixes say the same at every identity provider, in the words of each.
func claimFixes(action string) []finding.Fix {
	return []finding.Fix{
		{System: finding.Entra, Place: entraClaims, Action: action},
		{System: finding.ADFS, Place: adfsRules, Action: action},
		{System: finding.Okta, Place: oktaAttributes, Action: action},
	}
}

var groupFixes = []finding.Fix{
	{System: finding.Entra, Place: entraGroups, Action: "choose \"Groups assigned to the application\" and assign the groups that the app needs, or filter the groups"},
	{System: finding.App, Place: appClaims, Action: "use app roles in place of groups, if the app can map them"},
}

var claimChecks = []*Check{
	{
		Name: "claim-misnamed", Severity: finding.Error, Family: FamilyClaim, Scope: OfToken,
		Title: "A claim that the app needs has another name",
		Why:   "Apps look for the name of a claim character by character; under another name the claim is not there for them.",
		Cause: "A default name was left in place: a Microsoft URI where the app wants a plain word, an OID, another letter case, https for http.",
		Fixes: append(claimFixes("rename the claim {actual} to {expected}"),
			finding.Fix{System: finding.App, Place: appClaims, Action: "or make the app read {actual}"}),
		Reference: "SAML Core 2.7.3.1",
		Since:     "0.1.0",
		Explains:  []string{"claim-missing"},
		run:       runClaimMisnamed,
	},
	{
		Name: "claim-missing", Severity: finding.Error, Family: FamilyClaim, Scope: OfToken,
		Title: "A claim that the app needs is missing",
		Why:   "The app cannot find or make the account of the user without it.",
		Cause: "The claim is not set up, or the attribute behind it is empty for this user: Entra and AD FS leave out a claim without a value.",
		Fixes: []finding.Fix{
			{System: finding.Entra, Place: entraClaims, Action: "add the claim {expected} under exactly this name; where it is there, fill the attribute of this user"},
			{System: finding.ADFS, Place: adfsRules, Action: "add a rule that issues {expected}; where there is one, fill the attribute of this user"},
			{System: finding.Okta, Place: oktaAttributes, Action: "add the attribute statement {expected}; where there is one, fill the field in the profile of this user"},
			{System: finding.App, Place: appClaims, Action: "or make the app read a claim that the token has"},
		},
		Reference: "SAML Core 2.7.3",
		Since:     "0.1.0",
		run:       runClaimMissing,
	},
	{
		Name: "claim-empty", Severity: finding.Error, Family: FamilyClaim, Scope: OfToken,
		Title:     "A claim has no value",
		Why:       "The app gets an empty name, address or role, and refuses the user or makes a broken account.",
		Cause:     "The attribute behind the claim is empty for this user, or a constant was left blank.",
		Fixes:     claimFixes("fill the attribute behind {actual} for this user, or take one that every user has"),
		Reference: "SAML Core 2.7.3.1.1",
		Since:     "0.1.0",
		run:       runClaimEmpty,
	},
	{
		Name: "claim-groups-object-ids", Severity: finding.Warning, Family: FamilyClaim, Scope: OfToken,
		Title: "Groups came as object IDs, the app expects names",
		Why:   "The app compares the values with its own group names and finds none.",
		Cause: "Entra sends the object ID of a group unless another source attribute is chosen, and for groups that are not synchronised always.",
		Fixes: []finding.Fix{
			{System: finding.Entra, Place: entraGroups, Action: "choose the source attribute sAMAccountName (synchronised groups) or the display names of cloud groups (groups assigned to the application)"},
			{System: finding.App, Place: appClaims, Action: "or enter the object IDs of the groups in the app"},
		},
		Reference: "https://learn.microsoft.com/entra/identity/hybrid/connect/how-to-connect-fed-group-claims",
		Since:     "0.1.0",
		Explains:  []string{"claim-value-mismatch"},
		run:       runGroupIDs,
	},
	{
		Name: "claim-value-mismatch", Severity: finding.Error, Family: FamilyClaim, Scope: OfToken,
		Title:     "A claim has another value than the app expects",
		Why:       "The app does not know the user, role or group by this value.",
		Cause:     "The claim is made from another attribute than the app needs, or the attribute is wrong for this user.",
		Fixes:     claimFixes("make the claim from an attribute whose value fits {expected}"),
		Reference: "SAML Core 2.7.3.1.1",
		Since:     "0.1.0",
		Explains:  []string{"flow-app-rejected"},
		run:       runClaimValue,
	},
	{
		Name: "claim-duplicate", Severity: finding.Warning, Family: FamilyClaim, Scope: OfToken,
		Title: "The same claim stands in the token twice",
		Why:   "python3-saml refuses such a token, other apps read only the first or only the last; several values belong into one attribute.",
		Cause: "Two rules issue the same claim, or one claim was added beside a default of the same name.",
		Fixes: append(claimFixes("leave one claim with the name {actual}, with all values in it"),
			finding.Fix{System: finding.App, Place: "the identity provider's settings (Keycloak: Single Role Attribute)", Action: "write several values into one Attribute element"}),
		Reference: "SAML Core 2.7.3",
		Since:     "0.1.0",
		run:       runClaimDuplicate,
	},
	{
		Name: "claim-multi-valued", Severity: finding.Warning, Family: FamilyClaim, Scope: OfToken,
		Title:     "A claim has several values where the app reads one",
		Why:       "The app takes the first value or all of them as one text, so the user may get the wrong account or role.",
		Cause:     "The attribute behind the claim has several values for this user (several addresses, several roles).",
		Fixes:     claimFixes("issue one value of {actual}: choose another attribute, or take the first value"),
		Reference: "SAML Core 2.7.3.1",
		Since:     "0.1.0",
		run:       runClaimMultiValued,
	},
	{
		Name: "claim-groups-overage", Severity: finding.Error, Family: FamilyClaim, Scope: OfToken,
		Title:     "The user is in too many groups, so Entra sent a link in their place",
		Why:       "Above 150 groups Entra leaves the group claim out and sends the address of a Graph query, which hardly any app follows: the user has no groups there.",
		Cause:     "The group claim holds all groups of the user, nested ones too.",
		Fixes:     groupFixes,
		Reference: "https://learn.microsoft.com/entra/identity/hybrid/connect/how-to-connect-fed-group-claims",
		Since:     "0.1.0",
		Explains:  []string{"claim-missing", "claim-misnamed"},
		run:       runGroupsOverage,
	},
	{
		Name: "assertion-too-large", Severity: finding.Warning, Family: FamilyClaim, Scope: OfToken,
		Title: "The token is too large for some apps",
		Why:   "Express refuses form bodies over 100 KB, ruby-saml messages over 250,000 bytes, and proxies have limits of their own.",
		Cause: "A group or role claim with hundreds of values.",
		Fixes: append([]finding.Fix{
			{System: finding.ADFS, Place: adfsRules, Action: "issue only the groups that the app needs"},
			{System: finding.Okta, Place: oktaAttributes, Action: "filter the group attribute statement"},
		}, groupFixes...),
		Reference: "SAML Bindings 3.5.4",
		Since:     "0.1.0",
		run:       runTooLarge,
	},
}
