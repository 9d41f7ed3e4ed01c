package trace

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"net/textproto"
	"strings"

	"github.com/ssodoctor/ssodoctor/internal/lazyregexp"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

var (
	mailStart = lazyregexp.New(`^(?:From \S+ [^\r\n]{0,100}\r?\n)?[A-Za-z][A-Za-z0-9-]{1,60}:[ \t]`)
	mailField = lazyregexp.New(`(?mi)^(?:MIME-Version|Message-ID|Received|Return-Path|Delivered-To): `)
)

// isMail knows an e-mail by header fields that nothing else has.
func isMail(head []byte) bool {
	if head = head[:min(len(head), 16<<10)]; !mailStart.Match(head) {
		return false
	}
	top, _, found := bytes.Cut(bytes.ReplaceAll(head, []byte("\r\n"), []byte("\n")), []byte("\n\n"))
	return found && mailField.Match(top)
}

// readMail reads the parts and attachments of an e-mail, each as an input of
// its own (RFC 5322, RFC 2045).
func (c *collector) readMail(text []byte) {
	if bytes.HasPrefix(text, []byte("From ")) {
		_, text, _ = bytes.Cut(text, []byte("\n"))
	}
	message, err := mail.ReadMessage(bytes.NewReader(text))
	if err != nil {
		c.readText(text)
		return
	}
	if c.within == nil {
		c.within = &finding.Span{End: len(text), Line: 1, Column: 1}
		defer func() { c.within = nil }()
	}
	c.mailPart(textproto.MIMEHeader(message.Header), message.Body, 0)
}

// maxMailParts bounds the parts of one level.
const maxMailParts = 100

func (c *collector) mailPart(head textproto.MIMEHeader, body io.Reader, depth int) {
	kind, parameters, _ := mime.ParseMediaType(head.Get("Content-Type"))
	if boundary := parameters["boundary"]; strings.HasPrefix(kind, "multipart/") && boundary != "" {
		if depth >= maxNested {
			return
		}
		parts := multipart.NewReader(body, boundary)
		for range maxMailParts {
			part, err := parts.NextRawPart()
			if err != nil {
				return
			}
			c.mailPart(part.Header, part, depth+1)
		}
		return
	}
	if isAsset(kind) {
		return
	}
	switch strings.ToLower(strings.TrimSpace(head.Get("Content-Transfer-Encoding"))) {
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	}
	data, _ := io.ReadAll(body) // no larger than the mail itself; what is damaged gives its beginning
	c.nested++
	_ = c.inPart(partName(head, parameters), func() error { // a part that is no capture says nothing
		if strings.HasPrefix(kind, "text/") || kind == "" {
			c.kind.format = "text"
			c.readText(data)
		} else if c.nested <= maxNested && len(bytes.TrimSpace(data)) > 0 {
			outer := c.source
			defer func() { c.source = outer }()
			return c.read(bytes.NewReader(data), headBytes)
		}
		return nil
	})
	c.nested--
}

// partName is what a part is to be called as a file (RFC 2183, section 2.3).
func partName(head textproto.MIMEHeader, ofType map[string]string) string {
	_, disposition, _ := mime.ParseMediaType(head.Get("Content-Disposition"))
	return cmp.Or(disposition["filename"], ofType["name"])
}
