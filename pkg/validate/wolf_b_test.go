package validate

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ssodoctor/ssodoctor/internal/samltest"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/profile"
	"github.com/ssodoctor/ssodoctor/pkg/trace"
)

// browserClock shifts what the captured computer thought the time was; the
// servers' clocks are right.
func browserClock(d time.Duration) func(*scene) {
	return func(s *scene) {
		s.exchanges = func(es []samltest.Exchange) []samltest.Exchange {
			for i := range es {
				date := es[i].Time.Format("Mon, 02 Jan 2006 15:04:05 GMT")
				es[i].ResponseHeaders = append(slices.Clone(es[i].ResponseHeaders), samltest.Header{Name: "Date", Value: date})
				es[i].Time = es[i].Time.Add(d)
			}
			return es
		}
	}
}

// addressed makes the app known by another Reply URL, in message and
// capture alike.
func addressed(written, posted string) func(*scene) {
	return func(s *scene) {
		s.expect.ReplyURLs = nil
		s.response.Destination, s.assertion().Confirmations[0].Recipient = written, written
		post(func(e *samltest.Exchange) { e.URL = posted })(s)
	}
}

func TestNoFalseAlarmOfExpectations(t *testing.T) {
	for _, q := range []quietScene{
		{name: "nothing given, message alone", set: func(s *scene) {
			s.only()
			s.expect, s.clock.At = &Expectations{}, samltest.Time
			s.part = 0
		}, want: []string{"error signature-missing"}, reasons: []string{
			"issuer-mismatch", "audience-mismatch", "destination-mismatch", "recipient-mismatch", "reply-url-mismatch", "in-response-to-mismatch",
			"claim-missing", "claim-misnamed", "claim-value-mismatch", "claim-multi-valued", "claim-groups-object-ids", "nameid-format-mismatch",
			"clock-skew", "issue-instant-old", "message-replayed", "authn-context-mismatch", "entity-id-acs-swapped",
		}},
		{name: "an old message is no broken sign-in", set: unknownTime(1000 * time.Hour), want: []string{"info evaluation-time-assumed"},
			reasons: []string{"assertion-expired", "confirmation-expired"}},
		{name: "an old capture is judged at its own time", set: func(s *scene) { s.clock.Now = samltest.Time.Add(1000 * time.Hour) }},
		{name: "age counts only against the capture", set: func(s *scene) {
			s.only()
			s.clock.At = samltest.Time.Add(50 * time.Minute)
		}, reasons: []string{"issue-instant-old"}},
		{name: "within the tolerance", set: func(s *scene) {
			s.assertion().NotBefore, s.assertion().NotOnOrAfter = samltest.At(2*time.Minute), samltest.At(10*time.Minute)
		}},
		{name: "a minute of validity", set: func(s *scene) {
			s.assertion().NotBefore, s.assertion().NotOnOrAfter = samltest.At(0), samltest.At(time.Minute)
		}},
		{name: "a day of validity", set: func(s *scene) {
			s.assertion().NotBefore, s.assertion().NotOnOrAfter = samltest.At(-time.Hour), samltest.At(23*time.Hour)
		}},
		{name: "AD FS: no SessionNotOnOrAfter, short confirmation", set: func(s *scene) {
			s.assertion().Confirmations[0].NotOnOrAfter = samltest.At(5 * time.Minute)
		}},
		{name: "a slow app has no wrong clock", set: appClockAt(50 * time.Second)},
		{name: "one clock is no skew", set: func(s *scene) {
			s.captured = func(c *trace.Capture) { c.Exchanges[2].ServerDate = time.Time{} }
		}, reasons: []string{"clock-skew"}},
		{name: "a long wait is no wrong clock", set: func(s *scene) {
			s.exchanges = func(es []samltest.Exchange) []samltest.Exchange {
				es[2].Time = es[2].Time.Add(20 * time.Minute)
				return es[2:]
			}
		}, want: []string{"info issue-instant-old"}, reasons: []string{"clock-skew"}},
		{name: "the captured computer is behind", set: browserClock(-20 * time.Minute), want: []string{"info assertion-not-yet-valid", "info issue-instant-future"}},
		{name: "the captured computer is ahead", set: browserClock(2 * time.Hour),
			want: []string{"info assertion-expired", "info confirmation-expired", "info issue-instant-old"}},
		{name: "browsers drop the default port", set: addressed("https://HALO.contoso.com:443/auth/saml", samltest.ACS)},
		{name: "browsers add the path", set: addressed("https://halo.contoso.com", "https://halo.contoso.com/")},
		{name: "one of several Reply URLs", set: func(s *scene) {
			s.expect.ReplyURLs = append([]Value{{"https://halo-test.contoso.com/auth/saml", "--acs"}}, s.expect.ReplyURLs...)
		}},
		{name: "Entity ID and Reply URL may be one", set: func(s *scene) {
			s.expect.EntityIDs[0].Value, s.assertion().Audiences = samltest.ACS, []string{samltest.ACS}
			s.request.Issuer = samltest.ACS
		}},
		{name: "one of several audiences", set: func(s *scene) { s.assertion().Audiences = []string{"urn:other", samltest.EntityID} }},
		{name: "one good confirmation suffices", set: twoConfirmations},
		{name: "two audiences, two restrictions", set: func(s *scene) {
			s.assertion().MoreAudiences = [][]string{{"urn:other", samltest.EntityID}}
		}},
		{name: "a request of another hop", set: func(s *scene) {
			s.exchanges = func(es []samltest.Exchange) []samltest.Exchange {
				hop := samltest.NewAuthnRequest()
				hop.ID, hop.Issuer = "id_of_the_hop", "https://login.microsoftonline.com/login.srf"
				hop.AssertionConsumerServiceURL = "https://login.microsoftonline.com/login.srf"
				es[0] = samltest.Redirect(es[0].Time, "https://login.microsoftonline.com/", samltest.RedirectURL(hop.XML()))
				es[1].URL = "https://idp.example/"
				return es
			}
		}, reasons: []string{"in-response-to-mismatch"}},
		{name: "a failed delivery is no replay", set: func(s *scene) {
			s.exchanges = func(es []samltest.Exchange) []samltest.Exchange {
				failed := es[2]
				failed.Status = 0
				return slices.Insert(es, 2, failed)
			}
		}},
		{name: "a delivery that is passed on is no replay", set: func(s *scene) {
			s.exchanges = func(es []samltest.Exchange) []samltest.Exchange {
				passed := es[2]
				passed.Status = 307
				return slices.Insert(es, 2, passed)
			}
		}},
		{name: "unspecified takes every format", set: func(s *scene) {
			s.expect.NameIDFormats[0].Value = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"
			s.request.NameIDFormat, s.assertion().NameID.Format = "", formatPersistent
		}},
		{name: "Windows name without a domain", set: identified(formatWindows, "ada")},
		{name: "optional claims may be absent", set: func(s *scene) {
			s.expect.Claims = append(s.expect.Claims, ClaimExpectation{Name: "groups", Source: "profile"}, ClaimExpectation{Name: "Last_Name"})
		}},
		{name: "an alias is no misnaming", set: func(s *scene) {
			s.expect.Claims = []ClaimExpectation{{Name: "mail", Aliases: []string{samltest.ClaimEmail}, Required: true}}
		}},
		{name: "several values and object IDs, nobody minds", set: func(s *scene) {
			withGroups(groupID, strings.ToUpper(groupID))(s)
		}},
		{name: "one of several values fits", set: both(withGroups(groupID, "Agents"), required(samltest.ClaimGroups+"=^Agents$"))},
		{name: "a link where no groups are", set: func(s *scene) {
			s.assertion().Attributes = append(s.assertion().Attributes, samltest.NewAttribute("https://contoso.com/groups.link", "x"))
		}},
		{name: "WS-Federation", set: func(s *scene) {
			s.part = 0
			token := samltest.NewTokenResponse()
			token.Token = samltest.Signed(token.Token, samltest.NewAssertion11().ID, samltest.RSA())
			s.carry = func(_, _ string) string { return samltest.WSFedForm(token.XML(), "x") }
			s.clock.At, s.expect.Claims = samltest.Time, s.expect.Claims[:1]
		}, reasons: []string{"destination-mismatch", "in-response-to-mismatch"}},
	} {
		t.Run(q.name, func(t *testing.T) { q.run(t) })
	}
}

