package trace

import (
	"bufio"
	"bytes"
	"fmt"
	"strings"
)

// isCharles knows a JSON session of Charles by members that only it has.
func isCharles(head []byte) bool {
	head = head[:min(len(head), 4096)]
	return bytes.HasPrefix(head, []byte("[")) && bytes.Contains(head, []byte(`"scheme"`)) &&
		(bytes.Contains(head, []byte(`"actualPort"`)) || bytes.Contains(head, []byte(`"protocolVersion"`)) && bytes.Contains(head, []byte(`"tunnel"`)))
}

// charlesExchange is what a session says beside an entry of a HAR file.
type charlesExchange struct {
	entry
	scheme, host, path, query string
	port                      int
	asked, answered           rawHTTP
}

// readCharles reads a JSON session of Charles (.chlsj): an array of exchanges,
// with bodies as text or in Base64.
func (c *collector) readCharles(src *bufio.Reader) error {
	h := harReader{c, newJSONStream(src)}
	h.skipMark(src)
	h.s.array(h.charlesItem)
	return h.finish("the Charles session")
}

func (h *harReader) charlesItem() {
	s := h.s
	s.next()
	e := charlesExchange{}
	e.span = s.here()
	s.object(func(key string) { h.charlesMember(&e, key) })
	e.span.End = s.offset()
	if e.host == "" && e.method == "" {
		return
	}
	e.url = e.address()
	e.request, e.response = e.asked.headers, e.answered.headers
	e.body, e.bodyCut = h.plainBody(e.asked, e.url)
	e.content, e.contentCut = h.plainBody(e.answered, e.url)
	e.hasBody = len(e.body) > 0
	h.exchange(&e.entry)
}

func (h *harReader) charlesMember(e *charlesExchange, key string) {
	s := h.s
	switch key {
	case "method":
		e.method = string(s.string(maxWord))
	case "scheme":
		e.scheme = string(s.string(maxWord))
	case "host":
		e.host = string(s.string(maxWord))
	case "path":
		e.path = string(s.string(maxURL))
	case "query":
		e.query = string(s.string(maxURL))
	case "port":
		e.port = s.number()
	case "actualPort":
		if port := s.number(); e.port == 0 {
			e.port = port
		}
	case "times":
		s.object(func(key string) {
			if key == "start" {
				e.started = string(s.string(maxWord))
			} else {
				s.skip()
			}
		})
	case "request":
		s.object(func(key string) { h.charlesPart(&e.asked, &e.status, key) })
	case "response":
		s.object(func(key string) { h.charlesPart(&e.answered, &e.status, key) })
	default:
		s.skip()
	}
}

// charlesPart reads a member of a request or response.
func (h *harReader) charlesPart(m *rawHTTP, status *int, key string) {
	switch key {
	case "status":
		*status = h.s.number()
	case "header":
		h.s.object(func(key string) {
			if key == "headers" {
				m.headers = append(m.headers, h.headersOf(wireHeaders)...)
			} else {
				h.s.skip()
			}
		})
	case "body":
		h.s.object(func(key string) { h.charlesBody(m, key) })
	default:
		h.s.skip()
	}
}

func (h *harReader) charlesBody(m *rawHTTP, key string) {
	switch key {
	case "text":
		m.body, _ = h.s.text(h.maxText(), maxPageHead)
	case "encoded":
		if text, err := decodeBase64(h.s.string(h.maxText())); err == nil {
			m.body = text.data
		}
	default:
		h.s.skip()
	}
}

// address is the URL of the exchange. Where the session does not decrypt a
// tunnel, its host is all that is known.
func (e *charlesExchange) address() string {
	address := e.scheme + "://" + e.host
	if e.port > 0 && !(e.scheme == "https" && e.port == 443) && !(e.scheme == "http" && e.port == 80) {
		address = fmt.Sprintf("%s:%d", address, e.port)
	}
	address += e.path
	if strings.TrimPrefix(e.query, "?") != "" {
		address += "?" + strings.TrimPrefix(e.query, "?")
	}
	return address
}
