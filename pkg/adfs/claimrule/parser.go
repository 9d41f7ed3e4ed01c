package claimrule

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// What a text may hold at most. Real rule sets are a thousand times smaller.
const (
	// MaxText is the longest rule text that is read, in bytes.
	MaxText       = 4 << 20
	maxErrors     = 100
	maxNesting    = 50
	maxConditions = 1000 // of one rule
)

// Parse reads a rule text. It goes on behind errors and reports all of them,
// in the order of the text; the rule set is never nil, and holds every rule of
// the text. Without errors it is one that AD FS accepts, as far as its grammar
// is known.
func Parse(text string, start Position) (*RuleSet, []*SyntaxError) {
	full := text
	if len(text) > MaxText {
		text = ""
	}
	rs := &RuleSet{Text: text, places: newPlaces(text, start), regex: newRegexCache()}
	p := &parser{rules: rs}
	if len(full) > MaxText {
		p.report(&SyntaxError{Code: codeParse, Found: fmt.Sprintf("%d bytes of rule text", len(full)),
			Expected: []string{fmt.Sprintf("at most %d", MaxText)}, Hint: "give the rules of one trust at a time"})
		return rs, p.errs
	}
	p.lex = lexer{text: text, report: p.report}
	p.advance()
	for p.tok.kind != tokEOF {
		p.rule()
	}
	slices.SortStableFunc(p.errs, func(a, b *SyntaxError) int { return a.Pos - b.Pos })
	return rs, p.errs
}

// parser is a recursive descent over the tokens. The first error of a rule
// that cannot be read as something else turns the rest of it into the end of
// the text, so that it says nothing more; rule then looks for the next rule.
type parser struct {
	lex     lexer
	tok     token   // the current token
	ahead   []token // tokens read but not current yet
	last    int     // where the token before the current one ended
	failed  bool    // the rule cannot be read further
	resume  token   // what stood where it failed
	rules   *RuleSet
	errs    []*SyntaxError
	nesting int
}

func (p *parser) report(e *SyntaxError) {
	switch {
	case len(p.errs) >= maxErrors:
		return
	case len(p.errs) == maxErrors-1:
		e = &SyntaxError{Pos: e.Pos, End: e.End, Code: codeParse, Found: "more errors than are worth listing",
			Hint: "correct those before this place first"}
	}
	e.Span = p.rules.places.span(e.Pos, e.End)
	p.errs = append(p.errs, e)
}

func (p *parser) advance() {
	if p.failed {
		return
	}
	p.last = p.tok.end
	if len(p.ahead) > 0 {
		p.tok, p.ahead = p.ahead[0], p.ahead[1:]
		return
	}
	p.tok = p.lex.next()
}

// peek returns the n-th token behind the current one, from 1.
func (p *parser) peek(n int) token {
	if p.failed {
		return p.tok
	}
	for len(p.ahead) < n {
		p.ahead = append(p.ahead, p.lex.next())
	}
	return p.ahead[n-1]
}

// fail gives up on the rule at the current token.
func (p *parser) fail(hint string, expected ...string) {
	if p.failed {
		return
	}
	p.complain(codeUnexpected, hint, expected...)
	p.giveUp()
}

// giveUp passes over the rest of the rule in silence.
func (p *parser) giveUp() {
	if p.failed {
		return
	}
	p.resume, p.failed = p.tok, true
	p.tok = token{kind: tokEOF, pos: p.tok.pos, end: p.tok.pos}
}

// complain reports the current token and goes on.
func (p *parser) complain(code, hint string, expected ...string) {
	if p.failed || len(p.errs) >= maxErrors {
		return
	}
	if hint == "" {
		hint = p.strangeHint()
	}
	p.report(&SyntaxError{Pos: p.tok.pos, End: p.tok.end, Code: code, Found: p.found(), Expected: expected, Hint: hint})
}

func (p *parser) found() string {
	if p.tok.kind == tokEOF {
		return "unexpected end of the text"
	}
	return "unexpected " + quoteShort(p.lex.text[p.tok.pos:p.tok.end])
}

// strangeHints says what people mean by characters that no rule has outside of
// strings.
var strangeHints = map[string]string{
	"||": `there is no "or": write one rule for each case, or one regular expression "^(a|b)$"`,
	"|":  `there is no "or": write one rule for each case, or one regular expression "^(a|b)$"`,
	"$":  "a variable of a script was not filled in",
	"{":  "the language has no braces",
	"}":  "the language has no braces",
	"`":  "the text is still escaped for PowerShell",
	"\\": "a backslash stands only inside strings",
	"*":  `wildcards stand only in regular expressions: Value =~ ".*"`,
	"!":  `write NOT EXISTS(…), "!=" or "!~"`,
	"/":  "put the value into double quotes",
	"%":  "a placeholder was not filled in",
}

