package adfs

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// jsonReader reads what ConvertTo-Json writes. One object is held at a time.
type jsonReader struct {
	in      *input
	w       *window
	nodes   int    // of the object that is read
	start   cursor // of the object that is read
	build   *textBuilder
	columns []string // of a table of Connect Health
	lost    bool     // behind an error, with no place to go on at
}

// maxWrappers is how many lists and objects may stand around trusts.
const maxWrappers = 8

func (in *input) readJSON() {
	j := &jsonReader{in: in, w: in.text, build: newTextBuilder(cursor{})}
	for !in.stopped && !j.lost {
		if j.w.skipSpace(); len(j.w.rest()) == 0 {
			break
		}
		if err := j.top(0); err != nil {
			in.fail(err)
			return
		}
	}
	if err := j.w.ended(); err != nil && !j.lost {
		in.fail(err)
	} else if in.objects == 0 && in.errors == 0 {
		in.fail(&ReadError{Msg: "the JSON holds no object, as of a command that found no trust; check the filter of the command"})
	}
}

// top reads a value that stands on its own: an object, or a list of them.
func (j *jsonReader) top(depth int) error {
	c, _ := j.w.peek()
	j.start, j.nodes = j.w.at, 0
	switch {
	case depth > maxWrappers:
		return j.errorf("lists are nested more than %d deep", maxWrappers)
	case c == '[':
		return j.topList(depth)
	case c == '{':
		return j.topObject(depth)
	}
	v, err := j.value(0)
	if err == nil && (v.Shape == ShapeText || depth == 0) {
		j.in.fail(&ReadError{Span: v.Text.Span, Msg: fmt.Sprintf("found %s, expected an object; export the trust itself, with -Depth 6", quoted(v.Text.Value))})
	}
	return err
}

func (j *jsonReader) topList(depth int) error {
	j.w.take(1)
	column, line := 0, 0
	for !j.in.stopped && !j.lost {
		c := j.token()
		switch c {
		case ']', ',':
			j.w.take(1)
			if c == ']' {
				return nil
			}
			continue
		case 0:
			return j.truncated()
		}
		if column == 0 {
			column, line = j.w.at.column, j.w.at.line
		}
		if err := j.top(depth + 1); err != nil {
			j.lost = !j.in.fail(err) || j.w.ended() != nil || !j.recover(column, line)
		}
	}
	return nil
}

// recover goes on behind an error: at the next line that starts an object at
// the column of the first of the list.
func (j *jsonReader) recover(column, line int) bool {
	for j.w.discardTo("\n") {
		j.w.take(1)
		if j.token() == '{' && j.w.at.column == column && j.w.at.line > line {
			return true
		}
	}
	return false
}

// topObject reads an object. One that holds a list or an object before any
// property of AD FS is a wrapper, whose values are read as if they stood on
// their own.
func (j *jsonReader) topObject(depth int) error {
	at := j.w.at
	j.w.take(1)
	if j.token() != '"' {
		return j.finish(&Value{Shape: ShapeMap, Text: Text{Span: at.span()}})
	}
	name, err := j.name()
	if err != nil {
		return err
	}
	obj := &Value{Shape: ShapeMap, Text: Text{Span: at.span()}, size: 1}
	for !isPropertyName(name) {
		if j.wraps() {
			return j.wrapper(name, depth)
		}
		v, err := j.value(1)
		if err != nil {
			return j.named(err, obj)
		}
		obj.size += v.size
		obj.Entries = append(obj.Entries, Entry{name, v})
		if name, err = j.nextName(); err != nil {
			return j.named(err, obj)
		}
		if name == "" {
			j.in.emitTree(obj)
			return nil
		}
	}
	if obj, err = j.object(obj, name, 0); err != nil {
		return j.named(err, obj)
	}
	if obj.Shape == ShapeMap {
		j.in.emitTree(obj)
	}
	return nil
}

// nextName passes what parts the values of an object and reads the next name;
// "" at the end of the object.
func (j *jsonReader) nextName() (string, error) {
	c := j.token()
	if c != '}' && c != ',' {
		return "", j.unexpected("\",\" or \"}\"")
	}
	j.w.take(1)
	if c == '}' {
		return "", nil
	}
	if j.token() != '"' {
		return "", j.unexpected("a property name")
	}
	name, err := j.name()
	if name == "" && err == nil {
		name = "(no name)"
	}
	return name, err
}

// wraps reports whether the next value is a list or an object.
func (j *jsonReader) wraps() bool {
	c := j.token()
	return c == '[' || c == '{'
}

// finish ends an object without properties.
func (j *jsonReader) finish(v *Value) error {
	if j.token() != '}' {
		return j.unexpected("a property name")
	}
	j.w.take(1)
	j.in.fail(&ReadError{Span: v.Text.Span, Msg: "found an object without properties, expected a trust"})
	return nil
}

func (j *jsonReader) wrapper(name string, depth int) error {
	for !j.in.stopped {
		if err := j.wrapped(name, depth); err != nil || j.lost {
			return err
		}
		var err error
		if name, err = j.nextName(); err != nil || name == "" {
			return err
		}
	}
	return nil
}

func (j *jsonReader) wrapped(name string, depth int) error {
	c := j.token()
	j.start, j.nodes = j.w.at, 0
	switch {
	case name == "Columns" && c == '[':
		return j.readColumns()
	case name == "Rows" && c == '[' && j.columns != nil:
		return j.rows()
	case c == '[' || c == '{':
		return j.top(depth + 1)
	}
	_, err := j.value(0)
	return err
}

