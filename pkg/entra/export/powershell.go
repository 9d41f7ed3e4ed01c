package export

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// psReader reads the data in a PowerShell configuration: its resource blocks
// with the literals in them. It runs nothing; whatever is not a literal is an
// unknown value.
type psReader struct {
	*source
	pos   int
	nodes int
}

// block is a resource block: Type 'name' { … }.
type block struct {
	kind, name string
	body       *node
}

// blocks gives every block whose type begins with the prefix, wherever it
// stands.
func (p *psReader) blocks(prefix string, yield func(block)) error {
	for {
		p.space()
		if p.pos >= len(p.data) {
			return nil
		}
		word := p.word()
		switch {
		case word == "":
			if err := p.skipOne(); err != nil {
				return err
			}
			continue
		case !hasPrefixFold(word, prefix):
			continue
		}
		b := block{kind: word}
		if p.space(); p.peek() == '\'' || p.peek() == '"' {
			name, err := p.quoted()
			if err != nil {
				return err
			}
			b.name = name.text
			p.space()
		}
		if p.peek() != '{' {
			continue
		}
		p.nodes = 0
		body, err := p.table(0)
		if err != nil {
			return err
		}
		b.body = body
		yield(b)
	}
}

func hasPrefixFold(s, prefix string) bool {
	return len(s) > len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}

func (p *psReader) peek() byte {
	if p.pos < len(p.data) {
		return p.data[p.pos]
	}
	return 0
}

func (p *psReader) rest() []byte { return p.data[p.pos:] }

func (p *psReader) errorf(at int, format string, args ...any) error {
	return &syntaxError{at: p.pinpoint(at), message: fmt.Sprintf(format, args...)}
}

// space passes white space, comments and line continuations.
func (p *psReader) space() {
	for p.pos < len(p.data) {
		switch c := p.data[p.pos]; {
		case c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '`':
			p.pos++
		case c == '#':
			p.pos += lineEnd(p.rest())
		case c == '<' && bytes.HasPrefix(p.rest(), []byte("<#")):
			end := bytes.Index(p.rest(), []byte("#>"))
			if end < 0 {
				end = len(p.rest()) - 2
			}
			p.pos += end + 2
		default:
			return
		}
	}
}

func lineEnd(text []byte) int {
	if n := bytes.IndexByte(text, '\n'); n >= 0 {
		return n
	}
	return len(text)
}

// word reads a bare word; "" where none starts.
func (p *psReader) word() string {
	start := p.pos
	for p.pos < len(p.data) && isWord(p.data[p.pos]) {
		p.pos++
	}
	return string(p.data[start:p.pos])
}

