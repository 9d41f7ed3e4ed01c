package redact

import (
	"archive/zip"
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"slices"
	"strings"
	"time"
)

// writers are the formats that can be written, by the names of package trace.
var writers = map[string]func(*session) ([]byte, error){
	"har":               writeHAR,
	"saml-chrome-panel": writeChromePanel,
	"saml-tracer":       writeSAMLTracer,
	"saz":               writeSAZ,
	"zip":               writeZip,
	"burp":              writeBurp,
	"mitmproxy":         writeMitmproxy,
	"charles":           writeCharles,
	"http":              writeHTTP,
	"curl":              writeCurl,
	"xml":               writeXML,
	"json":              writeJSON,
	"html":              writeHTML,
	"url":               writeURLs,
	"form":              writeForms,
	"base64":            writeBase64,
	"text":              writeText,
}

// withExchanges are the formats that hold exchanges and no loose messages.
var withExchanges = []string{"har", "saml-chrome-panel", "saml-tracer", "saz", "zip", "burp", "mitmproxy", "charles", "http", "curl"}

// writable is the format to write: the same, or where there is no writer for
// it, or it cannot hold what there is, a HAR file or a text.
func writable(format string, s *session) string {
	_, known := writers[format]
	holds := slices.Contains(withExchanges, format)
	switch {
	case known && holds && len(s.loose) == 0, known && !holds && len(s.exchanges) == 0:
		return format
	case len(s.loose) == 0:
		return "har"
	}
	return "text"
}

// stamp is when an exchange began, "" where that is not known.
func (e *exchange) stamp(layout string) string {
	if e.at.IsZero() {
		return ""
	}
	return e.at.UTC().Format(layout)
}

// nameValue is a pair as HAR and others write it.
type nameValue struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

func nameValues(list []field) []nameValue {
	out := make([]nameValue, 0, len(list))
	for _, f := range list {
		out = append(out, nameValue{f.name, f.value})
	}
	return out
}

// decodedPairs are the parameters of a query or form.
func decodedPairs(form string) []nameValue {
	out := []nameValue{}
	for part := range strings.SplitSeq(form, "&") {
		if name, value, _ := strings.Cut(part, "="); part != "" {
			out = append(out, nameValue{unescaped(name), unescaped(value)})
		}
	}
	return out
}

func (e *exchange) query() string {
	_, query, _ := strings.Cut(e.url, "?")
	return query
}

func (e *exchange) header(name string) string {
	for _, f := range e.response {
		if f.name == name {
			return f.value
		}
	}
	return ""
}

// The parts of a HAR file, version 1.2.
type (
	harEntry struct {
		Started  string      `json:"startedDateTime,omitempty"`
		Time     float64     `json:"time"`
		Request  harRequest  `json:"request"`
		Response harResponse `json:"response"`
		Cache    struct{}    `json:"cache"`
		Timings  harTimings  `json:"timings"`
	}
	harTimings struct {
		Send    float64 `json:"send"`
		Wait    float64 `json:"wait"`
		Receive float64 `json:"receive"`
	}
	harRequest struct {
		Method      string      `json:"method"`
		URL         string      `json:"url"`
		HTTPVersion string      `json:"httpVersion"`
		Cookies     []nameValue `json:"cookies"`
		Headers     []nameValue `json:"headers"`
		Query       []nameValue `json:"queryString"`
		Post        *harPost    `json:"postData,omitempty"`
		HeadersSize int         `json:"headersSize"`
		BodySize    int         `json:"bodySize"`
	}
	harPost struct {
		Mime   string      `json:"mimeType"`
		Params []nameValue `json:"params"`
		Text   string      `json:"text"`
	}
	harResponse struct {
		Status      int         `json:"status"`
		StatusText  string      `json:"statusText"`
		HTTPVersion string      `json:"httpVersion"`
		Cookies     []nameValue `json:"cookies"`
		Headers     []nameValue `json:"headers"`
		Content     harContent  `json:"content"`
		Redirect    string      `json:"redirectURL"`
		HeadersSize int         `json:"headersSize"`
		BodySize    int         `json:"bodySize"`
	}
	harContent struct {
		Size int    `json:"size"`
		Mime string `json:"mimeType"`
		Text string `json:"text,omitempty"`
	}
)

