package trace

import (
	"bytes"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/ssodoctor/ssodoctor/internal/lazyregexp"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// exchange takes the facts and the messages out of one entry: the form in the
// request body, the query of the URL, the redirect, the response.
func (c *collector) exchange(e *entry) {
	e.body = e.sentBody()
	index := c.capture.ExchangeCount
	c.capture.ExchangeCount++
	before := len(c.capture.Messages)
	if e.redirect == "" {
		e.redirect = headerValue(e.response, "location")
	}
	fact := factsOf(e)
	fact.Index = index
	if c.within != nil {
		fact.Span = *c.within
	}
	if fact.Method == "CONNECT" {
		c.tunnels++
	}
	from := carrier{exchange: index, time: fact.Time, url: e.url, sentFrom: headerValue(e.request, "referer"), decoded: e.decoded}
	body, query := c.requestBody(e, from), c.requestURL(e, from)
	if len(e.decoded) > 0 && !hasMessage(body) && !hasMessage(query) {
		c.copyOnly(fact.Method, from)
	}
	from.decoded = nil
	fact.Parameters = factParameters(factParameters(nil, body), query)
	c.redirect(e, from)
	if c.following--; hasMessage(body) || hasMessage(query) {
		c.following = maxFollowing
	}
	c.responseBody(e, from, &fact)
	c.noteOpenID(e, &fact)
	if e.bodyCut || e.contentCut {
		c.problem(index, "input-too-large", finding.Error, "a body of this exchange is longer than %d bytes, the rest was not looked at", c.maxText())
	}
	if fact.Method == "POST" && (!e.hasBody || e.withheld) && len(e.params) == 0 {
		c.bodiless++
	}
	c.keep(fact, len(c.capture.Messages) > before)
}

// copyOnly takes a message of which the capture tool kept nothing but what it
// shows.
func (c *collector) copyOnly(method string, from carrier) {
	from.place, from.method = RequestURL, method
	if method == "POST" {
		from.place = RequestBody
	}
	from.url = withoutMessage(from.url)
	c.decodedCopy("", "the capture has no parameters of this request", from, Sighting{})
}

// keep stores the facts of an exchange. The last half of the room is for the
// exchanges that a sign-in is made of.
func (c *collector) keep(fact Exchange, hasMessage bool) {
	n := len(c.capture.Exchanges)
	relevant := hasMessage || len(fact.Parameters) > 0 || len(fact.Errors) > 0 || fact.ErrorText != "" || fact.RedirectURL != ""
	if n < c.limits.Exchanges/2 || relevant && n < c.limits.Exchanges {
		fact.Part = c.part
		c.capture.Exchanges = append(c.capture.Exchanges, fact)
	}
}

// What is kept of cookies at most: how many of one exchange, and how many
// bytes of each name, domain and path. The copies let go of the values.
const (
	maxCookies    = 200
	maxCookieText = 256
)

// factsOf gives the facts that need no look at bodies.
func factsOf(e *entry) Exchange {
	fact := Exchange{
		Time: parseTime(e.started), Method: strings.ToUpper(e.method),
		URL: shownURL(e.url), Status: e.status, Span: e.span,
		ContentType: mediaType(e.mime),
	}
	if e.redirect != "" {
		fact.RedirectURL = shownURL(resolveURL(e.url, e.redirect))
	}
	if fact.ContentType == "" {
		fact.ContentType = mediaType(headerValue(e.response, "content-type"))
	}
	if date, err := time.Parse(time.RFC1123, headerValue(e.response, "date")); err == nil {
		fact.ServerDate = date.UTC().Add(age(e.response))
	}
	for _, h := range e.response {
		if h.name == "set-cookie" {
			// Some producers join the cookies of several headers with line ends.
			for line := range strings.Lines(h.value) {
				if len(fact.SetCookies) < maxCookies {
					fact.SetCookies = append(fact.SetCookies, parseCookie(line))
				}
			}
		}
	}
	for _, h := range e.request {
		if h.name == "cookie" {
			for part := range strings.SplitSeq(h.value, ";") {
				name, _, _ := strings.Cut(strings.TrimSpace(part), "=")
				if len(fact.SentCookies) < maxCookies {
					fact.SentCookies = append(fact.SentCookies, cutText(name, maxCookieText))
				}
			}
		}
	}
	return fact
}

// age is how long ago a cache on the way got the response (RFC 9111, section
// 5.1); what says more than a day is not looked at.
func age(response []header) time.Duration {
	seconds, err := strconv.Atoi(headerValue(response, "age"))
	if err != nil || seconds < 0 || seconds > 24*60*60 {
		return 0
	}
	return time.Duration(seconds) * time.Second
}

func headerValue(headers []header, name string) string {
	for _, h := range headers {
		if h.name == name {
			return h.value
		}
	}
	return ""
}

func mediaType(value string) string {
	value, _, _ = strings.Cut(value, ";")
	return strings.ToLower(strings.TrimSpace(value))
}

// parseCookie reads the attributes of a Set-Cookie header (RFC 6265bis 4.1).
func parseCookie(line string) Cookie {
	first, rest, _ := strings.Cut(strings.TrimSpace(line), ";")
	name, _, _ := strings.Cut(first, "=")
	cookie := Cookie{Name: cutText(strings.TrimSpace(name), maxCookieText)}
	for part := range strings.SplitSeq(rest, ";") {
		key, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		if isPlaceholder([]byte(value)) {
			cookie.Masked = true
			continue
		}
		switch strings.ToLower(key) {
		case "domain":
			cookie.Domain = cutText(value, maxCookieText)
		case "path":
			cookie.Path = cutText(value, maxCookieText)
		case "samesite":
			for _, known := range []string{"Strict", "Lax", "None"} {
				if strings.EqualFold(value, known) {
					cookie.SameSite = known
				}
			}
		case "secure":
			cookie.Secure = true
		}
	}
	return cookie
}

// timeLayouts are the ways in which producers write startedDateTime. A time
// without zone is no time that anything could be judged at.
var timeLayouts = []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999Z0700", "2006-01-02 15:04:05.999999999Z07:00", "2006-01-02T15:04:05.999999999Z07"}

func parseTime(text string) time.Time {
	for _, layout := range timeLayouts {
		if t, err := time.Parse(layout, text); err == nil {
			return t.UTC()
		}
	}
	return time.Time{}
}

// maxFact is the longest value of a parameter that is kept as a fact.
const maxFact = 2048

func factParameters(facts []Parameter, pairs []pair) []Parameter {
	for _, p := range pairs {
		if name, kind := lookup(p.name); kind == factParameter && len(facts) < 64 && !isPlaceholder(p.value) {
			facts = append(facts, Parameter{name, shorten(p.value, maxFact)})
		}
	}
	return facts
}

// requestBody reads the body that was sent and gives its parameters.
func (c *collector) requestBody(e *entry, from carrier) []pair {
	from.place, from.method, from.url = RequestBody, "POST", e.url
	body := dropUploadHeaders(e.body)
	if !hasMarker(body) {
		body = nil
	}
	if isXMLStart(body) {
		c.soap(body, from)
		return e.params
	}
	if isJSON(body) {
		c.jsonStrings(body, from)
		return e.params
	}
	pairs := parseForm(bytes.TrimRight(body, "\r\n"))
	if bytes.HasPrefix(body, []byte("--")) {
		pairs = parseMultipart(body)
	}
	if !hasMessage(pairs) && len(e.params) > 0 {
		pairs = plainPairs(e.params)
	}
	c.parameters(pairs, from)
	return pairs
}

// sentBody is the body of the request, decoded where the tool has saved it in
// Base64.
func (e *entry) sentBody() []byte {
	if !strings.EqualFold(e.bodyEncoding, "base64") {
		return e.body
	}
	text, err := decodeBase64(e.body)
	if err != nil || text.extra > 0 {
		return e.body // as it was sent, whatever the tool says
	}
	return text.data
}

// plainPairs decodes the parameters of a form that the tool has left as they
// were sent: one is percent-encoded, and none holds what that would have
// escaped.
func plainPairs(list []pair) []pair {
	encoded := false
	for _, p := range list {
		if bytes.IndexFunc(p.value, func(r rune) bool { return !unreserved(r) && r != '%' && r != '+' }) >= 0 {
			return list
		}
		encoded = encoded || hasPercent(p.value)
	}
	if !encoded {
		return list
	}
	out := make([]pair, len(list))
	for i, p := range list {
		out[i] = pair{p.name, unescapePercent(p.value, true)}
	}
	return out
}

// unreserved tells what no encoder of forms escapes, or not every one (HTML,
// section 4.10.21.8; RFC 3986, section 2.3).
func unreserved(r rune) bool {
	return r < utf8.RuneSelf && (isLetter(byte(r)) || r >= '0' && r <= '9' || strings.ContainsRune("-_.~*!'()", r))
}

var uploadHeader = lazyregexp.New(`^(?i)content-(type|length|disposition):[^\r\n]*\r?\n`)

// dropUploadHeaders takes off the header lines that Firefox writes before a
// body that came from a form.
func dropUploadHeaders(body []byte) []byte {
	rest := body
	for {
		at := uploadHeader.FindIndex(rest)
		if at == nil {
			break
		}
		rest = rest[at[1]:]
	}
	if len(rest) == len(body) {
		return body
	}
	return bytes.TrimPrefix(bytes.TrimPrefix(rest, []byte("\r")), []byte("\n"))
}

var multipartName = lazyregexp.New(`(?i)\bname="([^"\r\n]{1,64})"`)

// parseMultipart reads the plain fields of multipart/form-data (RFC 7578).
func parseMultipart(body []byte) []pair {
	boundary, _, _ := bytes.Cut(body, []byte("\n"))
	boundary = bytes.TrimRight(boundary, "\r-")
	if len(boundary) < 3 {
		return nil
	}
	var out []pair
	for part := range bytes.SplitSeq(body, boundary) {
		head, value, found := bytes.Cut(part, []byte("\r\n\r\n"))
		if name := multipartName.FindSubmatch(head); found && name != nil && len(out) < maxNamed {
			out = append(out, pair{string(name[1]), bytes.TrimSuffix(value, []byte("\r\n"))})
		}
	}
	return out
}

// requestURL reads the query and gives its parameters.
func (c *collector) requestURL(e *entry, from carrier) []pair {
	_, query := splitURL(e.url)
	from.place, from.method = RequestURL, "GET"
	pairs := parseForm([]byte(query))
	if !hasMessage(pairs) && hasMessage(e.query) {
		pairs = e.query
	} else if hasMessage(pairs) {
		from.rawQuery = query
	}
	from.url = withoutMessage(e.url)
	c.parameters(pairs, from)
	return pairs
}

func (c *collector) redirect(e *entry, from carrier) {
	target := resolveURL(e.url, e.redirect)
	if _, query := splitURL(target); e.redirect != "" && query != "" {
		if pairs := parseForm([]byte(query)); hasMessage(pairs) {
			from.place = RedirectURL
			c.url(target, from)
		}
	}
}

// responseBody reads the page, SOAP message or JSON that was answered.
func (c *collector) responseBody(e *entry, from carrier, fact *Exchange) {
	body := responseText(e)
	if c.following > 0 || fact.Status >= 400 {
		fact.readWords(body)
	}
	marked := !isAsset(fact.ContentType) && hasMarker(body)
	fact.Errors = providerErrors(body, marked, fact, e.url, resolveURL(e.url, e.redirect))
	if !marked {
		return
	}
	from.place, from.quiet = ResponseBody, true
	start := bytes.TrimLeft(body, " \t\r\n\ufeff")
	switch {
	case isHTML(body):
		c.page(body, from)
	case isXMLStart(body):
		c.soap(body, from)
	case isJSON(start):
		c.jsonStrings(body, from)
	case bytes.Contains(body, []byte("<form")) || bytes.Contains(body, []byte("<FORM")):
		c.page(body, from)
	}
}

// responseText is the body of the response as text; nil where it does not
// decode.
func responseText(e *entry) []byte {
	body := e.content
	if strings.EqualFold(e.encoding, "base64") {
		if !hasMarker(body) && e.status < 400 {
			return nil
		}
		text, err := decodeBase64(body)
		if err != nil {
			return nil
		}
		body = text.data
	}
	if order := utf16Order(body); order != nil {
		body = fromUTF16(body, order)
	}
	return body
}

// isAsset tells what a page is run, drawn or played with: it is long, and at most
// speaks of messages.
func isAsset(mediaType string) bool {
	kind, _, _ := strings.Cut(mediaType, "/")
	switch kind {
	case "image", "font", "audio", "video":
		return true
	}
	return strings.Contains(mediaType, "script") || mediaType == "text/css"
}

// soap takes an XML body for a message where it is one of a protocol. Metadata
// is none, and a WS-Security login holds a password.
func (c *collector) soap(body []byte, from carrier) {
	if order := utf16Order(body); order != nil {
		body = fromUTF16(body, order)
	}
	if bytes.Contains(body, []byte("UsernameToken")) {
		return
	}
	switch root := rootOf(body); root {
	case "EntityDescriptor", "EntitiesDescriptor":
	case "Envelope":
		if !bytes.Contains(body, []byte("urn:oasis:names:tc:SAML:")) {
			return
		}
		c.document(body, from)
	default:
		if messageRoots[root] {
			c.document(body, from)
		}
	}
}

// resolveURL gives the address that a form or redirect goes to.
func resolveURL(base, reference string) string {
	if reference == "" {
		return base
	}
	b, err := url.Parse(base)
	if err != nil || base == "" || strings.HasPrefix(reference, "https://") || strings.HasPrefix(reference, "http://") {
		return reference
	}
	r, err := b.Parse(reference)
	if err != nil {
		return reference
	}
	return r.String()
}
