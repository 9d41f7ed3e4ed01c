package xmldoc

import (
	"slices"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// doctype is what is known of a document type declaration that was skipped.
type doctype struct {
	name       string
	externalID bool     // names an external subset
	parameters bool     // refers to parameter entities
	entities   []string // the general entities that it declares
}

// mayDeclare reports whether an entity may come from the DOCTYPE.
func (d *doctype) mayDeclare(entity string) bool {
	return d.externalID || d.parameters || slices.Contains(d.entities, entity)
}

// describe says in words what the DOCTYPE does.
func (d *doctype) describe() string {
	detail := "the document has a DOCTYPE (" + abbreviate(d.name) + ")"
	switch {
	case len(d.entities) > 0 && d.externalID:
		detail += " that declares entities and names an external subset"
	case len(d.entities) > 0:
		detail += " that declares entities"
	case d.externalID:
		detail += " that names an external subset"
	}
	return detail + "; nothing of it was fetched or expanded, and most service providers refuse such a message"
}

// readDoctype skips a document type declaration, production 28.
func (p *parser) readDoctype() *SyntaxError {
	start := p.pos
	if p.rooted || p.doctype != nil {
		return p.malformed(start, start+len(doctypeOpen), "a DOCTYPE stands after the root element has begun or after another one, expected at most one, before the root element")
	}
	p.doctype = &doctype{}
	p.pos += len(doctypeOpen)
	for _, step := range []func() *SyntaxError{p.doctypeName, p.externalID, p.subset, p.doctypeEnd} {
		if err := step(); err != nil {
			return err
		}
	}
	p.problems = append(p.problems, finding.Problem{
		Check:    checkDoctype,
		Detail:   p.doctype.describe(),
		Actual:   abbreviate(p.s[start:p.pos]),
		Location: finding.Location{Span: finding.Span{Offset: start, End: p.pos}},
	})
	return nil
}

func (p *parser) doctypeName() *SyntaxError {
	if err := p.blank(); err != nil {
		return err
	}
	n, err := p.qname("a DOCTYPE")
	p.doctype.name = n.raw
	return err
}

// externalID reads the external identifier, production 75, if there is one.
func (p *parser) externalID() *SyntaxError {
	p.pos = skipSpace(p.s, p.pos)
	end := scanNCName(p.s, p.pos)
	literals := map[string]int{"SYSTEM": 1, "PUBLIC": 2}[p.s[p.pos:end]]
	if literals == 0 {
		return nil
	}
	p.doctype.externalID = true
	p.pos = end
	for range literals {
		if err := p.blank(); err != nil {
			return err
		}
		if err := p.literal(); err != nil {
			return err
		}
	}
	return nil
}

// subset skips the internal subset, production 28b, if there is one.
func (p *parser) subset() *SyntaxError {
	p.pos = skipSpace(p.s, p.pos)
	if !strings.HasPrefix(p.s[p.pos:], "[") {
		return nil
	}
	for p.pos++; ; {
		p.pos = skipSpace(p.s, p.pos)
		rest := p.s[p.pos:]
		var err *SyntaxError
		switch {
		case rest == "":
			return p.truncated("the DOCTYPE")
		case rest[0] == ']':
			p.pos++
			return nil
		case rest[0] == '%':
			err = p.parameterReference()
		case strings.HasPrefix(rest, commentOpen):
			_, err = p.comment()
		case strings.HasPrefix(rest, "<?"):
			_, _, err = p.instruction()
		default:
			err = p.markupDeclaration()
		}
		if err != nil {
			return err
		}
	}
}

// parameterReference reads a reference to a parameter entity, production 69.
func (p *parser) parameterReference() *SyntaxError {
	end := scanNCName(p.s, p.pos+1)
	switch {
	case end == len(p.s):
		return p.truncated("the DOCTYPE")
	case end == p.pos+1 || p.s[end] != ';':
		return p.malformed(p.pos, end, "\"%%\" begins no reference to a parameter entity, expected \"%%name;\"")
	}
	p.doctype.parameters = true
	p.pos = end + 1
	return nil
}

// markupDeclaration skips a declaration of the internal subset, production 29,
// and notes the entity that it declares.
func (p *parser) markupDeclaration() *SyntaxError {
	start := p.pos
	keyword := ""
	for _, k := range []string{"<!ENTITY", "<!ELEMENT", "<!ATTLIST", "<!NOTATION"} {
		if strings.HasPrefix(p.s[start:], k) {
			keyword = k
		} else if strings.HasPrefix(k, p.s[start:]) {
			return p.truncated("the DOCTYPE")
		}
	}
	if keyword == "" {
		return p.malformed(start, start, "found %s in the DOCTYPE, expected a declaration or \"]\"", p.next(start))
	}
	p.pos += len(keyword)
	if err := p.blank(); err != nil {
		return err
	}
	if keyword == "<!ENTITY" && !strings.HasPrefix(p.s[p.pos:], "%") {
		p.doctype.entities = append(p.doctype.entities, p.s[p.pos:scanNCName(p.s, p.pos)])
	}
	for {
		i := strings.IndexAny(p.s[p.pos:], "\"'<>")
		if i < 0 {
			return p.truncated("the DOCTYPE")
		}
		p.pos += i
		switch p.s[p.pos] {
		case '>':
			p.pos++
			return nil
		case '<':
			return p.malformed(p.pos, p.pos+1, "\"<\" stands in a declaration of the DOCTYPE, expected \">\" before it")
		}
		if err := p.literal(); err != nil {
			return err
		}
	}
}

func (p *parser) doctypeEnd() *SyntaxError {
	p.pos = skipSpace(p.s, p.pos)
	if p.pos == len(p.s) {
		return p.truncated("the DOCTYPE")
	}
	if p.s[p.pos] != '>' {
		return p.malformed(p.pos, p.pos, "the DOCTYPE goes on with %s, expected \">\"", p.next(p.pos))
	}
	p.pos++
	return nil
}

// blank reads white space, of which there must be some.
func (p *parser) blank() *SyntaxError {
	at := p.pos
	p.pos = skipSpace(p.s, at)
	switch {
	case p.pos == len(p.s):
		return p.truncated("the DOCTYPE")
	case p.pos == at:
		return p.malformed(at, at, "found %s in the DOCTYPE, expected white space", p.next(at))
	}
	return nil
}

// literal reads a quoted literal.
func (p *parser) literal() *SyntaxError {
	quote := p.s[p.pos]
	if quote != '"' && quote != '\'' {
		return p.malformed(p.pos, p.pos, "found %s in the DOCTYPE, expected a quoted literal", p.next(p.pos))
	}
	end := strings.IndexByte(p.s[p.pos+1:], quote)
	if end < 0 {
		return p.truncated("the DOCTYPE")
	}
	p.pos += end + 2
	return nil
}
