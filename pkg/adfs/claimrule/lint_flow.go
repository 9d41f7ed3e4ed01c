package claimrule

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// flowLints are about what the rules of a set do together.
var flowLints = []LintRule{
	{
		Name: "adfs-rule-never-fires", Severity: finding.Warning, Title: "A rule can never fire",
		Why:       "Its condition asks for something that cannot be there, so the rule does nothing.",
		Cause:     "The rule stands before the one that makes its claim, that rule is gone, or two comparisons exclude each other.",
		Action:    "move the rule behind the one that makes the claim, correct the condition, or delete the rule",
		Reference: "The Role of the Claims Engine", check: lintNeverFires,
	},
	{
		Name: "adfs-rule-add-unread", Severity: finding.Warning, Title: "A claim is added that no later rule reads",
		Why:       "add puts a claim only before the rules that follow; it never reaches the token.",
		Cause:     "issue was meant, or the rule that read the claim is gone or stands before.",
		Action:    "write issue if the app should get the claim, else delete the rule",
		Reference: "The Role of the Claims Engine", check: lintAddUnread,
	},
	{
		Name: "adfs-rule-temporary-issued", Severity: finding.Warning, Title: "A temporary claim goes into the token",
		Why:       "The app gets a claim that was only meant for later rules; it makes the token larger and may tell more than it should.",
		Cause:     "issue was written where add was meant.",
		Action:    "write add in place of issue",
		Reference: "The Role of the Claims Engine", check: lintTemporaryIssued,
	},
	{
		Name: "adfs-rule-add-copy", Severity: finding.Warning, Title: "add copies a claim to where it is already",
		Why:       "The claim is in the input set before and after: the rule does nothing.",
		Cause:     "issue was meant.",
		Action:    "write issue(claim = …), or delete the rule",
		Reference: "The Role of the Claim Rule Language", check: lintAddCopy,
	},
	{
		Name: "adfs-rule-permit-all", Severity: finding.Warning, Title: "Everybody is permitted beside other authorization rules",
		Why:       "Beside a rule that permits everybody other permit rules change nothing, and whoever no deny rule catches gets in.",
		Cause:     "The rule that permits all is the default of a new trust and was not deleted when the others were written.",
		Action:    "delete the rule that permits everybody, unless only the denied are meant to stay out",
		Reference: "Access Control Policies in AD FS", check: lintPermitAll,
	},
	{
		Name: "adfs-rule-no-permit", Severity: finding.Error, Title: "No authorization rule permits anybody",
		Why:       "Without a permit claim AD FS refuses every user (MSIS5007).",
		Cause:     "Only deny rules were written, permit is only added, or its type is misspelt.",
		Action:    "add a rule that issues " + TypePermit,
		Reference: "Access Control Policies in AD FS", check: lintNoPermit,
	},
	{
		Name: "adfs-rule-duplicate", Severity: finding.Warning, Title: "Two rules do the same",
		Why:       "The claim is issued twice; apps that expect one value may refuse two.",
		Cause:     "A rule was copied and not changed.",
		Action:    "delete one of the rules",
		Reference: "", check: lintDuplicate,
	},
	{
		Name: "adfs-rule-nameid-multiple", Severity: finding.Warning, Title: "More than one NameID can be issued",
		Why:       "A token has one NameID. With several, AD FS fails or the app gets another one than expected.",
		Cause:     "The source of the NameID has several values, or several rules issue it.",
		Action:    "take a source with one value, and exclude the other rules by a condition",
		Reference: "SAML Core 2.4.1", check: lintNameIDMultiple,
	},
	{
		Name: "adfs-rule-cross-product", Severity: finding.Info, Title: "Two conditions with many claims multiply",
		Why:       "The rule fires for each combination of the claims: 20 groups and 5 roles give 100 claims.",
		Cause:     "One of the conditions was only meant as a test.",
		Action:    "write EXISTS([…]) for a condition that is only a test",
		Reference: "The Role of the Claim Rule Language", check: lintCrossProduct,
	},
	{
		Name: "adfs-rule-mixed-conditions", Severity: finding.Info, Title: "Selectors and EXISTS or COUNT stand in one rule",
		Why:       "The documentation says that they may not be mixed; how versions of AD FS treat it is not published.",
		Cause:     "A test was added to a rule that selects.",
		Action:    "make the test in a rule before that adds a flag, and select the flag",
		Reference: "The Role of the Claim Rule Language", check: lintMixed,
	},
}

