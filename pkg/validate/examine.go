package validate

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/beevik/etree"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/profile"
	"github.com/ssodoctor/ssodoctor/pkg/saml"
	"github.com/ssodoctor/ssodoctor/pkg/seal"
	"github.com/ssodoctor/ssodoctor/pkg/trace"
	"github.com/ssodoctor/ssodoctor/pkg/xmldoc"
	"github.com/ssodoctor/ssodoctor/pkg/xmldsig"
	"github.com/ssodoctor/ssodoctor/pkg/xmlenc"
)

// Clock says at what time messages are judged: At where it is set, else the
// capture time of the message, else Now.
type Clock struct {
	At  time.Time // zero where the user named none
	Now time.Time
}

// Judged is the time at which what has no capture time is judged.
func (c Clock) Judged() time.Time { return c.evaluate(time.Time{}).At }

// evaluate returns the time to judge a message at that was captured at t.
func (c Clock) evaluate(t time.Time) Evaluated {
	switch {
	case !c.At.IsZero():
		return Evaluated{At: c.At.UTC(), From: "flag"}
	case !t.IsZero():
		return Evaluated{At: t.UTC(), From: "capture"}
	}
	return Evaluated{At: c.Now.UTC().Truncate(time.Second), From: "now"}
}

// Examine runs every check of the catalogue over the captures and returns the
// report. It never fails: what cannot be read is a finding.
func Examine(captures []*trace.Capture, expect *Expectations, clock Clock) *Report {
	if expect == nil {
		expect = &Expectations{}
	}
	messages := read(captures, expect, clock)
	report := &Report{
		Schema:   Schema,
		Inputs:   make([]InputView, 0, len(captures)),
		Messages: make([]MessageView, 0, len(messages)),
		Findings: []finding.Finding{},
	}
	catalogue := Catalogue()
	report.Checks = make([]CheckResult, 0, len(catalogue)*len(messages)+8)
	for i, c := range captures {
		report.Inputs = append(report.Inputs, inputView(c))
		report.apply(catalogue, exam{capture: c, first: i == 0, all: messages, expect: expect})
	}
	for _, m := range messages {
		report.Messages = append(report.Messages, m.view())
		report.apply(catalogue, exam{capture: m.capture, msg: m, all: messages, expect: expect})
	}
	report.conclude(catalogue)
	report.Stacks = judgeStacks(messages, expect)
	report.Flow = report.flow(captures, messages, expect)
	report.SignIns = signInGroups(captures)
	report.Artifacts = artifacts(captures, messages, expect.Issuers)
	return report
}

// apply runs all checks of the scope over one message, or over one capture.
func (r *Report) apply(catalogue []*Check, base exam) {
	x := new(exam)
	for _, c := range catalogue {
		if c.run == nil || c.Scope != OfBoth && (c.Scope == OfInput) != (base.msg == nil) {
			continue
		}
		*x = base
		x.check, x.findings = c, &r.Findings
		if x.msg != nil {
			x.admit()
		}
		if x.reason == "" && !x.silent {
			c.run(x)
		}
		if result, ok := x.result(); ok {
			if x.msg != nil {
				result.Message = &x.msg.index
			}
			r.Checks = append(r.Checks, result)
		}
	}
}

// admit decides whether the check can be made on this kind of message.
func (x *exam) admit() {
	m, scope := x.msg, x.check.Scope
	switch {
	case scope == OfMessage, scope == OfBoth:
	case m.doc == nil:
		x.skip("the message could not be read")
	case scope == OfSigned:
	case scope == OfRequest:
		x.silent = m.saml.Request == nil
	case scope == OfLogout:
		x.silent = m.saml.Protocol != "saml2" || m.saml.Kind != "LogoutRequest" && m.saml.Kind != "LogoutResponse"
	case scope == OfQuery:
		x.silent = m.query == nil
	case !m.token():
		x.inapplicable()
	case scope == OfResponse && m.saml.Kind != "Response":
		x.skip("the message is a bare " + m.saml.Kind + ", this needs the Response around it")
	}
}

// read parses and verifies every message.
func read(captures []*trace.Capture, expect *Expectations, clock Clock) []*message {
	var out []*message
	options := options(expect)
	for _, c := range captures {
		hosts := sync.OnceValue(func() map[string]hostClock { return hostClocks(c.Exchanges) })
		for _, carrier := range c.Messages {
			m := &message{index: len(out), capture: c, hosts: hosts, carrier: carrier, at: clock.evaluate(captured(c, carrier))}
			m.read(options, expect.Keys)
			out = append(out, m)
		}
	}
	link(out)
	nameProducts(out)
	verifyQueries(out, expect)
	return out
}

// captured is when the message was captured: the time that the tool noted, else
// the Date with which it was answered where it was sent; zero where neither is
// known.
func captured(c *trace.Capture, carrier *trace.Message) time.Time {
	m := message{capture: c, carrier: carrier}
	if e := m.exchange(carrier.Exchange); carrier.Time.IsZero() && e != nil && m.delivered() {
		return e.ServerDate
	}
	return carrier.Time
}

// options say what signatures are verified with.
func options(expect *Expectations) xmldsig.Options {
	out := xmldsig.Options{SecondOpinion: expect.SecondOpinion}
	for _, t := range expect.Trusted() {
		out.Trusted = append(out.Trusted, t.Certificate)
	}
	return out
}

