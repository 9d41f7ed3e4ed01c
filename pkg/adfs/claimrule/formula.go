package claimrule

// Formula is a statement about a user that holds or does not: one of [*Truth],
// [*All], [*Any], [*Not], [*Present], [*Test], [*Some], [*Tally], [*Found] and
// [*Unclear].
//
// Formulas are simplified: [*Not] stands only before what is neither of
// [*Truth], [*All], [*Any] and [*Not], All and Any have at least two parts and
// no part of their own kind, no part is said twice, contradicts the others of an
// All, or follows from them where that was easily seen. Formulas of the same
// [Tables] that are the same are the same pointer.
type Formula interface {
	// String is the formula as an administrator would say it.
	String() string
	term() *node
	formula()
}

// Truth holds for everybody or for nobody.
type Truth struct {
	node
	Holds bool
}

// All holds where all of its parts do.
type All struct {
	node
	Of []Formula
}

// Any holds where at least one of its parts does.
type Any struct {
	node
	Of []Formula
}

// Not holds where its part does not.
type Not struct {
	node
	Of Formula
}

// Present holds where the element is there. In a [Row] and in a [Some], the
// variables are always there.
type Present struct {
	node
	Element *Element
}

// Test compares two values, without heed of nothing: letter case counts. It does
// not hold where an element that it speaks of is absent.
type Test struct {
	node
	// Operator is Equal, or Matches with the regular expression Right.
	Operator Operator
	// Left is the value that is not constant, where one is.
	Left, Right Term
}

// Some holds where there are elements, one for each variable, for which Of
// holds.
type Some struct {
	node
	Elements []*Element
	Of       Formula
}

// Tally compares the number of claims in several families with a number.
type Tally struct {
	node
	Families []Family
	Operator Operator
	Number   int
}

// Family counts the combinations of its elements for which When holds; without
// elements it counts one where When holds.
type Family struct {
	Elements []*Element
	When     Formula
}

// Found holds where a search of Active Directory by an LDAP filter finds the
// user.
type Found struct {
	node
	Query  *Query
	Params []Term
}

func (*Truth) formula()   {}
func (*All) formula()     {}
func (*Any) formula()     {}
func (*Not) formula()     {}
func (*Present) formula() {}
func (*Test) formula()    {}
func (*Some) formula()    {}
func (*Tally) formula()   {}
func (*Found) formula()   {}
func (*Unclear) formula() {}
