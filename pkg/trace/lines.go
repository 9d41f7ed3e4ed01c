package trace

import (
	"bytes"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// lineCounter knows the line and column of offsets that only grow.
type lineCounter struct {
	text         []byte
	at           int
	line, column int // of at, from 0
}

// span is the place of text[start:end].
func (l *lineCounter) span(start, end int) finding.Span {
	passed := l.text[l.at:start]
	if n := bytes.LastIndexByte(passed, '\n'); n >= 0 {
		l.line += bytes.Count(passed, []byte("\n"))
		l.column, passed = 0, passed[n+1:]
	}
	l.column += characters(passed)
	l.at = start
	return finding.Span{Offset: start, End: end, Line: l.line + 1, Column: l.column + 1}
}
