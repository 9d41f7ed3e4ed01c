package trace

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// carrier is where values were found: what every message in it shares.
type carrier struct {
	exchange int
	place    Place
	time     time.Time
	url      string // where the message goes
	sentFrom string // the page that the request came from
	method   string // of the form or request, in upper case; empty where unknown
	rawQuery string // of a URL, or of what may be one
	signed   *FormSignature
	decoded  []byte   // a decoded copy of the message that the tool kept
	repaired []string // what was undone in the text around, for each message in it
	quiet    bool     // what does not decode may well not be meant as a message
}

// collector builds a Capture.
type collector struct {
	capture *Capture
	limits  Limits
	known   map[[sha256.Size]byte]*Message
	total   int  // bytes of all messages
	full    bool // a limit was hit, and reported
	// following is how many exchanges are still looked at as answers to the
	// message that was delivered last.
	following int

	openID   *openID // nil where there is no sign of it
	bodiless int     // POST requests without a body
	tunnels  int     // CONNECT requests: traffic that was not decrypted
	bodies   []unreadBodies

	kind   kind          // of what is read at the moment
	part   int           // the number of the part that is read at the moment
	source io.Reader     // what is read at the moment, nil where it is unwrapped on the way
	size   int64         // bytes of the input, where they are not read in sequence
	within *finding.Span // the member of an archive that is read at the moment
	nested int           // archives and mails around what is read
}

// kind is what an input was recognised as. A reader that knows better than the
// first bytes says so here.
type kind struct{ format, variant string }

// inPart reads what an archive or e-mail holds as an input of its own.
func (c *collector) inPart(name string, read func() error) error {
	outer, within := c.kind, c.part
	c.capture.Parts = append(c.capture.Parts, Part{Name: cutText(name, maxPartName), Within: within})
	c.kind, c.part = kind{}, len(c.capture.Parts)
	err := read()
	p := &c.capture.Parts[c.part-1]
	p.Format, p.Variant = c.kind.format, c.kind.variant
	c.kind, c.part = outer, within
	return err
}

// maxPartName is how much of the name of a part is kept.
const maxPartName = 255

func newCollector(name string, limits Limits) *collector {
	return &collector{
		capture: &Capture{Name: name},
		limits:  limits.withDefaults(),
		known:   map[[sha256.Size]byte]*Message{},
	}
}

// problem reports something that no message can carry.
func (c *collector) problem(exchange int, check string, severity finding.Severity, format string, args ...any) {
	if len(c.capture.Problems) >= maxProblems {
		return
	}
	p := finding.Problem{Check: check, Severity: severity, Detail: fmt.Sprintf(format, args...)}
	p.Location.Exchange = exchangeNumber(exchange)
	c.capture.Problems = append(c.capture.Problems, p)
}

// maxProblems is where a hostile capture stops being told about.
const maxProblems = 1000

func exchangeNumber(exchange int) *int {
	if exchange < 0 {
		return nil
	}
	return &exchange
}

// parameters takes the messages out of the pairs of one form or query.
func (c *collector) parameters(pairs []pair, from carrier) {
	var s Sighting
	for _, p := range pairs {
		if name, _ := lookup(p.name); name == "RelayState" && !s.HasRelayState && !isPlaceholder(p.value) {
			s.RelayState, s.HasRelayState = string(p.value), true
		}
	}
	if !hasMessage(pairs) {
		return
	}
	from.signed = formSignature(pairs)
	shared := pairProblems(pairs, from.place)
	for _, p := range pairs {
		if name, kind := lookup(p.name); kind == messageParameter {
			c.value(name, p.value, from, s, slices.Clone(shared), 1)
		}
	}
}

// formSignature takes the fields that sign a form, nil where one is missing.
func formSignature(pairs []pair) *FormSignature {
	var s FormSignature
	for _, p := range pairs {
		switch name, _ := lookup(p.name); {
		case name == "SigAlg" && s.SigAlg == "":
			s.SigAlg = shorten(p.value, maxFact)
		case name == "Signature" && s.Signature == "":
			s.Signature = shorten(p.value, maxFact)
		}
	}
	if s.SigAlg == "" || s.Signature == "" {
		return nil
	}
	return &s
}

// deflateEncoding is the only SAMLEncoding that SAML Bindings 3.4.4 defines.
const deflateEncoding = "urn:oasis:names:tc:SAML:2.0:bindings:URL-Encoding:DEFLATE"

