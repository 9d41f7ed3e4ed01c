// Package trace turns the bytes of a capture into HTTP exchanges and the SAML
// and WS-Federation messages that they carry.
//
// A capture is anything that an administrator has at hand: a HAR file of any
// producer, one message as XML or Base64, a form body, a redirect URL, the
// page that posts the form, JSON, a log, with the junk that a clipboard adds.
// The format is recognised from content, never from the name. A message is
// returned byte for byte as it was sent; whatever had to be repaired on the
// way is a Problem, nothing is repaired in silence.
//
// Every input is hostile: nothing is fetched, expanded or followed, and every
// cost is bounded by [Limits].
package trace

import (
	"slices"
	"time"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/idperror"
)

// Capture is what was read out of one input.
type Capture struct {
	// Name is what the caller calls the input.
	Name string
	// Format is the name of the row of [Formats] that recognised the input,
	// "har", "xml", "base64" and so on.
	Format string
	// Variant is the form of it, where a format has several: "json", "ek", "pdml"
	// or "text" of Wireshark, "bash", "cmd", "powershell" or "fetch" of a command,
	// "verbose", "ascii" or "hex" of what curl reports, and for a sign-in log
	// what its rows are in ("value", "records", "list", "lines", "csv") and
	// whose names they have ("graph", "monitor", "analytics"), with a "/" between.
	Variant string
	// Parts are the files of an archive and the parts of an e-mail, in order.
	Parts []Part
	// Exchanges are the HTTP exchanges in capture order: short facts, never
	// bodies. Where a capture holds more than Limits.Exchanges, the ones that
	// have nothing to do with sign-in are left out first.
	Exchanges []Exchange
	// ExchangeCount is how many exchanges the capture holds, kept or not.
	ExchangeCount int
	// Messages are the messages in capture order, each once.
	Messages []*Message
	// Exported is when the capture was written, where it says so and its
	// exchanges have no times of their own: nothing in it is later. Zero where
	// unknown.
	Exported time.Time
	// Errors are the error codes of identity providers in a text without
	// exchanges and messages: an error page or message that was pasted.
	Errors []idperror.Mention
	// Artifacts are the values of SAMLart, decoded from their transport, in a
	// text without exchanges: a URL, a form body, or the value alone. In other
	// captures they are Parameters of their exchanges.
	Artifacts []string
	// SignIns are the rows of a sign-in log, in its order.
	SignIns []SignIn
	// Problems are those of the input as a whole, and of values that could
	// not be read as a message. Location.Exchange says where.
	Problems []finding.Problem
}

// Tells reports whether there is something in the capture to judge or show:
// messages, artifacts, error codes of identity providers, rows of a sign-in log.
func (c *Capture) Tells() bool {
	return len(c.Messages)+len(c.Errors)+len(c.Artifacts)+len(c.SignIns) > 0 ||
		slices.ContainsFunc(c.Exchanges, func(e Exchange) bool { return len(e.Errors) > 0 || e.artifact() })
}

// artifact reports whether the app was given an artifact to fetch a message
// with (SAML Bindings 3.6).
func (e *Exchange) artifact() bool {
	return slices.ContainsFunc(e.Parameters, func(p Parameter) bool { return p.Name == "SAMLart" })
}

// Part is what an archive or e-mail holds that was read as an input of its own.
// Exchanges, sightings and sign-ins say by its number which part they are of.
type Part struct {
	Name            string // as the archive or e-mail calls it, may be empty
	Format, Variant string // as of a [Capture]; empty where it was not recognised
	Within          int    // the number of the part that holds this one
}

// Exchange is one HTTP request and its response. Header values that are
// secrets (cookies, authorization) are never kept.
type Exchange struct {
	// Index is the number of the exchange in the capture, from 0.
	Index int
	// Part is the number of the part that it is of: 0 is the capture itself,
	// n is Capture.Parts[n-1].
	Part int
	// Time is when the request started, in UTC; zero where unknown.
	Time   time.Time
	Method string
	// URL is the request URL and RedirectURL the one that the response
	// redirects to. Query values that are messages, codes or tokens are
	// replaced by "…"; [Message] has its own copy of what it was sent with.
	URL, RedirectURL string
	// Status is the HTTP status, 0 where there was no response.
	Status int
	// ServerDate is what the server's clock showed: the Date header of the
	// response, plus its Age where a cache answered; zero where absent.
	ServerDate time.Time
	// ContentType is the media type of the response, without parameters.
	ContentType string
	// Parameters are the sign-in parameters that are no message, in order:
	// wa, wtrealm, wctx, SAMLart, SigAlg and so on, from URL and form body.
	Parameters []Parameter
	// SetCookies are the cookies that the response sets, SentCookies the names
	// of those that the request sent. Both are nil where the capture has no
	// cookie headers, as the sanitised exports of browsers do.
	SetCookies  []Cookie
	SentCookies []string
	// Errors are the error codes of identity providers on the response page,
	// or in the URL that an error is passed on with.
	Errors []idperror.Mention
	// Title is that of the response page and ErrorText the first text on it
	// that looks like an error, each at most 300 bytes. They are known of pages
	// that answer a message, or with a status of 400 and above.
	Title, ErrorText string
	// Span is the place of the exchange in the bytes of the capture.
	Span finding.Span
}