func isWord(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// skipOne passes a string or one character of what is not read.
func (p *psReader) skipOne() error {
	switch {
	case p.peek() == '\'' || p.peek() == '"':
		_, err := p.quoted()
		return err
	case bytes.HasPrefix(p.rest(), []byte("@'")), bytes.HasPrefix(p.rest(), []byte("@\"")):
		_, err := p.hereString()
		return err
	}
	p.pos++
	return nil
}

// table reads { Name = value … }, the brace still ahead.
func (p *psReader) table(depth int) (*node, error) {
	opened := p.pos
	n := object(p.span(p.pos, p.pos))
	p.pos++
	for {
		for p.space(); p.peek() == ';' || p.peek() == ','; p.space() {
			p.pos++
		}
		switch {
		case p.pos >= len(p.data):
			at := p.pinpoint(opened)
			return nil, &syntaxError{at: p.pinpoint(p.pos), cut: true, message: fmt.Sprintf("the text ends before the \"{\" of line %d is closed; the file is not whole", at.Line)}
		case p.peek() == '}':
			p.pos++
			n.span.End = p.pos
			return n, nil
		}
		name, err := p.memberName()
		if err != nil {
			return nil, err
		}
		if p.space(); p.peek() != '=' {
			return nil, p.errorf(p.pos, "found %s behind %s, expected \"=\"", p.shown(), finding.Quote(name))
		}
		p.pos++
		v, err := p.value(depth + 1)
		if err != nil {
			return nil, err
		}
		if n.members = append(n.members, member{name, v}); len(n.members) > maxMembers {
			return nil, &syntaxError{at: p.pinpoint(p.pos), large: true, message: fmt.Sprintf("one block has more than %d properties", maxMembers)}
		}
	}
}

func (p *psReader) memberName() (string, error) {
	if p.peek() == '\'' || p.peek() == '"' {
		n, err := p.quoted()
		if err != nil {
			return "", err
		}
		return n.text, nil
	}
	if name := p.word(); name != "" {
		return name, nil
	}
	return "", p.errorf(p.pos, "found %s, expected the name of a property", p.shown())
}

func (p *psReader) shown() string {
	if p.pos >= len(p.data) {
		return "the end of the text"
	}
	return finding.Quote(string([]rune(string(p.data[p.pos:min(p.pos+4, len(p.data))]))[:1]))
}

// value reads a value, or several parted by commas, which are a list.
func (p *psReader) value(depth int) (*node, error) {
	first, err := p.single(depth)
	if err != nil {
		return nil, err
	}
	list := &node{kind: kindList, span: first.span, items: []*node{first}}
	for {
		mark := p.pos
		if p.space(); p.peek() != ',' {
			p.pos = mark
			break
		}
		p.pos++
		item, err := p.single(depth)
		if err != nil {
			return nil, err
		}
		list.items = append(list.items, item)
	}
	if len(list.items) == 1 {
		return first, nil
	}
	list.span.End = p.pos
	return list, nil
}

func (p *psReader) single(depth int) (*node, error) {
	p.space()
	if p.nodes++; p.nodes > maxNodes || depth > maxDepth {
		return nil, &syntaxError{at: p.pinpoint(p.pos), large: true, message: fmt.Sprintf("one block has more than %d values or is nested more than %d deep", maxNodes, maxDepth)}
	}
	start := p.pos
	switch rest := p.rest(); {
	case p.peek() == '\'' || p.peek() == '"':
		return p.quoted()
	case bytes.HasPrefix(rest, []byte("@'")), bytes.HasPrefix(rest, []byte("@\"")):
		return p.hereString()
	case bytes.HasPrefix(rest, []byte("@(")):
		return p.array(depth)
	case bytes.HasPrefix(rest, []byte("@{")):
		p.pos++
		return p.table(depth)
	case p.peek() == '$':
		p.pos++
		return p.variable(start), nil
	case isWord(p.peek()) || p.peek() == '-':
		return p.bare(start, depth)
	}
	return p.expression(start), nil
}

// array reads @( … ), whose items are parted by commas, lines or semicolons.
func (p *psReader) array(depth int) (*node, error) {
	opened := p.pos
	n := &node{kind: kindList, span: p.span(p.pos, p.pos)}
	p.pos += 2
	for {
		for p.space(); p.peek() == ',' || p.peek() == ';'; p.space() {
			p.pos++
		}
		switch {
		case p.pos >= len(p.data):
			at := p.pinpoint(opened)
			return nil, &syntaxError{at: p.pinpoint(p.pos), cut: true, message: fmt.Sprintf("the text ends before the \"@(\" of line %d is closed; the file is not whole", at.Line)}
		case p.peek() == ')':
			p.pos++
			n.span.End = p.pos
			return n, nil
		}
		before := p.pos
		item, err := p.single(depth + 1)
		if err != nil {
			return nil, err
		}
		if p.pos == before {
			return nil, p.errorf(p.pos, "found %s, expected a value or \")\"", p.shown())
		}
		n.items = append(n.items, item)
	}
}

// variable reads what follows a "$": a constant, else an unknown value.
func (p *psReader) variable(start int) *node {
	mark := p.pos
	constants := map[string]kind{"true": kindBool, "false": kindBool, "null": kindNull}
	word := strings.ToLower(p.word())
	if k, ok := constants[word]; ok {
		n := &node{kind: k, span: p.span(start, p.pos)}
		if k == kindBool {
			n.text = word
		}
		return n
	}
	p.pos = mark
	return p.expression(start)
}

// bare reads a number, or an embedded instance: MSFT_Type { … }.
func (p *psReader) bare(start, depth int) (*node, error) {
	for p.pos < len(p.data) && (isWord(p.peek()) || p.peek() == '.' || p.peek() == '-') {
		p.pos++
	}
	word, end := string(p.data[start:p.pos]), p.pos
	if p.space(); p.peek() == '{' && hasPrefixFold(word, "MSFT_") {
		return p.table(depth)
	}
	p.pos = end
	if strings.Trim(word, "-.0123456789") == "" {
		return &node{kind: kindNumber, text: word, span: p.span(start, end)}, nil
	}
	return p.expression(start), nil
}

// expression passes what is no literal: up to the end of the line or statement,
// with brackets closed.
func (p *psReader) expression(start int) *node {
	n := &node{kind: kindUnknown, span: p.span(start, p.pos)}
	depth := 0
	for p.pos < len(p.data) {
		switch c := p.data[p.pos]; c {
		case '(', '{', '[':
			depth++
		case ')', '}', ']':
			if depth == 0 {
				n.span.End = p.pos
				return n
			}
			depth--
		case '\n', ';', ',':
			if depth == 0 {
				n.span.End = p.pos
				return n
			}
		case '\'', '"':
			if _, err := p.quoted(); err != nil {
				p.pos = len(p.data)
			}
			continue
		}
		p.pos++
	}
	n.span.End = p.pos
	return n
}

// quoted reads a string in single or double quotation marks. One that holds a
// variable is unknown.
func (p *psReader) quoted() (*node, error) {
	start, quote := p.pos, p.data[p.pos]
	p.pos++
	n := &node{kind: kindText, span: p.span(p.pos, p.pos)}
	var out []byte
	for p.pos < len(p.data) {
		c := p.data[p.pos]
		switch {
		case c == quote && p.pos+1 < len(p.data) && p.data[p.pos+1] == quote:
			p.pos++
		case c == quote:
			n.span.End = p.pos
			if p.pos++; n.kind == kindText {
				n.text = strings.ToValidUTF8(string(out), "\uFFFD")
				if raw := p.data[n.span.Offset:n.span.End]; len(raw) != len(n.text) {
					n.raw, n.step = raw, psStep
				}
			}
			return n, nil
		case quote == '"' && c == '`' && p.pos+1 < len(p.data):
			p.pos++
			c = backtick(p.data[p.pos])
		case quote == '"' && c == '$' && p.pos+1 < len(p.data) && (isWord(p.data[p.pos+1]) || p.data[p.pos+1] == '(' || p.data[p.pos+1] == '{'):
			n.kind = kindUnknown
		}
		out = append(out, c)
		p.pos++
	}
	at := p.pinpoint(start)
	return nil, &syntaxError{at: at, cut: true, message: "the string that starts here does not end; the file is not whole, or a quotation mark is missing"}
}

// psStep is how far a character reaches in a raw string, and in its meaning.
func psStep(raw []byte) (written, meant int) {
	if len(raw) > 1 && (raw[0] == '`' || (raw[0] == '"' || raw[0] == '\'') && raw[1] == raw[0]) {
		return 2, 1
	}
	return 1, 1
}

// backtick is the meaning of an escaped character.
func backtick(c byte) byte {
	switch c {
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 't':
		return '\t'
	case '0':
		return 0
	}
	return c
}

// hereString reads @' … '@ or @" … "@.
func (p *psReader) hereString() (*node, error) {
	start, quote := p.pos, p.data[p.pos+1]
	p.pos += 2 + lineEnd(p.data[p.pos+2:])
	body := min(p.pos+1, len(p.data))
	end := bytes.Index(p.data[p.pos:], []byte{'\n', quote, '@'})
	if end < 0 {
		return nil, p.errorf(start, "the here-string that starts here does not end; the file is not whole")
	}
	end += p.pos
	p.pos = end + 3
	n := &node{kind: kindText, span: p.span(body, end)}
	n.text = strings.ToValidUTF8(strings.TrimSuffix(string(p.data[body:max(end, body)]), "\r"), "\uFFFD")
	if quote == '"' && strings.Contains(n.text, "$") {
		n.kind, n.text = kindUnknown, ""
	}
	return n, nil
}
