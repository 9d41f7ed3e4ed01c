package trace

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/ssodoctor/ssodoctor/internal/lazyregexp"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

var tnetstring = lazyregexp.New(`^[0-9]{1,12}:[0-9]{1,9}:[a-z_]{2,20}[;,]`)

// isMitmproxy knows a flow file of mitmproxy: a dictionary in tnetstrings, the
// first key of which is a word.
func isMitmproxy(head []byte) bool { return head[0] >= '0' && head[0] <= '9' && tnetstring.Match(head) }

// tnetStream reads tnetstrings forward: LENGTH ':' PAYLOAD TYPE, where the
// payload of a dictionary or list is tnetstrings again. The type stands behind
// the payload, so the caller reads what it expects there; a value of another
// type gives nothing. What does not fit is broken: every further read gives
// nothing.
type tnetStream struct {
	r       *bufio.Reader
	offset  int64
	broken  bool
	readErr error
}

func (t *tnetStream) fail(err error) {
	if t.broken = true; err != nil && !isTruncation(err) {
		t.readErr = err
	}
}

// length reads the length of the next value.
func (t *tnetStream) length() int64 {
	n := int64(0)
	for digits := 0; !t.broken; digits++ {
		c, err := t.r.ReadByte()
		if err != nil {
			t.fail(err)
			return 0
		}
		t.offset++
		if c == ':' && digits > 0 {
			return n
		}
		if c < '0' || c > '9' || digits == 12 {
			t.fail(nil)
			return 0
		}
		n = n*10 + int64(c-'0')
	}
	return 0
}

func (t *tnetStream) discard(n int64) {
	for n > 0 && !t.broken {
		step, err := t.r.Discard(int(min(n, math.MaxInt32)))
		t.offset += int64(step)
		if n -= int64(step); err != nil {
			t.fail(err)
		}
	}
}

// kind reads the type that ends a value.
func (t *tnetStream) kind() byte {
	if t.broken {
		return 0
	}
	c, err := t.r.ReadByte()
	if err != nil {
		t.fail(err)
		return 0
	}
	t.offset++
	if bytes.IndexByte([]byte(",;#^!~]}"), c) < 0 {
		t.fail(nil)
	}
	return c
}

func (t *tnetStream) skip() {
	t.discard(t.length())
	t.kind()
}

// value appends the payload of the next value to a buffer, at most limit bytes
// of it; cut says that there was more.
func (t *tnetStream) value(into []byte, limit int) (value []byte, cut bool) {
	n := t.length()
	take := int(min(n, int64(limit)))
	for take > 0 && !t.broken { // by blocks, so that a false length costs no memory
		block := min(take, windowBytes)
		start := len(into)
		into = append(into, make([]byte, block)...)
		got, err := io.ReadFull(t.r, into[start:])
		t.offset += int64(got)
		into = into[:start+got]
		if take -= block; err != nil {
			t.fail(err)
		}
	}
	t.discard(n - min(n, int64(limit)))
	if t.kind() == '~' {
		return nil, false
	}
	return into, n > int64(limit)
}

func (t *tnetStream) word(limit int) string {
	v, _ := t.value(nil, limit)
	return string(v)
}

// items calls item until the payload of the list or dictionary that comes next
// is used up; item must read one value.
func (t *tnetStream) items(item func()) {
	n := t.length()
	for end := t.offset + n; !t.broken && t.offset < end; {
		if item(); t.offset > end {
			t.fail(nil)
		}
	}
	t.kind()
}

// dict calls member for each key of the dictionary that comes next; member
// must read the value.
func (t *tnetStream) dict(member func(key string)) {
	t.items(func() {
		if key := t.word(maxKey); !t.broken {
			member(key)
		}
	})
}

// mitmReader reads the flows of a mitmproxy file one at a time.
type mitmReader struct {
	*collector
	t               tnetStream
	request, answer []byte // bodies of the flow at hand
}

// mitmFlow is what is wanted of one flow.
type mitmFlow struct {
	kind                    string
	method, scheme          string
	host, path, authority   string
	port, status            int
	begun                   time.Time
	requested, answered     rawHTTP
	requestCut, responseCut bool
}

