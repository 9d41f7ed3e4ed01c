package claimrule

// kind is the kind of a token.
type kind uint8

const (
	tokEOF kind = iota
	tokBad
	tokIdent
	tokString
	tokInteger
	tokArrow
	tokSemicolon
	tokColon
	tokComma
	tokDot
	tokLeftBracket
	tokRightBracket
	tokLeftParen
	tokRightParen
	tokAt
	tokPlus
	tokAnd
	tokAssign
	tokEqual
	tokNotEqual
	tokMatch
	tokNotMatch
	tokLess
	tokLessEqual
	tokGreater
	tokGreaterEqual
)

var kindNames = [...]string{
	tokEOF:          "the end of the text",
	tokBad:          "a character",
	tokIdent:        "a name",
	tokString:       "a string in double quotes",
	tokInteger:      "a whole number",
	tokArrow:        `"=>"`,
	tokSemicolon:    `";"`,
	tokColon:        `":"`,
	tokComma:        `","`,
	tokDot:          `"."`,
	tokLeftBracket:  `"["`,
	tokRightBracket: `"]"`,
	tokLeftParen:    `"("`,
	tokRightParen:   `")"`,
	tokAt:           `"@"`,
	tokPlus:         `"+"`,
	tokAnd:          `"&&"`,
	tokAssign:       `"="`,
	tokEqual:        `"=="`,
	tokNotEqual:     `"!="`,
	tokMatch:        `"=~"`,
	tokNotMatch:     `"!~"`,
	tokLess:         `"<"`,
	tokLessEqual:    `"<="`,
	tokGreater:      `">"`,
	tokGreaterEqual: `">="`,
}

func (k kind) String() string { return kindNames[k] }

// token is one word of a rule text. Text is the name of an identifier, the
// value of a string or the digits of an integer.
type token struct {
	kind     kind
	pos, end int
	text     string
	open     bool // a string without its closing quote
}

// spelling is a way to write a token. Where meant is given, the spelling is
// not of the language and stands for the token all the same.
type spelling struct {
	text string
	kind kind
	hint string
}

// operators lists every spelling of a token that is neither name, string nor
// number. The first that fits wins, so that a longer one stands before its
// prefix. A spelling with a hint is foreign: it is reported, and read as what
// was meant.
var operators = []spelling{
	{"==>", tokArrow, `write "=>"`},
	{"=>", tokArrow, ""},
	{"=&gt;", tokArrow, `the text is still XML-escaped: write "=>"`},
	{"==", tokEqual, ""},
	{"=~", tokMatch, ""},
	{"=!", tokNotEqual, `write "!="`},
	{"=<", tokLessEqual, `write "<="`},
	{"=", tokAssign, ""},
	{"!==", tokNotEqual, `write "!="`},
	{"!=", tokNotEqual, ""},
	{"!~", tokNotMatch, ""},
	{"~=", tokMatch, `the sign of a regular expression match is "=~"`},
	{"~!", tokNotMatch, `write "!~"`},
	{"<>", tokNotEqual, `write "!="`},
	{"<=", tokLessEqual, ""},
	{"<", tokLess, ""},
	{">=", tokGreaterEqual, ""},
	{">", tokGreater, ""},
	{"&lt;=", tokLessEqual, `the text is still XML-escaped: write "<="`},
	{"&lt;", tokLess, `the text is still XML-escaped: write "<"`},
	{"&gt;=", tokGreaterEqual, `the text is still XML-escaped: write ">="`},
	{"&gt;", tokGreater, `the text is still XML-escaped: write ">"`},
	{"&amp;&amp;", tokAnd, `the text is still XML-escaped: write "&&"`},
	{"&amp;", tokAnd, `the text is still XML-escaped: write "&&"`},
	{"&&", tokAnd, ""},
	{"&", tokAnd, `conditions are joined by "&&"`},
	{"->", tokArrow, `write "=>"`},
	{"\u21d2", tokArrow, `write "=>"`},
	{"\u2192", tokArrow, `write "=>"`},
	{";", tokSemicolon, ""},
	{"\uff1b", tokSemicolon, `write ";"`},
	{":", tokColon, ""},
	{"\uff1a", tokColon, `write ":"`},
	{",", tokComma, ""},
	{"\uff0c", tokComma, `write ","`},
	{".", tokDot, ""},
	{"[", tokLeftBracket, ""},
	{"]", tokRightBracket, ""},
	{"(", tokLeftParen, ""},
	{")", tokRightParen, ""},
	{"@", tokAt, ""},
	{"+", tokPlus, ""},
}

// operatorsByByte are the operators by their first byte.
var operatorsByByte = func() (table [256][]spelling) {
	for _, op := range operators {
		table[op.text[0]] = append(table[op.text[0]], op)
	}
	return table
}()
