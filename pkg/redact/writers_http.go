package redact

import (
	"archive/zip"
	"bytes"
	"cmp"
	"encoding/base64"
	"fmt"
	"html"
	"net/url"
	"strings"
)

// rawRequest and rawResponse are the exchange as it goes over the wire.
func (e *exchange) rawRequest(absolute bool) string {
	target := e.url
	if u, err := url.Parse(e.url); err == nil && !absolute {
		target = u.RequestURI()
	}
	return e.method + " " + target + " HTTP/1.1\r\n" + headers(e.request, e.body) + e.body
}

func (e *exchange) rawResponse() string {
	if e.status == 0 {
		return ""
	}
	return fmt.Sprintf("HTTP/1.1 %d -\r\n", e.status) + headers(e.response, e.page) + e.page
}

func headers(list []field, body string) string {
	var b strings.Builder
	for _, f := range list {
		b.WriteString(f.name + ": " + f.value + "\r\n")
	}
	fmt.Fprintf(&b, "Content-Length: %d\r\n\r\n", len(body))
	return b.String()
}

// member is a file in an archive.
type member struct{ name, content string }

func zipped(members []member) ([]byte, error) {
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, m := range members {
		f, err := w.Create(m.name)
		if err != nil {
			return nil, err
		}
		if _, err := f.Write([]byte(m.content)); err != nil {
			return nil, err
		}
	}
	err := w.Close()
	return out.Bytes(), err
}

// writeSAZ writes a session archive of Fiddler.
func writeSAZ(s *session) ([]byte, error) {
	members := []member{{"raw/", ""}}
	for i, e := range s.exchanges {
		n := fmt.Sprintf("raw/%0*d", len(fmt.Sprint(len(s.exchanges))), i+1)
		members = append(members, member{n + "_c.txt", e.rawRequest(true)}, member{n + "_s.txt", e.rawResponse()},
			member{n + "_m.xml", fmt.Sprintf("<?xml version=\"1.0\" encoding=\"utf-8\"?>\r\n<Session SID=\"%d\" BitFlags=\"9\">\r\n  <SessionTimers ClientBeginRequest=\"%s\" />\r\n  <SessionFlags />\r\n</Session>",
				i+1, e.stamp("2006-01-02T15:04:05.0000000Z07:00"))})
	}
	return zipped(append(members, member{"_index.htm", "<html></html>"}))
}

// writeZip writes a ZIP archive of the parts.
func writeZip(s *session) ([]byte, error) {
	members, err := s.members()
	if err != nil {
		return nil, err
	}
	return zipped(members)
}

// writeBurp writes saved items of Burp Suite.
func writeBurp(s *session) ([]byte, error) {
	var b strings.Builder
	b.WriteString("<?xml version=\"1.0\"?>\n<items burpVersion=\"2025.8\">\n")
	for _, e := range s.exchanges {
		fmt.Fprintf(&b, "  <item>\n    <time>%s</time>\n    <url>%s</url>\n    <method>%s</method>\n    <request base64=\"true\">%s</request>\n    <status>%d</status>\n    <response base64=\"true\">%s</response>\n  </item>\n",
			e.stamp("Mon Jan 02 15:04:05 UTC 2006"), html.EscapeString(e.url), e.method, base64.StdEncoding.EncodeToString([]byte(e.rawRequest(false))),
			e.status, base64.StdEncoding.EncodeToString([]byte(e.rawResponse())))
	}
	return []byte(b.String() + "</items>\n"), nil
}

// tnet writes a tnetstring (tnetstrings.org) with the type marks of mitmproxy.
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

func tnetHeaders(list []field) string {
	var b strings.Builder
	for _, f := range list {
		b.WriteString(tnet(tnet(f.name, ',')+tnet(f.value, ','), ']'))
	}
	return tnet(b.String(), ']')
}

// writeMitmproxy writes flows of file version 20.
func writeMitmproxy(s *session) ([]byte, error) {
	var b strings.Builder
	none := tnet("", '~')
	for _, e := range s.exchanges {
		u, err := url.Parse(e.url)
		if err != nil {
			u = &url.URL{}
		}
		port := cmp.Or(u.Port(), map[string]string{"http": "80"}[u.Scheme], "443")
		stamp := tnet(fmt.Sprintf("%.6f", float64(max(e.at.UnixMicro(), 0))/1e6), '^')
		response := none
		if e.status != 0 {
			response = tnetDict("http_version", tnet("HTTP/1.1", ','), "status_code", tnet(fmt.Sprint(e.status), '#'), "reason", tnet("", ','),
				"headers", tnetHeaders(e.response), "content", tnet(e.page, ','), "timestamp_start", stamp, "timestamp_end", stamp)
		}
		b.WriteString(tnetDict(
			"version", tnet("20", '#'), "type", tnet("http", ';'),
			"request", tnetDict("http_version", tnet("HTTP/1.1", ','), "method", tnet(e.method, ','), "scheme", tnet(cmp.Or(u.Scheme, "https"), ','), "authority", tnet("", ','),
				"host", tnet(u.Hostname(), ';'), "port", tnet(port, '#'), "path", tnet(u.RequestURI(), ','), "headers", tnetHeaders(e.request),
				"content", tnet(e.body, ','), "timestamp_start", stamp, "timestamp_end", stamp),
			"response", response, "error", none, "metadata", tnetDict(), "marked", tnet("", ';')))
	}
	return []byte(b.String()), nil
}

// writeHTTP writes requests and responses one after the other.
func writeHTTP(s *session) ([]byte, error) {
	var b bytes.Buffer
	for _, e := range s.exchanges {
		b.WriteString(e.rawRequest(true) + e.rawResponse())
		if !bytes.HasSuffix(b.Bytes(), []byte("\n")) {
			b.WriteString("\r\n")
		}
	}
	return b.Bytes(), nil
}
