package cmd

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/migrate"
	"github.com/ssodoctor/ssodoctor/pkg/migrate/write"
)

// convertOptions are the flags of adfs convert.
type convertOptions struct {
	common
	to            string
	only, exclude []string
	force         bool
	groups        string
	tenant, appID string
	cloud, claims string
	notify        []string
	inputs        []string
}

const convertLong = `Write what takes the place of relying party trusts in Microsoft Entra ID:

  plan        what becomes of every setting and claim rule, as text or JSON
  graph       request bodies for Microsoft Graph, in the order of the calls
  terraform   resources for the azuread provider
  powershell  a Microsoft Graph PowerShell script, which shows what it would do
              and acts with -Apply
  markdown    a runbook for the portal, and what the owner of the app changes
  csv         a line for each trust

With --output DIR each trust gets a folder of its own; with a file name (.tf,
.ps1, .md, .json, .csv), or "-", all go into one. Nothing that is there is
overwritten without --force.

Where the plan does not know an id it says {tenant-id}, {app-id} or
{group:S-1-5-...}: fill them with --tenant, --app-id and --groups, or leave them
to the script. What a target cannot carry is listed in its output. Conditional
Access is always written in report-only state, and where AD FS lets people in by
rules that groups cannot express, nobody is assigned.

Trusts that assess skips (disabled, Microsoft's own, copies) are written where
--only names them.

Exit code 1 means that a trust is blocked (--fail-on warning: that one needs
work); what could be written is written all the same.`

func newADFSConvert(env *Env, run func(*Env, *convertOptions) error) *cobra.Command {
	o := &convertOptions{}
	c := &cobra.Command{
		Use:   "convert [EXPORT|-]...",
		Short: "Write Entra settings for relying party trusts: Graph, Terraform, PowerShell, a runbook",
		Long:  convertLong,
		Example: `  ssodoctor adfs convert trusts.xml
  ssodoctor adfs convert trusts.xml --to markdown --only HaloITSM --output runbook.md
  ssodoctor adfs convert ADFSApps.zip --to powershell --groups groups.csv --output entra/
  ssodoctor adfs convert trusts.xml --to plan --format json`,
		RunE: func(_ *cobra.Command, args []string) error {
			o.inputs = args
			return run(env, o)
		},
	}
	f := c.Flags()
	f.StringVar(&o.to, "to", "plan", "what to write: "+strings.Join(write.Targets(), ", "))
	f.StringVarP(&o.format, "format", "f", "text", "`format` of the plan: text, json")
	f.StringVarP(&o.output, "output", "o", "", "write to this `folder or file` instead of standard output")
	f.BoolVar(&o.force, "force", false, "overwrite files that are there")
	f.StringArrayVar(&o.only, "only", nil, "only trusts whose name fits this `pattern` (* and ? stand for anything); repeatable")
	f.StringArrayVar(&o.exclude, "exclude", nil, "no trusts whose name fits this `pattern`; repeatable")
	f.StringVar(&o.groups, "groups", "", "`CSV` of groups in Entra: sid,objectId,displayName,samAccountName")
	f.StringVar(&o.tenant, "tenant", "", "`id` of the tenant, for the values of Entra")
	f.StringVar(&o.appID, "app-id", "", "application (client) `id` of the app, where it is there already")
	f.StringVar(&o.cloud, "cloud", "global", "cloud of the tenant: "+strings.Join(write.Clouds(), ", "))
	f.StringVar(&o.claims, "claims", "", "claims policy: custom (as the portal writes it) or mapping-policy (default custom; in other clouds than global mapping-policy)")
	f.StringArrayVar(&o.notify, "notify", nil, "mail `address` that is told before the signing certificate expires; repeatable")
	o.bindFailOn(c)
	o.bindTime(c, "now")
	for flag, values := range map[string][]string{"to": write.Targets(), "format": {"text", "json"}, "cloud": write.Clouds(), "claims": write.ClaimsForms()} {
		complete(c, flag, values)
	}
	return c
}

func runADFSConvert(env *Env, o *convertOptions) error {
	settings, err := o.settings()
	if err != nil {
		return err
	}
	options, err := o.plan(env)
	if err != nil {
		return err
	}
	objects, err := namedExports(env, o.inputs, "ssodoctor adfs convert trusts.xml --to markdown")
	if err != nil {
		return err
	}
	p, err := migrate.Open(objects.rereadable().all(), options)
	if err != nil {
		return usageError{err}
	}
	objects.tell(p.Problems, len(p.Trusts) == 0)
	if len(p.Trusts) == 0 {
		return errNoTrust
	}
	if p, err = o.chosen(p); err != nil {
		return err
	}
	if err := o.put(env, p, settings); err != nil {
		return err
	}
	return o.ready(p.Summary(), objects)
}

