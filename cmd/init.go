package cmd

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ssodoctor/ssodoctor/pkg/config"
	"github.com/ssodoctor/ssodoctor/pkg/entra"
	"github.com/ssodoctor/ssodoctor/pkg/entra/export"
	"github.com/ssodoctor/ssodoctor/pkg/keys"
	"github.com/ssodoctor/ssodoctor/pkg/profile"
	"github.com/ssodoctor/ssodoctor/pkg/saml"
	"github.com/ssodoctor/ssodoctor/pkg/validate"
)

// initOptions are the flags of init.
type initOptions struct {
	profile, name, output string
	force                 bool
}

const initLong = `Write a ssodoctor.yaml to begin with, from what is there: metadata of the
identity provider and of the app, exports of Entra, the certificate that was
pasted in the app, a profile. Files are recognised from their content and named
in it, not copied. What only the app itself can tell is left empty, with a
comment that says where it stands; compare it with "ssodoctor lint".`

func newInit(env *Env) *cobra.Command {
	o := &initOptions{}
	c := &cobra.Command{
		Use:   "init [FILE]...",
		Short: "Write a ssodoctor.yaml from metadata, exports of Entra or a profile",
		Long:  initLong,
		Example: `  ssodoctor init --profile haloitsm
  ssodoctor init idp/federationmetadata.xml app/metadata.xml app/pasted.cer
  ssodoctor init entra/halo-app.json entra/halo-sp.json --profile haloitsm`,
		RunE: func(_ *cobra.Command, args []string) error { return o.run(env, args) },
	}
	f := c.Flags()
	f.StringVar(&o.profile, "profile", "", "the `name` of the app's profile (see ssodoctor profiles)")
	f.StringVar(&o.name, "name", "", "what the app is called")
	f.StringVarP(&o.output, "output", "o", settingsFile, "write to this `file`; - is standard output")
	f.BoolVar(&o.force, "force", false, "replace the file where it exists")
	complete(c, "profile", profile.Names())
	return c
}

func (o *initOptions) run(env *Env, args []string) error {
	var known *profile.Profile
	if o.profile != "" {
		p, err := profile.Load(o.profile)
		if err != nil {
			return usageError{fmt.Errorf("--profile: %w", err)}
		}
		if known = p; p.App == nil {
			return usageError{fmt.Errorf("--profile %s describes an identity provider, expected the profile of an app", o.profile)}
		}
	}
	if _, err := os.Stat(o.output); o.output != "-" && !o.force && err == nil {
		return unusableError{fmt.Errorf("%s exists already; look at it, or replace it with --force", o.output)}
	}
	found, err := o.look(args)
	if err != nil {
		return unusableError{err}
	}
	text, err := found.starter(o, known).YAML()
	if err != nil {
		return unusableError{err}
	}
	if o.output == "-" {
		_, err = env.Stdout.Write(text)
	} else if err = os.WriteFile(o.output, text, 0o644); err == nil {
		env.note(fmt.Sprintf("%s is written; fill in what the app shows, then run ssodoctor lint", o.output))
	}
	if err != nil {
		return unusableError{err}
	}
	return nil
}

// material is what the files of init hold.
type material struct {
	idp, sp      []materialEntity
	certificates []string
	exports      []*export.File
	names        map[string]string // of the exports, as the configuration names them
}

// materialEntity is an entity of a metadata file.
type materialEntity struct {
	file string
	*saml.Metadata
}

// look recognises the files. One that is nothing known is an error.
func (o *initOptions) look(args []string) (*material, error) {
	m := &material{names: map[string]string{}}
	for _, arg := range args {
		data, err := readWhole(arg, maxMetadataFile)
		if err != nil {
			return nil, err
		}
		if err := m.add(arg, o.relative(arg), data); err != nil {
			return nil, fmt.Errorf("%s: %w", arg, err)
		}
	}
	return m, nil
}

// relative is the name of a file as the configuration has it.
func (o *initOptions) relative(name string) string {
	dir := filepath.Dir(o.output)
	if rel, err := filepath.Rel(dir, name); err == nil && !filepath.IsAbs(name) {
		name = rel
	}
	return filepath.ToSlash(name)
}

