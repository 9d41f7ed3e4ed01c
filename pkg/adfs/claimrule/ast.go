package claimrule

import (
	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// Node is a part of a rule set. Pos and End are byte offsets into the rule
// text, half open.
type Node interface {
	Pos() int
	End() int
}

// Extent is the place of a node in the rule text.
type Extent struct{ From, To int }

// Pos is the offset of the first byte of the node.
func (e Extent) Pos() int { return e.From }

// End is the offset behind the last byte of the node.
func (e Extent) End() int { return e.To }

// RuleSet is a parsed rule text. It does not change after [Parse], and can be
// used from several goroutines.
type RuleSet struct {
	// Text is the rule text as it was given.
	Text string
	// Rules are the rules in order. A rule that could not be read is there
	// too, with Bad set.
	Rules []*Rule

	places *places
	regex  *regexCache
}

// Pos is 0.
func (rs *RuleSet) Pos() int { return 0 }

// End is the length of the text.
func (rs *RuleSet) End() int { return len(rs.Text) }

// Span is the place of a node of this rule set in the file that its text comes
// from.
func (rs *RuleSet) Span(n Node) finding.Span { return rs.places.span(n.Pos(), n.End()) }

// Source is the text of a node of this rule set as it was written.
func (rs *RuleSet) Source(n Node) string { return rs.Text[n.Pos():n.End()] }

// Rule is one claim rule: conditions, "=>", and what to issue or add.
type Rule struct {
	Extent
	// Index is the place of the rule in its set, from 0.
	Index int
	// Bad marks a rule that could not be read; its other fields hold what
	// could be.
	Bad         bool
	Annotations []*Annotation
	// Conditions must all hold. Without any, the rule always fires once.
	Conditions []Condition
	Verb       Verb
	// Body is nil only in a Bad rule.
	Body Body
	// Unterminated is set where the last rule of a text has no ";".
	Unterminated bool
}

// Name is the value of the annotation @RuleName, empty where there is none.
func (r *Rule) Name() string { return r.annotation("RuleName") }

// Template is the value of the annotation @RuleTemplate, empty where there is
// none. It is what an editor last wrote and need not fit the rule.
func (r *Rule) Template() string { return r.annotation("RuleTemplate") }

func (r *Rule) annotation(name string) string {
	for _, a := range r.Annotations {
		if sameWord(a.Name.Name, name) {
			return a.Value.Value
		}
	}
	return ""
}

// Selector is the selector that binds a tag, nil where none does.
func (r *Rule) Selector(tag string) *Selector {
	for _, c := range r.Conditions {
		if s, ok := c.(*Selector); ok && s.Tag != nil && sameWord(s.Tag.Name, tag) {
			return s
		}
	}
	return nil
}

// Verb says where the claims that a rule makes go.
type Verb uint8

// The verbs.
const (
	Issue Verb = iota // into the token, and to the rules that follow
	Add               // only to the rules that follow
)

// String returns "issue" or "add".
func (v Verb) String() string {
	if v == Add {
		return "add"
	}
	return "issue"
}

// Annotation is a note of the AD FS console on a rule: @RuleName or
// @RuleTemplate.
type Annotation struct {
	Extent
	Name  *Ident
	Value *String
}

// Ident is a name: a tag, an annotation or a function.
type Ident struct {
	Extent
	Name string
}

// Condition is one of [*Selector], [*Exists] and [*Count].
type Condition interface {
	Node
	condition()
}

// Selector picks the claims that fulfil all its matches, each in turn, and
// binds them to its tag.
type Selector struct {
	Extent
	Tag     *Ident // nil where the selector has none
	Matches []*Match
}

// FixedType is the claim type that the selector asks for, where that is a
// literal.
func (s *Selector) FixedType() (string, bool) {
	if m := s.Fixed(Type); m != nil {
		return m.Value.(*String).Value, true
	}
	return "", false
}

// Fixed is the first match that asks for a property to equal a literal; nil
// where there is none.
func (s *Selector) Fixed(k PropertyKind) *Match {
	for _, m := range s.Matches {
		if _, ok := m.Value.(*String); ok && m.Property.Kind == k && m.Operator == Equal {
			return m
		}
	}
	return nil
}

// Exists holds where any claim (with Not: no claim) fulfils the selector.
type Exists struct {
	Extent
	Not    bool
	Claims *Selector
}

// Count holds where the number of claims that fulfil the selector compares
// with Number as Operator says.
type Count struct {
	Extent
	Claims   *Selector
	Operator Operator
	Number   *Integer
}

// Match compares one property of a claim with a value.
type Match struct {
	Extent
	Property *Property
	Operator Operator // Equal, NotEqual, Matches or NotMatches
	Value    Expr
}

// Operator is a comparison.
type Operator uint8

// The operators. Matches and NotMatches are regular expressions, the orders
// are of [Count] alone.
const (
	Equal Operator = iota
	NotEqual
	Matches
	NotMatches
	Less
	LessEqual
	Greater
	GreaterEqual
)

var operatorNames = [...]string{"==", "!=", "=~", "!~", "<", "<=", ">", ">="}

// String returns the operator as it is written.
func (o Operator) String() string { return operatorNames[o] }

// Property names a property of a claim.
type Property struct {
	Extent
	Kind PropertyKind
	Key  *String // the name in the claim's property bag, only of Properties
}

// PropertyKind is one of the properties that each claim has.
type PropertyKind uint8

// The properties of a claim. Properties stands for one entry of its property
// bag.
const (
	Type PropertyKind = iota
	Value
	ValueType
	Issuer
	OriginalIssuer
	Properties
)

var propertyNames = []string{"Type", "Value", "ValueType", "Issuer", "OriginalIssuer", "Properties"}

// String returns the property as the AD FS console writes it.
func (k PropertyKind) String() string { return propertyNames[k] }

// Body is what a rule makes: one of [*Copy], [*New] and [*Query].
type Body interface {
	Node
	body()
}

// Copy makes a copy of a claim with all its properties.
type Copy struct {
	Extent
	Tag *Ident
}

// New makes a claim out of assignments.
type New struct {
	Extent
	Assignments []*Assignment
}

// Assigned returns the assignment of a property other than Properties, nil
// where there is none.
func (n *New) Assigned(k PropertyKind) *Assignment {
	for _, a := range n.Assignments {
		if a.Property.Kind == k {
			return a
		}
	}
	return nil
}

// Assignment gives one property of a new claim its value.
type Assignment struct {
	Extent
	Property *Property
	Value    Expr
}

// Query asks an attribute store. The columns of its answer become claims of
// Types, by position.
type Query struct {
	Extent
	Store  *String
	Types  []*String
	Query  *String
	Params []Expr
}

// Expr is a text value: one of [*String], [*Ref], [*Call] and [*Concat].
type Expr interface {
	Node
	expr()
}

// String is a literal. The language has no escapes: Value is what stands
// between the quotes.
type String struct {
	Extent
	Value string
}

// Integer is a whole number.
type Integer struct {
	Extent
	Value int
}

// Ref is a property of the claim that a tag is bound to.
type Ref struct {
	Extent
	Tag      *Ident
	Property *Property
}

// Call is a function with its arguments. The only function is RegExReplace.
type Call struct {
	Extent
	Func *Ident
	Args []Expr
}

// Concat is its terms, at least two, one after the other.
type Concat struct {
	Extent
	Terms []Expr
}

func (*Selector) condition() {}
func (*Exists) condition()   {}
func (*Count) condition()    {}
func (*Copy) body()          {}
func (*New) body()           {}
func (*Query) body()         {}
func (*String) expr()        {}
func (*Ref) expr()           {}
func (*Call) expr()          {}
func (*Concat) expr()        {}
