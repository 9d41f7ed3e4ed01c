package cmd

import (
	"crypto/rand"
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/redact"
	"github.com/ssodoctor/ssodoctor/pkg/trace"
)

// redactOptions are the flags of redact.
type redactOptions struct {
	common
	keepDomains bool
}

const redactLong = `Write a copy of a capture that can be passed on, and still diagnosed.

Every capture that check reads is read, and written in the same format, in
archives and e-mails each file in its own. NameIDs,
claims, e-mail addresses, IP addresses, accounts and opaque values become
pseudonyms, the same value the same one within the copy; cookies keep their
names only; passwords, codes, tokens, authorization headers and pages are left
out. Hosts, paths, Identifiers, Reply URLs, times, status codes and error codes
stay, for they are what a diagnosis needs.

Redaction changes what was signed. What was found on the signatures before is
written into the copy, and "ssodoctor check" shows it as that.`

const redactExample = `  ssodoctor redact login.har -o shareable.har
  ssodoctor redact login.saz --keep-domains -o shareable.saz
  pbpaste | ssodoctor redact > shareable.txt`

func newRedact(env *Env) *cobra.Command {
	o := &redactOptions{}
	c := &cobra.Command{
		Use:     "redact [FILE|-]",
		Short:   "Write a shareable copy of a capture",
		Long:    redactLong,
		Example: redactExample,
		Args:    cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			return runRedact(env, o, args)
		},
	}
	f := c.Flags()
	f.StringVarP(&o.output, "output", "o", "", "write the copy to this `file` instead of standard output")
	f.BoolVar(&o.keepDomains, "keep-domains", false, "leave the domains of e-mail addresses and accounts as they are")
	return c
}

func runRedact(env *Env, o *redactOptions, args []string) error {
	if len(args) == 0 {
		if !env.StdinPiped {
			return errNothingToRead("redact")
		}
		args = []string{"-"}
	}
	capture, err := readOne(env, args[0])
	if !redact.Holds(capture) {
		return unusableError{err}
	}
	if err != nil {
		env.warn(err)
	}
	shareable, err := redact.Capture(capture, redact.Options{Key: freshKey(), KeepDomains: o.keepDomains})
	if err != nil {
		return unusableError{fmt.Errorf("%s: %w", capture.Name, err)}
	}
	if err := o.write(env, func(w io.Writer) error { _, err := w.Write(shareable.Content); return err }); err != nil {
		return err
	}
	env.note(summary(capture, shareable))
	for _, p := range capture.Problems {
		if slices.Contains(leftOut, p.Check) {
			env.note("not in the copy: " + p.Detail)
		}
	}
	return nil
}

// leftOut are the checks by which a reader says that it did not read all.
var leftOut = []string{"input-unread", "input-truncated", "input-too-large", "input-masked"}

// freshKey is a key that is forgotten when the copy is written.
func freshKey() []byte {
	key := make([]byte, redact.KeySize)
	rand.Read(key) // never fails
	return key
}

// summary says what was written; the more so where it is another format.
func summary(c *trace.Capture, r *redact.Copy) string {
	var counts []string
	for _, row := range []struct {
		n    int
		what string
	}{{r.Exchanges, "exchange"}, {r.Messages, "message"}, {r.SignIns, "sign-in"}, {r.Errors, "error code"}} {
		if row.n > 0 {
			counts = append(counts, finding.Count(row.n, row.what))
		}
	}
	out := fmt.Sprintf("wrote %s without what they say about users; look at the copy before you pass it on", finding.List(counts))
	if r.Format != c.Format {
		out += fmt.Sprintf("; the copy is in the format %q, for %q has no place for all of it", r.Format, c.Format)
	}
	return out
}

// readOne reads one capture from a file, or from standard input.
func readOne(env *Env, arg string) (*trace.Capture, error) {
	if arg == "-" {
		return trace.Read(env.Stdin, stdinName, trace.Limits{})
	}
	file, err := openOne(arg)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return trace.Read(file, arg, trace.Limits{})
}
