package cmd

import (
	"io"

	"github.com/spf13/cobra"

	"github.com/ssodoctor/ssodoctor/pkg/report"
	"github.com/ssodoctor/ssodoctor/pkg/validate"
)

var listFormats = []string{"text", "json", "markdown"}

func newChecks(env *Env) *cobra.Command {
	o := &common{}
	c := &cobra.Command{
		Use:   "checks",
		Short: "List every check",
		Long:  "List every check by family, with its severity. A finding can be lower than the severity of its check, never higher.",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if err := oneOf("format", o.format, listFormats); err != nil {
				return err
			}
			return o.write(env, func(w io.Writer) error {
				return report.Catalogue(w, validate.Catalogue(), o.format, o.look(env))
			})
		},
	}
	o.bind(c, listFormats...)
	return c
}
