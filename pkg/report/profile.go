package report

import (
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/profile"
)

// Profile lays out a profile for people.
func Profile(p *profile.Profile) []Section {
	sections := []Section{{Title: p.Title, Rows: []Row{{"", p.Summary}}}}
	for _, v := range p.Variants {
		sections[0].Rows = append(sections[0].Rows, Row{"variant " + p.Name + "/" + v.Name, v.Title + ": " + v.When})
	}
	switch {
	case p.App != nil:
		sections = append(sections, appSections(p.App)...)
	case p.IdP != nil:
		sections = append(sections, idpSections(p.IdP)...)
	}
	sources := Section{Title: "SOURCES"}
	for _, s := range p.Sources {
		sources.Rows = append(sources.Rows, Row{"", s})
	}
	return append(sections, sources)
}

// mark says of a fact that it is unverified.
func mark(text string, unverified bool) string {
	if unverified && text != "" {
		return text + " (unverified)"
	}
	return text
}

func appSections(a *profile.App) []Section {
	expects := Section{Title: "EXPECTS"}
	add := func(label, text string) {
		if text != "" {
			expects.Rows = append(expects.Rows, Row{label, text})
		}
	}
	add("protocol", string(a.Protocol))
	add("gallery", strings.Join(a.Gallery, ", "))
	for _, v := range []struct {
		label string
		value profile.Value
	}{{"identifier", a.Identifier}, {"reply URL", a.ReplyURL}, {"sign-on URL", a.SignOnURL}, {"logout URL", a.LogoutURL}} {
		for _, text := range v.value.Expected() {
			add(v.label, text)
		}
	}
	for _, f := range a.NameID.Formats {
		add("NameID format", mark(f.Value, f.Unverified))
	}
	add("NameID", a.NameID.Why)
	add("signing", mark(strings.TrimSpace(string(a.Signing.Option)+" "+a.Signing.Note), a.Signing.Unverified))

	claims := Section{Title: "CLAIMS"}
	for _, c := range a.Claims {
		need := "optional: "
		if c.Required {
			need = "required: "
		}
		claims.Rows = append(claims.Rows, Row{c.Name, mark(need+c.Why, c.Unverified)})
	}
	paste := Section{Title: "WHERE VALUES GO"}
	for _, r := range a.Paste {
		label := string(r.Value)
		if r.Claim != "" {
			label += " " + r.Claim
		}
		paste.Rows = append(paste.Rows, Row{label, mark(strings.TrimSpace(r.App+" "+r.Note), r.Unverified)})
	}
	return withRows(expects, claims, paste, notes("KNOW", a.Quirks), notes("WAY BACK IN", a.WayBack))
}

func idpSections(i *profile.IdP) []Section {
	clouds := Section{Title: "CLOUDS"}
	for _, c := range i.Clouds {
		clouds.Rows = append(clouds.Rows, Row{c.Name, "issuer " + c.Issuer.Form})
	}
	fields := Section{Title: "FIELDS"}
	for _, f := range i.Fields {
		fields.Rows = append(fields.Rows, Row{string(f.Field), mark(f.Path, f.Unverified)})
	}
	return withRows(clouds, fields, notes("KNOW", i.Quirks))
}

func notes(title string, list []profile.Note) Section {
	s := Section{Title: title}
	for _, n := range list {
		s.Rows = append(s.Rows, Row{"", mark(n.Text, n.Unverified)})
	}
	return s
}

// withRows drops the sections that have nothing to say.
func withRows(sections ...Section) []Section {
	var kept []Section
	for _, s := range sections {
		if len(s.Rows) > 0 {
			kept = append(kept, s)
		}
	}
	return kept
}
