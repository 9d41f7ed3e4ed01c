package cmd

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/ssodoctor/ssodoctor/pkg/adfs/users"
	"github.com/ssodoctor/ssodoctor/pkg/migrate"
	"github.com/ssodoctor/ssodoctor/pkg/migrate/write"
	"github.com/ssodoctor/ssodoctor/pkg/report"
)

// verifyOptions are the flags of adfs verify.
type verifyOptions struct {
	common
	inputs   []string
	users    string
	generate int
	claims   string
	groups   string
	only     []string
	exclude  []string
}

const verifyLong = `Prove that users keep getting the same claims: run the claim rules of each
relying party trust on each user as AD FS does, evaluate what adfs convert emits
as Entra does, and compare claim by claim.

The users are a file (--users): JSON as adfs rules eval takes it, or a list of
those; CSV, with names of attributes of Active Directory in the first line and
groups as SID=DOMAIN\name;…; or LDIF of ldifde and ldapsearch. Or they are made
up to cover every rule, with near misses on every condition (--generate). Or
both.

  exact      the same for every user
  announced  it differs, and the plan says so
  refused    Entra does not emit it, and the plan says so
  added      AD FS issues it to nobody, and the plan says that Entra emits it
  unseen     the same, though the plan says that it can differ
  silent     it differs, and the plan does not say so

Steps that a person must take first, as the synchronization of a directory
extension, are taken as done. What Entra's documents do not say is never taken
for equal. Exit code 1 means that a claim differs in silence.`

func newADFSVerify(env *Env, run func(*cobra.Command, *Env, *verifyOptions) error) *cobra.Command {
	o := &verifyOptions{}
	c := &cobra.Command{
		Use:   "verify [EXPORT|-]... {--users FILE | --generate N}",
		Short: "Prove user by user that Entra emits the claims that AD FS issues",
		Long:  verifyLong,
		Example: `  ssodoctor adfs verify trusts.xml --users users.csv
  ssodoctor adfs verify trusts.xml --generate 200 --format json
  ssodoctor adfs verify trusts.xml --users users.ldif --groups groups.csv --only HaloITSM`,
		RunE: func(c *cobra.Command, args []string) error {
			o.inputs = args
			return run(c, env, o)
		},
	}
	o.common.bind(c, textFirst(report.ParityFormats())...)
	o.common.bindVerdict(c, verdictHelp{"now", "only the claims that differ", "also list every cause of a difference, and notes"})
	f := c.Flags()
	f.StringVar(&o.users, "users", "", "`file` of users to compare on: JSON, CSV or LDIF")
	f.IntVar(&o.generate, "generate", 0, "make up this `number` of users for each trust, to cover its rules")
	f.StringVar(&o.claims, "claims", string(migrate.CustomClaims), "claims policy that is evaluated: custom (as the portal writes it) or mapping-policy")
	f.StringVar(&o.groups, "groups", "", "`CSV` of groups in Entra: sid,objectId,displayName,samAccountName")
	f.StringArrayVar(&o.only, "only", nil, "only trusts whose name fits this `pattern` (* and ? stand for anything); repeatable")
	f.StringArrayVar(&o.exclude, "exclude", nil, "no trusts whose name fits this `pattern`; repeatable")
	complete(c, "claims", write.ClaimsForms())
	return c
}

func runADFSVerify(c *cobra.Command, env *Env, o *verifyOptions) error {
	if err := settle(c, env, o.config); err != nil {
		return err
	}
	if err := o.valid(); err != nil {
		return err
	}
	options, err := o.options(env)
	if err != nil {
		return err
	}
	objects, err := namedExports(env, o.inputs, "ssodoctor adfs verify trusts.xml --generate 200")
	if err != nil {
		return err
	}
	p, err := migrate.Verify(objects.rereadable().all(), options)
	if errors.Is(err, migrate.ErrChanged) {
		return unusableError{err}
	}
	if err != nil {
		return usageError{err}
	}
	objects.tell(p.Problems, len(p.Trusts) == 0)
	if len(p.Trusts) > 0 || o.format != "text" {
		put, _ := report.LookupParity(o.format)
		if err := o.stream(env, func(w io.Writer) error { return put(w, p, o.look(env)) }); err != nil {
			return err
		}
	}
	return o.verified(p, objects)
}

// maxGenerated is how many users can be made up for a trust.
const maxGenerated = 10_000

func (o *verifyOptions) valid() error {
	if err := o.choices(report.ParityFormats()); err != nil {
		return err
	}
	if err := oneOf("claims", o.claims, write.ClaimsForms()); err != nil {
		return err
	}
	switch {
	case o.generate < 0 || o.generate > maxGenerated:
		return usageError{fmt.Errorf("--generate is %d, expected a number from 1 to %d", o.generate, maxGenerated)}
	case o.users == "" && o.generate == 0:
		return usageError{errors.New("there are no users to compare on: name a file with --users, or let them be made up with --generate 200")}
	}
	return nil
}

func (o *verifyOptions) options(env *Env) (migrate.VerifyOptions, error) {
	clock, err := o.clock(env)
	if err != nil {
		return migrate.VerifyOptions{}, err
	}
	options := migrate.VerifyOptions{Policy: migrate.ClaimsForm(o.claims), Generate: o.generate, Plan: migrate.PlanOptions{At: clock.Judged()}}
	only, exclude := write.Patterns(o.only), write.Patterns(o.exclude)
	options.Keep = func(name string) bool { return (len(only) == 0 || only.Fit(name)) && !exclude.Fit(name) }
	if options.Plan.Groups, err = readGroupList(o.groups); err != nil {
		return options, err
	}
	options.People, err = readPeople(o.users)
	return options, err
}

// readGroupList reads a list of groups; nil where none is named.
func readGroupList(name string) (*migrate.GroupList, error) {
	if name == "" {
		return nil, nil
	}
	file, err := os.Open(filepath.Clean(name))
	if err != nil {
		return nil, unusableError{fmt.Errorf("--groups: %w", err)}
	}
	defer file.Close()
	list, err := migrate.ReadGroups(file, name)
	if err != nil {
		return nil, unusableError{fmt.Errorf("--groups: %w", err)}
	}
	return list, nil
}

// readPeople reads users; none where no file is named.
func readPeople(name string) ([]migrate.Person, error) {
	if name == "" {
		return nil, nil
	}
	file, err := os.Open(filepath.Clean(name))
	if err != nil {
		return nil, unusableError{fmt.Errorf("--users: %w", err)}
	}
	defer file.Close()
	entries, err := users.Read(file)
	if err != nil {
		return nil, unusableError{fmt.Errorf("--users %s: %w", name, err)}
	}
	var people []migrate.Person
	for _, e := range entries {
		people = append(people, migrate.Person{Name: e.Name, User: e.User})
	}
	return people, nil
}

// verified turns the result into an exit code.
func (o *verifyOptions) verified(p *migrate.Parity, in *exports) error {
	s := p.Summary
	failing := map[string]int{"error": s.Silent, "warning": s.Silent + s.Announced, "info": s.Silent + s.Announced + s.Unseen}
	switch {
	case failing[o.failOn] > 0:
		return errFindings
	case in.unusable > 0:
		return unusableError{}
	case len(p.Trusts) == 0 && len(o.only)+len(o.exclude) > 0:
		return usageError{errors.New("--only and --exclude leave no trust")}
	case len(p.Trusts) == 0:
		return errNoTrust
	case s.Claims == 0 && s.Uncompared > 0:
		return unusableError{errors.New("no user could be compared: AD FS has no answer for any")}
	}
	return nil
}
