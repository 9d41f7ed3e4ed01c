package idperror

import (
	"bytes"
	"regexp"
	"strings"
	"sync"
	"time"
)

// Mention is an error code that stands in a text, with what support needs to
// find the request.
type Mention struct {
	Code string // as in [Code].ID
	// Text is what stands behind the code: at most maxText bytes of one line,
	// without markup.
	Text string
	// TraceID is also called request ID, CorrelationID activity ID.
	TraceID, CorrelationID string
	Timestamp              time.Time // zero where the text has none
}

const (
	maxText     = 600
	maxMentions = 5
	maxCodes    = 64 // that are looked at, repeated ones included
	// maxWindow is how much text behind a code is looked at.
	maxWindow = 3000
)

// prefixes are how codes start, and how many digits follow. They are compared
// in the letter case in which the products write them.
var prefixes = []struct {
	text     string
	min, max int
}{{"AADSTS", 5, 8}, {"MSIS", 4, 5}, {"E0000", 3, 3}, {"GENERAL_NONSUCCESS", 0, 0}}

// labels are what stands before the IDs, in lower case.
var (
	traceLabels       = []string{"trace id", "request id", "requestid", "sessionid", "traceid"}
	correlationLabels = []string{"correlation id", "correlationid", "activity id", "activityid"}
	timeLabels        = []string{"timestamp", "error time"}
)

var (
	tagPattern  = lazy(`<[^>]{0,1000}>`)
	idPattern   = lazy(`^["'>:\s=]{0,8}(?:<[^>]{0,100}>\s*){0,3}["'{]{0,2}([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})`)
	timePattern = lazy(`^["'>:\s=]{0,8}(?:<[^>]{0,100}>\s*){0,3}["']?([0-9]{4}-[0-9]{2}-[0-9]{2})[t ]([0-9]{2}:[0-9]{2}:[0-9]{2})`)
	// idsStart is where the message itself ends and what support needs begins.
	idsStart = lazy(`(?i)\s*\b(?:trace ?id|correlation ?id|timestamp)\b["']?\s*:`)
)

// lazy is a regular expression that is compiled when it is first used: its
// counted repetitions are dear, and most sign-ins have no error page.
func lazy(expression string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })
}

// Find returns the error codes of identity providers in a page or message, each
// once and in order of appearance, at most five.
func Find(text []byte) []Mention {
	var out []Mention
	at := 0
	for range maxCodes {
		start, end := nextCode(text, at)
		if start < 0 || len(out) == maxMentions {
			break
		}
		at = end
		code := string(text[start:end])
		if mentioned(out, code) {
			continue
		}
		window := text[start:min(len(text), start+maxWindow)]
		m := Mention{Code: code, Text: sentence(window)}
		m.identify(window)
		out = append(out, m)
	}
	for i := range out {
		out[i].identify(text)
	}
	return out
}

