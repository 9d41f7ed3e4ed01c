package xmldsig

import (
	"slices"
	"strings"

	"github.com/beevik/etree"
)

// Family is one of the three canonicalisation recommendations.
type Family uint8

// The families. The zero value is what XMLDSig 4.4.3.2 takes where a Reference
// names no canonicalisation.
const (
	Inclusive10 Family = iota // Canonical XML 1.0
	Inclusive11               // Canonical XML 1.1
	Exclusive                 // Exclusive XML Canonicalization 1.0
)

// Method says how to canonicalise. The zero value is Canonical XML 1.0 without
// comments.
type Method struct {
	Family   Family
	Comments bool
	// Prefixes is the InclusiveNamespaces PrefixList of [Exclusive]: prefixes
	// that are treated as the inclusive families treat all; "#default" is the
	// default namespace. The other families ignore it.
	Prefixes []string
}

const xmlNamespace = "http://www.w3.org/XML/1998/namespace"

// Canonicalize appends the canonical form of the subtree at el to dst and
// returns the extended slice. The subtrees at without are left out, as the
// enveloped-signature transform does. The element of an [etree.Document]
// stands for the whole document.
//
// The tree is read only. The output can be much longer than the document was:
// exclusive canonicalisation repeats a namespace wherever it is used.
func Canonicalize(dst []byte, el *etree.Element, m Method, without ...*etree.Element) []byte {
	out, _ := canonicalize(dst, el, m, -1, without)
	return out
}

// canonicalize is Canonicalize that stops, and reports false, once it has
// appended more than limit bytes. A negative limit is none.
func canonicalize(dst []byte, el *etree.Element, m Method, limit int, without []*etree.Element) ([]byte, bool) {
	w := writer{out: dst, method: m, limit: limit, without: without}
	if limit >= 0 {
		w.limit = len(dst) + limit
	}
	var scope [8]binding
	w.bindings = scope[:0]
	w.enter(el)
	switch {
	case slices.Contains(without, el):
	case el.Tag == "" && el.Parent() == nil:
		w.document(el)
	default:
		w.element(el, true)
	}
	return w.out, !w.full()
}

// binding is what one prefix means at the point that the writer has reached.
type binding struct {
	prefix   string
	uri      string // in scope in the tree; "" where none
	rendered string // in scope in the output
	listed   bool   // in the PrefixList
}

// change is the state of a binding before an element altered it.
type change struct {
	index         int
	uri, rendered string
}

type writer struct {
	out     []byte
	limit   int
	method  Method
	without []*etree.Element

	bindings []binding
	index    map[string]int // prefix to bindings, once there are many
	undo     []change
	names    []int // scratch: the namespace nodes of one element
	attrs    []attribute
}

type attribute struct {
	uri  string
	attr *etree.Attr
}

// manyPrefixes is where a map beats a scan.
const manyPrefixes = 12

// lookup returns the number of the binding of a prefix, and makes one.
func (w *writer) lookup(prefix string) int {
	if w.index == nil {
		for i := range w.bindings {
			if w.bindings[i].prefix == prefix {
				return i
			}
		}
	} else if i, ok := w.index[prefix]; ok {
		return i
	}
	i := len(w.bindings)
	w.bindings = append(w.bindings, binding{prefix: prefix})
	if w.index != nil {
		w.index[prefix] = i
	} else if i >= manyPrefixes {
		w.index = make(map[string]int, 4*manyPrefixes)
		for i := range w.bindings {
			w.index[w.bindings[i].prefix] = i
		}
	}
	return i
}

// enter brings the namespaces of the ancestors of the apex into scope.
func (w *writer) enter(apex *etree.Element) {
	if w.method.Family == Exclusive {
		for _, prefix := range w.method.Prefixes {
			if prefix == "#default" {
				prefix = ""
			}
			w.bindings[w.lookup(prefix)].listed = true
		}
	}
	var ancestors []*etree.Element
	for p := apex.Parent(); p != nil; p = p.Parent() {
		ancestors = append(ancestors, p)
	}
	for _, el := range slices.Backward(ancestors) {
		for i := range el.Attr {
			if prefix, ok := declares(&el.Attr[i]); ok {
				w.bindings[w.lookup(prefix)].uri = el.Attr[i].Value
			}
		}
	}
}