// rootCause is a sign-in in which one fact leads to several findings.
type rootCause struct {
	name      string
	set       func(*scene)
	diagnosis string
	effects   []string // checks whose finding is caused by the diagnosis
}

func TestRootCausesOfExpectations(t *testing.T) {
	for _, c := range []rootCause{
		{"a clock explains the validity", func(s *scene) {
			appClockAt(-10 * time.Minute)(s)
			s.clock.At = samltest.Time.Add(-10 * time.Minute)
		}, "clock-skew", []string{"assertion-not-yet-valid", "issue-instant-future"}},
		{"a clock explains the end", func(s *scene) {
			appClockAt(2 * time.Hour)(s)
			s.clock.At = samltest.Time.Add(2 * time.Hour)
		}, "clock-skew", []string{"assertion-expired", "confirmation-expired"}},
		{"an expired assertion explains its confirmation", func(s *scene) {
			s.clock.At = samltest.Time.Add(2 * time.Hour)
			s.assertion().Authn[0].SessionNotOnOrAfter = samltest.At(time.Hour)
		}, "assertion-expired", []string{"confirmation-expired", "session-expired"}},
		{"a window that makes no sense is never valid", func(s *scene) {
			s.assertion().NotOnOrAfter = samltest.At(-6 * time.Minute)
		}, "validity-window-invalid", []string{"assertion-expired"}},
		{"Destination and Recipient are one Reply URL", func(s *scene) {
			s.response.Destination += "/"
			s.assertion().Confirmations[0].Recipient += "/"
		}, "destination-mismatch", []string{"recipient-mismatch"}},
		{"posted to the wrong place", func(s *scene) {
			addressed("https://elsewhere.example/", "https://elsewhere.example/")(s)
			s.expect.ReplyURLs = []Value{{samltest.ACS, "--acs"}}
		}, "reply-url-mismatch", []string{"destination-mismatch", "recipient-mismatch"}},
		{"Identifier and Reply URL are mixed up", func(s *scene) {
			s.assertion().Audiences = []string{samltest.ACS}
			s.response.Destination = samltest.EntityID
			s.assertion().Confirmations[0].Recipient = samltest.EntityID
		}, "entity-id-acs-swapped", []string{"audience-mismatch", "destination-mismatch", "recipient-mismatch"}},
		{"a wrong name explains the missing claim", func(s *scene) { s.assertion().Remove("first_name") },
			"claim-misnamed", []string{"claim-missing"}},
		{"too many groups explain the missing claim", func(s *scene) {
			required("groups")(s)
			s.assertion().Attributes = append(s.assertion().Attributes, samltest.NewAttribute(groupsLink, "https://graph.microsoft.com/x"))
		}, "claim-groups-overage", []string{"claim-missing"}},
		{"object IDs explain the value", func(s *scene) {
			withGroups(groupID)(s)
			required(samltest.ClaimGroups + "=^Agents$")(s)
		}, "claim-groups-object-ids", []string{"claim-value-mismatch"}},
		{"a bad status explains the missing assertion", func(s *scene) {
			s.response.StatusCodes = []string{"urn:oasis:names:tc:SAML:2.0:status:Responder"}
			s.assertion().Audiences = []string{"urn:other"}
		}, "status-not-success", []string{"audience-mismatch"}},
	} {
		t.Run(c.name, func(t *testing.T) { c.run(t) })
	}
}

