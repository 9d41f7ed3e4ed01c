package claimrule

import "slices"

// rule reads one rule and puts it into the set.
func (p *parser) rule() {
	start := p.tok
	r := &Rule{Index: len(p.rules.Rules)}
	if p.tok.kind == tokSemicolon {
		p.complain(codeUnexpected, `there is one ";" too many`, "a rule")
		p.advance()
		return
	}
	p.annotations(r)
	p.head(r)
	if p.failed {
		r.Bad = true
		if !p.recoverAt(tokArrow, tokSemicolon) || !p.take(tokArrow) {
			p.endBad(r, start)
			return
		}
	}
	p.body(r)
	if p.failed {
		p.recoverAt(tokSemicolon)
		p.endBad(r, start)
		return
	}
	p.terminator(r)
	r.Extent = p.extent(start.pos)
	p.rules.Rules = append(p.rules.Rules, r)
	if !r.Bad {
		p.checkRule(r)
	}
}

// endBad closes a rule that could not be read, and makes sure that the parser
// moves on.
func (p *parser) endBad(r *Rule, start token) {
	r.Bad = true
	if !p.take(tokSemicolon) && p.tok.pos == start.pos {
		p.advance()
	}
	r.Extent = p.extent(start.pos)
	p.rules.Rules = append(p.rules.Rules, r)
}

func (p *parser) annotations(r *Rule) {
	for p.tok.kind == tokAt {
		pos := p.tok.pos
		p.advance()
		a := &Annotation{Name: p.ident("RuleName or RuleTemplate", "")}
		if p.tok.kind == tokEqual || p.tok.kind == tokColon {
			p.complain(codeUnexpected, `an annotation is written @RuleName = "…"`, tokAssign.String())
			p.advance()
		} else {
			p.expect(tokAssign, `an annotation is written @RuleName = "…"`)
		}
		a.Value = p.string("")
		a.Extent = p.extent(pos)
		r.Annotations = append(r.Annotations, a)
	}
}

// head reads the conditions and "=>".
func (p *parser) head(r *Rule) {
	if p.take(tokArrow) {
		return
	}
	if p.atVerb() {
		p.complain(codeUnexpected, `"=>" stands between the conditions and issue or add, even where there is no condition`, tokArrow.String())
		return
	}
	for {
		r.Conditions = append(r.Conditions, p.condition())
		if p.failed || p.take(tokArrow) {
			return
		}
		if !p.nextCondition() {
			return
		}
		if len(r.Conditions) == maxConditions {
			p.fail("a rule with so many conditions is not read", tokArrow.String())
			return
		}
	}
}

// nextCondition passes over what joins conditions, and tells whether another
// one follows.
func (p *parser) nextCondition() bool {
	switch {
	case p.take(tokAnd):
		if p.tok.kind == tokArrow {
			p.complain(codeUnexpected, `delete the "&&" before "=>", or the condition behind it is missing`, "a condition")
			p.advance()
			return false
		}
		return true
	case p.atVerb():
		p.complain(codeUnexpected, `"=>" is missing before `+p.tok.text, tokArrow.String())
		return false
	case p.atWord("and"):
		p.complain(codeUnexpected, `conditions are joined by "&&"`, tokAnd.String())
		p.advance()
		return true
	case p.tok.kind == tokComma && p.startsCondition(1), p.startsCondition(0):
		p.complain(codeUnexpected, `conditions are joined by "&&"`, tokAnd.String(), tokArrow.String())
		p.take(tokComma)
		return true
	}
	p.fail("", tokAnd.String(), tokArrow.String())
	return false
}

func (p *parser) atVerb() bool {
	return p.atWord("issue", "add") && p.peek(1).kind == tokLeftParen
}

// startsCondition tells whether a condition starts at the n-th token from the
// current one.
func (p *parser) startsCondition(n int) bool {
	at := p.tok
	if n > 0 {
		at = p.peek(n)
	}
	return at.kind == tokLeftBracket || isWord(at, "exists", "not", "count") ||
		at.kind == tokIdent && p.peek(n+1).kind == tokColon
}

func (p *parser) condition() Condition {
	pos := p.tok.pos
	switch {
	case p.atWord("not") && p.peek(1).kind != tokColon:
		p.advance()
		if !p.atWord("exists") {
			p.fail("only EXISTS can be negated: NOT EXISTS([…])", `"EXISTS"`)
			return &Exists{Extent: p.extent(pos), Not: true, Claims: &Selector{}}
		}
		return p.exists(pos, true)
	case p.atWord("exists") && p.peek(1).kind != tokColon:
		return p.exists(pos, false)
	case p.atWord("count") && p.peek(1).kind != tokColon:
		return p.count()
	}
	return p.selector()
}

