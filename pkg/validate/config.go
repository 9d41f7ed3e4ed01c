package validate

import "github.com/ssodoctor/ssodoctor/pkg/finding"

// atConfig is a fix in the configuration itself.
func atConfig(action string) []finding.Fix {
	return []finding.Fix{{System: finding.User, Place: "ssodoctor.yaml, at the place shown", Action: action}}
}

// configChecks are about ssodoctor.yaml, and about the copies of each fact that
// it brings together.
var configChecks = []*Check{
	{
		Name: "config-invalid", Severity: finding.Error, Family: FamilyConfig, Scope: OfFile,
		Title:     "A value of ssodoctor.yaml cannot be what it is",
		Why:       "What cannot be read is not linted: the rest is, and this part silently would not be.",
		Cause:     "A slip of the keyboard, an indent that moved a value, or a value of another kind than the key takes.",
		Fixes:     atConfig("correct the value; docs/schema/ssodoctor.schema.json lets editors complete it"),
		Reference: "docs/schema/ssodoctor.schema.json",
		Since:     "0.1.0",
		lint:      lints{config: lintConfigWords, app: lintNamedFiles},
	},
	{
		Name: "config-unknown-key", Severity: finding.Error, Family: FamilyConfig, Scope: OfFile,
		Title:     "ssodoctor.yaml has a key that nobody reads",
		Why:       "The value under it is not linted, and whoever wrote it believes that it is.",
		Cause:     "A misspelt key, or one that stands under the wrong heading.",
		Fixes:     atConfig("write the key as it is known, or remove it"),
		Reference: "docs/schema/ssodoctor.schema.json",
		Since:     "0.1.0",
		lint:      lints{config: relayConfig},
	},
	{
		Name: "config-file-missing", Severity: finding.Error, Family: FamilyConfig, Scope: OfFile,
		Title:     "ssodoctor.yaml names a file that is not there",
		Why:       "What the file holds is not compared with anything.",
		Cause:     "The file was moved, renamed or never committed; names are relative to the file that they stand in.",
		Fixes:     atConfig("correct the name, or commit the file"),
		Reference: "docs/schema/ssodoctor.schema.json",
		Since:     "0.1.0",
		lint:      lints{config: relayConfig},
	},
	{
		Name: "config-drift", Severity: finding.Error, Family: FamilyConfig, Scope: OfFile,
		Title: "Two copies of one fact differ",
		Why:   "Both sides of a sign-in must hold the same Identifier, URLs, issuer and certificate, character by character.",
		Cause: "One side was changed and the other was not, or the value was typed instead of copied.",
		Fixes: []finding.Fix{
			{System: finding.Entra, Place: entraBasic, Action: "make both copies the same: {expected}"},
			{System: finding.App, Place: "the app's SAML settings", Action: "make both copies the same: {expected}"},
		},
		Reference: "SAML Metadata 2.4.3, 2.4.4; SAML Profiles 4.1.4",
		Since:     "0.1.0",
		lint:      lints{app: lintDrift},
	},
	{
		Name: "metadata-pair-mismatch", Severity: finding.Error, Family: FamilyMetadata, Scope: OfFile,
		Title: "The metadata of identity provider and app do not fit together",
		Why:   "Each is right on its own, and yet one side demands what the other does not do, so that sign-ins or sign-outs fail.",
		Cause: "The sides were set up apart, or one was changed since.",
		Fixes: []finding.Fix{
			{System: finding.Entra, Place: entraBasic, Action: "set the identity provider up for what the metadata of the app says"},
			{System: finding.App, Place: "the app's SAML settings", Action: "set the app up for what the metadata of the identity provider says"},
		},
		Reference: "SAML Metadata 2.4.3, 2.4.4",
		Since:     "0.1.0",
		lint:      lints{pair: lintPair},
	},
	{
		Name: "placeholder-value", Severity: finding.Error, Family: FamilyConfig, Scope: OfFile,
		Title: "A placeholder was never replaced",
		Why:   "The value means nothing outside of the guide that it is from, so that sign-ins that rest on it fail.",
		Cause: "A value copied from documentation or from a template, or metadata of no tenant in particular.",
		Fixes: []finding.Fix{
			{System: finding.User, Place: "the file, at the place shown", Action: "put the value of your own tenant or app in its place"},
		},
		Reference: "SAML Metadata 2.3.2",
		Since:     "0.1.0",
		lint:      lints{app: lintPlaceholders, entity: lintEntityPlaceholders},
	},
	{
		Name: "suppression-unused", Severity: finding.Warning, Family: FamilyConfig, Scope: OfFile,
		Title:     "A suppression holds nothing back",
		Why:       "It would hide the next finding of this kind without anybody having looked at it.",
		Cause:     "What it was for has been put right, or it never matched.",
		Fixes:     atConfig("remove the suppression"),
		Reference: "docs/schema/ssodoctor.schema.json",
		Since:     "0.1.0",
		lint:      lints{suppressions: lintSuppressionUnused},
	},
	{
		Name: "suppression-expired", Severity: finding.Warning, Family: FamilyConfig, Scope: OfFile,
		Title:     "A suppression has come to its end",
		Why:       "The findings that it held back count again.",
		Cause:     "The day that it was written for has passed.",
		Fixes:     atConfig("put right what it was for and remove it, or give it a new day and reason"),
		Reference: "docs/schema/ssodoctor.schema.json",
		Since:     "0.1.0",
		lint:      lints{suppressions: lintSuppressionEnded},
	},
}
