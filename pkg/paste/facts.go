package paste

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/config"
	"github.com/ssodoctor/ssodoctor/pkg/keys"
	"github.com/ssodoctor/ssodoctor/pkg/profile"
	"github.com/ssodoctor/ssodoctor/pkg/saml"
	"github.com/ssodoctor/ssodoctor/pkg/xmldoc"
)

// facts are the values of an app that are known, by field. The side where a
// value is made comes first: what the other side holds is a copy.
type facts struct {
	values       map[profile.Field][]Value
	certificates []*keys.Certificate
}

func (k *facts) add(f profile.Field, source string, texts ...string) {
	if k.values == nil {
		k.values = map[profile.Field][]Value{}
	}
	for _, t := range texts {
		if t = strings.TrimSpace(t); t == "" || slices.ContainsFunc(k.values[f], func(v Value) bool { return v.Text == t }) {
			continue
		}
		k.values[f] = append(k.values[f], Value{t, source})
	}
}

// given adds what the configuration says itself.
func (k *facts) given(f profile.Field, texts ...config.Text) {
	for _, t := range texts {
		if t.Given() {
			k.add(f, fmt.Sprintf("%s:%d", t.File, t.Span.Line), t.Value)
		}
	}
}

// gather collects the values of an app from the configuration and the files
// that it names, and returns what could not be read.
func (k *facts) gather(a *config.App, read func(string) ([]byte, error)) []error {
	var unread []error
	keep := func(err error) {
		if err != nil {
			unread = append(unread, err)
		}
	}
	idp, sp := a.IdP, a.SP
	k.given(profile.Issuer, idp.Issuer)
	k.given(profile.SSOURL, idp.SSOURL)
	k.given(profile.IdPLogoutURL, idp.LogoutURL)
	keep(k.metadata(idp.Metadata, read))
	k.given(profile.Identifier, sp.EntityID)
	k.given(profile.ReplyURL, sp.ReplyURLs...)
	k.given(profile.SignOnURL, sp.SignOnURL)
	k.given(profile.LogoutURL, sp.LogoutURL)
	keep(k.metadata(sp.Metadata, read))
	for _, c := range idp.Certificates {
		keep(k.certificate(c, read))
	}
	if len(k.values[profile.Issuer]) == 0 {
		k.given(profile.Issuer, sp.Issuer)
	}
	if len(k.values[profile.SSOURL]) == 0 {
		k.given(profile.SSOURL, sp.SSOURL)
	}
	return unread
}

// metadata adds what metadata says, of whichever side it is.
func (k *facts) metadata(f config.File, read func(string) ([]byte, error)) error {
	switch {
	case f.Remote():
		k.add(profile.Metadata, f.Value, f.Value)
		return nil
	case f.Path == "":
		return nil
	}
	data, err := read(f.Path)
	if err != nil {
		return err
	}
	doc, err := xmldoc.Parse(data, xmldoc.Limits{})
	if err != nil {
		return fmt.Errorf("%s: %w", f.Path, err)
	}
	list := saml.ReadMetadata(doc)
	if len(list) != 1 {
		return fmt.Errorf("%s: %d entities, expected the metadata of one", f.Path, len(list))
	}
	m := list[0]
	if m.IdP != nil {
		k.provider(m, f.Path)
	}
	if m.SP != nil {
		k.app(m, f.Path)
	}
	return nil
}

// provider adds what the metadata of an identity provider says.
func (k *facts) provider(m *saml.Metadata, source string) {
	k.add(profile.Issuer, source, m.EntityID.Value)
	k.add(profile.SSOURL, source, locations(m.IdP.SingleSignOn)...)
	k.add(profile.IdPLogoutURL, source, locations(m.IdP.SingleLogout)...)
	for _, c := range m.IdP.SigningCertificates() {
		k.signing(c, source)
	}
}

// app adds what the metadata of an app says.
func (k *facts) app(m *saml.Metadata, source string) {
	k.add(profile.Identifier, source, m.EntityID.Value)
	for _, e := range m.SP.AssertionConsumers {
		if strings.HasSuffix(e.Binding.Value, ":HTTP-POST") {
			k.add(profile.ReplyURL, source, e.Location.Value)
		}
	}
	k.add(profile.LogoutURL, source, locations(m.SP.SingleLogout)...)
}

// locations are the addresses of an endpoint that browsers are sent to.
func locations(list []saml.Endpoint) []string {
	var out []string
	for _, e := range list {
		if strings.HasSuffix(e.Binding.Value, ":HTTP-Redirect") || strings.HasSuffix(e.Binding.Value, ":HTTP-POST") {
			out = append(out, e.Location.Value)
		}
	}
	return out
}

func (k *facts) certificate(c config.Certificate, read func(string) ([]byte, error)) error {
	text, source := []byte(c.PEM), fmt.Sprintf("%s:%d", c.Text.File, c.Span.Line)
	switch {
	case c.Thumbprint != "":
		k.add(profile.Certificate, source, "thumbprint "+c.Thumbprint)
		return nil
	case c.PEM == "" && c.File.Path == "":
		return nil
	case c.PEM == "":
		source = c.File.Path
		data, err := read(c.File.Path)
		if err != nil {
			return err
		}
		text = data
	}
	bundle, err := keys.Read(text)
	if err != nil {
		return fmt.Errorf("%s: %w", source, err)
	}
	for _, found := range bundle.Certificates {
		k.signing(found, source)
	}
	return nil
}

// signing adds a signing certificate, and keeps it to be printed in full.
func (k *facts) signing(c *keys.Certificate, source string) {
	if slices.ContainsFunc(k.certificates, c.Equal) {
		return
	}
	k.certificates = append(k.certificates, c)
	k.add(profile.Certificate, source, fmt.Sprintf("%s, SHA-1 %s, until %s", c.Subject, strings.ToUpper(c.SHA1()), c.NotAfter.Format("2006-01-02")))
}
