package trace

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
)

// began is when an exchange of the sign-in began.
func began(i int) time.Time {
	return time.Date(2026, 11, 21, 10, 0, i, 250e6, time.UTC)
}

// rawRequest writes a request as it goes over the wire; a proxy gets the
// absolute URL.
func rawRequest(s step, proxied bool) string {
	u, _ := url.Parse(s.url)
	target := s.url
	if !proxied {
		target = strings.TrimPrefix(s.url, "https://"+u.Host)
	}
	head := s.method + " " + target + " HTTP/1.1\r\nHost: " + u.Host + "\r\nCookie: sid=secret; other=2\r\nAuthorization: Bearer secret\r\n"
	if s.body != "" {
		head += fmt.Sprintf("Content-Type: %s\r\nContent-Length: %d\r\n", formType, len(s.body))
	}
	return head + "\r\n" + s.body
}

// rawResponse writes a response; coding is that of the body, "chunked" or one
// of Content-Encoding.
func rawResponse(s step, codings ...string) string {
	head := fmt.Sprintf("HTTP/1.1 %d OK\r\nDate: Sat, 21 Nov 2026 10:00:07 GMT\r\nContent-Type: text/html; charset=utf-8\r\nSet-Cookie: sid=secret; Path=/; Secure; SameSite=None\r\n", s.status)
	if s.location != "" {
		head += "Location: " + s.location + "\r\n"
	}
	body, chunked := s.page, false
	for _, coding := range codings {
		switch coding {
		case "gzip":
			body = gzipped(body)
		case "deflate":
			body = rawDeflated(body)
		case "chunked":
			chunked = true
			continue
		case "br":
			body = brotlied(body)
		case "zstd":
			body = zstandard(body)
		case "odd": // a coding that nobody knows
			body = "\x01\x02\x03\xff" + body[:min(3, len(body))]
		}
		head += "Content-Encoding: " + coding + "\r\n"
	}
	if chunked {
		var chunks strings.Builder
		for part := range slices.Chunk([]byte(body), 100) {
			fmt.Fprintf(&chunks, "%x;ext=1\r\n%s\r\n", len(part), part)
		}
		return head + "Transfer-Encoding: chunked\r\n\r\n" + chunks.String() + "0\r\n\r\n"
	}
	return head + fmt.Sprintf("Content-Length: %d\r\n\r\n", len(body)) + body
}

func zstandard(s string) string {
	var out bytes.Buffer
	w, err := zstd.NewWriter(&out)
	if err != nil {
		panic(err)
	}
	w.Write([]byte(s))
	w.Close()
	return out.String()
}

func brotlied(s string) string {
	var out bytes.Buffer
	w := brotli.NewWriter(&out)
	w.Write([]byte(s))
	w.Close()
	return out.String()
}

func rawDeflated(s string) string {
	var out bytes.Buffer
	w, _ := flate.NewWriter(&out, flate.BestCompression)
	w.Write([]byte(s))
	w.Close()
	return out.String()
}

// member is a file in an archive.
type member struct{ name, content string }

func zipped(members ...member) string {
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, m := range members {
		f, _ := w.Create(m.name)
		f.Write([]byte(m.content))
	}
	w.Close()
	return out.String()
}

// writeSAZ writes a session archive as Fiddler does: raw traffic, times in an
// XML file with a byte order mark, an index.
func writeSAZ(steps []step, number func(int) string) string {
	members := []member{{"raw/", ""}}
	codings := [][]string{{"gzip"}, {"gzip", "chunked"}, {"br"}, {"deflate"}, {"zstd"}}
	for i, s := range steps {
		n := "raw/" + number(i+1)
		members = append(members,
			member{n + "_c.txt", rawRequest(s, true)}, member{n + "_s.txt", rawResponse(s, codings[i%len(codings)]...)},
			member{n + "_m.xml", fmt.Sprintf("\ufeff<?xml version=\"1.0\" encoding=\"utf-8\"?>\r\n<Session SID=\"%d\" BitFlags=\"9\">\r\n  <SessionTimers ClientConnected=\"2026-11-21T01:59:00.000000-08:00\" ClientBeginRequest=\"%s\" GatewayTime=\"0\" />\r\n  <SessionFlags>\r\n    <SessionFlag N=\"x-clientport\" V=\"1\" />\r\n  </SessionFlags>\r\n</Session>",
				i+1, began(i).In(time.FixedZone("", -8*3600)).Format("2006-01-02T15:04:05.0000000-07:00"))})
	}
	members = append(members, member{"_index.htm", "<html></html>"}, member{"[Content_Types].xml", "<Types/>"})
	return zipped(members...)
}

