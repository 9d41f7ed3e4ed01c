package claimrule

import (
	"fmt"
	"strings"

	"github.com/ssodoctor/ssodoctor/internal/lazyregexp"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// regexLints are about regular expressions, and texts that were meant to be.
var regexLints = []LintRule{
	{
		Name: "adfs-rule-regex-invalid", Severity: finding.Error, Title: "A regular expression is not valid",
		Why:       "AD FS cannot compile the expression: the rule fails whenever it is tried, and with it the sign-in.",
		Cause:     "A web page swallowed the names of groups, or the text is no regular expression at all.",
		Action:    "correct the expression; special characters meant literally take a backslash",
		Reference: ".NET regular expressions", check: lintInvalidRegex,
	},
	{
		Name: "adfs-rule-regex-as-text", Severity: finding.Warning, Title: "== or != compares with the text of a regular expression",
		Why:       "Only =~ and !~ know regular expressions. == and != compare character by character, so that == never holds and != always.",
		Cause:     "The operator was mixed up; published examples do it too.",
		Action:    "write =~ for ==, and !~ for !=",
		Reference: "The Role of the Claim Rule Language", check: lintRegexAsText,
	},
	{
		Name: "adfs-rule-glob", Severity: finding.Warning, Title: "A regular expression looks like a wildcard",
		Why:       "In a regular expression * repeats the character before it: \"ABC*\" matches AB, ABC, ABCC anywhere in the value.",
		Cause:     "The pattern was written like a file name.",
		Action:    "write ^ABC for \"begins with\", ABC$ for \"ends with\", ABC for \"contains\"",
		Reference: ".NET regular expressions", check: lintGlob,
	},
	{
		Name: "adfs-rule-unanchored-sid", Severity: finding.Warning, Title: "A SID is matched without an end",
		Why:       "The expression also matches longer SIDs: …-110 matches …-1104, another group.",
		Cause:     "=~ was used where == was meant, or $ is missing.",
		Action:    "compare with ==, or put $ behind the SID",
		Reference: ".NET regular expressions", check: lintUnanchoredSID,
	},
	{
		Name: "adfs-rule-unescaped-dot", Severity: finding.Info, Title: "A dot in a regular expression stands for any character",
		Why:       "\"contoso.com\" also matches \"contosoXcom\".",
		Cause:     "The dot of a domain name or address was not escaped.",
		Action:    "write \\. for a dot",
		Reference: ".NET regular expressions", check: lintDot,
	},
	{
		Name: "adfs-rule-replacement-group", Severity: finding.Error, Title: "RegExReplace puts in a group that the expression does not have",
		Why:       "The text ${name} itself appears in the claim.",
		Cause:     "The group is named otherwise, or a web page swallowed its name.",
		Action:    "give the group the same name in the expression and in the replacement",
		Reference: ".NET substitutions", check: lintReplacementGroup,
	},
	{
		Name: "adfs-rule-truncation", Severity: finding.Warning, Title: "A truncation takes the last character off short values",
		Why:       "In \"(?<start>^.{1,N}).+$\" the part behind the group needs one character: a value that is short enough as it is gives up its last one.",
		Cause:     "The idiom is published in this form.",
		Action:    "write \"^(?<start>.{N}).+$\", which leaves values of up to N characters alone",
		Reference: ".NET backtracking", check: lintTruncation,
	},
}

// eachPattern visits the literals that are used as regular expressions.
func (l *linter) eachPattern(visit func(*String)) {
	l.eachMatch(func(m *Match, s *String) {
		if m.Operator == Matches || m.Operator == NotMatches {
			visit(s)
		}
	})
	each(l, func(c *Call) {
		if s, ok := c.Args[1].(*String); ok {
			visit(s)
		}
	})
}

func lintInvalidRegex(l *linter) {
	l.eachPattern(func(s *String) {
		if _, err := l.rules.regex.get(s.Value, 0); err != nil {
			l.report(s, 0, err.Error(), s.Value)
		}
	})
}

// regexText are the marks of a regular expression that no plain value has.
var regexText = lazyregexp.New(`^\^|\(\?i\)|\.[*+]|[^\\]\$$|\\[.dws]\b|\[[0-9a-zA-Z]-[0-9a-zA-Z]\]`)

func lintRegexAsText(l *linter) {
	l.eachMatch(func(m *Match, s *String) {
		if m.Operator != Equal && m.Operator != NotEqual || len(s.Value) < 2 ||
			!strings.ContainsAny(s.Value, `^$*+\([`) || !regexText.MatchString(s.Value) {
			return
		}
		want := map[Operator]string{Equal: "=~", NotEqual: "!~"}[m.Operator]
		l.report(m, 0, fmt.Sprintf("%s compares with the text %s, which looks like a regular expression", m.Operator, quoteShort(s.Value)),
			m.Operator.String(), want)
	})
}

var globText = lazyregexp.New(`^\^?(\*[\w .@-]*|[\w .@\\-]*[\w -]\*)\$?$`)

func lintGlob(l *linter) {
	l.eachMatch(func(m *Match, s *String) {
		if (m.Operator == Matches || m.Operator == NotMatches) && globText.MatchString(s.Value) {
			l.report(s, 0, "the regular expression "+quoteShort(s.Value)+" is written like a wildcard", s.Value)
		}
	})
}

var openSID = lazyregexp.New(`(?i)S-1-[0-9]+(-[0-9]+)+$`)

func lintUnanchoredSID(l *linter) {
	l.eachMatch(func(m *Match, s *String) {
		if m.Operator == Matches && strings.Contains(s.Value, "-") && openSID.MatchString(s.Value) {
			l.report(s, 0, "the regular expression "+quoteShort(s.Value)+" also matches SIDs that go on behind it", s.Value, s.Value+"$")
		}
	})
}

// bareDot is a domain or address whose dot is not escaped.
var bareDot = lazyregexp.New(`[A-Za-z0-9]\.(com|net|org|edu|gov|local|de|uk|[0-9])\b`)

func lintDot(l *linter) {
	l.eachPattern(func(s *String) {
		if found := bareDot.FindString(s.Value); found != "" && !strings.Contains(s.Value, "[^.]") {
			l.report(s, 0, "in "+quoteShort(s.Value)+" the dot of "+quoteShort(found)+" matches any character", s.Value)
		}
	})
}

var namedSubstitution = lazyregexp.New(`\$\{([^}]*)\}`)

func lintReplacementGroup(l *linter) {
	each(l, func(c *Call) {
		pattern, ok := c.Args[1].(*String)
		replacement, isText := c.Args[2].(*String)
		if !ok || !isText {
			return
		}
		re, err := l.rules.regex.get(pattern.Value, 0)
		if err != nil {
			return // the lint of invalid expressions speaks
		}
		for _, m := range namedSubstitution.FindAllStringSubmatch(replacement.Value, 20) {
			if !re.HasGroup(m[1]) {
				l.report(replacement, 0, "the replacement names the group "+quoteShort(m[1])+", which "+quoteShort(pattern.Value)+" does not have", m[0])
			}
		}
	})
}

var truncation = lazyregexp.New(`\.\{[01],([0-9]+)\}\)\.\+\$?$`)

func lintTruncation(l *linter) {
	each(l, func(c *Call) {
		s, ok := c.Args[1].(*String)
		if !ok {
			return
		}
		if m := truncation.FindStringSubmatch(s.Value); m != nil {
			l.report(s, 0, "values of 2 to "+m[1]+" characters lose their last one", s.Value, "^(?<start>.{"+m[1]+"}).+$")
		}
	})
}
