package validate

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/entra"
	"github.com/ssodoctor/ssodoctor/pkg/entra/export"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/keys"
)

// entraChecks are about exports of Microsoft Entra ID, in the order in which an
// administrator sets an application up.
var entraChecks = slices.Concat(entraExportChecks, entraBasicChecks, entraReplyURLChecks, entraAccessChecks, entraKeyChecks,
	entraGroupChecks, entraPolicyChecks, entraTokenChecks, entraConditionalChecks, entraBreakGlassChecks)

// enterprise is an enterprise application at work, with what ssodoctor.yaml
// says of it.
type enterprise struct {
	*entra.EnterpriseApplication
	// named tells that an app of ssodoctor.yaml names its exports, so that it
	// is meant to sign users in with SAML whatever they say.
	named bool
	// breakGlass is the account that is to work when single sign-on does not.
	breakGlass entra.Text
}

// saml reports whether the checks of SAML applications are for this one, and
// settles the outcome where not.
func (e *enterprise) saml(x *inspection) bool {
	if e.Application == nil && e.Principal == nil || !e.named && !e.SAML() {
		x.inapplicable()
		return false
	}
	return true
}

// title is how the application is called in a sentence.
func (e *enterprise) title() string {
	if name := e.Name(); name != "" {
		return finding.Quote(name)
	}
	return "the application"
}

// Reasons for not judging.
const (
	noRegistration = "no export of the app registration (application) is among the files"
	noPrincipal    = "no export of the enterprise application (service principal) is among the files"
)

// registration is the app registration of a SAML application; nil, with the
// outcome settled, where there is none to judge.
func (e *enterprise) registration(x *inspection) *entra.Application {
	switch {
	case !e.saml(x):
		return nil
	case e.Application == nil:
		x.skip(noRegistration)
	}
	return e.Application
}

// principal is the service principal of a SAML application; nil, with the
// outcome settled, where there is none to judge.
func (e *enterprise) principal(x *inspection) *entra.ServicePrincipal {
	switch {
	case !e.saml(x):
		return nil
	case e.Principal == nil:
		x.skip(noPrincipal)
	}
	return e.Principal
}

// exported reports whether the export has a property, and says so where not.
func exported[T any](x *inspection, v entra.Value[T], name string) bool {
	if !v.Known {
		x.skip("the export does not have " + name)
	}
	return v.Known
}

// exportedList is exported for lists.
func exportedList(x *inspection, l entra.List, name string) bool {
	if !l.Known {
		x.skip("the export does not have " + name)
	}
	return l.Known
}

// failAt reports a finding at a place in an export.
func (x *inspection) failAt(at entra.Place, f fact) {
	f.location, f.input = finding.Location{Span: at.Span}, at.File
	x.fail(f)
}

// lookFurther is how much of a file is looked at where its first bytes do not
// tell what it is.
const lookFurther = 64 << 10

// isEntra recognises exports of Entra. Terraform files and the like can begin
// with much that says nothing.
func isEntra(f *file) bool {
	if _, ok := export.Recognise(f.name, f.head); ok {
		return true
	}
	if !slices.Contains([]string{".tf", ".json", ".ps1"}, strings.ToLower(path.Ext(f.name))) || len(f.head) < headBytes/2 {
		return false
	}
	_, ok := export.Recognise(f.name, f.further(lookFurther))
	return ok
}

// readEntra reads an export. It is judged with the others it belongs to.
func (l *linter) readEntra(f *file) error {
	data, err := f.read()
	if err != nil {
		return err
	}
	out := export.Read(f.name, data)
	l.relay(subject{input: f.name}, out.Problems)
	l.exports, l.exportAt[f.name] = append(l.exports, out), out
	return nil
}

// enterprises judges the applications that some exports hold together. App is
// the one of ssodoctor.yaml that names the files, "" for none.
func (l *linter) enterprises(app string, breakGlass entra.Text, files []*export.File) {
	for _, e := range export.Join(files) {
		at := subject{input: e.Place().File, app: app}
		inspect(l, at, &enterprise{EnterpriseApplication: e, named: app != "", breakGlass: breakGlass}, func(s *lints) func(*inspection, *enterprise) { return s.enterprise })
		for _, p := range e.Policies {
			l.policy(app, p)
		}
		if e.Claims != nil {
			l.policy(app, e.Claims)
		}
		l.exportedCertificates(app, e)
	}
}

