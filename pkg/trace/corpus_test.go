package trace

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// corpus gives the folder of real samples, which is not part of the project.
func corpus(t testing.TB, folder string) string {
	t.Helper()
	dir := filepath.Join("..", "..", "..", "shared", "corpus", folder)
	if _, err := os.Stat(dir); err != nil {
		t.Skip("no corpus here")
	}
	return dir
}

func TestCorpusMessages(t *testing.T) {
	dir := corpus(t, "messages")
	read := 0
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		rel := strings.TrimPrefix(path, dir+"/")
		capture, err := ReadBytes(data, rel, Limits{})
		if capture == nil {
			t.Fatalf("%s: no capture", rel)
		}
		if len(capture.Messages) > 0 {
			read++
		}
		if os.Getenv("TRACE_LIST") != "" {
			t.Logf("%s: %s %d %v", rel, capture.Format, len(capture.Messages), err)
			for _, m := range capture.Messages {
				for _, p := range m.Problems {
					t.Logf("   %s: %s", p.Check, p.Detail)
				}
			}
			for _, p := range capture.Problems {
				t.Logf("   ! %s: %s", p.Check, p.Detail)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("messages in %d files", read)
	if read < 300 {
		t.Errorf("messages in %d files only", read)
	}
}

func TestCorpusCaptures(t *testing.T) {
	dir := corpus(t, "captures")
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		capture, err := ReadBytes(data, filepath.Base(path), Limits{})
		t.Logf("%s: %q %d exchanges, %d messages, %d problems, %v", filepath.Base(path), capture.Format, capture.ExchangeCount, len(capture.Messages), len(capture.Problems), err)
		if ext := filepath.Ext(path); ext == ".har" || ext == ".zhar" {
			if none := (*NoMessageError)(nil); capture.Format != "har" || err != nil && !errors.As(err, &none) {
				t.Errorf("%s: not read as HAR: %v", path, err)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
