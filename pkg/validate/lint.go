package validate

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/ssodoctor/ssodoctor/pkg/entra"
	"github.com/ssodoctor/ssodoctor/pkg/entra/export"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// Tree is where lint finds the files that it is to read. Names are separated by
// slashes; a name that [LintFile] or a configuration gave is opened as it is.
type Tree interface {
	Open(name string) (io.ReadCloser, error)
}

// LintFile is a file to lint. One that was Named by a person and is of no known
// kind is told; others are passed over.
type LintFile struct {
	Name  string
	Named bool
}

// LintOptions say how files are judged.
type LintOptions struct {
	Clock Clock
	// CertificateWarning is how long before its end a certificate is reported;
	// zero means the default.
	CertificateWarning time.Duration
	// Readers read kinds of files that other packages judge.
	Readers []Reader
}

// Reader reads a kind of file that this package does not judge itself.
type Reader struct {
	Format string // what the kind is called in the report
	// Is recognises a file by its first bytes, as UTF-8, and its name.
	Is func(name string, head []byte) bool
	// Read says what is wrong with the file. Every problem must be of a check
	// of the catalogue.
	Read func(name string, r io.Reader) ([]finding.Problem, error)
}

// Lint judges files: each alone, and those that belong together. It never
// fails: what cannot be read is in Unread of the report, and hides nothing of
// the others. The report has no diagnosis.
func Lint(tree Tree, files []LintFile, o LintOptions) *Report {
	l := &linter{tree: tree, entities: map[string]describedEntity{}, options: o, catalogue: Catalogue(), kinds: append(fileKinds(), adopted(o.Readers)...), report: &Report{
		Schema: Schema, Inputs: []InputView{}, Messages: []MessageView{}, Findings: []finding.Finding{}, Checks: []CheckResult{},
	}}
	for _, f := range files {
		l.add(f)
	}
	l.enterprises("", entra.Text{}, l.exports)
	l.report.Certificates = l.certificates.list()
	l.report.concludeLint(l.catalogue)
	return l.report
}

// linter is a run of lint.
type linter struct {
	tree      Tree
	options   LintOptions
	catalogue []*Check
	kinds     []fileKind
	report    *Report
	// entities are the descriptions of entities so far, by entity ID.
	entities map[string]describedEntity
	exports  []*export.File // of Entra, which are judged together
	// certificates are those that were found so far.
	certificates certificateIndex
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
		l.unread(err)
		return
	}
	defer body.Close()
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
	f.format = kind.format
	l.report.Inputs = append(l.report.Inputs, InputView{Name: f.name, Format: f.format})
	if err := kind.read(l, f); err != nil {
		l.unread(fmt.Errorf("%s: %w", f.name, err))
	}
	inspect(l, subject{input: f.name}, f, func(s *lints) func(*inspection, *file) { return s.file })
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
