package redact

import (
	"bytes"
	"cmp"
	"compress/flate"
	"encoding/base64"
	"fmt"
	"html"
	"net/url"
	"strings"
	"time"

	"github.com/ssodoctor/ssodoctor/pkg/idperror"
	"github.com/ssodoctor/ssodoctor/pkg/trace"
)

// exchange is one HTTP request and its response, with nothing of the original
// but what was made for the copy.
type exchange struct {
	at       time.Time
	method   string
	url      string
	request  []field
	body     string // of the request
	bodyType string
	status   int // 0: there was no response
	response []field
	mime     string
	page     string   // body of the response
	decoded  []byte   // the message of this exchange
	redirect bool     // decoded came by redirect
	entry    []string // what a log says instead of all that: errors, messages
}

// field is a header field.
type field struct{ name, value string }

// outgoing is a redacted message.
type outgoing struct {
	*trace.Message
	xml           []byte
	relay, sentTo string // RelayState and URL, redacted
	signed        string // what signs the query or form that it came in, redacted
}

// encoded is the message as the value of its parameter: deflated where it
// travels in a URL.
func (m *outgoing) encoded(inURL bool) string {
	if strings.EqualFold(m.Parameter, "wresult") {
		return string(m.xml)
	}
	if !inURL {
		return base64.StdEncoding.EncodeToString(m.xml)
	}
	var out bytes.Buffer
	w, err := flate.NewWriter(&out, flate.BestCompression)
	if err != nil {
		panic("redact: " + err.Error()) // the level is a constant
	}
	w.Write(m.xml)
	w.Close()
	return base64.StdEncoding.EncodeToString(out.Bytes())
}

// parameter is the name of the parameter that carries the message.
func (m *outgoing) parameter() string { return cmp.Or(m.Parameter, "SAMLResponse") }

// sighting is a place of an exchange where a message was seen.
type sighting struct {
	*outgoing
	trace.Sighting
}

// exchange writes one exchange.
func (r *redactor) exchange(e *trace.Exchange, seen []sighting) *exchange {
	out := &exchange{at: e.Time, method: cmp.Or(r.token(e.Method), "GET"), status: e.Status, mime: r.marked(e.ContentType)}
	rest := e.Parameters
	out.url, rest = r.address(e.URL, at(seen, trace.RequestURL), rest)
	if form := at(seen, trace.RequestBody); len(form) > 0 || out.method == "POST" && len(rest) > 0 {
		out.body, out.bodyType = r.form(form, rest)
	} else if len(rest) > 0 && out.method != "POST" {
		out.url = extend(out.url, r.pairs(rest))
	}
	for _, m := range seen {
		if m.Place.Delivered() {
			out.decoded, out.redirect = m.xml, m.Place == trace.RequestURL
			break
		}
	}
	for _, m := range e.Errors {
		out.entry = append(out.entry, strings.Join(r.mention(m), "\n"))
	}
	for _, m := range at(seen, trace.Text) {
		out.entry = append(out.entry, m.logged())
	}
	out.request = r.requestHeaders(e, out, seen)
	r.answer(out, e, seen)
	return out
}

// token keeps what can be a method.
func (r *redactor) token(s string) string {
	if len(s) > 16 || strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ-") != "" {
		return ""
	}
	return s
}

func at(seen []sighting, place trace.Place) (out []sighting) {
	for _, m := range seen {
		if m.Place == place {
			out = append(out, m)
		}
	}
	return out
}

// address writes a URL with the messages that it carries, and gives the
// parameters that are not in it.
func (r *redactor) address(raw string, seen []sighting, parameters []trace.Parameter) (string, []trace.Parameter) {
	_, query, _ := strings.Cut(raw, "?")
	query, _, _ = strings.Cut(query, "#")
	carried := make(map[string]bool)
	var parts []string
	for part := range strings.SplitSeq(query, "&") {
		name, value, has := strings.Cut(part, "=")
		if part == "" {
			continue
		}
		carried[strings.ToLower(unescaped(name))] = true
		if m := carrying(seen, unescaped(name)); m != nil {
			parts = append(parts, m.parameter()+"="+url.QueryEscape(m.encoded(true)))
			continue
		}
		if m := relayed(seen); m != nil && strings.EqualFold(name, "RelayState") {
			value = url.QueryEscape(m.RelayState)
		}
		if has {
			parts = append(parts, r.query(name+"="+value, !r.settings[raw]))
		} else {
			parts = append(parts, r.query(name, true))
		}
	}
	base, _, _ := strings.Cut(raw, "?")
	out := r.url(base, true)
	if len(parts) > 0 {
		out += "?" + strings.Join(parts, "&")
	}
	var rest []trace.Parameter
	for _, p := range parameters {
		if !carried[strings.ToLower(p.Name)] {
			rest = append(rest, p)
		}
	}
	return out, rest
}

func carrying(seen []sighting, parameter string) *sighting {
	for i := range seen {
		if strings.EqualFold(seen[i].Parameter, parameter) {
			return &seen[i]
		}
	}
	return nil
}

func relayed(seen []sighting) *sighting {
	for i := range seen {
		if seen[i].Sighting.HasRelayState {
			return &seen[i]
		}
	}
	return nil
}

