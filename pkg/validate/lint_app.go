package validate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ssodoctor/ssodoctor/pkg/config"
	"github.com/ssodoctor/ssodoctor/pkg/entra"
	"github.com/ssodoctor/ssodoctor/pkg/entra/export"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
	"github.com/ssodoctor/ssodoctor/pkg/keys"
	"github.com/ssodoctor/ssodoctor/pkg/profile"
)

// configured is an app of ssodoctor.yaml with the copies of its facts.
type configured struct {
	*config.App
	config  *config.Config
	profile *profile.Profile // nil without one
	// idp and sp are what its metadata says, nil without; why tells why there
	// is none where one is named.
	idp, sp *entity
	why     []string
	// idpCertificates are those that are noted for the identity provider,
	// appCertificates those that were pasted in the app.
	idpCertificates, appCertificates []held
	enterprise                       *entra.EnterpriseApplication // nil without exports
}

func (l *linter) configured(c *config.Config, a *config.App) *configured {
	out := &configured{App: a, config: c}
	if p := l.profile(a.Profile.Value); p != nil && p.App != nil {
		out.profile = p
	}
	return out
}

// profile loads a profile, once for all apps; nil where there is none.
func (l *linter) profile(name string) *profile.Profile {
	p, known := l.profiles[name]
	if !known && name != "" {
		p, _ = profile.Load(name) // that there is none is told by the check of the configuration
		l.profiles[name] = p
	}
	return p
}

// files lists the files that the app names, captures apart.
func (a *configured) files() []string {
	var out []string
	add := func(f config.File) {
		if f.Path != "" {
			out = append(out, f.Path)
		}
	}
	for _, f := range []config.File{a.IdP.Metadata, a.SP.Metadata, a.Entra.Application, a.Entra.ServicePrincipal, a.Entra.ClaimsPolicy, a.Entra.Assignments} {
		add(f)
	}
	for _, c := range slices.Concat(a.IdP.Certificates, a.SP.Certificates) {
		add(c.File)
	}
	for _, g := range a.Entra.ConditionalAccess {
		out = append(out, g.Paths...)
	}
	return out
}

// gather collects what the files of the app hold.
func (l *linter) gather(a *configured) {
	a.idp = l.entity(a, a.IdP.Metadata, a.IdP.Issuer, "identity provider", func(e *entity) bool { return e.idp != nil })
	a.sp = l.entity(a, a.SP.Metadata, a.SP.EntityID, "service provider", func(e *entity) bool { return e.sp != nil })
	a.idpCertificates = l.certificatesOf(a.IdP.Certificates)
	a.appCertificates = l.certificatesOf(a.SP.Certificates)
	if exports := l.exportsOf(a); len(exports) > 0 {
		if joined := export.Join(exports); len(joined) > 0 {
			a.enterprise = joined[0]
		}
		account := a.Expect.BreakGlassAccount
		at := account.Place
		if !account.Given() {
			at = a.Name.Place
		}
		l.enterprises(a.Name.Value, entra.Text{V: account.Value, Known: account.Given(), At: entra.Place(at)}, exports)
	}
}

// exportsOf are the exports of Entra that the app names; with no app, those
// that none names.
func (l *linter) exportsOf(a *configured) []*export.File {
	if a == nil {
		return slices.DeleteFunc(slices.Clone(l.exports), func(f *export.File) bool { return len(l.users[f.Name]) > 0 })
	}
	var out []*export.File
	for _, name := range a.files() {
		if f := l.exportAt[name]; f != nil {
			out = append(out, f)
		}
	}
	return out
}

// entity is the one of a metadata file that has the role, of several the one
// that is named.
func (l *linter) entity(a *configured, f config.File, named config.Text, role string, has func(*entity) bool) *entity {
	if !f.Given() {
		return nil
	}
	if f.Remote() {
		a.why = append(a.why, fmt.Sprintf("the metadata %q is an address, and lint fetches nothing; save it as a file", f.Value))
		return nil
	}
	var found []*entity
	for _, e := range l.summaries[f.Path] {
		if has(e) {
			found = append(found, e)
		}
	}
	if len(found) > 1 {
		if i := slices.IndexFunc(found, func(e *entity) bool { return e.id.value == named.Value }); i >= 0 {
			return found[i]
		}
		a.why = append(a.why, fmt.Sprintf("%s holds %d entities with the role of %s, and none is named", f.Path, len(found), role))
		return nil
	}
	if len(found) == 0 {
		a.why = append(a.why, fmt.Sprintf("%s holds no %s", f.Path, role))
		return nil
	}
	return found[0]
}

