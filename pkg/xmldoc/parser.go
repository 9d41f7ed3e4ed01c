package xmldoc

import (
	"fmt"
	"strings"

	"github.com/beevik/etree"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// name is a qualified name as it stands in the text; colon is -1 where it has
// no prefix.
type name struct {
	raw   string
	colon int
}

func (n name) prefix() string { return n.raw[:max(n.colon, 0)] }
func (n name) local() string  { return n.raw[n.colon+1:] }

// attribute is an attribute of the start tag at hand.
type attribute struct {
	name
	value string
	at    int // offset of its name
	uri   int // identifies its namespace, see [scope]; 0 for none
}

// frame is an element that is open.
type frame struct {
	element  *etree.Element
	raw      string
	ordinal  int // in document order
	children int // where its children begin among those pending
	bindings int // namespace bindings in scope around it
	attrs    int // attributes of it and of all elements around it
}

// parser reads one document from front to back. Its methods that read
// something start at pos and leave pos behind it.
type parser struct {
	s      string
	pos    int
	limits Limits
	in     *input

	tree     tree
	stack    []frame
	scope    scope
	attrs    []attribute
	rooted   bool // the root has begun
	hasCR    bool
	arena    strings.Builder
	doctype  *doctype
	problems []finding.Problem
}

func newParser(in *input, limits Limits) *parser {
	s := string(in.text[:in.good])
	return &parser{
		s:      s,
		limits: limits,
		in:     in,
		tree:   newTree(strings.Count(s, "<"), strings.Count(s, "=")),
		stack:  make([]frame, 0, 16),
		attrs:  make([]attribute, 0, 16),
		scope:  newScope(),
		hasCR:  strings.IndexByte(s, '\r') >= 0,
	}
}

func (p *parser) fail(check string, at, end int, format string, args ...any) *SyntaxError {
	return &SyntaxError{Check: check, Msg: fmt.Sprintf(format, args...), Span: finding.Span{Offset: at, End: end}}
}

func (p *parser) malformed(at, end int, format string, args ...any) *SyntaxError {
	return p.fail(checkMalformed, at, end, format, args...)
}

// truncated says that the text ends inside of something.
func (p *parser) truncated(inside string) *SyntaxError {
	msg := "the document ends inside " + inside
	if n := len(p.stack); n > 0 {
		msg += ", and " + p.opened(p.stack[n-1]) + " is not closed"
	}
	return p.fail(checkTruncated, len(p.s), len(p.s), "%s; expected the rest of it", msg)
}

// opened names an open element and where it was opened.
func (p *parser) opened(f frame) string {
	at := int(p.tree.extents[f.ordinal].start)
	span := locate(p.in.text, at, at)
	return fmt.Sprintf("<%s> (opened at line %d, column %d)", abbreviate(f.raw), span.Line, span.Column)
}

// abbreviate keeps a message readable where a name or value is hostile.
func abbreviate(s string) string {
	const limit = 80
	if len(s) <= limit {
		return s
	}
	return strings.ToValidUTF8(s[:limit], "") + "…"
}

// next quotes the character at an offset for a message.
func (p *parser) next(at int) string {
	for _, r := range p.s[at:] {
		return fmt.Sprintf("%q", string(r))
	}
	return "the end of the text"
}

// document reads the whole text, production 1.
func (p *parser) document() *SyntaxError {
	if strings.HasPrefix(p.s, string(bomUTF8)) {
		p.pos = len(bomUTF8)
	}
	if err := p.declaration(); err != nil {
		return err
	}
	for p.pos < len(p.s) {
		var err *SyntaxError
		if p.s[p.pos] == '<' {
			err = p.markup()
		} else {
			err = p.text()
		}
		if err != nil {
			return err
		}
		if p.tree.nodes > 4*p.limits.Elements {
			return p.fail(checkTooLarge, p.pos, p.pos, "the document has more than %d texts, comments and elements, expected fewer", 4*p.limits.Elements)
		}
	}
	return p.finish()
}

// finish judges the end of the text.
func (p *parser) finish() *SyntaxError {
	switch n := len(p.stack); {
	case n > 0:
		return p.fail(checkTruncated, len(p.s), len(p.s), "the document ends before %s is closed; expected </%s>", p.opened(p.stack[n-1]), abbreviate(p.stack[n-1].raw))
	case !p.rooted && strings.TrimSpace(p.s) == "":
		return p.malformed(len(p.s), len(p.s), "the document is empty, expected XML")
	case !p.rooted:
		return p.fail(checkTruncated, len(p.s), len(p.s), "the document ends before its root element")
	}
	p.tree.close(&p.tree.document.Element, 0)
	return nil
}

// markup reads what begins with "<".
func (p *parser) markup() *SyntaxError {
	if p.pos+1 == len(p.s) {
		return p.truncated("a tag")
	}
	switch p.s[p.pos+1] {
	case '/':
		return p.endTag()
	case '?':
		return p.procInst()
	case '!':
		return p.bang()
	}
	return p.startTag()
}

// qname reads a qualified name, Namespaces production 7.
func (p *parser) qname(what string) (name, *SyntaxError) {
	n := name{colon: -1}
	end := scanNCName(p.s, p.pos)
	if end > p.pos && end < len(p.s) && p.s[end] == ':' {
		n.colon = end - p.pos
		local := scanNCName(p.s, end+1)
		if local == end+1 && local < len(p.s) {
			return n, p.malformed(p.pos, local, "%s begins with %q, expected a name after the colon, found %s", what, abbreviate(p.s[p.pos:local]), p.next(local))
		}
		end = local
	}
	switch {
	case end == len(p.s):
		return n, p.truncated(what)
	case end == p.pos && what == "a tag":
		return n, p.malformed(p.pos-1, p.pos, "\"<\" is followed by %s, expected a name; a literal \"<\" is written \"&lt;\"", p.next(p.pos))
	case end == p.pos:
		return n, p.malformed(p.pos, p.pos, "found %s, expected the name of %s", p.next(p.pos), what)
	case p.s[end] == ':':
		return n, p.malformed(p.pos, end, "the name %q has a second colon, expected at most one", abbreviate(p.s[p.pos:end])+":")
	}
	n.raw = p.s[p.pos:end]
	p.pos = end
	return n, nil
}

// startTag reads a start tag or an empty element, productions 40 and 44.
func (p *parser) startTag() *SyntaxError {
	start := p.pos
	p.pos++
	n, err := p.qname("a tag")
	if err != nil {
		return err
	}
	p.attrs = p.attrs[:0]
	for {
		gap := p.pos
		p.pos = skipSpace(p.s, p.pos)
		rest := p.s[p.pos:]
		switch {
		case rest == "" || rest == "/":
			return p.truncated("the tag <" + abbreviate(n.raw) + ">")
		case rest[0] == '>':
			p.pos++
			return p.open(n, start, false)
		case rest[0] == '/' && rest[1] == '>':
			p.pos += 2
			return p.open(n, start, true)
		case gap == p.pos:
			return p.malformed(p.pos, p.pos, "found %s in the tag <%s>, expected white space, \">\" or \"/>\"", p.next(p.pos), abbreviate(n.raw))
		case len(p.attrs) == p.limits.Attributes:
			return p.fail(checkTooLarge, start, p.pos, "the element <%s> has more than %d attributes, expected fewer", abbreviate(n.raw), p.limits.Attributes)
		}
		if err := p.attribute(); err != nil {
			return err
		}
	}
}

// attribute reads an attribute, production 41.
func (p *parser) attribute() *SyntaxError {
	at := p.pos
	n, err := p.qname("an attribute")
	if err != nil {
		return err
	}
	eq := skipSpace(p.s, p.pos)
	if eq < len(p.s) && p.s[eq] != '=' {
		return p.malformed(at, p.pos, "the attribute %q is followed by %s, expected \"=\" and a quoted value", abbreviate(n.raw), p.next(eq))
	}
	p.pos = skipSpace(p.s, min(eq+1, len(p.s)))
	if p.pos == len(p.s) {
		return p.truncated("the attribute " + abbreviate(n.raw))
	}
	quote := p.s[p.pos]
	if quote != '"' && quote != '\'' {
		return p.malformed(p.pos, p.pos, "the value of the attribute %q begins with %s, expected a quotation mark", abbreviate(n.raw), p.next(p.pos))
	}
	p.pos++
	value, err := p.attrValue(quote, n)
	if err != nil {
		return err
	}
	p.attrs = append(p.attrs, attribute{name: n, value: value, at: at})
	return nil
}

// open begins the element whose start tag was read.
func (p *parser) open(n name, start int, empty bool) *SyntaxError {
	depth := len(p.stack)
	f := frame{raw: n.raw, ordinal: len(p.tree.extents), bindings: p.scope.len(), attrs: len(p.attrs)}
	if depth > 0 {
		f.attrs += p.stack[depth-1].attrs
	}
	if err := p.admit(f, start); err != nil {
		return err
	}
	if err := p.namespaces(n, start); err != nil {
		return err
	}
	f.element = p.tree.element(n, p.attrs)
	f.children = len(p.tree.pending)
	p.tree.extents = append(p.tree.extents, extent{int32(start), int32(p.pos)})
	p.rooted = true
	if empty {
		p.scope.truncate(f.bindings)
		return nil
	}
	p.stack = append(p.stack, f)
	return nil
}

// admit holds a new element against the limits and the one root there is.
func (p *parser) admit(f frame, start int) *SyntaxError {
	switch depth := len(p.stack); {
	case depth == 0 && p.rooted:
		return p.malformed(start, p.pos, "a second root element <%s> follows the first, expected the end of the document", abbreviate(f.raw))
	case depth == p.limits.Depth:
		return p.fail(checkTooLarge, start, p.pos, "elements are nested more than %d deep, expected fewer", p.limits.Depth)
	case f.ordinal == p.limits.Elements:
		return p.fail(checkTooLarge, start, p.pos, "the document has more than %d elements, expected fewer", p.limits.Elements)
	case f.attrs > 2*p.limits.Attributes:
		return p.fail(checkTooLarge, start, p.pos, "the open elements have more than %d attributes together, expected fewer", 2*p.limits.Attributes)
	}
	return nil
}

// endTag reads an end tag, production 42.
func (p *parser) endTag() *SyntaxError {
	start := p.pos
	p.pos += 2
	depth := len(p.stack)
	if depth == 0 {
		return p.malformed(start, p.pos, "an end tag is found where no element is open")
	}
	f := &p.stack[depth-1]
	if end := p.pos + len(f.raw); end < len(p.s) && p.s[p.pos:end] == f.raw && (p.s[end] == '>' || isSpace(p.s[end])) {
		p.pos = end
	} else {
		n, err := p.qname("an end tag")
		if err != nil {
			return err
		}
		if n.raw != f.raw {
			return p.malformed(start, p.pos, "found </%s>, expected </%s> to close %s", abbreviate(n.raw), abbreviate(f.raw), p.opened(*f))
		}
	}
	p.pos = skipSpace(p.s, p.pos)
	if p.pos == len(p.s) {
		return p.truncated("an end tag")
	}
	if p.s[p.pos] != '>' {
		return p.malformed(start, p.pos, "the end tag </%s goes on with %s, expected \">\"", abbreviate(f.raw), p.next(p.pos))
	}
	p.pos++
	p.tree.extents[f.ordinal].end = int32(p.pos)
	p.tree.close(f.element, f.children)
	p.scope.truncate(f.bindings)
	p.stack = p.stack[:depth-1]
	return nil
}
