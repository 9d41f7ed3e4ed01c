package redact

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"time"
)

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
