package trace

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"strings"
	"time"

	"github.com/ssodoctor/ssodoctor/internal/lazyregexp"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

var (
	wiresharkJSON = lazyregexp.New(`^\[\s*\{\s*"_index"\s*:\s*"packets-|^\[\s*\{\s*"_source"\s*:\s*\{\s*"layers"`)
	wiresharkEK   = lazyregexp.New(`^\{"index":\{"_index":"packets-`)
	wiresharkPDML = lazyregexp.New(`^(?:<\?xml[^>]{0,200}\?>\s*)?(?:<\?xml-stylesheet[^>]{0,200}\?>\s*)?(?:<!--[^>]{0,500}-->\s*)?<pdml[\s>]`)
	wiresharkText = lazyregexp.New(`(?m)^Frame [0-9]+: [0-9]+ bytes on wire`)
)

// isWireshark knows the ways in which Wireshark writes dissections.
func isWireshark(head []byte) bool {
	switch head[0] {
	case '{':
		return wiresharkEK.Match(head)
	case '[':
		return bytes.Contains(head, []byte(`"_`)) && wiresharkJSON.Match(head)
	case '<':
		return bytes.Contains(head, []byte("<pdml")) && wiresharkPDML.Match(head)
	}
	return bytes.Contains(head, []byte(" bytes on wire")) && wiresharkText.Match(head)
}

// wireshark collects the fields of a dissection into exchanges. A request, its
// body and its response may each stand in a packet of their own.
type wireshark struct {
	*collector
	open    []*streamEntry
	current packetPart
	tls     bool
	cut     bool   // a message was cut by Wireshark
	frame   string // time of the packet
	stream  string // of TCP
}

// streamEntry is an exchange, and the stream that it belongs to.
type streamEntry struct {
	entry
	stream string
}

// packetPart is what one packet says of one stream of HTTP.
type packetPart struct {
	stream, method, scheme, host, uri, full string
	status                                  int
	headers                                 []header
	pairs                                   []pair
	valued                                  int // how many of the pairs have their values
	body                                    []byte
	span                                    finding.Span
}

func (c *collector) readWireshark(src *bufio.Reader) error {
	head, _ := src.Peek(headBytes)
	head = bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\ufeff")), " \t\r\n")
	w := wireshark{collector: c}
	switch {
	case wiresharkJSON.Match(head):
		c.kind.variant = "json"
		return w.readJSON(src)
	case wiresharkEK.Match(head):
		c.kind.variant = "ek"
		return w.readEK(src)
	}
	isXML := wiresharkPDML.Match(head)
	text, err := c.all(src)
	if err != nil {
		return err
	}
	if isXML {
		c.kind.variant = "pdml"
		w.readPDML(text)
	} else {
		c.kind.variant = "text"
		w.readText(text)
	}
	w.flush(0)
	return nil
}

// maxOpenExchanges is how many exchanges wait for the rest of them.
const maxOpenExchanges = 1000

// readJSON reads what tshark -T json and "Export Packet Dissections" write.
func (w *wireshark) readJSON(src *bufio.Reader) error {
	h := harReader{w.collector, newJSONStream(src)}
	h.skipMark(src)
	h.s.array(func() {
		h.s.next()
		at := h.s.here()
		w.packet(at)
		w.values(h.s, "", 0)
		w.endPart()
	})
	w.flush(0)
	return h.finish("the Wireshark export")
}

// readEK reads what tshark -T ek writes, for Elasticsearch: an object a line,
// with an index before each packet, and names that repeat their layer.
func (w *wireshark) readEK(src *bufio.Reader) error {
	h := harReader{w.collector, newJSONStream(src)}
	h.skipMark(src)
	for h.s.next() == '{' && !h.s.broken {
		w.packet(h.s.here())
		w.values(h.s, "", 0)
		w.endPart()
	}
	w.flush(0)
	return nil
}

// packet starts a packet.
func (w *wireshark) packet(at finding.Span) {
	w.endPart()
	w.tls, w.frame, w.stream = false, "", ""
	w.current = packetPart{span: at}
}

// values walks through a JSON value and takes the fields that matter.
func (w *wireshark) values(s *jsonStream, key string, depth int) {
	switch c := s.next(); {
	case c == '{' && depth < maxPacketDepth:
		s.object(func(key string) {
			if key == "tls" || key == "ssl" {
				w.tls = true
			}
			w.values(s, key, depth+1)
		})
	case c == '[' && depth < maxPacketDepth:
		s.array(func() { w.values(s, key, depth+1) })
	case c == '"' && packetFields[key] != "":
		w.field(packetFields[key], string(s.string(w.maxText()*3)))
	default:
		s.skip()
	}
}

// maxPacketDepth is deeper than Wireshark nests layers that matter.
const maxPacketDepth = 32