// writeBurp writes saved items, each with its traffic in Base64 or as it is.
func writeBurp(steps []step, encoded bool) string {
	var b strings.Builder
	b.WriteString("<?xml version=\"1.0\"?>\n<!DOCTYPE items [\n<!ELEMENT items (item*)>\n<!ATTLIST items burpVersion CDATA \"\">\n<!ELEMENT item (time, url, request, response)>\n]>\n<items burpVersion=\"2025.8\" exportTime=\"Sat Nov 21 11:05:00 CET 2026\">\n")
	for i, s := range steps {
		request, response := rawRequest(s, false), rawResponse(s, "gzip")
		flag := "true"
		if encoded {
			request, response = b64(request), b64(response)
		} else {
			flag, response = "false", rawResponse(s)
		}
		fmt.Fprintf(&b, "  <item>\n    <time>%s</time>\n    <url><![CDATA[%s]]></url>\n    <host ip=\"192.0.2.1\">app.example</host>\n    <port>443</port>\n    <method><![CDATA[%s]]></method>\n    <request base64=\"%s\"><![CDATA[%s]]></request>\n    <status>%d</status>\n    <response base64=\"%s\"><![CDATA[%s]]></response>\n    <comment></comment>\n  </item>\n",
			began(i).Add(time.Hour).Format("Mon Jan 02 15:04:05 CET 2006"), s.url, s.method, flag, request, s.status, flag, response)
	}
	return b.String() + "</items>\n"
}

// tnet writes a tnetstring.
func tnet(payload string, kind byte) string {
	return fmt.Sprintf("%d:%s%c", len(payload), payload, kind)
}

func tnetDict(members ...string) string {
	var b strings.Builder
	for i := 0; i < len(members); i += 2 {
		b.WriteString(tnet(members[i], ';') + members[i+1])
	}
	return tnet(b.String(), '}')
}

func tnetHeaders(lines ...string) string {
	var b strings.Builder
	for i := 0; i < len(lines); i += 2 {
		b.WriteString(tnet(tnet(lines[i], ',')+tnet(lines[i+1], ','), ']'))
	}
	return tnet(b.String(), ']')
}

// writeMitmproxy writes flows as mitmproxy does, bodies as they came.
func writeMitmproxy(steps []step, version int) string {
	var b strings.Builder
	for i, s := range steps {
		u, _ := url.Parse(s.url)
		at := float64(began(i).UnixMicro()) / 1e6
		stamp := tnet(fmt.Sprintf("%.6f", at), '^')
		response := []string{"Date", "Sat, 21 Nov 2026 10:00:07 GMT", "Content-Type", "text/html", "content-encoding", "gzip", "Set-Cookie", "sid=secret"}
		if s.location != "" {
			response = append(response, "Location", s.location)
		}
		authority := tnet("", ',')
		request := []string{"Host", u.Host, "Cookie", "sid=secret", "Authorization", "Bearer secret"}
		if version >= 20 { // HTTP/2
			authority, request = tnet(u.Host, ','), request[2:]
		}
		b.WriteString(tnetDict(
			"websocket", tnet("", '~'),
			"response", tnetDict("reason", tnet("OK", ','), "status_code", tnet(fmt.Sprint(s.status), '#'), "timestamp_end", stamp, "trailers", tnet("", '~'),
				"content", tnet(gzipped(s.page), ','), "headers", tnetHeaders(response...), "http_version", tnet("HTTP/1.1", ',')),
			"request", tnetDict("path", tnet(strings.TrimPrefix(s.url, "https://"+u.Host), ','), "authority", authority, "scheme", tnet("https", ','), "method", tnet(s.method, ','),
				"port", tnet("443", '#'), "host", tnet("192.0.2.1", ';'), "timestamp_start", stamp, "content", tnet(s.body, ','), "headers", tnetHeaders(request...)),
			"metadata", tnetDict(), "type", tnet("http", ';'), "marked", tnet("false", '!'), "error", tnet("", '~'),
			"client_conn", tnetDict("peername", tnet(tnet("127.0.0.1", ';')+tnet("5", '#'), ']')), "version", tnet(fmt.Sprint(version), '#'),
		))
	}
	return b.String()
}