func (e *exchange) har() harEntry {
	out := harEntry{
		Started: e.stamp("2006-01-02T15:04:05.000Z"),
		Request: harRequest{
			Method: e.method, URL: e.url, HTTPVersion: "HTTP/1.1", Cookies: []nameValue{}, Headers: nameValues(e.request),
			Query: decodedPairs(e.query()), HeadersSize: -1, BodySize: len(e.body),
		},
		Response: harResponse{
			Status: e.status, StatusText: "", HTTPVersion: "HTTP/1.1", Cookies: []nameValue{}, Headers: nameValues(e.response),
			Content: harContent{len(e.page), e.mime, e.page}, Redirect: e.header("Location"), HeadersSize: -1, BodySize: len(e.page),
		},
	}
	if e.body != "" {
		out.Request.Post = &harPost{Mime: e.bodyType, Params: decodedPairs(e.body), Text: e.body}
	}
	return out
}

func indented(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(v)
	return b.Bytes(), err
}

func (s *session) hars() []harEntry {
	out := make([]harEntry, 0, len(s.exchanges))
	for _, e := range s.exchanges {
		out = append(out, e.har())
	}
	return out
}

func writeHAR(s *session) ([]byte, error) {
	type creator struct {
		Name    string `json:"name"`
		Version string `json:"version"`
	}
	type log struct {
		Version string     `json:"version"`
		Creator creator    `json:"creator"`
		Comment string     `json:"comment"`
		Entries []harEntry `json:"entries"`
	}
	return indented(map[string]log{"log": {
		Version: "1.2", Creator: creator{"ssodoctor", "redact"},
		Comment: "a redacted copy: values about users are pseudonyms, verdicts on signatures were taken before", Entries: s.hars(),
	}})
}

func writeChromePanel(s *session) ([]byte, error) {
	type entry struct {
		harEntry
		Method string `json:"request_method"`
		URL    string `json:"request_url"`
		Status int    `json:"response_status"`
		ID     int    `json:"id"`
		SAML   string `json:"saml,omitempty"`
	}
	out := make(map[string]entry, len(s.exchanges))
	for i, e := range s.exchanges {
		id := 1_000_000 + i
		out[fmt.Sprint(id)] = entry{e.har(), e.method, e.url, e.status, id, string(e.decoded)}
	}
	return indented(out)
}

func writeSAMLTracer(s *session) ([]byte, error) {
	type entry struct {
		Method          string      `json:"method"`
		URL             string      `json:"url"`
		RequestHeaders  []nameValue `json:"requestHeaders"`
		ResponseHeaders []nameValue `json:"responseHeaders"`
		Status          int         `json:"responseStatus"`
		Get             [][2]string `json:"get,omitempty"`
		Post            [][2]string `json:"post,omitempty"`
		SAML            string      `json:"saml,omitempty"`
		Protocol        string      `json:"protocol,omitempty"`
	}
	entries := make([]entry, 0, len(s.exchanges))
	for _, e := range s.exchanges {
		out := entry{
			Method: e.method, URL: e.url, RequestHeaders: nameValues(e.request), ResponseHeaders: nameValues(e.response), Status: e.status,
			Get: couples(e.query()), SAML: string(e.decoded),
		}
		if strings.HasPrefix(e.bodyType, "application/x-www-form-urlencoded") {
			out.Post = couples(e.body)
		}
		if len(e.decoded) > 0 {
			out.Protocol = "SAML-P"
		}
		entries = append(entries, out)
	}
	return indented(struct {
		Requests  []entry `json:"requests"`
		Timestamp string  `json:"timestamp"`
	}{entries, s.exported.UTC().Format("2006-01-02T15:04:05.000Z")})
}

func couples(form string) [][2]string {
	var out [][2]string
	for _, p := range decodedPairs(form) {
		out = append(out, [2]string{p.Name, p.Value})
	}
	return out
}

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

