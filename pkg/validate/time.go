package validate

import (
	"fmt"
	"time"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/saml"
)

// Windows of validity that nobody sets up on purpose.
const (
	shortestWindow = time.Minute
	longestWindow  = 24 * time.Hour
)

// staleIssue is the shortest time after which a service provider refuses a
// message by its IssueInstant alone (crewjam/saml).
const staleIssue = 90 * time.Second

const timeNotKnown = "the time of the sign-in is not known: give --at, or a capture that holds times"

var lateFixes = []finding.Fix{
	{System: finding.User, Place: "the browser", Action: "start a new sign-in at the app, not from a bookmark or the back button"},
	{System: finding.App, Place: appClock, Action: "compare it with the true time, and let NTP keep it"},
	{System: finding.ADFS, Place: adfsTokenLifetime, Action: "raise TokenLifetime if users need longer than that between the two pages"},
	{System: finding.Entra, Place: entraTokenLifetime, Action: "raise the lifetime if users need longer than that between the two pages"},
}

var earlyFixes = []finding.Fix{
	{System: finding.App, Place: appClock, Action: "compare it with the true time, let NTP keep it, and allow a few minutes of clock difference"},
	{System: finding.ADFS, Place: adfsClock, Action: "compare it with the true time; until it is right, NotBeforeSkew of Set-AdfsRelyingPartyTrust helps"},
}

var windowFixes = []finding.Fix{
	{System: finding.ADFS, Place: adfsTokenLifetime, Action: "set TokenLifetime to 60 minutes"},
	{System: finding.Entra, Place: entraTokenLifetime, Action: "remove the policy from the app, or set it to one hour"},
	{System: finding.App, Place: "the identity provider's token template", Action: "write NotBefore and NotOnOrAfter in UTC with a Z, about an hour apart"},
}

