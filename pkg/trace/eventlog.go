package trace

import (
	"bytes"
	"html"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/idperror"
)

var eventNamespace = []byte("schemas.microsoft.com/win/2004/08/events/event")

// isEventLog knows events of Windows by their namespace.
func isEventLog(head []byte) bool {
	head = head[:min(len(head)&^1, 8192)]
	if order := utf16Order(head); order != nil {
		head = fromUTF16(head, order)
	}
	return isXMLStart(head) && bytes.Contains(head, eventNamespace)
}

// readEventLog reads events of Windows as XML: one, several, or in an Events
// element. An event that holds a message or an error code of an identity
// provider becomes an exchange that has a time and no URL.
func (c *collector) readEventLog(text []byte) {
	if order := utf16Order(text); order != nil {
		text = fromUTF16(text, order)
	}
	lines := lineCounter{text: text}
	for i := 0; i < len(text); {
		lt := bytes.Index(text[i:], []byte("<Event"))
		if lt < 0 {
			return
		}
		i += lt
		if tagName(text[i+1:]) != "Event" {
			i++
			continue
		}
		doc := scanDocument(text, i)
		c.event(text[i:doc.end], lines.span(i, doc.end))
		if i = doc.end; !doc.complete {
			c.problem(-1, "input-truncated", finding.Error, "the event log ends after %d bytes, before its last event is complete", len(text))
		}
	}
}

// event takes one event: what it says of the time, and its texts.
func (c *collector) event(event []byte, span finding.Span) {
	e := entry{span: span}
	var texts [][]byte
	for i := 0; i < len(event); {
		lt := bytes.IndexByte(event[i:], '<')
		if lt < 0 {
			break
		}
		i += lt
		switch name := tagName(event[i+1:]); name {
		case "TimeCreated":
			attrs, end := htmlAttributes(event, i+1+len(name))
			e.started, i = attrs["systemtime"], end
		case "Data", "Message":
			end := tagEnd(event, i+1)
			if end < 0 || event[end-2] == '/' {
				i++
				continue
			}
			value, after := elementText(event, end, name)
			texts = append(texts, value)
			i = after
		default:
			i++
		}
	}
	c.eventTexts(&e, texts)
}

// maxEventErrors is how many error codes are kept of one event.
const maxEventErrors = 5

func (c *collector) eventTexts(e *entry, texts [][]byte) {
	fact := factsOf(e)
	fact.Index = c.capture.ExchangeCount
	from := carrier{exchange: fact.Index, place: Text, time: fact.Time, quiet: true}
	found := 0
	for _, text := range texts {
		if !hasMarker(text) {
			continue
		}
		for _, m := range idperror.Find(text) {
			if len(fact.Errors) < maxEventErrors {
				fact.Errors = append(fact.Errors, m)
			}
		}
		found += c.scan(eventText(text), from, 0)
	}
	if found == 0 && len(fact.Errors) == 0 {
		return
	}
	c.capture.ExchangeCount++
	if c.within != nil {
		fact.Span = *c.within
	}
	c.keep(fact, found > 0)
}

// eventText undoes a second escaping: AD FS writes tokens escaped into texts
// that the log escapes again.
func eventText(text []byte) []byte {
	if bytes.Contains(text, []byte("&lt;")) {
		return []byte(html.UnescapeString(string(text)))
	}
	return text
}