// writeZip writes a ZIP archive with one HAR file.
func writeZip(s *session) ([]byte, error) {
	har, err := writeHAR(s)
	if err != nil {
		return nil, err
	}
	return zipped([]member{{"redacted.har", string(har)}})
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

// writeCharles writes a JSON session of Charles.
func writeCharles(s *session) ([]byte, error) {
	type text struct {
		Text string `json:"text"`
	}
	type head struct {
		Headers []nameValue `json:"headers"`
	}
	type half struct {
		Status int    `json:"status,omitempty"`
		Mime   string `json:"mimeType,omitempty"`
		Header head   `json:"header"`
		Body   *text  `json:"body,omitempty"`
	}
	type entry struct {
		Status   string            `json:"status"`
		Method   string            `json:"method"`
		Protocol string            `json:"protocolVersion"`
		Scheme   string            `json:"scheme"`
		Host     string            `json:"host"`
		Port     json.Number       `json:"actualPort"`
		Path     string            `json:"path"`
		Query    *string           `json:"query"`
		Times    map[string]string `json:"times"`
		Request  half              `json:"request"`
		Response half              `json:"response"`
	}
	entries := make([]entry, 0, len(s.exchanges))
	for _, e := range s.exchanges {
		u, err := url.Parse(e.url)
		if err != nil {
			u = &url.URL{}
		}
		out := entry{
			Status: "COMPLETE", Method: e.method, Protocol: "HTTP/1.1", Scheme: u.Scheme, Host: u.Hostname(),
			Port: json.Number(cmp.Or(u.Port(), map[string]string{"http": "80"}[u.Scheme], "443")), Path: u.EscapedPath(), Times: map[string]string{},
			Request:  half{Mime: e.bodyType, Header: head{nameValues(e.request)}},
			Response: half{Status: e.status, Mime: e.mime, Header: head{nameValues(e.response)}, Body: &text{e.page}},
		}
		if at := e.stamp(time.RFC3339Nano); at != "" {
			out.Times["start"] = at
		}
		if u.RawQuery != "" {
			out.Query = &u.RawQuery
		}
		if e.body != "" {
			out.Request.Body = &text{e.body}
		}
		entries = append(entries, out)
	}
	return indented(entries)
}

// writeHTTP writes requests and responses one after the other.
func writeHTTP(s *session) ([]byte, error) {
	var b strings.Builder
	for _, e := range s.exchanges {
		b.WriteString(e.rawRequest(true) + e.rawResponse())
		if !strings.HasSuffix(b.String(), "\n") {
			b.WriteString("\r\n")
		}
	}
	return []byte(b.String()), nil
}

// writeCurl writes commands for a Unix shell, as browsers copy them.
func writeCurl(s *session) ([]byte, error) {
	var b strings.Builder
	quote := func(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }
	for _, e := range s.exchanges {
		b.WriteString("curl " + quote(e.url))
		if e.method != "GET" {
			b.WriteString(" -X " + quote(e.method))
		}
		for _, f := range e.request {
			if f.name != "Host" {
				b.WriteString(" \\\n  -H " + quote(strings.ToLower(f.name)+": "+f.value))
			}
		}
		if e.body != "" {
			b.WriteString(" \\\n  --data-raw " + quote(e.body))
		}
		b.WriteString("\n")
	}
	return []byte(b.String()), nil
}

// each writes the messages one a line.
func (s *session) each(line func(*outgoing) string) ([]byte, error) {
	var b strings.Builder
	for _, m := range s.all {
		b.WriteString(line(m) + "\n")
	}
	return []byte(b.String()), nil
}

func writeXML(s *session) ([]byte, error) {
	return s.each(func(m *outgoing) string { return string(m.xml) })
}

func writeBase64(s *session) ([]byte, error) {
	return s.each(func(m *outgoing) string { return base64.StdEncoding.EncodeToString(m.xml) })
}

func (m *outgoing) formBody() string {
	out := m.parameter() + "=" + url.QueryEscape(m.encoded(m.Binding == "HTTP-Redirect"))
	if m.relay != "" {
		out += "&RelayState=" + url.QueryEscape(m.relay)
	}
	return out
}

func writeForms(s *session) ([]byte, error) { return s.each((*outgoing).formBody) }

func writeURLs(s *session) ([]byte, error) {
	return s.each(func(m *outgoing) string { return extend(cmp.Or(m.sentTo, "https://idp.example/"), m.formBody()) })
}

// writeText writes what a log would say.
func writeText(s *session) ([]byte, error) {
	return s.each(func(m *outgoing) string {
		if m.Parameter == "" {
			return string(m.xml)
		}
		return "redacted copy: " + m.formBody()
	})
}

func writeHTML(s *session) ([]byte, error) {
	out, err := s.each(func(m *outgoing) string {
		form := fmt.Sprintf("<form method=\"post\" action=\"%s\">\n<input type=\"hidden\" name=\"%s\" value=\"%s\">\n", html.EscapeString(m.sentTo), m.parameter(), html.EscapeString(m.encoded(false)))
		if m.relay != "" {
			form += fmt.Sprintf("<input type=\"hidden\" name=\"RelayState\" value=\"%s\">\n", html.EscapeString(m.relay))
		}
		return form + "</form>"
	})
	return []byte("<!DOCTYPE html>\n<html><body>\n" + string(out) + "</body></html>\n"), err
}

func writeJSON(s *session) ([]byte, error) {
	out := make([]map[string]string, 0, len(s.all))
	for _, m := range s.all {
		entry := map[string]string{m.parameter(): m.encoded(m.Binding == "HTTP-Redirect")}
		if m.relay != "" {
			entry["RelayState"] = m.relay
		}
		out = append(out, entry)
	}
	if len(out) == 1 {
		return indented(out[0])
	}
	return indented(out)
}
