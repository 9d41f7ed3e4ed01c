package cmd

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/ssodoctor/ssodoctor/pkg/config"
	"github.com/ssodoctor/ssodoctor/pkg/report"
	"github.com/ssodoctor/ssodoctor/pkg/validate"
)

// lintOptions are the flags of lint.
type lintOptions struct {
	common
	skew                   string
	certificateWarningDays int
	certificates           bool
	baseline               string
	updateBaseline         bool
	paths                  []string
}

const lintLong = `Judge the files of a repository that hold SSO configuration, and whether they
agree: SAML metadata, certificates, exports of Entra and AD FS, claim rules, and
ssodoctor.yaml, which says what belongs together. Directories are walked; files
are recognised from their content, and those of other kinds are passed over
unless they are named. Nothing is changed and nothing is fetched.

The ssodoctor.yaml of the current directory, or that of --config, always takes
part, with the files that it names. Findings are accepted there under
"suppress:", with a reason and until a day, or all of today's by a baseline.`

const lintExample = `  ssodoctor lint
  ssodoctor lint idp/federationmetadata.xml app/signing.cer
  ssodoctor lint . --fail-on warning --format json
  ssodoctor lint --certificates
  ssodoctor lint --certificates --format ics --output certificates.ics
  ssodoctor lint --baseline .ssodoctor-baseline.json --update-baseline
  ssodoctor lint --baseline .ssodoctor-baseline.json`

func newLint(env *Env, run func(*cobra.Command, *Env, *lintOptions) error) *cobra.Command {
	o := &lintOptions{}
	c := &cobra.Command{
		Use:     "lint [PATH]...",
		Short:   "Judge SSO configuration in files, and whether all copies of a fact agree",
		Long:    lintLong,
		Example: lintExample,
		RunE: func(c *cobra.Command, args []string) error {
			o.paths = args
			return run(c, env, o)
		},
	}
	o.common.bind(c, textFirst(report.Formats())...)
	o.common.bindVerdict(c, verdictHelp{"now, and instead of the time of captures", "only the findings", "also list what passed and what was not checked"})
	o.bindCertificates(c)
	f := c.Flags()
	f.StringVar(&o.skew, "skew", "3m", "tolerance on the time limits of captures, a `duration` such as 90s or 5m")
	f.IntVar(&o.certificateWarningDays, "certificate-warning-days", 30, "warn of certificates that end within this many `days`")
	f.StringVar(&o.baseline, "baseline", "", "accept the findings that this `file` holds, and report new ones")
	f.BoolVar(&o.updateBaseline, "update-baseline", false, "write the findings of today to the file of --baseline")
	return c
}

func runLint(c *cobra.Command, env *Env, o *lintOptions) error {
	if err := settle(c, env, o.config); err != nil && !errors.As(err, new(unreadSettings)) {
		return err // of a configuration that cannot be read a finding tells
	}
	if err := o.choices(o.formats()); err != nil {
		return err
	}
	if o.updateBaseline && o.baseline == "" {
		return usageError{errors.New("--update-baseline needs the file to write: --baseline FILE")}
	}
	options, err := o.options(env)
	if err != nil {
		return err
	}
	files, unreadable := walk(o.paths)
	memory := &softLimit{bytes: softLeast}
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(memory.bytes))
	r := validate.Lint(disk{memory}, files, options)
	unread := slices.Concat(unreadable, r.Unread)
	for _, err := range unread {
		env.warn(err)
	}
	if len(r.Inputs) == 0 && len(unread) == 0 {
		return unusableError{errors.New("nothing to lint: no file is SSO configuration; name the files or directories that are, or begin with ssodoctor init")}
	}
	if err := o.accept(env, r); err != nil {
		return err
	}
	if len(r.Inputs) > 0 || o.format != "text" { // of nothing there is nothing to say
		if err := o.report(env, r, options.Clock); err != nil {
			return err
		}
	}
	return o.linted(r, len(unread))
}

// linted turns the result into an exit code.
func (o *lintOptions) linted(r *validate.Report, unread int) error {
	summary := r.Summary
	if o.certificates {
		summary = certificateSummary(r)
	}
	switch {
	case o.updateBaseline:
	case o.failing(summary):
		return errFindings
	case unread > 0:
		return unusableError{}
	}
	return nil
}

func (o *lintOptions) options(env *Env) (validate.LintOptions, error) {
	clock, err := o.clock(env)
	if err != nil {
		return validate.LintOptions{}, err
	}
	skew, err := parseSkew(o.skew)
	if err != nil {
		return validate.LintOptions{}, err
	}
	config := o.config
	if _, err := os.Stat(settingsFile); config == "" && err == nil {
		config = settingsFile
	}
	var configs []string
	if config != "" {
		configs = []string{filepath.ToSlash(filepath.Clean(config))}
	}
	return validate.LintOptions{
		Clock: clock, Skew: skew, Configs: configs, Getenv: env.Getenv, Readers: adfsReaders(clock.Judged()),
		CertificateWarning: time.Duration(o.certificateWarningDays) * 24 * time.Hour,
	}, nil
}

func (o *lintOptions) report(env *Env, r *validate.Report, at validate.Clock) error {
	return o.write(env, func(w io.Writer) error {
		if o.certificates {
			return report.Certificates(w, o.calendar(r, at), o.format, o.look(env))
		}
		if o.format == "text" {
			return report.Lint(w, r, o.look(env))
		}
		write, _ := report.Lookup(o.format)
		return write(w, r, o.look(env))
	})
}

