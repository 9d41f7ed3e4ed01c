package cmd

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"github.com/ssodoctor/ssodoctor/pkg/adfs"
	"github.com/ssodoctor/ssodoctor/pkg/adfs/claimrule"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/validate"
)

// ruleOptions are the flags that the commands on rules share.
type ruleOptions struct {
	common
	purpose string
	inputs  []string
}

// purposes are the values of --for.
var purposes = map[string]claimrule.Purpose{
	"": claimrule.UnknownPurpose, "transform": claimrule.Transform, "authorization": claimrule.Authorization,
	"mfa": claimrule.AdditionalAuthentication, "acceptance": claimrule.Acceptance,
}

var purposeNames = []string{"transform", "authorization", "mfa", "acceptance"}

// settingPurposes are the purposes of the rule sets of an export.
var settingPurposes = map[string]claimrule.Purpose{
	"IssuanceTransformRules": claimrule.Transform, "IssuanceAuthorizationRules": claimrule.Authorization,
	"AdditionalAuthenticationRules": claimrule.AdditionalAuthentication, "AcceptanceTransformRules": claimrule.Acceptance,
	"DelegationAuthorizationRules": claimrule.Authorization, "ImpersonationAuthorizationRules": claimrule.Authorization,
}

const rulesLong = `Check, format, explain and run AD FS claim rules.

FILE is a text of claim rules, as the AD FS console shows it or as
Get-AdfsRelyingPartyTrust prints it. check and explain take exports of AD FS as
well, with all rule sets of all trusts; places are those in the export.`

