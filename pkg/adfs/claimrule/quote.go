package claimrule

import (
	"strings"
	"unicode/utf8"
)

// curlyQuotes are the characters that word processors make of a double quote.
const curlyQuotes = "\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb\uff02"

// quoted reads a string that opens with a plain double quote. It ends at the
// next one on its line.
func (l *lexer) quoted() token {
	pos := l.at
	rest := l.text[pos+1:]
	n := strings.IndexAny(rest, "\"\r\n")
	if n < 0 {
		n = len(rest)
	}
	if n < len(rest) && rest[n] == '"' {
		return l.stringToken(pos, rest[:n], pos+n+2)
	}
	if i := strings.IndexAny(rest[:n], curlyQuotes); i >= 0 {
		_, size := utf8.DecodeRuneInString(rest[i:])
		end := pos + 1 + i + size
		l.slip(end-size, end, "unexpected typographic quote "+rest[i:i+size], `the string opened with a plain quote: close it with "`)
		return l.stringToken(pos, rest[:i], end)
	}
	if value, end, ok := l.wrapped(pos+1, pos+1+n); ok {
		l.slip(pos, end, "unexpected line end inside a string",
			"a string stands on one line; console output was wrapped here: join the lines")
		return l.stringToken(pos, value, end)
	}
	l.slip(pos, pos+1+n, "string without a closing quote", `close it with " on the same line`)
	t := l.stringToken(pos, rest[:n], pos+1+n)
	t.open = true
	return t
}

// wrapped continues a string that a console broke into two lines: the second
// line then holds an odd number of quotes.
func (l *lexer) wrapped(start, lineBreak int) (value string, end int, ok bool) {
	next := strings.TrimLeft(l.text[lineBreak:], "\r\n")
	line := next[:lineEnd(next)]
	quote := strings.IndexByte(line, '"')
	if quote < 0 || strings.Count(line, `"`)%2 == 0 {
		return "", 0, false
	}
	from := len(l.text) - len(next)
	head := l.text[start:lineBreak]
	if strings.HasSuffix(head, "  ") {
		head = strings.TrimRight(head, " ") // padding, where one blank is of the text
	}
	return head + strings.TrimLeft(line[:quote], " \t"), from + quote + 1, true
}

func (l *lexer) stringToken(pos int, value string, end int) token {
	l.at = end
	return token{kind: tokString, pos: pos, end: end, text: value}
}

// foreignQuotes lists what people put around a string instead of plain double
// quotes: how it opens, which characters or sequence close it.
var foreignQuotes = []struct{ open, close, name string }{
	{"\u201c", curlyQuotes + `"`, "typographic quote"},
	{"\u201d", curlyQuotes + `"`, "typographic quote"},
	{"\u201e", curlyQuotes + `"`, "typographic quote"},
	{"\u201f", curlyQuotes + `"`, "typographic quote"},
	{"\u2033", curlyQuotes + `"`, "typographic quote"},
	{"\u00ab", curlyQuotes + `"`, "typographic quote"},
	{"\u00bb", curlyQuotes + `"`, "typographic quote"},
	{"\uff02", curlyQuotes + `"`, "typographic quote"},
	{"'", "'", "single quote"},
	{"\u2018", "\u2018\u2019'", "typographic quote"},
	{"\u2019", "\u2018\u2019'", "typographic quote"},
}

// foreignString reads a string in quotes that are not of the language.
func (l *lexer) foreignString() (token, bool) {
	rest := l.text[l.at:]
	if t, ok := l.escapedString(rest); ok {
		return t, true
	}
	for _, q := range foreignQuotes {
		if !strings.HasPrefix(rest, q.open) {
			continue
		}
		body := rest[len(q.open):]
		n, size := strings.IndexAny(body, q.close+"\r\n"), 0
		if n < 0 {
			n = len(body)
		} else if body[n] != '\r' && body[n] != '\n' {
			_, size = utf8.DecodeRuneInString(body[n:])
		}
		pos, end := l.at, l.at+len(q.open)+n+size
		l.slip(pos, end, "unexpected "+q.name+" "+q.open, `strings stand in plain double quotes`, tokString.String())
		return l.stringToken(pos, strings.ReplaceAll(body[:n], `"`, ""), end), true
	}
	return token{}, false
}

// escapedString reads a string whose quotes are XML entities or are escaped for
// another language.
func (l *lexer) escapedString(rest string) (token, bool) {
	for _, q := range []struct{ mark, hint string }{
		{"&quot;", "the text is still XML-escaped"},
		{`\"`, "the text is still escaped for JSON or a program"},
		{"`\"", "the text is still escaped for PowerShell"},
	} {
		body, ok := strings.CutPrefix(rest, q.mark)
		if !ok {
			continue
		}
		n := strings.Index(body, q.mark)
		if n < 0 || strings.ContainsAny(body[:n], "\r\n") {
			continue
		}
		pos, end := l.at, l.at+n+2*len(q.mark)
		l.slip(pos, end, "unexpected "+quoteShort(q.mark), q.hint+": strings stand in plain double quotes", tokString.String())
		return l.stringToken(pos, strings.ReplaceAll(body[:n], `"`, ""), end), true
	}
	return token{}, false
}