// declares reports whether an attribute is a namespace declaration, and of
// which prefix. The prefix xml is bound by definition and never rendered.
func declares(a *etree.Attr) (prefix string, ok bool) {
	switch {
	case a.Space == "xmlns":
		return a.Key, a.Key != "xml"
	case a.Space == "" && a.Key == "xmlns":
		return "", true
	}
	return "", false
}

func (w *writer) full() bool { return w.limit >= 0 && len(w.out) > w.limit }

func (w *writer) document(doc *etree.Element) {
	seenRoot := false
	for _, token := range doc.Child {
		switch t := token.(type) {
		case *etree.Element:
			if slices.Contains(w.without, t) {
				continue
			}
			w.element(t, true)
			seenRoot = true
		case *etree.Comment, *etree.ProcInst:
			before := len(w.out)
			if seenRoot {
				w.out = append(w.out, '\n')
			}
			if !w.markup(t) {
				w.out = w.out[:before]
			} else if !seenRoot {
				w.out = append(w.out, '\n')
			}
		}
	}
}

// markup writes a comment or a processing instruction and reports whether the
// method keeps it.
func (w *writer) markup(token etree.Token) bool {
	switch t := token.(type) {
	case *etree.Comment:
		if !w.method.Comments {
			return false
		}
		w.out = append(w.out, "<!--"...)
		w.out = append(w.out, t.Data...)
		w.out = append(w.out, "-->"...)
		return true
	case *etree.ProcInst:
		if t.Target == "xml" { // the XML declaration
			return false
		}
		w.out = append(append(w.out, "<?"...), t.Target...)
		if t.Inst != "" {
			w.out = append(append(w.out, ' '), t.Inst...)
		}
		w.out = append(w.out, "?>"...)
		return true
	}
	return false
}

func (w *writer) element(el *etree.Element, apex bool) {
	if w.full() {
		return
	}
	mark := len(w.undo)
	w.out = append(w.out, '<')
	w.name(el.Space, el.Tag)
	w.scope(el, apex)
	w.namespaces()
	w.attributes(el, apex)
	w.out = append(w.out, '>')
	for _, token := range el.Child {
		switch t := token.(type) {
		case *etree.CharData:
			w.out = appendText(w.out, t.Data)
		case *etree.Element:
			if len(w.without) == 0 || !slices.Contains(w.without, t) {
				w.element(t, false)
			}
		default:
			w.markup(t)
		}
	}
	w.out = append(w.out, '<', '/')
	w.name(el.Space, el.Tag)
	w.out = append(w.out, '>')
	for _, c := range slices.Backward(w.undo[mark:]) {
		w.bindings[c.index].uri, w.bindings[c.index].rendered = c.uri, c.rendered
	}
	w.undo = w.undo[:mark]
}

func (w *writer) name(space, tag string) {
	if space != "" {
		w.out = append(append(w.out, space...), ':')
	}
	w.out = append(w.out, tag...)
}

// scope brings the declarations of el into scope and collects in w.names the
// bindings that el has to render, and in w.attrs its other attributes.
func (w *writer) scope(el *etree.Element, apex bool) {
	w.names, w.attrs = w.names[:0], w.attrs[:0]
	exclusive := w.method.Family == Exclusive
	for i := range el.Attr {
		a := &el.Attr[i]
		prefix, ok := declares(a)
		if !ok {
			if a.Space != "xmlns" {
				w.attrs = append(w.attrs, attribute{attr: a})
			}
			continue
		}
		n := w.lookup(prefix)
		w.undo = append(w.undo, change{n, w.bindings[n].uri, w.bindings[n].rendered})
		w.bindings[n].uri = a.Value
		if !apex && (!exclusive || w.bindings[n].listed) {
			w.names = append(w.names, n)
		}
	}
	if apex {
		for n := range w.bindings {
			if !exclusive || w.bindings[n].listed {
				w.names = append(w.names, n)
			}
		}
	}
	if exclusive {
		w.names = append(w.names, w.lookup(el.Space))
	}
	for i := range w.attrs {
		w.use(&w.attrs[i], exclusive)
	}
}

