package xmldoc

import (
	"strings"

	"github.com/beevik/etree"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

const (
	commentOpen = "<!--"
	cdataOpen   = "<![CDATA["
	doctypeOpen = "<!DOCTYPE"
)

// bang reads what begins with "<!".
func (p *parser) bang() *SyntaxError {
	rest := p.s[p.pos:]
	switch {
	case strings.HasPrefix(rest, commentOpen):
		data, err := p.comment()
		if err == nil {
			p.tree.add(etree.NewComment(p.lines(data)))
		}
		return err
	case strings.HasPrefix(rest, cdataOpen):
		return p.cdata()
	case strings.HasPrefix(rest, doctypeOpen):
		return p.readDoctype()
	case strings.HasPrefix(commentOpen, rest), strings.HasPrefix(cdataOpen, rest), strings.HasPrefix(doctypeOpen, rest):
		return p.truncated("markup")
	}
	return p.malformed(p.pos, p.pos+2, "\"<!\" is followed by %s, expected a comment \"<!--\" or a CDATA section \"<![CDATA[\"", p.next(p.pos+2))
}

// comment reads a comment, production 15.
func (p *parser) comment() (string, *SyntaxError) {
	start := p.pos + len(commentOpen)
	dashes := strings.Index(p.s[start:], "--")
	if dashes < 0 || start+dashes+2 == len(p.s) {
		return "", p.truncated("a comment")
	}
	end := start + dashes
	if p.s[end+2] != '>' {
		return "", p.malformed(end, end+2, "\"--\" stands in a comment, expected it only in the closing \"-->\"")
	}
	p.pos = end + 3
	return p.s[start:end], nil
}

// cdata reads a CDATA section, production 18.
func (p *parser) cdata() *SyntaxError {
	if len(p.stack) == 0 {
		return p.malformed(p.pos, p.pos+len(cdataOpen), "a CDATA section stands outside the root element, expected it inside")
	}
	start := p.pos + len(cdataOpen)
	end := strings.Index(p.s[start:], "]]>")
	if end < 0 {
		return p.truncated("a CDATA section")
	}
	p.pos = start + end + 3
	p.tree.add(etree.NewCData(p.lines(p.s[start : start+end])))
	return nil
}

// procInst reads a processing instruction, production 16, into the tree.
func (p *parser) procInst() *SyntaxError {
	target, data, err := p.instruction()
	if err == nil {
		p.tree.add(etree.NewProcInst(target, p.lines(data)))
	}
	return err
}

// instruction reads a processing instruction.
func (p *parser) instruction() (target, data string, err *SyntaxError) {
	start := p.pos
	end := scanNCName(p.s, start+2)
	target = p.s[start+2 : end]
	rest := p.s[end:]
	switch {
	case rest == "", rest == "?":
		return "", "", p.truncated("a processing instruction")
	case target == "":
		return "", "", p.malformed(start, end, "\"<?\" is followed by %s, expected the name of a processing instruction", p.next(end))
	case target == "xml":
		return "", "", p.malformed(start, end, "an XML declaration stands inside the document, expected it before everything else; remove what precedes it, or the declaration")
	case strings.EqualFold(target, "xml"):
		return "", "", p.malformed(start, end, "a processing instruction is named %q, expected another name (this one is reserved)", target)
	case !isSpace(rest[0]) && !strings.HasPrefix(rest, "?>"):
		return "", "", p.malformed(start, end, "the processing instruction %q goes on with %s, expected white space or \"?>\"", abbreviate(target), p.next(end))
	}
	length := strings.Index(rest, "?>")
	if length < 0 {
		return "", "", p.truncated("a processing instruction")
	}
	p.pos = end + length + 2
	data = rest[:length]
	return target, data[skipSpace(data, 0):], nil
}

// pseudoAttributes of the XML declaration in their order, production 23.
var pseudoAttributes = [...]string{"version", "encoding", "standalone"}

// declaration reads the XML declaration, if there is one.
func (p *parser) declaration() *SyntaxError {
	rest := p.s[p.pos:]
	if !strings.HasPrefix(rest, "<?xml") || len(rest) > 5 && !isSpace(rest[5]) && rest[5] != '?' {
		return nil
	}
	start := p.pos
	length := strings.Index(rest, "?>")
	if length < 0 {
		return p.truncated("the XML declaration")
	}
	end := start + length
	inst := p.s[start+5 : end]
	p.pos += 5
	for k := 0; ; {
		at := skipSpace(p.s[:end], p.pos)
		if at == end {
			if k == 0 {
				return p.malformed(start, end, "the XML declaration has no version, expected version=\"1.0\"")
			}
			break
		}
		i, err := p.pseudoAttribute(at, end, k)
		if err != nil {
			return err
		}
		k = i + 1
	}
	p.pos = end + 2
	p.tree.add(etree.NewProcInst("xml", p.lines(inst[skipSpace(inst, 0):])))
	return nil
}

// pseudoAttribute reads one of the pseudo attributes from number k on, which
// begins at offset at, and returns its number.
func (p *parser) pseudoAttribute(at, end, k int) (int, *SyntaxError) {
	nameEnd := scanNCName(p.s[:end], at)
	name := p.s[at:nameEnd]
	i := k
	for i < len(pseudoAttributes) && pseudoAttributes[i] != name {
		i++
	}
	if i == len(pseudoAttributes) || k == 0 && i > 0 || at == p.pos {
		return 0, p.malformed(at, max(nameEnd, at), "the XML declaration goes on with %s, expected version, encoding and standalone in this order, separated by white space", p.next(at))
	}
	eq := skipSpace(p.s[:end], nameEnd)
	quote := eq
	if eq < end && p.s[eq] == '=' {
		quote = skipSpace(p.s[:end], eq+1)
	}
	if quote == eq || quote == end || p.s[quote] != '"' && p.s[quote] != '\'' {
		return 0, p.malformed(at, nameEnd, "%s of the XML declaration has no value, expected \"=\" and a quoted one", name)
	}
	value, _, closed := strings.Cut(p.s[quote+1:end], p.s[quote:quote+1])
	if !closed {
		return 0, p.malformed(at, end, "%s of the XML declaration has no closing quotation mark", name)
	}
	p.pos = quote + len(value) + 2
	return i, p.declared(name, value, quote+1)
}

// declared judges the value of a pseudo attribute.
func (p *parser) declared(name, value string, at int) *SyntaxError {
	end := at + len(value)
	switch name {
	case "version":
		minor, ok := strings.CutPrefix(value, "1.")
		if !ok || minor == "" || strings.Trim(minor, "0123456789") != "" {
			return p.malformed(at, end, "the XML version is %q, expected \"1.0\"", abbreviate(value))
		}
		if value != "1.0" {
			p.problem(at, end, "the XML declaration says version "+abbreviate(value)+"; the document was read by the rules of XML 1.0, many applications refuse it", "1.0", value)
		}
	case "encoding":
		if !isEncodingName(value) {
			return p.malformed(at, end, "the encoding is %q, expected %s", abbreviate(value), supportedEncodings)
		}
		if !p.in.truthful(value) {
			p.problem(at, end, "the XML declaration says "+abbreviate(value)+", the bytes are "+p.in.encoding+"; the document was read as what it is", p.in.encoding, value)
		}
	case "standalone":
		if value != "yes" && value != "no" {
			return p.malformed(at, end, "standalone is %q, expected \"yes\" or \"no\"", abbreviate(value))
		}
	}
	return nil
}

// isEncodingName is production 81.
func isEncodingName(s string) bool {
	for i := range len(s) {
		if classes[s[i]]&nameChar == 0 || i == 0 && (classes[s[i]]&nameStart == 0 || s[i] == '_') {
			return false
		}
	}
	return s != ""
}

// problem notes something that was read past.
func (p *parser) problem(at, end int, detail, expected, actual string) {
	p.problems = append(p.problems, finding.Problem{
		Check:    checkRepaired,
		Severity: finding.Info,
		Detail:   detail,
		Expected: []string{expected},
		Actual:   abbreviate(actual),
		Location: finding.Location{Span: finding.Span{Offset: at, End: end}},
	})
}
