package trace

import (
	"bytes"
	"html"
	"net/url"
	"regexp"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/idperror"
)

// What is kept of the words of a page at most, and how much of the page is
// looked at for them.
const (
	maxPageText = 300
	maxPageHead = 128 << 10
)

// alarms are the words with which a page says that something went wrong.
var alarms = []string{
	"error", "errors", "invalid", "fail", "failed", "fails", "failure", "denied", "refused", "rejected", "forbidden",
	"unauthorized", "unauthorised", "not authorized", "not authorised", "not allowed", "not permitted", "not found", "not valid",
	"not configured", "not recognized", "not recognised", "not yet valid", "unable", "could not", "couldn't", "cannot", "can't",
	"expired", "exception", "mismatch", "does not match", "does not exist", "doesn't match", "doesn't exist", "no account", "no user", "no such", "unknown",
	"no role", "no access", "no permission", "no license", "no licence", "not have access", "not have permission", "no saved", "no valid", "no matching", "not accepted", "timed out", "bad request",
	"missing", "locked", "disabled", "exceeds", "must match", "already been used", "too old", "went wrong", "stack trace", "not assigned", "untrusted",
}

// googleOpening is how Google begins every error page, before it says what the
// error is.
const googleOpening = "That's an error"

// isAlarming reports whether one of the words is in a text.
func isAlarming(text string) bool {
	lower := strings.ToLower(text)
	for _, word := range alarms {
		for at := 0; ; {
			i := strings.Index(lower[at:], word)
			if i < 0 {
				break
			}
			at += i
			end := at + len(word)
			if (at == 0 || !isLetter(lower[at-1])) && (end == len(lower) || !isLetter(lower[end])) {
				return true
			}
			at = end
		}
	}
	return false
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

// jsonMessage is where an answer in JSON says what is wrong.
var jsonMessage = regexp.MustCompile(`"(?:error_description|errorMessage|errorSummary|message|detail|title|error)"\s*:\s*"((?:[^"\\]|\\.)+)"`)

// pageWords are the title of a page and the first text on it that looks like an
// error, each at most maxPageText bytes.
func pageWords(body []byte, contentType string) (title, alarm string) {
	body = body[:min(len(body), maxPageHead)]
	if isJSON(bytes.TrimLeft(body, " \t\r\n\ufeff")) || strings.Contains(contentType, "json") {
		if m := jsonMessage.FindSubmatch(body); m != nil {
			alarm = plainText(m[1])
		}
		return "", alarm
	}
	w := wordReader{page: body}
	w.read()
	if w.alarm == "" && isAlarming(w.title) {
		w.alarm = w.title
	}
	return w.title, w.alarm
}

// wordReader goes through a page for its title and the first text that looks
// like an error. A block ends a text, markup within a line does not.
type wordReader struct {
	page         []byte
	line         []byte
	title, alarm string
	heading      bool // the line is one
	headed       bool // the error is a heading, and what stands under it says what happened
}

// inline is markup that does not end a text, unread what holds none.
var (
	inline = map[string]bool{"b": true, "i": true, "em": true, "strong": true, "span": true, "a": true, "code": true, "u": true, "small": true, "font": true, "kbd": true, "tt": true}
	unread = map[string]bool{"script": true, "style": true, "svg": true, "template": true}
)

func (w *wordReader) read() {
	for at := 0; at < len(w.page) && (w.alarm == "" || w.headed); {
		lt := bytes.IndexByte(w.page[at:], '<')
		if lt < 0 {
			w.text(w.page[at:])
			break
		}
		w.text(w.page[at : at+lt])
		at = w.tag(at + lt)
	}
	w.end()
}

// text adds text to the line; line ends of the source are ends of a text only
// where there is no markup, which is as well taken for one.
func (w *wordReader) text(text []byte) {
	for line := range bytes.SplitSeq(text, []byte("\n")) {
		if len(line) < len(text) && len(w.line) > 0 && len(bytes.TrimSpace(line)) > 0 {
			w.line = append(w.line, ' ')
		}
		if len(w.line)+len(line) < 8*maxPageText {
			w.line = append(w.line, line...)
		}
	}
}

// end judges the text that has ended.
func (w *wordReader) end() {
	switch text := plainText(w.line); {
	case text == "" || text == w.title:
	case w.headed:
		w.alarm, w.headed = cutText(strings.TrimRight(w.alarm, ".:")+": "+text, maxPageText), false
	case w.alarm == "" && isAlarming(text) && !strings.HasPrefix(strings.ReplaceAll(text, "’", "'"), googleOpening):
		w.alarm, w.headed = text, w.heading
	}
	w.line = w.line[:0]
}

// tag takes the tag at an offset and gives the offset behind it, or behind what
// must not be read.
func (w *wordReader) tag(at int) int {
	rest := w.page[at:]
	if bytes.HasPrefix(rest, []byte("<!--")) {
		return after(w.page, at, "-->")
	}
	closing := len(rest) > 1 && rest[1] == '/'
	name := strings.ToLower(tagName(bytes.TrimPrefix(rest[1:], []byte("/"))))
	if name == "" && !closing && !bytes.HasPrefix(rest, []byte("<!")) {
		w.text(rest[:1])
		return at + 1
	}
	end := after(w.page, at, ">")
	switch {
	case unread[name] && !closing:
		w.end()
		return afterClosing(w.page, end, name)
	case name == "title" && !closing:
		w.end()
		stop := after(w.page, end, "</")
		if w.title == "" {
			w.title = plainText(bytes.TrimSuffix(w.page[end:stop], []byte("</")))
		}
		return after(w.page, stop, ">")
	case !inline[name]:
		w.end()
		w.heading = !closing && len(name) == 2 && name[0] == 'h' && name[1] >= '1' && name[1] <= '6'
	}
	return end
}

// afterClosing is the offset behind the start of the next closing tag of a name.
func afterClosing(page []byte, from int, name string) int {
	for from < len(page) {
		from = after(page, from, "</")
		if len(page)-from >= len(name) && equalFold(page[from:from+len(name)], name) {
			break
		}
	}
	return from
}

// after is the offset behind the next mark, the end of the page without one.
func after(page []byte, from int, mark string) int {
	at := bytes.Index(page[from:], []byte(mark))
	if at < 0 {
		return len(page)
	}
	return from + at + len(mark)
}

func plainText(text []byte) string {
	s := html.UnescapeString(string(bytes.ToValidUTF8(text[:min(len(text), 8*maxPageText)], []byte("\ufffd"))))
	return cutText(withoutSecrets(strings.Join(strings.Fields(s), " ")), maxPageText)
}

// isPage tells what is written for people, or an answer that says what is wrong.
func isPage(fact *Exchange) bool {
	t := fact.ContentType
	return strings.Contains(t, "html") || t == "" || t == "text/plain" || fact.Status >= 400 && strings.Contains(t, "json")
}

// maxFollowing is how many exchanges after a message are looked at for words.
const maxFollowing = 5

// readWords keeps what the page says.
func (e *Exchange) readWords(body []byte) {
	if len(body) > 0 && isPage(e) {
		e.Title, e.ErrorText = pageWords(body, e.ContentType)
	}
}

// providerErrors finds the error codes of identity providers on the page, which
// is marked where it has those of Entra, and in the URLs that an error is passed
// on with.
func providerErrors(body []byte, marked bool, fact *Exchange, request, redirect string) []idperror.Mention {
	host := strings.ToLower(hostOf(fact.URL))
	var found []idperror.Mention
	switch {
	case fact.Status >= 400 && isOktaHost(host) && isPage(fact) && len(body) > 0:
		found = idperror.FindOkta(fact.URL, body)
	case isADFS(fact.URL) && isPage(fact):
		found = idperror.FindADFS(body)
	case marked:
		found = idperror.Find(body)
	}
	for _, address := range []string{request, redirect} {
		if len(found) == 0 {
			found = urlErrors(address)
		}
	}
	return found
}

// isADFS tells the sign-in pages of AD FS.
func isADFS(url string) bool { return strings.Contains(url, "/adfs/ls") }

func isOktaHost(host string) bool {
	for _, domain := range []string{".okta.com", ".oktapreview.com", ".okta-emea.com", ".okta-gov.com"} {
		if strings.HasSuffix(host, domain) {
			return true
		}
	}
	return false
}

// urlErrors reads the parameters with which an error comes back to an app
// (RFC 6749, 4.1.2.1), and the address of Entra that explains a code.
func urlErrors(address string) []idperror.Mention {
	base, query := splitURL(address)
	if !strings.Contains(query, "error") && !strings.Contains(query, "code=") {
		return nil
	}
	for _, p := range parseForm([]byte(query)) {
		switch {
		case p.name == "error_description" || p.name == "error":
			if found := idperror.Find(p.value); len(found) > 0 {
				return found
			}
		case p.name == "code" && strings.HasSuffix(base, "//login.microsoftonline.com/error"):
			if c, known := idperror.Lookup(string(p.value)); known {
				return []idperror.Mention{{Code: c.ID}}
			}
		}
	}
	return nil
}

// hostOf is the host of a URL with its port, "" where it is none.
func hostOf(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return ""
	}
	return u.Host
}
