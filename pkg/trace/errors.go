package trace

import (
	"fmt"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// UnreadableError says why an input cannot be read at all: it is empty, of a
// format that is not read, or too large.
type UnreadableError struct {
	Name   string
	Check  string // "input-too-large" or empty
	Reason string // what the input is
	Advice string // what to do
}

// Error names the input, the reason and the way out.
func (e *UnreadableError) Error() string {
	return strings.TrimPrefix(e.Name+": ", ": ") + e.Reason + "; " + e.Advice
}

// NoMessageError says that an input was read and holds no SAML or
// WS-Federation message: what was looked through, and what to do.
type NoMessageError struct {
	Name      string
	Format    string
	Bytes     int64
	Exchanges int
	Hosts     []string // of the exchanges, at most 10, in order of appearance
	Reason    string   // what is known beyond that, may be empty
	Advice    string
}

// Error names what was scanned and how to capture again.
func (e *NoMessageError) Error() string {
	var b strings.Builder
	b.WriteString(strings.TrimPrefix(e.Name+": ", ": "))
	b.WriteString("no SAML or WS-Federation message found")
	fmt.Fprintf(&b, " in %s of %d bytes", formatTitle(e.Format), e.Bytes)
	if e.Exchanges > 0 {
		b.WriteString(" with " + finding.Count(e.Exchanges, "exchange"))
	}
	if len(e.Hosts) > 0 {
		b.WriteString(" to " + strings.Join(e.Hosts, ", "))
	}
	if e.Reason != "" {
		b.WriteString(": " + e.Reason)
	}
	return b.String() + "; " + e.Advice
}

const (
	adviceExportHAR = "open the browser's developer tools, switch on \"Preserve log\", sign in again and export the network log as a HAR file"
	advicePaste     = "paste the SAMLResponse value, the form body, the redirect URL or the XML, or give a HAR file of the whole sign-in"
)
