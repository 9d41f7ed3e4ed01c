// Package migrate moves AD FS to Microsoft Entra ID. It assesses relying party
// trusts: what of each moves by itself, what needs a person, and what has no
// counterpart.
//
// Two laws hold for every trust: each property of its export appears in the
// items, and each claim rule appears in an item. Nothing is approximated in
// silence: what changes is an item that says what differs.
package migrate