func (m *material) add(arg, name string, data []byte) error {
	if _, ok := export.Recognise(arg, data); ok {
		m.exports = append(m.exports, export.Read(arg, data))
		m.names[arg] = name
		return nil
	}
	if bundle, err := keys.Read(data); !errors.Is(err, keys.ErrXML) {
		if len(bundle.Certificates) == 0 {
			return errors.New("neither SAML metadata, nor a certificate, nor an export of Entra")
		}
		m.certificates = append(m.certificates, name)
		return nil
	}
	entities, err := validate.ParseMetadata(data)
	if err != nil {
		return err
	}
	for _, e := range entities {
		if e.SP != nil {
			m.sp = append(m.sp, materialEntity{name, e})
		}
		if e.IdP != nil {
			m.idp = append(m.idp, materialEntity{name, e})
		}
	}
	return nil
}

// starter makes one app of every entity of an app and of every enterprise
// application, and one in any case.
func (m *material) starter(o *initOptions, p *profile.Profile) config.Starter {
	var apps []config.StarterApp
	for _, sp := range m.sp {
		apps = append(apps, config.StarterApp{SPMetadata: sp.file, EntityID: sp.EntityID.Value, ReplyURLs: postURLs(sp.SP)})
	}
	for _, e := range signOns(export.Join(m.exports)) {
		i := slices.IndexFunc(apps, func(a config.StarterApp) bool { return slices.Contains(e.Identifiers().Strings(), a.EntityID) })
		if i < 0 {
			apps = append(apps, config.StarterApp{})
			i = len(apps) - 1
		}
		m.exported(&apps[i], e)
	}
	if len(apps) == 0 {
		apps = []config.StarterApp{{}}
	}
	for i := range apps {
		a := &apps[i]
		if len(m.idp) > 0 {
			a.IdPMetadata = m.idp[0].file
		}
		if p != nil {
			a.Profile, a.Places = o.profile, placesOf(p.App)
			if exact := p.App.Identifier.Exact; a.EntityID == "" && len(exact) == 1 {
				a.EntityID = exact[0].Value
			}
		}
		a.Certificates = m.certificates
		a.Name = unique(o.nameOf(a, p), apps[:i])
	}
	return config.Starter{Apps: apps}
}

// signOns are the applications that sign users in with SAML; all, where none
// is known to.
func signOns(list []*entra.EnterpriseApplication) []*entra.EnterpriseApplication {
	var out []*entra.EnterpriseApplication
	for _, e := range list {
		if e.SAML() {
			out = append(out, e)
		}
	}
	if len(out) == 0 {
		return list
	}
	return out
}

// nameOf names the app: as asked, else as Entra does, else as its profile, else
// by its host.
func (o *initOptions) nameOf(a *config.StarterApp, p *profile.Profile) string {
	title := ""
	if p != nil {
		title = p.Title
	}
	return cmp.Or(o.name, a.Name, title, hostOf(a.EntityID), "MyApp")
}

// unique tells the name of an app from those of the apps before it.
func unique(name string, before []config.StarterApp) string {
	taken := func(s string) bool {
		return slices.ContainsFunc(before, func(a config.StarterApp) bool { return a.Name == s })
	}
	out := name
	for n := 2; taken(out); n++ {
		out = fmt.Sprintf("%s %d", name, n)
	}
	return out
}

// exported takes over what Entra knows of an app.
func (m *material) exported(a *config.StarterApp, e *entra.EnterpriseApplication) {
	a.Name = e.Name()
	if e.Application != nil {
		a.Application = m.names[e.Application.At.File]
	}
	if e.Principal != nil {
		a.ServicePrincipal = m.names[e.Principal.At.File]
	}
	if e.Claims != nil {
		a.ClaimsPolicy = m.names[e.Claims.At.File]
	}
	if list := e.Assignments.V; len(list) > 0 {
		a.Assignments = m.names[list[0].At.File]
	}
	for _, f := range m.exports {
		if len(f.Access) > 0 {
			a.ConditionalAccess = append(a.ConditionalAccess, m.names[f.Name])
		}
	}
}

// placesOf says where the app shows each value.
func placesOf(a *profile.App) map[string]string {
	return map[string]string{
		"entity-id": a.Place(profile.Identifier), "reply-urls": a.Place(profile.ReplyURL),
		"issuer": a.Place(profile.Issuer), "sso-url": a.Place(profile.SSOURL), "certificates": a.Place(profile.Certificate),
	}
}

func postURLs(sp *saml.SPRole) []string {
	var out []string
	for _, acs := range sp.AssertionConsumers {
		if strings.HasSuffix(acs.Binding.Value, ":HTTP-POST") && !slices.Contains(out, acs.Location.Value) {
			out = append(out, acs.Location.Value)
		}
	}
	return out
}

// hostOf names an app by the host of its entity ID.
func hostOf(entityID string) string {
	if u, err := url.Parse(entityID); err == nil && u.Host != "" {
		return u.Hostname()
	}
	return entityID
}