// pairProblems says what is wrong with the parameters of a binding beside
// their values.
func pairProblems(pairs []pair, place Place) []finding.Problem {
	var d decoded
	seen := map[string]int{}
	for _, p := range pairs {
		name, kind := lookup(p.name)
		if kind != messageParameter && kind != relayParameter && name != "SAMLEncoding" {
			continue
		}
		if seen[name]++; seen[name] == 2 {
			d.report("input-parameter-duplicated", finding.Error, "the parameter %s is there more than once in the same %s, receivers take the first or the last", name, place)
		}
		if name != p.name {
			d.report("input-repaired", finding.Info, "the parameter is called %q, the specification writes %q: receivers that compare exactly do not find it", p.name, name)
		}
		if kind == relayParameter && len(p.value) > 80 {
			d.report("relay-state-too-long", finding.Info, "RelayState has %d bytes, the specification allows 80 (SAML Bindings 3.4.3)", len(p.value))
		}
		if name == "SAMLEncoding" && string(p.value) != deflateEncoding {
			d.report("input-wrong-compression", finding.Warning, "SAMLEncoding is %q, only %s is defined (SAML Bindings 3.4.4)", shorten(p.value, 120), deflateEncoding)
		}
	}
	if seen["SAMLRequest"] > 0 && seen["SAMLResponse"] > 0 {
		d.report("input-parameter-duplicated", finding.Error, "SAMLRequest and SAMLResponse are both there in the same %s, only one may be (SAML Bindings 3.4.4)", place)
	}
	return d.problems
}

// value decodes the value of a message parameter and adds the message.
func (c *collector) value(name string, value []byte, from carrier, s Sighting, shared []finding.Problem, encoded int) bool {
	label := name
	if label == "" {
		label = "the message"
	}
	if m := maskOf(value); m != nil {
		if len(bytes.TrimSpace(value)) == 0 && from.place == ResponsePage {
			return false // a field that a script fills in before it sends the form
		}
		if len(from.decoded) > 0 {
			c.decodedCopy(name, fmt.Sprintf("the value of %s was masked by %s", label, m.tool), from, s)
			return true
		}
		if !from.quiet {
			c.problem(from.exchange, "input-masked", finding.Error, "%s", m.explain(label, value))
		}
		return false
	}
	d, err := c.limits.decodeValue(value, encoded)
	if bad := (*undecodable)(nil); errors.As(err, &bad) {
		if !from.quiet {
			c.problem(from.exchange, bad.check, finding.Error, "%s in the %s: %s", label, from.place, bad.reason)
		}
		return false
	}
	m := &Message{XML: d.xml, Parameter: name, Binding: bindingOf(name, from, d.compression)}
	switch m.Binding {
	case BindingRedirect:
		m.RawQuery = from.rawQuery
	default:
		m.Signed = from.signed
	}
	d.reportBinding(m)
	d.reportRepaired(from)
	m.Problems = append(d.problems, shared...)
	c.add(m, from, s)
	return true
}

func (d *decoded) reportRepaired(from carrier) {
	for _, what := range from.repaired {
		d.report("input-repaired", finding.Info, "%s", what)
	}
}

// decodedCopy adds the copy that the capture tool shows, which has the bytes
// of the message where the tool is right about its encoding.
func (c *collector) decodedCopy(name, why string, from carrier, s Sighting) {
	if !isXMLStart(from.decoded) || c.limits.checkSize(from.decoded) != nil {
		return
	}
	var d decoded
	d.setXML(from.decoded)
	d.report("input-repaired", finding.Info, "%s: the message is the decoded copy that the tool kept", why)
	c.add(&Message{XML: d.xml, Parameter: name, Binding: bindingOf(name, from, rawDeflate), Problems: d.problems}, from, s)
}

// bindingOf tells the binding from how the message travelled; of a pasted value
// only the compression can tell.
func bindingOf(name string, from carrier, kind compression) string {
	switch {
	case from.method == "GET":
		return BindingRedirect
	case from.place == RequestBody, from.place == ResponsePage, from.method == "POST":
		return BindingPOST
	case name == "wresult":
		return BindingPOST
	case kind != notCompressed:
		return BindingRedirect
	}
	return ""
}