// writeCharles writes a JSON session.
func writeCharles(steps []step) string {
	var entries []json.RawMessage
	for i, s := range steps {
		u, _ := url.Parse(s.url)
		query := any(nil)
		if u.RawQuery != "" {
			query = u.RawQuery
		}
		response := any(object("text", s.page, "charset", "UTF-8"))
		if i%2 == 1 {
			response = object("encoded", b64(gzipped(s.page)))
		}
		headers := responseHeaders(s)
		if i%2 == 1 {
			headers = json.RawMessage(strings.Replace(string(headers), "[", `[{"name":"Content-Encoding","value":"gzip"},`, 1))
		}
		request := []any{"sizes", object("body", len(s.body)), "mimeType", formType, "header", object("firstLine", s.method+" "+u.Path+" HTTP/1.1", "headers", requestHeaders())}
		if s.body != "" {
			request = append(request, "body", object("text", s.body, "charset", nil))
		}
		entries = append(entries, object("status", "COMPLETE", "method", s.method, "protocolVersion", "HTTP/1.1", "scheme", "https", "host", u.Host, "actualPort", 443, "path", u.Path, "query", query,
			"tunnel", false, "times", object("start", began(i).In(time.FixedZone("", 3600)).Format("2006-01-02T15:04:05.000-07:00"), "end", "x"), "durations", object("total", 12),
			"request", object(request...), "response", object("status", s.status, "header", object("headers", headers), "body", response)))
	}
	return string(list(entries...))
}

// writeChromePanel writes HAR entries under numbers, with what the panel adds.
func writeChromePanel(steps []step) string {
	var members []any
	for i, s := range steps {
		entry := string(chromeEntry(s, zulu(i)))
		saml := "null"
		if s.body != "" {
			saml = quoted(testXML)
		}
		entry = strings.TrimSuffix(entry, "}") + fmt.Sprintf(`,"request_method":%q,"request_url":%s,"response_status":%d,"id":%d,"saml":%s}`, s.method, quoted(s.url), s.status, 1000000+i, saml)
		members = append(members, fmt.Sprint(1000000+i), json.RawMessage(strings.Replace(entry, `{"_initiator"`, `{"cache":{},"_initiator"`, 1)))
	}
	return string(object(members...))
}

// writeCurlTrace writes what curl --trace-ascii does, or --trace.
func writeCurlTrace(steps []step, binary, clock bool) string {
	var b strings.Builder
	stamp := ""
	if clock {
		stamp = "10:00:00.123456 "
	}
	b.WriteString(stamp + "== Info: Host app.example:443 was resolved.\n")
	for _, s := range steps {
		head, body, _ := strings.Cut(rawRequest(s, false), "\r\n\r\n")
		curlDump(&b, stamp+"=> Send header", head+"\r\n\r\n", binary)
		if body != "" {
			curlDump(&b, stamp+"=> Send data", body, binary)
		}
		b.WriteString(stamp + "== Info: Request completely sent off\n")
		head, body, _ = strings.Cut(rawResponse(s), "\r\n\r\n")
		for line := range strings.SplitSeq(head, "\r\n") {
			curlDump(&b, stamp+"<= Recv header", line+"\r\n", binary)
		}
		curlDump(&b, stamp+"<= Recv header", "\r\n", binary)
		for part := range slices.Chunk([]byte(body), 1000) {
			curlDump(&b, stamp+"<= Recv data", string(part), binary)
		}
	}
	return b.String() + "== Info: Connection #0 to host app.example left intact\n"
}

