package cmd

import (
	"context"
	"errors"
	"flag"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "rewrite the expected output of the scripts")

// scriptNow is the clock of the scripts: a day after the sign-in of the
// samples.
var scriptNow = time.Date(2026, time.November, 22, 10, 0, 0, 0, time.UTC)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"ssodoctor": scriptMain})
}

// scriptMain is Main with the clock of the scripts, a terminal where
// SCRIPT_WIDTH says so, and URLs that are files of the script.
func scriptMain() {
	env := processEnv()
	env.Now = func() time.Time { return scriptNow }
	env.Fetch = func(ctx context.Context, address string) ([]byte, error) {
		u, err := url.Parse(address)
		if err != nil {
			return nil, err
		}
		if err := onlyHTTPS(u); err != nil {
			return nil, err
		}
		return os.ReadFile(filepath.Base(u.Path))
	}
	if width, err := strconv.Atoi(os.Getenv("SCRIPT_WIDTH")); err == nil {
		env.Terminal, env.Width = true, width
	}
	os.Exit(Run(context.Background(), env))
}

func TestScripts(t *testing.T) {
	samples, err := filepath.Abs("../testdata/samples")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "../testdata/script",
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("NO_COLOR", "1")
			if err := os.WriteFile(filepath.Join(e.WorkDir, "image.har"), []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"), 0o600); err != nil {
				return err
			}
			return os.CopyFS(e.WorkDir, os.DirFS(samples))
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"exits": exits},
	})
}

// exits runs a command that must end with an exit code: exits CODE COMMAND...
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND [ARG]...")
	}
	code := 0
	var exit *exec.ExitError
	if err := ts.Exec(args[1], args[2:]...); errors.As(err, &exit) {
		code = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if strconv.Itoa(code) != args[0] {
		ts.Fatalf("exit code %d, expected %s", code, args[0])
	}
}
