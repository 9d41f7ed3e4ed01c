package validate

import (
	"regexp"
	"slices"
	"time"

	"github.com/ssodoctor/ssodoctor/internal/samltest"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

var fixturesB = slices.Concat(fixturesEndpoint, fixturesIdentity, fixturesTime, fixturesSubject, fixturesNameID, fixturesAuthn, fixturesClaim, fixturesFlow)

// profilePattern is a pattern as profiles have them: a value that it refuses
// is worth a warning.
func profilePattern(expr, shown string) Pattern {
	return Pattern{Regexp: regexp.MustCompile(expr), Shown: shown, Source: "profile test"}
}

// onlyPattern makes the Reply URL known by a pattern alone.
func onlyPattern(s *scene) {
	s.expect.ReplyURLs = nil
	s.expect.ReplyURLPatterns = []Pattern{profilePattern(`^https://halo\.contoso\.com/`, "https://(halo host)/…")}
}

// post changes the exchange that delivers the response.
func post(change func(*samltest.Exchange)) func(*scene) {
	return func(s *scene) {
		s.exchanges = func(es []samltest.Exchange) []samltest.Exchange {
			change(&es[2])
			return es
		}
	}
}

// postedOn is a capture that starts with the app handing the response on: from a
// page, to another address.
func postedOn(to, page string) func(*scene) {
	return func(s *scene) {
		post(func(e *samltest.Exchange) {
			e.URL = to
			e.RequestHeaders = []samltest.Header{{Name: "Referer", Value: page}}
		})(s)
		inner := s.exchanges
		s.exchanges = func(es []samltest.Exchange) []samltest.Exchange { return inner(es)[2:] }
	}
}

// unknownReplyURL leaves it to the capture to show where the app receives.
func unknownReplyURL(set func(*scene)) func(*scene) {
	return func(s *scene) { s.expect.ReplyURLs = nil; set(s) }
}

var fixturesEndpoint = []fixture{
	{check: "destination-mismatch", name: "trailing slash",
		fire: func(s *scene) { s.response.Destination += "/" },
		want: want{expected: []string{samltest.ACS}, actual: samltest.ACS + "/", difference: "trailing slash"}},
	{check: "destination-mismatch", name: "letter case",
		fire: func(s *scene) { s.response.Destination = "https://halo.contoso.com/Auth/SAML" },
		want: want{difference: "letter case"}},
	{check: "destination-mismatch", name: "http behind a proxy",
		fire: func(s *scene) { s.response.Destination = "http://halo.contoso.com/auth/saml" },
		want: want{difference: "scheme", detail: samltest.ACS}},
	{check: "destination-mismatch", name: "known from the capture alone", base: func(s *scene) { s.expect.ReplyURLs = nil },
		fire: func(s *scene) { s.response.Destination = "https://halo-test.contoso.com/auth/saml" },
		want: want{expected: []string{samltest.ACS}, difference: "host"}},
	{check: "destination-mismatch", name: "posted on by another site", base: unknownReplyURL(postedOn("https://halo.contoso.com/auth/next", samltest.ACS)),
		fire: postedOn("https://www.halo.contoso.com/auth/next", samltest.ACS),
		want: want{expected: []string{"https://www.halo.contoso.com/auth/next"}, actual: samltest.ACS}},
	{check: "destination-mismatch", name: "posted on by a page that it does not name", base: unknownReplyURL(postedOn("https://halo.contoso.com/auth/next", samltest.ACS)),
		fire: postedOn("https://halo.contoso.com/auth/next", "https://halo.contoso.com/auth"),
		want: want{expected: []string{"https://halo.contoso.com/auth/next"}, actual: samltest.ACS}},
	{check: "destination-mismatch", name: "known from a profile alone", base: func(s *scene) { s.only(); onlyPattern(s) },
		fire: func(s *scene) { s.response.Destination = "https://halo-test.contoso.com/auth/saml" },
		want: want{severity: finding.Warning, expected: []string{"https://(halo host)/…"}}},
	{check: "destination-missing", name: "absent", base: func(s *scene) { s.part = samltest.SignResponse },
		fire: func(s *scene) { s.response.Destination = "" }, want: want{expected: []string{samltest.ACS}}},
	{check: "destination-missing", name: "empty", base: func(s *scene) { s.part = samltest.SignResponse },
		fire: func(s *scene) { s.response.Destination = samltest.Empty }, want: want{detail: "empty"}},
	{check: "recipient-mismatch", name: "port",
		fire: func(s *scene) {
			s.assertion().Confirmations[0].Recipient = "https://halo.contoso.com:8443/auth/saml"
		},
		want: want{expected: []string{samltest.ACS}, difference: "port"}},
	{check: "recipient-mismatch", name: "both of two", base: twoConfirmations,
		fire: func(s *scene) {
			for _, c := range s.assertion().Confirmations {
				c.Recipient = "https://elsewhere.contoso.com/"
			}
		}},
	{check: "recipient-missing", name: "absent",
		fire: func(s *scene) { s.assertion().Confirmations[0].Recipient = "" },
		want: want{expected: []string{samltest.ACS}}},
	{check: "reply-url-mismatch", name: "another path",
		fire: post(func(e *samltest.Exchange) { e.URL = "https://halo.contoso.com/auth/oidc" }),
		want: want{expected: []string{samltest.ACS}, actual: "https://halo.contoso.com/auth/oidc", difference: "path"}},
	{check: "reply-url-mismatch", name: "posted on by another site", base: postedOn("https://halo.contoso.com/auth/next", samltest.ACS),
		fire: postedOn("https://www.halo.contoso.com/auth/next", samltest.ACS)},
	{check: "reply-url-mismatch", name: "known from a profile alone", base: onlyPattern,
		fire: post(func(e *samltest.Exchange) { e.URL = "https://elsewhere.contoso.com/auth/saml" }),
		want: want{severity: finding.Warning}},
	{check: "reply-url-mismatch", name: "fixed by a profile", base: func(s *scene) {
		onlyPattern(s)
		s.expect.ReplyURLPatterns[0].Strict = true
	},
		fire: post(func(e *samltest.Exchange) { e.URL = "https://elsewhere.contoso.com/auth/saml" })},
	{check: "reply-url-insecure", name: "plain http",
		fire: post(func(e *samltest.Exchange) { e.URL = "http://halo.contoso.com/auth/saml" }),
		want: want{actual: "http://halo.contoso.com/auth/saml"}},
}

// twoConfirmations is a correct sign-in with two bearer confirmations of which
// the first is meant for another address.
func twoConfirmations(s *scene) {
	other := samltest.NewConfirmation()
	other.Recipient = "https://halo-old.contoso.com/auth/saml"
	s.assertion().Confirmations = []*samltest.Confirmation{other, samltest.NewConfirmation()}
}

// issuedBy makes another identity provider issue the token.
func issuedBy(issuer string) func(*scene) {
	return func(s *scene) { s.response.Issuer, s.assertion().Issuer = issuer, issuer }
}

const otherTenantIssuer = "https://sts.windows.net/11111111-2222-4333-8444-555555555555/"

var fixturesIdentity = []fixture{
	{check: "issuer-mismatch", name: "another tenant", fire: issuedBy(otherTenantIssuer),
		want: want{expected: []string{samltest.Issuer}, actual: otherTenantIssuer, detail: "another tenant"}},
	{check: "issuer-mismatch", name: "still AD FS", fire: issuedBy("http://adfs.contoso.com/adfs/services/trust"),
		want: want{detail: "(Active Directory Federation Services)"}},
	{check: "issuer-mismatch", name: "slash lost", fire: issuedBy(samltest.Issuer[:len(samltest.Issuer)-1]),
		want: want{difference: "trailing slash"}},
	{check: "issuer-mismatch", name: "assertion only", fire: func(s *scene) { s.assertion().Issuer = otherTenantIssuer },
		want: want{expected: []string{samltest.Issuer}, detail: "but the response around it"}},
	{check: "issuer-mismatch", name: "nothing given", base: func(s *scene) { s.expect.Issuers = nil }, quiet: "not-checked",
		fire: func(s *scene) { s.assertion().Issuer = otherTenantIssuer }},
	{check: "audience-mismatch", name: "trailing slash", fire: func(s *scene) { s.assertion().Audiences = []string{samltest.EntityID + "/"} },
		want: want{expected: []string{samltest.EntityID}, actual: samltest.EntityID + "/", difference: "trailing slash"}},
	{check: "audience-mismatch", name: "nearest of several", fire: func(s *scene) {
		s.assertion().Audiences = []string{"urn:other", "https://HALO.contoso.com"}
	},
		want: want{actual: "https://HALO.contoso.com", difference: "letter case"}},
	{check: "audience-mismatch", name: "second restriction", fire: func(s *scene) { s.assertion().MoreAudiences = [][]string{{"urn:other"}} },
		want: want{actual: "urn:other"}},
	{check: "audience-mismatch", name: "spn prefix", base: func(s *scene) {
		s.expect.EntityIDs[0].Value, s.assertion().Audiences = "halo", []string{"halo"}
	},
		fire: func(s *scene) { s.assertion().Audiences = []string{"spn:halo"} }, want: want{detail: "spn:"}},
	{check: "audience-mismatch", name: "known from the request alone", base: func(s *scene) { s.expect.EntityIDs = nil },
		fire: func(s *scene) { s.assertion().Audiences = []string{"urn:other"} },
		want: want{severity: finding.Warning, expected: []string{samltest.EntityID}}},
	{check: "audience-mismatch", name: "fits the profile, but not the request", base: onlyIdentifierPattern,
		fire: func(s *scene) { s.assertion().Audiences = []string{"halo.contoso.com"} }, want: want{severity: finding.Warning, detail: "called itself"}},
	{check: "audience-mismatch", name: "known from a profile alone", base: func(s *scene) {
		s.expect.EntityIDs = nil
		s.expect.EntityIDPatterns = []Pattern{profilePattern(`^https://halo\.`, "https://halo.(domain)")}
	},
		fire: func(s *scene) { s.assertion().Audiences = []string{"urn:other"} }, want: want{severity: finding.Warning}},
	{check: "audience-missing", name: "no restriction", fire: func(s *scene) { s.assertion().Audiences = nil },
		want: want{expected: []string{samltest.EntityID}}},
	{check: "audience-missing", name: "empty audience", fire: func(s *scene) { s.assertion().Audiences = []string{samltest.Empty} },
		want: want{detail: "names no Audience"}},
	{check: "audience-missing", name: "bare assertion", base: bareAssertion, fire: func(s *scene) { s.assertion().Audiences = nil },
		want: want{severity: finding.Warning}},
	{check: "entity-id-acs-swapped", name: "audience", fire: func(s *scene) { s.assertion().Audiences = []string{samltest.ACS} },
		want: want{expected: []string{samltest.EntityID}, actual: samltest.ACS}},
	{check: "entity-id-acs-swapped", name: "destination", fire: func(s *scene) { s.response.Destination = samltest.EntityID },
		want: want{expected: []string{samltest.ACS}, actual: samltest.EntityID}},
	{check: "entity-id-acs-swapped", name: "Entity ID not given", quiet: "not-checked", base: func(s *scene) { s.expect.EntityIDs = nil },
		fire: func(s *scene) {
			s.expect.EntityIDs = []Value{{samltest.EntityID, "--entity-id"}}
			s.response.Destination = samltest.EntityID
		}},
}

// bareAssertion makes the input the assertion without its response.
func bareAssertion(s *scene) {
	s.part = 0
	s.carry = func(_, _ string) string { return s.assertion().XML() }
}

// unknownTime makes the input the response alone, examined after d.
func unknownTime(d time.Duration) func(*scene) {
	return func(s *scene) {
		s.only()
		s.clock.Now = samltest.Time.Add(d)
	}
}

// appClock sets the Date header of the app's answer to the response.
func appClockAt(d time.Duration) func(*scene) {
	return post(func(e *samltest.Exchange) {
		date := samltest.Time.Add(d).Format("Mon, 02 Jan 2006 15:04:05 GMT")
		e.ResponseHeaders = append(e.ResponseHeaders, samltest.Header{Name: "Date", Value: date})
	})
}

var fixturesTime = []fixture{
	{check: "clock-skew", name: "app behind", fire: appClockAt(-10 * time.Minute),
		want: want{detail: "10 m 4 s behind"}},
	{check: "clock-skew", name: "app ahead", fire: appClockAt(70 * time.Minute),
		want: want{detail: "1 h 9 m ahead of"}},
	{check: "clock-skew", name: "harmless", fire: appClockAt(-2 * time.Minute), want: want{severity: finding.Info}},
	{check: "clock-skew", name: "harmless but for strict apps", fire: appClockAt(-6*time.Minute - 12*time.Second), want: want{severity: finding.Info, detail: "so NotBefore fails there until 10:01:16, unless the app allows for that"}},
	{check: "clock-skew", name: "no page of the identity provider", base: withoutPage, fire: func(s *scene) {
		appClockAt(-10 * time.Minute)(s)
		with := s.exchanges
		s.exchanges = func(es []samltest.Exchange) []samltest.Exchange { return with(es)[2:] }
	}},
	{check: "validity-window-invalid", name: "ends before it begins", fire: func(s *scene) { s.assertion().NotOnOrAfter = samltest.At(-6 * time.Minute) },
		want: want{detail: "which is never"}},
	{check: "validity-window-invalid", name: "unreadable", fire: func(s *scene) { s.assertion().NotOnOrAfter = "21.11.2026 11:00" },
		want: want{actual: "21.11.2026 11:00"}},
	{check: "validity-window-invalid", name: "no zone", fire: func(s *scene) { s.assertion().NotOnOrAfter = "2026-11-21T11:00:00" },
		want: want{severity: finding.Warning, detail: "has no time zone"}},
	{check: "validity-window-unusual", name: "half a minute", fire: func(s *scene) {
		s.assertion().NotBefore, s.assertion().NotOnOrAfter = samltest.At(-10*time.Second), samltest.At(20*time.Second)
	},
		want: want{detail: "30 s"}},
	{check: "validity-window-unusual", name: "a week", fire: func(s *scene) { s.assertion().NotOnOrAfter = samltest.At(7 * 24 * time.Hour) },
		want: want{detail: "7 d"}},
	{check: "assertion-not-yet-valid", name: "by the capture", fire: func(s *scene) { s.assertion().NotBefore = samltest.At(10 * time.Minute) },
		want: want{detail: "9 m 56 s after the sign-in was captured (allowed are 3 m, 9 m 56 s would be needed)"}},
	{check: "assertion-not-yet-valid", name: "by the present time", base: unknownTime(time.Minute),
		fire: func(s *scene) { s.assertion().NotBefore = samltest.At(30 * time.Minute) }},
	{check: "assertion-expired", name: "by the capture", fire: func(s *scene) { s.assertion().NotOnOrAfter = samltest.At(-4 * time.Minute) },
		want: want{detail: "4 m 4 s before the sign-in was captured (allowed are 3 m, 4 m 5 s would be needed)"}},
	{check: "assertion-expired", name: "by --at", base: func(s *scene) { s.clock.At = samltest.Time.Add(30 * time.Minute) },
		fire: func(s *scene) { s.clock.At = samltest.Time.Add(2 * time.Hour) }, want: want{detail: "1 h before the time given with --at"}},
	{check: "assertion-expired", name: "smaller tolerance", base: func(s *scene) { s.clock.At = samltest.Time.Add(61 * time.Minute) },
		fire: func(s *scene) { s.expect.Skew = 30 * time.Second }},
	{check: "confirmation-expired", name: "by the capture", fire: func(s *scene) {
		s.assertion().Confirmations[0].NotOnOrAfter = samltest.At(-4 * time.Minute)
	}},
	{check: "confirmation-expired", name: "all of two", base: func(s *scene) {
		twoConfirmations(s)
		s.assertion().Confirmations[0].NotOnOrAfter = samltest.At(-4 * time.Minute)
	}, fire: func(s *scene) { s.assertion().Confirmations[1].NotOnOrAfter = samltest.At(-4 * time.Minute) }},
	{check: "session-expired", name: "by the capture", fire: func(s *scene) {
		s.assertion().Authn[0].SessionNotOnOrAfter = samltest.At(-10 * time.Minute)
	}},
	{check: "issue-instant-future", name: "ten minutes", fire: func(s *scene) { s.response.IssueInstant = samltest.At(10 * time.Minute) }},
	{check: "issue-instant-old", name: "two minutes", fire: func(s *scene) { s.response.IssueInstant = samltest.At(-2 * time.Minute) },
		want: want{severity: finding.Info, detail: "2 m 4 s before it was sent"}},
	{check: "evaluation-time-assumed", name: "an hour after the end", base: unknownTime(30 * time.Minute),
		fire: func(s *scene) { s.clock.Now = samltest.Time.Add(2 * time.Hour) }},
}

// withoutPage keeps the delivery and what follows.
func withoutPage(s *scene) {
	s.exchanges = func(es []samltest.Exchange) []samltest.Exchange { return es[2:] }
}
