package adfs

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

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
