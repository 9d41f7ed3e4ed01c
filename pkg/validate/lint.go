package validate

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/ssodoctor/ssodoctor/pkg/config"
	"github.com/ssodoctor/ssodoctor/pkg/entra/export"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/keys"
	"github.com/ssodoctor/ssodoctor/pkg/profile"
)

// Tree is where lint finds the files that it is to read. Names are separated by
// slashes; a name that [LintFile] or a configuration gave is opened as it is.
type Tree interface {
	Open(name string) (io.ReadCloser, error)
	// Glob lists the files that match a pattern, as [config.Match] has it.
	Glob(pattern string) ([]string, error)
}

// LintFile is a file to lint. One that was Named by a person and is of no known
// kind is told; others are passed over.
type LintFile struct {
	Name  string
	Named bool
	// byConfig marks a file that a configuration names, whose checks tell
	// where it is missing or of no known kind.
	byConfig bool
}

// LintOptions say how files are judged.
type LintOptions struct {
	Clock Clock
	// CertificateWarning is how long before its end a certificate is reported;
	// zero means the default.
	CertificateWarning time.Duration
	// Skew is the tolerance on the time limits of captures; zero means the
	// default.
	Skew time.Duration
	// Configs are configurations to read beside those among the files.
	Configs []string
	// Getenv gives the environment variables that configurations name.
	Getenv func(string) string
	// Readers read kinds of files that other packages judge.
	Readers []Reader
}

// Reader reads a kind of file that this package does not judge itself.
type Reader struct {
	Format string // what the kind is called in the report
	// Is recognises a file by its first bytes, as UTF-8, and its name.
	Is func(name string, head []byte) bool
	// Read says what is in the file; an error, that it cannot be read at all.
	Read func(name string, r io.Reader) (Content, error)
}

// Content is what a [Reader] has to say of a file.
type Content struct {
	// Problems are what is wrong with it, each of a check of the catalogue.
	Problems []finding.Problem
	// Certificates are listed, and not judged.
	Certificates []HeldCertificate
}

// HeldCertificate is a certificate in a file that a [Reader] reads.
type HeldCertificate struct {
	*keys.Certificate
	Span  finding.Span
	Owner string // the entity ID or name of who it belongs to; empty where the file does not say
	Use   string // "signing", "encryption", or empty: not said
}

// Lint judges files: each alone, and those that belong together. It never
// fails: what cannot be read is in Unread of the report, and hides nothing of
// the others. The report has no diagnosis.
func Lint(tree Tree, files []LintFile, o LintOptions) *Report {
	l := newLinter(tree, o)
	l.configure(files)
	for _, f := range slices.Concat(files, l.named(files)) {
		l.add(f)
	}
	l.judgeApps()
	l.judgeCaptures()
	l.nameApps()
	l.suppress()
	l.report.Certificates = l.certificates.list()
	l.report.concludeLint(l.catalogue)
	return l.report
}

func newLinter(tree Tree, o LintOptions) *linter {
	return &linter{
		tree: tree, options: o, catalogue: Catalogue(), kinds: append(fileKinds(), adopted(o.Readers)...),
		report:   &Report{Schema: Schema, Inputs: []InputView{}, Messages: []MessageView{}, Findings: []finding.Finding{}, Checks: []CheckResult{}},
		configs:  map[string]*config.Config{},
		users:    map[string][]*configured{},
		profiles: map[string]*profile.Profile{},
		seen:     map[string]bool{},
		formats:  map[string]string{},
		told:     map[outcome]int{},
		results:  map[outcome]int{},
		entities: map[string]describedEntity{}, exportAt: map[string]*export.File{}, summaries: map[string][]*entity{}, bundles: map[string][]held{},
	}
}

// linter is a run of lint.
type linter struct {
	tree      Tree
	options   LintOptions
	catalogue []*Check
	kinds     []fileKind
	report    *Report
	seen      map[string]bool   // the files that could be opened
	formats   map[string]string // of those that were recognised

	configurations []*config.Config
	configs        map[string]*config.Config // by each of their files
	apps           []*configured
	users          map[string][]*configured // of the files that apps name
	profiles       map[string]*profile.Profile

	// entities are the descriptions of entities so far, by entity ID.
	entities map[string]describedEntity
	exports  []*export.File // of Entra, which are judged together
	exportAt map[string]*export.File
	told     map[outcome]int // findings so far
	results  map[outcome]int // places in report.Checks
	// certificates are those that were found so far.
	certificates certificateIndex
	// summaries and bundles are what the files say that are compared with
	// others: metadata, and certificates.
	summaries map[string][]*entity
	bundles   map[string][]held
}

