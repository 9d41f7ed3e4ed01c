// Command gen writes what is derived from the code: the pages of the checks,
// the samples of the documentation and the tests, man pages and shell completions.
//
//	go run ./internal/gen checks docs/checks
//	go run ./internal/gen samples testdata/samples
//	go run ./internal/gen schema docs/schema
//	go run ./internal/gen man dist/man
//	go run ./internal/gen completions dist/completions
package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra/doc"

	"github.com/ssodoctor/ssodoctor/cmd"
	"github.com/ssodoctor/ssodoctor/pkg/config"
	"github.com/ssodoctor/ssodoctor/pkg/report"
	"github.com/ssodoctor/ssodoctor/pkg/validate"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: gen checks|samples|schema|man|completions DIRECTORY")
		os.Exit(2)
	}
	if err := generate(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func generate(what, dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	switch what {
	case "checks":
		return checks(dir)
	case "man":
		return doc.GenManTree(cmd.Root(), &doc.GenManHeader{Title: "SSODOCTOR", Section: "1"}, dir)
	case "completions":
		return completions(dir)
	case "samples":
		return samples(dir)
	case "schema":
		return write(dir, "ssodoctor.schema.json", func(w io.Writer) error {
			text, err := config.JSONSchema()
			if err == nil {
				_, err = w.Write(text)
			}
			return err
		})
	}
	return fmt.Errorf("unknown kind %q", what)
}

// checks writes one page a check and an index, and removes pages of checks
// that are gone.
func checks(dir string) error {
	old, err := filepath.Glob(filepath.Join(dir, "*.md"))
	if err != nil {
		return err
	}
	for _, name := range old {
		if err := os.Remove(name); err != nil {
			return err
		}
	}
	catalogue := validate.Catalogue()
	err = write(dir, "README.md", func(w io.Writer) error {
		return report.Catalogue(w, catalogue, "markdown", report.Options{})
	})
	for _, c := range catalogue {
		if err == nil {
			err = write(dir, c.Name+".md", func(w io.Writer) error { return report.CheckPage(w, c) })
		}
	}
	return err
}

func completions(dir string) error {
	root := cmd.Root()
	for name, produce := range map[string]func(io.Writer) error{
		"ssodoctor.bash": func(w io.Writer) error { return root.GenBashCompletionV2(w, true) },
		"ssodoctor.zsh":  root.GenZshCompletion,
		"ssodoctor.fish": func(w io.Writer) error { return root.GenFishCompletion(w, true) },
		"ssodoctor.ps1":  root.GenPowerShellCompletionWithDesc,
	} {
		if err := write(dir, name, produce); err != nil {
			return err
		}
	}
	return nil
}

func write(dir, name string, produce func(io.Writer) error) error {
	var b bytes.Buffer
	if err := produce(&b); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, name), b.Bytes(), 0o644)
}
