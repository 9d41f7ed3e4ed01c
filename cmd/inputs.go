package cmd

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/trace"
)

// stdinName is what standard input is called in reports.
const stdinName = "(stdin)"

// maxFiles bounds how many files of a directory are read.
const maxFiles = 10_000

// intake is what became of the inputs of a command.
type intake struct {
	captures []*trace.Capture
	unusable int // inputs that could not be used; each has been told
}

// readInputs reads every input; no argument means standard input. What cannot
// be read is told and counted, and hides nothing of the others.
func readInputs(env *Env, args []string) (intake, error) {
	if len(args) == 0 {
		if !env.StdinPiped {
			return intake{}, errNothingToRead("check")
		}
		args = []string{"-"}
	}
	var in intake
	stdin := false
	for _, arg := range args {
		switch {
		case arg == "-" && stdin:
			return intake{}, usageError{errors.New("\"-\" stands for standard input and can be given once")}
		case arg == "-":
			stdin = true
			in.read(env, env.Stdin, stdinName)
		default:
			in.readPath(env, arg)
		}
	}
	return in, nil
}

// errNothingToRead says that a command got no input.
func errNothingToRead(command string) error {
	return usageError{fmt.Errorf("nothing to read: name a file, or pipe a capture in, for example: ssodoctor %s login.har", command)}
}

// readPath reads one file, or all files below a directory.
func (in *intake) readPath(env *Env, path string) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		in.refuse(env, err)
	case info.IsDir():
		in.readDir(env, path)
	default:
		in.readFile(env, path)
	}
}

func (in *intake) readFile(env *Env, path string) {
	file, err := os.Open(path)
	if err != nil {
		in.refuse(env, err)
		return
	}
	defer file.Close()
	in.read(env, file, path)
}

// read reads one capture. One with nothing to judge, but with something to say,
// counts as unusable and is still reported.
func (in *intake) read(env *Env, r io.Reader, name string) {
	capture, err := trace.Read(r, name, trace.Limits{})
	if err != nil {
		in.refuse(env, err)
	}
	if capture != nil && (capture.Tells() || len(capture.Problems) > 0) {
		in.captures = append(in.captures, capture)
		if err == nil && !capture.Tells() {
			in.unusable++
		}
	}
}

func (in *intake) refuse(env *Env, err error) {
	env.warn(err)
	in.unusable++
}

// readDir reads the files below a directory that hold messages, in the order
// of their names. Others are passed over: only a directory without any is an
// error. Hidden files and links are left alone.
func (in *intake) readDir(env *Env, dir string) {
	files, found := 0, len(in.captures)
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			in.refuse(env, err)
			return nil
		}
		if strings.HasPrefix(d.Name(), ".") && path != dir {
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if !d.Type().IsRegular() {
			return nil
		}
		if files++; files > maxFiles {
			return fmt.Errorf("%s: more than %d files; name the captures themselves", dir, maxFiles)
		}
		in.readQuietly(env, path)
		return nil
	})
	if err != nil {
		in.refuse(env, err)
	}
	if len(in.captures) == found {
		in.refuse(env, fmt.Errorf("%s: no capture found in its %d files; give a HAR file, a SAMLResponse or an XML file", dir, files))
	}
}

// readQuietly reads a file of a directory: one that is no capture is passed
// over, one that cannot be opened is told.
func (in *intake) readQuietly(env *Env, path string) {
	file, err := os.Open(path)
	if err != nil {
		in.refuse(env, err)
		return
	}
	defer file.Close()
	capture, err := trace.Read(file, path, trace.Limits{})
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		in.refuse(env, err)
	}
	if err == nil && capture.Tells() {
		in.captures = append(in.captures, capture)
	}
}

// readWhole reads a whole file that a flag names.
func readWhole(path string, limit int64) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	var buffer bytes.Buffer
	n, err := io.Copy(&buffer, io.LimitReader(file, limit+1))
	if err == nil && n > limit {
		err = fmt.Errorf("%s: larger than %d MiB", path, limit>>20)
	}
	return buffer.Bytes(), err
}

// openOne opens what a command takes one of.
func openOne(name string) (*os.File, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	if info, err := file.Stat(); err == nil && info.IsDir() {
		file.Close()
		return nil, &fs.PathError{Op: "read", Path: name, Err: errors.New("is a directory; name one file in it")}
	}
	return file, nil
}
