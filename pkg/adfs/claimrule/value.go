package claimrule

// Term is a text that rules make of a user of whom nothing is known: one of
// [*Constant], [*Item], [*Joined], [*Replaced] and [*Unclear]. Values of the
// same [Tables] that are equal are the same pointer.
type Term interface {
	// String is the value as an administrator would write it.
	String() string
	term() *node
	value()
}

// node is what all values and formulas know about themselves.
type node struct {
	id   int
	size int // of the whole tree, as it would be printed
	// depth counts the quantifiers inside each other.
	depth int
	// elements are those that the term speaks of outside its quantifiers,
	// by id, each once.
	elements []*Element
	// unclear is the first part of the term that is not known.
	unclear *Unclear
	// negation is the formula that holds where this one does not.
	negation Formula
}

func (n *node) term() *node { return n }

// Constant is a text that is the same for everybody.
type Constant struct {
	node
	Text string
}

// Item is a property of an element: mostly [Value], that of an attribute is
// nothing else.
type Item struct {
	node
	Element  *Element
	Property PropertyKind
	// Key is the name in the property bag, only of Properties.
	Key string
}

// Joined is its parts, at least two, one after the other. No part is Joined.
type Joined struct {
	node
	Parts []Term
}

// Replaced is Input with every match of the regular expression Pattern replaced
// by Replacement.
type Replaced struct {
	node
	Input, Pattern, Replacement Term
}

// Unclear stands, as a value or as a formula, for what cannot be said: the
// expression grew too large, or the rule would stop with an error.
type Unclear struct {
	node
	// Rule is the index of the rule that is the reason.
	Rule int
	// Reason goes on after "because".
	Reason string
}

// Element is one claim or one value out of a [Source].
//
// Where the source is Single, that is the one there is, or none: a formula or
// value that speaks of it holds or stands only for users that have it. Else it
// is a variable: a [Row] is for each of them, a [Some] asks for one of them, and
// two elements of one source are independent of each other.
type Element struct {
	Source *Source
	id     int
	index  int // tells the variables of one source apart
}

// Variable tells whether a user can have several of the element.
func (e *Element) Variable() bool { return !e.Source.Single }

// SourceKind is where elements come from.
type SourceKind uint8

// The kinds of sources.
const (
	// DirectoryValues are the values of an attribute of the user in Active
	// Directory; Name is the LDAP name, as "tokenGroups(SID)".
	DirectoryValues SourceKind = iota
	// IncomingClaims are the claims of one type before the first rule; Name
	// is the type.
	IncomingClaims
	// OtherClaims are the incoming claims of all types that have no source
	// of their own.
	OtherClaims
	// StoreAnswers are one column of what an attribute store answers.
	StoreAnswers
)

// Source is a set of claims or of values that the user brings.
type Source struct {
	Kind SourceKind
	// Name is the LDAP name, the claim type or the name of the store.
	Name string
	// Single sources have one element at most, by the schema of Active
	// Directory or because AD FS makes one claim of the type. Always is set
	// where everybody has one.
	Single, Always bool
	// Attribute is the LDAP attribute that AD FS derives the claims from;
	// empty where it derives none. The account is "msDS-PrincipalName",
	// DOMAIN\sAMAccountName.
	Attribute string
	// GroupForm is set where the elements are groups of the user: "sid",
	// "unqualified", "domainqualifiedname", "longdomainqualifiedname" or
	// "fulldomainqualifiedname", as in tokenGroups.
	GroupForm string
	// Query, Params and Column tell what is asked of a store.
	Query  *Query
	Params []Term
	Column int

	node
}

// fromDirectory tells whether the elements are claims that AD FS itself makes
// of the directory: their issuer and value type are known.
func (s *Source) fromDirectory() bool {
	return s.Kind == IncomingClaims && (s.Attribute != "" || s.GroupForm != "")
}

func (*Constant) value() {}
func (*Item) value()     {}
func (*Joined) value()   {}
func (*Replaced) value() {}
func (*Unclear) value()  {}