func lintNeverFires(l *linter) {
	l.eachRule(func(r *Rule) {
		for _, c := range r.Conditions {
			if e, ok := c.(*Exists); ok && e.Not {
				continue
			}
			if n, ok := c.(*Count); ok {
				l.countNever(n)
				if n.Operator != Greater && n.Operator != GreaterEqual {
					continue
				}
			}
			s := selectorOf(c)
			l.typeNever(r, s)
			l.contradiction(s)
		}
	})
}

// countNever reports comparisons that no number of claims fulfils.
func (l *linter) countNever(c *Count) {
	if c.Operator == Less && c.Number.Value == 0 {
		l.report(c, 0, "a number of claims is never less than 0", "< 0")
	}
}

func (l *linter) typeNever(r *Rule, s *Selector) {
	t, ok := s.FixedType()
	if !ok || l.flow.madeBefore(t, r.Index) {
		return
	}
	if _, known := KnownType(t); known {
		return
	}
	maker := l.flow.firstAfter(t, r.Index)
	switch {
	case maker == r && r.Verb == Issue && !scratchType(t):
		return // passes on or adds to a type that comes in
	case maker != nil && maker != r && !scratchType(t) && passesOn(maker, t):
		return
	case maker != nil && maker != r:
		l.report(s, 0, fmt.Sprintf("the claim type %s is made by rule %d only, behind this one", quoteShort(t), maker.Index+1), t)
	case scratchType(t):
		l.report(s, 0, "the claim type "+quoteShort(t)+" looks temporary, and no rule before this one makes it", t)
	}
}

// passesOn tells whether a rule makes claims of a type out of such claims, so
// that the type comes in from outside.
func passesOn(r *Rule, claimType string) bool {
	for _, c := range r.Conditions {
		if t, ok := selectorOf(c).FixedType(); ok && t == claimType {
			return true
		}
	}
	return false
}

// contradiction reports two comparisons of one selector that exclude each
// other.
func (l *linter) contradiction(s *Selector) {
	wanted := map[string]string{}
	for _, m := range s.Matches {
		text, ok := m.Value.(*String)
		key := m.Property.Kind.String()
		if m.Property.Key != nil {
			key += " " + m.Property.Key.Value
		}
		if !ok {
			continue
		}
		before, seen := wanted[key]
		if m.Operator == Equal {
			wanted[key] = text.Value
		}
		if seen && !compatible(before, m.Operator, text.Value) {
			l.report(m, 0, fmt.Sprintf("%s cannot be %s and %s %s", m.Property.Kind, quoteShort(before), m.Operator, quoteShort(text.Value)), text.Value)
			return
		}
	}
}

// compatible tells whether a value can fulfil a comparison with a literal.
// Expressions that only .NET can read are taken to be fulfilled: this one must
// not take long.
func compatible(value string, op Operator, text string) bool {
	switch op {
	case Equal:
		return value == text
	case NotEqual:
		return value != text
	}
	if len(text) > 500 || len(value) > 500 {
		return true
	}
	re, err := regexp.Compile(text)
	return err != nil || re.MatchString(value) == (op == Matches)
}

func lintAddUnread(l *linter) {
	l.eachRule(func(r *Rule) {
		if r.Verb != Add {
			return
		}
		if _, copied := r.Body.(*Copy); copied {
			return
		}
		types, _ := madeTypes(r)
		for _, t := range types {
			if !l.flow.readAfter(t.Value, r.Index) {
				l.report(t, 0, "the claim "+quoteShort(t.Value)+" is added, and no later rule reads it", t.Value)
			}
		}
	})
}

func lintTemporaryIssued(l *linter) {
	l.eachRule(func(r *Rule) {
		if r.Verb != Issue {
			return
		}
		types, _ := madeTypes(r)
		for _, t := range types {
			if scratchType(t.Value) {
				l.report(t, 0, "the claim "+quoteShort(t.Value)+" looks temporary, but is issued", t.Value, "add")
			}
		}
	})
}

func lintAddCopy(l *linter) {
	l.eachRule(func(r *Rule) {
		if _, copied := r.Body.(*Copy); copied && r.Verb == Add {
			l.report(r.Body, 0, "add(claim = …) changes nothing", "add", "issue")
		}
	})
}

// decisions lists the places where claims of a type are issued.
func (l *linter) decisions(claimType string) []making {
	var list []making
	for _, m := range l.flow.makers[claimType] {
		if m.rule.Verb == Issue {
			list = append(list, m)
		}
	}
	return list
}

// unconditional tells whether a rule fires for everybody.
func unconditional(r *Rule) bool {
	for _, c := range r.Conditions {
		if s, ok := c.(*Selector); !ok || len(s.Matches) > 0 {
			return false
		}
	}
	return true
}

