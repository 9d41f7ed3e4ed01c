package redact

// holding says what a format has a place for.
type holding uint8

const (
	exchanges holding = 1 << iota
	messages          // of no exchange, with error codes and artifacts that stand alone
	signIns
	parts
)

// writer writes a format, in the variant that the session was read in.
type writer struct {
	write func(*session) ([]byte, error)
	holds holding
}

// writerOf is the writer of a format by its name in package trace, the zero
// writer where there is none.
func writerOf(format string) writer {
	return map[string]writer{
		"har":               {writeHAR, exchanges},
		"saml-tracer":       {writeSAMLTracer, exchanges},
		"saml-chrome-panel": {writeChromePanel, exchanges},
		"saz":               {writeSAZ, exchanges},
		"zip":               {writeZip, parts},
		"burp":              {writeBurp, exchanges},
		"mitmproxy":         {writeMitmproxy, exchanges},
		"charles":           {writeCharles, exchanges},
		"wireshark":         {writeWireshark, exchanges},
		"event-log":         {writeEventLog, exchanges},
		"entra-sign-ins":    {writeSignIns, signIns},
		"json":              {writeJSON, messages},
		"html":              {writeHTML, messages},
		"xml":               {writeXML, messages},
		"url":               {writeURLs, messages},
		"form":              {writeForms, messages},
		"http":              {writeHTTP, exchanges},
		"curl-trace":        {writeCurlTrace, exchanges},
		"curl":              {writeCommands, exchanges},
		"mail":              {writeMail, messages | parts},
		"base64":            {writeBase64, messages},
		"text":              {writeText, messages | exchanges},
	}[format]
}

// holds is what there is to write.
func (s *session) holds() (out holding) {
	for _, row := range []struct {
		count int
		kind  holding
	}{
		{len(s.exchanges), exchanges}, {len(s.loose) + len(s.said) + len(s.artifacts), messages}, {len(s.signIns), signIns}, {len(s.parts), parts},
	} {
		if row.count > 0 {
			out |= row.kind
		}
	}
	return out
}

// write writes the session in its format; where that has no place for what
// there is, in one that has.
func (s *session) write() (format string, content []byte, err error) {
	format = s.format
	if needs := s.holds(); needs&^writerOf(format).holds != 0 {
		format = "text"
		if needs == exchanges {
			format = "har"
		}
	}
	content, err = writerOf(format).write(s)
	return format, content, err
}

// stamp is when an exchange began, "" where that is not known.
func (e *exchange) stamp(layout string) string {
	if e.at.IsZero() {
		return ""
	}
	return e.at.UTC().Format(layout)
}
