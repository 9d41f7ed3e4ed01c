package trace

import (
	"bufio"

	"github.com/ssodoctor/ssodoctor/internal/lazyregexp"
)

var chromePanelKey = lazyregexp.New(`^\{\s*"[0-9]{1,12}"\s*:\s*\{\s*"(request|response|saml|startedDateTime|_|id|cache|connection|pageref|serverIPAddress|time|timings|cookies|headers|postData)[^"]{0,32}"\s*:`)

// isChromePanel knows an export of the browser extension SAML Chrome Panel: an
// object of HAR entries under numbers.
func isChromePanel(head []byte) bool { return head[0] == '{' && chromePanelKey.Match(head) }

// readChromePanel reads an export of SAML Chrome Panel: entries as in a HAR
// file, each with the decoded message beside it.
func (c *collector) readChromePanel(src *bufio.Reader) error {
	h := harReader{c, newJSONStream(src)}
	h.skipMark(src)
	h.s.object(func(string) { h.panelEntry() })
	return h.finish("the SAML Chrome Panel export")
}

func (h *harReader) panelEntry() {
	s := h.s
	if s.next() != '{' {
		s.skip()
		return
	}
	e := entry{span: s.here()}
	shown := entry{}
	s.object(func(key string) {
		switch key {
		case "saml":
			e.decoded = append([]byte(nil), s.string(h.maxText())...)
		case "request_method":
			shown.method = string(s.string(maxWord))
		case "request_url":
			shown.url = string(s.string(maxURL))
		case "response_status":
			shown.status = s.number()
		default:
			h.entryMember(&e, key)
		}
	})
	e.span.End = s.offset()
	if e.url == "" {
		e.method, e.url, e.status = shown.method, shown.url, shown.status
	}
	if e.url != "" {
		h.exchange(&e)
	}
}