// readMitmproxy reads a flow file of mitmproxy, versions 10 to 21: the fields
// that matter have had their names throughout.
func (c *collector) readMitmproxy(src *bufio.Reader) error {
	r := mitmReader{collector: c, t: tnetStream{r: src}}
	for !r.t.broken {
		if _, err := src.Peek(1); err != nil {
			r.t.fail(err)
			if isTruncation(err) {
				return nil
			}
			break
		}
		r.flow()
	}
	if r.t.readErr == nil {
		c.problem(-1, "input-truncated", finding.Error, "the mitmproxy file is cut off or damaged after %d bytes; the flows before that were read. Save it again", r.t.offset)
	}
	return r.t.readErr
}

func (r *mitmReader) flow() {
	f := mitmFlow{status: 0}
	r.request, r.answer = r.request[:0], r.answer[:0]
	span := finding.Span{Offset: int(r.t.offset), Line: 1, Column: int(r.t.offset) + 1}
	r.t.dict(func(key string) {
		switch key {
		case "type":
			f.kind = r.t.word(maxWord)
		case "request":
			r.t.dict(func(key string) { r.member(&f, key) })
		case "response":
			r.t.dict(func(key string) { r.answerMember(&f, key) })
		default:
			r.t.skip()
		}
	})
	if span.End = int(r.t.offset); f.kind != "http" && f.method == "" {
		return // TCP, UDP and DNS flows
	}
	r.exchange(r.entry(&f, span))
}

func (r *mitmReader) member(f *mitmFlow, key string) {
	t := &r.t
	switch key {
	case "method":
		f.method = t.word(maxWord)
	case "scheme":
		f.scheme = t.word(maxWord)
	case "host":
		f.host = t.word(maxWord)
	case "authority":
		f.authority = t.word(maxWord)
	case "path":
		f.path = t.word(maxURL)
	case "port":
		f.port = atoi([]byte(t.word(16)))
	case "timestamp_start":
		f.begun = unixTime(t.word(32))
	case "headers":
		t.headers(&f.requested)
	case "content":
		r.request, f.requestCut = t.value(r.request, r.maxText())
	default:
		t.skip()
	}
}

func (r *mitmReader) answerMember(f *mitmFlow, key string) {
	switch key {
	case "status_code":
		f.status = atoi([]byte(r.t.word(16)))
	case "headers":
		r.t.headers(&f.answered)
	case "content":
		r.answer, f.responseCut = r.t.value(r.answer, r.maxText())
	default:
		r.t.skip()
	}
}

// headers reads a list of [name, value].
func (t *tnetStream) headers(m *rawHTTP) {
	t.items(func() {
		var pair []string
		t.items(func() { pair = append(pair, t.word(maxHeader)) })
		if len(pair) == 2 {
			m.header([]byte(pair[0] + ":" + pair[1]))
		}
	})
}

func (r *mitmReader) entry(f *mitmFlow, span finding.Span) *entry {
	e := &entry{span: span, method: f.method, url: f.url(), status: f.status, request: f.requested.headers, response: f.answered.headers}
	if !f.begun.IsZero() {
		e.started = f.begun.Format(time.RFC3339Nano)
	}
	f.requested.body, f.answered.body = r.request, r.answer
	e.body, e.bodyCut = r.plainBody(f.requested, e.url)
	e.content, e.contentCut = r.plainBody(f.answered, e.url)
	e.bodyCut, e.contentCut = e.bodyCut || f.requestCut, e.contentCut || f.responseCut
	e.hasBody = len(e.body) > 0
	return e
}

// url is the address as the browser has it: by the name it asked for, which a
// transparent proxy knows from headers alone.
func (f *mitmFlow) url() string {
	host := f.authority
	if host == "" {
		host = f.requested.value("host")
	}
	standard := f.scheme == "https" && f.port == 443 || f.scheme == "http" && f.port == 80
	if host == "" {
		if host = f.host; !standard && f.port > 0 {
			host = fmt.Sprintf("%s:%d", host, f.port)
		}
	}
	if f.method == "CONNECT" {
		return "https://" + strings.TrimSuffix(host, ":443") + "/"
	}
	host = strings.TrimSuffix(host, map[string]string{"https": ":443", "http": ":80"}[f.scheme])
	return f.scheme + "://" + host + f.path
}

// unixTime reads seconds since 1970 with a fraction; zero where there are none.
func unixTime(text string) time.Time {
	seconds, err := strconv.ParseFloat(text, 64)
	if err != nil || !(seconds > 0) || seconds > 1<<40 {
		return time.Time{}
	}
	whole, fraction := math.Modf(seconds)
	return time.Unix(int64(whole), int64(fraction*1e6)*1000).UTC()
}
