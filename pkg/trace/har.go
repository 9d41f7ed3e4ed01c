package trace

import (
	"bufio"
	"bytes"
	"fmt"

	"github.com/ssodoctor/ssodoctor/internal/lazyregexp"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

var harKey = lazyregexp.New(`"(log|entries)"\s*:\s*[\[{]`)

// isHAR knows a HAR file by its first keys.
func isHAR(head []byte) bool {
	return len(head) > 0 && head[0] == '{' && harKey.Match(head)
}

// harReader reads HTTP Archive 1.2 as its producers write it. It goes through
// the file once and holds one entry at a time, of which it holds bodies only
// where they have a marker.
type harReader struct {
	*collector
	s *jsonStream
}

// header is a header field of a request or response.
type header struct{ name, value string }

// entry is what is wanted of one HAR entry.
type entry struct {
	span                finding.Span
	started             string
	method, url         string
	status              int
	redirect            string
	request, response   []header
	query, params       []pair
	body                []byte // postData.text
	hasBody, withheld   bool
	content             []byte // response.content.text
	decoded             []byte // the message as the tool shows it, for want of better
	mime, encoding      string // response.content
	bodyMime            string // postData.mimeType
	bodyEncoding        string // "base64", which some tools say of the text as HAR has it for responses
	bodyCut, contentCut bool
}

// The longest values that are kept of an entry. A cut URL is reported.
const (
	maxURL    = 1 << 20
	maxHeader = 64 << 10
	maxWord   = 256
)

func (c *collector) readHAR(src *bufio.Reader) error {
	h := harReader{c, newJSONStream(src)}
	h.skipMark(src)
	h.s.object(h.member(1))
	return h.finish("the HAR file")
}

// finish reports a file that ends early or is damaged.
func (h *harReader) finish(file string) error {
	if h.s.readErr != nil {
		return h.s.readErr
	}
	if h.s.broken {
		at := h.s.here()
		what := "is no JSON any more"
		if h.s.eof && h.s.pos >= h.s.end {
			what = "ends before it is complete"
		}
		h.capture.Problems = append(h.capture.Problems, finding.Problem{
			Check: "input-truncated", Severity: finding.Error,
			Detail:   fmt.Sprintf("%s %s, after %d bytes; the exchanges before that were read. Export it again", file, what, at.Offset),
			Location: finding.Location{Span: at},
		})
	}
	return nil
}

// skipMark passes over a byte order mark.
func (h *harReader) skipMark(src *bufio.Reader) {
	if mark, _ := src.Peek(3); bytes.Equal(mark, []byte("\ufeff")) {
		n, _ := src.Discard(3)
		h.s.base = int64(n)
	}
}

// maxHARDepth is how deep "entries" may stand: at the top, in "log", or with
// one more object around that.
const maxHARDepth = 3

// member reads a member of an object that is no entry.
func (h *harReader) member(depth int) func(key string) {
	return func(key string) {
		switch {
		case key == "entries":
			h.s.array(h.entry)
		case depth < maxHARDepth && h.s.next() == '{':
			h.s.object(h.member(depth + 1))
		default:
			h.s.skip()
		}
	}
}

func (h *harReader) entry() {
	s := h.s
	s.next()
	e := entry{span: s.here()}
	s.object(func(key string) { h.entryMember(&e, key) })
	e.span.End = s.offset()
	if e.url != "" || e.method != "" || e.status != 0 || !s.broken {
		h.exchange(&e)
	}
}

func (h *harReader) entryMember(e *entry, key string) {
	switch key {
	case "startedDateTime":
		e.started = string(h.s.string(maxWord))
	case "request":
		h.s.object(func(key string) { h.request(e, key) })
	case "response":
		h.s.object(func(key string) { h.response(e, key) })
	default:
		h.s.skip()
	}
}

func (h *harReader) request(e *entry, key string) {
	switch key {
	case "method":
		e.method = string(h.s.string(maxWord))
	case "url":
		e.url = string(h.s.string(maxURL))
	case "headers":
		e.request = h.headers()
	case "queryString":
		e.query = h.pairs()
	case "postData":
		h.s.object(func(key string) { h.postData(e, key) })
	default:
		h.s.skip()
	}
}

func (h *harReader) postData(e *entry, key string) {
	switch key {
	case "text":
		e.hasBody = true
		e.body, e.bodyCut = h.s.text(h.maxText(), 0)
	case "mimeType":
		e.bodyMime = string(h.s.string(maxWord))
	case "encoding", "_encoding":
		e.bodyEncoding = string(h.s.string(maxWord))
	case "params":
		e.params = h.pairs()
	case "comment": // Firefox says here that it left the body out
		e.withheld = len(h.s.string(maxWord)) > 0
	default:
		h.s.skip()
	}
}

func (h *harReader) response(e *entry, key string) {
	switch key {
	case "status":
		e.status = h.s.number()
	case "headers":
		e.response = h.headers()
	case "redirectURL":
		e.redirect = string(h.s.string(maxURL))
	case "content":
		h.s.object(func(key string) { h.content(e, key) })
	default:
		h.s.skip()
	}
}

func (h *harReader) content(e *entry, key string) {
	switch key {
	case "text":
		if isAsset(mediaType(e.mime)) {
			h.s.skip()
			return
		}
		e.content, e.contentCut = h.s.text(h.maxText(), h.sample(e))
	case "mimeType":
		e.mime = string(h.s.string(maxWord))
	case "encoding":
		e.encoding = string(h.s.string(maxWord))
	default:
		h.s.skip()
	}
}

// sample is how much is read of a page without messages: enough for its words
// where it refuses, answers a message, or is one of AD FS.
func (c *collector) sample(e *entry) int {
	if e.status >= 400 || e.method == "POST" || c.following > 0 || isADFS(e.url) {
		return maxPageHead
	}
	return 0
}

// maxText is how long a body may be that holds the largest message, in Base64
// and escaped.
func (c *collector) maxText() int { return c.limits.Message * 8 / 5 }

// wantedHeaders are the headers that exchanges are told by, in lower case.
var wantedHeaders = map[string]bool{
	"location": true, "date": true, "age": true, "content-type": true, "set-cookie": true, "cookie": true, "referer": true,
}

// headers reads a list of {"name", "value"} objects, of [name, value] arrays,
// or an object of names.
func (h *harReader) headers() []header { return h.headersOf(nil) }

// headersOf reads the wanted headers and some more.
func (h *harReader) headersOf(more map[string]bool) []header {
	var out []header
	h.named(maxHeader, maxHeader, func(name []byte) bool {
		key := bytes.ToLower(name[:min(len(name), 32)])
		return wantedHeaders[string(key)] || more[string(key)]
	}, func(name string, value []byte) {
		out = append(out, header{string(bytes.ToLower([]byte(name))), string(value)})
	})
	return out
}

// pairs reads the parameters that matter in the same three forms.
func (h *harReader) pairs() []pair {
	var out []pair
	h.named(maxHeader, h.maxText(), func(name []byte) bool {
		_, kind := lookup(string(name[:min(len(name), 64)]))
		return kind != otherParameter
	}, func(name string, value []byte) {
		out = append(out, pair{name, bytes.Clone(value)})
	})
	return out
}

// maxNamed bounds a list of names and values.
const maxNamed = 1000

func (h *harReader) named(early, limit int, wanted func([]byte) bool, use func(string, []byte)) {
	s, n := h.s, 0
	pass := func(name string, read func(limit int) []byte) {
		if n < maxNamed && wanted([]byte(name)) {
			n++
			use(name, read(limit))
			return
		}
		s.skip()
	}
	if s.next() == '{' {
		s.object(func(key string) { pass(key, s.string) })
		return
	}
	s.array(func() {
		if s.next() == '[' {
			h.couple(pass)
			return
		}
		h.nameValue(early, pass, use, wanted)
	})
}

// couple reads [name, value].
func (h *harReader) couple(pass func(string, func(int) []byte)) {
	name, at := "", 0
	h.s.array(func() {
		if at++; at == 1 {
			name = string(h.s.string(maxWord))
		} else {
			pass(name, h.s.string)
		}
	})
}

// nameValue reads {"name", "value"}, in either order.
func (h *harReader) nameValue(early int, pass func(string, func(int) []byte), use func(string, []byte), wanted func([]byte) bool) {
	name, named := "", false
	var before []byte // a value that came before its name
	h.s.object(func(key string) {
		switch {
		case key == "name" && before != nil:
			if name = string(h.s.string(maxWord)); wanted([]byte(name)) {
				use(name, before)
			}
		case key == "name":
			name, named = string(h.s.string(maxWord)), true
		case key == "value" && named:
			pass(name, h.s.string)
		case key == "value":
			before = bytes.Clone(h.s.string(early))
		default:
			h.s.skip()
		}
	})
}
