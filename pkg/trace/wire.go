package trace

import (
	"bytes"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/ssodoctor/ssodoctor/internal/lazyregexp"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// rawHTTP is one request or response as it went over the wire.
type rawHTTP struct {
	start   string // request line or status line
	headers []header
	body    []byte
}

// wireHeaders are the headers that the reading of a raw message needs beside
// wantedHeaders, in lower case.
var wireHeaders = map[string]bool{
	"host": true, "content-length": true, "content-encoding": true, "transfer-encoding": true,
}

// maxHead is where the head of a raw message ends at the latest.
const maxHead = 1 << 20

// parseRaw splits a raw message into start line, headers and body (RFC 9112,
// section 2). Lines may end in LF alone, and the line between head and body
// may hold blanks, as copies by hand have it.
func parseRaw(data []byte) rawHTTP {
	var m rawHTTP
	line, at := nextRawLine(data, len(data)-len(bytes.TrimLeft(data, "\r\n")))
	m.start = string(line[:min(len(line), maxURL)])
	for at < len(data) && at < maxHead {
		if line, at = nextRawLine(data, at); len(line) == 0 {
			break
		}
		m.header(line)
	}
	m.body = data[at:]
	return m
}

// nextRawLine gives the line at an offset without its white space, and the
// offset after it.
func nextRawLine(data []byte, at int) ([]byte, int) {
	end := len(data)
	if n := bytes.IndexByte(data[at:], '\n'); n >= 0 {
		end = at + n + 1
	}
	return bytes.TrimSpace(data[at:end]), end
}

// header keeps a header field that is wanted.
func (m *rawHTTP) header(line []byte) {
	name, value, found := bytes.Cut(line, []byte(":"))
	if !found || len(name) > 32 || len(m.headers) >= maxNamed {
		return
	}
	key := string(bytes.ToLower(bytes.TrimSpace(name)))
	if wantedHeaders[key] || wireHeaders[key] {
		m.headers = append(m.headers, header{key, string(bytes.TrimSpace(value[:min(len(value), maxHeader)]))})
	}
}

func (m *rawHTTP) value(name string) string { return headerValue(m.headers, name) }

// requestLine gives method and target; the method is empty where the start
// line is that of no request.
func (m *rawHTTP) requestLine() (method, target string) {
	method, rest, _ := strings.Cut(m.start, " ")
	target, version, _ := strings.Cut(strings.TrimSpace(rest), " ")
	if target == "" || version != "" && !strings.HasPrefix(strings.TrimSpace(version), "HTTP/") || !isMethod(method) {
		return "", ""
	}
	return method, target
}

// methods are those of RFC 9110 section 9, and what sign-ins and shares use
// beside them.
var methods = map[string]bool{
	"GET": true, "POST": true, "HEAD": true, "PUT": true, "DELETE": true, "CONNECT": true,
	"OPTIONS": true, "TRACE": true, "PATCH": true, "PROPFIND": true, "REPORT": true, "SEARCH": true,
}

func isMethod(word string) bool { return methods[word] }

// status gives the code of a status line, 0 where it is none.
func (m *rawHTTP) status() int {
	version, rest, _ := strings.Cut(m.start, " ")
	code, _, _ := strings.Cut(strings.TrimSpace(rest), " ")
	if !strings.HasPrefix(version, "HTTP/") || len(code) != 3 {
		return 0
	}
	return atoi([]byte(code))
}

// absoluteURL is what a request goes to. A target without scheme says nothing
// of encryption: it counts as https unless its port is 80.
func absoluteURL(target, host string) string {
	if strings.HasPrefix(target, "http://") || strings.HasPrefix(target, "https://") || host == "" {
		return target
	}
	if plain, found := strings.CutSuffix(host, ":80"); found {
		return "http://" + plain + target
	}
	return "https://" + strings.TrimSuffix(host, ":443") + target
}

// takeRequest fills in what the raw request says.
func (c *collector) takeRequest(e *entry, m rawHTTP) {
	method, target := m.requestLine()
	e.method, e.request = method, m.headers
	if method == "CONNECT" {
		e.url = "https://" + strings.TrimSuffix(target, ":443") + "/"
	} else if method != "" {
		e.url = absoluteURL(target, m.value("host"))
	}
	e.body, e.bodyCut = c.plainBody(m, e.url)
	e.hasBody = len(e.body) > 0 || method != "POST" || m.value("content-length") == "0"
}

// takeResponse fills in what the raw response says.
func (c *collector) takeResponse(e *entry, m rawHTTP) {
	if e.status = m.status(); e.status == 0 {
		return
	}
	e.response = m.headers
	e.content, e.contentCut = c.plainBody(m, e.url)
}

// plainBody undoes transfer and content codings (RFC 9112 section 7.1, RFC
// 9110 section 8.4), each only where the bytes have it: many tools keep the
// headers of what they have decoded already. Scripts and images are left out.
func (c *collector) plainBody(m rawHTTP, url string) (body []byte, cut bool) {
	if isAsset(mediaType(m.value("content-type"))) {
		return nil, false
	}
	body = m.body
	if strings.Contains(strings.ToLower(m.value("transfer-encoding")), "chunked") {
		if joined, ok := joinChunks(body); ok {
			body = joined
		}
	}
	codings := strings.Fields(strings.ReplaceAll(strings.ToLower(m.value("content-encoding")), ",", " "))
	for _, coding := range slices.Backward(codings[max(0, len(codings)-maxWrapped):]) {
		out, err := c.uncoded(body, coding)
		if c.kind.variant == "ascii" && isDotted(out) {
			err = errNoDecoder
		}
		if errors.Is(err, errTooLarge) {
			return nil, true
		}
		if err != nil {
			c.unread(coding, mediaType(m.value("content-type")), url)
			return nil, false
		}
		body = out
	}
	if limit := c.maxText(); len(body) > limit {
		return body[:limit], true
	}
	return body, false
}

// contentCodings are those that are read (RFC 9110 section 8.4.1, RFC 7932, RFC
// 8878).
var contentCodings = map[string]compression{
	"gzip": gzipWrapped, "x-gzip": gzipWrapped, "deflate": zlibWrapped, "br": brotliCoded, "zstd": zstdCoded,
}

// uncoded undoes one content coding. What does not have it any more is given
// as it is.
func (c *collector) uncoded(body []byte, coding string) ([]byte, error) {
	kind, known := contentCodings[coding]
	switch {
	case coding == "identity", coding == "none", len(body) == 0, isPlain(body):
		return body, nil
	case !known:
		return nil, errNoDecoder
	case kind == gzipWrapped && !bytes.HasPrefix(body, []byte{0x1f, 0x8b}):
		return body, nil
	case kind == zlibWrapped && !isZlib(body):
		kind = rawDeflate // as many servers understand "deflate"
	}
	out, _, err := c.limits.inflateAs(kind, body)
	if err != nil && !errors.Is(err, errTooLarge) && len(out) > 0 {
		err = nil // a body that is cut gives what there is
	}
	return out, err
}

// isDotted tells what a plain trace leaves of bytes: a dot for each that is not
// printable, which are most.
func isDotted(text []byte) bool {
	head := text[:min(len(text), 256)]
	return len(head) > 0 && bytes.Count(head, []byte(".")) > len(head)/4
}

var errNoDecoder = errors.New("a content coding that is not read")

// isPlain reports whether bytes are text rather than compressed.
func isPlain(body []byte) bool {
	head := body[:min(len(body), 512)]
	return !hasControl(head) && bytes.Count(head, []byte{0xff}) == 0 && !bytes.ContainsRune(bytes.ToValidUTF8(head[:max(0, len(head)-3)], []byte("\ufffd")), '\ufffd')
}

// joinChunks undoes the chunked transfer coding. It reports false where the
// body is not in chunks; of a cut one it gives what there is.
func joinChunks(body []byte) ([]byte, bool) {
	var out []byte
	for first := true; ; first = false {
		line, rest, found := bytes.Cut(body[:min(len(body), 256)], []byte("\n"))
		size, _, _ := strings.Cut(strings.TrimSpace(string(line)), ";")
		n, err := strconv.ParseUint(strings.TrimSpace(size), 16, 31)
		if !found || err != nil {
			return out, !first
		}
		if n == 0 {
			return out, true
		}
		body = body[min(len(body), 256)-len(rest):]
		if uint64(len(body)) <= n {
			return append(out, body...), true
		}
		out = append(out, body[:n]...)
		body = bytes.TrimPrefix(body[n:], []byte("\r"))
		body = bytes.TrimPrefix(body, []byte("\n"))
	}
}

// unreadBodies counts the bodies in one content coding that is not read.
type unreadBodies struct {
	coding, host string // host of the first
	count        int
}

var messageMedia = lazyregexp.New(`html|xml|json|form|text/plain`)

// unread notes a body that may hold a message and could not be read.
func (c *collector) unread(coding, mediaType, url string) {
	if !messageMedia.MatchString(mediaType) {
		return
	}
	for i := range c.bodies {
		if c.bodies[i].coding == coding {
			c.bodies[i].count++
			return
		}
	}
	if len(c.bodies) < 4 {
		c.bodies = append(c.bodies, unreadBodies{cutText(coding, 16), cutText(hostOf(url), 128), 1})
	}
}

// reportUnread says once what could not be read.
func (c *collector) reportUnread() {
	for _, b := range c.bodies {
		c.problem(-1, "input-unread", finding.Info, "bodies that are compressed with %q are not read (%d with pages or data, the first of %s): a message that is in one of them alone is not seen; %s", b.coding, b.count, finding.Quote(b.host), formatOf(c.capture.Format).uncompressed())
	}
}