func (p *parser) strangeHint() string {
	switch p.tok.kind {
	case tokBad:
		return strangeHints[p.tok.text]
	case tokIdent:
		if sameWord(p.tok.text, "or") {
			return strangeHints["||"]
		}
	}
	return ""
}

// expect passes over a token of the kind, or gives up on the rule.
func (p *parser) expect(k kind, hint string) bool {
	if p.tok.kind != k {
		p.fail(hint, k.String())
		return false
	}
	p.advance()
	return true
}

// take passes over a token of the kind if it is there.
func (p *parser) take(k kind) bool {
	if p.failed || p.tok.kind != k {
		return false
	}
	p.advance()
	return true
}

// atWord tells whether the current token is one of the words.
func (p *parser) atWord(words ...string) bool { return isWord(p.tok, words...) }

func isWord(t token, words ...string) bool {
	if t.kind != tokIdent {
		return false
	}
	return slices.ContainsFunc(words, func(w string) bool { return sameWord(t.text, w) })
}

// recoverAt goes on at the place of failure, at the first token of the kinds
// or at an annotation, and tells whether one was found before the text ends.
func (p *parser) recoverAt(kinds ...kind) bool {
	if !p.failed {
		return slices.Contains(kinds, p.tok.kind)
	}
	p.failed = false
	p.tok = p.resume
	report := p.lex.report
	p.lex.report = func(*SyntaxError) {}
	defer func() { p.lex.report = report }()
	for p.tok.kind != tokEOF && !slices.Contains(kinds, p.tok.kind) && !p.atAnnotation() {
		p.advance()
	}
	return slices.Contains(kinds, p.tok.kind)
}

func (p *parser) atAnnotation() bool {
	return p.tok.kind == tokAt && isWord(p.peek(1), annotationNames...)
}

// extent is the place from pos to the end of the last token that was passed.
func (p *parser) extent(pos int) Extent { return Extent{pos, max(pos, p.last)} }

func (p *parser) string(hint string) *String {
	t := p.tok
	switch {
	case t.kind == tokString:
	case t.kind == tokInteger, t.kind == tokIdent && p.peek(1).kind != tokDot && p.peek(1).kind != tokLeftParen:
		p.complain(codeInput, "put the value into double quotes", tokString.String())
		t.text = p.lex.text[t.pos:t.end]
	default:
		p.fail(hint, tokString.String())
		return &String{Extent: Extent{t.pos, t.pos}}
	}
	p.advance()
	if t.open {
		p.giveUp() // where the string should have ended is a guess
	}
	return &String{Extent: Extent{t.pos, t.end}, Value: t.text}
}

func (p *parser) ident(what, hint string) *Ident {
	t := p.tok
	if t.kind != tokIdent {
		p.fail(hint, what)
		return &Ident{Extent: Extent{t.pos, t.pos}}
	}
	p.advance()
	return &Ident{Extent: Extent{t.pos, t.end}, Name: t.text}
}

// property reads the name of a claim property.
func (p *parser) property() *Property {
	t := p.tok
	if t.kind != tokIdent {
		hint := ""
		if t.kind == tokAssign || t.kind == tokEqual {
			hint = `the name of the property before the sign is missing, such as Type`
		}
		p.fail(hint, "a claim property")
		return &Property{Extent: Extent{t.pos, t.pos}}
	}
	k, ok := propertyKind(t.text)
	if !ok {
		p.fail(didYouMean(t.text, propertyNames), quoted(propertyNames)...)
		return &Property{Extent: Extent{t.pos, t.pos}}
	}
	p.advance()
	prop := &Property{Kind: k}
	if k == Properties {
		p.expect(tokLeftBracket, `write Properties["name"]`)
		prop.Key = p.string(`write Properties["name"]`)
		p.expect(tokRightBracket, "")
	}
	prop.Extent = p.extent(t.pos)
	return prop
}

func propertyKind(name string) (PropertyKind, bool) {
	i := slices.IndexFunc(propertyNames, func(known string) bool { return sameWord(known, name) })
	return PropertyKind(max(0, i)), i >= 0
}

func didYouMean(word string, known []string) string {
	if meant := finding.DidYouMean(word, known); meant != "" {
		return "did you mean " + meant + "?"
	}
	return ""
}

func quoted(words []string) []string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = `"` + w + `"`
	}
	return out
}

func (p *parser) integer() *Integer {
	t := p.tok
	switch {
	case t.kind == tokInteger:
	case t.kind == tokString && t.text != "" && strings.Trim(t.text, "0123456789") == "":
		p.complain(codeInput, "write the number without quotes", tokInteger.String())
	default:
		p.fail("", tokInteger.String())
		return &Integer{Extent: Extent{t.pos, t.pos}}
	}
	n, err := strconv.ParseInt(t.text, 10, 32)
	if err != nil {
		p.complain(codeInput, "no claim set is that large", "a smaller number")
		n = 1<<31 - 1
	}
	p.advance()
	return &Integer{Extent: Extent{t.pos, t.end}, Value: int(n)}
}
