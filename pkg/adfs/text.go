package adfs

import (
	"bytes"
	"slices"
	"sort"
	"unicode/utf8"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// Text is a string of an export that knows where each of its characters stands
// in the file, through the escapes and wrapped lines of the format.
type Text struct {
	Value string
	// Span is the string as the file has it, escapes and all.
	Span finding.Span

	marks []mark // ascending by at; none where Value stands verbatim from Span on
}

// mark is a place where text and file part or meet again: from at on, the text
// stands verbatim from the place on, or is an escape of width bytes.
type mark struct {
	at, offset, width int
	line, column      int
}

// At is the place in the file of the character at a byte offset into Value. An
// offset outside Value gives the nearest end.
func (t Text) At(offset int) finding.Span {
	offset = min(max(offset, 0), len(t.Value))
	m := mark{offset: t.Span.Offset, line: t.Span.Line, column: t.Span.Column}
	if i := sort.Search(len(t.marks), func(i int) bool { return t.marks[i].at > offset }); i > 0 {
		m = t.marks[i-1]
	}
	place := finding.Span{Offset: m.offset, End: m.offset + m.width, Line: m.line, Column: m.column}
	if m.width > 0 || m.line == 0 {
		return place
	}
	place.Offset += offset - m.at
	place.Column += utf8.RuneCountInString(t.Value[m.at:offset])
	_, n := utf8.DecodeRuneInString(t.Value[offset:])
	place.End = place.Offset + n
	return place
}

// Slice is the part of the text between two byte offsets into Value, with its
// places. Offsets outside Value stand for its nearest end.
func (t Text) Slice(from, to int) Text {
	from = min(max(from, 0), len(t.Value))
	return t.cut([2]int{from, min(max(to, from), len(t.Value))})[0]
}

// cut makes texts of ranges, which ascend and do not overlap, in one pass.
func (t Text) cut(ranges ...[2]int) []Text {
	parts := make([]Text, 0, len(ranges))
	m := mark{offset: t.Span.Offset, line: t.Span.Line, column: t.Span.Column}
	next := 0
	for _, r := range ranges {
		from, to := r[0], r[1]
		for ; next < len(t.marks) && t.marks[next].at <= from; next++ {
			m = t.marks[next]
		}
		if m.width == 0 && m.line > 0 {
			m.offset, m.column, m.at = m.offset+from-m.at, m.column+utf8.RuneCountInString(t.Value[m.at:from]), from
		}
		part := Text{Value: t.Value[from:to], Span: finding.Span{Offset: m.offset, Line: m.line, Column: m.column}}
		last := m
		for i := next; i < len(t.marks) && t.marks[i].at < to; i++ {
			last = t.marks[i]
			inner := last
			inner.at -= from
			part.marks = append(part.marks, inner)
		}
		if len(part.marks) > 0 || m.width > 0 {
			part.marks = slices.Insert(part.marks, 0, mark{offset: m.offset, width: m.width, line: m.line, column: m.column})
		}
		if part.Span.End = last.offset + last.width; last.width == 0 {
			part.Span.End = last.offset + to - last.at
		}
		parts = append(parts, part)
	}
	return parts
}

// cursor is a place in the file that moves over its text.
type cursor struct{ offset, line, column int }

// over moves the cursor over text of the file.
func (c *cursor) over(text []byte) {
	c.offset += len(text)
	if n := bytes.Count(text, newline); n > 0 {
		c.line += n
		c.column = 1
		text = text[bytes.LastIndexByte(text, '\n')+1:]
	}
	c.column += utf8.RuneCount(text)
}

var newline = []byte{'\n'}

func (c cursor) span() finding.Span {
	return finding.Span{Offset: c.offset, End: c.offset, Line: c.line, Column: c.column}
}

// textBuilder makes a [Text] of pieces of the file.
type textBuilder struct {
	value []byte
	marks []mark
	start cursor
	at    cursor // in the file, behind the last piece
	apart bool   // the file went on elsewhere than the text
}

func newTextBuilder(at cursor) *textBuilder {
	return &textBuilder{start: at, at: at}
}

// reset starts the next text, in the memory of the last.
func (b *textBuilder) reset(at cursor) {
	b.value, b.marks, b.start, b.at, b.apart = b.value[:0], b.marks[:0], at, at, false
}

// jump goes on at another place of the file.
func (b *textBuilder) jump(at cursor) {
	if at != b.at {
		b.at, b.apart = at, true
	}
}

// longRun is how many bytes stand verbatim without a mark, so that places are
// found soon in long lines.
const longRun = 1024

// verbatim adds text as the file has it.
func (b *textBuilder) verbatim(raw []byte) {
	for len(raw) > 0 {
		line := raw
		if i := bytes.IndexByte(raw[:min(len(raw), longRun)], '\n'); i >= 0 {
			line = raw[:i+1]
		} else if len(raw) > longRun {
			end := longRun
			for !utf8.RuneStart(raw[end]) && end < longRun+utf8.UTFMax && end+1 < len(raw) {
				end++
			}
			line = raw[:end]
		}
		if b.apart {
			b.mark(0)
			b.apart = false
		}
		b.value = append(b.value, line...)
		b.at.over(line)
		b.apart = line[len(line)-1] == '\n' || len(line) >= longRun
		raw = raw[len(line):]
	}
}

// escape adds what a piece of the file stands for.
func (b *textBuilder) escape(raw []byte, meaning rune) {
	b.mark(len(raw))
	b.value = utf8.AppendRune(b.value, meaning)
	b.at.over(raw)
	b.apart = true
}

// maxMarks bounds the marks of a text. Behind them places are those of the last.
const maxMarks = 1 << 18

func (b *textBuilder) mark(width int) {
	if len(b.marks) >= maxMarks {
		return
	}
	b.marks = append(b.marks, mark{at: len(b.value), offset: b.at.offset, width: width, line: b.at.line, column: b.at.column})
}

// text is what was built; the builder may go on.
func (b *textBuilder) text() Text {
	if b.apart {
		b.mark(0)
		b.apart = false
	}
	span := b.start.span()
	span.End = b.at.offset
	t := Text{Value: string(b.value), Span: span, marks: slices.Clone(b.marks)}
	if len(t.marks) > 0 && t.marks[0].at > 0 {
		t.marks = slices.Insert(t.marks, 0, mark{offset: b.start.offset, line: b.start.line, column: b.start.column})
	}
	return t
}
