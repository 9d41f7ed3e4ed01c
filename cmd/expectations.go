package cmd

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/ssodoctor/ssodoctor/pkg/keys"
	"github.com/ssodoctor/ssodoctor/pkg/profile"
	"github.com/ssodoctor/ssodoctor/pkg/saml"
	"github.com/ssodoctor/ssodoctor/pkg/validate"
)

// The limits on files that flags name.
const (
	maxCertificateFile = 4 << 20
	maxMetadataFile    = 32 << 20
)

// expectationFlags are the flags that say what both sides have agreed on.
// Those that can be given several times are never split at commas.
type expectationFlags struct {
	idpMetadata, spMetadata       []string
	certificates                  []string
	issuers, entityIDs, replyURLs []string
	requestIDs, claims, nameIDs   []string
	profile, app                  string
	skew                          string
	certificateWarningDays        int
	skewGiven                     func() bool
	stack                         string
}

func (o *expectationFlags) bind(c *cobra.Command) {
	f := c.Flags()
	for _, row := range []struct {
		to          *[]string
		name, usage string
	}{
		{&o.idpMetadata, "idp-metadata", "metadata `file` or https URL of the identity provider"},
		{&o.spMetadata, "sp-metadata", "metadata `file` or https URL of the app"},
		{&o.certificates, "cert", "`file` with a signing certificate that the app trusts: PEM, DER, Base64, .p7b, metadata"},
		{&o.issuers, "issuer", "entity `ID` of the identity provider that the app expects"},
		{&o.entityIDs, "entity-id", "Identifier (entity `ID`) of the app"},
		{&o.replyURLs, "acs", "Reply `URL` (assertion consumer service) of the app"},
		{&o.requestIDs, "request-id", "`ID` of the request that the response must answer"},
		{&o.claims, "require-claim", "claim that the app needs, `NAME[=REGEX]`"},
		{&o.nameIDs, "name-id-format", "NameID `format` that the app expects, as URI or short name"},
	} {
		f.StringArrayVar(row.to, row.name, nil, row.usage+"; repeatable")
	}
	f.StringVar(&o.profile, "profile", "", "expect what this app needs: `name` of a profile (see ssodoctor profiles)")
	f.StringVar(&o.app, "app", "", "expect what ssodoctor.yaml, or the file of --config, says of the app with this `name`")
	f.StringVar(&o.skew, "skew", "3m", "tolerance on time limits, a `duration` such as 90s or 5m")
	f.IntVar(&o.certificateWarningDays, "certificate-warning-days", 30, "warn of certificates that end within this many `days`")
	f.StringVar(&o.stack, "as", "", "also say whether this `stack` would accept the response, with its own tolerance unless --skew is given: all, "+strings.Join(stackNames(), ", "))
	complete(c, "profile", profile.Names())
	complete(c, "as", append([]string{allStacks}, stackNames()...))
	o.skewGiven = func() bool { return f.Changed("skew") }
}

// expectations turns the flags, and the configuration for --app, into what the
// checks expect.
func (o *expectationFlags) expectations(ctx context.Context, env *Env, config string) (*validate.Expectations, error) {
	skew, err := parseSkew(o.skew)
	if err != nil {
		return nil, err
	}
	e := &validate.Expectations{
		Issuers: given(o.issuers, "--issuer"), EntityIDs: given(o.entityIDs, "--entity-id"),
		ReplyURLs: given(o.replyURLs, "--acs"), RequestIDs: given(o.requestIDs, "--request-id"),
		Skew: skew, CertificateWarning: time.Duration(o.certificateWarningDays) * 24 * time.Hour,
	}
	if err := o.ask(e); err != nil {
		return nil, err
	}
	for _, n := range o.nameIDs {
		e.NameIDFormats = append(e.NameIDFormats, validate.Value{Value: validate.NameIDFormat(n), Source: "--name-id-format"})
	}
	for _, text := range o.claims {
		claim, err := validate.ParseClaim(text)
		if err != nil {
			return nil, usageError{fmt.Errorf("--require-claim: %w", err)}
		}
		e.Claims = append(e.Claims, claim)
	}
	return e, o.load(ctx, env, config, e)
}

// allStacks is the value of --as that stands for every stack.
const allStacks = "all"

func stackNames() []string {
	var names []string
	for _, s := range validate.Stacks() {
		names = append(names, s.Name)
	}
	return names
}