// Parameter is a name and its decoded value.
type Parameter struct{ Name, Value string }

// Cookie says how a cookie was set; its value is never kept.
type Cookie struct {
	Name, Domain, Path string
	// SameSite is "Strict", "Lax", "None" or empty.
	SameSite string
	Secure   bool
	// Masked reports that the capture tool replaced attributes, which are
	// therefore not known.
	Masked bool
}

// The bindings that a capture can tell.
const (
	BindingPOST     = "HTTP-POST"
	BindingRedirect = "HTTP-Redirect"
	BindingSOAP     = "SOAP"
)

// Message is one SAML or WS-Federation message.
type Message struct {
	// XML is the document exactly as it was sent, decoded. The message owns it.
	XML []byte
	// Parameter is the name of the parameter that carried it, as the
	// specification writes it ("SAMLResponse", "SAMLRequest", "wresult");
	// empty for a bare document.
	Parameter string
	// Binding is one of the Binding constants, empty where unknown.
	Binding string
	// Exchange is the index of the exchange that delivered it, or that showed
	// it where none did; -1 where the capture has no exchanges.
	Exchange int
	// Time is the capture time of that exchange in UTC, zero where unknown.
	Time time.Time
	// PostedTo is the URL that the message was sent to, without the parameters
	// of the redirect binding; empty where unknown.
	PostedTo string
	// SentFrom is the page that the browser was on when it sent the message
	// (the Referer of the request), written as [Exchange.URL] is; empty where
	// unknown.
	SentFrom string
	// RelayState is the decoded parameter sent beside the message.
	RelayState    string
	HasRelayState bool
	// RawQuery is the query of the redirect binding with its percent-encoding,
	// as a signature needs it (SAML Bindings 3.4.4.1); empty for others.
	RawQuery string
	// Signed is the signature of a form that is signed as a whole (SAML binding
	// HTTP-POST-SimpleSign), nil where it has none.
	Signed *FormSignature
	// Sightings are all places where the message was seen, in capture order.
	Sightings []Sighting
	// Problems are repairs and defects of the transport. Check is a name of
	// the input family.
	Problems []finding.Problem

	delivered bool // a sighting was a delivery
}

// FormSignature are the decoded fields SigAlg and Signature of a form.
type FormSignature struct{ SigAlg, Signature string }

// Place says in what part of an exchange a message was seen.
type Place string

// The places. Delivered are RequestBody and RequestURL.
const (
	RequestBody  Place = "request body"
	RequestURL   Place = "request URL"
	RedirectURL  Place = "redirect"
	ResponsePage Place = "response page" // a form that a browser is to send
	ResponseBody Place = "response body" // XML or JSON
	Text         Place = "text"          // a capture without exchanges
)

// Delivered reports whether a message seen here was sent to its receiver.
func (p Place) Delivered() bool { return p == RequestBody || p == RequestURL }

// Sighting is one place where a message was seen.
type Sighting struct {
	Exchange      int // -1 where the capture has none
	Part          int // as of an [Exchange]
	Place         Place
	URL           string // where it was sent, or was to be sent
	From          string // the page that sent it, as Message.SentFrom
	Time          time.Time
	RelayState    string
	HasRelayState bool
}

// Limits bound what reading may cost. A zero field means its default.
type Limits struct {
	Message   int // bytes of one decoded message, default 10 MiB
	Ratio     int // inflated to deflated size, default 200
	Text      int // bytes of an input that is not streamed, default 64 MiB
	Messages  int // messages in all, default 10,000
	Total     int // bytes of all messages, default 32 MiB
	Exchanges int // exchanges kept, default 10,000
}

func (l Limits) withDefaults() Limits {
	for _, row := range []struct {
		field *int
		value int
	}{
		{&l.Message, 10 << 20}, {&l.Ratio, 200}, {&l.Text, 64 << 20},
		{&l.Messages, 10_000}, {&l.Total, 32 << 20}, {&l.Exchanges, 10_000},
	} {
		if *row.field <= 0 {
			*row.field = row.value
		}
	}
	return l
}
