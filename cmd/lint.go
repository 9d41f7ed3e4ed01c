package cmd

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/ssodoctor/ssodoctor/pkg/report"
	"github.com/ssodoctor/ssodoctor/pkg/validate"
)

// lintOptions are the flags of lint.
type lintOptions struct {
	common
	certificateWarningDays int
	certificates           bool
	paths                  []string
}

const lintLong = `Judge the files of a repository that hold SSO configuration: SAML metadata,
certificates. Directories are walked; files are recognised from their content,
and those of other kinds are passed over unless they are named. Nothing is
changed and nothing is fetched.`

const lintExample = `  ssodoctor lint
  ssodoctor lint idp/federationmetadata.xml app/signing.cer
  ssodoctor lint . --fail-on warning --format json
  ssodoctor lint --certificates
  ssodoctor lint --certificates --format ics --output certificates.ics`

func newLint(env *Env, run func(*cobra.Command, *Env, *lintOptions) error) *cobra.Command {
	o := &lintOptions{}
	c := &cobra.Command{
		Use:     "lint [PATH]...",
		Short:   "Judge SSO configuration in files: metadata, certificates",
		Long:    lintLong,
		Example: lintExample,
		RunE: func(c *cobra.Command, args []string) error {
			o.paths = args
			return run(c, env, o)
		},
	}
	o.common.bind(c, textFirst(report.Formats())...)
	o.common.bindVerdict(c)
	o.bindCertificates(c)
	c.Flags().IntVar(&o.certificateWarningDays, "certificate-warning-days", 30, "warn of certificates that end within this many `days`")
	return c
}

func runLint(c *cobra.Command, env *Env, o *lintOptions) error {
	if err := settle(c, env, o.config); err != nil {
		return err
	}
	if err := o.choices(o.formats()); err != nil {
		return err
	}
	clock, err := o.clock(env)
	if err != nil {
		return err
	}
	files, unreadable := walk(o.paths)
	r := validate.Lint(disk{}, files, validate.LintOptions{
		Clock:              clock,
		CertificateWarning: time.Duration(o.certificateWarningDays) * 24 * time.Hour,
	})
	unread := slices.Concat(unreadable, r.Unread)
	for _, err := range unread {
		env.warn(err)
	}
	if len(r.Inputs) == 0 && len(unread) == 0 {
		return unusableError{errors.New("nothing to lint: no file is SSO configuration; name the files or directories that are")}
	}
	summary := r.Summary
	if o.certificates {
		summary = certificateSummary(r)
	}
	err = o.write(env, func(w io.Writer) error {
		if o.certificates {
			return report.Certificates(w, o.calendar(r, clock), o.format, o.look(env))
		}
		if o.format == "text" {
			return report.Lint(w, r, o.look(env))
		}
		write, _ := report.Lookup(o.format)
		return write(w, r, o.look(env))
	})
	switch {
	case err != nil:
		return err
	case o.failing(summary):
		return errFindings
	case len(unread) > 0:
		return unusableError{}
	}
	return nil
}

// disk opens the files of the machine.
type disk struct{}

func (disk) Open(name string) (io.ReadCloser, error) { return os.Open(filepath.FromSlash(name)) }

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
