package report

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/validate"
)

// shownClaims is how many claims a summary shows, so that it fits one screen.
const shownClaims = 20

// shownValue is how many characters of one value a summary shows.
const shownValue = 200

const timeFormat = "2006-01-02 15:04:05 UTC"

// Messages writes the summary of every message.
func Messages(w io.Writer, messages []validate.MessageView, o Options) error {
	p := newPage(w, o)
	for i := range messages {
		if i > 0 {
			p.blank()
		}
		p.message(&messages[i])
	}
	return p.w.Flush()
}

// message writes the one-screen summary of a message.
func (p *page) message(m *validate.MessageView) {
	p.heading(fmt.Sprintf("MESSAGE %d", m.Index), title(m))
	from := map[string]string{"flag": "as --at says", "capture": "when it was captured", "now": "now: the capture has no time"}
	p.fact("judged at", m.Evaluated.At.Format(timeFormat)+" ("+from[m.Evaluated.From]+")")
	p.fact("posted to", m.PostedTo)
	p.fact("seen", sightings(m))
	p.fact("issuer", m.Issuer)
	p.fact("destination", m.Destination)
	if m.Status != nil {
		p.fact("status", strings.TrimSpace(short(m.Status.Code)+" "+short(m.Status.Subcode)+" "+m.Status.Message))
	}
	for _, s := range m.Signatures {
		p.fact("signature", signature(s))
	}
	for _, a := range m.Assertions {
		p.assertion(m, &a)
	}
}

func title(m *validate.MessageView) string {
	parts := []string{m.Type}
	if m.Type == "" {
		parts[0] = "unreadable"
	}
	if m.Binding != "" {
		parts[0] += " by " + m.Binding
	}
	in := m.Input
	if m.Exchange != nil {
		in += fmt.Sprintf(", exchange %d", *m.Exchange)
	}
	return strings.Join(append(parts, in), ", ")
}

// sightings says where else the message was seen than where it was delivered.
func sightings(m *validate.MessageView) string {
	if len(m.Sightings) < 2 {
		return ""
	}
	parts := make([]string, len(m.Sightings))
	for i, s := range m.Sightings {
		parts[i] = s.Where
		if s.Exchange >= 0 {
			parts[i] += fmt.Sprintf(" of exchange %d", s.Exchange)
		}
	}
	return strings.Join(parts, ", ")
}

func (p *page) fact(label, text string) {
	if text != "" {
		p.row(2, 13, label, finding.Shorten(text, 4*shownValue), nil)
	}
}

// short is what stands behind the last colon or slash of a URI.
func short(uri string) string {
	return uri[strings.LastIndexAny(strings.TrimRight(uri, "/"), ":/#")+1:]
}

func signature(s validate.SignatureView) string {
	covers := s.Covers
	if covers == "" {
		covers = "nothing"
	}
	out := fmt.Sprintf("over %s, %s, digest %s, value %s, key %s", covers, s.SignatureAlgorithm, s.Digest, s.Value, s.Key)
	if s.Position != "ok" {
		out += ", " + s.Position
	}
	if c := s.Certificate; c != nil {
		out += fmt.Sprintf("; %s, valid until %s, SHA-1 %s", c.Subject, c.NotAfter.Format(time.DateOnly), strings.ToUpper(c.SHA1))
	}
	return out
}

func (p *page) assertion(m *validate.MessageView, a *validate.AssertionView) {
	switch {
	case a.Unread != "":
		p.fact("assertion", "encrypted, not decrypted: "+a.Unread)
		return
	case a.Encrypted:
		p.fact("assertion", "encrypted, and decrypted here")
	}
	if a.Issuer != m.Issuer {
		p.fact("issuer", a.Issuer+" (assertion)")
	}
	if a.Subject != nil {
		subject := a.Subject.NameID
		if a.Subject.Format != "" {
			subject += " (" + short(a.Subject.Format) + ")"
		}
		p.fact("subject", subject)
		for _, c := range a.Subject.Confirmations {
			p.fact("recipient", c.Recipient)
		}
	}
	if a.Conditions != nil {
		p.fact("audience", strings.Join(a.Conditions.Audiences, " or "))
		p.fact("valid", window(a.Conditions.NotBefore, a.Conditions.NotOnOrAfter))
	}
	if a.Authn != nil {
		p.fact("signed in", strings.TrimSpace(short(a.Authn.Context)+" "+at(a.Authn.Instant)))
	}
	for i, claim := range a.Attributes {
		if i == shownClaims {
			p.row(2, 13, "", fmt.Sprintf("and %d more (ssodoctor decode shows all)", len(a.Attributes)-shownClaims), p.paint.faint)
			break
		}
		label := ""
		if i == 0 {
			label = "claims"
		}
		p.row(2, 13, label, claim.Name+" = "+finding.Shorten(strings.Join(claim.Values, ", "), shownValue), nil)
	}
}

func window(from, until *time.Time) string {
	var parts []string
	if from != nil {
		parts = append(parts, "from "+from.Format(timeFormat))
	}
	if until != nil {
		parts = append(parts, "until "+until.Format(timeFormat))
	}
	return strings.Join(parts, " ")
}

func at(t *time.Time) string {
	if t == nil {
		return ""
	}
	return "at " + t.Format(timeFormat)
}
