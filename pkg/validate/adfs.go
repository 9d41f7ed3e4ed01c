package validate

import (
	"cmp"
	"slices"

	"github.com/ssodoctor/ssodoctor/pkg/adfs/claimrule"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/trace"
)

const (
	adfsExport   = "PowerShell on an AD FS server: Get-AdfsRelyingPartyTrust | Export-Clixml"
	adfsRuleText = "Relying Party Trusts > (trust) > Edit Claim Issuance Policy > (rule) > Edit Rule"
	entraMove    = "Enterprise applications > (app) > Single sign-on"
)

// adfsChecks are about exports of AD FS, their claim rules and the move to
// Entra. The readers, the rule language and the assessment make them, so they
// have no run.
var adfsChecks = slices.Concat(exportChecks, moveChecks, ruleChecks())

var exportChecks = []*Check{
	{
		Name: "adfs-export-unreadable", Severity: finding.Error, Family: FamilyADFS, Scope: OfExport,
		Title:     "An export of AD FS, or a part of it, cannot be read",
		Why:       "What cannot be read is not assessed: a trust may be missing from the result.",
		Cause:     "The file is no export of AD FS, was edited by hand, or was damaged on its way.",
		Fixes:     []finding.Fix{{System: finding.ADFS, Place: adfsExport, Action: "export again, and do not edit the file"}},
		Reference: "Export-Clixml (Microsoft.PowerShell.Utility)",
		Since:     "0.1.0",
	},
	{
		Name: "adfs-export-incomplete", Severity: finding.Warning, Family: FamilyADFS, Scope: OfExport,
		Title:     "The export does not hold all of a value",
		Why:       "What was left out cannot be judged: endpoints, certificates or parameters may differ from what the result says.",
		Cause:     "The export was made with a small -Depth, or in a form that cannot hold lists.",
		Fixes:     []finding.Fix{{System: finding.ADFS, Place: adfsExport, Action: "export again with Export-Clixml and without -Depth"}},
		Reference: "Export-Clixml (Microsoft.PowerShell.Utility)",
		Since:     "0.1.0",
	},
	{
		Name: "adfs-property-unknown", Severity: finding.Info, Family: FamilyADFS, Scope: OfExport,
		Title:     "A property is none that AD FS is known to have",
		Why:       "Nobody has judged what becomes of it; it is kept and listed.",
		Cause:     "The export is of a newer AD FS, or the property was added by a script.",
		Fixes:     []finding.Fix{{System: finding.ADFS, Place: adfsTrust, Action: "find out what the property does before the move"}},
		Reference: "Get-AdfsRelyingPartyTrust (ADFS)",
		Since:     "0.1.0",
	},
	{
		Name: "adfs-rule-damaged", Severity: finding.Warning, Family: FamilyADFS, Scope: OfExport,
		Title:     "A claim rule was changed on its way",
		Why:       "The rule that was read is not the one that AD FS runs, so that judging it leads astray.",
		Cause:     "The rule passed through a web page or a word processor, which took group names for tags or replaced quotation marks.",
		Fixes:     []finding.Fix{{System: finding.ADFS, Place: adfsExport, Action: "take the rule from AD FS again"}},
		Reference: "AD FS claim rule language",
		Since:     "0.1.0",
	},
}

var moveChecks = []*Check{
	{
		Name: "adfs-unsupported", Severity: finding.Error, Family: FamilyADFS, Scope: OfExport,
		Title:     "A setting of the trust has no counterpart in Entra",
		Why:       "The app works today because of it, and cannot sign users in, or not the right ones, until it does without.",
		Cause:     "The trust uses what only AD FS does: SAML artifacts, WS-Trust delegation, other claims providers, an attribute store of its own.",
		Fixes:     []finding.Fix{{System: finding.App, Place: "the app's SAML settings", Action: "change the app so that it does without, or leave it on AD FS"}},
		Reference: "Microsoft Learn: Move application authentication from AD FS to Microsoft Entra ID",
		Since:     "0.1.0",
	},
	{
		Name: "adfs-needs-work", Severity: finding.Warning, Family: FamilyADFS, Scope: OfExport,
		Title:     "A setting of the trust must be carried over by hand, or changes",
		Why:       "Entra does it elsewhere or differently: without the work, some users are refused or get other claims.",
		Cause:     "Conditional Access, Entra Connect or the app take the place of a setting of AD FS.",
		Fixes:     []finding.Fix{{System: finding.Entra, Place: entraMove, Action: "do what the finding says before users are moved"}},
		Reference: "Microsoft Learn: Move application authentication from AD FS to Microsoft Entra ID",
		Since:     "0.1.0",
	},
	{
		Name: "adfs-rule-untranslatable", Severity: finding.Error, Family: FamilyADFS, Scope: OfExport,
		Title:     "A claim rule cannot be expressed in Entra",
		Why:       "The claim it makes, or the decision it takes, would be missing after the move.",
		Cause:     "The rule asks a store other than Active Directory, depends on the request, counts claims, or makes a claim type that Entra keeps for itself.",
		Fixes:     []finding.Fix{{System: finding.Entra, Place: entraClaims, Action: "find another source for the claim: a directory extension, a custom claims provider, or the app"}},
		Reference: "Microsoft Learn: Customize claims issued in the SAML token",
		Since:     "0.1.0",
	},
	{
		Name: "adfs-rule-syntax", Severity: finding.Error, Family: FamilyADFS, Scope: OfExport,
		Title:     "A text is not of the claim rule language",
		Why:       "AD FS refuses the whole rule set.",
		Cause:     "A slip of the keyboard, or quotation marks and brackets that a web page or word processor replaced.",
		Fixes:     []finding.Fix{{System: finding.ADFS, Place: adfsRuleText, Action: "correct the text at the place shown"}},
		Reference: "AD FS claim rule language ([MS-CTA] 2.2.1)",
		Since:     "0.1.0",
	},
}

// ruleChecks are the lints of the claim rule language.
func ruleChecks() []*Check {
	var list []*Check
	for _, r := range claimrule.LintRules() {
		list = append(list, &Check{
			Name: r.Name, Severity: r.Severity, Family: FamilyADFS, Scope: OfExport,
			Title: r.Title, Why: r.Why, Cause: r.Cause, Fixes: []finding.Fix{r.Fix()},
			Reference: cmp.Or(r.Reference, "AD FS claim rule language"), Since: "0.1.0",
		})
	}
	return list
}

// Reading is an input that was not captured, with what its readers say of it.
type Reading struct {
	Name, Format string
	Problems     []finding.Problem
}

// Relay makes a report of what readers say, in their order. It has no messages
// and no diagnosis. Every problem must be of a check of the catalogue.
func Relay(inputs []Reading) *Report {
	r := &Report{Schema: Schema, Inputs: make([]InputView, 0, len(inputs)), Messages: []MessageView{}, Findings: []finding.Finding{}, Checks: []CheckResult{}}
	checks := map[string]*Check{}
	for _, c := range Catalogue() {
		checks[c.Name] = c
	}
	for _, in := range inputs {
		r.Inputs = append(r.Inputs, InputView{Name: in.Name, Format: in.Format})
		capture := &trace.Capture{Name: in.Name}
		for _, p := range in.Problems {
			x := exam{trial: trial{check: checks[p.Check], findings: &r.Findings}, capture: capture, expect: &Expectations{}}
			x.relay([]finding.Problem{p})
		}
	}
	r.count()
	return r
}
