package adfstest

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"strings"
	"unicode/utf16"
)

// CLIXMLOptions are the ways in which Export-Clixml writes. The zero value is
// PowerShell 7: UTF-8 and the default depth of 2.
type CLIXMLOptions struct {
	UTF16        bool // as Windows PowerShell: little-endian, with its byte order mark
	BigEndian    bool
	Depth        int
	Deserialized bool // of objects that came from another session
	List         bool // all in one list
	OneLine      bool
}

type clixmlWriter struct {
	b      strings.Builder
	o      CLIXMLOptions
	indent int
	refs   int
	types  map[string]int
}

// WriteCLIXML writes objects as Export-Clixml does.
func WriteCLIXML(w io.Writer, objects []*Object, o CLIXMLOptions) error {
	if o.Depth == 0 {
		o.Depth = 2
	}
	c := &clixmlWriter{o: o, types: map[string]int{}}
	out := w
	if o.UTF16 || o.BigEndian {
		out = &utf16Writer{w: w, order: binary.LittleEndian}
		if o.BigEndian {
			out.(*utf16Writer).order = binary.BigEndian
		}
		if _, err := io.WriteString(out, "\uFEFF"); err != nil {
			return err
		}
	}
	c.open(`<Objs Version="1.1.0.1" xmlns="http://schemas.microsoft.com/powershell/2004/04">`)
	if o.List {
		c.open(fmt.Sprintf(`<Obj RefId="%d">`, c.ref()))
		c.typeNames("System.Object[]", "System.Array")
		c.open("<LST>")
	}
	for _, obj := range objects {
		c.value("", obj, o.Depth)
		if _, err := io.WriteString(out, c.b.String()); err != nil {
			return err
		}
		c.b.Reset()
	}
	if o.List {
		c.close("</LST>")
		c.close("</Obj>")
	}
	c.close("</Objs>")
	_, err := io.WriteString(out, strings.TrimSuffix(c.b.String(), "\r\n"))
	return err
}

// utf16Writer encodes what is written to it.
type utf16Writer struct {
	w     io.Writer
	order binary.AppendByteOrder
}

func (u *utf16Writer) Write(p []byte) (int, error) {
	var out []byte
	for _, unit := range utf16.Encode([]rune(string(p))) {
		out = u.order.AppendUint16(out, unit)
	}
	_, err := u.w.Write(out)
	return len(p), err
}

func (c *clixmlWriter) ref() int {
	c.refs++
	return c.refs - 1
}

func (c *clixmlWriter) line(s string) {
	if c.o.OneLine {
		c.b.WriteString(s)
		return
	}
	c.b.WriteString(strings.Repeat("  ", c.indent) + s + "\r\n")
}

func (c *clixmlWriter) open(s string)  { c.line(s); c.indent++ }
func (c *clixmlWriter) close(s string) { c.indent--; c.line(s) }

func (c *clixmlWriter) element(tag, name, content string) {
	if content == "" && tag == "Nil" {
		c.line("<" + tag + attribute(name) + " />")
		return
	}
	c.line("<" + tag + attribute(name) + ">" + content + "</" + tag + ">")
}

func attribute(name string) string {
	if name == "" {
		return ""
	}
	return ` N="` + strings.ReplaceAll(escape(name), `"`, "&quot;") + `"`
}

func (c *clixmlWriter) typeNames(names ...string) {
	if c.o.Deserialized {
		for i := range names {
			names[i] = "Deserialized." + names[i]
		}
	}
	names = append(names, "System.Object")
	if id, ok := c.types[names[0]]; ok {
		c.line(fmt.Sprintf(`<TNRef RefId="%d" />`, id))
		return
	}
	c.types[names[0]] = len(c.types)
	c.open(fmt.Sprintf(`<TN RefId="%d">`, c.types[names[0]]))
	for _, name := range names {
		c.element("T", "", escape(name))
	}
	c.close("</TN>")
}

func (c *clixmlWriter) object(name string) {
	c.open(fmt.Sprintf(`<Obj%s RefId="%d">`, attribute(name), c.ref()))
}

func (c *clixmlWriter) value(name string, v Value, depth int) {
	switch v := v.(type) {
	case Null:
		c.element("Nil", name, "")
	case String:
		c.element("S", name, escape(string(v)))
	case URI:
		c.element("URI", name, escape(string(v)))
	case Bool:
		c.element("B", name, strings.ToLower(toString(v)))
	case Int:
		c.element("I32", name, toString(v))
	case Time:
		c.element("DT", name, string(v))
	case List:
		c.list(name, v, depth)
	case Dict:
		c.dict(name, v, depth)
	case Certificate:
		c.object(name)
		c.typeNames("System.Security.Cryptography.X509Certificates.X509Certificate2")
		c.element("ToString", "", escape(certificateText))
		c.open("<Props>")
		c.element("BA", "RawData", base64.StdEncoding.EncodeToString(v))
		c.close("</Props>")
		c.close("</Obj>")
	case Enum, *Object:
		if depth <= 0 {
			c.element("S", name, escape(toString(v)))
			return
		}
		c.complex(name, v, depth)
	}
}

func (c *clixmlWriter) complex(name string, v Value, depth int) {
	c.object(name)
	if e, ok := v.(Enum); ok {
		c.typeNames(e.Type, "System.Enum", "System.ValueType")
		c.element("ToString", "", escape(e.Name))
		c.element("I32", "", itoa(e.Number))
		c.close("</Obj>")
		return
	}
	obj := v.(*Object)
	c.typeNames(obj.Type)
	c.element("ToString", "", escape(toString(v)))
	c.open("<Props>")
	for _, p := range obj.Properties {
		c.value(p.Key, p.Value, depth-1)
	}
	c.close("</Props>")
	c.close("</Obj>")
}

func (c *clixmlWriter) list(name string, v List, depth int) {
	c.object(name)
	c.typeNames(v.Type)
	if len(v.Items) == 0 {
		c.line("<LST />")
	} else {
		c.open("<LST>")
		for _, item := range v.Items {
			c.value("", item, depth)
		}
		c.close("</LST>")
	}
	c.close("</Obj>")
}

func (c *clixmlWriter) dict(name string, v Dict, depth int) {
	c.object(name)
	c.typeNames(v.Type)
	c.open("<DCT>")
	for _, e := range v.Entries {
		c.open("<En>")
		c.value("Key", String(e.Key), depth)
		c.value("Value", e.Value, depth)
		c.close("</En>")
	}
	c.close("</DCT>")
	c.close("</Obj>")
}

// escape writes a string as PowerShell does: what XML cannot hold as _xHHHH_.
func escape(s string) string {
	var b strings.Builder
	units := utf16.Encode([]rune(s))
	for i, u := range units {
		switch {
		case u < 0x20 || u >= 0x7F && u <= 0x9F || utf16.IsSurrogate(rune(u)):
			fmt.Fprintf(&b, "_x%04X_", u)
		case u == '_' && i+1 < len(units) && (units[i+1] == 'x' || units[i+1] == 'X'):
			b.WriteString("_x005F_")
		case u == '<':
			b.WriteString("&lt;")
		case u == '>':
			b.WriteString("&gt;")
		case u == '&':
			b.WriteString("&amp;")
		default:
			b.WriteRune(rune(u))
		}
	}
	return b.String()
}
