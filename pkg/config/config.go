// Package config reads ssodoctor.yaml: the apps of a repository with the copies
// of each fact that both sides hold, what is expected of them, and which
// findings are accepted for a while. Every value keeps its file, line and
// column.
//
// Reading never stops at a mistake: what is wrong is a [Problem], and the rest
// is read. Nothing here knows the working directory or the environment; files
// and variables come in through [Source].
package config

import (
	"io"
	"regexp"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// The checks that problems are reported under.
const (
	CheckInvalid     = "config-invalid"
	CheckUnknownKey  = "config-unknown-key"
	CheckFileMissing = "config-file-missing"
)

// Names are those under which a configuration is found in a directory.
var names = []string{"ssodoctor.yaml", "ssodoctor.yml"}

// Source is where a configuration finds what it names. Names of files are
// separated by slashes.
type Source struct {
	Open func(name string) (io.ReadCloser, error)
	// Glob lists the files that match a pattern, as [Match] has it.
	Glob func(pattern string) ([]string, error)
	// Getenv gives the value of an environment variable; nil means that none
	// is set.
	Getenv func(name string) string
}

// Problem is something wrong with a configuration, and the file it stands in.
type Problem struct {
	File string
	finding.Problem
}

// Config is a configuration with all that it includes.
type Config struct {
	// Files are those that were read: the configuration itself, then what it
	// includes, in order.
	Files        []string
	Settings     Settings
	Apps         []*App
	Suppressions []*Suppression
	Problems     []Problem
}

// App returns the app of that name; false where there is none.
func (c *Config) App(name string) (*App, bool) {
	for _, a := range c.Apps {
		if a.Name.Value == name {
			return a, true
		}
	}
	return nil, false
}

// Place is where a value stands. Lines and columns count from 1.
type Place struct {
	File string
	Span finding.Span
}

// Location is the place for a finding in the file.
func (p Place) Location() finding.Location { return finding.Location{Span: p.Span} }

// Text is a value with its place; the zero value was not given.
type Text struct {
	Value string
	Place
}

// Given reports whether the value is there and not empty.
func (t Text) Given() bool { return t.Value != "" }

// File is the name of a file as it was written, with the path that it means.
type File struct {
	Text
	// Path is relative to what the configuration itself was named by. It is
	// empty where the file is an address, see Remote.
	Path string
}

// Remote reports whether the file is an https address.
func (f File) Remote() bool { return f.Given() && f.Path == "" }

// Glob is a pattern of files with those that it matches.
type Glob struct {
	Text
	Paths []string
}

// Certificate is a certificate as people note it: the name of a file, its
// thumbprint or its text. Exactly one of File, Thumbprint and PEM is set.
type Certificate struct {
	Text
	File       File
	Thumbprint string // 40 or 64 hexadecimal digits in lower case
	PEM        string // PEM or bare Base64
}

// Settings are the tool settings. They are only held against what they may be;
// what applies is settled together with flags and environment.
type Settings struct {
	FailOn, Skew, Format, Color, CertificateWarningDays Text
}

// App is one app and all that is noted of its sign-in.
type App struct {
	Place
	Name     Text
	Profile  Text
	IdP      IdentityProvider
	SP       ServiceProvider
	Entra    Entra
	Expect   Expect
	Captures []Glob
}

// IdentityProvider is what the identity provider holds.
type IdentityProvider struct {
	Metadata                  File
	Issuer, SSOURL, LogoutURL Text
	Certificates              []Certificate
}

// ServiceProvider is what the app holds: of itself, and of the identity
// provider (Issuer, SSOURL, IdPLogoutURL, Certificates).
type ServiceProvider struct {
	Metadata             File
	EntityID             Text
	ReplyURLs            []Text
	SignOnURL, LogoutURL Text
	Issuer, SSOURL       Text
	Certificates         []Certificate
}

// Entra is the exports of the enterprise application.
type Entra struct {
	Application, ServicePrincipal, ClaimsPolicy, Assignments File
	ConditionalAccess                                        []Glob
}

// Expect is what the app demands of a sign-in.
type Expect struct {
	NameID            NameID
	Claims            []Claim
	Signing           Text
	BreakGlassAccount Text
}

// NameID is the expected NameID: the format as URI or short name, and what its
// value looks like.
type NameID struct {
	Format  Text
	Pattern Pattern
}

// Claim is an expected claim, by the whole name.
type Claim struct {
	Name     Text
	Required bool
	Pattern  Pattern
}

// Pattern is a regular expression, which may match any part of a value; Regexp
// is nil where none was given or it does not compile.
type Pattern struct {
	Text
	Regexp *regexp.Regexp
}

// Suppression accepts findings for a reason, and until a day.
type Suppression struct {
	Place
	Check, App Text
	// File is a pattern of the files that the findings stand in, relative to
	// the configuration; the empty one matches every file.
	File   Text
	Glob   string // File with the directory of the configuration before it
	Reason Text
	// Until is the first day on which it holds no more, "2026-12-06"; empty
	// means for good.
	Until Text
}
