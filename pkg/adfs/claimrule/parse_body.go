package claimrule

// body reads "issue(…)" or "add(…)".
func (p *parser) body(r *Rule) {
	switch {
	case p.atWord("add"):
		r.Verb = Add
	case p.atWord("issue"):
	default:
		hint := ""
		if p.tok.kind == tokIdent {
			hint = didYouMean(p.tok.text, []string{"issue", "add"})
		}
		p.fail(hint, `"issue"`, `"add"`)
		return
	}
	verb := p.tok.text
	p.advance()
	p.expect(tokLeftParen, "write "+verb+"(…)")
	pos := p.tok.pos
	switch {
	case p.atWord("claim"):
		r.Body = p.copy(pos)
	case p.atWord("store", "types", "query", "param"):
		r.Body = p.query(pos)
	default:
		r.Body = p.new(pos)
	}
	if p.tok.kind == tokSemicolon || p.tok.kind == tokAt || p.tok.kind == tokEOF {
		p.complain(codeUnexpected, "the parenthesis behind "+verb+" is not closed", tokRightParen.String())
		return
	}
	p.expect(tokRightParen, "")
}

// assign passes over "=", and takes "==" or ":" for it.
func (p *parser) assign(after string) {
	if p.tok.kind == tokEqual || p.tok.kind == tokColon {
		p.complain(codeUnexpected, `an assignment is written "="; "==" only compares`, tokAssign.String())
		p.advance()
		return
	}
	p.expect(tokAssign, "write "+after+" = …")
}

func (p *parser) copy(pos int) *Copy {
	p.advance()
	p.assign("claim")
	c := &Copy{Tag: p.ident("a tag", "a copy is written issue(claim = c)")}
	if p.tok.kind == tokDot {
		p.fail(`a copy takes the whole claim: issue(claim = `+c.Tag.Name+`); a part of it is written Value = `+c.Tag.Name+`.Value`, tokRightParen.String())
	}
	c.Extent = p.extent(pos)
	return c
}

func (p *parser) new(pos int) *New {
	n := &New{}
	for !p.failed && p.tok.kind != tokRightParen {
		n.Assignments = append(n.Assignments, p.assignment())
		if !p.separator(tokRightParen) {
			break
		}
	}
	n.Extent = p.extent(pos)
	return n
}

func (p *parser) assignment() *Assignment {
	pos := p.tok.pos
	if p.tok.kind == tokAssign && p.peek(1).kind == tokString {
		p.complain(codeUnexpected, `the property before "=" is missing: write Type = "…"`, `"Type"`)
		p.advance()
		a := &Assignment{Property: &Property{Extent: Extent{pos, pos}}, Value: p.expr()}
		a.Extent = p.extent(pos)
		return a
	}
	if p.atWord("claim", "store", "types", "query", "param") {
		p.fail("a copy, a query and assignments cannot be mixed in one body", "a claim property")
	}
	a := &Assignment{Property: p.property()}
	p.assign(a.Property.Kind.String())
	a.Value = p.expr()
	a.Extent = p.extent(pos)
	return a
}

// queryParts are the parts of a query of an attribute store, in the order that
// they must have.
var queryParts = []string{"store", "types", "query", "param"}

func (p *parser) query(pos int) *Query {
	q := &Query{}
	reached := 0
	for !p.failed && p.tok.kind != tokRightParen {
		part := p.queryPart()
		if part < 0 {
			break
		}
		if part < reached || part > reached+1 && part < len(queryParts) {
			p.complain(codeUnexpected, "the order is store, types, query, param", `"`+queryParts[min(reached, len(queryParts)-1)]+`"`)
		}
		reached = max(reached, part)
		p.advance()
		p.assign(queryParts[part])
		p.queryValue(q, part)
		if part < 3 && reached == part {
			reached++
		}
		if !p.separator(tokRightParen) {
			break
		}
	}
	q.Extent = p.extent(pos)
	p.completeQuery(q)
	return q
}

