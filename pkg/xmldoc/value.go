package xmldoc

import (
	"strings"
	"unicode/utf8"
)

// text reads character data up to the next "<", production 14.
func (p *parser) text() *SyntaxError {
	start := p.pos
	end := strings.IndexByte(p.s[start:], '<')
	if end < 0 {
		end = len(p.s)
	} else {
		end += start
	}
	seg := p.s[start:end]
	if len(p.stack) == 0 {
		return p.outside(seg)
	}
	if i := strings.IndexByte(seg, ']'); i >= 0 {
		if i = strings.Index(seg, "]]>"); i >= 0 {
			at := start + i
			if err := p.references(seg[:i]); err != nil {
				return err
			}
			return p.malformed(at, at+3, "\"]]>\" stands in text, expected it only at the end of a CDATA section; write it \"]]&gt;\"")
		}
	}
	data, err := p.normalise(start, end, false)
	if err != nil {
		return err
	}
	p.pos = end
	p.tree.text(data)
	return nil
}

// references finds the first reference of seg, which begins at pos, that is
// not well-formed.
func (p *parser) references(seg string) *SyntaxError {
	_, err := p.normalise(p.pos, p.pos+len(seg), false)
	return err
}

// outside reads what stands before or after the root element: white space.
func (p *parser) outside(seg string) *SyntaxError {
	if i := skipSpace(seg, 0); i < len(seg) {
		where := "before"
		if p.rooted {
			where = "after"
		}
		at := p.pos + i
		return p.malformed(at, p.pos+len(seg), "text stands %s the root element, beginning with %s; expected nothing but white space there", where, p.next(at))
	}
	p.tree.text(p.lines(seg))
	p.pos += len(seg)
	return nil
}

// attrValue reads an attribute value up to its closing quote, production 10,
// and normalises it as section 3.3.3 says of CDATA attributes.
func (p *parser) attrValue(quote byte, n name) (string, *SyntaxError) {
	start, plain := p.pos, true
	for i := start; i < len(p.s); i++ {
		c := p.s[i]
		if classes[c]&valueStop == 0 {
			continue
		}
		switch {
		case c == quote:
			p.pos = i + 1
			if plain {
				return p.s[start:i], nil
			}
			return p.normalise(start, i, true)
		case c == '<':
			if _, err := p.normalise(start, i, true); err != nil {
				return "", err
			}
			return "", p.malformed(i, i+1, "\"<\" stands in the value of the attribute %q, expected \"&lt;\" (or the closing quotation mark before it)", abbreviate(n.raw))
		case c != '"' && c != '\'':
			plain = false
		}
	}
	if _, err := p.normalise(start, len(p.s), true); err != nil {
		return "", err
	}
	return "", p.truncated("the value of the attribute " + abbreviate(n.raw))
}

// normalise resolves the references of s[start:end] and normalises line ends,
// section 2.11; in an attribute value white space becomes a space.
func (p *parser) normalise(start, end int, attr bool) (string, *SyntaxError) {
	seg := p.s[start:end]
	if !attr && strings.IndexByte(seg, '&') < 0 {
		return p.lines(seg), nil
	}
	out := p.reserve(len(seg))
	for i := start; i < end; {
		c := p.s[i]
		switch {
		case c == '&':
			r, n, err := p.reference(i, end)
			if err != nil {
				return "", err
			}
			p.arena.WriteRune(r)
			i += n
			continue
		case c == '\r' && i+1 < len(p.s) && p.s[i+1] == '\n':
		case attr && isSpace(c):
			p.arena.WriteByte(' ')
		case c == '\r':
			p.arena.WriteByte('\n')
		default:
			p.arena.WriteByte(c)
		}
		i++
	}
	return p.arena.String()[out:], nil
}

// lines normalises line ends, section 2.11.
func (p *parser) lines(seg string) string {
	if !p.hasCR {
		return seg
	}
	i := strings.IndexByte(seg, '\r')
	if i < 0 {
		return seg
	}
	out := p.reserve(len(seg))
	for ; i >= 0; i = strings.IndexByte(seg, '\r') {
		p.arena.WriteString(seg[:i])
		p.arena.WriteByte('\n')
		seg = strings.TrimPrefix(seg[i+1:], "\n")
	}
	p.arena.WriteString(seg)
	return p.arena.String()[out:]
}

