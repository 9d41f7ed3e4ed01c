package validate

import (
	"errors"
	"regexp"

	"github.com/ssodoctor/ssodoctor/pkg/profile"
)

// AddProfile expects what the profile of an app says. What flags, configuration
// and metadata say wins over it. Of a profile with variants none of which was
// chosen, nothing is expected that a correct sign-in to one of them would not
// meet. A profile of an identity provider is an error: it says nothing about
// an app.
func (e *Expectations) AddProfile(p *profile.Profile) error {
	if p.App == nil {
		return errors.New("profile " + p.Name + " describes an identity provider, expected the profile of an app")
	}
	e.Profile = p
	source := "profile " + p.Name
	apps := variants(p)
	e.EntityIDPatterns = append(e.EntityIDPatterns, patterns(apps, source, func(a *profile.App) profile.Value { return a.Identifier })...)
	e.ReplyURLPatterns = append(e.ReplyURLPatterns, patterns(apps, source, func(a *profile.App) profile.Value { return a.ReplyURL })...)
	for _, c := range apps[0].Claims {
		e.Claims = append(e.Claims, claim(c, apps[1:], source))
	}
	e.addNameID(apps, source)
	e.addSigning(apps, source)
	e.addEncryption(apps, source)
	return nil
}

// variants are the apps that a profile may mean: all of them as long as none
// but the default was asked for.
func variants(p *profile.Profile) []*profile.App {
	if len(p.Variants) < 2 || p.App != p.Variants[0].App {
		return []*profile.App{p.App}
	}
	apps := make([]*profile.App, len(p.Variants))
	for i, v := range p.Variants {
		apps[i] = v.App
	}
	return apps
}

// patterns joins what the apps accept; nothing where one of them accepts all.
func patterns(apps []*profile.App, source string, value func(*profile.App) profile.Value) []Pattern {
	var out []Pattern
	for _, a := range apps {
		v := value(a)
		if len(v.Exact) == 0 && len(v.Patterns) == 0 {
			return nil
		}
		for _, f := range v.Exact {
			re := regexp.MustCompile("^" + regexp.QuoteMeta(f.Value) + "$")
			out = append(out, Pattern{Regexp: re, Shown: f.Value, Source: source, Strict: !f.Unverified, Unverified: f.Unverified})
		}
		for _, f := range v.Patterns {
			out = append(out, Pattern{Regexp: f.Regexp, Shown: f.Form, Source: source, Unverified: f.Unverified})
		}
	}
	return out
}

// claim turns a claim of the first variant into an expectation. Variants that
// do without it are told by their Reply URL; where they have none in
// particular, the claim is not certain.
func claim(c profile.Claim, others []*profile.App, source string) ClaimExpectation {
	out := ClaimExpectation{
		Name: c.Name, Aliases: c.Aliases, ConfusedWith: c.ConfusedWith,
		Required: c.Required, Single: !c.Multi, From: c.Source, Source: source, Unverified: c.Unverified,
	}
	if c.Pattern != nil {
		out.Pattern = &Pattern{Regexp: c.Pattern.Regexp, Shown: c.Pattern.Form, Source: source, Unverified: c.Unverified || c.Pattern.Unverified}
	}
	for _, a := range others {
		other, ok := a.ClaimNamed(c.Name)
		if !ok || other.Multi {
			out.Single = false
		}
		if ok && other.Required {
			continue
		}
		elsewhere := patterns([]*profile.App{a}, source, func(a *profile.App) profile.Value { return a.ReplyURL })
		out.Elsewhere = append(out.Elsewhere, elsewhere...)
		out.Unverified = out.Unverified || len(elsewhere) == 0
	}
	return out
}

func (e *Expectations) addNameID(apps []*profile.App, source string) {
	if len(apps) == 1 && apps[0].NameID.Pattern != nil && e.NameIDPattern == nil {
		p := apps[0].NameID.Pattern
		e.NameIDPattern = &Pattern{Regexp: p.Regexp, Shown: p.Form, Source: source, Unverified: p.Unverified || apps[0].NameID.Unverified}
	}
	var formats []Value
	for _, a := range apps {
		if len(a.NameID.Formats) == 0 {
			return // any format will do
		}
		for _, f := range a.NameID.Formats {
			formats = append(formats, Value{f.Value, source})
			e.UnverifiedFormats = e.UnverifiedFormats || f.Unverified || a.NameID.Unverified
		}
	}
	e.ProfileNameIDFormats = append(e.ProfileNameIDFormats, formats...)
}

// addEncryption notes what every variant is known to make of encryption.
func (e *Expectations) addEncryption(apps []*profile.App, source string) {
	for _, a := range apps {
		if d := a.Encryption; d.Unverified || d.Support != apps[0].Encryption.Support {
			return
		}
	}
	if support := apps[0].Encryption.Support; support != "" && e.Encryption == "" {
		e.Encryption, e.EncryptionSource = support, source
	}
}

// addSigning demands the signatures that every variant is known to demand.
func (e *Expectations) addSigning(apps []*profile.App, source string) {
	assertion, response := true, true
	for _, a := range apps {
		s := a.Signing
		both := s.Option == profile.SignBoth
		assertion = assertion && !s.Unverified && (both || s.Option == profile.SignAssertion)
		response = response && !s.Unverified && (both || s.Option == profile.SignResponse)
	}
	if assertion && e.SignedAssertion == "" {
		e.SignedAssertion = source
	}
	if response && e.SignedResponse == "" {
		e.SignedResponse = source
	}
}
