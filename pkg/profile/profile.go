// Package profile holds what known applications and identity providers expect
// of a SAML sign-in: which Identifier and Reply URL, which NameID and claims,
// what is signed, and where each value is typed in. A profile is data (YAML
// inside the binary), and every fact carries its confidence: what is marked
// unverified only ever informs.
//
// Nothing is decoded before it is asked for: [Load] reads one file, [Names] and
// [IdentifyIdP] read none.
package profile

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

//go:embed data/*.yaml
var files embed.FS

// Kind says what a profile describes.
type Kind string

// The kinds of profile.
const (
	KindApp Kind = "app" // a service provider
	KindIdP Kind = "idp" // an identity provider
)

// Profile describes one product. Exactly one of App and IdP is set after
// [Load]: App is then the variant that was asked for, the first
// one if none was.
type Profile struct {
	// Name is the key of the profile, in kebab case.
	Name  string `yaml:"name"`
	Title string `yaml:"title"`
	Kind  Kind   `yaml:"kind"`
	// Summary says in a sentence or two what to know before anything else.
	Summary string `yaml:"summary"`
	// Variants are ways to set up the same product that differ in their facts;
	// empty where there is only one.
	Variants []Variant `yaml:"variants,omitempty"`
	App      *App      `yaml:"app,omitempty"`
	IdP      *IdP      `yaml:"idp,omitempty"`
	// Sources name the documents that the facts come from, with their date.
	Sources []string `yaml:"sources"`
}

// Variant is one way to set up an app. It is loaded as "profile/variant".
type Variant struct {
	Name  string `yaml:"name"`
	Title string `yaml:"title"`
	// When tells how to know that this variant is the one at hand.
	When string `yaml:"when"`
	App  *App   `yaml:"app"`
}

// Fact is a value with its confidence. A fact that is Unverified comes from no
// document that could be cited: a check that rests on it must not fail.
type Fact struct {
	Value      string `yaml:"value"`
	Note       string `yaml:"note,omitempty"`
	Unverified bool   `yaml:"unverified,omitempty"`
}

// Known reports whether the fact says anything.
func (f Fact) Known() bool { return f.Value != "" }

// Note is a thing to know that no check can judge.
type Note struct {
	Text       string `yaml:"text"`
	Unverified bool   `yaml:"unverified,omitempty"`
}

// Names lists the profiles in alphabetical order, without their variants.
func Names() []string {
	entries, err := files.ReadDir("data")
	if err != nil {
		return nil // the folder is part of the binary
	}
	names := make([]string, len(entries))
	for i, entry := range entries {
		names[i] = strings.TrimSuffix(entry.Name(), ".yaml")
	}
	slices.Sort(names)
	return names
}

// Load reads the profile called name, "haloitsm", or one of its variants,
// "haloitsm/adfs-module"; letter case does not matter. The caller owns the
// result. An unknown name is an error that offers the nearest known one.
func Load(name string) (*Profile, error) {
	key, variant, _ := strings.Cut(strings.ToLower(strings.TrimSpace(name)), "/")
	if !slices.Contains(Names(), key) {
		return nil, unknown("profile", name, key, Names())
	}
	data, err := files.ReadFile(path.Join("data", key+".yaml"))
	if err != nil {
		return nil, fmt.Errorf("profile %q: %w", key, err)
	}
	p, err := decode(data)
	if err != nil {
		return nil, fmt.Errorf("profile %q: %w", key, err)
	}
	if variant == "" {
		return p, nil
	}
	i := slices.IndexFunc(p.Variants, func(v Variant) bool { return v.Name == variant })
	if i < 0 {
		return nil, unknown("variant of profile "+key, name, key+"/"+variant, p.VariantNames())
	}
	p.App = p.Variants[i].App
	return p, nil
}

// VariantNames lists the variants as [Load] takes them, "haloitsm/sso-page",
// the default first.
func (p *Profile) VariantNames() []string {
	names := make([]string, len(p.Variants))
	for i, v := range p.Variants {
		names[i] = p.Name + "/" + v.Name
	}
	return names
}

// decode reads one profile from YAML. It is strict: unknown keys, a second
// document, a pattern that does not compile or is not anchored, a word that is
// not one of the known ones and a required fact that is unverified are errors.
// It is not for texts from outside: the YAML library takes quadratic time and
// memory over repeated keys.
func decode(data []byte) (*Profile, error) {
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	decoder.KnownFields(true)
	var p Profile
	if err := decoder.Decode(&p); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, errors.New("profile is empty, expected a YAML mapping")
		}
		return nil, err
	}
	if err := decoder.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return nil, errors.New("profile goes on after its first YAML document, expected one document")
	}
	if err := p.validate(); err != nil {
		return nil, err
	}
	if p.App == nil && len(p.Variants) > 0 {
		p.App = p.Variants[0].App
	}
	return &p, nil
}
