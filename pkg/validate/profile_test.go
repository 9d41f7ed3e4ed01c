package validate

import (
	"slices"
	"strings"
	"testing"

	"github.com/ssodoctor/ssodoctor/internal/samltest"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/profile"
)

// breakage is one fact of a profile that a sign-in does not follow.
type breakage struct {
	fact     string
	verified bool
	do       func(*scene)
}

// breakages are all that can be broken of what a profile demands.
func breakages(app *profile.App) []breakage {
	var out []breakage
	add := func(fact string, unverified bool, do func(*scene)) {
		out = append(out, breakage{fact, !unverified, do})
	}
	if v, unverified, ok := refused(app.ReplyURL); ok {
		add("reply URL "+v, unverified, func(s *scene) { s.response.Destination, s.assertion().Confirmations[0].Recipient = v, v })
	}
	if v, unverified, ok := refused(app.Identifier); ok {
		add("identifier "+v, unverified, func(s *scene) { s.assertion().Audiences = []string{v} })
	}
	if p := app.NameID.Pattern; p != nil {
		add("NameID", p.Unverified || app.NameID.Unverified, func(s *scene) {
			s.assertion().NameID.Value = p.Examples.Rejects[0]
			if !strings.Contains(p.Examples.Rejects[0], "@") {
				s.assertion().NameID.Format = "" // else the format alone tells
			}
		})
	}
	if fs := app.NameID.Formats; len(fs) > 0 {
		add("NameID format", app.NameID.Unverified || slices.ContainsFunc(fs, func(f profile.Fact) bool { return f.Unverified }),
			func(s *scene) { s.assertion().NameID.Format = "urn:oasis:names:tc:SAML:2.0:nameid-format:kerberos" })
	}
	for _, c := range app.Claims {
		if c.Required {
			add("claim "+c.Name, false, func(s *scene) { s.assertion().Remove(c.Name) })
		}
		for _, other := range c.ConfusedWith {
			if !c.Required {
				break // it can be left out, so another name breaks nothing
			}
			add("claim named "+other, c.Unverified, func(s *scene) {
				s.assertion().Remove(c.Name)
				s.assertion().Attributes = append(s.assertion().Attributes, samltest.NewAttribute(other, "x"))
			})
		}
		if c.Pattern != nil {
			add("value of "+c.Name, c.Unverified || c.Pattern.Unverified, func(s *scene) {
				s.assertion().Remove(c.Name)
				s.assertion().Attributes = append(s.assertion().Attributes, samltest.NewAttribute(c.Name, c.Pattern.Examples.Rejects[0]))
			})
		}
	}
	switch app.Signing.Option {
	case profile.SignAssertion, profile.SignBoth:
		add("signing", app.Signing.Unverified, func(s *scene) { s.part = samltest.SignResponse })
	case profile.SignResponse:
		add("signing", app.Signing.Unverified, func(s *scene) { s.part = samltest.SignAssertion })
	}
	return out
}

// refused is a value that none of the forms takes, and whether no form is
// verified.
func refused(v profile.Value) (value string, unverified, ok bool) {
	candidates := []string{"https://elsewhere.example/none"}
	unverified = true
	for _, f := range v.Exact {
		unverified = unverified && f.Unverified
		candidates = append(candidates, f.Value+"x")
	}
	for _, p := range v.Patterns {
		unverified = unverified && p.Unverified
		candidates = append(p.Examples.Rejects, candidates...)
	}
	for _, c := range candidates {
		switch v.Judge(c) {
		case profile.NoOpinion, profile.Accepted:
		default:
			return c, unverified, true
		}
	}
	return "", false, false
}

// TestProfilesBroken is the other half of TestProfilesAlone: a sign-in that
// does not do what the profile demands is found, and facts that no document
// confirms only ever inform.
func TestProfilesBroken(t *testing.T) {
	for _, name := range profile.Names() {
		p, err := profile.Load(name)
		if err != nil {
			t.Fatal(err)
		}
		if p.App == nil {
			continue
		}
		names := p.VariantNames()
		if len(names) == 0 {
			names = []string{name}
		}
		for _, variant := range names {
			t.Run(variant, func(t *testing.T) { breakAll(t, variant) })
		}
	}
}

func breakAll(t *testing.T, name string) {
	p, err := profile.Load(name)
	if err != nil {
		t.Fatal(err)
	}
	// Of the default variant what others do without is not certain.
	alone := *p
	alone.Variants = nil
	list := breakages(p.App)
	if len(list) == 0 && (len(p.App.Identifier.Expected()) > 0 || len(p.App.ReplyURL.Expected()) > 0) {
		t.Error("nothing of the profile can be broken")
	}
	for _, b := range list {
		s := newScene()
		s.only()
		s.expect = &Expectations{Certificates: given(samltest.RSA())}
		if err := s.expect.AddProfile(&alone); err != nil {
			t.Fatal(err)
		}
		s.clock.At = samltest.Time
		s.part = samltest.SignAssertion | samltest.SignResponse
		s.follow(p.App)
		b.do(s)
		r := s.report(t)
		worst := finding.Severity(0)
		for _, f := range r.Findings {
			worst = max(worst, f.Severity)
		}
		switch {
		case b.verified && worst < finding.Warning:
			t.Errorf("%s is not found: %v", b.fact, details(r))
		case !b.verified && worst > finding.Info:
			t.Errorf("%s is unverified and does more than inform: %v", b.fact, details(r))
		}
	}
}

func details(r *Report) string {
	var list []string
	for _, f := range r.Findings {
		list = append(list, f.Severity.String()+" "+f.Check+": "+f.Detail)
	}
	return strings.Join(list, "; ")
}
