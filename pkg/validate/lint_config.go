package validate

import (
	"cmp"
	"io"
	"slices"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/config"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/profile"
)

// configure reads every configuration among the files, those nearest to the
// root first: one that another includes is no configuration of its own.
func (l *linter) configure(files []LintFile) {
	found := slices.Clone(l.options.Configs)
	for _, f := range files {
		if config.Is(f.Name) && !slices.Contains(found, f.Name) {
			found = append(found, f.Name)
		}
	}
	slices.SortStableFunc(found, func(a, b string) int { return cmp.Compare(strings.Count(a, "/"), strings.Count(b, "/")) })
	for _, name := range found {
		if l.configs[name] != nil {
			continue
		}
		c, err := config.Load(name, config.Source{Open: l.tree.Open, Glob: l.tree.Glob, Getenv: l.options.Getenv})
		if err != nil {
			l.unread(err)
			continue
		}
		for _, part := range c.Files {
			l.configs[part] = c
		}
		l.configurations = append(l.configurations, c)
		for _, a := range c.Apps {
			l.apps = append(l.apps, l.configured(c, a))
		}
	}
}

// named lists the files that configurations name and that are not among those
// to lint already.
func (l *linter) named(files []LintFile) []LintFile {
	known := map[string]bool{}
	for _, f := range files {
		known[f.Name] = true
	}
	var out []LintFile
	add := func(name string) {
		if !known[name] {
			known[name] = true
			out = append(out, LintFile{Name: name, byConfig: true})
		}
	}
	for _, c := range l.configurations {
		for _, part := range c.Files {
			add(part)
		}
	}
	for _, a := range l.apps {
		for _, name := range a.files() {
			if !slices.Contains(l.users[name], a) {
				l.users[name] = append(l.users[name], a)
			}
			add(name)
		}
	}
	return out
}

// configKind is the kind of the files of configurations, which are known by
// their names.
var configKind = fileKind{format: "ssodoctor.yaml", read: (*linter).readConfig}

// readConfig relays what the reader said of one file of a configuration.
func (l *linter) readConfig(f *file) error {
	_, err := io.Copy(io.Discard, f.body)
	c := l.configs[f.name]
	at := subject{input: f.name}
	part := &configPart{config: c, name: f.name}
	for _, p := range c.Problems {
		if p.File == f.name {
			part.problems = append(part.problems, p.Problem)
		}
	}
	inspect(l, at, part, func(s *lints) func(*inspection, *configPart) { return s.config })
	return err
}

// configPart is one file of a configuration.
type configPart struct {
	config   *config.Config
	name     string
	problems []finding.Problem
}

func relayConfig(x *inspection, p *configPart) { x.relay(p.problems) }

// lintConfigWords holds the names of checks and profiles, which the reader of
// the configuration does not know, against those that there are.
func lintConfigWords(x *inspection, p *configPart) {
	x.relay(p.problems)
	for _, s := range p.config.Suppressions {
		if s.Place.File == p.name && s.Check.Given() {
			if names := checkNames(x.catalogue); !slices.Contains(names, s.Check.Value) {
				x.noSuch("check", s.Check, names, "ssodoctor checks lists them")
			}
		}
		if _, ok := p.config.App(s.App.Value); s.Place.File == p.name && s.App.Given() && !ok {
			x.noSuch("app", s.App, appNames(p.config), "expected the name of an app of this configuration")
		}
	}
	for _, a := range p.config.Apps {
		if a.File != p.name || !a.Profile.Given() {
			continue
		}
		if known := x.profile(a.Profile.Value); known == nil {
			x.noSuch("profile", a.Profile, profile.Names(), "ssodoctor profiles lists them")
		} else if known.App == nil {
			x.fail(fact{location: a.Profile.Location(), actual: a.Profile.Value, detail: "the profile " + finding.Quote(a.Profile.Value) + " describes an identity provider, expected the profile of an app"})
		}
	}
}

// noSuch reports a word that names nothing, with the one it may be meant for.
func (x *inspection) noSuch(what string, t config.Text, known []string, hint string) {
	f := fact{location: t.Location(), actual: t.Value, detail: "there is no " + what + " " + finding.Quote(finding.Shorten(t.Value, 80)) + "; " + hint}
	if near := finding.DidYouMean(t.Value, known); near != "" {
		f.expected = []string{near}
		f.detail += "; did you mean " + finding.Quote(near) + "?"
	}
	x.fail(f)
}

func checkNames(checks []*Check) []string {
	names := make([]string, len(checks))
	for i, c := range checks {
		names[i] = c.Name
	}
	return names
}

func appNames(c *config.Config) []string {
	names := make([]string, len(c.Apps))
	for i, a := range c.Apps {
		names[i] = a.Name.Value
	}
	return names
}
