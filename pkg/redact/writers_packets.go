package redact

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"net/textproto"
	"net/url"
	"strings"
)

// packet is one packet of a dissection: fields by the names of Wireshark's
// display filters.
type packet struct {
	frame, transport, http, form []field
	tls                          bool
}

// writeWireshark writes packets with a request or a response in each, in a TCP
// stream for every exchange.
func writeWireshark(s *session) ([]byte, error) {
	var packets []packet
	for i, e := range s.exchanges {
		p := packet{transport: []field{{"tcp.stream", fmt.Sprint(i)}}, tls: strings.HasPrefix(e.url, "https://")}
		if !e.at.IsZero() {
			p.frame = []field{{"frame.time_epoch", fmt.Sprintf("%d.%09d", e.at.Unix(), e.at.Nanosecond())}}
		}
		if e.url != "" {
			request := p
			request.http, request.form = e.requestFields()
			packets = append(packets, request)
		}
		if e.status != 0 {
			p.http = e.responseFields()
			packets = append(packets, p)
		}
	}
	switch s.variant {
	case "pdml":
		return pdml(packets), nil
	case "text":
		return packetText(packets), nil
	case "ek":
		return packetLines(packets), nil
	}
	return packetJSON(packets), nil
}

func (e *exchange) requestFields() (fields, form []field) {
	u, err := url.Parse(e.url)
	if err != nil {
		u = &url.URL{}
	}
	fields = append(fields, field{"http.request.method", e.method}, field{"http.request.uri", u.RequestURI()})
	fields = append(fields, display(e.request, "Host", "Referer", "Cookie")...)
	if !strings.HasPrefix(e.bodyType, "application/x-www-form-urlencoded") {
		return append(fields, fileData(e.body)...), nil
	}
	for _, p := range decodedPairs(e.body) {
		form = append(form, field{"urlencoded-form.key", p.Name}, field{"urlencoded-form.value", p.Value})
	}
	return fields, form
}

func (e *exchange) responseFields() []field {
	fields := []field{{"http.response.code", fmt.Sprint(e.status)}}
	return append(append(fields, display(e.response, "Date", "Location", "Content-Type", "Set-Cookie")...), fileData(e.page)...)
}

// display are header fields under the names of Wireshark.
func display(headers []field, names ...string) (out []field) {
	for _, name := range names {
		for _, f := range headers {
			if f.name == name {
				out = append(out, field{"http." + strings.ReplaceAll(strings.ToLower(name), "-", "_"), f.value})
			}
		}
	}
	return out
}

// fileData is a body as bytes in hexadecimal, as versions from 4.0 have it.
func fileData(body string) []field {
	if body == "" {
		return nil
	}
	pairs := make([]string, len(body))
	for i := range len(body) {
		pairs[i] = hex.EncodeToString([]byte{body[i]})
	}
	return []field{{"http.file_data", strings.Join(pairs, ":")}}
}

// packetJSON writes what tshark -T json does: a name is repeated where a packet
// has a field more than once.
func packetJSON(packets []packet) []byte {
	var b strings.Builder
	for i, p := range packets {
		b.WriteString([]string{"[\n  ", ",\n  "}[min(i, 1)])
		b.WriteString(`{"_index":"packets-redacted","_type":"doc","_source":{"layers":{"frame":` + object(p.frame) + `,"tcp":` + object(p.transport))
		if p.tls {
			b.WriteString(`,"tls":{}`)
		}
		b.WriteString(`,"http":` + object(p.http))
		if len(p.form) > 0 {
			b.WriteString(`,"urlencoded-form":{`)
			for n := 0; n < len(p.form); n += 2 {
				fmt.Fprintf(&b, `%s"Form item %d":%s`, []string{"", ","}[min(n, 1)], n/2+1, object(p.form[n:n+2]))
			}
			b.WriteString("}")
		}
		b.WriteString("}}}")
	}
	return []byte(b.String() + "\n]\n")
}