func (c rootCause) run(t *testing.T) {
	s := newScene()
	c.set(s)
	r := s.report(t)
	if r.Diagnosis == nil || r.Diagnosis.Check != c.diagnosis || r.Diagnosis.Summary == "" || len(r.Diagnosis.Fixes) == 0 {
		explain(t, r)
		t.Fatalf("diagnosis %+v, want %s", r.Diagnosis, c.diagnosis)
	}
	for _, effect := range c.effects {
		if found := of(r, effect); len(found) == 0 || found[0].CausedBy != c.diagnosis {
			explain(t, r)
			t.Errorf("%s: %d findings, want one that is caused by %s", effect, len(found), c.diagnosis)
		}
	}
}

// TestClaimsAreSeparate holds that the wrong name of one claim does not explain
// that another one is missing.
func TestClaimsAreSeparate(t *testing.T) {
	s := newScene()
	s.expect.Claims = append(s.expect.Claims, ClaimExpectation{Name: "cost_centre", Required: true})
	s.assertion().Remove("first_name")
	for _, f := range of(s.report(t), "claim-missing") {
		want := ""
		if f.Expected[0] == "first_name" {
			want = "claim-misnamed"
		}
		if f.CausedBy != want {
			t.Errorf("%s is missing because of %q, want %q", f.Expected[0], f.CausedBy, want)
		}
	}
}