func (l *linter) policy(app string, p *entra.Policy) {
	inspect(l, subject{input: p.At.File, app: app}, p, func(s *lints) func(*inspection, *entra.Policy) { return s.policy })
}

// exportedCertificates notes the certificates of an application's keys, and
// judges those that the app itself made. Those that Entra signs tokens with
// have checks of their own, as one of several is active.
func (l *linter) exportedCertificates(app string, e *entra.EnterpriseApplication) {
	if e.Principal != nil {
		for _, k := range e.Principal.Keys.V {
			if k.Of(entra.UsageVerify) {
				l.exportedCertificate(app, e.Name(), k, signingUse)
			}
		}
	}
	if e.Application == nil {
		return
	}
	for _, k := range e.Application.Keys.V {
		use := signingUse
		if k.Of(entra.UsageEncrypt) {
			use = encryptionUse
		}
		if p := l.exportedCertificate(app, e.Name(), k, use); p != nil {
			p.ofApp = true
			l.certificate(subject{input: k.At.File, app: app}, p)
		}
	}
}

// exportedCertificate notes the certificate of a key, and gives it where the
// export has more of it than its dates and thumbprint; else nil.
func (l *linter) exportedCertificate(app, holder string, k entra.Key, use certificateUse) *placed {
	at := subject{input: k.At.File, app: app}
	if text := strings.TrimSpace(k.Certificate.V); text != "" && !strings.HasPrefix(text, "<") {
		if bundle, err := keys.Read([]byte(text)); err == nil && len(bundle.Certificates) > 0 {
			p := &placed{Certificate: bundle.Certificates[0], location: finding.Location{Span: k.Certificate.At.Span}, holder: holder, use: use}
			l.list(at, p)
			return p
		}
	}
	if thumbprint := keyThumbprint(k); thumbprint != "" && k.End.Known {
		l.certificates.add(CertificateSighted{Subject: k.Name.V, SHA1: thumbprint, NotBefore: k.Start.V, NotAfter: k.End.V},
			CertificatePlace{Input: at.input, Location: finding.Location{Span: k.At.Span}, App: app, Owner: holder, Use: string(use)})
	}
	return nil
}

var entraExportChecks = []*Check{
	{
		Name: "entra-export-unreadable", Severity: finding.Error, Family: FamilyEntra, Scope: OfExport,
		Title:     "An export of Entra, or a part of it, cannot be read",
		Why:       "What cannot be read is not judged: a fault may be missing from the result.",
		Cause:     "The file was edited by hand, was cut off, or passed through a word processor.",
		Fixes:     []finding.Fix{{System: finding.User, Place: "the file", Action: "correct the text at the place shown, or export again and do not edit the file"}},
		Reference: "RFC 8259",
		Since:     "0.1.0",
	},
	{
		Name: "entra-secret-exposed", Severity: finding.Error, Family: FamilyEntra, Scope: OfFile,
		Title:     "An export holds a secret of the application in clear",
		Why:       "Whoever can read the file can act as the application; Entra itself never gives the secret out again.",
		Cause:     "The output of the command that made the secret was saved with the export.",
		Fixes:     []finding.Fix{{System: finding.Entra, Place: "App registrations > (app) > Certificates & secrets", Action: "remove the secret from Entra, make a new one and keep it in a vault; remove the value from the file and its history"}},
		Reference: "Microsoft Learn: Security best practices for application properties",
		Since:     "0.1.0",
		lint:      lints{enterprise: lintSecrets},
	},
}

func lintSecrets(x *inspection, e *enterprise) {
	var all []entra.Place
	switch {
	case e.Application == nil && e.Principal == nil:
		x.inapplicable()
		return
	case e.Application != nil:
		all = append(all, e.Application.Secrets...)
	}
	if e.Principal != nil {
		all = append(all, e.Principal.Secrets...)
	}
	for _, at := range all {
		x.failAt(at, fact{detail: "the export of " + e.title() + " holds a secret in clear, which is not shown here"})
	}
}

// count says how many there are: "1 user is", "3 users are".
func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// listed lists names for a sentence, the first few of many.
func listed(names []string) string { return finding.Few(names, 5, finding.Quote) }
