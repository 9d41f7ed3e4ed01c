// Package migrate moves AD FS to Microsoft Entra ID. [Assess] judges relying
// party trusts: what of each moves by itself, what needs a person, and what has
// no counterpart. [Build] plans the application that takes the place of each,
// with the same verdicts.
//
// Claims and access are read off the decision tables of the rules: a row
// becomes a configuration of a claim, an app role, a group claim, an assignment
// or a Conditional Access policy. What Entra would make of a claim is compared
// with the rows over all users that its conditions tell apart, and what differs
// is an item that names the claim.
//
// Two laws hold for every trust: each property of its export appears in the
// items, and each claim rule appears in an item. Nothing is approximated in
// silence: what changes is an item that says what differs.
package migrate