// packetFields are the fields that matter by their names, as display filters
// have them (Wireshark display filter reference: http, http2, urlencoded-form)
// and as tshark -T ek does.
var packetFields = func() map[string]string {
	t := map[string]string{}
	for name := range strings.FieldsSeq("frame.time_epoch tcp.stream http2.streamid http.request.method http.request.full_uri http.request.uri http.host http.response.code " +
		"http.location http.date http.content_type http.set_cookie http.cookie http.referer http.file_data urlencoded-form.key urlencoded-form.value " +
		"http2.headers.method http2.headers.scheme http2.headers.authority http2.headers.path http2.headers.status http2.headers.location " +
		"http2.headers.date http2.headers.content_type http2.headers.set_cookie http2.headers.cookie http2.headers.referer") {
		layer, _, _ := strings.Cut(name, ".")
		t[name], t[layer+"_"+strings.ReplaceAll(name, ".", "_")] = name, name
	}
	return t
}()

// field takes one field of a packet.
func (w *wireshark) field(name, value string) {
	p := &w.current
	layer, rest, _ := strings.Cut(name, ".")
	switch name {
	case "frame.time_epoch":
		w.frame = value
	case "tcp.stream":
		w.stream = value
	case "http2.streamid":
		if id := "h2 " + value; p.stream != id {
			w.endPart()
			w.current = packetPart{span: p.span, stream: id}
		}
	case "http.request.method", "http2.headers.method":
		p.method = value
	case "http.request.full_uri":
		p.full = value
	case "http.request.uri", "http2.headers.path":
		p.uri = value
	case "http.host", "http2.headers.authority":
		p.host = value
	case "http2.headers.scheme":
		p.scheme = value
	case "http.response.code", "http2.headers.status":
		p.status = atoi([]byte(value))
	case "http.file_data":
		p.body = fileData(value)
	case "urlencoded-form.key":
		p.pairs = append(p.pairs, pair{name: value})
	case "urlencoded-form.value":
		if p.valued < len(p.pairs) { // of several, all keys may come first
			p.pairs[p.valued].value = []byte(value)
			p.valued++
		}
	default:
		if layer == "http" || layer == "http2" {
			key := strings.ReplaceAll(strings.TrimPrefix(rest, "headers."), "_", "-")
			p.headers = append(p.headers, header{key, strings.TrimSuffix(value, `\r\n`)})
		}
	}
}

var hexBytes = lazyregexp.New(`^(?:[0-9a-f]{2}:)*[0-9a-f]{2}$`)

// fileData gives a body, which newer versions write as bytes in hexadecimal.
func fileData(value string) []byte {
	if !hexBytes.MatchString(value) {
		return []byte(value)
	}
	out, err := hex.DecodeString(strings.ReplaceAll(value, ":", ""))
	if err != nil {
		return []byte(value)
	}
	return out
}

// endPart puts what was collected to the exchange that it belongs to.
func (w *wireshark) endPart() {
	p := w.current
	w.current = packetPart{span: p.span}
	stream := w.stream + " " + p.stream
	if p.method != "" {
		w.open = append(w.open, &streamEntry{w.request(&p), stream})
		w.flush(maxOpenExchanges)
		return
	}
	if p.status < 200 && len(p.pairs) == 0 && len(p.body) == 0 {
		return
	}
	e := w.find(stream)
	if e == nil {
		e = &streamEntry{entry{span: p.span, hasBody: true}, stream}
		w.open = append(w.open, e)
	}
	e.span.End = p.span.End
	switch {
	case p.status >= 200 && e.status == 0:
		e.status, e.response, e.content = p.status, p.headers, p.body
	case e.status == 0:
		e.params, e.body, e.hasBody = p.pairs, p.body, true
	case len(p.body) > 0:
		e.content = p.body
	}
}

// find gives the last exchange of a stream.
func (w *wireshark) find(stream string) *streamEntry {
	for i := len(w.open) - 1; i >= 0 && i >= len(w.open)-100; i-- {
		if w.open[i].stream == stream {
			return w.open[i]
		}
	}
	return nil
}

func (w *wireshark) request(p *packetPart) entry {
	e := entry{span: p.span, started: w.frame, method: p.method, request: p.headers, params: p.pairs, body: p.body, hasBody: len(p.body) > 0 || len(p.pairs) > 0, url: p.full}
	if t := unixTime(strings.TrimSuffix(w.frame, " seconds")); !t.IsZero() {
		e.started = t.Format(time.RFC3339Nano)
	}
	if p.scheme == "" {
		p.scheme = "http"
		if w.tls {
			p.scheme = "https"
		}
	}
	if e.url == "" {
		e.url = p.scheme + "://" + p.host + p.uri
	}
	if plain, found := strings.CutPrefix(e.url, "http://"); found && w.tls {
		e.url = "https://" + plain
	}
	return e
}

// flush hands on the oldest exchanges, but for some.
func (w *wireshark) flush(keep int) {
	for len(w.open) > keep {
		w.exchange(&w.open[0].entry)
		w.open = w.open[1:]
	}
}
