package xmldoc

import (
	"cmp"
	"slices"
)

// The namespaces of the two reserved prefixes (Namespaces in XML, section 3).
const (
	xmlURI   = "http://www.w3.org/XML/1998/namespace"
	xmlnsURI = "http://www.w3.org/2000/xmlns/"
)

// binding is a prefix bound to a namespace. hidden is the binding of the same
// prefix around it, -1 for none; id is the number of its URI, 0 while nobody
// asked.
type binding struct {
	prefix, uri string
	hidden, id  int
}

// scope holds the bindings of the open elements, the innermost last. Beyond a
// few it keeps an index, as a hostile document has many.
type scope struct {
	bindings []binding
	index    map[string]int
	ids      map[string]int
}

const scanned = 16

func newScope() scope {
	s := scope{bindings: make([]binding, 0, scanned)}
	s.declare("xml", xmlURI)
	return s
}

func (s *scope) len() int { return len(s.bindings) }

// find returns the number of the binding of a prefix in scope, or -1.
func (s *scope) find(prefix string) int {
	if s.index != nil {
		if i, ok := s.index[prefix]; ok {
			return i
		}
		return -1
	}
	for i := len(s.bindings) - 1; i >= 0; i-- {
		if s.bindings[i].prefix == prefix {
			return i
		}
	}
	return -1
}

func (s *scope) declare(prefix, uri string) {
	if s.index == nil && len(s.bindings) == scanned {
		s.index = make(map[string]int, 2*scanned)
		for i := range s.bindings {
			s.bindings[i].hidden = -1
			if outer, ok := s.index[s.bindings[i].prefix]; ok {
				s.bindings[i].hidden = outer
			}
			s.index[s.bindings[i].prefix] = i
		}
	}
	b := binding{prefix: prefix, uri: uri, hidden: -1}
	if s.index != nil {
		b.hidden = s.find(prefix)
		s.index[prefix] = len(s.bindings)
	}
	s.bindings = append(s.bindings, b)
}

// truncate leaves the elements that were opened since there were n bindings.
func (s *scope) truncate(n int) {
	for i := len(s.bindings) - 1; i >= n && s.index != nil; i-- {
		if b := s.bindings[i]; b.hidden < 0 {
			delete(s.index, b.prefix)
		} else {
			s.index[b.prefix] = b.hidden
		}
	}
	s.bindings = s.bindings[:n]
}

// uriID numbers the URI of a binding, from 1: equal numbers, equal URIs. URIs
// may be long and many; each is hashed once.
func (s *scope) uriID(i int) int {
	b := &s.bindings[i]
	if b.id == 0 {
		if s.ids == nil {
			s.ids = make(map[string]int)
		}
		id, ok := s.ids[b.uri]
		if !ok {
			id = len(s.ids) + 1
			s.ids[b.uri] = id
		}
		b.id = id
	}
	return b.id
}

// namespaces declares what the start tag at hand declares, and holds its names
// against what is in scope.
func (p *parser) namespaces(n name, start int) *SyntaxError {
	for i := range p.attrs {
		if err := p.declareNamespace(&p.attrs[i]); err != nil {
			return err
		}
	}
	if n.colon > 0 && (n.prefix() == "xmlns" || p.scope.find(n.prefix()) < 0) {
		return p.undeclared(n, start+1)
	}
	for i := range p.attrs {
		a := &p.attrs[i]
		if a.colon <= 0 || a.prefix() == "xmlns" {
			continue
		}
		if a.uri = p.scope.find(a.prefix()) + 1; a.uri == 0 {
			return p.undeclared(a.name, a.at)
		}
	}
	return p.duplicates()
}

func (p *parser) undeclared(n name, at int) *SyntaxError {
	if n.prefix() == "xmlns" {
		return p.malformed(at, at+len(n.raw), "the element %q has the prefix \"xmlns\", expected it only where a namespace is declared", abbreviate(n.raw))
	}
	return p.malformed(at, at+len(n.raw), "the prefix %q of %q is not declared, expected xmlns:%s=\"…\" on this element or around it",
		abbreviate(n.prefix()), abbreviate(n.raw), abbreviate(n.prefix()))
}

// declareNamespace declares a namespace if the attribute does so, under the
// constraints of Namespaces in XML, section 3.
func (p *parser) declareNamespace(a *attribute) *SyntaxError {
	if a.raw == "xmlns" {
		if a.value == xmlURI || a.value == xmlnsURI {
			return p.malformed(a.at, a.at+len(a.raw), "the default namespace is declared as %q, which is reserved; expected another", a.value)
		}
		return nil
	}
	if a.colon < 0 || a.prefix() != "xmlns" {
		return nil
	}
	prefix, end := a.local(), a.at+len(a.raw)
	switch {
	case prefix == "xmlns":
		return p.malformed(a.at, end, "the prefix \"xmlns\" is declared, expected it to be left alone")
	case (prefix == "xml") != (a.value == xmlURI):
		return p.malformed(a.at, end, "the prefix %q is declared as %q, expected \"xml\" and %q to go together only", abbreviate(prefix), abbreviate(a.value), xmlURI)
	case a.value == xmlnsURI:
		return p.malformed(a.at, end, "the prefix %q is declared as %q, which is reserved; expected another", abbreviate(prefix), a.value)
	case a.value == "":
		return p.malformed(a.at, end, "the prefix %q is declared as an empty namespace, expected a URI", abbreviate(prefix))
	}
	p.scope.declare(prefix, a.value)
	return nil
}

// few is how many attributes are compared each with each.
const few = 8

// duplicates finds attributes of the same name or, section 6.3, of the same
// namespace and local name. Until here an attribute's uri is the number of its
// binding, from 1.
func (p *parser) duplicates() *SyntaxError {
	if len(p.attrs) > few {
		return p.manyDuplicates()
	}
	for i := 1; i < len(p.attrs); i++ {
		b := &p.attrs[i]
		for j := range i {
			a := &p.attrs[j]
			if a.raw == b.raw || a.uri > 0 && b.uri > 0 && a.local() == b.local() && p.scope.uriID(a.uri-1) == p.scope.uriID(b.uri-1) {
				return p.duplicate(a, b)
			}
		}
	}
	return nil
}

// manyDuplicates finds them in an order where they stand side by side.
func (p *parser) manyDuplicates() *SyntaxError {
	sorted := make([]*attribute, len(p.attrs))
	for i := range p.attrs {
		a := &p.attrs[i]
		sorted[i] = a
		switch {
		case a.uri > 0:
			a.uri = p.scope.uriID(a.uri - 1)
		case a.colon > 0:
			a.uri = -1 // xmlns
		}
	}
	order := func(a, b *attribute) int {
		return cmp.Or(cmp.Compare(a.local(), b.local()), cmp.Compare(a.uri, b.uri))
	}
	slices.SortStableFunc(sorted, order)
	var first *SyntaxError
	for i := 1; i < len(sorted); i++ {
		if order(sorted[i-1], sorted[i]) == 0 && (first == nil || sorted[i].at < first.Span.Offset) {
			first = p.duplicate(sorted[i-1], sorted[i])
		}
	}
	return first
}

func (p *parser) duplicate(a, b *attribute) *SyntaxError {
	if a.raw == b.raw {
		return p.malformed(b.at, b.at+len(b.raw), "the attribute %q stands twice in one tag, expected once", abbreviate(b.raw))
	}
	return p.malformed(b.at, b.at+len(b.raw), "the attributes %q and %q of one tag have the same namespace and local name, expected one of them", abbreviate(a.raw), abbreviate(b.raw))
}