func (p *parser) exists(pos int, not bool) *Exists {
	e := &Exists{Not: not, Claims: p.inParens()}
	e.Extent = p.extent(pos)
	return e
}

// inParens passes over the current word and reads the selector in parentheses
// behind it.
func (p *parser) inParens() *Selector {
	word := p.tok.text
	p.advance()
	p.expect(tokLeftParen, "write "+word+"([…])")
	s := p.selector()
	p.expect(tokRightParen, "")
	return s
}

var countOperators = map[kind]Operator{
	tokEqual: Equal, tokNotEqual: NotEqual, tokLess: Less, tokLessEqual: LessEqual, tokGreater: Greater, tokGreaterEqual: GreaterEqual,
}

func (p *parser) count() *Count {
	pos := p.tok.pos
	c := &Count{Claims: p.inParens()}
	c.Operator = p.operator(countOperators, `COUNT is compared with a number: COUNT([…]) > 0`)
	c.Number = p.integer()
	c.Extent = p.extent(pos)
	return c
}

var matchOperators = map[kind]Operator{
	tokEqual: Equal, tokNotEqual: NotEqual, tokMatch: Matches, tokNotMatch: NotMatches,
}

// operator reads one of the comparisons; "=" is taken for "==".
func (p *parser) operator(allowed map[kind]Operator, hint string) Operator {
	if op, ok := allowed[p.tok.kind]; ok {
		p.advance()
		return op
	}
	var names []string
	for k := range allowed {
		names = append(names, k.String())
	}
	slices.Sort(names)
	if p.tok.kind == tokAssign {
		p.complain(codeUnexpected, `a comparison is written "=="`, names...)
		p.advance()
		return Equal
	}
	p.fail(hint, names...)
	return Equal
}

func (p *parser) selector() *Selector {
	pos := p.tok.pos
	s := &Selector{}
	if p.tok.kind == tokIdent {
		s.Tag = p.ident("a tag", "")
		p.colon(s.Tag.Name)
	}
	p.expect(tokLeftBracket, "")
	s.Matches = p.matches()
	p.expect(tokRightBracket, `a selector closes with "]"`)
	s.Extent = p.extent(pos)
	return s
}

// colon passes over the colon between a tag, the given word, and its selector.
func (p *parser) colon(word string) {
	switch p.tok.kind {
	case tokColon:
		p.advance()
	case tokSemicolon, tokAssign, tokDot, tokComma:
		if p.peek(1).kind != tokLeftBracket {
			p.fail("", tokColon.String())
			return
		}
		p.complain(codeUnexpected, `a tag is followed by ":"`, tokColon.String())
		p.advance()
	case tokLeftBracket:
		p.complain(codeUnexpected, `a tag is followed by ":"`, tokColon.String())
	case tokLeftParen:
		p.fail(didYouMean(word, []string{"EXISTS", "COUNT", "NOT EXISTS"}), tokColon.String())
	default:
		p.fail(`a condition is written c:[Type == "…"]`, tokColon.String())
	}
}

func (p *parser) matches() []*Match {
	var list []*Match
	for !p.failed && p.tok.kind != tokRightBracket {
		pos := p.tok.pos
		m := &Match{Property: p.property()}
		m.Operator = p.operator(matchOperators, `write Type == "…"`)
		m.Value = p.expr()
		m.Extent = p.extent(pos)
		list = append(list, m)
		if !p.separator(tokRightBracket) {
			break
		}
	}
	return list
}

// separator passes over the comma of a list that ends with the closing token,
// and tells whether the list goes on.
func (p *parser) separator(closing kind) bool {
	if p.tok.kind == closing || p.failed {
		return false
	}
	comma := p.tok
	switch comma.kind {
	case tokComma:
		p.advance()
	case tokEOF, tokAt:
		return false
	case tokAnd, tokSemicolon:
		if next := p.peek(1); next.kind != tokString && !isWord(next, propertyNames...) && !isWord(next, queryParts...) {
			return false
		}
		p.complain(codeUnexpected, `the parts of this list are separated by ","`, tokComma.String())
		p.advance()
		return true
	case tokIdent, tokString:
		p.complain(codeUnexpected, `a "," is missing before it`, tokComma.String(), closing.String())
		return true
	default:
		p.fail("", tokComma.String(), closing.String())
		return false
	}
	if p.tok.kind == closing || p.tok.kind == tokComma {
		p.report(&SyntaxError{Pos: comma.pos, End: comma.end, Code: codeUnexpected, Found: `unexpected "," before ` + p.tok.kind.String(),
			Hint: "delete the comma, or write what is missing behind it"})
		for p.take(tokComma) {
		}
		return p.tok.kind != closing
	}
	return true
}
