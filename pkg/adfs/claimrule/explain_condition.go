package claimrule

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ssodoctor/ssodoctor/internal/lazyregexp"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// condition says for whom a rule fires, and when.
func (e *explainer) condition(c Condition) (who, when string) {
	switch c := c.(type) {
	case *Exists:
		return "", e.exists(c)
	case *Count:
		return "", fmt.Sprintf("the number of %s is %s %d", plural(e.described(c.Claims)), countWords[c.Operator], c.Number.Value)
	case *Selector:
		return e.selector(c)
	}
	return "", ""
}

func plural(described string) string { return strings.Replace(described, "claim", "claims", 1) }

func (e *explainer) exists(c *Exists) string {
	if who, ok := memberOf(c.Claims); ok {
		is := map[bool]string{false: "the user is ", true: "the user is not "}[c.Not]
		if sid, one := strings.CutPrefix(who, "the user "); one {
			return is + sid
		}
		return is + "one of " + who
	}
	if c.Not {
		return "there is no " + e.described(c.Claims)
	}
	return "there is " + article(e.described(c.Claims))
}

// article puts "a" or "an" before a noun.
func article(noun string) string {
	if strings.IndexByte("AEIOUaeio", noun[0]) >= 0 && !strings.HasPrefix(noun, "UPN") && !strings.HasPrefix(noun, "Up") {
		return "an " + noun
	}
	return "a " + noun
}

var countWords = map[Operator]string{Equal: "exactly", NotEqual: "not", Less: "less than", LessEqual: "at most", Greater: "more than", GreaterEqual: "at least"}

// described names a claim with what is asked of it: `Role claim that is "x"`.
func (e *explainer) described(s *Selector) string {
	name := "claim"
	if t, ok := s.FixedType(); ok {
		name = typeName(t) + " claim"
	}
	tests := e.tests(s)
	if len(tests) == 0 {
		return name
	}
	return name + " that " + strings.Join(tests, " and ")
}

func (e *explainer) selector(s *Selector) (who, when string) {
	if s == e.told {
		return "", ""
	}
	tests := e.tests(s)
	used := s.Tag != nil && e.used[strings.ToLower(s.Tag.Name)]
	if who, ok := memberOf(s); ok {
		return e.to + " " + who, ""
	}
	if where := network(s); where != "" {
		return where, ""
	}
	t, _ := s.FixedType()
	switch {
	case len(s.Matches) == 0:
		return "once for each claim that is there", ""
	case len(tests) == 0 && (used || t == TypeWindowsAccount):
		return "", ""
	case used && severalOf(s):
		return "for each " + e.described(s), ""
	case used:
		return "", e.subject(s) + " " + strings.Join(tests, " and ")
	}
	return "", "there is " + article(e.described(s))
}

// memberOf reads a selector that asks for one group or one user by SID.
func memberOf(s *Selector) (who string, ok bool) {
	t, _ := s.FixedType()
	sid := ""
	for _, m := range s.Matches {
		text, literal := m.Value.(*String)
		switch {
		case !literal:
			return "", false
		case m.Property.Kind == Value && sid == "":
			sid = wholeText(m.Operator, text.Value)
		case m.Property.Kind != Type && !saysNothing(m):
			return "", false
		}
	}
	if !isSID(sid) {
		return "", false
	}
	if name := SIDName(sid); name != "" {
		sid += " (" + name + ")"
	}
	switch t {
	case TypePrimarySID:
		return "the user " + sid, true
	case TypeGroupSID:
		return "the members of the group " + sid, true
	}
	return "", false
}

// wholeText is the text that a comparison asks for as a whole, empty where it
// asks for something else.
func wholeText(op Operator, text string) string {
	if op == Equal {
		return text
	}
	rest, start := strings.CutPrefix(strings.Replace(text, "(?i)", "", 1), "^")
	rest, end := cutEnd(rest)
	if plain, ok := plainText(rest); ok && op == Matches && start && end {
		return plain
	}
	return ""
}

// network speaks of where a request comes from.
func network(s *Selector) string {
	t, _ := s.FixedType()
	if t != TypeInsideNetwork || len(s.Matches) != 2 {
		return ""
	}
	for _, m := range s.Matches {
		text, ok := m.Value.(*String)
		if !ok || m.Property.Kind != Value {
			continue
		}
		switch wholeText(m.Operator, text.Value) {
		case "true":
			return "for requests from inside the corporate network"
		case "false":
			return "for requests from outside the corporate network"
		}
	}
	return ""
}