// use finds the namespace of an attribute.
func (w *writer) use(a *attribute, exclusive bool) {
	switch a.attr.Space {
	case "":
	case "xml":
		a.uri = xmlNamespace
	default:
		n := w.lookup(a.attr.Space)
		a.uri = w.bindings[n].uri
		if exclusive {
			w.names = append(w.names, n)
		}
	}
}

// namespaces renders those of w.names that the output does not have in scope
// as the tree has them, in the order of their prefixes.
func (w *writer) namespaces() {
	if len(w.names) > 1 {
		slices.SortFunc(w.names, func(a, b int) int {
			return strings.Compare(w.bindings[a].prefix, w.bindings[b].prefix)
		})
	}
	for _, n := range w.names {
		b := &w.bindings[n]
		if b.uri == b.rendered || b.prefix == "xml" || (b.uri == "" && b.prefix != "") {
			continue
		}
		w.undo = append(w.undo, change{n, b.uri, b.rendered})
		b.rendered = b.uri
		w.out = append(w.out, " xmlns"...)
		if b.prefix != "" {
			w.out = append(append(w.out, ':'), b.prefix...)
		}
		w.value(b.uri)
	}
}

// attributes renders w.attrs by namespace and local name. The apex of a subset
// has the attributes that the recommendation lets it inherit as well.
func (w *writer) attributes(el *etree.Element, apex bool) {
	if apex && w.method.Family != Exclusive {
		w.inherit(el)
	}
	if len(w.attrs) > 1 {
		slices.SortFunc(w.attrs, func(a, b attribute) int {
			if c := strings.Compare(a.uri, b.uri); c != 0 {
				return c
			}
			return strings.Compare(a.attr.Key, b.attr.Key)
		})
	}
	for _, a := range w.attrs {
		w.out = append(w.out, ' ')
		w.name(a.attr.Space, a.attr.Key)
		w.value(a.attr.Value)
	}
}

func (w *writer) value(s string) {
	w.out = append(w.out, '=', '"')
	w.out = append(appendAttribute(w.out, s), '"')
}

// What text and attribute values must not hold as such: C14N 1.0 section 2.3.
var (
	textEscapes = escapes{'&': "&amp;", '<': "&lt;", '>': "&gt;", '\r': "&#xD;"}
	attrEscapes = escapes{'&': "&amp;", '<': "&lt;", '"': "&quot;", '\t': "&#x9;", '\n': "&#xA;", '\r': "&#xD;"}
	textPlain   = textEscapes.plain()
	attrPlain   = attrEscapes.plain()
)

type escapes ['>' + 1]string

// plain tells the bytes that are written as they are.
func (e *escapes) plain() (t [256]bool) {
	for i := range t {
		t[i] = i >= len(e) || e[i] == ""
	}
	return t
}

func appendText(dst []byte, s string) []byte {
	return appendEscaped(dst, s, &textPlain, &textEscapes)
}

func appendAttribute(dst []byte, s string) []byte {
	return appendEscaped(dst, s, &attrPlain, &attrEscapes)
}

func appendEscaped(dst []byte, s string, plain *[256]bool, e *escapes) []byte {
	start := 0
	for i := 0; i < len(s); i++ {
		if plain[s[i]] {
			continue
		}
		dst = append(append(dst, s[start:i]...), e[s[i]]...)
		start = i + 1
	}
	return append(dst, s[start:]...)
}