// settings are the options of the writers.
func (o *convertOptions) settings() (write.Options, error) {
	if o.claims == "" {
		o.claims = write.DefaultClaims(o.cloud)
	}
	settings := write.Options{Claims: write.ClaimsForm(o.claims), Cloud: o.cloud, Notify: o.notify}
	for _, choice := range []struct {
		flag, value string
		allowed     []string
	}{{"to", o.to, write.Targets()}, {"format", o.format, []string{"text", "json"}}, {"cloud", o.cloud, write.Clouds()}, {"claims", o.claims, write.ClaimsForms()}, {"fail-on", o.failOn, failOns}} {
		if err := oneOf(choice.flag, choice.value, choice.allowed); err != nil {
			return settings, err
		}
	}
	for _, mail := range o.notify {
		if before, after, ok := strings.Cut(mail, "@"); !ok || before == "" || after == "" || strings.ContainsAny(mail, " \t\r\n") {
			return settings, usageError{fmt.Errorf("--notify is %q, expected a mail address", mail)}
		}
	}
	if err := settings.Check(); err != nil {
		return settings, usageError{fmt.Errorf("--claims: %w", err)}
	}
	return settings, nil
}

// plan are the options of the plan.
func (o *convertOptions) plan(env *Env) (migrate.PlanOptions, error) {
	clock, err := o.clock(env)
	if err != nil {
		return migrate.PlanOptions{}, err
	}
	options := migrate.PlanOptions{At: clock.Judged(), Tenant: o.tenant, AppID: o.appID, Cloud: o.cloud}
	options.Groups, err = readGroupList(o.groups)
	return options, err
}

// chosen is the part of a plan that --only and --exclude leave.
func (o *convertOptions) chosen(p *migrate.Plans) (*migrate.Plans, error) {
	only, exclude := write.Patterns(o.only), write.Patterns(o.exclude)
	var names []string
	for _, t := range p.Trusts {
		names = append(names, t.Name)
	}
	for i, pattern := range only {
		if !pattern.FitsAny(names) {
			hint := ""
			if near := finding.DidYouMean(o.only[i], names); near != "" {
				hint = fmt.Sprintf("; did you mean %s?", finding.Quote(near))
			}
			return nil, usageError{fmt.Errorf("--only is %q, and none of the %d trusts has such a name%s", o.only[i], len(names), hint)}
		}
	}
	chosen := p.Included(func(t migrate.Outline) bool {
		return (len(only) == 0 || only.Fit(t.Name)) && !exclude.Fit(t.Name)
	})
	if len(chosen.Trusts) == 0 {
		return nil, usageError{errors.New("--exclude leaves no trust")}
	}
	if o.appID != "" && len(chosen.Trusts) > 1 {
		return nil, usageError{fmt.Errorf("--app-id is the id of one application, and there are %d trusts: name one with --only", len(chosen.Trusts))}
	}
	return chosen, nil
}

// put writes the plan to where it belongs.
func (o *convertOptions) put(env *Env, p *migrate.Plans, settings write.Options) error {
	target, _ := write.LookupTarget(o.to)
	settings.Skipped = len(o.only) > 0 && target.Count(p, settings) == 0
	if target.Count(p, settings) == 0 {
		return unusableError{fmt.Errorf("none of the %d trusts is one to move: name those that are to be written with --only", len(p.Trusts))}
	}
	if target.Folders() && o.output != "" && o.output != "-" && !target.IsFile(o.output) {
		return o.folders(env, target, p, settings)
	}
	produce := func(w io.Writer) error { return target.Stream(w, p, settings) }
	if o.to == "plan" && o.format == "text" && !target.IsFile(o.output) {
		produce = func(w io.Writer) error { return write.PlanText(w, p) }
	}
	if err := o.free(o.output); err != nil {
		return err
	}
	return o.stream(env, produce)
}

// free tells whether a file can be written without overwriting anything.
func (o *convertOptions) free(name string) error {
	info, err := os.Stat(name)
	if name == "" || name == "-" || err != nil || o.force && !info.IsDir() || !info.IsDir() && !info.Mode().IsRegular() {
		return nil
	}
	if info.IsDir() {
		return usageError{fmt.Errorf("--output is %q, a folder, and --to %s writes one file", name, o.to)}
	}
	return unusableError{fmt.Errorf("%s is there and is not overwritten: name another --output, or give --force", name)}
}
