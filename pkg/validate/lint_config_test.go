package validate

import (
	"strings"
	"testing"

	"github.com/ssodoctor/ssodoctor/internal/samltest"
	"github.com/ssodoctor/ssodoctor/pkg/finding"
)

// reconfigured changes the configuration of a repository.
func reconfigured(old, new string) func(repository) {
	return func(r repository) { r.edit("ssodoctor.yaml", old, new) }
}

// pastedAlone leaves the configuration without the metadata of the sides, so that
// what is pasted is all that it compares.
func pastedAlone(r repository) {
	r.edit("ssodoctor.yaml", "      metadata: app/metadata.xml\n", "")
}

func suppressing(entry string) func(repository) {
	return func(r repository) { r["ssodoctor.yaml"] += "suppress:\n  - " + entry + "\n" }
}

// namingExports lets the app name its exports of Entra.
func namingExports(r repository) {
	r.edit("ssodoctor.yaml", "    expect:\n", "    entra: {application: "+haloApplication+", service-principal: "+haloPrincipal+", claims-policy: "+haloClaims+", assignments: "+haloAssignments+"}\n    expect:\n      break-glass-account: admin.local\n")
}

// slashed is the correct repository with an issuer that lacks its slash.
func slashed(r repository) {
	r.edit("ssodoctor.yaml", "5f60/\n", "5f60\n")
}