// read fills the message from the bytes that were captured.
func (m *message) read(options xmldsig.Options, keys []xmlenc.Key) {
	m.problems = append(m.problems, m.carrier.Problems...)
	doc, err := xmldoc.Parse(m.carrier.XML, xmldoc.Limits{})
	if err != nil {
		var syntax *xmldoc.SyntaxError
		if !errors.As(err, &syntax) {
			syntax = &xmldoc.SyntaxError{Check: "xml-malformed", Msg: err.Error()}
		}
		m.unreadable(syntax)
		return
	}
	m.doc = doc
	if sealed, ok := seal.Find(doc); ok {
		m.unseal(sealed, options)
		return
	}
	m.saml = saml.Read(doc)
	m.sigs = xmldsig.Verify(doc, options)
	if m.saml.Encryption() {
		m.open(keys, options)
	}
	m.group()
	m.product = product(m.issuer().Value)
	m.problems = append(m.problems, doc.Problems...)
	m.problems = append(m.problems, m.sigs.Problems...)
	for _, s := range m.sigs.Signatures {
		m.problems = append(m.problems, s.Problems...)
	}
}

// unreadable keeps why the document could not be read, unless the reader of
// the capture has said so already.
func (m *message) unreadable(syntax *xmldoc.SyntaxError) {
	m.syntax = syntax
	for _, p := range m.problems {
		if p.Check == syntax.Check {
			return
		}
	}
	m.problems = append(m.problems, finding.Problem{
		Check: syntax.Check, Detail: "the message cannot be read as XML: " + syntax.Error(),
		Location: finding.Location{Span: syntax.Span},
	})
}

// product names the identity provider's product by its entity ID, as its
// profile is called; "" where no profile knows it.
func product(issuer string) finding.System {
	name, _ := profile.IdentifyIdP(issuer)
	return finding.System(name)
}

// link finds for each message the captured AuthnRequest whose ID it answers,
// and the first message of the same capture that brought the same token.
func link(all []*message) {
	type token struct {
		capture *trace.Capture
		id      string
	}
	requests, tokens := make(map[string]*message), make(map[token]*message)
	for _, m := range all {
		if m.saml == nil {
			continue
		}
		if id := m.saml.ID.Value; m.saml.Request != nil && requests[id] == nil {
			requests[id] = m
		}
		for _, id := range m.tokenIDs() {
			if first := tokens[token{m.capture, id}]; first == nil {
				tokens[token{m.capture, id}] = m
			} else if first != m && m.earlier == nil {
				m.earlier = first
			}
		}
	}
	for _, m := range all {
		if m.saml != nil && m.saml.InResponseTo.Value != "" {
			m.request = requests[m.saml.InResponseTo.Value]
		}
	}
}

// tokenIDs are the IDs by which an app knows a token that it has seen.
func (m *message) tokenIDs() []string {
	if !m.token() {
		return nil
	}
	ids := make([]string, 0, 2)
	if id := m.saml.ID.Value; id != "" {
		ids = append(ids, id)
	}
	for _, a := range m.readable {
		if a.ID.Value != "" {
			ids = append(ids, a.ID.Value)
		}
	}
	return ids
}

// token reports whether the message brings, or ought to bring, an assertion.
func (m *message) token() bool {
	if m.saml == nil {
		return false
	}
	switch m.saml.Kind {
	case "Response", "Assertion", "EncryptedAssertion", "RequestSecurityTokenResponse", "RequestSecurityTokenResponseCollection":
		return true
	}
	return len(m.saml.Assertions) > 0
}

// issuer is the Issuer of the message, else of its first assertion that has
// one.
func (m *message) issuer() saml.NameID {
	if m.saml.Issuer.Present() {
		return m.saml.Issuer
	}
	for _, a := range m.saml.Assertions {
		if a.Issuer.Present() {
			return a.Issuer
		}
	}
	return saml.NameID{}
}

// signature returns the signature that covers the element, nil without one.
func (m *message) signature(el *etree.Element) *xmldsig.Signature {
	for _, s := range m.sigs.Signatures {
		if s.Covers == el {
			return s
		}
	}
	return nil
}

// signed reports whether a signature covers the element, or one around it
// (Core 5.3).
func (m *message) signed(el *etree.Element) bool {
	for ; el != nil; el = el.Parent() {
		if m.signature(el) != nil {
			return true
		}
	}
	return false
}

// responseSigned reports whether there is a signature over the whole message.
func (m *message) responseSigned() bool { return m.signature(m.saml.Element) != nil }

// group puts the assertions that can be read, and the bearer confirmations of
// each, where every check finds them.
func (m *message) group() {
	for _, a := range m.saml.Assertions {
		if a.Unread() {
			m.encrypted = true
			continue
		}
		m.readable = append(m.readable, a)
		var bearers []*saml.Confirmation
		if a.Subject != nil {
			for _, c := range a.Subject.Confirmations {
				if strings.HasSuffix(c.Method.Value, ":cm:bearer") {
					bearers = append(bearers, c)
				}
			}
		}
		m.bearers = append(m.bearers, bearers)
	}
}

// bearers are the bearer confirmations of each assertion that can be read.
func (x *exam) bearers() [][]*saml.Confirmation {
	x.assertions()
	return x.msg.bearers
}

// lacking returns the first of the confirmations where none has what it needs:
// one that has suffices (Profiles 4.1.4.3).
func lacking(cs []*saml.Confirmation, has func(*saml.Confirmation) bool) (*saml.Confirmation, bool) {
	if len(cs) == 0 || slices.ContainsFunc(cs, has) {
		return nil, false
	}
	return cs[0], true
}