// nextCode finds the first code from a place on; start is -1 where there is
// none.
func nextCode(text []byte, from int) (start, end int) {
	start = -1
	for _, p := range prefixes {
		for at := from; ; {
			i := bytes.Index(text[at:], []byte(p.text))
			if i < 0 || start >= 0 && at+i >= start {
				break
			}
			at += i
			stop := at + len(p.text)
			for stop < len(text) && stop-at-len(p.text) <= p.max && isDigit(text[stop]) {
				stop++
			}
			digits := stop - at - len(p.text)
			if digits >= p.min && digits <= p.max && !isWord(text, at-1) && !isWord(text, stop) {
				start, end = at, stop
				break
			}
			at = stop
		}
	}
	return start, end
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// isWord reports whether the byte at i is part of a word. What stands behind a
// backslash is an escape.
func isWord(text []byte, i int) bool {
	if i < 0 || i >= len(text) || i > 0 && text[i-1] == '\\' {
		return false
	}
	c := text[i]
	return isDigit(c) || c|0x20 >= 'a' && c|0x20 <= 'z' || c == '_'
}

func mentioned(ms []Mention, code string) bool {
	for _, m := range ms {
		if m.Code == code {
			return true
		}
	}
	return false
}

// maxPage is how much of a page is searched for IDs.
const maxPage = 256 << 10

// identify takes the IDs and the time that stand in a text, as far as they are
// not known yet.
func (m *Mention) identify(text []byte) {
	if m.TraceID != "" && m.CorrelationID != "" && !m.Timestamp.IsZero() {
		return
	}
	text = bytes.ToLower(text[:min(len(text), maxPage)])
	if at := labelled(text, traceLabels, idPattern()); m.TraceID == "" && at != nil {
		m.TraceID = string(at[1])
	}
	if at := labelled(text, correlationLabels, idPattern()); m.CorrelationID == "" && at != nil {
		m.CorrelationID = string(at[1])
	}
	if at := labelled(text, timeLabels, timePattern()); m.Timestamp.IsZero() && at != nil {
		m.Timestamp, _ = time.Parse(time.DateTime, string(at[1])+" "+string(at[2]))
	}
}

// maxTries bounds how often a label is looked at that no value follows.
const maxTries = 20

// labelled returns the match of a value that stands behind one of the labels.
func labelled(text []byte, labels []string, value *regexp.Regexp) [][]byte {
	for _, label := range labels {
		rest := text
		for range maxTries {
			at := bytes.Index(rest, []byte(label))
			if at < 0 {
				break
			}
			rest = rest[at+len(label):]
			if found := value.FindSubmatch(rest[:min(len(rest), 400)]); found != nil {
				return found
			}
		}
	}
	return nil
}

// escapes undoes what JSON in a page and HTML write for characters of a
// message.
var escapes = strings.NewReplacer(`\r\n`, " ", `\n`, " ", `\u0027`, "'", `\u0026`, "&", `\u003c`, " ", `\u003e`, " ", `\/`, "/",
	"&#39;", "'", "&#x27;", "'", "&quot;", "'", "&amp;", "&", "&lt;", " ", "&gt;", " ", "&nbsp;", " ")

// sentence is the message behind a code, without markup and IDs.
func sentence(window []byte) string {
	for _, end := range []string{`"`, "</div", "</p>", "</li", "</td"} {
		if at := bytes.Index(window, []byte(end)); at > 0 {
			window = window[:at]
		}
	}
	text := string(bytes.ToValidUTF8(tagPattern().ReplaceAll(window, []byte(" ")), []byte("\ufffd")))
	text = escapes.Replace(text)
	if at := strings.IndexAny(text, "<>{}"); at > 0 {
		text = text[:at]
	}
	if at := idsStart().FindStringIndex(text); at != nil && at[0] > 0 {
		text = text[:at[0]]
	}
	text = strings.Join(strings.Fields(text), " ")
	if len(text) > maxText {
		text = strings.ToValidUTF8(text[:maxText], "") + "…"
	}
	return text
}

// words are what error pages that show no code say.
var words = []struct {
	text string // in lower case
	code string
}{
	{"app not assigned", oktaNotAssigned},
	{"not assigned this app", oktaNotAssigned},
	{"user is not assigned to", oktaNotAssigned},
	{"400_saml", oktaBadRequest},
}

// FindOkta is [Find] for a page of an Okta organisation that refuses: where it
// shows no code, its words tell. What is neither is an error page all the same.
func FindOkta(url string, page []byte) []Mention {
	found := Find(page)
	if len(found) > 0 {
		return found
	}
	page = page[:min(len(page), 256<<10)]
	text := strings.ToLower(string(page)) + " " + strings.ToLower(url)
	m := Mention{Code: oktaErrorPage}
	for _, w := range words {
		if strings.Contains(text, w.text) {
			m.Code = w.code
			break
		}
	}
	m.identify(page)
	return []Mention{m}
}

// FindADFS is [Find] for an error page of AD FS: where details are hidden from
// users it shows the activity ID alone.
func FindADFS(page []byte) []Mention {
	found := Find(page)
	if len(found) > 0 {
		return found
	}
	m := Mention{Code: adfsErrorPage}
	if m.identify(page); m.CorrelationID == "" {
		return nil
	}
	return []Mention{m}
}
