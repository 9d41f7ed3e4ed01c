// Package claimrule is the AD FS claim rule language: a parser that says where
// and why a text is wrong and what was probably meant, a canonical printer, an
// evaluator that runs rules on a user as AD FS does, decision tables that say what
// they issue for any user, lints, and sentences that an administrator can read.
//
//	rules, errs := claimrule.Parse(text, claimrule.Position{})
//	for _, err := range errs {
//		fmt.Println(err)
//		fmt.Println(err.Caret(text))
//	}
//	result, err := rules.Eval(user, claimrule.Options{})
//
// The grammar of AD FS is not published. This package reads the published
// grammar of its subset, [MS-CTA] 2.2.1, together with what the AD FS
// documentation adds in prose ("The Role of the Claim Rule Language").
//
// # Tables
//
// [RuleSet.Eval] runs the rules on a user. [RuleSet.Tables] runs the same engine
// on a user of whom nothing is known: values become expressions over what the
// user brings ([Term]), conditions become formulas ([Formula]), and what is
// issued becomes a table for each claim type. Evaluating the tables for a user
// gives the claims that running the rules gives. [CoveringUsers] makes up users
// that show what tables do.
//
// # Places
//
// Nodes and errors hold byte offsets into the rule text. A [Position] says
// where that text stands in a file, so that [RuleSet.Span] and
// [SyntaxError.Span] name the line and column of the file even where the rules
// were embedded in an export.
//
// # Safety
//
// Rule texts and users are not trusted. Texts above [MaxText] are refused,
// nesting, errors, claims, combinations and work are bounded, and regular
// expressions time out. Claim types that would take too much have no table, with
// the rule and the reason; the others have theirs.
package claimrule
