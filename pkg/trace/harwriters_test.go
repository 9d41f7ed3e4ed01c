package trace

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"strings"
)

// The sign-in that every producer records: the app redirects to the identity
// provider, which answers with a page that posts the response to the app.
const (
	appURL = "https://app.example/start?next=%2Fhome"
	acsURL = "https://app.example/acs?tenant=1"
	idpURL = "https://idp.example/sso"
	relay  = "https://app.example/home?a=1&b=\u00e9"
)

func requestQuery() string {
	return "SAMLRequest=" + url.QueryEscape(deflated(requestXML)) + "&RelayState=" + url.QueryEscape(relay)
}

func responseForm() string {
	return "SAMLResponse=" + url.QueryEscape(b64(testXML)) + "&RelayState=" + url.QueryEscape(relay)
}

func responsePage() string {
	return "<html>\r\n<body onload=\"document.forms[0].submit()\"><form method=\"POST\" action=\"" + html.EscapeString(acsURL) + "\">" +
		"<input type=\"hidden\" name=\"SAMLResponse\" value=\"" + html.EscapeString(b64(testXML)) + "\"/>" +
		"<input value='" + html.EscapeString(relay) + "' name='RelayState' type=hidden></form>\u00fcber</body></html>"
}

// step is one exchange, before a producer writes it.
type step struct {
	method, url, body string
	status            int
	location, page    string
}

func signIn() []step {
	return []step{
		{method: "GET", url: appURL, status: 302, location: idpURL + "?" + requestQuery()},
		{method: "GET", url: idpURL + "?" + requestQuery(), status: 200, page: responsePage()},
		{method: "POST", url: acsURL, body: responseForm(), status: 302, location: "/home"},
		{method: "GET", url: "https://app.example/home", status: 200, page: "<html><body>welcome</body></html>"},
	}
}

// object writes a JSON object with its members in the order given; values that
// are json.RawMessage stand as they are.
func object(members ...any) json.RawMessage {
	var b strings.Builder
	b.WriteByte('{')
	for i := 0; i < len(members); i += 2 {
		if i > 0 {
			b.WriteByte(',')
		}
		value, err := json.Marshal(members[i+1])
		if err != nil {
			panic(err)
		}
		fmt.Fprintf(&b, "%q:%s", members[i], value)
	}
	b.WriteByte('}')
	return json.RawMessage(b.String())
}

func list(items ...json.RawMessage) json.RawMessage {
	if items == nil {
		items = []json.RawMessage{}
	}
	out, _ := json.Marshal(items)
	return out
}

func nameValues(pairs ...string) json.RawMessage {
	var items []json.RawMessage
	for i := 0; i < len(pairs); i += 2 {
		items = append(items, object("name", pairs[i], "value", pairs[i+1]))
	}
	return list(items...)
}

func queryOf(raw string) []string {
	_, query := splitURL(raw)
	return decodedPairs(query)
}

func decodedPairs(form string) []string {
	var out []string
	for part := range strings.SplitSeq(form, "&") {
		name, value, found := strings.Cut(part, "=")
		if found {
			plain, _ := url.QueryUnescape(value)
			out = append(out, name, plain)
		}
	}
	return out
}

func rawPairs(form string) []string {
	var out []string
	for part := range strings.SplitSeq(form, "&") {
		if name, value, found := strings.Cut(part, "="); found {
			out = append(out, name, value)
		}
	}
	return out
}

func responseHeaders(s step) json.RawMessage {
	h := []string{"Date", "Sat, 21 Nov 2026 10:00:07 GMT", "Content-Type", "text/html; charset=utf-8", "Set-Cookie", "sid=secret; Path=/; Secure; HttpOnly; SameSite=None"}
	if s.location != "" {
		h = append(h, "Location", s.location)
	}
	return nameValues(h...)
}

func requestHeaders() json.RawMessage {
	return nameValues("Host", "app.example", "Cookie", "sid=secret; other=2", "Authorization", "Bearer secret")
}

const formType = "application/x-www-form-urlencoded"

