package trace

import (
	"bytes"
	"strings"
)

// xmlSpan is one document in a text: where it starts and ends, the qualified
// name of its root, and whether its root is closed.
type xmlSpan struct {
	start, end int
	root       string
	complete   bool
}

// localName is the root without its prefix.
func (s xmlSpan) localName() string { return s.root[strings.IndexByte(s.root, ':')+1:] }

// scanDocument finds the end of the document that starts at b[start], by
// counting tags alone: whether it is well-formed is for the XML reader to say.
// The root is empty where no element follows.
func scanDocument(b []byte, start int) xmlSpan {
	doc := xmlSpan{start: start, end: len(b)}
	depth := 0
	for i := start; i < len(b); {
		lt := bytes.IndexByte(b[i:], '<')
		if lt < 0 || depth == 0 && !isBlank(b[i:i+lt]) {
			return doc
		}
		i += lt
		kind, end := scanMarkup(b, i)
		if end < 0 {
			if kind == tagOpen && doc.root == "" {
				doc.root = tagName(b[i+1:])
			}
			return doc
		}
		switch kind {
		case tagOpen:
			if doc.root == "" {
				doc.root = tagName(b[i+1:])
			}
			depth++
		case tagEmpty:
			if doc.root == "" {
				doc.root = tagName(b[i+1:])
			}
		case tagClose:
			depth--
		}
		i = end
		if kind != tagOther && depth <= 0 {
			doc.end, doc.complete = end, depth == 0 && doc.root != ""
			return doc
		}
	}
	return doc
}

// rootOf gives the local name of the root of a document, empty where there is
// none.
func rootOf(b []byte) string {
	for i := 0; ; {
		lt := bytes.IndexByte(b[i:], '<')
		if lt < 0 {
			return ""
		}
		kind, end := scanMarkup(b, i+lt)
		if kind != tagOther {
			return xmlSpan{root: tagName(b[i+lt+1:])}.localName()
		}
		if end < 0 {
			return ""
		}
		i = end
	}
}

type markupKind uint8

const (
	tagOther markupKind = iota // comment, CDATA, processing instruction, DOCTYPE
	tagOpen
	tagClose
	tagEmpty
)

// scanMarkup gives the kind of the markup at b[i] == '<' and the offset after
// it, -1 where it does not end.
func scanMarkup(b []byte, i int) (markupKind, int) {
	rest := b[i:]
	if len(rest) > 1 && rest[1] != '!' && rest[1] != '?' {
		return scanTag(b, i)
	}
	for _, row := range [...]struct{ open, close string }{
		{"<!--", "-->"}, {"<![CDATA[", "]]>"}, {"<?", "?>"},
	} {
		if bytes.HasPrefix(rest, []byte(row.open)) {
			end := bytes.Index(rest[len(row.open):], []byte(row.close))
			if end < 0 {
				return tagOther, -1
			}
			return tagOther, i + len(row.open) + end + len(row.close)
		}
	}
	if bytes.HasPrefix(rest, []byte("<!")) {
		return tagOther, scanDoctype(b, i)
	}
	return scanTag(b, i)
}

func scanTag(b []byte, i int) (markupKind, int) {
	end := tagEnd(b, i+1)
	switch {
	case i+1 < len(b) && b[i+1] == '/':
		return tagClose, end
	case end > 0 && b[end-2] == '/':
		return tagEmpty, end
	}
	return tagOpen, end
}

// tagEnd finds the '>' that closes a tag, past quoted values; the offset after
// it, or -1.
func tagEnd(b []byte, i int) int {
	for ; i < len(b); i++ {
		switch c := b[i]; c {
		case '>':
			return i + 1
		case '"', '\'':
			end := bytes.IndexByte(b[i+1:], c)
			if end < 0 {
				return -1
			}
			i += end + 1
		}
	}
	return -1
}

// scanDoctype passes over a declaration with its internal subset.
func scanDoctype(b []byte, i int) int {
	depth := 0
	for ; i < len(b); i++ {
		switch b[i] {
		case '"', '\'':
			end := bytes.IndexByte(b[i+1:], b[i])
			if end < 0 {
				return -1
			}
			i += end + 1
		case '<':
			depth++
		case '>':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return -1
}

func tagName(b []byte) string {
	end := 0
	for end < len(b) && end < 256 && !strings.ContainsRune(" \t\r\n/>='\"<", rune(b[end])) {
		end++
	}
	return string(b[:end])
}

func isBlank(b []byte) bool { return len(bytes.TrimLeft(b, " \t\r\n\ufeff")) == 0 }

// messageRoots are the roots that mark the start of a message in the midst of
// other text, where not every '<' begins a document.
var messageRoots = map[string]bool{
	"Response": true, "AuthnRequest": true, "LogoutRequest": true, "LogoutResponse": true,
	"ArtifactResolve": true, "ArtifactResponse": true, "Assertion": true, "EncryptedAssertion": true,
	"EntityDescriptor": true, "EntitiesDescriptor": true, "Envelope": true,
	"RequestSecurityTokenResponse": true, "RequestSecurityTokenResponseCollection": true,
	"ManageNameIDRequest": true, "ManageNameIDResponse": true, "AttributeQuery": true,
}

// findDocuments finds the messages in a text that also holds other things, at
// most limit.
func findDocuments(b []byte, limit int) []xmlSpan {
	var out []xmlSpan
	declared := -1 // start of an XML declaration that stands right before
	for i := 0; i < len(b) && len(out) < limit; {
		lt := bytes.IndexByte(b[i:], '<')
		if lt < 0 {
			break
		}
		if declared >= 0 && !isBlank(b[i:i+lt]) {
			declared = -1
		}
		i += lt
		if bytes.HasPrefix(b[i:], []byte("<?xml")) {
			if _, end := scanMarkup(b, i); end > 0 {
				declared, i = i, end
				continue
			}
		}
		doc := xmlSpan{root: tagName(b[i+1:])}
		if !messageRoots[doc.localName()] {
			i, declared = i+1, -1
			continue
		}
		doc = scanDocument(b, i)
		if declared >= 0 {
			doc.start, declared = declared, -1
		}
		out = append(out, doc)
		i = doc.end
	}
	return out
}
