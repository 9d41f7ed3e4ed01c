package config

import (
	"fmt"
	"path"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/ssodoctor/ssodoctor/internal/lazyregexp"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// decoder turns the nodes of one file into values. What is wrong becomes a
// problem at its place.
type decoder struct {
	*source
	from     *Source
	problems *[]Problem
	count    int  // of problems
	visited  int  // nodes, each as often as it is meant by aliases
	full     bool // more than can be meant
}

// maxProblems bounds what is said of one file.
const maxProblems = 100

func (d *decoder) problem(check string, n *yaml.Node, severity finding.Severity, format string, args ...any) {
	p := Problem{File: d.file, Problem: finding.Problem{Check: check, Severity: severity, Detail: fmt.Sprintf(format, args...)}}
	if n != nil {
		p.Location.Span = d.span(n)
	}
	d.add(p)
}

func (d *decoder) add(p Problem) {
	if d.count++; d.count <= maxProblems {
		*d.problems = append(*d.problems, p)
	}
}

func (d *decoder) invalid(n *yaml.Node, format string, args ...any) {
	d.problem(CheckInvalid, n, 0, format, args...)
}

// resolve follows an alias. nil means that nothing is to be read: no value, or
// more values than a file can mean without a trick.
func (d *decoder) resolve(n *yaml.Node) *yaml.Node {
	for n != nil && n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if d.visited++; d.visited > maxNodes {
		if !d.full {
			d.full = true
			d.invalid(n, "the aliases of the file mean more than %d values; write the values out", maxNodes)
		}
		return nil
	}
	if n == nil || n.Kind == yaml.ScalarNode && n.Tag == "!!null" {
		return nil
	}
	return n
}

// kindNames are the kinds of nodes as people call them.
var kindNames = map[yaml.Kind]string{yaml.MappingNode: "a mapping", yaml.SequenceNode: "a list", yaml.ScalarNode: "a single value"}

// want says that a node is of another kind than it must be.
func (d *decoder) want(n *yaml.Node, name string, kind yaml.Kind) bool {
	if n.Kind == kind {
		return true
	}
	d.invalid(n, "%q is %s, expected %s", name, kindNames[n.Kind], kindNames[kind])
	return false
}

// mapping reads the keys of a mapping into to.
func mapping[T any](d *decoder, n *yaml.Node, name string, keys []key[T], to *T) {
	if n = d.resolve(n); n == nil || !d.want(n, name, yaml.MappingNode) {
		return
	}
	seen := map[string]int{}
	for _, pair := range d.pairs(n, 0) {
		k := pair.key.Value
		if line, again := seen[k]; again {
			if !pair.merged {
				d.invalid(pair.key, "%q stands here again, it was given in line %d; keep one", finding.Shorten(k, 80), line)
			}
			continue
		}
		seen[k] = pair.key.Line
		if known := find(keys, k); known != nil {
			known.set(d, to, pair.value)
		} else if pair.key.Kind == yaml.ScalarNode {
			d.unknown(pair.key, name, keyNames(keys))
		} else {
			d.invalid(pair.key, "a key of %q is %s, expected a word", name, kindNames[pair.key.Kind])
		}
	}
}

// unknown reports a key that is none, and which one it may be meant for.
func (d *decoder) unknown(n *yaml.Node, name string, known []string) {
	if d.count >= maxProblems {
		return // what it may be meant for takes time to find
	}
	hint, near := "", finding.DidYouMean(n.Value, known)
	if near != "" {
		hint = fmt.Sprintf("; did you mean %q?", near)
	}
	p := Problem{File: d.file, Problem: finding.Problem{
		Check: CheckUnknownKey, Actual: finding.Shorten(n.Value, 80), Location: finding.Location{Span: d.span(n)},
		Detail: fmt.Sprintf("%q is no key of %s, which has %s%s", finding.Shorten(n.Value, 80), name, strings.Join(known, ", "), hint),
	}}
	if near != "" {
		p.Expected = []string{near}
	}
	d.add(p)
}

// pair is a key with its value. One that a merge key ("<<") brought gives way
// to one that is written out.
type pair struct {
	key, value *yaml.Node
	merged     bool
}

// maxMerges bounds mappings merged into mappings.
const maxMerges = 16

func (d *decoder) pairs(n *yaml.Node, depth int) []pair {
	var out, merged []pair
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		if k.Kind == yaml.AliasNode {
			k = k.Alias
		}
		if k.Tag != "!!merge" {
			out = append(out, pair{key: k, value: v})
			continue
		}
		merged = append(merged, d.merge(v, depth+1)...)
	}
	return append(out, merged...)
}

// merge reads what a merge key names: a mapping, or a list of them.
func (d *decoder) merge(n *yaml.Node, depth int) []pair {
	if n = d.resolve(n); n == nil {
		return nil
	}
	sources := []*yaml.Node{n}
	if n.Kind == yaml.SequenceNode {
		sources = n.Content
	}
	var out []pair
	for _, s := range sources {
		switch s = d.resolve(s); {
		case s == nil:
		case s.Kind != yaml.MappingNode || depth > maxMerges:
			d.invalid(n, "\"<<\" merges %s, expected a mapping, nested at most %d deep", kindNames[s.Kind], maxMerges)
		default:
			for _, p := range d.pairs(s, depth) {
				d.visited++
				out = append(out, pair{p.key, p.value, true})
			}
		}
	}
	return out
}

// scalar reads a single value.
func (d *decoder) scalar(n *yaml.Node, name string) (Text, *yaml.Node) {
	if n = d.resolve(n); n == nil || !d.want(n, name, yaml.ScalarNode) {
		return Text{}, nil
	}
	return Text{Value: n.Value, Place: Place{d.file, d.span(n)}}, n
}

// items lists the values of a list.
func (d *decoder) items(n *yaml.Node, name string) []*yaml.Node {
	if n = d.resolve(n); n == nil || !d.want(n, name, yaml.SequenceNode) {
		return nil
	}
	return n.Content
}

// variable is "${NAME}", or "$${" which stands for "${" itself.
var variable = lazyregexp.New(`\$\$\{|\$\{([A-Za-z_][A-Za-z0-9_]*)\}`)

// expand puts the values of environment variables into a text.
func (d *decoder) expand(t Text, n *yaml.Node) Text {
	t.Value = variable.Get().ReplaceAllStringFunc(t.Value, func(found string) string {
		if found == "$${" {
			return "${"
		}
		name := found[2 : len(found)-1]
		if d.from.Getenv != nil {
			if value := d.from.Getenv(name); value != "" {
				return value
			}
		}
		d.invalid(n, "the environment variable %q is not set, and a value rests on it; set it, or write \"$${%s}\" where the text itself is meant", name, name)
		return found
	})
	return t
}

// resolved is the path that a file name of this configuration means.
func (d *decoder) resolved(name string) string {
	name = strings.ReplaceAll(name, `\`, "/")
	if path.IsAbs(name) || len(name) > 1 && name[1] == ':' {
		return path.Clean(name)
	}
	return path.Join(path.Dir(d.file), name)
}

// exists reports a file that cannot be opened.
func (d *decoder) exists(name string, n *yaml.Node) {
	f, err := d.from.Open(name)
	if err != nil {
		d.problem(CheckFileMissing, n, 0, "the file %q cannot be opened: %s; names are relative to %s", name, reason(err), d.file)
		return
	}
	f.Close()
}
