package cmd

import (
	"os"
	"path/filepath"
	"runtime/debug"
	"testing"
)

// TestSoftLimit: what lint opens raises the limit of the collector by its size,
// and what settings open does not touch it.
func TestSoftLimit(t *testing.T) {
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(-1))
	name := filepath.ToSlash(filepath.Join(t.TempDir(), "metadata.xml"))
	if err := os.WriteFile(name, make([]byte, 1000), 0o644); err != nil {
		t.Fatal(err)
	}
	open := func(d disk) {
		f, err := d.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		f.Close()
	}
	before := debug.SetMemoryLimit(-1)
	open(disk{})
	if got := debug.SetMemoryLimit(-1); got != before {
		t.Errorf("the limit is %d without one to raise, want %d", got, before)
	}
	d := disk{&softLimit{bytes: softLeast}}
	open(d)
	open(d)
	if got, want := debug.SetMemoryLimit(-1), int64(softLeast+2*1000*softPerByte); got != want {
		t.Errorf("the limit is %d, want %d", got, want)
	}
}
