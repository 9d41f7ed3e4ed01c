package redact

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"html"
	"net/url"
	"strings"
)

// each writes the messages one a line.
func (s *session) each(line func(*outgoing) string) ([]byte, error) {
	var b strings.Builder
	for _, m := range s.all {
		b.WriteString(line(m) + "\n")
	}
	return []byte(b.String()), nil
}

func writeXML(s *session) ([]byte, error) {
	return s.each(func(m *outgoing) string { return string(m.xml) })
}

func writeBase64(s *session) ([]byte, error) {
	return s.each(func(m *outgoing) string { return base64.StdEncoding.EncodeToString(m.xml) })
}

func (m *outgoing) formBody() string {
	out := m.parameter() + "=" + url.QueryEscape(m.encoded(m.Binding == "HTTP-Redirect"))
	if m.relay != "" {
		out += "&RelayState=" + url.QueryEscape(m.relay)
	}
	return out
}

func writeForms(s *session) ([]byte, error) { return s.each((*outgoing).formBody) }

func writeURLs(s *session) ([]byte, error) {
	return s.each(func(m *outgoing) string { return extend(cmp.Or(m.sentTo, "https://idp.example/"), m.formBody()) })
}

// writeText writes what a log would say.
func writeText(s *session) ([]byte, error) {
	return s.each(func(m *outgoing) string {
		if m.Parameter == "" {
			return string(m.xml)
		}
		return "redacted copy: " + m.formBody()
	})
}

func writeHTML(s *session) ([]byte, error) {
	out, err := s.each(func(m *outgoing) string {
		form := fmt.Sprintf("<form method=\"post\" action=\"%s\">\n<input type=\"hidden\" name=\"%s\" value=\"%s\">\n", html.EscapeString(m.sentTo), m.parameter(), html.EscapeString(m.encoded(false)))
		if m.relay != "" {
			form += fmt.Sprintf("<input type=\"hidden\" name=\"RelayState\" value=\"%s\">\n", html.EscapeString(m.relay))
		}
		return form + "</form>"
	})
	return []byte("<!DOCTYPE html>\n<html><body>\n" + string(out) + "</body></html>\n"), err
}

func writeJSON(s *session) ([]byte, error) {
	out := make([]map[string]string, 0, len(s.all))
	for _, m := range s.all {
		entry := map[string]string{m.parameter(): m.encoded(m.Binding == "HTTP-Redirect")}
		if m.relay != "" {
			entry["RelayState"] = m.relay
		}
		out = append(out, entry)
	}
	if len(out) == 1 {
		return indented(out[0])
	}
	return indented(out)
}
