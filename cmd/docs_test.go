package cmd

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// documents are the pages that show commands.
var documents = []string{"../README.md", "../CONTRIBUTING.md", "../docs/pipelines.md"}

var (
	fenced    = regexp.MustCompile("(?ms)^```([a-z]*)[^\n]*\n(.*?)^```$")
	inline    = regexp.MustCompile("`(ssodoctor [^`]+)`")
	shellWord = regexp.MustCompile(`'[^']*'|"[^"]*"|[^\s'"]+`)
)

// TestSessions runs every session of the pages, line by line: "..." stands for
// output that is left out.
func TestSessions(t *testing.T) {
	samples, err := filepath.Abs("../testdata/samples")
	if err != nil {
		t.Fatal(err)
	}
	run := 0
	for _, page := range documents {
		for _, block := range fenced.FindAllStringSubmatch(contents(t, page), -1) {
			if block[1] != "console" {
				continue
			}
			commands := strings.Split("\n"+block[2], "\n$ ")[1:]
			t.Run(strings.SplitN(commands[0], "\n", 2)[0], func(t *testing.T) {
				t.Chdir(t.TempDir())
				for _, dir := range []string{".", filepath.Join("testdata", "samples")} {
					if err := os.CopyFS(dir, os.DirFS(samples)); err != nil {
						t.Fatal(err)
					}
				}
				for _, c := range commands {
					line, want, _ := strings.Cut(c, "\n")
					if got := session(t, line); !shows(strings.Split(got, "\n"), strings.Split(strings.TrimSuffix(want, "\n"), "\n")) {
						t.Errorf("$ %s\n%s\nprints\n%s", line, want, got)
					}
					run++
				}
			})
		}
	}
	if run < 10 {
		t.Errorf("%d commands were run, expected those of the README", run)
	}
}

// session is what a command prints, on both outputs.
func session(t *testing.T, line string) string {
	t.Helper()
	words := wordsOf(line)
	switch file := words[len(words)-1]; words[0] {
	case "cat":
		return contents(t, file)
	case "sed": // -i 's|old|new|' FILE
		parts := strings.Split(words[2], "|")
		if err := os.WriteFile(file, []byte(strings.Replace(contents(t, file), parts[1], parts[2], 1)), 0o600); err != nil {
			t.Fatal(err)
		}
		return ""
	}
	var out bytes.Buffer
	code := Run(context.Background(), &Env{Args: words[1:], Stdin: strings.NewReader(""), Stdout: &out, Stderr: &out, Getenv: func(string) string { return "" }, Now: func() time.Time { return scriptNow }})
	if words[0] != "ssodoctor" || code > exitFindings {
		t.Errorf("$ %s ends with %d", line, code)
	}
	return out.String()
}

func contents(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// shows tells whether lines are as wanted: a line "..." stands for any lines, and
// "..." at the end of a line for the rest of it.
func shows(got, want []string) bool {
	if len(want) == 0 {
		return len(strings.TrimSpace(strings.Join(got, ""))) == 0
	}
	if want[0] == "..." {
		for i := range len(got) + 1 {
			if shows(got[i:], want[1:]) {
				return true
			}
		}
		return len(want) == 1
	}
	if len(got) == 0 {
		return want[0] == "" && len(want) == 1
	}
	start, cut := strings.CutSuffix(want[0], "...")
	return (got[0] == want[0] || cut && strings.HasPrefix(got[0], start)) && shows(got[1:], want[1:])
}

// TestShownCommandsExist holds that commands and flags of the pages, and those
// in the examples of the help, are there.
func TestShownCommandsExist(t *testing.T) {
	shown := map[string]string{}
	for _, page := range documents {
		text := contents(t, page)
		for _, block := range fenced.FindAllStringSubmatch(text, -1) {
			for line := range strings.Lines(block[2]) {
				if _, command, ok := strings.Cut(line, "ssodoctor "); ok && regexp.MustCompile(`^[a-z]+ |^[a-z]+$`).MatchString(strings.TrimSpace(command)) && block[1] != "" {
					shown["ssodoctor "+strings.TrimRight(command, "\n'")] = page
				}
			}
		}
		for _, code := range inline.FindAllStringSubmatch(text, -1) {
			shown[code[1]] = page
		}
	}
	var examples func(c *cobra.Command)
	examples = func(c *cobra.Command) {
		for line := range strings.Lines(c.Example) {
			if _, command, ok := strings.Cut(line, "ssodoctor "); ok {
				shown["ssodoctor "+strings.TrimSpace(command)] = c.CommandPath() + " --help"
			}
		}
		if c.Runnable() && c.HasFlags() && c.Example == "" && len(c.Commands()) == 0 && c.Args == nil {
			t.Errorf("%s has no example", c.CommandPath())
		}
		for _, sub := range c.Commands() {
			examples(sub)
		}
	}
	examples(Root())
	if len(shown) < 60 {
		t.Errorf("%d commands are shown, expected more", len(shown))
	}
	for line, where := range shown {
		words := wordsOf(line)[1:]
		for i, word := range words {
			if word == ">" || word == "|" {
				words = words[:i]
				break
			}
		}
		c, rest, err := Root().Find(words)
		if err == nil && !c.HasParent() && len(words) > 0 && !strings.HasPrefix(words[0], "-") {
			t.Errorf("%s: %s: no such command", where, line)
			continue
		}
		if err == nil {
			err = c.ParseFlags(rest)
		}
		if err != nil && !errors.Is(err, pflag.ErrHelp) {
			t.Errorf("%s: %s: %v", where, line, err)
		}
	}
}

// wordsOf splits a command as a shell does, as far as the pages need it.
func wordsOf(line string) []string {
	words := shellWord.FindAllString(line, -1)
	for i, w := range words {
		words[i] = strings.Trim(w, `'"`)
	}
	return words
}
