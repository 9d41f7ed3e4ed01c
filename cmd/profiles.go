package cmd

import (
	"io"

	"github.com/spf13/cobra"

	"github.com/ssodoctor/ssodoctor/pkg/profile"
	"github.com/ssodoctor/ssodoctor/pkg/report"
)

func newProfiles(env *Env) *cobra.Command {
	o, sheet := &common{}, &sheetOptions{}
	c := &cobra.Command{
		Use:   "profiles [NAME]",
		Short: "List known apps and identity providers, or show one",
		Long: `List known apps and identity providers, or show what one expects and where its
values are pasted. What no document confirms is marked as unverified: it only
ever informs.

With --for, print the paste sheet of an app: which value of the app goes into
which field of the identity provider and the other way round, with the values
that ssodoctor.yaml, the metadata and the certificates that it names hold.`,
		Example: `  ssodoctor profiles
  ssodoctor profiles haloitsm
  ssodoctor profiles haloitsm --for ssodoctor.yaml
  ssodoctor profiles haloitsm --for ssodoctor.yaml --format markdown --output sheet.md`,
		Args: cobra.MaximumNArgs(1),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return profile.Names(), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(_ *cobra.Command, args []string) error {
			if err := sheet.check(o, args); err != nil {
				return err
			}
			return o.write(env, func(w io.Writer) error {
				if sheet.file != "" {
					return sheet.write(env, w, args[0], o.format, o.look(env))
				}
				if len(args) == 0 {
					return listProfiles(w, o.look(env))
				}
				return showProfile(w, args[0], o.look(env))
			})
		},
	}
	o.bind(c, report.PasteFormats()...)
	sheet.bind(c)
	return c
}

func listProfiles(w io.Writer, look report.Options) error {
	apps, idps := report.Section{Title: "APPS"}, report.Section{Title: "IDENTITY PROVIDERS"}
	for _, name := range profile.Names() {
		p, err := profile.Load(name)
		if err != nil {
			return err
		}
		to := &apps
		if p.Kind == profile.KindIdP {
			to = &idps
		}
		to.Rows = append(to.Rows, report.Row{Label: name, Text: p.Title})
		for _, v := range p.Variants {
			to.Rows = append(to.Rows, report.Row{Label: name + "/" + v.Name, Text: v.Title})
		}
	}
	return report.Sheet(w, []report.Section{apps, idps}, look)
}

func showProfile(w io.Writer, name string, look report.Options) error {
	p, err := profile.Load(name)
	if err != nil {
		return usageError{err}
	}
	return report.Sheet(w, report.Profile(p), look)
}
