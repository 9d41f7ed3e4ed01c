package trace

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"
)

// checkCapture holds a capture to what every capture promises.
func checkCapture(t *testing.T, data []byte, capture *Capture, err error) {
	t.Helper()
	if capture == nil {
		t.Fatal("no capture")
	}
	var unreadable *UnreadableError
	var none *NoMessageError
	if err != nil && !errors.As(err, &unreadable) && !errors.As(err, &none) {
		t.Fatalf("error of type %T: %v", err, err)
	}
	said := len(capture.Messages) + len(capture.Problems) + len(capture.Errors)
	for _, e := range capture.Exchanges {
		said += len(e.Errors)
	}
	if err == nil && said == 0 {
		t.Fatal("no message, no problem, no error")
	}
	for _, m := range capture.Messages {
		if len(m.XML) == 0 || len(m.Sightings) == 0 {
			t.Fatalf("message without XML or sighting: %+v", m)
		}
		if m.Exchange >= capture.ExchangeCount || m.Exchange < -1 {
			t.Fatalf("message in exchange %d of %d", m.Exchange, capture.ExchangeCount)
		}
	}
	for _, e := range capture.Exchanges {
		if e.Span.Offset < 0 || e.Span.End < e.Span.Offset || e.Span.Line < 1 || e.Span.Column < 1 {
			t.Fatalf("span %+v", e.Span)
		}
		if compressed := bytes.HasPrefix(data, []byte{0x1f, 0x8b}) || isZlib(data) || utf16Order(data) != nil || capture.Format == "zip"; !compressed && e.Span.End > len(data) {
			t.Fatalf("span %+v in %d bytes", e.Span, len(data))
		}
	}
	for _, p := range capture.Problems {
		if p.Check == "" || p.Detail == "" || p.Severity == 0 {
			t.Fatalf("problem %+v", p)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, tc := range textCases() {
		f.Add([]byte(tc.input))
	}
	for _, tc := range badInputs() {
		if len(tc.input) < 1<<16 {
			f.Add([]byte(tc.input))
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		capture, err := ReadBytes(data, "in", Limits{Message: 1 << 20})
		checkCapture(t, data, capture, err)
	})
}

// FuzzFormats reads every format from what its writer makes; each reader is
// also asked to read what it would not recognise.
func FuzzFormats(f *testing.F) {
	for _, w := range writtenSignIns() {
		for row, format := range formatTable() {
			if format.Name == w.format {
				f.Add([]byte(w.file), row)
			}
		}
	}
	f.Add([]byte("<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><Data>MSIS7012: x</Data><Data/></Event>"), 9)
	f.Fuzz(func(t *testing.T, data []byte, row int) {
		limits := Limits{Message: 1 << 20, Text: 1 << 20}
		capture, err := ReadBytes(data, "in", limits)
		checkCapture(t, data, capture, err)
		if row < 0 || row >= len(formatTable()) || len(data) > 1<<18 {
			return
		}
		c := newCollector("in", limits)
		c.source = bytes.NewReader(data)
		_ = formatTable()[row].read(c, bufio.NewReaderSize(bytes.NewReader(data), headBytes))
		for _, m := range c.capture.Messages {
			if m.Exchange >= c.capture.ExchangeCount {
				t.Fatalf("message in exchange %d of %d", m.Exchange, c.capture.ExchangeCount)
			}
		}
		for _, e := range c.capture.Exchanges {
			if e.Span.Offset < 0 || e.Span.End < e.Span.Offset || e.Span.Line < 1 || e.Span.Column < 1 {
				t.Fatalf("%s: span %+v", formatTable()[row].Name, e.Span)
			}
		}
	})
}

// FuzzCommand splits command lines: no panic, nothing longer than the input
// may make it.
func FuzzCommand(f *testing.F) {
	for _, text := range []string{writeCurlBash(signIn()), writeCurlCmd(signIn()), writePowerShell(signIn()), writeFetch(signIn())} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		total := 0
		for _, c := range commands(data) {
			total += len(c.body) + len(c.url)
			if c.start < 0 || c.end < c.start || c.end > len(data) {
				t.Fatalf("%d to %d of %d", c.start, c.end, len(data))
			}
		}
		if total > 64*len(data)+64 {
			t.Fatalf("%d bytes out of %d", total, len(data))
		}
	})
}

