package config

import (
	"errors"
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// The limits of a configuration with all that it includes.
const (
	maxDepth = 16
	maxFiles = 5_000
	maxBytes = 32 << 20
)

// reading is a configuration while it is read, with all its files.
type reading struct {
	config   *Config
	from     *Source
	version  Text
	settings Settings
	byName   map[string]*App
	seen     map[string]bool // files
	chain    []string        // the files that are being read, each included by the one before
	bytes    int
}

// Load reads a configuration and what it includes. The error says that the file
// itself cannot be opened; everything else is a problem of the result.
func Load(name string, from Source) (*Config, error) {
	r := &reading{config: &Config{}, from: &from, byName: map[string]*App{}, seen: map[string]bool{}}
	f, err := from.Open(name)
	if err != nil {
		return nil, err
	}
	f.Close()
	r.read(path.Clean(name))
	r.config.Settings = r.settings
	return r.config, nil
}

// Is reports whether a file is a configuration, by its name.
func Is(name string) bool { return slices.Contains(names, path.Base(name)) }

// read reads one file.
func (r *reading) read(name string) {
	r.config.Files = append(r.config.Files, name)
	r.seen[name] = true
	r.chain = append(r.chain, name)
	defer func() { r.chain = r.chain[:len(r.chain)-1] }()
	f, err := r.from.Open(name)
	if err != nil {
		return // whoever named it has said so
	}
	defer f.Close()
	s, err := readSource(name, f)
	if err == nil {
		r.bytes += len(s.text)
		var root *yaml.Node
		if root, err = s.parse(); err == nil {
			d := &decoder{source: s, from: r.from, problems: &r.config.Problems}
			mapping(d, root, "ssodoctor.yaml", rootKeys(), r)
			return
		}
	}
	p := Problem{File: name, Problem: finding.Problem{Check: CheckInvalid, Detail: err.Error()}}
	var syntax *syntaxError
	if errors.As(err, &syntax) && syntax.line > 0 {
		p.Location.Span = s.line(syntax.line)
	}
	r.config.Problems = append(r.config.Problems, p)
}

// include is the key that names other files of this format.
func include() key[reading] {
	const doc = "Other files of this format, or patterns such as apps/*.yaml, in which ** stands for any number of directories. Their settings are not read"
	return key[reading]{"include", listSchema(doc+expands, &Schema{Type: []string{"string"}}), func(d *decoder, r *reading, n *yaml.Node) {
		own := r.settings
		for _, item := range d.items(n, "include") {
			if t, n := d.scalar(item, "include"); n != nil && t.Given() {
				for _, name := range d.glob(d.expand(t, n).Value, n) {
					r.include(d, name, n)
				}
			}
		}
		r.settings = own
	}}
}

// include reads a file that another names, unless it is read already.
func (r *reading) include(d *decoder, name string, n *yaml.Node) {
	switch {
	case slices.Contains(r.chain, name):
		if name != d.file || !strings.ContainsAny(n.Value, "*?[") { // a pattern may match the file that it stands in
			d.invalid(n, "%s includes itself: %s; remove one of these", name, strings.Join(append(slices.Clone(r.chain), name), " > "))
		}
	case r.seen[name]:
	case len(r.chain) >= maxDepth:
		d.invalid(n, "%q is included %d levels deep, more than the %d that are read", name, len(r.chain), maxDepth-1)
	case len(r.config.Files) >= maxFiles || r.bytes > maxBytes:
		d.invalid(n, "%q is not read: the configuration has more than %d files or %d MiB", name, maxFiles, maxBytes>>20)
	default:
		r.read(name)
	}
}

// SettingsOf returns the mapping "settings" of a configuration as YAML of its
// own, for the reader of settings; nil where there is none. Keys of the
// mapping are those of the schema alone. An error says why the text cannot be
// read.
func SettingsOf(name string, from Source) ([]byte, error) {
	f, err := from.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	s, err := readSource(name, f)
	if err != nil {
		return nil, err
	}
	root, err := s.parse()
	if err != nil || root == nil || root.Kind != yaml.MappingNode {
		return nil, err
	}
	d := &decoder{source: s, from: &from, problems: new([]Problem)}
	out := map[string]string{}
	for _, pair := range d.pairs(root, 0) {
		settings := d.resolve(pair.value)
		if pair.key.Value != "settings" || settings == nil || settings.Kind != yaml.MappingNode {
			continue
		}
		for _, p := range d.pairs(settings, 0) {
			if v := d.resolve(p.value); v != nil && v.Kind == yaml.ScalarNode && find(settingKeys, p.key.Value) != nil {
				out[p.key.Value] = v.Value
			}
		}
	}
	return yaml.Marshal(map[string]map[string]string{"settings": out})
}
