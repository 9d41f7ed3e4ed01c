package export

import (
	"bytes"
	"sort"
	"unicode/utf8"

	"golang.org/x/text/encoding/unicode"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// source is the text of an export, in UTF-8, that gives places in it.
type source struct {
	data  []byte
	lines []int // the offset at which each line starts
	last  finding.Span
}

func newSource(data []byte) *source {
	s := &source{data: decode(data), lines: []int{0}}
	for i, c := range s.data {
		if c == '\n' {
			s.lines = append(s.lines, i+1)
		}
	}
	return s
}

// span is the place from one offset to another. It goes on from the place that
// it gave last, so that reading a text of one long line stays linear.
func (s *source) span(from, to int) finding.Span {
	line := sort.SearchInts(s.lines, from+1) - 1
	start, column := s.lines[line], 1
	if s.last.Line == line+1 && s.last.Offset <= from {
		start, column = s.last.Offset, s.last.Column
	}
	s.last = finding.Span{Offset: from, End: to, Line: line + 1, Column: column + utf8.RuneCount(s.data[start:from])}
	return s.last
}

// pinpoint is the place of an offset. Other than span it changes nothing.
func (s *source) pinpoint(at int) finding.Span {
	line := sort.SearchInts(s.lines, at+1) - 1
	return finding.Span{Offset: at, End: at, Line: line + 1, Column: utf8.RuneCount(s.data[s.lines[line]:at]) + 1}
}

// locator gives the places of offsets in a text of the source. Offsets that rise
// cost no more than one walk through the text.
func (s *source) locator(n *node) func(offset int) finding.Span {
	if n.locate != nil {
		return n.locate
	}
	from := &source{data: s.data, lines: s.lines, last: n.span}
	written, meant := 0, 0
	return func(offset int) finding.Span {
		if n.raw == nil {
			at := min(n.span.Offset+offset, n.span.End)
			return from.span(at, at)
		}
		if offset < meant {
			written, meant = 0, 0
		}
		for written < len(n.raw) && meant < offset {
			w, m := n.step(n.raw[written:])
			written, meant = written+w, meant+m
		}
		at := n.span.Offset + written
		return from.span(at, at)
	}
}

// decode turns the text of an export into UTF-8 without byte order mark. It is
// UTF-8, or UTF-16 as Windows PowerShell writes it, with its mark or without.
func decode(data []byte) []byte {
	order := unicode.LittleEndian
	switch {
	case bytes.HasPrefix(data, []byte("\xFF\xFE")):
	case bytes.HasPrefix(data, []byte("\xFE\xFF")):
		order = unicode.BigEndian
	case len(data) >= 4 && data[0] != 0 && data[1] == 0 && data[2] != 0 && data[3] == 0:
	case len(data) >= 4 && data[0] == 0 && data[1] != 0 && data[2] == 0 && data[3] != 0:
		order = unicode.BigEndian
	default:
		return bytes.TrimPrefix(data, []byte("\uFEFF"))
	}
	text, err := unicode.UTF16(order, unicode.UseBOM).NewDecoder().Bytes(data)
	if err != nil { // it replaces what it cannot decode, so there is none
		return data
	}
	return bytes.TrimPrefix(text, []byte("\uFEFF"))
}
