package trace

import "bytes"

// isJSON tells JSON from a log that puts times in brackets.
func isJSON(head []byte) bool {
	if len(head) < 2 {
		return false
	}
	next := head[skipSpace(head, 1):]
	if len(next) == 0 {
		return false
	}
	switch head[0] {
	case '{':
		return next[0] == '"' || next[0] == '}'
	case '[':
		return next[0] == '{' || next[0] == '"' || next[0] == '['
	case '"':
		return (next[0] == '<' || next[0] == '\\') && quotesEscaped(head[1:])
	}
	return false
}

// quotesEscaped tells a JSON string that holds XML from XML that somebody has
// put in quotes.
func quotesEscaped(text []byte) bool {
	quote := bytes.IndexByte(text, '"')
	return quote > 0 && text[quote-1] == '\\'
}

// readJSON reads the strings of any JSON text in order: a member that is named
// like a parameter, a {"name", "value"} object or ["name", "value"] array, or
// a string that holds a message itself. Structure is not looked at, so a text
// that is cut or wrong elsewhere is read all the same.
func (c *collector) readJSON(text []byte) { c.jsonStrings(text, bare()) }

func (c *collector) jsonStrings(text []byte, from carrier) {
	var pairs []pair
	key, name := "", ""
	flush := func() {
		if len(pairs) > 0 {
			c.parameters(pairs, from)
		}
		pairs = nil
	}
	for i := 0; i < len(text); {
		q := bytes.IndexAny(text[i:min(len(text), i+512)], `"{}`)
		if q < 0 {
			i += 512
			continue
		}
		i += q
		if text[i] != '"' {
			flush()
			key, name = "", ""
			i++
			continue
		}
		raw, end := jsonString(text, i)
		i = end
		if next := skipSpace(text, end); next < len(text) && text[next] == ':' {
			key = string(raw[:min(len(raw), 64)])
			i = next + 1
			continue
		}
		pairs, name = c.jsonValue(pairs, key, name, raw, from)
		key = ""
	}
	flush()
}

// jsonValue handles one string value. Name is a parameter whose value is to
// follow, in the same object or array.
func (c *collector) jsonValue(pairs []pair, key, name string, raw []byte, from carrier) ([]pair, string) {
	value := unescapeJSON(raw)
	_, kind := lookup(key)
	switch {
	case kind == messageParameter || kind == relayParameter:
		return append(pairs, pair{key, value}), ""
	case name != "" && (key == "" || key == "value"):
		return append(pairs, pair{name, value}), ""
	case key == "" || key == "name":
		if _, kind := lookup(string(value[:min(len(value), 33)])); kind == messageParameter || kind == relayParameter {
			return pairs, string(value)
		}
	}
	if len(value) >= 16 {
		c.string(value, from)
	}
	return pairs, name
}

// string looks for a message in a string of JSON or a text body.
func (c *collector) string(value []byte, from carrier) {
	if urlStart.Match(value) {
		c.url(string(value), from)
		return
	}
	c.scan(value, from, 1)
}

// jsonString gives the inside of the string at text[i] == '"' and the offset
// after it; a string that does not end goes to the end of the text.
func jsonString(text []byte, i int) ([]byte, int) {
	start := i + 1
	for i = start; i < len(text); i++ {
		n := bytes.IndexByte(text[i:], '"')
		if n < 0 {
			break
		}
		i += n
		slashes := 0
		for j := i - 1; j >= start && text[j] == '\\'; j-- {
			slashes++
		}
		if slashes%2 == 0 {
			return text[start:i], i + 1
		}
	}
	return text[start:], len(text)
}
