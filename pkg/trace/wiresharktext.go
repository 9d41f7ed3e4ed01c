package trace

import (
	"bytes"
	"html"
	"regexp"
	"strings"
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

var pdmlName = regexp.MustCompile(`\bname="([^"]{1,64})"`)

func (w *wireshark) pdmlField(tag []byte) {
	name := pdmlName.FindSubmatch(tag)
	if name == nil {
		return
	}
	if key := string(name[1]); key == "tls" || key == "ssl" {
		w.tls = true
	} else if packetFields[key] {
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
	shape *regexp.Regexp
}{
	{"frame.time_epoch", regexp.MustCompile(`^ +Epoch (?:Arrival )?Time: ([0-9.]+)`)},
	{"tcp.stream", regexp.MustCompile(`^ +\[Stream index: ([0-9]+)\]`)},
	{"http2.streamid", regexp.MustCompile(`^ +Stream: [A-Z_]+, Stream ID: ([0-9]+)`)},
	{"http.request.method", regexp.MustCompile(`^ +([A-Z]{3,16}) \S+ HTTP/1\.[01]\\r\\n`)},
	{"http.request.uri", regexp.MustCompile(`^ +[A-Z]{3,16} (\S+) HTTP/1\.[01]\\r\\n`)},
	{"http.response.code", regexp.MustCompile(`^ +HTTP/1\.[01] ([0-9]{3})`)},
	{"http.host", regexp.MustCompile(`^ +Host: (.*)\\r\\n`)},
	{"http.location", regexp.MustCompile(`^ +Location: (.*)\\r\\n`)},
	{"http.date", regexp.MustCompile(`^ +Date: (.*)\\r\\n`)},
	{"http.content_type", regexp.MustCompile(`^ +Content-Type: (.*)\\r\\n`)},
	{"http.set_cookie", regexp.MustCompile(`^ +Set-Cookie: (.*)\\r\\n`)},
	{"http.cookie", regexp.MustCompile(`^ +Cookie: (.*)\\r\\n`)},
	{"http.request.full_uri", regexp.MustCompile(`^ +\[Full request URI: (.*)\]`)},
	{"http2.headers.method", regexp.MustCompile(`^ +Header: :method: (.*)$`)},
	{"http2.headers.scheme", regexp.MustCompile(`^ +Header: :scheme: (.*)$`)},
	{"http2.headers.authority", regexp.MustCompile(`^ +Header: :authority: (.*)$`)},
	{"http2.headers.path", regexp.MustCompile(`^ +Header: :path: (.*)$`)},
	{"http2.headers.status", regexp.MustCompile(`^ +Header: :status: ([0-9]{3})`)},
	{"http2.headers.location", regexp.MustCompile(`^ +Header: location: (.*)$`)},
	{"http2.headers.date", regexp.MustCompile(`^ +Header: date: (.*)$`)},
	{"urlencoded-form.key", regexp.MustCompile(`^ +Key: (.*)$`)},
	{"urlencoded-form.value", regexp.MustCompile(`^ +Value: (.*)$`)},
}

// truncatedLine is how Wireshark marks a line that it cut.
var truncatedLine = regexp.MustCompile(` ?\[(?:truncated|…|\.\.\.)\]`)

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
			if cut != nil && row.field == "urlencoded-form.value" {
				value = strings.TrimRight(value, ".…") + "…"
			}
			w.field(row.field, value)
		}
	}
}
