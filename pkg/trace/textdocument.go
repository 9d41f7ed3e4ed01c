package trace

import (
	"bytes"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// documents finds XML in a text that is no XML.
func (c *collector) documents(text []byte, from carrier) int {
	docs := findDocuments(text, c.limits.Messages+1)
	for _, doc := range docs {
		xml := text[doc.start:doc.end]
		if plain := stripLinePrefix(text, doc); plain != nil {
			c.document(plain, from, finding.Problem{Check: "input-repaired", Severity: finding.Info, Detail: "what the log wrote at the start of each line of the XML was removed"})
			continue
		}
		c.document(xml, from)
	}
	return len(docs)
}

// stripLinePrefix takes the prefix of a log from the lines of a document: the
// text before its first tag, where every line begins with one of its shape
// (digits may differ). It returns nil where there is none.
func stripLinePrefix(text []byte, doc xmlSpan) []byte {
	lineStart := bytes.LastIndexByte(text[:doc.start], '\n') + 1
	prefix := text[lineStart:doc.start]
	xml := text[doc.start:doc.end]
	if len(prefix) == 0 || len(prefix) > 512 || isBlank(prefix) || bytes.IndexByte(xml, '\n') < 0 {
		return nil
	}
	out := make([]byte, 0, len(xml))
	out = append(out, declarationBefore(text[:lineStart], prefix)...)
	first := true
	for line := range bytes.Lines(xml) {
		if !first {
			if len(line) < len(prefix) || !sameShape(prefix, line[:len(prefix)]) {
				return nil
			}
			line = line[len(prefix):]
		}
		first = false
		out = append(out, line...)
	}
	return out
}

// declarationBefore gives the XML declaration that stands alone on the line
// before, behind the same prefix.
func declarationBefore(text, prefix []byte) []byte {
	start := bytes.LastIndexByte(bytes.TrimSuffix(text, []byte("\n")), '\n') + 1
	if line := text[start:]; len(line) > len(prefix) && sameShape(prefix, line[:len(prefix)]) {
		if line = line[len(prefix):]; bytes.HasPrefix(line, []byte("<?xml ")) && bytes.HasSuffix(bytes.TrimRight(line, "\r\n"), []byte("?>")) {
			return line
		}
	}
	return nil
}

func sameShape(a, b []byte) bool {
	for i := range a {
		digits := a[i] >= '0' && a[i] <= '9' && b[i] >= '0' && b[i] <= '9'
		if a[i] != b[i] && !digits {
			return false
		}
	}
	return true
}
