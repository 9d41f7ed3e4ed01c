package cmd

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/ssodoctor/ssodoctor/pkg/report"
	"github.com/ssodoctor/ssodoctor/pkg/validate"
)

// checkOptions are the flags of check.
type checkOptions struct {
	common
	expectationFlags
	decryption decryptionFlags
	users      usersFlags
	message    int
	inputs     []string
}

const checkLong = `Diagnose captured sign-ins: what a browser, a proxy or a log recorded, or the
message alone. A directory is searched for captures; "-" or no argument reads
standard input.

Everything that both sides have agreed on can be given, and makes more checks
possible. Nothing is needed: what cannot be judged is reported as not checked,
with the reason.`

const checkExample = `  ssodoctor check login.har
  ssodoctor check login.har --profile haloitsm --acs https://halo.contoso.com/auth/saml
  pbpaste | ssodoctor check --cert idp.cer --entity-id https://halo.contoso.com
  ssodoctor check login.har --idp-metadata federationmetadata.xml --sp-metadata sp.xml
  ssodoctor check login.har --key app.pem
  ssodoctor check login.har --users accounts.csv
  ssodoctor check login.har --app HaloITSM
  ssodoctor check response.xml --require-claim 'first_name' --require-claim 'role=^Agent'`

func newCheck(env *Env, run func(*cobra.Command, *Env, *checkOptions) error) *cobra.Command {
	o := &checkOptions{}
	c := &cobra.Command{
		Use:     "check [FILE|-]...",
		Short:   "Diagnose captured sign-ins",
		Long:    checkLong + "\n\n" + formatsHelp(),
		Example: checkExample,
		RunE: func(c *cobra.Command, args []string) error {
			o.inputs = args
			return run(c, env, o)
		},
	}
	o.common.bind(c, report.Formats()...)
	o.common.bindVerdict(c, verdictHelp{"the time of capture", "only the diagnosis and the findings", "also list what passed and what was not checked, and ask for a second opinion on signatures"})
	o.expectationFlags.bind(c)
	o.decryption.bind(c)
	o.users.bind(c)
	bindMessage(c, &o.message, "judge")
	return c
}

func runCheck(c *cobra.Command, env *Env, o *checkOptions) error {
	if err := settle(c, env, o.config); err != nil {
		return err
	}
	if err := o.choices(report.Formats()); err != nil {
		return err
	}
	clock, err := o.clock(env)
	if err != nil {
		return err
	}
	expect, err := o.known(c.Context(), env, clock)
	if err != nil {
		return err
	}
	in, err := readInputs(env, o.inputs)
	if err != nil {
		return err
	}
	r := validate.Examine(in.captures, expect, clock)
	if o.message >= 0 {
		if o.message >= len(r.Messages) {
			return usageError{fmt.Errorf("--message is %d, but there are %d messages, numbered from 0", o.message, len(r.Messages))}
		}
		r.Only(o.message)
	}
	if len(in.captures) > 0 || o.format != "text" {
		if err := o.report(env, r); err != nil {
			return err
		}
	}
	switch {
	case o.failing(r.Summary):
		return errFindings
	case in.unusable > 0:
		return unusableError{}
	}
	return nil
}

// known gathers all that the flags and the files they name say of both sides.
func (o *checkOptions) known(ctx context.Context, env *Env, clock validate.Clock) (*validate.Expectations, error) {
	expect, err := o.expectations(ctx, env, o.config)
	if err != nil {
		return nil, err
	}
	if expect.Keys, err = o.decryption.load(); err != nil {
		return nil, err
	}
	if expect.Accounts, err = o.users.load(env, o.quiet); err != nil {
		return nil, err
	}
	expect.SecondOpinion = expect.SecondOpinion || o.verbose
	if err := expect.ExpiredMetadata(clock.Judged()); err != nil {
		env.warn(err)
	}
	return expect, nil
}

func (o *checkOptions) report(env *Env, r *validate.Report) error {
	write, _ := report.Lookup(o.format)
	return o.write(env, func(w io.Writer) error { return write(w, r, o.look(env)) })
}
