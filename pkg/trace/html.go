package trace

import (
	"bytes"
	"html"
	"strings"
)

// form is an HTML form: where it goes and its inputs that have a name.
type form struct {
	action, method string
	fields         []pair
}

// parseForms finds the forms of a page, and the inputs that stand in none as
// forms without action. It reads tags alone: attributes in any order and
// quoting, entities decoded. Comments are not looked into.
func parseForms(page []byte) []form {
	r := formReader{page: page}
	for {
		lt := bytes.IndexByte(page[r.pos:], '<')
		if lt < 0 {
			break
		}
		r.pos += lt
		r.tag()
	}
	r.flush()
	return r.forms
}

// formReader goes through a page tag by tag.
type formReader struct {
	page    []byte
	pos     int // of a '<'
	current form
	forms   []form
	fields  int // of all forms
}

func (r *formReader) flush() {
	if len(r.current.fields) > 0 {
		r.forms = append(r.forms, r.current)
	}
	r.current = form{}
}

// tag takes the tag at pos and moves on.
func (r *formReader) tag() {
	if bytes.HasPrefix(r.page[r.pos:], []byte("<!--")) {
		_, r.pos = scanMarkup(r.page, r.pos)
		if r.pos < 0 {
			r.pos = len(r.page)
		}
		return
	}
	name := strings.ToLower(tagName(r.page[r.pos+1:]))
	switch name {
	case "form", "input", "textarea":
	case "/form":
		r.flush()
		fallthrough
	default:
		r.pos++
		return
	}
	var attrs map[string]string
	attrs, r.pos = htmlAttributes(r.page, r.pos+1+len(name))
	switch name {
	case "form":
		r.flush()
		r.current.action, r.current.method = attrs["action"], strings.ToUpper(attrs["method"])
	case "input":
		r.field(attrs["name"], attrs["value"])
	case "textarea":
		text, _, _ := bytes.Cut(r.page[r.pos:], []byte("</"))
		r.pos += len(text)
		r.field(attrs["name"], html.UnescapeString(string(text)))
	}
}

func (r *formReader) field(name, value string) {
	if r.fields++; name != "" && r.fields <= maxPairs {
		r.current.fields = append(r.current.fields, pair{name, []byte(value)})
	}
}

// htmlAttributes reads the attributes of the tag whose name ends at i, in any
// of the three quotings of HTML section 13.1.2.3, and gives the offset after
// the tag. Of a repeated attribute the first counts, as in HTML.
func htmlAttributes(page []byte, i int) (map[string]string, int) {
	attrs := map[string]string{}
	for i < len(page) {
		c := page[i]
		if c == '>' {
			return attrs, i + 1
		}
		if c == '/' || isSpace(c) {
			i++
			continue
		}
		start := i
		for i < len(page) && !isSpace(page[i]) && !(page[i] == '=' && i > start) && page[i] != '>' && page[i] != '/' {
			i++
		}
		name := strings.ToLower(string(page[start:min(i, start+64)]))
		i = skipSpace(page, i)
		value := ""
		if i < len(page) && page[i] == '=' {
			value, i = htmlValue(page, skipSpace(page, i+1))
		}
		if _, seen := attrs[name]; !seen {
			attrs[name] = value
		}
	}
	return attrs, i
}

func htmlValue(page []byte, i int) (string, int) {
	if i >= len(page) {
		return "", i
	}
	start, end := i, i
	if q := page[i]; q == '"' || q == '\'' {
		start++
		n := bytes.IndexByte(page[start:], q)
		if n < 0 {
			return html.UnescapeString(string(page[start:])), len(page)
		}
		end = start + n
		i = end + 1
	} else {
		for i < len(page) && !isSpace(page[i]) && page[i] != '>' {
			i++
		}
		end = i
	}
	return html.UnescapeString(string(page[start:end])), i
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f' }

func skipSpace(b []byte, i int) int {
	for i < len(b) && isSpace(b[i]) {
		i++
	}
	return i
}

// isHTML reports whether a text begins as a page does. A page may be XHTML and
// then is XML as well.
func isHTML(text []byte) bool {
	start := bytes.TrimLeft(bytes.TrimPrefix(text, []byte("\ufeff")), " \t\r\n")
	for len(start) > 0 && start[0] == '<' {
		if hasPrefixFold(start, "<!doctype html") || hasPrefixFold(start, "<a href") {
			return true
		}
		if kind, end := scanMarkup(start, 0); kind == tagOther && end > 0 {
			start = bytes.TrimLeft(start[end:], " \t\r\n")
			continue
		}
		switch strings.ToLower(tagName(start[1:])) {
		case "html", "head", "body", "form", "input", "meta", "script", "title", "noscript", "div", "table", "p":
			return true
		}
		return false
	}
	return false
}

func hasPrefixFold(b []byte, prefix string) bool {
	return len(b) >= len(prefix) && strings.EqualFold(string(b[:len(prefix)]), prefix)
}