// ask sets the stacks whose verdict is wanted. One alone brings its tolerance
// along; goxmldsig has none and is the second opinion on signatures.
func (o *expectationFlags) ask(e *validate.Expectations) error {
	switch o.stack {
	case "":
		return nil
	case allStacks:
		e.Stacks = validate.Stacks()
		return nil
	}
	if err := oneOf("as", o.stack, append([]string{allStacks}, stackNames()...)); err != nil {
		return err
	}
	s, _ := validate.LookupStack(o.stack)
	e.Stacks = []*validate.Stack{s}
	e.SecondOpinion = s.Name == "goxmldsig"
	if !e.SecondOpinion && !o.skewGiven() {
		e.Skew = s.Skew
	}
	return nil
}

// load reads the files that the flags name.
func (o *expectationFlags) load(ctx context.Context, env *Env, config string, e *validate.Expectations) error {
	for _, name := range o.certificates {
		if err := addCertificates(e, name); err != nil {
			return unusableError{fmt.Errorf("--cert %s: %w", name, err)}
		}
	}
	for _, name := range o.idpMetadata {
		if err := addMetadata(ctx, env, name, "IdP metadata "+name, e.AddIdPMetadata); err != nil {
			return unusableError{fmt.Errorf("--idp-metadata %s: %w", name, err)}
		}
	}
	for _, name := range o.spMetadata {
		if err := addMetadata(ctx, env, name, "SP metadata "+name, e.AddSPMetadata); err != nil {
			return unusableError{fmt.Errorf("--sp-metadata %s: %w", name, err)}
		}
	}
	if o.app != "" {
		if err := o.addApp(ctx, env, config, e); err != nil {
			return err
		}
	}
	if o.profile == "" {
		return nil
	}
	p, err := profile.Load(o.profile)
	if err != nil {
		return usageError{fmt.Errorf("--profile: %w", err)}
	}
	if err := e.AddProfile(p); err != nil {
		return usageError{fmt.Errorf("--profile: %w", err)}
	}
	return nil
}

func given(list []string, flag string) []validate.Value {
	var out []validate.Value
	for _, v := range list {
		out = append(out, validate.Value{Value: v, Source: flag})
	}
	return out
}

func parseSkew(s string) (time.Duration, error) {
	d, err := time.ParseDuration(s)
	if err != nil || d < 0 || d > 24*time.Hour {
		return 0, usageError{fmt.Errorf("--skew is %q, expected a duration from 0s to 24h, such as 90s or 3m", s)}
	}
	if d == 0 {
		return validate.NoSkew, nil
	}
	return d, nil
}

// addCertificates reads what people have as certificate; metadata will do too.
func addCertificates(e *validate.Expectations, name string) error {
	data, err := readWhole(name, maxCertificateFile)
	if err != nil {
		return err
	}
	bundle, err := keys.Read(data)
	if errors.Is(err, keys.ErrXML) {
		return addMetadataCertificates(e, data, name)
	}
	e.AddCertificates(bundle, "--cert "+name)
	if len(bundle.PrivateKeys) > 0 {
		return nil // a finding says so; the capture is judged all the same
	}
	return err
}

func addMetadataCertificates(e *validate.Expectations, data []byte, name string) error {
	entities, err := validate.ParseMetadata(data)
	if err != nil {
		return err
	}
	found := 0
	for _, entity := range entities {
		if entity.IdP == nil {
			continue
		}
		for _, c := range entity.IdP.SigningCertificates() {
			e.Certificates = append(e.Certificates, validate.TrustedCertificate{Certificate: c, Source: "--cert " + name})
			found++
		}
	}
	if found == 0 {
		return errors.New("the metadata holds no signing certificate of an identity provider")
	}
	return nil
}

// addMetadata reads metadata from a file or an https URL.
func addMetadata(ctx context.Context, env *Env, name, source string, add func([]*saml.Metadata, string) error) error {
	data, err := readMetadata(ctx, env, name)
	if err != nil {
		return err
	}
	entities, err := validate.ParseMetadata(data)
	if err != nil {
		return err
	}
	return add(entities, source)
}

func readMetadata(ctx context.Context, env *Env, name string) ([]byte, error) {
	if strings.HasPrefix(name, "https://") || strings.HasPrefix(name, "http://") {
		return env.Fetch(ctx, name)
	}
	return readWhole(name, maxMetadataFile)
}
