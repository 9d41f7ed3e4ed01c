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
// places.
func (t Text) Slice(from, to int) Text {
	from = min(max(from, 0), len(t.Value))
	to = min(max(to, from), len(t.Value))
	start, end := t.At(from), t.At(to)
	part := Text{Value: t.Value[from:to], Span: start}
	part.Span.End = max(end.Offset, start.Offset)
	if to == len(t.Value) {
		part.Span.End = max(t.Span.End, start.Offset)
	}
	first := sort.Search(len(t.marks), func(i int) bool { return t.marks[i].at > from })
	if len(t.marks) == 0 {
		return part
	}
	part.marks = append(part.marks, mark{offset: start.Offset, line: start.Line, column: start.Column})
	if first > 0 && t.marks[first-1].width > 0 {
		part.marks[0].width = t.marks[first-1].width
	}
	for _, m := range t.marks[first:] {
		if m.at >= to {
			break
		}
		m.at -= from
		part.marks = append(part.marks, m)
	}
	return part
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

// verbatim adds text as the file has it.
func (b *textBuilder) verbatim(raw []byte) {
	for len(raw) > 0 {
		line := raw
		if i := bytes.IndexByte(raw, '\n'); i >= 0 {
			line = raw[:i+1]
		}
		if b.apart {
			b.mark(0)
			b.apart = false
		}
		b.value = append(b.value, line...)
		b.at.over(line)
		b.apart = line[len(line)-1] == '\n'
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

// skip passes over a piece of the file that stands for nothing.
func (b *textBuilder) skip(raw []byte) {
	b.at.over(raw)
	b.apart = true
}

func (b *textBuilder) mark(width int) {
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
