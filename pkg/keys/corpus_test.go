package keys

import (
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write testdata/corpus.txt")

const corpus = "../../../shared/corpus"

// corpusFiles lists the certificates and keys of the corpus.
func corpusFiles(t *testing.T) []string {
	t.Helper()
	var files []string
	err := filepath.WalkDir(corpus, func(path string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			t.Skip("no corpus of real samples here")
		}
		if err != nil || entry.IsDir() || entry.Name() == "README.md" {
			return err
		}
		switch filepath.Ext(path) {
		case ".pem", ".crt", ".cer", ".cert", ".key", ".der":
			files = append(files, path)
		case "":
			if filepath.Base(filepath.Dir(path)) == "certificates" {
				files = append(files, path)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// outcome says in one word what a file gave.
func outcome(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	bundle, err := Read(data)
	if err == nil {
		return "certificate from " + bundle.Form
	}
	if !errors.Is(err, ErrPrivateKey) {
		return "refused: " + err.Error()
	}
	key, err := ReadPrivateKey(data, nil)
	if err != nil {
		return "private key refused: " + err.Error()
	}
	return fmt.Sprintf("private key as %T", key)
}

// TestCorpus holds the number of files per outcome to the committed one.
func TestCorpus(t *testing.T) {
	counts := map[string]int{}
	for _, path := range corpusFiles(t) {
		counts[outcome(t, path)]++
	}
	var lines []string
	for what, count := range counts {
		lines = append(lines, fmt.Sprintf("%3d %s", count, what))
	}
	slices.Sort(lines)
	got := strings.Join(lines, "\n") + "\n"
	golden := filepath.Join("testdata", "corpus.txt")
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("outcomes\n%swant\n%s", got, want)
	}
}
