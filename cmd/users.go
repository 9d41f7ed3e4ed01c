package cmd

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/ssodoctor/ssodoctor/pkg/accounts"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// usersFlags name the list of the app's accounts.
type usersFlags struct {
	file, key string
}

func (o *usersFlags) bind(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&o.file, "users", "", "`file` with the accounts of the app, CSV or JSON, to look up who signed in")
	f.StringVar(&o.key, "users-key", "", "`column` of --users that the app knows its users by (default: the likeliest, which is told)")
}

// load reads the accounts, nil where none are given, and tells which column
// was taken where the user named none.
func (o *usersFlags) load(env *Env, quiet bool) (*accounts.List, error) {
	if o.file == "" {
		if o.key != "" {
			return nil, usageError{errors.New("--users-key needs --users")}
		}
		return nil, nil
	}
	file, err := os.Open(filepath.Clean(o.file))
	if err != nil {
		return nil, unusableError{fmt.Errorf("--users: %w", err)}
	}
	defer file.Close()
	list, err := accounts.Read(file, accounts.Options{Key: o.key})
	noKey := new(accounts.NoKeyError)
	switch {
	case errors.As(err, &noKey):
		return nil, usageError{fmt.Errorf("--users %s: %w; name the column with --users-key", o.file, err)}
	case err != nil:
		return nil, unusableError{fmt.Errorf("--users %s: %w", o.file, err)}
	}
	if list.Unread > 0 {
		env.warn(fmt.Errorf("--users %s: %d records could not be read: look for a quotation mark that is not closed", o.file, list.Unread))
	}
	if list.Guessed && !quiet {
		env.warn(fmt.Errorf("--users %s: %s; the app is taken to know them by the column %s (--users-key names another)", o.file, finding.Count(list.Accounts, "account"), finding.Quote(list.Key)))
	}
	return list, nil
}
