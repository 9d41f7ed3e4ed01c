package xmldoc

import (
	"bytes"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// extent is where an element begins and ends in the text.
type extent struct{ start, end int32 }

// mark is the line and column of a byte of the text.
type mark struct{ line, column int32 }

// markShift says how far apart the marks of a document are: 1 KiB, so that a
// position costs the same in a document of one long line.
const markShift = 10

// startMark is the position of the first byte. A byte order mark takes no
// column.
func startMark(text []byte) mark {
	if bytes.HasPrefix(text, bomUTF8) {
		return mark{line: 1, column: 0}
	}
	return mark{line: 1, column: 1}
}

// advance moves a mark over text[from:to]. A line ends at LF, CR LF or CR.
func (m mark) advance(text []byte, from, to int) mark {
	for i := from; i < to; i++ {
		c := text[i]
		switch {
		case c == '\n', c == '\r' && (i+1 == len(text) || text[i+1] != '\n'):
			m.line, m.column = m.line+1, 1
		case c&0xC0 != 0x80:
			m.column++
		}
	}
	return m
}

func (m mark) span(offset, end int) finding.Span {
	return finding.Span{Offset: offset, End: end, Line: int(m.line), Column: max(1, int(m.column))}
}

// locate gives the span its line and column by counting from the start.
func locate(text []byte, offset, end int) finding.Span {
	return startMark(text).advance(text, 0, offset).span(offset, end)
}

// Locate gives an extent of Text its line and column. One that is not inside
// of Text is unknown.
func (d *Document) Locate(offset, end int) finding.Span {
	if offset < 0 || end < offset || end > len(d.Text) {
		return finding.Span{}
	}
	return d.locate(offset, end)
}

// locate gives the span its line and column from the nearest mark.
func (d *Document) locate(offset, end int) finding.Span {
	d.markOnce.Do(func() {
		d.marks = make([]mark, 1, len(d.Text)>>markShift+1)
		d.marks[0] = startMark(d.Text)
		for i := 1 << markShift; i <= len(d.Text); i += 1 << markShift {
			last := d.marks[len(d.marks)-1]
			d.marks = append(d.marks, last.advance(d.Text, i-1<<markShift, i))
		}
	})
	n := offset >> markShift
	return d.marks[n].advance(d.Text, n<<markShift, offset).span(offset, end)
}
