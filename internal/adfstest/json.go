package adfstest

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// JSONOptions are the ways in which ConvertTo-Json writes. The zero value is
// PowerShell 7 at the default depth of 2.
type JSONOptions struct {
	Windows  bool // Windows PowerShell 5.1
	Depth    int
	Compress bool
}

type jsonWriter struct {
	b strings.Builder
	o JSONOptions
}

// JSON writes objects as ConvertTo-Json does: a list, or the object where there
// is one.
func JSON(objects []*Object, o JSONOptions) string {
	if o.Depth == 0 {
		o.Depth = 2
	}
	w := &jsonWriter{o: o}
	if len(objects) == 1 {
		w.value(objects[0], 0)
		return w.b.String()
	}
	list := List{}
	for _, obj := range objects {
		list.Items = append(list.Items, obj)
	}
	w.value(list, 0)
	return w.b.String()
}

func (w *jsonWriter) text(s string) {
	if w.o.Windows {
		quoted, _ := json.Marshal(s)
		w.b.WriteString(strings.ReplaceAll(string(quoted), "'", `\u0027`))
		return
	}
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(s)
	w.b.WriteString(strings.TrimSuffix(b.String(), "\n"))
}

func (w *jsonWriter) value(v Value, level int) {
	switch v := v.(type) {
	case Null:
		w.b.WriteString("null")
	case String, URI:
		w.text(toString(v))
	case Bool:
		w.b.WriteString(strings.ToLower(toString(v)))
	case Int:
		w.b.WriteString(toString(v))
	case Enum:
		w.b.WriteString(itoa(v.Number))
	case Time:
		w.time(string(v))
	case List:
		if level > w.o.Depth {
			w.text(joined(v))
			return
		}
		w.group('[', ']', level, len(v.Items), func(i int) { w.value(v.Items[i], level+1) })
	case Dict:
		w.entries(v, v.Entries, level)
	case *Object:
		w.entries(v, v.Properties, level)
	case Certificate:
		w.entries(v, certificateProperties(v), level)
	}
}

func (w *jsonWriter) time(s string) {
	if !w.o.Windows {
		w.text(s)
		return
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	fmt.Fprintf(&w.b, `"\/Date(%d)\/"`, t.UnixMilli())
}

func (w *jsonWriter) entries(v Value, list []Entry, level int) {
	if level > w.o.Depth {
		w.text(toString(v))
		return
	}
	w.group('{', '}', level, len(list), func(i int) {
		w.text(list[i].Key)
		w.b.WriteString(": ")
		w.value(list[i].Value, level+1)
	})
}

func (w *jsonWriter) group(open, end byte, level, n int, item func(int)) {
	w.b.WriteByte(open)
	for i := range n {
		if i > 0 {
			w.b.WriteByte(',')
		}
		w.newLine(level + 1)
		item(i)
	}
	if n > 0 {
		w.newLine(level)
	}
	w.b.WriteByte(end)
}

func (w *jsonWriter) newLine(level int) {
	if !w.o.Compress {
		w.b.WriteString("\r\n" + strings.Repeat("  ", level))
	}
}

func certificateProperties(der Certificate) []Entry {
	raw := List{}
	for _, c := range der {
		raw.Items = append(raw.Items, Int(c))
	}
	return []Entry{{"Archived", Bool(false)}, {"FriendlyName", String("")}, {"RawData", raw}}
}

// joined is what becomes of a list that lies too deep.
func joined(v List) string {
	parts := make([]string, len(v.Items))
	for i, item := range v.Items {
		parts[i] = toString(item)
	}
	return strings.Join(parts, " ")
}

// HealthJSON writes objects as a table of Connect Health: lists and objects
// are texts of JSON, and booleans too.
func HealthJSON(objects []*Object) string {
	w := &jsonWriter{o: JSONOptions{Depth: 10}}
	w.b.WriteString(`{"Columns":[`)
	for i, p := range objects[0].Properties {
		if i > 0 {
			w.b.WriteByte(',')
		}
		w.b.WriteString(`{"ColumnName":` + strconv.Quote(p.Key) + `}`)
	}
	w.b.WriteString(`],"Rows":[`)
	for i, obj := range objects {
		if i > 0 {
			w.b.WriteByte(',')
		}
		w.b.WriteString("\n")
		w.group('[', ']', 0, len(obj.Properties), func(i int) { w.cell(obj.Properties[i].Value) })
	}
	w.b.WriteString("]}")
	return w.b.String()
}

func (w *jsonWriter) cell(v Value) {
	switch v.(type) {
	case List, Dict, *Object, Certificate:
		inner := &jsonWriter{o: JSONOptions{Depth: 10, Compress: true}}
		inner.value(v, 0)
		w.text(inner.b.String())
	case Bool:
		w.text(toString(v))
	default:
		w.value(v, 0)
	}
}
