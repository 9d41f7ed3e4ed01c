package trace

import (
	"bytes"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// lineCounter knows the line and column of offsets that only grow.
type lineCounter struct {
	text      []byte
	at        int
	line      int // lines before at
	lineStart int
}

// span is the place of text[start:end].
func (l *lineCounter) span(start, end int) finding.Span {
	passed := l.text[l.at:start]
	if n := bytes.LastIndexByte(passed, '\n'); n >= 0 {
		l.line += bytes.Count(passed, []byte("\n"))
		l.lineStart = l.at + n + 1
	}
	l.at = start
	return finding.Span{Offset: start, End: end, Line: l.line + 1, Column: 1 + characters(l.text[l.lineStart:start])}
}
