package claimrule

import (
	"fmt"
	"strings"
	"testing"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

func typeOf(n Node) string { return fmt.Sprintf("%T", n) }

func TestPlaces(t *testing.T) {
	text := "ä\nbc\r\n\nd"
	cases := []struct {
		start    Position
		pos, end int
		want     finding.Span
	}{
		{Position{}, 0, 2, finding.Span{Offset: 0, End: 2, Line: 1, Column: 1}},
		{Position{}, 2, 3, finding.Span{Offset: 2, End: 3, Line: 1, Column: 2}},
		{Position{}, 4, 5, finding.Span{Offset: 4, End: 5, Line: 2, Column: 2}},
		{Position{}, 8, 9, finding.Span{Offset: 8, End: 9, Line: 4, Column: 1}},
		{Position{}, 99, 100, finding.Span{Offset: 9, End: 9, Line: 4, Column: 2}},
		{Position{Offset: 100, Line: 7, Column: 5}, 0, 2, finding.Span{Offset: 100, End: 102, Line: 7, Column: 5}},
		{Position{Offset: 100, Line: 7, Column: 5}, 4, 5, finding.Span{Offset: 104, End: 105, Line: 8, Column: 2}},
	}
	for _, c := range cases {
		if got := newPlaces(text, c.start).span(c.pos, c.end); got != c.want {
			t.Errorf("%v %d-%d: %v, want %v", c.start, c.pos, c.end, got, c.want)
		}
	}
}

func TestPlacesOfLongLines(t *testing.T) {
	text := strings.Repeat("ä", 5000) + "\n" + strings.Repeat("b", 5000)
	p := newPlaces(text, Position{})
	for _, c := range []struct{ pos, line, column int }{{8000, 1, 4001}, {10000, 1, 5001}, {10001, 2, 1}, {13000, 2, 3000}} {
		if got := p.span(c.pos, c.pos+1); got.Line != c.line || got.Column != c.column {
			t.Errorf("%d is at %d:%d, want %d:%d", c.pos, got.Line, got.Column, c.line, c.column)
		}
	}
}

// escaped maps offsets of a text into its XML-escaped form, which starts at
// byte 1000 in column 11 of line 3.
func escaped(text string) Map {
	starts := make([]int, len(text)+1)
	at := 0
	for i := range len(text) {
		starts[i] = at
		at += len(escapes.Replace(text[i : i+1]))
	}
	starts[len(text)] = at
	return func(offset int) finding.Span {
		return finding.Span{Offset: 1000 + starts[offset], End: 1000 + starts[min(offset+1, len(text))], Line: 3, Column: 11 + starts[offset]}
	}
}

var escapes = strings.NewReplacer("<", "&lt;", ">", "&gt;", "&", "&amp;", "\n", "_x000A_")

func TestErrorsStandInTheFile(t *testing.T) {
	text := "c:[] && d:[]\n => issue(claim = e);"
	_, errs := Parse(text, Position{Map: escaped(text)})
	file := strings.Repeat(".", 1000) + escapes.Replace(text)
	if len(errs) != 1 || file[errs[0].Span.Offset:errs[0].Span.End] != "e" || errs[0].Span.Line != 3 {
		t.Errorf("errors %v", errs)
	}
	rs, _ := Parse(text, Position{Map: escaped(text)})
	s := rs.Span(rs.Rules[0])
	if got := file[s.Offset:s.End]; got != escapes.Replace(text) {
		t.Errorf("the rule is %q", got)
	}
	if got := rs.Source(rs.Rules[0].Conditions[1]); got != "d:[]" {
		t.Errorf("source %q", got)
	}
}

func TestCaret(t *testing.T) {
	cases := []struct {
		text     string
		pos, end int
		want     string
	}{
		{"abc def", 4, 7, "abc def\n    ^~~"},
		{"one\ntwo\r\nthree", 4, 7, "two\n^~~"},
		{"one\r\ntwo", 3, 3, "one\n   ^"},
		{"a\tb\x1b", 2, 3, "a b\\x1b\n  ^"},
		{"ä\u202eö", 5, 7, "ä\\u202eö\n       ^"},
		{"", 0, 0, "\n^"},
		{"a\nb", 0, 3, "a\n^"},
	}
	for _, c := range cases {
		if got := (&SyntaxError{Pos: c.pos, End: c.end}).Caret(c.text); got != c.want {
			t.Errorf("%q %d-%d:\n%s\nwant\n%s", c.text, c.pos, c.end, got, c.want)
		}
	}
	long := (&SyntaxError{Pos: 5000, End: 6000}).Caret(strings.Repeat("x", 10000))
	for line := range strings.SplitSeq(long, "\n") {
		if n := len([]rune(line)); n > maxCaretLine+1 {
			t.Errorf("a line of %d characters", n)
		}
	}
}

func TestErrorTexts(t *testing.T) {
	e := &SyntaxError{Found: "unexpected x", Expected: []string{"a", "b", "c"}, Hint: "write y"}
	if got := e.Error(); got != "unexpected x, expected a, b or c; write y" {
		t.Error(got)
	}
	e.Span = finding.Span{Line: 2, Column: 3}
	p := e.Problem()
	if got := e.Error(); got != "line 2, column 3: unexpected x, expected a, b or c; write y" || p.Check != "adfs-rule-syntax" || p.Location.Span.Line != 2 {
		t.Error(got, p)
	}
}
