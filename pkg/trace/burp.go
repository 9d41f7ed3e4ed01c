package trace

import (
	"bytes"
	"html"
	"strings"
	"time"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// isBurp knows a file of saved items by its root. A DOCTYPE that declares the
// items stands before it and is not looked into.
func isBurp(head []byte) bool {
	return bytes.HasPrefix(head, []byte("<")) && bytes.Contains(head[:min(len(head), 8192)], []byte("<items burpVersion"))
}

// readBurp reads what Burp Suite saves of its proxy history: items with the
// raw request and response, as they are or in Base64.
func (c *collector) readBurp(text []byte) {
	at := max(0, bytes.Index(text, []byte("<items")))
	lines := lineCounter{text: text}
	for {
		start := bytes.Index(text[at:], []byte("<item>"))
		if start < 0 {
			break
		}
		start += at
		end := itemEnd(text, start)
		c.burpItem(text[start:end], lines.span(start, end))
		at = end
	}
	if !bytes.Contains(text[at:], []byte("</items>")) {
		c.problem(-1, "input-truncated", finding.Error, "the file of saved Burp items ends after %d bytes, before it is complete; the items before that were read. Save it again", len(text))
	}
}

// itemEnd finds the end of an item, past the character data that may hold
// anything.
func itemEnd(text []byte, i int) int {
	for i < len(text) {
		lt := bytes.IndexByte(text[i:], '<')
		if lt < 0 {
			break
		}
		i += lt
		if bytes.HasPrefix(text[i:], []byte("</item>")) {
			return i + len("</item>")
		}
		_, end := scanMarkup(text, i)
		if end < 0 {
			break
		}
		i = end
	}
	return len(text)
}

func (c *collector) burpItem(item []byte, span finding.Span) {
	e := entry{span: span}
	var request, response []byte
	for i := len("<item>"); i < len(item); {
		lt := bytes.IndexByte(item[i:], '<')
		if lt < 0 {
			break
		}
		i += lt
		name := tagName(item[i+1:])
		if name == "" || name[0] == '/' || name[0] == '!' {
			if _, i = scanMarkup(item, i); i < 0 {
				break
			}
			continue
		}
		attrs, body := htmlAttributes(item, i+1+len(name))
		value, end := elementText(item, body, name)
		i = end
		switch name {
		case "time":
			e.started = burpTime(string(value))
		case "url":
			e.url = string(value)
		case "request":
			request = fromBurp(value, attrs["base64"])
		case "response":
			response = fromBurp(value, attrs["base64"])
		}
	}
	url := e.url
	c.takeRequest(&e, parseRaw(request))
	if url != "" {
		e.url = url
	}
	if len(response) > 0 {
		c.takeResponse(&e, parseRaw(response))
	}
	if e.method != "" || e.url != "" {
		c.exchange(&e)
	}
}

// elementText gives the text of an element without children, with character
// data as it is and references decoded, and the offset after its end tag.
func elementText(b []byte, i int, name string) ([]byte, int) {
	var out []byte
	single := true
	for i < len(b) {
		lt := bytes.IndexByte(b[i:], '<')
		if lt < 0 {
			return append(out, b[i:]...), len(b)
		}
		if lt > 0 {
			out, single = append(out, html.UnescapeString(string(b[i:i+lt]))...), false
		}
		i += lt
		_, end := scanMarkup(b, i)
		if end < 0 {
			end = len(b)
		}
		if data, found := bytes.CutPrefix(b[i:end], []byte("<![CDATA[")); found {
			data = bytes.TrimSuffix(data, []byte("]]>"))
			if single && bytes.HasPrefix(b[end:], []byte("</"+name)) {
				out = data
			} else {
				out = append(out, data...)
			}
			single = false
		} else if bytes.HasPrefix(b[i:], []byte("</"+name)) {
			return out, end
		}
		i = end
	}
	return out, len(b)
}

func fromBurp(value []byte, base64 string) []byte {
	if !strings.EqualFold(base64, "true") {
		return value
	}
	text, err := decodeBase64(bytes.TrimSpace(value))
	if err != nil {
		return nil
	}
	return text.data
}

// zoneOffsets are the abbreviations of zones that mean one thing in the whole
// world, in hours from UTC.
var zoneOffsets = map[string]int{
	"UTC": 0, "GMT": 0, "WET": 0, "WEST": 1, "CET": 1, "CEST": 2, "EET": 2, "EEST": 3,
	"EST": -5, "EDT": -4, "CDT": -5, "MDT": -6, "PST": -8, "PDT": -7, "JST": 9, "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13,
}

// burpTime reads a time as Java writes a date. One in a zone that is unknown
// or ambiguous is left out.
func burpTime(text string) string {
	fields := strings.Fields(text) // Sat Nov 21 10:00:04 CET 2026
	if len(fields) != 6 {
		return ""
	}
	hours, known := zoneOffsets[fields[4]]
	fields[4] = "UTC"
	t, err := time.Parse("Mon Jan 2 15:04:05 MST 2006", strings.Join(fields, " "))
	if err != nil || !known {
		return ""
	}
	return t.Add(time.Duration(-hours) * time.Hour).Format(time.RFC3339)
}
