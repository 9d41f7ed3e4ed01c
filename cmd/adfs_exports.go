package cmd

import (
	"bytes"
	"compress/flate"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"slices"

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

// exports reads the objects of all inputs. What cannot be opened is told once,
// counted, and hides nothing of the others.
type exports struct {
	env      *Env
	inputs   []string
	unusable int
	// pipes holds what came by pipes, so that it can be read again; nil where
	// it need not be.
	pipes map[string]*pipe
}

func namedExports(env *Env, args []string, example string) (*exports, error) {
	inputs, err := named(env, args, "an export", example)
	return &exports{env: env, inputs: inputs}, err
}

// rereadable lets all inputs be read more than once.
func (e *exports) rereadable() *exports {
	e.pipes = map[string]*pipe{}
	return e
}

func (e *exports) refuse(err error) {
	e.env.warn(err)
	e.unusable++
}

func (e *exports) all() iter.Seq2[*adfs.Object, error] {
	return func(yield func(*adfs.Object, error) bool) {
		for _, name := range slices.Clone(e.inputs) {
			objects, done, err := e.open(name)
			if err != nil {
				e.refuse(err)
				e.inputs = slices.DeleteFunc(e.inputs, func(other string) bool { return other == name })
				continue
			}
			more := each(objects, yield)
			if done(); !more {
				return
			}
		}
	}
}

// open is one input; done is called when it was read.
func (e *exports) open(name string) (objects iter.Seq2[*adfs.Object, error], done func(), err error) {
	if kept := e.pipes[name]; kept != nil {
		return kept.again(), func() {}, nil
	}
	if name == "-" {
		objects, done = e.pipe(name, stdinName, e.env.Stdin)
		return objects, done, nil
	}
	info, err := os.Stat(name)
	if err != nil {
		return nil, nil, err
	}
	if info.IsDir() {
		return adfs.ReadFS(os.DirFS(name), name, adfs.Limits{}), func() {}, nil
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, nil, err
	}
	if info.Mode().IsRegular() {
		return adfs.Read(file, name, adfs.Limits{}), func() { file.Close() }, nil
	}
	objects, flush := e.pipe(name, name, file)
	return objects, func() { flush(); file.Close() }, nil
}

// pipe reads what can be read once, and keeps it where it will be asked for
// again.
func (e *exports) pipe(key, name string, r io.Reader) (objects iter.Seq2[*adfs.Object, error], done func()) {
	if e.pipes == nil {
		return adfs.Read(r, name, adfs.Limits{}), func() {}
	}
	p := &pipe{name: name}
	e.pipes[key] = p
	packed, _ := flate.NewWriter(&p.packed, flate.DefaultCompression) // the level is one
	return adfs.Read(io.TeeReader(r, packed), name, adfs.Limits{}), func() { packed.Close() }
}

// pipe is what came by a pipe, as far as it was read, compressed: exports shrink
// to a small part.
type pipe struct {
	name   string
	packed bytes.Buffer
}

func (p *pipe) again() iter.Seq2[*adfs.Object, error] {
	return adfs.Read(flate.NewReader(bytes.NewReader(p.packed.Bytes())), p.name, adfs.Limits{})
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
