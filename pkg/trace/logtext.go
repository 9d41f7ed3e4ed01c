package trace

import (
	"bytes"

	"github.com/ssodoctor/ssodoctor/internal/lazyregexp"
)

// tidy takes off what a mail program or log puts at the start of lines, and
// says what it did.
func (c *collector) tidy(text []byte) ([]byte, []string) {
	var done []string
	if isQuotedPrintable(text) {
		text, done = stripQuotedPrintable(text), append(done, "the quoted-printable of an e-mail was undone")
	}
	if plain := unquoteReply(text); plain != nil {
		text, done = plain, append(done, "the quote marks ('>') of a reply were removed")
	}
	if plain := unescapeLogLines(text); plain != nil {
		text, done = plain, append(done, "what the log escaped in the XML (\\x22, #012) was undone")
	}
	if joined := joinLogLines(text); joined != nil && c.wholeMessages(joined) > c.wholeMessages(text) {
		text, done = joined, append(done, "a value that the log broke over several lines was joined, without what stands at the start of each line")
	}
	return text, done
}

var printableName = lazyregexp.New(`\b(?:SAMLRequest|SAMLResponse|RelayState|wresult|xmlns(?::\w{1,20})?)=3D`)

// isQuotedPrintable knows the source of an e-mail (RFC 2045, section 6.7) by a
// "=" that is escaped after a name that matters, and by its broken lines.
func isQuotedPrintable(text []byte) bool {
	return (bytes.Contains(text, []byte("=\n")) || bytes.Contains(text, []byte("=\r\n"))) && printableName.Match(text)
}

// wholeMessages counts the messages in a text that are not cut.
func (c *collector) wholeMessages(text []byte) int {
	trial := newCollector("", c.limits)
	trial.scan(text, bare(), 0)
	whole := 0
	for _, m := range trial.capture.Messages {
		d := decoded{problems: m.Problems}
		if !d.has("input-truncated") {
			whole++
		}
	}
	return whole
}

var replyMark = lazyregexp.New(`^ ?(?:> ?){1,8}`)

// unquoteReply takes the marks off a text of which most lines are quoted.
func unquoteReply(text []byte) []byte {
	marked, lines := 0, 0
	for line := range bytes.Lines(text) {
		if isBlank(line) {
			continue
		}
		if lines++; replyMark.Match(line[:min(len(line), 32)]) {
			marked++
		}
	}
	if marked < 2 || marked*2 < lines {
		return nil
	}
	out := make([]byte, 0, len(text))
	for line := range bytes.Lines(text) {
		out = append(out, line[len(replyMark.Find(line[:min(len(line), 32)])):]...)
	}
	return out
}

// logTime is how the lines of logs begin: with a time, after a priority or a
// bracket (RFC 3164, RFC 5424, ISO 8601 and what frameworks make of it).
var logTime = lazyregexp.New(`^(?:<[0-9]{1,3}>)?(?:[0-9] )?\[?(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) )?(?:[0-9]{4}[-/][0-9]{2}[-/][0-9]{2}[T ]|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) {1,2}[0-9]{1,2} |[0-9]{2}/(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)/[0-9]{4}:)?[0-9]{2}:[0-9]{2}:[0-9]{2}`)

const maxLogPrefix = 512

// longWord is how long the end of a line is before the next one counts as its
// continuation.
const longWord = 60

// joinLogLines joins a long value that a log broke over lines, each of which
// begins with what all lines of the log begin with.
func joinLogLines(text []byte) []byte {
	if !hasMarker(text) || !logTime.Match(text[:min(len(text), 256)]) {
		return nil
	}
	var out, prefix []byte
	joined, full := false, 0 // how long a line is that was broken
	for line := range bytes.Lines(text) {
		content := line[continuedAt(prefix, line):]
		if len(content) < len(line) && full > 0 && isOneWord(content) && endsInWord(out) {
			out, joined = append(bytes.TrimRight(out, "\r\n"), content...), true
			if len(line) < full-full/8 {
				full = 0 // the last piece
			}
			continue
		}
		out = append(out, line...)
		prefix, full = line[:min(len(line), maxLogPrefix)], len(line)
	}
	if !joined {
		return nil
	}
	return out
}

// continuedAt gives where the content of a line begins that starts as the one
// before: after the last blank of what has the same shape in both. It is 0
// where the lines differ from the start.
func continuedAt(prefix, line []byte) int {
	if len(prefix) == 0 || !logTime.Match(line[:min(len(line), 256)]) {
		return 0
	}
	same := 0
	for same < len(prefix) && same < len(line) && sameShape(prefix[same:same+1], line[same:same+1]) {
		same++
	}
	return bytes.LastIndexByte(line[:same], ' ') + 1
}

func isOneWord(content []byte) bool {
	content = bytes.TrimRight(content, "\r\n")
	for _, c := range content {
		if !isRunByte(c) {
			return false
		}
	}
	return len(content) > 0
}

// endsInWord reports whether a text ends in a long run of form characters.
func endsInWord(text []byte) bool {
	text = bytes.TrimRight(text, "\r\n")
	for i := range longWord {
		if i >= len(text) || !isRunByte(text[len(text)-1-i]) {
			return false
		}
	}
	return true
}

// unescapeLogLines undoes the escapes in the lines that hold XML.
func unescapeLogLines(text []byte) []byte {
	if !hasMarker(text) || !bytes.Contains(text, []byte(`\x`)) && !bytes.Contains(text, []byte("#01")) {
		return nil
	}
	out, changed := make([]byte, 0, len(text)), false
	for line := range bytes.Lines(text) {
		content := bytes.TrimRight(line, "\r\n")
		if bytes.IndexByte(content, '<') >= 0 && hasMarker(content) {
			if plain := stripLogEscapes(content); plain != nil {
				out, changed = append(append(out, plain...), line[len(content):]...), true
				continue
			}
		}
		out = append(out, line...)
	}
	if !changed {
		return nil
	}
	return out
}

var (
	hexEscape   = lazyregexp.New(`\\x[0-9A-Fa-f]{2}`)
	octalEscape = lazyregexp.New(`#0(?:11|12|15)`)
)

// stripLogEscapes undoes what nginx (\x22) and rsyslog (#012) make of
// characters that would break a line of a log.
func stripLogEscapes(v []byte) []byte {
	hexed := bytes.Contains(v, []byte(`\x`)) && hexEscape.Match(v)
	octal := bytes.IndexByte(v, '\n') < 0 && bytes.Contains(v, []byte("#01")) && octalEscape.Match(v)
	if !hexed && !octal {
		return nil
	}
	out := make([]byte, 0, len(v))
	for i := 0; i < len(v); i++ {
		switch rest := v[i:min(len(v), i+4)]; {
		case hexed && hexEscape.Match(rest) && rest[0] == '\\':
			out = append(out, unhex(rest[2])<<4|unhex(rest[3]))
			i += 3
		case octal && len(rest) == 4 && rest[0] == '#' && octalEscape.Match(rest):
			out = append(out, map[byte]byte{'1': '\t', '2': '\n', '5': '\r'}[rest[3]])
			i += 3
		default:
			out = append(out, rest[0])
		}
	}
	return out
}