// certificatesOf are the certificates of a list in the configuration; each
// stands where the list names it.
func (l *linter) certificatesOf(list []config.Certificate) []held {
	var out []held
	for _, c := range list {
		at := held{input: c.Place.File, location: c.Location()}
		var found []held
		switch {
		case c.Thumbprint != "":
			at.value = c.Thumbprint
			found = []held{at}
		case c.PEM != "":
			bundle, _ := keys.Read([]byte(c.PEM)) // what is wrong with it is told once, by the check of certificates
			for _, k := range bundle.Certificates {
				found = append(found, heldCertificate(c.Place.File, k))
			}
		default:
			found = l.bundles[c.File.Path]
		}
		for _, h := range found {
			h.input, h.location = at.input, at.location
			out = append(out, h)
		}
	}
	return out
}

// lintNamedFiles holds the files that an app names against what they are named
// as. One that is not there, or that is broken, has been told.
func lintNamedFiles(x *inspection, a *configured) {
	for _, m := range []struct {
		file config.File
		role string
		has  func(*entity) bool
	}{
		{a.IdP.Metadata, "identity provider", func(e *entity) bool { return e.idp != nil }},
		{a.SP.Metadata, "service provider", func(e *entity) bool { return e.sp != nil }},
	} {
		entities, read := x.summaries[m.file.Path]
		wrong := x.seen[m.file.Path] && x.formats[m.file.Path] != "metadata"
		if m.file.Path != "" && (wrong || read && !slices.ContainsFunc(entities, m.has)) {
			x.fail(fact{input: m.file.File, location: m.file.Location(), actual: m.file.Value, detail: fmt.Sprintf("%q is named as the metadata of the %s, and holds none of one", m.file.Path, m.role)})
		}
	}
	for _, c := range slices.Concat(a.IdP.Certificates, a.SP.Certificates) {
		if p := c.File.Path; p != "" && x.seen[p] && x.formats[p] != "certificate" {
			x.fail(fact{input: c.Place.File, location: c.Location(), actual: c.Value, detail: fmt.Sprintf("%q is named as a certificate, and is no file of certificates", p)})
		}
	}
}

// heldText is a value of the configuration as a copy of a fact.
func heldText(t config.Text) []held {
	if !t.Given() {
		return nil
	}
	return []held{{value: t.Value, input: t.File, location: t.Location()}}
}

func heldTexts(list []config.Text) []held {
	var out []held
	for _, t := range list {
		out = append(out, heldText(t)...)
	}
	return out
}

// judgeApps judges every app with the copies of its facts, and the pairs of
// metadata.
func (l *linter) judgeApps() {
	for _, a := range l.apps {
		l.gather(a)
		at := subject{input: a.Place.File, app: a.Name.Value}
		l.inlineCertificates(at, a)
		inspect(l, at, a, func(s *lints) func(*inspection, *configured) { return s.app })
		if a.idp != nil && a.sp != nil {
			l.judgePair(subject{input: a.sp.input, app: a.Name.Value}, a.idp, a.sp)
		}
	}
	if len(l.apps) == 0 {
		l.judgeLonePair()
	}
	l.enterprises("", entra.Text{}, l.exportsOf(nil))
}

// inlineCertificates judges the certificates that stand in the configuration.
func (l *linter) inlineCertificates(at subject, a *configured) {
	for _, c := range slices.Concat(a.IdP.Certificates, a.SP.Certificates) {
		if c.PEM == "" {
			continue
		}
		bundle, err := keys.Read([]byte(c.PEM))
		here := func(list []finding.Problem) []finding.Problem {
			out := slices.Clone(list)
			for i := range out {
				out[i].Location = c.Location()
			}
			return out
		}
		at.input = c.Place.File
		l.relay(at, here(bundle.Problems))
		if err != nil {
			l.relay(at, here([]finding.Problem{{Check: "certificate-unreadable", Detail: err.Error()}}))
		}
		for _, k := range bundle.Certificates {
			l.certificate(at, &placed{Certificate: k, location: c.Location(), holder: a.Name.Value, use: signingUse})
		}
	}
}