func lintPermitAll(l *linter) {
	permits, denies := l.decisions(TypePermit), l.decisions(TypeDeny)
	for _, p := range permits {
		if !unconditional(p.rule) {
			continue
		}
		switch {
		case len(permits) > 1:
			l.report(p.rule, 0, fmt.Sprintf("this rule permits everybody; %d other permit rules change nothing", len(permits)-1), "")
		case len(denies) > 0:
			l.report(p.rule, finding.Info, "this rule permits everybody whom none of the deny rules catches", "")
		}
		return
	}
}

func lintNoPermit(l *linter) {
	decides := l.setting.Purpose == Authorization || l.setting.Purpose == UnknownPurpose && len(l.decisions(TypeDeny)) > 0
	if !decides || len(l.decisions(TypePermit)) > 0 || len(l.flow.wild) > 0 || slices.ContainsFunc(l.rules.Rules, func(r *Rule) bool { return r.Bad }) {
		return
	}
	if len(l.rules.Rules) == 0 {
		l.report(l.rules, 0, "there is no authorization rule at all", "")
		return
	}
	l.report(l.rules.Rules[0], 0, "none of the rules issues a permit claim", "", TypePermit)
}

func lintDuplicate(l *linter) {
	first := map[string]int{}
	l.eachRule(func(r *Rule) {
		bare := *r
		bare.Annotations = nil
		text := bare.String()
		if before, ok := first[text]; ok {
			l.report(r, 0, fmt.Sprintf("the rule does the same as rule %d", before+1), "")
			return
		}
		first[text] = r.Index
	})
}

func lintNameIDMultiple(l *linter) {
	var always *Rule
	for _, m := range l.decisions(TypeNameID) {
		if why := manyValues(m.rule); why != "" {
			l.report(m.at, 0, "the NameID is made of "+why+", of which a user can have several", "")
		}
		if len(m.rule.Conditions) > 1 || !singleSource(m.rule) {
			continue
		}
		if always != nil {
			l.report(m.at, finding.Info, fmt.Sprintf("rule %d issues a NameID too", always.Index+1), "")
		} else {
			always = m.rule
		}
	}
}

// singleSource tells whether a rule fires for every user of Active Directory.
func singleSource(r *Rule) bool {
	if unconditional(r) {
		return true
	}
	s, ok := r.Conditions[0].(*Selector)
	if !ok || s.Fixed(Value) != nil {
		return false
	}
	t, _ := s.FixedType()
	return t == TypeWindowsAccount || t == TypeUPN || t == TypePrimarySID || t == TypeName
}

// multiAttributes are attributes of Active Directory with several values.
var multiAttributes = []string{"tokengroups", "memberof", "proxyaddresses", "othermailbox", "othertelephone", "othermobile", "serviceprincipalname", "sidhistory"}

// manyValues names the source of a rule that can have several values, empty
// where it has one.
func manyValues(r *Rule) string {
	if q, ok := r.Body.(*Query); ok {
		return manyColumn(q)
	}
	for _, c := range r.Conditions {
		s, ok := c.(*Selector)
		if !ok || s.Fixed(Value) != nil {
			continue
		}
		t, fixed := s.FixedType()
		if known, _ := KnownType(t); fixed && known.Multiple {
			return known.Name + " claims"
		}
		if len(s.Matches) == 0 {
			return "all claims"
		}
	}
	return ""
}

func manyColumn(q *Query) string {
	d, err := ParseDirectoryQuery(q.Query.Value)
	if err != nil || !strings.EqualFold(q.Store.Value, StoreAD) {
		return ""
	}
	for i, t := range q.Types {
		if t.Value != TypeNameID || i >= len(d.Attributes) {
			continue
		}
		name, _, _ := strings.Cut(d.Attributes[i], "(")
		for _, many := range multiAttributes {
			if strings.EqualFold(name, many) {
				return d.Attributes[i]
			}
		}
	}
	return ""
}

func lintCrossProduct(l *linter) {
	l.eachRule(func(r *Rule) {
		many := 0
		for _, c := range r.Conditions {
			s, ok := c.(*Selector)
			if !ok || s.Fixed(Value) != nil {
				continue
			}
			t, _ := s.FixedType()
			if known, _ := KnownType(t); known.Multiple || len(s.Matches) == 0 {
				many++
			}
		}
		if many > 1 {
			l.report(r, 0, fmt.Sprintf("%d of the conditions match many claims each", many), "")
		}
	})
}

func lintMixed(l *linter) {
	l.eachRule(func(r *Rule) {
		selectors := 0
		for _, c := range r.Conditions {
			if _, ok := c.(*Selector); ok {
				selectors++
			}
		}
		if selectors > 0 && selectors < len(r.Conditions) {
			l.report(r, 0, "the rule mixes selectors with EXISTS or COUNT", "")
		}
	})
}
