package cmd

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/report"
	"github.com/ssodoctor/ssodoctor/pkg/validate"
)

// common are the options that commands share.
type common struct {
	at      string
	format  string
	output  string
	failOn  string
	color   string
	config  string
	quiet   bool
	verbose bool
}

// bind adds the flags of output; the first format is the default.
func (o *common) bind(c *cobra.Command, formats ...string) {
	f := c.Flags()
	f.StringVarP(&o.format, "format", "f", formats[0], "output `format`: "+strings.Join(formats, ", "))
	f.StringVarP(&o.output, "output", "o", "", "write the result to this `file` instead of standard output")
	f.StringVar(&o.color, "color", "auto", "colour: auto, always, never")
	f.StringVar(&o.config, "config", "", "read settings from this `file` (default ssodoctor.yaml where it exists)")
	complete(c, "format", formats)
	complete(c, "color", colors)
}

// bindTime adds --at, which takes the place of another time.
func (o *common) bindTime(c *cobra.Command, instead string) {
	c.Flags().StringVar(&o.at, "at", "", "judge time limits at this `time` (RFC 3339, or \"2026-11-21 10:00\" in UTC) instead of "+instead)
}

// verdictHelp is what the flags of a verdict mean to a command.
type verdictHelp struct{ insteadOf, quiet, verbose string }

// bindVerdict adds the flags of commands that judge.
func (o *common) bindVerdict(c *cobra.Command, help verdictHelp) {
	o.bindTime(c, help.insteadOf)
	o.bindFailOn(c)
	f := c.Flags()
	f.BoolVarP(&o.quiet, "quiet", "q", false, help.quiet)
	f.BoolVarP(&o.verbose, "verbose", "v", false, help.verbose)
}

// bindMessage adds --message; the messages are numbered from 0, and -1 is all.
func bindMessage(c *cobra.Command, number *int, does string) {
	c.Flags().IntVar(number, "message", -1, does+" only the message with this `number`")
	c.Flags().Lookup("message").DefValue = "all"
}

// bindFailOn adds --fail-on.
func (o *common) bindFailOn(c *cobra.Command) {
	c.Flags().StringVar(&o.failOn, "fail-on", "error", "exit with 1 at findings of this `severity` or above: error, warning, info, never")
	complete(c, "fail-on", failOns)
}

var (
	colors  = []string{"auto", "always", "never"}
	failOns = []string{"error", "warning", "info", "never"}
)

func complete(c *cobra.Command, flag string, values []string) {
	// The flag exists: it was added a line before.
	_ = c.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp))
}

// oneOf checks the value of a flag against those allowed.
func oneOf(flag, value string, allowed []string) error {
	if slices.Contains(allowed, value) {
		return nil
	}
	hint := ""
	if near := finding.DidYouMean(value, allowed); near != "" {
		hint = fmt.Sprintf("; did you mean %q?", near)
	}
	return usageError{fmt.Errorf("--%s is %q, expected one of %s%s", flag, value, strings.Join(allowed, ", "), hint)}
}

// choices holds the flags of a command that judges against what they can be.
func (o *common) choices(formats []string) error {
	if err := oneOf("format", o.format, formats); err != nil {
		return err
	}
	if err := oneOf("color", o.color, colors); err != nil {
		return err
	}
	return oneOf("fail-on", o.failOn, failOns)
}

// clock says at what time messages are judged.
func (o *common) clock(env *Env) (validate.Clock, error) {
	c := validate.Clock{Now: env.Now()}
	if o.at == "" {
		return c, nil
	}
	at, err := parseTime(o.at)
	c.At = at
	return c, err
}

// parseTime reads a time as people write it; without a zone it is UTC.
func parseTime(s string) (time.Time, error) {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02 15:04", time.DateOnly, time.RFC1123} {
		if t, err := time.ParseInLocation(layout, s, time.UTC); err == nil {
			return t.UTC(), nil
		}
	}
	if n, err := strconv.ParseInt(s, 10, 64); err == nil && n > 1e8 && n < 1e11 {
		return time.Unix(n, 0).UTC(), nil
	}
	return time.Time{}, usageError{fmt.Errorf("--at is %q, expected a time such as 2026-11-21T10:00:00Z", s)}
}

// look says how a report is to look: colour by flag, then NO_COLOR, then
// FORCE_COLOR, then the terminal.
func (o *common) look(env *Env) report.Options {
	terminal := env.Terminal && o.output == ""
	look := report.Options{Verbose: o.verbose, Quiet: o.quiet, Version: version()}
	if severity, err := finding.ParseSeverity(o.failOn); err == nil { // "never" is none
		look.FailOn = severity
	}
	switch {
	case o.color != "auto":
		look.Color = o.color == "always"
	case env.Getenv("NO_COLOR") != "":
	case env.Getenv("FORCE_COLOR") != "" || env.Getenv("CLICOLOR_FORCE") != "":
		look.Color = true
	default:
		look.Color = terminal && env.Getenv("TERM") != "dumb"
	}
	if terminal {
		look.Width = env.Width
	}
	return look
}

// write lets produce write the result to where it belongs. A file is written
// only once the result is complete.
func (o *common) write(env *Env, produce func(io.Writer) error) error {
	var buffer bytes.Buffer
	if err := produce(&buffer); err != nil {
		var usage usageError
		if errors.As(err, &usage) {
			return err
		}
		return unusableError{err}
	}
	if o.output == "" || o.output == "-" {
		_, err := env.Stdout.Write(buffer.Bytes())
		if err != nil && !errors.Is(err, os.ErrClosed) && !isPipe(err) {
			return unusableError{err}
		}
		return nil
	}
	if err := os.WriteFile(o.output, buffer.Bytes(), 0o600); err != nil {
		return unusableError{err}
	}
	return nil
}

// failing reports whether a report has findings at or above --fail-on.
func (o *common) failing(s validate.Summary) bool {
	switch o.failOn {
	case "never":
		return false
	case "info":
		return s.Error+s.Warning+s.Info > 0
	case "warning":
		return s.Error+s.Warning > 0
	}
	return s.Error > 0
}

// stream lets produce write the result piece by piece to where it belongs. A
// file takes its name only once the result is complete; a device or pipe is
// written to, as a rename would put a file in its place.
func (o *common) stream(env *Env, produce func(io.Writer) error) error {
	if o.output == "" || o.output == "-" {
		w := bufio.NewWriterSize(env.Stdout, 64<<10)
		err := produce(w)
		if err == nil {
			err = w.Flush()
		}
		if err != nil && !errors.Is(err, os.ErrClosed) && !isPipe(err) {
			return unusableError{err}
		}
		return nil
	}
	if info, err := os.Stat(o.output); err == nil && !info.Mode().IsRegular() {
		return writeTo(o.output, produce)
	}
	file, err := os.CreateTemp(filepath.Dir(o.output), ".ssodoctor-*")
	if err != nil {
		return unusableError{err}
	}
	defer os.Remove(file.Name())
	err = produce(file)
	if closed := file.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(file.Name(), o.output)
	}
	if err != nil {
		return unusableError{err}
	}
	return nil
}

// writeTo writes to what is there and is no regular file.
func writeTo(name string, produce func(io.Writer) error) error {
	file, err := os.OpenFile(name, os.O_WRONLY, 0)
	if err != nil {
		return unusableError{err}
	}
	err = produce(file)
	if closed := file.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return unusableError{err}
	}
	return nil
}
