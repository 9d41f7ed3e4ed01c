package adfs

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// clixml reads what Export-Clixml writes: objects of PowerShell with their
// type names. One object is held at a time.
type clixml struct {
	in    *input
	x     *xmlTokens
	types map[string][]string // type names by RefId of TN, for the whole file
	refs  map[string]*Value   // by RefId of Obj, of the object that is read; nil while it is open
	past  map[string]*Value   // those of earlier objects, as far as room goes
	room  int                 // for past
	nodes int                 // of the object that is read
	start cursor              // of the object that is read
	build *textBuilder

	column     int  // of the first object
	line       int  // of the first object
	rootLine   int  // of the element around it
	recovering bool // behind an error: objects may be parts of others
}

func (in *input) readCLIXML() {
	c := &clixml{
		in: in, x: newXMLTokens(in.text), types: map[string][]string{},
		past: map[string]*Value{}, room: 50_000, build: newTextBuilder(cursor{}),
	}
	err := c.roots()
	for err != nil && in.fail(err) && in.text.ended() == nil {
		if !c.recover() {
			return
		}
		err = c.roots()
	}
	if err == nil && in.objects == 0 && in.errors == 0 {
		in.fail(&ReadError{Severity: finding.Error, Msg: "the export holds no object, as of a command that found no trust; check the filter of the command"})
	}
}

// roots reads objects up to the end of the text, through any Objs around them.
func (c *clixml) roots() error {
	for !c.in.stopped {
		token, err := c.x.next()
		if err != nil {
			return err
		}
		switch {
		case token == markupEnd:
			if c.rootLine > 0 {
				return c.x.truncated("the list of objects")
			}
			return nil
		case token == markupText && strings.Trim(string(c.x.text), " \t\r\n\uFEFF") != "":
			return c.x.errorf("found the text %s between objects", quoted(string(c.x.text[:min(len(c.x.text), 100)])))
		case token == markupClose && c.x.name == "Objs":
			c.rootLine = 0
		case token == markupOpen && c.x.name == "Objs":
			c.rootLine = c.x.at.line
			c.types = map[string][]string{}
			c.past = map[string]*Value{}
		case token == markupOpen && c.x.name == "Obj":
			if c.column == 0 {
				c.column, c.line = c.x.at.column, c.x.at.line
			}
			if err := c.top(0); err != nil {
				return err
			}
		case token == markupOpen && (!c.recovering || shapes[c.x.name] != 0):
			if err := c.topValue(); err != nil {
				return err
			}
		}
	}
	return nil
}

// objectStart is how PowerShell starts an object that is no property.
var objectStart = regexp.MustCompile(`^<Obj RefId="[^"]{1,20}">\s*<TN`)

// recover goes on at the next object behind an error: one that stands at the
// column of the first, or any where the file has no lines.
func (c *clixml) recover() bool {
	c.recovering = true
	for w := c.in.text; w.discardTo("<Obj "); w.take(1) {
		for len(w.rest()) < 256 && w.more() {
		}
		inLine := w.at.column == c.column && w.at.line > c.line || c.line == c.rootLine && w.at.line == c.line
		if inLine && objectStart.Match(w.rest()) {
			return true
		}
	}
	return false
}

// topValue passes over a value that is no object.
func (c *clixml) topValue() error {
	name := c.x.name
	c.begin()
	v, err := c.value(0)
	if err != nil || c.recovering {
		return err
	}
	c.in.fail(&ReadError{Severity: finding.Error, Span: v.Text.Span,
		Msg: fmt.Sprintf("found a value of the type %q, expected an object; export the trust itself, without -ExpandProperty", name)})
	return nil
}

func (c *clixml) begin() {
	c.start, c.nodes = c.x.at, 0
	c.refs = map[string]*Value{}
}

