package export

import (
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// kind is the kind of a value in an export.
type kind uint8

const (
	kindNull kind = iota
	kindBool
	kindNumber
	kindText
	kindList
	kindObject
	// kindUnknown is an expression that is not resolved. Its text is a
	// reference to a resource where it is one, else empty.
	kindUnknown
)

// node is a value of an export with its place.
type node struct {
	kind    kind
	text    string // of a text, number, bool ("true", "false") or unknown
	items   []*node
	members []member
	span    finding.Span
	// raw is a text as it was written where that is longer than the text, step
	// how many bytes of it stand for how many of the text.
	raw  []byte
	step func(raw []byte) (written, meant int)
	// locate gives the place of an offset in a text that was put together of
	// several; nil for others.
	locate func(offset int) finding.Span
}

type member struct {
	name  string
	value *node
}

// get is the value of a member, without regard to letter case; nil for none.
// The first of several counts. A list of one object is taken for the object,
// as Terraform's JSON and blocks have it.
func (n *node) get(name string) *node {
	if n != nil && n.kind == kindList && len(n.items) == 1 {
		n = n.items[0]
	}
	if n == nil || n.kind != kindObject {
		return nil
	}
	for i := range n.members {
		if strings.EqualFold(n.members[i].name, name) {
			return n.members[i].value
		}
	}
	return nil
}

// at is the value at a path of names parted by dots; nil for none.
func (n *node) at(path string) *node {
	for name := range strings.SplitSeq(path, ".") {
		if n = n.get(name); n == nil {
			return nil
		}
	}
	return n
}

// has reports whether the object has all of the members.
func (n *node) has(names ...string) bool {
	for _, name := range names {
		if n.get(name) == nil {
			return false
		}
	}
	return true
}

// string is the text of a text, else "".
func (n *node) string() string {
	if n == nil || n.kind != kindText {
		return ""
	}
	return n.text
}

// list is the items of a list. A single value is a list of one, as some tools
// write it, and null one of none.
func (n *node) list() []*node {
	switch {
	case n == nil || n.kind == kindNull:
		return nil
	case n.kind == kindList:
		return n.items
	}
	return []*node{n}
}

// set puts a value at a path, making the objects in between. What is there
// already stays.
func (n *node) set(path string, v *node) {
	name, rest, deeper := strings.Cut(path, ".")
	child := n.get(name)
	switch {
	case !deeper && child == nil:
		n.members = append(n.members, member{name, v})
	case deeper && child == nil:
		child = &node{kind: kindObject, span: v.span}
		n.members = append(n.members, member{name, child})
		child.set(rest, v)
	case deeper:
		child.set(rest, v)
	}
}

// object makes an object without members.
func object(span finding.Span) *node { return &node{kind: kindObject, span: span} }
