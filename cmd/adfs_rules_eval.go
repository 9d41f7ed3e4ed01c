package cmd

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ssodoctor/ssodoctor/pkg/adfs/claimrule"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/report"
)

// evalOptions are the flags of adfs rules eval.
type evalOptions struct {
	ruleOptions
	user  string
	trust string
}

const evalLong = `Run claim rules on a user as AD FS does, and print the claims that are issued, in
the order issued.

The user is a JSON file: attributes by LDAP name, groups, claims that come in
beside those that follow from both, insideCorporateNetwork, and the answers of
attribute stores. Of an export the IssuanceTransformRules of one trust are run.`

func newRulesEval(env *Env, run func(*cobra.Command, *Env, *evalOptions) error) *cobra.Command {
	o := &evalOptions{}
	c := &cobra.Command{
		Use:     "eval FILE --user USER.json",
		Short:   "Run rules on a user and print the claims",
		Long:    evalLong,
		Example: "  ssodoctor adfs rules eval rules.txt --user ada.json --format json",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			o.inputs = args
			return run(c, env, o)
		},
	}
	o.common.bind(c, "text", "json")
	c.Flags().StringVar(&o.user, "user", "", "the user, as a JSON `file`")
	c.Flags().StringVar(&o.trust, "trust", "", "the `name` of the trust, where FILE is an export of several")
	return c
}

func runRulesEval(c *cobra.Command, env *Env, o *evalOptions) error {
	if err := settle(c, env, o.config); err != nil {
		return err
	}
	if err := o.valid([]string{"text", "json"}); err != nil {
		return err
	}
	if o.user == "" {
		return usageError{errors.New("there is no user to run the rules on: give --user user.json")}
	}
	user, err := readUser(o.user)
	if err != nil {
		return err
	}
	in, err := o.read(env)
	if err != nil {
		return err
	}
	if len(in.texts) == 0 {
		return unusableError{}
	}
	text, err := o.choose(in)
	if err != nil {
		return err
	}
	in.texts = []*ruleText{text}
	if in.tellErrors() {
		return unusableError{errors.New("AD FS refuses a rule set with syntax errors, so that there are no claims")}
	}
	result, err := text.rules.Eval(user, claimrule.Options{})
	if err != nil {
		return unusableError{fmt.Errorf("%s: %w", text.input, err)}
	}
	for _, n := range result.Notes {
		env.warn(fmt.Errorf("rule %d: %s", n.Rule+1, n.Text))
	}
	return o.write(env, func(w io.Writer) error { return o.claims(w, result, o.look(env)) })
}

// choose picks the rules of the trust that is meant.
func (o *evalOptions) choose(in *ruleIntake) (*ruleText, error) {
	var found []*ruleText
	var names []string
	for _, t := range in.texts {
		if t.setting != "" && t.setting != "IssuanceTransformRules" {
			continue
		}
		names = append(names, t.trust)
		if o.trust == "" || strings.EqualFold(t.trust, o.trust) {
			found = append(found, t)
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		hint := ""
		if near := finding.DidYouMean(o.trust, names); near != "" {
			hint = fmt.Sprintf("; did you mean %q?", near)
		}
		return nil, usageError{fmt.Errorf("no trust %s has IssuanceTransformRules%s", finding.Quote(o.trust), hint)}
	}
	return nil, usageError{fmt.Errorf("the export has %d trusts with IssuanceTransformRules: name one with --trust", len(found))}
}

// maxUser is the largest user file, in bytes.
const maxUser = 16 << 20

func readUser(name string) (*claimrule.User, error) {
	data, err := readWhole(name, maxUser)
	if err != nil {
		return nil, usageError{err}
	}
	text := strings.TrimSpace(decodeText(data))
	if strings.HasPrefix(text, "[") {
		return nil, usageError{fmt.Errorf("%s: holds a list, expected one user: {\"attributes\": {\"mail\": [\"ada@contoso.com\"]}, \"groups\": []}", name)}
	}
	d := json.NewDecoder(bytes.NewReader([]byte(text)))
	d.DisallowUnknownFields()
	user := &claimrule.User{}
	if err := d.Decode(user); err != nil {
		return nil, usageError{fmt.Errorf("%s: %s; expected claims, attributes, groups, insideCorporateNetwork and stores", name, strings.TrimPrefix(err.Error(), "json: "))}
	}
	return user, nil
}

func (o *evalOptions) claims(w io.Writer, r *claimrule.Result, look report.Options) error {
	if o.format == "json" {
		return report.Encode(w, r)
	}
	s := report.Section{Title: "CLAIMS", Note: quantity(len(r.Claims), "claim")}
	for _, c := range r.Claims {
		s.Rows = append(s.Rows, report.Row{Label: finding.Printable(c.Type), Text: fmt.Sprintf("%s  (rule %d)", c.Value, c.Rule+1)})
	}
	sections := []report.Section{s}
	for _, verdict := range []struct {
		applies bool
		text    string
	}{{r.Permitted(), "the user is let in"}, {r.DemandsMFA(), "multifactor authentication is demanded"}} {
		if verdict.applies {
			sections = append(sections, report.Section{Title: "VERDICT", Note: verdict.text})
		}
	}
	return report.Sheet(w, sections, look)
}
