package migrate

import (
	"cmp"
	"slices"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/entra"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/profile"
)

// gallery recognises apps by their profiles.
type gallery struct {
	apps  []app
	entra *profile.IdP
}

// app is one variant of the profile of an app.
type app struct {
	name string // "haloitsm/adfs-module"
	*profile.App
}

func newGallery() (*gallery, error) {
	g := &gallery{}
	for _, name := range profile.Names() {
		p, err := profile.Load(name)
		if err != nil {
			return nil, err
		}
		switch {
		case p.Kind == profile.KindIdP && name == "entra":
			g.entra = p.IdP
		case len(p.Variants) > 0:
			for i, v := range p.Variants {
				g.apps = append(g.apps, app{p.VariantNames()[i], v.App})
			}
		case p.Kind == profile.KindApp:
			g.apps = append(g.apps, app{name, p.App})
		}
	}
	return g, nil
}

// known is how surely a profile knows one of several values: 2 for a fixed one,
// 1 for a pattern that documents give, 0 for none, -1 where it refuses all.
func known(v profile.Value, values []string) int {
	best := 0
	for i, value := range values {
		score := 0
		switch v.Judge(value) {
		case profile.Accepted:
			score = acceptance(v, value)
		case profile.Wrong, profile.Unusual:
			score = -1
		}
		if i == 0 {
			best = score
		}
		best = max(best, score)
	}
	return best
}

func acceptance(v profile.Value, value string) int {
	for _, fact := range v.Exact {
		if fact.Value == value && !fact.Unverified {
			return 2
		}
	}
	for i := range v.Patterns {
		if p := &v.Patterns[i]; !p.Unverified && p.Match(value) {
			return 1
		}
	}
	return 0
}

// find is the only app that knows the addresses of a plan; nil where none
// does, or several do as well as each other.
func (g *gallery) find(identifiers, replies []string) *app {
	var best *app
	top, tied := 0, false
	for i := range g.apps {
		a := &g.apps[i]
		reply := known(a.ReplyURL, replies)
		if reply < 0 {
			continue // as is most often so, before the identifiers are looked at
		}
		identifier := known(a.Identifier, identifiers)
		if identifier < 0 || reply == 0 && identifier < 2 {
			continue // an identifier of a usual form alone is that of many apps
		}
		switch score := identifier + reply; {
		case score > top:
			best, top, tied = a, score, false
		case score == top:
			tied = true
		}
	}
	if tied {
		return nil
	}
	return best
}

// recognise proposes the template of an app that a profile knows, with what
// differs from its usual settings.
func (g *gallery) recognise(p *TrustPlan, j *trustJudge) {
	replies := make([]string, 0, len(p.Application.ReplyURLs))
	for _, r := range p.Application.ReplyURLs {
		replies = append(replies, r.URL)
	}
	a := g.find(p.Application.Identifiers, replies)
	if a == nil {
		return
	}
	p.Application.Profile = a.name
	if len(a.Gallery) > 0 {
		p.Application.Template = a.Gallery[0]
	}
	p.recognised = a.item(p)
}

// item says which app it is, and what differs from its usual settings.
func (a *app) item(p *TrustPlan) *Item {
	text := "the app has the profile " + finding.Quote(a.name) + ": "
	if p.Application.Template != "" {
		text += "start from the gallery application " + finding.Quote(p.Application.Template)
	} else {
		text += "the gallery has none for it"
	}
	for _, d := range a.differences(p) {
		text += "; " + d
	}
	return &Item{Verdict: &Verdict{Setting: "(profile)", Outcome: Manual, Severity: finding.Info, Target: "application.template", Message: text, Reference: referenceMove}, Value: a.name}
}

// differences are what a plan has that the app is not known to take.
func (a *app) differences(p *TrustPlan) []string {
	var list []string
	add := func(text string) { list = append(list, text) }
	for _, r := range p.Application.ReplyURLs {
		if v := a.ReplyURL.Judge(r.URL); v == profile.Wrong || v == profile.Unusual {
			add("the Reply URL " + finding.Quote(r.URL) + " has not the usual form, " + strings.Join(a.ReplyURL.Expected(), " or "))
		}
	}
	for _, id := range p.Application.Identifiers {
		if v := a.Identifier.Judge(id); v == profile.Wrong || v == profile.Unusual {
			add("the identifier " + finding.Quote(id) + " has not the usual form, " + strings.Join(a.Identifier.Expected(), " or "))
		}
	}
	if o := a.Signing; o.Option != "" && !o.Unverified && !o.Option.SatisfiedBy(p.Signing.Option != "response", p.Signing.Option != "assertion") {
		add("it wants the " + string(o.Option) + " signed, and AD FS signs " + p.Signing.Option)
	}
	if p.Encryption.Enabled && a.Encryption.Support == profile.Never && !a.Encryption.Unverified {
		add("it does not read encrypted assertions")
	}
	for _, c := range a.Claims {
		if c.Required && !p.emits(c) {
			add("it needs the claim " + finding.Quote(c.Name) + ", which no rule issues")
		}
	}
	return list
}

// emits tells whether a plan holds a claim that an app reads.
func (p *TrustPlan) emits(c profile.Claim) bool {
	if len(p.Roles) > 0 && c.Reads(entra.TypeRole) || p.Groups.Claim != "" && c.Reads(p.Groups.Claim) {
		return true
	}
	return slices.ContainsFunc(p.Claims, func(own PlannedClaim) bool { return c.Reads(own.Type()) })
}

// paste is the sheet for the screen of the app.
func (g *gallery) paste(p *TrustPlan) []PasteValue {
	i := slices.IndexFunc(g.apps, func(a app) bool { return a.name == p.Application.Profile })
	if i < 0 {
		return nil
	}
	var list []PasteValue
	for _, row := range g.apps[i].PasteTable(g.entra) {
		list = append(list, PasteValue{Provider: cmp.Or(row.IdP, string(row.Value)), App: row.App, Value: p.fieldValue(row), Note: row.Note})
	}
	return list
}

// fieldValue is the value of a field of a paste table.
func (p *TrustPlan) fieldValue(row profile.Row) string {
	switch row.Value {
	case profile.Identifier:
		return strings.Join(p.Application.Identifiers, " or ")
	case profile.ReplyURL:
		if len(p.Application.ReplyURLs) > 0 {
			return p.Application.ReplyURLs[0].URL
		}
	case profile.LogoutURL:
		return p.Application.LogoutURL
	case profile.SignOnURL:
		return p.Application.SignOnURL
	case profile.RelayState:
		return p.Application.RelayState
	case profile.NameIDField:
		return p.NameID.Format
	case profile.Claims:
		return row.Claim
	case profile.SigningPlace:
		return p.Signing.Option
	}
	for _, v := range p.Provider {
		if v.field == row.Value {
			return v.Entra
		}
	}
	return ""
}