var fixturesConfig = []lintFixture{
	{check: "config-invalid", name: "a list for a mapping", input: "ssodoctor.yaml", line: 6,
		fire: reconfigured("    idp:\n      metadata: idp/federationmetadata.xml", "    idp:\n      - metadata: idp/federationmetadata.xml")},
	{check: "config-invalid", name: "no YAML", input: "ssodoctor.yaml", line: 3,
		fire: reconfigured("  - name: HaloITSM", "\t- name: HaloITSM"), want: want{detail: "indent with blanks"}},
	{check: "config-invalid", name: "profile", input: "ssodoctor.yaml", line: 4,
		fire: reconfigured("profile: haloitsm", "profile: halitsm"), want: want{expected: []string{"haloitsm"}, actual: "halitsm"}},
	{check: "config-invalid", name: "profile of an identity provider", input: "ssodoctor.yaml", line: 4,
		fire: reconfigured("profile: haloitsm", "profile: entra"), want: want{detail: "describes an identity provider"}},
	{check: "config-invalid", name: "check", base: suppressing("{check: metadata-unsigned, reason: r}"), input: "ssodoctor.yaml",
		fire: reconfigured("check: metadata-unsigned", "check: metadata-unsinged"), want: want{expected: []string{"metadata-unsigned"}}},
	{check: "config-invalid", name: "app of a suppression", base: suppressing("{app: HaloITSM, reason: r}"), input: "ssodoctor.yaml",
		fire: reconfigured("app: HaloITSM", "app: HaloTSM"), want: want{expected: []string{"HaloITSM"}}},
	{check: "config-invalid", name: "metadata of the wrong side", input: "ssodoctor.yaml", line: 6,
		fire: reconfigured("metadata: idp/federationmetadata.xml", "metadata: app/metadata.xml"), want: want{detail: "identity provider"}},
	{check: "config-invalid", name: "a certificate that is none", input: "ssodoctor.yaml", line: 13,
		fire: func(r repository) {
			r["notes.txt"] = "remember the milk"
			r.edit("ssodoctor.yaml", "[app/pasted.cer]", "[notes.txt]")
		}, want: want{detail: `"notes.txt"`}},
	{check: "config-unknown-key", name: "misspelt", input: "ssodoctor.yaml", line: 9,
		fire: reconfigured("entity-id:", "enity-id:"), want: want{expected: []string{"entity-id"}, actual: "enity-id"}},
	{check: "config-file-missing", name: "renamed", input: "ssodoctor.yaml", line: 6,
		fire: reconfigured("idp/federationmetadata.xml", "idp/metadata.xml"), want: want{detail: `"idp/metadata.xml"`}},

	{check: "config-drift", name: "issuer", input: "ssodoctor.yaml", line: 11, fire: slashed,
		want: want{expected: []string{samltest.Issuer}, actual: strings.TrimSuffix(samltest.Issuer, "/"), difference: "trailing slash"}},
	{check: "config-drift", name: "login URL", input: "ssodoctor.yaml", line: 12,
		fire: reconfigured("/saml2", "/wsfed"), want: want{expected: []string{samltest.SSOURL}, difference: "path"}},
	{check: "config-drift", name: "Identifier", input: "ssodoctor.yaml", line: 9,
		fire: reconfigured("entity-id: https://halo.contoso.com", "entity-id: https://Halo.contoso.com"), want: want{difference: "letter case"}},
	{check: "config-drift", name: "Reply URL", input: "ssodoctor.yaml", line: 10,
		fire: reconfigured("auth/saml]", "auth/saml/]"), want: want{expected: []string{samltest.ACS}, difference: "trailing slash"}},
	{check: "config-drift", name: "Logout URL", input: "ssodoctor.yaml",
		fire: reconfigured("      issuer:", "      logout-url: https://halo.contoso.com/out\n      issuer:"), want: want{expected: []string{samltest.LogoutURL}}},
	{check: "config-drift", name: "what is noted of the identity provider", input: "ssodoctor.yaml",
		fire: reconfigured("    idp:\n", "    idp:\n      issuer: https://sts.windows.net/other/\n"), want: want{expected: []string{samltest.Issuer}}},
	{check: "config-drift", name: "pasted values alone", base: pastedAlone, input: "ssodoctor.yaml",
		fire: reconfigured("      metadata: idp/federationmetadata.xml\n", "      issuer: https://sts.windows.net/other/\n"), want: want{expected: []string{"https://sts.windows.net/other/"}}},
	{check: "config-drift", name: "certificate", input: "ssodoctor.yaml", line: 13,
		fire: func(r repository) { r["app/pasted.cer"] = pemOf(samltest.Other()) }, want: want{detail: "signing certificate that the app holds"}},
	{check: "config-drift", name: "thumbprint", input: "ssodoctor.yaml", line: 13,
		fire: reconfigured("[app/pasted.cer]", "['00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33']"), want: want{actual: "00112233445566778899aabbccddeeff00112233"}},
	{check: "config-drift", name: "the next certificate", input: "ssodoctor.yaml", line: 13,
		fire: func(r repository) {
			r["idp/federationmetadata.xml"] = samltest.NewIdPMetadata(samltest.RSA().Cert, samltest.Other().Cert).XML()
		}, want: want{severity: finding.Warning, detail: "rollover"}},
	{check: "config-drift", name: "NameID format", input: "app/metadata.xml", line: 1,
		fire: reconfigured("format: emailAddress", "format: persistent"), want: want{expected: []string{"urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"}}},
	{check: "config-drift", name: "Reply URL in Entra", base: namingExports, input: haloApplication,
		fire: func(r repository) { r.edit(haloApplication, samltest.ACS, samltest.ACS+"/") }, want: want{expected: []string{samltest.ACS}, actual: samltest.ACS + "/", difference: "trailing slash"}},
	{check: "config-drift", name: "Identifier in Entra", base: namingExports, input: haloApplication,
		fire: func(r repository) {
			r.edit(haloApplication, `"`+samltest.EntityID+`"`, `"`+strings.ToUpper(samltest.EntityID)+`"`)
		}, want: want{expected: []string{samltest.EntityID}}},
	{check: "config-drift", name: "Logout URL in Entra", base: namingExports, input: haloApplication,
		fire: func(r repository) { r.edit(haloApplication, samltest.LogoutURL, samltest.LogoutURL+"2") }, want: want{expected: []string{samltest.LogoutURL}, difference: "path"}},
	{check: "config-drift", name: "a claim that Entra does not emit", base: namingExports, input: haloClaims,
		fire: reconfigured("name: first_name", "name: firstname"), want: want{expected: []string{"firstname"}, actual: "first_name"}},
	{check: "config-drift", name: "profile", input: "app/metadata.xml",
		fire: reconfigured("profile: haloitsm", "profile: slack"), want: want{severity: finding.Warning, detail: "Slack"}},

	{check: "metadata-pair-mismatch", name: "signed requests", input: "app/metadata.xml",
		fire: func(r repository) {
			r.edit("idp/federationmetadata.xml", "<IDPSSODescriptor ", `<IDPSSODescriptor WantAuthnRequestsSigned="true" `)
		}, want: want{actual: "false", detail: "WantAuthnRequestsSigned"}},
	{check: "metadata-pair-mismatch", name: "the same entity ID", input: "app/metadata.xml",
		fire: func(r repository) {
			r.edit("app/metadata.xml", `entityID="`+samltest.EntityID, `entityID="`+samltest.Issuer)
		}, want: want{detail: "same entity ID"}},
	{check: "metadata-pair-mismatch", name: "NameID formats, without a configuration", input: "app/metadata.xml",
		base: func(r repository) {
			m := samltest.NewIdPMetadata(samltest.RSA().Cert)
			m.NameIDFormats = []string{samltest.FormatEmail}
			r["idp/federationmetadata.xml"] = m.XML()
			delete(r, "ssodoctor.yaml")
		},
		fire: func(r repository) {
			r.edit("app/metadata.xml", samltest.FormatEmail, strings.Replace(samltest.FormatEmail, "1.1:nameid-format:emailAddress", "2.0:nameid-format:transient", 1))
		},
		want: want{severity: finding.Warning}},
	{check: "metadata-pair-mismatch", name: "logout at one side", input: "app/metadata.xml",
		fire: idpMetadata(func(m *samltest.IdPMetadata) { m.SLO = nil }), want: want{severity: finding.Info, actual: samltest.LogoutURL, detail: "has none"}},
	{check: "metadata-pair-mismatch", name: "bindings of logout", input: "app/metadata.xml",
		fire: func(r repository) {
			r.edit("app/metadata.xml", `SingleLogoutService Binding="`+samltest.BindingGET, `SingleLogoutService Binding="`+samltest.BindingPOST)
		}, want: want{severity: finding.Warning, detail: "binding of single logout"}},

	{check: "placeholder-value", name: "in the configuration", input: "ssodoctor.yaml", line: 12,
		fire: reconfigured("com/3f2c8a14-5b6d-4e7f-8a90-1b2c3d4e5f60/saml2", "com/{tenant-id}/saml2"), want: want{detail: `"{tenant-id}"`}},
	{check: "placeholder-value", name: "in metadata", input: "idp/federationmetadata.xml", line: 1,
		fire: func(r repository) { r.edit("idp/federationmetadata.xml", samltest.TenantID, "{tenantid}") }, want: want{detail: `"{tenantid}"`}},
	{check: "placeholder-value", name: "zeros", fire: reconfigured("sts.windows.net/3f2c8a14-5b6d-4e7f-8a90-1b2c3d4e5f60", "sts.windows.net/00000000-0000-0000-0000-000000000000")},
	{check: "placeholder-value", name: "a domain of nobody", fire: reconfigured("halo.contoso.com/auth", "halo.example.com/auth"), want: want{severity: finding.Warning}},
	{check: "placeholder-value", name: "words", fire: reconfigured("halo.contoso.com/auth", "your-company.haloitsm.com/auth")},
	{check: "placeholder-value", name: "an empty cell", fire: reconfigured("reply-urls: [", "reply-urls: ['', "), want: want{severity: finding.Warning, detail: "is empty"}},

	{check: "suppression-unused", name: "of nothing", base: func(r repository) { slashed(r); suppressing("{check: config-drift, reason: known}")(r) }, input: "ssodoctor.yaml",
		fire: func(r repository) { r["ssodoctor.yaml"] = strings.Replace(r["ssodoctor.yaml"], "5f60\n", "5f60/\n", 1) }, want: want{detail: "(known)"}},
	{check: "suppression-expired", name: "the day", base: func(r repository) {
		slashed(r)
		suppressing("{check: config-drift, reason: known, until: 2026-11-22}")(r)
	}, input: "ssodoctor.yaml",
		fire: reconfigured("2026-11-22", "2026-11-21"), want: want{detail: "2026-11-21"}},
	{check: "suppression-expired", name: "with nothing left", base: suppressing("{check: config-drift, reason: known, until: 2026-11-22}"),
		fire: reconfigured("2026-11-22", "2026-11-20"), want: want{severity: finding.Info}},
}

