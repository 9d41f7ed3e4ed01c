package trace

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zlib"
	"io"
	"slices"

	"github.com/ssodoctor/ssodoctor/internal/lazyregexp"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/idperror"
)

// Format is a kind of capture that is read.
type Format struct {
	// Name is what Capture.Format says.
	Name string
	// Title is the format in words, with its article.
	Title string
	// From says who writes it, or where it comes from.
	From string

	is     func(head []byte) bool
	read   func(*collector, *bufio.Reader) error
	binary bool // is no text, or need not be
	// tunnels says how traffic is decrypted that the capture has none of,
	// codings how bodies are saved that it has in a coding that is not read.
	tunnels, codings string
}

// Formats lists what is read, in the order in which it is recognised.
func Formats() []Format { return formatTable() }

func formatTable() []Format {
	return []Format{
		{Name: "har", Title: "a HAR file", From: "Chrome, Edge, Firefox, Safari, Charles, Fiddler, Insomnia, mitmproxy", is: isHAR, read: (*collector).readHAR},
		{Name: "saml-tracer", Title: "a SAML-tracer export", From: "the browser extension SAML-tracer, any version and masking profile", is: isSAMLTracer, read: (*collector).readSAMLTracer},
		{Name: "saml-chrome-panel", Title: "a SAML Chrome Panel export", From: "the browser extension SAML Chrome Panel", is: isChromePanel, read: (*collector).readChromePanel},
		{Name: "saz", Title: "a Fiddler session archive", From: "Fiddler Classic and Everywhere (.saz)", is: isSAZ, read: (*collector).readZip, binary: true,
			tunnels: "in Fiddler switch on Tools > Options > HTTPS > Decrypt HTTPS traffic", codings: "in Fiddler select the sessions and choose Decode Selected Sessions before saving"},
		{Name: "zip", Title: "a ZIP archive", From: "any tool, with captures of any of these formats inside", is: isZip, read: (*collector).readZip, binary: true},
		{Name: "burp", Title: "an XML file of saved Burp items", From: "Burp Suite, \"Save items\"", is: isBurp, read: whole((*collector).readBurp)},
		{Name: "mitmproxy", Title: "a mitmproxy flow file", From: "mitmproxy, mitmdump and mitmweb, file versions 10 to 21", is: isMitmproxy, read: (*collector).readMitmproxy, binary: true,
			tunnels: "install the mitmproxy certificate on the machine that signs in", codings: "save a HAR instead: mitmdump -nr FILE --set hardump=login.har"},
		{Name: "charles", Title: "a Charles JSON session", From: "Charles (.chlsj)", is: isCharles, read: (*collector).readCharles,
			tunnels: "in Charles switch on Proxy > SSL Proxying for these hosts"},
		{Name: "wireshark", Title: "a Wireshark export", From: "Wireshark and tshark: packet dissections as JSON, PDML or plain text", is: isWireshark, read: (*collector).readWireshark},
		{Name: "event-log", Title: "a Windows event log in XML", From: "Event Viewer, wevtutil and Get-WinEvent, for the AD FS logs", is: isEventLog, read: whole((*collector).readEventLog)},
		{Name: "entra-sign-ins", Title: "an Entra sign-in log", From: "the Entra admin center (JSON and CSV downloads), Microsoft Graph auditLogs/signIns, Log Analytics", is: isSignIns, read: (*collector).readSignIns},
		{Name: "json", Title: "a JSON text", From: "any program", is: isJSON, read: whole((*collector).readJSON)},
		{Name: "html", Title: "an HTML page", From: "\"View source\" of the page that posts the message", is: isHTML, read: whole((*collector).readHTML)},
		{Name: "xml", Title: "an XML document", From: "any tool that shows messages decoded, the Entra test panel", is: isXMLStart, read: whole((*collector).readXML)},
		{Name: "url", Title: "a URL", From: "the address bar", is: isURL, read: whole((*collector).readURLs)},
		{Name: "form", Title: "a form body", From: "\"View source\" of a form in the browser's network log", is: isForm, read: whole((*collector).readForms)},
		{Name: "http", Title: "an HTTP message as text", From: "Burp, Wireshark's \"Follow stream\", developer tools", is: isRawHTTP, read: whole((*collector).readRawHTTP), binary: true},
		{Name: "curl-trace", Title: "what curl reports", From: "curl -v, --trace and --trace-ascii", is: isCurlTrace, read: whole((*collector).readCurlTrace),
			codings: "write the trace with --trace, which keeps every byte, or ask without --compressed"},
		{Name: "curl", Title: "a command that repeats a request", From: "the browser's \"Copy as cURL\" (bash and cmd), \"Copy as PowerShell\" and \"Copy as fetch\"", is: isCommand, read: whole((*collector).readCommands)},
		{Name: "mail", Title: "an e-mail", From: "a mail program (.eml), with what is attached", is: isMail, read: whole((*collector).readMail)},
		{Name: "base64", Title: "a Base64 text", From: "the SAMLResponse value as it was sent", is: isValue, read: whole((*collector).readValues)},
		{Name: "text", Title: "a text", From: "logs of nginx, syslog, Spring, SimpleSAMLphp, Shibboleth, Keycloak; mails, terminals, clipboards", is: func([]byte) bool { return true }, read: whole((*collector).readText)},
	}
}

