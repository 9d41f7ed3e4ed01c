package entra

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// nodeKind is the kind of a JSON value.
type nodeKind uint8

const (
	null nodeKind = iota
	boolean
	number
	text
	array
	object
)

var nodeKinds = [...]string{null: "null", boolean: "true or false", number: "a number", text: "a text", array: "a list", object: "an object"}

// node is a JSON value with the byte offset at which it starts.
type node struct {
	kind    nodeKind
	at      int
	value   string // of a text or number; "true" or "false"
	items   []*node
	members []member
}

type member struct {
	name string
	at   int
	node *node
}

// maxJSONDepth is how deep values may be nested; those of policies are ten.
const maxJSONDepth = 64

// parseNode reads one JSON value that fills the text. With an error, the node
// is where it is.
func parseNode(data []byte) (*node, error) {
	p := &nodeParser{data: data, decoder: json.NewDecoder(bytes.NewReader(data))}
	p.decoder.UseNumber()
	n, err := p.read(0)
	if err == nil {
		if _, more := p.decoder.Token(); !errors.Is(more, io.EOF) {
			err = errors.New("more than one value")
		}
	}
	if err != nil {
		if errors.Is(err, io.EOF) {
			err = errors.New("it ends too early")
		}
		return &node{at: p.start()}, fmt.Errorf("no valid JSON: %w", err)
	}
	return n, nil
}

type nodeParser struct {
	data    []byte
	decoder *json.Decoder
}

// start is where the next token begins.
func (p *nodeParser) start() int {
	at := int(p.decoder.InputOffset())
	for at < len(p.data) && strings.IndexByte(" \t\r\n,:", p.data[at]) >= 0 {
		at++
	}
	return at
}

func (p *nodeParser) read(depth int) (*node, error) {
	n := &node{at: p.start()}
	if depth > maxJSONDepth {
		return n, fmt.Errorf("nested more than %d deep", maxJSONDepth)
	}
	token, err := p.decoder.Token()
	if err != nil {
		return n, err
	}
	switch t := token.(type) {
	case bool:
		n.kind, n.value = boolean, fmt.Sprint(t)
	case json.Number:
		n.kind, n.value = number, t.String()
	case string:
		n.kind, n.value = text, t
	case json.Delim:
		if t == '{' {
			n.kind = object
			return n, p.object(n, depth)
		}
		n.kind = array
		return n, p.array(n, depth)
	}
	return n, nil
}

func (p *nodeParser) object(n *node, depth int) error {
	for p.decoder.More() {
		m := member{at: p.start()}
		token, err := p.decoder.Token()
		if err != nil {
			return err
		}
		m.name = fmt.Sprint(token)
		if m.node, err = p.read(depth + 1); err != nil {
			return err
		}
		n.members = append(n.members, m)
	}
	_, err := p.decoder.Token()
	return err
}

func (p *nodeParser) array(n *node, depth int) error {
	for p.decoder.More() {
		item, err := p.read(depth + 1)
		if err != nil {
			return err
		}
		n.items = append(n.items, item)
	}
	_, err := p.decoder.Token()
	return err
}

// member returns the last member of that name, in the letter case given or any
// other; nil where there is none.
func (n *node) member(name string) *node {
	var found *node
	exact := false
	for _, m := range n.members {
		if m.name == name || !exact && strings.EqualFold(m.name, name) {
			found, exact = m.node, exact || m.name == name
		}
	}
	return found
}
