package samltest

import (
	"archive/zip"
	"bytes"
	"fmt"
	"net/url"
	"strings"
	"time"
)

// RawRequest writes the request as it goes over the wire; a proxy is told the
// whole URL.
func (e Exchange) RawRequest(proxied bool) string {
	u, err := url.Parse(e.URL)
	must(err)
	target := u.RequestURI()
	if proxied {
		target = e.URL
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\nHost: %s\r\n", e.Method, target, u.Host)
	for _, h := range e.RequestHeaders {
		fmt.Fprintf(&b, "%s: %s\r\n", h.Name, h.Value)
	}
	if e.Body != "" {
		fmt.Fprintf(&b, "Content-Type: %s\r\nContent-Length: %d\r\n", e.BodyType, len(e.Body))
	}
	return b.String() + "\r\n" + e.Body
}

// RawResponse writes the response as it comes over the wire, with a Date of
// the exchange's time unless it brings its own.
func (e Exchange) RawResponse() string {
	var b strings.Builder
	fmt.Fprintf(&b, "HTTP/1.1 %d OK\r\n", e.Status)
	if header(e.ResponseHeaders, "Date") == "" {
		fmt.Fprintf(&b, "Date: %s\r\n", e.Time.UTC().Format("Mon, 02 Jan 2006 15:04:05 GMT"))
	}
	for _, h := range e.ResponseHeaders {
		fmt.Fprintf(&b, "%s: %s\r\n", h.Name, h.Value)
	}
	if e.PageType != "" {
		fmt.Fprintf(&b, "Content-Type: %s\r\n", e.PageType)
	}
	fmt.Fprintf(&b, "Content-Length: %d\r\n\r\n", len(e.Page))
	return b.String() + e.Page
}

// RawHTTP writes the exchanges one after the other, as "Follow stream" of
// Wireshark does.
func RawHTTP(exchanges ...Exchange) string {
	var b strings.Builder
	for _, e := range exchanges {
		b.WriteString(e.RawRequest(false) + e.RawResponse())
	}
	return b.String()
}

// SAZ writes the exchanges as a session archive of Fiddler.
func SAZ(exchanges ...Exchange) string {
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	add := func(name, content string) {
		f, err := w.Create(name)
		must(err)
		_, err = f.Write([]byte(content))
		must(err)
	}
	for i, e := range exchanges {
		name := fmt.Sprintf("raw/%d_", i+1)
		add(name+"c.txt", e.RawRequest(true))
		add(name+"s.txt", e.RawResponse())
		add(name+"m.xml", fmt.Sprintf("\ufeff<?xml version=\"1.0\" encoding=\"utf-8\"?>\r\n<Session SID=\"%d\" BitFlags=\"9\">\r\n  <SessionTimers ClientBeginRequest=\"%s\" />\r\n</Session>", i+1, e.Time.UTC().Format(time.RFC3339Nano)))
	}
	must(w.Close())
	return out.String()
}

// Mitmproxy writes the exchanges as a flow file of mitmproxy.
func Mitmproxy(exchanges ...Exchange) string {
	var b strings.Builder
	for _, e := range exchanges {
		u, err := url.Parse(e.URL)
		must(err)
		response := e.ResponseHeaders
		if header(response, "Date") == "" {
			response = append([]Header{{"Date", e.Time.UTC().Format("Mon, 02 Jan 2006 15:04:05 GMT")}}, response...)
		}
		response = append(response[:len(response):len(response)], Header{"Content-Type", e.PageType})
		b.WriteString(tnetDict(
			"version", tnet("21", '#'), "type", tnet("http", ';'),
			"request", tnetDict("method", tnet(e.Method, ','), "scheme", tnet("https", ','), "authority", tnet(u.Host, ','), "host", tnet(u.Host, ';'), "port", tnet("443", '#'),
				"path", tnet(u.RequestURI(), ','), "headers", tnetHeaders(e.RequestHeaders), "content", tnet(e.Body, ','), "timestamp_start", tnet(fmt.Sprint(e.Time.Unix())+".0", '^')),
			"response", tnetDict("status_code", tnet(fmt.Sprint(e.Status), '#'), "headers", tnetHeaders(response), "content", tnet(e.Page, ',')),
		))
	}
	return b.String()
}

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

func tnetHeaders(headers []Header) string {
	var b strings.Builder
	for _, h := range headers {
		b.WriteString(tnet(tnet(h.Name, ',')+tnet(h.Value, ','), ']'))
	}
	return tnet(b.String(), ']')
}
