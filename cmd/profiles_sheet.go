package cmd

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ssodoctor/ssodoctor/pkg/config"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/paste"
	"github.com/ssodoctor/ssodoctor/pkg/profile"
	"github.com/ssodoctor/ssodoctor/pkg/report"
)

// sheetOptions are the flags of a paste sheet.
type sheetOptions struct {
	file, app, idp string
}

func (o *sheetOptions) bind(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&o.file, "for", "", "print the paste sheet of an app of this `file`, a ssodoctor.yaml: which value goes where (formats: "+strings.Join(report.PasteFormats(), ", ")+")")
	f.StringVar(&o.app, "app", "", "the app of --for, by its `name` (default: the one that has this profile)")
	f.StringVar(&o.idp, "idp", "", "the identity provider of the paste sheet, by the `name` of its profile (default: told from the issuer)")
}

// check holds the flags against each other.
func (o *sheetOptions) check(c *common, args []string) error {
	switch {
	case o.file == "" && (o.app != "" || o.idp != ""):
		return usageError{errors.New("--app and --idp belong to a paste sheet: give --for FILE")}
	case o.file == "":
		return oneOf("format", c.format, []string{"text"})
	case len(args) == 0:
		return usageError{errors.New("--for needs the name of a profile, such as: ssodoctor profiles haloitsm --for ssodoctor.yaml")}
	}
	return oneOf("format", c.format, report.PasteFormats())
}

// write prints the paste sheet of the app.
func (o *sheetOptions) write(env *Env, w io.Writer, name, format string, look report.Options) error {
	p, err := profile.Load(name)
	if err != nil {
		return usageError{err}
	}
	c, err := readConfig(env, o.file)
	if err != nil {
		return err
	}
	app, err := o.choose(c, p)
	if err != nil {
		return usageError{err}
	}
	read := func(path string) ([]byte, error) { return os.ReadFile(filepath.FromSlash(path)) }
	idp, err := o.provider(app, read)
	if err != nil {
		return usageError{err}
	}
	sheet, err := paste.New(name, p, idp, app, read)
	if err != nil {
		return usageError{err}
	}
	for _, err := range sheet.Unread {
		env.warn(err)
	}
	return report.Paste(w, sheet, format, look)
}

// choose returns the app that was named, else the only one that has the
// profile, else the only one.
func (o *sheetOptions) choose(c *config.Config, p *profile.Profile) (*config.App, error) {
	if o.app != "" {
		if a, ok := c.App(o.app); ok {
			return a, nil
		}
		return nil, fmt.Errorf("--app is %q, but %s has no app of that name; it has %s", o.app, o.file, appNames(c.Apps))
	}
	var fitting []*config.App
	for _, a := range c.Apps {
		if key, _, _ := strings.Cut(strings.ToLower(a.Profile.Value), "/"); key == p.Name {
			fitting = append(fitting, a)
		}
	}
	if len(fitting) == 0 {
		fitting = c.Apps
	}
	switch len(fitting) {
	case 0:
		return nil, fmt.Errorf("%s has no apps, expected one with the profile %q", o.file, p.Name)
	case 1:
		return fitting[0], nil
	}
	return nil, fmt.Errorf("%s has %s, expected one with the profile %q: choose with --app", o.file, appNames(fitting), p.Name)
}

func appNames(apps []*config.App) string {
	names := make([]string, len(apps))
	for i, a := range apps {
		names[i] = finding.Quote(a.Name.Value)
	}
	return strings.Join(names, ", ")
}

// provider returns the profile of the identity provider: the one that was
// named, else the one whose issuer the app trusts, nil where that is of no
// known product.
func (o *sheetOptions) provider(app *config.App, read func(string) ([]byte, error)) (*profile.Profile, error) {
	name := o.idp
	if name == "" {
		if name, _ = profile.IdentifyIdP(paste.Issuer(app, read)); name == "" {
			return nil, nil
		}
	}
	p, err := profile.Load(name)
	if err != nil {
		return nil, err
	}
	if p.IdP == nil {
		return nil, errors.New("--idp is " + finding.Quote(name) + ", which is the profile of an app, expected an identity provider")
	}
	return p, nil
}
