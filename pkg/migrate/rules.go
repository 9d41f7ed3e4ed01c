package migrate

import (
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/adfs"
	"github.com/ssodoctor/ssodoctor/pkg/adfs/claimrule"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

const (
	activeDirectory    = "Active Directory"
	multipleAuthn      = "http://schemas.microsoft.com/claims/multipleauthn"
	typeAuthnReference = "http://schemas.microsoft.com/claims/authnmethodsreferences"
	deviceTypes        = "http://schemas.microsoft.com/2012/01/devicecontext/claims/"
	requestTypes       = "http://schemas.microsoft.com/2012/01/requestcontext/claims/"
	certificateTypes   = "http://schemas.microsoft.com/2012/12/certificatecontext/"
	typeRegisteredUser = deviceTypes + "isregistereduser"
	typeProxyHeader    = requestTypes + "x-ms-proxy"
)

// Shape is the form of a claim rule, as migration teams count them.
type Shape string

// The shapes.
const (
	ShapeAttributes    Shape = "attributes"     // attributes of Active Directory as claims
	ShapePassThrough   Shape = "pass-through"   // an incoming claim
	ShapePassAll       Shape = "pass-all"       // every incoming claim
	ShapeMap           Shape = "map"            // an incoming claim under another type
	ShapeConstant      Shape = "constant"       // a fixed value for everybody
	ShapeGroupConstant Shape = "group-constant" // a fixed value for the members of a group
	ShapeGroups        Shape = "groups"         // the groups of the user
	ShapeJoin          Shape = "join"           // values one after the other
	ShapeRegex         Shape = "regex"          // a value with parts replaced
	ShapeConditional   Shape = "conditional"    // under EXISTS, NOT EXISTS or COUNT
	ShapeStore         Shape = "store"          // of another attribute store
	ShapeOpaque        Shape = "opaque-id"      // a pairwise or session identifier
	ShapePermitAll     Shape = "permit-all"
	ShapePermit        Shape = "permit"
	ShapeDeny          Shape = "deny"
	ShapeMFA           Shape = "mfa"
	ShapeUnreadable    Shape = "unreadable"
)

// shapeOf names the form of a rule by what it does; its template may be stale.
func shapeOf(r *claimrule.Rule) Shape {
	switch {
	case r.Bad:
		return ShapeUnreadable
	case issues(r, claimrule.TypePermit, "") && len(r.Conditions) == 0:
		return ShapePermitAll
	case issues(r, claimrule.TypePermit, ""):
		return ShapePermit
	case issues(r, claimrule.TypeDeny, ""):
		return ShapeDeny
	case issues(r, claimrule.TypeAuthnMethod, multipleAuthn):
		return ShapeMFA
	}
	if q, ok := r.Body.(*claimrule.Query); ok {
		return queryShape(q)
	}
	for _, c := range r.Conditions {
		if _, selects := c.(*claimrule.Selector); !selects {
			return ShapeConditional
		}
	}
	if _, ok := r.Body.(*claimrule.Copy); ok {
		t, _, _ := onlyClaim(r)
		switch t {
		case "":
			return ShapePassAll
		case claimrule.TypeGroupSID:
			return ShapeGroups
		}
		return ShapePassThrough
	}
	return newShape(r)
}

func queryShape(q *claimrule.Query) Shape {
	switch {
	case strings.EqualFold(q.Store.Value, claimrule.StoreOpaqueID):
		return ShapeOpaque
	case !strings.EqualFold(q.Store.Value, claimrule.StoreAD):
		return ShapeStore
	}
	if d, err := claimrule.ParseDirectoryQuery(q.Query.Value); err == nil {
		for _, name := range d.Attributes {
			if strings.HasPrefix(strings.ToLower(name), "tokengroups") {
				return ShapeGroups
			}
		}
	}
	return ShapeAttributes
}

func newShape(r *claimrule.Rule) Shape {
	value := r.Body.(*claimrule.New).Assigned(claimrule.Value)
	t, _, _ := onlyClaim(r)
	if value == nil {
		return ShapeConstant
	}
	switch value.Value.(type) {
	case *claimrule.Concat:
		return ShapeJoin
	case *claimrule.Call:
		return ShapeRegex
	case *claimrule.String:
		if t == claimrule.TypeGroupSID {
			return ShapeGroupConstant
		}
		return ShapeConstant
	}
	if t == claimrule.TypeGroupSID {
		return ShapeGroups
	}
	return ShapeMap
}

// literal is the text of an expression that is one.
func literal(e claimrule.Expr) (string, bool) {
	if s, ok := e.(*claimrule.String); ok {
		return s.Value, true
	}
	return "", false
}

// issues tells whether a rule issues a new claim, or the answer of a store, of
// the type, and of the value where one is given.
func issues(r *claimrule.Rule, claimType, value string) bool {
	if r.Bad || r.Verb != claimrule.Issue {
		return false
	}
	switch b := r.Body.(type) {
	case *claimrule.New:
		t, _ := literal(b.Assigned(claimrule.Type).Value)
		v := ""
		if a := b.Assigned(claimrule.Value); a != nil {
			v, _ = literal(a.Value)
		}
		return t == claimType && (value == "" || v == value)
	case *claimrule.Copy:
		t, v, _ := onlyClaim(r)
		return t == claimType && (value == "" || v == value)
	}
	return false
}

// onlyClaim is the type that the only condition of a rule selects, and the
// value that it asks for where it does; false where there is not one condition.
func onlyClaim(r *claimrule.Rule) (claimType, value string, ok bool) {
	if r.Bad || len(r.Conditions) != 1 {
		return "", "", false
	}
	s, ok := r.Conditions[0].(*claimrule.Selector)
	if !ok {
		return "", "", false
	}
	for _, m := range s.Matches {
		text, isText := literal(m.Value)
		if !isText || m.Operator != claimrule.Equal && m.Operator != claimrule.Matches {
			continue
		}
		switch m.Property.Kind {
		case claimrule.Type:
			claimType = text
		case claimrule.Value:
			value = plainValue(m.Operator, text)
		}
	}
	return claimType, value, true
}

// plainValue is the one text that a comparison asks for: templates of AD FS
// write a value as the expression ^(?i)value$. Empty for other expressions.
func plainValue(op claimrule.Operator, text string) string {
	if op == claimrule.Equal {
		return text
	}
	values := alternatives(text)
	if len(values) != 1 {
		return ""
	}
	return values[0]
}

// alternatives are the texts that an anchored regular expression without other
// special characters matches: one, or those of a list. SIDs may stand without
// anchors, as people write them. Nil for others.
func alternatives(pattern string) []string {
	p, begins := strings.CutPrefix(pattern, "^")
	p = strings.TrimPrefix(p, "(?i)")
	if rest, ok := strings.CutPrefix(p, "^"); ok {
		p, begins = rest, true
	}
	p, ends := strings.CutSuffix(p, "$")
	if inner, ok := strings.CutPrefix(p, "("); ok && strings.HasSuffix(inner, ")") {
		p = strings.TrimPrefix(strings.TrimSuffix(inner, ")"), "?:")
	} else if strings.Contains(p, "|") && (begins || ends) {
		begins, ends = false, false // the anchors are those of the first and the last alone
	}
	list := strings.Split(p, "|")
	for i, one := range list {
		plain, ok := unescape(strings.Trim(one, "^$"))
		if !ok || !(begins && ends) && !sidForm.MatchString(plain) {
			return nil
		}
		list[i] = plain
	}
	return list
}

// wholly tells whether an expression matches whole values only: one of a SID
// without anchors also matches those that go on behind it.
func wholly(pattern string) bool {
	return strings.Contains(pattern, "^") && strings.HasSuffix(pattern, "$")
}

// unescape takes the backslashes off a pattern that has no other special
// character.
func unescape(pattern string) (string, bool) {
	var b strings.Builder
	for i := 0; i < len(pattern); i++ {
		c := pattern[i]
		switch {
		case c == '\\' && i+1 < len(pattern) && !isWord(pattern[i+1]):
			i++
			b.WriteByte(pattern[i])
		case strings.IndexByte(`\.*+?()[]{}|^$`, c) >= 0:
			return "", false
		default:
			b.WriteByte(c)
		}
	}
	return b.String(), b.Len() > 0
}

func isWord(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// ruleSet is one of the rule sets of a trust.
type ruleSet struct {
	setting string
	purpose claimrule.Purpose
	text    adfs.Text
	rules   *claimrule.RuleSet
	errors  []*claimrule.SyntaxError
	lines   []string // the rules as items show them, as far as they were asked for
}

func newRuleSet(setting string, purpose claimrule.Purpose, text adfs.Text) *ruleSet {
	s := &ruleSet{setting: setting, purpose: purpose, text: text}
	s.rules, s.errors = claimrule.Parse(text.Value, claimrule.Position{Map: text.At})
	return s
}

func (s *ruleSet) count() int { return len(s.rules.Rules) }

// all tells whether every rule is of a kind; a rule that cannot be read is of
// none.
func (s *ruleSet) all(is func(*claimrule.Rule) bool) bool {
	for _, r := range s.rules.Rules {
		if r.Bad || !is(r) {
			return false
		}
	}
	return true
}

// problems are the syntax errors and lints of the set. What rules have wrong
// today does not keep a trust from moving, so that no lint is an error.
func (s *ruleSet) problems() []finding.Problem {
	var list []finding.Problem
	for _, e := range s.errors {
		list = append(list, e.Problem())
	}
	if s.count() == 0 {
		return list
	}
	for _, p := range claimrule.Lint(s.rules, claimrule.Setting{Purpose: s.purpose}) {
		p.Severity = min(p.Severity, finding.Warning)
		list = append(list, p)
	}
	return list
}

// ruleSets are all rule sets of a trust.
type ruleSets struct {
	transform, authorization, delegation, impersonation, additional *ruleSet
}

func readRules(rp *adfs.RelyingParty) *ruleSets {
	return &ruleSets{
		transform:     newRuleSet("IssuanceTransformRules", claimrule.Transform, rp.IssuanceTransformRules),
		authorization: newRuleSet("IssuanceAuthorizationRules", claimrule.Authorization, rp.IssuanceAuthorizationRules),
		delegation:    newRuleSet("DelegationAuthorizationRules", claimrule.Authorization, rp.DelegationAuthorizationRules),
		impersonation: newRuleSet("ImpersonationAuthorizationRules", claimrule.Authorization, rp.ImpersonationAuthorizationRules),
		additional:    newRuleSet("AdditionalAuthenticationRules", claimrule.AdditionalAuthentication, rp.AdditionalAuthenticationRules),
	}
}

// each visits the sets in the order in which they are told.
func (s *ruleSets) each(visit func(*ruleSet)) {
	for _, set := range []*ruleSet{s.transform, s.authorization, s.additional, s.delegation, s.impersonation} {
		visit(set)
	}
}

// codes are the names that Entra's migration report gives to what it does not
// support of a rule.
func codes(r *claimrule.Rule) []string {
	if r.Bad {
		return []string{"UNSUPPORTED_RULE_TYPE"}
	}
	var list []string
	add := func(holds bool, code string) {
		if holds {
			list = append(list, code)
		}
	}
	var regex, tests, foreign, replaces bool
	claimrule.Walk(r, func(n claimrule.Node) bool {
		switch n := n.(type) {
		case *claimrule.Match:
			text, _ := literal(n.Value)
			onIssuer := n.Property.Kind == claimrule.Issuer || n.Property.Kind == claimrule.OriginalIssuer
			regex = regex || !onIssuer && (n.Operator == claimrule.Matches || n.Operator == claimrule.NotMatches)
			foreign = foreign || onIssuer && !localIssuer(n.Operator, text)
		case *claimrule.Exists, *claimrule.Count:
			tests = true
		case *claimrule.Call:
			replaces = true
		}
		return true
	})
	q, query := r.Body.(*claimrule.Query)
	add(regex, "UNSUPPORTED_CONDITION_PARAMETER")
	add(len(r.Conditions) > 1, "UNSUPPORTED_CONDITION_CLASS")
	add(foreign, "CONDITION_MATCHES_UNSUPPORTED_ISSUER")
	add(tests, "UNSUPPORTED_CONDITION_FUNCTION")
	add(query && !strings.EqualFold(q.Store.Value, claimrule.StoreAD), "EXTERNAL_ATTRIBUTE_STORE")
	add(r.Verb == claimrule.Add, "UNSUPPORTED_ISSUANCE_CLASS")
	add(replaces, "UNSUPPORTED_ISSUANCE_TRANSFORMATION")
	return list
}

// localIssuer tells whether a comparison of the issuer holds for users of
// Active Directory.
func localIssuer(op claimrule.Operator, text string) bool {
	for _, own := range []string{claimrule.ADAuthority, claimrule.LocalAuthority, "SELF AUTHORITY"} {
		if strings.Contains(text, own) {
			return op == claimrule.Equal || op == claimrule.Matches
		}
	}
	return op == claimrule.NotEqual || op == claimrule.NotMatches
}
