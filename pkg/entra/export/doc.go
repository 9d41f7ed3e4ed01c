// Package export reads what people export of Microsoft Entra ID into the model
// of package entra: Microsoft Graph JSON and what the Azure CLI, the portal and
// EntraExporter make of it, configurations of Microsoft365DSC, Terraform files.
//
// Each format is read into the same tree of positioned values, shaped as
// Microsoft Graph shapes its resources, and one table of properties binds that
// tree to the model. Nothing is executed and nothing is fetched: an expression
// that only the tool behind a file can resolve is an unknown value.
package export
