package main

import (
	"errors"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"

	"github.com/ssodoctor/ssodoctor/cmd"
)

var schemas = flag.String("schemas", "", "also hold the files of pipelines to the JSON Schemas in this directory")

// action is what the test needs of action.yml.
type action struct {
	Inputs map[string]struct{ Default string }
	Runs   struct {
		Steps []struct {
			Shell, Run string
			Env        map[string]string
		}
	}
}

// TestAction runs the scripts of the GitHub action, as its runner would, over a
// correct repository and over one with a certificate that is none.
func TestAction(t *testing.T) {
	if _, err := exec.LookPath("bash"); err != nil || runtime.GOOS == "windows" {
		t.Skip("there is no bash")
	}
	var a action
	read(t, "action.yml", &a)
	temp, here := t.TempDir(), workingDirectory(t)
	for name, want := range map[string]int{"correct": 0, "broken": 1} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			copyFile(t, filepath.Join("testdata", "samples", "sp-metadata.xml"), filepath.Join(dir, "a b", "sp.xml"))
			if want == 1 {
				writeFile(t, filepath.Join(dir, "pasted.cer"), "-----BEGIN CERTIFICATE-----\nno\n-----END CERTIFICATE-----\n")
			}
			out, code := a.run(t, dir, temp, here, map[string]string{"sarif": "out.sarif", "paths": "a b\n.\n"})
			if code != want {
				t.Errorf("exit code %d, want %d:\n%s", code, want, out)
			}
			if annotated := strings.Contains(out, "::error file=pasted.cer"); annotated != (want == 1) {
				t.Errorf("annotations:\n%s", out)
			}
			for _, name := range []string{"out.sarif", "summary.md"} {
				if text, err := os.ReadFile(filepath.Join(dir, name)); err != nil || len(text) == 0 {
					t.Errorf("%s is empty: %v", name, err)
				}
			}
		})
	}
}

// run runs the steps that are scripts, one after the other.
func (a *action) run(t *testing.T, dir, temp, path string, inputs map[string]string) (string, int) {
	t.Helper()
	value := regexp.MustCompile(`\$\{\{ inputs\.([a-z-]+) \}\}`)
	var out strings.Builder
	for _, s := range a.Runs.Steps {
		if s.Run == "" {
			continue
		}
		if s.Shell != "bash" || strings.Contains(s.Run, "${{") {
			t.Errorf("a value is put into the script, where it would be code: %q", s.Run)
		}
		c := exec.Command("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", s.Run)
		c.Dir = dir
		c.Env = append(os.Environ(), "GITHUB_ACTION_PATH="+path, "RUNNER_TEMP="+temp, "GITHUB_STEP_SUMMARY="+filepath.Join(dir, "summary.md"))
		for name, v := range s.Env {
			c.Env = append(c.Env, name+"="+value.ReplaceAllStringFunc(v, func(m string) string {
				input := value.FindStringSubmatch(m)[1]
				if given, ok := inputs[input]; ok {
					return given
				}
				return a.Inputs[input].Default
			}))
		}
		c.Stdout, c.Stderr = &out, &out
		if err := c.Run(); err != nil {
			var exit *exec.ExitError
			if !errors.As(err, &exit) {
				t.Fatal(err)
			}
			return out.String(), exit.ExitCode()
		}
	}
	return out.String(), 0
}

// TestPreCommitHook holds that the hook calls a command that is there, for the
// files that matter.
func TestPreCommitHook(t *testing.T) {
	var hooks []struct{ ID, Entry, Files string }
	read(t, ".pre-commit-hooks.yaml", &hooks)
	parses(t, hooks[0].Entry)
	files := regexp.MustCompile(hooks[0].Files)
	for name, want := range map[string]bool{"ssodoctor.yaml": true, "sso/ssodoctor.yml": true, "idp/federationmetadata.xml": true, "app/pasted.cer": true, "main.go": false, "docs/ssodoctor.yaml.md": false} {
		if files.MatchString(name) != want {
			t.Errorf("%s: the hook would run: %v, want %v", name, !want, want)
		}
	}
}

// TestPipelineDocs holds that what the page on pipelines shows is YAML, and that
// every command of the tool has the flags that are given.
func TestPipelineDocs(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("docs", "pipelines.md"))
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?ms)^```(\\w+)\n(.*?)^```$").FindAllStringSubmatch(string(text), -1)
	if len(blocks) < 7 {
		t.Fatalf("%d blocks of code, expected more", len(blocks))
	}
	commands := 0
	for _, b := range blocks {
		if b[1] == "yaml" {
			var v any
			if err := yaml.Unmarshal([]byte(b[2]), &v); err != nil {
				t.Errorf("%v in:\n%s", err, b[2])
			}
		}
		for _, call := range regexp.MustCompile(`ssodoctor"? (lint[^'\n]*)`).FindAllStringSubmatch(b[2], -1) {
			commands++
			parses(t, "ssodoctor "+call[1])
		}
	}
	if commands < 6 {
		t.Errorf("%d commands found, expected more", commands)
	}
}

// parses holds that the tool has the command and its flags.
func parses(t *testing.T, line string) {
	t.Helper()
	words := strings.Fields(line)
	if words[0] != "ssodoctor" {
		t.Fatalf("%q does not call ssodoctor", line)
	}
	c, rest, err := cmd.Root().Find(words[1:])
	if err == nil {
		err = c.ParseFlags(rest)
	}
	if err != nil || c.Name() != words[1] {
		t.Errorf("%q: %v", line, err)
	}
}

// TestPipelineSchemas needs schemas that are not part of this project: go test
// . -schemas DIRECTORY.
func TestPipelineSchemas(t *testing.T) {
	if *schemas == "" {
		t.Skip("no schemas are given (-schemas DIRECTORY)")
	}
	for file, schema := range map[string]string{"action.yml": "github-action.json", ".pre-commit-hooks.yaml": "pre-commit-hooks.json"} {
		s, err := jsonschema.NewCompiler().Compile(filepath.Join(*schemas, schema))
		if err != nil {
			t.Fatal(err)
		}
		var v any
		read(t, file, &v)
		if err := s.Validate(v); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
}

func read(t *testing.T, name string, v any) {
	t.Helper()
	text, err := os.ReadFile(name)
	if err == nil {
		err = yaml.Unmarshal(text, v)
	}
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	text, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, to, string(text))
}

func writeFile(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func workingDirectory(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	return dir
}
