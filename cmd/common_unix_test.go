//go:build unix

package cmd

import (
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// TestStreamKeepsPipe holds that a pipe that is named as the output is written
// to and not replaced by a file.
func TestStreamKeepsPipe(t *testing.T) {
	name := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(name, 0o600); err != nil {
		t.Skip(err)
	}
	read := make(chan string, 1)
	go func() {
		data, _ := os.ReadFile(name)
		read <- string(data)
	}()
	o := &common{output: name}
	if err := o.stream(&Env{}, func(w io.Writer) error { _, err := io.WriteString(w, "result"); return err }); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(name); err != nil || info.Mode().IsRegular() {
		t.Fatalf("the pipe was replaced: %v, %v", info, err)
	}
	if got := <-read; got != "result" {
		t.Errorf("the pipe gave %q", got)
	}
}