// producers write the sign-in as each tool does.
var producers = []struct {
	name    string
	started func(i int) string
	entry   func(s step, started string) json.RawMessage
	file    func(entries json.RawMessage) string
}{
	{"Chrome", zulu, chromeEntry, func(entries json.RawMessage) string {
		return indent(object("log", object("version", "1.2", "creator", object("name", "WebInspector", "version", "537.36"),
			"pages", list(object("startedDateTime", zulu(0), "id", "page_1", "title", appURL)), "entries", entries)))
	}},
	{"Firefox", func(i int) string { return fmt.Sprintf("2026-11-21T02:00:%02d.250-08:00", i) }, firefoxEntry, func(entries json.RawMessage) string {
		return indent(object("log", object("version", "1.2", "creator", object("name", "Firefox", "version", "133.0"), "browser", object("name", "Firefox"), "entries", entries)))
	}},
	{"Safari", zulu, safariEntry, func(entries json.RawMessage) string {
		return string(object("log", object("version", "1.2", "creator", object("name", "WebKit Web Inspector", "version", "1.0"), "pages", list(), "entries", entries)))
	}},
	{"Charles", func(i int) string { return fmt.Sprintf("2026-11-21T10:00:%02d.250+0000", i) }, charlesEntry, func(entries json.RawMessage) string {
		return string(object("log", object("version", "1.2", "creator", object("name", "Charles Proxy", "version", "4.6"), "entries", entries)))
	}},
	{"Fiddler", func(i int) string { return fmt.Sprintf("2026-11-21T10:00:%02d.2500000+00:00", i) }, fiddlerEntry, func(entries json.RawMessage) string {
		return "\ufeff" + strings.ReplaceAll(string(object("log", object("pages", list(), "comment", "exported @ 21.11.2026", "entries", entries,
			"creator", object("name", "Fiddler", "version", "5.0"), "version", "1.2"))), "/", `\/`)
	}},
	{"Insomnia", zulu, insomniaEntry, func(entries json.RawMessage) string {
		return string(object("log", object("version", "1.2", "creator", object("name", "Insomnia REST Client", "version", "insomnia.desktop.app"), "entries", entries)))
	}},
	{"mitmproxy", func(i int) string { return fmt.Sprintf("2026-11-21T10:00:%02d.250000+00:00", i) }, mitmproxyEntry, func(entries json.RawMessage) string {
		return indent(object("log", object("version", "1.2", "creator", object("name", "mitmproxy", "version", "11"), "pages", list(), "entries", entries)))
	}},
	{"Slack", zulu, slackEntry, func(entries json.RawMessage) string {
		return string(object("log", object("entries", entries, "version", "1.3")))
	}},
}

func zulu(i int) string { return fmt.Sprintf("2026-11-21T10:00:%02d.250Z", i) }

func indent(raw json.RawMessage) string {
	out, _ := json.MarshalIndent(raw, "", "  ")
	return string(out)
}

func chromeEntry(s step, started string) json.RawMessage {
	request := []any{"method", s.method, "url", s.url, "httpVersion", "http/2.0", "headers", requestHeaders(),
		"queryString", nameValues(queryOf(s.url)...), "cookies", list(), "headersSize", -1, "bodySize", len(s.body)}
	if s.body != "" {
		request = append(request, "postData", object("mimeType", formType, "text", s.body, "params", nameValues(rawPairs(s.body)...)))
	}
	content := []any{"size", len(s.page), "mimeType", "text/html", "text", base64.StdEncoding.EncodeToString([]byte(s.page)), "encoding", "base64"}
	return object("_initiator", object("type", "script", "stack", object("callFrames", list(object("functionName", "SAMLResponse")))), "_priority", "VeryHigh",
		"_resourceType", "document", "cache", object(), "pageref", "page_1", "request", object(request...),
		"response", object("status", s.status, "statusText", "", "headers", responseHeaders(s), "content", object(content...), "redirectURL", s.location, "_error", nil),
		"serverIPAddress", "[::1]", "startedDateTime", started, "time", 14.666000031866133)
}

func firefoxEntry(s step, started string) json.RawMessage {
	request := []any{"bodySize", len(s.body), "method", s.method, "url", s.url, "headers", requestHeaders(), "cookies", list(), "queryString", nameValues(queryOf(s.url)...)}
	if s.body != "" {
		request = append(request, "postData", object("mimeType", formType, "params", nameValues(decodedPairs(s.body)...),
			"text", fmt.Sprintf("Content-Type: %s\r\nContent-Length: %d\r\n\r\n%s", formType, len(s.body), s.body)))
	}
	return object("startedDateTime", started, "request", object(request...),
		"response", object("status", s.status, "headers", responseHeaders(s), "content", object("mimeType", "text/html", "size", len(s.page), "text", s.page), "redirectURL", s.location),
		"time", 23, "_securityState", "secure", "connection", "443")
}

