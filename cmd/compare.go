package cmd

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/ssodoctor/ssodoctor/pkg/compare"
	"github.com/ssodoctor/ssodoctor/pkg/report"
	"github.com/ssodoctor/ssodoctor/pkg/validate"
)

// compareOptions are the flags of compare.
type compareOptions struct {
	common
	decryption decryptionFlags
	otherUser  bool
}

const compareLong = `Hold two captures, two messages, two metadata files, two exports of Entra ID or
two exports of AD FS against each other, or a message against the metadata of its
sender or receiver.

A is what works, B what replaces it: the token of AD FS and that of Entra ID for
the same user, the sign-in of a user who gets in and that of one who does not,
the metadata or the settings of last week and of today. Each difference comes
with what it breaks for an app that works with A. Of a capture with several
sign-ins the last is taken; of exports the same applications are held against
each other, by client id, identifier or name.

The exit code is 1 where a difference breaks the app.`

const compareExample = `  ssodoctor compare adfs.har entra.har
  ssodoctor compare works.har fails.har --other-user
  ssodoctor compare adfs.har entra.har --key app.pem
  ssodoctor compare metadata-old.xml metadata-new.xml --format json
  ssodoctor compare response.xml idp-metadata.xml
  ssodoctor compare halo-sp-monday.json halo-sp-today.json
  ssodoctor compare trusts-before.xml trusts-after.xml`

func newCompare(env *Env) *cobra.Command {
	o := &compareOptions{}
	c := &cobra.Command{
		Use:     "compare A B",
		Short:   "What differs between two tokens, captures, metadata files or exports, and what that breaks",
		Long:    compareLong,
		Example: compareExample,
		Args:    cobra.ExactArgs(2),
		RunE: func(c *cobra.Command, args []string) error {
			return runCompare(c, env, o, args)
		},
	}
	o.common.bind(c, report.ComparisonFormats...)
	o.common.bindFailOn(c)
	o.decryption.bind(c)
	c.Flags().BoolVarP(&o.quiet, "quiet", "q", false, "only what breaks the app, or may")
	c.Flags().BoolVar(&o.otherUser, "other-user", false, "the two sign-ins are of different users: their values may differ")
	return c
}

func runCompare(c *cobra.Command, env *Env, o *compareOptions, args []string) error {
	if err := settle(c, env, o.config); err != nil {
		return err
	}
	if err := o.choices(); err != nil {
		return err
	}
	if args[0] == "-" && args[1] == "-" {
		return usageError{errors.New("\"-\" stands for standard input and can be given once")}
	}
	private, err := o.decryption.load()
	if err != nil {
		return err
	}
	var sides [2]compared
	for i, arg := range args {
		if sides[i], err = readSide(env, arg); err != nil {
			return unusableError{err}
		}
	}
	result := sides[0].against(sides[1], compare.Options{OtherUser: o.otherUser, Keys: private})
	if len(result.Facts) == 0 {
		return unusableError{fmt.Errorf("%s holds %s and %s holds %s: there is nothing that both have; two tokens, two requests, two logout messages, two metadata files and two exports can be compared, and a token or a request with metadata", result.A.Name, result.A.Type, result.B.Name, result.B.Type)}
	}
	for _, side := range []compare.Side{result.A, result.B} {
		if side.Unread {
			env.warn(fmt.Errorf("%s: the token is encrypted, so what is inside was not compared; give the app's private key with --key", side.Name))
		}
	}
	err = o.write(env, func(w io.Writer) error { return report.Comparison(w, result, o.format, o.look(env)) })
	s := result.Summary
	if err == nil && o.failing(validate.Summary{Error: s.Error, Warning: s.Warning, Info: s.Info}) {
		return errFindings
	}
	return err
}

// choices holds the choices of the flags against what is known.
func (o *compareOptions) choices() error {
	return errors.Join(
		oneOf("format", o.format, report.ComparisonFormats),
		oneOf("color", o.color, colors),
		oneOf("fail-on", o.failOn, failOns),
	)
}
