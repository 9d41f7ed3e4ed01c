package trace

import (
	"bytes"
	"strings"

	"github.com/ssodoctor/ssodoctor/internal/lazyregexp"
)

var (
	rawRequestLine = lazyregexp.New(`^[A-Z]{3,16} (?:https?://|/)\S*(?: HTTP/[0-9.]{1,3}[ \t]*(?:\r?\n|$)|[ \t]*\r?\n[A-Za-z][A-Za-z0-9-]{1,40}: )`)
	rawStatusLine  = lazyregexp.New(`^HTTP/[0-9.]{1,3} [1-5][0-9]{2}(?:[ \t][^\r\n]{0,200})?(?:\r?\n|$)`)
)

// isRawHTTP knows a text that begins with the first line of an HTTP message.
func isRawHTTP(head []byte) bool {
	return startsRaw(head) || rawConnectLine.Match(head)
}

var rawConnectLine = lazyregexp.New(`^CONNECT [^\s:]+:[0-9]+ HTTP/[0-9.]{1,3}[ \t]*\r?\n`)

func startsRaw(text []byte) bool {
	head := text[:min(len(text), maxURL)]
	if len(head) < 12 {
		return false
	}
	if head[0] == 'H' && rawStatusLine.Match(head) {
		return true
	}
	word, _, _ := bytes.Cut(head[:min(len(head), 9)], []byte(" "))
	return isMethod(string(word)) && (rawRequestLine.Match(head) || rawConnectLine.Match(head))
}

// readRawHTTP reads HTTP messages that follow one another in a text, as
// "Follow stream" of Wireshark and copies from a proxy have them. A response
// belongs to the request before it.
func (c *collector) readRawHTTP(text []byte) {
	p := pairer{collector: c, lines: lineCounter{text: text}}
	at := 0
	if bytes.HasPrefix(text, []byte("\ufeff")) {
		at = 3
	}
	for at < len(text) {
		end := rawEnd(text, at)
		p.message(text[at:end], at, end)
		at = end
	}
	p.flush()
}

// rawEnd finds the end of the message at an offset: by its Content-Length
// where the next message begins there, else at the next line that starts one.
// A text that lost the CR of its line ends has shorter bodies.
func rawEnd(text []byte, at int) int {
	m := parseRaw(text[at:])
	body := len(text) - len(m.body)
	n := min(atoi([]byte(m.value("content-length"))), len(m.body))
	for lost := bytes.Count(m.body[:n], []byte("\n")); n > 0 && lost >= 0; lost-- {
		if rest := text[body+n-lost:]; startsRaw(rest) || len(rest) == 0 {
			return body + n - lost
		}
	}
	return nextStart(text, body)
}

// nextStart is where the next message begins, at this offset or at the start
// of a line after it.
func nextStart(text []byte, at int) int {
	for {
		if at >= len(text) || startsRaw(text[at:]) {
			return min(at, len(text))
		}
		n := bytes.IndexByte(text[at:], '\n')
		if n < 0 {
			return len(text)
		}
		at += n + 1
	}
}

// pairer puts raw requests and responses together.
type pairer struct {
	*collector
	lines lineCounter
	open  *entry // a request that has no response yet
	// plain reports whether what was sent to a host, at an offset of the text,
	// went without encryption; nil where nothing is known of that.
	plain func(host string, at int) bool
}

func (p *pairer) message(raw []byte, start, end int) {
	m := parseRaw(raw)
	if status := m.status(); status > 0 {
		if status < 200 {
			return // an interim response, the real one follows
		}
		if p.open == nil {
			p.open = &entry{span: p.lines.span(start, end), hasBody: true}
		}
		p.open.span.End = end
		p.takeResponse(p.open, m)
		p.flush()
		return
	}
	if method, _ := m.requestLine(); method == "" {
		return
	}
	p.flush()
	p.open = &entry{span: p.lines.span(start, end)}
	p.takeRequest(p.open, m)
	if p.plain != nil && p.plain(m.value("host"), start) {
		p.open.url = strings.Replace(p.open.url, "https://", "http://", 1)
	}
}

func (p *pairer) flush() {
	if p.open != nil {
		p.exchange(p.open)
	}
	p.open = nil
}