// pair is the metadata of an identity provider and of an app that are to work
// together.
type pair struct{ idp, sp *entity }

func (l *linter) judgePair(at subject, idp, sp *entity) {
	inspect(l, at, &pair{idp, sp}, func(s *lints) func(*inspection, *pair) { return s.pair })
}

// judgeLonePair pairs what belongs together without a configuration that says
// so: the only identity provider and the only app among the files.
func (l *linter) judgeLonePair() {
	var idps, sps []*entity
	for _, list := range l.summaries {
		for _, e := range list {
			if e.idp != nil {
				idps = append(idps, e)
			}
			if e.sp != nil {
				sps = append(sps, e)
			}
		}
	}
	if len(idps) == 1 && len(sps) == 1 && idps[0] != sps[0] {
		l.judgePair(subject{input: sps[0].input}, idps[0], sps[0])
	}
}

// lintPair is about what one side demands and the other does not do.
func lintPair(x *inspection, p *pair) {
	idp, sp := p.idp.idp, p.sp.sp
	told := func(at held, format string, args ...any) {
		x.fail(fact{input: at.input, location: at.location, actual: at.value, detail: fmt.Sprintf(format, args...)})
	}
	if p.idp.id.value == p.sp.id.value && p.idp.input != p.sp.input {
		told(p.sp.id, "identity provider (%s) and app (%s) have the same entity ID %q; one of the files is not what it is taken for", p.idp.input, p.sp.input, p.sp.id.value)
	}
	wants, signs := idp.signedRequests.yes, sp.signedRequests.yes
	switch {
	case wants && !signs:
		at := sp.signedRequests.held
		if at.input == "" {
			at = p.sp.id
			at.value = ""
		}
		told(at, "the identity provider %q wants signed requests (WantAuthnRequestsSigned), and the app does not sign them (AuthnRequestsSigned)", p.idp.id.value)
	case wants && len(sp.certificates) == 0:
		told(sp.signedRequests.held, "the identity provider %q wants signed requests, and the metadata of the app has no certificate to verify them with", p.idp.id.value)
	}
	if disjoint(idp.nameIDs, sp.nameIDs) {
		x.fail(fact{input: sp.nameIDs[0].input, location: sp.nameIDs[0].location, severity: finding.Warning, expected: texts(idp.nameIDs), actual: strings.Join(texts(sp.nameIDs), ", "),
			detail: fmt.Sprintf("identity provider and app have no NameID format in common: the app takes %s, the identity provider %q names %s", quoteAll(texts(sp.nameIDs)), p.idp.id.value, quoteAll(texts(idp.nameIDs)))})
	}
	if len(sp.logout) > 0 && len(idp.logout) == 0 {
		x.fail(fact{input: sp.logout[0].input, location: sp.logout[0].location, severity: finding.Info, actual: sp.logout[0].value,
			detail: fmt.Sprintf("the app has a SingleLogoutService and the identity provider %q has none: who signs out of the app stays signed in there, and is let into the app again without a question", p.idp.id.value)})
	}
	if a, b := bindingsOf(sp.logout), bindingsOf(idp.logout); len(a) > 0 && len(b) > 0 && !slices.ContainsFunc(a, func(s string) bool { return slices.Contains(b, s) }) {
		x.fail(fact{input: sp.logout[0].input, location: sp.logout[0].location, severity: finding.Warning, expected: b, forms: true, actual: strings.Join(a, ", "),
			detail: fmt.Sprintf("identity provider and app have no binding of single logout in common: the app has %s, the identity provider %q has %s", quoteAll(a), p.idp.id.value, quoteAll(b))})
	}
}

// disjoint reports whether two lists of NameID formats name none in common.
// Who names no format, or an unspecified one, takes any.
func disjoint(a, b []held) bool {
	if len(a) == 0 || len(b) == 0 {
		return false
	}
	for _, h := range slices.Concat(a, b) {
		if strings.HasSuffix(h.value, ":unspecified") {
			return false
		}
	}
	return !slices.ContainsFunc(a, func(h held) bool { return slices.ContainsFunc(b, h.same) })
}

func bindingsOf(list []held) []string {
	var out []string
	for _, h := range list {
		if !slices.Contains(out, h.binding) {
			out = append(out, h.binding)
		}
	}
	return out
}
