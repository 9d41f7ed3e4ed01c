package xmldsig

import (
	"strings"

	"github.com/beevik/etree"
)

// inherit adds to w.attrs the xml:* attributes that the apex of a document
// subset takes from ancestors outside of it: every one of them in C14N 1.0
// (section 2.4); xml:lang and xml:space, and xml:base joined, in C14N 1.1.
func (w *writer) inherit(apex *etree.Element) {
	var bases []string // innermost first
	own := -1
	for i := range w.attrs {
		if a := w.attrs[i].attr; a.Space == "xml" && a.Key == "base" {
			bases, own = append(bases, a.Value), i
		}
	}
	outer := false
	for el := apex.Parent(); el != nil; el = el.Parent() {
		for i := range el.Attr {
			a := &el.Attr[i]
			switch {
			case a.Space != "xml":
			case w.method.Family == Inclusive11 && a.Key == "base":
				bases, outer = append(bases, a.Value), true
			case w.method.Family == Inclusive11 && a.Key != "lang" && a.Key != "space":
			default:
				w.addMissing(a)
			}
		}
	}
	if !outer {
		return
	}
	base := joinBases(bases)
	switch {
	case own >= 0 && base == "":
		w.attrs = append(w.attrs[:own], w.attrs[own+1:]...)
	case own >= 0:
		w.attrs[own].attr = &etree.Attr{Space: "xml", Key: "base", Value: base}
	case base != "":
		w.attrs = append(w.attrs, attribute{xmlNamespace, &etree.Attr{Space: "xml", Key: "base", Value: base}})
	}
}

// addMissing adds an xml:* attribute unless a nearer element had it.
func (w *writer) addMissing(a *etree.Attr) {
	for _, have := range w.attrs {
		if have.attr.Space == "xml" && have.attr.Key == a.Key {
			return
		}
	}
	w.attrs = append(w.attrs, attribute{xmlNamespace, a})
}

// joinBases reduces xml:base values, innermost first, to one.
func joinBases(bases []string) string {
	joined := bases[0]
	for _, base := range bases[1:] {
		joined = joinURI(base, joined)
	}
	return joined
}

// uri holds the five components of RFC 3986; authority and query tell absent
// from empty by their first character, "//" or "?".
type uri struct{ scheme, authority, path, query string }

func splitURI(s string) (u uri) {
	s, _, _ = strings.Cut(s, "#")
	if i := strings.IndexAny(s, ":/?"); i > 0 && s[i] == ':' {
		u.scheme, s = s[:i+1], s[i+1:]
	}
	if i := strings.IndexByte(s, '?'); i >= 0 {
		s, u.query = s[:i], s[i:]
	}
	if strings.HasPrefix(s, "//") {
		end := strings.IndexByte(s[2:], '/')
		if end < 0 {
			end = len(s) - 2
		}
		u.authority, s = s[:end+2], s[end+2:]
	}
	u.path = s
	return u
}

// joinURI resolves ref against base as RFC 3986 section 5.2 does, with the
// changes of C14N 1.1 section 2.4: the base may be relative, leading ".."
// segments stay, a fragment is dropped.
func joinURI(base, ref string) string {
	b, r := splitURI(base), splitURI(ref)
	switch {
	case r.scheme != "":
	case r.authority != "":
		r.scheme = b.scheme
	case r.path == "":
		if r.query == "" {
			r.query = b.query
		}
		r.scheme, r.authority, r.path = b.scheme, b.authority, b.path
	case strings.HasPrefix(r.path, "/"):
		r.scheme, r.authority = b.scheme, b.authority
	default:
		r.scheme, r.authority, r.path = b.scheme, b.authority, mergePath(b, r.path)
	}
	return r.scheme + r.authority + removeDots(r.path) + r.query
}

// mergePath puts a relative path in the place of the last segment of the base.
func mergePath(b uri, path string) string {
	dir := b.path[:strings.LastIndexByte(b.path, '/')+1]
	if strings.HasSuffix(b.path, "/..") || b.path == ".." {
		dir = b.path + "/"
	}
	if b.authority != "" && dir == "" {
		dir = "/"
	}
	return dir + path
}

// removeDots takes the "." and ".." segments out of a path; those that lead
// out of a relative path stay, slashes in a row become one.
func removeDots(path string) string {
	if path == "" {
		return ""
	}
	rooted := path[0] == '/'
	var out []string
	segments := strings.Split(path, "/")
	last := segments[len(segments)-1]
	for _, s := range segments {
		switch {
		case s == "" || s == ".":
		case s == ".." && len(out) > 0 && out[len(out)-1] != "..":
			out = out[:len(out)-1]
		case s == ".." && rooted:
		default:
			out = append(out, s)
		}
	}
	result := strings.Join(out, "/")
	if len(out) > 0 && (last == "" || last == "." || last == "..") {
		result += "/"
	}
	if rooted {
		result = "/" + result
	}
	return result
}
