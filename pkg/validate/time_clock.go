package validate

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"time"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/saml"
	"github.com/ssodoctor/ssodoctor/pkg/trace"
)

// tolerableSkew is the difference of two clocks that is not worth a word: the
// Date header counts seconds, and a page takes some to be made.
const tolerableSkew = time.Minute

func runClockSkew(x *exam) {
	c, reason := x.msg.clocks()
	if reason != "" {
		x.skip(reason)
		return
	}
	idp, app, ahead := c.idp, c.app, c.app.Sub(c.idp)
	if ahead.Abs() <= tolerableSkew+c.spread {
		return
	}
	direction := "ahead of"
	if ahead < 0 {
		direction = "behind"
	}
	f := fact{
		severity: finding.Info,
		detail: fmt.Sprintf("the clock of %s is %s %s that of the identity provider (± %d s; %s against %s)%s",
			finding.Printable(x.msg.host()), finding.Duration(ahead), direction, max(dateStep, c.spread.Round(dateStep))/time.Second, stamp(app), stamp(idp), x.issuedElsewhen()),
	}
	switch {
	case !x.msg.validAt(idp, c.spread+dateStep): // by its own clock, which the capture shows in whole seconds
	case !x.msg.validAt(app, x.expect.skew()):
		f.severity = finding.Error
		f.detail += x.consequence(ahead)
	case !x.msg.validAt(app, 0):
		f.detail += x.consequence(ahead) + ", unless the app allows for that"
	}
	x.fail(f)
}

// issuedElsewhen says where the identity provider's own clocks differ: the one
// that dates its pages, and the one that dates its tokens.
func (x *exam) issuedElsewhen() string {
	page, _ := x.msg.clockAt(x.msg.page())
	issued := x.msg.issued().Time
	if page.IsZero() || issued.IsZero() {
		return ""
	}
	apart := issued.Sub(page)
	switch {
	case apart.Abs() <= tolerableSkew:
		return ""
	case apart > 0:
		return fmt.Sprintf("; IssueInstant is %s ahead of the identity provider's own pages", finding.Duration(apart))
	}
	return fmt.Sprintf("; IssueInstant is %s behind the identity provider's own pages", finding.Duration(apart))
}

// consequence says which limit a wrong clock of the app misses, and until when
// or since when by the clock of the identity provider.
func (x *exam) consequence(ahead time.Duration) string {
	var start, end time.Time
	for _, a := range x.msg.readable {
		for _, c := range a.Conditions {
			if c.NotBefore.Time.After(start) {
				start = c.NotBefore.Time
			}
			if t := c.NotOnOrAfter.Time; end.IsZero() || !t.IsZero() && t.Before(end) {
				end = t
			}
		}
	}
	switch {
	case ahead < 0 && !start.IsZero():
		return fmt.Sprintf(", so NotBefore fails there until %s", start.Add(-ahead).UTC().Format(time.TimeOnly))
	case ahead > 0 && !end.IsZero():
		return fmt.Sprintf(", so NotOnOrAfter has passed there since %s", end.Add(-ahead).UTC().Format(time.TimeOnly))
	}
	return ", so a token that is valid looks invalid to the app"
}

// twoClocks is what the clocks of identity provider and app showed when a
// message was delivered, and how exact their difference is.
type twoClocks struct {
	idp, app time.Time
	spread   time.Duration
}

// clocks returns what the two clocks showed, or the reason why that is not
// known. The time between two exchanges is taken from the capture, whose own
// clock may be wrong.
func (m *message) clocks() (c twoClocks, reason string) {
	if !m.delivered() {
		return c, "the capture does not show the message being sent to the app"
	}
	delivery := m.exchange(m.carrier.Exchange)
	if c.app, c.spread = m.clockAt(delivery); c.app.IsZero() || delivery.ServerDate.IsZero() {
		return c, "the capture shows no Date header of the app"
	}
	c.idp = m.issued().Time
	if page := m.page(); page != nil && !page.Time.IsZero() && !delivery.Time.IsZero() {
		if shown, spread := m.clockAt(page); !shown.IsZero() {
			c.idp, c.spread = shown, c.spread+spread
		}
		if !c.idp.IsZero() {
			c.idp = c.idp.Add(max(0, delivery.Time.Sub(page.Time)))
			return c, ""
		}
	}
	if c.idp.IsZero() {
		return c, "the capture shows no time of the identity provider"
	}
	waited := delivery.Time.Sub(c.idp)
	switch {
	case !delivery.Time.IsZero() && waited.Abs() <= tolerableSkew:
		c.idp = c.idp.Add(max(0, waited))
		return c, ""
	case c.app.Before(c.idp):
		return c, ""
	}
	return c, "the capture does not show when the token was issued, so that a long wait looks like a wrong clock"
}

// appTime is what the app's clock showed when it answered the message, zero
// where the capture does not tell.
func (m *message) appTime() time.Time {
	if !m.delivered() {
		return time.Time{}
	}
	at, _ := m.clockAt(m.exchange(m.carrier.Exchange))
	return at
}

// page is the exchange in which the identity provider handed the message out,
// nil where the capture does not have it.
func (m *message) page() *trace.Exchange {
	for _, s := range m.carrier.Sightings {
		if !s.Place.Delivered() && s.Exchange >= 0 && s.Exchange < m.carrier.Exchange {
			return m.exchange(s.Exchange)
		}
	}
	return nil
}

// delivered reports whether the capture shows the message being sent to its
// receiver.
func (m *message) delivered() bool {
	return slices.ContainsFunc(m.carrier.Sightings, func(s trace.Sighting) bool {
		return s.Place.Delivered() && s.Exchange >= 0 && s.Exchange == m.carrier.Exchange
	})
}

// exchange finds an exchange of the capture by its number; nil where it was
// not kept.
func (m *message) exchange(index int) *trace.Exchange {
	es := m.capture.Exchanges
	i, ok := slices.BinarySearchFunc(es, index, func(e trace.Exchange, index int) int { return cmp.Compare(e.Index, index) })
	if !ok {
		return nil
	}
	return &es[i]
}

// host is the host name of the app.
func (m *message) host() string {
	u, err := url.Parse(m.carrier.PostedTo)
	if err != nil || u.Host == "" {
		return "the app"
	}
	return u.Host
}

// validAt reports whether a clock that shows t finds every assertion valid.
func (m *message) validAt(t time.Time, skew time.Duration) bool {
	for _, a := range m.readable {
		for _, c := range a.Conditions {
			if !within(c.NotBefore, c.NotOnOrAfter, t, skew) {
				return false
			}
		}
	}
	for _, bearers := range m.bearers {
		if _, late := lacking(bearers, func(c *saml.Confirmation) bool { return within(c.NotBefore, c.NotOnOrAfter, t, skew) }); late {
			return false
		}
	}
	return true
}

func within(start, end saml.Instant, t time.Time, skew time.Duration) bool {
	return (start.Time.IsZero() || !start.Time.After(t.Add(skew))) &&
		(end.Time.IsZero() || t.Add(-skew).Before(end.Time))
}
