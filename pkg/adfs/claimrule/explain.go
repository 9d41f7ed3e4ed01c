package claimrule

import (
	"fmt"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// Explain says in a sentence what a rule does, with the names that the AD FS
// console gives to claim types, and the groups that every domain has by name.
// The sentence is safe for one line of a terminal.
func Explain(r *Rule) string {
	if r.Bad {
		return "This rule cannot be read."
	}
	e := &explainer{rule: r, used: map[string]bool{}, to: "to"}
	what := e.body()
	var who, when []string
	for _, c := range r.Conditions {
		audience, condition := e.condition(c)
		who, when = appendText(who, audience), appendText(when, condition)
	}
	parts := appendText([]string{what}, strings.Join(who, " and "))
	if len(when) > 0 {
		parts = append(parts, "if "+strings.Join(when, " and "))
	}
	return finding.Printable(strings.Join(parts, " ") + ".")
}

func appendText(list []string, s string) []string {
	if s == "" {
		return list
	}
	return append(list, s)
}

type explainer struct {
	rule *Rule
	used map[string]bool // tags whose claims the body speaks of
	told *Selector       // the selector whose matches the body has told
	to   string          // what leads from the body to the members of a group
}

// sends is the beginning of a sentence about claims that the rule makes.
func (e *explainer) sends(what string) string {
	if e.rule.Verb == Add {
		e.to = "about"
		return "Keeps " + what + " for later rules"
	}
	return "Sends " + what
}

func (e *explainer) body() string {
	switch b := e.rule.Body.(type) {
	case *Copy:
		s := e.bound(b.Tag.Name)
		if e.rule.Verb == Add {
			return "Does nothing: add copies " + e.claims(s) + " to where it is already"
		}
		return "Passes on " + e.claims(s)
	case *New:
		return e.new(b)
	case *Query:
		return e.query(b)
	}
	return ""
}

// bound is the selector of a tag.
func (e *explainer) bound(tag string) *Selector {
	e.used[strings.ToLower(tag)] = true
	if s := e.rule.Selector(tag); s != nil {
		return s
	}
	return &Selector{}
}

// claims names what a selector picks: "every Role claim that is …".
func (e *explainer) claims(s *Selector) string {
	e.told = s
	if severalOf(s) {
		return "every " + e.described(s)
	}
	return "the " + e.described(s)
}

// severalOf tells whether a user can have several of the claims of a selector.
func severalOf(s *Selector) bool {
	t, _ := s.FixedType()
	known, ok := KnownType(t)
	return !ok || known.Multiple
}

// typeName is the name of a claim type in the AD FS console, or its URI.
func typeName(uri string) string {
	if known, ok := KnownType(uri); ok {
		return known.Name
	}
	return finding.Quote(finding.Shorten(uri, 80))
}

func (e *explainer) new(n *New) string {
	claimType := "a type made of " + e.value(n.Assigned(Type).Value)
	if s, ok := n.Assigned(Type).Value.(*String); ok {
		if decision := e.decision(s.Value, n); decision != "" {
			return decision
		}
		claimType = typeName(s.Value)
	}
	value := `an empty value`
	if a := n.Assigned(Value); a != nil {
		value = e.value(a.Value)
	}
	return e.sends(value + " as " + claimType + e.nameIDFormat(n))
}

// decision speaks of claims that decide something.
func (e *explainer) decision(claimType string, n *New) string {
	value, _ := n.Assigned(Type).Value.(*String)
	if a := n.Assigned(Value); a != nil {
		value, _ = a.Value.(*String)
	}
	switch {
	case e.rule.Verb == Add:
		return ""
	case claimType == TypePermit:
		return "Permits access"
	case claimType == TypeDeny:
		return "Denies access"
	case claimType == TypeAuthnMethod && value != nil && value.Value == multiAuthn:
		e.to = "of"
		return "Demands multi-factor authentication"
	}
	return ""
}

func (e *explainer) nameIDFormat(n *New) string {
	for _, a := range n.Assignments {
		s, ok := a.Value.(*String)
		if ok && a.Property.Key != nil && a.Property.Key.Value == PropertyNameIDFormat {
			return " in the format " + s.Value[strings.LastIndexByte(s.Value, ':')+1:]
		}
	}
	return ""
}

// value says what an expression is.
func (e *explainer) value(x Expr) string {
	switch x := x.(type) {
	case *String:
		return finding.Quote(finding.Shorten(x.Value, 80))
	case *Ref:
		return e.ref(x)
	case *Concat:
		parts := make([]string, 0, len(x.Terms))
		for _, t := range x.Terms {
			parts = append(parts, e.value(t))
		}
		return strings.Join(parts, " followed by ")
	case *Call:
		return e.replaced(x)
	}
	return ""
}

func (e *explainer) ref(x *Ref) string {
	name := e.subject(e.bound(x.Tag.Name))
	switch x.Property.Kind {
	case Value:
		return name
	case Properties:
		return "the property " + finding.Quote(x.Property.Key.Value) + " of " + name
	}
	return "the " + map[PropertyKind]string{Type: "type", ValueType: "value type", Issuer: "issuer", OriginalIssuer: "original issuer"}[x.Property.Kind] + " of " + name
}

// subject names the value of the claim that a selector picks: "the UPN".
func (e *explainer) subject(s *Selector) string {
	t, ok := s.FixedType()
	switch {
	case !ok:
		return "the value"
	case t == TypeGroupSID:
		return "the SID of the group"
	}
	if known, ok := KnownType(t); ok {
		return "the " + known.Name
	}
	return "the claim " + typeName(t)
}

// replacements are expressions that have a plain meaning whatever their text.
var replacements = []struct{ pattern, replacement, says string }{
	{`@.*$`, "", `without everything from "@" on`},
	{`@.*`, "", `without everything from "@" on`},
	{`@.+$`, "", `without everything from "@" on`},
	{`^.*\\`, "", "without the domain"},
	{`(?i)^.*\\`, "", "without the domain"},
	{`^.+\\`, "", "without the domain"},
	{`(?<domain>[^\\]+)\\(?<user>.+)`, "${user}", "without the domain"},
	{`(?<domain>[^\\]+)\\(?<user>.+)`, "${domain}", "without the user name"},
}

func (e *explainer) replaced(c *Call) string {
	text := e.value(c.Args[0])
	pattern, ok := c.Args[1].(*String)
	replacement, isText := c.Args[2].(*String)
	if !ok || !isText {
		return fmt.Sprintf("%s with matches of %s replaced by %s", text, e.value(c.Args[1]), e.value(c.Args[2]))
	}
	for _, known := range replacements {
		if pattern.Value == known.pattern && replacement.Value == known.replacement {
			return text + " " + known.says
		}
	}
	if m := truncation.FindStringSubmatch(pattern.Value); m != nil {
		return text + " cut to " + m[1] + " characters"
	}
	if p, plain := plainText(pattern.Value); plain && !strings.Contains(replacement.Value, "$") {
		if replacement.Value == "" {
			return text + " without every " + finding.Quote(p)
		}
		return fmt.Sprintf("%s with every %s replaced by %s", text, finding.Quote(p), e.value(replacement))
	}
	return fmt.Sprintf("%s with every match of the regular expression %s replaced by %s", text, e.value(pattern), e.value(replacement))
}

// plainText is the text that a regular expression without special meaning
// stands for.
func plainText(pattern string) (string, bool) {
	var b strings.Builder
	for i := 0; i < len(pattern); i++ {
		c := pattern[i]
		if c == '\\' && i+1 < len(pattern) && !isLetter(pattern[i+1]) && (pattern[i+1] < '0' || pattern[i+1] > '9') {
			i++
			b.WriteByte(pattern[i])
			continue
		}
		if strings.IndexByte(`\^$.|?*+()[]{}`, c) >= 0 {
			return "", false
		}
		b.WriteByte(c)
	}
	return b.String(), b.Len() > 0
}

func (e *explainer) query(q *Query) string {
	for _, p := range q.Params {
		e.value(p) // marks the claims that the query starts from
	}
	d, err := ParseDirectoryQuery(q.Query.Value)
	if strings.EqualFold(q.Store.Value, StoreAD) && err == nil && len(d.Attributes) == len(q.Types) {
		return e.sends(e.attributes(q, d))
	}
	types := make([]string, 0, len(q.Types))
	for _, t := range q.Types {
		types = append(types, typeName(t.Value))
	}
	if strings.EqualFold(q.Store.Value, StoreOpaqueID) {
		return e.sends("an opaque identifier as " + finding.List(types))
	}
	return e.sends(fmt.Sprintf("what the attribute store %s answers to %s as %s", finding.Quote(q.Store.Value), quoteShort(q.Query.Value), finding.List(types)))
}

func (e *explainer) attributes(q *Query, d DirectoryQuery) string {
	pairs := make([]string, 0, len(q.Types))
	for i, t := range q.Types {
		pairs = append(pairs, attributeName(d.Attributes[i])+" as "+typeName(t.Value))
	}
	if d.Filter == "" || strings.EqualFold(strings.ReplaceAll(d.Filter, " ", ""), "samaccountname={0}") {
		return "the user's " + finding.List(pairs)
	}
	return finding.List(pairs) + ", taken from the object in Active Directory with " + finding.Quote(d.Filter)
}

// attributeName says what an attribute holds where its name does not.
func attributeName(name string) string {
	base, form, _ := strings.Cut(strings.TrimSuffix(strings.ToLower(name), ")"), "(")
	if base != "tokengroups" {
		return name
	}
	switch form {
	case "":
		return "group names"
	case "sid":
		return "group SIDs"
	}
	return "group names with their domain"
}
