package cmd

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/spf13/viper"

	"github.com/ssodoctor/ssodoctor/pkg/config"
)

// settingFlags are the flags that can also be set by SSODOCTOR_* and by
// "settings:" in ssodoctor.yaml. The flag wins, then the environment.
var settingFlags = []string{"fail-on", "skew", "format", "color", "certificate-warning-days"}

const settingsFile = "ssodoctor.yaml"

// settle fills flags that were not given from the environment and the file.
// Only tool settings go through viper: it lower-cases keys, so it must never
// see claim URIs or names.
func settle(c *cobra.Command, env *Env, file string) error {
	v := viper.NewWithOptions(viper.KeyDelimiter("::"))
	if err := readSettings(v, file); err != nil {
		return usageError{err}
	}
	for _, name := range settingFlags {
		f := c.Flags().Lookup(name)
		if f == nil || f.Changed {
			continue
		}
		if err := override(f, env, v); err != nil {
			return usageError{err}
		}
	}
	return nil
}

func override(f *pflag.Flag, env *Env, v *viper.Viper) error {
	variable := "SSODOCTOR_" + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))
	if value := env.Getenv(variable); value != "" {
		if err := f.Value.Set(value); err != nil {
			return fmt.Errorf("the environment variable %s is %q: %w", variable, value, err)
		}
		return nil
	}
	if key := "settings::" + f.Name; v.IsSet(key) {
		if err := f.Value.Set(v.GetString(key)); err != nil {
			return fmt.Errorf("the setting %s is %q: %w", f.Name, v.GetString(key), err)
		}
	}
	return nil
}

// unreadSettings is an error of a configuration that cannot be read.
type unreadSettings struct{ error }

// readSettings reads the file named, or ssodoctor.yaml where there is one: of
// it "settings" alone, which package config takes out.
func readSettings(v *viper.Viper, name string) error {
	source := config.Source{Open: disk{}.Open, Glob: disk{}.Glob}
	text, err := config.SettingsOf(cmp.Or(name, settingsFile), source)
	switch {
	case name == "" && errors.Is(err, fs.ErrNotExist):
		return nil
	case errors.As(err, new(*fs.PathError)):
		return err
	case err != nil:
		return unreadSettings{fmt.Errorf("reading settings from %s: %w", cmp.Or(name, settingsFile), err)}
	}
	v.SetConfigType("yaml")
	return v.ReadConfig(bytes.NewReader(text))
}

// isPipe reports whether the reader of our output has gone away, as "| head"
// does: no error worth telling.
func isPipe(err error) bool { return errors.Is(err, syscall.EPIPE) }
