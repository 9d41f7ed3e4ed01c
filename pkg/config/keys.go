package config

import (
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/ssodoctor/ssodoctor/internal/lazyregexp"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// key is one key of a mapping that is read into a T: how it is called, what the
// schema says of it, and how it is read. The decoder and the JSON Schema are
// both made from it.
type key[T any] struct {
	name   string
	schema *Schema
	set    func(d *decoder, to *T, n *yaml.Node)
}

func find[T any](keys []key[T], name string) *key[T] {
	for i := range keys {
		if keys[i].name == name {
			return &keys[i]
		}
	}
	return nil
}

func keyNames[T any](keys []key[T]) []string {
	names := make([]string, len(keys))
	for i, k := range keys {
		names[i] = k.name
	}
	return names
}

// rule is what a single value must be.
type rule struct {
	schema Schema // merged into that of the key
	check  func(string) error
}

// text is a single value, taken as it is written.
func text[T any](name, doc string, to func(*T) *Text, rules ...rule) key[T] {
	s := &Schema{Description: doc, Type: []string{"string", "number", "boolean", "null"}}
	for _, r := range rules {
		s.restrict(r.schema)
	}
	return key[T]{name, s, func(d *decoder, v *T, n *yaml.Node) {
		t, n := d.scalar(n, name)
		if n == nil {
			return
		}
		*to(v) = t
		for _, r := range rules {
			if err := r.check(t.Value); err != nil && t.Given() {
				d.invalid(n, "%q is %q, %s", name, finding.Shorten(t.Value, 80), err)
			}
		}
	}}
}

// value is a single value in which environment variables are expanded.
func value[T any](name, doc string, to func(*T) *Text) key[T] {
	return key[T]{name, &Schema{Description: doc + expands, Type: []string{"string", "null"}}, func(d *decoder, v *T, n *yaml.Node) {
		if t, n := d.scalar(n, name); n != nil {
			*to(v) = d.expand(t, n)
		}
	}}
}

const expands = ". ${NAME} stands for an environment variable."

// values is a list of such values.
func values[T any](name, doc string, to func(*T) *[]Text) key[T] {
	return key[T]{name, listSchema(doc+expands, &Schema{Type: []string{"string"}}), func(d *decoder, v *T, n *yaml.Node) {
		for _, item := range d.items(n, name) {
			if t, n := d.scalar(item, name); n != nil {
				*to(v) = append(*to(v), d.expand(t, n))
			}
		}
	}}
}

// file is the name of a file that must be there.
func file[T any](name, doc string, to func(*T) *File) key[T] {
	return key[T]{name, &Schema{Description: doc + ": a file" + expands, Type: []string{"string", "null"}}, func(d *decoder, v *T, n *yaml.Node) {
		t, n := d.scalar(n, name)
		if n == nil || !t.Given() {
			return
		}
		*to(v) = d.file1(d.expand(t, n), n)
	}}
}

func (d *decoder) file1(t Text, n *yaml.Node) File {
	if strings.HasPrefix(t.Value, "https://") || strings.HasPrefix(t.Value, "http://") {
		return File{Text: t}
	}
	f := File{Text: t, Path: d.resolved(t.Value)}
	d.exists(f.Path, n)
	return f
}

// globs is a list of patterns of files.
func globs[T any](name, doc string, to func(*T) *[]Glob) key[T] {
	return key[T]{name, listSchema(doc+": files, or patterns such as traces/*.har, in which ** stands for any number of directories"+expands, &Schema{Type: []string{"string"}}), func(d *decoder, v *T, n *yaml.Node) {
		for _, item := range d.items(n, name) {
			if t, n := d.scalar(item, name); n != nil && t.Given() {
				t = d.expand(t, n)
				*to(v) = append(*to(v), Glob{t, d.glob(t.Value, n)})
			}
		}
	}}
}

func (d *decoder) glob(pattern string, n *yaml.Node) []string {
	pattern = d.resolved(pattern)
	if !strings.ContainsAny(pattern, "*?[") {
		d.exists(pattern, n)
		return []string{pattern}
	}
	paths, err := d.from.Glob(pattern)
	switch {
	case err != nil:
		d.invalid(n, "the pattern %q: %s", pattern, reason(err))
	case len(paths) == 0:
		d.problem(CheckFileMissing, n, finding.Warning, "no file matches %q; names are relative to %s", pattern, d.file)
	}
	return paths
}

// certificates is a list of certificates: files, thumbprints or text.
func certificates[T any](name, doc string, to func(*T) *[]Certificate) key[T] {
	doc += ": each the name of a file, a thumbprint (SHA-1 or SHA-256), PEM or Base64" + expands
	return key[T]{name, listSchema(doc, &Schema{Type: []string{"string"}}), func(d *decoder, v *T, n *yaml.Node) {
		for _, item := range d.items(n, name) {
			if t, n := d.scalar(item, name); n != nil && t.Given() {
				*to(v) = append(*to(v), d.certificate(d.expand(t, n), n))
			}
		}
	}}
}

var (
	thumbprint = lazyregexp.New(`^(?:[0-9A-Fa-f]{2}[ :-]?){19}[0-9A-Fa-f]{2}$|^(?:[0-9A-Fa-f]{2}[ :-]?){31}[0-9A-Fa-f]{2}$`)
	notHex     = strings.NewReplacer(" ", "", ":", "", "-", "")
)

func (d *decoder) certificate(t Text, n *yaml.Node) Certificate {
	trimmed := strings.TrimSpace(t.Value)
	switch {
	case thumbprint.MatchString(trimmed):
		return Certificate{Text: t, Thumbprint: strings.ToLower(notHex.Replace(trimmed))}
	case strings.Contains(t.Value, "-----BEGIN"), strings.HasPrefix(trimmed, "MII") && len(trimmed) > 200:
		return Certificate{Text: t, PEM: t.Value}
	}
	return Certificate{Text: t, File: d.file1(t, n)}
}

// pattern is a regular expression.
func pattern[T any](name, doc string, to func(*T) *Pattern) key[T] {
	return key[T]{name, &Schema{Description: doc + ": a regular expression (RE2), which may match any part of the value", Type: []string{"string", "null"}, Format: "regex"}, func(d *decoder, v *T, n *yaml.Node) {
		t, n := d.scalar(n, name)
		if n == nil || !t.Given() {
			return
		}
		re, err := regexp.Compile(t.Value)
		if err != nil {
			d.invalid(n, "%q is %q, which is no regular expression: %s", name, finding.Shorten(t.Value, 80), err)
		}
		*to(v) = Pattern{t, re}
	}}
}

// flag is true or false.
func flag[T any](name, doc string, to func(*T) *bool) key[T] {
	return key[T]{name, &Schema{Description: doc, Type: []string{"boolean", "null"}}, func(d *decoder, v *T, n *yaml.Node) {
		t, n := d.scalar(n, name)
		if n == nil {
			return
		}
		yes, err := strconv.ParseBool(t.Value)
		if err != nil || n.Tag != "!!bool" {
			d.invalid(n, "%q is %q, expected true or false", name, finding.Shorten(t.Value, 80))
			return
		}
		*to(v) = yes
	}}
}

// object is a mapping within.
func object[T, U any](name, doc string, keys []key[U], to func(*T) *U) key[T] {
	return key[T]{name, objectSchema(doc, keys), func(d *decoder, v *T, n *yaml.Node) {
		mapping(d, n, name, keys, to(v))
	}}
}

// objects is a list of mappings; done ends each.
func objects[T, U any](name, doc string, keys []key[U], required []string, done func(*decoder, *T, *yaml.Node, *U)) key[T] {
	item := objectSchema("", keys)
	item.Required = required
	return key[T]{name, listSchema(doc, item), func(d *decoder, v *T, n *yaml.Node) {
		for _, item := range d.items(n, name) {
			u := new(U)
			mapping(d, item, "an entry of "+name, keys, u)
			done(d, v, item, u)
		}
	}}
}

func oneOf(words ...string) rule {
	enum := make([]any, len(words))
	for i, w := range words {
		enum[i] = w
	}
	return rule{Schema{Enum: enum}, func(s string) error {
		for _, w := range words {
			if s == w {
				return nil
			}
		}
		hint := ""
		if near := finding.DidYouMean(s, words); near != "" {
			hint = fmt.Sprintf("; did you mean %q?", near)
		}
		return fmt.Errorf("expected one of %s%s", strings.Join(words, ", "), hint)
	}}
}

var (
	isDate = rule{Schema{Type: []string{"string"}, Format: "date"}, func(s string) error {
		if _, err := time.Parse(time.DateOnly, s); err != nil {
			return errors.New("expected a day such as 2026-12-06")
		}
		return nil
	}}
	isDuration = rule{Schema{Type: []string{"string"}}, func(s string) error {
		if d, err := time.ParseDuration(s); err != nil || d < 0 || d > 24*time.Hour {
			return errors.New("expected a duration from 0s to 24h, such as 90s or 3m")
		}
		return nil
	}}
	isDays = rule{Schema{Type: []string{"integer"}}, func(s string) error {
		if n, err := strconv.Atoi(s); err != nil || n < 0 || n > 3650 {
			return errors.New("expected a number of days from 0 to 3650")
		}
		return nil
	}}
	isVersion = rule{Schema{Type: []string{"integer"}, Enum: []any{1}}, func(s string) error {
		if s != "1" {
			return errors.New("expected 1; a newer ssodoctor may know it")
		}
		return nil
	}}
)

// reason is an error without the name of the file, which is said already.
func reason(err error) string {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err.Error()
	}
	return err.Error()
}
