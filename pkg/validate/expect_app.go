package validate

import (
	"errors"
	"fmt"
	"slices"

	"github.com/ssodoctor/ssodoctor/pkg/config"
	"github.com/ssodoctor/ssodoctor/pkg/keys"
	"github.com/ssodoctor/ssodoctor/pkg/profile"
	"github.com/ssodoctor/ssodoctor/pkg/saml"
	"github.com/ssodoctor/ssodoctor/pkg/xmldoc"
)

// AddApp expects what ssodoctor.yaml says of an app: what the app itself holds
// first, what is noted of the identity provider where it holds nothing. What
// was set before decides alone. Read gives the content of a file, or of an
// address where files can be Remote. Errors name the value at fault.
func (e *Expectations) AddApp(a *config.App, read func(config.File) ([]byte, error)) error {
	e.addValues(a)
	if err := e.addExpected(&a.Expect); err != nil {
		return err
	}
	pasted, err := e.addAppCertificates(a, read)
	if err != nil {
		return err
	}
	for _, m := range []struct {
		file  config.File
		name  string
		known []*saml.Metadata
		add   func([]*saml.Metadata, string) error
	}{{a.IdP.Metadata, "idp.metadata", e.IdPMetadata, e.AddIdPMetadata}, {a.SP.Metadata, "app.metadata", e.SPMetadata, e.AddSPMetadata}} {
		if !m.file.Given() || len(m.known) > 0 {
			continue
		}
		data, err := read(m.file)
		if err != nil {
			return atValue(m.file.Text, m.name, err)
		}
		entities, err := ParseMetadata(data)
		if err == nil {
			err = m.add(entities, m.name+" "+m.file.Value)
		}
		if err != nil {
			return atValue(m.file.Text, m.name, err)
		}
	}
	e.trustPasted(pasted)
	if a.Profile.Given() && e.Profile == nil {
		p, err := profile.Load(a.Profile.Value)
		if err == nil {
			err = e.AddProfile(p)
		}
		if err != nil {
			return atValue(a.Profile, "profile", err)
		}
	}
	return nil
}

func atValue(t config.Text, name string, err error) error {
	return fmt.Errorf("%s:%d: %s: %w", t.File, t.Span.Line, name, err)
}

// addValues takes the values that both sides have agreed on.
func (e *Expectations) addValues(a *config.App) {
	for _, row := range []struct {
		to     *[]Value
		source string
		values []config.Text
	}{
		{&e.Issuers, "app.issuer", []config.Text{a.SP.Issuer}},
		{&e.Issuers, "idp.issuer", []config.Text{a.IdP.Issuer}},
		{&e.EntityIDs, "app.entity-id", []config.Text{a.SP.EntityID}},
		{&e.ReplyURLs, "app.reply-urls", a.SP.ReplyURLs},
	} {
		if len(*row.to) > 0 {
			continue
		}
		for _, t := range row.values {
			if t.Given() {
				*row.to = append(*row.to, Value{t.Value, row.source + " of ssodoctor.yaml"})
			}
		}
	}
}

// addExpected takes what the app demands of a sign-in.
func (e *Expectations) addExpected(x *config.Expect) error {
	const source = "expect of ssodoctor.yaml"
	if f := x.NameID.Format; f.Given() && len(e.NameIDFormats) == 0 {
		e.NameIDFormats = []Value{{NameIDFormat(f.Value), source}}
	}
	pattern := func(p config.Pattern) (*Pattern, error) {
		switch {
		case !p.Given():
			return nil, nil
		case p.Regexp == nil:
			return nil, atValue(p.Text, "pattern", errors.New("not a regular expression"))
		}
		return &Pattern{Regexp: p.Regexp, Shown: p.Value, Source: source, Strict: true}, nil
	}
	var err error
	if e.NameIDPattern == nil {
		if e.NameIDPattern, err = pattern(x.NameID.Pattern); err != nil {
			return err
		}
	}
	for _, c := range x.Claims {
		if slices.ContainsFunc(e.Claims, func(o ClaimExpectation) bool { return o.Name == c.Name.Value }) {
			continue
		}
		p, err := pattern(c.Pattern)
		if err != nil {
			return err
		}
		e.Claims = append(e.Claims, ClaimExpectation{Name: c.Name.Value, Required: c.Required, Pattern: p, Source: source})
	}
	if s := x.Signing.Value; (s == "assertion" || s == "both") && e.SignedAssertion == "" {
		e.SignedAssertion = source
	}
	if s := x.Signing.Value; (s == "response" || s == "both") && e.SignedResponse == "" {
		e.SignedResponse = source
	}
	return nil
}

// addAppCertificates trusts what was pasted in the app, else what is noted of
// the identity provider. It returns the thumbprints among them.
func (e *Expectations) addAppCertificates(a *config.App, read func(config.File) ([]byte, error)) (thumbprints []string, err error) {
	list, source := a.SP.Certificates, "app.certificates"
	if len(list) == 0 {
		list, source = a.IdP.Certificates, "idp.certificates"
	}
	if len(e.Certificates) > 0 {
		return nil, nil
	}
	for _, c := range list {
		data := []byte(c.PEM)
		switch {
		case c.Thumbprint != "":
			thumbprints = append(thumbprints, c.Thumbprint)
			continue
		case c.PEM == "":
			if data, err = read(c.File); err != nil {
				return nil, atValue(c.Text, source, err)
			}
		}
		bundle, err := keys.Read(data)
		if err != nil && len(bundle.PrivateKeys) == 0 {
			return nil, atValue(c.Text, source, err)
		}
		e.AddCertificates(bundle, source+" "+c.File.Value)
	}
	return thumbprints, nil
}

// trustPasted trusts the certificates of the metadata whose thumbprints were
// noted: a thumbprint alone verifies nothing.
func (e *Expectations) trustPasted(thumbprints []string) {
	for _, t := range thumbprints {
		for _, c := range e.MetadataCertificates {
			if c.Matches(t) {
				e.Certificates = append(e.Certificates, c)
			}
		}
	}
}

// ParseMetadata reads the entities of a metadata document of any size that a
// federation has.
func ParseMetadata(data []byte) ([]*saml.Metadata, error) {
	doc, err := xmldoc.Parse(data, metadataLimits(len(data)))
	if err != nil {
		return nil, err
	}
	entities := saml.ReadMetadata(doc)
	if len(entities) == 0 {
		return nil, fmt.Errorf("the root element is %q, expected the metadata of a SAML entity (EntityDescriptor)", doc.Root().Tag)
	}
	return entities, nil
}
