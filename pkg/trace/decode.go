package trace

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// decoded is a value turned into a document.
type decoded struct {
	xml         []byte
	compression compression
	problems    []finding.Problem
}

func (d *decoded) report(check string, severity finding.Severity, format string, args ...any) {
	d.problems = append(d.problems, finding.Problem{Check: check, Severity: severity, Detail: fmt.Sprintf(format, args...)})
}

// undecodable says why a value is no message.
type undecodable struct {
	check  string
	reason string
}

func (e *undecodable) Error() string { return e.reason }

// decodeValue turns the value of a message parameter, or a pasted one, into
// the document. Encoded says how many levels of percent-encoding are to be
// expected: 0 for a value that a form parser has decoded already.
func (l Limits) decodeValue(value []byte, encoded int) (decoded, error) {
	var d decoded
	plain, names := undress(value)
	d.reportWrappings(names, encoded)
	if isXMLStart(plain) {
		if err := l.checkSize(plain); err != nil {
			return d, err
		}
		d.setXML(bytes.Clone(plain))
		return d, nil
	}
	text, err := decodeBase64(plain)
	if bad := (*badBase64)(nil); errors.As(err, &bad) {
		if text, err = d.cutAt(plain, bad); err != nil {
			return d, err
		}
	}
	text.restoreEnd()
	d.reportBase64(text, len(plain))
	return d, l.unpack(&d, text.data)
}

// unpack finds the document in bytes that came out of Base64.
func (l Limits) unpack(d *decoded, data []byte) error {
	if isXMLStart(data) && !l.isDeflate(data) {
		d.setXML(data)
		return l.checkSize(data)
	}
	if what := binaryKind(data); what != "" && !bytes.HasPrefix(data, []byte{0x1f, 0x8b}) {
		return &undecodable{"xml-malformed", "the value decodes to " + what + ", not to a message"}
	}
	out, kind, err := l.inflate(data)
	if kind == zlibWrapped && !isXMLStart(out) && !errors.Is(err, errTooLarge) {
		out, kind, err = l.inflateAs(rawDeflate, data)
	}
	if errors.Is(err, errTooLarge) {
		return &undecodable{"input-too-large", fmt.Sprintf("the %d bytes of the value inflate to more than %d bytes or %d times their size", len(data), l.Message, l.Ratio)}
	}
	if isXMLStart(out) {
		if err != nil {
			what := "is damaged"
			if errors.Is(err, io.ErrUnexpectedEOF) {
				what = "ends early"
			}
			d.report("input-truncated", finding.Error, "the compressed value %s after %d bytes, from which %d bytes of XML came out", what, len(data), len(out))
		}
		d.compression = kind
		d.setXML(out)
		return nil
	}
	if again, err := decodeBase64(data); err == nil && isXMLStart(again.data) {
		d.report("input-repaired", finding.Info, "the value was Base64-encoded twice")
		d.setXML(again.data)
		return l.checkSize(d.xml)
	}
	return &undecodable{"xml-malformed", fmt.Sprintf("the value decodes from Base64 to %d bytes that are neither XML nor DEFLATE (they start with %q)", len(data), data[:min(len(data), 12)])}
}

// isDeflate tells compressed bytes that happen to begin with '<' from XML:
// control characters that no XML holds, and XML when inflated.
func (l Limits) isDeflate(data []byte) bool {
	if utf16Order(data) != nil || !hasControl(data) && utf8.Valid(data) {
		return false
	}
	out, _, _ := l.inflateAs(rawDeflate, data)
	return isXMLStart(out)
}

func hasControl(data []byte) bool {
	for _, c := range data {
		if c < ' ' && c != '\t' && c != '\r' && c != '\n' {
			return true
		}
	}
	return false
}

func (l Limits) checkSize(xml []byte) error {
	if len(xml) > l.Message {
		return &undecodable{"input-too-large", fmt.Sprintf("the message has %d bytes, at most %d are read", len(xml), l.Message)}
	}
	return nil
}

// setXML takes the document over, and says where it is cut.
func (d *decoded) setXML(xml []byte) {
	d.xml = xml
	if utf16Order(xml) != nil {
		return
	}
	start := bytes.IndexByte(xml, '<')
	if start < 0 || d.has("input-truncated") {
		return
	}
	if doc := scanDocument(xml, start); !doc.complete && doc.end == len(xml) {
		d.report("input-truncated", finding.Error, "the XML ends after %d bytes, before <%s> is closed", len(xml), doc.root)
	}
}

