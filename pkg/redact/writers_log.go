package redact

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"html"
	"mime"
	"mime/multipart"
	"net/textproto"
	"strings"
)

// writeEventLog writes events of Windows as XML: when they were logged, and
// what they say of errors and messages.
func writeEventLog(s *session) ([]byte, error) {
	var b strings.Builder
	b.WriteString("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<Events>\n")
	for _, e := range s.exchanges {
		b.WriteString("<Event xmlns=\"http://schemas.microsoft.com/win/2004/08/events/event\"><System>")
		if at := e.stamp("2006-01-02T15:04:05.0000000Z"); at != "" {
			fmt.Fprintf(&b, "<TimeCreated SystemTime=\"%s\"/>", at)
		}
		b.WriteString("</System><EventData>")
		for _, text := range e.entry {
			b.WriteString("<Data>" + strings.ReplaceAll(html.EscapeString(text), "\r", "&#13;") + "</Data>")
		}
		b.WriteString("</EventData></Event>\n")
	}
	return []byte(b.String() + "</Events>\n"), nil
}

// writeMail writes an e-mail (RFC 5322, RFC 2045) with the parts as text or
// attachments, and without any of the header fields that it had.
func writeMail(s *session) ([]byte, error) {
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	const boundary = "=_ssodoctor" // Base64 has no "_", so no part can hold it
	if err := w.SetBoundary(boundary); err != nil {
		return nil, err
	}
	files, err := s.members()
	if err != nil {
		return nil, err
	}
	for i, f := range files {
		if err := attach(w, s.parts[i].format, f); err != nil {
			return nil, err
		}
	}
	if own := (session{format: "text", loose: s.loose, said: s.said, artifacts: s.artifacts}); !own.empty() {
		text, err := writeText(&own)
		if err != nil {
			return nil, err
		}
		if err := attach(w, "text", member{content: string(text)}); err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	head := "Subject: redacted copy\r\nMIME-Version: 1.0\r\nContent-Type: " + mime.FormatMediaType("multipart/mixed", map[string]string{"boundary": boundary}) + "\r\n\r\n"
	return append([]byte(head), body.Bytes()...), nil
}

// attach adds a part: a text as such, all else as a file.
func attach(w *multipart.Writer, format string, f member) error {
	head := textproto.MIMEHeader{"Content-Transfer-Encoding": {"base64"}, "Content-Type": {"application/octet-stream"}}
	if format == "text" {
		head.Set("Content-Type", "text/plain; charset=utf-8")
	}
	if f.name != "" {
		head.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": f.name}))
	}
	part, err := w.CreatePart(head)
	if err != nil {
		return err
	}
	const width = 76
	for text := base64.StdEncoding.EncodeToString([]byte(f.content)); text != ""; text = text[min(width, len(text)):] {
		if _, err := part.Write([]byte(text[:min(width, len(text))] + "\r\n")); err != nil {
			return err
		}
	}
	return nil
}