// noIssuer are conditions on the issuer that every claim of Active Directory
// fulfils.
var noIssuer = lazyregexp.New(`^\^?\(?AD AUTHORITY(\|(SELF|LOCAL) AUTHORITY)*\)?\$?$`)

// saysNothing tells matches that all claims of Active Directory fulfil.
func saysNothing(m *Match) bool {
	text, ok := m.Value.(*String)
	return ok && m.Property.Kind == Issuer && noIssuer.MatchString(text.Value) && (m.Operator == Equal || m.Operator == Matches)
}

// tests are the matches of a selector in words, but for its type and for an
// issuer that goes without saying.
func (e *explainer) tests(s *Selector) []string {
	var list []string
	typed := s.Fixed(Type)
	for _, m := range s.Matches {
		if m == typed || saysNothing(m) {
			continue
		}
		test := e.test(m)
		if m.Property.Kind != Value {
			test = "has " + propertyPhrase(m.Property) + " that " + test
		}
		list = append(list, test)
	}
	return list
}

func propertyPhrase(p *Property) string {
	if p.Key != nil {
		return "a property " + finding.Quote(p.Key.Value)
	}
	return map[PropertyKind]string{Type: "a type", ValueType: "a value type", Issuer: "an issuer", OriginalIssuer: "an original issuer"}[p.Kind]
}

func (e *explainer) test(m *Match) string {
	text, literal := m.Value.(*String)
	switch {
	case m.Operator == Equal:
		return "is " + e.value(m.Value)
	case m.Operator == NotEqual:
		return "is not " + e.value(m.Value)
	case !literal:
		return map[Operator]string{Matches: "matches", NotMatches: "does not match"}[m.Operator] + " the regular expression in " + e.value(m.Value)
	}
	yes, no := regexWords(text.Value)
	if m.Operator == NotMatches {
		return no
	}
	return yes
}

// regexWords says what a simple regular expression asks for, and the opposite.
func regexWords(pattern string) (yes, no string) {
	rest := strings.Replace(pattern, "(?i)", "", 1)
	anyCase := ""
	if rest != pattern {
		anyCase = " in any letter case"
	}
	rest, start := strings.CutPrefix(rest, "^")
	rest, end := cutEnd(rest)
	if list, ok := choices(rest); ok && start && end {
		return "is " + list + anyCase, "is not " + list + anyCase
	}
	plain, ok := plainText(rest)
	if !ok {
		q := finding.Quote(finding.Shorten(pattern, 80))
		return "matches the regular expression " + q, "does not match the regular expression " + q
	}
	word := [2]string{"contains", "does not contain"}
	switch {
	case start && end:
		word = [2]string{"is", "is not"}
	case start:
		word = [2]string{"begins with", "does not begin with"}
	case end:
		word = [2]string{"ends with", "does not end with"}
	}
	q := " " + finding.Quote(finding.Shorten(plain, 80)) + anyCase
	if name := wellKnownRIDs[strings.TrimPrefix(plain, "-")]; name != "" && end && !start && plain[0] == '-' {
		q += " (" + name + ")"
	}
	return word[0] + q, word[1] + q
}

// cutEnd takes an unescaped "$" off the end.
func cutEnd(pattern string) (string, bool) {
	rest, ok := strings.CutSuffix(pattern, "$")
	if !ok || (len(rest)-len(strings.TrimRight(rest, `\`)))%2 == 1 {
		return pattern, false
	}
	return rest, true
}

// choices reads "(a|b|c)" with plain parts.
func choices(pattern string) (string, bool) {
	inner, ok := strings.CutPrefix(pattern, "(")
	inner, closed := strings.CutSuffix(inner, ")")
	if !ok || !closed || !strings.Contains(inner, "|") {
		return "", false
	}
	var list []string
	for part := range strings.SplitSeq(inner, "|") {
		plain, ok := plainText(part)
		if !ok || len(list) > 20 {
			return "", false
		}
		list = append(list, finding.Quote(plain))
	}
	slices.Sort(list)
	return orList(slices.Compact(list)), true
}
