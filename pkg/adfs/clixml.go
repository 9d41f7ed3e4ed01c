package adfs

import (
	"fmt"
	"strings"

	"github.com/ssodoctor/ssodoctor/internal/lazyregexp"
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
var objectStart = lazyregexp.New(`^<Obj RefId="[^"]{1,20}">\s*<TN`)

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
