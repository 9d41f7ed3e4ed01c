package paste_test

import (
	"errors"
	"io"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"github.com/ssodoctor/ssodoctor/internal/samltest"
	"github.com/ssodoctor/ssodoctor/pkg/config"
	"github.com/ssodoctor/ssodoctor/pkg/paste"
	"github.com/ssodoctor/ssodoctor/pkg/profile"
)

// files are those of a repository by name.
type files map[string]string

func (f files) read(name string) ([]byte, error) {
	text, ok := f[name]
	if !ok {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return []byte(text), nil
}

func (f files) app(t testing.TB, yaml string) *config.App {
	t.Helper()
	f["ssodoctor.yaml"] = yaml
	c, err := config.Load("ssodoctor.yaml", config.Source{
		Open: func(name string) (io.ReadCloser, error) {
			text, err := f.read(name)
			return io.NopCloser(strings.NewReader(string(text))), err
		},
		Glob: func(string) ([]string, error) { return nil, nil },
	})
	if err != nil || len(c.Apps) != 1 {
		t.Fatalf("%d apps, %v", len(c.Apps), err)
	}
	return c.Apps[0]
}

func load(t testing.TB, name string) *profile.Profile {
	t.Helper()
	p, err := profile.Load(name)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func row(t testing.TB, s *paste.Sheet, f profile.Field) paste.Row {
	t.Helper()
	i := slices.IndexFunc(s.Rows, func(r paste.Row) bool { return r.Field == f })
	if i < 0 {
		t.Fatalf("there is no row for %s", f)
	}
	return s.Rows[i]
}

const head = "version: 1\napps:\n  - name: Halo\n"

func repositoryFiles() files {
	return files{
		"idp.xml": samltest.NewIdPMetadata(samltest.RSA().Cert).XML(),
		"sp.xml":  samltest.NewSPMetadata().XML(),
	}
}

// TestValues: each value is that of the side that makes it, with its source.
func TestValues(t *testing.T) {
	type want struct {
		field  profile.Field
		state  paste.State
		value  string
		source string
	}
	for _, c := range []struct {
		name, profile, yaml string
		wants               []want
	}{
		{"metadata of both", "haloitsm", "    idp: {metadata: idp.xml}\n    app: {metadata: sp.xml}\n", []want{
			{profile.Issuer, paste.Known, samltest.Issuer, "idp.xml"}, {profile.SSOURL, paste.Known, samltest.SSOURL, "idp.xml"},
			{profile.Identifier, paste.Known, samltest.EntityID, "sp.xml"}, {profile.ReplyURL, paste.Known, samltest.ACS, "sp.xml"},
		}},
		{"the configuration comes first", "haloitsm", "    idp: {metadata: idp.xml, issuer: 'https://sts.windows.net/x/'}\n    app: {issuer: 'https://old.example'}\n", []want{
			{profile.Issuer, paste.Known, "https://sts.windows.net/x/", "ssodoctor.yaml:4"}, {profile.Identifier, paste.Missing, "", ""},
		}},
		{"the copy of the app where nothing else is known", "haloitsm", "    app: {issuer: 'https://sts.windows.net/y/', sso-url: 'https://login.example/saml2'}\n", []want{
			{profile.Issuer, paste.Known, "https://sts.windows.net/y/", "ssodoctor.yaml:4"}, {profile.SSOURL, paste.Known, "https://login.example/saml2", "ssodoctor.yaml:4"},
		}},
		{"fixed for every customer", "box", "    idp: {metadata: idp.xml}\n", []want{
			{profile.Identifier, paste.Fixed, "box.net", "the profile: the same for every customer"},
		}},
		{"a thumbprint", "zendesk", "    idp: {certificates: ['" + strings.Repeat("ab", 20) + "']}\n", []want{
			{profile.Certificate, paste.Known, "thumbprint " + strings.Repeat("ab", 20), "ssodoctor.yaml:4"},
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := repositoryFiles()
			s, err := paste.New(c.profile, load(t, c.profile), load(t, "entra"), f.app(t, head+c.yaml), f.read)
			if err != nil || len(s.Unread) > 0 {
				t.Fatal(err, s.Unread)
			}
			for _, w := range c.wants {
				r := row(t, s, w.field)
				if r.State != w.state || w.value == "" && len(r.Values) > 0 || w.value != "" && (len(r.Values) == 0 || r.Values[0] != (paste.Value{Text: w.value, Source: w.source})) {
					t.Errorf("%s is %s %+v, want %+v", w.field, r.State, r.Values, w)
				}
			}
		})
	}
}

func TestLabelsAndClaims(t *testing.T) {
	f := repositoryFiles()
	app := f.app(t, head+"    idp: {metadata: idp.xml}\n")
	if got := paste.Issuer(app, f.read); got != samltest.Issuer {
		t.Errorf("the issuer is %q", got)
	}
	s, err := paste.New("haloitsm", load(t, "haloitsm"), load(t, "entra"), app, f.read)
	if err != nil {
		t.Fatal(err)
	}
	r := row(t, s, profile.Issuer)
	if r.IdP != "Microsoft Entra Identifier" || r.App != "Issuer Entity ID" || r.FromApp {
		t.Errorf("the issuer is copied from %q to %q", r.IdP, r.App)
	}
	if len(s.Certificates) != 1 || !strings.HasPrefix(paste.PEM(s.Certificates[0]), "-----BEGIN CERTIFICATE-----\nMII") {
		t.Errorf("certificates %v", s.Certificates)
	}
	if i := slices.IndexFunc(s.Claims, func(c paste.Claim) bool { return c.Name == "first_name" }); i < 0 || s.Claims[i].Source != "user.givenname" || !s.Claims[i].Required {
		t.Errorf("claims %+v", s.Claims)
	}
	s, err = paste.New("haloitsm", load(t, "haloitsm"), nil, nil, nil)
	if err != nil || row(t, s, profile.Issuer).IdP != "" || row(t, s, profile.Issuer).State != paste.Missing {
		t.Errorf("without anything known: %+v, %v", s, err)
	}
	if _, err := paste.New("entra", load(t, "entra"), nil, nil, nil); err == nil || !strings.Contains(err.Error(), "identity provider") {
		t.Errorf("a sheet of an identity provider: %v", err)
	}
}

// TestDoubtfulValue: what the app documents otherwise is said beside the value.
func TestDoubtfulValue(t *testing.T) {
	f := repositoryFiles()
	s, err := paste.New("servicenow", load(t, "servicenow"), nil, f.app(t, head+"    app: {entity-id: 'https://contoso.service-now.com/'}\n"), f.read)
	if err != nil {
		t.Fatal(err)
	}
	if note := row(t, s, profile.Identifier).Note; !strings.HasPrefix(note, "Not as the app documents it: https://(instance).service-now.com") {
		t.Errorf("the note is %q", note)
	}
}

// TestUnread: a file that cannot be used hides nothing of the others.
func TestUnread(t *testing.T) {
	f := repositoryFiles()
	f["bad.xml"], f["two.xml"], f["key.pem"] = "<a", "<EntitiesDescriptor xmlns=\"urn:oasis:names:tc:SAML:2.0:metadata\"/>", "no certificate"
	app := f.app(t, head+"    idp: {metadata: bad.xml, certificates: [key.pem]}\n    app: {metadata: two.xml, entity-id: urn:halo}\n")
	s, err := paste.New("haloitsm", load(t, "haloitsm"), nil, app, f.read)
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Unread) != 3 || row(t, s, profile.Identifier).Values[0].Text != "urn:halo" {
		t.Errorf("%v, %+v", s.Unread, s.Rows)
	}
	delete(f, "bad.xml")
	if s, _ = paste.New("haloitsm", load(t, "haloitsm"), nil, app, f.read); !errors.Is(s.Unread[0], fs.ErrNotExist) {
		t.Errorf("a file that is not there: %v", s.Unread)
	}
}

// TestEveryProfile: every app has a sheet with the fields that a sign-in needs.
func TestEveryProfile(t *testing.T) {
	for _, name := range profile.Names() {
		p := load(t, name)
		if p.App == nil {
			continue
		}
		s, err := paste.New(name, p, load(t, "entra"), nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range []profile.Field{profile.Identifier, profile.ReplyURL, profile.Issuer, profile.SSOURL, profile.Certificate} {
			if row(t, s, f).IdP == "" {
				t.Errorf("%s: no label at Entra for %s", name, f)
			}
		}
	}
}
