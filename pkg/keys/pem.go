package keys

import (
	"strings"
	"unicode/utf8"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// pemLabel is a label of RFC 7468 or of the software that came before it.
type pemLabel struct {
	name    string
	holds   kind
	private bool
	skip    bool // belongs to keys and is of no interest here
}

// pemLabels are the labels that are known, none after a label that starts it.
var pemLabels = [...]pemLabel{
	{name: "CERTIFICATE REQUEST", holds: kindRequest},
	{name: "CERTIFICATE", holds: kindCertificate},
	{name: "TRUSTED CERTIFICATE", holds: kindCertificate},
	{name: "X509 CERTIFICATE", holds: kindCertificate},
	{name: "X.509 CERTIFICATE", holds: kindCertificate},
	{name: "NEW CERTIFICATE REQUEST", holds: kindRequest},
	{name: "PKCS7", holds: kindPKCS7},
	{name: "PKCS #7 SIGNED DATA", holds: kindPKCS7},
	{name: "CMS", holds: kindPKCS7},
	{name: "X509 CRL", holds: kindRevocation},
	{name: "PUBLIC KEY", holds: kindPublic},
	{name: "RSA PUBLIC KEY", holds: kindPublic},
	{name: "SSH2 PUBLIC KEY", holds: "an SSH public key"},
	{name: "PRIVATE KEY", holds: kindPKCS8, private: true},
	{name: "ENCRYPTED PRIVATE KEY", holds: kindEncrypted, private: true},
	{name: "RSA PRIVATE KEY", holds: kindPKCS1, private: true},
	{name: "EC PRIVATE KEY", holds: kindEC, private: true},
	{name: "DSA PRIVATE KEY", holds: kindDSA, private: true},
	{name: "ANY PRIVATE KEY", holds: kindPKCS8, private: true},
	{name: "OPENSSH PRIVATE KEY", holds: "an SSH private key", private: true},
	{name: "SSH2 ENCRYPTED PRIVATE KEY", holds: "an SSH private key", private: true},
	{name: "PGP PRIVATE KEY BLOCK", holds: "a PGP private key", private: true},
	{name: "PGP PUBLIC KEY BLOCK", holds: "a PGP public key"},
	{name: "EC PARAMETERS", skip: true},
	{name: "DSA PARAMETERS", skip: true},
	{name: "DH PARAMETERS", skip: true},
}

func labelAt(text string) (pemLabel, bool) {
	for _, label := range pemLabels {
		if strings.HasPrefix(text, label.name) {
			return label, true
		}
	}
	return pemLabel{}, false
}

// pemBlock is one block as it stands in the text; body is what is between the
// markers.
type pemBlock struct {
	label   pemLabel
	body    string
	span    finding.Span
	repairs []string
}

func (b pemBlock) location() finding.Location { return finding.Location{Span: b.span} }

// marker is a BEGIN or END line, wherever it stands: start and end include the
// dashes around it.
type marker struct {
	label      pemLabel
	begin      bool
	start, end int
	proper     bool // with five hyphens on both sides
}

// findBlocks finds PEM blocks in text (RFC 7468), with any text around them.
// It also takes blocks on one line, with a wrong number or kind of dashes, and
// without an END line.
func findBlocks(text string) []pemBlock {
	marks := findMarkers(text)
	var blocks []pemBlock
	place := position{text: text, line: 1, column: 1}
	for i, mark := range marks {
		if !mark.begin {
			continue
		}
		next := marker{begin: true, start: len(text)}
		if i+1 < len(marks) {
			next = marks[i+1]
		}
		place.advance(mark.start)
		block := pemBlock{label: mark.label, body: text[mark.end:next.start]}
		block.span = finding.Span{Offset: mark.start, End: mark.end, Line: place.line, Column: place.column}
		if !next.begin {
			block.span.End = next.end
		}
		block.repairs = mark.repairs(next, block.body)
		blocks = append(blocks, block)
	}
	return blocks
}

// repairs tells what is wrong with the BEGIN marker m and what follows it.
func (m marker) repairs(next marker, body string) (list []string) {
	if next.begin {
		list = append(list, "the END line was missing")
	} else if next.label.name != m.label.name {
		list = append(list, "the BEGIN and END lines name different things")
	}
	if !m.proper || !next.begin && !next.proper {
		list = append(list, "the BEGIN and END lines did not have five hyphens on each side")
	}
	if line, _, _ := strings.Cut(body, "\n"); strings.TrimSpace(line) != "" {
		list = append(list, "the line break after the BEGIN line was missing")
	}
	return list
}

// maxMarkers bounds the blocks of a file, far above [maxCertificates].
const maxMarkers = 4 * maxCertificates

// findMarkers finds the BEGIN and END markers of known labels, in order and
// without overlap.
func findMarkers(text string) []marker {
	var marks []marker
	for at := 0; at < len(text) && len(marks) < maxMarkers; {
		found := nextWord(text[at:])
		if found < 0 {
			break
		}
		word := at + found
		begin := text[word] == 'B'
		labelStart := word + len("END ")
		if begin {
			labelStart = word + len("BEGIN ")
		}
		label, known := labelAt(text[labelStart:])
		at = labelStart
		if !known {
			continue
		}
		mark := marker{label: label, begin: begin, start: word, end: labelStart + len(label.name)}
		floor := 0
		if len(marks) > 0 {
			floor = marks[len(marks)-1].end
		}
		mark.widen(text, floor)
		at = mark.end
		marks = append(marks, mark)
	}
	return marks
}

// nextWord returns the place of the next "BEGIN " or "END ".
func nextWord(text string) int {
	for at := 0; ; {
		found := strings.IndexByte(text[at:], ' ')
		if found < 0 {
			return -1
		}
		at += found
		switch {
		case strings.HasSuffix(text[:at], "BEGIN"):
			return at - len("BEGIN")
		case strings.HasSuffix(text[:at], "END"):
			return at - len("END")
		}
		at++
	}
}

// widen takes the dashes around a marker into it, those after floor only. Ten
// after it belong to this marker and the next one on the same line.
func (m *marker) widen(text string, floor int) {
	const wanted = 5
	word, label := m.start, m.end
	before, after := 0, 0
	for m.start > floor {
		r, size := utf8.DecodeLastRuneInString(text[floor:m.start])
		if !isDash(r) {
			break
		}
		m.start -= size
		before++
	}
	for m.end < len(text) {
		r, size := utf8.DecodeRuneInString(text[m.end:])
		if !isDash(r) {
			break
		}
		m.end += size
		after++
	}
	if after == 2*wanted && m.end-label == after {
		m.end, after = label+wanted, wanted
	}
	ascii := word-m.start == before && m.end-label == after
	m.proper = before == wanted && after == wanted && ascii
}

// isDash reports the hyphen and what word processors make of several.
func isDash(r rune) bool {
	return r == '-' || r >= 0x2010 && r <= 0x2015 || r == 0x2212
}

// position counts lines and columns up to rising offsets.
type position struct {
	text         string
	offset       int
	line, column int
}

func (p *position) advance(offset int) {
	if offset <= p.offset {
		return
	}
	passed := p.text[p.offset:offset]
	if lines := strings.Count(passed, "\n"); lines > 0 {
		p.line += lines
		p.column = 1
		passed = passed[strings.LastIndexByte(passed, '\n')+1:]
	}
	p.column += utf8.RuneCountInString(passed)
	p.offset = offset
}

// splitHeaders takes the headers of RFC 1421 ("Proc-Type: 4,ENCRYPTED") from
// the start of a body.
func splitHeaders(body string) (headers map[string]string, rest string) {
	rest = strings.TrimLeft(body, " \t\r\n")
	for {
		line, after, found := strings.Cut(rest, "\n")
		name, value, isHeader := strings.Cut(line, ":")
		if !isHeader || !found || len(headers) > 16 {
			return headers, rest
		}
		if headers == nil {
			headers = map[string]string{}
		}
		headers[strings.TrimSpace(name)] = strings.TrimSpace(value)
		rest = after
	}
}
