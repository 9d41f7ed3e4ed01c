package cmd

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/rogpeppe/go-internal/diff"
	"github.com/spf13/cobra"

	"github.com/ssodoctor/ssodoctor/pkg/adfs/claimrule"
)

// fmtOptions are the flags of adfs rules fmt.
type fmtOptions struct {
	write, diff bool
	inputs      []string
}

func newRulesFmt(env *Env, run func(*cobra.Command, *Env, *fmtOptions) error) *cobra.Command {
	o := &fmtOptions{}
	c := &cobra.Command{
		Use:   "fmt [FILE|-]...",
		Short: "Print claim rules in canonical form",
		Long: `Print claim rules in canonical form: what they do does not change. A text with
syntax errors is left alone. With -w a file keeps its encoding and line ends.`,
		Example: `  ssodoctor adfs rules fmt rules.txt
  ssodoctor adfs rules fmt -d rules.txt`,
		RunE: func(c *cobra.Command, args []string) error {
			o.inputs = args
			return run(c, env, o)
		},
	}
	c.Flags().BoolVarP(&o.write, "write", "w", false, "write the result back to the files instead of standard output")
	c.Flags().BoolVarP(&o.diff, "diff", "d", false, "print what would change")
	return c
}

func runRulesFmt(_ *cobra.Command, env *Env, o *fmtOptions) error {
	names, err := named(env, o.inputs, "a file of claim rules", "ssodoctor adfs rules fmt rules.txt")
	if err != nil {
		return err
	}
	in := &ruleIntake{env: env}
	failed := false
	for _, name := range names {
		err := o.file(env, in, name)
		var syntax syntaxErrors
		switch {
		case errors.As(err, &syntax):
			failed = true
		case err != nil:
			env.warn(err)
			in.unusable++
		}
	}
	return in.told(failed)
}

// syntaxErrors says that errors of a text have been told.
type syntaxErrors struct{ error }

func (o *fmtOptions) file(env *Env, in *ruleIntake, name string) error {
	data, shown, err := readRuleFile(env, name)
	if err != nil {
		return err
	}
	text := &ruleText{input: shown, text: decodeText(data)}
	if in.export(shown, data) {
		return fmt.Errorf("%s: an export of AD FS, expected a text of claim rules", shown)
	}
	text.parse(claimrule.Position{})
	if in.texts = []*ruleText{text}; in.tellErrors() {
		return syntaxErrors{errors.New("syntax")}
	}
	encoding := encodingOf(data)
	printed := claimrule.Print(text.rules)
	result, err := encoding.encode(printed)
	if err != nil {
		return err
	}
	changed := string(result) != string(data)
	if o.diff && changed {
		if _, err := env.Stdout.Write(diff.Diff(shown, []byte(text.text), shown+" (formatted)", []byte(printed))); err != nil {
			return err
		}
	}
	switch {
	case o.write && name != "-":
		if changed {
			return rewrite(name, result)
		}
		return nil
	case o.diff:
		return nil
	}
	_, err = io.WriteString(env.Stdout, printed)
	return err
}

// rewrite replaces the content of a file, with the rights it has.
func rewrite(name string, content []byte) error {
	info, err := os.Stat(name)
	if err != nil {
		return err
	}
	return os.WriteFile(name, content, info.Mode().Perm())
}
