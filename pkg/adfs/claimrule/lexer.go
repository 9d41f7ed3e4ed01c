package claimrule

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// lexer reads tokens. What is not of the language but has one clear meaning is
// reported and read as what was meant, so that one slip gives one error.
type lexer struct {
	text   string
	at     int
	report func(*SyntaxError)
}

func (l *lexer) slip(pos, end int, found, hint string, expected ...string) {
	l.report(&SyntaxError{Pos: pos, End: end, Code: codeInput, Found: found, Expected: expected, Hint: hint})
}

// next returns the next token; at the end of the text always tokEOF.
func (l *lexer) next() token {
	l.skipBlank()
	pos := l.at
	if pos >= len(l.text) {
		return token{kind: tokEOF, pos: len(l.text), end: len(l.text)}
	}
	c := l.text[pos]
	switch {
	case c == '"':
		return l.quoted()
	case isLetter(c):
		return l.word()
	case c >= '0' && c <= '9':
		return l.number()
	}
	if t, ok := l.splitArrow(); ok {
		return t
	}
	if c >= utf8.RuneSelf || strings.IndexByte("'&\\`", c) >= 0 {
		if t, ok := l.foreignString(); ok {
			return t
		}
	}
	for _, op := range operatorsByByte[c] {
		if strings.HasPrefix(l.text[pos:], op.text) {
			l.at += len(op.text)
			if op.hint != "" {
				l.slip(pos, l.at, "unexpected "+quoteShort(op.text), op.hint, op.kind.String())
			}
			return token{kind: op.kind, pos: pos, end: l.at}
		}
	}
	return l.unknown()
}

func (l *lexer) unknown() token {
	_, size := utf8.DecodeRuneInString(l.text[l.at:])
	pos := l.at
	if strings.HasPrefix(l.text[pos:], "||") {
		size = 2
	}
	l.at += size
	return token{kind: tokBad, pos: pos, end: l.at, text: l.text[pos:l.at]}
}

// skipBlank passes over white space, and over comments, which the language
// does not have.
func (l *lexer) skipBlank() {
	for l.at < len(l.text) {
		c := l.text[l.at]
		if c == ' ' || c >= '\t' && c <= '\r' {
			l.at++
			continue
		}
		if c < utf8.RuneSelf && strings.IndexByte(`/#-@"'`, c) < 0 {
			return
		}
		rest := l.text[l.at:]
		switch {
		case l.at == 0 && strings.HasPrefix(rest, "\ufeff"):
			l.at += len("\ufeff")
		case strings.HasPrefix(rest, "//"), strings.HasPrefix(rest, "#"), strings.HasPrefix(rest, "--"):
			l.comment(lineEnd(rest))
		case strings.HasPrefix(rest, "/*"):
			n := strings.Index(rest, "*/")
			if n < 0 {
				n = len(rest) - 2
			}
			l.comment(n + 2)
		case rest[0] >= utf8.RuneSelf && l.skipOddBlank(rest):
		case l.hereString(rest):
			l.slip(l.at, l.at+2, "unexpected PowerShell here-string mark "+rest[:2], "give only the text inside the here-string")
			l.at += 2
		default:
			return
		}
	}
}

// hereString tells whether a PowerShell here-string opens or closes here: its
// marks end and begin a line.
func (l *lexer) hereString(rest string) bool {
	if len(rest) < 2 {
		return false
	}
	lineEnds := len(rest) == 2 || rest[2] == '\r' || rest[2] == '\n'
	switch rest[:2] {
	case `@"`, `@'`:
		return lineEnds
	case `"@`, `'@`:
		return lineEnds && (l.at == 0 || l.text[l.at-1] == '\n')
	}
	return false
}

func (l *lexer) comment(n int) {
	l.slip(l.at, l.at+n, "unexpected comment", "the language has no comments: use @RuleName for a note, or delete it")
	l.at += n
}

// skipOddBlank passes over characters that look like nothing or like a blank.
func (l *lexer) skipOddBlank(rest string) bool {
	r, size := utf8.DecodeRuneInString(rest)
	if !unicode.IsSpace(r) && !unicode.Is(unicode.Cf, r) && !unicode.Is(unicode.Zs, r) {
		return false
	}
	l.slip(l.at, l.at+size, "unexpected invisible character "+quoteShort(rest[:size]),
		"it comes from a web page or a document: write a plain blank or nothing")
	l.at += size
	return true
}

func lineEnd(s string) int {
	if n := strings.IndexAny(s, "\r\n"); n >= 0 {
		return n
	}
	return len(s)
}

// splitArrow reads "=>" with white space inside.
func (l *lexer) splitArrow() (token, bool) {
	rest := l.text[l.at:]
	if rest[0] != '=' || len(rest) < 2 || rest[1] > ' ' {
		return token{}, false
	}
	tail := strings.TrimLeft(rest[1:], " \t\r\n")
	if len(tail) == len(rest)-1 || !strings.HasPrefix(tail, ">") || strings.HasPrefix(tail, ">=") {
		return token{}, false
	}
	pos := l.at
	l.at += len(rest) - len(tail) + 1
	l.slip(pos, l.at, `unexpected white space inside "=>"`, `write "=>" without a blank`)
	return token{kind: tokArrow, pos: pos, end: l.at}, true
}

func (l *lexer) number() token {
	pos := l.at
	for l.at < len(l.text) && l.text[l.at] >= '0' && l.text[l.at] <= '9' {
		l.at++
	}
	return token{kind: tokInteger, pos: pos, end: l.at, text: l.text[pos:l.at]}
}

// word reads a name, or a URI or SID that lost its quotes.
func (l *lexer) word() token {
	pos := l.at
	for l.at < len(l.text) && (isLetter(l.text[l.at]) || l.text[l.at] >= '0' && l.text[l.at] <= '9') {
		l.at++
	}
	name, rest := l.text[pos:l.at], l.text[l.at:]
	if !unquotedValue(name, rest) {
		return token{kind: tokIdent, pos: pos, end: l.at, text: name}
	}
	n := strings.IndexAny(rest, " \t\r\n,()[]\"+;\u201c\u201d")
	if n < 0 {
		n = len(rest)
	}
	l.at += n
	value := l.text[pos:l.at]
	l.slip(pos, l.at, "unexpected "+quoteShort(value)+" without quotes", "put the value into double quotes", tokString.String())
	return token{kind: tokString, pos: pos, end: l.at, text: value}
}

// unquotedValue tells whether a name and what follows it are a URI or a SID.
func unquotedValue(name, rest string) bool {
	switch {
	case strings.HasPrefix(rest, "://"):
		return true
	case sameWord(name, "urn"):
		return len(rest) > 1 && rest[0] == ':' && isLetter(rest[1])
	case sameWord(name, "S"):
		return strings.HasPrefix(rest, "-1-")
	}
	return false
}

func isLetter(c byte) bool {
	return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// sameWord compares words of the language, which has no letter case.
func sameWord(a, b string) bool { return len(a) == len(b) && strings.EqualFold(a, b) }
