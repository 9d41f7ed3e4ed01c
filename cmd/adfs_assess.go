package cmd

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/ssodoctor/ssodoctor/pkg/adfs"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
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
	o.common.bindVerdict(c)
	return c
}

func runADFSAssess(c *cobra.Command, env *Env, o *assessOptions) error {
	if err := settle(c, env, o.config); err != nil {
		return err
	}
	for _, choice := range []struct {
		flag, value string
		allowed     []string
	}{{"format", o.format, report.AssessmentFormats()}, {"color", o.color, colors}, {"fail-on", o.failOn, failOns}} {
		if err := oneOf(choice.flag, choice.value, choice.allowed); err != nil {
			return err
		}
	}
	clock, err := o.clock(env)
	if err != nil {
		return err
	}
	inputs, err := named(env, o.inputs, "an export", "ssodoctor adfs assess trusts.xml")
	if err != nil {
		return err
	}
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(softMemory))
	objects := &exports{env: env, inputs: inputs}
	a := migrate.Assess(objects.all(), clock.Judged())
	objects.tell(a.Problems, len(a.Trusts)+len(a.Others) == 0)
	if len(a.Trusts)+len(a.Others) > 0 || o.format != "text" {
		write, _ := report.LookupAssessment(o.format)
		if err := o.stream(env, func(w io.Writer) error { return write(w, a, o.look(env)) }); err != nil {
			return err
		}
	}
	return o.assessed(a, objects)
}

// maxPassedOver is how many files are named that were passed over.
const maxPassedOver = 10

// tell says what could not be read. Files of a folder or archive that are no
// exports are only named where there is nothing else.
func (e *exports) tell(problems []migrate.Problem, nothing bool) {
	named := 0
	for _, p := range problems {
		switch {
		case p.Severity == finding.Error:
			e.refuse(errors.New(placed(p)))
		case nothing && named < maxPassedOver:
			named++
			e.env.warn(errors.New(placed(p)))
		}
	}
}

// assessed turns the result into an exit code.
func (o *assessOptions) assessed(a *migrate.Assessment, in *exports) error {
	s := a.Summary
	failing := map[string]int{"error": s.Blocked, "warning": s.Blocked + s.NeedsWork, "info": s.Blocked + s.NeedsWork + s.Ready}
	switch {
	case failing[o.failOn] > 0:
		return errFindings
	case in.unusable > 0:
		return unusableError{}
	case len(a.Trusts) == 0:
		return unusableError{errors.New("no relying party trust found; export with: Get-AdfsRelyingPartyTrust | Export-Clixml trusts.xml")}
	}
	return nil
}

// placed is a problem with its place.
func placed(p migrate.Problem) string {
	at := p.Source.File
	if p.Source.Line > 0 {
		at += fmt.Sprintf(":%d:%d", p.Source.Line, p.Column)
	}
	return at + ": " + p.Message
}

// named are the inputs that a command line names; none means standard input.
func named(env *Env, args []string, what, example string) ([]string, error) {
	if len(args) == 0 {
		if !env.StdinPiped {
			return nil, usageError{fmt.Errorf("nothing to read: name %s, for example: %s", what, example)}
		}
		return []string{"-"}, nil
	}
	dashes := 0
	for _, arg := range args {
		if arg == "-" {
			dashes++
		}
	}
	if dashes > 1 {
		return nil, usageError{errors.New("\"-\" stands for standard input and can be given once")}
	}
	return args, nil
}

// exports reads the objects of all inputs. What cannot be opened is told and
// counted, and hides nothing of the others.
type exports struct {
	env      *Env
	inputs   []string
	unusable int
}

func (e *exports) refuse(err error) {
	e.env.warn(err)
	e.unusable++
}

func (e *exports) all() iter.Seq2[*adfs.Object, error] {
	return func(yield func(*adfs.Object, error) bool) {
		for _, name := range e.inputs {
			if !e.one(name, yield) {
				return
			}
		}
	}
}

// one reads one input; false where no more is wanted.
func (e *exports) one(name string, yield func(*adfs.Object, error) bool) bool {
	if name == "-" {
		return each(adfs.Read(e.env.Stdin, stdinName, adfs.Limits{}), yield)
	}
	info, err := os.Stat(name)
	if err != nil {
		e.refuse(err)
		return true
	}
	if info.IsDir() {
		return each(adfs.ReadFS(os.DirFS(name), name, adfs.Limits{}), yield)
	}
	file, err := os.Open(name)
	if err != nil {
		e.refuse(err)
		return true
	}
	defer file.Close()
	return each(adfs.Read(file, name, adfs.Limits{}), yield)
}

func each(objects iter.Seq2[*adfs.Object, error], yield func(*adfs.Object, error) bool) bool {
	for o, err := range objects {
		if !yield(o, err) {
			return false
		}
	}
	return true
}

// stream lets produce write the result piece by piece to where it belongs. A
// file takes its name only once the result is complete; a device or pipe is
// written to, as a rename would put a file in its place.
func (o *common) stream(env *Env, produce func(io.Writer) error) error {
	if o.output == "" || o.output == "-" {
		w := bufio.NewWriterSize(env.Stdout, 64<<10)
		err := produce(w)
		if err == nil {
			err = w.Flush()
		}
		if err != nil && !errors.Is(err, os.ErrClosed) && !isPipe(err) {
			return unusableError{err}
		}
		return nil
	}
	if info, err := os.Stat(o.output); err == nil && !info.Mode().IsRegular() {
		return writeTo(o.output, produce)
	}
	file, err := os.CreateTemp(filepath.Dir(o.output), ".ssodoctor-*")
	if err != nil {
		return unusableError{err}
	}
	defer os.Remove(file.Name())
	err = produce(file)
	if closed := file.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(file.Name(), o.output)
	}
	if err != nil {
		return unusableError{err}
	}
	return nil
}

// writeTo writes to what is there and is no regular file.
func writeTo(name string, produce func(io.Writer) error) error {
	file, err := os.OpenFile(name, os.O_WRONLY, 0)
	if err != nil {
		return unusableError{err}
	}
	err = produce(file)
	if closed := file.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return unusableError{err}
	}
	return nil
}
