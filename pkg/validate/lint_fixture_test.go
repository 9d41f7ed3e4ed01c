package validate

import (
	"encoding/pem"
	"io"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ssodoctor/ssodoctor/internal/samltest"
	"github.com/ssodoctor/ssodoctor/pkg/config"
)

// repository is files by name: HaloITSM and its identity provider, wholly
// correct. A lint fixture changes one fact of it.
type repository map[string]string

// newRepository returns the correct repository.
func newRepository() repository {
	r := repository{
		"ssodoctor.yaml":             correctConfig,
		"idp/federationmetadata.xml": samltest.NewIdPMetadata(samltest.RSA().Cert).XML(),
		"app/metadata.xml":           samltest.NewSPMetadata().XML(),
		"app/pasted.cer":             pemOf(samltest.RSA()),
	}
	maps.Copy(r, entraFiles())
	return r
}

// pemOf is the certificate of a pair as people have it.
func pemOf(pair samltest.Pair) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: pair.Cert}))
}

// correctConfig is the configuration of the correct repository.
const correctConfig = `version: 1
apps:
  - name: HaloITSM
    profile: haloitsm
    idp:
      metadata: idp/federationmetadata.xml
    app:
      metadata: app/metadata.xml
      entity-id: https://halo.contoso.com
      reply-urls: [https://halo.contoso.com/auth/saml]
      issuer: https://sts.windows.net/3f2c8a14-5b6d-4e7f-8a90-1b2c3d4e5f60/
      sso-url: https://login.microsoftonline.com/3f2c8a14-5b6d-4e7f-8a90-1b2c3d4e5f60/saml2
      certificates: [app/pasted.cer]
    expect:
      name-id: {format: emailAddress}
      claims: [{name: first_name, required: true}]
`

// Glob makes a repository a Tree, with Open.
func (r repository) Glob(pattern string) (out []string, err error) {
	for name := range r {
		if ok, err := config.Match(pattern, name); err != nil {
			return nil, err
		} else if ok {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out, nil
}

// Open makes a repository a Tree, with Glob.
func (r repository) Open(name string) (io.ReadCloser, error) {
	text, ok := r[name]
	if !ok {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return io.NopCloser(strings.NewReader(text)), nil
}

// edit replaces old, which must be there, in a file.
func (r repository) edit(file, old, new string) {
	if !strings.Contains(r[file], old) {
		panic(file + " does not hold " + old)
	}
	r[file] = strings.ReplaceAll(r[file], old, new)
}

// lint judges all files of the repository, a month before its certificates are
// near their end.
func (r repository) lint() *Report {
	var files []LintFile
	for _, name := range slices.Sorted(maps.Keys(r)) {
		files = append(files, LintFile{Name: name})
	}
	return Lint(r, files, LintOptions{Clock: Clock{Now: samltest.Time.Add(time.Hour)}})
}

// lintFixture is one fact that makes a check of files fire. Without it the
// check must be silent, and quiet says what its outcome is then: "pass" where
// it is empty, "not-checked" or "absent".
type lintFixture struct {
	check, name string
	base, fire  func(repository)
	quiet       string
	want        want
	// input and line are where the finding must stand, where they are set.
	input string
	line  int
}

// lintFixtures are those of every family.
func lintFixtures() []lintFixture {
	return slices.Concat(fixturesLintFiles, fixturesConfig, fixturesMetadata, fixturesCertificateFiles, fixturesEntra)
}

func TestLintFixtures(t *testing.T) {
	for _, f := range lintFixtures() {
		t.Run(f.check+"/"+f.name, f.run)
	}
}

func (f lintFixture) run(t *testing.T) {
	check, ok := Lookup(f.check)
	if !ok {
		t.Fatalf("there is no check %q", f.check)
	}
	fired := f.lint(true)
	found := of(fired, f.check)
	if len(found) == 0 {
		explain(t, fired)
		t.Fatalf("the check did not fire: %+v, unread %v", outcomes(fired, f.check), fired.Unread)
	}
	f.want.compare(t, check, found[0])
	if got := found[0]; f.input != "" && got.Input != f.input || f.line != 0 && got.Location.Span.Line != f.line {
		t.Errorf("the finding stands in %s, line %d, want %s, line %d", got.Input, got.Location.Span.Line, f.input, f.line)
	}
	f.silent(t, f.lint(false))
}

func (f lintFixture) lint(fire bool) *Report {
	r := newRepository()
	if f.base != nil {
		f.base(r)
	}
	if fire {
		f.fire(r)
	}
	return r.lint()
}

// silent holds that nothing fires without the fact, and that the outcome is the
// one that is wanted; checks that readers make have none.
func (f lintFixture) silent(t *testing.T, r *Report) {
	t.Helper()
	for _, quiet := range of(r, f.check) {
		t.Errorf("the check fires without the fact too: %s", quiet.Detail)
	}
	got, wanted := "absent", f.quiet
	for _, c := range outcomes(r, f.check) {
		if got = c.Result.String(); got == "not-checked" && c.Reason == "" {
			t.Error("not checked, and no reason is given")
		}
	}
	if wanted == "" {
		wanted = "pass"
	}
	if got != wanted {
		t.Errorf("without the fact the check is %q, want %q: %+v", got, wanted, outcomes(r, f.check))
	}
}

// TestCorrectRepository is the promise that matters most: nothing wrong,
// nothing said.
func TestCorrectRepository(t *testing.T) {
	r := newRepository().lint()
	for _, err := range r.Unread {
		t.Error(err)
	}
	if len(r.Findings) > 0 {
		explain(t, r)
		t.Errorf("%d findings in a correct repository", len(r.Findings))
	}
}

var fixturesLintFiles = []lintFixture{
	{check: "xml-malformed", name: "metadata", quiet: "absent", input: "app/metadata.xml", line: 1,
		fire: func(r repository) { r.edit("app/metadata.xml", "</EntityDescriptor>", "</EntitiesDescriptor>") }},
	{check: "input-truncated", name: "metadata", quiet: "absent", input: "app/metadata.xml",
		fire: func(r repository) { r.edit("app/metadata.xml", "</EntityDescriptor>", "") }},
	{check: "certificate-unreadable", name: "a page saved as certificate", quiet: "absent", input: "app/pasted.cer",
		fire: func(r repository) { r["app/pasted.cer"] = "<!DOCTYPE html><html><body>Sign in</body></html>" }},
	{check: "certificate-private-key-exposed", name: "the key is committed", quiet: "absent", input: "app/idp.pem",
		fire: func(r repository) {
			r["app/idp.pem"] = r["app/pasted.cer"] + "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIP///////////////////////////////////////////w==\n-----END PRIVATE KEY-----\n"
		}},
}