// TestProfilesAlone holds that a correct sign-in to an app, examined with the
// profile of the app and nothing else, is no error and brings no warning.
func TestProfilesAlone(t *testing.T) {
	for _, name := range profile.Names() {
		p, err := profile.Load(name)
		if err != nil {
			t.Fatal(err)
		}
		if p.App == nil {
			continue
		}
		for _, variant := range append([]string{name}, p.VariantNames()...) {
			t.Run(variant, func(t *testing.T) { correctFor(t, variant) })
		}
	}
}

// correctFor examines the sign-in that the profile describes.
func correctFor(t *testing.T, name string) {
	p, err := profile.Load(name)
	if err != nil {
		t.Fatal(err)
	}
	apps := []*profile.App{p.App}
	if !strings.Contains(name, "/") {
		apps = variants(p)
	}
	for _, app := range apps {
		s := newScene()
		s.only()
		s.expect = &Expectations{Certificates: given(samltest.RSA())}
		if err := s.expect.AddProfile(p); err != nil {
			t.Fatal(err)
		}
		s.clock.At = samltest.Time
		s.part = samltest.SignAssertion | samltest.SignResponse
		s.follow(app)
		r := s.report(t)
		for _, f := range r.Findings {
			if f.Severity > finding.Info {
				t.Errorf("%s %s: %s", f.Severity, f.Check, f.Detail)
			}
		}
	}
}

// follow makes the response what the app expects.
func (s *scene) follow(app *profile.App) {
	if v, ok := sample(app.ReplyURL); ok {
		s.response.Destination, s.assertion().Confirmations[0].Recipient = v, v
	}
	if v, ok := sample(app.Identifier); ok {
		s.assertion().Audiences = []string{v}
	}
	if f := app.NameID.Formats; len(f) > 0 {
		s.assertion().NameID.Format = f[0].Value
	}
	if p := app.NameID.Pattern; p != nil {
		s.assertion().NameID.Value = p.Examples.Accepts[0]
	}
	s.assertion().Remove(samltest.ClaimEmail, "first_name", "last_name")
	for _, c := range app.Claims {
		if !c.Required {
			continue
		}
		value := "x"
		if c.Pattern != nil {
			value = c.Pattern.Examples.Accepts[0]
		}
		s.assertion().Remove(c.Name)
		s.assertion().Attributes = append(s.assertion().Attributes, samltest.NewAttribute(c.Name, value))
	}
}

// sample is a value that the profile accepts.
func sample(v profile.Value) (string, bool) {
	switch {
	case len(v.Exact) > 0:
		return v.Exact[0].Value, true
	case len(v.Patterns) > 0:
		return v.Patterns[0].Examples.Accepts[0], true
	}
	return "", false
}

func TestSameAddress(t *testing.T) {
	const captured = "https://halo.contoso.com/auth/saml?x=1"
	for written, want := range map[string]bool{
		captured: true,
		"HTTPS://Halo.Contoso.COM:443/auth/saml?x=1#y": true,
		" https://halo.contoso.com/auth/saml?x=1":      true,
		"https://halo.contoso.com/Auth/saml?x=1":       false,
		"https://halo.contoso.com/auth/saml/?x=1":      false,
		"https://halo.contoso.com/auth/saml":           false,
		"http://halo.contoso.com/auth/saml?x=1":        false,
		"https://halo.contoso.com:8443/auth/saml?x=1":  false,
		"https://halo.contoso.com/%61uth/saml?x=1":     false,
		"%zz": false, "": false,
	} {
		if got := sameAddress(captured, written); got != want {
			t.Errorf("%q: %v, want %v", written, got, want)
		}
	}
}

func TestIsGUID(t *testing.T) {
	for s, want := range map[string]bool{
		groupID: true, strings.ToUpper(groupID): true, " " + groupID: true, "": false, groupID[1:]: false,
		strings.Replace(groupID, "-", "0", 1): false, strings.Replace(groupID, "0a", "0g", 1): false, strings.Repeat("-", 36): false,
	} {
		if got := isGUID(s); got != want {
			t.Errorf("%q: %v, want %v", s, got, want)
		}
	}
}