// reportBinding says where compression and binding do not fit.
func (d *decoded) reportBinding(m *Message) {
	switch {
	case m.Parameter == "wresult":
	case m.Binding == BindingRedirect && d.compression == notCompressed:
		d.report("input-wrong-compression", finding.Warning, "%s in a URL is not compressed, raw DEFLATE is expected (SAML Bindings 3.4.4.1)", m.Parameter)
	case m.Binding == BindingRedirect && d.compression != rawDeflate:
		d.report("input-wrong-compression", finding.Warning, "%s in a URL is compressed with a %s header, raw DEFLATE without one is expected (SAML Bindings 3.4.4.1)", m.Parameter, d.compression)
	case m.Binding == BindingPOST && d.compression != notCompressed:
		d.report("input-wrong-compression", finding.Warning, "%s in a form is compressed with %s, plain Base64 is expected (SAML Bindings 3.5.4)", m.Parameter, d.compression)
	}
	if m.Binding == BindingRedirect && m.Parameter == "SAMLResponse" && rootOf(m.XML) == "Response" {
		d.report("response-by-redirect", finding.Error, "the Response came in a URL, the web browser SSO profile allows HTTP-POST and artifact alone (SAML Profiles 4.1.2)")
	}
}

// document adds a document that no parameter carried.
func (c *collector) document(xml []byte, from carrier, problems ...finding.Problem) {
	d := decoded{problems: problems}
	if err := c.limits.checkSize(xml); err != nil {
		c.problem(from.exchange, "input-too-large", finding.Error, "%s", err)
		return
	}
	d.setXML(bytes.Clone(xml))
	d.reportRepaired(from)
	m := &Message{XML: d.xml, Problems: d.problems}
	if rootOf(xml) == "Envelope" {
		m.Binding = BindingSOAP
	}
	c.add(m, from, Sighting{})
}

// add appends a message, or notes another sighting of one that is known.
func (c *collector) add(m *Message, from carrier, s Sighting) {
	s.Exchange, s.Part, s.Place, s.URL, s.Time = from.exchange, c.part, from.place, from.url, from.time
	if s.Place.Delivered() {
		s.From = shownURL(from.sentFrom)
	}
	key := messageKey(m)
	if known := c.known[key]; known != nil {
		known.sight(m, s)
		return
	}
	if c.full = c.full || len(c.capture.Messages) >= c.limits.Messages || c.total+len(m.XML) > c.limits.Total; c.full {
		c.reportFull()
		return
	}
	c.total += len(m.XML)
	c.known[key] = m
	c.capture.Messages = append(c.capture.Messages, m)
	m.Exchange = -1
	m.sight(m, s)
}

func (c *collector) reportFull() {
	for _, p := range c.capture.Problems {
		if p.Check == "input-too-large" && p.Location.Exchange == nil {
			return
		}
	}
	c.problem(-1, "input-too-large", finding.Error, "the capture holds more than %d messages or %d bytes of them, the rest is left out", c.limits.Messages, c.limits.Total)
}

// messageKey is equal for two copies of one message. A browser normalises line
// ends of what it posts from a page (HTML section 4.10.21.6), which only shows
// in the plain XML of wresult.
func messageKey(m *Message) [sha256.Size]byte {
	h := sha256.New()
	h.Write([]byte(m.Parameter + "\x00"))
	if m.Parameter == "wresult" {
		h.Write(bytes.ReplaceAll(m.XML, []byte("\r"), nil))
	} else {
		h.Write(m.XML)
	}
	return [sha256.Size]byte(h.Sum(nil))
}

// maxSightings bounds what a message that is repeated for ever may cost.
const maxSightings = 1000

// sight notes where a copy of the message was seen. The first delivery decides
// exchange, time, receiver and relay state.
func (m *Message) sight(copied *Message, s Sighting) {
	for i := len(m.Sightings) - 1; i >= 0 && s.Exchange >= 0 && m.Sightings[i].Exchange == s.Exchange; i-- {
		if old := m.Sightings[i]; old.Place == s.Place && old.URL == s.URL {
			return
		}
	}
	first := len(m.Sightings) == 0
	if len(m.Sightings) < maxSightings {
		m.Sightings = append(m.Sightings, s)
	}
	if !first && (m.delivered || !s.Place.Delivered()) {
		return
	}
	m.delivered = s.Place.Delivered()
	m.Exchange, m.Time, m.PostedTo, m.SentFrom = s.Exchange, s.Time, s.URL, s.From
	m.RelayState, m.HasRelayState = s.RelayState, s.HasRelayState
	m.XML, m.Binding, m.RawQuery, m.Signed, m.Problems = copied.XML, copied.Binding, copied.RawQuery, copied.Signed, copied.Problems
	for i := range m.Problems {
		if m.Problems[i].Location.Exchange == nil {
			m.Problems[i].Location.Exchange = exchangeNumber(s.Exchange)
		}
	}
}