// top reads an object that stands on its own and gives it on. The items of a
// list, or of a dictionary, that stands on its own do so too.
func (c *clixml) top(depth int) error {
	c.begin()
	obj := &Value{Text: Text{Span: c.x.at.span()}}
	id := c.open()
	holds := false
	for {
		token, err := c.inside("Obj")
		if err != nil || token == markupClose {
			if err != nil {
				return c.named(err, obj)
			}
			break
		}
		switch c.x.name {
		case "LST", "IE", "STK", "QUE", "DCT":
			if kindByTypes(obj.Types) == KindUnknown && depth < 4 {
				holds = true
				if err := c.items(depth); err != nil {
					return err
				}
				continue
			}
			fallthrough
		default:
			if err := c.part(obj, 0); err != nil {
				return c.named(err, obj)
			}
		}
	}
	obj.Text.Span.End = c.in.text.at.offset
	c.finish(id, obj)
	if holds && len(obj.Entries) == 0 {
		return nil
	}
	c.keep()
	c.deliver(obj)
	return nil
}

func (c *clixml) deliver(obj *Value) {
	switch {
	case len(obj.Entries) > 0:
		if !c.recovering || kindByTypes(obj.Types) != KindUnknown {
			c.in.emitTree(obj)
		}
	case !c.recovering:
		c.in.fail(&ReadError{Severity: finding.Error, Span: obj.Text.Span, Msg: fmt.Sprintf("found an object %sthat has no properties, expected a trust; export with -Depth 2 or more", typed(obj.Types))})
	}
}

func typed(types []string) string {
	if len(types) == 0 {
		return ""
	}
	return "of the type " + quoted(types[0]) + " "
}

// items reads what a list or dictionary at the top holds.
func (c *clixml) items(depth int) error {
	container := c.x.name
	for {
		token, err := c.inside(container)
		if err != nil || token == markupClose {
			return err
		}
		switch {
		case c.x.name == "En":
			err = c.items(depth)
		case c.x.name == "Obj":
			err = c.top(depth + 1)
		case c.x.attr("N") == "Key":
			_, err = c.value(0)
		default:
			err = c.topValue()
		}
		if err != nil || c.in.stopped {
			return err
		}
	}
}

// named says in an error which object it stands in.
func (c *clixml) named(err error, obj *Value) error {
	e := c.in.readError(err)
	what := fmt.Sprintf("the object that starts in line %d", c.start.line)
	if name := obj.Get("Name"); name != nil {
		what = fmt.Sprintf("%s (%s)", what, quoted(name.Text.Value))
	}
	e.Msg = fmt.Sprintf("%s; this is in %s, which is left out", e.Msg, what)
	return e
}

// inside reads the next tag within an element. Text between tags is passed
// over.
func (c *clixml) inside(element string) (markup, error) {
	for {
		token, err := c.x.next()
		switch {
		case err != nil:
			return token, err
		case token == markupEnd:
			return token, c.x.truncated("an element " + quoted(element))
		case token == markupClose && c.x.name != element:
			return token, c.x.errorf("found the end of %s, expected the end of %s", quoted(c.x.name), quoted(element))
		case token == markupOpen || token == markupClose:
			return token, c.checkSize()
		}
	}
}

func (c *clixml) checkSize() error {
	c.nodes++
	l := &c.in.limits
	if c.nodes > l.Nodes || c.x.at.offset-c.start.offset > l.ObjectBytes {
		return &ReadError{Check: CheckTooLarge, Severity: finding.Error, Span: c.x.at.span(),
			Msg: fmt.Sprintf("one object has more than %d values or %d bytes", l.Nodes, l.ObjectBytes)}
	}
	return nil
}

// open notes an Obj that is being read, under its RefId.
func (c *clixml) open() string {
	id := c.x.attr("RefId")
	if id != "" {
		c.refs[id] = nil
	}
	return id
}

func (c *clixml) finish(id string, v *Value) {
	if id != "" {
		c.refs[id] = v
	}
}

// keep holds what the object refers by for later objects, as far as there is
// room.
func (c *clixml) keep() {
	for id, v := range c.refs {
		if v != nil && v.size <= c.room && v.Shape != ShapeMap {
			c.room -= v.size
			c.past[id] = v
		}
	}
}

