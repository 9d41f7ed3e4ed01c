// Package redact writes a copy of a capture that can be passed on: what it says
// about users, and every secret, is replaced by pseudonyms, and it can be
// diagnosed as the original.
//
// A copy is written anew from what a diagnosis needs: the exchanges with their
// addresses, times and the names of their cookies, and the messages. Nothing is
// copied that this package does not know, so nothing slips through in a body, a
// header or an encoding that nobody thought of.
package redact

import (
	"errors"
	"fmt"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/saml"
	"github.com/ssodoctor/ssodoctor/pkg/trace"
	"github.com/ssodoctor/ssodoctor/pkg/xmldoc"
)

// KeySize is how many random bytes a key has at least.
const KeySize = 32

// Options say how to redact.
type Options struct {
	// Key is what pseudonyms are made with, KeySize random bytes that nobody
	// keeps: who has the key can try values.
	Key []byte
	// KeepDomains leaves the domains of e-mail addresses and accounts.
	KeepDomains bool
}

// Copy is the redacted copy of a capture.
type Copy struct {
	Content []byte
	// Format is that of the capture. Where a capture of a format holds what
	// the format has no place for, it is another one that has.
	Format string
	// Exchanges, Messages, SignIns and Errors count what is in it; Errors are
	// the error codes of a text without messages.
	Exchanges, Messages, SignIns, Errors int
}

// Holds reports whether there is anything in a capture that a copy could hold.
func Holds(c *trace.Capture) bool {
	return c != nil && len(c.Exchanges)+len(c.Messages)+len(c.SignIns)+len(c.Errors)+len(c.Artifacts) > 0
}

// Capture writes the copy of a capture, in the same format and variant. It is
// an error where the key is too short, or where the capture [Holds] nothing.
func Capture(c *trace.Capture, o Options) (*Copy, error) {
	if len(o.Key) < KeySize {
		return nil, fmt.Errorf("the key for pseudonyms has %d bytes, expected at least %d", len(o.Key), KeySize)
	}
	if !Holds(c) {
		return nil, errors.New("there is nothing in it to write: no exchange, no message, no error code and no sign-in log")
	}
	s := newRedactor(c, o).session(c)
	format, content, err := s.write()
	if err != nil {
		return nil, err
	}
	return &Copy{Content: content, Format: format, Exchanges: len(c.Exchanges), Messages: len(c.Messages), SignIns: len(c.SignIns), Errors: len(c.Errors)}, nil
}

// redactor is at work on one capture.
type redactor struct {
	*scrubber
	inputProblems []finding.Problem
}

func newRedactor(c *trace.Capture, o Options) *redactor {
	r := &redactor{
		scrubber: &scrubber{
			pseudonyms: &pseudonyms{key: o.Key, keepDomains: o.KeepDomains},
			secrets:    make(map[string][]string), settings: make(map[string]bool),
		},
		inputProblems: c.Problems,
	}
	r.learn(c.Messages)
	for _, row := range c.SignIns {
		r.secret(row.User, "")
	}
	return r
}

// learn collects what messages say about users, which no text of the copy may
// hold, and the settings that they name.
func (r *redactor) learn(messages []*trace.Message) {
	var values []string
	for _, m := range messages {
		doc, err := xmldoc.Parse(m.XML, xmldoc.Limits{})
		if err != nil {
			continue
		}
		message := saml.Read(doc)
		values = append(values, aboutUser(message)...)
		for _, s := range settingsOf(message) {
			r.settings[s] = true
		}
	}
	var settings strings.Builder
	for s := range r.settings {
		settings.WriteString(strings.ToLower(s) + "\n")
	}
	for _, v := range values {
		r.secret(v, settings.String())
	}
}

// aboutUser lists the values that tell of a user: names, claims, sessions.
func aboutUser(m *saml.Message) (out []string) {
	subject := func(s *saml.Subject) {
		if s == nil {
			return
		}
		if s.NameID != nil {
			out = append(out, s.NameID.Value)
		}
		for _, c := range s.Confirmations {
			out = append(out, c.Address.Value)
		}
	}
	for _, a := range m.Assertions {
		subject(a.Subject)
		for _, s := range a.MoreSubjects {
			subject(s)
		}
		for _, at := range a.Attributes {
			for _, v := range at.Values {
				out = append(out, v.Value)
			}
		}
	}
	if m.Request != nil {
		subject(m.Request.Subject)
	}
	if m.Logout != nil && m.Logout.NameID != nil {
		out = append(out, m.Logout.NameID.Value)
	}
	return out
}

// settingsOf lists what a message says of the two sides.
func settingsOf(m *saml.Message) []string {
	out := []string{m.Issuer.Value, m.Destination.Value, m.Recipient.Value}
	for _, a := range m.Assertions {
		out = append(out, a.Issuer.Value)
		for _, c := range a.Conditions {
			for _, r := range c.Restrictions {
				for _, audience := range r.Audiences {
					out = append(out, audience.Value)
				}
			}
		}
		if a.Subject != nil {
			for _, c := range a.Subject.Confirmations {
				out = append(out, c.Recipient.Value)
			}
		}
	}
	if m.Request != nil {
		out = append(out, m.Request.AssertionConsumerServiceURL.Value)
	}
	return out
}
