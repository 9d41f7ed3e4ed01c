package cmd

import (
	"errors"
	"io"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/ssodoctor/ssodoctor/pkg/migrate"
	"github.com/ssodoctor/ssodoctor/pkg/report"
)

// assessOptions are the flags of adfs assess.
type assessOptions struct {
	common
	inputs []string
}

// softMemory is where the collector begins to work harder, in bytes, so that
// farms of 10,000 trusts stay below 128 MiB; larger ones go beyond it.
const softMemory = 96 << 20

const assessLong = `Say of each relying party trust whether it is ready to move to Microsoft Entra
ID, needs work or is blocked, and why: from all its properties and all its rule
sets. The easiest come first.

Exports are read as Export-Clixml, ConvertTo-Json, Export-Csv, Format-List and
SAML metadata, recognised from content; a folder or zip of them is read whole.
Export-Clixml alone loses nothing.

Disabled trusts, those of AD FS itself and of Microsoft's services, and copies
are listed but not counted. The CSV has a column for each test of Microsoft's
own assessment.

Exit code 1 means that a trust is blocked, or with --fail-on warning, that one
needs work.`

func newADFSAssess(env *Env, run func(*cobra.Command, *Env, *assessOptions) error) *cobra.Command {
	o := &assessOptions{}
	c := &cobra.Command{
		Use:   "assess [EXPORT|-]...",
		Short: "Say how ready each relying party trust is for Entra, and why not",
		Long:  assessLong,
		Example: `  ssodoctor adfs assess trusts.xml
  ssodoctor adfs assess ADFSApps.zip --format csv --output trusts.csv
  ssodoctor adfs assess exports/ --format markdown --output assessment.md`,
		RunE: func(c *cobra.Command, args []string) error {
			o.inputs = args
			return run(c, env, o)
		},
	}
	o.common.bind(c, "text", "json", "csv", "markdown")
	o.common.bindVerdict(c, verdictHelp{"now", "only the trusts, without what else the farm has", "also list what moves by itself, and the settings of trusts that are not to be moved"})
	return c
}

func runADFSAssess(c *cobra.Command, env *Env, o *assessOptions) error {
	if err := settle(c, env, o.config); err != nil {
		return err
	}
	if err := o.choices(report.AssessmentFormats()); err != nil {
		return err
	}
	clock, err := o.clock(env)
	if err != nil {
		return err
	}
	objects, err := namedExports(env, o.inputs, "ssodoctor adfs assess trusts.xml")
	if err != nil {
		return err
	}
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(softMemory))
	a := migrate.Assess(objects.all(), clock.Judged())
	objects.tell(a.Problems, len(a.Trusts)+len(a.Others) == 0)
	if len(a.Trusts)+len(a.Others) > 0 || o.format != "text" {
		write, _ := report.LookupAssessment(o.format)
		if err := o.stream(env, func(w io.Writer) error { return write(w, a, o.look(env)) }); err != nil {
			return err
		}
	}
	if err := o.ready(a.Summary, objects); err != nil || len(a.Trusts) > 0 {
		return err
	}
	return errNoTrust
}

// ready turns the readiness of trusts into an exit code.
func (o *common) ready(s migrate.Summary, in *exports) error {
	failing := map[string]int{"error": s.Blocked, "warning": s.Blocked + s.NeedsWork, "info": s.Blocked + s.NeedsWork + s.Ready}
	switch {
	case failing[o.failOn] > 0:
		return errFindings
	case in.unusable > 0:
		return unusableError{}
	}
	return nil
}

var errNoTrust = unusableError{errors.New("no relying party trust found; export with: Get-AdfsRelyingPartyTrust | Export-Clixml trusts.xml")}
