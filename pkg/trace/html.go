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

// parseForms finds the forms of a page, and the inputs that stand in none as a
// last form without action. It reads tags alone: attributes in any order and
// quoting, entities decoded. Comments and scripts are not looked into.
func parseForms(page []byte) []form {
	var out []form
	current := form{}
	flush := func() {
		if len(current.fields) > 0 {
			out = append(out, current)
		}
		current = form{}
	}
	for i := 0; ; {
		lt := bytes.IndexByte(page[i:], '<')
		if lt < 0 {
			break
		}
		i += lt
		if bytes.HasPrefix(page[i:], []byte("<!--")) {
			end := bytes.Index(page[i:], []byte("-->"))
			if end < 0 {
				break
			}
			i += end + 3
			continue
		}
		name := strings.ToLower(tagName(page[i+1:]))
		switch name {
		case "form":
			flush()
			attrs, end := htmlAttributes(page, i+1+len(name))
			current.action, current.method, i = attrs["action"], strings.ToUpper(attrs["method"]), end
		case "/form":
			flush()
			i++
		case "input":
			attrs, end := htmlAttributes(page, i+1+len(name))
			if n := attrs["name"]; n != "" && n != " " {
				current.fields = append(current.fields, pair{n, []byte(attrs["value"])})
			}
			i = end
		case "textarea":
			attrs, end := htmlAttributes(page, i+1+len(name))
			body := page[end:]
			if stop := bytes.Index(body, []byte("</")); stop >= 0 {
				body = body[:stop]
			}
			if n := attrs["name"]; n != "" {
				current.fields = append(current.fields, pair{n, []byte(html.UnescapeString(string(body)))})
			}
			i = end + len(body)
		default:
			i++
		}
	}
	flush()
	return out
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
		if hasPrefixFold(start, "<!doctype html") {
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