func newADFSRules(env *Env) *cobra.Command {
	c := &cobra.Command{
		Use: "rules", Short: "Check, format, explain and run claim rules", Long: rulesLong, Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(newRulesCheck(env, runRulesCheck), newRulesFmt(env, runRulesFmt), newRulesExplain(env, runRulesExplain), newRulesEval(env, runRulesEval))
	return c
}

func (o *ruleOptions) bindPurpose(c *cobra.Command) {
	c.Flags().StringVar(&o.purpose, "for", "", "`purpose` of the rules: "+strings.Join(purposeNames, ", ")+" (default: judged by what they issue)")
	complete(c, "for", purposeNames)
}

func (o *ruleOptions) valid(formats []string) error {
	if err := oneOf("format", o.format, formats); err != nil {
		return err
	}
	if err := oneOf("color", o.color, colors); err != nil {
		return err
	}
	if o.purpose != "" {
		return oneOf("for", o.purpose, purposeNames)
	}
	return nil
}

// ruleText is one text of claim rules.
type ruleText struct {
	input string // the file
	// trust and setting tell where in an export it stands; empty for a file
	// of rules.
	trust, setting string
	text           string
	purpose        claimrule.Purpose
	rules          *claimrule.RuleSet
	errors         []*claimrule.SyntaxError
}

// title names the text where there are several.
func (t *ruleText) title() string {
	if t.setting == "" {
		return t.input
	}
	return t.input + ": " + t.trust + ", " + t.setting
}

func (t *ruleText) parse(at claimrule.Position) {
	t.rules, t.errors = claimrule.Parse(t.text, at)
}

// ruleIntake is what became of the inputs of a command on rules.
type ruleIntake struct {
	env      *Env
	texts    []*ruleText
	readings []validate.Reading // what readers of exports said
	unusable int
}

func (o *ruleOptions) read(env *Env) (*ruleIntake, error) {
	names, err := named(env, o.inputs, "a file of claim rules", "ssodoctor adfs rules check rules.txt")
	if err != nil {
		return nil, err
	}
	in := &ruleIntake{env: env}
	for _, name := range names {
		data, shown, err := readRuleFile(env, name)
		if err != nil {
			env.warn(err)
			in.unusable++
			continue
		}
		if !in.export(shown, data) {
			text := &ruleText{input: shown, text: decodeText(data), purpose: purposes[o.purpose]}
			text.parse(claimrule.Position{})
			in.texts = append(in.texts, text)
		}
	}
	return in, nil
}

// maxRuleFile is the largest file of rules, or export with rules, in bytes.
const maxRuleFile = 512 << 20

func readRuleFile(env *Env, name string) (data []byte, shown string, err error) {
	if name == "-" {
		data, err = io.ReadAll(io.LimitReader(env.Stdin, maxRuleFile))
		return data, stdinName, err
	}
	if info, err := os.Stat(name); err == nil && info.IsDir() {
		return nil, name, &fs.PathError{Op: "read", Path: name, Err: errors.New("is a directory; name the files")}
	}
	data, err = readWhole(name, maxRuleFile)
	return data, name, err
}

// export takes the rule sets out of an export of AD FS; false where the data
// is none.
func (in *ruleIntake) export(name string, data []byte) bool {
	reading := validate.Reading{Name: name, Format: "AD FS export"}
	found := 0
	for o, err := range adfs.Read(bytes.NewReader(data), name, adfs.Limits{}) {
		if err != nil {
			var e *adfs.ReadError
			if errors.As(err, &e) {
				reading.Problems = append(reading.Problems, finding.Problem{Check: e.Check, Severity: e.Severity, Detail: e.Msg, Location: finding.Location{Span: e.Span}})
			}
			continue
		}
		found++
		in.sets(name, o)
		for _, p := range o.Problems {
			if p.Check == adfs.CheckDamaged {
				reading.Problems = append(reading.Problems, p)
			}
		}
	}
	if found == 0 && !bytes.HasPrefix(bytes.TrimLeft(data, "\xef\xbb\xbf \r\n\t"), []byte("<")) {
		return false
	}
	in.readings = append(in.readings, reading)
	return true
}

func (in *ruleIntake) sets(name string, o *adfs.Object) {
	for _, p := range o.Properties {
		if p.Info == nil || p.Info.Type != adfs.TypeRules || p.Value.Shape != adfs.ShapeText {
			continue
		}
		t := &ruleText{input: name, trust: o.Name(), setting: p.Name, text: p.Value.Text.Value, purpose: settingPurposes[p.Name]}
		t.parse(claimrule.Position{Map: p.Value.Text.At})
		in.texts = append(in.texts, t)
	}
}

// told is the exit of a command that has nothing more to say.
func (in *ruleIntake) told(failed bool) error {
	switch {
	case failed:
		return errFindings
	case in.unusable > 0:
		return unusableError{}
	}
	return nil
}

// textEncoding is how a text stands in its file.
type textEncoding struct {
	bom  string
	crlf bool
}

// encodingOf tells the encoding of a file by its byte order mark.
func encodingOf(data []byte) textEncoding {
	for _, bom := range []string{"\xef\xbb\xbf", "\xff\xfe", "\xfe\xff"} {
		if bytes.HasPrefix(data, []byte(bom)) {
			return textEncoding{bom: bom, crlf: strings.Contains(decodeText(data), "\r\n")}
		}
	}
	return textEncoding{crlf: bytes.Contains(data, []byte("\r\n"))}
}

// decodeText reads a text as PowerShell and editors write it: UTF-8 or UTF-16
// with a byte order mark, UTF-8 without, else Windows-1252.
func decodeText(data []byte) string {
	switch {
	case bytes.HasPrefix(data, []byte("\xef\xbb\xbf")):
		return string(data[3:])
	case bytes.HasPrefix(data, []byte("\xff\xfe")), bytes.HasPrefix(data, []byte("\xfe\xff")):
		if out, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder().Bytes(data); err == nil {
			return string(out)
		}
	case !utf8.Valid(data):
		if out, err := charmap.Windows1252.NewDecoder().Bytes(data); err == nil {
			return string(out)
		}
	}
	return string(data)
}

// encode writes text as the file had it.
func (e textEncoding) encode(text string) ([]byte, error) {
	if e.crlf {
		text = strings.ReplaceAll(text, "\n", "\r\n")
	}
	switch e.bom {
	case "\xff\xfe":
		return unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().Bytes([]byte(text))
	case "\xfe\xff":
		return unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewEncoder().Bytes([]byte(text))
	}
	return append([]byte(e.bom), text...), nil
}

// problems are the syntax errors and lints of a text, in its order.
func (t *ruleText) problems() []finding.Problem {
	var list []finding.Problem
	for _, e := range t.errors {
		list = append(list, e.Problem())
	}
	if len(t.rules.Rules) > 0 {
		list = append(list, claimrule.Lint(t.rules, claimrule.Setting{Purpose: t.purpose})...)
	}
	slices.SortStableFunc(list, func(a, b finding.Problem) int {
		return cmp.Compare(a.Location.Span.Offset, b.Location.Span.Offset)
	})
	return list
}

// tellErrors tells the syntax errors of texts on standard error; false where
// there are none.
func (in *ruleIntake) tellErrors() bool {
	any := false
	for _, t := range in.texts {
		for _, e := range t.errors {
			any = true
			in.env.warn(fmt.Errorf("%s:%d:%d: %s", t.input, e.Span.Line, e.Span.Column, e.Message()))
		}
	}
	return any
}
