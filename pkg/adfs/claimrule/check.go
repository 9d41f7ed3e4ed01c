package claimrule

import (
	"fmt"
	"slices"
	"strings"
)

// checkRule reports what the grammar does not: tags, functions and the parts
// that a new claim must have.
func (p *parser) checkRule(r *Rule) {
	c := &checker{parser: p, bound: map[string]bool{}, local: map[string]bool{}}
	before := len(p.errs)
	for _, cond := range r.Conditions {
		switch cond := cond.(type) {
		case *Selector:
			c.selector(cond)
			c.bind(cond.Tag)
		case *Exists:
			c.test(cond.Claims)
		case *Count:
			c.test(cond.Claims)
		}
	}
	c.body(r.Body)
	r.Bad = len(p.errs) > before
}

type checker struct {
	*parser
	bound map[string]bool // tags that selectors have bound
	local map[string]bool // tags of EXISTS and COUNT, which bind nothing
}

func (c *checker) error(n Node, code, found, hint string, expected ...string) {
	c.report(&SyntaxError{Pos: n.Pos(), End: n.End(), Code: code, Found: found, Expected: expected, Hint: hint})
}

// reserved are the words that no tag can have.
var reserved = []string{"issue", "add", "type", "value", "valuetype", "issuer", "originalissuer", "properties", "claim",
	"exists", "not", "count", "store", "types", "query", "param", "regexreplace"}

func (c *checker) selector(s *Selector) {
	if s.Tag != nil && isWord(token{kind: tokIdent, text: s.Tag.Name}, reserved...) {
		c.error(s.Tag, codeUnexpected, "keyword "+quoteShort(s.Tag.Name)+" used as a tag", "name the tag c or c1")
	}
	for _, m := range s.Matches {
		c.expr(m.Value, s.Tag)
	}
}

// test checks a selector inside EXISTS or COUNT.
func (c *checker) test(s *Selector) {
	c.selector(s)
	if s.Tag != nil {
		c.local[strings.ToLower(s.Tag.Name)] = true
	}
}

func (c *checker) bind(tag *Ident) {
	if tag == nil {
		return
	}
	key := strings.ToLower(tag.Name)
	if c.bound[key] {
		c.error(tag, codeParse, "tag "+quoteShort(tag.Name)+" stands for two selectors", "letter case does not count: give each its own name")
	}
	c.bound[key] = true
}

func (c *checker) body(b Body) {
	switch b := b.(type) {
	case *Copy:
		c.tag(b.Tag, nil)
	case *New:
		c.assignments(b)
	case *Query:
		for _, e := range b.Params {
			c.expr(e, nil)
		}
	}
}

func (c *checker) assignments(n *New) {
	seen := map[string]bool{}
	for _, a := range n.Assignments {
		key := a.Property.Kind.String()
		if a.Property.Key != nil {
			key += " " + a.Property.Key.Value
		}
		if seen[key] {
			c.error(a.Property, codeParse, "property "+quoteShort(key)+" assigned twice", "keep one of them")
		}
		seen[key] = true
		c.expr(a.Value, nil)
	}
	if n.Assigned(Type) == nil {
		c.error(n, codeParse, "new claim without a type", `write Type = "…"`, `"Type"`)
	}
}

// expr checks an expression; own is the tag of the selector that it stands in.
func (c *checker) expr(e Expr, own *Ident) {
	switch e := e.(type) {
	case *Ref:
		c.tag(e.Tag, own)
	case *Concat:
		for _, t := range e.Terms {
			c.expr(t, own)
		}
	case *Call:
		c.call(e)
		for _, a := range e.Args {
			c.expr(a, own)
		}
	}
}

const regexReplace = "RegExReplace"

func (c *checker) call(e *Call) {
	if !sameWord(e.Func.Name, regexReplace) {
		c.error(e.Func, codeInput, "unknown function "+quoteShort(e.Func.Name), "the language has one function: RegExReplace(text, pattern, replacement)", `"`+regexReplace+`"`)
		return
	}
	if len(e.Args) != 3 {
		c.error(e, codeInput, fmt.Sprintf("RegExReplace with %d arguments", len(e.Args)), "write RegExReplace(text, pattern, replacement)", "3")
	}
}

func (c *checker) tag(tag, own *Ident) {
	key := strings.ToLower(tag.Name)
	if c.bound[key] {
		return
	}
	found := "tag " + quoteShort(tag.Name) + " is not bound by a selector of this rule"
	switch {
	case own != nil && sameWord(own.Name, tag.Name):
		c.error(tag, codeTag, "tag "+quoteShort(tag.Name)+" used inside its own selector", "only a later selector can refer to it")
	case c.local[key]:
		c.error(tag, codeTag, found, "EXISTS and COUNT only test and bind nothing: add a selector "+tag.Name+":[…]")
	case len(c.bound) == 0:
		c.error(tag, codeTag, found, "put "+tag.Name+`: before the "[" of the condition that is meant`)
	default:
		c.error(tag, codeTag, found, "", quoted(c.tags())...)
	}
}

func (c *checker) tags() []string {
	var names []string
	for name := range c.bound {
		names = append(names, name)
	}
	slices.Sort(names)
	return names[:min(len(names), 8)]
}
