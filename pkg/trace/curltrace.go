package trace

import (
	"bytes"
	"cmp"
	"encoding/hex"
	"slices"
	"strconv"

	"github.com/ssodoctor/ssodoctor/internal/lazyregexp"
)

var (
	curlVerbose = lazyregexp.New(`(?m)^(?:[0-9:.]{8,15} )?(?:> [A-Z]{3,16} \S+ HTTP/[0-9.]+|< HTTP/[0-9.]+ [0-9]{3})[^\r\n]*\r?$`)
	curlBlock   = lazyregexp.New(`(?m)^(?:[0-9:.]{8,15} )?(?:\[[0-9-]+\] )?(=>|<=) (Send|Recv) (header|data), ([0-9]{1,12}) bytes \(0x[0-9a-f]+\)\r?$`)
)

// isCurlTrace knows what curl -v and curl --trace write.
func isCurlTrace(head []byte) bool {
	if bytes.Contains(head, []byte(" bytes (0x")) && curlBlock.Match(head) {
		return true
	}
	return (head[0] == '*' || head[0] == '>' || bytes.Contains(head, []byte("> ")) || bytes.Contains(head, []byte("< "))) &&
		bytes.Contains(head, []byte("HTTP/")) && curlVerbose.Match(head)
}

func (c *collector) readCurlTrace(text []byte) {
	if curlBlock.Match(text) {
		c.kind.variant = "ascii"
		if curlHex.Match(text) {
			c.kind.variant = "hex"
		}
		c.readCurlDump(text)
		return
	}
	c.kind.variant = "verbose"
	c.readCurlVerbose(text)
}

// readCurlDump reads what curl --trace and --trace-ascii write: blocks of
// bytes, each under a line that says which way they went.
func (c *collector) readCurlDump(text []byte) {
	p := pairer{collector: c, lines: lineCounter{text: text}, plain: curlConnections(text)}
	var message []byte
	start, end, direction, inBody := 0, 0, byte(0), false
	flush := func() {
		if len(message) > 0 {
			p.message(message, start, end)
		}
		message = nil
	}
	for {
		at := curlBlock.FindSubmatchIndex(text[end:])
		if at == nil {
			break
		}
		head := text[end+at[2] : end+at[3]]
		isHeader := string(text[end+at[6]:end+at[7]]) == "header"
		size := atoi(text[end+at[8] : end+at[9]])
		blockStart := end + at[0]
		block, blockEnd := curlBytes(text, min(end+at[1]+1, len(text)), size)
		if isHeader && (inBody || direction != head[0] || startsRaw(block)) {
			flush()
			start = blockStart
		}
		direction, inBody = head[0], !isHeader
		message = append(message, block...)
		end = blockEnd
	}
	flush()
	p.flush()
}

// curlHex is the first line of a block that is dumped in hexadecimal too.
var curlHex = lazyregexp.New(`(?m)^0000: (?:[0-9a-f]{2} ){1,16} *[^ \r\n]`)

var curlLine = lazyregexp.New(`^([0-9a-f]{4,12}): `)

// curlBytes puts the lines of a block together again. The plain form drops a
// CR LF between two lines, which the offsets of the lines give away, and
// writes a dot for what is not printable.
func curlBytes(text []byte, at, size int) ([]byte, int) {
	var out []byte
	for at < len(text) {
		end := len(text)
		if n := bytes.IndexByte(text[at:], '\n'); n >= 0 {
			end = at + n + 1
		}
		line := bytes.TrimRight(text[at:end], "\r\n")
		head := curlLine.FindSubmatch(line)
		if head == nil {
			break
		}
		offset, err := strconv.ParseUint(string(head[1]), 16, 40)
		if err != nil || int(offset) < len(out) || int(offset) > len(out)+2 {
			break
		}
		if int(offset) > len(out) {
			out = append(out, "\r\n"[:int(offset)-len(out)]...)
		}
		out = append(out, curlText(line[len(head[0]):], size-len(out))...)
		at = end
	}
	if len(out)+2 == size {
		out = append(out, "\r\n"...)
	}
	return out, at
}

// curlText gives the bytes of a line, which --trace writes in hexadecimal
// before the text.
func curlText(line []byte, left int) []byte {
	const width = 16
	n := min(width, left)
	if n > 0 && len(line) >= 3*width+n && isBlank(line[3*n:3*width]) {
		pairs := slices.DeleteFunc(bytes.Clone(line[:3*n]), func(b byte) bool { return b == ' ' })
		if out, err := hex.DecodeString(string(pairs)); err == nil && len(out) == n {
			return out
		}
	}
	return line
}

