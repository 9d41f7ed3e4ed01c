package adfs

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// markup is a kind of token of an XML text.
type markup uint8

const (
	markupEnd  markup = iota // of the text
	markupOpen               // a start tag, or the first half of an empty element
	markupClose
	markupText
	markupCDATA
)

// maxTag bounds the bytes of one tag.
const maxTag = 64 << 10

// xmlTokens reads an XML text token by token, in bounded memory. It knows no
// namespaces: exports of PowerShell have one, by default.
type xmlTokens struct {
	w       *window
	name    string // of the tag
	attrs   []xmlAttr
	text    []byte // of markupText and markupCDATA, valid until the next token
	at      cursor // of the token; of the text in CDATA
	isEmpty bool   // an empty element was opened and must be closed
	names   map[string]string
}

// xmlAttr is an attribute, with its value as it was written.
type xmlAttr struct {
	name  string
	value string
}

func newXMLTokens(w *window) *xmlTokens {
	return &xmlTokens{w: w, names: map[string]string{}}
}

// attr is the value of an attribute as it was written; "" without one.
func (x *xmlTokens) attr(name string) string {
	for i := range x.attrs {
		if x.attrs[i].name == name {
			return x.attrs[i].value
		}
	}
	return ""
}

// next reads a token. Comments and processing instructions are passed over.
func (x *xmlTokens) next() (markup, error) {
	for {
		if x.isEmpty {
			x.isEmpty = false
			return markupClose, nil
		}
		c, ok := x.w.peek()
		x.at = x.w.at
		switch {
		case !ok:
			return markupEnd, x.w.ended()
		case c != '<':
			n := x.w.upToByte('<')
			if n < 0 {
				if err := x.w.ended(); err != nil {
					return markupEnd, err
				}
				n = len(x.w.rest())
			}
			x.text = x.w.take(n)
			return markupText, nil
		case x.w.has("<![CDATA["):
			return x.cdata()
		case x.w.has("<!--"):
			if err := x.pass("-->", "comment"); err != nil {
				return markupEnd, err
			}
		case x.w.has("<?"):
			if err := x.pass("?>", "processing instruction"); err != nil {
				return markupEnd, err
			}
		case x.w.has("<!"):
			return markupEnd, x.errorf("found a document type declaration, expected an element; exports have none")
		default:
			return x.tag()
		}
	}
}

func (x *xmlTokens) errorf(format string, args ...any) error {
	return &ReadError{Check: CheckUnreadable, Span: x.at.span(), Msg: fmt.Sprintf(format, args...)}
}

// truncated is the error of a text that ends too early, or why it ends.
func (x *xmlTokens) truncated(inside string) error {
	if err := x.w.ended(); err != nil {
		return err
	}
	return &ReadError{Check: CheckTruncated, Severity: finding.Error, Span: x.w.at.span(), Msg: fmt.Sprintf("the export ends inside %s, expected the rest of it; export again", inside)}
}

func (x *xmlTokens) cdata() (markup, error) {
	x.w.take(len("<![CDATA["))
	n := x.w.upToString("]]>")
	if n < 0 {
		return markupEnd, x.truncated("a CDATA section")
	}
	x.at = x.w.at
	n += len("]]>")
	x.text = x.w.take(n)[:n-len("]]>")]
	return markupCDATA, nil
}

// pass moves over what ends with a mark.
func (x *xmlTokens) pass(end, what string) error {
	x.w.take(2)
	if !x.w.discardTo(end) {
		return x.truncated("a " + what)
	}
	x.w.take(len(end))
	return nil
}

// tag reads a start tag or an end tag.
func (x *xmlTokens) tag() (markup, error) {
	n := x.w.upTo(func(text []byte, _ int) int {
		if end := tagEnd(text); end >= 0 || len(text) <= maxTag {
			return end
		}
		return maxTag
	})
	switch {
	case n < 0:
		return markupEnd, x.truncated("a tag")
	case n >= maxTag:
		return markupEnd, x.errorf("found a tag of more than %d bytes", maxTag)
	}
	inside := x.w.take(n + 1)[1:n]
	if len(inside) > 0 && inside[0] == '/' {
		x.name = x.intern(bytes.TrimRight(inside[1:], " \t\r\n"))
		return markupClose, x.checkName()
	}
	if len(inside) > 0 && inside[len(inside)-1] == '/' {
		x.isEmpty = true
		inside = inside[:len(inside)-1]
	}
	end := bytes.IndexAny(inside, " \t\r\n")
	if end < 0 {
		end = len(inside)
	}
	x.name = x.intern(inside[:end])
	if err := x.checkName(); err != nil {
		return markupEnd, err
	}
	return markupOpen, x.attributes(inside[end:])
}

// tagEnd is the index of the ">" that ends a tag; -1 without one.
func tagEnd(text []byte) int {
	var quote byte
	for i, c := range text {
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '>':
			return i
		case c == '<' && i > 0:
			return i
		}
	}
	return -1
}

// intern keeps one copy of each name, of the few that a text has.
func (x *xmlTokens) intern(name []byte) string {
	if known, ok := x.names[string(name)]; ok {
		return known
	}
	own := string(name)
	if len(x.names) < 1024 && len(own) < 256 {
		x.names[own] = own
	}
	return own
}

func (x *xmlTokens) checkName() error {
	if x.name == "" || strings.ContainsAny(x.name, "<>&\"'=/;") {
		return x.errorf("found the tag name %s, expected a name", quoted(x.name))
	}
	return nil
}

// attributes reads name="value" pairs.
func (x *xmlTokens) attributes(raw []byte) error {
	x.attrs = x.attrs[:0]
	for raw = bytes.TrimLeft(raw, " \t\r\n"); len(raw) > 0; raw = bytes.TrimLeft(raw, " \t\r\n") {
		equals := bytes.IndexByte(raw, '=')
		if equals < 0 {
			return x.errorf("found an attribute without a value in the tag %q", x.name)
		}
		name := bytes.TrimRight(raw[:equals], " \t\r\n")
		raw = bytes.TrimLeft(raw[equals+1:], " \t\r\n")
		if len(raw) == 0 || raw[0] != '"' && raw[0] != '\'' {
			return x.errorf("found an attribute value without quotation marks in the tag %q", x.name)
		}
		end := bytes.IndexByte(raw[1:], raw[0])
		if end < 0 {
			return x.errorf("found an attribute value without its end in the tag %q", x.name)
		}
		x.attrs = append(x.attrs, xmlAttr{x.intern(name), x.intern(raw[1 : 1+end])})
		raw = raw[end+2:]
	}
	return nil
}
