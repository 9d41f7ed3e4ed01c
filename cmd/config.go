package cmd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/ssodoctor/ssodoctor/pkg/config"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/validate"
)

// readConfig reads the configuration of that name, or the ssodoctor.yaml of the
// current directory. What is wrong with it is told, and the rest is used.
func readConfig(env *Env, name string) (*config.Config, error) {
	name = filepath.ToSlash(filepath.Clean(cmp.Or(name, settingsFile)))
	c, err := config.Load(name, config.Source{Open: disk{}.Open, Glob: disk{}.Glob, Getenv: env.Getenv})
	if err != nil {
		return nil, err
	}
	for _, p := range c.Problems {
		if p.Severity == finding.Error || p.Severity == 0 {
			env.warn(fmt.Errorf("%s:%d: %s", p.File, p.Location.Span.Line, p.Detail))
		}
	}
	return c, nil
}

// addApp expects what the configuration says of the app that --app names.
func (o *expectationFlags) addApp(ctx context.Context, env *Env, file string, e *validate.Expectations) error {
	c, err := readConfig(env, file)
	if err != nil {
		return unusableError{fmt.Errorf("--app %s: %w; give the configuration with --config", o.app, err)}
	}
	known, ok := c.App(o.app)
	if !ok {
		return usageError{noApp(c, o.app)}
	}
	app := *known
	if o.profile != "" {
		app.Profile = config.Text{}
	}
	err = e.AddApp(&app, func(f config.File) ([]byte, error) {
		if f.Remote() {
			return env.Fetch(ctx, f.Value)
		}
		return readWhole(filepath.FromSlash(f.Path), maxMetadataFile)
	})
	if err != nil {
		return unusableError{fmt.Errorf("--app %s: %w", o.app, err)}
	}
	return nil
}

// noApp says that a configuration has no app of that name.
func noApp(c *config.Config, name string) error {
	var names []string
	for _, a := range c.Apps {
		names = append(names, a.Name.Value)
	}
	slices.Sort(names)
	if len(names) == 0 {
		return errors.New("the configuration describes no app")
	}
	hint := ""
	if near := finding.DidYouMean(name, names); near != "" {
		hint = fmt.Sprintf("; did you mean %q?", near)
	}
	return fmt.Errorf("--app is %q, and %s has no app of that name%s", name, c.Files[0], hint)
}