// curlDump writes one block. The plain form ends a line at CR LF, which it
// leaves out, and has a dot for what is not printable.
func curlDump(b *strings.Builder, title, data string, binary bool) {
	fmt.Fprintf(b, "%s, %d bytes (0x%x)\n", title, len(data), len(data))
	for i := 0; i < len(data); {
		fmt.Fprintf(b, "%04x: ", i)
		if binary {
			part := data[i:min(len(data), i+16)]
			fmt.Fprintf(b, "%-48s", strings.TrimSuffix(fmt.Sprintf("% x ", part), ""))
			b.WriteString(printable(part) + "\n")
			i += 16
			continue
		}
		part := data[i:min(len(data), i+64)]
		line, _, found := strings.Cut(part, "\r\n")
		b.WriteString(printable(line) + "\n")
		if i += len(line); found || strings.HasPrefix(data[i:], "\r\n") {
			i += 2
		}
	}
}

func printable(s string) string {
	out := []byte(s)
	for i, c := range out {
		if c < ' ' || c > '~' {
			out[i] = '.'
		}
	}
	return string(out)
}

// writeHTTP writes the messages one after the other, as "Follow stream" does.
func writeHTTP(steps []step, lineEnd string) string {
	var b strings.Builder
	for _, s := range steps {
		b.WriteString(rawRequest(s, false) + rawResponse(s))
	}
	return strings.ReplaceAll(b.String(), "\r\n", lineEnd)
}

// packetLayers gives the fields of a request or response as Wireshark has them.
func packetLayers(s step, i int, answer bool) []string {
	u, _ := url.Parse(s.url)
	fields := []string{"frame.time_epoch", fmt.Sprintf("%d.250000000", began(i).Unix()), "tcp.stream", "0"}
	if answer {
		fields = append(fields, "http.response.code", fmt.Sprint(s.status), "http.date", "Sat, 21 Nov 2026 10:00:07 GMT", "http.content_type", "text/html; charset=utf-8")
		if s.location != "" {
			fields = append(fields, "http.location", s.location)
		}
		return append(fields, "http.file_data", hexPairs(s.page))
	}
	fields = append(fields, "http.request.method", s.method, "http.request.uri", strings.TrimPrefix(s.url, "https://"+u.Host), "http.host", u.Host)
	pairs := decodedPairs(s.body)
	for i := 0; i < len(pairs); i += 2 {
		fields = append(fields, "urlencoded-form.key", pairs[i], "urlencoded-form.value", pairs[i+1])
	}
	return fields
}

func hexPairs(s string) string {
	var out []string
	for i := range len(s) {
		out = append(out, hex.EncodeToString([]byte{s[i]}))
	}
	return strings.Join(out, ":")
}

// writeWiresharkJSON writes packets as tshark -T json does: names are repeated
// where a packet has a field more than once.
func writeWiresharkJSON(steps []step) string {
	var packets []string
	for i, s := range steps {
		for _, answer := range []bool{false, true} {
			fields := packetLayers(s, i, answer)
			layers := map[string][]string{}
			for f := 0; f < len(fields); f += 2 {
				layer, _, _ := strings.Cut(fields[f], ".")
				layers[layer] = append(layers[layer], quoted(fields[f])+":"+quoted(fields[f+1]))
			}
			text := `{"_index":"packets-2026-11-21","_type":"doc","_source":{"layers":{"frame":{` + strings.Join(layers["frame"], ",") + `},"tcp":{` + strings.Join(layers["tcp"], ",") + `},"tls":{"tls.record":""},"http":{"GET / HTTP/1.1\\r\\n":{"_ws.expert":{"x":[1,{"y":"z"}]},` + strings.Join(layers["http"], ",") + `}}`
			var forms []string
			for f := range slices.Chunk(layers["urlencoded-form"], 2) {
				forms = append(forms, fmt.Sprintf(`"Form item %d":{%s}`, len(forms), strings.Join(f, ",")))
			}
			packets = append(packets, text+`,"urlencoded-form":{`+strings.Join(forms, ",")+`}}}}`)
		}
	}
	return "[\n  " + strings.Join(packets, ",\n  ") + "\n]\n"
}

