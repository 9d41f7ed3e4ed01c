package redact

import (
	"encoding/json"
	"fmt"
	"strings"
)

// writeCommands writes commands as browsers copy them, for the shell or the
// console that they were copied for.
func writeCommands(s *session) ([]byte, error) {
	write := (*exchange).bashCommand
	switch s.variant {
	case "cmd":
		write = (*exchange).cmdCommand
	case "powershell":
		write = (*exchange).powershellCommand
	case "fetch":
		write = (*exchange).fetchCall
	}
	var b strings.Builder
	for _, e := range s.exchanges {
		b.WriteString(write(e))
	}
	return []byte(b.String()), nil
}

// curlCommand writes a command of curl, with its words quoted for a shell and
// its lines joined by a mark.
func (e *exchange) curlCommand(quote func(string) string, joint string) string {
	words := []string{"curl " + quote(ascii(e.url))}
	if e.method != "GET" {
		words = append(words, "-X "+quote(e.method))
	}
	for _, f := range e.request {
		if f.name != "Host" {
			words = append(words, "-H "+quote(ascii(strings.ToLower(f.name)+": "+f.value)))
		}
	}
	if e.body != "" {
		words = append(words, "--data-raw "+quote(ascii(e.body)))
	}
	return strings.Join(words, joint)
}

func (e *exchange) bashCommand() string {
	return e.curlCommand(func(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }, " \\\n  ") + "\n"
}

// cmdWord quotes for the Windows shell, which must not take a percent sign for
// a variable, and then for a program.
func cmdWord(text string) string {
	const plain = " _:=+~'/.,?;()*`-"
	text = strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text)
	var b strings.Builder
	for i := range len(text) {
		c := text[i]
		word := c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c == '_'
		if afterPercent := i > 0 && text[i-1] == '%'; afterPercent && word || !word && strings.IndexByte(plain, c) < 0 {
			b.WriteByte('^')
		}
		b.WriteByte(c)
	}
	return `^"` + b.String() + `^"`
}

func (e *exchange) cmdCommand() string { return e.curlCommand(cmdWord, " ^\r\n  ") + "\r\n" }

func (e *exchange) powershellCommand() string {
	quote := func(text string) string {
		return `"` + strings.NewReplacer("`", "``", "$", "`$", `"`, "`\"").Replace(ascii(text)) + `"`
	}
	out := "Invoke-WebRequest -UseBasicParsing -Uri " + quote(e.url)
	if e.method != "GET" {
		out += " `\n-Method " + quote(e.method)
	}
	if e.body != "" {
		out += " `\n-ContentType " + quote(e.bodyType) + " `\n-Body " + quote(e.body)
	}
	return out + "\n"
}

func (e *exchange) fetchCall() string {
	quote := func(text string) string {
		out, err := json.Marshal(ascii(text))
		if err != nil {
			panic("redact: " + err.Error()) // any string can be written
		}
		return string(out)
	}
	body := "null"
	if e.body != "" {
		body = quote(e.body)
	}
	return fmt.Sprintf("fetch(%s, {\n  \"headers\": {\n    \"content-type\": %s\n  },\n  \"body\": %s,\n  \"method\": %s\n});\n", quote(e.url), quote(e.bodyType), body, quote(e.method))
}

// ascii percent-encodes what no shell can be trusted with in a URL, a header
// or a form: control characters and all that is not ASCII.
func ascii(text string) string {
	var b strings.Builder
	for i := range len(text) {
		if c := text[i]; c < ' ' || c > '~' {
			fmt.Fprintf(&b, "%%%02X", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

// writeCurlTrace writes what curl reports of its requests.
func writeCurlTrace(s *session) ([]byte, error) {
	var b strings.Builder
	if s.variant == "verbose" {
		s.curlVerbose(&b)
	} else {
		for _, e := range s.exchanges {
			e.curlDump(&b, s.variant == "hex")
		}
	}
	return []byte(b.String()), nil
}

// wire is the exchange as it goes over the wire, without the host in the first
// line where the reader of a trace can tell the scheme.
func (e *exchange) wire() (request, body, response, page string) {
	request, body, _ = strings.Cut(e.rawRequest(!strings.HasPrefix(e.url, "https://")), "\r\n\r\n")
	response, page, _ = strings.Cut(e.rawResponse(), "\r\n\r\n")
	return request, body, response, page
}

// curlVerbose writes what curl -v does. It does not show the body of a request,
// which is in the command before it.
func (s *session) curlVerbose(b *strings.Builder) {
	for i, e := range s.exchanges {
		request, body, response, page := e.wire()
		if i == 0 && body != "" {
			b.WriteString("$ " + strings.TrimSuffix(e.bashCommand(), "\n") + " -v\n")
		}
		lines := func(mark, head string) {
			for line := range strings.SplitSeq(head+"\r\n", "\r\n") {
				b.WriteString(mark + " " + line + "\r\n")
			}
		}
		lines(">", request)
		b.WriteString("* Request completely sent off\n")
		if response != "" {
			lines("<", response)
			b.WriteString(page + "\n")
		}
	}
	b.WriteString("* Connection #0 left intact\n")
}

// curlDump writes what curl --trace-ascii does, or --trace.
func (e *exchange) curlDump(b *strings.Builder, hexadecimal bool) {
	request, body, response, page := e.wire()
	for _, block := range []struct{ title, data string }{
		{"=> Send header", request + "\r\n\r\n"}, {"=> Send data", body}, {"<= Recv header", response + "\r\n\r\n"}, {"<= Recv data", page},
	} {
		if strings.Trim(block.data, "\r\n") == "" {
			continue
		}
		fmt.Fprintf(b, "%s, %d bytes (0x%x)\n", block.title, len(block.data), len(block.data))
		if hexadecimal {
			hexLines(b, block.data)
		} else {
			textLines(b, block.data)
		}
	}
}

// hexLines writes 16 bytes a line, in hexadecimal and as text.
func hexLines(b *strings.Builder, data string) {
	const width = 16
	for i := 0; i < len(data); i += width {
		part := data[i:min(len(data), i+width)]
		fmt.Fprintf(b, "%04x: %-48s%s\n", i, fmt.Sprintf("% x ", part), strings.Map(printable, part))
	}
}

// textLines writes up to 64 bytes a line, which also ends at CR LF.
func textLines(b *strings.Builder, data string) {
	const width = 64
	for i := 0; i < len(data); {
		line, _, _ := strings.Cut(data[i:min(len(data), i+width)], "\r\n")
		fmt.Fprintf(b, "%04x: %s\n", i, strings.Map(printable, line))
		if i += len(line); strings.HasPrefix(data[i:], "\r\n") {
			i += 2
		}
	}
}

func printable(c rune) rune {
	if c < ' ' || c > '~' {
		return '.'
	}
	return c
}
