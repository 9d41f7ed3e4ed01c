package redact

import (
	"slices"
)

// writers are the formats that can be written, by the names of package trace.
var writers = map[string]func(*session) ([]byte, error){
	"har":               writeHAR,
	"saml-chrome-panel": writeChromePanel,
	"saml-tracer":       writeSAMLTracer,
	"saz":               writeSAZ,
	"zip":               writeZip,
	"burp":              writeBurp,
	"mitmproxy":         writeMitmproxy,
	"charles":           writeCharles,
	"http":              writeHTTP,
	"curl":              writeCurl,
	"xml":               writeXML,
	"json":              writeJSON,
	"html":              writeHTML,
	"url":               writeURLs,
	"form":              writeForms,
	"base64":            writeBase64,
	"text":              writeText,
}

// withExchanges are the formats that hold exchanges and no loose messages.
var withExchanges = []string{"har", "saml-chrome-panel", "saml-tracer", "saz", "zip", "burp", "mitmproxy", "charles", "http", "curl"}

// writable is the format to write: the same, or where there is no writer for
// it, or it cannot hold what there is, a HAR file or a text.
func writable(format string, s *session) string {
	_, known := writers[format]
	holds := slices.Contains(withExchanges, format)
	switch {
	case known && holds && len(s.loose) == 0, known && !holds && len(s.exchanges) == 0:
		return format
	case len(s.loose) == 0:
		return "har"
	}
	return "text"
}

// stamp is when an exchange began, "" where that is not known.
func (e *exchange) stamp(layout string) string {
	if e.at.IsZero() {
		return ""
	}
	return e.at.UTC().Format(layout)
}
