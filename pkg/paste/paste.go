// Package paste makes the paste sheet of an app: which value of which side goes
// into which field of the other, with the values as far as the configuration,
// its metadata and the profile of the app know them.
package paste

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/config"
	"github.com/ssodoctor/ssodoctor/pkg/keys"
	"github.com/ssodoctor/ssodoctor/pkg/profile"
)

// State says how far the value of a row is known.
type State string

// The states. A value is Fixed where the profile has it for every customer.
const (
	Known   State = "known"
	Fixed   State = "fixed"
	Missing State = "missing"
)

// Sheet is what is copied between the identity provider and an app.
type Sheet struct {
	Profile string // the name of the profile, with its variant
	Title   string // the product
	App     string // the app of the configuration; empty without one
	IdP     string // the product of the identity provider; empty where it is not known
	// AdminPath is the way through the menus of the app to its settings.
	AdminPath string
	Rows      []Row
	// Certificates are the signing certificates of the rows, in full.
	Certificates []*keys.Certificate
	// Claims are those that the app reads.
	Claims []Claim
	// Unread says which files that the configuration names could not be used.
	Unread []error
}

// Row is one value to copy.
type Row struct {
	Field profile.Field
	// FromApp: the value is made by the app and pasted at the identity
	// provider; else the other way round.
	FromApp bool
	// IdP and App are the labels of the fields; empty where they are not known.
	IdP, App string
	State    State
	Values   []Value
	// Form is what the value looks like, where the profile knows.
	Form       []string
	Note       string
	Unverified bool // no document confirms the labels
}

// Value is a value with where it is from.
type Value struct{ Text, Source string }

// Claim is a claim that the app reads, and what to send in it.
type Claim struct {
	Name       string
	Required   bool
	Source     string // the attribute, as the identity provider calls it; empty where it is not known
	Why        string
	Unverified bool
}

// core are the fields that every sign-in needs, whatever the profile lists.
var core = []profile.Field{profile.Identifier, profile.ReplyURL, profile.Issuer, profile.SSOURL, profile.Certificate}

// New makes the sheet of an app. idp may be nil, where the identity provider is
// not known; app may be nil, where no configuration is at hand. read returns a
// file that the configuration names, by its path.
func New(name string, p, idp *profile.Profile, app *config.App, read func(path string) ([]byte, error)) (*Sheet, error) {
	if p.App == nil {
		return nil, fmt.Errorf("profile %q describes an identity provider, expected the profile of an app", p.Name)
	}
	s := &Sheet{Profile: name, Title: p.Title, AdminPath: p.App.AdminPath.Value}
	known := facts{}
	if app != nil {
		s.App = app.Name.Value
		s.Unread = known.gather(app, read)
	}
	var idpFacts *profile.IdP
	if idp != nil {
		s.IdP, idpFacts = idp.Title, idp.IdP
	}
	for _, r := range rows(p.App, idpFacts) {
		s.Rows = append(s.Rows, known.fill(r, p.App))
	}
	s.Certificates = known.certificates
	for _, c := range p.App.Claims {
		s.Claims = append(s.Claims, Claim{c.Name, c.Required, sourceFor(c.Source, idp), c.Why, c.Unverified})
	}
	return s, nil
}

// Issuer is the entity ID of the identity provider that the configuration names,
// for recognising its product; empty where it names none.
func Issuer(app *config.App, read func(path string) ([]byte, error)) string {
	known := facts{}
	known.gather(app, read)
	if list := known.values[profile.Issuer]; len(list) > 0 {
		return list[0].Text
	}
	return ""
}

// rows are those of the profile, then the core fields that it does not list.
// Claims are listed apart.
func rows(app *profile.App, idp *profile.IdP) []profile.Row {
	table := slices.DeleteFunc(app.PasteTable(idp), func(r profile.Row) bool { return r.Value == profile.Claims })
	for _, f := range core {
		if slices.ContainsFunc(table, func(r profile.Row) bool { return r.Value == f }) {
			continue
		}
		row := profile.Row{Value: f, FromApp: f.FromApp()}
		if idp != nil {
			if place, ok := idp.Place(f); ok {
				row.IdP = place.Label
			}
		}
		table = append(table, row)
	}
	return table
}

// fill puts what is known of the field into the row.
func (k *facts) fill(r profile.Row, app *profile.App) Row {
	row := Row{
		Field: r.Value, FromApp: r.FromApp, IdP: r.IdP, App: r.App, Note: r.Note, Unverified: r.Unverified,
		State: Missing, Values: k.values[r.Value],
	}
	v := valueOf(app, r.Value)
	for _, p := range v.Patterns {
		row.Form = append(row.Form, p.Form)
	}
	switch {
	case len(row.Values) > 0:
		row.State = Known
	case len(v.Exact) == 1 && !v.Exact[0].Unverified:
		row.State, row.Values = Fixed, []Value{{v.Exact[0].Value, "the profile: the same for every customer"}}
	}
	if row.Note == "" {
		row.Note = v.Note
	}
	for _, known := range row.Values {
		if verdict := v.Judge(known.Text); verdict == profile.Wrong || verdict == profile.Unusual {
			row.Note = strings.TrimSpace("Not as the app documents it: " + strings.Join(v.Expected(), " or ") + ". " + row.Note)
			break
		}
	}
	return row
}

// valueOf is what the profile knows of a field of the app.
func valueOf(app *profile.App, f profile.Field) profile.Value {
	switch f {
	case profile.Identifier:
		return app.Identifier
	case profile.ReplyURL:
		return app.ReplyURL
	case profile.SignOnURL:
		return app.SignOnURL
	case profile.LogoutURL:
		return app.LogoutURL
	}
	return profile.Value{}
}

// sourceFor is the attribute as the identity provider calls it.
func sourceFor(s profile.Sources, idp *profile.Profile) string {
	if idp == nil {
		return ""
	}
	switch idp.Name {
	case "entra":
		return s.Entra
	case "adfs":
		return s.ADFS
	case "okta":
		return s.Okta
	}
	return ""
}

// PEM is a certificate as portals want it pasted.
func PEM(c *keys.Certificate) string {
	var b strings.Builder
	b.WriteString("-----BEGIN CERTIFICATE-----\n")
	for body := base64.StdEncoding.EncodeToString(c.Raw); body != ""; {
		n := min(64, len(body))
		b.WriteString(body[:n] + "\n")
		body = body[n:]
	}
	b.WriteString("-----END CERTIFICATE-----\n")
	return b.String()
}
