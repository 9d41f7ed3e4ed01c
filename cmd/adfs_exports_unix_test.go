//go:build unix

package cmd

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/ssodoctor/ssodoctor/internal/adfstest"
)

// TestExportsAreReadAgain holds that what comes by pipes can be read as often as
// files can, and that what cannot be opened is told once.
func TestExportsAreReadAgain(t *testing.T) {
	var export strings.Builder
	if err := adfstest.WriteCLIXML(&export, adfstest.Farm(5), adfstest.CLIXMLOptions{UTF16: true}); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	pipe, file := filepath.Join(dir, "pipe"), filepath.Join(dir, "file.xml")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Skip(err)
	}
	go os.WriteFile(pipe, []byte(export.String()), 0o600)
	if err := os.WriteFile(file, []byte(export.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	var stderr strings.Builder
	env := &Env{Stdin: strings.NewReader(export.String()), Stderr: &stderr}
	objects, err := namedExports(env, []string{"-", pipe, filepath.Join(dir, "missing"), file}, "")
	if err != nil {
		t.Fatal(err)
	}
	objects.rereadable()
	for range 3 {
		n := 0
		for _, err := range objects.all() {
			if err != nil {
				t.Fatal(err)
			}
			n++
		}
		if n != 15 {
			t.Errorf("%d objects, want 15", n)
		}
	}
	if told := strings.Count(stderr.String(), "missing"); told != 1 || objects.unusable != 1 {
		t.Errorf("the file that is not there is told %d times and counted %d times", told, objects.unusable)
	}
}
