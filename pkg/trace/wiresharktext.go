package trace

import (
	"bytes"
	"html"
	"strings"

	"github.com/ssodoctor/ssodoctor/internal/lazyregexp"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// readPDML reads packets in Wireshark's XML.
func (w *wireshark) readPDML(text []byte) {
	lines := lineCounter{text: text}
	for i := 0; i < len(text); {
		lt := bytes.IndexByte(text[i:], '<')
		if lt < 0 {
			break
		}
		i += lt
		switch name := tagName(text[i+1:]); name {
		case "packet":
			w.packet(lines.span(i, len(text)))
			i += len(name) + 1
		case "/packet":
			w.current.span.End = i
			w.endPart()
			i += len(name) + 1
		case "proto", "field":
			end := tagEnd(text, i+1)
			if end < 0 {
				end = len(text)
			}
			w.pdmlField(text[i:end])
			i = end
		default:
			i++
		}
	}
	w.endPart()
}

var pdmlName = lazyregexp.New(`\bname="([^"]{1,64})"`)

func (w *wireshark) pdmlField(tag []byte) {
	name := pdmlName.FindSubmatch(tag)
	if name == nil {
		return
	}
	if key := string(name[1]); key == "tls" || key == "ssl" {
		w.tls = true
	} else if packetFields[key] != "" {
		_, rest, found := bytes.Cut(tag, []byte(` show="`))
		if value, _, _ := bytes.Cut(rest, []byte(`"`)); found {
			w.field(key, html.UnescapeString(string(value)))
		}
	}
}

// wiresharkLines are the lines of a packet's text that matter, and the field
// that each holds in its last group.
var wiresharkLines = []struct {
	field string
	shape *lazyregexp.Regexp
}{
	{"frame.time_epoch", lazyregexp.New(`^ +Epoch (?:Arrival )?Time: ([0-9.]+)`)},
	{"tcp.stream", lazyregexp.New(`^ +\[Stream index: ([0-9]+)\]`)},
	{"http2.streamid", lazyregexp.New(`^ +Stream: [A-Z_]+, Stream ID: ([0-9]+)`)},
	{"http.request.method", lazyregexp.New(`^ +([A-Z]{3,16}) \S+ HTTP/1\.[01]\\r\\n`)},
	{"http.request.uri", lazyregexp.New(`^ +[A-Z]{3,16} (\S+) HTTP/1\.[01]\\r\\n`)},
	{"http.request.method", lazyregexp.New(`^ +Request Method: ([A-Z]{3,16})$`)},
	{"http.request.uri", lazyregexp.New(`^ +Request URI: (\S+)$`)},
	{"http.response.code", lazyregexp.New(`^ +HTTP/1\.[01] ([0-9]{3})`)},
	{"http.host", lazyregexp.New(`^ +Host: (.*)\\r\\n`)},
	{"http.location", lazyregexp.New(`^ +Location: (.*?)(?:\\r\\n)?$`)},
	{"http.date", lazyregexp.New(`^ +Date: (.*)\\r\\n`)},
	{"http.content_type", lazyregexp.New(`^ +Content-Type: (.*)\\r\\n`)},
	{"http.set_cookie", lazyregexp.New(`^ +Set-Cookie: (.*)\\r\\n`)},
	{"http.cookie", lazyregexp.New(`^ +Cookie: (.*)\\r\\n`)},
	{"http.referer", lazyregexp.New(`^ +Referer: (.*)\\r\\n`)},
	{"http.request.full_uri", lazyregexp.New(`^ +\[Full request URI: (.*)\]`)},
	{"http2.headers.method", lazyregexp.New(`^ +Header: :method: (.*)$`)},
	{"http2.headers.scheme", lazyregexp.New(`^ +Header: :scheme: (.*)$`)},
	{"http2.headers.authority", lazyregexp.New(`^ +Header: :authority: (.*)$`)},
	{"http2.headers.path", lazyregexp.New(`^ +Header: :path: (.*)$`)},
	{"http2.headers.status", lazyregexp.New(`^ +Header: :status: ([0-9]{3})`)},
	{"http2.headers.location", lazyregexp.New(`^ +Header: location: (.*)$`)},
	{"http2.headers.date", lazyregexp.New(`^ +Header: date: (.*)$`)},
	{"urlencoded-form.key", lazyregexp.New(`^ +Key: (.*)$`)},
	{"urlencoded-form.value", lazyregexp.New(`^ +Value: (.*)$`)},
}

// longFields are those that may hold a message: where Wireshark cut one, its value
// ends so that the message is told to be cut.
var longFields = map[string]bool{
	"http.request.uri": true, "http.location": true, "http2.headers.path": true, "http2.headers.location": true, "urlencoded-form.value": true,
}

// truncatedLine is how Wireshark marks a line that it cut.
var truncatedLine = lazyregexp.New(` ?\[(?:truncated|…|\.\.\.)\]`)

// readText reads packet details that were printed or exported as plain text.
func (w *wireshark) readText(text []byte) {
	lines, at := lineCounter{text: text}, 0
	for raw := range bytes.Lines(text) {
		start := at
		at += len(raw)
		line := bytes.TrimRight(raw, "\r\n")
		switch {
		case bytes.HasPrefix(line, []byte("Frame ")):
			w.packet(lines.span(start, at))
		case bytes.HasPrefix(line, []byte("Transport Layer Security")):
			w.tls = true
		case bytes.HasPrefix(line, []byte("    ")):
			w.textLine(line)
		}
		w.current.span.End = at
	}
	w.endPart()
	if w.cut {
		w.problem(-1, "input-truncated", finding.Error, "Wireshark cuts long values where it writes packets as text: export them with File > Export Packet Dissections > As JSON")
	}
}

func (w *wireshark) textLine(line []byte) {
	cut := truncatedLine.FindIndex(line[:min(len(line), 64)])
	if cut != nil {
		line = append(bytes.Clone(line[:cut[0]]), line[cut[1]:]...)
		if !bytes.HasPrefix(bytes.TrimLeft(line, " "), []byte(":")) {
			line = append([]byte("    "), bytes.TrimLeft(line, " ")...)
		}
	}
	for _, row := range wiresharkLines {
		if m := row.shape.FindSubmatch(line); m != nil {
			value := string(m[1])
			if cut != nil && longFields[row.field] {
				value = strings.TrimRight(value, ".…") + "…"
				w.cut = w.cut || hasMarker([]byte(value)) || hasMessage(w.current.pairs)
			}
			w.field(row.field, value)
		}
	}
}
