package claimrule

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// The messages that AD FS itself gives for a rule text that it refuses.
const (
	codeParse      = "POLICY0002" // the text could not be parsed
	codeTag        = "POLICY0011" // no condition matches the tag
	codeInput      = "POLICY0029" // unexpected input
	codeUnexpected = "POLICY0030" // unexpected X, expecting Y
)

// SyntaxError is one place where a text is not of the claim rule language.
type SyntaxError struct {
	// Pos and End are byte offsets into the rule text, half open.
	Pos, End int
	// Span is the same place in the file that the text comes from.
	Span finding.Span
	// Code is the message that AD FS gives for this class of error.
	Code string
	// Found is what stands there, quoted where it is text; Expected lists
	// what could have stood there instead, and is empty where Found says all.
	Found    string
	Expected []string
	// Hint says what was probably meant, or what to do; may be empty.
	Hint string
}

// Error says where, what was found, what was expected and what to do.
func (e *SyntaxError) Error() string {
	if e.Span.Known() {
		return fmt.Sprintf("line %d, column %d: %s", e.Span.Line, e.Span.Column, e.Message())
	}
	return e.Message()
}

// Message is [SyntaxError.Error] without the place.
func (e *SyntaxError) Message() string {
	var b strings.Builder
	b.WriteString(e.Found)
	if len(e.Expected) > 0 {
		b.WriteString(", expected ")
		b.WriteString(orList(e.Expected))
	}
	if e.Hint != "" {
		b.WriteString("; ")
		b.WriteString(e.Hint)
	}
	return b.String()
}

// Problem is the error in the words of a report.
func (e *SyntaxError) Problem() finding.Problem {
	return finding.Problem{
		Check: "adfs-rule-syntax", Severity: finding.Error, Detail: e.Message(),
		Expected: slices.Clone(e.Expected), Actual: e.Found,
		Location: finding.Location{Span: e.Span},
	}
}

// maxCaretLine is the widest line, in characters, that a caret is drawn under.
const maxCaretLine = 120

// Caret shows the line of the error in text, the rule text that was parsed,
// with the place underlined. The line is made safe for a terminal, and
// shortened around the place where it is long.
func (e *SyntaxError) Caret(text string) string {
	pos := min(max(e.Pos, 0), len(text))
	start := strings.LastIndexByte(text[:pos], '\n') + 1
	end := len(text)
	if i := strings.IndexByte(text[pos:], '\n'); i >= 0 {
		end = pos + i
	}
	end = max(start, end-len(text[start:end])+len(strings.TrimRight(text[start:end], "\r")))
	pos = min(pos, end)
	stop := min(max(e.End, pos), end)
	before, marked, after := caretWindow(text[start:pos], text[pos:stop], text[stop:end])
	width := max(1, utf8.RuneCountInString(marked))
	indent := utf8.RuneCountInString(before)
	return before + marked + after + "\n" + strings.Repeat(" ", indent) + "^" + strings.Repeat("~", width-1)
}

// caretWindow makes the three parts of a line printable and cuts them to
// maxCaretLine characters together.
func caretWindow(before, marked, after string) (string, string, string) {
	before, marked, after = lineTail(before), lineHead(marked), lineHead(after)
	if n := utf8.RuneCountInString(before); n > maxCaretLine/2 {
		before = "…" + string([]rune(before)[n-maxCaretLine/2+1:])
	}
	marked = finding.Shorten(marked, maxCaretLine/2)
	left := maxCaretLine - utf8.RuneCountInString(before) - utf8.RuneCountInString(marked)
	if r := []rune(after); len(r) > left {
		after = string(r[:max(0, left-1)]) + "…"
	}
	return before, marked, after
}

// lineTail and lineHead make the near end of a part printable without reading
// all of a line that may be very long.
func lineTail(s string) string {
	s = strings.ReplaceAll(s[max(0, len(s)-4*maxCaretLine):], "\t", " ")
	return finding.Printable(strings.ToValidUTF8(s, "?"))
}

func lineHead(s string) string {
	s = strings.ReplaceAll(s[:min(len(s), 4*maxCaretLine)], "\t", " ")
	return finding.Printable(strings.ToValidUTF8(s, "?"))
}

// orList joins choices for a sentence: `"a", "b" or "c"`.
func orList(choices []string) string {
	if len(choices) < 2 {
		return strings.Join(choices, "")
	}
	last := len(choices) - 1
	return strings.Join(choices[:last], ", ") + " or " + choices[last]
}

// quoteShort quotes text of the input for a message.
func quoteShort(s string) string { return finding.Quote(finding.Shorten(s, 60)) }