func safariEntry(s step, started string) json.RawMessage {
	request := []any{"method", s.method, "url", s.url, "queryString", nameValues(queryOf(s.url)...), "headers", requestHeaders()}
	if s.body != "" {
		request = append(request, "postData", object("mimeType", formType, "text", s.body, "params", nameValues(decodedPairs(s.body)...)))
	}
	return object("pageref", "page_0", "startedDateTime", started, "request", object(request...),
		"response", object("status", s.status, "headers", responseHeaders(s), "content", object("size", len(s.page), "compression", 1, "mimeType", "text/html", "text", s.page), "redirectURL", s.location),
		"_fetchType", "Network Load")
}

// charlesEntry has no text in postData: parameters alone.
func charlesEntry(s step, started string) json.RawMessage {
	request := []any{"method", s.method, "url", s.url, "queryString", nameValues(queryOf(s.url)...), "headers", requestHeaders()}
	if s.body != "" {
		request = append(request, "postData", object("mimeType", formType, "params", nameValues(decodedPairs(s.body)...)))
	}
	return object("startedDateTime", started, "request", object(request...),
		"response", object("_charlesStatus", "COMPLETE", "status", s.status, "headers", responseHeaders(s), "content", object("size", len(s.page), "mimeType", "text/html", "text", s.page), "redirectURL", nil))
}

// fiddlerEntry has the members in another order, text before its encoding.
func fiddlerEntry(s step, started string) json.RawMessage {
	request := []any{"headersSize", 1, "postData", object("text", s.body, "mimeType", formType, "params", nameValues(decodedPairs(s.body)...)),
		"headers", requestHeaders(), "method", s.method, "url", s.url}
	return object("response", object("redirectURL", s.location, "content", object("text", base64.StdEncoding.EncodeToString([]byte(s.page)), "encoding", "base64", "mimeType", "text/html", "size", 1), "headers", responseHeaders(s), "status", s.status),
		"request", object(request...), "startedDateTime", started)
}

func insomniaEntry(s step, started string) json.RawMessage {
	return object("startedDateTime", started, "request", object("method", s.method, "url", s.url, "headers", list(), "queryString", nameValues(queryOf(s.url)...),
		"postData", object("mimeType", "", "text", s.body, "params", list()), "settingEncodeUrl", true),
		"response", object("status", s.status, "headers", responseHeaders(s), "content", object("size", 1, "mimeType", "text/html", "text", s.page), "redirectURL", s.location), "comment", "login")
}

func mitmproxyEntry(s step, started string) json.RawMessage {
	request := []any{"method", s.method, "url", s.url, "headers", requestHeaders(), "queryString", nameValues(queryOf(s.url)...), "headersSize", 1}
	if s.body != "" {
		request = append(request, "postData", object("mimeType", formType, "text", s.body, "params", nameValues(decodedPairs(s.body)...)))
	}
	return object("startedDateTime", started, "time", 1.5, "request", object(request...),
		"response", object("status", s.status, "cookies", list(), "headers", responseHeaders(s), "content", object("size", 1, "compression", 0, "mimeType", "text/html; charset=utf-8", "text", s.page), "redirectURL", s.location))
}

// slackEntry has headers as arrays, or as one object.
func slackEntry(s step, started string) json.RawMessage {
	return object("startedDateTime", started,
		"request", object("method", strings.ToLower(s.method), "url", s.url, "headers", [][]string{{"Cookie", "sid=secret; other=2"}}, "postData", object("text", s.body)),
		"response", object("status", s.status, "headers", object("Location", s.location, "Date", "Sat, 21 Nov 2026 10:00:07 GMT"), "content", object("text", s.page, "mimeType", "text/html")))
}

// writeHAR writes steps as a producer does.
func writeHAR(producer int, steps []step) string {
	p := producers[producer]
	var entries []json.RawMessage
	for i, s := range steps {
		entries = append(entries, p.entry(s, p.started(i)))
	}
	return p.file(list(entries...))
}