var timeChecks = []*Check{
	{
		Name: "clock-skew", Severity: finding.Error, Family: FamilyTime, Scope: OfToken,
		Title: "The clocks of app and identity provider differ",
		Why:   "The app judges the token by its own clock: one that is wrong by minutes makes a good token look expired or not yet valid.",
		Cause: "A server whose clock nobody keeps: NTP is off, a virtual machine was paused, or the time zone was changed in place of the clock.",
		Fixes: []finding.Fix{
			{System: finding.App, Place: appClock, Action: "set it to the true time and let NTP keep it"},
			{System: finding.ADFS, Place: adfsClock, Action: "if that is the one that is wrong, set it to the true time and let the domain keep it"},
		},
		Reference: "SAML Core 2.5.1.2, errata E94",
		Since:     "0.1.0",
		Explains:  []string{"assertion-not-yet-valid", "assertion-expired", "confirmation-expired", "issue-instant-future", "issue-instant-old", "wsfed-lifetime", "flow-app-rejected", "flow-login-loop"},
		run:       runClockSkew,
	},
	{
		Name: "validity-window-invalid", Severity: finding.Error, Family: FamilyTime, Scope: OfToken,
		Title:     "The validity of the assertion makes no sense",
		Why:       "An assertion that ends before it begins, or whose times cannot be read, is never valid.",
		Cause:     "A home-grown identity provider that writes local time, an empty date or a date in the style of its country.",
		Fixes:     windowFixes,
		Reference: "SAML Core 2.5.1, 1.3.3",
		Since:     "0.1.0",
		Explains:  []string{"assertion-not-yet-valid", "assertion-expired", "confirmation-expired"},
		run:       runWindowInvalid,
	},
	{
		Name: "validity-window-unusual", Severity: finding.Warning, Family: FamilyTime, Scope: OfToken,
		Title:     "The assertion is valid for an unusual time",
		Why:       "A window below a minute fails at the smallest clock difference; one above a day lets a stolen token be used for long.",
		Cause:     "A token lifetime that was set in the wrong unit.",
		Fixes:     windowFixes,
		Reference: "SAML Core 2.5.1",
		Since:     "0.1.0",
		run: func(x *exam) {
			for c := range x.conditions() {
				window := c.NotOnOrAfter.Time.Sub(c.NotBefore.Time)
				switch {
				case c.NotBefore.Time.IsZero() || c.NotOnOrAfter.Time.IsZero():
					x.skip("the assertion does not say from when to when it is valid")
				case window > 0 && (window < shortestWindow || window > longestWindow):
					x.fail(fact{field: c.NotOnOrAfter.Field, detail: "the assertion is valid for " + finding.Duration(window) + "; usual is about an hour"})
				}
			}
		},
	},
	{
		Name: "assertion-not-yet-valid", Severity: finding.Error, Family: FamilyTime, Scope: OfToken,
		Title:     "The assertion is not valid yet",
		Why:       "The app refuses an assertion before its NotBefore.",
		Cause:     "The app's clock is behind that of the identity provider, and neither side allows for a difference.",
		Fixes:     earlyFixes,
		Reference: "SAML Core 2.5.1.2",
		Since:     "0.1.0",
		Explains:  []string{"issue-instant-future"},
		run: func(x *exam) {
			for c := range x.conditions() {
				x.judgeStart(c.NotBefore, "the assertion becomes valid at")
			}
		},
	},
	{
		Name: "assertion-expired", Severity: finding.Error, Family: FamilyTime, Scope: OfToken,
		Title:     "The assertion has expired",
		Why:       "The app refuses an assertion from its NotOnOrAfter on.",
		Cause:     "An old page was sent again (back button, bookmark, restored tab), the user waited too long, or the app's clock is ahead.",
		Fixes:     lateFixes,
		Reference: "SAML Core 2.5.1.2",
		Since:     "0.1.0",
		Explains:  []string{"confirmation-expired", "session-expired", "issue-instant-old"},
		run: func(x *exam) {
			for c := range x.conditions() {
				x.judgeEnd(c.NotOnOrAfter, "the assertion ended at")
			}
		},
	},
	{
		Name: "confirmation-expired", Severity: finding.Error, Family: FamilyTime, Scope: OfToken,
		Title:     "The time to deliver the assertion has passed",
		Why:       "A bearer assertion must reach the app before the NotOnOrAfter of its subject confirmation, often five minutes after it was issued.",
		Cause:     "An old page was sent again, a slow page in between, or the app's clock is ahead.",
		Fixes:     lateFixes,
		Reference: "SAML Profiles 4.1.4.3",
		Since:     "0.1.0",
		Explains:  []string{"issue-instant-old"},
		run: func(x *exam) {
			for _, bearers := range x.bearers() {
				if c, ok := lacking(bearers, func(c *saml.Confirmation) bool { return !x.ended(c.NotOnOrAfter) }); ok {
					x.judgeEnd(c.NotOnOrAfter, "the bearer confirmation ended at")
				}
			}
		},
	},
	{
		Name: "session-expired", Severity: finding.Warning, Family: FamilyTime, Scope: OfToken,
		Title:     "The session that the assertion allows is over",
		Why:       "Apps that keep to SessionNotOnOrAfter end the session at once, so the user is sent back to sign in.",
		Cause:     "A session at the identity provider that is older than its limit, or the app's clock is ahead.",
		Fixes:     lateFixes,
		Reference: "SAML Core 2.7.2",
		Since:     "0.1.0",
		run: func(x *exam) {
			for _, a := range x.assertions() {
				for _, s := range a.Authn {
					x.judgeEnd(s.SessionNotOnOrAfter, "the session ended at")
				}
			}
		},
	},
	{
		Name: "issue-instant-future", Severity: finding.Warning, Family: FamilyTime, Scope: OfToken,
		Title:     "The message was issued in the future",
		Why:       "Shibboleth and others refuse a message whose IssueInstant lies ahead of their clock.",
		Cause:     "The clock of the identity provider is ahead, or local time was written as UTC.",
		Fixes:     earlyFixes,
		Reference: "SAML Core 3.2.2, 2.3.3",
		Since:     "0.1.0",
		run: func(x *exam) {
			i := x.msg.issued()
			if i.Time.IsZero() {
				x.skip("the message has no IssueInstant that can be read")
				return
			}
			x.judgeStart(i, "the message says that it was issued at")
		},
	},
	{
		Name: "issue-instant-old", Severity: finding.Warning, Family: FamilyTime, Scope: OfToken,
		Title:     "The message was on its way for long",
		Why:       "Some apps refuse a message that is older than a minute or two, whatever its validity: crewjam/saml after 90 seconds, Shibboleth after about six minutes.",
		Cause:     "The user had to click on a page in between, an old page was sent again, or one of the clocks is wrong.",
		Fixes:     lateFixes,
		Reference: "SAML Core 3.2.2",
		Since:     "0.1.0",
		run:       runIssueInstantOld,
	},
	{
		Name: "evaluation-time-assumed", Severity: finding.Info, Family: FamilyTime, Scope: OfToken,
		Title:     "The token has expired since, and the time of the sign-in is not known",
		Why:       "Every token is expired some time after the sign-in. Without the time of the sign-in nobody can say whether it was when the app saw it.",
		Cause:     "A message without its capture: a copied SAMLResponse, an XML file.",
		Fixes:     []finding.Fix{{System: finding.User, Place: "the command line", Action: "give the time of the sign-in with --at, or examine the capture (HAR) in place of the message alone"}},
		Reference: "SAML Core 2.5.1.2",
		Since:     "0.1.0",
		run:       runTimeAssumed,
	},
}

