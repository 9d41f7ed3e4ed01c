package cmd

import "github.com/spf13/cobra"

const adfsLong = `Work with AD FS: exports of relying party trusts, and claim rules.

Export the trusts on an AD FS server, with nothing left out:

  Get-AdfsRelyingPartyTrust | Export-Clixml trusts.xml`

func newADFS(env *Env) *cobra.Command {
	c := &cobra.Command{
		Use:   "adfs",
		Short: "Assess and convert AD FS trusts for the move to Entra, and work with claim rules",
		Long:  adfsLong,
		Args:  cobra.NoArgs,
		RunE:  func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(newADFSAssess(env, runADFSAssess), newADFSConvert(env, runADFSConvert), newADFSVerify(env, runADFSVerify), newADFSRules(env))
	return c
}