// accept takes the findings of the baseline out of the report, or writes a new
// baseline.
func (o *lintOptions) accept(env *Env, r *validate.Report) error {
	if o.baseline == "" {
		return nil
	}
	if o.updateBaseline {
		return o.writeBaseline(env, r)
	}
	file, err := os.Open(o.baseline)
	if err != nil {
		return unusableError{fmt.Errorf("--baseline: %w; write it with --update-baseline", err)}
	}
	defer file.Close()
	baseline, err := validate.ReadBaseline(file)
	if err != nil {
		return unusableError{fmt.Errorf("--baseline %s: %w", o.baseline, err)}
	}
	accepted, gone := r.Accept(baseline)
	if !o.quiet {
		env.note(fmt.Sprintf("%s accepted by %s", quantity(accepted, "finding"), o.baseline))
		if gone > 0 {
			env.note(fmt.Sprintf("%d of the baseline found no more; shrink it with --update-baseline", gone))
		}
	}
	return nil
}

func (o *lintOptions) writeBaseline(env *Env, r *validate.Report) error {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetIndent("", "  ")
	if err := e.Encode(r.Baseline()); err != nil {
		return unusableError{err}
	}
	if err := os.WriteFile(o.baseline, b.Bytes(), 0o644); err != nil {
		return unusableError{fmt.Errorf("--baseline: %w", err)}
	}
	env.note(fmt.Sprintf("%s written to %s, and accepted from now on", quantity(len(r.Findings), "finding"), o.baseline))
	return nil
}

// softLimit is where the collector begins to work harder. It follows what is
// read, as files may be judged together: what hostile input makes garbage of is
// soon collected, and big files are not collected over and over.
type softLimit struct{ bytes int64 }

// The limit, in bytes: where it begins, and what each byte that is read raises
// it by.
const (
	softLeast   = 48 << 20
	softPerByte = 10
)

func (s *softLimit) read(size int64) {
	s.bytes += softPerByte * size
	debug.SetMemoryLimit(s.bytes)
}

// disk opens the files of the machine. Pipes and devices, which may never end,
// are refused.
type disk struct {
	memory *softLimit // that what is opened raises; nil for none
}

func (d disk) Open(name string) (io.ReadCloser, error) {
	name = filepath.FromSlash(name)
	if info, err := os.Stat(name); err != nil {
		return nil, err
	} else if !info.Mode().IsRegular() {
		return nil, &fs.PathError{Op: "open", Path: name, Err: errors.New("no regular file")}
	} else if d.memory != nil {
		d.memory.read(info.Size())
	}
	return os.Open(name)
}

func (disk) Glob(pattern string) ([]string, error) {
	if above, deep := config.Above(pattern); deep {
		return globDeep(above, pattern)
	}
	names, err := filepath.Glob(filepath.FromSlash(pattern))
	for i := range names {
		names[i] = filepath.ToSlash(names[i])
	}
	return names, err
}

// globDeep lists the files that match a pattern below the directories that
// match another; hidden ones and those of others are left alone, as in walk.
func globDeep(above, pattern string) ([]string, error) {
	if _, err := config.Match(pattern, ""); err != nil {
		return nil, err
	}
	tops, err := filepath.Glob(filepath.FromSlash(above))
	if err != nil || len(tops) == 0 {
		return nil, err
	}
	var names []string
	files, _ := walk(tops)
	for _, f := range files {
		if ok, _ := config.Match(pattern, f.Name); ok {
			names = append(names, f.Name)
		}
	}
	return names, nil
}

// passedOver are directories that hold the files of others.
var passedOver = []string{"node_modules", "vendor", "__pycache__"}

// walk lists the files to lint, the directories among the paths walked in the
// order of names. Links are followed where they are named, and no further, so
// that loops do no harm; hidden files and directories are left alone.
func walk(paths []string) (files []validate.LintFile, unreadable []error) {
	if len(paths) == 0 {
		paths = []string{"."}
	}
	seen := map[string]bool{}
	add := func(name string, named bool) {
		if name = filepath.ToSlash(filepath.Clean(name)); !seen[name] {
			seen[name] = true
			files = append(files, validate.LintFile{Name: name, Named: named})
		}
	}
	for _, root := range paths {
		info, err := os.Stat(root)
		switch {
		case err != nil:
			unreadable = append(unreadable, err)
			continue
		case !info.IsDir():
			add(root, true)
			continue
		}
		// A link to a directory is walked as the directory; WalkDir alone would not.
		top := root
		if link, err := os.Lstat(root); err == nil && link.Mode()&fs.ModeSymlink != 0 {
			top += string(filepath.Separator) + "."
		}
		_ = filepath.WalkDir(top, func(path string, d fs.DirEntry, err error) error {
			switch hidden := path != top && strings.HasPrefix(d.Name(), "."); {
			case err != nil:
				unreadable = append(unreadable, err)
			case d.IsDir() && path != top && (hidden || slices.Contains(passedOver, d.Name())):
				return fs.SkipDir
			case d.Type().IsRegular() && !hidden:
				add(path, false)
			}
			return nil
		})
	}
	return files, unreadable
}