var curlTime = lazyregexp.New(`^[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6} `)

// readCurlVerbose reads what curl -v writes: headers behind '>' and '<', the
// response body as it is. The request body is not shown; where the command
// stands before it, it is taken from there.
func (c *collector) readCurlVerbose(text []byte) {
	p := pairer{collector: c, lines: lineCounter{text: text}, plain: curlConnections(text)}
	v := verboseReader{pairer: &p}
	at := 0
	for line := range bytes.Lines(text) {
		v.line(line, at)
		at += len(line)
	}
	v.flush(len(text))
	p.flush()
}

type verboseReader struct {
	*pairer
	message   []byte
	start     int
	direction byte
	head      bool   // in the head of the message
	before    []byte // what stands before the first message, a command perhaps
}

func (v *verboseReader) flush(end int) {
	if len(v.message) > 0 {
		v.pairer.message(v.message, v.start, end)
	}
	v.message = nil
}

func (v *verboseReader) line(line []byte, at int) {
	plain := line[len(curlTime.Find(line)):]
	switch {
	case len(plain) > 1 && (plain[0] == '>' || plain[0] == '<') && (plain[1] == ' ' || plain[1] == '\r' || plain[1] == '\n'):
		content := bytes.TrimPrefix(plain[1:], []byte(" "))
		if plain[0] != v.direction || startsRaw(content) {
			v.flush(at)
			v.start, v.direction, v.head = at, plain[0], true
		}
		v.message = append(v.message, content...)
		if isBlank(content) {
			v.head = false
			v.requestBody()
		}
	case isCurlNote(plain):
	case v.direction == 0:
		v.before = append(v.before, line...)
	case v.direction == '<' && !v.head:
		v.message = append(v.message, withoutCurlNote(line)...)
	}
}

// isCurlNote knows lines about the connection and progress.
func isCurlNote(line []byte) bool {
	return bytes.HasPrefix(line, []byte("* ")) || bytes.HasPrefix(line, []byte("} [")) || bytes.HasPrefix(line, []byte("{ ["))
}

// curlMixed are the notes of which curl writes the end of a body around: the two
// go through different buffers into one file.
var curlMixed = lazyregexp.New(`(?:\{ \[[0-9]+ bytes data\]|\* Connection #[0-9]+ to host \S+ left intact|\* Closing connection(?: #?[0-9]+)?)\r?\n$`)

// withoutCurlNote is a line of a body without a note that stands within it.
func withoutCurlNote(line []byte) []byte {
	if at := curlMixed.FindIndex(line); at != nil {
		return line[:at[0]]
	}
	return line
}

var curlConnected = lazyregexp.New(`(?:Connected|Established connection) to (\S+) \(\S+(?:\) port| port) ([0-9]{1,5})`)

// curlConnections tells by the notes of curl to which hosts it talks without
// encryption: by their ports, and any other port where the trace has no note on
// TLS.
func curlConnections(text []byte) func(host string, at int) bool {
	type connection struct {
		at    int
		host  string
		plain bool
	}
	var list []connection
	tls := bytes.Contains(text, []byte("SSL connection using")) || bytes.Contains(text, []byte("TLS handshake"))
	for _, m := range curlConnected.Get().FindAllSubmatchIndex(text, -1) {
		host, port := string(text[m[2]:m[3]]), string(text[m[4]:m[5]])
		if port != "80" && port != "443" {
			host += ":" + port
		}
		list = append(list, connection{m[0], host, port == "80" || port != "443" && !tls})
	}
	return func(host string, at int) bool {
		end, _ := slices.BinarySearchFunc(list, at, func(c connection, at int) int { return cmp.Compare(c.at, at) })
		for _, c := range slices.Backward(list[max(0, end-maxConnections):end]) {
			if c.host == host {
				return c.plain
			}
		}
		return false
	}
}

// maxConnections is how far back the connection of a request is sought.
const maxConnections = 100

// requestBody adds the body that the command before the trace sends.
func (v *verboseReader) requestBody() {
	if v.direction != '>' || len(v.before) == 0 {
		return
	}
	for _, r := range commands(v.before) {
		v.message = append(v.message, r.body...)
		break
	}
	v.before = nil
}
