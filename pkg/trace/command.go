package trace

import (
	"bytes"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/ssodoctor/ssodoctor/internal/lazyregexp"
)

var (
	curlStart       = lazyregexp.New(`(?m)^(?:[^\r\n]{0,40}[$#>] )?curl(?:\.exe)? `)
	cmdCaret        = lazyregexp.New(`\^(?:"|\r?\n)`) // no other shell writes that
	powershellStart = lazyregexp.New(`(?mi)^[^\r\n]{0,60}\b(?:Invoke-WebRequest|Invoke-RestMethod|iwr|irm) `)
	fetchStart      = lazyregexp.New(`(?m)^[^\r\n]{0,40}\bfetch\("`)
)

// isCommand knows a copied command by its first word.
func isCommand(head []byte) bool {
	head = head[:min(len(head), 16<<10)]
	line, _, _ := bytes.Cut(head[:min(len(head), 128)], []byte("\n"))
	if curlStart.Match(line) || fetchStart.Match(line) {
		return true
	}
	return bytes.Contains(head, []byte("-Uri")) && powershellStart.Match(head)
}

// command is a request that a command line makes.
type command struct {
	dialect     string // as of Capture.Variant
	method, url string
	body        []byte
	start, end  int // in the text
}

// readCommands reads the commands that browsers copy for a request. They say
// what was sent, not what was answered.
func (c *collector) readCommands(text []byte) {
	lines := lineCounter{text: text}
	for _, r := range commands(text) {
		c.kind.variant = r.dialect
		c.exchange(&entry{method: r.method, url: r.url, body: r.body, hasBody: true, span: lines.span(r.start, r.end)})
	}
}

// commands finds the commands in a text, in order.
func commands(text []byte) []command {
	var out []command
	for _, kind := range []struct {
		start *lazyregexp.Regexp
		read  func([]byte) command
	}{{curlStart, curlCommand}, {powershellStart, powershellCommand}, {fetchStart, fetchCall}} {
		starts := kind.start.FindAllIndex(text, maxNamed)
		for i, at := range starts {
			end := len(text)
			if i+1 < len(starts) {
				end = starts[i+1][0]
			}
			if r := kind.read(text[at[0]:end]); r.url != "" {
				r.start, r.end = at[0], end
				out = append(out, r)
			}
		}
		if len(out) > 0 {
			break
		}
	}
	return out
}

// curlCommand reads the arguments of curl that decide what is sent.
func curlCommand(text []byte) command {
	_, rest, _ := bytes.Cut(text, []byte("curl"))
	words, dialect := shellWords, "bash"
	if cmdCaret.Match(rest[:min(len(rest), 8192)]) {
		words, dialect = cmdWords, "cmd"
	}
	a := curlArguments{command: command{dialect: dialect}}
	a.read(words(rest))
	r, body := a.command, strings.Join(a.data, "&")
	if a.get && body != "" {
		separator := "?"
		if strings.Contains(r.url, "?") {
			separator = "&"
		}
		r.url, body = r.url+separator+body, ""
	}
	r.body = []byte(body)
	if r.method == "" {
		r.method = methodFor(r.body)
	}
	if r.url != "" && !strings.Contains(r.url, "://") {
		r.url = "http://" + r.url // as curl does
	}
	return r
}

// curlArguments are what the words of a curl command say.
type curlArguments struct {
	command
	data []string
	get  bool // the data go into the URL
}

func (a *curlArguments) read(words []string) {
	for i := 0; i < len(words); i++ {
		option, value, joined := curlOption(words[i])
		if !strings.HasPrefix(option, "-") {
			if a.url == "" && strings.Contains(words[i], "/") {
				a.url = words[i]
			}
			continue
		}
		if curlTakes[option] && !joined && i+1 < len(words) {
			i++
			value = words[i]
		}
		a.option(option, value)
	}
}

func (a *curlArguments) option(option, value string) {
	switch option {
	case "--url":
		a.url = value
	case "-X", "--request":
		a.method = strings.ToUpper(value)
	case "-G", "--get":
		a.get = true
	case "-d", "--data", "--data-raw", "--data-binary", "--data-ascii":
		a.data = append(a.data, value)
	case "--data-urlencode":
		name, plain, found := strings.Cut(value, "=")
		if !found {
			name, plain = "", value
		}
		a.data = append(a.data, strings.TrimPrefix(name+"="+url.QueryEscape(plain), "="))
	case "-F", "--form", "--form-string":
		name, plain, _ := strings.Cut(value, "=")
		a.data = append(a.data, url.QueryEscape(name)+"="+url.QueryEscape(plain))
	}
}

func methodFor(body []byte) string {
	if len(body) > 0 {
		return "POST"
	}
	return "GET"
}

// curlTakes are the options with a value that browsers write, and those that
// people add.
var curlTakes = func() map[string]bool {
	t := map[string]bool{}
	for name := range strings.FieldsSeq("-X --request -H --header -d --data --data-raw --data-binary --data-ascii --data-urlencode -F --form --form-string " +
		"-b --cookie -c --cookie-jar -A --user-agent -e --referer -u --user -o --output -x --proxy --url -m --max-time --connect-timeout " +
		"--resolve --cacert --cert --key -E --trace --trace-ascii -w --write-out --retry -D --dump-header --max-redirs") {
		t[name] = true
	}
	return t
}()

