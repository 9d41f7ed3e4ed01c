package trace

import (
	"bytes"
	"fmt"

	"github.com/ssodoctor/ssodoctor/internal/lazyregexp"
)

// mask is a placeholder that a tool writes in place of a value.
type mask struct {
	shape  *lazyregexp.Regexp
	tool   string
	advice string
}

const adviceUnmasked = "capture the sign-in again and export without masking"

// masks are the placeholders in the order in which they are tried.
var masks = []mask{
	{lazyregexp.New(`^\{hash:[0-9a-fA-F]*\}$`), "SAML-tracer, profile \"Mask values\"", "export again from SAML-tracer with the profile \"None\""},
	{lazyregexp.New(`^\{overwritten\}$`), "SAML-tracer", "export again from SAML-tracer with the profile \"None\""},
	{lazyregexp.New(`^\{obf:[^}]*\}$`), "SAML-tracer, profile \"Remove values\"", "export again from SAML-tracer with the profile \"None\""},
	{lazyregexp.New(`^\[[^\]]{0,80} redacted\]$`), "Cloudflare HAR sanitizer", "sanitise again and leave SAMLResponse and SAMLRequest unticked, or use ssodoctor redact"},
	{lazyregexp.New(`^REDACTED_[A-Za-z0-9_]{1,80}$`), "a HAR sanitizer", "sanitise again and leave SAMLResponse and SAMLRequest out, or use ssodoctor redact"},
	{lazyregexp.New(`(?i)^[\[<({*_-]{0,4}(redacted|masked|removed|sanitized|scrubbed|filtered|hidden|omitted|secret)[\])}>*_-]{0,4}$`), "a sanitizer", adviceUnmasked},
	{lazyregexp.New(`^(\*{3,}|x{3,}|X{3,}|•{3,}|#{3,})$`), "a sanitizer", adviceUnmasked},
}

// maskOf explains a value that a tool replaced; nil where it did not.
func maskOf(value []byte) *mask {
	value = bytes.TrimSpace(value)
	if len(value) == 0 {
		return &mask{tool: "the capture tool", advice: adviceUnmasked}
	}
	if len(value) > 200 {
		return nil
	}
	for i := range masks {
		if masks[i].shape.Match(value) {
			return &masks[i]
		}
	}
	return nil
}

// isPlaceholder reports whether a value was replaced; an empty one may be meant.
func isPlaceholder(value []byte) bool {
	return len(bytes.TrimSpace(value)) > 0 && maskOf(value) != nil
}

func (m *mask) explain(parameter string, value []byte) string {
	if len(bytes.TrimSpace(value)) == 0 {
		return fmt.Sprintf("the value of %s is empty, removed by %s: %s", parameter, m.tool, m.advice)
	}
	return fmt.Sprintf("the value of %s was replaced with %q by %s: %s", parameter, bytes.TrimSpace(value), m.tool, m.advice)
}
