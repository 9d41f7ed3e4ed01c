package cmd

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

const rootLong = `ssodoctor tells why a SAML sign-in fails and which field to change.

It works offline on what you give it: a HAR file, a SAMLResponse, a redirect
URL, an XML file. It sends nothing, and fetches only a metadata URL that you
name.

Exit codes: 0 nothing at or above --fail-on, 1 findings, 2 wrong usage,
3 the job could not be done.`

// Root returns the command tree for generators of documentation.
func Root() *cobra.Command { return newRoot(&Env{}) }

func newRoot(env *Env) *cobra.Command {
	root := &cobra.Command{
		Use:           "ssodoctor",
		Short:         "Tell why a SAML sign-in fails and which field to change",
		Long:          rootLong,
		Args:          cobra.NoArgs,
		SilenceErrors: true,
		SilenceUsage:  true,
		Version:       version(),
		RunE:          func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	root.SetIn(env.Stdin)
	root.SetOut(env.Stdout)
	root.SetErr(env.Stderr)
	root.SetVersionTemplate("ssodoctor {{.Version}}\n")
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	root.AddCommand(
		newCheck(env, runCheck),
		newDecode(env, runDecode),
		newLint(env, runLint),
		newInit(env),
		newADFS(env),
		newCompare(env),
		newRedact(env),
		newChecks(env),
		newExplain(env),
		newProfiles(env),
		newVersion(env),
	)
	return root
}

// note tells what was done, on standard error.
func (e *Env) note(text string) {
	fmt.Fprintf(e.Stderr, "ssodoctor: %s\n", finding.Printable(text))
}

// warn tells an error on standard error.
func (e *Env) warn(err error) {
	fmt.Fprintf(e.Stderr, "ssodoctor: %s\n", finding.Printable(err.Error()))
}
