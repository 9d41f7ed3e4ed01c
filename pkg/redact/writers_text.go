package redact

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"html"
	"net/url"
	"strings"
)

// lines say how a text writes what it holds: messages, artifacts, and lines
// that tell of errors.
type lines struct {
	message  func(*outgoing) string
	artifact func(string) string
	said     func(string) string
}

func asItIs(text string) string { return text }

// each writes everything that a text holds, each on lines of its own.
func (s *session) each(l lines) ([]byte, error) {
	var b strings.Builder
	for _, m := range s.loose {
		b.WriteString(l.message(m) + "\n")
	}
	for _, a := range s.artifacts {
		b.WriteString(l.artifact(a) + "\n")
	}
	for _, text := range s.said {
		b.WriteString(l.said(text) + "\n")
	}
	return []byte(b.String()), nil
}

func writeXML(s *session) ([]byte, error) {
	return s.each(lines{func(m *outgoing) string { return string(m.xml) }, artifactForm, asItIs})
}

func writeBase64(s *session) ([]byte, error) {
	return s.each(lines{func(m *outgoing) string { return base64.StdEncoding.EncodeToString(m.xml) }, asItIs, asItIs})
}

func (m *outgoing) formBody() string {
	out := m.parameter() + "=" + url.QueryEscape(m.encoded(m.Binding == "HTTP-Redirect"))
	if m.HasRelayState {
		out += "&RelayState=" + url.QueryEscape(m.relay)
	}
	if m.signed != "" {
		out += "&" + m.signed
	}
	return out
}

// artifactForm is an artifact as the parameter of a URL or form.
func artifactForm(value string) string { return "SAMLart=" + url.QueryEscape(value) }

func writeForms(s *session) ([]byte, error) {
	return s.each(lines{(*outgoing).formBody, artifactForm, asItIs})
}

func writeURLs(s *session) ([]byte, error) {
	return s.each(lines{
		message:  func(m *outgoing) string { return extend(cmp.Or(m.sentTo, "https://idp.example/"), m.formBody()) },
		artifact: func(a string) string { return "https://app.example/?" + artifactForm(a) },
		said:     asItIs,
	})
}

// logged is what a log says of a message.
func (m *outgoing) logged() string {
	if m.Parameter == "" {
		return string(m.xml)
	}
	return "redacted copy: " + m.formBody()
}

// writeText writes what a log would say, and exchanges where there are any.
func writeText(s *session) ([]byte, error) {
	wire, err := writeHTTP(s)
	if err != nil {
		return nil, err
	}
	text, err := s.each(lines{(*outgoing).logged, artifactForm, asItIs})
	return append(wire, text...), err
}

// input is a hidden field of a form.
func input(name, value string) string {
	return fmt.Sprintf("<input type=\"hidden\" name=\"%s\" value=\"%s\">\n", html.EscapeString(name), html.EscapeString(value))
}

// form is a form that a browser sends on.
func form(action string, inputs ...string) string {
	return fmt.Sprintf("<form method=\"post\" action=\"%s\">\n", html.EscapeString(action)) + strings.Join(inputs, "") + "</form>"
}

func writeHTML(s *session) ([]byte, error) {
	out, err := s.each(lines{
		message: func(m *outgoing) string {
			inputs := []string{input(m.parameter(), m.encoded(false))}
			if m.HasRelayState {
				inputs = append(inputs, input("RelayState", m.relay))
			}
			return form(m.sentTo, inputs...)
		},
		artifact: func(a string) string { return form("", input("SAMLart", a)) },
		said:     func(text string) string { return "<p>" + html.EscapeString(text) + "</p>" },
	})
	return []byte("<!DOCTYPE html>\n<html><body>\n" + string(out) + "</body></html>\n"), err
}

func writeJSON(s *session) ([]byte, error) {
	out := make([]map[string]string, 0, len(s.loose))
	for _, m := range s.loose {
		entry := map[string]string{m.parameter(): m.encoded(m.Binding == "HTTP-Redirect")}
		if m.HasRelayState {
			entry["RelayState"] = m.relay
		}
		out = append(out, entry)
	}
	for _, a := range s.artifacts {
		out = append(out, map[string]string{"SAMLart": a})
	}
	if len(s.said) > 0 {
		out = append(out, map[string]string{"error_description": strings.Join(s.said, " ")})
	}
	if len(out) == 1 {
		return indented(out[0])
	}
	return indented(out)
}
