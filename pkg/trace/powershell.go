package trace

import (
	"bytes"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/ssodoctor/ssodoctor/internal/lazyregexp"
)

var powershellOption = lazyregexp.New("(?i)[\\s`]-(Uri|Method|Body)\\s+(?:\\(\\[System\\.Text\\.Encoding\\]::UTF8\\.GetBytes\\()?")

// powershellCommand reads an Invoke-WebRequest as browsers copy it.
func powershellCommand(text []byte) command {
	r := command{dialect: "powershell"}
	for at := 0; at < len(text); {
		option := powershellOption.FindSubmatchIndex(text[at:])
		if option == nil {
			break
		}
		name := strings.ToLower(string(text[at+option[2] : at+option[3]]))
		value, n := powershellValue(text[at+option[1]:])
		at += option[1] + n
		switch name {
		case "uri":
			r.url = string(value)
		case "method":
			r.method = strings.ToUpper(string(value))
		case "body":
			r.body = value
		}
	}
	if r.method == "" {
		r.method = "GET"
	}
	return r
}

var powershellChar = lazyregexp.New(`^\$\(\[char\]([0-9]{1,7})\)`)

// powershellValue reads a word or a string in quotes, with '`' as escape and
// $([char]N) for a character, and says how long it is in the text.
func powershellValue(text []byte) ([]byte, int) {
	if len(text) == 0 {
		return nil, 0
	}
	if text[0] == '\'' {
		value, _, _ := bytes.Cut(text[1:], []byte("'"))
		return value, min(len(value)+2, len(text))
	}
	if text[0] != '"' {
		end := bytes.IndexAny(text, " \t\r\n`")
		if end < 0 {
			end = len(text)
		}
		return text[:end], end
	}
	var out []byte
	for i := 1; i < len(text); i++ {
		switch c := text[i]; {
		case c == '"':
			return out, i + 1
		case c == '`' && i+1 < len(text):
			i++
			out = append(out, backtick(text[i]))
		case c == '$':
			if char := powershellChar.FindSubmatch(text[i:min(len(text), i+32)]); char != nil {
				code, _ := strconv.Atoi(string(char[1]))
				out = utf8.AppendRune(out, rune(code))
				i += len(char[0]) - 1
				continue
			}
			out = append(out, c)
		default:
			out = append(out, c)
		}
	}
	return out, len(text)
}

func backtick(c byte) byte {
	switch c {
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 't':
		return '\t'
	}
	return c
}

// fetchCall reads a call of the browser's fetch as browsers copy it: a URL and
// an object with method and body.
func fetchCall(text []byte) command {
	_, rest, _ := bytes.Cut(text, []byte("fetch("))
	if len(rest) == 0 || rest[0] != '"' {
		return command{}
	}
	raw, end := jsonString(rest, 0)
	r := command{dialect: "fetch", url: string(unescapeJSON(raw)), method: "GET"}
	options := bytes.TrimLeft(rest[end:], ", \r\n\t")
	s := newJSONStream(bytes.NewReader(options))
	if s.next() != '{' {
		return r
	}
	s.object(func(key string) {
		switch key {
		case "method":
			r.method = strings.ToUpper(string(s.string(maxWord)))
		case "body":
			r.body = bytes.Clone(s.string(len(options)))
		default:
			s.skip()
		}
	})
	return r
}
