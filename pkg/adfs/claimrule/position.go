package claimrule

import (
	"sort"
	"unicode/utf8"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// Map says where the character at a byte offset of a rule text stands in the
// file that the text was taken from. The Span covers that character as the
// file writes it, which may be several bytes ("&gt;"). Offsets are at most the
// length of the text.
type Map func(offset int) finding.Span

// Position says where a rule text stands in a file. The zero value is the
// start of a file that holds nothing else.
type Position struct {
	// Offset is the byte offset of the first character, Line and Column
	// count from 1; 0 stands for 1.
	Offset, Line, Column int
	// Map, where given, overrides the other fields: for texts that are
	// escaped in their file.
	Map Map
}

// checkpointEvery is the distance of the places at which line and column are
// remembered, in bytes, so that finding a place never reads a long line.
const checkpointEvery = 1 << 10

type checkpoint struct{ offset, line, column int }

// places turns byte offsets of a text into lines and columns.
type places struct {
	text        string
	start       Position
	checkpoints []checkpoint
}

func newPlaces(text string, start Position) *places {
	p := &places{text: text, start: start}
	p.start.Line, p.start.Column = max(1, start.Line), max(1, start.Column)
	if start.Map == nil {
		p.index()
	}
	return p
}

func (p *places) index() {
	at := checkpoint{0, p.start.Line, p.start.Column}
	p.checkpoints = append(p.checkpoints, at)
	next := checkpointEvery
	for i := 0; i < len(p.text); {
		if i >= next {
			at.offset = i
			p.checkpoints = append(p.checkpoints, at)
			next = i + checkpointEvery
		}
		i += advance(p.text[i:], &at)
	}
}

// advance moves the line and column of at over the first character of s.
func advance(s string, at *checkpoint) int {
	if s[0] == '\n' {
		at.line, at.column = at.line+1, 1
		return 1
	}
	at.column++
	if s[0] < utf8.RuneSelf {
		return 1
	}
	_, size := utf8.DecodeRuneInString(s)
	return size
}

// span is the place of the half open range of bytes in the file.
func (p *places) span(pos, end int) finding.Span {
	pos = min(max(pos, 0), len(p.text))
	end = min(max(end, pos), len(p.text))
	if p.start.Map != nil {
		s := p.start.Map(pos)
		if end > pos+1 {
			s.End = max(s.End, p.start.Map(end-1).End)
		}
		return s
	}
	n := sort.Search(len(p.checkpoints), func(i int) bool { return p.checkpoints[i].offset > pos })
	at := p.checkpoints[n-1]
	for i := at.offset; i < pos; {
		i += advance(p.text[i:], &at)
	}
	return finding.Span{Offset: p.start.Offset + pos, End: p.start.Offset + end, Line: at.line, Column: at.column}
}