// formatOf finds a format by its name; any other gives one without advice.
func formatOf(name string) Format {
	for _, f := range formatTable() {
		if f.Name == name {
			return f
		}
	}
	return Format{Title: "an input"}
}

func formatTitle(name string) string { return formatOf(name).Title }

func (f Format) uncompressed() string {
	if f.codings != "" {
		return f.codings
	}
	return adviceExportHAR
}

func (f Format) decrypted() string {
	if f.tunnels != "" {
		return f.tunnels
	}
	return "switch on the decryption of HTTPS in the tool that captures"
}

// headBytes is how much of an input is looked at to recognise it.
const headBytes = 64 << 10

// maxWrapped is how many layers of gzip or zlib around a file are undone.
const maxWrapped = 3

// ReadBytes is [Read] on bytes at hand.
func ReadBytes(data []byte, name string, limits Limits) (*Capture, error) {
	return newCollector(name, limits).capturing(bytes.NewReader(data), min(headBytes, len(data)+16))
}

// Read reads a capture of any format in [Formats]. HAR files and the exports
// of SAML-tracer, mitmproxy, Charles and Wireshark are streamed; of an archive
// one member is read at a time, for which r is read at random where it is a
// file. All other inputs are read whole up to Limits.Text.
//
// The Capture is never nil, also beside an error. The error is an
// *[UnreadableError] where the input cannot be read at all, a
// *[NoMessageError] where it was read, holds no message and no problem in the
// capture says why, or what the reader r returned.
func Read(r io.Reader, name string, limits Limits) (*Capture, error) {
	return newCollector(name, limits).capturing(r, headBytes)
}

// capturing reads with a first buffer of a size that an input at hand need not
// have in full.
func (c *collector) capturing(r io.Reader, buffer int) (*Capture, error) {
	counted := &countingReader{r: r}
	err := c.read(counted, buffer)
	c.capture.Format, c.capture.Variant = c.kind.format, c.kind.variant
	if err != nil {
		if u := (*UnreadableError)(nil); errors.As(err, &u) {
			u.Name = c.capture.Name
		}
		return c.capture, err
	}
	c.reportUnread()
	return c.capture, c.verdict(max(counted.n, c.size))
}

func (c *collector) read(r io.Reader, buffer int) error {
	c.source = r
	src, head, err := c.open(r, buffer)
	if err != nil {
		return err
	}
	if f := foreignKind(head); f != nil {
		return &UnreadableError{Reason: "the input is " + f.what, Advice: f.advice}
	}
	binary := utf16Order(head) == nil && isBinary(head)
	for _, f := range formatTable() {
		if (f.binary || !binary) && f.is(head) {
			c.kind.format = f.Name
			return f.read(c, src)
		}
	}
	if binary {
		return &UnreadableError{Reason: fmt.Sprintf("the input is binary data of an unknown kind (it starts with % x)", head[:min(len(head), 8)]), Advice: adviceText}
	}
	panic("the last format takes everything")
}

// open unwraps gzip and zlib, converts UTF-16 and gives the first bytes after
// byte order mark and white space.
func (c *collector) open(r io.Reader, buffer int) (*bufio.Reader, []byte, error) {
	src := bufio.NewReaderSize(r, buffer)
	for range maxWrapped {
		head, _ := src.Peek(4)
		var inner io.Reader
		var err error
		switch {
		case bytes.HasPrefix(head, []byte{0x1f, 0x8b, 8}):
			inner, err = gzip.NewReader(src)
		case len(head) > 2 && head[0] == 'x' && isZlib(head) && head[2] != ' ':
			inner, err = zlib.NewReader(src)
		}
		if err != nil {
			return nil, nil, &UnreadableError{Reason: "the input is a damaged gzip or zlib file: " + err.Error(), Advice: "export it again"}
		}
		if inner == nil {
			break
		}
		c.source = nil
		src = bufio.NewReaderSize(&ratioReader{r: inner, in: r, ratio: int64(c.limits.Ratio)}, headBytes)
	}
	head, err := src.Peek(headBytes)
	if err != nil && !isTruncation(err) && !errors.Is(err, bufio.ErrBufferFull) && len(head) == 0 {
		return nil, nil, err
	}
	if order := utf16Order(head); order != nil && !isXMLStart(head) {
		data, err := c.all(src)
		if err != nil {
			return nil, nil, err
		}
		src = bufio.NewReaderSize(bytes.NewReader(fromUTF16(data, order)), headBytes)
		head, _ = src.Peek(headBytes)
	} else if order != nil {
		return src, head, nil
	}
	head = bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\ufeff")), " \t\r\n\x00")
	if len(head) == 0 {
		return nil, nil, &UnreadableError{Reason: "the input is empty", Advice: advicePaste}
	}
	return src, head, nil
}

