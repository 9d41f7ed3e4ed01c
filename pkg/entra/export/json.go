package export

import (
	"bytes"
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// The bounds of what is read as one object.
const (
	maxDepth = 128
	maxNodes = 1 << 18
	// maxDefinition bounds the values in the definition of a policy, which has
	// some hundred.
	maxDefinition = 1 << 16
	// maxMembers bounds the properties of an object that is given another
	// shape, which no resource comes near.
	maxMembers = 1000
)

// syntaxError says what is wrong with the text of an export, and where.
type syntaxError struct {
	at      finding.Span
	message string
	cut     bool // the text ends too early
	large   bool // the text is over a bound
}

func (e *syntaxError) Error() string { return e.message }

// jsonReader reads JSON with the place of each value. Lists at the top, and
// those that Microsoft Graph wraps in an object, are given item by item.
type jsonReader struct {
	*source
	pos   int
	nodes int
	limit int // of nodes, where it is not maxNodes
}

// each calls yield with every object of the text: the one that it is, those of
// the list that it is, those of several texts one after the other. Context is
// what stands beside the list in the object that wraps it, as far as it came
// before. What was read before an error has been given.
func (j *jsonReader) each(yield func(n, context *node)) error {
	if j.token() == 0 {
		return j.errorf("the file is empty, expected JSON")
	}
	for j.token() != 0 {
		if err := j.top(nil, 0, yield); err != nil {
			return err
		}
	}
	return nil
}

func (j *jsonReader) top(context *node, depth int, yield func(n, context *node)) error {
	j.nodes = 0
	switch c := j.token(); {
	case depth > 4:
		return j.errorf("lists are nested too deeply, expected a list of objects")
	case c == '[':
		j.pos++
		return j.sequence(']', func() error { return j.top(context, depth+1, yield) })
	case c == '{':
		return j.wrapper(context, depth, yield)
	}
	_, err := j.value(0)
	return err
}

// wrapper reads an object; where it has a list named value, its items are given
// instead.
func (j *jsonReader) wrapper(context *node, depth int, yield func(n, context *node)) error {
	n := object(j.here())
	given := false
	j.pos++
	err := j.sequence('}', func() error {
		name, err := j.name()
		if err != nil {
			return err
		}
		if strings.EqualFold(name, "value") && j.token() == '[' && j.wrapsResources(n) {
			given = true
			empty := true
			err := j.top(n, depth+1, func(item, context *node) { empty = false; yield(item, context) })
			if empty && err == nil {
				yield(nil, n)
			}
			return err
		}
		v, err := j.value(1)
		if v != nil {
			n.members = append(n.members, member{name, v})
		}
		return err
	})
	n.span.End = j.pos
	if !given && (err == nil || len(n.members) > 0) {
		yield(n, context)
	}
	return err
}

// wrapsResources tells the object around a list of resources from a resource
// with a property named value: all that it has before are annotations.
func (j *jsonReader) wrapsResources(n *node) bool {
	for _, m := range n.members {
		if !strings.HasPrefix(m.name, "@") && !strings.HasPrefix(m.name, "odata.") && !strings.EqualFold(m.name, "count") {
			return false
		}
	}
	rest := bytes.TrimLeft(j.data[j.pos+1:], " \t\r\n")
	return len(rest) == 0 || rest[0] == '{' || rest[0] == ']'
}

// sequence reads what stands between the opening bracket, already passed, and
// the closing one.
func (j *jsonReader) sequence(closing byte, item func() error) error {
	opened := j.pos - 1
	if j.token() == closing {
		j.pos++
		return nil
	}
	for {
		if err := item(); err != nil {
			return err
		}
		switch c := j.token(); c {
		case closing:
			j.pos++
			return nil
		case ',':
			comma := j.pos
			j.pos++
			if j.token() == closing {
				j.pos = comma
				return j.errorf("found a comma before %q, expected none behind the last value; delete it", closing)
			}
		case 0:
			return j.cut(opened)
		default:
			return j.unexpected(fmt.Sprintf("\",\" or %q", closing))
		}
	}
}

// token passes white space and gives the byte that follows; 0 at the end.
func (j *jsonReader) token() byte {
	for j.pos < len(j.data) {
		switch c := j.data[j.pos]; c {
		case ' ', '\t', '\r', '\n':
			j.pos++
		case 0:
			return 1 // no byte of JSON
		default:
			return c
		}
	}
	return 0
}

func (j *jsonReader) here() finding.Span { return j.span(j.pos, j.pos) }

func (j *jsonReader) errorf(format string, args ...any) error {
	return &syntaxError{at: j.here(), message: fmt.Sprintf(format, args...)}
}

func (j *jsonReader) cut(opened int) error {
	at := j.pinpoint(opened)
	return &syntaxError{at: j.here(), cut: true,
		message: fmt.Sprintf("the text ends before the %q of line %d, column %d is closed; export it again, the file is not whole", j.data[opened], at.Line, at.Column)}
}

// slips are what people's editors put into JSON, with what to do about it.
var slips = []struct{ prefix, message string }{
	{"//", "found a comment, which JSON does not have; delete it"},
	{"/*", "found a comment, which JSON does not have; delete it"},
	{"#", "found a comment, which JSON does not have; delete it"},
	{"“", "found a typographic quotation mark, expected \"; a word processor has replaced it"},
	{"”", "found a typographic quotation mark, expected \"; a word processor has replaced it"},
	{"„", "found a typographic quotation mark, expected \"; a word processor has replaced it"},
	{"‘", "found a typographic quotation mark, expected \"; a word processor has replaced it"},
	{"’", "found a typographic quotation mark, expected \"; a word processor has replaced it"},
	{"'", "found a single quotation mark, expected \""},
	{"\u00a0", "found a no-break space, expected a plain one"},
	{"<", "found \"<\", expected a value; a value in angle brackets is a placeholder, write the value in quotation marks"},
	{"None", "found \"None\", expected null: this is Python, not JSON"},
	{"True", "found \"True\", expected true: this is Python, not JSON"},
	{"False", "found \"False\", expected false: this is Python, not JSON"},
	{"…", "found \"…\", expected a value; a part has been left out"},
	{"...", "found \"...\", expected a value; a part has been left out"},
}

func (j *jsonReader) unexpected(expected string) error {
	rest := j.data[j.pos:]
	for _, s := range slips {
		if bytes.HasPrefix(rest, []byte(s.prefix)) {
			return j.errorf("%s", s.message)
		}
	}
	r, size := utf8.DecodeRune(rest)
	if size == 0 {
		return &syntaxError{at: j.here(), cut: true, message: "the text ends, expected " + expected + "; export it again, the file is not whole"}
	}
	return j.errorf("found %s, expected %s", finding.Quote(string(r)), expected)
}

// name reads the name of a member and the colon behind it.
func (j *jsonReader) name() (string, error) {
	if j.token() != '"' {
		return "", j.unexpected("the name of a property in quotation marks")
	}
	name, err := j.string()
	if err != nil {
		return "", err
	}
	if j.token() != ':' {
		return "", j.unexpected("\":\"")
	}
	j.pos++
	return name, nil
}

// value reads any value. What was read of it before an error comes with it.
func (j *jsonReader) value(depth int) (*node, error) {
	c := j.token()
	if j.nodes++; j.nodes > cmp.Or(j.limit, maxNodes) || depth > maxDepth {
		return nil, &syntaxError{at: j.here(), large: true, message: fmt.Sprintf("one object has more than %d values or is nested more than %d deep", cmp.Or(j.limit, maxNodes), maxDepth)}
	}
	n := &node{span: j.here()}
	var err error
	switch c {
	case '{':
		n.kind = kindObject
		j.pos++
		err = j.sequence('}', func() error {
			name, err := j.name()
			if err != nil {
				return err
			}
			v, err := j.value(depth + 1)
			if v != nil {
				n.members = append(n.members, member{name, v})
			}
			return err
		})
	case '[':
		n.kind = kindList
		j.pos++
		err = j.sequence(']', func() error {
			v, err := j.value(depth + 1)
			if v != nil {
				n.items = append(n.items, v)
			}
			return err
		})
	case '"':
		return j.textNode()
	default:
		return j.literal()
	}
	n.span.End = j.pos
	return n, err
}

// textNode reads a string. Its span is that of the text between the quotation
// marks.
func (j *jsonReader) textNode() (*node, error) {
	start := j.pos + 1
	text, err := j.string()
	if err != nil {
		return nil, err
	}
	n := &node{kind: kindText, text: text, span: j.span(start, j.pos-1)}
	if j.pos-1-start != len(text) { // escapes
		n.raw, n.step = j.data[start:j.pos-1], jsonStep
	}
	return n, nil
}

// string reads a string, from its quotation mark on.
func (j *jsonReader) string() (string, error) {
	opened := j.pos
	j.pos++
	start := j.pos
	var out []byte
	for {
		i := bytes.IndexAny(j.data[j.pos:], "\"\\\n")
		if i < 0 {
			j.pos = len(j.data)
			return "", j.cut(opened)
		}
		j.pos += i
		switch j.data[j.pos] {
		case '"':
			out = append(out, j.data[start:j.pos]...)
			j.pos++
			return strings.ToValidUTF8(string(out), "\uFFFD"), nil
		case '\n':
			return "", j.errorf("found the end of the line inside a string, expected \"; a line break in a string is written \\n")
		}
		out = append(out, j.data[start:j.pos]...)
		r, width := escape(j.data[j.pos:])
		if width == 0 {
			return "", j.errorf("found the escape %s, which JSON does not have; a backslash is written \\\\", finding.Quote(string(j.data[j.pos:min(j.pos+2, len(j.data))])))
		}
		out = utf8.AppendRune(out, r)
		j.pos += width
		start = j.pos
	}
}

// simpleEscapes are the escapes of one letter with their meanings.
const simpleEscapes = "\"\"\\\\//b\bf\fn\nr\rt\t"

// escape decodes the escape that raw starts with; width 0 for none.
func escape(raw []byte) (r rune, width int) {
	if len(raw) < 2 {
		return 0, 0
	}
	if raw[1] == 'u' {
		return unicodeEscape(raw)
	}
	for i := 0; i < len(simpleEscapes); i += 2 {
		if simpleEscapes[i] == raw[1] {
			return rune(simpleEscapes[i+1]), 2
		}
	}
	return 0, 0
}

func unicodeEscape(raw []byte) (rune, int) {
	unit := func(raw []byte) rune {
		if len(raw) < 6 || raw[0] != '\\' || raw[1] != 'u' {
			return -1
		}
		n, err := strconv.ParseUint(string(raw[2:6]), 16, 16)
		if err != nil {
			return -1
		}
		return rune(n)
	}
	r := unit(raw)
	switch {
	case r < 0:
		return 0, 0
	case !utf16.IsSurrogate(r):
		return r, 6
	}
	if pair := utf16.DecodeRune(r, unit(raw[6:])); pair != utf8.RuneError {
		return pair, 12
	}
	return utf8.RuneError, 6
}

// jsonStep is how far a character reaches in a raw string, and in its meaning.
func jsonStep(raw []byte) (written, meant int) {
	if raw[0] != '\\' {
		return 1, 1
	}
	r, width := escape(raw)
	return max(width, 1), max(utf8.RuneLen(r), 1)
}

// literal reads a number, true, false or null.
func (j *jsonReader) literal() (*node, error) {
	end := j.pos
	for end < len(j.data) && end-j.pos < 64 && strings.IndexByte("+-.0123456789Eaefilnrstu", j.data[end]) >= 0 {
		end++
	}
	n := &node{text: string(j.data[j.pos:end]), span: j.span(j.pos, end)}
	switch n.text {
	case "null":
		n.text = ""
	case "true", "false":
		n.kind = kindBool
	default:
		if _, err := strconv.ParseFloat(n.text, 64); err != nil {
			return nil, j.unexpected("a value")
		}
		n.kind = kindNumber
	}
	j.pos = end
	return n, nil
}