// form writes the body of a request: the document itself, where it came bare,
// or a form.
func (r *redactor) form(seen []sighting, rest []trace.Parameter) (body, mime string) {
	if len(seen) > 0 && seen[0].Parameter == "" {
		return string(seen[0].xml), "text/xml; charset=utf-8"
	}
	var parts []string
	for _, m := range seen {
		parts = append(parts, m.parameter()+"="+url.QueryEscape(m.encoded(false)))
	}
	if m := relayed(seen); m != nil {
		parts = append(parts, "RelayState="+url.QueryEscape(r.relay(m.Sighting.RelayState)))
	}
	if more := r.pairs(rest); more != "" {
		parts = append(parts, more)
	}
	return strings.Join(parts, "&"), "application/x-www-form-urlencoded"
}

func (r *redactor) pairs(list []trace.Parameter) string {
	var parts []string
	for _, p := range list {
		parts = append(parts, url.QueryEscape(r.marked(p.Name))+"="+url.QueryEscape(r.parameterValue(p.Name, p.Value)))
	}
	return strings.Join(parts, "&")
}

func extend(address, query string) string {
	if strings.Contains(address, "?") {
		return address + "&" + query
	}
	return address + "?" + query
}

// concealed is the value of a cookie or of a header that is not kept.
const concealed = "redacted"

func (r *redactor) requestHeaders(e *trace.Exchange, out *exchange, seen []sighting) []field {
	var list []field
	if u, err := url.Parse(out.url); err == nil && u.Host != "" {
		list = append(list, field{"Host", u.Host})
	}
	for _, m := range seen {
		if m.From != "" {
			list = append(list, field{"Referer", r.url(m.From, true)})
			break
		}
	}
	if e.SentCookies != nil {
		var cookies []string
		for _, name := range e.SentCookies {
			cookies = append(cookies, r.cookieName(name)+"="+concealed)
		}
		list = append(list, field{"Cookie", strings.Join(cookies, "; ")})
	}
	if out.bodyType != "" {
		list = append(list, field{"Content-Type", out.bodyType})
	}
	return list
}

// cookieName keeps the name of a cookie, as far as it is one.
func (r *redactor) cookieName(name string) string {
	return strings.Map(func(c rune) rune {
		if c <= ' ' || c >= 0x7f || strings.ContainsRune("=;,\"", c) {
			return '_'
		}
		return c
	}, r.text(name))
}

// answer writes the response: status, the headers that count, and a page with
// the messages on it or with what it said of an error.
func (r *redactor) answer(out *exchange, e *trace.Exchange, seen []sighting) {
	if !e.ServerDate.IsZero() {
		out.response = append(out.response, field{"Date", e.ServerDate.UTC().Format("Mon, 02 Jan 2006 15:04:05 GMT")})
	}
	for _, c := range e.SetCookies {
		out.response = append(out.response, field{"Set-Cookie", r.cookie(c)})
	}
	if e.RedirectURL != "" {
		target, _ := r.address(e.RedirectURL, at(seen, trace.RedirectURL), nil)
		out.response = append(out.response, field{"Location", target})
	}
	page, mime := r.page(e, seen)
	if page != "" {
		out.page, out.mime = page, mime
	}
	if out.mime != "" {
		out.response = append(out.response, field{"Content-Type", out.mime})
	}
}

func (r *redactor) cookie(c trace.Cookie) string {
	out := r.cookieName(c.Name) + "=" + concealed
	for _, a := range []field{{"Domain", c.Domain}, {"Path", c.Path}, {"SameSite", c.SameSite}} {
		if a.value != "" {
			out += "; " + a.name + "=" + strings.Map(visible, r.text(a.value))
		}
	}
	if c.Secure {
		out += "; Secure"
	}
	return out
}

func visible(c rune) rune {
	if c <= ' ' || c >= 0x7f || c == ';' {
		return '_'
	}
	return c
}

// page writes the body of a response.
func (r *redactor) page(e *trace.Exchange, seen []sighting) (page, mime string) {
	if bare := at(seen, trace.ResponseBody); len(bare) > 0 {
		return string(bare[0].xml), "text/xml; charset=utf-8"
	}
	var b strings.Builder
	if e.Title != "" {
		fmt.Fprintf(&b, "<title>%s</title>\n", html.EscapeString(genericPart(r.text(e.Title))))
	}
	for _, m := range e.Errors {
		for _, line := range r.mention(m) {
			b.WriteString("<p>" + html.EscapeString(line) + "</p>\n")
		}
	}
	if e.ErrorText != "" && e.ErrorText != e.Title {
		fmt.Fprintf(&b, "<div class=\"error\">%s</div>\n", html.EscapeString(genericPart(r.text(e.ErrorText))))
	}
	for _, m := range at(seen, trace.ResponsePage) {
		b.WriteString(r.hiddenForm(m))
	}
	if b.Len() == 0 {
		return "", ""
	}
	return "<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\">\n" + b.String() + "</html>\n", "text/html; charset=utf-8"
}

// mention gives the lines that tell an error of an identity provider.
func (r *redactor) mention(m idperror.Mention) []string {
	out := []string{m.Code + ": " + r.person(r.text(m.Text))}
	for _, id := range []field{{"Trace ID", m.TraceID}, {"Correlation ID", m.CorrelationID}} {
		if id.value != "" {
			out = append(out, id.name+": "+r.marked(id.value))
		}
	}
	if !m.Timestamp.IsZero() {
		out = append(out, "Timestamp: "+m.Timestamp.UTC().Format(time.RFC3339))
	}
	return out
}

// hiddenForm is the form that a browser sends on.
func (r *redactor) hiddenForm(m sighting) string {
	inputs := []string{input(m.parameter(), m.encoded(false))}
	if m.Sighting.HasRelayState {
		inputs = append(inputs, input("RelayState", r.relay(m.Sighting.RelayState)))
	}
	return form(r.url(m.URL, true), inputs...) + "\n"
}