// reserve makes room in the arena for n bytes, and returns where they begin.
// What normalisation yields is never longer than what it reads, so that the
// strings of a document are cut from few allocations.
func (p *parser) reserve(n int) int {
	if p.arena.Cap()-p.arena.Len() < n {
		grown := min(2*p.arena.Cap(), 64<<10)
		p.arena = strings.Builder{}
		p.arena.Grow(max(n, grown, 512))
	}
	return p.arena.Len()
}

// reference reads the reference at offset at, production 67, and returns its
// character and length.
func (p *parser) reference(at, end int) (rune, int, *SyntaxError) {
	body := p.s[at+1 : end]
	semicolon := strings.IndexByte(body[:min(len(body), maxReference)], ';')
	if semicolon < 0 {
		return 0, 0, p.badReference(at, end)
	}
	body = body[:semicolon]
	n := semicolon + 2
	switch body {
	case "lt":
		return '<', n, nil
	case "gt":
		return '>', n, nil
	case "amp":
		return '&', n, nil
	case "quot":
		return '"', n, nil
	case "apos":
		return '\'', n, nil
	}
	if !strings.HasPrefix(body, "#") {
		if scanNCName(body, 0) != len(body) || body == "" {
			return 0, 0, p.badReference(at, end)
		}
		return 0, 0, p.entityReference(body, at)
	}
	r := charReference(body[1:])
	switch {
	case r < 0:
		return 0, 0, p.malformed(at, at+n, "%q is not a character reference, expected decimal digits after \"&#\" or hexadecimal ones after \"&#x\"", "&"+body+";")
	case !isChar(r):
		return 0, 0, p.malformed(at, at+n, "%q stands for a character that is not allowed in XML", "&"+body+";")
	}
	return r, n, nil
}

// maxReference bounds how far the end of a reference is searched for, so that
// text full of "&" takes linear time.
const maxReference = 256

// badReference says what is wrong with an "&" that begins no reference.
func (p *parser) badReference(at, end int) *SyntaxError {
	if name := scanNCName(p.s[:end], at+1); end == len(p.s) && (name == end || strings.TrimLeft(p.s[at+1:end], "#x0123456789abcdefABCDEF") == "") {
		return p.truncated("a reference")
	}
	return p.malformed(at, at+1, "\"&\" begins no reference, expected \"&name;\" or \"&#number;\"; a literal \"&\" is written \"&amp;\"")
}

// entityReference says why a reference to an entity other than the predefined
// ones is not read.
func (p *parser) entityReference(entity string, at int) *SyntaxError {
	end := at + len(entity) + 2
	if p.doctype != nil && p.doctype.mayDeclare(entity) {
		return p.fail(checkDoctype, at, end, "the entity %q comes from the DOCTYPE, and nothing from a DOCTYPE is expanded; expected the text itself", "&"+abbreviate(entity)+";")
	}
	return p.malformed(at, end, "the entity %q is not declared, expected one of &lt; &gt; &amp; &quot; &apos;", "&"+abbreviate(entity)+";")
}

// charReference returns the character that the digits of a character reference
// stand for, production 66; -1 where they are no number, and a number beyond
// Unicode where they are too large.
func charReference(digits string) rune {
	base := rune(10)
	if strings.HasPrefix(digits, "x") {
		base, digits = 16, digits[1:]
	}
	if digits == "" {
		return -1
	}
	r := rune(0)
	for i := range len(digits) {
		d := rune(digitValue(digits[i]))
		if d >= base {
			return -1
		}
		r = min(r*base+d, utf8.MaxRune+1)
	}
	return r
}

func digitValue(c byte) byte {
	switch {
	case c >= '0' && c <= '9':
		return c - '0'
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10
	case c >= 'A' && c <= 'F':
		return c - 'A' + 10
	}
	return 0xFF
}
