package cmd

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/migrate"
	"github.com/ssodoctor/ssodoctor/pkg/migrate/write"
)

// folders writes a folder for each trust. What is there is looked at before
// anything is written.
func (o *convertOptions) folders(env *Env, target write.Target, p *migrate.Plans, settings write.Options) error {
	names := target.FolderNames(p, settings)
	if !o.force {
		if err := o.vacant(names); err != nil {
			return err
		}
	}
	written := map[string]bool{}
	for file, err := range target.Files(p, settings) {
		name := filepath.Join(o.output, filepath.FromSlash(file.Name))
		if err == nil {
			err = replaceFile(name, file.Data)
		}
		if err != nil {
			return unusableError{fmt.Errorf("%w; %d files were written to %s before", err, len(written), o.output)}
		}
		written[name] = true
	}
	fmt.Fprintf(env.Stderr, "wrote %s for %s to %s\n", finding.Count(len(written), "file"), finding.Count(len(names), "trust"), o.output)
	if o.force {
		o.tellLeft(env, names, written)
	}
	return nil
}

// tellLeft names what an earlier run, or a person, left beside the files that
// were written.
func (o *convertOptions) tellLeft(env *Env, names []string, written map[string]bool) {
	for _, name := range names {
		folder := filepath.Join(o.output, name)
		entries, err := os.ReadDir(folder)
		if err != nil {
			continue // it was written a moment ago
		}
		for _, e := range entries {
			if file := filepath.Join(folder, e.Name()); !written[file] {
				env.warn(fmt.Errorf("%s was there before and is not part of what was written", file))
			}
		}
	}
}

// vacant tells whether the folders of trusts hold nothing yet.
func (o *convertOptions) vacant(names []string) error {
	if info, err := os.Stat(o.output); err == nil && !info.IsDir() {
		return unusableError{fmt.Errorf("--output is %q, a file, and --to %s writes a folder for each trust", o.output, o.to)}
	}
	for _, name := range names {
		name = filepath.Join(o.output, name)
		entries, err := os.ReadDir(name)
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return unusableError{err}
		case len(entries) > 0:
			return unusableError{fmt.Errorf("%s is there and is not overwritten: name another --output, or give --force", name)}
		}
	}
	return nil
}

// replaceFile writes a file that takes its name only once it is complete.
func replaceFile(name string, data []byte) error {
	folder := filepath.Dir(name)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	file, err := os.CreateTemp(folder, ".ssodoctor-*")
	if err != nil {
		return err
	}
	defer os.Remove(file.Name())
	_, err = file.Write(data)
	if closed := file.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(file.Name(), name)
	}
	return err
}