// TestSuppress: what is accepted is no finding, with its reason, and counts
// again when the day has come.
func TestSuppress(t *testing.T) {
	for _, c := range []struct {
		what, entry string
		accepted    int
	}{
		{"check", "{check: config-drift, reason: r}", 1},
		{"app", "{app: HaloITSM, reason: r}", 1},
		{"file", "{file: '*.yaml', reason: r}", 1},
		{"all of them, until later", "{check: config-drift, app: HaloITSM, file: ssodoctor.yaml, until: 2026-11-22, reason: r}", 1},
		{"another check", "{check: metadata-unsigned, reason: r}", 0},
		{"another file", "{file: idp/*, reason: r}", 0},
		{"ended", "{check: config-drift, until: 2026-11-21, reason: r}", 0},
	} {
		r := newRepository()
		slashed(r)
		suppressing(c.entry)(r)
		got := r.lint()
		drift := len(of(got, "config-drift"))
		if len(got.Suppressed) != c.accepted || drift != 1-c.accepted || got.Summary.Error != drift {
			t.Errorf("%s: %d accepted, %d left, summary %+v", c.what, len(got.Suppressed), drift, got.Summary)
		}
		if c.accepted > 0 && got.Suppressed[0].Reason != "r" {
			t.Errorf("%s: the reason is %q", c.what, got.Suppressed[0].Reason)
		}
	}
}