// curlOption splits --name=value and -Xvalue.
func curlOption(word string) (option, value string, joined bool) {
	if strings.HasPrefix(word, "--") {
		return word, "", false
	}
	if len(word) > 2 && word[0] == '-' && curlTakes[word[:2]] {
		return word[:2], word[2:], true
	}
	return word, "", false
}

// shellWords splits a command as bash does, up to the end of the command:
// quotes, $'…' with its escapes, and lines that a backslash joins.
func shellWords(text []byte) []string {
	var words []string
	var word []byte
	open := false
	push := func() {
		if open {
			words = append(words, string(word))
		}
		word, open = nil, false
	}
	for i := 0; i < len(text) && len(words) < maxNamed; i++ {
		switch c := text[i]; {
		case c == '\\' && i+1 < len(text):
			if i++; text[i] == '\r' && i+1 < len(text) && text[i+1] == '\n' {
				i++
			} else if text[i] != '\n' {
				word, open = append(word, text[i]), true
			}
		case c == '\'':
			end := quoteEnd(text, i+1, '\'', false)
			word, open, i = append(word, text[i+1:end]...), true, end
		case c == '"':
			end := quoteEnd(text, i+1, '"', true)
			word, open, i = append(word, unescapeShell(text[i+1:end])...), true, end
		case c == '$' && i+1 < len(text) && text[i+1] == '\'':
			end := quoteEnd(text, i+2, '\'', true)
			word, open, i = append(word, unescapeANSI(text[i+2:end])...), true, end
		case c == '\n', c == ';':
			push()
			if len(words) > 0 {
				return words
			}
		case isSpace(c):
			push()
		default:
			word, open = append(word, c), true
		}
	}
	push()
	return words
}

// quoteEnd finds the quote that ends a string, len(text) where none does.
func quoteEnd(text []byte, i int, quote byte, escapes bool) int {
	for ; i < len(text); i++ {
		if escapes && text[i] == '\\' {
			i++
		} else if text[i] == quote {
			return i
		}
	}
	return len(text)
}

func unescapeShell(text []byte) []byte {
	out := make([]byte, 0, len(text))
	for i := 0; i < len(text); i++ {
		if text[i] == '\\' && i+1 < len(text) && strings.IndexByte("\"\\$`\n", text[i+1]) >= 0 {
			if i++; text[i] == '\n' {
				continue
			}
		}
		out = append(out, text[i])
	}
	return out
}

// unescapeANSI undoes the escapes of $'…' (bash manual, ANSI-C quoting).
func unescapeANSI(text []byte) []byte {
	out := make([]byte, 0, len(text))
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' || i+1 == len(text) {
			out = append(out, text[i])
			continue
		}
		i++
		switch c := text[i]; c {
		case 'n':
			out = append(out, '\n')
		case 'r':
			out = append(out, '\r')
		case 't':
			out = append(out, '\t')
		case 'x', 'u':
			most := map[byte]int{'x': 2, 'u': 4}[c]
			end := i + 1
			for end < len(text) && end <= i+most && isHex(text[end]) {
				end++
			}
			code, _ := strconv.ParseUint(string(text[i+1:end]), 16, 32)
			if c == 'x' {
				out = append(out, byte(code))
			} else {
				out = utf8.AppendRune(out, rune(code))
			}
			i = end - 1
		default:
			out = append(out, c)
		}
	}
	return out
}

// cmdWords splits a command as the Windows shell and then a program do.
func cmdWords(text []byte) []string { return programWords(withoutCarets(text)) }

// withoutCarets is a command as the Windows shell hands it on: '^' takes the
// meaning of the next character.
func withoutCarets(text []byte) []byte {
	plain := make([]byte, 0, len(text))
	for i := 0; i < len(text); i++ {
		c := text[i]
		if c != '^' || i+1 == len(text) {
			plain = append(plain, c)
			continue
		}
		if i++; text[i] == '\r' && i+1 < len(text) {
			i++
		}
		if text[i] != '\n' {
			plain = append(plain, text[i])
		} else if i+1 < len(text) && text[i+1] == '\n' {
			plain = append(plain, '\n') // "^", and the line end that it escapes
			i++
		}
	}
	return plain
}

// programWords splits a command line as a Windows program does: '"' quotes,
// with '\' as escape.
func programWords(plain []byte) []string {
	var words []string
	var word []byte
	open, quoted := false, false
	for i := 0; i < len(plain) && len(words) < maxNamed; i++ {
		switch c := plain[i]; {
		case c == '\\' && i+1 < len(plain) && (plain[i+1] == '"' || plain[i+1] == '\\' && quoted):
			i++
			word, open = append(word, plain[i]), true
		case c == '"':
			quoted, open = !quoted, true
		case isSpace(c) && !quoted:
			if open {
				words = append(words, string(word))
			}
			if word, open = nil, false; c == '\n' && len(words) > 0 {
				return words
			}
		default:
			word, open = append(word, c), true
		}
	}
	if open {
		words = append(words, string(word))
	}
	return words
}
