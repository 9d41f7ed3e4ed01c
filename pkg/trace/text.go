package trace

import (
	"bytes"
	"html"
	"slices"

	"github.com/ssodoctor/ssodoctor/internal/lazyregexp"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// bare is the carrier of a text that is no exchange.
func bare() carrier { return carrier{exchange: -1, place: Text} }

// readXML reads a file of one or several documents. One document keeps every
// byte of the file.
func (c *collector) readXML(text []byte) {
	if order := utf16Order(text); order != nil {
		if plain := fromUTF16(text, order); len(splitXML(plain, 2)) > 1 {
			text = plain
		} else {
			c.document(text, bare())
			return
		}
	}
	if isQuotedPrintable(text) {
		c.readText(text)
		return
	}
	docs := splitXML(text, c.limits.Messages+1)
	if c.nested > 0 && !slices.ContainsFunc(docs, func(d xmlSpan) bool { return messageRoots[d.localName()] }) {
		return // of the files in an archive, not every XML is meant as a message
	}
	if len(docs) != 1 {
		for _, doc := range docs {
			c.document(text[doc.start:doc.end], bare())
		}
		return
	}
	var repaired []finding.Problem
	if trimmed := bytes.TrimLeft(text, " \t\r\n\x00"); len(trimmed) < len(text) && bytes.HasPrefix(trimmed, []byte("<?xml")) {
		repaired = append(repaired, finding.Problem{Check: "input-repaired", Severity: finding.Info, Detail: "white space before the XML declaration was removed"})
		text = trimmed
	}
	c.document(text, bare(), repaired...)
}

// splitXML finds documents that follow one another. What trails the last one
// without being a document is part of it: the XML reader will say so.
//
// At most limit are found.
func splitXML(text []byte, limit int) []xmlSpan {
	var out []xmlSpan
	for i := 0; len(out) < limit; {
		lt := bytes.IndexByte(text[i:], '<')
		if lt < 0 {
			break
		}
		doc := scanDocument(text, i+lt)
		if doc.root == "" && len(out) > 0 {
			out[len(out)-1].end = doc.end
		} else {
			out = append(out, doc)
		}
		i = doc.end
	}
	return out
}

func (c *collector) readHTML(text []byte) {
	if c.page(text, bare()) == 0 {
		c.scan(text, bare(), 0)
	}
}

// page takes the messages out of the forms of a page.
func (c *collector) page(text []byte, from carrier) int {
	found := 0
	for _, f := range parseForms(text) {
		if !hasMessage(f.fields) {
			continue
		}
		found++
		target := from
		target.place, target.method, target.quiet = ResponsePage, f.method, false
		if f.method == "" {
			target.method = "POST" // pages that leave it out are pasted parts of one
		}
		target.url = resolveURL(from.url, f.action)
		c.parameters(f.fields, target)
	}
	return found
}

func hasMessage(pairs []pair) bool {
	for _, p := range pairs {
		if _, kind := lookup(p.name); kind == messageParameter {
			return true
		}
	}
	return false
}

// readURLs reads URLs, each starting a line; a line that starts none belongs
// to the one before.
func (c *collector) readURLs(text []byte) {
	c.eachRecord(text, isURL, func(url []byte) { c.url(string(url), bare()) })
}

// url takes the messages out of the query of a URL.
func (c *collector) url(raw string, from carrier) {
	_, query := splitURL(raw)
	pairs := parseForm([]byte(query))
	from.url, from.rawQuery, from.method = withoutMessage(raw), query, "GET"
	c.parameters(pairs, from)
}

// readForms reads form bodies or queries, each starting a line. Without the
// "?" of a query the compression of the message tells which it is.
func (c *collector) readForms(text []byte) {
	if isQuotedPrintable(text) {
		c.readText(text)
		return
	}
	c.eachRecord(text, isForm, func(body []byte) {
		from := bare()
		if bytes.HasPrefix(body, []byte("?")) {
			from.method = "GET"
		}
		body = bytes.TrimLeft(body, "?&")
		from.rawQuery = string(body)
		c.parameters(parseForm(body), from)
	})
}

// eachRecord cuts a text at the lines that start a record. Lines that do not
// are joined to the one before, as editors and mail wrap long lines.
func (c *collector) eachRecord(text []byte, starts func([]byte) bool, read func([]byte)) {
	var record []byte
	flush := func() {
		if record = bytes.Trim(record, " \t\r\n\"'<>"); len(record) > 0 {
			read(record)
		}
		record = nil
	}
	for line := range bytes.Lines(bytes.TrimPrefix(text, []byte("\ufeff"))) {
		line = bytes.TrimSpace(line)
		if starts(line) {
			flush()
		}
		record = append(record, line...)
	}
	flush()
}

// maxWrapWidth is how long lines are into which tools wrap Base64. A line of
// that length that no longer line follows is a piece of a value, whatever it
// decodes to: many a piece of XML looks like a document.
const maxWrapWidth = 200

// readValues reads encoded values: one, over as many lines as it likes, or
// several that each stand on a line.
func (c *collector) readValues(text []byte) {
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	var pending []byte
	from := bare()
	from.quiet = c.nested > 0 // any word in a file of an archive
	flush := func() {
		if len(bytes.TrimSpace(pending)) > 0 {
			c.value("", pending, from, Sighting{}, nil, 0)
		}
		pending = nil
	}
	width := 0 // of the line before
	for line := range bytes.Lines(text) {
		word := bytes.TrimSpace(line)
		wrapped := width <= maxWrapWidth && len(word) <= width
		if len(pending) > 0 && len(word) > 0 && !wrapped && c.wholeValue(word) || len(word) == 0 && c.wholeValue(bytes.TrimSpace(pending)) {
			flush()
		}
		pending, width = append(pending, line...), len(word)
	}
	flush()
}

// wholeValue reports whether a line alone decodes to a complete document.
func (c *collector) wholeValue(line []byte) bool {
	if len(line) < 64 {
		return false
	}
	d, err := c.limits.decodeValue(line, 0)
	return err == nil && !d.has("input-truncated")
}

// readText looks for messages in any text: a log, an e-mail, a terminal.
func (c *collector) readText(text []byte) {
	from := bare()
	text, from.repaired = c.tidy(bytes.TrimPrefix(text, []byte("\ufeff")))
	if c.scan(text, from, 0) > 0 {
		return
	}
	if bytes.Count(text, []byte("\n")) < 2 || len(text) < 4096 {
		if m := maskOf(text); m != nil && m.shape != nil {
			c.problem(-1, "input-masked", finding.Error, "%s", m.explain("the message", text))
		}
	}
}

// maxScanDepth is how deep messages are looked for in texts inside texts: a
// page in a JSON string in a log line.
const maxScanDepth = 3

// scan finds messages in a text and says how many it saw.
func (c *collector) scan(text []byte, from carrier, depth int) int {
	found := 0
	if isXMLStart(text) && !isHTML(text) {
		if docs := splitXML(text, 2); len(docs) == 1 && docs[0].complete && messageRoots[docs[0].localName()] {
			c.document(text, from)
			return 1
		}
	}
	if hasMarker(text) {
		found += c.page(text, from)
		if found == 0 {
			found += c.runs(text, from)
		}
	}
	found += c.documents(text, from)
	if found == 0 {
		found += c.words(text, from)
	}
	if found == 0 && depth < maxScanDepth && escapedXML.Match(text) {
		for _, undo := range []func([]byte) []byte{stripEntities, stripJSONEscapes, stripPercent} {
			if plain := undo(text); plain != nil {
				return c.scan(plain, from, depth+1)
			}
		}
	}
	return found
}

var escapedXML = lazyregexp.New(`(?i)&lt;|&#60;|&#x3c;|\\u003c|\\"|%3C`)

// runs finds parameters written as name=value or name: value.
func (c *collector) runs(text []byte, from carrier) int {
	found, done := 0, 0
	for {
		at := markerName.FindSubmatchIndex(text[done:])
		if at == nil {
			return found
		}
		start, valueStart := done+at[2], done+at[1]
		name := string(text[start : done+at[3]])
		separator := text[done+at[3] : valueStart]
		if bytes.HasPrefix(separator, []byte("=")) && len(separator) == 1 {
			runStart, runEnd := runAround(text, done, start, valueStart)
			runEnd = c.pastBlanks(text, valueStart, runEnd)
			found += c.run(text[runStart:runEnd], from)
			done = runEnd
			continue
		}
		end := c.pastBlanks(text, valueStart, valueEnd(text, valueStart, separator))
		canonical, _ := lookup(name)
		value, quietly := text[valueStart:end], from
		quietly.quiet = from.quiet || len(value) < minValue // "SAMLResponse: invalid"
		if len(value) > 0 && c.value(canonical, value, quietly, Sighting{}, nil, 0) {
			found++
		}
		done = max(end, valueStart)
	}
}

// pastBlanks gives the end of a value whose plus signs have become blanks, as in
// logs that write the decoded parameter: where the value is cut at a blank and
// the words behind it make it whole. Any other end stays as it is.
func (c *collector) pastBlanks(text []byte, start, end int) int {
	if end >= len(text) || text[end] != ' ' || end-start < minBlanked || c.wholeValue(text[start:end]) {
		return end
	}
	stop := end
	for stop < len(text) && (base64Symbols[text[stop]] < 0x80 || text[stop] == ' ') {
		stop++
	}
	for stop < len(text) && text[stop] == '=' {
		stop++
	}
	d, err := c.limits.decodeValue(text[start:stop], 0)
	if err != nil || d.compression == notCompressed && utf16Order(d.xml) != nil {
		return end
	}
	doc := scanDocument(d.xml, bytes.IndexByte(d.xml, '<'))
	switch {
	case !doc.complete:
		return end
	case d.compression != notCompressed:
		return stop
	}
	return min(stop, start+(doc.end+2)/3*4)
}

// minBlanked is how much of a value stands before the first blank at least: "PHNh"
// and more.
const minBlanked = 8

// minValue is the shortest value that looks like a message rather than a word.
const minValue = 64

// markerName finds a message parameter and what stands between it and its
// value: "=", ": ", "\" => \"", "%3D".
var markerName = lazyregexp.New(`(?i)\b(SAMLResponse|SAMLRequest|wresult)(?:=|\\?["']?\s{0,3}(?:=>|[:=]|%3D|&#61;|\]\s?=>)\s{0,40}\\?["'“]?)`)

// run reads the form body or URL that a text holds.
func (c *collector) run(run []byte, from carrier) int {
	if bytes.Contains(run, []byte("&amp;")) { // a link in a page
		run = []byte(html.UnescapeString(string(run)))
	}
	if q := bytes.IndexByte(run, '?'); q >= 0 && markerName.Match(run[q:]) {
		before := len(c.capture.Messages)
		c.url(string(run), from)
		return max(1, len(c.capture.Messages)-before)
	}
	c.parameters(parseForm(run), from)
	return 1
}

// runAround widens a parameter to the unbroken run of form characters that it
// stands in, and over line ends where a long run goes on.
func runAround(text []byte, floor, start, end int) (int, int) {
	for start > floor && isRunByte(text[start-1]) {
		start--
	}
	for line := start; end < len(text); {
		if isRunByte(text[end]) {
			end++
			continue
		}
		next := nextLine(text, end)
		if next < 0 || end-line < 60 || text[end-1] == '=' || !continues(text[next:], end-line) {
			break
		}
		line, end = next, next
	}
	return start, end
}

// nextLine gives where the line after the line end at i has its first word, -1
// where no line ends at i or the next one is empty.
func nextLine(text []byte, i int) int {
	rest, cr := bytes.CutPrefix(text[i:], []byte("\r"))
	rest, lf := bytes.CutPrefix(rest, []byte("\n"))
	rest = bytes.TrimLeft(rest, " \t")
	if !cr && !lf || len(rest) == 0 {
		return -1
	}
	return len(text) - len(rest)
}

// continues reports whether a line goes on with a wrapped value: one word, no
// longer than the line before.
func continues(text []byte, width int) bool {
	n := 0
	for n < len(text) && isRunByte(text[n]) && text[n] != '?' && text[n] != ':' {
		n++
	}
	return n > 0 && n <= width && (n == len(text) || text[n] == '\r' || text[n] == '\n')
}

func isRunByte(c byte) bool {
	return c > ' ' && c < 0x7f && c != '"' && c != '\'' && c != '<' && c != '>' && c != '`' && c != '\\' && c != '{' && c != '}' && c != '|'
}

// valueEnd finds the end of a value by what opened it: its quote, or the first
// byte that cannot belong to it.
func valueEnd(text []byte, i int, separator []byte) int {
	rest := text[i:]
	if q := separator[len(separator)-1]; q == '"' || q == '\'' {
		end := bytes.IndexByte(rest, q)
		if end < 0 {
			return len(text)
		}
		for end > 0 && rest[end-1] == '\\' {
			end-- // \"name\": \"value\"
		}
		return i + end
	}
	if isXMLStart(rest) {
		return scanDocument(text, i).end
	}
	_, end := runAround(text, i, i, i)
	return end
}

// word finds Base64 that decodes to '<' and a letter, '?' or '!': long enough
// to be a message.
var word = lazyregexp.New(`(?:77u/)?P(?:[DEFGHI])[A-Za-z0-9+/_-]{62}[A-Za-z0-9+/=_-]*`)

// words finds values in a text that nothing announces.
func (c *collector) words(text []byte, from carrier) int {
	found, done := 0, 0
	for _, at := range word.FindAllIndex(text, c.limits.Messages) {
		if at[0] < done || at[0] > 0 && base64Symbols[text[at[0]-1]] < 0x80 {
			continue
		}
		_, end := runAround(text, at[0], at[0], at[1])
		value := text[at[0]:end]
		if _, err := c.limits.decodeValue(value, 0); err != nil {
			continue
		}
		if c.value("", value, from, Sighting{}, nil, 0) {
			found, done = found+1, end
		}
	}
	return found
}