// TestSuppressionsOfOthers: a configuration speaks for its own directory and
// for the files that it names, and for no others.
func TestSuppressionsOfOthers(t *testing.T) {
	r := repository{}
	for name, text := range newRepository() {
		r["a/"+name], r["b/"+name] = text, text
	}
	for _, dir := range []string{"a/", "b/"} {
		r.edit(dir+"ssodoctor.yaml", "5f60/\n", "5f60\n")
	}
	r["a/ssodoctor.yaml"] += "suppress: [{check: config-drift, reason: r}]\n"
	got := r.lint()
	if found := of(got, "config-drift"); len(found) != 1 || found[0].Input != "b/ssodoctor.yaml" || len(got.Suppressed) != 1 {
		t.Errorf("findings %+v", found)
	}
}

// TestCaptures: captures that an app names are judged with what it expects.
func TestCaptures(t *testing.T) {
	r := newRepository()
	s := newScene()
	r["traces/login.har"] = samltest.HAR(samltest.SignIn(s.request.XML(), s.signed(t))...)
	r.edit("ssodoctor.yaml", "    expect:\n", "    captures: [traces/*.har]\n    expect:\n")
	if got := r.lint(); len(got.Messages) != 2 || len(got.Findings) > 0 || len(got.Unread) > 0 {
		explain(t, got)
		t.Fatalf("%d messages, unread %v", len(got.Messages), got.Unread)
	}
	r.edit("ssodoctor.yaml", "name: first_name", "name: nickname")
	got := r.lint()
	found := of(got, "claim-missing")
	if len(found) != 1 || found[0].App != "HaloITSM" || found[0].Input != "traces/login.har" || found[0].Message == nil {
		explain(t, got)
		t.Errorf("findings %+v", found)
	}
}

// TestConfiguredFilesAreRead: what a configuration names is read although it is
// not among the files, and its findings name the app.
func TestConfiguredFilesAreRead(t *testing.T) {
	r := newRepository()
	r["app/pasted.cer"] = "no certificate"
	got := Lint(r, []LintFile{{Name: "ssodoctor.yaml"}}, LintOptions{Clock: Clock{Now: samltest.Time}})
	if found := of(got, "certificate-unreadable"); len(found) != 1 || found[0].App != "HaloITSM" {
		explain(t, got)
		t.Errorf("findings %+v, unread %v", found, got.Unread)
	}
	if len(got.Inputs) != 4 {
		t.Errorf("inputs %+v", got.Inputs)
	}
}

// TestBaseline: today's findings are accepted, though their lines move; new
// ones are not.
func TestBaseline(t *testing.T) {
	r := newRepository()
	slashed(r)
	base := r.lint().Baseline()
	r["ssodoctor.yaml"] = "# moved\n\n" + r["ssodoctor.yaml"]
	got := r.lint()
	if accepted, gone := got.Accept(base); accepted != 1 || gone != 0 || len(got.Findings) != 0 || got.Summary.Error != 0 {
		t.Errorf("%d accepted, %d gone, left %+v", accepted, gone, got.Findings)
	}
	r.edit("ssodoctor.yaml", "/saml2", "/wsfed")
	got = r.lint()
	if accepted, _ := got.Accept(base); accepted != 1 || len(got.Findings) != 1 || got.Summary.Error != 1 {
		t.Errorf("%d accepted, left %+v", accepted, got.Findings)
	}
	got = newRepository().lint()
	if accepted, gone := got.Accept(base); accepted != 0 || gone != 1 {
		t.Errorf("%d accepted, %d gone", accepted, gone)
	}
	for what, text := range map[string]string{"no JSON": "{", "another file": `{"schema": "ssodoctor/report/v1"}`} {
		if _, err := ReadBaseline(strings.NewReader(text)); err == nil {
			t.Errorf("%s is read", what)
		}
	}
}

// TestCorrectExports: exports that an app names and that are as the app has it
// give no finding.
func TestCorrectExports(t *testing.T) {
	r := newRepository()
	namingExports(r)
	if got := r.lint(); len(got.Findings) > 0 || len(got.Unread) > 0 {
		explain(t, got)
		t.Errorf("%d findings, unread %v", len(got.Findings), got.Unread)
	}
}
