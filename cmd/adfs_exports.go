package cmd

import (
	"errors"
	"fmt"
	"iter"
	"os"

	"github.com/ssodoctor/ssodoctor/pkg/adfs"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/migrate"
)

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

func namedExports(env *Env, args []string, example string) (*exports, error) {
	inputs, err := named(env, args, "an export", example)
	return &exports{env: env, inputs: inputs}, err
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

// placed is a problem with its place.
func placed(p migrate.Problem) string {
	at := p.Source.File
	if p.Source.Line > 0 {
		at += fmt.Sprintf(":%d:%d", p.Source.Line, p.Column)
	}
	return at + ": " + p.Message
}
