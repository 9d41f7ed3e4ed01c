// Package cmd is the command line of ssodoctor: one file a command, from flags
// over one library call to a writer. It is the only room that knows cobra,
// viper, the clock, the environment, the terminal and the network.
//
// Manners: results go to standard output, all else to standard error, there
// with the prefix "ssodoctor: ", in lower case, without a full stop. Nothing is
// asked interactively. Colour and width are those of a terminal; a pipe gets
// plain, unwrapped lines.
package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"time"

	"golang.org/x/term"
)

// The exit codes of every command.
const (
	exitOK       = 0 // nothing at or above --fail-on
	exitFindings = 1 // findings at or above --fail-on
	exitUsage    = 2 // wrong usage
	exitUnusable = 3 // the job could not be done: unreadable, or no message in it
)

// Env is what a command knows of its surroundings.
type Env struct {
	Args           []string // without the name of the program
	Stdin          io.Reader
	StdinPiped     bool // standard input is a file or a pipe, not a terminal
	Stdout, Stderr io.Writer
	Terminal       bool // standard output is a terminal
	Width          int  // its columns, 0 where it is none
	Getenv         func(string) string
	Now            func() time.Time
	// Fetch gets a URL that the user named.
	Fetch func(ctx context.Context, url string) ([]byte, error)
}

// Main runs ssodoctor on the process it finds itself in and exits.
func Main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	os.Exit(Run(ctx, processEnv()))
}

func processEnv() *Env {
	env := &Env{
		Args: os.Args[1:], Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
		Getenv: os.Getenv, Now: time.Now, Fetch: fetch,
	}
	if info, err := os.Stdin.Stat(); err == nil {
		env.StdinPiped = info.Mode()&os.ModeCharDevice == 0
	}
	fd := int(os.Stdout.Fd())
	if env.Terminal = term.IsTerminal(fd); env.Terminal {
		if width, _, err := term.GetSize(fd); err == nil {
			env.Width = width
		}
	}
	return env
}

// usageError is a wrong flag, argument or setting.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// unusableError says that the job could not be done. A nil error has already
// been told.
type unusableError struct{ error }

// errFindings ends a run that found something at or above --fail-on.
var errFindings = errors.New("findings")

// Run runs one command line and returns its exit code.
func Run(ctx context.Context, env *Env) (code int) {
	defer func() {
		if r := recover(); r != nil {
			fmt.Fprintf(env.Stderr, "ssodoctor: internal error: %v; please report it with the command line, not with the capture\n", r)
			code = exitUnusable
		}
	}()
	root := newRoot(env)
	root.SetArgs(env.Args)
	return exitCode(env, root.ExecuteContext(ctx))
}

// exitCode tells an error, where it was not told yet, and turns it into an
// exit code. Errors that are not typed are cobra's own: wrong usage.
func exitCode(env *Env, err error) int {
	var unusable unusableError
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, errFindings):
		return exitFindings
	case errors.As(err, &unusable):
		if unusable.error != nil {
			env.warn(unusable.error)
		}
		return exitUnusable
	}
	env.warn(err)
	fmt.Fprintln(env.Stderr, "ssodoctor: see \"ssodoctor help\" for the commands and their flags")
	return exitUsage
}