// part reads an element of an Obj: its type names, its text, its properties or
// what it contains.
func (c *clixml) part(obj *Value, depth int) error {
	switch c.x.name {
	case "TN":
		return c.typeNames(obj)
	case "TNRef":
		obj.Types = c.types[c.x.attr("RefId")]
		return c.end("TNRef")
	case "ToString":
		t, err := c.content("ToString", true)
		t.Span = obj.Text.Span
		obj.Text = t
		return err
	case "Props", "MS":
		return c.members(obj, c.x.name, depth)
	case "LST", "IE", "STK", "QUE":
		return c.list(obj, c.x.name, depth)
	case "DCT":
		return c.dictionary(obj, depth)
	}
	v, err := c.value(depth)
	if err != nil {
		return err
	}
	c.primitive(obj, v)
	return nil
}

// primitive takes the value of an object that is one: that of an enumeration
// is better told by its name.
func (c *clixml) primitive(obj, v *Value) {
	obj.size += v.size
	if v.Shape == ShapeNumber && obj.Text.Value != "" {
		obj.Shape = ShapeText
		return
	}
	span := obj.Text.Span
	obj.Shape, obj.Text = v.Shape, v.Text
	if !obj.Text.Span.Known() {
		obj.Text.Span = span
	}
}

func (c *clixml) typeNames(obj *Value) error {
	id := c.x.attr("RefId")
	var names []string
	for {
		token, err := c.inside("TN")
		if err != nil {
			return err
		}
		if token == markupClose {
			break
		}
		t, err := c.content(c.x.name, true)
		if err != nil {
			return err
		}
		names = append(names, strings.Clone(strings.TrimPrefix(t.Value, "Deserialized.")))
	}
	obj.Types = names
	if len(c.types) < 100_000 {
		c.types[id] = names
	}
	return nil
}

// end passes over an element up to its end.
func (c *clixml) end(element string) error {
	for {
		token, err := c.inside(element)
		if err != nil || token == markupClose {
			return err
		}
		if err := c.end(c.x.name); err != nil {
			return err
		}
	}
}

func (c *clixml) members(obj *Value, element string, depth int) error {
	obj.Shape = ShapeMap
	for {
		token, err := c.inside(element)
		if err != nil || token == markupClose {
			return err
		}
		name := unescape(c.x.attr("N"))
		v, err := c.value(depth + 1)
		if err != nil {
			return err
		}
		obj.size += v.size
		obj.Entries = append(obj.Entries, Entry{name, v})
	}
}

func (c *clixml) list(obj *Value, element string, depth int) error {
	obj.Shape = ShapeList
	for {
		token, err := c.inside(element)
		if err != nil || token == markupClose {
			return err
		}
		v, err := c.value(depth + 1)
		if err != nil {
			return err
		}
		obj.size += v.size
		obj.Items = append(obj.Items, v)
	}
}

// dictionary reads DCT: entries of a Key and a Value.
func (c *clixml) dictionary(obj *Value, depth int) error {
	obj.Shape = ShapeMap
	for {
		token, err := c.inside("DCT")
		if err != nil || token == markupClose {
			return err
		}
		entry := &Value{}
		if err := c.members(entry, c.x.name, depth); err != nil {
			return err
		}
		key, v := entry.Get("Key"), entry.Get("Value")
		if v == nil {
			v = &Value{Text: Text{Span: c.x.at.span()}}
		}
		obj.size += entry.size
		obj.Entries = append(obj.Entries, Entry{key.String(), v})
	}
}

