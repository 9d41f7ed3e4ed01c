package xmldoc

import (
	"bytes"
	"strconv"
	"strings"

	"github.com/beevik/etree"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// place is where an element stands: its number in document order, and its
// number among its siblings of the same local name, from 1; 0 where it is the
// only one.
type place struct{ ordinal, sibling int32 }

// place finds an element, which may have been moved or taken out of the tree
// since it was read.
func (d *Document) place(el *etree.Element) (place, bool) {
	d.placeOnce.Do(func() {
		d.places = make(map[*etree.Element]place, len(d.extents))
		n := int32(0)
		for _, block := range d.elements {
			for i := range block {
				d.places[&block[i]] = place{ordinal: n}
				n++
			}
		}
		d.numberSiblings(&d.Tree.Element)
		for _, block := range d.elements {
			for i := range block {
				d.numberSiblings(&block[i])
			}
		}
	})
	p, ok := d.places[el]
	return p, ok
}

// numberSiblings numbers the children of one element that share a name.
func (d *Document) numberSiblings(parent *etree.Element) {
	if len(parent.Child) < 2 {
		return
	}
	type group struct {
		first *etree.Element
		size  int32
	}
	groups := map[string]group{}
	for child := range parent.ChildElementsSeq() {
		g := groups[child.Tag]
		g.size++
		switch g.size {
		case 1:
			g.first = child
		case 2:
			d.setSibling(g.first, 1)
			fallthrough
		default:
			d.setSibling(child, g.size)
		}
		groups[child.Tag] = g
	}
}

func (d *Document) setSibling(el *etree.Element, n int32) {
	if p, ok := d.places[el]; ok {
		p.sibling = n
		d.places[el] = p
	}
}

// extent is where an element was read from.
func (d *Document) extent(el *etree.Element) (start, end int, ok bool) {
	p, ok := d.place(el)
	if !ok {
		return 0, 0, false
	}
	e := d.extents[p.ordinal]
	return int(e.start), int(e.end), true
}

// Span is the element from its start tag to its end tag; line and column are
// those of the start tag. It is unknown for an element that was not read from
// this document.
func (d *Document) Span(el *etree.Element) finding.Span {
	start, end, ok := d.extent(el)
	if !ok {
		return finding.Span{}
	}
	return d.locate(start, end)
}

// AttrSpan is the value of an attribute as it stands in the text, without its
// quotation marks. The key is the name with its prefix as etree's FullKey has
// it: "ID", "xsi:type". It is unknown where the start tag has no such
// attribute.
func (d *Document) AttrSpan(el *etree.Element, key string) finding.Span {
	start, _, ok := d.extent(el)
	if !ok {
		return finding.Span{}
	}
	from, to := -1, -1
	walkTag(d.Text, start, func(name []byte, valueStart, valueEnd int) bool {
		if string(name) != key {
			return true
		}
		from, to = valueStart, valueEnd
		return false
	})
	if from < 0 {
		return finding.Span{}
	}
	return d.locate(from, to)
}

// TextSpan is the content of an element, between its tags. For an empty
// element it is the place behind it.
func (d *Document) TextSpan(el *etree.Element) finding.Span {
	start, end, ok := d.extent(el)
	if !ok {
		return finding.Span{}
	}
	from := walkTag(d.Text, start, func([]byte, int, int) bool { return true })
	to := end
	if from < end {
		to = bytes.LastIndexByte(d.Text[from:end], '<') + from
	}
	return d.locate(from, to)
}

// walkTag visits the attributes of the well-formed start tag at offset at,
// until visit returns false, and returns the end of the tag.
func walkTag(text []byte, at int, visit func(name []byte, valueStart, valueEnd int) bool) int {
	i := at + 1
	for !isSpace(text[i]) && text[i] != '/' && text[i] != '>' {
		i++
	}
	for {
		i += bytes.IndexFunc(text[i:], notSpace)
		switch text[i] {
		case '>':
			return i + 1
		case '/':
			return i + 2
		}
		n := i
		for !isSpace(text[i]) && text[i] != '=' {
			i++
		}
		nameEnd := i
		i += bytes.IndexAny(text[i:], `"'`)
		start := i + 1
		end := start + bytes.IndexByte(text[start:], text[i])
		if !visit(text[n:nameEnd], start, end) {
			return end
		}
		i = end + 1
	}
}

func notSpace(r rune) bool { return r >= 0x80 || !isSpace(byte(r)) }

// Path is the path of an element by local names, with an index, from 1, where
// siblings share the name, as the tree stands when a place is first asked for:
// "/Response/Assertion[2]/Issuer". It is empty for an element that was not read
// from this document.
func (d *Document) Path(el *etree.Element) string {
	var steps []string
	for ; el != nil && el.Parent() != nil; el = el.Parent() {
		p, ok := d.place(el)
		if !ok {
			return ""
		}
		step := el.Tag
		if p.sibling > 0 {
			step += "[" + strconv.Itoa(int(p.sibling)) + "]"
		}
		steps = append(steps, step)
	}
	var b strings.Builder
	for i := len(steps) - 1; i >= 0; i-- {
		b.WriteByte('/')
		b.WriteString(steps[i])
	}
	return b.String()
}
