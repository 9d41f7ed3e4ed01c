package xmlenc

import (
	"slices"
	"sync"

	"github.com/beevik/etree"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// mapping is from the elements of one layer to those of another.
type mapping map[*etree.Element]*etree.Element

// Final returns the element of the last layer that an element of this layer
// has become: an EncryptedData its content, any other itself. Nil stays nil.
func (l *Layer) Final(el *etree.Element) *etree.Element {
	if el == nil {
		return nil
	}
	return l.final()[el]
}

// Brought reports whether an element came to light in the layer: it is decrypted
// content, or a part of that.
func (l *Layer) Brought(el *etree.Element) bool {
	for ; el != nil; el = el.Parent() {
		if slices.Contains(l.Fresh, el) {
			return true
		}
	}
	return false
}

// mapper returns the mapping from a layer to the last one, made when it is
// first asked for.
func (o *Opened) mapper(from int) func() mapping {
	return sync.OnceValue(func() mapping { return pair(o.Layers[from].Doc.Root(), o.Doc().Root()) })
}

// pair walks two layers side by side: they have the same elements, except that
// below an EncryptedData the later one has what it decrypts to.
func pair(early, late *etree.Element) mapping {
	m := mapping{}
	m.walk(early, late)
	return m
}

func (m mapping) walk(early, late *etree.Element) {
	m[early] = late
	if early.Tag != late.Tag {
		return // replaced
	}
	i := 0
	for _, token := range early.Child {
		a, ok := token.(*etree.Element)
		if !ok {
			continue
		}
		for i < len(late.Child) {
			b, ok := late.Child[i].(*etree.Element)
			i++
			if ok {
				m.walk(a, b)
				break
			}
		}
	}
}

// Origin returns the place in the captured text from which a place of this
// layer is: what was decrypted stands where the EncryptedData did.
func (l *Layer) Origin(span finding.Span) finding.Span {
	if !span.Known() {
		return span
	}
	for ; l.before != nil; l = l.before {
		start, end := l.back(span.Offset), l.back(span.End)
		span = l.before.Doc.Locate(start.start, max(end.end, start.start))
	}
	return span
}

// back returns the extent in the layer before that an offset is from: an empty
// one, or the whole of what was replaced.
func (l *Layer) back(offset int) patch {
	shift, i := 0, 0
	for ; i < len(l.patches); i++ {
		p := l.patches[i]
		start := p.start + shift
		if offset < start {
			break
		}
		if offset < start+p.size {
			return p
		}
		shift += p.size - (p.end - p.start)
	}
	return patch{start: offset - shift, end: offset - shift}
}