// shapes are the elements of simple values.
var shapes = map[string]Shape{
	"S": ShapeText, "URI": ShapeText, "G": ShapeText, "TS": ShapeText, "Version": ShapeText, "XD": ShapeText, "SBK": ShapeText, "C": ShapeText, "PR": ShapeText,
	"B": ShapeBool, "DT": ShapeTime, "BA": ShapeBytes, "SS": ShapeSecret, "Nil": ShapeNull,
	"I32": ShapeNumber, "I64": ShapeNumber, "I16": ShapeNumber, "U16": ShapeNumber, "U32": ShapeNumber, "U64": ShapeNumber,
	"By": ShapeNumber, "SB": ShapeNumber, "Db": ShapeNumber, "Sg": ShapeNumber, "D": ShapeNumber,
}

// value reads the value that was just opened.
func (c *clixml) value(depth int) (*Value, error) {
	at := c.x.at
	if depth > c.in.limits.Depth {
		return nil, &ReadError{Check: CheckTooLarge, Severity: finding.Error, Span: at.span(), Msg: fmt.Sprintf("values are nested more than %d deep", c.in.limits.Depth)}
	}
	name := c.x.name
	switch name {
	case "Obj":
		return c.object(depth)
	case "Ref":
		v, err := c.refer(c.x.attr("RefId"))
		if err == nil {
			err = c.end("Ref")
		}
		return v, err
	}
	shape, known := shapes[name]
	if !known {
		return nil, c.x.errorf("found the element %s, expected a value of CLIXML", quoted(name))
	}
	t, err := c.content(name, shape == ShapeText)
	if err != nil {
		return nil, err
	}
	if shape == ShapeSecret {
		t = Text{Span: t.Span}
	}
	if !t.Span.Known() || t.Value == "" {
		t.Span = at.span()
	}
	v := &Value{Shape: shape, Text: t, size: 1}
	if shape == ShapeBool {
		v.Text.Value = boolText(v.Text.Value)
	}
	if name == "C" {
		if code, err := strconv.Atoi(t.Value); err == nil {
			v.Text.Value = string(rune(code))
		}
	}
	return v, nil
}

func (c *clixml) object(depth int) (*Value, error) {
	v := &Value{size: 1, Text: Text{Span: c.x.at.span()}}
	id := c.open()
	for {
		token, err := c.inside("Obj")
		if err != nil {
			return nil, err
		}
		if token == markupClose {
			break
		}
		if err := c.part(v, depth); err != nil {
			return nil, err
		}
	}
	v.Text.Span.End = max(v.Text.Span.End, c.in.text.at.offset)
	if v.Shape == ShapeNull && v.Text.Value != "" {
		v.Shape = ShapeText
	}
	c.finish(id, v)
	return v, nil
}

// refer gives the value that stands under a RefId. A value may stand in many
// places; what a walk of all meets is bounded.
func (c *clixml) refer(id string) (*Value, error) {
	v, here := c.refs[id]
	if v == nil {
		v = c.past[id]
	}
	if v == nil {
		why := fmt.Sprintf("a reference to object %s, which is not in this export", quoted(id))
		if here {
			why = "a reference to an object around it"
		}
		return &Value{Shape: ShapeLost, Text: Text{Value: why, Span: c.x.at.span()}, size: 1}, nil
	}
	c.nodes += v.size
	return v, c.checkSize()
}

// content reads the text of an element up to its end.
func (c *clixml) content(element string, escapes bool) (Text, error) {
	b := c.build
	b.reset(c.in.text.at)
	for {
		token, err := c.x.next()
		switch {
		case err != nil:
			return Text{}, err
		case token == markupText:
			b.jump(c.x.at)
			b.addXML(c.x.text, escapes)
		case token == markupCDATA:
			b.jump(c.x.at)
			b.verbatim(c.x.text)
		case token == markupClose && c.x.name == element:
			return b.text(), c.checkSize()
		case token == markupEnd:
			return Text{}, c.x.truncated("an element " + quoted(element))
		case token == markupClose:
			return Text{}, c.x.errorf("found the end of %s, expected the end of %s", quoted(c.x.name), quoted(element))
		default:
			return Text{}, c.x.errorf("found the tag %s, expected the end of %s", quoted(c.x.name), quoted(element))
		}
	}
}