// packetLines writes what tshark -T ek does: a line before each packet, names
// that repeat their layer, and what a packet has more than once as a list.
func packetLines(packets []packet) []byte {
	var b strings.Builder
	for _, p := range packets {
		layers := map[string]map[string][]string{}
		for _, list := range [][]field{p.frame, p.transport, p.http, p.form} {
			for _, f := range list {
				layer, _, _ := strings.Cut(f.name, ".")
				if layers[layer] == nil {
					layers[layer] = map[string][]string{}
				}
				name := layer + "_" + strings.ReplaceAll(f.name, ".", "_")
				layers[layer][name] = append(layers[layer][name], f.value)
			}
		}
		if p.tls {
			layers["tls"] = map[string][]string{}
		}
		line, _ := json.Marshal(map[string]any{"layers": layers}) // texts can always be written
		b.WriteString("{\"index\":{\"_index\":\"packets-redacted\"}}\n" + string(line) + "\n")
	}
	return []byte(b.String())
}

func object(fields []field) string {
	var members []string
	for _, f := range fields {
		name, _ := json.Marshal(f.name) // strings can always be written
		value, _ := json.Marshal(f.value)
		members = append(members, string(name)+":"+string(value))
	}
	return "{" + strings.Join(members, ",") + "}"
}

// pdml writes Wireshark's XML.
func pdml(packets []packet) []byte {
	var b strings.Builder
	b.WriteString("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<pdml version=\"0\" creator=\"ssodoctor redact\">\n")
	proto := func(name string, fields []field) {
		fmt.Fprintf(&b, "  <proto name=\"%s\">\n", name)
		for _, f := range fields {
			fmt.Fprintf(&b, "    <field name=\"%s\" show=\"%s\"/>\n", f.name, attribute(f.value))
		}
		b.WriteString("  </proto>\n")
	}
	for _, p := range packets {
		b.WriteString("<packet>\n")
		proto("frame", p.frame)
		proto("tcp", p.transport)
		if p.tls {
			proto("tls", nil)
		}
		proto("http", p.http)
		if len(p.form) > 0 {
			proto("urlencoded-form", p.form)
		}
		b.WriteString("</packet>\n")
	}
	return []byte(b.String() + "</pdml>\n")
}

// attribute escapes the value of an attribute, with the white space that an
// XML reader would make blanks of (XML 1.0, section 3.3.3).
func attribute(value string) string {
	return strings.NewReplacer("\t", "&#9;", "\n", "&#10;", "\r", "&#13;").Replace(html.EscapeString(value))
}

// packetText writes packet details as plain text, which has no bodies but
// those of forms.
func packetText(packets []packet) []byte {
	var b strings.Builder
	for i, p := range packets {
		fmt.Fprintf(&b, "Frame %d: 0 bytes on wire (0 bits), 0 bytes captured (0 bits)\n", i+1)
		for _, f := range p.frame {
			fmt.Fprintf(&b, "    Epoch Arrival Time: %s\n", f.value)
		}
		fmt.Fprintf(&b, "Transmission Control Protocol\n    [Stream index: %s]\n", p.transport[0].value)
		if p.tls {
			b.WriteString("Transport Layer Security\n")
		}
		b.WriteString("Hypertext Transfer Protocol\n")
		for _, line := range startAndHeaders(p.http) {
			b.WriteString("    " + line + "\\r\\n\n")
		}
		if len(p.form) > 0 {
			b.WriteString("HTML Form URL Encoded: application/x-www-form-urlencoded\n")
		}
		for n := 0; n < len(p.form); n += 2 {
			fmt.Fprintf(&b, "    Form item\n        Key: %s\n        Value: %s\n", p.form[n].value, strings.NewReplacer("\r", "", "\n", " ").Replace(p.form[n+1].value))
		}
		b.WriteString("\n")
	}
	return []byte(b.String())
}

// startAndHeaders turns the fields of HTTP into the lines that they come from.
func startAndHeaders(fields []field) (lines []string) {
	method := ""
	for _, f := range fields {
		switch name := strings.TrimPrefix(f.name, "http."); name {
		case "request.method":
			method = f.value
		case "request.uri":
			lines = append(lines, method+" "+f.value+" HTTP/1.1")
		case "response.code":
			lines = append(lines, "HTTP/1.1 "+f.value)
		case "file_data":
		default:
			lines = append(lines, textproto.CanonicalMIMEHeaderKey(strings.ReplaceAll(name, "_", "-"))+": "+f.value)
		}
	}
	return lines
}
