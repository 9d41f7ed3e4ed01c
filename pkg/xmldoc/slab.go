package xmldoc

import "github.com/beevik/etree"

// slab hands out values of one type from few allocations. What it handed out
// never moves.
type slab[T any] struct {
	full [][]T
	last []T
}

// maxSlab bounds how much a slab allocates ahead of need.
const maxSlab = 1024

func newSlab[T any](expected int) slab[T] {
	return slab[T]{last: make([]T, 0, min(max(expected, 4), maxSlab))}
}

// take hands out n values side by side, at zero.
func (s *slab[T]) take(n int) []T {
	used := len(s.last)
	if used+n > cap(s.last) {
		if used > 0 {
			s.full = append(s.full, s.last)
		}
		s.last = make([]T, 0, max(n, min(2*cap(s.last), maxSlab)))
		used = 0
	}
	s.last = s.last[:used+n]
	return s.last[used : used+n : used+n]
}

func (s *slab[T]) one() *T { return &s.take(1)[0] }

// all returns what was handed out, in order.
func (s *slab[T]) all() [][]T { return append(s.full, s.last) }

// tree builds the etree. etree sets a token's parent and position only through
// its own methods, each of which appends; the slices it appends to are cut
// from slabs beforehand, so that it never has to grow them.
type tree struct {
	document *etree.Document
	extents  []extent

	elements slab[etree.Element]
	texts    slab[etree.CharData]
	attrs    slab[etree.Attr]
	tokens   slab[etree.Token]
	pending  []etree.Token // children of the open elements so far
	nodes    int
}

// newTree sizes the slabs by what the text looks like: a "<" begins and one
// ends most elements, a "=" stands in each attribute.
func newTree(tags, equals int) tree {
	return tree{
		document: etree.NewDocument(),
		extents:  make([]extent, 0, min(tags/2+4, maxSlab)),
		elements: newSlab[etree.Element](tags/2 + 1),
		texts:    newSlab[etree.CharData](tags/2 + 1),
		attrs:    newSlab[etree.Attr](equals),
		tokens:   newSlab[etree.Token](tags),
		pending:  make([]etree.Token, 0, 64),
	}
}

// add makes a token the next child of the innermost open element.
func (t *tree) add(token etree.Token) {
	t.pending = append(t.pending, token)
	t.nodes++
}

// element adds an element with its attributes.
func (t *tree) element(n name, attrs []attribute) *etree.Element {
	e := t.elements.one()
	e.Space, e.Tag = n.prefix(), n.local()
	if len(attrs) > 0 {
		block := t.attrs.take(len(attrs))
		for i := range attrs {
			// CreateAttr searches all attributes before it: it is
			// shown none, and so takes constant time.
			e.Attr = block[i : i : i+1]
			e.CreateAttr(attrs[i].raw, attrs[i].value)
		}
		e.Attr = block
	}
	t.add(e)
	return e
}

// text adds character data.
func (t *tree) text(data string) {
	c := t.texts.one()
	c.SetData(data)
	t.add(c)
}

// close gives an element the children that are pending from the given one on.
func (t *tree) close(e *etree.Element, from int) {
	children := t.pending[from:]
	if len(children) > 0 {
		e.Child = t.tokens.take(len(children))[:0]
		for _, c := range children {
			e.AddChild(c)
		}
		clear(children)
	}
	t.pending = t.pending[:from]
}