// writeWiresharkEK writes packets as tshark -T ek does, for Elasticsearch.
func writeWiresharkEK(steps []step) string {
	var b strings.Builder
	for i, s := range steps {
		for _, answer := range []bool{false, true} {
			fields := packetLayers(s, i, answer)
			layers := map[string]map[string]any{"tls": {"tls_tls_record": ""}}
			for f := 0; f < len(fields); f += 2 {
				layer, _, _ := strings.Cut(fields[f], ".")
				if layers[layer] == nil {
					layers[layer] = map[string]any{}
				}
				name := layer + "_" + strings.ReplaceAll(fields[f], ".", "_")
				switch before := layers[layer][name].(type) {
				case nil:
					layers[layer][name] = fields[f+1]
				case string:
					layers[layer][name] = []string{before, fields[f+1]}
				case []string:
					layers[layer][name] = append(before, fields[f+1])
				}
			}
			line, err := json.Marshal(map[string]any{"timestamp": "1", "layers": layers})
			if err != nil {
				panic(err)
			}
			fmt.Fprintf(&b, "{\"index\":{\"_index\":\"packets-2026-11-21\",\"_type\":\"doc\"}}\n%s\n", line)
		}
	}
	return b.String()
}

// writePDML writes packets in Wireshark's XML.
func writePDML(steps []step) string {
	var b strings.Builder
	b.WriteString("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<?xml-stylesheet type=\"text/xsl\" href=\"pdml2html.xsl\"?>\n<!-- You can find pdml2html.xsl in the source. -->\n<pdml version=\"0\" creator=\"wireshark/4.4.0\" time=\"Sat Nov 21 11:00:00 2026\" capture_file=\"x.pcapng\">\n")
	for i, s := range steps {
		for _, answer := range []bool{false, true} {
			b.WriteString("<packet>\n  <proto name=\"tls\" showname=\"TLS\" size=\"1\" pos=\"66\"/>\n")
			fields := packetLayers(s, i, answer)
			for f := 0; f < len(fields); f += 2 {
				fmt.Fprintf(&b, "    <field name=\"%s\" showname=\"&gt; x\" size=\"1\" pos=\"1\" show=\"%s\" value=\"00\"/>\n", fields[f], html.EscapeString(fields[f+1]))
			}
			b.WriteString("</packet>\n\n")
		}
	}
	return b.String() + "</pdml>\n"
}

// writeWiresharkText writes packet details as plain text, without bodies.
func writeWiresharkText(steps []step) string {
	var b strings.Builder
	frame := 0
	for i, s := range steps {
		for _, raw := range []string{rawRequest(s, false), rawResponse(step{status: s.status, location: s.location})} {
			frame++
			fmt.Fprintf(&b, "Frame %d: 900 bytes on wire (7200 bits), 900 bytes captured (7200 bits) on interface en0, id 0\n    Arrival Time: Nov 21, 2026 11:00:%02d.250000000 CET\n    Epoch Arrival Time: %d.250000000\nTransmission Control Protocol, Src Port: 1, Dst Port: 443\n    [Stream index: 0]\nTransport Layer Security\n    TLSv1.2 Record Layer\nHypertext Transfer Protocol\n", frame, i, began(i).Unix())
			head, body, _ := strings.Cut(raw, "\r\n\r\n")
			for line := range strings.SplitSeq(head, "\r\n") {
				b.WriteString("    " + line + "\\r\\n\n")
			}
			b.WriteString("    \\r\\n\n")
			if body != "" {
				b.WriteString("HTML Form URL Encoded: application/x-www-form-urlencoded\n")
				pairs := decodedPairs(body)
				for p := 0; p < len(pairs); p += 2 {
					fmt.Fprintf(&b, "    Form item: \"%s\" = \"%s\"\n        Key: %s\n        Value: %s\n", pairs[p], pairs[p+1], pairs[p], pairs[p+1])
				}
			}
			b.WriteString("\n")
		}
	}
	return b.String()
}