func (d *decoded) has(check string) bool {
	for _, p := range d.problems {
		if p.Check == check {
			return true
		}
	}
	return false
}

func (d *decoded) reportWrappings(names []string, encoded int) {
	levels := encoded
	for _, name := range names {
		if name != "percent-encoded" {
			d.report("input-repaired", finding.Info, "the value was %s, which was undone", name)
			continue
		}
		if levels++; levels > encoded+1 || encoded > 0 {
			d.report("input-double-encoded", finding.Warning, "the value is percent-encoded %d times, once is expected", levels)
		} else {
			d.report("input-repaired", finding.Info, "the value was percent-encoded, which was undone")
		}
	}
}

// restoreEnd puts back a '+' at the end of the text that was a blank and then cut
// off: of a document of whole groups of three octets the last symbol always is
// one, for '>' ends in its bits.
func (t *base64Text) restoreEnd() {
	if !t.unpadded || len(t.data)%3 != 2 || !isXMLStart(t.data) {
		return
	}
	whole := append(t.data, '>')
	if doc := scanDocument(whole, bytes.IndexByte(whole, '<')); doc.complete && doc.end == len(whole) && bytes.HasSuffix(t.data, []byte("</"+doc.root)) {
		t.data, t.unpadded = whole, false
		t.blanks++
	}
}

func (d *decoded) reportBase64(t base64Text, length int) {
	if t.blanks > 0 {
		d.report("input-repaired", finding.Info, "%d blanks in the Base64 were read as '+', which is lost where '+' is not sent as %%2B", t.blanks)
	}
	if t.wrapped {
		d.report("input-repaired", finding.Info, "line breaks or other white space in the Base64 were removed")
	}
	if t.urlSafe {
		d.report("input-repaired", finding.Info, "the Base64 was of the URL-safe kind ('-' and '_'), SAML uses '+' and '/'")
	}
	if t.extra > 0 {
		d.report("input-repaired", finding.Info, "%d characters after the padding of the Base64 were left out", t.extra)
	}
	if t.dropped > 0 {
		d.report("input-truncated", finding.Error, "the Base64 is cut after %d characters: its length is no multiple of 4 even with padding", length)
	} else if t.unpadded {
		d.report("input-repaired", finding.Info, "the padding ('=') at the end of the Base64 was missing")
	}
}

// cutAt decodes what stands before a character that is not Base64 where that
// still is a start of a message, as logs and tools cut long values with "…".
func (d *decoded) cutAt(plain []byte, bad *badBase64) (base64Text, error) {
	refuse := &undecodable{"xml-malformed", "the value is neither XML nor Base64: " + bad.Error()}
	tail := plain[bad.offset:]
	cut := bytes.HasPrefix(tail, []byte("...")) || bytes.HasPrefix(tail, []byte("…")) || bytes.HasPrefix(tail, []byte("[")) || bytes.HasPrefix(tail, []byte("<"))
	if bad.offset < 16 {
		return base64Text{}, refuse
	}
	text, err := decodeBase64(plain[:bad.offset])
	if err != nil {
		return text, refuse
	}
	if cut {
		d.report("input-truncated", finding.Error, "the value is cut after %d characters by %q", bad.offset, shorten(tail, 24))
	} else {
		d.report("input-repaired", finding.Info, "the %d characters from %q at offset %d on are not Base64 and were left out", len(tail), bad.char, bad.offset)
	}
	text.unpadded = false
	return text, nil
}

func shorten(b []byte, n int) string {
	if len(b) <= n {
		return string(b)
	}
	for n > 0 && !utf8.RuneStart(b[n]) {
		n--
	}
	return string(b[:n]) + "…"
}

// isXMLStart reports whether bytes begin as an XML document does, in UTF-8 or
// UTF-16, with or without a byte order mark.
func isXMLStart(b []byte) bool {
	if order := utf16Order(b); order != nil {
		b = fromUTF16(b[:min(len(b)&^1, 64)], order)
	}
	b = bytes.TrimLeft(bytes.TrimPrefix(b, []byte("\ufeff")), " \t\r\n")
	if len(b) < 2 || b[0] != '<' {
		return false
	}
	c := b[1]
	return c == '?' || c == '!' || c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}
