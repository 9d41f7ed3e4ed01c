package claimrule

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// bodyLints are about attribute stores and the form of the rules.
var bodyLints = []LintRule{
	{
		Name: "adfs-rule-unknown-store", Severity: finding.Warning, Title: "The attribute store is not one of the farm",
		Why:       "AD FS cannot answer the query: the sign-in fails when the rule fires.",
		Cause:     "The name is misspelt, or the store was not set up on this farm.",
		Action:    "write the name as Get-AdfsAttributeStore shows it, or add the store",
		Reference: "The Role of Attribute Stores", check: lintStore,
	},
	{
		Name: "adfs-rule-query", Severity: finding.Error, Title: "The query of an attribute store cannot work",
		Why:       "The columns of the answer become claims by position, and each {n} takes the n-th param: where they do not add up, the sign-in fails when the rule fires.",
		Cause:     "A type or attribute was added on one side only.",
		Action:    "name one attribute for each type, and one param for each placeholder",
		Reference: "When to Use a Custom Claim Rule", check: lintQuery,
	},
	{
		Name: "adfs-rule-unterminated", Severity: finding.Info, Title: "The last rule has no semicolon",
		Why:       "The rule set cannot be continued: a rule pasted behind it makes the whole text invalid.",
		Cause:     "The rule was copied without its end.",
		Action:    "put ; behind the closing parenthesis",
		Reference: "[MS-CTA] 2.2.1", check: lintUnterminated,
	},
	{
		Name: "adfs-rule-annotation", Severity: finding.Info, Title: "An annotation is not one that AD FS writes",
		Why:       "AD FS shows @RuleName and reads @RuleTemplate; others have no effect, and their keeping is not documented.",
		Cause:     "A note was written as an annotation.",
		Action:    "write @RuleName = \"…\"",
		Reference: "", check: lintAnnotation,
	},
}

func lintStore(l *linter) {
	each(l, func(q *Query) {
		known := append(slices.Clone(builtinStores), l.setting.Stores...)
		name := q.Store.Value
		if slices.ContainsFunc(known, func(k string) bool { return strings.EqualFold(k, name) }) {
			return
		}
		near := finding.DidYouMean(strings.TrimSpace(name), known)
		if l.setting.Stores == nil && near == "" {
			return
		}
		if near == "" {
			l.report(q.Store, 0, "the attribute store "+quoteShort(name)+" is not one of the farm", name, known...)
			return
		}
		l.report(q.Store, 0, "the attribute store "+quoteShort(name)+" is not known; did you mean "+near+"?", name, near)
	})
}

func lintQuery(l *linter) {
	each(l, func(q *Query) {
		l.placeholders(q)
		if !strings.EqualFold(q.Store.Value, StoreAD) {
			return
		}
		d, err := ParseDirectoryQuery(q.Query.Value)
		switch {
		case err != nil:
			l.report(q.Query, 0, err.Error(), q.Query.Value)
		case len(d.Attributes) != len(q.Types):
			l.report(q.Query, 0, fmt.Sprintf("%d attributes for %d types: %s", len(d.Attributes), len(q.Types), quoteShort(strings.Join(d.Attributes, ","))), q.Query.Value)
		}
	})
	l.eachRule(func(r *Rule) {
		if q, ok := r.Body.(*Query); ok && strings.EqualFold(q.Store.Value, StoreAD) {
			l.account(r, q)
		}
	})
}

// account reports a query of Active Directory whose account is no DOMAIN\user.
func (l *linter) account(r *Rule, q *Query) {
	d, err := ParseDirectoryQuery(q.Query.Value)
	if err != nil || strings.Contains(d.Account, `\`) {
		return
	}
	numbers, err := placeholders(d.Account)
	if err != nil {
		return
	}
	if len(numbers) == 0 {
		l.report(q.Query, 0, "the account "+quoteShort(d.Account)+` of the query is not of the form DOMAIN\user`, d.Account)
		return
	}
	if numbers[0] >= len(q.Params) {
		return
	}
	ref, ok := q.Params[numbers[0]].(*Ref)
	if !ok || ref.Property.Kind != Value {
		return
	}
	if t, _ := r.Selector(ref.Tag.Name).FixedType(); slices.Contains(accountless, t) {
		l.report(ref, 0, "the "+typeName(t)+` is not of the form DOMAIN\user, which names the account of a query`, typeName(t), typeName(TypeWindowsAccount))
	}
}

// accountless are the claims of a user that people take for the account.
var accountless = []string{TypeUPN, TypeEmail, TypePrimarySID, TypeNameID}

func (l *linter) placeholders(q *Query) {
	numbers, err := placeholders(q.Query.Value)
	if err != nil {
		l.report(q.Query, 0, err.Error(), q.Query.Value)
		return
	}
	used := make([]bool, len(q.Params))
	for _, n := range numbers {
		if n >= len(q.Params) {
			l.report(q.Query, 0, fmt.Sprintf("{%d} has no param: there are %d", n, len(q.Params)), q.Query.Value)
			return
		}
		used[n] = true
	}
	if i := slices.Index(used, false); i >= 0 && strings.EqualFold(q.Store.Value, StoreAD) {
		l.report(q.Params[i], finding.Info, fmt.Sprintf("the query does not use this param: it has no {%d}", i), "")
	}
}

func lintUnterminated(l *linter) {
	l.eachRule(func(r *Rule) {
		if r.Unterminated {
			l.report(r, 0, `the text ends without ";"`, "", ";")
		}
	})
}

func lintAnnotation(l *linter) {
	each(l, func(a *Annotation) {
		if !slices.Contains(annotationNames, annotationName(a.Name.Name)) {
			l.report(a, 0, "the annotation @"+finding.Shorten(a.Name.Name, 40)+" has no effect", a.Name.Name, annotationNames...)
		}
	})
}
