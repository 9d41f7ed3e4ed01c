package validate

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/trace"
)

var update = flag.Bool("update", false, "rewrite examples.json")

// TestExamples holds that every check has an example, and that each still says
// what it says.
func TestExamples(t *testing.T) {
	made := map[string]Example{}
	for _, f := range fixtures() {
		if _, done := made[f.check]; !done {
			made[f.check] = f.example(t)
		}
	}
	for _, f := range lintFixtures() {
		if _, done := made[f.check]; !done {
			made[f.check] = f.example(t)
		}
	}
	for _, c := range Catalogue() {
		if _, done := made[c.Name]; !done {
			if text, ok := ruleExamples[c.Name]; ok {
				made[c.Name] = ruleExample(t, c, text)
			} else if text, ok := exportExamples[c.Name]; ok {
				made[c.Name] = exportExample(t, c, text)
			} else {
				t.Errorf("%s: there is no example", c.Name)
			}
		}
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	if err := e.Encode(made); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile("examples.json", b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(string(examplesJSON), b.String()); diff != "" {
		t.Errorf("examples.json differs (-want +got), run with -update if that is right:\n%s", diff)
	}
}

// example is that of a fixture over captures: its command has no more flags than
// the check needs to say the same. They are sought with -update, where those of
// the example as it stands do not do.
func (f fixture) example(t *testing.T) Example {
	t.Helper()
	s, before := f.scene(true), examples()[f.check].Command
	enough, found := s.restrict(func(o option) bool { return strings.Contains(before, o.flags[0]) }), finding.Finding{}
	if *update {
		whole := f.finds(t, f.scene(true))
		if found, _ = s.first(t, f.check); !cmp.Equal(found, whole) {
			s = f.scene(true)
			enough = s.restrict(func(o option) bool {
				defer o.drop()()
				less, ok := s.first(t, f.check)
				return !ok || !cmp.Equal(less, whole)
			})
		}
	}
	found = f.finds(t, s)
	capture := s.captures(t)[0]
	slices.Sort(enough)
	return Example{
		Command: strings.Join(append([]string{"ssodoctor check", inputName(capture)}, slices.Compact(enough)...), " "),
		Input:   excerptOf(s.text(t), capture, &found), Finding: found,
	}
}

// restrict takes what is not needed out of the expectations, and returns the
// flags for the rest.
func (s *scene) restrict(needed func(option) bool) (flags []string) {
	for _, o := range s.given() {
		if needed(o) {
			flags = append(flags, o.flags...)
		} else {
			o.drop()
		}
	}
	return flags
}

func (f fixture) finds(t *testing.T, s *scene) finding.Finding {
	t.Helper()
	out, ok := s.first(t, f.check)
	if !ok {
		t.Fatalf("%s/%s does not fire", f.check, f.name)
	}
	return out
}

func (s *scene) first(t *testing.T, check string) (finding.Finding, bool) {
	t.Helper()
	list := of(s.report(t), check)
	if len(list) == 0 {
		return finding.Finding{}, false
	}
	list[0].CausedBy = ""
	return list[0], true
}

// inputName is what people would call a capture of the format.
func inputName(c *trace.Capture) string {
	switch c.Format {
	case "har", "saz", "zip":
		return "login." + c.Format
	case "xml":
		return "message.xml"
	}
	return "login.txt"
}

// option is an expectation as flags, and how to do without it.
type option struct {
	flags []string
	drop  func() (restore func())
}

// given lists what the scene expects, as flags.
func (s *scene) given() []option {
	e := s.expect
	var out []option
	list := func(flag string, values []Value, at *[]Value) {
		if len(values) > 0 {
			var flags []string
			for _, v := range values {
				flags = append(flags, flag+" "+shellWord(v.Value))
			}
			out = append(out, option{flags, dropping(at)})
		}
	}
	list("--issuer", e.Issuers, &e.Issuers)
	list("--entity-id", e.EntityIDs, &e.EntityIDs)
	list("--acs", e.ReplyURLs, &e.ReplyURLs)
	list("--request-id", e.RequestIDs, &e.RequestIDs)
	list("--name-id-format", e.NameIDFormats, &e.NameIDFormats)
	if len(e.Claims) > 0 && e.Profile == nil {
		var flags []string
		for _, c := range e.Claims {
			word := c.Name
			if c.Pattern != nil {
				word += "=" + c.Pattern.Regexp.String()
			}
			flags = append(flags, "--require-claim "+shellWord(word))
		}
		out = append(out, option{flags, dropping(&e.Claims)})
	}
	for _, o := range []struct {
		set   bool
		flags string
		drop  func() func()
	}{
		{len(e.Certificates) > 0 || len(e.CertificateProblems) > 0, "--cert idp.cer", dropping(&e.Certificates)},
		{len(e.MetadataCertificates) > 0, "--idp-metadata idp.xml", dropping(&e.MetadataCertificates)},
		{len(e.IdPMetadata) > 0, "--idp-metadata idp.xml", dropping(&e.IdPMetadata)},
		{len(e.SPMetadata) > 0, "--sp-metadata sp.xml", dropping(&e.SPMetadata)},
		{e.SignedAssertion != "", "--sp-metadata sp.xml", dropping(&e.SignedAssertion)},
		{e.SignedResponse != "", "--sp-metadata sp.xml", dropping(&e.SignedResponse)},
		{e.Skew != 0, "--skew " + max(e.Skew, 0).String(), dropping(&e.Skew)},
		{e.CertificateWarning != 0, fmt.Sprintf("--certificate-warning-days %d", e.CertificateWarning/(24*time.Hour)), dropping(&e.CertificateWarning)},
		{!s.clock.At.IsZero(), "--at " + s.clock.At.Format(time.RFC3339), dropping(&s.clock.At)},
		{len(e.Keys) > 0, "--key app.pem", dropping(&e.Keys)},
		{e.Accounts != nil, "--users users.csv", dropping(&e.Accounts)},
		{e.SecondOpinion, "--verbose", dropping(&e.SecondOpinion)},
	} {
		if o.set {
			out = append(out, option{[]string{o.flags}, o.drop})
		}
	}
	if e.Profile != nil {
		out = append(out, option{[]string{"--profile " + e.Profile.Name}, dropping(&e.Profile)})
	}
	return out
}

// dropping empties what is expected, until restored.
func dropping[T any](at *T) func() func() {
	return func() func() {
		kept := *at
		*at = *new(T)
		return func() { *at = kept }
	}
}

func shellWord(s string) string {
	if strings.ContainsAny(s, " $*?^|&;<>()\"\\`") {
		return "'" + s + "'"
	}
	return s
}

// excerptOf is the part of a capture that a finding is about: a piece of the
// message, else the exchanges, else the text as it is.
func excerptOf(text string, c *trace.Capture, f *finding.Finding) string {
	if f.Message != nil && *f.Message < len(c.Messages) && f.Location.Span.Known() {
		return excerpt(string(c.Messages[*f.Message].XML), f.Location.Span)
	}
	if len(c.Exchanges) > 0 {
		return timeline(c, f)
	}
	return excerpt(text, finding.Span{})
}

// The sizes of excerpts.
const (
	excerptBefore, excerptAfter = 400, 280 // characters
	timelineRows                = 6
)

// excerpt is the text around a place, cut at tags where there are any.
func excerpt(text string, at finding.Span) string {
	from, to := max(min(at.Offset, len(text))-excerptBefore, 0), min(max(at.Offset, 0)+excerptAfter, len(text))
	if i := strings.LastIndexByte(text[from:min(at.Offset+1, len(text))], '<'); i >= 0 {
		from += i
	}
	piece := strings.ToValidUTF8(text[from:to], "")
	if i := strings.LastIndexByte(piece, '>'); i > 0 && i < len(piece)-1 && to < len(text) {
		piece = piece[:i+1]
	}
	if from > 0 {
		piece = "… " + piece
	}
	if to < len(text) {
		piece += " …"
	}
	return finding.Printable(piece)
}

// timeline lists exchanges, those that the finding is about and the ones before
// it.
func timeline(c *trace.Capture, f *finding.Finding) string {
	list := c.Exchanges
	if at := f.Location.Exchange; at != nil {
		if i := slices.IndexFunc(list, func(e trace.Exchange) bool { return e.Index == *at }); i >= 0 {
			list = list[:i+1]
		}
	}
	var rows []string
	for _, e := range list[max(0, len(list)-timelineRows):] {
		row := fmt.Sprintf("%d  %s %s", e.Index, e.Method, finding.Shorten(e.URL, 90))
		if e.Status != 0 {
			row += fmt.Sprintf("  -> %d", e.Status)
		}
		if e.RedirectURL != "" {
			row += " " + finding.Shorten(e.RedirectURL, 60)
		}
		for _, text := range []string{e.Title, e.ErrorText} {
			if text != "" {
				row += fmt.Sprintf(" %q", finding.Shorten(text, 80))
			}
		}
		rows = append(rows, finding.Printable(row))
	}
	return strings.Join(rows, "\n")
}

// example is that of a fixture over files: the lines around the finding.
func (f lintFixture) example(t *testing.T) Example {
	t.Helper()
	r := newRepository()
	if f.base != nil {
		f.base(r)
	}
	f.fire(r)
	found := of(r.lint(), f.check)
	if len(found) == 0 {
		t.Fatalf("%s/%s does not fire", f.check, f.name)
	}
	found[0].CausedBy = ""
	return Example{Command: "ssodoctor lint .", Input: lines(r[found[0].Input], found[0].Location.Span), Finding: found[0]}
}

// lines are the line of a place and those around it, each cut to its part near
// the place.
func lines(text string, at finding.Span) string {
	all := strings.Split(strings.ReplaceAll(text, "\r", ""), "\n")
	if !at.Known() || at.Line > len(all) {
		at = finding.Span{Line: 1, Column: 1}
	}
	var out []string
	for i := max(at.Line-2, 1); i <= min(at.Line+2, len(all)); i++ {
		line := []rune(all[i-1])
		from := 0
		if len(line) > 160 && i == at.Line {
			from = max(0, min(at.Column-60, len(line)-160))
		}
		piece := string(line[from:min(len(line), from+160)])
		if from > 0 {
			piece = "… " + piece
		}
		if len(line) > from+160 {
			piece += " …"
		}
		out = append(out, finding.Printable(piece))
	}
	return strings.TrimRight(strings.Join(out, "\n"), "\n ")
}