// FuzzRawHTTP takes bodies apart.
func FuzzRawHTTP(f *testing.F) {
	for _, s := range signIn() {
		f.Add([]byte(rawResponse(s, "gzip", "chunked")))
		f.Add([]byte(rawRequest(s, true)))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		c := newCollector("in", Limits{Message: 1 << 20})
		body, _ := c.plainBody(parseRaw(data), "https://a.example/")
		if len(body) > c.maxText() {
			t.Fatalf("a body of %d bytes", len(body))
		}
		if joined, ok := joinChunks(data); ok && len(joined) > len(data) {
			t.Fatalf("%d bytes of chunks in %d", len(joined), len(data))
		}
	})
}

func FuzzDecodeText(f *testing.F) {
	for _, tc := range textCases() {
		f.Add([]byte(tc.input), 0)
	}
	f.Fuzz(func(t *testing.T, data []byte, encoded int) {
		limits := Limits{Message: 1 << 20}.withDefaults()
		before := bytes.Clone(data)
		d, err := limits.decodeValue(data, encoded&1)
		if !bytes.Equal(before, data) {
			t.Fatal("the input was changed")
		}
		if err == nil && (!isXMLStart(d.xml) || len(d.xml) > limits.Message) {
			t.Fatalf("decoded to %q", d.xml)
		}
		if len(data) > limits.Message || !isXMLStart(data) {
			return
		}
		if d, err := limits.decodeValue([]byte(b64(string(data))), 0); err != nil || !bytes.Equal(d.xml, data) {
			t.Fatalf("Base64 of %q gives %q, %v", data, d.xml, err)
		}
		if d, err := limits.decodeValue([]byte(deflated(string(data))), 0); err == nil && !bytes.Equal(d.xml, data) {
			t.Fatalf("DEFLATE of %q gives %q", data, d.xml)
		}
	})
}