// token passes white space and returns the byte that follows; 0 at the end.
func (j *jsonReader) token() byte {
	j.w.skipSpace()
	c, ok := j.w.peek()
	if !ok {
		return 0
	}
	return c
}

func (j *jsonReader) errorf(format string, args ...any) error {
	return &ReadError{Check: CheckUnreadable, Severity: finding.Error, Span: j.w.at.span(), Msg: fmt.Sprintf(format, args...)}
}

func (j *jsonReader) truncated() error {
	if err := j.w.ended(); err != nil {
		return err
	}
	return &ReadError{Check: CheckTruncated, Severity: finding.Error, Span: j.w.at.span(), Msg: "the JSON ends before it is complete; export again"}
}

func (j *jsonReader) unexpected(expected string) error {
	r, size := utf8.DecodeRune(j.w.rest())
	if size == 0 {
		return j.truncated()
	}
	return j.errorf("found %q, expected %s", r, expected)
}

// named says in an error which object it stands in.
func (j *jsonReader) named(err error, v *Value) error {
	e := j.in.readError(err)
	what := fmt.Sprintf("the object that starts in line %d", j.start.line)
	if name := v.Get("Name"); name != nil {
		what += " (" + quoted(name.Text.Value) + ")"
	}
	e.Msg = fmt.Sprintf("%s; this is in %s, which is left out", e.Msg, what)
	return e
}

func (j *jsonReader) checkSize() error {
	j.nodes++
	l := &j.in.limits
	if j.nodes > l.Nodes || j.w.at.offset-j.start.offset > l.ObjectBytes {
		return &ReadError{Check: CheckTooLarge, Severity: finding.Error, Span: j.w.at.span(), Msg: fmt.Sprintf("one object has more than %d values or %d bytes", l.Nodes, l.ObjectBytes)}
	}
	return nil
}

// name reads a property name and the colon behind it.
func (j *jsonReader) name() (string, error) {
	t, err := j.text()
	if err != nil {
		return "", err
	}
	if j.token() != ':' {
		return "", j.unexpected("\":\"")
	}
	j.w.take(1)
	return t.Value, nil
}

// value reads any value. What it read before an error comes with the error.
func (j *jsonReader) value(depth int) (*Value, error) {
	c := j.token()
	at := j.w.at
	if err := j.checkSize(); err != nil {
		return nil, err
	}
	switch {
	case depth > j.in.limits.Depth:
		return nil, j.errorf("values are nested more than %d deep", j.in.limits.Depth)
	case c == '{':
		j.w.take(1)
		if j.token() == '}' {
			j.w.take(1)
			return &Value{Shape: ShapeMap, Text: Text{Span: at.span()}, size: 1}, nil
		}
		name, err := "", j.unexpected("a property name")
		if j.token() == '"' {
			name, err = j.name()
		}
		if err != nil {
			return nil, err
		}
		return j.object(&Value{Shape: ShapeMap, Text: Text{Span: at.span()}, size: 1}, name, depth)
	case c == '[':
		return j.list(at, depth)
	case c == '"':
		t, err := j.text()
		return &Value{Shape: ShapeText, Text: t, size: 1}, err
	case c == 0:
		return nil, j.truncated()
	}
	return j.literal()
}

// object reads the rest of an object, behind the name of a value.
func (j *jsonReader) object(obj *Value, name string, depth int) (*Value, error) {
	for {
		v, err := j.value(depth + 1)
		if err != nil {
			return obj, err
		}
		obj.size += v.size
		obj.Entries = append(obj.Entries, Entry{name, v})
		if name, err = j.nextName(); err != nil {
			return obj, err
		}
		if name == "" {
			obj.Text.Span.End = j.w.at.offset
			return unwrapped(obj), nil
		}
	}
}

// unwrapped is the list that Windows PowerShell writes as {"value": […],
// "Count": n}.
func unwrapped(v *Value) *Value {
	if list := v.Get("value"); len(v.Entries) == 2 && list != nil && list.Shape == ShapeList && v.Get("Count") != nil {
		return list
	}
	return v
}

func (j *jsonReader) list(at cursor, depth int) (*Value, error) {
	list := &Value{Shape: ShapeList, Text: Text{Span: at.span()}, size: 1}
	j.w.take(1)
	if j.token() == ']' {
		j.w.take(1)
		list.Text.Span.End = j.w.at.offset
		return list, nil
	}
	for {
		v, err := j.value(depth + 1)
		if err != nil {
			return list, err
		}
		list.size += v.size
		list.Items = append(list.Items, v)
		c := j.token()
		if c != ']' && c != ',' {
			return list, j.unexpected("\",\" or \"]\"")
		}
		j.w.take(1)
		if c == ']' {
			list.Text.Span.End = j.w.at.offset
			return list, nil
		}
	}
}

// literal reads a number, true, false or null.
func (j *jsonReader) literal() (*Value, error) {
	at := j.w.at
	n := j.w.upTo(func(text []byte, _ int) int {
		return bytes.IndexFunc(text[:min(len(text), 64)], func(r rune) bool { return !strings.ContainsRune("+-.0123456789Eaefilnrstu", r) })
	})
	if n < 0 {
		n = min(len(j.w.rest()), 64)
	}
	word := string(j.w.rest()[:n])
	v := &Value{size: 1, Text: Text{Value: word, Span: at.span()}}
	v.Text.Span.End += n
	switch word {
	case "null":
		v.Text.Value = ""
	case "true", "false":
		v.Shape = ShapeBool
		v.Text.Value = boolText(word)
	default:
		if _, err := strconv.ParseFloat(word, 64); err != nil {
			return nil, j.unexpected("a JSON value")
		}
		v.Shape = ShapeNumber
	}
	j.w.take(n)
	return v, nil
}