// moment says what the time is that the message is judged at.
func (e Evaluated) moment() string {
	switch e.From {
	case "capture":
		return "the sign-in was captured"
	case "flag":
		return "the time given with --at"
	}
	return "the present time"
}

// conditions yields the Conditions of all assertions that can be read.
func (x *exam) conditions() func(func(*saml.Conditions) bool) {
	return func(yield func(*saml.Conditions) bool) {
		for _, a := range x.assertions() {
			for _, c := range a.Conditions {
				if !yield(c) {
					return
				}
			}
		}
	}
}

// judgeStart fails where the time comes later than the message is judged, also
// with the tolerance. What begins with the words is completed by the time.
func (x *exam) judgeStart(start saml.Instant, words string) {
	at, skew := x.msg.at, x.expect.skew()
	early := start.Time.Sub(at.At)
	if start.Time.IsZero() || early <= skew {
		return
	}
	f := fact{
		field:  start.Field,
		detail: fmt.Sprintf("%s %s, %s after %s%s", words, stamp(start.Time), finding.Duration(early), at.moment(), tolerance(skew, early)),
		actual: start.Value,
	}
	x.doubt(&f, func(app time.Time) bool { return start.Time.Sub(app) <= skew })
	x.fail(f)
}

// doubt lowers a finding that rests on the clock of the captured computer
// alone, where the app's own clock is known and says otherwise.
func (x *exam) doubt(f *fact, fine func(app time.Time) bool) {
	if x.msg.at.From != "capture" {
		return
	}
	if app := x.msg.appTime(); !app.IsZero() && fine(app) {
		f.severity = finding.Info
		f.detail += fmt.Sprintf("; by the app's own clock (%s) that is not so: the captured computer's is wrong", stamp(app))
	}
}

// judgeEnd fails where the time has passed when the message is judged, also
// with the tolerance. Where that is only the present time, it is not checked.
func (x *exam) judgeEnd(end saml.Instant, words string) {
	at, skew := x.msg.at, x.expect.skew()
	switch {
	case !x.ended(end):
		return
	case at.From == "now":
		x.skip(timeNotKnown)
		return
	}
	late := at.At.Sub(end.Time)
	f := fact{
		field:  end.Field,
		detail: fmt.Sprintf("%s %s, %s before %s%s", words, stamp(end.Time), finding.Duration(late), at.moment(), tolerance(skew, late+time.Second)),
		actual: end.Value,
	}
	x.doubt(&f, func(app time.Time) bool { return app.Sub(end.Time) < skew })
	x.fail(f)
}