// FuzzHAR compares the stream with a slow reader that builds the whole tree.
func FuzzHAR(f *testing.F) {
	for i := range producers {
		f.Add([]byte(writeHAR(i, signIn())))
	}
	f.Add([]byte(`{"x":{"log":{"entries":[{"startedDateTime":"2026-11-21T10:00:00Z","request":{"method":"GET","url":"https://a/?SAMLResponse=%3Ca%2F%3E&RelayState=b","queryString":[],"postData":{}},"response":{"status":"200","headers":{"Location":"/b?SAMLRequest=PGEvPg"},"redirectURL":null,"content":{"mimeType":"text/html","text":"<form><input name=SAMLResponse value=PGEvPg>"}}}]}}}`))
	f.Add([]byte(`{"log":{"entries":[{"response":{"content":{"text":"PHNhbWw6UmVzcG9uc2UgU0FNTD0nJy8+","encoding":"base64"}}},{"request":{"postData":{"text":"{\"SAMLResponse\":\"PGEvPg==\"}"}}}]}}`))
	f.Add([]byte(`{"log":{"entries":[{"request":{"url":"https://a/","postData":{"text":"\u0053AMLResponse=<a\/>"}}}]}}`))
	f.Add([]byte(`{"log":{"entries":[{"request":{"url":"https://a/","postData":{"params":[["SAMLResponse","<a/>"],{"value":"<b/>","name":"wresult"}]}}}]}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		capture, err := ReadBytes(data, "in", Limits{Message: 1 << 20})
		checkCapture(t, data, capture, err)
		if capture.Format != "har" || !json.Valid(data) || !utf8.Valid(data) || len(data) > 1<<18 {
			return
		}
		got, want := summary(capture), summary(slowHAR(data))
		if got != want {
			t.Fatalf("stream and tree differ:\n got %s\nwant %s", got, want)
		}
	})
}

func summary(c *Capture) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d exchanges\n", c.ExchangeCount)
	for _, m := range c.Messages {
		fmt.Fprintf(&b, "%s %q %s %d %q %q %s: %s\n", m.Parameter, m.XML, m.Binding, m.Exchange, m.PostedTo, m.RelayState, checksOf(m), places(m))
	}
	return b.String()
}

// node is a JSON value with its members in order.
type node struct {
	kind   byte // '{', '[', '"' or 0
	keys   []string
	values []*node
	text   string
}

func slowHAR(data []byte) *Capture {
	c := newCollector("in", Limits{Message: 1 << 20})
	c.slowEntries(slowTree(json.NewDecoder(bytes.NewReader(data))), 1)
	return c.capture
}

func slowTree(d *json.Decoder) *node {
	token, err := d.Token()
	if err != nil {
		return &node{}
	}
	switch v := token.(type) {
	case string:
		return &node{kind: '"', text: v}
	case json.Delim:
		n := &node{kind: byte(v)}
		for d.More() {
			if v == '{' {
				key, _ := d.Token()
				n.keys = append(n.keys, key.(string))
			}
			n.values = append(n.values, slowTree(d))
		}
		d.Token()
		return n
	case float64:
		return &node{text: fmt.Sprint(v)}
	}
	return &node{}
}

func (n *node) each(kind byte, use func(key string, v *node)) {
	if n.kind != kind {
		return
	}
	for i, v := range n.values {
		key := ""
		if kind == '{' {
			key = n.keys[i]
		}
		use(key, v)
	}
}

func (c *collector) slowEntries(n *node, depth int) {
	n.each('{', func(key string, v *node) {
		if key == "entries" {
			v.each('[', func(_ string, v *node) { c.exchange(slowEntry(v)) })
		} else if depth < maxHARDepth && v.kind == '{' {
			c.slowEntries(v, depth+1)
		}
	})
}

func slowEntry(n *node) *entry {
	e := &entry{}
	n.each('{', func(key string, v *node) {
		switch key {
		case "startedDateTime":
			e.started = v.text
		case "request":
			v.each('{', func(key string, v *node) { slowRequest(e, key, v) })
		case "response":
			v.each('{', func(key string, v *node) { slowResponse(e, key, v) })
		}
	})
	return e
}

func slowRequest(e *entry, key string, v *node) {
	switch key {
	case "method":
		e.method = v.string()
	case "url":
		e.url = v.string()
	case "queryString":
		e.query = v.pairs()
	case "postData":
		v.each('{', func(key string, v *node) {
			switch key {
			case "text":
				e.hasBody, e.body = true, []byte(v.string())
			case "params":
				e.params = v.pairs()
			}
		})
	}
}

func slowResponse(e *entry, key string, v *node) {
	switch key {
	case "redirectURL":
		e.redirect = v.string()
	case "headers":
		e.response = nil
		for _, p := range v.allPairs() {
			if wantedHeaders[strings.ToLower(p.name)] {
				e.response = append(e.response, header{strings.ToLower(p.name), string(p.value)})
			}
		}
	case "content":
		v.each('{', func(key string, v *node) {
			switch key {
			case "text":
				e.content = []byte(v.string())
			case "mimeType":
				e.mime = v.string()
			case "encoding":
				e.encoding = v.string()
			}
		})
	}
}

func (n *node) string() string {
	if n.kind != '"' {
		return ""
	}
	return n.text
}

func (n *node) pairs() []pair {
	var out []pair
	for _, p := range n.allPairs() {
		if _, kind := lookup(p.name); kind != otherParameter {
			out = append(out, p)
		}
	}
	return out
}

func (n *node) allPairs() []pair {
	var out []pair
	n.each('{', func(key string, v *node) { out = append(out, pair{key, []byte(v.string())}) })
	n.each('[', func(_ string, v *node) {
		name, value := "", (*node)(nil)
		v.each('{', func(key string, v *node) {
			switch key {
			case "name":
				name = v.string()
			case "value":
				value = v
			}
		})
		v.each('[', func(_ string, v *node) {
			if name == "" && value == nil {
				name = v.string()
			} else {
				value = v
			}
		})
		if value != nil {
			out = append(out, pair{name, []byte(value.string())})
		}
	})
	return out
}
