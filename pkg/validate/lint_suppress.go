package validate

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/ssodoctor/ssodoctor/pkg/config"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// suppressions are those of one configuration, with what they held back.
type suppressions struct {
	config *config.Config
	held   []int // findings, of each suppression
}

// suppress takes the accepted findings out of the report, and reports the
// suppressions that hold nothing back or have come to their end.
func (l *linter) suppress() {
	all := make([]suppressions, len(l.configurations))
	for i, c := range l.configurations {
		all[i] = suppressions{c, make([]int, len(c.Suppressions))}
	}
	l.report.Findings = slices.DeleteFunc(l.report.Findings, func(f finding.Finding) bool {
		for i := range all {
			if s := l.accepts(&all[i], &f); s != nil {
				l.report.Suppressed = append(l.report.Suppressed, Suppressed{Finding: f, Reason: s.Reason.Value})
				return true
			}
		}
		return false
	})
	for i := range all {
		inspect(l, subject{input: all[i].config.Files[0]}, &all[i], func(s *lints) func(*inspection, *suppressions) { return s.suppressions })
	}
}

// accepts returns the first suppression in force that is for the finding, and
// counts it with all others that are.
func (l *linter) accepts(s *suppressions, f *finding.Finding) *config.Suppression {
	var first *config.Suppression
	if !l.within(s.config, f.Input) {
		return nil
	}
	for i, one := range s.config.Suppressions {
		if !l.matches(one, f) {
			continue
		}
		s.held[i]++
		if first == nil && !expired(one, l.options.Clock.Judged()) {
			first = one
		}
	}
	return first
}

// within reports whether a file is one that a configuration speaks for: its
// own, those below its directory, and those that it names.
func (l *linter) within(c *config.Config, file string) bool {
	dir := path.Dir(c.Files[0])
	return dir == "." && !path.IsAbs(file) && !strings.HasPrefix(file, "../") || strings.HasPrefix(file, dir+"/") || l.configs[file] == c ||
		slices.ContainsFunc(l.users[file], func(a *configured) bool { return a.config == c })
}

func (l *linter) matches(s *config.Suppression, f *finding.Finding) bool {
	if s.Check.Given() && s.Check.Value != f.Check {
		return false
	}
	if s.Glob != "" {
		if ok, err := config.Match(s.Glob, f.Input); !ok || err != nil {
			return false
		}
	}
	return !s.App.Given() || s.App.Value == f.App || slices.ContainsFunc(l.users[f.Input], func(a *configured) bool { return a.Name.Value == s.App.Value })
}

// expired reports whether the last day of a suppression has passed. One whose
// day cannot be read holds: the day itself is a finding.
func expired(s *config.Suppression, at time.Time) bool {
	until, err := time.Parse(time.DateOnly, s.Until.Value)
	return err == nil && !at.Before(until)
}

func lintSuppressionUnused(x *inspection, s *suppressions) {
	for i, one := range s.config.Suppressions {
		if s.held[i] == 0 && !expired(one, x.at()) {
			x.fail(fact{input: one.Place.File, location: one.Location(), actual: described(one), detail: fmt.Sprintf("no finding is held back by the suppression of %s (%s)", described(one), one.Reason.Value)})
		}
	}
}

func lintSuppressionEnded(x *inspection, s *suppressions) {
	for i, one := range s.config.Suppressions {
		if !expired(one, x.at()) {
			continue
		}
		f := fact{input: one.Place.File, location: one.Until.Location(), actual: described(one),
			detail: fmt.Sprintf("the suppression of %s (%s) ended on %s, and findings that it held back count again: %d", described(one), one.Reason.Value, one.Until.Value, s.held[i])}
		if s.held[i] == 0 {
			f.detail = fmt.Sprintf("the suppression of %s (%s) ended on %s, and there is nothing left to hold back; remove it", described(one), one.Reason.Value, one.Until.Value)
			f.severity = finding.Info
		}
		x.fail(f)
	}
}

// described names what a suppression is for.
func described(s *config.Suppression) string {
	var words []string
	for _, w := range []struct{ what, value string }{{"", s.Check.Value}, {"app ", s.App.Value}, {"file ", s.File.Value}} {
		if w.value != "" {
			words = append(words, w.what+w.value)
		}
	}
	return strings.Join(words, ", ")
}