// queryPart is the index of the part that stands at the current token.
func (p *parser) queryPart() int {
	for i, name := range queryParts {
		if p.atWord(name) {
			return i
		}
	}
	hint := "a copy, a query and assignments cannot be mixed in one body"
	if p.tok.kind == tokIdent {
		if meant := didYouMean(p.tok.text, queryParts); meant != "" {
			hint = meant
		}
	}
	p.fail(hint, quoted(queryParts)...)
	return -1
}

func (p *parser) queryValue(q *Query, part int) {
	switch part {
	case 0:
		q.Store = p.string("the name of a store is a string")
	case 1:
		q.Types = p.types()
	case 2:
		q.Query = p.string("a query is one string; values go in through {0} and param")
	case 3:
		q.Params = append(q.Params, p.expr())
	}
}

func (p *parser) types() []*String {
	var list []*String
	if p.tok.kind == tokString {
		p.complain(codeUnexpected, `types stand in parentheses: types = ("…")`, tokLeftParen.String())
		return append(list, p.string(""))
	}
	p.expect(tokLeftParen, `types stand in parentheses: types = ("…")`)
	for !p.failed && p.tok.kind != tokRightParen {
		list = append(list, p.string(""))
		if !p.separator(tokRightParen) {
			break
		}
	}
	p.expect(tokRightParen, "")
	return list
}

// completeQuery reports the parts that a query lacks.
func (p *parser) completeQuery(q *Query) {
	if p.failed {
		return
	}
	for i, missing := range []bool{q.Store == nil, len(q.Types) == 0, q.Query == nil} {
		if missing {
			p.report(&SyntaxError{Pos: q.From, End: q.To, Code: codeUnexpected, Found: "query of an attribute store without " + queryParts[i],
				Hint: `write store = "…", types = ("…"), query = "…", param = c.Value`})
			p.giveUp()
			return
		}
	}
}

func (p *parser) expr() Expr {
	pos := p.tok.pos
	first := p.term()
	if p.tok.kind != tokPlus {
		return first
	}
	c := &Concat{Terms: []Expr{first}}
	for p.take(tokPlus) {
		c.Terms = append(c.Terms, p.term())
	}
	c.Extent = p.extent(pos)
	return c
}

func (p *parser) term() Expr {
	p.nesting++
	defer func() { p.nesting-- }()
	if p.nesting > maxNesting {
		p.fail("the calls are nested too deeply", "a string")
	}
	switch {
	case p.tok.kind == tokIdent && p.peek(1).kind == tokDot:
		return p.ref()
	case p.tok.kind == tokIdent && p.peek(1).kind == tokLeftParen:
		return p.call()
	}
	return p.string("")
}

func (p *parser) ref() *Ref {
	pos := p.tok.pos
	r := &Ref{Tag: p.ident("a tag", "")}
	p.expect(tokDot, "")
	r.Property = p.property()
	r.Extent = p.extent(pos)
	return r
}

func (p *parser) call() *Call {
	pos := p.tok.pos
	c := &Call{Func: p.ident("a function", "")}
	p.expect(tokLeftParen, "")
	for !p.failed && p.tok.kind != tokRightParen {
		c.Args = append(c.Args, p.expr())
		if !p.separator(tokRightParen) {
			break
		}
	}
	p.expect(tokRightParen, "")
	c.Extent = p.extent(pos)
	return c
}

// terminator reads the ";" behind a rule.
func (p *parser) terminator(r *Rule) {
	switch {
	case p.take(tokSemicolon):
	case p.tok.kind == tokEOF:
		r.Unterminated = true
	case p.tok.kind == tokAt, p.tok.kind == tokArrow, p.startsCondition(0):
		p.report(&SyntaxError{Pos: p.last, End: p.last, Code: codeUnexpected, Found: "the rule does not end", Expected: []string{tokSemicolon.String()},
			Hint: `put ";" behind the closing parenthesis`})
	default:
		p.fail("", tokSemicolon.String())
		p.recoverAt(tokSemicolon)
		p.take(tokSemicolon)
		r.Bad = true
	}
}
