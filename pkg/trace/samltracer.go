package trace

import (
	"bufio"
	"bytes"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/ssodoctor/ssodoctor/internal/lazyregexp"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

var tracerKey = lazyregexp.New(`^\{\s*"(requests"\s*:\s*\[|timestamp"\s*:[^,]{1,64},\s*"requests"\s*:)`)

// isSAMLTracer knows an export of the browser extension SAML-tracer by its
// first keys.
func isSAMLTracer(head []byte) bool { return head[0] == '{' && tracerKey.Match(head) }

// readSAMLTracer reads an export of SAML-tracer, 0.x to 1.9: requests with
// their parameters and the decoded message, without times and response bodies.
// Where the profile "Mask values" or "Remove values" took the parameters away,
// the decoded message remains and is used.
func (c *collector) readSAMLTracer(src *bufio.Reader) error {
	h := harReader{c, newJSONStream(src)}
	masked := map[string]int{}
	defer func() { h.reportMasks(masked) }()
	h.s.object(func(key string) {
		switch key {
		case "requests":
			h.s.array(func() { h.tracerEntry(masked) })
		case "timestamp":
			h.capture.Exported = h.timestamp()
		default:
			h.s.skip()
		}
	})
	return h.finish("the SAML-tracer export")
}

// timestamp reads a time, or milliseconds since 1970 as versions before 1.0
// wrote it.
func (h *harReader) timestamp() time.Time {
	if h.s.next() == '"' {
		return parseTime(string(h.s.string(maxWord)))
	}
	if ms := h.s.number(); ms > 0 {
		return time.UnixMilli(int64(ms)).UTC()
	}
	return time.Time{}
}

// tracerProfiles are the profiles that replace values, and how their
// placeholders begin.
var tracerProfiles = []struct{ name, start, kept string }{
	{"Mask values", "{hash:", "equal values have equal hashes"},
	{"Remove values", "{obf:", "equal values have equal numbers"},
}

// reportMasks says what a masked export still allows, and what it still shows.
func (h *harReader) reportMasks(masked map[string]int) {
	for _, p := range tracerProfiles {
		if n := masked[p.start]; n > 0 && len(h.capture.Messages) > 0 {
			h.problem(-1, "input-masked", finding.Info, "SAML-tracer exported with the profile %q: %d posted values such as RelayState are gone (%s), while the messages stand decoded beside them, so that content, times and signatures can be judged. The export still shows the messages with the user's name, address and claims, and every URL: share it as carefully as one that is not masked", p.name, n, p.kept)
		}
	}
}

func (h *harReader) tracerEntry(masked map[string]int) {
	s := h.s
	if s.next() != '{' {
		s.skip() // versions before 1.9.3 could leave null
		return
	}
	e := entry{span: s.here(), hasBody: true}
	s.object(func(key string) { h.tracerMember(&e, key) })
	e.span.End = s.offset()
	for _, p := range e.params {
		for _, profile := range tracerProfiles {
			if bytes.HasPrefix(p.value, []byte(profile.start)) {
				masked[profile.start]++
			}
		}
	}
	if e.method != "POST" {
		// The extension maps each byte of an inflated message to a character.
		e.decoded = latin1(e.decoded)
	}
	h.exchange(&e)
}

func (h *harReader) tracerMember(e *entry, key string) {
	s := h.s
	switch key {
	case "method":
		e.method = strings.ToUpper(string(s.string(maxWord)))
	case "url":
		e.url = string(s.string(maxURL))
	case "requestHeaders":
		e.request = h.headers()
	case "responseHeaders":
		e.response = h.headers()
	case "responseStatus":
		e.status = s.number()
	case "post":
		e.params = h.pairs()
	case "saml":
		e.decoded = append([]byte(nil), s.string(h.maxText())...)
	default:
		s.skip()
	}
}

// latin1 turns characters back into the bytes that they stand for; a text with
// others is as it should be.
func latin1(text []byte) []byte {
	out := make([]byte, 0, len(text))
	for _, r := range string(text) {
		if r > 0xff || r == utf8.RuneError {
			return text
		}
		out = append(out, byte(r))
	}
	return out
}