// all reads an input that is not streamed.
func (c *collector) all(src *bufio.Reader) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(src, int64(c.limits.Text)+1))
	if len(data) > c.limits.Text {
		return nil, &UnreadableError{Check: "input-too-large", Reason: fmt.Sprintf("the input has more than %d bytes, which only formats that are streamed may have", c.limits.Text), Advice: advicePaste}
	}
	if err != nil && isTruncation(err) {
		c.problem(-1, "input-truncated", finding.Error, "the compressed input ends early or is damaged after %d bytes", len(data))
		err = nil
	}
	return data, err
}

// whole adapts a reader of a text that is at hand.
func whole(read func(*collector, []byte)) func(*collector, *bufio.Reader) error {
	return func(c *collector, src *bufio.Reader) error {
		data, err := c.all(src)
		if err == nil {
			if c.artifacts(data); isArtifact(data) {
				return nil
			}
			read(c, data)
			if c.capture.ExchangeCount > 0 {
				c.capture.Artifacts = nil // its exchanges have them
			}
			if len(c.capture.Messages) == 0 && !slices.ContainsFunc(c.capture.Exchanges, func(e Exchange) bool { return len(e.Errors) > 0 }) && hasMarker(data) {
				c.capture.Errors = append(c.capture.Errors, idperror.Find(data)...)
			}
		}
		return err
	}
}

// countingReader counts what was read.
type countingReader struct {
	r io.Reader
	n int64
}

func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

// ratioReader stops a stream that inflates out of all proportion.
type ratioReader struct {
	r     io.Reader
	in    io.Reader
	n     int64
	ratio int64
}

// ratioSlack is what may come out before the ratio counts.
const ratioSlack = 64 << 20

func (s *ratioReader) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	s.n += int64(n)
	if in, ok := s.in.(*countingReader); ok && s.n > ratioSlack && s.n > in.n*s.ratio {
		return n, &UnreadableError{Check: "input-too-large", Reason: fmt.Sprintf("the compressed input inflates to more than %d times its size", s.ratio), Advice: "unpack it and look at what it holds"}
	}
	return n, err
}

var urlStart = lazyregexp.New(`^["'<(]?(?i:https?)://[^\s]+[?&](?i:SAMLRequest|SAMLResponse|SAMLart|RelayState|wa|wresult|response_type|code|id_token|error)=`)

func isURL(head []byte) bool { return urlStart.Match(head) }

var formStart = lazyregexp.New(`^["'?&]?(?i:SAMLRequest|SAMLResponse|SAMLart|RelayState|wresult|wa|wctx|SigAlg|Signature)=[^\s]`)

func isForm(head []byte) bool { return formStart.Match(head) }

// isValue reports whether a text is one encoded value: long words of Base64,
// not sentences.
func isValue(head []byte) bool {
	armoured := bytes.HasPrefix(head, []byte("-----BEGIN"))
	text := head[:min(len(head), 4096)]
	if armoured {
		_, text, _ = bytes.Cut(text, []byte("\n"))
	}
	for _, quote := range quotePairs {
		text = bytes.TrimPrefix(text, []byte(quote[0]))
	}
	end := 0
	for end < len(text) && valueBytes[text[end]] {
		end++
	}
	if end < 8 || end < len(text)-8 || mentionsParameter(head) {
		return false
	}
	word := bytes.IndexAny(text, " \t\r\n")
	return word < 0 || word >= 40 || armoured || len(text) < 64
}

// valueBytes are those of Base64 and of what it may be wrapped in.
var valueBytes = func() (t [256]bool) {
	for i, s := range base64Symbols {
		t[i] = s != symInvalid
	}
	for _, c := range []byte("%&;#\\.") {
		t[c] = true
	}
	return t
}()

// mentionsParameter reports whether a message parameter is named in a text.
func mentionsParameter(text []byte) bool {
	return (bytes.Contains(text, []byte("SAML")) || bytes.Contains(text, []byte("saml"))) && markerName.Match(text)
}