// file is one file at work.
type file struct {
	name   string
	named  bool
	format string
	head   []byte // its beginning, as UTF-8
	body   io.Reader
}

// The limits on files.
const (
	headBytes   = 4 << 10
	maxLintFile = 64 << 20
)

// read returns the whole of the file.
func (f *file) read() ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(f.body, maxLintFile+1))
	if err == nil && len(data) > maxLintFile {
		err = fmt.Errorf("larger than %d MiB", maxLintFile>>20)
	}
	return data, err
}

// further returns more of the beginning of the file, as UTF-8, which stays to
// be read.
func (f *file) further(n int) []byte {
	more, err := io.ReadAll(io.LimitReader(f.body, int64(n)))
	if err != nil {
		f.body = io.MultiReader(bytes.NewReader(more), failing{err})
	} else {
		f.body = io.MultiReader(bytes.NewReader(more), f.body)
	}
	return utf8Head(more)
}

// failing is a reader that fails.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// add recognises a file and lets its kind judge it.
func (l *linter) add(in LintFile) {
	body, err := l.tree.Open(in.Name)
	if err != nil {
		if !in.byConfig {
			l.unread(err)
		}
		return
	}
	defer body.Close()
	l.seen[in.Name] = true
	head := make([]byte, headBytes)
	n, err := io.ReadFull(body, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		l.unread(fmt.Errorf("%s: %w", in.Name, err))
		return
	}
	f := &file{name: in.Name, named: in.Named, head: utf8Head(head[:n]), body: io.MultiReader(bytes.NewReader(head[:n]), body)}
	kind := l.kind(f)
	if kind == nil {
		if in.Named {
			l.unread(fmt.Errorf("%s: none of the kinds of file that lint knows: %s", in.Name, l.known()))
		}
		return
	}
	f.format, l.formats[f.name] = kind.format, kind.format
	l.report.Inputs = append(l.report.Inputs, InputView{Name: f.name, Format: f.format})
	if err := kind.read(l, f); err != nil {
		l.unread(fmt.Errorf("%s: %w", f.name, err))
	}
	inspect(l, subject{input: f.name}, f, func(s *lints) func(*inspection, *file) { return s.file })
}

// nameApps names the app of findings in files that one app alone names.
func (l *linter) nameApps() {
	for i := range l.report.Findings {
		f := &l.report.Findings[i]
		if users := l.users[f.Input]; f.App == "" && len(users) == 1 {
			f.App = users[0].Name.Value
		}
	}
}

// unread notes what could not be read.
func (l *linter) unread(err error) { l.report.Unread = append(l.report.Unread, err) }

// relay reports problems that a reader found in a file, each under the name of
// its check, with fixes where those of the check do not fit.
func (l *linter) relay(at subject, problems []finding.Problem, fixes ...finding.Fix) {
	for _, p := range problems {
		if i := slices.IndexFunc(l.catalogue, func(c *Check) bool { return c.Name == p.Check }); i >= 0 {
			x := &inspection{trial: trial{check: l.catalogue[i], findings: &l.report.Findings}, subject: at, linter: l}
			x.relay([]finding.Problem{p}, fixes...)
		}
	}
}

// warning is how long before its end a certificate is reported.
func (l *linter) warning() time.Duration {
	return cmp.Or(l.options.CertificateWarning, DefaultCertificateWarning)
}

// concludeLint groups findings under their causes and sorts them by place: a
// repository has no single root cause.
func (r *Report) concludeLint(catalogue []*Check) {
	r.conclude(catalogue)
	r.Diagnosis = nil
	slices.SortStableFunc(r.Findings, func(a, b finding.Finding) int {
		return cmp.Or(cmp.Compare(a.Input, b.Input), cmp.Compare(a.Location.Span.Line, b.Location.Span.Line), cmp.Compare(a.Location.Span.Column, b.Location.Span.Column))
	})
}
