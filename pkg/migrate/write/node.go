package write

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// node is a value of a request body: JSON in which some text stands for what
// is known only when the request is made. Requests show such text as
// "{token}", a script puts its variables there.
type node interface {
	// json writes the value as JSON.
	json(w *jsonWriter)
}

type (
	text    string
	boolean bool
	number  int
	null    struct{}
	list    []node
	object  []member
)

type member struct {
	name  string
	value node
}

// ref stands for a value that is known later. kind says where it comes from,
// name which of them.
type ref struct{ kind, name string }

// The kinds of references.
const (
	fromStep  = ""      // what an earlier request returned
	fromGroup = "group" // the object id of a group, by its SID or name
	fromUser  = "user"  // the object id of a user, by its SID
)

// joined is text with references in it; its parts are text and ref.
type joined []node

// token is the reference as requests show it.
func (r ref) token() string {
	if r.kind == fromStep {
		return "{" + r.name + "}"
	}
	return "{" + r.kind + ":" + r.name + "}"
}

// plain is text with its references as tokens.
func plain(n node) string {
	switch n := n.(type) {
	case text:
		return string(n)
	case ref:
		return n.token()
	case joined:
		var s string
		for _, part := range n {
			s += plain(part)
		}
		return s
	}
	return ""
}

// jsonWriter makes JSON of nodes: text in which references are tokens, or parts
// between which they stay.
type jsonWriter struct {
	text  []byte
	parts joined
	split bool // keep references
}

// jsonOf is a value as JSON.
func jsonOf(n node) []byte {
	w := &jsonWriter{}
	n.json(w)
	return w.text
}

// jsonText is the JSON of a value as text, in which references stay.
func jsonText(n node) node {
	w := &jsonWriter{split: true}
	n.json(w)
	if len(w.parts) == 0 {
		return text(w.text)
	}
	return append(w.parts, text(w.text))
}

func (w *jsonWriter) put(s string) { w.text = append(w.text, s...) }

// quoted writes text as a JSON string without its quotation marks; "<" and "&"
// stay readable.
func (w *jsonWriter) quoted(s string) {
	if !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' || r == '"' || r == '\\' }) {
		w.put(s)
		return
	}
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	_ = e.Encode(s) // text always encodes
	w.text = append(w.text, bytes.TrimSuffix(out.Bytes(), []byte("\"\n"))[1:]...)
}

func (w *jsonWriter) reference(r ref) {
	if !w.split {
		w.quoted(r.token())
		return
	}
	w.parts = append(w.parts, text(w.text), r)
	w.text = nil
}

func (n text) json(w *jsonWriter)    { joined{n}.json(w) }
func (n ref) json(w *jsonWriter)     { joined{n}.json(w) }
func (n boolean) json(w *jsonWriter) { w.put(strconv.FormatBool(bool(n))) }
func (n number) json(w *jsonWriter)  { w.put(strconv.Itoa(int(n))) }
func (n null) json(w *jsonWriter)    { w.put("null") }

func (n joined) json(w *jsonWriter) {
	w.put(`"`)
	for _, part := range n {
		if r, ok := part.(ref); ok {
			w.reference(r)
		} else {
			w.quoted(plain(part))
		}
	}
	w.put(`"`)
}

func (n list) json(w *jsonWriter) {
	w.put("[")
	for i, item := range n {
		if i > 0 {
			w.put(",")
		}
		item.json(w)
	}
	w.put("]")
}

func (n object) json(w *jsonWriter) {
	w.put("{")
	for i, m := range n {
		if i > 0 {
			w.put(",")
		}
		text(m.name).json(w)
		w.put(":")
		m.value.json(w)
	}
	w.put("}")
}

// with adds a member.
func (n object) with(name string, value node) object { return append(n, member{name, value}) }

// get is the value of a member; null where there is none.
func (n object) get(name string) node {
	for _, m := range n {
		if m.name == name {
			return m.value
		}
	}
	return null{}
}

// texts is a list of text.
func texts(items []string) list {
	l := make(list, 0, len(items))
	for _, s := range items {
		l = append(l, text(s))
	}
	return l
}

// orNull is text, or null where it is empty.
func orNull(s string) node {
	if s == "" {
		return null{}
	}
	return text(s)
}

// maxNodeDepth bounds what parseNode follows; requests are far flatter.
const maxNodeDepth = 64

// parseNode reads JSON, with members in their order. read makes a node of each
// text, told the member that it, or the list around it, is the value of.
func parseNode(data []byte, read func(member, s string) node) (node, error) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	return decodeNode(d, "", read, maxNodeDepth)
}

func decodeNode(d *json.Decoder, name string, read func(member, s string) node, depth int) (node, error) {
	t, err := d.Token()
	if err != nil {
		return nil, err
	}
	if depth == 0 {
		return nil, fmt.Errorf("the value is nested deeper than %d levels", maxNodeDepth)
	}
	switch t := t.(type) {
	case string:
		return read(name, t), nil
	case bool:
		return boolean(t), nil
	case json.Number:
		n, err := strconv.Atoi(t.String())
		return number(n), err
	case json.Delim:
		if t == '[' {
			return decodeList(d, name, read, depth-1)
		}
		return decodeObject(d, read, depth-1)
	}
	return null{}, nil
}

func decodeList(d *json.Decoder, name string, read func(member, s string) node, depth int) (node, error) {
	l := list{}
	for d.More() {
		item, err := decodeNode(d, name, read, depth)
		if err != nil {
			return nil, err
		}
		l = append(l, item)
	}
	_, err := d.Token()
	return l, err
}

func decodeObject(d *json.Decoder, read func(member, s string) node, depth int) (node, error) {
	o := object{}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return nil, err
		}
		name, _ := key.(string) // the decoder gives nothing else here
		value, err := decodeNode(d, name, read, depth)
		if err != nil {
			return nil, err
		}
		o = append(o, member{name, value})
	}
	_, err := d.Token()
	return o, err
}
