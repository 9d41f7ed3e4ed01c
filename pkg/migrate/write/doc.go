// Package write puts the plans of a migration into the forms that people and
// tools carry out: request bodies for Microsoft Graph, Terraform for the
// azuread provider, a Microsoft Graph PowerShell script, a runbook in Markdown
// for the portal, and a spreadsheet.
//
// All of them come from the same plan. What a form cannot carry is listed in
// the output, never left out in silence, and every value is written so that it
// cannot be taken for code, markup or a formula.
package write