// ended reports whether the time has passed, also with the tolerance. An
// absent or unreadable time has not.
func (x *exam) ended(end saml.Instant) bool {
	return !end.Time.IsZero() && x.msg.at.At.Sub(end.Time) >= x.expect.skew()
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// tolerance compares the tolerance with the one that would have helped, as long
// as anybody would allow that much.
func tolerance(allowed, needed time.Duration) string {
	if needed > time.Hour {
		return ""
	}
	return fmt.Sprintf(" (allowed are %s, %s would be needed)", finding.Duration(allowed), finding.Duration(needed))
}

// issued is the IssueInstant of the message, else of its first assertion.
func (m *message) issued() saml.Instant {
	if m.saml.IssueInstant.Present() || len(m.readable) == 0 {
		return m.saml.IssueInstant
	}
	return m.readable[0].IssueInstant
}

func runWindowInvalid(x *exam) {
	for c := range x.conditions() {
		x.judgeWriting(c.NotBefore, "NotBefore of the assertion")
		x.judgeWriting(c.NotOnOrAfter, "NotOnOrAfter of the assertion")
		start, end := c.NotBefore.Time, c.NotOnOrAfter.Time
		if !start.IsZero() && !end.IsZero() && !start.Before(end) {
			x.fail(fact{
				field:  c.NotOnOrAfter.Field,
				detail: fmt.Sprintf("the assertion is valid from %s until %s, which is never", stamp(start), stamp(end)),
				actual: c.NotOnOrAfter.Value,
			})
		}
	}
	for _, bearers := range x.bearers() {
		for _, c := range bearers {
			x.judgeWriting(c.NotOnOrAfter, "NotOnOrAfter of the subject confirmation")
		}
	}
}

// judgeWriting fails on a time that cannot be read, and warns of one that not
// everybody can.
func (x *exam) judgeWriting(i saml.Instant, what string) {
	if i.Problem == "" {
		return
	}
	severity := finding.Error
	if !i.Time.IsZero() {
		severity = finding.Warning
	}
	x.fail(fact{field: i.Field, severity: severity, detail: fmt.Sprintf("%s is %s: it %s", what, finding.Quote(i.Value), i.Problem), actual: i.Value})
}

func runIssueInstantOld(x *exam) {
	i, captured := x.msg.issued(), x.msg.carrier.Time
	switch {
	case captured.IsZero() || !x.msg.delivered():
		x.skip("the capture does not show when the message was sent to the app")
	case i.Time.IsZero():
		x.skip("the message has no IssueInstant that can be read")
	case captured.Sub(i.Time) > staleIssue:
		x.fail(fact{
			field: i.Field, severity: finding.Info,
			detail: fmt.Sprintf("the message was issued at %s, %s before it was sent to the app; some apps refuse that", stamp(i.Time), finding.Duration(captured.Sub(i.Time))),
			actual: i.Value,
		})
	}
}

func runTimeAssumed(x *exam) {
	if x.msg.at.From != "now" {
		return
	}
	var end saml.Instant
	for _, a := range x.assertions() {
		for _, c := range a.Conditions {
			end = earlier(end, c.NotOnOrAfter)
		}
		for _, s := range a.Authn {
			end = earlier(end, s.SessionNotOnOrAfter)
		}
	}
	for _, bearers := range x.bearers() {
		for _, c := range bearers {
			end = earlier(end, c.NotOnOrAfter)
		}
	}
	if x.ended(end) {
		x.fail(fact{
			field:  end.Field,
			detail: fmt.Sprintf("the token ended at %s and the time of the sign-in is not known, so whether it was still valid then was not judged", stamp(end.Time)),
			actual: end.Value,
		})
	}
}

func earlier(a, b saml.Instant) saml.Instant {
	if a.Time.IsZero() || !b.Time.IsZero() && b.Time.Before(a.Time) {
		return b
	}
	return a
}
