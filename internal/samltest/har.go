package samltest

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Exchange is one HTTP request and its response.
type Exchange struct {
	Time            time.Time
	Method, URL     string
	RequestHeaders  []Header
	Body            string // of the request
	BodyType        string
	Status          int
	ResponseHeaders []Header
	Page            string // the body of the response
	PageType        string
}

// Header is one HTTP header.
type Header struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Get returns an exchange that fetches a page.
func Get(at time.Time, url, page string) Exchange {
	return Exchange{Time: at, Method: "GET", URL: url, Status: 200, Page: page, PageType: "text/html; charset=utf-8"}
}

// Redirect returns an exchange that is answered with a redirect.
func Redirect(at time.Time, url, location string) Exchange {
	return Exchange{Time: at, Method: "GET", URL: url, Status: 302,
		ResponseHeaders: []Header{{"Location", location}}, PageType: "text/html; charset=utf-8"}
}

// Post returns an exchange that posts a form and is redirected.
func Post(at time.Time, url, form, location string) Exchange {
	e := Redirect(at, url, location)
	e.Method, e.Body, e.BodyType = "POST", form, "application/x-www-form-urlencoded"
	return e
}

// SignIn returns a whole sign-in as a browser sees it: the app redirects with
// the request, the identity provider answers with the form, the browser posts
// the response to the app four seconds after Time, the app lets the user in.
func SignIn(request, response string) []Exchange {
	const app, relayState = "https://halo.contoso.com/portal", "/portal/tickets"
	redirect := RedirectURLWith(request, relayState)
	post := Post(Time.Add(4*time.Second), ACS, PostForm(response, relayState), app)
	post.RequestHeaders = []Header{{"Origin", "https://login.microsoftonline.com"}, {"Cookie", "sid=2b7e151628aed2a6"}}
	return []Exchange{
		Redirect(Time.Add(-4*time.Second), app, redirect),
		Get(Time.Add(-3*time.Second), redirect, HTMLForm(response, relayState)),
		post,
		Get(Time.Add(5*time.Second), app, "<html><title>HaloITSM</title></html>"),
	}
}

// HAR writes the exchanges as Chrome exports them. Each response has a Date
// header of the exchange's time, unless it brings its own.
func HAR(exchanges ...Exchange) string {
	entries := make([]harEntry, len(exchanges))
	for i, e := range exchanges {
		entries[i] = e.entry()
	}
	var file struct {
		Log harLog `json:"log"`
	}
	file.Log = harLog{Version: "1.2", Creator: harCreator{"WebInspector", "537.36"}, Pages: []harPage{}, Entries: entries}
	out, err := json.MarshalIndent(file, "", "  ")
	must(err)
	return string(out) + "\n"
}

type (
	harLog struct {
		Version string     `json:"version"`
		Creator harCreator `json:"creator"`
		Pages   []harPage  `json:"pages"`
		Entries []harEntry `json:"entries"`
	}
	harCreator struct {
		Name    string `json:"name"`
		Version string `json:"version"`
	}
	harPage  struct{}
	harEntry struct {
		ResourceType string      `json:"_resourceType"`
		Started      string      `json:"startedDateTime"`
		Duration     float64     `json:"time"`
		Request      harRequest  `json:"request"`
		Response     harResponse `json:"response"`
	}
	harRequest struct {
		Method      string    `json:"method"`
		URL         string    `json:"url"`
		HTTPVersion string    `json:"httpVersion"`
		Headers     []Header  `json:"headers"`
		Query       []Header  `json:"queryString"`
		Cookies     []Header  `json:"cookies"`
		HeadersSize int       `json:"headersSize"`
		BodySize    int       `json:"bodySize"`
		PostData    *postData `json:"postData,omitempty"`
	}
	postData struct {
		MimeType string   `json:"mimeType"`
		Text     string   `json:"text"`
		Params   []Header `json:"params"`
	}
	harResponse struct {
		Status      int        `json:"status"`
		StatusText  string     `json:"statusText"`
		HTTPVersion string     `json:"httpVersion"`
		Headers     []Header   `json:"headers"`
		Cookies     []Header   `json:"cookies"`
		Content     harContent `json:"content"`
		RedirectURL string     `json:"redirectURL"`
		HeadersSize int        `json:"headersSize"`
		BodySize    int        `json:"bodySize"`
	}
	harContent struct {
		Size     int    `json:"size"`
		MimeType string `json:"mimeType"`
		Text     string `json:"text,omitempty"`
	}
)

func (e Exchange) entry() harEntry {
	entry := harEntry{
		ResourceType: "document",
		Started:      e.Time.UTC().Format("2006-01-02T15:04:05.000Z"), Duration: 87.5,
		Request: harRequest{
			Method: e.Method, URL: e.URL, HTTPVersion: "http/2.0", Headers: orEmpty(e.RequestHeaders),
			Query: rawPairs(query(e.URL)), Cookies: []Header{}, HeadersSize: -1, BodySize: len(e.Body),
		},
		Response: harResponse{
			Status: e.Status, StatusText: http.StatusText(e.Status), HTTPVersion: "http/2.0",
			Headers: orEmpty(e.ResponseHeaders), Cookies: []Header{},
			Content:     harContent{Size: len(e.Page), MimeType: strings.Split(e.PageType, ";")[0], Text: e.Page},
			RedirectURL: header(e.ResponseHeaders, "Location"), HeadersSize: -1, BodySize: -1,
		},
	}
	if e.Body != "" {
		entry.Request.PostData = &postData{MimeType: e.BodyType, Text: e.Body, Params: rawPairs(e.Body)}
		entry.Request.Headers = append(entry.Request.Headers[:len(entry.Request.Headers):len(entry.Request.Headers)],
			Header{"Content-Type", e.BodyType})
	}
	if header(e.ResponseHeaders, "Date") == "" {
		entry.Response.Headers = append([]Header{{"Date", e.Time.UTC().Format(http.TimeFormat)}}, entry.Response.Headers...)
	}
	return entry
}

func orEmpty(headers []Header) []Header {
	if headers == nil {
		return []Header{}
	}
	return headers
}

func header(headers []Header, name string) string {
	for _, h := range headers {
		if strings.EqualFold(h.Name, name) {
			return h.Value
		}
	}
	return ""
}

func query(address string) string {
	u, err := url.Parse(address)
	must(err)
	return u.RawQuery
}

// rawPairs splits a form and leaves it percent-encoded, as Chrome does.
func rawPairs(form string) []Header {
	list := []Header{}
	for pair := range strings.SplitSeq(form, "&") {
		if name, value, ok := strings.Cut(pair, "="); ok {
			list = append(list, Header{name, value})
		}
	}
	return list
}
