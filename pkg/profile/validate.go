package profile

import (
	"errors"
	"fmt"
	"regexp/syntax"
	"slices"
)

var (
	nameShape      = lazily(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	protocols      = []Protocol{SAML2, WSFed}
	signingOptions = []SigningOption{SignAssertion, SignResponse, SignBoth, SignEither}
	supports       = []Support{Never, Optional, Required}
	initiations    = []Initiation{FromSP, FromIdP}
	fields         = []Field{
		Identifier, ReplyURL, SignOnURL, LogoutURL, RelayState, Issuer, SSOURL, IdPLogoutURL, Certificate, Metadata,
		NameIDField, Claims, Groups, SigningPlace, RequestSigning, Encryption, Assignment, SignInLog, TokenLifetime,
	}
)

// validate checks what the types alone do not say.
func (p *Profile) validate() error {
	errs := []error{named("name", p.Name), filled("title", p.Title), filled("summary", p.Summary)}
	if len(p.Sources) == 0 {
		errs = append(errs, errors.New(`"sources" is empty, expected at least one document`))
	}
	switch apps := p.apps(); {
	case p.Kind == KindApp && p.IdP == nil && len(apps) > 0 && (p.App == nil || len(p.Variants) == 0):
		for _, app := range apps {
			errs = append(errs, app.validate())
		}
	case p.Kind == KindIdP && p.IdP != nil && len(apps) == 0:
		errs = append(errs, p.IdP.validate())
	default:
		errs = append(errs, fmt.Errorf(`kind %q does not fit its content, expected "app" with either "app" or "variants", or "idp" with "idp"`, p.Kind))
	}
	for _, v := range p.Variants {
		errs = append(errs, named("variant", v.Name), filled("when", v.When))
	}
	return errors.Join(errs...)
}

// apps lists every app description in the profile; nil ones make it empty.
func (p *Profile) apps() []*App {
	var apps []*App
	if p.App != nil {
		apps = append(apps, p.App)
	}
	for _, v := range p.Variants {
		if v.App == nil {
			return nil
		}
		apps = append(apps, v.App)
	}
	return apps
}

func (a *App) validate() error {
	errs := []error{
		oneOf("protocol", a.Protocol, protocols, false),
		oneOf("signing option", a.Signing.Option, signingOptions, true),
	}
	for _, d := range []struct {
		what string
		Degree
	}{
		{"request-signing", a.RequestSigning}, {"encryption", a.Encryption}, {"logout", a.Logout}, {"relay-state", a.RelayState},
	} {
		errs = append(errs, oneOf(d.what, d.Support, supports, true))
		if d.Support == Required && d.Unverified {
			errs = append(errs, fmt.Errorf("%s is required and unverified, expected one or the other", d.what))
		}
	}
	for _, s := range a.Initiation {
		errs = append(errs, oneOf("initiation", s.At, initiations, false))
	}
	for _, p := range a.Paste {
		errs = append(errs, oneOf("value to paste", p.Value, fields, false))
	}
	for _, c := range a.Claims {
		errs = append(errs, c.validate())
	}
	for _, v := range []Value{a.Identifier, a.ReplyURL, a.SignOnURL, a.LogoutURL} {
		for i := range v.Patterns {
			errs = append(errs, v.Patterns[i].validate())
		}
	}
	return errors.Join(append(errs, a.NameID.Pattern.validate())...)
}

func (c Claim) validate() error {
	errs := []error{filled("claim name", c.Name), c.Pattern.validate()}
	if c.Required && c.Unverified {
		errs = append(errs, fmt.Errorf("claim %q is required and unverified, expected one or the other", c.Name))
	}
	return errors.Join(errs...)
}

func (i *IdP) validate() error {
	errs := []error{oneOf("signing default", i.Signing.Default, signingOptions, true)}
	if len(i.Recognise) == 0 || len(i.Clouds) == 0 {
		errs = append(errs, errors.New(`"recognise" or "clouds" is empty, expected at least one of each`))
	}
	for _, o := range i.Signing.Options {
		errs = append(errs, oneOf("signing option", o, signingOptions, false))
	}
	for _, p := range i.Fields {
		errs = append(errs, oneOf("field", p.Field, fields, false), filled("label", p.Label), filled("path", p.Path))
	}
	for k := range i.Recognise {
		errs = append(errs, i.Recognise[k].validate())
	}
	for k := range i.Clouds {
		c := &i.Clouds[k]
		errs = append(errs, named("cloud", c.Name), c.Issuer.validate())
		for _, p := range c.endpoints() {
			errs = append(errs, p.validate())
		}
	}
	return errors.Join(errs...)
}

// endpoints lists the URL patterns that the cloud has.
func (c *Cloud) endpoints() []*Pattern {
	return slices.DeleteFunc([]*Pattern{c.SignIn, c.WSFed, c.SignOut, c.Metadata}, func(p *Pattern) bool { return p == nil })
}

func (p *Pattern) validate() error {
	switch {
	case p == nil:
		return nil
	case p.Regexp == nil:
		return errors.New("pattern without a regexp")
	case !anchored(p.Regexp.String()):
		return fmt.Errorf("pattern %q matches part of a value, expected it to start with ^ and end with $", p.Regexp)
	case p.Form == "" || len(p.Examples.Accepts) == 0 || len(p.Examples.Rejects) == 0:
		return fmt.Errorf("pattern %q lacks a form, an accepted or a refused example", p.Regexp)
	}
	return nil
}

// anchored reports whether a match of the expression is always the whole text:
// "^a|b$" is not.
func anchored(expr string) bool {
	tree, err := syntax.Parse(expr, syntax.Perl)
	if err != nil || tree.Op != syntax.OpConcat {
		return false
	}
	return tree.Sub[0].Op == syntax.OpBeginText && tree.Sub[len(tree.Sub)-1].Op == syntax.OpEndText
}

func named(what, s string) error {
	if !nameShape().MatchString(s) {
		return fmt.Errorf("%s %q, expected lower-case words joined by hyphens", what, s)
	}
	return nil
}

func filled(what, s string) error {
	if s == "" {
		return fmt.Errorf("%s is empty", what)
	}
	return nil
}

// oneOf checks a word against the known ones. empty allows no word at all.
func oneOf[T ~string](what string, word T, known []T, empty bool) error {
	if (empty && word == "") || slices.Contains(known, word) {
		return nil
	}
	return fmt.Errorf("%s %q, expected one of %q", what, word, known)
}
